package rules

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"cel.dev/cel-go/common/operators"

	"pratique/data"
	"pratique/data/codes"
)

// Doc writes what somebody needs who wants to write a notice: the form of the
// file and the whole language, as the program itself has them.
func Doc(w io.Writer, book *codes.Book) error {
	var b bytes.Buffer
	b.WriteString(docForm)
	forms := []reflect.Type{reflect.TypeFor[Notice]()}
	for i := 0; i < len(forms); i++ { // a form may lead to further ones
		forms = appendForm(&b, forms, forms[i])
	}
	b.WriteString(docCase)
	writeShape(&b, "case", reflect.TypeFor[data.Content]())
	writeShape(&b, "laboratories[]", reflect.TypeFor[data.Laboratory]())
	b.WriteString(docLanguage)
	for _, m := range macros {
		fmt.Fprintf(&b, "  list.%-30s %s\n", macroForms[m][0], macroForms[m][1])
	}
	fmt.Fprintf(&b, "\nVARIABLES\n\n")
	for _, f := range factsKind.fields {
		writeField(&b, f)
	}
	fmt.Fprintf(&b, "  %-13s %-16s %s\n", nowName, momentType, "The minute the notice is asked about.")
	fmt.Fprintf(&b, "  %-13s %-16s %s\n", itName, "", "In a check with each: the element.")
	b.WriteString(docTypes)
	for _, k := range kinds {
		fmt.Fprintf(&b, "\n%s. %s\n", k.name, k.doc)
		for _, f := range k.fields {
			writeField(&b, f)
		}
	}
	fmt.Fprintf(&b, "\nFUNCTIONS\n\n")
	for _, f := range functions {
		fmt.Fprintf(&b, "  %s\n      %s\n", f.signature(), f.doc)
	}
	fmt.Fprintf(&b, "\nCODES\n\n")
	for _, list := range listed() {
		all := book.All(list)
		if len(all) > 30 {
			fmt.Fprintf(&b, "%s: %d codes; `pratiquectl schema` has them.\n\n", list, len(all))
			continue
		}
		fmt.Fprintf(&b, "%s\n", list)
		for _, e := range all {
			fmt.Fprintf(&b, "  %-24s %s\n", e.Code, e.En)
		}
		b.WriteString("\n")
	}
	_, err := w.Write(b.Bytes())
	return err
}

// listed are the code lists that fields have their values from.
func listed() (all []string) {
	for _, k := range kinds {
		for _, f := range k.fields {
			if f.list != "" && !slices.Contains(all, f.list) {
				all = append(all, f.list)
			}
		}
	}
	return all
}

func writeField(b *bytes.Buffer, f field) {
	doc := f.doc
	if f.list != "" {
		doc = strings.TrimSpace(fmt.Sprintf("%s Codes: %s.", doc, f.list))
	}
	fmt.Fprintf(b, "  %-13s %-16s %s\n", f.name, f.cel, doc)
}

// signature is how the function is called: "Count.atMost(number int) bool".
func (f function) signature() string {
	name, params := f.name, f.params
	if f.member {
		name, params = params[0].cel.String()+"."+name, params[1:]
	}
	var args []string
	for _, p := range params {
		args = append(args, p.name+" "+p.cel.String())
	}
	return fmt.Sprintf("%s(%s) %s", name, strings.Join(args, ", "), f.result)
}

// appendForm writes the fields of a part of the file, and adds the parts they
// lead to.
func appendForm(b *bytes.Buffer, forms []reflect.Type, t reflect.Type) []reflect.Type {
	fmt.Fprintf(b, "%s\n", formName(t))
	for i := range t.NumField() {
		f := t.Field(i)
		name, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			continue
		}
		of := f.Type
		for of.Kind() == reflect.Slice && of != reflect.TypeFor[Definitions]() || of.Kind() == reflect.Pointer && of != nodeOf {
			of = of.Elem()
		}
		must := "a must"
		if strings.Contains(rest, "omit") {
			must = ""
		}
		fmt.Fprintf(b, "  %-16s %-7s %s\n", name, must, f.Tag.Get("jsonschema_description"))
		if of.Kind() == reflect.Struct && of.PkgPath() == t.PkgPath() && !slices.Contains(forms, of) {
			forms = append(forms, of)
		}
	}
	b.WriteString("\n")
	return forms
}

// writeShape writes the fields of a noun on one line, and below it those of the
// nouns in it.
func writeShape(b *bytes.Buffer, path string, t reflect.Type) {
	var fields []string
	var deeper []func()
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		of, list := f.Type, ""
		if of.Kind() == reflect.Slice {
			of, list = of.Elem(), "[]"
		}
		what := map[reflect.Type]string{momentOf: " (time)", reflect.TypeFor[data.Date](): " (day)"}[of]
		if of.Kind() == reflect.Bool {
			what = " (true or false)"
		}
		fields = append(fields, name+list+what)
		if of.Kind() == reflect.Struct && of != momentOf {
			deeper = append(deeper, func() { writeShape(b, path+"."+name+list, of) })
		}
	}
	fmt.Fprintf(b, "  %s\n      %s\n", path, strings.Join(fields, ", "))
	for _, d := range deeper {
		d()
	}
}

func formName(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[Notice]():
		return "the file"
	case reflect.TypeFor[Where]():
		return "post"
	case reflect.TypeFor[Grant]():
		return "each of outcomes"
	case reflect.TypeFor[Check]():
		return "each of checks"
	case reflect.TypeFor[Example]():
		return "each of examples"
	case reflect.TypeFor[Text]():
		return "words (title, name, message, condition)"
	}
	return strings.ToLower(t.Name()[:1]) + t.Name()[1:]
}

var macroForms = map[string][2]string{
	operators.All:       {"all(x, condition)", "Whether it holds for each x; true for an empty list."},
	operators.Exists:    {"exists(x, condition)", "Whether it holds for some x; false for an empty list."},
	operators.ExistsOne: {"exists_one(x, condition)", "Whether it holds for exactly one x."},
	operators.Filter:    {"filter(x, condition)", "The list of those x for which it holds."},
	operators.Map:       {"map(x, value)", "The list of the values."},
}

const docForm = `A NOTICE is the published requirements of a post, as a file that is evaluated:
it asks its checks of every application and gives findings and an outcome.
This page is all one needs to write one; ` + "`pratiquectl notices test FILE`" + ` tells
whether it is well formed and whether its own examples come out as it says.

THE FILE

YAML: fields with values, lists with "- " or in [ ], small things in { }. One
document, no anchors or aliases; a field that is not described here is refused.
Put a text in "quotes" if it begins with one of ! ' [ { or has ": " or " #" in it,
and inside { } also if it has a comma; a line that begins with ">-" may be
followed by indented lines that make one text. Keys such as tests[0].sampled need
quotes inside { }, elsewhere none.

`

const docCase = `THE CASE

An application as in a file for ` + "`pratiquectl issue`" + `; [] marks a list. What a check
does not read may be left away. A time is 2022-07-08T09:40 on the clock of the
notice's post, 2022-07-08T09:40 Asia/Tokyo, or 2022-07-08T09:40 +09:00; a day is
2022-07-08. A laboratory is designated by the minute if it has designated, else on
the days from its from to its until, for its kinds.

`

const docLanguage = `
THE LANGUAGE

Expressions are CEL (https://cel.dev). From CEL there are

  && || !  and  condition ? a : b
  == !=  and for numbers and texts  < <= > >=
  + - * / %  with whole numbers; + joins lists and texts
  [a, b]  list[0]  x in list  size(list)      lists
  {'AAA': 'one city'}  map['AAA']             tables
  'text'.startsWith('t')  .endsWith  .contains
`

const docTypes = `
What was not entered is unknown, and so is what cannot be decided without it:
false && unknown is false, true && unknown is unknown. A check whose expression
is unknown gives "not enough information" and names the fields. There is no way
to ask whether something was entered. An element that is not there (list[3], a
key the table does not have, the earliest of an empty list) gives "not enough
information" too: guard it by a when, such as  size(naats) >= 2.

TYPES

bool, int, double, string, list(…) and map(…, …) are CEL's. Moments and dates are
not compared with < or >: count between them, and compare the count. The finding
then tells the count, both times, and where they would have to lie. Count from the
earlier to the later; a negative count means it is the other way round, so
"within 48 hours before" is  .between(0, 48). The words of a check show a count
as 47:55 (hours and minutes) or as a whole number, and times as 2022-07-18 09:40
(+08:00); where several counts were made, the first that agrees with the result.

Moment. A time as a paper states it: wall clock, zone and offset.
Date. A calendar day; of a birth, also a month or a year, and then every count of
it is a range, and a comparison is unknown unless it is the same for the whole range.
Count. A number of hours, days, months or years between two times. A month or
year is complete on the same day of its month, or after it if there is no such day.

The end of the medical window is a minute that still counts; if it lies before
now, nothing is granted. A name of let may not be one that is taken, and "it"
cannot be used in let.
`
