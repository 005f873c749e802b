package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/attachment"
	"pratique/data/desk"
	"pratique/data/evidence"
	"pratique/data/handover"
	"pratique/data/keys"
	"pratique/data/predeclaration"
	"pratique/data/staff"
)

type predeclareCommand struct {
	Example predeclareExampleCommand `cmd:"" help:"Print a pre-declaration: the file, or the text of a QR."`
	Import  predeclareImportCommand  `cmd:"" help:"Take in pre-declarations: files, texts, or pictures and PDFs of a QR. A clerk."`
}

type predeclareExampleCommand struct {
	At instant `help:"Count its dates from this time instead of now." placeholder:"TIME"`
	QR bool    `name:"qr" help:"The text of a QR instead of the file."`
}

func (c predeclareExampleCommand) Run(s *streams) error {
	content, err := house.Example(c.At.or(s.now()))
	if err != nil {
		return err
	}
	content.Tests = nil // not taken yet
	content.Declaration.Symptoms, content.Declaration.Contact, content.Declaration.Medicine = data.No, data.No, data.No
	content.Contact = data.Contact{Name: "MUSTER HANS", Relation: "friend", Phone: "+999 555 0188"}
	b, err := predeclaration.File(content)
	if c.QR {
		var text string
		text, err = predeclaration.Text(content)
		b = []byte(text + "\n")
	}
	if err == nil {
		_, err = s.out.Write(b)
	}
	return err
}

type predeclareImportCommand struct {
	one   `embed:""`
	Files []string `arg:"" name:"file" help:"Pre-declarations; - reads standard input."`
}

func (c predeclareImportCommand) Run(ctx context.Context, s *streams) error {
	var all [][]byte
	for _, file := range c.Files { // all of them before anything is stored
		b, err := s.predeclaration(ctx, file)
		if err != nil {
			return usageError{fmt.Errorf("%s: %w", file, err)}
		}
		all = append(all, b)
	}
	return c.signedIn(ctx, s, data.Clerk, func(h *house.House, session staff.Session) error {
		for _, b := range all {
			a, err := h.ImportPredeclaration(ctx, session, b)
			if err != nil {
				return err
			}
			fmt.Fprintf(s.out, "%s\t%s\t%s\n", a.ID, a.State, a.Reference)
		}
		return nil
	})
}

// predeclaration reads one from a file, or from the QR in a picture or PDF.
func (s *streams) predeclaration(ctx context.Context, file string) ([]byte, error) {
	b, err := readInput(s.in, file)
	if err != nil {
		return nil, err
	}
	if _, err := attachment.TypeOf(b[:min(len(b), attachment.Sniffed)]); err == nil {
		pages := house.Pages()
		defer pages.Close()
		found, err := evidence.Read(ctx, b, pages)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(found.Symbols, func(q evidence.Symbol) bool { return strings.HasPrefix(q.Text, predeclaration.Prefix) })
		if i < 0 {
			return nil, errors.New("no QR of a pre-declaration is on it")
		}
		b = []byte(found.Symbols[i].Text)
	}
	_, err = predeclaration.Parse(b)
	return b, err
}

type expectedCommand struct {
	one   `embed:""`
	dates `embed:""`
}

func (c expectedCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Clerk, func(h *house.House, session staff.Session) error {
		from, until, err := c.dates.of(h)
		if err != nil {
			return err
		}
		all, err := h.Expected(ctx, session, from, until)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
		fmt.Fprintln(w, "day\tflight\tport\trisk\tpre-declared\topen\tapproved")
		for _, e := range all {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%d\t%d\n", e.Day, visible(e.Flight), visible(e.Port), e.Risk, e.PreDeclared, e.Open, e.Approved)
		}
		return w.Flush()
	})
}

type flightsCommand struct {
	List flightsListCommand `cmd:"" default:"withargs" help:"Print the flights that have a class."`
	Set  flightsSetCommand  `cmd:"" help:"Set the classes of all flights. Two officers."`
}

type flightsListCommand struct {
	one `embed:""`
}

func (c flightsListCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, func(h *house.House, _ staff.Session) error {
		table, err := h.Flights(ctx)
		if err != nil {
			return err
		}
		var lines []string
		for flight, class := range table {
			lines = append(lines, flight+"\t"+class+"\n")
		}
		slices.Sort(lines)
		fmt.Fprint(s.out, strings.Join(lines, ""))
		return nil
	})
}

type flightsSetCommand struct {
	two  `embed:""`
	File string `arg:"" help:"A flight and its class (low, medium, high) on each line, parted by a comma or a tab; # begins a comment; - reads standard input."`
}

func (c flightsSetCommand) Run(ctx context.Context, s *streams) error {
	b, err := readInput(s.in, c.File)
	if err != nil {
		return err
	}
	table, err := desk.ParseFlights(b)
	if err != nil {
		return err
	}
	return c.signedIn(ctx, s, data.Administrator, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		if err := h.SetFlights(ctx, a, b, table); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%d flights\n", len(table))
		return nil
	})
}

type handoverCommand struct {
	List   handoverListCommand   `cmd:"" default:"withargs" help:"Write the signed list for a port of entry. A reviewer."`
	Verify handoverVerifyCommand `cmd:"" help:"Check a list and print what it says."`
	Passed handoverPassedCommand `cmd:"" help:"Take in which travellers boarded and landed."`
}

type handoverListCommand struct {
	one   `embed:""`
	dates `embed:""`
	Port  string `required:"" help:"Airport code of the port of entry." placeholder:"CODE"`
	Out   string `required:"" help:"File to write." placeholder:"FILE"`
	PDF   string `name:"pdf" help:"Write the list for the eye as well." placeholder:"FILE"`
}

func (c handoverListCommand) Run(ctx context.Context, s *streams) error {
	for _, file := range []string{c.Out, c.PDF} {
		if file != "" {
			if err := newFile(file); err != nil {
				return err
			}
		}
	}
	return c.signedIn(ctx, s, data.Reviewer, func(h *house.House, session staff.Session) error {
		from, until, err := c.dates.of(h)
		if err != nil {
			return err
		}
		signed, list, err := h.Handover(ctx, session, c.Port, from, until)
		if err == nil {
			err = house.WriteNew(c.Out, signed)
		}
		if err == nil && c.PDF != "" {
			var pdf []byte
			if pdf, err = h.HandoverPage(ctx, list, signed); err == nil {
				err = house.WriteNew(c.PDF, pdf)
			}
		}
		if err == nil {
			fmt.Fprintf(s.out, "%d travellers\t%s\n", len(list.Rows), c.Out)
		}
		return err
	})
}

type handoverVerifyCommand struct {
	Key  string `help:"The post's public key of hand-over lists, keys/handover.pub of its folder." placeholder:"FILE"`
	Post string `help:"Folder of the post, where its key lies." placeholder:"DIR"`
	File string `arg:"" help:"The list."`
}

func (c handoverVerifyCommand) Run(s *streams) error {
	if (c.Key == "") == (c.Post == "") {
		return usageError{errors.New("either --key or --post")}
	}
	if c.Post != "" {
		c.Key = filepath.Join(c.Post, filepath.FromSlash(keys.HandoverFile))
	}
	_, v, err := keys.ReadLogVerifier(c.Key)
	if err != nil {
		return usageError{err}
	}
	b, err := readInput(s.in, c.File)
	if err != nil {
		return usageError{err}
	}
	l, err := handover.Open(b, v)
	if errors.Is(err, handover.ErrSignature) {
		return refused(err.Error())
	} else if err != nil {
		return usageError{err}
	}
	fmt.Fprintf(s.out, "%s\t%s\t%s – %s\tmade %s\n", l.Origin, l.Port, l.From, l.Until, l.Made.Format("2006-01-02T15:04:05Z07:00"))
	w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	for _, r := range l.Rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Number, r.Reference, visible(r.Flight), r.Day, r.Status, r.Colour, r.Risk, visible(r.Note))
	}
	return w.Flush()
}

type handoverPassedCommand struct {
	one  `embed:""`
	File string `arg:"" help:"What came back from the port; - reads standard input."`
}

func (c handoverPassedCommand) Run(ctx context.Context, s *streams) error {
	b, err := readInput(s.in, c.File)
	if err != nil {
		return err
	}
	return c.signedIn(ctx, s, data.Clerk, func(h *house.House, session staff.Session) error {
		fresh, err := h.ReadPassed(ctx, session, b)
		if err == nil {
			fmt.Fprintf(s.out, "%d new\n", len(fresh))
		}
		return err
	})
}
