package data

import (
	"fmt"
	"slices"
)

// Further are the seals a case asks for beside the certificate seal, for
// readers that know other formats. They go on further pages.
type Further struct {
	// VDSNC asks for ICAO VDS-NC seals: one for each test, one for all doses.
	VDSNC bool `json:"vdsnc,omitempty"`
	// DCC asks for EU Digital COVID Certificates: one for each test of the
	// virus, one for the last dose. Antibody tests have no place in one.
	DCC bool `json:"dcc,omitempty"`
	// Authorities are those of the post's list, at most [MaxAuthorities], for
	// whom the full record is encrypted.
	Authorities []AuthorityID `json:"authorities,omitempty"`
	// Without are the parts of the full record that are left out.
	Without []RecordPart `json:"without,omitempty"`
}

// Any reports whether a further seal is asked for.
func (f Further) Any() bool { return f.VDSNC || f.DCC || len(f.Authorities) > 0 }

// MaxAuthorities is for how many a record is encrypted at most: each takes room.
const MaxAuthorities = 3

// AuthorityID names a receiving authority in the post's list.
type AuthorityID string

// Authority is who may open what is encrypted for them.
type Authority struct {
	ID   AuthorityID `json:"id"`
	Name string      `json:"name"`
	// Recipient is the authority's public key: an X25519 recipient of
	// age-encryption.org/v1, "age1" and 58 characters.
	Recipient string `json:"recipient"`
}

// RecordPart is a part of the full record that can be left out.
type RecordPart string

// The parts, in the order in which to leave them out.
const (
	PartStays      RecordPart = "stays"      // where the traveller was before the journey
	PartPapers     RecordPart = "papers"     // what else was handed in, the declaration's remarks
	PartInfections RecordPart = "infections" // past ones
	PartJourney    RecordPart = "journey"
	PartReports    RecordPart = "reports" // numbers, products and laboratories of the tests
	PartContact    RecordPart = "contact" // telephone, e-mail, resident number, guardian, contact person
)

// RecordParts are all parts.
var RecordParts = []RecordPart{PartStays, PartPapers, PartInfections, PartJourney, PartReports, PartContact}

// Particulars are what the full record tells beyond the statement.
type Particulars struct {
	Phone       string      `json:"phone,omitempty"`
	Email       string      `json:"email,omitempty"`
	ResidentID  string      `json:"residentID,omitempty"`
	Guardian    Guardian    `json:"guardian,omitzero"`
	Contact     Contact     `json:"contact,omitzero"`
	Reports     []Report    `json:"reports,omitempty"` // of the statement's tests, in their order
	Infections  []Infection `json:"infections,omitempty"`
	Itinerary   []Leg       `json:"itinerary,omitempty"`
	Stays       []Stay      `json:"stays,omitempty"`
	Papers      []Paper     `json:"papers,omitempty"`
	Declaration Declaration `json:"declaration,omitzero"`
}

// Report is what a laboratory's report tells beyond the result.
type Report struct {
	Number     string `json:"number,omitempty"`
	Product    string `json:"product,omitempty"` // list "products"
	Laboratory string `json:"laboratory,omitempty"`
	Phone      string `json:"phone,omitempty"`
	Country    string `json:"country,omitempty"`
}

// Provider is what further seals tell of a test beyond the statement: who made
// it, with what.
type Provider struct {
	Country string `json:"country,omitempty"` // ICAO 9303-3
	Phone   string `json:"phone,omitempty"`
	Email   string `json:"email,omitempty"`
	Address string `json:"address,omitempty"`
	Product string `json:"product,omitempty"` // list "products"
}

// FurtherRecord is what the further seals of a certificate are made from beside
// its statement: a snapshot like that.
type FurtherRecord struct {
	VDSNC bool `json:"vdsnc,omitempty"`
	DCC   bool `json:"dcc,omitempty"`
	// Providers are those of the statement's tests, in their order.
	Providers []Provider `json:"providers,omitempty"`
	// Authorities are those that can open the full record, and Particulars what
	// they read in it; none and null where nothing is encrypted.
	Authorities []Authority  `json:"authorities,omitempty"`
	Particulars *Particulars `json:"particulars,omitempty"`
}

// SealFormat is the format of a further seal.
type SealFormat string

// The formats of further seals.
const (
	FormatVDSNC     SealFormat = "vdsnc"
	FormatDCC       SealFormat = "dcc"
	FormatEncrypted SealFormat = "encrypted"
)

// FurtherSeal is a seal beside the certificate seal.
type FurtherSeal struct {
	Format SealFormat `json:"format"`
	// Of is what of the statement it is about: "tests[0]", "doses", or empty for
	// all of it.
	Of   string `json:"of,omitempty"`
	Text string `json:"text"` // of the QR
}

// FurtherOf is the snapshot that the content decides by itself, for authorities
// of the post's list. One that is not in the list is not in the snapshot either.
func FurtherOf(c Content, laboratories []Laboratory, authorities []Authority) FurtherRecord {
	f := FurtherRecord{VDSNC: c.Further.VDSNC, DCC: c.Further.DCC}
	if !c.Further.Any() {
		return f
	}
	c = c.Pinned()
	var reports []Report
	for _, t := range c.Tests {
		var l Laboratory
		if i := slices.IndexFunc(laboratories, func(l Laboratory) bool { return l.ID == t.Laboratory }); i >= 0 {
			l = laboratories[i]
		}
		f.Providers = append(f.Providers, Provider{Country: l.Country, Phone: l.Phone, Email: l.Email, Address: l.Address, Product: t.Product})
		reports = append(reports, Report{Number: t.ReportNo, Product: t.Product, Laboratory: l.Name, Phone: l.Phone, Country: l.Country})
	}
	for _, id := range c.Further.Authorities {
		if i := slices.IndexFunc(authorities, func(a Authority) bool { return a.ID == id }); i >= 0 {
			f.Authorities = append(f.Authorities, authorities[i])
		}
	}
	if len(f.Authorities) == 0 {
		return f
	}
	p, t := Particulars{}, c.Traveller
	for _, part := range RecordParts {
		if slices.Contains(c.Further.Without, part) {
			continue
		}
		switch part {
		case PartContact:
			p.Phone, p.Email, p.ResidentID, p.Guardian, p.Contact = t.Phone, t.Email, t.ResidentID, t.Guardian, c.Contact
		case PartReports:
			p.Reports = reports
		case PartInfections:
			p.Infections = c.Infections
		case PartJourney:
			p.Itinerary = c.Itinerary
		case PartStays:
			p.Stays = c.Stays
		case PartPapers:
			p.Papers, p.Declaration = c.Papers, c.Declaration
		}
	}
	f.Particulars = &p
	return f
}

// further checks what is asked for in itself; whether it can be had depends on
// the post's lists and keys.
func (v *validator) further(f Further) {
	if n := len(f.Authorities); n > MaxAuthorities {
		v.stop("further.authorities", "problem.too-many", fmt.Sprint(n), fmt.Sprint(MaxAuthorities))
	}
	for i, id := range f.Authorities {
		if slices.Contains(f.Authorities[:i], id) {
			v.stop("further.authorities", "problem.authority.twice", string(id), "")
		}
	}
	for _, part := range f.Without {
		if !slices.Contains(RecordParts, part) {
			v.stop("further.without", "problem.code.unknown", string(part), string(PartStays))
		}
	}
}

// ParseAuthorities reads a list of receiving authorities as JSON, as strictly as
// [ParseLaboratories]. What the entries say is for [ValidateAuthorities].
func ParseAuthorities(b []byte) ([]Authority, error) { return parseList[Authority]("authorities", b) }

// maxAuthorityName is the most characters of an authority's name: it stands in a
// line of the page.
const maxAuthorityName = 60

// ValidateAuthorities says what is wrong with a list of receiving authorities.
// Recipient tells whether a text is a key.
func ValidateAuthorities(all []Authority, recipient func(string) bool) []Problem {
	var problems []Problem
	for i, a := range all {
		add := func(wrong bool, field, key, value, example string) {
			if wrong {
				problems = append(problems, Problem{Field: fmt.Sprintf("authorities[%d].%s", i, field), Key: key, Value: value, Example: example})
			}
		}
		id, twice := string(a.ID), func(same func(Authority) bool) bool { return slices.ContainsFunc(all[:i], same) }
		add(!plainID(id), "id", "problem.authority.id", id, "port-health-utopia")
		add(twice(func(o Authority) bool { return o.ID == a.ID }), "id", "problem.authority.twice", id, "")
		add(a.Name == "" || a.Name != CleanText(a.Name) || len([]rune(a.Name)) > maxAuthorityName, "name", "problem.authority.name", a.Name, "Port Health Authority of Utopia")
		add(!recipient(a.Recipient), "recipient", "problem.authority.recipient", a.Recipient, "age1…")
		add(twice(func(o Authority) bool { return o.Recipient == a.Recipient }), "recipient", "problem.authority.twice", a.Recipient, "")
	}
	return problems
}
