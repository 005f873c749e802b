package post_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pratique/assets"
	"pratique/data"
	"pratique/data/audit"
	"pratique/data/codes"
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
	now    = desktest.Now
	engine = post.Engine{
		Create: bolt.Create,
		Open:   func(path string) (store.Store, error) { return bolt.Open(path, bolt.Options{}) },
	}
)

func practice(t testing.TB) post.Practice {
	t.Helper()
	p, err := post.LoadPractice(assets.FS)
	if err != nil {
		t.Fatal(err)
	}
	p.Cost = desktest.Cost
	return p
}

// made is a post that was made once for all tests and is copied for each.
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
	return dir, post.CreatePractice(ctx, dir, p, engine, now)
})

func TestMain(m *testing.M) {
	if dir := os.Getenv("POST_CHILD_DIR"); dir != "" { // a program that is killed while it makes a post
		p, err := post.LoadPractice(assets.FS)
		if err != nil {
			panic(err)
		}
		p.Cost = desktest.Cost
		if err := post.CreatePractice(ctx, dir, p, engine, now); err != nil {
			panic(err)
		}
		return
	}
	code := m.Run()
	if dir, err := made(); err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// newPost is the folder of a new practice post.
func newPost(t *testing.T) string {
	t.Helper()
	from, err := made()
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

func open(t *testing.T, dir string) *post.Folder {
	t.Helper()
	f, err := post.Open(ctx, dir, engine, "desk 1, process 4711")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// content is everything in a folder except the lock file.
func content(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "post.lock" {
			return err
		}
		b, err := os.ReadFile(path)
		all[path[len(dir):]] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func same(a, b map[string]string) (differ []string) {
	for name := range a {
		if a[name] != b[name] {
			differ = append(differ, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			differ = append(differ, "+"+name)
		}
	}
	return differ
}

func TestPracticePostIsComplete(t *testing.T) {
	dir := newPost(t)
	f := open(t, dir)
	if !f.Post.Practice() || f.Post.Schema != post.Schema {
		t.Errorf("%+v", f.Post)
	}
	if _, err := f.Signer(ctx, keys.ForCertificates); !errors.Is(err, vault.ErrLocked) {
		t.Errorf("signs while locked: %v", err)
	}
	if _, err := f.LogSigner(ctx); !errors.Is(err, vault.ErrLocked) {
		t.Errorf("signs its log while locked: %v", err)
	}
	secrets, err := f.PracticePassphrases()
	if err != nil {
		t.Fatal(err)
	}
	if len(secrets.Officers) != 3 {
		t.Errorf("officers %v", secrets.Officers)
	}
	// Each officer opens it, and who may sign opens the signing key.
	for id, phrase := range secrets.Officers {
		f.Vault.Lock()
		if err := unlock(f, id, phrase); err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		s, err := f.Signer(ctx, keys.ForCertificates)
		switch {
		case id == "officer-a" && !errors.Is(err, keys.ErrMissing): // a clerk
			t.Errorf("%s signs: %v", id, err)
		case id != "officer-a" && (err != nil || !keys.IsPractice(s.Certificate)):
			t.Errorf("%s does not sign: %v", id, err)
		}
		if l, err := f.LogSigner(ctx); err != nil || l.Name() != "pratique/UT/PR/practice" {
			t.Errorf("log key: %v", err)
		}
	}
	f.Vault.Lock()
	recovery, err := vault.ParseRecovery(secrets.Recovery)
	if err == nil {
		err = f.Vault.Unlock(ctx, recovery, true)
	}
	if err != nil {
		t.Errorf("the recovery key: %v", err)
	}
	if _, err := f.Signer(ctx, keys.ForCertificates); err != nil {
		t.Errorf("with the recovery key: %v", err)
	}
	f.Close()
	seen := map[string]bool{}
	for _, phrase := range secrets.Officers {
		if _, err := staff.Judge([]byte(phrase), "Officer A", "Practice Consulate in Port Amaurote"); err != nil {
			t.Errorf("generated passphrase %q: %v", phrase, err)
		}
		if len(strings.Fields(phrase)) != 4 || seen[phrase] {
			t.Errorf("passphrase %q", phrase)
		}
		seen[phrase] = true
	}
	// The words open nothing by being in the other files, nor do these tell who
	// works here.
	hidden := append(slices.Collect(maps.Keys(seen)), secrets.Recovery, "Officer A", "Officer B", "Officer C")
	for name, b := range content(t, dir) {
		if name = filepath.Base(name); name != post.PassphraseFile {
			readable(t, name, b, hidden...)
		}
	}
	original, err := made() // a copy does not keep who may read
	if err != nil {
		t.Fatal(err)
	}
	private, err := filepath.Glob(filepath.Join(original, "keys", "*.key"))
	if err != nil || len(private) != 4 {
		t.Errorf("keys %v, %v", private, err)
	}
	for _, name := range []string{post.PassphraseFile, "post.db", "head"} {
		private = append(private, filepath.Join(original, name))
	}
	for _, path := range private {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %v", path, err)
		}
	}
}

// unlock opens the records of a post as an officer does, with the signing box
// where it is open to them.
func unlock(f *post.Folder, id data.OfficerID, passphrase string) error {
	key, err := f.Vault.Prove(ctx, string(id), []byte(passphrase))
	if err != nil {
		return err
	}
	if err := f.Vault.Unlock(ctx, key, true); !errors.Is(err, vault.ErrNotForYou) {
		return err
	}
	return f.Vault.Unlock(ctx, key, false)
}

// readable reports words that stand in the content of a file, in any case.
func readable(t *testing.T, name, content string, words ...string) {
	t.Helper()
	content = strings.ToLower(content)
	for _, w := range words {
		if strings.Contains(content, strings.ToLower(w)) {
			t.Errorf("%s holds %q", name, w)
		}
	}
}

func TestSpecimenHasNoProblems(t *testing.T) {
	book, err := codes.Load(assets.FS)
	if err != nil {
		t.Fatal(err)
	}
	p := practice(t)
	for _, at := range []time.Time{now, now.Add(12 * time.Hour), time.Date(2024, 2, 28, 23, 59, 0, 0, time.UTC), time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)} {
		if problems := data.Validate(post.Specimen(p.Post, p.Laboratories, at), book, p.Laboratories, at); len(problems) > 0 {
			t.Errorf("%s: %v", at, problems)
		}
	}
	// The clocks go forward between the present hour and the flight.
	p.Post.Zone = "Europe/Berlin"
	departs := post.Specimen(p.Post, p.Laboratories, time.Date(2026, 3, 27, 23, 30, 0, 0, time.UTC)).Departs()
	if want := (data.Moment{Wall: "2026-03-29T21:40", Zone: "Europe/Berlin", Offset: "+02:00"}); departs != want {
		t.Errorf("departs %v, want %v", departs, want)
	}
}

func TestCreateRefuses(t *testing.T) {
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "something"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	existing := newPost(t)
	for name, dir := range map[string]string{"a full folder": full, "a post": existing} {
		before := content(t, dir)
		if err := post.CreatePractice(ctx, dir, practice(t), engine, now); !errors.Is(err, post.ErrNotEmpty) {
			t.Errorf("%s: %v", name, err)
		}
		if d := same(before, content(t, dir)); len(d) > 0 {
			t.Errorf("%s: changed %v", name, d)
		}
	}
	file := filepath.Join(full, "something")
	if err := post.CreatePractice(ctx, file, practice(t), engine, now); err == nil {
		t.Error("a post was made over a file")
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != "mine" {
		t.Errorf("%q, %v", b, err)
	}
	for _, kind := range []data.PostKind{data.RealPost, "", "Practice"} {
		p := practice(t)
		p.Post.Kind = kind
		dir := filepath.Join(t.TempDir(), "post")
		if err := post.CreatePractice(ctx, dir, p, engine, now); !errors.Is(err, post.ErrRealPost) {
			t.Errorf("kind %q: %v", kind, err)
		}
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("kind %q left a folder", kind)
		}
	}
	// An engine that fails leaves nothing behind.
	parent := t.TempDir()
	broken := post.Engine{Create: func(string) error { return errors.New("no room") }, Open: engine.Open}
	if err := post.CreatePractice(ctx, filepath.Join(parent, "post"), practice(t), broken, now); err == nil {
		t.Error("made without a database")
	}
	if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// TestCrashLeavesNoHalfPost kills the making of a post at many moments: the
// folder is complete or not there, and what a crash left is in nobody's way.
func TestCrashLeavesNoHalfPost(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "post")
	leftovers, complete := 0, 0
	for i := range 12 {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), "POST_CHILD_DIR="+dir)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i) * 30 * time.Millisecond)
		c.Process.Kill()
		c.Wait()
		if _, err := os.Stat(dir); err == nil {
			complete++
			f, err := post.Open(ctx, dir, engine, "test")
			if err != nil {
				t.Fatalf("a half post: %v", err)
			}
			secrets, err := f.PracticePassphrases()
			if err == nil {
				err = unlock(f, "officer-b", secrets.Officers["officer-b"])
			}
			if err == nil {
				_, err = f.Signer(ctx, keys.ForCertificates)
			}
			if err != nil {
				t.Errorf("a half post: %v", err)
			}
			f.Close()
			os.RemoveAll(dir)
		}
	}
	if left, err := os.ReadDir(parent); err == nil {
		leftovers = len(left)
	}
	t.Logf("%d complete, %d left behind", complete, leftovers)
	if err := post.CreatePractice(ctx, dir, practice(t), engine, now); err != nil {
		t.Errorf("after crashes: %v", err)
	}
	open(t, dir)
}

// TestInvariant8EditedPostIsRefused: the kind of a post, and what it is, cannot
// be changed by editing one of its files.
func TestInvariant8EditedPostIsRefused(t *testing.T) {
	for name, edit := range map[string][2]string{
		"kind":     {`"kind": "practice"`, `"kind": "real"`},
		"code":     {`"code": "PR"`, `"code": "QR"`},
		"country":  {`"country": "UT"`, `"country": "XX"`},
		"zone":     {`"zone": "Asia/Singapore"`, `"zone": "Asia/Tokyo"`},
		"no kind":  {`"kind": "practice"`, `"kind": ""`},
		"bad code": {`"code": "PR"`, `"code": "pr"`},
		"schema 0": {`"schema": 3`, `"schema": 0`},
		"schema 4": {`"schema": 3`, `"schema": 4`},
		"no JSON":  {`{`, `(`},
	} {
		dir := newPost(t)
		path := filepath.Join(dir, "post.json")
		b, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(b, []byte(edit[0])) {
			t.Fatalf("%s: %v\n%s", name, err, b)
		}
		if err := os.WriteFile(path, bytes.Replace(b, []byte(edit[0]), []byte(edit[1]), 1), 0o600); err != nil {
			t.Fatal(err)
		}
		if f, err := post.Open(ctx, dir, engine, "test"); err == nil {
			f.Close()
			t.Errorf("%s: opened", name)
		} else if slices.Contains([]string{"code", "country", "zone"}, name) && !errors.Is(err, post.ErrMixed) || name == "kind" && !errors.Is(err, vault.ErrKind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The database of another post in this folder.
	a, b := newPost(t), filepath.Join(t.TempDir(), "b")
	if err := post.CreatePractice(ctx, b, practice(t), engine, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"post.db", "head"} {
		content, err := os.ReadFile(filepath.Join(b, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(a, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
		if f, err := post.Open(ctx, a, engine, "test"); err == nil {
			f.Close()
			t.Errorf("opened with the %s of another post", name)
		}
	}
}

// TestInvariant8PassphrasesOfARealPostAreNotRead: not even if the file is there.
func TestInvariant8PassphrasesOfARealPostAreNotRead(t *testing.T) {
	f := open(t, newPost(t))
	f.Post.Kind = data.RealPost
	if p, err := f.PracticePassphrases(); err == nil || p.Recovery != "" || len(p.Officers) != 0 {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestInvariant12NothingIsMadeByOpening: whatever is missing or broken, opening
// fails and the folder stays as it is.
func TestInvariant12NothingIsMadeByOpening(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(dir string) error
		want  error
	}{
		{"no database", func(dir string) error { return os.Remove(filepath.Join(dir, "post.db")) }, fs.ErrNotExist},
		{"no head", func(dir string) error { return os.Remove(filepath.Join(dir, "head")) }, fs.ErrNotExist},
		{"no post.json", func(dir string) error { return os.Remove(filepath.Join(dir, "post.json")) }, post.ErrNoPost},
		{"empty database", func(dir string) error { return os.WriteFile(filepath.Join(dir, "post.db"), nil, 0o600) }, nil},
		{"garbage", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "post.db"), bytes.Repeat([]byte("garbage "), 8192), 0o600)
		}, nil},
		{"half a database", func(dir string) error { return os.Truncate(filepath.Join(dir, "post.db"), 8192) }, nil},
		{"empty head", func(dir string) error { return os.WriteFile(filepath.Join(dir, "head"), nil, 0o600) }, nil},
		{"head of an empty log, and another", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "head"), []byte("1 "+strings.Repeat("A", 43)+"=\n"), 0o600)
		}, audit.ErrHead},
		{"everything but post.json", func(dir string) error {
			return errors.Join(os.Remove(filepath.Join(dir, "post.db")), os.Remove(filepath.Join(dir, "head")), os.RemoveAll(filepath.Join(dir, "keys")))
		}, nil},
	} {
		dir := newPost(t)
		if err := tt.spoil(dir); err != nil {
			t.Fatal(err)
		}
		before := content(t, dir)
		f, err := post.Open(ctx, dir, engine, "test")
		if err == nil {
			f.Close()
			t.Errorf("%s: opened", tt.name)
		} else if tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if d := same(before, content(t, dir)); len(d) > 0 {
			t.Errorf("%s: opening changed %v", tt.name, d)
		}
	}
	empty := t.TempDir()
	if _, err := post.Open(ctx, empty, engine, "test"); !errors.Is(err, post.ErrNoPost) {
		t.Errorf("empty folder: %v", err)
	}
	if left, err := os.ReadDir(empty); err != nil || len(left) > 0 {
		t.Errorf("opening an empty folder made %v", left)
	}
}

func TestRolledBackDatabaseIsRefused(t *testing.T) {
	dir := newPost(t)
	old, err := os.ReadFile(filepath.Join(dir, "post.db"))
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, dir)
	err = f.Log.Update(ctx, func(_ store.Tx, add func(audit.Entry) error) error {
		return add(audit.Entry{At: now, Act: audit.OfficerSignedIn})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "post.db"), old, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := post.Open(ctx, dir, engine, "test"); !errors.Is(err, audit.ErrHead) {
		t.Errorf("%v, want ErrHead", err)
	}
}

// A key of the log that is not the one the log began with signs nothing and
// verifies nothing, even where both halves were exchanged.
func TestLogKeyIsTheOneOfTheFirstEntry(t *testing.T) {
	dir := newPost(t)
	f := open(t, dir)
	secrets, err := f.PracticePassphrases()
	if err != nil {
		t.Fatal(err)
	}
	if err := unlock(f, "officer-b", secrets.Officers["officer-b"]); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"keys/log.key", "log.pub"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := keys.CreateLog(dir, f.Post, f.Vault.LogSecret()); err != nil {
		t.Fatal(err)
	}
	if _, err := f.LogSigner(ctx); !errors.Is(err, audit.ErrBroken) {
		t.Errorf("signs with %v", err)
	}
	f.Close()
	var fault *audit.Fault
	if _, err := post.VerifyLog(ctx, dir, engine, "test", "", nil); !errors.As(err, &fault) || fault.First != 1 || fault.Last != 1 {
		t.Errorf("verifies with %v", err)
	}
}

// Whatever is verified or found, the files stay as they are.
func TestVerifyLogChangesNothing(t *testing.T) {
	dir := newPost(t)
	before := content(t, dir)
	if n, err := post.VerifyLog(ctx, dir, engine, "test", "", nil); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if d := same(before, content(t, dir)); len(d) > 0 {
		t.Errorf("verifying changed %v", d)
	}
	f := open(t, dir)
	if _, err := post.VerifyLog(ctx, dir, engine, "test", "", nil); !errors.Is(err, store.ErrLocked) {
		t.Errorf("while it is open: %v", err)
	}
	f.Close()
	if _, err := post.VerifyLog(ctx, t.TempDir(), engine, "test", "", nil); !errors.Is(err, post.ErrNoPost) {
		t.Errorf("nowhere: %v", err)
	}
}

func TestOlderLayoutIsNamed(t *testing.T) {
	dir := newPost(t)
	path := filepath.Join(dir, "post.json")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	old := bytes.Replace(b, []byte(`"schema": 3`), []byte(`"schema": 2`), 1)
	if err := os.WriteFile(path, old, 0o600); err != nil || bytes.Equal(b, old) {
		t.Fatal("no schema to replace", err)
	}
	if _, err := post.Open(ctx, dir, engine, "test"); err == nil || !strings.Contains(err.Error(), "older version") {
		t.Errorf("%v", err)
	}
}

func TestSecondOpenTellsWhoHasIt(t *testing.T) {
	dir := newPost(t)
	f := open(t, dir)
	if _, err := post.Open(ctx, dir, engine, "desk 2"); !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), "desk 1, process 4711") {
		t.Errorf("%v", err)
	}
	if p, err := post.Describe(dir); err != nil || p.Code != f.Post.Code {
		t.Errorf("describe while it is open: %v", err)
	}
	f.Close()
	open(t, dir)
}
