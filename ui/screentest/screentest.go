// Package screentest puts a screen into the real window, without a display,
// for tests: every timer waits until the test lets it go off, and work away
// from the UI goroutine has happened when a call returns.
package screentest

import (
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"pratique/data"
	"pratique/data/desk/desktest"
	"pratique/data/staff"
	"pratique/ui"
	"pratique/ui/env"
	"pratique/ui/locale"
	look "pratique/ui/theme"
)

// Assets are the assets, as a test in a folder under ui sees them.
var Assets = os.DirFS("../../assets")

// Bench is a window with one screen under test.
type Bench struct {
	*ui.Shell
	Window fyne.Window
	Env    *env.Env
	Screen env.Screen
	Went   []env.Route // where the screen wanted to go
	timers []func()
}

// New opens a window in a language and, with a session, goes to a route. Only
// the screen under test is real; the others are empty.
func New(t testing.TB, p *desktest.Post, s staff.Session, language string, r env.Route, factory func(b *Bench) env.Factory) *Bench {
	t.Helper()
	app := test.NewApp()
	t.Cleanup(app.Quit)
	th, err := look.New(Assets)
	if err != nil {
		t.Fatal(err)
	}
	app.Settings().SetTheme(th.Forced(theme.VariantLight))
	words, err := locale.Load(Assets)
	if err != nil {
		t.Fatal(err)
	}
	b := &Bench{Window: test.NewWindow(container.NewStack())}
	t.Cleanup(b.Window.Close)
	make := factory(b)
	under := func(e *env.Env, r env.Route) env.Screen {
		b.Env, b.Screen = e, make(e, r)
		return b.Screen
	}
	screens := map[env.ScreenName]env.Factory{}
	for _, name := range []env.ScreenName{env.SignIn, env.Queue, env.Intake, env.Review, env.Certificates, env.Verify, env.Flights, env.Figures, env.Admin} {
		screens[name] = func(e *env.Env, r env.Route) env.Screen {
			b.Env = e
			if name != env.SignIn {
				b.Went = append(b.Went, r)
			}
			return empty{e}
		}
	}
	screens[r.Screen] = under
	rail := []env.ScreenName{env.Queue, env.Certificates, env.Verify}
	if r.Screen == env.Figures || r.Screen == env.Admin {
		rail = append(rail, env.Figures, env.Admin)
	}
	if r.Screen == env.Flights {
		rail = append(rail, env.Flights, env.Figures, env.Admin)
	}
	b.Window.Resize(fyne.NewSize(1280, 800))
	b.Shell = ui.New(ui.Config{
		Window: b.Window, Words: words, Language: language, Post: p.Config.Post,
		Now: func() time.Time { return p.Now }, Run: env.Synchronous, After: b.After,
		Screens: screens, Rail: rail,
		May: func(o data.Officer, n env.ScreenName) bool {
			return n != env.Intake || slices.Contains(o.Roles, data.Clerk)
		},
		Home:      func(data.Officer) env.Route { return r },
		Find:      func(text string) env.Route { return env.Route{Screen: env.Queue, Find: text} },
		LockAfter: time.Hour, OnLock: func() {}, OnLanguage: func(string) {}, Say: ui.Say,
		Waits: func(s staff.Session, _ env.ScreenName) int { return p.Waits(s) },
	})
	if s.Officer().ID != "" {
		b.Env.SignIn(s)
	}
	return b
}

// After keeps f until [Bench.Pass].
func (b *Bench) After(_ time.Duration, f func()) { b.timers = append(b.timers, f) }

// Pass lets every timer go off that is waiting now.
func (b *Bench) Pass() {
	timers := b.timers
	b.timers = nil
	for _, f := range timers {
		f()
	}
}

// Type types text into what has the focus.
func (b *Bench) Type(text string) {
	for _, r := range text {
		if f := b.Window.Canvas().Focused(); f != nil {
			f.TypedRune(r)
		}
	}
}

// Key presses a key, Tab included, on what has the focus.
func (b *Bench) Key(names ...fyne.KeyName) {
	c := b.Window.Canvas()
	for _, name := range names {
		f := c.Focused()
		if tabs, ok := f.(fyne.Tabbable); name == fyne.KeyTab && (!ok || !tabs.AcceptsTab()) {
			c.FocusNext()
		} else if f != nil {
			f.TypedKey(&fyne.KeyEvent{Name: name})
		}
	}
}

// Shortcut does what the menu has under a key.
func (b *Bench) Shortcut(t testing.TB, key fyne.KeyName, modifier fyne.KeyModifier) {
	t.Helper()
	for _, m := range b.Window.MainMenu().Items {
		for _, i := range m.Items {
			if k, ok := i.Shortcut.(*desktop.CustomShortcut); ok && k.KeyName == key && k.Modifier == modifier {
				if i.Disabled {
					t.Fatalf("%s is disabled", i.Label)
				}
				i.Action()
				return
			}
		}
	}
	t.Fatalf("no shortcut %v %s", modifier, key)
}

// Shot leaves a picture in $PRATIQUE_SHOTS, if that is set, to look at.
func (b *Bench) Shot(t testing.TB, name string, width, height float32) {
	t.Helper()
	folder := os.Getenv("PRATIQUE_SHOTS")
	if folder == "" {
		return
	}
	b.Window.Resize(fyne.NewSize(width, height))
	b.Window.Resize(fyne.NewSize(width, height+1)) // heights follow widths
	b.Window.Resize(fyne.NewSize(width, height))
	f, err := os.Create(filepath.Join(folder, name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, b.Window.Canvas().Capture()); err != nil {
		t.Fatal(err)
	}
}

// empty stands for the screens that are not under test.
type empty struct{ e *env.Env }

func (s empty) Title() string            { return "" }
func (empty) Content() fyne.CanvasObject { return container.NewStack() }
func (empty) Focus() fyne.Focusable      { return nil }
func (empty) Leave()                     {}
