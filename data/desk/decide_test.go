package desk_test

import (
	"errors"
	"slices"
	"testing"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/rules"
	"pratique/data/staff"
	"pratique/data/store"
)

func putNotice(t *testing.T, p *desktest.Post, r rules.Record) {
	t.Helper()
	err := p.Store.Update(ctx, func(tx store.Tx) error { return store.Put(tx, store.Notices+rules.Key(r.ID, r.Version), r) })
	if err != nil {
		t.Fatal(err)
	}
}

// TestInvariant14Decisions: yellow, orange and red have a named officer, a
// reason, an end, and a way to contest them that leads past who decided.
func TestInvariant14Decisions(t *testing.T) {
	p := desktest.New(t)
	a := p.Ticked(t, p.Specimen())
	var problems *desk.ProblemsError
	for name, change := range map[string]func(*data.Decision){
		"without a colour":        func(d *data.Decision) { d.Colour = "" },
		"green":                   func(d *data.Decision) { d.Colour = data.Green },
		"blue":                    func(d *data.Decision) { d.Colour = data.Blue },
		"without a reason":        func(d *data.Decision) { d.Reasons = nil },
		"for a reason not listed": func(d *data.Decision) { d.Reasons = []string{"unknown"} },
		"for another, not told":   func(d *data.Decision) { d.Reasons, d.Note = []string{"other"}, " " },
		"without an end":          func(d *data.Decision) { d.Until = "" },
		"until some day":          func(d *data.Decision) { d.Until = "2022-08" },
		"until yesterday":         func(d *data.Decision) { d.Until = "2022-07-08" },
	} {
		d := adverse(data.Orange)
		change(&d)
		if _, err := p.Decide(ctx, p.Reviewer, a.ID, d); !errors.As(err, &problems) {
			t.Errorf("decided %s: %v", name, err)
		}
		if b := stored(p, a.ID); b.State != data.InReview || b.Decision != nil {
			t.Errorf("%s: %s", name, b.State)
		}
	}
	// What a caller says of officer, contest or lifting is not taken from them.
	forged := adverse(data.Orange)
	forged.Officer, forged.LiftedBy = "officer-c", "officer-c"
	forged.Contest = &data.Contest{Upheld: true}
	a = must2(t)(p.Decide(ctx, p.Reviewer, a.ID, forged))
	if d := a.Decision; a.State != data.FollowUp || d.Officer != "officer-b" || !d.At.Equal(p.Now) || d.Contest != nil || d.LiftedBy != "" || d.Until != "2022-07-23" {
		t.Fatalf("%s, %+v", a.State, d)
	}
	if e := entries(t, p, 0); e[len(e)-1].Act != audit.DecisionMade || e[len(e)-1].Officer != "officer-b" || e[len(e)-1].Detail["reasons"] != "contact" {
		t.Errorf("%+v", e[len(e)-1])
	}
	if a.Approval != nil || !a.Decision.Counts("2022-07-23") || a.Decision.Counts("2022-07-24") {
		t.Errorf("%+v", a)
	}

	for name, do := range map[string]func() error{
		"contested without grounds": func() error { return second(p.Contest(ctx, p.Clerk, a.ID, " \n")) },
		"lifted without a reason":   func() error { return second(p.Lift(ctx, p.Reviewer, a.ID, "")) },
	} {
		if err := do(); !errors.As(err, &problems) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := p.DecideContest(ctx, p.Both, a.ID, true, "x"); !errors.Is(err, desk.ErrState) {
		t.Errorf("decided what nobody contested: %v", err)
	}
	a = must2(t)(p.Contest(ctx, p.Clerk, a.ID, "the report is mine"))
	if _, err := p.Contest(ctx, p.Clerk, a.ID, "again"); !errors.Is(err, desk.ErrState) {
		t.Errorf("contested twice: %v", err)
	}
	if _, err := p.DecideContest(ctx, p.Both, a.ID, true, " "); !errors.As(err, &problems) {
		t.Errorf("decided without a reason: %v", err)
	}
	// Who decided does not decide again, even when one officer may work alone.
	if err := p.SetSolo(ctx, p.Administrator, p.Reviewer, p.Now.AddDate(0, 0, 7)); err != nil {
		t.Fatal(err)
	}
	if _, err := p.DecideContest(ctx, p.Reviewer, a.ID, false, "x"); !errors.Is(err, desk.ErrFourEyes) {
		t.Errorf("decided on their own decision: %v", err)
	}
	if err := p.SetSolo(ctx, p.Administrator, p.Reviewer, p.Now); err != nil {
		t.Fatal(err)
	}
	a = must2(t)(p.DecideContest(ctx, p.Both, a.ID, true, "the laboratory says so too"))
	if a.State != data.Submitted || a.Decision != nil || len(a.Past) != 1 {
		t.Fatalf("%s, %+v", a.State, a)
	}
	if d := a.Past[0]; d.Colour != data.Orange || d.LiftedBy != "officer-c" || !d.Contest.Upheld || d.Contest.DecidedBy != "officer-c" || d.Contest.Recorded != "officer-a" || d.Counts("2022-07-10") {
		t.Errorf("%+v %+v", d, d.Contest)
	}
	// And on it goes to a certificate.
	must2(t)(p.Take(ctx, p.Reviewer, a.ID))
	must2(t)(p.Approve(ctx, p.Reviewer, a.ID))

	// Denied, the decision stays; it can still be lifted.
	b := must2(t)(p.Decide(ctx, p.Reviewer, p.Ticked(t, p.Specimen()).ID, adverse(data.Red)))
	must2(t)(p.Contest(ctx, p.Clerk, b.ID, "the report is mine"))
	if b = must2(t)(p.DecideContest(ctx, p.Both, b.ID, false, "the laboratory says no")); b.State != data.Refused || b.Decision.Contest.Upheld {
		t.Errorf("%s, %+v", b.State, b.Decision)
	}
	// Nothing happens by time alone: it ends to count, and an officer lifts it.
	p.Now = p.Now.AddDate(0, 0, 30)
	if _, _, err := p.Daily(ctx); err != nil {
		t.Fatal(err)
	}
	if b = stored(p, b.ID); b.State != data.Refused || b.Decision.Counts(data.DateOf(p.Now)) {
		t.Errorf("%s, %+v", b.State, b.Decision)
	}
	if b = must2(t)(p.Lift(ctx, p.Both, b.ID, "it is over")); b.State != data.Submitted || b.Past[0].LiftedWhy != "it is over" {
		t.Errorf("%+v", b)
	}
}

// TestDecisionsAndFourEyes: who prepared a case neither decides it, nor decides
// on what was contested, nor lifts it, unless solo work is allowed.
func TestDecisionsAndFourEyes(t *testing.T) {
	p := desktest.New(t)
	a := must2(t)(p.Create(ctx, p.Both, p.Specimen()))
	must2(t)(p.Submit(ctx, p.Both, a.ID))
	must2(t)(p.Take(ctx, p.Reviewer, a.ID))
	must2(t)(p.Decide(ctx, p.Reviewer, a.ID, adverse(data.Red)))
	must2(t)(p.Contest(ctx, p.Both, a.ID, "the report is mine"))
	acts := map[string]func() error{
		"the contest": func() error { return second(p.DecideContest(ctx, p.Both, a.ID, false, "x")) },
		"to lift it":  func() error { return second(p.Lift(ctx, p.Both, a.ID, "x")) },
	}
	for name, do := range acts {
		if err := do(); !errors.Is(err, desk.ErrFourEyes) {
			t.Errorf("a preparer decided %s: %v", name, err)
		}
	}
	if err := p.SetSolo(ctx, p.Administrator, p.Reviewer, p.Now.AddDate(0, 0, 7)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"the contest", "to lift it"} {
		if err := acts[name](); err != nil {
			t.Errorf("%s, with solo work allowed: %v", name, err)
		}
	}
	// Solo work that ended while they had it.
	must2(t)(p.Take(ctx, p.Both, a.ID))
	if err := p.SetSolo(ctx, p.Administrator, p.Reviewer, p.Now); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Decide(ctx, p.Both, a.ID, adverse(data.Red)); !errors.Is(err, desk.ErrFourEyes) {
		t.Errorf("a preparer decided: %v", err)
	}
}

func TestHoldAndTakeOver(t *testing.T) {
	p := desktest.New(t)
	a := p.Ticked(t, p.Specimen())
	var problems *desk.ProblemsError
	for _, tt := range []struct {
		reasons []string
		note    string
	}{{nil, "x"}, {[]string{"unknown"}, "x"}, {[]string{"other"}, " "}} {
		if _, err := p.Hold(ctx, p.Reviewer, a.ID, tt.reasons, tt.note); !errors.As(err, &problems) {
			t.Errorf("held for %q: %v", tt.reasons, err)
		}
	}
	a = must2(t)(p.Hold(ctx, p.Reviewer, a.ID, []string{"laboratory"}, "they call back"))
	if a.Hold.Officer != "officer-b" || a.Reviewer != "officer-b" || !slices.Equal(a.Hold.Reasons, []string{"laboratory"}) {
		t.Errorf("%+v", a.Hold)
	}
	if _, err := p.Resume(ctx, p.Both, a.ID); !errors.Is(err, desk.ErrState) {
		t.Errorf("another resumed it: %v", err)
	}
	if _, err := p.TakeOver(ctx, p.Reviewer, a.ID); !errors.Is(err, desk.ErrState) {
		t.Errorf("took it over from themselves: %v", err)
	}
	a = must2(t)(p.TakeOver(ctx, p.Both, a.ID))
	if e := entries(t, p, 0); e[len(e)-1].Act != audit.ApplicationTakenOver || e[len(e)-1].Detail["from"] != "officer-b" {
		t.Errorf("%+v", e[len(e)-1])
	}
	if _, err := p.Resume(ctx, p.Reviewer, a.ID); !errors.Is(err, desk.ErrState) {
		t.Errorf("resumed what somebody else has now: %v", err)
	}
	a = must2(t)(p.Resume(ctx, p.Both, a.ID))
	// Ticks of who had it stand, as after a release; the case is approved by who has it.
	if a = must2(t)(p.Approve(ctx, p.Both, a.ID)); a.Hold != nil || a.Approval.Officer != "officer-c" {
		t.Errorf("%+v", a)
	}
}

// TestLastTestAbnormal: a blue certificate is revoked for its last test, by two,
// and no other one is.
func TestLastTestAbnormal(t *testing.T) {
	p := desktest.New(t, withBook)
	blue, green := blueOf(t, p), p.Issued(t, p.Specimen())
	var problems *desk.ProblemsError
	for name, do := range map[string]func() error{
		"negative": func() error {
			return second(p.LastTestAbnormal(ctx, p.Reviewer, p.Both, blue.Number, data.Negative, ""))
		},
		"no result": func() error { return second(p.LastTestAbnormal(ctx, p.Reviewer, p.Both, blue.Number, "", "")) },
		"a green one": func() error {
			return second(p.LastTestAbnormal(ctx, p.Reviewer, p.Both, green.Number, data.Positive, ""))
		},
		"a green one by its reason": func() error {
			return second(p.Revoke(ctx, p.Reviewer, p.Both, []data.CertificateNumber{green.Number}, data.RevokedLastTest, "x"))
		},
	} {
		if err := do(); !errors.As(err, &problems) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := p.LastTestAbnormal(ctx, p.Reviewer, staff.Session{}, blue.Number, data.Positive, ""); !errors.Is(err, desk.ErrSecond) {
		t.Errorf("alone: %v", err)
	}
	c, err := p.LastTestAbnormal(ctx, p.Reviewer, p.Both, blue.Number, data.Positive, "antigen at the airport")
	if err != nil || c.Revoked == nil || c.Revoked.Reason != data.RevokedLastTest || c.Revoked.Note != "positive antigen at the airport" {
		t.Fatalf("%+v, %v", c.Revoked, err)
	}
	if r, err := p.Revocation(ctx, green.Number); r != nil || err != nil {
		t.Errorf("the green one: %+v, %v", r, err)
	}
}

// TestDecisionsAreKeptWhileTheyCount: neither a wish nor time takes a case away
// that is decided against and contested.
func TestDecisionsAreKeptWhileTheyCount(t *testing.T) {
	p := desktest.New(t)
	a := inState(t, p, data.Refused)
	erase := func() error { return p.Erase(ctx, p.Administrator, p.Reviewer, a.ID) }
	if err := erase(); !errors.Is(err, desk.ErrState) {
		t.Errorf("erased while it counts: %v", err)
	}
	must2(t)(p.Contest(ctx, p.Clerk, a.ID, "the report is mine"))
	if err := p.SetRetention(ctx, p.Administrator, p.Reviewer, 30); err != nil {
		t.Fatal(err)
	}
	p.Now = p.Now.AddDate(0, 2, 0)
	if err := erase(); !errors.Is(err, desk.ErrState) {
		t.Errorf("erased while it is contested: %v", err)
	}
	if _, n, err := p.Daily(ctx); n != 0 || err != nil {
		t.Errorf("%d erased while one is contested, %v", n, err)
	}
	must2(t)(p.DecideContest(ctx, p.Both, a.ID, false, "x"))
	if _, n, err := p.Daily(ctx); n != 1 || err != nil {
		t.Errorf("%d erased when its time was over, %v", n, err)
	}
}
