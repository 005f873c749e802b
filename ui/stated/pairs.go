package stated

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// Pairs shows lines: labels at the left, values beside them. Both wrap and
// nothing is ever cut off, because people compare it with paper.
func Pairs(lines []Line) fyne.CanvasObject {
	c := container.New(pairs{})
	for _, l := range lines {
		if l.Mono {
			c.Add(widgets.NewText(l.Label, widgets.Style{Size: look.SizeNameLabel, Color: look.ColorMuted}))
			c.Add(newMachine(l.Value))
			continue
		}
		c.Add(widgets.ProseSized(l.Label, look.ColorMuted, look.SizeNameLabel))
		if l.Strong {
			c.Add(widgets.ProseStrong(l.Value, theme.ColorNameForeground))
		} else {
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

// pairs lays labels and values out. A machine-readable line stands under its
// label and takes the whole width: broken, it could not be compared.
type pairs struct{}

func (pairs) MinSize(o []fyne.CanvasObject) fyne.Size {
	height := float32(0)
	for i := 0; i+1 < len(o); i += 2 {
		label, value := o[i], o[i+1]
		if mono(value) {
			height += value.MinSize().Height
			if text(label) != "" {
				height += label.MinSize().Height + lineGap
			}
			continue
		}
		height += max(value.MinSize().Height, label.MinSize().Height) + lineGap
	}
	return fyne.NewSize(labelWidth+pairGap+100, max(0, height-lineGap))
}

func (pairs) Layout(o []fyne.CanvasObject, size fyne.Size) {
	width := max(0, size.Width-labelWidth-pairGap)
	down := max(0, (fyne.MeasureText("M", theme.TextSize(), fyne.TextStyle{}).Height-fyne.MeasureText("M", look.SizeLabel, fyne.TextStyle{}).Height)*0.7)
	y := float32(0)
	for i := 0; i+1 < len(o); i += 2 {
		label, value := o[i], o[i+1]
		label.Move(fyne.NewPos(0, y+down))
		if mono(value) {
			if text(label) != "" {
				label.Resize(fyne.NewSize(size.Width, label.MinSize().Height))
				y += label.MinSize().Height + lineGap
			}
			value.Move(fyne.NewPos(0, y))
			value.Resize(fyne.NewSize(size.Width, value.MinSize().Height))
			y += value.MinSize().Height
			if i+3 >= len(o) || !mono(o[i+3]) {
				y += lineGap
			}
			continue
		}
		value.Move(fyne.NewPos(labelWidth+pairGap, y))
		y += max(wrap(label, labelWidth), wrap(value, width)) + lineGap
	}
}

// wrap gives an object a width and the height that it then needs.
func wrap(o fyne.CanvasObject, width float32) float32 {
	o.Resize(fyne.NewSize(width, o.MinSize().Height)) // width first: the height of wrapping text depends on it
	h := o.MinSize().Height
	o.Resize(fyne.NewSize(width, h))
	return h
}

// machine is a machine-readable line.
type machine struct{ widgets.Text }

func newMachine(line string) *machine {
	m := &machine{}
	m.ExtendBaseWidget(m)
	m.Set(line, widgets.Style{Size: theme.SizeNameCaptionText, Mono: true})
	return m
}

func mono(o fyne.CanvasObject) bool { _, ok := o.(*machine); return ok }

func text(o fyne.CanvasObject) string { return o.(*widgets.Text).Text() }
