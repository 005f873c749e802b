package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"pratique/cmd/internal/house"
	"pratique/data/audit"
	"pratique/data/keys"
	"pratique/data/post"
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
	Post string `required:"" help:"Folder of the practice post, which must be closed." placeholder:"DIR"`
	Out  string `required:"" help:"File to write." placeholder:"FILE"`
}

func (c auditCheckpointCommand) Run(ctx context.Context, s *streams) error {
	// A checkpoint is in the log for good, so the file is looked at first.
	if _, err := os.Lstat(c.Out); err == nil {
		return usageError{fmt.Errorf("%s: %w", c.Out, fs.ErrExist)}
	}
	b, err := house.Checkpoint(ctx, c.Post, s.now())
	if b == nil {
		return err
	}
	if writeErr := house.WriteNew(c.Out, b); writeErr != nil {
		return errors.Join(err, usageError{writeErr})
	}
	fmt.Fprint(s.out, string(b))
	return err
}

type auditListCommand struct {
	Post string `required:"" help:"Folder of the post, which must be closed." placeholder:"DIR"`
}

func (c auditListCommand) Run(ctx context.Context, s *streams) error {
	return house.EachEntry(ctx, c.Post, s.now(), func(e audit.Entry) error {
		_, err := fmt.Fprintf(s.out, "%d\t%s\t%s\t%s\t%s\n", e.Number, e.At.UTC().Format(time.RFC3339),
			visible(string(e.Officer)), visible(string(e.Act)), visible(e.Subject))
		return err
	})
}

// visible is s without what a forged entry could do to a terminal.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}
