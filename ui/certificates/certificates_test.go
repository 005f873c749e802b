package certificates

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/codes"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/locale"
	"pratique/ui/sheet"
)

func book(t testing.TB) *codes.Book {
	t.Helper()
	b, err := codes.Load(assets)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var assets = os.DirFS("../../assets")

// shell is what a test sees of the window.
type shell struct {
	env    *env.Env
	went   []env.Route
	toasts []string
	errs   []error
}

func newShell(t testing.TB, p *desktest.Post, language string) *shell {
	t.Helper()
	words, err := locale.Load(assets)
	if err != nil {
		t.Fatal(err)
	}
	sh := &shell{}
	sh.env = &env.Env{
		Words: words.In(language), Post: p.Config.Post, Session: p.Clerk, Now: func() time.Time { return p.Now }, Run: env.Synchronous,
		Context: context.Background(), Navigate: func(r env.Route) { sh.went = append(sh.went, r) }, Back: func() {},
		Toast: func(text string) { sh.toasts = append(sh.toasts, text) }, Error: func(err error) { sh.errs = append(sh.errs, err) },
		Changed: func() {},
	}
	return sh
}

// press makes pages that say which copy they are.
type press struct {
	picture image.Image
	err     error
}

func (p *press) Print(_ context.Context, c data.Certificate, copyNo int) ([]byte, error) {
	return fmt.Appendf(nil, "%%PDF-%s-%d", c.Number, copyNo), p.err
}

func (p *press) Pages(context.Context, []byte) (int, error) { return 1, nil }

func (p *press) Render(context.Context, []byte, int, float64) (image.Image, error) {
	return p.picture, nil
}

// printer is a queue that answers as a test says.
type printer struct {
	queues    []Queue
	queuesErr error
	printErr  error
	waits     []Status // one for each Wait; all of one Wait's progress is its answer
	waitErr   error
	during    func() // while a job is followed
	sheets    []string
	cancelled []string
}

func (p *printer) Queues(context.Context) ([]Queue, error) { return p.queues, p.queuesErr }

func (p *printer) Print(_ context.Context, queue, title string, pdf []byte) (string, error) {
	if p.printErr != nil {
		return "", p.printErr
	}
	p.sheets = append(p.sheets, queue+" "+title+" "+string(pdf))
	return queue + "-12", nil
}

func (p *printer) Wait(_ context.Context, _, _ string, progress func(Status)) (Status, error) {
	if p.waitErr != nil {
		return Status{}, p.waitErr
	}
	next := p.waits[0]
	p.waits = p.waits[1:]
	progress(next)
	if p.during != nil {
		p.during()
	}
	return next, nil
}

func (p *printer) Cancel(_ context.Context, _, job string) error {
	p.cancelled = append(p.cancelled, job)
	return nil
}

type settings map[string]string

func (s settings) String(key string) string    { return s[key] }
func (s settings) SetString(key, value string) { s[key] = value }

var office = []Queue{{Name: "front", Default: true, Ready: true}, {Name: "office", Info: "Second floor", Ready: true}}

type desktop struct {
	*shell
	post    *desktest.Post
	parts   Parts
	press   *press
	printer *printer
	files   map[string]string
	c       data.Certificate
	m       *Model
}

func newDesktop(t testing.TB, p *printer) *desktop {
	t.Helper()
	d := &desktop{post: desktest.New(t), press: &press{picture: image.NewRGBA(image.Rect(0, 0, 210, 297))}, printer: p, files: map[string]string{}}
	d.shell = newShell(t, d.post, "en")
	d.parts = Parts{
		Desk: d.post.Desk, Paper: d.press, Pages: d.press, Printer: p, Settings: settings{}, Folder: "/home", Jobs: NewJobs(),
		Codes: book(t), Halves: Halves{}, After: func(time.Duration, func()) {},
		WriteNew: func(path string, b []byte) error {
			if _, there := d.files[path]; there {
				return os.ErrExist
			}
			d.files[path] = string(b)
			return nil
		},
	}
	d.c = d.post.Issued(t, d.post.Specimen())
	d.m = NewModel(d.env, d.parts, d.c.Number)
	d.m.Open()
	return d
}

// prints are the copies recorded as printed.
func (d *desktop) prints(t testing.TB) (copies []int) {
	t.Helper()
	c, err := d.post.Certificate(context.Background(), d.post.Clerk, d.c.Number)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range c.Prints {
		copies = append(copies, p.Copy)
	}
	return copies
}

func TestPrint(t *testing.T) {
	stopped := Status{Stopped, "media-empty"}
	for _, tt := range []struct {
		name    string
		printer printer
		pageErr error
		step    Step
		failed  string
		prints  int
		shown   bool // the shell shows an error
	}{
		{"completed", printer{waits: []Status{{Phase: Printing}, {Phase: Completed}}}, nil, Done, "", 1, false},
		{"stopped and refilled", printer{waits: []Status{stopped, stopped, {Phase: Completed}}}, nil, Done, "", 1, false},
		{"cancelled", printer{waits: []Status{{Phase: Cancelled}}}, nil, Failed, "certificates.failed.cancelled", 0, false},
		{"aborted", printer{waits: []Status{{Aborted, "media-jam"}}}, nil, Failed, "certificates.failed.aborted", 0, false},
		{"refused", printer{printErr: ErrRefused}, nil, Failed, "certificates.failed.refused", 0, false},
		{"gone", printer{printErr: ErrNoPrinter}, nil, Failed, "certificates.failed.no-printer", 0, false},
		{"answer lost", printer{printErr: ErrUnknown}, nil, Failed, "certificates.failed.unknown", 0, false},
		{"contact lost", printer{waitErr: ErrUnknown}, nil, Failed, "certificates.failed.unknown", 0, false},
		{"page differs", printer{}, errors.New("page and record differ"), Failed, "certificates.failed.page", 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := tt.printer
			p.queues = office
			d := newDesktop(t, &p)
			d.press.err = tt.pageErr
			d.m.Print()
			st := d.m.State()
			if st.Print.Step != tt.step || st.Print.Failed != tt.failed || st.Print.Copy != 1 || !st.Printable {
				t.Errorf("print %+v, printable %v", st.Print, st.Printable)
			}
			if got := len(d.prints(t)); got != tt.prints || len(d.errs) > 0 != tt.shown {
				t.Errorf("%d prints recorded, want %d; errors %v", got, tt.prints, d.errs)
			}
			if tt.failed != "" && !d.env.Words.Has(tt.failed) {
				t.Errorf("no text %q", tt.failed)
			}
			if want := tt.prints > 0; len(st.Life) > 0 && st.Life[1].When != "" != want {
				t.Errorf("printed in its life: %+v", st.Life[1])
			}
		})
	}
}

// TestReprint makes the page anew with the number of its copy.
func TestReprint(t *testing.T) {
	d := newDesktop(t, &printer{queues: office, waits: []Status{{Phase: Completed}, {Phase: Completed}}})
	d.m.Choose("office")
	d.m.Print()
	if st := d.m.State(); st.NextCopy != 2 || st.PageCopy != 1 {
		t.Errorf("after the first: next %d, shown %d", st.NextCopy, st.PageCopy)
	}
	d.m.Print()
	n := d.c.Number
	want := []string{fmt.Sprintf("office %v %%PDF-%s-1", n, n), fmt.Sprintf("office %v %%PDF-%s-2", n, n)}
	for i := range want {
		want[i] = strings.Replace(want[i], "office "+string(n), "office "+n.String(), 1)
	}
	if !slices.Equal(d.printer.sheets, want) {
		t.Errorf("sheets %v, want %v", d.printer.sheets, want)
	}
	if got := d.prints(t); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("copies %v", got)
	}
	st := d.m.State()
	if len(st.Life) != 4 || st.Life[2].Copy != 2 || st.Life[2].Queue != "office" || st.Life[3].When != "" || st.PageCopy != 2 {
		t.Errorf("life %+v, page of copy %d", st.Life, st.PageCopy)
	}
}

func TestProgressAndCancel(t *testing.T) {
	var seen []Print
	p := &printer{queues: office, waits: []Status{{Phase: Printing}, {Stopped, "media-empty"}, {Phase: Cancelled}}}
	d := newDesktop(t, p)
	d.m.Show = func(st State) {
		if len(seen) == 0 || seen[len(seen)-1] != st.Print {
			seen = append(seen, st.Print)
		}
	}
	p.during = func() {
		if again := d.m.Print(); again.Print.Copy != 1 || len(p.sheets) != 1 {
			t.Error("a second sheet was begun while one is on its way")
		}
		if d.m.State().Print.Step == Waiting {
			d.m.CancelPrint()
		}
	}
	d.m.Print()
	var steps []Step
	for _, s := range seen {
		steps = append(steps, s.Step)
	}
	steps = slices.Compact(steps)
	if want := []Step{Sending, Queued, AtWork, Waiting, Ending, Failed}; !slices.Equal(steps, want) {
		t.Errorf("steps %v, want %v", steps, want)
	}
	if !slices.Equal(p.cancelled, []string{"front-12"}) || len(d.prints(t)) != 0 {
		t.Errorf("cancelled %v, prints %v", p.cancelled, d.prints(t))
	}
}

// TestAwayWhilePrinting: the job is followed and recorded although the screen
// is gone, and a screen made meanwhile shows it.
func TestAwayWhilePrinting(t *testing.T) {
	p := &printer{queues: office, waits: []Status{{Phase: Printing}, {Phase: Completed}}}
	d := newDesktop(t, p)
	var second *Model
	p.during = func() {
		if second == nil {
			d.m.Leave()
			second = NewModel(d.env, d.parts, d.c.Number)
			second.Open()
			if st := second.State(); st.Print.Step != AtWork || st.Printable {
				t.Errorf("the new screen shows %+v, printable %v", st.Print, st.Printable)
			}
		}
	}
	d.m.Print()
	if got := d.prints(t); !slices.Equal(got, []int{1}) || len(d.toasts) != 1 {
		t.Errorf("prints %v, said %v", got, d.toasts)
	}
	if st := second.State(); st.Print.Step != Done || st.NextCopy != 2 || !st.CanHand {
		t.Errorf("the new screen shows %+v", st)
	}
	third := NewModel(d.env, d.parts, d.c.Number)
	third.Open()
	if st := third.State(); st.Print != (Print{}) || st.NextCopy != 2 {
		t.Errorf("a later screen shows %+v", st.Print)
	}
}

// TestLateProgress: what is told of a job after its end changes nothing.
func TestLateProgress(t *testing.T) {
	d := newDesktop(t, &printer{queues: office, waits: []Status{{Phase: Printing}, {Phase: Completed}}})
	var late []func()
	depth := 0
	d.env.Run = func(work, then func()) {
		depth++
		work()
		if depth--; depth > 0 {
			late = append(late, then)
			return
		}
		then()
	}
	d.m.Print()
	slices.Reverse(late)
	for _, f := range late {
		f()
	}
	if st := d.m.State(); st.Print.Step != Done || !st.Printable || len(late) < 4 {
		t.Errorf("%+v after %d late words", st.Print, len(late))
	}
}

func TestQueues(t *testing.T) {
	for _, tt := range []struct {
		name       string
		queues     []Queue
		err        error
		remembered string
		queue, why string
	}{
		{"the usual one", office, nil, "", "front", ""},
		{"the remembered one", office, nil, "office", "office", ""},
		{"the remembered one is gone", office, nil, "cellar", "front", ""},
		{"no usual one", office[1:], nil, "", "office", ""},
		{"none", nil, nil, "", "", "certificates.printer.no-queue"},
		{"no scheduler", nil, fmt.Errorf("x: %w", ErrNoPrinter), "", "", "certificates.printer.none"},
		{"no answer", nil, errors.New("x"), "", "", "certificates.printer.unreachable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesktop(t, &printer{queues: tt.queues, queuesErr: tt.err})
			d.parts.Settings.SetString(settingQueue, tt.remembered)
			d.m.AskAgain()
			st := d.m.State()
			if st.Queue != tt.queue || st.NoPrinter != tt.why || !st.Asked {
				t.Errorf("queue %q, %q", st.Queue, st.NoPrinter)
			}
			if tt.queue == "" {
				if st := d.m.Print(); st.Print != (Print{}) {
					t.Errorf("printed on nothing: %+v", st.Print)
				}
			}
		})
	}
	d := newDesktop(t, &printer{queues: office})
	d.m.Choose("office")
	d.m.Choose("cellar")
	if got := d.parts.Settings.String(settingQueue); got != "office" || d.m.State().Queue != "office" {
		t.Errorf("remembered %q", got)
	}
}

func TestSave(t *testing.T) {
	d := newDesktop(t, &printer{queues: office})
	st := d.m.Save()
	if want := "/home/" + d.c.Number.String() + ".pdf"; st.Path != want || !st.Saving {
		t.Fatalf("offers %q, want %q", st.Path, want)
	}
	if len(d.files) > 0 {
		t.Fatal("something was written already")
	}
	d.m.SaveIn("/tmp/x")
	d.m.Write()
	if st = d.m.State(); st.Saving || st.Saved != "certificates.saved" || !strings.HasPrefix(d.files[st.SavedAs], "%PDF-") {
		t.Fatalf("saved: %+v", st)
	}
	d.m.Save()
	d.m.Write()
	if st = d.m.State(); !st.Saving || st.Saved != "certificates.save.exists" || len(d.files) != 1 || !strings.HasPrefix(st.Path, "/tmp/x/") {
		t.Errorf("again: %+v", st)
	}
	if len(d.prints(t)) != 0 {
		t.Error("saving counts as printing")
	}
}

// conditional is a desk whose certificates are good on a condition.
type conditional struct{ Desk }

func (d conditional) Certificate(ctx context.Context, s staff.Session, n data.CertificateNumber) (data.Certificate, error) {
	c, err := d.Desk.Certificate(ctx, s, n)
	c.Statement.Colour = data.Blue
	return c, err
}

func (d conditional) Issued(s staff.Session) ([]desk.Row, error) {
	rows, err := d.Desk.Issued(s)
	for i := range rows {
		rows[i].Colour = data.Blue
	}
	return rows, err
}

// letters say which case they are about.
type letters struct{}

func (letters) Letter(_ context.Context, _ staff.Session, id data.ApplicationID) (data.Letter, []byte, error) {
	return data.Letter{}, []byte(id), nil
}

// TestCondition: of a blue certificate there is a sheet beside it, of others
// and of one that is revoked there is none.
func TestCondition(t *testing.T) {
	for _, tt := range []struct {
		name          string
		blue, revoked bool
		want          bool
	}{{"green", false, false, false}, {"blue", true, false, true}, {"blue, revoked", true, true, false}} {
		d := newDesktop(t, &printer{})
		var shown []sheet.Sheet
		d.parts.Letters, d.parts.Sheet = letters{}, func(_ *env.Env, s sheet.Sheet) { shown = append(shown, s) }
		if tt.revoked {
			if _, err := d.post.Revoke(t.Context(), d.post.Reviewer, d.post.Both, []data.CertificateNumber{d.c.Number}, data.RevokedFraud, "A forged report."); err != nil {
				t.Fatal(err)
			}
		}
		if tt.blue {
			d.parts.Desk = conditional{d.post.Desk}
		}
		m := NewModel(d.env, d.parts, d.c.Number)
		m.Open()
		if st := m.Condition(); st.OnTerms != tt.want || (len(shown) == 1) != tt.want {
			t.Fatalf("%s: on terms %v, shown %d", tt.name, st.OnTerms, len(shown))
		}
		if !tt.want {
			continue
		}
		pdf, err := shown[0].Make(t.Context())
		if err != nil || string(pdf) != string(d.c.Application) || !strings.Contains(shown[0].File, d.c.Number.String()) {
			t.Errorf("%s: %q, %v, file %s", tt.name, pdf, err, shown[0].File)
		}
	}
}

func TestHandOver(t *testing.T) {
	d := newDesktop(t, &printer{queues: office, waits: []Status{{Phase: Completed}}})
	another := d.post.Issued(t, d.post.Specimen())
	for _, tt := range []struct {
		name, scanned, hand string
		printed, over       bool
	}{
		{"nothing", "\r\n", "", false, false},
		{"not a seal", "hello", "certificates.hand.not-a-seal", true, false},
		{"cut off", d.c.Seal[:200], "certificates.hand.not-a-seal", true, false},
		{"another certificate", another.Seal, "certificates.hand.other", true, false},
		{"its own", d.c.Seal + " ", "certificates.hand.done", true, true},
	} {
		if tt.printed && len(d.prints(t)) == 0 {
			d.m.Print()
		}
		d.m.HandOver(tt.scanned)
		st := d.m.State()
		if st.Hand != tt.hand || st.HandedOver != tt.over || len(d.errs) > 0 {
			t.Errorf("%s: %q, handed over %v, errors %v", tt.name, st.Hand, st.HandedOver, d.errs)
		}
		if tt.hand != "" && !d.env.Words.Has(tt.hand) {
			t.Errorf("no text %q", tt.hand)
		}
	}
	if life := d.m.State().Life; life[len(life)-1].When == "" {
		t.Errorf("life %+v", life)
	}
}

// TestHandOverOfASavedPage: no printer is at hand, the page was saved and
// printed elsewhere, and its scan is the proof of that.
func TestHandOverOfASavedPage(t *testing.T) {
	d := newDesktop(t, &printer{queuesErr: ErrNoPrinter})
	if st := d.m.State(); !st.CanHand || st.Life[1].When != "" {
		t.Fatalf("before: can hand over %v, %+v", st.CanHand, st.Life)
	}
	d.m.HandOver(d.c.Seal)
	st := d.m.State()
	if printed := st.Life[1]; !st.HandedOver || printed.When == "" || printed.Copy != 1 || printed.Queue != "" || printed.Who == "" {
		t.Errorf("handed over %v, life %+v", st.HandedOver, st.Life)
	}
	if p := d.prints(t); len(p) != 1 || st.NextCopy != 2 || st.CanHand {
		t.Errorf("prints %+v, next copy %d", p, st.NextCopy)
	}
}

func TestList(t *testing.T) {
	p := desktest.New(t)
	sh := newShell(t, p, "en")
	m := NewListModel(sh.env, p.Desk)
	find := func(text string) []Row {
		m := NewListModel(sh.env, p.Desk)
		m.Find(text)
		return m.State().Rows
	}
	if m.Find(""); !reflect.DeepEqual(m.State(), ListState{CanRecall: true}) {
		t.Errorf("at first %+v", m.State())
	}
	first := p.Issued(t, p.Specimen())
	p.Now = p.Now.Add(time.Hour)
	c := p.Specimen()
	c.Traveller.Surname, c.Document.MRZ = "ERIKSSON", ""
	second := p.Issued(t, c)
	p.Submitted(t, c)
	for text, want := range map[string][]data.CertificateNumber{
		"":                                     {second.Number, first.Number},
		"yang":                                 {first.Number},
		strings.ToLower(first.Number.String()): {first.Number},
		"eriksson specimen":                    {second.Number},
		"nobody":                               nil,
	} {
		var got []data.CertificateNumber
		for _, r := range find(text) {
			got = append(got, r.Number)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", text, got, want)
		}
	}
	if r := find("")[0]; r.Name != "样本 ERIKSSON SPECIMEN" || r.Document != "E00000000" || r.Issued != "2022-07-09 19:30" || r.HandedOver != "" {
		t.Errorf("row %+v", r)
	}
}

func TestRevokedInTheList(t *testing.T) {
	p := desktest.New(t)
	wrong := p.Issued(t, p.Specimen())
	right := p.Corrected(t, wrong.Number)
	if _, err := p.Revoke(context.Background(), p.Clerk, p.Reviewer, []data.CertificateNumber{right.Number}, "error", ""); err != nil {
		t.Fatal(err)
	}
	good := p.Issued(t, p.Specimen())
	m := NewListModel(newShell(t, p, "en").env, p.Desk)
	m.Find("")
	type gone struct {
		revoked  string
		replaced bool
	}
	got := map[data.CertificateNumber]gone{}
	for _, r := range m.State().Rows {
		got[r.Number] = gone{r.Revoked, r.Replaced}
	}
	want := map[data.CertificateNumber]gone{wrong.Number: {"2022-07-09", true}, right.Number: {"2022-07-09", false}, good.Number: {}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// searches are those that the log tells of.
func searches(t testing.TB, p *desktest.Post) (n int) {
	t.Helper()
	err := p.EachEntry(context.Background(), p.Administrator, func(e audit.Entry) error {
		if e.Act == audit.ListRead && e.Detail["list"] == "search" {
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTheSameIsLookedForOnce(t *testing.T) {
	p := desktest.New(t)
	m := NewListModel(newShell(t, p, "en").env, p.Desk)
	for _, tt := range []struct {
		text string
		want int
	}{{"", 0}, {"yang", 1}, {" yang ", 1}, {"yangben", 2}, {"", 2}, {"yangben", 3}} {
		if m.Find(tt.text); searches(t, p) != tt.want {
			t.Fatalf("%q: %d searches, want %d", tt.text, searches(t, p), tt.want)
		}
	}
}

func TestEveryStepHasItsWords(t *testing.T) {
	p := desktest.New(t)
	words := newShell(t, p, "zh").env.Words
	for _, s := range []Step{Making, Sending, Queued, AtWork, Waiting, Ending, Done, Failed} {
		if !words.Has("certificates.print." + string(s)) {
			t.Errorf("no text for %s", s)
		}
	}
}
