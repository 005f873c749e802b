package verify

import (
	"io"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	"pratique/data/trust"
	"pratique/ui/env"
	"pratique/ui/stated"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// Screen shows a [State] and reports acts.
type Screen struct {
	e  *env.Env
	m  *Model
	st State

	entry *widgets.Entry
	left  *widgets.Text
	clear *widgets.Button
	stage *fyne.Container // waiting, reading, failed or the answers
	root  fyne.CanvasObject
}

// New makes the screen. What r looks for is answered at once.
func New(e *env.Env, parts Parts, r env.Route) env.Screen {
	s := &Screen{e: e, m: NewModel(e, parts), entry: widgets.NewEntry(), left: widgets.Caption(""), stage: container.NewStack()}
	s.entry.SetPlaceHolder(e.T("verify.entry"))
	s.entry.OnSubmitted = s.answer
	s.entry.OnKey = func(k *fyne.KeyEvent) bool {
		switch k.Name {
		case fyne.KeyEscape:
			s.forget()
		case fyne.KeyPageDown:
			s.scroll(1)
		case fyne.KeyPageUp:
			s.scroll(-1)
		default:
			return false
		}
		return true
	}
	s.clear = widgets.NewButton(e.T("verify.clear"), nil, s.forget)
	open := widgets.NewButton(e.T("verify.open"), nil, s.open)
	open.OnRune, s.clear.OnRune = s.TypedRune, s.TypedRune
	bar := container.NewBorder(nil, nil, nil, widgets.Row(10, widgets.Inset(4, 0, open), s.left, s.clear), s.entry)
	s.root = container.NewBorder(widgets.Inset(look.Gap, 10, bar), nil, nil, nil, s.stage)
	e.Window.SetOnDropped(func(_ fyne.Position, dropped []fyne.URI) { s.show(s.m.Files(sources(dropped)...)) })
	s.m.Show = s.show
	s.draw()
	if r.Find != "" {
		s.answer(r.Find)
	}
	return s
}

// sources are dropped files.
func sources(dropped []fyne.URI) []Source {
	var files []Source
	for _, u := range dropped {
		files = append(files, Source{u.Name(), func() (io.ReadCloser, error) { return storage.Reader(u) }})
	}
	return files
}

// Title implements env.Screen.
func (s *Screen) Title() string { return s.e.T("verify.title") }

// Content implements env.Screen.
func (s *Screen) Content() fyne.CanvasObject { return s.root }

// Focus implements env.Screen.
func (s *Screen) Focus() fyne.Focusable { return s.entry }

// Leave implements env.Screen.
func (s *Screen) Leave() {
	s.e.Window.SetOnDropped(nil)
	s.entry.Set("")
	s.m.Leave()
}

// Actions implements env.Actor.
func (s *Screen) Actions() []env.Action {
	const ctrl = fyne.KeyModifierControl
	return []env.Action{
		{Label: s.e.T("verify.open"), Key: fyne.KeyO, Modifier: ctrl, Do: s.open},
		{Label: s.e.T("verify.clear"), Key: fyne.KeyBackspace, Modifier: ctrl, Do: s.forget},
	}
}

// TypedRune implements env.Typist: the entry takes what a scanner types
// wherever it is.
func (s *Screen) TypedRune(r rune) {
	s.e.Window.Canvas().Focus(s.entry)
	s.entry.TypedRune(r)
}

// TypedKey implements env.Typist.
func (s *Screen) TypedKey(k *fyne.KeyEvent) {
	if k.Name == fyne.KeyEscape {
		s.forget()
	}
}

// answer takes a text and keeps nothing of it in the entry.
func (s *Screen) answer(text string) {
	s.entry.Set("")
	s.m.Text(text)
	s.show(s.m.State())
}

// scroll turns the page of the answers; the entry keeps the focus meanwhile.
func (s *Screen) scroll(pages float32) {
	if page, ok := s.stage.Objects[0].(*container.Scroll); ok {
		far := max(0, page.Content.MinSize().Height-page.Size().Height)
		page.ScrollToOffset(fyne.NewPos(0, max(0, min(far, page.Offset.Y+pages*page.Size().Height*0.9))))
	}
}

func (s *Screen) forget() {
	s.entry.Set("")
	s.show(s.m.Clear())
	s.e.Window.Canvas().Focus(s.entry)
}

func (s *Screen) open() {
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		switch {
		case err != nil:
			s.e.Error(err)
		case r != nil:
			s.m.Files(Source{r.URI().Name(), func() (io.ReadCloser, error) { return r, nil }})
			s.show(s.m.State())
		}
		s.e.Window.Canvas().Focus(s.entry)
	}, s.e.Window)
	d.SetFilter(storage.NewExtensionFileFilter([]string{".png", ".jpg", ".jpeg", ".pdf", ".txt", ".PNG", ".JPG", ".JPEG", ".PDF", ".TXT"}))
	d.Show()
	d.Resize(fyne.NewSize(760, 520)) // the toolkit crashes if it is told before
}

// show draws a state; a second that goes by changes the countdown alone.
func (s *Screen) show(st State) {
	before := s.st
	s.st = st
	if st.Left > 0 && before.Left > st.Left {
		s.left.SetText(s.e.T("verify.clear.in", st.Left))
		return
	}
	s.draw()
}

func (s *Screen) draw() {
	st := s.st
	s.left.Hide()
	s.clear.Hide()
	if st.Left > 0 {
		s.left.Show()
		s.left.SetText(s.e.T("verify.clear.in", st.Left))
		s.clear.Show()
	}
	var body fyne.CanvasObject
	switch {
	case st.Reading != "":
		cancel := widgets.NewButton(s.e.T("verify.cancel"), nil, s.forget)
		body = s.middle("verify", look.Accent, s.e.T("verify.reading", st.Reading), widget.NewProgressBarInfinite(), container.NewCenter(cancel))
	case st.Failure != "":
		word := widgets.NewVerdict(look.Unknown, s.e.T("verify.failed"), strings.TrimSpace(s.e.T(st.Failure)+" "+s.e.T("verify.again")))
		about := widgets.Stack(12, word)
		if st.Name != "" {
			about.Add(widgets.Caption(st.Name))
		}
		body = widgets.Page(about)
	case len(st.Answers) > 0:
		body = widgets.Page(s.answers(st))
	default:
		muted := func(key string) fyne.CanvasObject {
			r := widget.NewRichText(&widget.TextSegment{Text: s.e.T(key), Style: widget.RichTextStyle{ColorName: look.ColorMuted, Alignment: fyne.TextAlignCenter}})
			r.Wrapping = fyne.TextWrapWord
			return r
		}
		body = s.middle("verify", look.Accent, s.e.T("verify.wait"), muted("verify.wait.how"), muted("verify.wait.where"))
	}
	s.stage.Objects = []fyne.CanvasObject{body}
	s.root.Refresh()
}

// middle is a picture with words in the middle of the screen.
func (s *Screen) middle(icon string, role look.Role, heading string, below ...fyne.CanvasObject) fyne.CanvasObject {
	title := widgets.NewText(heading, widgets.Style{Size: theme.SizeNameHeadingText, Bold: true, Align: fyne.TextAlignCenter, Elide: true})
	return container.New(centre{}, widgets.Stack(8, append([]fyne.CanvasObject{
		container.NewCenter(widgets.Icon(icon, role.Ink(), 84)), title}, below...)...))
}

// centre puts a column of text into the middle.
type centre struct{}

func (centre) MinSize(o []fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 240) }
func (centre) Layout(o []fyne.CanvasObject, size fyne.Size) {
	width := min(size.Width-2*look.Gap, 520)
	o[0].Resize(fyne.NewSize(width, size.Height))
	height := o[0].MinSize().Height
	o[0].Resize(fyne.NewSize(width, height))
	o[0].Move(fyne.NewPos((size.Width-width)/2, max(0, (size.Height-height)*0.4)))
}

func (s *Screen) answers(st State) fyne.CanvasObject {
	all := widgets.Stack(look.Gap)
	if n := len(st.Answers); n > 1 {
		all.Add(widgets.Subheading(s.e.T("verify.found", n)))
	}
	for i, a := range st.Answers {
		if len(st.Answers) > 1 {
			where := s.e.T("verify.symbol", i+1, len(st.Answers), a.Page)
			if a.File != "" {
				where = a.File + ", " + where
			}
			all.Add(widgets.Caption(where))
		}
		all.Add(s.one(a))
	}
	return all
}

// one is an answer: the word, the reasons, and, where there are claims, what
// to compare.
func (s *Screen) one(a Answer) fyne.CanvasObject {
	role, word := look.Unknown, s.e.T("verdict."+string(a.Outcome))
	switch {
	case a.Outcome == trust.Invalid:
		role = look.Invalid
	case a.Window == Before, a.Window == After:
		// Genuine, and yet nobody may travel on it now: not green.
		role, word = look.Practice, s.e.T("verify.window."+string(a.Window))
	case a.Outcome == trust.Valid:
		role = look.Valid
	}
	var reasons []string
	for _, r := range a.Reasons {
		if r == trust.ReasonRevoked {
			reasons = append(reasons, s.e.T("verify.revoked", a.Revoked.Since, a.Revoked.Reason))
			if n := a.Revoked.ReplacedBy; n != "" {
				reasons = append(reasons, s.e.T("verify.replaced", n))
			}
			continue
		}
		reasons = append(reasons, s.e.T("verdict.reason."+string(r)))
	}
	body := widgets.Stack(12)
	if a.Practice {
		body.Add(widgets.NewNotice(look.Practice, s.e.T("verify.practice")))
	}
	body.Add(widgets.NewVerdict(role, word, strings.Join(reasons, "\n")))
	if a.Foreign {
		body.Add(widgets.NewNotice(look.Accent, s.e.T("format.foreign", a.Format)))
	}
	if len(a.About) > 0 {
		body.Add(widgets.Prose(strings.Join(a.About, "\n"), look.ColorMuted))
	}
	if len(a.Groups) == 0 {
		if a.Outcome != trust.Unreadable {
			body.Add(widgets.Prose(s.e.T("verify.no-claims"), look.ColorMuted))
		}
		return body
	}
	var right []fyne.CanvasObject
	var compare fyne.CanvasObject
	for _, g := range a.Groups {
		switch g.Name {
		case data.GroupIdentity:
			if a.Number != "" {
				g.Lines = append(slices.Clone(g.Lines), stated.Line{Label: s.e.T("verify.number"), Value: a.Number.String()})
			}
			name := widgets.NewText(a.Name, widgets.Style{Size: theme.SizeNameSubHeadingText, Elide: true})
			c := widgets.NewCard(s.e.T("verify.compare"), widgets.Stack(10, name, stated.Pairs(g.Lines)))
			c.SetRole(look.Accent)
			compare = c
		case data.GroupJourney:
			c := widgets.NewCard(g.Title, stated.Pairs(g.Lines), s.window(a))
			right = append([]fyne.CanvasObject{c}, right...)
		default:
			right = append(right, widgets.NewCard(g.Title, stated.Pairs(g.Lines)))
		}
	}
	body.Add(widgets.Columns(2, 360, widgets.Stack(0, compare), widgets.Stack(12, right...)))
	return body
}

// window is the state of the medical window.
func (s *Screen) window(a Answer) fyne.CanvasObject {
	switch a.Window {
	case Inside:
		return widgets.NewPill(look.Valid, "valid", s.e.T("verify.window.inside"))
	case Before:
		return widgets.NewPill(look.Practice, "waiting", s.e.T("verify.window.before"))
	case After:
		return widgets.NewPill(look.Practice, "warning", s.e.T("verify.window.after"))
	}
	return widgets.Stretch()
}
