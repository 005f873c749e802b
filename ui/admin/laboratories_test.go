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

// changedList adds two laboratories and renames the one of a test post.
const changedList = `[
  {"id": "central", "name": "Amaurote Central Laboratory", "sealName": "Amaurote Central", "kinds": ["naat", "antigen"], "specimens": ["nasopharyngeal"], "from": "2020-01-01", "until": "2022-12-31"},
  {"id": "anyder", "name": "Anyder Riverside Clinic", "sealName": "Anyder Riverside", "phone": "+999 10 555 0102", "email": "laboratory@anyder.example.org", "address": "3 Tide Quay, Amaurote, Utopia", "kinds": ["naat", "antigen"], "from": "2020-06-15"},
  {"id": "macaria", "name": "Macaria Institute of Serology", "sealName": "Macaria Serology", "kinds": ["igm", "igm-n", "igg"], "from": "2020-06-15"}
]`

func TestImportLaboratories(t *testing.T) {
	o := newOffice(t)
	m := NewLaboratoriesModel(o.alone(t, o.Administrator), o.parts)
	asked := agrees(&m.core, o.Reviewer)
	m.Open()
	if st := m.State(); !st.May || !st.Known || !reflect.DeepEqual(st.All, desktest.Laboratories) {
		t.Fatalf("%+v", st)
	}
	_, same, err := m.File()
	if err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string]string{
		"/same": string(same), "/empty": "[]", "/nonsense": "<html>", "/misspelt": `[{"ID": "x", "nome": "y"}]`, "/two": changedList + changedList,
		"/wrong": strings.Replace(changedList, `"Anyder Riverside"`, `"河畔诊所"`, 1), "/good": changedList,
	} {
		o.files[path] = content
	}
	for _, tt := range []struct {
		path    string
		problem string
		wrong   []string
	}{
		{"", "admin.file.none", nil},
		{"/none", "admin.file.none", nil},
		{"/empty", "admin.laboratories.file.none", nil},
		{"/nonsense", "admin.laboratories.file.none", nil},
		{"/misspelt", "admin.laboratories.file.none", nil},
		{"/two", "admin.laboratories.file.none", nil},
		{"/same", "admin.file.same", nil},
		{"/wrong", "admin.file.wrong", []string{`Laboratory 2 – Name in the seal: "河畔诊所" does not fit into the seal: at most 20 plain Latin characters. Example: Amaurote Central Lab`}},
	} {
		m.Begin(true)
		m.Type(tt.path)
		m.Look()
		if st := m.State(); st.Problem != m.e.T(tt.problem) || !slices.Equal(st.Wrong, tt.wrong) || st.Preview != nil {
			t.Errorf("%s: %q, %q, %+v", tt.path, st.Problem, st.Wrong, st.Preview)
		}
		if m.Import(); len(*asked) > 0 {
			t.Fatalf("%s: asked %q", tt.path, *asked)
		}
	}
	m.Type(" /good")
	m.Look()
	p := m.State().Preview
	if p == nil || len(p.Added) != 2 || p.Same != 0 || len(p.Changed) != 1 {
		t.Fatalf("%+v", p)
	}
	want := []Change{
		{"Name in the seal", "Amaurote Central Lab", "Amaurote Central"},
		{"Kinds of test", p.Changed[0].Fields[1].Was, p.Changed[0].Fields[1].Is}, // in the words of the code lists
		{"Specimens", "all", "Nasopharyngeal swab"}, {"Listed until", "", "2022-12-31"},
	}
	if got := p.Changed[0].Fields; !slices.Equal(got, want) || strings.Count(want[1].Was, ",") <= strings.Count(want[1].Is, ",") {
		t.Errorf("changes %q", got)
	}
	// What the file says later is not what was looked at.
	o.files["/good"] = string(same)
	m.Import()
	if len(*asked) != 1 || !strings.Contains((*asked)[0], `New: Macaria Institute of Serology, in the seal "Macaria Serology".`) || !strings.Contains((*asked)[0], `Amaurote Central Laboratory: in the seal "Amaurote Central" instead of "Amaurote Central Lab", and 3 other values changed.`) {
		t.Errorf("the second officer is told %q", *asked)
	}
	st := m.State()
	all, err := o.Laboratories(t.Context())
	if err != nil || len(all) != 3 || !reflect.DeepEqual(st.All, all) || st.Done != m.e.T("admin.laboratories.done", 2, 1) || st.Draft != (FileDraft{}) || st.Preview != nil {
		t.Errorf("%+v, %v", st, err)
	}
	if i := slices.IndexFunc(all, func(l data.Laboratory) bool { return l.ID == "central" }); all[i].SealName != "Amaurote Central" || !m.Listed(all[i]) {
		t.Errorf("%+v", all[i])
	}
	o.Now = o.Now.AddDate(1, 0, 0)
	if i := slices.IndexFunc(all, func(l data.Laboratory) bool { return l.ID == "central" }); m.Listed(all[i]) {
		t.Error("listed after its last day")
	}
}

// TestSaveLaboratories: what is saved can be imported.
func TestSaveLaboratories(t *testing.T) {
	o := newOffice(t)
	b := o.window(t, "en", o.Administrator, SectionLaboratories)
	b.Shortcut(t, fyne.KeyS, fyne.KeyModifierControl)
	b.Key(fyne.KeyReturn)
	all, err := data.ParseLaboratories([]byte(o.files["/papers/PR-laboratories.json"]))
	if err != nil || !reflect.DeepEqual(all, desktest.Laboratories) {
		t.Errorf("%+v, %v in %v", all, err, o.files)
	}
}

// TestImportLaboratoriesByKeys goes without the mouse, second officer included;
// a lock keeps what is half typed.
func TestImportLaboratoriesByKeys(t *testing.T) {
	o := newOffice(t)
	o.files["/l"] = changedList
	b := o.window(t, "en", o.Administrator, SectionLaboratories)
	b.Shortcut(t, fyne.KeyA, fyne.KeyModifierControl|fyne.KeyModifierShift)
	b.Type("/l")
	b.Lock()
	b.Env.SignIn(o.Administrator)
	s := b.Screen.(*laboratoriesScreen)
	if s.form.path.Text != "/l" || s.form.card.Hidden {
		t.Fatalf("back with %q", s.form.path.Text)
	}
	b.Window.Canvas().Focus(s.form.path)
	b.Key(fyne.KeyReturn)
	if b.Window.Canvas().Focused() != s.form.take {
		t.Fatalf("focus on %T", b.Window.Canvas().Focused())
	}
	b.Key(fyne.KeyReturn)
	b.Type("B")
	b.Key(fyne.KeyReturn)
	b.Type(desktest.Passphrase)
	b.Key(fyne.KeyReturn)
	if len(s.st.All) != 3 || !s.form.card.Hidden || s.form.path.Text != "" || b.Window.Canvas().Focused() != s.list.Focusable() {
		t.Errorf("%d laboratories, form %v, %q", len(s.st.All), !s.form.card.Hidden, s.form.path.Text)
	}
}
