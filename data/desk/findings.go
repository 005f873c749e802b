package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/issue"
	"pratique/data/rules"
	"pratique/data/staff"
	"pratique/data/store"
)

// norms are what a transaction sees of the post's requirements.
type norms struct {
	notices      []*rules.Notice // in force
	laboratories []data.Laboratory
}

func (d *Desk) norms(tx store.Tx) (n norms, err error) {
	if n.laboratories, err = issue.Laboratories(tx); err != nil {
		return n, err
	}
	err = store.Each(tx, store.Notices, "", 0, func(_ string, r rules.Record) error {
		if r.State != rules.Active {
			return nil
		}
		notice, err := d.notice(r)
		n.notices = append(n.notices, notice)
		return err
	})
	return n, err
}

// notice is the compiled notice of a record.
func (d *Desk) notice(r rules.Record) (*rules.Notice, error) {
	if n, ok := d.compiled.Load(string(r.Text)); ok {
		return n.(*rules.Notice), nil
	}
	n, err := rules.Load(r.Text, d.book)
	if err != nil {
		return nil, fmt.Errorf("notice %s: %w", rules.Key(r.ID, r.Version), err)
	}
	d.compiled.Store(string(r.Text), n)
	return n, nil
}

// with are the norms as they would be with a notice in force instead of another
// version of it.
func (n norms) with(candidate *rules.Notice) norms {
	n.notices = append(slices.DeleteFunc(slices.Clone(n.notices), func(o *rules.Notice) bool { return o.ID == candidate.ID }), candidate)
	return n
}

// assess is what the notice in force says of a content; ok is false if none
// counts for its flight. An override counts as long as notice and content are
// those it was for.
func (d *Desk) assess(n norms, c data.Content, over *data.Override, now time.Time) (a rules.Assessment, ok bool) {
	if len(n.notices) == 0 {
		return a, false
	}
	facts := rules.FactsOf(c, n.laboratories, d.post, d.book)
	a, ok = rules.Assess(n.notices, facts, now)
	if over != nil && ok && !a.Grants() && over.Notice == a.Notice && over.Version == a.Version && over.Hash == c.Hash() {
		a, ok = rules.Assess(n.notices, facts, now, over.Checks...)
	}
	return a, ok
}

// Assess is what the notice in force says of a content as it would be stored
// now. Ok is false if none counts: the post has none, or none for that flight.
// It tells nothing of any case, and is no act.
func (d *Desk) Assess(ctx context.Context, c data.Content) (a rules.Assessment, ok bool, err error) {
	err = d.log.View(ctx, func(tx store.Tx) error {
		n, err := d.norms(tx)
		if err == nil {
			a, ok = d.assess(n, normalised(c), nil, d.clock())
		}
		return err
	})
	return a, ok, err
}

// Findings is what the notice in force says of a case; see [Desk.Assess].
func (d *Desk) Findings(ctx context.Context, s staff.Session, id data.ApplicationID) (a rules.Assessment, ok bool, err error) {
	err = d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		if err := staff.Permit(tx, s, audit.ApplicationRead); err != nil {
			return err
		}
		app, err := getApplication(tx, id)
		if err != nil {
			return err
		}
		n, err := d.norms(tx)
		if err != nil {
			return err
		}
		a, ok = d.assess(n, app.Content, app.Override, d.clock())
		return add(audit.Entry{At: d.clock(), Officer: s.Officer().ID, Act: audit.ApplicationRead, Subject: string(id)})
	})
	if err != nil {
		return rules.Assessment{}, false, fmt.Errorf("findings: %w", err)
	}
	return a, ok, nil
}

// pending reports whether a case with that state has its end before it, and is
// assessed again whenever something changes.
func pending(s data.State) bool {
	switch s {
	case data.Draft, data.Submitted, data.InReview, data.OnHold, data.Returned, data.Approved:
		return true
	}
	return false
}

// assessRow fills in what the notice says of a case that is not decided yet.
func (d *Desk) assessRow(r *Row, stored []byte, n norms) error {
	if len(n.notices) == 0 || !pending(r.State) {
		return nil
	}
	app, err := store.Decode[data.Application](stored)
	if err != nil {
		return err
	}
	a, _ := d.assess(n, app.Content, app.Override, d.clock())
	r.CutOff, _ = a.ApplyBy.Instant()
	for _, f := range a.Findings {
		switch f.Result {
		case rules.Pass:
			r.Findings.Pass++
		case rules.Fail:
			r.Findings.Fail++
		case rules.NotEnough:
			r.Findings.NotEnough++
		}
	}
	return nil
}

// reassess brings the rows of all cases up to date that a change of the
// requirements may touch.
func (d *Desk) reassess(ctx context.Context) error {
	for _, r := range d.filter(func(r Row) bool { return pending(r.State) }) {
		if err := d.refresh(ctx, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// approval is what a reviewer's yes would be now: by the notice in force, or, at
// a post that has none, good for the journey. The error is a [ProblemsError]
// with what keeps the notice from granting it.
func (d *Desk) approval(n norms, s staff.Session, c data.Content, over *data.Override) (data.Approval, error) {
	now := d.clock()
	from, until, known := data.JourneyWindow(c, now, d.post.Zone)
	if !known {
		return data.Approval{}, &ProblemsError{Problems: []data.Problem{{Field: "itinerary[0].departs", Key: "problem.required"}}}
	}
	approval := data.Approval{
		Officer: s.Officer().ID, At: now, Hash: c.Hash(), Colour: data.Green,
		ValidFrom: from, ValidUntil: until, Window: data.WindowJourney,
	}
	if len(n.notices) == 0 {
		return approval, nil
	}
	a, ok := d.assess(n, c, over, now)
	if p := refusals(a, ok); len(p) > 0 {
		return data.Approval{}, &ProblemsError{Problems: p}
	}
	approval.Notice, approval.NoticeVersion = a.Notice, a.Version
	o := a.Outcome
	approval.Colour, approval.ValidFrom, approval.ValidUntil, approval.Window = data.Colour(o.Answer), o.ValidFrom, o.ValidUntil, o.Window
	if o.LastTest != nil {
		last := data.LastTest(*o.LastTest)
		approval.LastTest = &last
	}
	if o.Condition != (rules.Text{}) {
		approval.Condition = map[string]string{"en": o.Condition.En, "zh": o.Condition.Zh}
	}
	return approval, nil
}

// refusals are what keeps a notice from granting a certificate, nothing if it
// does. A problem names the check and its clause; the findings tell the rest.
func refusals(a rules.Assessment, ok bool) (problems []data.Problem) {
	switch {
	case !ok:
		return []data.Problem{{Field: "itinerary[0].departs", Key: "problem.notice.none"}}
	case a.Grants():
		return nil
	}
	for _, f := range a.Findings {
		key := map[rules.Result]string{rules.Fail: "problem.notice.fail", rules.NotEnough: "problem.notice.open"}[f.Result]
		if key == "" || f.Waived {
			continue
		}
		field := f.Subject
		if field == "" && len(f.Missing) > 0 {
			field = f.Missing[0]
		}
		if field == "" {
			field = "notice"
		}
		problems = append(problems, data.Problem{Field: field, Key: key, Value: f.Check, Example: f.Clause})
	}
	if len(problems) == 0 { // every check passes, and yet
		p := data.Problem{Field: "notice", Key: "problem.notice.withheld"}
		if over := a.Outcome.ValidUntil; !over.IsZero() {
			p = data.Problem{Field: "notice", Key: "problem.notice.over", Value: over.String()}
		}
		problems = append(problems, p)
	}
	return problems
}

// stands says whether an approval is still what the notice in force gives, and
// what it rests on still holds.
func (d *Desk) stands(tx store.Tx, app data.Application, now time.Time) error {
	n, err := d.norms(tx)
	if err != nil {
		return err
	}
	if approval := app.Approval; !d.same(n, app, *approval, now) {
		return fmt.Errorf("%w: the notice in force does not give it any more", ErrNotApproved)
	}
	// A laboratory may have been asked since, or the same report have come in again.
	if p, err := d.doubts(tx, app); err != nil {
		return err
	} else if len(p) > 0 {
		return &ProblemsError{Problems: p}
	}
	// A seal that ticked something may be revoked since, or its signer not be trusted any more.
	if holding, err := d.holding(tx, app); err != nil {
		return err
	} else if len(holding) < len(app.Ticks) {
		return fmt.Errorf("%w: a seal that ticked something proves it no more", ErrNotApproved)
	}
	// What somebody authorised who has been shut out since, nobody authorises.
	if over := app.Override; over != nil && over.Hash == app.Approval.Hash {
		for _, id := range []data.OfficerID{over.Officer, over.Authoriser} {
			gone, err := staff.Gone(tx, id)
			if err == nil && gone {
				err = fmt.Errorf("%w: %s, who overrode its notice, was shut out", ErrNotApproved, id)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// same reports whether what was approved is what would be approved now, but for
// the notice's name.
func (d *Desk) same(n norms, app data.Application, approval data.Approval, now time.Time) bool {
	if len(n.notices) == 0 {
		_, until, ok := data.JourneyWindow(app.Content, now, d.post.Zone)
		return ok && approval.Colour == data.Green && until.Sealed() == approval.ValidUntil.Sealed()
	}
	a, ok := d.assess(n, app.Content, app.Override, now)
	if !ok || !a.Grants() || data.Colour(a.Outcome.Answer) != approval.Colour || (a.Outcome.LastTest == nil) != (approval.LastTest == nil) {
		return false
	}
	return (approval.LastTest == nil || data.LastTest(*a.Outcome.LastTest) == *approval.LastTest) &&
		a.Outcome.ValidUntil.Sealed() == approval.ValidUntil.Sealed()
}
