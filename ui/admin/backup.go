package admin

import (
	"context"
	"errors"
	"strings"
	"time"

	"pratique/data"
	"pratique/data/desk"
	"pratique/data/staff"
	"pratique/ui/env"
)

// Backups makes backups and says where they go.
type Backups interface {
	Backups(ctx context.Context) (desk.Backups, error)
	SetBackup(ctx context.Context, s, second staff.Session, folder string, passphrase []byte) error
	Backup(ctx context.Context, s staff.Session, progress func(done, total int64)) (desk.Backup, error)
}

// Alarm is why somebody must see to the backups.
type Alarm string

// The alarms. Each has a text "admin.backup.alarm." and its name.
const (
	NoAlarm  Alarm = ""
	NoFolder Alarm = "no-folder"
	Never    Alarm = "never"
	TooOld   Alarm = "old"
)

// BackupState is everything that the section shows.
type BackupState struct {
	Busy, Done string
	Known      bool // the settings have been read
	Alarm      Alarm
	Folder     string
	Last       desk.Backup // the last that was verified, zero for none
	Made, Ago  string      // when it was made

	Running  bool
	Stopping bool
	Progress Progress

	Draft    string // folder as typed
	Problem  string // sentence beside the folder
	Strength string
	Strong   bool
}

// BackupModel is the section of the backups.
type BackupModel struct {
	core
	Show func(BackupState)

	backups  Backups
	about    func(data.Officer) []string
	jobs     *Jobs
	known    bool
	set      desk.Backups
	draft    string
	problem  string
	strength string
	strong   bool
}

// NewBackupModel makes the model; nothing is read yet.
func NewBackupModel(e *env.Env, p Parts) *BackupModel {
	m := &BackupModel{core: newCore(e, p, SectionBackup), Show: func(BackupState) {}, backups: p.Backups, about: p.Desk.About, jobs: p.Jobs}
	m.show = func() { m.Show(m.State()) }
	m.draft = kept[string](&m.core)
	if j := p.Jobs.backup; j != nil {
		j.changed = m.jobChanged
	}
	return m
}

// State is what to show now.
func (m *BackupModel) State() BackupState {
	s := BackupState{
		Busy: m.busy, Done: m.done, Known: m.known, Folder: m.set.Folder, Last: m.set.Last, Made: m.e.When(m.set.Last.Made),
		Draft: m.draft, Problem: m.problem, Strength: m.strength, Strong: m.strong,
	}
	if !m.set.Last.Made.IsZero() {
		s.Ago = m.ago(m.set.Last.Made)
	}
	if m.known {
		s.Alarm = alarm(m.set, m.e.Now())
	}
	if j := m.jobs.backup; j != nil {
		s.Running, s.Stopping, s.Progress = true, j.stopping, j.progress
	}
	return s
}

func alarm(b desk.Backups, now time.Time) Alarm {
	switch {
	case b.Folder == "":
		return NoFolder
	case b.Last.Made.IsZero():
		return Never
	case now.Sub(b.Last.Made) > old:
		return TooOld
	}
	return NoAlarm
}

// Open reads the settings.
func (m *BackupModel) Open() {
	done := m.done
	start(&m.core, "admin.busy.read", m.backups.Backups, func(b desk.Backups, err error) error {
		m.done = done
		if err != nil {
			return err
		}
		if m.set, m.known = b, true; m.draft == "" {
			m.draft = b.Folder
		}
		return nil
	})
}

// Type takes what stands in the form.
func (m *BackupModel) Type(folder, passphrase string) {
	m.draft, m.problem = folder, ""
	m.judge(passphrase)
	m.show()
}

func (m *BackupModel) judge(passphrase string) {
	m.strength, m.strong = strength(passphrase, m.about(data.Officer{}))
}

// Set asks the second officer to set folder and passphrase.
func (m *BackupModel) Set(passphrase string) {
	if m.busy != "" {
		return
	}
	folder := strings.TrimSpace(m.draft)
	if m.problem = ""; folder == "" {
		m.problem = m.e.T("problem.required")
	}
	if m.judge(passphrase); passphrase == "" {
		m.strength = "admin.backup.passphrase.needed"
	}
	if m.show(); m.problem != "" || !m.strong {
		return
	}
	m.ask(m.e.T("admin.backup.set.sentence", folder), func(other staff.Session) {
		s := m.e.Session
		start(&m.core, "admin.busy.store", nothing(func(ctx context.Context) error {
			return m.backups.SetBackup(ctx, s, other, folder, []byte(passphrase))
		}), func(_ struct{}, err error) error {
			var problems *desk.ProblemsError
			var weak *desk.WeakError
			switch {
			case errors.As(err, &problems):
				m.problem = m.e.Words.Problem(problems.Problems[0])
				return nil
			case errors.As(err, &weak):
				m.strength, m.strong = "weak."+string(weak.Why), false
				return nil
			case err != nil:
				return err
			}
			if m.done = m.e.T("admin.backup.set.done"); strings.TrimSpace(m.draft) == folder {
				m.draft, m.strength, m.strong = "", "", false
			}
			if !m.gone {
				m.Open()
			}
			return nil
		})
	})
}

// Make makes a backup now. It goes on while the section is away.
func (m *BackupModel) Make() {
	if m.jobs.backup != nil || !m.known || m.set.Folder == "" {
		return
	}
	s, e := m.e.Session, m.e
	var made desk.Backup
	m.done = ""
	run(e, &m.jobs.backup, m.jobChanged, func(ctx context.Context, tell func(done, total int64)) (err error) {
		made, err = m.backups.Backup(ctx, s, tell)
		return err
	}, func(_ *job, err error) string {
		switch {
		case err == nil:
			return e.T("admin.backup.made", made.Path, size(made.Bytes))
		case errors.Is(err, context.Canceled):
			return e.T("admin.backup.stopped")
		}
		return ""
	})
}

func (m *BackupModel) jobChanged(j *job) { m.core.jobChanged(m.jobs.backup == j, j, m.Open) }

// Stop breaks the backup off; nothing is left of it.
func (m *BackupModel) Stop() { m.jobs.backup.stop() }

// Leave keeps what is half typed.
func (m *BackupModel) Leave() {
	m.gone = true
	if m.draft == m.set.Folder {
		m.draft = ""
	}
	keep(&m.core, m.draft)
}
