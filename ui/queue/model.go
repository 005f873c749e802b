// Package queue is the list of cases: by state, by departure, or found. Above
// it stands what the officer should know first: that nothing can be issued, that
// the signing key comes to its end, that the backup is old.
package queue

import (
	"context"
	"slices"
	"time"

	"pratique/data"
	"pratique/data/desk"
	"pratique/data/staff"
	"pratique/ui/countdown"
	"pratique/ui/env"
)

// Desk is what the screen asks of the desk.
type Desk interface {
	Queue(s staff.Session, states ...data.State) ([]desk.Row, error)
	Search(s staff.Session, text string) ([]desk.Row, error)
	Officers(ctx context.Context) ([]data.Officer, error)
	// Trouble is why nothing can be issued, nil if it can.
	Trouble() error
	// Warning is the last threshold that the end of the signing key has come
	// within, in days; 0 when it is over.
	Warning(ctx context.Context) (days int, ok bool)
}

// Notice is what the officer should know first. It has no text of its own where
// Err is what it is about.
type Notice struct {
	Key  string // message key
	Days int    // its argument
	Err  error  // of Trouble
	Loud bool   // something does not work, or soon will not
}

// BackupAge is how old the last backup may be before administrators are told.
const BackupAge = 48 * time.Hour

// Chip is a state of cases to choose, or, with the empty state, all of them.
type Chip struct {
	State data.State
	Count int
	Moved bool // those whose flight moved after they were submitted
}

// State is what the screen shows.
type State struct {
	Notices []Notice
	Chips   []Chip
	Chosen  int // of Chips
	Find    string
	Rows    []desk.Row
}

// always are the states that have a chip even when no case is in them.
var always = []data.State{data.Draft, data.Submitted, data.InReview, data.Returned, data.Approved, data.Issued}

// Model is the list without its widgets.
type Model struct {
	p        Parts
	session  staff.Session
	now      func() time.Time
	roles    []data.Role
	find     string
	notices  []Notice
	all      []desk.Row // as the desk sorts them
	officers []data.Officer
	chosen   Chip // but for its count; the zero Chip has all
	placed   bool // a chip was chosen, by the officer or for their role
	byHand   bool // by the officer
	state    State
}

// What a route has for the chips without a state.
const (
	chipAll   = "all"
	chipMoved = "moved"
)

// NewModel makes a list of what a route finds, of everything if it finds nothing,
// with the chip that the route names, as [Model.Route] does.
func NewModel(p Parts, s staff.Session, now func() time.Time, r env.Route) *Model {
	m := &Model{p: p, session: s, now: now, roles: s.Officer().Roles, find: r.Find}
	switch state := data.State(r.ID); {
	case r.ID == chipMoved:
		m.chosen = Chip{Moved: true}
	case slices.Contains(data.States, state):
		m.chosen = Chip{State: state}
	}
	m.byHand = r.ID == chipAll || m.chosen != (Chip{})
	m.placed = m.byHand
	m.arrange()
	return m
}

// Route is the place of this list, with the chip that the officer chose.
func (m *Model) Route() env.Route {
	r := env.Route{Screen: env.Queue, Find: m.find}
	switch {
	case !m.byHand:
	case m.chosen.Moved:
		r.ID = chipMoved
	case m.chosen.State != "":
		r.ID = string(m.chosen.State)
	default:
		r.ID = chipAll
	}
	return r
}

// Load reads the cases. It is quick but not instant with many of them and may
// run anywhere; its outcome goes to [Model.Loaded].
func (m *Model) Load(ctx context.Context) (l Loaded, err error) {
	if l.officers, err = m.p.Desk.Officers(ctx); err != nil {
		return l, err
	}
	if l.notices, err = m.look(ctx); err != nil {
		return l, err
	}
	if m.find != "" {
		l.rows, err = m.p.Desk.Search(m.session, m.find)
	} else {
		l.rows, err = m.p.Desk.Queue(m.session)
	}
	return l, err
}

// look looks for what the officer should know: everybody that nothing can be
// issued, those who can do something about it what comes to its end.
func (m *Model) look(ctx context.Context) (all []Notice, err error) {
	trouble := m.p.Desk.Trouble()
	if trouble != nil {
		all = append(all, Notice{Key: "queue.trouble", Err: trouble, Loud: true})
	}
	if m.is(data.Reviewer) || m.is(data.Administrator) {
		days, ok := m.p.Desk.Warning(ctx)
		switch {
		case ok && days > 0:
			all = append(all, Notice{Key: "queue.key.ends", Days: days, Loud: days <= 7})
		case ok && trouble == nil: // else it has been said
			all = append(all, Notice{Key: "queue.key.over", Loud: true})
		}
	}
	if m.is(data.Administrator) && m.p.LastBackup != nil {
		made, ok, err := m.p.LastBackup(ctx)
		age := m.now().Sub(made)
		switch {
		case err != nil:
			return all, err
		case !ok:
			all = append(all, Notice{Key: "queue.backup.none", Loud: true})
		case age > BackupAge:
			all = append(all, Notice{Key: "queue.backup.old", Days: int(age / (24 * time.Hour)), Loud: true})
		}
	}
	return all, nil
}

// Loaded is what was read.
type Loaded struct {
	notices  []Notice
	rows     []desk.Row
	officers []data.Officer
}

// Loaded takes what was read. A reviewer begins with what was submitted, if
// anything was.
func (m *Model) Loaded(l Loaded) State {
	m.notices, m.all, m.officers = l.notices, l.rows, l.officers
	waits := slices.ContainsFunc(m.all, func(r desk.Row) bool { return r.State == data.Submitted })
	if !m.placed && m.find == "" && waits && m.is(data.Reviewer) && !m.is(data.Clerk) {
		m.chosen = Chip{State: data.Submitted}
	}
	m.placed = true
	return m.arrange()
}

// State is what to show now.
func (m *Model) State() State { return m.state }

// Choose chooses a chip; there is nothing at an index without one.
func (m *Model) Choose(i int) State {
	if i >= 0 && i < len(m.state.Chips) && i != m.state.Chosen {
		m.chosen, m.placed, m.byHand = m.state.Chips[i], true, true
		m.chosen.Count = 0
		return m.arrange()
	}
	return m.state
}

// Move goes to the chip by places further right, around the ends.
func (m *Model) Move(by int) State {
	n := len(m.state.Chips)
	return m.Choose((m.state.Chosen + by + n) % n)
}

// arrange counts the cases and takes those of the chosen chip. A state that
// seldom occurs has a chip while a case is in it, or while it is chosen.
func (m *Model) arrange() State {
	counts, moved := map[data.State]int{}, 0
	for _, r := range m.all {
		counts[r.State]++
		if !r.Moved.IsZero() {
			moved++
		}
	}
	s := State{Notices: m.notices, Find: m.find, Rows: m.all, Chips: []Chip{{Count: len(m.all)}}}
	for _, state := range data.States {
		if counts[state] > 0 || slices.Contains(always, state) || m.chosen.State == state {
			s.Chips = append(s.Chips, Chip{State: state, Count: counts[state]})
		}
	}
	if moved > 0 || m.chosen.Moved {
		s.Chips = append(s.Chips, Chip{Moved: true, Count: moved})
	}
	s.Chosen = slices.IndexFunc(s.Chips, func(c Chip) bool { return c.State == m.chosen.State && c.Moved == m.chosen.Moved })
	if m.chosen != (Chip{}) {
		s.Rows = nil
		for _, r := range m.all {
			if m.chosen.Moved && !r.Moved.IsZero() || !m.chosen.Moved && r.State == m.chosen.State {
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
	case r.State == data.FollowUp || r.State == data.Refused:
		return env.Route{Screen: env.Review, ID: string(r.ID)}
	case m.is(data.Reviewer) && slices.Contains([]data.State{data.Submitted, data.InReview, data.OnHold, data.Approved}, r.State):
		return env.Route{Screen: env.Review, ID: string(r.ID)}
	}
	return env.Route{Screen: env.Intake, ID: string(r.ID)}
}

// Countdown is how long it is until a case's flight leaves, and how that
// presses.
func Countdown(r desk.Row, now time.Time) (time.Duration, countdown.Urgency) {
	done := r.State == data.Issued || r.State == data.Withdrawn || r.State == data.Refused
	return countdown.Of(r.Departs, r.CutOff, done, now)
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
