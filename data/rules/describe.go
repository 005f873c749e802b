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
	b.WriteString(docPatterns)
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
document, no anchors, aliases or tags; a field that is not described here is
refused. Some texts need quotes:

  not                          but
  when: !child                 when: "!child"                   begins with ! ' [ {
  expression: x ? a : b        expression: "x ? a : b"          has ": " or " #" in it
  {en: Rest, and wait}         {en: "Rest, and wait"}           a comma inside { }
  {en: {counted} hours}        {en: "{counted} hours"}          { } inside { }
  {tests[0].sampled: …}        {"tests[0].sampled": …}          [ ] inside { }

A line that ends with ">-" may be followed by indented lines that make one text.

`

const docCase = `WHEN REQUIREMENTS CHANGE

New requirements are a new file with an id of its own and their own flightFrom. Of
all notices of a post, known by its code, that with the latest flightFrom counts
whose days and airports the flight meets: the old one needs no flightUntil, it
ends the day before by itself. With a transitionUntil, the notice of that post with
the next earlier flightFrom counts too for flights up to that day, even after its own
flightUntil: whichever of the two grants something decides. A new version of the
same id is for correcting a notice: it takes the place of the former version for
every flight.

EXAMPLES

An example asks this notice alone, and the flight must be one that the notice is
for; otherwise its outcome is "does not apply". With beside: [other-id] it asks
what the post would say that has both, so that the first day, and the transition, can be
shown; then test the files together: pratiquectl notices test OLD NEW. Every
check needs an example in which it passes and one in which it fails; boundaries
want one a minute, or a day, on each side. With --words the test prints the
words of each check as an officer would read them.

THE CASE

Of an application; [] marks a list. What a check
does not read may be left away. A time is 2022-07-08T09:40 on the clock of the
notice's post, 2022-07-08T09:40 Asia/Tokyo, or 2022-07-08T09:40 +09:00; a day is
2022-07-08. A laboratory is designated by the minute if it has designated, else on
the days from its from to its until, for its kinds. A laboratory or airport that no
list has is no error here: it is how "not on the list" is shown.

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

Unknown spreads: if a name of let needs a time that was not entered, every check
that uses the name is unknown. With nothing entered

  tests, itinerary, stays      are unknown
  doses, infections, papers    are empty lists, for there may be none

What cannot be true is refused before any notice is asked: a sample, a report or a
dose in the future, results before samples. No check is needed for it.

TYPES

bool, int, double, string, list(…) and map(…, …) are CEL's. Moments and dates are
not compared with < or >: count between them, and compare the count. The finding
then tells the count, both times, and where they would have to lie. Count from the
earlier to the later; a negative count means it is the other way round, so
"within 48 hours before" is  .between(0, 48). Days are midnights, so 0 days is
any time of the same day, a later one too: "sampled within 3 days before, the day of
the sample not counted" is

  days(it.sampled, departure.departs, post.zone).atMost(3) && hours(it.sampled, departure.departs).atLeast(0)

The words of a check show a count as 47:55 (hours and minutes) or as a whole
number, and times as 2022-07-18 09:40 (+08:00). Where several counts were made it
is the first, in the order they were made, that agrees with the result; one of the
check itself goes before those of the names of let it uses. What has no value is
shown as … . Whole days, months and years have no fractions.

Moment. A time as a paper states it: wall clock, zone and offset.
Date. A calendar day; of a birth, also a month or a year, and then every count of
it is a range, and a comparison is unknown unless it is the same for the whole range.
Count. A number of hours, days, months or years between two times. A month or
year is complete on the same day of its month, or after it if there is no such day.

The end of the medical window is a minute that still counts; if it lies before
now, nothing is granted. A name of let may not be that of a variable or of one
above it; "it" cannot be used in let, but in when. Two dates may be compared with
== and !=. departs.day() is the day on the ticket, departs.day(zone) that on the
calendar of a zone: the same unless the zone is another place's.

The window only says why the certificate ends when it does: journey or tests. A
lastTest is counted to departs, and is not looked for among the tests entered: if
one that was made already should do, write a green outcome for it before the blue one.
Which laboratory or who may take it is said by the condition, in words. Requirements
that say "before boarding" are mostly counted to departs; boards is known only if
somebody entered it.
`

const docPatterns = `PATTERNS

One is enough, or every one must. A surplus test does no harm to exists, and fails each:

  expression: naats.exists(t, hours(t.sampled, departure.departs).between(0, 48))
  each: naats
  expression: hours(it.sampled, departure.departs).between(0, 48)

One paper, or test, that meets several conditions. Two checks with exists can be met
by two different ones. Filter first, in let, then ask what is left:

  signed: papers.filter(p, p.kind == 'isolation-pledge' && 'signature' in p.mentions)
  began:  signed.filter(p, days(p.from, departure.departs.day()).atLeast(21))
  expression: began.exists(p, days(p.until, departure.departs.day()).atMost(1))

Neighbours in time. A check with each over numbers counts one gap a finding:

  ordered: bySampled(naats)
  each: "size(naats) == 3 ? [0, 1] : [0]"
  when: size(naats) >= 2
  expression: hours(ordered[it].sampled, ordered[it + 1].sampled).atLeast(24)

An age. An exception is a when, a requirement an expression:

  child: years(traveller.birth, departure.departs.day()).lessThan(3)
  when: "!child"

A course of vaccination, the day of the dose not counted:

  last: latest(doses.map(d, d.date))
  when: size(doses) > 0
  expression: complete(doses) && days(last, departure.departs.day()).atLeast(14)

A test that is shown when boarding: one outcome, blue, with lastTest and condition.

`
