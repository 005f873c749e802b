package rules

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"pratique/data"
	"pratique/data/codes"
)

// readExamples makes the application of every example.
func (n *Notice) readExamples(d decoder, book *codes.Book) error {
	seen := map[string]bool{}
	for i := range n.Examples {
		x := &n.Examples[i]
		if x.Name == "" || seen[x.Name] {
			return fmt.Errorf("%d: its name %q is empty or %w", i+1, x.Name, errTwice)
		}
		seen[x.Name] = true
		if err := n.readExample(x, d, book); err != nil {
			return fmt.Errorf("%q: %w", x.Name, err)
		}
	}
	return nil
}

func (n *Notice) readExample(x *Example, d decoder, book *codes.Book) error {
	if _, ok := x.At.Instant(); !ok {
		return fmt.Errorf("at %w", errNothing)
	}
	for id, r := range x.Expect {
		switch {
		case !slices.ContainsFunc(n.Checks, func(c Check) bool { return c.ID == id }):
			return fmt.Errorf("expect: there is no check %q", id)
		case !slices.Contains(gravity, r):
			return fmt.Errorf("expect: %s: %q is none of %q", id, r, gravity)
		}
	}
	granted := x.Outcome == Green || x.Outcome == Blue
	switch {
	case !slices.Contains(answers, x.Outcome):
		return fmt.Errorf("outcome: %q is none of %q", x.Outcome, answers)
	case granted && x.Until.IsZero():
		return fmt.Errorf("until %w", errNothing)
	case !granted && !x.Until.IsZero():
		return fmt.Errorf("until belongs to green and blue, not to %s", x.Outcome)
	case x.Outcome == Elsewhere && len(x.Expect) > 0:
		return fmt.Errorf("expect: a notice that %s asks nothing", Elsewhere)
	}
	tree := n.Case
	if x.Set != nil {
		err := d.fields(x.Set, func(path string, value *yaml.Node) (err error) {
			if tree, err = set(tree, path, value); err != nil {
				err = at(value, "%s: %w", path, err)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if tree == nil {
		return errors.New("there is no case")
	}
	if err := d.into(reflect.ValueOf(&x.content).Elem(), tree); err != nil {
		return err
	}
	return checkCase(x.content, book)
}

// checkCase looks for codes that nobody knows, which are slips of the pen.
func checkCase(c data.Content, book *codes.Book) error {
	known := func(list string, all ...string) error {
		for _, code := range all {
			if code != "" && !book.Known(list, code) {
				return fmt.Errorf("no %q in the list %q", code, list)
			}
		}
		return nil
	}
	var errs []error
	errs = append(errs, known(data.ListStates, c.Traveller.Nationality, c.Document.Issuer))
	for _, t := range c.Tests {
		errs = append(errs, known(data.ListTests, string(t.Kind)), known(data.ListSpecimens, t.Specimen), known(data.ListMethods, t.Method),
			known(data.ListProducts, t.Product), known(data.ListResults, string(t.Result)), known(data.ListPhrases, t.Mentions...))
	}
	for _, d := range c.Doses {
		errs = append(errs, known(data.ListVaccines, d.Product), known(data.ListStates, d.Country))
	}
	for _, s := range c.Stays {
		errs = append(errs, known(data.ListStates, s.Country))
	}
	for _, p := range c.Papers {
		errs = append(errs, known(data.ListPapers, p.Kind), known(data.ListPhrases, p.Mentions...))
	}
	return errors.Join(errs...)
}

// Tested is an example that was run.
type Tested struct {
	Example string
	Wrong   []string // what was not as expected; nothing if it passed
}

// Unshown stands in place of an example's name where a notice lacks examples.
const Unshown = "a check needs an example in which it passes and one in which it fails"

// Test runs every example of a notice, and looks whether together they show
// each check on both sides. The others are those an example may name beside it.
func Test(n *Notice, book *codes.Book, others ...*Notice) []Tested {
	var all []Tested
	shown := map[string]map[Result]bool{}
	for _, x := range n.Examples {
		a, missing := n.Ask(x, book, others...)
		if missing != "" {
			all = append(all, Tested{x.Name, []string{fmt.Sprintf("the notice %q beside it is not among the files", missing)}})
			continue
		}
		all = append(all, Tested{x.Name, compare(n, x, a)})
		if a.Notice != n.ID {
			continue
		}
		for _, f := range a.Findings {
			if shown[f.Check] == nil {
				shown[f.Check] = map[Result]bool{}
			}
			shown[f.Check][f.Result] = true
		}
	}
	var wrong []string
	for _, c := range n.Checks {
		for _, r := range []Result{Pass, Fail} {
			if !shown[c.ID][r] {
				wrong = append(wrong, fmt.Sprintf("%s: no example gives %s", c.ID, r))
			}
		}
	}
	if len(wrong) > 0 {
		all = append(all, Tested{Unshown, wrong})
	}
	return all
}

// Ask is what an example gives: what this notice says of it or, where the
// example has others beside it, the one of them that counts for the flight. A
// notice that the flight has nothing to do with says [Elsewhere]. Missing is a
// notice that is asked for and is not among the others.
func (n *Notice) Ask(x Example, book *codes.Book, others ...*Notice) (a Assessment, missing string) {
	together := []*Notice{n}
	for _, id := range x.Beside {
		i := slices.IndexFunc(others, func(o *Notice) bool { return o.ID == id })
		if i < 0 {
			return a, id
		}
		together = append(together, others[i])
	}
	facts := n.FactsOf(x, book)
	if _, known := facts.Departs().Pinned().Instant(); !known {
		return Evaluate(n, facts, instant(x.At)), "" // which notice counts is open: so will be the answer
	}
	a, ok := Assess(together, facts, instant(x.At))
	if !ok {
		return Assessment{Notice: n.ID, Version: n.Version, Findings: []Finding{}, Outcome: Outcome{Answer: Elsewhere}}, ""
	}
	return a, ""
}

// FactsOf are the facts of an example of the notice.
func (n *Notice) FactsOf(x Example, book *codes.Book) Facts {
	return FactsOf(x.content, n.Laboratories, n.Post.post(), book)
}

// Content is the application of an example.
func (x Example) Content() data.Content { return x.content }

// compare tells what differs from what an example expects.
func compare(n *Notice, x Example, a Assessment) (wrong []string) {
	byCheck := map[string][]Finding{}
	for _, f := range a.Findings {
		byCheck[f.Check] = append(byCheck[f.Check], f)
	}
	checks := n.Checks
	if a.Notice != n.ID || a.Outcome.Answer == Elsewhere { // it was not this notice that answered
		checks = nil
	}
	for _, c := range checks {
		got := Worst(byCheck[c.ID])
		want, named := x.Expect[c.ID]
		if named && got != want || !named && got != Pass && got != NotApplicable {
			wrong = append(wrong, fmt.Sprintf("%s: %s, not %s%s", c.ID, got, orPass(want), because(byCheck[c.ID], got)))
		}
	}
	if a.Outcome.Answer != x.Outcome {
		why := append(slices.Clone(a.Outcome.Missing), a.Outcome.Fault)
		if a.Outcome.Answer == Withheld && !a.Outcome.ValidUntil.IsZero() {
			why = append(why, fmt.Sprintf("(the window ended %s, and it was asked %s)", a.Outcome.ValidUntil, x.At.Pinned()))
		}
		wrong = append(wrong, strings.TrimRight(fmt.Sprintf("outcome: %s, not %s %s", a.Outcome.Answer, x.Outcome, strings.Join(why, " ")), " "))
	} else if x.Until.Pinned().String() != a.Outcome.ValidUntil.String() && !x.Until.IsZero() {
		wrong = append(wrong, fmt.Sprintf("until: %s, not %s", a.Outcome.ValidUntil, x.Until.Pinned()))
	}
	return wrong
}

func orPass(r Result) Result {
	if r == "" {
		return Pass
	}
	return r
}

// because tells the counts, missing fields and faults behind a result.
func because(findings []Finding, r Result) string {
	why := map[string]bool{}
	for _, f := range findings {
		if f.Result != r {
			continue
		}
		for _, c := range f.Counts {
			why[fmt.Sprintf("%s %s from %s to %s", c.Counted, c.Unit, c.From.At, c.To.At)] = true
		}
		for _, m := range append(slices.Clone(f.Missing), f.Fault) {
			if m != "" {
				why[m] = true
			}
		}
	}
	if len(why) == 0 {
		return ""
	}
	return " (" + strings.Join(slices.Sorted(maps.Keys(why)), "; ") + ")"
}

// instant is a moment that was checked when it was read.
func instant(m data.Moment) time.Time {
	t, _ := m.Instant()
	return t
}
