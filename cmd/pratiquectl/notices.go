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
	"pratique/data/rules"
)

type noticesCommand struct {
	Test   noticesTestCommand   `cmd:"" help:"Run the examples that stand in notices."`
	Doc    noticesDocCommand    `cmd:"" help:"Print how a notice is written: form, language, three examples."`
	Schema noticesSchemaCommand `cmd:"" help:"Print the JSON schema of a notice."`
}

type noticesTestCommand struct {
	Files []string `arg:"" name:"file" help:"Notices, YAML or JSON; - reads standard input."`
}

// Run prints what does not come out as a notice says, and how many examples did.
func (c noticesTestCommand) Run(s *streams) error {
	book, err := house.Codes()
	if err != nil {
		return err
	}
	passed, failed := 0, 0
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
		for _, x := range rules.Test(n, book) {
			if len(x.Wrong) == 0 {
				passed++
				continue
			}
			failed++
			fmt.Fprintf(s.out, "%s: %s\n", file, x.Example)
			for _, w := range x.Wrong {
				fmt.Fprintf(s.out, "  %s\n", w)
			}
		}
	}
	fmt.Fprintf(s.out, "%d notices: %d examples passed, %d failed\n", len(c.Files), passed, failed)
	if failed > 0 {
		return status(exitFault)
	}
	return nil
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
