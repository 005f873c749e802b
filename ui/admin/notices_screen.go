package admin

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/data/rules"
	"pratique/ui/env"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

type noticesScreen struct {
	frame
	m  *NoticesModel
	st NoticesState

	list  *widgets.DataList
	begin *widgets.Button
	form  *widgets.Card
	path  *widgets.Entry
	note  *widgets.Field

	card     *widgets.Card
	about    *fyne.Container
	activate *widgets.Button
	retire   *widgets.Button
	days     *widgets.Entry
	daysNote *widgets.Field
	try      *widgets.Button
	stop     *widgets.Button
	bar      *widget.ProgressBar
	trial    *widgets.Card
	effects  *fyne.Container
	diff     *widgets.Card
	changes  *fyne.Container
}

func newNoticesScreen(f frame, parts Parts) *noticesScreen {
	e := f.e
	s := &noticesScreen{frame: f, m: NewNoticesModel(e, parts), about: widgets.Stack(look.Tight), effects: widgets.Stack(6), changes: widgets.Stack(6), bar: widget.NewProgressBar()}
	s.list = widgets.NewDataList(e.Words,
		widgets.Column{Title: e.T("admin.notices.title"), Width: 100, Grow: 4},
		widgets.Column{Title: e.T("admin.notices.version"), Width: 42},
		widgets.Column{Title: e.T("admin.notices.flights"), Width: 88, Grow: 1},
		widgets.Column{Title: e.T("admin.notices.state"), Width: 90},
	)
	s.list.SetEmpty(e.T("admin.notices.none"))
	s.list.OnChoose = s.m.Choose
	s.begin = widgets.NewButton(e.T("admin.notices.import"), look.Icon("new", theme.ColorNameForegroundOnPrimary), func() { s.doBegin(true) }).Primary()

	s.path = widgets.NewEntry()
	s.path.OnChanged = s.m.Type
	s.path.OnSubmitted = func(string) { s.m.Import() }
	s.note = widgets.NewField(e.T("admin.notices.file"), chosen(e, s.path))
	s.form = widgets.NewCard(e.T("admin.notices.import"), widgets.Stack(look.Tight, widgets.Prose(e.T("admin.notices.import.text"), look.ColorMuted), s.note,
		widgets.Row(look.Tight, widgets.NewButton(e.T("admin.cancel"), nil, func() { s.doBegin(false) }), widgets.Stretch(),
			widgets.NewButton(e.T("admin.notices.take"), nil, s.m.Import).Primary())))
	onEscape(func() { s.doBegin(false) }, s.path)

	s.activate = widgets.NewButton(e.T("admin.notices.activate"), nil, s.m.Activate).Primary()
	s.retire = widgets.NewButton(e.T("admin.notices.retire"), nil, s.m.Retire)
	s.card = widgets.NewCard("", widgets.Stack(10, s.about, widgets.Row(look.Tight, s.retire, widgets.Stretch(), s.activate)))

	s.days = widgets.NewEntry()
	s.days.OnChanged = s.m.TypeDays
	s.days.OnSubmitted = func(string) { s.m.Try() }
	s.daysNote = widgets.NewField(e.T("admin.notices.days"), s.days)
	s.try = widgets.NewButton(e.T("admin.notices.try"), nil, s.m.Try)
	s.stop = widgets.NewButton(e.T("admin.notices.stop"), nil, s.m.Stop)
	s.trial = widgets.NewCard(e.T("admin.notices.trial"), widgets.Stack(look.Tight, widgets.Prose(e.T("admin.notices.trial.text"), look.ColorMuted),
		s.daysNote, widgets.Row(look.Tight, s.try, s.stop, widgets.Stretch()), s.bar, s.effects))
	s.diff = widgets.NewCard(e.T("admin.notices.diff"), s.changes)

	s.build(s.sides(s.list, widgets.Stack(12, widgets.Row(0, s.begin, widgets.Stretch()), s.form, s.card, s.diff, s.trial)))
	s.reveal(s.note, s.daysNote)
	s.activate.OnFocus, s.retire.OnFocus, s.try.OnFocus = s.inSight(s.activate), s.inSight(s.retire), s.inSight(s.try)
	s.m.Show = s.show
	s.path.Set(s.m.State().Draft.Path)
	s.days.Set(s.m.State().Draft.Days)
	s.m.Open()
	return s
}

// Focus implements env.Screen.
func (s *noticesScreen) Focus() fyne.Focusable { return s.list.Focusable() }

// Leave implements env.Screen.
func (s *noticesScreen) Leave() { s.m.Leave() }

// Actions implements env.Actor.
func (s *noticesScreen) Actions() []env.Action {
	const both = fyne.KeyModifierControl | fyne.KeyModifierShift
	here := rules.State("")
	if s.st.Chosen < len(s.st.All) {
		here = s.st.All[s.st.Chosen].State
	}
	return s.actions(
		env.Action{Label: s.e.T("admin.notices.import"), Key: fyne.KeyA, Modifier: both, Do: func() { s.doBegin(true) }, Disabled: !s.st.May},
		env.Action{Label: s.e.T("admin.notices.activate"), Key: fyne.KeyReturn, Modifier: fyne.KeyModifierControl, Do: s.m.Activate, Disabled: !s.st.May || here != rules.Imported},
		env.Action{Label: s.e.T("admin.notices.retire"), Do: s.m.Retire, Disabled: !s.st.May || here != rules.Active},
		env.Action{Label: s.e.T("admin.notices.try"), Key: fyne.KeyT, Modifier: both, Do: s.m.Try, Disabled: here == "" || s.st.Running},
	)
}

func (s *noticesScreen) doBegin(importing bool) {
	s.path.Set("")
	s.m.Begin(importing)
	if s.st.Draft.Importing {
		s.focus(s.path)
	} else {
		s.focus(s.list.Focusable())
	}
}

// noticePills are the looks of a notice's states.
var noticePills = map[rules.State]widgets.Cell{
	rules.Active: {Role: look.Valid, Icon: "valid", Pill: true}, rules.Imported: {Role: look.Accent, Icon: "waiting", Pill: true}, rules.Retired: {Role: look.Plain, Icon: "withdrawn", Pill: true},
}

func (s *noticesScreen) show(st NoticesState) {
	before := s.st
	s.st = st
	s.said(st.Busy, st.Done)
	s.list.SetRows(len(st.All), func(i int) []widgets.Cell {
		r := st.All[i]
		pill := noticePills[r.State]
		pill.Text = s.e.T("admin.notices.state." + string(r.State))
		return []widgets.Cell{{Text: r.Title}, {Text: s.e.T("admin.number", r.Version)}, {Text: r.Flights}, pill}
	})
	if st.Chosen != s.list.Current() {
		s.list.Choose(st.Chosen)
	}
	widgets.SetVisible(s.begin, st.May && !st.Draft.Importing)
	widgets.SetVisible(s.form, st.Draft.Importing)
	s.note.SetNote(widgets.Wrong(st.Problem))
	here := st.Chosen < len(st.All)
	widgets.SetVisible(s.card, here && !st.Draft.Importing)
	widgets.SetVisible(s.trial, here && !st.Draft.Importing)
	widgets.SetVisible(s.diff, here && !st.Draft.Importing && st.Compared)
	if here {
		s.showOne(st, st.All[st.Chosen])
	}
	s.daysNote.SetNote(widgets.Wrong(st.Days))
	widgets.SetEnabled(s.try, !st.Running)
	widgets.SetVisible(s.stop, st.Running)
	widgets.SetEnabled(s.stop, !st.Stopping)
	widgets.SetVisible(s.bar, st.Running)
	if st.Progress.Total > 0 {
		s.bar.SetValue(float64(st.Progress.Done) / float64(st.Progress.Total))
	}
	s.effects.Objects = nil
	if st.Tried != "" {
		role := look.Valid
		if len(st.Effects) > 0 {
			role = look.Practice
		}
		s.effects.Add(widgets.NewNotice(role, st.Tried))
	}
	for i, x := range st.Effects {
		if i == mostEffects {
			s.effects.Add(widgets.Prose(s.e.T("admin.notices.more", len(st.Effects)-i), look.ColorMuted))
			break
		}
		text := s.e.T("admin.notices.effect", x.Flight, x.Case, x.Before, x.After)
		if x.Failed != "" {
			text += " (" + x.Failed + ")"
		}
		s.effects.Add(widgets.ProseSized(text, theme.ColorNameForeground, look.SizeNameLabel))
	}
	s.effects.Refresh()
	s.root.Refresh()
	if st.Chosen != before.Chosen || st.Known != before.Known || st.Running != before.Running || st.Busy != before.Busy {
		s.e.Changed()
	}
}

// mostEffects are as many as somebody reads here.
const mostEffects = 40

func (s *noticesScreen) showOne(st NoticesState, r NoticeRow) {
	s.card.SetTitle(r.Title)
	lines := widgets.Stack(6, pairs(pair(s.e.T("admin.notices.name"), r.ID), pair(s.e.T("admin.notices.version"), s.e.T("admin.number", r.Version)), pair(s.e.T("admin.notices.flights"), r.Flights)))
	var points []widgets.Point
	for _, h := range r.History {
		points = append(points, widgets.Point{When: h.Label, What: h.Was, Detail: h.Is, Role: look.Accent})
	}
	lines.Add(widgets.NewTimeline(points...))
	s.about.Objects = []fyne.CanvasObject{lines}
	s.about.Refresh()
	widgets.SetVisible(s.activate, st.May && r.State == rules.Imported)
	widgets.SetVisible(s.retire, st.May && r.State == rules.Active)
	widgets.SetEnabled(s.activate, st.Busy == "")
	widgets.SetEnabled(s.retire, st.Busy == "")
	s.changes.Objects = nil
	if len(st.Diff) == 0 {
		s.changes.Add(widgets.Prose(s.e.T("admin.notices.diff.none"), look.ColorMuted))
	}
	for _, d := range st.Diff {
		block := widgets.Stack(1, widgets.NewText(d.Label, widgets.Style{Size: look.SizeNameLabel, Bold: true, Elide: true}))
		if d.Was != "" {
			block.Add(widgets.ProseSized("– "+d.Was, look.Invalid.Ink(), theme.SizeNameCaptionText))
		}
		if d.Is != "" {
			block.Add(widgets.ProseSized("+ "+d.Is, look.Valid.Ink(), theme.SizeNameCaptionText))
		}
		s.changes.Add(block)
	}
	s.changes.Refresh()
}
