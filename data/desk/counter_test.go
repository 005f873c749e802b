package desk_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/handover"
	"pratique/data/predeclaration"
	"pratique/data/staff"
)

// TestPredeclared: what a traveller declared at home is a case that is expected,
// and a draft when they come; nothing of it is signed or proved.
func TestPredeclared(t *testing.T) {
	p := desktest.New(t)
	text, err := predeclaration.Text(p.Specimen())
	if err != nil {
		t.Fatal(err)
	}
	a, err := p.ImportPredeclaration(ctx, p.Clerk, []byte(text))
	if err != nil || a.State != data.PreDeclared || a.Content.Document.MRZ != "" || a.Content.Declaration.Agreed || a.Content.Traveller.Surname != "YANGBEN" {
		t.Fatalf("%+v, %v", a, err)
	}
	// The same again is the same case.
	if again, err := p.ImportPredeclaration(ctx, p.Clerk, []byte(text)); err != nil || again.ID != a.ID {
		t.Errorf("%s, %v", again.ID, err)
	}
	if _, err := p.ImportPredeclaration(ctx, p.Clerk, []byte("hello")); !errors.Is(err, predeclaration.ErrForm) {
		t.Error(err)
	}
	if _, err := p.ImportPredeclaration(ctx, p.Reviewer, []byte(text)); !errors.Is(err, desk.ErrNotPermitted) {
		t.Error(err)
	}
	if _, err := p.Submit(ctx, p.Clerk, a.ID); !errors.Is(err, desk.ErrState) {
		t.Errorf("submitted before anybody came: %v", err)
	}
	if a, err = p.Begin(ctx, p.Both, a.ID); err != nil || a.State != data.Draft || !slices.Equal(a.Preparers, []data.OfficerID{"officer-a", "officer-c"}) {
		t.Errorf("%s %v, %v", a.State, a.Preparers, err)
	}
	// Whoever began it prepared it.
	c := a.Content
	c.Declaration.Agreed, c.Declaration.Signed = true, "2022-07-09"
	if a, err = p.Save(ctx, p.Clerk, a.ID, a.Version, c); err == nil {
		a, err = p.Submit(ctx, p.Clerk, a.ID)
	}
	if err != nil {
		desktest.Fatal(t, err)
	}
	if _, err := p.Take(ctx, p.Both, a.ID); !errors.Is(err, desk.ErrFourEyes) {
		t.Error(err)
	}
}

// Who types anew what was declared beforehand is told, at the counter and in the
// review, until they begin with that case or confirm that it is another.
func TestWhatWasDeclaredIsNotTypedAnewUnseen(t *testing.T) {
	p := desktest.New(t)
	declared, err := p.Predeclare(ctx, p.Clerk, p.Specimen())
	if err != nil {
		t.Fatal(err)
	}
	asked := func(c data.Content) (found []data.Problem) {
		t.Helper()
		problems, err := p.Validate(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			if p.Key == "problem.predeclared" {
				found = append(found, p)
			}
		}
		return found
	}
	if got := asked(declared.Content); len(got) != 0 {
		t.Errorf("the declaration itself: %+v", got)
	}
	if got := asked(p.Other()); len(got) != 0 {
		t.Errorf("another's: %+v", got)
	}
	c := p.Specimen()
	got := asked(c)
	if len(got) != 1 || got[0].Severity != data.Confirm || got[0].Field != "document.number" || got[0].Value != declared.Reference.String() {
		t.Fatalf("typed anew: %+v", got)
	}
	a := must2(t)(p.Create(ctx, p.Clerk, c))
	if _, err := p.Submit(ctx, p.Clerk, a.ID); problem(err) != "problem.predeclared" {
		t.Errorf("submitted: %v", err)
	}
	c.Confirmed = append(c.Confirmed, data.Confirmation{Field: got[0].Field, Key: got[0].Key, Value: got[0].Value})
	a = must2(t)(p.Save(ctx, p.Clerk, a.ID, a.Version, c))
	must2(t)(p.Submit(ctx, p.Clerk, a.ID))
	likely, err := p.Duplicates(ctx, p.Reviewer, a.ID)
	if err != nil || len(likely) != 1 || likely[0].Row.ID != declared.ID || !slices.Equal(likely[0].Why, []string{"declared"}) {
		t.Errorf("the reviewer sees %+v, %v", likely, err)
	}
	// Begun, it is a case like others; what is over asks nobody.
	must2(t)(p.Begin(ctx, p.Clerk, declared.ID))
	if got := asked(p.Specimen()); len(got) != 0 {
		t.Errorf("begun: %+v", got)
	}
	if _, err := p.Predeclare(ctx, p.Clerk, p.Other()); err != nil {
		t.Fatal(err)
	}
	again := later(p.Other())
	if got := asked(again); len(got) != 1 {
		t.Errorf("another journey: %+v", got)
	}
	p.Now = p.Now.AddDate(0, 0, 20)
	if got := asked(again); len(got) != 0 {
		t.Errorf("after the journey: %+v", got)
	}
}

func TestExpected(t *testing.T) {
	p := desktest.New(t)
	if err := p.SetFlights(ctx, p.Administrator, p.Reviewer, map[string]string{"UT846": "medium"}); err != nil {
		t.Fatal(err)
	}
	other := p.Other()
	other.Itinerary = []data.Leg{{Flight: "UT 9", From: "AMU", To: "CAN", Departs: p.Specimen().Itinerary[0].Departs}}
	p.Submitted(t, p.Specimen())
	p.Issued(t, p.Specimen())
	inState(t, p, data.Withdrawn)
	inState(t, p, data.Refused)
	for _, c := range []data.Content{p.Specimen(), other} {
		if _, err := p.Predeclare(ctx, p.Clerk, c); err != nil {
			t.Fatal(err)
		}
	}
	got, err := p.Expected(ctx, p.Clerk, "2022-07-10", "2022-07-10")
	want := []desk.Expect{
		{Day: "2022-07-10", Flight: "UT 846", Port: "PVG", Risk: "medium", PreDeclared: 1, Open: 1, Approved: 1},
		{Day: "2022-07-10", Flight: "UT 9", Port: "CAN", PreDeclared: 1},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := p.Expected(ctx, p.Clerk, "2022-07-11", "2022-07-20"); err != nil || got != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestFlights(t *testing.T) {
	p := desktest.New(t)
	a := p.Submitted(t, p.Specimen())
	risk := func() string {
		t.Helper()
		rows, err := p.Queue(p.Reviewer)
		if err != nil || len(rows) != 1 {
			t.Fatal(rows, err)
		}
		return rows[0].Risk
	}
	if r := risk(); r != "" {
		t.Errorf("%q of nothing", r)
	}
	if err := p.SetFlights(ctx, p.Administrator, p.Reviewer, map[string]string{"ut 846": "medium"}); err != nil || risk() != "medium" {
		t.Errorf("%q, %v", risk(), err)
	}
	if _, err := p.SetRisk(ctx, p.Reviewer, a.ID, "low"); err != nil || risk() != "low" {
		t.Errorf("%q, %v", risk(), err)
	}
	p.Lock()
	p.Enter(t)
	if risk() != "low" {
		t.Error(risk())
	}
	if _, err := p.SetRisk(ctx, p.Reviewer, a.ID, ""); err != nil || risk() != "medium" {
		t.Errorf("%q, %v", risk(), err)
	}
	if _, err := p.SetRisk(ctx, p.Reviewer, a.ID, "huge"); problem(err) != "problem.risk" {
		t.Error(err)
	}
	for flight, class := range map[string]string{"U": "low", "UT 846": "huge"} {
		if err := p.SetFlights(ctx, p.Administrator, p.Reviewer, map[string]string{flight: class}); problem(err) == "" {
			t.Errorf("%s %s: %v", flight, class, err)
		}
	}
	// A class steers what is checked: nobody sets it alone.
	for _, other := range []staff.Session{{}, p.Administrator, p.Clerk} {
		if err := p.SetFlights(ctx, p.Administrator, other, map[string]string{"UT 846": "low"}); !errors.Is(err, desk.ErrSecond) {
			t.Errorf("set with %q: %v", other.Officer().ID, err)
		}
	}
	if got, err := p.Flights(ctx); err != nil || !reflect.DeepEqual(got, map[string]string{"UT846": "medium"}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestParseFlights(t *testing.T) {
	got, err := desk.ParseFlights([]byte("\ufeff# of the last weeks\r\nUT 846, high # again\r\n\r\nut 9\tlow\nUT 12;medium"))
	if err != nil || !reflect.DeepEqual(got, map[string]string{"UT846": "high", "UT9": "low", "UT12": "medium"}) {
		t.Errorf("%v, %v", got, err)
	}
	_, err = desk.ParseFlights([]byte("UT 846 high\nUT 9, low\nut9, high\nUT 12, huge\nU, low\n"))
	var problems *desk.ProblemsError
	var said []string
	if errors.As(err, &problems) {
		for _, p := range problems.Problems {
			said = append(said, p.Field+" "+p.Key)
		}
	}
	if want := []string{"line 1 problem.flights.class", "line 3 problem.flights.twice", "line 4 problem.risk", "line 5 problem.flight"}; !slices.Equal(said, want) {
		t.Errorf("%q, %v", said, err)
	}
}

// TestFound: a caller is found by what they can read out.
func TestFound(t *testing.T) {
	p := desktest.New(t)
	mine := p.Specimen()
	mine.Contact = data.Contact{Name: "MUSTER", Phone: "+44 20 7946 0958"}
	c := p.Issued(t, mine)
	p.Submitted(t, p.Other())
	a := stored(p, c.Application)
	for text, want := range map[string]int{
		string(c.Number): 1, c.Number.String(): 1, strings.ToLower(a.Reference.String()): 1, string(a.Reference): 1,
		"+999 555 0199": 1, "0999-555-0199": 1, "555 0199": 0, "020 7946 0958": 1, "(020) 7946 0958": 1, "0044 20 79460958": 1, "+999 555 0100": 0, "12": 0,
	} {
		rows, err := p.Search(p.Clerk, text)
		if err != nil || len(rows) != want || want == 1 && rows[0].ID != a.ID {
			t.Errorf("%q: %+v, %v", text, rows, err)
		}
	}
	wrong := []byte(a.Reference)
	wrong[3] ^= 1
	if r, err := data.ParseReference(string(wrong)); err == nil {
		t.Errorf("%s is taken for a reference", r)
	}
}

// TestHandover: a port is told of whom to expect and nothing of what was found,
// and what comes back goes forward only.
func TestHandover(t *testing.T) {
	p := desktest.New(t)
	c := p.Issued(t, p.Specimen())
	revoked := p.Issued(t, p.Specimen())
	if _, err := p.Revoke(ctx, p.Reviewer, p.Both, []data.CertificateNumber{revoked.Number}, "error", ""); err != nil {
		t.Fatal(err)
	}
	followed := inState(t, p, data.FollowUp)
	elsewhere := p.Other()
	elsewhere.Itinerary = []data.Leg{{Flight: "UT 9", From: "AMU", To: "CAN", Departs: p.Specimen().Itinerary[0].Departs}}
	p.Issued(t, elsewhere)
	p.Submitted(t, p.Specimen())
	a := stored(p, c.Application)
	if _, err := p.NotePort(ctx, p.Reviewer, a.ID, "wheel|chair"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.NotePort(ctx, p.Reviewer, a.ID, strings.Repeat("x", handover.MaxNote+1)); problem(err) != "problem.too-long" {
		t.Error(err)
	}
	if _, err := p.SetRisk(ctx, p.Reviewer, a.ID, "high"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.ReadPassed(ctx, p.Clerk, []byte("pratique passed 1\nport PVG\n"+string(c.Number)+"|boarded|2022-07-09T10:00:00Z\n")); problem(err) != "problem.passed.port" {
		t.Errorf("boarded before it was handed over: %v", err)
	}
	signed, list, err := p.Handover(ctx, p.Reviewer, "PVG", "2022-07-10", "2022-07-11")
	if err != nil {
		t.Fatal(err)
	}
	got, err := handover.Open(signed, p.Handovers)
	if err != nil || !reflect.DeepEqual(got, list) || len(got.Rows) != 3 {
		t.Fatalf("%v\n%+v\nwant\n%+v", err, got, list)
	}
	rows := map[data.Reference]handover.Row{}
	for _, r := range got.Rows {
		rows[r.Reference] = r
	}
	if r := rows[a.Reference]; r.Number != c.Number || r.Flight != "UT 846" || r.Day != "2022-07-10" || r.Status != handover.Issued || r.Colour != data.Green || r.Risk != "high" || r.Note != "wheel/chair" {
		t.Errorf("%+v", r)
	}
	if r := rows[stored(p, revoked.Application).Reference]; r.Status != handover.Revoked || r.Colour != "" {
		t.Errorf("%+v", r)
	}
	if r := rows[followed.Reference]; r.Status != handover.FollowUp || r.Colour != data.Orange || r.Number != "" {
		t.Errorf("%+v", r)
	}
	for _, word := range []string{"YANGBEN", "样本", "E00000000", "1984", "negative", "naat", "igm", "central", "officer"} {
		if strings.Contains(strings.ToLower(string(signed)), strings.ToLower(word)) {
			t.Errorf("the list says %q:\n%s", word, signed)
		}
	}
	if known := stored(p, a.ID).Passed.Known; !known.Equal(p.Now) {
		t.Errorf("known %v", known)
	}
	for _, bad := range [][3]string{{"pvg", "2022-07-10", "2022-07-11"}, {"PVG", "2022-07-11", "2022-07-10"}, {"PVG", "2022-07", "2022-07-10"}} {
		if _, _, err := p.Handover(ctx, p.Reviewer, bad[0], data.Date(bad[1]), data.Date(bad[2])); problem(err) == "" {
			t.Errorf("%v: %v", bad, err)
		}
	}

	p.Now = p.Now.AddDate(0, 0, 3)
	p.Enter(t)
	file := func(lines ...string) []byte {
		return []byte("pratique passed 1\nport PVG\n" + strings.Join(lines, "\n") + "\n")
	}
	n := c.Number.String()
	nobody := must(data.NewCertificateNumber("PR", [data.NumberRandomLen]byte{}))
	for _, tt := range []struct {
		name  string
		b     []byte
		fresh int
		wrong string
	}{
		{"landed before it boarded", file(n+"|boarded|2022-07-10T21:35:00+08:00", n+"|landed|2022-07-10T21:00:00+08:00"), 0, "line 4 problem.passed.order"},
		{"both", file(n+"|boarded|2022-07-10T21:35:00+08:00", a.Reference.String()+"|landed|2022-07-11T03:10:00+08:00"), 2, ""},
		{"again", file(n+"|boarded|2022-07-10T13:35:00Z", n+"|landed|2022-07-10T19:10:00Z"), 0, ""},
		{"another time", file(n + "|boarded|2022-07-10T21:36:00+08:00"), 0, "line 3 problem.passed.already"},
		{"not yet", file(followed.Reference.String() + "|boarded|2022-07-12T18:36:00+08:00"), 0, "line 3 problem.passed.future"},
		{"one of them unknown", file(followed.Reference.String()+"|boarded|2022-07-10T21:36:00+08:00", string(nobody)+"|landed|2022-07-10T21:36:00+08:00"), 0, "line 4 problem.passed.unknown"},
		{"of another port", []byte("pratique passed 1\nport CAN\n" + followed.Reference.String() + "|boarded|2022-07-10T21:36:00+08:00\n"), 0, "line 3 problem.passed.port"},
		{"boarded after it landed", file(followed.Reference.String()+"|landed|2022-07-11T03:10:00+08:00", followed.Reference.String()+"|boarded|2022-07-10T21:36:00+08:00"), 0, "line 4 problem.passed.order"},
	} {
		fresh, err := p.ReadPassed(ctx, p.Clerk, tt.b)
		var problems *desk.ProblemsError
		wrong := ""
		if errors.As(err, &problems) {
			wrong = problems.Problems[0].Field + " " + problems.Problems[0].Key
		}
		if len(fresh) != tt.fresh || wrong != tt.wrong || (err != nil) != (tt.wrong != "") {
			t.Errorf("%s: %v, %q, %v", tt.name, fresh, wrong, err)
		}
	}
	passed := stored(p, a.ID).Passed
	if passed.Boarded.UTC().Format(time.RFC3339) != "2022-07-10T13:35:00Z" || passed.Landed.UTC().Format(time.RFC3339) != "2022-07-10T19:10:00Z" {
		t.Errorf("%+v", passed)
	}
	if f := stored(p, followed.ID).Passed; !f.Boarded.IsZero() || !f.Landed.IsZero() {
		t.Errorf("something of a file with a fault was used: %+v", f)
	}
	if rows, err := p.Search(p.Clerk, n); err != nil || rows[0].Passed.Landed.IsZero() {
		t.Errorf("%+v, %v", rows, err)
	}
	// Made anew, the list has the same rows, and who was known stays known since then.
	_, again, err := p.Handover(ctx, p.Reviewer, "PVG", "2022-07-10", "2022-07-11")
	if err != nil || !reflect.DeepEqual(again.Rows, list.Rows) || stored(p, a.ID).Passed.Known.Equal(p.Now) {
		t.Errorf("%+v, %v", again, err)
	}
}

// A list of many goes through in small transactions.
func TestHandoverOfMany(t *testing.T) {
	p := desktest.New(t)
	for i := range 65 {
		c := p.Specimen()
		c.Traveller.Phone = fmt.Sprintf("+999 555 1%03d", i)
		a, err := p.Create(ctx, p.Clerk, c)
		if err != nil {
			t.Fatal(err)
		}
		edit(t, p, a.ID, func(a *data.Application) {
			a.State, a.Decision = data.FollowUp, &data.Decision{Colour: data.Yellow, Until: "2022-07-20"}
		})
	}
	p.Lock()
	p.Enter(t)
	_, list, err := p.Handover(ctx, p.Reviewer, "PVG", "2022-07-10", "2022-07-10")
	if err != nil || len(list.Rows) != 65 {
		t.Fatalf("%d rows, %v", len(list.Rows), err)
	}
	for _, r := range list.Rows {
		rows, err := p.Search(p.Clerk, string(r.Reference))
		if err != nil || len(rows) != 1 || rows[0].Passed.Known.IsZero() {
			t.Fatalf("%+v, %v", rows, err)
		}
	}
}
