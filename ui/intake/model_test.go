package intake_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/staff"
	"pratique/ui/intake"
)

var ctx = context.Background()

// sitting is a model at a desk in memory.
type sitting struct {
	*intake.Model
	t *testing.T
	p *desktest.Post
}

func sit(t *testing.T, p *desktest.Post, s staff.Session, id data.ApplicationID) *sitting {
	t.Helper()
	m := intake.NewModel(p.Desk, book, s, "Asia/Singapore", func() time.Time { return p.Now })
	l, err := m.Load(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	m.Loaded(l)
	return &sitting{m, t, p}
}

func (s *sitting) check() intake.State {
	s.t.Helper()
	found, err := s.Model.Check()(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.Checked(found)
}

func (s *sitting) save() intake.State {
	s.t.Helper()
	work, ok := s.Save()
	if !ok {
		return s.State()
	}
	k, err := work(ctx)
	state, err := s.Saved(k, err)
	if err != nil {
		s.t.Fatal(err)
	}
	return state
}

func (s *sitting) surname(text string) intake.State {
	return s.Edit(func(c *data.Content) { c.Traveller.Surname = text })
}

func (s *sitting) stored(id data.ApplicationID) data.Application {
	s.t.Helper()
	a, err := s.p.Read(ctx, s.p.Clerk, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

func TestNothingTypedIsNothingStored(t *testing.T) {
	p := desktest.New(t)
	s := sit(t, p, p.Clerk, "")
	s.surname("Y")
	s.surname("")
	s.save()
	if copied, err := s.Leave(ctx); copied || err != nil {
		t.Error(copied, err)
	}
	if got := p.Counts(); len(got) != 0 {
		t.Errorf("stored %v", got)
	}
}

func TestSave(t *testing.T) {
	p := desktest.New(t)
	s := sit(t, p, p.Clerk, "")
	if !s.surname("YANG").Dirty {
		t.Error("not dirty after a change")
	}
	first := s.save()
	if first.ID == "" || first.Dirty || first.Saving || !first.SavedAt.Equal(p.Now) {
		t.Errorf("after the first save: %+v", first)
	}
	if _, ok := s.Save(); ok {
		t.Error("saves what is stored already")
	}
	s.surname("YANGBEN")
	s.save()
	if a := s.stored(first.ID); a.Version != 2 || a.Content.Traveller.Surname != "YANGBEN" {
		t.Errorf("version %d, %q", a.Version, a.Content.Traveller.Surname)
	}
	// Typed while a save runs: it stays dirty and the next save takes it.
	s.surname("YANGBEN A")
	work, _ := s.Save()
	s.surname("YANGBEN AB")
	if _, ok := s.Save(); ok {
		t.Error("two saves at a time")
	}
	k, err := work(ctx)
	if state, _ := s.Saved(k, err); !state.Dirty || state.Saving {
		t.Errorf("dirty %v, saving %v", state.Dirty, state.Saving)
	}
	s.save()
	if got := s.stored(first.ID).Content.Traveller.Surname; got != "YANGBEN AB" {
		t.Errorf("stored %q", got)
	}
}

// TestLeaveOvertakesASave: the older content comes to the store later and must
// not win.
func TestLeaveOvertakesASave(t *testing.T) {
	p := desktest.New(t)
	s := sit(t, p, p.Clerk, "")
	s.surname("OLD")
	late, _ := s.Save()
	s.surname("NEW")
	if _, err := s.Leave(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := late(ctx); err != nil {
		t.Fatal(err)
	}
	a := s.stored(s.State().ID)
	if a.Content.Traveller.Surname != "NEW" || a.Version != 1 {
		t.Errorf("stored %q, version %d", a.Content.Traveller.Surname, a.Version)
	}
	if n := p.Counts()[data.Draft]; n != 1 {
		t.Errorf("%d drafts, want 1", n)
	}
}

func TestSomebodyElseChangedIt(t *testing.T) {
	for name, change := range map[string]func(p *desktest.Post, a data.Application) error{
		"saved": func(p *desktest.Post, a data.Application) error {
			_, err := p.Save(ctx, p.Both, a.ID, a.Version, p.Specimen())
			return err
		},
		"withdrawn": func(p *desktest.Post, a data.Application) error {
			_, err := p.Withdraw(ctx, p.Both, a.ID)
			return err
		},
	} {
		for _, way := range []string{"leave", "copy"} {
			t.Run(name+" "+way, func(t *testing.T) {
				p := desktest.New(t)
				s := sit(t, p, p.Clerk, "")
				s.surname("MINE")
				a := s.stored(s.save().ID)
				if err := change(p, a); err != nil {
					t.Fatal(err)
				}
				theirs := s.stored(a.ID)
				s.surname("MINE STILL")
				if way == "copy" {
					if state := s.save(); state.Closed != intake.Elsewhere || !state.Dirty {
						t.Fatalf("closed %q, dirty %v", state.Closed, state.Dirty)
					}
					s.surname("MINE STILL") // one may go on typing
					work, ok := s.Copy()
					if !ok {
						t.Fatal("no copy")
					}
					k, err := work(ctx)
					if _, err = s.Saved(k, err); err != nil {
						t.Fatal(err)
					}
				} else if copied, err := s.Leave(ctx); !copied || err != nil {
					t.Fatal(copied, err)
				}
				state := s.State()
				if state.ID == a.ID || state.Dirty || state.Closed != intake.Open {
					t.Errorf("%+v", state)
				}
				if got := s.stored(state.ID).Content.Traveller.Surname; got != "MINE STILL" {
					t.Errorf("kept %q", got)
				}
				if got := s.stored(a.ID); !reflect.DeepEqual(got, theirs) {
					t.Error("theirs was changed")
				}
			})
		}
	}
}

// TestCopyOfACorrection corrects the same certificate still, whichever way it
// comes to be one.
func TestCopyOfACorrection(t *testing.T) {
	for _, way := range []string{"leave", "copy"} {
		p := desktest.New(t)
		c := p.Issued(t, p.Specimen())
		a, err := p.Correct(ctx, p.Clerk, c.Number)
		if err != nil {
			t.Fatal(err)
		}
		s := sit(t, p, p.Clerk, a.ID)
		s.surname("MINE")
		if _, err := p.Save(ctx, p.Both, a.ID, a.Version, p.Specimen()); err != nil {
			t.Fatal(err)
		}
		if way == "copy" {
			s.save()
			work, ok := s.Copy()
			if !ok {
				t.Fatal("no copy")
			}
			k, err := work(ctx)
			if _, err = s.Saved(k, err); err != nil {
				t.Fatal(err)
			}
		} else if copied, err := s.Leave(ctx); !copied || err != nil {
			t.Fatal(copied, err)
		}
		if st := s.State(); st.ID == a.ID || st.Replaces != c.Number || s.stored(st.ID).Replaces != c.Number {
			t.Errorf("%s: the copy replaces %q", way, st.Replaces)
		}
		// And it is one application from then on.
		s.surname("MINE STILL")
		id := s.State().ID
		if st := s.save(); st.ID != id || s.stored(id).Content.Traveller.Surname != "MINE STILL" {
			t.Errorf("%s: saved as %s", way, st.ID)
		}
	}
}

func TestWhatMayBeChanged(t *testing.T) {
	p := desktest.New(t)
	draft := func() data.ApplicationID {
		a, err := p.Create(ctx, p.Clerk, p.Specimen())
		if err != nil {
			t.Fatal(err)
		}
		return a.ID
	}
	in := func(a data.Application, err error) data.ApplicationID {
		if err != nil {
			desktest.Fatal(t, err)
		}
		return a.ID
	}
	returned := p.Submitted(t, p.Specimen()).ID
	in(p.Take(ctx, p.Reviewer, returned))
	in(p.Return(ctx, p.Reviewer, returned, []string{"native-name"}, "note"))
	for _, tt := range []struct {
		what   string
		id     data.ApplicationID
		who    staff.Session
		closed intake.Why
		after  data.State // of Unlock and a change that is saved
	}{
		{"draft", draft(), p.Clerk, intake.Open, data.Draft},
		{"draft for a reviewer", draft(), p.Reviewer, intake.Role, data.Draft},
		{"submitted", p.Submitted(t, p.Specimen()).ID, p.Clerk, intake.Submitted, data.Draft},
		{"in review", in(p.Take(ctx, p.Reviewer, p.Submitted(t, p.Specimen()).ID)), p.Clerk, intake.InReview, data.InReview},
		{"returned", returned, p.Clerk, intake.Open, data.Returned},
		{"approved", p.Approved(t, p.Specimen()).ID, p.Clerk, intake.Approved, data.Draft},
		{"issued", p.Issued(t, p.Specimen()).Application, p.Clerk, intake.IsIssued, data.Issued},
		{"withdrawn", in(p.Withdraw(ctx, p.Clerk, draft())), p.Clerk, intake.Withdrawn, data.Withdrawn},
	} {
		t.Run(tt.what, func(t *testing.T) {
			s := sit(t, p, tt.who, tt.id)
			if got := s.State().Closed; got != tt.closed {
				t.Errorf("closed %q, want %q", got, tt.closed)
			}
			if tt.closed != intake.Open && s.surname("CHANGED").Dirty {
				t.Error("changed while closed")
			}
			s.Unlock()
			if was := s.stored(tt.id).State; s.State().Stage != was {
				t.Errorf("unlocking made %q of %q", s.State().Stage, was)
			}
			s.surname("CHANGED")
			state := s.save()
			a := s.stored(tt.id)
			if a.State != tt.after || state.Stage != tt.after {
				t.Errorf("stored %q, shown %q, want %q", a.State, state.Stage, tt.after)
			}
			if changed := a.Content.Traveller.Surname == "CHANGED"; changed != (tt.closed == intake.Open || tt.closed.Unlockable()) {
				t.Errorf("changed: %v", changed)
			}
		})
	}
	if s := sit(t, p, p.Clerk, returned); s.State().Return == nil || s.State().Return.Note != "note" {
		t.Error("the reasons of the return are not told")
	}
}

func TestReadMRZ(t *testing.T) {
	p := desktest.New(t)
	lines := p.Specimen().Document.MRZ
	s := sit(t, p, p.Clerk, "")
	s.Edit(func(c *data.Content) { c.Traveller.GivenNames, c.Traveller.Surname = "SPECIMAN", "YANGBEN" })
	s.ReadMRZ(strings.ReplaceAll(lines, "\n", ""))
	c := s.State().Content
	if c.Document.MRZ != lines || c.Document.Number != "E00000000" || c.Traveller.Birth != "1984-03-08" || c.Document.Kind != data.OrdinaryPassport {
		t.Errorf("filled in %+v %+v", c.Traveller, c.Document)
	}
	if c.Traveller.GivenNames != "SPECIMAN" {
		t.Error("a field that was filled in was changed")
	}
	state := s.check()
	if want := []string{"traveller.surname", "traveller.birth", "traveller.sex", "traveller.nationality", "document.number", "document.issuer", "document.expires", "document.mrz"}; !slices.Equal(state.Agrees, want) {
		t.Errorf("agrees %v, want %v", state.Agrees, want)
	}
	q, confirmed, found := s.Beside("traveller.givenNames")
	if !found || confirmed || q.Key != "problem.mrz.givenNames" || q.Example != "SPECIMEN" {
		t.Fatalf("beside the given names: %+v %v %v", q, confirmed, found)
	}
	s.Confirm(q, true)
	s.check()
	if _, confirmed, found := s.Beside("traveller.givenNames"); !confirmed || !found {
		t.Error("the confirmation is not shown")
	}
	s.Confirm(q, false)
	s.check()
	if _, confirmed, _ := s.Beside("traveller.givenNames"); confirmed || len(s.State().Content.Confirmed) != 0 {
		t.Error("the confirmation was not taken back")
	}
	s.TypeMRZ("P<UTO")
	if state := s.check(); state.Unread != "problem.mrz.length" || len(state.Agrees) != 0 {
		t.Errorf("half a line: %q, agrees %v", state.Unread, state.Agrees)
	}
}

func TestRepairIsNeverSilent(t *testing.T) {
	p := desktest.New(t)
	right := p.Specimen().Document.MRZ
	wrong := strings.Replace(right, "E00000000", "E0000000O", 1)
	s := sit(t, p, p.Clerk, "")
	s.ReadMRZ(wrong)
	state := s.check()
	if state.Content.Document.MRZ != wrong || state.Content.Document.Number != "" {
		t.Errorf("taken from wrong lines: %+v", state.Content.Document)
	}
	i := -1
	for n, r := range state.Repairs {
		if strings.Join(r.Lines, "\n") == right {
			i = n
		}
	}
	if i < 0 {
		t.Fatalf("the right reading is not among %v", state.Repairs)
	}
	s.Repair(i)
	if state = s.check(); state.Content.Document.MRZ != right || state.Content.Document.Number != "E00000000" || len(state.Repairs) != 0 {
		t.Errorf("after taking it: %+v", state.Content.Document)
	}
}

func TestAddTest(t *testing.T) {
	p := desktest.New(t)
	s := sit(t, p, p.Clerk, "")
	at := func(hour int) data.Moment {
		return data.MomentOf(p.Now.Add(-time.Duration(hour)*time.Hour), "Asia/Tokyo")
	}
	s.AddTest(data.NucleicAcid)
	if got, want := s.State().Content.Tests[0], (data.Test{Kind: data.NucleicAcid, Specimen: "nasopharyngeal", Method: "rt-pcr"}); !reflect.DeepEqual(got, want) {
		t.Errorf("first: %+v, want %+v", got, want)
	}
	s.Edit(func(c *data.Content) {
		n := &c.Tests[0]
		n.Specimen, n.Laboratory, n.Sampled, n.Reported, n.Result, n.ReportNo = "saliva", "central", at(20), at(10), data.Negative, "1"
	})
	s.AddTest(data.SerumIgM)
	if got, want := s.State().Content.Tests[1], (data.Test{Kind: data.SerumIgM, Specimen: "venous", Method: "clia", Laboratory: "central", Sampled: at(20), Reported: at(10)}); !reflect.DeepEqual(got, want) {
		t.Errorf("another kind: %+v, want %+v", got, want)
	}
	s.AddTest(data.NucleicAcid)
	if got, want := s.State().Content.Tests[2], (data.Test{Kind: data.NucleicAcid, Specimen: "nasopharyngeal", Method: "rt-pcr", Laboratory: "central"}); !reflect.DeepEqual(got, want) {
		t.Errorf("a second one: %+v, want %+v", got, want)
	}
	if got := s.Zone(); got != "Asia/Tokyo" {
		t.Errorf("a new time is offered with the clock of %s", got)
	}
}

func TestAddRemoveAndUndo(t *testing.T) {
	p := desktest.New(t)
	s := sit(t, p, p.Clerk, "")
	s.Replace(p.Specimen())
	s.AddDose()
	if got, want := s.State().Content.Doses[2], (data.Dose{Product: "CoronaVac", Country: "CHN", Place: "Harbour Clinic 3"}); got != want {
		t.Errorf("dose %+v, want %+v", got, want)
	}
	s.AddLeg()
	if got, want := s.State().Content.Itinerary[1], (data.Leg{From: "PVG"}); got != want {
		t.Errorf("flight %+v, want %+v", got, want)
	}
	s.AddInfection()
	before := s.State().Content
	for _, path := range []string{"tests[1]", "doses[0]", "infections[0]", "itinerary[1]"} {
		state, undo := s.Remove(path)
		if reflect.DeepEqual(state.Content, before) {
			t.Errorf("%s is still there", path)
		}
		if got := undo().Content; !reflect.DeepEqual(got, before) {
			t.Errorf("%s did not come back", path)
		}
	}
	if _, undo := s.Remove("tests[7]"); undo != nil {
		t.Error("removed what is not there")
	}
	handed := before.Tests[0].Method
	s.Edit(func(c *data.Content) { c.Tests[0].Method = "lamp" })
	if before.Tests[0].Method != handed {
		t.Error("an edit changed a state that was handed out")
	}
}

func TestProblems(t *testing.T) {
	p := desktest.New(t)
	s := sit(t, p, p.Clerk, "")
	s.check()
	if _, _, found := s.Beside("traveller.birth"); found {
		t.Error("an empty field is blamed before anybody was there")
	}
	s.Visit("traveller.birth")
	if q, _, found := s.Beside("traveller.birth"); !found || q.Key != "problem.required" {
		t.Errorf("after a visit: %+v", q)
	}
	s.Edit(func(c *data.Content) { c.Document.Expires = "nonsense" })
	s.check()
	if q, _, found := s.Beside("document.expires"); !found || q.Key != "problem.date.form" {
		t.Errorf("what is wrong is not told at once: %+v", q)
	}
	s.Try()
	if _, _, found := s.Beside("document.number"); !found {
		t.Error("after a try, what is missing is not told")
	}
	if path, _ := s.First(); path != "document.kind" {
		t.Errorf("first %s", path)
	}
	var sections []string
	n := 0
	for _, g := range s.Grouped() {
		sections = append(sections, g.Section)
		n += len(g.Problems)
	}
	if want := []string{"document", "traveller", "tests", "itinerary", "declaration"}; !slices.Equal(sections, want) || n != len(s.State().Problems) {
		t.Errorf("%d problems in %v", n, sections)
	}
	// An answer that comes late does not replace a newer one.
	late, _ := s.Model.Check()(ctx)
	s.Replace(p.Specimen())
	s.check()
	if state := s.Checked(late); len(state.Problems) != 0 {
		t.Errorf("%d problems of an older content", len(state.Problems))
	}
}

func TestMinor(t *testing.T) {
	p := desktest.New(t)
	s := sit(t, p, p.Clerk, "")
	for birth, want := range map[data.Date]bool{"1984-03-08": false, "2010": true, "2004-07-09": false, "2004-07-10": true, "20": false, "": false} {
		if got := s.Edit(func(c *data.Content) { c.Traveller.Birth = birth }).Minor; got != want {
			t.Errorf("born %q: minor %v", birth, got)
		}
	}
	s.Edit(func(c *data.Content) { c.Traveller.Birth, c.Traveller.Guardian.Name = "", "YANGBEN MUSTER" })
	if !s.State().Minor {
		t.Error("a guardian that was typed is hidden")
	}
}

func TestSubmit(t *testing.T) {
	p := desktest.New(t)
	s := sit(t, p, p.Clerk, "")
	c := p.Specimen()
	c.Declaration.Agreed = false
	s.Replace(c)
	end := func(work func(context.Context) (intake.Kept, error), ok bool) (intake.State, intake.End, error) {
		t.Helper()
		if !ok {
			t.Fatal("it waits for nothing")
		}
		return s.Done(work(ctx))
	}
	state, ended, err := end(s.Submit())
	if ended != intake.NotEnded || err != nil || len(state.Problems) != 1 || state.Stage != data.Draft || state.ID == "" || state.Dirty || state.Saving {
		t.Fatalf("ended %v, %v, %+v", ended, err, state)
	}
	if !s.SlipReady() {
		t.Error("the traveller cannot read the slip before signing")
	}
	s.Edit(func(c *data.Content) { c.Declaration.Agreed = true })
	state, ended, err = end(s.Submit())
	if ended != intake.HandedIn || err != nil || state.Stage != data.Submitted || state.Closed != intake.Submitted {
		t.Errorf("ended %v, %v, %+v", ended, err, state)
	}
	if got := s.stored(state.ID); got.State != data.Submitted || got.Version != 2 {
		t.Errorf("stored %s, version %d", got.State, got.Version)
	}
	if state, ended, err := end(s.Withdraw()); ended != intake.TakenBack || err != nil || state.Stage != data.Withdrawn {
		t.Errorf("ended %v, %v, %+v", ended, err, state)
	}
	if _, ended, err := end(s.Withdraw()); ended != intake.NotEnded || !errors.Is(err, desk.ErrState) {
		t.Errorf("withdrawn twice: %v, %v", ended, err)
	}
	empty := sit(t, p, p.Clerk, "")
	work, _ := empty.Submit()
	if state, ended, err := empty.Done(work(ctx)); ended != intake.NotEnded || err != nil || len(state.Problems) == 0 || state.ID != "" {
		t.Errorf("an empty form: ended %v, %v, %+v", ended, err, state)
	}
}

// TestType: another type hides what does not belong to it, keeps what was
// entered there and tells of it.
func TestType(t *testing.T) {
	p := desktest.New(t)
	s := sit(t, p, p.Clerk, "")
	s.Replace(p.Specimen())
	before := s.State().Content
	for _, tt := range []struct {
		typ          data.CertificateType
		tests, doses bool
		want         []string // problems
	}{
		{data.CertificateTests, true, false, []string{"tests[1].kind problem.type.extra", "tests[2].kind problem.type.extra", "doses problem.type.extra"}},
		{data.CertificateAntibody, true, false, []string{"tests[0].kind problem.type.extra", "doses problem.type.extra"}},
		{data.CertificateVaccination, false, true, []string{"tests[0].kind problem.type.extra", "tests[1].kind problem.type.extra", "tests[2].kind problem.type.extra"}},
		{data.CertificateComprehensive, true, true, nil},
	} {
		s.SetType(tt.typ)
		state := s.check()
		var got []string
		for _, p := range state.Problems {
			got = append(got, p.Field+" "+p.Key)
		}
		if !slices.Equal(got, tt.want) || s.Shown("tests") != tt.tests || s.Shown("doses") != tt.doses || !s.Shown("itinerary") {
			t.Errorf("%s: %v; tests %t, doses %t", tt.typ, got, s.Shown("tests"), s.Shown("doses"))
		}
		if c := state.Content; len(c.Tests) != 3 || len(c.Doses) != 2 {
			t.Errorf("%s: %d tests, %d doses", tt.typ, len(c.Tests), len(c.Doses))
		}
	}
	if !reflect.DeepEqual(s.State().Content, before) {
		t.Errorf("a choice taken back leaves %+v", s.State().Content)
	}
	s.SetType(data.CertificateTests)
	s.Reveal("doses")
	if !s.Shown("doses") {
		t.Error("what is wrong with the doses cannot be reached")
	}
	s.SetType(data.CertificateAntibody)
	if s.Shown("doses") {
		t.Error("another type shows what does not belong to it")
	}
}

// TestOffers: products go with the kind of test, laboratories with the specimen.
func TestOffers(t *testing.T) {
	p := desktest.New(t)
	s := sit(t, p, p.Clerk, "")
	codesOf := func(kind data.TestKind) (all []string) {
		for _, e := range s.Offered(data.ListProducts, data.Test{Kind: kind}) {
			all = append(all, e.Code)
		}
		return all
	}
	if got := codesOf(data.Antigen); !slices.Contains(got, "1232") || slices.Contains(got, "id-now-covid-19") {
		t.Errorf("antigen: %v", got)
	}
	if got := codesOf(data.NucleicAcid); slices.Contains(got, "1232") || !slices.Contains(got, "id-now-covid-19") {
		t.Errorf("nucleic acid: %v", got)
	}
	if got := codesOf(data.SerumIgMN); len(got) != 0 {
		t.Errorf("IgM (N): %v", got)
	}
	s.Loaded(intake.Loaded{Laboratories: []data.Laboratory{
		{ID: "venous", Kinds: data.TestKinds, From: "2020-01-01", Specimens: []string{"venous"}}, {ID: "all", Kinds: data.TestKinds, From: "2020-01-01"},
	}})
	for specimen, want := range map[string]int{"": 2, "venous": 2, "capillary": 1} {
		if got := s.Serving(data.Test{Kind: data.SerumIgMN, Specimen: specimen}); len(got) != want || got[want-1].ID != "all" {
			t.Errorf("%q: %v", specimen, got)
		}
	}
}
