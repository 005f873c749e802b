package admin

import (
	"slices"
	"strings"
	"testing"

	"pratique/data/rules"
	"pratique/data/staff"
	"pratique/ui/env"
)

// slowly keeps the work of a model until it is asked for.
func slowly(e *env.Env) (all func()) {
	var later []func()
	e.Run = func(work, then func()) { later = append(later, func() { work(); then() }) }
	return func() {
		for len(later) > 0 {
			one := later[0]
			later = later[1:]
			one()
		}
	}
}

// TestAnotherFileMeanwhile: what was read of a file does not stand for another
// one, whose name was typed while the disk was slow.
func TestAnotherFileMeanwhile(t *testing.T) {
	o := newOffice(t)
	o.files["/one"], o.files["/two"] = changedList, strings.Replace(changedList, "Macaria Institute", "Macaria House", 1)
	e := o.alone(t, o.Administrator)
	m := NewLaboratoriesModel(e, o.parts)
	m.Open()
	all := slowly(e)
	m.Begin(true)
	m.Type("/one")
	m.Look()
	m.Type("/two")
	if all(); m.State().Preview != nil || m.State().Busy != "" {
		t.Errorf("/two is said to have %+v", m.State().Preview)
	}
	m.Type("/one")
	m.Look()
	m.Type("/two")
	m.Look()
	all()
	if p := m.State().Preview; p == nil || p.Added[1].Name != "Macaria House of Serology" {
		t.Errorf("/two is said to have %+v", p)
	}
}

// TestAnotherTravellerMeanwhile: what is held of one traveller never stands under
// the document of another.
func TestAnotherTravellerMeanwhile(t *testing.T) {
	o := newOffice(t)
	o.Submitted(t, o.Specimen())
	e := o.alone(t, o.Reviewer)
	m := NewTravellerModel(e, o.parts)
	all := slowly(e)
	d := o.Specimen().Document
	m.Type(TravellerDraft{Issuer: d.Issuer, Number: d.Number})
	m.Find()
	m.Type(TravellerDraft{Issuer: d.Issuer, Number: "X1"})
	if all(); m.State().Found || m.State().None {
		t.Errorf("under another document: %+v", m.State())
	}
	m.Find()
	m.Type(TravellerDraft{Issuer: d.Issuer, Number: d.Number})
	m.Find()
	if all(); !m.State().Found {
		t.Errorf("not found: %+v", m.State())
	}
}

// TestNoticeMeanwhile: a notice that was just imported is the one that is looked
// at, and who puts it in force at once tells the second officer how much it
// changes.
func TestNoticeMeanwhile(t *testing.T) {
	o := newOffice(t)
	o.files["/one"], o.files["/two"] = practiceNotice(t, "1"), practiceNotice(t, "2")
	e := o.alone(t, o.Administrator)
	m := NewNoticesModel(e, o.parts)
	asked := agrees(&m.core, o.Reviewer)
	take := func(path string) {
		m.Begin(true)
		m.Type(path)
		m.Import()
	}
	m.Open()
	take("/one")
	m.Activate()
	all := slowly(e)
	take("/two")
	all()
	st := m.State()
	if here := st.All[st.Chosen]; here.Version != 2 || !st.Compared || len(st.Diff) != 1 {
		t.Fatalf("version %d of %d is looked at, compared %v, %v", here.Version, len(st.All), st.Compared, st.Diff)
	}
	m.Choose(0)
	m.Choose(1)
	if m.Activate(); len(*asked) != 1 {
		t.Errorf("asked before it is compared: %q", *asked)
	}
	all()
	want := m.e.T("admin.notices.activate.sentence", st.All[1].Title, st.All[1].ID, 2, st.All[1].Flights, 1)
	if st = m.State(); len(*asked) != 2 || (*asked)[1] != want || st.All[0].Version != 2 || st.All[0].State != rules.Active {
		t.Errorf("asked %q, %+v", *asked, st.All[0])
	}

	back := NewNoticesModel(e, o.parts)
	o.files["/three"] = practiceNotice(t, "3")
	if b, err := o.parts.ReadFile("/three"); err != nil {
		t.Fatal(err)
	} else if _, err := o.ImportNotice(t.Context(), o.Administrator, b); err != nil {
		t.Fatal(err)
	}
	back.chosen = 1
	back.Open()
	if all(); !back.State().Compared {
		t.Error("the notice that is in sight at first is not compared")
	}
}

// TestAgreedMeanwhile: what two officers have agreed to is done, also where
// something else is under way, and nothing that was typed meanwhile is lost.
func TestAgreedMeanwhile(t *testing.T) {
	o := newOffice(t)
	e := o.alone(t, o.Administrator)
	m := NewOfficersModel(e, o.parts)
	var agree func(staff.Session)
	m.ask = func(_ string, do func(staff.Session)) { agree = do }
	m.Open()
	m.Choose(2)
	m.Disable()
	m.Enable()
	all := slowly(e)
	m.Open()
	agree(o.Reviewer)
	m.Begin(Adding)
	d := OfficerDraft{Form: Adding, Mark: "E", Name: "Offi"}
	m.Type(d, "")
	all()
	if st := m.State(); slices.Contains(standing(st.All), "C disabled") || st.Draft != d || st.Busy != "" {
		t.Errorf("%v, %+v, busy %q", standing(st.All), st.Draft, st.Busy)
	}
}
