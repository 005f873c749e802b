package widgets

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	look "pratique/ui/theme"
)

// ToastTime is how long a toast stays; one with a way back stays longer.
const (
	ToastTime     = 4 * time.Second
	ToastTimeUndo = 8 * time.Second
)

// Toaster shows passing words at the bottom right of what it lies over. They
// take no focus and nothing waits for them.
type Toaster struct {
	widget.BaseWidget
	// After calls a function on the UI goroutine after a while.
	after func(time.Duration, func())
	rows  *fyne.Container
}

// maxToasts are shown at once; an older one makes room.
const maxToasts = 3

// NewToaster makes a Toaster; put it on top of a container.NewStack.
func NewToaster(after func(time.Duration, func())) *Toaster {
	t := &Toaster{after: after, rows: Stack(look.Tight)}
	t.ExtendBaseWidget(t)
	return t
}

// Toast shows text for a while.
func (t *Toaster) Toast(text string) { t.add(text, "", nil) }

// Undoable shows text with a button that undoes, once, as long as it is there.
func (t *Toaster) Undoable(text, label string, undo func()) { t.add(text, label, undo) }

// Texts are what is shown now, the newest last.
func (t *Toaster) Texts() []string {
	var texts []string
	for _, o := range t.rows.Objects {
		texts = append(texts, o.(*toast).text)
	}
	return texts
}

func (t *Toaster) add(text, label string, undo func()) {
	o := &toast{text: text}
	parts := []fyne.CanvasObject{NewText(text, Style{Color: look.ColorOnRailHere})}
	stays := ToastTime
	if undo != nil {
		stays = ToastTimeUndo
		o.button = widget.NewButton(label, func() { t.remove(o); undo() })
		parts = append(parts, o.button)
	}
	ground := NewGround(look.ColorRailHere, 8)
	ground.Stroke, ground.Width = look.ColorRailMark, 1
	o.body = container.NewStack(ground, Inset(16, 10, Row(16, parts...)))
	o.ExtendBaseWidget(o)
	t.rows.Add(o)
	if len(t.rows.Objects) > maxToasts {
		t.rows.Objects = t.rows.Objects[1:]
	}
	t.Refresh()
	t.after(stays, func() { t.remove(o) })
}

// Clear takes all toasts away, and the ways back with them.
func (t *Toaster) Clear() {
	t.rows.Objects = nil
	t.Refresh()
}

func (t *Toaster) remove(o *toast) {
	t.rows.Remove(o)
	t.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (t *Toaster) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(corner{}, t.rows))
}

// Refresh lays the toasts out again as well: their number decides where they are.
func (t *Toaster) Refresh() {
	corner{}.Layout([]fyne.CanvasObject{t.rows}, t.Size())
	t.rows.Refresh()
	t.BaseWidget.Refresh()
}

type corner struct{}

func (corner) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
func (corner) Layout(o []fyne.CanvasObject, size fyne.Size) {
	m := o[0].MinSize()
	o[0].Resize(m)
	o[0].Move(fyne.NewPos(size.Width-m.Width-look.Gap, size.Height-m.Height-look.Gap))
}

type toast struct {
	widget.BaseWidget
	text   string
	button *widget.Button
	body   fyne.CanvasObject
}

func (o *toast) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(o.body)
}
