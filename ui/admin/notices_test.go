package admin

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"pratique/data/rules"
	"pratique/data/staff"
	"pratique/ui/screentest"
)

// practiceNotice is the practice post's own notice as a file, in a version.
func practiceNotice(t testing.TB, version string) string {
	t.Helper()
	b, err := fs.ReadFile(screentest.Assets, "notices/practice-2020-01.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s := strings.Replace(string(b), "version: 1\n", "version: "+version+"\n", 1)
	if version != "1" {
		s = strings.Replace(s, "en: The result is negative.", "en: The result must be negative.", 1)
	}
	return s
}

// TestNotices takes a notice from its file into force, tries its next version,
// and puts that in its place.
func TestNotices(t *testing.T) {
	o := newOffice(t)
	o.files["/media/one.yaml"], o.files["/media/two.yaml"], o.files["/media/bad.yaml"] = practiceNotice(t, "1"), practiceNotice(t, "2"), "id: x"
	m := NewNoticesModel(o.alone(t, o.Administrator), o.parts)
	asked := agrees(&m.core, o.Reviewer)
	m.Open()
	if st := m.State(); !st.Known || !st.May || len(st.All) != 0 {
		t.Fatalf("%+v", st)
	}
	take := func(path string) NoticesState {
		m.Begin(true)
		m.Type(path)
		m.Import()
		return m.State()
	}
	if st := take("/media/none.yaml"); st.Problem == "" || !st.Draft.Importing {
		t.Errorf("a file that is not there: %+v", st)
	}
	if st := take("/media/bad.yaml"); st.Problem == "" {
		t.Errorf("no notice: %+v", st)
	}
	st := take("/media/one.yaml")
	if st.Problem != "" || len(st.All) != 1 || st.All[0].State != rules.Imported || !st.Compared || len(st.Diff) == 0 || st.Draft.Importing {
		t.Fatalf("imported: %+v", st)
	}
	o.Submitted(t, o.Specimen())
	m.TypeDays("many")
	if m.Try(); m.State().Days == "" {
		t.Error("tried over many days")
	}
	m.TypeDays("7")
	m.Try()
	if st := m.State(); len(st.Effects) != 1 || st.Tried == "" || strings.Contains(st.Effects[0].Before+st.Effects[0].After+st.Effects[0].Case, "‹") {
		t.Errorf("tried: %q %+v", st.Tried, st.Effects)
	}
	m.Activate()
	if st := m.State(); len(*asked) != 1 || st.All[0].State != rules.Active || st.All[0].History[1].Is != "by D and B" || st.Compared {
		t.Fatalf("in force: %q, %+v", *asked, st)
	}
	if st := take("/media/two.yaml"); len(st.All) != 2 || st.Chosen != 1 || len(st.Diff) != 1 {
		t.Fatalf("the next version: %+v", st)
	}
	m.Retire() // it is not in force
	m.Activate()
	if st := m.State(); len(*asked) != 2 || st.All[0].Version != 2 || st.All[1].State != rules.Retired {
		t.Errorf("replaced: %q, %+v", *asked, st.All)
	}
	o.files["/media/other.yaml"] = strings.Replace(practiceNotice(t, "1"), "id: ", "id: other-", 1)
	take("/media/other.yaml")
	m.Activate()
	last := m.e.T("admin.notices.retire.last")
	for i, told := range []bool{false, true} { // one of two, and the last
		m.Choose(0)
		was := m.State().All[0]
		m.Retire()
		in := slices.IndexFunc(m.State().All, func(n NoticeRow) bool { return n.ID == was.ID && n.Version == was.Version })
		if st := m.State(); len(*asked) != 4+i || st.All[in].State != rules.Retired || strings.HasSuffix((*asked)[3+i], " "+last) != told {
			t.Errorf("out of force: %q, %+v", *asked, st.All)
		}
	}
	if slices.ContainsFunc((*asked)[:4], func(a string) bool { return strings.Contains(a, last) }) {
		t.Errorf("told of the last one: %q", *asked)
	}
	if st := take("/media/two.yaml"); st.Problem == "" {
		t.Error("taken twice")
	}
}

// TestNoticesAlone: nobody alone puts a notice in force, and what is half typed
// comes back.
func TestNoticesAlone(t *testing.T) {
	o := newOffice(t)
	o.files["/media/one.yaml"] = practiceNotice(t, "1")
	m := NewNoticesModel(o.alone(t, o.Administrator), o.parts)
	m.ask = func(string, func(staff.Session)) {} // the other does not agree
	m.Open()
	m.Begin(true)
	m.Type("/media/one.yaml")
	m.Import()
	m.Activate()
	if st := m.State(); st.All[0].State != rules.Imported {
		t.Error("one officer alone put it in force")
	}
	m.Begin(true)
	m.Type("/media/two")
	m.Leave()
	m = NewNoticesModel(o.alone(t, o.Administrator), o.parts)
	if d := m.State().Draft; !d.Importing || d.Path != "/media/two" {
		t.Errorf("came back as %+v", d)
	}
}

// TestNoticesPictures leaves pictures in $PRATIQUE_SHOTS, if that is set.
func TestNoticesPictures(t *testing.T) {
	for _, language := range []string{"en", "zh"} {
		o := newOffice(t)
		ctx := context.Background()
		o.Submitted(t, o.Specimen())
		for _, v := range []string{"1", "2"} {
			n, err := o.ImportNotice(ctx, o.Administrator, []byte(practiceNotice(t, v)))
			if err == nil && v == "1" {
				err = o.ActivateNotice(ctx, o.Administrator, o.Reviewer, n.ID, 1)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		b := o.window(t, language, o.Administrator, SectionNotices)
		s := b.Screen.(*noticesScreen)
		s.m.Choose(1)
		s.m.Try()
		b.Shot(t, "notices-"+language, 1280, 800)
		b.Shot(t, "notices-small-"+language, 1000, 700)
		if len(s.st.All) != 2 || s.st.Tried == "" {
			t.Errorf("%+v", s.st)
		}
	}
}
