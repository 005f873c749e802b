package staff

import (
	"context"
	"errors"
	"fmt"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/store"
	"pratique/data/vault"
)

// Claim is who somebody says they are, and the passphrase that proves it.
type Claim struct {
	Officer    data.OfficerID
	Passphrase []byte
}

// ErrClockRight: the clock is not behind the newest entry, so there is nothing
// to correct.
var ErrClockRight = errors.New("the clock did not go back")

// CorrectClock says that the clock was ahead when the newest entries were made
// and is right now. Until then nobody could even sign in, for that is an entry;
// where the clock did not go back the error is [ErrClockRight]. It takes an
// administrator and a second officer, for a clock put back makes old dates look
// new. Whatever is wrong with one of them, the error is [ErrSignIn] and tells no
// more. Such tries cannot be stored; they are counted as long as the program
// runs, and cost the waits of [Door], as a [*ThrottledError].
func (d *Door) CorrectClock(ctx context.Context, a, b Claim) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	open, _ := d.vault.Open()
	err := d.correctClock(ctx, a, b)
	if !open {
		d.vault.Lock()
	}
	if err != nil {
		return fmt.Errorf("correct clock: %w", err)
	}
	return nil
}

func (d *Door) correctClock(ctx context.Context, a, b Claim) error {
	now := d.clock()
	err := d.log.View(ctx, func(tx store.Tx) error { return audit.CheckClock(tx, now) })
	if err == nil {
		return ErrClockRight
	} else if !errors.Is(err, audit.ErrClock) {
		return err
	}
	if d.corrections = d.corrections.at(now); d.corrections.until().After(now) {
		return &ThrottledError{d.corrections.until()}
	}
	if !d.bothAdmitted(ctx, a, b) {
		d.corrections = d.corrections.failed(now)
		return ErrSignIn
	}
	err = d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		session := func(id data.OfficerID) (Session, error) {
			account, found, err := store.Get[Account](tx, store.Accounts+string(id))
			if err == nil && (!found || account.MustChange) {
				err = ErrSignIn
			}
			return Session{account.Officer, account.Serial, vault.Opening(tx)}, err
		}
		s, errA := session(a.Officer)
		other, errB := session(b.Officer)
		if err := errors.Join(errA, errB, PermitTwo(tx, s, other, audit.ClockCorrected)); err != nil {
			return err
		}
		return add(audit.Entry{At: now, Officer: a.Officer, Act: audit.ClockCorrected, Detail: map[string]string{"second": string(b.Officer)}})
	})
	for _, refused := range []error{ErrSignIn, ErrEnded, ErrSecond, ErrNotPermitted} {
		if errors.Is(err, refused) {
			d.corrections = d.corrections.failed(now)
			return ErrSignIn
		}
	}
	if err == nil {
		d.corrections = tries{}
	}
	return err
}

// bothAdmitted opens the vault if two officers are who they say they are and the
// boxes are open to both.
func (d *Door) bothAdmitted(ctx context.Context, a, b Claim) bool {
	first, errA := d.vault.Prove(ctx, string(a.Officer), a.Passphrase)
	second, errB := d.vault.Prove(ctx, string(b.Officer), b.Passphrase)
	return errA == nil && errB == nil && a.Officer != b.Officer &&
		d.vault.Unlock(ctx, first, false) == nil && d.vault.Confirm(second) == nil
}
