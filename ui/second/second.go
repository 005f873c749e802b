// Package second asks a second officer to take part in an act that takes two: a
// dialog that says what will be done, in which the other officer chooses their
// mark and types their own passphrase. It says yes by proving who agrees.
package second

import (
	"context"
	"errors"
	"slices"
	"time"

	"pratique/data"
	"pratique/data/staff"
)

// Door is what the dialog asks of the desk.
type Door interface {
	MaySignIn(ctx context.Context) ([]data.Officer, error)
	Second(ctx context.Context, id data.OfficerID, passphrase []byte) (staff.Session, error)
}

// State is what the dialog shows.
type State struct {
	Officers []data.Officer // who can be asked: all but the one who is signed in
	Chosen   data.OfficerID
	Busy     bool
	Said     string    // message key of why the last try failed, empty for nothing
	Until    time.Time // from when on a try is possible, zero for now
}

// Model is the dialog without its widgets.
type Model struct {
	door  Door
	state State
}

// NewModel makes a Model that knows no officers yet.
func NewModel(door Door) *Model { return &Model{door: door} }

// State is what to show now.
func (m *Model) State() State { return m.state }

// Known tells who may sign in and who is asking. Where only one other is there,
// that one is chosen.
func (m *Model) Known(all []data.Officer, asking data.OfficerID) State {
	m.state.Officers = slices.DeleteFunc(slices.Clone(all), func(o data.Officer) bool { return o.ID == asking })
	if len(m.state.Officers) == 1 {
		m.state.Chosen = m.state.Officers[0].ID
	}
	if len(m.state.Officers) == 0 {
		m.state.Said = "second.nobody"
	}
	return m.state
}

// Choose chooses the other officer.
func (m *Model) Choose(id data.OfficerID) State {
	if !m.state.Busy && id != m.state.Chosen {
		m.state.Chosen, m.state.Said, m.state.Until = id, "", time.Time{}
	}
	return m.state
}

// Try begins a proof. Ok is false while another one runs and without an officer
// or a passphrase. Work is slow and may run anywhere; its outcome goes to
// [Model.Tried].
func (m *Model) Try(passphrase string) (work func(context.Context) (staff.Session, error), ok bool) {
	switch id := m.state.Chosen; {
	case m.state.Busy:
		return nil, false
	case !slices.ContainsFunc(m.state.Officers, func(o data.Officer) bool { return o.ID == id }):
		m.state.Said, m.state.Until = "second.choose", time.Time{}
		return nil, false
	case passphrase == "":
		m.state.Said, m.state.Until = "second.type", time.Time{}
		return nil, false
	default:
		m.state.Busy, m.state.Said, m.state.Until = true, "", time.Time{}
		return func(ctx context.Context) (staff.Session, error) {
			b := []byte(passphrase)
			defer clear(b)
			return m.door.Second(ctx, id, b)
		}, true
	}
}

// Tried takes the outcome of a try. Ok means that the officer agrees and may;
// the error is one that is nobody's typing.
func (m *Model) Tried(s staff.Session, err error) (state State, ok bool, other error) {
	m.state.Busy = false
	var throttled *staff.ThrottledError
	if errors.As(err, &throttled) {
		m.state.Until = throttled.Until
	}
	switch {
	case err == nil && staff.MaySign(s.Officer()):
		return m.state, true, nil
	case err == nil:
		m.state.Said = "second.role"
	case errors.Is(err, staff.ErrSignIn):
		m.state.Said = "second.refused"
	case throttled != nil:
		m.state.Said = "second.early"
	case errors.Is(err, staff.ErrDisabled):
		m.state.Said = "second.disabled"
	case errors.Is(err, staff.ErrMustChange):
		m.state.Said = "second.must-change"
	default:
		return m.state, false, err
	}
	return m.state, false, nil
}
