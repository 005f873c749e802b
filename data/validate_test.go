package data

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// anyCode knows every code but "unknown"; "retired" was in use until 2021, and
// "swab" suits nucleic acid tests alone.
type anyCode struct{}

func (anyCode) Known(_, code string) bool { return code != "unknown" }

func (anyCode) UsableOn(_, code string, day Date) bool {
	return code != "retired" || day <= "2021-12-31"
}

func (anyCode) Suits(_, code string, kind TestKind) bool {
	return code != "swab" || kind == NucleicAcid
}

var validNow = time.Date(2022, 7, 9, 10, 30, 0, 0, time.UTC)

var validLaboratories = []Laboratory{
	{ID: "central", Kinds: TestKinds, From: "2022-07-08"},
	{ID: "serology", Kinds: []TestKind{SerumIgG}, Specimens: []string{"venous"}, From: "2020-01-01", Until: "2022-07-08"},
	{ID: "timed", Kinds: TestKinds, From: "2022-01-01", Zone: "Asia/Singapore"},
}

// validContent has no problems at validNow.
func validContent() Content {
	at := func(wall string) Moment { return Moment{wall, "Asia/Singapore", "+08:00"} }
	test := func(kind TestKind, laboratory LaboratoryID) Test {
		return Test{Kind: kind, Specimen: "venous", Method: "clia", Laboratory: laboratory, Result: Negative,
			Sampled: at("2022-07-08T16:30"), Analysed: at("2022-07-08T20:00"), Reported: at("2022-07-09T00:30")}
	}
	return Content{
		Traveller: Traveller{Surname: "YANGBEN", GivenNames: "SPECIMEN", NativeName: "样本", Birth: "1984-03-08", Sex: Male, Nationality: "CHN"},
		Document:  TravelDocument{Kind: OrdinaryPassport, Number: "E00000000", Issuer: "CHN", Issued: "2020-01-01", Expires: "2029-12-31"},
		Tests:     []Test{test(NucleicAcid, "central"), test(SerumIgG, "serology")},
		Doses: []Dose{
			{Date: "2021-03-08", Product: "CoronaVac", Lot: "A1", Country: "UTO"},
			{Date: "2021-04-05", Product: "CoronaVac", Lot: "A2", Country: "UTO"},
		},
		Infections:  []Infection{{FirstPositive: "2020-04-01", Recovered: "2020-04-20"}},
		Itinerary:   []Leg{{Flight: "UT 846", From: "SIN", To: "PVG", Departs: at("2022-07-10T21:40")}},
		Declaration: Declaration{Agreed: true, Signed: "2022-07-09"},
	}
}

// TestValidate has a row on each side of every boundary: what is changed in a
// content without problems, and the problem that is expected, "" for none.
func TestValidate(t *testing.T) {
	at := func(wall string) Moment { return Moment{wall, "Asia/Singapore", "+08:00"} }
	long := func(n int) string { return strings.Repeat("A", n) }
	tests := []struct {
		name   string
		change func(c *Content)
		want   string // "field key"
	}{
		{"as it is", func(c *Content) {}, ""},

		{"all that a notice may ask for", func(c *Content) {
			c.Tests[0].Mentions = []string{"method"}
			c.Infections[0].Imaging = Imaging{Kind: "ct", Date: "2020-05-01", Finding: ImagedClear}
			c.Itinerary[0].Boards, c.Itinerary[0].Arrives = at("2022-07-10T21:00"), at("2022-07-11T03:00")
			c.Stays = []Stay{{Country: "UTO", City: "Amaurote", From: "2022-01-01", Until: "2022-07-10"}, {Country: "UTO", From: "2022-07-08"}}
			c.Papers = []Paper{{Kind: "monitoring-form", From: "2022-06-20", Until: "2022-07-10", Mentions: []string{"name"}}, {Kind: "photo"}}
		}, ""},
		{"mentions what nobody knows", func(c *Content) { c.Tests[0].Mentions = []string{"method", "unknown"} }, "tests[0].mentions[1] problem.code.unknown"},
		{"imaging of another kind", func(c *Content) {
			c.Infections[0].Imaging = Imaging{Kind: "mri", Date: "2020-05-01", Finding: ImagedClear}
		}, "infections[0].imaging.kind problem.code.unknown"},
		{"imaging without what it shows", func(c *Content) { c.Infections[0].Imaging = Imaging{Kind: "ct", Date: "2020-05-01"} }, "infections[0].imaging.finding problem.required"},
		{"imaging of the future", func(c *Content) {
			c.Infections[0].Imaging = Imaging{Kind: "ct", Date: "2022-07-11", Finding: ImagedClear}
		}, "infections[0].imaging.date problem.date.future"},
		{"boards after it departs", func(c *Content) { c.Itinerary[0].Boards = at("2022-07-10T21:41") }, "itinerary[0].departs problem.time.order"},
		{"boards as it departs", func(c *Content) { c.Itinerary[0].Boards = at("2022-07-10T21:40") }, ""},
		{"arrives before it departs", func(c *Content) { c.Itinerary[0].Arrives = at("2022-07-10T21:39") }, "itinerary[0].arrives problem.time.order"},
		{"the next flight leaves before this one arrives", func(c *Content) {
			c.Itinerary[0].Arrives = at("2022-07-11T03:00")
			c.Itinerary = append(c.Itinerary, Leg{Flight: "UT 1", From: "PVG", To: "PEK", Departs: at("2022-07-11T02:59")})
		}, "itinerary[1].departs problem.time.order"},
		{"stay without a place", func(c *Content) { c.Stays = []Stay{{From: "2022-07-01"}} }, "stays[0].country problem.required"},
		{"stay without a day", func(c *Content) { c.Stays = []Stay{{Country: "UTO"}} }, "stays[0].from problem.required"},
		{"stay that ends before it begins", func(c *Content) { c.Stays = []Stay{{Country: "UTO", From: "2022-07-02", Until: "2022-07-01"}} }, "stays[0].until problem.time.order"},
		{"stay that ends in a month", func(c *Content) { c.Stays = []Stay{{Country: "UTO", From: "2022-07-02", Until: "2022-08"}} }, "stays[0].until problem.date.form"},
		{"too many stays", func(c *Content) { c.Stays = make([]Stay, MaxStays+1) }, "stays problem.too-many"},
		{"paper of no kind", func(c *Content) { c.Papers = []Paper{{}} }, "papers[0].kind problem.required"},
		{"paper that mentions what nobody knows", func(c *Content) { c.Papers = []Paper{{Kind: "photo", Mentions: []string{"unknown"}}} }, "papers[0].mentions[0] problem.code.unknown"},
		{"paper that begins in the future", func(c *Content) { c.Papers = []Paper{{Kind: "photo", From: "2022-07-11"}} }, "papers[0].from problem.date.future"},
		{"paper that ends before it begins", func(c *Content) {
			c.Papers = []Paper{{Kind: "photo", From: "2022-07-02", Until: "2022-07-01"}}
		}, "papers[0].until problem.time.order"},
		{"too many papers", func(c *Content) { c.Papers = make([]Paper, MaxPapers+1) }, "papers problem.too-many"},

		{"comprehensive by name", func(c *Content) { c.Type = CertificateComprehensive }, ""},
		{"unknown type", func(c *Content) { c.Type = "unknown" }, "type problem.code.unknown"},
		{"tests alone", func(c *Content) { c.Type, c.Tests, c.Doses = CertificateTests, c.Tests[:1], nil }, ""},
		{"tests with an antibody test", func(c *Content) { c.Type, c.Doses = CertificateTests, nil }, "tests[1].kind problem.type.extra"},
		{"tests with doses", func(c *Content) { c.Type, c.Tests = CertificateTests, c.Tests[:1] }, "doses problem.type.extra"},
		{"tests without one", func(c *Content) { c.Type, c.Tests, c.Doses = CertificateTests, nil, nil }, "tests problem.type.missing"},
		{"antibody alone", func(c *Content) { c.Type, c.Tests, c.Doses = CertificateAntibody, c.Tests[1:], nil }, ""},
		{"antibody with a nucleic acid test", func(c *Content) { c.Type, c.Doses = CertificateAntibody, nil }, "tests[0].kind problem.type.extra"},
		{"antibody with doses", func(c *Content) { c.Type, c.Tests = CertificateAntibody, c.Tests[1:] }, "doses problem.type.extra"},
		{"antibody with tests of the virus only", func(c *Content) { c.Type, c.Tests, c.Doses = CertificateAntibody, c.Tests[:1], nil }, "tests problem.type.missing"},
		{"vaccination alone", func(c *Content) { c.Type, c.Tests = CertificateVaccination, nil }, ""},
		{"vaccination with a test", func(c *Content) { c.Type, c.Tests = CertificateVaccination, c.Tests[:1] }, "tests[0].kind problem.type.extra"},
		{"vaccination without a dose", func(c *Content) { c.Type, c.Tests, c.Doses = CertificateVaccination, nil, nil }, "doses problem.type.missing"},

		{"no names", func(c *Content) { c.Traveller.Surname, c.Traveller.GivenNames = "", "" }, "traveller.surname problem.name.both"},
		{"surname alone", func(c *Content) { c.Traveller.GivenNames = "" }, ""},
		{"given name alone", func(c *Content) { c.Traveller.Surname = "" }, ""},
		{"longest name", func(c *Content) { c.Traveller.Surname = long(MaxName) }, ""},
		{"name too long", func(c *Content) { c.Traveller.Surname = long(MaxName + 1) }, "traveller.surname problem.too-long"},
		{"accents and marks", func(c *Content) { c.Traveller.Surname = "ÑÞ’ O'NEILL-ĐỖ, JR." }, ""},
		{"digit in a name", func(c *Content) { c.Traveller.Surname = "YANGBEN2" }, "traveller.surname problem.name.alphabet"},
		{"cyrillic а", func(c *Content) { c.Traveller.Surname = "YАNGBEN" }, "traveller.surname problem.name.alphabet"},
		{"chinese as latin", func(c *Content) { c.Traveller.GivenNames = "样本" }, "traveller.givenNames problem.name.alphabet"},
		{"filler of a zone", func(c *Content) { c.Traveller.Surname = "YANG<BEN" }, "traveller.surname problem.name.alphabet"},
		{"zero-width space", func(c *Content) { c.Traveller.Surname = "YANG\u200bBEN" }, "traveller.surname problem.name.normalised"},
		{"no-break space", func(c *Content) { c.Traveller.GivenNames = "SPE\u00a0CIMEN" }, "traveller.givenNames problem.name.normalised"},
		{"two spaces", func(c *Content) { c.Traveller.Surname = "YANG  BEN" }, "traveller.surname problem.name.normalised"},
		{"space at the end", func(c *Content) { c.Traveller.Surname = "YANGBEN " }, "traveller.surname problem.name.normalised"},
		{"right-to-left mark", func(c *Content) { c.Traveller.NativeName = "样\u202e本" }, "traveller.nativeName problem.name.normalised"},
		{"no native name, CHN", func(c *Content) { c.Traveller.NativeName = "" }, "traveller.nativeName problem.required"},
		{"pinyin for a native name", func(c *Content) { c.Traveller.NativeName = "Yangben" }, "traveller.nativeName problem.name.characters"},
		{"a native name with a letter among its characters", func(c *Content) { c.Traveller.NativeName = "样C" }, ""},
		{"a native name in Latin letters, UTO", func(c *Content) { c.Traveller.NativeName, c.Traveller.Nationality = "Yangben", "UTO" }, ""},
		{"no native name, UTO", func(c *Content) { c.Traveller.NativeName, c.Traveller.Nationality = "", "UTO" }, ""},

		{"no birth", func(c *Content) { c.Traveller.Birth = "" }, "traveller.birth problem.required"},
		{"birth by year", func(c *Content) { c.Traveller.Birth = "1984" }, ""},
		{"birth half typed", func(c *Content) { c.Traveller.Birth = "1984-3" }, "traveller.birth problem.birth.form"},
		{"birth on no day", func(c *Content) { c.Traveller.Birth = "1985-02-29" }, "traveller.birth problem.birth.form"},
		{"125 years old", func(c *Content) { c.Traveller.Birth = "1897" }, ""},
		{"126 years old", func(c *Content) { c.Traveller.Birth = "1896-12-31" }, "traveller.birth problem.date.past"},
		{"18 today", func(c *Content) { c.Traveller.Birth = "2004-07-09" }, ""},
		{"18 tomorrow", func(c *Content) { c.Traveller.Birth = "2004-07-10" }, "traveller.guardian.name problem.guardian"},
		{"18 tomorrow with a guardian", func(c *Content) { c.Traveller.Birth, c.Traveller.Guardian.Name = "2004-07-10", "YANGBEN MUSTER" }, ""},
		{"born after a dose", func(c *Content) { c.Traveller.Birth, c.Infections = "2021-03-09", nil; c.Traveller.Guardian.Name = "X" }, "doses[0].date problem.birth.after-event"},
		{"born on the day of a dose", func(c *Content) {
			c.Traveller.Birth, c.Infections, c.Document.Issued = "2021-03-08", nil, ""
			c.Traveller.Guardian.Name = "X"
		}, ""},
		{"born the day after tomorrow", func(c *Content) { c.Traveller.Birth = "2022-07-11" }, "traveller.birth problem.date.future"},
		{"no sex", func(c *Content) { c.Traveller.Sex = "" }, "traveller.sex problem.required"},
		{"sex X", func(c *Content) { c.Traveller.Sex = Unspecified }, ""},
		{"sex <", func(c *Content) { c.Traveller.Sex = "<" }, "traveller.sex problem.code.unknown"},
		{"unknown nationality", func(c *Content) { c.Traveller.Nationality = "unknown" }, "traveller.nationality problem.code.unknown"},
		{"retired nationality", func(c *Content) { c.Traveller.Nationality = "retired" }, "traveller.nationality problem.code.retired"},
		{"resident number", func(c *Content) { c.Traveller.ResidentID = "11010519491231002X" }, ""},
		{"resident number with a typo", func(c *Content) { c.Traveller.ResidentID = "11010519491231003X" }, "traveller.residentID problem.residentid"},
		{"longest telephone", func(c *Content) { c.Traveller.Phone = long(MaxText) }, ""},
		{"telephone too long", func(c *Content) { c.Traveller.Phone = long(MaxText + 1) }, "traveller.phone problem.too-long"},

		{"no document number", func(c *Content) { c.Document.Number = "" }, "document.number problem.required"},
		{"small letters", func(c *Content) { c.Document.Number = "e00000000" }, "document.number problem.document.form"},
		{"a hyphen", func(c *Content) { c.Document.Number = "E-0000000" }, "document.number problem.document.form"},
		{"too long", func(c *Content) { c.Document.Number = long(MaxSealText + 1) }, "document.number problem.document.form"},
		{"unusual", func(c *Content) { c.Document.Number = "E0000000" }, "document.number problem.document.number"},
		{"unusual and confirmed", func(c *Content) {
			c.Document.Number = "E0000000"
			c.Confirmed = []Confirmation{{"document.number", "problem.document.number", "E0000000"}}
		}, ""},
		{"another value confirmed", func(c *Content) {
			c.Document.Number = "E0000000"
			c.Confirmed = []Confirmation{{"document.number", "problem.document.number", "E0000001"}}
		}, "document.number problem.document.number"},
		{"what must be mended cannot be confirmed", func(c *Content) {
			c.Document.Number = "e00000000"
			c.Confirmed = []Confirmation{{"document.number", "problem.document.form", "e00000000"}}
		}, "document.number problem.document.form"},
		{"expires on the day of travel", func(c *Content) { c.Document.Expires = "2022-07-10" }, ""},
		{"expires the day before", func(c *Content) { c.Document.Expires = "2022-07-09" }, "document.expires problem.document.expired"},
		{"expires between two flights", func(c *Content) {
			second := c.Itinerary[0]
			second.Departs = at("2022-07-12T08:00")
			c.Itinerary, c.Document.Expires = append(c.Itinerary, second), "2022-07-11"
		}, "document.expires problem.document.expired"},
		{"expires by year", func(c *Content) { c.Document.Expires = "2029" }, "document.expires problem.date.form"},
		{"expires before it was issued", func(c *Content) { c.Document.Issued, c.Document.Expires = "2022-07-09", "2022-07-08" }, "document.expires problem.date.past"},
		{"issued the day after tomorrow", func(c *Content) { c.Document.Issued = "2022-07-11" }, "document.issued problem.date.future"},

		{"nothing to certify", func(c *Content) { c.Tests, c.Doses = nil, nil }, "tests problem.nothing"},
		{"tests alone", func(c *Content) { c.Doses = nil }, ""},
		{"doses alone", func(c *Content) { c.Tests = nil }, ""},
		{"most tests", func(c *Content) { c.Tests = slices.Repeat(c.Tests, MaxTests/2) }, ""},
		{"too many tests", func(c *Content) { c.Tests = slices.Repeat(c.Tests[:1], MaxTests+1) }, "tests problem.too-many"},
		{"sampled this minute", func(c *Content) {
			c.Tests[0].Sampled, c.Tests[0].Analysed, c.Tests[0].Reported = at("2022-07-09T18:30"), Moment{}, at("2022-07-09T18:30")
		}, ""},
		{"reported in the next minute", func(c *Content) { c.Tests[0].Reported = at("2022-07-09T18:31") }, "tests[0].reported problem.time.future"},
		{"analysed before it was sampled", func(c *Content) { c.Tests[0].Analysed = at("2022-07-08T16:29") }, "tests[0].analysed problem.time.order"},
		{"analysed as it was sampled", func(c *Content) { c.Tests[0].Analysed = at("2022-07-08T16:30") }, ""},
		{"reported before it was analysed", func(c *Content) { c.Tests[0].Reported = at("2022-07-08T19:59") }, "tests[0].reported problem.time.order"},
		{"reported two weeks after it was sampled", func(c *Content) {
			c.Tests[0].Laboratory, c.Tests[0].Sampled, c.Tests[0].Analysed = "timed", at("2022-06-25T00:30"), Moment{}
		}, ""},
		{"reported a minute later", func(c *Content) {
			c.Tests[0].Laboratory, c.Tests[0].Sampled, c.Tests[0].Analysed = "timed", at("2022-06-25T00:29"), Moment{}
		}, "tests[0].reported problem.time.apart"},
		{"sampled by the laboratory's clock, named otherwise", func(c *Content) {
			c.Tests[0].Laboratory, c.Tests[0].Sampled = "timed", Moment{"2022-07-08T16:30", "Asia/Shanghai", ""}
		}, ""},
		{"sampled by another clock than the laboratory's", func(c *Content) {
			c.Tests[0].Laboratory, c.Tests[0].Sampled = "timed", Moment{"2022-07-08T16:30", "Asia/Tokyo", ""}
		}, "tests[0].sampled problem.time.laboratory"},
		{"reported by another clock than the laboratory's", func(c *Content) {
			c.Tests[0].Laboratory, c.Tests[0].Reported = "timed", Moment{"2022-07-08T16:30", "UTC", "+00:00"}
		}, "tests[0].reported problem.time.laboratory"},
		{"reported before it was sampled, elsewhere", func(c *Content) {
			c.Tests[0].Analysed = Moment{}
			c.Tests[0].Reported = Moment{"2022-07-08T16:45", "Asia/Tokyo", "+09:00"}
		}, "tests[0].reported problem.time.order"},
		{"not sampled", func(c *Content) { c.Tests[0].Sampled = Moment{} }, "tests[0].sampled problem.required"},
		{"sampled by one digit", func(c *Content) { c.Tests[0].Sampled.Wall = "2022-07-08T9:30" }, "tests[0].sampled problem.time.form"},
		{"sampled by one digit and no zone", func(c *Content) { c.Tests[0].Sampled = Moment{Wall: "2022-07-08T9:30", Offset: "+08:00"} }, "tests[0].sampled problem.time.form"},
		{"sampled nowhere", func(c *Content) { c.Tests[0].Sampled = Moment{Wall: "2022-07-08T16:30"} }, "tests[0].sampled problem.time.place"},
		{"sampled by another clock", func(c *Content) { c.Tests[0].Sampled.Offset = "+09:00" }, "tests[0].sampled problem.time.zone"},
		{"sampled in an hour that was left out", func(c *Content) {
			c.Tests[0].Sampled = Moment{Wall: "2022-03-27T02:30", Zone: "Europe/Berlin"}
			c.Tests[0].Laboratory = "unlisted"
		}, "tests[0].sampled problem.time.zone"},
		{"specimen of another test", func(c *Content) { c.Tests[1].Specimen = "swab" }, "tests[1].specimen problem.code.unsuited"},
		{"specimen of this test", func(c *Content) { c.Tests[0].Specimen = "swab" }, ""},
		{"specimen that the laboratory does not take", func(c *Content) { c.Tests[1].Specimen = "capillary" }, "tests[1].laboratory problem.laboratory.specimen"},
		{"specimen at a laboratory that takes all", func(c *Content) { c.Tests[0].Specimen = "capillary" }, ""},
		{"product", func(c *Content) { c.Tests[0].Product = "1232" }, ""},
		{"unknown product", func(c *Content) { c.Tests[0].Product = "unknown" }, "tests[0].product problem.code.unknown"},
		{"product out of use", func(c *Content) { c.Tests[0].Product = "retired" }, "tests[0].product problem.code.retired"},
		{"product of another test", func(c *Content) { c.Tests[1].Product = "swab" }, "tests[1].product problem.code.unsuited"},
		{"unknown method", func(c *Content) { c.Tests[0].Method = "unknown" }, "tests[0].method problem.code.unknown"},
		{"retired method", func(c *Content) { c.Tests[0].Method = "retired" }, "tests[0].method problem.code.retired"},
		{"unknown result", func(c *Content) { c.Tests[0].Result = "unknown" }, "tests[0].result problem.code.unknown"},
		{"no result", func(c *Content) { c.Tests[0].Result = "" }, "tests[0].result problem.required"},
		{"unknown laboratory", func(c *Content) { c.Tests[0].Laboratory = "other" }, "tests[0].laboratory problem.code.unknown"},
		{"laboratory not for this test", func(c *Content) { c.Tests[0].Laboratory = "serology" }, "tests[0].laboratory problem.laboratory.unlisted"},
		{"the day before it was listed", func(c *Content) { c.Tests[0].Sampled = at("2022-07-07T23:59") }, "tests[0].laboratory problem.laboratory.unlisted"},
		{"the first day it was listed", func(c *Content) { c.Tests[0].Sampled = at("2022-07-08T00:00") }, ""},
		{"the day after it was listed", func(c *Content) {
			c.Tests[1].Sampled, c.Tests[1].Analysed, c.Tests[1].Reported = at("2022-07-09T00:00"), Moment{}, at("2022-07-09T01:00")
		}, "tests[1].laboratory problem.laboratory.unlisted"},
		{"the last day it was listed", func(c *Content) { c.Tests[1].Sampled, c.Tests[1].Analysed = at("2022-07-08T23:59"), Moment{} }, ""},

		{"most doses", func(c *Content) {
			for i := len(c.Doses); i < MaxDoses; i++ {
				c.Doses = append(c.Doses, Dose{Date: Date("2021-0" + string(rune('3'+i)) + "-30"), Product: "CoronaVac", Lot: "A", Country: "UTO"})
			}
		}, ""},
		{"too many doses", func(c *Content) {
			for i := len(c.Doses); i <= MaxDoses; i++ {
				c.Doses = append(c.Doses, Dose{Date: Date("2021-0" + string(rune('3'+i)) + "-30"), Product: "CoronaVac", Lot: "A", Country: "UTO"})
			}
		}, "doses problem.too-many"},
		{"doses out of order", func(c *Content) { c.Doses[1].Date = "2021-03-07" }, "doses[1].date problem.dose.order"},
		{"two doses of a day", func(c *Content) { c.Doses[1].Date = "2021-03-08" }, "doses[1].date problem.duplicate-dose"},
		{"dose by month", func(c *Content) { c.Doses[0].Date = "2021-03" }, "doses[0].date problem.date.form"},
		{"dose the day after tomorrow", func(c *Content) { c.Doses[1].Date = "2022-07-11" }, "doses[1].date problem.date.future"},
		{"dose tomorrow, where it is tomorrow", func(c *Content) { c.Doses[1].Date = "2022-07-10" }, ""},
		{"product out of use", func(c *Content) {
			c.Doses[0].Product = "retired"
			c.Doses[0].Date = "2022-01-01"
			c.Doses[1].Date = "2022-01-02"
		}, "doses[0].product problem.code.retired"},
		{"product then in use", func(c *Content) { c.Doses[0].Product = "retired" }, ""},
		{"no lot", func(c *Content) { c.Doses[0].Lot = "" }, "doses[0].lot problem.required"},
		{"longest lot", func(c *Content) { c.Doses[0].Lot = long(MaxSealText) }, ""},
		{"lot too long", func(c *Content) { c.Doses[0].Lot = long(MaxSealText + 1) }, "doses[0].lot problem.too-long"},
		{"place in Chinese", func(c *Content) { c.Doses[0].Place = "医院" }, "doses[0].place problem.name.alphabet"},

		{"recovered before", func(c *Content) { c.Infections[0].Recovered = "2020-03-31" }, "infections[0].recovered problem.time.order"},
		{"recovered the same day", func(c *Content) { c.Infections[0].Recovered = "2020-04-01" }, ""},

		{"no journey", func(c *Content) { c.Itinerary = nil }, "itinerary problem.required"},
		{"leaves this minute", func(c *Content) { c.Itinerary[0].Departs = at("2022-07-09T18:30") }, ""},
		{"left a minute ago", func(c *Content) { c.Itinerary[0].Departs = at("2022-07-09T18:29") }, "itinerary[0].departs problem.departed"},
		{"second leg before the first", func(c *Content) {
			c.Itinerary = append(c.Itinerary, Leg{Flight: "UT 1", From: "PVG", To: "PEK", Departs: at("2022-07-10T21:39")})
		}, "itinerary[1].departs problem.time.order"},
		{"most legs", func(c *Content) { c.Itinerary = slices.Repeat(c.Itinerary, MaxLegs) }, ""},
		{"too many legs", func(c *Content) { c.Itinerary = slices.Repeat(c.Itinerary, MaxLegs+1) }, "itinerary problem.too-many"},
		{"flight without space", func(c *Content) { c.Itinerary[0].Flight = "UT846" }, ""},
		{"flight of five digits", func(c *Content) { c.Itinerary[0].Flight = "UT 84600" }, "itinerary[0].flight problem.flight"},
		{"airport in full", func(c *Content) { c.Itinerary[0].To = "Shanghai" }, "itinerary[0].to problem.airport"},

		{"not declared", func(c *Content) { c.Declaration.Agreed = false }, "declaration.agreed problem.declaration"},
		{"declared the day after tomorrow", func(c *Content) { c.Declaration.Signed = "2022-07-11" }, "declaration.signed problem.date.future"},
		{"not signed", func(c *Content) { c.Declaration.Signed = "" }, "declaration.signed problem.required"},
	}
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("east", 14*3600), time.FixedZone("west", -12*3600)} {
		for _, tt := range tests {
			c := validContent()
			tt.change(&c)
			problems := Validate(c, anyCode{}, validLaboratories, validNow.In(zone))
			var got []string
			for _, p := range problems {
				got = append(got, p.Field+" "+p.Key)
			}
			if tt.want == "" && len(got) > 0 || tt.want != "" && !slices.Contains(got, tt.want) || Stops(problems) != (len(got) > 0) {
				t.Errorf("%s, now in %s: %v, want %q", tt.name, zone, got, tt.want)
			}
		}
	}
}

// Validation never fails, whatever was typed, and says of nothing that it is complete.
func TestValidateOfNothing(t *testing.T) {
	var fields []string
	for _, p := range Validate(Content{}, anyCode{}, nil, validNow) {
		fields = append(fields, p.Field)
	}
	for _, want := range []string{"traveller.surname", "traveller.birth", "document.number", "document.expires", "tests", "itinerary", "declaration.agreed", "declaration.signed"} {
		if !slices.Contains(fields, want) {
			t.Errorf("%s is not asked for: %v", want, fields)
		}
	}
}

func TestCleanText(t *testing.T) {
	for s, want := range map[string]string{
		"": "", " a  b ": "a b", "a\tb\nc": "a b c", "a\u00a0b\u3000c": "a b c", "\ufeffa\u200bb\u202ec\u00ad": "abc", "样本": "样本",
		"e\u0301": "e\u0301", "a\x00b\ue000c\ufffdd": "abcd", "a\xffb": "ab",
	} {
		if got := CleanText(s); got != want || CleanText(got) != got {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

// A changed value un-ticks its own group and no other.
func TestGroups(t *testing.T) {
	before := validContent().Groups()
	for _, change := range []func(c *Content){
		func(c *Content) { c.Stays = []Stay{{Country: "UTO"}} },
		func(c *Content) { c.Papers = []Paper{{Kind: "photo"}} },
		func(c *Content) { c.Contact.Name = "MUSTER" },
	} {
		c := validContent()
		change(&c)
		if got := c.Groups(); got[len(got)-1] == before[len(before)-1] {
			t.Errorf("a stay or a paper does not change the %s", GroupJourney)
		}
	}
	for group, change := range map[string]func(c *Content){
		GroupIdentity:     func(c *Content) { c.Document.Number = "E00000001" },
		GroupTest(0):      func(c *Content) { c.Tests[0].ReportNo = "1" },
		GroupTest(1):      func(c *Content) { c.Tests[1].Result = Positive },
		GroupVaccinations: func(c *Content) { c.Doses[1].Lot = "B" },
		GroupJourney:      func(c *Content) { c.Declaration.Contact = Yes },
	} {
		c := validContent()
		change(&c)
		for i, g := range c.Groups() {
			if (g != before[i]) != (g.Name == group) {
				t.Errorf("a change of %s: %s changed %t", group, g.Name, g != before[i])
			}
		}
		if c.Hash() == validContent().Hash() {
			t.Errorf("a change of %s does not change the content's hash", group)
		}
	}
}
func TestCell(t *testing.T) {
	for cell, want := range map[string]string{
		"": "", "LI": "LI", "=1+1": "'=1+1", "+999": "'+999", "-2": "'-2", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1", "\n=1": "'\n=1",
		"|calc": "'|calc", "%1": "'%1", "＝1": "'＝1", "a=b": "a=b", "样本": "样本",
	} {
		if got := Cell(cell); got != want {
			t.Errorf("%q becomes %q, want %q", cell, got, want)
		}
	}
}

// A table is read by spreadsheets as it was meant: its characters, its lines, and
// no formula.
func TestTable(t *testing.T) {
	const want = "\ufeffnumber,样本\r\n\"a,\"\"b\"\"\",'=1\r\n"
	if got := string(Table([][]string{{"number", "样本"}, {`a,"b"`, "=1"}})); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// FuzzCell: what a cell said is still there, and never begins a formula.
func FuzzCell(f *testing.F) {
	for _, seed := range []string{"", "=1", "+999 555", "LI", "＝", "'="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		got := Cell(cell)
		if !strings.HasSuffix(got, cell) || got != "" && strings.ContainsAny(got[:1], "=+-@\t\r\n|%") {
			t.Errorf("%q becomes %q", cell, got)
		}
	})
}
