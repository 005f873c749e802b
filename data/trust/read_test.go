package trust_test

import (
	"archive/zip"
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"pratique/data"
	"pratique/data/internal/vectors"
	"pratique/data/keys"
	"pratique/data/revocation"
	"pratique/data/seal"
	"pratique/data/seal/hcert"
	"pratique/data/seal/sealtest"
	"pratique/data/seal/shc"
	"pratique/data/trust"
)

func toJSON(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func toPEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func zipped(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, content := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		f.Write(content)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// jwk is a key as a set has it.
func jwk(t testing.TB, key *ecdsa.PublicKey, more map[string]any) map[string]any {
	t.Helper()
	point, err := key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	half := len(point) / 2
	b64 := base64.RawURLEncoding.EncodeToString
	m := map[string]any{"kty": "EC", "crv": key.Curve.Params().Name, "x": b64(point[1 : 1+half]), "y": b64(point[1+half:])}
	for name, v := range more {
		if m[name] = v; v == nil {
			delete(m, name)
		}
	}
	return m
}

func thumbprint(t testing.TB, key *ecdsa.PublicKey) string {
	t.Helper()
	s, err := shc.Thumbprint(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func kidOf(c *x509.Certificate) string {
	kid := hcert.KID(c)
	return base64.StdEncoding.EncodeToString(kid[:])
}

// crl is a list of revoked certificates of an authority.
func (a authority) crl(t testing.TB, revoked ...*x509.Certificate) []byte {
	t.Helper()
	l := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: now.AddDate(0, 0, -1), NextUpdate: now.AddDate(0, 1, 0)}
	for _, c := range revoked {
		l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: c.SerialNumber, RevocationTime: now.AddDate(0, 0, -1)})
	}
	der, err := x509.CreateRevocationList(rand.Reader, l, a.certificate, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// masterList is a list of authorities as ICAO has them, signed by signer, whom
// issuer issued.
func masterList(t testing.TB, issuer authority, signer authority, authorities ...*x509.Certificate) []byte {
	t.Helper()
	m := func(v any) []byte {
		b, err := asn1.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	tagged := func(class, tag int, b ...[]byte) asn1.RawValue {
		return asn1.RawValue{FullBytes: m(asn1.RawValue{Class: class, Tag: tag, IsCompound: true, Bytes: bytes.Join(b, nil)})}
	}
	var set []asn1.RawValue
	for _, c := range authorities {
		set = append(set, asn1.RawValue{FullBytes: c.Raw})
	}
	content := m(struct {
		Version int
		List    []asn1.RawValue `asn1:"set"`
	}{0, set})
	sum := sha256.Sum256(content)
	oidList := asn1.ObjectIdentifier{2, 23, 136, 1, 1, 2}
	attribute := func(oid asn1.ObjectIdentifier, value any) []byte {
		return m(struct {
			Type   asn1.ObjectIdentifier
			Values asn1.RawValue
		}{oid, tagged(asn1.ClassUniversal, asn1.TagSet, m(value))})
	}
	attributes := append(attribute(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}, oidList), attribute(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}, sum[:])...)
	signedSet := m(asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: attributes})
	digest := sha256.Sum256(signedSet)
	signature, err := signer.key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	type algorithm struct{ OID asn1.ObjectIdentifier }
	sha := algorithm{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}}
	info := struct {
		Version    int
		ID         asn1.RawValue
		Digest     algorithm
		Attributes asn1.RawValue
		Algorithm  algorithm
		Signature  []byte
	}{1, tagged(asn1.ClassUniversal, asn1.TagSequence, signer.certificate.RawIssuer, m(signer.certificate.SerialNumber)), sha,
		tagged(asn1.ClassContextSpecific, 0, attributes), algorithm{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}, signature}
	type encapsulated struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue
	}
	body := m(struct {
		Version              int
		Digests              asn1.RawValue
		Encapsulated         encapsulated
		Certificates, Signer asn1.RawValue
	}{3, tagged(asn1.ClassUniversal, asn1.TagSet, m(sha)), encapsulated{oidList, tagged(asn1.ClassContextSpecific, 0, m(content))},
		tagged(asn1.ClassContextSpecific, 0, signer.certificate.Raw, issuer.certificate.Raw), tagged(asn1.ClassUniversal, asn1.TagSet, m(info))})
	return m(struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue
	}{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}, tagged(asn1.ClassContextSpecific, 0, body)})
}

// TestReadContent: every kind of file is read, and what cannot be used of it is
// refused with its reason.
func TestReadContent(t *testing.T) {
	anchor := newAuthority(t, "Anchor", false)
	signer, other := anchor.signer(t, nil), anchor.signer(t, nil)
	key := sealtest.Key(t)
	print := thumbprint(t, &key.PublicKey)
	entry := func(c *x509.Certificate, kid string) map[string]any {
		return map[string]any{"kid": kid, "country": "UT", "certificateType": "DSC", "rawData": base64.StdEncoding.EncodeToString(c.Raw)}
	}
	dsc := toJSON(t, []any{entry(signer.certificate, kidOf(signer.certificate)), entry(other.certificate, kidOf(other.certificate))})
	list := masterList(t, anchor, anchor.signer(t, nil), anchor.certificate)
	did := func(asserts any, methods ...any) []byte {
		doc := map[string]any{"id": "did:web:utopia.example", "verificationMethod": methods, "assertionMethod": asserts}
		if asserts == nil {
			delete(doc, "assertionMethod")
		}
		return toJSON(t, doc)
	}
	method := func(fragment string, jwk map[string]any) any {
		return map[string]any{"id": "did:web:utopia.example#" + fragment, "type": "JsonWebKey2020", "publicKeyJwk": jwk}
	}
	x5c := func(c *x509.Certificate) map[string]any {
		return map[string]any{"x5c": []string{base64.StdEncoding.EncodeToString(c.Raw), base64.StdEncoding.EncodeToString(anchor.certificate.Raw)}}
	}
	verifier, secret, err := keys.NewList("pratique/UT/PR/practice/revocations")
	if err != nil {
		t.Fatal(err)
	}
	noteSigner, err := keys.OpenList("pratique/UT/PR/practice/revocations", secret)
	if err != nil {
		t.Fatal(err)
	}
	revoked, err := revocation.NewList(noteSigner.Name(), 1, now, now, nil, nil).Note(noteSigner)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	padded := jwk(t, &key.PublicKey, map[string]any{"kid": "AAECAwQFBgc="})
	x, _ := base64.RawURLEncoding.DecodeString(padded["x"].(string))
	padded["x"] = b64(append([]byte{0}, x...))
	kinds := func(c trust.Content) map[trust.ItemKind]int {
		n := map[trust.ItemKind]int{}
		for _, i := range c.Items() {
			n[i.Kind]++
		}
		return n
	}
	type counts = map[trust.ItemKind]int
	none := counts{}
	for _, tt := range []struct {
		name    string
		file    []byte
		want    counts
		refused []trust.Refusal
	}{
		{"PEM", slices.Concat([]byte("Utopia\n"), toPEM("CERTIFICATE", anchor.certificate.Raw), toPEM("CERTIFICATE", signer.certificate.Raw)), counts{"anchor": 1, "signer": 1}, nil},
		{"PEM of everything", slices.Concat(toPEM("CERTIFICATE", []byte{1}), toPEM("X509 CRL", anchor.crl(t)), toPEM("X509 CRL", nil), toPEM("CMS", list), toPEM("CMS", []byte{0x30, 0}), toPEM("EC PRIVATE KEY", []byte{1}), []byte(keys.RevocationsLine(verifier)), []byte("revocations: x\n")),
			counts{"anchor": 1, "crl": 1, "verifier": 1}, []trust.Refusal{trust.RefusedDamaged, trust.RefusedDamaged, trust.RefusedDamaged, trust.RefusedSigner, trust.RefusedKind}},
		{"DER", slices.Concat(anchor.certificate.Raw, signer.certificate.Raw, signer.certificate.Raw), counts{"anchor": 1, "signer": 1}, nil},
		{"CRL in DER", anchor.crl(t, signer.certificate), counts{"crl": 1}, nil},
		{"master list", list, counts{"anchor": 1}, nil},
		{"list of signers", dsc, counts{"signer": 2}, nil},
		{"list of signers in an object", toJSON(t, map[string]any{"certificates": json.RawMessage(dsc)}), counts{"signer": 2}, nil},
		{"list of signers behind a signature", append([]byte("c2lnbmF0dXJl\n"), dsc...), counts{"signer": 2}, nil},
		{"list with wrong identifiers", toJSON(t, []any{entry(signer.certificate, kidOf(other.certificate)), entry(other.certificate, kidOf(other.certificate)), map[string]any{"kid": "x", "rawData": "?"}, 7}),
			counts{"signer": 1}, []trust.Refusal{trust.RefusedKID, trust.RefusedDamaged, trust.RefusedKind}},
		{"key set", toJSON(t, map[string]any{"keys": []any{jwk(t, &key.PublicKey, map[string]any{"kid": print, "use": "sig", "alg": "ES256"})}}), counts{"key": 1}, nil},
		{"directory of key sets", toJSON(t, map[string]any{"issuerInfo": []any{map[string]any{"issuer": map[string]any{"iss": "https://utopia.example"}, "keys": []any{jwk(t, &key.PublicKey, map[string]any{"kid": print})}}}}), counts{"key": 1}, nil},
		{"key set with faults", toJSON(t, map[string]any{"keys": []any{
			jwk(t, &key.PublicKey, map[string]any{"kid": strings.Repeat("A", 43)}), jwk(t, &key.PublicKey, map[string]any{"kid": print, "use": "enc"}),
			jwk(t, &key.PublicKey, map[string]any{"kid": print, "alg": "HS256"}), jwk(t, &key.PublicKey, map[string]any{"kid": print, "d": "AA"}),
			jwk(t, &key.PublicKey, map[string]any{"kid": print, "crv": "UNKNOWN CURVE"}), jwk(t, &key.PublicKey, map[string]any{"kid": print, "kty": "oct"}),
			jwk(t, &key.PublicKey, map[string]any{"kid": print, "x": "AA"}), jwk(t, &key.PublicKey, map[string]any{"kid": "name"}), "key",
			jwk(t, &key.PublicKey, map[string]any{"kid": kidOf(signer.certificate), "x5c": x5c(signer.certificate)["x5c"]}),
		}}), none, []trust.Refusal{trust.RefusedKID, trust.RefusedUse, trust.RefusedUse, trust.RefusedPrivate, trust.RefusedCurve, trust.RefusedCurve, trust.RefusedDamaged, trust.RefusedKID, trust.RefusedDamaged, trust.RefusedX5C}},
		{"RSA", toJSON(t, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "kid": "AAECAwQFBgc=", "n": b64(rsaKey.N.Bytes()), "e": "AQAB"}, map[string]any{"kty": "RSA", "kid": "AAECAwQFBgc=", "n": "AQAB", "e": "AQAB"}}}), counts{"key": 1}, []trust.Refusal{trust.RefusedCurve}},
		{"certificates in a key set", toJSON(t, map[string]any{"keys": []any{jwk(t, &signer.key.PublicKey, map[string]any{"kid": kidOf(signer.certificate), "x5c": x5c(signer.certificate)["x5c"]}), jwk(t, &other.key.PublicKey, map[string]any{"kid": kidOf(signer.certificate), "x5c": x5c(other.certificate)["x5c"]})}}),
			counts{"signer": 1}, []trust.Refusal{trust.RefusedKID}},
		{"a coordinate with a sign", toJSON(t, padded), counts{"key": 1}, nil},
		{"DID document of a pass", did([]string{"did:web:utopia.example#key-1"}, method("key-1", jwk(t, &key.PublicKey, nil)), method("key-2", jwk(t, &other.key.PublicKey, nil))), counts{"key": 1}, []trust.Refusal{trust.RefusedUse}},
		{"DID document without assertions", did(nil, method("key-1", jwk(t, &key.PublicKey, nil)), method("AAECAwQFBgc=", jwk(t, &key.PublicKey, nil)), "did:web:utopia.example#ref"), counts{"key": 1}, []trust.Refusal{trust.RefusedUse, trust.RefusedKind}},
		{"parts of DID documents", toJSON(t, []any{method("AAECAwQFBgc=", jwk(t, &key.PublicKey, nil)), map[string]any{"id": "utopia", "publicKeyJwk": map[string]any{}}}), counts{"key": 1}, []trust.Refusal{trust.RefusedKind}},
		{"revocation list", revoked, counts{"revocations": 1}, nil},
		{"batch", []byte(`{"country":"UT","kid":"UNKNOWN_KID","hashType":"UCI","entries":[{"hash":"AAAAAAAAAAAAAAAAAAAAAA=="}]}`), counts{"revocations": 1}, nil},
		{"cards", []byte(`{"kid":"k","method":"rid","ctr":1,"rids":["abc"]}`), counts{"revocations": 1}, nil},
		{"partial hashes", []byte{4, 0, 0, 0, 1}, counts{"revocations": 1}, nil},
		{"ZIP", zipped(t, map[string][]byte{"a/anchor.der": anchor.certificate.Raw, "b/list.json": dsc, "readme.md": []byte("x"), "damaged.pem": []byte("x"), "in.zip": zipped(t, nil)}), counts{"anchor": 1, "signer": 2}, []trust.Refusal{trust.RefusedDamaged, trust.RefusedDamaged}},
	} {
		c, err := trust.ReadContent(tt.file)
		var why []trust.Refusal
		for _, r := range c.Refused {
			why = append(why, r.Why)
		}
		slices.Sort(why)
		slices.Sort(tt.refused)
		if (err != nil) != (len(tt.want) == 0) || err != nil && !errors.Is(err, trust.ErrContent) || !reflect.DeepEqual(kinds(c), tt.want) || !slices.Equal(why, tt.refused) {
			t.Errorf("%s: %v, want %v; %+v, want %v; %v", tt.name, kinds(c), tt.want, c.Refused, tt.refused, err)
		}
		if err != nil {
			continue
		}
		// It comes back from where it is kept.
		b, err := c.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := trust.Decode(b)
		if err != nil || !slices.Equal(back.Items(), c.Items()) || back.Signer != c.Signer {
			t.Errorf("%s: %+v, want %+v, %v", tt.name, back.Items(), c.Items(), err)
		}
		if again, err := back.Encode(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s: kept in two ways, %v", tt.name, err)
		}
	}
}

// TestBadFiles: what is no list is said to be none.
func TestBadFiles(t *testing.T) {
	anchor := newAuthority(t, "Anchor", false)
	by := anchor.signer(t, nil)
	stranger := newAuthority(t, "Stranger", false)
	list := masterList(t, anchor, by, anchor.certificate)
	at := bytes.Index(list, anchor.certificate.Raw) // in what is signed
	changed := bytes.Clone(list)
	changed[at+len(anchor.certificate.Raw)-1] ^= 1
	bomb := zipped(t, map[string][]byte{"a.pem": make([]byte, 17<<20)})
	for _, tt := range []struct {
		name string
		file []byte
		says string
	}{
		{"nothing", nil, "neither"},
		{"text", []byte("some text\n"), "neither"},
		{"a picture", []byte("\x89PNG\r\n\x1a\n\x00\x00"), "neither"},
		{"too large", make([]byte, 17<<20), "more than"},
		{"PEM cut", []byte("-----BEGIN CERTIFICATE-----\nAAAA"), "whole"},
		{"DER cut", anchor.certificate.Raw[:100], "DER"},
		{"JSON cut", []byte(`{"keys":`), "syntax"},
		{"a name twice", []byte(`{"keys":[],"keys":[]}`), "twice"},
		{"JSON of another kind", []byte(`{"a":1}`), "none of the kinds"},
		{"an empty list", []byte(`[]`), "no certificates"},
		{"a damaged batch", []byte(`{"hashType":"UCI","entries":[]}`), "0 hashes"},
		{"a bomb", bomb, "no certificates"},
		{"ZIP cut", bomb[:len(bomb)-10], "ZIP"},
		{"a changed master list", changed, "not what was signed"},
		{"another signer's master list", masterList(t, anchor, authority{stranger.key, by.certificate}, anchor.certificate), "does not hold"},
		{"a master list signed by a stranger", masterList(t, anchor, stranger.signer(t, nil), anchor.certificate), "no authority of the list"},
	} {
		c, err := trust.ReadContent(tt.file)
		if !errors.Is(err, trust.ErrContent) || !strings.Contains(fmt.Sprint(err, c.Refused), tt.says) || c.Len() != 0 {
			t.Errorf("%s: %+v, %v, want it to say %q", tt.name, c.Items(), err, tt.says)
		}
	}
}

// TestReadPath: a folder is one source, of a post's folder the anchors.
func TestReadPath(t *testing.T) {
	anchor := newAuthority(t, "Anchor", false)
	signer := anchor.signer(t, nil)
	dir := t.TempDir()
	write := func(name string, b []byte) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a/anchor.der", anchor.certificate.Raw)
	write("a/signer.der", signer.certificate.Raw)
	write("a/readme.txt", []byte("not a list"))
	write("post/anchor.pem", toPEM("CERTIFICATE", newAuthority(t, "Post", true).certificate.Raw))
	write("post/other.pem", []byte("damaged"))
	c, hash, err := trust.ReadPath(dir)
	if err != nil || len(c.Certificates) != 3 || len(hash) != 64 {
		t.Fatalf("%+v, %v", c.Items(), err)
	}
	if real := c.RefusePractice(); len(real.Certificates) != 2 || len(real.Refused) != 1 || real.Refused[0].Why != trust.RefusedPractice || len(c.Refused) != 0 {
		t.Errorf("%+v", real.Refused)
	}
	sum := sha256.Sum256(signer.certificate.Raw)
	if _, one, err := trust.ReadPath(filepath.Join(dir, "a", "signer.der")); err != nil || one != fmt.Sprintf("%x", sum) || one == hash {
		t.Errorf("hash of a file %s, %v", one, err)
	}
	write("a/damaged.pem", []byte("damaged"))
	if _, _, err := trust.ReadPath(dir); !errors.Is(err, trust.ErrContent) || !strings.Contains(err.Error(), "damaged.pem") {
		t.Errorf("a damaged file: %v", err)
	}
	if _, _, err := trust.ReadPath(t.TempDir()); !errors.Is(err, trust.ErrContent) {
		t.Errorf("an empty folder: %v", err)
	}
	if _, _, err := trust.ReadPath(filepath.Join(dir, "nowhere")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("nowhere: %v", err)
	}
}

// TestCompare: an import says what changes, and takes nothing of what is revoked.
func TestCompare(t *testing.T) {
	anchor := newAuthority(t, "Anchor", false)
	a, b := anchor.signer(t, nil), anchor.signer(t, nil)
	read := func(file ...[]byte) trust.Content {
		t.Helper()
		c, err := trust.ReadContent(slices.Concat(file...))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	cert := func(x authority) []byte { return toPEM("CERTIFICATE", x.certificate.Raw) }
	before := read(cert(anchor), cert(a), toPEM("X509 CRL", anchor.crl(t, a.certificate)))
	after := read(cert(anchor), cert(b), toPEM("EC PRIVATE KEY", []byte{1}))
	c := trust.Compare(before, after)
	id := func(items []trust.Item) (all []string) {
		for _, i := range items {
			all = append(all, i.ID)
		}
		return all
	}
	if !slices.Equal(id(c.Added), []string{keys.Fingerprint(b.certificate)}) || !slices.Equal(id(c.Kept), []string{keys.Fingerprint(anchor.certificate)}) ||
		!slices.Equal(id(c.Removed), []string{keys.Fingerprint(a.certificate)}) || len(c.Refused) != 1 {
		t.Errorf("%+v", c)
	}
	if c.Added[0].Kind != trust.ItemSigner || c.Added[0].Name != "CN=Signer,C=UT" || !c.Added[0].Until.Equal(b.certificate.NotAfter) {
		t.Errorf("%+v", c.Added[0])
	}
	with := trust.Content{Keys: []seal.Key{{ID: "k", Public: &a.key.PublicKey}}}
	if c.Alone != 0 || trust.Compare(before, with).Alone != 1 || trust.Compare(with, with).Alone != 0 {
		t.Errorf("%d keys without certificates", c.Alone)
	}
}

// TestKeysWithoutCertificates: the verdicts about seals whose signers are listed
// by their keys alone.
func TestKeysWithoutCertificates(t *testing.T) {
	key, other := sealtest.Key(t), sealtest.Key(t)
	print := thumbprint(t, &key.PublicKey)
	kid := []byte{0, 1, 2, 3, 4, 5, 6, 7}
	kidName := base64.StdEncoding.EncodeToString(kid)
	from, until := now.Add(-time.Hour).Unix(), now.Add(time.Hour).Unix()
	const issuer, did = "https://utopia.example", "did:web:utopia.example"
	card, pass := sealtest.SHC(t, key, sealtest.Card(issuer, from)), sealtest.NZCP(t, key, "key-1", sealtest.Pass(did, from, until))
	ended := sealtest.Card(issuer, from)
	ended["exp"] = now.Add(-time.Minute).Unix()
	dvc := func(sub int, iss string) string {
		return sealtest.HCERT(t, key, kid, sealtest.Sub(iss, from, until, sub, map[string]any{"n": "Yangben"}))
	}
	listed := func(k ...seal.Key) *trust.List {
		var l trust.List
		l.AddContent(trust.Content{Keys: k}, trust.Source{Name: "list.json", Imported: now.AddDate(0, 0, -3)})
		return &l
	}
	short := listed(seal.Key{ID: kidName, Holder: did, Public: &key.PublicKey})
	good := []trust.Reason{trust.ReasonGood, trust.ReasonListed, trust.ReasonKeyAlone}
	for _, tt := range []struct {
		name    string
		list    *trust.List
		text    string
		at      time.Time
		outcome trust.Outcome
		reasons []trust.Reason
		format  seal.Format
	}{
		{"card", listed(seal.Key{ID: print, Public: &key.PublicKey}), card, now, trust.Valid, good, seal.SHC},
		{"card of the right issuer", listed(seal.Key{ID: print, Holder: issuer, Public: &key.PublicKey}), card, now, trust.Valid, good, seal.SHC},
		{"card of another issuer", listed(seal.Key{ID: print, Holder: "https://other.example", Public: &key.PublicKey}), card, now, trust.Invalid, []trust.Reason{trust.ReasonIssuer}, seal.SHC},
		{"card of nobody", listed(), card, now, trust.CannotSay, []trust.Reason{trust.ReasonUnknownSigner}, seal.SHC},
		{"card of another key", listed(seal.Key{ID: print, Public: &other.PublicKey}), card, now, trust.Invalid, []trust.Reason{trust.ReasonSignature}, seal.SHC},
		{"card before its time", listed(seal.Key{ID: print, Public: &key.PublicKey}), card, now.Add(-2 * time.Hour), trust.Invalid, []trust.Reason{trust.ReasonNotYet}, seal.SHC},
		{"card that ended", listed(seal.Key{ID: print, Public: &key.PublicKey}), sealtest.SHC(t, key, ended), now, trust.Invalid, []trust.Reason{trust.ReasonExpired}, seal.SHC},
		{"card that never ends", listed(seal.Key{ID: print, Public: &key.PublicKey}), card, now.AddDate(50, 0, 0), trust.Valid, good, seal.SHC},
		{"a part of a card", listed(), "shc:/1/2/5676", now, trust.CannotSay, []trust.Reason{trust.ReasonPart}, seal.SHC},
		{"no card", listed(), "shc:/567", now, trust.Unreadable, []trust.Reason{trust.ReasonNotASeal}, ""},
		{"signed, and no card", listed(seal.Key{ID: print, Public: &key.PublicKey}), sealtest.SHC(t, key, []int{}), now, trust.CannotSay, []trust.Reason{trust.ReasonNotOurs}, seal.SHC},
		{"pass", listed(seal.Key{ID: did + "#key-1", Holder: did, Public: &key.PublicKey}), pass, now, trust.Valid, good, seal.NZCP},
		{"pass of a key that is not associated", listed(seal.Key{ID: did + "#key-2", Holder: did, Public: &key.PublicKey}), pass, now, trust.CannotSay, []trust.Reason{trust.ReasonUnknownSigner}, seal.NZCP},
		{"pass not yet", listed(seal.Key{ID: did + "#key-1", Public: &key.PublicKey}), pass, now.Add(-2 * time.Hour), trust.Invalid, []trust.Reason{trust.ReasonNotYet}, seal.NZCP},
		{"pass no longer", listed(seal.Key{ID: did + "#key-1", Public: &key.PublicKey}), pass, now.Add(2 * time.Hour), trust.Invalid, []trust.Reason{trust.ReasonExpired}, seal.NZCP},
		{"pass of the next version", listed(), "NZCP:/2/AAAA", now, trust.CannotSay, []trust.Reason{trust.ReasonNewerVersion}, seal.NZCP},
		{"vaccination card", short, dvc(-6, "UTO"), now, trust.Valid, good, seal.WHO},
		{"vaccination of the WHO", short, dvc(3, "UTO"), now, trust.Valid, good, seal.WHO},
		{"test of the WHO", short, dvc(4, "UTO"), now, trust.Valid, good, seal.WHO},
		{"link", short, dvc(5, "UTO"), now, trust.Valid, good, seal.WHO},
		{"another sub-claim", short, dvc(77, "UTO"), now, trust.CannotSay, []trust.Reason{trust.ReasonSubClaim}, seal.HCERT},
		{"another sub-claim of nobody", listed(), dvc(77, "UTO"), now, trust.CannotSay, []trust.Reason{trust.ReasonUnknownSigner}, seal.HCERT},
		{"vaccination card too late", short, dvc(-6, "UTO"), now.Add(2 * time.Hour), trust.Invalid, []trust.Reason{trust.ReasonExpired}, seal.WHO},
	} {
		v := tt.list.Verify(tt.text, tt.at, false)
		if v.Outcome != tt.outcome || !slices.Equal(v.Reasons, tt.reasons) || v.Format != tt.format {
			t.Errorf("%s: %s %v %s, want %s %v %s", tt.name, v.Outcome, v.Reasons, v.Format, tt.outcome, tt.reasons, tt.format)
		}
		if v.Proves(false) || v.Proves(true) != (tt.outcome == trust.Valid) {
			t.Errorf("%s: proves at a real post %v, at one of practice %v", tt.name, v.Proves(false), v.Proves(true))
		}
		if says := tt.outcome == trust.Valid || slices.Contains([]trust.Reason{trust.ReasonIssuer, trust.ReasonNotYet, trust.ReasonExpired}, tt.reasons[0]); v.Signed() != says {
			t.Errorf("%s: says something: %v", tt.name, v.Signed())
		}
		if v.Signed() && (v.List == nil || v.List.Name != "list.json" || v.List.Imported.IsZero() || v.Key == "" || v.Issuer == "") {
			t.Errorf("%s: by %q, key %q, list %+v", tt.name, v.Issuer, v.Key, v.List)
		}
		if tt.reasons[0] == trust.ReasonSubClaim && !slices.Equal(v.SubClaims, []int64{77}) {
			t.Errorf("%s: sub-claims %v", tt.name, v.SubClaims)
		}
	}
}

// TestPracticeKeyAlone: a key whose certificate is known to be of practice is of
// practice, however else it is listed.
func TestPracticeKeyAlone(t *testing.T) {
	signer := newAuthority(t, "Practice", true).signer(t, func(c *x509.Certificate) { c.Subject = name("Signer", "UT", true) })
	kid := hcert.KID(signer.certificate)
	text := sealtest.HCERT(t, signer.key, kid[:], sealtest.Sub("UTO", now.Add(-time.Hour).Unix(), now.Add(time.Hour).Unix(), -6, map[string]any{"n": "Yangben"}))
	var l trust.List
	l.AddContent(trust.Content{Certificates: []*x509.Certificate{signer.certificate}}, trust.Source{Name: "certificate"})
	l.AddContent(trust.Content{Keys: []seal.Key{{ID: kidOf(signer.certificate), Public: &signer.key.PublicKey}}}, trust.Source{Name: "key"})
	if v := l.Verify(text, now, false); v.Outcome != trust.Invalid || !slices.Equal(v.Reasons, []trust.Reason{trust.ReasonPracticeOnly}) || !v.Practice {
		t.Errorf("%s %v", v.Outcome, v.Reasons)
	}
	if v := l.Verify(text, now, true); v.Outcome != trust.Valid || !v.Practice {
		t.Errorf("in training: %s %v", v.Outcome, v.Reasons)
	}
}

// TestRevokedByLists: a certificate is found by a list that has it, a signer by
// the CRL of its authority, and a list that is old says nothing of one that it
// does not have.
func TestRevokedByLists(t *testing.T) {
	st := statement(t)
	anchor, stranger := newAuthority(t, "Anchor", false), newAuthority(t, "Anchor", false)
	signer := anchor.signer(t, nil)
	text := signer.says(t, st)
	post := data.Post{Country: st.Issuer, Code: string(st.Number)[:2], Kind: data.RealPost}
	verifier, secret, err := keys.NewList(keys.RevocationsName(post))
	if err != nil {
		t.Fatal(err)
	}
	by, err := keys.OpenList(keys.RevocationsName(post), secret)
	if err != nil {
		t.Fatal(err)
	}
	list := func(number uint64, entries []revocation.Entry) []byte {
		t.Helper()
		b, err := revocation.NewList(by.Name(), number, now, now.AddDate(0, 0, 7), nil, entries).Note(by)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	ours := list(1, revocation.OfCertificate(st.Issuer, st.Number, text))
	byNumber := list(1, revocation.OfCertificate(st.Issuer, st.Number))
	others := list(2, revocation.OfCertificate(st.Issuer, "PR0000000000"))
	crl := func(a authority, c *x509.Certificate) []*x509.RevocationList {
		l, err := x509.ParseRevocationList(a.crl(t, c))
		if err != nil {
			t.Fatal(err)
		}
		return []*x509.RevocationList{l}
	}
	for _, tt := range []struct {
		name    string
		content trust.Content
		at      time.Time
		outcome trust.Outcome
		reason  trust.Reason
	}{
		{"no list", trust.Content{}, now, trust.Valid, trust.ReasonGood},
		{"on the list", trust.Content{Verifiers: []string{verifier}, Revocations: [][]byte{ours}}, now, trust.Invalid, trust.ReasonListedRevoked},
		{"by its number", trust.Content{Verifiers: []string{verifier}, Revocations: [][]byte{byNumber}}, now, trust.Invalid, trust.ReasonListedRevoked},
		{"on an old list", trust.Content{Verifiers: []string{verifier}, Revocations: [][]byte{ours}}, now.AddDate(0, 0, 8), trust.Invalid, trust.ReasonListedRevoked},
		{"and a newer list that lost it", trust.Content{Verifiers: []string{verifier}, Revocations: [][]byte{others, ours}}, now, trust.Invalid, trust.ReasonListedRevoked},
		{"the same, the other way round", trust.Content{Verifiers: []string{verifier}, Revocations: [][]byte{ours, others}}, now, trust.Invalid, trust.ReasonListedRevoked},
		{"on no list", trust.Content{Verifiers: []string{verifier}, Revocations: [][]byte{others}}, now, trust.Valid, trust.ReasonGood},
		{"on no list, and that is old", trust.Content{Verifiers: []string{verifier}, Revocations: [][]byte{others}}, now.AddDate(0, 0, 8), trust.CannotSay, trust.ReasonRevocationsOld},
		{"a list of nobody", trust.Content{Revocations: [][]byte{ours}}, now, trust.Valid, trust.ReasonGood},
		{"signer revoked", trust.Content{CRLs: crl(anchor, signer.certificate)}, now, trust.Invalid, trust.ReasonSignerRevoked},
		{"another signer revoked", trust.Content{CRLs: crl(anchor, &x509.Certificate{SerialNumber: big.NewInt(99)})}, now, trust.Valid, trust.ReasonGood},
		{"revoked by a namesake", trust.Content{CRLs: crl(stranger, signer.certificate)}, now, trust.Valid, trust.ReasonGood},
	} {
		var l trust.List
		l.Add(anchor.certificate, signer.certificate)
		l.AddContent(tt.content, trust.Source{})
		v := l.Verify(text, tt.at, false)
		if v.Outcome != tt.outcome || v.Reasons[0] != tt.reason {
			t.Errorf("%s: %s %v, want %s %s", tt.name, v.Outcome, v.Reasons, tt.outcome, tt.reason)
		}
		if unbelieved := len(l.Unbelieved()) > 0; unbelieved != (tt.name == "a list of nobody") {
			t.Errorf("%s: %v", tt.name, l.Unbelieved())
		}
		if known := len(tt.content.Verifiers) > 0; known != (v.Revocations != nil) || known && (v.Revocations.Number == 0 || !v.Revocations.Issued.Equal(now.Truncate(time.Second))) {
			t.Errorf("%s: list %+v", tt.name, v.Revocations)
		}
	}
	// A desk knows all that it revoked itself, and of others what their list says.
	for own, want := range map[string]trust.Outcome{by.Name(): trust.Valid, "pratique/UT/ZZ/real/revocations": trust.CannotSay} {
		l := trust.List{Own: own, Revoked: func(data.CertificateNumber) (*data.Revocation, error) { return nil, nil }}
		l.Add(anchor.certificate, signer.certificate)
		l.AddContent(trust.Content{Verifiers: []string{verifier}, Revocations: [][]byte{others}}, trust.Source{})
		if v := l.Verify(text, now.AddDate(0, 0, 8), false); v.Outcome != want {
			t.Errorf("an old list of %s at %s: %s %v", by.Name(), own, v.Outcome, v.Reasons)
		}
	}
	// The key may come after the list.
	var l trust.List
	l.Add(anchor.certificate, signer.certificate)
	l.AddRevoked(trust.Content{Revocations: [][]byte{ours}})
	l.AddContent(trust.Content{Verifiers: []string{verifier}}, trust.Source{})
	if v := l.Verify(text, now, false); v.Outcome != trust.Invalid || len(l.Unbelieved()) != 0 || l.Revocations() == 0 {
		t.Errorf("%s %v", v.Outcome, v.Reasons)
	}
}

// TestClock: a clock that is behind what has happened decides nothing.
func TestClock(t *testing.T) {
	anchor := newAuthority(t, "Anchor", false)
	signer := anchor.signer(t, nil)
	st := statement(t)
	text := signer.says(t, st)
	expires, _ := st.Expires.Instant()
	var l trust.List
	l.AddContent(trust.Content{Certificates: []*x509.Certificate{anchor.certificate, signer.certificate}}, trust.Source{Name: "a", Imported: now})
	if !l.Latest().Equal(now) {
		t.Errorf("latest %v", l.Latest())
	}
	for _, tt := range []struct {
		at, since time.Time
		text      string
		outcome   trust.Outcome
		reason    trust.Reason
		clock     trust.Clock
	}{
		{now, time.Time{}, text, trust.Valid, trust.ReasonGood, ""},
		{now, now, text, trust.Valid, trust.ReasonGood, trust.ClockPlausible},
		{now, now.Add(4 * time.Minute), text, trust.Valid, trust.ReasonGood, trust.ClockPlausible},
		{now, now.Add(time.Hour), text, trust.CannotSay, trust.ReasonClock, trust.ClockBehind},
		{now.Add(-24 * time.Hour), now, text, trust.CannotSay, trust.ReasonClock, trust.ClockBehind},
		{expires.Add(time.Hour), expires.AddDate(1, 0, 0), text, trust.CannotSay, trust.ReasonClock, trust.ClockBehind},
		{now, now.Add(time.Hour), text[:len(text)-3], trust.Unreadable, trust.ReasonNotASeal, trust.ClockBehind},
	} {
		l.Since = tt.since
		v := l.Verify(tt.text, tt.at, false)
		if v.Outcome != tt.outcome || v.Reasons[0] != tt.reason || v.Clock != tt.clock {
			t.Errorf("at %v since %v: %s %v %s, want %s %s %s", tt.at, tt.since, v.Outcome, v.Reasons, v.Clock, tt.outcome, tt.reason, tt.clock)
		}
	}
}

// TestPublishedKeys: published seals of other issuers with the keys that they
// publish: the issuer's set of SMART Health Cards and its revocation list, the
// DID document of New Zealand, the trust lists of the WHO.
func TestPublishedKeys(t *testing.T) {
	load := func(elements ...string) trust.Content {
		t.Helper()
		c, err := trust.ReadContent(vectors.Read(t, elements...))
		if err != nil {
			t.Fatal(elements, err)
		}
		for _, r := range c.Refused {
			t.Logf("%s: %+v", elements, r)
		}
		return c
	}
	var l trust.List
	for _, path := range [][]string{{"shc", "issuer", ".well-known", "jwks.json"}, {"nzcp", "valid", "did.json"}, {"who", "xcl-verificationMethod.json"}, {"who", "trustlist", "v2_trustlist_DCC_XXA_DSC_did.json"}} {
		c := load(path...)
		if c.Len() == 0 {
			t.Errorf("%s is empty", path)
		}
		l.AddContent(c, trust.Source{Name: path[0]})
	}
	type expected struct {
		File   string
		Accept bool
		NBF    int64
	}
	text := func(elements ...string) string { return strings.TrimSpace(string(vectors.Read(t, elements...))) }
	var passes []expected
	if err := json.Unmarshal(vectors.Read(t, "nzcp", "EXPECTED.json"), &passes); err != nil || len(passes) < 4 {
		t.Fatal(err)
	}
	for _, e := range passes {
		// A pass that is expired is so today; the others are signed or not at any
		// time within theirs.
		v := l.Verify(text("nzcp", filepath.FromSlash(e.File)), time.Date(2022, 7, 9, 0, 0, 0, 0, time.UTC), false)
		if (v.Outcome == trust.Valid) != e.Accept {
			t.Errorf("%s: %s %v", e.File, v.Outcome, v.Reasons)
		}
	}
	for _, n := range []string{"00", "02"} {
		card := shc.Text(text("shc", "examples", "example-"+n+"-d-jws.txt"))
		v := l.Verify(card, time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), false)
		if v.Outcome != trust.Valid || v.SHC == nil {
			t.Errorf("card %s: %s %v", n, v.Outcome, v.Reasons)
		}
		// The issuer's list revokes others.
		var revoking trust.List
		revoking.AddContent(load("shc", "issuer", ".well-known", "jwks.json"), trust.Source{})
		revoking.AddRevoked(load("shc", "issuer", ".well-known", "crl", v.Key+".json"))
		if v := revoking.Verify(card, time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), false); v.Outcome != trust.Valid || revoking.Revocations() != 4 {
			t.Errorf("card %s with the revocation list: %s %v", n, v.Outcome, v.Reasons)
		}
	}
	// The signer's certificate was valid from 2023-09-05 to 2025-09-04.
	v := l.Verify(text("who", "DVCTest3QR.txt"), time.Date(2024, 10, 1, 0, 0, 0, 0, time.UTC), false)
	if v.Outcome != trust.Valid || v.WHO == nil || v.WHO.Find("v.mp") != "1" {
		t.Errorf("vaccination card: %s %v", v.Outcome, v.Reasons)
	}
	if v := l.Verify(text("who", "WHOQR1Contents.txt"), time.Date(2024, 10, 1, 0, 0, 0, 0, time.UTC), false); v.Outcome != trust.CannotSay || v.Signed() {
		t.Errorf("an older demonstration: %s %v", v.Outcome, v.Reasons)
	}
}

// TestPublishedCRL: the Australian authority's revocation list is read, and is
// the authority's own.
func TestPublishedCRL(t *testing.T) {
	c, _, err := trust.ReadPath(vectors.Path(t, "vdsnc", "certs"))
	if err != nil || len(c.CRLs) != 1 || len(c.Certificates) != 4 || len(c.Refused) != 0 {
		t.Fatalf("%+v, %+v, %v", c.Items(), c.Refused, err)
	}
	if !slices.ContainsFunc(c.Certificates, func(a *x509.Certificate) bool { return c.CRLs[0].CheckSignatureFrom(a) == nil }) {
		t.Error("it is nobody's")
	}
}

// TestPublishedKeySets: of the published key sets with a fault, the faulty keys
// are refused.
func TestPublishedKeySets(t *testing.T) {
	for name, why := range map[string]trust.Refusal{
		"wrong_alg_key.json": trust.RefusedUse, "wrong_use_key.json": trust.RefusedUse, "wrong_kid_key.json": trust.RefusedKID,
	} {
		c, err := trust.ReadContent(vectors.Read(t, "shc", "dev-tools", name))
		if !errors.Is(err, trust.ErrContent) || len(c.Refused) != 1 || c.Refused[0].Why != why {
			t.Errorf("%s: %+v, %+v, %v", name, c.Items(), c.Refused, err)
		}
	}
}

// TestMasterListOfJapan: authorities with explicit curves are in master lists,
// and come out of them whole.
func TestMasterListOfJapan(t *testing.T) {
	anchor := newAuthority(t, "Anchor", false)
	var authorities []*x509.Certificate
	for _, name := range []string{"csca-jpn-e3.der", "csca-jpn-e5.der"} {
		c, err := trust.ReadContent(vectors.Read(t, "vdsnc", "certs", name))
		if err != nil {
			t.Fatal(err)
		}
		authorities = append(authorities, c.Certificates...)
	}
	c, err := trust.ReadContent(masterList(t, anchor, anchor.signer(t, nil), append(authorities, anchor.certificate)...))
	if err != nil || len(c.Certificates) != 3 || len(c.Refused) != 0 || c.Signer == "" {
		t.Fatalf("%+v, %+v, %v", c.Items(), c.Refused, err)
	}
	var l trust.List
	l.AddContent(c, trust.Source{Name: "masterlist.ml"})
	v := l.Verify(string(vectors.Read(t, "vdsnc", "jpn-pov-3-doses.json")), time.Date(2022, 7, 9, 0, 0, 0, 0, time.UTC), false)
	if v.Outcome != trust.Valid || v.List == nil || v.List.Name != "masterlist.ml" {
		t.Errorf("%s %v %+v", v.Outcome, v.Reasons, v.List)
	}
}

// FuzzReadContent: whatever a file is, what is read of it can be kept and comes
// back the same.
func FuzzReadContent(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		f.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		f.Fatal(err)
	}
	_, verifier, err := note.GenerateKey(rand.Reader, "pratique/UT/PR/real/revocations")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(der)
	f.Add(append(toPEM("CERTIFICATE", der), keys.RevocationsLine(verifier)...))
	f.Add(zipped(f, map[string][]byte{"a.der": der}))
	f.Add(masterList(f, authority{key, c}, authority{key, c}, c))
	f.Add(toJSON(f, map[string]any{"keys": []any{jwk(f, &key.PublicKey, map[string]any{"kid": thumbprint(f, &key.PublicKey)})}}))
	f.Add(toJSON(f, []any{map[string]any{"kid": kidOf(c), "rawData": base64.StdEncoding.EncodeToString(der)}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := trust.ReadContent(b)
		if err != nil {
			if c.Len() != 0 {
				t.Fatal("both something and nothing")
			}
			return
		}
		kept, err := c.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := trust.Decode(kept)
		if err != nil || !slices.Equal(back.Items(), c.Items()) {
			t.Fatalf("%+v, then %+v, %v", c.Items(), back.Items(), err)
		}
		var l trust.List
		l.AddContent(back, trust.Source{})
	})
}

// TestWhoseRevocations: a list revokes what its post issued and nothing of
// another post, practice nothing real; its key may come from two sources, and
// what it signed stays revoked when the source is no longer trusted.
func TestWhoseRevocations(t *testing.T) {
	st := statement(t)
	anchor := newAuthority(t, "Anchor", false)
	signer := anchor.signer(t, nil)
	text := signer.says(t, st)
	code := string(st.Number)[:2]
	signed := func(country, code string, kind data.PostKind) trust.Content {
		t.Helper()
		post := data.Post{Country: country, Code: code, Kind: kind}
		verifier, secret, err := keys.NewList(keys.RevocationsName(post))
		if err != nil {
			t.Fatal(err)
		}
		by, err := keys.OpenList(keys.RevocationsName(post), secret)
		if err != nil {
			t.Fatal(err)
		}
		b, err := revocation.NewList(by.Name(), 1, now, now.AddDate(0, 0, 7), nil, revocation.OfCertificate(st.Issuer, st.Number, text)).Note(by)
		if err != nil {
			t.Fatal(err)
		}
		return trust.Content{Verifiers: []string{verifier}, Revocations: [][]byte{b}}
	}
	own := signed(st.Issuer, code, data.RealPost)
	key, list := trust.Content{Verifiers: own.Verifiers}, trust.Content{Revocations: own.Revocations}
	for _, tt := range []struct {
		name string
		add  func(*trust.List)
		want trust.Outcome
	}{
		{"its own post", func(l *trust.List) { l.AddContent(own, trust.Source{}) }, trust.Invalid},
		{"another post", func(l *trust.List) { l.AddContent(signed(st.Issuer, "ZZ", data.RealPost), trust.Source{}) }, trust.Valid},
		{"another state", func(l *trust.List) { l.AddContent(signed("XX", code, data.RealPost), trust.Source{}) }, trust.Valid},
		{"practice", func(l *trust.List) { l.AddContent(signed(st.Issuer, code, data.PracticePost), trust.Source{}) }, trust.Valid},
		{"a key of two sources", func(l *trust.List) {
			l.AddContent(key, trust.Source{Name: "a"})
			l.AddContent(key, trust.Source{Name: "b"})
			l.AddRevoked(list)
		}, trust.Invalid},
		{"a source that is no longer trusted", func(l *trust.List) { l.AddFormer(own) }, trust.Invalid},
		{"a file that brings its own key", func(l *trust.List) { l.AddRevoked(own) }, trust.Valid},
	} {
		var l trust.List
		l.Add(anchor.certificate, signer.certificate)
		tt.add(&l)
		if v := l.Verify(text, now, false); v.Outcome != tt.want {
			t.Errorf("%s: %s %v, want %s", tt.name, v.Outcome, v.Reasons, tt.want)
		}
	}
}
