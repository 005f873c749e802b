package main

import (
	"context"
	"fmt"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/staff"
)

type letterCommand struct {
	one      `embed:""`
	Out      string `required:"" help:"File to write, PDF." placeholder:"FILE"`
	Internal bool   `help:"The sheet that stays in the post, with findings and what was set aside, instead of the letter."`
	Case     string `arg:"" help:"Identifier of the case."`
}

func (c letterCommand) Run(ctx context.Context, s *streams) error {
	if err := newFile(c.Out); err != nil {
		return err
	}
	return c.signedIn(ctx, s, data.Reviewer, func(h *house.House, session staff.Session) error {
		what, page := "internal", []byte(nil)
		var err error
		if c.Internal {
			page, err = h.InternalSheet(ctx, session, data.ApplicationID(c.Case))
		} else {
			var l data.Letter
			l, page, err = h.Letter(ctx, session, data.ApplicationID(c.Case))
			what = string(l.Kind)
		}
		if err != nil {
			return err
		}
		if err := house.WriteNew(c.Out, page); err != nil {
			return usageError{err}
		}
		fmt.Fprintf(s.out, "%s\t%s\n", what, c.Out)
		return nil
	})
}
