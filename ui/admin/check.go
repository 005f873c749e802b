package admin

import (
	"context"
	"errors"
	"slices"
	"time"

	"pratique/data/desk"
	"pratique/data/staff"
	"pratique/ui/env"
)

// Checks reads everything there is and compares it with everything else.
type Checks interface {
	Check(ctx context.Context, s staff.Session, step func(what string)) ([]desk.Fault, error)
}

// steps of a check in their order. Each has a text "admin.check.step." and its
// name after "check.".
var steps = []string{desk.FaultLog, desk.FaultRecords, desk.FaultRecord, desk.FaultSeal, desk.FaultSigner}

// found is what a check found.
type found struct {
	at     time.Time
	faults []desk.Fault
}

// Fault is something that a check found, in words. It is comparable.
type Fault struct {
	What  string // a sentence
	Do    string // what to do about it, a sentence
	Where string // record, entry or number, empty for the post
	Why   string // for an administrator, in English
}

// CheckState is everything that the section shows.
type CheckState struct {
	Done     string
	Running  bool
	Stopping bool
	Step     string // what is being looked at, a message key
	Progress Progress

	Checked string // when the last check ended, empty for never
	Faults  []Fault
}

// CheckModel is the section of the check.
type CheckModel struct {
	core
	Show func(CheckState)

	checks Checks
	jobs   *Jobs
}

// NewCheckModel makes the model. It checks nothing by itself.
func NewCheckModel(e *env.Env, p Parts) *CheckModel {
	m := &CheckModel{core: newCore(e, p, SectionCheck), Show: func(CheckState) {}, checks: p.Desk, jobs: p.Jobs}
	m.show = func() { m.Show(m.State()) }
	if j := p.Jobs.check; j != nil {
		j.changed = m.jobChanged
	}
	return m
}

// State is what to show now.
func (m *CheckModel) State() CheckState {
	s := CheckState{Done: m.done}
	if j := m.jobs.check; j != nil {
		s.Running, s.Stopping, s.Progress = true, j.stopping, j.progress
		s.Step = "admin.step." + steps[max(0, min(int(j.progress.Done), len(steps)-1))]
	}
	if f := m.jobs.found; f != nil {
		s.Checked = m.e.When(f.at)
		for _, fault := range f.faults {
			s.Faults = append(s.Faults, Fault{m.e.T(fault.What), m.e.T("admin." + fault.What), fault.Where, fault.Why})
		}
	}
	return s
}

// Run checks everything. It goes on while the section is away.
func (m *CheckModel) Run() {
	if m.jobs.check != nil {
		return
	}
	s, e, jobs := m.e.Session, m.e, m.jobs
	var faults []desk.Fault
	m.done, jobs.found = "", nil
	run(e, &jobs.check, m.jobChanged, func(ctx context.Context, tell func(done, total int64)) (err error) {
		faults, err = m.checks.Check(ctx, s, func(what string) { tell(int64(slices.Index(steps, what)), int64(len(steps))) })
		return err
	}, func(_ *job, err error) string {
		switch {
		case errors.Is(err, context.Canceled):
			return e.T("admin.check.stopped")
		case err != nil:
			return ""
		}
		jobs.found = &found{e.Now(), faults}
		if len(faults) > 0 {
			return e.T("admin.check.faults", len(faults))
		}
		return e.T("admin.check.well")
	})
}

func (m *CheckModel) jobChanged(j *job) { m.core.jobChanged(m.jobs.check == j, j, m.show) }

// Stop breaks the check off. What it found so far says nothing of the rest, so
// it is not shown.
func (m *CheckModel) Stop() { m.jobs.check.stop() }

// Leave stops showing.
func (m *CheckModel) Leave() { m.gone = true }
