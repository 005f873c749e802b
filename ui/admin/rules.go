package admin

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/staff"
	"pratique/ui/env"
)

// Rules are those of a post.
type Rules interface {
	Solo(ctx context.Context) (data.Solo, error)
	Retention(ctx context.Context) (days int, err error)
}

// Ruling changes them. Each act takes two.
type Ruling interface {
	SetSolo(ctx context.Context, s, second staff.Session, until time.Time) error
	SetRetention(ctx context.Context, s, second staff.Session, days int) error
	RotateKeys(ctx context.Context, s, second staff.Session, done func(int)) error
}

// About a post is what an administrator looks up. It is comparable.
type About struct {
	Folder   string // where it lies
	Recovery string // public half of the recovery key, age1…
	Log      string // public key of the log
	Keyring  bool   // the workstation's keyring takes part in opening it
}

// RulesDraft is what is typed. It is comparable.
type RulesDraft struct {
	Until data.Date // last day of solo work
	Days  string    // of retention
}

// RulesState is everything that the section shows.
type RulesState struct {
	Busy, Done string
	Known      bool
	MaySolo    bool
	MayRule    bool
	Solo       bool   // is allowed now
	Until      string // until when
	By         [2]string
	Days       int // cases are kept after their end, 0: for ever
	Rotating   bool
	Stopping   bool
	Records    int64 // that have been looked at
	About      About

	Draft RulesDraft
	// UntilProblem and DaysProblem are sentences beside the fields.
	UntilProblem, DaysProblem string
}

// RulesModel is the section of the post's rules.
type RulesModel struct {
	core
	Show func(RulesState)

	rules  Rules
	ruling Ruling
	lookUp func(context.Context) (About, error)
	jobs   *Jobs
	known  bool
	about  About
	solo   data.Solo
	days   int
	draft  RulesDraft
	wrong  [2]string
}

// NewRulesModel makes the model; nothing is read yet.
func NewRulesModel(e *env.Env, p Parts) *RulesModel {
	m := &RulesModel{core: newCore(e, p, SectionRules), Show: func(RulesState) {}, rules: p.Desk, ruling: p.Desk, lookUp: p.About, jobs: p.Jobs}
	m.show = func() { m.Show(m.State()) }
	m.draft = kept[RulesDraft](&m.core)
	if j := p.Jobs.rotation; j != nil {
		j.changed = m.jobChanged
	}
	return m
}

// State is what to show now.
func (m *RulesModel) State() RulesState {
	s := RulesState{
		Busy: m.busy, Done: m.done, Known: m.known, MaySolo: m.may(audit.SoloSet), MayRule: m.may(audit.RetentionSet),
		Solo: m.solo.Allows(m.e.Now()), Days: m.days, About: m.about, Draft: m.draft, UntilProblem: m.wrong[0], DaysProblem: m.wrong[1],
	}
	if s.Solo {
		s.Until = m.e.When(m.solo.Until)
		s.By = [2]string{staff.MarkOf(m.solo.Officer), staff.MarkOf(m.solo.Second)}
	}
	if j := m.jobs.rotation; j != nil {
		s.Rotating, s.Stopping, s.Records = true, j.stopping, j.progress.Done
	}
	return s
}

// Open reads the rules.
func (m *RulesModel) Open() {
	type rules struct {
		solo  data.Solo
		days  int
		about About
	}
	done := m.done
	start(&m.core, "admin.busy.read", func(ctx context.Context) (r rules, err error) {
		if r.solo, err = m.rules.Solo(ctx); err == nil {
			r.days, err = m.rules.Retention(ctx)
		}
		if err == nil {
			r.about, err = m.lookUp(ctx)
		}
		return r, err
	}, func(r rules, err error) error {
		m.done = done
		if err == nil {
			m.solo, m.days, m.about, m.known = r.solo, r.days, r.about, true
		}
		return err
	})
}

// Type takes what stands in the fields.
func (m *RulesModel) Type(d RulesDraft) {
	m.draft, m.wrong = d, [2]string{}
	m.show()
}

// AllowSolo asks the second officer to allow solo work to the end of the day
// that is typed.
func (m *RulesModel) AllowSolo() {
	m.wrong[0] = ""
	until, ok := m.endOf(m.draft.Until)
	switch {
	case m.busy != "":
		return
	case !ok:
		m.wrong[0] = m.e.T("problem.date.form", string(m.draft.Until))
	case !until.After(m.e.Now()):
		m.wrong[0] = m.e.T("problem.date.past", string(m.draft.Until))
	case until.After(m.e.Now().Add(data.MaxSolo)):
		m.wrong[0] = m.e.Words.Problem(data.Problem{Key: "problem.solo.long", Value: string(m.draft.Until), Example: m.e.Day(m.e.Now().Add(data.MaxSolo).AddDate(0, 0, -1))})
	}
	if m.show(); m.wrong[0] != "" {
		return
	}
	m.setSolo(until, m.e.T("admin.rules.solo.on.sentence", m.e.When(until)), m.e.T("admin.rules.solo.on.done", m.e.When(until)))
}

// endOf is the last second of a day at the post.
func (m *RulesModel) endOf(day data.Date) (time.Time, bool) {
	zone, err := data.LoadZone(m.e.Post.Zone)
	if err != nil {
		return time.Time{}, false
	}
	t, err := time.ParseInLocation(time.DateOnly, string(day), zone)
	return t.AddDate(0, 0, 1).Add(-time.Second), err == nil
}

// EndSolo asks the second officer to end solo work now.
func (m *RulesModel) EndSolo() {
	if m.busy == "" && m.solo.Allows(m.e.Now()) {
		m.setSolo(m.e.Now(), m.e.T("admin.rules.solo.off.sentence"), m.e.T("admin.rules.solo.off.done"))
	}
}

func (m *RulesModel) setSolo(until time.Time, sentence, done string) {
	m.two(sentence, done, func(ctx context.Context, s, other staff.Session) error { return m.ruling.SetSolo(ctx, s, other, until) },
		func(was RulesDraft) {
			if m.draft.Until == was.Until {
				m.draft.Until = ""
			}
		}, &m.wrong[0])
}

// SetRetention asks the second officer to set for how many days cases are kept.
func (m *RulesModel) SetRetention() {
	if m.busy != "" {
		return
	}
	text := strings.TrimSpace(m.draft.Days)
	days, err := strconv.Atoi(text)
	if m.wrong[1] = ""; err != nil || days < 0 || days > 0 && days < desk.MinRetention {
		m.wrong[1] = m.e.Words.Problem(data.Problem{Key: "problem.retention", Value: text, Example: "400"})
	}
	if m.show(); m.wrong[1] != "" {
		return
	}
	sentence, done := m.e.T("admin.rules.keep.sentence", days), m.e.T("admin.rules.keep.done", days)
	if days == 0 {
		sentence, done = m.e.T("admin.rules.keep.ever.sentence"), m.e.T("admin.rules.keep.ever.done")
	}
	m.two(sentence, done, func(ctx context.Context, s, other staff.Session) error {
		return m.ruling.SetRetention(ctx, s, other, days)
	},
		func(was RulesDraft) {
			if m.draft.Days == was.Days {
				m.draft.Days = ""
			}
		}, &m.wrong[1])
}

// two does an act once both officers agree, and clears what was typed for it.
func (m *RulesModel) two(sentence, done string, act func(ctx context.Context, s, other staff.Session) error, clear func(was RulesDraft), wrong *string) {
	was := m.draft
	m.ask(sentence, func(other staff.Session) {
		s := m.e.Session
		start(&m.core, "admin.busy.store", nothing(func(ctx context.Context) error { return act(ctx, s, other) }), func(_ struct{}, err error) error {
			var problems *desk.ProblemsError
			if errors.As(err, &problems) {
				*wrong = m.e.Words.Problem(problems.Problems[0])
				return nil
			}
			if err != nil {
				return err
			}
			clear(was)
			if m.done = done; !m.gone {
				m.Open()
			}
			return nil
		})
	})
}

// Rotate asks the second officer to begin a new generation of data keys. It
// goes on while the section is away.
func (m *RulesModel) Rotate() {
	if m.busy != "" || m.jobs.rotation != nil || !m.may(audit.KeysRotated) {
		return
	}
	m.ask(m.e.T("admin.rules.rotate.sentence"), func(other staff.Session) {
		s, e := m.e.Session, m.e
		m.done = ""
		run(e, &m.jobs.rotation, m.jobChanged, func(ctx context.Context, tell func(done, total int64)) error {
			return m.ruling.RotateKeys(ctx, s, other, func(n int) { tell(int64(n), 0) })
		}, func(j *job, err error) string {
			switch {
			case err == nil:
				return e.T("admin.rules.rotate.done", j.progress.Done)
			case errors.Is(err, context.Canceled):
				return e.T("admin.rules.rotate.stopped", j.progress.Done)
			}
			return ""
		})
	})
}

func (m *RulesModel) jobChanged(j *job) { m.core.jobChanged(m.jobs.rotation == j, j, m.Open) }

// Stop breaks the rotation off. What was not reached stays with the keys
// before, and is reached the next time.
func (m *RulesModel) Stop() { m.jobs.rotation.stop() }

// Leave keeps what is half typed.
func (m *RulesModel) Leave() {
	m.gone = true
	keep(&m.core, m.draft)
}
