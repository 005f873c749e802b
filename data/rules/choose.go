package rules

import (
	"cmp"
	"slices"
	"time"

	"pratique/data"
)

// Choose gives the notices that count for the facts, the one in force first,
// then, in its time of transition, the one before it; none if there is none or
// the first departure is not known. They go by the post and by the first
// flight: its airport, and its day of departure on the calendar there, not by
// the day they are asked. Of several versions of a notice the highest counts.
func Choose(notices []*Notice, f Facts) []*Notice {
	departs := f.Departs().Pinned()
	if _, ok := departs.Instant(); !ok {
		return nil
	}
	day, airport := departs.Date(), f.content.Itinerary[0].From
	latest := map[string]*Notice{}
	for _, n := range notices {
		if old := latest[n.ID]; old == nil || n.Version > old.Version {
			latest[n.ID] = n
		}
	}
	var all []*Notice
	for _, n := range latest {
		if n.Post.Code == f.post.Code && n.Applies.FlightFrom <= day && (len(n.Applies.Departure) == 0 || slices.Contains(n.Applies.Departure, airport)) {
			all = append(all, n)
		}
	}
	slices.SortFunc(all, func(a, b *Notice) int {
		return cmp.Or(cmp.Compare(b.Applies.FlightFrom, a.Applies.FlightFrom), cmp.Compare(a.ID, b.ID))
	})
	in := slices.IndexFunc(all, func(n *Notice) bool { return n.Applies.FlightUntil == "" || day <= n.Applies.FlightUntil })
	if in < 0 {
		return nil
	}
	chosen := all[in : in+1]
	if day <= chosen[0].Applies.TransitionUntil {
		if before := slices.IndexFunc(all, func(n *Notice) bool { return n.Applies.FlightFrom < chosen[0].Applies.FlightFrom }); before >= 0 {
			return []*Notice{chosen[0], all[before]}
		}
	}
	return chosen
}

// Assess evaluates the notices that count for the facts and gives what the one
// in force says, unless it grants nothing and the one before it, which still
// counts, does. Ok is false if no notice counts. Waived are as in [Evaluate].
func Assess(notices []*Notice, f Facts, now time.Time, waived ...string) (a Assessment, ok bool) {
	chosen := Choose(notices, f)
	for i, n := range chosen {
		if got := Evaluate(n, f, now, waived...); i == 0 || got.Grants() {
			if a = got; got.Grants() {
				break
			}
		}
	}
	return a, len(chosen) > 0
}

// post is a post as far as a notice knows it.
func (w Where) post() data.Post {
	return data.Post{
		Kind: data.PracticePost, Code: w.Code, Zone: w.Zone, District: w.District, Hotline: w.Hotline,
		Name: map[string]string{"en": w.Name.En, "zh": w.Name.Zh},
	}
}
