// Package stated puts what a certificate states into words, line by line, in
// the groups a reviewer ticks. The review shows a rehearsed statement with it,
// the verification a verified one: both show the same words for the same seal.
package stated

import (
	"cmp"
	"strings"

	"pratique/data"
	"pratique/ui/locale"
)

// Names tells what codes mean; data/codes answers it.
type Names interface {
	Name(list, code, lang string) string
}

// Line is a label and what stands beside it. It is comparable.
type Line struct {
	Label, Value string
	Strong       bool // what the certificate is about: a result
	Mono         bool // machine-readable lines
}

// Group is a part of a statement, named as [data.Content.Groups] names it.
type Group struct {
	Name  string
	Title string
	Lines []Line
}

// Nothing stands where the document has an empty name.
const Nothing = "—"

// Groups are the groups of a statement in the order of the paper. The journey
// is its medical window and the dates of the seal: legs are not sealed.
func Groups(w *locale.Catalogue, names Names, st data.Statement) []Group {
	groups := []Group{{data.GroupIdentity, w.T("group.identity"), identity(w, names, st)}}
	for i, t := range st.Tests {
		title := w.T("group.test", i+1) + " – " + names.Name(data.ListTests, string(t.Kind), w.Language())
		groups = append(groups, Group{data.GroupTest(i), title, test(w, names, t)})
	}
	if len(st.Doses) > 0 {
		var lines []Line
		for i, d := range st.Doses {
			lines = append(lines, Line{Label: w.T("place.doses", i+1), Value: Join(
				string(d.Date), names.Name(data.ListVaccines, d.Product, w.Language()),
				w.T("stated.lot", d.Lot), Code(w, names, data.ListStates, d.Country), d.Place)})
		}
		groups = append(groups, Group{data.GroupVaccinations, w.T("group.vaccinations"), lines})
	}
	return append(groups, Group{data.GroupJourney, w.T("stated.window"), append(outcome(w, names, st), []Line{
		{Label: w.T("stated.from"), Value: st.ValidFrom.String()},
		{Label: w.T("stated.until"), Value: st.ValidUntil.String()},
		{Label: w.T("stated.why"), Value: word(w, "stated.why."+st.Window, st.Window)},
		{Label: w.T("stated.issued"), Value: st.Issued.String()},
		{Label: w.T("stated.expires"), Value: st.Expires.String()},
	}...)})
}

// outcome is what was granted, and what a blue certificate is good together with.
func outcome(w *locale.Catalogue, names Names, st data.Statement) []Line {
	lines := []Line{{Label: w.T("stated.colour"), Value: word(w, "colour."+string(st.Colour), string(st.Colour)), Strong: st.Colour != data.Green}}
	if l := st.LastTest; l != (data.LastTest{}) {
		lines = append(lines, Line{Label: w.T("stated.last-test"), Strong: true,
			Value: w.T("findings.last-test", names.Name(data.ListTests, string(l.Kind), w.Language()), l.Hours)})
	}
	if st.Notice != "" {
		lines = append(lines, Line{Label: w.T("stated.notice"), Value: w.T("findings.notice", st.Notice, st.NoticeVersion)})
	}
	return lines
}

func identity(w *locale.Catalogue, names Names, st data.Statement) []Line {
	lines := []Line{
		{Label: w.Field("traveller.surname"), Value: cmp.Or(st.Surname, Nothing)},
		{Label: w.Field("traveller.givenNames"), Value: cmp.Or(st.GivenNames, Nothing)},
	}
	if st.NativeName != "" {
		lines = append(lines, Line{Label: w.Field("traveller.nativeName"), Value: st.NativeName})
	}
	return append(lines,
		Line{Label: w.Field("traveller.birth"), Value: string(st.Birth)},
		Line{Label: w.Field("traveller.sex"), Value: word(w, "sex."+string(st.Sex), string(st.Sex))},
		Line{Label: w.Field("traveller.nationality"), Value: Code(w, names, data.ListStates, st.Nationality)},
		Line{Label: w.Field("document.number"), Value: st.DocumentNumber},
		Line{Label: w.Field("document.kind"), Value: names.Name(data.ListDocuments, string(st.DocumentKind), w.Language())},
		Line{Label: w.Field("document.issuer"), Value: Code(w, names, data.ListStates, st.DocumentIssuer)},
		Line{Label: w.Field("document.expires"), Value: string(st.DocumentExpires)},
	)
}

func test(w *locale.Catalogue, names Names, t data.StatedTest) []Line {
	name := func(list, code string) string { return names.Name(list, code, w.Language()) }
	lines := []Line{
		{Label: w.Field("tests.result"), Value: name(data.ListResults, string(t.Result)), Strong: true},
		{Label: w.Field("tests.sampled"), Value: t.Sampled.String()},
	}
	if !t.Analysed.IsZero() {
		lines = append(lines, Line{Label: w.Field("tests.analysed"), Value: t.Analysed.String()})
	}
	return append(lines,
		Line{Label: w.Field("tests.reported"), Value: t.Reported.String()},
		Line{Label: w.Field("tests.specimen"), Value: name(data.ListSpecimens, t.Specimen)},
		Line{Label: w.Field("tests.method"), Value: name(data.ListMethods, t.Method)},
		Line{Label: w.Field("tests.laboratory"), Value: t.Laboratory},
	)
}

// word is the text of a key, or what a seal really says where there is none:
// another post's seal may hold a word that this program does not know.
func word(w *locale.Catalogue, key, said string) string {
	if !w.Has(key) {
		return said
	}
	return w.T(key)
}

// Code is a code with its name: "CHN China".
func Code(w *locale.Catalogue, names Names, list, code string) string {
	name := names.Name(list, code, w.Language())
	if name == "" || name == code {
		return code
	}
	return code + " " + name
}

// Name is a person's name on one line, the native one first.
func Name(native, surname, given string) string {
	return strings.Join(strings.Fields(native+" "+surname+" "+given), " ")
}

// Join puts the parts that are not empty on one line.
func Join(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, ", ")
}
