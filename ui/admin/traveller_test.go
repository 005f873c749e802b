package admin

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"pratique/data"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
)

// held are three cases of the specimen's traveller: revoked, issued, submitted.
func held(t *testing.T, o *office) (revoked, issued data.Certificate, submitted data.Application) {
	t.Helper()
	revoked, issued, submitted = o.Issued(t, o.Specimen()), o.Issued(t, o.Specimen()), o.Submitted(t, o.Specimen())
	if _, err := o.Revoke(t.Context(), o.Reviewer, o.Both, []data.CertificateNumber{revoked.Number}, "error", ""); err != nil {
		t.Fatal(err)
	}
	return revoked, issued, submitted
}

func TestTraveller(t *testing.T) {
	o := newOffice(t)
	revoked, issued, submitted := held(t, o)
	m := NewTravellerModel(o.alone(t, o.Reviewer), o.parts)
	asked := agrees(&m.core, o.Administrator)
	for _, tt := range []struct {
		issuer, number string
		wrong          [2]bool
		none           bool
	}{
		{"", "", [2]bool{true, true}, false}, {"CHN", " ", [2]bool{false, true}, false}, {"", "E00000000", [2]bool{true, false}, false},
		{"CHN", "E99999999", [2]bool{}, true}, {"UTO", "E00000000", [2]bool{}, true},
	} {
		m.Type(TravellerDraft{tt.issuer, tt.number})
		m.Find()
		if st := m.State(); (st.IssuerProblem != "") != tt.wrong[0] || (st.NumberProblem != "") != tt.wrong[1] || st.None != tt.none || st.Found {
			t.Errorf("%s %s: %+v", tt.issuer, tt.number, st)
		}
		if _, _, ok := m.File(); ok {
			t.Errorf("%s %s: a file of nothing", tt.issuer, tt.number)
		}
	}
	m.Type(TravellerDraft{"CHN", "e 0000 0000"})
	m.Find()
	st := m.State()
	if !st.Found || st.None || len(st.Cases) != 3 || !strings.Contains(st.Name, "YANGBEN") || st.Entries < 20 || !st.MayErase {
		t.Fatalf("%+v", st)
	}
	at := func(id data.ApplicationID) int {
		return slices.IndexFunc(m.State().Cases, func(c Case) bool { return c.ID == id })
	}
	if c := st.Cases[at(revoked.Application)]; c.Certificate != revoked.Number || !c.Revoked || c.State != data.Issued {
		t.Errorf("%+v", c)
	}
	name, content, ok := m.File()
	var x desk.Export
	if err := json.Unmarshal(content, &x); err != nil || !ok || name != "PR-traveller-2022-07-09.json" || len(x.Applications) != 3 || x.Issuer != "CHN" {
		t.Errorf("%s: %v", name, err)
	}
	// What may not be erased stays, and is said to.
	m.Erase()
	if m.State().Problem == "" || len(*asked) > 0 {
		t.Errorf("asked about nothing: %q", *asked)
	}
	for _, id := range []data.ApplicationID{revoked.Application, issued.Application, submitted.ID} {
		m.Tick(at(id))
	}
	m.Tick(99)
	if st := m.State(); st.Ticked != 3 || st.Problem != "" {
		t.Errorf("%+v", st)
	}
	m.Erase()
	if len(*asked) != 1 || !strings.HasPrefix((*asked)[0], "3 cases are erased for good") || !strings.Contains((*asked)[0], revoked.Number.String()) {
		t.Errorf("the second officer is told %q", *asked)
	}
	st = m.State()
	if len(st.Cases) != 2 || at(revoked.Application) >= 0 || st.Done != m.e.T("admin.traveller.erase.done", 1) || st.Problem != m.e.T("admin.traveller.erase.kept", 2) {
		t.Errorf("%+v", st)
	}
	if _, err := o.Read(t.Context(), o.Reviewer, revoked.Application); !errors.Is(err, desk.ErrNotFound) {
		t.Errorf("the case is still there: %v", err)
	}
	x = desk.Export{}
	if _, content, _ := m.File(); json.Unmarshal(content, &x) != nil || len(x.Applications) != 2 || len(x.Certificates) != 1 {
		t.Errorf("the file has what is erased: %d cases, %d certificates", len(x.Applications), len(x.Certificates))
	}
	// Somebody else's name is not found under this one's.
	m.Type(TravellerDraft{"CHN", "E1"})
	if st := m.State(); st.Found || st.Name != "" || st.Ticked != 0 {
		t.Errorf("%+v", st)
	}
}

// TestTravellerOfAnAuditor: they look, and erase nothing.
func TestTravellerOfAnAuditor(t *testing.T) {
	o := newOffice(t)
	held(t, o)
	m := NewTravellerModel(o.alone(t, o.auditor(t)), o.parts)
	asked := agrees(&m.core, o.Administrator)
	m.Type(TravellerDraft{"CHN", "E00000000"})
	m.Find()
	m.Tick(0)
	m.Erase()
	if st := m.State(); !st.Found || st.MayErase || st.Ticked != 0 || len(*asked) > 0 {
		t.Errorf("%+v, asked %q", st, *asked)
	}
	if May(desktest.Officers[0]) || !May(desktest.Officers[1]) || slices.Contains(sections(desktest.Officers[3]), SectionTraveller) {
		t.Error("a clerk has business here, a reviewer none, or an administrator reads cases")
	}
}

// TestTravellerByKeys: found, saved where the officer says, and gone from the
// screen after a lock.
func TestTravellerByKeys(t *testing.T) {
	o := newOffice(t)
	held(t, o)
	b := o.window(t, "en", o.Reviewer, SectionTraveller)
	s := b.Screen.(*travellerScreen)
	if b.Window.Canvas().Focused() != s.issuer {
		t.Fatalf("focus on %T", b.Window.Canvas().Focused())
	}
	b.Type("CHN")
	b.Key(fyne.KeyReturn)
	if b.Window.Canvas().Focused() != s.number {
		t.Fatalf("focus on %T", b.Window.Canvas().Focused())
	}
	b.Type("E00000000")
	b.Key(fyne.KeyReturn)
	if !s.st.Found || b.Window.Canvas().Focused() != s.list.Focusable() || !s.export.Visible() || !s.erase.Visible() {
		t.Fatalf("%+v, focus on %T", s.st, b.Window.Canvas().Focused())
	}
	b.Type(" ")
	if s.st.Ticked != 1 {
		t.Error("not ticked")
	}
	b.Shortcut(t, fyne.KeyS, fyne.KeyModifierControl)
	b.Key(fyne.KeyReturn)
	const path = "/papers/PR-traveller-2022-07-09.json"
	if !strings.Contains(o.files[path], `"nativeName": "样本"`) || s.st.Done != s.e.T("admin.traveller.saved", path) {
		t.Errorf("files %v, said %q", o.files, s.st.Done)
	}
	b.Lock()
	b.Env.SignIn(o.Reviewer)
	if back := b.Screen.(*travellerScreen); back.number.Text != "E00000000" || back.issuer.Code() != "CHN" || back.st.Found || len(back.st.Cases) > 0 {
		t.Errorf("back: %q, %+v", back.number.Text, back.st)
	}
}
