package desk_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
)

// A letter tells of a case as it stands; where there is nothing to tell, or the
// certificate no longer counts, there is none.
func TestLetters(t *testing.T) {
	p := desktest.New(t, withBook)
	kinds := map[data.State]data.LetterKind{
		data.Returned: data.LetterReturn, data.OnHold: data.LetterHold, data.FollowUp: data.LetterDecision, data.Refused: data.LetterDecision,
	}
	for _, state := range data.States {
		a := inState(t, p, state)
		l, err := p.Letter(ctx, p.Clerk, a.ID)
		if want := kinds[state]; want == "" {
			if !errors.Is(err, desk.ErrNoLetter) || !errors.Is(err, desk.ErrState) {
				t.Errorf("%s: %q, %v", state, l.Kind, err)
			}
			continue
		} else if err != nil || l.Kind != want {
			t.Fatalf("%s: %q, %v", state, l.Kind, err)
		}
		if l.Reference == "" || l.Reference != a.Reference || l.Officer != "B" || l.At != data.MomentOf(p.Now, "Asia/Singapore") || len(l.Reasons) != 1 ||
			l.Surname != a.Content.Traveller.Surname || l.DocumentNumber != a.Content.Document.Number || l.Departs != a.Content.Departs().Pinned() || !l.Practice {
			t.Errorf("%s: %+v", state, l)
		}
		until := l.Departs // without a notice it can go on until it departs
		if a.Decision != nil {
			until, _ = a.Decision.Until.End("Asia/Singapore")
		}
		if l.Until != until || (a.Decision != nil) != (l.Colour != "") {
			t.Errorf("%s: until %s, want %s", state, l.Until, until)
		}
		if e := entries(t, p, 0); e[len(e)-1].Act != audit.LetterMade || e[len(e)-1].Detail["letter"] != string(l.Kind) {
			t.Errorf("%s: %+v", state, e[len(e)-1])
		}
		if state == data.Refused { // what became of an objection is told too
			must2(t)(p.Contest(ctx, p.Clerk, a.ID, "it is mine"))
			l, err := p.Letter(ctx, p.Clerk, a.ID)
			if err != nil || l.Contest == nil || !l.Contest.Decided.IsZero() || l.Contest.Officer != "" {
				t.Errorf("contested: %+v, %v", l.Contest, err)
			}
			must2(t)(p.DecideContest(ctx, p.Both, a.ID, false, "it is not"))
			if l, err = p.Letter(ctx, p.Clerk, a.ID); err != nil || l.Contest.Officer != "C" || l.Contest.Why != "it is not" || l.Contest.Decided.IsZero() {
				t.Errorf("denied: %+v, %v", l.Contest, err)
			}
		}
	}
}

// The sheet of a blue certificate says what it depends on, and by what notice.
func TestLetterOfABlueCertificate(t *testing.T) {
	p := atPost(t, window(1, 60))
	c := p.Issued(t, p.Specimen())
	l, err := p.Letter(ctx, p.Clerk, c.Application)
	if err != nil {
		t.Fatal(err)
	}
	if l.Kind != data.LetterCondition || l.Colour != data.Blue || l.Number != c.Number || l.LastTest != (data.LastTest{Kind: data.Antigen, Hours: 12}) ||
		l.Notice != "test-notice" || l.NoticeVersion != 1 || l.Condition["en"] == "" || l.Condition["zh"] == "" || l.Until != c.Statement.ValidUntil || l.Officer != "B" {
		t.Errorf("%+v", l)
	}
	if got := l.LastTest.Earliest(l.Departs).Wall; got != "2022-07-10T09:40" {
		t.Errorf("the sample not before %s", got)
	}
	// The post says until when it takes applications for the flight.
	a := must2(t)(p.Return(ctx, p.Reviewer, p.Ticked(t, p.Specimen()).ID, []string{"name"}, ""))
	if l, err := p.Letter(ctx, p.Clerk, a.ID); err != nil || l.Until.Wall != "2022-07-09T20:00" || l.Notice != "test-notice" {
		t.Errorf("until %s by %q, %v", l.Until, l.Notice, err)
	}
	// A decision is told with the notice it was made by, whatever came after.
	a = must2(t)(p.Decide(ctx, p.Reviewer, p.Ticked(t, p.Other()).ID, adverse(data.Orange)))
	if _, err := inForce(p, window(2, 72)); err != nil {
		t.Fatal(err)
	}
	if l, err := p.Letter(ctx, p.Clerk, a.ID); err != nil || l.Kind != data.LetterDecision || l.Notice != "test-notice" || l.NoticeVersion != 1 {
		t.Errorf("decided by %q version %d, %v", l.Notice, l.NoticeVersion, err)
	}
	if _, err := p.LastTestAbnormal(ctx, p.Reviewer, p.Both, c.Number, data.Positive, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Letter(ctx, p.Clerk, c.Application); !errors.Is(err, desk.ErrRevoked) {
		t.Errorf("after the last test was positive: %v", err)
	}
}

// What cannot be told to the traveller on paper is not decided.
func TestInvariant11WhatCannotBeToldIsNotDecided(t *testing.T) {
	var told []data.LetterKind
	p := desktest.New(t, withBook, func(c *desk.Config) {
		c.Unwritable = func(l data.Letter) []data.Problem {
			told = append(told, l.Kind)
			if l.Note != "𠮷" {
				return nil
			}
			return []data.Problem{{Field: "note", Key: "problem.glyph", Value: "U+20BB7 𠮷"}}
		}
	})
	made := adverse(data.Orange)
	for name, do := range map[string]func(id data.ApplicationID, note string) error{
		"return": func(id data.ApplicationID, note string) error {
			return second(p.Return(ctx, p.Reviewer, id, []string{"name"}, note))
		},
		"hold": func(id data.ApplicationID, note string) error {
			return second(p.Hold(ctx, p.Reviewer, id, []string{"x"}, note))
		},
		"decide": func(id data.ApplicationID, note string) error {
			made.Note = note
			return second(p.Decide(ctx, p.Reviewer, id, made))
		},
	} {
		a := p.Ticked(t, p.Specimen())
		var problems *desk.ProblemsError
		if err := do(a.ID, "𠮷"); !errors.As(err, &problems) || problems.Problems[0].Key != "problem.glyph" {
			t.Errorf("%s: %v", name, err)
		}
		if s := stored(p, a.ID).State; s != data.InReview {
			t.Errorf("%s: it is %s", name, s)
		}
		if err := do(a.ID, "as told"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	slices.Sort(told)
	if !slices.Equal(slices.Compact(told), []data.LetterKind{data.LetterDecision, data.LetterHold, data.LetterReturn}) {
		t.Errorf("asked of %q", told)
	}
}

// Whatever an officer says of a case can stand on paper: every act that takes a
// text refuses one with a character that cannot be printed, or too long a one,
// and names the field.
func TestInvariant11WhatOfficersSayCanBePrinted(t *testing.T) {
	p := desktest.New(t, withBook, func(c *desk.Config) {
		c.Unsayable = func(field, text string) []data.Problem {
			if !strings.Contains(text, "𠮷") {
				return nil
			}
			return []data.Problem{{Field: field, Key: "problem.glyph", Value: "U+20BB7 𠮷"}}
		}
	})
	if _, err := inForce(p, window(1, 10)); err != nil { // too short for the specimen
		t.Fatal(err)
	}
	decided := func() data.Application {
		return must2(t)(p.Decide(ctx, p.Reviewer, p.Ticked(t, p.Specimen()).ID, adverse(data.Orange)))
	}
	contested := func() data.Application { return must2(t)(p.Contest(ctx, p.Clerk, decided().ID, "the report is mine")) }
	reviewed := func() data.Application { return p.Ticked(t, p.Specimen()) }
	for name, tt := range map[string]struct {
		make  func() data.Application
		field string
		do    func(id data.ApplicationID, text string) error
	}{
		"grounds": {decided, "grounds", func(id data.ApplicationID, text string) error { return second(p.Contest(ctx, p.Clerk, id, text)) }},
		"denied": {contested, "why", func(id data.ApplicationID, text string) error {
			return second(p.DecideContest(ctx, p.Both, id, false, text))
		}},
		"upheld": {contested, "why", func(id data.ApplicationID, text string) error {
			return second(p.DecideContest(ctx, p.Both, id, true, text))
		}},
		"lifted": {decided, "why", func(id data.ApplicationID, text string) error { return second(p.Lift(ctx, p.Reviewer, id, text)) }},
		"set aside": {reviewed, "reason", func(id data.ApplicationID, text string) error {
			return second(p.Override(ctx, p.Reviewer, p.Administrator, id, []string{"window"}, text))
		}},
		"returned": {reviewed, "note", func(id data.ApplicationID, text string) error {
			return second(p.Return(ctx, p.Reviewer, id, []string{"name"}, text))
		}},
		"held": {reviewed, "note", func(id data.ApplicationID, text string) error {
			return second(p.Hold(ctx, p.Reviewer, id, []string{"laboratory"}, text))
		}},
		"decided": {reviewed, "note", func(id data.ApplicationID, text string) error {
			made := adverse(data.Orange)
			made.Note = text
			return second(p.Decide(ctx, p.Reviewer, id, made))
		}},
		"port": {reviewed, "note", func(id data.ApplicationID, text string) error { return second(p.NotePort(ctx, p.Reviewer, id, text)) }},
		"answered": {reviewed, "note", func(id data.ApplicationID, text string) error {
			return second(p.BackCheck(ctx, p.Reviewer, id, data.BackCheck{By: data.BackCheckWays[0], Outcome: data.Denied, Note: text}))
		}},
		"cleared": {func() data.Application { return reviewed() }, "why", func(id data.ApplicationID, text string) error {
			err := second(p.ClearSameReport(ctx, p.Reviewer, id, "another", text))
			if errors.Is(err, desk.ErrState) {
				return nil // they share nothing: it got as far as that
			}
			return err
		}},
	} {
		a := tt.make()
		for _, wrong := range []struct{ text, key string }{
			{"of Mr. 𠮷田", "problem.glyph"}, {strings.Repeat("字", data.MaxSaid+1), "problem.too-long"},
		} {
			var problems *desk.ProblemsError
			err := tt.do(a.ID, wrong.text)
			if !errors.As(err, &problems) || len(problems.Problems) != 1 || problems.Problems[0].Field != tt.field || problems.Problems[0].Key != wrong.key {
				t.Errorf("%s: %q gave %v", name, wrong.key, err)
			}
		}
		if b := stored(p, a.ID); !reflect.DeepEqual(a, b) {
			t.Errorf("%s: it changed", name)
		}
		if err := tt.do(a.ID, "of Mr. Cafe\u0301"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The internal sheet tells what no letter does: findings, who let what pass and
// why, and decisions that were lifted.
func TestInternalSheet(t *testing.T) {
	p := atPost(t, window(1, 10)) // too short for the specimen
	a := p.Ticked(t, p.Specimen())
	must2(t)(p.Decide(ctx, p.Reviewer, a.ID, adverse(data.Yellow)))
	must2(t)(p.Contest(ctx, p.Clerk, a.ID, "I was on no ferry"))
	must2(t)(p.DecideContest(ctx, p.Both, a.ID, false, "the list names you"))
	must2(t)(p.Lift(ctx, p.Reviewer, a.ID, "it was another ferry"))
	must2(t)(p.Take(ctx, p.Reviewer, a.ID))
	must2(t)(p.Override(ctx, p.Reviewer, p.Administrator, a.ID, []string{"window"}, "evacuation"))
	sheet, err := p.InternalSheet(ctx, p.Reviewer, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if o := sheet.Override; o == nil || !slices.Equal(o.Checks, []string{"2 (window)"}) || o.Officer != "B" || o.Authoriser != "D" || o.Reason != "evacuation" {
		t.Errorf("%+v", o)
	}
	if len(sheet.Findings) != 1 || sheet.Findings[0].Of != "tests[0]" || sheet.Findings[0].Result != "fail" || !sheet.Findings[0].Waived || len(sheet.Findings[0].Counts) != 1 || sheet.Case.Notice != "test-notice" {
		t.Errorf("%+v", sheet.Findings)
	}
	if d := sheet.Decisions; len(d) != 1 || d[0].Contested.IsZero() || d[0].Grounds != "I was on no ferry" || d[0].Answered.IsZero() || d[0].AnsweredBy != "C" || d[0].Answer != "the list names you" {
		t.Errorf("the objection: %+v", d)
	}
	if len(sheet.Decisions) != 1 || sheet.Decisions[0].LiftedBy != "B" || sheet.Decisions[0].Why != "it was another ferry" || sheet.Decisions[0].Colour != data.Yellow {
		t.Errorf("%+v", sheet.Decisions)
	}
	if !slices.Equal(sheet.Prepared, []string{"A"}) || !slices.Equal(sheet.Reviewed, []string{"B"}) || sheet.ID != a.ID {
		t.Errorf("prepared %q, reviewed %q", sheet.Prepared, sheet.Reviewed)
	}
	for _, r := range sheet.Findings {
		if !slices.Contains(data.FindingResults, r.Result) {
			t.Errorf("a finding says %q", r.Result)
		}
	}

	// Once it is decided it stays by what it was decided by.
	must2(t)(p.Approve(ctx, p.Reviewer, a.ID))
	if _, err := inForce(p, window(2, 5)); err != nil {
		t.Fatal(err)
	}
	sheet, err = p.InternalSheet(ctx, p.Reviewer, a.ID)
	if err != nil || sheet.Case.NoticeVersion != 1 || len(sheet.Findings) != 1 || !sheet.Findings[0].Waived {
		t.Errorf("after a new version: version %d, %+v, %v", sheet.Case.NoticeVersion, sheet.Findings, err)
	}
	if _, err := p.InternalSheet(ctx, p.Clerk, a.ID); !errors.Is(err, desk.ErrNotPermitted) {
		t.Errorf("by the clerk: %v", err)
	}
}

// A flight of one day departs at one time: whoever enters another is asked, until
// they confirm it; the traveller's own earlier case does not count.
func TestAnotherDepartureOfTheSameFlight(t *testing.T) {
	p := desktest.New(t)
	c := p.Specimen()
	p.Submitted(t, c)
	other := p.Other()
	other.Itinerary = slices.Clone(c.Itinerary)
	departure := func(c data.Content) (found []data.Problem) {
		t.Helper()
		problems, err := p.Validate(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			if p.Key == "problem.flight.other-time" {
				found = append(found, p)
			}
		}
		return found
	}
	if got := departure(other); len(got) != 0 {
		t.Errorf("the same time: %+v", got)
	}
	first := &other.Itinerary[0]
	for name, change := range map[string]struct {
		departs data.Moment
		flight  string
		asked   bool
	}{
		"another clock":             {data.Moment{Wall: first.Departs.Wall, Zone: "Asia/Tokyo"}, first.Flight, true},
		"another hour, no space":    {data.Moment{Wall: "2022-07-10T20:40", Zone: "Asia/Singapore"}, "ut846", true},
		"the next day":              {data.Moment{Wall: "2022-07-11T21:40", Zone: "Asia/Singapore"}, first.Flight, false},
		"another flight":            {data.Moment{Wall: "2022-07-10T20:40", Zone: "Asia/Singapore"}, "UT 847", false},
		"the same, zone by another": {data.Moment{Wall: first.Departs.Wall, Zone: "Asia/Shanghai"}, first.Flight, false},
	} {
		first.Departs, first.Flight = change.departs.Pinned(), change.flight
		got := departure(other)
		if len(got) > 0 != change.asked {
			t.Errorf("%s: %+v", name, got)
		}
		if !change.asked {
			continue
		}
		if got[0].Severity != data.Confirm || got[0].Example != c.Departs().String() || got[0].Value != first.Departs.String() {
			t.Errorf("%s: %+v", name, got[0])
		}
		a, err := p.Create(ctx, p.Clerk, other)
		if err != nil {
			t.Fatal(err)
		}
		var stopped *desk.ProblemsError
		if _, err := p.Submit(ctx, p.Clerk, a.ID); !errors.As(err, &stopped) || !slices.Contains(stopped.Problems, got[0]) {
			t.Errorf("%s: submitted: %v", name, err)
		}
		if _, err := p.Withdraw(ctx, p.Clerk, a.ID); err != nil {
			t.Fatal(err)
		}
		confirmed := other
		confirmed.Confirmed = []data.Confirmation{{Field: got[0].Field, Key: got[0].Key, Value: got[0].Value}}
		if got := departure(confirmed); len(got) != 0 {
			t.Errorf("%s, confirmed: %+v", name, got)
		}
	}
	own := c
	own.Itinerary = []data.Leg{{Flight: "UT 846", From: "AMU", To: "PVG", Departs: data.Moment{Wall: "2022-07-10T20:40", Zone: "Asia/Singapore"}.Pinned()}}
	if got := departure(own); len(got) != 0 {
		t.Errorf("the traveller's own case, whose flight moved: %+v", got)
	}
}
