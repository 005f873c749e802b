package admin

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"pratique/data"
	"pratique/data/desk/desktest"
)

// Two keys that nobody has the other half of any more.
const (
	firstKey  = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg"
	secondKey = "age18k8pfegdwd9ct4nlwukzhy93fz7g679ug40cmrf3w7lf5a27wd0sl6m2uu"
)

// receivers is a list of two authorities as a file.
const receivers = `[
  {"id": "port-health", "name": "Port Health Authority of Utopia", "recipient": "` + firstKey + `"},
  {"id": "ministry", "name": "Ministry of Health of Utopia", "recipient": "` + secondKey + `"}
]`

func TestAuthorities(t *testing.T) {
	o := newOffice(t)
	m := NewAuthoritiesModel(o.alone(t, o.Administrator), o.parts)
	asked := agrees(&m.core, o.Reviewer)
	m.Open()
	if st := m.State(); !st.May || !st.Known || len(st.All) != 0 {
		t.Fatalf("%+v", st)
	}
	one := `[{"id": "ministry", "name": "Ministry of Health", "recipient": "` + firstKey + `"}]`
	look := func(content string) AuthoritiesState {
		o.files["/list"] = content
		m.Begin(true)
		m.Type(" /list")
		m.Look()
		return m.State()
	}
	take := func() AuthoritiesState {
		o.files["/list"] = "[]" // what it says later is not what was looked at
		m.Import()
		return m.State()
	}
	for content, want := range map[string]string{
		"<html>": "admin.authorities.file.none", `[{"key": "x"}]`: "admin.authorities.file.none", "[]": "admin.file.same",
		strings.Replace(receivers, secondKey, firstKey, 1): "admin.file.wrong", strings.Replace(receivers, secondKey, "age1x", 1): "admin.file.wrong",
	} {
		st := look(content)
		if st.Problem != m.e.T(want) || st.Changes != nil || len(st.Wrong) > 0 != (want == "admin.file.wrong") {
			t.Errorf("%s: %q, %q, %q", content, st.Problem, st.Wrong, st.Changes)
		}
		if m.Import(); len(*asked) > 0 {
			t.Fatalf("%s: asked %q", content, *asked)
		}
	}
	for _, step := range []struct {
		name, file string
		changes    []string
		after      []data.AuthorityID
	}{
		{"two", receivers, []string{
			"New: Port Health Authority of Utopia, key " + grouped(firstKey),
			"New: Ministry of Health of Utopia, key " + grouped(secondKey)}, []data.AuthorityID{"port-health", "ministry"}},
		{"another key, name and one less", one, []string{
			"Ministry of Health of Utopia: key " + grouped(firstKey) + " instead of " + grouped(secondKey),
			"Ministry of Health of Utopia is called Ministry of Health from now on",
			"Taken off: Port Health Authority of Utopia"}, []data.AuthorityID{"ministry"}},
		{"none", "[]", []string{"Taken off: Ministry of Health"}, nil},
	} {
		if st := look(step.file); !slices.Equal(st.Changes, step.changes) || st.Problem != "" {
			t.Fatalf("%s: %q, %q", step.name, st.Changes, st.Problem)
		}
		*asked = nil
		st := take()
		if len(*asked) != 1 || !strings.HasSuffix((*asked)[0], "\n"+strings.Join(step.changes, "\n")) {
			t.Errorf("%s: the second officer is told %q", step.name, *asked)
		}
		all, err := o.Authorities(t.Context())
		var ids []data.AuthorityID
		for _, a := range all {
			ids = append(ids, a.ID)
		}
		if err != nil || !slices.Equal(ids, step.after) || len(st.All) != len(all) || st.Draft != (FileDraft{}) || st.Changes != nil || st.Done == "" {
			t.Errorf("%s: %v, %v, %+v", step.name, ids, err, st)
		}
	}

	_, saved, err := m.File()
	if back, parsed := data.ParseAuthorities(saved); err != nil || parsed != nil || len(back) != 0 {
		t.Errorf("saved as %s, %v, %v", saved, err, parsed)
	}
	look(receivers)
	take()
	_, saved, err = m.File()
	if back, parsed := data.ParseAuthorities(saved); err != nil || parsed != nil || !reflect.DeepEqual(back, m.all) {
		t.Errorf("saved as %s, %v, %v", saved, err, parsed)
	}
}

// TestAuthoritiesByKeys imports a list without the mouse, second officer included.
func TestAuthoritiesByKeys(t *testing.T) {
	o := newOffice(t)
	o.files["/a"] = receivers
	for _, language := range []string{"en", "zh"} {
		b := o.window(t, language, o.Administrator, SectionLaboratories)
		b.Shot(t, "admin-authorities-"+language, 1280, 800)
		b.Pass()
		b.Shortcut(t, fyne.KeyR, fyne.KeyModifierControl|fyne.KeyModifierShift)
		b.Type("/a")
		b.Lock()
		b.Env.SignIn(o.Administrator)
		s := b.Screen.(*laboratoriesScreen).authorities
		if s.form.path.Text != "/a" || s.form.card.Hidden || !s.card.Hidden {
			t.Fatalf("back with %q", s.form.path.Text)
		}
		b.Window.Canvas().Focus(s.form.path)
		b.Key(fyne.KeyReturn)
		if b.Window.Canvas().Focused() != s.form.take {
			t.Fatalf("focus on %T, %q %q", b.Window.Canvas().Focused(), s.st.Problem, s.st.Wrong)
		}
		b.Shot(t, "admin-authorities-look-"+language, 1280, 800)
		b.Shot(t, "admin-authorities-look-small-"+language, 1000, 700)
		b.Key(fyne.KeyReturn)
		b.Shot(t, "admin-authorities-second-"+language, 1280, 800)
		b.Type("B")
		b.Key(fyne.KeyReturn)
		b.Type(desktest.Passphrase)
		b.Key(fyne.KeyReturn)
		if len(s.st.All) != 2 || !s.form.card.Hidden || s.form.path.Text != "" || b.Window.Canvas().Focused() != s.begin {
			t.Errorf("%d authorities, form %v, %q", len(s.st.All), !s.form.card.Hidden, s.form.path.Text)
		}
		b.Shot(t, "admin-authorities-set-"+language, 1280, 800)
		b.Shot(t, "admin-authorities-set-small-"+language, 1000, 700)
		if err := o.SetAuthorities(t.Context(), o.Administrator, o.Reviewer, nil); err != nil {
			t.Fatal(err)
		}
	}
}
