package data

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Codes is what validation asks of the code lists; data/codes answers it.
type Codes interface {
	// Known reports whether the code stands in the list, retired or not.
	Known(list, code string) bool
	// UsableOn reports whether the code was in use on that day.
	UsableOn(list, code string, day Date) bool
	// Suits reports whether a specimen, method or product goes with that kind of test.
	Suits(list, code string, kind TestKind) bool
}

// Names of the code lists.
const (
	ListStates    = "states"    // ICAO 9303-3 codes of states and nationalities
	ListDocuments = "documents" // [DocumentKind]
	ListTypes     = "types"     // [CertificateType]
	ListTests     = "tests"     // [TestKind]
	ListSpecimens = "specimens"
	ListMethods   = "methods"
	ListProducts  = "products" // of tests
	ListResults   = "results"  // [Result]
	ListVaccines  = "vaccines"
	ListReasons   = "reasons"  // why an application goes back
	ListRemedies  = "remedies" // what mends each of those reasons
	ListHolds     = "holds"    // what an application waits for
	ListRefusals  = "refusals" // why it was decided yellow, orange or red
	ListPhrases   = "phrases"  // what a report or paper says or shows
	ListPapers    = "papers"   // what else is handed in
	ListSymptoms  = "symptoms"
	// ListRevocations says why a certificate no longer counts.
	ListRevocations = "revocations"
)

// Limits of what one certificate can carry and one page can show.
const (
	MaxTests    = 8
	MaxDoses    = 6
	MaxLegs     = 6
	MaxStays    = 8
	MaxPapers   = 8
	MaxName     = 80 // characters of one name
	MaxText     = 200
	MaxSaid     = 1000 // what an officer says of a case: a reason, a note, an answer
	MaxSealText = 20   // characters of a lot or place, which go into the seal
)

// Validate returns everything that is wrong with c at the instant now, in the
// order of the form, or nothing. Problems of severity [Confirm] that c already
// confirms are left out. The laboratories are the post's list.
func Validate(c Content, codes Codes, laboratories []Laboratory, now time.Time) []Problem {
	v := validator{codes: codes, laboratories: laboratories, now: now.UTC(), birth: c.Traveller.Birth.First()}
	typed := c.Type == "" || v.code("type", ListTypes, string(c.Type), string(CertificateComprehensive), v.today())
	v.traveller(c.Traveller)
	v.document(c.Document, lastTravelDay(c.Itinerary))
	v.tests(c.Tests)
	v.doses(c.Doses)
	v.infections(c.Infections)
	if typed {
		v.belongs(c)
	}
	v.itinerary(c.Itinerary)
	v.stays(c.Stays)
	v.papers(c.Papers)
	v.declaration(c.Declaration)
	v.contact(c.Contact)
	v.further(c.Further)
	return slices.DeleteFunc(v.problems, func(p Problem) bool {
		return p.Severity == Confirm && slices.Contains(c.Confirmed, Confirmation{p.Field, p.Key, p.Value})
	})
}

// Stops reports whether any of the problems must be mended or confirmed before
// the application can go on. A problem of either severity is one: a Confirm
// that was confirmed is no longer among them.
func Stops(problems []Problem) bool { return len(problems) > 0 }

type validator struct {
	codes        Codes
	laboratories []Laboratory
	now          time.Time
	birth        Date // first day the birth date may mean
	problems     []Problem
}

func (v *validator) stop(field, key, value, example string) {
	v.problems = append(v.problems, Problem{field, key, value, example, Stop})
}

func (v *validator) confirm(field, key, value, example string) {
	v.problems = append(v.problems, Problem{field, key, value, example, Confirm})
}

// required reports whether the value is there, and says so if not.
func (v *validator) required(field, value, example string) bool {
	if value == "" {
		v.stop(field, "problem.required", "", example)
	}
	return value != ""
}

// text checks a free text: its length, and that it holds nothing invisible
// that would make two different records look alike (R24).
func (v *validator) text(field, value string, limit int) bool {
	if n := len([]rune(value)); n > limit {
		v.stop(field, "problem.too-long", value, fmt.Sprint(limit))
		return false
	}
	if clean := CleanText(value); clean != value {
		v.stop(field, "problem.name.normalised", value, clean)
		return false
	}
	return true
}

// code checks a code against its list on the day it had to be in use.
func (v *validator) code(field, list, code, example string, day Date) bool {
	switch {
	case !v.required(field, code, example):
	case !v.codes.Known(list, code):
		v.stop(field, "problem.code.unknown", code, example)
	case day != "" && !v.codes.UsableOn(list, code, day):
		v.stop(field, "problem.code.retired", code, example)
	default:
		return true
	}
	return false
}

// today is the calendar day of now at the place furthest ahead, so that no
// event of today anywhere counts as future.
func (v *validator) today() Date { return DateOf(v.now.In(time.FixedZone("", 14*3600))) }

// event checks the full date of something that happened: not before the
// traveller's birth, not in the future.
func (v *validator) event(field string, d Date) bool {
	switch {
	case !v.required(field, string(d), "2026-03-08"):
	case !d.Full():
		v.stop(field, "problem.date.form", string(d), "2026-03-08")
	case d > v.today():
		v.stop(field, "problem.date.future", string(d), string(v.today()))
	case v.birth != "" && d < v.birth:
		v.stop(field, "problem.birth.after-event", string(d), string(v.birth))
	default:
		return true
	}
	return false
}

// moment checks the form of a moment and that its offset is its zone's.
func (v *validator) moment(field string, m Moment) bool {
	if !v.required(field, m.Wall, "2026-03-08T09:40") {
		return false
	}
	m = m.Pinned()
	wall, err := time.Parse(WallLayout, m.Wall)
	switch {
	case err != nil || wall.Year() < 1850 || wall.Format(WallLayout) != m.Wall:
		v.stop(field, "problem.time.form", m.Wall, "2026-03-08T09:40")
	case m.Zone == "" && m.Offset == "":
		v.stop(field, "problem.time.place", "", "Asia/Tokyo")
	case !m.ZoneAgrees():
		v.stop(field, "problem.time.zone", strings.TrimSpace(m.Zone+" "+m.Offset), "Asia/Tokyo")
	default:
		return true
	}
	return false
}

// happened checks a moment that must not lie in the future.
func (v *validator) happened(field string, m Moment) bool {
	if !v.moment(field, m) {
		return false
	}
	t, _ := m.Pinned().Instant()
	switch {
	case t.After(v.now):
		v.stop(field, "problem.time.future", m.Wall, MomentOf(v.now, m.Zone).Wall)
	case v.birth != "" && m.Date() < v.birth:
		v.stop(field, "problem.birth.after-event", m.Wall, string(v.birth))
	default:
		return true
	}
	return false
}

// latinName is what the Latin name of a travel document may hold: Latin
// letters with or without diacritics, and the marks between them.
func latinName(s string) bool {
	for _, r := range s {
		if !unicode.Is(unicode.Latin, r) && !strings.ContainsRune(" -'’.,", r) {
			return false
		}
	}
	return true
}

func (v *validator) traveller(t Traveller) {
	if t.Surname == "" && t.GivenNames == "" {
		v.stop("traveller.surname", "problem.name.both", "", "YANGBEN")
	}
	for _, name := range []struct{ field, value, example string }{
		{"traveller.surname", t.Surname, "YANGBEN"},
		{"traveller.givenNames", t.GivenNames, "SPECIMEN"},
	} {
		if v.text(name.field, name.value, MaxName) && !latinName(name.value) {
			v.stop(name.field, "problem.name.alphabet", name.value, name.example)
		}
	}
	v.text("traveller.nativeName", t.NativeName, MaxName)
	if t.Nationality == "CHN" {
		// Chinese posts and readers go by the characters; the romanised name
		// alone was the commonest reason for sending papers back.
		switch {
		case t.NativeName == "":
			v.stop("traveller.nativeName", "problem.required", "", "样本")
		case !strings.ContainsFunc(t.NativeName, func(r rune) bool { return unicode.Is(unicode.Han, r) }):
			v.stop("traveller.nativeName", "problem.name.characters", t.NativeName, "样本")
		}
	}
	switch {
	case !v.required("traveller.birth", string(t.Birth), "1984-03-08"):
	case !t.Birth.Valid():
		v.stop("traveller.birth", "problem.birth.form", string(t.Birth), "1984-03-08")
	case t.Birth.First() > v.today():
		v.stop("traveller.birth", "problem.date.future", string(t.Birth), "1984-03-08")
	case t.Birth.Last() < Date(fmt.Sprintf("%04d", v.now.Year()-125)):
		v.stop("traveller.birth", "problem.date.past", string(t.Birth), "1984-03-08")
	case t.Birth.First() > DateOf(v.now.AddDate(-18, 0, 0)) && t.Guardian.Name == "":
		v.stop("traveller.guardian.name", "problem.guardian", "", "YANGBEN MUSTER")
	}
	if v.required("traveller.sex", string(t.Sex), "M") && !slices.Contains([]Sex{Male, Female, Unspecified}, t.Sex) {
		v.stop("traveller.sex", "problem.code.unknown", string(t.Sex), "M")
	}
	v.code("traveller.nationality", ListStates, t.Nationality, "CHN", v.today())
	if t.ResidentID != "" && !ValidResidentID(t.ResidentID) {
		v.stop("traveller.residentID", "problem.residentid", t.ResidentID, "11010519491231002X")
	}
	v.text("traveller.phone", t.Phone, MaxText)
	v.text("traveller.email", t.Email, MaxText)
	v.text("traveller.guardian.name", t.Guardian.Name, MaxText)
	v.text("traveller.guardian.relation", t.Guardian.Relation, MaxText)
	v.text("traveller.guardian.documentNumber", t.Guardian.DocumentNumber, MaxText)
	v.text("traveller.guardian.phone", t.Guardian.Phone, MaxText)
}

// numberPatterns are the known forms of document numbers. They only ever lead
// to a question: forms change, and specimens and old series differ.
var numberPatterns = map[string]map[DocumentKind]*regexp.Regexp{
	"CHN": {
		OrdinaryPassport:      regexp.MustCompile(`^(E[0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|G[0-9]{8}|1[45][0-9]{7})$`),
		DiplomaticPassport:    regexp.MustCompile(`^(DE[0-9]{7}|D[0-9]{8})$`),
		ServicePassport:       regexp.MustCompile(`^(SE[0-9]{7}|S[0-9]{8})$`),
		PublicAffairsPassport: regexp.MustCompile(`^(PE[0-9]{7}|P[0-9]{8})$`),
		TravelPermit:          regexp.MustCompile(`^[TL][0-9]{8}$`),
	},
}

// lastTravelDay is the last day of travel there is a usable departure for, as
// the calendars at the airports count it: the document must hold out till then.
func lastTravelDay(legs []Leg) (last Date) {
	for _, l := range legs {
		if day := l.Departs.Date(); day.Full() {
			last = max(last, day)
		}
	}
	return last
}

// anyNumber is what a travel document's number looks like in general.
var anyNumber = regexp.MustCompile(`^[A-Z0-9]{5,20}$`)

func (v *validator) document(d TravelDocument, travel Date) {
	v.code("document.kind", ListDocuments, string(d.Kind), string(OrdinaryPassport), "")
	if v.required("document.number", d.Number, "E00000000") {
		pattern := numberPatterns[d.Issuer][d.Kind]
		if pattern == nil {
			pattern = anyNumber
		}
		switch {
		case len(d.Number) > MaxSealText || strings.Trim(d.Number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "":
			v.stop("document.number", "problem.document.form", d.Number, "E00000000")
		case !pattern.MatchString(d.Number):
			v.confirm("document.number", "problem.document.number", d.Number, "E00000000")
		}
	}
	v.code("document.issuer", ListStates, d.Issuer, "CHN", v.today())
	if d.Issued != "" && v.event("document.issued", d.Issued) && d.Expires.Full() && d.Expires < d.Issued {
		v.stop("document.expires", "problem.date.past", string(d.Expires), string(d.Issued))
	}
	switch {
	case !v.required("document.expires", string(d.Expires), "2031-03-08"):
	case !d.Expires.Full():
		v.stop("document.expires", "problem.date.form", string(d.Expires), "2031-03-08")
	case travel.Full() && d.Expires < travel:
		v.stop("document.expires", "problem.document.expired", string(d.Expires), string(travel))
	case d.Expires < DateOf(v.now.In(time.FixedZone("", -12*3600))):
		v.stop("document.expires", "problem.document.expired", string(d.Expires), string(v.today()))
	}
}

func (v *validator) tests(tests []Test) {
	if len(tests) > MaxTests {
		v.stop("tests", "problem.too-many", fmt.Sprint(len(tests)), fmt.Sprint(MaxTests))
	}
	for i, t := range tests {
		at := fmt.Sprintf("tests[%d].", i)
		kind := v.code(at+"kind", ListTests, string(t.Kind), string(NucleicAcid), "")
		sampled := v.happened(at+"sampled", t.Sampled)
		var day Date
		if sampled {
			day = t.Sampled.Date()
		}
		for _, c := range []struct{ field, list, code, example string }{
			{"specimen", ListSpecimens, t.Specimen, "nasopharyngeal"},
			{"method", ListMethods, t.Method, "rt-pcr"},
			{"product", ListProducts, t.Product, ""},
		} {
			if c.list == ListProducts && c.code == "" {
				continue // few reports name it
			}
			if v.code(at+c.field, c.list, c.code, c.example, day) && kind && !v.codes.Suits(c.list, c.code, t.Kind) {
				v.stop(at+c.field, "problem.code.unsuited", c.code, string(t.Kind))
			}
		}
		v.laboratory(at+"laboratory", t, day)
		last := t.Sampled
		if t.Analysed != (Moment{}) && v.happened(at+"analysed", t.Analysed) {
			v.ordered(at+"analysed", last, t.Analysed)
			last = t.Analysed
		}
		if v.happened(at+"reported", t.Reported) {
			v.ordered(at+"reported", last, t.Reported)
			v.prompt(at+"reported", t.Sampled, t.Reported)
		}
		v.clock(at, t)
		v.code(at+"result", ListResults, string(t.Result), string(Negative), "")
		v.text(at+"reportNo", t.ReportNo, MaxText)
		v.mentions(at+"mentions", t.Mentions)
	}
}

// belongs checks that what is there is what a certificate of the type has: at
// least one of its tests or doses, and none of another's.
func (v *validator) belongs(c Content) {
	kind := string(c.Type.OrComprehensive())
	own := 0
	for i, t := range c.Tests {
		if c.Type.HasTest(t.Kind) {
			own++
		} else {
			v.stop(fmt.Sprintf("tests[%d].kind", i), "problem.type.extra", string(t.Kind), kind)
		}
	}
	if c.Type.HasDoses() {
		own += len(c.Doses)
	} else if len(c.Doses) > 0 {
		v.stop("doses", "problem.type.extra", "", kind)
	}
	switch {
	case own > 0:
	case kind == string(CertificateComprehensive):
		v.stop("tests", "problem.nothing", "", "")
	case kind == string(CertificateVaccination):
		v.stop("doses", "problem.type.missing", "", kind)
	default:
		v.stop("tests", "problem.type.missing", "", kind)
	}
}

// ordered checks that later is not before earlier; half-typed moments pass,
// they have a problem of their own.
func (v *validator) ordered(field string, earlier, later Moment) {
	a, okA := earlier.Pinned().Instant()
	b, okB := later.Pinned().Instant()
	if okA && okB && b.Before(a) {
		v.stop(field, "problem.time.order", later.Wall, earlier.Wall)
	}
}

func (v *validator) laboratory(field string, t Test, day Date) {
	if !v.required(field, string(t.Laboratory), "") {
		return
	}
	i := slices.IndexFunc(v.laboratories, func(l Laboratory) bool { return l.ID == t.Laboratory })
	switch {
	case i < 0:
		v.stop(field, "problem.code.unknown", string(t.Laboratory), "")
	case day != "" && !v.laboratories[i].Serves(t.Kind, day):
		v.stop(field, "problem.laboratory.unlisted", string(t.Laboratory), string(day))
	case t.Specimen != "" && !v.laboratories[i].Takes(t.Specimen):
		v.stop(field, "problem.laboratory.specimen", string(t.Laboratory), t.Specimen)
	}
}

// maxReporting is the longest that a laboratory takes for a report, unless an
// officer confirms it: a date of another month is not seen otherwise.
const maxReporting = 14 * 24 * time.Hour

func (v *validator) prompt(field string, sampled, reported Moment) {
	a, okA := sampled.Pinned().Instant()
	b, okB := reported.Pinned().Instant()
	if okA && okB && b.Sub(a) > maxReporting {
		v.confirm(field, "problem.time.apart", reported.Wall, sampled.Wall)
	}
}

// clock checks that the times of a report are on the clock of its laboratory,
// where that is known: the clerk's own, taken for it, moves them by hours.
func (v *validator) clock(at string, t Test) {
	i := slices.IndexFunc(v.laboratories, func(l Laboratory) bool { return l.ID == t.Laboratory })
	if i < 0 || v.laboratories[i].Zone == "" {
		return
	}
	zone := v.laboratories[i].Zone
	for _, m := range []struct {
		field string
		at    Moment
	}{{"sampled", t.Sampled}, {"analysed", t.Analysed}, {"reported", t.Reported}} {
		pinned := m.at.Pinned()
		if on := (Moment{Wall: m.at.Wall, Zone: zone, Offset: pinned.Offset}); pinned.Offset != "" && !on.ZoneAgrees() {
			v.confirm(at+m.field, "problem.time.laboratory", m.at.String(), zone)
		}
	}
}

// sealText is what a seal and any reader of it can carry without loss.
var sealText = regexp.MustCompile(`^[ -~]*$`)

func (v *validator) doses(doses []Dose) {
	if len(doses) > MaxDoses {
		v.stop("doses", "problem.too-many", fmt.Sprint(len(doses)), fmt.Sprint(MaxDoses))
	}
	for i, d := range doses {
		at := fmt.Sprintf("doses[%d].", i)
		var day Date
		if v.event(at+"date", d.Date) {
			day = d.Date
			if i > 0 && doses[i-1].Date.Full() && d.Date < doses[i-1].Date {
				v.stop(at+"date", "problem.dose.order", string(d.Date), string(doses[i-1].Date))
			}
			if i > 0 && d.Date == doses[i-1].Date {
				v.confirm(at+"date", "problem.duplicate-dose", string(d.Date), "")
			}
		}
		v.code(at+"product", ListVaccines, d.Product, "CoronaVac", day)
		for _, t := range []struct{ field, value, example string }{
			{"lot", d.Lot, "A202103012"}, {"place", d.Place, "City Clinic 3"},
		} {
			if !sealText.MatchString(t.value) {
				v.stop(at+t.field, "problem.name.alphabet", t.value, t.example)
			} else {
				v.text(at+t.field, t.value, MaxSealText)
			}
		}
		v.required(at+"lot", d.Lot, "A202103012")
		v.code(at+"country", ListStates, d.Country, "UTO", "")
	}
}

func (v *validator) infections(infections []Infection) {
	for i, n := range infections {
		at := fmt.Sprintf("infections[%d].", i)
		first := v.event(at+"firstPositive", n.FirstPositive)
		if n.Recovered != "" && v.event(at+"recovered", n.Recovered) && first && n.Recovered < n.FirstPositive {
			v.stop(at+"recovered", "problem.time.order", string(n.Recovered), string(n.FirstPositive))
		}
		if n.Imaging != (Imaging{}) {
			v.imaging(at+"imaging.", n.Imaging)
		}
		v.text(at+"remarks", n.Remarks, MaxText)
	}
}

func (v *validator) imaging(at string, m Imaging) {
	v.oneOf(at+"kind", m.Kind, ImagingKinds...)
	v.event(at+"date", m.Date)
	v.oneOf(at+"finding", string(m.Finding), string(ImagedClear), string(ImagedAbnormal))
}

// oneOf checks a value that has no list but these.
func (v *validator) oneOf(field, value string, values ...string) {
	if v.required(field, value, values[0]) && !slices.Contains(values, value) {
		v.stop(field, "problem.code.unknown", value, values[0])
	}
}

// mentions checks what a report or paper is said to say.
func (v *validator) mentions(field string, phrases []string) {
	for i, p := range phrases {
		v.code(fmt.Sprintf("%s[%d]", field, i), ListPhrases, p, "method", "")
	}
}

var (
	airport = regexp.MustCompile(`^[A-Z]{3}$`)
	flight  = regexp.MustCompile(`^[A-Z0-9]{2} ?[0-9]{1,4}[A-Z]?$`)
)

// ValidAirport reports whether s has the form of an IATA airport code.
func ValidAirport(s string) bool { return airport.MatchString(s) }

// ValidFlight reports whether s is a flight number: "UT 846", "UT846".
func ValidFlight(s string) bool { return flight.MatchString(strings.ToUpper(s)) }

func (v *validator) itinerary(legs []Leg) {
	if len(legs) == 0 {
		v.stop("itinerary", "problem.required", "", "UT 846")
	}
	if len(legs) > MaxLegs {
		v.stop("itinerary", "problem.too-many", fmt.Sprint(len(legs)), fmt.Sprint(MaxLegs))
	}
	for i, l := range legs {
		at := fmt.Sprintf("itinerary[%d].", i)
		if v.required(at+"flight", l.Flight, "UT 846") && !flight.MatchString(l.Flight) {
			v.stop(at+"flight", "problem.flight", l.Flight, "UT 846")
		}
		if v.required(at+"from", l.From, "SIN") && !airport.MatchString(l.From) {
			v.stop(at+"from", "problem.airport", l.From, "SIN")
		}
		if v.required(at+"to", l.To, "PVG") && !airport.MatchString(l.To) {
			v.stop(at+"to", "problem.airport", l.To, "PVG")
		}
		if v.moment(at+"departs", l.Departs) {
			if t, _ := l.Departs.Pinned().Instant(); i == 0 && t.Before(v.now) {
				v.stop(at+"departs", "problem.departed", l.Departs.Wall, MomentOf(v.now, l.Departs.Zone).Wall)
			}
			if i > 0 {
				v.ordered(at+"departs", legs[i-1].Departs, l.Departs)
				v.ordered(at+"departs", legs[i-1].Arrives, l.Departs)
			}
		}
		if !l.Boards.IsZero() && v.moment(at+"boards", l.Boards) {
			v.ordered(at+"departs", l.Boards, l.Departs)
		}
		if !l.Arrives.IsZero() && v.moment(at+"arrives", l.Arrives) {
			v.ordered(at+"arrives", l.Departs, l.Arrives)
		}
	}
}

func (v *validator) stays(stays []Stay) {
	if len(stays) > MaxStays {
		v.stop("stays", "problem.too-many", fmt.Sprint(len(stays)), fmt.Sprint(MaxStays))
	}
	for i, s := range stays {
		at := fmt.Sprintf("stays[%d].", i)
		v.code(at+"country", ListStates, s.Country, "UTO", "")
		v.text(at+"city", s.City, MaxText)
		if from := v.event(at+"from", s.From); s.Until != "" {
			v.days(at+"until", s.From, s.Until, from)
		}
	}
}

func (v *validator) papers(papers []Paper) {
	if len(papers) > MaxPapers {
		v.stop("papers", "problem.too-many", fmt.Sprint(len(papers)), fmt.Sprint(MaxPapers))
	}
	for i, p := range papers {
		at := fmt.Sprintf("papers[%d].", i)
		v.code(at+"kind", ListPapers, p.Kind, "commitment-letter", "")
		from := p.From != "" && v.event(at+"from", p.From)
		if p.Until != "" {
			v.days(at+"until", p.From, p.Until, from)
		}
		v.mentions(at+"mentions", p.Mentions)
	}
}

// days checks the last of some days, which may lie ahead. Known says whether
// the first is a day.
func (v *validator) days(field string, from, until Date, known bool) {
	switch {
	case !until.Full():
		v.stop(field, "problem.date.form", string(until), "2026-03-08")
	case known && until < from:
		v.stop(field, "problem.time.order", string(until), string(from))
	}
}

func (v *validator) declaration(d Declaration) {
	if !d.Agreed {
		v.stop("declaration.agreed", "problem.declaration", "", "")
	}
	for _, q := range []struct {
		field  string
		answer Answer
	}{{"symptoms", d.Symptoms}, {"contact", d.Contact}, {"medicine", d.Medicine}} {
		if q.answer != Unasked {
			v.oneOf("declaration."+q.field, string(q.answer), string(Yes), string(No))
		}
	}
	switch {
	case d.Symptoms == Yes && len(d.Complaints) == 0:
		v.stop("declaration.complaints", "problem.required", "", "fever")
	case d.Symptoms != Yes && len(d.Complaints) > 0:
		v.stop("declaration.complaints", "problem.complaints", strings.Join(d.Complaints, " "), string(Yes))
	}
	for i, c := range d.Complaints {
		v.code(fmt.Sprintf("declaration.complaints[%d]", i), ListSymptoms, c, "fever", "")
	}
	v.event("declaration.signed", d.Signed)
	v.text("declaration.remarks", d.Remarks, MaxText)
}

func (v *validator) contact(c Contact) {
	if c == (Contact{}) {
		return
	}
	v.required("contact.name", c.Name, "YANGBEN MUSTER")
	v.text("contact.name", c.Name, MaxText)
	v.text("contact.relation", c.Relation, MaxText)
	if v.required("contact.phone", c.Phone, "+999 555 0199") && v.text("contact.phone", c.Phone, MaxText) && PhoneKey(c.Phone) == "" {
		v.stop("contact.phone", "problem.phone", c.Phone, "+999 555 0199")
	}
	v.text("contact.organisation", c.Organisation, MaxText)
}

// testField is the path of the i-th test.
func testField(i int) string { return fmt.Sprintf("tests[%d]", i) }

// CleanText is s without what cannot be seen and would make two different
// texts look alike: control and format characters (bidirectional marks,
// zero-width spaces), white space other than the plain space, and white space
// at the ends or doubled. Letters are left alone.
func CleanText(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co), r == unicode.ReplacementChar:
		default:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// Cell is a text as a cell of a table that no spreadsheet takes for a formula:
// what begins like one gets an apostrophe before it (OWASP, "CSV Injection").
func Cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", []rune(text)[0]) {
		return "'" + text
	}
	return text
}

// Table is a table as spreadsheets read it: comma-separated values (RFC 4180) in
// UTF-8 with its mark, without which they take it for another, and each text as a
// [Cell].
func Table(rows [][]string) []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, text := range row {
			cells[i] = Cell(text)
		}
		w.Write(cells)
	}
	w.Flush() // into memory: never fails
	return b.Bytes()
}
