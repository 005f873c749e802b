package widgets

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Choices is one code of a few, all in sight: a row of buttons. Left and Right
// choose, and so does Enter, which goes on.
type Choices struct {
	widget.BaseWidget
	// OnCode tells that the officer chose another.
	OnCode func(code string)

	options []Option
	chosen  int // -1 for none
	buttons []*choice
	row     *fyne.Container
	watch   func(bool)
}

// NewChoices makes Choices with the first option chosen.
func NewChoices(options []Option) *Choices {
	c := &Choices{options: options, row: Columns(len(options), 120)}
	for i, o := range options {
		b := &choice{c: c}
		b.Text, b.OnTapped = o.Name, func() { c.choose(i) }
		b.ExtendBaseWidget(b)
		c.buttons = append(c.buttons, b)
		c.row.Add(b)
	}
	c.show()
	c.ExtendBaseWidget(c)
	return c
}

// SetCode shows a choice and calls no one. An unknown one shows none.
func (c *Choices) SetCode(code string) {
	if i := slices.IndexFunc(c.options, func(o Option) bool { return o.Code == code }); i != c.chosen {
		c.chosen = i
		c.show()
	}
}

func (c *Choices) choose(i int) {
	i = max(0, min(i, len(c.options)-1))
	if i == c.chosen {
		return
	}
	c.chosen = i
	c.show()
	if c.OnCode != nil {
		c.OnCode(c.options[i].Code)
	}
}

// show tells the chosen one by shape and by colour.
func (c *Choices) show() {
	for i, b := range c.buttons {
		b.Icon, b.Importance = theme.RadioButtonIcon(), widget.MediumImportance
		if i == c.chosen {
			b.Icon, b.Importance = theme.RadioButtonCheckedIcon(), widget.HighImportance
		}
		b.Refresh()
	}
}

// Focusable implements [Focuser].
func (c *Choices) Focusable() fyne.Focusable { return c.buttons[max(0, c.chosen)] }

// Disable makes the choice one to look at.
func (c *Choices) Disable() {
	for _, b := range c.buttons {
		b.Disable()
	}
}

func (c *Choices) watchFocus(f func(bool)) { c.watch = f }

// CreateRenderer implements fyne.Widget.
func (c *Choices) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.row) }

// choice is one of the buttons.
type choice struct {
	widget.Button
	c *Choices
}

// FocusGained implements fyne.Focusable.
func (b *choice) FocusGained() { b.Button.FocusGained(); b.tell(true) }

// FocusLost implements fyne.Focusable.
func (b *choice) FocusLost() { b.Button.FocusLost(); b.tell(false) }

func (b *choice) tell(on bool) {
	if b.c.watch != nil {
		b.c.watch(on)
	}
}

// TypedKey implements fyne.Focusable.
func (b *choice) TypedKey(k *fyne.KeyEvent) {
	by := map[fyne.KeyName]int{fyne.KeyLeft: -1, fyne.KeyRight: 1}[k.Name]
	switch {
	case by != 0:
		b.c.choose(b.c.chosen + by)
		if canvas := canvasOf(b); canvas != nil {
			canvas.Focus(b.c.Focusable())
		}
	case k.Name == fyne.KeyReturn, k.Name == fyne.KeyEnter:
		b.OnTapped()
		last := b.c.buttons[len(b.c.buttons)-1]
		if canvas := canvasOf(b); canvas != nil {
			canvas.Focus(last) // past the others, which Enter must not choose
			focusNext(last)
		}
	default:
		b.Button.TypedKey(k)
	}
}
