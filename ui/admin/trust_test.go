package admin

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"pratique/data/desk/desktest"
	"pratique/data/revocation"
	"pratique/data/staff"
	"pratique/data/trust"
)

// TestTrustImport takes a list from its file to the post, and back again.
func TestTrustImport(t *testing.T) {
	o := newOffice(t)
	a, b := newAuthority(t, o.Now), newAuthority(t, o.Now)
	o.files["one"] = certificatePEM(a.cert.Raw)
	o.files["two"] = certificatePEM(b.cert.Raw) + "-----BEGIN X-----\nAAAA\n-----END X-----\n"
	m := NewTrustModel(o.alone(t, o.Administrator), o.parts)
	asked := agrees(&m.core, o.Reviewer)
	m.Open()
	if st := m.State(); len(st.All) != 0 || !st.May || st.Draft.Importing {
		t.Fatalf("%+v", st)
	}
	take := func(path string) TrustState {
		t.Helper()
		m.Begin(true)
		m.Type(TrustDraft{Name: " utopia ", Path: " " + path + " ", Source: "by hand"})
		m.Import() // not before it was looked at
		n := len(*asked)
		m.Look()
		if st := m.State(); st.Preview == nil || len(st.Problems) > 0 || len(*asked) != n {
			t.Fatalf("%+v, asked %q", st, *asked)
		}
		return m.State()
	}
	st := take("one")
	if p := st.Preview; p.Added != 1 || p.Removed+p.Kept+p.Refused != 0 || len(p.Lines) != 1 || !strings.HasPrefix(p.Lines[0], "+ authority") || len(p.Hash) != 79 {
		t.Fatalf("%+v", p)
	}
	if all, err := o.TrustLists(t.Context(), o.Administrator); err != nil || len(all) != 0 {
		t.Errorf("looking changed something: %+v, %v", all, err)
	}
	m.Import()
	st = m.State()
	if len(st.All) != 1 || !st.All[0].Counts || st.All[0].Items != 1 || st.All[0].What != "1 × authority" || st.All[0].Source != "by hand" || st.Draft != (TrustDraft{}) ||
		st.Preview != nil || len(*asked) != 1 || !strings.Contains((*asked)[0], "1 added, 0 removed, 0 not taken") || st.Done != m.e.T("admin.trust.done", 1, "utopia") {
		t.Fatalf("%+v, asked %q", st, *asked)
	}
	if p := take("two").Preview; p.Added != 1 || p.Removed != 1 || p.Refused != 1 || len(p.Lines) != 3 || !strings.HasPrefix(p.Lines[0], "!") {
		t.Errorf("%+v", p)
	}
	// That nothing tells what a key is for is said before anything else.
	o.files["keys"] = `{"keys": [{"kty": "EC", "crv": "P-256", "kid": "AAECAwQFBgc=",
		"x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}` // RFC 7517 appendix A.1
	if p := take("keys").Preview; len(p.Lines) != 3 || p.Lines[0] != "! "+m.e.T("trust.keys-alone", 1) || !strings.HasPrefix(p.Lines[2], "+ key") {
		t.Errorf("%+v", p)
	}
	take("two")
	m.Import()
	if st = m.State(); len(st.All) != 2 || st.All[0].Number != 2 || !st.All[0].Counts || st.All[1].Counts || st.Chosen != 0 || st.All[0].Refused != 1 {
		t.Fatalf("%+v", st)
	}
	n := len(*asked)
	m.Restore() // it counts already
	if len(*asked) != n {
		t.Errorf("asked %q", *asked)
	}
	m.Choose(1)
	m.Restore()
	if st = m.State(); len(st.All) != 3 || st.All[0].Restores != 1 || !st.All[0].Counts || st.Chosen != 0 {
		t.Fatalf("%+v", st)
	}
	m.End()
	if st = m.State(); !st.All[0].Withdrew || st.All[0].Counts || st.Done != m.e.T("admin.trust.done.end", "utopia") {
		t.Errorf("%+v", st)
	}
}

// TestTrustRefused: what is wrong stands beside its field, and nobody is asked.
func TestTrustRefused(t *testing.T) {
	o := newOffice(t)
	a := newAuthority(t, o.Now)
	o.files["good"], o.files["text"] = certificatePEM(a.cert.Raw), "Dear colleagues"
	m := NewTrustModel(o.alone(t, o.Administrator), o.parts)
	m.ask = func(string, func(staff.Session)) { t.Error("asked for a second officer") }
	m.Open()
	m.Begin(true)
	for _, tt := range []struct{ name, path, source, field, key string }{
		{"a", "", "x", "path", "admin.file.none"},
		{"a", "gone", "x", "path", "admin.file.none"},
		{"a", "text", "x", "path", "admin.trust.file.none"},
		{"a", "good", " ", "source", "problem.required"},
	} {
		m.Type(TrustDraft{Name: tt.name, Path: tt.path, Source: tt.source})
		m.Look()
		m.Import()
		if st := m.State(); len(st.Problems) != 1 || st.Problems[tt.field] != m.e.T(tt.key) {
			t.Errorf("%q %q %q: %v", tt.name, tt.path, tt.source, st.Problems)
		}
	}
	// What was looked at no longer counts when something else is typed.
	m.Type(TrustDraft{Name: "a", Path: "text", Source: "x"})
	m.Import()
	// What the desk refuses stands beside its field too.
	agrees(&m.core, o.Reviewer)
	m.Type(TrustDraft{Name: "No Name", Path: "good", Source: "x"})
	m.Look()
	m.Import()
	if st := m.State(); !strings.Contains(st.Problems["name"], "No Name") || len(st.All) != 0 {
		t.Errorf("%+v", st.Problems)
	}
	// A reviewer sees the lists and changes none.
	m = NewTrustModel(o.alone(t, o.Reviewer), o.parts)
	m.ask = func(string, func(staff.Session)) { t.Error("asked for a second officer") }
	m.Open()
	m.Begin(true)
	m.End()
	if st := m.State(); st.May || st.Draft.Importing || !st.MaySign {
		t.Errorf("%+v", st)
	}
}

// TestTrustRefusalsHaveWords: everything that trust refuses, and every kind of
// item, has words.
func TestTrustRefusalsHaveWords(t *testing.T) {
	o := newOffice(t)
	e := o.alone(t, o.Administrator)
	for _, r := range []trust.Refusal{trust.RefusedDamaged, trust.RefusedCurve, trust.RefusedPractice, trust.RefusedKID, trust.RefusedUse,
		trust.RefusedX5C, trust.RefusedPrivate, trust.RefusedKind, trust.RefusedSigner} {
		if !e.Words.Has("trust.refused." + string(r)) {
			t.Errorf("no words for %s", r)
		}
	}
	for _, k := range []trust.ItemKind{trust.ItemAnchor, trust.ItemSigner, trust.ItemKey, trust.ItemCRL, trust.ItemRevocations, trust.ItemVerifier} {
		if !e.Words.Has("trust.item." + string(k)) {
			t.Errorf("no words for %s", k)
		}
	}
}

// TestSignRevocationList: the list is signed and handed over to be saved.
func TestSignRevocationList(t *testing.T) {
	o := newOffice(t)
	m := NewTrustModel(o.alone(t, o.Reviewer), o.parts)
	m.Open()
	var name string
	var list []byte
	m.SignRevocations(func(n string, b []byte) { name, list = n, b })
	if is, ok := revocation.NameOf(list); name != "PR-1.revocations" || !ok || !strings.HasPrefix(is, "pratique/UT/PR/") || !strings.Contains(m.State().Done, "Revocation list 1") {
		t.Errorf("%s: %s, done %q", name, is, m.State().Done)
	}
	clerk := NewTrustModel(o.alone(t, o.Clerk), o.parts)
	clerk.SignRevocations(func(string, []byte) { t.Error("signed for a clerk") })
}

// TestTrustByKeys imports a list without the mouse, second officer included.
func TestTrustByKeys(t *testing.T) {
	o := newOffice(t)
	a := newAuthority(t, o.Now)
	o.files["list.pem"] = certificatePEM(a.cert.Raw)
	b := o.window(t, "en", o.Administrator, SectionTrust)
	s := b.Screen.(*trustScreen)
	b.Shortcut(t, fyne.KeyA, fyne.KeyModifierControl|fyne.KeyModifierShift)
	b.Type("utopia")
	b.Window.Canvas().Focus(s.source)
	b.Type("by hand")
	b.Window.Canvas().Focus(s.path)
	b.Type("list.pem")
	b.Key(fyne.KeyReturn) // reads it
	if s.st.Preview == nil || b.Window.Canvas().Focused() != s.take {
		t.Fatalf("%+v, focus on %T", s.st, b.Window.Canvas().Focused())
	}
	b.Key(fyne.KeyReturn)
	b.Type("B")
	b.Key(fyne.KeyReturn)
	b.Type(desktest.Passphrase)
	b.Key(fyne.KeyReturn)
	if len(s.st.All) != 1 || s.form.Visible() || !s.end.Visible() || s.restore.Visible() || b.Window.Canvas().Focused() != s.list.Focusable() {
		t.Fatalf("%+v, focus on %T", s.st, b.Window.Canvas().Focused())
	}
	// What was half typed is there again after a lock.
	s.doBegin(true)
	s.source.SetText("half")
	b.Lock()
	b.Env.SignIn(o.Administrator)
	if back := b.Screen.(*trustScreen); back == s || back.source.Text != "half" || !back.form.Visible() {
		t.Errorf("back: %q", back.source.Text)
	}
}
