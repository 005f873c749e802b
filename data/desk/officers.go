package desk

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/vault"
)

// ErrSelf: officers do not do this to themselves.
var ErrSelf = errors.New("another administrator must do this")

// ThrottledError refuses a try to sign in that came too early.
type ThrottledError = staff.ThrottledError

// WeakError is a passphrase that is not taken.
type WeakError = staff.WeakError

// Account is an officer as administrators see one.
type Account struct {
	data.Officer
	Disabled   bool
	MustChange bool
}

func (d *Desk) accounts(ctx context.Context) (all []staff.Account, err error) {
	err = d.log.View(ctx, func(tx store.Tx) error {
		all, err = staff.Accounts(tx)
		return err
	})
	return all, err
}

// Officers are all officers the post has had: their names stand on what they did.
func (d *Desk) Officers(ctx context.Context) ([]data.Officer, error) {
	accounts, err := d.accounts(ctx)
	var all []data.Officer
	for _, a := range accounts {
		all = append(all, a.Officer)
	}
	return all, err
}

// MaySignIn are the officers who are not disabled, by identifier and mark alone:
// their names lie sealed.
func (d *Desk) MaySignIn(ctx context.Context) (all []data.Officer, err error) {
	err = d.log.View(ctx, func(tx store.Tx) error {
		all = nil
		owners, err := vault.Slots(tx)
		for _, o := range owners {
			all = append(all, data.Officer{ID: data.OfficerID(o), Mark: staff.MarkOf(data.OfficerID(o))})
		}
		return err
	})
	return all, err
}

// SignIn proves an officer by passphrase, see [staff.Door.SignIn], and makes the
// desk ready for them. The error is [ErrSignIn], [ErrDisabled], [ErrMustChange],
// or a [*ThrottledError].
func (d *Desk) SignIn(ctx context.Context, id data.OfficerID, passphrase []byte) (staff.Session, error) {
	return d.enter(ctx, func() (staff.Session, error) { return d.door.SignIn(ctx, id, passphrase) })
}

// Second proves another officer for an act that takes two.
func (d *Desk) Second(ctx context.Context, id data.OfficerID, passphrase []byte) (staff.Session, error) {
	return d.door.Second(ctx, id, passphrase)
}

func (d *Desk) enter(ctx context.Context, prove func() (staff.Session, error)) (staff.Session, error) {
	s, err := prove()
	if err != nil {
		return staff.Session{}, err
	}
	if err := d.ready(ctx); err != nil {
		d.Lock() // nobody is in, so nothing stays open
		return staff.Session{}, fmt.Errorf("sign in: %w", err)
	}
	return s, nil
}

// ChangePassphrase gives an officer who knows their passphrase another one and
// signs them in. The error may be a [*WeakError] as well as those of
// [Desk.SignIn].
func (d *Desk) ChangePassphrase(ctx context.Context, id data.OfficerID, old, passphrase []byte) (staff.Session, error) {
	return d.enter(ctx, func() (staff.Session, error) {
		return d.door.ChangePassphrase(ctx, id, old, passphrase, d.cost(), d.About(data.Officer{ID: id})...)
	})
}

// About are the words that somebody who guesses an officer's passphrase tries
// first.
func (d *Desk) About(o data.Officer) []string {
	about := []string{o.Name, strings.ReplaceAll(string(o.ID), "-", " "), d.post.Hotline}
	for _, names := range []map[string]string{d.post.Name, d.post.StateName, d.post.City, d.post.Address} {
		about = append(about, slices.Sorted(maps.Values(names))...)
	}
	return about
}

// Accounts shows an administrator or auditor who may sign in.
func (d *Desk) Accounts(ctx context.Context, s staff.Session) (all []Account, err error) {
	err = d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		all = nil
		if err := staff.Permit(tx, s, audit.OfficersRead); err != nil {
			return err
		}
		accounts, err := staff.Accounts(tx)
		for _, a := range accounts {
			all = append(all, Account{a.Officer, a.Disabled, a.MustChange})
		}
		return errors.Join(err, add(audit.Entry{At: d.clock(), Officer: s.Officer().ID, Act: audit.OfficersRead}))
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", audit.OfficersRead, err)
	}
	return all, nil
}

// AddOfficer adds an officer, who must change the passphrase at the first
// sign-in. It takes two: whoever lets somebody in does not do it alone. The
// error is a [ProblemsError] where something is wrong with the officer, a
// [*WeakError] where the passphrase is not taken. Nothing changes the roles of
// an officer afterwards.
func (d *Desk) AddOfficer(ctx context.Context, s, second staff.Session, o data.Officer, passphrase []byte) error {
	slot, err := d.newSlot(ctx, s, audit.OfficerAdded, o, passphrase)
	if err != nil {
		return err
	}
	return d.postAct(ctx, s, &second, audit.OfficerAdded, string(o.ID), func(tx store.Tx, e *audit.Entry) error {
		others, err := staff.Accounts(tx)
		if err != nil {
			return err
		}
		if p := staff.Check(o, others); len(p) > 0 {
			return &ProblemsError{Problems: p}
		}
		for _, r := range o.Roles {
			e.Detail[string(r)] = "yes"
		}
		return staff.PutAccount(tx, staff.Account{Officer: o, MustChange: true}, slot)
	})
}

// DisableOfficer shuts an officer out at once: whatever session they have ends
// now, and what is stored from now on is sealed with a key they never had.
func (d *Desk) DisableOfficer(ctx context.Context, s staff.Session, id data.OfficerID) error {
	return d.accountAct(ctx, s, nil, audit.OfficerDisabled, id, func(tx store.Tx, a *staff.Account) error {
		if a.Disabled {
			return ErrState
		}
		a.Disabled = true
		_, err := vault.NewGeneration(tx)
		return errors.Join(vault.SetOff(tx, string(id), true), err)
	})
}

// EnableOfficer lets a disabled officer in again. It takes two.
func (d *Desk) EnableOfficer(ctx context.Context, s, second staff.Session, id data.OfficerID) error {
	return d.accountAct(ctx, s, &second, audit.OfficerEnabled, id, func(tx store.Tx, a *staff.Account) error {
		if !a.Disabled {
			return ErrState
		}
		a.Disabled = false
		return vault.SetOff(tx, string(id), false)
	})
}

// ResetPassphrase gives an officer who forgot theirs a passphrase that they
// must change, and forgets their failed tries. It takes two: it is a way to
// become somebody else.
func (d *Desk) ResetPassphrase(ctx context.Context, s, second staff.Session, id data.OfficerID, passphrase []byte) error {
	all, err := d.Officers(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(o data.Officer) bool { return o.ID == id })
	if i < 0 {
		return fmt.Errorf("%s %q: %w", audit.OfficerReset, id, ErrNotFound)
	}
	slot, err := d.newSlot(ctx, s, audit.OfficerReset, all[i], passphrase)
	if err != nil {
		return err
	}
	return d.accountAct(ctx, s, &second, audit.OfficerReset, id, func(tx store.Tx, a *staff.Account) error {
		a.MustChange = true
		_, err := vault.NewGeneration(tx)
		err = errors.Join(err, vault.PutSlot(tx, string(id), slot, staff.MaySign(a.Officer)))
		if a.Disabled {
			err = errors.Join(err, vault.SetOff(tx, string(id), true))
		}
		return errors.Join(err, tx.Delete(store.Tries+string(id)))
	})
}

// newSlot judges the passphrase that an administrator gives to somebody and
// does the slow part before the Update.
func (d *Desk) newSlot(ctx context.Context, s staff.Session, act audit.Act, o data.Officer, passphrase []byte) (vault.Slot, error) {
	if err := d.permit(ctx, s, act); err != nil {
		return vault.Slot{}, err
	}
	if _, err := staff.Judge(passphrase, d.About(o)...); err != nil {
		return vault.Slot{}, err
	}
	return d.vault.NewSlot(string(o.ID), passphrase, d.cost())
}

// accountAct changes the account of another officer, whose sessions end with it.
func (d *Desk) accountAct(ctx context.Context, s staff.Session, second *staff.Session, what audit.Act, id data.OfficerID, fn func(store.Tx, *staff.Account) error) error {
	return d.postAct(ctx, s, second, what, string(id), func(tx store.Tx, _ *audit.Entry) error {
		a, found, err := store.Get[staff.Account](tx, store.Accounts+string(id))
		switch {
		case err != nil:
			return err
		case !found:
			return ErrNotFound
		case id == s.Officer().ID || second != nil && id == second.Officer().ID:
			return ErrSelf
		}
		if err := fn(tx, &a); err != nil {
			return err
		}
		a.Serial++
		return store.Put(tx, store.Accounts+string(id), a)
	})
}
