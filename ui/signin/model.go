// Package signin is the first screen: who sits down, and the passphrase that
// proves it, which is changed here where somebody else knows it.
package signin

import (
	"context"
	"errors"
	"strconv"
	"time"

	"pratique/data"
	"pratique/data/keys"
	"pratique/data/staff"
)

// Door is what the screen asks of the desk.
type Door interface {
	MaySignIn(ctx context.Context) ([]data.Officer, error)
	SignIn(ctx context.Context, id data.OfficerID, passphrase []byte) (staff.Session, error)
	ChangePassphrase(ctx context.Context, id data.OfficerID, old, passphrase []byte) (staff.Session, error)
	About(o data.Officer) []string
	Trouble() error
}

// Trouble is why nothing can be signed at this desk.
type Trouble string

// The troubles. Each has a text "signin.trouble." and its name.
const (
	NoTrouble     Trouble = ""
	KeyMissing    Trouble = "missing"
	KeyPassphrase Trouble = "passphrase"
	KeyUnfit      Trouble = "unfit"
	OtherTrouble  Trouble = "other"
)

// State is what the screen shows.
type State struct {
	Officers []data.Officer
	Chosen   int // of Officers, -1 before they are known
	// Refused: the last try failed. Which part was wrong is told nobody.
	Refused  bool
	Disabled bool // the passphrase was right, but the officer may not sign in
	Wait     int  // seconds until the chosen officer may try again
	Busy     bool

	// Change: the passphrase was right and must be changed. Strength is the key
	// of what to say of the new one, empty before it is typed; Strong that it is
	// taken; Unequal that its repetition differs so far that it is not merely
	// unfinished.
	Change   bool
	Strength string
	Strong   bool
	Unequal  bool

	Trouble Trouble
	Detail  string // of the trouble, for an administrator
}

// Model is the sign-in without its widgets.
type Model struct {
	door  Door
	state State
	until time.Time // the end of Wait
	old   string    // the passphrase of the last try, as long as it is needed
}

// NewModel makes a Model that knows no officers yet.
func NewModel(door Door) *Model {
	m := &Model{door: door, state: State{Chosen: -1}}
	err := door.Trouble()
	switch {
	case err == nil:
		return m
	case errors.Is(err, keys.ErrMissing):
		m.state.Trouble = KeyMissing
	case errors.Is(err, keys.ErrPassphrase):
		m.state.Trouble = KeyPassphrase
	case errors.Is(err, keys.ErrUnfit):
		m.state.Trouble = KeyUnfit
	default:
		m.state.Trouble = OtherTrouble
	}
	m.state.Detail = err.Error()
	return m
}

// State is what to show now.
func (m *Model) State() State { return m.state }

// Known tells the officers of the post.
func (m *Model) Known(officers []data.Officer) State {
	m.state.Officers, m.state.Chosen = officers, -1
	return m.Choose(0)
}

// Choose chooses an officer, the nearest where there is none at i.
func (m *Model) Choose(i int) State {
	if m.state.Busy || m.state.Change {
		return m.state
	}
	if i = min(max(i, 0), len(m.state.Officers)-1); i != m.state.Chosen {
		m.state.Chosen, m.state.Refused, m.state.Disabled, m.state.Wait = i, false, false, 0
		m.until = time.Time{} // the wait was the other's
	}
	return m.state
}

// Move chooses the officer by places further down.
func (m *Model) Move(by int) State { return m.Choose(m.state.Chosen + by) }

// Try begins a sign-in. Ok is false while another one runs or has to wait, and
// without an officer or a passphrase. Work is slow and may run anywhere; its
// outcome goes to [Model.Tried].
func (m *Model) Try(passphrase string) (work func(context.Context) (staff.Session, error), ok bool) {
	if m.state.Busy || m.state.Change || m.state.Wait > 0 || m.state.Chosen < 0 || passphrase == "" {
		return nil, false
	}
	m.state.Busy, m.state.Refused, m.state.Disabled = true, false, false
	m.old = passphrase
	id := m.state.Officers[m.state.Chosen].ID
	return func(ctx context.Context) (staff.Session, error) {
		return m.door.SignIn(ctx, id, []byte(passphrase))
	}, true
}

// Tried takes the outcome of a try or a change. What is returned is an error
// that is not the officer's doing.
func (m *Model) Tried(err error, now time.Time) (State, error) {
	m.state.Busy = false
	old := m.old
	m.Forget()
	var throttled *staff.ThrottledError
	var weak *staff.WeakError
	if errors.As(err, &throttled) {
		m.until = throttled.Until
		m.Tick(now)
		m.state.Refused = errors.Is(err, staff.ErrSignIn)
		return m.state, nil
	}
	switch {
	case errors.Is(err, staff.ErrSignIn):
		m.state.Refused = true
	case errors.Is(err, staff.ErrDisabled):
		m.state.Disabled = true
	case errors.Is(err, staff.ErrMustChange):
		m.state.Change, m.old = true, old
	case errors.As(err, &weak):
		m.state.Change, m.state.Strength, m.old = true, "weak."+string(weak.Why), old
	default:
		return m.state, err
	}
	return m.state, nil
}

// Tick brings the wait up to date.
func (m *Model) Tick(now time.Time) State {
	m.state.Wait = int(max(0, m.until.Sub(now)+time.Second-1) / time.Second)
	return m.state
}

// Typed takes what stands in the two fields of a change.
func (m *Model) Typed(passphrase, repeat string) State {
	m.state.Strength, m.state.Strong = "", false
	m.state.Unequal = len(repeat) >= len(passphrase) && repeat != passphrase
	if !m.state.Change || passphrase == "" {
		return m.state
	}
	score, err := staff.Judge([]byte(passphrase), m.door.About(m.state.Officers[m.state.Chosen])...)
	if err == nil && passphrase == m.old {
		err = &staff.WeakError{Why: staff.Same}
	}
	var weak *staff.WeakError
	if errors.As(err, &weak) {
		m.state.Strength = "weak." + string(weak.Why)
	} else {
		m.state.Strength, m.state.Strong = "signin.strength."+strconv.Itoa(score), true
	}
	return m.state
}

// Change begins a change of the passphrase, as [Model.Try] does a sign-in. Ok
// is false as long as the new one is not strong or not typed twice.
func (m *Model) Change(passphrase, repeat string) (work func(context.Context) (staff.Session, error), ok bool) {
	if m.state.Busy || !m.state.Change {
		return nil, false
	}
	if m.Typed(passphrase, repeat); !m.state.Strong || repeat != passphrase {
		m.state.Unequal = repeat != passphrase
		return nil, false
	}
	m.state.Busy = true
	old, id := m.old, m.state.Officers[m.state.Chosen].ID
	return func(ctx context.Context) (staff.Session, error) {
		return m.door.ChangePassphrase(ctx, id, []byte(old), []byte(passphrase))
	}, true
}

// Forget gives up a change and what was typed for it.
func (m *Model) Forget() State {
	m.old = ""
	m.state.Change, m.state.Strength, m.state.Strong, m.state.Unequal = false, "", false, false
	return m.state
}
