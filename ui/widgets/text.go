package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "pratique/ui/theme"
)

// Style of a [Text]. The zero Style is running text.
type Style struct {
	Size  fyne.ThemeSizeName  // zero: theme.SizeNameText
	Huge  bool                // look.SizeHuge instead of Size
	Color fyne.ThemeColorName // zero: theme.ColorNameForeground
	Bold  bool
	Mono  bool
	Align fyne.TextAlign
	// Elide lets the text be narrower than it is long, with dots at its end.
	Elide bool
}

// Text is one line of text without the padding of a label, whose colour
// follows the theme.
type Text struct {
	widget.BaseWidget
	text  string
	style Style
}

// NewText makes a Text.
func NewText(text string, style Style) *Text {
	t := &Text{text: text, style: style}
	t.ExtendBaseWidget(t)
	return t
}

// Heading, Subheading and Caption are the usual styles.
func Heading(text string) *Text {
	return NewText(text, Style{Size: theme.SizeNameHeadingText, Bold: true, Elide: true})
}

// Subheading is described at [Heading].
func Subheading(text string) *Text {
	return NewText(text, Style{Size: theme.SizeNameSubHeadingText, Bold: true})
}

// Caption is described at [Heading].
func Caption(text string) *Text {
	return NewText(text, Style{Size: theme.SizeNameCaptionText, Color: look.ColorMuted})
}

// Text is what is shown.
func (t *Text) Text() string { return t.text }

// SetText shows another text.
func (t *Text) SetText(text string) { t.Set(text, t.style) }

// Set shows another text in another style.
func (t *Text) Set(text string, style Style) {
	if t.text == text && t.style == style {
		return
	}
	t.text, t.style = text, style
	t.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	r := &textRenderer{t: t, line: canvas.NewText("", nil)}
	r.Refresh()
	return r
}

type textRenderer struct {
	t     *Text
	line  *canvas.Text
	width float32
}

func (r *textRenderer) MinSize() fyne.Size {
	size := fyne.MeasureText(r.t.text, r.line.TextSize, r.line.TextStyle)
	if r.t.style.Elide {
		size.Width = min(size.Width, 24)
	}
	return size
}

func (r *textRenderer) Layout(size fyne.Size) {
	r.width = size.Width
	r.elide()
	r.line.Resize(size)
}

// dots stand for what is cut off. The character … is as wide as a Chinese one
// in our typeface, and not on the line.
const dots = "..."

// elide cuts the text to the width, if it may.
func (r *textRenderer) elide() {
	text := r.t.text
	if r.t.style.Elide && r.width > 0 && r.measure(text) > r.width {
		runes := []rune(text)
		low, high := 0, len(runes) // as many runes as fit: low fits, high does not
		for low+1 < high {
			if middle := (low + high) / 2; r.measure(string(runes[:middle])+dots) <= r.width {
				low = middle
			} else {
				high = middle
			}
		}
		text = string(runes[:low]) + dots
	}
	if text != r.line.Text {
		r.line.Text = text
		r.line.Refresh()
	}
}

func (r *textRenderer) measure(text string) float32 {
	return fyne.MeasureText(text, r.line.TextSize, r.line.TextStyle).Width
}

func (r *textRenderer) Refresh() {
	s := r.t.style
	size, ink := s.Size, s.Color
	if size == "" {
		size = theme.SizeNameText
	}
	if ink == "" {
		ink = theme.ColorNameForeground
	}
	r.line.TextSize = theme.Size(size)
	if s.Huge {
		r.line.TextSize = look.SizeHuge
	}
	r.line.Color = look.Color(ink)
	r.line.TextStyle = fyne.TextStyle{Bold: s.Bold, Monospace: s.Mono}
	r.line.Alignment = s.Align
	r.elide()
	r.line.Refresh()
}

func (r *textRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.line} }
func (r *textRenderer) Destroy()                     {}

// Ground is a rectangle whose colour follows the theme.
type Ground struct {
	widget.BaseWidget
	Fill   fyne.ThemeColorName // empty: none
	Stroke fyne.ThemeColorName // empty: none
	Width  float32             // of the stroke
	Radius float32
}

// NewGround makes a filled Ground.
func NewGround(fill fyne.ThemeColorName, radius float32) *Ground {
	g := &Ground{Fill: fill, Radius: radius}
	g.ExtendBaseWidget(g)
	return g
}

// CreateRenderer implements fyne.Widget.
func (g *Ground) CreateRenderer() fyne.WidgetRenderer {
	r := &groundRenderer{g: g, box: &canvas.Rectangle{}}
	r.Refresh()
	return r
}

type groundRenderer struct {
	g   *Ground
	box *canvas.Rectangle
}

func (r *groundRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *groundRenderer) Layout(size fyne.Size)        { r.box.Resize(size) }
func (r *groundRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.box} }
func (r *groundRenderer) Destroy()                     {}

func (r *groundRenderer) Refresh() {
	r.box.FillColor, r.box.StrokeColor = color.Transparent, color.Transparent
	if r.g.Fill != "" {
		r.box.FillColor = look.Color(r.g.Fill)
	}
	if r.g.Stroke != "" {
		r.box.StrokeColor = look.Color(r.g.Stroke)
	}
	r.box.StrokeWidth, r.box.CornerRadius = r.g.Width, r.g.Radius
	r.box.Refresh()
}

// Prose is running text that wraps, without a label's padding.
func Prose(text string, color fyne.ThemeColorName) fyne.CanvasObject {
	return ProseSized(text, color, theme.SizeNameText)
}

// ProseStrong is Prose in bold.
func ProseStrong(text string, color fyne.ThemeColorName) fyne.CanvasObject {
	r := prose(text, color, theme.SizeNameText)
	r.Segments[0].(*widget.TextSegment).Style.TextStyle.Bold = true
	return flush(r)
}

// ProseSized is Prose in another size than that of running text.
func ProseSized(text string, color fyne.ThemeColorName, size fyne.ThemeSizeName) fyne.CanvasObject {
	return flush(prose(text, color, size))
}

func prose(text string, color fyne.ThemeColorName, size fyne.ThemeSizeName) *widget.RichText {
	r := widget.NewRichText(&widget.TextSegment{Text: text, Style: widget.RichTextStyle{ColorName: color, SizeName: size}})
	r.Wrapping = fyne.TextWrapWord
	return r
}
