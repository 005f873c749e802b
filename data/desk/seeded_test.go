package desk_test

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pratique/assets"
	"pratique/data"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/mrz"
	"pratique/pdfgen"
)

// Seeded cases: applications as they come to a counter, clean ones and ones with
// a mistake each of a kind that other systems' users tell of, go through what a
// desk asks of a case before it is issued. A case is stopped if the desk names a
// problem, if the notice does not grant it, if its report is another traveller's,
// or if an earlier case is shown to the reviewer as likely about the same person;
// each makes an officer look at what is wrong.
//
// The zone of the travel document is read by machine, and the fields are typed:
// that is how a person is entered. What nothing else in a case contradicts is not
// seeded, for no program can see it; the traveller reading the proof slip, the
// reviewer comparing with the paper and the laboratory that is asked back can: a
// lot, clinic or country of a dose that might as well be; a booster left out; a
// result read wrong; a time that is wrong and in order; other characters that are
// read alike; anything about the person where there is no zone to read.
//
// `make seeded` runs a thousand of each; without that a few of every kind run.
var seededCases = flag.Int("seeded", 0, "clean cases, and cases with mistakes, to make; 0: a few")

// The goals, in parts of all.
const (
	goalCaught  = 0.99
	goalStopped = 0.01
)

func TestSeededCases(t *testing.T) {
	s := newSeeder(t)
	n := *seededCases
	if n == 0 {
		n = len(mistakes)
	}
	var stoppedClean []string
	tallies := make([]tally, len(mistakes))
	for i := range n {
		// The desk has seen others before, as any desk has.
		s.next()
		c := s.clean()
		if why := s.stops(c); len(why) > 0 {
			stoppedClean = append(stoppedClean, strings.Join(why, "; "))
		}
		k := i % len(mistakes)
		s.next()
		wrong := s.clean()
		for try := 0; !mistakes[k].make(s, &wrong); try++ {
			if try == 200 {
				t.Fatalf("%s: no case it fits", mistakes[k].kind)
			}
			wrong = s.clean()
		}
		tallies[k].made++
		if why := s.stops(wrong); len(why) > 0 {
			tallies[k].caught++
			tallies[k].by = cmp.Or(tallies[k].by, why[0])
		} else {
			tallies[k].missed = s.tell(wrong)
		}
	}
	w := io.Discard
	if *seededCases > 0 {
		w = os.Stdout
	}
	of, caught := 0, 0
	for k, m := range mistakes {
		t := tallies[k]
		of, caught = of+t.made, caught+t.caught
		fmt.Fprintf(w, "%-9s  %-57s %3d of %3d  %s\n", m.about, m.kind, t.caught, t.made, t.by)
		if t.missed != "" {
			fmt.Fprintf(w, "%-9s  not caught: %s\n", "", t.missed)
		}
	}
	for _, why := range stoppedClean {
		fmt.Fprintf(w, "%-9s  %s\n", "clean", why)
	}
	share, stopped := float64(caught)/float64(of), float64(len(stoppedClean))/float64(n)
	summary := fmt.Sprintf("%d of %d mistakes caught before issue (%.1f %%), %d of %d clean cases stopped (%.1f %%)",
		caught, of, 100*share, len(stoppedClean), n, 100*stopped)
	fmt.Fprintln(w, summary)
	if share < goalCaught || stopped > goalStopped {
		t.Errorf("%s; the goal is at least %.0f %% and at most %.0f %%; clean ones by %q", summary, 100*goalCaught, 100*goalStopped, stoppedClean)
		for k, m := range mistakes {
			if tallies[k].missed != "" {
				t.Errorf("%s, %s: %s", m.about, m.kind, tallies[k].missed)
			}
		}
	}
}

// tally is what became of the cases with one kind of mistake.
type tally struct {
	made, caught int
	by           string // what stopped the first of them
	missed       string // one that nothing stopped
}

// aCase is a case at the counter: what is entered, and the scan of its first
// report if there is one.
type aCase struct {
	data.Content
	scan []byte
	zone mrz.Zone // of the document, before it is written out
}

// seeder makes cases of one post, from the same seed the same.
type seeder struct {
	*rand.Rand
	t        testing.TB
	p        *desktest.Post
	n        int
	accepted []aCase // clean ones that went through
}

// The laboratories of the seeded cases. The second lies in another zone.
var seededLaboratories = []data.Laboratory{
	{ID: "harbour", Name: "Harbour Laboratory", SealName: "Harbour", Kinds: data.TestKinds, From: "2020-01-01", Zone: "America/New_York"},
	{ID: "upland", Name: "Upland Laboratory", SealName: "Upland", Kinds: []data.TestKind{data.NucleicAcid, data.Antigen}, From: "2020-01-01", Zone: "America/Chicago"},
	{ID: "quay", Name: "Quay Clinic", SealName: "Quay", Kinds: []data.TestKind{data.NucleicAcid}, Specimens: []string{"nasopharyngeal", "oropharyngeal"}, From: "2021-05-01", Zone: "America/New_York"},
	{ID: "meadow", Name: "Meadow Laboratory", SealName: "Meadow", Kinds: []data.TestKind{data.NucleicAcid, data.SerumIgM}, From: "2020-01-01", Until: "2022-06-30"},
}

func newSeeder(t testing.TB) *seeder {
	t.Helper()
	book, err := theBook()
	if err != nil {
		t.Fatal(err)
	}
	press, err := pdfgen.New(assets.FS, book)
	if err != nil {
		t.Fatal(err)
	}
	p := desktest.New(t, withBook, func(c *desk.Config) {
		c.Codes, c.Post.Zone = book, "America/New_York"
		c.Unprintable = func(st data.Statement) []data.Problem { return press.MissingIn(st) }
	})
	// Clocks go back in the night to the 6th of November 2022.
	p.Now = time.Date(2022, 11, 5, 13, 0, 0, 0, time.UTC)
	p.Enter(t)
	if err := p.SetLaboratories(ctx, p.Administrator, p.Reviewer, seededLaboratories); err != nil {
		desktest.Fatal(t, err)
	}
	text, err := os.ReadFile("testdata/seeded.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := inForce(p, string(text)); err != nil {
		desktest.Fatal(t, err)
	}
	return &seeder{Rand: rand.New(rand.NewPCG(4, 2022)), t: t, p: p}
}

// next is the next traveller at the counter.
func (s *seeder) next() {
	s.n++
	s.p.Now = s.p.Now.Add(time.Duration(2+s.IntN(5)) * time.Minute)
}

// stops is everything that keeps a case from being issued as it is. A clean case
// goes into the queue.
func (s *seeder) stops(c aCase) (why []string) {
	problems, err := s.p.Validate(ctx, c.Content)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, p := range problems {
		why = append(why, p.Field+" "+p.Key)
	}
	a, ok, err := s.p.Assess(ctx, c.Content)
	if err != nil {
		s.t.Fatal(err)
	}
	if !ok || !a.Grants() {
		for _, f := range a.Findings {
			if f.Result == "fail" || f.Result == "not enough information" {
				why = append(why, "finding "+f.Check+": "+string(f.Result))
			}
		}
		if len(why) == 0 {
			why = append(why, "no notice grants it")
		}
	}
	if len(why) > 0 {
		return why
	}
	app, err := s.p.Create(ctx, s.p.Clerk, c.Content)
	if err != nil {
		desktest.Fatal(s.t, err)
	}
	if c.scan != nil {
		if app, err = s.p.AttachEvidence(ctx, s.p.Clerk, app.ID, data.GroupTest(0), "report.pdf", strings.NewReader(string(c.scan))); err != nil {
			desktest.Fatal(s.t, err)
		}
	}
	app, err = s.p.Submit(ctx, s.p.Clerk, app.ID)
	var stopped *desk.ProblemsError
	switch {
	case errors.As(err, &stopped):
		for _, p := range stopped.Problems {
			why = append(why, p.Field+" "+p.Key)
		}
	case err != nil:
		s.t.Fatal(err)
	}
	if app.ID != "" {
		doubts, err := s.p.Doubts(ctx, s.p.Reviewer, app.ID)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, p := range doubts {
			why = append(why, p.Field+" "+p.Key)
		}
		likely, err := s.p.Duplicates(ctx, s.p.Reviewer, app.ID)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, l := range likely {
			why = append(why, "like an earlier case: "+strings.Join(l.Why, ", "))
		}
	}
	if len(why) == 0 {
		s.accepted = append(s.accepted, c)
	}
	return why
}

// tell is what matters of a case, to see why nothing stopped it.
func (s *seeder) tell(c aCase) string {
	t := c.Traveller
	all := []string{t.Surname, t.GivenNames, t.NativeName, string(t.Birth), c.Document.Number}
	for _, test := range c.Tests {
		all = append(all, string(test.Kind), string(test.Laboratory), test.Sampled.String(), test.Analysed.String(), test.Reported.String())
	}
	for _, d := range c.Doses {
		all = append(all, string(d.Date), d.Product)
	}
	return strings.Join(append(all, c.Departs().String(), "entered "+s.p.Now.Format(time.RFC3339)), ", ")
}

func pick[T any](s *seeder, all ...T) T { return all[s.IntN(len(all))] }

func (s *seeder) text(n int, alphabet string) string {
	var b strings.Builder
	for range n {
		b.WriteByte(alphabet[s.IntN(len(alphabet))])
	}
	return b.String()
}

const digits = "0123456789"

// syllables are specimen syllables with a character each.
var syllables = []struct{ latin, han string }{
	{"YANG", "样"}, {"BEN", "本"}, {"SHI", "示"}, {"FAN", "范"}, {"LI", "例"}, {"BIAO", "标"}, {"ZHUN", "准"}, {"MO", "模"}, {"CE", "测"},
	{"LIAN", "练"}, {"XI", "习"}, {"JIAN", "检"}, {"YAN", "验"}, {"ZHENG", "证"}, {"MING", "明"}, {"LÜ", "旅"}, {"HANG", "航"},
}

// name is a traveller's name: what the document prints, and in characters.
func (s *seeder) name(nationality string) (surname, given, native string) {
	if nationality == "CHN" {
		family, first, second := pick(s, syllables...), pick(s, syllables...), pick(s, syllables...)
		if s.IntN(3) == 0 {
			return family.latin, first.latin, family.han + first.han
		}
		return family.latin, first.latin + second.latin, family.han + first.han + second.han
	}
	part := func() string {
		b := ""
		for range 2 + s.IntN(2) {
			b += pick(s, "BA", "DO", "KA", "LU", "MI", "NA", "PE", "RI", "SO", "TU", "VE", "ZA", "AR", "EN", "OL", "US")
		}
		return b
	}
	surname, given = part(), part()+" "+part()
	switch s.IntN(10) {
	case 0:
		surname += "-" + part()
	case 1:
		surname = "VAN DER " + surname
	case 2:
		surname = "O'" + surname
	case 3:
		surname, given = pick(s, "MÜ", "SØ", "ÅL", "ÇE", "NÚ")+surname, pick(s, "ÉL", "ZOË", "JOSÉ ")+given
	case 4:
		given = strings.Fields(given)[0]
	case 5:
		for range 2 + s.IntN(6) {
			given += " " + part() // the zone may cut it
		}
	case 6:
		if s.IntN(2) == 0 {
			given = "" // a single name
		}
	}
	return surname, given, ""
}

// between is some minute between two instants, on the clock of a zone.
func (s *seeder) between(from, to time.Time, zone string) data.Moment {
	return data.MomentOf(from.Add(time.Duration(s.Int64N(int64(to.Sub(from)/time.Minute)))*time.Minute), zone)
}

func instant(m data.Moment) time.Time {
	t, ok := m.Pinned().Instant()
	if !ok {
		panic("a moment of a clean case that is none: " + m.String())
	}
	return t
}

// timetable are the flights of every day.
var timetable = []struct{ flight, clock, to string }{{"UT 846", "T21:40", "PVG"}, {"UT 848", "T13:05", "CAN"}, {"UT 1024", "T23:55", "PEK"}}

// flight is one that leaves in time for who comes now, and not too late.
func (s *seeder) flight() data.Leg {
	var soon []data.Leg
	today := data.MomentOf(s.p.Now, "America/New_York").Date()
	for _, day := range []data.Date{today, today.Add(1)} {
		for _, f := range timetable {
			departs := data.Moment{Wall: string(day) + f.clock, Zone: "America/New_York"}.Pinned()
			if in := instant(departs).Sub(s.p.Now); in > 5*time.Hour && in < 20*time.Hour {
				soon = append(soon, data.Leg{Flight: f.flight, From: "AMU", To: f.to, Departs: departs})
			}
		}
	}
	l := pick(s, soon...)
	if s.IntN(2) == 0 {
		l.Arrives = data.MomentOf(instant(l.Departs).Add(15*time.Hour), "Asia/Shanghai")
	}
	return l
}

// clean is a case without any mistake.
func (s *seeder) clean() aCase {
	now := s.p.Now
	nationality := pick(s, "CHN", "CHN", "UTO", "NLD", "FRA", "SGP")
	surname, given, native := s.name(nationality)
	born := time.Date(1940+s.IntN(80), time.Month(1+s.IntN(12)), 1+s.IntN(28), 0, 0, 0, 0, time.UTC)
	c := aCase{}
	c.Traveller = data.Traveller{
		Surname: surname, GivenNames: given, NativeName: native, Birth: data.DateOf(born), Sex: pick(s, data.Male, data.Female, data.Male, data.Female, data.Unspecified),
		Nationality: nationality, Phone: "+999 555 " + s.text(4, digits),
	}
	if born.AddDate(18, 0, 0).After(now) {
		c.Traveller.Guardian = data.Guardian{Name: surname + " MUSTER", Relation: "mother", DocumentNumber: "U" + s.text(8, digits)}
	}
	if nationality == "CHN" && s.IntN(2) == 0 {
		c.Traveller.ResidentID = s.residentID(born)
	}
	kind, number := data.ForeignPassport, pick(s, "U", "X", "PA")+s.text(7, digits)
	if nationality == "CHN" {
		kind, number = data.OrdinaryPassport, "E"+s.text(8, digits)
		if s.IntN(2) == 0 {
			number = "E" + s.text(1, "ABCDEFGHJKLMNPQRSTUVWXYZ") + s.text(7, digits)
		}
	}
	expires := data.DateOf(now.AddDate(s.IntN(9), 1+s.IntN(11), s.IntN(28)))
	c.Document = data.TravelDocument{Kind: kind, Number: number, Issuer: nationality, Expires: expires}
	if s.IntN(2) == 0 {
		c.Document.Issued = data.DateOf(now.AddDate(-1-s.IntN(1), 0, -s.IntN(300)))
	}
	c.zone = mrz.Zone{Format: mrz.TD3, DocumentCode: "P", Issuer: nationality, Primary: surname, Secondary: given, Number: number, Nationality: nationality,
		Birth: short(c.Traveller.Birth), Sex: c.Traveller.Sex, Expires: short(expires)}
	if given == "" {
		c.zone.Primary, c.zone.Secondary = surname, ""
	}

	flight := s.flight()
	c.Itinerary = []data.Leg{flight}
	departs := instant(flight.Departs)
	if s.IntN(4) == 0 && !flight.Arrives.IsZero() { // and on from there
		c.Itinerary = append(c.Itinerary, data.Leg{Flight: "UT 3301", From: flight.To, To: "XIY", Departs: data.MomentOf(instant(flight.Arrives).Add(3*time.Hour), "Asia/Shanghai")})
	}
	mentions := []string{"name", "birth", "sampling-time", "report-time", "contact", pick(s, "qr", "signature")}
	labs := [][2]string{{"harbour", "upland"}, {"upland", "harbour"}, {"quay", "harbour"}, {"upland", "quay"}}[s.IntN(4)]
	products := [][2]string{{"cobas-sars-cov-2", "taqpath-covid-19"}, {"xpert-xpress-sars-cov-2", "cobas-sars-cov-2"}}[s.IntN(2)]
	first := s.between(departs.Add(-47*time.Hour-30*time.Minute), now.Add(-27*time.Hour), zoneOf(labs[0]))
	second := s.between(instant(first).Add(24*time.Hour+10*time.Minute), now.Add(-2*time.Hour), zoneOf(labs[1]))
	for i, sampled := range []data.Moment{first, second} {
		c.Tests = append(c.Tests, s.test(data.NucleicAcid, labs[i], products[i], sampled, mentions))
	}
	if s.IntN(3) == 0 {
		c.Tests = append(c.Tests, s.test(pick(s, data.SerumIgM, data.SerumIgG), "harbour", "", data.MomentOf(instant(second).Add(5*time.Minute), zoneOf("harbour")), mentions))
	}
	if s.IntN(4) > 0 {
		product := pick(s, "CoronaVac", "BBIBP-CorV", "EU/1/20/1528", "EU/1/20/1507", "ZF2001", "EU/1/20/1525")
		n := map[string]int{"ZF2001": 3, "EU/1/20/1525": 1}[product]
		country := pick(s, "CHN", "UTO", nationality)
		day := data.DateOf(now.AddDate(0, 0, -60-s.IntN(300)))
		if n = cmp.Or(n, 2); s.IntN(3) == 0 {
			n++ // a booster
		}
		for i := range n {
			c.Doses = append(c.Doses, data.Dose{Date: day.Add(-(n - 1 - i) * (21 + s.IntN(8))), Product: product,
				Lot: s.text(1, "ABCX") + s.text(8, digits), Country: country, Place: "Harbour Clinic " + s.text(1, digits)})
		}
		slices.SortFunc(c.Doses, func(a, b data.Dose) int { return cmp.Compare(a.Date, b.Date) })
		if c.Doses[0].Date < c.Traveller.Birth {
			c.Doses = nil
		}
	}
	c.Declaration = data.Declaration{Symptoms: data.No, Contact: data.No, Medicine: data.No, Agreed: true, Signed: data.MomentOf(now, "America/New_York").Date()}
	if s.IntN(3) == 0 {
		c.scan = s.picture()
	}
	s.write(&c)
	return c
}

func zoneOf(id string) string {
	for _, l := range seededLaboratories {
		if string(l.ID) == id {
			return l.Zone
		}
	}
	panic("no laboratory " + id)
}

// test is a report of a test that was analysed and reported in time.
func (s *seeder) test(kind data.TestKind, lab, product string, sampled data.Moment, mentions []string) data.Test {
	t := data.Test{Kind: kind, Product: product, Laboratory: data.LaboratoryID(lab), Sampled: sampled, Result: data.Negative,
		Specimen: pick(s, "nasopharyngeal", "oropharyngeal"), Method: "rt-pcr", ReportNo: s.text(1, "NRX") + "-" + s.text(7, digits), Mentions: mentions}
	if kind.Antibody() {
		t.Specimen, t.Method = "venous", pick(s, "clia", "elisa")
	}
	if kind == data.SerumIgG {
		t.Result = data.Positive
	}
	last := instant(sampled)
	left := s.p.Now.Sub(last)
	step := min(left/3, 9*time.Hour)
	if s.IntN(3) > 0 {
		last = last.Add(step/2 + time.Duration(s.Int64N(int64(step/2))))
		t.Analysed = data.MomentOf(last, sampled.Zone)
	}
	t.Reported = data.MomentOf(last.Add(step/3+time.Duration(s.Int64N(int64(step/3)))), sampled.Zone)
	return t
}

// write puts the document's zone into the content.
func (s *seeder) write(c *aCase) {
	z, err := mrz.Compose(c.zone)
	if err != nil {
		s.t.Fatal(err)
	}
	c.Document.MRZ = strings.Join(z.Lines, "\n")
}

func short(d data.Date) string { return string(d[2:4] + d[5:7] + d[8:10]) }

func (s *seeder) residentID(born time.Time) string {
	id := "110105" + born.Format("20060102") + s.text(3, digits)
	for _, check := range "0123456789X" {
		if data.ValidResidentID(id + string(check)) {
			return id + string(check)
		}
	}
	panic("no check character fits")
}

// picture is the scan of a report that no other has.
func (s *seeder) picture() []byte {
	return desktest.Scan(s.text(64, digits), 1)
}
