package evidence

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"pratique/ui/env"
	"pratique/ui/locale"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

var documents = []Document{
	{ID: "p", Group: "identity", Title: "passport.jpg", Pages: 1},
	{ID: "r", Group: "test 1", Title: "report.pdf", Pages: 3},
	{ID: "x", Title: "ticket.pdf", Pages: 1},
	{ID: "o", Group: "test 2", Title: "old.pdf", Pages: 2, Gone: true},
}

// source answers with pictures whose height tells what was asked for.
type source struct {
	opened []string
	fails  bool
	scans  [][]byte
	drawn  []*image.RGBA
}

func (s *source) parts() Parts {
	return Parts{
		Open: func(_ context.Context, id string) ([]byte, error) {
			s.opened = append(s.opened, id)
			b := []byte("scan " + id)
			s.scans = append(s.scans, b)
			return b, nil
		},
		Draw: func(ctx context.Context, scan []byte, page int) (image.Image, error) {
			if _, ok := ctx.Deadline(); !ok {
				return nil, errors.New("drawn without a deadline")
			}
			if s.fails {
				return nil, errors.New("damaged")
			}
			m := image.NewRGBA(image.Rect(0, 0, 210, 290+page))
			for i := range m.Pix {
				m.Pix[i] = 0xff
			}
			for y := 40; y < 250; y += 14 {
				for x := 20; x < 190-(y*7)%60; x++ {
					m.Set(x, y, color.Black)
				}
			}
			s.drawn = append(s.drawn, m)
			return m, nil
		},
	}
}

func newEnv(t testing.TB, language string) *env.Env {
	t.Helper()
	words, err := locale.Load(os.DirFS("../../assets"))
	if err != nil {
		t.Fatal(err)
	}
	return &env.Env{Words: words.In(language), Run: env.Synchronous, Context: context.Background(), Now: time.Now}
}

func TestModel(t *testing.T) {
	type sight struct {
		id     string
		page   int
		wanted string
		there  bool
	}
	for _, tt := range []struct {
		name string
		acts func(*Model)
		want sight
	}{
		{"the first", func(*Model) {}, sight{"p", 0, "", true}},
		{"a group's comes forward", func(m *Model) { m.Bring("test 1") }, sight{"r", 0, "", true}},
		{"its page stays", func(m *Model) { m.Bring("test 1"); m.Go(2); m.Bring("test 1") }, sight{"r", 2, "", true}},
		{"of a group without", func(m *Model) { m.Bring("test 1"); m.Bring("journey") }, sight{"r", 0, "journey", true}},
		{"filed later", func(m *Model) {
			m.Bring("journey")
			m.Set(append([]Document{{ID: "j", Group: "journey", Pages: 1}}, documents...))
		}, sight{"j", 0, "", true}},
		{"destroyed", func(m *Model) { m.Bring("test 2") }, sight{"o", 0, "", false}},
		{"on by pages and documents", func(m *Model) {
			for range 4 {
				m.Turn(1)
			}
		}, sight{"x", 0, "", true}},
		{"back to the last page", func(m *Model) { m.Bring("test 1"); m.Go(2); m.Turn(1); m.Turn(-1) }, sight{"r", 2, "", true}},
		{"not before the first", func(m *Model) { m.Turn(-1) }, sight{"p", 0, "", true}},
		{"no such page", func(m *Model) { m.Go(1); m.Choose(9) }, sight{"p", 0, "", true}},
		{"taken away", func(m *Model) { m.Bring("test 1"); m.Set(documents[:1]) }, sight{"p", 0, "", true}},
		{"all taken away", func(m *Model) { m.Set(nil); m.Turn(1) }, sight{}},
	} {
		s := &source{}
		m := NewModel(newEnv(t, "en"), s.parts())
		m.Set(documents)
		tt.acts(m)
		st := m.State()
		got := sight{page: st.Page, wanted: st.Wanted, there: st.Picture != nil}
		if st.Current >= 0 {
			got.id = st.Documents[st.Current].ID
		}
		if got != tt.want {
			t.Errorf("%s: in sight %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// TestNotKnownYet: that a case has no scan is said only once that is known.
func TestNotKnownYet(t *testing.T) {
	s := &source{}
	m := NewModel(newEnv(t, "en"), s.parts())
	if m.State().Known {
		t.Error("known before anybody told")
	}
	if st := m.Set(nil); !st.Known || st.Current >= 0 {
		t.Errorf("%+v", st)
	}
	v, _ := window(t, "en", s, 520, 560)
	said := func(key string) bool { return strings.Contains(test.RenderObjectToMarkup(v), v.e.T(key)) }
	if !said("evidence.unknown") || said("evidence.none") {
		t.Error("it says that there is none")
	}
	v.Set(nil)
	if said("evidence.unknown") || !said("evidence.none") {
		t.Error("it does not say that there is none")
	}
}

// TestOpenedOnce: going to and fro reads and draws nothing again, and reading a
// scan is an act that the log tells of.
func TestOpenedOnce(t *testing.T) {
	s := &source{}
	m := NewModel(newEnv(t, "en"), s.parts())
	m.Set(documents)
	for range 3 {
		m.Bring("test 1")
		m.Bring("identity")
	}
	m.Bring("test 1")
	m.Go(1)
	if len(s.opened) != 2 || len(s.drawn) != 3 {
		t.Errorf("opened %v, drew %d pages", s.opened, len(s.drawn))
	}
}

// TestNothingStays: what was read is overwritten when the view is left, and
// what comes after that too.
func TestNothingStays(t *testing.T) {
	s := &source{}
	e := newEnv(t, "en")
	m := NewModel(e, s.parts())
	m.Set(documents)
	m.Bring("test 1")
	var late func()
	e.Run = func(work, then func()) { work(); late = then }
	m.Go(1)
	m.Leave()
	late()
	for _, b := range s.scans {
		for _, c := range b {
			if c != 0 {
				t.Fatalf("a scan is still %q", b)
			}
		}
	}
	for i, p := range s.drawn {
		for _, c := range p.Pix {
			if c != 0 {
				t.Fatalf("page %d of %d is still there", i, len(s.drawn))
			}
		}
	}
	if st := m.State(); len(s.drawn) != 3 || st.Picture != nil || len(st.Documents) != 0 {
		t.Errorf("drew %d; left: %+v", len(s.drawn), st)
	}
}

// TestLateAnswer: a page that comes when another one is wanted is not shown.
func TestLateAnswer(t *testing.T) {
	s := &source{}
	e := newEnv(t, "en")
	var thens []func()
	e.Run = func(work, then func()) { work(); thens = append(thens, then) }
	m := NewModel(e, s.parts())
	shown := 0
	m.Show = func(State) { shown++ }
	m.Set(documents)
	m.Bring("test 1")
	thens[1]()
	thens[0]()
	if st := m.State(); shown != 1 || st.Documents[st.Current].ID != "r" || st.Picture == nil || st.Busy {
		t.Errorf("shown %d times, %+v", shown, st)
	}
}

func window(t *testing.T, language string, s *source, width, height float32) (*View, fyne.Window) {
	t.Helper()
	app := test.NewTempApp(t)
	th, err := look.New(os.DirFS("../../assets"))
	if err != nil {
		t.Fatal(err)
	}
	app.Settings().SetTheme(th.Forced(theme.VariantLight))
	v := NewView(newEnv(t, language), s.parts())
	w := test.NewTempWindow(t, container.NewStack(widgets.NewGround(theme.ColorNameBackground, 0), widgets.Inset(12, 12, v)))
	w.SetPadded(false)
	w.Resize(fyne.NewSize(width, height))
	return v, w
}

func TestView(t *testing.T) {
	s := &source{}
	v, w := window(t, "en", s, 520, 560)
	v.Set(documents)
	v.Bring("test 1")
	if v.Group() != "test 1" || v.said.Visible() && v.said.Text() != "" {
		t.Errorf("in sight %q, said %q", v.Group(), v.said.Text())
	}
	w.Canvas().Focus(v.Focusable())
	press := func(names ...fyne.KeyName) {
		for _, n := range names {
			v.Key(&fyne.KeyEvent{Name: n})
		}
	}
	for range 8 {
		press(fyne.KeyPageDown)
	}
	if v.st.Documents[v.st.Current].ID != "o" {
		t.Errorf("Page Down ends at %+v", v.st.Documents[v.st.Current])
	}
	press(fyne.KeyPageUp)
	if v.st.Documents[v.st.Current].ID != "x" {
		t.Errorf("Page Up goes to %+v", v.st.Documents[v.st.Current])
	}
	for r, means := range map[rune]bool{'+': true, '[': true, ']': true, '0': true, 'w': true, 'a': false, 'r': false, ' ': false} {
		if v.Typed(r) != means {
			t.Errorf("%q means something: %t", r, !means)
		}
	}
	v.Bring("journey")
	if v.said.Text() == "" {
		t.Error("nothing is said of a group without a scan")
	}
	s.fails = true
	v.Bring("identity")
	v.Bring("test 2")
	v.Leave()
	v.Leave()
}

// TestPictures leaves pictures of the view in $PRATIQUE_SHOTS, if that is set.
func TestPictures(t *testing.T) {
	folder := os.Getenv("PRATIQUE_SHOTS")
	if folder == "" {
		t.Skip("PRATIQUE_SHOTS is not set: no pictures were made")
	}
	for _, language := range []string{"en", "zh"} {
		for name, do := range map[string]func(*View, *source){
			"page":   func(v *View, _ *source) { v.Set(documents); v.Bring("test 1") },
			"none":   func(v *View, _ *source) {},
			"gone":   func(v *View, _ *source) { v.Set(documents); v.Bring("test 2") },
			"failed": func(v *View, s *source) { s.fails = true; v.Set(documents) },
			"filed":  func(v *View, _ *source) { v.Set(documents); v.Bring("journey"); v.Typed('0'); v.Typed(']') },
		} {
			s := &source{}
			v, w := window(t, language, s, 520, 480)
			do(v, s)
			f, err := os.Create(filepath.Join(folder, "evidence-"+name+"-"+language+".png"))
			if err != nil {
				t.Fatal(err)
			}
			if err := png.Encode(f, w.Canvas().Capture()); err != nil {
				t.Fatal(err)
			}
			f.Close()
		}
	}
}
