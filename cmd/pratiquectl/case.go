package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"text/tabwriter"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/desk"
	"pratique/data/staff"
	"pratique/ui/findings"
	"pratique/ui/locale"
)

type caseCommand struct {
	Enter      caseEnterCommand      `cmd:"" help:"Enter an application and submit it for review, or submit a case again with what changed. A clerk."`
	List       caseListCommand       `cmd:"" help:"Print the cases by departure: identifier, state, colour, flight, findings, and what hurries."`
	Outside    caseOutsideCommand    `cmd:"" help:"Print the cases that the notice in force does not grant as they are: a notice changed, a flight moved, time went by."`
	Take       caseTakeCommand       `cmd:"" help:"Take a case to review. A reviewer, as for all that follows but contest."`
	TakeOver   caseTakeOverCommand   `cmd:"" help:"Take a case over that another officer reviews."`
	Release    caseReleaseCommand    `cmd:"" help:"Give a case back to the queue."`
	Hold       caseHoldCommand       `cmd:"" help:"Let a case wait for somebody else."`
	Resume     caseResumeCommand     `cmd:"" help:"Go on with a case that was on hold."`
	Return     caseReturnCommand     `cmd:"" help:"Return a case to the clerk."`
	Approve    caseApproveCommand    `cmd:"" help:"Approve a case after comparing everything with its papers: green or blue, as the notice has it."`
	Override   caseOverrideCommand   `cmd:"" help:"Let a case pass although checks of its notice do not. Takes two."`
	Decide     caseDecideCommand     `cmd:"" help:"Decide yellow, orange or red."`
	Contest    caseContestCommand    `cmd:"" help:"Take down what the traveller has to say against a decision. A clerk or a reviewer."`
	Uphold     caseUpholdCommand     `cmd:"" help:"Decide that who contested was right: the decision is lifted. Another reviewer than who made it."`
	Deny       caseDenyCommand       `cmd:"" help:"Decide that a decision stands although it was contested. Another reviewer than who made it."`
	Lift       caseLiftCommand       `cmd:"" help:"Take a decision back."`
	Begin      caseBeginCommand      `cmd:"" help:"Begin a case that was pre-declared: its traveller is at the counter. A clerk."`
	Original   caseOriginalCommand   `cmd:"" help:"Say that the originals of a group were seen."`
	Duplicates caseDuplicatesCommand `cmd:"" help:"Print the other cases that may be about the same person, and why."`
	Clear      caseClearCommand      `cmd:"" help:"Say why two travellers may share a report. A reviewer of neither's making."`
	Risk       caseRiskCommand       `cmd:"" help:"Set the risk of a case's flight."`
	Note       caseNoteCommand       `cmd:"" help:"Write what the port of entry is told of a case besides."`
	Issue      caseIssueCommand      `cmd:"" help:"Issue the certificate of an approved case."`
}

// caseAct is an officer and the case of an act.
type caseAct struct {
	one  `embed:""`
	Case string `arg:"" help:"Identifier of the case."`
}

// reasons are the reasons of an act and its note.
type reasons struct {
	Reason []string `required:"" help:"Code of the list; may be given several times." placeholder:"CODE"`
	Note   string   `help:"What is said besides." placeholder:"TEXT"`
}

// by does an act on the case and tells how it stands. A case in the queue is
// taken first where the act is a part of its review.
func (c caseAct) by(ctx context.Context, s *streams, role data.Role, review bool,
	act func(*house.House, staff.Session, data.ApplicationID) (data.Application, error)) error {
	return c.signedIn(ctx, s, role, func(h *house.House, session staff.Session) error {
		a, err := review1(ctx, h, session, data.ApplicationID(c.Case), review)
		if err == nil {
			a, err = act(h, session, a.ID)
		}
		if err == nil {
			s.stands(a)
		}
		return err
	})
}

// review1 reads a case and, if it is in the queue and review is asked for, takes it.
func review1(ctx context.Context, h *house.House, session staff.Session, id data.ApplicationID, review bool) (data.Application, error) {
	a, err := h.Read(ctx, session, id)
	if err == nil && review && a.State == data.Submitted {
		a, err = h.Take(ctx, session, id)
	}
	return a, err
}

// stands tells how a case stands.
func (s *streams) stands(a data.Application) {
	colour := ""
	switch {
	case a.Decision != nil:
		colour = "\t" + string(a.Decision.Colour) + " until " + string(a.Decision.Until)
	case a.Approval != nil:
		colour = "\t" + string(a.Approval.Colour) + " until " + a.Approval.ValidUntil.String()
	}
	fmt.Fprintf(s.out, "%s\t%s%s\n", a.ID, a.State, colour)
}

type caseEnterCommand struct {
	one  `embed:""`
	Case string `help:"Identifier of a case that is not under review: its content is replaced." placeholder:"CASE"`
	File string `arg:"" help:"Application: JSON; - reads standard input."`
}

func (c caseEnterCommand) Run(ctx context.Context, s *streams) error {
	contents, _, err := s.applications(c.File)
	if err != nil {
		return err
	}
	if len(contents) != 1 {
		return usageError{fmt.Errorf("%s: one application is one case, not %d", c.File, len(contents))}
	}
	return c.signedIn(ctx, s, data.Clerk, func(h *house.House, session staff.Session) error {
		var a data.Application
		var err error
		if c.Case == "" {
			a, err = h.Create(ctx, session, contents[0])
		} else if a, err = h.Read(ctx, session, data.ApplicationID(c.Case)); err == nil {
			a, err = h.Save(ctx, session, a.ID, a.Version, contents[0])
		}
		if err == nil {
			a, err = h.Submit(ctx, session, a.ID)
		}
		if err == nil {
			s.stands(a)
		}
		return err
	})
}

type caseListCommand struct {
	one   `embed:""`
	State string `help:"Only cases in this state." placeholder:"STATE"`
}

func (c caseListCommand) Run(ctx context.Context, s *streams) error {
	var states []data.State
	if c.State != "" {
		if states = append(states, data.State(c.State)); !slices.Contains(data.States, states[0]) {
			return usageError{fmt.Errorf("%q is none of the states %q", c.State, data.States)}
		}
	}
	return c.signedIn(ctx, s, data.Reviewer, func(h *house.House, session staff.Session) error {
		rows, err := h.Queue(session, states...)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
		for _, r := range rows {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d pass, %d fail, %d open", r.ID, r.State, r.Colour, r.Flight, r.Departs, r.Findings.Pass, r.Findings.Fail, r.Findings.NotEnough)
			if !r.CutOff.IsZero() {
				fmt.Fprintf(w, "\tapply by %s", data.MomentOf(r.CutOff, h.Post().Zone))
			}
			if !r.Moved.IsZero() {
				fmt.Fprint(w, "\tflight moved")
			}
			fmt.Fprintln(w)
		}
		return w.Flush()
	})
}

type caseOutsideCommand struct {
	one      `embed:""`
	language `embed:""`
}

func (c caseOutsideCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Reviewer, func(h *house.House, session staff.Session) error {
		all, err := h.Outside(ctx, session)
		if err != nil {
			return err
		}
		words, err := c.words()
		if err != nil {
			return err
		}
		for _, o := range all {
			moved := ""
			if !o.Moved.IsZero() {
				moved = "\tflight moved"
			}
			fmt.Fprintf(s.out, "%s\t%s\t%s\t%s%s\n", o.ID, o.State, o.Flight, o.Departs, moved)
			s.failing(words, h, o)
		}
		fmt.Fprintf(s.out, "%d outside\n", len(all))
		return nil
	})
}

// failing tells what keeps a case outside.
func (s *streams) failing(words *locale.Catalogue, h *house.House, o desk.Outsider) {
	lines, _, grant := findings.Of(words, h.Codes, o.Assessment, o.Known)
	lines = slices.DeleteFunc(lines, func(l findings.Line) bool { return !stops(l.Result) })
	s.lines(words, lines)
	fmt.Fprintf(s.out, "  %s\n", grant.Sentence)
}

type caseTakeCommand struct {
	caseAct `embed:""`
}

func (c caseTakeCommand) Run(ctx context.Context, s *streams) error {
	return c.by(ctx, s, data.Reviewer, false, func(h *house.House, session staff.Session, id data.ApplicationID) (data.Application, error) {
		return h.Take(ctx, session, id)
	})
}

type caseTakeOverCommand struct {
	caseAct `embed:""`
}

func (c caseTakeOverCommand) Run(ctx context.Context, s *streams) error {
	return c.by(ctx, s, data.Reviewer, false, func(h *house.House, session staff.Session, id data.ApplicationID) (data.Application, error) {
		return h.TakeOver(ctx, session, id)
	})
}

type caseReleaseCommand struct {
	caseAct `embed:""`
}

func (c caseReleaseCommand) Run(ctx context.Context, s *streams) error {
	return c.by(ctx, s, data.Reviewer, false, func(h *house.House, session staff.Session, id data.ApplicationID) (data.Application, error) {
		return h.Release(ctx, session, id)
	})
}

type caseHoldCommand struct {
	caseAct `embed:""`
	reasons `embed:""`
}

func (c caseHoldCommand) Run(ctx context.Context, s *streams) error {
	return c.by(ctx, s, data.Reviewer, true, func(h *house.House, session staff.Session, id data.ApplicationID) (data.Application, error) {
		return h.Hold(ctx, session, id, c.Reason, c.Note)
	})
}

type caseResumeCommand struct {
	caseAct `embed:""`
}

func (c caseResumeCommand) Run(ctx context.Context, s *streams) error {
	return c.by(ctx, s, data.Reviewer, false, func(h *house.House, session staff.Session, id data.ApplicationID) (data.Application, error) {
		return h.Resume(ctx, session, id)
	})
}

type caseReturnCommand struct {
	caseAct `embed:""`
	reasons `embed:""`
}

func (c caseReturnCommand) Run(ctx context.Context, s *streams) error {
	return c.by(ctx, s, data.Reviewer, true, func(h *house.House, session staff.Session, id data.ApplicationID) (data.Application, error) {
		return h.Return(ctx, session, id, c.Reason, c.Note)
	})
}

type caseApproveCommand struct {
	caseAct `embed:""`
}

func (c caseApproveCommand) Run(ctx context.Context, s *streams) error {
	return c.by(ctx, s, data.Reviewer, true, func(h *house.House, session staff.Session, id data.ApplicationID) (data.Application, error) {
		return h.ApproveBy(ctx, session, id)
	})
}

type caseOverrideCommand struct {
	two    `embed:""`
	Check  []string `required:"" help:"Name of a check that does not pass; may be given several times." placeholder:"CHECK"`
	Reason string   `required:"" help:"Why; it stands on the internal sheet." placeholder:"TEXT"`
	Case   string   `arg:"" help:"Identifier of the case."`
}

func (c caseOverrideCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Reviewer, data.Administrator, func(h *house.House, a, b staff.Session) error {
		app, err := review1(ctx, h, a, data.ApplicationID(c.Case), true)
		if err == nil {
			app, err = h.Override(ctx, a, b, app.ID, c.Check, c.Reason)
		}
		if err == nil {
			s.stands(app)
		}
		return err
	})
}

type caseDecideCommand struct {
	caseAct `embed:""`
	reasons `embed:""`
	Colour  string `required:"" enum:"yellow,orange,red" help:"yellow or orange: followed up; red: refused." placeholder:"COLOUR"`
	Until   string `required:"" help:"Last day it counts." placeholder:"DATE"`
}

func (c caseDecideCommand) Run(ctx context.Context, s *streams) error {
	return c.by(ctx, s, data.Reviewer, true, func(h *house.House, session staff.Session, id data.ApplicationID) (data.Application, error) {
		return h.Decide(ctx, session, id, data.Decision{Colour: data.Colour(c.Colour), Reasons: c.Reason, Note: c.Note, Until: data.Date(c.Until)})
	})
}

type caseContestCommand struct {
	caseAct `embed:""`
	Grounds string `required:"" help:"What the traveller says." placeholder:"TEXT"`
}

func (c caseContestCommand) Run(ctx context.Context, s *streams) error {
	return c.by(ctx, s, data.Clerk, false, func(h *house.House, session staff.Session, id data.ApplicationID) (data.Application, error) {
		return h.Contest(ctx, session, id, c.Grounds)
	})
}

// why is the reason of an answer.
type why struct {
	Why string `required:"" help:"The reason, for the traveller." placeholder:"TEXT"`
}

type caseUpholdCommand struct {
	caseAct `embed:""`
	why     `embed:""`
}

func (c caseUpholdCommand) Run(ctx context.Context, s *streams) error {
	return c.by(ctx, s, data.Reviewer, false, func(h *house.House, session staff.Session, id data.ApplicationID) (data.Application, error) {
		return h.DecideContest(ctx, session, id, true, c.Why)
	})
}

type caseDenyCommand struct {
	caseAct `embed:""`
	why     `embed:""`
}

func (c caseDenyCommand) Run(ctx context.Context, s *streams) error {
	return c.by(ctx, s, data.Reviewer, false, func(h *house.House, session staff.Session, id data.ApplicationID) (data.Application, error) {
		return h.DecideContest(ctx, session, id, false, c.Why)
	})
}

type caseLiftCommand struct {
	caseAct `embed:""`
	why     `embed:""`
}

func (c caseLiftCommand) Run(ctx context.Context, s *streams) error {
	return c.by(ctx, s, data.Reviewer, false, func(h *house.House, session staff.Session, id data.ApplicationID) (data.Application, error) {
		return h.Lift(ctx, session, id, c.Why)
	})
}

type caseIssueCommand struct {
	caseAct `embed:""`
	Out     string `required:"" help:"Folder for the certificate." placeholder:"DIR"`
}

func (c caseIssueCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Reviewer, func(h *house.House, session staff.Session) error {
		if err := os.MkdirAll(c.Out, 0o700); err != nil {
			return usageError{err}
		}
		return h.ToPaper(ctx, session, data.ApplicationID(c.Case), c.Out, s.issued)
	})
}

type abnormalCommand struct {
	two    `embed:""`
	Result string `required:"" enum:"positive,indeterminate" help:"Result of the last test: positive or indeterminate." placeholder:"RESULT"`
	Note   string `help:"What is said besides." placeholder:"TEXT"`
	Number string `arg:"" help:"Number of the blue certificate."`
}

// Run revokes a blue certificate for its last test.
func (c abnormalCommand) Run(ctx context.Context, s *streams) error {
	number, err := data.ParseCertificateNumber(c.Number)
	if err != nil {
		return usageError{err}
	}
	return c.signedIn(ctx, s, data.Clerk, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		r, err := h.LastTestAbnormal(ctx, a, b, number, data.Result(c.Result), c.Note)
		if err == nil {
			fmt.Fprintf(s.out, "%s\trevoked\t%s\n", r.Number, r.Revoked.Reason)
		}
		return err
	})
}
