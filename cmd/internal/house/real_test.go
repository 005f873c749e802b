package house

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pratique/assets"
	"pratique/data"
	"pratique/data/audit"
	"pratique/data/backup"
	"pratique/data/desk"
	"pratique/data/keys"
	"pratique/data/post"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/vault"
)

// passphrases of the officers of a real post in tests.
const (
	phraseA = "kamo rudi teso bali"
	phraseB = "wona lifa zedu mipo"
	phraseC = "gira betu sola neki"
)

// newPost is what a real post of Utopia is made of. Nothing is cheaper than at
// any other real post but the cost of its passphrases.
func newPost(tb testing.TB) post.New {
	tb.Helper()
	p, err := post.LoadPractice(assets.FS)
	if err != nil {
		tb.Fatal(err)
	}
	p.Post.Code, p.Post.Kind = "RA", data.RealPost
	return post.New{
		Post: p.Post, Laboratories: p.Laboratories, Cost: vault.Cost{MemoryKiB: 64, Passes: 1, Threads: 1},
		Officers: []post.NewOfficer{
			{Officer: data.Officer{ID: "officer-k", Name: "Quentin Specimen", Mark: "K", Roles: []data.Role{data.Administrator, data.Clerk}}, Passphrase: []byte(phraseA)},
			{Officer: data.Officer{ID: "officer-l", Name: "Wilhelmina Specimen", Mark: "L", Roles: []data.Role{data.Administrator, data.Reviewer}}, Passphrase: []byte(phraseB)},
		},
	}
}

// real makes a real post and returns its folder and recovery key.
func real(tb testing.TB) (dir, recovery string) {
	tb.Helper()
	tb.Setenv("XDG_CACHE_HOME", cache)
	dir = filepath.Join(tb.TempDir(), "post")
	n := newPost(tb)
	n.Recovery = func(_ context.Context, key string) (string, error) {
		recovery = key
		return strings.ToLower(key), nil
	}
	e := engine
	e.Device = nil
	if _, err := post.Create(context.Background(), dir, n, e, time.Now()); err != nil {
		tb.Fatal(err)
	}
	return dir, recovery
}

func openAt(tb testing.TB, dir string) *House {
	tb.Helper()
	h, err := Open(context.Background(), dir, time.Now)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { h.Close() })
	return h
}

func signIn(tb testing.TB, h *House, id data.OfficerID, phrase string) staff.Session {
	tb.Helper()
	s, err := h.SignIn(context.Background(), id, []byte(phrase))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// issueAt takes the specimen through the real post.
func issueAt(tb testing.TB, h *House, clerk, reviewer staff.Session) data.Certificate {
	tb.Helper()
	ctx := context.Background()
	c, err := h.Specimen(ctx)
	if err != nil {
		tb.Fatal(err)
	}
	a, err := h.Create(ctx, clerk, c)
	if err != nil {
		tb.Fatal(err)
	}
	return finish(tb, h, a, clerk, reviewer)
}

func finish(tb testing.TB, h *House, a data.Application, clerk, reviewer staff.Session) data.Certificate {
	tb.Helper()
	ctx := context.Background()
	a, err := h.Submit(ctx, clerk, a.ID)
	if err == nil {
		a, err = h.Take(ctx, reviewer, a.ID)
	}
	for _, g := range a.Content.Groups() {
		if err == nil {
			a, err = h.Tick(ctx, reviewer, a.ID, g, true)
		}
	}
	if err == nil {
		a, err = h.Approve(ctx, reviewer, a.ID)
	}
	if err != nil {
		tb.Fatal(err)
	}
	certificate, err := h.Desk.Issue(ctx, reviewer, a.ID)
	if err != nil {
		tb.Fatal(err)
	}
	return certificate
}

// TestInvariant5RawFiles: after work at a real post, nothing that was entered is
// readable in any file of its folder, the database's free pages included.
func TestInvariant5RawFiles(t *testing.T) {
	dir, recovery := real(t)
	h := openAt(t, dir)
	ctx := context.Background()
	clerk, reviewer := signIn(t, h, "officer-k", phraseA), signIn(t, h, "officer-l", phraseB)
	for range 3 {
		c := issueAt(t, h, clerk, reviewer)
		if _, err := h.Print(ctx, c, 1); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Printed(ctx, clerk, c.Number, "Front desk laser", "17"); err != nil {
			t.Fatal(err)
		}
	}
	// A draft that was changed leaves free pages behind.
	specimen, err := h.Specimen(ctx)
	if err != nil {
		t.Fatal(err)
	}
	a, err := h.Create(ctx, clerk, specimen)
	for i := range 5 {
		specimen.Declaration.Remarks = strings.Repeat("coughing since Tuesday ", i+1)
		if err == nil {
			a, err = h.Save(ctx, clerk, a.ID, a.Version, specimen)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.SignIn(ctx, "officer-k", []byte("mistyped secret words")); !errors.Is(err, desk.ErrSignIn) {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	// The document's number with what stands before it in a key or a value: its
	// zeros alone are also those of the log's keys, behind any chance E.
	secrets := []string{
		"YANGBEN", "SPECIMEN", "样本", "=E00000000", "iE00000000", "\"E00000000", "1984-03-08", "Harbour Clinic", "A202103012", "coughing",
		"Quentin", "Wilhelmina", phraseA, phraseB, "mistyped", recovery, recovery[20:40], "Front desk laser",
		specimen.Tests[0].ReportNo, specimen.Traveller.Phone, string(a.ID),
	}
	files := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		files++
		for _, s := range secrets {
			for _, form := range [][]byte{[]byte(s), utf16le(s)} {
				if s != "" && bytes.Contains(b, form) && !(s == string(a.ID)) {
					t.Errorf("%s holds %q", filepath.Base(path), s)
				}
			}
		}
		return err
	})
	if err != nil || files < 6 {
		t.Errorf("%d files, %v", files, err)
	}
}

func utf16le(s string) (b []byte) {
	for _, r := range s {
		b = append(b, byte(r), byte(r>>8))
	}
	return b
}

// A backup of a real post is made while it is open, opened again, and put back;
// nothing that was issued since can get its number again.
func TestBackupAndRestore(t *testing.T) {
	dir, recovery := real(t)
	h := openAt(t, dir)
	ctx := context.Background()
	clerk, reviewer := signIn(t, h, "officer-k", phraseA), signIn(t, h, "officer-l", phraseB)
	kept := issueAt(t, h, clerk, reviewer)
	folder := filepath.Join(t.TempDir(), "backups")
	if _, err := h.Backup(ctx, clerk, nil); !errors.Is(err, ErrNoBackups) {
		t.Errorf("without a folder: %v", err)
	}
	if err := h.SetBackup(ctx, clerk, reviewer, filepath.Join(dir, "x"), []byte(phraseC)); err == nil {
		t.Error("backups may lie in the post's own folder")
	}
	if err := h.SetBackup(ctx, clerk, staff.Session{}, folder, []byte(phraseC)); !errors.Is(err, desk.ErrSecond) {
		t.Errorf("alone: %v", err)
	}
	if err := h.SetBackup(ctx, clerk, reviewer, folder, []byte(phraseC)); err != nil {
		t.Fatal(err)
	}
	early, err := h.Checkpoint(ctx, reviewer)
	if err != nil {
		t.Fatal(err)
	}
	b, err := h.Backup(ctx, clerk, func(int64, int64) {})
	if err != nil {
		t.Fatal(err)
	}
	if last, ok, err := h.LastBackup(ctx); !ok || err != nil || last.Path != b.Path || last.Bytes < 1000 {
		t.Errorf("%+v, %v, %v", last, ok, err)
	}
	lost := issueAt(t, h, clerk, reviewer)
	late, err := h.Checkpoint(ctx, reviewer)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	_, signer, err := keys.ReadLogVerifier(filepath.Join(h.Folder.Dir, keys.LogFile))
	if err != nil {
		t.Fatal(err)
	}
	head, err := audit.ParseCheckpoint(late, signer)
	if err != nil {
		t.Fatal(err)
	}
	before, err := audit.ParseCheckpoint(early, signer)
	if err != nil {
		t.Fatal(err)
	}
	key, _, err := keys.ReadLogVerifier(filepath.Join(dir, keys.LogFile))
	if err != nil {
		t.Fatal(err)
	}

	whole, err := os.ReadFile(b.Path)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{0, 60, len(whole) / 2, len(whole) - 1} {
		broken := bytes.Clone(whole)
		broken[at] ^= 1
		path := filepath.Join(t.TempDir(), "broken")
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(t.TempDir(), "post")
		if _, err := Restore(ctx, path, to, Opening{Recovery: recovery}, Proof{}, time.Now(), nil); err == nil {
			t.Errorf("a flipped bit at %d was taken", at)
		}
		if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("left behind: %v", err)
		}
	}
	if _, err := Restore(ctx, b.Path, dir, Opening{Recovery: recovery}, Proof{}, time.Now(), nil); err == nil {
		t.Error("restored over the post")
	}
	// The passphrase alone opens what an attacker may have made, and so do a later
	// state of the log, which nothing in the backup can agree with, and another key.
	for name, tt := range map[string]struct {
		proof Proof
		want  error
	}{
		"nothing":        {Proof{}, backup.ErrUnproved},
		"a later state":  {Proof{Known: []audit.Head{head}}, backup.ErrUnproved},
		"an empty state": {Proof{Known: []audit.Head{{}, head}}, backup.ErrUnproved},
		"another key":    {Proof{LogKey: "pratique/UT/RA+00000000+AAAA", Unproved: true}, backup.ErrOtherLog},
	} {
		to := filepath.Join(t.TempDir(), "post")
		if _, err := Restore(ctx, b.Path, to, Opening{Passphrase: []byte(phraseC)}, tt.proof, time.Now(), nil); !errors.Is(err, tt.want) {
			t.Errorf("knowing %s: %v", name, err)
		}
		if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("knowing %s: left behind, %v", name, err)
		}
	}
	another := audit.Head{Size: 2, Root: head.Root} // an older state that is not of this log
	to := filepath.Join(t.TempDir(), "post")
	if _, err := Restore(ctx, b.Path, to, Opening{Passphrase: []byte(phraseC)}, Proof{Known: []audit.Head{another, head}}, time.Now(), nil); !errors.Is(err, backup.ErrOtherLog) {
		t.Errorf("a backup that is not of the log that is known: %v", err)
	}
	for name, tt := range map[string]struct {
		how     Opening
		proof   Proof
		missing bool
		next    int
	}{
		"with the recovery key and a checkpoint":   {Opening{Recovery: recovery}, Proof{Known: []audit.Head{head}}, true, 0},
		"with the passphrase, knowing nothing":     {Opening{Passphrase: []byte(phraseC)}, Proof{Unproved: true}, false, 100_002},
		"with the passphrase and the log's key":    {Opening{Passphrase: []byte(phraseC)}, Proof{LogKey: key}, false, 100_002},
		"with the passphrase and old and new ones": {Opening{Passphrase: []byte(phraseC)}, Proof{Known: []audit.Head{before, head}}, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			to := filepath.Join(t.TempDir(), "post")
			r, err := Restore(ctx, b.Path, to, tt.how, tt.proof, time.Now(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if (r.Missing != nil) != tt.missing || tt.missing && *r.Missing != head.Size-r.Head.Size {
				t.Errorf("missing %v of %v", r.Missing, head)
			}
			again := openAt(t, to)
			clerk, reviewer := signIn(t, again, "officer-k", phraseA), signIn(t, again, "officer-l", phraseB)
			if c, err := again.Certificate(ctx, clerk, kept.Number); err != nil || c.Seal != kept.Seal {
				t.Errorf("%v, %v", c.Number, err)
			}
			if _, err := again.Certificate(ctx, clerk, lost.Number); !errors.Is(err, desk.ErrNotFound) {
				t.Errorf("what was lost: %v", err)
			}
			next := issueAt(t, again, clerk, reviewer)
			if next.Sequence <= lost.Sequence || tt.next > 0 && next.Sequence != tt.next {
				t.Errorf("sequence %d after %d was lost", next.Sequence, lost.Sequence)
			}
			faults, err := again.Check(ctx, clerk, func(string) {})
			if err != nil || len(faults) > 1 || len(faults) == 1 && faults[0].What != desk.FaultBackup {
				t.Errorf("%+v, %v", faults, err)
			}
		})
	}
}

// A correction revokes what it replaces, in one transaction and for good.
func TestCorrectionReplaces(t *testing.T) {
	dir, _ := real(t)
	h := openAt(t, dir)
	ctx := context.Background()
	clerk, reviewer := signIn(t, h, "officer-k", phraseA), signIn(t, h, "officer-l", phraseB)
	first := issueAt(t, h, clerk, reviewer)
	draft, err := h.Correct(ctx, clerk, first.Number)
	if err != nil {
		t.Fatal(err)
	}
	draft.Content.Doses[0].Lot = "A202103013"
	if draft, err = h.Save(ctx, clerk, draft.ID, draft.Version, draft.Content); err != nil {
		t.Fatal(err)
	}
	if r, err := h.Revocation(ctx, first.Number); r != nil || err != nil {
		t.Fatalf("revoked before its time: %v, %v", r, err)
	}
	second := finish(t, h, draft, clerk, reviewer)
	if second.Statement.Replaces != first.Number || second.Number == first.Number {
		t.Errorf("%s replaces %q", second.Number, second.Statement.Replaces)
	}
	pdf, err := h.Print(ctx, second, 1)
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF")) {
		t.Fatal(err)
	}
	r, err := h.Revocation(ctx, first.Number)
	if err != nil || r == nil || r.ReplacedBy != second.Number || r.Reason != data.RevokedReplaced || r.Officer != "officer-k" || r.Second != "officer-l" {
		t.Errorf("%+v, %v", r, err)
	}
	old, err := h.Certificate(ctx, clerk, first.Number)
	if err != nil || old.Seal != first.Seal {
		t.Errorf("the old record is gone: %v", err)
	}
	if _, err := h.Print(ctx, old, 2); !errors.Is(err, desk.ErrRevoked) {
		t.Errorf("printed: %v", err)
	}
	if _, err := h.Printed(ctx, clerk, first.Number, "q", "1"); !errors.Is(err, desk.ErrRevoked) {
		t.Errorf("recorded as printed: %v", err)
	}
	if _, err := h.Correct(ctx, clerk, first.Number); !errors.Is(err, desk.ErrReplaced) {
		t.Errorf("corrected again: %v", err)
	}
	if _, err := h.Revoke(ctx, clerk, reviewer, []data.CertificateNumber{first.Number}, data.RevokedFraud, "again"); !errors.Is(err, desk.ErrRevoked) {
		t.Errorf("revoked again: %v", err)
	}
	if faults, err := h.Check(ctx, clerk, func(string) {}); err != nil || len(faults) != 2 { // no checkpoint, no backup yet
		t.Errorf("%+v, %v", faults, err)
	}
}

// The recovery key lets an administrator in whose passphrase is lost, with a
// new passphrase, and the old one is of no use any more.
func TestRecover(t *testing.T) {
	dir, recovery := real(t)
	ctx := context.Background()
	if err := Recover(ctx, dir, recovery, "L", []byte("short"), time.Now()); err == nil {
		t.Error("a weak passphrase was taken")
	}
	if err := Recover(ctx, dir, recovery, "Z", []byte(phraseC), time.Now()); !errors.Is(err, desk.ErrNotAdministrator) {
		t.Errorf("nobody: %v", err)
	}
	if err := Recover(ctx, dir, strings.Replace(recovery, recovery[30:34], "QQQQ", 1), "L", []byte(phraseC), time.Now()); !errors.Is(err, vault.ErrPassphrase) {
		t.Errorf("another key: %v", err)
	}
	if err := Recover(ctx, dir, recovery, "L", []byte(phraseC), time.Now()); err != nil {
		t.Fatal(err)
	}
	h := openAt(t, dir)
	if _, err := h.SignIn(ctx, "officer-l", []byte(phraseB)); !errors.Is(err, desk.ErrSignIn) {
		t.Errorf("the old passphrase: %v", err)
	}
	signIn(t, h, "officer-l", phraseC)
	signIn(t, h, "officer-k", phraseA)
}

// What is erased at a traveller's wish is gone from the records at once and from
// the file when the post is next opened; log, number and revocation stay, and
// everything else holds together.
func TestErase(t *testing.T) {
	dir, _ := real(t)
	h := openAt(t, dir)
	ctx := context.Background()
	clerk, reviewer := signIn(t, h, "officer-k", phraseA), signIn(t, h, "officer-l", phraseB)
	c, kept := issueAt(t, h, clerk, reviewer), issueAt(t, h, clerk, reviewer)
	x, err := h.ExportTraveller(ctx, reviewer, "CHN", "E00000000")
	if err != nil || len(x.Applications) != 2 || len(x.Certificates) != 2 || len(x.Log) < 10 {
		t.Fatalf("%d applications, %d certificates, %d entries, %v", len(x.Applications), len(x.Certificates), len(x.Log), err)
	}
	if err := h.Erase(ctx, clerk, reviewer, c.Application); !errors.Is(err, desk.ErrState) {
		t.Errorf("within its medical window: %v", err)
	}
	if _, err := h.Revoke(ctx, clerk, reviewer, []data.CertificateNumber{c.Number}, "error", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Print(ctx, c, 2); !errors.Is(err, desk.ErrRevoked) { // c is as it was shown before
		t.Errorf("a page of what was revoked since: %v", err)
	}
	if err := h.Erase(ctx, clerk, clerk, c.Application); !errors.Is(err, desk.ErrSecond) {
		t.Errorf("alone: %v", err)
	}
	if err := h.Erase(ctx, clerk, reviewer, c.Application); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(filepath.Join(dir, "post.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	h = openAt(t, dir)
	after, err := os.Stat(filepath.Join(dir, "post.db"))
	if err != nil || os.SameFile(before, after) {
		t.Errorf("not compacted (%v)", err)
	}
	clerk, reviewer = signIn(t, h, "officer-k", phraseA), signIn(t, h, "officer-l", phraseB)
	erased, err := h.Certificate(ctx, clerk, c.Number)
	if err != nil || erased.Seal != "" || erased.Statement.Surname != "" || erased.Revoked == nil || erased.Erased.IsZero() || erased.Sequence != c.Sequence {
		t.Errorf("%+v, %v", erased, err)
	}
	if x, err := h.ExportTraveller(ctx, reviewer, "CHN", "E00000000"); err != nil || len(x.Applications) != 1 || x.Certificates[0].Number != kept.Number {
		t.Errorf("%d applications, %v", len(x.Applications), err)
	}
	if faults, err := h.Check(ctx, clerk, func(string) {}); err != nil || len(faults) != 2 { // no checkpoint, no backup yet
		t.Errorf("%+v, %v", faults, err)
	}
}

// TestNothingErasedIsBackedUp: what was erased is in the free pages of the
// database until the post is next opened, and in no backup made before that.
func TestNothingErasedIsBackedUp(t *testing.T) {
	dir, recovery := real(t)
	h := openAt(t, dir)
	ctx := context.Background()
	clerk, reviewer := signIn(t, h, "officer-k", phraseA), signIn(t, h, "officer-l", phraseB)
	draft, err := h.Specimen(ctx)
	if err != nil {
		t.Fatal(err)
	}
	a, err := h.Create(ctx, clerk, draft)
	if err != nil {
		t.Fatal(err)
	}
	sealed := record(t, h, store.ApplicationKey(a.ID))
	if err := h.Erase(ctx, clerk, reviewer, a.ID); err != nil {
		t.Fatal(err)
	}
	if raw, err := os.ReadFile(filepath.Join(dir, "post.db")); err != nil || !bytes.Contains(raw, sealed) {
		t.Fatalf("the test shows nothing (%v)", err)
	}
	if err := h.SetBackup(ctx, clerk, reviewer, filepath.Join(t.TempDir(), "backups"), []byte(phraseC)); err != nil {
		t.Fatal(err)
	}
	b, err := h.Backup(ctx, clerk, nil)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "post")
	if _, err := Restore(ctx, b.Path, to, Opening{Recovery: recovery}, Proof{}, time.Now(), nil); err != nil {
		t.Fatal(err)
	}
	if raw, err := os.ReadFile(filepath.Join(to, "post.db")); err != nil || len(raw) == 0 || bytes.Contains(raw, sealed) {
		t.Errorf("the erased record lies in the backup (%v)", err)
	}
	again := openAt(t, to)
	if rows, err := again.Queue(signIn(t, again, "officer-k", phraseA)); err != nil || len(rows) != 0 {
		t.Errorf("%d cases, %v", len(rows), err)
	}
}

// record is a record of an open post as it lies in its database.
func record(t *testing.T, h *House, key string) (sealed []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	f, err := os.Create(path)
	if err == nil {
		err = errors.Join(h.Folder.Vault.Backup(t.Context(), f), f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	edit(t, path, func(tx store.Tx) error {
		sealed, err = tx.Get(key)
		return err
	})
	if len(sealed) == 0 || err != nil {
		t.Fatalf("no record %s, %v", key, err)
	}
	return sealed
}

// edit changes a database as somebody does who can write the file.
func edit(t *testing.T, path string, fn func(store.Tx) error) {
	t.Helper()
	s, err := engine.Open(path)
	if err == nil {
		err = errors.Join(s.Update(t.Context(), fn), s.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestRestoredIsNotForgotten: that a post came out of a backup stands in its log.
// Who can write the files does not make it give out sequence numbers again.
func TestRestoredIsNotForgotten(t *testing.T) {
	dir, recovery := real(t)
	h := openAt(t, dir)
	ctx := context.Background()
	clerk, reviewer := signIn(t, h, "officer-k", phraseA), signIn(t, h, "officer-l", phraseB)
	if err := h.SetBackup(ctx, clerk, reviewer, filepath.Join(t.TempDir(), "backups"), []byte(phraseC)); err != nil {
		t.Fatal(err)
	}
	b, err := h.Backup(ctx, clerk, nil)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "post")
	if _, err := Restore(ctx, b.Path, to, Opening{Recovery: recovery}, Proof{}, time.Now(), nil); err != nil {
		t.Fatal(err)
	}
	const logState = "audit-state/log"
	var genuine []byte
	edit(t, filepath.Join(to, "post.db"), func(tx store.Tx) error {
		var plain []string
		err := tx.Scan("post/", "", 0, func(key string, _ []byte) error {
			plain = append(plain, key)
			return nil
		})
		for _, key := range plain {
			if key != "post/self" { // which no post opens without
				err = errors.Join(err, tx.Delete(key))
			}
		}
		var s audit.State
		if s, _, err = store.Get[audit.State](tx, logState); err != nil {
			return err
		}
		if genuine, err = store.Encode(s); err != nil || s.Restored == 0 {
			return errors.Join(err, errors.New("nothing says that it was restored"))
		}
		s.Restored = 0
		return store.Put(tx, logState, s)
	})
	forged, err := Open(ctx, to, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := forged.SignIn(ctx, "officer-k", []byte(phraseA)); !errors.Is(err, vault.ErrPutBack) {
		t.Errorf("made to forget: %v", err)
	}
	if err := forged.Close(); err != nil {
		t.Fatal(err)
	}
	edit(t, filepath.Join(to, "post.db"), func(tx store.Tx) error { return tx.Put(logState, genuine) })
	again := openAt(t, to)
	clerk, reviewer = signIn(t, again, "officer-k", phraseA), signIn(t, again, "officer-l", phraseB)
	if c := issueAt(t, again, clerk, reviewer); c.Sequence != 100_001 {
		t.Errorf("sequence %d", c.Sequence)
	}
	// Said once.
	again.Lock()
	clerk, reviewer = signIn(t, again, "officer-k", phraseA), signIn(t, again, "officer-l", phraseB)
	if c := issueAt(t, again, clerk, reviewer); c.Sequence != 100_002 {
		t.Errorf("sequence %d", c.Sequence)
	}
}
