package verify

import (
	"os"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"pratique/ui/env"
	"pratique/ui/screentest"
	"pratique/ui/widgets"
)

func bench(t testing.TB, b *border, language string, r env.Route) *screentest.Bench {
	t.Helper()
	return screentest.New(t, b.post, b.post.Clerk, language, r, func(w *screentest.Bench) env.Factory {
		b.parts.After = w.After
		return func(e *env.Env, r env.Route) env.Screen { return New(e, b.parts, r) }
	})
}

// verdicts are the answers shown.
func verdicts(o fyne.CanvasObject) (n int) {
	if _, ok := o.(*widgets.Verdict); ok {
		return 1
	}
	switch o := o.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			n += verdicts(child)
		}
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(o).Objects() {
			n += verdicts(child)
		}
	}
	return n
}

// TestScanner types like one: wherever the focus is, ended by Enter, and again.
func TestScanner(t *testing.T) {
	b := newBorder(t, "en")
	c := b.post.Issued(t, b.post.Specimen())
	w := bench(t, b, "en", env.Route{Screen: env.Verify})
	s := w.Screen.(*Screen)
	if w.Window.Canvas().Focused() != s.entry {
		t.Fatalf("focus on %T", w.Window.Canvas().Focused())
	}
	w.Window.Canvas().Unfocus()
	for _, r := range c.Seal {
		if f := w.Window.Canvas().Focused(); f != nil {
			f.TypedRune(r)
		} else {
			s.TypedRune(r)
		}
	}
	w.Key(fyne.KeyReturn)
	if len(s.st.Answers) != 1 || s.entry.Text != "" || verdicts(s.stage) != 1 || w.Window.Canvas().Focused() != s.entry {
		t.Fatalf("answers %d, shown %d, left in the entry %q", len(s.st.Answers), verdicts(s.stage), s.entry.Text)
	}
	b.post.Now = b.post.Now.Add(time.Second)
	w.Pass()
	if s.left.Text() != "cleared in 59 s" {
		t.Errorf("countdown %q", s.left.Text())
	}
	w.Key(fyne.KeyPageDown)
	if page := s.stage.Objects[0].(*container.Scroll); page.Offset.Y == 0 {
		t.Error("Page Down does not scroll")
	}
	w.Type("nonsense")
	w.Key(fyne.KeyReturn)
	if len(s.st.Answers) != 1 || s.st.Answers[0].Name != "" {
		t.Errorf("%+v", s.st.Answers)
	}
	w.Key(fyne.KeyEscape)
	if len(s.st.Answers) != 0 || verdicts(s.stage) != 0 || s.clear.Visible() {
		t.Error("Escape does not clear")
	}
}

// TestNothingStays: what a shown person's screen held is gone after leaving.
func TestOpenAFile(t *testing.T) {
	b := bench(t, newBorder(t, "en"), "en", env.Route{Screen: env.Verify})
	b.Screen.(*Screen).open()
	if b.Window.Canvas().Overlays().Top() == nil {
		t.Fatal("no dialog to choose a file with")
	}
	b.Shell.Lock() // does not wait for the dialog
	if b.Window.Canvas().Overlays().Top() != nil {
		t.Error("the dialog stays over the lock")
	}
}

func TestNothingStays(t *testing.T) {
	b := newBorder(t, "en")
	c := b.post.Issued(t, b.post.Specimen())
	w := bench(t, b, "en", env.Route{Screen: env.Verify, Find: c.Seal})
	s := w.Screen.(*Screen)
	if len(s.st.Answers) != 1 {
		t.Fatal("what was looked for is not answered")
	}
	w.Shell.Go(env.Route{Screen: env.Queue})
	if st := s.m.State(); len(st.Answers) != 0 {
		t.Errorf("%+v", st)
	}
}

// TestPictures leaves pictures of the answers in $PRATIQUE_SHOTS, if that is set.
func TestPictures(t *testing.T) {
	if os.Getenv("PRATIQUE_SHOTS") == "" {
		t.Skip("PRATIQUE_SHOTS is not set: no pictures were made")
	}
	for _, language := range []string{"en", "zh"} {
		b := newBorder(t, language)
		c := b.post.Issued(t, b.post.Specimen())
		wrong := b.post.Issued(t, b.post.Specimen())
		b.post.Corrected(t, wrong.Number)
		for _, tt := range []struct {
			name  string
			do    func(*Screen)
			after time.Duration
		}{
			{"waiting", func(*Screen) {}, 0},
			{"valid", func(s *Screen) { s.answer(c.Seal) }, 0},
			{"revoked", func(s *Screen) { s.answer(wrong.Seal) }, 0},
			{"over", func(s *Screen) { s.answer(c.Seal) }, 72 * time.Hour},
			{"unreadable", func(s *Screen) { s.answer("https://example.org") }, 0},
			{"invalid", func(s *Screen) { s.answer(c.Seal) }, -time.Hour},
			{"failed", func(s *Screen) { s.m.Files(file("holiday.png", []byte{0})) }, 0},
			{"reading", func(s *Screen) { s.show(State{Reading: "certificate.pdf"}) }, 0},
			{"two", func(s *Screen) { s.m.Files(file("two.png", picture(t, c.Seal, "x"))) }, 0},
		} {
			w := bench(t, b, language, env.Route{Screen: env.Verify})
			b.post.Now = c.IssuedAt.Add(tt.after)
			tt.do(w.Screen.(*Screen))
			w.Shot(t, "verify-"+tt.name+"-"+language, 1280, 800)
			w.Shot(t, "verify-"+tt.name+"-"+language+"-small", 1000, 700)
			b.post.Now = c.IssuedAt
		}
		abroad, texts := abroad(t, language)
		for format, text := range texts {
			w := bench(t, abroad, language, env.Route{Screen: env.Verify})
			w.Screen.(*Screen).answer(text)
			w.Shot(t, "verify-"+string(format)+"-"+language, 1280, 800)
		}
	}
}
