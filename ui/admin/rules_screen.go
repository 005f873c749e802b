package admin

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	"pratique/ui/env"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

type rulesScreen struct {
	frame
	m  *RulesModel
	st RulesState

	solo      *widgets.Notice
	soloAct   *fyne.Container
	until     *widgets.DateField
	untilNote *widgets.Field
	allow     *widgets.Button
	end       *widgets.Button

	kept     *widgets.Notice
	keepAct  *fyne.Container
	days     *widgets.Entry
	daysNote *widgets.Field
	set      *widgets.Button

	rotate  *widgets.Button
	working *fyne.Container
	records *widgets.Text
	bar     *widget.ProgressBarInfinite
	stop    *widgets.Button
	about   *fyne.Container
}

func newRulesScreen(f frame, parts Parts) *rulesScreen {
	e := f.e
	s := &rulesScreen{frame: f, m: NewRulesModel(e, parts), solo: widgets.NewNotice(look.Valid, ""), kept: widgets.NewNotice(look.Plain, ""),
		records: widgets.Caption(""), about: widgets.Stack(0)}
	muted := func(key string) fyne.CanvasObject { return widgets.Prose(e.T(key), look.ColorMuted) }

	s.until = widgets.NewDateField()
	s.untilNote = widgets.NewField(e.T("field.solo.until"), s.until)
	s.allow = widgets.NewButton(e.T("admin.rules.solo.on"), nil, s.m.AllowSolo)
	s.end = widgets.NewButton(e.T("admin.rules.solo.off"), nil, s.m.EndSolo)
	s.soloAct = widgets.Stack(look.Tight, s.untilNote, widgets.Row(look.Tight, s.allow, s.end, widgets.Stretch()))

	s.days = widgets.NewEntry()
	s.days.SetPlaceHolder("400")
	s.daysNote = widgets.NewField(e.T("field.retention"), s.days).Hint(e.T("admin.rules.keep.hint"))
	s.set = widgets.NewButton(e.T("admin.rules.keep.set"), nil, s.m.SetRetention)
	s.keepAct = widgets.Stack(look.Tight, s.daysNote, widgets.Row(0, s.set, widgets.Stretch()))
	typed := func() { s.m.Type(RulesDraft{Until: s.until.Date(), Days: s.days.Text}) }
	s.until.OnDate = func(data.Date) { typed() }
	s.until.OnSubmitted = func(string) { s.m.AllowSolo() }
	s.days.OnChanged = func(string) { typed() }
	s.days.OnSubmitted = func(string) { s.m.SetRetention() }

	s.rotate = widgets.NewButton(e.T("admin.rules.rotate"), nil, s.m.Rotate)
	s.bar = widget.NewProgressBarInfinite()
	s.bar.Stop()
	s.stop = widgets.NewButton(e.T("admin.rules.rotate.stop"), nil, s.m.Stop)
	s.working = widgets.Stack(look.Tight, s.records, s.bar, widgets.Row(0, s.stop, widgets.Stretch()))

	s.build(column(
		widgets.NewCard(e.T("admin.rules.solo"), widgets.Stack(12, s.solo, muted("admin.rules.solo.text"), s.soloAct)),
		widgets.NewCard(e.T("admin.rules.keep"), widgets.Stack(12, s.kept, muted("admin.rules.keep.text"), s.keepAct)),
		widgets.NewCard(e.T("admin.rules.rotate.title"), widgets.Stack(12, muted("admin.rules.rotate.text"), widgets.Row(0, s.rotate, widgets.Stretch()), s.working)),
		widgets.NewCard(e.T("admin.rules.about"), s.about),
	))
	s.m.Show = s.show
	d := s.m.State().Draft
	s.until.SetDate(d.Until)
	s.days.Set(d.Days)
	s.m.Open()
	return s
}

// Focus implements env.Screen.
func (s *rulesScreen) Focus() fyne.Focusable {
	if s.st.MaySolo {
		return s.until
	}
	return nil
}

// Leave implements env.Screen.
func (s *rulesScreen) Leave() {
	s.bar.Stop()
	s.m.Leave()
}

// Actions implements env.Actor.
func (s *rulesScreen) Actions() []env.Action {
	return s.actions(
		env.Action{Label: s.e.T("admin.rules.solo.off"), Do: s.m.EndSolo, Disabled: !s.st.Solo || !s.st.MaySolo},
		env.Action{Label: s.e.T("admin.rules.rotate"), Do: s.m.Rotate, Disabled: !s.st.MayRule || s.st.Rotating},
		env.Action{Label: s.e.T("admin.rules.rotate.stop"), Do: s.m.Stop, Disabled: !s.st.Rotating || s.st.Stopping},
	)
}

func (s *rulesScreen) show(st RulesState) {
	before := s.st
	s.st = st
	s.said(st.Busy, st.Done)
	if st.Known {
		s.solo.Set(look.Valid, s.e.T("admin.rules.solo.is-off"))
		if st.Solo {
			s.solo.Set(look.Practice, s.e.T("admin.rules.solo.is-on", st.Until, st.By[0], st.By[1]))
		}
		s.kept.Set(look.Plain, s.e.T("admin.rules.keep.ever"))
		if st.Days > 0 {
			s.kept.Set(look.Plain, s.e.T("admin.rules.keep.days", st.Days))
		}
	}
	widgets.SetVisible(s.soloAct, st.MaySolo)
	widgets.SetVisible(s.end, st.Solo)
	widgets.SetVisible(s.keepAct, st.MayRule)
	s.until.SetDate(st.Draft.Until)
	s.days.Set(st.Draft.Days)
	s.untilNote.SetNote(widgets.Wrong(st.UntilProblem))
	s.daysNote.SetNote(widgets.Wrong(st.DaysProblem))
	widgets.SetEnabled(s.allow, st.Busy == "")
	widgets.SetEnabled(s.set, st.Busy == "")
	widgets.SetVisible(s.rotate, st.MayRule)
	widgets.SetEnabled(s.rotate, !st.Rotating && st.Busy == "")
	widgets.SetVisible(s.working, st.Rotating)
	s.records.SetText(s.e.T("admin.rules.rotate.records", st.Records))
	if st.Rotating {
		s.bar.Start()
	} else {
		s.bar.Stop()
	}
	widgets.SetEnabled(s.stop, !st.Stopping)
	if st.About != before.About || len(s.about.Objects) == 0 {
		p := s.e.Post
		keyring := s.e.T("admin.rules.about.keyring.no")
		if st.About.Keyring {
			keyring = s.e.T("admin.rules.about.keyring.yes")
		}
		t := func(name string) string { return s.e.T("admin.rules.about." + name) }
		s.about.Objects = []fyne.CanvasObject{pairs(
			pair(t("code"), p.Code), pair(t("kind"), s.e.T("admin.rules.about.kind."+string(p.Kind))), pair(t("schema"), s.e.T("admin.number", p.Schema)),
			pair(t("created"), s.m.e.When(p.Created)), pair(t("folder"), st.About.Folder), pair(t("keyring"), keyring),
			pair(t("recovery"), st.About.Recovery), pair(t("log"), st.About.Log))}
		s.about.Refresh()
	}
	s.root.Refresh()
	if st.Rotating != before.Rotating || st.Stopping != before.Stopping || st.Solo != before.Solo || st.Known != before.Known {
		s.e.Changed()
	}
}
