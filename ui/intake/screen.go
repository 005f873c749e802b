package intake

import (
	"context"
	"errors"
	"fmt"
	"image"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	"pratique/ui/env"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// Parts is what the screen is made of.
type Parts struct {
	Desk  Desk
	Codes Book
	// After calls a function on the UI goroutine after a while.
	After func(time.Duration, func())
	// Slip makes the proof slip of a content: one page of PDF, without a seal.
	Slip func(ctx context.Context, c data.Content) ([]byte, error)
	// Picture is the picture of the first page of a PDF.
	Picture func(ctx context.Context, pdf []byte) (image.Image, error)
	// Draw is the picture of a page of a scan; see [evidence.Parts].
	Draw func(ctx context.Context, scan []byte, page int) (image.Image, error)
	// Spare keeps, sealed, what could not be stored when the screen was left;
	// nil: there is no such place.
	Spare func(id data.ApplicationID, base int, c data.Content) error
	// Specimen is a complete application of nobody; nil at a real post.
	Specimen func() data.Content
	// Files reads the codes that travellers bring.
	Files Files
}

// A pause in typing that means the officer looks up, and one after which what
// was typed is stored.
const (
	CheckAfter = 250 * time.Millisecond
	SaveAfter  = time.Second
)

// leaveWithin is how long a lock waits for the database at most.
const leaveWithin = 5 * time.Second

type screen struct {
	e *env.Env
	p Parts
	m *Model
	r env.Route

	body   *fyne.Container // the form, or the slip in its place
	page   fyne.CanvasObject
	form   *form
	side   *side
	banner *fyne.Container
	said   string // what the banner says
	acts   *fyne.Container
	closed Why // that the widgets were made for
	slip   *widgets.PageView

	loaded   bool
	left     bool
	changes  int // counts, for the pauses
	shownFor data.ApplicationID
}

var (
	_ env.Actor  = (*screen)(nil)
	_ env.Placed = (*screen)(nil)
)

// New makes the screen: of the application in the route, or of a new one.
func New(e *env.Env, p Parts, r env.Route) env.Screen {
	s := &screen{e: e, p: p, r: r, m: NewModel(p.Desk, p.Codes, e.Session, e.Post.Zone, e.Now)}
	if r.ID == "" {
		s.m.Ask(e.Post.Further)
	}
	s.body = container.NewStack()
	s.banner = container.NewStack()
	s.assemble()
	e.Window.SetOnDropped(s.dropped)
	env.Go(e, func(ctx context.Context) (Loaded, error) { return s.m.Load(ctx, data.ApplicationID(r.ID)) }, func(l Loaded, err error) {
		if s.left {
			return
		}
		if err != nil {
			e.Error(err)
			e.Back()
			return
		}
		s.loaded = true
		s.apply(s.m.Loaded(l))
		s.check()
	})
	return s
}

// assemble makes the widgets. It is done again when the application becomes
// open to changes, or stops being so.
func (s *screen) assemble() {
	s.closed = s.m.State().Closed
	if s.side != nil {
		s.side.papers.view.Leave()
	}
	s.form = newForm(s)
	s.side = newSide(s)
	s.acts = widgets.Row(look.Tight)
	bar := container.NewStack(widgets.NewGround(look.ColorSurface, 0), container.NewBorder(widgets.Rule(), nil, nil, nil, widgets.Inset(look.Gap, 8, s.acts)))
	s.page = container.NewBorder(s.banner, bar, nil, nil, container.New(columns{}, widgets.Wheeled(s.form.scroll), s.side.scroll))
	s.body.Objects = []fyne.CanvasObject{s.page}
	s.body.Refresh()
	s.apply(s.m.State())
}

// Title implements env.Screen.
func (s *screen) Title() string {
	t := s.m.State().Content.Traveller
	if name := strings.Join(strings.Fields(t.NativeName+" "+t.Surname+" "+t.GivenNames), " "); name != "" && s.m.State().ID != "" {
		return name
	}
	return s.e.T("screen.intake")
}

// Content implements env.Screen.
func (s *screen) Content() fyne.CanvasObject { return s.body }

// Focus implements env.Screen: the machine-readable lines come first.
func (s *screen) Focus() fyne.Focusable {
	if s.form.locked() {
		return nil
	}
	return s.form.mrz
}

// Route implements env.Placed.
func (s *screen) Route() env.Route {
	return env.Route{Screen: env.Intake, ID: string(s.m.State().ID)}
}

// Leave implements env.Screen: it returns when what was typed is stored. Where
// that is not possible, or takes longer than a lock may wait, it is kept beside
// the database.
func (s *screen) Leave() {
	s.left = true
	s.e.Window.SetOnDropped(nil)
	s.side.papers.view.Leave()
	ctx, stop := context.WithTimeout(context.WithoutCancel(s.e.Context), leaveWithin)
	defer stop()
	copied, err := s.m.Leave(ctx)
	if copied && err == nil {
		s.e.Toast(s.e.T("intake.copied"))
	}
	if err == nil {
		return
	}
	if id, base, c, ok := s.m.Unstored(); ok && s.p.Spare != nil {
		if failed := s.p.Spare(id, base, c); failed == nil {
			err = fmt.Errorf("%w: %w", env.ErrSpared, err)
		} else {
			err = errors.Join(err, failed)
		}
	}
	s.e.Error(err)
}

// edit changes one value of the content.
func edit[T comparable](s *screen, at func(c *data.Content) *T, to T) {
	s.typed(s.m.Edit(func(c *data.Content) { *at(c) = to }))
}

// typed is after every keystroke, so it does nothing that takes time: it waits
// for a pause.
func (s *screen) typed(state State) {
	s.changes++
	now := s.changes
	s.side.saved(state)
	s.form.guardian.Hidden = !state.Minor
	s.p.After(CheckAfter, func() {
		if now == s.changes && !s.left {
			s.check()
		}
	})
	s.p.After(SaveAfter, func() {
		if now == s.changes && !s.left {
			s.save(false)
		}
	})
}

// check looks for problems, off the UI goroutine, and shows them.
func (s *screen) check() { s.checkThen(func() {}) }

func (s *screen) checkThen(then func()) {
	if !s.loaded {
		return
	}
	env.Go(s.e, s.m.Check(), func(found Checked, err error) {
		if s.left {
			return
		}
		if err != nil {
			s.e.Error(err)
			return
		}
		s.apply(s.m.Checked(found))
		then()
	})
}

// save stores the draft. Asked: the officer wants to hear of it.
func (s *screen) save(asked bool) {
	work, ok := s.m.Save()
	if !ok {
		if asked && !s.m.State().Dirty {
			s.e.Toast(s.e.T("intake.nothing"))
		}
		return
	}
	s.keep(work, asked)
}

func (s *screen) keep(work func(context.Context) (Kept, error), asked bool) {
	s.apply(s.m.State())
	env.Go(s.e, work, func(k Kept, err error) {
		state, err := s.m.Saved(k, err)
		if s.left {
			return
		}
		s.apply(state)
		switch {
		case err != nil:
			s.e.Error(err)
		case state.Closed == Elsewhere:
		default:
			if asked {
				s.e.Toast(s.e.T("intake.saved", s.e.Clock(state.SavedAt)))
			}
			s.again(state)
		}
	})
}

// again stores later what was typed on meanwhile.
func (s *screen) again(state State) {
	if state.Dirty {
		s.p.After(SaveAfter, func() {
			if !s.left {
				s.save(false)
			}
		})
	}
}

// apply shows a state everywhere.
func (s *screen) apply(state State) {
	if locks(state.Closed) != locks(s.closed) {
		s.closed = state.Closed
		s.assemble()
		s.e.Changed()
		return
	}
	if s.closed != state.Closed || s.shownFor != state.ID {
		s.closed, s.shownFor = state.Closed, state.ID
		defer s.e.Changed()
	}
	s.form.show(state)
	s.side.show(state)
	s.showBanner(state)
	s.showActs(state)
}

func locks(w Why) bool { return w != Open && w != Elsewhere }

// added shows a new block and goes there.
func (s *screen) added(part string, state State) {
	s.apply(state)
	s.typed(state)
	n := map[string]int{"tests": len(state.Content.Tests), "doses": len(state.Content.Doses), "infections": len(state.Content.Infections), "itinerary": len(state.Content.Itinerary)}[part]
	s.jump(part + "[" + strconv.Itoa(n-1) + "]")
}

// testKeys add a test of a kind, together with Alt.
var testKeys = map[data.TestKind]fyne.KeyName{
	data.NucleicAcid: fyne.KeyN, data.Antigen: fyne.KeyA, data.SerumIgM: fyne.KeyM, data.SerumIgMN: fyne.KeyB, data.SerumIgG: fyne.KeyG,
}

// tests says which tests can be added, and how.
func (s *screen) tests() string {
	var all []string
	for _, kind := range data.TestKinds {
		if s.m.State().Content.Type.HasTest(kind) {
			all = append(all, "Alt+"+string(testKeys[kind])+" "+s.e.T("intake.add."+string(kind)))
		}
	}
	return strings.Join(all, ", ")
}

// choose makes it an application for another type of certificate.
func (s *screen) choose(t data.CertificateType) {
	state := s.m.SetType(t)
	s.apply(state)
	s.typed(state)
	s.check()
	s.e.Changed() // other acts
}

func (s *screen) remove(path string) {
	state, undo := s.m.Remove(path)
	if undo == nil {
		return
	}
	s.apply(state)
	s.typed(state)
	part, i := place(path)
	s.e.Undoable(s.e.T("intake.removed", s.e.T("place."+part, i+1)), func() {
		s.apply(undo())
		s.typed(s.m.State())
	})
	s.jump(part)
}

// jump goes to the field of a path.
func (s *screen) jump(path string) {
	if part, _ := place(path); !s.m.Shown(part) {
		s.apply(s.m.Reveal(part))
	}
	f := s.form.at(path)
	c := s.e.Window.Canvas()
	c.Focus(f)
	if in, ok := s.form.inputs[path]; ok {
		s.form.reveal(in.field)
	}
}

// next goes to the first problem after the field that has the focus.
func (s *screen) next() {
	var paths []string
	for _, g := range s.m.Grouped() {
		for _, p := range g.Problems {
			paths = append(paths, p.Field)
		}
	}
	if len(paths) == 0 {
		return
	}
	to := paths[0]
	for i, p := range paths {
		if p == s.form.current {
			to = paths[(i+1)%len(paths)]
		}
	}
	s.jump(to)
}

// submit hands the application to review, or goes to what is wrong with it.
func (s *screen) submit() {
	if s.form.locked() {
		return
	}
	s.e.Window.Canvas().Unfocus() // so that what is typed last is taken as it will be kept
	s.end(s.m.Submit())
}

func (s *screen) withdraw() {
	body := widgets.Prose(s.e.T("intake.withdraw.text"), theme.ColorNameForeground)
	widgets.ShowDialog(s.e.Window.Canvas(), s.e.T("intake.withdraw.title"), body, nil,
		widgets.Choice{Label: s.e.T("intake.withdraw"), Importance: widget.DangerImportance, Do: func() { s.end(s.m.Withdraw()) }},
		widgets.Choice{Label: s.e.T("fyne.Cancel")})
}

// end does an act after which the case is somebody else's, if its turn has come.
func (s *screen) end(work func(context.Context) (Kept, error), ok bool) {
	if !s.left {
		s.apply(s.m.State())
	}
	if !ok {
		return
	}
	env.Go(s.e, work, func(k Kept, err error) {
		state, end, err := s.m.Done(k, err)
		switch {
		case err != nil:
			s.e.Error(err)
		case end != NotEnded || s.left:
			s.e.Toast(s.e.T("intake.ended." + string(end)))
		}
		switch {
		case s.left:
		case end.Over():
			s.e.Navigate(env.Route{Screen: env.Queue})
		default:
			s.apply(state)
			s.again(state)
			if path, ok := s.m.First(); ok && err == nil {
				s.jump(path)
			}
		}
	})
}

// showSlip makes the proof slip and shows it in the form's place.
func (s *screen) showSlip() {
	s.checkThen(func() {
		if !s.m.SlipReady() {
			s.apply(s.m.Try())
			if path, ok := s.m.First(); ok {
				s.jump(path)
			}
			s.e.Toast(s.e.T("intake.slip.not-ready"))
			return
		}
		type slip struct {
			pdf     []byte
			picture image.Image
		}
		c := s.m.State().Content
		env.Go(s.e, func(ctx context.Context) (made slip, err error) {
			if made.pdf, err = s.p.Slip(ctx, c); err == nil {
				made.picture, err = s.p.Picture(ctx, made.pdf)
			}
			return made, err
		}, func(made slip, err error) {
			if s.left {
				return
			}
			if err != nil {
				s.e.Error(err)
				return
			}
			s.slip = widgets.NewPageView(s.e.Words)
			s.slip.OnEscape = s.hideSlip
			s.slip.SetPicture(made.picture, 0, 1)
			s.slip.FitWidth()
			back := widgets.NewButton(s.e.T("intake.slip.back"), look.Icon("back", theme.ColorNameForeground), s.hideSlip)
			save := widgets.NewButton(s.e.T("intake.slip.save"), look.Icon("save", theme.ColorNameForegroundOnPrimary), func() { s.saveSlip(made.pdf) }).Primary()
			head := widgets.Row(look.Tight, back, widgets.NewText(s.e.T("intake.slip.text"), widgets.Style{Color: look.ColorMuted, Elide: true}), save)
			s.body.Objects = []fyne.CanvasObject{widgets.Inset(look.Gap, look.Tight, container.NewBorder(widgets.Inset(0, 6, head), nil, nil, nil, s.slip))}
			s.body.Refresh()
			s.e.Changed()
			s.e.Window.Canvas().Focus(s.slip.Focusable()) // the arrows scroll at once
		})
	})
}

func (s *screen) hideSlip() {
	s.slip = nil
	s.body.Objects = []fyne.CanvasObject{s.page}
	s.body.Refresh()
	s.e.Changed()
	s.jump(s.form.current)
}

func (s *screen) saveSlip(pdf []byte) {
	d := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		if err == nil && w == nil {
			return // the officer thought better of it
		}
		if err == nil {
			_, err = w.Write(pdf)
			if closed := w.Close(); err == nil {
				err = closed
			}
		}
		if err != nil {
			s.e.Error(err)
			return
		}
		s.e.Toast(s.e.T("intake.slip.saved", w.URI().Name()))
	}, s.e.Window)
	d.SetFileName("proof-slip.pdf") // no name of anybody: folders are looked into
	d.SetFilter(storage.NewExtensionFileFilter([]string{".pdf"}))
	d.Show()
}

// fill puts the specimen in, which can be taken back.
func (s *screen) fill() {
	before, blank := s.m.State().Content, s.m.Blank()
	specimen := s.p.Specimen()
	specimen.Further = before.Further // what is asked for is not the specimen's
	s.apply(s.m.Replace(specimen))
	s.typed(s.m.State())
	s.check()
	if !blank {
		s.e.Undoable(s.e.T("intake.filled"), func() {
			s.apply(s.m.Replace(before))
			s.typed(s.m.State())
		})
	}
}

func (s *screen) unlock() {
	if s.m.State().Closed != Announced {
		s.apply(s.m.Unlock())
		s.jump("traveller.surname")
		return
	}
	work, ok := s.m.Begin()
	if !ok {
		return
	}
	env.Go(s.e, work, func(a data.Application, err error) {
		state, err := s.m.Begun(a, err)
		if s.left {
			return
		}
		s.apply(state)
		if err != nil {
			s.e.Error(err)
			return
		}
		s.check()
		s.jump("traveller.surname")
	})
}

func (s *screen) copy() {
	if work, ok := s.m.Copy(); ok {
		s.keep(work, true)
	}
}

// Actions implements env.Actor.
func (s *screen) Actions() []env.Action {
	const ctrl, alt = fyne.KeyModifierShortcutDefault, fyne.KeyModifierAlt
	locked := s.form.locked()
	if s.slip != nil {
		return []env.Action{{Label: s.e.T("intake.slip.back"), Key: fyne.KeyP, Modifier: ctrl, Do: s.hideSlip}}
	}
	act := func(key string, name fyne.KeyName, m fyne.KeyModifier, do func()) env.Action {
		return env.Action{Label: s.e.T(key), Key: name, Modifier: m, Do: do, Disabled: locked}
	}
	acts := []env.Action{
		act("intake.save", fyne.KeyS, ctrl, func() { s.save(true) }),
		{Label: s.e.T("intake.slip"), Key: fyne.KeyP, Modifier: ctrl, Do: s.showSlip},
		act("intake.submit", fyne.KeyReturn, ctrl, s.submit),
		act("intake.next", fyne.KeyJ, ctrl, s.next),
		act("intake.papers.attach", fyne.KeyO, ctrl, s.side.papers.pick),
		act("intake.papers.paste", fyne.KeyV, ctrl|fyne.KeyModifierShift, s.side.papers.paste),
		{Label: s.e.T("intake.papers.look"), Key: fyne.KeyE, Modifier: ctrl | fyne.KeyModifierShift, Do: func() { s.e.Window.Canvas().Focus(s.side.papers.view.Focusable()) }, Disabled: len(s.m.State().Evidence) == 0},
	}
	kind := s.m.State().Content.Type
	for _, k := range data.TestKinds {
		a := act("intake.add."+string(k), testKeys[k], alt, func() { s.added("tests", s.m.AddTest(k)) })
		a.Disabled = a.Disabled || !kind.HasTest(k)
		acts = append(acts, a)
	}
	dose := act("intake.add.dose", fyne.KeyD, alt, func() { s.added("doses", s.m.AddDose()) })
	dose.Disabled = dose.Disabled || !kind.HasDoses()
	acts = append(acts, dose,
		act("intake.add.infection", fyne.KeyI, alt, func() { s.added("infections", s.m.AddInfection()) }),
		act("intake.add.leg", fyne.KeyF, alt, func() { s.added("itinerary", s.m.AddLeg()) }),
		act("intake.remove", fyne.KeyX, alt, func() {
			if block, _, ok := strings.Cut(s.form.current, "]"); ok {
				s.remove(block + "]")
			}
		}))
	for i, e := range s.p.Codes.Entries(data.ListTypes, data.DateOf(s.e.Now())) {
		label := s.e.T("intake.type", s.p.Codes.Name(data.ListTypes, e.Code, s.e.Language()))
		acts = append(acts, env.Action{Label: label, Key: fyne.KeyName(strconv.Itoa(i + 1)), Modifier: alt, Disabled: locked,
			Do: func() { s.choose(data.CertificateType(e.Code)) }})
	}
	if s.m.State().Closed.Unlockable() {
		acts = append(acts, env.Action{Label: s.e.T("intake.unlock"), Key: fyne.KeyE, Modifier: ctrl, Do: s.unlock})
	}
	if s.m.State().Closed == Elsewhere {
		acts = append(acts, env.Action{Label: s.e.T("intake.copy"), Do: s.copy})
	}
	if s.mayWithdraw() {
		acts = append(acts, env.Action{Label: s.e.T("intake.withdraw"), Do: s.withdraw})
	}
	if s.p.Specimen != nil {
		acts = append(acts, act("intake.specimen", fyne.KeyS, alt, s.fill))
	}
	return acts
}

func (s *screen) mayWithdraw() bool {
	state := s.m.State()
	return state.ID != "" && (state.Closed == Open || state.Closed.Unlockable())
}

// showActs puts the acts under the form.
func (s *screen) showActs(state State) {
	if len(s.acts.Objects) == 0 {
		t := s.e.T
		slip := widgets.NewButton(t("intake.slip"), look.Icon("print", theme.ColorNameForeground), s.showSlip)
		s.acts.Add(slip)
		if s.p.Specimen != nil && !s.form.locked() {
			s.acts.Add(widgets.NewButton(t("intake.specimen"), nil, s.fill).Quiet())
		}
		s.acts.Add(widgets.Stretch())
		if !s.form.locked() {
			s.acts.Add(widgets.Caption("Ctrl+S"))
			s.acts.Add(widgets.NewButton(t("intake.save"), look.Icon("save", theme.ColorNameForeground), func() { s.save(true) }))
			s.acts.Add(widgets.Caption("Ctrl+Enter"))
			s.acts.Add(widgets.NewButton(t("intake.submit"), look.Icon("submitted", theme.ColorNameForegroundOnPrimary), s.submit).Primary())
		}
		s.acts.Refresh()
	}
}

// showBanner says on top why the case came back, or why it cannot be changed.
func (s *screen) showBanner(state State) {
	now := string(state.Closed) + " " + string(state.Stage) + " " + string(state.Replaces)
	if now == s.said {
		return
	}
	s.said = now
	var bar fyne.CanvasObject
	switch {
	case state.Closed != Open:
		key := "intake.why." + string(state.Closed)
		var buttons []fyne.CanvasObject
		if state.Closed == Announced {
			buttons = append(buttons, widgets.NewButton(s.e.T("intake.begin"), nil, s.unlock))
		} else if state.Closed.Unlockable() {
			buttons = append(buttons, widgets.NewButton(s.e.T("intake.unlock"), nil, s.unlock))
		}
		if state.Closed == Elsewhere {
			buttons = append(buttons, widgets.NewButton(s.e.T("intake.copy"), nil, s.copy))
		}
		bar = notice(look.Practice, s.e.T(key), nil, buttons...)
	case state.Stage == data.Returned && state.Return != nil:
		var lines []string
		for _, r := range state.Return.Reasons {
			lines = append(lines, s.p.Codes.Name(data.ListReasons, r, s.e.Language()))
		}
		if state.Return.Note != "" {
			lines = append(lines, s.e.T("intake.returned.note", state.Return.Note))
		}
		bar = notice(look.Practice, s.e.T("intake.returned", s.e.When(state.Return.At)), lines)
	}
	bars := widgets.Stack(0)
	if state.Replaces != "" {
		bars.Add(widgets.Inset(look.Gap, 4, widgets.NewNotice(look.Accent, s.e.T("intake.replaces", state.Replaces))))
	}
	if bar != nil {
		bars.Add(bar)
	}
	s.banner.Objects = []fyne.CanvasObject{bars}
	s.banner.Refresh()
}

// notice is a bar with a sentence, lines under it, and what can be done.
func notice(role look.Role, title string, lines []string, buttons ...fyne.CanvasObject) fyne.CanvasObject {
	ground := widgets.NewGround(role.Tint(), 8)
	ground.Stroke, ground.Width = role.Ink(), 1
	words := widgets.Stack(3, widgets.Prose(title, role.Ink()))
	for _, l := range lines {
		words.Add(widgets.Prose("– "+l, theme.ColorNameForeground))
	}
	icon := widgets.Inset(0, 1, container.NewVBox(widgets.Icon("warning", role.Ink(), 18)))
	return widgets.Inset(look.Gap, 4, container.NewStack(ground, widgets.Inset(14, 10,
		container.NewBorder(nil, nil, icon, container.NewCenter(widgets.Row(look.Tight, buttons...)), widgets.Inset(10, 0, words)))))
}

// columns gives the right column what it needs to be read, and the form the
// rest.
type columns struct{}

func (columns) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[0].MinSize().Width+sideNarrow, 200)
}

const sideNarrow, sideWide float32 = 264, 380

func (columns) Layout(o []fyne.CanvasObject, size fyne.Size) {
	right := min(max(size.Width*0.32, sideNarrow), sideWide)
	o[0].Resize(fyne.NewSize(size.Width-right, size.Height))
	o[1].Move(fyne.NewPos(size.Width-right, 0))
	o[1].Resize(fyne.NewSize(right, size.Height))
}
