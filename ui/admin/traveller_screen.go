package admin

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"pratique/data"
	"pratique/ui/env"
	"pratique/ui/save"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

type travellerScreen struct {
	frame
	m     *TravellerModel
	parts Parts
	st    TravellerState

	issuer     *widgets.CodeSelect
	number     *widgets.Entry
	issuerNote *widgets.Field
	numberNote *widgets.Field
	find       *widgets.Button
	none       *widgets.Notice
	list       *widgets.DataList
	export     *widgets.Card
	held       *fyne.Container
	save       *widgets.Button
	erase      *widgets.Card
	problem    *widgets.Notice
	eraseNow   *widgets.Button
}

func newTravellerScreen(f frame, parts Parts) *travellerScreen {
	e := f.e
	s := &travellerScreen{frame: f, parts: parts, m: NewTravellerModel(e, parts), none: widgets.NewNotice(look.Plain, ""), held: widgets.Stack(look.Tight), problem: widgets.NewNotice(look.Invalid, "")}
	s.issuer = widgets.NewCodeSelect(e.Words, states(e, parts.Codes))
	s.number = widgets.NewEntry()
	s.issuer.OnCode = func(string) { s.typed() }
	s.number.OnChanged = func(string) { s.typed() }
	s.number.OnSubmitted = func(string) { s.doFind() }
	s.issuerNote = widgets.NewField(e.Words.Field("document.issuer"), s.issuer)
	s.numberNote = widgets.NewField(e.Words.Field("document.number"), s.number)
	s.find = widgets.NewButton(e.T("admin.traveller.find"), nil, s.doFind).Primary()

	s.list = widgets.NewDataList(e.Words,
		widgets.Column{Width: 34},
		widgets.Column{Title: e.T("admin.traveller.certificate"), Width: 132, Grow: 1},
		widgets.Column{Title: e.T("admin.traveller.state"), Width: 96, Grow: 1},
		widgets.Column{Title: e.T("admin.traveller.changed"), Width: 124},
	)
	s.list.SetEmpty(e.T("admin.traveller.empty"))
	s.list.OnTap, s.list.OnOpen = s.m.Tick, s.m.Tick
	s.list.OnRune = func(r rune) {
		if r == ' ' {
			s.m.Tick(s.list.Current())
		}
	}

	muted := func(key string) fyne.CanvasObject { return widgets.Prose(e.T(key), look.ColorMuted) }
	s.save = widgets.NewButton(e.T("admin.traveller.save"), look.Icon("save", theme.ColorNameForeground), s.doSave)
	s.export = widgets.NewCard(e.T("admin.traveller.export"), widgets.Stack(12, s.held, muted("admin.traveller.export.text"), widgets.Row(0, s.save, widgets.Stretch())))
	s.eraseNow = widgets.NewButton(e.T("admin.traveller.erase.submit"), nil, s.m.Erase)
	s.erase = widgets.NewCard(e.T("admin.traveller.erase"), widgets.Stack(12, muted("admin.traveller.erase.goes"), muted("admin.traveller.erase.stays"), muted("admin.traveller.erase.when"),
		s.problem, widgets.Row(0, s.eraseNow, widgets.Stretch())))
	search := widgets.NewCard(e.T("admin.traveller.title"), widgets.Stack(look.Tight, muted("admin.traveller.text"), s.issuerNote, s.numberNote,
		widgets.Row(0, s.find, widgets.Stretch()), s.none))
	s.build(s.sides(s.list, widgets.Stack(12, search, s.export, s.erase)))
	s.reveal(s.issuerNote, s.numberNote)
	s.save.OnFocus, s.eraseNow.OnFocus = s.inSight(s.save), s.inSight(s.eraseNow)
	s.m.Show = s.show
	d := s.m.State().Draft
	s.issuer.SetCode(d.Issuer)
	s.number.Set(d.Number)
	s.show(s.m.State())
	return s
}

// states are the issuers of documents, in the officer's language and found by
// the other as well. Those that are no more are among them: documents live on.
func states(e *env.Env, c Codes) (all []widgets.Option) {
	for _, entry := range c.All(data.ListStates) {
		o := widgets.Option{Code: entry.Code, Name: entry.En, Also: strings.ToLower(entry.Zh)}
		if strings.HasPrefix(e.Language(), "zh") {
			o.Name, o.Also = entry.Zh, strings.ToLower(entry.En)
		}
		all = append(all, o)
	}
	return all
}

// Focus implements env.Screen.
func (s *travellerScreen) Focus() fyne.Focusable { return s.issuer }

// Leave implements env.Screen.
func (s *travellerScreen) Leave() { s.m.Leave() }

// Actions implements env.Actor.
func (s *travellerScreen) Actions() []env.Action {
	return s.actions(
		env.Action{Label: s.e.T("admin.traveller.find"), Do: func() { s.focus(s.issuer) }},
		env.Action{Label: s.e.T("admin.traveller.save"), Key: fyne.KeyS, Modifier: fyne.KeyModifierControl, Do: s.doSave, Disabled: !s.st.Found},
		env.Action{Label: s.e.T("admin.traveller.erase.submit"), Do: s.m.Erase, Disabled: !s.st.MayErase || s.st.Ticked == 0},
	)
}

func (s *travellerScreen) typed() {
	s.m.Type(TravellerDraft{Issuer: s.issuer.Code(), Number: s.number.Text})
}

func (s *travellerScreen) doFind() {
	s.m.Find()
	if s.st.Found {
		s.focus(s.list.Focusable())
	}
}

func (s *travellerScreen) doSave() {
	if name, content, ok := s.m.File(); ok {
		save.Ask(s.e, s.parts.Save, name, content, s.m.Saved)
	}
}

func (s *travellerScreen) show(st TravellerState) {
	before := s.st
	s.st = st
	s.said(st.Busy, st.Done)
	s.issuerNote.SetNote(widgets.Wrong(st.IssuerProblem))
	s.numberNote.SetNote(widgets.Wrong(st.NumberProblem))
	widgets.SetEnabled(s.find, st.Busy == "")
	s.none.Set(look.Plain, "")
	if st.None {
		s.none.Set(look.Plain, s.e.T("admin.traveller.none"))
	}
	s.list.SetRows(len(st.Cases), func(i int) []widgets.Cell {
		c := st.Cases[i]
		state := widgets.Cell{Text: s.e.T("state." + string(c.State))}
		if c.Revoked {
			state = widgets.Cell{Pill: true, Text: s.e.T("admin.traveller.revoked"), Role: look.Invalid, Icon: "invalid"}
		}
		number := "–"
		if c.Certificate != "" {
			number = c.Certificate.String()
		}
		return []widgets.Cell{{Box: st.MayErase, On: c.Ticked}, {Text: number}, state, {Text: c.Changed}}
	})
	s.export.Hidden, s.erase.Hidden = !st.Found, !st.Found || !st.MayErase
	s.held.Objects = []fyne.CanvasObject{pairs(pair(s.e.T("admin.traveller.name"), st.Name),
		pair(s.e.T("admin.traveller.cases"), s.e.T("admin.number", len(st.Cases))), pair(s.e.T("admin.traveller.entries"), s.e.T("admin.number", st.Entries)))}
	s.held.Refresh()
	s.problem.Set(look.Invalid, st.Problem)
	widgets.SetEnabled(s.eraseNow, st.Busy == "")
	s.root.Refresh()
	if st.Found != before.Found || st.Ticked != before.Ticked {
		s.e.Changed()
	}
}
