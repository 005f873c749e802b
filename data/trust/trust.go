// Package trust decides what a seal is worth: valid, invalid, or cannot say.
//
// Trust comes from files that somebody chose ([ReadContent]): anchors
// (certificates of authorities, which may issue signer certificates), signer
// certificates, keys without certificates, and lists of what was revoked. A
// signer counts if an anchor of the list issued it, or if it came in a file
// without any anchor: then being listed is the trust, as in the EU's lists.
// Nothing is ever fetched.
//
// Seals of other formats are judged alike. An EU DCC needs a signer that was
// valid from its issue to its end and may sign that kind of certificate. A
// VDS-NC carries its signer certificate, which an anchor of the list must have
// issued: it must be of the issuing state, for that type of seal, and valid now,
// for the seal itself has no dates of its own. SMART Health Cards and New
// Zealand's passes are signed with keys that have no certificate: they must be
// listed, and the issuer must be whose key it is where the list says whose. Such
// keys carry no mark of practice, so at a real post their seals prove nothing by
// themselves ([Verdict.Proves]).
//
// A verdict says from which list its trust comes and of when that is, and how
// the clock is. Where the clock is before things that happened, nothing that
// depends on the time is said.
package trust

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"iter"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/text/language"

	"pratique/data"
	"pratique/data/keys"
	"pratique/data/revocation"
	"pratique/data/seal"
	"pratique/data/seal/dcc"
	"pratique/data/seal/hcert"
	"pratique/data/seal/nzcp"
	"pratique/data/seal/sealed"
	"pratique/data/seal/shc"
	"pratique/data/seal/vdsnc"
	"pratique/data/seal/who"
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
	ReasonKeyAlone      Reason = "key-alone"        // valid; the signer has no certificate, which would say if it is practice

	ReasonSubClaim       Reason = "unknown-sub-claim" // signed, and of a kind that this program does not know
	ReasonPart           Reason = "part"              // one code of several; the others are missing
	ReasonListedRevoked  Reason = "on-revocation-list"
	ReasonSignerRevoked  Reason = "signer-revoked"  // whoever issued the signer's certificate took it back
	ReasonRevocationsOld Reason = "revocations-old" // there should be a newer revocation list of who issued it
	ReasonClock          Reason = "clock"           // the clock is wrong, and it depends on the time
)

// Verdict is the answer about one seal.
type Verdict struct {
	Outcome  Outcome     `json:"verdict"`
	Reasons  []Reason    `json:"reasons"`
	Format   seal.Format `json:"format,omitempty"`
	Issuer   string      `json:"issuer,omitempty"` // subject of the signer certificate, or whose the key is
	Key      string      `json:"key,omitempty"`    // identifier of the signer's key; see [seal.Unverified.KeyID]
	Practice bool        `json:"practice"`
	// List is where the trust in the signer comes from, nil where there is none.
	List *Source `json:"list,omitempty"`
	// Revocations is the newest list of who issued it, nil where there is none.
	Revocations *RevocationState `json:"revocations,omitempty"`
	Clock       Clock            `json:"clock,omitempty"`
	// SubClaims are the kinds of content that this program does not know.
	SubClaims []int64 `json:"subClaims,omitempty"`
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
	// So are WHO, SHC and NZCP.
	WHO  *who.Certificate `json:"who,omitempty"`
	SHC  *shc.Card        `json:"shc,omitempty"`
	NZCP *nzcp.Pass       `json:"nzcp,omitempty"`
}

// Signed reports whether the verdict has what the seal says.
func (v Verdict) Signed() bool {
	return v.Claims != nil || v.DCC != nil || v.VDSNC != nil || v.WHO != nil || v.SHC != nil || v.NZCP != nil
}

// Proves reports whether the seal is proof of what it says at a post of that
// kind, without anybody's having compared it with papers. A key without a
// certificate cannot be told from one of practice: at a real post its seals are
// read, and prove nothing by themselves.
func (v Verdict) Proves(practice bool) bool {
	return v.Outcome == Valid && (practice || !slices.Contains(v.Reasons, ReasonKeyAlone))
}

// Source is a list that trust comes from.
type Source struct {
	Name string `json:"name"`
	// Imported is when somebody decided to trust it, zero where that is not
	// known, as of a file.
	Imported time.Time `json:"imported,omitzero"`
}

// RevocationState is how new a revocation list is.
type RevocationState struct {
	Name   string    `json:"name"`
	Number uint64    `json:"number"`
	Issued time.Time `json:"issued"`
	Next   time.Time `json:"next"`
}

// Clock says how the clock is.
type Clock string

// How the clock is; empty: it was not looked at.
const (
	ClockPlausible Clock = "plausible" // after everything that is known to have happened
	ClockBehind    Clock = "behind"    // before something that has happened
)

// List is what is trusted. The zero List trusts nobody.
type List struct {
	// Revoked looks up whether a certificate is revoked, nil if it is not or not
	// known there; where nobody can say, that is an error. Nil: not asked.
	Revoked func(data.CertificateNumber) (*data.Revocation, error)

	// Own is the name of the revocation lists of the post that Revoked asks: of its
	// certificates that knows more than any list. Empty for none.
	Own string

	// Since is when something is known to have happened: a clock before it is
	// wrong. Zero: the clock is taken as it is.
	Since time.Time

	anchors   []anchor
	signers   map[[hcert.KIDSize]byte][]signer
	keys      map[string][]signer
	crls      []*x509.RevocationList
	revoked   revocation.Set
	verifiers []note.Verifier
	pending   [][]byte // revocation lists of ours whose key is not there
	count     int
}

type anchor struct {
	certificate *x509.Certificate
	source      *Source
}

// signer has a certificate, or a key alone.
type signer struct {
	certificate *x509.Certificate
	key         *seal.Key
	listed      bool // trusted by being listed
	source      *Source
}

// Add trusts the certificates of one source together.
func (l *List) Add(certificates ...*x509.Certificate) {
	l.AddContent(Content{Certificates: certificates}, Source{})
}

// AddContent trusts what is in one source together. What it revokes stays
// revoked whatever else is added.
func (l *List) AddContent(c Content, s Source) {
	if l.signers == nil {
		l.signers, l.keys = map[[hcert.KIDSize]byte][]signer{}, map[string][]signer{}
	}
	hasAnchor := slices.ContainsFunc(c.Certificates, isAnchor)
	for _, x := range c.Certificates {
		if isAnchor(x) {
			l.anchors = append(l.anchors, anchor{x, &s})
		} else {
			l.signers[hcert.KID(x)] = append(l.signers[hcert.KID(x)], signer{certificate: x, listed: !hasAnchor, source: &s})
		}
	}
	for _, k := range c.Keys {
		l.keys[k.ID] = append(l.keys[k.ID], signer{key: &k, listed: true, source: &s})
	}
	l.count += len(c.Certificates) + len(c.Keys)
	l.AddFormer(c)
}

// AddFormer takes what counts of a content that another has replaced, or that was
// withdrawn: what it revokes, and what the keys in it signed.
func (l *List) AddFormer(c Content) {
	for _, v := range c.Verifiers {
		if v, err := note.NewVerifier(v); err == nil { // it was read already
			l.verifiers = append(l.verifiers, v)
		}
	}
	l.AddRevoked(c)
}

// AddRevoked takes only what a content revokes, if need be by keys that are there
// already.
func (l *List) AddRevoked(c Content) {
	l.crls = append(l.crls, c.CRLs...)
	pending := append(l.pending, c.Revocations...)
	l.pending = nil
	for _, b := range pending {
		if _, ours := revocation.NameOf(b); ours {
			if list, err := revocation.Open(b, l.verifiers...); err == nil {
				l.revoked.Add(list)
			} else {
				l.pending = append(l.pending, b)
			}
			continue
		}
		if x, err := revocation.ReadBatch(b); err == nil {
			l.revoked.AddBatch(x)
		} else if x, err := revocation.ReadCards(b); err == nil {
			l.revoked.AddCards(x)
		} else if x, err := revocation.ReadBloom(b); err == nil {
			l.revoked.AddBloom(x)
		} else if x, err := revocation.ReadPartial(b); err == nil {
			l.revoked.AddPartial(x)
		}
	}
}

// Unbelieved are the names of revocation lists that were added and not taken,
// because they are not signed with the key of any source.
func (l *List) Unbelieved() (names []string) {
	for _, b := range l.pending {
		name, _ := revocation.NameOf(b)
		names = append(names, name)
	}
	return names
}

// Revocations is how many entries of revocation lists and filters there are.
func (l *List) Revocations() int { return l.revoked.Len() + len(l.crls) }

// Numbers are those of the newest revocation list of each post.
func (l *List) Numbers() map[string]uint64 {
	all := map[string]uint64{}
	for name, list := range l.revoked.Lists() {
		all[name] = list.Number
	}
	return all
}

// Latest is the newest moment that any source tells of: no clock should be
// before it.
func (l *List) Latest() time.Time {
	at := l.revoked.Latest()
	for _, a := range l.anchors {
		if a.source.Imported.After(at) {
			at = a.source.Imported
		}
	}
	for _, of := range []iter.Seq[[]signer]{maps.Values(l.signers), maps.Values(l.keys)} {
		for all := range of {
			for _, s := range all {
				if s.source.Imported.After(at) {
					at = s.source.Imported
				}
			}
		}
	}
	return at
}

func isAnchor(c *x509.Certificate) bool { return c.BasicConstraintsValid && c.IsCA }

// Len is the number of certificates and keys in the list.
func (l *List) Len() int { return l.count }

// AnchorFile is the file in a post's folder that tells whom to trust for it.
const AnchorFile = "anchor.pem"

// Load adds what is at path: a file as [ReadContent] reads it, a post's folder
// (of which only anchor.pem is read), or any other folder with such files and
// folders, each of which is a source of its own.
func (l *List) Load(path string) error {
	added := 0
	err := walk(path, func(file string) error {
		b, err := readFile(file)
		if err != nil {
			return err
		}
		c, err := ReadContent(b)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		l.AddContent(c, Source{Name: filepath.Base(file)})
		added += c.Len()
		return nil
	})
	if err == nil && added == 0 {
		err = fmt.Errorf("trust: %s: %w", path, ErrContent)
	}
	return err
}

// ReadFile reads the certificates of a PEM or DER file, at least one.
func ReadFile(path string) ([]*x509.Certificate, error) {
	b, err := readFile(path)
	if err != nil {
		return nil, err
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
	if n := v.number(); n != "" && l.Revoked != nil {
		switch r, err := l.Revoked(n); {
		case r != nil:
			v.revoke(ReasonRevoked)
			v.Revocations = nil
			v.Revoked = &data.Revocation{At: r.At, Reason: r.Reason, ReplacedBy: r.ReplacedBy}
		case err != nil && v.Outcome == Valid:
			v.Outcome, v.Reasons = CannotSay, []Reason{ReasonNotLookedUp}
		}
	}
	if r := v.Revocations; v.Outcome == Valid && r != nil && r.Name != l.Own && now.After(r.Next) {
		v.Outcome, v.Reasons = CannotSay, []Reason{ReasonRevocationsOld}
	}
	if !l.Since.IsZero() {
		v.Clock = ClockPlausible
		if now.Before(l.Since.Add(-clockSkew)) {
			v.Clock = ClockBehind
			if v.Outcome == Valid || v.Outcome == Invalid && slices.Contains(timely, v.Reasons[0]) {
				v.Outcome, v.Reasons = CannotSay, []Reason{ReasonClock}
			}
		}
	}
	return v
}

// timely are the reasons for invalid that another clock would not give.
var timely = []Reason{ReasonNotYet, ReasonExpired, ReasonSignerPeriod}

// revoke makes a verdict invalid; why it already was is told after that.
func (v *Verdict) revoke(why Reason) {
	reasons := []Reason{why}
	if v.Outcome == Invalid {
		reasons = append(reasons, v.Reasons...)
	}
	v.Outcome, v.Reasons = Invalid, reasons
}

// revocationsOf is the name of the revocation lists of the post that issued a
// seal, empty where no post of ours did.
func revocationsOf(v *seal.Verified) string {
	n := v.Number()
	if n == "" || v.Signer == nil || len(v.Signer.Subject.Country) == 0 {
		return ""
	}
	post := data.Post{Country: v.Signer.Subject.Country[0], Code: string(n)[:min(2, len(n))], Kind: data.RealPost}
	if keys.IsPractice(v.Signer) {
		post.Kind = data.PracticePost
	}
	return keys.RevocationsName(post)
}

// number is the certificate number that a seal of whatever format carries,
// empty where there is none, or none that can be believed.
func (v Verdict) number() data.CertificateNumber {
	said := seal.Verified{DCC: v.DCC, VDSNC: v.VDSNC}
	if v.Claims != nil {
		said.Statement = *v.Claims
	}
	return said.Number()
}

// verify is [List.Verify] but for what only the post knows.
func (l *List) verify(text string, now time.Time, practice bool) Verdict {
	if sealed.Looks(text) {
		return Verdict{Outcome: CannotSay, Reasons: []Reason{ReasonEncrypted}}
	}
	u, err := seal.Parse(text)
	switch {
	case errors.Is(err, shc.ErrChunk):
		return Verdict{Outcome: CannotSay, Reasons: []Reason{ReasonPart}, Format: seal.SHC}
	case errors.Is(err, nzcp.ErrVersion):
		return Verdict{Outcome: CannotSay, Reasons: []Reason{ReasonNewerVersion}, Format: seal.NZCP}
	case err != nil:
		return Verdict{Outcome: Unreadable, Reasons: []Reason{ReasonNotASeal}}
	}
	v := Verdict{Format: u.Format(), Key: u.KeyID()}
	judge := func(o Outcome, reasons ...Reason) Verdict {
		v.Outcome, v.Reasons = o, reasons
		return v
	}
	// Key identifiers are short and may collide, so every signer that has it
	// is tried, and one that fails hides no other.
	var found *seal.Verified
	var by signer
	marked := false // as practice, by any certificate of the key
	candidates := l.candidates(u)
	for _, s := range candidates {
		verified, err := s.verify(u)
		switch {
		case err == nil:
			marked = marked || s.certificate != nil && keys.IsPractice(s.certificate)
			if found == nil || s.listed {
				found, by = verified, s
			}
		case errors.Is(err, seal.ErrVersion):
			return judge(CannotSay, ReasonNewerVersion)
		case errors.Is(err, seal.ErrContent):
			if unknown := u.SubClaims(); u.Format() == seal.HCERT && len(unknown) > 0 {
				v.SubClaims = unknown
				return judge(CannotSay, ReasonSubClaim)
			}
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
	f, c := factsOf(found, by, now), by.certificate
	v.Issuer, v.Practice, v.List = by.name(), f.practice || marked, by.source
	if !by.listed {
		a := l.anchor(c, f.signed)
		if a == nil {
			return judge(CannotSay, ReasonUnknownAnchor)
		}
		v.List = a.source
	}
	if v.List != nil && *v.List == (Source{}) {
		v.List = nil
	}
	switch {
	case f.stated && f.practice != keys.IsPractice(c):
		return judge(Invalid, ReasonPracticeMixed)
	case v.Practice && !practice:
		return judge(Invalid, ReasonPracticeOnly)
	}
	if f.stated {
		v.Claims, v.Particulars = &found.Statement, found.Particulars
	}
	v.DCC, v.VDSNC, v.WHO, v.SHC, v.NZCP = found.DCC, found.VDSNC, found.WHO, found.SHC, found.NZCP
	l.judge(&v, f, by, now)
	if c != nil && l.revokedSigner(c) {
		v.revoke(ReasonSignerRevoked)
	}
	name := revocationsOf(found)
	if r, there := l.revoked.Lists()[name]; there {
		v.Revocations = &RevocationState{r.Name, r.Number, r.Issued, r.Next}
	}
	if l.revoked.Has(u, found, name) {
		v.revoke(ReasonListedRevoked)
	}
	return v
}

// judge decides about a seal whose signature holds and leads to somebody who is
// trusted.
func (l *List) judge(v *Verdict, f facts, by signer, now time.Time) {
	v.Outcome = Invalid
	c := by.certificate
	switch {
	case f.country != "" && !slices.ContainsFunc(c.Subject.Country, func(s string) bool { return strings.EqualFold(s, f.country) }),
		by.key != nil && by.key.Holder != "" && f.issuer != "" && f.issuer != by.key.Holder:
		v.Reasons = []Reason{ReasonIssuer}
	case !f.usage:
		v.Reasons = []Reason{ReasonUsage}
	case c != nil && (f.signed.Before(c.NotBefore) || f.expires.After(c.NotAfter)):
		v.Reasons = []Reason{ReasonSignerPeriod}
	case f.signed.After(now.Add(clockSkew)):
		v.Reasons = []Reason{ReasonNotYet}
	case !f.expires.IsZero() && now.After(f.expires):
		v.Reasons = []Reason{ReasonExpired}
	default:
		v.Outcome, v.Reasons = Valid, []Reason{ReasonGood}
		if by.listed {
			v.Reasons = append(v.Reasons, ReasonListed)
		}
		if c == nil {
			v.Reasons = append(v.Reasons, ReasonKeyAlone)
		}
		v.Reasons = append(v.Reasons, f.more...)
	}
}

// verify checks a seal against a signer.
func (s signer) verify(u *seal.Unverified) (*seal.Verified, error) {
	if s.key != nil {
		return u.VerifyKey(*s.key)
	}
	return u.Verify(s.certificate)
}

// name is whose the signer is, as far as that is known.
func (s signer) name() string {
	switch {
	case s.key == nil:
		return s.certificate.Subject.String()
	case s.key.Holder != "":
		return s.key.Holder
	}
	return s.key.ID
}

// candidates are the signers that may have made a seal: those of the list that
// have the key identifier it names, anchors too if they may sign for themselves
// as some do, and the one whose certificate it carries, which needs an anchor.
func (l *List) candidates(u *seal.Unverified) []signer {
	var all []signer
	if u.Format() != seal.SHC && u.Format() != seal.NZCP {
		all = append(all, l.signers[u.KID()]...)
		for _, a := range l.anchors {
			if a.certificate.KeyUsage&x509.KeyUsageDigitalSignature != 0 && hcert.KID(a.certificate) == u.KID() {
				all = append(all, signer{certificate: a.certificate, listed: true, source: a.source})
			}
		}
	}
	all = append(all, l.keys[u.KeyID()]...)
	if c := u.Certificate(); c != nil {
		all = append(all, signer{certificate: c})
	}
	return all
}

// revokedSigner reports whether a CRL that its issuer signed has a certificate.
func (l *List) revokedSigner(c *x509.Certificate) bool {
	for _, crl := range l.crls {
		if !bytes.Equal(crl.RawIssuer, c.RawIssuer) {
			continue
		}
		is := slices.ContainsFunc(crl.RevokedCertificateEntries, func(e x509.RevocationListEntry) bool { return e.SerialNumber.Cmp(c.SerialNumber) == 0 })
		if is && slices.ContainsFunc(l.anchors, func(a anchor) bool {
			return crl.CheckSignatureFrom(a.certificate) == nil && c.CheckSignatureFrom(a.certificate) == nil
		}) {
			return true
		}
	}
	return false
}

// facts are what a verdict depends on, of a seal of any format.
type facts struct {
	stated   bool      // a certificate seal, which says itself whether it is practice
	practice bool      // what it says
	signed   time.Time // when, or now if the format does not tell
	expires  time.Time // the technical end, zero for none
	country  string    // of the signer, ISO 3166-1 alpha-2; "" if the format does not tell
	issuer   string    // whose key it must be, where keys have no certificate; "" if the format does not tell
	usage    bool      // the signer may sign it
	more     []Reason  // to be told if it is valid
}

func factsOf(v *seal.Verified, by signer, now time.Time) facts {
	// A format whose dates may be missing counts while its signer does.
	open := func(f facts) facts {
		if f.signed.IsZero() {
			f.signed = now
		}
		if f.expires.IsZero() && by.certificate != nil {
			f.expires = by.certificate.NotAfter
		}
		return f
	}
	switch {
	case v.DCC != nil:
		// Issuers put anything into the claim issuer, and every state's readers
		// take that: whose it is, the signer certificate tells.
		c := v.DCC
		usage := by.certificate == nil || dcc.MaySign(by.certificate, c.Certificate.Kind())
		return open(facts{signed: c.Issued, expires: c.Expires, usage: usage})
	case v.WHO != nil:
		return open(facts{signed: v.WHO.Issued, expires: v.WHO.Expires, usage: true})
	case v.SHC != nil:
		return facts{signed: v.SHC.NotBefore, expires: v.SHC.Expires, issuer: v.SHC.Issuer, usage: true}
	case v.NZCP != nil:
		return facts{signed: v.NZCP.NotBefore, expires: v.NZCP.Expires, issuer: v.NZCP.Issuer, usage: true}
	case v.VDSNC != nil:
		// It counts while its signer certificate does.
		f := facts{signed: now, expires: v.Signer.NotAfter, country: alpha2(v.VDSNC.Issuer), usage: vdsnc.MaySign(v.Signer, v.VDSNC.Type())}
		if len(v.Signer.ExtKeyUsage)+len(v.Signer.UnknownExtKeyUsage) == 0 {
			f.more = append(f.more, ReasonAnyUsage)
		}
		return f
	}
	st := v.Statement
	f := facts{stated: true, practice: st.Practice, country: st.Issuer, usage: keys.MaySignCertificates(by.certificate)}
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

// anchor is an anchor of the list that was valid at the time and issued the
// signer certificate, nil if there is none. A practice anchor vouches for
// practice alone, and no other one does.
func (l *List) anchor(c *x509.Certificate, at time.Time) *anchor {
	i := slices.IndexFunc(l.anchors, func(a anchor) bool {
		x := a.certificate
		return keys.IsPractice(c) == keys.IsPractice(x) && names(c, x) && c.CheckSignatureFrom(x) == nil && !at.Before(x.NotBefore) && !at.After(x.NotAfter)
	})
	if i < 0 {
		return nil
	}
	return &l.anchors[i]
}

// names reports whether a certificate says that an anchor issued it: a list of
// states has hundreds, and a signature takes long to check.
func names(c, anchor *x509.Certificate) bool {
	return bytes.Equal(c.RawIssuer, anchor.RawSubject) || len(c.AuthorityKeyId) > 0 && bytes.Equal(c.AuthorityKeyId, anchor.SubjectKeyId) ||
		c.Issuer.String() == anchor.Subject.String() // however it is encoded
}
