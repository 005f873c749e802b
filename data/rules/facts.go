package rules

import (
	"fmt"
	"slices"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"pratique/data"
	"pratique/data/codes"
)

// Facts are what a notice is evaluated against: an application's content with
// what the post's own lists say of its laboratories and vaccines. They do not
// change once made.
type Facts struct {
	content data.Content
	tests   []test
	doses   []dose
	post    data.Post
}

// test is a test with its laboratory.
type test struct {
	data.Test
	at laboratory
}

// laboratory is an entry of the post's list, or the name of none.
type laboratory struct {
	data.Laboratory
	listed bool
}

// dose is a dose with what the list of vaccines says of its product.
type dose struct {
	data.Dose
	class  string
	course int // doses of a course; 0 if the product has no settled number
}

// FactsOf gathers the facts about an application: its content, the post's list
// of laboratories, the post that reviews it, and the code lists. Anything may
// be missing or half typed.
func FactsOf(c data.Content, laboratories []data.Laboratory, post data.Post, book *codes.Book) Facts {
	c = c.Pinned()
	f := Facts{content: c, post: post}
	for _, t := range c.Tests {
		at := laboratory{Laboratory: data.Laboratory{ID: t.Laboratory}}
		if i := slices.IndexFunc(laboratories, func(l data.Laboratory) bool { return l.ID == t.Laboratory }); i >= 0 {
			at = laboratory{laboratories[i], true}
		}
		f.tests = append(f.tests, test{t, at})
	}
	for _, d := range c.Doses {
		e, _ := book.Entry(data.ListVaccines, d.Product)
		f.doses = append(f.doses, dose{d, e.Class, e.Doses})
	}
	return f
}

// Departs is the departure that chooses the notice: of the first flight.
func (f Facts) Departs() data.Moment { return f.content.Departs() }

// kind is a type of the language with named fields. The tables below are the
// language's only description: the checker, the evaluation and `notices doc`
// all read them.
type kind struct {
	name, doc string
	cel       *cel.Type
	fields    []field
}

type field struct {
	name, doc string
	cel       *cel.Type
	list      string // the code list its values come from, if one
	get       func(o *object) ref.Val
}

func newKind(name, doc string, fields ...field) *kind {
	return &kind{name: name, doc: doc, cel: cel.ObjectType(name), fields: fields}
}

func (k *kind) field(name string) (field, bool) {
	i := slices.IndexFunc(k.fields, func(f field) bool { return f.name == name })
	if i < 0 {
		return field{}, false
	}
	return k.fields[i], true
}

// below is the path of a field: "tests[0]" and "sampled" are "tests[0].sampled".
func (o *object) below(name string) string {
	if o.path == "" {
		return name
	}
	return o.path + "." + name
}

// The makers of fields, one for each type a field may have. What is empty in
// the application is unknown in the language.

func textField[T any, S ~string](name, list, doc string, get func(T) S) field {
	return field{name, doc, cel.StringType, list, func(o *object) ref.Val {
		if s := get(o.v.(T)); s != "" {
			return types.String(s)
		}
		return unknown(o.below(name))
	}}
}

func textsField[T any](name, list, doc string, get func(T) []string) field {
	return field{name, doc, cel.ListType(cel.StringType), list, func(o *object) ref.Val {
		if s := get(o.v.(T)); len(s) > 0 {
			return types.NewStringList(types.DefaultTypeAdapter, s)
		}
		return unknown(o.below(name))
	}}
}

func momentField[T any](name, doc string, get func(T) data.Moment) field {
	return field{name, doc, momentType, "", func(o *object) ref.Val { return newMoment(get(o.v.(T)), o.below(name), o.run) }}
}

func dateField[T any](name, doc string, get func(T) data.Date) field {
	return field{name, doc, dateType, "", func(o *object) ref.Val { return newDate(get(o.v.(T)), o.below(name), o.run) }}
}

// truthField is a yes or no that counts only when known says so.
func truthField[T any](name, doc string, get func(T) (is, known bool)) field {
	return field{name, doc, cel.BoolType, "", func(o *object) ref.Val {
		is, known := get(o.v.(T))
		if !known {
			return unknown(o.below(name))
		}
		return types.Bool(is)
	}}
}

// answerField is a question of the declaration: not asked is not known.
func answerField(name, doc string, get func(data.Declaration) data.Answer) field {
	return truthField(name, doc, func(d data.Declaration) (bool, bool) {
		a := get(d)
		return a == data.Yes, d.Agreed && (a == data.Yes || a == data.No)
	})
}

// complaints are the symptoms the traveller has: none where they said no.
var complaints = field{"complaints", "Which symptoms; none after a no.", cel.ListType(cel.StringType), data.ListSymptoms, func(o *object) ref.Val {
	d := o.v.(data.Declaration)
	switch {
	case d.Agreed && d.Symptoms == data.No:
		return types.NewStringList(types.DefaultTypeAdapter, nil)
	case d.Agreed && d.Symptoms == data.Yes && len(d.Complaints) > 0:
		return types.NewStringList(types.DefaultTypeAdapter, d.Complaints)
	}
	return unknown(o.below("complaints"))
}}

func objectField[T, E any](name string, of *kind, doc string, get func(T) (E, bool)) field {
	return field{name, doc, of.cel, "", func(o *object) ref.Val {
		v, known := get(o.v.(T))
		if !known {
			return unknown(o.below(name))
		}
		return &object{kind: of, v: v, path: o.below(name), run: o.run}
	}}
}

// listField is all of something that was entered. If nothing may mean "not yet"
// the empty list is unknown.
func listField[T, E any](name string, of *kind, notYet bool, doc string, get func(T) []E) field {
	return field{name, doc, cel.ListType(of.cel), "", func(o *object) ref.Val {
		all := get(o.v.(T))
		if len(all) == 0 && notYet {
			return unknown(o.below(name))
		}
		vals := make([]ref.Val, len(all))
		for i, v := range all {
			vals[i] = &object{kind: of, v: v, path: fmt.Sprintf("%s[%d]", o.below(name), i), run: o.run}
		}
		return types.NewRefValList(types.DefaultTypeAdapter, vals)
	}}
}

var travellerKind = newKind("Traveller", "Whom the certificate is about.",
	dateField("birth", "Date of birth; may be a year or a month only.", func(t data.Traveller) data.Date { return t.Birth }),
	textField("sex", "", "M, F or X.", func(t data.Traveller) data.Sex { return t.Sex }),
	textField("nationality", data.ListStates, "ICAO code of the state.", func(t data.Traveller) string { return t.Nationality }),
	textField("nativeName", "", "Name in the person's own script.", func(t data.Traveller) string { return t.NativeName }),
)

var documentKind = newKind("Document", "The travel document.",
	textField("kind", data.ListDocuments, "", func(d data.TravelDocument) data.DocumentKind { return d.Kind }),
	textField("issuer", data.ListStates, "ICAO code of the state.", func(d data.TravelDocument) string { return d.Issuer }),
	dateField("expires", "", func(d data.TravelDocument) data.Date { return d.Expires }),
)

var laboratoryKind = newKind("Laboratory", "The laboratory of a test, as the post's list has it. Of one that is not on the list only id, listed and designated(…) are known.",
	textField("id", "", "Its name in the post's list.", func(l laboratory) data.LaboratoryID { return l.ID }),
	truthField("listed", "Whether it is on the post's list at all, at any time.", func(l laboratory) (bool, bool) { return l.listed, l.ID != "" }),
	textField("country", data.ListStates, "ICAO code of the state.", func(l laboratory) string { return l.Country }),
	textField("city", "", "", func(l laboratory) string { return l.City }),
	textField("district", "", "Consular district it stands in.", func(l laboratory) string { return l.District }),
	textField("class", "", "The post's own sorting of laboratories.", func(l laboratory) string { return l.Class }),
)

var testKind = newKind("Test", "One laboratory result.",
	textField("kind", data.ListTests, "What it looks for.", func(t test) data.TestKind { return t.Kind }),
	textField("specimen", data.ListSpecimens, "", func(t test) string { return t.Specimen }),
	textField("method", data.ListMethods, "", func(t test) string { return t.Method }),
	textField("product", data.ListProducts, "The reagent or kit, where the report names it.", func(t test) string { return t.Product }),
	textField("result", data.ListResults, "", func(t test) data.Result { return t.Result }),
	momentField("sampled", "When the sample was taken.", func(t test) data.Moment { return t.Sampled }),
	momentField("analysed", "When it was analysed, where the report gives it.", func(t test) data.Moment { return t.Analysed }),
	momentField("reported", "When the report was issued.", func(t test) data.Moment { return t.Reported }),
	objectField("laboratory", laboratoryKind, "", func(t test) (laboratory, bool) { return t.at, t.Laboratory != "" }),
	textsField("mentions", data.ListPhrases, "What the report says or shows; unknown while nothing is ticked.", func(t test) []string { return t.Mentions }),
)

var doseKind = newKind("Dose", "One vaccination that happened.",
	dateField("date", "", func(d dose) data.Date { return d.Date }),
	textField("product", data.ListVaccines, "", func(d dose) string { return d.Product }),
	field{"class", "Technology of the product: inactivated, mrna, vector, protein or vlp.", cel.StringType, "", func(o *object) ref.Val {
		if class := o.v.(dose).class; class != "" {
			return types.String(class)
		}
		return unknown(o.below("product"))
	}},
	textField("country", data.ListStates, "ICAO code of the state it was given in.", func(d dose) string { return d.Country }),
)

var imagingKind = newKind("Imaging", "A picture of the lungs after an infection.",
	textField("kind", "", "ct or x-ray.", func(m data.Imaging) string { return m.Kind }),
	dateField("date", "", func(m data.Imaging) data.Date { return m.Date }),
	textField("finding", "", "clear or abnormal.", func(m data.Imaging) data.Imaged { return m.Finding }),
)

var infectionKind = newKind("Infection", "A past infection the traveller tells of.",
	dateField("firstPositive", "", func(n data.Infection) data.Date { return n.FirstPositive }),
	dateField("recovered", "", func(n data.Infection) data.Date { return n.Recovered }),
	objectField("imaging", imagingKind, "Unknown while none is entered.", func(n data.Infection) (data.Imaging, bool) {
		return n.Imaging, n.Imaging != data.Imaging{}
	}),
)

var legKind = newKind("Leg", "One flight.",
	textField("flight", "", `Its number, "UT 846".`, func(l data.Leg) string { return l.Flight }),
	textField("from", "", "IATA code of the airport.", func(l data.Leg) string { return l.From }),
	textField("to", "", "IATA code of the airport.", func(l data.Leg) string { return l.To }),
	momentField("boards", "Start of boarding; seldom entered.", func(l data.Leg) data.Moment { return l.Boards }),
	momentField("departs", "Scheduled departure.", func(l data.Leg) data.Moment { return l.Departs }),
	momentField("arrives", "Scheduled arrival.", func(l data.Leg) data.Moment { return l.Arrives }),
)

var stayKind = newKind("Stay", "A place where the traveller was before the journey.",
	textField("country", data.ListStates, "ICAO code of the state.", func(s data.Stay) string { return s.Country }),
	textField("city", "", "", func(s data.Stay) string { return s.City }),
	dateField("from", "First day.", func(s data.Stay) data.Date { return s.From }),
	dateField("until", "Last day.", func(s data.Stay) data.Date { return s.Until }),
)

var paperKind = newKind("Paper", "Something handed in beside reports and vaccinations.",
	textField("kind", data.ListPapers, "", func(p data.Paper) string { return p.Kind }),
	dateField("from", "First day it speaks of.", func(p data.Paper) data.Date { return p.From }),
	dateField("until", "Last day it speaks of.", func(p data.Paper) data.Date { return p.Until }),
	textsField("mentions", data.ListPhrases, "What it says or shows; unknown while nothing is ticked.", func(p data.Paper) []string { return p.Mentions }),
)

var declarationKind = newKind("Declaration", "What the traveller declares. An answer is unknown until it was asked and declared to be true.",
	answerField("symptoms", "Any symptom in the last 14 days.", func(d data.Declaration) data.Answer { return d.Symptoms }),
	complaints,
	answerField("contact", "Contact with a case in the last 14 days.", func(d data.Declaration) data.Answer { return d.Contact }),
	answerField("medicine", "Medicine against fever, cough or a cold in the last 72 hours.", func(d data.Declaration) data.Answer { return d.Medicine }),
)

var postKind = newKind("Post", "The post that reviews.",
	textField("code", "", "Its two characters.", func(p data.Post) string { return p.Code }),
	textField("zone", "", "IANA zone of its clock.", func(p data.Post) string { return p.Zone }),
	textField("district", "", "Its consular district.", func(p data.Post) string { return p.District }),
)

// factsKind has the variables of the language as its fields.
var factsKind = newKind("", "",
	objectField("traveller", travellerKind, "", func(f Facts) (data.Traveller, bool) { return f.content.Traveller, true }),
	objectField("document", documentKind, "", func(f Facts) (data.TravelDocument, bool) { return f.content.Document, true }),
	listField("tests", testKind, true, "Every test that was entered; unknown while there is none.", func(f Facts) []test { return f.tests }),
	listField("doses", doseKind, false, "Every dose, in the order entered; may be none.", func(f Facts) []dose { return f.doses }),
	listField("infections", infectionKind, false, "Every past infection; may be none.", func(f Facts) []data.Infection { return f.content.Infections }),
	listField("itinerary", legKind, true, "Every flight; unknown while there is none.", func(f Facts) []data.Leg { return f.content.Itinerary }),
	legField("departure", "The first flight.", func(legs []data.Leg) int { return 0 }),
	legField("lastFlight", "The last flight: the same one on a direct journey.", func(legs []data.Leg) int { return len(legs) - 1 }),
	listField("stays", stayKind, true, "Where the traveller was before; unknown while nothing is entered.", func(f Facts) []data.Stay { return f.content.Stays }),
	listField("papers", paperKind, false, "Every other paper; may be none.", func(f Facts) []data.Paper { return f.content.Papers }),
	objectField("declaration", declarationKind, "", func(f Facts) (data.Declaration, bool) { return f.content.Declaration, true }),
	objectField("post", postKind, "", func(f Facts) (data.Post, bool) { return f.post, true }),
)

func legField(name, doc string, which func([]data.Leg) int) field {
	return field{name, doc, legKind.cel, "", func(o *object) ref.Val {
		legs := o.v.(Facts).content.Itinerary
		if len(legs) == 0 {
			return unknown("itinerary")
		}
		i := which(legs)
		return &object{kind: legKind, v: legs[i], path: fmt.Sprintf("itinerary[%d]", i), run: o.run}
	}}
}

// nowName is the variable with the minute the notice is asked about, on the
// clock of the post.
const nowName = "now"

func newNow(f Facts, now time.Time, r *run) ref.Val {
	at := data.MomentOf(now, f.post.Zone)
	t, _ := at.Instant()
	return &moment{at: at, t: t, path: nowName, run: r}
}

// kinds are all types with fields, in the order to tell of them.
var kinds = []*kind{travellerKind, documentKind, testKind, laboratoryKind, doseKind, infectionKind, imagingKind,
	legKind, stayKind, paperKind, declarationKind, postKind}
