package signin_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"

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

func (d *door) Officers(context.Context) ([]data.Officer, error) { return desktest.Officers, nil }
func (d *door) Trouble() error                                   { return d.trouble }
func (d *door) SignIn(_ context.Context, id data.OfficerID, passphrase []byte) (staff.Session, error) {
	d.asked = append(d.asked, string(id)+" "+string(passphrase))
	return staff.Session{}, d.refuse
}

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
			s, other := m.Tried(err)
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
		{"another one", func() signin.State { return m.Move(9) }, signin.State{Officers: officers, Chosen: 2}},
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
			return signin.New(e, signin.Parts{Door: p.Desk, Practice: practice, Languages: []string{"en", "zh"}, SetLanguage: func(l string) { b.SetLanguage(l) }}, r)
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
