// Package widgets holds the parts screens are made of. A widget shows what it
// is given and reports by callback what the officer did; it decides nothing,
// stores nothing and asks nobody. Callbacks run on the UI goroutine, and
// setting a value from the program calls none of them.
//
// Everything can be done from the keyboard. Tab order is the order of the
// objects; Enter in a single-line field goes on to the next one.
package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// Focuser is a widget made of several, and what of it takes the focus first.
type Focuser interface{ Focusable() fyne.Focusable }

// SetVisible shows an object, or hides it.
func SetVisible(o fyne.CanvasObject, on bool) {
	if on {
		o.Show()
	} else {
		o.Hide()
	}
}

// SetEnabled lets a button be pressed, or not.
func SetEnabled(b *Button, on bool) {
	switch {
	case on && b.Disabled():
		b.Enable()
	case !on && !b.Disabled():
		b.Disable()
	}
}

// canvasOf is the canvas an object is shown on, nil for none.
func canvasOf(o fyne.CanvasObject) fyne.Canvas {
	return fyne.CurrentApp().Driver().CanvasForObject(o)
}

// focusNext goes on to what follows, as Tab does.
func focusNext(o fyne.CanvasObject) {
	if c := canvasOf(o); c != nil {
		c.FocusNext()
	}
}

// modifiers are the keys Ctrl, Alt, Shift and Super that are held down now.
func modifiers() fyne.KeyModifier {
	if d, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok {
		return d.CurrentKeyModifiers()
	}
	return 0
}
