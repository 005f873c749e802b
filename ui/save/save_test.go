package save

import (
	"errors"
	"io/fs"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"pratique/data/desk/desktest"
	"pratique/ui/env"
	"pratique/ui/screentest"
	"pratique/ui/widgets"
)

// empty is a screen that has nothing but a question.
type empty struct{}

func (empty) Title() string              { return "" }
func (empty) Content() fyne.CanvasObject { return container.NewStack() }
func (empty) Focus() fyne.Focusable      { return nil }
func (empty) Leave()                     {}

type settings map[string]string

func (s settings) String(key string) string    { return s[key] }
func (s settings) SetString(key, value string) { s[key] = value }

func TestAsk(t *testing.T) {
	p := desktest.New(t)
	b := screentest.New(t, p, p.Administrator, "en", env.Route{Screen: env.Queue}, func(*screentest.Bench) env.Factory {
		return func(*env.Env, env.Route) env.Screen { return empty{} }
	})
	var shown error
	b.Env.Error = func(err error) { shown = err }
	broken := errors.New("broken")
	remembered := settings{}
	for _, tt := range []struct {
		name    string
		typed   string // instead of what is offered, if anything is
		err     error
		keys    []fyne.KeyName
		written string
		note    string // message key under the field
		open    bool
	}{
		{"as offered", "", nil, []fyne.KeyName{fyne.KeyReturn}, "/papers/figures.csv", "", false},
		{"without ending", "/stick/march", nil, []fyne.KeyName{fyne.KeyReturn}, "/stick/march.csv", "", false},
		{"remembered", "", nil, []fyne.KeyName{fyne.KeyReturn}, "/stick/figures.csv", "", false},
		{"given up", "", nil, []fyne.KeyName{fyne.KeyEscape}, "", "", false},
		{"nothing typed", " ", nil, []fyne.KeyName{fyne.KeyReturn}, "", "", true},
		{"there already", "", fs.ErrExist, []fyne.KeyName{fyne.KeyReturn}, "/stick/figures.csv", "save.exists", true},
		{"no folder", "", fs.ErrNotExist, []fyne.KeyName{fyne.KeyReturn}, "/stick/figures.csv", "save.no-folder", true},
		{"not allowed", "", fs.ErrPermission, []fyne.KeyName{fyne.KeyReturn}, "/stick/figures.csv", "save.not-allowed", true},
		{"broken", "", broken, []fyne.KeyName{fyne.KeyReturn}, "/stick/figures.csv", "", false},
	} {
		written, done := "", ""
		shown = nil
		Ask(b.Env, Parts{
			WriteNew: func(path string, content []byte) error {
				if written = path; string(content) != "a,b" {
					t.Errorf("%s: written %q", tt.name, content)
				}
				return tt.err
			}, Folder: "/papers", Settings: remembered,
		}, "figures.csv", []byte("a,b"), func(path string) { done = path })
		e, ok := b.Window.Canvas().Focused().(*widgets.Entry)
		if !ok {
			t.Fatalf("%s: focus on %T", tt.name, b.Window.Canvas().Focused())
		}
		if tt.typed != "" {
			e.SetText(tt.typed)
		}
		b.Key(tt.keys...)
		top, open := b.Window.Canvas().Overlays().Top().(*widgets.Dialog)
		wantDone := tt.written
		if tt.err != nil {
			wantDone = ""
		}
		if written != tt.written || done != wantDone || open != tt.open || (shown != nil) != errors.Is(tt.err, broken) {
			t.Errorf("%s: written %q, done %q, open %v, shown %v", tt.name, written, done, open, shown)
		}
		if open {
			top.Close()
		}
	}
}
