package main

import (
	"context"
	"fmt"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/staff"
)

type authoritiesCommand struct {
	List authoritiesListCommand `cmd:"" help:"Print the authorities that full records can be encrypted for, as JSON."`
	Set  authoritiesSetCommand  `cmd:"" help:"Put a list of authorities in the place of the one there is. Takes two."`
}

type authoritiesListCommand struct {
	one `embed:""`
}

func (c authoritiesListCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, func(h *house.House, _ staff.Session) error {
		all, err := h.Authorities(ctx)
		if err != nil {
			return err
		}
		if all == nil {
			all = []data.Authority{}
		}
		return printJSON(s.out, all)
	})
}

type authoritiesSetCommand struct {
	two  `embed:""`
	File string `arg:"" help:"JSON: [{\"id\", \"name\", \"recipient\"} …], the recipient being the authority's age public key, age1…; - reads standard input."`
}

func (c authoritiesSetCommand) Run(ctx context.Context, s *streams) error {
	b, err := readInput(s.in, c.File)
	if err != nil {
		return usageError{err}
	}
	all, err := data.ParseAuthorities(b)
	if err != nil {
		return usageError{fmt.Errorf("%s: %w", c.File, err)}
	}
	return c.signedIn(ctx, s, data.Administrator, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		if err := h.SetAuthorities(ctx, a, b, all); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%d authorities are on the list\n", len(all))
		return nil
	})
}
