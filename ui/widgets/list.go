package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/ui/locale"
	look "pratique/ui/theme"
)

// Column of a [DataList].
type Column struct {
	Title string
	Width float32 // the least it gets
	Grow  float32 // its share of what is left over
	Align fyne.TextAlign
}

// Cell of a row.
type Cell struct {
	Text string
	// Role colours it; with Pill it is shown as one, with its Icon.
	Role look.Role
	Icon string
	Pill bool
	Bold bool
	// Box is a box to tick instead of a text, ticked if On.
	Box, On bool
}

// DataList is a table of rows to open. Up, Down, Page Up, Page Down, Home and
// End move, Enter opens, a click chooses and a click on the chosen row opens.
// Only the rows in sight exist, so it may be long.
type DataList struct {
	widget.BaseWidget
	OnOpen   func(row int)
	OnChoose func(row int)
	// OnTap makes every click on a row do this, the first one too.
	OnTap func(row int)
	// OnRune gets the letters typed while the list has the focus.
	OnRune func(r rune)
	// OnKey sees a key first and reports whether it dealt with it.
	OnKey func(k *fyne.KeyEvent) bool

	columns []Column
	n       int
	row     func(i int) []Cell
	current int
	list    *listBody
	empty   *Text
	count   *Text
	words   *locale.Catalogue
}

// NewDataList makes an empty list.
func NewDataList(words *locale.Catalogue, columns ...Column) *DataList {
	d := &DataList{
		columns: columns, words: words, row: func(int) []Cell { return nil },
		empty: NewText(words.T("list.empty"), Style{Color: look.ColorMuted, Align: fyne.TextAlignCenter}),
		count: Caption(""),
	}
	d.list = &listBody{d: d}
	d.list.Length = func() int { return d.n }
	d.list.CreateItem = func() fyne.CanvasObject { return newListRow(d) }
	d.list.UpdateItem = func(i int, o fyne.CanvasObject) { o.(*listRow).show(i) }
	d.list.ExtendBaseWidget(d.list)
	d.ExtendBaseWidget(d)
	return d
}

// SetEmpty is what stands there when there are no rows.
func (d *DataList) SetEmpty(text string) { d.empty.SetText(text) }

// SetRows shows n rows. Row is asked for each row that comes into sight, and
// again after a change of theme; it has one cell a column.
func (d *DataList) SetRows(n int, row func(i int) []Cell) {
	d.n, d.row = n, row
	d.current = max(0, min(d.current, n-1))
	d.count.SetText("")
	if n > 0 {
		d.count.SetText(d.words.T("list.count", n))
	}
	d.empty.Hidden = n > 0
	d.Refresh()
	d.list.Refresh()
	d.choose(d.current, false)
}

// Current is the chosen row, -1 if there is none.
func (d *DataList) Current() int {
	if d.n == 0 {
		return -1
	}
	return d.current
}

// Choose moves to a row, as the keys do.
func (d *DataList) Choose(row int) { d.choose(row, false) }

// Focusable implements [Focuser].
func (d *DataList) Focusable() fyne.Focusable { return d.list }

func (d *DataList) choose(row int, byOfficer bool) {
	if d.n == 0 {
		return
	}
	old := d.current
	d.current = max(0, min(row, d.n-1))
	d.list.RefreshItem(old)
	d.list.RefreshItem(d.current)
	if d.list.Size().Height >= rowHeight { // before it has a place, nothing is out of sight
		d.list.ScrollTo(d.current)
	}
	if byOfficer && old != d.current && d.OnChoose != nil {
		d.OnChoose(d.current)
	}
}

func (d *DataList) open() {
	if d.n > 0 && d.OnOpen != nil {
		d.OnOpen(d.current)
	}
}

// CreateRenderer implements fyne.Widget.
func (d *DataList) CreateRenderer() fyne.WidgetRenderer {
	ground := NewGround(look.ColorSurface, 10)
	ground.Stroke, ground.Width = theme.ColorNameSeparator, 1
	titles := container.New(cells{d.columns})
	for _, c := range d.columns {
		titles.Add(NewText(c.Title, Style{Size: theme.SizeNameCaptionText, Color: look.ColorMuted, Align: c.Align, Elide: true}))
	}
	head := Stack(0, Inset(0, 9, titles), Rule())
	foot := Stack(0, Rule(), Inset(rowInset, 5, d.count))
	return widget.NewSimpleRenderer(container.NewStack(ground, Inset(1, 1,
		container.NewBorder(head, foot, nil, nil, d.list, container.NewCenter(d.empty)))))
}

const (
	rowHeight float32 = 38
	rowInset  float32 = 14
)

// cells lays out a row by its columns.
type cells struct{ columns []Column }

func (c cells) MinSize(o []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(2*rowInset+look.Tight*float32(len(c.columns)-1), 0)
	for i, o := range o {
		size.Width += c.columns[i].Width
		size.Height = max(size.Height, o.MinSize().Height)
	}
	return size
}

func (c cells) Layout(o []fyne.CanvasObject, size fyne.Size) {
	var grow float32
	for _, c := range c.columns {
		grow += c.Grow
	}
	spare := max(0, size.Width-c.MinSize(o).Width)
	x := rowInset
	for i, o := range o {
		w := c.columns[i].Width
		if grow > 0 {
			w += spare * c.columns[i].Grow / grow
		}
		h := o.MinSize().Height
		o.Move(fyne.NewPos(x, (size.Height-h)/2))
		o.Resize(fyne.NewSize(w, h))
		x += w + look.Tight
	}
}

// listBody is the list with our keys; the chosen row is drawn by the rows.
type listBody struct {
	widget.List
	d       *DataList
	focused bool
}

func (l *listBody) TypedKey(k *fyne.KeyEvent) {
	if l.d.OnKey != nil && l.d.OnKey(k) {
		return
	}
	page := max(1, int(l.Size().Height/rowHeight)-1)
	switch k.Name {
	case fyne.KeyDown:
		l.d.choose(l.d.current+1, true)
	case fyne.KeyUp:
		l.d.choose(l.d.current-1, true)
	case fyne.KeyPageDown:
		l.d.choose(l.d.current+page, true)
	case fyne.KeyPageUp:
		l.d.choose(l.d.current-page, true)
	case fyne.KeyHome:
		l.d.choose(0, true)
	case fyne.KeyEnd:
		l.d.choose(l.d.n-1, true)
	case fyne.KeyReturn, fyne.KeyEnter:
		l.d.open()
	}
}

func (l *listBody) TypedRune(r rune) {
	if l.d.OnRune != nil {
		l.d.OnRune(r)
	}
}

// Current implements the shell's wish to see that somebody is at work.
func (l *listBody) Current() int { return l.d.Current() }

func (l *listBody) FocusGained() { l.setFocus(true) }
func (l *listBody) FocusLost()   { l.setFocus(false) }

func (l *listBody) setFocus(on bool) {
	l.focused = on
	l.RefreshItem(l.d.current)
}

// listRow draws a row.
type listRow struct {
	widget.BaseWidget
	d      *DataList
	i      int
	ground *Ground
	mark   *Ground
	cells  *fyne.Container
}

func newListRow(d *DataList) *listRow {
	r := &listRow{d: d, ground: NewGround("", 0), mark: NewGround("", 0), cells: container.New(cells{d.columns})}
	for range d.columns {
		r.cells.Add(&listCell{text: NewText("", Style{Elide: true}), pill: NewPill(look.Plain, "", ""), box: widget.NewIcon(nil)})
	}
	for _, o := range r.cells.Objects {
		o.(*listCell).ExtendBaseWidget(o.(*listCell))
	}
	r.ExtendBaseWidget(r)
	return r
}

func (r *listRow) show(i int) {
	r.i = i
	ground, mark := r.ground.Fill, r.mark.Fill
	r.ground.Fill, r.mark.Fill = "", ""
	if i == r.d.current {
		r.ground.Fill = look.Plain.Tint()
		if r.d.list.focused {
			r.ground.Fill, r.mark.Fill = theme.ColorNameSelection, theme.ColorNamePrimary
		}
	}
	if r.ground.Fill != ground || r.mark.Fill != mark {
		r.ground.Refresh()
		r.mark.Refresh()
	}
	values := r.d.row(i)
	for n, o := range r.cells.Objects {
		c := Cell{}
		if n < len(values) {
			c = values[n]
		}
		o.(*listCell).show(c, r.d.columns[n].Align)
	}
}

// Tapped implements fyne.Tappable.
func (r *listRow) Tapped(*fyne.PointEvent) {
	if c := canvasOf(r.d.list); c != nil {
		c.Focus(r.d.list)
	}
	switch {
	case r.d.OnTap != nil:
		r.d.choose(r.i, true)
		r.d.OnTap(r.i)
	case r.d.current == r.i:
		r.d.open()
	default:
		r.d.choose(r.i, true)
	}
}

func (r *listRow) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(rowLayout{}, r.ground, r.mark, r.cells))
}

type rowLayout struct{}

func (rowLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[2].MinSize().Width, rowHeight)
}

func (rowLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(size)
	o[1].Resize(fyne.NewSize(3, size.Height))
	o[2].Resize(size)
}

// listCell is a text, a pill or a box.
type listCell struct {
	widget.BaseWidget
	text *Text
	pill *Pill
	box  *widget.Icon
	told Cell // what it shows
	full bool // it shows anything yet
}

// show shows a cell; one that says what it said before is left alone, for
// drawing is what a key in a long list takes its time for.
func (c *listCell) show(cell Cell, align fyne.TextAlign) {
	if c.full && c.told == cell {
		return
	}
	c.told, c.full = cell, true
	c.pill.Hidden, c.text.Hidden, c.box.Hidden = !cell.Pill, cell.Pill || cell.Box, !cell.Box
	switch {
	case cell.Box && cell.On:
		c.box.SetResource(theme.NewPrimaryThemedResource(theme.CheckButtonCheckedIcon()))
	case cell.Box:
		c.box.SetResource(theme.CheckButtonIcon())
	case cell.Pill:
		c.pill.Set(cell.Role, cell.Icon, cell.Text)
	default:
		style := Style{Bold: cell.Bold, Align: align, Elide: true}
		if cell.Role != "" {
			style.Color = cell.Role.Ink()
		}
		c.text.Set(cell.Text, style)
	}
	c.Refresh()
}

func (c *listCell) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(cellLayout{}, c.text, c.pill, c.box))
}

type cellLayout struct{}

func (cellLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, max(o[0].MinSize().Height, o[1].MinSize().Height))
}

func (cellLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	h := o[0].MinSize().Height
	o[0].Move(fyne.NewPos(0, (size.Height-h)/2))
	o[0].Resize(fyne.NewSize(size.Width, h))
	m := o[1].MinSize()
	o[1].Move(fyne.NewPos(0, (size.Height-m.Height)/2))
	o[1].Resize(m)
	const box = 22
	o[2].Move(fyne.NewPos(0, (size.Height-box)/2))
	o[2].Resize(fyne.NewSquareSize(box))
}
