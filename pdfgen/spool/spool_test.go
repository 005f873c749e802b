package spool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"
)

// scheduler is a CUPS scheduler with the queue "office" and one job, which goes
// through steps, one a look.
type scheduler struct {
	t       *testing.T
	steps   []step
	looks   int
	printed []byte         // the document of the job
	request *goipp.Message // that brought it
	answer  goipp.Status   // to Print-Job
	gone    bool           // hang up on everything
	hangUp  goipp.Op       // hang up on this
	queue   string         // of the job, "office" if empty
}

type step struct {
	job     int
	why     string
	printer int
	reason  string
}

func (s *scheduler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var m goipp.Message
	if err := m.Decode(r.Body); err != nil {
		s.t.Errorf("request: %v", err)
	}
	op := goipp.Op(m.Code)
	document, _ := io.ReadAll(r.Body)
	if s.gone || op == s.hangUp {
		panic(http.ErrAbortHandler)
	}
	a := goipp.NewResponse(m.Version, goipp.StatusOk, m.RequestID)
	a.Operation.Add(goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")))
	a.Operation.Add(goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")))
	now := step{}
	if len(s.steps) > 0 {
		now = s.steps[min(s.looks, len(s.steps)-1)]
	}
	switch op {
	case goipp.OpCupsGetDefault:
		a.Printer.Add(goipp.MakeAttribute("printer-name", goipp.TagName, goipp.String("office")))
	case goipp.OpCupsGetPrinters:
		for _, q := range []struct {
			name  string
			state int
			takes bool
			why   []goipp.Value
		}{
			{"attic", 5, true, []goipp.Value{goipp.String("paused")}},
			{"cellar", 3, false, []goipp.Value{goipp.String("none")}},
			{"office", 4, true, []goipp.Value{goipp.String("toner-low"), goipp.String("media-low")}},
		} {
			attrs := goipp.Attributes{
				goipp.MakeAttribute("printer-name", goipp.TagName, goipp.String(q.name)),
				goipp.MakeAttribute("printer-info", goipp.TagText, goipp.String("in the "+q.name)),
				goipp.MakeAttribute("printer-state", goipp.TagEnum, goipp.Integer(q.state)),
				goipp.MakeAttr("printer-state-reasons", goipp.TagKeyword, q.why[0], q.why[1:]...),
				goipp.MakeAttribute("printer-is-accepting-jobs", goipp.TagBoolean, goipp.Boolean(q.takes)),
			}
			a.Groups = append(a.Groups, goipp.Group{Tag: goipp.TagPrinterGroup, Attrs: attrs})
		}
		a.Groups = append(goipp.Groups{{Tag: goipp.TagOperationGroup, Attrs: a.Operation}}, a.Groups...)
	case goipp.OpPrintJob:
		a.Code = goipp.Code(s.answer)
		if r.URL.Path != "/printers/office" {
			a.Code = goipp.Code(goipp.StatusErrorNotFound)
		} else if s.answer == goipp.StatusOk {
			s.printed, s.request = document, &m
			a.Job.Add(goipp.MakeAttribute("job-id", goipp.TagInteger, goipp.Integer(12)))
		}
	case goipp.OpGetJobAttributes:
		if r.URL.Path != "/jobs/12" || now.job == 0 {
			a.Code = goipp.Code(goipp.StatusErrorNotFound)
			break
		}
		queue := s.queue
		if queue == "" {
			queue = "office"
		}
		a.Job = goipp.Attributes{
			goipp.MakeAttribute("job-state", goipp.TagEnum, goipp.Integer(now.job)),
			goipp.MakeAttribute("job-state-reasons", goipp.TagKeyword, goipp.String(now.why)),
			goipp.MakeAttribute("job-printer-uri", goipp.TagURI, goipp.String("ipp://host/printers/"+queue)),
		}
		if now.printer == 0 { // nothing else is asked about this step
			s.looks++
		}
	case goipp.OpGetPrinterAttributes:
		a.Printer = goipp.Attributes{
			goipp.MakeAttribute("printer-state", goipp.TagEnum, goipp.Integer(now.printer)),
			goipp.MakeAttribute("printer-state-reasons", goipp.TagKeyword, goipp.String(now.reason)),
			goipp.MakeAttribute("printer-state-message", goipp.TagText, goipp.String("")),
		}
		s.looks++
	case goipp.OpCancelJob:
		s.steps, s.looks = []step{{7, "job-canceled-by-user", 0, ""}}, 0
	default:
		s.t.Errorf("operation %v", op)
	}
	b, err := a.EncodeBytes()
	if err != nil {
		s.t.Errorf("answer: %v", err)
	}
	w.Header().Set("Content-Type", goipp.ContentType)
	w.Write(b)
}

func (s *scheduler) start(t *testing.T) *Spooler {
	s.t = t
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	sp := New(strings.TrimPrefix(server.URL, "http://"), "officer")
	sp.every = time.Millisecond
	return sp
}

func TestQueues(t *testing.T) {
	got, err := (&scheduler{}).start(t).Queues(context.Background())
	want := []Queue{
		{"office", "in the office", true, Busy, "toner-low, media-low"},
		{"attic", "in the attic", false, Paused, "paused"},
		{"cellar", "in the cellar", false, Rejecting, ""},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("Queues = %+v, %v", got, err)
	}
}

func TestPrint(t *testing.T) {
	pdf := "%PDF-1.7 and the rest"
	for _, c := range []struct {
		name      string
		scheduler scheduler
		queue     string
		pdf       string
		want      error
	}{
		{"taken", scheduler{}, "office", pdf, nil},
		{"unknown queue", scheduler{}, "roof", pdf, ErrQueue},
		{"no queue", scheduler{}, "", pdf, ErrQueue},
		{"queue that is a path", scheduler{}, "../jobs", pdf, ErrQueue},
		{"not a PDF", scheduler{}, "office", "text", ErrRefused},
		{"queue takes no jobs", scheduler{answer: goipp.StatusErrorNotAcceptingJobs}, "office", pdf, ErrRefused},
		{"scheduler goes while it takes the job", scheduler{hangUp: goipp.OpPrintJob}, "office", pdf, ErrUnknown},
	} {
		s := c.scheduler
		job, err := s.start(t).Print(context.Background(), c.queue, "PR7Q-F2M9-X4TC", []byte(c.pdf))
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if c.want != nil {
			if job != (Job{}) || s.printed != nil {
				t.Errorf("%s: job %v", c.name, job)
			}
			continue
		}
		if job != (Job{"office", 12}) || job.String() != "office-12" || string(s.printed) != pdf {
			t.Errorf("%s: job %v, document %q", c.name, job, s.printed)
		}
		for _, want := range []struct{ name, value string }{
			{"job-name", "PR7Q-F2M9-X4TC"}, {"requesting-user-name", "officer"}, {"document-format", "application/pdf"}} {
			if got := text(s.request.Operation, want.name); got != want.value {
				t.Errorf("%s is %q", want.name, got)
			}
		}
		for _, want := range []struct{ name, value string }{{"copies", "1"}, {"print-scaling", "none"}, {"media", "iso_a4_210x297mm"}} {
			if got := text(s.request.Job, want.name); got != want.value {
				t.Errorf("%s is %q", want.name, got)
			}
		}
	}
}

func TestWait(t *testing.T) {
	for _, c := range []struct {
		name      string
		scheduler scheduler
		seen      []Phase
		want      State
		err       error
	}{
		{"completed", scheduler{steps: []step{{3, "none", 3, "none"}, {5, "job-printing", 4, "none"}, {5, "job-printing", 4, "none"}, {9, "job-completed-successfully", 0, ""}}},
			[]Phase{Pending, Printing, Completed}, State{Completed, "job-completed-successfully", ""}, nil},
		{"completed with errors", scheduler{steps: []step{{9, "job-completed-with-errors", 0, ""}}},
			[]Phase{Aborted}, State{Aborted, "job-completed-with-errors", ""}, nil},
		{"aborted", scheduler{steps: []step{{5, "job-printing", 4, "none"}, {8, "aborted-by-system", 0, ""}}},
			[]Phase{Printing, Aborted}, State{Aborted, "aborted-by-system", ""}, nil},
		{"cancelled", scheduler{steps: []step{{3, "none", 3, "none"}, {7, "job-canceled-by-user", 0, ""}}},
			[]Phase{Pending, Cancelled}, State{Cancelled, "job-canceled-by-user", ""}, nil},
		{"held", scheduler{steps: []step{{4, "job-hold-until-specified", 0, ""}}},
			[]Phase{Held}, State{Held, "job-hold-until-specified", ""}, nil},
		{"printer stopped", scheduler{steps: []step{{3, "none", 3, "none"}, {3, "none", 5, "media-empty"}}},
			[]Phase{Pending, Stopped}, State{Stopped, "media-empty", ""}, nil},
		{"job stopped", scheduler{steps: []step{{6, "printer-stopped", 4, "media-jam"}}},
			[]Phase{Stopped}, State{Stopped, "media-jam", ""}, nil},
		{"stopped for a moment", scheduler{steps: []step{{5, "none", 4, "none"}, {5, "none", 5, "cover-open"}, {5, "none", 4, "none"}, {9, "job-completed-successfully", 0, ""}}},
			[]Phase{Printing, Stopped, Printing, Completed}, State{Completed, "job-completed-successfully", ""}, nil},
		{"forgotten", scheduler{steps: []step{{5, "none", 4, "none"}, {}}},
			[]Phase{Printing}, State{Printing, "", ""}, ErrUnknown},
		{"another job with its number", scheduler{queue: "attic", steps: []step{{9, "job-completed-successfully", 0, ""}}},
			nil, State{}, ErrUnknown},
		{"a state that is none", scheduler{steps: []step{{42, "none", 0, ""}}}, nil, State{}, ErrUnknown},
	} {
		s := c.scheduler
		var seen []Phase
		got, err := s.start(t).Wait(context.Background(), Job{"office", 12}, func(st State) { seen = append(seen, st.Phase) })
		if got != c.want || !errors.Is(err, c.err) || (err == nil) != (c.err == nil) || !slices.Equal(seen, c.seen) {
			t.Errorf("%s: %+v, %v, seen %v", c.name, got, err, seen)
		}
	}
}

func TestSchedulerGone(t *testing.T) {
	s := &scheduler{steps: []step{{5, "job-printing", 4, "none"}}}
	sp := s.start(t)
	got, err := sp.Wait(context.Background(), Job{"office", 12}, func(State) { s.gone = true })
	if got.Phase != Printing || !errors.Is(err, ErrUnknown) {
		t.Errorf("gone in the middle: %+v, %v", got, err)
	}

	ctx, cancel := context.WithCancel(context.Background())
	s = &scheduler{steps: []step{{5, "job-printing", 4, "none"}}}
	got, err = s.start(t).Wait(ctx, Job{"office", 12}, func(State) { cancel() })
	if got.Phase != Printing || !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %+v, %v", got, err)
	}

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := New(l.Addr().String(), "officer")
	l.Close()
	if _, err := nobody.Queues(context.Background()); !errors.Is(err, ErrNone) {
		t.Errorf("queues of nobody: %v", err)
	}
	if _, err := nobody.Print(context.Background(), "office", "T", []byte("%PDF-")); !errors.Is(err, ErrNone) || errors.Is(err, ErrUnknown) {
		t.Errorf("print with nobody: %v", err)
	}
	if _, err := New("/nowhere/cups.sock", "officer").Queues(context.Background()); !errors.Is(err, ErrNone) {
		t.Errorf("queues of no socket: %v", err)
	}
}

func TestCancel(t *testing.T) {
	s := &scheduler{steps: []step{{3, "none", 5, "paused"}}}
	sp := s.start(t)
	if err := sp.Cancel(context.Background(), Job{"office", 12}); err != nil {
		t.Fatal(err)
	}
	if got, err := sp.Wait(context.Background(), Job{"office", 12}, nil); got.Phase != Cancelled || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

// With a real scheduler and the queue that .ci/cups-pdf makes: a page comes out
// as a file, and a file that is no PDF does not complete.
func TestCUPS(t *testing.T) {
	sp := New(os.Getenv("CUPS_SERVER"), "root")
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	queues, err := sp.Queues(ctx)
	if i := slices.IndexFunc(queues, func(q Queue) bool { return q.Name == "PracticePDF" }); i < 0 {
		t.Skipf("there is no print queue PracticePDF (%v): printing on a real scheduler did NOT run; .ci/cups-pdf makes one", err)
	}
	out := os.Getenv("CUPS_PDF_OUT")
	if out == "" {
		t.Skip("CUPS_PDF_OUT is not set: printing on a real scheduler did NOT run; .ci/cups-pdf prints its value")
	}
	before, err := filepath.Glob(filepath.Join(out, "*"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		after, _ := filepath.Glob(filepath.Join(out, "*"))
		for _, f := range after {
			if !slices.Contains(before, f) {
				os.Remove(f)
			}
		}
	})
	title := fmt.Sprintf("TEST-%d", os.Getpid())
	job, err := sp.Print(ctx, "PracticePDF", title, page())
	if err != nil {
		t.Fatal(err)
	}
	var seen []State
	state, err := sp.Wait(ctx, job, func(s State) { seen = append(seen, s) })
	if err != nil || state.Phase != Completed {
		t.Fatalf("%s: %+v, %v; seen %+v", job, state, err, seen)
	}
	files, err := filepath.Glob(filepath.Join(out, title+"*.pdf"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%s completed, and in %s there is %v, %v", job, out, files, err)
	}
	if b, err := os.ReadFile(files[0]); err != nil || !strings.HasPrefix(string(b), "%PDF-") {
		t.Errorf("%s: %.20q, %v", files[0], b, err)
	}

	if _, err := sp.Print(ctx, "NoSuchQueue", title, page()); !errors.Is(err, ErrQueue) {
		t.Errorf("unknown queue: %v", err)
	}
	if job, err = sp.Print(ctx, "PracticePDF", title+"-bad", []byte("%PDF-1.7\nnothing")); err != nil {
		t.Fatal(err)
	}
	if state, err = sp.Wait(ctx, job, nil); err != nil || state.Phase == Completed {
		t.Errorf("a file that is no PDF: %+v, %v", state, err)
	}
	if !state.Phase.Final() {
		if err := sp.Cancel(ctx, job); err != nil {
			t.Error(err)
		}
	}
}

// page is a PDF of one A4 page with a line across.
func page() []byte {
	b := []byte("%PDF-1.4\n")
	var at []int
	for i, body := range []string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<>>>>",
		"<</Length 30>>\nstream\n50 50 m 500 800 l 2 w S       \nendstream",
	} {
		at = append(at, len(b))
		b = fmt.Appendf(b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	xref := len(b)
	b = fmt.Appendf(b, "xref\n0 5\n0000000000 65535 f \n")
	for _, o := range at {
		b = fmt.Appendf(b, "%010d 00000 n \n", o)
	}
	return fmt.Appendf(b, "trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", xref)
}
