package admin

import (
	"cmp"

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

	list  *widgets.DataList
	begin *widgets.Button
	save  *widgets.Button
	top   *fyne.Container // with both in it
	card  *widgets.Card
	about *fyne.Container
	form  *fileForm

	authorities *authoritiesCard
}

func newLaboratoriesScreen(f frame, parts Parts) *laboratoriesScreen {
	e := f.e
	s := &laboratoriesScreen{frame: f, parts: parts, m: NewLaboratoriesModel(e, parts), about: widgets.Stack(look.Tight)}
	s.list = widgets.NewDataList(e.Words,
		widgets.Column{Title: e.T("field.laboratories.name"), Width: 140, Grow: 3},
		widgets.Column{Title: e.T("field.laboratories.sealName"), Width: 120, Grow: 2},
		widgets.Column{Title: e.T("field.laboratories.until"), Width: 112},
	)
	s.list.SetEmpty(e.T("admin.laboratories.none"))
	s.list.OnChoose = s.m.Choose
	s.begin = widgets.NewButton(e.T("admin.laboratories.import"), look.Icon("new", theme.ColorNameForegroundOnPrimary), func() { s.form.begin(true) }).Primary()
	s.save = widgets.NewButton(e.T("admin.laboratories.save"), look.Icon("save", theme.ColorNameForeground), s.doSave)
	s.top = widgets.Row(look.Tight, s.begin, s.save, widgets.Stretch())
	s.card = widgets.NewCard("", s.about)

	s.form = newFileForm(&s.frame, &s.m.fromFile, e.T("admin.laboratories.import"), e.T("admin.laboratories.import.text"), s.m.Import, s.Focus, s.arrange)
	s.authorities = newAuthoritiesCard(&s.frame, parts, s.arrange)

	s.build(s.sides(s.list, widgets.Stack(12, s.top, s.form.card, s.card, s.authorities.card, s.authorities.form.card)))
	s.form.revealed()
	s.authorities.form.revealed()
	s.authorities.begin.OnFocus = s.inSight(s.authorities.begin)
	s.m.Show = s.show
	s.m.Open()
	s.authorities.m.Open()
	return s
}

// Focus implements env.Screen.
func (s *laboratoriesScreen) Focus() fyne.Focusable { return s.list.Focusable() }

// Leave implements env.Screen.
func (s *laboratoriesScreen) Leave() {
	s.m.Leave()
	s.authorities.m.Leave()
}

// Actions implements env.Actor.
func (s *laboratoriesScreen) Actions() []env.Action {
	own := []env.Action{
		{Label: s.e.T("admin.laboratories.import"), Key: fyne.KeyA, Modifier: fyne.KeyModifierControl | fyne.KeyModifierShift, Do: func() { s.form.begin(true) }, Disabled: !s.st.May},
		{Label: s.e.T("admin.laboratories.save"), Key: fyne.KeyS, Modifier: fyne.KeyModifierControl, Do: s.doSave, Disabled: !s.st.Known},
	}
	return s.actions(append(own, s.authorities.actions()...)...)
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

// arrange gives the panel to an import while there is one.
func (s *laboratoriesScreen) arrange() {
	importing := s.form.open || s.authorities.form.open
	widgets.SetVisible(s.top, !importing)
	s.card.Hidden = importing || s.st.Chosen >= len(s.st.All)
	s.authorities.card.Hidden = importing
}

func (s *laboratoriesScreen) show(st LaboratoriesState) {
	before := s.st
	s.st = st
	if st.Busy != before.Busy || st.Done != before.Done {
		s.said(st.Busy, st.Done)
	}
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
	widgets.SetVisible(s.begin, st.May)
	widgets.SetEnabled(s.save, st.Known)
	var changes []fyne.CanvasObject
	if p := st.Preview; p != nil {
		changes = append(changes, widgets.Rule(), widgets.NewNotice(look.Accent, s.e.T("admin.laboratories.preview", len(p.Added), len(p.Changed), p.Same)))
		for _, l := range p.Added {
			changes = append(changes, widgets.Subheading(s.e.T("admin.laboratories.preview.new", l.Name)), s.lines(l))
		}
		for _, c := range p.Changed {
			changes = append(changes, widgets.Subheading(s.e.T("admin.laboratories.preview.changed", c.Laboratory.Name)))
			for _, f := range c.Fields {
				changes = append(changes, pairs(pair(f.Label, s.e.T("admin.laboratories.was", cmp.Or(f.Was, stated.Nothing), cmp.Or(f.Is, stated.Nothing)))))
			}
		}
	}
	s.form.show(st.Draft, st.Problem, st.Wrong, changes)

	if st.Chosen < len(st.All) {
		l := st.All[st.Chosen]
		s.card.SetTitle(l.Name)
		s.about.Objects = []fyne.CanvasObject{s.lines(l)}
		s.about.Refresh()
	}
	s.root.Refresh()
	if st.Known != before.Known || st.Draft.Importing != before.Draft.Importing {
		s.e.Changed()
	}
}
