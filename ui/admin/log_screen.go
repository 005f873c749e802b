package admin

import (
	"image"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"pratique/data"
	"pratique/ui/env"
	"pratique/ui/save"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

type logScreen struct {
	frame
	m     *LogModel
	parts Parts
	st    LogState

	officer *widgets.CodeSelect
	subject *widgets.Entry
	count   *widgets.Text
	list    *widgets.DataList

	age        *fyne.Container
	sign       *widgets.Button
	checkpoint *fyne.Container
	text       *fyne.Container
	qr         *canvas.Image
	print      *widgets.Button
	entry      *widgets.Card
	about      *fyne.Container
}

func newLogScreen(f frame, parts Parts) *logScreen {
	e := f.e
	s := &logScreen{frame: f, parts: parts, m: NewLogModel(e, parts), age: widgets.Stack(look.Tight), about: widgets.Stack(look.Tight), count: widgets.Caption("")}
	s.officer = widgets.NewCodeSelect(e.Words, nil)
	s.officer.Short, s.officer.PlaceHolder = true, e.T("admin.log.everybody")
	s.officer.OnCode = func(string) { s.find() }
	s.subject = widgets.NewEntry()
	s.subject.SetPlaceHolder(e.T("admin.log.subject.hint"))
	s.subject.OnSubmitted = func(string) {
		s.find()
		s.focus(s.list.Focusable())
	}
	s.list = widgets.NewDataList(e.Words,
		widgets.Column{Title: e.T("admin.log.number"), Width: 44, Align: fyne.TextAlignTrailing},
		widgets.Column{Title: e.T("admin.log.at"), Width: 118},
		widgets.Column{Title: e.T("field.officer.mark"), Width: 42},
		widgets.Column{Title: e.T("admin.log.act"), Width: 96, Grow: 3},
		widgets.Column{Title: e.T("admin.log.subject"), Width: 44, Grow: 1},
	)
	s.list.SetEmpty(e.T("admin.log.none"))
	s.list.OnChoose = s.m.Choose

	s.sign = widgets.NewButton(e.T("admin.log.sign"), nil, s.m.Sign).Primary()
	s.text = widgets.Stack(1)
	s.qr = &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScalePixels}
	s.print = widgets.NewButton(e.T("admin.log.print"), look.Icon("print", theme.ColorNameForeground), s.m.Print)
	s.checkpoint = widgets.Stack(10, widgets.Rule(), s.text, container.NewCenter(s.qr), widgets.Prose(e.T("admin.log.keep"), look.ColorMuted),
		widgets.Columns(2, 120, s.print, widgets.NewButton(e.T("admin.log.save"), look.Icon("save", theme.ColorNameForeground), s.save)))
	s.entry = widgets.NewCard("", s.about)

	head := widgets.Stack(0, widgets.Columns(2, 120, widgets.NewField(e.T("admin.log.officer"), s.officer), widgets.NewField(e.T("admin.log.subject"), s.subject)))
	list := container.NewBorder(head, widgets.Inset(4, 6, s.count), nil, nil, s.list)
	s.build(s.sides(list, widgets.Stack(12, s.entry,
		widgets.NewCard(e.T("admin.log.checkpoint"), widgets.Stack(10, s.age, widgets.Row(0, s.sign, widgets.Stretch()), s.checkpoint)))))
	s.m.Show = s.show
	s.subject.Set(s.m.State().Filter.Subject)
	s.m.Open()
	return s
}

// Focus implements env.Screen.
func (s *logScreen) Focus() fyne.Focusable { return s.list.Focusable() }

// Leave implements env.Screen.
func (s *logScreen) Leave() { s.m.Leave() }

// Actions implements env.Actor.
func (s *logScreen) Actions() []env.Action {
	none := s.st.Checkpoint == ""
	return s.actions(
		env.Action{Label: s.e.T("admin.log.sign"), Do: s.m.Sign, Disabled: !s.st.May},
		env.Action{Label: s.e.T("admin.log.print"), Key: fyne.KeyP, Modifier: fyne.KeyModifierControl, Do: s.m.Print, Disabled: none},
		env.Action{Label: s.e.T("admin.log.save"), Key: fyne.KeyS, Modifier: fyne.KeyModifierControl, Do: s.save, Disabled: none},
	)
}

// everybody is the choice that chooses nobody.
const everybody = "*"

func (s *logScreen) find() {
	f := Filter{Officer: data.OfficerID(s.officer.Code()), Subject: s.subject.Text}
	if f.Officer == everybody {
		f.Officer = ""
	}
	s.m.Find(f)
}

func (s *logScreen) save() {
	if s.st.Checkpoint == "" {
		return
	}
	lines := strings.SplitN(s.st.Checkpoint, "\n", 3)
	name := s.e.Post.Code + "-checkpoint-" + lines[min(1, len(lines)-1)] + ".txt"
	save.Ask(s.e, s.parts.Save, name, []byte(s.st.Checkpoint), s.m.Saved)
}

func (s *logScreen) show(st LogState) {
	before := s.st
	s.st = st
	s.said(st.Busy, st.Done)
	options := []widgets.Option{{Code: everybody, Name: s.e.T("admin.log.everybody")}}
	for _, o := range st.Officers {
		options = append(options, widgets.Option{Code: string(o.ID), Name: o.Name, Also: strings.ToLower(o.Mark)})
	}
	s.officer.SetOptions(options)
	s.officer.SetCode(string(st.Filter.Officer))
	s.list.SetRows(len(st.Entries), func(i int) []widgets.Cell {
		e := st.Entries[i]
		return []widgets.Cell{{Text: s.e.Words.T("admin.number", e.Number)}, {Text: e.At}, {Text: e.Mark}, {Text: s.e.T("act." + string(e.Act))}, {Text: e.Subject}}
	})
	if st.Chosen >= 0 {
		s.list.Choose(st.Chosen)
	}
	s.count.SetText("")
	if st.Matching > len(st.Entries) {
		s.count.SetText(s.e.T("admin.log.newest", len(st.Entries), st.Matching))
	}
	s.showEntry(st)

	s.age.Objects = nil
	switch {
	case !st.Known:
	case st.Signed == "":
		s.age.Add(widgets.NewNotice(look.Invalid, s.e.T("admin.log.never")))
	case st.Old:
		s.age.Add(widgets.NewNotice(look.Practice, s.e.T("admin.log.last", st.Signed, st.Ago)))
	default:
		s.age.Add(widgets.NewNotice(look.Valid, s.e.T("admin.log.last", st.Signed, st.Ago)))
	}
	s.age.Add(widgets.Prose(s.e.T("admin.log.checkpoint.text"), look.ColorMuted))
	s.age.Refresh()
	widgets.SetEnabled(s.sign, st.May && st.Busy == "")
	widgets.SetVisible(s.checkpoint, st.Checkpoint != "")
	if st.Checkpoint != before.Checkpoint {
		s.text.Objects = nil
		for line := range strings.Lines(st.Checkpoint) {
			s.text.Add(verbatim(strings.TrimSuffix(line, "\n")))
		}
		s.text.Refresh()
		s.qr.Image = whole(st.QR)
		b := s.qr.Image.Bounds()
		s.qr.SetMinSize(fyne.NewSize(float32(b.Dx()), float32(b.Dy()))) // whole pixels a module
		s.qr.Refresh()
	}
	s.root.Refresh()
	if st.Checkpoint != before.Checkpoint || st.Busy != before.Busy {
		s.e.Changed()
	}
}

func (s *logScreen) by(e Entry) string {
	if e.Officer == "" {
		return s.e.T("admin.log.program")
	}
	return e.Officer
}

func (s *logScreen) showEntry(st LogState) {
	s.entry.Hidden = st.Chosen < 0
	if st.Chosen < 0 {
		return
	}
	e := st.Entries[st.Chosen]
	s.entry.SetTitle(s.e.T("admin.log.entry", e.Number))
	s.about.Objects = []fyne.CanvasObject{pairs(
		pair(s.e.T("admin.log.act"), s.e.T("act."+string(e.Act))), pair(s.e.T("admin.log.officer"), s.by(e)), pair(s.e.T("admin.log.at"), e.At),
		pair(s.e.T("admin.log.subject"), e.Subject), pair(s.e.T("admin.log.detail"), strings.Join(e.Detail, "\n")))}
	s.about.Refresh()
}

// whole is a picture, or an empty one where there is none.
func whole(m image.Image) image.Image {
	if m == nil {
		return image.NewRGBA(image.Rect(0, 0, 1, 1))
	}
	return m
}

// verbatim is a line that may be typed again: it breaks anywhere and shows
// every character.
func verbatim(line string) fyne.CanvasObject {
	stack := widgets.Stack(0)
	const most = 44
	for r := []rune(line); ; r = r[most:] {
		if len(r) <= most {
			stack.Add(widgets.NewText(string(r), widgets.Style{Size: theme.SizeNameCaptionText, Mono: true}))
			return stack
		}
		stack.Add(widgets.NewText(string(r[:most]), widgets.Style{Size: theme.SizeNameCaptionText, Mono: true}))
	}
}
