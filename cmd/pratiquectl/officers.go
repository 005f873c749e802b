package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"golang.org/x/term"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/desk"
	"pratique/data/staff"
	"pratique/ui"
	"pratique/ui/locale"
)

type officersCommand struct {
	List       officersListCommand       `cmd:"" help:"Show who is an officer of the post."`
	Add        officersAddCommand        `cmd:"" help:"Add an officer, who must change the passphrase at the first sign-in."`
	Disable    officersDisableCommand    `cmd:"" help:"Shut an officer out at once."`
	Enable     officersEnableCommand     `cmd:"" help:"Let a disabled officer in again."`
	Reset      officersResetCommand      `cmd:"" help:"Give an officer a passphrase, who must change it at the next sign-in."`
	Passphrase officersPassphraseCommand `cmd:"" help:"Change your own passphrase."`
}

// signer is who does what a command does. A passphrase comes from the terminal
// or a file, never from arguments or the environment, which others can read.
type signer struct {
	Post           string `required:"" help:"Folder of the post." placeholder:"DIR"`
	As             string `required:"" help:"Officer who does this, by identifier or name." placeholder:"NAME"`
	PassphraseFile string `help:"File whose first line is the officer's passphrase; the terminal asks where there is none." placeholder:"FILE"`
}

// fresh is a passphrase to be.
type fresh struct {
	NewPassphraseFile string `help:"File whose first line is the new passphrase; the terminal asks where there is none." placeholder:"FILE"`
}

// open opens the post; do gets it and the identifier of who is to sign in.
func (c signer) open(ctx context.Context, s *streams, do func(*house.House, data.OfficerID) error) (err error) {
	h, err := house.Open(ctx, c.Post, s.now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	officers, err := h.Officers(ctx)
	if err != nil {
		return err
	}
	id := data.OfficerID(c.As)
	for _, o := range officers {
		if o.Name == c.As {
			id = o.ID
		}
	}
	return s.say(do(h, id))
}

// signedIn opens the post for an officer who proves to be one.
func (c signer) signedIn(ctx context.Context, s *streams, do func(*house.House, staff.Session) error) error {
	return c.open(ctx, s, func(h *house.House, id data.OfficerID) error {
		passphrase, err := s.passphrase(c.PassphraseFile, "Passphrase of "+c.As, "--passphrase-file")
		if err != nil {
			return err
		}
		session, err := h.SignIn(ctx, id, passphrase)
		if err != nil {
			return err
		}
		return do(h, session)
	})
}

// say tells a refusal in an officer's words; any other error is returned.
func (s *streams) say(err error) error {
	if err == nil {
		return nil
	}
	words, wordsErr := house.Words()
	if wordsErr != nil {
		return errors.Join(err, wordsErr)
	}
	english := words.In(locale.English)
	var problems *desk.ProblemsError
	if errors.As(err, &problems) {
		for _, p := range problems.Problems {
			fmt.Fprintf(s.err, "%s: %s\n", p.Field, english.Problem(p))
		}
		return status(exitFault)
	}
	if errors.Is(err, desk.ErrNotFound) {
		fmt.Fprintln(s.err, "pratiquectl: the post has no such officer")
		return status(exitFault)
	}
	if errors.Is(err, desk.ErrState) {
		fmt.Fprintln(s.err, "pratiquectl: that is so already")
		return status(exitFault)
	}
	for _, known := range []error{desk.ErrSignIn, desk.ErrDisabled, desk.ErrMustChange, desk.ErrEnded, desk.ErrSelf, desk.ErrNotPermitted} {
		if errors.Is(err, known) {
			fmt.Fprintf(s.err, "pratiquectl: %s\n", ui.Say(english, err))
			return status(exitFault)
		}
	}
	var throttled *desk.ThrottledError
	var weak *desk.WeakError
	if errors.As(err, &throttled) || errors.As(err, &weak) {
		fmt.Fprintf(s.err, "pratiquectl: %s\n", ui.Say(english, err))
		return status(exitFault)
	}
	return err
}

// maxPassphraseFile bounds what is read of a file with a passphrase.
const maxPassphraseFile = 4 << 10

// passphrase reads one from a file, or from the terminal without showing it.
func (s *streams) passphrase(file, prompt, option string) ([]byte, error) {
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return nil, usageError{err}
		}
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, maxPassphraseFile))
		if err != nil {
			return nil, usageError{err}
		}
		line, _, _ := bytes.Cut(b, []byte("\n"))
		return bytes.TrimSuffix(line, []byte("\r")), nil
	}
	terminal, ok := s.in.(*os.File)
	if !ok || !term.IsTerminal(int(terminal.Fd())) {
		return nil, usageError{fmt.Errorf("standard input is no terminal to ask for a passphrase; name a file with %s", option)}
	}
	fmt.Fprintf(s.err, "%s: ", prompt)
	b, err := term.ReadPassword(int(terminal.Fd()))
	fmt.Fprintln(s.err)
	if err != nil {
		return nil, usageError{fmt.Errorf("read the passphrase: %w", err)}
	}
	return b, nil
}

// ask reads a passphrase to be, twice where it is typed.
func (f fresh) ask(s *streams, whose string) ([]byte, error) {
	const option = "--new-passphrase-file"
	b, err := s.passphrase(f.NewPassphraseFile, "New passphrase of "+whose, option)
	if err != nil || f.NewPassphraseFile != "" {
		return b, err
	}
	again, err := s.passphrase("", "The same once more", option)
	if err == nil && !bytes.Equal(b, again) {
		err = usageError{errors.New("the two passphrases are not the same")}
	}
	return b, err
}

type officersListCommand struct {
	signer `embed:""`
}

func (c officersListCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, func(h *house.House, session staff.Session) error {
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
	signer `embed:""`
	fresh  `embed:""`
	ID     string   `arg:"" help:"Identifier, such as officer-d."`
	Name   string   `required:"" help:"The officer's name."`
	Mark   string   `required:"" help:"What stands for the officer on paper: 1 to 4 capital letters or digits."`
	Role   []string `required:"" help:"clerk, reviewer, administrator or auditor; several with commas."`
}

func (c officersAddCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, func(h *house.House, session staff.Session) error {
		o := data.Officer{ID: data.OfficerID(c.ID), Name: c.Name, Mark: c.Mark}
		for _, r := range c.Role {
			o.Roles = append(o.Roles, data.Role(r))
		}
		passphrase, err := c.ask(s, c.ID)
		if err != nil {
			return err
		}
		if err := h.AddOfficer(ctx, session, o, passphrase); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s\tadded; must change the passphrase\n", o.ID)
		return nil
	})
}

type officersDisableCommand struct {
	signer `embed:""`
	ID     string `arg:"" help:"Identifier of the officer."`
}

func (c officersDisableCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, func(h *house.House, session staff.Session) error {
		if err := h.DisableOfficer(ctx, session, data.OfficerID(c.ID)); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s\tdisabled\n", c.ID)
		return nil
	})
}

type officersEnableCommand struct {
	signer `embed:""`
	ID     string `arg:"" help:"Identifier of the officer."`
}

func (c officersEnableCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, func(h *house.House, session staff.Session) error {
		if err := h.EnableOfficer(ctx, session, data.OfficerID(c.ID)); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s\tenabled\n", c.ID)
		return nil
	})
}

type officersResetCommand struct {
	signer `embed:""`
	fresh  `embed:""`
	ID     string `arg:"" help:"Identifier of the officer."`
}

func (c officersResetCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, func(h *house.House, session staff.Session) error {
		passphrase, err := c.ask(s, c.ID)
		if err != nil {
			return err
		}
		if err := h.ResetPassphrase(ctx, session, data.OfficerID(c.ID), passphrase); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s\treset; must change the passphrase\n", c.ID)
		return nil
	})
}

type officersPassphraseCommand struct {
	signer `embed:""`
	fresh  `embed:""`
}

func (c officersPassphraseCommand) Run(ctx context.Context, s *streams) error {
	return c.open(ctx, s, func(h *house.House, id data.OfficerID) error {
		old, err := s.passphrase(c.PassphraseFile, "Passphrase of "+c.As, "--passphrase-file")
		if err != nil {
			return err
		}
		passphrase, err := c.ask(s, c.As)
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
