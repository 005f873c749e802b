package staff

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/store"
	"pratique/data/vault"
)

// ThrottledError refuses a try that came too early after others. The
// passphrase was not looked at.
type ThrottledError struct {
	Until time.Time // from when on one is possible again
}

func (e *ThrottledError) Error() string {
	return "too many tries, the next is possible at " + e.Until.Format(time.RFC3339)
}

// The throttle of an account.
const (
	freeFailures = 2               // after which the next one costs a wait
	maxDelay     = 5 * time.Minute // the waits double, 2 s, 4 s, … up to this
	triesPerHour = 20
)

// tries are those at an account since somebody last got in.
type tries struct {
	Failures int       `json:"failures"`
	Last     time.Time `json:"last,omitzero"`
	// Times of the newest failures, at most triesPerHour, the oldest first.
	Times []time.Time `json:"times,omitempty"`
}

// unknown is whose tries those at names that no officer has are: one record for
// all of them, which tells nothing of what was typed. No officer's identifier
// is one dash.
const unknown = "-"

func triesKey(id data.OfficerID, found bool) string {
	if !found {
		id = unknown
	}
	return store.Tries + string(id)
}

// at is t as of now. Where the clock went back, all of t is moved back with it,
// so that every wait begins again and none is shortened, nor lengthened by
// what the clock was wrong.
func (t tries) at(now time.Time) tries {
	back := t.Last.Sub(now)
	if back <= 0 {
		return t
	}
	t.Last = now
	moved := make([]time.Time, len(t.Times))
	for i, at := range t.Times {
		moved[i] = at.Add(-back)
	}
	t.Times = moved
	return t
}

// until is from when on a try is possible.
func (t tries) until() time.Time {
	var until time.Time
	if n := t.Failures - freeFailures; n > 0 {
		delay := maxDelay
		if n < 9 { // 2^9 s is more than the most
			delay = min(delay, time.Second<<n)
		}
		until = t.Last.Add(delay)
	}
	if len(t.Times) >= triesPerHour {
		if hour := t.Times[len(t.Times)-triesPerHour].Add(time.Hour); hour.After(until) {
			until = hour
		}
	}
	return until
}

// failed is t with one more failure.
func (t tries) failed(now time.Time) tries {
	t.Failures, t.Last = t.Failures+1, now
	t.Times = append(t.Times[max(0, len(t.Times)-triesPerHour+1):len(t.Times):len(t.Times)], now)
	return t
}

// Door is where officers prove who they are: the only place that compares a
// passphrase. Its methods may be called from any goroutine; tries go through
// one after the other.
//
// After three failures in a row at an account each further one costs a wait,
// of 2 seconds, then 4, doubling up to 5 minutes, and within an hour no more
// than 20 may fail. The count is stored, and only getting in sets it back.
// Names that nobody has are counted together.
type Door struct {
	log   *audit.Log
	vault *vault.Vault
	clock func() time.Time
	mu    sync.Mutex
	// Failed corrections of the clock, which cannot be stored.
	corrections tries
}

// NewDoor is the door of the post with that log and vault.
func NewDoor(log *audit.Log, v *vault.Vault, clock func() time.Time) *Door {
	return &Door{log: log, vault: v, clock: clock}
}

// SignIn proves an officer by passphrase and opens the vault for them: the
// signing box too, if they may sign. It takes as long for a name that is
// not known as for a wrong passphrase, and says the same: [ErrSignIn], which
// wraps a [*ThrottledError] where the next try has to wait. A try that comes
// before that is refused with a [*ThrottledError] alone, without a look at the
// passphrase. If that is right the error may still be [ErrDisabled] or
// [ErrMustChange]. Every outcome is an entry.
func (d *Door) SignIn(ctx context.Context, id data.OfficerID, passphrase []byte) (Session, error) {
	return d.prove(ctx, id, passphrase, true, signIn)
}

// Second proves an officer who stands beside the one who is signed in, for an
// act that takes two. The vault must be open, [vault.ErrLocked] if it is not or
// is locked meanwhile; it stays as it is, the signing box too.
func (d *Door) Second(ctx context.Context, id data.OfficerID, passphrase []byte) (Session, error) {
	if open, _ := d.vault.Open(); !open {
		return Session{}, fmt.Errorf("second officer: %w", vault.ErrLocked)
	}
	return d.prove(ctx, id, passphrase, false, func(tx store.Tx, a *Account, e *audit.Entry) error {
		e.Detail["as"] = "second"
		return signIn(tx, a, e)
	})
}

func signIn(_ store.Tx, a *Account, e *audit.Entry) error {
	if a.MustChange {
		return ErrMustChange
	}
	e.Act, e.Officer, e.Subject = audit.OfficerSignedIn, a.Officer.ID, ""
	return nil
}

// ChangePassphrase proves an officer by their passphrase as [Door.SignIn] does,
// gives them another one and signs them in. Their other sessions end. The
// error is a [*WeakError] where [Judge] does not take the new one.
func (d *Door) ChangePassphrase(ctx context.Context, id data.OfficerID, old, passphrase []byte, cost vault.Cost, about ...string) (Session, error) {
	if _, err := Judge(passphrase, about...); err != nil {
		return Session{}, err
	}
	if bytes.Equal(old, passphrase) {
		return Session{}, &WeakError{Why: Same}
	}
	slot, err := d.vault.NewSlot(string(id), passphrase, cost)
	if err != nil {
		return Session{}, fmt.Errorf("change passphrase: %w", err)
	}
	return d.prove(ctx, id, old, true, func(tx store.Tx, a *Account, e *audit.Entry) error {
		// Only now the name is known.
		if _, err := Judge(passphrase, append(about, a.Officer.Name)...); err != nil {
			return err
		}
		a.MustChange, a.Serial = false, a.Serial+1
		e.Act, e.Officer, e.Subject = audit.OfficerPassphrase, id, ""
		return PutAccount(tx, *a, slot)
	})
}

// prove tries a passphrase and stores the outcome with its entry; then does
// what is to be done where it is right. Nothing is told of the trial that
// could not be stored, and the vault is open afterwards only if it was before
// or the officer got in.
func (d *Door) prove(ctx context.Context, id data.OfficerID, passphrase []byte, signing bool,
	then func(tx store.Tx, a *Account, e *audit.Entry) error) (s Session, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.clock()
	seen, _, t, err := d.read(ctx, id, now)
	if err != nil {
		return Session{}, fmt.Errorf("sign in: %w", err)
	}
	open, _ := d.vault.Open()
	early, right, shut := t.until().After(now), false, false
	var key vault.Key
	if !early {
		switch key, err = d.vault.Prove(ctx, string(id), passphrase); {
		case err == nil:
			right = true
		case !errors.Is(err, vault.ErrPassphrase):
			return Session{}, fmt.Errorf("sign in: officer %s: %w", id, err)
		}
	}
	if right {
		defer func() {
			if err != nil && !open {
				d.vault.Lock()
			}
		}()
		admitted := d.vault.Confirm(key)
		if signing {
			admitted = d.vault.Unlock(ctx, key, false)
		}
		switch err := admitted; {
		case errors.Is(err, vault.ErrNotForYou):
			shut = true
		case err != nil:
			return Session{}, fmt.Errorf("sign in: %w", err)
		}
	}
	if right && !shut && signing {
		// Needed before the Update: who may sign can give others a slot.
		if a, err := d.account(ctx, id); err != nil {
			return Session{}, fmt.Errorf("sign in: %w", err)
		} else if !a.Disabled && MaySign(a.Officer) {
			if err := d.vault.Unlock(ctx, key, true); err != nil {
				return Session{}, fmt.Errorf("sign in: %w", err)
			}
		}
	}
	var outcome error
	err = d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		s, outcome = Session{}, nil
		slot, found, t, err := read(tx, id, now) // another desk may have changed it meanwhile
		if err != nil {
			return err
		}
		e := audit.Entry{At: now, Act: audit.OfficerRefused, Detail: map[string]string{}}
		if found {
			e.Subject = string(id) // what was typed is a name; anything else may be a passphrase
		}
		key, failures := triesKey(id, found), t.Failures
		switch {
		case early || t.until().After(now):
			outcome = &ThrottledError{Until: t.until()}
			e.Detail["why"] = "throttled"
			err = store.Put(tx, key, t)
		case !right || !slot.Same(seen):
			outcome, failures = ErrSignIn, failures+1
			e.Detail["why"] = "wrong"
			t = t.failed(now)
			if until := t.until(); until.After(now) {
				outcome = fmt.Errorf("%w: %w", ErrSignIn, &ThrottledError{until})
			}
			err = store.Put(tx, key, t)
		case shut:
			outcome = ErrDisabled
			e.Detail["why"] = "disabled"
		default:
			a, found, failed := store.Get[Account](tx, store.Accounts+string(id))
			switch {
			case failed != nil || !found:
				return errors.Join(failed, fmt.Errorf("officer %s has a slot and no account", id))
			case a.Disabled:
				outcome = ErrDisabled
				e.Detail["why"] = "disabled"
			default:
				err = tx.Delete(key)
				switch then := then(tx, &a, &e); {
				case then == nil:
					s = Session{a.Officer, a.Serial, vault.Opening(tx)}
				case errors.Is(then, ErrMustChange):
					outcome = ErrMustChange
					e.Detail["why"] = "must-change"
				default:
					return then
				}
			}
		}
		if failures > 0 {
			e.Detail["failures"] = strconv.Itoa(failures)
		}
		return errors.Join(err, add(e))
	})
	switch {
	case err == nil && outcome == nil:
		return s, nil
	case err == nil:
		return Session{}, outcome
	default:
		return Session{}, fmt.Errorf("sign in: %w", err)
	}
}

func (d *Door) read(ctx context.Context, id data.OfficerID, now time.Time) (slot vault.Slot, found bool, t tries, err error) {
	err = d.log.View(ctx, func(tx store.Tx) error {
		slot, found, t, err = read(tx, id, now)
		return err
	})
	return slot, found, t, err
}

// read is the slot of a name, where there is one, and the tries at it.
func read(tx store.Tx, id data.OfficerID, now time.Time) (slot vault.Slot, found bool, t tries, err error) {
	if slot, found, err = vault.SlotOf(tx, string(id)); err == nil {
		t, _, err = store.Get[tries](tx, triesKey(id, found))
	}
	return slot, found, t.at(now), err
}

func (d *Door) account(ctx context.Context, id data.OfficerID) (a Account, err error) {
	err = d.log.View(ctx, func(tx store.Tx) error {
		a, _, err = store.Get[Account](tx, store.Accounts+string(id))
		return err
	})
	return a, err
}
