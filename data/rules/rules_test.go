package rules_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"pratique/assets"
	"pratique/data"
	"pratique/data/rules"
)

// TestDimensions: every dimension that real requirements had (the groups are
// theirs) is used by a check that its notice's examples show on both sides.
func TestDimensions(t *testing.T) {
	all, b := theShipped(t)
	further := load(t, must(os.ReadFile("testdata/further.yaml")))
	for _, x := range rules.Test(further, b) {
		for _, w := range x.Wrong {
			t.Errorf("further: %s: %s", x.Example, w)
		}
	}
	for _, d := range []struct{ dimension, notice, check, uses string }{
		{"evidence: nucleic acid", "polyleria-2022-04", "window", "naats"},
		{"evidence: antigen", "nephelo-2022-04", "negative", "antigens"},
		{"evidence: IgM", "anyder-2020-12", "both-tests", "'igm'"},
		{"evidence: IgG", "alaopolis-2021-10", "antibodies", "'igg'"},
		{"evidence: IgM against N", "nephelo-2021-04", "igm", "antiN"},
		{"evidence: vaccination", "nephelo-2021-04", "course", "complete"},
		{"evidence: recovery", "further", "recovery", "diagnosis"},
		{"evidence: letter", "nephelo-2021-04", "igm", "letter"},
		{"evidence: photograph", "further", "photo", "sampling-photo"},
		{"evidence: monitoring form", "alaopolis-2021-10", "papers", "monitoring-form"},
		{"evidence: code of the transit post", "alaopolis-2021-10", "papers", "transit-code"},
		{"count of tests", "alaopolis-2021-10", "tests", "size(naats) >="},
		{"result negative", "anyder-2020-09", "negative", "== 'negative'"},
		{"result positive with a condition", "nephelo-2021-04", "igm", "'positive'"},
		{"window in exact hours", "nephelo-2022-07", "window", "hours("},
		{"window in calendar days", "anyder-2020-12", "window", "days("},
		{"window in weeks", "nephelo-2022-04", "recovered", "6 * 7"},
		{"base sampled", "anyder-2020-12", "window", "it.sampled"},
		{"base reported, which is the issue of the report", "zapolet-2021-02", "window", "t.reported"},
		{"base reported, each", "anyder-2020-09", "window", "it.reported"},
		{"anchor boarding", "venali-2020-07", "window", "departure.boards"},
		{"anchor scheduled departure", "nephelo-2022-07", "window", "departure.departs"},
		{"anchor departure of leg n", "further", "second-leg", "itinerary[1].departs"},
		{"anchor last direct flight", "venali-2020-11", "transit", "lastFlight.departs"},
		{"zone of the anchor", "achora-2020-11", "every-flight", "it.departs.zone()"},
		{"named zone", "anyder-2020-12", "window", "'Asia/Tokyo'"},
		{"inclusive end", "nephelo-2022-07", "window", "between(0, 48)"},
		{"exclusive end", "nephelo-2022-07", "gap", "moreThan(24)"},
		{"exclusive end with minutes", "further", "half-day", "lessThan(12.5)"},
		{"earliest of several", "nephelo-2022-07", "gap", "ordered[0]"},
		{"latest of several", "nephelo-2022-04", "last", "newest"},
		{"each of several", "nephelo-2022-07", "window", "it."},
		{"gap between samples", "achora-2022-03", "recovery-tests", "atLeast(24)"},
		{"different laboratory", "nephelo-2022-07", "laboratories", "laboratory.id"},
		{"different reagent", "nephelo-2022-07", "reagents", "product"},
		{"same district", "alaopolis-2021-10", "laboratories", "same("},
		{"designated from an instant, by kind", "nephelo-2020-12", "laboratory", "designated(it.kind, it.sampled)"},
		{"class of laboratory", "anyder-2020-12", "laboratory", "class"},
		{"city of laboratory", "nephelo-2020-12", "city", "laboratory.city"},
		{"specimens", "nephelo-2020-12", "swab", "it.specimen in"},
		{"specimen by age in months", "anyder-2021-09", "blood", "smallChild"},
		{"exempt by age in years", "nephelo-2020-12", "both-tests", "infant"},
		{"report must mention", "nephelo-2020-12", "serum-report", "'venous'"},
		{"class of vaccine", "nephelo-2021-04", "igm", "inactivated"},
		{"two doses on one day", "nephelo-2021-04", "course", "complete"},
		{"days since the last dose, its day not counted", "anyder-2021-09", "after-dose", "moreThan(14)"},
		{"doses on different days", "further", "doses", "doseDays"},
		{"conditional test", "nephelo-2021-04", "igm", "complete(others) && antiN"},
		{"first positive date", "achora-2022-03", "healed", "firstPositive"},
		{"two recovery tests", "achora-2022-03", "recovery-tests", "naats.exists(a"},
		{"picture of the lungs", "achora-2022-03", "imaging", "imaging.finding"},
		{"transit not allowed", "macaria-2021-09", "flight", "size(itinerary) == 1"},
		{"one transit", "zapolet-2021-02", "one-change", "size(itinerary) <= 2"},
		{"tests before each flight", "achora-2020-11", "every-flight", "it.from"},
		{"length of stay", "alaopolis-2021-10", "stay", "atLeast(28)"},
		{"time in transit", "zapolet-2021-02", "transit-time", "arrives"},
		{"direct flight exists", "zapolet-2021-02", "no-detour", "direct"},
		{"days of isolation", "further", "isolated", "isolation-pledge"},
		{"district of laboratory and post", "alaopolis-2021-10", "district", "post.district"},
		{"flight and post", "macaria-2021-09", "flight", "in ours"},
		{"deadline by hour of departure", "macaria-2021-09", "in-time", "deadline"},
		{"either … or …", "macaria-2021-09", "vaccination", "||"},
		{"symptoms and contact", "macaria-2021-09", "declaration", "symptoms"},
	} {
		n := further
		if d.notice != "further" {
			n = all["notices/"+d.notice+".yaml"]
		}
		if n == nil {
			t.Fatalf("%s: no notice %s", d.dimension, d.notice)
		}
		i := slices.IndexFunc(n.Checks, func(c rules.Check) bool { return c.ID == d.check })
		if i < 0 || !strings.Contains(n.Checks[i].Each+" "+n.Checks[i].Expression, d.uses) {
			t.Errorf("%s: %s, check %s does not use %q", d.dimension, d.notice, d.check, d.uses)
		}
	}
	for _, d := range []struct {
		dimension, notice string
		has               func(*rules.Notice) bool
	}{
		{"blue, with a test the airline checks", "polyleria-2022-04", func(n *rules.Notice) bool { return n.Outcomes[1].LastTest != nil && n.Outcomes[1].Condition.Zh != "" }},
		{"end at the end of a day", "anyder-2020-12", func(n *rules.Notice) bool { return strings.Contains(n.Outcomes[0].ValidUntil, ".end(") }},
		{"end at an exact hour", "nephelo-2022-07", func(n *rules.Notice) bool { return strings.Contains(n.Outcomes[0].ValidUntil, "plusHours") }},
		{"transition", "venali-2020-11", func(n *rules.Notice) bool { return n.Applies.TransitionUntil == "2020-11-16" }},
		{"by place of departure", "nephelo-2020-12", func(n *rules.Notice) bool { return len(n.Applies.Departure) == 2 }},
	} {
		if n := all["notices/"+d.notice+".yaml"]; n == nil || !d.has(n) {
			t.Errorf("%s: not in %s", d.dimension, d.notice)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func load(t testing.TB, raw []byte) *rules.Notice {
	t.Helper()
	_, b := theShipped(t)
	n, err := rules.Load(raw, b)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// small is a notice with one check, for the tests of single expressions.
const small = `
id: small
version: 1
post: {code: TE, name: {en: a, zh: b}, zone: Asia/Singapore}
title: {en: a, zh: b}
applies: {flightFrom: 2020-01-01}
checks:
  - {id: it-holds, clause: "1", expression: %s, message: {en: "{counted} {fromNotBefore}", zh: "{toNotAfter}"}}
outcomes:
  - {colour: green, validUntil: now, window: journey}
case: {}
examples:
  - {name: none, at: 2022-07-19T10:00, outcome: open}
`

var asOf = time.Date(2022, 7, 19, 2, 0, 0, 0, time.UTC)

// ask is the one finding of an expression about a content.
func ask(t testing.TB, expression string, c data.Content) rules.Finding {
	t.Helper()
	_, b := theShipped(t)
	n := load(t, fmt.Appendf(nil, small, fmt.Sprintf("%q", expression)))
	return rules.Evaluate(n, rules.FactsOf(c, nil, data.Post{Code: "TE", Zone: "Asia/Singapore"}, b), asOf).Findings[0]
}

func at(wall, zone string) data.Moment { return data.Moment{Wall: wall, Zone: zone}.Pinned() }

// between is a content with a test and a flight.
func between(sampled, departs data.Moment) data.Content {
	return data.Content{
		Tests:     []data.Test{{Kind: data.NucleicAcid, Sampled: sampled}},
		Itinerary: []data.Leg{{Departs: departs}},
	}
}

// A finding tells the count, both times with their offsets, and where each
// would have to lie.
func TestFinding(t *testing.T) {
	c := between(at("2022-07-17T23:54", "Asia/Singapore"), at("2022-07-20T00:55", "Asia/Tokyo"))
	got := ask(t, "tests.all(t, hours(t.sampled, departure.departs).atMost(48))", c)
	want := rules.Finding{
		Check: "it-holds", Clause: "1", Result: rules.Fail,
		Message: rules.Text{En: "48:01 2022-07-17 23:55 (+08:00)", Zh: "2022-07-20 00:54 (+09:00)"},
		Counts: []rules.Count{{
			Unit: rules.Hours, Counted: "48:01", AtMost: "48:00", Result: rules.Fail,
			From: rules.End{Field: "tests[0].sampled", At: "2022-07-17 23:54 (+08:00)", NotBefore: "2022-07-17 23:55 (+08:00)"},
			To:   rules.End{Field: "itinerary[0].departs", At: "2022-07-20 00:55 (+09:00)", NotAfter: "2022-07-20 00:54 (+09:00)"},
		}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}

	got = ask(t, "tests.all(t, days(t.sampled, departure.departs, 'Asia/Tokyo').between(0, 2))", c)
	count := rules.Count{
		Unit: rules.Days, Counted: "2", AtLeast: "0", AtMost: "2", Result: rules.Pass, // it was past midnight in Tokyo
		From: rules.End{Field: "tests[0].sampled", At: "2022-07-17 23:54 (+08:00)", NotBefore: "2022-07-18 00:00 (+09:00)", NotAfter: "2022-07-20 23:59 (+09:00)"},
		To:   rules.End{Field: "itinerary[0].departs", At: "2022-07-20 00:55 (+09:00)", NotBefore: "2022-07-18 00:00 (+09:00)", NotAfter: "2022-07-20 23:59 (+09:00)"},
	}
	if got.Result != rules.Pass || len(got.Counts) != 1 || got.Counts[0] != count {
		t.Errorf("%+v\nwant %+v", got.Counts, count)
	}

	c.Tests[0].Sampled = data.Moment{}
	c.Tests = append(c.Tests, data.Test{})
	got = ask(t, "tests.all(t, hours(t.sampled, departure.departs).atMost(48))", c)
	if want := []string{"tests[0].sampled", "tests[1].sampled"}; got.Result != rules.NotEnough || !slices.Equal(got.Missing, want) || got.Message.En != "… …" {
		t.Errorf("%+v, want missing %v", got, want)
	}
}

// Hours are exact, days are those of the calendar that is named: where clocks
// change, where the date line lies between, where a day was skipped.
func TestCountingTime(t *testing.T) {
	const (
		belgrade, angeles = "Europe/Belgrade", "America/Los_Angeles"
		apia, honolulu    = "Pacific/Apia", "Pacific/Honolulu"
	)
	for _, tt := range []struct {
		name     string
		from, to data.Moment
		count    string
		want     string
	}{
		{"clocks put back: the day has 25 hours", at("2021-10-30T12:00", belgrade), at("2021-10-31T12:00", belgrade), "hours($A, $B)", "25:00"},
		{"and is one day", at("2021-10-30T12:00", belgrade), at("2021-10-31T12:00", belgrade), "days($A, $B, 'Europe/Belgrade')", "1"},
		{"the hour that comes twice, first", data.Moment{Wall: "2021-10-31T02:30", Offset: "+02:00"}, at("2021-10-31T04:00", belgrade), "hours($A, $B)", "2:30"},
		{"the hour that comes twice, second", data.Moment{Wall: "2021-10-31T02:30", Offset: "+01:00"}, at("2021-10-31T04:00", belgrade), "hours($A, $B)", "1:30"},
		{"clocks put forward: 23 hours", at("2022-03-12T12:00", angeles), at("2022-03-13T12:00", angeles), "hours($A, $B)", "23:00"},
		{"and is one day", at("2022-03-12T12:00", angeles), at("2022-03-13T12:00", angeles), "days($A, $B, 'America/Los_Angeles')", "1"},
		{"over the date line, hours", at("2022-07-10T08:00", apia), at("2022-07-09T20:00", honolulu), "hours($A, $B)", "11:00"},
		{"over the date line, days of the one", at("2022-07-10T08:00", apia), at("2022-07-09T20:00", honolulu), "days($A, $B, 'Pacific/Apia')", "0"},
		{"over the date line, days of the other", at("2022-07-10T08:00", apia), at("2022-07-09T20:00", honolulu), "days($A, $B, 'Pacific/Honolulu')", "0"},
		{"over the date line, each its own calendar", at("2022-07-10T08:00", apia), at("2022-07-09T20:00", honolulu), "days($A.day(), $B.day())", "-1"},
		{"a day that was skipped", at("2011-12-29T23:59", apia), at("2011-12-31T00:00", apia), "hours($A, $B)", "0:01"},
		{"and is still counted on the calendar", at("2011-12-29T23:59", apia), at("2011-12-31T00:00", apia), "days($A, $B, 'Pacific/Apia')", "2"},
		{"the other way round", at("2022-07-10T08:00", apia), at("2022-07-10T07:30", apia), "hours($A, $B)", "-0:30"},
		{"one minute over midnight", at("2022-07-09T23:59", angeles), at("2022-07-10T00:00", angeles), "days($A, $B, 'America/Los_Angeles')", "1"},
		{"leap day", at("2020-02-28T10:00", angeles), at("2020-03-01T09:00", angeles), "days($A, $B, 'America/Los_Angeles')", "2"},
		{"no leap day", at("2021-02-28T10:00", angeles), at("2021-03-01T09:00", angeles), "days($A, $B, 'America/Los_Angeles')", "1"},
		{"days shifted before they are counted", at("2020-02-28T10:00", angeles), at("2020-03-01T09:00", angeles), "days($A.day().plusDays(2), $B.day())", "0"},
		{"hours shifted over the change", at("2021-10-30T12:00", belgrade), at("2021-10-31T12:00", belgrade), "hours($A.plusHours(24), $B)", "1:00"},
		{"the start of a day", at("2021-10-30T12:00", belgrade), at("2021-10-31T12:00", belgrade), "hours($B.day().start('Europe/Belgrade'), $B)", "13:00"},
		{"the end of a day", at("2021-10-30T12:00", belgrade), at("2021-10-31T12:00", belgrade), "hours($A, $A.day().end('Europe/Belgrade'))", "11:59"},
		{"a time of a day", at("2021-10-30T12:00", belgrade), at("2021-10-31T12:00", belgrade), "hours($A, $B.day().at('02:30', 'Europe/Belgrade'))", "14:30"},
		{"now", at("2022-07-19T08:00", "Asia/Singapore"), at("2022-07-19T12:00", "Asia/Singapore"), "hours($A, now)", "2:00"},
		{"written out", at("2020-12-22T23:59", angeles), at("2020-12-23T09:00", angeles), "hours($A, moment('2020-12-23T00:00', 'America/Los_Angeles'))", "0:01"},
	} {
		c := between(tt.from, tt.to)
		expression := strings.NewReplacer("$A", "tests[0].sampled", "$B", "departure.departs").Replace(tt.count)
		got := ask(t, expression+".atMost(0)", c)
		if len(got.Counts) != 1 || got.Counts[0].Counted != tt.want {
			t.Errorf("%s: %s: %+v, want %s", tt.name, expression, got, tt.want)
		}
	}
}

// TestCountingDates: ages and days since a dose, with dates that are known in
// part. The count is a range, and is compared only where the whole range agrees.
func TestCountingDates(t *testing.T) {
	for _, tt := range []struct {
		birth   data.Date
		counted string
		compare string
		want    rules.Result
	}{
		{"2019-07-20", "years(traveller.birth, date('2022-07-20'))", "lessThan(3)", rules.Fail},
		{"2019-07-21", "years(traveller.birth, date('2022-07-20'))", "lessThan(3)", rules.Pass},
		{"2019-07", "years(traveller.birth, date('2022-07-20'))", "lessThan(3)", rules.NotEnough},
		{"2019-07", "years(traveller.birth, date('2022-08-01'))", "lessThan(3)", rules.Fail},
		{"2019", "years(traveller.birth, date('2022-07-20'))", "atLeast(2)", rules.Pass},
		{"2019", "years(traveller.birth, date('2022-07-20'))", "atLeast(3)", rules.NotEnough},
		{"2019", "years(traveller.birth, date('2022-12-31'))", "atLeast(3)", rules.Pass},
		{"", "years(traveller.birth, date('2022-12-31'))", "atLeast(3)", rules.NotEnough},
		{"2019-02-31", "years(traveller.birth, date('2022-12-31'))", "atLeast(3)", rules.NotEnough},
		{"2020-02-29", "years(traveller.birth, date('2023-02-28'))", "atLeast(3)", rules.Fail},
		{"2020-02-29", "years(traveller.birth, date('2023-03-01'))", "atLeast(3)", rules.Pass},
		{"2018-08-18", "months(traveller.birth, date('2021-09-17'))", "atMost(36)", rules.Pass},
		{"2018-08-17", "months(traveller.birth, date('2021-09-17'))", "atMost(36)", rules.Fail},
		{"2021-01-31", "months(traveller.birth, date('2021-02-28'))", "atLeast(1)", rules.Fail},
		{"2021-01-31", "months(traveller.birth, date('2021-03-01'))", "atLeast(1)", rules.Pass},
		{"2030-01-01", "years(traveller.birth, date('2022-07-20'))", "lessThan(0)", rules.Pass},
		{"2021-09-01", "days(traveller.birth, date('2021-09-15'))", "atMost(14)", rules.Pass},
		{"2021-09-01", "days(traveller.birth, date('2021-09-15'))", "moreThan(14)", rules.Fail},
		{"2021-09-01", "days(traveller.birth, date('2021-09-16'))", "moreThan(14)", rules.Pass},
		{"2021-09", "days(traveller.birth, date('2021-09-30'))", "between(0, 29)", rules.Pass},
		{"2021-09", "days(traveller.birth, date('2021-09-30'))", "between(0, 28)", rules.NotEnough},
	} {
		got := ask(t, tt.counted+"."+tt.compare, data.Content{Traveller: data.Traveller{Birth: tt.birth}})
		if got.Result != tt.want {
			t.Errorf("born %q: %s.%s: %+v, want %s", tt.birth, tt.counted, tt.compare, got, tt.want)
		}
		if tt.want == rules.NotEnough && !slices.Equal(got.Missing, []string{"traveller.birth"}) {
			t.Errorf("born %q: missing %v", tt.birth, got.Missing)
		}
	}
}

// TestUnknown: an unknown decides nothing, and does not stop what is decided
// without it.
func TestUnknown(t *testing.T) {
	known := data.Content{
		Tests:       []data.Test{{Kind: data.NucleicAcid, Result: data.Negative, Laboratory: "nowhere"}, {Kind: data.SerumIgM}},
		Doses:       []data.Dose{{Product: "CoronaVac", Date: "2021-03-01"}, {Product: "CoronaVac"}},
		Declaration: data.Declaration{Symptoms: data.Yes}, // not agreed
	}
	for _, tt := range []struct {
		expression string
		want       rules.Result
		missing    string
	}{
		{"tests[1].result == 'negative'", rules.NotEnough, "tests[1].result"},
		{"tests[1].result == 'negative' && tests[0].result == 'positive'", rules.Fail, ""},
		{"tests[1].result == 'negative' || tests[0].result == 'negative'", rules.Pass, ""},
		{"!(tests[1].result == 'negative')", rules.NotEnough, "tests[1].result"},
		{"tests.all(t, t.result == 'positive')", rules.Fail, ""},
		{"tests.all(t, t.result == 'negative')", rules.NotEnough, "tests[1].result"},
		{"tests.exists(t, t.result == 'negative')", rules.Pass, ""},
		{"tests.exists_one(t, t.result == 'negative')", rules.NotEnough, "tests[1].result"},
		{"size(tests.filter(t, t.result == 'negative')) < 9", rules.NotEnough, "tests[1].result"},
		{"tests[1].result == 'negative' ? true : true", rules.NotEnough, "tests[1].result"},
		{"'method' in tests[0].mentions", rules.NotEnough, "tests[0].mentions"},
		{"different(tests.map(t, t.product))", rules.NotEnough, "tests[0].product tests[1].product"},
		{"hours(tests[0].sampled, now).atMost(48)", rules.NotEnough, "tests[0].sampled"},
		{"bySampled(tests)[0].kind == 'naat'", rules.NotEnough, "tests[0].sampled tests[1].sampled"},
		{"tests[1].laboratory.listed", rules.NotEnough, "tests[1].laboratory"},
		{"tests[0].laboratory.listed", rules.Fail, ""},
		{"tests[0].laboratory.city == 'Nephelo'", rules.NotEnough, "tests[0].laboratory.city"},
		{"tests[0].laboratory.designated('naat', now)", rules.Fail, ""},
		{"complete(doses)", rules.NotEnough, "doses[1].date"},
		{"doseDays(doses) == 1", rules.NotEnough, "doses[1].date"},
		{"complete(doses.filter(d, d.class == 'mrna'))", rules.Fail, ""},
		{"declaration.symptoms", rules.NotEnough, "declaration.symptoms"},
		{"'fever' in declaration.complaints", rules.NotEnough, "declaration.complaints"},
		{"departure.flight == 'UT 1'", rules.NotEnough, "itinerary"},
		{"size(stays) > 0", rules.NotEnough, "stays"},
		{"size(infections) == 0 && size(papers) == 0", rules.Pass, ""},
		{"tests[2].kind == 'naat'", rules.NotEnough, ""},
		{"{'AAA': 'a'}['BBB'] == 'a'", rules.NotEnough, ""},
		{"earliest(doses.filter(d, d.class == 'mrna').map(d, d.date)) == date('2021-01-01')", rules.NotEnough, ""},
		{"1 / 0 == 1", rules.NotEnough, ""},
		{"date('2021-03-28').at('02:30', 'Europe/Belgrade') == now", rules.NotEnough, ""}, // no clock shows it
	} {
		got := ask(t, tt.expression, known)
		if got.Result != tt.want || strings.Join(got.Missing, " ") != tt.missing ||
			(got.Fault != "") != (tt.want == rules.NotEnough && tt.missing == "") {
			t.Errorf("%s: %+v, want %s %s", tt.expression, got, tt.want, tt.missing)
		}
	}
}

// Whatever an expression does, its evaluation ends soon.
func TestCostIsLimited(t *testing.T) {
	c := data.Content{}
	for range 40 {
		c.Tests = append(c.Tests, data.Test{Kind: data.NucleicAcid})
	}
	const nested = "tests.all(a, tests.all(b, tests.all(c, tests.all(d, tests.all(e, a.kind == b.kind)))))"
	if got := ask(t, nested, c); got.Result != rules.NotEnough || !strings.Contains(got.Fault, "cost limit") {
		t.Errorf("%+v", got)
	}
}

// leaves visits every single value of a content that is there, with a function
// that takes it away. A time is one value: its three parts make one instant.
func leaves(c *data.Content, visit func(path string, clear func())) {
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		switch {
		case v.Type() == reflect.TypeFor[data.Moment]() || v.Kind() == reflect.String || v.Kind() == reflect.Bool:
			if !v.IsZero() {
				visit(path, func() { v.SetZero() })
			}
		case v.Kind() == reflect.Struct:
			for i := range v.NumField() {
				walk(path+"."+v.Type().Field(i).Name, v.Field(i))
			}
		case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String:
			// What is ticked is one value: with an element less it says something else.
			if v.Len() > 0 {
				visit(path, func() { v.SetZero() })
			}
		case v.Kind() == reflect.Slice:
			for i := range v.Len() {
				walk(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
			}
		}
	}
	walk("", reflect.ValueOf(c).Elem())
}

func clone(c data.Content) (out data.Content) {
	if err := json.Unmarshal(must(json.Marshal(c)), &out); err != nil {
		panic(err)
	}
	return out
}

// undecides reports whether after says nothing that before did not: each check
// gives the same, or not enough information; so does the outcome.
func undecides(before, after rules.Assessment) error {
	results := func(a rules.Assessment) map[string]rules.Result {
		by := map[string][]rules.Finding{}
		for _, f := range a.Findings {
			by[f.Check] = append(by[f.Check], f)
			by[f.Check+" "+f.Subject] = append(by[f.Check+" "+f.Subject], f)
		}
		worst := map[string]rules.Result{}
		for k, f := range by {
			worst[k] = rules.Worst(f)
		}
		return worst
	}
	was := results(before)
	for k, r := range results(after) {
		if w, there := was[k]; there && r != w && r != rules.NotEnough {
			return fmt.Errorf("%s: %s was %s", k, r, w)
		}
	}
	b, a := before.Outcome, after.Outcome
	if a.Answer != b.Answer && a.Answer != rules.Open || a.Answer == b.Answer && a.ValidUntil != b.ValidUntil {
		return fmt.Errorf("outcome %s until %s was %s until %s", a.Answer, a.ValidUntil, b.Answer, b.ValidUntil)
	}
	return nil
}

// TestTakingAwayNeverDecides is the property of [rules.Evaluate], over every
// value of every example of every shipped notice, and over many taken away at
// once.
func TestTakingAwayNeverDecides(t *testing.T) {
	all, b := theShipped(t)
	random := rand.New(rand.NewPCG(1, 2))
	tried, opened := 0, 0
	for file, n := range all {
		for _, x := range n.Examples {
			when, _ := x.At.Instant()
			assess := func(c data.Content) rules.Assessment {
				return rules.Evaluate(n, rules.FactsOf(c, n.Laboratories, data.Post{Code: n.Post.Code, Zone: n.Post.Zone, District: n.Post.District}, b), when)
			}
			before := assess(x.Content())
			check := func(c data.Content, away string) {
				after := assess(c)
				tried++
				if !reflect.DeepEqual(before.Findings, after.Findings) {
					opened++
				}
				if err := undecides(before, after); err != nil {
					t.Fatalf("%s: %s, without %s: %v", file, x.Name, away, err)
				}
			}
			var paths []string
			whole := clone(x.Content())
			leaves(&whole, func(path string, _ func()) {
				paths = append(paths, path)
			})
			without := func(away ...string) data.Content {
				c := clone(x.Content())
				leaves(&c, func(path string, clear func()) {
					if slices.Contains(away, path) {
						clear()
					}
				})
				return c
			}
			for _, p := range paths {
				check(without(p), p)
			}
			for range 3 {
				random.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
				some := paths[:random.IntN(len(paths)+1)]
				check(without(some...), strings.Join(some, " "))
			}
		}
	}
	if tried < 2000 || opened < tried/4 {
		t.Errorf("%d cases tried, of which %d changed a finding", tried, opened)
	}
}

// TestIndependentOfTheMachine: the same findings in every zone of the machine,
// every time, from many goroutines.
func TestIndependentOfTheMachine(t *testing.T) {
	all, b := theShipped(t)
	everything := func() string {
		var out []rules.Assessment
		for _, file := range slices.Sorted(maps.Keys(all)) {
			n := all[file]
			for _, x := range n.Examples {
				when, _ := x.At.Instant()
				out = append(out, rules.Evaluate(n, n.FactsOf(x, b), when.Local()))
			}
		}
		return string(must(json.Marshal(out)))
	}
	want := everything()
	local := time.Local
	t.Cleanup(func() { time.Local = local })
	for _, zone := range []string{"UTC", "Pacific/Apia", "Pacific/Honolulu", "Asia/Kathmandu", "Europe/Belgrade"} {
		time.Local = must(time.LoadLocation(zone))
		t.Setenv("TZ", zone)
		t.Setenv("LANG", "tr_TR.UTF-8")
		if everything() != want {
			t.Errorf("in %s other findings", zone)
		}
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if everything() != want {
				t.Error("other findings when evaluated at the same time")
			}
		})
	}
	wg.Wait()
}

// Choosing goes by the day of the first flight in its city, not by today.
func TestChoose(t *testing.T) {
	all, b := theShipped(t)
	notices := slices.Collect(maps.Values(all))
	newer := *all["notices/anyder-2021-09.yaml"]
	newer.Version = 2
	notices = append(notices, &newer)
	for _, tt := range []struct{ post, airport, departs, zone, want string }{
		{"NE", "NEF", "2022-04-21T23:59", "America/Los_Angeles", "nephelo-2021-04 1"},
		{"NE", "NEF", "2022-04-22T00:00", "America/Los_Angeles", "nephelo-2022-04 1, nephelo-2021-04 1"},
		{"NE", "NEF", "2022-04-24T23:59", "America/Los_Angeles", "nephelo-2022-04 1, nephelo-2021-04 1"},
		{"NE", "NEF", "2022-04-25T00:00", "America/Los_Angeles", "nephelo-2022-04 1"},
		{"NE", "NEF", "2022-04-22T00:00", "Asia/Tokyo", "nephelo-2022-04 1, nephelo-2021-04 1"}, // the 21st in Nephelo
		{"NE", "NEF", "2022-06-30T23:59", "America/Los_Angeles", "nephelo-2022-04 1"},
		{"NE", "NEF", "2022-11-08T00:00", "America/Los_Angeles", ""}, // no notice after the last
		{"NE", "NEF", "2020-12-22T23:59", "America/Los_Angeles", ""}, // nor before the first
		{"NE", "CLD", "2020-12-23T00:00", "America/Los_Angeles", "nephelo-2020-12 1"},
		{"NE", "XXX", "2020-12-23T00:00", "America/Los_Angeles", ""}, // another airport
		{"VE", "VEN", "2020-11-09T23:59", "Asia/Ho_Chi_Minh", "venali-2020-07 1"},
		{"VE", "VEN", "2020-11-16T23:59", "Asia/Ho_Chi_Minh", "venali-2020-11 1, venali-2020-07 1"},
		{"VE", "VEN", "2020-11-17T00:00", "Asia/Ho_Chi_Minh", "venali-2020-11 1"},
		{"AY", "AYD", "2021-09-13T00:00", "Asia/Tokyo", "anyder-2021-09 2"}, // the highest version
		{"AY", "AYD", "", "Asia/Tokyo", ""},
		{"QQ", "AYD", "2021-09-13T00:00", "Asia/Tokyo", ""},
	} {
		c := data.Content{Itinerary: []data.Leg{{From: tt.airport, Departs: at(tt.departs, tt.zone)}}}
		var got []string
		for _, n := range rules.Choose(notices, rules.FactsOf(c, nil, data.Post{Code: tt.post, Zone: "UTC"}, b)) {
			got = append(got, fmt.Sprintf("%s %d", n.ID, n.Version))
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%s %s %s %s: %v, want %s", tt.post, tt.airport, tt.departs, tt.zone, got, tt.want)
		}
	}
	if got := rules.Choose(notices, rules.FactsOf(data.Content{}, nil, data.Post{Code: "NE"}, b)); got != nil {
		t.Errorf("without a journey: %v", got)
	}
}

// In the time of transition either notice is enough; after it the new one decides.
func TestTransition(t *testing.T) {
	all, b := theShipped(t)
	notices := slices.Collect(maps.Values(all))
	old := all["notices/venali-2020-07.yaml"]
	zone := "Asia/Ho_Chi_Minh"
	c := data.Content{ // one test two days old: the old notice's, not the new one's
		Traveller: data.Traveller{Birth: "1984-03-08"},
		Tests: []data.Test{{Kind: data.NucleicAcid, Specimen: "oropharyngeal", Laboratory: "reed", Result: data.Negative,
			Sampled: at("2020-11-14T10:00", zone)}},
		Itinerary: []data.Leg{{Flight: "UT 844", From: "VEN", Boards: at("2020-11-16T22:00", zone), Departs: at("2020-11-16T23:00", zone)}},
	}
	post := data.Post{Code: "VE", Zone: zone}
	now := time.Date(2020, 11, 15, 0, 0, 0, 0, time.UTC)
	a, ok := rules.Assess(notices, rules.FactsOf(c, old.Laboratories, post, b), now)
	if !ok || a.Notice != old.ID || a.Outcome.Answer != rules.Green || a.Outcome.ValidUntil.Wall != "2020-11-16T23:59" {
		t.Errorf("in transition: %t %s %+v", ok, a.Notice, a.Outcome)
	}
	c.Itinerary[0].Departs = at("2020-11-17T00:00", zone)
	a, ok = rules.Assess(notices, rules.FactsOf(c, old.Laboratories, post, b), now)
	if !ok || a.Notice != "venali-2020-11" || a.Outcome.Answer != rules.Withheld {
		t.Errorf("after it: %t %s %+v", ok, a.Notice, a.Outcome)
	}
	if _, ok := rules.Assess(notices, rules.FactsOf(data.Content{}, nil, post, b), now); ok {
		t.Error("assessed without a flight")
	}
}

// A notice that does not describe itself completely, or asks what cannot be, is
// not loaded.
func TestLoadRefuses(t *testing.T) {
	_, b := theShipped(t)
	good := string(must(fs.ReadFile(assets.FS, "notices/polyleria-2022-04.yaml")))
	for _, tt := range []struct{ name, old, new, want string }{
		{"as it is", "", "", ""},
		{"unknown field", "clause: \"1\"", "clase: \"1\"", `unknown field "clase"`},
		{"field in other letters", "title:", "Title:", `unknown field "Title"`},
		{"field twice", "version: 1", "version: 1\nversion: 2", "twice"},
		{"second document", "laboratories:", "---\nlaboratories:", "more than one document"},
		{"anchor", "version: 1", "version: &v 1", "anchors"},
		{"alias", "version: 1", "version: *v", "unknown anchor"},
		{"nothing for a value", "version: 1", "version:", "not a single value"},
		{"list for a value", "version: 1", "version: [1]", "not a single value"},
		{"value for a list", "flightFrom: 2022-04-14", "flightFrom: 2022-04-14, departure: DXB", "not a list"},
		{"no number", "version: 1", "version: one", "not a whole number"},
		{"version", "version: 1", "version: 0", "version is missing"},
		{"id", "id: polyleria-2022-04", "id: Polyleria", "small letters"},
		{"post code", "code: PL", "code: P", "two characters"},
		{"zone", "zone: Asia/Dubai", "zone: Dubai", "unknown time zone"},
		{"machine's zone", "zone: Asia/Dubai", "zone: Local", "not a place"},
		{"one language", "zh: 结果为阴性。", "zh: ''", "both languages"},
		{"no first day", "flightFrom: 2022-04-14", "transitionUntil: 2022-04-14", "flightFrom is missing"},
		{"first day", "flightFrom: 2022-04-14", "flightFrom: 14 Apr 2022", `flightFrom: "14 Apr 2022" is not a day`},
		{"last day", "flightFrom: 2022-04-14", "flightFrom: 2022-04-14, flightUntil: 2022-04-13", "flightUntil: 2022-04-13 lies before"},
		{"transition", "flightFrom: 2022-04-14", "flightFrom: 2022-04-14, transitionUntil: 2022-04-13", "transitionUntil: 2022-04-13 lies before"},
		{"tag", "expression: it.result == 'negative'", "expression: !it.result", "begins with ! needs quotes"},
		{"tag for a condition", "expression: it.result == 'negative'", "when: !late\n    expression: it.result == 'negative'", "begins with ! needs quotes"},
		{"airport", "flightFrom: 2022-04-14", "flightFrom: 2022-04-14, departure: [Dubai]", "no airport"},
		{"name taken", "  late:", "  tests:", "taken"},
		{"name used before it is there", "tests.filter(t, t.kind == 'naat')", "tests.filter(t, late)", "undeclared reference"},
		{"syntax", "tests.filter(t, t.kind == 'naat')", "tests.filter(t, t.kind ==", "Syntax error"},
		{"type", "expression: it.result == 'negative'", "expression: it.result", "of type string, not bool"},
		{"kind of code", "t.kind == 'naat'", "t.kind == 'nat'", `no "nat" in the list "tests"`},
		{"kind of result", "it.result == 'negative'", "it.result in ['negative', 'clear']", `no "clear" in the list "results"`},
		{"field of a test", "it.result == 'negative'", "it.outcome == 'negative'", "undefined field"},
		{"asking whether", "it.result == 'negative'", "has(it.result)", "undeclared reference to 'has'"},
		{"comparing moments", "it.result == 'negative'", "it.sampled < now", "count between them"},
		{"comparing a count", "it.result == 'negative'", "hours(it.sampled, now) < 3", "a count is compared by"},
		{"count for a condition", "expression: it.result == 'negative'", "expression: \"hours(it.sampled, now) ? true : false\"", "compare it"},
		{"part of a day", "it.result == 'negative'", "days(it.sampled, now, post.zone).atLeast(2.5)", "days are whole"},
		{"CEL's own times", "it.result == 'negative'", "timestamp('2022-01-01T00:00:00Z') == timestamp('2022-01-01T00:00:00Z')", "undeclared"},
		{"making a test", "it.result == 'negative'", "Test{} == it", "only read"},
		{"zone in an expression", "it.result == 'negative'", "it.sampled.day('Tokyo') == date('2022-01-01')", "unknown time zone"},
		{"day in an expression", "it.result == 'negative'", "it.sampled.day() == date('2022-02-30')", "not of the form"},
		{"clock in an expression", "it.result == 'negative'", "date('2022-02-03').at('8:00', 'UTC') == now", "not of the form"},
		{"too long", "it.result == 'negative'", "it.result == '" + strings.Repeat("n", 5000) + "'", "size"},
		{"too deep", "it.result == 'negative'", strings.Repeat("(", 200) + "true" + strings.Repeat(")", 200), "recursion"},
		{"each of no list", "each: naats", "each: late", "not a list"},
		{"it without each", "    each: naats\n", "", "undeclared reference to 'it'"},
		{"check twice", "id: negative", "id: window", "occurs twice"},
		{"placeholder", "{counted}", "{hours}", "nothing fills {hours}"},
		{"colour", "colour: green", "colour: yellow", "neither green nor blue"},
		{"blue without a test", "    lastTest: {kind: naat, hours: 12}\n", "", "blue needs one"},
		{"green with one", "colour: blue", "colour: green", "blue needs one"},
		{"last test of no kind", "lastTest: {kind: naat", "lastTest: {kind: nat", "no such test"},
		{"window", "window: journey", "window: holiday", "none of"},
		{"validity is no time", "validUntil: departure.departs\n    window: journey\n  - colour", "validUntil: departure.flight\n    window: journey\n  - colour", "of type string"},
		{"example without a time", "at: 2022-04-17T12:00, outcome: blue", "outcome: blue", "at is missing"},
		{"example twice", "name: a minute too early", "name: with the 12 hours test", "twice"},
		{"example of no check", "expect: {window: fail}", "expect: {windows: fail}", `"windows"`},
		{"example of no result", "expect: {window: fail}", "expect: {window: bad}", `"bad"`},
		{"granted without end", ", until: 2022-04-18T22:00}", "}", "until is missing"},
		{"end without grant", "outcome: withheld", "outcome: withheld\n    until: 2022-04-18T22:00", "until belongs to"},
		{"outcome of no kind", "outcome: withheld", "outcome: refused", `"refused" is none of`},
		{"asks elsewhere", "expect: {window: fail}\n    outcome: withheld", "expect: {window: fail}\n    outcome: does not apply", "asks nothing"},
		{"path", "set: {\"tests[0].sampled\"", "set: {\"tests(0).sampled\"", "not a path"},
		{"path to nowhere", "set: {\"tests[0].sampled\"", "set: {\"tests[2].sampled\"", "only 1 elements"},
		{"case with an unknown field", "result: negative, sampled: 2022-04-16T22:00", "outcome: negative, sampled: 2022-04-16T22:00", `unknown field "outcome"`},
		{"case with an unknown code", "result: negative, sampled: 2022-04-16T22:00", "result: fine, sampled: 2022-04-16T22:00", `no "fine"`},
		{"case with no time", "sampled: 2022-04-16T22:00}]", "sampled: yesterday}]", "not a time"},
		{"case with a time that was left out", "sampled: 2022-04-16T22:00}]", "sampled: 2022-03-27T03:30 Europe/Sofia}]", "put forward"},
	} {
		if !strings.Contains(good, tt.old) {
			t.Errorf("%s: %q is not in the notice", tt.name, tt.old)
		}
		_, err := rules.Load([]byte(strings.Replace(good, tt.old, tt.new, 1)), b)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	if _, err := rules.Load(bytes.Repeat([]byte("# \n"), 1<<19), b); err == nil || !strings.Contains(err.Error(), "longer") {
		t.Errorf("a file of 1.5 MB: %v", err)
	}
}

// The examples that Test lets pass are few enough: a notice that shows a check
// on one side only is told so, and so is one whose example comes out otherwise.
func TestTest(t *testing.T) {
	_, b := theShipped(t)
	good := string(must(fs.ReadFile(assets.FS, "notices/venali-2020-07.yaml")))
	for _, tt := range []struct{ name, old, new, want string }{
		{"as it is", "", "", ""},
		{"another end", "until: 2020-08-07T23:59", "until: 2020-08-07T23:58", "until: 2020-08-07 23:59 (+07:00), not 2020-08-07 23:58 (+07:00)"},
		{"another outcome", "outcome: open", "outcome: withheld", "outcome: open, not withheld"},
		{"a check too few", "    expect: {window: not enough information}\n", "", "window: not enough information, not pass (itinerary[0].boards)"},
	} {
		n, err := rules.Load([]byte(strings.Replace(good, tt.old, tt.new, 1)), b)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range rules.Test(n, b) {
			got = append(got, x.Wrong...)
		}
		if tt.want == "" && got != nil || tt.want != "" && !slices.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	n := load(t, fmt.Appendf(nil, small, "\"hours(now, departure.departs).atMost(48)\""))
	want := rules.Tested{Example: rules.Unshown,
		Wrong: []string{"it-holds: no example gives pass", "it-holds: no example gives fail"}}
	if got := rules.Test(n, b); len(got) != 2 || !reflect.DeepEqual(got[1], want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// The published schema takes every shipped notice and refuses what the loader
// refuses for its form.
func TestSchema(t *testing.T) {
	c := jsonschema.NewCompiler()
	doc := must(jsonschema.UnmarshalJSON(bytes.NewReader(must(fs.ReadFile(assets.FS, "notices/schema.json")))))
	if err := c.AddResource("notice.json", doc); err != nil {
		t.Fatal(err)
	}
	schema := must(c.Compile("notice.json"))
	all, _ := theShipped(t)
	for file := range all {
		raw := string(must(fs.ReadFile(assets.FS, file)))
		if err := schema.Validate(plain(t, raw)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		for old, new := range map[string]string{"clause:": "clase:", "version: 1": "version: one", "  tests:": "  tets:", "colour: green": "colour: yellow", "    name:": "    names:"} {
			if strings.Contains(raw, old) && schema.Validate(plain(t, strings.Replace(raw, old, new, 1))) == nil {
				t.Errorf("%s: the schema takes %q", file, new)
			}
		}
	}
}

// plain is YAML as JSON has it; a date stays the text it is.
func plain(t *testing.T, s string) any {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(s), &n); err != nil {
		t.Fatal(err)
	}
	var walk func(n *yaml.Node) any
	walk = func(n *yaml.Node) any {
		switch n.Kind {
		case yaml.DocumentNode:
			return walk(n.Content[0])
		case yaml.MappingNode:
			m := map[string]any{}
			for i := 0; i < len(n.Content); i += 2 {
				m[n.Content[i].Value] = walk(n.Content[i+1])
			}
			return m
		case yaml.SequenceNode:
			l := []any{}
			for _, e := range n.Content {
				l = append(l, walk(e))
			}
			return l
		}
		switch n.Tag {
		case "!!int":
			return json.Number(n.Value)
		case "!!bool":
			return n.Value == "true"
		case "!!null":
			return nil
		}
		return n.Value
	}
	return walk(&n)
}

// FuzzLoad: whatever loads can be tested and evaluated, with findings for every
// check that are well formed, and comes out the same again.
func FuzzLoad(f *testing.F) {
	_, b := theShipped(f)
	f.Add(fmt.Appendf(nil, small, "\"hours(now, departure.departs).atMost(48)\""))
	f.Add(must(fs.ReadFile(assets.FS, "notices/polyleria-2022-04.yaml")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		n, err := rules.Load(raw, b)
		if err != nil {
			return
		}
		first := rules.Test(n, b)
		if again := rules.Test(load(t, raw), b); !reflect.DeepEqual(first, again) {
			t.Errorf("%v, then %v", first, again)
		}
		wellFormed(t, n, rules.Evaluate(n, rules.FactsOf(data.Content{}, nil, data.Post{}, b), asOf))
	})
}

// FuzzEvaluate: of any application every shipped notice says something well
// formed, and the same again.
func FuzzEvaluate(f *testing.F) {
	all, b := theShipped(f)
	for _, n := range all {
		for _, x := range n.Examples[:2] {
			f.Add(must(json.Marshal(x.Content())), int64(1600000000))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte, unix int64) {
		var c data.Content
		if json.Unmarshal(raw, &c) != nil {
			return
		}
		now := time.Unix(unix%(1<<36), 0)
		for _, n := range all {
			facts := rules.FactsOf(c, n.Laboratories, data.Post{Code: n.Post.Code, Zone: n.Post.Zone}, b)
			a := rules.Evaluate(n, facts, now)
			wellFormed(t, n, a)
			if again := rules.Evaluate(n, facts, now); !reflect.DeepEqual(a, again) {
				t.Errorf("%s: %+v, then %+v", n.ID, a, again)
			}
		}
	})
}

func wellFormed(t *testing.T, n *rules.Notice, a rules.Assessment) {
	t.Helper()
	asked := map[string]bool{}
	for _, f := range a.Findings {
		asked[f.Check] = true
		if (f.Result == rules.NotEnough) != (len(f.Missing) > 0 || f.Fault != "") {
			t.Errorf("%s: %+v", n.ID, f)
		}
		if !slices.Contains([]rules.Result{rules.Pass, rules.Fail, rules.NotApplicable, rules.NotEnough}, f.Result) {
			t.Errorf("%s: result %q", n.ID, f.Result)
		}
		if strings.Contains(f.Fault, "internal error") {
			t.Errorf("%s: %s: %s", n.ID, f.Check, f.Fault)
		}
	}
	if len(asked) != len(n.Checks) {
		t.Errorf("%s: findings of %d checks, not %d", n.ID, len(asked), len(n.Checks))
	}
	worst := rules.Worst(a.Findings)
	if worst == rules.Fail && a.Outcome.Answer != rules.Withheld || worst == rules.NotEnough && a.Outcome.Answer != rules.Open {
		t.Errorf("%s: %s, with findings of %s", n.ID, a.Outcome.Answer, worst)
	}
}

// What notices doc prints is everything: a word of the language that it does
// not have could not be learnt.
func TestDoc(t *testing.T) {
	_, b := theShipped(t)
	var out bytes.Buffer
	if err := rules.Doc(&out, b); err != nil {
		t.Fatal(err)
	}
	used := strings.Builder{}
	all, _ := theShipped(t)
	for _, n := range all {
		for _, l := range n.Let {
			used.WriteString(l.Is + "\n")
		}
		for _, c := range n.Checks {
			used.WriteString(c.Each + "\n" + c.When + "\n" + c.Expression + "\n")
		}
		for _, o := range n.Outcomes {
			used.WriteString(o.When + "\n" + o.ValidUntil + "\n")
		}
	}
	for _, word := range strings.FieldsFunc(used.String(), func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') }) {
		if len(word) > 3 && !strings.Contains(out.String(), word) && !definedSomewhere(all, word) {
			t.Errorf("%q is used in a notice and not told of", word)
		}
	}
}

// definedSomewhere reports whether a notice says itself what a word is: a let,
// a place, an airport.
func definedSomewhere(all map[string]*rules.Notice, word string) bool {
	for _, n := range all {
		if strings.Contains(n.Post.Zone, word) || slices.ContainsFunc(n.Let, func(l rules.Definition) bool { return l.Name == word }) ||
			slices.ContainsFunc(n.Laboratories, func(l data.Laboratory) bool { return l.City == word }) {
			return true
		}
	}
	return false
}

func BenchmarkEvaluate(b *testing.B) {
	all, book := theShipped(b)
	for _, id := range []string{"nephelo-2020-12", "alaopolis-2021-10"} {
		n := all["notices/"+id+".yaml"]
		x := n.Examples[0]
		when, _ := x.At.Instant()
		b.Run(id, func(b *testing.B) {
			b.ReportAllocs()
			findings := 0
			for b.Loop() {
				findings += len(rules.Evaluate(n, n.FactsOf(x, book), when).Findings)
			}
			b.ReportMetric(float64(findings)/b.Elapsed().Seconds(), "findings/s")
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	_, book := theShipped(b)
	raw := must(fs.ReadFile(assets.FS, "notices/alaopolis-2021-10.yaml"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rules.Load(raw, book); err != nil {
			b.Fatal(err)
		}
	}
}
