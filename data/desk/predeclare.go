package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/predeclaration"
	"pratique/data/staff"
	"pratique/data/store"
)

// ImportPredeclaration takes in what a traveller declared beforehand: a file, or
// the text of a QR; see [predeclaration.Parse] and [Desk.Predeclare].
func (d *Desk) ImportPredeclaration(ctx context.Context, s staff.Session, b []byte) (data.Application, error) {
	c, err := predeclaration.Parse(b)
	if err != nil {
		return data.Application{}, fmt.Errorf("%s: %w", audit.ApplicationPreDeclared, err)
	}
	return d.Predeclare(ctx, s, c)
}

// Predeclare stores what a traveller means to apply for, before they come. The
// same declaration again gives the case that is there.
func (d *Desk) Predeclare(ctx context.Context, s staff.Session, c data.Content) (data.Application, error) {
	a := d.newApplication(s, predeclaration.Of(c))
	a.State = data.PreDeclared
	fresh := a
	err := d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		a = fresh
		if err := staff.Permit(tx, s, audit.ApplicationPreDeclared); err != nil {
			return err
		}
		before, err := ofDocument(tx, a.Content.Document.Number)
		if err != nil {
			return err
		}
		for _, is := range before {
			if is.State == data.PreDeclared && is.Content.Hash() == a.Content.Hash() {
				a = is
				return add(audit.Entry{At: d.clock(), Officer: s.Officer().ID, Act: audit.ApplicationRead, Subject: string(a.ID)})
			}
		}
		return errors.Join(putApplication(tx, data.Application{}, a), add(audit.Entry{
			At: a.Created, Officer: s.Officer().ID, Act: audit.ApplicationPreDeclared, Subject: string(a.ID),
			Detail: map[string]string{"version": "1", "content": a.Digest()},
		}))
	})
	if err != nil && !errors.Is(err, audit.ErrHeadNotWritten) {
		return data.Application{}, fmt.Errorf("%s: %w", audit.ApplicationPreDeclared, err)
	}
	return a, errors.Join(err, d.refresh(ctx, a.ID))
}

// declared asks about a content whose document was declared beforehand for a
// journey that is still to come, and not begun: all of that would be typed anew,
// and the traveller would be expected twice.
func (d *Desk) declared(tx store.Tx, c data.Content) ([]data.Problem, error) {
	if c.Document.Number == "" {
		return nil, nil
	}
	before, err := ofDocument(tx, c.Document.Number)
	if err != nil {
		return nil, err
	}
	for _, a := range before {
		departs, known := a.Content.Departs().Instant()
		if a.State != data.PreDeclared || known && departs.Before(d.clock()) || a.Content.Hash() == c.Hash() { // that is the one
			continue
		}
		p := data.Problem{Field: "document.number", Key: "problem.predeclared", Value: a.Reference.String(), Severity: data.Confirm}
		if !slices.Contains(c.Confirmed, data.Confirmation{Field: p.Field, Key: p.Key, Value: p.Value}) {
			return []data.Problem{p}, nil
		}
	}
	return nil, nil
}

// Begin turns a pre-declared case into a draft: its traveller is at the counter.
// The officer answers for what was declared as for what they type.
func (d *Desk) Begin(ctx context.Context, s staff.Session, id data.ApplicationID) (data.Application, error) {
	return d.act(ctx, s, audit.ApplicationBegun, id, func(_ store.Tx, a *data.Application, _ *audit.Entry) error {
		if a.State != data.PreDeclared {
			return ErrState
		}
		a.State = data.Draft
		if me := s.Officer().ID; !slices.Contains(a.Preparers, me) {
			a.Preparers = append(slices.Clone(a.Preparers), me)
		}
		return nil
	})
}

// Expect are the cases of one day, flight and port of entry.
type Expect struct {
	Day    data.Date // of departure, on the calendar there; empty if it is not known
	Flight string    // the first
	Port   string    // of entry
	Risk   string    // of the flights, the highest

	PreDeclared int // not at the counter yet
	Open        int // between draft and decision
	Approved    int // approved or issued
}

// Expected are the numbers that are expected on days from first to last, by day,
// flight and port. Who was refused or withdrew is not counted.
func (d *Desk) Expected(ctx context.Context, s staff.Session, first, last data.Date) ([]Expect, error) {
	if err := d.listed(s, "expected", ""); err != nil {
		return nil, err
	}
	var all []Expect
	for _, r := range d.filter(func(r Row) bool { return r.Departs.Date() >= first && r.Departs.Date() <= last && r.Revoked.IsZero() }) {
		if r.State == data.Withdrawn || r.State == data.Refused {
			continue
		}
		is := func(e Expect) bool {
			return e.Day == r.Departs.Date() && flightKey(e.Flight) == flightKey(r.Flight) && e.Port == r.Port
		}
		i := slices.IndexFunc(all, is)
		if i < 0 {
			i = len(all)
			all = append(all, Expect{Day: r.Departs.Date(), Flight: r.Flight, Port: r.Port})
		}
		e := &all[i]
		if slices.Index(data.Risks, r.Risk) > slices.Index(data.Risks, e.Risk) {
			e.Risk = r.Risk
		}
		switch r.State {
		case data.PreDeclared:
			e.PreDeclared++
		case data.Approved, data.Issued:
			e.Approved++
		default:
			e.Open++
		}
	}
	slices.SortFunc(all, func(a, b Expect) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Flight, b.Flight), cmp.Compare(a.Port, b.Port))
	})
	return all, ctx.Err()
}
