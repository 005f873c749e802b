package trust_test

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pratique/data/seal/hcert"
	"pratique/data/seal/vdsnc"
	"pratique/data/trust"
)

// BenchmarkSpecimen verifies the first specimen of each format that readers of
// other makers read too, and, to compare, does nothing but the check of its
// signature. The specimens lie in $PRATIQUE_SPECIMENS; make interop writes them
// and has the others measure the same ones.
func BenchmarkSpecimen(b *testing.B) {
	dir := os.Getenv("PRATIQUE_SPECIMENS")
	if dir == "" {
		b.Skip("PRATIQUE_SPECIMENS is not set: verifying specimens was NOT measured; make interop does")
	}
	file := func(name string) []byte {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			b.Fatal(err)
		}
		return text
	}
	type specimen struct {
		File, Format string
		At           time.Time
	}
	var expected []specimen
	if err := json.Unmarshal(file("expected.json"), &expected); err != nil {
		b.Fatal(err)
	}
	var l trust.List
	if err := l.Load(filepath.Join(dir, "anchors.pem")); err != nil {
		b.Fatal(err)
	}
	certificates, err := trust.ReadFile(filepath.Join(dir, "anchors.pem"))
	if err != nil {
		b.Fatal(err)
	}
	for _, format := range []string{"dcc", "vdsnc"} {
		first := slices.IndexFunc(expected, func(e specimen) bool { return e.Format == format })
		if first < 0 {
			b.Fatalf("no specimen of %s", format)
		}
		text, at := string(file(expected[first].File)), expected[first].At
		digest, signature, signer := signed(b, format, text, certificates)
		r, s := new(big.Int).SetBytes(signature[:len(signature)/2]), new(big.Int).SetBytes(signature[len(signature)/2:])
		public := signer.PublicKey.(*ecdsa.PublicKey)
		b.Run(format+"/signature alone", func(b *testing.B) {
			for b.Loop() {
				if !ecdsa.Verify(public, digest, r, s) {
					b.Fatal("does not hold")
				}
			}
		})
		b.Run(format+"/Pratique", func(b *testing.B) {
			for b.Loop() {
				if v := l.Verify(text, at, true); v.Outcome != trust.Valid {
					b.Fatal(v.Outcome, v.Reasons)
				}
			}
		})
	}
}

// signed is what of a text its signature is over, and whose it is.
func signed(t testing.TB, format, text string, certificates []*x509.Certificate) (digest, signature []byte, by *x509.Certificate) {
	t.Helper()
	if format == "vdsnc" {
		m, err := vdsnc.Decode(text)
		if err != nil {
			t.Fatal(err)
		}
		return m.Digest(), m.Signature, m.Certificate
	}
	f, err := hcert.DecodeForeign(text)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(certificates, f.SignedBy)
	if i < 0 {
		t.Fatal("nobody signed it")
	}
	sum := f.Digest()
	return sum[:], f.Signature, certificates[i]
}
