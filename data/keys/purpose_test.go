package keys_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"pratique/data"
	"pratique/data/keys"
	"pratique/data/seal/dcc"
	"pratique/data/seal/vdsnc"
)

// TestPurposes: a request asks for the profile of its purpose, an answer of that
// profile is taken, and one of another is refused.
func TestPurposes(t *testing.T) {
	g := keys.Ring{Dir: t.TempDir(), Post: data.Post{Kind: data.RealPost, Code: "PA", Country: "UT", State: "UTO", StateName: map[string]string{"en": "Republic of Utopia"}}}
	if err := os.Mkdir(filepath.Join(g.Dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	self := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{Country: []string{"UT"}, CommonName: "Utopia Health"}, SubjectKeyId: []byte{1, 2, 3},
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(12, 0, 0), BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, self, self, &caKey.PublicKey, caKey)
	if err != nil {
		t.Fatal(err)
	}
	anchor, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	answers := map[keys.Purpose]func(q *x509.CertificateRequest) *x509.Certificate{
		keys.ForCertificates: func(q *x509.CertificateRequest) *x509.Certificate {
			return &x509.Certificate{Subject: q.Subject, KeyUsage: x509.KeyUsageDigitalSignature,
				ExtraExtensions: []pkix.Extension{{Id: []int{2, 5, 29, 37}, Value: []byte{0x30, 0x0a, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1}}}}
		},
		keys.ForVDSNC: func(q *x509.CertificateRequest) *x509.Certificate {
			return &x509.Certificate{Subject: q.Subject, ExtraExtensions: q.Extensions}
		},
		keys.ForDCC: func(q *x509.CertificateRequest) *x509.Certificate {
			return &x509.Certificate{Subject: q.Subject, KeyUsage: x509.KeyUsageDigitalSignature, ExtraExtensions: q.Extensions}
		},
	}
	for i, p := range keys.Purposes {
		r, err := g.Request(p, "", []byte(passphrase), now)
		if err != nil || r.For() != p {
			t.Fatal(p, err)
		}
		q, err := x509.ParseCertificateRequest(r.Request)
		if err != nil {
			t.Fatal(err)
		}
		for _, as := range keys.Purposes {
			c := answers[as](q)
			c.SerialNumber, c.NotBefore, c.NotAfter = big.NewInt(int64(10+i)), now.AddDate(0, 0, -1), now.AddDate(10, 0, 0)
			if as != p && as != keys.ForCertificates {
				continue // its extensions are the request's, which asks for something else
			}
			der, err := x509.CreateCertificate(rand.Reader, c, anchor, q.PublicKey, caKey)
			if err != nil {
				t.Fatal(err)
			}
			got, err := r.Import(g.Post, der, []*x509.Certificate{anchor}, now)
			var refused *keys.ImportError
			if taken := err == nil; taken != (as == p) || !taken && (!errors.As(err, &refused) || refused.Refusal != keys.RefusedProfile) {
				t.Errorf("%s for %s: %v", as, p, err)
				continue
			}
			if as != p {
				continue
			}
			made, err := got.Certificate()
			if err != nil {
				t.Fatal(err)
			}
			switch p {
			case keys.ForVDSNC:
				if vdsnc.CheckProfile(made) != nil || !vdsnc.MaySign(made, vdsnc.TypeTest) || !vdsnc.MaySign(made, vdsnc.TypeVaccination) || len(made.Raw) > 400 {
					t.Errorf("%v, %d bytes", vdsnc.CheckProfile(made), len(made.Raw))
				}
				t.Logf("VDS-NC signer certificate: %d bytes", len(made.Raw))
			case keys.ForDCC:
				if !dcc.MaySign(made, dcc.KindTest) || !dcc.MaySign(made, dcc.KindVaccination) || dcc.MaySign(made, dcc.KindRecovery) {
					t.Error("may sign something else")
				}
			}
		}
	}
}
