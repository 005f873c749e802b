package admin

import (
	"context"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/staff"
)

func TestSolo(t *testing.T) {
	o := newOffice(t)
	m := NewRulesModel(o.alone(t, o.Administrator), o.parts)
	asked := agrees(&m.core, o.Reviewer)
	m.Open()
	if st := m.State(); !st.Known || st.Solo || st.Days != 0 || !st.MaySolo || !st.MayRule {
		t.Fatalf("%+v", st)
	}
	for _, tt := range []struct {
		until data.Date
		wrong bool
		want  string
	}{
		{"", true, ""}, {"soon", true, ""}, {"2022-07-08", true, ""}, {"2022-08-10", true, ""},
		{"2022-07-09", false, "2022-07-09 23:59"}, // today
		{"2022-08-08", false, "2022-08-08 23:59"},
	} {
		*asked = nil
		m.Type(RulesDraft{Until: tt.until})
		m.AllowSolo()
		st := m.State()
		if (st.UntilProblem != "") != tt.wrong || (len(*asked) > 0) == tt.wrong || st.Until != tt.want {
			t.Errorf("%q: %+v, asked %q", tt.until, st, *asked)
		}
	}
	if st := m.State(); !st.Solo || st.By != [2]string{"D", "B"} || st.Draft != (RulesDraft{}) {
		t.Errorf("on: %+v", st)
	}
	m.EndSolo()
	if st := m.State(); st.Solo || st.Done != m.e.T("admin.rules.solo.off.done") {
		t.Errorf("off: %+v", st)
	}
	*asked = nil
	if m.EndSolo(); len(*asked) > 0 {
		t.Error("ended what was not on")
	}
}

func TestRetention(t *testing.T) {
	o := newOffice(t)
	m := NewRulesModel(o.alone(t, o.Administrator), o.parts)
	asked := agrees(&m.core, o.Reviewer)
	m.Open()
	for _, tt := range []struct {
		days  string
		wrong bool
		want  int
	}{{"", true, 0}, {"many", true, 0}, {"-1", true, 0}, {"29", true, 0}, {" 30", false, 30}, {"400", false, 400}, {"0", false, 0}} {
		*asked = nil
		m.Type(RulesDraft{Days: tt.days})
		m.SetRetention()
		st := m.State()
		if (st.DaysProblem != "") != tt.wrong || (len(*asked) > 0) == tt.wrong || !tt.wrong && st.Days != tt.want {
			t.Errorf("%q: %+v, asked %q", tt.days, st, *asked)
		}
	}
}

// rotating is a desk whose rotation the test holds in its hands.
type rotating struct {
	Desk
	do func(ctx context.Context, done func(int)) error
}

func (r rotating) RotateKeys(ctx context.Context, _, _ staff.Session, done func(int)) error {
	return r.do(ctx, done)
}

func TestRotate(t *testing.T) {
	o := newOffice(t)
	o.Issued(t, o.Specimen())
	m := NewRulesModel(o.alone(t, o.Administrator), o.parts)
	agrees(&m.core, o.Reviewer)
	m.Open()
	m.Rotate()
	if st := m.State(); st.Rotating || st.Done == "" || st.Done == m.e.T("admin.rules.rotate.done", 0) {
		t.Fatalf("%+v", st)
	}
	o.parts.Desk = rotating{o.parts.Desk, func(ctx context.Context, done func(int)) error {
		done(100)
		if st := m.State(); !st.Rotating || st.Records != 100 {
			t.Errorf("under way: %+v", st)
		}
		m.Rotate() // one at a time
		m.Stop()
		return ctx.Err()
	}}
	m = NewRulesModel(m.e, o.parts)
	agrees(&m.core, o.Reviewer)
	m.Open()
	m.Rotate()
	if st := m.State(); st.Rotating || st.Done != m.e.T("admin.rules.rotate.stopped", 100) {
		t.Errorf("%+v", st)
	}
}

// TestNoSecondNoAct: where nobody agrees, nothing is done, and what was typed
// stays.
func TestNoSecondNoAct(t *testing.T) {
	o := newOffice(t)
	m := NewRulesModel(o.alone(t, o.Administrator), o.parts)
	m.ask = func(string, func(staff.Session)) {} // nobody agrees
	m.Open()
	m.Type(RulesDraft{Until: "2022-07-20", Days: "400"})
	m.AllowSolo()
	m.SetRetention()
	m.Rotate()
	solo, err := o.Solo(t.Context())
	days, err2 := o.Retention(t.Context())
	if err != nil || err2 != nil || solo.Allows(o.Now.Add(time.Hour)) || days != 0 || m.State().Rotating {
		t.Errorf("solo %+v, days %d, rotating %v", solo, days, m.State().Rotating)
	}
	m.Leave()
	if back := NewRulesModel(m.e, o.parts).State().Draft; back != (RulesDraft{"2022-07-20", "400"}) {
		t.Errorf("kept %+v", back)
	}
}
