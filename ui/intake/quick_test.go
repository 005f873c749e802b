package intake_test

import (
	"context"
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"pratique/data"
	"pratique/data/desk/desktest"
	"pratique/ui/env"
	"pratique/ui/intake"
)

// TestSubmittedWhileSaving: who submits while the draft is being stored has it
// submitted, and once, whichever work the disk ends first.
func TestSubmittedWhileSaving(t *testing.T) {
	for _, last := range []bool{false, true} {
		p := desktest.New(t)
		b := open(t, p, p.Clerk, "en", "")
		var later []func()
		b.Env.Run = func(work, then func()) { later = append(later, func() { work(); then() }) }
		b.Shortcut(t, fyne.KeyS, fyne.KeyModifierAlt)
		b.Shortcut(t, fyne.KeyS, fyne.KeyModifierShortcutDefault)
		for range 2 {
			b.Shortcut(t, fyne.KeyReturn, fyne.KeyModifierShortcutDefault)
		}
		for len(later) > 0 {
			i := 0
			if last {
				i = len(later) - 1
			}
			one := later[i]
			later = slices.Delete(later, i, i+1)
			one()
		}
		if n := p.Counts()[data.Submitted]; n != 1 || len(b.Went) != 1 || b.Went[0].Screen != env.Queue || b.Window.Canvas().Overlays().Top() != nil {
			t.Errorf("the last first %v: %d submitted, went %v, told %v", last, n, b.Went, b.Window.Canvas().Overlays().Top())
		}
	}
}

// TestSubmitWaits: for a scan and a code that are on their way, and it is not
// done without them.
func TestSubmitWaits(t *testing.T) {
	p := desktest.New(t, withBook)
	seal := p.Issued(t, p.Specimen()).Seal
	s := sit(t, p, p.Clerk, "")
	s.Replace(p.Specimen())
	s.save()
	for _, tt := range []struct {
		scan, code string
		waits      bool // in vain
	}{
		{"no scan at all", "", true}, {"", "HELLO", true}, {png, seal, false},
	} {
		var attach func(context.Context) (data.Application, error)
		var bring func(context.Context) ([]data.Brought, error)
		if tt.scan != "" {
			attach = s.Attach("", "scan.png", scan(tt.scan))
		}
		if tt.code != "" {
			bring = s.Bring(files, p.Desk, text(tt.code))
		}
		if _, ok := s.Submit(); ok || !s.State().Waits {
			t.Fatalf("%+v: it does not wait", tt)
		}
		if attach != nil {
			s.Attached(attach(ctx))
		}
		if bring != nil {
			if _, ok := s.Next(); ok {
				t.Errorf("%+v: does not wait for the code", tt)
			}
			s.Brought(bring(ctx))
		}
		work, ok := s.Next()
		if ok == tt.waits || s.State().Waits {
			t.Fatalf("%+v: goes on %v, waits still %v", tt, ok, s.State().Waits)
		}
		if !ok {
			continue
		}
		if _, end, err := s.Done(work(ctx)); end != intake.HandedIn || err != nil {
			t.Errorf("%s, %v", end, err)
		}
		if a := s.stored(s.State().ID); a.State != data.Submitted || len(a.Evidence) != 1 || len(a.Content.Brought) != 1 {
			t.Errorf("%s with %d scans and %d codes", a.State, len(a.Evidence), len(a.Content.Brought))
		}
	}
}

// TestTypedOn: what is typed while the case goes is not lost: a submitted case
// comes back with it, of a withdrawn one it can be a draft of its own.
func TestTypedOn(t *testing.T) {
	p := desktest.New(t)
	begin := func() *sitting {
		s := sit(t, p, p.Clerk, "")
		s.Replace(p.Specimen())
		return s
	}
	s := begin()
	work, _ := s.Submit()
	s.Edit(func(c *data.Content) { c.Declaration.Remarks = "a word more" })
	if _, ok := s.Save(); ok {
		t.Error("saves what is being handed on")
	}
	st, end, err := s.Done(work(ctx))
	if end != intake.TypedOn || err != nil || !st.Dirty || st.Closed != intake.Open || st.Stage != data.Submitted {
		t.Fatalf("%s, %v, %+v", end, err, st)
	}
	s.save()
	if a := s.stored(st.ID); a.State != data.Draft || a.Content.Declaration.Remarks != "a word more" || s.State().Closed != intake.Open {
		t.Errorf("%s, %q, closed %q", a.State, a.Content.Declaration.Remarks, s.State().Closed)
	}

	s = begin()
	work, _ = s.Withdraw()
	s.Edit(func(c *data.Content) { c.Declaration.Remarks = "a word more" })
	if st, end, err = s.Done(work(ctx)); end != intake.TypedOn || err != nil || st.Closed != intake.Elsewhere || st.Stage != data.Withdrawn {
		t.Fatalf("%s, %v, %+v", end, err, st)
	}
	keep, _ := s.Copy()
	if st, err := s.Saved(keep(ctx)); err != nil || s.stored(st.ID).Content.Declaration.Remarks != "a word more" || st.Stage != data.Draft {
		t.Errorf("%v, %+v", err, st)
	}
}
