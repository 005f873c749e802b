package dcc

import (
	"crypto/x509"
	"encoding/asn1"
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
