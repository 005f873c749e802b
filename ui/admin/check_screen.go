package admin

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/ui/env"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

type checkScreen struct {
	frame
	m  *CheckModel
	st CheckState

	run     *widgets.Button
	step    *widgets.Text
	bar     *widget.ProgressBar
	stop    *widgets.Button
	working *fyne.Container
	outcome *widgets.Notice
	faults  *fyne.Container
	result  *widgets.Card
}

func newCheckScreen(f frame, parts Parts) *checkScreen {
	e := f.e
	s := &checkScreen{frame: f, m: NewCheckModel(e, parts), step: widgets.Caption(""), bar: widget.NewProgressBar(), outcome: widgets.NewNotice(look.Plain, ""), faults: widgets.Stack(12)}
	s.run = widgets.NewButton(e.T("admin.check.run"), nil, s.m.Run).Primary()
	s.stop = widgets.NewButton(e.T("admin.check.stop"), nil, s.m.Stop)
	s.working = widgets.Stack(look.Tight, s.step, s.bar, widgets.Row(0, s.stop, widgets.Stretch()))
	s.result = widgets.NewCard(e.T("admin.check.result"), widgets.Stack(12, s.outcome, s.faults))
	s.build(column(
		widgets.NewCard(e.T("admin.check.title"), widgets.Stack(12, widgets.Prose(e.T("admin.check.text"), look.ColorMuted), widgets.Row(0, s.run, widgets.Stretch()), s.working)),
		s.result,
	))
	s.m.Show = s.show
	s.show(s.m.State())
	return s
}

// Focus implements env.Screen.
func (s *checkScreen) Focus() fyne.Focusable {
	if s.st.Running {
		return s.stop
	}
	return s.run
}

// Leave implements env.Screen.
func (s *checkScreen) Leave() { s.m.Leave() }

// Actions implements env.Actor.
func (s *checkScreen) Actions() []env.Action {
	return s.actions(
		env.Action{Label: s.e.T("admin.check.run"), Key: fyne.KeyB, Modifier: fyne.KeyModifierControl | fyne.KeyModifierShift, Do: s.m.Run, Disabled: s.st.Running},
		env.Action{Label: s.e.T("admin.check.stop"), Do: s.m.Stop, Disabled: !s.st.Running || s.st.Stopping},
	)
}

func (s *checkScreen) show(st CheckState) {
	before := s.st
	s.st = st
	s.said("", "") // the card says it
	widgets.SetEnabled(s.run, !st.Running)
	widgets.SetVisible(s.working, st.Running)
	if st.Running {
		s.step.SetText(s.e.T(st.Step))
		if st.Progress.Total > 0 {
			s.bar.SetValue(float64(st.Progress.Done) / float64(st.Progress.Total))
		}
	}
	widgets.SetEnabled(s.stop, !st.Stopping)
	switch {
	case st.Checked == "" && st.Done != "":
		s.outcome.Set(look.Practice, st.Done) // it was stopped
	case st.Checked == "":
		s.outcome.Set(look.Plain, s.e.T("admin.check.never"))
	case len(st.Faults) == 0:
		s.outcome.Set(look.Valid, s.e.T("admin.check.well")+" "+s.e.T("admin.check.at", st.Checked))
	default:
		s.outcome.Set(look.Invalid, s.e.T("admin.check.faults", len(st.Faults))+" "+s.e.T("admin.check.at", st.Checked))
	}
	widgets.SetVisible(s.result, !st.Running)
	s.faults.Objects = nil
	for i, f := range st.Faults {
		if i == mostFaults {
			s.faults.Add(widgets.Prose(s.e.T("admin.check.more", len(st.Faults)-i), look.ColorMuted))
			break
		}
		one := widgets.Stack(look.Tight, widgets.Subheading(f.What), widgets.Prose(f.Do, theme.ColorNameForeground),
			pairs(pair(s.e.T("admin.check.where"), f.Where), pair(s.e.T("admin.check.why"), f.Why)))
		if i > 0 {
			one = widgets.Stack(12, widgets.Rule(), one)
		}
		s.faults.Add(one)
	}
	s.faults.Refresh()
	s.root.Refresh()
	if st.Running != before.Running || st.Stopping != before.Stopping {
		s.e.Changed()
	}
}

// mostFaults are shown: whoever has more needs the command, which lists all.
const mostFaults = 20
