package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	look "pratique/ui/theme"
)

// panelSide is the width of the dark side of a [Panel].
const panelSide float32 = 230

// Panel is a form in the middle of the window, no wider than width, with
// something about it on the dark side at its left. It scrolls where the window
// is lower than it. Reveal in it with the scroll that is returned too.
func Panel(side, form fyne.CanvasObject, width float32) (fyne.CanvasObject, *container.Scroll) {
	ground := NewGround(look.ColorSurface, 12)
	ground.Stroke, ground.Width = theme.ColorNameSeparator, 1
	panel := container.NewStack(ground, Beside(panelSide,
		container.NewStack(NewGround(look.ColorRail, 12), Inset(22, 26, side)),
		Inset(28, 24, form)))
	scroll := container.NewVScroll(container.New(middle{width}, panel))
	return Wheeled(scroll), scroll
}

// Beside gives the first object a width and the second the rest.
func Beside(width float32, left, right fyne.CanvasObject) fyne.CanvasObject {
	return container.New(besideOf{width}, left, right)
}

type besideOf struct{ width float32 }

func (b besideOf) MinSize(o []fyne.CanvasObject) fyne.Size {
	m, n := o[0].MinSize(), o[1].MinSize()
	return fyne.NewSize(b.width+n.Width, max(m.Height, n.Height))
}

func (b besideOf) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(fyne.NewSize(b.width, size.Height))
	o[1].Move(fyne.NewPos(b.width, 0))
	o[1].Resize(fyne.NewSize(size.Width-b.width, size.Height))
}

// middle puts its content in the middle of the window, no wider than it reads
// well and no higher than it is.
type middle struct{ width float32 }

func (middle) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(320, o[0].MinSize().Height+2*look.Gap)
}

func (m middle) Layout(o []fyne.CanvasObject, size fyne.Size) {
	width := min(size.Width-2*look.Gap, m.width)
	o[0].Resize(fyne.NewSize(width, o[0].MinSize().Height))
	height := o[0].MinSize().Height // it follows the width
	o[0].Resize(fyne.NewSize(width, height))
	o[0].Move(fyne.NewPos((size.Width-width)/2, max(look.Gap, (size.Height-height)/2.3)))
}

// Box sets something apart on the tint of its meaning.
func Box(role look.Role, icon, title string, body ...fyne.CanvasObject) fyne.CanvasObject {
	ground := NewGround(role.Tint(), 8)
	ground.Stroke, ground.Width = role.Ink(), 1
	head := Row(look.Tight, Icon(icon, role.Ink(), 16), NewText(title, Style{Bold: true, Color: role.Ink(), Elide: true}))
	return container.NewStack(ground, Inset(14, 12, Stack(look.Tight, append([]fyne.CanvasObject{head}, body...)...)))
}
