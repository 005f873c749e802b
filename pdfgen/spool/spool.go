// Package spool hands PDF to the computer's print queues and follows each job
// to its end, so that nothing is marked printed that the printer did not print.
//
// It speaks the Internet Printing Protocol (RFC 8010, RFC 8011) to a CUPS
// scheduler: the local one on Linux and macOS, or one named by its address on
// any system. The PDF goes through the connection, never through a temporary
// file. Windows has no scheduler that speaks IPP; without a named one every call
// says [ErrNone] there, and printing is done from the saved file.
package spool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/OpenPrinting/goipp"
)

// Why a call failed. All are wrapped with the details.
var (
	// ErrNone: nothing was sent anywhere; print from the saved file.
	ErrNone = errors.New("no print scheduler on this computer: print from the saved file")
	// ErrQueue: nothing was printed.
	ErrQueue = errors.New("no such print queue")
	// ErrRefused: the scheduler answered and did not take the job.
	ErrRefused = errors.New("the print scheduler refused")
	// ErrUnknown: contact was lost, and whether the sheet was or will be printed
	// is not known. Somebody has to look at the printer.
	ErrUnknown = errors.New("the print scheduler stopped answering: look at the printer")
)

// Queue is a print queue.
type Queue struct {
	Name    string
	Info    string // the description given to it
	Default bool
	State   QueueState
	Reason  string // keywords of RFC 8011 §5.4.12, "media-empty, toner-low"; "" for none
}

// QueueState is what a queue would do with a job.
type QueueState string

// The states of a queue.
const (
	Idle      QueueState = "idle"
	Busy      QueueState = "busy"
	Paused    QueueState = "paused"    // takes jobs and does not print them
	Rejecting QueueState = "rejecting" // takes no jobs
)

// Job is a job that a queue took.
type Job struct {
	Queue string
	ID    int
}

// String is the job as CUPS names it: "office-12".
func (j Job) String() string { return fmt.Sprintf("%s-%d", j.Queue, j.ID) }

// State is where a job is. Two states are the same if they are equal.
type State struct {
	Phase   Phase
	Reason  string // keywords of RFC 8011 §5.3.8 and §5.4.12; "" for none
	Message string // the printer's own words, if any
}

// Phase of a job.
type Phase string

// The phases. After the last three nothing more happens.
const (
	Pending   Phase = "pending"
	Printing  Phase = "printing"
	Held      Phase = "held"    // waits for somebody to release it
	Stopped   Phase = "stopped" // waits for the printer: paper, jam, paused
	Completed Phase = "completed"
	Cancelled Phase = "cancelled"
	Aborted   Phase = "aborted"
)

// Final reports whether nothing more happens to a job in phase p.
func (p Phase) Final() bool { return p == Completed || p == Cancelled || p == Aborted }

// Spooler is a connection to a scheduler. It is safe for concurrent use.
type Spooler struct {
	client *http.Client
	user   string
	every  time.Duration // between two looks at a job
}

// local is the places where schedulers listen: Linux, macOS, and the port
// of RFC 8011 on the computer itself.
var local = []string{"/run/cups/cups.sock", "/var/run/cups/cups.sock", "/private/var/run/cupsd", "localhost:631"}

// patience is how many looks in a row may fail, or find a job held or stopped,
// before [Spooler.Wait] says so: printers stop for a moment between sheets, and
// schedulers are restarted.
const patience = 4

// New is the scheduler at server, in the form of the variable CUPS_SERVER: the
// path of a socket, or "host:port", or a host. Empty is the local one. user is
// the name the jobs belong to. Nothing is sent yet.
func New(server, user string) *Spooler {
	places := local
	if server != "" {
		server, _, _ = strings.Cut(server, "/version=")
		if !strings.HasPrefix(server, "/") {
			if _, _, err := net.SplitHostPort(server); err != nil {
				server = net.JoinHostPort(server, "631")
			}
		}
		places = []string{server}
	}
	return &Spooler{user: user, every: 300 * time.Millisecond, client: &http.Client{Transport: &http.Transport{
		Proxy:              nil, // a printer in the next room is not reached through one
		DisableCompression: true,
		DisableKeepAlives:  true, // no connection that is dead without our knowing
		DialContext:        func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx, places) },
	}}}
}

func dial(ctx context.Context, places []string) (net.Conn, error) {
	var errs []error
	for _, place := range places {
		network := "tcp"
		if strings.HasPrefix(place, "/") {
			network = "unix"
		}
		conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, network, place)
		if err == nil {
			return conn, nil
		}
		errs = append(errs, err)
	}
	return nil, fmt.Errorf("%w: %w", ErrNone, errors.Join(errs...))
}

// Queues lists the queues, the default one first, then by name.
func (s *Spooler) Queues(ctx context.Context) ([]Queue, error) {
	answer, err := s.ask(ctx, goipp.OpCupsGetDefault, "/")
	standard := ""
	if err == nil {
		standard = text(answer.Printer, "printer-name")
	} else if !errors.Is(err, ErrQueue) { // there is no default, or no queue at all
		return nil, err
	}
	answer, err = s.ask(ctx, goipp.OpCupsGetPrinters, "/", wanted("printer-name", "printer-info",
		"printer-state", "printer-state-reasons", "printer-is-accepting-jobs"))
	if errors.Is(err, ErrQueue) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	var queues []Queue
	for _, g := range answer.Groups {
		if g.Tag != goipp.TagPrinterGroup {
			continue
		}
		q := Queue{Name: text(g.Attrs, "printer-name"), Info: text(g.Attrs, "printer-info"), State: Idle,
			Reason: reasons(g.Attrs, "printer-state-reasons")}
		q.Default = q.Name == standard
		switch number(g.Attrs, "printer-state") {
		case 4:
			q.State = Busy
		case 5:
			q.State = Paused
		}
		if text(g.Attrs, "printer-is-accepting-jobs") == "false" {
			q.State = Rejecting
		}
		if q.Name != "" {
			queues = append(queues, q)
		}
	}
	slices.SortFunc(queues, func(a, b Queue) int {
		if a.Default != b.Default {
			if a.Default {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return queues, nil
}

// Print gives a queue one copy of a PDF, on A4 at its true size, and returns
// when the queue has taken it. The title is seen by everybody who can see the
// queue: it is the certificate's number and nothing about a person.
func (s *Spooler) Print(ctx context.Context, queue, title string, pdf []byte) (Job, error) {
	if queue == "" || strings.ContainsAny(queue, "/#?% ") {
		return Job{}, fmt.Errorf("%w: %q", ErrQueue, queue)
	}
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		return Job{}, fmt.Errorf("%w: not a PDF", ErrRefused)
	}
	operation := goipp.Attributes{
		goipp.MakeAttribute("job-name", goipp.TagName, goipp.String(title)),
		goipp.MakeAttribute("document-format", goipp.TagMimeType, goipp.String("application/pdf")),
	}
	job := goipp.Attributes{
		goipp.MakeAttribute("copies", goipp.TagInteger, goipp.Integer(1)),
		goipp.MakeAttribute("sides", goipp.TagKeyword, goipp.String("one-sided")),
		goipp.MakeAttribute("media", goipp.TagKeyword, goipp.String("iso_a4_210x297mm")),
		goipp.MakeAttribute("print-scaling", goipp.TagKeyword, goipp.String("none")),
		goipp.MakeAttr("job-sheets", goipp.TagName, goipp.String("none"), goipp.String("none")),
	}
	answer, err := s.send(ctx, ErrUnknown, goipp.OpPrintJob, "/printers/"+queue, operation, job, pdf)
	if err != nil {
		return Job{}, fmt.Errorf("print on %s: %w", queue, err)
	}
	id := number(answer.Job, "job-id")
	if id <= 0 {
		return Job{}, fmt.Errorf("print on %s: %w: no job number in the answer", queue, ErrUnknown)
	}
	return Job{queue, id}, nil
}

// Wait follows a job and calls progress, unless it is nil, with every state that
// differs from the one before. It returns
//
//   - a final state: only [Completed] means that the sheet was printed;
//   - [Held] or [Stopped] when that lasts: the job still exists and prints when
//     the cause is gone. Wait again, or [Spooler.Cancel] it;
//   - the last state and an error when ctx ends or contact is lost ([ErrUnknown]).
func (s *Spooler) Wait(ctx context.Context, job Job, progress func(State)) (State, error) {
	var last State
	failures, standing := 0, 0
	for {
		state, err := s.look(ctx, job)
		switch {
		case ctx.Err() != nil:
			return last, ctx.Err()
		case err != nil:
			if failures++; failures >= patience {
				return last, fmt.Errorf("follow job %s: %w: %w", job, ErrUnknown, err)
			}
		default:
			failures = 0
			if state != last {
				last = state
				if progress != nil {
					progress(state)
				}
			}
			if state.Phase.Final() {
				return state, nil
			}
			if state.Phase != Held && state.Phase != Stopped {
				standing = 0
			} else if standing++; standing >= patience {
				return state, nil
			}
		}
		select {
		case <-ctx.Done():
			return last, ctx.Err()
		case <-time.After(s.every):
		}
	}
}

// Cancel asks the scheduler to drop a job. What is already on paper stays;
// [Spooler.Wait] tells how it ended. A job that has ended is [ErrRefused].
func (s *Spooler) Cancel(ctx context.Context, job Job) error {
	if _, err := s.send(ctx, ErrUnknown, goipp.OpCancelJob, fmt.Sprint("/jobs/", job.ID), nil, nil, nil); err != nil {
		return fmt.Errorf("cancel job %s: %w", job, err)
	}
	return nil
}

// look is the state of a job now. Where the job itself only waits, its printer
// says why.
func (s *Spooler) look(ctx context.Context, job Job) (State, error) {
	answer, err := s.ask(ctx, goipp.OpGetJobAttributes, fmt.Sprint("/jobs/", job.ID), wanted(
		"job-state", "job-state-reasons", "job-printer-state-message", "job-printer-uri"))
	if err != nil {
		return State{}, err
	}
	state := State{Reason: reasons(answer.Job, "job-state-reasons"), Message: text(answer.Job, "job-printer-state-message")}
	// A restarted scheduler may count from 1 again: this must be our job.
	if u, err := url.Parse(text(answer.Job, "job-printer-uri")); err != nil || path.Base(u.Path) != job.Queue {
		return State{}, fmt.Errorf("job %d is now of %v", job.ID, u)
	}
	switch n := number(answer.Job, "job-state"); n { // RFC 8011 §5.3.7
	case 3:
		state.Phase = Pending
	case 4:
		state.Phase = Held
	case 5:
		state.Phase = Printing
	case 6:
		state.Phase = Stopped
	case 7:
		state.Phase = Cancelled
	case 8:
		state.Phase = Aborted
	case 9:
		state.Phase = Completed
		if strings.Contains(state.Reason, "job-completed-with-errors") {
			state.Phase = Aborted
		}
	default:
		return State{}, fmt.Errorf("job state %d", n)
	}
	if state.Phase.Final() || state.Phase == Held {
		return state, nil
	}
	printer, err := s.ask(ctx, goipp.OpGetPrinterAttributes, "/printers/"+job.Queue, wanted(
		"printer-state", "printer-state-reasons", "printer-state-message"))
	if err != nil {
		return State{}, err
	}
	if number(printer.Printer, "printer-state") == 5 || state.Phase == Stopped {
		state.Phase = Stopped
		state.Reason = reasons(printer.Printer, "printer-state-reasons")
		state.Message = text(printer.Printer, "printer-state-message")
	}
	return state, nil
}

// ask is a request that changes nothing: when contact is lost, nothing is unknown.
func (s *Spooler) ask(ctx context.Context, op goipp.Op, target string, operation ...goipp.Attribute) (*goipp.Message, error) {
	return s.send(ctx, ErrNone, op, target, operation, nil, nil)
}

// send posts one request, with document behind it, and decodes the answer. Its
// error is lost when the request went out and no answer came back.
func (s *Spooler) send(ctx context.Context, lost error, op goipp.Op, target string, operation, job goipp.Attributes, document []byte) (*goipp.Message, error) {
	m := goipp.NewRequest(goipp.MakeVersion(2, 0), op, 1)
	m.Operation = goipp.Attributes{ // in this order: RFC 8011 §4.1.4
		goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")),
		goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")),
	}
	uri := (&url.URL{Scheme: "ipp", Host: "localhost", Path: target}).String()
	if strings.HasPrefix(target, "/jobs/") {
		m.Operation.Add(goipp.MakeAttribute("job-uri", goipp.TagURI, goipp.String(uri)))
	} else if target != "/" {
		m.Operation.Add(goipp.MakeAttribute("printer-uri", goipp.TagURI, goipp.String(uri)))
	}
	m.Operation.Add(goipp.MakeAttribute("requesting-user-name", goipp.TagName, goipp.String(s.user)))
	m.Operation = append(m.Operation, operation...)
	m.Job = job
	head, err := m.EncodeBytes()
	if err != nil {
		return nil, fmt.Errorf("encode request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost"+(&url.URL{Path: target}).EscapedPath(),
		io.MultiReader(bytes.NewReader(head), bytes.NewReader(document)))
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	req.ContentLength = int64(len(head) + len(document))
	req.Header.Set("Content-Type", goipp.ContentType)
	resp, err := s.client.Do(req)
	if err != nil {
		if errors.Is(err, ErrNone) {
			return nil, err
		}
		return nil, fmt.Errorf("%w: %w", lost, err)
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return nil, fmt.Errorf("%w: %s", ErrQueue, path.Base(target))
	case resp.StatusCode/100 == 4:
		return nil, fmt.Errorf("%w: %s", ErrRefused, resp.Status)
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%w: %s", lost, resp.Status)
	}
	var answer goipp.Message
	if err := answer.Decode(io.LimitReader(resp.Body, 4<<20)); err != nil {
		return nil, fmt.Errorf("%w: decode answer: %w", lost, err)
	}
	status := goipp.Status(answer.Code)
	switch {
	case status == goipp.StatusErrorNotFound:
		return nil, fmt.Errorf("%w: %s", ErrQueue, path.Base(target))
	case status >= 0x0100:
		return nil, fmt.Errorf("%w: %s %s", ErrRefused, status, text(answer.Operation, "status-message"))
	}
	return &answer, nil
}

func wanted(names ...string) goipp.Attribute {
	a := goipp.Attribute{Name: "requested-attributes"}
	for _, name := range names {
		a.Values.Add(goipp.TagKeyword, goipp.String(name))
	}
	return a
}

func value(attrs goipp.Attributes, name string) goipp.Values {
	for _, a := range attrs {
		if a.Name == name {
			return a.Values
		}
	}
	return nil
}

func text(attrs goipp.Attributes, name string) string {
	if v := value(attrs, name); len(v) > 0 {
		if t, ok := v[0].V.(goipp.TextWithLang); ok {
			return t.Text
		}
		return v[0].V.String()
	}
	return ""
}

func number(attrs goipp.Attributes, name string) int {
	if v := value(attrs, name); len(v) > 0 {
		if n, ok := v[0].V.(goipp.Integer); ok {
			return int(n)
		}
	}
	return 0
}

// reasons joins the keywords of an attribute, "none" left out.
func reasons(attrs goipp.Attributes, name string) string {
	var words []string
	for _, v := range value(attrs, name) {
		if w := v.V.String(); w != "none" {
			words = append(words, w)
		}
	}
	return strings.Join(words, ", ")
}
