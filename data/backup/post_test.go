package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"filippo.io/age"

	"pratique/assets"
	"pratique/data"
	"pratique/data/audit"
	"pratique/data/backup"
	"pratique/data/desk/desktest"
	"pratique/data/keys"
	"pratique/data/post"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/store/bolt"
	"pratique/data/vault"
)

var (
	ctx    = context.Background()
	engine = post.Engine{Create: bolt.Create, Open: openBolt}
)

func openBolt(path string) (store.Store, error) { return bolt.Open(path, bolt.Options{}) }

// made is a practice post that was made once and is copied for each test.
var made = sync.OnceValues(func() (string, error) {
	p, err := post.LoadPractice(assets.FS)
	if err != nil {
		return "", err
	}
	p.Cost = desktest.Cost
	dir, err := os.MkdirTemp("", "pratique-post-*")
	if err != nil {
		return "", err
	}
	return dir, post.CreatePractice(ctx, dir, p, engine, desktest.Now)
})

// child is what this test binary does as a program that is stopped half-way,
// where programs can be.
var child func(mode, dir, to string)

func TestMain(m *testing.M) {
	if mode := os.Getenv("BACKUP_CHILD"); mode != "" {
		child(mode, os.Getenv("BACKUP_CHILD_POST"), os.Getenv("BACKUP_CHILD_DIR"))
		return
	}
	code := m.Run()
	if dir, err := made(); err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// newPost is the folder of a new practice post, with a scan.
func newPost(t testing.TB) string {
	t.Helper()
	from, err := made()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "attachments", "0f"), make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// open opens a post's database as the program does.
func open(t testing.TB, dir string) (*audit.Log, backup.Source) {
	t.Helper()
	s, err := openBolt(filepath.Join(dir, "post.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	v, err := vault.Open(ctx, s, string(data.PracticePost), nil) // nobody signs in: what is done is done closed
	if err != nil {
		t.Fatal(err)
	}
	log, err := audit.Open(ctx, v, filepath.Join(dir, "head"))
	if err != nil {
		t.Fatal(err)
	}
	return log, backup.Source{Dir: dir, Made: desktest.Now, Backup: s.Backup, Open: openBolt}
}

func act(log *audit.Log) error {
	return log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		return add(audit.Entry{At: desktest.Now, Act: audit.OfficerRefused})
	})
}

// checkPost is what the program does to verify a backup.
func checkPost(dir string, m backup.Manifest) error {
	n, err := post.VerifyLog(ctx, dir, engine, "backup", m.Log, nil)
	if err == nil && n != m.Head.Size {
		err = fmt.Errorf("%d entries, the manifest says %d", n, m.Head.Size)
	}
	return err
}

func newIdentity(t testing.TB) *age.X25519Identity {
	t.Helper()
	i, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func restore(t testing.TB, path, dir string, id age.Identity) (backup.Manifest, error) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return backup.Restore(ctx, f, dir, backup.Reading{Identity: id, Check: checkPost})
}

// A practice post that was restored opens, with its keys and passphrases, and
// goes on from where the backup was made; what is missing since is known.
func TestPostOpensAfterRestore(t *testing.T) {
	dir, id := newPost(t), newIdentity(t)
	log, source := open(t, dir)
	if err := act(log); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "backup")
	to := backup.Recipients{Recovery: []age.Recipient{id.Recipient()}}
	written, err := backup.WriteFile(ctx, path, source, to, checkPost, nil)
	if err != nil {
		t.Fatal(err)
	}
	const since = 3
	for range since {
		if err := act(log); err != nil {
			t.Fatal(err)
		}
	}
	restored := filepath.Join(t.TempDir(), "post")
	m, err := restore(t, path, restored, id)
	if err != nil || m.Header != written.Header {
		t.Fatal(err)
	}
	known, err := audit.ReadHead(filepath.Join(dir, "head"))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := backup.Missing(m, known); n != since || err != nil {
		t.Errorf("%d missing, %v, want %d", n, err, since)
	}
	f, err := post.Open(ctx, restored, engine, "test")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if entries, err := os.ReadDir(filepath.Join(restored, "attachments")); err != nil || len(entries) != 1 {
		t.Errorf("attachments %v, %v", entries, err)
	}
	secrets, err := f.PracticePassphrases()
	if err != nil {
		t.Fatal(err)
	}
	key, err := vault.ParseRecovery(secrets.Recovery)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Vault.Unlock(ctx, key, true); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Signer(ctx, keys.ForCertificates); err != nil {
		t.Errorf("signer: %v", err)
	}
	if _, err := f.LogSigner(ctx); err != nil {
		t.Errorf("key of the log: %v", err)
	}
	for secret, name := range map[string]string{keys.HandoverSecret: keys.HandoverName(f.Post), keys.RevocationsSecret: keys.RevocationsName(f.Post)} {
		if b, _ := f.Vault.Secret(secret); b == nil {
			t.Errorf("no %s", secret)
		} else if _, err := keys.OpenList(name, b); err != nil {
			t.Errorf("%s: %v", secret, err)
		}
	}
	want, err := os.ReadFile(filepath.Join(dir, post.AuthorityFile))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(restored, post.AuthorityFile)); err != nil || !bytes.Equal(got, want) {
		t.Errorf("key of the practice authority: %v", err)
	}
	if err := f.Log.View(ctx, func(tx store.Tx) error {
		accounts, err := staff.Accounts(tx)
		if len(accounts) != len(secrets.Officers) {
			t.Errorf("%d officers", len(accounts))
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	if err := act(f.Log); err != nil {
		t.Errorf("goes on: %v", err)
	}
}

// A database that was put back to an earlier state is not what is restored
// under a head that knows better: the check sees it.
func TestOldDatabaseInBackup(t *testing.T) {
	dir, id := newPost(t), newIdentity(t)
	log, source := open(t, dir)
	old := filepath.Join(t.TempDir(), "post.db")
	f, err := os.Create(old)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(source.Backup(ctx, f), f.Close(), act(log)); err != nil {
		t.Fatal(err)
	}
	source.Backup = func(_ context.Context, w io.Writer) error {
		b, err := os.ReadFile(old)
		if err == nil {
			_, err = w.Write(b)
		}
		return err
	}
	path := filepath.Join(t.TempDir(), "backup")
	_, err = backup.WriteFile(ctx, path, source, backup.Recipients{Recovery: []age.Recipient{id.Recipient()}}, nil, nil)
	if !errors.Is(err, audit.ErrHead) {
		t.Errorf("%v", err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it was written: %v", err)
	}
}
