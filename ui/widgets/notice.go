package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "pratique/ui/theme"
)

// Notice is a sentence across the page that wants to be read: tint, shape and
// words. Without words it is not there.
type Notice struct {
	widget.BaseWidget
	ground *Ground
	icon   *widget.Icon
	text   *widget.RichText
}

// NewNotice makes a notice.
func NewNotice(role look.Role, text string) *Notice {
	n := &Notice{ground: NewGround("", 8), icon: widget.NewIcon(nil), text: prose("", theme.ColorNameForeground, theme.SizeNameText)}
	n.ExtendBaseWidget(n)
	n.Set(role, text)
	return n
}

// Set shows another sentence.
func (n *Notice) Set(role look.Role, text string) {
	n.ground.Fill = role.Tint()
	segment := n.text.Segments[0].(*widget.TextSegment)
	segment.Text, segment.Style.ColorName = text, role.Ink()
	n.icon.Hide()
	if name, ok := noteIcons[role]; ok {
		n.icon.Show()
		n.icon.SetResource(look.Icon(name, role.Ink()))
	}
	n.ground.Refresh()
	n.text.Refresh()
	if n.Hidden = text == ""; !n.Hidden {
		n.Refresh()
	}
}

// Text is what it says.
func (n *Notice) Text() string { return n.text.Segments[0].(*widget.TextSegment).Text }

// CreateRenderer implements fyne.Widget.
func (n *Notice) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(n.ground, Inset(14, 9, container.New(beside{gap: 10}, fixed(18, n.icon), flush(n.text)))))
}
