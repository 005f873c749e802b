package review

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/attachment"
	"pratique/data/codes"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/issue"
	"pratique/data/keys"
	"pratique/data/rules"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/findings"
	"pratique/ui/locale"
	"pratique/ui/sheet"
	"pratique/ui/stated"
)

var assets = os.DirFS("../../assets")

// shell is what a test sees of the window.
type shell struct {
	env    *env.Env
	went   []env.Route
	toasts []string
	errs   []error
}

func newShell(t testing.TB, p *desktest.Post, s staff.Session, language string) *shell {
	t.Helper()
	words, err := locale.Load(assets)
	if err != nil {
		t.Fatal(err)
	}
	sh := &shell{}
	sh.env = &env.Env{
		Words: words.In(language), Post: p.Config.Post, Session: s, Now: func() time.Time { return p.Now }, Run: env.Synchronous,
		Context: context.Background(), Navigate: func(r env.Route) { sh.went = append(sh.went, r) }, Back: func() {},
		Toast: func(text string) { sh.toasts = append(sh.toasts, text) }, Error: func(err error) { sh.errs = append(sh.errs, err) },
		Changed: func() {},
	}
	return sh
}

func parts(t testing.TB, d Desk) Parts {
	t.Helper()
	book, err := codes.Load(assets)
	if err != nil {
		t.Fatal(err)
	}
	return Parts{
		Desk: d, Codes: book, Halves: Halves{}, Density: func(int) (int, float64) { return 20, 0.55 },
		Draw:  func(context.Context, []byte, int) (image.Image, error) { return drawn(), nil },
		After: func(time.Duration, func()) {},
		Second: func(_ *env.Env, sentence string, do func(staff.Session)) {
			t.Errorf("a second officer was asked: %s", sentence)
		},
	}
}

// drawn is a page of paper.
func drawn() image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 620, 877))
	for i := range m.Pix {
		m.Pix[i] = 0xff
	}
	for y := 90; y < 780; y += 26 {
		for x := 70; x < 550-(y*13)%220; x++ {
			m.Set(x, y, color.Black)
			m.Set(x, y+1, color.Black)
		}
	}
	return m
}

func TestCleanCase(t *testing.T) {
	p := desktest.New(t)
	a := p.Submitted(t, p.Specimen())
	sh := newShell(t, p, p.Reviewer, "en")
	m := NewModel(sh.env, parts(t, p), a.ID)
	st := m.Open()
	if st.Mode != Reviewing || st.Case != data.InReview || len(st.Groups) != 6 || st.Seal != (Seal{st.Seal.Characters, 20, 0.55}) || st.Seal.Characters == 0 {
		t.Fatalf("opened: %+v", st)
	}
	if st.PreparedBy != "Officer A" || st.Traveller != "样本 YANGBEN SPECIMEN" || st.Flight != "UT 846" {
		t.Errorf("head: %q %q %q", st.PreparedBy, st.Traveller, st.Flight)
	}
	keystrokes := 0
	for st.Ticked < len(st.Groups) {
		if early := m.Do(ActApprove); early.Failure != "review.failed.ticks" || len(sh.went) > 0 {
			t.Fatalf("approved with %d of %d ticked", st.Ticked, len(st.Groups))
		}
		m.Tick()
		st = m.State()
		keystrokes++
	}
	m.Do(ActApprove)
	keystrokes++
	if keystrokes > 12 {
		t.Errorf("a clean case takes %d keys", keystrokes)
	}
	rows, err := p.Desk.Issued(p.Clerk)
	if err != nil || len(rows) != 1 {
		t.Fatalf("issued %v, %v", rows, err)
	}
	if want := []env.Route{{Screen: env.Certificates, ID: string(rows[0].Number)}}; !slices.Equal(sh.went, want) || len(sh.errs) > 0 {
		t.Errorf("went %v, want %v; errors %v", sh.went, want, sh.errs)
	}
}

// TestApprovedBeforeTheTicksAreStored: who ticks and approves faster than the disk
// stores has the case approved when the last tick is stored, and each group ticked
// once; who takes a tick away meanwhile has not.
func TestApprovedBeforeTheTicksAreStored(t *testing.T) {
	for _, taken := range []bool{false, true} {
		p := desktest.New(t)
		a := p.Submitted(t, p.Specimen())
		sh := newShell(t, p, p.Reviewer, "en")
		m := NewModel(sh.env, parts(t, p), a.ID)
		st := m.Open()
		var later []func()
		run := sh.env.Run
		sh.env.Run = func(work, done func()) { later = append(later, func() { run(work, done) }) }
		if taken {
			m.Tick()
			later[0]()
			later = later[1:]
			m.Go(0)
			m.Tick()
			m.Go(1)
		}
		for range len(st.Groups) - len(later) {
			m.Tick()
		}
		if st = m.Do(ActApprove); st.Failure != "" || len(later) != len(st.Groups) {
			t.Fatalf("%d ticks are on their way and the screen says %q", len(later), st.Failure)
		}
		for len(later) > 0 {
			one := later[0]
			later = later[1:]
			one()
		}
		if st = m.State(); taken != (st.Failure == "review.failed.ticks") || taken != (len(sh.went) == 0) || len(sh.errs) > 0 {
			t.Errorf("a tick taken away: %v; %q, went %v, errors %v", taken, st.Failure, sh.went, sh.errs)
		}
	}
}

// TestSealedIsReadBack holds the screen to what the seal says: a form that
// changes under the model changes nothing that is shown as sealed.
func TestSealedIsReadBack(t *testing.T) {
	p := desktest.New(t)
	a := p.Submitted(t, p.Specimen())
	sh := newShell(t, p, p.Reviewer, "en")
	d := &other{Desk: p}
	m := NewModel(sh.env, parts(t, d), a.ID)
	d.rehearse = func(r desk.Rehearsal, err error) (desk.Rehearsal, error) {
		r.Statement.Surname = "READBACK"
		return r, err
	}
	st := m.Open()
	if got := st.Groups[0].Lines[0].Value; got != "READBACK" {
		t.Errorf("surname shown as sealed is %q, not what was read back", got)
	}
	for _, g := range st.Groups {
		if len(g.Lines) == 0 || g.Title == "" {
			t.Errorf("group %s: title %q, %d lines", g.Name, g.Title, len(g.Lines))
		}
	}
}

// TestFurther: the reviewer sees which further seals there will be and who can
// open what is encrypted.
func TestFurther(t *testing.T) {
	p := desktest.New(t)
	id := submitted(p)
	d := &other{Desk: p}
	all := []data.Authority{{ID: "a", Name: "Port Health"}, {ID: "b", Name: "Border Guard"}}
	for _, tt := range []struct {
		name    string
		further data.Further
		seals   []issue.Rehearsed
		want    []string
	}{
		{"none", data.Further{}, nil, nil},
		{"all", data.Further{VDSNC: true, DCC: true, Authorities: []data.AuthorityID{"b"}}, []issue.Rehearsed{
			{Format: data.FormatVDSNC, Of: "tests[0]", Size: 700}, {Format: data.FormatVDSNC, Of: "doses", Size: 650},
			{Format: data.FormatDCC, Of: "tests[1]", Size: 410}, {Format: data.FormatEncrypted, Size: 1900},
		}, []string{
			"Further seals, ICAO VDS-NC: Test 1 (700 characters); Vaccinations (650 characters)",
			"Further seals, EU DCC: Test 2 (410 characters)",
			"Full record, encrypted for: Border Guard (1900 characters)",
		}},
	} {
		sh := newShell(t, p, p.Reviewer, "en")
		d.rehearse = func(r desk.Rehearsal, err error) (desk.Rehearsal, error) {
			r.Further = tt.seals
			return r, err
		}
		m := NewModel(sh.env, parts(t, d), id)
		m.Open()
		m.app.Content.Further, m.file.authorities = tt.further, all
		if got := m.State().Further; !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// other is a desk that answers otherwise where a test says so.
type other struct {
	Desk
	rehearse func(desk.Rehearsal, error) (desk.Rehearsal, error)
	tick     error
}

func (o *other) Rehearse(ctx context.Context, s staff.Session, id data.ApplicationID) (desk.Rehearsal, error) {
	r, err := o.Desk.Rehearse(ctx, s, id)
	if o.rehearse != nil {
		return o.rehearse(r, err)
	}
	return r, err
}

func (o *other) Tick(ctx context.Context, s staff.Session, id data.ApplicationID, g data.Group, on bool) (data.Application, error) {
	if o.tick != nil {
		return data.Application{}, o.tick
	}
	return o.Desk.Tick(ctx, s, id, g, on)
}

func TestWhoMayOnlyLook(t *testing.T) {
	for _, tt := range []struct {
		name  string
		who   func(*desktest.Post) staff.Session
		made  func(*desktest.Post) data.ApplicationID
		state data.State
		look  string
		mode  Mode
	}{
		{"clerk, submitted", clerk, submitted, data.Submitted, "This case waits for a reviewer.", Looking},
		{"clerk, in review", clerk, ticked, data.InReview, "Officer B has this case in review.", Looking},
		{"clerk, approved", clerk, approved, data.Approved, "Officer B approved this case. Its certificate is not issued yet.", Looking},
		{"other reviewer, in review", both, ticked, data.InReview, "Officer B has this case in review.", Looking},
		{"reviewer, own case", both, own, data.Submitted, "You prepared this case. Another officer must review it.", Looking},
		{"reviewer, approved", reviewer, approved, data.Approved, "", Approved},
		{"reviewer, own review", reviewer, ticked, data.InReview, "", Reviewing},
		{"reviewer, submitted", reviewer, submitted, data.InReview, "", Reviewing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := desktest.New(t)
			id := tt.made(p)
			sh := newShell(t, p, tt.who(p), "en")
			m := NewModel(sh.env, parts(t, p), id)
			m.Open()
			st := m.State()
			if st.Mode != tt.mode || st.Case != tt.state || st.Look != tt.look || len(sh.errs) > 0 {
				t.Fatalf("mode %s, case %s, look %q, errors %v", st.Mode, st.Case, st.Look, sh.errs)
			}
			if tt.mode != Looking {
				return
			}
			act := func(name ActName) func() State { return func() State { return m.Do(name) } }
			for name, act := range map[string]func() State{"tick": m.Tick, "approve": act(ActApprove), "return": act(ActReturn), "release": act(ActRelease), "hold": act(ActHold), "decide": act(ActDecide), "send": m.Send} {
				if got := act(); got.Mode != Looking || got.Busy != "" {
					t.Errorf("%s did something: %+v", name, got)
				}
			}
			if now, err := p.Read(context.Background(), p.Clerk, id); err != nil || now.State != tt.state {
				t.Errorf("the case is %s now, %v", now.State, err)
			}
		})
	}
}

// TestSolo: an officer's own case is theirs to approve while two officers have
// allowed it, not a moment longer, and the screen says so all the while.
func TestSolo(t *testing.T) {
	p := desktest.New(t)
	ctx, id := context.Background(), own(p)
	ps := parts(t, p)
	opened := func() (*Model, *shell, State) {
		sh := newShell(t, p, p.Both, "en")
		m := NewModel(sh.env, ps, id)
		m.Open()
		return m, sh, m.State()
	}
	if _, _, st := opened(); st.Mode != Looking || st.Solo != "" {
		t.Fatalf("before it is allowed: %s %q", st.Mode, st.Solo)
	}
	if err := p.SetSolo(ctx, p.Administrator, p.Reviewer, p.Now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	p.Now = p.Now.Add(time.Hour)
	if _, _, st := opened(); st.Mode != Looking || st.Solo != "" {
		t.Errorf("when it has ended: %s %q", st.Mode, st.Solo)
	}
	p.Now = p.Now.Add(-time.Minute)
	m, sh, st := opened()
	if st.Mode != Reviewing || st.Solo != "2022-07-09 19:30 (+08:00)" {
		t.Fatalf("while it is allowed: %s %q", st.Mode, st.Solo)
	}
	for range st.Groups {
		m.Tick()
	}
	m.Do(ActApprove)
	if len(sh.went) != 1 || len(sh.errs) > 0 {
		t.Fatalf("went %v, errors %v", sh.went, sh.errs)
	}
	if c, err := p.Certificate(ctx, p.Clerk, data.CertificateNumber(sh.went[0].ID)); err != nil || !c.Solo {
		t.Errorf("the certificate is not marked: %v %v", c.Solo, err)
	}

	// A case of somebody else is no solo work, whatever is allowed.
	id = submitted(p)
	if _, _, st := opened(); st.Mode != Reviewing || st.Solo != "" {
		t.Errorf("another's case: %s %q", st.Mode, st.Solo)
	}
}

// TestReplaces: who reviews a correction knows what it corrects.
func TestReplaces(t *testing.T) {
	p := desktest.New(t)
	n := p.Issued(t, p.Specimen()).Number
	a, err := p.Correct(context.Background(), p.Clerk, n)
	if err == nil {
		a, err = p.Submit(context.Background(), p.Clerk, a.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	m := NewModel(newShell(t, p, p.Reviewer, "en").env, parts(t, p), a.ID)
	m.Open()
	if st := m.State(); st.Replaces != n {
		t.Errorf("replaces %q, want %s", st.Replaces, n)
	}
}

func clerk(p *desktest.Post) staff.Session    { return p.Clerk }
func reviewer(p *desktest.Post) staff.Session { return p.Reviewer }
func both(p *desktest.Post) staff.Session     { return p.Both }

func submitted(p *desktest.Post) data.ApplicationID {
	a, err := p.Create(context.Background(), p.Clerk, p.Specimen())
	if err == nil {
		a, err = p.Submit(context.Background(), p.Clerk, a.ID)
	}
	return must(a, err)
}

func own(p *desktest.Post) data.ApplicationID {
	a, err := p.Create(context.Background(), p.Both, p.Specimen())
	if err == nil {
		a, err = p.Submit(context.Background(), p.Both, a.ID)
	}
	return must(a, err)
}

func ticked(p *desktest.Post) data.ApplicationID {
	a, err := p.Take(context.Background(), p.Reviewer, submitted(p))
	for _, g := range a.Content.Groups() {
		if err == nil {
			a, err = p.Tick(context.Background(), p.Reviewer, a.ID, g, true)
		}
	}
	return must(a, err)
}

func approved(p *desktest.Post) data.ApplicationID {
	return must(p.Approve(context.Background(), p.Reviewer, ticked(p)))
}

func must(a data.Application, err error) data.ApplicationID {
	if err != nil {
		panic(err)
	}
	return a.ID
}

// TestNotInTheSeal: the type follows from what is sealed, the product stands
// beside it.
func TestNotInTheSeal(t *testing.T) {
	p := desktest.New(t)
	c := p.Specimen()
	c.Type, c.Tests, c.Doses = data.CertificateTests, c.Tests[:1], nil
	c.Tests[0].Product = "id-now-covid-19"
	m := NewModel(newShell(t, p, p.Reviewer, "zh").env, parts(t, p), p.Submitted(t, c).ID)
	m.Open()
	st := m.State()
	if st.Type != "病毒检测证明" {
		t.Errorf("type %q", st.Type)
	}
	const product = "ID NOW新冠核酸检测（雅培）, id-now-covid-19"
	has := func(lines []stated.Line) bool {
		return slices.ContainsFunc(lines, func(l stated.Line) bool { return l.Value == product })
	}
	if g := st.Groups[1]; !has(g.Beside) || has(g.Lines) {
		t.Errorf("beside %v, sealed %v", g.Beside, g.Lines)
	}
}

func TestTickMoves(t *testing.T) {
	p := desktest.New(t)
	sh := newShell(t, p, p.Reviewer, "en")
	m := NewModel(sh.env, parts(t, p), submitted(p))
	m.Open()
	for _, tt := range []struct {
		act             string
		do              func() State
		current, ticked int
	}{
		{"down", func() State { return m.Move(1) }, 1, 0},
		{"tick goes on", m.Tick, 2, 1},
		{"up", func() State { return m.Move(-1) }, 1, 1},
		{"tick again takes it away and stays", m.Tick, 1, 0},
		{"far up", func() State { return m.Move(-9) }, 0, 0},
		{"far down", func() State { return m.Move(99) }, 5, 0},
		{"the last goes to the first that is open", m.Tick, 0, 1},
	} {
		tt.do()
		if st := m.State(); st.Current != tt.current || st.Ticked != tt.ticked {
			t.Fatalf("%s: current %d, ticked %d; want %d, %d", tt.act, st.Current, st.Ticked, tt.current, tt.ticked)
		}
	}
}

func TestProvedByCheckDigits(t *testing.T) {
	p := desktest.New(t)
	c := p.Specimen()
	c.Traveller.NativeName, c.Traveller.Nationality, c.Document.Issuer = "", "UTO", "UTO"
	c.Document.Kind = data.ForeignPassport
	c.Document.MRZ = "P<UTOYANGBEN<<SPECIMEN<<<<<<<<<<<<<<<<<<<<<<\n"
	// The second line of the specimen's own zone, for the state of Utopia.
	second := p.Specimen().Document.MRZ[45:]
	c.Document.MRZ += second[:10] + "UTO" + second[13:]
	sh := newShell(t, p, p.Reviewer, "en")
	m := NewModel(sh.env, parts(t, p), p.Submitted(t, c).ID)
	m.Open()
	st := m.State()
	if g := st.Groups[0]; !g.Ticked || g.By != Proof || st.Current != 1 {
		t.Errorf("identity ticked %v by %q, current %d", g.Ticked, g.By, st.Current)
	}
}

// What the letter has no room for is said as that, beside the note.
func TestReturnWithoutRoomOnTheLetter(t *testing.T) {
	p := desktest.New(t, func(c *desk.Config) {
		c.Unwritable = func(data.Letter) []data.Problem { return []data.Problem{{Field: "note", Key: "problem.letter"}} }
	})
	sh := newShell(t, p, p.Reviewer, "en")
	m := NewModel(sh.env, parts(t, p), submitted(p))
	m.Open()
	m.Do(ActReturn)
	m.Reason("unreadable", true)
	m.Note("page 2")
	if st := m.Send(); st.Form.Wrong["note"] != sh.env.T("problem.letter") || len(sh.went) > 0 {
		t.Errorf("%+v", st.Form)
	}
}

func TestReturn(t *testing.T) {
	p := desktest.New(t)
	id := submitted(p)
	sh := newShell(t, p, p.Reviewer, "en")
	ps := parts(t, p)
	m := NewModel(sh.env, ps, id)
	m.Open()
	if st := m.Do(ActReturn); st.Form.Name != ActReturn || len(st.Form.Reasons) == 0 {
		t.Fatalf("return: %+v", st)
	}
	if st := m.Send(); st.Form.Wrong["reasons"] == "" || len(sh.went) > 0 {
		t.Fatalf("returned without a reason: %+v", st)
	}
	m.Reason("other", true)
	m.Reason("unreadable", true)
	m.Reason("specimen", true)
	m.Reason("specimen", false)
	m.Note("page 2\n")

	// What is half made comes back after a lock or in another language.
	m.Leave()
	m = NewModel(newShell(t, p, p.Reviewer, "zh").env, ps, id)
	m.e = sh.env
	m.Open()
	if st := m.State(); st.Form.Name != ActReturn || st.Form.Note != "page 2\n" {
		t.Fatalf("after coming back: %+v", st)
	}
	m.Send()
	a, err := p.Read(context.Background(), p.Clerk, id)
	if err != nil || a.State != data.Returned || !slices.Equal(a.Return.Reasons, []string{"unreadable", "other"}) || a.Return.Note != "page 2" {
		t.Errorf("returned as %+v, %v", a.Return, err)
	}
	if !slices.Equal(sh.went, []env.Route{{Screen: env.Queue}}) || len(ps.Halves) > 0 {
		t.Errorf("went %v, left over %v", sh.went, ps.Halves)
	}
}

// A form that comes back has nothing wrong in it before it is sent: what keeps
// the case from being sealed stands with the case.
func TestReturnOfWhatCannotBeSealed(t *testing.T) {
	p := desktest.New(t)
	id := submitted(p)
	ps := parts(t, &other{Desk: p, rehearse: func(desk.Rehearsal, error) (desk.Rehearsal, error) {
		return desk.Rehearsal{}, &desk.ProblemsError{Problems: []data.Problem{{Field: "window", Key: "problem.notice.fail", Value: "2"}}}
	}})
	m := NewModel(newShell(t, p, p.Reviewer, "en").env, ps, id)
	m.Open()
	m.Do(ActReturn)
	m.Note("page 2")
	m.Leave()
	m = NewModel(newShell(t, p, p.Reviewer, "zh").env, ps, id)
	m.Open()
	if st := m.State(); st.Form.Note != "page 2" || len(st.Form.Wrong) > 0 || st.Failure == "" {
		t.Errorf("after coming back: %+v, failure %q", st.Form, st.Failure)
	}
}

func TestGivingUpAReturn(t *testing.T) {
	p := desktest.New(t)
	sh := newShell(t, p, p.Reviewer, "en")
	ps := parts(t, p)
	m := NewModel(sh.env, ps, submitted(p))
	m.Open()
	m.Do(ActReturn)
	m.Note("no")
	if st := m.Keep(); st.Mode != Reviewing {
		t.Errorf("mode %s", st.Mode)
	}
	if st := m.Do(ActReturn); st.Form.Note != "no" {
		t.Errorf("begun again, the note is %q", st.Form.Note)
	}
	m.Keep()
	m.Leave()
	if len(ps.Halves) > 0 {
		t.Errorf("left over %v", ps.Halves)
	}
}

func TestRelease(t *testing.T) {
	p := desktest.New(t)
	id := submitted(p)
	sh := newShell(t, p, p.Reviewer, "en")
	m := NewModel(sh.env, parts(t, p), id)
	m.Open()
	m.Do(ActRelease)
	a, err := p.Read(context.Background(), p.Clerk, id)
	if err != nil || a.State != data.Submitted || a.Reviewer != "" || !slices.Equal(sh.went, []env.Route{{Screen: env.Queue}}) {
		t.Errorf("released: %s %q, went %v, %v", a.State, a.Reviewer, sh.went, err)
	}
}

// TestStale shows the case as it is now, and the shell says why.
func TestStale(t *testing.T) {
	p := desktest.New(t)
	sh := newShell(t, p, p.Reviewer, "en")
	d := &other{Desk: p}
	m := NewModel(sh.env, parts(t, d), submitted(p))
	m.Open()
	d.tick = desk.ErrStale
	m.Tick()
	if st := m.State(); st.Ticked != 0 || st.Mode != Reviewing || len(sh.errs) != 1 || !errors.Is(sh.errs[0], desk.ErrStale) {
		t.Errorf("ticked %d, mode %s, shell errors %v", st.Ticked, st.Mode, sh.errs)
	}
}

// TestTooLarge can still be returned, and never approved.
func TestTooLarge(t *testing.T) {
	p := desktest.New(t)
	sh := newShell(t, p, p.Reviewer, "en")
	m := NewModel(sh.env, parts(t, &other{Desk: p, rehearse: func(desk.Rehearsal, error) (desk.Rehearsal, error) {
		return desk.Rehearsal{}, desk.ErrTooLarge
	}}), submitted(p))
	m.Open()
	st := m.State()
	if st.Failure != "review.failed.too-large" || st.Seal != (Seal{}) || len(st.Groups) != 6 || st.Groups[1].Title != "Test 1 – Nucleic acid test" || len(sh.errs) > 0 {
		t.Errorf("%+v, %v", st, sh.errs)
	}
	for range st.Groups {
		m.Tick()
	}
	if m.Do(ActApprove); len(sh.went) > 0 {
		t.Error("approved what cannot be sealed")
	}
	if st := m.Do(ActReturn); st.Form.Name != ActReturn {
		t.Errorf("mode %s", st.Mode)
	}
}

// TestIssuingFails leaves an approved case that can be issued later, and shows
// nothing as issued.
func TestIssuingFails(t *testing.T) {
	p := desktest.New(t, func(c *desk.Config) { c.Signer = nil })
	sh := newShell(t, p, p.Reviewer, "en")
	m := NewModel(sh.env, parts(t, p), ticked(p))
	m.Open()
	m.Do(ActApprove)
	st := m.State()
	if st.Mode != Approved || len(sh.errs) != 1 || !errors.Is(sh.errs[0], keys.ErrMissing) || len(sh.went) > 0 || len(sh.toasts) > 0 {
		t.Errorf("mode %s, errors %v, went %v, said %v", st.Mode, sh.errs, sh.went, sh.toasts)
	}
}

// TestProblems stand in the group they are about. The case was submitted at a
// desk that could print it.
func TestProblems(t *testing.T) {
	ready := false
	p := desktest.New(t, func(c *desk.Config) {
		c.Unprintable = func(data.Statement) []data.Problem {
			if !ready {
				return nil
			}
			return []data.Problem{{Field: "tests[1].laboratory", Key: "problem.glyph"}, {Field: "tests", Key: "problem.nothing"}}
		}
	})
	sh := newShell(t, p, p.Reviewer, "en")
	m := NewModel(sh.env, parts(t, p), ticked(p))
	ready = true
	m.Open()
	m.Do(ActApprove)
	st := m.State()
	if st.Failure != "review.failed.problems" || len(st.Groups[2].Problems) != 1 || len(st.Problems) != 1 || st.Mode != Reviewing {
		t.Errorf("failure %q, mode %s, groups %+v, rest %v", st.Failure, st.Mode, st.Groups, st.Problems)
	}
}

// TestEveryStateHasItsSentence keeps states and catalogue together.
func TestEveryStateHasItsSentence(t *testing.T) {
	p := desktest.New(t)
	words := newShell(t, p, p.Reviewer, "zh").env.Words
	for _, s := range data.States {
		if !words.Has("review.look." + string(s)) {
			t.Errorf("no text %q", "review.look."+string(s))
		}
	}
}

// full is a post with the practice notice in force.
func full(t testing.TB) *desktest.Post {
	t.Helper()
	book, err := codes.Load(assets)
	if err != nil {
		t.Fatal(err)
	}
	p := desktest.New(t, func(c *desk.Config) {
		c.Book = book
		c.Attachments = attachment.Dir{Path: t.TempDir(), Post: c.Post}
		c.Pages = func(context.Context, string, []byte) (int, error) { return 2, nil }
	})
	file, err := fs.ReadFile(assets, "notices/practice-2020-01.yaml")
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.ImportNotice(t.Context(), p.Administrator, file)
	if err != nil {
		desktest.Fatal(t, err)
	}
	if err := p.ActivateNotice(t.Context(), p.Administrator, p.Reviewer, n.ID, n.Version); err != nil {
		desktest.Fatal(t, err)
	}
	return p
}

// handed is a case with scans: declared well, or with a test that came too early.
func handed(t testing.TB, p *desktest.Post, early bool) data.ApplicationID {
	t.Helper()
	c := p.Specimen()
	c.Declaration.Symptoms, c.Declaration.Contact, c.Declaration.Medicine = data.No, data.No, data.No
	if early {
		// Over 72 hours before the departure.
		c.Tests[0].Sampled.Wall, c.Tests[0].Analysed.Wall, c.Tests[0].Reported.Wall = "2022-07-07T21:00", "2022-07-07T22:30", "2022-07-08T00:30"
	}
	a, err := p.Create(t.Context(), p.Clerk, c)
	if err != nil {
		desktest.Fatal(t, err)
	}
	for group, name := range map[string]string{data.GroupIdentity: "passport.png", data.GroupTest(0): "N-20771.png"} {
		picture := append([]byte("\x89PNG\r\n\x1a\n"), name...)
		if _, err = p.AttachEvidence(t.Context(), p.Clerk, a.ID, group, name, bytes.NewReader(picture)); err != nil {
			desktest.Fatal(t, err)
		}
	}
	if a, err = p.Submit(t.Context(), p.Clerk, a.ID); err != nil {
		desktest.Fatal(t, err)
	}
	return a.ID
}

// fill fills a form in and sends it.
func fill(m *Model, name ActName, code, chosen string, until data.Date, note string) State {
	m.Do(name)
	if code != "" {
		m.Reason(code, true)
	}
	if chosen != "" {
		m.Choose(chosen)
	}
	m.Until(until)
	m.Note(note)
	m.Send()
	return m.State()
}

// TestDecisions takes cases through every decision the screen has, and looks
// what became of them.
func TestDecisions(t *testing.T) {
	ctx := context.Background()
	for _, tt := range []struct {
		name  string
		early bool
		do    func(p *desktest.Post, m *Model) State
		want  data.State
		mode  Mode
		went  env.ScreenName
		form  ActName
	}{
		{"hold", false, func(_ *desktest.Post, m *Model) State { return fill(m, ActHold, "laboratory", "", "", "asked") }, data.OnHold, Reviewing, env.Queue, ""},
		{"hold without a reason", false, func(_ *desktest.Post, m *Model) State { return fill(m, ActHold, "", "", "", "asked") }, data.InReview, Reviewing, "", ActHold},
		{"red", false, func(_ *desktest.Post, m *Model) State { return fill(m, ActDecide, "forged", "red", "2022-08-09", "") }, data.Refused, Decided, "", ""},
		{"orange", false, func(_ *desktest.Post, m *Model) State {
			return fill(m, ActDecide, "contact", "orange", "2022-07-23", "")
		}, data.FollowUp, Decided, "", ""},
		{"without an end", false, func(_ *desktest.Post, m *Model) State { return fill(m, ActDecide, "contact", "orange", "", "") }, data.InReview, Reviewing, "", ActDecide},
		{"without a colour", false, func(_ *desktest.Post, m *Model) State { return fill(m, ActDecide, "contact", "", "2022-07-23", "") }, data.InReview, Reviewing, "", ActDecide},
		{"given up", false, func(_ *desktest.Post, m *Model) State { m.Do(ActDecide); return m.Keep() }, data.InReview, Reviewing, "", ""},
		{"contested and rejected", false, func(p *desktest.Post, m *Model) State {
			fill(m, ActDecide, "contact", "orange", "2022-07-23", "")
			return fill(m, ActContest, "", "", "", "It was another ward.")
		}, data.FollowUp, Decided, "", ""},
		{"lifted", false, func(p *desktest.Post, m *Model) State {
			fill(m, ActDecide, "contact", "orange", "2022-07-23", "")
			return fill(m, ActLift, "", "", "", "A mistake.")
		}, data.InReview, Reviewing, "", ""}, // it waits again, and its officer has it open
		{"overridden", true, func(_ *desktest.Post, m *Model) State {
			return fill(m, ActOverride, "", "", "", "The ministry agreed.")
		}, data.InReview, Reviewing, "", ""},
		{"overridden without a reason", true, func(_ *desktest.Post, m *Model) State { return fill(m, ActOverride, "", "", "", " ") }, data.InReview, Reviewing, "", ActOverride},
		{"laboratory asked", false, func(_ *desktest.Post, m *Model) State { return fill(m, ActAsk, "", "phone", "", "") }, data.InReview, Reviewing, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := full(t)
			id := handed(t, p, tt.early)
			sh := newShell(t, p, p.Reviewer, "en")
			ps := parts(t, p)
			ps.Second = func(_ *env.Env, sentence string, do func(staff.Session)) {
				if sentence == "" || strings.Contains(sentence, "‹") {
					t.Errorf("the second officer is told %q", sentence)
				}
				do(p.Both)
			}
			m := NewModel(sh.env, ps, id)
			m.Open()
			st := tt.do(p, m)
			a, err := p.Read(ctx, p.Clerk, id)
			if err != nil || a.State != tt.want || st.Mode != tt.mode || st.Form.Name != tt.form || len(sh.errs) > 0 {
				t.Fatalf("%s, mode %s, form %s wrong %v, errors %v, %v", a.State, st.Mode, st.Form.Name, st.Form.Wrong, sh.errs, err)
			}
			if tt.went == "" && len(sh.went) > 0 || tt.went != "" && !slices.Equal(sh.went, []env.Route{{Screen: tt.went}}) {
				t.Errorf("went %v", sh.went)
			}
			if tt.form != "" && len(st.Form.Wrong) == 0 {
				t.Error("nothing says what is wrong")
			}
			for _, e := range st.History {
				if strings.Contains(e.What+e.Detail, "‹") {
					t.Errorf("no words: %+v", e)
				}
			}
			if strings.Contains(st.Look+st.Waived, "‹") {
				t.Errorf("no words: %q %q", st.Look, st.Waived)
			}
		})
	}
}

// TestLetters: of a case that waits, came back or was decided against there is
// a letter, of one that was overridden a sheet for the post, and whoever may
// make them gets them.
func TestLetters(t *testing.T) {
	for _, tt := range []struct {
		name  string
		early bool
		do    func(m *Model)
		who   func(*desktest.Post) staff.Session
		want  []ActName
	}{
		{"in review", false, func(*Model) {}, reviewer, nil},
		{"on hold", false, func(m *Model) { fill(m, ActHold, "laboratory", "", "", "asked") }, reviewer, []ActName{ActLetter}},
		{"on hold, clerk", false, func(m *Model) { fill(m, ActHold, "laboratory", "", "", "asked") }, clerk, []ActName{ActLetter}},
		{"returned", false, func(m *Model) { fill(m, ActReturn, "data-differ", "", "", "") }, clerk, []ActName{ActLetter}},
		{"followed up", false, func(m *Model) { fill(m, ActDecide, "contact", "orange", "2022-07-23", "") }, reviewer, []ActName{ActLetter}},
		{"refused", false, func(m *Model) { fill(m, ActDecide, "forged", "red", "2022-08-09", "") }, clerk, []ActName{ActLetter}},
		{"overridden", true, func(m *Model) { fill(m, ActOverride, "", "", "", "The ministry agreed.") }, reviewer, []ActName{ActInternal}},
		{"overridden, clerk", true, func(m *Model) { fill(m, ActOverride, "", "", "", "The ministry agreed.") }, clerk, nil},
		{"overridden and on hold", true, func(m *Model) {
			fill(m, ActOverride, "", "", "", "The ministry agreed.")
			fill(m, ActHold, "laboratory", "", "", "asked")
		}, reviewer, []ActName{ActLetter, ActInternal}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := full(t)
			id := handed(t, p, tt.early)
			ps := parts(t, p)
			ps.Letters = press{p}
			ps.Second = func(_ *env.Env, _ string, do func(staff.Session)) { do(p.Both) }
			var shown []sheet.Sheet
			ps.Sheet = func(_ *env.Env, s sheet.Sheet) { shown = append(shown, s) }
			m := NewModel(newShell(t, p, p.Reviewer, "en").env, ps, id)
			m.Open()
			tt.do(m)
			m = NewModel(newShell(t, p, tt.who(p), "en").env, ps, id)
			m.Open()
			for _, name := range []ActName{ActLetter, ActInternal} {
				m.Do(name)
			}
			a, err := p.Read(t.Context(), p.Clerk, id)
			if err != nil {
				t.Fatal(err)
			}
			if len(shown) != len(tt.want) {
				t.Fatalf("shown %+v, want %v", shown, tt.want)
			}
			for i, name := range tt.want {
				s := shown[i]
				pdf, err := s.Make(t.Context())
				if err != nil || string(pdf) != string(name) || s.Job != string(name) || s.File != string(name)+"-"+string(a.Reference)+".pdf" || strings.Contains(s.Title, "‹") {
					t.Errorf("%+v makes %q, %v, want %s", s, pdf, err, name)
				}
			}
		})
	}
}

// press makes pages that say no more than what they are.
type press struct{ *desktest.Post }

func (l press) Letter(ctx context.Context, s staff.Session, id data.ApplicationID) (data.Letter, []byte, error) {
	made, err := l.Post.Letter(ctx, s, id)
	return made, []byte(ActLetter), err
}

func (l press) InternalSheet(ctx context.Context, s staff.Session, id data.ApplicationID) ([]byte, error) {
	_, err := l.Post.InternalSheet(ctx, s, id)
	return []byte(ActInternal), err
}

// TestWithheld: what the notice does not grant is not approved, the screen says
// so, and shows what was entered all the same; overridden it is.
func TestWithheld(t *testing.T) {
	p := full(t)
	sh := newShell(t, p, p.Reviewer, "en")
	ps := parts(t, p)
	ps.Second = func(_ *env.Env, _ string, do func(staff.Session)) { do(p.Both) }
	m := NewModel(sh.env, ps, handed(t, p, true))
	m.Open()
	st := m.State()
	if st.Source != "review.not-rehearsed" {
		t.Errorf("the lines come from %q", st.Source)
	}
	if st.Failure != "review.failed.notice" || st.Counts.Fail != 1 || st.Grant.Answer != rules.Withheld || len(st.Groups[1].Lines) == 0 || st.CutOff.IsZero() {
		t.Fatalf("failure %q, counts %+v, grant %+v, lines %d", st.Failure, st.Counts, st.Grant, len(st.Groups[1].Lines))
	}
	for range st.Groups {
		m.Tick()
	}
	if m.Do(ActApprove); len(sh.went) > 0 {
		t.Fatal("approved what the notice withholds")
	}
	st = fill(m, ActOverride, "", "", "", "The ministry agreed.")
	if st.Waived == "" || st.Grant.Answer != rules.Green || !slices.ContainsFunc(st.Findings, func(l findings.Line) bool { return l.Waived }) {
		t.Fatalf("overridden: %q, %+v", st.Waived, st.Grant)
	}
	m.Do(ActApprove)
	if len(sh.went) != 1 || sh.went[0].Screen != env.Certificates {
		t.Errorf("went %v, errors %v, %+v", sh.went, sh.errs, m.State().Failure)
	}
}

// TestContest: the decision is defended by another officer than who made it.
func TestContest(t *testing.T) {
	p := full(t)
	id := handed(t, p, false)
	ps := parts(t, p)
	open := func(s staff.Session) *Model {
		m := NewModel(newShell(t, p, s, "en").env, ps, id)
		m.Open()
		return m
	}
	has := func(st State, name ActName) bool {
		return slices.ContainsFunc(st.Acts, func(a Act) bool { return a.Name == name && a.Ready })
	}
	m := open(p.Reviewer)
	fill(m, ActDecide, "contact", "orange", "2022-07-23", "")
	if st := fill(open(p.Clerk), ActContest, "", "", "", "It was another ward."); st.Mode != Decided || !strings.Contains(st.Look, "It was another ward.") {
		t.Fatalf("contested: %+v", st.Look)
	}
	if has(open(p.Reviewer).State(), ActAnswer) {
		t.Error("who decided may decide what is contested")
	}
	m = open(p.Both)
	if !has(m.State(), ActAnswer) {
		t.Fatalf("another reviewer may not: %+v", m.State().Acts)
	}
	if st := fill(m, ActAnswer, "", "", "", "No."); st.Form.Wrong["chosen"] == "" {
		t.Error("decided without an answer")
	}
	m.Choose("rejected")
	m.Send()
	if st := m.State(); !strings.Contains(st.Look, "No.") || st.Form.Name != "" {
		t.Errorf("rejected: %q, form %+v", st.Look, st.Form)
	}
}

func TestTakeOver(t *testing.T) {
	p := full(t)
	id := handed(t, p, false)
	ps := parts(t, p)
	m := NewModel(newShell(t, p, p.Reviewer, "en").env, ps, id)
	m.Open()
	fill(m, ActHold, "laboratory", "", "", "")
	other := NewModel(newShell(t, p, p.Both, "en").env, ps, id)
	other.Open()
	if st := other.State(); st.Mode != Looking || !strings.Contains(st.Look, "laboratory") {
		t.Fatalf("on hold by another: %s %q", st.Mode, st.Look)
	}
	other.Do(ActTakeOver)
	if st := other.State(); st.Mode != Waiting {
		t.Fatalf("taken over: %s", st.Mode)
	}
	other.Do(ActResume)
	if st := other.State(); st.Mode != Reviewing || st.Case != data.InReview {
		t.Errorf("gone on: %s %s", st.Mode, st.Case)
	}
}

// TestOriginals and scans: they are told with the group they are of.
func TestOriginals(t *testing.T) {
	p := full(t)
	m := NewModel(newShell(t, p, p.Reviewer, "en").env, parts(t, p), handed(t, p, false))
	m.Open()
	m.Do(ActOriginal)
	st := m.State()
	if st.Groups[0].Original != "Officer B" || len(st.Documents) != 2 {
		t.Errorf("original seen by %q, documents %+v", st.Groups[0].Original, st.Documents)
	}
	m.Do(ActOriginal)
	if st := m.State(); st.Groups[0].Original != "" {
		t.Error("not taken back")
	}
}

// TestOriginalTwice: pressed twice on a slow disk it is set and taken back, three
// times it is set.
func TestOriginalTwice(t *testing.T) {
	p := full(t)
	sh := newShell(t, p, p.Reviewer, "en")
	m := NewModel(sh.env, parts(t, p), handed(t, p, false))
	m.Open()
	var later []func()
	sh.env.Run = func(work, then func()) { later = append(later, func() { work(); then() }) }
	for presses, want := range []string{"", "Officer B", "Officer B", ""} { // each begins where the one before ended
		for range presses {
			m.Do(ActOriginal)
		}
		for len(later) > 0 {
			one := later[0]
			later = later[1:]
			one()
		}
		if got := m.State().Groups[0].Original; got != want || len(sh.errs) > 0 {
			t.Errorf("after %d presses it was seen by %q, errors %v", presses, got, sh.errs)
		}
	}
}

// TestWhereLinesComeFrom: of a decided case no seal was tried, so none failed.
func TestWhereLinesComeFrom(t *testing.T) {
	p := full(t)
	m := NewModel(newShell(t, p, p.Reviewer, "en").env, parts(t, p), handed(t, p, false))
	m.Open()
	if st := m.State(); st.Source != "review.sealed" {
		t.Errorf("rehearsed: %q", st.Source)
	}
	fill(m, ActDecide, "contact", "orange", "2022-07-23", "")
	if st := m.State(); st.Mode != Decided || st.Source != "review.entered" || st.Failure != "" {
		t.Errorf("decided: %q, failure %q", st.Source, st.Failure)
	}
}

// TestLikely: another case of the same person is there side by side.
func TestLikely(t *testing.T) {
	p := full(t)
	first := handed(t, p, false)
	c := p.Specimen()
	c.Document.MRZ, c.Document.Number, c.Traveller.GivenNames = "", "E00000009", "SPECIMENA"
	c.Tests[0].ReportNo = "other"
	m := NewModel(newShell(t, p, p.Reviewer, "en").env, parts(t, p), p.Submitted(t, c).ID)
	m.Open()
	st := m.State()
	if len(st.Likely) != 1 || st.Likely[0].ID != first || len(st.Likely[0].Why) == 0 {
		t.Fatalf("likely %+v", st.Likely)
	}
	for _, r := range st.Likely[0].Rows {
		if same := r.Label == "Date of birth" || r.Label == "Flight"; same != r.Same {
			t.Errorf("%+v", r)
		}
	}
}
