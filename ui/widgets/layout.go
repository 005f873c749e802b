package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "pratique/ui/theme"
)

// Stack puts things under each other with the distance gap.
func Stack(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(stack{gap}, objects...)
}

type stack struct{ gap float32 }

func (s stack) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	shown := 0
	for _, o := range objects {
		if o.Visible() {
			m := o.MinSize()
			size.Width = max(size.Width, m.Width)
			size.Height += m.Height
			shown++
		}
	}
	size.Height += s.gap * float32(max(shown-1, 0))
	return size
}

func (s stack) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, o := range objects {
		if o.Visible() {
			// Width first: the height of wrapping text depends on it.
			o.Resize(fyne.NewSize(size.Width, o.MinSize().Height))
			h := o.MinSize().Height
			o.Resize(fyne.NewSize(size.Width, h))
			o.Move(fyne.NewPos(0, y))
			y += h + s.gap
		}
	}
}

// Columns puts things side by side in n columns of the same width, row by row;
// in fewer columns where they would be narrower than narrowest.
func Columns(n int, narrowest float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&columns{n: n, narrowest: narrowest}, objects...)
}

type columns struct {
	n         int
	narrowest float32
	width     float32 // as last laid out, which decides how many columns and so the height
}

func (c *columns) count(width float32) int {
	n := c.n
	for n > 1 && (width-look.Gap*float32(n-1))/float32(n) < c.narrowest {
		n--
	}
	return n
}

func (c *columns) MinSize(objects []fyne.CanvasObject) fyne.Size {
	n := c.n
	if c.width > 0 {
		n = c.count(c.width)
	}
	var width, row, height float32
	rows := 0
	for i, o := range shown(objects) {
		m := o.MinSize()
		width = max(width, m.Width)
		if i%n == 0 {
			height += row
			row = 0
			rows++
		}
		row = max(row, m.Height)
	}
	return fyne.NewSize(width, height+row+look.Tight*float32(max(rows-1, 0)))
}

func (c *columns) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	c.width = size.Width
	n := c.count(size.Width)
	width := (size.Width - look.Gap*float32(n-1)) / float32(n)
	visible := shown(objects)
	y := float32(0)
	for start := 0; start < len(visible); start += n {
		row := visible[start:min(start+n, len(visible))]
		height := float32(0)
		for _, o := range row {
			o.Resize(fyne.NewSize(width, o.MinSize().Height))
			height = max(height, o.MinSize().Height)
		}
		for i, o := range row {
			o.Resize(fyne.NewSize(width, height))
			o.Move(fyne.NewPos(float32(i)*(width+look.Gap), y))
		}
		y += height + look.Tight
	}
}

func shown(objects []fyne.CanvasObject) []fyne.CanvasObject {
	var visible []fyne.CanvasObject
	for _, o := range objects {
		if o.Visible() {
			visible = append(visible, o)
		}
	}
	return visible
}

// Row puts things side by side, each as wide as it needs, in the middle of the
// height. What is left over goes to [Stretch].
func Row(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(row{gap}, objects...)
}

// Stretch takes the width that a [Row] has left.
func Stretch() fyne.CanvasObject { return NewGround("", 0) }

type row struct{ gap float32 }

func (r row) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	visible := shown(objects)
	for _, o := range visible {
		m := o.MinSize()
		size.Width += m.Width
		size.Height = max(size.Height, m.Height)
	}
	size.Width += r.gap * float32(max(len(visible)-1, 0))
	return size
}

func (r row) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	visible := shown(objects)
	stretches := 0
	for _, o := range visible {
		if stretchy(o) {
			stretches++
		}
	}
	spare := size.Width - r.MinSize(objects).Width
	x := float32(0)
	for _, o := range visible {
		m := o.MinSize()
		if stretchy(o) && spare > 0 {
			m.Width += spare / float32(stretches)
		}
		o.Resize(m)
		o.Move(fyne.NewPos(x, (size.Height-m.Height)/2))
		x += m.Width + r.gap
	}
}

// stretchy reports whether an object takes spare width: a [Stretch], or a
// text that may be elided.
func stretchy(o fyne.CanvasObject) bool {
	switch o := o.(type) {
	case *Ground:
		return o.Fill == "" && o.Stroke == ""
	case *Text:
		return o.style.Elide
	}
	return false
}

// Inset keeps a distance around its content.
func Inset(x, y float32, content fyne.CanvasObject) *fyne.Container {
	return container.New(inset{x, y}, content)
}

type inset struct{ x, y float32 }

func (i inset) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().AddWidthHeight(2*i.x, 2*i.y)
}

func (i inset) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Move(fyne.NewPos(i.x, i.y))
	objects[0].Resize(size.SubtractWidthHeight(2*i.x, 2*i.y))
}

// flush takes away the padding that the toolkit's text widgets have around
// themselves, so that they align with everything else.
func flush(o fyne.CanvasObject) *fyne.Container { return container.New(flushed{}, o) }

type flushed struct{}

func (flushed) MinSize(objects []fyne.CanvasObject) fyne.Size {
	p := 2 * theme.Size(theme.SizeNameInnerPadding)
	m := objects[0].MinSize()
	return fyne.NewSize(max(m.Width-p, 0), max(m.Height-p, 0))
}

func (flushed) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	p := theme.Size(theme.SizeNameInnerPadding)
	objects[0].Move(fyne.NewPos(-p, -p))
	objects[0].Resize(size.AddWidthHeight(2*p, 2*p))
}

// Page is the content of a screen: it scrolls, has air around it and is never
// wider than lines can be followed. What fills the height by itself, a list,
// goes into [Fill] instead.
func Page(content fyne.CanvasObject) *container.Scroll {
	return container.NewVScroll(container.New(page{}, content))
}

type page struct{}

func (page) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().AddWidthHeight(2*look.Gap, 2*look.Gap)
}

func (page) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := min(size.Width-2*look.Gap, look.MaxWidth)
	objects[0].Move(fyne.NewPos(max(look.Gap, (size.Width-width)/2), look.Gap))
	objects[0].Resize(fyne.NewSize(width, objects[0].MinSize().Height))
	objects[0].Resize(fyne.NewSize(width, objects[0].MinSize().Height)) // it follows the width
}

// Wheeled is a scroll whose wheel works wherever the mouse is: a field under it
// would take the wheel for itself and do nothing with it.
func Wheeled(s *container.Scroll) fyne.CanvasObject {
	w := &wheel{scroll: s}
	w.ExtendBaseWidget(w)
	return container.NewStack(s, w)
}

// wheel lies over a scroll and wants nothing of the mouse but its wheel.
type wheel struct {
	widget.BaseWidget
	scroll *container.Scroll
}

var _ fyne.Scrollable = (*wheel)(nil)

func (w *wheel) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}
func (w *wheel) Scrolled(e *fyne.ScrollEvent) { w.scroll.Scrolled(e) }

// Reveal scrolls as little as it takes to have an object in sight, with some
// air around it.
func Reveal(s *container.Scroll, o fyne.CanvasObject) {
	const air = 28
	d := fyne.CurrentApp().Driver()
	top := d.AbsolutePositionForObject(o).Y - d.AbsolutePositionForObject(s).Y
	bottom := top + o.Size().Height
	offset := s.Offset.Y
	switch room := s.Size().Height; {
	case top < air:
		offset += top - air
	case bottom > room-air:
		offset += bottom - room + air
	default:
		return
	}
	s.ScrollToOffset(fyne.NewPos(0, max(0, offset)))
}

// Flow puts things side by side, x apart, and goes on below, y apart, where the
// width ends.
func Flow(x, y float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&flow{x: x, y: y}, objects...)
}

type flow struct {
	x, y  float32
	width float32 // as last laid out, which decides how many rows and so the height
}

func (f *flow) MinSize(o []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	f.place(o, f.width, func(o fyne.CanvasObject, at fyne.Position) {
		m := o.MinSize()
		size = fyne.NewSize(max(size.Width, m.Width), at.Y+m.Height)
	})
	return size
}

func (f *flow) Layout(o []fyne.CanvasObject, size fyne.Size) {
	f.width = size.Width
	f.place(o, size.Width, func(o fyne.CanvasObject, at fyne.Position) {
		o.Move(at)
		o.Resize(o.MinSize())
	})
}

// place gives every object its place in a width, 0 for one that does not end.
func (f *flow) place(o []fyne.CanvasObject, width float32, put func(fyne.CanvasObject, fyne.Position)) {
	var at fyne.Position
	for _, o := range o {
		m := o.MinSize()
		if at.X > 0 && width > 0 && at.X+m.Width > width {
			at = fyne.NewPos(0, at.Y+m.Height+f.y)
		}
		put(o, at)
		at.X += m.Width + f.x
	}
}
