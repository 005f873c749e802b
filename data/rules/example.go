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
		if !slices.ContainsFunc(n.Checks, func(c Check) bool { return c.ID == id }) || !slices.Contains(gravity, r) {
			return fmt.Errorf("expects %q of %q", r, id)
		}
	}
	granted := x.Outcome == Green || x.Outcome == Blue
	if !granted && x.Outcome != Withheld && x.Outcome != Open || granted == x.Until.IsZero() {
		return fmt.Errorf("outcome %q: it is green or blue until a time, withheld or open", x.Outcome)
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

// everyCheck stands among the examples of a notice that lacks some.
const everyCheck = "every check passes in some example and fails in another"

// Test runs every example of a notice, and looks whether together they show
// each check on both sides.
func Test(n *Notice, book *codes.Book) []Tested {
	var all []Tested
	shown := map[string]map[Result]bool{}
	for _, x := range n.Examples {
		a := Evaluate(n, n.FactsOf(x, book), instant(x.At))
		all = append(all, Tested{x.Name, compare(n, x, a)})
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
		all = append(all, Tested{everyCheck, wrong})
	}
	return all
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
	for _, c := range n.Checks {
		got := Worst(byCheck[c.ID])
		want, named := x.Expect[c.ID]
		if named && got != want || !named && got != Pass && got != NotApplicable {
			wrong = append(wrong, fmt.Sprintf("%s: %s, not %s%s", c.ID, got, orPass(want), because(byCheck[c.ID], got)))
		}
	}
	if a.Outcome.Answer != x.Outcome {
		wrong = append(wrong, strings.TrimRight(fmt.Sprintf("outcome: %s, not %s %s", a.Outcome.Answer, x.Outcome,
			strings.Join(append(slices.Clone(a.Outcome.Missing), a.Outcome.Fault), " ")), " "))
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
