package admin

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"pratique/data/desk"
	"pratique/data/staff"
	"pratique/ui/env"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

type officersScreen struct {
	frame
	m  *OfficersModel
	st OfficersState

	list *widgets.DataList
	add  *widgets.Button
	top  *fyne.Container // with add in it

	card    *widgets.Card
	about   *fyne.Container
	disable *widgets.Button
	enable  *widgets.Button
	reset   *widgets.Button

	form       *widgets.Card
	lead       *fyne.Container
	fields     *fyne.Container // what only a new officer has
	mark, name *widgets.Entry
	roles      []*widgets.Check
	passphrase *widgets.Entry
	markField  *widgets.Field
	nameField  *widgets.Field
	roleField  *widgets.Field
	passField  *widgets.Field
	submit     *widgets.Button
}

func newOfficersScreen(f frame, parts Parts) *officersScreen {
	e := f.e
	s := &officersScreen{frame: f, m: NewOfficersModel(e, parts), about: widgets.Stack(look.Tight), lead: widgets.Stack(0)}
	s.list = widgets.NewDataList(e.Words,
		widgets.Column{Title: e.T("field.officer.mark"), Width: 44},
		widgets.Column{Title: e.T("field.officer.name"), Width: 90, Grow: 2},
		widgets.Column{Title: e.T("field.officer.roles"), Width: 80, Grow: 2},
		widgets.Column{Title: e.T("admin.officers.state"), Width: 128},
	)
	s.list.OnChoose = s.m.Choose
	s.add = widgets.NewButton(e.T("admin.officers.add"), look.Icon("new", theme.ColorNameForegroundOnPrimary), func() { s.begin(Adding) }).Primary()

	s.top = widgets.Row(0, s.add, widgets.Stretch())

	s.disable = widgets.NewButton(e.T("admin.officers.disable"), nil, s.doDisable)
	s.enable = widgets.NewButton(e.T("admin.officers.enable"), nil, s.m.Enable)
	s.reset = widgets.NewButton(e.T("admin.officers.reset"), nil, func() { s.begin(Resetting) })
	s.card = widgets.NewCard("", widgets.Stack(12, s.about, widgets.Columns(2, 150, s.disable, s.enable, s.reset)))

	s.mark, s.name, s.passphrase = widgets.NewEntry(), widgets.NewEntry(), widgets.NewPassphrase()
	s.mark.SetPlaceHolder("E")
	s.markField = widgets.NewField(e.T("field.officer.mark"), s.mark).Hint(e.T("admin.officers.mark.hint"))
	s.nameField = widgets.NewField(e.T("field.officer.name"), s.name)
	boxes := widgets.Columns(2, 120)
	for _, r := range staff.Roles {
		c := widgets.NewCheck(e.T("role."+string(r)), func(bool) { s.typed() })
		s.roles = append(s.roles, c)
		boxes.Add(c)
	}
	s.roleField = widgets.NewField(e.T("field.officer.roles"), boxes).Hint(e.T("admin.officers.roles.hint"))
	s.passField = widgets.NewField(e.T("admin.officers.passphrase"), s.passphrase).Hint(e.T("admin.officers.passphrase.hint"))
	for _, entry := range []*widgets.Entry{s.mark, s.name, s.passphrase} {
		entry.OnChanged = func(string) { s.typed() }
	}
	s.passphrase.OnSubmitted = func(string) { s.m.Submit(s.passphrase.Text) }
	onEscape(func() { s.begin(NoForm) }, s.mark, s.name, s.passphrase)
	s.fields = widgets.Stack(look.Tight, s.markField, s.nameField, s.roleField)
	s.submit = widgets.NewButton("", nil, func() { s.m.Submit(s.passphrase.Text) }).Primary()
	s.form = widgets.NewCard("", widgets.Stack(look.Tight, s.lead, s.fields, s.passField,
		widgets.Row(look.Tight, widgets.NewButton(e.T("admin.cancel"), nil, func() { s.begin(NoForm) }), widgets.Stretch(), s.submit)))

	s.build(s.sides(s.list, widgets.Stack(12, s.top, s.form, s.card)))
	s.reveal(s.markField, s.nameField, s.roleField, s.passField)
	s.submit.OnFocus = s.inSight(s.submit)
	s.m.Show = s.show
	d := s.m.State().Draft // kept from before
	s.mark.Set(d.Mark)
	s.name.Set(d.Name)
	for i, c := range s.roles {
		c.Set(d.Roles[i])
	}
	s.m.Open()
	return s
}

// Focus implements env.Screen.
func (s *officersScreen) Focus() fyne.Focusable {
	if s.st.Draft.Form == Adding {
		return s.mark
	}
	return s.list.Focusable()
}

// Leave implements env.Screen.
func (s *officersScreen) Leave() {
	s.passphrase.Set("")
	s.m.Leave()
}

// Actions implements env.Actor.
func (s *officersScreen) Actions() []env.Action {
	if !s.st.May {
		return s.actions()
	}
	return s.actions(
		env.Action{Label: s.e.T("admin.officers.add"), Key: fyne.KeyA, Modifier: fyne.KeyModifierControl | fyne.KeyModifierShift, Do: func() { s.begin(Adding) }},
		env.Action{Label: s.e.T("admin.officers.disable"), Do: s.doDisable, Disabled: s.disable.Disabled() || !s.disable.Visible()},
		env.Action{Label: s.e.T("admin.officers.enable"), Do: s.m.Enable, Disabled: !s.enable.Visible()},
		env.Action{Label: s.e.T("admin.officers.reset"), Do: func() { s.begin(Resetting) }, Disabled: s.reset.Disabled()},
	)
}

// begin opens a form with nothing in it, or closes it.
func (s *officersScreen) begin(form OfficerForm) {
	for _, entry := range []*widgets.Entry{s.mark, s.name, s.passphrase} {
		entry.Set("")
	}
	for _, c := range s.roles {
		c.Set(false)
	}
	s.m.Begin(form)
	switch s.st.Draft.Form {
	case Adding:
		s.focus(s.mark)
	case Resetting:
		s.focus(s.passphrase)
	default:
		s.focus(s.list.Focusable())
	}
}

func (s *officersScreen) typed() {
	d := OfficerDraft{Mark: s.mark.Text, Name: s.name.Text}
	for i, c := range s.roles {
		d.Roles[i] = c.Checked
	}
	s.m.Type(d, s.passphrase.Text)
}

func (s *officersScreen) doDisable() {
	if s.st.Chosen < 0 || s.st.Self {
		return
	}
	o := s.st.All[s.st.Chosen].Officer
	confirm(s.e, s.e.T("admin.officers.disable.title", o.Mark), s.e.T("admin.officers.disable.sentence", o.Mark, o.Name), s.e.T("admin.officers.disable"), s.m.Disable)
}

// stands is how an account stands, as a pill.
func stands(e *env.Env, a desk.Account) widgets.Cell {
	switch {
	case a.Disabled:
		return widgets.Cell{Text: e.T("admin.officers.state.disabled"), Role: look.Invalid, Icon: "invalid", Pill: true}
	case a.MustChange:
		return widgets.Cell{Text: e.T("admin.officers.state.must-change"), Role: look.Practice, Icon: "waiting", Pill: true}
	default:
		return widgets.Cell{Text: e.T("admin.officers.state.active"), Role: look.Valid, Icon: "valid", Pill: true}
	}
}

func (s *officersScreen) show(st OfficersState) {
	before := s.st
	s.st = st
	s.said(st.Busy, st.Done)
	s.list.SetRows(len(st.All), func(i int) []widgets.Cell {
		a := st.All[i]
		name := a.Name
		if a.ID == s.e.Officer().ID {
			name = s.e.T("admin.officers.you", name)
		}
		return []widgets.Cell{{Text: a.Mark, Bold: true}, {Text: name}, {Text: roles(s.e, a.Officer)}, stands(s.e, a)}
	})
	if st.Chosen >= 0 {
		s.list.Choose(st.Chosen)
	}
	widgets.SetVisible(s.top, st.May && st.Draft.Form == NoForm)

	s.card.Hidden = st.Chosen < 0 || st.Draft.Form == Adding
	if st.Chosen >= 0 {
		a := st.All[st.Chosen]
		s.card.SetTitle(s.e.T("second.mark", a.Mark))
		pill := stands(s.e, a)
		s.about.Objects = []fyne.CanvasObject{
			widgets.Row(0, widgets.NewPill(pill.Role, pill.Icon, pill.Text), widgets.Stretch()),
			pairs(pair(s.e.T("field.officer.name"), a.Name), pair(s.e.T("field.officer.roles"), roles(s.e, a.Officer)), pair(s.e.T("admin.officers.id"), string(a.ID))),
		}
		switch {
		case st.Self:
			s.about.Add(widgets.Prose(s.e.T("admin.officers.self"), look.ColorMuted))
		case a.Disabled:
			s.about.Add(widgets.Prose(s.e.T("admin.officers.disabled.text"), look.ColorMuted))
		}
		acts := st.May && !st.Self && st.Draft.Form == NoForm
		widgets.SetVisible(s.disable, acts && !a.Disabled)
		widgets.SetVisible(s.enable, acts && a.Disabled)
		widgets.SetVisible(s.reset, acts)
		widgets.SetEnabled(s.reset, acts)
		s.about.Refresh()
	}

	s.form.Hidden = st.Draft.Form == NoForm
	widgets.SetVisible(s.fields, st.Draft.Form == Adding)
	s.form.SetTitle(s.e.T("admin.officers.add"))
	s.submit.SetText(s.e.T("admin.officers.add.submit"))
	text := "admin.officers.add.text"
	if st.Draft.Form == Resetting {
		s.form.SetTitle(s.e.T("admin.officers.reset.title", staff.MarkOf(st.Draft.Reset)))
		s.submit.SetText(s.e.T("admin.officers.reset.submit"))
		text = "admin.officers.reset.text"
	}
	if st.Draft.Form != before.Draft.Form || len(s.lead.Objects) == 0 {
		s.lead.Objects = []fyne.CanvasObject{widgets.Prose(s.e.T(text), look.ColorMuted)}
	}
	s.markField.SetNote(beside(s.e, st.Problems, "officer.mark"))
	s.nameField.SetNote(beside(s.e, st.Problems, "officer.name"))
	s.roleField.SetNote(beside(s.e, st.Problems, "officer.roles"))
	s.passField.SetNote(judged(s.e, st.Strength, st.Strong))
	widgets.SetEnabled(s.submit, st.Busy == "")
	if before.Draft.Form != NoForm && st.Draft.Form == NoForm { // done with it
		s.passphrase.Set("")
		s.focus(s.list.Focusable())
	}
	s.root.Refresh()
	if st.Chosen != before.Chosen || st.Draft.Form != before.Draft.Form || len(st.All) != len(before.All) || st.Busy != before.Busy {
		s.e.Changed()
	}
}
