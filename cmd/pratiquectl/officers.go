package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/desk"
	"pratique/data/staff"
)

type officersCommand struct {
	List       officersListCommand       `cmd:"" help:"Show who is an officer of the post."`
	Add        officersAddCommand        `cmd:"" help:"Add an officer, who must change the passphrase at the first sign-in. Takes two."`
	Disable    officersDisableCommand    `cmd:"" help:"Shut an officer out at once."`
	Enable     officersEnableCommand     `cmd:"" help:"Let a disabled officer in again. Takes two."`
	Reset      officersResetCommand      `cmd:"" help:"Give an officer a passphrase, who must change it at the next sign-in. Takes two."`
	Passphrase officersPassphraseCommand `cmd:"" help:"Change your own passphrase."`
}

// ofOfficers says what two errors mean where the act is about an officer.
func ofOfficers(err error) error {
	switch {
	case errors.Is(err, desk.ErrNotFound):
		return refused("The post has no such officer.")
	case errors.Is(err, desk.ErrState):
		return refused("That is so already.")
	}
	return err
}

type officersListCommand struct {
	one `embed:""`
}

func (c officersListCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, func(h *house.House, session staff.Session) error {
		all, err := h.Accounts(ctx, session)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
		for _, a := range all {
			var roles []string
			for _, r := range a.Roles {
				roles = append(roles, string(r))
			}
			state := "may sign in"
			switch {
			case a.Disabled:
				state = "disabled"
			case a.MustChange:
				state = "must change the passphrase"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", a.ID, a.Mark, strings.Join(roles, ","), state, a.Name)
		}
		return w.Flush()
	})
}

type officersAddCommand struct {
	two   `embed:""`
	fresh `embed:""`
	Name  string   `required:"" help:"The officer's name."`
	Mark  string   `required:"" help:"What stands for the officer on paper: 1 to 4 capital letters or digits."`
	Role  []string `required:"" help:"clerk, reviewer, administrator or auditor; several with commas."`
}

func (c officersAddCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		o := data.Officer{ID: staff.IDOf(c.Mark), Name: c.Name, Mark: c.Mark}
		for _, r := range c.Role {
			o.Roles = append(o.Roles, data.Role(r))
		}
		passphrase, err := c.ask(s, c.Mark)
		if err != nil {
			return err
		}
		if err := h.AddOfficer(ctx, a, b, o, passphrase); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s\tadded; must change the passphrase\n", o.ID)
		return nil
	})
}

type officersDisableCommand struct {
	one     `embed:""`
	Officer string `arg:"" help:"The officer, by mark or identifier."`
}

func (c officersDisableCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, func(h *house.House, session staff.Session) error {
		id := house.OfficerOf(c.Officer)
		if err := h.DisableOfficer(ctx, session, id); err != nil {
			return ofOfficers(err)
		}
		fmt.Fprintf(s.out, "%s\tdisabled\n", id)
		return nil
	})
}

type officersEnableCommand struct {
	two     `embed:""`
	Officer string `arg:"" help:"The officer, by mark or identifier."`
}

func (c officersEnableCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		id := house.OfficerOf(c.Officer)
		if err := h.EnableOfficer(ctx, a, b, id); err != nil {
			return ofOfficers(err)
		}
		fmt.Fprintf(s.out, "%s\tenabled\n", id)
		return nil
	})
}

type officersResetCommand struct {
	two     `embed:""`
	fresh   `embed:""`
	Officer string `arg:"" help:"The officer, by mark or identifier."`
}

func (c officersResetCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		id := house.OfficerOf(c.Officer)
		passphrase, err := c.ask(s, string(id))
		if err != nil {
			return err
		}
		if err := h.ResetPassphrase(ctx, a, b, id, passphrase); err != nil {
			return ofOfficers(err)
		}
		fmt.Fprintf(s.out, "%s\treset; must change the passphrase\n", id)
		return nil
	})
}

type officersPassphraseCommand struct {
	one   `embed:""`
	fresh `embed:""`
}

func (c officersPassphraseCommand) Run(ctx context.Context, s *streams) error {
	if c.As == "" {
		return usageError{errors.New("whose passphrase? Name the officer with --as")}
	}
	return c.open(ctx, s, func(h *house.House) error {
		id := house.OfficerOf(c.As)
		old, err := s.passphrase(c.PassphraseFile, "Passphrase of "+string(id), "--passphrase-file")
		if err != nil {
			return err
		}
		passphrase, err := c.ask(s, string(id))
		if err != nil {
			return err
		}
		if _, err := h.ChangePassphrase(ctx, id, old, passphrase); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s\tpassphrase changed\n", id)
		return nil
	})
}
