package brought

import (
	"slices"
	"strings"
	"time"

	"pratique/data"
	"pratique/data/seal"
	"pratique/data/seal/dcc"
	"pratique/data/seal/shc"
	"pratique/data/seal/vdsnc"
)

// content is what a seal says, as far as an application can say it.
func (r Reader) content(said seal.Claimed) data.Content {
	switch {
	case said.Statement != nil:
		return r.ofStatement(*said.Statement)
	case said.DCC != nil:
		return r.ofDCC(said.DCC.Certificate)
	case said.VDSNC != nil && said.VDSNC.Test != nil:
		return r.ofVDSNCTest(*said.VDSNC.Test)
	case said.VDSNC != nil && said.VDSNC.Vaccination != nil:
		return r.ofVDSNCDoses(*said.VDSNC.Vaccination)
	case said.SHC != nil:
		return ofSHC(*said.SHC)
	case said.NZCP != nil:
		return data.Content{Traveller: data.Traveller{Surname: said.NZCP.FamilyName, GivenNames: said.NZCP.GivenName, Birth: day(said.NZCP.Birth)}}
	}
	return data.Content{}
}

func (r Reader) ofStatement(st data.Statement) data.Content {
	c := data.Content{
		Traveller: data.Traveller{
			Surname: st.Surname, GivenNames: st.GivenNames, NativeName: st.NativeName,
			Birth: st.Birth, Sex: st.Sex, Nationality: st.Nationality,
		},
		Document: data.TravelDocument{Kind: st.DocumentKind, Number: st.DocumentNumber, Issuer: st.DocumentIssuer, Expires: st.DocumentExpires},
	}
	for _, t := range st.Tests {
		c.Tests = append(c.Tests, data.Test{
			Kind: t.Kind, Specimen: t.Specimen, Method: t.Method, Laboratory: r.laboratory(t.Laboratory),
			Sampled: t.Sampled.Sealed(), Analysed: t.Analysed.Sealed(), Reported: t.Reported.Sealed(), Result: t.Result,
		})
	}
	for _, d := range st.Doses {
		c.Doses = append(c.Doses, data.Dose{Date: d.Date, Product: d.Product, Lot: d.Lot, Country: d.Country, Place: d.Place})
	}
	return c
}

func (r Reader) ofDCC(d dcc.Certificate) data.Content {
	var c data.Content
	name := func(printed, latin string) string {
		if printed = data.CleanText(printed); printed != "" {
			return printed
		}
		return strings.Join(strings.FieldsFunc(latin, func(r rune) bool { return r == '<' }), " ")
	}
	c.Traveller.Surname, c.Traveller.GivenNames = name(d.Name.Surname, d.Name.SurnameLatin), name(d.Name.GivenName, d.Name.GivenNameLatin)
	c.Traveller.Birth = day(d.Birth)
	for _, v := range d.Vaccinations {
		c.Doses = append(c.Doses, data.Dose{Date: day(v.Date), Product: r.code(data.ListVaccines, "dcc", v.Product), Country: r.code(data.ListStates, "alpha2", v.Country)})
	}
	for _, t := range d.Tests {
		test := data.Test{
			Kind: r.kind("dcc", t.Type), Method: r.code(data.ListMethods, "dcc", t.Type), Product: r.code(data.ListProducts, "dcc", t.Device),
			Laboratory: r.laboratory(t.Centre), Sampled: moment(t.Sampled), Result: data.Result(r.code(data.ListResults, "dcc", t.Result)),
		}
		if test.Kind != "" {
			c.Tests = append(c.Tests, test)
		}
	}
	for _, p := range d.Recoveries {
		c.Infections = append(c.Infections, data.Infection{FirstPositive: day(p.FirstPositive)})
	}
	return c
}

func (r Reader) ofVDSNCTest(t vdsnc.Test) data.Content {
	var c data.Content
	c.Traveller.Surname, c.Traveller.GivenNames = parts(t.Person.Name)
	c.Traveller.Birth, c.Document.Number = day(t.Person.Birth), t.Person.DocumentNumber
	test := data.Test{
		Kind: r.kind("vdsnc", t.Result.Kind), Method: r.code(data.ListMethods, "vdsnc", t.Result.Kind), Specimen: r.code(data.ListSpecimens, "vdsnc", t.Result.Specimen),
		Laboratory: r.laboratory(t.Provider.Name), Sampled: moment(t.Dates.Sampled), Reported: moment(t.Dates.Reported),
		Result: data.Result(r.code(data.ListResults, "vdsnc", t.Result.Result)),
	}
	if kind, ok := vdsnc.AntibodyOf(t.Note); ok && t.Result.Kind == "antibody" {
		test.Kind = kind
	}
	if test.Kind != "" {
		c.Tests = []data.Test{test}
	}
	return c
}

func (r Reader) ofVDSNCDoses(v vdsnc.Vaccination) data.Content {
	var c data.Content
	c.Traveller.Surname, c.Traveller.GivenNames = parts(v.Person.Name)
	c.Traveller.Birth, c.Traveller.Sex, c.Document.Number = day(v.Person.Birth), data.Sex(v.Person.Sex), v.Person.TravelDocument
	for _, e := range v.Vaccines {
		product := r.code(data.ListVaccines, "icd11", e.Code)
		for _, entry := range r.Book.All(data.ListVaccines) {
			if entry.En == e.Name {
				product = entry.Code
			}
		}
		for _, d := range e.Doses {
			dose := data.Dose{Date: day(d.Date), Product: product, Lot: d.Lot, Place: d.Place}
			if _, known := r.Book.Entry(data.ListStates, d.Country); known {
				dose.Country = d.Country
			}
			c.Doses = append(c.Doses, dose)
		}
	}
	return c
}

// ofSHC is what a card of one person says. Its vaccines are codes of a list that
// names no product of ours, and its observations name no kind of test for sure.
func ofSHC(card shc.Card) data.Content {
	var c data.Content
	if len(card.Patients) != 1 {
		return c
	}
	p := card.Patients[0]
	c.Traveller.Surname, c.Traveller.GivenNames, c.Traveller.Birth = p.Family, p.Given, day(p.Birth)
	for _, i := range card.Immunizations {
		if i.Status == "completed" && day(i.Date) != "" {
			c.Doses = append(c.Doses, data.Dose{Date: day(i.Date), Lot: i.Lot})
		}
	}
	return c
}

// code is our code for one of another list, empty if there is none, or if
// several that are in use mean the same there.
func (r Reader) code(list, key, value string) string {
	var current, retired []string
	for _, e := range r.Book.All(list) {
		switch {
		case value == "" || !strings.EqualFold(e.Map[key], value):
		case e.Until == "":
			current = append(current, e.Code)
		default:
			retired = append(retired, e.Code)
		}
	}
	if len(current) == 0 {
		current = retired
	}
	if len(current) != 1 {
		return ""
	}
	return current[0]
}

// kind is the kind of test that a method of another list is for, empty if it is
// for several.
func (r Reader) kind(key, value string) data.TestKind {
	var kinds []data.TestKind
	for _, e := range r.Book.All(data.ListMethods) {
		if value != "" && e.Map[key] == value {
			kinds = append(kinds, e.Suits...)
		}
	}
	slices.Sort(kinds)
	if kinds = slices.Compact(kinds); len(kinds) != 1 {
		return ""
	}
	return kinds[0]
}

// laboratory is the post's laboratory of that name.
func (r Reader) laboratory(name string) data.LaboratoryID {
	name = strings.TrimSpace(name)
	for _, l := range r.Laboratories {
		if name != "" && (strings.EqualFold(name, l.SealName) || strings.EqualFold(name, l.Name) || name == l.NativeName) {
			return l.ID
		}
	}
	return ""
}

// day is a date, empty if it is none. Some issuers write a time behind it.
func day(text string) data.Date {
	date, _, _ := strings.Cut(text, "T")
	if d := data.Date(date); d.Valid() {
		return d
	}
	return ""
}

// moment is a time with its offset, to the minute; zero if it is none.
func moment(text string) data.Moment {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return data.Moment{}
	}
	m := data.Moment{Wall: t.Format(data.WallLayout), Offset: t.Format("-07:00")}
	if _, ok := m.Instant(); !ok {
		return data.Moment{}
	}
	return m
}

// parts are surname and given names of a name in one line, which has two spaces
// between them as a machine-readable zone has two fillers. Of one that has not,
// nobody can say what is which.
func parts(name string) (surname, givenNames string) {
	surname, givenNames, ok := strings.Cut(strings.TrimSpace(name), "  ")
	if !ok {
		return "", ""
	}
	return strings.TrimSpace(surname), strings.TrimSpace(givenNames)
}
