package staff

import (
	"context"
	"errors"
	"fmt"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/store"
)

// Claim is who somebody says they are, and the passphrase that proves it.
type Claim struct {
	Officer    data.OfficerID
	Passphrase []byte
}

// CorrectClock says that the clock was ahead when the newest entries were made
// and is right now. Until then nobody could even sign in, for that is an entry.
// It takes an administrator and a second officer, for a clock put back makes old
// dates look new. Whatever is wrong with one of them, the error is [ErrSignIn]
// and tells no more: such tries cannot be counted, and it takes both to be
// right at once to learn anything.
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
	first, errA := d.vault.Prove(ctx, string(a.Officer), a.Passphrase)
	second, errB := d.vault.Prove(ctx, string(b.Officer), b.Passphrase)
	if errA != nil || errB != nil || a.Officer == b.Officer {
		return ErrSignIn
	}
	// Either is let in by the boxes, or shut out.
	if errors.Join(d.vault.Unlock(ctx, first, false), d.vault.Unlock(ctx, second, false)) != nil {
		return ErrSignIn
	}
	now := d.clock()
	return d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		session := func(id data.OfficerID) (Session, error) {
			account, found, err := store.Get[Account](tx, store.Accounts+string(id))
			if err == nil && (!found || account.MustChange) {
				err = ErrSignIn
			}
			return Session{account.Officer, account.Serial}, err
		}
		s, err := session(a.Officer)
		if err != nil {
			return err
		}
		other, err := session(b.Officer)
		if err != nil {
			return err
		}
		if err := PermitTwo(tx, s, other, audit.ClockCorrected); err != nil {
			return err
		}
		return add(audit.Entry{At: now, Officer: a.Officer, Act: audit.ClockCorrected, Detail: map[string]string{"second": string(b.Officer)}})
	})
}
