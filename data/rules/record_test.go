package rules_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"pratique/assets"
	"pratique/data"
	"pratique/data/rules"
)

// practiceNotice is the file of the practice post's notice.
func practiceNotice(t testing.TB) string {
	t.Helper()
	return string(must(fs.ReadFile(assets.FS, "notices/practice-2020-01.yaml")))
}

func TestReadHead(t *testing.T) {
	h, err := rules.ReadHead([]byte(practiceNotice(t)))
	if want := (rules.Head{ID: "practice-2020-01", Version: 1, Post: "PR"}); err != nil || h != want {
		t.Errorf("%+v, %v", h, err)
	}
	if _, err := rules.ReadHead([]byte("{")); err == nil {
		t.Error("read what is no YAML")
	}
}

// TestDiff: what differs is told by its path, checks by their names, and every
// shipped notice differs from itself in nothing, from nothing in something.
func TestDiff(t *testing.T) {
	text := practiceNotice(t)
	was := load(t, []byte(text))
	for _, tt := range []struct {
		change, to string
		want       []rules.Difference
	}{
		{"version: 1", "version: 2", nil},
		{"between(0, 72)", "between(0, 71)", []rules.Difference{{Path: "checks[window].expression",
			Was: "hours(it.sampled, departure.departs).between(0, 72)", Is: "hours(it.sampled, departure.departs).between(0, 71)"}}},
		{"one-test", "some-test", []rules.Difference{
			{Path: "checks[one-test].clause", Was: "1"}, {Path: "checks[one-test].expression", Was: "size(naats) >= 1"}, {Path: "checks[one-test].id", Was: "one-test"},
			{Path: "checks[one-test].message.en", Was: "A nucleic acid test."}, {Path: "checks[one-test].message.zh", Was: "须有核酸检测。"},
			{Path: "checks[some-test].clause", Is: "1"}, {Path: "checks[some-test].expression", Is: "size(naats) >= 1"}, {Path: "checks[some-test].id", Is: "some-test"},
			{Path: "checks[some-test].message.en", Is: "A nucleic acid test."}, {Path: "checks[some-test].message.zh", Is: "须有核酸检测。"},
		}},
		{"'naat')", "'antigen')", []rules.Difference{{Path: "let[naats].Is", Was: "tests.filter(t, t.kind == 'naat')", Is: "tests.filter(t, t.kind == 'antigen')"}}},
		{"window: journey", "window: tests", []rules.Difference{{Path: "outcomes[0].window", Was: "journey", Is: "tests"}}},
	} {
		if !strings.Contains(text, tt.change) {
			t.Fatalf("no %q", tt.change)
		}
		if got := rules.Diff(was, load(t, []byte(strings.ReplaceAll(text, tt.change, tt.to)))); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %+v, want %+v", tt.to, got, tt.want)
		}
	}
	all, _ := theShipped(t)
	for file, n := range all {
		if got := rules.Diff(n, n); len(got) != 0 {
			t.Errorf("%s differs from itself: %+v", file, got)
		}
		if got := rules.Diff(nil, n); len(got) < 10 {
			t.Errorf("%s: %+v", file, got)
		}
	}
}

// TestWaived: a check that is waived is told with its result, and the outcome is
// what it would be without the check; waiving what passes changes nothing.
func TestWaived(t *testing.T) {
	n := load(t, []byte(practiceNotice(t)))
	_, b := theShipped(t)
	for _, x := range n.Examples {
		at, _ := x.At.Instant()
		plain := rules.Evaluate(n, n.FactsOf(x, b), at)
		for _, c := range n.Checks {
			got := rules.Evaluate(n, n.FactsOf(x, b), at, c.ID)
			others := false // is there another check that keeps it back
			for i, f := range got.Findings {
				if f.Waived != (f.Check == c.ID) || f.Result != plain.Findings[i].Result {
					t.Errorf("%s without %s: %+v", x.Name, c.ID, f)
				}
				others = others || !f.Waived && (f.Result == rules.Fail || f.Result == rules.NotEnough)
			}
			if plain.Grants() && !got.Grants() || others && got.Grants() {
				t.Errorf("%s without %s: %s, with it %s", x.Name, c.ID, got.Outcome.Answer, plain.Outcome.Answer)
			}
			if over := at.After(time.Date(2022, 7, 10, 15, 59, 0, 0, time.UTC)); !others && got.Grants() == over {
				t.Errorf("%s without %s: %s", x.Name, c.ID, got.Outcome.Answer)
			}
		}
	}
}

// TestApplyBy: the morning's flights until 20:00 the day before, the others until
// 10:00 that day, and nothing while the flight is not known.
func TestApplyBy(t *testing.T) {
	n := load(t, []byte(practiceNotice(t)))
	_, b := theShipped(t)
	for departs, want := range map[string]string{
		"2022-07-10T11:59": "2022-07-09 20:00 (+08:00)", "2022-07-10T12:00": "2022-07-10 10:00 (+08:00)", "2022-07-10T00:00": "2022-07-09 20:00 (+08:00)",
		"2022-07-1": "",
	} {
		c := data.Content{Itinerary: []data.Leg{{Departs: data.Moment{Wall: departs, Zone: "Asia/Singapore"}}}}
		a := rules.Evaluate(n, rules.FactsOf(c, nil, data.Post{Code: "PR", Zone: "Asia/Singapore"}, b), time.Date(2022, 7, 9, 0, 0, 0, 0, time.UTC))
		got := ""
		if !a.ApplyBy.IsZero() {
			got = fmt.Sprint(a.ApplyBy)
		}
		if got != want {
			t.Errorf("departs %s: apply by %q, want %q", departs, got, want)
		}
	}
	if _, err := rules.Load([]byte(strings.Replace(practiceNotice(t), "applyBy: ", "applyBy: size(naats) # ", 1)), b); err == nil {
		t.Error("a number was taken for a time")
	}
}
