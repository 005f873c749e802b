package certificates

import (
	"context"
	"slices"
	"time"

	"pratique/data"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/stated"
)

// Recall is the ID of the route to the recall.
const Recall = "recall"

// Recalls finds what an officer handled, and whom to tell.
type Recalls interface {
	Handled(ctx context.Context, s staff.Session, officer data.OfficerID, from, until time.Time) ([]data.Certificate, error)
	Read(context.Context, staff.Session, data.ApplicationID) (data.Application, error)
}

// RecallState is what the recall shows.
type RecallState struct {
	Busy     string // message key, empty for nothing
	Officers []data.Officer
	Officer  data.OfficerID
	From     data.Date // at the post, both days included
	Until    data.Date
	// Message keys of what a try lacked.
	OfficerProblem, FromProblem, UntilProblem string

	Listed      bool
	Rows        []RecallRow
	Ticked      int
	Grounds     Grounds
	RowsProblem string

	Revoked int // certificates that this recall has revoked
}

// RecallRow is a certificate that the officer handled. It is comparable.
type RecallRow struct {
	Number   data.CertificateNumber
	Name     string
	Document string
	Issued   string
	Part     string // message key after "certificates.recall.part."
	Paper    string // message key after "certificates.recall.paper."
	Revoked  string // a day, empty if it is not
	Ticked   bool
}

// RecallModel revokes what one officer prepared or approved in some days,
// certificate by certificate. What an act does not know at once it tells Show.
type RecallModel struct {
	Show func(RecallState)

	e       *env.Env
	parts   Parts
	st      RecallState
	handled []data.Certificate // beside st.Rows
	ticked  map[data.CertificateNumber]bool
	revoked []data.Certificate
	gone    bool
}

// NewRecallModel makes a recall, or the one that was begun.
func NewRecallModel(e *env.Env, parts Parts) *RecallModel {
	h := parts.Halves[HalfKey{Officer: e.Officer().ID}]
	m := &RecallModel{Show: func(RecallState) {}, e: e, parts: parts, ticked: map[data.CertificateNumber]bool{}}
	m.st = RecallState{Officer: h.Officer, From: h.From, Until: h.Until, Grounds: h.Grounds}
	for _, n := range h.Ticked {
		m.ticked[n] = true
	}
	if m.st.Until == "" {
		m.st.Until = data.Date(e.Day(e.Now()))
	}
	return m
}

func (m *RecallModel) show() {
	if !m.gone {
		m.Show(m.State())
	}
}

// State is what there is to see now.
func (m *RecallModel) State() RecallState {
	st := m.st
	st.Rows, st.Ticked, st.Revoked = nil, 0, len(m.revoked)
	for _, c := range m.handled {
		r := m.row(c)
		if r.Ticked {
			st.Ticked++
		}
		st.Rows = append(st.Rows, r)
	}
	return st
}

func (m *RecallModel) row(c data.Certificate) RecallRow {
	s := c.Statement
	r := RecallRow{
		Number: c.Number, Name: stated.Name(s.NativeName, s.Surname, s.GivenNames), Document: s.DocumentNumber,
		Issued: m.e.When(c.IssuedAt), Part: "prepared", Paper: "none", Ticked: c.Revoked == nil && m.ticked[c.Number],
	}
	switch {
	case c.Approver == m.st.Officer && c.Preparer == m.st.Officer:
		r.Part = "both"
	case c.Approver == m.st.Officer:
		r.Part = "approved"
	}
	switch {
	case !c.HandedOver.IsZero():
		r.Paper = "handed-over"
	case len(c.Prints) > 0:
		r.Paper = "printed"
	}
	if c.Revoked != nil {
		r.Revoked = m.e.Day(c.Revoked.At)
	}
	return r
}

// Open asks who has worked here.
func (m *RecallModel) Open() RecallState {
	env.Go(m.e, m.parts.Desk.Officers, func(all []data.Officer, err error) {
		if err != nil {
			m.e.Error(err)
		}
		m.st.Officers = all
		m.show()
	})
	return m.State()
}

// ask changes what is asked for: the answer to another question goes.
func (m *RecallModel) ask(change func()) RecallState {
	change()
	m.st.Listed, m.handled, m.revoked = false, nil, nil
	m.st.OfficerProblem, m.st.FromProblem, m.st.UntilProblem, m.st.RowsProblem = "", "", "", ""
	return m.State()
}

// Officer chooses whose certificates.
func (m *RecallModel) Officer(id data.OfficerID) RecallState {
	return m.ask(func() { m.st.Officer = id })
}

// From is the first day.
func (m *RecallModel) From(d data.Date) RecallState { return m.ask(func() { m.st.From = d }) }

// Until is the last day.
func (m *RecallModel) Until(d data.Date) RecallState { return m.ask(func() { m.st.Until = d }) }

// List shows what the officer handled.
func (m *RecallModel) List() RecallState {
	st := &m.st
	if st.Busy != "" {
		return m.State()
	}
	st.OfficerProblem, st.FromProblem, st.UntilProblem = "", "", ""
	if st.Officer == "" {
		st.OfficerProblem = "certificates.recall.no-officer"
	}
	from, okFrom := m.midnight(st.From)
	until, okUntil := m.midnight(st.Until)
	switch {
	case !okFrom:
		st.FromProblem = "certificates.recall.no-day"
	case okUntil && until.Before(from):
		st.UntilProblem = "certificates.recall.order"
	}
	if !okUntil {
		st.UntilProblem = "certificates.recall.no-day"
	}
	if st.OfficerProblem+st.FromProblem+st.UntilProblem != "" {
		return m.State()
	}
	st.Busy = "certificates.busy.list"
	d, s, officer := m.parts.Desk, m.e.Session, st.Officer
	env.Go(m.e, func(ctx context.Context) ([]data.Certificate, error) {
		return d.Handled(ctx, s, officer, from, until.AddDate(0, 0, 1))
	}, func(all []data.Certificate, err error) {
		st.Busy = ""
		switch {
		case err != nil:
			m.e.Error(err)
		case st.Officer == officer:
			m.handled, st.Listed = all, true
		}
		m.show()
	})
	return m.State()
}

// midnight is the beginning of a day at the post.
func (m *RecallModel) midnight(d data.Date) (time.Time, bool) {
	zone, err := data.LoadZone(m.e.Post.Zone)
	if err != nil || !d.Full() {
		return time.Time{}, false
	}
	t, err := time.ParseInLocation(time.DateOnly, string(d), zone)
	return t, err == nil
}

// Tick ticks the i-th certificate or takes its tick away.
func (m *RecallModel) Tick(i int) RecallState {
	if i >= 0 && i < len(m.handled) && m.st.Busy == "" && m.handled[i].Revoked == nil {
		n := m.handled[i].Number
		m.ticked[n] = !m.ticked[n]
		m.st.RowsProblem = ""
	}
	return m.State()
}

// TickAll ticks all of them, or none.
func (m *RecallModel) TickAll(on bool) RecallState {
	if m.st.Busy == "" {
		for _, c := range m.handled {
			m.ticked[c.Number] = on
		}
		m.st.RowsProblem = ""
	}
	return m.State()
}

// Reason chooses why.
func (m *RecallModel) Reason(code string) RecallState {
	m.st.Grounds.Reason, m.st.Grounds.ReasonProblem, m.st.Grounds.NoteProblem = code, "", ""
	return m.State()
}

// Note is what else is to be said of it.
func (m *RecallModel) Note(text string) RecallState {
	m.st.Grounds.Note, m.st.Grounds.NoteProblem = text, ""
	return m.State()
}

// AskRevoke says what a second officer has to agree to; ok is false as long as
// something is missing.
func (m *RecallModel) AskRevoke() (sentence string, ok bool) {
	m.st.RowsProblem = ""
	n := m.State().Ticked
	if n == 0 {
		m.st.RowsProblem = "certificates.recall.no-rows"
	}
	if m.st.Busy != "" || !m.st.Grounds.complete() || n == 0 {
		return "", false
	}
	name := string(m.st.Officer)
	if i := slices.IndexFunc(m.st.Officers, func(o data.Officer) bool { return o.ID == m.st.Officer }); i >= 0 {
		name = m.st.Officers[i].Name
	}
	reason := m.parts.Codes.Name(data.ListRevocations, m.st.Grounds.Reason, m.e.Language())
	return m.e.T("certificates.recall.sentence", n, name, m.st.From, m.st.Until, reason), true
}

// Revoke revokes what is ticked, for good. If it is broken off, what it did not
// come to stays ticked.
func (m *RecallModel) Revoke(second staff.Session) RecallState {
	if _, ok := m.AskRevoke(); !ok {
		return m.State()
	}
	var numbers []data.CertificateNumber
	for _, r := range m.State().Rows {
		if r.Ticked {
			numbers = append(numbers, r.Number)
		}
	}
	m.st.Busy = "certificates.busy.revoke"
	d, s, g := m.parts.Desk, m.e.Session, m.st.Grounds
	env.Go(m.e, func(ctx context.Context) ([]data.Certificate, error) {
		return d.Revoke(ctx, s, second, numbers, g.Reason, g.Note)
	}, func(all []data.Certificate, err error) {
		m.st.Busy = ""
		for _, c := range all {
			if i := slices.IndexFunc(m.handled, func(h data.Certificate) bool { return h.Number == c.Number }); i >= 0 {
				m.handled[i] = c
			}
		}
		if m.revoked = append(m.revoked, all...); len(all) > 0 {
			if len(all) == len(numbers) { // else the others stay ticked
				m.st.Grounds = Grounds{}
				clear(m.ticked)
			}
			if m.gone {
				m.e.Toast(m.e.T("certificates.recall.done", len(all)))
			}
		}
		if err != nil {
			m.e.Error(err)
		}
		m.show()
	})
	return m.State()
}

// People makes the list of whom to tell of what was revoked, as CSV, and hands
// it to then. Reading how to reach them is written into the log.
func (m *RecallModel) People(then func(content []byte)) RecallState {
	if m.st.Busy != "" || len(m.revoked) == 0 {
		return m.State()
	}
	m.st.Busy = "certificates.busy.people"
	d, s, all := m.parts.Desk, m.e.Session, slices.Clone(m.revoked)
	words, names, zone := m.e.Words, m.parts.Codes, m.e.Post.Zone
	env.Go(m.e, func(ctx context.Context) ([]byte, error) {
		return stated.WhomToTell(ctx, d, s, all, words, names, zone)
	}, func(list []byte, err error) {
		m.st.Busy = ""
		m.show()
		if err != nil {
			m.e.Error(err)
		} else if !m.gone {
			then(list)
		}
	})
	return m.State()
}

// Leave keeps what was begun.
func (m *RecallModel) Leave() {
	m.gone = true
	st := m.State()
	h := Half{Grounds: st.Grounds, Officer: st.Officer, From: st.From, Until: st.Until}
	for n, on := range m.ticked {
		if on {
			h.Ticked = append(h.Ticked, n)
		}
	}
	slices.Sort(h.Ticked)
	key := HalfKey{Officer: m.e.Officer().ID}
	if delete(m.parts.Halves, key); st.Officer != "" && len(m.revoked) == 0 {
		m.parts.Halves[key] = h
	}
}
