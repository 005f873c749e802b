package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/desk"
	"pratique/data/staff"
	"pratique/ui/locale"
	"pratique/ui/stated"
)

type revokeCommand struct {
	two     `embed:""`
	Reason  string   `required:"" help:"Code of the list of reasons: error, fraud, report-withdrawn, last-test, paper-lost, other." placeholder:"CODE"`
	Note    string   `help:"Why, in a sentence; fraud and other need it." placeholder:"TEXT"`
	By      string   `help:"A recall: all that this officer prepared or approved." placeholder:"OFFICER"`
	From    instant  `help:"A recall: issued at this time or later." placeholder:"TIME"`
	Until   instant  `help:"A recall: issued before this time." placeholder:"TIME"`
	Yes     bool     `help:"Revoke what a recall would list."`
	Notify  string   `help:"Write whom to tell: CSV." placeholder:"FILE"`
	Numbers []string `arg:"" optional:"" name:"number" help:"Numbers of certificates."`
}

func (c revokeCommand) Run(ctx context.Context, s *streams) error {
	var numbers []data.CertificateNumber
	for _, text := range c.Numbers {
		n, err := data.ParseCertificateNumber(text)
		if err != nil {
			return usageError{err}
		}
		numbers = append(numbers, n)
	}
	switch recall := c.By != ""; {
	case recall == (len(numbers) > 0):
		return usageError{errors.New("name certificates, or an officer with --by, and not both")}
	case recall && (c.From.IsZero() || c.Until.IsZero()):
		return usageError{errors.New("a recall is bounded in time: name both --from and --until")}
	}
	if err := newFile(c.Notify); err != nil {
		return err
	}
	return c.signedIn(ctx, s, data.Reviewer, data.Administrator, func(h *house.House, a, b staff.Session) error {
		if c.By != "" {
			handled, err := h.Handled(ctx, a, house.OfficerOf(c.By), c.From.Time, c.Until.Time)
			if err != nil {
				return err
			}
			if numbers = s.listHandled(handled, c.Yes); len(numbers) == 0 || !c.Yes {
				return nil
			}
		}
		all, err := h.Revoke(ctx, a, b, numbers, c.Reason, c.Note)
		for _, r := range all {
			fmt.Fprintf(s.out, "%s\trevoked\t%s\n", r.Number, r.Revoked.Reason)
		}
		var partly *desk.PartlyError
		if errors.As(err, &partly) {
			for _, n := range partly.Left {
				fmt.Fprintf(s.err, "%s\tNOT revoked\n", n)
			}
		}
		if len(all) == 0 || c.Notify == "" {
			return err
		}
		list, failed := notify(ctx, h, a, all)
		if failed == nil {
			failed = house.WriteNew(c.Notify, list)
		}
		if failed != nil {
			failed = fmt.Errorf("the certificates are revoked; the list of whom to tell was not written: %w", failed)
		}
		return errors.Join(err, failed)
	})
}

// listHandled shows what a recall is about and returns what is not revoked yet.
func (s *streams) listHandled(all []data.Certificate, yes bool) (numbers []data.CertificateNumber) {
	if !yes {
		w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
		for _, c := range all {
			state := ""
			if c.Revoked != nil {
				state = "revoked already"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", c.Number, c.IssuedAt.UTC().Format(time.RFC3339), c.Preparer, c.Approver, state)
		}
		w.Flush()
	}
	for _, c := range all {
		if c.Revoked == nil {
			numbers = append(numbers, c.Number)
		}
	}
	if !yes {
		fmt.Fprintf(s.out, "%d would be revoked. Nothing is yet; --yes does it.\n", len(numbers))
	} else if len(numbers) == 0 {
		fmt.Fprintln(s.out, "Nothing to revoke.")
	}
	return numbers
}

// notify is the list of whom to tell of certificates.
func notify(ctx context.Context, h *house.House, s staff.Session, all []data.Certificate) ([]byte, error) {
	words, err := house.Words()
	if err != nil {
		return nil, err
	}
	return stated.WhomToTell(ctx, h, s, all, words.In(locale.English), h.Codes, h.Folder.Post.Zone)
}

// newFile is a usage error if a file that is to be written is there already, or
// could not be. An act that is stored for good is not done first. Empty: none
// is asked for.
func newFile(path string) error {
	if path == "" {
		return nil
	}
	if _, err := os.Lstat(path); err == nil {
		return usageError{&os.PathError{Op: "write", Path: path, Err: os.ErrExist}}
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return usageError{err}
	}
	return nil
}
