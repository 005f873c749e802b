package second

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"pratique/data"
	"pratique/data/desk/desktest"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/screentest"
	"pratique/ui/widgets"
)

var officers = []data.Officer{{ID: "officer-a", Mark: "A"}, {ID: "officer-b", Mark: "B"}, {ID: "officer-d", Mark: "D"}}

func TestTry(t *testing.T) {
	m := NewModel(nil)
	m.Known(officers, "officer-d")
	for _, tt := range []struct {
		name, passphrase string
		chosen           data.OfficerID
		said             string
		ok               bool
	}{
		{"nobody chosen", "words", "", "second.choose", false},
		{"the one who asks", "words", "officer-d", "second.choose", false},
		{"nothing typed", "", "officer-b", "second.type", false},
		{"both", "words", "officer-b", "", true},
	} {
		m.Choose(tt.chosen)
		if _, ok := m.Try(tt.passphrase); ok != tt.ok || m.State().Said != tt.said || m.State().Busy != tt.ok {
			t.Errorf("%s: %v %+v", tt.name, ok, m.State())
		}
	}
	if _, ok := m.Try("words"); ok {
		t.Error("two proofs at once")
	}
}

func TestTried(t *testing.T) {
	p := desktest.New(t)
	until := desktest.Now.Add(time.Minute)
	broken := errors.New("broken")
	for _, tt := range []struct {
		name  string
		s     staff.Session
		err   error
		ok    bool
		said  string
		until time.Time
		other error
	}{
		{"agreed", p.Reviewer, nil, true, "", time.Time{}, nil},
		{"a clerk", p.Clerk, nil, false, "second.role", time.Time{}, nil},
		{"wrong", staff.Session{}, staff.ErrSignIn, false, "second.refused", time.Time{}, nil},
		{"wrong, and a wait", staff.Session{}, fmt.Errorf("%w: %w", staff.ErrSignIn, &staff.ThrottledError{Until: until}), false, "second.refused", until, nil},
		{"early", staff.Session{}, &staff.ThrottledError{Until: until}, false, "second.early", until, nil},
		{"disabled", staff.Session{}, staff.ErrDisabled, false, "second.disabled", time.Time{}, nil},
		{"must change", staff.Session{}, staff.ErrMustChange, false, "second.must-change", time.Time{}, nil},
		{"trouble", staff.Session{}, broken, false, "", time.Time{}, broken},
	} {
		m := NewModel(nil)
		m.Known(officers[1:], "officer-d")
		m.Try("words")
		st, ok, other := m.Tried(tt.s, tt.err)
		if ok != tt.ok || other != tt.other || !reflect.DeepEqual(st, State{officers[1:2], "officer-b", false, tt.said, tt.until}) {
			t.Errorf("%s: %v %v %+v", tt.name, ok, other, st)
		}
	}
}

// asker is a screen that has nothing but a question.
type asker struct{}

func (asker) Title() string              { return "" }
func (asker) Content() fyne.CanvasObject { return container.NewStack() }
func (asker) Focus() fyne.Focusable      { return nil }
func (asker) Leave()                     {}

// bench is the window with an administrator in it.
func bench(t testing.TB, p *desktest.Post, language string) *screentest.Bench {
	return screentest.New(t, p, p.Administrator, language, env.Route{Screen: env.Queue}, func(*screentest.Bench) env.Factory {
		return func(*env.Env, env.Route) env.Screen { return asker{} }
	})
}

func TestAskByKeys(t *testing.T) {
	p := desktest.New(t)
	b := bench(t, p, "en")
	var got []data.OfficerID
	Ask(b.Env, p, "Officer C is let in again.", func(s staff.Session) { got = append(got, s.Officer().ID) })
	Ask(b.Env, p, "Something else.", func(staff.Session) { t.Error("two questions at once") })

	// A clerk may not be the second.
	b.Type("A")
	b.Key(fyne.KeyReturn)
	b.Type(desktest.Passphrase)
	b.Key(fyne.KeyReturn)
	if len(got) != 0 || b.Window.Canvas().Overlays().Top() == nil {
		t.Fatalf("a clerk agreed: %v", got)
	}
	e, ok := b.Window.Canvas().Focused().(*widgets.Entry)
	if !ok || !e.Password || e.Text != "" {
		t.Fatalf("focus on %T with what was typed", b.Window.Canvas().Focused())
	}
	b.Window.Canvas().FocusPrevious()
	b.Type("B")
	b.Key(fyne.KeyReturn)
	b.Type(desktest.Passphrase)
	b.Key(fyne.KeyReturn)
	if !reflect.DeepEqual(got, []data.OfficerID{"officer-b"}) || b.Window.Canvas().Overlays().Top() != nil {
		t.Errorf("agreed %v, overlay %v", got, b.Window.Canvas().Overlays().Top())
	}
}

func TestEscape(t *testing.T) {
	p := desktest.New(t)
	b := bench(t, p, "en")
	Ask(b.Env, p, "Something.", func(staff.Session) { t.Error("done") })
	b.Key(fyne.KeyTab, fyne.KeyEscape)
	if b.Window.Canvas().Overlays().Top() != nil {
		t.Error("Escape leaves the question")
	}
}

// TestLockMeanwhile is invariant 13: a lock takes the question away, and an
// agreement that comes afterwards does nothing.
func TestLockMeanwhile(t *testing.T) {
	p := desktest.New(t)
	b := bench(t, p, "en")
	Ask(b.Env, p, "Something.", func(staff.Session) { t.Error("done after the lock") })
	var finish []func()
	b.Env.Run = func(work, then func()) { finish = append(finish, func() { work(); then() }) }
	b.Type("B")
	b.Key(fyne.KeyReturn)
	b.Type(desktest.Passphrase)
	b.Key(fyne.KeyReturn)
	if len(finish) != 1 {
		t.Fatalf("%d proofs", len(finish))
	}
	b.Lock()
	if b.Window.Canvas().Overlays().Top() != nil {
		t.Error("the question outlives the lock")
	}
	finish[0]()
}

// TestSecondMakesSessions: what comes out of the dialog is what the desk takes
// for a second officer.
func TestSecondMakesSessions(t *testing.T) {
	p := desktest.New(t)
	b := bench(t, p, "zh")
	Ask(b.Env, p, "停用。", func(other staff.Session) {
		if err := p.SetRetention(context.Background(), p.Administrator, other, 400); err != nil {
			t.Error(err)
		}
	})
	b.Type("B")
	b.Key(fyne.KeyReturn)
	b.Shot(t, "second-zh", 1280, 800)
	b.Type(desktest.Passphrase)
	b.Key(fyne.KeyReturn)
	if days, err := p.Retention(context.Background()); err != nil || days != 400 {
		t.Errorf("retention %d %v", days, err)
	}
}

func TestPicture(t *testing.T) {
	p := desktest.New(t)
	b := bench(t, p, "en")
	Ask(b.Env, p, "Officer C is let in again. C may then enter and review cases as before.", func(staff.Session) {})
	b.Type("B")
	b.Key(fyne.KeyReturn)
	b.Type("wrong")
	b.Key(fyne.KeyReturn)
	b.Shot(t, "second-en", 1000, 700)
	if _, open := b.Window.Canvas().Overlays().Top().(*widgets.Dialog); !open {
		t.Error("a wrong passphrase closes the question")
	}
}
