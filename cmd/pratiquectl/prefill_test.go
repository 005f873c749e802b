package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"image/jpeg"
	"math/big"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"pratique/data/seal/dcc"
	"pratique/data/seal/hcert"
	"pratique/pdfgen"
)

// foreignDCC makes the DCC of one dose, signed by an authority of a specimen
// state made for it, of the same dose that an application has first: foreign-dcc NAME
// SURNAME GIVEN BIRTH APPLICATION. It leaves NAME.txt, NAME.jpg (a picture of its QR) and NAME.pem (the signer).
func foreignDCC(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 5 {
		ts.Fatalf("usage: foreign-dcc NAME SURNAME GIVEN BIRTH APPLICATION")
	}
	applications, err := parseApplications([]byte(ts.ReadFile(args[4])))
	ts.Check(err)
	dose := applications[0].Doses[0]
	now := time.Now().Truncate(time.Second)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Specimen Health Authority", Country: []string{"DE"}},
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(2, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	ts.Check(err)
	signer, err := x509.ParseCertificate(der)
	ts.Check(err)
	payload, err := dcc.Encode(dcc.Claims{
		Issuer: "DE", Issued: now.AddDate(0, -1, 0), Expires: now.AddDate(1, 0, 0),
		Certificate: dcc.Certificate{
			Version: "1.3.0", Name: dcc.Name{Surname: args[1], SurnameLatin: args[1], GivenName: args[2], GivenNameLatin: args[2]}, Birth: args[3],
			Vaccinations: []dcc.Vaccination{{Disease: "840539006", Vaccine: "1157024006", Product: dose.Product, Holder: "Sinovac-Biotech",
				Dose: 2, Series: 2, Date: string(dose.Date), Country: "CN", Issuer: "Specimen Health Authority", ID: "URN:UVCI:01DE/SPECIMEN/1#A"}},
		},
	})
	ts.Check(err)
	m, err := hcert.Unsigned(hcert.KID(signer), payload)
	ts.Check(err)
	digest := m.Digest()
	ts.Check(func() error {
		der, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
		if err != nil {
			return err
		}
		var rs struct{ R, S *big.Int }
		if _, err := asn1.Unmarshal(der, &rs); err != nil {
			return err
		}
		m.Signature = append(rs.R.FillBytes(make([]byte, 32)), rs.S.FillBytes(make([]byte, 32))...)
		return nil
	}())
	text, err := m.Text()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".txt"), []byte(text+"\r\n"), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	picture, err := pdfgen.Picture(text, 5)
	ts.Check(err)
	f, err := os.Create(ts.MkAbs(args[0] + ".jpg"))
	ts.Check(err)
	ts.Check(jpeg.Encode(f, picture, &jpeg.Options{Quality: 50}))
	ts.Check(f.Close())
}
