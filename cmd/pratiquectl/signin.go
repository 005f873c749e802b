package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/evidence"
	"pratique/data/post"
	"pratique/data/staff"
)

// one is the officer who does what a command does. A passphrase comes from the
// terminal or a file, never from arguments or the environment, which others
// can read. At a practice post nobody need be named: one of its officers acts,
// with the passphrase that lies in its folder.
type one struct {
	Post           string `required:"" help:"Folder of the post." placeholder:"DIR"`
	As             string `help:"Officer who does this, by mark or identifier; a practice post has one who acts." placeholder:"NAME"`
	PassphraseFile string `help:"File whose first line is the officer's passphrase; the terminal asks where there is none." placeholder:"FILE"`
}

// two are the officers of an act that takes two.
type two struct {
	one                  `embed:""`
	Second               string `help:"The second officer, by mark or identifier." placeholder:"NAME"`
	SecondPassphraseFile string `help:"File whose first line is the second officer's passphrase." placeholder:"FILE"`
}

// prove is how an officer proves to be one: desk.Desk's SignIn or Second.
type prove func(context.Context, data.OfficerID, []byte) (staff.Session, error)

// named is a usage error where a real post is to be worked at and an officer is
// not named.
func (c one) named(names ...string) error {
	p, err := post.Describe(c.Post)
	if err != nil {
		return err
	}
	for i, option := range []string{"--as", "--second"}[:len(names)] {
		if names[i] == "" && !p.Practice() {
			return usageError{fmt.Errorf("this is a real post, where nobody acts for an officer: name one with %s", option)}
		}
	}
	return nil
}

// open opens the post.
func (c one) open(ctx context.Context, s *streams, do func(*house.House) error) (err error) {
	h, err := house.Open(ctx, c.Post, s.now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	return do(h)
}

// enter proves the officer; role is that of who acts at a practice post.
func (c one) enter(ctx context.Context, s *streams, h *house.House, role data.Role) (staff.Session, error) {
	return enter(ctx, s, h, c.As, c.PassphraseFile, "--passphrase-file", role, h.SignIn)
}

func enter(ctx context.Context, s *streams, h *house.House, name, file, option string, role data.Role, proof prove) (staff.Session, error) {
	if name == "" {
		return h.PracticeOfficer(ctx, role)
	}
	id := house.OfficerOf(name)
	passphrase, err := s.passphrase(file, "Passphrase of "+string(id), option)
	if err != nil {
		return staff.Session{}, err
	}
	defer clear(passphrase)
	return proof(ctx, id, passphrase)
}

// signedIn opens the post for an officer who proves to be one.
func (c one) signedIn(ctx context.Context, s *streams, role data.Role, do func(*house.House, staff.Session) error) error {
	if err := c.named(c.As); err != nil {
		return err
	}
	return c.open(ctx, s, func(h *house.House) error {
		session, err := c.enter(ctx, s, h, role)
		if err != nil {
			return err
		}
		return do(h, session)
	})
}

// signedIn opens the post for two officers who prove to be there: the first
// with what the act needs, the second to see it done.
func (c two) signedIn(ctx context.Context, s *streams, first, second data.Role, do func(h *house.House, a, b staff.Session) error) error {
	return c.both(ctx, s, first, second, func(h *house.House) prove { return h.Second }, do)
}

// bothSignedIn opens the post for two officers who each do their part.
func (c two) bothSignedIn(ctx context.Context, s *streams, first, second data.Role, do func(h *house.House, a, b staff.Session) error) error {
	return c.both(ctx, s, first, second, func(h *house.House) prove { return h.SignIn }, do)
}

func (c two) both(ctx context.Context, s *streams, first, second data.Role, proof func(*house.House) prove,
	do func(h *house.House, a, b staff.Session) error) error {
	if err := c.named(c.As, c.Second); err != nil {
		return err
	}
	return c.open(ctx, s, func(h *house.House) error {
		a, err := c.enter(ctx, s, h, first)
		if err != nil {
			return err
		}
		b, err := enter(ctx, s, h, c.Second, c.SecondPassphraseFile, "--second-passphrase-file", second, proof(h))
		if err != nil {
			return err
		}
		return do(h, a, b)
	})
}

// fresh is a passphrase to be.
type fresh struct {
	NewPassphraseFile string `help:"File whose first line is the new passphrase; the terminal asks where there is none." placeholder:"FILE"`
}

func (f fresh) ask(s *streams, whose string) ([]byte, error) {
	return s.newPassphrase(f.NewPassphraseFile, whose, "--new-passphrase-file")
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
	terminal, err := s.terminal(option)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(s.err, "%s: ", prompt)
	b, err := term.ReadPassword(int(terminal.Fd()))
	fmt.Fprintln(s.err)
	if err != nil {
		return nil, usageError{fmt.Errorf("read the passphrase: %w", err)}
	}
	return b, nil
}

// newPassphrase reads a passphrase to be, twice where it is typed.
func (s *streams) newPassphrase(file, whose, option string) ([]byte, error) {
	b, err := s.passphrase(file, "New passphrase of "+whose, option)
	if err != nil || file != "" {
		return b, err
	}
	again, err := s.passphrase("", "The same once more", option)
	if err == nil && !bytes.Equal(b, again) {
		err = usageError{errors.New("the two passphrases are not the same")}
	}
	return b, err
}

// terminal is where somebody can be asked. Option is what does instead.
func (s *streams) terminal(option string) (*os.File, error) {
	f, ok := s.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil, usageError{fmt.Errorf("standard input is no terminal where somebody could answer; use %s", option)}
	}
	return f, nil
}

// line reads what is typed, which is seen while it is typed.
func (s *streams) line(prompt, option string) (string, error) {
	f, err := s.terminal(option)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(s.err, "%s: ", prompt)
	var line []byte
	for b := make([]byte, 1); len(line) < maxPassphraseFile; {
		// One at a time: what follows may be the answer to the next question.
		if n, err := f.Read(b); n == 0 || b[0] == '\n' {
			if err != nil && err != io.EOF {
				return "", usageError{err}
			}
			break
		}
		line = append(line, b[0])
	}
	return strings.TrimSpace(string(line)), nil
}

// recoveryKey reads one back from paper: from a file with its text, or with a
// scan of the sheet, whose QR is read, or from the terminal.
func (s *streams) recoveryKey(ctx context.Context, file, option string) (string, error) {
	if file == "" {
		return s.line("Recovery key, from its paper", option)
	}
	b, err := readInput(s.in, file)
	if err != nil {
		return "", usageError{err}
	}
	pages := house.Pages()
	defer pages.Close()
	found, err := evidence.NewWorker(pages).Read(ctx, b)
	switch {
	case err == nil && found.Kind == evidence.Text: // of any number of lines
		return strings.TrimPrefix(string(b), "\ufeff"), nil
	case err == nil && len(found.Symbols) == 1:
		return found.Symbols[0].Text, nil
	case err == nil:
		err = fmt.Errorf("%d QR symbols found, not one", len(found.Symbols))
	}
	return "", usageError{fmt.Errorf("%s: %w", file, err)}
}
