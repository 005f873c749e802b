package figures

import (
	"context"
	"encoding/csv"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"pratique/data"
	"pratique/data/codes"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/locale"
	"pratique/ui/save"
	"pratique/ui/screentest"
	look "pratique/ui/theme"
)

// counted is a desk with these figures, whatever the month.
type counted struct {
	f      desk.Figures
	months []string
}

func (c *counted) Figures(_ context.Context, _ staff.Session, month time.Time) (desk.Figures, error) {
	c.months = append(c.months, month.Format(time.RFC3339))
	return c.f, nil
}

var march = desk.Figures{
	Issued: 128, ByType: map[string]int{"tests": 90, "vaccination": 38}, Solo: 2, Replacing: 3, Revoked: map[string]int{"fraud": 1, "other": 2},
	Unprinted: 0, Unhanded: 4, Reprints: 5, Void: 1,
}

type settings map[string]string

func (s settings) String(key string) string    { return s[key] }
func (s settings) SetString(key, value string) { s[key] = value }

// names has the names of codes as they are, but for one that wants to be a
// formula.
type names struct{}

func (names) Name(list, code, _ string) string {
	if code == "other" {
		return "=1+1"
	}
	return list + " " + code
}

func alone(t testing.TB, p *desktest.Post) *env.Env {
	t.Helper()
	words, err := locale.Load(screentest.Assets)
	if err != nil {
		t.Fatal(err)
	}
	return &env.Env{
		Words: words.In("en"), Post: p.Config.Post, Session: p.Reviewer, Now: func() time.Time { return p.Now }, Run: env.Synchronous, Context: t.Context(),
		Error: func(err error) { t.Errorf("shown: %v", err) },
	}
}

func TestLines(t *testing.T) {
	p := desktest.New(t)
	m := NewModel(alone(t, p), Parts{Desk: &counted{f: march}, Names: names{}}, "")
	m.Open()
	st := m.State()
	var got [][2]any
	for _, l := range st.Lines {
		if l.Label == "" {
			t.Errorf("%s has no words", l.Name)
		}
		if l.Care != (l.Name == "solo" || l.Name == "unhanded") || l.Part != strings.Contains(l.Name, ".") {
			t.Errorf("%+v", l)
		}
		got = append(got, [2]any{l.Name, l.Number})
	}
	want := [][2]any{{"issued", 128}, {"type.tests", 90}, {"type.vaccination", 38}, {"solo", 2}, {"replacing", 3}, {"unprinted", 0}, {"unhanded", 4}, {"reprints", 5},
		{"revoked", 3}, {"revoked.fraud", 1}, {"revoked.other", 2}, {"void", 1}}
	if !reflect.DeepEqual(got, want) || st.Solo != 2 || st.Month != "2022-07" || !st.Last || !st.Known {
		t.Errorf("%v, %+v", got, st)
	}
}

func TestFile(t *testing.T) {
	p := desktest.New(t)
	m := NewModel(alone(t, p), Parts{Desk: &counted{f: march}, Names: names{}}, "2022-03")
	m.Open()
	name, content := m.File()
	text, ok := strings.CutPrefix(string(content), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if name != "PR-2022-03.csv" || !ok || err != nil || len(rows) != 13 {
		t.Fatalf("%s, %v, %d rows", name, err, len(rows))
	}
	if !reflect.DeepEqual(rows[11], []string{"2022-03", "revoked.other", "'=1+1", "2"}) {
		t.Errorf("a formula: %q", rows[11])
	}
}

// TestMonths: a month begins at the post's midnight, and none lies ahead.
func TestMonths(t *testing.T) {
	p := desktest.New(t)
	c := &counted{}
	m := NewModel(alone(t, p), Parts{Desk: c, Names: names{}}, "2030-01")
	m.Open()
	m.Move(1)
	m.Move(-1)
	m.Move(-5)
	m.Move(1)
	want := []string{"2022-07-01T00:00:00+08:00", "2022-06-01T00:00:00+08:00", "2022-01-01T00:00:00+08:00", "2022-02-01T00:00:00+08:00"}
	if !reflect.DeepEqual(c.months, want) || m.State().Last {
		t.Errorf("%v, %+v", c.months, m.State())
	}
}

// TestRealFigures counts what a real desk did.
func TestRealFigures(t *testing.T) {
	p := desktest.New(t)
	p.Issued(t, p.Specimen())
	book, err := codes.Load(screentest.Assets)
	if err != nil {
		t.Fatal(err)
	}
	b := screentest.New(t, p, p.Reviewer, "en", env.Route{Screen: env.Figures}, func(*screentest.Bench) env.Factory {
		return func(e *env.Env, r env.Route) env.Screen {
			return New(e, Parts{Desk: p, Names: book, Save: save.Parts{Settings: settings{}}}, r)
		}
	})
	s := b.Screen.(*screen)
	if s.st.Lines[0].Number != 1 || s.st.Solo != 0 || s.solo.Visible() || !s.after.Disabled() {
		t.Errorf("%+v", s.st)
	}
	b.Shortcut(t, fyne.KeyPageUp, fyne.KeyModifierControl)
	if s.st.Month != "2022-06" || s.st.Lines[0].Number != 0 || b.Here().ID != "2022-06" {
		t.Errorf("before: %+v, at %v", s.st, b.Here())
	}
	b.SetLanguage("zh")
	if got := b.Screen.(*screen).st.Month; got != "2022-06" {
		t.Errorf("after the language: %s", got)
	}
}

func TestMay(t *testing.T) {
	for role, want := range map[data.Role]bool{data.Clerk: false, data.Reviewer: true, data.Administrator: true, data.Auditor: true} {
		if got := May(data.Officer{Roles: []data.Role{role}}); got != want {
			t.Errorf("%s: %v", role, got)
		}
	}
}

// TestPictures leaves pictures of the screen in $PRATIQUE_SHOTS, if that is set.
func TestPictures(t *testing.T) {
	if os.Getenv("PRATIQUE_SHOTS") == "" {
		t.Skip("PRATIQUE_SHOTS is not set: no pictures were made")
	}
	book, err := codes.Load(screentest.Assets)
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"en", "zh"} {
		p := desktest.New(t)
		b := screentest.New(t, p, p.Administrator, language, env.Route{Screen: env.Figures, ID: "2022-03"}, func(*screentest.Bench) env.Factory {
			return func(e *env.Env, r env.Route) env.Screen {
				return New(e, Parts{Desk: &counted{f: march}, Names: book, Save: save.Parts{Settings: settings{}, Folder: "/home/specimen/papers"}}, r)
			}
		})
		b.Shot(t, "figures-"+language, 1280, 800)
		b.Screen.(*screen).doSave()
		b.Shot(t, "figures-"+language+"-small", 1000, 700)
		th, err := look.New(screentest.Assets)
		if err != nil {
			t.Fatal(err)
		}
		test.ApplyTheme(t, th.Forced(theme.VariantDark))
		b.Shot(t, "figures-"+language+"-dark", 1280, 800)
	}
}
