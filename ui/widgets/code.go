package widgets

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/ui/locale"
	look "pratique/ui/theme"
)

// Option is a code and what people call it.
type Option struct {
	Code string
	Name string // in the officer's language
	Also string // other words that find it, lower case: a name in another language, an older code
}

// SortOptions sorts by name.
func SortOptions(options []Option) {
	slices.SortFunc(options, func(a, b Option) int { return strings.Compare(a.Name, b.Name) })
}

// FindOptions are the options that match what was typed, the best first: the
// code itself, codes that begin so, names that begin so, words that begin so,
// and last what has it anywhere. Nothing typed matches all, in their order.
func FindOptions(options []Option, typed string) []Option {
	typed = strings.ToLower(strings.Map(narrow, strings.TrimSpace(typed)))
	if typed == "" {
		return options
	}
	var ranked [5][]Option
	for _, o := range options {
		code, name := strings.ToLower(o.Code), strings.ToLower(o.Name)
		all := name + " " + o.Also
		switch {
		case code == typed:
			ranked[0] = append(ranked[0], o)
		case strings.HasPrefix(code, typed):
			ranked[1] = append(ranked[1], o)
		case strings.HasPrefix(name, typed):
			ranked[2] = append(ranked[2], o)
		case slices.ContainsFunc(strings.FieldsFunc(all+" "+code, notLetter), func(w string) bool { return strings.HasPrefix(w, typed) }):
			ranked[3] = append(ranked[3], o)
		case strings.Contains(all, typed) || strings.Contains(code, typed):
			ranked[4] = append(ranked[4], o)
		}
	}
	return slices.Concat(ranked[:]...)
}

func notLetter(r rune) bool { return strings.ContainsRune(" /_-(),.·、", r) }

// CodeSelect chooses a code from a list by typing: a letter, Enter, Space, Down
// or a click opens a picker; there one types on, moves with Up and Down, and
// takes with Enter or Tab, which also goes on. Escape leaves the old choice.
// What matches nothing is taken as typed, so that validation can say so.
type CodeSelect struct {
	widget.DisableableWidget
	OnCode      func(code string)
	PlaceHolder string
	// Short shows the name alone, for lists whose codes say nothing.
	Short bool

	words   *locale.Catalogue
	options []Option
	code    string
	focused bool
	watch   func(bool)
	picker  *picker
}

// NewCodeSelect makes a CodeSelect with nothing chosen.
func NewCodeSelect(words *locale.Catalogue, options []Option) *CodeSelect {
	c := &CodeSelect{words: words, options: options, PlaceHolder: words.T("code.hint")}
	c.ExtendBaseWidget(c)
	return c
}

// Code is what is chosen, or the text as typed if it is in no list.
func (c *CodeSelect) Code() string { return c.code }

// SetCode shows a code.
func (c *CodeSelect) SetCode(code string) {
	if c.code != code {
		c.code = code
		c.Refresh()
	}
}

// SetOptions offers other options and keeps what is chosen.
func (c *CodeSelect) SetOptions(options []Option) {
	c.options = options
	c.Refresh()
}

// Shown is the text in the field.
func (c *CodeSelect) Shown() string {
	i := slices.IndexFunc(c.options, func(o Option) bool { return o.Code == c.code })
	switch {
	case i < 0:
		return c.code
	case c.Short || strings.EqualFold(c.options[i].Name, c.code):
		return c.options[i].Name
	}
	return c.code + " – " + c.options[i].Name
}

func (c *CodeSelect) watchFocus(f func(bool)) { c.watch = f }

// FocusGained implements fyne.Focusable.
func (c *CodeSelect) FocusGained() { c.setFocus(true) }

// FocusLost implements fyne.Focusable.
func (c *CodeSelect) FocusLost() { c.setFocus(false) }

func (c *CodeSelect) setFocus(on bool) {
	c.focused = on
	if c.watch != nil {
		c.watch(on || c.picker != nil)
	}
	c.Refresh()
}

// Tapped implements fyne.Tappable.
func (c *CodeSelect) Tapped(*fyne.PointEvent) {
	if canvas := canvasOf(c); canvas != nil && !c.Disabled() {
		canvas.Focus(c)
		c.open("")
	}
}

// Cursor implements desktop.Cursorable.
func (c *CodeSelect) Cursor() desktop.Cursor { return desktop.PointerCursor }

// TypedRune implements fyne.Focusable.
func (c *CodeSelect) TypedRune(r rune) {
	if r == ' ' {
		c.open("")
	} else {
		c.open(string(r))
	}
}

// TypedKey implements fyne.Focusable.
func (c *CodeSelect) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyDown, fyne.KeyReturn, fyne.KeyEnter:
		c.open("")
	case fyne.KeyBackspace, fyne.KeyDelete:
		if !c.Disabled() {
			c.choose("")
		}
	}
}

func (c *CodeSelect) choose(code string) {
	if c.code == code {
		return
	}
	c.code = code
	c.Refresh()
	if c.OnCode != nil {
		c.OnCode(code)
	}
}

func (c *CodeSelect) open(typed string) {
	canvas := canvasOf(c)
	if canvas == nil || c.Disabled() {
		return
	}
	c.picker = newPicker(c, canvas)
	for _, r := range typed {
		c.picker.entry.TypedRune(r)
	}
}

// CreateRenderer implements fyne.Widget.
func (c *CodeSelect) CreateRenderer() fyne.WidgetRenderer {
	r := &codeRenderer{
		c:    c,
		box:  NewGround(theme.ColorNameInputBackground, theme.Size(theme.SizeNameInputRadius)),
		text: NewText("", Style{Elide: true}),
		icon: widget.NewIcon(nil),
	}
	r.Refresh()
	return r
}

type codeRenderer struct {
	c    *CodeSelect
	box  *Ground
	text *Text
	icon *widget.Icon
}

func (r *codeRenderer) MinSize() fyne.Size {
	p := 2 * theme.Size(theme.SizeNameInnerPadding)
	// As high as an Entry, so that fields in a row align.
	return fyne.NewSize(96, fyne.MeasureText("M", theme.Size(theme.SizeNameText), fyne.TextStyle{}).Height+p)
}

func (r *codeRenderer) Layout(size fyne.Size) {
	p := theme.Size(theme.SizeNameInnerPadding)
	r.box.Resize(size)
	h := r.text.MinSize().Height
	r.text.Move(fyne.NewPos(p, (size.Height-h)/2))
	r.text.Resize(fyne.NewSize(size.Width-2*p-18, h))
	r.icon.Resize(fyne.NewSquareSize(14))
	r.icon.Move(fyne.NewPos(size.Width-14-p, (size.Height-14)/2))
}

func (r *codeRenderer) Refresh() {
	r.box.Stroke, r.box.Width = theme.ColorNameInputBorder, 1
	ink := theme.ColorNameForeground
	switch {
	case r.c.Disabled():
		r.box.Stroke, ink = theme.ColorNameDisabled, theme.ColorNameDisabled
	case r.c.focused || r.c.picker != nil:
		r.box.Stroke, r.box.Width = theme.ColorNamePrimary, 2
	}
	r.box.Refresh()
	if r.c.code == "" {
		r.text.Set(r.c.PlaceHolder, Style{Color: theme.ColorNamePlaceHolder, Elide: true})
	} else {
		r.text.Set(r.c.Shown(), Style{Color: ink, Elide: true})
	}
	r.text.Refresh()
	r.icon.SetResource(look.Icon("down", look.ColorMuted))
}

func (r *codeRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.box, r.text, r.icon}
}

func (r *codeRenderer) Destroy() {}

// picker is the open state of a CodeSelect: an overlay with an entry over the
// field and the matching options under it. An overlay has a focus of its own,
// so the entry gets what is typed. A click beside the panel closes it.
type picker struct {
	widget.BaseWidget
	c       *CodeSelect
	canvas  fyne.Canvas
	panel   fyne.CanvasObject
	entry   *Entry
	rows    *fyne.Container
	matches []Option
	at      int // which match Enter takes
}

// pickerRows is how many options are shown: more are found by typing on.
const pickerRows = 8

func newPicker(c *CodeSelect, canvas fyne.Canvas) *picker {
	p := &picker{c: c, canvas: canvas, entry: NewEntry(), rows: Stack(0)}
	p.entry.PlaceHolder = c.words.T("code.hint")
	p.entry.OnChanged = p.filter
	p.entry.OnKey = p.key
	p.entry.keepTab = func() bool { return true }
	ground := NewGround(theme.ColorNameOverlayBackground, theme.Size(theme.SizeNamePopupRadius))
	ground.Stroke, ground.Width = theme.ColorNameInputBorder, 1
	p.panel = container.NewStack(ground, Inset(4, 4, Stack(4, p.entry, p.rows)))
	p.ExtendBaseWidget(p)
	p.filter("")
	canvas.Overlays().Add(p)
	canvas.Focus(p.entry)
	return p
}

// CreateRenderer implements fyne.Widget.
func (p *picker) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(pickerLayout{p}, p.panel))
}

// Tapped implements fyne.Tappable.
func (p *picker) Tapped(*fyne.PointEvent) { p.close() }

// pickerLayout puts the panel so that its entry lies over the field, or higher
// where there is no room below.
type pickerLayout struct{ p *picker }

func (l pickerLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func (l pickerLayout) Layout(_ []fyne.CanvasObject, room fyne.Size) {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(l.p.c).SubtractXY(4, 4)
	size := fyne.NewSize(max(l.p.c.Size().Width+8, 320), l.p.panel.MinSize().Height)
	at.X = max(0, min(at.X, room.Width-size.Width))
	at.Y = max(0, min(at.Y, room.Height-size.Height))
	l.p.panel.Move(at)
	l.p.panel.Resize(size)
}

// filter shows what matches.
func (p *picker) filter(typed string) {
	p.matches, p.at = FindOptions(p.c.options, typed), 0
	if typed == "" { // the choice that stands, so that Enter changes nothing
		p.at = max(0, slices.IndexFunc(p.matches, func(o Option) bool { return o.Code == p.c.code }))
	}
	p.show()
}

func (p *picker) show() {
	first := max(0, min(p.at-pickerRows/2, len(p.matches)-pickerRows))
	p.rows.Objects = nil
	for i := first; i < min(first+pickerRows, len(p.matches)); i++ {
		p.rows.Add(newPickerRow(p.matches[i], i == p.at, p.c.Short, func() { p.take(i) }))
	}
	foot := ""
	switch more := len(p.matches) - pickerRows; {
	case len(p.matches) == 0:
		foot = p.c.words.T("code.none")
	case more > 0:
		foot = p.c.words.T("code.more", more)
	}
	p.rows.Add(Inset(8, 4, Caption(foot)))
	// Always the same height: a list that jumps while one types is tiring.
	for i := len(p.matches); i < pickerRows && len(p.c.options) > pickerRows; i++ {
		p.rows.Add(newPickerRow(Option{}, false, true, func() {}))
	}
	p.rows.Refresh()
}

func (p *picker) key(k *fyne.KeyEvent) bool {
	switch k.Name {
	case fyne.KeyDown:
		p.at = min(p.at+1, max(len(p.matches)-1, 0))
		p.show()
	case fyne.KeyUp:
		p.at = max(p.at-1, 0)
		p.show()
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyTab:
		back := k.Name == fyne.KeyTab && modifiers()&fyne.KeyModifierShift != 0
		p.take(p.at)
		if back {
			p.canvas.FocusPrevious()
		} else {
			p.canvas.FocusNext()
		}
	case fyne.KeyEscape:
		p.close()
	default:
		return false
	}
	return true
}

// take chooses a match, or the text where nothing matches.
func (p *picker) take(i int) {
	code := strings.TrimSpace(p.entry.Text)
	if i < len(p.matches) {
		code = p.matches[i].Code
	}
	p.close()
	p.c.choose(code)
}

func (p *picker) close() {
	p.canvas.Overlays().Remove(p)
	p.c.picker = nil
	p.canvas.Focus(p.c)
	p.c.Refresh()
}

// pickerRow is one option; not a focus stop, the entry has the focus.
type pickerRow struct {
	widget.BaseWidget
	option    Option
	here      bool
	short     bool
	do        func()
	ground    *Ground
	code, nam *Text
}

func newPickerRow(o Option, here, short bool, do func()) *pickerRow {
	r := &pickerRow{option: o, here: here, short: short, do: do}
	r.ground = NewGround("", 4)
	if here {
		r.ground.Fill = theme.ColorNameSelection
	}
	r.code = NewText(o.Code, Style{Color: look.ColorMuted})
	r.nam = NewText(o.Name, Style{Elide: true})
	if short {
		r.code.Hide()
	}
	r.ExtendBaseWidget(r)
	return r
}

func (r *pickerRow) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(r.ground, Inset(8, 4, Row(10, r.nam, r.code))))
}

func (r *pickerRow) Tapped(*fyne.PointEvent) { r.do() }

func (r *pickerRow) MouseIn(*desktop.MouseEvent) { r.hover(theme.ColorNameHover) }

func (r *pickerRow) MouseMoved(*desktop.MouseEvent) {}

func (r *pickerRow) MouseOut() { r.hover("") }

func (r *pickerRow) hover(fill fyne.ThemeColorName) {
	if !r.here {
		r.ground.Fill = fill
		r.ground.Refresh()
	}
}
