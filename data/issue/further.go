package issue

import (
	"crypto/x509"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"pratique/data"
	"pratique/data/keys"
	"pratique/data/seal"
	"pratique/data/seal/carry"
	"pratique/data/seal/dcc"
	"pratique/data/seal/hcert"
	"pratique/data/seal/sealed"
	"pratique/data/seal/vdsnc"
	"pratique/data/store"
)

// Codes are the code lists: what there is, and what other formats call it.
type Codes interface {
	data.Codes
	carry.Codes
}

// Sizes of the largest further seals in characters (ISO/IEC 18004 table 7).
const (
	MaxVDSNC = 2331 // bytes in a QR of version 40 at level M
	MaxDCC   = 970  // alphanumeric, version 20 at level M: 42 mm hold no more
)

// formatNames are what people call the formats, in any language.
var formatNames = map[data.SealFormat]string{
	data.FormatVDSNC: "ICAO VDS-NC", data.FormatDCC: "EU DCC", data.FormatEncrypted: "age",
}

// Fields of [data.Content] that ask for a format.
var formatFields = map[data.SealFormat]string{
	data.FormatVDSNC: "further.vdsnc", data.FormatDCC: "further.dcc", data.FormatEncrypted: "further.authorities",
}

// purposes are the signers that formats need.
var purposes = map[data.SealFormat]keys.Purpose{
	"": keys.ForCertificates, data.FormatVDSNC: keys.ForVDSNC, data.FormatDCC: keys.ForDCC, data.FormatEncrypted: keys.ForCertificates,
}

// draft is a seal that is built and not signed.
type draft struct {
	format data.SealFormat // empty for the certificate seal
	of     string          // see [data.FurtherSeal]
	most   int             // characters
	// message is what a signer with that certificate signs.
	message func(*x509.Certificate) (message, error)
	// says reports whether what was read back is what was to be sealed.
	says func(*seal.Verified) bool
	// recipients are the public keys that the signed text is encrypted for.
	recipients []string
}

// message is a seal that lacks nothing but its signature.
type message struct {
	digest []byte // SHA-256 of what is signed
	text   func(signature []byte) (string, error)
}

// container is the message of a payload in package hcert's container.
func container(payload []byte, certificate *x509.Certificate) (message, error) {
	m, err := hcert.Unsigned(hcert.KID(certificate), payload)
	if err != nil {
		return message{}, err
	}
	digest := m.Digest()
	return message{digest[:], func(signature []byte) (string, error) {
		m.Signature = signature
		return m.Text()
	}}, nil
}

// certificateDraft is the certificate seal of a statement.
func certificateDraft(st data.Statement) draft {
	return draft{
		most: MaxSeal,
		message: func(c *x509.Certificate) (message, error) {
			payload, err := hcert.EncodeStatement(st)
			if err != nil {
				return message{}, err
			}
			return container(payload, c)
		},
		says: func(v *seal.Verified) bool {
			return reflect.DeepEqual(v.Statement, st) && v.Particulars == nil && v.DCC == nil && v.VDSNC == nil
		},
	}
}

// furtherDrafts are the further seals of a statement, in the order of the page.
// Values that cannot be carried are a [ProblemsError] with all of them.
func furtherDrafts(post data.Post, codes Codes, st data.Statement, f data.FurtherRecord) (all []draft, err error) {
	var problems []data.Problem
	refused := func(format data.SealFormat, err error) error {
		var refusal *carry.Error
		if !errors.As(err, &refusal) {
			return err
		}
		p := data.Problem{Field: contentField(refusal.Field), Key: "problem.carry." + string(refusal.Reason), Value: refusal.Value, Example: formatNames[format]}
		if !slices.Contains(problems, p) {
			problems = append(problems, p)
		}
		return nil
	}
	provider := func(n int) (p data.Provider) {
		if n < len(f.Providers) {
			p = f.Providers[n]
		}
		return p
	}
	if f.VDSNC {
		add := func(of string, d vdsnc.Data, err error) error {
			if err != nil {
				return refused(data.FormatVDSNC, err)
			}
			all = append(all, vdsncDraft(of, d))
			return nil
		}
		for n := range st.Tests {
			p := provider(n)
			d, err := vdsnc.OfTest(st, n, post.State, vdsnc.Provider{Country: p.Country, Phone: p.Phone, Email: p.Email, Address: p.Address}, codes)
			if err := add(ofTest(n), d, err); err != nil {
				return nil, err
			}
		}
		if len(st.Doses) > 0 {
			d, err := vdsnc.OfDoses(st, post.State, codes)
			if err := add(ofDoses, d, err); err != nil {
				return nil, err
			}
		}
	}
	if f.DCC {
		before := len(all) + len(problems)
		add := func(of string, c dcc.Claims, err error) error {
			if err != nil {
				return refused(data.FormatDCC, err)
			}
			d, err := dccDraft(of, c)
			all = append(all, d)
			return err
		}
		for n, t := range st.Tests {
			if t.Kind.Antibody() {
				continue // never in a DCC; VDS-NC has a place for it
			}
			p := provider(n)
			c, err := dcc.OfTest(st, n, post.Name["en"], dcc.Detail{Country: p.Country, Product: p.Product}, codes)
			if err := add(ofTest(n), c, err); err != nil {
				return nil, err
			}
		}
		if len(st.Doses) > 0 {
			c, err := dcc.OfDoses(st, post.Name["en"], codes)
			if err := add(ofDoses, c, err); err != nil {
				return nil, err
			}
		}
		if len(all)+len(problems) == before {
			problems = append(problems, data.Problem{Field: formatFields[data.FormatDCC], Key: "problem.carry.antibody", Example: formatNames[data.FormatDCC]})
		}
	}
	if len(f.Authorities) > 0 {
		all = append(all, fullDraft(st, f))
	}
	if len(problems) > 0 {
		return nil, &ProblemsError{Problems: problems}
	}
	return all, nil
}

// What further seals are about.
const ofDoses = "doses"

func ofTest(n int) string { return fmt.Sprintf("tests[%d]", n) }

func vdsncDraft(of string, d vdsnc.Data) draft {
	return draft{
		format: data.FormatVDSNC, of: of, most: MaxVDSNC,
		message: func(c *x509.Certificate) (message, error) {
			m, err := vdsnc.Unsigned(c, d)
			if err != nil {
				return message{}, err
			}
			return message{m.Digest(), func(signature []byte) (string, error) {
				m.Signature = signature
				return m.Text()
			}}, nil
		},
		says: func(v *seal.Verified) bool { return v.VDSNC != nil && reflect.DeepEqual(*v.VDSNC, d) },
	}
}

func dccDraft(of string, c dcc.Claims) (draft, error) {
	payload, err := dcc.Encode(c)
	if err != nil {
		return draft{}, err
	}
	return draft{
		format: data.FormatDCC, of: of, most: MaxDCC,
		message: func(certificate *x509.Certificate) (message, error) { return container(payload, certificate) },
		says: func(v *seal.Verified) bool {
			return v.DCC != nil && v.DCC.Issuer == c.Issuer && v.DCC.Issued.Equal(c.Issued) && v.DCC.Expires.Equal(c.Expires) &&
				reflect.DeepEqual(v.DCC.Certificate, c.Certificate)
		},
	}, nil
}

// fullDraft is the full record, to be encrypted.
func fullDraft(st data.Statement, f data.FurtherRecord) draft {
	d := draft{
		format: data.FormatEncrypted, most: sealed.MaxText,
		message: func(c *x509.Certificate) (message, error) {
			payload, err := hcert.EncodeRecord(st, f.Particulars)
			if err != nil {
				return message{}, err
			}
			return container(payload, c)
		},
		says: func(v *seal.Verified) bool {
			return reflect.DeepEqual(v.Statement, st) && hcert.SameParticulars(v.Particulars, f.Particulars)
		},
	}
	for _, a := range f.Authorities {
		d.recipients = append(d.recipients, a.Recipient)
	}
	return d
}

// contentField is the field of [data.Content] behind one of [data.Statement]:
// where what cannot be carried is entered.
func contentField(field string) string {
	if at, rest, ok := strings.Cut(field, ".provider."); ok && rest != "" {
		return at + ".laboratory" // it is in the post's list
	}
	switch field {
	case "surname", "givenNames", "birth", "sex":
		return "traveller." + field
	case "documentKind":
		return "document.kind"
	case "documentNumber":
		return "document.number"
	case "issuer", "issued":
		return "further"
	}
	return field
}

// FurtherProblems says what of a content its further seals cannot carry: every
// problem of a value, authorities that are not in the list, and formats that no
// signer signs. Statement is what its certificate would say as far as it is
// known. Where a field is among the known problems, nothing is added to it. Open
// reports whether there is a signer for a purpose that has no record.
func FurtherProblems(tx store.Tx, post data.Post, codes Codes, c data.Content, st data.Statement, laboratories []data.Laboratory,
	now time.Time, known []data.Problem, open func(keys.Purpose) bool) ([]data.Problem, error) {
	if !c.Further.Any() {
		return nil, nil
	}
	authorities, err := Authorities(tx)
	if err != nil {
		return nil, err
	}
	st.Number = placeholder(post)
	st.Issued = atOffset(now, now)
	st.Expires = st.Issued
	f := data.FurtherOf(c, laboratories, authorities)
	var problems []data.Problem
	_, err = furtherDrafts(post, codes, st, f)
	var refused *ProblemsError
	switch {
	case errors.As(err, &refused):
		for _, p := range refused.Problems {
			if !slices.ContainsFunc(known, func(k data.Problem) bool { return k.Field == p.Field }) {
				problems = append(problems, p)
			}
		}
	case err != nil && len(known) == 0: // else it is no wonder
		return nil, err
	}
	return append(problems, furtherLists(tx, c.Further, f, open)...), nil
}

// furtherLists says which authorities are not in the post's list, and for which
// formats the post has no signer.
func furtherLists(tx store.Tx, asked data.Further, f data.FurtherRecord, open func(keys.Purpose) bool) (problems []data.Problem) {
	for _, id := range asked.Authorities {
		if !slices.ContainsFunc(f.Authorities, func(a data.Authority) bool { return a.ID == id }) {
			problems = append(problems, data.Problem{Field: formatFields[data.FormatEncrypted], Key: "problem.authority.unknown", Value: string(id)})
		}
	}
	for _, format := range []data.SealFormat{data.FormatVDSNC, data.FormatDCC} {
		wanted := format == data.FormatVDSNC && f.VDSNC || format == data.FormatDCC && f.DCC
		if !wanted || open(purposes[format]) {
			continue
		}
		if _, err := keys.ActiveRecord(tx, purposes[format]); err != nil {
			problems = append(problems, data.Problem{Field: formatFields[format], Key: "problem.signer.missing", Value: formatNames[format]})
		}
	}
	return problems
}

// Authorities are the post's list of receiving authorities.
func Authorities(tx store.Tx) ([]data.Authority, error) {
	all, _, err := store.Get[[]data.Authority](tx, store.SettingAuthorities)
	return all, err
}

// leaveOut is the problem of a full record that is too large: it names what to
// leave out, the first part there is.
func leaveOut(f data.FurtherRecord, size int) error {
	p := data.Problem{Field: "further.without", Key: "problem.further.fewer", Value: fmt.Sprint(size), Example: fmt.Sprint(sealed.MaxText)}
	if q := f.Particulars; q != nil {
		there := map[data.RecordPart]bool{
			data.PartStays: len(q.Stays) > 0, data.PartPapers: len(q.Papers) > 0 || q.Declaration.Remarks != "",
			data.PartInfections: len(q.Infections) > 0, data.PartJourney: len(q.Itinerary) > 0, data.PartReports: len(q.Reports) > 0,
			data.PartContact: q.Phone+q.Email+q.ResidentID != "" || q.Guardian != data.Guardian{} || q.Contact != data.Contact{},
		}
		for _, part := range data.RecordParts {
			if there[part] {
				p.Key = "problem.further.without." + string(part)
				break
			}
		}
	}
	return &ProblemsError{Problems: []data.Problem{p}}
}

// encrypt encrypts a signed text for the recipients of a draft. In a rehearsal
// that is as many throwaway keys, which open it again.
func (d draft) encrypt(text string, rehearsal bool) (string, error) {
	recipients := d.recipients
	var identities []age.Identity
	if rehearsal {
		recipients = nil
		for range d.recipients {
			identity, err := age.GenerateX25519Identity()
			if err != nil {
				return "", err
			}
			recipients, identities = append(recipients, identity.Recipient().String()), append(identities, identity)
		}
	}
	closed, err := sealed.Encrypt(text, recipients...)
	if err != nil {
		return "", err
	}
	if n, err := sealed.Recipients(closed); err != nil || n != len(d.recipients) {
		return "", fmt.Errorf("%w: encrypted for %d, want %d", ErrRehearsal, n, len(d.recipients))
	}
	for _, identity := range identities {
		if opened, err := sealed.Open(closed, identity); err != nil || opened != text {
			return "", fmt.Errorf("%w: encrypted: %w", ErrRehearsal, err)
		}
	}
	return closed, nil
}
