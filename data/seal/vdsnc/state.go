package vdsnc

import (
	"fmt"
	"slices"
	"strings"

	"pratique/data"
	"pratique/data/mrz"
	"pratique/data/seal/carry"
)

// Provider is what the format asks of a laboratory beyond its seal name, which
// the statement has.
type Provider struct {
	Country string // Doc 9303-3
	Phone   string
	Email   string
	Address string
}

// covid19 is COVID-19, virus identified, in ICD-11: the disease of icao.vacc.
const covid19 = "RA01.0"

// antibodies are what opt calls the antibodies.
var antibodies = map[data.TestKind]string{data.SerumIgM: "IgM", data.SerumIgMN: "IgM-N", data.SerumIgG: "IgG"}

// outcomes are what opt calls the results.
var outcomes = map[data.Result]string{data.Negative: "NEG", data.Positive: "POS"}

// OfTest is the seal of one test of a statement. State is the code of the
// issuing state (Doc 9303-3). A value that cannot be carried as it is is a
// [*carry.Error].
func OfTest(st data.Statement, i int, state string, p Provider, codes carry.Codes) (Data, error) {
	c := carry.New(codes)
	test, path := st.Tests[i], fmt.Sprintf("tests[%d].", i)
	var t Test
	t.Number = string(st.Number)
	t.Person.Name = nameOf(c, st)
	t.Person.Birth = c.Day("birth", st.Birth)
	t.Person.DocumentType = c.Code("documentKind", data.ListDocuments, string(st.DocumentKind), "vdsnc")
	t.Person.DocumentNumber = c.ASCII("documentNumber", st.DocumentNumber, maxDocument)
	t.Provider.Name = c.ASCII(path+"laboratory", test.Laboratory, maxProvider)
	t.Provider.Country = c.ASCII(path+"provider.country", p.Country, 3)
	t.Provider.Contact = map[string]string{
		"p": c.ASCII(path+"provider.phone", p.Phone, maxPhone),
		"e": c.ASCII(path+"provider.email", p.Email, maxText),
		"a": c.ASCII(path+"provider.address", p.Address, maxText),
	}
	t.Dates.Sampled = c.Time(path+"sampled", test.Sampled)
	t.Dates.Reported = c.Time(path+"reported", test.Reported)
	t.Result.Kind = c.Code(path+"method", data.ListMethods, test.Method, "vdsnc")
	t.Result.Result = c.Code(path+"result", data.ListResults, string(test.Result), "vdsnc")
	t.Result.Specimen = c.Code(path+"specimen", data.ListSpecimens, test.Specimen, "vdsnc")
	if (t.Result.Kind == "antibody") != test.Kind.Antibody() {
		c.Refuse(path+"method", carry.NoCode, test.Method) // the method belongs to another kind of test
	}
	if test.Kind.Antibody() {
		t.Note = antibodies[test.Kind] + "-" + outcomes[test.Result]
	}
	return checked(Data{Issuer: state, Test: &t}, c.Err())
}

// OfDoses is the seal of all doses of a statement.
func OfDoses(st data.Statement, state string, codes carry.Codes) (Data, error) {
	c := carry.New(codes)
	var v Vaccination
	v.Number = string(st.Number)
	v.Person.Name = nameOf(c, st)
	v.Person.Birth = c.Day("birth", st.Birth)
	v.Person.Sex = string(st.Sex)
	if st.DocumentKind == data.ResidencePermit { // nobody travels on it alone
		v.Person.OtherDocument = c.ASCII("documentNumber", st.DocumentNumber, maxDocument)
	} else {
		v.Person.TravelDocument = c.ASCII("documentNumber", st.DocumentNumber, maxTravelDocument)
	}
	if len(st.Doses) == 0 {
		c.Refuse("doses", carry.Missing, "")
	}
	order := make([]int, len(st.Doses))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(string(st.Doses[a].Date), string(st.Doses[b].Date)) })
	place := map[string]int{} // of a product in v.Vaccines
	for n, i := range order {
		d, path := st.Doses[i], fmt.Sprintf("doses[%d].", i)
		at, known := place[d.Product]
		if !known {
			at = len(v.Vaccines)
			place[d.Product] = at
			e := c.Entry(path+"product", data.ListVaccines, d.Product)
			v.Vaccines = append(v.Vaccines, Vaccine{
				Code: c.Code(path+"product", data.ListVaccines, d.Product, "icd11"), Name: c.ASCII(path+"product", e.En, maxText), Disease: covid19,
			})
		}
		v.Vaccines[at].Doses = append(v.Vaccines[at].Doses, Dose{
			Date: c.Day(path+"date", d.Date), Sequence: n + 1, Country: c.ASCII(path+"country", d.Country, 3),
			Place: c.ASCII(path+"place", d.Place, maxProvider), Lot: c.ASCII(path+"lot", d.Lot, maxLot),
		})
	}
	return checked(Data{Issuer: state, Vaccination: &v}, c.Err())
}

func checked(d Data, err error) (Data, error) {
	if err != nil {
		return Data{}, err
	}
	return d, nil
}

// nameOf is the name in the letters of a machine-readable zone, with spaces for
// its fillers. It is the one value that is cut if it is too long.
func nameOf(c *carry.Carrier, st data.Statement) string {
	surname, givenNames := c.Name(st)
	field := mrz.NameField(surname, givenNames, maxName)
	return strings.ReplaceAll(strings.TrimRight(field, "<"), "<", " ")
}

// AntibodyOf is the test that opt says it was, in a seal of ours.
func AntibodyOf(opt string) (data.TestKind, bool) {
	for kind, name := range antibodies {
		for _, outcome := range outcomes {
			if opt == name+"-"+outcome {
				return kind, true
			}
		}
	}
	return "", false
}
