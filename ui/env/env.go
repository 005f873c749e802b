// Package env is what a screen knows of the window it stands in: the words,
// the clock, the officer, and ways to ask the shell for something. Screens
// import it; the shell, package ui, makes it and imports the screens.
package env

import (
	"context"
	"errors"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"pratique/data"
	"pratique/data/staff"
	"pratique/ui/locale"
)

// ErrSpared: what was typed could not be stored, but it is kept, sealed, until
// its officer signs in again.
var ErrSpared = errors.New("kept beside the database until the next sign-in")

// ScreenName names a screen.
type ScreenName string

// The screens.
const (
	SignIn       ScreenName = "signin"
	Queue        ScreenName = "queue"
	Intake       ScreenName = "intake"
	Review       ScreenName = "review"
	Certificates ScreenName = "certificates"
	Verify       ScreenName = "verify"
	Flights      ScreenName = "flights"
	Figures      ScreenName = "figures"
	Admin        ScreenName = "admin"
)

// Route is a place in the program. It is a value: screens ask for one, the
// shell goes there.
type Route struct {
	Screen ScreenName
	ID     string // of the application or certificate; empty: the list, or a new one
	Find   string // what the officer looks for, as typed
}

// A Screen is one page of the window, made anew each time it is entered and
// each time the language changes.
type Screen interface {
	Title() string
	Content() fyne.CanvasObject
	// Focus is what has the focus first, nil for nothing.
	Focus() fyne.Focusable
	// Leave is called once before the screen goes, by choice, language or lock.
	// What is half typed must be kept when it returns: the shell waits for
	// nothing else.
	Leave()
}

// An Actor is a screen with acts of its own. They stand in the menu "Case" with
// their shortcuts, which work wherever the focus is.
type Actor interface{ Actions() []Action }

// Action is an act with its shortcut.
type Action struct {
	Label    string
	Key      fyne.KeyName // empty: none
	Modifier fyne.KeyModifier
	Do       func()
	Disabled bool
}

// A Typist is a screen that wants what is typed while no field has the focus:
// single-letter acts, and scanners.
type Typist interface {
	TypedRune(r rune)
	TypedKey(k *fyne.KeyEvent)
}

// Placed is a screen that knows its place better than the route it was made
// from: a new application that has been saved has an ID now.
type Placed interface{ Route() Route }

// A Coverer is a screen with something secret on it before anybody has signed
// in: a passphrase being typed, a new recovery key. It covers that when nobody
// is at the desk any more.
type Coverer interface{ Cover() }

// Factory makes a screen for a route.
type Factory func(e *Env, r Route) Screen

// Env is a screen's window on the world. The shell fills it in; its functions
// are called on the UI goroutine and never nil there. Fields change only
// between screens.
type Env struct {
	Words   *locale.Catalogue
	Post    data.Post
	Session staff.Session // who has signed in; acts on the desk ask for it
	Window  fyne.Window   // for file dialogs and the clipboard
	Now     func() time.Time
	Run     Runner
	// Context ends when the window closes.
	Context context.Context

	Navigate func(Route)         // leave for another place
	Back     func()              // leave for the place before
	SignIn   func(staff.Session) // the sign-in screen's word that an officer proved to be one
	Toast    func(text string)   // a passing word, bottom right
	// Undoable is a Toast with a way back, called at most once.
	Undoable func(text string, undo func())
	Error    func(err error) // what failed and what to do, in the officer's words
	// Changed says that Actions, the title or what waits are not what they were.
	Changed func()
}

// Officer is who has signed in, the zero Officer before that.
func (e *Env) Officer() data.Officer { return e.Session.Officer() }

// T is [locale.Catalogue.T] in the officer's language.
func (e *Env) T(key string, args ...any) string { return e.Words.T(key, args...) }

// Language is the officer's language, "en" or "zh".
func (e *Env) Language() string { return e.Words.Language() }

// When is an instant as the post's clock shows it, "2022-07-09 10:30", empty for
// the zero time.
func (e *Env) When(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strings.Replace(data.MomentOf(t, e.Post.Zone).Wall, "T", " ", 1)
}

// Day is the day of an instant at the post, and Clock its time of day.
func (e *Env) Day(t time.Time) string   { return part(e.When(t), 0) }
func (e *Env) Clock(t time.Time) string { return part(e.When(t), 1) }

func part(when string, i int) string {
	if parts := strings.Fields(when); i < len(parts) {
		return parts[i]
	}
	return ""
}

// A Runner runs work away from the UI goroutine and then, on it.
type Runner func(work, then func())

// Background is the Runner of a real window. It and [After] are the only
// callers of fyne.Do.
func Background(work, then func()) {
	go func() {
		work()
		fyne.Do(then)
	}()
}

// After calls f on the UI goroutine after a while, in a real window.
func After(d time.Duration, f func()) { time.AfterFunc(d, func() { fyne.Do(f) }) }

// Synchronous is the Runner of tests: everything has happened when it returns.
func Synchronous(work, then func()) { work(); then() }

// Go does slow work off the UI goroutine and hands its result to then on it.
// After cancel, then is no longer called, and only an error that is not the
// cancelling itself is still shown: nothing fails in silence.
//
// Work must not touch widgets; what it needs it is given before it starts.
func Go[T any](e *Env, work func(context.Context) (T, error), then func(T, error)) (cancel func()) {
	ctx, stop := context.WithCancel(e.Context)
	cancelled := false // on the UI goroutine only
	var result T
	var err error
	e.Run(func() { result, err = work(ctx) }, func() {
		stop()
		switch {
		case !cancelled:
			then(result, err)
		case err != nil && !errors.Is(err, context.Canceled):
			e.Error(err)
		}
	})
	return func() { cancelled = true; stop() }
}
