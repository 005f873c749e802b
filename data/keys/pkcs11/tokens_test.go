//go:build cgo

package pkcs11_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/keys"
	"pratique/data/keys/pkcs11"
)

var now = time.Date(2022, 7, 9, 10, 30, 0, 0, time.UTC)

var post = data.Post{Kind: data.RealPost, Code: "PR", Country: "UT", StateName: map[string]string{"en": "Republic of Utopia"}}

// token is the one that .ci/softhsm made.
type token struct {
	module, label string
	pin           []byte
}

func softToken(t testing.TB) token {
	t.Helper()
	if os.Getenv("SOFTHSM2_CONF") == "" {
		t.Skip("SOFTHSM2_CONF is not set: the tests with a token did NOT run; see .ci/softhsm")
	}
	pin, err := os.ReadFile(os.Getenv("PRATIQUE_PKCS11_PIN_FILE"))
	if err != nil {
		t.Fatal(err)
	}
	return token{os.Getenv("PRATIQUE_PKCS11_MODULE"), os.Getenv("PRATIQUE_PKCS11_TOKEN"), bytes.TrimSpace(pin)}
}

func (k token) uri(object string) string {
	return "pkcs11:token=" + url.PathEscape(k.label) + ";object=" + object + "?module-path=" + k.module
}

func (k token) url(t testing.TB, object string) *url.URL {
	t.Helper()
	u, err := url.Parse(k.uri(object))
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// open opens a key for the length of the test.
func open(t testing.TB, tokens *pkcs11.Tokens, u *url.URL, pin []byte) crypto.Signer {
	t.Helper()
	k, err := tokens.Open(u, pin)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.(io.Closer).Close() })
	return k
}

// signs checks a signature of the key with the standard library.
func signs(t testing.TB, key crypto.Signer) {
	t.Helper()
	digest := sha256.Sum256([]byte(rand.Text()))
	signature, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	if !ecdsa.VerifyASN1(key.Public().(*ecdsa.PublicKey), digest[:], signature) {
		t.Error("the token's signature does not verify")
	}
}

// TestSignerInToken goes the whole way: key and request in the token, the
// certificate of a test authority, signatures.
func TestSignerInToken(t *testing.T) {
	k := softToken(t)
	g := keys.Ring{Dir: t.TempDir(), Post: post, Places: keys.Places{pkcs11.Scheme: new(pkcs11.Tokens)}}
	r, err := g.Request(keys.ForCertificates, k.uri("request"), k.pin, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Request(keys.ForCertificates, k.uri("request"), k.pin, now); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second key of that name: %v", err)
	}
	request, err := x509.ParseCertificateRequest(r.Request)
	if err != nil {
		t.Fatal(err)
	}
	if err := request.CheckSignature(); err != nil {
		t.Error(err)
	}
	anchorKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	anchor := certify(t, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Authority", Country: []string{"UT"}},
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(4, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, &anchorKey.PublicKey, anchorKey)
	answer := func(public any) []byte {
		c := certify(t, &x509.Certificate{
			SerialNumber: big.NewInt(2), Subject: request.Subject, NotBefore: now, NotAfter: now.AddDate(2, 0, 0),
			BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature,
		}, anchor, public, anchorKey)
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	}
	if _, err := r.Import(post, answer(&anchorKey.PublicKey), []*x509.Certificate{anchor}, now); err == nil {
		t.Error("the certificate of another key was imported")
	}
	if r, err = r.Import(post, answer(request.PublicKey), []*x509.Certificate{anchor}, now); err != nil {
		t.Fatal(err)
	}
	if !r.Accredited {
		t.Errorf("%+v", r)
	}
	s, err := g.Open(r, k.pin)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CheckFit(now, now.AddDate(0, 6, 0), false); err != nil {
		t.Error(err)
	}
	signs(t, s)
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	digest := sha256.Sum256(nil)
	if _, err := s.Sign(rand.Reader, digest[:], crypto.SHA256); !errors.Is(err, keys.ErrMissing) {
		t.Errorf("a closed key: %v", err)
	}
	// And a signer that the post vouches for by itself.
	own, err := g.MakeOwn(keys.ForCertificates, k.uri("own"), k.pin, now)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = g.Open(own, k.pin); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	signs(t, s)
	// The record of one key does not open another.
	own.URI = r.URI
	if _, err := g.Open(own, k.pin); !errors.Is(err, keys.ErrUnfit) {
		t.Errorf("another key of the token: %v", err)
	}
	signs(t, s)
}

func certify(t *testing.T, c, parent *x509.Certificate, public any, by *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, public, by)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestErrors(t *testing.T) {
	k := softToken(t)
	var tokens pkcs11.Tokens
	made, err := tokens.Make(k.url(t, "errors"), k.pin)
	if err != nil {
		t.Fatal(err)
	}
	made.(io.Closer).Close()
	with := func(change func(*token)) token {
		c := k
		change(&c)
		return c
	}
	wrong := append([]byte("x"), k.pin...)
	check := func(t *testing.T, name string, k token, object string, pin []byte, want error) {
		t.Helper()
		got, err := tokens.Open(k.url(t, object), pin)
		if !errors.Is(err, want) || got != nil {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
		if err != nil && strings.Contains(err.Error(), string(k.pin)) {
			t.Errorf("%s: the error repeats the PIN", name)
		}
	}
	bad := filepath.Join(t.TempDir(), "no-library.so")
	if err := os.WriteFile(bad, []byte("not a library"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // closed, then with the token open
		check(t, "wrong PIN", k, "errors", wrong, keys.ErrPassphrase)
		check(t, "short PIN", k, "errors", []byte("1"), keys.ErrPassphrase)
		check(t, "no PIN", k, "errors", nil, keys.ErrPassphrase)
		check(t, "no such key", k, "nothing", k.pin, keys.ErrMissing)
		check(t, "no such token", with(func(k *token) { k.label = "elsewhere" }), "errors", k.pin, keys.ErrMissing)
		check(t, "no library", with(func(k *token) { k.module = bad + ".gone" }), "errors", k.pin, keys.ErrMissing)
		check(t, "not a library", with(func(k *token) { k.module = bad }), "errors", k.pin, keys.ErrMissing)
		if got, err := tokens.Make(k.url(t, "errors"), wrong); !errors.Is(err, keys.ErrPassphrase) || got != nil {
			t.Errorf("making with a wrong PIN: %v", err)
		}
		signs(t, open(t, &tokens, k.url(t, "errors"), k.pin))
	}
	key := open(t, &tokens, k.url(t, "errors"), k.pin)
	if _, err := key.Sign(rand.Reader, []byte("no digest"), crypto.SHA256); err == nil {
		t.Error("signed what is no digest")
	}
	// A key without an object cannot be made.
	u, err := url.Parse("pkcs11:token=" + url.PathEscape(k.label) + ";id=%99?module-path=" + k.module)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tokens.Make(u, k.pin); !errors.Is(err, keys.ErrUnfit) {
		t.Errorf("a key without a label: %v", err)
	}
	signs(t, key)
}

func TestNamesFitOneKey(t *testing.T) {
	k := softToken(t)
	var tokens pkcs11.Tokens
	base := "pkcs11:token=" + url.PathEscape(k.label)
	at := func(name string) *url.URL {
		u, err := url.Parse(base + name + "?module-path=" + k.module)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	a, err := tokens.Make(at(";object=named;id=%01%a1"), k.pin)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.(io.Closer).Close() })
	if !pkcs11.Kept(a) {
		t.Error("the private key can leave the token")
	}
	if _, err := tokens.Make(at(";object=other;id=%01%a1"), k.pin); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second key of that id: %v", err)
	}
	for _, name := range []string{";object=named", ";id=%01%a1", ";object=named;id=%01%A1;type=private", ";manufacturer=SoftHSM%20project;model=SoftHSM%20v2;object=named"} {
		if b := open(t, &tokens, at(name), k.pin); !a.Public().(*ecdsa.PublicKey).Equal(b.Public()) {
			t.Errorf("%s: another key", name)
		}
	}
	for _, name := range []string{";object=named;id=%01%a2", ";serial=0000;object=named", ";slot-id=4294967295;object=named"} {
		if _, err := tokens.Open(at(name), k.pin); !errors.Is(err, keys.ErrMissing) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPulledOut: a token that goes away takes its keys with it, and nothing
// else; back again, it opens as before.
func TestPulledOut(t *testing.T) {
	k := softToken(t)
	var tokens pkcs11.Tokens
	made, err := tokens.Make(k.url(t, "pulled"), k.pin)
	if err != nil {
		t.Fatal(err)
	}
	second := open(t, &tokens, k.url(t, "pulled"), k.pin)
	pkcs11.PullOut(made)
	digest := sha256.Sum256(nil)
	for _, key := range []crypto.Signer{made, second, made} {
		if _, err := key.Sign(rand.Reader, digest[:], crypto.SHA256); !errors.Is(err, keys.ErrMissing) {
			t.Errorf("signing: %v", err)
		}
	}
	again := open(t, &tokens, k.url(t, "pulled"), k.pin)
	if err := made.(io.Closer).Close(); err != nil {
		t.Error(err)
	}
	signs(t, again)
	// Where only opening notices it, that says so, and the next time works.
	pkcs11.PullOut(again)
	if _, err := tokens.Open(k.url(t, "pulled"), k.pin); !errors.Is(err, keys.ErrMissing) {
		t.Errorf("opening: %v", err)
	}
	signs(t, open(t, &tokens, k.url(t, "pulled"), k.pin))
}

// TestManySign: keys of one token sign and close at the same time.
func TestManySign(t *testing.T) {
	k := softToken(t)
	var tokens pkcs11.Tokens
	made, err := tokens.Make(k.url(t, "many"), k.pin)
	if err != nil {
		t.Fatal(err)
	}
	made.(io.Closer).Close()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 5 {
				key, err := tokens.Open(k.url(t, "many"), k.pin)
				if err != nil {
					t.Error(err)
					return
				}
				digest := sha256.Sum256(nil)
				if s, err := key.Sign(rand.Reader, digest[:], crypto.SHA256); err != nil || !ecdsa.VerifyASN1(key.Public().(*ecdsa.PublicKey), digest[:], s) {
					t.Errorf("signature: %v", err)
				}
				if err := key.(io.Closer).Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkSign(b *testing.B) {
	k := softToken(b)
	var tokens pkcs11.Tokens
	key, err := tokens.Make(k.url(b, "bench-"+rand.Text()), k.pin)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { key.(io.Closer).Close() })
	digest := sha256.Sum256(nil)
	for b.Loop() {
		if _, err := key.Sign(rand.Reader, digest[:], crypto.SHA256); err != nil {
			b.Fatal(err)
		}
	}
}
