package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/trust"
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
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

type issueCommand struct {
	Post  string   `required:"" help:"Folder of the post." placeholder:"DIR"`
	Out   string   `required:"" help:"Folder for the certificates." placeholder:"DIR"`
	Files []string `arg:"" name:"file" help:"Applications: JSON, one or an array of them; - reads standard input."`
}

func (c issueCommand) Run(ctx context.Context, s *streams) (err error) {
	words, err := house.Words()
	if err != nil {
		return err
	}
	var contents []data.Content
	var names []string // of the contents, for messages
	unread := false
	for _, file := range c.Files {
		b, err := readInput(s.in, file)
		if err != nil {
			return usageError{err}
		}
		some, err := parseApplications(b)
		if err != nil {
			fmt.Fprintf(s.err, "%s: %v\n", file, err)
			unread = true
		}
		for i := range some {
			name := file
			if len(some) > 1 {
				name = fmt.Sprintf("%s[%d]", file, i)
			}
			contents, names = append(contents, some[i]), append(names, name)
		}
	}
	if unread {
		return status(exitFault)
	}
	h, err := house.Open(ctx, c.Post, s.now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	faulty, err := h.Issue(ctx, contents, c.Out, func(certificate data.Certificate, path string) {
		fmt.Fprintf(s.out, "%s\t%s\n", certificate.Number, path)
	})
	if err != nil {
		return err
	}
	for _, f := range faulty {
		for _, p := range f.Problems {
			fmt.Fprintf(s.err, "%s: %s: %s\n", names[f.Index], p.Field, words.In(locale.English).Problem(p))
		}
	}
	if len(faulty) > 0 {
		return status(exitFault)
	}
	return nil
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

type trustCommand struct {
	Export trustExportCommand `cmd:"" help:"Write the post's public anchor and signer certificates."`
}

type trustExportCommand struct {
	Post string `required:"" help:"Folder of the post." placeholder:"DIR"`
	Out  string `required:"" help:"File to write, PEM." placeholder:"FILE"`
}

func (c trustExportCommand) Run(s *streams) error {
	all, err := trust.ReadFile(filepath.Join(c.Post, trust.AnchorFile))
	if err != nil {
		return usageError{err}
	}
	var b bytes.Buffer
	for _, certificate := range all {
		if err := pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}); err != nil {
			return err
		}
	}
	if err := house.WriteNew(c.Out, b.Bytes()); err != nil {
		return usageError{err}
	}
	fmt.Fprintf(s.out, "%d certificates\t%s\n", len(all), c.Out)
	return nil
}
