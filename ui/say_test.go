package ui

import (
	"errors"
	"fmt"
	"testing"

	"pratique/data"
	"pratique/data/desk"
	"pratique/ui/locale"
)

func TestSay(t *testing.T) {
	words, err := locale.Load(assets)
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range words.Languages() {
		c := words.In(language)
		for _, s := range sayings {
			if !c.Has(s.key) {
				t.Errorf("%s: no text for %s (%v)", language, s.key, s.err)
			}
			if got := Say(c, fmt.Errorf("doing something: %w", s.err)); got != c.T(s.key) {
				t.Errorf("%s: Say(%v) = %q", language, s.err, got)
			}
		}
		problems := &desk.ProblemsError{Problems: []data.Problem{{Field: "traveller.birth", Key: "problem.required", Example: "1984-03-08"}}}
		if got, want := Say(c, problems), c.Place("traveller.birth")+": "+c.Problem(problems.Problems[0]); got != want {
			t.Errorf("%s: Say(problems) = %q, want %q", language, got, want)
		}
		if got := Say(c, errors.New("page fault")); got != "" {
			t.Errorf("%s: Say of an unknown error = %q, want nothing", language, got)
		}
	}
}
