package flights

import (
	"fmt"
	"io"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/theme"

	"pratique/data"
	"pratique/data/attachment"
	"pratique/data/handover"
	"pratique/ui/env"
	"pratique/ui/save"
	"pratique/ui/second"
	"pratique/ui/stated"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

type screen struct {
	e     *env.Env
	parts Parts
	m     *Model
	st    State

	tabs                 *widgets.Choices
	doing, done, refused *widgets.Notice
	wrong                *fyne.Container
	root                 fyne.CanvasObject
	bodies               map[Part]fyne.CanvasObject

	from, until                     *widgets.DateField
	port                            *widgets.Entry
	fromField, untilField, portNote *widgets.Field
	expect, hand                    *widgets.Button
	question                        *fyne.Container

	scan               *widgets.Entry
	declare            *widgets.Field
	lines, announced   *widgets.DataList
	who                *widgets.Text
	begin, take        *widgets.Button
	preview            *fyne.Container
	declared, waiting  *fyne.Container
	list, passed       *widgets.DataList
	save, print, back  *widgets.Button
	classes, changes   *widgets.DataList
	open, set, giveUp  *widgets.Button
	readsNow, readsOld *fyne.Container
}

// New makes the screen. The ID of the route is a part.
func New(e *env.Env, parts Parts, r env.Route) env.Screen {
	s := &screen{
		e: e, parts: parts, m: NewModel(e, parts, Part(r.ID)), doing: widgets.NewNotice(look.Accent, ""), wrong: widgets.Stack(2),
		done: widgets.NewNotice(look.Valid, ""), refused: widgets.NewNotice(look.Invalid, ""),
	}
	s.st = s.m.State()
	var options []widgets.Option
	for _, p := range s.st.Parts {
		options = append(options, widgets.Option{Code: string(p), Name: e.T("flights." + string(p))})
	}
	s.tabs = widgets.NewChoices(options)
	s.tabs.OnCode = func(code string) { s.m.Go(Part(code)) }
	s.asking()
	s.bodies = map[Part]fyne.CanvasObject{Expected: s.expected(), Handover: s.handover(), Risk: s.risk()}
	top := widgets.Stack(8, container.New(layoutTabs{len(options)}, s.tabs), s.question, s.doing, s.done, s.refused, s.wrong)
	stage := container.NewStack(s.bodies[Expected], s.bodies[Handover], s.bodies[Risk])
	// In the order of the keys.
	s.root = widgets.Inset(look.Gap, 8, container.New(layout.NewBorderLayout(top, nil, nil, nil), top, widgets.Inset(0, 8, stage)))
	s.fill(s.st.Asked)
	s.m.Show = s.show
	e.Window.SetOnDropped(func(_ fyne.Position, dropped []fyne.URI) {
		if len(dropped) > 0 {
			s.m.File(func() ([]byte, error) {
				f, err := storage.Reader(dropped[0])
				if err != nil {
					return nil, err
				}
				return readAll(f)
			})
		}
	})
	s.m.Open()
	return s
}

// asking are the days and the port.
func (s *screen) asking() {
	e := s.e
	s.from, s.until, s.port = widgets.NewDateField(), widgets.NewDateField(), widgets.NewEntry()
	s.from.OnDate = func(data.Date) { s.asked() }
	s.until.OnDate = func(data.Date) { s.asked() }
	s.until.OnSubmitted = func(string) {
		if s.st.Part == Handover {
			e.Window.Canvas().Focus(s.port)
		} else {
			s.m.Expect()
		}
	}
	s.port.PlaceHolder = "PVG"
	s.port.OnChanged = func(string) { s.asked() }
	s.port.OnSubmitted = func(string) { s.m.Hand() }
	s.fromField = widgets.NewField(e.T("flights.from"), s.from)
	s.untilField = widgets.NewField(e.T("flights.until"), s.until)
	s.portNote = widgets.NewField(e.T("flights.port"), s.port)
	s.expect = widgets.NewButton(e.T("flights.expect"), nil, s.m.Expect).Primary()
	s.hand = widgets.NewButton(e.T("flights.hand"), nil, s.m.Hand).Primary()
	icon := func(name string) fyne.Resource { return look.Icon(name, theme.ColorNameForeground) }
	s.save = widgets.NewButton(e.T("flights.save"), icon("save"), s.doSave)
	s.print = widgets.NewButton(e.T("flights.print"), icon("print"), s.m.Print)
	s.back = widgets.NewButton(e.T("flights.back"), nil, s.openFile)
	s.scan = widgets.NewEntry()
	s.scan.SetPlaceHolder(e.T("flights.scan"))
	s.scan.OnSubmitted = func(text string) {
		s.scan.Set("") // it is shown as what it says
		s.m.Text(text)
	}
	s.declare = widgets.NewField(e.T("flights.declaration"),
		container.NewBorder(nil, nil, nil, widgets.Inset(4, 0, widgets.NewButton(e.T("flights.open.expected"), nil, s.openFile)), s.scan))
	s.question = container.New(question{s.declare}, s.fromField, s.untilField, s.portNote, s.expect, s.hand, s.save, s.print, s.back, s.declare)
}

// asked tells what is asked for as typed.
func (s *screen) asked() {
	s.m.Ask(Asked{s.from.Date(), s.until.Date(), s.port.Text})
}

func (s *screen) fill(a Asked) {
	s.from.SetDate(a.From)
	s.until.SetDate(a.Until)
	if s.e.Window.Canvas().Focused() != fyne.Focusable(s.port) {
		s.port.Set(a.Port)
	}
}

func (s *screen) expected() fyne.CanvasObject {
	e := s.e
	right := fyne.TextAlignTrailing
	s.lines = widgets.NewDataList(e.Words,
		widgets.Column{Title: e.T("flights.day"), Width: 86},
		widgets.Column{Title: e.T("flights.flight"), Width: 62, Grow: 1},
		widgets.Column{Title: e.T("flights.port.short"), Width: 44},
		widgets.Column{Title: e.T("flights.risk.short"), Width: 78},
		widgets.Column{Title: e.T("flights.announced"), Width: 74, Align: right},
		widgets.Column{Title: e.T("flights.begun"), Width: 56, Align: right},
		widgets.Column{Title: e.T("flights.approved"), Width: 66, Align: right},
	)
	s.lines.SetEmpty(e.T("flights.expected.none"))
	s.lines.OnChoose = s.m.Choose
	s.lines.OnOpen = func(int) {
		if len(s.st.Announced) > 0 {
			e.Window.Canvas().Focus(s.announced.Focusable())
		}
	}
	s.lines.OnRune = s.TypedRune
	s.announced = widgets.NewDataList(e.Words,
		widgets.Column{Title: e.T("flights.name"), Width: 110, Grow: 1},
		widgets.Column{Title: e.T("flights.document"), Width: 84},
		widgets.Column{Title: e.T("flights.reference"), Width: 84},
	)
	s.announced.SetEmpty(e.T("flights.announced.none"))
	s.announced.OnOpen = s.m.Begin
	s.announced.OnRune = s.TypedRune
	s.who = widgets.NewText("", widgets.Style{Bold: true, Elide: true})
	s.begin = widgets.NewButton(e.T("flights.begin"), nil, func() { s.m.Begin(s.announced.Current()) })
	s.preview = widgets.Stack(look.Tight)
	s.take = widgets.NewButton(e.T("flights.take"), nil, s.m.TakeIn).Primary()
	card := widgets.NewCard(e.T("flights.declared"), widgets.Stack(look.Tight, s.preview,
		widgets.Prose(e.T("flights.declared.text"), look.ColorMuted),
		widgets.Row(look.Tight, widgets.NewButton(e.T("flights.give-up"), nil, s.m.GiveUp), widgets.Stretch(), s.take)))
	s.declared = container.NewStack(widgets.Wheeled(container.NewVScroll(widgets.Inset(look.Tight, 2, container.New(narrow{}, card)))))
	head := widgets.Inset(0, 3, widgets.Row(look.Tight, s.who, s.begin))
	s.waiting = container.New(halves{}, s.lines, container.New(layout.NewBorderLayout(head, nil, nil, nil), s.announced, head))
	return container.NewStack(s.waiting, s.declared)
}

func (s *screen) handover() fyne.CanvasObject {
	e := s.e
	s.list = widgets.NewDataList(e.Words,
		widgets.Column{Title: e.T("flights.number"), Width: 134},
		widgets.Column{Title: e.T("flights.flight"), Width: 66},
		widgets.Column{Title: e.T("flights.day"), Width: 88},
		widgets.Column{Title: e.T("flights.colour"), Width: 108},
		widgets.Column{Title: e.T("flights.risk.short"), Width: 78},
		widgets.Column{Title: e.T("flights.note"), Width: 120, Grow: 1},
	)
	s.passed = widgets.NewDataList(e.Words,
		widgets.Column{Title: e.T("flights.number"), Width: 134},
		widgets.Column{Title: e.T("flights.checkpoint"), Width: 120},
		widgets.Column{Title: e.T("flights.when"), Width: 190, Grow: 1},
	)
	s.passed.SetEmpty(e.T("flights.passed.none"))
	return container.NewStack(s.list, s.passed)
}

func (s *screen) risk() fyne.CanvasObject {
	e := s.e
	s.classes = widgets.NewDataList(e.Words,
		widgets.Column{Title: e.T("flights.flight"), Width: 120, Grow: 0.3},
		widgets.Column{Title: e.T("flights.risk.short"), Width: 120, Grow: 1},
	)
	s.classes.SetEmpty(e.T("flights.risk.none"))
	s.changes = widgets.NewDataList(e.Words,
		widgets.Column{Title: e.T("flights.flight"), Width: 120, Grow: 0.3},
		widgets.Column{Title: e.T("flights.risk.was"), Width: 120, Grow: 0.3},
		widgets.Column{Title: e.T("flights.risk.is"), Width: 120, Grow: 1},
	)
	s.open = widgets.NewButton(e.T("flights.open.risk"), nil, s.openFile).Primary()
	s.giveUp = widgets.NewButton(e.T("flights.give-up"), nil, s.m.GiveUp)
	s.set = widgets.NewButton(e.T("flights.risk.set"), nil, s.doSet).Primary()
	s.readsNow = widgets.Row(look.Tight, s.open, widgets.Stretch())
	s.readsOld = widgets.Row(look.Tight, s.giveUp, s.set, widgets.Stretch())
	head := widgets.Stack(8, widgets.Prose(e.T("flights.risk.text"), look.ColorMuted), s.readsNow, s.readsOld)
	return container.New(layout.NewBorderLayout(head, nil, nil, nil), head, widgets.Inset(0, 8, container.NewStack(s.classes, s.changes)))
}

// Title implements env.Screen.
func (s *screen) Title() string { return s.e.T("screen.flights") }

// Content implements env.Screen.
func (s *screen) Content() fyne.CanvasObject { return s.root }

// Focus implements env.Screen.
func (s *screen) Focus() fyne.Focusable {
	switch {
	case s.st.Part == Expected:
		return s.lines.Focusable()
	case s.st.Part == Handover && s.st.MayHand:
		return s.port
	case s.st.Part == Handover:
		return s.back
	}
	return s.classes.Focusable()
}

// Leave implements env.Screen.
func (s *screen) Leave() {
	s.e.Window.SetOnDropped(nil)
	s.scan.Set("")
	s.m.Leave()
}

// Route implements env.Placed.
func (s *screen) Route() env.Route { return env.Route{Screen: env.Flights, ID: string(s.st.Part)} }

// TypedRune implements env.Typist: the entry takes what a scanner types
// wherever the focus is.
func (s *screen) TypedRune(r rune) {
	if s.st.Part == Expected && s.st.MayDeclare {
		s.e.Window.Canvas().Focus(s.scan)
		s.scan.TypedRune(r)
	}
}

// TypedKey implements env.Typist.
func (s *screen) TypedKey(*fyne.KeyEvent) {}

// Actions implements env.Actor.
func (s *screen) Actions() []env.Action {
	const ctrl = fyne.KeyModifierControl
	var all []env.Action
	for _, p := range s.st.Parts {
		all = append(all, env.Action{Label: s.e.T("flights." + string(p)), Do: func() { s.m.Go(p) }, Disabled: p == s.st.Part})
	}
	file := env.Action{Label: s.e.T("flights.open." + string(s.st.Part)), Key: fyne.KeyO, Modifier: ctrl, Do: s.openFile, Disabled: !s.m.MayFile()}
	switch s.st.Part {
	case Expected:
		all = append(all, env.Action{Label: s.e.T("flights.expect"), Key: fyne.KeyF, Modifier: ctrl, Do: s.m.Expect}, file,
			env.Action{Label: s.e.T("flights.take"), Key: fyne.KeyReturn, Modifier: ctrl, Do: s.m.TakeIn, Disabled: s.st.Declared == nil},
			env.Action{Label: s.e.T("flights.begin"), Key: fyne.KeyB, Modifier: ctrl, Do: s.begin.OnTapped, Disabled: !s.begin.Visible()})
	case Handover:
		all = append(all, env.Action{Label: s.e.T("flights.hand"), Key: fyne.KeyReturn, Modifier: ctrl, Do: s.m.Hand, Disabled: !s.st.MayHand},
			env.Action{Label: s.e.T("flights.save"), Key: fyne.KeyS, Modifier: ctrl, Do: s.doSave, Disabled: s.st.List == nil},
			env.Action{Label: s.e.T("flights.print"), Key: fyne.KeyP, Modifier: ctrl, Do: s.m.Print, Disabled: s.st.List == nil}, file)
	case Risk:
		all = append(all, file, env.Action{Label: s.e.T("flights.risk.set"), Key: fyne.KeyReturn, Modifier: ctrl, Do: s.doSet, Disabled: s.st.Changes == nil})
	}
	return all
}

// readAll reads a file that somebody brings, no longer than any is.
func readAll(f io.ReadCloser) ([]byte, error) {
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, attachment.MaxSize+1))
	if err == nil && len(b) > attachment.MaxSize {
		err = fmt.Errorf("more than %d bytes", attachment.MaxSize)
	}
	return b, err
}

func (s *screen) openFile() {
	if !s.m.MayFile() {
		return
	}
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		switch {
		case err != nil:
			s.e.Error(err)
		case r != nil:
			s.m.File(func() ([]byte, error) { return readAll(r) })
		}
	}, s.e.Window)
	d.Show()
	d.Resize(fyne.NewSize(760, 520)) // the toolkit crashes if it is told before
}

func (s *screen) doSave() {
	if name, b := s.m.Signed(); name != "" {
		save.Ask(s.e, s.parts.Save, name, b, func(path string) { s.e.Toast(s.e.T("save.done", path)) })
	}
}

func (s *screen) doSet() {
	if sentence, ok := s.m.AskSet(); ok {
		second.Ask(s.e, s.parts.Desk, sentence, s.m.Set)
	}
}

func (s *screen) show(st State) {
	before := s.st
	s.st = st
	s.tabs.SetCode(string(st.Part))
	widgets.SetVisible(s.tabs, len(st.Parts) > 1)
	for p, body := range s.bodies {
		widgets.SetVisible(body, p == st.Part)
	}
	s.doing.Set(look.Accent, "")
	if st.Busy != "" && st.Busy != "flights.busy.read" { // that is over before one could read it
		s.doing.Set(look.Accent, s.e.T(st.Busy))
	}
	s.done.Set(look.Valid, st.Done)
	s.refused.Set(look.Invalid, st.Refused)
	s.wrong.Objects = nil
	for i, says := range st.Wrong {
		if i == mostWrong {
			says = s.e.T("flights.more", len(st.Wrong)-mostWrong)
		}
		s.wrong.Add(widgets.Prose(says, look.Invalid.Ink()))
		if i == mostWrong {
			break
		}
	}
	widgets.SetVisible(s.wrong, len(st.Wrong) > 0)
	s.fill(st.Asked)
	note := func(f *widgets.Field, key string) {
		n := widgets.Note{}
		if key != "" {
			n = widgets.Note{Role: look.Invalid, Text: s.e.T(key)}
		}
		f.SetNote(n)
	}
	note(s.fromField, st.FromProblem)
	note(s.untilField, st.UntilProblem)
	note(s.portNote, st.PortProblem)

	hands := st.Part == Handover
	widgets.SetVisible(s.question, st.Part == Expected || hands)
	widgets.SetVisible(s.fromField, st.Part == Expected || st.MayHand)
	widgets.SetVisible(s.untilField, st.Part == Expected || st.MayHand)
	widgets.SetVisible(s.portNote, hands && st.MayHand)
	widgets.SetVisible(s.expect, st.Part == Expected)
	widgets.SetVisible(s.hand, hands && st.MayHand)
	widgets.SetVisible(s.save, hands && st.List != nil)
	widgets.SetVisible(s.print, hands && st.List != nil)
	widgets.SetVisible(s.back, hands && st.MayRead)
	widgets.SetVisible(s.declare, st.Part == Expected && st.MayDeclare)
	switch st.Part {
	case Expected:
		s.showExpected(before)
	case Handover:
		s.showHandover()
	case Risk:
		s.showRisk()
	}
	s.root.Refresh()
	for _, p := range []struct {
		was, is string
		at      fyne.Focusable
	}{{before.PortProblem, st.PortProblem, s.port}, {before.UntilProblem, st.UntilProblem, s.until}, {before.FromProblem, st.FromProblem, s.from}} {
		if p.was == "" && p.is != "" {
			s.e.Window.Canvas().Focus(p.at)
		}
	}
	if before.Part != st.Part {
		s.e.Window.Canvas().Focus(s.tabs.Focusable())
	}
	if before.Part != st.Part || (before.List == nil) != (st.List == nil) || (before.Declared == nil) != (st.Declared == nil) ||
		(before.Changes == nil) != (st.Changes == nil) || len(before.Announced) != len(st.Announced) {
		s.e.Changed()
	}
}

// mostWrong is how many problems of a file are shown: nobody mends more at once.
const mostWrong = 6

func (s *screen) showExpected(before State) {
	st := s.st
	s.lines.SetRows(len(st.Expected), func(i int) []widgets.Cell {
		x := st.Expected[i]
		return []widgets.Cell{{Text: string(x.Day)}, {Text: x.Flight}, {Text: x.Port}, s.class(x.Risk),
			{Text: number(x.PreDeclared), Bold: true}, {Text: number(x.Open)}, {Text: number(x.Approved)}}
	})
	s.lines.Choose(st.Chosen)
	s.announced.SetRows(len(st.Announced), func(i int) []widgets.Cell {
		a := st.Announced[i]
		return []widgets.Cell{{Text: a.Name}, {Text: a.Document}, {Text: a.Reference}}
	})
	s.who.SetText("")
	if st.Chosen < len(st.Expected) {
		x := st.Expected[st.Chosen]
		s.who.SetText(s.e.T("flights.announced.of", x.Flight, string(x.Day)))
	}
	widgets.SetVisible(s.begin, st.MayDeclare && len(st.Announced) > 0)
	widgets.SetVisible(s.declared, st.Declared != nil)
	widgets.SetVisible(s.waiting, st.Declared == nil)
	if st.Declared != nil && st.Declared != before.Declared {
		s.preview.Objects = []fyne.CanvasObject{stated.Pairs(st.Declared.Lines)}
		s.preview.Refresh()
		s.e.Window.Canvas().Focus(s.take)
	}
	if before.Declared != nil && st.Declared == nil && before.Part == Expected {
		s.e.Window.Canvas().Focus(s.announced.Focusable())
		for i, a := range st.Announced {
			if st.New == a.ID {
				s.announced.Choose(i)
			}
		}
	}
}

func (s *screen) showHandover() {
	st := s.st
	var rows []handover.Row
	if st.List != nil {
		rows = st.List.Rows
	}
	switch {
	case st.List != nil:
		s.list.SetEmpty(s.e.T("flights.list.none"))
	case st.MayHand:
		s.list.SetEmpty(s.e.T("flights.list.ask"))
	default:
		s.list.SetEmpty(s.e.T("flights.passed.ask"))
	}
	s.list.SetRows(len(rows), func(i int) []widgets.Cell {
		r := rows[i]
		number := r.Number.String()
		if number == "" {
			number = r.Reference.String()
		}
		return []widgets.Cell{{Text: number}, {Text: r.Flight}, {Text: string(r.Day)}, s.colour(r), s.class(r.Risk), {Text: r.Note}}
	})
	s.passed.SetRows(len(st.Passed), func(i int) []widgets.Cell {
		p := st.Passed[i]
		number, key := p.Number.String(), "flights.boarded"
		if number == "" {
			number = p.Reference.String()
		}
		if p.Landed {
			key = "flights.landed"
		}
		return []widgets.Cell{{Text: number}, {Text: s.e.T(key)}, {Text: p.At.Format("2006-01-02 15:04 -07:00")}}
	})
	widgets.SetVisible(s.passed, st.Back)
	widgets.SetVisible(s.list, !st.Back)
}

func (s *screen) showRisk() {
	st := s.st
	s.classes.SetRows(len(st.Classes), func(i int) []widgets.Cell {
		return []widgets.Cell{{Text: st.Classes[i].Flight}, s.class(st.Classes[i].Is)}
	})
	s.changes.SetRows(len(st.Changes), func(i int) []widgets.Cell {
		c := st.Changes[i]
		return []widgets.Cell{{Text: c.Flight, Bold: true}, s.class(c.Was), s.class(c.Is)}
	})
	widgets.SetVisible(s.changes, st.Changes != nil)
	widgets.SetVisible(s.classes, st.Changes == nil)
	widgets.SetVisible(s.readsNow, st.MaySet && st.Changes == nil)
	widgets.SetVisible(s.readsOld, st.Changes != nil)
}

// class is a class of risk as a pill.
func (s *screen) class(risk string) widgets.Cell {
	role, ok := map[string]look.Role{"low": look.Plain, "medium": look.Practice, "high": look.Invalid}[risk]
	if !ok {
		return widgets.Cell{Text: "–"}
	}
	return widgets.Cell{Pill: true, Role: role, Text: s.e.T("risk." + risk)}
}

// colours are the roles of what a port is told.
var colours = map[data.Colour]look.Role{data.Green: look.Valid, data.Blue: look.Accent, data.Yellow: look.Practice, data.Orange: look.Practice, data.Red: look.Invalid}

func (s *screen) colour(r handover.Row) widgets.Cell {
	if r.Status == handover.Revoked {
		return widgets.Cell{Pill: true, Role: look.Invalid, Icon: "withdrawn", Text: s.e.T("flights.revoked")}
	}
	role, ok := colours[r.Colour]
	if !ok {
		return widgets.Cell{Text: "–"}
	}
	return widgets.Cell{Pill: true, Role: role, Text: s.e.T("flights.colour." + string(r.Colour))}
}

func number(n int) string {
	if n == 0 {
		return "–"
	}
	return strconv.Itoa(n)
}

// layoutTabs keeps the parts together at the left.
type layoutTabs struct{ n int }

func (l layoutTabs) width() float32 { return float32(l.n) * 176 }
func (l layoutTabs) MinSize(o []fyne.CanvasObject) fyne.Size {
	if !o[0].Visible() {
		return fyne.Size{}
	}
	return fyne.NewSize(l.width(), o[0].MinSize().Height)
}
func (l layoutTabs) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(fyne.NewSize(min(l.width(), size.Width), size.Height))
}

// question lays out fields in one row and buttons beside their controls; one
// field at the end has what is left.
type question struct{ last *widgets.Field }

const (
	fieldWidth float32 = 128
	fieldGap   float32 = 10
	labelHigh  float32 = 23 // above a field's control
)

func (q question) MinSize(o []fyne.CanvasObject) (size fyne.Size) {
	for _, c := range o {
		if c.Visible() {
			size.Width += q.width(c) + fieldGap
			size.Height = max(size.Height, c.MinSize().Height)
		}
	}
	return size
}

func (question) width(c fyne.CanvasObject) float32 {
	if _, field := c.(*widgets.Field); field {
		return fieldWidth
	}
	return c.MinSize().Width
}

func (q question) Layout(o []fyne.CanvasObject, size fyne.Size) {
	x, y := float32(0), float32(0)
	for _, c := range o {
		if !c.Visible() {
			continue
		}
		at, want := fyne.NewPos(x, y), fyne.NewSize(q.width(c), c.MinSize().Height)
		if _, field := c.(*widgets.Field); field {
			at.Y, want.Height, y = 0, size.Height, labelHigh
		}
		if c == fyne.CanvasObject(q.last) {
			at.X += look.Gap
			want.Width = size.Width - at.X
		}
		c.Move(at)
		c.Resize(want)
		x += want.Width + fieldGap
	}
}

// narrow keeps a card as narrow as its lines.
type narrow struct{}

func (narrow) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }
func (narrow) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(fyne.NewSize(min(size.Width, 600), o[0].MinSize().Height))
}

// halves gives numbers and names their room: side by side, or one above the
// other where that is too narrow for them.
type halves struct{}

const sideBySide float32 = 1000

func (halves) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(560, 260) }
func (halves) Layout(o []fyne.CanvasObject, size fyne.Size) {
	first, next := fyne.NewSize((size.Width-look.Gap)*0.56, size.Height), fyne.Position{}
	if next.X = first.Width + look.Gap; size.Width < sideBySide {
		first = fyne.NewSize(size.Width, (size.Height-look.Tight)*0.46)
		next = fyne.NewPos(0, first.Height+look.Tight)
	}
	o[0].Resize(first)
	o[1].Move(next)
	o[1].Resize(fyne.NewSize(size.Width-next.X, size.Height-next.Y))
}
