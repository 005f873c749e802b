package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
	"unicode"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/audit"
	"pratique/data/keys"
	"pratique/data/post"
	"pratique/data/staff"
	"pratique/data/store"
)

type auditCommand struct {
	Verify     auditVerifyCommand     `cmd:"" help:"Check that nothing in the log was changed, removed, inserted, moved or put back."`
	Checkpoint auditCheckpointCommand `cmd:"" help:"Sign the state of the log, to be kept elsewhere."`
	List       auditListCommand       `cmd:"" help:"Print the log: number, time, officer, act, subject."`
}

type auditVerifyCommand struct {
	Post       string   `required:"" help:"Folder of the post, which must be closed." placeholder:"DIR"`
	Checkpoint []string `help:"A checkpoint kept elsewhere; the log must contain what it was signed over." placeholder:"FILE" sep:"none"`
	Key        string   `help:"The log's public key, kept elsewhere, instead of the post's own log.pub." placeholder:"FILE"`
}

func (c auditVerifyCommand) Run(ctx context.Context, s *streams) (err error) {
	var key string
	if c.Key != "" {
		if key, _, err = keys.ReadLogVerifier(c.Key); err != nil {
			return usageError{err}
		}
	}
	var checkpoints [][]byte
	for _, file := range c.Checkpoint {
		b, err := readInput(s.in, file)
		if err != nil {
			return usageError{err}
		}
		checkpoints = append(checkpoints, b)
	}
	if _, err := post.Describe(c.Post); err != nil {
		return usageError{err}
	}
	n, err := house.VerifyLog(ctx, c.Post, key, checkpoints, s.now())
	var fault *audit.Fault
	switch {
	case err == nil:
		fmt.Fprintf(s.out, "INTACT\n%d entries, %d checkpoints\n", n, len(checkpoints))
		return nil
	case ctx.Err() != nil, errors.Is(err, store.ErrLocked), errors.Is(err, fs.ErrPermission):
		return err // nothing can be said
	}
	fmt.Fprintln(s.out, "TAMPERED")
	if errors.As(err, &fault) && fault.First == fault.Last {
		fmt.Fprintf(s.out, "first bad entry: %d\n", fault.First)
	} else if fault != nil {
		fmt.Fprintf(s.out, "first bad entry: one of %d to %d\n", fault.First, fault.Last)
	}
	fmt.Fprintf(s.err, "%s: %v\n", c.Post, err)
	return status(exitFault)
}

type auditCheckpointCommand struct {
	one `embed:""`
	Out string `help:"Write the checkpoint as text, too." placeholder:"FILE"`
	Pdf string `help:"Write the checkpoint as a page to print, with a QR of the same text." placeholder:"FILE"`
}

func (c auditCheckpointCommand) Run(ctx context.Context, s *streams) error {
	// A checkpoint is in the log for good, so the files are looked at first.
	for _, file := range []string{c.Out, c.Pdf} {
		if err := newFile(file); err != nil {
			return err
		}
	}
	return c.signedIn(ctx, s, data.Administrator, func(h *house.House, session staff.Session) error {
		b, err := h.Checkpoint(ctx, session)
		if b == nil {
			return err
		}
		fmt.Fprint(s.out, string(b))
		if c.Out != "" {
			err = errors.Join(err, house.WriteNew(c.Out, b))
		}
		if c.Pdf != "" {
			page, pageErr := house.CheckpointPage(h.Folder.Post, b, h.Now())
			if pageErr == nil {
				pageErr = house.WriteNew(c.Pdf, page)
			}
			err = errors.Join(err, pageErr)
		}
		return err
	})
}

type auditListCommand struct {
	one `embed:""`
}

func (c auditListCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, func(h *house.House, session staff.Session) error {
		return h.EachEntry(ctx, session, func(e audit.Entry) error {
			_, err := fmt.Fprintf(s.out, "%d\t%s\t%s\t%s\t%s\n", e.Number, e.At.UTC().Format(time.RFC3339),
				visible(string(e.Officer)), visible(string(e.Act)), visible(e.Subject))
			return err
		})
	})
}

// visible is s without what a forged entry could do to a terminal: controls,
// and characters that hide or turn round others. Names in any script stay.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return '?'
		}
		return r
	}, s)
}
