package admin

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"pratique/data"
	"pratique/ui/env"
	"pratique/ui/save"
	"pratique/ui/stated"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

type laboratoriesScreen struct {
	frame
	m     *LaboratoriesModel
	parts Parts
	st    LaboratoriesState

	list    *widgets.DataList
	begin   *widgets.Button
	save    *widgets.Button
	top     *fyne.Container // with both in it
	card    *widgets.Card
	about   *fyne.Container
	form    *widgets.Card
	path    *widgets.Entry
	note    *widgets.Field
	wrong   *fyne.Container
	preview *fyne.Container
	look    *widgets.Button
	take    *widgets.Button
}

func newLaboratoriesScreen(f frame, parts Parts) *laboratoriesScreen {
	e := f.e
	s := &laboratoriesScreen{frame: f, parts: parts, m: NewLaboratoriesModel(e, parts), about: widgets.Stack(look.Tight), wrong: widgets.Stack(look.Tight), preview: widgets.Stack(look.Tight)}
	s.list = widgets.NewDataList(e.Words,
		widgets.Column{Title: e.T("field.laboratories.name"), Width: 140, Grow: 3},
		widgets.Column{Title: e.T("field.laboratories.sealName"), Width: 120, Grow: 2},
		widgets.Column{Title: e.T("field.laboratories.until"), Width: 112},
	)
	s.list.SetEmpty(e.T("admin.laboratories.none"))
	s.list.OnChoose = s.m.Choose
	s.begin = widgets.NewButton(e.T("admin.laboratories.import"), look.Icon("new", theme.ColorNameForegroundOnPrimary), func() { s.doBegin(true) }).Primary()
	s.save = widgets.NewButton(e.T("admin.laboratories.save"), look.Icon("save", theme.ColorNameForeground), s.doSave)
	s.top = widgets.Row(look.Tight, s.begin, s.save, widgets.Stretch())
	s.card = widgets.NewCard("", s.about)

	s.path = widgets.NewEntry()
	s.path.OnChanged = s.m.Type
	s.path.OnSubmitted = func(string) { s.m.Look() }
	s.note = widgets.NewField(e.T("admin.laboratories.file"), chosen(e, s.path))
	s.look = widgets.NewButton(e.T("admin.keys.import.look"), nil, s.m.Look)
	s.take = widgets.NewButton(e.T("admin.laboratories.take"), nil, s.m.Import).Primary()
	s.form = widgets.NewCard(e.T("admin.laboratories.import"), widgets.Stack(look.Tight, widgets.Prose(e.T("admin.laboratories.import.text"), look.ColorMuted),
		s.note, s.wrong, s.preview,
		widgets.Row(look.Tight, widgets.NewButton(e.T("admin.cancel"), nil, func() { s.doBegin(false) }), widgets.Stretch(), s.look, s.take)))
	onEscape(func() { s.doBegin(false) }, s.path)

	s.build(s.sides(s.list, widgets.Stack(12, s.top, s.form, s.card)))
	s.reveal(s.note)
	s.look.OnFocus, s.take.OnFocus = s.inSight(s.look), s.inSight(s.take)
	s.m.Show = s.show
	s.path.Set(s.m.State().Draft.Path)
	s.m.Open()
	return s
}

// Focus implements env.Screen.
func (s *laboratoriesScreen) Focus() fyne.Focusable { return s.list.Focusable() }

// Leave implements env.Screen.
func (s *laboratoriesScreen) Leave() { s.m.Leave() }

// Actions implements env.Actor.
func (s *laboratoriesScreen) Actions() []env.Action {
	return s.actions(
		env.Action{Label: s.e.T("admin.laboratories.import"), Key: fyne.KeyA, Modifier: fyne.KeyModifierControl | fyne.KeyModifierShift, Do: func() { s.doBegin(true) }, Disabled: !s.st.May},
		env.Action{Label: s.e.T("admin.laboratories.save"), Key: fyne.KeyS, Modifier: fyne.KeyModifierControl, Do: s.doSave, Disabled: !s.st.Known},
	)
}

func (s *laboratoriesScreen) doBegin(importing bool) {
	s.path.Set("")
	s.m.Begin(importing)
	if s.st.Draft.Importing {
		s.focus(s.path)
	} else {
		s.focus(s.list.Focusable())
	}
}

func (s *laboratoriesScreen) doSave() {
	if !s.st.Known {
		return
	}
	name, content, err := s.m.File()
	if err != nil {
		s.e.Error(err)
		return
	}
	save.Ask(s.e, s.parts.Save, name, content, func(path string) { s.e.Toast(s.e.T("save.done", path)) })
}

// lines are what is known of a laboratory.
func (s *laboratoriesScreen) lines(l data.Laboratory) fyne.CanvasObject {
	var all []stated.Line
	for _, line := range s.m.Lines(l) {
		all = append(all, pair(line[0], line[1]))
	}
	return pairs(all...)
}

func (s *laboratoriesScreen) show(st LaboratoriesState) {
	before := s.st
	s.st = st
	s.said(st.Busy, st.Done)
	s.list.SetRows(len(st.All), func(i int) []widgets.Cell {
		l := st.All[i]
		until := widgets.Cell{Pill: true, Text: s.e.T("admin.laboratories.listed"), Role: look.Valid, Icon: "valid"}
		switch {
		case !s.m.Listed(l):
			until.Text, until.Role, until.Icon = s.e.T("admin.laboratories.unlisted"), look.Plain, "withdrawn"
		case l.Until != "":
			until = widgets.Cell{Text: string(l.Until)}
		}
		return []widgets.Cell{{Text: l.Name}, {Text: l.SealName}, until}
	})
	s.list.Choose(st.Chosen)
	setVisible(s.top, !st.Draft.Importing)
	setVisible(s.begin, st.May)
	enable(s.save, st.Known)
	s.form.Hidden = !st.Draft.Importing
	s.note.SetNote(wrong(st.Problem))
	s.wrong.Objects = nil
	for i, sentence := range st.Wrong {
		if i == told {
			s.wrong.Add(widgets.Prose(s.e.T("admin.laboratories.wrong.more", len(st.Wrong)-told), look.ColorMuted))
			break
		}
		s.wrong.Add(widgets.Prose(sentence, theme.ColorNameForeground))
	}
	s.wrong.Refresh()
	s.preview.Objects = nil
	if p := st.Preview; p != nil {
		s.preview.Objects = []fyne.CanvasObject{widgets.Rule(), widgets.NewNotice(look.Accent, s.e.T("admin.laboratories.preview", len(p.Added), len(p.Changed), p.Same))}
		for _, l := range p.Added {
			s.preview.Add(widgets.Subheading(s.e.T("admin.laboratories.preview.new", l.Name)))
			s.preview.Add(s.lines(l))
		}
		for _, c := range p.Changed {
			s.preview.Add(widgets.Subheading(s.e.T("admin.laboratories.preview.changed", c.Laboratory.Name)))
			for _, f := range c.Fields {
				s.preview.Add(pairs(pair(f.Label, s.e.T("admin.laboratories.was", orNothing(f.Was), orNothing(f.Is)))))
			}
		}
	}
	s.preview.Refresh()
	setVisible(s.take, st.Preview != nil)
	setVisible(s.look, st.Preview == nil)
	enable(s.look, st.Busy == "")

	s.card.Hidden = st.Draft.Importing || st.Chosen >= len(st.All)
	if !s.card.Hidden {
		l := st.All[st.Chosen]
		s.card.SetTitle(l.Name)
		s.about.Objects = []fyne.CanvasObject{s.lines(l)}
		s.about.Refresh()
	}
	if before.Draft.Importing && !st.Draft.Importing {
		s.path.Set("")
		s.focus(s.list.Focusable())
	}
	if before.Preview == nil && st.Preview != nil {
		s.focus(s.take)
	}
	s.root.Refresh()
	if st.Known != before.Known || st.Draft.Importing != before.Draft.Importing {
		s.e.Changed()
	}
}
