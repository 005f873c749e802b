package ui

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/desk"
	"pratique/data/keys"
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
		for _, why := range []keys.Unfitness{keys.UnfitState, keys.UnfitKind, keys.UnfitNotYet, keys.UnfitEnded, keys.UnfitWorked, keys.UnfitOutlived, keys.UnfitDamaged} {
			key := "error.unfit." + string(why)
			day := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
			if got := Say(c, fmt.Errorf("signing: %w", &keys.UnfitError{Why: why, On: day})); !c.Has(key) || got != c.T(key, "2027-03-01") {
				t.Errorf("%s: Say(unfit: %s) = %q", language, why, got)
			}
		}
		for _, why := range []keys.Refusal{
			keys.RefusedState, keys.RefusedFile, keys.RefusedKey, keys.RefusedRequest, keys.RefusedUsage, keys.RefusedProfile, keys.RefusedKind,
			keys.RefusedCountry, keys.RefusedNotYet, keys.RefusedEnded, keys.RefusedWorked, keys.RefusedAnchor,
		} {
			key := "error.import." + string(why)
			if got := Say(c, fmt.Errorf("importing: %w", &keys.ImportError{Refusal: why, Detail: "2027-03-01"})); !c.Has(key) || got != c.T(key, "2027-03-01") {
				t.Errorf("%s: Say(import: %s) = %q", language, why, got)
			}
		}
		if got := Say(c, errors.New("page fault")); got != "" {
			t.Errorf("%s: Say of an unknown error = %q, want nothing", language, got)
		}
	}
}
