package main

import (
	"context"
	"fmt"
	"strings"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/brought"
	"pratique/data/evidence"
	"pratique/data/seal"
	"pratique/data/staff"
	"pratique/data/trust"
	"pratique/ui/locale"
)

type prefillCommand struct {
	Into           string            `help:"Application to put it into: JSON; else a new one." placeholder:"FILE"`
	Take           []string          `help:"Where application and seal differ, take the seal's value of this field." placeholder:"FIELD"`
	Keep           map[string]string `help:"Where they differ, keep the application's value of this field, for this reason." placeholder:"FIELD=REASON" mapsep:"none"`
	Trust          []string          `help:"Whom to trust, as in verify." placeholder:"PATH" sep:"none"`
	Post           string            `help:"Trust what this post trusts, and know its laboratories; somebody signs in for that." placeholder:"DIR"`
	As             string            `help:"Officer of that post, by mark or identifier; a practice post has one who acts." placeholder:"NAME"`
	PassphraseFile string            `help:"File whose first line is the officer's passphrase; the terminal asks where there is none." placeholder:"FILE"`
	Practice       bool              `help:"Accept practice paper, which is worth nothing, for training."`
	At             instant           `help:"Check as of this time instead of now." placeholder:"TIME"`
	Files          []string          `arg:"" help:"What the traveller brought: text, PNG, JPEG or PDF; - reads standard input." placeholder:"FILE"`
}

func (c prefillCommand) Run(ctx context.Context, s *streams) error {
	book, err := house.Codes()
	if err != nil {
		return err
	}
	r := brought.Reader{Book: book, Practice: c.Practice}
	if c.Post == "" {
		return c.prefill(ctx, s, r, &trust.List{})
	}
	officer := one{Post: c.Post, As: c.As, PassphraseFile: c.PassphraseFile}
	return officer.signedIn(ctx, s, data.Clerk, func(h *house.House, _ staff.Session) error {
		list, err := h.Trusted(ctx)
		if err == nil {
			r.Laboratories, err = h.Laboratories(ctx)
		}
		if err != nil {
			return err
		}
		r.Practice = r.Practice || h.Folder.Post.Practice()
		return c.prefill(ctx, s, r, list)
	})
}

// prefill prints the application that the seals in the files give, and tells
// beside it who signed them and what differs.
func (c prefillCommand) prefill(ctx context.Context, s *streams, r brought.Reader, list *trust.List) error {
	for _, path := range c.Trust {
		if err := list.Load(path); err != nil {
			return usageError{err}
		}
	}
	r.Trust = list
	var content data.Content
	if c.Into != "" {
		all, _, err := s.applications(c.Into)
		if err != nil {
			return err
		}
		if len(all) != 1 {
			return usageError{fmt.Errorf("%s: one application, not %d", c.Into, len(all))}
		}
		content = all[0]
	}
	words, err := house.Words()
	if err != nil {
		return err
	}
	english := words.In(locale.English)
	texts, err := s.seals(ctx, c.Files)
	if err != nil {
		return err
	}
	read := 0
	for _, text := range texts {
		b, ok := r.Read(text, c.At.or(s.now()))
		if !ok {
			fmt.Fprintln(s.err, english.T("verdict.reason."+string(trust.ReasonNotASeal)))
			continue
		}
		read++
		var filled []string
		content, filled = brought.Add(content, b)
		fmt.Fprintf(s.err, "%s: %s\n", brought.Says(english, b), strings.Join(filled, " "))
	}
	if read == 0 {
		return status(exitUnreadable)
	}
	for _, d := range brought.Compare(content) {
		for _, field := range c.Take {
			if field == d.Field {
				content = brought.Choose(content, d, true, "")
			}
		}
		if reason := c.Keep[d.Field]; reason != "" {
			content = brought.Choose(content, d, false, reason)
		}
	}
	if err := printJSON(s.out, content); err != nil {
		return err
	}
	differs := brought.Problems(content)
	for _, p := range differs {
		fmt.Fprintf(s.err, "%s: %s\n", p.Field, english.Problem(p))
	}
	if len(differs) > 0 {
		return status(exitFault)
	}
	return nil
}

// seals are the texts of all symbols in files, those in parts put together, as
// scanners meant them. A file that cannot be read is told.
func (s *streams) seals(ctx context.Context, files []string) ([]string, error) {
	pages := house.Pages()
	defer pages.Close()
	reader := evidence.NewWorker(pages)
	var texts []string
	for _, file := range files {
		b, err := readInput(s.in, file)
		if err != nil {
			return nil, usageError{err}
		}
		found, err := reader.Read(ctx, b)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil: // about the file: it is told, and nothing could be read
			fmt.Fprintf(s.err, "%s: %v\n", file, err)
		case len(found.Symbols) == 0:
			fmt.Fprintf(s.err, "%s: no QR symbol found\n", file)
		}
		for _, symbol := range found.Symbols {
			text, _ := brought.Meant(symbol.Text)
			texts = append(texts, text)
		}
	}
	return seal.Join(texts), nil
}
