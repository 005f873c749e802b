package ui

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk/desktest"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/store/mem"
	"pratique/ui/env"
	"pratique/ui/locale"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// page is a screen that tells what happens to it.
type page struct {
	e     *env.Env
	r     env.Route
	entry *widgets.Entry
	told  *[]string
	typed string
	id    string
}

func (p *page) tell(what string) { *p.told = append(*p.told, what+" "+string(p.r.Screen)+p.r.ID) }

func (p *page) Title() string { return p.e.T("screen." + string(p.r.Screen)) }
func (p *page) Content() fyne.CanvasObject {
	return widgets.Page(widgets.NewCard(p.Title(), widgets.NewField(p.e.T("field.traveller.surname"), p.entry)))
}
func (p *page) Focus() fyne.Focusable   { return p.entry }
func (p *page) Leave()                  { p.tell("left"); p.id = p.r.ID + "saved" }
func (p *page) TypedRune(r rune)        { p.typed += string(r) }
func (p *page) TypedKey(*fyne.KeyEvent) {}
func (p *page) Actions() []env.Action {
	return []env.Action{{Label: "Save", Key: fyne.KeyS, Modifier: fyne.KeyModifierControl, Do: func() { p.tell("save") }}}
}

// draft is a page that gets an ID when it is left.
type draft struct{ page }

func (d *draft) Route() env.Route {
	if d.id != "" {
		return env.Route{Screen: env.Intake, ID: "saved"}
	}
	return d.r
}

// bench is a shell with its clock, its timers and what happened.
type bench struct {
	*Shell
	w      fyne.Window
	now    time.Time
	timers []func()
	told   []string
	locked int
	waits  int // in the queue
	screen func() *page
	a, b   staff.Session
}

var assets = os.DirFS("../assets")

func newBench(t *testing.T, kind data.PostKind) *bench {
	t.Helper()
	test.NewTempApp(t)
	th, err := look.New(assets)
	if err != nil {
		t.Fatal(err)
	}
	test.ApplyTheme(t, th.Forced(theme.VariantLight))
	words, err := locale.Load(assets)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{w: test.NewWindow(container.NewStack()), now: time.Date(2026, 3, 8, 10, 42, 0, 0, time.UTC)}
	b.a = signedIn(t, data.Officer{ID: "officer-a", Name: "Officer A", Mark: "A", Roles: []data.Role{data.Clerk}})
	b.b = signedIn(t, data.Officer{ID: "officer-b", Name: "Officer B", Mark: "B", Roles: []data.Role{data.Reviewer}})
	var last *page
	b.screen = func() *page { return last }
	factory := func(e *env.Env, r env.Route) env.Screen {
		p := page{e: e, r: r, entry: widgets.NewEntry(), told: &b.told}
		if r.Screen == env.Intake {
			d := &draft{p}
			last = &d.page
			return d
		}
		last = &p
		return last
	}
	screens := map[env.ScreenName]env.Factory{}
	for _, n := range []env.ScreenName{env.SignIn, env.Queue, env.Intake, env.Review, env.Certificates, env.Verify, env.Figures} {
		screens[n] = factory
	}
	b.w.Resize(fyne.NewSize(1280, 800))
	b.Shell = New(Config{
		Window: b.w, Words: words, Language: "en",
		Post:    data.Post{Kind: kind, Name: map[string]string{"en": "Embassy of Utopia in Specimen City", "zh": "乌托邦驻样本市使馆"}},
		Now:     func() time.Time { return b.now },
		Run:     env.Synchronous,
		After:   func(_ time.Duration, f func()) { b.timers = append(b.timers, f) },
		Screens: screens,
		Rail:    []env.ScreenName{env.Queue, env.Certificates, env.Verify, env.Figures},
		May: func(o data.Officer, n env.ScreenName) bool {
			return n != env.Intake || slices.Contains(o.Roles, data.Clerk)
		},
		Home:       func(data.Officer) env.Route { return env.Route{Screen: env.Queue} },
		Find:       func(text string) env.Route { return env.Route{Screen: env.Queue, Find: text} },
		LockAfter:  5 * time.Minute,
		OnLock:     func() { b.locked++ },
		OnLanguage: func(string) {},
		Waits: func(_ staff.Session, s env.ScreenName) int {
			if s == env.Queue {
				return b.waits
			}
			return 0
		},
		Say: func(words *locale.Catalogue, err error) string {
			if errors.Is(err, os.ErrPermission) {
				return "You may not."
			}
			return ""
		},
	})
	return b
}

// signedIn proves an officer the way the program does; only that makes a session.
func signedIn(t *testing.T, o data.Officer) staff.Session {
	t.Helper()
	now := time.Date(2022, 7, 9, 10, 30, 0, 0, time.UTC)
	v, log := desktest.Vault(t, mem.New(), filepath.Join(t.TempDir(), "head"))
	slot, err := v.NewSlot(string(o.ID), []byte("specimen"), desktest.Cost)
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Update(t.Context(), func(tx store.Tx, add func(audit.Entry) error) error {
		return errors.Join(staff.Put(tx, o, slot), add(audit.Entry{At: now, Act: audit.PostCreated}))
	}); err != nil {
		t.Fatal(err)
	}
	session, err := staff.NewDoor(log, v, func() time.Time { return now }).SignIn(t.Context(), o.ID, []byte("specimen"))
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// pass lets a time pass in which nobody does anything.
func (b *bench) pass(d time.Duration) {
	b.now = b.now.Add(d)
	timers := b.timers
	b.timers = nil
	for _, f := range timers {
		f()
	}
}

func (b *bench) at(t *testing.T, want env.Route) {
	t.Helper()
	if b.here != want {
		t.Errorf("at %+v, want %+v", b.here, want)
	}
}

// shortcuts are the shortcuts in the menu and what they do.
func (b *bench) shortcuts() map[string]func() {
	all := map[string]func(){}
	for _, m := range b.w.MainMenu().Items {
		for _, i := range m.Items {
			if k, ok := i.Shortcut.(*desktop.CustomShortcut); ok {
				all[Keys(k.KeyName, k.Modifier)] = i.Action
			}
		}
	}
	return all
}

func TestNobodyGoesAnywhereBeforeSigningIn(t *testing.T) {
	b := newBench(t, data.PracticePost)
	b.Go(env.Route{Screen: env.Queue})
	b.Back()
	b.env.SignIn(staff.Session{})
	b.at(t, env.Route{Screen: env.SignIn})
	all := b.shortcuts()
	if len(all) != 5 { // quit, shortcuts, two languages, and the page's own
		t.Errorf("shortcuts before sign-in: %d", len(all))
	}
	all["Ctrl+Alt+2"]()
	if got := b.Here(); got.Screen != env.SignIn || b.env.Language() != "zh" {
		t.Errorf("Ctrl+Alt+2 leads to %v in %s", got, b.env.Language())
	}
}

func TestJourneyThroughScreens(t *testing.T) {
	b := newBench(t, data.PracticePost)
	b.env.SignIn(b.a)
	b.at(t, env.Route{Screen: env.Queue})
	if got := b.w.Canvas().Focused(); got != b.screen().entry {
		t.Errorf("the focus is on %T", got)
	}
	b.Go(env.Route{Screen: env.Review, ID: "7"})
	b.Go(env.Route{Screen: env.Admin}) // there is none
	b.at(t, env.Route{Screen: env.Review, ID: "7"})
	b.Go(env.Route{Screen: env.Certificates, ID: "n"})
	b.Back()
	b.at(t, env.Route{Screen: env.Review, ID: "7"})
	b.Back()
	b.at(t, env.Route{Screen: env.Queue})
	b.Back() // nothing before: home
	b.at(t, env.Route{Screen: env.Queue})
	want := "left signin,left queue,left review7,left certificatesn,left review7,left queue"
	if got := strings.Join(b.told, ","); got != want {
		t.Errorf("told %s, want %s", got, want)
	}
}

func TestSearchIsOnEveryScreen(t *testing.T) {
	b := newBench(t, data.PracticePost)
	b.env.SignIn(b.a)
	for _, n := range []env.ScreenName{env.Queue, env.Verify, env.Intake} {
		b.Go(env.Route{Screen: n})
		b.shortcuts()["Ctrl+K"]()
		if b.w.Canvas().Focused() != b.search {
			t.Fatalf("%s: Ctrl+K goes to %T", n, b.w.Canvas().Focused())
		}
		test.Type(b.search, "YANGBEN")
		b.search.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		b.at(t, env.Route{Screen: env.Queue, Find: "YANGBEN"})
		if b.search.Text != "YANGBEN" {
			t.Errorf("%s: the search shows %q", n, b.search.Text)
		}
	}
	b.search.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if b.search.Text != "" || b.w.Canvas().Focused() != b.screen().entry {
		t.Error("Escape does not give the screen its focus back")
	}
}

func TestMenuHasEveryShortcutOnce(t *testing.T) {
	b := newBench(t, data.PracticePost)
	b.env.SignIn(b.a)
	all := b.shortcuts()
	for _, k := range []string{"Ctrl+N", "Ctrl+K", "Alt+Left", "Ctrl+L", "Ctrl+Q", "Ctrl+S", "Ctrl+1", "Ctrl+2", "Ctrl+3", "Ctrl+4", "Ctrl+Alt+1", "Ctrl+Alt+2", "Ctrl+/"} {
		if all[k] == nil {
			t.Errorf("no %s", k)
		}
	}
	n := 0
	for _, m := range b.w.MainMenu().Items {
		for _, i := range m.Items {
			if i.Shortcut != nil {
				n++
			}
		}
	}
	if n != len(all) {
		t.Errorf("%d shortcuts, %d different ones", n, len(all))
	}
	all["Ctrl+3"]()
	b.at(t, env.Route{Screen: env.Verify})
	b.shortcuts()["Ctrl+S"]()
	if !slices.Contains(b.told, "save verify") {
		t.Errorf("the screen's own act did not happen: %v", b.told)
	}
	b.shortcuts()["Ctrl+N"]()
	b.at(t, env.Route{Screen: env.Intake})

	b.Lock()
	b.env.SignIn(b.b) // no clerk
	if b.shortcuts()["Ctrl+N"] != nil {
		t.Error("a reviewer is offered a new application")
	}
}

func TestInvariant13LockWaitsForNoDialog(t *testing.T) {
	b := newBench(t, data.PracticePost)
	b.env.SignIn(b.a)
	b.Go(env.Route{Screen: env.Intake})
	test.Type(b.screen().entry, "half ty")
	b.env.Error(errors.New("a dialog in the way"))
	widgets.ShowDialog(b.w.Canvas(), "and another", widget.NewLabel(""), nil)
	b.pass(time.Second) // what was typed is seen as life
	b.pass(5*time.Minute - time.Second)
	if b.locked != 0 {
		t.Fatal("locked too early")
	}
	b.told = nil
	b.pass(time.Second)
	if b.locked != 1 || b.Officer().ID != "" {
		t.Fatalf("locked %d times, officer %q", b.locked, b.Officer().ID)
	}
	b.at(t, env.Route{Screen: env.SignIn})
	if b.w.Canvas().Overlays().Top() != nil {
		t.Error("a dialog lies over the sign-in")
	}
	if len(b.told) != 1 || b.told[0] != "left intake" {
		t.Errorf("told %v", b.told)
	}
	b.env.SignIn(b.a)
	b.at(t, env.Route{Screen: env.Intake, ID: "saved"})

	b.Lock()
	b.env.SignIn(b.b)
	b.at(t, env.Route{Screen: env.Queue}) // another officer begins at home
	b.Lock()
	b.env.SignIn(b.a)
	b.at(t, env.Route{Screen: env.Queue}) // and A's place is forgotten by then
}

// TestInvariant13NothingOfAPersonStaysAtTheLock: neither on the screen, nor in
// the title, nor in what the window keeps for the officer's return.
func TestInvariant13NothingOfAPersonStaysAtTheLock(t *testing.T) {
	b := newBench(t, data.PracticePost)
	b.env.SignIn(b.a)
	b.Go(env.Route{Screen: env.Verify, Find: "SPECIMEN"})
	test.Type(b.screen().entry, "SPECIMEN")
	b.env.Undoable("SPECIMEN is ticked", func() { t.Error("undone after the lock") })
	b.env.Error(errors.New("SPECIMEN is wrong"))
	if seen := seenIn(b.w); strings.Count(seen, "SPECIMEN") < 4 {
		t.Fatalf("only %q is on the screen: nothing is proved", seen)
	}
	b.Lock()
	if seen := seenIn(b.w) + b.w.Title(); strings.Contains(seen, "SPECIMEN") {
		t.Errorf("after the lock: %q", seen)
	}
	if strings.Contains(fmt.Sprintf("%+v %+v %+v", b.resume, b.before, b.here), "SPECIMEN") {
		t.Errorf("kept: %+v", b.resume)
	}
	b.env.SignIn(b.a)
	b.at(t, env.Route{Screen: env.Verify})
}

// seenIn is every text on a window, passphrases left out.
func seenIn(w fyne.Window) string {
	var all []string
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if !o.Visible() {
			return
		}
		switch o := o.(type) {
		case *canvas.Text:
			all = append(all, o.Text)
		case *fyne.Container:
			for _, c := range o.Objects {
				walk(c)
			}
		case fyne.Widget:
			for _, c := range test.WidgetRenderer(o).Objects() {
				walk(c)
			}
		}
	}
	walk(w.Content())
	for _, o := range w.Canvas().Overlays().List() {
		walk(o)
	}
	return strings.Join(all, "\n")
}

// covered is a page before the sign-in.
type covered struct {
	*page
	times int
}

func (c *covered) Cover() { c.times++ }

func TestWhatIsSecretBeforeTheSignInIsCovered(t *testing.T) {
	b := newBench(t, data.RealPost)
	var c *covered
	before := b.config.Screens[env.SignIn]
	b.config.Screens[env.SignIn] = func(e *env.Env, r env.Route) env.Screen {
		before(e, r)
		c = &covered{page: b.screen()}
		return c
	}
	b.env.SignIn(b.a)
	b.Lock()
	if b.locked != 1 || c.times != 0 {
		t.Fatalf("locked %d times, covered %d times", b.locked, c.times)
	}
	b.Lock() // by the session's own lock, nobody being signed in
	if b.locked != 1 || c.times != 1 {
		t.Errorf("locked %d times, covered %d times", b.locked, c.times)
	}
	b.pass(time.Second) // the focus that moved is seen as life
	b.pass(b.config.LockAfter)
	if c.times != 2 {
		t.Errorf("covered %d times after nobody did anything", c.times)
	}
}

func TestNotAccreditedIsAlwaysInSight(t *testing.T) {
	const words = "NOT ACCREDITED"
	for _, tt := range []struct {
		name       string
		kind       data.PostKind
		accredited func() bool
		want       bool
	}{
		{"nobody vouches", data.RealPost, func() bool { return false }, true},
		{"not known", data.RealPost, nil, true},
		{"vouched for", data.RealPost, func() bool { return true }, false},
		{"practice", data.PracticePost, func() bool { return false }, false},
	} {
		b := newBench(t, tt.kind)
		b.config.Accredited = tt.accredited
		if strings.Contains(seenIn(b.w), words) {
			t.Errorf("%s: said before anybody can know", tt.name)
		}
		b.env.SignIn(b.a)
		if got := strings.Contains(seenIn(b.w), words); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}

func TestEndLeavesTheWindow(t *testing.T) {
	b := newBench(t, data.PracticePost)
	closed := false
	b.w.SetOnClosed(func() { closed = true })
	b.env.SignIn(b.a)
	b.End()
	b.End()
	if b.locked != 1 || closed || b.env.Context.Err() == nil || strings.Join(b.told, ",") != "left signin,left queue" {
		t.Errorf("locked %d times, closed %t, %v", b.locked, closed, b.told)
	}
}

func TestLifeKeepsItOpen(t *testing.T) {
	b := newBench(t, data.PracticePost)
	b.env.SignIn(b.a)
	b.pass(time.Second)
	for _, life := range []struct {
		name string
		live func()
	}{
		{"typing", func() { test.Type(b.screen().entry, "x") }},
		{"mouse", func() { test.MoveMouse(b.w.Canvas(), fyne.NewPos(700, 600)) }},
		{"unfocused key", func() { b.w.Canvas().OnTypedRune()('x') }},
		{"menu", func() { b.shortcuts()["Ctrl+K"]() }},
	} {
		b.pass(4 * time.Minute)
		life.live()
		b.pass(time.Second) // the next look at the desk
		b.pass(4 * time.Minute)
		if b.locked != 0 {
			t.Fatalf("%s does not count as life", life.name)
		}
		b.active()
	}
	b.pass(5*time.Minute + time.Second)
	if b.locked != 1 {
		t.Error("never locks")
	}
}

func TestLanguageWithoutRestart(t *testing.T) {
	b := newBench(t, data.PracticePost)
	b.env.SignIn(b.a)
	b.Go(env.Route{Screen: env.Intake})
	b.told = nil
	b.SetLanguage("zh")
	b.at(t, env.Route{Screen: env.Intake, ID: "saved"})
	if got := b.screen().Title(); got != "新申请" {
		t.Errorf("the title is %q", got)
	}
	if got := lang.L("Cancel"); got != "取消" {
		t.Errorf("the toolkit says %q", got)
	}
	if got := b.w.MainMenu().Items[0].Label; got != "工作台" {
		t.Errorf("the menu says %q", got)
	}
	b.SetLanguage("en")
	if got := lang.L("Cancel"); got != "Cancel" {
		t.Errorf("the toolkit says %q", got)
	}
	if len(b.told) != 2 {
		t.Errorf("told %v", b.told)
	}
}

func TestPracticeIsAlwaysInSight(t *testing.T) {
	b := newBench(t, data.PracticePost)
	sees := func() bool {
		return slices.ContainsFunc(test.LaidOutObjects(b.w.Content()), func(o fyne.CanvasObject) bool {
			text, ok := o.(*widgets.Text)
			return ok && text.Text() == "PRACTICE"
		}) && strings.Contains(b.w.Title(), "PRACTICE")
	}
	if !sees() {
		t.Error("not at the sign-in")
	}
	b.env.SignIn(b.a)
	for _, n := range []env.ScreenName{env.Queue, env.Intake, env.Verify} {
		b.Go(env.Route{Screen: n})
		if !sees() {
			t.Errorf("not on %s", n)
		}
	}
	b = newBench(t, data.RealPost)
	if sees() {
		t.Error("a real post is called practice")
	}
}

func TestErrorsToastsAndCounts(t *testing.T) {
	b := newBench(t, data.PracticePost)
	b.env.SignIn(b.a)
	texts := func() string {
		var all []string
		for _, o := range test.LaidOutObjects(b.w.Canvas().Overlays().Top()) {
			if r, ok := o.(*widget.RichText); ok {
				all = append(all, r.String())
			}
		}
		return strings.Join(all, "|")
	}
	b.env.Error(context.Canceled)
	b.env.Error(nil)
	if b.w.Canvas().Overlays().Top() != nil {
		t.Error("what was cancelled is shown as an error")
	}
	b.env.Error(os.ErrPermission)
	if got := texts(); !strings.Contains(got, "You may not.") || !strings.Contains(got, os.ErrPermission.Error()) {
		t.Errorf("the dialog says %q", got)
	}
	b.w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if b.w.Canvas().Overlays().Top() != nil {
		t.Error("Enter does not close the dialog")
	}

	undone := 0
	b.env.Toast("Saved 10:42")
	b.env.Undoable("Returned", func() { undone++ })
	if got := b.toaster.Texts(); !slices.Equal(got, []string{"Saved 10:42", "Returned"}) {
		t.Errorf("toasts %q", got)
	}
	b.pass(time.Second)
	if got := b.toaster.Texts(); len(got) != 0 {
		t.Errorf("after their time: %q", got)
	}

	b.waits = 7
	b.env.Changed()
	if item := b.items[env.Queue]; item.number.Text() != "7" || !item.badge.Visible() {
		t.Error("the counter is not shown")
	}
	b.Go(env.Route{Screen: env.Verify})
	if b.items[env.Queue].number.Text() != "7" {
		t.Error("the counter is forgotten on the way")
	}
	b.waits = 0
	b.Go(env.Route{Screen: env.Queue})
	if b.items[env.Queue].badge.Visible() {
		t.Error("the counter stays when nothing waits")
	}
	b.w.Canvas().Unfocus()
	b.w.Canvas().OnTypedRune()('a')
	if b.screen().typed != "a" {
		t.Errorf("typed without focus: %q", b.screen().typed)
	}
}

func TestClose(t *testing.T) {
	b := newBench(t, data.PracticePost)
	b.env.SignIn(b.a)
	b.told = nil
	b.Close()
	if b.locked != 1 || b.env.Context.Err() == nil || len(b.told) != 1 {
		t.Errorf("locked %d, context %v, told %v", b.locked, b.env.Context.Err(), b.told)
	}
	n := len(b.timers)
	b.pass(time.Second)
	if len(b.timers) >= n && n > 0 {
		t.Error("the clock goes on after closing")
	}
}

// TestShots leaves pictures of the window in $PRATIQUE_SHOTS, to look at.
func TestShots(t *testing.T) {
	folder := os.Getenv("PRATIQUE_SHOTS")
	if folder == "" {
		t.Skip("PRATIQUE_SHOTS is not set: no pictures were made")
	}
	for _, v := range []fyne.ThemeVariant{theme.VariantLight, theme.VariantDark} {
		for _, language := range []string{"en", "zh"} {
			b := newBench(t, data.PracticePost)
			th, _ := look.New(assets)
			test.ApplyTheme(t, th.Forced(v))
			b.SetLanguage(language)
			b.env.SignIn(b.a)
			b.waits = 7
			b.env.Changed()
			b.env.Toast("Saved 10:42")
			save(t, filepath.Join(folder, "shell-"+language+map[fyne.ThemeVariant]string{0: "-dark", 1: "-light"}[v]+".png"), b.w)
			if v == theme.VariantLight {
				b.env.Error(os.ErrPermission)
				save(t, filepath.Join(folder, "error-"+language+".png"), b.w)
				b.showShortcuts()
				save(t, filepath.Join(folder, "shortcuts-"+language+".png"), b.w)
			}
		}
	}
}

func save(t *testing.T, name string, w fyne.Window) {
	t.Helper()
	w.Resize(fyne.NewSize(1280, 801))
	w.Resize(fyne.NewSize(1280, 800))
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, w.Canvas().Capture()); err != nil {
		t.Fatal(err)
	}
}
