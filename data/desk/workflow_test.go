package desk_test

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pratique/assets"
	"pratique/data"
	"pratique/data/audit"
	"pratique/data/codes"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/keys"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/store/mem"
	"pratique/pdfgen"
)

// Which invariant of the design is proved where:
//
//	 1  nothing is signed that is not stored, approved and current
//	        TestInvariant1NothingElseIsSigned here, TestInvariant1OnePlaceSigns in data,
//	        TestInvariant1RehearsalKeepsItsSeal in data/issue
//	 2  the signer takes no payload       data/issue: TestInvariant2…
//	 3  acknowledged means kept           kill_test.go, TestInvariant3UnknownOutcomeIsReadBack here
//	 4  issuing twice gives one           TestInvariant4IssueIsIdempotent here
//	 5  nothing at rest tells of anybody  TestInvariant5… here, in data/vault and data/post
//	 6  no act without its entry          TestInvariant6… here; the log itself in data/audit
//	 7  revoked for good                  TestInvariant7… here; put back behind the program in data/vault
//	 8  no key, no signature; practice    TestInvariant8… here, in data/keys, data/post and data/trust
//	 9  unverified is another type        data/seal; strict decoding in data/seal/hcert
//	10  time is passed in                 TestInvariant10… here and in data
//	11  what cannot be printed            TestInvariant11UnprintableBlocksApproval here
//	12  no database is ever made anew     data/post: TestInvariant12…
//	13  the lock waits for nothing        ui and ui/intake: TestInvariant13…
//	14  nothing adverse without a name    TestInvariant14… here

var ctx = context.Background()

// acts are everything that can be done to a case, by an officer who may.
var acts = map[string]func(p *desktest.Post, a data.Application) (data.Application, error){
	"save": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.Save(ctx, p.Clerk, a.ID, a.Version, a.Content)
	},
	"submit": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.Submit(ctx, p.Clerk, a.ID)
	},
	"withdraw": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.Withdraw(ctx, p.Clerk, a.ID)
	},
	"take": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.Take(ctx, p.Reviewer, a.ID)
	},
	"release": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.Release(ctx, p.Reviewer, a.ID)
	},
	"tick": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.Tick(ctx, p.Reviewer, a.ID, a.Content.Groups()[0], false)
	},
	"return": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.Return(ctx, p.Reviewer, a.ID, []string{"name"}, "as the passport has it")
	},
	"approve": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.Approve(ctx, p.Reviewer, a.ID)
	},
	"issue": func(p *desktest.Post, a data.Application) (data.Application, error) {
		if _, err := p.Issue(ctx, p.Reviewer, a.ID); err != nil {
			return data.Application{}, err
		}
		return stored(p, a.ID), nil
	},
	"read": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.Read(ctx, p.Reviewer, a.ID)
	},
	"begin": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.Begin(ctx, p.Clerk, a.ID)
	},
	"attach": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.AttachEvidence(ctx, p.Clerk, a.ID, data.GroupIdentity, "passport.pdf", bytes.NewReader(desktest.Scan("a passport", 1)))
	},
	"see originals": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.SeenOriginal(ctx, p.Clerk, a.ID, data.GroupIdentity, true)
	},
	"ask a laboratory": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.BackCheck(ctx, p.Clerk, a.ID, data.BackCheck{By: "phone"})
	},
	"hear a laboratory": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.BackCheck(ctx, p.Reviewer, a.ID, data.BackCheck{By: "phone", Outcome: data.Confirmed})
	},
	"set the risk": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.SetRisk(ctx, p.Reviewer, a.ID, "high")
	},
	"note for the port": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.NotePort(ctx, p.Reviewer, a.ID, "needs a wheelchair")
	},
	"take over": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.TakeOver(ctx, p.Both, a.ID)
	},
	"hold": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.Hold(ctx, p.Reviewer, a.ID, []string{"laboratory"}, "they call back at four")
	},
	"resume": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.Resume(ctx, p.Reviewer, a.ID)
	},
	"decide yellow": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.Decide(ctx, p.Reviewer, a.ID, adverse(data.Yellow))
	},
	"decide orange": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.Decide(ctx, p.Reviewer, a.ID, adverse(data.Orange))
	},
	"decide red": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.Decide(ctx, p.Reviewer, a.ID, adverse(data.Red))
	},
	"contest": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.Contest(ctx, p.Clerk, a.ID, "the report is mine")
	},
	"uphold a contest": func(p *desktest.Post, a data.Application) (data.Application, error) {
		p.Contest(ctx, p.Clerk, a.ID, "the report is mine")
		return p.DecideContest(ctx, p.Both, a.ID, true, "the laboratory says so too")
	},
	"deny a contest": func(p *desktest.Post, a data.Application) (data.Application, error) {
		p.Contest(ctx, p.Clerk, a.ID, "the report is mine")
		return p.DecideContest(ctx, p.Both, a.ID, false, "the laboratory says no")
	},
	"lift": func(p *desktest.Post, a data.Application) (data.Application, error) {
		return p.Lift(ctx, p.Reviewer, a.ID, "decided on the wrong case")
	},
	"override": func(p *desktest.Post, a data.Application) (data.Application, error) {
		inForce(p, noticeOf(1, "never", false))
		return p.Override(ctx, p.Reviewer, p.Administrator, a.ID, []string{"never"}, "the minister's own flight")
	},
}

// adverse is a decision of a colour with everything it needs.
func adverse(c data.Colour) data.Decision {
	return data.Decision{Colour: c, Reasons: []string{"contact"}, Note: "stay at home", Until: "2022-07-23"}
}

// stored is an application as the store has it.
func stored(p *desktest.Post, id data.ApplicationID) (a data.Application) {
	err := p.Log.View(ctx, func(tx store.Tx) (err error) {
		a, _, err = store.Get[data.Application](tx, store.ApplicationKey(id))
		return err
	})
	if err != nil {
		panic(err)
	}
	return a
}

// entries are the log after the first n.
func entries(t testing.TB, p *desktest.Post, after int) (all []audit.Entry) {
	t.Helper()
	err := p.Log.View(ctx, func(tx store.Tx) error {
		return audit.Each(tx, uint64(after), 0, func(e audit.Entry) error {
			all = append(all, e)
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// inState takes the specimen to a state.
func inState(t *testing.T, p *desktest.Post, s data.State) data.Application {
	t.Helper()
	must := func(a data.Application, err error) data.Application {
		t.Helper()
		if err != nil {
			desktest.Fatal(t, err)
		}
		return a
	}
	switch c := p.Specimen(); s {
	case data.PreDeclared:
		return must(p.Predeclare(ctx, p.Clerk, p.Other())) // of the specimen, every other case would be asked about it
	case data.OnHold:
		return must(acts["hold"](p, p.Ticked(t, c)))
	case data.FollowUp:
		return must(acts["decide orange"](p, p.Ticked(t, c)))
	case data.Refused:
		return must(acts["decide red"](p, p.Ticked(t, c)))
	case data.Draft:
		return must(p.Create(ctx, p.Clerk, c))
	case data.Submitted:
		return p.Submitted(t, c)
	case data.InReview:
		return p.Ticked(t, c)
	case data.Returned:
		return must(acts["return"](p, p.Ticked(t, c)))
	case data.Approved:
		return p.Approved(t, c)
	case data.Issued:
		return stored(p, p.Issued(t, c).Application)
	case data.Withdrawn:
		return must(p.Withdraw(ctx, p.Clerk, p.Submitted(t, c).ID))
	}
	t.Fatalf("state %q", s)
	return data.Application{}
}

// allowed are the states that an act may start in, and where it leads. Every
// other pair is forbidden.
var allowed = map[string]map[data.State]data.State{
	"save":     {data.Draft: data.Draft, data.Submitted: data.Draft, data.Returned: data.Returned, data.Approved: data.Draft},
	"submit":   {data.Draft: data.Submitted, data.Returned: data.Submitted},
	"begin":    {data.PreDeclared: data.Draft},
	"withdraw": {data.PreDeclared: data.Withdrawn, data.Draft: data.Withdrawn, data.Submitted: data.Withdrawn, data.Returned: data.Withdrawn, data.Approved: data.Withdrawn},
	"take":     {data.Submitted: data.InReview},
	"release":  {data.InReview: data.Submitted},
	"tick":     {data.InReview: data.InReview},
	"return":   {data.InReview: data.Returned},
	"approve":  {data.InReview: data.Approved},
	"issue":    {data.Approved: data.Issued, data.Issued: data.Issued},
	"read": {data.PreDeclared: data.PreDeclared, data.Draft: data.Draft, data.Submitted: data.Submitted, data.InReview: data.InReview,
		data.OnHold: data.OnHold, data.Returned: data.Returned, data.Approved: data.Approved, data.FollowUp: data.FollowUp, data.Refused: data.Refused,
		data.Issued: data.Issued, data.Withdrawn: data.Withdrawn},
	"take over":        {data.InReview: data.InReview, data.OnHold: data.OnHold},
	"hold":             {data.InReview: data.OnHold},
	"resume":           {data.OnHold: data.InReview},
	"decide yellow":    {data.InReview: data.FollowUp},
	"decide orange":    {data.InReview: data.FollowUp},
	"decide red":       {data.InReview: data.Refused},
	"contest":          {data.FollowUp: data.FollowUp, data.Refused: data.Refused},
	"uphold a contest": {data.FollowUp: data.Submitted, data.Refused: data.Submitted},
	"deny a contest":   {data.FollowUp: data.FollowUp, data.Refused: data.Refused},
	"lift":             {data.FollowUp: data.Submitted, data.Refused: data.Submitted},
	"override":         {data.InReview: data.InReview},

	"attach":            same(data.Withdrawn),
	"see originals":     same(data.PreDeclared, data.Approved, data.FollowUp, data.Refused, data.Issued, data.Withdrawn),
	"ask a laboratory":  same(data.PreDeclared, data.Withdrawn),
	"hear a laboratory": same(data.PreDeclared, data.Withdrawn),
	"set the risk":      same(data.Withdrawn),
	"note for the port": same(data.Withdrawn),
}

// same leads from every state but these to itself.
func same(not ...data.State) map[data.State]data.State {
	m := map[data.State]data.State{}
	for _, s := range data.States {
		if !slices.Contains(not, s) {
			m[s] = s
		}
	}
	return m
}

func TestEveryActInEveryState(t *testing.T) {
	for _, state := range data.States {
		begin := func() (*desktest.Post, data.Application) {
			p := desktest.New(t, withBook)
			a := inState(t, p, state)
			if a.State != state {
				t.Fatalf("%s: is %s", state, a.State)
			}
			return p, a
		}
		p, a := begin() // for all acts that must do nothing
		for name, act := range acts {
			p, a := p, a
			next, ok := allowed[name][state]
			if ok {
				p, a = begin()
			}
			got, err := act(p, a)
			switch {
			case ok && (err != nil || got.State != next || !reflect.DeepEqual(got, stored(p, a.ID))):
				t.Errorf("%s in %s: %s, %v, want %s", name, state, got.State, err, next)
			case !ok && !errors.Is(err, desk.ErrState) && !(name == "issue" && errors.Is(err, desk.ErrNotApproved)):
				t.Errorf("%s in %s: %s, %v, want it refused", name, state, got.State, err)
			case !ok && !reflect.DeepEqual(stored(p, a.ID), a):
				t.Errorf("%s in %s was refused and changed the case", name, state)
			}
			if rows, err := p.Queue(p.Reviewer); err != nil || len(rows) != 1 || rows[0].State != stored(p, a.ID).State {
				t.Errorf("%s in %s: the list says %v, %v", name, state, rows, err)
			}
		}
	}
}

func TestUnknownCases(t *testing.T) {
	p := desktest.New(t, withBook)
	for name, act := range acts {
		want := desk.ErrNotFound
		if name == "issue" {
			want = desk.ErrNotApproved
		}
		if _, err := act(p, data.Application{ID: "0123456789abcdef0123456789abcdef", Content: p.Specimen()}); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The number of a certificate that is still between the phases is not known either.
	for _, n := range []data.CertificateNumber{"", "PR0000000000"} {
		if _, err := p.Certificate(ctx, p.Reviewer, n); !errors.Is(err, desk.ErrNotFound) {
			t.Errorf("%q: %v", n, err)
		}
	}
}

func TestRoles(t *testing.T) {
	p := desktest.New(t)
	c := p.Issued(t, p.Specimen())
	a := p.Submitted(t, p.Specimen())
	clerk, reviewer, nobody := p.Clerk, p.Reviewer, staff.Session{}
	type session = staff.Session
	for _, tt := range []struct {
		name string
		do   func(s session) error
		may  []session
	}{
		{"create", func(s session) error { _, err := p.Create(ctx, s, p.Specimen()); return err }, []session{clerk}},
		{"save", func(s session) error { _, err := p.Save(ctx, s, a.ID, -1, a.Content); return err }, []session{clerk}},
		{"submit", func(s session) error { _, err := p.Submit(ctx, s, a.ID); return err }, []session{clerk}},
		{"withdraw", func(s session) error { _, err := p.Withdraw(ctx, s, "x"); return err }, []session{clerk}},
		{"read", func(s session) error { _, err := p.Read(ctx, s, a.ID); return err }, []session{clerk, reviewer}},
		{"take", func(s session) error { _, err := p.Take(ctx, s, a.ID); return err }, []session{reviewer}},
		{"tick", func(s session) error { _, err := p.Tick(ctx, s, a.ID, data.Group{}, true); return err }, []session{reviewer}},
		{"release", func(s session) error { _, err := p.Release(ctx, s, a.ID); return err }, []session{reviewer}},
		{"return", func(s session) error { _, err := p.Return(ctx, s, a.ID, []string{"name"}, ""); return err }, []session{reviewer}},
		{"approve", func(s session) error { _, err := p.Approve(ctx, s, a.ID); return err }, []session{reviewer}},
		{"issue", func(s session) error { _, err := p.Issue(ctx, s, c.Application); return err }, []session{reviewer}},
		{"take over", func(s session) error { _, err := p.TakeOver(ctx, s, a.ID); return err }, []session{reviewer}},
		{"hold", func(s session) error { _, err := p.Hold(ctx, s, a.ID, []string{"laboratory"}, ""); return err }, []session{reviewer}},
		{"resume", func(s session) error { _, err := p.Resume(ctx, s, a.ID); return err }, []session{reviewer}},
		{"decide", func(s session) error { _, err := p.Decide(ctx, s, a.ID, adverse(data.Red)); return err }, []session{reviewer}},
		{"contest", func(s session) error { _, err := p.Contest(ctx, s, a.ID, "x"); return err }, []session{clerk, reviewer}},
		{"decide a contest", func(s session) error { _, err := p.DecideContest(ctx, s, a.ID, true, "x"); return err }, []session{reviewer}},
		{"lift", func(s session) error { _, err := p.Lift(ctx, s, a.ID, "x"); return err }, []session{reviewer}},
		{"override", func(s session) error { _, err := p.Override(ctx, s, p.Both, a.ID, []string{"x"}, "x"); return err }, []session{reviewer}},
		{"findings", func(s session) error { _, _, err := p.Findings(ctx, s, a.ID); return err }, []session{clerk, reviewer}},
		{"outside", func(s session) error { _, err := p.Outside(ctx, s); return err }, []session{clerk, reviewer}},
		{"notices", func(s session) error { _, err := p.Notices(ctx, s); return err }, []session{clerk, reviewer}},
		{"import a notice", func(s session) error { _, err := p.ImportNotice(ctx, s, nil); return err }, nil},
		{"activate a notice", func(s session) error { return p.ActivateNotice(ctx, s, p.Both, "x", 1) }, nil},
		{"certificate", func(s session) error { _, err := p.Certificate(ctx, s, c.Number); return err }, []session{clerk, reviewer}},
		{"printed", func(s session) error { _, err := p.Printed(ctx, s, c.Number, "q", "1"); return err }, []session{clerk, reviewer}},
		{"print failed", func(s session) error { return p.PrintFailed(ctx, s, c.Number, "1") }, []session{clerk, reviewer}},
		{"hand over", func(s session) error { _, err := p.HandOver(ctx, s, c.Number, c.Seal); return err }, []session{clerk, reviewer}},
		{"queue", func(s session) error { _, err := p.Queue(s); return err }, []session{clerk, reviewer}},
		{"search", func(s session) error { _, err := p.Search(s, "x"); return err }, []session{clerk, reviewer}},
		{"issued", func(s session) error { _, err := p.Desk.Issued(s); return err }, []session{clerk, reviewer}},
	} {
		for _, s := range []session{nobody, clerk, reviewer} {
			may := slices.ContainsFunc(tt.may, func(m session) bool { return m.Officer().ID == s.Officer().ID })
			if err := tt.do(s); errors.Is(err, desk.ErrNotPermitted) == may {
				t.Errorf("%s by %q: %v", tt.name, s.Officer().ID, err)
			}
		}
	}
}

func TestFourEyes(t *testing.T) {
	p := desktest.New(t)
	// Who prepared a case cannot take it, though they are a reviewer as well.
	a, err := p.Create(ctx, p.Both, p.Specimen())
	if err == nil {
		a, err = p.Submit(ctx, p.Both, a.ID)
	}
	if err != nil {
		desktest.Fatal(t, err)
	}
	if _, err := p.Take(ctx, p.Both, a.ID); !errors.Is(err, desk.ErrFourEyes) {
		t.Errorf("took their own case: %v", err)
	}

	// Nor who edited it once, however long ago.
	a = p.Submitted(t, p.Specimen())
	for _, s := range []staff.Session{p.Both, p.Clerk} {
		if a, err = p.Save(ctx, s, a.ID, a.Version, a.Content); err != nil {
			t.Fatal(err)
		}
	}
	if a, err = p.Submit(ctx, p.Clerk, a.ID); err != nil {
		desktest.Fatal(t, err)
	}
	if want := []data.OfficerID{"officer-a", "officer-c"}; !slices.Equal(a.Preparers, want) {
		t.Errorf("preparers %v, want %v", a.Preparers, want)
	}
	if _, err := p.Take(ctx, p.Both, a.ID); !errors.Is(err, desk.ErrFourEyes) {
		t.Errorf("took a case they had edited: %v", err)
	}

	// A case in review belongs to its reviewer alone.
	if a, err = p.Take(ctx, p.Reviewer, a.ID); err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func() error{
		"approve": func() error { _, err := p.Approve(ctx, p.Both, a.ID); return err },
		"tick":    func() error { _, err := p.Tick(ctx, p.Both, a.ID, a.Content.Groups()[0], true); return err },
		"release": func() error { _, err := p.Release(ctx, p.Both, a.ID); return err },
		"return":  func() error { _, err := p.Return(ctx, p.Both, a.ID, []string{"name"}, ""); return err },
		"hold":    func() error { _, err := p.Hold(ctx, p.Both, a.ID, []string{"laboratory"}, ""); return err },
		"decide":  func() error { _, err := p.Decide(ctx, p.Both, a.ID, adverse(data.Red)); return err },
	} {
		if err := do(); !errors.Is(err, desk.ErrState) {
			t.Errorf("%s of another reviewer's case: %v", name, err)
		}
	}

	// Nor is it taken over by who prepared it.
	if _, err := p.TakeOver(ctx, p.Both, a.ID); !errors.Is(err, desk.ErrFourEyes) {
		t.Errorf("took over a case they had edited: %v", err)
	}

	// Even a store that was edited does not get a signature out of one officer.
	b := p.Approved(t, p.Specimen())
	edit(t, p, b.ID, func(a *data.Application) { a.Preparers = append(a.Preparers, a.Approval.Officer) })
	if _, err := p.Issue(ctx, p.Reviewer, b.ID); !errors.Is(err, desk.ErrFourEyes) {
		t.Errorf("issued what one officer prepared and approved: %v", err)
	}
}

// edit changes a stored application behind the desk's back.
func edit(t *testing.T, p *desktest.Post, id data.ApplicationID, change func(*data.Application)) {
	t.Helper()
	a := stored(p, id)
	change(&a)
	if err := p.Store.Update(ctx, func(tx store.Tx) error { return store.Put(tx, store.ApplicationKey(id), a) }); err != nil {
		t.Fatal(err)
	}
}

// TestTicksAreOfValues: a tick counts for the values that it was made for, at the
// approval and when the certificate is issued.
func TestTicksAreOfValues(t *testing.T) {
	p := desktest.New(t)
	a := p.Ticked(t, p.Specimen())
	edit(t, p, a.ID, func(a *data.Application) { a.Content.Traveller.Phone = "+999 555 0123" })
	if _, err := p.Approve(ctx, p.Reviewer, a.ID); !errors.Is(err, desk.ErrTicks) {
		t.Errorf("approved with values that nobody ticked: %v", err)
	}
	b := p.Approved(t, p.Specimen())
	edit(t, p, b.ID, func(b *data.Application) {
		b.Content.Traveller.Phone = "+999 555 0123"
		b.Approval.Hash = b.Content.Hash()
	})
	if _, err := p.Issue(ctx, p.Reviewer, b.ID); !errors.Is(err, desk.ErrNotApproved) {
		t.Errorf("issued with values that nobody ticked: %v", err)
	}
}

func TestEditingWithdrawsTheApproval(t *testing.T) {
	p := desktest.New(t)
	a := p.Approved(t, p.Specimen())
	c := a.Content
	c.Traveller.Phone = "+999 555 0100"
	a, err := p.Save(ctx, p.Clerk, a.ID, a.Version, c)
	if err != nil || a.Approval != nil || a.Reviewer != "" {
		t.Fatalf("%+v, %v", a.Approval, err)
	}
	if _, err := p.Issue(ctx, p.Reviewer, a.ID); !errors.Is(err, desk.ErrNotApproved) {
		t.Errorf("issued after an edit: %v", err)
	}
	// The second round: what changed has lost its tick, what did not has kept it.
	if _, err = p.Submit(ctx, p.Clerk, a.ID); err == nil {
		a, err = p.Take(ctx, p.Reviewer, a.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range a.Content.Groups() {
		if a.Ticked(g) == (g.Name == data.GroupIdentity) {
			t.Errorf("%s ticked: %t", g.Name, a.Ticked(g))
		}
	}
	if _, err := p.Approve(ctx, p.Reviewer, a.ID); !errors.Is(err, desk.ErrTicks) {
		t.Errorf("approved without a tick: %v", err)
	}
	// A tick is of the values that were seen.
	old := c
	old.Traveller.Phone = "+999 555 0101"
	if _, err := p.Tick(ctx, p.Reviewer, a.ID, old.Groups()[0], true); !errors.Is(err, desk.ErrStale) {
		t.Errorf("ticked other values: %v", err)
	}
}

func TestTicksOfAPreparerDoNotCount(t *testing.T) {
	p := desktest.New(t)
	a := p.Submitted(t, p.Specimen())
	var err error
	do := func(b data.Application, e error) {
		t.Helper()
		if a = b; e != nil {
			t.Fatal(e)
		}
	}
	do(p.Take(ctx, p.Both, a.ID))
	for _, g := range a.Content.Groups() {
		do(p.Tick(ctx, p.Both, a.ID, g, true))
	}
	do(p.Release(ctx, p.Both, a.ID))
	do(p.Save(ctx, p.Both, a.ID, a.Version, a.Content))
	do(p.Submit(ctx, p.Clerk, a.ID))
	do(p.Take(ctx, p.Reviewer, a.ID))
	if _, err = p.Approve(ctx, p.Reviewer, a.ID); !errors.Is(err, desk.ErrTicks) {
		t.Errorf("approved on the ticks of a preparer: %v", err)
	}
}

func TestEveryGroupMustBeTicked(t *testing.T) {
	p := desktest.New(t)
	a := p.Ticked(t, p.Specimen())
	for _, g := range a.Content.Groups() {
		if _, err := p.Tick(ctx, p.Reviewer, a.ID, g, false); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Approve(ctx, p.Reviewer, a.ID); !errors.Is(err, desk.ErrTicks) {
			t.Errorf("approved without %s: %v", g.Name, err)
		}
		if _, err := p.Tick(ctx, p.Reviewer, a.ID, g, true); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.Approve(ctx, p.Reviewer, a.ID); err != nil {
		t.Error(err)
	}
}

func TestStaleVersionIsRefused(t *testing.T) {
	p := desktest.New(t)
	a, err := p.Create(ctx, p.Clerk, p.Specimen())
	if err != nil {
		t.Fatal(err)
	}
	c := a.Content
	c.Traveller.Phone = "+999 555 0100"
	b, err := p.Save(ctx, p.Clerk, a.ID, a.Version, c)
	if err != nil || b.Version != a.Version+1 {
		t.Fatalf("version %d, %v", b.Version, err)
	}
	for _, base := range []int{a.Version, b.Version + 1, 0, -1} {
		if _, err := p.Save(ctx, p.Both, a.ID, base, a.Content); !errors.Is(err, desk.ErrStale) {
			t.Errorf("saved over version %d while it is %d: %v", base, b.Version, err)
		}
	}
	if got := stored(p, a.ID); got.Content.Traveller.Phone != c.Traveller.Phone {
		t.Error("the first officer's work is gone")
	}
}

func TestProblemsBlock(t *testing.T) {
	p := desktest.New(t)
	problem := func(err error) string {
		var problems *desk.ProblemsError
		if !errors.As(err, &problems) {
			t.Helper()
			t.Fatalf("%v, want problems", err)
		}
		return problems.Problems[0].Key
	}
	c := p.Specimen()
	c.Tests[0].Method = "unknown"
	a, err := p.Create(ctx, p.Clerk, c)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Submit(ctx, p.Clerk, a.ID)
	if got := problem(err); got != "problem.code.unknown" {
		t.Error(got)
	}
	// Half typed, it is kept as it is.
	if _, err := p.Create(ctx, p.Clerk, data.Content{Traveller: data.Traveller{Birth: "19"}}); err != nil {
		t.Errorf("draft: %v", err)
	}
	// What the zone contradicts blocks until somebody confirms it.
	c = p.Specimen()
	c.Traveller.Surname = "YANGBENN"
	if a, err = p.Create(ctx, p.Clerk, c); err != nil {
		t.Fatal(err)
	}
	_, err = p.Submit(ctx, p.Clerk, a.ID)
	if got := problem(err); got != "problem.mrz.surname" {
		t.Error(got)
	}
	c.Document.MRZ = "not a zone"
	if a, err = p.Save(ctx, p.Clerk, a.ID, a.Version, c); err != nil {
		t.Fatal(err)
	}
	_, err = p.Submit(ctx, p.Clerk, a.ID)
	if got := problem(err); !strings.HasPrefix(got, "problem.mrz.") {
		t.Error(got)
	}
	// What was right when it was submitted and is wrong now blocks the
	// approval, and what was right at the approval blocks the issue.
	a, b := p.Ticked(t, p.Specimen()), p.Approved(t, p.Specimen())
	p.Now = p.Now.AddDate(0, 0, 3)
	_, err = p.Approve(ctx, p.Reviewer, a.ID)
	if got := problem(err); got != "problem.departed" {
		t.Error(got)
	}
	_, err = p.Issue(ctx, p.Reviewer, b.ID)
	if got := problem(err); got != "problem.departed" {
		t.Error(got)
	}
	if _, err := p.Return(ctx, p.Reviewer, a.ID, nil, "why"); problem(err) != "problem.required" {
		t.Error(err)
	}
	if _, err := p.Return(ctx, p.Reviewer, a.ID, []string{"unknown"}, "why"); problem(err) != "problem.code.unknown" {
		t.Error(err)
	}
}

func TestInvariant11UnprintableBlocksApproval(t *testing.T) {
	book, err := codes.Load(assets.FS)
	if err != nil {
		t.Fatal(err)
	}
	press, err := pdfgen.New(assets.FS, book)
	if err != nil {
		t.Fatal(err)
	}
	unprintable := press.MissingIn
	p := desktest.New(t, func(c *desk.Config) {
		c.Unprintable = func(st data.Statement) []data.Problem { return unprintable(st) }
	})
	c := p.Specimen()
	c.Traveller.NativeName = "样𠮷本"
	blocked := func(err error) {
		t.Helper()
		var problems *desk.ProblemsError
		if !errors.As(err, &problems) || len(problems.Problems) != 1 ||
			problems.Problems[0].Field != "traveller.nativeName" || problems.Problems[0].Value != "U+20BB7 𠮷" {
			t.Errorf("%v", err)
		}
	}
	// The clerk is told at once.
	draft, err := p.Create(ctx, p.Clerk, c)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Submit(ctx, p.Clerk, draft.ID)
	blocked(err)
	// The reviewer, should the fonts have changed since.
	unprintable = func(data.Statement) []data.Problem { return nil }
	a := p.Ticked(t, c)
	unprintable = press.MissingIn
	_, err = p.Approve(ctx, p.Reviewer, a.ID)
	blocked(err)
	if got := stored(p, a.ID); got.State != data.InReview || got.Approval != nil {
		t.Errorf("%s with approval %v", got.State, got.Approval)
	}
	if found, err := p.Preflight(ctx, p.Clerk, p.Reviewer, c); err != nil || len(found) != 1 || found[0].Key != "problem.glyph" {
		t.Errorf("preflight: %v, %v", found, err)
	}
	p.Approved(t, p.Specimen())
}

// countingKey counts signatures, and may do something before each.
type countingKey struct {
	crypto.Signer
	n      *atomic.Int32
	before func()
}

func (k countingKey) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if k.before != nil {
		k.before()
	}
	k.n.Add(1)
	return k.Signer.Sign(random, digest, opts)
}

// counted is an option that counts the signatures of the post's key.
func counted(n *atomic.Int32) func(*desk.Config) {
	return func(c *desk.Config) {
		desktest.WrapKey(c, func(s crypto.Signer) crypto.Signer { return countingKey{s, n, nil} })
	}
}

func TestInvariant1NothingElseIsSigned(t *testing.T) {
	var signatures atomic.Int32
	p := desktest.New(t, counted(&signatures))
	a := p.Ticked(t, p.Specimen())
	r, err := p.Rehearse(ctx, p.Reviewer, a.ID)
	if err != nil || r.Statement.Number != "" || r.Size == 0 {
		t.Errorf("rehearsal %+v, %v", r, err)
	}
	if _, err := p.Preflight(ctx, p.Clerk, p.Reviewer, p.Specimen()); err != nil {
		t.Error(err)
	}
	if _, err := p.Approve(ctx, p.Reviewer, a.ID); err != nil {
		t.Error(err)
	}
	for _, state := range data.States {
		if state == data.Approved || state == data.Issued {
			continue
		}
		if _, err := p.Issue(ctx, p.Reviewer, inState(t, p, state).ID); !errors.Is(err, desk.ErrNotApproved) {
			t.Errorf("issue in %s: %v", state, err)
		}
	}
	// Whatever makes an approval less than one, written into the store by hand.
	for name, change := range map[string]func(*data.Application){
		"approved in name only":       func(a *data.Application) { a.Approval = nil },
		"approved another content":    func(a *data.Application) { a.Content.Traveller.Surname = "MUSTER" },
		"approved under another hash": func(a *data.Application) { a.Approval.Hash = strings.Repeat("0", 64) },
		"approved by its preparer":    func(a *data.Application) { a.Approval.Officer = a.Preparers[0] },
		"prepared by nobody":          func(a *data.Application) { a.Preparers = nil },
		"not ticked":                  func(a *data.Application) { a.Ticks = a.Ticks[1:] },
		"of a real post":              func(a *data.Application) { a.Practice = false },
		"of no colour":                func(a *data.Application) { a.Approval.Colour = data.Red },
		"blue without its last test":  func(a *data.Application) { a.Approval.Colour = data.Blue },
		"green with a last test":      func(a *data.Application) { a.Approval.LastTest = &data.LastTest{Kind: data.Antigen, Hours: 12} },
		"not in state approved":       func(a *data.Application) { a.State = data.InReview },
		"without a window":            func(a *data.Application) { a.Approval.ValidUntil = data.Moment{} },
		"approved by a stranger":      func(a *data.Application) { a.Approval.Officer = "officer-z" },
		"with a problem": func(a *data.Application) {
			a.Content.Tests[0].Result = "unknown"
			a.Approval.Hash = a.Content.Hash()
			for _, g := range a.Content.Groups() {
				a.Ticks = append(a.Ticks, data.Tick{Group: g.Name, Hash: g.Hash})
			}
		},
	} {
		a := p.Approved(t, p.Specimen())
		edit(t, p, a.ID, change)
		if c, err := p.Issue(ctx, p.Reviewer, a.ID); err == nil || c.Seal != "" {
			t.Errorf("%s: issued", name)
		}
	}
	if n := signatures.Load(); n != 0 {
		t.Fatalf("%d signatures", n)
	}
	if _, err := p.Issue(ctx, p.Reviewer, a.ID); err != nil || signatures.Load() != 1 {
		t.Errorf("%d signatures, %v", signatures.Load(), err)
	}
}

func TestInvariant4IssueIsIdempotent(t *testing.T) {
	var signatures atomic.Int32
	p := desktest.New(t, counted(&signatures))
	a := p.Approved(t, p.Specimen())
	all := make([]data.Certificate, 16)
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() {
			var err error
			if all[i], err = p.Issue(ctx, p.Reviewer, a.ID); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, c := range all {
		if !reflect.DeepEqual(c, all[0]) {
			t.Errorf("%+v is not %+v", c, all[0])
		}
	}
	// Later, by somebody else, after a restart, and after the flight has left.
	p.Now = p.Now.AddDate(0, 0, 30)
	again, err := desk.Open(ctx, p.Config)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := again.Issue(ctx, p.Both, a.ID); err != nil || !reflect.DeepEqual(c, all[0]) {
		t.Errorf("%+v, %v", c, err)
	}
	if n := signatures.Load(); n != 1 {
		t.Errorf("%d signatures of one certificate", n)
	}
}

func TestNumbersAreGaplessInSequenceAndUnique(t *testing.T) {
	p := desktest.New(t)
	var ids []data.ApplicationID
	for range 24 {
		ids = append(ids, p.Approved(t, p.Specimen()).ID)
	}
	var mu sync.Mutex
	seen, sequence := map[data.CertificateNumber]bool{}, []int{}
	var wg sync.WaitGroup
	for _, id := range ids {
		wg.Go(func() {
			c, err := p.Issue(ctx, p.Reviewer, id)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || seen[c.Number] || c.Year != 2022 {
				t.Errorf("%s of %d: %v", c.Number, c.Year, err)
			}
			seen[c.Number], sequence = true, append(sequence, c.Sequence)
		})
	}
	wg.Wait()
	slices.Sort(sequence)
	for i, n := range sequence {
		if n != i+1 {
			t.Fatalf("sequence %v", sequence)
		}
	}
}

// The year of a sequence is that of the post's wall clock.
func TestSequenceBeginsWithThePostsYear(t *testing.T) {
	p := desktest.New(t)
	for _, tt := range []struct {
		now  time.Time
		year int
	}{
		{time.Date(2022, 12, 31, 15, 59, 0, 0, time.UTC), 2022},
		{time.Date(2022, 12, 31, 16, 0, 0, 0, time.UTC), 2023}, // midnight in Singapore
	} {
		p.Now = tt.now
		if c := p.Issued(t, p.Specimen()); c.Year != tt.year || c.Sequence != 1 {
			t.Errorf("%s: %d-%d, want %d-1", tt.now, c.Year, c.Sequence, tt.year)
		}
	}
}

func TestInvariant10ClockThatGoesBackBlocksSigning(t *testing.T) {
	var signatures atomic.Int32
	p := desktest.New(t, counted(&signatures))
	p.Now = p.Now.Add(time.Hour)
	a := p.Approved(t, p.Specimen())
	p.Now = p.Now.Add(-6 * time.Minute)
	if _, err := p.Issue(ctx, p.Reviewer, a.ID); !errors.Is(err, audit.ErrClock) {
		t.Errorf("issued by a clock that went back: %v", err)
	}
	if signatures.Load() != 0 || stored(p, a.ID).Certificate != "" {
		t.Error("something was signed or intended")
	}
	p.Now = p.Now.Add(2 * time.Minute) // within what clocks are put right by
	if _, err := p.Issue(ctx, p.Reviewer, a.ID); err != nil {
		t.Error(err)
	}
}

// A clock that goes back between the phases leaves the intent as it is.
func TestInvariant10ClockThatGoesBackBetweenThePhases(t *testing.T) {
	var signatures atomic.Int32
	p := desktest.New(t, counted(&signatures))
	p.Now = p.Now.Add(time.Hour)
	a := p.Approved(t, p.Specimen())
	intend(t, p, a.ID)
	p.Now = p.Now.Add(-time.Hour)
	d, err := desk.Open(ctx, p.Config)
	if err != nil || !errors.Is(d.Trouble(), audit.ErrClock) || signatures.Load() != 0 {
		t.Fatalf("%v, %v, %d signatures", err, d.Trouble(), signatures.Load())
	}
	p.Now = p.Now.Add(time.Hour)
	if d, err = desk.Open(ctx, p.Config); err != nil || d.Trouble() != nil || stored(p, a.ID).State != data.Issued {
		t.Errorf("%v, %v, %s", err, d.Trouble(), stored(p, a.ID).State)
	}
}

// intend leaves a case between the phases: its key breaks when it is to sign.
func intend(t *testing.T, p *desktest.Post, id data.ApplicationID) data.CertificateNumber {
	t.Helper()
	c := p.Config
	desktest.WrapKey(&c, func(s crypto.Signer) crypto.Signer { return brokenKey{s} })
	d, err := desk.Open(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Issue(ctx, p.Reviewer, id); !errors.Is(err, errBroken) {
		t.Fatal(err)
	}
	return stored(p, id).Certificate
}

type brokenKey struct{ crypto.Signer }

var errBroken = errors.New("the key broke")

func (brokenKey) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, errBroken }

func TestRecoverVoidsWhatCannotBeFinished(t *testing.T) {
	p := desktest.New(t)
	a := p.Approved(t, p.Specimen())
	number := intend(t, p, a.ID)
	// Between the phases a case can be neither changed nor withdrawn.
	if _, err := p.Save(ctx, p.Clerk, a.ID, a.Version, a.Content); !errors.Is(err, desk.ErrState) {
		t.Errorf("saved between the phases: %v", err)
	}
	if _, err := p.Withdraw(ctx, p.Clerk, a.ID); !errors.Is(err, desk.ErrState) {
		t.Errorf("withdrawn between the phases: %v", err)
	}
	p.Now = p.Now.AddDate(0, 0, 3) // the flight has left
	d, err := desk.Open(ctx, p.Config)
	if err != nil || d.Trouble() != nil {
		t.Fatal(err, d.Trouble())
	}
	got := stored(p, a.ID)
	if got.State != data.Submitted || got.Certificate != "" || got.Approval != nil || len(got.Ticks) != 0 {
		t.Errorf("after a void: %+v", got)
	}
	last := entries(t, p, 0)
	if e := last[len(last)-1]; e.Act != audit.CertificateVoided || e.Subject != string(number) {
		t.Errorf("last entry %+v", e)
	}
	if _, err := d.Certificate(ctx, p.Reviewer, number); !errors.Is(err, desk.ErrNotFound) {
		t.Errorf("a void number is shown: %v", err)
	}
	// The number is spent, and the sequence goes on after it.
	p.Desk = d
	if c := p.Issued(t, p.Specimen()); c.Sequence != 2 || c.Number == number {
		t.Errorf("the next is %s, %d", c.Number, c.Sequence)
	}
}

func TestInvariant8NoFitSignerNoCertificate(t *testing.T) {
	expiring := func(c *desk.Config) {
		// Its signer ends an hour from now.
		_, signer, err := keys.MakePractice(c.Post, desktest.Now.AddDate(-2, 0, 0).Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		c.Signer = desktest.Opens(signer)
	}
	for _, tt := range []struct {
		name    string
		option  func(*desk.Config)
		want    error
		trouble bool // told when the desk opens, before anybody tries
	}{
		{"missing", func(c *desk.Config) { c.Signer = nil }, keys.ErrMissing, true},
		{"ends before the journey", expiring, keys.ErrUnfit, false},
		{"ended", func(c *desk.Config) {
			_, signer, _ := keys.MakePractice(c.Post, desktest.Now.AddDate(-3, 0, 0))
			c.Signer = desktest.Opens(signer)
		}, keys.ErrUnfit, true},
		{"not yet begun", func(c *desk.Config) {
			_, signer, _ := keys.MakePractice(c.Post, desktest.Now.AddDate(0, 0, 1))
			c.Signer = desktest.Opens(signer)
		}, keys.ErrUnfit, true},
		{"of a practice post at a real one", func(c *desk.Config) { c.Post.Kind = data.RealPost }, keys.ErrUnfit, true},
	} {
		p := desktest.New(t, tt.option)
		if got := p.Trouble(); errors.Is(got, tt.want) != tt.trouble {
			t.Errorf("%s: trouble %v", tt.name, got)
		}
		a := p.Approved(t, p.Specimen())
		if c, err := p.Issue(ctx, p.Reviewer, a.ID); !errors.Is(err, tt.want) || c.Seal != "" {
			t.Errorf("%s: %v", tt.name, err)
		}
		if got := stored(p, a.ID); got.Certificate != "" || got.State != data.Approved {
			t.Errorf("%s: %s with %q", tt.name, got.State, got.Certificate)
		}
	}
	// A practice case in the hands of a real desk.
	p := desktest.New(t)
	a := p.Approved(t, p.Specimen())
	p.Config.Post.Kind = data.RealPost
	d, err := desk.Open(ctx, p.Config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Issue(ctx, p.Reviewer, a.ID); err == nil || stored(p, a.ID).Certificate != "" {
		t.Errorf("a practice case was issued as real: %v", err)
	}
}

func TestHandOver(t *testing.T) {
	p := desktest.New(t)
	c, other := p.Issued(t, p.Specimen()), p.Issued(t, p.Specimen())
	// A page that was saved and printed outside: its scan proves the sheet.
	if _, err := p.HandOver(ctx, p.Clerk, other.Number, c.Seal); !errors.Is(err, desk.ErrOtherPaper) {
		t.Errorf("another paper: %v", err)
	}
	if same, err := p.Certificate(ctx, p.Clerk, other.Number); err != nil || len(same.Prints) != 0 || !same.HandedOver.IsZero() {
		t.Errorf("after another paper: %+v, %v", same.Prints, err)
	}
	outside, err := p.HandOver(ctx, p.Clerk, other.Number, other.Seal)
	want := []data.Print{{Copy: 1, Officer: p.Clerk.Officer().ID, Queue: desk.FromFile, At: p.Now}}
	if err != nil || !slices.Equal(outside.Prints, want) || !outside.HandedOver.Equal(p.Now) {
		t.Errorf("printed outside: %+v handed over %s, %v", outside.Prints, outside.HandedOver, err)
	}
	if again, err := p.HandOver(ctx, p.Clerk, other.Number, other.Seal); err != nil || len(again.Prints) != 1 {
		t.Errorf("scanned twice: %+v, %v", again.Prints, err)
	}
	for i := 1; i <= 2; i++ {
		var err error
		if c, err = p.Printed(ctx, p.Clerk, c.Number, "q", fmt.Sprint("job-", i)); err != nil || len(c.Prints) != i || c.Prints[i-1].Copy != i {
			t.Fatalf("%+v, %v", c.Prints, err)
		}
	}
	for name, scanned := range map[string]string{
		"another certificate": other.Seal, "nothing": "", "a longer one": c.Seal + "0", "a shorter one": c.Seal[:len(c.Seal)-1],
		"small letters": strings.ToLower(c.Seal), "a space more": c.Seal + " ", "its number": string(c.Number),
	} {
		if _, err := p.HandOver(ctx, p.Clerk, c.Number, scanned); !errors.Is(err, desk.ErrOtherPaper) {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := p.HandOver(ctx, p.Clerk, c.Number, c.Seal+"\r\n")
	if err != nil || !got.HandedOver.Equal(p.Now) {
		t.Fatalf("%s, %v", got.HandedOver, err)
	}
	p.Now = p.Now.Add(time.Hour)
	if again, err := p.HandOver(ctx, p.Clerk, c.Number, c.Seal); err != nil || !again.HandedOver.Equal(got.HandedOver) {
		t.Errorf("handed over again at %s, %v", again.HandedOver, err)
	}
	if again, err := p.Issue(ctx, p.Reviewer, c.Application); err != nil || again.Seal != c.Seal || again.Number != c.Number {
		t.Errorf("a reprint has another seal: %v", err)
	}
}

func TestQueueAndSearch(t *testing.T) {
	p := desktest.New(t)
	add := func(surname, number string, departs string) data.ApplicationID {
		c := p.Specimen()
		c.Document.MRZ, c.Document.Number, c.Document.Kind, c.Document.Issuer = "", number, data.ForeignPassport, "UTO"
		c.Traveller.Surname, c.Traveller.GivenNames, c.Traveller.NativeName = surname, "ANNA-LENA MARIA", "样本"
		c.Itinerary[0].Departs = data.Moment{Wall: departs, Zone: "Asia/Singapore"}
		if departs == "" {
			c.Itinerary = nil
		}
		p.Now = p.Now.Add(time.Minute)
		a, err := p.Create(ctx, p.Clerk, c)
		if err != nil {
			t.Fatal(err)
		}
		return a.ID
	}
	unknown := add("MUSTER", "X0000001", "")
	late := add("O'NEILL", "X0000002", "2022-07-12T08:00")
	early := add("VAN DER BEISPIEL", "X0000003", "2022-07-11T08:00")
	younger := add("MUSTERMANN", "X0000004", "")
	ids := func(rows []desk.Row, err error) (all []data.ApplicationID) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			all = append(all, r.ID)
		}
		return all
	}
	if got, want := ids(p.Queue(p.Clerk)), []data.ApplicationID{early, late, unknown, younger}; !slices.Equal(got, want) {
		t.Errorf("queue %v, want %v", got, want)
	}
	if got := ids(p.Queue(p.Clerk, data.Submitted, data.Approved)); len(got) != 0 {
		t.Errorf("submitted or approved: %v", got)
	}
	p.Now = p.Now.Add(time.Minute)
	c := p.Issued(t, p.Specimen())
	for text, want := range map[string][]data.ApplicationID{
		"muster": {younger, unknown}, "MUSTERM": {younger}, "neill": {late}, "o'neill": {late}, "beispiel lena": {early}, "der van": {early},
		"anna-lena muster": {younger, unknown}, "x0000003": {early}, "X000 0003": {early}, "X000000": nil, "": nil, "  ": nil, "muster beispiel": nil, "eispiel": nil,
		c.Number.String(): {c.Application}, strings.ToLower(string(c.Number)): {c.Application}, "yangben": {c.Application},
		"样本": {c.Application, younger, early, late, unknown},
	} {
		if got := ids(p.Search(p.Clerk, text)); !slices.Equal(got, want) {
			t.Errorf("search %q: %v, want %v", text, got, want)
		}
	}
	if got := ids(p.Desk.Issued(p.Clerk)); !slices.Equal(got, []data.ApplicationID{c.Application}) {
		t.Errorf("issued: %v", got)
	}
	if got := p.Counts(); got[data.Draft] != 4 || got[data.Issued] != 1 {
		t.Errorf("counts %v", got)
	}
	returned, taken := p.Submitted(t, p.Specimen()), p.Submitted(t, p.Specimen())
	p.Approved(t, p.Specimen())
	for _, tt := range []struct {
		who   string
		s     staff.Session
		after func() (data.Application, error)
		want  int
	}{
		{"clerk", p.Clerk, nil, 4},
		{"reviewer", p.Reviewer, nil, 3}, // two submitted, one approved and not issued
		{"both", p.Both, nil, 6},         // what another reviewer has does not wait for this one
		{"who takes one", p.Reviewer, func() (data.Application, error) { return p.Take(ctx, p.Reviewer, taken.ID) }, 3},
		{"who takes another", p.Reviewer, func() (data.Application, error) { return p.Take(ctx, p.Reviewer, returned.ID) }, 3},
		{"reviewer who returns", p.Reviewer, func() (data.Application, error) {
			return p.Return(ctx, p.Reviewer, returned.ID, []string{"unreadable"}, "")
		}, 2},
		{"clerk it returns to", p.Clerk, nil, 5},
		{"nobody", staff.Session{}, nil, 0},
	} {
		if tt.after != nil {
			if _, err := tt.after(); err != nil {
				t.Fatal(err)
			}
		}
		if got := p.Waits(tt.s); got != tt.want {
			t.Errorf("%s: %d wait, want %d", tt.who, got, tt.want)
		}
	}
	// A desk that is opened again has the same lists.
	d, err := desk.Open(ctx, p.Config)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := p.Queue(p.Clerk)
	if after, err := d.Queue(p.Clerk); err != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("%v, want %v", after, before)
	}
}

func TestInvariant6EveryActHasAnEntry(t *testing.T) {
	p := desktest.New(t)
	c := p.Issued(t, p.Specimen())
	before := len(entries(t, p, 0))
	type expect struct {
		act     audit.Act
		officer data.OfficerID
	}
	for _, tt := range []struct {
		name string
		do   func() error
		want []expect
	}{
		{"read", func() error { _, err := p.Read(ctx, p.Clerk, c.Application); return err }, []expect{{audit.ApplicationRead, "officer-a"}}},
		{"certificate", func() error { _, err := p.Certificate(ctx, p.Clerk, c.Number); return err }, []expect{{audit.CertificateRead, "officer-a"}}},
		{"issue again", func() error { _, err := p.Issue(ctx, p.Reviewer, c.Application); return err }, []expect{{audit.CertificateRead, "officer-b"}}},
		{"print fails", func() error { return p.PrintFailed(ctx, p.Clerk, c.Number, "1") }, []expect{{audit.CertificatePrintFailed, "officer-a"}}},
		{"print", func() error { _, err := p.Printed(ctx, p.Clerk, c.Number, "q", "1"); return err }, []expect{{audit.CertificatePrinted, "officer-a"}}},
		{"reprint", func() error { _, err := p.Printed(ctx, p.Clerk, c.Number, "q", "2"); return err }, []expect{{audit.CertificateReprinted, "officer-a"}}},
		{"hand over", func() error { _, err := p.HandOver(ctx, p.Clerk, c.Number, c.Seal); return err }, []expect{{audit.CertificateHandedOver, "officer-a"}}},
		{"sign in", func() error { _, err := p.SignIn(ctx, "officer-a", []byte(desktest.Passphrase)); return err }, []expect{{audit.OfficerSignedIn, "officer-a"}}},
		{"wrong passphrase", func() error {
			if _, err := p.SignIn(ctx, "officer-a", []byte("wrong")); !errors.Is(err, desk.ErrSignIn) {
				return err
			}
			return nil
		}, []expect{{audit.OfficerRefused, ""}}},
		{"the whole way", func() error { p.Issued(t, p.Specimen()); return nil }, []expect{
			{audit.ApplicationSaved, "officer-a"}, {audit.ApplicationSubmitted, "officer-a"}, {audit.ApplicationTaken, "officer-b"},
			{audit.ApplicationTicked, "officer-b"}, {audit.ApplicationTicked, "officer-b"}, {audit.ApplicationTicked, "officer-b"},
			{audit.ApplicationTicked, "officer-b"}, {audit.ApplicationTicked, "officer-b"}, {audit.ApplicationTicked, "officer-b"},
			{audit.ApplicationRead, "officer-b"}, {audit.ApplicationApproved, "officer-b"},
			{audit.CertificateIntended, "officer-b"}, {audit.CertificateIssued, "officer-b"},
		}},
	} {
		if err := tt.do(); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		var got []expect
		for _, e := range entries(t, p, before) {
			got = append(got, expect{e.Act, e.Officer})
			if s := fmt.Sprint(e); strings.Contains(s, "YANGBEN") || strings.Contains(s, "E00000000") || strings.Contains(s, "1984") {
				t.Errorf("%s: the entry describes a person: %s", tt.name, s)
			}
		}
		before += len(got)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: entries %v, want %v", tt.name, got, tt.want)
		}
	}
}

// faultyStore fails as a test wants it to.
type faultyStore struct {
	store.Store
	noAudit bool          // entries cannot be put
	unknown *atomic.Int32 // when it counts down to 0, an update is stored and said to be unknown
}

var errNoAudit = errors.New("no room for the entry")

func (s *faultyStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	err := s.Store.Update(ctx, func(tx store.Tx) error {
		if s.noAudit {
			tx = noAuditTx{tx}
		}
		return fn(tx)
	})
	if err == nil && s.unknown != nil && s.unknown.Add(-1) == 0 {
		return store.ErrUnknown
	}
	return err
}

type noAuditTx struct{ store.Tx }

func (t noAuditTx) Put(key string, value []byte) error {
	if strings.HasPrefix(key, "audit/") {
		return errNoAudit
	}
	return t.Tx.Put(key, value)
}

// onFaulty puts a new post on an engine that can fail.
func onFaulty(t *testing.T, f *faultyStore) func(*desk.Config) {
	return func(c *desk.Config) {
		s := mem.New()
		t.Cleanup(func() { s.Close() })
		f.Store = s
		c.Vault, c.Log = desktest.Vault(t, f, filepath.Join(t.TempDir(), "head"))
		desktest.Fill(t, c.Vault, c.Log, desktest.Now)
	}
}

// everything is all that an engine holds, sealed as it is, apart from its log's
// tree.
func everything(t *testing.T, s store.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := s.View(ctx, func(tx store.Tx) error {
		for _, kind := range []string{store.Applications, store.Certificates, store.Issuing, store.Sequences, store.Laboratories, store.Accounts, store.Tries, store.Lookups, store.Signers, store.Settings, store.Notices, store.TrustLists, store.TrustContent, "audit/", "audit-state/", "slot/", "vault/", "post/"} {
			if err := tx.Scan(kind, "", 0, func(key string, value []byte) error { all[key] = string(value); return nil }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestInvariant6NoEntryNoAct(t *testing.T) {
	var signatures atomic.Int32
	var f faultyStore
	p := desktest.New(t, onFaulty(t, &f), counted(&signatures), withBook)
	all := everyAct(t, p)
	for _, looks := range []string{
		"Slip", "Preflight", "Rehearse", "Assess", "MayBackUp", "ImportSigner", "PreviewTrust", "ReadSeal", // of what the officer has in hand
		"Officers", "Laboratories", "Authorities", "Retention", "Solo", "Backups", "Validate", "Revocation", "Vouches", "Trusted", // no act of anybody
	} {
		if all[looks] == nil {
			t.Fatalf("nobody can %s", looks)
		}
		delete(all, looks)
	}
	all["SignIn"] = func() error { return second(p.SignIn(ctx, "officer-a", []byte(desktest.Passphrase))) }
	all["refused"] = func() error { return second(p.SignIn(ctx, "officer-a", []byte("wrong"))) }
	all["ChangePassphrase"] = func() error {
		return second(p.ChangePassphrase(ctx, "officer-a", []byte(desktest.Passphrase), []byte(given)))
	}
	signatures.Store(0)
	before := everything(t, f.Store)
	f.noAudit = true
	for name, do := range all {
		if err := do(); !errors.Is(err, errNoAudit) {
			t.Errorf("%s without an entry: %v", name, err)
		}
	}
	if after := everything(t, f.Store); !reflect.DeepEqual(before, after) {
		t.Error("something was done without an entry")
	}
	if n := signatures.Load(); n != 0 {
		t.Errorf("%d signatures without an entry", n)
	}
}

// An update whose outcome is not known is read back when somebody asks again.
func TestInvariant3UnknownOutcomeIsReadBack(t *testing.T) {
	for update := int32(1); update <= 2; update++ { // the intent, the record
		var signatures, countdown atomic.Int32
		f := faultyStore{unknown: &countdown}
		p := desktest.New(t, onFaulty(t, &f), counted(&signatures))
		a := p.Approved(t, p.Specimen())
		countdown.Store(update)
		if c, err := p.Issue(ctx, p.Reviewer, a.ID); !errors.Is(err, store.ErrUnknown) || c.Seal != "" {
			t.Fatalf("update %d: acknowledged %q, %v", update, c.Number, err)
		}
		number := stored(p, a.ID).Certificate
		c, err := p.Issue(ctx, p.Reviewer, a.ID)
		if err != nil || c.Number != number || c.Sequence != 1 || signatures.Load() != 1 {
			t.Errorf("update %d: %s, want %s; sequence %d, %d signatures, %v", update, c.Number, number, c.Sequence, signatures.Load(), err)
		}
	}
}
