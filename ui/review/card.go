package review

import (
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	"pratique/ui/stated"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// card is a group with its tick box. It takes the focus as one.
type card struct {
	widget.BaseWidget
	s     *Screen
	i     int
	group Group
	from  string // the message key of where its lines come from
	drawn bool

	ground *widgets.Ground
	box    *widgets.Ground
	mark   *widget.Icon
	tick   *fyne.Container
	title  *widgets.Text
	by     *widgets.Pill
	seen   *widgets.Pill
	change *widgets.Pill
	body   *fyne.Container
}

var _ fyne.Focusable = (*card)(nil)

func newCard(s *Screen, i int) *card {
	pill := func() *widgets.Pill { return widgets.NewPill(look.Plain, "", "") }
	c := &card{
		s: s, i: i, ground: widgets.NewGround(look.ColorSurface, 10), box: widgets.NewGround("", 4), mark: widget.NewIcon(nil),
		title: widgets.NewText("", widgets.Style{Bold: true, Elide: true}), by: pill(), seen: pill(), change: pill(), body: widgets.Stack(8),
	}
	c.box.Stroke, c.box.Width = theme.ColorNameInputBorder, 1.5
	c.tick = container.New(tickBox{}, c.box, c.mark)
	c.frame(false)
	c.ExtendBaseWidget(c)
	return c
}

func (c *card) show(g Group, tickable bool, source string) {
	if c.drawn && reflect.DeepEqual(g, c.group) && source == c.from && c.tick.Visible() == tickable {
		return
	}
	lines := !c.drawn || source != c.from || !reflect.DeepEqual([]any{g.Lines, g.Beside, g.Problems}, []any{c.group.Lines, c.group.Beside, c.group.Problems})
	c.group, c.from, c.drawn = g, source, true
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
	t := c.s.e.T
	c.by.Show()
	switch {
	case !tickable && !g.Ticked:
		c.by.Hide()
	case g.By == data.ProofSeal:
		c.by.Set(look.Valid, "valid", t("review.ticked-seal"))
		c.by.Show()
	case g.By == Proof:
		c.by.Set(look.Valid, "valid", t("review.ticked-mrz"))
	case g.Ticked:
		c.by.Set(look.Valid, "valid", t("review.ticked-by", g.By))
	default:
		c.by.Set(look.Plain, "", t("review.not-ticked"))
	}
	if c.seen.Hidden = g.Original == ""; g.Original != "" {
		c.seen.Set(look.Accent, "review", t("review.original", g.Original))
	}
	if c.change.Hidden = !g.Changed; g.Changed {
		c.change.Set(look.Practice, "warning", t("review.changed"))
	}
	if lines {
		c.body.Objects = nil
		for _, p := range g.Problems {
			c.body.Add(widgets.NewNotice(look.Invalid, c.s.e.Words.Place(p.Field)+": "+c.s.e.Words.Problem(p)))
		}
		if len(g.Lines) > 0 {
			c.body.Add(widgets.Stack(6, widgets.Caption(t(source)), stated.Pairs(g.Lines)))
		}
		if len(g.Beside) > 0 {
			c.body.Add(widgets.Stack(6, widgets.Caption(t("review.beside")), stated.Pairs(g.Beside)))
		}
	}
	c.body.Refresh()
	c.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (c *card) CreateRenderer() fyne.WidgetRenderer {
	head := widgets.Row(10, c.tick, c.title, c.by)
	marks := widgets.Row(6, c.change, c.seen)
	return widget.NewSimpleRenderer(container.NewStack(c.ground, widgets.Inset(14, 11, widgets.Stack(7, head, marks, c.body))))
}

func (c *card) frame(focused bool) {
	c.ground.Stroke, c.ground.Width = theme.ColorNameSeparator, 1
	if focused {
		c.ground.Stroke, c.ground.Width = theme.ColorNamePrimary, 2
	}
	c.ground.Refresh()
}

// FocusGained implements fyne.Focusable: its page comes forward.
func (c *card) FocusGained() {
	c.frame(true)
	c.s.st = c.s.m.Go(c.i)
	c.s.side.bring(c.group.Name)
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
		c.s.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
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
