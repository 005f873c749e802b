package review

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"pratique/data"
	"pratique/data/desk/desktest"
	"pratique/data/staff"
	"pratique/ui/env"
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

func TestReturnByKeys(t *testing.T) {
	p := desktest.New(t)
	s, sh, w := open(t, p, parts(t, p), p.Reviewer, submitted(p), "en")
	w.Canvas().Focused().TypedRune('r')
	if len(s.reasons) == 0 || w.Canvas().Focused() != s.reasons[0] {
		t.Fatalf("focus %T", w.Canvas().Focused())
	}
	key(w, fyne.KeyDown)
	w.Canvas().Focused().TypedRune(' ')
	if !s.reasons[1].Checked || !s.st.Reasons[1].Chosen {
		t.Fatal("not chosen")
	}
	test.Type(s.note, "page 2")
	for _, a := range s.Actions() {
		if a.Label == sh.env.T("review.act.send") {
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
	if len(s.Actions()) > 0 || s.look.Text() == "" || s.cards[0].tick.Visible() {
		t.Errorf("actions %v, look %q", s.Actions(), s.look.Text())
	}
	key(w, fyne.KeySpace)
	w.Canvas().Focused().TypedRune('a')
	if len(sh.went) > 0 || len(sh.errs) > 0 {
		t.Errorf("went %v, errors %v", sh.went, sh.errs)
	}
}

// TestPictures shows the screen in its states. With PRATIQUE_SHOTS set to a
// folder it leaves pictures there to look at.
func TestPictures(t *testing.T) {
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
	for _, tt := range []struct {
		name string
		made func(*desktest.Post) data.ApplicationID
		who  func(*desktest.Post) staff.Session
		do   func(*Screen)
	}{
		{"open", submitted, reviewer, func(s *Screen) { s.tick(); s.tick() }},
		{"return", submitted, reviewer, func(s *Screen) { s.begin(); s.send() }},
		{"early", long, reviewer, func(s *Screen) { s.approve() }},
		{"clerk", ticked, clerk, func(*Screen) {}},
		{"own", own, both, func(*Screen) {}},
	} {
		for _, language := range []string{"en", "zh"} {
			for _, size := range []fyne.Size{fyne.NewSize(1110, 730), fyne.NewSize(850, 630)} {
				p := desktest.New(t)
				s, _, w := open(t, p, parts(t, p), tt.who(p), tt.made(p), language)
				tt.do(s)
				w.Resize(size)
				w.Resize(size.AddWidthHeight(0, 1)) // once more: heights follow widths
				m := w.Canvas().Capture()
				if m.Bounds().Dx() != int(size.Width) || m.Bounds().Dy() > int(size.Height)+1 {
					t.Errorf("%s %s: %v does not fit %v", tt.name, language, m.Bounds(), size)
				}
				folder := os.Getenv("PRATIQUE_SHOTS")
				if folder == "" {
					continue
				}
				name := "review-" + tt.name + "-" + language
				if size.Width < 1000 {
					name += "-small"
				}
				f, err := os.Create(filepath.Join(folder, name+".png"))
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				if err := png.Encode(f, m); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
