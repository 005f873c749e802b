package desk_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pratique/assets"
	"pratique/data"
	"pratique/data/audit"
	"pratique/data/codes"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/rules"
	"pratique/data/staff"
)

var theBook = sync.OnceValues(func() (*codes.Book, error) { return codes.Load(assets.FS) })

// withBook gives a post what notices are read with.
func withBook(c *desk.Config) {
	book, err := theBook()
	if err != nil {
		panic(err)
	}
	c.Book = book
}

// head is how the notices of these tests begin. Their example has a flight at
// 21:40 on the 10th, as the specimen has.
const head = `id: test-notice
version: %d
post: {code: PR, name: {en: Practice, zh: 练习}, zone: Asia/Singapore}
title: {en: For a test, zh: 测试}
applies: {flightFrom: 2022-01-01}
applyBy: departure.departs.day().plusDays(-1).at('20:00', 'Asia/Singapore')
case:
  tests: [{kind: naat, sampled: 2022-07-08T16:30}]
  itinerary: [{flight: UT 846, from: AMU, to: PVG, departs: 2022-07-10T21:40}]
`

const granted = `outcomes: [{colour: green, validUntil: departure.departs, window: tests}]
`

// noticeOf is a version with one check, which lets the specimen pass or not.
func noticeOf(version int, check string, passes bool) string {
	kind, here, there := "antigen", "expect: {%s: fail}, outcome: withheld", "outcome: green, until: 2022-07-10T21:40"
	if passes {
		kind, here, there = "naat", there, here
	}
	text := fmt.Sprintf(head, version) + `checks: [{id: %s, clause: "1", expression: "tests[0].kind == '` + kind + `'", message: {en: So, zh: 如此}}]
` + granted + `examples:
  - {name: one, at: 2022-07-09T18:30, ` + here + `}
  - {name: two, at: 2022-07-09T18:30, set: {"tests[0].kind": antigen}, ` + there + `}
`
	return strings.ReplaceAll(text, "%s", check)
}

// window is a version by which the test must be so many hours old at most at
// departure, blue unless there is an antigen test.
func window(version, hours int) string {
	at := time.Date(2022, 7, 10, 21, 40, 0, 0, time.UTC).Add(-time.Duration(hours) * time.Hour)
	inside, outside := at.Format(data.WallLayout), at.Add(-time.Minute).Format(data.WallLayout)
	return fmt.Sprintf(head, version) + fmt.Sprintf(`let: {naats: "tests.filter(t, t.kind == 'naat')"}
checks:
  - id: window
    clause: "2"
    each: naats
    expression: hours(it.sampled, departure.departs).between(0, %d)
    message: {en: "Within the hours: {counted} counted.", zh: 须在时限内。}
outcomes:
  - {when: "tests.exists(t, t.kind == 'antigen')", colour: green, validUntil: departure.departs, window: journey}
  - colour: blue
    lastTest: {kind: antigen, hours: 12}
    condition: {en: Show a negative antigen test of the last 12 hours., zh: 须出示12小时内抗原检测阴性报告。}
    validUntil: departure.departs
    window: tests
examples:
  - {name: inside, at: 2022-07-09T18:30, set: {"tests[0].sampled": %s}, outcome: blue, until: 2022-07-10T21:40}
  - {name: outside, at: 2022-07-09T18:30, set: {"tests[0].sampled": %s}, expect: {window: fail}, outcome: withheld}
`, hours, inside, outside)
}

// inForce imports a notice and puts it in force; one that is there already stays.
func inForce(p *desktest.Post, text string) (desk.Notice, error) {
	n, err := p.ImportNotice(ctx, p.Administrator, []byte(text))
	if err == nil {
		err = p.ActivateNotice(ctx, p.Administrator, p.Reviewer, n.ID, n.Version)
	}
	return n, err
}

// atPost is a post with a notice in force.
func atPost(t testing.TB, text string) *desktest.Post {
	t.Helper()
	p := desktest.New(t, withBook)
	if _, err := inForce(p, text); err != nil {
		desktest.Fatal(t, err)
	}
	return p
}

func must2(t testing.TB) func(data.Application, error) data.Application {
	return func(a data.Application, err error) data.Application {
		t.Helper()
		if err != nil {
			desktest.Fatal(t, err)
		}
		return a
	}
}

// later is a content whose flight leaves some days later.
func later(c data.Content) data.Content {
	c.Itinerary = slices.Clone(c.Itinerary)
	c.Itinerary[0].Departs = data.Moment{Wall: "2022-07-14T21:40", Zone: "Asia/Singapore"}
	return c
}

// blueOf issues a blue certificate and leaves the post without a notice.
func blueOf(t testing.TB, p *desktest.Post) data.Certificate {
	t.Helper()
	text := strings.Replace(window(1, 72), "id: test-notice", "id: blue-notice", 1)
	if _, err := inForce(p, text); err != nil {
		desktest.Fatal(t, err)
	}
	c := p.Issued(t, p.Specimen())
	if err := p.RetireNotice(ctx, p.Administrator, p.Reviewer, "blue-notice", 1); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestApprovalByTheNotice: colour, window, notice and last test of a certificate
// are what the notice gives, and go into the seal; without a notice it is green
// for the journey.
func TestApprovalByTheNotice(t *testing.T) {
	p := atPost(t, window(1, 72))
	c := p.Issued(t, p.Specimen())
	a, st := stored(p, c.Application).Approval, c.Statement
	if st.Colour != data.Blue || st.LastTest != (data.LastTest{Kind: data.Antigen, Hours: 12}) || st.Notice != "test-notice" || st.NoticeVersion != 1 ||
		st.Window != data.WindowTests || st.ValidUntil.Wall != "2022-07-10T21:40" {
		t.Errorf("%+v", st)
	}
	if a.Condition["en"] != "Show a negative antigen test of the last 12 hours." || a.Condition["zh"] == "" {
		t.Errorf("%+v", a)
	}
	rows, err := p.Desk.Issued(p.Reviewer)
	if err != nil || len(rows) != 1 || rows[0].Colour != data.Blue {
		t.Errorf("%+v, %v", rows, err)
	}

	// With the last test there it is green.
	content := p.Specimen()
	antigen := content.Tests[0]
	antigen.Kind, antigen.Specimen, antigen.Method, antigen.ReportNo = data.Antigen, "nasal", "rapid-antigen", "A-1"
	content.Tests = append(content.Tests, antigen)
	if st := p.Issued(t, content).Statement; st.Colour != data.Green || st.LastTest != (data.LastTest{}) || st.Window != data.WindowJourney {
		t.Errorf("%+v", st)
	}

	p = desktest.New(t, withBook)
	if st := p.Issued(t, p.Specimen()).Statement; st.Colour != data.Green || st.Notice != "" || st.Window != data.WindowJourney || st.ValidUntil.Wall != "2022-07-10T23:59" {
		t.Errorf("without a notice: %+v", st)
	}
}

// TestWhatTheNoticeDoesNotGrantIsNotApproved, by any way to an approval.
func TestWhatTheNoticeDoesNotGrantIsNotApproved(t *testing.T) {
	p := atPost(t, window(1, 72))
	gone := strings.Replace(window(2, 72), "applies: {flightFrom: 2022-01-01}", "applies: {flightFrom: 2022-01-01, flightUntil: 2022-07-12}", 1)
	for name, tt := range map[string]struct {
		text    string
		content data.Content
		want    string
	}{
		"outside the window":         {"", later(p.Specimen()), "problem.notice.fail"},
		"no notice for that flight":  {gone, later(p.Specimen()), "problem.notice.none"},
		"not enough is known":        {strings.Replace(window(3, 72), "between(0, 72)", "between(0, 72) && it.mentions.exists(m, m == 'serum')", 1), p.Specimen(), "problem.notice.open"},
		"the window is over already": {strings.ReplaceAll(window(4, 72), "validUntil: departure.departs", "validUntil: departure.departs.plusHours(-48)"), p.Specimen(), "problem.notice.over"},
	} {
		p := p
		if tt.text != "" {
			// Examples of other notices do not matter here.
			text := tt.text[:strings.Index(tt.text, "examples:")] + "examples: [{name: one, at: 2022-07-09T18:30, outcome: open}]\n"
			p = desktest.New(t, withBook)
			activate(t, p, text)
		}
		a := p.Ticked(t, tt.content)
		for way, do := range map[string]func() error{
			"approve":  func() error { return second(p.Approve(ctx, p.Reviewer, a.ID)) },
			"rehearse": func() error { return second(p.Rehearse(ctx, p.Reviewer, a.ID)) },
		} {
			var problems *desk.ProblemsError
			if err := do(); !errors.As(err, &problems) || problems.Problems[0].Key != tt.want {
				t.Errorf("%s: %s: %v, want %s", name, way, err, tt.want)
			}
		}
		if problems, err := p.Preflight(ctx, p.Clerk, p.Reviewer, tt.content); err != nil || len(problems) == 0 || problems[0].Key != tt.want {
			t.Errorf("%s: preflight: %v, %v", name, problems, err)
		}
		if b := stored(p, a.ID); b.State != data.InReview || b.Approval != nil {
			t.Errorf("%s: %s", name, b.State)
		}
	}
}

// activate stores a notice as in force, whatever its examples say.
func activate(t *testing.T, p *desktest.Post, text string) {
	t.Helper()
	h, err := rules.ReadHead([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	putNotice(t, p, rules.Record{ID: h.ID, Version: h.Version, State: rules.Active, Text: []byte(text)})
}

// TestOverride: two officers let a check pass by name, for that content, and it
// goes nowhere that the traveller sees.
func TestOverride(t *testing.T) {
	p := atPost(t, noticeOf(1, "never", false))
	a := p.Ticked(t, p.Specimen())
	var problems *desk.ProblemsError
	for name, tt := range map[string]struct {
		second  staff.Session
		checks  []string
		reason  string
		problem bool
		want    error
	}{
		"without a check":        {p.Administrator, nil, "x", true, nil},
		"of a check there isn't": {p.Administrator, []string{"other"}, "x", true, nil},
		"without a reason":       {p.Administrator, []string{"never"}, " ", true, nil},
		"alone":                  {p.Reviewer, []string{"never"}, "x", false, desk.ErrSecond},
		"with nobody":            {staff.Session{}, []string{"never"}, "x", false, desk.ErrSecond},
		"with a clerk":           {p.Clerk, []string{"never"}, "x", false, desk.ErrSecond},
	} {
		_, err := p.Override(ctx, p.Reviewer, tt.second, a.ID, tt.checks, tt.reason)
		if tt.problem != errors.As(err, &problems) || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := p.Approve(ctx, p.Reviewer, a.ID); !errors.As(err, &problems) {
		t.Errorf("approved without: %v", err)
	}
	n := len(entries(t, p, 0))
	a = must2(t)(p.Override(ctx, p.Reviewer, p.Administrator, a.ID, []string{"never", "never"}, "the minister's own flight"))
	if o := a.Override; o.Officer != "officer-b" || o.Authoriser != "officer-d" || !slices.Equal(o.Checks, []string{"never"}) || o.Version != 1 {
		t.Errorf("%+v", o)
	}
	e := entries(t, p, n)[0]
	if e.Act != audit.ChecksOverridden || e.Detail["check never"] != "waived" || e.Detail["second"] != "officer-d" {
		t.Errorf("%+v", e)
	}
	got, ok, err := p.Findings(ctx, p.Reviewer, a.ID)
	if err != nil || !ok || !got.Grants() || !got.Findings[0].Waived || got.Findings[0].Result != rules.Fail {
		t.Errorf("%+v, %v", got, err)
	}
	// An override that is for another content lets this one not pass.
	edit(t, p, a.ID, func(a *data.Application) { a.Override.Hash = p.Other().Hash() })
	if _, err := p.Approve(ctx, p.Reviewer, a.ID); !errors.As(err, &problems) {
		t.Errorf("approved by the override of another content: %v", err)
	}
	edit(t, p, a.ID, func(now *data.Application) { now.Override = a.Override })
	must2(t)(p.Approve(ctx, p.Reviewer, a.ID))

	// Another content is another case for it.
	c := a.Content
	c.Traveller.Phone = "+999 555 0100"
	if a = must2(t)(p.Save(ctx, p.Clerk, a.ID, a.Version, c)); a.Override != nil {
		t.Errorf("%+v", a.Override)
	}

	// Whoever prepared it does not authorise it.
	b := must2(t)(p.Create(ctx, p.Both, p.Specimen()))
	must2(t)(p.Submit(ctx, p.Both, b.ID))
	must2(t)(p.Take(ctx, p.Reviewer, b.ID))
	if _, err := p.Override(ctx, p.Reviewer, p.Both, b.ID, []string{"never"}, "x"); !errors.Is(err, desk.ErrFourEyes) {
		t.Errorf("authorised by its preparer: %v", err)
	}

	// What was authorised by somebody who is shut out since is not issued.
	last := p.Ticked(t, p.Specimen())
	must2(t)(p.Override(ctx, p.Reviewer, p.Both, last.ID, []string{"never"}, "x"))
	must2(t)(p.Approve(ctx, p.Reviewer, last.ID))
	if err := p.DisableOfficer(ctx, p.Administrator, p.Both.Officer().ID); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Issue(ctx, p.Reviewer, last.ID); !errors.Is(err, desk.ErrNotApproved) {
		t.Errorf("issued on the word of an officer who is gone: %v", err)
	}
}

// TestOverrideIsForItsVersion: what was let pass under one version of a notice
// is not let pass under the next.
func TestOverrideIsForItsVersion(t *testing.T) {
	p := atPost(t, noticeOf(1, "never", false))
	a, b := p.Ticked(t, p.Specimen()), p.Ticked(t, p.Other())
	for _, id := range []data.ApplicationID{a.ID, b.ID} {
		must2(t)(p.Override(ctx, p.Reviewer, p.Administrator, id, []string{"never"}, "x"))
	}
	must2(t)(p.Approve(ctx, p.Reviewer, b.ID))
	if _, err := inForce(p, noticeOf(2, "never", false)); err != nil {
		t.Fatal(err)
	}
	var problems *desk.ProblemsError
	if _, err := p.Approve(ctx, p.Reviewer, a.ID); !errors.As(err, &problems) {
		t.Errorf("approved by an override of the version before: %v", err)
	}
	if _, err := p.Issue(ctx, p.Reviewer, b.ID); !errors.Is(err, desk.ErrNotApproved) {
		t.Errorf("issued by an override of the version before: %v", err)
	}
}

// TestNoticeLife: import, difference, trial, activation by two, history; and
// what is refused.
func TestNoticeLife(t *testing.T) {
	p := atPost(t, window(1, 72))
	first := p.Approved(t, p.Specimen())
	var problems *desk.ProblemsError
	for name, tt := range map[string]struct{ text, want string }{
		"no notice":        {"id: x", "problem.notice.form"},
		"another post's":   {strings.Replace(window(2, 30), "code: PR", "code: XX", 1), "problem.notice.post"},
		"not what it says": {strings.Replace(window(2, 30), "outcome: blue", "outcome: green", 1), "problem.notice.example"},
		"the same version": {window(1, 30), "problem.notice.version"},
	} {
		_, err := p.ImportNotice(ctx, p.Administrator, []byte(tt.text))
		if !errors.As(err, &problems) || problems.Problems[0].Key != tt.want {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
	if _, err := p.ImportNotice(ctx, p.Administrator, []byte(window(2, 30))); err != nil {
		desktest.Fatal(t, err)
	}
	diff, err := p.DiffNotice(ctx, p.Clerk, "test-notice", 2)
	if want := []rules.Difference{{Path: "checks[window].expression",
		Was: "hours(it.sampled, departure.departs).between(0, 72)", Is: "hours(it.sampled, departure.departs).between(0, 30)"}}; err != nil || !slices.Equal(diff, want) {
		t.Errorf("%+v, %v", diff, err)
	}

	// The specimen was sampled 53 hours before its flight.
	told := 0
	effects, err := p.DryRun(ctx, p.Administrator, "test-notice", 2, 30, func(done, total int) { told = done*100 + total })
	if err != nil || told != 101 || len(effects) != 1 || effects[0].ID != first.ID || effects[0].Before != rules.Blue || effects[0].After != rules.Withheld ||
		!slices.Equal(effects[0].Failed, []string{"window"}) {
		t.Errorf("%+v, %d, %v", effects, told, err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	if _, err := p.DryRun(cancelled, p.Administrator, "test-notice", 2, 30, func(int, int) { cancel() }); err != nil {
		t.Errorf("cancelled after the last: %v", err)
	}
	if _, err := p.DryRun(cancelled, p.Administrator, "test-notice", 2, 30, func(int, int) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if out, err := p.Outside(ctx, p.Reviewer); err != nil || len(out) != 0 {
		t.Errorf("a trial changed something: %+v, %v", out, err)
	}

	for name, do := range map[string]func() error{
		"alone":      func() error { return p.ActivateNotice(ctx, p.Administrator, p.Administrator, "test-notice", 2) },
		"by a clerk": func() error { return p.ActivateNotice(ctx, p.Administrator, p.Clerk, "test-notice", 2) },
	} {
		if err := do(); !errors.Is(err, desk.ErrSecond) {
			t.Errorf("activated %s: %v", name, err)
		}
	}
	if err := p.ActivateNotice(ctx, p.Administrator, p.Reviewer, "test-notice", 3); !errors.Is(err, desk.ErrNotFound) {
		t.Errorf("activated what is not there: %v", err)
	}
	p.Now = p.Now.Add(time.Minute)
	if err := p.ActivateNotice(ctx, p.Administrator, p.Reviewer, "test-notice", 2); err != nil {
		t.Fatal(err)
	}
	for v, act := range map[int]func(context.Context, staff.Session, staff.Session, string, int) error{2: p.ActivateNotice, 1: p.RetireNotice} {
		if err := act(ctx, p.Administrator, p.Reviewer, "test-notice", v); !errors.Is(err, desk.ErrState) {
			t.Errorf("version %d a second time: %v", v, err)
		}
	}
	all, err := p.Notices(ctx, p.Clerk)
	if err != nil || len(all) != 2 || all[0].State != rules.Retired || all[1].State != rules.Active || all[1].Notice.Version != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	begun := p.Now.Add(-time.Minute)
	if want := []rules.Event{
		{State: rules.Imported, At: begun, Officer: "officer-d"},
		{State: rules.Active, At: begun, Officer: "officer-d", Second: "officer-b"},
		{State: rules.Retired, At: p.Now, Officer: "officer-d", Second: "officer-b"},
	}; !reflect.DeepEqual(all[0].History, want) {
		t.Errorf("%+v", all[0].History)
	}

	// What was approved before is outside now, and is not issued.
	out, err := p.Outside(ctx, p.Reviewer)
	if err != nil || len(out) != 1 || out[0].ID != first.ID || out[0].Assessment.Version != 2 || out[0].Findings.Fail != 1 {
		t.Errorf("%+v, %v", out, err)
	}
	if _, err := p.Issue(ctx, p.Reviewer, first.ID); !errors.Is(err, desk.ErrNotApproved) {
		t.Errorf("issued under a notice that does not grant it: %v", err)
	}
}

// TestMovedFlight: a flight that moves after the case was submitted is marked
// until a reviewer decides on it, and is among those outside if it is.
func TestMovedFlight(t *testing.T) {
	p := atPost(t, window(1, 60))
	a := p.Ticked(t, p.Specimen())
	must2(t)(p.Release(ctx, p.Reviewer, a.ID))
	rowOf := func() desk.Row {
		t.Helper()
		rows, err := p.Queue(p.Reviewer)
		if err != nil || len(rows) != 1 {
			t.Fatal(rows, err)
		}
		return rows[0]
	}
	cutOff, _ := data.Moment{Wall: "2022-07-09T20:00", Zone: "Asia/Singapore"}.Pinned().Instant()
	if r := rowOf(); !r.Moved.IsZero() || !r.CutOff.Equal(cutOff) || r.Findings != (desk.Findings{Pass: 1}) || !r.Waiting.Equal(p.Now) {
		t.Errorf("%+v", r)
	}
	if out, err := p.Outside(ctx, p.Reviewer); err != nil || len(out) != 0 {
		t.Errorf("%+v, %v", out, err)
	}
	c := a.Content
	c.Itinerary = slices.Clone(c.Itinerary)
	c.Itinerary[0].Departs = data.Moment{Wall: "2022-07-11T06:00", Zone: "Asia/Singapore"} // 61:30 after the sample
	a = must2(t)(p.Save(ctx, p.Clerk, a.ID, a.Version, c))
	if r := rowOf(); !r.Moved.Equal(p.Now) || r.Findings != (desk.Findings{Fail: 1}) {
		t.Errorf("%+v", r)
	}
	out, err := p.Outside(ctx, p.Reviewer)
	if err != nil || len(out) != 1 || out[0].Assessment.Findings[0].Counts[0].Counted != "61:30" {
		t.Fatalf("%+v, %v", out, err)
	}
	c.Tests = slices.Clone(c.Tests)
	for i := range c.Tests { // tested again
		c.Tests[i].Sampled = data.MomentOf(p.Now.Add(-20*time.Hour), "Asia/Singapore")
		c.Tests[i].Analysed = data.Moment{}
	}
	a = must2(t)(p.Save(ctx, p.Clerk, a.ID, a.Version, c))
	must2(t)(p.Submit(ctx, p.Clerk, a.ID))
	a = must2(t)(p.Take(ctx, p.Reviewer, a.ID))
	for _, g := range a.Content.Groups() {
		a = must2(t)(p.Tick(ctx, p.Reviewer, a.ID, g, true))
	}
	if a.Moved.IsZero() {
		t.Error("forgotten before anybody decided")
	}
	if a = must2(t)(p.Approve(ctx, p.Reviewer, a.ID)); !a.Moved.IsZero() {
		t.Error("still marked")
	}
}

// TestInvariant2ApprovedAsShown: a reviewer says yes to the outcome they were
// shown, and to no other one that a notice gives since.
func TestInvariant2ApprovedAsShown(t *testing.T) {
	p := atPost(t, noticeOf(1, "kind", true))
	a, other := p.Ticked(t, p.Specimen()), p.Ticked(t, p.Other())
	r, err := p.Rehearse(ctx, p.Reviewer, a.ID)
	if err != nil || r.Statement.Colour != data.Green {
		t.Fatal(r.Statement.Colour, err)
	}
	if _, err := inForce(p, window(2, 72)); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Approve(ctx, p.Reviewer, a.ID); !errors.Is(err, desk.ErrStale) {
		t.Errorf("shown green, approved otherwise: %v", err)
	}
	if got := stored(p, a.ID); got.State != data.InReview || got.Approval != nil {
		t.Errorf("%+v", got)
	}
	if r, err = p.Rehearse(ctx, p.Reviewer, a.ID); err != nil || r.Statement.Colour != data.Blue {
		t.Fatal(r.Statement.Colour, err)
	}
	if a = must2(t)(p.Approve(ctx, p.Reviewer, a.ID)); a.Approval.Colour != data.Blue {
		t.Errorf("%+v", a.Approval)
	}
	// Who was shown nothing takes what is in force.
	if other = must2(t)(p.Approve(ctx, p.Reviewer, other.ID)); other.Approval.Colour != data.Blue {
		t.Errorf("%+v", other.Approval)
	}
}

// TestApprovedAsItIsStored: what changes while a case is being approved, between
// the rehearsal and the approval, is not approved.
func TestApprovedAsItIsStored(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, p *desktest.Post, id data.ApplicationID){
		"nothing": func(*testing.T, *desktest.Post, data.ApplicationID) {},
		"the name of a laboratory": func(t *testing.T, p *desktest.Post, _ data.ApplicationID) {
			renamed := slices.Clone(desktest.Laboratories)
			renamed[0].SealName = "Another Lab"
			if err := p.SetLaboratories(ctx, p.Administrator, p.Reviewer, renamed); err != nil {
				t.Error(err)
			}
		},
		"the content": func(t *testing.T, p *desktest.Post, id data.ApplicationID) {
			edit(t, p, id, func(a *data.Application) { // and ticked as it is now
				a.Content.Traveller.Phone, a.Ticks = "+999 555 0123", nil
				for _, g := range a.Content.Groups() {
					a.Ticks = append(a.Ticks, data.Tick{Group: g.Name, Hash: g.Hash, Officer: "officer-b", At: p.Now})
				}
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			var p *desktest.Post
			var id data.ApplicationID
			armed := false
			p = desktest.New(t, withBook, func(c *desk.Config) {
				c.Unprintable = func(data.Statement) []data.Problem {
					if armed {
						armed = false
						change(t, p, id)
					}
					return nil
				}
			})
			id = p.Ticked(t, p.Specimen()).ID
			armed = true
			_, err := p.Approve(ctx, p.Reviewer, id)
			switch {
			case armed:
				t.Error("the test shows nothing")
			case name == "nothing" && err != nil, name != "nothing" && !errors.Is(err, desk.ErrStale):
				t.Error(err)
			}
		})
	}
}

// TestApprovedForAnotherWindow: an approval is for the window that its notice
// gave. A version that gives another one does not let it be issued.
func TestApprovedForAnotherWindow(t *testing.T) {
	for name, tt := range map[string]struct {
		earlier bool
		want    error
	}{"the same window": {false, nil}, "another window": {true, desk.ErrNotApproved}} {
		p := atPost(t, noticeOf(1, "kind", true))
		a := p.Approved(t, p.Specimen())
		text := noticeOf(2, "kind", true)
		if tt.earlier {
			text = strings.NewReplacer("validUntil: departure.departs", "validUntil: \"departure.departs.day().at('20:00', 'Asia/Singapore')\"",
				"until: 2022-07-10T21:40", "until: 2022-07-10T20:00").Replace(text)
		}
		if _, err := inForce(p, text); err != nil {
			desktest.Fatal(t, err)
		}
		if _, err := p.Issue(ctx, p.Reviewer, a.ID); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestApprovedByWhatIsRetired: an approval that a notice gave is none once the
// post has no notice, unless that gives the same.
func TestApprovedByWhatIsRetired(t *testing.T) {
	p := atPost(t, noticeOf(1, "kind", true))
	a := p.Approved(t, p.Specimen())
	if err := p.RetireNotice(ctx, p.Administrator, p.Reviewer, "test-notice", 1); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Issue(ctx, p.Reviewer, a.ID); !errors.Is(err, desk.ErrNotApproved) {
		t.Errorf("good until %v, issued: %v", a.Approval.ValidUntil, err)
	}
}

// BenchmarkAssess: what the screen asks for while somebody types.
func BenchmarkAssess(b *testing.B) {
	p := atPost(b, window(1, 72))
	c := p.Specimen()
	findings := 0
	for b.Loop() {
		a, ok, err := p.Assess(ctx, c)
		if err != nil || !ok {
			b.Fatal(ok, err)
		}
		findings += len(a.Findings)
	}
	b.ReportMetric(float64(findings)/b.Elapsed().Seconds(), "findings/s")
}
