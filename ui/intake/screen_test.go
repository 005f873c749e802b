package intake_test

import (
	"context"
	"image"
	"os"
	"reflect"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"pratique/data"
	"pratique/data/codes"
	"pratique/data/desk/desktest"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/intake"
	"pratique/ui/screentest"
)

var book = func() *codes.Book {
	b, err := codes.Load(os.DirFS("../../assets"))
	if err != nil {
		panic(err)
	}
	return b
}()

func open(t testing.TB, p *desktest.Post, s staff.Session, language, id string) *screentest.Bench {
	t.Helper()
	return screentest.New(t, p, s, language, env.Route{Screen: env.Intake, ID: id}, func(b *screentest.Bench) env.Factory {
		return func(e *env.Env, r env.Route) env.Screen {
			return intake.New(e, intake.Parts{
				Desk: p.Desk, Codes: book, After: b.After, Specimen: p.Specimen,
				Slip: func(context.Context, data.Content) ([]byte, error) { return []byte("%PDF"), nil },
				Picture: func(context.Context, []byte) (image.Image, error) {
					return image.NewGray(image.Rect(0, 0, 210, 297)), nil
				},
			}, r)
		}
	})
}

func TestShots(t *testing.T) {
	p := desktest.New(t)
	for _, language := range []string{"en", "zh"} {
		b := open(t, p, p.Clerk, language, "")
		b.Shot(t, "intake-new-"+language, 1280, 800)
		b.Shortcut(t, fyne.KeyS, fyne.KeyModifierAlt)
		b.Pass()
		b.Shot(t, "intake-full-"+language, 1280, 2400)
		b.Shot(t, "intake-full-small-"+language, 1000, 700)
	}
	c := p.Specimen()
	c.Document.MRZ = strings.Replace(c.Document.MRZ, "E00000000", "E0000000O", 1)
	c.Document.Number, c.Traveller.GivenNames = "E00000001", "SPECIMAN"
	c.Traveller.Birth, c.Traveller.Guardian = "2012-03-08", data.Guardian{}
	c.Tests[0].Reported.Wall = "2022-07-01T09:00"
	c.Tests[1].Result = ""
	c.Doses[0].Lot = ""
	a, err := p.Create(t.Context(), p.Clerk, c)
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"en", "zh"} {
		b := open(t, p, p.Clerk, language, string(a.ID))
		b.Shortcut(t, fyne.KeyReturn, fyne.KeyModifierShortcutDefault)
		b.Shot(t, "intake-wrong-"+language, 1280, 2400)
		b.Shot(t, "intake-wrong-small-"+language, 1000, 700)
	}
	approved := p.Approved(t, p.Specimen())
	open(t, p, p.Clerk, "en", string(approved.ID)).Shot(t, "intake-approved-en", 1280, 800)
	returned := p.Submitted(t, p.Specimen())
	if _, err := p.Take(t.Context(), p.Reviewer, returned.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Return(t.Context(), p.Reviewer, returned.ID, []string{"native-name", "unreadable"}, "The second page is dark."); err != nil {
		t.Fatal(err)
	}
	open(t, p, p.Clerk, "zh", string(returned.ID)).Shot(t, "intake-returned-zh", 1280, 800)
	_ = reflect.DeepEqual
}
