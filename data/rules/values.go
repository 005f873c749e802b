package rules

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"pratique/data"
)

// A value of the language knows where in the application it stands, so that a
// finding can say which field a missing or counted value is; and moments and
// dates know the evaluation they belong to, which keeps the counts made of them.

// run is one evaluation: the counts made in it, in the order they were made.
type run struct{ counts []Count }

func (r *run) add(c Count) {
	if r != nil && !slices.Contains(r.counts, c) {
		r.counts = append(r.counts, c)
	}
}

// unknown is the value of a field that was not entered. CEL carries it through
// every operator: an expression that needs it is unknown itself, and one that
// is decided without it is not.
func unknown(paths ...string) ref.Val {
	var u *types.Unknown
	for _, p := range paths {
		u = types.MergeUnknowns(u, types.NewUnknown(0, types.NewAttributeTrail(p)))
	}
	return u
}

// missing are the fields that made a value unknown, sorted.
func missing(u *types.Unknown) (paths []string) {
	for _, id := range u.IDs() {
		trails, _ := u.GetAttributeTrails(id)
		for _, t := range trails {
			paths = append(paths, t.Variable())
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// value is what the types of the language have in common: none is converted to
// anything, and none has a wrapped value but itself.
type value struct{}

func (value) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("not convertible to %v", t)
}

func (value) ConvertToType(t ref.Type) ref.Val {
	return types.NewErr("not convertible to %s", t.TypeName())
}

// object is a traveller, a test, a dose …: a noun with named fields.
type object struct {
	value
	kind *kind
	v    any
	path string
	run  *run
}

func (o *object) Type() ref.Type { return o.kind.cel }
func (o *object) Value() any     { return o }
func (o *object) Equal(other ref.Val) ref.Val {
	p, ok := other.(*object)
	return types.Bool(ok && p.path == o.path)
}

var (
	momentType = cel.ObjectType("Moment")
	dateType   = cel.ObjectType("Date")
	countType  = cel.ObjectType("Count")
)

// moment is an instant with the wall clock it was written down by.
type moment struct {
	value
	at   data.Moment
	t    time.Time
	path string
	run  *run
}

// newMoment is the value of a moment, unknown if it is not an instant.
func newMoment(at data.Moment, path string, r *run) ref.Val {
	at = at.Pinned()
	t, ok := at.Instant()
	if !ok || !at.ZoneAgrees() {
		return unknown(path)
	}
	return &moment{at: at, t: t, path: path, run: r}
}

func (m *moment) Type() ref.Type { return momentType }
func (m *moment) Value() any     { return m }
func (m *moment) Equal(other ref.Val) ref.Val {
	n, ok := other.(*moment)
	return types.Bool(ok && n.t.Equal(m.t))
}

// onClock is t as the clock shows it that like was read from.
func onClock(t time.Time, like data.Moment) string {
	if like.Zone != "" {
		return data.MomentOf(t, like.Zone).String()
	}
	at, _ := like.Instant()
	t = t.In(at.Location())
	return data.Moment{Wall: t.Format(data.WallLayout), Offset: like.Offset}.String()
}

// date is a calendar day, or, of a birth, the days it may be.
type date struct {
	value
	d    data.Date
	path string
	run  *run
}

func newDate(d data.Date, path string, r *run) ref.Val {
	if !d.Valid() {
		return unknown(path)
	}
	return &date{d: d, path: path, run: r}
}

func (d *date) Type() ref.Type { return dateType }
func (d *date) Value() any     { return d }
func (d *date) Equal(other ref.Val) ref.Val {
	e, ok := other.(*date)
	switch {
	case !ok || e.d.First() > d.d.Last() || e.d.Last() < d.d.First():
		return types.False
	case !d.d.Full() || !e.d.Full():
		return unknown(pathsOf(d.path, e.path)...)
	}
	return types.True
}

// count is a number of hours, days, months or years between two ends. Of a
// partial birth date it is every number from lo to hi. Hours are counted in
// minutes.
type count struct {
	value
	unit     string
	lo, hi   int64
	from, to End
	// bound is the time that lies some units from one end, told for the other:
	// for the end the count begins with, or the one it ends with. Last asks for
	// the last such time rather than the first. Nil where no bound is told.
	bound func(forFrom bool, by int64, last bool) string
	run   *run
}

func (c *count) Type() ref.Type { return countType }
func (c *count) Value() any     { return c }
func (c *count) Equal(other ref.Val) ref.Val {
	d, ok := other.(*count)
	return types.Bool(ok && d.unit == c.unit && d.lo == c.lo && d.hi == c.hi)
}

// open stands for "no limit on that side".
const (
	openLow  = math.MinInt64
	openHigh = math.MaxInt64
)

// within says whether the count lies between two limits, both included, and
// keeps it for the finding. Limits are in the units of lo and hi.
func (c *count) within(low, high int64) ref.Val {
	var holds ref.Val
	result := NotEnough
	switch {
	case c.lo >= low && c.hi <= high:
		holds, result = types.True, Pass
	case c.hi < low || c.lo > high:
		holds, result = types.False, Fail
	default:
		holds = unknown(pathsOf(c.from.Field, c.to.Field)...)
	}
	kept := Count{Unit: c.unit, Result: result, Counted: c.show(c.lo), From: c.from, To: c.to}
	if c.hi != c.lo {
		kept.Counted += "–" + c.show(c.hi)
	}
	if low != openLow {
		kept.AtLeast = c.show(low)
	}
	if high != openHigh {
		kept.AtMost = c.show(high)
	}
	if c.bound != nil {
		if high != openHigh {
			kept.From.NotBefore, kept.To.NotAfter = c.bound(true, -high, false), c.bound(false, high, true)
		}
		if low != openLow {
			kept.From.NotAfter, kept.To.NotBefore = c.bound(true, -low, true), c.bound(false, low, false)
		}
	}
	c.run.add(kept)
	return holds
}

// show is a number of the count's units as text: hours as "47:55".
func (c *count) show(n int64) string {
	if c.unit != Hours {
		return fmt.Sprint(n)
	}
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d:%02d", sign, n/60, n%60)
}

// limit reads the number of a comparison in the count's units.
func (c *count) limit(v ref.Val) (int64, ref.Val) {
	const most = 1 << 20
	switch n := v.(type) {
	case types.Int:
		if n < -most || n > most {
			return 0, types.NewErr("%d %s is out of range", int64(n), c.unit)
		}
		if c.unit == Hours {
			return int64(n) * 60, nil
		}
		return int64(n), nil
	case types.Double:
		if minutes := float64(n) * 60; c.unit == Hours && math.Abs(minutes) <= most*60 && minutes == math.Trunc(minutes) {
			return int64(minutes), nil
		}
		return 0, types.NewErr("%v %s is not in whole minutes or units", float64(n), c.unit)
	}
	return 0, types.MaybeNoSuchOverloadErr(v)
}

func pathsOf(paths ...string) []string {
	kept := slices.DeleteFunc(paths, func(p string) bool { return p == "" })
	if len(kept) == 0 {
		return []string{"?"}
	}
	return kept
}

// hoursBetween counts exact time. A bound is told on the clock of its own end.
func hoursBetween(a, b *moment) *count {
	n := int64(b.t.Sub(a.t) / time.Minute)
	return &count{
		unit: Hours, lo: n, hi: n, run: runOf(a.run, b.run),
		from: End{Field: a.path, At: a.at.String()}, to: End{Field: b.path, At: b.at.String()},
		bound: func(forFrom bool, by int64, _ bool) string {
			start, clock := a.t, b.at
			if forFrom {
				start, clock = b.t, a.at
			}
			return onClock(start.Add(time.Duration(by)*time.Minute), clock)
		},
	}
}

// daysBetween counts midnights on the calendar of a zone, and tells bounds on it.
func daysBetween(a, b *moment, zone string) (*count, error) {
	loc, err := data.LoadZone(zone)
	if err != nil {
		return nil, err
	}
	from, to := data.DateOf(a.t.In(loc)), data.DateOf(b.t.In(loc))
	n := dayDifference(from, to)
	return &count{
		unit: Days, lo: n, hi: n, run: runOf(a.run, b.run),
		from: End{Field: a.path, At: a.at.String()}, to: End{Field: b.path, At: b.at.String()},
		bound: func(forFrom bool, by int64, last bool) string {
			day := from
			if forFrom {
				day = to
			}
			day = day.Add(int(by))
			m, ok := day.Start(zone)
			if last {
				m, ok = day.End(zone)
			}
			if !ok {
				return string(day) // a day that was skipped there
			}
			return m.String()
		},
	}, nil
}

// daysBetweenDates counts calendar days; the range of a partial date is counted
// from its first and its last day.
func daysBetweenDates(a, b *date) *count {
	c := datesCount(a, b, Days, dayDifference)
	if a.d.Full() && b.d.Full() {
		c.bound = func(forFrom bool, by int64, _ bool) string {
			if forFrom {
				return string(b.d.Add(int(by)))
			}
			return string(a.d.Add(int(by)))
		}
	}
	return c
}

func datesCount(a, b *date, unit string, between func(a, b data.Date) int64) *count {
	return &count{
		unit: unit, run: runOf(a.run, b.run),
		lo: between(a.d.Last(), b.d.First()), hi: between(a.d.First(), b.d.Last()),
		from: End{Field: a.path, At: string(a.d)}, to: End{Field: b.path, At: string(b.d)},
	}
}

func dayDifference(a, b data.Date) int64 {
	return int64(midnight(b).Sub(midnight(a)) / (24 * time.Hour))
}

// monthsBetween counts completed months: one is complete on the same day of the
// next month, or on the day after that month's end if it has no such day.
func monthsBetween(a, b data.Date) int64 {
	from, to := midnight(a), midnight(b)
	n := int64(to.Year()-from.Year())*12 + int64(to.Month()-from.Month())
	if to.Day() < from.Day() {
		n--
	}
	return n
}

func yearsBetween(a, b data.Date) int64 {
	return int64(math.Floor(float64(monthsBetween(a, b)) / 12))
}

// midnight is a full date as a time that can be counted with.
func midnight(d data.Date) time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		panic("rules: not a full date: " + string(d)) // newDate and Date.First let no other through
	}
	return t
}

func runOf(a, b *run) *run {
	if a != nil {
		return a
	}
	return b
}
