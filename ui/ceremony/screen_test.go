package ceremony_test

import (
	"errors"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"pratique/data"
	"pratique/data/desk/desktest"
	"pratique/data/post"
	"pratique/ui"
	"pratique/ui/ceremony"
	"pratique/ui/env"
	"pratique/ui/locale"
	"pratique/ui/screentest"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// bench is a window with the ceremony. Work runs beside it, and its outcome
// waits until the test looks.
type bench struct {
	t        *testing.T
	w        fyne.Window
	shell    *ui.Shell
	m        *ceremony.Model
	mk       *maker
	pr       *printer
	dir      string
	outcomes chan func()
	finished []string
}

func open(t *testing.T, language string, variant fyne.ThemeVariant) *bench {
	t.Helper()
	app := test.NewTempApp(t)
	th, err := look.New(screentest.Assets)
	if err != nil {
		t.Fatal(err)
	}
	app.Settings().SetTheme(th.Forced(variant))
	words, err := locale.Load(screentest.Assets)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, w: test.NewTempWindow(t, container.NewStack()), mk: &maker{}, pr: &printer{}, outcomes: make(chan func(), 8)}
	b.dir = filepath.Join(t.TempDir(), "post")
	b.m = ceremony.NewModel(b.mk, b.pr, write, b.dir)
	t.Cleanup(b.m.End)
	b.w.Resize(fyne.NewSize(1280, 800))
	b.shell = ui.New(ui.Config{
		Window: b.w, Words: words, Language: language, Post: data.Post{Kind: data.RealPost},
		Now: func() time.Time { return desktest.Now }, After: func(time.Duration, func()) {},
		Run: func(work, then func()) { go func() { work(); b.outcomes <- then }() },
		Screens: map[env.ScreenName]env.Factory{env.SignIn: func(e *env.Env, _ env.Route) env.Screen {
			return ceremony.New(e, ceremony.Parts{
				Model: b.m, Languages: words.Languages(), SetLanguage: func(l string) { b.shell.SetLanguage(l) }, LockMinutes: 4,
				Finish: func(dir string) { b.finished = append(b.finished, dir) },
			})
		}},
		LockAfter: time.Hour, OnLock: func() {}, OnLanguage: func(string) {}, Say: ui.Say,
	})
	return b
}

// until takes outcomes until the ceremony is somewhere.
func (b *bench) until(step ceremony.Step, busy ceremony.Busy) {
	b.t.Helper()
	for b.m.State().Step != step || b.m.State().Busy != busy {
		(<-b.outcomes)()
	}
}

func (b *bench) typed(text string) {
	for _, r := range text {
		if f := b.w.Canvas().Focused(); f != nil {
			f.TypedRune(r)
		}
	}
}

func (b *bench) key(names ...fyne.KeyName) {
	for _, n := range names {
		if n == fyne.KeyTab {
			b.w.Canvas().FocusNext()
		} else if f := b.w.Canvas().Focused(); f != nil {
			f.TypedKey(&fyne.KeyEvent{Name: n})
		}
	}
}

// press presses the button with a text, as Tab finds it.
func (b *bench) press(key string) {
	b.t.Helper()
	want := b.words(key)
	for range 60 {
		if f, ok := b.w.Canvas().Focused().(*widgets.Button); ok && f.Text == want {
			b.key(fyne.KeyReturn)
			return
		}
		b.w.Canvas().FocusNext()
	}
	b.t.Fatalf("Tab never comes to %q", want)
}

func (b *bench) words(key string) string {
	words, err := locale.Load(screentest.Assets)
	if err != nil {
		b.t.Fatal(err)
	}
	return words.In(b.language()).T(key)
}

func (b *bench) language() string {
	if strings.Contains(b.w.Title(), "首次") {
		return "zh"
	}
	return "en"
}

// seen is all text in the window.
func (b *bench) seen() string {
	var all []string
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if !o.Visible() {
			return
		}
		switch o := o.(type) {
		case *canvas.Text:
			all = append(all, o.Text)
		case *fyne.Container:
			for _, c := range o.Objects {
				walk(c)
			}
		case fyne.Widget:
			for _, c := range test.WidgetRenderer(o).Objects() {
				walk(c)
			}
		}
	}
	walk(b.w.Content())
	return strings.Join(all, "\n")
}

func (b *bench) shot(name string, width, height float32) {
	b.t.Helper()
	folder := os.Getenv("PRATIQUE_SHOTS")
	if folder == "" {
		return
	}
	for _, h := range []float32{height, height + 1, height} { // heights follow widths
		b.w.Resize(fyne.NewSize(width, h))
	}
	f, err := os.Create(filepath.Join(folder, name+".png"))
	if err == nil {
		err = png.Encode(f, b.w.Canvas().Capture())
	}
	if err := errors.Join(err, f.Close()); err != nil {
		b.t.Fatal(err)
	}
}

// TestScreen goes through the ceremony with keys alone.
func TestScreen(t *testing.T) {
	for _, language := range []string{"en", "zh"} {
		variant := theme.VariantLight
		if language == "zh" {
			variant = theme.VariantDark
		}
		b := open(t, language, variant)
		shot := func(name string) { b.shot("ceremony-"+name+"-"+language, 1280, 800) }
		shot("1-about")
		b.key(fyne.KeyReturn)
		b.shot("ceremony-2-texts-"+language, 1000, 700)
		b.press("ceremony.texts.next")
		shot("2-texts-empty")
		for i := range texts { // the form's own order
			order := []string{"code", "country", "state", "name.en", "name.zh", "stateName.en", "stateName.zh", "city.en", "city.zh", "address.en", "address.zh", "zone", "hotline"}
			for _, f := range texts {
				if f[0] == order[i] {
					b.typed(f[1])
				}
			}
			b.key(fyne.KeyReturn)
		}
		shot("2-texts-full")
		b.press("ceremony.texts.next")
		b.shot("ceremony-3-officers-"+language, 1000, 700)
		officer := func(name, mark, passphrase string) {
			b.typed(name)
			b.key(fyne.KeyReturn)
			b.typed(mark)
			b.key(fyne.KeyReturn, fyne.KeyTab, fyne.KeyTab, fyne.KeyTab, fyne.KeyTab)
			b.typed(passphrase)
			b.key(fyne.KeyReturn)
			b.typed(passphrase)
			b.key(fyne.KeyReturn)
		}
		officer("Specimen Kestrel", "k1", "short")
		shot("3-officers-weak")
		b.typed(kestrel)
		b.key(fyne.KeyReturn)
		b.typed(kestrel)
		b.key(fyne.KeyReturn)
		officer("样本官员", "K2", lapwing)
		shot("3-officers-two")
		b.press("ceremony.officers.next")
		b.shot("ceremony-4-signer-"+language, 1000, 700)
		b.press("ceremony.signer.next")
		b.until(ceremony.Keep, ceremony.Idle)
		key := b.mk.key
		for b.m.State().Queues == nil {
			(<-b.outcomes)()
		}
		if seen := strings.ReplaceAll(b.seen(), " ", ""); !strings.Contains(strings.ReplaceAll(seen, "\n", ""), key) {
			t.Errorf("the key is not there: %q", seen)
		}
		shot("5-keep")
		b.shell.Lock() // nobody at the desk
		if seen := strings.ReplaceAll(b.seen(), " ", ""); strings.Contains(seen, key[16:40]) || strings.Contains(seen, "SECRET-KEY-1\n") {
			t.Errorf("the key is still there: %q", seen)
		}
		b.shot("ceremony-5-covered-"+language, 1000, 700)
		b.press("ceremony.uncover")
		b.press("ceremony.print")
		b.until(ceremony.Keep, ceremony.Idle)
		b.shell.SetLanguage(map[string]string{"en": "zh", "zh": "en"}[language])
		b.shell.SetLanguage(language)
		shot("5-printed")
		b.press("ceremony.keep.next")
		b.typed(key[:30])
		b.key(fyne.KeyReturn)
		shot("6-wrong")
		b.typed(key[30:])
		b.key(fyne.KeyReturn)
		b.until(ceremony.Done, ceremony.Idle)
		shot("7-done")
		b.shot("ceremony-7-done-small-"+language, 1000, 700)
		b.press("ceremony.done.next")
		if len(b.finished) != 1 || b.finished[0] != b.dir {
			t.Errorf("finished %q", b.finished)
		}
		if _, err := post.Describe(b.dir); err != nil {
			t.Error(err)
		}
		if len(b.pr.pages) != 1 {
			t.Errorf("printed %q", b.pr.pages)
		}
	}
}

// TestCancel asks once something was typed, and Escape is not yes.
func TestCancel(t *testing.T) {
	b := open(t, "en", theme.VariantLight)
	b.press("ceremony.cancel")
	if len(b.finished) != 1 || b.finished[0] != "" {
		t.Fatalf("finished %q", b.finished)
	}
	b.press("ceremony.about.next")
	b.typed("AM")
	b.press("ceremony.cancel")
	b.key(fyne.KeyEscape)
	if len(b.finished) != 1 || b.m.State().Post.Code != "AM" {
		t.Fatalf("finished %q", b.finished)
	}
	b.press("ceremony.cancel")
	b.shot("ceremony-cancel", 1000, 700)
	b.key(fyne.KeyTab, fyne.KeyReturn)
	if len(b.finished) != 2 || b.finished[1] != "" {
		t.Errorf("finished %q", b.finished)
	}
}
