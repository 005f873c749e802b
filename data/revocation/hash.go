package revocation

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"pratique/data"
	"pratique/data/seal"
	"pratique/data/seal/dcc"
)

// Hash is a hash of a certificate, as the package comment has it.
type Hash [16]byte

// HashOf is the hash of what identifies a certificate.
func HashOf(b []byte) Hash {
	sum := sha256.Sum256(b)
	return Hash(sum[:len(Hash{})])
}

// String is the hash in lower-case hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Kind says what a hash is of.
type Kind string

// The kinds.
const (
	UCI            Kind = "UCI"
	CountryCodeUCI Kind = "COUNTRYCODEUCI"
	Signature      Kind = "SIGNATURE"
)

// Kinds are the kinds.
var Kinds = []Kind{UCI, CountryCodeUCI, Signature}

// Entry is a hash and what it is of.
type Entry struct {
	Kind Kind
	Hash Hash
}

func (e Entry) String() string { return string(e.Kind) + " " + e.Hash.String() }

// identified are the hashes of an identifier and its issuer.
func identified(issuer, id string) (all []Entry) {
	if id != "" {
		all = append(all, Entry{UCI, HashOf([]byte(id))})
		if issuer != "" {
			all = append(all, Entry{CountryCodeUCI, HashOf([]byte(issuer + id))})
		}
	}
	return all
}

// OfSeal is everything that a verified seal may be in a list by.
func OfSeal(u *seal.Unverified, v *seal.Verified) []Entry {
	all := []Entry{{Signature, HashOf(u.Hashed())}}
	switch {
	case v.DCC != nil:
		return append(all, identified(v.DCC.Issuer, v.DCC.Certificate.ID())...)
	case v.VDSNC != nil:
		return append(all, identified(v.VDSNC.Issuer, v.VDSNC.Number())...)
	case v.WHO != nil:
		return append(all, identified(v.WHO.Issuer, v.WHO.ID())...)
	case v.NZCP != nil:
		return append(all, identified(v.NZCP.Issuer, v.NZCP.ID)...)
	case v.SHC != nil:
		return all // its issuer's own list is by rid
	}
	return append(all, identified(v.Statement.Issuer, string(v.Statement.Number))...)
}

// OfCertificate is what a certificate of ours is put into the list by, in every
// format that it may have been sealed in. Seals are those that are known; a
// certificate that was erased has none, and its number is enough.
func OfCertificate(issuer string, n data.CertificateNumber, seals ...string) []Entry {
	st := data.Statement{Issuer: issuer, Number: n}
	all := append(identified(issuer, string(n)), identified(issuer, dcc.UVCI(st))...)
	for _, text := range seals {
		if u, err := seal.Parse(text); err == nil {
			all = append(all, Entry{Signature, HashOf(u.Hashed())})
		}
	}
	return sorted(all)
}

// sorted is entries in the order of a list, each once.
func sorted(all []Entry) []Entry {
	slices.SortFunc(all, compare)
	return slices.Compact(all)
}
