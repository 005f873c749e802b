package keys_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"pratique/data"
	"pratique/data/keys"
)

// withLog is a folder of keys with that of the log.
func withLog(t *testing.T, post data.Post) (dir, verifier string) {
	t.Helper()
	dir = folder(t)
	verifier, err := keys.CreateLog(dir, post, []byte(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	return dir, verifier
}

func TestLogKeySignsNotes(t *testing.T) {
	dir, verifier := withLog(t, practicePost)
	if !strings.HasPrefix(verifier, "pratique/UT/PR/practice+") {
		t.Errorf("verifier key %q", verifier)
	}
	line, v, err := keys.ReadLogVerifier(filepath.Join(dir, "log.pub"))
	if err != nil || line != verifier {
		t.Fatalf("%q, %v, want %q", line, err, verifier)
	}
	s, err := keys.OpenLog(dir, practicePost, []byte(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	b, err := note.Sign(&note.Note{Text: "text\n"}, s)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := note.Open(b, note.VerifierList(v)); err != nil || n.Text != "text\n" {
		t.Errorf("%v, %v", n, err)
	}
	before := files(t, dir)
	if _, err := keys.CreateLog(dir, practicePost, []byte(passphrase)); err == nil {
		t.Error("a second key replaced the first")
	}
	for name, content := range files(t, dir) {
		if before[name] != content {
			t.Errorf("%s was changed", name)
		}
	}
	info, err := os.Stat(filepath.Join(dir, "keys", "log.key"))
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("log.key can be read by others: %v", err)
	}
}

func TestLogNamesTellKinds(t *testing.T) {
	genuine := practicePost
	genuine.Kind = data.RealPost
	if p, r := keys.LogName(practicePost), keys.LogName(genuine); p != "pratique/UT/PR/practice" || r != "pratique/UT/PR/real" {
		t.Errorf("%s, %s", p, r)
	}
	odd := practicePost
	odd.Country = "U T"
	if _, err := keys.CreateLog(t.TempDir(), odd, []byte(passphrase)); err == nil {
		t.Error("a name no note can hold was taken")
	}
}

func TestOpenLogRefuses(t *testing.T) {
	replace := func(dir, name, with string) error {
		b, err := os.ReadFile(filepath.Join(dir, with))
		return errors.Join(err, os.WriteFile(filepath.Join(dir, name), b, 0o600))
	}
	genuine := practicePost
	genuine.Kind = data.RealPost
	for _, tt := range []struct {
		name       string
		post       data.Post
		passphrase string
		spoil      func(dir string) error
		want       error
	}{
		{"wrong passphrase", practicePost, "kamo rudi teso bala", nil, keys.ErrPassphrase},
		{"no passphrase", practicePost, "", nil, keys.ErrPassphrase},
		{"real post", genuine, passphrase, nil, keys.ErrUnfit},
		{"no key", practicePost, passphrase, func(dir string) error { return os.Remove(filepath.Join(dir, "keys/log.key")) }, keys.ErrMissing},
		{"no public key", practicePost, passphrase, func(dir string) error { return os.Remove(filepath.Join(dir, "log.pub")) }, os.ErrNotExist},
		{"garbage", practicePost, passphrase, func(dir string) error { return os.WriteFile(filepath.Join(dir, "log.pub"), []byte("x"), 0o600) }, keys.ErrUnfit},
		{"the certificate signer's key", practicePost, passphrase, func(dir string) error { return replace(dir, "keys/log.key", "keys/signer.key") }, keys.ErrUnfit},
		{"another log's key", practicePost, passphrase, func(dir string) error {
			other, _ := withLog(t, practicePost)
			b, err := os.ReadFile(filepath.Join(other, "keys/log.key"))
			return errors.Join(err, os.WriteFile(filepath.Join(dir, "keys/log.key"), b, 0o600))
		}, keys.ErrUnfit},
	} {
		dir, _ := withLog(t, practicePost)
		if tt.spoil != nil {
			if err := tt.spoil(dir); err != nil {
				t.Fatal(err)
			}
		}
		if s, err := keys.OpenLog(dir, tt.post, []byte(tt.passphrase)); !errors.Is(err, tt.want) || s != nil {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	// And the other way round: the log's key signs no certificates.
	dir, _ := withLog(t, practicePost)
	if err := replace(dir, "keys/signer.key", "keys/log.key"); err != nil {
		t.Fatal(err)
	}
	if _, err := (keys.Ring{Dir: dir, Post: practicePost}).Open(signer, []byte(passphrase)); !errors.Is(err, keys.ErrUnfit) {
		t.Errorf("the log's key as signer: %v, want ErrUnfit", err)
	}
}
