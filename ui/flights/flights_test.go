package flights

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"pratique/data"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/evidence"
	"pratique/data/handover"
	"pratique/data/predeclaration"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/locale"
	"pratique/ui/save"
	"pratique/ui/screentest"
	"pratique/ui/sheet"
	"pratique/ui/widgets"
)

var ctx = context.Background()

// files finds one QR on every page.
type files string

func (f files) Read(context.Context, []byte) (evidence.Found, error) {
	return evidence.Found{Symbols: []evidence.Symbol{{Text: "https://example.org"}, {Text: string(f)}}}, nil
}

// settings are kept nowhere.
type settings map[string]string

func (s settings) String(key string) string    { return s[key] }
func (s settings) SetString(key, value string) { s[key] = value }

// bench is a model at a desk, with what it asked of the shell.
type bench struct {
	*Model
	p      *desktest.Post
	went   []env.Route
	failed []error
	parts  Parts
}

func at(t testing.TB, p *desktest.Post, s staff.Session, part Part) *bench {
	t.Helper()
	words, err := locale.Load(screentest.Assets)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{p: p, parts: partsFor(t, p)}
	e := &env.Env{
		Words: words.In("en"), Post: p.Config.Post, Session: s, Now: p.Config.Clock, Run: env.Synchronous, Context: ctx,
		Navigate: func(r env.Route) { b.went = append(b.went, r) }, Changed: func() {},
		Error: func(err error) {
			if err != nil {
				b.failed = append(b.failed, err)
			}
		},
	}
	b.Model = NewModel(e, b.parts, part)
	b.Open()
	return b
}

func partsFor(t testing.TB, p *desktest.Post) Parts {
	text, err := predeclaration.Text(p.Other())
	if err != nil {
		t.Fatal(err)
	}
	return Parts{
		Desk: p.Desk, Files: files(text), Kept: map[data.OfficerID]Kept{},
		Page: func(_ context.Context, l handover.List, signed []byte) ([]byte, error) { return []byte(l.Port), nil },
		Print: func(_ context.Context, title string, pdf []byte) (string, error) {
			return "counter printer", nil
		},
		Save: save.Parts{WriteNew: func(path string, b []byte) error { return os.WriteFile(path, b, 0o600) }, Folder: t.TempDir(), Settings: settings{}},
	}
}

func given(b []byte) func() ([]byte, error) { return func() ([]byte, error) { return b, nil } }

// none reports what went wrong that should not have.
func (b *bench) none(t *testing.T) {
	t.Helper()
	if len(b.failed) > 0 || b.State().Busy != "" {
		t.Fatalf("%v, busy %q", b.failed, b.State().Busy)
	}
}

func TestWhoHasWhat(t *testing.T) {
	for _, tt := range []struct {
		role  data.Role
		parts []Part
	}{
		{data.Clerk, []Part{Expected, Handover, Risk}},
		{data.Reviewer, []Part{Expected, Handover, Risk}},
		{data.Auditor, []Part{Expected, Risk}},
		{data.Administrator, []Part{Risk}},
	} {
		o := data.Officer{ID: "x", Roles: []data.Role{tt.role}}
		if got := partsOf(o); !slices.Equal(got, tt.parts) || !May(o) {
			t.Errorf("%s: %v", tt.role, got)
		}
	}
	if May(data.Officer{}) {
		t.Error("nobody has business here")
	}
	p := desktest.New(t)
	if b := at(t, p, p.Administrator, Expected); b.State().Part != Risk {
		t.Errorf("an administrator is at %s", b.State().Part)
	}
}

// TestDeclared: a declaration is shown before anything is stored, becomes a case
// among those of its flight, and a draft when its traveller comes.
func TestDeclared(t *testing.T) {
	p := desktest.New(t)
	file, err := predeclaration.File(p.Specimen())
	if err != nil {
		t.Fatal(err)
	}
	text, err := predeclaration.Text(p.Specimen())
	if err != nil {
		t.Fatal(err)
	}
	b := at(t, p, p.Clerk, "")
	if st := b.State(); !st.Known || len(st.Expected) != 0 || st.Asked != (Asked{"2022-07-09", "2022-07-11", ""}) {
		t.Fatalf("%+v", st)
	}
	for name, give := range map[string]func(){
		"a file":    func() { b.File(given(file)) },
		"a text":    func() { b.Text(" " + text + "\r\n") },
		"a picture": func() { b.File(given([]byte("\x89PNG\r\n\x1a\n"))) },
	} {
		give()
		d := b.State().Declared
		want := "样本 YANGBEN SPECIMEN"
		if name == "a picture" {
			want = p.Other().Traveller.Surname
		}
		if d == nil || !strings.Contains(d.Lines[0].Value, want) || b.State().Refused != "" {
			t.Errorf("%s: %+v %q", name, d, b.State().Refused)
		}
		b.GiveUp()
		if b.TakeIn(); b.State().Declared != nil || b.State().Done != "" {
			t.Errorf("%s was given up: %+v", name, b.State())
		}
	}
	if rows, err := p.Queue(p.Clerk); err != nil || len(rows) != 0 {
		t.Fatalf("stored before it was taken in: %v, %v", rows, err)
	}
	b.Text("hello")
	if st := b.State(); !strings.Contains(st.Refused, "not a pre-declaration") || st.Declared != nil {
		t.Errorf("%+v", st)
	}
	b.File(func() ([]byte, error) { return nil, os.ErrPermission })
	if len(b.failed) != 1 || !errors.Is(b.failed[0], os.ErrPermission) {
		t.Fatal(b.failed)
	}
	b.failed = nil

	b.Ask(Asked{From: "2022-07-09", Until: "2022-07-09"}) // not the day of its flight
	b.Text(text)
	b.TakeIn()
	b.none(t)
	st := b.State()
	want := []desk.Expect{{Day: "2022-07-10", Flight: "UT 846", Port: "PVG", PreDeclared: 1}}
	if !reflect.DeepEqual(st.Expected, want) || len(st.Announced) != 1 || st.Asked.Until != "2022-07-10" ||
		st.Announced[0].Name != "样本 YANGBEN SPECIMEN" || st.New != st.Announced[0].ID || !strings.Contains(st.Done, st.Announced[0].Reference) {
		t.Fatalf("%+v", st)
	}
	b.Begin(1)
	b.Begin(0)
	b.none(t)
	if want := []env.Route{{Screen: env.Intake, ID: string(st.New)}}; !reflect.DeepEqual(b.went, want) {
		t.Errorf("went %v", b.went)
	}
	if rows, err := p.Queue(p.Clerk); err != nil || len(rows) != 1 || rows[0].State != data.Draft {
		t.Errorf("%v, %v", rows, err)
	}
	b.Begin(0) // it has begun
	if len(b.failed) != 1 || !errors.Is(b.failed[0], desk.ErrState) {
		t.Error(b.failed)
	}
}

func TestExpected(t *testing.T) {
	p := desktest.New(t)
	other := p.Other()
	other.Itinerary = []data.Leg{{Flight: "UT 9", From: "AMU", To: "CAN", Departs: p.Specimen().Itinerary[0].Departs}}
	for _, c := range []data.Content{p.Specimen(), other} {
		if _, err := p.Predeclare(ctx, p.Clerk, c); err != nil {
			t.Fatal(err)
		}
	}
	b := at(t, p, p.Reviewer, Expected)
	if st := b.State(); len(st.Expected) != 2 || len(st.Announced) != 1 || st.Announced[0].Name != "样本 YANGBEN SPECIMEN" || st.MayDeclare {
		t.Fatalf("%+v", st)
	}
	b.Choose(1)
	if st := b.State(); len(st.Announced) != 1 || !strings.Contains(st.Announced[0].Name, other.Traveller.Surname) {
		t.Errorf("%+v", st.Announced)
	}
	// A reviewer is no clerk: nothing is taken in or begun.
	b.Text("PD1:AAAA")
	b.Begin(0)
	if st := b.State(); st.Refused != "" || st.Declared != nil || len(b.went)+len(b.failed) > 0 {
		t.Errorf("%+v %v", st, b.failed)
	}
	for _, tt := range []struct {
		asked       Asked
		from, until string
	}{
		{Asked{From: "2022-07", Until: "2022-07-09"}, "flights.no-day", ""},
		{Asked{From: "2022-07-10", Until: "x"}, "", "flights.no-day"},
		{Asked{From: "2022-07-10", Until: "2022-07-09"}, "", "flights.order"},
		{Asked{From: "2022-07-11", Until: "2022-07-11"}, "", ""},
	} {
		b.Ask(tt.asked)
		if st := b.State(); st.Known || st.Expected != nil {
			t.Errorf("%+v still shows the answer to another question", tt.asked)
		}
		b.Expect()
		if st := b.State(); st.FromProblem != tt.from || st.UntilProblem != tt.until || len(st.Expected) != 0 || st.Known != (tt.from+tt.until == "") {
			t.Errorf("%+v: %+v", tt.asked, st)
		}
	}
	b.none(t)
	b.Leave()
	if got := b.parts.Kept["officer-b"]; got.From != "2022-07-11" {
		t.Errorf("kept %+v", got)
	}
}

// TestHandover: a port is told of travellers, and what comes back is taken whole
// or not at all.
func TestHandover(t *testing.T) {
	p := desktest.New(t)
	c := p.Issued(t, p.Specimen())
	b := at(t, p, p.Reviewer, Handover)
	b.Hand()
	if st := b.State(); st.PortProblem != "flights.no-port" || st.List != nil {
		t.Fatalf("%+v", st)
	}
	b.Print()
	if name, signed := b.Signed(); name != "" || signed != nil {
		t.Fatal(name)
	}
	b.Ask(Asked{"2022-07-09", "2022-07-12", " pvg "})
	b.Hand()
	b.none(t)
	st := b.State()
	if st.List == nil || len(st.List.Rows) != 1 || st.List.Rows[0].Number != c.Number || !strings.HasPrefix(st.Done, "1 traveller for PVG") {
		t.Fatalf("%+v", st)
	}
	name, signed := b.Signed()
	if l, err := handover.Open(signed, p.Handovers); err != nil || name != "handover-PVG-2022-07-09-2022-07-12.txt" || len(l.Rows) != 1 {
		t.Errorf("%s %+v %v", name, l, err)
	}
	if b.Print(); b.State().Done != "Printed on counter printer." {
		t.Errorf("%q", b.State().Done)
	}
	b.Model.parts.Print = func(context.Context, string, []byte) (string, error) { return "", sheet.ErrNoPrinter }
	if b.Print(); b.State().Done != "" || !strings.Contains(b.State().Refused, "no printer") {
		t.Errorf("%+v", b.State())
	}

	back := func(lines ...string) { // what the port says
		b.File(given([]byte("pratique passed 1\nport PVG\n" + strings.Join(lines, "\n") + "\n")))
	}
	n := c.Number.String()
	back(n+"|boarded|2022-07-09T09:00:00Z", n+"|landed|yesterday")
	if st := b.State(); len(st.Wrong) != 1 || !strings.HasPrefix(st.Wrong[0], "Line 4: ") || st.Back || st.Refused == "" || st.List == nil {
		t.Errorf("%+v", st)
	}
	b.File(given([]byte("hello")))
	if st := b.State(); st.Wrong != nil || !strings.Contains(st.Refused, "pratique passed 1") {
		t.Errorf("%+v", st)
	}
	back(n + "|boarded|2022-07-09T09:00:00Z")
	if st := b.State(); !st.Back || len(st.Passed) != 1 || st.Passed[0].Landed || st.Done != "1 checkpoint is new." || st.Refused != "" {
		t.Errorf("%+v", st)
	}
	back(n + "|boarded|2022-07-09T09:00:00Z")
	if st := b.State(); !st.Back || len(st.Passed) != 0 || st.Done != "Nothing in this file is new." {
		t.Errorf("%+v", st)
	}
	b.none(t)
	b.Ask(Asked{"2022-07-09", "2022-07-09", "PVG"})
	if st := b.State(); st.List != nil || st.Back {
		t.Error("a list of other days is still there")
	}
	// What is asked for while a list is made is not answered with that list.
	b.e.Run = func(work, then func()) {
		work()
		b.Ask(Asked{"2022-07-09", "2022-07-12", "CAN"})
		then()
	}
	if b.Hand(); b.State().List != nil || b.State().Asked.Port != "CAN" || b.State().Busy != "" {
		t.Errorf("%+v", b.State())
	}
	b.none(t)
	// A clerk reads what came back, and makes no list.
	clerk := at(t, p, p.Clerk, Handover)
	clerk.Ask(Asked{"2022-07-09", "2022-07-12", "PVG"})
	clerk.Hand()
	if st := clerk.State(); st.List != nil || st.MayHand || !st.MayRead || !clerk.MayFile() {
		t.Errorf("%+v", st)
	}
}

// TestListStays: a list that was made is known to the port, so it is still there
// when its officer comes back, in whichever language; not when another does.
func TestListStays(t *testing.T) {
	p := desktest.New(t)
	p.Issued(t, p.Specimen())
	b := at(t, p, p.Reviewer, Handover)
	b.Ask(Asked{"2022-07-09", "2022-07-12", "PVG"})
	var later func() // the list is made on a slow disk
	b.e.Run = func(work, then func()) { later = func() { work(); then() } }
	b.Hand()
	b.Leave()
	later()
	b.none(t)
	words, err := locale.Load(screentest.Assets)
	if err != nil {
		t.Fatal(err)
	}
	back := func(s staff.Session) *Model {
		e := *b.e
		e.Words, e.Session, e.Run = words.In("zh"), s, env.Synchronous
		m := NewModel(&e, b.parts, Handover)
		m.Open()
		return m
	}
	if st := back(p.Both).State(); st.List != nil || st.Done != "" {
		t.Errorf("another officer has %+v", st.List)
	}
	for range 2 {
		m := back(p.Reviewer)
		st := m.State()
		if st.List == nil || len(st.List.Rows) != 1 || st.Asked.Port != "PVG" || !strings.HasPrefix(st.Done, "PVG 名单共 1 名旅客") {
			t.Fatalf("%+v", st)
		}
		if _, signed := m.Signed(); len(signed) == 0 {
			t.Error("the list is not signed any more")
		}
		m.Leave()
	}
	m := back(p.Reviewer)
	m.Ask(Asked{"2022-07-09", "2022-07-12", "CAN"})
	m.Leave()
	if st := back(p.Reviewer).State(); st.List != nil || st.Asked.Port != "CAN" {
		t.Errorf("the answer to another question: %+v", st)
	}
}

// TestRisk: a file is shown as what it changes, and set by two.
func TestRisk(t *testing.T) {
	p := desktest.New(t)
	if err := p.SetFlights(ctx, p.Administrator, p.Reviewer, map[string]string{"UT846": "high", "UT9": "low"}); err != nil {
		t.Fatal(err)
	}
	b := at(t, p, p.Administrator, Risk)
	if want := []Class{{"UT 846", "high", "high"}, {"UT 9", "low", "low"}}; !reflect.DeepEqual(b.State().Classes, want) {
		t.Fatalf("%+v", b.State())
	}
	b.File(given([]byte("ut 9, low\nUT846;high\n")))
	if st := b.State(); st.Changes != nil || st.Refused != "This file changes nothing." {
		t.Errorf("%+v", st)
	}
	b.File(given([]byte("UT 9 low\nUT 846, huge\n")))
	if st := b.State(); len(st.Wrong) != 2 || !strings.HasPrefix(st.Wrong[1], "Line 2: ") || st.Changes != nil {
		t.Errorf("%+v", st)
	}
	if _, ok := b.AskSet(); ok {
		t.Error("asks for nothing")
	}
	b.File(given([]byte("UT 846, medium\nUT 12, low\n")))
	want := []Class{{"UT 12", "", "low"}, {"UT 846", "high", "medium"}, {"UT 9", "low", ""}}
	if st := b.State(); !reflect.DeepEqual(st.Changes, want) || st.Refused != "" || st.Wrong != nil {
		t.Fatalf("%+v", st)
	}
	if sentence, ok := b.AskSet(); !ok || !strings.HasPrefix(sentence, "2 flights have a class from now on; 3 flights change.") {
		t.Errorf("%q", sentence)
	}
	b.Set(p.Administrator) // not alone
	if len(b.failed) != 1 || !errors.Is(b.failed[0], desk.ErrSecond) || b.State().Changes == nil {
		t.Fatalf("%v %+v", b.failed, b.State())
	}
	b.failed = nil
	b.Set(p.Reviewer)
	b.none(t)
	if st := b.State(); st.Changes != nil || !reflect.DeepEqual(st.Classes, []Class{{"UT 12", "low", "low"}, {"UT 846", "medium", "medium"}}) || st.Done == "" {
		t.Errorf("%+v", st)
	}
	if got, err := p.Flights(ctx); err != nil || !reflect.DeepEqual(got, map[string]string{"UT12": "low", "UT846": "medium"}) {
		t.Errorf("%v, %v", got, err)
	}
	reader := at(t, p, p.Clerk, Risk)
	if reader.File(given([]byte("UT 9, low"))); reader.State().Changes != nil || reader.MayFile() || len(reader.State().Classes) != 2 {
		t.Errorf("%+v", reader.State())
	}
}

// window is the screen in the real window.
func window(t testing.TB, p *desktest.Post, s staff.Session, language string, part Part) *screentest.Bench {
	return screentest.New(t, p, s, language, env.Route{Screen: env.Flights, ID: string(part)}, func(*screentest.Bench) env.Factory {
		parts := partsFor(t, p)
		return func(e *env.Env, r env.Route) env.Screen { return New(e, parts, r) }
	})
}

// TestScan: a scanner types wherever the focus is; Enter makes the case, Enter
// again begins it.
func TestScan(t *testing.T) {
	p := desktest.New(t)
	text, err := predeclaration.Text(p.Specimen())
	if err != nil {
		t.Fatal(err)
	}
	b := window(t, p, p.Clerk, "en", Expected)
	b.Type(text)
	b.Key(fyne.KeyReturn)
	if f, ok := b.Window.Canvas().Focused().(*widgets.Button); !ok || f.Text != "Make the case" {
		t.Fatalf("focus on %T", b.Window.Canvas().Focused())
	}
	b.Shot(t, "declared-en", 1280, 800)
	b.Key(fyne.KeyReturn)
	b.Shot(t, "taken-en", 1000, 700)
	b.Key(fyne.KeyReturn)
	if len(b.Went) != 1 || b.Went[0].Screen != env.Intake || b.Went[0].ID == "" {
		t.Errorf("went %v", b.Went)
	}
}

// TestHandByKeys: port, Enter, Ctrl+S, Enter.
func TestHandByKeys(t *testing.T) {
	p := desktest.New(t)
	p.Issued(t, p.Specimen())
	b := window(t, p, p.Reviewer, "en", Handover)
	folder := b.Screen.(*screen).parts.Save.Folder
	b.Type("pvg")
	b.Key(fyne.KeyReturn)
	b.Shortcut(t, fyne.KeyS, fyne.KeyModifierControl)
	b.Key(fyne.KeyReturn)
	if _, err := os.Stat(filepath.Join(folder, "handover-PVG-2022-07-09-2022-07-11.txt")); err != nil {
		t.Error(err)
	}
	if got := b.Screen.(env.Placed).Route(); got != (env.Route{Screen: env.Flights, ID: "handover"}) {
		t.Errorf("%+v", got)
	}
}

// TestSetByTwo: the second officer is asked for.
func TestSetByTwo(t *testing.T) {
	p := desktest.New(t)
	b := window(t, p, p.Administrator, "en", Risk)
	b.Screen.(*screen).m.File(given([]byte("UT 846, high\nUT 9, low\n")))
	b.Shortcut(t, fyne.KeyReturn, fyne.KeyModifierControl)
	b.Type("B")
	b.Key(fyne.KeyReturn)
	b.Type(desktest.Passphrase)
	b.Key(fyne.KeyReturn)
	if got, err := p.Flights(ctx); err != nil || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestPictures(t *testing.T) {
	if os.Getenv("PRATIQUE_SHOTS") == "" {
		t.Skip("PRATIQUE_SHOTS is not set: nothing is drawn")
	}
	p := desktest.New(t)
	if err := p.SetFlights(ctx, p.Administrator, p.Reviewer, map[string]string{"UT846": "high", "UT9": "low", "UT128": "medium"}); err != nil {
		t.Fatal(err)
	}
	long := p.Other()
	long.Traveller.GivenNames = "ANNA MARIA MAGDALENA DE LOS ANGELES ESPERANZA"
	far := p.Other()
	far.Document.Number = "X00000009"
	far.Itinerary = []data.Leg{{Flight: "UT 9", From: "AMU", To: "CAN", Departs: p.Specimen().Itinerary[0].Departs}}
	for _, c := range []data.Content{long, p.Specimen(), far} {
		if _, err := p.Predeclare(ctx, p.Clerk, c); err != nil {
			t.Fatal(err)
		}
	}
	c := p.Issued(t, p.Specimen())
	if _, err := p.NotePort(ctx, p.Reviewer, c.Application, "needs a wheelchair; two children travel with her"); err != nil {
		t.Fatal(err)
	}
	second := p.Issued(t, p.Other())
	if _, err := p.Revoke(ctx, p.Reviewer, p.Both, []data.CertificateNumber{second.Number}, "error", ""); err != nil {
		t.Fatal(err)
	}
	for _, size := range []struct {
		name, language string
		w, h           float32
	}{{"en-1280", "en", 1280, 800}, {"zh-1280", "zh", 1280, 800}, {"en-1000", "en", 1000, 700}, {"zh-1000", "zh", 1000, 700}} {
		b := window(t, p, p.Both, size.language, Expected)
		b.Shot(t, "expected-"+size.name, size.w, size.h)
		m := b.Screen.(*screen).m
		m.Text("hello")
		b.Shot(t, "refused-"+size.name, size.w, size.h)
		m.Go(Handover)
		b.Shot(t, "hand-empty-"+size.name, size.w, size.h)
		m.Ask(Asked{"2022-07-09", "2022-07-12", "PVG"})
		m.Hand()
		b.Shot(t, "hand-"+size.name, size.w, size.h)
		m.File(given([]byte("pratique passed 1\nport PVG\nPR7|landed|2022\n" + c.Number.String() + "|seen|2022-07-09T09:00:00Z\n")))
		b.Shot(t, "back-wrong-"+size.name, size.w, size.h)
		b = window(t, p, p.Administrator, size.language, Risk)
		b.Shot(t, "risk-"+size.name, size.w, size.h)
		b.Screen.(*screen).m.File(given([]byte("UT 846, medium\nUT 12, low\n")))
		b.Shot(t, "risk-file-"+size.name, size.w, size.h)
	}
	text, err := predeclaration.Text(long)
	if err != nil {
		t.Fatal(err)
	}
	b := window(t, p, p.Clerk, "zh", Expected)
	b.Screen.(*screen).m.Text(text)
	b.Shot(t, "declared-zh", 1000, 700)
	b = window(t, p, p.Reviewer, "en", Handover)
	m := b.Screen.(*screen).m
	m.File(given([]byte("pratique passed 1\nport PVG\n" + c.Number.String() + "|boarded|2022-07-09T17:00:00+08:00\n")))
	b.Shot(t, "back-en-1280", 1280, 800)
}

// TestQuickHand: what is asked for while the disk is slow is answered after it,
// and an answer to what was asked before does not stand for it.
func TestQuickHand(t *testing.T) {
	p := desktest.New(t)
	b := at(t, p, p.Clerk, Expected)
	was := b.State().Asked
	var later []func()
	b.e.Run = func(work, then func()) { later = append(later, func() { work(); then() }) }
	all := func() {
		for len(later) > 0 {
			one := later[0]
			later = later[1:]
			one()
		}
	}
	text, err := predeclaration.Text(p.Other())
	if err != nil {
		t.Fatal(err)
	}
	b.Expect()
	b.Ask(Asked{From: "2022-07-01", Until: "2022-07-30"})
	b.Expect()
	all()
	if st := b.State(); !st.Known || st.Asked.From != "2022-07-01" {
		t.Errorf("known %v, asked %+v", st.Known, st.Asked)
	}
	b.Expect()
	b.Text(text)
	all()
	if b.State().Declared == nil {
		t.Error("what was scanned meanwhile is lost")
	}
	b.TakeIn()
	b.TakeIn()
	b.Ask(was)
	all()
	if st := b.State(); st.New == "" || st.Asked != was || len(p.Counts()) != 1 || p.Counts()[data.PreDeclared] != 1 {
		t.Errorf("new %q, asked %+v, cases %v", st.New, st.Asked, p.Counts())
	}
	b.Expect()
	b.Go(Risk)
	all()
	if st := b.State(); st.Part != Risk || st.Busy != "" {
		t.Errorf("in %s, busy %q", st.Part, st.Busy)
	}
	b.none(t)
}
