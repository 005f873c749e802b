// Package trust decides what a seal is worth: valid, invalid, or cannot say.
//
// Trust comes from files that somebody chose: anchors (certificates of
// authorities, which may issue signer certificates) and signer certificates.
// A signer counts if an anchor of the list issued it, or if it came in a file
// without any anchor: then being listed is the trust, as in the EU's lists.
// Nothing is ever fetched.
//
// Seals of other formats are judged alike. An EU DCC needs a signer that was
// valid from its issue to its end and may sign that kind of certificate. A
// VDS-NC carries its signer certificate, which an anchor of the list must have
// issued: it must be of the issuing state, for that type of seal, and valid now,
// for the seal itself has no dates of its own.
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

	"golang.org/x/text/language"

	"pratique/data"
	"pratique/data/keys"
	"pratique/data/seal"
	"pratique/data/seal/dcc"
	"pratique/data/seal/hcert"
	"pratique/data/seal/sealed"
	"pratique/data/seal/vdsnc"
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
	ReasonEncrypted     Reason = "encrypted"        // only those it was encrypted for can open it
	ReasonUsage         Reason = "signer-usage"     // the signer may not sign this kind of seal
	ReasonAnyUsage      Reason = "signer-any-usage" // valid; the signer's certificate does not say what it may sign
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
	// Particulars are what a full record says beyond the claims.
	Particulars *data.Particulars `json:"particulars,omitempty"`
	// Revoked says since when and why, and what was issued instead; nothing else
	// of a revocation is told.
	Revoked *data.Revocation `json:"revoked,omitempty"`
	// DCC and VDSNC are the same for seals of these formats.
	DCC   *dcc.Claims `json:"dcc,omitempty"`
	VDSNC *vdsnc.Data `json:"vdsnc,omitempty"`
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
	n := v.number()
	if n == "" || l.Revoked == nil {
		return v
	}
	switch r, err := l.Revoked(n); {
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

// number is the certificate number that a seal of whatever format carries,
// empty where there is none, or none that can be believed.
func (v Verdict) number() (n data.CertificateNumber) {
	switch {
	case v.Claims != nil:
		n = v.Claims.Number
	case v.VDSNC != nil:
		n, _ = data.ParseCertificateNumber(v.VDSNC.Number())
	case v.DCC != nil: // URN:UVCI:01:UT:PR7QF2M9X4T9#6
		id, _, _ := strings.Cut(v.DCC.Certificate.ID(), "#")
		n, _ = data.ParseCertificateNumber(id[strings.LastIndex(id, ":")+1:])
	}
	return n
}

// verify is [List.Verify] for a seal that was not revoked.
func (l *List) verify(text string, now time.Time, practice bool) Verdict {
	if sealed.Looks(text) {
		return Verdict{Outcome: CannotSay, Reasons: []Reason{ReasonEncrypted}}
	}
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
	candidates := l.candidates(u)
	for _, s := range candidates {
		verified, err := u.Verify(s.certificate)
		switch {
		case err == nil:
			if found == nil || s.listed {
				found, by = verified, s
			}
		case errors.Is(err, seal.ErrVersion):
			return judge(CannotSay, ReasonNewerVersion)
		case errors.Is(err, seal.ErrContent):
			return judge(CannotSay, ReasonNotOurs)
		case errors.Is(err, seal.ErrFormat):
			return judge(Invalid, ReasonNotASeal)
		}
	}
	switch {
	case len(candidates) == 0:
		return judge(CannotSay, ReasonUnknownSigner)
	case found == nil:
		return judge(Invalid, ReasonSignature)
	}
	f, c := factsOf(found, now), by.certificate
	v.Issuer, v.Practice = c.Subject.String(), f.practice || keys.IsPractice(c)
	switch {
	case !by.listed && !l.anchored(c, f.signed):
		return judge(CannotSay, ReasonUnknownAnchor)
	case f.stated && f.practice != keys.IsPractice(c):
		return judge(Invalid, ReasonPracticeMixed)
	case v.Practice && !practice:
		return judge(Invalid, ReasonPracticeOnly)
	}
	if f.stated {
		v.Claims, v.Particulars = &found.Statement, found.Particulars
	}
	v.DCC, v.VDSNC = found.DCC, found.VDSNC
	switch {
	case f.country != "" && !slices.ContainsFunc(c.Subject.Country, func(s string) bool { return strings.EqualFold(s, f.country) }):
		return judge(Invalid, ReasonIssuer)
	case !f.usage:
		return judge(Invalid, ReasonUsage)
	case f.signed.Before(c.NotBefore) || f.expires.After(c.NotAfter):
		return judge(Invalid, ReasonSignerPeriod)
	case f.signed.After(now.Add(clockSkew)):
		return judge(Invalid, ReasonNotYet)
	case now.After(f.expires):
		return judge(Invalid, ReasonExpired)
	}
	reasons := []Reason{ReasonGood}
	if by.listed {
		reasons = append(reasons, ReasonListed)
	}
	return judge(Valid, append(reasons, f.more...)...)
}

// candidates are the signers that may have made a seal: those of the list that
// have the key identifier it names, anchors too if they may sign for themselves
// as some do, and the one whose certificate it carries, which needs an anchor.
func (l *List) candidates(u *seal.Unverified) []signer {
	var all []signer
	for _, s := range l.signers {
		if hcert.KID(s.certificate) == u.KID() {
			all = append(all, s)
		}
	}
	for _, a := range l.anchors {
		if a.KeyUsage&x509.KeyUsageDigitalSignature != 0 && hcert.KID(a) == u.KID() {
			all = append(all, signer{a, true})
		}
	}
	if c := u.Certificate(); c != nil {
		all = append(all, signer{certificate: c})
	}
	return all
}

// facts are what a verdict depends on, of a seal of any format.
type facts struct {
	stated   bool      // a certificate seal, which says itself whether it is practice
	practice bool      // what it says
	signed   time.Time // when, or now if the format does not tell
	expires  time.Time // the technical end
	country  string    // of the signer, ISO 3166-1 alpha-2; "" if the format does not tell
	usage    bool      // the signer may sign it
	more     []Reason  // to be told if it is valid
}

func factsOf(v *seal.Verified, now time.Time) facts {
	switch {
	case v.DCC != nil:
		// Issuers put anything into the claim issuer, and every state's readers
		// take that: whose it is, the signer certificate tells.
		c := v.DCC
		f := facts{signed: c.Issued, expires: c.Expires, usage: dcc.MaySign(v.Signer, c.Certificate.Kind())}
		if f.signed.IsZero() {
			f.signed = now
		}
		if f.expires.IsZero() {
			f.expires = v.Signer.NotAfter
		}
		return f
	case v.VDSNC != nil:
		// It counts while its signer certificate does.
		f := facts{signed: now, expires: v.Signer.NotAfter, country: alpha2(v.VDSNC.Issuer), usage: vdsnc.MaySign(v.Signer, v.VDSNC.Type())}
		if len(v.Signer.ExtKeyUsage)+len(v.Signer.UnknownExtKeyUsage) == 0 {
			f.more = append(f.more, ReasonAnyUsage)
		}
		return f
	}
	st := v.Statement
	f := facts{stated: true, practice: st.Practice, country: st.Issuer, usage: true}
	f.signed, _ = st.Issued.Instant()
	f.expires, _ = st.Expires.Instant()
	from, _ := st.ValidFrom.Instant()
	until, _ := st.ValidUntil.Instant()
	if now.Before(from) {
		f.more = append(f.more, ReasonBefore)
	} else if now.After(until) {
		f.more = append(f.more, ReasonAfter)
	}
	return f
}

// states are codes of issuers in Doc 9303-3 section 5 that are not ISO 3166-1
// alpha-3, and what certificates of theirs call them.
var states = map[string]string{"UTO": "UT", "D": "DE", "RKS": "KS", "EUE": "EU", "UNO": "UN", "XOM": "XM"}

// alpha2 is the code of a state in certificates. One that is unknown stays as it
// is, and no certificate has it.
func alpha2(state string) string {
	if s, ok := states[state]; ok {
		return s
	}
	if r, err := language.ParseRegion(state); err == nil && r.ISO3() == state {
		return r.String()
	}
	return state
}

// anchored reports whether an anchor of the list that was valid at the time
// issued the signer certificate. A practice anchor vouches for practice alone,
// and no other one does.
func (l *List) anchored(c *x509.Certificate, at time.Time) bool {
	return slices.ContainsFunc(l.anchors, func(a *x509.Certificate) bool {
		return keys.IsPractice(c) == keys.IsPractice(a) && c.CheckSignatureFrom(a) == nil && !at.Before(a.NotBefore) && !at.After(a.NotAfter)
	})
}
