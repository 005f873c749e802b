// Package signin is the first screen: who sits down, and the passphrase that
// proves it.
package signin

import (
	"context"
	"errors"

	"pratique/data"
	"pratique/data/keys"
	"pratique/data/staff"
)

// Door is what the screen asks of the desk.
type Door interface {
	Officers(ctx context.Context) ([]data.Officer, error)
	SignIn(ctx context.Context, id data.OfficerID, passphrase []byte) (staff.Session, error)
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
	Refused bool
	Busy    bool
	Trouble Trouble
	Detail  string // of the trouble, for an administrator
}

// Model is the sign-in without its widgets.
type Model struct {
	door  Door
	state State
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
	if m.state.Busy {
		return m.state
	}
	if i = min(max(i, 0), len(m.state.Officers)-1); i != m.state.Chosen {
		m.state.Chosen, m.state.Refused = i, false
	}
	return m.state
}

// Move chooses the officer by places further down.
func (m *Model) Move(by int) State { return m.Choose(m.state.Chosen + by) }

// Try begins a sign-in. Ok is false while another one runs, and without an
// officer or a passphrase. Work is slow and may run anywhere; its outcome goes
// to [Model.Tried].
func (m *Model) Try(passphrase string) (work func(context.Context) (staff.Session, error), ok bool) {
	if m.state.Busy || m.state.Chosen < 0 || passphrase == "" {
		return nil, false
	}
	m.state.Busy, m.state.Refused = true, false
	id := m.state.Officers[m.state.Chosen].ID
	return func(ctx context.Context) (staff.Session, error) {
		return m.door.SignIn(ctx, id, []byte(passphrase))
	}, true
}

// Tried takes the outcome of a try. What is returned is an error that is not
// the officer's doing.
func (m *Model) Tried(err error) (State, error) {
	m.state.Busy = false
	if errors.Is(err, staff.ErrSignIn) {
		m.state.Refused = true
		return m.state, nil
	}
	return m.state, err
}
