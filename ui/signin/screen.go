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

// Seat is an officer of a practice post, whose passphrase anybody may read.
type Seat struct {
	data.Officer
	Passphrase string
}

// Parts is what the screen is made of.
type Parts struct {
	Door Door
	// Practice are a practice post's officers, shown to whoever wants to sit
	// down. Empty at a real post.
	Practice []Seat
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

	title, words *fyne.Container // of the mode
	notice       *widgets.Notice
	trouble      *fyne.Container
	officers     *fyne.Container
	busy         *widget.ProgressBarInfinite
	practice     fyne.CanvasObject
	forms        map[Mode]*fyne.Container
	does         map[Mode]*widgets.Button
	shown        Mode
	content      fyne.CanvasObject

	passphrase    *widgets.Entry // sitting down; the first of two who correct the clock
	field         *widgets.Field
	fresh, repeat map[Mode]*widgets.Entry // a new passphrase, and once more
	notes         map[*widgets.Entry]*widgets.Field
	first, other  *widgets.Entry // passphrases of two who correct the clock
	second        *widgets.CodeSelect
	key           *widgets.Entry
	keyField      *widgets.Field

	ticking, left bool
}

var _ env.Coverer = (*screen)(nil)

// New makes the screen.
func New(e *env.Env, p Parts, _ env.Route) env.Screen {
	s := &screen{
		e: e, p: p, m: NewModel(p.Door), officers: widgets.Columns(3, 128), busy: widget.NewProgressBarInfinite(),
		forms: map[Mode]*fyne.Container{}, does: map[Mode]*widgets.Button{}, notice: widgets.NewNotice(look.Valid, ""),
		title: container.NewStack(), words: container.NewStack(), trouble: container.NewStack(),
		fresh: map[Mode]*widgets.Entry{}, repeat: map[Mode]*widgets.Entry{}, notes: map[*widgets.Entry]*widgets.Field{},
	}
	s.busy.Hide()
	s.sitForm()
	s.changeForm()
	s.forgotForm()
	s.recoverForm()
	s.clockForm()
	s.content = s.page()
	s.heading(Sit)
	s.show(s.m.State())
	env.Go(e, p.Door.MaySignIn, func(officers []data.Officer, err error) {
		if err != nil {
			e.Error(err)
		}
		var options []widgets.Option
		for _, o := range officers {
			options = append(options, widgets.Option{Code: string(o.ID), Name: e.T("signin.officer", o.Mark), Also: strings.ToLower(o.Mark)})
		}
		s.second.SetOptions(options)
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

// Cover implements env.Coverer.
func (s *screen) Cover() { s.clear() }

func (s *screen) clear() {
	all := []*widgets.Entry{s.passphrase, s.first, s.other, s.key}
	for _, mode := range []Mode{Change, Recover} {
		all = append(all, s.fresh[mode], s.repeat[mode])
	}
	for _, entry := range all {
		entry.Set("")
	}
}

// sitForm is the usual one.
func (s *screen) sitForm() {
	s.passphrase = widgets.NewPassphrase()
	s.passphrase.PlaceHolder = s.e.T("signin.passphrase.hint")
	s.passphrase.OnSubmitted = func(string) { s.try() }
	s.passphrase.OnKey = s.upAndDown
	s.field = widgets.NewField(s.e.T("signin.passphrase"), s.passphrase)
	s.does[Sit] = widgets.NewButton(s.e.T("signin.enter"), nil, s.try).Primary()
	forgot := widgets.NewButton(s.e.T("signin.forgot"), nil, func() { s.goTo(Forgot, nil) }).Quiet()
	s.forms[Sit] = widgets.Stack(14, s.field, widgets.Stack(4, s.does[Sit], widgets.Row(0, widgets.Stretch(), forgot)))
}

// upAndDown chooses the officer from within a passphrase.
func (s *screen) upAndDown(k *fyne.KeyEvent) bool {
	by := map[fyne.KeyName]int{fyne.KeyUp: -1, fyne.KeyDown: 1}[k.Name]
	if by != 0 {
		s.show(s.m.Move(by))
	}
	return by != 0
}

// newPassphrase are the fields of a new passphrase.
func (s *screen) newPassphrase(mode Mode, do func()) (fresh, repeat *widgets.Field) {
	s.fresh[mode], s.repeat[mode] = widgets.NewPassphrase(), widgets.NewPassphrase()
	for _, entry := range []*widgets.Entry{s.fresh[mode], s.repeat[mode]} {
		entry.OnChanged = func(string) { s.show(s.m.Typed(s.fresh[mode].Text, s.repeat[mode].Text)) }
	}
	s.repeat[mode].OnSubmitted = func(string) { do() }
	fresh = widgets.NewField(s.e.T("signin.change.new"), s.fresh[mode])
	repeat = widgets.NewField(s.e.T("signin.change.repeat"), s.repeat[mode])
	s.notes[s.fresh[mode]], s.notes[s.repeat[mode]] = fresh, repeat
	return fresh, repeat
}

func (s *screen) changeForm() {
	fresh, repeat := s.newPassphrase(Change, s.setNew)
	s.does[Change] = widgets.NewButton(s.e.T("signin.change.do"), nil, s.setNew).Primary()
	s.forms[Change] = widgets.Stack(14, fresh, repeat, s.does[Change], s.back())
}

func (s *screen) forgotForm() {
	s.does[Forgot] = widgets.NewButton(s.e.T("signin.forgot.recover"), nil, func() { s.goTo(Recover, s.key) })
	s.forms[Forgot] = widgets.Stack(14, s.does[Forgot], s.back())
}

func (s *screen) recoverForm() {
	s.key = widgets.NewEntry()
	s.key.PlaceHolder = "AGE-SECRET-KEY-1 ..."
	s.keyField = widgets.NewField(s.e.T("signin.recover.key"), s.key).Hint(s.e.T("signin.recover.key.hint"))
	fresh, repeat := s.newPassphrase(Recover, s.recover)
	s.does[Recover] = widgets.NewButton(s.e.T("signin.recover.do"), nil, s.recover).Primary()
	s.forms[Recover] = widgets.Stack(14, s.keyField, fresh, repeat, s.does[Recover], s.back())
}

func (s *screen) clockForm() {
	s.first, s.other = widgets.NewPassphrase(), widgets.NewPassphrase()
	s.first.OnKey = s.upAndDown
	s.second = widgets.NewCodeSelect(s.e.Words, nil)
	s.second.Short, s.second.PlaceHolder = true, s.e.T("signin.clock.second.hint")
	s.other.OnSubmitted = func(string) { s.correct() }
	s.does[Clock] = widgets.NewButton(s.e.T("signin.clock.do"), nil, s.correct).Primary()
	s.forms[Clock] = widgets.Stack(14, widgets.NewField(s.e.T("signin.passphrase"), s.first),
		widgets.Columns(2, 150,
			widgets.NewField(s.e.T("signin.clock.second"), s.second),
			widgets.NewField(s.e.T("signin.clock.second.passphrase"), s.other)), s.does[Clock], s.back())
}

func (s *screen) back() fyne.CanvasObject {
	return widgets.NewButton(s.e.T("signin.back"), nil, func() {
		s.clear()
		s.show(s.m.Forget())
		s.e.Window.Canvas().Focus(s.passphrase)
	}).Quiet()
}

// goTo begins another mode.
func (s *screen) goTo(mode Mode, focus fyne.Focusable) {
	s.clear()
	s.show(s.m.Go(mode))
	if focus == nil {
		focus = s.does[mode]
	}
	s.e.Window.Canvas().Focus(focus)
}

func (s *screen) try() {
	if work, ok := s.m.Try(s.passphrase.Text); ok {
		s.do(work)
	}
}

func (s *screen) setNew() {
	work, ok := s.m.Change(s.fresh[Change].Text, s.repeat[Change].Text)
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
		case s.left:
		case state.Mode == Change:
			s.e.Window.Canvas().Focus(s.fresh[Change])
		default:
			s.e.Window.Canvas().Focus(s.passphrase)
		}
	})
}

func (s *screen) correct() {
	i := -1
	for n, o := range s.m.State().Officers {
		if string(o.ID) == s.second.Code() {
			i = n
		}
	}
	if work, ok := s.m.CorrectClock(s.first.Text, i, s.other.Text); ok {
		s.first.Set("")
		s.other.Set("")
		s.help(work, s.first)
	}
}

func (s *screen) recover() {
	work, ok := s.m.Recover(s.key.Text, s.fresh[Recover].Text, s.repeat[Recover].Text)
	if !ok {
		s.show(s.m.State())
		return
	}
	s.help(work, s.key)
}

func (s *screen) help(work func(context.Context) error, again fyne.Focusable) {
	s.show(s.m.State())
	env.Go(s.e, func(ctx context.Context) (struct{}, error) { return struct{}{}, work(ctx) }, func(_ struct{}, err error) {
		state, other := s.m.Helped(err)
		s.show(state)
		switch {
		case other != nil:
			s.e.Error(other)
		case s.left:
		case err == nil:
			s.clear()
			s.e.Window.Canvas().Focus(s.passphrase)
		default:
			s.e.Window.Canvas().Focus(again)
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

// wrong is a note that something is, or none where nothing is said.
func wrong(said ...string) widgets.Note {
	return widgets.Wrong(strings.TrimSpace(strings.Join(said, " ")))
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
	return wrong(said...)
}

func (s *screen) show(state State) {
	s.officers.Objects = nil
	for i, o := range state.Officers {
		s.officers.Add(newOfficer(s.e, o, i == state.Chosen, func() {
			s.show(s.m.Choose(i))
			s.e.Window.Canvas().Focus(s.Focus())
		}))
	}
	s.officers.Hidden = state.Mode == Change || state.Mode == Forgot
	s.officers.Refresh()
	for mode, form := range s.forms {
		form.Hidden = mode != state.Mode
	}
	if s.shown != state.Mode {
		s.heading(state.Mode)
	}
	if s.practice != nil && state.Mode != Sit {
		s.practice.Hide()
	} else if s.practice != nil {
		s.practice.Show()
	}
	s.showNotes(state)
	if state.Wait > 0 {
		s.tick()
	}
	for _, do := range s.does {
		if state.Busy || state.Wait > 0 {
			do.Disable()
		} else {
			do.Enable()
		}
	}
	if state.Busy {
		s.does[Sit].SetText(s.e.T("signin.busy"))
		s.busy.Show()
		s.busy.Start()
	} else {
		s.does[Sit].SetText(s.e.T("signin.enter"))
		s.busy.Stop()
		s.busy.Hide()
	}
	s.content.Refresh()
}

// showNotes says what there is to say of what was typed and done.
func (s *screen) showNotes(state State) {
	s.notice.Set(look.Valid, "")
	if state.Done != Nothing {
		s.notice.Set(look.Valid, s.e.T("signin.done."+string(state.Done)))
	}
	s.trouble.Objects = nil
	if state.Trouble != NoTrouble && state.Mode == Sit {
		parts := []fyne.CanvasObject{widgets.Prose(s.e.T("signin.trouble."+string(state.Trouble)), theme.ColorNameForeground)}
		if state.Trouble == ClockBack {
			parts = append(parts, widgets.Row(0, widgets.NewButton(s.e.T("signin.clock"), nil, func() { s.goTo(Clock, s.first) })))
		}
		s.trouble.Objects = []fyne.CanvasObject{widgets.Box(look.Invalid, "warning", s.e.T("signin.trouble"), parts...)}
	}
	s.trouble.Hidden = len(s.trouble.Objects) == 0
	s.field.SetNote(s.note(state))
	if state.Mode == Clock && state.Refused {
		s.notice.Set(look.Invalid, s.e.T("signin.clock.refused"))
	}
	key := ""
	switch {
	case state.BadKey:
		key = s.e.T("signin.recover.bad")
	case state.NotThey:
		key = s.e.T("signin.recover.not-they")
	}
	s.keyField.SetNote(wrong(key))
	strength, unequal := widgets.Note{}, widgets.Note{}
	if state.Strength != "" {
		strength = widgets.Note{Role: look.Invalid, Text: s.e.T(state.Strength)}
		if state.Strong {
			strength.Role = look.Valid
		}
	}
	if state.Unequal {
		unequal = wrong(s.e.T("signin.change.unequal"))
	}
	if fresh, ok := s.fresh[state.Mode]; ok {
		s.notes[fresh].SetNote(strength)
		s.notes[s.repeat[state.Mode]].SetNote(unequal)
	}
}

// heading says what is done here.
func (s *screen) heading(mode Mode) {
	s.shown = mode
	title, text := s.e.T("signin.title"), ""
	switch mode {
	case Change:
		title, text = s.e.T("signin.change.title"), s.e.T("signin.change.text")
	case Forgot:
		title, text = s.e.T("signin.forgot.title"), s.e.T("signin.forgot.text")
	case Recover:
		title, text = s.e.T("signin.recover.title"), s.e.T("signin.recover.text")
	case Clock:
		zone, err := data.LoadZone(s.e.Post.Zone)
		now := s.e.Now()
		if err == nil {
			now = now.In(zone)
		}
		title, text = s.e.T("signin.clock.title"), s.e.T("signin.clock.text", now.Format("2006-01-02 15:04"))
	}
	s.title.Objects = []fyne.CanvasObject{widgets.Heading(title)}
	s.words.Objects = []fyne.CanvasObject{widgets.Prose(text, theme.ColorNameForeground)}
	s.words.Hidden = text == ""
}

// page is the post at the left, what is done here at the right.
func (s *screen) page() fyne.CanvasObject {
	form := widgets.Stack(14, s.notice, s.title, s.trouble, s.words, s.officers)
	for _, mode := range []Mode{Sit, Change, Forgot, Recover, Clock} {
		form.Add(s.forms[mode])
	}
	form.Add(s.busy)
	if len(s.p.Practice) > 0 {
		s.practice = s.seats()
		form.Add(s.practice)
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
	content, _ := widgets.Panel(s.house(), form, panelWidth)
	return content
}

// seats are the officers of a practice post, to sit down as one.
func (s *screen) seats() fyne.CanvasObject {
	rows := widgets.Stack(6)
	for _, seat := range s.p.Practice {
		var roles []string
		for _, r := range seat.Roles {
			roles = append(roles, s.e.T("role."+string(r)))
		}
		rows.Add(widgets.Row(look.Tight,
			fixedWidth{34}.around(widgets.NewText(seat.Mark, widgets.Style{Bold: true, Color: look.Practice.Ink()})),
			fixedWidth{100}.around(widgets.NewText(strings.Join(roles, ", "), widgets.Style{Color: look.Practice.Ink(), Elide: true})),
			widgets.NewText(seat.Passphrase, widgets.Style{Mono: true, Elide: true}),
			widgets.NewButton(s.e.T("signin.practice.fill"), nil, func() {
				for i, o := range s.m.State().Officers {
					if o.ID == seat.ID {
						s.show(s.m.Choose(i))
					}
				}
				s.passphrase.Set(seat.Passphrase)
				s.e.Window.Canvas().Focus(s.passphrase)
			})))
	}
	return widgets.Box(look.Practice, "warning", s.e.T("signin.practice"), widgets.Prose(s.e.T("signin.practice.text"), look.Practice.Ink()), rows)
}

// panelWidth is how wide the sign-in is, at most.
const panelWidth float32 = 820

// house is the post.
func (s *screen) house() fyne.CanvasObject {
	light := func(text string) fyne.CanvasObject { return widgets.Prose(text, look.ColorOnRail) }
	return widgets.Stack(6,
		widgets.Row(look.Tight, widgets.Icon("flag", look.ColorRailMark, 26),
			widgets.NewText("Pratique", widgets.Style{Size: theme.SizeNameHeadingText, Bold: true, Color: look.ColorOnRailHere})),
		light(local(s.e, s.e.Post.Name)), light(local(s.e, s.e.Post.Address)))
}

// local is a name in the officer's language, in English where it has none.
func local(e *env.Env, names map[string]string) string {
	if name := names[e.Language()]; name != "" {
		return name
	}
	return names["en"]
}

// officer is a person to choose with the mouse; Up and Down do it from the
// passphrase, which has the focus.
type officer struct {
	widget.BaseWidget
	do   func()
	body fyne.CanvasObject
}

func newOfficer(e *env.Env, o data.Officer, chosen bool, do func()) *officer {
	ground := widgets.NewGround(look.ColorSurface, 8)
	ground.Stroke, ground.Width = theme.ColorNameInputBorder, 1
	disc, ink := look.Plain.Tint(), look.Plain.Ink()
	if chosen {
		ground.Fill, ground.Stroke, ground.Width = look.Accent.Tint(), look.Accent.Ink(), 2
		disc, ink = look.Accent.Ink(), look.Accent.OnInk()
	}
	sign := container.NewStack(widgets.NewGround(disc, 17),
		container.NewCenter(widgets.NewText(o.Mark, widgets.Style{Bold: true, Color: ink})))
	row := widgets.Row(10, sized{34}.around(sign), widgets.NewText(e.T("signin.officer", o.Mark), widgets.Style{Elide: true}))
	if chosen {
		row.Add(widgets.Icon("valid", look.Accent.Ink(), 18))
	}
	w := &officer{do: do, body: container.NewStack(ground, widgets.Inset(10, 8, row))}
	w.ExtendBaseWidget(w)
	return w
}

// CreateRenderer implements fyne.Widget.
func (o *officer) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(o.body) }

// Tapped implements fyne.Tappable.
func (o *officer) Tapped(*fyne.PointEvent) { o.do() }

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
