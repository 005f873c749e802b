// Package queue is the list of cases: by state, by departure, or found.
package queue

import (
	"context"
	"slices"
	"time"

	"pratique/data"
	"pratique/data/desk"
	"pratique/data/staff"
	"pratique/ui/env"
)

// Desk is what the screen asks of the desk.
type Desk interface {
	Queue(s staff.Session, states ...data.State) ([]desk.Row, error)
	Search(s staff.Session, text string) ([]desk.Row, error)
	Officers(ctx context.Context) ([]data.Officer, error)
}

// Chip is a state of cases to choose, or, with the empty state, all of them.
type Chip struct {
	State data.State
	Count int
}

// State is what the screen shows.
type State struct {
	Chips  []Chip
	Chosen int // of Chips
	Find   string
	Rows   []desk.Row
}

// Urgency is how soon a flight leaves.
type Urgency int

// The urgencies. Soon and Now are told apart in words as well as in colour.
const (
	Unknown Urgency = iota // no departure yet
	Later
	Soon // within [SoonWithin]
	Now  // within [NowWithin]
	Gone // left without a certificate
	Done // nothing waits any more
)

// When a case begins to press: a review takes minutes, getting a paper to the
// airport takes hours.
const (
	SoonWithin = 12 * time.Hour
	NowWithin  = 4 * time.Hour
)

// Model is the list without its widgets.
type Model struct {
	desk     Desk
	session  staff.Session
	roles    []data.Role
	find     string
	all      []desk.Row // as the desk sorts them
	officers []data.Officer
	chosen   int
	placed   bool // a chip was chosen, by the officer or for their role
	state    State
}

// NewModel makes a list of what find finds, of everything if it is empty.
func NewModel(d Desk, s staff.Session, find string) *Model {
	m := &Model{desk: d, session: s, roles: s.Officer().Roles, find: find}
	m.arrange()
	return m
}

// Load reads the cases. It is quick but not instant with many of them and may
// run anywhere; its outcome goes to [Model.Loaded].
func (m *Model) Load(ctx context.Context) (l Loaded, err error) {
	if l.officers, err = m.desk.Officers(ctx); err != nil {
		return l, err
	}
	if m.find != "" {
		l.rows, err = m.desk.Search(m.session, m.find)
	} else {
		l.rows, err = m.desk.Queue(m.session)
	}
	return l, err
}

// Loaded is what was read.
type Loaded struct {
	rows     []desk.Row
	officers []data.Officer
}

// Loaded takes what was read. A reviewer begins with what was submitted, if
// anything was.
func (m *Model) Loaded(l Loaded) State {
	m.all, m.officers = l.rows, l.officers
	waits := slices.ContainsFunc(m.all, func(r desk.Row) bool { return r.State == data.Submitted })
	if !m.placed && m.find == "" && waits && m.is(data.Reviewer) && !m.is(data.Clerk) {
		m.chosen = 1 + slices.Index(data.States, data.Submitted)
	}
	m.placed = true
	return m.arrange()
}

// State is what to show now.
func (m *Model) State() State { return m.state }

// Choose chooses a chip; there is nothing at an index without one.
func (m *Model) Choose(i int) State {
	if i >= 0 && i < len(m.state.Chips) && i != m.chosen {
		m.chosen = i
		return m.arrange()
	}
	return m.state
}

// Move goes to the chip by places further right, around the ends.
func (m *Model) Move(by int) State {
	n := len(m.state.Chips)
	return m.Choose((m.chosen + by + n) % n)
}

func (m *Model) arrange() State {
	counts := map[data.State]int{}
	for _, r := range m.all {
		counts[r.State]++
	}
	s := State{Chips: []Chip{{Count: len(m.all)}}, Chosen: m.chosen, Find: m.find, Rows: m.all}
	for _, state := range data.States {
		s.Chips = append(s.Chips, Chip{state, counts[state]})
	}
	if only := s.Chips[m.chosen].State; only != "" {
		s.Rows = nil
		for _, r := range m.all {
			if r.State == only {
				s.Rows = append(s.Rows, r)
			}
		}
	}
	m.state = s
	return s
}

func (m *Model) is(r data.Role) bool { return slices.Contains(m.roles, r) }

// Mark is what stands for an officer on paper and in lists.
func (m *Model) Mark(id data.OfficerID) string {
	if i := slices.IndexFunc(m.officers, func(o data.Officer) bool { return o.ID == id }); i >= 0 {
		return m.officers[i].Mark
	}
	return string(id)
}

// Open is the place where this officer works on a case.
func (m *Model) Open(r desk.Row) env.Route {
	switch {
	case r.State == data.Issued:
		return env.Route{Screen: env.Certificates, ID: string(r.Number)}
	case m.is(data.Reviewer) && slices.Contains([]data.State{data.Submitted, data.InReview, data.Approved}, r.State):
		return env.Route{Screen: env.Review, ID: string(r.ID)}
	}
	return env.Route{Screen: env.Intake, ID: string(r.ID)}
}

// Countdown is how long it is until a case's flight leaves, and how that
// presses.
func Countdown(r desk.Row, now time.Time) (time.Duration, Urgency) {
	t, ok := r.Departs.Instant()
	left := t.Sub(now)
	switch {
	case !ok:
		return 0, Unknown
	case r.State == data.Issued || r.State == data.Withdrawn:
		return left, Done
	case left < 0:
		return left, Gone
	case left <= NowWithin:
		return left, Now
	case left <= SoonWithin:
		return left, Soon
	}
	return left, Later
}

// Evidence counts the tests of a row by kind, in the order of the paper.
func Evidence(r desk.Row) []Count {
	var counts []Count
	for _, kind := range data.TestKinds {
		n := 0
		for _, k := range r.Tests {
			if k == kind {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, Count{kind, n})
		}
	}
	return counts
}

// Count is how many tests there are of a kind.
type Count struct {
	Kind data.TestKind
	N    int
}
