package findings

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"pratique/data/rules"
	"pratique/ui/locale"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// Marks are the shapes of results; the colour is never the only sign.
var Marks = map[rules.Result]struct {
	Role look.Role
	Icon string
}{
	rules.Pass: {look.Valid, "valid"}, rules.Fail: {look.Invalid, "invalid"}, rules.NotEnough: {look.Unknown, "unknown"},
}

// Rows shows findings under each other. What fails and what is open comes
// first; brief leaves away how what passes was counted.
func Rows(w *locale.Catalogue, lines []Line, brief bool) fyne.CanvasObject {
	rows := widgets.Stack(9)
	for _, result := range []rules.Result{rules.Fail, rules.NotEnough, rules.Pass, rules.NotApplicable} {
		for _, l := range lines {
			if l.Result == result {
				rows.Add(row(w, l, brief))
			}
		}
	}
	return rows
}

func row(w *locale.Catalogue, l Line, brief bool) fyne.CanvasObject {
	mark, marked := Marks[l.Result]
	ink := theme.ColorNameForeground
	sign := widgets.NewText("–", widgets.Style{Color: look.ColorMuted})
	var icon fyne.CanvasObject = sign
	if marked {
		icon = widgets.Icon(mark.Icon, mark.Role.Ink(), 16)
	} else {
		ink = look.ColorMuted
	}
	said := l.Message
	if l.Where != "" {
		said = w.T("findings.of", l.Where, said)
	}
	words := widgets.Stack(2, widgets.ProseSized(said, ink, look.SizeNameLabel))
	small := func(text string, ink fyne.ThemeColorName) {
		words.Add(widgets.ProseSized(text, ink, theme.SizeNameCaptionText))
	}
	if l.Waived {
		small(w.T("findings.waived"), look.Practice.Ink())
	}
	if !brief || l.Result != rules.Pass {
		for _, c := range l.Counts {
			small(c, look.ColorMuted)
		}
	}
	for _, p := range l.Passes {
		small(p, mark.Role.Ink())
	}
	clause := widgets.Caption("")
	if l.Clause != "" {
		clause.SetText(w.T("findings.clause", l.Clause))
	}
	return container.NewBorder(nil, nil, top(icon, 18), top(clause, 0), widgets.Inset(8, 0, words))
}

// top keeps a thing at the head of its row.
func top(o fyne.CanvasObject, width float32) fyne.CanvasObject {
	return container.New(head{width}, o)
}

type head struct{ width float32 }

func (h head) MinSize(o []fyne.CanvasObject) fyne.Size {
	m := o[0].MinSize()
	return fyne.NewSize(max(m.Width, h.width), m.Height+2)
}

func (h head) Layout(o []fyne.CanvasObject, size fyne.Size) {
	m := o[0].MinSize()
	o[0].Move(fyne.NewPos((size.Width-m.Width)/2, 2))
	o[0].Resize(m)
}

// Answers are role and icon of what a notice grants.
var Answers = map[rules.Answer]struct {
	Role look.Role
	Icon string
}{
	rules.Green: {look.Valid, "valid"}, rules.Blue: {look.Accent, "flag"}, rules.Withheld: {look.Invalid, "invalid"}, rules.Open: {look.Unknown, "unknown"},
}

// Box says what the notice grants, on the tint of its meaning.
func Box(w *locale.Catalogue, g Grant) fyne.CanvasObject {
	if !g.Known {
		return widgets.NewNotice(look.Plain, g.Sentence)
	}
	a := Answers[g.Answer]
	var body []fyne.CanvasObject
	add := func(text string, ink fyne.ThemeColorName) {
		if text != "" {
			body = append(body, widgets.ProseSized(text, ink, look.SizeNameLabel))
		}
	}
	add(g.Sentence, theme.ColorNameForeground)
	add(g.Condition, theme.ColorNameForeground)
	if g.ApplyBy != "" {
		add(w.T("findings.apply-by", g.ApplyBy), theme.ColorNameForeground)
	}
	add(g.Notice, look.ColorMuted)
	return widgets.Box(a.Role, a.Icon, w.T("findings.answer."+string(g.Answer)), body...)
}
