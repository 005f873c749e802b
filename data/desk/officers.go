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

// MaySignIn are the officers who are not disabled.
func (d *Desk) MaySignIn(ctx context.Context) ([]data.Officer, error) {
	accounts, err := d.accounts(ctx)
	var all []data.Officer
	for _, a := range accounts {
		if !a.Disabled {
			all = append(all, a.Officer)
		}
	}
	return all, err
}

// SignIn proves an officer by passphrase, see [staff.Door.SignIn]. The error is
// [ErrSignIn], [ErrDisabled], [ErrMustChange], or a [*ThrottledError].
func (d *Desk) SignIn(ctx context.Context, id data.OfficerID, passphrase []byte) (staff.Session, error) {
	return d.door.SignIn(ctx, id, passphrase)
}

// ChangePassphrase gives an officer who knows their passphrase another one and
// signs them in. The error may be a [*WeakError] as well as those of
// [Desk.SignIn].
func (d *Desk) ChangePassphrase(ctx context.Context, id data.OfficerID, old, passphrase []byte) (staff.Session, error) {
	accounts, err := d.accounts(ctx)
	if err != nil {
		return staff.Session{}, err
	}
	o := data.Officer{ID: id}
	for _, a := range accounts {
		if a.Officer.ID == id {
			o = a.Officer
		}
	}
	return d.door.ChangePassphrase(ctx, id, old, passphrase, d.cost, d.About(o)...)
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
// sign-in. The error is a [ProblemsError] where something is wrong with the
// officer, a [*WeakError] where the passphrase is not taken. Nothing changes
// the roles of an officer afterwards.
func (d *Desk) AddOfficer(ctx context.Context, s staff.Session, o data.Officer, passphrase []byte) error {
	verifier, err := d.newVerifier(ctx, s, audit.OfficerAdded, o, passphrase)
	if err != nil {
		return err
	}
	return d.officersAct(ctx, s, audit.OfficerAdded, o.ID, func(tx store.Tx, e *audit.Entry) error {
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
		e.Detail["mark"] = o.Mark
		return store.Put(tx, store.Accounts+string(o.ID), staff.Account{Officer: o, Verifier: verifier, MustChange: true})
	})
}

// DisableOfficer shuts an officer out: whatever session they have ends now.
func (d *Desk) DisableOfficer(ctx context.Context, s staff.Session, id data.OfficerID) error {
	return d.accountAct(ctx, s, audit.OfficerDisabled, id, func(_ store.Tx, a *staff.Account) error {
		if a.Disabled {
			return ErrState
		}
		a.Disabled = true
		return nil
	})
}

// EnableOfficer lets a disabled officer in again.
func (d *Desk) EnableOfficer(ctx context.Context, s staff.Session, id data.OfficerID) error {
	return d.accountAct(ctx, s, audit.OfficerEnabled, id, func(_ store.Tx, a *staff.Account) error {
		if !a.Disabled {
			return ErrState
		}
		a.Disabled = false
		return nil
	})
}

// ResetPassphrase gives an officer who forgot theirs a passphrase that they
// must change, and forgets their failed tries.
func (d *Desk) ResetPassphrase(ctx context.Context, s staff.Session, id data.OfficerID, passphrase []byte) error {
	all, err := d.Officers(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(o data.Officer) bool { return o.ID == id })
	if i < 0 {
		return fmt.Errorf("%s %q: %w", audit.OfficerReset, id, ErrNotFound)
	}
	verifier, err := d.newVerifier(ctx, s, audit.OfficerReset, all[i], passphrase)
	if err != nil {
		return err
	}
	return d.accountAct(ctx, s, audit.OfficerReset, id, func(tx store.Tx, a *staff.Account) error {
		a.Verifier, a.MustChange = verifier, true
		return tx.Delete(store.Tries + string(id))
	})
}

// newVerifier judges the passphrase that an administrator gives to somebody and
// does the slow part before the Update.
func (d *Desk) newVerifier(ctx context.Context, s staff.Session, act audit.Act, o data.Officer, passphrase []byte) (string, error) {
	if err := d.permit(ctx, s, act); err != nil {
		return "", err
	}
	if _, err := staff.Judge(passphrase, d.About(o)...); err != nil {
		return "", err
	}
	return staff.NewVerifier(passphrase, d.cost), nil
}

// accountAct changes the account of another officer, whose sessions end with it.
func (d *Desk) accountAct(ctx context.Context, s staff.Session, what audit.Act, id data.OfficerID, fn func(store.Tx, *staff.Account) error) error {
	return d.officersAct(ctx, s, what, id, func(tx store.Tx, _ *audit.Entry) error {
		a, found, err := store.Get[staff.Account](tx, store.Accounts+string(id))
		switch {
		case err != nil:
			return err
		case !found:
			return ErrNotFound
		case id == s.Officer().ID:
			return ErrSelf
		}
		if err := fn(tx, &a); err != nil {
			return err
		}
		a.Serial++
		return store.Put(tx, store.Accounts+string(id), a)
	})
}

// officersAct is an administrator's act on the officers, with its entry.
func (d *Desk) officersAct(ctx context.Context, s staff.Session, what audit.Act, id data.OfficerID, fn func(store.Tx, *audit.Entry) error) error {
	err := d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		if err := staff.Permit(tx, s, what); err != nil {
			return err
		}
		e := audit.Entry{At: d.clock(), Officer: s.Officer().ID, Act: what, Subject: string(id), Detail: map[string]string{}}
		if err := fn(tx, &e); err != nil {
			return err
		}
		return add(e)
	})
	if err != nil {
		return fmt.Errorf("%s %q: %w", what, id, err)
	}
	return nil
}
