package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "pratique/ui/theme"
)

// Note is what stands under a field. It is comparable.
type Note struct {
	Role look.Role // Invalid: a problem; Valid: it agrees; Practice: a question; else a hint
	Text string
	// Confirm, if it is not empty, is a box to tick: "The document really says
	// this". Confirmed is whether it is ticked.
	Confirm   string
	Confirmed bool
}

// Wrong is the note of a problem, none for an empty text.
func Wrong(text string) Note {
	if text == "" {
		return Note{}
	}
	return Note{Role: look.Invalid, Text: text}
}

// noteIcons are the shapes that go with the colours.
var noteIcons = map[look.Role]string{look.Invalid: "invalid", look.Valid: "valid", look.Practice: "warning", look.Unknown: "unknown"}

// Field is a label, a control under it, and under that room for one line,
// which is kept free so that nothing jumps. A longer note makes the field grow.
type Field struct {
	widget.BaseWidget
	// OnConfirm tells that the officer ticked the box of a question or took
	// the tick away.
	OnConfirm func(confirmed bool)
	// OnFocus tells when the focus comes into the control and leaves it.
	OnFocus func(focused bool)

	control fyne.CanvasObject
	label   *Text
	frame   *Ground
	icon    *widget.Icon
	text    *widget.RichText
	box     *widget.Check
	hint    string
	note    Note
}

// NewField puts a label above a control: an Entry, a DateField, a MomentField,
// a CodeSelect or anything else.
func NewField(label string, control fyne.CanvasObject) *Field {
	f := &Field{
		control: control,
		label:   NewText(label, Style{Size: look.SizeNameLabel, Color: look.ColorMuted, Elide: true}),
		frame:   &Ground{Width: 1.5, Radius: theme.Size(theme.SizeNameInputRadius)},
		icon:    widget.NewIcon(nil),
		text:    prose("", look.ColorMuted, theme.SizeNameCaptionText),
	}
	f.frame.ExtendBaseWidget(f.frame)
	f.box = widget.NewCheck("", func(on bool) {
		if f.note.Confirmed != on {
			f.note.Confirmed = on
			if f.OnConfirm != nil {
				f.OnConfirm(on)
			}
		}
	})
	f.ExtendBaseWidget(f)
	if e, ok := control.(interface{ watchFocus(func(bool)) }); ok {
		e.watchFocus(f.focused)
	}
	f.SetNote(Note{})
	return f
}

// Hint is shown under the field while it has no note.
func (f *Field) Hint(text string) *Field {
	f.hint = text
	f.show()
	return f
}

// Label is the text above the control.
func (f *Field) Label() string { return f.label.Text() }

// Note is what stands under the field now.
func (f *Field) Note() Note { return f.note }

// SetNote shows n under the field; the zero Note shows the hint.
func (f *Field) SetNote(n Note) {
	if n == f.note && n != (Note{}) {
		return
	}
	f.note = n
	f.show()
}

func (f *Field) show() {
	n := f.note
	color := n.Role.Ink()
	if n.Text == "" {
		n.Text, n.Role, color = f.hint, "", look.ColorMuted
	} else if n.Role == "" {
		color = look.ColorMuted
	}
	segment := f.text.Segments[0].(*widget.TextSegment)
	segment.Text, segment.Style.ColorName = n.Text, color
	f.text.Refresh()
	f.icon.Hide()
	if name, ok := noteIcons[n.Role]; ok && n.Text != "" {
		f.icon.SetResource(look.Icon(name, color))
		f.icon.Show()
	}
	f.frame.Stroke = ""
	if n.Role == look.Invalid || n.Role == look.Practice && !n.Confirmed {
		f.frame.Stroke = color
	}
	f.frame.Refresh()
	f.box.Hide()
	if n.Confirm != "" {
		f.box.Text, f.box.Checked = n.Confirm, n.Confirmed
		f.box.Show()
		f.box.Refresh()
	}
	f.Refresh()
}

// focused brings the label forward while the control has the focus.
func (f *Field) focused(on bool) {
	color := look.ColorMuted
	if on {
		color = look.Accent.Ink()
	}
	f.label.Set(f.label.text, Style{Size: look.SizeNameLabel, Color: color, Elide: true})
	if f.OnFocus != nil {
		f.OnFocus(on)
	}
}

// Focusable implements [Focuser].
func (f *Field) Focusable() fyne.Focusable {
	if c, ok := f.control.(Focuser); ok {
		return c.Focusable()
	}
	c, _ := f.control.(fyne.Focusable)
	return c
}

// CreateRenderer implements fyne.Widget.
func (f *Field) CreateRenderer() fyne.WidgetRenderer { return &fieldRenderer{f: f} }

type fieldRenderer struct{ f *Field }

const (
	labelGap float32 = 3
	noteGap  float32 = 3
	noteIcon float32 = 13
)

// line is the height kept for a note of one line.
func (r *fieldRenderer) line() float32 {
	return fyne.MeasureText("M", theme.Size(theme.SizeNameCaptionText), fyne.TextStyle{}).Height
}

func (r *fieldRenderer) noteHeight() float32 {
	return max(r.line(), r.f.text.MinSize().Height-2*theme.Size(theme.SizeNameInnerPadding))
}

func (r *fieldRenderer) MinSize() fyne.Size {
	control := r.f.control.MinSize()
	height := r.f.label.MinSize().Height + labelGap + control.Height + noteGap + r.noteHeight()
	if r.f.box.Visible() {
		height += r.f.box.MinSize().Height
	}
	return fyne.NewSize(max(control.Width, r.f.label.MinSize().Width, 60), height)
}

func (r *fieldRenderer) Layout(size fyne.Size) {
	f := r.f
	h := f.label.MinSize().Height
	f.label.Resize(fyne.NewSize(size.Width, h))
	y := h + labelGap
	h = f.control.MinSize().Height
	f.control.Move(fyne.NewPos(0, y))
	f.control.Resize(fyne.NewSize(size.Width, h))
	f.frame.Move(fyne.NewPos(0, y))
	f.frame.Resize(fyne.NewSize(size.Width, h))
	y += h + noteGap
	x, p := float32(0), theme.Size(theme.SizeNameInnerPadding)
	if f.icon.Visible() {
		f.icon.Resize(fyne.NewSquareSize(noteIcon))
		f.icon.Move(fyne.NewPos(0, y+(r.line()-noteIcon)/2))
		x = noteIcon + 4
	}
	f.text.Move(fyne.NewPos(x-p, y-p))
	f.text.Resize(fyne.NewSize(size.Width-x+2*p, r.noteHeight()+2*p))
	f.text.Resize(fyne.NewSize(size.Width-x+2*p, r.noteHeight()+2*p)) // its height follows its width
	f.box.Move(fyne.NewPos(-p, y+r.noteHeight()))
	f.box.Resize(fyne.NewSize(size.Width+p, f.box.MinSize().Height))
}

func (r *fieldRenderer) Refresh() {
	r.Layout(r.f.Size())
	r.f.label.Refresh()
	r.f.frame.Refresh()
}

func (r *fieldRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.f.label, r.f.control, r.f.frame, r.f.icon, r.f.text, r.f.box}
}

func (r *fieldRenderer) Destroy() {}
