package queue_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/keys"
	"pratique/data/staff"
	"pratique/ui"
	"pratique/ui/env"
	"pratique/ui/queue"
	"pratique/ui/screentest"
)

// rows is a Desk with these cases.
type rows []desk.Row

func (d rows) Queue(staff.Session, ...data.State) ([]desk.Row, error) { return d, nil }
func (d rows) Search(_ staff.Session, text string) ([]desk.Row, error) {
	var found []desk.Row
	for _, r := range d {
		if r.Surname == text {
			found = append(found, r)
		}
	}
	return found, nil
}
func (rows) Officers(context.Context) ([]data.Officer, error) { return desktest.Officers, nil }
func (rows) Trouble() error                                   { return nil }
func (rows) Warning(context.Context) (int, bool)              { return 0, false }

// warned is a desk that has something to say first.
type warned struct {
	rows
	trouble error
	days    int
	ends    bool
}

func (w warned) Trouble() error                      { return w.trouble }
func (w warned) Warning(context.Context) (int, bool) { return w.days, w.ends }

func in(d time.Duration) data.Moment { return data.MomentOf(desktest.Now.Add(d), "Asia/Singapore") }

var (
	naat, igm, igg, antigen = data.NucleicAcid, data.SerumIgM, data.SerumIgG, data.Antigen
	some                    = rows{
		{ID: "1", State: data.Submitted, Departs: in(3*time.Hour + 12*time.Minute), Flight: "UT 846", Surname: "YANGBEN", GivenNames: "SPECIMEN", NativeName: "样本", Document: "E00000000", Tests: []data.TestKind{naat, igm, igg}, Doses: 2, Officer: "officer-a", Findings: desk.Findings{Pass: 7}, Scans: 3, CutOff: desktest.Now.Add(time.Hour)},
		{ID: "2", State: data.InReview, Departs: in(5*time.Hour + 27*time.Minute), Flight: "UT 588", Surname: "SPECIMEN", GivenNames: "ANNA MARIA MAGDALENA DE LOS ANGELES ESPERANZA", Document: "X00000001", Tests: []data.TestKind{naat, naat}, Officer: "officer-b", Findings: desk.Findings{Pass: 5, Fail: 1}, Risk: "high", CutOff: desktest.Now.Add(-time.Minute)},
		{ID: "3", State: data.Returned, Departs: in(13 * time.Hour), Flight: "UT 128", GivenNames: "SPECIMEN", Document: "B00000002", Tests: []data.TestKind{antigen}, Officer: "officer-a", Moved: desktest.Now, Findings: desk.Findings{Pass: 4, NotEnough: 2}},
		{ID: "4", State: data.Approved, Colour: data.Blue, Findings: desk.Findings{Pass: 6}, Departs: in(76 * time.Hour), Flight: "UT 12", Surname: "MUSTER", Document: "C00000003", Doses: 1, Officer: "officer-b"},
		{ID: "5", State: data.Issued, Number: "PRK7QF2M9X4T", Departs: in(20 * time.Hour), Flight: "UT 846", Surname: "ERIKSSON", GivenNames: "ANNA", Document: "L898902C3", Tests: []data.TestKind{naat}, Officer: "officer-b"},
		{ID: "6", State: data.Submitted, Departs: in(-time.Hour), Flight: "UT 7", Surname: "LATE", Document: "D00000004", Tests: []data.TestKind{naat}, Officer: "officer-c", Doubt: true},
		{ID: "7", State: data.Draft, Surname: "HALF", Officer: "officer-a"},
	}
)

func ids(s queue.State) (all string) {
	for _, r := range s.Rows {
		all += string(r.ID)
	}
	return all
}

func clock() time.Time { return desktest.Now }

func loaded(t *testing.T, d queue.Desk, s staff.Session, find string) *queue.Model {
	t.Helper()
	m := queue.NewModel(queue.Parts{Desk: d}, s, clock, env.Route{Find: find})
	l, err := m.Load(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	m.Loaded(l)
	return m
}

func TestChips(t *testing.T) {
	p := desktest.New(t)
	for _, tt := range []struct {
		who    string
		s      staff.Session
		find   string
		begins string
	}{
		{"clerk", p.Clerk, "", "1234567"},
		{"reviewer", p.Reviewer, "", "16"},
		{"both", p.Both, "", "1234567"},
		{"reviewer finds", p.Reviewer, "MUSTER", "4"},
	} {
		m := loaded(t, some, tt.s, tt.find)
		if got := ids(m.State()); got != tt.begins {
			t.Errorf("%s begins with %s, want %s", tt.who, got, tt.begins)
		}
	}
	m := loaded(t, some, p.Clerk, "")
	chip := func(s data.State, n int) queue.Chip { return queue.Chip{State: s, Count: n} }
	want := []queue.Chip{chip("", 7), chip(data.Draft, 1), chip(data.Submitted, 2), chip(data.InReview, 1), chip(data.Returned, 1), chip(data.Approved, 1), chip(data.Issued, 1), {Moved: true, Count: 1}}
	if got := m.State().Chips; !reflect.DeepEqual(got, want) {
		t.Errorf("chips %v, want %v", got, want)
	}
	for _, step := range []struct {
		do   func() queue.State
		want string
	}{
		{func() queue.State { return m.Choose(2) }, "16"},
		{func() queue.State { return m.Choose(9) }, "16"},
		{func() queue.State { return m.Move(1) }, "2"},
		{func() queue.State { return m.Move(-3) }, "1234567"},
		{func() queue.State { return m.Move(-1) }, "3"}, // the flight that moved
	} {
		if got := ids(step.do()); got != step.want {
			t.Errorf("shows %q, want %q", got, step.want)
		}
	}
}

// TestChosenBeforeItIsRead: the chip that a reviewer chose while the cases were
// being read stays the chosen one.
func TestChosenBeforeItIsRead(t *testing.T) {
	p := desktest.New(t)
	m := queue.NewModel(queue.Parts{Desk: some}, p.Reviewer, clock, env.Route{})
	l, err := m.Load(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	m.Choose(3)
	if got := ids(m.Loaded(l)); got != "2" {
		t.Errorf("shows %s", got)
	}
}

// TestChipStays: the chip that an officer chose is there when the list is made
// anew, in another language; what nobody chose is not.
func TestChipStays(t *testing.T) {
	p := desktest.New(t)
	for _, tt := range []struct {
		choose int // of the chips, -1 for none
		id     string
		shows  string
	}{{-1, "", "16"}, {0, "all", "1234567"}, {3, "in review", "2"}, {7, "moved", "3"}} {
		b := open(t, p, p.Reviewer, "en", some, "")
		if tt.choose >= 0 {
			b.Screen.(env.Typist).TypedRune(rune('1' + tt.choose))
		}
		b.SetLanguage("zh")
		r := b.Here()
		if want := (env.Route{Screen: env.Queue, ID: tt.id}); r != want {
			t.Errorf("chip %d: at %+v, want %+v", tt.choose, r, want)
		}
		m := queue.NewModel(queue.Parts{Desk: some}, p.Reviewer, clock, r)
		l, err := m.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(m.Loaded(l)); got != tt.shows {
			t.Errorf("chip %d: shows %s, want %s", tt.choose, got, tt.shows)
		}
	}
}

func TestOpen(t *testing.T) {
	p := desktest.New(t)
	for _, tt := range []struct {
		state                 data.State
		clerk, reviewer, both env.ScreenName
	}{
		{data.Draft, env.Intake, env.Intake, env.Intake},
		{data.Submitted, env.Intake, env.Review, env.Review},
		{data.InReview, env.Intake, env.Review, env.Review},
		{data.OnHold, env.Intake, env.Review, env.Review},
		{data.FollowUp, env.Review, env.Review, env.Review},
		{data.Refused, env.Review, env.Review, env.Review},
		{data.PreDeclared, env.Intake, env.Intake, env.Intake},
		{data.Returned, env.Intake, env.Intake, env.Intake},
		{data.Approved, env.Intake, env.Review, env.Review},
		{data.Issued, env.Certificates, env.Certificates, env.Certificates},
		{data.Withdrawn, env.Intake, env.Intake, env.Intake},
	} {
		for s, want := range map[*staff.Session]env.ScreenName{&p.Clerk: tt.clerk, &p.Reviewer: tt.reviewer, &p.Both: tt.both} {
			r := queue.NewModel(queue.Parts{Desk: some}, *s, clock, env.Route{}).Open(desk.Row{ID: "x", Number: "N", State: tt.state})
			id := "x"
			if want == env.Certificates {
				id = "N"
			}
			if r != (env.Route{Screen: want, ID: id}) {
				t.Errorf("%s, %s: %+v, want %s", tt.state, s.Officer().Name, r, want)
			}
		}
	}
}

func open(t testing.TB, p *desktest.Post, s staff.Session, language string, d queue.Desk, find string) *screentest.Bench {
	return screentest.New(t, p, s, language, env.Route{Screen: env.Queue, Find: find}, func(b *screentest.Bench) env.Factory {
		return func(e *env.Env, r env.Route) env.Screen {
			return queue.New(e, queue.Parts{Desk: d, After: b.After, Say: func(err error) string { return ui.Say(e.Words, err) }, LastBackup: made(50 * time.Hour)}, r)
		}
	})
}

// made is a last backup of that age, none for 0.
func made(age time.Duration) func(context.Context) (time.Time, bool, error) {
	return func(context.Context) (time.Time, bool, error) { return desktest.Now.Add(-age), age > 0, nil }
}

func TestNotices(t *testing.T) {
	p := desktest.New(t)
	head := desktest.Officers[3]
	head.ID, head.Name, head.Mark, head.Roles = "officer-e", "Officer E", "E", []data.Role{data.Reviewer, data.Administrator}
	if err := p.AddOfficer(context.Background(), p.Administrator, p.Reviewer, head, []byte("lemu gani sofo tiru")); err != nil {
		t.Fatal(err)
	}
	both, err := p.ChangePassphrase(context.Background(), head.ID, []byte("lemu gani sofo tiru"), []byte(desktest.Passphrase))
	if err != nil {
		t.Fatal(err)
	}
	trouble := queue.Notice{Key: "queue.trouble", Err: keys.ErrMissing, Loud: true}
	for _, tt := range []struct {
		name   string
		s      staff.Session
		desk   warned
		backup time.Duration
		want   []queue.Notice
	}{
		{"all well", both, warned{}, 47 * time.Hour, nil},
		{"60 days", p.Reviewer, warned{days: 60, ends: true}, 0, []queue.Notice{{Key: "queue.key.ends", Days: 60}}},
		{"7 days", p.Administrator, warned{days: 7, ends: true}, time.Hour, []queue.Notice{{Key: "queue.key.ends", Days: 7, Loud: true}}},
		{"7 days, a clerk", p.Clerk, warned{days: 7, ends: true}, 0, nil},
		{"no key, a clerk", p.Clerk, warned{trouble: keys.ErrMissing}, 0, []queue.Notice{trouble}},
		{"over", p.Reviewer, warned{ends: true}, 0, []queue.Notice{{Key: "queue.key.over", Loud: true}}},
		{"over, and said so", p.Reviewer, warned{trouble: keys.ErrMissing, ends: true}, 0, []queue.Notice{trouble}},
		{"old backup", both, warned{}, 73 * time.Hour, []queue.Notice{{Key: "queue.backup.old", Days: 3, Loud: true}}},
		{"old backup, a reviewer", p.Reviewer, warned{}, 73 * time.Hour, nil},
		{"no backup", p.Administrator, warned{}, 0, []queue.Notice{{Key: "queue.backup.none", Loud: true}}},
	} {
		m := queue.NewModel(queue.Parts{Desk: tt.desk, LastBackup: made(tt.backup)}, tt.s, clock, env.Route{})
		l, err := m.Load(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Loaded(l).Notices; !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
		for _, n := range tt.want {
			b := open(t, p, tt.s, "zh", tt.desk, "")
			if !b.Env.Words.Has(n.Key) {
				t.Errorf("no text %s", n.Key)
			}
		}
	}
}

// TestNoticesOfARealDesk: nothing is said of a good key, and that it is gone is.
func TestNoticesOfARealDesk(t *testing.T) {
	p := desktest.New(t)
	if n := loaded(t, p.Desk, p.Reviewer, "").State().Notices; n != nil {
		t.Errorf("at first %+v", n)
	}
	none := desktest.New(t, func(c *desk.Config) { c.Signer = nil })
	if n := loaded(t, none.Desk, none.Clerk, "").State().Notices; len(n) != 1 || !errors.Is(n[0].Err, keys.ErrMissing) {
		t.Errorf("without a key %+v", n)
	}
}

// TestRevokedInTheQueue: a case that was issued and revoked says so.
func TestRevokedInTheQueue(t *testing.T) {
	p := desktest.New(t)
	c := p.Issued(t, p.Specimen())
	b := open(t, p, p.Clerk, "en", p.Desk, "")
	if strings.Contains(test.RenderObjectToMarkup(b.Screen.Content()), "revoked") {
		t.Error("revoked before it is")
	}
	if _, err := p.Revoke(context.Background(), p.Clerk, p.Administrator, []data.CertificateNumber{c.Number}, "paper-lost", ""); err != nil {
		t.Fatal(err)
	}
	b = open(t, p, p.Clerk, "en", p.Desk, "")
	if !strings.Contains(test.RenderObjectToMarkup(b.Screen.Content()), "revoked") {
		t.Error("not shown as revoked")
	}
}

// TestSearchedOnce: a search is an act that the log keeps; what only passes the
// time does not make another.
func TestSearchedOnce(t *testing.T) {
	p := desktest.New(t)
	p.Issued(t, p.Specimen())
	b := open(t, p, p.Clerk, "en", p.Desk, "yangben")
	b.Pass()
	b.Type("2")
	b.Key(fyne.KeyRight, fyne.KeyDown)
	searches := 0
	err := p.EachEntry(context.Background(), p.Administrator, func(e audit.Entry) error {
		if e.Act == audit.ListRead && e.Detail["list"] == "search" {
			searches++
		}
		return nil
	})
	if err != nil || searches != 1 {
		t.Errorf("%d searches in the log, %v", searches, err)
	}
}

func TestScreenKeys(t *testing.T) {
	p := desktest.New(t)
	b := open(t, p, p.Reviewer, "en", some, "")
	b.Key(fyne.KeyDown, fyne.KeyReturn) // the second of the submitted
	b2 := open(t, p, p.Reviewer, "en", some, "")
	b2.Type("7")
	b2.Key(fyne.KeyReturn)
	b3 := open(t, p, p.Reviewer, "en", some, "")
	b3.Window.Canvas().Unfocus()
	b3.Window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyRight})
	b3.Key(fyne.KeyReturn)
	for i, tt := range []struct {
		b    *screentest.Bench
		want env.Route
	}{
		{b, env.Route{Screen: env.Review, ID: "6"}},
		{b2, env.Route{Screen: env.Certificates, ID: "PRK7QF2M9X4T"}},
		{b3, env.Route{Screen: env.Review, ID: "2"}},
	} {
		if got := tt.b.Went; !reflect.DeepEqual(got, []env.Route{tt.want}) {
			t.Errorf("%d: went %v, want %v", i, got, tt.want)
		}
	}
}

func TestRealDesk(t *testing.T) {
	p := desktest.New(t)
	p.Submitted(t, p.Specimen())
	p.Issued(t, p.Specimen())
	m := loaded(t, p.Desk, p.Reviewer, "")
	if s := m.State(); len(s.Rows) != 1 || s.Chips[0].Count != 2 {
		t.Errorf("%d rows of %v", len(s.Rows), s.Chips)
	}
}

func TestShots(t *testing.T) {
	p := desktest.New(t)
	for _, language := range []string{"en", "zh"} {
		said := warned{rows: some, trouble: keys.ErrMissing, days: 60, ends: true}
		said.rows[4].Revoked = desktest.Now
		open(t, p, p.Reviewer, language, said, "").Shot(t, "queue-notices-"+language, 1000, 700)
		said.trouble, said.days = nil, 7
		open(t, p, p.Reviewer, language, said, "").Shot(t, "queue-warned-"+language, 1280, 800)
		said.rows[4].Revoked = time.Time{}
		b := open(t, p, p.Both, language, some, "")
		b.Shot(t, "queue-"+language, 1280, 800)
		b.Shot(t, "queue-small-"+language, 1000, 700)
		open(t, p, p.Clerk, language, many(), "").Shot(t, "queue-many-"+language, 1000, 700)
		open(t, p, p.Clerk, language, rows{}, "").Shot(t, "queue-empty-"+language, 1000, 700)
		open(t, p, p.Clerk, language, some, "NOBODY").Shot(t, "queue-find-"+language, 1000, 700)
	}
}

func TestMinutesCountDown(t *testing.T) {
	p := desktest.New(t)
	b := open(t, p, p.Clerk, "en", some, "")
	for _, want := range []string{"! 3 h 12", "late, 5 h 26"} {
		if shown := test.RenderObjectToMarkup(b.Screen.Content()); !strings.Contains(shown, want) {
			t.Errorf("%q is not shown", want)
		}
		p.Now = p.Now.Add(time.Minute)
		b.Pass()
	}
}

// many are 500 open cases.
func many() rows {
	var all rows
	for i := range 500 {
		r := some[i%len(some)]
		r.ID = data.ApplicationID(fmt.Sprint(i))
		all = append(all, r)
	}
	return all
}

// BenchmarkMinute is one refresh of 500 cases on the screen.
func BenchmarkMinute(b *testing.B) {
	p := desktest.New(b)
	bench := open(b, p, p.Clerk, "en", many(), "")
	for b.Loop() {
		bench.Pass()
	}
}

// BenchmarkChip goes from chip to chip with 500 cases.
func BenchmarkChip(b *testing.B) {
	p := desktest.New(b)
	bench := open(b, p, p.Clerk, "en", many(), "")
	for b.Loop() {
		bench.Key(fyne.KeyRight)
	}
}

// BenchmarkDown moves down a row with 500 cases.
func BenchmarkDown(b *testing.B) {
	p := desktest.New(b)
	bench := open(b, p, p.Clerk, "en", many(), "")
	for b.Loop() {
		bench.Key(fyne.KeyDown)
	}
}
