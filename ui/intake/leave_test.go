package intake_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"pratique/data"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/intake"
	"pratique/ui/screentest"
)

// hung is a desk whose disk does not answer any more.
type hung struct {
	*desk.Desk
	until chan struct{}
}

func (h hung) Create(ctx context.Context, s staff.Session, c data.Content) (data.Application, error) {
	<-h.until
	return h.Desk.Create(ctx, s, c)
}

func (h hung) Save(ctx context.Context, s staff.Session, id data.ApplicationID, base int, c data.Content) (data.Application, error) {
	<-h.until
	return h.Desk.Save(ctx, s, id, base, c)
}

// TestInvariant13TheLockDoesNotWaitForTheDisk for longer than it was told to.
func TestInvariant13TheLockDoesNotWaitForTheDisk(t *testing.T) {
	p := desktest.New(t)
	a, err := p.Create(ctx, p.Clerk, data.Content{Traveller: data.Traveller{Surname: "YANG"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, id := range map[string]data.ApplicationID{"new": "", "stored before": a.ID} {
		h := hung{p.Desk, make(chan struct{})}
		m := intake.NewModel(h, book, p.Clerk, "Asia/Singapore", func() time.Time { return p.Now })
		l, err := m.Load(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		m.Loaded(l)
		m.Edit(func(c *data.Content) { c.Traveller.Surname = "YANGBEN" })
		short, stop := context.WithCancel(ctx)
		stop()
		if _, err := m.Leave(short); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		gotID, base, c, ok := m.Unstored()
		if !ok || gotID != id || (base == a.Version) != (id != "") || c.Traveller.Surname != "YANGBEN" {
			t.Errorf("%s: %q, version %d, %q, %t", name, gotID, base, c.Traveller.Surname, ok)
		}
		close(h.until)
	}
}

func TestNothingIsUnstoredAfterASave(t *testing.T) {
	p := desktest.New(t)
	s := sit(t, p, p.Clerk, "")
	s.surname("YANGBEN")
	if copied, err := s.Leave(ctx); copied || err != nil {
		t.Fatal(copied, err)
	}
	if _, _, _, ok := s.Unstored(); ok {
		t.Error("stored, and still said not to be")
	}
}

// TestWhatCannotBeStoredIsKept when the desk locks after the database failed.
func TestWhatCannotBeStoredIsKept(t *testing.T) {
	for _, language := range []string{"en", "zh"} {
		for _, full := range []bool{false, true} { // the disk, so that nothing can be kept
			p := desktest.New(t)
			var kept []string
			b := screentest.New(t, p, p.Clerk, language, env.Route{Screen: env.Intake}, func(b *screentest.Bench) env.Factory {
				return func(e *env.Env, r env.Route) env.Screen {
					return intake.New(e, intake.Parts{
						Desk: p.Desk, Codes: book, After: b.After, Specimen: p.Specimen,
						Spare: func(_ data.ApplicationID, _ int, c data.Content) error {
							if full {
								return errors.New("no room")
							}
							kept = append(kept, c.Document.Number)
							return nil
						},
					}, r)
				}
			})
			b.Shortcut(t, fyne.KeyS, fyne.KeyModifierAlt)
			if err := p.Engine.Close(); err != nil {
				t.Fatal(err)
			}
			b.Lock()
			if b.Officer().ID != "" {
				t.Fatal("not locked")
			}
			if !full && (len(kept) != 1 || kept[0] != p.Specimen().Document.Number) {
				t.Errorf("kept %q", kept)
			}
			if b.Window.Canvas().Overlays().Top() == nil {
				t.Error("lost in silence")
			}
			name := "intake-spared-"
			if full {
				name = "intake-lost-"
			}
			b.Shot(t, name+language, 1000, 700)
		}
	}
}
