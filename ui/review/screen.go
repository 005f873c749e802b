package review

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	"pratique/ui/env"
	"pratique/ui/stated"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// Screen shows a [State] and reports acts.
type Screen struct {
	e  *env.Env
	m  *Model
	st State

	name     *widgets.Text
	about    *widgets.Text
	prepared *widgets.Text
	state    *widgets.Pill
	seal     *widgets.Text
	density  *widgets.Pill
	replaces *widgets.Notice
	solo     *widgets.Notice
	look     *widgets.Notice
	failure  *widgets.Notice
	problems *fyne.Container
	cards    []*card
	groups   *fyne.Container
	scroll   *container.Scroll
	side     *fyne.Container // the return, while one is made
	reasons  []*reason
	note     *widgets.Entry
	foot     *fyne.Container
	root     fyne.CanvasObject
	typed    time.Time // the last letter
}

// New makes the screen of the case that r names.
func New(e *env.Env, parts Parts, r env.Route) env.Screen {
	s := &Screen{
		e: e, m: NewModel(e, parts, data.ApplicationID(r.ID)),
		name:     widgets.NewText("", widgets.Style{Size: theme.SizeNameHeadingText, Elide: true}),
		about:    widgets.NewText("", widgets.Style{Elide: true}),
		prepared: widgets.Caption(""), state: widgets.NewPill(look.Plain, "", ""),
		seal: widgets.Caption(""), density: widgets.NewPill(look.Plain, "", ""),
		replaces: widgets.NewNotice(look.Accent, ""), solo: widgets.NewNotice(look.Practice, ""), look: widgets.NewNotice(look.Accent, ""), failure: widgets.NewNotice(look.Invalid, ""),
		problems: widgets.Stack(4), groups: widgets.Stack(12), side: container.NewStack(), foot: container.NewStack(),
	}
	s.scroll = container.NewVScroll(widgets.Inset(look.Gap, 2, s.groups))
	head := widgets.Inset(look.Gap, 10, widgets.Stack(6,
		widgets.Row(12, s.name, s.state),
		widgets.Row(12, s.about, s.prepared),
		widgets.Row(12, s.seal, s.density, widgets.Stretch()),
		s.replaces, s.solo, s.look, s.failure, s.problems))
	s.root = container.NewBorder(head, s.foot, nil, s.side, s.scroll)
	s.m.Show = s.show
	s.show(s.m.Open())
	return s
}

// Title implements env.Screen.
func (s *Screen) Title() string { return s.e.T("review.title") }

// Content implements env.Screen.
func (s *Screen) Content() fyne.CanvasObject { return s.root }

// Focus implements env.Screen.
func (s *Screen) Focus() fyne.Focusable {
	if s.st.Mode == Returning && len(s.reasons) > 0 {
		return s.reasons[0]
	}
	if s.st.Current < len(s.cards) {
		return s.cards[s.st.Current]
	}
	return nil
}

// Leave implements env.Screen.
func (s *Screen) Leave() { s.m.Leave() }

// Actions implements env.Actor.
func (s *Screen) Actions() []env.Action {
	const ctrl = fyne.KeyModifierControl
	busy := s.st.Busy != ""
	switch s.st.Mode {
	case Reviewing:
		return []env.Action{
			{Label: s.e.T("review.act.approve"), Key: fyne.KeyReturn, Modifier: ctrl, Do: s.approve, Disabled: busy || s.st.Ticked < len(s.st.Groups)},
			{Label: s.e.T("review.act.return"), Key: fyne.KeyR, Modifier: ctrl, Do: s.begin, Disabled: busy},
			{Label: s.e.T("review.act.release"), Key: fyne.KeyL, Modifier: ctrl | fyne.KeyModifierShift, Do: s.release, Disabled: busy},
		}
	case Returning:
		return []env.Action{
			{Label: s.e.T("review.act.send"), Key: fyne.KeyReturn, Modifier: ctrl, Do: s.send, Disabled: busy},
			{Label: s.e.T("review.act.keep"), Key: fyne.KeyBackspace, Modifier: ctrl, Do: s.keep, Disabled: busy},
		}
	case Approved:
		return []env.Action{{Label: s.e.T("review.act.issue"), Key: fyne.KeyReturn, Modifier: ctrl, Do: s.approve, Disabled: busy}}
	}
	return nil
}

// TypedRune implements env.Typist.
func (s *Screen) TypedRune(r rune) {
	hasty := s.hasty()
	s.typed = s.e.Now()
	if hasty {
		return
	}
	switch r {
	case 'a', 'A':
		s.approve()
	case 'r', 'R':
		s.begin()
	case 'l', 'L':
		s.release()
	}
}

// hasty reports whether keys follow each other as no hand types them: a scanner
// whose text holds an A, or a key held down, decides nothing.
func (s *Screen) hasty() bool {
	since := s.e.Now().Sub(s.typed)
	return since >= 0 && since < 50*time.Millisecond
}

// TypedKey implements env.Typist.
func (s *Screen) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace:
		if !s.hasty() {
			s.tick()
		}
	case fyne.KeyDown:
		s.move(1)
	case fyne.KeyUp:
		s.move(-1)
	}
}

func (s *Screen) approve() { s.show(s.m.Approve()) }
func (s *Screen) release() { s.show(s.m.Release()) }
func (s *Screen) send()    { s.show(s.m.Send()) }

func (s *Screen) begin() {
	s.show(s.m.Return())
	s.refocus()
}

func (s *Screen) keep() {
	s.show(s.m.Keep())
	s.refocus()
}

func (s *Screen) tick() {
	s.m.Tick()
	s.show(s.m.State())
	s.refocus()
}

func (s *Screen) move(by int) {
	s.show(s.m.Move(by))
	s.refocus()
}

func (s *Screen) canvas() fyne.Canvas { return fyne.CurrentApp().Driver().CanvasForObject(s.root) }

// refocus puts the focus where the state has it.
func (s *Screen) refocus() {
	if c, f := s.canvas(), s.Focus(); c != nil && f != nil {
		c.Focus(f)
	}
}

// stateLooks are colour and shape of a case's state.
var stateLooks = map[data.State]struct {
	role look.Role
	icon string
}{
	data.Draft: {look.Plain, "draft"}, data.Submitted: {look.Accent, "submitted"}, data.InReview: {look.Unknown, "review"},
	data.Returned: {look.Practice, "returned"}, data.Approved: {look.Valid, "approved"}, data.Issued: {look.Valid, "issued"},
	data.Withdrawn: {look.Plain, "withdrawn"},
}

func (s *Screen) show(st State) {
	before := s.st
	s.st = st
	known := st.Case != ""
	s.name.SetText(st.Traveller)
	about := stated.Join(st.Type, st.Document)
	if st.Flight != "" && !st.Departs.IsZero() {
		about = stated.Join(st.Type, st.Document, s.e.T("review.departs", st.Flight, st.Departs))
	}
	s.about.SetText(about)
	s.prepared.SetText("")
	s.state.Hidden = !known
	if known {
		s.prepared.SetText(s.e.T("review.prepared", st.PreparedBy, st.Version))
		l := stateLooks[st.Case]
		s.state.Set(l.role, l.icon, s.e.T("state."+string(st.Case)))
	}
	s.showSeal(st)
	replaces, solo := "", ""
	if st.Replaces != "" {
		replaces = s.e.T("review.replaces", st.Replaces)
		if st.Case == data.Issued {
			replaces = s.e.T("review.replaced", st.Replaces)
		}
	}
	if st.Solo != "" {
		solo = s.e.T("review.solo", st.Solo)
	}
	s.replaces.Set(look.Accent, replaces)
	s.solo.Set(look.Practice, solo)
	s.look.Set(look.Accent, st.Look)
	failure := ""
	if st.Failure != "" {
		failure = s.e.T(st.Failure)
	}
	s.failure.Set(look.Invalid, failure)
	s.problems.Objects = nil
	for _, p := range st.Problems {
		s.problems.Add(widgets.NewNotice(look.Invalid, s.e.Words.Problem(p)))
	}
	s.problems.Refresh()
	s.showGroups(st)
	if st.Mode != before.Mode || st.Mode == Returning && st.Failure != before.Failure {
		s.showReturn(st)
	}
	for i, r := range s.reasons {
		r.Set(st.Reasons[i].Chosen)
	}
	s.showFoot(st)
	s.root.Refresh()
	if st.Mode != before.Mode || st.Busy != before.Busy || st.Ticked != before.Ticked {
		s.e.Changed()
	}
	if before.Mode == Opening && st.Mode != Opening {
		if c := s.canvas(); c != nil && c.Focused() == nil {
			s.refocus()
		}
	}
}

func (s *Screen) showSeal(st State) {
	s.seal.SetText("")
	s.density.Hide()
	if st.Seal.Characters == 0 {
		return
	}
	s.seal.SetText(s.e.T("review.seal", st.Seal.Characters, st.Seal.Version, fmt.Sprintf("%.2f", st.Seal.ModuleMM)))
	switch {
	case st.Seal.Version == 0:
		s.seal.SetText("")
		s.density.Set(look.Invalid, "invalid", s.e.T("review.seal.none"))
	case st.Seal.ModuleMM < 0.52:
		s.density.Set(look.Practice, "warning", s.e.T("review.seal.close"))
	default:
		s.density.Set(look.Valid, "valid", s.e.T("review.seal.good"))
	}
	s.density.Show()
}

func (s *Screen) showGroups(st State) {
	same := len(st.Groups) == len(s.cards)
	for i := range s.cards {
		same = same && s.cards[i].group.Name == st.Groups[i].Name
	}
	if !same {
		s.cards, s.groups.Objects = nil, nil
		for i := range st.Groups {
			c := newCard(s, i)
			s.cards = append(s.cards, c)
			s.groups.Add(c)
		}
	}
	for i, c := range s.cards {
		c.show(st.Groups[i], st.Mode == Reviewing || st.Mode == Returning || st.Mode == Approved, st.Seal.Characters > 0)
	}
	s.groups.Refresh()
}

// showReturn shows the reasons beside the groups, so that one can still look.
func (s *Screen) showReturn(st State) {
	s.reasons, s.side.Objects = nil, nil
	if st.Mode != Returning {
		return
	}
	list, scroll := widgets.Stack(0), container.NewVScroll(nil)
	for _, r := range st.Reasons {
		c := newReason(r.Chosen, func(on bool) { s.show(s.m.Choose(r.Code, on)) })
		c.onEscape = s.keep
		text := newSaid(r.Text, func() {
			s.canvas().Focus(c)
			c.SetChecked(!c.Checked)
		})
		row := container.New(reasonRow{}, c, text)
		c.onFocus = func() { widgets.Reveal(scroll, row) }
		s.reasons = append(s.reasons, c)
		list.Add(row)
	}
	reasons := widgets.NewField(s.e.T("review.return.reasons"), list)
	if st.Failure == "review.failed.reason" {
		reasons.SetNote(widgets.Note{Role: look.Invalid, Text: s.e.T(st.Failure)})
	}
	s.note = widgets.NewRemarks(3)
	s.note.Set(st.Note)
	s.note.OnChanged = func(text string) { s.m.Note(text) }
	s.note.OnFocus = func(on bool) {
		if on {
			widgets.Reveal(scroll, s.note)
		}
	}
	s.note.OnKey = func(k *fyne.KeyEvent) bool {
		if k.Name == fyne.KeyEscape {
			s.keep()
		}
		return k.Name == fyne.KeyEscape
	}
	body := widgets.Stack(10, reasons, widgets.NewField(s.e.T("review.return.note"), s.note))
	panel := widgets.NewCard(s.e.T("review.return.title"), body)
	panel.SetRole(look.Practice)
	scroll.Content = widgets.Inset(look.Gap/2, 2, panel)
	s.side.Objects = []fyne.CanvasObject{container.New(wide{sideWidth}, widgets.Wheeled(scroll))}
}

func (s *Screen) showFoot(st State) {
	button := func(label string, high, disabled bool, do func()) fyne.CanvasObject {
		b := widgets.NewButton(label, nil, do)
		b.OnRune = s.TypedRune
		if high {
			b.Primary()
		}
		if disabled {
			b.Disable()
		}
		return b
	}
	approve := "review.approve"
	if st.Solo != "" {
		approve = "review.approve.solo"
	}
	var parts []fyne.CanvasObject
	switch {
	case st.Busy != "":
		bar := widget.NewProgressBarInfinite()
		parts = []fyne.CanvasObject{container.New(wide{120}, bar), widgets.NewText(s.e.T(st.Busy), widgets.Style{Elide: true})}
	case st.Mode == Reviewing:
		parts = []fyne.CanvasObject{
			button(s.e.T("review.return"), false, false, s.begin), button(s.e.T("review.release"), false, false, s.release),
			widgets.NewText(s.e.T("review.approve.hint"), widgets.Style{Color: look.ColorMuted, Size: theme.SizeNameCaptionText, Elide: true}),
			widgets.NewText(s.e.T("review.progress", st.Ticked, len(st.Groups)), widgets.Style{}),
			button(s.e.T(approve), true, st.Ticked < len(st.Groups) || st.Seal.Characters == 0, s.approve),
		}
	case st.Mode == Returning:
		parts = []fyne.CanvasObject{
			button(s.e.T("review.return.keep"), false, false, s.keep), widgets.Stretch(),
			button(s.e.T("review.return.send"), true, false, s.send),
		}
	case st.Mode == Approved:
		parts = []fyne.CanvasObject{
			widgets.NewText(s.e.T("review.approved.hint"), widgets.Style{Elide: true}),
			button(s.e.T("review.issue"), true, false, s.approve),
		}
	case st.Mode == Looking:
		parts = []fyne.CanvasObject{button(s.e.T("review.queue"), false, false, func() { s.e.Navigate(env.Route{Screen: env.Queue}) }), widgets.Stretch()}
		if st.Case == data.Issued {
			parts = append(parts, button(s.e.T("review.open"), true, false, func() {
				s.e.Navigate(env.Route{Screen: env.Certificates, ID: string(st.Number)})
			}))
		}
	}
	s.foot.Objects = nil
	if len(parts) > 0 {
		ground := widgets.NewGround(look.ColorSurface, 0)
		s.foot.Objects = []fyne.CanvasObject{ground, widgets.Stack(0, widgets.Rule(), widgets.Inset(look.Gap, 9, widgets.Row(10, parts...)))}
	}
}

const sideWidth float32 = 390

// wide gives an object a width of its own.
type wide struct{ width float32 }

func (w wide) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(w.width, o[0].MinSize().Height)
}
func (w wide) Layout(o []fyne.CanvasObject, size fyne.Size) { o[0].Resize(size) }

// card is a group with its tick box. It takes the focus as one.
type card struct {
	widget.BaseWidget
	s     *Screen
	i     int
	group Group
	drawn bool

	ground *widgets.Ground
	box    *widgets.Ground
	mark   *widget.Icon
	tick   *fyne.Container
	title  *widgets.Text
	by     *widgets.Pill
	body   *fyne.Container
}

var _ fyne.Focusable = (*card)(nil)

func newCard(s *Screen, i int) *card {
	c := &card{
		s: s, i: i, ground: widgets.NewGround(look.ColorSurface, 10), box: widgets.NewGround("", 4), mark: widget.NewIcon(nil),
		title: widgets.Subheading(""), by: widgets.NewPill(look.Plain, "", ""), body: widgets.Stack(8),
	}
	c.box.Stroke, c.box.Width = theme.ColorNameInputBorder, 1.5
	c.tick = container.New(tickBox{}, c.box, c.mark)
	c.frame(false)
	c.ExtendBaseWidget(c)
	return c
}

func (c *card) show(g Group, tickable, sealed bool) {
	if c.drawn && reflect.DeepEqual(g, c.group) && c.tick.Visible() == tickable {
		return
	}
	lines := !c.drawn || !slices.Equal(g.Sealed, c.group.Sealed) || !slices.Equal(g.Beside, c.group.Beside) || !slices.Equal(g.Problems, c.group.Problems)
	c.group, c.drawn = g, true
	c.title.SetText(g.Title)
	c.tick.Hidden = !tickable
	c.box.Fill, c.box.Stroke = "", theme.ColorNameInputBorder
	c.mark.Hide()
	if g.Ticked {
		c.box.Fill, c.box.Stroke = look.Valid.Ink(), look.Valid.Ink()
		c.mark.SetResource(look.Icon("valid", look.Valid.OnInk()))
		c.mark.Show()
	}
	c.box.Refresh()
	switch {
	case !tickable && !g.Ticked:
		c.by.Hide()
	case g.By == data.ProofSeal:
		c.by.Set(look.Valid, "valid", c.s.e.T("review.ticked-seal"))
		c.by.Show()
	case g.By == Proof:
		c.by.Set(look.Valid, "valid", c.s.e.T("review.ticked-mrz"))
		c.by.Show()
	case g.Ticked:
		c.by.Set(look.Valid, "valid", c.s.e.T("review.ticked-by", g.By))
		c.by.Show()
	default:
		c.by.Set(look.Plain, "", c.s.e.T("review.not-ticked"))
		c.by.Show()
	}
	if lines {
		c.body.Objects = nil
		for _, p := range g.Problems {
			c.body.Add(widgets.NewNotice(look.Invalid, c.s.e.Words.Place(p.Field)+": "+c.s.e.Words.Problem(p)))
		}
		left := widgets.Stack(6, widgets.Caption(c.s.e.T("review.sealed")))
		if len(g.Sealed) > 0 {
			left.Add(stated.Pairs(g.Sealed))
		} else if !sealed {
			left.Add(widgets.Prose(c.s.e.T("review.not-rehearsed"), look.ColorMuted))
		}
		right := widgets.Stack(6, widgets.Caption(c.s.e.T("review.beside")))
		if len(g.Beside) > 0 {
			right.Add(stated.Pairs(g.Beside))
		} else {
			right.Add(widgets.Prose(c.s.e.T("review.nothing-beside"), look.ColorMuted))
		}
		c.body.Add(widgets.Columns(2, 360, left, right))
	}
	c.body.Refresh()
	c.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (c *card) CreateRenderer() fyne.WidgetRenderer {
	head := widgets.Row(10, c.tick, c.title, widgets.Stretch(), c.by)
	return widget.NewSimpleRenderer(container.NewStack(c.ground, widgets.Inset(look.Gap, 12, widgets.Stack(8, head, c.body))))
}

func (c *card) frame(focused bool) {
	c.ground.Stroke, c.ground.Width = theme.ColorNameSeparator, 1
	if focused {
		c.ground.Stroke, c.ground.Width = theme.ColorNamePrimary, 2
	}
	c.ground.Refresh()
}

// FocusGained implements fyne.Focusable.
func (c *card) FocusGained() {
	c.frame(true)
	c.s.st = c.s.m.Go(c.i)
	top, bottom := c.Position().Y, c.Position().Y+c.Size().Height
	scroll := c.s.scroll
	switch {
	case top < scroll.Offset.Y:
		scroll.ScrollToOffset(fyne.NewPos(0, top))
	case bottom > scroll.Offset.Y+scroll.Size().Height:
		scroll.ScrollToOffset(fyne.NewPos(0, min(top, bottom-scroll.Size().Height+4)))
	}
}

// FocusLost implements fyne.Focusable.
func (c *card) FocusLost() { c.frame(false) }

// TypedRune implements fyne.Focusable.
func (c *card) TypedRune(r rune) { c.s.TypedRune(r) }

// TypedKey implements fyne.Focusable.
func (c *card) TypedKey(k *fyne.KeyEvent) {
	if k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter {
		k = &fyne.KeyEvent{Name: fyne.KeyDown}
	}
	c.s.TypedKey(k)
}

// Current tells the shell that somebody is at work.
func (c *card) Current() int { return c.i*100 + c.s.st.Ticked }

// Tapped implements fyne.Tappable: the head ticks, the rest takes the focus.
func (c *card) Tapped(at *fyne.PointEvent) {
	if canvas := c.s.canvas(); canvas != nil {
		canvas.Focus(c)
	}
	if at.Position.X < 44 && at.Position.Y < 44 {
		c.s.tick()
	}
}

// Cursor implements desktop.Cursorable.
func (c *card) Cursor() desktop.Cursor { return desktop.DefaultCursor }

type tickBox struct{}

func (tickBox) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSquareSize(20) }
func (tickBox) Layout(o []fyne.CanvasObject, _ fyne.Size) {
	o[0].Resize(fyne.NewSquareSize(20))
	o[1].Resize(fyne.NewSquareSize(14))
	o[1].Move(fyne.NewPos(3, 3))
}

// reason is a box to tick, with Up, Down and Enter as in a list.
type reason struct {
	widgets.Check
	onFocus, onEscape func()
}

func newReason(on bool, changed func(bool)) *reason {
	r := &reason{}
	r.Checked, r.OnChanged = on, changed
	r.ExtendBaseWidget(r)
	return r
}

// FocusGained implements fyne.Focusable.
func (r *reason) FocusGained() {
	r.Check.FocusGained()
	r.onFocus()
}

// said is what a box stands for; a tap on it is one on the box.
type said struct {
	widget.BaseWidget
	body fyne.CanvasObject
	tap  func()
}

func newSaid(text string, tap func()) *said {
	s := &said{body: widgets.Prose(text, theme.ColorNameForeground), tap: tap}
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *said) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.body) }

// Tapped implements fyne.Tappable.
func (s *said) Tapped(*fyne.PointEvent) { s.tap() }

// reasonRow is a box and what it stands for, which may be long.
type reasonRow struct{}

const reasonBox float32 = 28

func (reasonRow) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(200, max(reasonBox, o[1].MinSize().Height+8))
}

func (reasonRow) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(o[0].MinSize())
	o[0].Move(fyne.NewPos(-4, (reasonBox-o[0].MinSize().Height)/2))
	o[1].Move(fyne.NewPos(reasonBox+2, 4))
	o[1].Resize(fyne.NewSize(size.Width-reasonBox-2, size.Height-8))
}

// TypedKey implements fyne.Focusable.
func (r *reason) TypedKey(k *fyne.KeyEvent) {
	c := fyne.CurrentApp().Driver().CanvasForObject(r)
	switch {
	case c == nil:
	case k.Name == fyne.KeyEscape:
		r.onEscape()
	case k.Name == fyne.KeyDown:
		c.FocusNext()
	case k.Name == fyne.KeyUp:
		c.FocusPrevious()
	default:
		r.Check.TypedKey(k)
	}
}
