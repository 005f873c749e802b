package admin

import (
	"context"
	"errors"
	"image"
	"maps"
	"slices"
	"strings"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/sheet"
)

// Entries reads the log.
type Entries interface {
	EachEntry(ctx context.Context, s staff.Session, fn func(audit.Entry) error) error
	Officers(ctx context.Context) ([]data.Officer, error)
}

// Checkpoints signs the state of the log.
type Checkpoints interface {
	Checkpoint(ctx context.Context, s staff.Session) ([]byte, error)
}

// newest is how many entries are shown at most.
const newest = 1000

// Filter chooses entries. It is comparable.
type Filter struct {
	Officer data.OfficerID // empty: of everybody
	Subject string         // what a subject begins with; empty: of everything
}

// Entry is an act as it is shown.
type Entry struct {
	Number  uint64
	At      string
	Officer string // empty: the program on its own
	Mark    string // of the officer
	Act     audit.Act
	Subject string
	Detail  []string // "name: value"
}

// LogState is everything that the section shows.
type LogState struct {
	Busy, Done string
	Officers   []data.Officer
	Filter     Filter
	Entries    []Entry // the newest first
	Matching   int     // how many there are, of which Entries are the newest
	Chosen     int     // -1 for none

	Known  bool   // the log has been read
	Signed string // when the newest checkpoint was signed, empty for never
	Ago    string
	Old    bool // it is missed
	May    bool // may sign another
	// Checkpoint is the one that was signed here, and QR its picture.
	Checkpoint string
	QR         image.Image
}

// LogModel is the section of the log.
type LogModel struct {
	core
	Show func(LogState)

	entries     Entries
	checkpoints Checkpoints
	qr          func(string) (image.Image, error)
	print       func(context.Context, []byte) (string, error)
	state       LogState // but for what is common to all sections
	signed      time.Time
}

// NewLogModel makes the model; nothing is read yet.
func NewLogModel(e *env.Env, p Parts) *LogModel {
	m := &LogModel{core: newCore(e, p, SectionLog), Show: func(LogState) {}, entries: p.Desk, checkpoints: p.Desk, qr: p.QR, print: p.PrintCheckpoint}
	m.show = func() { m.Show(m.State()) }
	m.state.Chosen = -1
	m.state.Filter = kept[Filter](&m.core)
	return m
}

// State is what to show now.
func (m *LogModel) State() LogState {
	s := m.state
	s.Busy, s.Done, s.May = m.busy, m.done, m.may(audit.CheckpointSigned)
	if s.Signed = m.e.When(m.signed); s.Signed != "" {
		s.Ago = m.ago(m.signed)
	}
	s.Old = s.Known && m.e.Now().Sub(m.signed) > old
	return s
}

// Open reads the newest entries.
func (m *LogModel) Open() { m.Find(m.state.Filter) }

// Find reads the newest of the entries that a filter chooses. That is an act.
func (m *LogModel) Find(f Filter) {
	m.state.Filter = f
	if m.waits(func() { m.Find(f) }) {
		return
	}
	subject := strings.TrimSpace(f.Subject)
	if n, err := data.ParseCertificateNumber(subject); err == nil {
		subject = string(n)
	}
	type found struct {
		officers []data.Officer
		entries  []audit.Entry
		matching int
		signed   time.Time
	}
	s, done := m.e.Session, m.done
	start(&m.core, "admin.busy.log", func(ctx context.Context) (r found, err error) {
		if r.officers, err = m.entries.Officers(ctx); err != nil {
			return r, err
		}
		err = m.entries.EachEntry(ctx, s, func(e audit.Entry) error {
			if e.Act == audit.CheckpointSigned {
				r.signed = e.At
			}
			if (f.Officer == "" || e.Officer == f.Officer) && strings.HasPrefix(strings.ToLower(e.Subject), strings.ToLower(subject)) {
				r.matching++
				if r.entries = append(r.entries, e); len(r.entries) >= 2*newest {
					r.entries = append([]audit.Entry(nil), r.entries[newest:]...)
				}
			}
			return nil
		})
		return r, err
	}, func(r found, err error) error {
		m.done = done
		if err != nil {
			return err
		}
		m.state.Known, m.state.Officers, m.state.Matching, m.signed = true, r.officers, r.matching, r.signed
		m.state.Entries, m.state.Chosen = nil, -1
		for _, e := range slices.Backward(r.entries) {
			if len(m.state.Entries) == newest {
				break
			}
			m.state.Entries = append(m.state.Entries, m.entry(e, r.officers))
		}
		if len(m.state.Entries) > 0 {
			m.state.Chosen = 0
		}
		return nil
	})
}

func (m *LogModel) entry(e audit.Entry, officers []data.Officer) Entry {
	shown := Entry{Number: e.Number, At: m.e.When(e.At), Officer: string(e.Officer), Act: e.Act, Subject: e.Subject}
	if e.Officer != "" {
		shown.Mark = staff.MarkOf(e.Officer)
	}
	name := func(id string) string {
		for _, o := range officers {
			if string(o.ID) == id {
				return o.Name
			}
		}
		return id
	}
	shown.Officer, shown.Subject = name(shown.Officer), name(shown.Subject)
	if n, err := data.ParseCertificateNumber(e.Subject); err == nil {
		shown.Subject = n.String()
	}
	for _, k := range slices.Sorted(maps.Keys(e.Detail)) {
		shown.Detail = append(shown.Detail, k+": "+name(e.Detail[k]))
	}
	return shown
}

// Choose looks at one entry.
func (m *LogModel) Choose(i int) {
	m.state.Chosen = min(max(i, 0), len(m.state.Entries)-1)
	m.show()
}

// Sign signs the state of the log now.
func (m *LogModel) Sign() {
	if m.busy != "" || !m.may(audit.CheckpointSigned) {
		return
	}
	type signed struct {
		text []byte
		qr   image.Image
	}
	s := m.e.Session
	start(&m.core, "admin.busy.sign", func(ctx context.Context) (r signed, err error) {
		var kept error // a checkpoint may be good and the file beside it not
		if r.text, kept = m.checkpoints.Checkpoint(ctx, s); r.text != nil {
			r.qr, err = m.qr(string(r.text))
		}
		return r, errors.Join(kept, err)
	}, func(r signed, err error) error {
		if r.text == nil {
			return err
		}
		m.state.Checkpoint, m.state.QR, m.done = string(r.text), r.qr, m.e.T("admin.log.signed")
		if m.signed = m.e.Now(); !m.gone {
			m.Find(m.state.Filter)
		}
		return err
	})
}

// Print prints the page of the checkpoint that was signed here.
func (m *LogModel) Print() {
	if m.busy != "" || m.state.Checkpoint == "" {
		return
	}
	text := []byte(m.state.Checkpoint)
	start(&m.core, "admin.busy.print", func(ctx context.Context) (string, error) { return m.print(ctx, text) }, func(queue string, err error) error {
		if errors.Is(err, sheet.ErrNoPrinter) {
			m.done = m.e.T("admin.log.no-printer")
			return nil
		}
		if err == nil {
			m.done = m.e.T("admin.log.printed", queue)
		}
		return err
	})
}

// Saved says that the checkpoint was written to a file.
func (m *LogModel) Saved(path string) {
	m.done = m.e.T("save.done", path)
	m.show()
}

// Leave keeps the filter.
func (m *LogModel) Leave() {
	m.gone = true
	keep(&m.core, m.state.Filter)
}
