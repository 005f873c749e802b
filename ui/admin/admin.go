// Package admin is the screen of those who look after a post: its officers, its
// signing keys, its laboratories, its log, its backups and its rules; of a check
// of all of it, and of what a traveller may ask about themselves. Each is a
// section with a model of its own; who has which follows what the desk permits.
//
// What takes two officers is asked in the dialog of ui/second and done only
// when both have agreed. Long work goes on while its section is away, and is
// there again when the officer comes back.
package admin

import (
	"context"
	"fmt"
	"image"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/codes"
	"pratique/data/staff"
	"pratique/data/trust"
	"pratique/ui/env"
	"pratique/ui/save"
	"pratique/ui/second"
)

// Section of the screen. It stands in the ID of its route.
type Section string

// The sections. Each has a text "admin.section." and its name.
const (
	SectionOfficers     Section = "officers"
	SectionKeys         Section = "keys"
	SectionTrust        Section = "trust"
	SectionLaboratories Section = "laboratories"
	SectionNotices      Section = "notices"
	SectionLog          Section = "log"
	SectionBackup       Section = "backup"
	SectionCheck        Section = "check"
	SectionRules        Section = "rules"
	SectionTraveller    Section = "traveller"
)

// looks says which act an officer must be permitted to have a section.
var looks = []struct {
	section Section
	act     audit.Act
}{
	{SectionOfficers, audit.OfficersRead},
	{SectionKeys, audit.SignersRead},
	{SectionTrust, audit.TrustRead},
	{SectionLaboratories, audit.LaboratoriesSet},
	{SectionNotices, audit.NoticeImported},
	{SectionLog, audit.LogRead},
	{SectionBackup, audit.BackupMade},
	{SectionCheck, audit.PostChecked},
	{SectionRules, audit.PostChecked},
	{SectionTraveller, audit.TravellerExported},
}

// May reports whether an officer has business here at all.
func May(o data.Officer) bool { return len(sections(o)) > 0 }

// sections are those of an officer, in their order.
func sections(o data.Officer) (all []Section) {
	for _, l := range looks {
		if staff.Allows(o, l.act) {
			all = append(all, l.section)
		}
	}
	return all
}

// Desk is all that the screen needs of the desk.
type Desk interface {
	second.Door
	Accounts
	Letting
	Signers
	Signing
	Trusting
	Laboratories
	Authorities
	Notices
	Checks
	Travellers
	Entries
	Checkpoints
	Rules
	Ruling
}

// Parts are what the screen is made of.
type Parts struct {
	Desk    Desk
	Backups Backups
	Codes   Codes
	// ReadFile reads a file that the officer names, bounded in size.
	ReadFile func(path string) ([]byte, error)
	// ReadTrust reads a file or folder that the officer names; hash is its
	// SHA-256.
	ReadTrust func(path string) (c trust.Content, hash string, err error)
	Save      save.Parts
	// QR is the picture of a code that holds exactly this text, some pixels a
	// module, with its white border.
	QR func(text string) (image.Image, error)
	// PrintCheckpoint prints the page of a checkpoint on the usual printer and
	// names that; the error is [sheet.ErrNoPrinter] where there is none.
	PrintCheckpoint func(ctx context.Context, checkpoint []byte) (queue string, err error)
	About           func(context.Context) (About, error)
	Halves          Halves
	Jobs            *Jobs
}

// Codes are the code lists.
type Codes interface {
	data.Codes
	All(list string) []codes.Entry
	Name(list, code, language string) string
}

// Halves keeps what is half typed, by officer and section, while the screen is
// away. Passphrases are never in it. One is made for the whole program.
type Halves map[HalfKey]any

// HalfKey says whose half-typed draft it is.
type HalfKey struct {
	Officer data.OfficerID
	Section Section
}

// core is what the model of every section has.
type core struct {
	e    *env.Env
	show func()
	// ask asks a second officer; see [second.Ask].
	ask    func(sentence string, do func(staff.Session))
	halves Halves
	half   HalfKey
	gone   bool
	queue  []func() // works that were begun while another one was under way
	later  func()   // what the officer asked for meanwhile, the last of it
	busy   string   // message key of what is under way, empty for nothing
	done   string   // sentence on what was done last
}

func newCore(e *env.Env, p Parts, s Section) core {
	return core{
		e: e, show: func() {}, halves: p.Halves, half: HalfKey{e.Officer().ID, s},
		ask: func(sentence string, do func(staff.Session)) { second.Ask(e, p.Desk, sentence, do) },
	}
}

func (c *core) may(act audit.Act) bool { return staff.Allows(c.e.Officer(), act) }

// keep keeps a draft; the zero draft is none.
func keep[T comparable](c *core, draft T) {
	var none T
	if draft == none {
		delete(c.halves, c.half)
	} else {
		c.halves[c.half] = draft
	}
}

// kept is the draft that was kept, the zero draft for none.
func kept[T comparable](c *core) T {
	draft, _ := c.halves[c.half].(T)
	return draft
}

// waits keeps what the officer asks for while something is under way until that
// has ended; the last of it alone.
func (c *core) waits(act func()) bool {
	if c.busy != "" {
		c.later = act
	}
	return c.busy != ""
}

// start does work, one at a time: what two officers have agreed to waits for its
// turn. Then takes its outcome and returns the error that is not the officer's
// doing. What was done is told by a toast to an officer who has left meanwhile.
func start[T any](c *core, busy string, work func(context.Context) (T, error), then func(T, error) error) {
	if c.busy != "" {
		c.queue = append(c.queue, func() { start(c, busy, work, then) })
		return
	}
	c.busy, c.done = busy, ""
	c.show()
	env.Go(c.e, work, func(v T, err error) {
		c.busy = ""
		if err := then(v, err); err != nil {
			c.e.Error(err)
		}
		switch {
		case !c.gone:
			c.show()
		case c.done != "":
			c.e.Toast(c.done)
		}
		switch later := c.later; {
		case c.busy != "": // its outcome was the beginning of more
		case len(c.queue) > 0:
			next := c.queue[0]
			c.queue = c.queue[1:]
			next()
		case later != nil && !c.gone:
			c.later = nil
			later()
		}
	})
}

// nothing makes work of an act without a result.
func nothing(act func(context.Context) error) func(context.Context) (struct{}, error) {
	return func(ctx context.Context) (struct{}, error) { return struct{}{}, act(ctx) }
}

// ago says how long something is past.
func (c *core) ago(t time.Time) string {
	switch d := c.e.Now().Sub(t); {
	case d < time.Hour:
		return c.e.T("admin.ago.now")
	case d < 48*time.Hour:
		return c.e.T("admin.ago.hours", int(d.Hours()))
	default:
		return c.e.T("admin.ago.days", int(d.Hours()/24))
	}
}

// old is when a backup or a checkpoint is missed: both are made daily.
const old = 48 * time.Hour

// Jobs are the long works that are under way, also while their section is
// away. One is made for the whole program; it belongs to the UI goroutine.
type Jobs struct {
	trial, backup, rotation, check *job
	// found is what the last check found, nil if there was none.
	found *found
}

// job is a long work. It goes on while its section is away, and tells whoever
// shows it now.
type job struct {
	progress Progress
	stopping bool
	ended    bool
	said     string // how it ended
	cancel   func()
	changed  func(*job)
}

// Progress of a long work. Total is 0 where nobody knows it.
type Progress struct{ Done, Total int64 }

// run does a long work, one at a time in its slot. Said is the sentence for how
// it ended, empty for an error that is not the officer's doing.
func run(e *env.Env, slot **job, changed func(*job), work func(ctx context.Context, tell func(done, total int64)) error, said func(*job, error) string) {
	ctx, stop := context.WithCancel(e.Context)
	j := &job{cancel: stop, changed: changed}
	*slot = j
	tell := j.tell(e)
	j.changed(j)
	env.Go(e, func(context.Context) (struct{}, error) { return struct{}{}, work(ctx, tell) }, func(_ struct{}, err error) {
		stop()
		*slot, j.ended = nil, true
		if j.said = said(j, err); j.said == "" {
			e.Error(err)
		}
		j.changed(j)
	})
}

// stop asks a long work to end.
func (j *job) stop() {
	if j != nil {
		j.stopping = true
		j.cancel()
		j.changed(j)
	}
}

// tell brings progress from any goroutine to the UI goroutine, the newest
// alone.
func (j *job) tell(e *env.Env) func(done, total int64) {
	var newest atomic.Pointer[Progress]
	var pending atomic.Bool
	return func(done, total int64) {
		newest.Store(&Progress{done, total})
		if pending.CompareAndSwap(false, true) {
			e.Run(func() {}, func() {
				pending.Store(false)
				if !j.ended { // runners keep no order
					j.progress = *newest.Load()
					j.changed(j)
				}
			})
		}
	}
}

// jobChanged shows a long work, under way as long as it is in its slot, to an
// officer who may have left. After its end the section is read again.
func (c *core) jobChanged(under bool, j *job, open func()) {
	switch {
	case !c.gone && under:
		c.show()
	case !c.gone:
		c.done = j.said
		open()
	case !under && j.said != "":
		c.e.Toast(j.said)
	}
}

// grouped is a fingerprint in groups of four digits, easy to compare.
func grouped(hex string) string {
	var groups []string
	for g := range slices.Chunk([]byte(hex), 4) {
		groups = append(groups, string(g))
	}
	return strings.Join(groups, " ")
}

// size is how large a file is.
func size(bytes int64) string {
	n, unit := float64(bytes), "B"
	for _, u := range []string{"KB", "MB", "GB"} {
		if n < 1000 {
			break
		}
		n, unit = n/1000, u
	}
	if unit == "B" || n >= 100 {
		return fmt.Sprintf("%.0f %s", n, unit)
	}
	return fmt.Sprintf("%.1f %s", n, unit)
}
