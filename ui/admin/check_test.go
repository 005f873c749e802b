package admin

import (
	"context"
	"errors"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"pratique/data/desk"
	"pratique/data/staff"
	"pratique/ui/locale"
	"pratique/ui/screentest"
)

// checking is a desk whose check the test holds in its hands.
type checking struct {
	Desk
	do func(ctx context.Context, step func(string)) ([]desk.Fault, error)
}

func (c checking) Check(ctx context.Context, _ staff.Session, step func(string)) ([]desk.Fault, error) {
	return c.do(ctx, step)
}

// TestCheck of a real desk: what a new post lacks, in words; then nothing.
func TestCheck(t *testing.T) {
	o := newOffice(t)
	m := NewCheckModel(o.alone(t, o.Administrator), o.parts)
	if st := m.State(); st.Checked != "" || st.Running {
		t.Fatalf("%+v", st)
	}
	m.Run()
	st := m.State()
	if st.Checked != "2022-07-09 18:30" || len(st.Faults) != 2 || st.Running || st.Done != "2 things are not as they must be." {
		t.Fatalf("%+v", st)
	}
	if want := (Fault{"The newest backup is old, or there is none", "See the section Backup, and back up now.", "", "Never made"}); st.Faults[1] != want {
		t.Errorf("%+v", st.Faults[1])
	}
	zh := o.alone(t, o.Administrator)
	words, err := locale.Load(screentest.Assets)
	if err != nil {
		t.Fatal(err)
	}
	zh.Words = words.In("zh")
	for _, f := range NewCheckModel(zh, o.parts).State().Faults {
		if f.Why != "从未有过" {
			t.Errorf("in another language: %+v", f)
		}
	}
	if err := o.BackedUp(t.Context(), o.Administrator, desk.Backup{Made: o.Now}); err != nil {
		t.Fatal(err)
	}
	o.Now = o.Now.Add(72 * time.Hour)
	m.Run()
	if st := m.State(); len(st.Faults) != 2 || st.Faults[1].Why != "The last one is of 2022-07-09 18:30" {
		t.Errorf("%+v", st.Faults)
	}
	if _, err := o.Checkpoint(t.Context(), o.Administrator); err != nil {
		t.Fatal(err)
	}
	if err := o.BackedUp(t.Context(), o.Administrator, desk.Backup{Made: o.Now}); err != nil {
		t.Fatal(err)
	}
	m.Run()
	if st := m.State(); len(st.Faults) != 0 || st.Done != m.e.T("admin.check.well") {
		t.Errorf("%+v", st)
	}
	// It is there for who comes back, and who comes next.
	if st := NewCheckModel(o.alone(t, o.Administrator), o.parts).State(); st.Checked == "" || len(st.Faults) != 0 {
		t.Errorf("coming back: %+v", st)
	}
}

// TestCheckGoesOn: progress is shown, also to who comes back while it runs; one
// that is stopped or fails says nothing.
func TestCheckGoesOn(t *testing.T) {
	o := newOffice(t)
	e := o.alone(t, o.Administrator)
	c := &checking{Desk: o.Post}
	o.parts.Desk = c
	m := NewCheckModel(e, o.parts)
	back := m
	c.do = func(_ context.Context, step func(string)) ([]desk.Fault, error) {
		step(desk.FaultLog)
		if st := m.State(); !st.Running || st.Step != "admin.step.check.log" || st.Progress != (Progress{0, 5}) {
			t.Errorf("running: %+v", st)
		}
		m.Leave()
		back = NewCheckModel(e, o.parts)
		step(desk.FaultSeal)
		if st := back.State(); st.Step != "admin.step.check.seal" || st.Progress != (Progress{3, 5}) {
			t.Errorf("coming back: %+v", st)
		}
		back.Run() // one at a time
		return []desk.Fault{{What: desk.FaultSeal, Where: "PR6P-7Q2F-4RHP", Why: "says something else"}}, nil
	}
	m.Run()
	if st := back.State(); st.Running || len(st.Faults) != 1 || st.Faults[0].Where != "PR6P-7Q2F-4RHP" {
		t.Errorf("%+v", st)
	}
	c.do = func(ctx context.Context, step func(string)) ([]desk.Fault, error) {
		step(desk.FaultRecords)
		back.Stop()
		if !back.State().Stopping {
			t.Error("it does not say that it stops")
		}
		return []desk.Fault{{What: desk.FaultLog}}, ctx.Err()
	}
	back.Run()
	if st := back.State(); st.Checked != "" || len(st.Faults) > 0 || st.Done != e.T("admin.check.stopped") {
		t.Errorf("stopped: %+v", st)
	}
	var shown error
	e.Error = func(err error) { shown = err }
	failed := errors.New("disk gone")
	c.do = func(context.Context, func(string)) ([]desk.Fault, error) { return nil, failed }
	back.Run()
	if st := back.State(); !errors.Is(shown, failed) || st.Checked != "" || st.Running {
		t.Errorf("failed: shown %v, %+v", shown, st)
	}
}

// TestEveryFaultHasWords, what it is and what to do, and so has every step.
func TestEveryFaultHasWords(t *testing.T) {
	o := newOffice(t)
	words := o.alone(t, o.Administrator).Words
	for _, what := range []string{
		desk.FaultLog, desk.FaultRecords, desk.FaultRecord, desk.FaultRevocation, desk.FaultSequence, desk.FaultSeal, desk.FaultSigner, desk.FaultCheckpoint, desk.FaultBackup,
	} {
		if !words.Has(what) || !words.Has("admin."+what) {
			t.Errorf("no words for %s", what)
		}
	}
	for _, why := range []string{desk.WhyNever, desk.WhyLast, desk.WhyLogAlone, desk.WhyRecord, desk.WhyNoRecord, desk.WhySequence, desk.WhyStatement} {
		if !words.Has(why) {
			t.Errorf("no words for %s", why)
		}
	}
	if n := len(words.Under("admin.step.check.")); n != len(steps) {
		t.Errorf("%d steps have words, there are %d", n, len(steps))
	}
	var told []string
	if _, err := o.Check(t.Context(), o.Administrator, func(what string) { told = append(told, what) }); err != nil || len(told) != len(steps) {
		t.Fatal(told, err)
	}
	for i, what := range told {
		if what != steps[i] || !words.Has("admin.step."+what) {
			t.Errorf("step %d is %s, want %s", i, what, steps[i])
		}
	}
}

func TestCheckByKeys(t *testing.T) {
	o := newOffice(t)
	b := o.window(t, "zh", o.Administrator, SectionCheck)
	s := b.Screen.(*checkScreen)
	if b.Window.Canvas().Focused() != s.run {
		t.Fatalf("focus on %T", b.Window.Canvas().Focused())
	}
	b.Shortcut(t, fyne.KeyB, fyne.KeyModifierControl|fyne.KeyModifierShift)
	if len(s.st.Faults) != 2 || len(s.faults.Objects) != 2 || s.working.Visible() || !s.result.Visible() {
		t.Errorf("%+v, %d shown", s.st, len(s.faults.Objects))
	}
}
