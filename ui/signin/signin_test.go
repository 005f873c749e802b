package signin_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"pratique/data"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/keys"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/screentest"
	"pratique/ui/signin"
)

// door is a Door that is not a desk.
type door struct {
	trouble error
	refuse  error
	asked   []string
}

func (d *door) MaySignIn(context.Context) ([]data.Officer, error) { return desktest.Officers, nil }
func (d *door) Trouble() error                                    { return d.trouble }
func (d *door) SignIn(_ context.Context, id data.OfficerID, passphrase []byte) (staff.Session, error) {
	d.asked = append(d.asked, string(id)+" "+string(passphrase))
	return staff.Session{}, d.refuse
}
func (d *door) ChangePassphrase(_ context.Context, id data.OfficerID, old, passphrase []byte) (staff.Session, error) {
	d.asked = append(d.asked, string(id)+" "+string(old)+" -> "+string(passphrase))
	return staff.Session{}, d.refuse
}
func (d *door) About(o data.Officer) []string { return []string{o.Name} }

func TestModel(t *testing.T) {
	d := &door{}
	m := signin.NewModel(d)
	try := func(passphrase string, outcome error) func() signin.State {
		return func() signin.State {
			work, ok := m.Try(passphrase)
			if !ok {
				return m.State()
			}
			d.refuse = outcome
			_, err := work(context.Background())
			s, other := m.Tried(err, desktest.Now)
			if want := outcome != nil && !errors.Is(outcome, staff.ErrSignIn); (other != nil) != want {
				t.Errorf("outcome %v came back as %v", outcome, other)
			}
			return s
		}
	}
	full := errors.New("disk full")
	officers := desktest.Officers
	for _, step := range []struct {
		what string
		do   func() signin.State
		want signin.State
	}{
		{"nobody known", m.State, signin.State{Chosen: -1}},
		{"try without officers", try("x", nil), signin.State{Chosen: -1}},
		{"known", func() signin.State { return m.Known(officers) }, signin.State{Officers: officers}},
		{"up from the first", func() signin.State { return m.Move(-1) }, signin.State{Officers: officers}},
		{"down", func() signin.State { return m.Move(1) }, signin.State{Officers: officers, Chosen: 1}},
		{"nothing typed", try("", nil), signin.State{Officers: officers, Chosen: 1}},
		{"wrong", try("wrong", fmt.Errorf("sign in: %w", staff.ErrSignIn)), signin.State{Officers: officers, Chosen: 1, Refused: true}},
		{"the same again", func() signin.State { return m.Choose(1) }, signin.State{Officers: officers, Chosen: 1, Refused: true}},
		{"another one", func() signin.State { return m.Move(1) }, signin.State{Officers: officers, Chosen: 2}},
		{"not their doing", try("right", full), signin.State{Officers: officers, Chosen: 2}},
		{"right", try("right", nil), signin.State{Officers: officers, Chosen: 2}},
	} {
		if got := step.do(); !reflect.DeepEqual(got, step.want) {
			t.Errorf("%s: %+v, want %+v", step.what, got, step.want)
		}
	}
	if want := []string{"officer-b wrong", "officer-c right", "officer-c right"}; !reflect.DeepEqual(d.asked, want) {
		t.Errorf("asked %q, want %q", d.asked, want)
	}
}

// TestWait: what a screen shows of a throttled officer, second by second.
func TestWait(t *testing.T) {
	m := signin.NewModel(&door{})
	m.Known(desktest.Officers)
	now := desktest.Now
	tried := func(err error) signin.State {
		if _, ok := m.Try("x"); !ok {
			t.Fatal("cannot try")
		}
		s, other := m.Tried(err, now)
		if other != nil {
			t.Fatal(other)
		}
		return s
	}
	until := &staff.ThrottledError{Until: now.Add(2*time.Minute + time.Millisecond)}
	if s := tried(fmt.Errorf("%w: %w", staff.ErrSignIn, until)); !s.Refused || s.Wait != 121 {
		t.Errorf("a wrong one: %+v", s)
	}
	for _, tt := range []struct {
		at   time.Time
		want int
	}{{now.Add(time.Second), 120}, {until.Until.Add(-time.Nanosecond), 1}, {until.Until, 0}, {until.Until.Add(time.Hour), 0}} {
		m.Tick(now)
		if _, ok := m.Try("y"); ok {
			t.Fatal("tried while waiting")
		}
		if s := m.Tick(tt.at); s.Wait != tt.want {
			t.Errorf("%s: wait %d, want %d", tt.at, s.Wait, tt.want)
		}
	}
	if s := tried(until); s.Refused || s.Wait != 121 {
		t.Errorf("an early one: %+v", s)
	}
	if s := m.Move(1); s.Wait != 0 {
		t.Error("another officer waits as well")
	}
	if s := m.Tick(now); s.Wait != 0 {
		t.Error("another officer waits after a second")
	}
	if s := tried(staff.ErrDisabled); !s.Disabled || s.Refused {
		t.Errorf("disabled: %+v", s)
	}
}

func TestChange(t *testing.T) {
	d := &door{}
	m := signin.NewModel(d)
	m.Known(desktest.Officers)
	const fresh = "vuno peka lisa domi"
	if _, ok := m.Change(fresh, fresh); ok {
		t.Error("changed without a sign-in")
	}
	m.Try(desktest.Passphrase)
	if s, err := m.Tried(staff.ErrMustChange, desktest.Now); err != nil || !s.Change || s.Refused {
		t.Fatalf("%+v, %v", s, err)
	}
	if _, ok := m.Try("x"); ok || m.Move(1).Chosen != 0 {
		t.Error("something else goes on under a change")
	}
	for _, tt := range []struct {
		passphrase, repeat string
		strength           string
		ok, unequal        bool // once it is to be done
	}{
		{"", "", "", false, false},
		{"short", "short", "weak.short", false, false},
		{"officer officer officer", "officer officer officer", "weak.guessable", false, false},
		{desktest.Passphrase, desktest.Passphrase, "weak.same", false, false},
		{fresh, fresh + " ", "signin.strength.4", false, true},
		{fresh, "", "signin.strength.4", false, true},
		{fresh, fresh, "signin.strength.4", true, false},
	} {
		if s := m.Typed(tt.passphrase, tt.repeat); s.Strength != tt.strength {
			t.Errorf("%q: %q, want %q", tt.passphrase, s.Strength, tt.strength)
		}
		work, ok := m.Change(tt.passphrase, tt.repeat)
		if ok != tt.ok || m.State().Unequal != tt.unequal {
			t.Errorf("%q, %q: %t, %+v", tt.passphrase, tt.repeat, ok, m.State())
		}
		if ok {
			work(context.Background())
		}
	}
	if want := []string{"officer-a " + desktest.Passphrase + " -> " + fresh}; !reflect.DeepEqual(d.asked, want) {
		t.Errorf("asked %q, want %q", d.asked, want)
	}
	if s, err := m.Tried(nil, desktest.Now); err != nil || s.Change || s.Busy {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestScreenWaitsAndChanges goes through both with keys alone.
func TestScreenWaitsAndChanges(t *testing.T) {
	for _, language := range []string{"en", "zh"} {
		p := desktest.New(t)
		b := open(t, p, language, nil)
		for range 3 {
			b.Type("not this")
			b.Key(fyne.KeyReturn)
		}
		b.Shot(t, "signin-wait-"+language, 1000, 700)
		b.Type(desktest.Passphrase)
		b.Key(fyne.KeyReturn)
		if b.Officer().ID != "" {
			t.Fatal("nobody had to wait")
		}
		p.Now = p.Now.Add(2 * time.Second)
		b.Pass()
		b.Key(fyne.KeyReturn) // what was typed meanwhile is still there
		if got := b.Officer().ID; got != "officer-a" {
			t.Fatalf("signed in %q after the wait", got)
		}

		p = desktest.New(t)
		const given, own = "sumo tile wako renu", "vuno peka lisa domi"
		if err := p.ResetPassphrase(context.Background(), p.Administrator, p.Reviewer, "officer-a", []byte(given)); err != nil {
			t.Fatal(err)
		}
		b = open(t, p, language, nil)
		b.Type(given)
		b.Key(fyne.KeyReturn)
		b.Type("officer officer officer")
		b.Shot(t, "signin-change-weak-"+language, 1000, 700)
		for range len("officer officer officer") {
			b.Key(fyne.KeyBackspace)
		}
		b.Type(own)
		b.Key(fyne.KeyTab)
		b.Type(own)
		b.Shot(t, "signin-change-"+language, 1000, 700)
		b.Key(fyne.KeyReturn)
		if got := b.Officer().ID; got != "officer-a" {
			t.Errorf("signed in %q after the change", got)
		}
		if _, err := p.SignIn(context.Background(), "officer-a", []byte(own)); err != nil {
			t.Errorf("the new passphrase: %v", err)
		}
	}
}

func TestOnlyOneTryAtATime(t *testing.T) {
	m := signin.NewModel(&door{})
	m.Known(desktest.Officers)
	if _, ok := m.Try("a"); !ok || !m.State().Busy {
		t.Fatal("the first try does not begin")
	}
	if _, ok := m.Try("b"); ok {
		t.Error("a second try began while the first ran")
	}
	if s := m.Move(1); s.Chosen != 0 {
		t.Error("the officer changed under a running try")
	}
}

func TestTrouble(t *testing.T) {
	for err, want := range map[error]signin.Trouble{
		nil:                                  signin.NoTrouble,
		fmt.Errorf("x: %w", keys.ErrMissing): signin.KeyMissing,
		keys.ErrPassphrase:                   signin.KeyPassphrase,
		keys.ErrUnfit:                        signin.KeyUnfit,
		errors.New("other"):                  signin.OtherTrouble,
	} {
		if got := signin.NewModel(&door{trouble: err}).State().Trouble; got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}

var passphrases = map[data.OfficerID]string{"officer-a": desktest.Passphrase, "officer-b": desktest.Passphrase}

func open(t *testing.T, p *desktest.Post, language string, practice map[data.OfficerID]string) *screentest.Bench {
	return screentest.New(t, p, staff.Session{}, language, env.Route{Screen: env.SignIn}, func(b *screentest.Bench) env.Factory {
		return func(e *env.Env, r env.Route) env.Screen {
			return signin.New(e, signin.Parts{Door: p.Desk, Practice: practice, Languages: []string{"en", "zh"}, SetLanguage: func(l string) { b.SetLanguage(l) }, After: b.After}, r)
		}
	})
}

func TestScreen(t *testing.T) {
	p := desktest.New(t)
	b := open(t, p, "en", nil)
	b.Key(fyne.KeyDown)
	b.Type("not this")
	b.Key(fyne.KeyReturn)
	if b.Officer().ID != "" {
		t.Fatal("a wrong passphrase signed in")
	}
	field := b.Screen.Focus().(interface{ SelectedText() string })
	if e, ok := b.Window.Canvas().Focused().(interface{ SelectedText() string }); !ok || e != field {
		t.Error("the passphrase has lost the focus")
	}
	b.Shot(t, "signin-en-refused", 1000, 700)
	b.Type(desktest.Passphrase)
	b.Key(fyne.KeyEnter)
	if got := b.Officer().ID; got != "officer-b" {
		t.Errorf("signed in %q, want officer-b: was the field cleared?", got)
	}
}

// TestPracticeOfficerSitsDown reaches the first officer's passphrase with Tab.
func TestPracticeOfficerSitsDown(t *testing.T) {
	b := open(t, desktest.New(t), "en", passphrases)
	b.Key(fyne.KeyTab, fyne.KeyTab, fyne.KeyReturn, fyne.KeyReturn)
	if got := b.Officer().ID; got != "officer-a" {
		t.Errorf("signed in %q, want officer-a", got)
	}
}

func TestShots(t *testing.T) {
	for _, language := range []string{"en", "zh"} {
		open(t, desktest.New(t), language, passphrases).Shot(t, "signin-"+language, 1280, 800)
		open(t, desktest.New(t, func(c *desk.Config) { c.Signer = nil }), language, nil).Shot(t, "signin-trouble-"+language, 1000, 700)
	}
}
