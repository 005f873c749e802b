package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/attachment"
	"pratique/data/desk"
	"pratique/data/staff"
)

type evidenceCommand struct {
	Add    evidenceAddCommand    `cmd:"" help:"Attach scans to a case: PDF, PNG or JPEG. A clerk or a reviewer."`
	List   evidenceListCommand   `cmd:"" help:"Print the scans of a case, and what stops it beside its content."`
	Export evidenceExportCommand `cmd:"" help:"Write a scan to a file."`
	Remove evidenceRemoveCommand `cmd:"" help:"Take away a scan that was attached by mistake. A clerk."`
	Time   evidenceTimeCommand   `cmd:"" help:"How long scans are kept after the hand-over. Takes two."`
}

type evidenceAddCommand struct {
	one   `embed:""`
	Group string   `help:"What it shows: identity, test 1, vaccinations, journey; nothing for something else." placeholder:"GROUP"`
	Case  string   `arg:"" help:"Identifier of the case."`
	Files []string `arg:"" name:"file" help:"Scans."`
}

func (c evidenceAddCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Clerk, func(h *house.House, session staff.Session) error {
		for _, file := range c.Files {
			f, err := os.Open(file)
			if err != nil {
				return err
			}
			a, err := h.AttachEvidence(ctx, session, data.ApplicationID(c.Case), c.Group, filepath.Base(file), f)
			f.Close()
			if err != nil {
				return err
			}
			e := a.Evidence[len(a.Evidence)-1]
			fmt.Fprintf(s.out, "%s\t%d pages\t%s\n", e.ID, e.Pages, visible(e.Name))
			s.doubts(h, a.Doubts())
		}
		return nil
	})
}

// doubts tells what stops a case beside its content.
func (s *streams) doubts(_ *house.House, problems []data.Problem) {
	words, err := house.Words()
	if err != nil {
		return // they are told when they stop something
	}
	english := words.In("en")
	for _, p := range problems {
		fmt.Fprintf(s.err, "%s: %s\n", p.Field, english.Problem(p))
	}
}

type evidenceListCommand struct {
	one  `embed:""`
	Case string `arg:"" help:"Identifier of the case."`
}

func (c evidenceListCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Reviewer, func(h *house.House, session staff.Session) error {
		a, err := h.Read(ctx, session, data.ApplicationID(c.Case))
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
		for _, e := range a.Evidence {
			gone := ""
			if !e.Gone.IsZero() {
				gone = "destroyed " + e.Gone.UTC().Format(time.DateOnly)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%d pages\t%d bytes\t%s\t%s\t%s\n", e.ID, visible(e.Group), e.Media, e.Pages, e.Size, e.SHA256, visible(e.Name), gone)
		}
		if err := w.Flush(); err != nil {
			return err
		}
		problems, err := h.Doubts(ctx, session, a.ID)
		s.doubts(h, problems)
		return err
	})
}

// extensions of files, by media type.
var extensions = map[string]string{attachment.PDF: ".pdf", attachment.PNG: ".png", attachment.JPEG: ".jpg"}

type evidenceExportCommand struct {
	one      `embed:""`
	Out      string `required:"" help:"File to write." placeholder:"FILE"`
	Case     string `arg:"" help:"Identifier of the case."`
	Evidence string `arg:"" help:"Identifier of the scan, as the list has it."`
}

func (c evidenceExportCommand) Run(ctx context.Context, s *streams) error {
	if err := newFile(c.Out); err != nil {
		return err
	}
	return c.signedIn(ctx, s, data.Reviewer, func(h *house.House, session staff.Session) error {
		return exportScan(ctx, h, session, data.ApplicationID(c.Case), c.Evidence, c.Out)
	})
}

// exportScan writes a scan to a new file.
func exportScan(ctx context.Context, h *house.House, session staff.Session, id data.ApplicationID, evidence, path string) error {
	r, _, err := h.OpenEvidence(ctx, session, id, evidence)
	if err != nil {
		return err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return house.WriteNew(path, b)
}

type evidenceRemoveCommand struct {
	one      `embed:""`
	Case     string `arg:"" help:"Identifier of the case."`
	Evidence string `arg:"" help:"Identifier of the scan."`
}

func (c evidenceRemoveCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Clerk, func(h *house.House, session staff.Session) error {
		_, err := h.RemoveEvidence(ctx, session, data.ApplicationID(c.Case), c.Evidence)
		return err
	})
}

type evidenceTimeCommand struct {
	two  `embed:""`
	Days int `required:"" help:"For how many days after the hand-over scans are kept; their hashes stay. 0 keeps them as long as the case." placeholder:"N"`
}

func (c evidenceTimeCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		if err := h.SetEvidenceTime(ctx, a, b, c.Days); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%d days\n", c.Days)
		return nil
	})
}

type backcheckCommand struct {
	List     backcheckListCommand     `cmd:"" help:"Print the reports whose laboratory is to be asked, or has not answered."`
	Ask      backcheckAskCommand      `cmd:"" help:"Record that a laboratory was asked. A clerk or a reviewer."`
	Answer   backcheckAnswerCommand   `cmd:"" help:"Record what a laboratory answered. A reviewer who did not prepare the case."`
	Sampling backcheckSamplingCommand `cmd:"" help:"Set in how many of a hundred cases laboratories are asked. Takes two."`
}

type backcheckListCommand struct {
	one `embed:""`
}

func (c backcheckListCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Reviewer, func(h *house.House, session staff.Session) error {
		all, err := h.BackChecks(ctx, session)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
		for _, d := range all {
			asked := "to be asked"
			if !d.Check.Asked.IsZero() {
				asked = "asked " + d.Check.Asked.UTC().Format(time.RFC3339) + " by " + d.Check.By
			}
			fmt.Fprintf(w, "%s\ttest %d\t%s\t%s\t%s\t%s\t%s\n", d.Row.ID, d.Test+1, d.Kind, visible(d.ReportNo), visible(d.Laboratory.Name),
				visible(strings.TrimSpace(d.Laboratory.Phone+" "+d.Laboratory.Email)), asked)
		}
		return w.Flush()
	})
}

// asked is which report of which case.
type asked struct {
	one  `embed:""`
	Test int    `required:"" help:"Which test, counted from 1." placeholder:"N"`
	Note string `help:"What was said." placeholder:"TEXT"`
	Case string `arg:"" help:"Identifier of the case."`
}

func (c asked) record(ctx context.Context, s *streams, role data.Role, by, outcome string) error {
	return c.signedIn(ctx, s, role, func(h *house.House, session staff.Session) error {
		a, err := h.BackCheck(ctx, session, data.ApplicationID(c.Case), data.BackCheck{Test: c.Test - 1, By: by, Outcome: outcome, Note: c.Note})
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s\ttest %d\t%s\n", a.ID, c.Test, a.LastCheck(c.Test-1).Outcome)
		return nil
	})
}

type backcheckAskCommand struct {
	asked `embed:""`
	By    string `required:"" help:"phone, e-mail or portal." placeholder:"WAY"`
}

func (c backcheckAskCommand) Run(ctx context.Context, s *streams) error {
	return c.record(ctx, s, data.Clerk, c.By, "")
}

type backcheckAnswerCommand struct {
	asked   `embed:""`
	By      string `help:"phone, e-mail or portal, if nobody had asked before." placeholder:"WAY"`
	Outcome string `required:"" help:"confirmed, denied or no-answer." placeholder:"OUTCOME"`
}

func (c backcheckAnswerCommand) Run(ctx context.Context, s *streams) error {
	return c.record(ctx, s, data.Reviewer, c.By, c.Outcome)
}

type backcheckSamplingCommand struct {
	two        `embed:""`
	Percent    int                       `required:"" help:"Of all reports." placeholder:"N"`
	Risk       map[string]int            `help:"Of cases on flights of a class: high=50." placeholder:"CLASS=N"`
	Laboratory map[data.LaboratoryID]int `help:"Of the reports of one laboratory." placeholder:"ID=N"`
}

func (c backcheckSamplingCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		if err := h.SetSampling(ctx, a, b, data.Sampling{Percent: c.Percent, Risk: c.Risk, Laboratories: c.Laboratory}); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%d of 100\n", c.Percent)
		return nil
	})
}

type caseBeginCommand struct {
	caseAct `embed:""`
}

func (c caseBeginCommand) Run(ctx context.Context, s *streams) error {
	return c.by(ctx, s, data.Clerk, false, func(h *house.House, session staff.Session, id data.ApplicationID) (data.Application, error) {
		return h.Begin(ctx, session, id)
	})
}

type caseOriginalCommand struct {
	caseAct `embed:""`
	Group   string `required:"" help:"identity, test 1, vaccinations, journey." placeholder:"GROUP"`
	Not     bool   `help:"They were not: take it back."`
}

func (c caseOriginalCommand) Run(ctx context.Context, s *streams) error {
	return c.by(ctx, s, data.Clerk, false, func(h *house.House, session staff.Session, id data.ApplicationID) (data.Application, error) {
		return h.SeenOriginal(ctx, session, id, c.Group, !c.Not)
	})
}

type caseDuplicatesCommand struct {
	caseAct `embed:""`
}

func (c caseDuplicatesCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Reviewer, func(h *house.House, session staff.Session) error {
		all, err := h.Duplicates(ctx, session, data.ApplicationID(c.Case))
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
		for _, l := range all {
			fmt.Fprintf(w, "%s\t%s\n", s.row(l.Row), strings.Join(l.Why, ", "))
		}
		return w.Flush()
	})
}

// row is a case on a line of a table.
func (s *streams) row(r desk.Row) string {
	return strings.Join([]string{string(r.ID), string(r.State), r.Number.String(), r.Reference.String(), visible(r.Document),
		visible(strings.TrimSpace(r.Surname + " " + r.GivenNames + " " + r.NativeName)), visible(strings.TrimSpace(r.Flight + " " + string(r.Departs.Date())))}, "\t")
}

type caseClearCommand struct {
	caseAct `embed:""`
	Why     string `required:"" help:"Why both may hand it in." placeholder:"TEXT"`
	Other   string `arg:"" help:"The other traveller's case."`
}

func (c caseClearCommand) Run(ctx context.Context, s *streams) error {
	return c.by(ctx, s, data.Reviewer, false, func(h *house.House, session staff.Session, id data.ApplicationID) (data.Application, error) {
		return h.ClearSameReport(ctx, session, id, data.ApplicationID(c.Other), c.Why)
	})
}

type caseRiskCommand struct {
	caseAct `embed:""`
	Class   string `arg:"" optional:"" help:"low, medium or high; without one the class of its flights."`
}

func (c caseRiskCommand) Run(ctx context.Context, s *streams) error {
	return c.by(ctx, s, data.Reviewer, false, func(h *house.House, session staff.Session, id data.ApplicationID) (data.Application, error) {
		return h.SetRisk(ctx, session, id, c.Class)
	})
}

type caseNoteCommand struct {
	caseAct `embed:""`
	Text    string `arg:"" help:"What the port is told; nothing medical."`
}

func (c caseNoteCommand) Run(ctx context.Context, s *streams) error {
	return c.by(ctx, s, data.Reviewer, false, func(h *house.House, session staff.Session, id data.ApplicationID) (data.Application, error) {
		return h.NotePort(ctx, session, id, c.Text)
	})
}

type findCommand struct {
	one  `embed:""`
	Text string `arg:"" help:"What the caller reads out."`
}

func (c findCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Reviewer, func(h *house.House, session staff.Session) error {
		rows, err := h.Search(session, c.Text)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return refused("Nothing is found by that.")
		}
		w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
		for _, r := range rows {
			fmt.Fprintln(w, s.row(r))
		}
		return w.Flush()
	})
}

// dates are days on the command line, on the calendar of the post; where none
// are given, today and the two after it.
type dates struct {
	From  data.Date `help:"First day; today if it is left away." placeholder:"DATE"`
	Until data.Date `help:"Last day; two days after the first if it is left away." placeholder:"DATE"`
}

func (d dates) of(h *house.House) (from, until data.Date, err error) {
	if d.From == "" {
		d.From = data.MomentOf(h.Now(), h.Folder.Post.Zone).Date()
	}
	first, err := time.Parse(time.DateOnly, string(d.From))
	if err == nil && d.Until == "" {
		d.Until = data.DateOf(first.AddDate(0, 0, 2))
	}
	if err != nil || !d.Until.Full() || d.Until < d.From {
		return "", "", usageError{errors.New("--from and --until are dates such as 2026-11-30, in this order")}
	}
	return d.From, d.Until, nil
}
