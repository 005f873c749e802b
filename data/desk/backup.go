package desk

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/backup"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/vault"
)

// Backups is how a post is backed up, and what was done last.
type Backups struct {
	Folder string      `json:"folder"` // where the files go
	Slot   backup.Slot `json:"slot"`   // opened by the post's passphrase for backups
	Last   Backup      `json:"last"`
}

// Backup is a file that was written, and opened again to see that it is good.
type Backup struct {
	Path    string    `json:"path"`
	Made    time.Time `json:"made"`
	Entries uint64    `json:"entries"` // of the log in it
	Bytes   int64     `json:"bytes"`
}

// Backups are the settings; none are set if Folder is empty.
func (d *Desk) Backups(ctx context.Context) (b Backups, err error) {
	err = d.log.View(ctx, func(tx store.Tx) error {
		b, _, err = store.Get[Backups](tx, store.SettingBackup)
		return err
	})
	return b, err
}

// SetBackups sets where backups go and the passphrase that opens them beside
// the recovery key. It takes two.
func (d *Desk) SetBackups(ctx context.Context, s, second staff.Session, folder string, passphrase []byte) error {
	if err := d.permitTwo(ctx, s, second, audit.BackupSet); err != nil {
		return err
	}
	if folder == "" {
		return &ProblemsError{Problems: []data.Problem{{Field: "backup.folder", Key: "problem.required"}}}
	}
	if _, err := staff.Judge(passphrase, d.About(data.Officer{})...); err != nil {
		return err
	}
	slot, err := backup.NewSlot(d.post, passphrase, d.cost())
	if err != nil {
		return err
	}
	return d.postAct(ctx, s, &second, audit.BackupSet, "", func(tx store.Tx, _ *audit.Entry) error {
		b, _, err := store.Get[Backups](tx, store.SettingBackup)
		if err != nil {
			return err
		}
		b.Folder, b.Slot = folder, slot
		return store.Put(tx, store.SettingBackup, b)
	})
}

// MayBackUp is an error unless the officer may make a backup now.
func (d *Desk) MayBackUp(ctx context.Context, s staff.Session) error {
	return d.permit(ctx, s, audit.BackupMade)
}

// BackedUp says that a backup was made and verified; the zero Session is the
// program on its own.
func (d *Desk) BackedUp(ctx context.Context, s staff.Session, made Backup) error {
	err := d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		if s.Officer().ID != "" {
			if err := staff.Permit(tx, s, audit.BackupMade); err != nil {
				return err
			}
		}
		b, _, err := store.Get[Backups](tx, store.SettingBackup)
		if err != nil {
			return err
		}
		b.Last = made
		return errors.Join(store.Put(tx, store.SettingBackup, b), add(audit.Entry{
			At: d.clock(), Officer: s.Officer().ID, Act: audit.BackupMade, Detail: map[string]string{"entries": strconv.FormatUint(made.Entries, 10)},
		}))
	})
	if err != nil {
		return fmt.Errorf("%s: %w", audit.BackupMade, err)
	}
	return nil
}

// unknownLoss is how many certificates are taken to be lost where nobody knows:
// more than any post issues between two backups.
const unknownLoss = 100_000

// MarkRestored says in a post that came out of a backup that it did. Its records
// may be locked. Missing is how many acts are known to be lost, nil: unknown.
func MarkRestored(ctx context.Context, log *audit.Log, made, now time.Time, missing *uint64) error {
	e := audit.Entry{At: now, Act: audit.PostRestored, Detail: map[string]string{detailMade: made.UTC().Format(time.RFC3339), detailMissing: unknown}}
	if missing != nil {
		e.Detail[detailMissing] = strconv.FormatUint(*missing, 10)
	}
	return log.Update(ctx, func(_ store.Tx, add func(audit.Entry) error) error { return add(e) })
}

// Details of the entry [audit.PostRestored]: when the backup was made, and how
// many acts are missing since.
const (
	detailMade    = "made"
	detailMissing = "missing"
	unknown       = "unknown"
)

// skipLost makes sure that no sequence number of a certificate is given out
// again that may have been between backup and loss. No act takes more than one.
func (d *Desk) skipLost(ctx context.Context) error {
	var e audit.Entry // that says so
	err := d.log.View(ctx, func(tx store.Tx) error {
		log, err := audit.Current(tx)
		if err != nil || log.Restored == 0 {
			return err
		}
		return audit.Each(tx, log.Restored-1, 1, func(of audit.Entry) error {
			e = of
			return nil
		})
	})
	if err != nil || e.Number == 0 {
		return err
	}
	made, err := time.Parse(time.RFC3339, e.Detail[detailMade])
	if err != nil {
		return fmt.Errorf("entry %d: %w", e.Number, err)
	}
	skip := unknownLoss
	if missing := e.Detail[detailMissing]; missing != unknown {
		n, err := strconv.ParseUint(missing, 10, 64)
		if err != nil {
			return fmt.Errorf("entry %d: %w", e.Number, err)
		}
		skip = int(min(n, unknownLoss))
	}
	zone, err := data.LoadZone(d.post.Zone)
	if err != nil {
		return err
	}
	restored := e.At
	return d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		e := audit.Entry{At: d.clock(), Act: audit.NumbersSkipped, Detail: map[string]string{}}
		for year := made.In(zone).Year(); year <= restored.In(zone).Year(); year++ {
			last, _, err := store.Get[int](tx, store.SequenceKey(year))
			if err != nil {
				return err
			}
			e.Detail[strconv.Itoa(year)] = fmt.Sprintf("%d to %d", last+1, last+skip)
			if err := store.Put(tx, store.SequenceKey(year), last+skip); err != nil {
				return err
			}
		}
		return add(e)
	})
}

// ErrNotAdministrator: only an administrator is let in by the recovery key.
var ErrNotAdministrator = errors.New("not an administrator of this post")

// Recover lets an administrator in again whose passphrase is lost, or who was
// shut out, with the recovery key and a new passphrase. It needs nobody else:
// it is for when there is nobody else. The desk is locked afterwards.
func (d *Desk) Recover(ctx context.Context, key vault.Key, id data.OfficerID, passphrase []byte) error {
	if err := d.vault.Unlock(ctx, key, true); err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	defer d.Lock()
	var a staff.Account
	err := d.log.View(ctx, func(tx store.Tx) (err error) {
		var found bool
		a, found, err = store.Get[staff.Account](tx, store.Accounts+string(id))
		if err == nil && (!found || !staff.Administers(a.Officer)) {
			err = ErrNotAdministrator
		}
		return err
	})
	if err == nil {
		_, err = staff.Judge(passphrase, d.About(a.Officer)...)
	}
	if err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	slot, err := d.vault.NewSlot(string(id), passphrase, d.cost())
	if err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	err = d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		a.Disabled, a.MustChange, a.Serial = false, false, a.Serial+1
		_, err := vault.NewGeneration(tx)
		return errors.Join(err, staff.PutAccount(tx, a, slot), tx.Delete(store.Tries+string(id)),
			add(audit.Entry{At: d.clock(), Act: audit.OfficerRecovered, Subject: string(id)}))
	})
	if err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	return nil
}
