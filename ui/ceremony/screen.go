package ceremony

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	"pratique/data/post"
	"pratique/data/staff"
	"pratique/ui/env"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// Parts is what the screen is made of.
type Parts struct {
	Model *Model // kept where the screen is made anew, in another language
	// Languages can be switched to with SetLanguage, which makes the screen anew.
	Languages   []string
	SetLanguage func(language string)
	// LockMinutes is after how long without anybody the post will lock.
	LockMinutes int
	// Finish leaves the ceremony: for the post that was made in dir, or, if it is
	// empty, without one.
	Finish func(dir string)
}

// screen shows one step at a time.
type screen struct {
	e *env.Env
	p Parts
	m *Model

	side, form *fyne.Container
	content    fyne.CanvasObject
	scroll     *container.Scroll
	shown      Step
	first      fyne.Focusable
	next       func()                    // what goes on from the step
	fields     map[string]*widgets.Field // by what problems call them
	update     func(State)               // of the step
	buttons    []*widgets.Button         // that wait while something goes on
	busy       *widget.ProgressBarInfinite
	doing      *widgets.Notice
	secrets    []*widgets.Entry
	told       [2]string // step and busy, as the menu knows them
	left       bool
}

var (
	_ env.Coverer = (*screen)(nil)
	_ env.Actor   = (*screen)(nil)
)

// width is how wide the ceremony is, at most.
const width float32 = 1000

// New makes the screen.
func New(e *env.Env, p Parts) env.Screen {
	s := &screen{e: e, p: p, m: p.Model, side: widgets.Stack(10), form: widgets.Stack(14)}
	s.content, s.scroll = widgets.Panel(s.side, s.form, width)
	s.m.Show = func(state State) {
		if !s.left {
			s.show(state)
			s.e.Window.Canvas().Focus(s.first)
		}
	}
	s.show(s.m.State())
	return s
}

// Title implements env.Screen.
func (s *screen) Title() string {
	return s.e.T("screen.ceremony") + " – " + s.e.T("ceremony.step."+string(s.m.State().Step))
}

// Content implements env.Screen.
func (s *screen) Content() fyne.CanvasObject { return s.content }

// Focus implements env.Screen.
func (s *screen) Focus() fyne.Focusable { return s.first }

// Actions implements env.Actor.
func (s *screen) Actions() []env.Action {
	state := s.m.State()
	waits := state.Busy != Idle
	all := []env.Action{{Label: s.e.T("ceremony.cancel"), Do: s.cancel, Disabled: state.Step == Done}}
	if s.next != nil {
		all = slices.Insert(all, 0, env.Action{Label: s.e.T("ceremony." + string(state.Step) + ".next"),
			Key: fyne.KeyReturn, Modifier: fyne.KeyModifierShortcutDefault, Do: s.next, Disabled: waits})
	}
	return all
}

// Leave implements env.Screen. What is being made goes on: another language
// makes the screen anew.
func (s *screen) Leave() {
	s.left = true
	s.hide()
}

// Cover implements env.Coverer.
func (s *screen) Cover() {
	s.hide()
	s.show(s.m.Cover())
}

func (s *screen) hide() {
	for _, entry := range s.secrets {
		entry.Set("")
		entry.Password = true
		entry.Refresh()
	}
}

// show shows a state, and another step as a whole.
func (s *screen) show(state State) {
	if s.shown != state.Step {
		s.shown = state.Step
		s.build(state)
	}
	for name, f := range s.fields {
		f.SetNote(widgets.Note{})
		i := slices.IndexFunc(state.Problems, func(p data.Problem) bool { return p.Field == name })
		if i >= 0 && (state.Tried || state.Step == Officers) {
			p := state.Problems[i]
			if p.Value == "" && p.Example != "" {
				p.Key = "problem.required" // what form it has to have is in the example
			}
			f.SetNote(widgets.Note{Role: look.Invalid, Text: s.e.Words.Problem(p)})
		}
	}
	s.update(state)
	for _, b := range s.buttons {
		if state.Busy == Idle || state.Busy == Printing && state.Step == Keep {
			b.Enable()
		} else {
			b.Disable()
		}
	}
	if state.Busy == Idle {
		s.busy.Stop()
		s.busy.Hide()
		s.doing.Set(look.Accent, "")
	} else {
		s.busy.Show()
		s.busy.Start()
		s.doing.Set(look.Accent, s.e.T("ceremony.busy."+string(state.Busy)))
	}
	s.content.Refresh()
	if s.told != [2]string{string(state.Step), string(state.Busy)} {
		s.told = [2]string{string(state.Step), string(state.Busy)}
		s.e.Changed()
	}
}

// build makes the widgets of a step.
func (s *screen) build(state State) {
	s.fields, s.buttons, s.secrets, s.first, s.update = map[string]*widgets.Field{}, nil, nil, nil, func(State) {}
	s.busy, s.doing = widget.NewProgressBarInfinite(), widgets.NewNotice(look.Accent, "")
	s.steps(state)
	body := map[Step]func(State) fyne.CanvasObject{
		About: s.about, Texts: s.texts, Officers: s.officers, Signer: s.signer, Keep: s.keep, Prove: s.prove, Done: s.done,
	}[state.Step](state)
	s.form.Objects = []fyne.CanvasObject{
		widgets.Heading(s.e.T("ceremony." + string(state.Step))), s.prose("ceremony." + string(state.Step) + ".text"),
		body, s.doing, s.busy, widgets.Rule(), s.foot(state),
	}
	s.side.Refresh()
	s.form.Refresh()
}

func (s *screen) prose(key string) fyne.CanvasObject {
	return widgets.Prose(s.e.T(key), theme.ColorNameForeground)
}

// steps tell how far one is.
func (s *screen) steps(state State) {
	s.side.Objects = []fyne.CanvasObject{widgets.Row(look.Tight, widgets.Icon("flag", look.ColorRailMark, 26),
		widgets.NewText("Pratique", widgets.Style{Size: theme.SizeNameHeadingText, Bold: true, Color: look.ColorOnRailHere}))}
	list := widgets.Stack(8)
	for i, step := range Steps {
		style, sign := widgets.Style{Color: look.ColorOnRail, Elide: true}, fmt.Sprint(i+1)
		mark := fyne.CanvasObject(container.NewCenter(widgets.NewText(sign, widgets.Style{Color: look.ColorOnRail})))
		switch here := state.Step.index(); {
		case i < here || state.Step == Done:
			mark = widgets.Icon("valid", look.ColorRailMark, 16)
		case i == here:
			style = widgets.Style{Color: look.ColorOnRailHere, Bold: true, Elide: true}
			mark = container.NewStack(widgets.NewGround(look.ColorRailMark, 10),
				container.NewCenter(widgets.NewText(sign, widgets.Style{Color: look.ColorOnRailMark, Bold: true})))
		}
		list.Add(widgets.Beside(32, container.NewCenter(container.NewGridWrap(fyne.NewSquareSize(21), mark)),
			widgets.NewText(s.e.T("ceremony.step."+string(step)), style)))
	}
	s.side.Add(list)
	if len(s.p.Languages) > 1 {
		row := widgets.Row(look.Tight)
		for _, l := range s.p.Languages {
			if l != s.e.Language() {
				row.Add(widgets.NewButton(s.e.T("language."+l), nil, func() { s.p.SetLanguage(l) }))
			}
		}
		s.side.Add(row)
	}
}

// foot are the ways on, back and out.
func (s *screen) foot(state State) fyne.CanvasObject {
	row := widgets.Row(look.Tight)
	if state.Step != Done {
		row.Add(widgets.NewButton(s.e.T("ceremony.cancel"), nil, s.cancel).Quiet())
	}
	row.Add(widgets.Stretch())
	if i := state.Step.index(); i > 0 && i <= Signer.index() || state.Step == Prove {
		row.Add(s.button(s.e.T("ceremony.back"), func() { s.act(s.m.Back()) }).Quiet())
	}
	switch state.Step {
	case Prove: // the field's own Enter goes on too
	case Signer:
		s.next = s.make
	case Done:
		s.next = func() { s.p.Finish(s.m.State().Dir) }
	default:
		s.next = func() { s.act(s.m.Next()) }
	}
	if state.Step != Prove {
		next := s.button(s.e.T("ceremony."+string(state.Step)+".next"), s.next).Primary()
		row.Add(next)
		if s.first == nil {
			s.first = next
		}
	}
	return row
}

// button makes a button that waits while something goes on.
func (s *screen) button(label string, do func()) *widgets.Button {
	b := widgets.NewButton(label, nil, do)
	b.OnFocus = s.reveals(b)
	s.buttons = append(s.buttons, b)
	return b
}

// field makes a field that comes into sight with the focus.
func (s *screen) field(label string, control fyne.CanvasObject) *widgets.Field {
	f := widgets.NewField(label, control)
	f.OnFocus = s.reveals(f)
	return f
}

func (s *screen) reveals(o fyne.CanvasObject) func(bool) {
	return func(on bool) {
		if on {
			widgets.Reveal(s.scroll, o)
		}
	}
}

// act shows what came of an act. The focus goes to what is to be mended, or to
// the beginning of another step.
func (s *screen) act(state State) {
	was := s.shown
	s.show(state)
	focus := s.first
	if was == state.Step {
		if focus = s.faulty(state); focus == nil {
			return
		}
	}
	s.e.Window.Canvas().Focus(focus)
}

// faulty is the first field with a problem.
func (s *screen) faulty(state State) fyne.Focusable {
	for _, p := range state.Problems {
		if f := s.fields[p.Field]; f != nil {
			return f.Focusable()
		}
	}
	return nil
}

func (s *screen) cancel() {
	if !s.m.Begun() {
		s.p.Finish("")
		return
	}
	widgets.ShowDialog(s.e.Window.Canvas(), s.e.T("ceremony.cancel.title"), s.prose("ceremony.cancel.text"), nil,
		widgets.Choice{Label: s.e.T("ceremony.cancel.do"), Importance: widget.DangerImportance, Do: func() { s.p.Finish("") }},
		widgets.Choice{Label: s.e.T("ceremony.cancel.not"), Importance: widget.HighImportance})
}

func (s *screen) about(state State) fyne.CanvasObject {
	dir := widgets.NewEntry()
	dir.Set(state.Dir)
	dir.OnChanged = func(text string) { s.show(s.m.EnterDir(text)) }
	dir.OnSubmitted = func(string) { s.act(s.m.Next()) }
	field := widgets.NewField(s.e.T("ceremony.dir"), dir).Hint(s.e.T("ceremony.dir.hint"))
	s.update = func(state State) {
		note := ""
		switch {
		case state.NotEmpty:
			note = s.e.T("ceremony.dir.full")
		case state.BadDir:
			note = s.e.T("ceremony.dir.bad")
		}
		field.SetNote(widgets.Wrong(note))
	}
	s.first = dir
	return widgets.Stack(14,
		widgets.Box(look.Accent, "officer", s.e.T("ceremony.needs"), s.prose("ceremony.needs.text")),
		widgets.Box(look.Practice, "warning", s.e.T("ceremony.not"), s.prose("ceremony.not.text")),
		field)
}

func (s *screen) texts(state State) fyne.CanvasObject {
	p := state.Post
	form := widgets.Stack(10)
	add := func(columns int, each ...string) {
		row := widgets.Columns(columns, 150)
		for i := 0; i < len(each); i += 3 {
			name, text, example := each[i], each[i+1], each[i+2]
			entry := widgets.NewEntry()
			entry.Set(text)
			entry.PlaceHolder = example
			entry.OnChanged = func(text string) { s.show(s.m.EnterText(name, text)) }
			f := s.field(s.e.Words.Field("post."+name), entry)
			s.fields["post."+name] = f
			row.Add(f)
			if s.first == nil {
				s.first = entry
			}
		}
		form.Add(row)
	}
	add(3, "code", p.Code, "UT", "country", p.Country, "UT", "state", p.State, "UTO")
	add(2, "name.en", p.Name["en"], "Consulate in Port Amaurote", "name.zh", p.Name["zh"], "驻亚马罗特港领事馆")
	add(2, "stateName.en", p.StateName["en"], "Republic of Utopia", "stateName.zh", p.StateName["zh"], "乌托邦共和国")
	add(2, "city.en", p.City["en"], "Port Amaurote", "city.zh", p.City["zh"], "亚马罗特港")
	add(2, "address.en", p.Address["en"], "1 Harbour Parade", "address.zh", p.Address["zh"], "海港大道1号")
	add(2, "zone", p.Zone, "Asia/Singapore", "hotline", p.Hotline, "+999 555 0100")
	return form
}

// roles are those of an officer in words.
func (s *screen) roles(o data.Officer) string {
	var all []string
	for _, r := range o.Roles {
		all = append(all, s.e.T("role."+string(r)))
	}
	return strings.Join(all, ", ")
}

func (s *screen) officers(state State) fyne.CanvasObject {
	list, others := widgets.Stack(6), widgets.NewNotice(look.Invalid, "")
	name, mark := widgets.NewEntry(), widgets.NewEntry()
	mark.PlaceHolder = "K1"
	checks := map[data.Role]*widgets.Check{}
	passphrase, repeat := widgets.NewPassphrase(), widgets.NewPassphrase()
	s.secrets = []*widgets.Entry{passphrase, repeat}
	typed := func() {
		d := Draft{Name: name.Text, Mark: mark.Text}
		for _, r := range staff.Roles {
			if checks[r].Checked {
				d.Roles = append(d.Roles, r)
			}
		}
		s.m.EnterOfficer(d)
		s.show(s.m.Typed(passphrase.Text, repeat.Text))
	}
	roles := widgets.Columns(4, 110)
	for _, r := range staff.Roles {
		checks[r] = widgets.NewCheck(s.e.T("role."+string(r)), func(bool) { typed() })
		roles.Add(checks[r])
	}
	fill := func(d Draft) {
		name.Set(d.Name)
		mark.Set(d.Mark)
		for r, c := range checks {
			c.Set(slices.Contains(d.Roles, r))
		}
	}
	fill(state.Draft)
	for _, entry := range []*widgets.Entry{name, mark, passphrase, repeat} {
		entry.OnChanged = func(string) { typed() }
	}
	add := func() {
		state, ok := s.m.Add(passphrase.Text, repeat.Text)
		if ok {
			s.hide()
			fill(state.Draft)
		}
		s.show(state)
		switch f := s.faulty(state); {
		case f != nil:
			s.e.Window.Canvas().Focus(f)
		case ok:
			s.e.Window.Canvas().Focus(name)
		default:
			s.e.Window.Canvas().Focus(passphrase)
		}
	}
	repeat.OnSubmitted = func(string) { add() }
	field := func(key, name string, o fyne.CanvasObject) *widgets.Field {
		f := s.field(s.e.T(key), o)
		if name != "" {
			s.fields[name] = f
		}
		return f
	}
	fresh, again := field("signin.passphrase", "", passphrase), field("signin.change.repeat", "", repeat)
	card := widgets.NewCard(s.e.T("ceremony.officer.n", 1), widgets.Stack(10,
		widgets.Columns(2, 150, field("field.officer.name", "officer.name", name), field("field.officer.mark", "officer.mark", mark).Hint(s.e.T("ceremony.mark.hint"))),
		field("field.officer.roles", "officer.roles", roles),
		widgets.Columns(2, 150, fresh, again),
		widgets.Row(look.Tight, s.button(s.e.T("ceremony.officers.add"), add), widgets.Stretch())))
	s.update = func(state State) {
		card.SetTitle(s.e.T("ceremony.officer.n", len(state.Officers)+1))
		list.Objects = nil
		for i, o := range state.Officers {
			list.Add(widgets.Row(10, widgets.Icon("valid", look.Valid.Ink(), 18),
				widgets.NewText(o.Mark, widgets.Style{Bold: true}), widgets.NewText(o.Name, widgets.Style{Elide: true}),
				widgets.NewText(s.roles(o), widgets.Style{Color: look.ColorMuted, Elide: true}),
				widgets.NewButton(s.e.T("ceremony.officers.remove"), nil, func() {
					s.show(s.m.Remove(i))
					s.e.Window.Canvas().Focus(name)
				}).Quiet()))
		}
		list.Refresh()
		var said []string
		for _, p := range state.Problems {
			switch {
			case s.fields[p.Field] != nil:
			case p.Field == "officers":
				said = append(said, s.e.Words.Problem(p))
			default:
				said = append(said, s.e.Words.Place(p.Field)+": "+s.e.Words.Problem(p))
			}
		}
		others.Set(look.Invalid, strings.Join(said, "\n"))
		strength, unequal := widgets.Note{}, widgets.Note{}
		if state.Strength != "" {
			strength = widgets.Wrong(s.e.T(state.Strength))
			if state.Strong {
				strength.Role = look.Valid
			}
		}
		if state.Unequal {
			unequal = widgets.Wrong(s.e.T("signin.change.unequal"))
		}
		fresh.SetNote(strength)
		again.SetNote(unequal)
	}
	s.first = name
	return widgets.Stack(14, list, card, others)
}

func (s *screen) signer(state State) fyne.CanvasObject {
	const file, token = "file", "token"
	uri, pin := widgets.NewEntry(), widgets.NewPassphrase()
	s.secrets = []*widgets.Entry{pin}
	uri.Set(state.URI)
	uri.PlaceHolder = "pkcs11:token=PRATIQUE;object=signer"
	where := widgets.NewChoices([]widgets.Option{{Code: file, Name: s.e.T("ceremony.signer.file")}, {Code: token, Name: s.e.T("ceremony.signer.token")}})
	if state.Token {
		where.SetCode(token)
	}
	inToken := state.Token
	enter := func() { s.show(s.m.EnterSigner(inToken, uri.Text)) }
	where.OnCode = func(code string) { inToken = code == token; enter() }
	uri.OnChanged = func(string) { enter() }
	pin.OnSubmitted = func(string) { s.make() }
	uriField, pinField := widgets.NewField(s.e.T("ceremony.signer.uri"), uri), widgets.NewField(s.e.T("ceremony.signer.pin"), pin)
	fileText, tokenText := s.prose("ceremony.signer.file.text"), s.prose("ceremony.signer.token.text")
	void := widgets.NewNotice(look.Invalid, "")
	s.update = func(state State) {
		for _, o := range []fyne.CanvasObject{tokenText, uriField, pinField} {
			widgets.SetVisible(o, state.Token)
		}
		widgets.SetVisible(fileText, !state.Token)
		note := ""
		if state.NoURI {
			note = s.e.T("problem.required")
		}
		uriField.SetNote(widgets.Wrong(note))
		text := ""
		if state.Void {
			text = s.e.T("ceremony.void")
		}
		void.Set(look.Invalid, text)
	}
	s.first = where.Focusable()
	return widgets.Stack(12, void, where, fileText, tokenText, uriField, pinField)
}

func (s *screen) make() {
	pin := ""
	if len(s.secrets) > 0 {
		pin = s.secrets[0].Text
	}
	work, key, ok := s.m.Make(pin)
	s.show(s.m.State())
	if !ok {
		return
	}
	s.hide()
	e, m := s.e, s.m
	env.Go(e, work, func(c post.Ceremony, err error) {
		if err := m.Finished(c, err); err != nil {
			e.Error(err)
		}
	})
	env.Go(e, key, m.HasKey)
}

// groups is a recovery key as its paper shows it: four characters each.
func groups(key string) []string {
	prefix, secret, ok := strings.Cut(key, "-1")
	if !ok {
		return nil
	}
	lines := []string{prefix + "-1"}
	const group, perLine = 4, 8
	var line []string
	for part := range slices.Chunk([]rune(secret), group) {
		if line = append(line, string(part)); len(line) == perLine {
			lines, line = append(lines, strings.Join(line, " ")), nil
		}
	}
	return append(lines, strings.Join(line, " "))
}

func (s *screen) keep(State) fyne.CanvasObject {
	key := container.NewStack()
	paper, update := s.paper()
	s.update = func(state State) {
		if state.Covered {
			key.Objects = []fyne.CanvasObject{widgets.Box(look.Unknown, "lock", s.e.T("ceremony.covered"),
				s.prose("ceremony.covered.text"),
				widgets.Row(0, widgets.NewButton(s.e.T("ceremony.uncover"), nil, func() { s.show(s.m.Uncover()) })))}
		} else {
			lines := widgets.Stack(2)
			for _, l := range groups(state.Key) {
				lines.Add(widgets.NewText(l, widgets.Style{Mono: true, Size: theme.SizeNameSubHeadingText}))
			}
			key.Objects = []fyne.CanvasObject{widgets.Box(look.Practice, "warning", s.e.T("ceremony.key"), lines)}
		}
		key.Refresh()
		update(state)
	}
	return widgets.Stack(14, key, paper)
}

// paper prints the page of the step, or saves it.
func (s *screen) paper() (fyne.CanvasObject, func(State)) {
	queue := widgets.NewCodeSelect(s.e.Words, nil)
	queue.Short, queue.PlaceHolder = true, s.e.T("ceremony.queue.hint")
	print := s.button(s.e.T("ceremony.print"), func() {
		work, ok := s.m.Print(queue.Code())
		if !ok {
			s.e.Window.Canvas().Focus(queue)
			return
		}
		s.show(s.m.State())
		e, m := s.e, s.m
		env.Go(e, func(ctx context.Context) (struct{}, error) { return struct{}{}, work(ctx) }, func(_ struct{}, err error) {
			if err := m.Out(err); err != nil {
				e.Error(err)
			}
		})
	})
	path := widgets.NewEntry()
	path.PlaceHolder = s.e.T("ceremony.save.hint")
	save := func() {
		state, err := s.m.Save(path.Text)
		s.show(state)
		if err != nil {
			s.e.Error(err)
		}
	}
	path.OnSubmitted = func(string) { save() }
	queueField, pathField := s.field(s.e.T("ceremony.queue"), queue), s.field(s.e.T("ceremony.save.path"), path)
	s.first = print
	known := func(queues []string) {
		var options []widgets.Option
		for _, q := range queues {
			options = append(options, widgets.Option{Code: q, Name: q})
		}
		queue.SetOptions(options)
		if len(queues) > 0 && queue.Code() == "" {
			queue.SetCode(queues[0])
		}
	}
	if state := s.m.State(); state.Queues != nil {
		known(state.Queues)
	} else {
		env.Go(s.e, s.m.printer.Queues, func(queues []string, err error) {
			if err != nil && !errors.Is(err, context.Canceled) {
				queues = nil // whoever has no printer can save or write it down
			}
			state := s.m.Printers(queues)
			known(queues)
			if !s.left {
				s.show(state)
			}
		})
	}
	act := func(b fyne.CanvasObject) fyne.CanvasObject { // as low as the control beside it
		return container.NewVBox(widgets.NewText(" ", widgets.Style{Size: look.SizeNameLabel}), b)
	}
	return widgets.Stack(4,
			container.NewBorder(nil, nil, nil, act(print), queueField),
			container.NewBorder(nil, nil, nil, act(s.button(s.e.T("ceremony.save"), save)), pathField)),
		func(state State) {
			printed, saved := widgets.Note{}, widgets.Note{}
			switch {
			case state.Printed:
				printed = widgets.Note{Role: look.Valid, Text: s.e.T("ceremony.printed")}
			case state.Queues != nil && len(state.Queues) == 0:
				printed = widgets.Note{Role: look.Unknown, Text: s.e.T("ceremony.no-printer")}
			}
			switch {
			case state.Exists:
				saved = widgets.Wrong(s.e.T("ceremony.exists"))
			case state.Saved != "" && state.Step == Keep:
				saved = widgets.Note{Role: look.Practice, Text: s.e.T("ceremony.saved.key"), Confirmed: true}
			case state.Saved != "":
				saved = widgets.Note{Role: look.Valid, Text: s.e.T("ceremony.saved")}
			}
			queueField.SetNote(printed)
			pathField.SetNote(saved)
		}
}

func (s *screen) prove(State) fyne.CanvasObject {
	key := widgets.NewEntry()
	s.secrets = []*widgets.Entry{key}
	key.PlaceHolder = "AGE-SECRET-KEY-1 ..."
	prove := func() { s.show(s.m.Prove(key.Text)) }
	s.next = prove
	key.OnSubmitted = func(string) { prove() }
	field := widgets.NewField(s.e.T("signin.recover.key"), key).Hint(s.e.T("signin.recover.key.hint"))
	s.update = func(state State) {
		text := ""
		if state.Wrong {
			text = s.e.T("ceremony.wrong")
		}
		field.SetNote(widgets.Wrong(text))
	}
	s.first = key
	return widgets.Stack(14, field, widgets.Row(0, widgets.Stretch(), s.button(s.e.T("ceremony.prove.next"), prove).Primary()))
}

func (s *screen) done(state State) fyne.CanvasObject {
	paper, update := s.paper()
	s.update = update
	pair := func(key, value string, mono bool) fyne.CanvasObject {
		return widgets.Beside(150, widgets.NewText(s.e.T(key), widgets.Style{Color: look.ColorMuted}),
			widgets.NewText(value, widgets.Style{Mono: mono, Elide: true}))
	}
	name := state.Made.Post.Name[s.e.Language()]
	facts := widgets.Stack(4, pair("place.post", name+" ("+state.Made.Post.Code+")", false), pair("ceremony.dir", state.Dir, false))
	for _, o := range state.Made.Officers {
		facts.Add(pair("field.officer.id", o.Mark+"  "+o.Name+", "+s.roles(o), false))
	}
	facts.Add(pair("ceremony.anchor", s.m.Fingerprint(), true))
	return widgets.Stack(14, facts, paper,
		widgets.Box(look.Accent, "lock", s.e.T("ceremony.locks"), widgets.Prose(s.e.T("ceremony.locks.text", s.p.LockMinutes), theme.ColorNameForeground)),
		widgets.Box(look.Practice, "forward", s.e.T("ceremony.after"), s.prose("ceremony.after.text")))
}
