package review

import (
	"context"
	"slices"
	"strings"

	"pratique/data"
	"pratique/data/rules"
	"pratique/data/staff"
)

// Filled is what an officer has filled into a form that is not sent yet.
type Filled struct {
	Form    ActName
	Reasons []string // codes; of an override, checks
	Chosen  string   // the colour, the way, the answer
	Outcome string   // of a back-check
	Test    int
	Other   data.ApplicationID // the case whose shared report is cleared
	Until   data.Date
	Note    string
}

// Form is what an act needs beside its key.
type Form struct {
	Name    ActName // empty: there is none
	Says    []string
	Reasons []Choice // any of them
	Choices []Choice // one of them
	Outcome []Choice // one of them
	Dated   bool     // it asks for the last day
	Until   data.Date
	Note    string
	// Wrong is what is the matter, by field: reasons, chosen, outcome, until, note.
	Wrong map[string]string
}

// Choice is something to choose. It is comparable.
type Choice struct {
	Code, Text string
	Chosen     bool
}

// begin opens the form of an act. Who begins it again finds what was filled in.
func (m *Model) begin(name ActName) {
	m.failure, m.wrong = "", nil
	if m.filled.Form != name {
		m.filled = Filled{Form: name}
		switch name {
		case ActOverride:
			m.filled.Reasons = m.failing()
		case ActAsk:
			m.filled.Chosen, m.filled.Test = data.BackCheckWays[0], m.test()
		case ActClear:
			for _, s := range m.app.Same {
				if s.Cleared.IsZero() {
					m.filled.Other = s.Case
				}
			}
		}
	}
	m.form = name
}

// test is the test in sight, else the first that its laboratory is to be asked
// about.
func (m *Model) test() int {
	groups := m.app.Content.Groups()
	for i := range m.app.Content.Tests {
		if m.current < len(groups) && groups[m.current].Name == data.GroupTest(i) {
			return i
		}
	}
	return max(0, slices.IndexFunc(m.asked(), func(a Asked) bool { return a.Due }))
}

// Keep gives up a form that was begun.
func (m *Model) Keep() State {
	if m.form != "" && m.busy == "" {
		m.form, m.failure, m.wrong = "", "", nil
		delete(m.parts.Halves, m.halfKey)
	}
	return m.State()
}

// forget empties the form: what it was for is done.
func (m *Model) forget() {
	delete(m.parts.Halves, m.halfKey)
	m.form, m.filled, m.wrong = "", Filled{}, nil
}

// Reason takes a reason or leaves it.
func (m *Model) Reason(code string, on bool) State {
	m.filled.Reasons = slices.DeleteFunc(slices.Clone(m.filled.Reasons), func(c string) bool { return c == code })
	if on {
		m.filled.Reasons = append(m.filled.Reasons, code)
	}
	delete(m.wrong, "reasons")
	return m.State()
}

// Choose chooses the colour, the way or the answer.
func (m *Model) Choose(code string) State {
	m.filled.Chosen = code
	delete(m.wrong, "chosen")
	return m.State()
}

// Outcome is what a laboratory said, empty for not yet.
func (m *Model) Outcome(code string) State {
	m.filled.Outcome = code
	delete(m.wrong, "outcome")
	return m.State()
}

// Until is the last day of a decision.
func (m *Model) Until(d data.Date) State {
	m.filled.Until = d
	delete(m.wrong, "until")
	return m.State()
}

// Note is what is said beyond the reasons.
func (m *Model) Note(text string) State {
	m.filled.Note = text
	delete(m.wrong, "note")
	return m.State()
}

// Send does the act that the form is for.
func (m *Model) Send() State {
	if m.form == "" || m.busy != "" {
		return m.State()
	}
	m.wrong = nil
	d, s, id, f := m.parts.Desk, m.e.Session, m.id, m.filled
	note := strings.TrimSpace(f.Note)
	var reasons []string // in the order of the list
	for _, r := range m.formState().Reasons {
		if r.Chosen {
			reasons = append(reasons, r.Code)
		}
	}
	type application = data.Application
	switch m.form {
	case ActReturn:
		m.end("review.busy.return", "review.returned", func(ctx context.Context) (application, error) { return d.Return(ctx, s, id, reasons, note) })
	case ActHold:
		m.end("review.busy.hold", "review.held", func(ctx context.Context) (application, error) { return d.Hold(ctx, s, id, reasons, note) })
	case ActDecide:
		made := data.Decision{Colour: data.Colour(f.Chosen), Reasons: reasons, Note: note, Until: f.Until}
		m.stay("review.busy.decide", func(ctx context.Context) (application, error) { return d.Decide(ctx, s, id, made) })
	case ActOverride:
		if note == "" || len(reasons) == 0 { // before a second officer is troubled
			m.wrong = map[string]data.Problem{}
			if note == "" {
				m.wrong["reason"] = data.Problem{Key: "problem.required"}
			}
			if len(reasons) == 0 {
				m.wrong["checks"] = data.Problem{Key: "problem.required"}
			}
			break
		}
		m.parts.Second(m.e, m.e.T("review.override.sentence", strings.Join(m.checks(reasons), "; "), note), func(second staff.Session) {
			if m.gone || m.form != ActOverride {
				return // locked, or given up meanwhile
			}
			m.stay("review.busy.override", func(ctx context.Context) (application, error) { return d.Override(ctx, s, second, id, reasons, note) })
			m.show()
		})
	case ActAsk:
		check := data.BackCheck{Test: f.Test, By: f.Chosen, Outcome: f.Outcome, Note: note}
		m.stay("review.busy.ask", func(ctx context.Context) (application, error) { return d.BackCheck(ctx, s, id, check) })
	case ActClear:
		m.stay("review.busy.clear", func(ctx context.Context) (application, error) { return d.ClearSameReport(ctx, s, id, f.Other, note) })
	case ActContest:
		m.stay("review.busy.contest", func(ctx context.Context) (application, error) { return d.Contest(ctx, s, id, note) })
	case ActAnswer:
		if f.Chosen == "" {
			m.wrong = map[string]data.Problem{"colour": {Key: "problem.required"}}
			break
		}
		m.stay("review.busy.answer", func(ctx context.Context) (application, error) {
			return d.DecideContest(ctx, s, id, f.Chosen == upheld, note)
		})
	case ActLift:
		m.stay("review.busy.lift", func(ctx context.Context) (application, error) { return d.Lift(ctx, s, id, note) })
	}
	return m.State()
}

// The answers to what a traveller contests.
const (
	upheld   = "upheld"
	rejected = "rejected"
)

// lists are the code lists of the forms that have reasons.
var lists = map[ActName]string{ActReturn: data.ListReasons, ActHold: data.ListHolds, ActDecide: data.ListRefusals}

// checks are the words of requirements.
func (m *Model) checks(names []string) (words []string) {
	for _, name := range names {
		i := slices.IndexFunc(m.file.assessment.Findings, func(f rules.Finding) bool { return f.Check == name && f.Result != rules.Pass })
		if i < 0 {
			continue
		}
		f := m.file.assessment.Findings[i]
		message := f.Message.En
		if m.e.Language() == "zh" {
			message = f.Message.Zh
		}
		words = append(words, m.e.T("review.check.clause", message, f.Clause))
	}
	return words
}

// formState is the form as it is filled in.
func (m *Model) formState() Form {
	if m.form == "" {
		return Form{}
	}
	f := Form{Name: m.form, Until: m.filled.Until, Note: m.filled.Note, Dated: m.form == ActDecide, Wrong: map[string]string{}}
	for field, p := range m.wrong {
		at := map[string]string{"reasons": "reasons", "checks": "reasons", "colour": "chosen", "by": "chosen", "outcome": "outcome", "until": "until"}[field]
		if at == "" {
			at = "note"
		}
		if p.Value == "" && p.Key != "problem.letter" { // nothing was chosen
			p = data.Problem{Key: "problem.required"}
		}
		f.Wrong[at] = m.e.Words.Problem(p)
	}
	if m.e.Words.Has("review.form." + string(m.form) + ".text") {
		f.Says = append(f.Says, m.e.T("review.form."+string(m.form)+".text"))
	}
	choice := func(key, code, chosen string) Choice { return Choice{code, m.e.T(key + code), code == chosen} }
	if list := lists[m.form]; list != "" {
		for _, e := range m.parts.Codes.Entries(list, data.DateOf(m.e.Now())) {
			f.Reasons = append(f.Reasons, Choice{e.Code, m.parts.Codes.Name(list, e.Code, m.e.Language()), slices.Contains(m.filled.Reasons, e.Code)})
		}
	}
	switch m.form {
	case ActDecide:
		for _, c := range []data.Colour{data.Yellow, data.Orange, data.Red} {
			f.Choices = append(f.Choices, choice("review.colour.short.", string(c), m.filled.Chosen))
		}
	case ActOverride:
		for _, name := range m.failing() {
			f.Reasons = append(f.Reasons, Choice{name, strings.Join(m.checks([]string{name}), ""), slices.Contains(m.filled.Reasons, name)})
		}
	case ActAsk:
		all := m.asked()
		if m.filled.Test < len(all) {
			a := all[m.filled.Test]
			f.Says = append(f.Says, strings.Join(slices.DeleteFunc([]string{a.Title, a.Laboratory, a.Phone, a.Report, a.Said}, func(s string) bool { return s == "" }), ", "))
		}
		for _, way := range data.BackCheckWays {
			f.Choices = append(f.Choices, choice("review.way.", way, m.filled.Chosen))
		}
		for _, outcome := range append([]string{""}, data.BackCheckOutcomes...) {
			f.Outcome = append(f.Outcome, choice("review.outcome.", outcome, m.filled.Outcome))
		}
	case ActClear:
		for _, l := range m.likely() {
			if l.ID == m.filled.Other {
				f.Says = append(f.Says, m.e.T("review.form.clear.other", l.Rows[0].Theirs, l.Rows[2].Theirs))
			}
		}
	case ActAnswer:
		if d := m.app.Decision; d != nil && d.Contest != nil {
			f.Says = append(f.Says, d.Contest.Grounds)
		}
		f.Choices = []Choice{choice("review.answer.", upheld, m.filled.Chosen), choice("review.answer.", rejected, m.filled.Chosen)}
	}
	return f
}
