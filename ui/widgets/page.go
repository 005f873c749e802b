package widgets

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/ui/locale"
	look "pratique/ui/theme"
)

// PageView shows the picture of a page of paper: zoomed, turned, moved about,
// with a place on it marked. Plus and minus zoom, so does the wheel with Ctrl; 0
// shows the whole page, W its width; R and ] turn it to the right, [ to the
// left; the arrows and the mouse move it, Page Up and Page Down too and then go
// to other pages.
type PageView struct {
	widget.BaseWidget
	// OnPage asks for another page, counted from 0.
	OnPage func(page int)
	// OnEscape is told of that key.
	OnEscape func()

	words   *locale.Catalogue
	picture image.Image // as given
	drawn   image.Image // as turned
	turns   int         // quarter turns clockwise
	zoom    float32     // 0: as large as fits
	wide    bool        // what fits is the width alone
	page, n int
	mark    fyne.Delta // unused unless marked
	markTo  fyne.Delta
	marked  bool

	image  *canvas.Image
	frame  *Ground
	paper  *fyne.Container
	scroll *container.Scroll
	desk   *pageDesk
	state  *Text
	count  *Text
	none   *Text
	paging *fyne.Container
	keys   *Text
}

// NewPageView makes a view without a page.
func NewPageView(words *locale.Catalogue) *PageView {
	p := &PageView{
		words: words,
		image: &canvas.Image{FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScaleSmooth},
		frame: &Ground{Fill: "", Stroke: look.Practice.Ink(), Width: 2, Radius: 3},
		state: Caption(""), count: Caption(""),
		none: NewText(words.T("page.none"), Style{Color: look.ColorMuted}),
	}
	p.paging = Row(12, p.tap("back", func() { p.goTo(p.page - 1) }), p.count, p.tap("forward", func() { p.goTo(p.page + 1) }))
	p.keys = NewText("", Style{Size: theme.SizeNameCaptionText, Color: look.ColorMuted, Elide: true})
	p.frame.ExtendBaseWidget(p.frame)
	p.frame.Hide()
	p.paper = container.New(paper{p}, p.image, p.frame)
	p.scroll = container.NewScroll(p.paper)
	p.desk = &pageDesk{p: p}
	p.desk.ExtendBaseWidget(p.desk)
	p.ExtendBaseWidget(p)
	return p
}

// SetPicture shows page of n, nil for none. Zoom stays, turns and mark go.
func (p *PageView) SetPicture(picture image.Image, page, n int) {
	p.wipe()
	p.picture, p.drawn, p.page, p.n, p.turns, p.marked = picture, picture, page, n, 0, false
	p.draw()
}

// wipe overwrites the turned copy, which nobody else has.
func (p *PageView) wipe() {
	if m, ok := p.drawn.(*image.RGBA); ok && p.turns != 0 {
		clear(m.Pix)
	}
}

// FitWidth shows the page as wide as there is room, to be read.
func (p *PageView) FitWidth() { p.fit(true) }

func (p *PageView) fit(wide bool) {
	p.zoom, p.wide = 0, wide
	p.draw()
}

// Mark frames a place, in parts of the page's width and height from its top
// left corner, and brings it into sight.
func (p *PageView) Mark(x, y, width, height float32) {
	p.mark, p.markTo, p.marked = fyne.NewDelta(x, y), fyne.NewDelta(x+width, y+height), true
	p.draw()
	size := p.paper.Size()
	p.scroll.ScrollToOffset(fyne.NewPos(
		max(0, size.Width*(x+width/2)-p.scroll.Size().Width/2),
		max(0, size.Height*(y+height/2)-p.scroll.Size().Height/2)))
}

// Zoom is the size on the screen over that of the picture, in percent.
func (p *PageView) Zoom() int { return int(p.scale()*100 + 0.5) }

// Focusable implements [Focuser].
func (p *PageView) Focusable() fyne.Focusable { return p.desk }

// fits is the scale at which the whole page is in sight, or its whole width.
func (p *PageView) fits() float32 {
	w, h := p.pixels()
	room := p.scroll.Size().SubtractWidthHeight(2*look.Tight, 2*look.Tight)
	if w == 0 || h == 0 || room.Width <= 0 || room.Height <= 0 {
		return 1
	}
	if p.wide {
		return room.Width / w
	}
	return min(room.Width/w, room.Height/h)
}

func (p *PageView) scale() float32 {
	if p.zoom == 0 {
		return p.fits()
	}
	return p.zoom
}

// pixels is the size of the picture as it is turned.
func (p *PageView) pixels() (w, h float32) {
	if p.picture == nil {
		return 0, 0
	}
	b := p.picture.Bounds()
	if p.turns%2 == 1 {
		return float32(b.Dy()), float32(b.Dx())
	}
	return float32(b.Dx()), float32(b.Dy())
}

func (p *PageView) zoomBy(factor float32) {
	fits := p.fits()
	p.zoom = max(fits/2, min(p.scale()*factor, max(4, fits*8)))
	p.draw()
}

func (p *PageView) turn(by int) {
	if p.picture == nil {
		return
	}
	p.wipe()
	p.turns = (p.turns + by + 4) % 4
	p.drawn = turned(p.picture, p.turns)
	p.marked = false
	p.draw()
}

func (p *PageView) goTo(page int) bool {
	if page < 0 || page >= p.n || page == p.page || p.OnPage == nil {
		return false
	}
	p.OnPage(page)
	return true
}

func (p *PageView) draw() {
	p.image.Image = p.drawn
	p.image.Refresh()
	p.image.Hidden, p.none.Hidden = p.picture == nil, p.picture != nil
	p.frame.Hidden = !p.marked
	p.relayout()
}

func (p *PageView) relayout() {
	p.state.SetText("")
	p.count.SetText("")
	p.keys.SetText("")
	if p.paging.Hidden = p.n <= 1; p.n == 1 {
		p.keys.SetText(p.words.T("page.keys"))
	}
	if p.picture != nil {
		p.state.SetText(p.words.T("page.zoom", p.Zoom()))
	}
	if p.n > 1 {
		p.count.SetText(p.words.T("page.of", p.page+1, p.n))
	}
	p.paper.Refresh()
	p.scroll.Refresh()
	p.Refresh()
}

// turned is a picture after quarter turns clockwise.
func turned(m image.Image, turns int) image.Image {
	if turns == 0 {
		return m
	}
	b := m.Bounds()
	w, h := b.Dx(), b.Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if turns%2 == 1 {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	if in, ok := m.(*image.RGBA); ok { // what is drawn for the screen is: quickly
		for y := range h {
			for x := range w {
				to := [4][2]int{{x, y}, {h - 1 - y, x}, {w - 1 - x, h - 1 - y}, {y, w - 1 - x}}[turns]
				i, j := in.PixOffset(b.Min.X+x, b.Min.Y+y), out.PixOffset(to[0], to[1])
				copy(out.Pix[j:j+4], in.Pix[i:i+4])
			}
		}
		return out
	}
	for y := range h {
		for x := range w {
			c := m.At(b.Min.X+x, b.Min.Y+y)
			switch turns {
			case 1:
				out.Set(h-1-y, x, c)
			case 2:
				out.Set(w-1-x, h-1-y, c)
			default:
				out.Set(y, w-1-x, c)
			}
		}
	}
	return out
}

// paper lays the page in the middle of the room, at its scale.
type paper struct{ p *PageView }

func (l paper) MinSize([]fyne.CanvasObject) fyne.Size {
	if l.p.picture == nil {
		return fyne.Size{}
	}
	w, h := l.p.pixels()
	size := fyne.NewSize(w*l.p.scale()+2*look.Tight, h*l.p.scale()+2*look.Tight)
	if l.p.zoom == 0 { // what fits needs no scrolling
		size.Width = 0
		if !l.p.wide {
			size.Height = 0
		}
	}
	return size
}

func (l paper) Layout(o []fyne.CanvasObject, size fyne.Size) {
	w, h := l.p.pixels()
	w, h = w*l.p.scale(), h*l.p.scale()
	at := fyne.NewPos((size.Width-w)/2, (size.Height-h)/2)
	o[0].Move(at)
	o[0].Resize(fyne.NewSize(w, h))
	o[1].Move(at.AddXY(l.p.mark.DX*w-3, l.p.mark.DY*h-3))
	o[1].Resize(fyne.NewSize((l.p.markTo.DX-l.p.mark.DX)*w+6, (l.p.markTo.DY-l.p.mark.DY)*h+6))
}

// CreateRenderer implements fyne.Widget.
func (p *PageView) CreateRenderer() fyne.WidgetRenderer {
	bar := Row(12, p.paging, p.keys, p.state,
		p.tap("smaller", func() { p.zoomBy(1 / 1.25) }), p.tap("larger", func() { p.zoomBy(1.25) }),
		p.tap("fit", func() { p.fit(false) }), p.tap("turn", func() { p.turn(1) }))
	return &pageRenderer{WidgetRenderer: widget.NewSimpleRenderer(container.NewBorder(nil, Inset(2, 6, bar), nil, nil, p.desk)), p: p}
}

func (p *PageView) tap(icon string, do func()) fyne.CanvasObject {
	return fixed(18, NewTap(look.Icon(icon, look.ColorMuted), do))
}

type pageRenderer struct {
	fyne.WidgetRenderer
	p    *PageView
	last fyne.Size
}

func (r *pageRenderer) MinSize() fyne.Size { return fyne.NewSize(220, 260) }

func (r *pageRenderer) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	if size != r.last { // what fits depends on the room
		r.last = size
		r.p.relayout()
	}
}

// pageDesk is the ground the page lies on; it has the keys.
type pageDesk struct {
	widget.BaseWidget
	p      *PageView
	ground *Ground
}

func (d *pageDesk) CreateRenderer() fyne.WidgetRenderer {
	d.ground = NewGround(look.Plain.Tint(), 8)
	d.ground.Width = 2
	h := &hand{d: d}
	h.ExtendBaseWidget(h)
	return widget.NewSimpleRenderer(container.NewStack(d.ground, container.NewCenter(d.p.none), d.p.scroll, container.New(besideBars{}, h)))
}

func (d *pageDesk) FocusGained() { d.frame(theme.ColorNamePrimary) }
func (d *pageDesk) FocusLost()   { d.frame("") }

func (d *pageDesk) frame(stroke fyne.ThemeColorName) {
	if d.ground != nil {
		d.ground.Stroke = stroke
		d.ground.Refresh()
	}
}

func (d *pageDesk) TypedRune(r rune) {
	if !d.p.Typed(r) && (r == 'r' || r == 'R') {
		d.p.turn(1)
	}
}

// Typed does what a letter means on the page, but for R, and reports whether it
// means anything: for a screen whose focus is elsewhere.
func (p *PageView) Typed(r rune) bool {
	switch r {
	case '+', '=':
		p.zoomBy(1.25)
	case '-':
		p.zoomBy(1 / 1.25)
	case '0':
		p.fit(false)
	case 'w', 'W':
		p.fit(true)
	case '[':
		p.turn(-1)
	case ']':
		p.turn(1)
	default:
		return false
	}
	return true
}

func (d *pageDesk) TypedKey(k *fyne.KeyEvent) {
	const step = 60
	at := d.p.scroll.Offset
	end := max(0, d.p.paper.Size().Height-d.p.scroll.Size().Height)
	switch k.Name {
	case fyne.KeyPageDown:
		d.p.Turn(1)
		return
	case fyne.KeyPageUp:
		d.p.Turn(-1)
		return
	case fyne.KeyHome:
		at.Y = 0
	case fyne.KeyEnd:
		at.Y = end
	case fyne.KeyEscape:
		if d.p.OnEscape != nil {
			d.p.OnEscape()
		}
		return
	case fyne.KeyUp:
		at.Y -= step
	case fyne.KeyDown:
		at.Y += step
	case fyne.KeyLeft:
		at.X -= step
	case fyne.KeyRight:
		at.X += step
	default:
		return
	}
	d.p.scroll.ScrollToOffset(fyne.NewPos(max(0, at.X), max(0, at.Y)))
}

// hand lies over the page: the scroll under it would keep wheel and mouse to
// itself.
type hand struct {
	widget.BaseWidget
	d *pageDesk
}

var (
	_ fyne.Tappable      = (*hand)(nil)
	_ fyne.Scrollable    = (*hand)(nil)
	_ fyne.Draggable     = (*hand)(nil)
	_ desktop.Cursorable = (*hand)(nil)
)

// besideBars leaves the scroll its bars.
type besideBars struct{}

func (besideBars) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
func (besideBars) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(size.SubtractWidthHeight(12, 12))
}

func (h *hand) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}

func (h *hand) Tapped(*fyne.PointEvent) {
	if c := canvasOf(h.d); c != nil {
		c.Focus(h.d)
	}
}

// Scrolled zooms with Ctrl and scrolls without.
func (h *hand) Scrolled(e *fyne.ScrollEvent) {
	driver, ok := fyne.CurrentApp().Driver().(desktop.Driver)
	switch {
	case !ok || driver.CurrentKeyModifiers()&fyne.KeyModifierControl == 0:
		h.d.p.scroll.Scrolled(e)
	case e.Scrolled.DY > 0:
		h.d.p.zoomBy(1.25)
	case e.Scrolled.DY < 0:
		h.d.p.zoomBy(1 / 1.25)
	}
}

// Dragged takes the page along.
func (h *hand) Dragged(e *fyne.DragEvent) {
	scroll := h.d.p.scroll
	end := h.d.p.paper.Size().Subtract(scroll.Size())
	at := scroll.Offset.SubtractXY(e.Dragged.DX, e.Dragged.DY)
	scroll.ScrollToOffset(fyne.NewPos(max(0, min(at.X, end.Width)), max(0, min(at.Y, end.Height))))
}

func (h *hand) DragEnd() {}

func (h *hand) Cursor() desktop.Cursor { return desktop.DefaultCursor }

// Top goes to the head of the page.
func (p *PageView) Top() { p.scroll.ScrollToOffset(fyne.Position{}) }

// SetNone is what stands where there is no page.
func (p *PageView) SetNone(text string) { p.none.SetText(text) }

// Turn goes on (1) or back (-1) by what is in sight, and then to the next page.
// It reports whether there was anything to go to.
func (p *PageView) Turn(by int) bool {
	const overlap = 60
	at := p.scroll.Offset
	room := p.scroll.Size().Height
	end := max(0, p.paper.Size().Height-room)
	if by > 0 && at.Y >= end-1 || by < 0 && at.Y <= 1 {
		return p.goTo(p.page + by)
	}
	p.scroll.ScrollToOffset(fyne.NewPos(at.X, max(0, min(end, at.Y+float32(by)*(room-overlap)))))
	return true
}
