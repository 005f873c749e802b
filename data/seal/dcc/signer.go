package dcc

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"slices"
)

// usages are the extended key usages of signers (hcert_spec 1.0.8 annex A) for
// each kind, first the right one, then one that was published by mistake and is
// in use.
var usages = map[Kind][]asn1.ObjectIdentifier{
	KindTest:        {{1, 3, 6, 1, 4, 1, 1847, 2021, 1, 1}, {1, 3, 6, 1, 4, 1, 0, 1847, 2021, 1, 1}},
	KindVaccination: {{1, 3, 6, 1, 4, 1, 1847, 2021, 1, 2}, {1, 3, 6, 1, 4, 1, 0, 1847, 2021, 1, 2}},
	KindRecovery:    {{1, 3, 6, 1, 4, 1, 1847, 2021, 1, 3}, {1, 3, 6, 1, 4, 1, 0, 1847, 2021, 1, 3}},
}

// usageVDSNC is that of signers of ICAO's health seals (Doc 9303-12 §7.1.3).
var usageVDSNC = asn1.ObjectIdentifier{2, 23, 136, 1, 1, 14, 2}

// MaySign reports whether a signer certificate may sign that kind: it names the
// kind, or no kind of health seal at all.
func MaySign(c *x509.Certificate, kind Kind) bool {
	return names(c, usages[kind]) || !NamesUsage(c)
}

// NamesUsage reports whether a signer certificate says which health seals it
// is for: kinds of DCC, or ICAO's. It may sign those and no other ones.
func NamesUsage(c *x509.Certificate) bool {
	all := []asn1.ObjectIdentifier{usageVDSNC}
	for _, ids := range usages {
		all = append(all, ids...)
	}
	return names(c, all)
}

func names(c *x509.Certificate, usages []asn1.ObjectIdentifier) bool {
	return slices.ContainsFunc(usages, func(id asn1.ObjectIdentifier) bool { return slices.ContainsFunc(c.UnknownExtKeyUsage, id.Equal) })
}

// oidExtKeyUsage is the extension of extended key usages.
var oidExtKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}

// UsageExtension is the extension of a signer certificate that says which kinds
// it may sign.
func UsageExtension(kinds ...Kind) (pkix.Extension, error) {
	var ids []asn1.ObjectIdentifier
	for _, k := range kinds {
		ids = append(ids, usages[k][0])
	}
	der, err := asn1.Marshal(ids)
	return pkix.Extension{Id: oidExtKeyUsage, Value: der}, err
}

// CheckProfile holds a signer certificate to the profile that readers of DCC
// need (EU governance guide, "DSC"): one country, the identifier of the
// authority's key, and usages, if it names any, that let it sign tests and
// vaccinations. The error joins one for each departure.
func CheckProfile(c *x509.Certificate) error {
	var faults []error
	if len(c.Subject.Country) != 1 || len(c.Subject.Country[0]) != 2 {
		faults = append(faults, errors.New("subject has not one country of two letters"))
	}
	if len(c.AuthorityKeyId) == 0 {
		faults = append(faults, errors.New("no authority key identifier"))
	}
	if len(c.ExtKeyUsage) > 0 || !MaySign(c, KindTest) || !MaySign(c, KindVaccination) {
		faults = append(faults, errors.New("extended key usage does not cover tests and vaccinations"))
	}
	return errors.Join(faults...)
}
