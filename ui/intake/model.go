// Package intake is the screen on which a clerk enters an application from the
// papers on the counter: machine-readable lines first, then what they do not
// hold. What is wrong is told while one types; what was typed is never lost.
package intake

import (
	"context"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"pratique/data"
	"pratique/data/codes"
	"pratique/data/desk"
	"pratique/data/mrz"
	"pratique/data/rules"
	"pratique/data/staff"
)

// Acts are what becomes of an application besides being kept.
type Acts interface {
	Begin(ctx context.Context, s staff.Session, id data.ApplicationID) (data.Application, error)
	Submit(ctx context.Context, s staff.Session, id data.ApplicationID) (data.Application, error)
	Withdraw(ctx context.Context, s staff.Session, id data.ApplicationID) (data.Application, error)
}

// Checks tell what is wrong with a content.
type Checks interface {
	Assess(ctx context.Context, c data.Content) (rules.Assessment, bool, error)
	Validate(ctx context.Context, c data.Content) ([]data.Problem, error)
	Laboratories(ctx context.Context) ([]data.Laboratory, error)
	Authorities(ctx context.Context) ([]data.Authority, error)
}

// Papers are the scans of a case.
type Papers interface {
	AttachEvidence(ctx context.Context, s staff.Session, id data.ApplicationID, group, name string, r io.Reader) (data.Application, error)
	OpenEvidence(ctx context.Context, s staff.Session, id data.ApplicationID, evidence string) (io.ReadCloser, data.Evidence, error)
	MoveEvidence(ctx context.Context, s staff.Session, id data.ApplicationID, evidence, group string) (data.Application, error)
	RemoveEvidence(ctx context.Context, s staff.Session, id data.ApplicationID, evidence string) (data.Application, error)
}

// Desk is what the screen asks of the desk.
type Desk interface {
	Cases
	Acts
	Checks
	Seals
	Papers
}

// Book is what the screen asks of the code lists.
type Book interface {
	Entries(list string, on data.Date) []codes.Entry
	Name(list, code, lang string) string
}

// Why says why an application cannot be changed here, or not at once.
type Why string

// The reasons. Each but Open has a text "intake.why." and its name.
const (
	Open      Why = ""
	Role      Why = "role"      // the officer is no clerk
	InReview  Why = "review"    // a reviewer has it
	IsIssued  Why = "issued"    // there is a certificate
	Withdrawn Why = "withdrawn" // the traveller does not want it any more
	Submitted Why = "submitted" // changing takes it back from the queue
	Approved  Why = "approved"  // changing withdraws the approval
	Elsewhere Why = "elsewhere" // somebody else changed it meanwhile
	Announced Why = "announced" // the traveller has not come yet
	Decided   Why = "decided"   // a reviewer decided against it
)

// Unlockable reports whether the officer may go on in spite of it.
func (w Why) Unlockable() bool { return w == Submitted || w == Approved || w == Announced }

// State is what the screen shows. Two are the same if reflect.DeepEqual says so.
type State struct {
	ID      data.ApplicationID // empty before the first save
	Stage   data.State
	Content data.Content
	Return  *data.Return // why it came back
	// Replaces is the certificate that this application corrects.
	Replaces data.CertificateNumber
	Closed   Why
	Minor    bool // the traveller needs a guardian

	Problems  []data.Problem // to mend or to confirm
	Confirmed []data.Problem // confirmed against the document
	Agrees    []string       // fields that the machine-readable lines prove
	Repairs   []mrz.Repair   // how the lines may have been meant
	Unread    string         // message key: why there are no fields in the lines
	Tried     bool           // the officer believes it complete: tell what is missing, too

	// Assessment is what the notice says of what is entered, if one counts.
	Assessment rules.Assessment
	Noticed    bool

	Evidence  []data.Evidence
	Attaching int            // scans that are on their way
	Waits     bool           // what was asked for waits for them
	Refused   []data.Problem // why a scan was not taken, the last ones tried

	Dirty   bool
	Saving  bool
	SavedAt time.Time // zero: not in this sitting
}

// Model is the form without its widgets. It belongs to one goroutine; what may
// run elsewhere is handed out as a function.
type Model struct {
	desk    Desk
	book    Book
	session staff.Session
	now     func() time.Time
	zone    string // of the post's clock

	keeper   keeper
	state    State
	blank    data.Content
	revision int // counts changes, from 1
	saved    int // revision that is stored
	base     int // version of the application that is stored
	checked  int // revision that State's problems belong to
	touched  map[string]bool
	revealed map[string]bool // sections shown although they do not belong
	storing  int             // saves and acts that are under way
	reading  int             // codes that are being read
	wanted   act             // waits for scans and codes that are on their way, nil for none
	ending   bool            // such an act is under way
	labs     []data.Laboratory

	authorities []data.Authority
}

// NewModel makes an empty application. A new one has room for one flight.
func NewModel(d Desk, b Book, s staff.Session, zone string, now func() time.Time) *Model {
	blank := data.Content{Itinerary: []data.Leg{{}}}
	m := &Model{
		desk: d, book: b, session: s, zone: zone, now: now, blank: blank,
		keeper: keeper{cases: d, session: s}, touched: map[string]bool{}, revealed: map[string]bool{},
		revision: 1, saved: 1,
	}
	m.keeper.revision = 1
	m.state = State{Stage: data.Draft, Content: blank}
	if !slices.Contains(s.Officer().Roles, data.Clerk) {
		m.state.Closed = Role
	}
	return m
}

// State is what to show now.
func (m *Model) State() State { return m.state }

// Zone is the place whose clock a new time is offered with: that of the time
// entered last, else the post's.
func (m *Model) Zone() string {
	for _, t := range slices.Backward(m.state.Content.Tests) {
		if t.Sampled.Zone != "" {
			return t.Sampled.Zone
		}
	}
	return m.zone
}

// Laboratories are those of the post, as told by [Model.Loaded].
func (m *Model) Laboratories() []data.Laboratory { return m.labs }

// Authorities are those that full records can be encrypted for, as told by
// [Model.Loaded].
func (m *Model) Authorities() []data.Authority { return m.authorities }

// Ask makes a new application ask for further seals from the beginning.
func (m *Model) Ask(f data.Further) {
	m.blank.Further, m.state.Content.Further = f, f
}

// Loaded is what there is to load.
type Loaded struct {
	Application  data.Application // zero for a new one
	Laboratories []data.Laboratory
	Authorities  []data.Authority
}

// Load reads an application, or with an empty identifier only the post's list.
// It may run anywhere; its outcome goes to [Model.Loaded].
func (m *Model) Load(ctx context.Context, id data.ApplicationID) (l Loaded, err error) {
	if l.Laboratories, err = m.desk.Laboratories(ctx); err != nil {
		return l, err
	}
	if l.Authorities, err = m.desk.Authorities(ctx); err == nil && id != "" {
		l.Application, err = m.desk.Read(ctx, m.session, id)
	}
	return l, err
}

// Loaded takes what was loaded.
func (m *Model) Loaded(l Loaded) State {
	m.labs, m.authorities = l.Laboratories, l.Authorities
	if l.Application.ID != "" {
		m.take(l.Application)
	}
	return m.state
}

// take shows a stored application.
func (m *Model) take(a data.Application) {
	m.state.Content = a.Content
	m.revision++
	m.saved = m.revision
	m.keeper.take(a, m.revision)
	m.stored(a)
}

// stored takes what the desk says about the application, all but its content.
func (m *Model) stored(a data.Application) {
	s := &m.state
	m.base = a.Version
	s.ID, s.Stage, s.Return, s.Replaces, s.Evidence = a.ID, a.State, a.Return, a.Replaces, a.Evidence
	switch {
	case !slices.Contains(m.session.Officer().Roles, data.Clerk):
		s.Closed = Role
	case a.Certificate != "":
		s.Closed = IsIssued
	default:
		s.Closed = map[data.State]Why{
			data.PreDeclared: Announced, data.Submitted: Submitted, data.InReview: InReview, data.OnHold: InReview, data.Approved: Approved,
			data.FollowUp: Decided, data.Refused: Decided, data.Issued: IsIssued, data.Withdrawn: Withdrawn,
		}[a.State]
	}
	s.Dirty = m.revision > m.saved
	s.Minor = m.minor()
}

// Unlock lets the officer change what was submitted or approved. Nothing
// happens to the case before the first change.
func (m *Model) Unlock() State {
	if m.state.Closed.Unlockable() {
		m.state.Closed = Open
	}
	return m.state
}

// Edit changes the content, if it may be changed.
func (m *Model) Edit(change func(c *data.Content)) State {
	if m.state.Closed != Open && m.state.Closed != Elsewhere {
		return m.state
	}
	c := m.state.Content
	// Copies: somebody may still be reading what was handed out.
	c.Tests, c.Doses, c.Infections = slices.Clone(c.Tests), slices.Clone(c.Doses), slices.Clone(c.Infections)
	c.Itinerary, c.Confirmed = slices.Clone(c.Itinerary), slices.Clone(c.Confirmed)
	change(&c)
	for i := range c.Tests {
		t := &c.Tests[i]
		t.Sampled, t.Analysed, t.Reported = entered(t.Sampled), entered(t.Analysed), entered(t.Reported)
	}
	for i := range c.Itinerary {
		c.Itinerary[i].Departs = entered(c.Itinerary[i].Departs)
	}
	if reflect.DeepEqual(c, m.state.Content) {
		return m.state
	}
	m.state.Content = c
	m.revision++
	m.state.Dirty = true
	m.state.Minor = m.minor()
	return m.state
}

// entered is a moment, or nothing where only a place is chosen.
func entered(moment data.Moment) data.Moment {
	if moment.IsZero() {
		return data.Moment{}
	}
	return moment
}

func (m *Model) minor() bool {
	t := m.state.Content.Traveller
	return t.Guardian != (data.Guardian{}) || t.Birth.Valid() && t.Birth.First() > data.DateOf(m.now().AddDate(-18, 0, 0))
}

// Replace puts another content in the place of this one.
func (m *Model) Replace(with data.Content) State {
	return m.Edit(func(c *data.Content) { *c = with })
}

// Blank reports whether nothing was entered yet.
func (m *Model) Blank() bool { return reflect.DeepEqual(m.state.Content, m.blank) }

// Visit says that the officer was in a field: from then on it is told there
// that it is empty.
func (m *Model) Visit(path string) { m.touched[path] = true }

// Missing reports whether a problem is only that something is not there yet.
func Missing(p data.Problem) bool {
	switch p.Key {
	case "problem.required", "problem.name.both", "problem.nothing", "problem.type.missing", "problem.declaration", "problem.guardian":
		return true
	}
	return false
}

// Beside is the problem to tell beside a field: one to mend before one to
// confirm, one to confirm before one confirmed. What is only missing is told
// where the officer has been.
func (m *Model) Beside(path string) (p data.Problem, confirmed, found bool) {
	s := m.state
	for _, severity := range []data.Severity{data.Stop, data.Confirm} {
		for _, p := range s.Problems {
			if p.Field == path && p.Severity == severity && (!Missing(p) || s.Tried || m.touched[path]) {
				return p, false, true
			}
		}
	}
	for _, p := range s.Confirmed {
		if p.Field == path {
			return p, true, true
		}
	}
	return data.Problem{}, false, false
}

// Confirm keeps or takes back the officer's word that the document really says
// what a problem asks about.
func (m *Model) Confirm(p data.Problem, on bool) State {
	word := data.Confirmation{Field: p.Field, Key: p.Key, Value: p.Value}
	return m.Edit(func(c *data.Content) {
		c.Confirmed = slices.DeleteFunc(c.Confirmed, func(w data.Confirmation) bool { return w == word })
		if on {
			c.Confirmed = append(c.Confirmed, word)
		}
	})
}

// Checked is what a check found.
type Checked struct {
	revision            int
	problems, confirmed []data.Problem
	agrees              []string
	repairs             []mrz.Repair
	unread              string
	assessment          rules.Assessment
	noticed             bool
}

// Check looks for what is wrong. It may run anywhere; its outcome goes to
// [Model.Checked].
func (m *Model) Check() func(context.Context) (Checked, error) {
	c, revision, now := m.state.Content, m.revision, m.now()
	return func(ctx context.Context) (Checked, error) {
		found := Checked{revision: revision}
		// Without its confirmations, so that they can be shown with what they confirm.
		unconfirmed := c
		unconfirmed.Confirmed = nil
		problems, err := m.desk.Validate(ctx, unconfirmed)
		for _, p := range problems {
			if p.Severity == data.Confirm && slices.Contains(c.Confirmed, data.Confirmation{Field: p.Field, Key: p.Key, Value: p.Value}) {
				found.confirmed = append(found.confirmed, p)
			} else {
				found.problems = append(found.problems, p)
			}
		}
		found.agrees, found.repairs, found.unread = readAgain(c, now)
		if err == nil {
			found.assessment, found.noticed, err = m.desk.Assess(ctx, c)
		}
		return found, err
	}
}

// readAgain compares the content with its machine-readable lines.
func readAgain(c data.Content, now time.Time) (agrees []string, repairs []mrz.Repair, unread string) {
	if c.Document.MRZ == "" {
		return nil, nil, ""
	}
	zone, err := mrz.Parse(c.Document.MRZ)
	if err != nil {
		var e *mrz.Error
		if errors.As(err, &e) {
			unread = e.Key
		}
		return nil, nil, unread
	}
	differ := mrz.Compare(zone, c, now)
	t, d := c.Traveller, c.Document
	for _, f := range []struct{ path, here, there string }{
		{"traveller.surname", t.Surname, zone.Primary}, {"traveller.givenNames", t.GivenNames, zone.Secondary},
		{"traveller.birth", string(t.Birth), zone.Birth}, {"traveller.sex", string(t.Sex), string(zone.Sex)},
		{"traveller.nationality", t.Nationality, zone.Nationality}, {"document.number", d.Number, zone.Number},
		{"document.issuer", d.Issuer, zone.Issuer}, {"document.expires", string(d.Expires), zone.Expires},
	} {
		if f.here != "" && strings.Trim(f.there, "<") != "" && !slices.ContainsFunc(differ, func(p data.Problem) bool { return p.Field == f.path }) {
			agrees = append(agrees, f.path)
		}
	}
	if zone.Valid() {
		agrees = append(agrees, "document.mrz")
	}
	return agrees, zone.Repairs(), ""
}

// Checked takes what a check found, unless there is a newer one.
func (m *Model) Checked(found Checked) State {
	if found.revision >= m.checked {
		m.checked = found.revision
		s := &m.state
		s.Problems, s.Confirmed = found.problems, found.confirmed
		s.Agrees, s.Repairs, s.Unread = found.agrees, found.repairs, found.unread
		s.Assessment, s.Noticed = found.assessment, found.noticed
	}
	return m.state
}

// TypeMRZ keeps machine-readable lines that are not complete yet.
func (m *Model) TypeMRZ(text string) State {
	return m.Edit(func(c *data.Content) { c.Document.MRZ = text })
}

// ReadMRZ takes complete lines: they are kept as read, and the fields that are
// still empty are filled from them. Nothing that is filled in is changed.
func (m *Model) ReadMRZ(lines string) State {
	return m.Edit(func(c *data.Content) {
		zone, err := mrz.Parse(lines)
		if err != nil {
			c.Document.MRZ = lines
			return
		}
		c.Document.MRZ = ""
		mrz.Fill(zone, c, m.now())
	})
}

// Repair takes one of the proposals: the lines are kept as it reads them.
func (m *Model) Repair(i int) State {
	if i < 0 || i >= len(m.state.Repairs) {
		return m.state
	}
	lines := m.state.Repairs[i].Lines
	m.state.Repairs = nil
	return m.ReadMRZ(strings.Join(lines, "\n"))
}

// SetType chooses the type of certificate. What was entered stays, also where
// it does not belong; validation tells.
func (m *Model) SetType(t data.CertificateType) State {
	if t == data.CertificateComprehensive {
		t = "" // one way to say it, so that a choice taken back is no change
	}
	clear(m.revealed)
	return m.Edit(func(c *data.Content) { c.Type = t })
}

// Shown reports whether a section is in the form: one that does not belong to
// the type is not, before the officer goes to what is wrong with it.
func (m *Model) Shown(section string) bool {
	t := m.state.Content.Type
	switch section {
	case "tests":
		return m.revealed[section] || slices.ContainsFunc(data.TestKinds, t.HasTest)
	case "doses":
		return m.revealed[section] || t.HasDoses()
	}
	return true
}

// Reveal shows a section although it does not belong.
func (m *Model) Reveal(section string) State {
	m.revealed[section] = true
	return m.state
}

// AddTest adds a test. It has the specimen and the method that tests of its
// kind usually have, and of the test before it the laboratory, where that does
// such tests. A test of another kind is mostly on the same report, so it has
// its times as well; a second one of the same kind never has.
func (m *Model) AddTest(kind data.TestKind) State {
	return m.Edit(func(c *data.Content) {
		t := data.Test{Kind: kind, Specimen: m.usual(data.ListSpecimens, kind), Method: m.usual(data.ListMethods, kind)}
		repeated := slices.ContainsFunc(c.Tests, func(o data.Test) bool { return o.Kind == kind })
		if n := len(c.Tests); n > 0 {
			last := c.Tests[n-1]
			if !repeated {
				t.Sampled, t.Analysed, t.Reported = last.Sampled, last.Analysed, last.Reported
			}
			if m.suits(data.ListSpecimens, last.Specimen, kind) {
				t.Specimen = last.Specimen
			}
			if m.suits(data.ListMethods, last.Method, kind) {
				t.Method = last.Method
			}
			day := last.Sampled.Date()
			if i := slices.IndexFunc(m.labs, func(l data.Laboratory) bool { return l.ID == last.Laboratory }); i >= 0 &&
				(day == "" || m.labs[i].Serves(kind, day)) && m.labs[i].Takes(t.Specimen) {
				t.Laboratory = last.Laboratory
			}
		}
		c.Tests = append(c.Tests, t)
	})
}

// usual is the first code of a list that goes with a kind of test.
func (m *Model) usual(list string, kind data.TestKind) string {
	for _, e := range m.book.Entries(list, data.DateOf(m.now())) {
		if slices.Contains(e.Suits, kind) {
			return e.Code
		}
	}
	return ""
}

func (m *Model) suits(list, code string, kind data.TestKind) bool {
	return slices.ContainsFunc(m.book.Entries(list, data.DateOf(m.now())), func(e codes.Entry) bool {
		return e.Code == code && slices.Contains(e.Suits, kind)
	})
}

// Offered are the codes of a list that go with a test, on the day it was
// sampled, today if that is not known.
func (m *Model) Offered(list string, t data.Test) []codes.Entry {
	day := t.Sampled.Date()
	if !day.Full() {
		day = data.DateOf(m.now())
	}
	return slices.DeleteFunc(m.book.Entries(list, day), func(e codes.Entry) bool { return !slices.Contains(e.Suits, t.Kind) })
}

// Serving are the post's laboratories for a test, on the day it was sampled.
func (m *Model) Serving(t data.Test) []data.Laboratory {
	day := t.Sampled.Date()
	if !day.Full() {
		day = data.DateOf(m.now())
	}
	return slices.DeleteFunc(slices.Clone(m.labs), func(l data.Laboratory) bool {
		return !l.Serves(t.Kind, day) || t.Specimen != "" && !l.Takes(t.Specimen)
	})
}

// AddDose adds a dose with the product and the place of the one before it.
func (m *Model) AddDose() State {
	return m.Edit(func(c *data.Content) {
		var d data.Dose
		if n := len(c.Doses); n > 0 {
			last := c.Doses[n-1]
			d = data.Dose{Product: last.Product, Country: last.Country, Place: last.Place}
		}
		c.Doses = append(c.Doses, d)
	})
}

// AddInfection adds a past infection.
func (m *Model) AddInfection() State {
	return m.Edit(func(c *data.Content) { c.Infections = append(c.Infections, data.Infection{}) })
}

// AddLeg adds a flight that goes on from where the one before it ends.
func (m *Model) AddLeg() State {
	return m.Edit(func(c *data.Content) {
		var l data.Leg
		if n := len(c.Itinerary); n > 0 {
			l.From = c.Itinerary[n-1].To
		}
		c.Itinerary = append(c.Itinerary, l)
	})
}

// Remove takes away a test, dose, infection or flight by its path: "tests[1]".
// Undo puts it back where it was, among what has come since.
func (m *Model) Remove(path string) (s State, undo func() State) {
	part, i := place(path)
	var back func(*data.Content)
	s = m.Edit(func(c *data.Content) {
		switch part {
		case "tests":
			back = remove(i, c, func(c *data.Content) *[]data.Test { return &c.Tests })
		case "doses":
			back = remove(i, c, func(c *data.Content) *[]data.Dose { return &c.Doses })
		case "infections":
			back = remove(i, c, func(c *data.Content) *[]data.Infection { return &c.Infections })
		case "itinerary":
			back = remove(i, c, func(c *data.Content) *[]data.Leg { return &c.Itinerary })
		}
	})
	if back == nil {
		return s, nil
	}
	return s, func() State { return m.Edit(back) }
}

func remove[T any](i int, c *data.Content, list func(*data.Content) *[]T) (back func(*data.Content)) {
	from := list(c)
	if i >= len(*from) {
		return nil
	}
	gone := (*from)[i]
	*from = slices.Delete(*from, i, i+1)
	if len(*from) == 0 {
		*from = nil // an emptied list is one that was never there
	}
	return func(c *data.Content) {
		to := list(c)
		*to = slices.Insert(*to, min(i, len(*to)), gone)
	}
}

// Save stores what is typed. Ok is false while another save runs and where
// nothing is to be stored. Work may run anywhere; its outcome goes to
// [Model.Saved].
func (m *Model) Save() (work func(context.Context) (Kept, error), ok bool) {
	if !m.unsaved() || m.state.Saving || m.state.Closed != Open {
		return nil, false
	}
	m.stores(1)
	return m.keep(), true
}

// stores counts what is under way.
func (m *Model) stores(by int) {
	m.storing += by
	m.state.Saving = m.storing > 0
}

// unsaved reports whether there is anything to store. A new application in
// which everything was taken back is nothing.
func (m *Model) unsaved() bool { return m.revision > m.saved && (m.state.ID != "" || !m.Blank()) }

// Kept is the outcome of a save.
type Kept struct {
	application data.Application
	revision    int
}

func (m *Model) keep() func(context.Context) (Kept, error) {
	c, revision := m.state.Content, m.revision
	return func(ctx context.Context) (Kept, error) {
		a, err := m.keeper.save(ctx, revision, c)
		return Kept{a, revision}, err
	}
}

// Saved takes the outcome of a save. What is returned is an error that the
// state does not tell.
func (m *Model) Saved(k Kept, err error) (State, error) {
	m.stores(-1)
	if errors.Is(err, errElsewhere) {
		m.state.Closed = Elsewhere
		return m.state, nil
	}
	if k.application.ID != "" && (err == nil || k.application.Version > 0) {
		m.saved = max(m.saved, k.revision)
		m.state.SavedAt = m.now()
		open := m.state.Closed
		m.stored(k.application)
		m.state.Closed = open // nobody locks the officer out in the middle of it
	}
	return m.state, err
}

// Copy stores what is typed as an application of its own, after somebody else
// changed the one it was typed into.
func (m *Model) Copy() (work func(context.Context) (Kept, error), ok bool) {
	if m.state.Closed != Elsewhere || m.state.Saving {
		return nil, false
	}
	m.stores(1)
	m.state.Closed = Open
	c, revision := m.state.Content, m.revision
	return func(ctx context.Context) (Kept, error) {
		a, err := m.keeper.copy(ctx, revision, c)
		return Kept{a, revision}, err
	}, true
}

// Leave stores what is not stored yet before it returns, after a save that may
// be running; but not for longer than the context lasts, for a lock waits for
// it. Copied: it had to become an application of its own. [Model.Unstored] is
// what did not become any.
func (m *Model) Leave(ctx context.Context) (copied bool, err error) {
	if !m.unsaved() || m.state.Closed != Open && m.state.Closed != Elsewhere {
		return false, nil
	}
	m.stores(1)
	k, err := within(ctx, m.keep())
	if errors.Is(err, errElsewhere) {
		revision, c := m.revision, m.state.Content
		k.application, err = within(ctx, func(ctx context.Context) (data.Application, error) { return m.keeper.copy(ctx, revision, c) })
		copied = true
	}
	m.Saved(k, err)
	return copied, err
}

// within is the outcome of some work, or the end of the context if that is
// first. The work may go on.
func within[T any](ctx context.Context, work func(context.Context) (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		value, err := work(ctx)
		done <- outcome{value, err}
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// Unstored is what was typed and is not stored: over which version of which
// application, a new one where the identifier is empty.
func (m *Model) Unstored() (id data.ApplicationID, base int, c data.Content, ok bool) {
	return m.state.ID, m.base, m.state.Content, m.unsaved()
}

// Try says that the officer believes the application complete.
func (m *Model) Try() State {
	m.state.Tried = true
	return m.state
}

// act is one after which the case is out of the clerk's hands.
type act func(context.Context, staff.Session, data.ApplicationID) (data.Application, error)

// Submit saves and hands the application to review. While scans or codes are on
// their way it waits for them: ok is false then, and the work comes from
// [Model.Next]. It may run anywhere; its outcome goes to [Model.Done].
func (m *Model) Submit() (work func(context.Context) (Kept, error), ok bool) {
	m.Try()
	return m.end(m.desk.Submit)
}

// Withdraw saves and ends the application, like [Model.Submit].
func (m *Model) Withdraw() (work func(context.Context) (Kept, error), ok bool) {
	return m.end(m.desk.Withdraw)
}

// end wants an act, the first that is asked for.
func (m *Model) end(a act) (work func(context.Context) (Kept, error), ok bool) {
	if m.wanted == nil && !m.ending {
		m.wanted = a
	}
	return m.Next()
}

// Next is the act that waited, once nothing that it waits for is on its way.
func (m *Model) Next() (work func(context.Context) (Kept, error), ok bool) {
	m.state.Waits = m.wanted != nil && m.state.Attaching+m.reading > 0
	if m.wanted == nil || m.state.Waits {
		return nil, false
	}
	do, keep, id, c := m.wanted, m.keep(), m.state.ID, m.state.Content
	if !m.unsaved() {
		keep = nil
	}
	m.wanted, m.ending = nil, true
	m.stores(1)
	return func(ctx context.Context) (k Kept, err error) {
		if keep != nil {
			if k, err = keep(ctx); err != nil {
				return k, err
			}
			id = k.application.ID
		}
		if id == "" { // nothing is entered
			p, err := m.desk.Validate(ctx, c)
			if err == nil {
				err = &desk.ProblemsError{Problems: p}
			}
			return k, err
		}
		a, err := do(ctx, m.session, id)
		if a.ID != "" {
			k.application = a
		}
		return k, err
	}, true
}

// End is what became of an act that ends the case. Each has a text
// "intake.ended." and its name.
type End string

// The ends. After the last two the case is out of the clerk's hands.
const (
	NotEnded  End = "not"   // something is missing, or the case is somewhere else
	TypedOn   End = "typed" // it was submitted, and comes back with what was typed on
	HandedIn  End = "submitted"
	TakenBack End = "withdrawn"
)

// Over reports whether the case is out of the clerk's hands.
func (e End) Over() bool { return e == HandedIn || e == TakenBack }

// Done takes the outcome of an act. Problems that stopped it are shown like
// those of a check; any other error is returned.
func (m *Model) Done(k Kept, err error) (s State, end End, other error) {
	m.ending = false
	s, err = m.Saved(k, err)
	var stopped *desk.ProblemsError
	if errors.As(err, &stopped) {
		m.state.Problems = stopped.Problems
		return m.state, NotEnded, nil
	}
	if err != nil || s.Closed == Elsewhere {
		return m.state, NotEnded, err
	}
	m.stored(k.application)
	end = HandedIn
	if m.state.Stage == data.Withdrawn {
		end = TakenBack
	}
	if m.unsaved() { // typed on meanwhile, which is not lost
		if m.state.Closed = Open; end == TakenBack {
			m.state.Closed = Elsewhere
		}
		end = TypedOn
	}
	return m.state, end, nil
}

// First is the field of the first problem, in the order of the form.
func (m *Model) First() (path string, ok bool) {
	first := -1
	for _, p := range m.state.Problems {
		if i := section(p.Field); !ok || i < first {
			path, first, ok = p.Field, i, true
		}
	}
	return path, ok
}

// Sections are the parts of the form in its order, by the first word of paths.
var Sections = []string{"type", "brought", "document", "traveller", "tests", "doses", "infections", "itinerary", "contact", "declaration"}

func section(path string) int {
	part, _ := place(path)
	return slices.Index(Sections, part)
}

// place takes the first word and the first index out of a path.
func place(path string) (part string, i int) {
	part, _, _ = strings.Cut(path, ".")
	part, number, indexed := strings.Cut(part, "[")
	if !indexed {
		return part, 0
	}
	for _, r := range strings.TrimSuffix(number, "]") {
		i = i*10 + int(r-'0')
	}
	return part, i
}

// Group are the problems of one section.
type Group struct {
	Section  string
	Problems []data.Problem
}

// Grouped are the problems by section, in the order of the form.
func (m *Model) Grouped() []Group {
	var groups []Group
	for i, name := range Sections {
		var of []data.Problem
		for _, p := range m.state.Problems {
			if section(p.Field) == i {
				of = append(of, p)
			}
		}
		if len(of) > 0 {
			groups = append(groups, Group{name, of})
		}
	}
	return groups
}

// SlipReady reports whether the proof slip can be made. The traveller signs
// the declaration after having read the slip, so that may still be missing.
func (m *Model) SlipReady() bool {
	return !slices.ContainsFunc(m.state.Problems, func(p data.Problem) bool { return !strings.HasPrefix(p.Field, "declaration.") })
}
