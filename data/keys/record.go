package keys

import (
	"bytes"
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"fmt"
	"slices"
	"time"

	"pratique/data/store"
)

// State of a signer.
type State string

// The states. A retired signer stays so.
const (
	Requested State = "requested" // key and request are made, the certificate is awaited
	Active    State = "active"
	Retired   State = "retired"
)

// Record is what a post stores about a signer. It holds nothing secret.
type Record struct {
	ID    string `json:"id"`  // 8 hexadecimal digits, random
	URI   string `json:"uri"` // of the key
	State State  `json:"state"`
	// Purpose is what the key signs; empty means [ForCertificates], see [Record.For].
	Purpose Purpose `json:"purpose,omitempty"`
	// Request is the PKCS#10 request in DER; null for a signer that was never
	// requested of anybody.
	Request []byte `json:"request"`
	// Chain are certificates in DER: the signer's, then each that vouches for
	// the one before, the anchor last. Null until there is a certificate.
	Chain [][]byte `json:"chain"`
	// Accredited: the anchor is an outside authority's, not the post's own and
	// not of practice.
	Accredited bool      `json:"accredited"`
	Created    time.Time `json:"created"`
	Activated  time.Time `json:"activated"`
	Retired    time.Time `json:"retired"`
	// WorkUntil is the last instant at which the key signs; see [WorkUntil].
	WorkUntil time.Time `json:"workUntil"`
	Uses      uint64    `json:"uses"` // signatures on record
}

// Certificate is the signer certificate.
func (r Record) Certificate() (*x509.Certificate, error) { return r.certificate(0) }

// Anchor is the certificate at the end of the chain.
func (r Record) Anchor() (*x509.Certificate, error) { return r.certificate(len(r.Chain) - 1) }

func (r Record) certificate(i int) (*x509.Certificate, error) {
	if i < 0 || i >= len(r.Chain) {
		return nil, fmt.Errorf("%w: signer %s has no certificate yet; import the authority's answer", ErrUnfit, r.ID)
	}
	c, err := x509.ParseCertificate(r.Chain[i])
	if err != nil {
		return nil, fmt.Errorf("%w: certificate %d of signer %s: %w", ErrUnfit, i, r.ID, err)
	}
	return c, nil
}

// requestKey is the public key of the request.
func (r Record) requestKey() (*ecdsa.PublicKey, error) {
	q, err := x509.ParseCertificateRequest(r.Request)
	if err == nil {
		err = q.CheckSignature()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: request of signer %s: %w", ErrUnfit, r.ID, err)
	}
	key, ok := q.PublicKey.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, fmt.Errorf("%w: the key of signer %s is not on P-256", ErrUnfit, r.ID)
	}
	return key, nil
}

// reserve is how long before the end of its validity a key stops working, so
// that no seal outlives its signer certificate: 180 days for which a seal can
// be checked after the medical window, and 30 for the window with its journey.
const reserve = (180 + 30) * 24 * time.Hour

// WorkUntil is the default end of a key's working period: 210 days before the
// end of its certificate's validity, but not before half of that has passed.
func WorkUntil(c *x509.Certificate) time.Time {
	half := c.NotBefore.Add(c.NotAfter.Sub(c.NotBefore) / 2)
	if end := c.NotAfter.Add(-reserve); end.After(half) {
		return end
	}
	return half
}

// Warning says which threshold before the end of an active signer's working
// period has been passed: 60, 30 or 7 days, 0 after the end. Nothing is due
// before the first.
func (r Record) Warning(now time.Time) (days int, due bool) {
	if r.State != Active {
		return 0, false
	}
	left := r.WorkUntil.Sub(now)
	if left < 0 {
		return 0, true
	}
	for _, days := range []int{7, 30, 60} {
		if left <= time.Duration(days)*24*time.Hour {
			return days, true
		}
	}
	return 0, false
}

// Unfitness is why a signer may not sign.
type Unfitness string

// Why a signer may not sign. UnfitError.On says when, where that is the matter.
const (
	UnfitState    Unfitness = "state"      // it is not active
	UnfitKind     Unfitness = "kind"       // practice for real or the reverse
	UnfitNotYet   Unfitness = "not-yet"    // its certificate begins on
	UnfitEnded    Unfitness = "ended"      // its certificate ended on
	UnfitWorked   Unfitness = "worked"     // its working period ended on
	UnfitOutlived Unfitness = "outlived"   // the seal would outlive the certificate, which ends on
	UnfitDamaged  Unfitness = "unreadable" // its certificate does not parse
)

var unfitness = map[Unfitness]string{
	UnfitState:    "the signer is not active; activate one by importing its certificate",
	UnfitKind:     "practice and real keys are not exchangeable",
	UnfitNotYet:   "the signer certificate begins on %s",
	UnfitEnded:    "the signer certificate ended on %s; request a new one",
	UnfitWorked:   "the working period of the key ended on %s; request a new one",
	UnfitOutlived: "the signer certificate ends on %s, before the seal would; request a new one",
	UnfitDamaged:  "the signer certificate cannot be read",
}

// UnfitError wraps [ErrUnfit].
type UnfitError struct {
	Why Unfitness
	On  time.Time // zero where no day matters
}

func (e *UnfitError) Error() string {
	text := unfitness[e.Why]
	if !e.On.IsZero() {
		text = fmt.Sprintf(text, e.On.UTC().Format(time.DateOnly))
	}
	return ErrUnfit.Error() + ": " + text
}

func (e *UnfitError) Unwrap() error { return ErrUnfit }

// Fit says whether the signer may sign, at the instant now, something that is
// to be checked until expires, for a post of that kind. The error is an
// [*UnfitError].
func (r Record) Fit(now, expires time.Time, practice bool) error {
	if r.State != Active {
		return &UnfitError{Why: UnfitState}
	}
	c, err := r.Certificate()
	if err != nil {
		return &UnfitError{Why: UnfitDamaged}
	}
	return fit(c, r.WorkUntil, now, expires, practice)
}

func fit(c *x509.Certificate, workUntil, now, expires time.Time, practice bool) error {
	switch {
	case IsPractice(c) != practice:
		return &UnfitError{Why: UnfitKind}
	case now.Before(c.NotBefore):
		return &UnfitError{UnfitNotYet, c.NotBefore}
	case now.After(c.NotAfter):
		return &UnfitError{UnfitEnded, c.NotAfter}
	case !workUntil.IsZero() && now.After(workUntil):
		return &UnfitError{UnfitWorked, workUntil}
	case expires.After(c.NotAfter):
		return &UnfitError{UnfitOutlived, c.NotAfter}
	}
	return nil
}

// Retire ends the use of a signer for good. What it signed stays good, its key
// where it lies.
func (r Record) Retire(now time.Time) (Record, error) {
	if r.State == Retired {
		return r, fmt.Errorf("%w: signer %s is retired already", ErrUnfit, r.ID)
	}
	r.State, r.Retired = Retired, now.UTC()
	return r, nil
}

// AnchorsPEM is the anchor.pem of a post with these signers: the certificates
// of each, its anchor first and itself last, none twice, retired ones included,
// for their seals are still checked. Those of certificate signers come first,
// of them the active one, then the newest: the first certificate is the anchor
// whose fingerprint is printed.
func AnchorsPEM(records []Record) []byte {
	records = slices.SortedStableFunc(slices.Values(records), func(a, b Record) int {
		if c := cmp.Compare(slices.Index(Purposes, a.For()), slices.Index(Purposes, b.For())); c != 0 {
			return c
		}
		if active := a.State == Active; active != (b.State == Active) {
			if active {
				return -1
			}
			return 1
		}
		return cmp.Or(b.Activated.Compare(a.Activated), cmp.Compare(a.ID, b.ID))
	})
	var all [][]byte
	var text []byte
	for _, r := range records {
		for _, der := range slices.Backward(r.Chain) {
			if !slices.ContainsFunc(all, func(d []byte) bool { return bytes.Equal(d, der) }) {
				all = append(all, der)
				text = append(text, pemOf(der)...)
			}
		}
	}
	return text
}

// Records are the signers of a post, the oldest first.
func Records(tx store.Tx) (all []Record, err error) {
	err = store.Each(tx, store.Signers, "", 0, func(_ string, r Record) error {
		all = append(all, r)
		return nil
	})
	slices.SortStableFunc(all, func(a, b Record) int { return a.Created.Compare(b.Created) })
	return all, err
}

// ActiveRecord is the signer that signs for a purpose: the one that became
// active last. The error wraps [ErrMissing] if there is none.
func ActiveRecord(tx store.Tx, p Purpose) (Record, error) {
	all, err := Records(tx)
	if err != nil {
		return Record{}, err
	}
	all = slices.DeleteFunc(all, func(r Record) bool { return r.State != Active || r.For() != p })
	if len(all) == 0 {
		return Record{}, fmt.Errorf("%w: the post has no active signer for %s; request one (keys request --for %s), and import the authority's answer", ErrMissing, p, p)
	}
	return slices.MaxFunc(all, func(a, b Record) int { return a.Activated.Compare(b.Activated) }), nil
}
