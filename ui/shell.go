// Package ui is the window: practice band, rail, search, menu, toasts, errors,
// and the officer's session with its lock. Screens stand in it; they are made
// by the factories of [Config] and know it only as an [env.Env].
//
// Going somewhere is a value, [env.Route]. A change of language, a lock and a
// sign-in are nothing else than leaving a screen and making one.
package ui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"pratique/data"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/locale"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// Config is what a Shell is made of. All of it is needed but what says it may
// be nil.
type Config struct {
	Window   fyne.Window
	Words    *locale.Catalogues
	Language string // to begin with
	Post     data.Post
	Now      func() time.Time
	Run      env.Runner
	After    func(time.Duration, func())
	// Screens has at least the sign-in. Rail are those reached from the rail
	// and with Ctrl+1, Ctrl+2 …, in that order.
	Screens map[env.ScreenName]env.Factory
	Rail    []env.ScreenName
	// May reports whether an officer has business on a screen. It is a
	// courtesy of the rail and the menu, not a control.
	May func(data.Officer, env.ScreenName) bool
	// Home is where an officer begins.
	Home func(data.Officer) env.Route
	// Find is the place for what was typed or scanned into the search.
	Find func(text string) env.Route
	// Waits is how much waits for an officer on a screen, shown on the rail. It
	// is asked after every act, so it must be quick.
	Waits func(staff.Session, env.ScreenName) int
	// LockAfter is how long nobody may do anything.
	LockAfter time.Duration
	// OnLock forgets keys and session; it is called after the screen was left.
	OnLock func()
	// OnSignIn is called when an officer has come in; may be nil.
	OnSignIn func(*env.Env)
	// Accredited reports whether an outside authority vouches for the signer. It
	// is asked at a real post while somebody is signed in; nil: none does.
	Accredited func() bool
	// More are further acts of the menu "Desk"; may be nil.
	More func(*env.Env) []env.Action
	// OnLanguage remembers the choice.
	OnLanguage func(language string)
	// Say is a sentence for an error an officer can do something about, empty
	// for others.
	Say func(words *locale.Catalogue, err error) string
}

// Shell is the window.
type Shell struct {
	config Config
	env    *env.Env
	cancel context.CancelFunc

	here   env.Route
	before []env.Route
	screen env.Screen

	// After a lock the same officer comes back to where they were.
	resume  env.Route
	resumer data.OfficerID

	toaster *widgets.Toaster
	title   *widgets.Text
	search  *widgets.Entry
	items   map[env.ScreenName]*railItem
	clock   *widgets.Text
	stage   *fyne.Container // the whole content of the window, under the toasts

	lastActive time.Time
	lastTrace  string
}

// New fills the window and shows the sign-in.
func New(c Config) *Shell {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Shell{config: c, cancel: cancel, lastActive: c.Now()}
	s.toaster = widgets.NewToaster(c.After)
	s.stage = container.NewStack()
	s.env = &env.Env{
		Words: c.Words.In(c.Language), Post: c.Post, Window: c.Window, Now: c.Now, Run: c.Run, Context: ctx,
		Navigate: s.Go, Back: s.Back, SignIn: s.signIn, Error: s.showError, Changed: s.changed,
		Toast: s.toaster.Toast,
	}
	s.env.Undoable = func(text string, undo func()) { s.toaster.Undoable(text, s.env.T("fyne.Undo"), undo) }
	speak(s.env.Words)
	c.Window.SetPadded(false)
	c.Window.SetContent(container.NewStack(newWitness(s.stage, s.active), s.toaster))
	c.Window.SetCloseIntercept(s.Close)
	c.Window.Canvas().SetOnTypedRune(func(r rune) {
		s.active()
		if t, ok := s.screen.(env.Typist); ok {
			t.TypedRune(r)
		}
	})
	c.Window.Canvas().SetOnTypedKey(func(k *fyne.KeyEvent) {
		s.active()
		if t, ok := s.screen.(env.Typist); ok {
			t.TypedKey(k)
		}
	})
	s.enter(env.Route{Screen: env.SignIn})
	c.After(time.Second, s.tick)
	return s
}

// Here is where one is.
func (s *Shell) Here() env.Route {
	if p, ok := s.screen.(env.Placed); ok {
		return p.Route()
	}
	return s.here
}

// Officer is who is signed in, zero if nobody is.
func (s *Shell) Officer() data.Officer { return s.env.Officer() }

// Go leaves for another place. Nobody goes anywhere before signing in.
func (s *Shell) Go(r env.Route) {
	s.active()
	if s.env.Officer().ID == "" || s.config.Screens[r.Screen] == nil {
		return
	}
	if r.Screen == env.SignIn {
		s.Lock()
		return
	}
	s.before = append(s.before, s.Here())
	s.leave()
	s.enter(r)
}

// Back leaves for the place before, or home.
func (s *Shell) Back() {
	if s.env.Officer().ID == "" {
		return
	}
	r := s.config.Home(s.env.Officer())
	if n := len(s.before); n > 0 {
		r, s.before = s.before[n-1], s.before[:n-1]
	}
	s.active()
	s.leave()
	s.enter(r)
}

// Lock signs the officer out at once, whatever is open. What is half typed is
// kept by the screen as it is left; what was looked for, a name perhaps, is
// not. Where nobody is signed in, the screen covers what it shows.
func (s *Shell) Lock() {
	if s.env.Officer().ID == "" {
		if c, ok := s.screen.(env.Coverer); ok {
			c.Cover()
		}
		return
	}
	s.toaster.Clear()
	s.leave()
	// Asked only now: leaving may have given a new application its ID.
	s.resume, s.resumer = s.Here(), s.env.Officer().ID
	s.resume.Find = ""
	s.env.Session = staff.Session{}
	s.before = nil
	s.config.OnLock()
	s.enter(env.Route{Screen: env.SignIn})
	if s.config.Window.Canvas().Overlays().Top() == nil { // else the screen said why not
		s.toaster.Toast(s.env.T("shell.locked"))
	}
}

func (s *Shell) signIn(session staff.Session) {
	o := session.Officer()
	if o.ID == "" || s.env.Officer().ID != "" {
		return
	}
	s.active()
	s.leave()
	s.env.Session = session
	r := s.config.Home(o)
	if s.resumer == o.ID {
		r = s.resume
	}
	s.resumer = ""
	s.enter(r)
	if s.config.OnSignIn != nil {
		s.config.OnSignIn(s.env)
	}
}

// SetLanguage makes the screen anew in another language.
func (s *Shell) SetLanguage(language string) {
	words := s.config.Words.In(language)
	if words == s.env.Words {
		return
	}
	s.leave()
	r := s.Here()
	s.env.Words = words
	speak(words)
	s.config.OnLanguage(words.Language())
	s.enter(r)
}

// End leaves the screen and locks: the window can be filled with something
// else.
func (s *Shell) End() {
	if s.env.Context.Err() != nil {
		return
	}
	s.leave()
	if s.env.Officer().ID != "" {
		s.env.Session = staff.Session{}
		s.config.OnLock()
	}
	s.cancel()
}

// Abandon locks without a look at the window, which is gone already.
func (s *Shell) Abandon() {
	if s.env.Context.Err() != nil {
		return
	}
	if s.env.Officer().ID != "" {
		s.env.Session = staff.Session{}
		s.config.OnLock()
	}
	s.cancel()
}

// Close ends and closes the window.
func (s *Shell) Close() {
	s.End()
	s.config.Window.SetCloseIntercept(nil)
	s.config.Window.Close()
}

// leave takes away everything that stands over the screen and leaves it. The
// screen stays known until the next one is there.
func (s *Shell) leave() {
	overlays := s.config.Window.Canvas().Overlays()
	for top := overlays.Top(); top != nil; top = overlays.Top() {
		overlays.Remove(top)
	}
	if s.screen != nil {
		s.screen.Leave()
	}
}

func (s *Shell) enter(r env.Route) {
	s.here = r
	s.screen = s.config.Screens[r.Screen](s.env, r)
	content := s.screen.Content()
	if s.env.Officer().ID != "" {
		content = s.frame(content)
	} else {
		s.title, s.search, s.items, s.clock = nil, nil, nil, nil
	}
	ground := widgets.NewGround(theme.ColorNameBackground, 0)
	s.stage.Objects = []fyne.CanvasObject{ground, container.New(below{}, s.band(), content)}
	s.stage.Refresh()
	s.changed()
	s.showClock()
	c := s.config.Window.Canvas()
	c.Unfocus()
	if f := s.screen.Focus(); f != nil {
		c.Focus(f)
	}
}

// changed shows what a screen says of itself, and how much waits now.
func (s *Shell) changed() {
	title := s.env.T("practice.band")
	if !s.config.Post.Practice() {
		title = "Pratique"
	}
	if s.screen != nil {
		title = s.screen.Title() + " – " + title
		if s.title != nil {
			s.title.SetText(s.screen.Title())
		}
	}
	s.config.Window.SetTitle(title)
	s.config.Window.SetMainMenu(s.menu())
	for name, item := range s.items {
		item.setCount(s.config.Waits(s.env.Session, name))
	}
}

// showError says that something did not work: the sentence for it, if there is
// one, and what an administrator needs.
func (s *Shell) showError(err error) {
	if err == nil || errors.Is(err, context.Canceled) {
		return
	}
	sentence := s.config.Say(s.env.Words, err)
	if sentence == "" {
		sentence = s.env.T("shell.error.hint")
	}
	body := widgets.Stack(look.Tight, widgets.Prose(sentence, theme.ColorNameForeground), widgets.Prose(err.Error(), look.ColorMuted))
	widgets.ShowDialog(s.config.Window.Canvas(), s.env.T("shell.error.title"), body, nil, widgets.Choice{Label: s.env.T("fyne.OK")})
}

// may reports whether a screen is there for the officer.
func (s *Shell) may(name env.ScreenName) bool {
	return s.config.Screens[name] != nil && s.env.Officer().ID != "" && s.config.May(s.env.Officer(), name)
}

// active says that somebody is at the desk.
func (s *Shell) active() { s.lastActive = s.config.Now() }

// tick runs every second: it looks for life and locks where there is none.
func (s *Shell) tick() {
	if s.env.Context.Err() != nil {
		return
	}
	if trace := s.trace(); trace != s.lastTrace {
		s.lastTrace = trace
		s.active()
	}
	if s.left() <= 0 {
		s.Lock()
	}
	s.showClock()
	s.config.After(time.Second, s.tick)
}

// left is the time until the lock.
func (s *Shell) left() time.Duration {
	return s.config.LockAfter - s.config.Now().Sub(s.lastActive)
}

func (s *Shell) showClock() {
	if s.clock != nil {
		left := max(s.left(), 0).Round(time.Second)
		s.clock.SetText(s.env.T("shell.locks-in", fmt.Sprintf("%d:%02d", int(left.Minutes()), int(left.Seconds())%60)))
	}
}

// trace changes when somebody types. The toolkit shows keys to the focused
// widget alone, so its caret is what can be seen of them.
func (s *Shell) trace() string {
	focused := s.config.Window.Canvas().Focused()
	trace := fmt.Sprintf("%p", focused)
	switch f := focused.(type) {
	case interface{ CursorTextOffset() int }:
		trace += fmt.Sprint(f.CursorTextOffset())
	case interface{ Current() int }:
		trace += fmt.Sprint(f.Current())
	}
	return trace
}

// speak gives the toolkit's own words. It has no call to set a language, so
// the words are given as those of the system's.
func speak(words *locale.Catalogue) {
	b, err := json.Marshal(words.Under("fyne."))
	if err == nil {
		err = errors.Join(lang.AddTranslationsForLocale(b, lang.SystemLocale()), lang.AddTranslationsForLocale(b, "en"))
	}
	if err != nil {
		fyne.LogError("the toolkit keeps its own words", err)
	}
}

// focusSearch puts the caret into the search.
func (s *Shell) focusSearch() {
	if s.search != nil {
		s.config.Window.Canvas().Focus(s.search)
		s.search.TypedShortcut(&fyne.ShortcutSelectAll{})
	}
}

// languageNext is the language after the one in force.
func (s *Shell) languageNext() string {
	all := s.config.Words.Languages()
	return all[(slices.Index(all, s.env.Language())+1)%len(all)]
}
