package figures

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"pratique/ui/env"
	"pratique/ui/save"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

type screen struct {
	e     *env.Env
	parts Parts
	m     *Model
	st    State

	month         *widgets.Text
	before, after *widgets.Button
	save          *widgets.Button
	solo          *widgets.Notice
	lines         *fyne.Container
	card          *widgets.Card
	root          fyne.CanvasObject
}

// New makes the screen. The ID of the route is a month.
func New(e *env.Env, parts Parts, r env.Route) env.Screen {
	s := &screen{
		e: e, parts: parts, m: NewModel(e, parts, r.ID), solo: widgets.NewNotice(look.Practice, ""), lines: widgets.Stack(0),
		month: widgets.NewText("", widgets.Style{Size: theme.SizeNameHeadingText, Bold: true}),
	}
	icon := func(name string) fyne.Resource { return look.Icon(name, theme.ColorNameForeground) }
	s.before = widgets.NewButton(e.T("figures.before"), icon("back"), func() { s.m.Move(-1) })
	s.after = widgets.NewButton(e.T("figures.after"), icon("forward"), func() { s.m.Move(1) })
	s.save = widgets.NewButton(e.T("figures.save"), icon("save"), s.doSave)
	s.card = widgets.NewCard("", s.lines)
	s.root = widgets.Wheeled(widgets.Page(container.New(narrow{}, widgets.Stack(12,
		widgets.Row(look.Tight, s.month, widgets.Stretch(), s.before, s.after, s.save), s.solo, s.card,
		widgets.Prose(e.T("figures.text"), look.ColorMuted)))))
	s.m.Show = s.show
	s.m.Open()
	return s
}

// Title implements env.Screen.
func (s *screen) Title() string { return s.e.T("screen.figures") }

// Content implements env.Screen.
func (s *screen) Content() fyne.CanvasObject { return s.root }

// Focus implements env.Screen.
func (s *screen) Focus() fyne.Focusable { return s.before }

// Leave implements env.Screen.
func (s *screen) Leave() { s.m.Leave() }

// Route implements env.Placed.
func (s *screen) Route() env.Route { return env.Route{Screen: env.Figures, ID: s.m.State().Month} }

// Actions implements env.Actor.
func (s *screen) Actions() []env.Action {
	const ctrl = fyne.KeyModifierControl
	return []env.Action{
		{Label: s.e.T("figures.before"), Key: fyne.KeyPageUp, Modifier: ctrl, Do: func() { s.m.Move(-1) }},
		{Label: s.e.T("figures.after"), Key: fyne.KeyPageDown, Modifier: ctrl, Do: func() { s.m.Move(1) }, Disabled: s.st.Last},
		{Label: s.e.T("figures.save"), Key: fyne.KeyS, Modifier: ctrl, Do: s.doSave, Disabled: !s.st.Known},
	}
}

func (s *screen) doSave() {
	if !s.st.Known {
		return
	}
	name, content := s.m.File()
	save.Ask(s.e, s.parts.Save, name, content, func(path string) { s.e.Toast(s.e.T("save.done", path)) })
}

func (s *screen) show(st State) {
	before := s.st
	s.st = st
	s.month.SetText(st.Month)
	s.solo.Set(look.Practice, "")
	if st.Solo > 0 {
		s.solo.Set(look.Practice, s.e.T("figures.solo.text", st.Solo))
	}
	if st.Known {
		s.lines.Objects = nil
		for i, l := range st.Lines {
			if i > 0 && !l.Part {
				s.lines.Add(widgets.Inset(0, 2, widgets.Rule()))
			}
			s.lines.Add(line(l))
		}
		s.lines.Refresh()
	}
	able(s.before, !st.Busy)
	able(s.after, !st.Busy && !st.Last)
	able(s.save, st.Known)
	s.root.Refresh()
	if st.Known != before.Known || st.Last != before.Last || st.Month != before.Month {
		s.e.Changed()
	}
}

// indent is how far a part stands in.
const indent float32 = 12

func line(l Line) fyne.CanvasObject {
	label, number := widgets.Style{Elide: true}, widgets.Style{Bold: !l.Part, Align: fyne.TextAlignTrailing}
	row, high := widgets.Row(look.Tight), float32(8)
	if l.Part {
		label.Color, number.Color = look.ColorMuted, look.ColorMuted
		row.Add(widgets.Inset(indent/2, 0, container.NewWithoutLayout()))
		high = 4
	}
	row.Add(widgets.NewText(l.Label, label))
	if l.Care {
		number.Color = look.Practice.Ink()
		row.Add(widgets.Icon("warning", look.Practice.Ink(), 15))
	}
	row.Add(widgets.NewText(strconv.Itoa(l.Number), number))
	return widgets.Inset(0, high, row)
}

// narrow keeps a number near to what it counts.
type narrow struct{}

const width float32 = 760

func (narrow) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }
func (narrow) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(fyne.NewSize(min(size.Width, width), size.Height))
}

func able(b *widgets.Button, on bool) {
	if on == b.Disabled() {
		if on {
			b.Enable()
		} else {
			b.Disable()
		}
	}
}
