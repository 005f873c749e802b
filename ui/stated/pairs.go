package stated

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// Pairs shows lines: labels at the left, values that wrap beside them. Nothing
// of a value is ever cut off, because people compare it with paper.
func Pairs(lines []Line) fyne.CanvasObject {
	c := container.New(pairs{})
	for _, l := range lines {
		c.Add(widgets.NewText(l.Label, widgets.Style{Size: look.SizeNameLabel, Color: look.ColorMuted, Elide: true}))
		switch {
		case l.Mono:
			c.Add(widgets.NewText(l.Value, widgets.Style{Size: theme.SizeNameCaptionText, Mono: true}))
		case l.Strong:
			c.Add(widgets.NewText(l.Value, widgets.Style{Bold: true}))
		default:
			c.Add(widgets.Prose(l.Value, theme.ColorNameForeground))
		}
	}
	return c
}

const (
	labelWidth float32 = 124
	pairGap    float32 = 10
	lineGap    float32 = 5
)

type pairs struct{}

func (pairs) MinSize(o []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for i := 0; i+1 < len(o); i += 2 {
		m := o[i+1].MinSize()
		size.Width = max(size.Width, m.Width)
		size.Height += max(m.Height, o[i].MinSize().Height) + lineGap
	}
	return fyne.NewSize(labelWidth+pairGap+size.Width, max(0, size.Height-lineGap))
}

func (pairs) Layout(o []fyne.CanvasObject, size fyne.Size) {
	width := max(0, size.Width-labelWidth-pairGap)
	y := float32(0)
	for i := 0; i+1 < len(o); i += 2 {
		label, value := o[i], o[i+1]
		// Width first: the height of wrapping text depends on it.
		value.Resize(fyne.NewSize(width, value.MinSize().Height))
		h := value.MinSize().Height
		value.Resize(fyne.NewSize(width, h))
		value.Move(fyne.NewPos(labelWidth+pairGap, y))
		down := max(0, (fyne.MeasureText("M", theme.TextSize(), fyne.TextStyle{}).Height-label.MinSize().Height)*0.7)
		label.Resize(fyne.NewSize(labelWidth, label.MinSize().Height))
		label.Move(fyne.NewPos(0, y+down))
		y += max(h, label.MinSize().Height) + lineGap
	}
}
