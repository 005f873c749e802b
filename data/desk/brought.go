package desk

import (
	"context"
	"fmt"
	"slices"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/brought"
	"pratique/data/issue"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/trust"
)

// ReadSeal reads a seal that a traveller brought, for [brought.Add]. Ok is false
// if the text is none. Nothing is stored.
func (d *Desk) ReadSeal(ctx context.Context, s staff.Session, text string) (b data.Brought, ok bool, err error) {
	if err := d.permit(ctx, s, audit.ApplicationSaved); err != nil {
		return b, false, err
	}
	laboratories, err := d.Laboratories(ctx)
	if err != nil {
		return b, false, err
	}
	list, err := d.Trusted(ctx)
	if err != nil {
		return b, false, err
	}
	b, ok = d.sealReader(list, laboratories).Read(text, d.clock())
	return b, ok, nil
}

// Brought are the seals of a case, in their order, each with what it is worth now:
// one that was valid when the clerk read it may be revoked since.
func (d *Desk) Brought(ctx context.Context, s staff.Session, id data.ApplicationID) (all []data.Brought, err error) {
	err = d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		if err := staff.Permit(tx, s, audit.ApplicationRead); err != nil {
			return err
		}
		a, err := getApplication(tx, id)
		if err != nil {
			return err
		}
		all = nil
		if len(a.Content.Brought) > 0 {
			r, err := d.readerIn(tx)
			if err != nil {
				return err
			}
			for _, b := range a.Content.Brought {
				all = append(all, r.Again(b, d.clock()))
			}
		}
		return add(audit.Entry{At: d.clock(), Officer: s.Officer().ID, Act: audit.ApplicationRead, Subject: string(id)})
	})
	if err != nil {
		return nil, fmt.Errorf("seals of a case: %w", err)
	}
	return all, nil
}

// readerIn reads seals as a transaction sees whom the post trusts, and what of its
// own it has revoked.
func (d *Desk) readerIn(tx store.Tx) (r brought.Reader, err error) {
	list, err := d.trustIn(tx)
	if err != nil {
		return r, err
	}
	laboratories, err := issue.Laboratories(tx)
	if err != nil {
		return r, err
	}
	list.Revoked = func(n data.CertificateNumber) (*data.Revocation, error) { return revoked(tx, n) }
	return d.sealReader(list, laboratories), nil
}

func (d *Desk) sealReader(list *trust.List, laboratories []data.Laboratory) brought.Reader {
	return brought.Reader{Trust: list, Book: d.book, Practice: d.post.Practice(), Laboratories: laboratories}
}

// broughtProblems are the problems of a content with the seals in it: values
// that differ without a reason, and what is kept of a seal that it does not say.
func (d *Desk) broughtProblems(c data.Content, laboratories []data.Laboratory) []data.Problem {
	for _, b := range c.Brought {
		if d.sealReader(nil, laboratories).Altered(b) {
			return []data.Problem{{Field: "brought", Key: "problem.brought.altered"}}
		}
	}
	return brought.Problems(c)
}

// misnamed are the problems of a content that keeps a seal as signed by somebody
// who did not, as far as the post can tell: a reviewer would be told so.
func (d *Desk) misnamed(tx store.Tx, c data.Content) ([]data.Problem, error) {
	if len(c.Brought) == 0 {
		return nil, nil
	}
	list, err := d.trustIn(tx)
	if err != nil {
		return nil, err
	}
	r := d.sealReader(list, nil)
	if slices.ContainsFunc(c.Brought, func(b data.Brought) bool { return r.Misnamed(b, d.clock()) }) {
		return []data.Problem{{Field: "brought", Key: "problem.brought.altered"}}, nil
	}
	return nil, nil
}

// holding are the ticks of a case without those of seals that do not prove their
// group any more, by what the post trusts and has revoked.
func (d *Desk) holding(tx store.Tx, a data.Application) ([]data.Tick, error) {
	bySeal := func(t data.Tick) bool { return t.Proof == data.ProofSeal }
	if !slices.ContainsFunc(a.Ticks, bySeal) {
		return a.Ticks, nil
	}
	proved, err := d.sealed(tx, a.Content)
	return slices.DeleteFunc(slices.Clone(a.Ticks), func(t data.Tick) bool { return bySeal(t) && !slices.Contains(proved, t.Group) }), err
}

// sealed are the groups that seals prove, by what the post trusts. Of
// certificates of its own tx tells whether they are revoked.
func (d *Desk) sealed(tx store.Tx, c data.Content) ([]string, error) {
	if len(c.Brought) == 0 {
		return nil, nil
	}
	r, err := d.readerIn(tx)
	if err != nil {
		return nil, err
	}
	return r.Proved(c, d.clock()), nil
}
