package main

import (
	"context"
	"fmt"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/rules"
	"pratique/data/staff"
	"pratique/ui/findings"
	"pratique/ui/locale"
)

// language is what a command speaks.
type language struct {
	Language string `help:"en or zh." enum:"en,zh" default:"en" placeholder:"LANGUAGE"`
}

func (l language) words() (*locale.Catalogue, error) {
	all, err := house.Words()
	if err != nil {
		return nil, err
	}
	return all.In(l.Language), nil
}

type findingsCommand struct {
	one      `embed:""`
	language `embed:""`
	JSON     bool   `help:"The assessment as JSON."`
	File     string `arg:"" help:"Application: JSON, one or an array of them; - reads standard input."`
}

// Run tells what the notice in force says of applications. The exit status is
// that of the worst of them: a fault unless a certificate would be granted.
func (c findingsCommand) Run(ctx context.Context, s *streams) error {
	contents, names, err := s.applications(c.File)
	if err != nil {
		return err
	}
	return c.signedIn(ctx, s, data.Clerk, func(h *house.House, _ staff.Session) error {
		words, err := c.words()
		if err != nil {
			return err
		}
		withheld := false
		for i, content := range contents {
			a, known, err := h.Assess(ctx, content)
			if err != nil {
				return err
			}
			withheld = withheld || known && !a.Grants()
			if c.JSON {
				if err := printJSON(s.out, a); err != nil {
					return err
				}
				continue
			}
			lines, _, grant := findings.Of(words, h.Codes, a, known)
			if len(contents) > 1 {
				fmt.Fprintln(s.out, names[i])
			}
			if grant.Notice != "" {
				fmt.Fprintln(s.out, grant.Notice)
			}
			s.lines(words, lines)
			fmt.Fprintln(s.out, grant.Sentence)
			if grant.Condition != "" {
				fmt.Fprintln(s.out, grant.Condition)
			}
			if grant.ApplyBy != "" {
				fmt.Fprintln(s.out, words.T("findings.apply-by", grant.ApplyBy))
			}
		}
		if withheld {
			return status(exitFault)
		}
		return nil
	})
}

// lines tells findings in words.
func (s *streams) lines(words *locale.Catalogue, lines []findings.Line) {
	for _, l := range lines {
		message := l.Message
		if l.Where != "" {
			message = words.T("findings.of", l.Where, message)
		}
		fmt.Fprintf(s.out, "  %s  %s %s\n", words.T("findings.result."+string(l.Result)), words.T("findings.clause", l.Clause), message)
		if l.Waived {
			fmt.Fprintf(s.out, "      %s\n", words.T("findings.waived"))
		}
		for _, more := range append(l.Counts, l.Passes...) {
			fmt.Fprintf(s.out, "      %s\n", more)
		}
	}
}

// stops reports whether a finding keeps a certificate back.
func stops(r rules.Result) bool { return r == rules.Fail || r == rules.NotEnough }
