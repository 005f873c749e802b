package trust

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
	"golang.org/x/mod/sumdb/note"

	"pratique/data/keys"
	"pratique/data/revocation"
	"pratique/data/seal"
	"pratique/data/seal/x509ec"
)

// Content is what a file of trust holds, read and not yet believed.
type Content struct {
	Certificates []*x509.Certificate // of anchors and of signers
	Keys         []seal.Key          // of signers, without certificates
	CRLs         []*x509.RevocationList
	Revocations  [][]byte // lists as they were, see package revocation
	Verifiers    []string // keys of revocation lists of ours, as in [keys.RevocationsLine]
	Refused      []Refused
	// Signer is who signed the list, where it is one that is signed and names its
	// signer by a certificate; that this is somebody to believe is for people.
	Signer string
}

// Refusal is why a part of a file is not taken.
type Refusal string

// Why a part of a file is not taken.
const (
	RefusedDamaged  Refusal = "damaged"   // no certificate, key or list can be read from it
	RefusedCurve    Refusal = "curve"     // a key on a curve, or of a kind, that is not known here
	RefusedPractice Refusal = "practice"  // a practice certificate, at a real post
	RefusedKID      Refusal = "kid"       // the identifier is not that of the key
	RefusedUse      Refusal = "use"       // the key is not for signing seals
	RefusedX5C      Refusal = "x5c"       // key and certificate beside it are not of each other
	RefusedPrivate  Refusal = "private"   // a private key: whoever has the file can sign
	RefusedKind     Refusal = "kind"      // nothing that is used here
	RefusedSigner   Refusal = "signature" // the signature of the list does not hold
)

// Refused is a part of a file that is not taken.
type Refused struct {
	What   string // a subject, an identifier, or the place in the file
	Why    Refusal
	Detail string // for who has to mend the file
}

// ItemKind says what an item of a list is.
type ItemKind string

// The kinds of items.
const (
	ItemAnchor      ItemKind = "anchor"
	ItemSigner      ItemKind = "signer"
	ItemKey         ItemKind = "key"
	ItemCRL         ItemKind = "crl"
	ItemRevocations ItemKind = "revocations"
	ItemVerifier    ItemKind = "verifier"
)

// Item is one thing of a list, for people to compare.
type Item struct {
	Kind  ItemKind
	Name  string    // subject, holder or name
	ID    string    // SHA-256 of a certificate or list, identifier of a key
	Until time.Time // end of its validity, zero for none
}

// Items are everything in a content, in the order of kind, name and identifier.
func (c Content) Items() (all []Item) {
	sum := func(b []byte) string {
		s := sha256.Sum256(b)
		return strings.ToUpper(hex.EncodeToString(s[:]))
	}
	for _, x := range c.Certificates {
		kind := ItemSigner
		if isAnchor(x) {
			kind = ItemAnchor
		}
		all = append(all, Item{kind, x.Subject.String(), keys.Fingerprint(x), x.NotAfter.UTC()})
	}
	for _, k := range c.Keys {
		all = append(all, Item{ItemKey, k.Holder, k.ID, time.Time{}})
	}
	for _, l := range c.CRLs {
		all = append(all, Item{ItemCRL, l.Issuer.String(), sum(l.Raw), l.NextUpdate.UTC()})
	}
	for _, b := range c.Revocations {
		name, _ := revocation.NameOf(b)
		all = append(all, Item{ItemRevocations, name, sum(b), time.Time{}})
	}
	for _, v := range c.Verifiers {
		name, _, _ := strings.Cut(v, "+")
		all = append(all, Item{ItemVerifier, name, v, time.Time{}})
	}
	slices.SortFunc(all, func(a, b Item) int {
		return strings.Compare(string(a.Kind)+"\x00"+a.Name+"\x00"+a.ID, string(b.Kind)+"\x00"+b.Name+"\x00"+b.ID)
	})
	return slices.Compact(all)
}

// Len is how many things are in a content.
func (c Content) Len() int {
	return len(c.Certificates) + len(c.Keys) + len(c.CRLs) + len(c.Revocations) + len(c.Verifiers)
}

// Change is what an import does to a list.
type Change struct {
	Added, Removed, Kept []Item
	Refused              []Refused
	// Alone are the keys without a certificate among what is added: nothing says
	// whether they are of practice, see [Verdict.Proves].
	Alone int
}

// Compare is the change from one content to the next. What a content revokes is
// never removed by the next: it stays revoked.
func Compare(before, after Content) Change {
	c := Change{Refused: after.Refused}
	had := before.Items()
	for _, i := range after.Items() {
		if slices.Contains(had, i) {
			c.Kept = append(c.Kept, i)
		} else {
			c.Added = append(c.Added, i)
			if i.Kind == ItemKey {
				c.Alone++
			}
		}
	}
	for _, i := range had {
		if !slices.Contains(c.Kept, i) && i.Kind != ItemCRL && i.Kind != ItemRevocations {
			c.Removed = append(c.Removed, i)
		}
	}
	return c
}

// RefusePractice takes out what belongs to practice posts.
func (c Content) RefusePractice() Content {
	certificates := c.Certificates
	c.Certificates, c.Refused = nil, slices.Clone(c.Refused)
	for _, x := range certificates {
		if keys.IsPractice(x) {
			c.Refused = append(c.Refused, Refused{x.Subject.String(), RefusedPractice, ""})
			continue
		}
		c.Certificates = append(c.Certificates, x)
	}
	verifiers := c.Verifiers
	c.Verifiers = nil
	for _, v := range verifiers {
		if name, _, _ := strings.Cut(v, "+"); strings.HasSuffix(name, "/practice/revocations") {
			c.Refused = append(c.Refused, Refused{name, RefusedPractice, ""})
			continue
		}
		c.Verifiers = append(c.Verifiers, v)
	}
	return c
}

// RefuseUnsigned takes out revocation lists of posts that are not signed with a
// key of the content, or of verifiers besides.
func (c Content) RefuseUnsigned(verifiers ...string) Content {
	var all []note.Verifier
	for _, v := range slices.Concat(c.Verifiers, verifiers) {
		if v, err := note.NewVerifier(v); err == nil {
			all = append(all, v)
		}
	}
	lists := c.Revocations
	c.Revocations, c.Refused = nil, slices.Clone(c.Refused)
	for _, b := range lists {
		if name, ours := revocation.NameOf(b); ours {
			if _, err := revocation.Open(b, all...); err != nil {
				c.Refused = append(c.Refused, Refused{name, RefusedSigner, err.Error()})
				continue
			}
		}
		c.Revocations = append(c.Revocations, b)
	}
	return c
}

// stored is a content as [Content.Encode] writes it: CBOR in core deterministic
// encoding, a map by these names; certificates and CRLs in DER, keys as
// SubjectPublicKeyInfo. What was refused is not in it.
type stored struct {
	Certificates [][]byte    `cbor:"certificates"`
	Keys         []storedKey `cbor:"keys"`
	CRLs         [][]byte    `cbor:"crls"`
	Revocations  [][]byte    `cbor:"revocations"`
	Verifiers    []string    `cbor:"verifiers"`
	Signer       string      `cbor:"signer"`
}

type storedKey struct {
	ID     string `cbor:"id"`
	Holder string `cbor:"holder"`
	Public []byte `cbor:"public"`
}

// Encode writes a content to be kept.
func (c Content) Encode() ([]byte, error) {
	s := stored{Revocations: c.Revocations, Verifiers: c.Verifiers, Signer: c.Signer}
	for _, x := range c.Certificates {
		s.Certificates = append(s.Certificates, x.Raw)
	}
	for _, l := range c.CRLs {
		s.CRLs = append(s.CRLs, l.Raw)
	}
	for _, k := range c.Keys {
		der, err := x509.MarshalPKIXPublicKey(k.Public)
		if err != nil {
			return nil, fmt.Errorf("trust: key %s: %w", k.ID, err)
		}
		s.Keys = append(s.Keys, storedKey{k.ID, k.Holder, der})
	}
	slices.SortFunc(s.Certificates, bytes.Compare)
	slices.SortFunc(s.CRLs, bytes.Compare)
	slices.SortFunc(s.Keys, func(a, b storedKey) int { return strings.Compare(a.ID+a.Holder, b.ID+b.Holder) })
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		return nil, err
	}
	return mode.Marshal(s)
}

// Decode reads what [Content.Encode] wrote.
func Decode(b []byte) (c Content, err error) {
	mode, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField, MaxArrayElements: maxItems,
	}.DecMode()
	if err != nil {
		return c, err
	}
	var s stored
	if err := mode.Unmarshal(b, &s); err != nil {
		return c, fmt.Errorf("trust: kept list: %w", err)
	}
	c.Revocations, c.Verifiers, c.Signer = s.Revocations, s.Verifiers, s.Signer
	for _, der := range s.Certificates {
		x, err := x509ec.ParseCertificate(der)
		if err != nil {
			return c, fmt.Errorf("trust: kept list: %w", err)
		}
		c.Certificates = append(c.Certificates, x)
	}
	for _, der := range s.CRLs {
		l, err := x509.ParseRevocationList(der)
		if err != nil {
			return c, fmt.Errorf("trust: kept list: %w", err)
		}
		c.CRLs = append(c.CRLs, l)
	}
	for _, k := range s.Keys {
		public, err := x509.ParsePKIXPublicKey(k.Public)
		if err != nil {
			return c, fmt.Errorf("trust: kept list: key %s: %w", k.ID, err)
		}
		c.Keys = append(c.Keys, seal.Key{ID: k.ID, Holder: k.Holder, Public: public})
	}
	return c, nil
}

// merge adds what another file holds.
func (c *Content) merge(o Content) {
	c.Certificates = append(c.Certificates, o.Certificates...)
	c.Keys = append(c.Keys, o.Keys...)
	c.CRLs = append(c.CRLs, o.CRLs...)
	c.Revocations = append(c.Revocations, o.Revocations...)
	c.Verifiers = append(c.Verifiers, o.Verifiers...)
	c.Refused = append(c.Refused, o.Refused...)
	if o.Signer != "" {
		c.Signer = o.Signer
	}
}

// once is the content with each thing in it once.
func (c Content) once() Content {
	c.Certificates = unique(c.Certificates, func(x *x509.Certificate) string { return string(x.Raw) })
	c.Keys = unique(c.Keys, func(k seal.Key) string {
		der, _ := x509.MarshalPKIXPublicKey(k.Public) // of the kinds that are read, it never fails
		return k.ID + "\x00" + k.Holder + "\x00" + string(der)
	})
	c.CRLs = unique(c.CRLs, func(l *x509.RevocationList) string { return string(l.Raw) })
	c.Revocations = unique(c.Revocations, func(b []byte) string { return string(b) })
	c.Verifiers = unique(c.Verifiers, func(s string) string { return s })
	return c
}

func unique[T any](all []T, key func(T) string) (kept []T) {
	seen := map[string]bool{}
	for _, v := range all {
		if k := key(v); !seen[k] {
			seen[k] = true
			kept = append(kept, v)
		}
	}
	return kept
}

func samePublic(a, b any) bool {
	da, errA := x509.MarshalPKIXPublicKey(a)
	db, errB := x509.MarshalPKIXPublicKey(b)
	return errA == nil && errB == nil && bytes.Equal(da, db)
}

// verifiersIn are the keys of such lines.
func verifiersIn(text []byte) (all []string, refused []Refused) {
	for line := range strings.Lines(string(text)) {
		key, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), keys.RevocationsLabel)
		if !ok {
			continue
		}
		v, err := note.NewVerifier(key)
		if err == nil {
			if _, ok := revocation.NameOf([]byte(v.Name() + "\n")); !ok {
				err = errors.New("not the name of a revocation list")
			}
		}
		if err != nil {
			refused = append(refused, Refused{keys.RevocationsLabel, RefusedDamaged, err.Error()})
			continue
		}
		all = append(all, key)
	}
	return all, refused
}

// kidText is the identifier of a key in base64, as lists write it.
func kidText(kid [8]byte) string { return base64.StdEncoding.EncodeToString(kid[:]) }
