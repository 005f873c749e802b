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
// kind, or none of the three and no other kind of health seal either.
func MaySign(c *x509.Certificate, kind Kind) bool {
	named := slices.ContainsFunc(c.UnknownExtKeyUsage, usageVDSNC.Equal)
	for k, ids := range usages {
		for _, id := range ids {
			if slices.ContainsFunc(c.UnknownExtKeyUsage, id.Equal) {
				if k == kind {
					return true
				}
				named = true
			}
		}
	}
	return !named
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
