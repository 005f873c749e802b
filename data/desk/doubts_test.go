package desk_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
)

// TestSameReport: a report that two travellers hand in marks both cases, and
// neither gets a certificate until a reviewer has said why.
func TestSameReport(t *testing.T) {
	p := desktest.New(t)
	mine, theirs := p.Specimen(), p.Other()
	theirs.Tests[1].ReportNo = "s 20772" // as the specimen's S-20772
	first := p.Approved(t, mine)
	second := must2(t)(p.Create(ctx, p.Both, theirs))
	second = must2(t)(p.Submit(ctx, p.Both, second.ID))
	if second.State != data.Submitted || len(second.Same) != 1 || second.Same[0].Case != first.ID || second.Same[0].By != data.SameNumber {
		t.Fatalf("%s %+v", second.State, second.Same)
	}
	first = stored(p, first.ID)
	if len(first.Same) != 1 || first.Same[0].Case != second.ID || first.State != data.Approved {
		t.Fatalf("the other case: %s %+v", first.State, first.Same)
	}
	var found []string
	for _, e := range entries(t, p, 0) {
		if e.Act == audit.SameReportFound {
			found = append(found, e.Subject)
		}
	}
	if len(found) != 2 || !slices.Contains(found, string(first.ID)) || !slices.Contains(found, string(second.ID)) {
		t.Errorf("the log tells of %v", found)
	}
	if rows, err := p.Queue(p.Reviewer); err != nil || len(rows) != 2 || !rows[0].Doubt || !rows[1].Doubt {
		t.Errorf("%+v, %v", rows, err)
	}
	// Approved before it was found, it is not issued now.
	if _, err := p.Issue(ctx, p.Reviewer, first.ID); problem(err) != "problem.same-report.number" {
		t.Errorf("issued: %v", err)
	}
	p.Reviewed(t, second.ID)
	if _, err := p.Approve(ctx, p.Reviewer, second.ID); problem(err) != "problem.same-report.number" {
		t.Errorf("approved: %v", err)
	}
	if problems, err := p.Doubts(ctx, p.Reviewer, second.ID); err != nil || len(problems) != 1 {
		t.Errorf("%+v, %v", problems, err)
	}
	// Who prepared one of them, who gives no reason, and a clerk do not clear it.
	for name, clear := range map[string]func() error{
		"a clerk": func() error {
			_, err := p.ClearSameReport(ctx, p.Clerk, second.ID, first.ID, "x")
			return errors.Join(err, is(err, desk.ErrNotPermitted))
		},
		"who prepared it": func() error {
			_, err := p.ClearSameReport(ctx, p.Both, second.ID, first.ID, "x")
			return errors.Join(err, is(err, desk.ErrFourEyes))
		},
		"who prepared the other one": func() error {
			_, err := p.ClearSameReport(ctx, p.Both, first.ID, second.ID, "x")
			return errors.Join(err, is(err, desk.ErrFourEyes))
		},
		"without a reason": func() error {
			_, err := p.ClearSameReport(ctx, p.Reviewer, second.ID, first.ID, " ")
			if problem(err) != "problem.required" {
				t.Error(err)
			}
			return err
		},
		"a case that is not marked": func() error {
			_, err := p.ClearSameReport(ctx, p.Reviewer, second.ID, "0123", "x")
			return errors.Join(err, is(err, desk.ErrState))
		},
	} {
		if clear() == nil || len(stored(p, second.ID).Doubts()) != 1 {
			t.Errorf("%s cleared it", name)
		}
	}
	cleared, err := p.ClearSameReport(ctx, p.Reviewer, second.ID, first.ID, "a couple, one sheet with both names")
	if err != nil || cleared.Same[0].Officer != "officer-b" || cleared.Same[0].Cleared.IsZero() || !strings.Contains(cleared.Same[0].Why, "couple") {
		t.Fatalf("%+v, %v", cleared.Same, err)
	}
	if _, err := p.Approve(ctx, p.Reviewer, second.ID); err != nil {
		t.Error(err)
	}
	if _, err := p.Issue(ctx, p.Reviewer, first.ID); err != nil {
		t.Error(err)
	}
	// What was cleared is not found again.
	third := p.Specimen()
	third.Traveller.Phone = "+999 555 0101"
	if a := p.Submitted(t, third); len(a.Same) != 1 || a.Same[0].Case != second.ID {
		t.Errorf("the same traveller's next case: %+v", a.Same)
	}
}

func is(err, want error) error {
	if !errors.Is(err, want) {
		panic(fmt.Sprint(err))
	}
	return err
}

func TestSameReportOfOneTraveller(t *testing.T) {
	for name, change := range map[string]func(c *data.Content){
		"a second time":           func(*data.Content) {},
		"with a renewed passport": func(c *data.Content) { c.Document.Number, c.Document.MRZ = "E00000099", "" },
		"in another transliteration": func(c *data.Content) {
			c.Traveller.Surname = "YÁNGBEN"
			c.Document.Number, c.Document.MRZ = "E00000098", ""
		},
		"names in the other order": func(c *data.Content) {
			c.Traveller.Surname, c.Traveller.GivenNames = "SPECIMEN", "YANGBEN"
			c.Document.Number, c.Document.MRZ = "E00000097", ""
		},
		"with a name that was wrong": func(c *data.Content) { c.Traveller.Surname = "YANGBIN"; c.Document.MRZ = "" },
		"another laboratory's number": func(c *data.Content) {
			c.Traveller.Surname, c.Traveller.Birth = "MUSTER", "1990-01-01"
			c.Document.Number, c.Document.MRZ = "E00000096", ""
			c.Tests[0].ReportNo, c.Tests[1].ReportNo, c.Tests[2].ReportNo = "", "", ""
		},
	} {
		p := desktest.New(t)
		p.Submitted(t, p.Specimen())
		c := p.Specimen()
		change(&c)
		a, err := p.Create(ctx, p.Clerk, c)
		if err == nil {
			a, err = p.Submit(ctx, p.Clerk, a.ID)
		}
		if len(a.Same) != 0 {
			t.Errorf("%s: %+v, %v", name, a.Same, err)
		}
	}
	// A correction may well name the traveller otherwise.
	p := desktest.New(t)
	c := p.Issued(t, p.Specimen())
	a, err := p.Correct(ctx, p.Clerk, c.Number)
	if err != nil {
		t.Fatal(err)
	}
	right := p.Other()
	right.Tests = p.Specimen().Tests
	if a, err = p.Save(ctx, p.Clerk, a.ID, a.Version, right); err == nil {
		a, err = p.Submit(ctx, p.Clerk, a.ID)
	}
	if err != nil || len(a.Same) != 0 {
		t.Errorf("a correction: %+v, %v", a.Same, err)
	}
}

func TestDuplicates(t *testing.T) {
	p := desktest.New(t)
	mine := p.Specimen()
	mine.Traveller.Surname, mine.Traveller.GivenNames, mine.Document.MRZ = "MÜLLER", "ANNA MARIA", ""
	a, err := p.Create(ctx, p.Clerk, mine)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(c *data.Content)
		want   string
	}{
		"an earlier application":      {func(*data.Content) {}, "document"},
		"the number of somebody else": {func(c *data.Content) { c.Traveller.Surname, c.Traveller.GivenNames = "SCHMIDT", "OTTO" }, "other-name"},
		"a renewed passport":          {func(c *data.Content) { c.Document.Number = "G12345678" }, "name native-name"},
		"without the dots": {func(c *data.Content) {
			c.Document.Number = "G12345678"
			c.Traveller.Surname, c.Traveller.NativeName = "MULLER", ""
		}, "name"},
		"as machines read it": {func(c *data.Content) {
			c.Document.Number = "G12345678"
			c.Traveller.Surname, c.Traveller.NativeName = "MUELLER", ""
		}, "name"},
		"names exchanged": {func(c *data.Content) {
			c.Document.Number = "G12345678"
			c.Traveller.Surname, c.Traveller.GivenNames, c.Traveller.NativeName = "ANNA MARIA", "MÜLLER", ""
		}, "name"},
		"a given name left out": {func(c *data.Content) {
			c.Document.Number = "G12345678"
			c.Traveller.GivenNames, c.Traveller.NativeName = "ANNA", ""
		}, "similar-name"},
		"a letter wrong": {func(c *data.Content) {
			c.Document.Number = "G12345678"
			c.Traveller.Surname, c.Traveller.NativeName = "MÜLLLR", ""
		}, "similar-name"},
		"the native name alone": {func(c *data.Content) {
			c.Document.Number = "G12345678"
			c.Traveller.Surname, c.Traveller.GivenNames = "YANG", "BEN"
		}, "native-name"},
		"a digit of the number wrong": {func(c *data.Content) {
			c.Document.Number = "E00000001"
			c.Traveller.NativeName, c.Traveller.Birth = "", "1970-01-01"
		}, "similar-number"},
		"two digits exchanged":       {func(c *data.Content) { c.Document.Number = "0E0000000"; c.Traveller.NativeName = "" }, "name similar-number"},
		"day and month exchanged":    {func(c *data.Content) { c.Document.Number = "G12345678"; c.Traveller.Birth = "1984-08-03" }, "similar-birth"},
		"a digit of the birth wrong": {func(c *data.Content) { c.Document.Number = "G12345678"; c.Traveller.Birth = "1984-03-09" }, "similar-birth"},
		"born on the same day": {func(c *data.Content) {
			c.Document.Number = "G12345678"
			c.Traveller.Surname, c.Traveller.GivenNames, c.Traveller.NativeName = "SCHMIDT", "OTTO", ""
		}, ""},
		"a namesake":          {func(c *data.Content) { c.Document.Number = "G12345678"; c.Traveller.Birth = "1970-11-25" }, ""},
		"nothing entered yet": {func(c *data.Content) { *c = data.Content{} }, ""},
	} {
		c := mine
		tt.change(&c)
		b, err := p.Create(ctx, p.Clerk, c)
		if err != nil {
			t.Fatal(err)
		}
		for _, from := range []data.ApplicationID{a.ID, b.ID} { // it is the same from either side
			all, err := p.Duplicates(ctx, p.Reviewer, from)
			if err != nil {
				t.Fatal(err)
			}
			var got string
			for _, l := range all {
				if l.Row.ID != from {
					got = strings.Join(l.Why, " ")
				}
			}
			if got != tt.want {
				t.Errorf("%s: %q, want %q", name, got, tt.want)
			}
		}
		if err := p.Erase(ctx, p.Administrator, p.Reviewer, b.ID); err != nil {
			t.Fatal(err)
		}
	}
	_, other := twoWithOneReport(t, p)
	if all, err := p.Duplicates(ctx, p.Reviewer, other.ID); err != nil || len(all) != 1 || all[0].Why[0] != "report" {
		t.Errorf("%+v, %v", all, err)
	}
}

// TestAskedAfterTheApproval: what a laboratory is asked about an approved case
// waits for its answer.
func TestAskedAfterTheApproval(t *testing.T) {
	p := desktest.New(t)
	a := p.Approved(t, p.Specimen())
	say := func(outcome string) {
		t.Helper()
		if _, err := p.BackCheck(ctx, p.Reviewer, a.ID, data.BackCheck{By: "phone", Outcome: outcome}); err != nil {
			desktest.Fatal(t, err)
		}
	}
	say("")
	if _, err := p.Issue(ctx, p.Reviewer, a.ID); problem(err) != "problem.backcheck.open" {
		t.Errorf("issued before the answer: %v", err)
	}
	say(data.Confirmed)
	if _, err := p.Issue(ctx, p.Reviewer, a.ID); err != nil {
		t.Errorf("confirmed: %v", err)
	}
	a = p.Approved(t, p.Other())
	say(data.Confirmed)
	if _, err := p.BackCheck(ctx, p.Reviewer, a.ID, data.BackCheck{By: "phone", Outcome: data.Denied, Note: "no such number"}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Issue(ctx, p.Reviewer, a.ID); problem(err) != "problem.backcheck.denied" {
		t.Errorf("issued although it is denied: %v", err)
	}
}

func TestBackChecks(t *testing.T) {
	p := desktest.New(t)
	if err := p.SetSampling(ctx, p.Administrator, p.Reviewer, data.Sampling{Percent: 100}); err != nil {
		t.Fatal(err)
	}
	a := p.Ticked(t, p.Specimen())
	if _, err := p.Approve(ctx, p.Reviewer, a.ID); problem(err) != "problem.backcheck.open" {
		t.Fatalf("approved unasked: %v", err)
	}
	waiting := func() (tests []int) {
		t.Helper()
		all, err := p.BackChecks(ctx, p.Reviewer)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all {
			if d.Row.ID != a.ID || d.Laboratory.Name != "Amaurote Central Laboratory" || d.ReportNo != a.Content.Tests[d.Test].ReportNo {
				t.Errorf("%+v", d)
			}
			tests = append(tests, d.Test)
		}
		return tests
	}
	if got := waiting(); !slices.Equal(got, []int{0, 1, 2}) {
		t.Fatalf("waiting for %v", got)
	}
	say := func(s string, test int, note string) (data.Application, error) {
		return p.BackCheck(ctx, p.Reviewer, a.ID, data.BackCheck{Test: test, By: "phone", Outcome: s, Note: note})
	}
	for name, c := range map[string]data.BackCheck{
		"no such way":      {By: "pigeon"},
		"no way":           {},
		"no such test":     {Test: 7, By: "phone"},
		"below":            {Test: -1, By: "phone"},
		"no such outcome":  {By: "phone", Outcome: "maybe"},
		"denied, no words": {By: "phone", Outcome: data.Denied},
		"silent, no words": {By: "phone", Outcome: data.NoAnswer},
	} {
		if _, err := p.BackCheck(ctx, p.Reviewer, a.ID, c); problem(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := p.BackCheck(ctx, p.Clerk, a.ID, data.BackCheck{By: "phone", Outcome: data.Confirmed}); !errors.Is(err, desk.ErrNotPermitted) {
		t.Errorf("a clerk took the answer: %v", err)
	}
	b, err := p.BackCheck(ctx, p.Clerk, a.ID, data.BackCheck{Test: 0, By: "e-mail"})
	if err != nil || len(b.BackChecks) != 1 || b.BackChecks[0].Officer != "officer-a" || b.BackChecks[0].Laboratory != "central" {
		t.Fatalf("%+v, %v", b.BackChecks, err)
	}
	if b, err = p.BackCheck(ctx, p.Reviewer, a.ID, data.BackCheck{Test: 0, Outcome: data.Confirmed}); err != nil ||
		len(b.BackChecks) != 1 || b.BackChecks[0].By != "e-mail" || b.BackChecks[0].By2 != "officer-b" || b.BackChecks[0].Officer != "officer-a" {
		t.Fatalf("the answer to what was asked: %+v, %v", b.BackChecks, err)
	}
	if _, err := say(data.NoAnswer, 1, "rang four times"); err != nil {
		t.Fatal(err)
	}
	if _, err := say(data.Denied, 2, "no such number there"); err != nil {
		t.Fatal(err)
	}
	if got := waiting(); len(got) != 0 {
		t.Errorf("waiting for %v", got)
	}
	if _, err := p.Approve(ctx, p.Reviewer, a.ID); problem(err) != "problem.backcheck.denied" {
		t.Fatalf("approved what the laboratory denies: %v", err)
	}
	// Another number typed over it changes nothing: the laboratory has to say yes.
	if _, err := p.Return(ctx, p.Reviewer, a.ID, []string{"report-form"}, ""); err != nil {
		t.Fatal(err)
	}
	c := stored(p, a.ID).Content
	c.Tests = slices.Clone(c.Tests)
	c.Tests[2].ReportNo, c.Tests[0].ReportNo = "S-99999", "N-99999"
	if _, err = p.Save(ctx, p.Clerk, a.ID, stored(p, a.ID).Version, c); err == nil {
		_, err = p.Submit(ctx, p.Clerk, a.ID)
	}
	if err != nil {
		desktest.Fatal(t, err)
	}
	a = p.Reviewed(t, a.ID)
	if got := waiting(); !slices.Equal(got, []int{0}) { // the yes was about other values
		t.Errorf("waiting for %v", got)
	}
	if _, err := p.Approve(ctx, p.Reviewer, a.ID); problem(err) != "problem.backcheck.denied" {
		t.Fatalf("approved: %v", err)
	}
	for _, test := range []int{0, 2} {
		if _, err := say(data.Confirmed, test, ""); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.Approve(ctx, p.Reviewer, a.ID); err != nil {
		t.Fatal(err)
	}
	// Denied afterwards, it is not issued.
	if _, err := say(data.Denied, 1, "they called back"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Issue(ctx, p.Reviewer, a.ID); problem(err) != "problem.backcheck.denied" {
		t.Errorf("issued: %v", err)
	}
	// Nobody answers for a case they prepared.
	own, err := p.Create(ctx, p.Both, p.Other())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.BackCheck(ctx, p.Both, own.ID, data.BackCheck{By: "phone", Outcome: data.Confirmed}); !errors.Is(err, desk.ErrFourEyes) {
		t.Errorf("confirmed their own: %v", err)
	}
}

// TestSampling: the share is about what was set, the same case gets the same
// answer again, and a higher rate takes in all of the lower one's.
func TestSampling(t *testing.T) {
	p := desktest.New(t)
	if err := p.SetFlights(ctx, p.Administrator, p.Reviewer, map[string]string{"ut846": "high", "UT 9": "low"}); err != nil {
		t.Fatal(err)
	}
	const cases = 120
	for i := range cases {
		c := p.Specimen()
		c.Tests = c.Tests[:1]
		c.Tests[0].ReportNo = fmt.Sprint(i)
		if i%2 == 0 {
			c.Itinerary = []data.Leg{{Flight: "UT 9", From: "AMU", To: "PVG", Departs: c.Itinerary[0].Departs}}
		}
		p.Submitted(t, c)
	}
	sampled := func(rates data.Sampling) map[data.ApplicationID]bool {
		t.Helper()
		if err := p.SetSampling(ctx, p.Administrator, p.Reviewer, rates); err != nil {
			t.Fatal(err)
		}
		all, err := p.BackChecks(ctx, p.Reviewer)
		if err != nil {
			t.Fatal(err)
		}
		ids := map[data.ApplicationID]bool{}
		for _, d := range all {
			ids[d.Row.ID] = true
		}
		return ids
	}
	if n := len(sampled(data.Sampling{})); n != 0 {
		t.Errorf("%d of none", n)
	}
	some := sampled(data.Sampling{Percent: 30})
	// Binomial: 36 of 120 expected, deviation 5; six deviations are never met.
	if len(some) < 6 || len(some) > 66 {
		t.Errorf("%d of %d at 30 %%", len(some), cases)
	}
	again := sampled(data.Sampling{Percent: 30})
	more := sampled(data.Sampling{Percent: 60})
	for id := range some {
		if !again[id] || !more[id] {
			t.Errorf("%s was sampled and is not any more", id)
		}
	}
	if len(again) != len(some) || len(more) <= len(some) {
		t.Errorf("%d, %d again, %d of more", len(some), len(again), len(more))
	}
	if n := len(sampled(data.Sampling{Risk: map[string]int{"high": 100}})); n != cases/2 {
		t.Errorf("%d of %d on the flight of high risk", n, cases/2)
	}
	if n := len(sampled(data.Sampling{Laboratories: map[data.LaboratoryID]int{"central": 100}})); n != cases {
		t.Errorf("%d of %d of the laboratory", n, cases)
	}
	for _, bad := range []data.Sampling{{Percent: 101}, {Percent: -1}, {Risk: map[string]int{"huge": 1}}, {Laboratories: map[data.LaboratoryID]int{"nowhere": 1}}} {
		if err := p.SetSampling(ctx, p.Administrator, p.Reviewer, bad); problem(err) == "" {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
