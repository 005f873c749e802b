package review

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"pratique/data"
	"pratique/data/desk/desktest"
	"pratique/data/issue"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/screentest"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// open shows a case in a window without a display.
func open(t *testing.T, p *desktest.Post, ps Parts, s staff.Session, id data.ApplicationID, language string) (*Screen, *shell, fyne.Window) {
	t.Helper()
	test.NewTempApp(t)
	th, err := look.New(assets)
	if err != nil {
		t.Fatal(err)
	}
	test.ApplyTheme(t, th)
	sh := newShell(t, p, s, language)
	screen := New(sh.env, ps, env.Route{Screen: env.Review, ID: string(id)}).(*Screen)
	w := test.NewTempWindow(t, container.NewStack(widgets.NewGround(theme.ColorNameBackground, 0), screen.Content()))
	w.SetPadded(false)
	w.Resize(fyne.NewSize(1080, 720))
	w.Canvas().Focus(screen.Focus())
	return screen, sh, w
}

var space = &fyne.KeyEvent{Name: fyne.KeySpace}

// told is what stands over the case.
func told(s *Screen) string {
	var all []string
	for _, o := range s.notices.Objects {
		all = append(all, o.(*widgets.Notice).Text())
	}
	return strings.Join(all, " ")
}

func key(w fyne.Window, name fyne.KeyName) {
	if f := w.Canvas().Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: name})
	}
}

// TestKeysAlone approves a clean case with Space and A.
func TestKeysAlone(t *testing.T) {
	p := desktest.New(t)
	s, sh, w := open(t, p, parts(t, p), p.Reviewer, submitted(p), "en")
	var r env.Typist = s
	r.TypedRune('a')
	if len(sh.went) > 0 || s.failure.Text() == "" {
		t.Fatal("approved before anything was ticked, or without a word")
	}
	p.Now = p.Now.Add(time.Second)
	for i := range s.cards {
		if w.Canvas().Focused() != s.cards[i] {
			t.Fatalf("group %d has not the focus", i)
		}
		key(w, fyne.KeySpace)
	}
	w.Canvas().Focused().TypedRune('a')
	if len(sh.went) != 1 || sh.went[0].Screen != env.Certificates {
		t.Errorf("went %v, errors %v", sh.went, sh.errs)
	}
}

// TestSoloIsSaid: nobody approves their own case without having been told.
func TestSoloIsSaid(t *testing.T) {
	p := desktest.New(t)
	if err := p.SetSolo(t.Context(), p.Administrator, p.Reviewer, p.Now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	s, _, _ := open(t, p, parts(t, p), p.Both, own(p), "en")
	if !strings.HasPrefix(told(s), "SOLO WORK.") {
		t.Errorf("said %q", told(s))
	}
	s, _, _ = open(t, p, parts(t, p), p.Both, submitted(p), "en")
	if told(s) != "" {
		t.Errorf("of another's case %q", told(s))
	}
}

// TestScannerDecidesNothing: a scanner types letters and spaces faster than
// any hand.
func TestScannerDecidesNothing(t *testing.T) {
	p := desktest.New(t)
	s, sh, w := open(t, p, parts(t, p), p.Reviewer, ticked(p), "en")
	for _, r := range "HC1:A R L A" {
		if r == ' ' {
			key(w, fyne.KeySpace)
		}
		w.Canvas().Focused().TypedRune(r)
		p.Now = p.Now.Add(8 * time.Millisecond)
	}
	if len(sh.went) > 0 || s.st.Ticked != len(s.st.Groups) || s.st.Mode != Reviewing {
		t.Errorf("went %v, ticked %d, mode %s", sh.went, s.st.Ticked, s.st.Mode)
	}
}

func TestReturnByKeys(t *testing.T) {
	p := desktest.New(t)
	s, sh, w := open(t, p, parts(t, p), p.Reviewer, submitted(p), "en")
	w.Canvas().Focused().TypedRune('r')
	if s.form == nil || w.Canvas().Focused() != s.form.reasons[0] {
		t.Fatalf("focus %T", w.Canvas().Focused())
	}
	key(w, fyne.KeyDown)
	w.Canvas().Focused().TypedRune(' ')
	if !s.form.reasons[1].Checked || !s.st.Form.Reasons[1].Chosen {
		t.Fatal("not chosen")
	}
	// The words beside a box tick it too, the last box comes into sight, and
	// Escape gives the return up.
	row := test.LaidOutObjects(s.place)
	i := slices.IndexFunc(row, func(o fyne.CanvasObject) bool { _, ok := o.(*said); return ok })
	test.Tap(row[i].(*said))
	if !s.st.Form.Reasons[0].Chosen || w.Canvas().Focused() != s.form.reasons[0] {
		t.Error("a tap on the words of a reason does nothing")
	}
	test.Tap(row[i].(*said))
	last := s.form.reasons[len(s.form.reasons)-1]
	w.Canvas().Focus(last)
	d := fyne.CurrentApp().Driver()
	if foot := d.AbsolutePositionForObject(s.place).Y + s.place.Size().Height; d.AbsolutePositionForObject(last).Y > foot {
		t.Errorf("the last reason is at %v, out of sight below %v", d.AbsolutePositionForObject(last).Y, foot)
	}
	key(w, fyne.KeyEscape)
	if s.st.Form.Name != "" || w.Canvas().Focused() != s.cards[s.st.Current] {
		t.Error("Escape does not give the return up")
	}
	s.do(ActReturn)
	if !s.st.Form.Reasons[1].Chosen {
		t.Error("what was chosen is forgotten")
	}
	test.Type(s.form.note, "page 2")
	for _, a := range s.Actions() {
		if a.Label == sh.env.T("review.send.return") {
			a.Do()
		}
	}
	if len(sh.went) != 1 || sh.went[0].Screen != env.Queue || !strings.Contains(strings.Join(sh.toasts, " "), "YANGBEN") {
		t.Errorf("went %v, said %v", sh.went, sh.toasts)
	}
}

func TestLookingHasNoActs(t *testing.T) {
	p := desktest.New(t)
	s, sh, w := open(t, p, parts(t, p), p.Clerk, ticked(p), "en")
	if len(s.Actions()) > 0 || told(s) == "" || s.cards[0].tick.Visible() {
		t.Errorf("actions %v, look %q", s.Actions(), told(s))
	}
	key(w, fyne.KeySpace)
	w.Canvas().Focused().TypedRune('a')
	if len(sh.went) > 0 || len(sh.errs) > 0 {
		t.Errorf("went %v, errors %v", sh.went, sh.errs)
	}
}

// TestPictures leaves pictures of the screen's states in $PRATIQUE_SHOTS, if
// that is set.
func TestPictures(t *testing.T) {
	if os.Getenv("PRATIQUE_SHOTS") == "" {
		t.Skip("PRATIQUE_SHOTS is not set: no pictures were made")
	}
	long := func(p *desktest.Post) data.ApplicationID {
		c := p.Specimen()
		c.Document.MRZ = ""
		c.Traveller.Surname = "WOLFESCHLEGELSTEINHAUSENBERGERDORFF VAN DER"
		c.Traveller.GivenNames = "HUBERT BLAINE MAXIMILIAN SPECIMEN"
		c.Declaration.Remarks = "The traveller was asked about the cough and says that it was an allergy, as every year in this season, and has a letter."
		a, err := p.Create(t.Context(), p.Clerk, c)
		if err == nil {
			a, err = p.Submit(t.Context(), p.Clerk, a.ID)
		}
		if err != nil {
			desktest.Fatal(t, err)
		}
		return a.ID
	}
	choose := func(leaf tab) func(*Screen) { return func(s *Screen) { s.side.choose(leaf) } }
	for _, tt := range []struct {
		name string
		made func(*desktest.Post) data.ApplicationID
		who  func(*desktest.Post) staff.Session
		do   func(*Screen)
	}{
		{"clean", func(p *desktest.Post) data.ApplicationID { return handed(t, p, false) }, reviewer, func(s *Screen) { s.TypedKey(space) }},
		{"withheld", func(p *desktest.Post) data.ApplicationID { return handed(t, p, true) }, reviewer, func(s *Screen) { s.do(ActOriginal) }},
		{"decide", func(p *desktest.Post) data.ApplicationID { return handed(t, p, true) }, reviewer, func(s *Screen) { s.do(ActDecide); s.send() }},
		{"override", func(p *desktest.Post) data.ApplicationID { return handed(t, p, true) }, reviewer, func(s *Screen) { s.do(ActOverride) }},
		{"ask", func(p *desktest.Post) data.ApplicationID { return handed(t, p, false) }, reviewer, func(s *Screen) { s.do(ActAsk); choose(tabLaboratories)(s) }},
		{"likely", func(p *desktest.Post) data.ApplicationID {
			handed(t, p, false)
			c := p.Specimen()
			c.Document.MRZ, c.Document.Number, c.Traveller.GivenNames = "", "E00000009", "SPECIMENA"
			return p.Submitted(t, c).ID
		}, reviewer, choose(tabEarlier)},
		{"refused", func(p *desktest.Post) data.ApplicationID {
			id := handed(t, p, false)
			a, err := p.Take(t.Context(), p.Reviewer, id)
			if err == nil {
				a, err = p.Decide(t.Context(), p.Reviewer, id, data.Decision{Colour: data.Red, Reasons: []string{"forged"}, Until: "2022-08-09"})
			}
			return must(a, err)
		}, both, choose(tabHistory)},
		{"further", func(p *desktest.Post) data.ApplicationID { return handed(t, p, false) }, reviewer, func(s *Screen) {
			s.m.file.rehearsal.Further = []issue.Rehearsed{
				{Format: data.FormatVDSNC, Of: "tests[0]", Size: 702}, {Format: data.FormatVDSNC, Of: "doses", Size: 655},
				{Format: data.FormatDCC, Of: "tests[0]", Size: 412}, {Format: data.FormatEncrypted, Size: 1904},
			}
			s.m.app.Content.Further.Authorities = []data.AuthorityID{"a"}
			s.m.file.authorities = []data.Authority{{ID: "a", Name: "Port Health Authority of Utopia"}}
			s.show(s.m.State())
		}},
		{"open", submitted, reviewer, func(s *Screen) { s.TypedKey(space); s.TypedKey(space) }},
		{"return", submitted, reviewer, func(s *Screen) { s.do(ActReturn); s.send() }},
		{"early", long, reviewer, func(s *Screen) { s.do(ActApprove) }},
		{"clerk", ticked, clerk, func(*Screen) {}},
		{"own", own, both, func(*Screen) {}},
		{"solo", func(p *desktest.Post) data.ApplicationID {
			n := p.Issued(t, p.Specimen()).Number
			err := p.SetSolo(t.Context(), p.Administrator, p.Reviewer, p.Now.Add(time.Hour))
			a, errCorrect := p.Correct(t.Context(), p.Both, n)
			if err := errors.Join(err, errCorrect); err != nil {
				t.Fatal(err)
			}
			return must(p.Submit(t.Context(), p.Both, a.ID))
		}, both, func(*Screen) {}},
	} {
		for _, language := range []string{"en", "zh"} {
			p := full(t)
			ps := parts(t, p)
			route := env.Route{Screen: env.Review, ID: string(tt.made(p))}
			b := screentest.New(t, p, tt.who(p), language, route, func(*screentest.Bench) env.Factory {
				return func(e *env.Env, r env.Route) env.Screen { return New(e, ps, r) }
			})
			tt.do(b.Screen.(*Screen))
			b.Shot(t, "review-"+tt.name+"-"+language, 1280, 800)
			b.Shot(t, "review-"+tt.name+"-"+language+"-small", 1000, 700)
		}
	}
}

// TestOpening: that there is no scan is said of a case that has none, and not
// while it is being opened.
func TestOpening(t *testing.T) {
	p := full(t)
	ps := parts(t, p)
	with := handed(t, p, false)
	c := p.Specimen()
	c.Tests[0].ReportNo, c.Tests[1].ReportNo, c.Tests[2].ReportNo = "N-1", "N-2", "N-3"
	without := p.Submitted(t, c).ID
	for id, none := range map[data.ApplicationID]bool{with: false, without: true} {
		var later []func()
		b := screentest.New(t, p, p.Reviewer, "en", env.Route{Screen: env.Review, ID: string(id)}, func(*screentest.Bench) env.Factory {
			return func(e *env.Env, r env.Route) env.Screen {
				e.Run = func(work, then func()) { later = append(later, func() { work(); then() }) }
				return New(e, ps, r)
			}
		})
		s := b.Screen.(*Screen)
		says := func() bool { return strings.Contains(test.RenderObjectToMarkup(s.side.view), s.e.T("evidence.none")) }
		if says() {
			t.Error("it says that there is no scan before it knows")
		}
		for len(later) > 0 {
			one := later[0]
			later = later[1:]
			one()
		}
		if st := s.m.State(); says() != none || (len(st.Documents) == 0) != none {
			t.Errorf("opened: says none %v, documents %+v", says(), st.Documents)
		}
	}
}

// BenchmarkTick ticks a group and takes the tick away, on the screen and in the
// store, at a post with 500 open cases.
func BenchmarkTick(b *testing.B) {
	s := crowded(b)
	for b.Loop() {
		s.TypedKey(space)
		s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyUp})
		s.TypedKey(space)
	}
}

// BenchmarkMove goes from group to group.
func BenchmarkMove(b *testing.B) {
	s := crowded(b)
	for b.Loop() {
		s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
		s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyUp})
	}
}

// BenchmarkForm opens a form and gives it up.
func BenchmarkForm(b *testing.B) {
	s := crowded(b)
	for b.Loop() {
		s.do(ActReturn)
		s.keep()
	}
}

// crowded is the review of a case with 500 other open ones.
func crowded(b *testing.B) *Screen {
	p := full(b)
	for i := range 500 {
		c := p.Specimen()
		c.Document.MRZ, c.Document.Number = "", fmt.Sprintf("E1%07d", i)
		c.Traveller.Surname, c.Traveller.NativeName, c.Traveller.Birth = fmt.Sprintf("SPECIMEN%c", 'A'+i%26), "", data.Date(fmt.Sprintf("19%02d-01-02", 30+i%60))
		for j := range c.Tests {
			c.Tests[j].ReportNo = fmt.Sprintf("R%d-%d", i, j)
		}
		if _, err := p.Create(b.Context(), p.Clerk, c); err != nil {
			b.Fatal(err)
		}
	}
	ps := parts(b, p)
	bench := screentest.New(b, p, p.Reviewer, "en", env.Route{Screen: env.Review, ID: string(handed(b, p, false))}, func(*screentest.Bench) env.Factory {
		return func(e *env.Env, r env.Route) env.Screen { return New(e, ps, r) }
	})
	bench.Window.Resize(fyne.NewSize(1280, 800))
	return bench.Screen.(*Screen)
}
