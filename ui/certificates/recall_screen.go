package certificates

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/save"
	"pratique/ui/second"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// RecallScreen asks for an officer and days, and revokes what is ticked.
type RecallScreen struct {
	e  *env.Env
	m  *RecallModel
	st RecallState

	officer             *widgets.CodeSelect
	from, until         *widgets.DateField
	officerField        *widgets.Field
	fromField           *widgets.Field
	untilField          *widgets.Field
	table               *widgets.DataList
	rowsProblem, result *widgets.Notice
	grounds             *grounds
	all, none           *widgets.Button
	revoke, people      *widgets.Button
	why, told           *fyne.Container
	busy                *widget.ProgressBarInfinite
	root                fyne.CanvasObject
}

func newRecall(e *env.Env, parts Parts) *RecallScreen {
	s := &RecallScreen{
		e: e, m: NewRecallModel(e, parts), officer: widgets.NewCodeSelect(e.Words, nil), from: widgets.NewDateField(), until: widgets.NewDateField(),
		rowsProblem: widgets.NewNotice(look.Invalid, ""), result: widgets.NewNotice(look.Valid, ""), busy: widget.NewProgressBarInfinite(),
	}
	s.officer.Short, s.officer.PlaceHolder = true, e.T("certificates.recall.officer.hint")
	s.officer.OnCode = func(code string) { s.show(s.m.Officer(data.OfficerID(code))) }
	s.from.OnDate = func(d data.Date) { s.show(s.m.From(d)) }
	s.until.OnDate = func(d data.Date) { s.show(s.m.Until(d)) }
	s.until.OnSubmitted = func(string) { s.list() }
	s.officerField = widgets.NewField(e.T("certificates.recall.officer"), s.officer)
	s.fromField = widgets.NewField(e.T("certificates.recall.from"), s.from)
	s.untilField = widgets.NewField(e.T("certificates.recall.until"), s.until)
	list := widgets.NewButton(e.T("certificates.recall.list"), nil, s.list).Primary()

	column := func(title string, width, grow float32) widgets.Column {
		return widgets.Column{Title: title, Width: width, Grow: grow}
	}
	s.table = widgets.NewDataList(e.Words, column("", 24, 0), column(e.T("certificates.column.number"), 130, 0), column(e.T("certificates.column.name"), 110, 3),
		column(e.T("certificates.column.document"), 88, 1), column(e.T("certificates.column.issued"), 122, 0),
		column(e.T("certificates.recall.part"), 72, 0.4), column(e.T("certificates.column.state"), 144, 0))
	s.table.OnOpen = s.tick
	s.table.OnTap = s.tick
	s.table.OnKey = func(k *fyne.KeyEvent) bool {
		if k.Name == fyne.KeySpace {
			s.tick(s.table.Current())
		}
		return k.Name == fyne.KeySpace
	}
	s.grounds = newGrounds(e, parts.Codes, func(code string) { s.show(s.m.Reason(code)) }, func(text string) { s.show(s.m.Note(text)) }, s.toTable)
	s.all = widgets.NewButton(e.T("certificates.recall.all"), nil, func() { s.show(s.m.TickAll(true)) })
	s.none = widgets.NewButton(e.T("certificates.recall.none"), nil, func() { s.show(s.m.TickAll(false)) })
	s.revoke = widgets.NewButton("", nil, s.ask).Primary()
	s.people = widgets.NewButton(e.T("certificates.recall.people"), nil, func() {
		s.show(s.m.People(func(content []byte) {
			name := "recall-" + strings.NewReplacer(" ", "-", ":", "").Replace(e.When(e.Now())) + ".csv"
			save.Ask(e, save.Parts{WriteNew: parts.WriteNew, Folder: parts.Folder, Settings: parts.Settings}, name, content,
				func(path string) { e.Toast(e.T("save.done", path)) })
		}))
	})
	s.why = widgets.Stack(6, widgets.Columns(2, 300, s.grounds.reasonField, s.grounds.noteField),
		widgets.Row(8, s.all, s.none, widgets.Stretch(), s.revoke))
	s.told = widgets.Stack(6, s.result, widgets.Row(12, s.people, widgets.Caption(e.T("certificates.recall.people.how")), widgets.Stretch()))
	top := widgets.Stack(8, widgets.Prose(e.T("certificates.recall.how"), look.ColorMuted),
		container.New(question{}, s.officerField, s.fromField, s.untilField, list))
	bottom := widgets.Inset(0, 8, widgets.Stack(8, s.rowsProblem, s.busy, s.told, s.why))
	// In the order of the keys: what is asked for, the answer, what becomes of it.
	s.root = widgets.Inset(look.Gap, 8, container.New(layout.NewBorderLayout(top, bottom, nil, nil), top, s.table, bottom))
	s.m.Show = s.show
	s.show(s.m.Open())
	return s
}

// question lays out what is asked for in one row, its button beside the fields.
type question struct{}

func (question) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(560, max(o[0].MinSize().Height, o[1].MinSize().Height, o[2].MinSize().Height))
}

func (question) Layout(o []fyne.CanvasObject, size fyne.Size) {
	const date, gap float32 = 150, 12
	button := o[3].MinSize()
	x := float32(0)
	for i, width := range []float32{max(160, size.Width-2*date-button.Width-3*gap), date, date} {
		o[i].Move(fyne.NewPos(x, 0))
		o[i].Resize(fyne.NewSize(width, size.Height))
		x += width + gap
	}
	const label = 23 // above a field's control
	o[3].Move(fyne.NewPos(x, label))
	o[3].Resize(button)
}

// Title implements env.Screen.
func (s *RecallScreen) Title() string { return s.e.T("certificates.recall.title") }

// Content implements env.Screen.
func (s *RecallScreen) Content() fyne.CanvasObject { return s.root }

// Focus implements env.Screen.
func (s *RecallScreen) Focus() fyne.Focusable { return s.officer }

// Leave implements env.Screen.
func (s *RecallScreen) Leave() { s.m.Leave() }

// Route implements env.Placed.
func (s *RecallScreen) Route() env.Route { return env.Route{Screen: env.Certificates, ID: Recall} }

// Actions implements env.Actor.
func (s *RecallScreen) Actions() []env.Action {
	const ctrl = fyne.KeyModifierControl
	listed := s.st.Listed && s.st.Busy == ""
	return []env.Action{
		{Label: s.e.T("certificates.recall.list"), Key: fyne.KeyF, Modifier: ctrl, Do: s.list, Disabled: s.st.Busy != ""},
		{Label: s.e.T("certificates.recall.all"), Key: fyne.KeyA, Modifier: ctrl | fyne.KeyModifierShift, Do: s.all.OnTapped, Disabled: !listed},
		{Label: s.e.T("certificates.revoke"), Key: fyne.KeyReturn, Modifier: ctrl, Do: s.ask, Disabled: !listed},
		{Label: s.e.T("certificates.recall.people"), Key: fyne.KeyS, Modifier: ctrl, Do: s.people.OnTapped, Disabled: s.st.Revoked == 0},
		{Label: s.e.T("certificates.back"), Do: func() { s.e.Navigate(env.Route{Screen: env.Certificates}) }},
	}
}

func (s *RecallScreen) list() {
	s.show(s.m.List())
	for _, p := range []struct {
		problem string
		f       fyne.Focusable
	}{{s.st.OfficerProblem, s.officer}, {s.st.FromProblem, s.from}, {s.st.UntilProblem, s.until}} {
		if p.problem != "" {
			s.e.Window.Canvas().Focus(p.f)
			return
		}
	}
	s.toTable()
}

func (s *RecallScreen) toTable() { s.e.Window.Canvas().Focus(s.table.Focusable()) }

func (s *RecallScreen) tick(i int) { s.show(s.m.Tick(i)) }

// ask asks for the second officer once all is said.
func (s *RecallScreen) ask() {
	sentence, ok := s.m.AskRevoke()
	s.show(s.m.State())
	if !ok {
		s.grounds.focusProblem(s.st.Grounds)
		return
	}
	second.Ask(s.e, s.m.parts.Desk, sentence, func(other staff.Session) { s.show(s.m.Revoke(other)) })
}

func (s *RecallScreen) show(st RecallState) {
	before := s.st
	s.st = st
	var options []widgets.Option
	for _, o := range st.Officers {
		options = append(options, widgets.Option{Code: string(o.ID), Name: o.Mark + " – " + o.Name})
	}
	s.officer.SetOptions(options)
	s.officer.SetCode(string(st.Officer))
	s.from.SetDate(st.From)
	s.until.SetDate(st.Until)
	for f, key := range map[*widgets.Field]string{s.officerField: st.OfficerProblem, s.fromField: st.FromProblem, s.untilField: st.UntilProblem} {
		note := widgets.Note{}
		if key != "" {
			note = widgets.Note{Role: look.Invalid, Text: s.e.T(key)}
		}
		f.SetNote(note)
	}
	s.table.SetEmpty(s.e.T("certificates.recall.ask"))
	if st.Listed {
		s.table.SetEmpty(s.e.T("certificates.recall.nothing"))
	}
	s.table.SetRows(len(st.Rows), func(i int) []widgets.Cell {
		r := st.Rows[i]
		box := widgets.Cell{Box: true, On: r.Ticked}
		state := widgets.Cell{Text: s.e.T("certificates.recall.paper." + r.Paper)}
		if r.Revoked != "" {
			box = widgets.Cell{}
			state = widgets.Cell{Text: s.e.T("certificates.state.revoked", r.Revoked), Role: look.Invalid, Icon: "invalid", Pill: true}
		}
		return []widgets.Cell{box, {Text: r.Number.String()}, {Text: r.Name}, {Text: r.Document}, {Text: r.Issued},
			{Text: s.e.T("certificates.recall.part." + r.Part)}, state}
	})
	problem := ""
	if st.RowsProblem != "" {
		problem = s.e.T(st.RowsProblem)
	}
	s.rowsProblem.Set(look.Invalid, problem)
	s.grounds.show(st.Grounds)
	widgets.SetVisible(s.busy, st.Busy != "")
	widgets.SetVisible(s.why, len(st.Rows) > 0 && (st.Revoked == 0 || st.Ticked > 0))
	widgets.SetVisible(s.told, st.Revoked > 0)
	s.result.Set(look.Valid, "")
	if st.Revoked > 0 {
		s.result.Set(look.Valid, s.e.T("certificates.recall.done", st.Revoked))
	}
	label := s.e.T("certificates.revoke")
	if st.Ticked > 0 {
		label = s.e.T("certificates.recall.revoke", st.Ticked)
	}
	s.revoke.SetText(label)
	widgets.SetEnabled(s.revoke, st.Busy == "")
	s.root.Refresh()
	if s.why.Hidden && len(st.Rows) > 0 && before.Ticked > 0 {
		s.toTable() // what had the focus is gone
	}
	if st.Listed != before.Listed || st.Busy != before.Busy || st.Revoked != before.Revoked {
		s.e.Changed()
	}
}
