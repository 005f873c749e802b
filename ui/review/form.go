package review

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// form is what an act needs beside its key, in the groups' place.
type form struct {
	s       *Screen
	name    ActName
	reasons []*reason
	choices *widgets.Choices
	outcome *widgets.Choices
	until   *widgets.DateField
	note    *widgets.Entry
	fields  map[string]*widgets.Field // as [Form.Wrong] names them
	body    fyne.CanvasObject
}

func newForm(s *Screen, st Form) *form {
	f := &form{s: s, name: st.Name, fields: map[string]*widgets.Field{}}
	t, key := s.e.T, "review.form."+string(st.Name)
	scroll := container.NewVScroll(nil)
	rows := widgets.Stack(10)
	field := func(name, label string, control fyne.CanvasObject) {
		f.fields[name] = widgets.NewField(label, control)
		rows.Add(f.fields[name])
	}
	for _, text := range st.Says {
		rows.Add(widgets.Prose(text, look.ColorMuted))
	}
	options := func(all []Choice) (options []widgets.Option) {
		for _, c := range all {
			options = append(options, widgets.Option{Code: c.Code, Name: c.Text})
		}
		return options
	}
	if len(st.Choices) > 0 {
		f.choices = widgets.NewChoices(options(st.Choices))
		f.choices.OnCode = func(code string) { s.show(s.m.Choose(code)) }
		field("chosen", t(key+".chosen"), f.choices)
	}
	if len(st.Outcome) > 0 {
		f.outcome = widgets.NewChoices(options(st.Outcome))
		f.outcome.OnCode = func(code string) { s.show(s.m.Outcome(code)) }
		field("outcome", t(key+".outcome"), f.outcome)
	}
	if len(st.Reasons) > 0 {
		list := widgets.Stack(0)
		for _, r := range st.Reasons {
			c := newReason(r.Chosen, func(on bool) { s.show(s.m.Reason(r.Code, on)) })
			c.onEscape = s.keep
			text := newSaid(r.Text, func() {
				s.canvas().Focus(c)
				c.SetChecked(!c.Checked)
			})
			row := container.New(reasonRow{}, c, text)
			c.onFocus = func() { widgets.Reveal(scroll, row) }
			f.reasons = append(f.reasons, c)
			list.Add(row)
		}
		field("reasons", t(key+".reasons"), list)
	}
	if st.Dated {
		f.until = widgets.NewDateField()
		f.until.SetDate(st.Until)
		f.until.OnDate = func(d data.Date) { s.show(s.m.Until(d)) }
		field("until", t(key+".until"), f.until)
	}
	f.note = widgets.NewRemarks(3)
	f.note.Set(st.Note)
	f.note.OnChanged = func(text string) { s.m.Note(text) }
	f.note.OnFocus = func(on bool) {
		if on {
			widgets.Reveal(scroll, f.note)
		}
	}
	f.note.OnKey = func(k *fyne.KeyEvent) bool {
		if k.Name == fyne.KeyEscape {
			s.keep()
		}
		return k.Name == fyne.KeyEscape
	}
	field("note", t(key+".note"), f.note)
	panel := widgets.NewCard(t("review.act."+string(st.Name)), rows)
	panel.SetRole(look.Practice)
	scroll.Content = container.New(leftColumn{}, panel)
	f.body = widgets.Wheeled(scroll)
	f.show(st)
	return f
}

// first is what has the focus when the form opens, and after something was
// wrong.
func (f *form) first() fyne.Focusable {
	switch {
	case f.choices != nil:
		return f.choices.Focusable()
	case len(f.reasons) > 0:
		return f.reasons[0]
	}
	return f.note
}

func (f *form) show(st Form) {
	for i, r := range f.reasons {
		r.Set(st.Reasons[i].Chosen)
	}
	chosen := func(c *widgets.Choices, all []Choice) {
		if c == nil {
			return
		}
		code := "-"
		for _, one := range all {
			if one.Chosen {
				code = one.Code
			}
		}
		c.SetCode(code)
	}
	chosen(f.choices, st.Choices)
	chosen(f.outcome, st.Outcome)
	for name, field := range f.fields {
		note := widgets.Note{}
		if st.Wrong[name] != "" {
			note = widgets.Note{Role: look.Invalid, Text: st.Wrong[name]}
		}
		field.SetNote(note)
	}
}

// reason is a box to tick, with Up, Down and Enter as in a list.
type reason struct {
	widgets.Check
	onFocus, onEscape func()
}

func newReason(on bool, changed func(bool)) *reason {
	r := &reason{}
	r.Checked, r.OnChanged = on, changed
	r.ExtendBaseWidget(r)
	return r
}

// FocusGained implements fyne.Focusable.
func (r *reason) FocusGained() {
	r.Check.FocusGained()
	r.onFocus()
}

// said is what a box stands for; a tap on it is one on the box.
type said struct {
	widget.BaseWidget
	body fyne.CanvasObject
	tap  func()
}

func newSaid(text string, tap func()) *said {
	s := &said{body: widgets.Prose(text, theme.ColorNameForeground), tap: tap}
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *said) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.body) }

// Tapped implements fyne.Tappable.
func (s *said) Tapped(*fyne.PointEvent) { s.tap() }

// reasonRow is a box and what it stands for, which may be long.
type reasonRow struct{}

const reasonBox float32 = 28

func (reasonRow) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(200, max(reasonBox, o[1].MinSize().Height+8))
}

func (reasonRow) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(o[0].MinSize())
	o[0].Move(fyne.NewPos(-4, (reasonBox-o[0].MinSize().Height)/2))
	o[1].Move(fyne.NewPos(reasonBox+2, 4))
	o[1].Resize(fyne.NewSize(size.Width-reasonBox-2, size.Height-8))
}

// TypedKey implements fyne.Focusable.
func (r *reason) TypedKey(k *fyne.KeyEvent) {
	c := fyne.CurrentApp().Driver().CanvasForObject(r)
	switch {
	case c == nil:
	case k.Name == fyne.KeyEscape:
		r.onEscape()
	case k.Name == fyne.KeyDown:
		c.FocusNext()
	case k.Name == fyne.KeyUp:
		c.FocusPrevious()
	default:
		r.Check.TypedKey(k)
	}
}
