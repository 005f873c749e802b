package review

import (
	"fmt"
	"reflect"
	"slices"
	"time"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	"pratique/ui/countdown"
	"pratique/ui/env"
	"pratique/ui/findings"
	"pratique/ui/stated"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// Screen shows a [State] and reports acts.
type Screen struct {
	e  *env.Env
	m  *Model
	st State

	name     *widgets.Text
	about    *widgets.Text
	prepared *widgets.Text
	state    *widgets.Pill
	left     *widgets.Pill
	cutOff   *widgets.Text
	risk     *widgets.Pill
	grant    *widgets.Pill // what the notice grants
	seal     *widgets.Text
	density  *widgets.Pill
	further  *fyne.Container
	notices  *fyne.Container
	failure  *widgets.Notice
	cards    []*card
	groups   *fyne.Container
	scroll   *container.Scroll
	place    *fyne.Container // of the groups, or of the form
	form     *form           // nil while there is none
	side     *side
	foot     *fyne.Container
	root     fyne.CanvasObject
	typed    time.Time // the last letter
	footed   []any     // what the foot was made of
	noticed  []any     // what the notices were made of
	gone     bool
}

var (
	_ env.Actor  = (*Screen)(nil)
	_ env.Typist = (*Screen)(nil)
)

// New makes the screen of the case that r names.
func New(e *env.Env, parts Parts, r env.Route) env.Screen {
	s := &Screen{
		e: e, m: NewModel(e, parts, data.ApplicationID(r.ID)),
		name:     widgets.NewText("", widgets.Style{Size: theme.SizeNameHeadingText, Elide: true}),
		about:    widgets.NewText("", widgets.Style{Elide: true}),
		prepared: widgets.Caption(""), state: widgets.NewPill(look.Plain, "", ""),
		left: widgets.NewPill(look.Plain, "", ""), cutOff: widgets.Caption(""), risk: widgets.NewPill(look.Plain, "", ""), grant: widgets.NewPill(look.Plain, "", ""),
		seal: widgets.Caption(""), density: widgets.NewPill(look.Plain, "", ""),
		further: widgets.Stack(2), notices: widgets.Stack(4), failure: widgets.NewNotice(look.Invalid, ""),
		groups: widgets.Stack(10), place: container.NewStack(), foot: container.NewStack(),
	}
	s.scroll = container.NewVScroll(container.New(leftColumn{}, s.groups))
	s.place.Objects = []fyne.CanvasObject{s.scroll}
	s.side = newSide(s, parts)
	head := widgets.Inset(look.Gap, 8, widgets.Stack(4,
		widgets.Row(10, s.name, s.risk, s.left, s.grant, s.state),
		widgets.Row(12, s.about, s.cutOff),
		widgets.Row(12, s.seal, s.density, widgets.Stretch(), s.prepared),
		s.further, s.notices, s.failure))
	s.root = container.NewBorder(head, s.foot, nil, nil, container.New(halves{}, s.place, s.side.body))
	s.m.Show = s.show
	s.show(s.m.Open())
	s.wait(parts.After)
	return s
}

// wait counts the time to the departure down.
func (s *Screen) wait(after func(time.Duration, func())) {
	after(time.Minute, func() {
		if !s.gone {
			s.showTime(s.st)
			s.wait(after)
		}
	})
}

// Title implements env.Screen.
func (s *Screen) Title() string { return s.e.T("review.title") }

// Content implements env.Screen.
func (s *Screen) Content() fyne.CanvasObject { return s.root }

// Focus implements env.Screen.
func (s *Screen) Focus() fyne.Focusable {
	switch {
	case s.form != nil:
		return s.form.first()
	case s.st.Current < len(s.cards):
		return s.cards[s.st.Current]
	}
	return nil
}

// Leave implements env.Screen.
func (s *Screen) Leave() {
	s.gone = true
	s.side.view.Leave()
	s.m.Leave()
}

// Actions implements env.Actor.
func (s *Screen) Actions() []env.Action {
	const ctrl, shift = fyne.KeyModifierControl, fyne.KeyModifierShift
	busy := s.st.Busy != ""
	if s.st.Form.Name != "" {
		return []env.Action{
			{Label: s.e.T("review.send." + string(s.st.Form.Name)), Key: fyne.KeyReturn, Modifier: ctrl, Do: s.send, Disabled: busy},
			{Label: s.e.T("review.keep"), Key: fyne.KeyBackspace, Modifier: ctrl, Do: s.keep, Disabled: busy},
		}
	}
	var all []env.Action
	for _, a := range s.st.Acts {
		action := env.Action{Label: a.Label, Key: fyne.KeyName(string(unicode.ToUpper(a.Key))), Modifier: ctrl | shift, Do: func() { s.do(a.Name) }, Disabled: !a.Ready}
		if a.Primary {
			action.Key, action.Modifier = fyne.KeyReturn, ctrl
		}
		all = append(all, action)
	}
	return all
}

// TypedRune implements env.Typist.
func (s *Screen) TypedRune(r rune) {
	hasty := s.hasty()
	s.typed = s.e.Now()
	if hasty || s.st.Form.Name != "" {
		return
	}
	if s.side.typed(r) {
		return
	}
	for _, a := range s.st.Acts {
		if a.Key == unicode.ToLower(r) {
			s.do(a.Name)
			return
		}
	}
}

// hasty reports whether keys follow each other as no hand types them: a scanner
// whose text holds an A, or a key held down, decides nothing.
func (s *Screen) hasty() bool {
	since := s.e.Now().Sub(s.typed)
	return since >= 0 && since < 50*time.Millisecond
}

// TypedKey implements env.Typist.
func (s *Screen) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeySpace:
		if !s.hasty() {
			s.m.Tick()
			s.show(s.m.State())
			s.refocus()
		}
	case fyne.KeyDown:
		s.move(1)
	case fyne.KeyUp:
		s.move(-1)
	default:
		s.side.view.Key(k)
	}
}

func (s *Screen) do(name ActName) {
	s.show(s.m.Do(name))
	s.refocus()
}

func (s *Screen) send() {
	s.show(s.m.Send())
	s.refocus()
}

func (s *Screen) keep() {
	s.show(s.m.Keep())
	s.refocus()
}

func (s *Screen) move(by int) {
	s.show(s.m.Move(by))
	s.refocus()
}

func (s *Screen) canvas() fyne.Canvas { return fyne.CurrentApp().Driver().CanvasForObject(s.root) }

// refocus puts the focus where the state has it.
func (s *Screen) refocus() {
	if c, f := s.canvas(), s.Focus(); c != nil && f != nil && !s.gone {
		c.Focus(f)
	}
}

// StateLooks are colour and shape of a case's state.
var stateLooks = map[data.State]struct {
	role look.Role
	icon string
}{
	data.PreDeclared: {look.Plain, "draft"}, data.Draft: {look.Plain, "draft"}, data.Submitted: {look.Accent, "submitted"}, data.InReview: {look.Unknown, "review"},
	data.OnHold: {look.Practice, "waiting"}, data.Returned: {look.Practice, "returned"}, data.Approved: {look.Valid, "approved"},
	data.FollowUp: {look.Practice, "flag"}, data.Refused: {look.Invalid, "invalid"}, data.Issued: {look.Valid, "issued"},
	data.Withdrawn: {look.Plain, "withdrawn"},
}

// risks are the roles of the classes of flights.
var risks = map[string]look.Role{"low": look.Plain, "medium": look.Practice, "high": look.Invalid}

func (s *Screen) show(st State) {
	if s.gone {
		return
	}
	before := s.st
	s.st = st
	known := st.Case != ""
	s.name.SetText(st.Traveller)
	s.about.SetText(stated.Join(st.Type, st.Document))
	if st.Flight != "" && !st.Departs.IsZero() {
		s.about.SetText(stated.Join(st.Type, st.Document, s.e.T("review.departs", st.Flight, st.Departs)))
	}
	s.prepared.SetText("")
	if s.state.Hidden = !known; known {
		s.prepared.SetText(s.e.T("review.prepared", st.PreparedBy, st.Version))
		if st.Reference != "" {
			s.prepared.SetText(s.e.T("review.prepared.reference", st.PreparedBy, st.Version, st.Reference))
		}
		l := stateLooks[st.Case]
		s.state.Set(l.role, l.icon, s.e.T("state."+string(st.Case)))
	}
	if s.risk.Hidden = st.Risk == ""; st.Risk != "" {
		role := risks[string(s.m.app.Risk)]
		s.risk.Set(role, "flag", s.e.T("review.risk", st.Risk))
	}
	if s.grant.Hidden = st.Grant.Sentence == ""; st.Grant.Known {
		a := findings.Answers[st.Grant.Answer]
		s.grant.Set(a.Role, a.Icon, s.e.T("findings.answer."+string(st.Grant.Answer)))
	} else {
		s.grant.Set(look.Plain, "", s.e.T("review.grant.none"))
	}
	s.showTime(st)
	s.showSeal(st)
	if !slices.Equal(st.Further, before.Further) || s.further.Objects == nil {
		s.further.Objects = []fyne.CanvasObject{}
		for _, line := range st.Further {
			s.further.Add(widgets.ProseSized(line, look.ColorMuted, theme.SizeNameCaptionText))
		}
		s.further.Hidden = len(st.Further) == 0
	}
	s.showNotices(st)
	s.showGroups(st)
	s.side.show(st)
	s.showForm(st)
	s.showFoot(st)
	s.root.Refresh()
	if st.Mode != before.Mode || st.Busy != before.Busy || st.Form.Name != before.Form.Name || !slices.Equal(st.Acts, before.Acts) {
		s.e.Changed()
	}
	if before.Mode == Opening && st.Mode != Opening {
		if c := s.canvas(); c != nil && c.Focused() == nil {
			s.refocus()
		}
	}
}

// showTime says how long it is until the departure, and until when the post
// takes applications for it.
func (s *Screen) showTime(st State) {
	done := st.Case == data.Issued || st.Case == data.Withdrawn || st.Case == data.Refused
	cutOff, limited := st.CutOff.Instant()
	left, u := countdown.Of(st.Departs, cutOff, done, s.e.Now())
	s.left.Hidden = st.Departs.IsZero() || done
	s.left.Set(countdown.Roles[u], "waiting", countdown.Text(s.e.Words, left, u))
	s.cutOff.SetText("")
	if limited && !done {
		key := "review.cut-off"
		if u == countdown.Late {
			key = "review.cut-off.over"
		}
		s.cutOff.SetText(s.e.T(key, st.CutOff))
	}
}

func (s *Screen) showSeal(st State) {
	s.seal.SetText("")
	s.density.Hide()
	if st.Seal.Characters == 0 {
		return
	}
	s.seal.SetText(s.e.T("review.seal", st.Seal.Characters, st.Seal.Version, fmt.Sprintf("%.2f", st.Seal.ModuleMM)))
	switch {
	case st.Seal.Version == 0:
		s.seal.SetText("")
		s.density.Set(look.Invalid, "invalid", s.e.T("review.seal.none"))
	case st.Seal.ModuleMM < 0.52:
		s.density.Set(look.Practice, "warning", s.e.T("review.seal.close"))
	default:
		s.density.Set(look.Valid, "valid", s.e.T("review.seal.good"))
	}
	s.density.Show()
}

// showNotices says over the case what there is to know first.
func (s *Screen) showNotices(st State) {
	failure := ""
	if st.Failure != "" {
		failure = s.e.T(st.Failure)
	}
	if failure != s.failure.Text() {
		s.failure.Set(look.Invalid, failure)
	}
	now := []any{st.Replaces, st.Case, st.Solo, st.Moved, st.Look, st.Mode, st.Waived, st.Problems}
	if reflect.DeepEqual(now, s.noticed) {
		return
	}
	s.noticed = now
	s.notices.Objects = nil
	say := func(role look.Role, text string) {
		if text != "" {
			s.notices.Add(widgets.NewNotice(role, text))
		}
	}
	if st.Replaces != "" {
		key := "review.replaces"
		if st.Case == data.Issued {
			key = "review.replaced"
		}
		say(look.Accent, s.e.T(key, st.Replaces))
	}
	if st.Solo != "" {
		say(look.Practice, s.e.T("review.solo", st.Solo))
	}
	if st.Moved != "" {
		say(look.Practice, s.e.T("review.moved", st.Moved))
	}
	role := look.Accent
	if st.Mode == Decided {
		role = stateLooks[st.Case].role
	}
	say(role, st.Look)
	say(look.Practice, st.Waived)
	for _, p := range st.Problems {
		say(look.Invalid, s.e.Words.Problem(p))
	}
	s.notices.Hidden = len(s.notices.Objects) == 0
	s.notices.Refresh()
}

func (s *Screen) showGroups(st State) {
	same := len(st.Groups) == len(s.cards)
	for i := range s.cards {
		same = same && s.cards[i].group.Name == st.Groups[i].Name
	}
	if !same {
		s.cards, s.groups.Objects = nil, nil
		for i := range st.Groups {
			c := newCard(s, i)
			s.cards = append(s.cards, c)
			s.groups.Add(c)
		}
	}
	for i, c := range s.cards {
		c.show(st.Groups[i], st.Mode == Reviewing || st.Mode == Waiting || st.Mode == Approved, st.Source)
	}
	s.groups.Refresh()
}

// showForm puts the form into the groups' place: what is written about a case
// is written beside its papers and findings.
func (s *Screen) showForm(st State) {
	switch {
	case st.Form.Name == "" && s.form == nil:
		return
	case st.Form.Name == "":
		s.form = nil
		s.place.Objects = []fyne.CanvasObject{s.scroll}
	default:
		if s.form == nil || s.form.name != st.Form.Name {
			s.form = newForm(s, st.Form)
			s.place.Objects = []fyne.CanvasObject{s.form.body}
		}
		s.form.show(st.Form)
	}
	s.place.Refresh()
}

func (s *Screen) showFoot(st State) {
	now := []any{st.Mode, st.Busy, st.Case, st.Form.Name, st.Acts, st.Ticked, len(st.Groups)}
	if reflect.DeepEqual(now, s.footed) {
		return // new buttons with every key take longer than the key may
	}
	s.footed = now
	button := func(label string, high, disabled bool, do func()) fyne.CanvasObject {
		b := widgets.NewButton(label, nil, do)
		b.OnRune = s.TypedRune
		if high {
			b.Primary()
		}
		if disabled {
			b.Disable()
		}
		return b
	}
	var parts []fyne.CanvasObject
	switch {
	case st.Busy != "":
		bar := widget.NewProgressBarInfinite()
		parts = []fyne.CanvasObject{container.New(wide{120}, bar), widgets.NewText(s.e.T(st.Busy), widgets.Style{Elide: true})}
	case st.Form.Name != "":
		parts = []fyne.CanvasObject{
			button(s.e.T("review.keep"), false, false, s.keep), widgets.Stretch(),
			widgets.Caption("Ctrl+Enter"), button(s.e.T("review.send."+string(st.Form.Name)), true, false, s.send),
		}
	default:
		var high []fyne.CanvasObject
		for _, a := range st.Acts {
			if !a.Foot {
				continue
			}
			b := button(s.e.T("review.key", a.Label, string(unicode.ToUpper(a.Key))), a.Primary, !a.Ready, func() { s.do(a.Name) })
			if a.Primary {
				high = append(high, b)
			} else {
				parts = append(parts, b)
			}
		}
		switch {
		case st.Mode == Reviewing:
			hint := widgets.Stretch()
			if len(parts) < 5 { // else there is no room
				hint = widgets.NewText(s.e.T("review.keys"), widgets.Style{Color: look.ColorMuted, Size: theme.SizeNameCaptionText, Elide: true})
			}
			parts = append(parts, hint,
				widgets.NewText(s.e.T("review.progress", st.Ticked, len(st.Groups)), widgets.Style{Size: look.SizeNameLabel}))
		case st.Mode == Approved:
			parts = append(parts, widgets.NewText(s.e.T("review.approved.hint"), widgets.Style{Elide: true}))
		case st.Mode == Looking && st.Case == data.Issued:
			high = append(high, button(s.e.T("review.open"), true, false, func() {
				s.e.Navigate(env.Route{Screen: env.Certificates, ID: string(st.Number)})
			}))
			fallthrough
		case st.Mode != Opening:
			parts = append([]fyne.CanvasObject{button(s.e.T("review.queue"), false, false, func() { s.e.Navigate(env.Route{Screen: env.Queue}) })}, append(parts, widgets.Stretch())...)
		}
		parts = append(parts, high...)
	}
	s.foot.Objects = nil
	if len(parts) > 0 {
		ground := widgets.NewGround(look.ColorSurface, 0)
		s.foot.Objects = []fyne.CanvasObject{ground, widgets.Stack(0, widgets.Rule(), widgets.Inset(look.Gap, 9, widgets.Row(8, parts...)))}
	}
}

// halves gives the groups and their papers a half each, the papers a little more.
type halves struct{}

const narrowest float32 = 330

func (halves) MinSize(o []fyne.CanvasObject) fyne.Size { return fyne.NewSize(2*narrowest, 260) }

func (halves) Layout(o []fyne.CanvasObject, size fyne.Size) {
	left := max(narrowest, size.Width*0.46)
	o[0].Resize(fyne.NewSize(left, size.Height))
	o[1].Move(fyne.NewPos(left, 0))
	o[1].Resize(fyne.NewSize(size.Width-left, size.Height))
}

// leftColumn keeps the distances of a page but at the right, where the papers begin.
type leftColumn struct{}

func (leftColumn) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, o[0].MinSize().Height+4)
}

func (leftColumn) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Move(fyne.NewPos(look.Gap, 2))
	o[0].Resize(fyne.NewSize(size.Width-look.Gap-10, size.Height-4))
}

// wide gives an object a width of its own.
type wide struct{ width float32 }

func (w wide) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(w.width, o[0].MinSize().Height)
}
func (w wide) Layout(o []fyne.CanvasObject, size fyne.Size) { o[0].Resize(size) }
