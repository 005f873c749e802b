package main

import (
	"reflect"

	"github.com/invopop/jsonschema"

	"pratique/cmd/internal/house"
	"pratique/data"
)

type schemaCommand struct{}

// codedFields are the fields whose values come from a code list.
var codedFields = map[[2]string]string{
	{"Content", "type"}:           data.ListTypes,
	{"Traveller", "nationality"}:  data.ListStates,
	{"TravelDocument", "kind"}:    data.ListDocuments,
	{"TravelDocument", "issuer"}:  data.ListStates,
	{"Test", "kind"}:              data.ListTests,
	{"Test", "specimen"}:          data.ListSpecimens,
	{"Test", "method"}:            data.ListMethods,
	{"Test", "product"}:           data.ListProducts,
	{"Test", "result"}:            data.ListResults,
	{"Test", "mentions"}:          data.ListPhrases,
	{"Stay", "country"}:           data.ListStates,
	{"Paper", "kind"}:             data.ListPapers,
	{"Paper", "mentions"}:         data.ListPhrases,
	{"Declaration", "complaints"}: data.ListSymptoms,
	{"Dose", "product"}:           data.ListVaccines,
	{"Dose", "country"}:           data.ListStates,
}

// requiredFields are those without which no application has ever been complete;
// what else is needed depends on the case, and validation tells.
var requiredFields = map[string][]string{
	"Content":        {"traveller", "document", "itinerary", "declaration"},
	"Traveller":      {"birth", "sex", "nationality"},
	"TravelDocument": {"kind", "number", "issuer", "expires"},
	"Test":           {"kind", "specimen", "method", "laboratory", "sampled", "reported", "result"},
	"Dose":           {"date", "product", "lot", "country"},
	"Leg":            {"flight", "from", "to", "departs"},
	"Moment":         {"wall"},
	"Stay":           {"country", "from"},
	"Paper":          {"kind"},
	"Declaration":    {"agreed", "signed"},
}

// Run prints the schema of data.Content, made from the types themselves and
// the code lists, so that it cannot fall behind them.
func (schemaCommand) Run(s *streams) error {
	book, err := house.Codes()
	if err != nil {
		return err
	}
	r := &jsonschema.Reflector{
		RequiredFromJSONSchemaTags: true,
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			if t == reflect.TypeFor[data.Date]() {
				return &jsonschema.Schema{Type: "string", Pattern: "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}
			}
			return nil
		},
	}
	schema := r.Reflect(&data.Content{})
	schema.ID = "https://pratique.example.org/schema/application.json"
	schema.Title = "Pratique application"
	schema.Description = "One application, the input of `pratiquectl issue`. Times are wall clock, IANA zone and offset; " +
		"dates are YYYY-MM-DD, and a birth date may leave out day and month."
	for definition, fields := range requiredFields {
		schema.Definitions[definition].Required = fields
	}
	for at, list := range codedFields {
		property, ok := schema.Definitions[at[0]].Properties.Get(at[1])
		if !ok {
			continue
		}
		if property.Items != nil {
			property = property.Items
		}
		for _, e := range book.All(list) {
			property.Enum = append(property.Enum, e.Code)
		}
	}
	return printJSON(s.out, schema)
}
