package vdsnc

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// Object identifiers of Doc 9303-12 §7.1.3 and X.509.
var (
	oidSigner        = asn1.ObjectIdentifier{2, 23, 136, 1, 1, 14, 2} // may sign health VDS-NC
	oidDocumentTypes = asn1.ObjectIdentifier{2, 23, 136, 1, 1, 6, 2}
	oidExtKeyUsage   = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidAuthorityKey  = asn1.ObjectIdentifier{2, 5, 29, 35}
)

// documentTypes are the types as a signer certificate calls them.
var documentTypes = map[Type]string{TypeTest: "NT", TypeVaccination: "NV"}

// documentTypeList is the extension that tells what a signer may sign.
type documentTypeList struct {
	Version int
	Types   []string `asn1:"set"`
}

// marks may stand in the subject as its organisational unit although the
// profile has no room for them: such keys must be told from others by program
// (see package keys).
var marks = []string{"PRACTICE", "NOT ACCREDITED"}

// CheckProfile holds a signer certificate to the profile that ICAO has for
// them (Doc 9303-12 §7.1.3), which keeps it small: every seal carries it whole.
// The error joins one for each departure. Seals of certificates that depart
// from it are read all the same.
func CheckProfile(c *x509.Certificate) error {
	var faults []error
	fault := func(is bool, what string) {
		if is {
			faults = append(faults, errors.New(what))
		}
	}
	s := c.Subject
	units := slices.DeleteFunc(slices.Clone(s.OrganizationalUnit), func(u string) bool { return slices.Contains(marks, u) })
	fault(len(s.Country) != 1 || len(s.Country[0]) != 2, "subject has not one country of two letters")
	fault(len(s.CommonName) != 2, "common name has not two characters")
	fault(len(s.Names) != len(s.OrganizationalUnit)-len(units)+len(s.Country)+1, "subject has more than country and common name")
	fault(!slices.Equal(c.Issuer.Country, s.Country), "issuer is of another country")
	_, ok := algorithmOf(c)
	fault(!ok, "key is not on P-256, P-384 or P-521")
	usage, authority := false, false
	for _, e := range c.Extensions {
		switch {
		case e.Id.Equal(oidExtKeyUsage):
			usage = true
			fault(!e.Critical, "extended key usage is not critical")
		case e.Id.Equal(oidAuthorityKey):
			authority = true
			fault(e.Critical, "authority key identifier is critical")
		case e.Id.Equal(oidDocumentTypes):
			fault(e.Critical, "document type list is critical")
			_, ok := parseTypes(e.Value)
			fault(!ok, "document type list is none")
		default:
			fault(true, fmt.Sprintf("extension %s does not belong there", e.Id))
		}
	}
	fault(!usage, "no extended key usage")
	fault(usage && !slices.ContainsFunc(c.UnknownExtKeyUsage, oidSigner.Equal), "extended key usage is not that of health seals")
	fault(!authority, "no authority key identifier")
	return errors.Join(faults...)
}

// MaySign reports whether a certificate may sign a type of seal: its extended
// key usage, if it has any, is that of health seals, and its document type
// list, if it has one, has the type.
func MaySign(c *x509.Certificate, t Type) bool {
	for _, e := range c.Extensions {
		if e.Id.Equal(oidDocumentTypes) {
			if types, ok := parseTypes(e.Value); !ok || !slices.Contains(types, documentTypes[t]) {
				return false
			}
		}
	}
	return len(c.ExtKeyUsage)+len(c.UnknownExtKeyUsage) == 0 || slices.ContainsFunc(c.UnknownExtKeyUsage, oidSigner.Equal)
}

func parseTypes(der []byte) ([]string, bool) {
	var l documentTypeList
	rest, err := asn1.Unmarshal(der, &l)
	return l.Types, err == nil && len(rest) == 0
}

// SignerTemplate is what to have certified for a signer of these types of
// seals, of a country (ISO 3166-1 alpha-2): a certificate of the profile, about
// 380 bytes where the authority's own key is on P-256. Name is two characters,
// unique in the country. The authority adds its key identifier.
func SignerTemplate(country, name string, serial *big.Int, from, until time.Time, types ...Type) (*x509.Certificate, error) {
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{oidSigner})
	if err != nil {
		return nil, err
	}
	l := documentTypeList{}
	for _, t := range types {
		l.Types = append(l.Types, documentTypes[t])
	}
	list, err := asn1.Marshal(l)
	if err != nil {
		return nil, err
	}
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{Country: []string{country}, CommonName: name},
		NotBefore: from, NotAfter: until,
		ExtraExtensions: []pkix.Extension{
			{Id: oidExtKeyUsage, Critical: true, Value: usage},
			{Id: oidDocumentTypes, Value: list},
		},
	}, nil
}
