package admin

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"pratique/data"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/staff"
)

const fresh = "sumo tile wako renu"

// standing is each officer's mark and how the account stands.
func standing(all []desk.Account) (got []string) {
	for _, a := range all {
		s := a.Mark
		if a.Disabled {
			s += " disabled"
		}
		if a.MustChange {
			s += " must change"
		}
		got = append(got, s)
	}
	return got
}

func TestOfficers(t *testing.T) {
	o := newOffice(t)
	m := NewOfficersModel(o.alone(t, o.Administrator), o.parts)
	asked := agrees(&m.core, o.Reviewer)
	m.Open()
	if st := m.State(); !st.May || st.Chosen != 0 || !slices.Equal(standing(st.All), []string{"A", "B", "C", "D"}) {
		t.Fatalf("%+v", st)
	}
	for _, tt := range []struct {
		name     string
		do       func()
		question string // that the second officer was asked
		done     string
		standing []string
	}{
		{"add", func() {
			m.Begin(Adding)
			m.Type(OfficerDraft{Mark: " e", Name: "Officer E", Roles: [4]bool{true, false, false, true}}, fresh)
			m.Submit(fresh)
		}, "Officer E, Officer E, is let in as: clerk, auditor.", "admin.officers.add.done", []string{"A", "B", "C", "D", "E must change"}},
		{"disable takes one", func() { m.Choose(2); m.Disable() }, "", "admin.officers.disable.done", []string{"A", "B", "C disabled", "D", "E must change"}},
		{"disable again", func() { m.Disable() }, "", "admin.officers.disable.done", []string{"A", "B", "C disabled", "D", "E must change"}},
		{"enable", func() { m.Enable() }, "Officer C, Officer C, is let in again, with the roles and the passphrase of before.", "admin.officers.enable.done",
			[]string{"A", "B", "C", "D", "E must change"}},
		{"reset", func() { m.Choose(0); m.Begin(Resetting); m.Submit(fresh) },
			"Officer A, Officer A, gets a new passphrase. Whoever knows it can sign in as them until they have changed it.", "admin.officers.reset.done",
			[]string{"A must change", "B", "C", "D", "E must change"}},
		{"oneself", func() { m.Choose(3); m.Disable() }, "", "", []string{"A must change", "B", "C", "D", "E must change"}},
	} {
		*asked = nil
		tt.do()
		st := m.State()
		question := ""
		if len(*asked) > 0 {
			question = (*asked)[0]
		}
		done := ""
		if tt.done != "" {
			done = m.e.T(tt.done, st.All[st.Chosen].Mark)
		}
		if question != tt.question || st.Done != done || !slices.Equal(standing(st.All), tt.standing) || st.Draft != (OfficerDraft{}) || st.Busy != "" {
			t.Errorf("%s: asked %q, done %q, %v, %+v", tt.name, *asked, st.Done, standing(st.All), st.Draft)
		}
	}
	if _, err := o.SignIn(t.Context(), "officer-e", []byte(fresh)); !errors.Is(err, staff.ErrMustChange) {
		t.Errorf("the new officer signs in: %v", err)
	}
}

// TestOfficerProblems: what is wrong stands beside its field, and nobody else is
// bothered with it.
func TestOfficerProblems(t *testing.T) {
	o := newOffice(t)
	m := NewOfficersModel(o.alone(t, o.Administrator), o.parts)
	asked := agrees(&m.core, o.Reviewer)
	m.Open()
	good := OfficerDraft{Form: Adding, Mark: "E", Name: "Officer E", Roles: [4]bool{true}}
	for _, tt := range []struct {
		name       string
		change     func(*OfficerDraft)
		passphrase string
		fields     []string
		strength   string
	}{
		{"nothing", func(d *OfficerDraft) { *d = OfficerDraft{Form: Adding} }, "", []string{"officer.name", "officer.mark", "officer.roles"}, "admin.officers.passphrase.needed"},
		{"taken", func(d *OfficerDraft) { d.Mark, d.Name = "a", "officer b" }, fresh, []string{"officer.name", "officer.mark"}, "admin.strength.4"},
		{"mark", func(d *OfficerDraft) { d.Mark = "E-1" }, fresh, []string{"officer.mark"}, "admin.strength.4"},
		{"short", func(*OfficerDraft) {}, "short", nil, "weak.short"},
		{"guessable", func(*OfficerDraft) {}, "password password", nil, "weak.guessable"},
		{"the officer's name", func(d *OfficerDraft) { d.Name = "Wolfeschlegel Steinhausen" }, "wolfeschlegel steinhausen", nil, "weak.guessable"},
	} {
		d := good
		tt.change(&d)
		m.Begin(Adding)
		m.Type(d, tt.passphrase)
		m.Submit(tt.passphrase)
		st := m.State()
		var fields []string
		for _, p := range st.Problems {
			fields = append(fields, p.Field)
		}
		if !slices.Equal(fields, tt.fields) || st.Strength != tt.strength || st.Draft != d || len(*asked) > 0 {
			t.Errorf("%s: fields %v, strength %q, draft %+v, asked %v", tt.name, fields, st.Strength, st.Draft, *asked)
		}
	}
}

// TestOfficersRefused: hiding a button is no control. The desk refuses a second
// officer who may not be one, and the form stays as it was.
func TestOfficersRefused(t *testing.T) {
	o := newOffice(t)
	e := o.alone(t, o.Administrator)
	var shown error
	e.Error = func(err error) { shown = err }
	m := NewOfficersModel(e, o.parts)
	m.Open()
	draft := OfficerDraft{Form: Adding, Mark: "E", Name: "Officer E", Roles: [4]bool{true}}
	for name, other := range map[string]staff.Session{"a clerk": o.Clerk, "oneself": o.Administrator, "nobody": {}} {
		shown = nil
		agrees(&m.core, other)
		m.Begin(Adding)
		m.Type(draft, fresh)
		m.Submit(fresh)
		if st := m.State(); !errors.Is(shown, desk.ErrSecond) || st.Draft != draft || len(st.All) != 4 || st.Done != "" {
			t.Errorf("%s: %v, %+v", name, shown, st)
		}
	}
}

func TestAuditorOnlyLooks(t *testing.T) {
	o := newOffice(t)
	auditor := o.auditor(t)
	m := NewOfficersModel(o.alone(t, auditor), o.parts)
	m.ask = func(string, func(staff.Session)) { t.Error("asked for a second officer") }
	m.Open()
	m.Begin(Adding)
	m.Choose(1)
	m.Disable()
	if st := m.State(); st.May || st.Draft.Form != NoForm || slices.Contains(standing(st.All), "B disabled") {
		t.Errorf("%+v", st)
	}
}

// auditor signs in somebody who may only look.
func (o *office) auditor(t testing.TB) staff.Session {
	t.Helper()
	officer := data.Officer{ID: "officer-x", Mark: "X", Name: "Officer X", Roles: []data.Role{data.Auditor}}
	if err := o.AddOfficer(t.Context(), o.Administrator, o.Reviewer, officer, []byte(fresh)); err != nil {
		t.Fatal(err)
	}
	s, err := o.ChangePassphrase(t.Context(), "officer-x", []byte(fresh), []byte(desktest.Passphrase))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestHalvesAreKept: what is half typed comes back to whoever typed it, without
// the passphrase.
func TestHalvesAreKept(t *testing.T) {
	o := newOffice(t)
	m := NewOfficersModel(o.alone(t, o.Administrator), o.parts)
	m.Open()
	m.Begin(Adding)
	d := OfficerDraft{Form: Adding, Mark: "E", Name: "Offi"}
	m.Type(d, fresh)
	m.Leave()
	if st := NewOfficersModel(o.alone(t, o.auditor(t)), o.parts).State(); st.Draft != (OfficerDraft{}) {
		t.Errorf("somebody else finds %+v", st.Draft)
	}
	back := NewOfficersModel(o.alone(t, o.Administrator), o.parts)
	if st := back.State(); st.Draft != d || st.Strength != "" {
		t.Errorf("back is %+v", st)
	}
	back.Open()
	back.Begin(NoForm)
	back.Leave()
	if len(o.parts.Halves) > 0 {
		t.Errorf("left over %v", o.parts.Halves)
	}
}

func TestSections(t *testing.T) {
	for _, tt := range []struct {
		roles []data.Role
		may   bool
		want  []Section
	}{
		{[]data.Role{data.Administrator}, true, []Section{SectionOfficers, SectionKeys, SectionTrust, SectionLaboratories, SectionNotices, SectionLog, SectionBackup, SectionCheck, SectionRules}},
		{[]data.Role{data.Auditor}, true, []Section{SectionOfficers, SectionKeys, SectionTrust, SectionLog, SectionCheck, SectionRules, SectionTraveller}},
		{[]data.Role{data.Clerk}, false, nil},
		{[]data.Role{data.Reviewer}, true, []Section{SectionKeys, SectionTrust, SectionTraveller}},
	} {
		o := data.Officer{Roles: tt.roles}
		if got := sections(o); !reflect.DeepEqual(got, tt.want) || May(o) != tt.may {
			t.Errorf("%v: %v, %v", tt.roles, got, May(o))
		}
	}
}
