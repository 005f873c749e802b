package mrz

import (
	"slices"
	"strings"
	"time"

	"pratique/data"
)

// KindOf is what a document is, where its issuer and code say so for certain,
// else empty. The second letter is the issuer's own: PO is China's ordinary
// passport and Doc 9303's official one, which Utopia, Doc 9303's own state, has.
func KindOf(issuer, code string) data.DocumentKind {
	return map[[2]string]data.DocumentKind{
		{"CHN", "PO"}: data.OrdinaryPassport,
		{"CHN", "PD"}: data.DiplomaticPassport,
		{"CHN", "PT"}: data.TravelPermit,
		{"UTO", "PP"}: data.OrdinaryPassport,
		{"UTO", "PD"}: data.DiplomaticPassport,
		{"UTO", "PO"}: data.ServicePassport,
	}[[2]string{issuer, code}]
}

// Compare returns what the zone says against the content, in the order of the
// form, each to be confirmed by the officer who holds the document. Fields that
// are empty, in the zone or in the content, are not compared, save that one name
// without the other is when the zone has both. Value is the content's, Example
// the zone's; the keys are "problem.mrz." with
//
//	surname givenNames birth sex nationality number issuer expires
//	            the two differ
//	truncated   the name may go on beyond the zone, and what was typed does not
//	reading     the content keeps another zone than this one
//	check       check digits are wrong or characters misplaced; Value names them
func Compare(z Zone, c data.Content, now time.Time) []data.Problem {
	var problems []data.Problem
	report := func(field, key, value, example string) {
		problems = append(problems, data.Problem{Field: field, Key: "problem.mrz." + key, Value: value, Example: example, Severity: data.Confirm})
	}
	differ := func(field, key, value, zone string) {
		if value != "" && zone != "" && value != zone {
			report(field, key, value, zone)
		}
	}

	t, d := c.Traveller, c.Document
	if z.Primary != "" && t.Surname+t.GivenNames != "" {
		surname, given := t.Surname, t.GivenNames
		if z.Secondary == "" && surname == "" {
			surname, given = given, "" // a single name, whichever field it was typed in
		}
		sameSurname := sameName(z.Primary, surname, z.Truncated)
		sameGiven := sameName(z.Secondary, given, z.Truncated)
		if !sameSurname {
			report("traveller.surname", "surname", t.Surname, z.Primary)
		}
		if !sameGiven {
			report("traveller.givenNames", "givenNames", t.GivenNames, z.Secondary)
		}
		if z.Truncated && sameSurname && sameGiven && sameName(z.Primary, surname, false) && sameName(z.Secondary, given, false) {
			report("traveller.givenNames", "truncated", t.GivenNames, z.Secondary)
		}
	}
	// Two digits of a year say no century, so dates are compared as the zone
	// writes them.
	if t.Birth != "" && strings.Trim(z.Birth, "<") != "" && inZone(t.Birth) != inZone(dateOr(z.Birth)) {
		report("traveller.birth", "birth", string(t.Birth), string(z.BirthDate(now)))
	}
	differ("traveller.sex", "sex", string(t.Sex), string(z.Sex))
	differ("traveller.nationality", "nationality", t.Nationality, z.Nationality)
	differ("document.number", "number", bare(d.Number), bare(z.Number))
	differ("document.issuer", "issuer", d.Issuer, z.Issuer)
	if d.Expires != "" && strings.Trim(z.Expires, "<") != "" && inZone(d.Expires) != inZone(dateOr(z.Expires)) {
		report("document.expires", "expires", string(d.Expires), string(z.ExpiryDate()))
	}
	if d.MRZ != "" {
		if kept, err := Parse(d.MRZ); err != nil || !slices.Equal(kept.Lines, z.Lines) {
			report("document.mrz", "reading", d.MRZ, strings.Join(z.Lines, "\n"))
		}
	}
	if !z.Valid() {
		var wrong []string
		for _, check := range z.Checks {
			if !check.OK {
				wrong = append(wrong, check.Name)
			}
		}
		report("document.mrz", "check", strings.Join(wrong, " "), "")
	}
	return problems
}

// Fill writes what the zone says into the fields of c that are empty, and the
// zone itself into c.Document.MRZ. A field whose own check digit is wrong is
// left alone, and so is a field the zone does not have; the kind is only filled
// where [KindOf] knows it. It returns the fields it filled, by their paths in
// c's JSON, and what [Compare] then finds.
func Fill(z Zone, c *data.Content, now time.Time) (filled []string, problems []data.Problem) {
	letters := z.passed("characters")
	t, d := &c.Traveller, &c.Document
	if letters && t.Surname+t.GivenNames == "" {
		fill(&t.Surname, z.Primary, "traveller.surname", &filled)
		fill(&t.GivenNames, z.Secondary, "traveller.givenNames", &filled)
	}
	if z.passed("birth") {
		fill(&t.Birth, z.BirthDate(now), "traveller.birth", &filled)
	}
	if letters {
		fill(&t.Sex, z.Sex, "traveller.sex", &filled)
		fill(&t.Nationality, z.Nationality, "traveller.nationality", &filled)
		fill(&d.Kind, KindOf(z.Issuer, z.DocumentCode), "document.kind", &filled)
	}
	if z.passed("number") {
		fill(&d.Number, bare(z.Number), "document.number", &filled)
	}
	if letters {
		fill(&d.Issuer, z.Issuer, "document.issuer", &filled)
	}
	if z.passed("expires") {
		fill(&d.Expires, z.ExpiryDate(), "document.expires", &filled)
	}
	fill(&d.MRZ, strings.Join(z.Lines, "\n"), "document.mrz", &filled)
	return filled, Compare(z, *c, now)
}

func fill[T ~string](field *T, value T, path string, filled *[]string) {
	if *field == "" && value != "" {
		*field = value
		*filled = append(*filled, path)
	}
}

// bare is a document number without what documents print between its parts.
func bare(number string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -./<", r) {
			return -1
		}
		return r
	}, number)
}

// dateOr is the date of a zone in any century, or the raw text if it is none.
func dateOr(raw string) data.Date {
	if d := dateOf("20", raw); d != "" {
		return d
	}
	return data.Date(raw)
}

// inZone writes a date as YYMMDD, unknown parts "<<".
func inZone(d data.Date) string {
	if !d.Valid() {
		return string(d)
	}
	s := strings.ReplaceAll(string(d), "-", "")[2:]
	return s + "<<<<"[:6-len(s)]
}
