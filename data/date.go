package data

import (
	"fmt"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // zones must not depend on the machine
)

// Date is a calendar date as a document shows it: "2006-01-02", or less where
// the document says less: "2006-01", "2006". An unknown part is left away,
// never guessed. The empty Date is "not entered". Any other text is kept as
// typed, so that a draft loses nothing; [Date.Valid] tells.
type Date string

// Valid reports whether d has one of the three shapes and exists in the
// calendar. The empty date is not valid.
func (d Date) Valid() bool {
	_, _, ok := d.bounds()
	return ok
}

// Full reports whether d is valid and names a day.
func (d Date) Full() bool { return len(d) == len("2006-01-02") && d.Valid() }

// First and Last are the first and last day d may mean; both are the day
// itself for a full date. For an invalid date both are empty.
func (d Date) First() Date {
	first, _, ok := d.bounds()
	if !ok {
		return ""
	}
	return Date(first.Format(time.DateOnly))
}

// Last is described at [Date.First].
func (d Date) Last() Date {
	_, last, ok := d.bounds()
	if !ok {
		return ""
	}
	return Date(last.Format(time.DateOnly))
}

// bounds returns the first and last day d may mean.
func (d Date) bounds() (first, last time.Time, ok bool) {
	var years, months, days int
	layout := ""
	switch len(d) {
	case len("2006"):
		layout, years = "2006", 1
	case len("2006-01"):
		layout, months = "2006-01", 1
	case len("2006-01-02"):
		layout, days = "2006-01-02", 1
	default:
		return first, last, false
	}
	first, err := time.Parse(layout, string(d))
	if err != nil || first.Year() < 1850 {
		return first, last, false
	}
	return first, first.AddDate(years, months, days-1), true
}

// Start is the first minute of a full date on the calendar of a zone: 00:00, or
// later where clocks are put forward over it. Ok is false if there is no such
// day there: some islands skipped one.
func (d Date) Start(zone string) (start Moment, ok bool) {
	day, err := time.Parse(time.DateOnly, string(d))
	loc, zoneErr := LoadZone(zone)
	if err != nil || zoneErr != nil {
		return Moment{}, false
	}
	var first time.Time
	for _, t := range midnights(day, loc) {
		if DateOf(t) == d && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return MomentOf(first, zone), !first.IsZero()
}

// End is the last minute of a full date on the calendar of a zone: the last
// 23:59 if clocks are put back over it. Ok is as with [Date.Start].
func (d Date) End(zone string) (end Moment, ok bool) {
	day, err := time.Parse(time.DateOnly, string(d))
	loc, zoneErr := LoadZone(zone)
	if err != nil || zoneErr != nil {
		return Moment{}, false
	}
	var last time.Time
	for _, t := range midnights(day.AddDate(0, 0, 1), loc) {
		if t = t.Add(-time.Minute); DateOf(t) == d && t.After(last) {
			last = t
		}
	}
	return MomentOf(last, zone), !last.IsZero()
}

// midnights are the instants at which the day begins by the offsets that its
// zone has shortly before and shortly after: one, unless clocks change.
func midnights(day time.Time, loc *time.Location) []time.Time {
	var all []time.Time
	const near = 26 * time.Hour
	for _, like := range []time.Time{day.Add(-near), day.Add(near)} {
		_, seconds := like.In(loc).Zone()
		all = append(all, day.Add(-time.Duration(seconds)*time.Second).In(loc))
	}
	return all
}

// Add is the full date some days later, or earlier if days is negative.
// Anything but a full date stays as it is.
func (d Date) Add(days int) Date {
	first, _, ok := d.bounds()
	if !ok || !d.Full() {
		return d
	}
	return DateOf(first.AddDate(0, 0, days))
}

// DateOf is the calendar day of t in its own location.
func DateOf(t time.Time) Date { return Date(t.Format(time.DateOnly)) }

// Moment is a time as a report states it: the wall clock, the IANA zone of the
// place, and the offset that makes it an instant. All three are kept, because
// a window may count exact hours (instant) or calendar days (wall clock).
//
// Wall is "2006-01-02T15:04" and Offset "+08:00". A moment read back from a
// seal has no Zone. Half-typed text is kept as it is; [Moment.Instant] tells.
type Moment struct {
	Wall   string `json:"wall,omitempty"`
	Zone   string `json:"zone,omitempty"`
	Offset string `json:"offset,omitempty"`
}

// WallLayout is the layout of [Moment.Wall] for package time.
const WallLayout = "2006-01-02T15:04"

// IsZero reports whether nothing was entered.
func (m Moment) IsZero() bool { return m.Wall == "" }

// Instant is the instant m means, ok when wall clock and offset both have
// exactly the form that is described above, so that a moment has one spelling.
// The result carries the offset as its location.
func (m Moment) Instant() (t time.Time, ok bool) {
	seconds, ok := parseOffset(m.Offset)
	if !ok {
		return time.Time{}, false
	}
	t, err := time.ParseInLocation(WallLayout, m.Wall, time.FixedZone(m.Offset, seconds))
	if err != nil || t.Year() < 1850 || t.Format(WallLayout+"-07:00") != m.Wall+m.Offset {
		return time.Time{}, false
	}
	return t, true
}

// Date is the calendar day of the wall clock.
func (m Moment) Date() Date {
	day, _, _ := strings.Cut(m.Wall, "T")
	return Date(day)
}

// Pinned returns m with its offset filled in from its zone, when the offset is
// still empty and wall clock and zone are usable. Where the wall clock occurs
// twice (clocks put back) it takes the first; where it does not occur (clocks
// put forward) the offset stays empty and validation says so.
func (m Moment) Pinned() Moment {
	if m.Offset != "" || m.Zone == "" {
		return m
	}
	loc, err := LoadZone(m.Zone)
	if err != nil {
		return m
	}
	if all := occurrences(m.Wall, loc); len(all) > 0 {
		pinned := m
		if pinned.Offset = all[0].Format("-07:00"); pinned.ZoneAgrees() { // not so before offsets had whole minutes
			return pinned
		}
	}
	return m
}

// occurrences are the instants at which the clock on the wall of a place shows
// wall: one, two where clocks are put back, none where they are put forward.
func occurrences(wall string, loc *time.Location) (all []time.Time) {
	utc, err := time.Parse(WallLayout, wall)
	if err != nil {
		return nil
	}
	// The offsets before and after any change near that day, the earlier
	// instant first if there are two.
	const near = 26 * time.Hour
	for _, like := range []time.Time{utc.Add(-near), utc.Add(near)} {
		_, seconds := like.In(loc).Zone()
		t := utc.Add(-time.Duration(seconds) * time.Second).In(loc)
		if t.Format(WallLayout) == wall && (len(all) == 0 || !all[0].Equal(t)) {
			all = append(all, t)
		}
	}
	return all
}

// ZoneAgrees reports whether the offset is one the zone really had at that
// wall clock. A moment without zone agrees with itself.
func (m Moment) ZoneAgrees() bool {
	t, ok := m.Instant()
	if !ok {
		return false
	}
	if m.Zone == "" {
		return true
	}
	loc, err := LoadZone(m.Zone)
	if err != nil {
		return false
	}
	return t.In(loc).Format(WallLayout+"-07:00") == m.Wall+m.Offset
}

// Sealed is m as a seal carries it: without the zone's name.
func (m Moment) Sealed() Moment { m.Zone = ""; return m }

// String shows m as paper does: "2006-01-02 15:04 (+08:00)"; without an offset
// it is what was typed.
func (m Moment) String() string {
	if m.IsZero() {
		return ""
	}
	wall := strings.Replace(m.Wall, "T", " ", 1)
	if m.Offset == "" {
		return wall
	}
	return fmt.Sprintf("%s (%s)", wall, m.Offset)
}

// MomentOf is t to the minute, as the clock on the wall of zone shows it.
// An unknown zone is UTC.
func MomentOf(t time.Time, zone string) Moment {
	loc, err := LoadZone(zone)
	if err != nil {
		loc, zone = time.UTC, "UTC"
	}
	t = t.In(loc)
	return Moment{Wall: t.Format(WallLayout), Zone: zone, Offset: t.Format("-07:00")}
}

// LoadZone is time.LoadLocation without its two special cases: "" and "Local"
// would make a record mean something else on another machine.
func LoadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("zone %q is not a place", name)
	}
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), nil
	}
	loc, err := time.LoadLocation(name)
	if err == nil {
		zones.Store(name, loc)
	}
	return loc, err
}

// zones keeps what was loaded: a zone's table is read and parsed anew by every
// load otherwise, which takes longer than anything that is done with it.
var zones sync.Map

// parseOffset reads "+08:00" into seconds east of UTC.
func parseOffset(s string) (int, bool) {
	t, err := time.Parse("-07:00", s)
	if err != nil || len(s) != len("+08:00") {
		return 0, false
	}
	_, seconds := t.Zone()
	return seconds, seconds >= -14*3600 && seconds <= 14*3600
}
