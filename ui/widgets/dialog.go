package widgets

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "pratique/ui/theme"
)

// Choice is a button of a [Dialog].
type Choice struct {
	Label      string
	Importance widget.Importance
	Do         func() // after the dialog has closed; nil: nothing but closing
	// Stay leaves the dialog open: Do closes it when what it asks has an answer.
	Stay bool
}

// Dialog stands over everything and asks. Escape closes it; Enter takes the
// choice that has the focus. It is for what cannot be undone and for what
// failed; a lock takes it away like everything else.
type Dialog struct {
	widget.BaseWidget
	canvas fyne.Canvas
	panel  fyne.CanvasObject
}

// ShowDialog shows a dialog. First gets the focus, or, if it is nil, the last
// choice.
func ShowDialog(c fyne.Canvas, title string, body fyne.CanvasObject, first fyne.Focusable, choices ...Choice) *Dialog {
	d := &Dialog{canvas: c}
	buttons := Row(look.Tight, Stretch())
	for _, choice := range choices {
		b := &dialogButton{close: d.Close}
		b.Text, b.Importance = choice.Label, choice.Importance
		b.OnTapped = func() {
			if !choice.Stay {
				d.Close()
			}
			if choice.Do != nil {
				choice.Do()
			}
		}
		b.ExtendBaseWidget(b)
		buttons.Add(b)
		if first == nil && choice.Label == choices[len(choices)-1].Label {
			first = b
		}
	}
	ground := NewGround(theme.ColorNameOverlayBackground, theme.Size(theme.SizeNameDialogRadius))
	ground.Stroke, ground.Width = theme.ColorNameSeparator, 1
	d.panel = container.NewStack(ground, Inset(24, 20, Stack(look.Gap, Subheading(title), body, buttons)))
	d.ExtendBaseWidget(d)
	c.Overlays().Add(d)
	if first != nil {
		c.Focus(first)
	}
	return d
}

// Close takes the dialog away.
func (d *Dialog) Close() { d.canvas.Overlays().Remove(d) }

// Shown reports whether the dialog is still there: a lock takes it away.
func (d *Dialog) Shown() bool {
	return slices.Contains(d.canvas.Overlays().List(), fyne.CanvasObject(d))
}

// CreateRenderer implements fyne.Widget.
func (d *Dialog) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(NewGround(theme.ColorNameShadow, 0), container.New(dialogLayout{}, d.panel)))
}

// Tapped implements fyne.Tappable: what lies under a dialog is out of reach.
func (d *Dialog) Tapped(*fyne.PointEvent) {}

type dialogLayout struct{}

func (dialogLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
func (dialogLayout) Layout(o []fyne.CanvasObject, room fyne.Size) {
	width := min(max(o[0].MinSize().Width, 480), room.Width-2*look.Gap)
	o[0].Resize(fyne.NewSize(width, o[0].MinSize().Height))
	height := min(o[0].MinSize().Height, room.Height-2*look.Gap) // it follows the width
	o[0].Resize(fyne.NewSize(width, height))
	o[0].Move(fyne.NewPos((room.Width-width)/2, (room.Height-height)/2.4))
}

// dialogButton has Enter and Escape.
type dialogButton struct {
	widget.Button
	close func()
}

func (b *dialogButton) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyEscape:
		b.close()
	case fyne.KeyReturn, fyne.KeyEnter:
		b.OnTapped()
	default:
		b.Button.TypedKey(k)
	}
}
