package desk

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/issue"
	"pratique/data/mrz"
	"pratique/data/rules"
	"pratique/data/staff"
	"pratique/data/store"
)

// Take gives a submitted case to a reviewer who did not prepare it; so it does
// one whose reviewer was shut out, without their ticks. What its check digits
// prove is ticked already.
func (d *Desk) Take(ctx context.Context, s staff.Session, id data.ApplicationID) (data.Application, error) {
	return d.act(ctx, s, audit.ApplicationTaken, id, func(tx store.Tx, a *data.Application, _ *audit.Entry) error {
		left := data.OfficerID("") // who had it and was shut out
		if a.State == data.InReview {
			gone, err := staff.Gone(tx, a.Reviewer)
			if err != nil {
				return err
			}
			if gone {
				left, a.State = a.Reviewer, data.Submitted
			}
		}
		if a.State != data.Submitted {
			return ErrState
		}
		if _, err := d.solo(tx, s, a); err != nil {
			return err
		}
		a.State, a.Reviewer = data.InReview, s.Officer().ID
		return d.sortTicks(tx, a, left)
	})
}

// sortTicks keeps of a case's ticks what counts for its reviewer. Ticks of an
// earlier round hold as long as their values did not change; not those of
// somebody who left, nor those that somebody who prepared it made while solo
// work was allowed. What check digits or a seal prove is ticked already.
func (d *Desk) sortTicks(tx store.Tx, a *data.Application, left data.OfficerID) error {
	groups := a.Content.Groups()
	holding, err := d.holding(tx, *a)
	if err != nil {
		return err
	}
	a.Ticks = slices.DeleteFunc(holding, func(t data.Tick) bool {
		mine := t.Officer == a.Reviewer
		return t.Officer != "" && (t.Officer == left || !mine && slices.Contains(a.Preparers, t.Officer)) || !slices.ContainsFunc(groups, func(g data.Group) bool { return g.Name == t.Group && g.Hash == t.Hash })
	})
	if identity := groups[0]; !a.Ticked(identity) && d.proved(a.Content) {
		a.Ticks = append(a.Ticks, data.Tick{Group: identity.Name, Hash: identity.Hash, Proof: data.ProofMRZ, At: d.clock()})
	}
	proved, err := d.sealed(tx, a.Content)
	for _, g := range groups {
		if !a.Ticked(g) && slices.Contains(proved, g.Name) {
			a.Ticks = append(a.Ticks, data.Tick{Group: g.Name, Hash: g.Hash, Proof: data.ProofSeal, At: d.clock()})
		}
	}
	return err
}

// TakeOver gives a case that another officer reviews, or has put on hold, to a
// reviewer who did not prepare it. The log says from whom.
func (d *Desk) TakeOver(ctx context.Context, s staff.Session, id data.ApplicationID) (data.Application, error) {
	return d.act(ctx, s, audit.ApplicationTakenOver, id, func(tx store.Tx, a *data.Application, e *audit.Entry) error {
		me, from := s.Officer().ID, a.Reviewer
		if a.State != data.InReview && a.State != data.OnHold || from == me {
			return ErrState
		}
		if _, err := d.solo(tx, s, a); err != nil {
			return err
		}
		left := data.OfficerID("")
		if gone, err := staff.Gone(tx, from); err != nil {
			return err
		} else if gone {
			left = from
		}
		a.Reviewer, e.Detail["from"] = me, string(from)
		return d.sortTicks(tx, a, left)
	})
}

// solo reports whether a reviewer has prepared the case as well. That is
// [ErrFourEyes] unless solo work is allowed now.
func (d *Desk) solo(tx store.Tx, s staff.Session, a *data.Application) (bool, error) {
	if !slices.Contains(a.Preparers, s.Officer().ID) {
		return false, nil
	}
	allowed, err := issue.Solo(tx, d.clock())
	if err == nil && !allowed {
		err = ErrFourEyes
	}
	return true, err
}

// proved reports whether check digits prove all that the identity group holds:
// the zone is right in itself, agrees with every field and cut no name, and
// nothing was entered that a zone does not hold.
func (d *Desk) proved(c data.Content) bool {
	t := c.Traveller
	if c.Document.MRZ == "" || t.NativeName != "" || t.ResidentID != "" || t.Guardian != (data.Guardian{}) {
		return false
	}
	zone, err := mrz.Parse(c.Document.MRZ)
	return err == nil && zone.Valid() && !zone.Truncated && len(mrz.Compare(zone, c, d.clock())) == 0
}

// owned checks that a case is in review with the session's officer.
func owned(s staff.Session, a *data.Application) error {
	if a.State != data.InReview || a.Reviewer != s.Officer().ID {
		return ErrState
	}
	return nil
}

// Release gives a case back to the queue.
func (d *Desk) Release(ctx context.Context, s staff.Session, id data.ApplicationID) (data.Application, error) {
	return d.act(ctx, s, audit.ApplicationReleased, id, func(_ store.Tx, a *data.Application, _ *audit.Entry) error {
		if err := owned(s, a); err != nil {
			return err
		}
		a.State, a.Reviewer = data.Submitted, ""
		return nil
	})
}

// Tick marks a group, with the values the reviewer saw, as agreeing with its
// papers, or takes the mark back.
func (d *Desk) Tick(ctx context.Context, s staff.Session, id data.ApplicationID, g data.Group, on bool) (data.Application, error) {
	return d.act(ctx, s, audit.ApplicationTicked, id, func(_ store.Tx, a *data.Application, e *audit.Entry) error {
		if err := owned(s, a); err != nil {
			return err
		}
		if !slices.Contains(a.Content.Groups(), g) {
			return ErrStale
		}
		a.Ticks = slices.DeleteFunc(a.Ticks, func(t data.Tick) bool { return t.Group == g.Name })
		if on {
			a.Ticks = append(a.Ticks, data.Tick{Group: g.Name, Hash: g.Hash, Officer: s.Officer().ID, At: d.clock()})
		}
		e.Detail["group"], e.Detail["on"] = g.Name, fmt.Sprint(on)
		return nil
	})
}

// Return sends a case back to the clerk with reasons of the list "reasons".
func (d *Desk) Return(ctx context.Context, s staff.Session, id data.ApplicationID, reasons []string, note string) (data.Application, error) {
	note = wording(note)
	return d.act(ctx, s, audit.ApplicationReturned, id, func(tx store.Tx, a *data.Application, e *audit.Entry) error {
		if err := owned(s, a); err != nil {
			return err
		}
		if p := d.reasoned(data.ListReasons, reasons, note); len(p) > 0 {
			return &ProblemsError{Problems: p}
		}
		a.State, a.Reviewer = data.Returned, ""
		a.Return = &data.Return{Officer: s.Officer().ID, At: d.clock(), Reasons: reasons, Note: note}
		e.Detail["reasons"] = strings.Join(reasons, " ")
		return d.tellable(tx, *a)
	})
}

// Rehearse shows a reviewer what the certificate of a case would say, as read
// back from a seal that a throwaway key made of it. What the officer is shown by
// that is what [Desk.Approve] takes their yes for.
func (d *Desk) Rehearse(ctx context.Context, s staff.Session, id data.ApplicationID) (Rehearsal, error) {
	a, err := d.Read(ctx, s, id)
	if err != nil {
		return Rehearsal{}, err
	}
	r, approval, err := d.rehearse(ctx, s, a)
	d.mu.Lock()
	defer d.mu.Unlock()
	key := shownKey{s.Officer().ID, id}
	if delete(d.shown, key); err == nil {
		d.shown[key] = outcomeOf(approval)
	}
	return r, err
}

// shownKey is who was shown what a case would get.
type shownKey struct {
	officer data.OfficerID
	id      data.ApplicationID
}

// outcomeOf is what is to be the same when a reviewer says yes: all of an
// approval but who says it, and what goes with the clock.
func outcomeOf(a data.Approval) data.Approval {
	a.Officer, a.At, a.ValidFrom, a.Solo = "", time.Time{}, data.Moment{}, false
	return a
}

// asShown says whether an approval is what the officer was shown last of that
// case. Who was shown nothing takes what the notice in force gives.
func (d *Desk) asShown(id data.ApplicationID, approval data.Approval) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if was, ok := d.shown[shownKey{approval.Officer, id}]; ok && !reflect.DeepEqual(was, outcomeOf(approval)) {
		return ErrStale
	}
	return nil
}

func (d *Desk) rehearse(ctx context.Context, s staff.Session, a data.Application) (Rehearsal, data.Approval, error) {
	approval, err := d.approve(ctx, s, a)
	if err != nil {
		return Rehearsal{}, approval, err
	}
	r, err := d.issuer.Rehearse(ctx, a, approval)
	approval.Laboratories = r.Statement.Laboratories()
	return r, approval, err
}

// approve is [Desk.approval] of a case that is nowhere stored.
func (d *Desk) approve(ctx context.Context, s staff.Session, a data.Application) (approval data.Approval, err error) {
	err = d.log.View(ctx, func(tx store.Tx) error {
		n, err := d.norms(tx)
		if err == nil {
			approval, err = d.approval(n, s, a.Content, a.Override)
		}
		return err
	})
	return approval, err
}

// Approve is a second officer's decision that the certificate may be issued.
// Everything must be ticked, free of problems, printable to the last character,
// and granted by the notice in force, which says colour, window and, for blue,
// the last test: [ErrStale] if that is not what the officer was last shown, see
// [Desk.Rehearse].
func (d *Desk) Approve(ctx context.Context, s staff.Session, id data.ApplicationID) (data.Application, error) {
	err := d.permit(ctx, s, audit.ApplicationApproved)
	var seen data.Application
	if err == nil {
		seen, err = d.Read(ctx, s, id)
	}
	if err == nil {
		err = owned(s, &seen)
	}
	if err != nil {
		return data.Application{}, fmt.Errorf("%s: %w", audit.ApplicationApproved, err)
	}
	r, _, err := d.rehearse(ctx, s, seen)
	if err != nil {
		return data.Application{}, err
	}
	if p := d.unprintable(r.Statement); len(p) > 0 {
		return data.Application{}, &ProblemsError{Problems: p}
	}
	return d.act(ctx, s, audit.ApplicationApproved, id, func(tx store.Tx, a *data.Application, e *audit.Entry) error {
		if err := owned(s, a); err != nil {
			return err
		}
		solo, err := d.solo(tx, s, a)
		if err != nil {
			return err
		}
		if a.Content.Hash() != seen.Content.Hash() {
			return ErrStale
		}
		// A seal that was good when the case was taken may be revoked since.
		if a.Ticks, err = d.holding(tx, *a); err != nil {
			return err
		}
		for _, g := range a.Content.Groups() {
			if !a.Ticked(g) {
				return fmt.Errorf("%s: %w", g.Name, ErrTicks)
			}
		}
		n, err := d.norms(tx)
		if err != nil {
			return err
		}
		p, err := d.problems(tx, a.Content)
		switch {
		case err != nil:
			return err
		case data.Stops(p):
			return &ProblemsError{Problems: p}
		}
		if p, err := d.doubts(tx, *a); err != nil {
			return err
		} else if len(p) > 0 {
			return &ProblemsError{Problems: p}
		}
		approval, err := d.approval(n, s, a.Content, a.Override)
		if err != nil {
			return err
		}
		approval.Laboratories = r.Statement.Laboratories()
		if !slices.Equal(approval.Laboratories, data.StatementOf(a.Content, n.laboratories).Laboratories()) {
			return ErrStale
		}
		if err := d.asShown(id, approval); err != nil {
			return err
		}
		if approval.Solo = solo; solo {
			e.Detail["solo"] = "yes"
		}
		a.State, a.Approval, a.Moved = data.Approved, &approval, time.Time{}
		e.Detail["content"], e.Detail["colour"] = a.Digest(), string(approval.Colour)
		if approval.Notice != "" {
			e.Detail["notice"] = rules.Key(approval.Notice, approval.NoticeVersion)
		}
		return nil
	})
}

// Issue issues the certificate of an approved case. Asked again it returns the
// same certificate.
func (d *Desk) Issue(ctx context.Context, s staff.Session, id data.ApplicationID) (data.Certificate, error) {
	c, err := d.issuer.Issue(ctx, s, id)
	if replaced := c.Statement.Replaces; replaced != "" {
		err = errors.Join(err, d.refreshCertificate(ctx, replaced))
	}
	return c, errors.Join(err, d.refresh(ctx, id))
}

// Preflight returns everything that would stop a content on its way from this
// clerk through this reviewer to paper. It stores nothing.
func (d *Desk) Preflight(ctx context.Context, clerk, reviewer staff.Session, c data.Content) ([]data.Problem, error) {
	c = normalised(c)
	problems, err := d.Validate(ctx, c)
	if err != nil || data.Stops(problems) {
		return problems, err
	}
	a := data.Application{Practice: d.post.Practice(), Content: c, Preparers: []data.OfficerID{clerk.Officer().ID}}
	approval, err := d.approve(ctx, reviewer, a)
	var refused *ProblemsError
	if errors.As(err, &refused) {
		return refused.Problems, nil
	} else if err != nil {
		return nil, err
	}
	r, err := d.issuer.Rehearse(ctx, a, approval)
	switch {
	case errors.As(err, &refused):
		return refused.Problems, nil
	case errors.Is(err, ErrTooLarge):
		return []data.Problem{{Field: "tests", Key: "problem.seal.too-large"}}, nil
	case err != nil:
		return nil, err
	}
	return d.unprintable(r.Statement), nil
}
