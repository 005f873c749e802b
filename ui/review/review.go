// Package review is the screen on which a second officer compares a case with
// its papers, group by group, and approves it, returns it or gives it back.
//
// What it shows as sealed was read back from a rehearsed seal, never from the
// form. Whoever may not review the case sees it and who has it.
package review

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"pratique/data"
	"pratique/data/codes"
	"pratique/data/desk"
	"pratique/data/mrz"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/stated"
)

// Cases reads cases, and takes and releases them.
type Cases interface {
	Read(context.Context, staff.Session, data.ApplicationID) (data.Application, error)
	Take(context.Context, staff.Session, data.ApplicationID) (data.Application, error)
	Release(context.Context, staff.Session, data.ApplicationID) (data.Application, error)
}

// Decisions ticks, returns and approves.
type Decisions interface {
	Tick(context.Context, staff.Session, data.ApplicationID, data.Group, bool) (data.Application, error)
	Return(ctx context.Context, s staff.Session, id data.ApplicationID, reasons []string, note string) (data.Application, error)
	Approve(context.Context, staff.Session, data.ApplicationID) (data.Application, error)
}

// Seals rehearses and issues.
type Seals interface {
	Rehearse(context.Context, staff.Session, data.ApplicationID) (desk.Rehearsal, error)
	Issue(context.Context, staff.Session, data.ApplicationID) (data.Certificate, error)
}

// Lists knows the post's people and laboratories and what is wrong with a content.
type Lists interface {
	Validate(context.Context, data.Content) ([]data.Problem, error)
	Officers(context.Context) ([]data.Officer, error)
	Laboratories(context.Context) ([]data.Laboratory, error)
	Solo(context.Context) (data.Solo, error)
}

// Desk is all that the review needs of the desk.
type Desk interface {
	Cases
	Decisions
	Seals
	Lists
}

// Codes are the code lists; *codes.Book has them.
type Codes interface {
	stated.Names
	Entries(list string, on data.Date) []codes.Entry
}

// Half is a return that is not sent yet.
type Half struct {
	Reasons []string
	Note    string
}

// Halves keeps half-made returns, by officer and case, while their screen is
// away. One is made for the whole program.
type Halves map[HalfKey]Half

// HalfKey says whose half-made return of which case it is.
type HalfKey struct {
	Officer data.OfficerID
	Case    data.ApplicationID
}

// Parts are what a review is made of.
type Parts struct {
	Desk  Desk
	Codes Codes
	// Density is the version and module size in mm of the QR of a seal of that
	// many characters, 0 and 0 where it would not fit.
	Density func(size int) (version int, moduleMM float64)
	Halves  Halves
}

// Mode is what the officer can do now.
type Mode string

// The modes.
const (
	Opening   Mode = "opening"
	Looking   Mode = "looking"   // not this officer's to decide
	Reviewing Mode = "reviewing" // tick, approve, return, release
	Returning Mode = "returning" // reasons and note
	Approved  Mode = "approved"  // approved and not issued: issuing failed before
)

// State is everything the screen shows.
type State struct {
	Mode Mode
	Busy string // message key of what is under way, empty for nothing
	// Failure is the message key of what did not work, empty for nothing.
	Failure string

	Case       data.State
	Look       string // in mode Looking, the sentence that says why
	Type       string // what the certificate is about, as it will be printed
	Traveller  string
	Document   string
	Flight     string
	Departs    data.Moment
	PreparedBy string
	Version    int
	Number     data.CertificateNumber
	Replaces   data.CertificateNumber // the certificate that this case corrects
	// Solo is until when the officer may approve the case although they prepared
	// it, empty where another officer reviews it.
	Solo string

	Groups   []Group
	Current  int
	Ticked   int
	Problems []data.Problem // of no group
	Seal     Seal

	Reasons []Reason
	Note    string
}

// Group is a part of the case that is ticked as one.
type Group struct {
	Name     string
	Title    string
	Sealed   []stated.Line // as read back from the rehearsed seal
	Beside   []stated.Line // entered, and not in the seal
	Problems []data.Problem
	Ticked   bool
	By       string // "mrz", or the name of the officer
}

// Seal is how the QR would turn out.
type Seal struct {
	Characters int // 0: it could not be rehearsed
	Version    int
	ModuleMM   float64
}

// Reason is a reason to return a case.
type Reason struct {
	Code, Text string
	Chosen     bool
}

// Proof is what ticks a group instead of an officer.
const Proof = "mrz"

// Model holds a case under review. Its methods are the officer's acts. What an
// act does not know at once it tells Show when it does.
type Model struct {
	Show func(State)

	e     *env.Env
	parts Parts
	id    data.ApplicationID

	mode     Mode
	busy     string
	failure  string
	gone     bool
	app      data.Application
	file     opened
	current  int
	problems []data.Problem
	half     Half
	halfKey  HalfKey // the officer may have left when an act ends
}

// opened is a case with what belongs to it.
type opened struct {
	app          data.Application
	rehearsal    desk.Rehearsal
	rehearsed    error
	problems     []data.Problem
	officers     []data.Officer
	laboratories []data.Laboratory
	solo         data.Solo
}

// NewModel makes the model of a case; nothing is read yet.
func NewModel(e *env.Env, parts Parts, id data.ApplicationID) *Model {
	key := HalfKey{e.Officer().ID, id}
	return &Model{Show: func(State) {}, e: e, parts: parts, id: id, mode: Opening, halfKey: key, half: parts.Halves[key]}
}

func (m *Model) reviewer() bool { return slices.Contains(m.e.Officer().Roles, data.Reviewer) }

// Open reads the case, and takes it if it waits for this officer.
func (m *Model) Open() State {
	m.busy = "review.busy.open"
	d, s, id, reviewer, now := m.parts.Desk, m.e.Session, m.id, m.reviewer(), m.e.Now()
	env.Go(m.e, func(ctx context.Context) (o opened, err error) {
		if o.app, err = d.Read(ctx, s, id); err != nil {
			return o, err
		}
		if o.solo, err = d.Solo(ctx); err != nil {
			return o, err
		}
		own := slices.Contains(o.app.Preparers, s.Officer().ID)
		if o.app.State == data.Submitted && reviewer && (!own || o.solo.Allows(now)) {
			if o.app, err = d.Take(ctx, s, id); err != nil {
				return o, err
			}
		}
		if o.officers, err = d.Officers(ctx); err == nil {
			o.laboratories, err = d.Laboratories(ctx)
		}
		switch o.app.State {
		case data.Submitted, data.InReview, data.Approved:
			if err == nil {
				o.problems, err = d.Validate(ctx, o.app.Content)
			}
			if err == nil {
				o.rehearsal, o.rehearsed = d.Rehearse(ctx, s, id)
			}
		}
		return o, err
	}, m.opened)
	return m.State()
}

func (m *Model) opened(o opened, err error) {
	m.busy = ""
	if err != nil {
		m.fail(err)
		m.mode = Looking
		m.show()
		return
	}
	m.file, m.app, m.problems = o, o.app, o.problems
	switch me := m.e.Officer().ID; {
	case m.app.State == data.InReview && m.app.Reviewer == me:
		m.mode = Reviewing
		if m.half.Note != "" || len(m.half.Reasons) > 0 {
			m.mode = Returning
		}
	case m.app.State == data.Approved && m.reviewer():
		m.mode = Approved
	default:
		m.mode = Looking
	}
	if m.failure == "" && o.rehearsed != nil {
		m.fail(o.rehearsed)
	}
	groups := m.app.Content.Groups()
	m.current = max(0, slices.IndexFunc(groups, func(g data.Group) bool { return !m.app.Ticked(g) }))
	m.show()
}

func (m *Model) show() {
	if !m.gone {
		m.Show(m.State())
	}
}

// fail shows err: its problems beside what they are about, and what cannot be
// sealed in its place; everything else is the shell's to say.
func (m *Model) fail(err error) {
	var p *desk.ProblemsError
	switch {
	case errors.As(err, &p):
		m.problems, m.failure = p.Problems, "review.failed.problems"
	case errors.Is(err, desk.ErrTooLarge):
		m.failure = "review.failed.too-large"
	default:
		m.e.Error(err)
	}
}

// failed shows an act's error and the case as it is now.
func (m *Model) failed(err error) {
	m.fail(err)
	if m.gone {
		return
	}
	problems := m.problems
	m.Open()
	if m.failure == "review.failed.problems" {
		m.problems = problems
		m.show()
	}
}

// Move goes to another group.
func (m *Model) Move(by int) State { return m.Go(m.current + by) }

// Go goes to the i-th group, or as far as there are groups.
func (m *Model) Go(i int) State {
	m.current = max(0, min(i, len(m.app.Content.Groups())-1))
	return m.State()
}

// Tick ticks the current group and goes on to the next that is not ticked, or
// takes its tick away.
func (m *Model) Tick() State {
	groups := m.app.Content.Groups()
	if m.mode != Reviewing || m.busy != "" || m.current >= len(groups) {
		return m.State()
	}
	g := groups[m.current]
	on := !m.app.Ticked(g)
	m.failure = ""
	if on {
		for step := 1; step < len(groups); step++ {
			if next := (m.current + step) % len(groups); !m.app.Ticked(groups[next]) {
				m.current = next
				break
			}
		}
	}
	d, s, id := m.parts.Desk, m.e.Session, m.id
	env.Go(m.e, func(ctx context.Context) (data.Application, error) { return d.Tick(ctx, s, id, g, on) },
		func(a data.Application, err error) {
			if err != nil {
				m.failed(err)
				return
			}
			// Only this group: another tick may be on its way.
			m.app.Ticks = slices.DeleteFunc(slices.Clone(m.app.Ticks), func(t data.Tick) bool { return t.Group == g.Name })
			for _, t := range a.Ticks {
				if t.Group == g.Name {
					m.app.Ticks = append(m.app.Ticks, t)
				}
			}
			m.show()
		})
	return m.State()
}

// Approve approves the case and issues its certificate; of a case that is
// approved already it issues the certificate. Only then, and only if that went
// well, it goes to the certificate.
func (m *Model) Approve() State {
	if m.busy != "" || m.mode != Reviewing && m.mode != Approved {
		return m.State()
	}
	if st := m.State(); m.mode == Reviewing && st.Ticked < len(st.Groups) {
		m.failure = "review.failed.ticks"
		return m.State()
	}
	if m.mode == Reviewing && m.file.rehearsed != nil {
		return m.State() // nobody has seen what would be sealed
	}
	m.busy, m.failure = "review.busy.issue", ""
	d, s, id, approve := m.parts.Desk, m.e.Session, m.id, m.mode == Reviewing
	env.Go(m.e, func(ctx context.Context) (data.Certificate, error) {
		if approve {
			if _, err := d.Approve(ctx, s, id); err != nil {
				return data.Certificate{}, err
			}
		}
		return d.Issue(ctx, s, id)
	}, func(c data.Certificate, err error) {
		m.busy = ""
		if err != nil {
			m.failed(err)
			return
		}
		m.e.Toast(m.e.T("review.issued", c.Number))
		if !m.gone {
			m.e.Navigate(env.Route{Screen: env.Certificates, ID: string(c.Number)})
		}
	})
	return m.State()
}

// Release gives the case back to the queue.
func (m *Model) Release() State {
	if m.mode != Reviewing || m.busy != "" {
		return m.State()
	}
	d, s, id := m.parts.Desk, m.e.Session, m.id
	m.end("review.busy.release", "review.released", func(ctx context.Context) (data.Application, error) { return d.Release(ctx, s, id) })
	return m.State()
}

// Return begins a return.
func (m *Model) Return() State {
	if m.mode == Reviewing && m.busy == "" {
		m.mode, m.failure = Returning, ""
	}
	return m.State()
}

// Keep gives up a return that was begun. Who begins it again finds what was
// chosen and typed.
func (m *Model) Keep() State {
	if m.mode == Returning && m.busy == "" {
		m.mode, m.failure = Reviewing, ""
		delete(m.parts.Halves, m.halfKey)
	}
	return m.State()
}

// Choose takes a reason or leaves it.
func (m *Model) Choose(code string, on bool) State {
	m.half.Reasons = slices.DeleteFunc(slices.Clone(m.half.Reasons), func(c string) bool { return c == code })
	if on {
		m.half.Reasons = append(m.half.Reasons, code)
	}
	m.failure = ""
	return m.State()
}

// Note is what the clerk is told beyond the reasons.
func (m *Model) Note(text string) State {
	m.half.Note = text
	return m.State()
}

// Send returns the case to the clerk.
func (m *Model) Send() State {
	if m.mode != Returning || m.busy != "" {
		return m.State()
	}
	if len(m.half.Reasons) == 0 {
		m.failure = "review.failed.reason"
		return m.State()
	}
	var reasons []string // in the order of the list
	for _, r := range m.State().Reasons {
		if r.Chosen {
			reasons = append(reasons, r.Code)
		}
	}
	d, s, id, note := m.parts.Desk, m.e.Session, m.id, strings.TrimSpace(m.half.Note)
	m.end("review.busy.return", "review.returned", func(ctx context.Context) (data.Application, error) {
		return d.Return(ctx, s, id, reasons, note)
	})
	return m.State()
}

// end does an act after which the case is no longer here.
func (m *Model) end(busy, done string, act func(context.Context) (data.Application, error)) {
	m.busy, m.failure = busy, ""
	env.Go(m.e, act, func(a data.Application, err error) {
		m.busy = ""
		if err != nil {
			m.failed(err)
			return
		}
		delete(m.parts.Halves, m.halfKey)
		m.half = Half{}
		m.e.Toast(m.e.T(done, stated.Name(a.Content.Traveller.NativeName, a.Content.Traveller.Surname, a.Content.Traveller.GivenNames)))
		if !m.gone {
			m.e.Navigate(env.Route{Screen: env.Queue})
		}
	})
}

// Leave keeps a return that was begun. Acts under way come to their end.
func (m *Model) Leave() {
	m.gone = true
	if m.mode == Returning && (m.half.Note != "" || len(m.half.Reasons) > 0) {
		m.parts.Halves[m.halfKey] = m.half
	}
}

// State is what there is to see now.
func (m *Model) State() State {
	c := m.app.Content
	st := State{
		Mode: m.mode, Busy: m.busy, Failure: m.failure, Case: m.app.State, Number: m.app.Certificate,
		Traveller: stated.Name(c.Traveller.NativeName, c.Traveller.Surname, c.Traveller.GivenNames),
		Document:  c.Document.Number, Departs: c.Departs(), Version: m.app.Version,
		Current: m.current, Note: m.half.Note, Replaces: m.app.Replaces,
	}
	if m.mode != Looking && m.solo() {
		st.Solo = data.MomentOf(m.file.solo.Until, m.e.Post.Zone).String()
	}
	if m.app.ID != "" {
		st.Type = m.parts.Codes.Name(data.ListTypes, string(data.TypeOf(data.StatementOf(c, nil))), m.e.Language())
	}
	if len(c.Itinerary) > 0 {
		st.Flight = c.Itinerary[0].Flight
	}
	if n := len(m.app.Preparers); n > 0 {
		st.PreparedBy = m.name(m.app.Preparers[n-1])
	}
	if m.mode == Looking && m.app.ID != "" {
		st.Look = m.look()
	}
	st.Groups, st.Problems = m.groups()
	for _, g := range st.Groups {
		if g.Ticked {
			st.Ticked++
		}
	}
	if size := m.file.rehearsal.Size; size > 0 {
		st.Seal.Characters = size
		st.Seal.Version, st.Seal.ModuleMM = m.parts.Density(size)
	}
	if m.mode == Returning {
		for _, e := range m.parts.Codes.Entries(data.ListReasons, data.DateOf(m.e.Now())) {
			st.Reasons = append(st.Reasons, Reason{
				Code: e.Code, Text: m.parts.Codes.Name(data.ListReasons, e.Code, m.e.Language()),
				Chosen: slices.Contains(m.half.Reasons, e.Code),
			})
		}
	}
	return st
}

// solo reports whether one officer prepares and approves this case.
func (m *Model) solo() bool {
	if m.app.Approval != nil {
		return m.app.Approval.Solo
	}
	return slices.Contains(m.app.Preparers, m.e.Officer().ID)
}

// look says why the case is only looked at.
func (m *Model) look() string {
	who := m.name(m.app.Reviewer)
	switch {
	case m.app.State == data.Submitted && slices.Contains(m.app.Preparers, m.e.Officer().ID) && m.reviewer():
		return m.e.T("review.look.own")
	case m.app.State == data.Returned && m.app.Return != nil:
		who = m.name(m.app.Return.Officer)
	case m.app.State == data.Approved && m.app.Approval != nil, m.app.State == data.Issued && m.app.Approval != nil:
		who = m.name(m.app.Approval.Officer)
	}
	return m.e.T("review.look."+string(m.app.State), who)
}

// name is an officer's name.
func (m *Model) name(id data.OfficerID) string {
	for _, o := range m.file.officers {
		if o.ID == id {
			return o.Name
		}
	}
	return string(id)
}

// groups are the groups of the case, and the problems that belong to none.
func (m *Model) groups() (groups []Group, rest []data.Problem) {
	if m.app.ID == "" {
		return nil, nil
	}
	sealed := map[string]stated.Group{}
	if m.file.rehearsal.Size > 0 {
		for _, g := range stated.Groups(m.e.Words, m.parts.Codes, m.file.rehearsal.Statement) {
			sealed[g.Name] = g
		}
	}
	for _, g := range m.app.Content.Groups() {
		s := sealed[g.Name]
		group := Group{Name: g.Name, Title: s.Title, Sealed: s.Lines, Beside: m.beside(g.Name), Ticked: m.app.Ticked(g)}
		switch {
		case g.Name == data.GroupJourney:
			group.Title = m.e.T("group.journey")
		case group.Title == "":
			group.Title = m.title(g.Name)
		}
		for _, t := range m.app.Ticks {
			if group.Ticked && t.Group == g.Name {
				if group.By = t.Proof; t.Proof == "" {
					group.By = m.name(t.Officer)
				}
			}
		}
		groups = append(groups, group)
	}
	for _, p := range m.problems {
		name := groupOf(p.Field)
		if i := slices.IndexFunc(groups, func(g Group) bool { return g.Name == name }); i >= 0 {
			groups[i].Problems = append(groups[i].Problems, p)
		} else {
			rest = append(rest, p)
		}
	}
	return groups, rest
}

// title is the name of a group that could not be rehearsed.
func (m *Model) title(group string) string {
	var n int
	if _, err := fmt.Sscanf(group, "test %d", &n); err == nil {
		return m.e.T("group.test", n)
	}
	return m.e.T("group." + group)
}

// groupOf is the group that a field belongs to, empty for none.
func groupOf(field string) string {
	part, rest, _ := strings.Cut(strings.ReplaceAll(field, "[", "."), ".")
	switch part {
	case "traveller", "document":
		return data.GroupIdentity
	case "tests":
		var i int
		if _, err := fmt.Sscanf(rest, "%d", &i); err == nil {
			return data.GroupTest(i)
		}
	case "doses", "infections":
		return data.GroupVaccinations
	case "itinerary", "declaration", "contact":
		return data.GroupJourney
	}
	return ""
}

// beside is what was entered for a group and is not in the seal.
func (m *Model) beside(group string) []stated.Line {
	c, w := m.app.Content, m.e.Words
	var lines []stated.Line
	add := func(label, value string) {
		if value != "" {
			lines = append(lines, stated.Line{Label: label, Value: value})
		}
	}
	field := func(path, value string) { add(w.Field(path), value) }
	switch group {
	case data.GroupIdentity:
		t := c.Traveller
		for i, line := range strings.Split(c.Document.MRZ, "\n") {
			label := ""
			if i == 0 {
				label = w.Field("document.mrz")
			}
			if line != "" {
				lines = append(lines, stated.Line{Label: label, Value: line, Mono: true})
			}
		}
		add(m.e.T("review.checks"), m.checks(c.Document.MRZ))
		field("document.issued", string(c.Document.Issued))
		field("traveller.residentID", t.ResidentID)
		field("traveller.phone", t.Phone)
		field("traveller.email", t.Email)
		field("traveller.guardian", stated.Join(t.Guardian.Name, t.Guardian.Relation, t.Guardian.DocumentNumber, t.Guardian.Phone))
	case data.GroupVaccinations:
		for i, f := range c.Infections {
			add(w.T("place.infections", i+1), stated.Join(string(f.FirstPositive), string(f.Recovered), f.Remarks))
		}
	case data.GroupJourney:
		for i, l := range c.Itinerary {
			add(w.T("place.itinerary", i+1), strings.Join(strings.Fields(l.Flight+" "+l.From+" – "+l.To), " ")+", "+l.Departs.String())
		}
		d := c.Declaration
		var complaints []string
		for _, code := range d.Complaints {
			complaints = append(complaints, m.parts.Codes.Name(data.ListSymptoms, code, m.e.Language()))
		}
		field("declaration.symptoms", stated.Join(append([]string{w.T("answer." + string(d.Symptoms))}, complaints...)...))
		field("declaration.contact", w.T("answer."+string(d.Contact)))
		field("declaration.medicine", w.T("answer."+string(d.Medicine)))
		field("declaration.remarks", d.Remarks)
		field("declaration.signed", string(d.Signed))
		field("contact", stated.Join(c.Contact.Name, c.Contact.Relation, c.Contact.Organisation, c.Contact.Phone))
	default:
		for i, t := range c.Tests {
			if data.GroupTest(i) != group {
				continue
			}
			field("tests.reportNo", t.ReportNo)
			if t.Product != "" {
				field("tests.product", stated.Join(m.parts.Codes.Name(data.ListProducts, t.Product, m.e.Language()), t.Product))
			}
			for _, l := range m.file.laboratories {
				if l.ID == t.Laboratory {
					field("tests.laboratory", stated.Join(l.Name, l.NativeName))
					add(w.Field("traveller.phone"), l.Phone)
				}
			}
		}
	}
	for _, k := range c.Confirmed {
		if groupOf(k.Field) == group {
			add(w.Field("confirmed"), w.Field(k.Field)+": "+k.Value)
		}
	}
	return lines
}

// checks says how the check digits of machine-readable lines turned out.
func (m *Model) checks(lines string) string {
	if lines == "" {
		return m.e.T("review.checks.none")
	}
	zone, err := mrz.Parse(lines)
	if err != nil {
		return m.e.T("review.checks.unread")
	}
	var wrong []string
	for _, c := range zone.Checks {
		if !c.OK {
			wrong = append(wrong, m.e.T("review.check."+c.Name))
		}
	}
	switch {
	case len(wrong) > 0:
		return m.e.T("review.checks.wrong", strings.Join(wrong, ", "))
	case zone.Truncated:
		return m.e.T("review.checks.cut")
	}
	return m.e.T("review.checks.right")
}
