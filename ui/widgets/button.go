package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Button is a button that Enter presses as well as Space.
type Button struct {
	widget.Button
	// OnFocus tells when the focus comes and goes.
	OnFocus func(focused bool)
	// OnRune gets the letters typed while the button has the focus.
	OnRune func(r rune)
}

// NewButton makes a Button. Icon may be nil.
func NewButton(label string, icon fyne.Resource, do func()) *Button {
	b := &Button{}
	b.Text, b.Icon, b.OnTapped = label, icon, do
	b.ExtendBaseWidget(b)
	return b
}

// Primary makes the button the one to press on its page.
func (b *Button) Primary() *Button {
	b.Importance = widget.HighImportance
	return b
}

// Quiet makes the button one beside others.
func (b *Button) Quiet() *Button {
	b.Importance = widget.LowImportance
	return b
}

// FocusGained implements fyne.Focusable.
func (b *Button) FocusGained() { b.Button.FocusGained(); b.tell(true) }

// FocusLost implements fyne.Focusable.
func (b *Button) FocusLost() { b.Button.FocusLost(); b.tell(false) }

func (b *Button) tell(on bool) {
	if b.OnFocus != nil {
		b.OnFocus(on)
	}
}

// TypedRune implements fyne.Focusable.
func (b *Button) TypedRune(r rune) {
	if b.OnRune != nil {
		b.OnRune(r)
	}
}

// TypedKey implements fyne.Focusable.
func (b *Button) TypedKey(k *fyne.KeyEvent) {
	if k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter {
		if !b.Disabled() {
			b.OnTapped()
		}
		return
	}
	b.Button.TypedKey(k)
}

// Check is a box to tick: Space ticks, Enter goes on as in every field.
type Check struct {
	widget.Check
	watch func(bool)
}

// NewCheck makes a Check.
func NewCheck(label string, changed func(bool)) *Check {
	c := &Check{}
	c.Text, c.OnChanged = label, changed
	c.ExtendBaseWidget(c)
	return c
}

// Set shows a state and calls no one.
func (c *Check) Set(on bool) {
	if c.Checked != on {
		c.Checked = on
		c.Refresh()
	}
}

func (c *Check) watchFocus(f func(bool)) { c.watch = f }

// FocusGained implements fyne.Focusable.
func (c *Check) FocusGained() { c.Check.FocusGained(); c.tell(true) }

// FocusLost implements fyne.Focusable.
func (c *Check) FocusLost() { c.Check.FocusLost(); c.tell(false) }

func (c *Check) tell(on bool) {
	if c.watch != nil {
		c.watch(on)
	}
}

// TypedKey implements fyne.Focusable.
func (c *Check) TypedKey(k *fyne.KeyEvent) {
	if k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter {
		focusNext(c)
		return
	}
	c.Check.TypedKey(k)
}
