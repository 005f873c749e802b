package intake_test

import (
	"context"
	"errors"
	"image"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"pratique/data"
	"pratique/data/brought"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/evidence"
	"pratique/ui/env"
	"pratique/ui/intake"
	"pratique/ui/screentest"
	"pratique/ui/widgets"
)

// files reads codes; there is no PDF among them.
var files = evidence.NewWorker(noPages{})

type noPages struct{}

func (noPages) Pages(context.Context, []byte) (int, error) { return 0, errors.New("no PDF here") }
func (noPages) Render(context.Context, []byte, int, float64) (image.Image, error) {
	return nil, errors.New("no PDF here")
}

// text is what a scanner types.
func text(b string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(b), nil }
}

func withBook(c *desk.Config) { c.Book = book }

// A code fills in what is empty, what differs is chosen with a reason, and a
// code can be taken out again.
func TestBrought(t *testing.T) {
	p := desktest.New(t, withBook)
	seal := p.Issued(t, p.Specimen()).Seal
	s := sit(t, p, p.Clerk, "")
	s.Edit(func(c *data.Content) {
		c.Traveller.Surname, c.Doses = "YANGBEN", []data.Dose{{Date: p.Specimen().Doses[0].Date, Lot: "OTHER"}}
	})
	all, err := s.Bring(files, p.Desk, text(seal+"\r\n"))(ctx)
	if err != nil || len(all) != 1 {
		t.Fatalf("%v, %v", all, err)
	}
	state, filled := s.Brought(all, nil)
	if !slices.Contains(filled, "traveller.birth") || slices.Contains(filled, "traveller.surname") || state.Content.Doses[0].Lot != "OTHER" {
		t.Errorf("filled %v", filled)
	}
	asked := func(key string) (n int) {
		for _, q := range s.check().Problems {
			if q.Key == key {
				n++
			}
		}
		return n
	}
	differs := brought.Compare(s.State().Content)
	if len(differs) != 1 || differs[0].Field != "doses[0].lot" || asked("problem.brought.differs") != 1 {
		t.Fatalf("%+v", differs)
	}
	s.Choose(differs[0], false, "The booklet says so.")
	if asked("problem.brought.differs") != 0 {
		t.Error("asked although a reason was given")
	}
	s.save()
	if kept := s.stored(s.State().ID).Content.Brought; len(kept) != 1 || kept[0].Seal != seal {
		t.Errorf("kept %+v", kept)
	}
	s.Choose(differs[0], true, "")
	if lot := s.State().Content.Doses[0].Lot; lot != p.Specimen().Doses[0].Lot {
		t.Errorf("the lot is %q", lot)
	}
	if state := s.TakeOut(0); state.Content.Brought != nil || state.Content.Traveller.Birth == "" {
		t.Errorf("%+v", state.Content)
	}
	if _, err := s.Bring(files, p.Desk, text("HELLO"))(ctx); err == nil {
		t.Error("a text is a seal")
	}
}

// The entry takes what a scanner types, and the screen tells what it gave.
func TestScannedCode(t *testing.T) {
	p := desktest.New(t, withBook)
	seal := p.Issued(t, p.Specimen()).Seal
	for _, language := range []string{"en", "zh"} {
		b := screentest.New(t, p, p.Clerk, language, env.Route{Screen: env.Intake}, func(b *screentest.Bench) env.Factory {
			return func(e *env.Env, r env.Route) env.Screen {
				return intake.New(e, intake.Parts{Desk: p.Desk, Codes: book, After: b.After, Files: files}, r)
			}
		})
		b.Key(fyne.KeyTab) // into the form
		for _, o := range test.LaidOutObjects(b.Screen.Content()) {
			if e, ok := o.(*widgets.Entry); ok && e.PlaceHolder == b.Env.T("brought.entry") {
				b.Window.Canvas().Focus(e)
			}
		}
		b.Type(seal)
		b.Key(fyne.KeyReturn)
		b.Pass()
		told := test.RenderObjectToMarkup(b.Screen.Content())
		for _, want := range []string{"YANGBEN", b.Env.T("verdict.cannot_say"), b.Env.T("brought.remove")} {
			if !strings.Contains(told, want) {
				t.Errorf("%s: %q is not shown", language, want)
			}
		}
		if strings.Contains(told, "HC1:") {
			t.Errorf("%s: the code stays in the entry", language)
		}
		b.Shot(t, "intake-brought-"+language, 1280, 1400)
	}
}
