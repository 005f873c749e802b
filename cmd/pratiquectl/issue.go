package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/staff"
	"pratique/ui/locale"
)

type practiceCommand struct {
	Dir string `arg:"" help:"Folder to make; it must be empty or not there yet."`
}

func (c practiceCommand) Run(ctx context.Context, s *streams) error {
	if err := house.CreatePractice(ctx, c.Dir, s.now()); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "A practice post of the Republic of Utopia lies in %s.\n"+
		"Nothing it issues is a health certificate. Its passphrases are in PRACTICE.txt there.\n", c.Dir)
	return nil
}

// instant is a point in time on the command line: RFC 3339, or a date.
type instant struct{ time.Time }

// UnmarshalText reads an instant.
func (i *instant) UnmarshalText(b []byte) (err error) {
	if i.Time, err = time.Parse(time.RFC3339, string(b)); err != nil {
		if i.Time, err = time.Parse(time.DateOnly, string(b)); err != nil {
			err = fmt.Errorf("%q is no time such as 2022-07-08T09:40:00+08:00", b)
		}
	}
	return err
}

// or is the instant, or now if none was given.
func (i instant) or(now time.Time) time.Time {
	if i.IsZero() {
		return now
	}
	return i.Time
}

type exampleCommand struct {
	At instant `help:"Count its dates from this time instead of now." placeholder:"TIME"`
}

func (c exampleCommand) Run(s *streams) error {
	content, err := house.Example(c.At.or(s.now()))
	if err != nil {
		return err
	}
	return printJSON(s.out, content)
}

func printJSON(w io.Writer, v any) error {
	b, err := indented(v)
	if err == nil {
		_, err = w.Write(b)
	}
	return err
}

// indented is v as JSON for people.
func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

type issueCommand struct {
	two   `embed:""`
	Out   string   `required:"" help:"Folder for the certificates." placeholder:"DIR"`
	Files []string `arg:"" name:"file" help:"Applications: JSON, one or an array of them; - reads standard input."`
}

func (c issueCommand) Run(ctx context.Context, s *streams) error {
	contents, names, err := s.applications(c.Files...)
	if err != nil {
		return err
	}
	return c.bothSignedIn(ctx, s, data.Clerk, data.Reviewer, func(h *house.House, clerk, reviewer staff.Session) error {
		faulty, err := h.IssueBy(ctx, clerk, reviewer, contents, c.Out, s.issued)
		return s.faulty(faulty, names, err)
	})
}

type replaceCommand struct {
	two    `embed:""`
	Out    string `required:"" help:"Folder for the new certificate." placeholder:"DIR"`
	Number string `arg:"" help:"Number of the certificate that is wrong."`
	File   string `arg:"" help:"The corrected application: JSON; - reads standard input."`
}

func (c replaceCommand) Run(ctx context.Context, s *streams) error {
	number, err := data.ParseCertificateNumber(c.Number)
	if err != nil {
		return usageError{err}
	}
	contents, names, err := s.applications(c.File)
	if err != nil {
		return err
	}
	if len(contents) != 1 {
		return usageError{fmt.Errorf("%s: one application replaces a certificate, not %d", c.File, len(contents))}
	}
	return c.bothSignedIn(ctx, s, data.Clerk, data.Reviewer, func(h *house.House, clerk, reviewer staff.Session) error {
		faulty, err := h.ReplaceBy(ctx, clerk, reviewer, number, contents[0], c.Out, s.issued)
		return s.faulty(faulty, names, err)
	})
}

// issued tells of a certificate whose file is there.
func (s *streams) issued(c data.Certificate, path string) {
	fmt.Fprintf(s.out, "%s\t%s\n", c.Number, path)
}

// faulty tells of every application that stopped an act.
func (s *streams) faulty(faulty []house.Faulty, names []string, err error) error {
	if err != nil || len(faulty) == 0 {
		return err
	}
	words, err := house.Words()
	if err != nil {
		return err
	}
	for _, f := range faulty {
		for _, p := range f.Problems {
			fmt.Fprintf(s.err, "%s: %s: %s\n", names[f.Index], p.Field, words.In(locale.English).Problem(p))
		}
	}
	return status(exitFault)
}

// applications reads all applications in files, with their names for messages.
// Every file that cannot be read is told, not the first alone.
func (s *streams) applications(files ...string) (contents []data.Content, names []string, err error) {
	for _, file := range files {
		b, readErr := readInput(s.in, file)
		if readErr != nil {
			return nil, nil, usageError{readErr}
		}
		some, parseErr := parseApplications(b)
		if parseErr != nil {
			fmt.Fprintf(s.err, "%s: %v\n", file, parseErr)
			err = status(exitFault)
		}
		for i := range some {
			name := file
			if len(some) > 1 {
				name = fmt.Sprintf("%s[%d]", file, i)
			}
			contents, names = append(contents, some[i]), append(names, name)
		}
	}
	return contents, names, err
}

// maxInput bounds what is read as one file.
const maxInput = 32 << 20

// readInput reads a file, or standard input for "-".
func readInput(in io.Reader, file string) ([]byte, error) {
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	if err == nil && len(b) > maxInput {
		err = fmt.Errorf("%s is larger than %d bytes", file, maxInput)
	}
	return b, err
}

// parseApplications reads one application or an array of them. A name that no
// field has is an error: it may be a misspelt one.
func parseApplications(b []byte) ([]data.Content, error) {
	b = bytes.TrimPrefix(b, []byte("\ufeff")) // editors on Windows write one
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var all []data.Content
	var err error
	if bytes.HasPrefix(bytes.TrimLeft(b, " \t\r\n"), []byte("[")) {
		err = d.Decode(&all)
	} else {
		all = make([]data.Content, 1)
		err = d.Decode(&all[0])
	}
	if err == nil {
		if _, after := d.Token(); after != io.EOF {
			err = errors.New("something follows the application")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("not an application: %w; `pratiquectl example` shows one", err)
	}
	if len(all) == 0 {
		return nil, errors.New("no application in it")
	}
	return all, nil
}
