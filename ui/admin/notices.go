package admin

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/rules"
	"pratique/data/staff"
	"pratique/ui/env"
)

// Notices are the post's requirements: read, tried, and put in force by two.
type Notices interface {
	Notices(ctx context.Context, s staff.Session) ([]desk.Notice, error)
	ImportNotice(ctx context.Context, s staff.Session, file []byte) (desk.Notice, error)
	DiffNotice(ctx context.Context, s staff.Session, id string, version int) ([]rules.Difference, error)
	DryRun(ctx context.Context, s staff.Session, id string, version, days int, progress func(done, total int)) ([]desk.Effect, error)
	ActivateNotice(ctx context.Context, s, second staff.Session, id string, version int) error
	RetireNotice(ctx context.Context, s, second staff.Session, id string, version int) error
}

// NoticeRow is a version of a notice.
type NoticeRow struct {
	ID      string
	Version int
	State   rules.State
	Title   string
	Flights string // from when until when
	History []Change
}

// NoticesDraft is what is typed. It is comparable.
type NoticesDraft struct {
	Importing bool
	Path      string
	Days      string // of the dry run
}

// Effect is a case that would come out otherwise. It is comparable.
type Effect struct{ Case, Flight, Before, After, Failed string }

// NoticesState is everything that the section shows.
type NoticesState struct {
	Busy, Done string
	May, Known bool
	All        []NoticeRow
	Chosen     int
	Diff       []Change // from what is in force to the chosen one
	Compared   bool

	Draft    NoticesDraft
	Problem  string // sentence beside the file
	Days     string // sentence beside the days
	Running  bool   // a dry run
	Stopping bool
	Progress Progress
	Tried    string // what the dry run came to, a sentence
	Effects  []Effect
}

// NoticesModel is the section of the notices.
type NoticesModel struct {
	core
	Show func(NoticesState)

	notices  Notices
	read     func(string) ([]byte, error)
	jobs     *Jobs
	all      []desk.Notice
	known    bool
	chosen   int
	diff     []rules.Difference
	compared bool
	after    func() // waits for the comparison, nil for nothing
	draft    NoticesDraft
	problem  string
	wrong    string
	tried    string
	effects  []Effect
}

// NewNoticesModel makes the model; nothing is read yet.
func NewNoticesModel(e *env.Env, p Parts) *NoticesModel {
	m := &NoticesModel{core: newCore(e, p, SectionNotices), Show: func(NoticesState) {}, notices: p.Desk, read: p.ReadFile, jobs: p.Jobs}
	m.show = func() { m.Show(m.State()) }
	if m.draft = kept[NoticesDraft](&m.core); m.draft.Days == "" {
		m.draft.Days = "14"
	}
	if j := p.Jobs.trial; j != nil {
		j.changed = m.jobChanged
	}
	return m
}

// State is what to show now.
func (m *NoticesModel) State() NoticesState {
	s := NoticesState{
		Busy: m.busy, Done: m.done, May: m.may(audit.NoticeImported), Known: m.known, Chosen: m.chosen,
		Compared: m.compared, Draft: m.draft, Problem: m.problem, Days: m.wrong, Tried: m.tried, Effects: m.effects,
	}
	for _, n := range m.all {
		s.All = append(s.All, m.row(n))
	}
	for _, d := range m.diff {
		s.Diff = append(s.Diff, Change{d.Path, d.Was, d.Is})
	}
	if j := m.jobs.trial; j != nil {
		s.Running, s.Stopping, s.Progress = true, j.stopping, j.progress
	}
	return s
}

func (m *NoticesModel) row(n desk.Notice) NoticeRow {
	r := NoticeRow{ID: n.ID, Version: n.Version, State: n.State, Title: n.Notice.Title.En}
	if m.e.Language() == "zh" {
		r.Title = n.Notice.Title.Zh
	}
	a := n.Notice.Applies
	if r.Flights = m.e.T("admin.notices.from", string(a.FlightFrom)); a.FlightUntil != "" {
		r.Flights = m.e.T("admin.notices.from-until", string(a.FlightFrom), string(a.FlightUntil))
	}
	for _, e := range n.History {
		who := m.e.T("admin.notices.by.post")
		switch {
		case e.Second != "":
			who = m.e.T("admin.notices.by.two", staff.MarkOf(e.Officer), staff.MarkOf(e.Second))
		case e.Officer != "":
			who = m.e.T("admin.notices.by", staff.MarkOf(e.Officer))
		}
		r.History = append(r.History, Change{m.e.When(e.At), m.e.T("admin.notices.state." + string(e.State)), who})
	}
	return r
}

// Open reads the notices. Those in force come first, then what was imported.
func (m *NoticesModel) Open() { m.reload("", 0) }

func (m *NoticesModel) reload(id string, version int) {
	done, s := m.done, m.e.Session
	start(&m.core, "admin.busy.read", func(ctx context.Context) ([]desk.Notice, error) { return m.notices.Notices(ctx, s) }, func(all []desk.Notice, err error) error {
		m.done = done
		if err != nil {
			return err
		}
		order := []rules.State{rules.Active, rules.Imported, rules.Retired}
		slices.SortStableFunc(all, func(a, b desk.Notice) int { return slices.Index(order, a.State) - slices.Index(order, b.State) })
		m.all, m.known = all, true
		m.chosen = max(0, min(m.chosen, len(all)-1))
		if i := slices.IndexFunc(all, func(n desk.Notice) bool { return n.ID == id && n.Version == version }); i >= 0 {
			m.chosen = i
		}
		m.compare()
		return nil
	})
}

// Choose looks at one of them.
func (m *NoticesModel) Choose(i int) {
	if m.chosen, m.done = max(0, min(i, len(m.all)-1)), ""; m.jobs.trial == nil {
		m.tried, m.effects = "", nil
	}
	m.compare()
	m.show()
}

// here is the version that is looked at.
func (m *NoticesModel) here() (desk.Notice, bool) {
	if m.chosen >= len(m.all) {
		return desk.Notice{}, false
	}
	return m.all[m.chosen], true
}

// compare finds what the version would change, if it is not in force.
func (m *NoticesModel) compare() {
	m.diff, m.compared, m.after = nil, false, nil
	n, ok := m.here()
	if !ok || n.State != rules.Imported {
		return
	}
	s := m.e.Session
	env.Go(m.e, func(ctx context.Context) ([]rules.Difference, error) {
		return m.notices.DiffNotice(ctx, s, n.ID, n.Version)
	}, func(all []rules.Difference, err error) {
		now, ok := m.here()
		switch {
		case m.gone:
		case err != nil:
			m.e.Error(err)
		case ok && now.ID == n.ID && now.Version == n.Version:
			m.diff, m.compared = all, true
			m.show()
			if after := m.after; after != nil {
				m.after = nil
				after()
			}
		}
	})
}

// Begin begins an import, or gives it up.
func (m *NoticesModel) Begin(importing bool) {
	m.draft.Importing, m.draft.Path, m.problem, m.done = importing && m.may(audit.NoticeImported), "", "", ""
	m.show()
}

// Type takes the file's path.
func (m *NoticesModel) Type(path string) {
	m.draft.Path, m.problem = path, ""
	m.show()
}

// TypeDays takes over how many days a dry run goes.
func (m *NoticesModel) TypeDays(days string) {
	m.draft.Days, m.wrong = days, ""
	m.show()
}

// Import takes the file's notice into the post. It is not in force by that.
func (m *NoticesModel) Import() {
	if m.busy != "" || !m.draft.Importing {
		return
	}
	typed, path, s := m.draft.Path, strings.TrimSpace(m.draft.Path), m.e.Session
	type imported struct {
		notice desk.Notice
		unread error
	}
	start(&m.core, "admin.busy.files", func(ctx context.Context) (i imported, err error) {
		b, err := m.read(path)
		if err != nil {
			return imported{unread: err}, nil
		}
		i.notice, err = m.notices.ImportNotice(ctx, s, b)
		return i, err
	}, func(i imported, err error) error {
		var problems *desk.ProblemsError
		switch {
		case i.unread != nil:
			m.problem = m.e.T(unread(i.unread))
			return nil
		case errors.As(err, &problems):
			var all []string
			for _, p := range problems.Problems {
				all = append(all, m.e.Words.Problem(p))
			}
			m.problem = strings.Join(all, " ")
			return nil
		case err != nil:
			return err
		}
		if m.draft.Path == typed {
			m.draft.Importing, m.draft.Path = false, ""
		}
		m.tried, m.effects = "", nil
		m.done = m.e.T("admin.notices.imported", i.notice.ID, i.notice.Version)
		if !m.gone {
			m.reload(i.notice.ID, i.notice.Version)
		}
		return nil
	})
}

// maxDays is how far a dry run goes back at most.
const maxDays = 400

// Try looks what the version would have changed in the last days.
func (m *NoticesModel) Try() {
	n, ok := m.here()
	if !ok || m.jobs.trial != nil {
		return
	}
	days, err := strconv.Atoi(strings.TrimSpace(m.draft.Days))
	if err != nil || days < 1 || days > maxDays {
		m.wrong = m.e.T("admin.notices.days.wrong", maxDays)
		m.show()
		return
	}
	s, e := m.e.Session, m.e
	m.done, m.tried, m.effects = "", "", nil
	var effects []desk.Effect
	run(e, &m.jobs.trial, m.jobChanged, func(ctx context.Context, tell func(done, total int64)) (err error) {
		effects, err = m.notices.DryRun(ctx, s, n.ID, n.Version, days, func(done, total int) { tell(int64(done), int64(total)) })
		return err
	}, func(_ *job, err error) string {
		switch {
		case errors.Is(err, context.Canceled):
			return e.T("admin.notices.stopped")
		case err != nil:
			return ""
		}
		m.tried = e.T("admin.notices.tried", n.ID, n.Version, days, len(effects))
		for _, x := range effects {
			m.effects = append(m.effects, Effect{
				Case: e.T("state." + string(x.State)), Flight: strings.TrimSpace(x.Flight + " " + x.Departs.String()),
				Before: e.T("findings.answer." + string(x.Before)), After: e.T("findings.answer." + string(x.After)), Failed: strings.Join(x.Failed, ", "),
			})
		}
		return m.tried
	})
}

// Stop breaks a dry run off.
func (m *NoticesModel) Stop() { m.jobs.trial.stop() }

func (m *NoticesModel) jobChanged(j *job) {
	m.core.jobChanged(m.jobs.trial == j, j, m.show)
}

// Activate asks the second officer to put the version in force.
func (m *NoticesModel) Activate() {
	m.turn(rules.Imported, "admin.notices.activate.sentence", "admin.notices.activated", m.notices.ActivateNotice)
}

// Retire asks the second officer to put the version out of force, for good.
func (m *NoticesModel) Retire() {
	m.turn(rules.Active, "admin.notices.retire.sentence", "admin.notices.retired", m.notices.RetireNotice)
}

func (m *NoticesModel) turn(from rules.State, sentence, told string, act func(ctx context.Context, s, second staff.Session, id string, version int) error) {
	n, ok := m.here()
	if !ok || n.State != from || m.busy != "" || !m.may(audit.NoticeActivated) {
		return
	}
	if from == rules.Imported && !m.compared { // the second officer is told how much it changes
		again := func() { m.turn(from, sentence, told, act) }
		if m.compare(); m.compared {
			again()
		} else {
			m.after = again
		}
		return
	}
	r := m.row(n)
	asked := m.e.T(sentence, r.Title, n.ID, n.Version, r.Flights, len(m.diff))
	if from == rules.Active && !slices.ContainsFunc(m.all, func(o desk.Notice) bool {
		return o.State == rules.Active && (o.ID != n.ID || o.Version != n.Version)
	}) {
		asked += " " + m.e.T("admin.notices.retire.last")
	}
	m.ask(asked, func(other staff.Session) {
		s := m.e.Session
		start(&m.core, "admin.busy.store", nothing(func(ctx context.Context) error { return act(ctx, s, other, n.ID, n.Version) }), func(_ struct{}, err error) error {
			if err != nil {
				return err
			}
			if m.done = m.e.T(told, n.ID, n.Version); !m.gone {
				m.Open()
			}
			return nil
		})
	})
}

// Leave keeps what is half typed.
func (m *NoticesModel) Leave() {
	m.gone = true
	draft := m.draft
	if draft.Days == "14" {
		draft.Days = ""
	}
	keep(&m.core, draft)
}
