package certificates

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/second"
	"pratique/ui/stated"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// New makes the list, the recall, or, if r names a number, the screen of that
// certificate.
func New(e *env.Env, parts Parts, r env.Route) env.Screen {
	switch r.ID {
	case "":
		return newList(e, parts, r.Find)
	case Recall:
		return newRecall(e, parts)
	}
	return newOne(e, parts, data.CertificateNumber(r.ID))
}

// FindAfter is a pause in typing that means that the officer looks up.
const FindAfter = 500 * time.Millisecond

// List is the list of certificates.
type List struct {
	e     *env.Env
	m     *ListModel
	st    ListState
	after func(time.Duration, func())
	typed int // counts, for the pauses
	gone  bool
	find  *widgets.Entry
	table *widgets.DataList
	root  fyne.CanvasObject
}

func newList(e *env.Env, parts Parts, find string) *List {
	l := &List{e: e, m: NewListModel(e, parts.Desk), after: parts.After, find: widgets.NewEntry()}
	l.st = l.m.State()
	column := func(key string, width, grow float32) widgets.Column {
		return widgets.Column{Title: e.T("certificates.column." + key), Width: width, Grow: grow}
	}
	l.table = widgets.NewDataList(e.Words, column("number", 130, 0), column("name", 130, 3), column("document", 92, 1),
		column("issued", 124, 0), column("prints", 44, 0), column("state", 164, 0))
	l.table.OnOpen = func(i int) { e.Navigate(env.Route{Screen: env.Certificates, ID: string(l.st.Rows[i].Number)}) }
	l.find.SetPlaceHolder(e.T("certificates.find"))
	l.find.Set(find)
	l.find.OnChanged = l.look
	l.find.OnSubmitted = func(text string) {
		l.typed++
		l.m.Find(text)
		e.Window.Canvas().Focus(l.table.Focusable())
	}
	var bar fyne.CanvasObject = l.find
	if l.st.CanRecall {
		bar = container.NewBorder(nil, nil, nil, widgets.Inset(4, 0, widgets.NewButton(e.T("certificates.recall.open"), nil, l.recall)), l.find)
	}
	l.root = widgets.Inset(look.Gap, look.Gap, container.NewBorder(widgets.Stack(12, bar, widgets.Stack(0)), nil, nil, nil, l.table))
	l.m.Show = l.show
	l.show(l.st)
	l.m.Find(find)
	return l
}

// look looks for what is typed once the typing pauses: a search is an act.
func (l *List) look(text string) {
	l.typed++
	now := l.typed
	l.after(FindAfter, func() {
		if now == l.typed && !l.gone {
			l.m.Find(text)
		}
	})
}

func (l *List) recall() { l.e.Navigate(env.Route{Screen: env.Certificates, ID: Recall}) }

// Title implements env.Screen.
func (l *List) Title() string { return l.e.T("certificates.title") }

// Content implements env.Screen.
func (l *List) Content() fyne.CanvasObject { return l.root }

// Focus implements env.Screen.
func (l *List) Focus() fyne.Focusable { return l.table.Focusable() }

// Leave implements env.Screen.
func (l *List) Leave() {
	l.gone = true
	l.m.Leave()
}

// Actions implements env.Actor.
func (l *List) Actions() []env.Action {
	if !l.st.CanRecall {
		return nil
	}
	return []env.Action{{Label: l.e.T("certificates.recall.open"), Key: fyne.KeyR, Modifier: fyne.KeyModifierControl | fyne.KeyModifierShift, Do: l.recall}}
}

// Route implements env.Placed: what was looked for is still there on the way back.
func (l *List) Route() env.Route { return env.Route{Screen: env.Certificates, Find: l.find.Text} }

func (l *List) show(st ListState) {
	l.st = st
	l.table.SetEmpty(l.e.T("certificates.none"))
	if st.Find != "" {
		l.table.SetEmpty(l.e.T("certificates.none-found"))
	}
	l.table.SetRows(len(st.Rows), func(i int) []widgets.Cell {
		r := st.Rows[i]
		number := widgets.Cell{Text: r.Number.String()}
		printed := widgets.Cell{Text: fmt.Sprint("×", r.Prints)}
		if r.Prints == 0 {
			printed = widgets.Cell{Text: "–"}
		}
		state := widgets.Cell{Text: l.e.T("certificates.state.waits"), Role: look.Practice, Icon: "waiting", Pill: true}
		switch {
		case r.Revoked != "":
			number.Role = look.Invalid
			state = widgets.Cell{Text: l.e.T("certificates.state.revoked", r.Revoked), Role: look.Invalid, Icon: "invalid", Pill: true}
			if r.Replaced {
				state.Text = l.e.T("certificates.state.replaced", r.Revoked)
			}
		case r.HandedOver != "":
			state = widgets.Cell{Text: l.e.T("certificates.state.handed-over", r.HandedOver), Role: look.Valid, Icon: "handover", Pill: true}
		}
		return []widgets.Cell{number, {Text: r.Name}, {Text: r.Document}, {Text: r.Issued}, printed, state}
	})
}

// One is the screen of one certificate.
type One struct {
	e  *env.Env
	m  *Model
	st State

	number *widgets.Text
	about  *widgets.Text
	done   *widgets.Pill
	page   *widgets.PageView
	title  *widgets.Text
	print  *widgets.Button
	save   *widgets.Button
	hand   *widgets.Button
	terms  *fyne.Container // the way to the sheet of the condition
	queues *fyne.Container // the choice, or why there is none
	shown  []Queue
	queue  *widgets.CodeSelect
	again  *widgets.Button

	progress *widget.ProgressBarInfinite
	cancel   *widgets.Button
	printed  *widgets.Notice
	file     *widgets.Card
	path     *widgets.Entry
	pathNote *widgets.Field
	saved    *widgets.Notice
	busy     *widgets.Text
	paper    *widgets.Card
	scan     *widgets.Entry
	scanNote *widgets.Notice
	first    fyne.CanvasObject
	life     *widgets.Timeline

	scroll   *container.Scroll
	replaces *fyne.Container
	sheet    fyne.CanvasObject // the page
	ended    *fyne.Container   // what stands in its place once it does not count any more
	refused  *widgets.Notice
	wrong    *widgets.Card
	mend     *fyne.Container
	take     *fyne.Container
	correct  *widgets.Button
	revoke   *widgets.Button
	why      *widgets.Card
	grounds  *grounds
	agree    *widgets.Button
	root     fyne.CanvasObject
}

func newOne(e *env.Env, parts Parts, n data.CertificateNumber) *One {
	s := &One{
		e: e, m: NewModel(e, parts, n),
		number: widgets.NewText(n.String(), widgets.Style{Huge: true, Bold: true}),
		about:  widgets.NewText("", widgets.Style{Size: theme.SizeNameSubHeadingText, Elide: true}),
		done:   widgets.NewPill(look.Plain, "", ""), page: widgets.NewPageView(e.Words), queues: widgets.Stack(8),
		progress: widget.NewProgressBarInfinite(), printed: widgets.NewNotice(look.Valid, ""), saved: widgets.NewNotice(look.Valid, ""),
		busy: widgets.Caption(""), path: widgets.NewEntry(), scan: widgets.NewEntry(), scanNote: widgets.NewNotice(look.Valid, ""), life: widgets.NewTimeline(),
	}
	icon := func(name string) fyne.Resource { return look.Icon(name, theme.ColorNameForeground) }
	s.print = widgets.NewButton(e.T("certificates.print"), look.Icon("print", theme.ColorNameForegroundOnPrimary), s.doPrint).Primary()
	s.save = widgets.NewButton(e.T("certificates.save"), icon("save"), s.doSave)
	s.hand = widgets.NewButton(e.T("certificates.hand"), icon("handover"), s.doHand)
	terms := widgets.NewButton(e.T("certificates.condition"), icon("flag"), s.doCondition)
	s.terms = widgets.Row(0, terms, widgets.Stretch())
	s.again = widgets.NewButton(e.T("certificates.printer.again"), nil, func() { s.show(s.m.AskAgain()) })
	s.cancel = widgets.NewButton(e.T("certificates.print.cancel"), nil, func() { s.show(s.m.CancelPrint()) })

	for _, b := range []*widgets.Button{s.print, s.save, s.hand, terms, s.again, s.cancel} {
		b.OnRune = s.TypedRune
	}

	s.path.OnChanged = func(text string) { s.show(s.m.Path(text)) }
	s.path.OnSubmitted = func(string) { s.show(s.m.Write()) }
	s.path.OnKey = func(k *fyne.KeyEvent) bool {
		if k.Name == fyne.KeyEscape {
			s.show(s.m.DontSave())
		}
		return k.Name == fyne.KeyEscape
	}
	s.pathNote = widgets.NewField(e.T("certificates.save.path"), s.path)
	s.file = widgets.NewCard("", widgets.Stack(6, s.pathNote, widgets.Row(8,
		widgets.NewButton(e.T("certificates.save.cancel"), nil, func() { s.show(s.m.DontSave()) }),
		widgets.NewButton(e.T("certificates.save.folder"), nil, s.otherFolder), widgets.Stretch(),
		widgets.NewButton(e.T("certificates.save.write"), nil, func() { s.show(s.m.Write()) }).Primary())))

	s.scan.SetPlaceHolder(e.T("certificates.hand.hint"))
	s.scan.OnSubmitted = func(text string) {
		s.scan.Set("")
		s.show(s.m.HandOver(text))
	}
	s.first = widgets.Prose(e.T("certificates.hand.first-print"), look.ColorMuted)
	s.paper = widgets.NewCard(e.T("certificates.hand.title"), widgets.Stack(8, s.first, s.scan, s.scanNote))

	s.replaces, s.ended = widgets.Row(8), container.NewStack()
	s.refused = widgets.NewNotice(look.Invalid, "")
	s.correct = widgets.NewButton(e.T("certificates.correct"), nil, s.doCorrect)
	s.revoke = widgets.NewButton(e.T("certificates.revoke"), nil, s.doRevoke)
	s.mend = widgets.Stack(8, widgets.Prose(e.T("certificates.correct.how"), look.ColorMuted), widgets.Row(0, s.correct, widgets.Stretch()))
	s.take = widgets.Stack(8, widgets.Prose(e.T("certificates.revoke.how"), look.ColorMuted), widgets.Row(0, s.revoke, widgets.Stretch()))
	s.wrong = widgets.NewCard(e.T("certificates.wrong"), widgets.Stack(12, s.mend, s.take))
	s.grounds = newGrounds(e, parts.Codes, func(code string) { s.show(s.m.Reason(code)) }, func(text string) { s.show(s.m.Note(text)) }, s.dontRevoke)
	s.agree = widgets.NewButton(e.T("certificates.revoke.go"), nil, s.askRevoke).Primary()
	s.why = widgets.NewCard(e.T("certificates.revoke.title"), widgets.Stack(8, s.grounds.reasonField, s.grounds.noteField,
		widgets.Row(8, widgets.NewButton(e.T("certificates.revoke.keep"), nil, s.dontRevoke), widgets.Stretch(), s.agree)))
	s.why.SetRole(look.Invalid)
	for _, b := range []*widgets.Button{s.correct, s.revoke, s.agree} {
		b.OnRune = s.TypedRune
	}

	right := widgets.Stack(12,
		widgets.Row(8, s.print, s.save, s.hand), s.terms, s.refused, s.why,
		s.queues, s.progress, s.printed, widgets.Row(0, s.cancel, widgets.Stretch()), s.file, s.saved, s.busy, s.paper,
		widgets.NewCard(e.T("certificates.life"), s.life), s.wrong)
	s.title = widgets.Subheading("")
	ground := widgets.NewGround(look.ColorSurface, 10)
	ground.Stroke, ground.Width = theme.ColorNameSeparator, 1
	s.sheet = container.NewStack(ground, widgets.Inset(12, 12, container.NewBorder(widgets.Inset(0, 4, s.title), nil, nil, nil, s.page)))
	head := widgets.Stack(2, widgets.Row(16, s.number, widgets.Stretch(), s.done), s.about, s.replaces)
	s.scroll = container.NewVScroll(widgets.Inset(look.Gap/2, 6, right))
	s.root = container.NewBorder(widgets.Inset(look.Gap, 8, head), nil, nil, nil, container.New(sides{},
		container.NewStack(widgets.Inset(look.Gap/2, 6, s.sheet), s.ended), widgets.Wheeled(s.scroll)))
	s.m.Show = s.show
	s.show(s.m.Open())
	return s
}

// sides give the page what the acts leave, in the room there is.
type sides struct{}

const actsWidth float32 = 424

func (sides) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(actsWidth+240, 300) }
func (sides) Layout(o []fyne.CanvasObject, size fyne.Size) {
	width := max(size.Width-actsWidth-look.Gap, 240)
	o[0].Move(fyne.NewPos(look.Gap/2, 0))
	o[0].Resize(fyne.NewSize(width, size.Height))
	o[1].Move(fyne.NewPos(look.Gap/2+width, 0))
	o[1].Resize(fyne.NewSize(size.Width-width-look.Gap, size.Height))
}

// Title implements env.Screen.
func (s *One) Title() string { return s.e.T("certificates.title") }

// Content implements env.Screen.
func (s *One) Content() fyne.CanvasObject { return s.root }

// Focus implements env.Screen.
func (s *One) Focus() fyne.Focusable {
	if s.st.Revoking {
		return s.grounds.reason
	}
	return s.print
}

// Leave implements env.Screen.
func (s *One) Leave() { s.m.Leave() }

// Actions implements env.Actor.
func (s *One) Actions() []env.Action {
	const ctrl = fyne.KeyModifierControl
	return []env.Action{
		{Label: s.print.Text, Key: fyne.KeyP, Modifier: ctrl, Do: s.doPrint, Disabled: s.print.Disabled()},
		{Label: s.e.T("certificates.save"), Key: fyne.KeyS, Modifier: ctrl, Do: s.doSave, Disabled: s.save.Disabled()},
		{Label: s.e.T("certificates.hand"), Key: fyne.KeyH, Modifier: ctrl, Do: s.doHand, Disabled: s.hand.Disabled()},
		{Label: s.e.T("certificates.condition"), Key: fyne.KeyD, Modifier: ctrl, Do: s.doCondition, Disabled: !s.st.OnTerms},
		{Label: s.e.T("certificates.correct"), Key: fyne.KeyE, Modifier: ctrl, Do: s.doCorrect, Disabled: !s.st.CanCorrect},
		{Label: s.e.T("certificates.revoke"), Key: fyne.KeyR, Modifier: ctrl | fyne.KeyModifierShift, Do: s.doRevoke, Disabled: !s.st.CanRevoke},
		{Label: s.e.T("certificates.back"), Do: func() { s.e.Navigate(env.Route{Screen: env.Certificates}) }},
	}
}

// TypedRune implements env.Typist: a scanner's text goes where paper is scanned,
// which is out of sight while the certificate is being read. Where nothing can be
// handed over, its spaces and its Enter press no button.
func (s *One) TypedRune(r rune) {
	if s.st.CanHand {
		s.e.Window.Canvas().Focus(s.scan)
	} else {
		s.e.Window.Canvas().Unfocus()
	}
	if s.st.CanScan {
		s.scan.TypedRune(r)
	}
}

// TypedKey implements env.Typist: the Enter of a scanner.
func (s *One) TypedKey(k *fyne.KeyEvent) {
	if (k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter) && s.st.CanScan {
		s.scan.OnSubmitted(s.scan.Text)
	}
}

func (s *One) doPrint() { s.show(s.m.Print()) }

func (s *One) doSave() {
	s.show(s.m.Save())
	s.e.Window.Canvas().Focus(s.path)
}

func (s *One) doHand() {
	if s.st.CanHand {
		s.e.Window.Canvas().Focus(s.scan)
	}
}

func (s *One) doCondition() { s.show(s.m.Condition()) }

func (s *One) doCorrect() { s.show(s.m.Correct()) }

func (s *One) doRevoke() {
	s.show(s.m.BeginRevoke())
	if s.st.Revoking {
		s.scroll.ScrollToTop()
		s.e.Window.Canvas().Focus(s.grounds.reason)
	}
}

func (s *One) dontRevoke() {
	s.show(s.m.DontRevoke())
	s.e.Window.Canvas().Focus(s.print)
}

// askRevoke asks for the second officer once all is said.
func (s *One) askRevoke() {
	sentence, ok := s.m.AskRevoke()
	s.show(s.m.State())
	if !ok {
		s.grounds.focusProblem(s.st.Grounds)
		return
	}
	second.Ask(s.e, s.m.parts.Desk, sentence, func(other staff.Session) { s.show(s.m.Revoke(other)) })
}

func (s *One) otherFolder() {
	dialog.ShowFolderOpen(func(folder fyne.ListableURI, err error) {
		switch {
		case err != nil:
			s.e.Error(err)
		case folder != nil:
			s.show(s.m.SaveIn(folder.Path()))
		}
	}, s.e.Window)
}

func (s *One) show(st State) {
	before := s.st
	s.st = st
	known := len(st.Life) > 0
	s.about.SetText(strings.Join(strings.Fields(st.Name+"  "+st.Document), " "))
	switch {
	case !known:
		s.done.Hide()
	case st.Revoked.ReplacedBy != "":
		s.done.Set(look.Invalid, "invalid", s.e.T("certificates.life.replaced"))
		s.done.Show()
	case st.Revoked.Since != "":
		s.done.Set(look.Invalid, "invalid", s.e.T("certificates.life.revoked"))
		s.done.Show()
	case st.Erased != "":
		s.done.Set(look.Unknown, "unknown", s.e.T("certificates.life.erased"))
		s.done.Show()
	case st.HandedOver:
		s.done.Set(look.Valid, "handover", s.e.T("certificates.life.handed-over"))
		s.done.Show()
	case st.NextCopy > 1:
		s.done.Set(look.Practice, "waiting", s.e.T("certificates.life.not-handed-over"))
		s.done.Show()
	default:
		s.done.Set(look.Practice, "waiting", s.e.T("certificates.life.not-printed"))
		s.done.Show()
	}
	if st.Page != before.Page {
		s.page.SetPicture(st.Page, 0, 1)
	}
	title := s.e.T("certificates.page.drawing")
	if st.Page != nil && !st.Drawing {
		title = s.e.T("certificates.page", st.PageCopy)
	}
	s.title.SetText(title)

	label := s.e.T("certificates.print")
	if st.NextCopy > 1 {
		label = s.e.T("certificates.reprint", st.NextCopy)
	}
	if s.print.Text != label {
		s.print.SetText(label)
	}
	widgets.SetEnabled(s.print, st.Printable && st.Queue != "")
	widgets.SetEnabled(s.save, st.Counts)
	widgets.SetEnabled(s.hand, st.CanHand)
	widgets.SetVisible(s.terms, st.OnTerms)
	s.showQueues(st, before)
	s.showEnded(st, before)
	s.showPrint(st)

	s.file.Hidden = !st.Saving
	s.path.Set(st.Path)
	s.pathNote.SetNote(widgets.Note{})
	s.saved.Set(look.Valid, "")
	switch {
	case st.Saved == "certificates.saved":
		s.saved.Set(look.Valid, s.e.T(st.Saved, st.SavedAs))
	case st.Saved != "":
		s.pathNote.SetNote(widgets.Note{Role: look.Invalid, Text: s.e.T(st.Saved)})
	}
	s.busy.SetText("")
	if s.busy.Hidden = st.Busy == ""; st.Busy != "" {
		s.busy.SetText(s.e.T(st.Busy))
	}

	s.paper.Hidden = !st.Counts
	widgets.SetVisible(s.first, st.CanHand && st.NextCopy == 1)
	widgets.SetVisible(s.scan, st.CanHand)
	s.scanNote.Set(look.Valid, "")
	switch {
	case st.Hand != "" && st.HandOK:
		s.scanNote.Set(look.Valid, s.e.T(st.Hand))
	case st.Hand != "":
		s.scanNote.Set(look.Invalid, s.e.T(st.Hand))
	case st.HandedOver:
		s.scanNote.Set(look.Valid, s.e.T("certificates.life.handed-over"))
	}
	s.showLife(st)
	s.root.Refresh()
	if st.Print.Step != before.Print.Step && st.Print.Step == Done && st.CanHand {
		s.e.Window.Canvas().Focus(s.scan) // the next thing is the scanner
	}
	if !before.CanHand && st.CanHand && s.scan.Text != "" { // a scanner was quicker than the disk
		s.e.Window.Canvas().Focus(s.scan)
		s.scan.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd}) // and types on
	}
	if before.Saving && !st.Saving {
		s.e.Window.Canvas().Focus(s.save) // not the path, which is out of sight
	}
	if st.CanRevoke != before.CanRevoke || st.CanCorrect != before.CanCorrect || st.Printable != before.Printable || st.NextCopy != before.NextCopy || st.CanHand != before.CanHand || st.Queue != before.Queue {
		s.e.Changed()
	}
}

// showEnded shows what there is to say of a certificate that was corrected,
// revoked or erased, and what can be done about one that should be.
func (s *One) showEnded(st, before State) {
	s.why.Hidden = !st.Revoking
	s.grounds.show(st.Grounds)
	s.wrong.Hidden = st.Revoking || !st.CanRevoke && !st.CanCorrect
	widgets.SetVisible(s.mend, st.CanCorrect)
	widgets.SetVisible(s.take, st.CanRevoke)
	link := func(n data.CertificateNumber) fyne.CanvasObject {
		return widgets.Row(0, widgets.NewButton(s.e.T("certificates.open", n), nil, func() {
			s.e.Navigate(env.Route{Screen: env.Certificates, ID: string(n)})
		}), widgets.Stretch())
	}
	if st.Replaces != before.Replaces {
		s.replaces.Objects = []fyne.CanvasObject{
			widgets.NewPill(look.Accent, "issued", s.e.T("certificates.replaces", st.Replaces)), link(st.Replaces)}
		s.replaces.Refresh()
	}
	s.replaces.Hidden = st.Replaces == ""
	over := st.Revoked.Since != "" || st.Erased != ""
	widgets.SetVisible(s.sheet, !over)
	widgets.SetVisible(s.ended, over)
	widgets.SetVisible(s.queues, !over)
	if !over || before.Revoked == st.Revoked && before.Erased == st.Erased {
		return
	}
	r := st.Revoked
	s.number.Set(st.Number.String(), widgets.Style{Huge: true, Bold: true, Color: look.Invalid.Ink()})
	body := widgets.Stack(12)
	if r.Since != "" {
		word, lines := "certificates.life.revoked", []string{s.e.T("certificates.revoked.since", r.Since, r.Reason), s.e.T("certificates.revoked.who", r.Who, r.Second)}
		if r.Note != "" {
			lines = append(lines, s.e.T("certificates.revoked.note", r.Note))
		}
		if r.ReplacedBy != "" {
			word, lines = "certificates.life.replaced", append(lines, s.e.T("certificates.revoked.by", r.ReplacedBy))
		}
		body.Add(widgets.NewVerdict(look.Invalid, s.e.T(word), strings.Join(lines, "\n")))
		s.refused.Set(look.Invalid, s.e.T("certificates.refused.revoked"))
	}
	if r.ReplacedBy != "" {
		body.Add(link(r.ReplacedBy))
	}
	if st.Erased != "" {
		body.Add(widgets.NewVerdict(look.Unknown, s.e.T("certificates.life.erased"), s.e.T("certificates.erased", st.Erased)))
		if r.Since == "" {
			s.refused.Set(look.Unknown, s.e.T("certificates.refused.erased"))
		}
	}
	if len(st.Stated) > 0 {
		body.Add(widgets.Caption(s.e.T("certificates.revoked.said")))
	}
	for _, g := range st.Stated {
		body.Add(widgets.NewCard(g.Title, stated.Pairs(g.Lines)))
	}
	s.ended.Objects = []fyne.CanvasObject{container.NewVScroll(widgets.Inset(look.Gap/2, 6, body))}
	s.ended.Refresh()
	if s.e.Window.Canvas().Focused() != nil {
		s.e.Window.Canvas().Unfocus() // its acts are gone
	}
}

func (s *One) showQueues(st, before State) {
	if st.Asked == before.Asked && st.NoPrinter == before.NoPrinter && len(s.queues.Objects) > 0 && slices.Equal(st.Queues, s.shown) {
		if s.queue != nil {
			s.queue.SetCode(st.Queue)
		}
		return
	}
	s.shown, s.queue = st.Queues, nil
	switch {
	case !st.Asked:
		s.queues.Objects = []fyne.CanvasObject{widgets.Caption(s.e.T("certificates.printer.asking"))}
	case st.NoPrinter != "":
		s.queues.Objects = []fyne.CanvasObject{widgets.NewNotice(look.Practice, s.e.T(st.NoPrinter)), widgets.Row(0, s.again, widgets.Stretch())}
	default:
		var options []widgets.Option
		for _, q := range st.Queues {
			name := q.Name
			if q.Info != "" && q.Info != q.Name {
				name += " – " + q.Info
			}
			switch {
			case !q.Ready:
				name = s.e.T("certificates.queue.not-ready", name)
			case q.Default:
				name = s.e.T("certificates.queue.default", name)
			}
			options = append(options, widgets.Option{Code: q.Name, Name: name})
		}
		s.queue = widgets.NewCodeSelect(s.e.Words, options)
		s.queue.Short = true
		s.queue.SetCode(st.Queue)
		s.queue.OnCode = func(code string) { s.show(s.m.Choose(code)) }
		s.queues.Objects = []fyne.CanvasObject{widgets.NewField(s.e.T("certificates.queue"), s.queue)}
	}
	s.queues.Refresh()
}

func (s *One) showPrint(st State) {
	p := st.Print
	widgets.SetVisible(s.cancel, st.CanCancel)
	widgets.SetVisible(s.progress, p.Under() && p.Step != Waiting)
	if p.Step == None {
		s.printed.Set(look.Plain, "")
		return
	}
	text := s.e.T("certificates.print."+string(p.Step), p.Copy, p.Queue)
	if p.Step == Done && st.CanHand {
		text += " " + s.e.T("certificates.print.scan")
	}
	if p.Failed != "" {
		text += ". " + s.e.T(p.Failed)
	}
	if p.Reason != "" {
		text += " " + s.e.T("certificates.reason", reasons(s.e, p.Reason))
	}
	role := map[Step]look.Role{Done: look.Valid, Failed: look.Invalid, Waiting: look.Practice}[p.Step]
	if role == "" {
		role = look.Plain
	}
	s.printed.Set(role, text)
}

// reasons are a printer's keywords in words, those of how grave it is left
// away; a keyword without words stands for itself.
func reasons(e *env.Env, keywords string) string {
	var said []string
	for k := range strings.SplitSeq(keywords, ", ") {
		for _, gravity := range []string{"-error", "-warning", "-report"} {
			k = strings.TrimSuffix(k, gravity)
		}
		if key := "certificates.reason." + k; e.Words.Has(key) {
			k = e.T(key)
		}
		if !slices.Contains(said, k) {
			said = append(said, k)
		}
	}
	return strings.Join(said, ", ")
}

func (s *One) showLife(st State) {
	var points []widgets.Point
	for _, p := range st.Life {
		point := widgets.Point{When: p.When, Role: look.Accent}
		switch {
		case p.What == "printed" && p.When == "":
			point.What = s.e.T("certificates.life.not-printed")
		case p.What == "printed":
			queue := p.Queue
			if queue == "" {
				queue = s.e.T("certificates.life.printed.file")
			}
			point.What, point.Detail = s.e.T("certificates.life.printed", p.Copy), s.e.T("certificates.life.printed.who", queue, p.Who)
		case p.What == "issued":
			point.What, point.Role = s.e.T("certificates.life.issued"), look.Valid
			point.Detail = s.e.T("certificates.life.issued.who", p.Who, p.Second)
			if st.Solo {
				point.Detail = s.e.T("certificates.life.solo", p.Who)
			}
		case p.What == "revoked":
			point.What, point.Role = s.e.T("certificates.life.revoked"), look.Invalid
			point.Detail = p.Reason + "\n" + s.e.T("certificates.revoked.who", p.Who, p.Second)
		case p.What == "erased":
			point.What, point.Role = s.e.T("certificates.life.erased"), look.Unknown
		case p.When == "":
			point.What = s.e.T("certificates.life.not-handed-over")
		default:
			point.What, point.Role = s.e.T("certificates.life.handed-over"), look.Valid
		}
		points = append(points, point)
	}
	s.life.Set(points...)
}

// grounds are the fields that ask why certificates are revoked.
type grounds struct {
	e                      *env.Env
	reason                 *widgets.CodeSelect
	note                   *widgets.Entry
	reasonField, noteField *widgets.Field
}

func newGrounds(e *env.Env, codes Codes, onReason, onNote func(string), onEscape func()) *grounds {
	g := &grounds{e: e, note: widgets.NewRemarks(2)}
	var options []widgets.Option
	for _, code := range Reasons(codes, e.Now()) {
		options = append(options, widgets.Option{Code: code, Name: codes.Name(data.ListRevocations, code, e.Language())})
	}
	g.reason = widgets.NewCodeSelect(e.Words, options)
	g.reason.Short, g.reason.PlaceHolder, g.reason.OnCode = true, e.T("certificates.revoke.reason.hint"), onReason
	g.note.OnChanged = onNote
	g.note.OnKey = func(k *fyne.KeyEvent) bool {
		if k.Name == fyne.KeyEscape {
			onEscape()
		}
		return k.Name == fyne.KeyEscape
	}
	g.reasonField = widgets.NewField(e.T("certificates.revoke.reason"), g.reason)
	g.noteField = widgets.NewField(e.T("certificates.revoke.note"), g.note).Hint(e.T("certificates.revoke.note.hint"))
	return g
}

func (g *grounds) show(st Grounds) {
	g.reason.SetCode(st.Reason)
	g.note.Set(st.Note)
	note := func(f *widgets.Field, key string) {
		if key == "" {
			f.SetNote(widgets.Note{})
		} else {
			f.SetNote(widgets.Note{Role: look.Invalid, Text: g.e.T(key)})
		}
	}
	note(g.reasonField, st.ReasonProblem)
	note(g.noteField, st.NoteProblem)
}

// focusProblem goes to what is missing.
func (g *grounds) focusProblem(st Grounds) {
	switch {
	case st.ReasonProblem != "":
		g.e.Window.Canvas().Focus(g.reason)
	case st.NoteProblem != "":
		g.e.Window.Canvas().Focus(g.note)
	}
}
