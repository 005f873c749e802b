package keys_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/keys"
)

var now = time.Date(2022, 7, 9, 10, 30, 29, 0, time.UTC)

const passphrase = "kamo rudi teso bali"

var practicePost = data.Post{Kind: data.PracticePost, Code: "PR", Country: "UT", StateName: map[string]string{"en": "Republic of Utopia"}}

const keyURI = "file:keys/signer.key"

// signer is the record of the key in the folder that made makes.
var signer keys.Record

// made is a folder with the key of a practice post; it is made once, for the
// key is slow to encrypt by intent.
var made = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "pratique-keys-*")
	if err == nil {
		err = os.Mkdir(filepath.Join(dir, "keys"), 0o700)
	}
	if err != nil {
		return "", err
	}
	signer, err = (keys.Ring{Dir: dir, Post: practicePost}).MakeOwn(keys.ForCertificates, "", []byte(passphrase), now)
	if err == nil {
		err = os.Rename(filepath.Join(dir, "keys", signer.ID+".key"), filepath.Join(dir, "keys/signer.key"))
		signer.URI = keyURI
	}
	return dir, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := made(); err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// folder is a copy of that folder.
func folder(t *testing.T) string {
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

// files are the names and contents of everything in a folder.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
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

// TestInvariant8NoKeyIsMadeSilently: whatever is wrong with the key, opening
// says so and leaves the folder as it is.
func TestInvariant8NoKeyIsMadeSilently(t *testing.T) {
	_, other, err := keys.MakePractice(practicePost, now)
	if err != nil {
		t.Fatal(err)
	}
	write := func(t *testing.T, path string, b []byte) {
		t.Helper()
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name       string
		uri        string
		passphrase string
		spoil      func(t *testing.T, key string)
		change     func(*keys.Record)
		want       error
	}{
		{"good", keyURI, passphrase, nil, nil, nil},
		{"wrong passphrase", keyURI, passphrase + " ", nil, nil, keys.ErrPassphrase},
		{"no passphrase", keyURI, "", nil, nil, keys.ErrPassphrase},
		{"key missing", keyURI, passphrase, func(t *testing.T, key string) { os.Remove(key) }, nil, keys.ErrMissing},
		{"another name", "file:keys/other.key", passphrase, nil, nil, keys.ErrMissing},
		{"certificate missing", keyURI, passphrase, nil, func(r *keys.Record) { r.Chain = nil }, keys.ErrUnfit},
		{"key empty", keyURI, passphrase, func(t *testing.T, key string) { write(t, key, nil) }, nil, keys.ErrUnfit},
		{"key not encrypted", keyURI, passphrase, func(t *testing.T, key string) {
			k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			der, err := x509.MarshalPKCS8PrivateKey(k)
			if err != nil {
				t.Fatal(err)
			}
			write(t, key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
		}, nil, keys.ErrUnfit},
		{"key damaged", keyURI, passphrase, func(t *testing.T, key string) {
			b, err := os.ReadFile(key)
			if err != nil {
				t.Fatal(err)
			}
			block, _ := pem.Decode(b)
			block.Bytes[len(block.Bytes)-104] ^= 1 // in the secret number
			write(t, key, pem.EncodeToMemory(block))
		}, nil, errAny},
		{"certificate of another key", keyURI, passphrase, nil, func(r *keys.Record) { r.Chain = [][]byte{other.Certificate.Raw} }, keys.ErrUnfit},
		{"certificate empty", keyURI, passphrase, nil, func(r *keys.Record) { r.Chain = [][]byte{{}} }, keys.ErrUnfit},
		{"certificate damaged", keyURI, passphrase, nil, func(r *keys.Record) { r.Chain = [][]byte{{0x30, 0}} }, keys.ErrUnfit},
		{"another kind of URI", "pkcs11:token=x", passphrase, nil, nil, errAny},
		{"no URI", "", passphrase, nil, nil, errAny},
		{"a path", "keys/signer.key", passphrase, nil, nil, errAny},
	} {
		dir := folder(t)
		if tt.spoil != nil {
			tt.spoil(t, filepath.Join(dir, "keys/signer.key"))
		}
		r := signer
		if r.URI = tt.uri; tt.change != nil {
			tt.change(&r)
		}
		before := files(t, dir)
		s, err := (keys.Ring{Dir: dir, Post: practicePost}).Open(r, []byte(tt.passphrase))
		if tt.want == errAny && err == nil || tt.want != errAny && !errors.Is(err, tt.want) || (err == nil) != (s != nil) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		after := files(t, dir)
		if len(after) != len(before) {
			t.Errorf("%s: files %d, were %d", tt.name, len(after), len(before))
		}
		for name := range before {
			if after[name] != before[name] {
				t.Errorf("%s: %s was changed", tt.name, name)
			}
		}
	}
}

var errAny = errors.New("any error")

func TestOwnKeyIsKept(t *testing.T) {
	dir := folder(t)
	before := files(t, dir)
	if _, err := (keys.Ring{Dir: dir, Post: practicePost}).MakeOwn(keys.ForCertificates, keyURI, []byte("other"), now); !errors.Is(err, keys.ErrUnfit) {
		t.Errorf("a key was made over another: %v", err)
	}
	for name, b := range files(t, dir) {
		if before[name] != b {
			t.Errorf("%s was overwritten", name)
		}
		if strings.Contains(b, "BEGIN PRIVATE") || strings.Contains(b, "BEGIN EC PRIVATE") || strings.Contains(b, passphrase) {
			t.Errorf("%s holds a secret in clear", name)
		}
	}
	c, err := signer.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	if !keys.IsPractice(c) || c.IsCA || c.KeyUsage != x509.KeyUsageDigitalSignature || c.NotBefore.Second() != 0 || len(c.ExtKeyUsage) > 0 {
		t.Errorf("signer certificate %+v", c)
	}
	if got := strings.ReplaceAll(keys.Fingerprint(c), " ", ""); got != fmt.Sprintf("%X", sha256.Sum256(c.Raw)) {
		t.Errorf("fingerprint %q", got)
	}
}

func TestCheckFit(t *testing.T) {
	_, s, err := keys.MakePractice(practicePost, now)
	if err != nil {
		t.Fatal(err)
	}
	from, until := s.Certificate.NotBefore, s.Certificate.NotAfter
	for _, tt := range []struct {
		name         string
		now, expires time.Time
		practice     bool
		fit          bool
	}{
		{"good", now, now.AddDate(0, 6, 0), true, true},
		{"first second", from, from, true, true},
		{"a second before", from.Add(-time.Second), from, true, false},
		{"last second", until, until, true, true},
		{"a second after", until.Add(time.Second), until, true, false},
		{"the seal outlives it", now, until.Add(time.Second), true, false},
		{"a real post", now, now.AddDate(0, 6, 0), false, false},
	} {
		if err := s.CheckFit(tt.now, tt.expires, tt.practice); (err == nil) != tt.fit || err != nil && !errors.Is(err, keys.ErrUnfit) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	real := *s.Certificate
	real.Subject.OrganizationalUnit = nil
	if err := (&keys.Signer{Signer: s.Signer, Certificate: &real}).CheckFit(now, now, true); !errors.Is(err, keys.ErrUnfit) {
		t.Errorf("a real key signs at a practice post: %v", err)
	}
}

func TestNewSignerRefusesOtherKeys(t *testing.T) {
	_, s, err := keys.MakePractice(practicePost, now)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.NewSigner(other, s.Certificate); !errors.Is(err, keys.ErrUnfit) {
		t.Errorf("another key: %v", err)
	}
	if _, err := keys.NewSigner(p384, s.Certificate); !errors.Is(err, keys.ErrUnfit) {
		t.Errorf("P-384: %v", err)
	}
	if _, err := keys.NewSigner(r, s.Certificate); !errors.Is(err, keys.ErrUnfit) {
		t.Errorf("RSA: %v", err)
	}
}
