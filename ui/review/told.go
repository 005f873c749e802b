package review

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"pratique/data"
	"pratique/data/mrz"
	"pratique/ui/evidence"
	"pratique/ui/stated"
)

// Event is a point in a case's life. It is comparable.
type Event struct {
	When, What, Detail string
	Bad                bool
}

// Likely is another case that may be about the same person.
type Likely struct {
	ID      data.ApplicationID
	Case    data.State
	Why     []string
	Rows    []Beside
	Shared  bool // a report, and nobody has said that this is as it should be
	Cleared string
}

// Beside is a value of this case and of another one. It is comparable.
type Beside struct {
	Label, Mine, Theirs string
	Same                bool
}

// Asked is what a laboratory says of one of its reports. It is comparable.
type Asked struct {
	Test       int
	Title      string // of the test
	Laboratory string
	Phone      string
	Report     string
	Said       string // what it said, or that it was asked
	Outcome    string // one of [data.BackCheckOutcomes]; empty: nothing came back
	Due        bool   // it must answer before the approval
}

// look says why the case is only looked at, or what there is to know first.
func (m *Model) look() string {
	who := m.name(m.app.Reviewer)
	switch a := m.app; {
	case a.State == data.Submitted && m.own() && m.reviewer():
		return m.e.T("review.look.own")
	case a.State == data.OnHold && a.Hold != nil:
		return m.e.T("review.look.on hold", m.name(a.Hold.Officer), m.e.When(a.Hold.At), m.reasons(data.ListHolds, a.Hold.Reasons, a.Hold.Note))
	case a.Decision != nil && m.mode == Decided:
		d := a.Decision
		text := m.e.T("review.look.decided", m.e.T("review.colour."+string(d.Colour)), m.name(d.Officer), m.e.When(d.At), string(d.Until), m.reasons(data.ListRefusals, d.Reasons, d.Note))
		if c := d.Contest; c != nil {
			text += " " + m.e.T("review.look.contested", m.e.When(c.At), c.Grounds)
			if !c.DecidedAt.IsZero() {
				text += " " + m.e.T("review.look.rejected", m.name(c.DecidedBy), m.e.When(c.DecidedAt), c.Why)
			}
		}
		return text
	case a.State == data.Returned && a.Return != nil:
		who = m.name(a.Return.Officer)
	case a.Approval != nil:
		who = m.name(a.Approval.Officer)
	}
	return m.e.T("review.look."+string(m.app.State), who)
}

// reasons are reasons of a list in words, with the note.
func (m *Model) reasons(list string, codes []string, note string) string {
	var words []string
	for _, c := range codes {
		words = append(words, m.parts.Codes.Name(list, c, m.e.Language()))
	}
	if note != "" {
		words = append(words, note)
	}
	return strings.Join(words, "; ")
}

// documents are the scans of the case, those of a group with its name.
func (m *Model) documents() (all []evidence.Document) {
	for _, e := range m.app.Evidence {
		title := e.Name
		if e.Group != "" {
			title = m.e.T("review.document", m.title(e.Group), e.Name)
		}
		all = append(all, evidence.Document{ID: e.ID, Group: e.Group, Title: title, Pages: e.Pages, Gone: !e.Gone.IsZero()})
	}
	return all
}

// history is the life of the case, the newest first.
func (m *Model) history() []Event {
	type dated struct {
		at time.Time
		Event
	}
	var all []dated
	add := func(at time.Time, key string, who data.OfficerID, detail string, bad bool) {
		if !at.IsZero() {
			what := m.e.T("review.history." + key)
			all = append(all, dated{at, Event{m.e.When(at), what, stated.Join(m.name(who), detail), bad}})
		}
	}
	a := m.app
	last := data.OfficerID("")
	if n := len(a.Preparers); n > 0 {
		last = a.Preparers[n-1]
		add(a.Created, "created", a.Preparers[0], "", false)
	}
	add(a.Submitted, "submitted", last, "", false)
	add(a.Moved, "moved", "", "", true)
	if r := a.Return; r != nil {
		add(r.At, "returned", r.Officer, m.reasons(data.ListReasons, r.Reasons, r.Note), true)
	}
	if h := a.Hold; h != nil {
		add(h.At, "held", h.Officer, m.reasons(data.ListHolds, h.Reasons, h.Note), false)
	}
	for _, e := range a.Evidence {
		add(e.At, "attached", e.Officer, e.Name, false)
		add(e.Gone, "gone", "", e.Name, false)
	}
	for _, o := range a.Originals {
		add(o.At, "original", o.Officer, m.title(o.Group), false)
	}
	for _, c := range a.BackChecks {
		add(c.Asked, "asked", c.Officer, stated.Join(m.laboratory(c.Laboratory).Name, m.e.T("review.way."+c.By)), false)
		if c.Outcome != "" {
			add(c.At, "answer."+c.Outcome, c.By2, stated.Join(m.laboratory(c.Laboratory).Name, c.Note), c.Outcome == data.Denied)
		}
	}
	for _, s := range a.Same {
		add(s.At, "same."+s.By, "", "", true)
		add(s.Cleared, "cleared", s.Officer, s.Why, false)
	}
	if o := a.Override; o != nil {
		add(o.At, "overridden", o.Officer, stated.Join(m.name(o.Authoriser), strings.Join(o.Checks, ", "), o.Reason), true)
	}
	decisions := a.Past
	if a.Decision != nil {
		decisions = append(slices.Clone(decisions), *a.Decision)
	}
	for _, d := range decisions {
		add(d.At, "decided."+string(d.Colour), d.Officer, stated.Join(m.e.T("review.history.until", string(d.Until)), m.reasons(data.ListRefusals, d.Reasons, d.Note)), true)
		if c := d.Contest; c != nil {
			add(c.At, "contested", c.Recorded, c.Grounds, false)
			key := map[bool]string{true: "upheld", false: "rejected"}[c.Upheld]
			add(c.DecidedAt, key, c.DecidedBy, c.Why, false)
		}
		add(d.Lifted, "lifted", d.LiftedBy, d.LiftedWhy, false)
	}
	if p := a.Approval; p != nil {
		add(p.At, "approved", p.Officer, "", false)
	}
	slices.SortStableFunc(all, func(a, b dated) int { return b.at.Compare(a.at) })
	var events []Event
	for _, d := range all {
		events = append(events, d.Event)
	}
	return events
}

// likely are the other cases that may be about the same person, side by side.
func (m *Model) likely() (all []Likely) {
	c, w := m.app.Content, m.e.Words
	for _, l := range m.file.likely {
		r := l.Row
		one := Likely{ID: r.ID, Case: r.State}
		for _, why := range l.Why {
			one.Why = append(one.Why, w.T("review.likely."+why))
		}
		add := func(label, mine, theirs string) {
			one.Rows = append(one.Rows, Beside{label, cmp.Or(mine, stated.Nothing), cmp.Or(theirs, stated.Nothing), mine == theirs})
		}
		t := c.Traveller
		add(w.Field("traveller"), stated.Name(t.NativeName, t.Surname, t.GivenNames), stated.Name(r.NativeName, r.Surname, r.GivenNames))
		add(w.Field("traveller.birth"), string(t.Birth), string(r.Birth))
		add(w.Field("document.number"), c.Document.Number, r.Document)
		flight, departs := "", ""
		if len(c.Itinerary) > 0 {
			flight = c.Itinerary[0].Flight
		}
		if d := c.Departs(); !d.IsZero() {
			departs = d.String()
		}
		theirs := ""
		if !r.Departs.IsZero() {
			theirs = r.Departs.String()
		}
		add(w.Field("itinerary.flight"), stated.Join(flight, departs), stated.Join(r.Flight, theirs))
		for _, s := range m.app.Same {
			if s.Case == r.ID {
				if one.Shared = one.Shared || s.Cleared.IsZero(); !s.Cleared.IsZero() {
					one.Cleared = m.e.T("review.likely.cleared", m.name(s.Officer), m.e.When(s.Cleared), s.Why)
				}
			}
		}
		all = append(all, one)
	}
	return all
}

func (m *Model) laboratory(id data.LaboratoryID) data.Laboratory {
	for _, l := range m.file.laboratories {
		if l.ID == id {
			return l
		}
	}
	return data.Laboratory{ID: id, Name: string(id)}
}

// asked are the tests of the case and what their laboratories say of them.
func (m *Model) asked() (all []Asked) {
	for i, t := range m.app.Content.Tests {
		l := m.laboratory(t.Laboratory)
		one := Asked{
			Test: i, Laboratory: l.Name, Phone: l.Phone, Report: t.ReportNo,
			Title: m.title(data.GroupTest(i)) + " – " + m.parts.Codes.Name(data.ListTests, string(t.Kind), m.e.Language()),
		}
		field := fmt.Sprintf("tests[%d]", i)
		one.Due = slices.ContainsFunc(m.problems, func(p data.Problem) bool { return p.Field == field && p.Key == "problem.backcheck.open" })
		switch c := m.app.LastCheck(i); {
		case c.Asked.IsZero() && one.Due:
			one.Said = m.e.T("review.asked.due")
		case c.Asked.IsZero():
			one.Said = m.e.T("review.asked.not")
		case c.Outcome == "":
			one.Said = m.e.T("review.asked.waiting", m.name(c.Officer), m.e.T("review.way."+c.By), m.e.When(c.Asked))
		default:
			one.Outcome = c.Outcome
			one.Said = stated.Join(m.e.T("review.asked."+c.Outcome, m.name(c.By2), m.e.T("review.way."+c.By), m.e.When(c.At)), c.Note)
		}
		all = append(all, one)
	}
	return all
}

// ofNotice reports whether a problem is a requirement of the notice: the
// findings tell it better.
func ofNotice(p data.Problem) bool {
	return strings.HasPrefix(p.Key, "problem.notice.")
}

// groups are the groups of the case, and the problems that belong to none.
func (m *Model) groups() (groups []Group, rest []data.Problem) {
	lines := map[string]stated.Group{}
	statement := data.StatementOf(m.app.Content, m.file.laboratories)
	if m.file.rehearsal.Size > 0 {
		statement = m.file.rehearsal.Statement
	}
	for _, g := range stated.Groups(m.e.Words, m.parts.Codes, statement) {
		lines[g.Name] = g
	}
	for _, g := range m.app.Content.Groups() {
		s := lines[g.Name]
		group := Group{Name: g.Name, Title: s.Title, Lines: s.Lines, Beside: m.beside(g.Name), Ticked: m.app.Ticked(g)}
		group.Changed = m.changed[g.Name] && !group.Ticked
		switch {
		case g.Name == data.GroupJourney:
			group.Title = m.e.T("group.journey")
			if m.file.rehearsal.Size == 0 {
				group.Lines = nil // what is sealed of it is granted by the notice
			}
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
		for _, o := range m.app.Originals {
			if o.Group == g.Name && o.Hash == g.Hash {
				group.Original = m.name(o.Officer)
			}
		}
		groups = append(groups, group)
	}
	for _, p := range m.problems {
		name := stated.GroupOf(p.Field)
		if i := slices.IndexFunc(groups, func(g Group) bool { return g.Name == name }); i >= 0 {
			groups[i].Problems = append(groups[i].Problems, p)
		} else if !ofNotice(p) {
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
		add(m.e.T("review.checks"), m.digits(c.Document.MRZ))
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
		if stated.GroupOf(k.Field) == group {
			add(w.Field("confirmed"), w.Field(k.Field)+": "+k.Value)
		}
	}
	return append(lines, m.brought(group)...)
}

// digits says how the check digits of machine-readable lines turned out.
func (m *Model) digits(lines string) string {
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
