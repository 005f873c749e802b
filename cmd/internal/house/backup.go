package house

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"filippo.io/age"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/backup"
	"pratique/data/desk"
	"pratique/data/post"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/store/disk"
	"pratique/data/vault"
)

// ErrNoBackups: nobody has said yet where backups go.
var ErrNoBackups = errors.New("no folder for backups is set")

// Backup writes a backup into the folder that is set and opens it to see that
// it is good, while officers go on working.
func (h *House) Backup(ctx context.Context, s staff.Session, progress func(done, total int64)) (desk.Backup, error) {
	if err := h.MayBackUp(ctx, s); err != nil {
		return desk.Backup{}, err
	}
	return h.backUp(ctx, s, progress)
}

func (h *House) backUp(ctx context.Context, s staff.Session, progress func(done, total int64)) (b desk.Backup, err error) {
	set, err := h.Backups(ctx)
	if err != nil {
		return b, err
	}
	if set.Folder == "" {
		return b, ErrNoBackups
	}
	if err := os.MkdirAll(set.Folder, 0o700); err != nil {
		return b, err
	}
	recovery, err := age.ParseX25519Recipient(h.Folder.Vault.Recovery())
	if err != nil {
		return b, fmt.Errorf("recovery key: %w", err)
	}
	checkpoint, err := h.newestCheckpoint()
	if err != nil {
		return b, err
	}
	now := h.Now()
	b = desk.Backup{Path: filepath.Join(set.Folder, backup.FileName(h.Folder.Post, now)), Made: now}
	source := backup.Source{Dir: h.Folder.Dir, Made: now, Backup: h.Folder.Vault.Backup, Checkpoint: checkpoint,
		Open: func(path string) (store.Store, error) { return engine.OpenClean(ctx, path) }}
	to := backup.Recipients{Recovery: []age.Recipient{recovery}, Slot: &set.Slot}
	m, err := backup.WriteFile(ctx, b.Path, source, to, func(dir string, m backup.Manifest) error {
		return checkBackup(ctx, dir, m, now, nil)
	}, progress)
	if err != nil {
		return b, err
	}
	info, err := os.Stat(b.Path)
	if err != nil {
		return b, err
	}
	b.Entries, b.Bytes = m.Head.Size, info.Size()
	return b, h.BackedUp(ctx, s, b)
}

// checkBackup opens what came out of a backup: database, log and checkpoint hold
// together, and with a key the records are all there.
func checkBackup(ctx context.Context, dir string, m backup.Manifest, now time.Time, key *vault.Key) (err error) {
	var checkpoints [][]byte
	if m.Checkpoint != "" {
		checkpoints = append(checkpoints, []byte(m.Checkpoint))
	}
	if _, err := post.VerifyLog(ctx, dir, engine, holder(now), m.Log, checkpoints); err != nil || key == nil {
		return err
	}
	f, err := post.Open(ctx, dir, engine, holder(now))
	if err != nil {
		return err
	}
	return errors.Join(f.Vault.Unlock(ctx, *key, true), f.Close())
}

// LastBackup is the last one that was verified; ok is false if there is none.
func (h *House) LastBackup(ctx context.Context) (b desk.Backup, ok bool, err error) {
	set, err := h.Backups(ctx)
	return set.Last, !set.Last.Made.IsZero(), err
}

// BackupFolder is where backups go, empty if that is not set.
func (h *House) BackupFolder(ctx context.Context) (string, error) {
	set, err := h.Backups(ctx)
	return set.Folder, err
}

// SetBackup sets the folder and the passphrase that opens backups beside the
// recovery key.
func (h *House) SetBackup(ctx context.Context, s, second staff.Session, folder string, passphrase []byte) error {
	if folder != "" && !filepath.IsAbs(folder) {
		var err error
		if folder, err = filepath.Abs(folder); err != nil {
			return err
		}
	}
	if inside(h.Folder.Dir, folder) {
		return &desk.ProblemsError{Problems: []data.Problem{{Field: "backup.folder", Key: "problem.backup.inside", Value: folder}}}
	}
	return h.SetBackups(ctx, s, second, folder, passphrase)
}

func inside(dir, path string) bool {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// Opening is what opens a backup: one of the two.
type Opening struct {
	Recovery   string // the recovery key, as it stands on paper
	Passphrase []byte
}

// Proof is what is known of a post from elsewhere, when it is restored. Whoever
// knows whom a backup is to open to can make one of their own; the passphrase of
// backups opens that as well. The recovery key compares the records besides.
type Proof struct {
	// Known are states of the log from a checkpoint, or from the head file of the
	// folder that is lost. One that is no newer than the backup proves it; newer
	// ones tell how much is missing.
	Known []audit.Head
	// LogKey is the public key of the log: the checkpoint in the backup must be
	// signed with it. Empty: that is not known.
	LogKey string
	// Unproved is an officer's word that the backup is taken as it is.
	Unproved bool
}

// of is an error unless the backup with that manifest is proved, or taken
// without. That the log contains what is known is for others to check.
func (p Proof) of(m backup.Manifest, recovery bool) error {
	switch {
	case p.LogKey != "" && p.LogKey != m.Log:
		return fmt.Errorf("%w: its log has another key", backup.ErrOtherLog)
	case recovery, p.Unproved, p.LogKey != "" && m.Checkpoint != "":
		return nil
	case slices.ContainsFunc(p.Known, func(h audit.Head) bool { return h.Size > 0 && h.Size <= m.Head.Size }):
		return nil
	}
	return backup.ErrUnproved
}

// Restored is what came out of a backup.
type Restored struct {
	backup.Manifest
	// Missing is how many acts are known to be lost, nil if nobody knows.
	Missing *uint64
}

// Restore puts a backup into a folder that is not there or is empty. The error
// wraps [backup.ErrUnproved] where the passphrase alone would open it. Sequence numbers
// that may have been used since are skipped at the first sign-in.
func Restore(ctx context.Context, file, dir string, how Opening, proof Proof, now time.Time, progress func(done, total int64)) (r Restored, err error) {
	f, err := os.Open(file)
	if err != nil {
		return r, err
	}
	defer f.Close()
	reading := backup.Reading{Progress: progress}
	var key *vault.Key
	if how.Recovery != "" {
		k, err := vault.ParseRecovery(how.Recovery)
		if err != nil {
			return r, err
		}
		key, reading.Identity = &k, k.Identity()
	} else {
		header, err := backup.Describe(f)
		if err != nil {
			return r, err
		}
		if reading.Identity, err = header.Identity(how.Passphrase); err != nil {
			return r, err
		}
		if _, err := f.Seek(0, 0); err != nil {
			return r, err
		}
	}
	reading.Check = func(dir string, m backup.Manifest) error {
		if err := proof.of(m, key != nil); err != nil {
			return err
		}
		if err := checkBackup(ctx, dir, m, now, key); err != nil {
			return err
		}
		for _, h := range proof.Known {
			n, err := backup.Missing(m, h)
			if err != nil {
				return err
			}
			if r.Missing == nil || n > *r.Missing {
				r.Missing = &n
			}
		}
		opened, err := post.Open(ctx, dir, engine, holder(now))
		if err != nil {
			return err
		}
		// What is known that is older than the backup must be in its log.
		err = opened.Log.View(ctx, func(tx store.Tx) error {
			for _, h := range proof.Known {
				if h.Size > m.Head.Size {
					continue
				}
				if err := audit.CheckHead(tx, h); err != nil {
					return fmt.Errorf("%w: %w", backup.ErrOtherLog, err)
				}
			}
			return nil
		})
		if err == nil {
			err = desk.MarkRestored(ctx, opened.Log, m.Made, now, r.Missing)
		}
		return errors.Join(err, opened.Close())
	}
	r.Manifest, err = backup.Restore(ctx, f, dir, reading)
	return r, err
}

// Recover lets an administrator of the post in dir in again, with the recovery
// key and a new passphrase.
func Recover(ctx context.Context, dir, recovery, officer string, passphrase []byte, now time.Time) (err error) {
	key, err := vault.ParseRecovery(recovery)
	if err != nil {
		return err
	}
	h, err := Open(ctx, dir, func() time.Time { return now })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	return h.Desk.Recover(ctx, key, OfficerOf(officer), passphrase)
}

// checkpointDir is where checkpoints lie in a post's folder, each under the
// number of entries it was signed over.
const checkpointDir = "checkpoints"

// Daily does what the program does on its own while somebody is signed in: a
// checkpoint and a backup a day, and what is due to be erased.
func (h *House) Daily(ctx context.Context) error {
	checkpoint, _, err := h.Desk.Daily(ctx)
	if err == nil && checkpoint != nil {
		_, err = h.keepCheckpoint(checkpoint)
	}
	if err != nil {
		return err
	}
	set, err := h.Backups(ctx)
	if err != nil || set.Folder == "" || h.Now().Sub(set.Last.Made) < 24*time.Hour {
		return err
	}
	_, err = h.backUp(ctx, staff.Session{}, nil)
	return err
}

// Checkpoint signs the state of the log and keeps it in the post's folder too.
func (h *House) Checkpoint(ctx context.Context, s staff.Session) ([]byte, error) {
	b, err := h.Desk.Checkpoint(ctx, s)
	if b != nil {
		_, kept := h.keepCheckpoint(b)
		err = errors.Join(err, kept)
	}
	return b, err
}

func (h *House) keepCheckpoint(b []byte) (path string, err error) {
	lines := strings.SplitN(string(b), "\n", 3)
	if len(lines) < 3 {
		return "", errors.New("not a checkpoint")
	}
	n, err := strconv.ParseUint(lines[1], 10, 64)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(h.Folder.Dir, checkpointDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	path = filepath.Join(dir, fmt.Sprintf("%012d.txt", n))
	return path, disk.Replace(path, b)
}

// newestCheckpoint is the last one that was kept, nil if there is none.
func (h *House) newestCheckpoint() ([]byte, error) {
	all, err := filepath.Glob(filepath.Join(h.Folder.Dir, checkpointDir, "*.txt"))
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return os.ReadFile(all[len(all)-1]) // sorted, and all of one length
}
