// Package signin is the first screen of a post whose records are locked: which
// officer sits down, and the passphrase that proves it and opens them. It is
// changed here where somebody else knows it. Who cannot get in is told what to
// do, and does it here: a clock that went back, a lost passphrase.
package signin

import (
	"context"
	"errors"
	"strconv"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/staff"
	"pratique/data/vault"
)

// Door is what the screen asks of the desk.
type Door interface {
	// MaySignIn are officers by identifier and mark: names lie sealed.
	MaySignIn(ctx context.Context) ([]data.Officer, error)
	SignIn(ctx context.Context, id data.OfficerID, passphrase []byte) (staff.Session, error)
	ChangePassphrase(ctx context.Context, id data.OfficerID, old, passphrase []byte) (staff.Session, error)
	About(o data.Officer) []string
	CorrectClock(ctx context.Context, a, b staff.Claim) error
	Recover(ctx context.Context, key vault.Key, id data.OfficerID, passphrase []byte) error
}

// Mode is what is done at the door.
type Mode string

// The modes.
const (
	Sit     Mode = ""
	Change  Mode = "change"  // the passphrase was right and must be changed
	Forgot  Mode = "forgot"  // who can help is read
	Recover Mode = "recover" // with the recovery key
	Clock   Mode = "clock"   // two officers say that it is right now
)

// Trouble is why nobody gets in at all.
type Trouble string

// The troubles. Each has a text "signin.trouble." and its name.
const (
	NoTrouble Trouble = ""
	PutBack   Trouble = "put-back" // records were removed or are older ones
	OtherDesk Trouble = "device"   // the folder's secret is in another workstation's keyring
	ClockBack Trouble = "clock"
)

var troubles = map[Trouble]error{PutBack: vault.ErrPutBack, OtherDesk: vault.ErrDevice, ClockBack: audit.ErrClock}

// Done is what was done here besides signing in.
type Done string

// What was done. Each has a text "signin.done." and its name.
const (
	Nothing   Done = ""
	Corrected Done = "clock"
	Recovered Done = "recover"
)

// State is what the screen shows.
type State struct {
	Officers []data.Officer
	Chosen   int // of Officers, -1 before they are known
	Mode     Mode
	// Refused: the last try failed. Which part was wrong is told nobody.
	Refused  bool
	Disabled bool // the passphrase was right, but the officer may not sign in
	Wait     int  // seconds until the chosen officer may try again
	Busy     bool
	Done     Done
	Trouble  Trouble

	// Strength is the key of what to say of a new passphrase, empty before it is
	// typed; Strong that it is taken; Unequal that its repetition differs so far
	// that it is not merely unfinished.
	Strength string
	Strong   bool
	Unequal  bool

	BadKey  bool // what was typed is no recovery key, or not of this post
	NotThey bool // the chosen officer is no administrator
}

// Model is the sign-in without its widgets.
type Model struct {
	door  Door
	state State
	until time.Time // the end of Wait
	old   string    // the passphrase of the last try, as long as it is needed
}

// NewModel makes a Model that knows no officers yet.
func NewModel(door Door) *Model { return &Model{door: door, state: State{Chosen: -1}} }

// State is what to show now.
func (m *Model) State() State { return m.state }

// Known tells the officers of the post.
func (m *Model) Known(officers []data.Officer) State {
	m.state.Officers, m.state.Chosen = officers, -1
	return m.Choose(0)
}

// Choose chooses an officer, the nearest where there is none at i.
func (m *Model) Choose(i int) State {
	if m.state.Busy || m.state.Mode == Change {
		return m.state
	}
	if i = min(max(i, 0), len(m.state.Officers)-1); i != m.state.Chosen {
		m.state.Chosen = i
		m.state.Refused, m.state.Disabled, m.state.NotThey, m.state.Done, m.state.Wait = false, false, false, Nothing, 0
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
	if m.state.Busy || m.state.Mode != Sit || m.state.Wait > 0 || m.state.Chosen < 0 || passphrase == "" {
		return nil, false
	}
	m.begin()
	m.old = passphrase
	id := m.state.Officers[m.state.Chosen].ID
	return func(ctx context.Context) (staff.Session, error) {
		return m.door.SignIn(ctx, id, []byte(passphrase))
	}, true
}

func (m *Model) begin() {
	m.state.Busy, m.state.Refused, m.state.Disabled, m.state.BadKey, m.state.NotThey = true, false, false, false, false
	m.state.Done, m.state.Trouble = Nothing, NoTrouble
}

// Tried takes the outcome of a try or a change. What is returned is an error
// that is not the officer's doing and that the state does not tell.
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
		m.state.Mode, m.old = Change, old
	case errors.As(err, &weak):
		m.state.Mode, m.state.Strength, m.old = Change, "weak."+string(weak.Why), old
	default:
		return m.state, m.troubled(err)
	}
	return m.state, nil
}

// troubled takes an error that keeps everybody out; another is returned.
func (m *Model) troubled(err error) error {
	for t, is := range troubles {
		if errors.Is(err, is) {
			m.state.Trouble = t
			return nil
		}
	}
	return err
}

// Tick brings the wait up to date.
func (m *Model) Tick(now time.Time) State {
	m.state.Wait = int(max(0, m.until.Sub(now)+time.Second-1) / time.Second)
	return m.state
}

// Typed takes what stands in the two fields of a new passphrase.
func (m *Model) Typed(passphrase, repeat string) State {
	m.state.Strength, m.state.Strong = "", false
	m.state.Unequal = len(repeat) >= len(passphrase) && repeat != passphrase
	if m.state.Mode != Change && m.state.Mode != Recover || passphrase == "" || m.state.Chosen < 0 {
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

// twice reports whether a new passphrase is strong and was typed twice.
func (m *Model) twice(passphrase, repeat string) bool {
	if m.Typed(passphrase, repeat); !m.state.Strong || repeat != passphrase {
		m.state.Unequal = repeat != passphrase
		return false
	}
	return true
}

// Change begins a change of the passphrase, as [Model.Try] does a sign-in. Ok
// is false as long as the new one is not strong or not typed twice.
func (m *Model) Change(passphrase, repeat string) (work func(context.Context) (staff.Session, error), ok bool) {
	if m.state.Busy || m.state.Mode != Change || !m.twice(passphrase, repeat) {
		return nil, false
	}
	m.begin()
	old, id := m.old, m.state.Officers[m.state.Chosen].ID
	return func(ctx context.Context) (staff.Session, error) {
		return m.door.ChangePassphrase(ctx, id, []byte(old), []byte(passphrase))
	}, true
}

// Forget goes back to the sign-in and gives up what was typed elsewhere.
func (m *Model) Forget() State {
	m.old = ""
	m.state.Mode, m.state.Strength, m.state.Strong, m.state.Unequal, m.state.BadKey, m.state.NotThey = Sit, "", false, false, false, false
	return m.state
}

// Go begins another mode, but [Change], which nobody chooses.
func (m *Model) Go(mode Mode) State {
	if m.state.Busy || m.state.Mode == Change {
		return m.state
	}
	m.Forget()
	m.state.Mode, m.state.Refused, m.state.Disabled, m.state.Done = mode, false, false, Nothing
	return m.state
}

// CorrectClock begins to say that the clock is right, by the chosen officer and
// another one. Ok is false unless both are there, with a passphrase each. The
// outcome goes to [Model.Helped].
func (m *Model) CorrectClock(passphrase string, second int, secondPassphrase string) (work func(context.Context) error, ok bool) {
	n := len(m.state.Officers)
	if m.state.Busy || m.state.Mode != Clock || m.state.Chosen < 0 || second < 0 || second >= n || second == m.state.Chosen ||
		passphrase == "" || secondPassphrase == "" {
		return nil, false
	}
	m.begin()
	a := staff.Claim{Officer: m.state.Officers[m.state.Chosen].ID, Passphrase: []byte(passphrase)}
	b := staff.Claim{Officer: m.state.Officers[second].ID, Passphrase: []byte(secondPassphrase)}
	return func(ctx context.Context) error { return m.door.CorrectClock(ctx, a, b) }, true
}

// Recover begins to let the chosen officer in with the recovery key as it
// stands on paper, with a new passphrase. Ok is false as long as that is not
// strong or not typed twice, or the key is none. The outcome goes to
// [Model.Helped].
func (m *Model) Recover(key, passphrase, repeat string) (work func(context.Context) error, ok bool) {
	if m.state.Busy || m.state.Mode != Recover || m.state.Chosen < 0 {
		return nil, false
	}
	k, err := vault.ParseRecovery(key)
	m.state.BadKey = err != nil
	if !m.twice(passphrase, repeat) || err != nil {
		return nil, false
	}
	m.begin()
	id := m.state.Officers[m.state.Chosen].ID
	return func(ctx context.Context) error { return m.door.Recover(ctx, k, id, []byte(passphrase)) }, true
}

// Helped takes the outcome of [Model.CorrectClock] or [Model.Recover]. What is
// returned is an error that the state does not tell.
func (m *Model) Helped(err error) (State, error) {
	m.state.Busy = false
	mode := m.state.Mode
	var weak *staff.WeakError
	switch {
	case err == nil:
		m.Forget()
		m.state.Done = map[Mode]Done{Clock: Corrected, Recover: Recovered}[mode]
	case errors.Is(err, staff.ErrSignIn), errors.Is(err, staff.ErrSecond), errors.Is(err, staff.ErrNotPermitted):
		m.state.Refused = true
	case errors.Is(err, vault.ErrNotForYou), errors.Is(err, vault.ErrPassphrase):
		m.state.BadKey = true
	case errors.Is(err, desk.ErrNotAdministrator):
		m.state.NotThey = true
	case errors.As(err, &weak):
		m.state.Strength, m.state.Strong = "weak."+string(weak.Why), false
	default:
		return m.state, m.troubled(err)
	}
	return m.state, nil
}
