package signin

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	"pratique/data/staff"
	"pratique/ui/env"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// Parts is what the screen is made of.
type Parts struct {
	Door Door
	// Practice are the passphrases of a practice post's officers, shown to
	// whoever wants to sit down. Empty at a real post.
	Practice map[data.OfficerID]string
	// Languages can be switched to with SetLanguage, which makes the screen anew.
	Languages   []string
	SetLanguage func(language string)
	// After calls on the UI goroutine after a while, see [env.After].
	After func(time.Duration, func())
}

type screen struct {
	e *env.Env
	p Parts
	m *Model

	officers   *fyne.Container
	passphrase *widgets.Entry
	field      *widgets.Field
	enter      *widgets.Button
	busy       *widget.ProgressBarInfinite
	practice   *fyne.Container
	content    fyne.CanvasObject

	// Signing in and changing a passphrase, of which one is shown.
	sit, change       *fyne.Container
	fresh, repeat     *widgets.Entry
	freshField, again *widgets.Field
	set               *widgets.Button

	ticking, left bool
}

// New makes the screen.
func New(e *env.Env, p Parts, _ env.Route) env.Screen {
	s := &screen{e: e, p: p, m: NewModel(p.Door), officers: widgets.Stack(6), practice: widgets.Stack(6)}
	s.passphrase = widgets.NewPassphrase()
	s.passphrase.PlaceHolder = e.T("signin.passphrase.hint")
	s.passphrase.OnSubmitted = func(string) { s.try() }
	s.passphrase.OnKey = func(k *fyne.KeyEvent) bool {
		by := map[fyne.KeyName]int{fyne.KeyUp: -1, fyne.KeyDown: 1}[k.Name]
		if by != 0 {
			s.show(s.m.Move(by))
		}
		return by != 0
	}
	s.field = widgets.NewField(e.T("signin.passphrase"), s.passphrase)
	s.enter = widgets.NewButton(e.T("signin.enter"), nil, s.try).Primary()
	s.fresh, s.repeat = widgets.NewPassphrase(), widgets.NewPassphrase()
	s.freshField = widgets.NewField(e.T("signin.change.new"), s.fresh)
	s.again = widgets.NewField(e.T("signin.change.repeat"), s.repeat)
	for _, entry := range []*widgets.Entry{s.fresh, s.repeat} {
		entry.OnChanged = func(string) { s.show(s.m.Typed(s.fresh.Text, s.repeat.Text)) }
	}
	s.repeat.OnSubmitted = func(string) { s.setNew() }
	s.set = widgets.NewButton(e.T("signin.change.do"), nil, s.setNew).Primary()
	s.busy = widget.NewProgressBarInfinite()
	s.busy.Hide()
	s.content = s.page()
	s.show(s.m.State())
	env.Go(e, p.Door.MaySignIn, func(officers []data.Officer, err error) {
		if err != nil {
			e.Error(err)
		}
		s.show(s.m.Known(officers))
	})
	return s
}

// Title implements env.Screen.
func (s *screen) Title() string { return s.e.T("screen.signin") }

// Content implements env.Screen.
func (s *screen) Content() fyne.CanvasObject { return s.content }

// Focus implements env.Screen.
func (s *screen) Focus() fyne.Focusable { return s.passphrase }

// Leave implements env.Screen. A passphrase is the one thing not to keep.
func (s *screen) Leave() {
	s.left = true
	s.busy.Stop()
	s.m.Forget()
	s.clear()
}

func (s *screen) clear() {
	for _, entry := range []*widgets.Entry{s.passphrase, s.fresh, s.repeat} {
		entry.Set("")
	}
}

func (s *screen) try() {
	if work, ok := s.m.Try(s.passphrase.Text); ok {
		s.do(work)
	}
}

func (s *screen) setNew() {
	work, ok := s.m.Change(s.fresh.Text, s.repeat.Text)
	if !ok {
		s.show(s.m.State())
		return
	}
	s.do(work)
}

func (s *screen) do(work func(context.Context) (staff.Session, error)) {
	s.clear()
	s.show(s.m.State())
	env.Go(s.e, work, func(session staff.Session, err error) {
		state, other := s.m.Tried(err, s.e.Now())
		s.show(state)
		switch {
		case other != nil:
			s.e.Error(other)
		case err == nil:
			s.e.SignIn(session)
		case state.Change:
			s.e.Window.Canvas().Focus(s.fresh)
		default:
			s.e.Window.Canvas().Focus(s.passphrase)
		}
	})
}

// tick counts a wait down, one second after the other.
func (s *screen) tick() {
	if s.ticking || s.left {
		return
	}
	s.ticking = true
	s.p.After(time.Second, func() {
		s.ticking = false
		if !s.left {
			s.show(s.m.Tick(s.e.Now()))
		}
	})
}

// note is what stands under the passphrase.
func (s *screen) note(state State) widgets.Note {
	var said []string
	if state.Refused {
		said = append(said, s.e.T("signin.refused"))
	}
	if state.Disabled {
		said = append(said, s.e.T("signin.disabled"))
	}
	if minutes, seconds := state.Wait/60, state.Wait%60; minutes > 0 {
		said = append(said, s.e.T("signin.wait.minutes", minutes, seconds))
	} else if seconds > 0 {
		said = append(said, s.e.T("signin.wait", seconds))
	}
	if len(said) == 0 {
		return widgets.Note{}
	}
	return widgets.Note{Role: look.Invalid, Text: strings.Join(said, " ")}
}

func (s *screen) show(state State) {
	s.officers.Objects = nil
	for i, o := range state.Officers {
		s.officers.Add(newOfficer(s.e, o, i == state.Chosen, func() {
			s.show(s.m.Choose(i))
			s.e.Window.Canvas().Focus(s.passphrase)
		}))
	}
	s.officers.Refresh()
	s.field.SetNote(s.note(state))
	if state.Wait > 0 {
		s.tick()
	}
	s.showChange(state)
	if state.Busy {
		s.enter.SetText(s.e.T("signin.busy"))
		s.enter.Disable()
		s.busy.Show()
		s.busy.Start()
	} else {
		s.enter.SetText(s.e.T("signin.enter"))
		if s.enter.Enable(); state.Wait > 0 {
			s.enter.Disable()
		}
		s.busy.Stop()
		s.busy.Hide()
	}
	s.practice.Objects = nil
	for i, o := range state.Officers {
		if words, ok := s.p.Practice[o.ID]; ok {
			s.practice.Add(widgets.Row(look.Tight,
				fixedWidth{90}.around(widgets.NewText(o.Name, widgets.Style{Color: look.Practice.Ink(), Elide: true})),
				widgets.NewText(words, widgets.Style{Mono: true, Elide: true}),
				widgets.NewButton(s.e.T("signin.practice.fill"), nil, func() {
					s.show(s.m.Choose(i))
					s.passphrase.Set(words)
					s.e.Window.Canvas().Focus(s.passphrase)
				})))
		}
	}
	s.practice.Refresh()
	s.content.Refresh()
}

func (s *screen) showChange(state State) {
	if state.Change {
		s.sit.Hide()
		s.change.Show()
	} else {
		s.change.Hide()
		s.sit.Show()
	}
	strength, unequal := widgets.Note{}, widgets.Note{}
	if state.Strength != "" {
		strength = widgets.Note{Role: look.Invalid, Text: s.e.T(state.Strength)}
		if state.Strong {
			strength.Role = look.Valid
		}
	}
	if state.Unequal {
		unequal = widgets.Note{Role: look.Invalid, Text: s.e.T("signin.change.unequal")}
	}
	s.freshField.SetNote(strength)
	s.again.SetNote(unequal)
	if state.Busy {
		s.set.Disable()
	} else {
		s.set.Enable()
	}
}

// page is the post at the left, the officers at the right.
func (s *screen) page() fyne.CanvasObject {
	form := widgets.Stack(14)
	if state := s.m.State(); state.Trouble != NoTrouble {
		form.Add(box(look.Invalid, "warning", s.e.T("signin.trouble"),
			widgets.Prose(s.e.T("signin.trouble."+string(state.Trouble)), theme.ColorNameForeground),
			widgets.Prose(state.Detail, look.ColorMuted)))
	}
	s.sit = widgets.Stack(14, widgets.Heading(s.e.T("signin.title")), s.officers, s.field, widgets.Stack(4, s.enter, s.busy))
	s.change = widgets.Stack(14, widgets.Heading(s.e.T("signin.change.title")),
		widgets.Prose(s.e.T("signin.change.text"), theme.ColorNameForeground), s.freshField, s.again, s.set,
		widgets.NewButton(s.e.T("signin.change.back"), nil, func() {
			s.clear()
			s.show(s.m.Forget())
			s.e.Window.Canvas().Focus(s.passphrase)
		}).Quiet())
	form.Add(s.sit)
	form.Add(s.change)
	if len(s.p.Practice) > 0 {
		form.Add(box(look.Practice, "warning", s.e.T("signin.practice"),
			widgets.Prose(s.e.T("signin.practice.text"), look.Practice.Ink()), s.practice))
	}
	if len(s.p.Languages) > 1 {
		languages := widgets.Row(look.Tight, widgets.Icon("language", look.ColorMuted, 16))
		for _, l := range s.p.Languages {
			b := widgets.NewButton(s.e.T("language."+l), nil, func() { s.p.SetLanguage(l) }).Quiet()
			if l == s.e.Language() {
				b.Disable()
			}
			languages.Add(b)
		}
		form.Add(languages)
	}
	return widgets.Wheeled(container.NewVScroll(container.New(middle{}, panel(s.e, form))))
}

// panel puts the name of the house beside the form.
func panel(e *env.Env, form fyne.CanvasObject) fyne.CanvasObject {
	light := func(text string) fyne.CanvasObject { return widgets.Prose(text, look.ColorOnRail) }
	house := widgets.Stack(6,
		widgets.Row(look.Tight, widgets.Icon("flag", look.ColorRailMark, 26),
			widgets.NewText("Pratique", widgets.Style{Size: theme.SizeNameHeadingText, Bold: true, Color: look.ColorOnRailHere})),
		light(local(e, e.Post.Name)), light(local(e, e.Post.Address)))
	ground := widgets.NewGround(look.ColorSurface, 12)
	ground.Stroke, ground.Width = theme.ColorNameSeparator, 1
	return container.NewStack(ground, container.New(beside{230},
		container.NewStack(widgets.NewGround(look.ColorRail, 12), widgets.Inset(22, 26, house)),
		widgets.Inset(28, 24, form)))
}

// local is a name in the officer's language, in English where it has none.
func local(e *env.Env, names map[string]string) string {
	if name := names[e.Language()]; name != "" {
		return name
	}
	return names["en"]
}

// box sets something apart on the tint of its meaning.
func box(role look.Role, icon, title string, body ...fyne.CanvasObject) fyne.CanvasObject {
	ground := widgets.NewGround(role.Tint(), 8)
	ground.Stroke, ground.Width = role.Ink(), 1
	head := widgets.Row(look.Tight, widgets.Icon(icon, role.Ink(), 16), widgets.NewText(title, widgets.Style{Bold: true, Color: role.Ink(), Elide: true}))
	return container.NewStack(ground, widgets.Inset(14, 12, widgets.Stack(look.Tight, append([]fyne.CanvasObject{head}, body...)...)))
}

// officer is a person to choose with the mouse; Up and Down do it from the
// passphrase, which has the focus.
type officer struct {
	widget.BaseWidget
	do   func()
	body fyne.CanvasObject
}

func newOfficer(e *env.Env, o data.Officer, chosen bool, do func()) *officer {
	var roles []string
	for _, r := range o.Roles {
		roles = append(roles, e.T("role."+string(r)))
	}
	ground := widgets.NewGround(look.ColorSurface, 8)
	ground.Stroke, ground.Width = theme.ColorNameInputBorder, 1
	disc, ink := look.Plain.Tint(), look.Plain.Ink()
	mark := fyne.CanvasObject(widgets.Stretch())
	if chosen {
		ground.Fill, ground.Stroke, ground.Width = look.Accent.Tint(), look.Accent.Ink(), 2
		disc, ink = look.Accent.Ink(), look.Accent.OnInk()
		mark = widgets.Row(0, widgets.Stretch(), widgets.Icon("valid", look.Accent.Ink(), 20))
	}
	sign := container.NewStack(widgets.NewGround(disc, 18),
		container.NewCenter(widgets.NewText(o.Mark, widgets.Style{Bold: true, Color: ink})))
	w := &officer{do: do, body: container.NewStack(ground, widgets.Inset(12, 9, container.New(beside{36 + 12}, widgets.Inset(0, 0, sized{36}.around(sign)),
		container.NewBorder(nil, nil, nil, mark, widgets.Stack(1,
			widgets.NewText(o.Name, widgets.Style{Elide: true}),
			widgets.NewText(strings.Join(roles, ", "), widgets.Style{Size: theme.SizeNameCaptionText, Color: look.ColorMuted, Elide: true}))))))}
	w.ExtendBaseWidget(w)
	return w
}

// CreateRenderer implements fyne.Widget.
func (o *officer) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(o.body) }

// Tapped implements fyne.Tappable.
func (o *officer) Tapped(*fyne.PointEvent) { o.do() }

// beside gives the first object a width and the second the rest.
type beside struct{ width float32 }

func (b beside) MinSize(o []fyne.CanvasObject) fyne.Size {
	m, n := o[0].MinSize(), o[1].MinSize()
	return fyne.NewSize(b.width+n.Width, max(m.Height, n.Height))
}

func (b beside) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(fyne.NewSize(b.width, size.Height))
	o[1].Move(fyne.NewPos(b.width, 0))
	o[1].Resize(fyne.NewSize(size.Width-b.width, size.Height))
}

// middle puts its content in the middle of the window, no wider than it reads
// well and no higher than it is.
type middle struct{}

const panelWidth float32 = 760

func (middle) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(320, o[0].MinSize().Height+2*look.Gap)
}

func (middle) Layout(o []fyne.CanvasObject, size fyne.Size) {
	width := min(size.Width-2*look.Gap, panelWidth)
	o[0].Resize(fyne.NewSize(width, o[0].MinSize().Height))
	height := o[0].MinSize().Height // it follows the width
	o[0].Resize(fyne.NewSize(width, height))
	o[0].Move(fyne.NewPos((size.Width-width)/2, max(look.Gap, (size.Height-height)/2.3)))
}

// fixedWidth gives its content a width.
type fixedWidth struct{ width float32 }

func (l fixedWidth) around(o fyne.CanvasObject) fyne.CanvasObject { return container.New(l, o) }
func (l fixedWidth) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(l.width, o[0].MinSize().Height)
}
func (fixedWidth) Layout(o []fyne.CanvasObject, size fyne.Size) { o[0].Resize(size) }

// sized gives its content a square in the middle.
type sized struct{ side float32 }

func (l sized) around(o fyne.CanvasObject) fyne.CanvasObject { return container.New(l, o) }
func (l sized) MinSize([]fyne.CanvasObject) fyne.Size        { return fyne.NewSquareSize(l.side) }
func (l sized) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(fyne.NewSquareSize(l.side))
	o[0].Move(fyne.NewPos(0, (size.Height-l.side)/2))
}
