// Package review is the screen on which a second officer compares a case with
// its papers, group by group, and decides: approves it as the notice grants,
// returns it, puts it on hold, decides against it, or gives it back.
//
// What it shows as sealed was read back from a rehearsed seal, never from the
// form. Whoever may not review the case sees it and who has it.
package review

import (
	"context"
	"errors"
	"image"
	"io"
	"slices"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/codes"
	"pratique/data/desk"
	"pratique/data/rules"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/evidence"
	"pratique/ui/findings"
	"pratique/ui/sheet"
	"pratique/ui/stated"
)

// Cases reads cases, takes them, gives them back and takes them over.
type Cases interface {
	Read(context.Context, staff.Session, data.ApplicationID) (data.Application, error)
	Take(context.Context, staff.Session, data.ApplicationID) (data.Application, error)
	TakeOver(context.Context, staff.Session, data.ApplicationID) (data.Application, error)
	Release(context.Context, staff.Session, data.ApplicationID) (data.Application, error)
}

// Deciding ticks and decides.
type Deciding interface {
	Tick(context.Context, staff.Session, data.ApplicationID, data.Group, bool) (data.Application, error)
	Return(ctx context.Context, s staff.Session, id data.ApplicationID, reasons []string, note string) (data.Application, error)
	Hold(ctx context.Context, s staff.Session, id data.ApplicationID, reasons []string, note string) (data.Application, error)
	Resume(context.Context, staff.Session, data.ApplicationID) (data.Application, error)
	Approve(context.Context, staff.Session, data.ApplicationID) (data.Application, error)
	Override(ctx context.Context, s, second staff.Session, id data.ApplicationID, checks []string, reason string) (data.Application, error)
}

// Adverse makes decisions against a case, and hears what is said against them.
type Adverse interface {
	Decide(context.Context, staff.Session, data.ApplicationID, data.Decision) (data.Application, error)
	Contest(ctx context.Context, s staff.Session, id data.ApplicationID, grounds string) (data.Application, error)
	DecideContest(ctx context.Context, s staff.Session, id data.ApplicationID, upheld bool, why string) (data.Application, error)
	Lift(ctx context.Context, s staff.Session, id data.ApplicationID, why string) (data.Application, error)
}

// Papers are what was handed in, and what an officer has to say about it.
type Papers interface {
	OpenEvidence(ctx context.Context, s staff.Session, id data.ApplicationID, evidence string) (io.ReadCloser, data.Evidence, error)
	SeenOriginal(ctx context.Context, s staff.Session, id data.ApplicationID, group string, on bool) (data.Application, error)
	BackCheck(context.Context, staff.Session, data.ApplicationID, data.BackCheck) (data.Application, error)
	ClearSameReport(ctx context.Context, s staff.Session, id, other data.ApplicationID, why string) (data.Application, error)
}

// Looks are what is known of a case beside its content.
type Looks interface {
	Findings(context.Context, staff.Session, data.ApplicationID) (rules.Assessment, bool, error)
	Doubts(context.Context, staff.Session, data.ApplicationID) ([]data.Problem, error)
	Duplicates(context.Context, staff.Session, data.ApplicationID) ([]desk.Likely, error)
	Brought(context.Context, staff.Session, data.ApplicationID) ([]data.Brought, error)
}

// Seals rehearses and issues.
type Seals interface {
	Rehearse(context.Context, staff.Session, data.ApplicationID) (desk.Rehearsal, error)
	Issue(context.Context, staff.Session, data.ApplicationID) (data.Certificate, error)
}

// Letters makes pages about a case, as PDF: the traveller's, of a case in a
// state that the traveller is told of, and the one that stays in the post.
type Letters interface {
	Letter(context.Context, staff.Session, data.ApplicationID) (data.Letter, []byte, error)
	InternalSheet(context.Context, staff.Session, data.ApplicationID) ([]byte, error)
}

// Lists knows the post's people and laboratories and what is wrong with a content.
type Lists interface {
	Validate(context.Context, data.Content) ([]data.Problem, error)
	Officers(context.Context) ([]data.Officer, error)
	Laboratories(context.Context) ([]data.Laboratory, error)
	Authorities(context.Context) ([]data.Authority, error)
	Solo(context.Context) (data.Solo, error)
}

// Desk is all that the review needs of the desk.
type Desk interface {
	Cases
	Deciding
	Adverse
	Papers
	Looks
	Seals
	Lists
}

// Codes are the code lists; *codes.Book has them.
type Codes interface {
	stated.Names
	Entries(list string, on data.Date) []codes.Entry
}

// Halves keeps half-filled forms, by officer and case, while their screen is
// away. One is made for the whole program.
type Halves map[HalfKey]Filled

// HalfKey says whose half-filled form on which case it is.
type HalfKey struct {
	Officer data.OfficerID
	Case    data.ApplicationID
}

// Parts are what a review is made of.
type Parts struct {
	Desk    Desk
	Codes   Codes
	Letters Letters
	// Sheet shows a page, prints and saves it; see [sheet.Show].
	Sheet func(e *env.Env, s sheet.Sheet)
	// Density is the version and module size in mm of the QR of a seal of that
	// many characters, 0 and 0 where it would not fit.
	Density func(size int) (version int, moduleMM float64)
	// Draw is the picture of a page of a scan; see [evidence.Parts].
	Draw   func(ctx context.Context, scan []byte, page int) (image.Image, error)
	Halves Halves
	// After calls a function on the UI goroutine after a while.
	After func(time.Duration, func())
	// Second asks a second officer to agree to what a sentence says; see
	// [second.Ask].
	Second func(e *env.Env, sentence string, do func(staff.Session))
}

// Mode is what the officer can do now.
type Mode string

// The modes.
const (
	Opening   Mode = "opening"
	Looking   Mode = "looking"   // not this officer's to decide
	Reviewing Mode = "reviewing" // tick and decide
	Waiting   Mode = "waiting"   // on hold, and this officer's
	Approved  Mode = "approved"  // approved and not issued: issuing failed before
	Decided   Mode = "decided"   // followed up or refused
)

// State is everything the screen shows.
type State struct {
	Mode Mode
	Busy string // message key of what is under way, empty for nothing
	// Failure is the message key of what did not work, empty for nothing.
	Failure string

	Case       data.State
	Look       string // why the case is only looked at, what it waits for, what was decided
	Type       string // what the certificate is about, as it will be printed
	Traveller  string
	Document   string
	Reference  string
	Risk       string
	Flight     string
	Departs    data.Moment
	CutOff     data.Moment // until when the post takes applications for the flight
	Moved      string      // when the flight moved after it was submitted
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
	// Source is the message key of where the groups' lines come from.
	Source string
	// Further are the further seals that will be made, as rehearsed, one sentence
	// for each format.
	Further []string

	Findings []findings.Line
	Counts   findings.Counts
	Grant    findings.Grant
	Waived   string // by whom and why what fails is let pass

	Documents    []evidence.Document
	History      []Event
	Likely       []Likely
	Laboratories []Asked

	Acts []Act
	Form Form
}

// Group is a part of the case that is ticked as one.
type Group struct {
	Name     string
	Title    string
	Lines    []stated.Line // as read back from the rehearsed seal; as entered where there is none
	Beside   []stated.Line // entered, and not in the seal
	Problems []data.Problem
	Ticked   bool
	By       string // "mrz", or the name of the officer
	Original string // who saw the original
	// Changed: a value changed since the group was ticked in an earlier round.
	Changed bool
}

// Seal is how the QR would turn out.
type Seal struct {
	Characters int // 0: it could not be rehearsed
	Version    int
	ModuleMM   float64
}

// Act is something the officer can do now. It is comparable.
type Act struct {
	Name    ActName
	Key     rune // that does it
	Label   string
	Primary bool
	Foot    bool // it stands under the case, not only in the menu
	Ready   bool
}

// ActName names an act.
type ActName string

// The acts. Those that need more than a key open a [Form] of their name.
const (
	ActApprove  ActName = "approve"
	ActIssue    ActName = "issue"
	ActReturn   ActName = "return"
	ActHold     ActName = "hold"
	ActResume   ActName = "resume"
	ActDecide   ActName = "decide"
	ActOverride ActName = "override"
	ActRelease  ActName = "release"
	ActTakeOver ActName = "take-over"
	ActOriginal ActName = "original"
	ActAsk      ActName = "ask" // the laboratory
	ActClear    ActName = "clear"
	ActContest  ActName = "contest"
	ActAnswer   ActName = "answer"
	ActLift     ActName = "lift"
	ActLetter   ActName = "letter"   // to the traveller
	ActInternal ActName = "internal" // the sheet that stays in the post
)

// letters are those of the acts.
var letters = map[ActName]rune{
	ActApprove: 'a', ActIssue: 'a', ActReturn: 'r', ActHold: 'h', ActResume: 'a', ActDecide: 'x', ActOverride: 'v', ActRelease: 'l',
	ActTakeOver: 't', ActOriginal: 'o', ActAsk: 'b', ActClear: 'c', ActContest: 'c', ActAnswer: 'c', ActLift: 'u',
	ActLetter: 'p', ActInternal: 'i',
}

// Proof is what ticks a group instead of an officer.
const Proof = data.ProofMRZ

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
	changed  map[string]bool // groups whose earlier tick counts no more
	current  int
	ticking  map[string]bool // groups whose ticks are on their way
	seeing   map[string]bool // groups whose original is being noted; true: the other way after that
	next     ActName         // waits for the ticks, empty for none
	problems []data.Problem
	form     ActName // that is being filled in, empty for none
	filled   Filled
	wrong    map[string]data.Problem // of the form, by field
	halfKey  HalfKey                 // the officer may have left when an act ends
}

// opened is a case with what belongs to it.
type opened struct {
	app          data.Application
	before       data.Application // as it was before it was taken
	rehearsal    desk.Rehearsal
	rehearsed    error
	problems     []data.Problem
	assessment   rules.Assessment
	noticed      bool
	likely       []desk.Likely
	brought      []data.Brought // with what they are worth now
	officers     []data.Officer
	laboratories []data.Laboratory
	authorities  []data.Authority
	solo         data.Solo
}

// NewModel makes the model of a case; nothing is read yet.
func NewModel(e *env.Env, parts Parts, id data.ApplicationID) *Model {
	key := HalfKey{e.Officer().ID, id}
	return &Model{Show: func(State) {}, e: e, parts: parts, id: id, mode: Opening, halfKey: key, filled: parts.Halves[key], changed: map[string]bool{}, ticking: map[string]bool{}, seeing: map[string]bool{}}
}

func (m *Model) reviewer() bool { return slices.Contains(m.e.Officer().Roles, data.Reviewer) }
func (m *Model) own() bool      { return slices.Contains(m.app.Preparers, m.e.Officer().ID) }

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
		o.before = o.app
		own := slices.Contains(o.app.Preparers, s.Officer().ID)
		if o.app.State == data.Submitted && reviewer && (!own || o.solo.Allows(now)) {
			if o.app, err = d.Take(ctx, s, id); err != nil {
				return o, err
			}
		}
		if o.officers, err = d.Officers(ctx); err != nil {
			return o, err
		}
		if o.laboratories, err = d.Laboratories(ctx); err != nil {
			return o, err
		}
		if o.authorities, err = d.Authorities(ctx); err != nil {
			return o, err
		}
		switch o.app.State {
		case data.Submitted, data.InReview, data.OnHold, data.Approved:
			if o.problems, err = d.Validate(ctx, o.app.Content); err != nil {
				return o, err
			}
			doubts, err := d.Doubts(ctx, s, id)
			if err != nil {
				return o, err
			}
			o.problems = append(o.problems, doubts...)
			if o.assessment, o.noticed, err = d.Findings(ctx, s, id); err != nil {
				return o, err
			}
			o.rehearsal, o.rehearsed = d.Rehearse(ctx, s, id)
		}
		if len(o.app.Content.Brought) > 0 {
			if o.brought, err = d.Brought(ctx, s, id); err != nil {
				return o, err
			}
		}
		o.likely, err = d.Duplicates(ctx, s, id)
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
	m.file, m.problems = o, o.problems
	groups := o.app.Content.Groups()
	for _, t := range o.before.Ticks {
		if !slices.ContainsFunc(groups, func(g data.Group) bool { return g.Name == t.Group && g.Hash == t.Hash }) {
			m.changed[t.Group] = true
		}
	}
	m.take(o.app)
	if m.mode == Reviewing && m.filled.Form != "" {
		m.form = m.filled.Form
	}
	if m.failure == "" && o.rehearsed != nil {
		m.cannot(o.rehearsed)
	}
	m.current = max(0, slices.IndexFunc(groups, func(g data.Group) bool { return !m.app.Ticked(g) }))
	m.show()
}

// take takes the case as it is now.
func (m *Model) take(a data.Application) {
	m.app, m.mode = a, Looking
	switch me := m.e.Officer().ID; {
	case a.State == data.InReview && a.Reviewer == me:
		m.mode = Reviewing
	case a.State == data.OnHold && a.Reviewer == me:
		m.mode = Waiting
	case a.State == data.Approved && m.reviewer():
		m.mode = Approved
	case a.Decision != nil && (a.State == data.FollowUp || a.State == data.Refused):
		m.mode = Decided
	}
}

func (m *Model) show() {
	if !m.gone {
		m.Show(m.State())
	}
}

// fail shows an act's err: its problems in the form that it was sent from, else
// with what stops the case.
func (m *Model) fail(err error) {
	var p *desk.ProblemsError
	if m.form == "" || !errors.As(err, &p) {
		m.cannot(err)
		return
	}
	m.wrong = map[string]data.Problem{}
	for _, one := range p.Problems {
		m.wrong[one.Field] = one
	}
}

// cannot shows why the case as it is cannot be sealed: its problems beside what
// they are about; everything else is the shell's to say.
func (m *Model) cannot(err error) {
	var p *desk.ProblemsError
	switch {
	case errors.As(err, &p):
		m.failure = "review.failed.notice"
		for _, one := range p.Problems {
			if !slices.Contains(m.problems, one) {
				m.problems = append(m.problems, one)
			}
			if !ofNotice(one) {
				m.failure = "review.failed.problems"
			}
		}
	case errors.Is(err, desk.ErrTooLarge):
		m.failure = "review.failed.too-large"
	default:
		m.e.Error(err)
	}
}

// failed shows an act's error and the case as it is now.
func (m *Model) failed(err error) {
	m.fail(err)
	var p *desk.ProblemsError
	if m.gone || m.form != "" && errors.As(err, &p) {
		m.show()
		return
	}
	problems, failure := m.problems, m.failure
	m.Open()
	if failure != "" {
		m.problems, m.failure = problems, failure
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
	if m.mode != Reviewing || m.form != "" || m.busy != "" || m.current >= len(groups) {
		return m.State()
	}
	g := groups[m.current]
	if m.ticking[g.Name] {
		return m.State()
	}
	on := !m.app.Ticked(g)
	m.failure = ""
	m.ticking[g.Name] = true
	if on {
		for step := 1; step < len(groups); step++ {
			if next := (m.current + step) % len(groups); !m.app.Ticked(groups[next]) && !m.ticking[groups[next].Name] {
				m.current = next
				break
			}
		}
	}
	d, s, id := m.parts.Desk, m.e.Session, m.id
	env.Go(m.e, func(ctx context.Context) (data.Application, error) { return d.Tick(ctx, s, id, g, on) },
		func(a data.Application, err error) {
			delete(m.ticking, g.Name)
			if err != nil {
				m.next = ""
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
			if next := m.next; next != "" && len(m.ticking) == 0 {
				m.next = ""
				m.Do(next)
			}
			m.show()
		})
	return m.State()
}

// Do does an act, or opens the form that it needs. What is not possible now
// does nothing but say why, where that is worth a word. What takes
// the case away waits for the ticks that are on their way: a hand is quicker than
// a disk.
func (m *Model) Do(name ActName) State {
	acts := m.acts()
	i := slices.IndexFunc(acts, func(a Act) bool { return a.Name == name })
	if i < 0 || m.busy != "" || m.form != "" || m.gone {
		return m.State()
	}
	if len(m.ticking) > 0 && (name == ActApprove || name == ActRelease) {
		m.next = name
		return m.State()
	}
	if !acts[i].Ready {
		if st := m.State(); name == ActApprove && st.Ticked < len(st.Groups) {
			m.failure = "review.failed.ticks"
		}
		return m.State()
	}
	d, s, id := m.parts.Desk, m.e.Session, m.id
	switch name {
	case ActApprove, ActIssue:
		return m.issue(name == ActApprove)
	case ActRelease:
		m.end("review.busy.release", "review.released", func(ctx context.Context) (data.Application, error) { return d.Release(ctx, s, id) })
	case ActResume:
		m.stay("review.busy.resume", func(ctx context.Context) (data.Application, error) { return d.Resume(ctx, s, id) })
	case ActTakeOver:
		m.stay("review.busy.take-over", func(ctx context.Context) (data.Application, error) { return d.TakeOver(ctx, s, id) })
	case ActLetter, ActInternal:
		m.sheet(name)
	case ActOriginal:
		m.original(m.app.Content.Groups()[m.current])
	default:
		m.begin(name)
	}
	return m.State()
}

// original says that the original of a group was seen, or takes that back. Asked
// again before the desk has answered it does the other, after that.
func (m *Model) original(g data.Group) {
	if again, under := m.seeing[g.Name]; under {
		m.seeing[g.Name] = !again
		return
	}
	m.seeing[g.Name] = false
	d, s, id, on := m.parts.Desk, m.e.Session, m.id, !m.app.SawOriginal(g)
	env.Go(m.e, func(ctx context.Context) (data.Application, error) { return d.SeenOriginal(ctx, s, id, g.Name, on) },
		func(a data.Application, err error) {
			again := m.seeing[g.Name]
			delete(m.seeing, g.Name)
			if err != nil {
				m.failed(err)
				return
			}
			m.app.Originals = a.Originals
			if again {
				m.original(g)
			}
			m.show()
		})
}

// sheet shows the traveller's letter, or the sheet that stays in the post.
func (m *Model) sheet(name ActName) {
	make, s, id := m.parts.Letters, m.e.Session, m.id
	one := sheet.Sheet{Title: m.e.T("review.sheet." + string(name)), Job: string(name), File: string(name) + "-" + string(m.app.Reference) + ".pdf"}
	one.Make = func(ctx context.Context) (pdf []byte, err error) {
		_, pdf, err = make.Letter(ctx, s, id)
		return pdf, err
	}
	if name == ActInternal {
		one.Make = func(ctx context.Context) ([]byte, error) { return make.InternalSheet(ctx, s, id) }
	}
	m.parts.Sheet(m.e, one)
}

// issue approves the case as the notice grants it, and issues its certificate;
// of a case that is approved already it issues the certificate. Only then, and
// only if that went well, it goes to the certificate.
func (m *Model) issue(approve bool) State {
	m.busy, m.failure = "review.busy.issue", ""
	d, s, id := m.parts.Desk, m.e.Session, m.id
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

// end does an act after which the case is no longer here.
func (m *Model) end(busy, done string, act func(context.Context) (data.Application, error)) {
	m.busy, m.failure = busy, ""
	env.Go(m.e, act, func(a data.Application, err error) {
		m.busy = ""
		if err != nil {
			m.failed(err)
			return
		}
		m.forget()
		m.e.Toast(m.e.T(done, stated.Name(a.Content.Traveller.NativeName, a.Content.Traveller.Surname, a.Content.Traveller.GivenNames)))
		if !m.gone {
			m.e.Navigate(env.Route{Screen: env.Queue})
		}
	})
}

// stay does an act after which the case is looked at again.
func (m *Model) stay(busy string, act func(context.Context) (data.Application, error)) {
	m.busy, m.failure = busy, ""
	env.Go(m.e, act, func(_ data.Application, err error) {
		m.busy = ""
		if err != nil {
			m.failed(err)
			return
		}
		m.forget()
		if !m.gone {
			m.Open()
		}
	})
}

// Leave keeps a form that was begun. Acts under way come to their end.
func (m *Model) Leave() {
	m.gone = true
	if m.form != "" && m.busy == "" {
		m.filled.Form = m.form
		m.parts.Halves[m.halfKey] = m.filled
	}
}

// acts are what the officer can do now.
func (m *Model) acts() (all []Act) {
	add := func(name ActName, foot, ready bool) {
		label := m.e.T("review.act." + string(name))
		if name == ActApprove && m.file.assessment.Outcome.Answer == rules.Blue && m.file.noticed {
			label = m.e.T("review.act.approve.blue")
		}
		if name == ActApprove && m.solo() {
			label = m.e.T("review.act.approve.solo")
		}
		all = append(all, Act{Name: name, Key: letters[name], Label: label, Foot: foot, Ready: ready && m.busy == ""})
	}
	primary := func() { all[len(all)-1].Primary = true }
	may := m.reviewer() && (!m.own() || m.file.solo.Allows(m.e.Now()))
	shared := slices.ContainsFunc(m.app.Same, func(s data.SameReport) bool { return s.Cleared.IsZero() })
	switch m.mode {
	case Reviewing:
		add(ActReturn, true, true)
		add(ActHold, true, true)
		add(ActDecide, true, true)
		add(ActRelease, true, true)
		if m.file.noticed && !m.file.assessment.Grants() && len(m.failing()) > 0 {
			add(ActOverride, true, true)
		}
		add(ActOriginal, false, true)
		if len(m.app.Content.Tests) > 0 {
			add(ActAsk, false, true)
		}
		if shared {
			add(ActClear, true, true)
		}
		ticked := !slices.ContainsFunc(m.app.Content.Groups(), func(g data.Group) bool { return !m.app.Ticked(g) })
		add(ActApprove, true, ticked && m.file.rehearsed == nil)
		primary()
	case Waiting:
		if len(m.app.Content.Tests) > 0 {
			add(ActAsk, true, true)
		}
		add(ActResume, true, true)
		primary()
	case Approved:
		add(ActIssue, true, true)
		primary()
	case Looking:
		if may && (m.app.State == data.InReview || m.app.State == data.OnHold) {
			add(ActTakeOver, true, true)
		}
	case Decided:
		c := m.app.Decision.Contest
		if may {
			add(ActLift, true, true)
		}
		if c == nil {
			add(ActContest, true, m.reviewer() || slices.Contains(m.e.Officer().Roles, data.Clerk))
			primary()
		} else if c.DecidedAt.IsZero() && m.reviewer() && !m.own() {
			add(ActAnswer, true, m.app.Decision.Officer != m.e.Officer().ID)
			primary()
		}
	}
	switch m.app.State {
	case data.Returned, data.OnHold, data.FollowUp, data.Refused:
		if staff.Allows(m.e.Officer(), audit.LetterMade) {
			add(ActLetter, true, true)
		}
	}
	if m.app.Override != nil && staff.Allows(m.e.Officer(), audit.InternalMade) {
		add(ActInternal, m.mode != Reviewing, true)
	}
	return all
}

// failing are the checks that keep the notice from granting a certificate.
func (m *Model) failing() (checks []string) {
	for _, f := range m.file.assessment.Findings {
		if (f.Result == rules.Fail || f.Result == rules.NotEnough) && !f.Waived && !slices.Contains(checks, f.Check) {
			checks = append(checks, f.Check)
		}
	}
	return checks
}

// solo reports whether one officer prepares and approves this case.
func (m *Model) solo() bool {
	if m.app.Approval != nil {
		return m.app.Approval.Solo
	}
	return m.own()
}

// State is what there is to see now.
func (m *Model) State() State {
	c, w := m.app.Content, m.e.Words
	st := State{
		Mode: m.mode, Busy: m.busy, Failure: m.failure, Case: m.app.State, Number: m.app.Certificate,
		Traveller: stated.Name(c.Traveller.NativeName, c.Traveller.Surname, c.Traveller.GivenNames),
		Document:  c.Document.Number, Reference: m.app.Reference.String(), Departs: c.Departs(), Version: m.app.Version,
		Current: m.current, Replaces: m.app.Replaces, CutOff: m.file.assessment.ApplyBy,
	}
	if m.app.ID == "" {
		return st
	}
	if m.mode != Looking && m.mode != Decided && m.solo() {
		st.Solo = data.MomentOf(m.file.solo.Until, m.e.Post.Zone).String()
	}
	st.Type = m.parts.Codes.Name(data.ListTypes, string(data.TypeOf(data.StatementOf(c, nil))), m.e.Language())
	if m.app.Risk != "" {
		st.Risk = w.T("risk." + m.app.Risk)
	}
	if !m.app.Moved.IsZero() {
		st.Moved = m.e.When(m.app.Moved)
	}
	if len(c.Itinerary) > 0 {
		st.Flight = c.Itinerary[0].Flight
	}
	if n := len(m.app.Preparers); n > 0 {
		st.PreparedBy = m.name(m.app.Preparers[n-1])
	}
	if m.mode != Reviewing && m.mode != Approved {
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
	switch {
	case st.Seal.Characters > 0:
		st.Source = "review.sealed"
	case m.file.rehearsed != nil:
		st.Source = "review.not-rehearsed"
	default: // a case that is decided is not rehearsed
		st.Source = "review.entered"
	}
	st.Further = m.further()
	if m.assessed() {
		st.Findings, st.Counts, st.Grant = findings.Of(w, m.parts.Codes, m.file.assessment, m.file.noticed)
	}
	if o := m.app.Override; o != nil && o.Hash == c.Hash() {
		st.Waived = m.e.T("review.waived", m.name(o.Officer), m.name(o.Authoriser), o.Reason)
	}
	st.Documents, st.History, st.Likely, st.Laboratories = m.documents(), m.history(), m.likely(), m.asked()
	st.Acts, st.Form = m.acts(), m.formState()
	return st
}

// assessed reports whether the notice was asked about the case as it is.
func (m *Model) assessed() bool {
	switch m.app.State {
	case data.Submitted, data.InReview, data.OnHold, data.Approved:
		return true
	}
	return false
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
