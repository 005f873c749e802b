package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "pratique/ui/theme"
)

// Card is a titled part of a screen on its own ground.
type Card struct {
	widget.BaseWidget
	title  *Text
	mark   *Ground
	body   fyne.CanvasObject
	header *fyne.Container
}

// NewCard makes a card; trailing stands at the right of its title: a pill,
// buttons. An empty title and no trailing leave the head away.
func NewCard(title string, body fyne.CanvasObject, trailing ...fyne.CanvasObject) *Card {
	c := &Card{title: Subheading(title), mark: NewGround("", 2), body: body}
	c.header = Row(look.Tight, append([]fyne.CanvasObject{c.title, Stretch()}, trailing...)...)
	if title == "" && len(trailing) == 0 {
		c.header.Hide()
	}
	c.ExtendBaseWidget(c)
	return c
}

// SetTitle shows another title.
func (c *Card) SetTitle(title string) {
	c.title.SetText(title)
	if title != "" {
		c.header.Show()
	}
}

// SetRole marks the card's left edge with a role's colour, Plain with none.
func (c *Card) SetRole(r look.Role) {
	c.mark.Fill = ""
	if r != look.Plain {
		c.mark.Fill = r.Ink()
	}
	c.mark.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (c *Card) CreateRenderer() fyne.WidgetRenderer {
	ground := NewGround(look.ColorSurface, 10)
	ground.Stroke, ground.Width = theme.ColorNameSeparator, 1
	return widget.NewSimpleRenderer(container.NewStack(
		ground,
		container.New(edge{}, c.mark),
		Inset(look.Gap, look.Gap-2, Stack(10, c.header, c.body)),
	))
}

// edge puts a bar at the left, inside the corners.
type edge struct{}

func (edge) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
func (edge) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Move(fyne.NewPos(0, 10))
	o[0].Resize(fyne.NewSize(4, max(size.Height-20, 0)))
}

// Pill is a state in a few words: tint, shape and text, never colour alone.
type Pill struct {
	widget.BaseWidget
	role   look.Role
	name   string // of the icon
	icon   *widget.Icon
	text   *Text
	ground *Ground
}

// NewPill makes a pill with the icon of that name, none if it is empty.
func NewPill(role look.Role, icon, text string) *Pill {
	p := &Pill{icon: widget.NewIcon(nil), text: NewText("", Style{}), ground: NewGround("", 10)}
	p.ExtendBaseWidget(p)
	p.Set(role, icon, text)
	return p
}

// Set shows another state.
func (p *Pill) Set(role look.Role, icon, text string) {
	if p.ground.Fill != "" && role == p.role && icon == p.name && text == p.text.text {
		return // an icon is read anew each time, which takes long in a list
	}
	p.role, p.name = role, icon
	p.ground.Fill = role.Tint()
	p.text.Set(text, Style{Size: theme.SizeNameCaptionText, Color: role.Ink()})
	p.icon.Hide()
	if icon != "" {
		p.icon.SetResource(look.Icon(icon, role.Ink()))
		p.icon.Show()
	}
	p.ground.Refresh()
	p.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (p *Pill) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(p.ground, Inset(8, 2, Row(4, fixed(13, p.icon), p.text))))
}

// fixed gives an object a square of its own.
func fixed(side float32, o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(square{side}, o)
}

type square struct{ side float32 }

func (s square) MinSize(o []fyne.CanvasObject) fyne.Size {
	if !o[0].Visible() {
		return fyne.Size{}
	}
	return fyne.NewSquareSize(s.side)
}

func (s square) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(fyne.NewSquareSize(s.side))
	o[0].Move(fyne.NewPos((size.Width-s.side)/2, (size.Height-s.side)/2))
}

// Icon shows one of our icons at a size, in a role's colour.
func Icon(name string, ink fyne.ThemeColorName, side float32) fyne.CanvasObject {
	return fixed(side, widget.NewIcon(look.Icon(name, ink)))
}

// Verdict is an answer that fills the width: a shape, a word, a sentence.
type Verdict struct {
	widget.BaseWidget
	role     look.Role
	icon     *widget.Icon
	word     *Text
	sentence *widget.RichText
	disc     *Ground
	ground   *Ground
}

// NewVerdict makes a verdict. Role is Valid, Invalid or Unknown.
func NewVerdict(role look.Role, word, sentence string) *Verdict {
	v := &Verdict{
		icon: widget.NewIcon(nil), word: NewText("", Style{}), sentence: prose("", theme.ColorNameForeground, theme.SizeNameText),
		disc: NewGround("", 40), ground: NewGround("", 14),
	}
	v.ExtendBaseWidget(v)
	v.Set(role, word, sentence)
	return v
}

// Set shows another verdict.
func (v *Verdict) Set(role look.Role, word, sentence string) {
	v.role = role
	v.ground.Fill, v.ground.Stroke, v.ground.Width = role.Tint(), role.Ink(), 1.5
	v.disc.Fill = role.Ink()
	v.word.Set(word, Style{Huge: true, Bold: true, Color: role.Ink()})
	v.sentence.Segments[0].(*widget.TextSegment).Text = sentence
	if name, ok := noteIcons[role]; ok {
		v.icon.SetResource(look.Icon(name, role.OnInk()))
	}
	v.sentence.Refresh()
	v.ground.Refresh()
	v.disc.Refresh()
	v.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (v *Verdict) CreateRenderer() fyne.WidgetRenderer {
	shape := container.NewStack(container.New(square{80}, v.disc), fixed(46, v.icon))
	words := container.New(layoutWords{}, v.word, flush(v.sentence))
	return widget.NewSimpleRenderer(container.NewStack(v.ground, Inset(24, 20, container.New(beside{24}, container.NewCenter(shape), words))))
}

// layoutWords is a Stack in the middle of its height.
type layoutWords struct{}

func (layoutWords) MinSize(o []fyne.CanvasObject) fyne.Size { return stack{4}.MinSize(o) }
func (layoutWords) Layout(o []fyne.CanvasObject, size fyne.Size) {
	stack{4}.Layout(o, size)
	if down := (size.Height - stack{4}.MinSize(o).Height) / 2; down > 0 {
		for _, o := range o {
			o.Move(o.Position().AddXY(0, down))
		}
	}
}

// beside gives the first object what it needs and the second the rest. What
// needs nothing takes no gap either.
type beside struct{ gap float32 }

func (b beside) first(o []fyne.CanvasObject) (width, gap float32) {
	if width = o[0].MinSize().Width; width > 0 {
		gap = b.gap
	}
	return width, gap
}

func (b beside) MinSize(o []fyne.CanvasObject) fyne.Size {
	m, n := o[0].MinSize(), o[1].MinSize()
	width, gap := b.first(o)
	return fyne.NewSize(width+gap+n.Width, max(m.Height, n.Height))
}

func (b beside) Layout(o []fyne.CanvasObject, size fyne.Size) {
	w, gap := b.first(o)
	o[0].Resize(fyne.NewSize(w, size.Height))
	o[1].Move(fyne.NewPos(w+gap, 0))
	o[1].Resize(fyne.NewSize(size.Width-w-gap, size.Height))
}

// Point is one event on a [Timeline].
type Point struct {
	When   string // "2026-03-08 10:42"; empty for what has not happened yet
	What   string
	Detail string // who, where; may be empty
	Role   look.Role
}

// Timeline is the life of a thing as dated points under each other.
type Timeline struct {
	widget.BaseWidget
	rows *fyne.Container
}

// NewTimeline makes a timeline.
func NewTimeline(points ...Point) *Timeline {
	t := &Timeline{rows: Stack(0)}
	t.ExtendBaseWidget(t)
	t.Set(points...)
	return t
}

// Set shows other points.
func (t *Timeline) Set(points ...Point) {
	t.rows.Objects = nil
	for i, p := range points {
		ink := p.Role.Ink()
		if p.Role == "" {
			ink = look.Plain.Ink()
		}
		what := Style{}
		if p.When == "" { // still to come
			what.Color, ink = look.ColorMuted, theme.ColorNameSeparator
		}
		words := []fyne.CanvasObject{Row(12, NewText(p.What, what), Caption(p.When))}
		if p.Detail != "" {
			words = append(words, Prose(p.Detail, look.ColorMuted))
		}
		rail := container.New(rail{first: i == 0, last: i == len(points)-1}, NewGround(theme.ColorNameSeparator, 0), NewGround(ink, 6))
		t.rows.Add(container.New(beside{14}, rail, Inset(0, 5, Stack(2, words...))))
	}
	t.rows.Refresh()
	t.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (t *Timeline) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(t.rows) }

// rail is the line with its dot.
type rail struct{ first, last bool }

func (rail) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(12, 30) }
func (r rail) Layout(o []fyne.CanvasObject, size fyne.Size) {
	const middle = 15
	from, to := float32(0), size.Height
	if r.first {
		from = middle
	}
	if r.last {
		to = middle
	}
	o[0].Move(fyne.NewPos(5, from))
	o[0].Resize(fyne.NewSize(2, to-from))
	o[1].Move(fyne.NewPos(0, middle-6))
	o[1].Resize(fyne.NewSize(12, 12))
}

// Rule is a thin line between things.
func Rule() fyne.CanvasObject {
	return container.New(thin{}, NewGround(theme.ColorNameSeparator, 0))
}

type thin struct{}

func (thin) MinSize([]fyne.CanvasObject) fyne.Size        { return fyne.NewSize(1, 1) }
func (thin) Layout(o []fyne.CanvasObject, size fyne.Size) { o[0].Resize(size) }
