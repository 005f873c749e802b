// Package figures is the screen of what a post did in a month, in numbers.
// Work that one officer did alone is among them and set apart.
package figures

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/save"
)

// Figures counts.
type Figures interface {
	Figures(ctx context.Context, s staff.Session, month time.Time) (desk.Figures, error)
}

// Names are what codes are called.
type Names interface {
	Name(list, code, language string) string
}

// Parts are what the screen is made of.
type Parts struct {
	Desk  Figures
	Names Names
	Save  save.Parts
}

// May reports whether an officer has business here.
func May(o data.Officer) bool { return staff.Allows(o, audit.FiguresRead) }

// Line is a number and what it counts. It is comparable.
type Line struct {
	Name   string // what stands in a file: "issued", "type.tests", "revoked.fraud"
	Label  string // in the officer's words
	Number int
	Part   bool // of the line above
	Care   bool // somebody should look at it
}

// State is everything that the screen shows.
type State struct {
	Busy  bool
	Month string // 2026-03
	Last  bool   // no later month has anything to show
	Known bool
	Lines []Line
	Solo  int // certificates that one officer prepared and approved
}

// Model is the figures without their widgets.
type Model struct {
	Show func(State)

	e     *env.Env
	parts Parts
	month time.Time // its first instant at the post
	state State
	gone  bool
}

// monthLayout is how a month is written.
const monthLayout = "2006-01"

// NewModel makes the model of a month, this one if it is not written as 2026-03.
func NewModel(e *env.Env, p Parts, month string) *Model {
	m := &Model{Show: func(State) {}, e: e, parts: p, month: e.Now()}
	if zone, err := data.LoadZone(e.Post.Zone); err == nil {
		now := e.Now().In(zone)
		m.month = time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, zone)
		if t, err := time.ParseInLocation(monthLayout, month, zone); err == nil && t.Before(m.month) {
			m.month = t
		}
	}
	return m
}

// State is what to show now.
func (m *Model) State() State {
	s := m.state
	s.Month = m.month.Format(monthLayout)
	s.Last = m.month.AddDate(0, 1, 0).After(m.e.Now())
	return s
}

// Open counts the month.
func (m *Model) Open() {
	if m.state.Busy {
		return
	}
	m.state = State{Busy: true}
	m.Show(m.State())
	d, s, month := m.parts.Desk, m.e.Session, m.month
	env.Go(m.e, func(ctx context.Context) (desk.Figures, error) { return d.Figures(ctx, s, month) }, func(f desk.Figures, err error) {
		m.state = State{}
		if err != nil {
			m.e.Error(err)
		} else {
			m.state = State{Known: true, Lines: m.lines(f), Solo: f.Solo}
		}
		if !m.gone {
			m.Show(m.State())
		}
	})
}

// Move goes to another month, as many later.
func (m *Model) Move(by int) {
	if next := m.month.AddDate(0, by, 0); !m.state.Busy && !next.After(m.e.Now()) {
		m.month = next
		m.Open()
	}
}

func (m *Model) lines(f desk.Figures) []Line {
	var all []Line
	add := func(name string, n int, care bool) {
		all = append(all, Line{Name: name, Label: m.e.T("figures." + name), Number: n, Care: care && n > 0})
	}
	parts := func(name, list string, counts map[string]int) {
		for _, code := range slices.Sorted(maps.Keys(counts)) {
			all = append(all, Line{Name: name + "." + code, Label: m.parts.Names.Name(list, code, m.e.Language()), Number: counts[code], Part: true})
		}
	}
	revoked := 0
	for _, n := range f.Revoked {
		revoked += n
	}
	add("issued", f.Issued, false)
	parts("type", data.ListTypes, f.ByType)
	add("solo", f.Solo, true)
	add("replacing", f.Replacing, false)
	add("unprinted", f.Unprinted, true)
	add("unhanded", f.Unhanded, true)
	add("reprints", f.Reprints, false)
	add("revoked", revoked, false)
	parts("revoked", data.ListRevocations, f.Revoked)
	add("void", f.Void, false)
	return all
}

// File is the month as a file of comma-separated values (RFC 4180), with a name
// for it.
func (m *Model) File() (name string, content []byte) {
	s := m.State()
	rows := [][]string{{"month", "figure", "label", "number"}}
	for _, l := range s.Lines {
		rows = append(rows, []string{s.Month, l.Name, l.Label, strconv.Itoa(l.Number)})
	}
	return m.e.Post.Code + "-" + s.Month + ".csv", data.Table(rows)
}

// Leave stops showing.
func (m *Model) Leave() { m.gone = true }
