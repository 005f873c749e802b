// Package trust decides what a seal is worth: valid, invalid, or cannot say.
//
// Trust comes from files that somebody chose: anchors (certificates of
// authorities, which may issue signer certificates) and signer certificates.
// A signer counts if an anchor of the list issued it, or if it came in a file
// without any anchor: then being listed is the trust, as in the EU's lists.
// Nothing is ever fetched.
package trust

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"pratique/data"
	"pratique/data/keys"
	"pratique/data/seal"
	"pratique/data/seal/hcert"
)

// Outcome of checking a seal.
type Outcome string

// The outcomes. CannotSay is neither good nor bad: something needed to decide
// is missing here.
const (
	Valid      Outcome = "valid"
	Invalid    Outcome = "invalid"
	CannotSay  Outcome = "cannot_say"
	Unreadable Outcome = "unreadable"
)

// Reason says why an outcome is what it is.
type Reason string

// The reasons.
const (
	ReasonNotASeal      Reason = "not-a-seal"       // the text is not one, or is damaged
	ReasonNewerVersion  Reason = "newer-version"    // a seal this program is too old for
	ReasonNotOurs       Reason = "other-content"    // signed, but no certificate of this kind
	ReasonUnknownSigner Reason = "unknown-signer"   // no listed signer has that key identifier
	ReasonUnknownAnchor Reason = "unknown-anchor"   // the signer's authority is not in the list
	ReasonSignature     Reason = "signature"        // altered, or signed by somebody else
	ReasonPracticeOnly  Reason = "practice-only"    // training paper
	ReasonPracticeMixed Reason = "practice-mixed"   // practice key and record disagree
	ReasonIssuer        Reason = "issuer"           // signer and record name different states
	ReasonNotYet        Reason = "not-yet"          // issued after the present moment
	ReasonExpired       Reason = "expired"          // the seal's technical end is past
	ReasonSignerPeriod  Reason = "signer-period"    // signed outside the signer's validity
	ReasonBefore        Reason = "before-window"    // valid; the medical window has not begun
	ReasonAfter         Reason = "after-window"     // valid; the medical window is over
	ReasonGood          Reason = "signature-holds"  // valid
	ReasonListed        Reason = "signer-is-listed" // valid; trusted as listed, not by an anchor
	ReasonRevoked       Reason = "revoked"          // whoever issued it took it back
	ReasonNotLookedUp   Reason = "not-looked-up"    // whether it is revoked could not be found out
)

// Verdict is the answer about one seal.
type Verdict struct {
	Outcome  Outcome     `json:"verdict"`
	Reasons  []Reason    `json:"reasons"`
	Format   seal.Format `json:"format,omitempty"`
	Issuer   string      `json:"issuer,omitempty"` // subject of the signer certificate
	Practice bool        `json:"practice"`
	// Claims are there only when the signature holds and reaches a given anchor
	// or listed signer, and the seal is not practice paper shown as real.
	Claims *data.Statement `json:"claims,omitempty"`
	// Revoked says since when and why, and what was issued instead; nothing else
	// of a revocation is told.
	Revoked *data.Revocation `json:"revoked,omitempty"`
}

// List is what is trusted. The zero List trusts nobody.
type List struct {
	// Revoked looks up whether a certificate is revoked, nil if it is not or not
	// known there; where nobody can say, that is an error. Nil: not asked.
	Revoked func(data.CertificateNumber) (*data.Revocation, error)

	anchors []*x509.Certificate
	signers []signer
}

type signer struct {
	certificate *x509.Certificate
	listed      bool // trusted by being listed
}

// Add trusts the certificates of one source together.
func (l *List) Add(certificates ...*x509.Certificate) {
	hasAnchor := slices.ContainsFunc(certificates, isAnchor)
	for _, c := range certificates {
		if isAnchor(c) {
			l.anchors = append(l.anchors, c)
		} else {
			l.signers = append(l.signers, signer{c, !hasAnchor})
		}
	}
}

func isAnchor(c *x509.Certificate) bool { return c.BasicConstraintsValid && c.IsCA }

// Len is the number of certificates in the list.
func (l *List) Len() int { return len(l.anchors) + len(l.signers) }

// AnchorFile is the file in a post's folder that tells whom to trust for it.
const AnchorFile = "anchor.pem"

// maxFile bounds what is read as a certificate file.
const maxFile = 16 << 20

// ErrNoCertificates says that a place holds none.
var ErrNoCertificates = keys.ErrNoCertificates

// Load adds the certificates at path: a PEM or DER file, a post's folder (of
// which only anchor.pem is read), or any other folder with such files and
// folders.
func (l *List) Load(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("trust: %w", err)
	}
	if !info.IsDir() {
		return l.loadFile(path)
	}
	before := l.Len()
	err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			anchor := filepath.Join(p, AnchorFile)
			if _, err := os.Stat(anchor); err != nil {
				return nil
			}
			return cmp.Or(l.loadFile(anchor), fs.SkipDir) // a post's folder
		}
		ext := strings.ToLower(filepath.Ext(p))
		if !slices.Contains([]string{".pem", ".crt", ".cer", ".der"}, ext) {
			return nil
		}
		return l.loadFile(p)
	})
	if err == nil && l.Len() == before {
		err = fmt.Errorf("trust: %s: %w", path, ErrNoCertificates)
	}
	return err
}

func (l *List) loadFile(path string) error {
	all, err := ReadFile(path)
	if err == nil {
		l.Add(all...)
	}
	return err
}

// ReadFile reads the certificates of a PEM or DER file, at least one.
func ReadFile(path string) ([]*x509.Certificate, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("trust: %w", err)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("trust: %s: larger than %d bytes", path, maxFile)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("trust: %w", err)
	}
	all, err := keys.ParseCertificates(b)
	if err != nil {
		return nil, fmt.Errorf("trust: %s: %w", path, err)
	}
	return all, nil
}

// clockSkew is how far another desk's clock may be ahead of this one.
const clockSkew = 5 * time.Minute

// Verify checks one seal at the instant now. Practice tells whether practice
// paper is acceptable here, which is so in training alone.
func (l *List) Verify(text string, now time.Time, practice bool) Verdict {
	v := l.verify(text, now, practice)
	if v.Claims == nil || l.Revoked == nil {
		return v
	}
	switch r, err := l.Revoked(v.Claims.Number); {
	case r != nil:
		why := []Reason{ReasonRevoked}
		if v.Outcome == Invalid {
			why = append(why, v.Reasons...)
		}
		v.Outcome, v.Reasons, v.Revoked = Invalid, why, &data.Revocation{At: r.At, Reason: r.Reason, ReplacedBy: r.ReplacedBy}
	case err != nil && v.Outcome == Valid:
		v.Outcome, v.Reasons = CannotSay, []Reason{ReasonNotLookedUp}
	}
	return v
}

// verify is [List.Verify] for a seal that was not revoked.
func (l *List) verify(text string, now time.Time, practice bool) Verdict {
	u, err := seal.Parse(text)
	if err != nil {
		return Verdict{Outcome: Unreadable, Reasons: []Reason{ReasonNotASeal}}
	}
	v := Verdict{Format: u.Format()}
	judge := func(o Outcome, reasons ...Reason) Verdict {
		v.Outcome, v.Reasons = o, reasons
		return v
	}

	// Key identifiers are short and may collide, so every signer that has it
	// is tried, and one that fails hides no other.
	var found *seal.Verified
	var by signer
	candidates := 0
	for _, s := range l.signers {
		if hcert.KID(s.certificate) != u.KID() {
			continue
		}
		candidates++
		verified, err := u.Verify(s.certificate)
		switch {
		case err == nil:
			if found == nil || s.listed {
				found, by = verified, s
			}
		case errors.Is(err, hcert.ErrVersion):
			return judge(CannotSay, ReasonNewerVersion)
		case errors.Is(err, hcert.ErrContent):
			return judge(CannotSay, ReasonNotOurs)
		case errors.Is(err, hcert.ErrFormat):
			return judge(Invalid, ReasonNotASeal)
		}
	}
	switch {
	case candidates == 0:
		return judge(CannotSay, ReasonUnknownSigner)
	case found == nil:
		return judge(Invalid, ReasonSignature)
	}
	st, c := found.Statement, by.certificate
	v.Issuer, v.Practice = c.Subject.String(), st.Practice || keys.IsPractice(c)
	issued, _ := st.Issued.Instant()
	expires, _ := st.Expires.Instant()
	from, _ := st.ValidFrom.Instant()
	until, _ := st.ValidUntil.Instant()

	switch {
	case !by.listed && !l.anchored(c, issued):
		return judge(CannotSay, ReasonUnknownAnchor)
	case st.Practice != keys.IsPractice(c):
		return judge(Invalid, ReasonPracticeMixed)
	case v.Practice && !practice:
		return judge(Invalid, ReasonPracticeOnly)
	}
	v.Claims = &st
	switch {
	case !slices.Contains(c.Subject.Country, st.Issuer):
		return judge(Invalid, ReasonIssuer)
	case issued.Before(c.NotBefore) || expires.After(c.NotAfter):
		return judge(Invalid, ReasonSignerPeriod)
	case issued.After(now.Add(clockSkew)):
		return judge(Invalid, ReasonNotYet)
	case now.After(expires):
		return judge(Invalid, ReasonExpired)
	}
	reasons := []Reason{ReasonGood}
	if by.listed {
		reasons = append(reasons, ReasonListed)
	}
	if now.Before(from) {
		reasons = append(reasons, ReasonBefore)
	} else if now.After(until) {
		reasons = append(reasons, ReasonAfter)
	}
	return judge(Valid, reasons...)
}

// anchored reports whether an anchor of the list that was valid at the time
// issued the signer certificate. A practice anchor vouches for practice alone,
// and no other one does.
func (l *List) anchored(c *x509.Certificate, at time.Time) bool {
	return slices.ContainsFunc(l.anchors, func(a *x509.Certificate) bool {
		return keys.IsPractice(c) == keys.IsPractice(a) && c.CheckSignatureFrom(a) == nil && !at.Before(a.NotBefore) && !at.After(a.NotAfter)
	})
}
