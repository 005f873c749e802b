package main

import (
	"github.com/invopop/jsonschema"

	"pratique/cmd/internal/house"
	"pratique/data"
)

type schemaCommand struct{}

// codedFields are the fields whose values come from a code list.
var codedFields = map[[2]string]string{
	{"Traveller", "nationality"}: data.ListStates,
	{"TravelDocument", "kind"}:   data.ListDocuments,
	{"TravelDocument", "issuer"}: data.ListStates,
	{"Test", "kind"}:             data.ListTests,
	{"Test", "specimen"}:         data.ListSpecimens,
	{"Test", "method"}:           data.ListMethods,
	{"Test", "result"}:           data.ListResults,
	{"Dose", "product"}:          data.ListVaccines,
	{"Dose", "country"}:          data.ListStates,
}

// Run prints the schema of data.Content, made from the types themselves and
// the code lists, so that it cannot fall behind them.
func (schemaCommand) Run(s *streams) error {
	book, err := house.Codes()
	if err != nil {
		return err
	}
	r := &jsonschema.Reflector{RequiredFromJSONSchemaTags: true}
	schema := r.Reflect(&data.Content{})
	schema.ID = "https://pratique.example.org/schema/application.json"
	schema.Title = "Pratique application"
	schema.Description = "One application, the input of `pratiquectl issue`. Times are wall clock, IANA zone and offset; " +
		"dates are YYYY-MM-DD, and a birth date may leave out day and month."
	for at, list := range codedFields {
		property, ok := schema.Definitions[at[0]].Properties.Get(at[1])
		if !ok {
			continue
		}
		for _, e := range book.Entries(list, "") {
			property.Enum = append(property.Enum, e.Code)
		}
	}
	return printJSON(s.out, schema)
}
