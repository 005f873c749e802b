package data

import "time"

// JourneyWindow is the medical window of a certificate that is good for one
// journey: from the present minute to the end of the day of departure, as the
// calendar at the airport of departure counts it. Ok is false while the
// departure is not known.
func JourneyWindow(c Content, now time.Time, zone string) (from, until Moment, ok bool) {
	departs := c.Departs().Pinned()
	if _, ok := departs.Instant(); !ok {
		return Moment{}, Moment{}, false
	}
	until = Moment{Wall: string(departs.Date()) + "T23:59", Zone: departs.Zone, Offset: departs.Offset}
	if loc, err := LoadZone(departs.Zone); err == nil {
		// Where clocks are put back before midnight the day ends at the second 23:59.
		for _, t := range occurrences(until.Wall, loc) {
			until.Offset = t.Format("-07:00")
		}
	}
	return MomentOf(now, zone), until, true
}
