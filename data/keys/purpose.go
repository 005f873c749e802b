package keys

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"time"

	"pratique/data"
	"pratique/data/seal/dcc"
	"pratique/data/seal/vdsnc"
)

// Purpose is what a signer signs. One key has one purpose: what its certificate
// lets it sign is what readers of that format look for.
type Purpose string

// The purposes.
const (
	ForCertificates Purpose = "certificate" // certificate seals, encrypted ones too
	ForVDSNC        Purpose = "vdsnc"       // ICAO VDS-NC, tests and vaccinations
	ForDCC          Purpose = "dcc"         // EU DCC, tests and vaccinations
)

// Purposes are all purposes.
var Purposes = []Purpose{ForCertificates, ForVDSNC, ForDCC}

// OrCertificates is p, or the purpose of what names none.
func (p Purpose) OrCertificates() Purpose {
	if p == "" {
		return ForCertificates
	}
	return p
}

// For is what the signer signs.
func (r Record) For() Purpose { return r.Purpose.OrCertificates() }

// Lengths of a VDS-NC signer's certificate: its seals hold as long as it does,
// so it outlives the key's use by far (ICAO Doc 9303-12 §7.1.3).
const (
	sealAnchorYears = 11
	sealSignerYears = 10
)

// extensions are what a certificate of a purpose has beside the usual.
func (p Purpose) extensions(post data.Post) ([]pkix.Extension, error) {
	switch p {
	case ForVDSNC:
		t, err := vdsnc.SignerTemplate(post.Country, post.Code, nil, time.Time{}, time.Time{}, vdsnc.TypeTest, vdsnc.TypeVaccination)
		if err != nil {
			return nil, err
		}
		return t.ExtraExtensions, nil
	case ForDCC:
		e, err := dcc.UsageExtension(dcc.KindTest, dcc.KindVaccination)
		return []pkix.Extension{e}, err
	}
	return nil, nil
}

// subject is the name of a signer of the purpose.
func (p Purpose) subject(post data.Post) pkix.Name {
	if p != ForVDSNC {
		return subject("Signer", post)
	}
	n := pkix.Name{CommonName: post.Code, Country: []string{post.Country}}
	if post.Practice() {
		n.OrganizationalUnit = []string{practiceUnit}
	}
	return n
}

// checkProfile says whether a certificate is one for signers of the purpose.
func (p Purpose) checkProfile(c *x509.Certificate) error {
	if p == ForVDSNC {
		if c.IsCA {
			return errors.New("it may issue certificates")
		}
		return vdsnc.CheckProfile(c)
	}
	if c.IsCA || c.KeyUsage&x509.KeyUsageDigitalSignature == 0 || c.KeyUsage&(x509.KeyUsageCertSign|x509.KeyUsageCRLSign) != 0 {
		return errors.New("key usage is not that of a signer")
	}
	if p == ForDCC {
		return dcc.CheckProfile(c)
	}
	if !MaySignCertificates(c) {
		return errors.New("extended key usage is for other seals")
	}
	return nil
}

// MaySignCertificates reports whether a certificate may be for signing
// certificate seals. They have no extended key usage of their own, and
// authorities add some to whatever they certify; one that is for DCC or VDS-NC
// is for nothing else.
func MaySignCertificates(c *x509.Certificate) bool { return !dcc.NamesUsage(c) }

// vouchVDSNC is [vouch] for a signer of VDS-NC. Every seal carries its
// certificate whole, so all names are short.
func vouchVDSNC(post data.Post, public *ecdsa.PublicKey, now time.Time) (anchor, certificate *x509.Certificate, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	now = now.UTC().Truncate(time.Minute)
	a, err := template("Anchor", post, now, sealAnchorYears, &key.PublicKey)
	if err != nil {
		return nil, nil, err
	}
	unit := a.Subject.OrganizationalUnit
	a.Subject = pkix.Name{CommonName: "VDS " + post.Code, Country: []string{post.Country}, OrganizationalUnit: unit}
	a.IsCA, a.MaxPathLenZero, a.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
	if anchor, err = certify(a, a, &key.PublicKey, key); err != nil {
		return nil, nil, err
	}
	serial := make([]byte, 8)
	rand.Read(serial) // never fails
	serial[0] = serial[0]&0x7f | 0x40
	s, err := vdsnc.SignerTemplate(post.Country, post.Code, new(big.Int).SetBytes(serial), now, now.AddDate(sealSignerYears, 0, 0), vdsnc.TypeTest, vdsnc.TypeVaccination)
	if err != nil {
		return nil, nil, err
	}
	s.Subject.OrganizationalUnit = unit
	certificate, err = certify(s, anchor, public, key)
	return anchor, certificate, err
}
