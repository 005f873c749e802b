package main

import (
	"context"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"pratique/assets"
	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/codes"
	"pratique/data/desk"
	"pratique/data/rules"
	"pratique/data/staff"
)

type noticesCommand struct {
	Test   noticesTestCommand   `cmd:"" help:"Run the examples that stand in notices; every check needs one on each side."`
	Doc    noticesDocCommand    `cmd:"" help:"Print how a notice is written: form, language, three examples."`
	Schema noticesSchemaCommand `cmd:"" help:"Print the JSON schema of a notice."`

	List     noticesListCommand     `cmd:"" help:"Print the notices a post has and had, with their history."`
	Import   noticesImportCommand   `cmd:"" help:"Take a notice into a post. It is not in force by that."`
	Diff     noticesDiffCommand     `cmd:"" help:"Print in what a version differs from the one in force."`
	DryRun   noticesDryRunCommand   `cmd:"" help:"Print which cases would come out otherwise, were it in force."`
	Activate noticesActivateCommand `cmd:"" help:"Put a notice in force; the version before it is out of force by that. Takes two."`
	Retire   noticesRetireCommand   `cmd:"" help:"Put a notice out of force, for good. Takes two."`
}

// version names a version of a notice.
type version struct {
	Notice  string `arg:"" help:"Name of the notice."`
	Version int    `arg:"" help:"Its version."`
}

type noticesListCommand struct {
	one `embed:""`
}

func (c noticesListCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, func(h *house.House, session staff.Session) error {
		all, err := h.Notices(ctx, session)
		if err != nil {
			return err
		}
		for _, n := range all {
			fmt.Fprintf(s.out, "%s\t%d\t%s\t%s\n", n.ID, n.Version, n.State, n.Notice.Title.En)
			for _, e := range n.History {
				fmt.Fprintf(s.out, "\t%s %s\n", e.At.UTC().Format(time.RFC3339), strings.Join(strings.Fields(fmt.Sprint(e.State, " ", e.Officer, " ", e.Second)), " "))
			}
		}
		return nil
	})
}

type noticesImportCommand struct {
	one  `embed:""`
	File string `arg:"" help:"The notice, YAML or JSON; - reads standard input."`
}

func (c noticesImportCommand) Run(ctx context.Context, s *streams) error {
	b, err := readInput(s.in, c.File)
	if err != nil {
		return usageError{err}
	}
	return c.signedIn(ctx, s, data.Administrator, func(h *house.House, session staff.Session) error {
		n, err := h.ImportNotice(ctx, session, b)
		if err == nil {
			fmt.Fprintf(s.out, "%s\t%d\t%s\n", n.ID, n.Version, n.State)
		}
		return err
	})
}

type noticesDiffCommand struct {
	one     `embed:""`
	version `embed:""`
}

func (c noticesDiffCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, func(h *house.House, session staff.Session) error {
		all, err := h.DiffNotice(ctx, session, c.Notice, c.Version)
		for _, d := range all {
			fmt.Fprintln(s.out, d.Path)
			if d.Was != "" {
				fmt.Fprintf(s.out, "- %s\n", d.Was)
			}
			if d.Is != "" {
				fmt.Fprintf(s.out, "+ %s\n", d.Is)
			}
		}
		return err
	})
}

type noticesDryRunCommand struct {
	one     `embed:""`
	version `embed:""`
	Days    int `default:"30" help:"Cases that changed in so many days." placeholder:"N"`
}

func (c noticesDryRunCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, func(h *house.House, session staff.Session) error {
		tried := 0
		all, err := h.DryRun(ctx, session, c.Notice, c.Version, c.Days, func(_, total int) { tried = total })
		if err != nil {
			return err
		}
		for _, e := range all {
			fmt.Fprintf(s.out, "%s\t%s\t%s\t%s\t%s → %s\t%s\n", e.ID, e.State, e.Flight, e.Departs, e.Before, e.After, strings.Join(e.Failed, " "))
		}
		fmt.Fprintf(s.out, "%d of %d cases would come out otherwise\n", len(all), tried)
		return nil
	})
}

type noticesActivateCommand struct {
	two     `embed:""`
	version `embed:""`
}

func (c noticesActivateCommand) Run(ctx context.Context, s *streams) error {
	return c.turn(ctx, s, c.version, (*house.House).ActivateNotice, "in force")
}

type noticesRetireCommand struct {
	two     `embed:""`
	version `embed:""`
}

func (c noticesRetireCommand) Run(ctx context.Context, s *streams) error {
	last := false
	err := c.turn(ctx, s, c.version, func(h *house.House, ctx context.Context, a, b staff.Session, id string, v int) error {
		if err := h.RetireNotice(ctx, a, b, id, v); err != nil {
			return err
		}
		all, err := h.Notices(ctx, a)
		last = !slices.ContainsFunc(all, func(n desk.Notice) bool { return n.State == rules.Active })
		return err
	}, "out of force")
	if err == nil && last {
		fmt.Fprintln(s.out, "no notice is in force: the post has no requirements, and certificates are good for the journey")
	}
	return err
}

func (c two) turn(ctx context.Context, s *streams, v version,
	act func(*house.House, context.Context, staff.Session, staff.Session, string, int) error, done string) error {
	return c.signedIn(ctx, s, data.Administrator, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		if err := act(h, ctx, a, b, v.Notice, v.Version); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s\t%d\t%s\n", v.Notice, v.Version, done)
		return nil
	})
}

type noticesTestCommand struct {
	Files []string `arg:"" name:"file" help:"Notices, YAML or JSON; - reads standard input. Those that an example names beside it are given together."`
	Words bool     `help:"Print the words of every check, as an example that fails it shows them."`
}

// Run prints what does not come out as a notice says, and how many examples did.
// Checks that no example shows from both sides fail the test as well.
func (c noticesTestCommand) Run(s *streams) error {
	book, err := house.Codes()
	if err != nil {
		return err
	}
	passed, failed, unshown := 0, 0, 0
	var notices []*rules.Notice
	var files []string // of notices
	for _, file := range c.Files {
		b, err := readInput(s.in, file)
		if err != nil {
			return usageError{err}
		}
		n, err := rules.Load(b, book)
		if err != nil {
			failed++
			fmt.Fprintf(s.out, "%s: %v\n", file, err)
			continue
		}
		if slices.ContainsFunc(notices, func(o *rules.Notice) bool { return o.ID == n.ID && o.Version == n.Version }) {
			failed++
			fmt.Fprintf(s.out, "%s: version %d of %q is given twice\n", file, n.Version, n.ID)
			continue
		}
		notices, files = append(notices, n), append(files, file)
	}
	for i, n := range notices {
		for _, x := range rules.Test(n, book, notices...) {
			switch {
			case len(x.Wrong) == 0:
				passed++
				continue
			case x.Example == rules.Unshown:
				unshown++
			default:
				failed++
			}
			fmt.Fprintf(s.out, "%s: %s\n", files[i], x.Example)
			for _, w := range x.Wrong {
				fmt.Fprintf(s.out, "  %s\n", w)
			}
		}
		if c.Words {
			printWords(s, n, book, notices)
		}
	}
	fmt.Fprintf(s.out, "%d notices: %d examples passed, %d failed\n", len(c.Files), passed, failed)
	if failed+unshown > 0 {
		return status(exitFault)
	}
	return nil
}

// printWords prints what an officer would read of each check: as an example
// that fails it shows it, or else any.
func printWords(s *streams, n *rules.Notice, book *codes.Book, all []*rules.Notice) {
	shown := map[string]rules.Finding{}
	for _, x := range n.Examples {
		a, _ := n.Ask(x, book, all...)
		for _, f := range a.Findings {
			if before, ok := shown[f.Check]; a.Notice == n.ID && (!ok || f.Result == rules.Fail && before.Result != rules.Fail) {
				shown[f.Check] = f
			}
		}
	}
	fmt.Fprintf(s.out, "%s\n", n.ID)
	for _, c := range n.Checks {
		f := shown[c.ID]
		fmt.Fprintf(s.out, "  %s (%s)\n    %s\n    %s\n", c.ID, f.Result, f.Message.En, f.Message.Zh)
	}
}

// commentedNotices are those written to be learnt from, the shortest first.
var commentedNotices = []string{"polyleria-2022-04", "nephelo-2022-07", "macaria-2021-09"}

type noticesDocCommand struct{}

func (noticesDocCommand) Run(s *streams) error {
	book, err := house.Codes()
	if err != nil {
		return err
	}
	if err := rules.Doc(s.out, book); err != nil {
		return err
	}
	fmt.Fprintln(s.out, "EXAMPLES")
	for _, id := range commentedNotices {
		b, err := fs.ReadFile(assets.FS, "notices/"+id+".yaml")
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "\n---------- %s.yaml\n%s", id, b)
	}
	return nil
}

type noticesSchemaCommand struct{}

// Run prints the schema, made from the types themselves. assets/notices holds a
// copy, which a test compares.
func (noticesSchemaCommand) Run(s *streams) error {
	r := &jsonschema.Reflector{Mapper: func(t reflect.Type) *jsonschema.Schema {
		switch t {
		case reflect.TypeFor[data.Date]():
			return &jsonschema.Schema{Type: "string", Pattern: "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}
		case reflect.TypeFor[data.Moment]():
			return &jsonschema.Schema{Type: "string", Pattern: `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}( .+)?$`}
		case reflect.TypeFor[rules.Definitions]():
			return &jsonschema.Schema{Type: "object", AdditionalProperties: &jsonschema.Schema{Type: "string"}}
		}
		return nil
	}}
	// A case is an application of which anything may be missing.
	content := (&jsonschema.Reflector{Mapper: r.Mapper, RequiredFromJSONSchemaTags: true}).Reflect(&data.Content{})
	schema := r.Reflect(&rules.Notice{})
	schema.ID = "https://pratique.example.org/schema/notice.json"
	schema.Title = "Pratique notice"
	schema.Description = "The published requirements of a post, as data. `pratiquectl notices doc` tells what the fields and expressions mean."
	for name, d := range content.Definitions {
		if schema.Definitions[name] == nil {
			schema.Definitions[name] = d
		}
	}
	for _, t := range []reflect.Type{reflect.TypeFor[rules.Grant](), reflect.TypeFor[rules.Example](), reflect.TypeFor[data.Designation]()} {
		d := schema.Definitions[t.Name()]
		for i := range t.NumField() { // the reflector does not know omitzero
			if name, rest, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); rest == "omitzero" {
				d.Required = slices.DeleteFunc(d.Required, func(s string) bool { return s == name })
			}
		}
	}
	properties := schema.Definitions["Notice"].Properties
	anyCase, _ := properties.Get("case")
	properties.Set("case", &jsonschema.Schema{Ref: "#/$defs/Content", Description: anyCase.Description})
	examples := schema.Definitions["Example"].Properties
	changes, _ := examples.Get("set")
	examples.Set("set", &jsonschema.Schema{Type: "object", Description: changes.Description})
	return printJSON(s.out, schema)
}
