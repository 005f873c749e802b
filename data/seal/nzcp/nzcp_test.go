package nzcp_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pratique/data/internal/vectors"
	"pratique/data/seal/nzcp"
	"pratique/data/seal/sealtest"
)

const issuer = "did:web:health.utopia.example"

// TestPass: what was sealed is read, and only with the key that signed.
func TestPass(t *testing.T) {
	key := sealtest.Key(t)
	m, err := nzcp.Decode(sealtest.NZCP(t, key, "key-1", sealtest.Pass(issuer, 1657000000, 1659000000)))
	if err != nil || m.Key != issuer+"#key-1" || !m.SignedBy(&key.PublicKey) || m.SignedBy(&sealtest.Key(t).PublicKey) {
		t.Fatalf("%+v, %v", m, err)
	}
	got, err := nzcp.DecodePayload(m.Payload)
	want := nzcp.Pass{Issuer: issuer, ID: "urn:uuid:00000000-0000-0000-0000-000000000000", NotBefore: time.Unix(1657000000, 0).UTC(), Expires: time.Unix(1659000000, 0).UTC(),
		GivenName: "Specimen", FamilyName: "Yangben", Birth: "1984-03-08"}
	if err != nil || got != want {
		t.Errorf("%+v, want %+v, %v", got, want, err)
	}
}

// TestEveryChangedCharacterIsFound: no character can be changed unseen.
func TestEveryChangedCharacterIsFound(t *testing.T) {
	key := sealtest.Key(t)
	text := sealtest.NZCP(t, key, "key-1", sealtest.Pass(issuer, 1657000000, 1659000000))
	for i := len(nzcp.Prefix); i < len(text); i += 5 {
		changed := []byte(text)
		if changed[i]++; changed[i] == 'Z'+1 || changed[i] == '8' {
			changed[i] = 'A'
		}
		if m, err := nzcp.Decode(string(changed)); err == nil && m.SignedBy(&key.PublicKey) {
			t.Fatalf("character %d changed, and signed all the same", i)
		}
	}
}

// TestBadInput: what is wrong is refused, and said.
func TestBadInput(t *testing.T) {
	key := sealtest.Key(t)
	good := sealtest.NZCP(t, key, "key-1", sealtest.Pass(issuer, 1657000000, 1659000000))
	for _, tt := range []struct{ name, text, says string }{
		{"empty", "", "begin"},
		{"next version", "NZCP:/2/AAAA", "newer"},
		{"nothing", nzcp.Prefix, "tag"},
		{"small letters", nzcp.Prefix + strings.ToLower(good[len(nzcp.Prefix):]), "base32"},
		{"padded", good + "=", "base32"},
		{"line end inside", good[:40] + "\n" + good[40:], "base32"},
		{"too long", nzcp.Prefix + strings.Repeat("A", 4400), "at most"},
		{"cut", good[:len(nzcp.Prefix)+(len(good)-len(nzcp.Prefix))/16*8], "another tag"},
		{"something else", nzcp.Prefix + "2KCA", "not a New Zealand"},
		{"no issuer", sealtest.NZCP(t, key, "key-1", sealtest.Pass("utopia", 1, 2)), "issuer"},
		{"no key", sealtest.NZCP(t, key, "", sealtest.Pass(issuer, 1, 2)), "no key"},
		{"no claims", sealtest.NZCP(t, key, "key-1", "claims"), "claims"},
	} {
		if m, err := nzcp.Decode(tt.text); m != nil || !errors.Is(err, nzcp.ErrFormat) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want it to say %q", tt.name, err, tt.says)
		}
	}
	change := func(do func(claims map[any]any, vc map[string]any)) map[any]any {
		c := sealtest.Pass(issuer, 1657000000, 1659000000)
		do(c, c["vc"].(map[string]any))
		return c
	}
	for name, payload := range map[string]any{
		"no beginning":       change(func(c map[any]any, _ map[string]any) { delete(c, 5) }),
		"no end":             change(func(c map[any]any, _ map[string]any) { delete(c, 4) }),
		"an end as text":     change(func(c map[any]any, _ map[string]any) { c[4] = "2022" }),
		"a short identifier": change(func(c map[any]any, _ map[string]any) { c[7] = []byte{1} }),
		"no credential":      change(func(c map[any]any, _ map[string]any) { delete(c, "vc") }),
		"another version":    change(func(_ map[any]any, vc map[string]any) { vc["version"] = "2.0.0" }),
		"another type":       change(func(_ map[any]any, vc map[string]any) { vc["type"] = []string{"VerifiableCredential"} }),
		"no name": change(func(_ map[any]any, vc map[string]any) {
			vc["credentialSubject"] = map[string]string{"dob": "1984-03-08"}
		}),
	} {
		m, err := nzcp.Decode(sealtest.NZCP(t, key, "key-1", payload))
		if err != nil {
			t.Fatal(name, err)
		}
		if p, err := nzcp.DecodePayload(m.Payload); !errors.Is(err, nzcp.ErrContent) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

// TestPublished reads the examples of the specification: the signature of each
// is as it is said to be, and so is what it says.
func TestPublished(t *testing.T) {
	var jwk struct{ X, Y string }
	if err := json.Unmarshal(vectors.Read(t, "nzcp", "valid", "jwk.json"), &jwk); err != nil {
		t.Fatal(err)
	}
	x, _ := base64.RawURLEncoding.DecodeString(jwk.X)
	y, _ := base64.RawURLEncoding.DecodeString(jwk.Y)
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
	if err != nil {
		t.Fatal(err)
	}
	var expected []struct {
		File, KID, Iss, JTI string
		NBF, Exp            int64
		SignatureValid      bool
	}
	if err := json.Unmarshal(vectors.Read(t, "nzcp", "EXPECTED.json"), &expected); err != nil || len(expected) < 4 {
		t.Fatal(len(expected), err)
	}
	for _, e := range expected {
		m, err := nzcp.Decode(string(vectors.Read(t, "nzcp", filepath.FromSlash(e.File))))
		if err != nil {
			t.Errorf("%s: %v", e.File, err)
			continue
		}
		if m.Key != e.Iss+"#"+e.KID || m.SignedBy(key) != e.SignatureValid {
			t.Errorf("%s: key %s, signed %v", e.File, m.Key, m.SignedBy(key))
		}
		p, err := nzcp.DecodePayload(m.Payload)
		if err != nil || p.ID != e.JTI || p.NotBefore.Unix() != e.NBF || p.Expires.Unix() != e.Exp || p.Birth == "" {
			t.Errorf("%s: %+v, %v", e.File, p, err)
		}
	}
}

// FuzzDecode: what is read names a key, and a pass that is read has all that one
// must have.
func FuzzDecode(f *testing.F) {
	f.Add(sealtest.NZCP(f, sealtest.Key(f), "key-1", sealtest.Pass(issuer, 1657000000, 1659000000)))
	f.Add("NZCP:/1/2KCEVIQEIVVWK6JNGEASNICZAEP2KALY")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := nzcp.Decode(text)
		if err != nil {
			if m != nil || !errors.Is(err, nzcp.ErrFormat) {
				t.Fatal(err)
			}
			return
		}
		again, err := nzcp.Decode(strings.TrimSpace(text))
		if err != nil || !reflect.DeepEqual(m, again) || !strings.HasPrefix(m.Key, "did:web:") {
			t.Fatalf("%+v, then %+v, %v", m, again, err)
		}
		if p, err := nzcp.DecodePayload(m.Payload); err == nil && (p.GivenName == "" || p.Birth == "" || p.Expires.IsZero() || !strings.HasPrefix(m.Key, p.Issuer+"#")) {
			t.Fatalf("%+v", p)
		}
	})
}
