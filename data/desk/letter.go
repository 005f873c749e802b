package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/rules"
	"pratique/data/staff"
	"pratique/data/store"
)

// Letter is what the traveller is told on paper about a case as it stands: that
// it came back, waits or was decided against, or what its blue certificate
// depends on. Of any other there is none: [ErrNoLetter].
func (d *Desk) Letter(ctx context.Context, s staff.Session, id data.ApplicationID) (l data.Letter, err error) {
	err = d.paper(ctx, s, audit.LetterMade, id, func(tx store.Tx, a data.Application, e *audit.Entry) error {
		if l, err = d.letterOf(tx, a); err == nil {
			e.Detail["letter"] = string(l.Kind)
		}
		return err
	})
	if err != nil {
		return data.Letter{}, err
	}
	return l, nil
}

// InternalSheet is what a post keeps on paper of how a case was decided.
func (d *Desk) InternalSheet(ctx context.Context, s staff.Session, id data.ApplicationID) (sheet data.InternalSheet, err error) {
	err = d.paper(ctx, s, audit.InternalMade, id, func(tx store.Tx, a data.Application, _ *audit.Entry) error {
		n, at, err := d.decidedBy(tx, a)
		if err != nil {
			return err
		}
		found, ok := d.assess(n, a.Content, a.Override, at)
		sheet = data.InternalSheet{Case: about(a), ID: a.ID, Prepared: marks(a.Preparers...), Reviewed: marks(reviewers(a)...)}
		if ok {
			sheet.Case.Notice, sheet.Case.NoticeVersion = found.Notice, found.Version
		}
		clauses := map[string]string{}
		for _, f := range found.Findings {
			clauses[f.Check] = f.Clause
			note := data.Finding{Clause: f.Clause, Of: f.Subject, Result: string(f.Result), Waived: f.Waived && f.Result != rules.Pass, Message: map[string]string{"en": f.Message.En, "zh": f.Message.Zh}}
			for _, c := range f.Counts {
				note.Counts = append(note.Counts, data.Counted{Unit: c.Unit, Counted: c.Counted, AtLeast: c.AtLeast, AtMost: c.AtMost, From: c.From.At, To: c.To.At})
			}
			sheet.Findings = append(sheet.Findings, note)
		}
		if o := a.Override; o != nil {
			sheet.Override = &data.OverrideNote{
				Officer: staff.MarkOf(o.Officer), Authoriser: staff.MarkOf(o.Authoriser), At: d.moment(o.At), Reason: o.Reason,
			}
			for _, check := range o.Checks {
				name := check
				if clause := clauses[check]; clause != "" {
					name = clause + " (" + check + ")"
				}
				sheet.Override.Checks = append(sheet.Override.Checks, name)
			}
		}
		all := slices.Clone(a.Past)
		if a.Decision != nil {
			all = append(all, *a.Decision)
		}
		for _, made := range all {
			sheet.Decisions = append(sheet.Decisions, d.decisionNote(made))
		}
		return nil
	})
	if err != nil {
		return data.InternalSheet{}, err
	}
	return sheet, nil
}

// decidedBy are the norms by which a case was decided and when, or, where it is
// not decided, those in force now.
func (d *Desk) decidedBy(tx store.Tx, a data.Application) (n norms, at time.Time, err error) {
	n, err = d.norms(tx)
	id, v := "", 0
	switch {
	case err != nil:
		return n, at, err
	case a.Approval != nil:
		id, v, at = a.Approval.Notice, a.Approval.NoticeVersion, a.Approval.At
	case a.Decision != nil:
		id, v, at = a.Decision.Notice, a.Decision.NoticeVersion, a.Decision.At
	default:
		return n, d.clock(), nil
	}
	n.notices = nil
	if id == "" {
		return n, at, nil // none was asked
	}
	r, err := version(tx, id, v)
	if err != nil {
		return n, at, err
	}
	notice, err := d.notice(r)
	n.notices = append(n.notices, notice)
	return n, at, err
}

// paper reads a case for a page about it and says so in the log.
func (d *Desk) paper(ctx context.Context, s staff.Session, what audit.Act, id data.ApplicationID, fn func(store.Tx, data.Application, *audit.Entry) error) error {
	err := d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		if err := staff.Permit(tx, s, what); err != nil {
			return err
		}
		a, err := getApplication(tx, id)
		if err != nil {
			return err
		}
		e := audit.Entry{At: d.clock(), Officer: s.Officer().ID, Act: what, Subject: string(id), Detail: map[string]string{}}
		if err := fn(tx, a, &e); err != nil {
			return err
		}
		return add(e)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// moment is an instant on the post's clock; the zero time is no moment.
func (d *Desk) moment(t time.Time) data.Moment {
	if t.IsZero() {
		return data.Moment{}
	}
	return data.MomentOf(t, d.post.Zone)
}

// marks are the marks of officers, each once.
func marks(officers ...data.OfficerID) (all []string) {
	for _, o := range officers {
		if mark := staff.MarkOf(o); o != "" && !slices.Contains(all, mark) {
			all = append(all, mark)
		}
	}
	return all
}

// reviewers are all officers who had a part in the review of a case.
func reviewers(a data.Application) (all []data.OfficerID) {
	for _, made := range a.Past {
		all = append(all, made.Officer, made.LiftedBy)
	}
	for _, t := range a.Ticks {
		all = append(all, t.Officer)
	}
	if a.Decision != nil {
		all = append(all, a.Decision.Officer)
	}
	if a.Approval != nil {
		all = append(all, a.Approval.Officer)
	}
	return append(all, a.Reviewer)
}

// about is who and what a page about a case is about.
func about(a data.Application) data.Letter {
	t := a.Content.Traveller
	l := data.Letter{
		Practice: a.Practice, Reference: a.Reference,
		Surname: t.Surname, GivenNames: t.GivenNames, NativeName: t.NativeName,
		DocumentNumber: a.Content.Document.Number, Departs: a.Content.Departs().Pinned(),
	}
	if len(a.Content.Itinerary) > 0 {
		first := a.Content.Itinerary[0]
		l.Flight, l.From, l.To = first.Flight, first.From, first.To
	}
	return l
}

// letterOf is the letter of a case in its present state.
func (d *Desk) letterOf(tx store.Tx, a data.Application) (data.Letter, error) {
	l := about(a)
	decide := func(kind data.LetterKind, officer data.OfficerID, at time.Time, reasons []string, note string) {
		l.Kind, l.Officer, l.At, l.Reasons, l.Note = kind, staff.MarkOf(officer), d.moment(at), reasons, note
	}
	switch {
	case a.State == data.Returned && a.Return != nil:
		decide(data.LetterReturn, a.Return.Officer, a.Return.At, a.Return.Reasons, a.Return.Note)
		return l, d.goesOn(tx, a, &l)
	case a.State == data.OnHold && a.Hold != nil:
		decide(data.LetterHold, a.Hold.Officer, a.Hold.At, a.Hold.Reasons, a.Hold.Note)
		return l, d.goesOn(tx, a, &l)
	case (a.State == data.FollowUp || a.State == data.Refused) && a.Decision != nil:
		made := *a.Decision
		decide(data.LetterDecision, made.Officer, made.At, made.Reasons, made.Note)
		l.Colour, l.Notice, l.NoticeVersion = made.Colour, made.Notice, made.NoticeVersion
		l.Until, _ = made.Until.End(d.post.Zone)
		if c := made.Contest; c != nil {
			l.Contest = &data.LetterContest{At: d.moment(c.At), Decided: d.moment(c.DecidedAt), Why: c.Why}
			if c.DecidedBy != "" {
				l.Contest.Officer = staff.MarkOf(c.DecidedBy)
			}
		}
		return l, nil
	case a.State == data.Issued:
		c, _, err := store.Get[data.Certificate](tx, store.CertificateKey(a.Certificate))
		switch {
		case err != nil:
			return data.Letter{}, err
		case c.Revoked != nil:
			return data.Letter{}, ErrRevoked
		case c.Phase != data.PhaseIssued || c.Statement.Colour != data.Blue:
			return data.Letter{}, ErrNoLetter
		}
		decide(data.LetterCondition, c.Approver, c.IssuedAt, nil, "")
		st := c.Statement
		l.Colour, l.Number, l.LastTest, l.Until, l.Notice, l.NoticeVersion = st.Colour, st.Number, st.LastTest, st.ValidUntil, st.Notice, st.NoticeVersion
		if a.Approval != nil {
			l.Condition = a.Approval.Condition
		}
		return l, nil
	}
	return data.Letter{}, ErrNoLetter
}

// goesOn says of a case that came back or waits until when it can go on, and by
// which notice: until the post no longer takes applications for the flight, or
// until it departs.
func (d *Desk) goesOn(tx store.Tx, a data.Application, l *data.Letter) error {
	n, err := d.norms(tx)
	if err != nil {
		return err
	}
	l.Until = l.Departs
	if found, ok := d.assess(n, a.Content, a.Override, d.clock()); ok {
		l.Notice, l.NoticeVersion = found.Notice, found.Version
		if !found.ApplyBy.IsZero() {
			l.Until = found.ApplyBy
		}
	}
	return nil
}

// tellable says what keeps the letter of a case off paper. What cannot be told
// to the traveller is not decided.
func (d *Desk) tellable(tx store.Tx, a data.Application) error {
	if d.unwritable == nil {
		return nil
	}
	l, err := d.letterOf(tx, a)
	if err != nil {
		return err
	}
	if p := d.unwritable(l); len(p) > 0 {
		return &ProblemsError{Problems: p}
	}
	return nil
}

func (d *Desk) decisionNote(made data.Decision) data.DecisionNote {
	until, _ := made.Until.End(d.post.Zone)
	note := data.DecisionNote{
		Colour: made.Colour, Officer: staff.MarkOf(made.Officer), At: d.moment(made.At), Until: until,
		Reasons: made.Reasons, Note: made.Note, Lifted: d.moment(made.Lifted), Why: made.LiftedWhy,
	}
	if made.LiftedBy != "" {
		note.LiftedBy = staff.MarkOf(made.LiftedBy)
	}
	if c := made.Contest; c != nil {
		note.Contested, note.Grounds, note.Answered, note.Answer = d.moment(c.At), c.Grounds, d.moment(c.DecidedAt), c.Why
		if c.DecidedBy != "" {
			note.AnsweredBy = staff.MarkOf(c.DecidedBy)
		}
	}
	return note
}
