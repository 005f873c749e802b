// Package findings puts what a notice says of an application into words: each
// requirement with its mark, what was counted between which two times, and what
// would make it pass; and what the notice grants. Intake and review show the
// same words for the same finding.
package findings

import (
	"strings"

	"pratique/data"
	"pratique/data/rules"
	"pratique/ui/locale"
)

// Names tells what codes mean; data/codes answers it.
type Names interface {
	Name(list, code, lang string) string
}

// Line is a finding in words.
type Line struct {
	Result  rules.Result
	Waived  bool // two officers let it pass
	Message string
	Clause  string
	Where   string   // "Test 1", of a check of each
	Counts  []string // what was counted, between which two times
	Passes  []string // what would make it pass, or what is missing
	Path    string   // of the first field to look at, as problems name it; may be empty
}

// Counts are how many checks gave what. It is comparable.
type Counts struct{ Pass, Fail, NotEnough int }

// Grant is what a notice gives an application as it is. It is comparable.
type Grant struct {
	// Known is false where no notice counts for the flight, or none is there.
	Known    bool
	Answer   rules.Answer
	Notice   string // which, and its version
	Until    string // the end of the medical window
	Sentence string // all of it in words
	// LastTest and Condition are what a blue certificate is good together with.
	LastTest, Condition string
	ApplyBy             string // until when the post takes applications for the flight
}

// Of is an assessment in words; known is what the desk says with it.
func Of(w *locale.Catalogue, names Names, a rules.Assessment, known bool) (lines []Line, counts Counts, g Grant) {
	if !known {
		return nil, Counts{}, Grant{Sentence: w.T("findings.no-notice")}
	}
	for _, f := range a.Findings {
		lines = append(lines, line(w, f))
		switch f.Result {
		case rules.Pass:
			counts.Pass++
		case rules.Fail:
			counts.Fail++
		case rules.NotEnough:
			counts.NotEnough++
		}
	}
	o := a.Outcome
	g = Grant{Known: true, Answer: o.Answer, Notice: w.T("findings.notice", a.Notice, a.Version), Condition: text(w, o.Condition)}
	if !o.ValidUntil.IsZero() {
		g.Until = o.ValidUntil.String()
	}
	if !a.ApplyBy.IsZero() {
		g.ApplyBy = a.ApplyBy.String()
	}
	if o.LastTest != nil {
		g.LastTest = w.T("findings.last-test", names.Name(data.ListTests, string(o.LastTest.Kind), w.Language()), o.LastTest.Hours)
	}
	switch o.Answer {
	case rules.Green:
		g.Sentence = w.T("findings.green", g.Until)
	case rules.Blue:
		g.Sentence = w.T("findings.blue", g.Until, g.LastTest)
	case rules.Open:
		g.Sentence = w.T("findings.open")
	default:
		g.Sentence = w.T("findings.withheld")
		if counts.Fail == 0 && g.Until != "" {
			g.Sentence = w.T("findings.over", g.Until)
		}
	}
	return lines, counts, g
}

func text(w *locale.Catalogue, t rules.Text) string {
	if w.Language() == "zh" {
		return t.Zh
	}
	return t.En
}

func line(w *locale.Catalogue, f rules.Finding) Line {
	l := Line{Result: f.Result, Waived: f.Waived, Message: text(w, f.Message), Clause: f.Clause}
	if f.Subject != "" {
		l.Where, _, _ = strings.Cut(place(w, f.Subject+".kind"), " – ")
		l.Path = f.Subject
	}
	for _, c := range f.Counts {
		l.Counts = append(l.Counts, count(w, c))
		if f.Result == rules.Fail && c.Result == rules.Fail {
			l.Passes = append(l.Passes, ends(w, c)...)
			for _, e := range []rules.End{c.From, c.To} {
				if strings.Contains(e.Field, ".") {
					l.Path = e.Field
					break
				}
			}
		}
	}
	if len(f.Missing) > 0 {
		l.Path = f.Missing[0]
	}
	for _, path := range f.Missing {
		l.Passes = append(l.Passes, w.T("findings.missing", place(w, path)))
	}
	if f.Fault != "" && len(f.Missing) == 0 {
		l.Passes = append(l.Passes, w.T("findings.fault"))
	}
	return l
}

// count is "22:10 hours counted, at least 24:01: Test 1 – Sampled … to …".
func count(w *locale.Catalogue, c rules.Count) string {
	number := func(n string) string { return w.T("findings."+c.Unit, n) }
	s := w.T("findings.counted", number(c.Counted))
	switch {
	case c.AtLeast != "" && c.AtMost != "" && c.AtLeast == c.AtMost:
		s = w.T("findings.counted.is", number(c.Counted), number(c.AtMost))
	case c.AtMost != "" && (c.AtLeast == "" || c.AtLeast == "0" || c.AtLeast == "0:00"):
		s = w.T("findings.counted.most", number(c.Counted), number(c.AtMost))
	case c.AtLeast != "" && c.AtMost == "":
		s = w.T("findings.counted.least", number(c.Counted), number(c.AtLeast))
	case c.AtLeast != "":
		s = w.T("findings.counted.between", number(c.Counted), number(c.AtLeast), number(c.AtMost))
	}
	return w.T("findings.from-to", s, end(w, c.From), end(w, c.To))
}

// end is one of the two times with its name.
func end(w *locale.Catalogue, e rules.End) string {
	switch e.Field {
	case "":
		return e.At
	case "now":
		return w.T("findings.now", e.At)
	}
	return place(w, e.Field) + " " + e.At
}

// ends say where an end would have to lie while the other one stays.
func ends(w *locale.Catalogue, c rules.Count) (all []string) {
	for _, e := range []rules.End{c.From, c.To} {
		if e.Field == "" || e.Field == "now" {
			continue // nobody can change it
		}
		key := "findings.passes"
		if len(all) > 0 {
			key = "findings.passes.or"
		}
		switch where := place(w, e.Field); {
		case e.NotBefore != "" && e.NotAfter != "":
			all = append(all, w.T(key+".between", where, e.NotBefore, e.NotAfter))
		case e.NotBefore != "":
			all = append(all, w.T(key+".after", where, e.NotBefore))
		case e.NotAfter != "":
			all = append(all, w.T(key+".before", where, e.NotAfter))
		}
	}
	return all
}

// place is the name of a path, of a whole part as well.
func place(w *locale.Catalogue, path string) string {
	if !strings.Contains(path, ".") && !strings.Contains(path, "[") {
		return w.Field(path)
	}
	if strings.HasSuffix(path, "]") {
		where, _, _ := strings.Cut(w.Place(path+".kind"), " – ")
		return where
	}
	return w.Place(path)
}
