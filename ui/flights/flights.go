// Package flights is the screen of who comes and where they go: numbers that are
// expected and declarations that travellers made beforehand; lists for ports of
// entry and what comes back; and the risk classes of flights.
package flights

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"pratique/data"
	"pratique/data/attachment"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/evidence"
	"pratique/data/handover"
	"pratique/data/predeclaration"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/save"
	"pratique/ui/second"
	"pratique/ui/sheet"
	"pratique/ui/stated"
)

// Expecting knows who comes.
type Expecting interface {
	Expected(ctx context.Context, s staff.Session, first, last data.Date) ([]desk.Expect, error)
	Queue(s staff.Session, states ...data.State) ([]desk.Row, error)
}

// Counter takes in who declared themselves.
type Counter interface {
	ImportPredeclaration(ctx context.Context, s staff.Session, b []byte) (data.Application, error)
	Begin(ctx context.Context, s staff.Session, id data.ApplicationID) (data.Application, error)
}

// Ports are told of travellers, and tell of them.
type Ports interface {
	Handover(ctx context.Context, s staff.Session, port string, first, last data.Date) ([]byte, handover.List, error)
	ReadPassed(ctx context.Context, s staff.Session, b []byte) ([]handover.Passed, error)
}

// Risks are the classes of flights. Setting them takes two.
type Risks interface {
	Flights(ctx context.Context) (map[string]string, error)
	SetFlights(ctx context.Context, s, second staff.Session, classes map[string]string) error
}

// Files finds the codes in pictures and PDF files.
type Files interface {
	Read(ctx context.Context, b []byte) (evidence.Found, error)
}

// Parts are what the screen is made of.
type Parts struct {
	Desk interface {
		Expecting
		Counter
		Ports
		Risks
		second.Door
	}
	Files Files
	// Page is the copy on paper of a signed list, Print prints it on the usual
	// printer and says which that is; see [sheet.ErrNoPrinter].
	Page  func(ctx context.Context, list handover.List, signed []byte) (pdf []byte, err error)
	Print func(ctx context.Context, title string, pdf []byte) (printer string, err error)
	Save  save.Parts
	// Kept keeps what each officer asked for, and the list made of it; never nil.
	Kept map[data.OfficerID]Kept
}

// Asked is what an officer asks for. It is comparable.
type Asked struct {
	From, Until data.Date // days, both included
	Port        string
}

// Kept is what an officer asked for and the list that was made of it. Whoever is
// on that is known to the port by now, so it does not go with the screen.
type Kept struct {
	Asked
	list   *handover.List // nil for none
	signed []byte
}

// Part of the screen.
type Part string

// The parts.
const (
	Expected Part = "expected"
	Handover Part = "handover"
	Risk     Part = "risk"
)

// May reports whether an officer has business here.
func May(o data.Officer) bool { return len(partsOf(o)) > 0 }

func partsOf(o data.Officer) (all []Part) {
	for _, p := range []struct {
		part Part
		acts []audit.Act
	}{
		{Expected, []audit.Act{audit.ListRead}},
		{Handover, []audit.Act{audit.HandoverMade, audit.PassedRead}},
		{Risk, []audit.Act{audit.ListRead, audit.FlightsSet}},
	} {
		if slices.ContainsFunc(p.acts, func(a audit.Act) bool { return staff.Allows(o, a) }) {
			all = append(all, p.part)
		}
	}
	return all
}

// Traveller is somebody who is announced. It is comparable.
type Traveller struct {
	ID                        data.ApplicationID
	Name, Document, Reference string
}

// Declaration is what a file or a QR declares, before it is taken in.
type Declaration struct {
	Lines []stated.Line
}

// Class is a flight and its class, and which it would have. It is comparable.
type Class struct {
	Flight  string
	Was, Is string // empty for none
}

// State is everything that the screen shows.
type State struct {
	Parts []Part
	Part  Part
	Busy  string // message key, empty for nothing
	Done  string // what was done, in words
	Asked Asked
	// Message keys of what a try lacked.
	FromProblem, UntilProblem, PortProblem string
	// Refused is why a file was not taken, in words, and Wrong what is wrong in it.
	Refused string
	Wrong   []string

	MayDeclare bool
	Known      bool
	Expected   []desk.Expect
	Chosen     int // of Expected
	Announced  []Traveller
	Declared   *Declaration
	New        data.ApplicationID // whose declaration was taken in

	MayHand, MayRead bool
	List             *handover.List
	Passed           []handover.Passed // what came back and is new
	Back             bool              // something came back

	MaySet  bool
	Classes []Class
	Changes []Class // that a file would make; nil: none was read
}

// Model is the screen without its widgets. What an act does not know at once it
// tells Show.
type Model struct {
	Show func(State)

	e        *env.Env
	parts    Parts
	st       State
	rows     []desk.Row // announced, of all flights
	declared []byte
	signed   []byte
	classes  map[string]string
	set      map[string]string // of the file
	next     func()            // waits until nothing is under way, nil for nothing
	gone     bool
}

// NewModel makes the model. The part is the first one if it is empty or not the
// officer's.
func NewModel(e *env.Env, parts Parts, part Part) *Model {
	o := e.Officer()
	m := &Model{Show: func(State) {}, e: e, parts: parts}
	m.st = State{
		Parts: partsOf(o), Part: part, Asked: parts.Kept[o.ID].Asked,
		MayDeclare: staff.Allows(o, audit.ApplicationPreDeclared),
		MayHand:    staff.Allows(o, audit.HandoverMade), MayRead: staff.Allows(o, audit.PassedRead), MaySet: staff.Allows(o, audit.FlightsSet),
	}
	if !slices.Contains(m.st.Parts, part) && len(m.st.Parts) > 0 {
		m.st.Part = m.st.Parts[0]
	}
	if m.st.Asked == (Asked{}) {
		today := data.MomentOf(e.Now(), e.Post.Zone).Date()
		m.st.Asked.From, m.st.Asked.Until = today, today
		if t, err := time.Parse(time.DateOnly, string(today)); err == nil {
			m.st.Asked.Until = data.DateOf(t.AddDate(0, 0, 2))
		}
	}
	return m
}

// State is what to show now.
func (m *Model) State() State { return m.st }

func (m *Model) show() {
	if !m.gone {
		m.Show(m.st)
	}
}

// waits keeps what is asked for while something is under way until that has
// ended; the last of it alone.
func (m *Model) waits(act func()) bool {
	if m.st.Busy != "" {
		m.next = act
	}
	return m.st.Busy != ""
}

// start does work away from the UI goroutine, one at a time.
func start[T any](m *Model, busy string, work func(context.Context) (T, error), then func(T, error)) {
	if m.st.Busy != "" {
		return
	}
	m.st.Busy = busy
	m.show()
	env.Go(m.e, work, func(got T, err error) {
		m.st.Busy = ""
		then(got, err)
		m.show()
		if next := m.next; next != nil && !m.gone {
			m.next = nil
			next()
		}
	})
}

// Open shows the part.
func (m *Model) Open() {
	switch m.st.Part {
	case Expected:
		m.Expect()
	case Risk:
		start(m, "flights.busy.read", m.parts.Desk.Flights, func(classes map[string]string, err error) {
			m.e.Error(err)
			m.classes = classes
			m.st.Classes = compared(classes, classes)
		})
	default:
		if k := m.parts.Kept[m.e.Officer().ID]; m.st.List == nil && k.list != nil && k.Asked == m.st.Asked {
			m.handed(k)
		}
		m.show()
	}
}

// Go changes to another part.
func (m *Model) Go(p Part) {
	if p != m.st.Part && slices.Contains(m.st.Parts, p) && !m.waits(func() { m.Go(p) }) {
		m.forget()
		m.st.Part = p
		m.Open()
	}
}

// forget takes away what was said and read, and leaves lists and numbers.
func (m *Model) forget() {
	m.st.Done, m.st.Refused, m.st.Wrong = "", "", nil
	m.st.FromProblem, m.st.UntilProblem, m.st.PortProblem = "", "", ""
	m.st.Declared, m.st.Changes = nil, nil
	m.declared, m.set = nil, nil
}

// Ask changes what is asked for: the answer to another question goes.
func (m *Model) Ask(a Asked) {
	a.Port = strings.ToUpper(strings.TrimSpace(a.Port))
	if a == m.st.Asked {
		return
	}
	m.st.Done, m.st.Refused, m.st.Wrong = "", "", nil
	m.st.FromProblem, m.st.UntilProblem, m.st.PortProblem = "", "", ""
	m.st.Asked, m.st.List, m.signed, m.st.Back, m.st.Passed = a, nil, nil, false, nil
	m.st.Known, m.st.Expected, m.st.Announced = false, nil, nil
	m.show()
}

// asked reports whether the days, and the port where it takes one, can be asked for.
func (m *Model) asked(port bool) bool {
	m.forget()
	a := m.st.Asked
	if !a.From.Full() {
		m.st.FromProblem = "flights.no-day"
	}
	if !a.Until.Full() {
		m.st.UntilProblem = "flights.no-day"
	} else if a.From.Full() && a.Until < a.From {
		m.st.UntilProblem = "flights.order"
	}
	if port && !data.ValidAirport(a.Port) {
		m.st.PortProblem = "flights.no-port"
	}
	return m.st.FromProblem+m.st.UntilProblem+m.st.PortProblem == ""
}

// expectation is who comes.
type expectation struct {
	lines []desk.Expect
	rows  []desk.Row
}

// Expect counts who is expected.
func (m *Model) Expect() {
	if m.waits(m.Expect) {
		return
	}
	if !m.asked(false) {
		m.show()
		return
	}
	d, s, a := m.parts.Desk, m.e.Session, m.st.Asked
	start(m, "flights.busy.read", func(ctx context.Context) (e expectation, err error) {
		if e.lines, err = d.Expected(ctx, s, a.From, a.Until); err == nil {
			e.rows, err = d.Queue(s, data.PreDeclared)
		}
		return e, err
	}, func(e expectation, err error) { m.expected(a, e, err) })
}

// expected shows who comes, unless something else is asked for by now.
func (m *Model) expected(of Asked, e expectation, err error) {
	m.e.Error(err)
	if err == nil && of == m.st.Asked {
		m.st.Known, m.st.Expected, m.rows = true, e.lines, e.rows
		m.announced(m.st.Chosen)
	}
}

// Choose looks at one line of numbers.
func (m *Model) Choose(i int) {
	if i != m.st.Chosen {
		m.announced(i)
		m.show()
	}
}

// announced finds who is announced of the i-th line.
func (m *Model) announced(i int) {
	m.st.Chosen, m.st.Announced = max(0, min(i, len(m.st.Expected)-1)), nil
	if len(m.st.Expected) == 0 {
		return
	}
	of := m.st.Expected[m.st.Chosen]
	flight := func(f string) string { return strings.ToUpper(strings.Join(strings.Fields(f), "")) }
	for _, r := range m.rows {
		if r.Departs.Date() == of.Day && flight(r.Flight) == flight(of.Flight) && r.Port == of.Port {
			m.st.Announced = append(m.st.Announced, Traveller{r.ID, stated.Name(r.NativeName, r.Surname, r.GivenNames), r.Document, r.Reference.String()})
		}
	}
	slices.SortFunc(m.st.Announced, func(a, b Traveller) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
}

// Begin makes a draft of the i-th who is announced, now that they have come, and
// goes there.
func (m *Model) Begin(i int) {
	if i < 0 || i >= len(m.st.Announced) || !m.st.MayDeclare {
		return
	}
	d, s, id := m.parts.Desk, m.e.Session, m.st.Announced[i].ID
	start(m, "flights.busy.read", func(ctx context.Context) (data.Application, error) { return d.Begin(ctx, s, id) }, func(a data.Application, err error) {
		switch {
		case err != nil:
			m.e.Error(err)
		case !m.gone:
			m.e.Navigate(env.Route{Screen: env.Intake, ID: string(a.ID)})
		}
	})
}

// MayFile reports whether the part takes files from this officer.
func (m *Model) MayFile() bool {
	return map[Part]bool{Expected: m.st.MayDeclare, Handover: m.st.MayRead, Risk: m.st.MaySet}[m.st.Part]
}

// File takes what the part takes from a file: a declaration, checkpoints, classes.
func (m *Model) File(read func() ([]byte, error)) {
	if !m.MayFile() || m.waits(func() { m.File(read) }) {
		return
	}
	m.forget()
	d, s := m.parts.Desk, m.e.Session
	switch m.st.Part {
	case Expected:
		start(m, "flights.busy.file", func(ctx context.Context) (declared, error) {
			b, err := read()
			if err != nil {
				return declared{}, err
			}
			return m.declaration(ctx, b)
		}, m.looked)
	case Handover:
		start(m, "flights.busy.file", func(ctx context.Context) ([]handover.Passed, error) {
			b, err := read()
			if err != nil {
				return nil, err
			}
			return d.ReadPassed(ctx, s, b)
		}, func(passed []handover.Passed, err error) {
			if err != nil {
				m.refuse(err)
				return
			}
			m.st.Back, m.st.Passed = true, passed
			m.st.Done = m.e.T("flights.passed.none")
			if len(passed) > 0 {
				m.st.Done = m.e.T("flights.passed.done", len(passed))
			}
		})
	case Risk:
		start(m, "flights.busy.file", func(context.Context) (map[string]string, error) {
			b, err := read()
			if err != nil {
				return nil, err
			}
			return desk.ParseFlights(b)
		}, func(set map[string]string, err error) {
			if err != nil {
				m.refuse(err)
				return
			}
			m.st.Changes = slices.DeleteFunc(compared(m.classes, set), func(c Class) bool { return c.Was == c.Is })
			if m.set = set; len(m.st.Changes) == 0 {
				m.st.Refused, m.st.Changes, m.set = m.e.T("flights.risk.same"), nil, nil
			}
		})
	}
}

// refuse says why a file was not taken.
func (m *Model) refuse(err error) {
	var problems *desk.ProblemsError
	switch {
	case errors.As(err, &problems):
		m.st.Refused = m.e.T("flights.file.wrong")
		for _, p := range problems.Problems {
			says := m.e.Words.Problem(p)
			if n, ok := strings.CutPrefix(p.Field, "line "); ok {
				says = m.e.T("flights.line", n) + " " + says
			}
			m.st.Wrong = append(m.st.Wrong, says)
		}
	case errors.Is(err, predeclaration.ErrForm), errors.Is(err, errNoCode):
		m.st.Refused = m.e.T("flights.file.declaration")
	case errors.Is(err, handover.ErrForm):
		m.st.Refused = m.e.T("flights.file.passed")
	default:
		m.e.Error(err)
	}
}

// errNoCode: no QR of a declaration is in a picture or PDF.
var errNoCode = errors.New("no QR of a pre-declaration in it")

// declared is a declaration, and the bytes that say so.
type declared struct {
	content data.Content
	b       []byte
}

// declaration reads a file, the text of a QR, or the QR in a picture or PDF.
func (m *Model) declaration(ctx context.Context, b []byte) (d declared, err error) {
	if _, err := attachment.TypeOf(b[:min(len(b), attachment.Sniffed)]); err == nil {
		found, err := m.parts.Files.Read(ctx, b)
		if err != nil {
			return d, fmt.Errorf("%w: %w", errNoCode, err)
		}
		i := slices.IndexFunc(found.Symbols, func(q evidence.Symbol) bool { return strings.HasPrefix(q.Text, predeclaration.Prefix) })
		if i < 0 {
			return d, errNoCode
		}
		b = []byte(found.Symbols[i].Text)
	}
	d.b = bytes.Clone(b)
	d.content, err = predeclaration.Parse(b)
	return d, err
}

// Text takes what was scanned or pasted.
func (m *Model) Text(text string) {
	if text = strings.TrimSpace(text); text != "" && m.st.Part == Expected {
		m.File(func() ([]byte, error) { return []byte(text), nil })
	}
}

// looked shows what a declaration is. Nothing is stored yet.
func (m *Model) looked(d declared, err error) {
	if err != nil {
		m.refuse(err)
		return
	}
	c, w := d.content, m.e.Words
	m.declared = d.b
	lines := []stated.Line{
		{Label: m.e.T("flights.name"), Value: stated.Name(c.Traveller.NativeName, c.Traveller.Surname, c.Traveller.GivenNames)},
		{Label: w.Field("traveller.birth"), Value: string(c.Traveller.Birth)},
		{Label: w.Field("document.number"), Value: c.Document.Number},
	}
	for _, l := range c.Itinerary {
		lines = append(lines, stated.Line{Label: w.Field("itinerary.flight"), Value: strings.TrimSpace(l.Flight + " " + l.From + " – " + l.To + "  " + l.Departs.String())})
	}
	for _, n := range []struct {
		label string
		n     int
	}{{w.T("flights.tests"), len(c.Tests)}, {w.T("flights.doses"), len(c.Doses)}} {
		if n.n > 0 {
			lines = append(lines, stated.Line{Label: n.label, Value: strconv.Itoa(n.n)})
		}
	}
	m.st.Declared = &Declaration{slices.DeleteFunc(lines, func(l stated.Line) bool { return l.Value == "" })}
}

// GiveUp gives up what was read of a file.
func (m *Model) GiveUp() {
	if m.st.Busy == "" {
		m.forget()
		m.show()
	}
}

// TakeIn makes the case of the declaration that is shown, and shows it among
// those of its flight, whichever days were asked for before.
func (m *Model) TakeIn() {
	if m.st.Declared == nil {
		return
	}
	asked := m.st.Asked
	d, s, b, a := m.parts.Desk, m.e.Session, m.declared, asked
	type taken struct {
		expectation
		is data.Application
	}
	start(m, "flights.busy.take", func(ctx context.Context) (t taken, err error) {
		if t.is, err = d.ImportPredeclaration(ctx, s, b); err != nil {
			return t, err
		}
		if day := t.is.Content.Departs().Date(); day.Full() {
			a.From, a.Until = min(a.From, day), max(a.Until, day)
		}
		if t.lines, err = d.Expected(ctx, s, a.From, a.Until); err == nil {
			t.rows, err = d.Queue(s, data.PreDeclared)
		}
		return t, err
	}, func(t taken, err error) {
		if t.is.ID == "" {
			m.e.Error(err)
			return
		}
		m.forget()
		if m.st.New = t.is.ID; m.st.Asked == asked { // nobody typed meanwhile
			m.st.Asked = a
		}
		m.st.Done = m.e.T("flights.declared.done", t.is.Reference.String())
		m.expected(a, t.expectation, err)
		for i := range m.st.Expected {
			m.announced(i)
			if slices.ContainsFunc(m.st.Announced, func(o Traveller) bool { return o.ID == t.is.ID }) {
				break
			}
		}
		m.e.Changed()
	})
}

// Hand makes the list for the port. Those on it are known there from now on.
func (m *Model) Hand() {
	if m.st.Busy != "" || !m.st.MayHand {
		return
	}
	m.st.Back, m.st.Passed = false, nil
	if !m.asked(true) {
		m.show()
		return
	}
	type made struct {
		signed []byte
		list   handover.List
	}
	d, s, a, who := m.parts.Desk, m.e.Session, m.st.Asked, m.e.Officer().ID
	start(m, "flights.busy.hand", func(ctx context.Context) (h made, err error) {
		h.signed, h.list, err = d.Handover(ctx, s, a.Port, a.From, a.Until)
		return h, err
	}, func(h made, err error) {
		if m.e.Error(err); err != nil || a != m.st.Asked {
			return
		}
		m.parts.Kept[who] = Kept{a, &h.list, h.signed}
		m.handed(m.parts.Kept[who])
	})
}

// handed shows a list that was made.
func (m *Model) handed(k Kept) {
	m.signed, m.st.List = k.signed, k.list
	m.st.Done = m.e.T("flights.list.done", len(k.list.Rows), k.list.Port, data.MomentOf(k.list.Made, m.e.Post.Zone).String())
}

// Signed is the signed list and what its file is called.
func (m *Model) Signed() (name string, b []byte) {
	if m.st.List == nil {
		return "", nil
	}
	l := m.st.List
	return fmt.Sprintf("handover-%s-%s-%s.txt", l.Port, l.From, l.Until), m.signed
}

// Print prints the list that is shown.
func (m *Model) Print() {
	if m.st.List == nil {
		return
	}
	page, print, list, signed := m.parts.Page, m.parts.Print, *m.st.List, m.signed
	start(m, "flights.busy.print", func(ctx context.Context) (string, error) {
		pdf, err := page(ctx, list, signed)
		if err != nil {
			return "", err
		}
		return print(ctx, "handover", pdf)
	}, func(printer string, err error) {
		m.st.Done, m.st.Refused = "", ""
		switch {
		case errors.Is(err, sheet.ErrNoPrinter):
			m.st.Refused = m.e.T("flights.list.no-printer")
		case err != nil:
			m.e.Error(err)
		default:
			m.st.Done = m.e.T("flights.list.printed", printer)
		}
	})
}

// compared are the flights of two tables.
func compared(was, is map[string]string) (all []Class) {
	both := maps.Clone(is)
	if both == nil {
		both = map[string]string{}
	}
	maps.Copy(both, was)
	for _, f := range slices.Sorted(maps.Keys(both)) {
		all = append(all, Class{spaced(f), was[f], is[f]})
	}
	return all
}

// spaced is a flight without spaces as it is written everywhere else: "UT 846".
func spaced(flight string) string {
	if len(flight) < 3 || !data.ValidFlight(flight) {
		return flight
	}
	return flight[:2] + " " + flight[2:]
}

// AskSet says what a second officer has to agree to; ok is false if there is
// nothing to set.
func (m *Model) AskSet() (sentence string, ok bool) {
	if m.st.Changes == nil || m.st.Busy != "" {
		return "", false
	}
	return m.e.T("flights.risk.sentence", len(m.set), len(m.st.Changes)), true
}

// Set sets the classes of the file.
func (m *Model) Set(other staff.Session) {
	if _, ok := m.AskSet(); !ok {
		return
	}
	d, s, set := m.parts.Desk, m.e.Session, m.set
	start(m, "flights.busy.set", func(ctx context.Context) (struct{}, error) { return struct{}{}, d.SetFlights(ctx, s, other, set) }, func(_ struct{}, err error) {
		if err != nil {
			m.e.Error(err)
			return
		}
		m.forget()
		m.classes, m.st.Classes = set, compared(set, set)
		m.st.Done = m.e.T("flights.risk.done", len(set))
	})
}

// Leave keeps what was asked for, and the list that answers it.
func (m *Model) Leave() {
	m.gone = true
	if who := m.e.Officer().ID; m.parts.Kept[who].Asked != m.st.Asked {
		m.parts.Kept[who] = Kept{Asked: m.st.Asked}
	}
}
