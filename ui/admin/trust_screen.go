package admin

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"pratique/ui/env"
	"pratique/ui/save"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

type trustScreen struct {
	frame
	m     *TrustModel
	parts Parts
	st    TrustState

	list    *widgets.DataList
	begin   *widgets.Button
	sign    *widgets.Button
	top     *fyne.Container // with both in it
	card    *widgets.Card
	about   *fyne.Container
	restore *widgets.Button
	end     *widgets.Button

	form                          *widgets.Card
	name, path, source            *widgets.Entry
	nameNote, pathNote, sourceNot *widgets.Field
	preview                       *fyne.Container
	look                          *widgets.Button
	take                          *widgets.Button
}

func newTrustScreen(f frame, parts Parts) *trustScreen {
	e := f.e
	t := func(name string) string { return e.T("admin.trust." + name) }
	s := &trustScreen{frame: f, parts: parts, m: NewTrustModel(e, parts), about: widgets.Stack(look.Tight), preview: widgets.Stack(look.Tight)}
	s.list = widgets.NewDataList(e.Words,
		widgets.Column{Title: t("name"), Width: 90, Grow: 2},
		widgets.Column{Title: t("number"), Width: 64},
		widgets.Column{Title: e.T("admin.keys.state"), Width: 96},
		widgets.Column{Title: t("imported"), Width: 126},
		widgets.Column{Title: t("items"), Width: 56},
	)
	s.list.SetEmpty(t("none"))
	s.list.OnChoose = s.m.Choose
	s.begin = widgets.NewButton(t("import"), look.Icon("new", theme.ColorNameForegroundOnPrimary), func() { s.doBegin(true) }).Primary()
	s.sign = widgets.NewButton(t("revocations"), look.Icon("save", theme.ColorNameForeground), s.doSign)
	s.top = widgets.Row(look.Tight, s.begin, s.sign, widgets.Stretch())
	s.restore = widgets.NewButton(t("restore"), nil, s.m.Restore)
	s.end = widgets.NewButton(t("end"), nil, s.m.End)
	s.card = widgets.NewCard("", widgets.Stack(12, s.about, widgets.Columns(2, 150, s.restore, s.end)))

	s.name, s.path, s.source = widgets.NewEntry(), widgets.NewEntry(), widgets.NewEntry()
	for _, entry := range []*widgets.Entry{s.name, s.path, s.source} {
		entry.OnChanged = func(string) { s.typed() }
		entry.OnSubmitted = func(string) { s.m.Look() }
	}
	s.nameNote = widgets.NewField(t("import.name"), s.name).Hint(t("import.name.hint"))
	s.pathNote = widgets.NewField(t("import.path"), chosen(e, s.path))
	s.sourceNot = widgets.NewField(t("import.source"), s.source).Hint(t("import.source.hint"))
	s.look = widgets.NewButton(e.T("admin.keys.import.look"), nil, s.m.Look)
	s.take = widgets.NewButton(t("import.submit"), nil, s.m.Import).Primary()
	s.form = widgets.NewCard(t("import"), widgets.Stack(look.Tight, widgets.Prose(t("import.text"), look.ColorMuted),
		s.nameNote, s.sourceNot, s.pathNote, s.preview,
		widgets.Row(look.Tight, widgets.NewButton(e.T("admin.cancel"), nil, func() { s.doBegin(false) }), widgets.Stretch(), s.look, s.take)))
	onEscape(func() { s.doBegin(false) }, s.name, s.path, s.source)

	s.build(s.sides(s.list, widgets.Stack(12, s.top, s.form, s.card)))
	s.reveal(s.nameNote, s.sourceNot, s.pathNote)
	s.look.OnFocus, s.take.OnFocus = s.inSight(s.look), s.inSight(s.take)
	s.m.Show = s.show
	s.fill(s.m.State().Draft)
	s.m.Open()
	return s
}

// Focus implements env.Screen.
func (s *trustScreen) Focus() fyne.Focusable { return s.list.Focusable() }

// Leave implements env.Screen.
func (s *trustScreen) Leave() { s.m.Leave() }

// Actions implements env.Actor.
func (s *trustScreen) Actions() []env.Action {
	return s.actions(
		env.Action{Label: s.e.T("admin.trust.import"), Key: fyne.KeyA, Modifier: fyne.KeyModifierControl | fyne.KeyModifierShift, Do: func() { s.doBegin(true) }, Disabled: !s.st.May},
		env.Action{Label: s.e.T("admin.trust.restore"), Do: s.m.Restore, Disabled: !s.restore.Visible()},
		env.Action{Label: s.e.T("admin.trust.end"), Do: s.m.End, Disabled: !s.end.Visible()},
		env.Action{Label: s.e.T("admin.trust.revocations"), Do: s.doSign, Disabled: !s.st.MaySign},
	)
}

// fill shows a draft in the form.
func (s *trustScreen) fill(d TrustDraft) {
	s.name.Set(d.Name)
	s.path.Set(d.Path)
	s.source.Set(d.Source)
}

func (s *trustScreen) typed() {
	s.m.Type(TrustDraft{Name: s.name.Text, Path: s.path.Text, Source: s.source.Text})
}

func (s *trustScreen) doBegin(importing bool) {
	s.m.Begin(importing)
	s.fill(s.st.Draft)
	if s.st.Draft.Importing {
		s.focus(s.name)
	} else {
		s.focus(s.list.Focusable())
	}
}

func (s *trustScreen) doSign() {
	s.m.SignRevocations(func(name string, b []byte) {
		save.Ask(s.e, s.parts.Save, name, b, func(path string) { s.e.Toast(s.e.T("save.done", path)) })
	})
}

// trustPill is how a version stands.
func trustPill(e *env.Env, r TrustRow) widgets.Cell {
	switch {
	case r.Counts:
		return widgets.Cell{Pill: true, Text: e.T("admin.trust.counts"), Role: look.Valid, Icon: "valid"}
	case r.Withdrew:
		return widgets.Cell{Pill: true, Text: e.T("admin.trust.ended"), Role: look.Practice, Icon: "withdrawn"}
	}
	return widgets.Cell{Pill: true, Text: e.T("admin.trust.older"), Role: look.Plain, Icon: "withdrawn"}
}

// number is a number of which 0 is none.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func (s *trustScreen) show(st TrustState) {
	before := s.st
	s.st = st
	s.said(st.Busy, st.Done)
	s.list.SetRows(len(st.All), func(i int) []widgets.Cell {
		r := st.All[i]
		return []widgets.Cell{{Text: r.Name}, {Text: fmt.Sprint(r.Number)}, trustPill(s.e, r), {Text: r.Imported}, {Text: fmt.Sprint(r.Items)}}
	})
	s.list.Choose(st.Chosen)
	widgets.SetVisible(s.top, !st.Draft.Importing)
	widgets.SetVisible(s.begin, st.May)
	widgets.SetVisible(s.sign, st.MaySign)
	s.form.Hidden = !st.Draft.Importing
	s.nameNote.SetNote(widgets.Wrong(st.Problems["name"]))
	s.pathNote.SetNote(widgets.Wrong(st.Problems["path"]))
	s.sourceNot.SetNote(widgets.Wrong(st.Problems["source"]))
	s.preview.Objects = nil
	if p := st.Preview; p != nil {
		lines := strings.Join(p.Lines, "\n")
		if p.More > 0 {
			lines += "\n" + s.e.T("admin.trust.preview.more", p.More)
		}
		s.preview.Objects = []fyne.CanvasObject{widgets.Rule(), widgets.Subheading(s.e.T("admin.trust.preview")),
			pairs(pair(s.e.T("admin.trust.hash"), p.Hash), pair(s.e.T("admin.trust.preview.signed"), p.Signer)),
			widgets.Prose(s.e.T("admin.trust.preview.counts", p.Added, p.Removed, p.Kept, p.Refused), theme.ColorNameForeground),
			widgets.Prose(lines, look.ColorMuted), widgets.NewNotice(look.Accent, s.e.T("admin.trust.preview.compare"))}
	}
	s.preview.Refresh()
	ready := st.Preview != nil && len(st.Problems["path"]) == 0
	widgets.SetVisible(s.take, ready)
	widgets.SetVisible(s.look, !ready)

	s.card.Hidden = st.Chosen >= len(st.All) || st.Draft.Importing
	widgets.SetVisible(s.restore, !s.card.Hidden && s.m.mayRestore(st.Chosen))
	widgets.SetVisible(s.end, !s.card.Hidden && st.May && st.All[st.Chosen].Counts)
	if !s.card.Hidden {
		r := st.All[st.Chosen]
		t := func(name string) string { return s.e.T("admin.trust." + name) }
		s.card.SetTitle(s.e.T("admin.trust.title", r.Name, r.Number))
		s.about.Objects = []fyne.CanvasObject{widgets.Row(6, pill(trustPill(s.e, r)), widgets.Stretch()),
			pairs(pair(t("what"), r.What), pair(t("refused"), number(r.Refused)), pair(t("source"), r.Source), pair(t("imported"), r.Imported),
				pair(t("officers"), r.Officers), pair(t("restores"), number(r.Restores)), pair(t("hash"), r.Hash))}
		s.about.Refresh()
	}
	if before.Draft.Importing && !st.Draft.Importing {
		s.fill(TrustDraft{})
		s.focus(s.list.Focusable())
	}
	if before.Preview == nil && ready {
		s.focus(s.take)
	}
	s.root.Refresh()
	if st.Chosen != before.Chosen || st.Draft.Importing != before.Draft.Importing || len(st.All) != len(before.All) || st.Busy != before.Busy {
		s.e.Changed()
	}
}
