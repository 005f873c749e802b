package intake_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/desk/desktest"
	"pratique/ui/intake"
)

const png = "\x89PNG\r\n\x1a\n a picture"

// scan is a file that is opened when it is attached.
func scan(content string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }
}

// TestAttach: a scan is attached to an application of which nothing was typed,
// filed under its group, moved and taken away; what is no scan is refused in
// words, and what was typed is stored with it.
func TestAttach(t *testing.T) {
	p := desktest.New(t)
	ctx := context.Background()
	m := intake.NewModel(p.Desk, book, p.Clerk, "Asia/Singapore", func() time.Time { return p.Now })
	do := func(work func(context.Context) (data.Application, error)) intake.State {
		t.Helper()
		a, err := work(ctx)
		s, err := m.Attached(a, err)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := do(m.Attach(data.GroupIdentity, "passport.png", scan(png)))
	if s.ID == "" || len(s.Evidence) != 1 || s.Evidence[0].Group != data.GroupIdentity || s.Attaching != 0 || len(s.Refused) > 0 {
		t.Fatalf("attached: %+v", s)
	}
	m.Edit(func(c *data.Content) { c.Traveller.Surname = "SPECIMEN" })
	s = do(m.Attach("", "notes.txt", scan("no scan at all")))
	if len(s.Evidence) != 1 || len(s.Refused) != 1 || !strings.HasPrefix(s.Refused[0].Key, "problem.evidence.") {
		t.Errorf("refused: %+v", s.Refused)
	}
	s = do(m.Attach("", "again.png", scan(png)))
	if len(s.Refused) != 1 || s.Refused[0].Key != "problem.evidence.twice" {
		t.Errorf("attached twice: %+v", s.Refused)
	}
	id := s.Evidence[0].ID
	if s = do(m.Move(id, data.GroupJourney)); s.Evidence[0].Group != data.GroupJourney || len(s.Refused) > 0 {
		t.Errorf("moved: %+v", s.Evidence)
	}
	if s = do(m.RemoveScan(id)); len(s.Evidence) != 0 {
		t.Errorf("taken away: %+v", s.Evidence)
	}
	a, err := p.Read(ctx, p.Clerk, s.ID)
	if err != nil || a.Content.Traveller.Surname != "SPECIMEN" {
		t.Errorf("stored as %+v, %v", a.Content.Traveller, err)
	}
	// What is typed after that is saved over it.
	m.Edit(func(c *data.Content) { c.Traveller.GivenNames = "ANNA" })
	work, ok := m.Save()
	if !ok {
		t.Fatal("nothing to save")
	}
	if s, err := m.Saved(work(ctx)); err != nil || s.Closed != intake.Open || s.Dirty {
		t.Errorf("saved: %v, closed %q", err, s.Closed)
	}
}

// TestAnnounced: an announced case becomes a draft when the traveller comes.
func TestAnnounced(t *testing.T) {
	p := desktest.New(t)
	ctx := context.Background()
	a, err := p.Predeclare(ctx, p.Clerk, p.Specimen())
	if err != nil {
		desktest.Fatal(t, err)
	}
	m := intake.NewModel(p.Desk, book, p.Clerk, "Asia/Singapore", func() time.Time { return p.Now })
	l, err := m.Load(ctx, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if s := m.Loaded(l); s.Closed != intake.Announced || !s.Closed.Unlockable() {
		t.Fatalf("closed %q", s.Closed)
	}
	work, ok := m.Begin()
	if _, again := m.Begin(); !ok || again {
		t.Errorf("begins %v, and once more %v", ok, again)
	}
	s, err := m.Begun(work(ctx))
	if err != nil || s.Stage != data.Draft || s.Closed != intake.Open {
		t.Errorf("begun: %s %q, %v", s.Stage, s.Closed, err)
	}
}
