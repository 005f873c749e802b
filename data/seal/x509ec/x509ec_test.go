package x509ec_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pratique/data/internal/vectors"
	"pratique/data/seal/vdsnc"
	"pratique/data/seal/x509ec"
)

var start = time.Date(2022, 7, 1, 0, 0, 0, 0, time.UTC)

// authority is a certificate that issues others, and its key.
type authority struct {
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
}

func certify(t testing.TB, subject string, key *ecdsa.PublicKey, by *authority, own *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: subject, Country: []string{"UT"}},
		NotBefore: start, NotAfter: start.AddDate(1, 0, 0), SubjectKeyId: []byte(subject),
		IsCA: by == nil, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	parent, signer := c, own
	if by != nil {
		parent, signer = by.certificate, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key, signer)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func newAuthority(t testing.TB, curve elliptic.Curve) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return authority{key, certify(t, "authority", &key.PublicKey, nil, key)}
}

// spelling is how a test spells the parameters out.
type spelling struct {
	Version int
	Field   struct {
		Type  asn1.ObjectIdentifier
		Prime *big.Int
	}
	Curve struct {
		A, B []byte
		Seed asn1.BitString `asn1:"optional"`
	}
	Base     []byte
	Order    *big.Int
	Cofactor *big.Int `asn1:"optional"`
}

func spell(curve elliptic.Curve) spelling {
	p := curve.Params()
	width := (p.BitSize + 7) / 8
	var s spelling
	s.Version = 1
	s.Field.Type, s.Field.Prime = asn1.ObjectIdentifier{1, 2, 840, 10045, 1, 1}, p.P
	s.Curve.A = new(big.Int).Sub(p.P, big.NewInt(3)).FillBytes(make([]byte, width))
	s.Curve.B = p.B.FillBytes(make([]byte, width))
	s.Base = slices.Concat([]byte{4}, p.Gx.FillBytes(make([]byte, width)), p.Gy.FillBytes(make([]byte, width)))
	s.Order, s.Cofactor = p.N, big.NewInt(1)
	return s
}

// spellOut is the authority's certificate with its curve spelled out, signed
// anew by its own key.
func (a authority) spellOut(t testing.TB, s any) []byte {
	t.Helper()
	parameters, err := asn1.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var spki struct {
		Algorithm struct {
			OID        asn1.ObjectIdentifier
			Parameters asn1.RawValue
		}
		Key asn1.BitString
	}
	var certificate struct {
		TBS       asn1.RawValue
		Algorithm asn1.RawValue
		Signature asn1.BitString
	}
	if _, err := asn1.Unmarshal(a.certificate.RawSubjectPublicKeyInfo, &spki); err != nil {
		t.Fatal(err)
	}
	if _, err := asn1.Unmarshal(a.certificate.Raw, &certificate); err != nil {
		t.Fatal(err)
	}
	spki.Algorithm.Parameters = asn1.RawValue{FullBytes: parameters}
	key, err := asn1.Marshal(spki)
	if err != nil {
		t.Fatal(err)
	}
	tbs, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true,
		Bytes: bytes.Replace(certificate.TBS.Bytes, a.certificate.RawSubjectPublicKeyInfo, key, 1)})
	if err != nil {
		t.Fatal(err)
	}
	hash := map[x509.SignatureAlgorithm]func([]byte) []byte{
		x509.ECDSAWithSHA256: func(b []byte) []byte { s := sha256.Sum256(b); return s[:] },
	}[a.certificate.SignatureAlgorithm]
	if hash == nil { // the signature does not matter for what is only parsed
		hash = func([]byte) []byte { return make([]byte, 32) }
	}
	signature, err := a.key.Sign(rand.Reader, hash(tbs), nil)
	if err != nil {
		t.Fatal(err)
	}
	certificate.TBS = asn1.RawValue{FullBytes: tbs}
	certificate.Signature = asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}
	der, err := asn1.Marshal(certificate)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// TestChain: an authority whose curve is spelled out is the one that it is with
// the curve's name, down to its fingerprint and its own signature.
func TestChain(t *testing.T) {
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		a := newAuthority(t, curve)
		leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		leaf := certify(t, "leaf", &leafKey.PublicKey, &a, nil)
		compressed, seeded, bare := spell(curve), spell(curve), spell(curve)
		compressed.Base = elliptic.MarshalCompressed(curve, curve.Params().Gx, curve.Params().Gy)
		seeded.Curve.Seed = asn1.BitString{Bytes: make([]byte, 20), BitLength: 160}
		bare.Cofactor = nil
		for name, s := range map[string]spelling{"plain": spell(curve), "compressed": compressed, "with a seed": seeded, "without cofactor": bare} {
			der := a.spellOut(t, s)
			if _, err := x509.ParseCertificate(der); err == nil {
				t.Skip("crypto/x509 reads explicit parameters by itself, so this package can go: that it reads them was NOT tried")
			}
			c, err := x509ec.ParseCertificate(der)
			if err != nil {
				t.Errorf("%s, %s: %v", curve.Params().Name, name, err)
				continue
			}
			if !a.key.PublicKey.Equal(c.PublicKey) || !bytes.Equal(c.Raw, der) || !bytes.Contains(der, c.RawTBSCertificate) || !bytes.Contains(c.RawTBSCertificate, c.RawSubjectPublicKeyInfo) {
				t.Errorf("%s, %s: another certificate", curve.Params().Name, name)
			}
			if err := leaf.CheckSignatureFrom(c); err != nil {
				t.Errorf("%s, %s: does not vouch: %v", curve.Params().Name, name, err)
			}
			if curve == elliptic.P256() {
				if err := c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature); err != nil {
					t.Errorf("%s: its own signature: %v", name, err)
				}
			}
		}
		// One with a name is read as ever.
		if c, err := x509ec.ParseCertificate(a.certificate.Raw); err != nil || !c.Equal(a.certificate) {
			t.Errorf("%s, named: %v", curve.Params().Name, err)
		}
	}
}

// TestOtherCurves: parameters that differ in anything are no known curve.
func TestOtherCurves(t *testing.T) {
	a := newAuthority(t, elliptic.P256())
	one := big.NewInt(1)
	for name, change := range map[string]func(*spelling){
		"another prime":          func(s *spelling) { s.Field.Prime = elliptic.P384().Params().P },
		"another field":          func(s *spelling) { s.Field.Type = asn1.ObjectIdentifier{1, 2, 840, 10045, 1, 2} },
		"another a":              func(s *spelling) { s.Curve.A[31] ^= 1 },
		"a shorter a":            func(s *spelling) { s.Curve.A = s.Curve.A[1:] },
		"another b":              func(s *spelling) { s.Curve.B[0] ^= 1 },
		"another base":           func(s *spelling) { s.Base[40] ^= 1 },
		"the key as base":        func(s *spelling) { s.Base, _ = a.key.PublicKey.Bytes() },
		"base of the other sign": func(s *spelling) { s.Base = append([]byte{2}, s.Base[1:33]...) },
		"another order":          func(s *spelling) { s.Order = new(big.Int).Sub(s.Order, one) },
		"another cofactor":       func(s *spelling) { s.Cofactor = big.NewInt(2) },
		"version 0":              func(s *spelling) { s.Version = 0 },
		"a mixture": func(s *spelling) {
			*s = spell(elliptic.P384())
			s.Order = elliptic.P256().Params().N
		},
	} {
		s := spell(elliptic.P256())
		change(&s)
		if c, err := x509ec.ParseCertificate(a.spellOut(t, s)); !errors.Is(err, x509ec.ErrCurve) || c != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The right parameters with a key that is not on the curve.
	onAnother := newAuthority(t, elliptic.P384())
	if c, err := x509ec.ParseCertificate(onAnother.spellOut(t, spell(elliptic.P256()))); err == nil {
		t.Errorf("a key of another curve: %v", c.PublicKey)
	}
}

// TestJapaneseAuthorities: real certificates with explicit parameters, and the
// signer certificate in a real seal that they vouch for.
func TestJapaneseAuthorities(t *testing.T) {
	dir := vectors.Path(t)
	text, err := os.ReadFile(filepath.Join(dir, "vdsnc", "jpn-pov-3-doses.json"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := vdsnc.Decode(string(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"csca-jpn-e3.der", "csca-jpn-e5.der"} {
		der, err := os.ReadFile(filepath.Join(dir, "vdsnc", "certs", name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := x509.ParseCertificate(der); err == nil {
			t.Errorf("%s has no explicit parameters", name)
		}
		c, err := x509ec.ParseCertificate(der)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !c.IsCA || !bytes.Equal(c.Raw, der) || c.Subject.Country[0] != "JP" {
			t.Errorf("%s: %s", name, c.Subject)
		}
		if err := m.Certificate.CheckSignatureFrom(c); err != nil {
			t.Errorf("%s does not vouch for the signer: %v", name, err)
		}
	}
}

// FuzzParseCertificate: what is read has the bytes that were given, and
// whatever crypto/x509 reads is read in the same way.
func FuzzParseCertificate(f *testing.F) {
	a := newAuthority(f, elliptic.P256())
	f.Add(a.certificate.Raw)
	f.Add(a.spellOut(f, spell(elliptic.P256())))
	f.Fuzz(func(t *testing.T, der []byte) {
		c, err := x509ec.ParseCertificate(der)
		plain, plainErr := x509.ParseCertificate(der)
		switch {
		case err != nil && (c != nil || plainErr == nil):
			t.Fatalf("%v, crypto/x509 says %v", err, plainErr)
		case err == nil && !bytes.Equal(c.Raw, der):
			t.Fatal("other bytes")
		case plainErr == nil && !c.Equal(plain):
			t.Fatal("another certificate")
		}
	})
}
