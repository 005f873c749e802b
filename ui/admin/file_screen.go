package admin

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// fileForm is the form of a [fromFile]: the file, what is wrong with it, what it
// would change, and the way on.
type fileForm struct {
	f       *frame
	m       *fromFile
	card    *widgets.Card
	path    *widgets.Entry
	note    *widgets.Field
	wrong   *fyne.Container
	preview *fyne.Container
	look    *widgets.Button
	take    *widgets.Button
	open    bool
	back    func() fyne.Focusable // where the focus goes when the form is gone
	arrange func()                // shows what there is room for beside it
}

func newFileForm(f *frame, m *fromFile, title, text string, take func(), back func() fyne.Focusable, arrange func()) *fileForm {
	e := f.e
	s := &fileForm{f: f, m: m, path: widgets.NewEntry(), wrong: widgets.Stack(look.Tight), preview: widgets.Stack(look.Tight), back: back, arrange: arrange}
	s.path.OnChanged = m.Type
	s.path.OnSubmitted = func(string) { m.Look() }
	s.note = widgets.NewField(e.T("admin.file.label"), chosen(e, s.path))
	s.look = widgets.NewButton(e.T("admin.keys.import.look"), nil, m.Look)
	s.take = widgets.NewButton(e.T("admin.file.take"), nil, take).Primary()
	s.card = widgets.NewCard(title, widgets.Stack(look.Tight, widgets.Prose(text, look.ColorMuted), s.note, s.wrong, s.preview,
		widgets.Row(look.Tight, widgets.NewButton(e.T("admin.cancel"), nil, func() { s.begin(false) }), widgets.Stretch(), s.look, s.take)))
	onEscape(func() { s.begin(false) }, s.path)
	s.path.Set(m.draft.Path)
	return s
}

// revealed brings the form's parts into sight when they get the focus, once the
// form stands in the panel.
func (s *fileForm) revealed() {
	s.f.reveal(s.note)
	s.look.OnFocus, s.take.OnFocus = s.f.inSight(s.look), s.f.inSight(s.take)
}

// begin opens the form, or gives it up.
func (s *fileForm) begin(importing bool) {
	s.path.Set("")
	s.m.Begin(importing)
	if s.open {
		s.f.focus(s.path)
	} else {
		s.f.focus(s.back())
	}
}

// show shows a draft, what is wrong with its file, and what that would change.
func (s *fileForm) show(d FileDraft, problem string, wrongs []string, changes []fyne.CanvasObject) {
	was, ready := s.open, len(changes) > 0
	s.open, s.card.Hidden = d.Importing, !d.Importing
	s.arrange()
	s.note.SetNote(widgets.Wrong(problem))
	s.wrong.Objects = nil
	for i, sentence := range wrongs {
		if i == told {
			s.wrong.Add(widgets.Prose(s.f.e.T("admin.file.more", len(wrongs)-told), look.ColorMuted))
			break
		}
		s.wrong.Add(widgets.Prose(sentence, theme.ColorNameForeground))
	}
	s.wrong.Refresh()
	first := len(s.preview.Objects) == 0
	s.preview.Objects = changes
	s.preview.Refresh()
	widgets.SetVisible(s.take, ready)
	widgets.SetVisible(s.look, !ready)
	if was && !s.open {
		s.path.Set("")
		s.f.focus(s.back())
	}
	if first && ready {
		s.f.focus(s.take)
	}
}
