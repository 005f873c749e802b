package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/evidence"
	"pratique/data/seal/dcc"
	"pratique/data/seal/vdsnc"
	"pratique/data/trust"
	"pratique/ui/locale"
)

type verifyCommand struct {
	Trust    []string `help:"Whom to trust: a post's folder, or files or folders of anchors or signer certificates." placeholder:"PATH" sep:"none"`
	Practice bool     `help:"Accept practice paper, which is worth nothing, for training."`
	At       instant  `help:"Check as of this time instead of now." placeholder:"TIME"`
	JSON     bool     `help:"Print the verdicts as JSON."`
	File     string   `arg:"" help:"Text, PNG, JPEG or PDF; - reads standard input."`
}

func (c verifyCommand) Run(ctx context.Context, s *streams) error {
	var list trust.List
	for _, path := range c.Trust {
		if err := list.Load(path); err != nil {
			return usageError{err}
		}
	}
	b, err := readInput(s.in, c.File)
	if err != nil {
		return usageError{err}
	}
	pages := house.Pages()
	defer pages.Close()
	found, err := evidence.Read(ctx, b, pages)
	if ctx.Err() != nil {
		return ctx.Err()
	} // any other error is about the file: it is told below, and nothing could be read
	now := c.At.or(s.now())
	verdicts := []trust.Verdict{}
	for _, symbol := range found.Symbols {
		verdicts = append(verdicts, list.Verify(symbol.Text, now, c.Practice))
	}
	if c.JSON {
		if err := printJSON(s.out, verdicts); err != nil {
			return err
		}
	} else {
		words, wordsErr := house.Words()
		if wordsErr != nil {
			return wordsErr
		}
		english := words.In(locale.English)
		for _, v := range verdicts {
			say(s, english, v)
		}
		if err != nil {
			fmt.Fprintf(s.err, "%s: %v\n", c.File, err)
		} else if len(verdicts) == 0 {
			fmt.Fprintf(s.err, "%s: no QR symbol found\n", c.File)
		}
	}
	return exitOfVerdicts(verdicts)
}

// exitOfVerdicts is 1 for any invalid seal, else 2 for any that nothing can be
// said about, else 3 if none could be read, else nil.
func exitOfVerdicts(verdicts []trust.Verdict) error {
	count := map[trust.Outcome]int{}
	for _, v := range verdicts {
		count[v.Outcome]++
	}
	switch {
	case count[trust.Invalid] > 0:
		return status(exitFault)
	case count[trust.CannotSay] > 0:
		return status(exitCannotSay)
	case count[trust.Valid] == 0:
		return status(exitUnreadable)
	}
	return nil
}

// say prints a verdict for people.
func say(s *streams, words *locale.Catalogue, v trust.Verdict) {
	fmt.Fprintln(s.out, strings.ToUpper(words.T("verdict."+string(v.Outcome))))
	for _, r := range v.Reasons {
		fmt.Fprintln(s.out, "  "+words.T("verdict.reason."+string(r)))
	}
	if v.Issuer != "" {
		fmt.Fprintln(s.out, "  "+words.T("verdict.signed-by", v.Issuer))
	}
	line := func(label string, values ...any) {
		fmt.Fprintf(s.out, "  %-12s %s\n", label, data.CleanText(fmt.Sprintln(values...)))
	}
	switch {
	case v.Claims != nil:
		sayStatement(line, *v.Claims)
	case v.DCC != nil:
		sayDCC(line, *v.DCC)
	case v.VDSNC != nil:
		sayVDSNC(line, *v.VDSNC)
	}
}

func sayStatement(line func(string, ...any), st data.Statement) {
	line("number", st.Number)
	line("name", st.Surname, st.GivenNames, st.NativeName)
	line("born", st.Birth, st.Sex, st.Nationality)
	line("document", st.DocumentKind, st.DocumentIssuer, st.DocumentNumber, "until", st.DocumentExpires)
	for _, t := range st.Tests {
		line("test", t.Kind, t.Result, "sampled", t.Sampled, t.Laboratory)
	}
	for _, d := range st.Doses {
		line("dose", d.Date, d.Product, d.Lot, d.Country)
	}
	line("colour", st.Colour)
	if l := st.LastTest; l.Kind != "" {
		line("only with", "a negative", l.Kind, "test sampled within", l.Hours, "hours before departure")
	}
	if st.Notice != "" {
		line("notice", st.Notice, st.NoticeVersion)
	}
	line("issued", st.Issued)
	line("holds", st.ValidFrom, "to", st.ValidUntil)
	line("seal until", st.Expires)
}

func sayDCC(line func(string, ...any), c dcc.Claims) {
	d := c.Certificate
	line("number", d.ID())
	line("name", d.Name.Surname, d.Name.GivenName, d.Name.SurnameLatin, d.Name.GivenNameLatin)
	line("born", d.Birth)
	for _, t := range d.Tests {
		line("test", t.Type, t.Result, "sampled", t.Sampled, t.Centre, t.Country)
	}
	for _, v := range d.Vaccinations {
		line("dose", fmt.Sprintf("%d/%d", v.Dose, v.Series), v.Date, v.Product, v.Country)
	}
	for _, r := range d.Recoveries {
		line("recovery", "positive", r.FirstPositive, "holds", r.From, "to", r.Until, r.Country)
	}
	line("issued", c.Issued.Format(time.RFC3339))
	line("seal until", c.Expires.Format(time.RFC3339))
}

func sayVDSNC(line func(string, ...any), d vdsnc.Data) {
	line("number", d.Number())
	if t := d.Test; t != nil {
		line("name", t.Person.Name)
		line("born", t.Person.Birth)
		line("document", t.Person.DocumentType, t.Person.DocumentNumber)
		line("test", t.Result.Kind, t.Result.Result, t.Note, "sampled", t.Dates.Sampled, t.Provider.Name, t.Provider.Country)
	}
	if v := d.Vaccination; v != nil {
		line("name", v.Person.Name)
		line("born", v.Person.Birth, v.Person.Sex)
		line("document", v.Person.TravelDocument, v.Person.OtherDocument)
		for _, e := range v.Vaccines {
			for _, dose := range e.Doses {
				line("dose", dose.Sequence, dose.Date, e.Name, dose.Lot, dose.Country)
			}
		}
	}
}
