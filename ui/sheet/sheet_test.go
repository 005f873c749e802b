package sheet

import (
	"context"
	"errors"
	"image"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"pratique/data/desk/desktest"
	"pratique/ui/env"
	"pratique/ui/save"
	"pratique/ui/screentest"
	"pratique/ui/widgets"
)

// empty is a screen that has nothing but a sheet over it.
type empty struct{}

func (empty) Title() string              { return "" }
func (empty) Content() fyne.CanvasObject { return container.NewStack() }
func (empty) Focus() fyne.Focusable      { return nil }
func (empty) Leave()                     {}

type settings map[string]string

func (s settings) String(key string) string    { return s[key] }
func (s settings) SetString(key, value string) { s[key] = value }

// office is where sheets are made, printed and saved in tests.
type office struct {
	*screentest.Bench
	parts          Parts
	made           error // what making says
	printer        error
	printed, files []string
	shown          []error
}

func newOffice(t *testing.T, language string) *office {
	p := desktest.New(t)
	o := &office{}
	o.Bench = screentest.New(t, p, p.Clerk, language, env.Route{Screen: env.Queue}, func(*screentest.Bench) env.Factory {
		return func(*env.Env, env.Route) env.Screen { return empty{} }
	})
	o.Env.Error = func(err error) { o.shown = append(o.shown, err) }
	o.parts = Parts{
		Picture: func(context.Context, []byte) (image.Image, error) {
			return image.NewGray(image.Rect(0, 0, 210, 297)), nil
		},
		Print: func(_ context.Context, job string, pdf []byte) (string, error) {
			o.printed = append(o.printed, job+" "+string(pdf))
			return "Office", o.printer
		},
		Save: save.Parts{Folder: "/papers", Settings: settings{}, WriteNew: func(path string, content []byte) error {
			o.files = append(o.files, path+" "+string(content))
			return nil
		}},
	}
	return o
}

func (o *office) sheet() Sheet {
	return Sheet{Title: "Letter", Job: "letter", File: "letter-1.pdf", Make: func(context.Context) ([]byte, error) { return []byte("page"), o.made }}
}

func TestModel(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		name          string
		made, printer error
		printed       []string
		said          string
		bad           bool
		shown         []error
	}{
		{"printed", nil, nil, []string{"letter page"}, "Printed on Office.", false, nil},
		{"no printer", nil, ErrNoPrinter, []string{"letter page"}, "There is no printer to be reached from here. Save the page and print it elsewhere.", true, nil},
		{"printer broken", nil, broken, []string{"letter page"}, "This could not be done.", true, []error{broken}},
		{"not made", broken, nil, nil, "This could not be done.", true, []error{broken}},
	} {
		o := newOffice(t, "en")
		o.made, o.printer = tt.made, tt.printer
		m := NewModel(o.Env, o.parts, o.sheet())
		if st := m.Print(); len(o.printed) > 0 || st != (State{}) {
			t.Fatalf("%s: printed before it was made", tt.name)
		}
		if st := m.Open(); st.Ready() != (tt.made == nil) {
			t.Fatalf("%s: opened %+v", tt.name, st)
		}
		st := m.Print()
		if want := (State{Picture: st.Picture, Said: tt.said, Bad: tt.bad}); st != want || !slices.Equal(o.printed, tt.printed) || !slices.Equal(o.shown, tt.shown) {
			t.Errorf("%s: %+v, want %+v; printed %q, shown %v", tt.name, st, want, o.printed, o.shown)
		}
	}
}

// TestKeys prints and saves by keys alone, in both languages.
func TestKeys(t *testing.T) {
	for _, language := range []string{"en", "zh"} {
		o := newOffice(t, language)
		Show(o.Env, o.parts, o.sheet())
		Show(o.Env, o.parts, o.sheet()) // and not once more
		overlays := o.Window.Canvas().Overlays()
		if n := len(overlays.List()); n != 1 {
			t.Fatalf("%d sheets", n)
		}
		o.Key(fyne.KeyReturn) // the focus is on the last choice
		if !slices.Equal(o.printed, []string{"letter page"}) {
			t.Fatalf("printed %q", o.printed)
		}
		o.Shot(t, "sheet-"+language, 1280, 800)
		o.Window.Canvas().FocusPrevious()
		o.Key(fyne.KeyReturn)
		if _, ok := o.Window.Canvas().Focused().(*widgets.Entry); !ok {
			t.Fatalf("to be saved, and the focus is on %T", o.Window.Canvas().Focused())
		}
		o.Key(fyne.KeyReturn)
		if len(o.files) != 1 || !strings.HasSuffix(o.files[0], "letter-1.pdf page") {
			t.Errorf("files %q", o.files)
		}
		o.Key(fyne.KeyEscape)
		if overlays.Top() != nil {
			t.Error("Escape leaves the sheet open")
		}
	}
}

// TestClosedWhilePrinting: what the printer says later is a passing word.
func TestClosedWhilePrinting(t *testing.T) {
	o := newOffice(t, "en")
	var toasts []string
	o.Env.Toast = func(text string) { toasts = append(toasts, text) }
	print := o.parts.Print
	o.parts.Print = func(ctx context.Context, job string, pdf []byte) (string, error) {
		o.Window.Canvas().Overlays().Top().(*widgets.Dialog).Close()
		return print(ctx, job, pdf)
	}
	Show(o.Env, o.parts, o.sheet())
	o.Key(fyne.KeyReturn)
	if !slices.Equal(toasts, []string{"Printed on Office."}) {
		t.Errorf("toasts %q", toasts)
	}
}
