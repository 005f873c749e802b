// Package certificates is the screen of the certificates that were issued: the
// list of all; one of them as its real page, to be printed, saved, handed over,
// corrected or revoked; and the recall of those that one officer handled.
//
// A revoked certificate has no page any more, only what it said.
//
// A sheet counts as printed when its job is completed and not before. Pages
// are held in memory; a file is written only where the officer says.
package certificates

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"pratique/data"
	"pratique/data/desk"
	"pratique/data/seal"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/second"
	"pratique/ui/sheet"
	"pratique/ui/stated"
)

// Lists finds certificates.
type Lists interface {
	Issued(staff.Session) ([]desk.Row, error)
	Search(s staff.Session, text string) ([]desk.Row, error)
	Officers(context.Context) ([]data.Officer, error)
}

// Records reads a certificate and records what happens to its paper.
type Records interface {
	Certificate(context.Context, staff.Session, data.CertificateNumber) (data.Certificate, error)
	Printed(ctx context.Context, s staff.Session, n data.CertificateNumber, queue, job string) (data.Certificate, error)
	PrintFailed(ctx context.Context, s staff.Session, n data.CertificateNumber, job string) error
	HandOver(ctx context.Context, s staff.Session, n data.CertificateNumber, scanned string) (data.Certificate, error)
}

// Desk is all that the screen needs of the desk.
type Desk interface {
	Lists
	Records
	Revocations
	Recalls
	second.Door
}

// Paper makes the page of a certificate as a PDF and checks it against the
// record. Copies count from 1.
type Paper interface {
	Print(ctx context.Context, c data.Certificate, copyNo int) ([]byte, error)
}

// Letters makes the letter about a case: of a blue certificate, the sheet of
// the condition it is good on.
type Letters interface {
	Letter(context.Context, staff.Session, data.ApplicationID) (data.Letter, []byte, error)
}

// Pages draws a page of a PDF, counted from 0.
type Pages interface {
	Pages(ctx context.Context, pdf []byte) (int, error)
	Render(ctx context.Context, pdf []byte, page int, dpi float64) (image.Image, error)
}

// Printer hands PDF to print queues. Its errors wrap [ErrNoPrinter],
// [ErrRefused] or [ErrUnknown] where they mean that.
type Printer interface {
	Queues(ctx context.Context) ([]Queue, error)
	// Print gives a queue one sheet and names the job.
	Print(ctx context.Context, queue, title string, pdf []byte) (job string, err error)
	// Wait follows a job, tells progress from any goroutine, and returns when
	// it has ended or does not go on.
	Wait(ctx context.Context, queue, job string, progress func(Status)) (Status, error)
	// Cancel asks to drop a job; Wait tells how it ended.
	Cancel(ctx context.Context, queue, job string) error
}

var (
	// ErrNoPrinter: there is nothing to print with; nothing was sent.
	ErrNoPrinter = errors.New("no printer")
	// ErrRefused: the queue did not take the sheet.
	ErrRefused = errors.New("refused")
	// ErrUnknown: whether the sheet was printed is not known.
	ErrUnknown = errors.New("contact was lost")
)

// Queue is a print queue. Ready is false for one that takes nothing or does
// not print what it takes.
type Queue struct {
	Name, Info string
	Default    bool
	Ready      bool
	Reason     string // keywords of RFC 8011 §5.4.12, empty for none
}

// Phase of a job.
type Phase string

// The phases. Nothing more happens after the last three.
const (
	Pending   Phase = "pending"
	Printing  Phase = "printing"
	Held      Phase = "held"
	Stopped   Phase = "stopped"
	Completed Phase = "completed"
	Cancelled Phase = "cancelled"
	Aborted   Phase = "aborted"
)

func (p Phase) final() bool { return p == Completed || p == Cancelled || p == Aborted }

// Status is where a job is.
type Status struct {
	Phase  Phase
	Reason string // keywords of RFC 8011 §5.3.8 and §5.4.12, empty for none
}

// Settings keep a choice of this machine.
type Settings interface {
	String(key string) string
	SetString(key, value string)
}

// settingQueue and settingFolder are what is remembered.
const (
	settingQueue  = "printer"
	settingFolder = "certificates"
)

// Parts are what the screen is made of.
type Parts struct {
	Desk    Desk
	Codes   Codes
	Paper   Paper
	Letters Letters
	// Sheet shows a page, prints and saves it; see [sheet.Show].
	Sheet    func(e *env.Env, s sheet.Sheet)
	Pages    Pages
	Printer  Printer
	Settings Settings
	// WriteNew writes a file, complete or not at all, and says os.ErrExist
	// rather than replace one.
	WriteNew func(path string, content []byte) error
	// Folder is where files are saved until the officer chooses another.
	Folder string
	Jobs   *Jobs
	Halves Halves
	// After calls a function on the UI goroutine after a while.
	After func(time.Duration, func())
}

// Jobs are the print jobs that are being followed, also while their screen is
// away. One is made for the whole program; it belongs to the UI goroutine.
type Jobs struct {
	of map[data.CertificateNumber]*job
}

type job struct {
	print  Print
	record data.Certificate // after the sheet was recorded as printed
	show   func()
	then   func() // waits for its end, nil for nothing
}

// NewJobs makes Jobs.
func NewJobs() *Jobs { return &Jobs{of: map[data.CertificateNumber]*job{}} }

// Print is the sheet being printed, or the last one tried. It is comparable.
type Print struct {
	Step   Step
	Copy   int
	Queue  string
	Job    string
	Reason string // keywords of the printer
	Failed string // message key, in step Failed
}

// Step of a sheet on its way.
type Step string

// The steps.
const (
	None    Step = ""
	Making  Step = "making"  // the page is made and checked
	Sending Step = "sending" // the queue is asked to take it
	Queued  Step = "queued"
	AtWork  Step = "printing"
	Waiting Step = "waiting" // for paper, for a person, for a release
	Ending  Step = "ending"  // the officer cancelled it; the printer has yet to say so
	Done    Step = "done"
	Failed  Step = "failed"
)

// Under reports whether a sheet is on its way.
func (p Print) Under() bool { return p.Step != None && p.Step != Done && p.Step != Failed }

// ListState is the list.
type ListState struct {
	Find      string // what the rows were looked for by
	Rows      []Row
	CanRecall bool
}

// Row is a certificate in the list. It is comparable.
type Row struct {
	Number     data.CertificateNumber
	Name       string
	Document   string
	Issued     string
	Prints     int
	HandedOver string // a day
	Revoked    string // a day
	Replaced   bool
}

// ListModel is the list of certificates.
type ListModel struct {
	Show func(ListState)

	e      *env.Env
	desk   Desk
	st     ListState
	asked  bool
	cancel func()
}

// NewListModel makes the list; nothing is read yet.
func NewListModel(e *env.Env, d Desk) *ListModel {
	return &ListModel{Show: func(ListState) {}, e: e, desk: d, st: ListState{CanRecall: mayRevoke(e.Officer())}, cancel: func() {}}
}

// State is what there is to see now.
func (m *ListModel) State() ListState { return m.st }

// Find shows the certificates that a text names, all for none, the newest
// first. Every search is written into the log, so the same is not looked for
// twice.
func (m *ListModel) Find(text string) {
	text = strings.TrimSpace(text)
	if m.asked && text == m.st.Find {
		return
	}
	m.asked = true
	m.st.Find = text
	m.cancel()
	d, s := m.desk, m.e.Session
	m.cancel = env.Go(m.e, func(context.Context) ([]desk.Row, error) {
		if text == "" {
			return d.Issued(s)
		}
		rows, err := d.Search(s, text)
		rows = slices.DeleteFunc(rows, func(r desk.Row) bool { return r.Number == "" })
		slices.SortStableFunc(rows, func(a, b desk.Row) int { return b.Issued.Compare(a.Issued) })
		return rows, err
	}, func(rows []desk.Row, err error) {
		if err != nil {
			m.e.Error(err)
		}
		m.st.Rows = nil
		for _, r := range rows {
			m.st.Rows = append(m.st.Rows, Row{
				Number: r.Number, Name: stated.Name(r.NativeName, r.Surname, r.GivenNames), Document: r.Document,
				Issued: m.e.When(r.Issued), Prints: r.Prints, HandedOver: m.e.Day(r.HandedOver),
				Revoked: m.e.Day(r.Revoked), Replaced: r.ReplacedBy != "",
			})
		}
		m.Show(m.st)
	})
}

// Leave shows nothing any more.
func (m *ListModel) Leave() { m.cancel() }

// State is everything that the screen of one certificate shows.
type State struct {
	Busy     string // message key, empty for nothing
	Number   data.CertificateNumber
	Name     string
	Document string
	Life     []Point

	Page      image.Image // nil: not drawn yet
	Drawing   bool
	PageCopy  int
	NextCopy  int
	Printable bool // it is read, and no sheet of it is on its way

	Asked     bool // the queues are known
	Queues    []Queue
	Queue     string
	NoPrinter string // message key: why there is nothing to choose
	Print     Print
	CanCancel bool

	Saving  bool
	Path    string
	Saved   string // message key of how it went
	SavedAs string

	HandedOver bool
	CanHand    bool
	CanScan    bool   // what is scanned is kept: it can be handed over, or is not read yet
	Hand       string // message key of how it went
	HandOK     bool

	Counts   bool // it is read, and neither revoked nor erased
	OnTerms  bool // it counts, on a condition that stands on a sheet of its own
	Replaces data.CertificateNumber
	Solo     bool
	Revoked  Revoked
	Erased   string         // since when
	Stated   []stated.Group // what it said, once it is revoked

	CanRevoke, CanCorrect bool
	Revoking              bool // the officer says why
	Grounds               Grounds
}

// Point of a certificate's life. When is empty for what is still to come.
type Point struct {
	What   string // message key after "certificates.life."
	When   string
	Copy   int
	Queue  string // empty for a sheet that only its scan proves
	Who    string
	Second string // who else
	Reason string // of a revocation
}

// Model is one certificate. What an act does not know at once it tells Show.
type Model struct {
	Show func(State)

	e      *env.Env
	parts  Parts
	number data.CertificateNumber

	gone     bool
	busy     string
	waiting  []func() // acts that wait until nothing is under way
	record   data.Certificate
	officers []data.Officer
	page     image.Image
	pageCopy int
	drawing  bool
	undraw   func()

	asked     bool
	queues    []Queue
	queue     string
	noPrinter string

	saving         bool
	path           string
	saved, savedAs string

	hand   string
	handOK bool

	revoking bool
	grounds  Grounds
}

// NewModel makes the model of a certificate; nothing is read yet.
func NewModel(e *env.Env, parts Parts, n data.CertificateNumber) *Model {
	m := &Model{Show: func(State) {}, e: e, parts: parts, number: n, undraw: func() {}}
	if h, begun := parts.Halves[m.half()]; begun {
		m.revoking, m.grounds = true, h.Grounds
	}
	if j := parts.Jobs.of[n]; j != nil {
		j.show = m.jobChanged
		if !j.print.Under() {
			delete(parts.Jobs.of, n) // it was told when it ended
		}
	}
	return m
}

func (m *Model) show() {
	if !m.gone {
		m.Show(m.State())
	}
}

// wait keeps an act for when nothing is under way any more: a hand is quicker
// than a disk.
func (m *Model) wait(act func() State) State {
	m.waiting = append(m.waiting, func() { act() })
	return m.State()
}

// idle ends what is under way, and begins what waits after that is shown.
func (m *Model) idle() (after func()) {
	m.busy = ""
	return func() {
		for len(m.waiting) > 0 && m.busy == "" {
			next := m.waiting[0]
			m.waiting = m.waiting[1:]
			next()
		}
	}
}

// take takes the record, unless what is known is newer: answers keep no order.
func (m *Model) take(c data.Certificate) {
	was := m.record
	if !c.Erased.IsZero() || len(c.Prints) >= len(was.Prints) && (was.HandedOver.IsZero() || !c.HandedOver.IsZero()) && (was.Revoked == nil || c.Revoked != nil) {
		m.record = c
	}
}

// Open reads the certificate, draws its page and asks for printers.
func (m *Model) Open() State {
	type opened struct {
		c        data.Certificate
		officers []data.Officer
	}
	m.busy = "certificates.busy.open"
	d, s, n := m.parts.Desk, m.e.Session, m.number
	env.Go(m.e, func(ctx context.Context) (o opened, err error) {
		if o.c, err = d.Certificate(ctx, s, n); err == nil {
			o.officers, err = d.Officers(ctx)
		}
		return o, err
	}, func(o opened, err error) {
		defer m.idle()()
		if err != nil {
			m.e.Error(err)
			m.waiting = nil
			m.show()
			return
		}
		m.take(o.c)
		m.officers = o.officers
		m.draw()
		m.ask()
	})
	return m.State()
}

// draw shows the page as it was printed last, or will be first. What does not
// count any more has none.
func (m *Model) draw() {
	copyNo := max(1, len(m.record.Prints))
	if m.gone || !m.State().Counts || m.page != nil && m.pageCopy == copyNo {
		m.show()
		return
	}
	m.drawing = true
	m.show()
	paper, pages, c := m.parts.Paper, m.parts.Pages, m.record
	m.undraw()
	m.undraw = env.Go(m.e, func(ctx context.Context) (image.Image, error) {
		pdf, err := paper.Print(ctx, c, copyNo)
		if err != nil {
			return nil, err
		}
		return whole(ctx, pages, pdf)
	}, func(page image.Image, err error) {
		m.drawing = false
		if err != nil {
			m.e.Error(err)
		} else {
			m.page, m.pageCopy = page, copyNo
		}
		m.show()
	})
}

// whole is all pages of a file, one below the other.
func whole(ctx context.Context, pages Pages, pdf []byte) (image.Image, error) {
	n, err := pages.Pages(ctx, pdf)
	if err != nil {
		return nil, err
	}
	var all *image.RGBA
	for i := range n {
		page, err := pages.Render(ctx, pdf, i, previewDPI)
		switch {
		case err != nil:
			return nil, err
		case n == 1:
			return page, nil
		}
		size := page.Bounds().Size()
		if all == nil {
			all = image.NewRGBA(image.Rect(0, 0, size.X, n*size.Y))
		}
		draw.Draw(all, image.Rect(0, i*size.Y, size.X, (i+1)*size.Y), page, page.Bounds().Min, draw.Src)
	}
	return all, nil
}

// previewDPI shows small print when the page is enlarged to its width.
const previewDPI = 130

// ask asks which printers there are.
func (m *Model) ask() {
	printer := m.parts.Printer
	env.Go(m.e, func(ctx context.Context) ([]Queue, error) { return printer.Queues(ctx) },
		func(queues []Queue, err error) {
			m.asked, m.queues, m.noPrinter = true, queues, ""
			switch {
			case errors.Is(err, ErrNoPrinter):
				m.noPrinter = "certificates.printer.none"
			case err != nil:
				m.noPrinter = "certificates.printer.unreachable"
			case len(queues) == 0:
				m.noPrinter = "certificates.printer.no-queue"
			}
			m.queue = ""
			remembered := m.parts.Settings.String(settingQueue)
			for _, q := range queues {
				if q.Name == remembered || m.queue == "" && q.Default {
					m.queue = q.Name
				}
			}
			if m.queue == "" && len(queues) > 0 {
				m.queue = queues[0].Name
			}
			m.show()
		})
}

// Condition shows the sheet of the condition that the certificate is good on.
func (m *Model) Condition() State {
	if !m.State().OnTerms {
		return m.State()
	}
	make, s, id := m.parts.Letters, m.e.Session, m.record.Application
	m.parts.Sheet(m.e, sheet.Sheet{
		Title: m.e.T("certificates.condition"), Job: "condition", File: "condition-" + m.number.String() + ".pdf",
		Make: func(ctx context.Context) (pdf []byte, err error) {
			_, pdf, err = make.Letter(ctx, s, id)
			return pdf, err
		},
	})
	return m.State()
}

// AskAgain looks for printers once more.
func (m *Model) AskAgain() State {
	m.asked = false
	m.ask()
	return m.State()
}

// Choose chooses a print queue and remembers it.
func (m *Model) Choose(queue string) State {
	if slices.ContainsFunc(m.queues, func(q Queue) bool { return q.Name == queue }) {
		m.queue = queue
		m.parts.Settings.SetString(settingQueue, queue)
	}
	return m.State()
}

// Print prints the next copy on the chosen queue and follows the job to its
// end, whether or not anybody still looks.
func (m *Model) Print() State {
	if !m.State().Printable || m.queue == "" {
		return m.State()
	}
	c, queue, copyNo := m.record, m.queue, len(m.record.Prints)+1
	j := &job{print: Print{Step: Making, Copy: copyNo, Queue: queue}, show: m.jobChanged}
	jobs, parts, e, s := m.parts.Jobs, m.parts, m.e, m.e.Session
	jobs.of[c.Number] = j
	// step shows how far the sheet is, from any goroutine. A runner keeps no
	// order, so what comes late is dropped.
	var told atomic.Int64
	shown := int64(0)
	step := func(p Print) {
		n := told.Add(1)
		e.Run(func() {}, func() {
			if n < shown || !j.print.Under() {
				return
			}
			shown = n
			if j.print.Step == Ending {
				p.Step = Ending
			}
			j.print = p
			j.show()
		})
	}
	env.Go(e, func(ctx context.Context) (data.Certificate, error) {
		return printSheet(ctx, parts, s, c, queue, copyNo, step)
	}, func(after data.Certificate, err error) {
		p := &j.print
		var f *sheetError
		switch {
		case err == nil:
			p.Step, p.Reason, j.record = Done, "", after
		case errors.As(err, &f):
			p.Step, p.Failed, p.Reason = Failed, f.key, f.reason
			if f.why != nil {
				e.Error(f.why)
			}
		case errors.Is(err, desk.ErrRevoked):
			p.Step, p.Failed = Failed, "certificates.failed.revoked"
		default:
			p.Step, p.Failed = Failed, "certificates.failed.record"
			e.Error(err)
		}
		if m.gone {
			e.Toast(c.Number.String() + ": " + e.T("certificates.print."+string(p.Step), p.Copy, p.Queue))
		}
		j.show()
		if j.then != nil {
			j.then()
		}
	})
	return m.State()
}

// sheetError says why a sheet did not come out.
type sheetError struct {
	key    string // message key
	reason string // keywords of the printer
	why    error  // what the administrator should see, nil for nothing
}

func (e *sheetError) Error() string { return e.key }

// printSheet makes a copy anew, checks it, prints it, follows its job and
// records how it ended. The record is written even if the window closes.
func printSheet(ctx context.Context, parts Parts, s staff.Session, c data.Certificate, queue string, copyNo int,
	step func(Print)) (data.Certificate, error) {
	pdf, err := parts.Paper.Print(ctx, c, copyNo)
	if err != nil {
		return c, &sheetError{"certificates.failed.page", "", err}
	}
	recorded := context.WithoutCancel(ctx)
	failed := func(job, key, reason string) error {
		return &sheetError{key, reason, parts.Desk.PrintFailed(recorded, s, c.Number, job)}
	}
	p := Print{Step: Sending, Copy: copyNo, Queue: queue}
	step(p)
	job, err := parts.Printer.Print(ctx, queue, c.Number.String(), pdf)
	switch {
	case errors.Is(err, ErrNoPrinter):
		return c, failed("", "certificates.failed.no-printer", "")
	case errors.Is(err, ErrUnknown), ctx.Err() != nil:
		return c, failed("", "certificates.failed.unknown", "")
	case err != nil:
		return c, failed("", "certificates.failed.refused", "")
	}
	p.Step, p.Job = Queued, job
	step(p)
	var status Status
	for !status.Phase.final() {
		status, err = parts.Printer.Wait(ctx, queue, job, func(now Status) {
			step(Print{Step: steps[now.Phase], Copy: copyNo, Queue: queue, Job: job, Reason: now.Reason})
		})
		if err != nil {
			return c, failed(job, "certificates.failed.unknown", "")
		}
	}
	switch status.Phase {
	case Completed:
		return parts.Desk.Printed(recorded, s, c.Number, queue, job)
	case Cancelled:
		return c, failed(job, "certificates.failed.cancelled", "")
	default:
		return c, failed(job, "certificates.failed.aborted", status.Reason)
	}
}

// steps are the steps of phases; a job that has ended is still to be recorded.
var steps = map[Phase]Step{
	Pending: Queued, Printing: AtWork, Held: Waiting, Stopped: Waiting,
	Completed: AtWork, Cancelled: AtWork, Aborted: AtWork,
}

// jobChanged shows a job, and what has become of the certificate when it ended.
func (m *Model) jobChanged() {
	if m.gone {
		return
	}
	if j := m.parts.Jobs.of[m.number]; j != nil && j.print.Step == Done {
		m.take(j.record)
		m.draw()
		return
	}
	m.show()
}

// CancelPrint asks the printer to drop the sheet. How it ended is told by the
// job itself: it may be on paper already.
func (m *Model) CancelPrint() State {
	j := m.parts.Jobs.of[m.number]
	if !m.State().CanCancel {
		return m.State()
	}
	j.print.Step = Ending
	printer, queue, id := m.parts.Printer, j.print.Queue, j.print.Job
	env.Go(m.e, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, printer.Cancel(ctx, queue, id)
	}, func(_ struct{}, err error) {
		// A job that has ended refuses, and its end is told as such.
		if err != nil && !errors.Is(err, ErrRefused) {
			m.e.Error(err)
		}
		m.show()
	})
	return m.State()
}

// Save offers a name for the file.
func (m *Model) Save() State {
	if !m.State().Counts {
		return m.State()
	}
	folder := m.parts.Settings.String(settingFolder)
	if folder == "" {
		folder = m.parts.Folder
	}
	m.saving, m.saved, m.savedAs = true, "", ""
	m.path = filepath.Join(folder, m.number.String()+".pdf")
	return m.State()
}

// SaveIn offers the same name in another folder.
func (m *Model) SaveIn(folder string) State {
	m.path, m.saved = filepath.Join(folder, m.number.String()+".pdf"), ""
	return m.State()
}

// Path is the file's name as the officer types it.
func (m *Model) Path(path string) State {
	m.path, m.saved = path, ""
	return m.State()
}

// DontSave gives up saving.
func (m *Model) DontSave() State {
	m.saving, m.saved = false, ""
	return m.State()
}

// Write writes the file, and never over another.
func (m *Model) Write() State {
	path := strings.TrimSpace(m.path)
	if !m.saving || !m.State().Counts || path == "" {
		return m.State()
	}
	if m.busy != "" {
		return m.wait(m.Write)
	}
	if filepath.Ext(path) == "" {
		path += ".pdf"
	}
	m.busy, m.saved = "certificates.busy.save", ""
	paper, write, c, copyNo := m.parts.Paper, m.parts.WriteNew, m.record, len(m.record.Prints)+1
	env.Go(m.e, func(ctx context.Context) (struct{}, error) {
		pdf, err := paper.Print(ctx, c, copyNo)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, write(path, pdf)
	}, func(_ struct{}, err error) {
		defer m.idle()()
		switch {
		case err == nil:
			m.saving, m.saved, m.savedAs = false, "certificates.saved", path
			m.parts.Settings.SetString(settingFolder, filepath.Dir(path))
		case errors.Is(err, os.ErrExist):
			m.saved = "certificates.save.exists"
		case errors.Is(err, os.ErrNotExist):
			m.saved = "certificates.save.no-folder"
		case errors.Is(err, os.ErrPermission):
			m.saved = "certificates.save.not-allowed"
		default:
			m.e.Error(fmt.Errorf("save %s: %w", c.Number, err))
		}
		if m.gone && m.saved != "" {
			m.e.Toast(c.Number.String() + ": " + m.e.T(m.saved, path))
		}
		m.show()
	})
	return m.State()
}

// HandOver takes what was scanned from the paper that the traveller gets. It
// waits for what is under way, and a first sheet until it is recorded as printed:
// paper is quicker than the word of its printer.
func (m *Model) HandOver(scanned string) State {
	// A pasted line's end is a space by now, and a seal may end with one too.
	if _, err := seal.Parse(scanned); err != nil {
		scanned = strings.TrimSpace(scanned)
	}
	if scanned == "" {
		return m.State()
	}
	if m.busy != "" {
		return m.wait(func() State { return m.HandOver(scanned) })
	}
	if !m.State().Counts {
		return m.State()
	}
	m.hand, m.handOK = "", false
	if _, err := seal.Parse(scanned); err != nil {
		m.hand = "certificates.hand.not-a-seal"
		return m.State()
	}
	m.busy = "certificates.busy.hand"
	if j := m.parts.Jobs.of[m.number]; j != nil && j.print.Under() && len(m.record.Prints) == 0 {
		j.then = m.handOver(scanned)
	} else {
		m.handOver(scanned)()
	}
	return m.State()
}

func (m *Model) handOver(scanned string) func() {
	d, s, n := m.parts.Desk, m.e.Session, m.number
	return func() {
		env.Go(m.e, func(ctx context.Context) (data.Certificate, error) { return d.HandOver(ctx, s, n, scanned) },
			func(c data.Certificate, err error) {
				defer m.idle()()
				switch {
				case err == nil:
					m.take(c)
					m.hand, m.handOK = "certificates.hand.done", true
				case errors.Is(err, desk.ErrOtherPaper):
					m.hand = "certificates.hand.other"
				default:
					m.e.Error(err)
				}
				if m.gone && m.hand != "" {
					m.e.Toast(n.String() + ": " + m.e.T(m.hand))
				}
				m.show()
			})
	}
}

// Leave stops drawing and keeps a revocation that was begun. A sheet on its way
// is followed to its end.
func (m *Model) Leave() {
	m.gone = true
	m.undraw()
	if m.revoking {
		m.parts.Halves[m.half()] = Half{Grounds: m.grounds}
	}
}

// State is what there is to see now.
func (m *Model) State() State {
	c, st := m.record, m.record.Statement
	s := State{
		Busy: m.busy, Number: m.number, Name: stated.Name(st.NativeName, st.Surname, st.GivenNames), Document: st.DocumentNumber,
		Page: m.page, Drawing: m.drawing, PageCopy: m.pageCopy, NextCopy: len(c.Prints) + 1,
		Asked: m.asked, Queues: m.queues, Queue: m.queue, NoPrinter: m.noPrinter,
		Saving: m.saving, Path: m.path, Saved: m.saved, SavedAs: m.savedAs,
		HandedOver: !c.HandedOver.IsZero(), Hand: m.hand, HandOK: m.handOK,
	}
	m.ended(&s)
	s.OnTerms = s.Counts && st.Colour == data.Blue
	s.CanHand = s.Counts && !s.HandedOver
	s.CanScan = s.CanHand || c.Number == ""
	if j := m.parts.Jobs.of[m.number]; j != nil {
		s.Print = j.print
	}
	s.CanCancel = s.Print.Under() && s.Print.Job != "" && s.Print.Step != Ending
	s.Printable = s.Counts && !s.Print.Under()
	if c.Number == "" {
		return s
	}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return data.MomentOf(t, m.e.Post.Zone).String()
	}
	s.Life = append(s.Life, Point{What: "issued", When: at(c.IssuedAt), Who: m.name(c.Preparer), Second: m.name(c.Approver)})
	for _, p := range c.Prints {
		point := Point{What: "printed", When: at(p.At), Copy: p.Copy, Queue: p.Queue, Who: m.name(p.Officer)}
		if p.Queue == desk.FromFile && p.Job == "" {
			point.Queue = ""
		}
		s.Life = append(s.Life, point)
	}
	if len(c.Prints) == 0 && s.Counts {
		s.Life = append(s.Life, Point{What: "printed"})
	}
	if s.Counts || s.HandedOver {
		s.Life = append(s.Life, Point{What: "handed-over", When: at(c.HandedOver)})
	}
	if r := s.Revoked; r.Since != "" {
		s.Life = append(s.Life, Point{What: "revoked", When: r.Since, Who: r.Who, Second: r.Second, Reason: r.Reason})
	}
	if s.Erased != "" {
		s.Life = append(s.Life, Point{What: "erased", When: s.Erased})
	}
	return s
}

func (m *Model) name(id data.OfficerID) string {
	for _, o := range m.officers {
		if o.ID == id {
			return o.Name
		}
	}
	return string(id)
}
