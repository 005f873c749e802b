package admin

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"pratique/ui/env"
	"pratique/ui/save"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// authoritiesCard is the list of receiving authorities, in the panel of the
// section of the laboratories.
type authoritiesCard struct {
	f     *frame
	m     *AuthoritiesModel
	parts Parts
	st    AuthoritiesState

	card  *widgets.Card
	list  *fyne.Container
	begin *widgets.Button
	save  *widgets.Button
	form  *fileForm
}

func newAuthoritiesCard(f *frame, parts Parts, arrange func()) *authoritiesCard {
	e := f.e
	s := &authoritiesCard{f: f, parts: parts, m: NewAuthoritiesModel(e, parts), list: widgets.Stack(look.Tight)}
	s.begin = widgets.NewButton(e.T("admin.authorities.import"), look.Icon("new", theme.ColorNameForeground), func() { s.form.begin(true) })
	s.save = widgets.NewButton(e.T("admin.authorities.save"), look.Icon("save", theme.ColorNameForeground), s.doSave)
	s.card = widgets.NewCard(e.T("field.authorities"), widgets.Stack(12, widgets.Prose(e.T("admin.authorities.text"), look.ColorMuted), s.list,
		widgets.Row(look.Tight, s.begin, s.save, widgets.Stretch())))
	s.form = newFileForm(f, &s.m.fromFile, e.T("admin.authorities.title"), e.T("admin.authorities.import.text"), s.m.Import,
		func() fyne.Focusable { return s.begin }, arrange)
	s.m.Show = s.show
	return s
}

// actions are those of the card.
func (s *authoritiesCard) actions() []env.Action {
	return []env.Action{
		{Label: s.f.e.T("admin.authorities.title"), Key: fyne.KeyR, Modifier: fyne.KeyModifierControl | fyne.KeyModifierShift, Do: func() { s.form.begin(true) }, Disabled: !s.st.May},
		{Label: s.f.e.T("admin.authorities.save.title"), Do: s.doSave, Disabled: !s.st.Known},
	}
}

func (s *authoritiesCard) doSave() {
	if !s.st.Known {
		return
	}
	name, content, err := s.m.File()
	if err != nil {
		s.f.e.Error(err)
		return
	}
	save.Ask(s.f.e, s.parts.Save, name, content, func(path string) { s.f.e.Toast(s.f.e.T("save.done", path)) })
}

func (s *authoritiesCard) show(st AuthoritiesState) {
	before := s.st
	s.st = st
	if st.Busy != before.Busy || st.Done != before.Done {
		s.f.said(st.Busy, st.Done)
	}
	s.list.Objects = nil
	for _, a := range st.All {
		s.list.Add(pairs(pair(a.Name, a.Key)))
	}
	if st.Known && len(st.All) == 0 {
		s.list.Add(widgets.Prose(s.f.e.T("admin.authorities.none"), theme.ColorNameForeground))
	}
	s.list.Refresh()
	widgets.SetVisible(s.begin, st.May)
	widgets.SetEnabled(s.save, st.Known)
	var changes []fyne.CanvasObject
	if st.Changes != nil {
		changes = append(changes, widgets.Rule(), widgets.NewNotice(look.Accent, s.f.e.T("admin.authorities.preview")))
	}
	for _, c := range st.Changes {
		changes = append(changes, widgets.Prose(c, theme.ColorNameForeground))
	}
	s.form.show(st.Draft, st.Problem, st.Wrong, changes)
	s.f.root.Refresh()
	if st.Known != before.Known || st.Draft.Importing != before.Draft.Importing {
		s.f.e.Changed()
	}
}
