package dcc

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"pratique/data"
	"pratique/data/seal/carry"
)

// version is that of the schema we write: readers know it, and the later ones
// only say more about what may be left out.
const version = "1.3.0"

// covid19 is COVID-19 in SNOMED CT, value set disease-agent-targeted.
const covid19 = "840539006"

// rapid is the type of a rapid immunoassay in LOINC, value set test-type.
const rapid = "LP217198-3"

// maxText is the most characters of a text in the schema.
const maxText = 80

// Detail is what a DCC says of a test beyond the statement.
type Detail struct {
	Country string // where it was done, Doc 9303-3
	Product string // list "products"; for a rapid test it must be there
}

// OfTest is the certificate of one test of a statement. Issuer is who
// certifies, for people. A value that cannot be carried as it is, and any
// antibody test, is a [*carry.Error].
func OfTest(st data.Statement, i int, issuer string, detail Detail, codes carry.Codes) (Claims, error) {
	c := carry.New(codes)
	test, path := st.Tests[i], fmt.Sprintf("tests[%d].", i)
	if test.Kind.Antibody() {
		c.Refuse(path+"kind", carry.Antibody, string(test.Kind))
	}
	t := Test{
		Disease: covid19, Type: c.Code(path+"method", data.ListMethods, test.Method, "dcc"),
		Sampled: c.Time(path+"sampled", test.Sampled), Result: c.Code(path+"result", data.ListResults, string(test.Result), "dcc"),
		Centre: c.Text(path+"laboratory", test.Laboratory, maxText), Country: c.Code(path+"provider.country", data.ListStates, detail.Country, "alpha2"),
		Issuer: c.Text("issuer", issuer, maxText), ID: UVCI(st),
	}
	switch {
	case t.Type == rapid && detail.Product == "":
		c.Refuse(path+"product", carry.Missing, "")
	case t.Type == rapid:
		t.Device = c.Code(path+"product", data.ListProducts, detail.Product, "dcc")
	case detail.Product != "":
		t.Name = c.Text(path+"product", c.Entry(path+"product", data.ListProducts, detail.Product).En, maxText)
	}
	return claimsOf(c, st, Certificate{Tests: []Test{t}})
}

// OfDoses is the certificate of the last dose of a statement, counted among all
// of them.
func OfDoses(st data.Statement, issuer string, codes carry.Codes) (Claims, error) {
	c := carry.New(codes)
	if len(st.Doses) == 0 {
		c.Refuse("doses", carry.Missing, "")
		return claimsOf(c, st, Certificate{})
	}
	first, last := 0, 0
	for i, d := range st.Doses {
		c.Day(fmt.Sprintf("doses[%d].date", i), d.Date)
		if d.Date < st.Doses[first].Date {
			first = i
		}
		if d.Date >= st.Doses[last].Date {
			last = i
		}
	}
	// The course is that of the first dose; what comes after it are boosters.
	start := fmt.Sprintf("doses[%d].product", first)
	course := c.Entry(start, data.ListVaccines, st.Doses[first].Product).Doses
	if course == 0 {
		c.Refuse(start, carry.Course, st.Doses[first].Product)
	}
	series := course
	if course > 1 {
		series = max(course, len(st.Doses))
	}
	d, path := st.Doses[last], fmt.Sprintf("doses[%d].", last)
	return claimsOf(c, st, Certificate{Vaccinations: []Vaccination{{
		Disease: covid19, Vaccine: c.Code(path+"product", data.ListVaccines, d.Product, "vp"),
		Product: c.Code(path+"product", data.ListVaccines, d.Product, "dcc"), Holder: c.Code(path+"product", data.ListVaccines, d.Product, "holder"),
		Dose: Count(len(st.Doses)), Series: Count(series), Date: string(d.Date),
		Country: c.Code(path+"country", data.ListStates, d.Country, "alpha2"), Issuer: c.Text("issuer", issuer, maxText), ID: UVCI(st),
	}}})
}

// claimsOf adds who it is about and when it was issued.
func claimsOf(c *carry.Carrier, st data.Statement, certificate Certificate) (Claims, error) {
	certificate.Version = version
	surname, givenNames := c.Name(st)
	for _, part := range []struct {
		field, name, latin string
		to, toLatin        *string
	}{
		{"surname", st.Surname, surname, &certificate.Name.Surname, &certificate.Name.SurnameLatin},
		{"givenNames", st.GivenNames, givenNames, &certificate.Name.GivenName, &certificate.Name.GivenNameLatin},
	} {
		if part.name != "" {
			*part.to, *part.toLatin = c.Text(part.field, norm.NFC.String(part.name), maxText), c.Text(part.field, part.latin, maxText)
		}
	}
	switch {
	case st.Birth != "" && !st.Birth.Valid():
		c.Refuse("birth", carry.Partial, string(st.Birth))
	case st.Birth != "" && !strings.HasPrefix(string(st.Birth), "19") && !strings.HasPrefix(string(st.Birth), "20"):
		c.Refuse("birth", carry.Range, string(st.Birth))
	}
	certificate.Birth = string(st.Birth)
	issued, ok1 := st.Issued.Instant()
	expires, ok2 := st.Expires.Instant()
	if !ok1 || !ok2 {
		c.Refuse("issued", carry.Missing, "")
	}
	if err := c.Err(); err != nil {
		return Claims{}, err
	}
	return Claims{Issuer: st.Issuer, Issued: issued.UTC(), Expires: expires.UTC(), Certificate: certificate}, nil
}

// equal compares what was encoded with what was read back.
func equal(a, b Claims) bool {
	return a.Issuer == b.Issuer && a.Issued.Equal(b.Issued) && a.Expires.Equal(b.Expires) && reflect.DeepEqual(a.Certificate, b.Certificate)
}

// UVCI is the identifier of a statement's certificates.
func UVCI(st data.Statement) string {
	id := "URN:UVCI:01:" + st.Issuer + ":" + string(st.Number)
	return id + "#" + string(CheckCharacter(id))
}

// uvciAlphabet is that of the check character.
const uvciAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:"

// CheckCharacter is what comes behind the "#" of an identifier: Luhn's, modulo
// 38. Characters that are not of the alphabet do not count. Few states'
// identifiers have it right, so nothing is refused for it.
func CheckCharacter(id string) byte {
	sum, factor := 0, 2
	for _, c := range slices.Backward([]byte(id)) {
		v := strings.IndexByte(uvciAlphabet, c)
		if v < 0 {
			continue
		}
		v *= factor
		sum += v/len(uvciAlphabet) + v%len(uvciAlphabet)
		factor = 3 - factor
	}
	return uvciAlphabet[(len(uvciAlphabet)-sum%len(uvciAlphabet))%len(uvciAlphabet)]
}
