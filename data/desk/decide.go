package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/rules"
	"pratique/data/staff"
	"pratique/data/store"
)

// reasoned says what is wrong with reasons of a code list. The reason "other"
// needs a note.
func (d *Desk) reasoned(list string, reasons []string, note string) (problems []data.Problem) {
	if len(reasons) == 0 {
		problems = append(problems, data.Problem{Field: "reasons", Key: "problem.required"})
	}
	for _, r := range reasons {
		if !d.codes.Known(list, r) {
			problems = append(problems, data.Problem{Field: "reasons", Key: "problem.code.unknown", Value: r})
		}
	}
	return append(problems, d.sayable("note", note, data.MaxSaid, slices.Contains(reasons, "other"))...)
}

// wording is a text that an officer says of a case, as it is stored: without what
// cannot be seen in it, in Unicode's normal form C.
func wording(text string) string { return norm.NFC.String(data.CleanText(text)) }

// sayable is the one rule for such a text: it is there if it must be, no longer
// than that many characters, and every one of them can be printed, for sooner or
// later it stands on a letter, the internal sheet or a list.
func (d *Desk) sayable(field, text string, most int, must bool) []data.Problem {
	switch {
	case text == "" && must:
		return []data.Problem{{Field: field, Key: "problem.required"}}
	case utf8.RuneCountInString(text) > most:
		return []data.Problem{{Field: field, Key: "problem.too-long", Value: text, Example: strconv.Itoa(most)}}
	case d.unsayable == nil:
		return nil
	}
	return d.unsayable(field, text)
}

// said is a text that an officer must give, as it is stored.
func (d *Desk) said(field, text string) (string, error) {
	text = wording(text)
	if p := d.sayable(field, text, data.MaxSaid, true); len(p) > 0 {
		return "", &ProblemsError{Problems: p}
	}
	return text, nil
}

// Hold lets a case wait for somebody else, for reasons of the list "holds". It
// stays with its reviewer.
func (d *Desk) Hold(ctx context.Context, s staff.Session, id data.ApplicationID, reasons []string, note string) (data.Application, error) {
	note = wording(note)
	return d.act(ctx, s, audit.ApplicationHeld, id, func(tx store.Tx, a *data.Application, e *audit.Entry) error {
		if err := owned(s, a); err != nil {
			return err
		}
		if p := d.reasoned(data.ListHolds, reasons, note); len(p) > 0 {
			return &ProblemsError{Problems: p}
		}
		a.State = data.OnHold
		a.Hold = &data.Hold{Officer: s.Officer().ID, At: d.clock(), Reasons: reasons, Note: note}
		e.Detail["reasons"] = strings.Join(reasons, " ")
		return d.tellable(tx, *a)
	})
}

// Resume goes on with the review of a case that its reviewer had put on hold.
func (d *Desk) Resume(ctx context.Context, s staff.Session, id data.ApplicationID) (data.Application, error) {
	return d.act(ctx, s, audit.ApplicationResumed, id, func(_ store.Tx, a *data.Application, _ *audit.Entry) error {
		if a.State != data.OnHold || a.Reviewer != s.Officer().ID {
			return ErrState
		}
		a.State, a.Hold = data.InReview, nil
		return nil
	})
}

// Decide makes an adverse decision on a case in review: colour, reasons of the
// list "refusals", the note for the traveller and the last day it counts; what
// else is in made is not looked at. The reviewer answers for it.
func (d *Desk) Decide(ctx context.Context, s staff.Session, id data.ApplicationID, made data.Decision) (data.Application, error) {
	now := d.clock()
	made = data.Decision{
		Colour: made.Colour, Officer: s.Officer().ID, At: now,
		Reasons: slices.Clone(made.Reasons), Note: wording(made.Note), Until: made.Until,
	}
	return d.act(ctx, s, audit.DecisionMade, id, func(tx store.Tx, a *data.Application, e *audit.Entry) error {
		if err := owned(s, a); err != nil {
			return err
		}
		if _, err := d.solo(tx, s, a); err != nil {
			return err
		}
		p := d.reasoned(data.ListRefusals, made.Reasons, made.Note)
		switch made.Colour {
		case data.Yellow, data.Orange:
			a.State = data.FollowUp
		case data.Red:
			a.State = data.Refused
		default:
			p = append(p, data.Problem{Field: "colour", Key: "problem.code.unknown", Value: string(made.Colour), Example: string(data.Orange)})
		}
		if today := data.MomentOf(now, d.post.Zone).Date(); !made.Until.Full() || made.Until < today {
			p = append(p, data.Problem{Field: "until", Key: "problem.decision.until", Value: string(made.Until), Example: string(today.Add(14))})
		}
		if len(p) > 0 {
			return &ProblemsError{Problems: p}
		}
		n, err := d.norms(tx)
		if err != nil {
			return err
		}
		if found, ok := d.assess(n, a.Content, a.Override, now); ok {
			made.Notice, made.NoticeVersion = found.Notice, found.Version
			e.Detail["notice"] = rules.Key(found.Notice, found.Version)
		}
		a.Decision, a.Reviewer, a.Moved = &made, "", time.Time{}
		e.Detail["colour"], e.Detail["until"], e.Detail["reasons"] = string(made.Colour), string(made.Until), strings.Join(made.Reasons, " ")
		return d.tellable(tx, *a)
	})
}

// decided is the decision of a case in follow-up or refused.
func decided(a *data.Application) (*data.Decision, error) {
	if a.State != data.FollowUp && a.State != data.Refused || a.Decision == nil {
		return nil, ErrState
	}
	return a.Decision, nil
}

// Contest takes down what a traveller has to say against a decision. A decision
// is contested once; [Desk.Lift] remains.
func (d *Desk) Contest(ctx context.Context, s staff.Session, id data.ApplicationID, grounds string) (data.Application, error) {
	return d.act(ctx, s, audit.DecisionContested, id, func(_ store.Tx, a *data.Application, _ *audit.Entry) error {
		decision, err := decided(a)
		if err != nil {
			return err
		}
		if decision.Contest != nil {
			return ErrState
		}
		if grounds, err = d.said("grounds", grounds); err != nil {
			return err
		}
		contested := *decision
		contested.Contest = &data.Contest{At: d.clock(), Recorded: s.Officer().ID, Grounds: grounds}
		a.Decision = &contested
		return nil
	})
}

// DecideContest decides what was contested: upheld, the traveller was right, and
// the case is back in the queue without the decision. It takes another officer
// than who made the decision, solo work or not, and none who prepared the case.
func (d *Desk) DecideContest(ctx context.Context, s staff.Session, id data.ApplicationID, upheld bool, why string) (data.Application, error) {
	return d.act(ctx, s, audit.ContestDecided, id, func(tx store.Tx, a *data.Application, e *audit.Entry) error {
		decision, err := decided(a)
		switch {
		case err != nil:
			return err
		case decision.Contest == nil || !decision.Contest.DecidedAt.IsZero():
			return ErrState
		case decision.Officer == s.Officer().ID:
			return ErrFourEyes
		}
		if _, err := d.solo(tx, s, a); err != nil {
			return err
		}
		if why, err = d.said("why", why); err != nil {
			return err
		}
		contested, contest := *decision, *decision.Contest
		contest.DecidedAt, contest.DecidedBy, contest.Upheld, contest.Why = d.clock(), s.Officer().ID, upheld, why
		contested.Contest = &contest
		a.Decision = &contested
		if e.Detail["upheld"] = "no"; upheld {
			e.Detail["upheld"] = "yes"
			d.lift(a, s, why)
			return nil
		}
		return d.tellable(tx, *a)
	})
}

// Lift takes a decision back, for good: the case is in the queue again.
func (d *Desk) Lift(ctx context.Context, s staff.Session, id data.ApplicationID, why string) (data.Application, error) {
	return d.act(ctx, s, audit.DecisionLifted, id, func(tx store.Tx, a *data.Application, _ *audit.Entry) error {
		if _, err := decided(a); err != nil {
			return err
		}
		if _, err := d.solo(tx, s, a); err != nil {
			return err
		}
		why, err := d.said("why", why)
		if err != nil {
			return err
		}
		d.lift(a, s, why)
		return nil
	})
}

func (d *Desk) lift(a *data.Application, s staff.Session, why string) {
	lifted := *a.Decision
	lifted.Lifted, lifted.LiftedBy, lifted.LiftedWhy = d.clock(), s.Officer().ID, why
	a.Past = append(slices.Clone(a.Past), lifted)
	a.State, a.Decision, a.Submitted = data.Submitted, nil, lifted.Lifted
}

// Override lets a case pass although checks of its notice do not. The second
// officer, who did not prepare it, authorises that; the reason stands on the
// internal sheet alone. Only what is open or failed can be overridden, by name.
func (d *Desk) Override(ctx context.Context, s, second staff.Session, id data.ApplicationID, checks []string, reason string) (data.Application, error) {
	return d.act(ctx, s, audit.ChecksOverridden, id, func(tx store.Tx, a *data.Application, e *audit.Entry) error {
		if err := staff.PermitTwo(tx, s, second, audit.ChecksOverridden); err != nil {
			return err
		}
		if err := owned(s, a); err != nil {
			return err
		}
		if slices.Contains(a.Preparers, second.Officer().ID) {
			return ErrFourEyes
		}
		reason, err := d.said("reason", reason)
		if err != nil {
			return err
		}
		n, err := d.norms(tx)
		if err != nil {
			return err
		}
		now := d.clock()
		findings, _ := d.assess(n, a.Content, nil, now)
		var p []data.Problem
		if len(checks) == 0 {
			p = append(p, data.Problem{Field: "checks", Key: "problem.required"})
		}
		for _, c := range checks {
			stands := func(f rules.Finding) bool {
				return f.Check == c && (f.Result == rules.Fail || f.Result == rules.NotEnough)
			}
			if !slices.ContainsFunc(findings.Findings, stands) {
				p = append(p, data.Problem{Field: "checks", Key: "problem.override", Value: c})
			}
		}
		if len(p) > 0 {
			return &ProblemsError{Problems: p}
		}
		a.Override = &data.Override{
			Checks: slices.Compact(slices.Sorted(slices.Values(checks))), Notice: findings.Notice, Version: findings.Version, Hash: a.Content.Hash(),
			Officer: s.Officer().ID, Authoriser: second.Officer().ID, At: now, Reason: reason,
		}
		e.Detail["second"], e.Detail["notice"] = string(second.Officer().ID), rules.Key(findings.Notice, findings.Version)
		for _, c := range a.Override.Checks {
			e.Detail["check "+c] = "waived"
		}
		return nil
	})
}

// LastTestAbnormal revokes a blue certificate because the test that it is good
// together with was not negative: two officers, and the result.
func (d *Desk) LastTestAbnormal(ctx context.Context, s, second staff.Session, n data.CertificateNumber, result data.Result, note string) (data.Certificate, error) {
	if result != data.Positive && result != data.Indeterminate {
		return data.Certificate{}, &ProblemsError{Problems: []data.Problem{
			{Field: "result", Key: "problem.code.unknown", Value: string(result), Example: string(data.Positive)},
		}}
	}
	all, err := d.Revoke(ctx, s, second, []data.CertificateNumber{n}, data.RevokedLastTest, strings.TrimSpace(string(result)+" "+note))
	if len(all) == 0 {
		return data.Certificate{}, err
	}
	return all[0], err
}
