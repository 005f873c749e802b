package signin_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"fyne.io/fyne/v2"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/staff"
	"pratique/data/store/mem"
	"pratique/data/vault"
	"pratique/ui/env"
	"pratique/ui/screentest"
	"pratique/ui/signin"
	"pratique/ui/widgets"
)

// door is a Door that is not a desk.
type door struct {
	refuse error
	asked  []string
}

func (d *door) MaySignIn(context.Context) ([]data.Officer, error) { return desktest.Officers, nil }
func (d *door) SignIn(_ context.Context, id data.OfficerID, passphrase []byte) (staff.Session, error) {
	d.asked = append(d.asked, string(id)+" "+string(passphrase))
	return staff.Session{}, d.refuse
}
func (d *door) ChangePassphrase(_ context.Context, id data.OfficerID, old, passphrase []byte) (staff.Session, error) {
	d.asked = append(d.asked, string(id)+" "+string(old)+" -> "+string(passphrase))
	return staff.Session{}, d.refuse
}
func (d *door) About(o data.Officer) []string { return []string{o.Name} }
func (d *door) CorrectClock(_ context.Context, a, b staff.Claim) error {
	d.asked = append(d.asked, fmt.Sprintf("%s %s + %s %s", a.Officer, a.Passphrase, b.Officer, b.Passphrase))
	return d.refuse
}
func (d *door) Recover(_ context.Context, _ vault.Key, id data.OfficerID, passphrase []byte) error {
	d.asked = append(d.asked, fmt.Sprintf("recover %s %s", id, passphrase))
	return d.refuse
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
	if s, err := m.Tried(staff.ErrMustChange, desktest.Now); err != nil || s.Mode != signin.Change || s.Refused {
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
	if s, err := m.Tried(nil, desktest.Now); err != nil || s.Mode != signin.Sit || s.Busy {
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

// TestTrouble: what keeps everybody out is told with what to do; anything else
// is the shell's to say.
func TestTrouble(t *testing.T) {
	other := errors.New("other")
	for _, tt := range []struct {
		err  error
		want signin.Trouble
	}{
		{fmt.Errorf("sign in: unlock: %w", vault.ErrPutBack), signin.PutBack},
		{fmt.Errorf("sign in: %w", vault.ErrDevice), signin.OtherDesk},
		{fmt.Errorf("sign in: %w", audit.ErrClock), signin.ClockBack},
		{other, signin.NoTrouble},
	} {
		m := signin.NewModel(&door{})
		m.Known(desktest.Officers)
		m.Try("x")
		s, err := m.Tried(tt.err, desktest.Now)
		if s.Trouble != tt.want || s.Busy || s.Refused || (err != nil) != (tt.want == signin.NoTrouble) {
			t.Errorf("%v: %+v, %v", tt.err, s, err)
		}
		if m.Try("x"); m.State().Trouble != signin.NoTrouble {
			t.Errorf("%v: still said while another try runs", tt.err)
		}
	}
}

func TestCorrectClock(t *testing.T) {
	d := &door{}
	m := signin.NewModel(d)
	if _, ok := m.CorrectClock("a", 1, "b"); ok {
		t.Error("corrected before anybody asked for it")
	}
	m.Known(desktest.Officers)
	m.Go(signin.Clock)
	m.Choose(3)
	for _, tt := range []struct {
		first, other string
		second       int
	}{{"", "b", 1}, {"a", "", 1}, {"a", "b", 3}, {"a", "b", -1}, {"a", "b", 4}} {
		if _, ok := m.CorrectClock(tt.first, tt.second, tt.other); ok {
			t.Errorf("%+v went through", tt)
		}
	}
	for _, tt := range []struct {
		err  error
		want signin.State
	}{
		{fmt.Errorf("correct clock: %w", staff.ErrSignIn), signin.State{Officers: desktest.Officers, Chosen: 3, Mode: signin.Clock, Refused: true}},
		{fmt.Errorf("correct clock: %w", staff.ErrNotPermitted), signin.State{Officers: desktest.Officers, Chosen: 3, Mode: signin.Clock, Refused: true}},
		{fmt.Errorf("correct clock: %w", audit.ErrClock), signin.State{Officers: desktest.Officers, Chosen: 3, Mode: signin.Clock, Trouble: signin.ClockBack}},
		{nil, signin.State{Officers: desktest.Officers, Chosen: 3, Done: signin.Corrected}},
	} {
		work, ok := m.CorrectClock("a", 1, "b")
		if !ok || !m.State().Busy {
			t.Fatal("does not begin")
		}
		if _, ok := m.CorrectClock("a", 1, "b"); ok {
			t.Error("two at a time")
		}
		d.refuse = tt.err
		s, err := m.Helped(work(context.Background()))
		if !reflect.DeepEqual(s, tt.want) || err != nil {
			t.Errorf("%v: %+v, %v", tt.err, s, err)
		}
	}
	if len(d.asked) != 4 || d.asked[0] != "officer-d a + officer-b b" {
		t.Errorf("asked %q", d.asked)
	}
}

func TestRecover(t *testing.T) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	d := &door{}
	m := signin.NewModel(d)
	m.Known(desktest.Officers)
	m.Go(signin.Recover)
	const fresh = "vuno peka lisa domi"
	key := strings.ToLower(identity.String()[:30]) + "\n " + identity.String()[30:]
	for _, tt := range []struct {
		key, passphrase, repeat string
		want                    signin.State
	}{
		{"AGE-SECRET-KEY-1", fresh, fresh, signin.State{BadKey: true, Strength: "signin.strength.4", Strong: true}},
		{key, fresh, "", signin.State{Unequal: true, Strength: "signin.strength.4", Strong: true}},
		{key, "short", "short", signin.State{Strength: "weak.short"}},
	} {
		_, ok := m.Recover(tt.key, tt.passphrase, tt.repeat)
		tt.want.Officers, tt.want.Mode = desktest.Officers, signin.Recover
		if s := m.State(); ok || !reflect.DeepEqual(s, tt.want) {
			t.Errorf("%q, %q, %q: %t, %+v", tt.key, tt.passphrase, tt.repeat, ok, s)
		}
	}
	for _, tt := range []struct {
		err  error
		want signin.State
	}{
		{fmt.Errorf("recover: %w", vault.ErrNotForYou), signin.State{Mode: signin.Recover, BadKey: true, Strength: "signin.strength.4", Strong: true}},
		{fmt.Errorf("recover: %w", desk.ErrNotAdministrator), signin.State{Mode: signin.Recover, NotThey: true, Strength: "signin.strength.4", Strong: true}},
		{&staff.WeakError{Why: staff.Guessable}, signin.State{Mode: signin.Recover, Strength: "weak.guessable"}},
		{nil, signin.State{Done: signin.Recovered}},
	} {
		work, ok := m.Recover(key, fresh, fresh)
		if !ok {
			t.Fatal("does not begin")
		}
		d.refuse = tt.err
		tt.want.Officers = desktest.Officers
		if s, err := m.Helped(work(context.Background())); !reflect.DeepEqual(s, tt.want) || err != nil {
			t.Errorf("%v: %+v, %v", tt.err, s, err)
		}
	}
	if m.Go(signin.Recover); m.State().Done != signin.Nothing {
		t.Error("what was done is still said")
	}
}

// seats are two officers of a practice post.
var seats = []signin.Seat{{Officer: desktest.Officers[0], Passphrase: desktest.Passphrase}, {Officer: desktest.Officers[1], Passphrase: desktest.Passphrase}}

func open(t *testing.T, p *desktest.Post, language string, practice []signin.Seat) *screentest.Bench {
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

// TestNamesAreNotAtTheDoor: they lie sealed, whatever the desk hands out.
func TestNamesAreNotAtTheDoor(t *testing.T) {
	p := desktest.New(t)
	officers, err := p.MaySignIn(context.Background())
	if err != nil || len(officers) != len(desktest.Officers) {
		t.Fatal(officers, err)
	}
	for _, o := range officers {
		if o.Name != "" || len(o.Roles) > 0 || o.Mark == "" {
			t.Errorf("%+v", o)
		}
	}
}

// TestPracticeOfficerSitsDown reaches the first officer's passphrase with Tab.
func TestPracticeOfficerSitsDown(t *testing.T) {
	b := open(t, desktest.New(t), "en", seats)
	b.Key(fyne.KeyTab, fyne.KeyTab, fyne.KeyTab, fyne.KeyReturn, fyne.KeyReturn)
	if got := b.Officer().ID; got != "officer-a" {
		t.Errorf("signed in %q, want officer-a", got)
	}
}

// TestClockBackAtTheScreen: nobody gets in, two officers correct it with keys
// alone, and then somebody does.
func TestClockBackAtTheScreen(t *testing.T) {
	for _, language := range []string{"en", "zh"} {
		p := desktest.New(t)
		p.Lock()
		p.Now = p.Now.Add(-48 * time.Hour)
		b := open(t, p, language, nil)
		b.Key(fyne.KeyDown, fyne.KeyDown, fyne.KeyDown)
		b.Type(desktest.Passphrase)
		b.Key(fyne.KeyReturn)
		if b.Officer().ID != "" {
			t.Fatal("signed in with a clock that went back")
		}
		b.Shot(t, "signin-clock-back-"+language, 1000, 700)
		for range 20 { // to the button in the box
			if f, ok := b.Window.Canvas().Focused().(*widgets.Button); ok && f.Text == b.Env.T("signin.clock") {
				break
			}
			b.Window.Canvas().FocusPrevious()
		}
		b.Key(fyne.KeyReturn)
		b.Type(desktest.Passphrase)
		b.Key(fyne.KeyReturn)
		b.Type("b")
		b.Key(fyne.KeyReturn)
		b.Type("wrong")
		b.Key(fyne.KeyReturn)
		b.Shot(t, "signin-clock-refused-"+language, 1000, 700)
		b.Type(desktest.Passphrase)
		b.Key(fyne.KeyTab)
		b.Key(fyne.KeyTab)
		b.Type(desktest.Passphrase)
		b.Key(fyne.KeyReturn)
		b.Shot(t, "signin-clock-done-"+language, 1000, 700)
		b.Type(desktest.Passphrase)
		b.Key(fyne.KeyReturn)
		if got := b.Officer().ID; got != "officer-d" {
			t.Errorf("signed in %q after the correction", got)
		}
	}
}

// TestRecoveryKeyAtTheScreen goes from the forgotten passphrase to the desk
// with keys alone.
func TestRecoveryKeyAtTheScreen(t *testing.T) {
	for _, language := range []string{"en", "zh"} {
		var recovery string
		p := desktest.New(t, func(c *desk.Config) { recovery = replaced(t, c) })
		p.Lock()
		b := open(t, p, language, nil)
		b.Key(fyne.KeyDown, fyne.KeyDown, fyne.KeyDown)
		b.Key(fyne.KeyTab, fyne.KeyTab, fyne.KeyReturn)
		b.Shot(t, "signin-forgot-"+language, 1000, 700)
		b.Key(fyne.KeyReturn)
		const fresh = "vuno peka lisa domi"
		b.Type("AGE-SECRET-KEY-1 nonsense")
		b.Key(fyne.KeyReturn)
		b.Type(fresh)
		b.Key(fyne.KeyReturn)
		b.Type(fresh)
		b.Key(fyne.KeyReturn)
		b.Shot(t, "signin-recover-bad-"+language, 1000, 700)
		b.Key(fyne.KeyUp)
		b.Window.Canvas().FocusPrevious()
		b.Window.Canvas().FocusPrevious()
		b.Type(recovery)
		b.Key(fyne.KeyReturn, fyne.KeyReturn, fyne.KeyReturn)
		b.Shot(t, "signin-recovered-"+language, 1000, 700)
		b.Type(fresh)
		b.Key(fyne.KeyReturn)
		if got := b.Officer().ID; got != "officer-d" {
			t.Errorf("signed in %q after the recovery", got)
		}
	}
}

// replaced gives a desk another vault, whose recovery key is known.
func replaced(t *testing.T, c *desk.Config) string {
	t.Helper()
	engine := mem.New()
	t.Cleanup(func() { engine.Close() })
	v, recovery, err := vault.Create(context.Background(), engine, string(data.PracticePost), nil)
	if err != nil {
		t.Fatal(err)
	}
	log, err := audit.Create(context.Background(), v, filepath.Join(t.TempDir(), "head"))
	if err != nil {
		t.Fatal(err)
	}
	desktest.Fill(t, v, log, desktest.Now)
	c.Vault, c.Log = v, log
	return recovery.String()
}

// TestCoverForgets what is half typed.
func TestCoverForgets(t *testing.T) {
	b := open(t, desktest.New(t), "en", nil)
	b.Type(desktest.Passphrase)
	b.Lock()
	b.Key(fyne.KeyReturn)
	if b.Officer().ID != "" {
		t.Error("signed in with what was typed before the desk was left")
	}
}

func TestShots(t *testing.T) {
	for _, language := range []string{"en", "zh"} {
		open(t, desktest.New(t), language, seats).Shot(t, "signin-"+language, 1280, 800)
		open(t, desktest.New(t), language, nil).Shot(t, "signin-real-"+language, 1000, 700)
	}
}
