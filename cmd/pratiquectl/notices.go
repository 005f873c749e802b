package main

import (
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"

	"pratique/assets"
	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/codes"
	"pratique/data/rules"
)

type noticesCommand struct {
	Test   noticesTestCommand   `cmd:"" help:"Run the examples that stand in notices; every check needs one on each side."`
	Doc    noticesDocCommand    `cmd:"" help:"Print how a notice is written: form, language, three examples."`
	Schema noticesSchemaCommand `cmd:"" help:"Print the JSON schema of a notice."`
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
