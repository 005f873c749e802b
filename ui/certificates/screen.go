package certificates

import (
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	"pratique/ui/env"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// New makes the list, or, if r names a number, the screen of that certificate.
func New(e *env.Env, parts Parts, r env.Route) env.Screen {
	if r.ID == "" {
		return newList(e, parts.Desk, r.Find)
	}
	return newOne(e, parts, data.CertificateNumber(r.ID))
}

// List is the list of certificates.
type List struct {
	e     *env.Env
	m     *ListModel
	st    ListState
	find  *widgets.Entry
	table *widgets.DataList
	root  fyne.CanvasObject
}

func newList(e *env.Env, d Desk, find string) *List {
	l := &List{e: e, m: NewListModel(e, d), find: widgets.NewEntry()}
	column := func(key string, width, grow float32) widgets.Column {
		return widgets.Column{Title: e.T("certificates.column." + key), Width: width, Grow: grow}
	}
	l.table = widgets.NewDataList(e.Words, column("number", 130, 0), column("name", 150, 3), column("document", 96, 1),
		column("issued", 124, 0), column("prints", 56, 0), column("handed", 130, 0))
	l.table.OnOpen = func(i int) { e.Navigate(env.Route{Screen: env.Certificates, ID: string(l.st.Rows[i].Number)}) }
	l.find.SetPlaceHolder(e.T("certificates.find"))
	l.find.Set(find)
	l.find.OnChanged = func(text string) { l.show(l.m.Find(text)) }
	l.find.OnSubmitted = func(string) { e.Window.Canvas().Focus(l.table.Focusable()) }
	l.root = widgets.Inset(look.Gap, look.Gap, container.NewBorder(widgets.Stack(12, l.find, widgets.Stack(0)), nil, nil, nil, l.table))
	l.show(l.m.Find(find))
	return l
}

// Title implements env.Screen.
func (l *List) Title() string { return l.e.T("certificates.title") }

// Content implements env.Screen.
func (l *List) Content() fyne.CanvasObject { return l.root }

// Focus implements env.Screen.
func (l *List) Focus() fyne.Focusable { return l.table.Focusable() }

// Leave implements env.Screen.
func (l *List) Leave() {}

// Route implements env.Placed: what was looked for is still there on the way back.
func (l *List) Route() env.Route { return env.Route{Screen: env.Certificates, Find: l.st.Find} }

func (l *List) show(st ListState) {
	l.st = st
	l.table.SetEmpty(l.e.T("certificates.none"))
	if st.Find != "" {
		l.table.SetEmpty(l.e.T("certificates.none-found"))
	}
	l.table.SetRows(len(st.Rows), func(i int) []widgets.Cell {
		r := st.Rows[i]
		printed := widgets.Cell{Text: fmt.Sprint("×", r.Prints)}
		if r.Prints == 0 {
			printed = widgets.Cell{Text: "–", Role: look.Practice}
		}
		handed := widgets.Cell{Text: l.e.T("certificates.not-yet"), Role: look.Practice, Icon: "waiting", Pill: true}
		if r.HandedOver != "" {
			handed = widgets.Cell{Text: r.HandedOver}
		}
		return []widgets.Cell{{Text: r.Number.String()}, {Text: r.Name}, {Text: r.Document}, {Text: r.Issued}, printed, handed}
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
	s.again = widgets.NewButton(e.T("certificates.printer.again"), nil, func() { s.show(s.m.AskAgain()) })
	s.cancel = widgets.NewButton(e.T("certificates.print.cancel"), nil, func() { s.show(s.m.CancelPrint()) })

	for _, b := range []*widgets.Button{s.print, s.save, s.hand, s.again, s.cancel} {
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

	right := widgets.Stack(12,
		widgets.Row(8, s.print, s.save, s.hand),
		s.queues, s.progress, s.printed, widgets.Row(0, s.cancel, widgets.Stretch()), s.file, s.saved, s.busy, s.paper,
		widgets.NewCard(e.T("certificates.life"), s.life))
	s.title = widgets.Subheading("")
	ground := widgets.NewGround(look.ColorSurface, 10)
	ground.Stroke, ground.Width = theme.ColorNameSeparator, 1
	sheet := container.NewStack(ground, widgets.Inset(12, 12, container.NewBorder(widgets.Inset(0, 4, s.title), nil, nil, nil, s.page)))
	head := widgets.Stack(2, widgets.Row(16, s.number, widgets.Stretch(), s.done), s.about)
	s.root = container.NewBorder(widgets.Inset(look.Gap, 8, head), nil, nil, nil, container.New(sides{},
		widgets.Inset(look.Gap/2, 6, sheet), widgets.Wheeled(container.NewVScroll(widgets.Inset(look.Gap/2, 6, right)))))
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
func (s *One) Focus() fyne.Focusable { return s.print }

// Leave implements env.Screen.
func (s *One) Leave() { s.m.Leave() }

// Actions implements env.Actor.
func (s *One) Actions() []env.Action {
	const ctrl = fyne.KeyModifierControl
	return []env.Action{
		{Label: s.print.Text, Key: fyne.KeyP, Modifier: ctrl, Do: s.doPrint, Disabled: s.print.Disabled()},
		{Label: s.e.T("certificates.save"), Key: fyne.KeyS, Modifier: ctrl, Do: s.doSave, Disabled: s.save.Disabled()},
		{Label: s.e.T("certificates.hand"), Key: fyne.KeyH, Modifier: ctrl, Do: s.doHand, Disabled: s.hand.Disabled()},
		{Label: s.e.T("certificates.back"), Do: func() { s.e.Navigate(env.Route{Screen: env.Certificates}) }},
	}
}

// TypedRune implements env.Typist: a scanner's text goes where paper is scanned.
// Where nothing can be handed over, its spaces and its Enter press no button.
func (s *One) TypedRune(r rune) {
	if s.st.CanHand {
		s.e.Window.Canvas().Focus(s.scan)
		s.scan.TypedRune(r)
	} else {
		s.e.Window.Canvas().Unfocus()
	}
}

// TypedKey implements env.Typist.
func (s *One) TypedKey(*fyne.KeyEvent) {}

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

func enable(b *widgets.Button, on bool) {
	if on == b.Disabled() {
		if on {
			b.Enable()
		} else {
			b.Disable()
		}
	}
}

func (s *One) show(st State) {
	before := s.st
	s.st = st
	known := len(st.Life) > 0
	s.about.SetText(strings.Join(strings.Fields(st.Name+"  "+st.Document), " "))
	switch {
	case !known:
		s.done.Hide()
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
	enable(s.print, st.Printable && st.Queue != "")
	enable(s.save, known)
	enable(s.hand, st.CanHand)
	s.showQueues(st, before)
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

	s.paper.Hidden = !known
	setVisible(s.first, st.CanHand && st.NextCopy == 1)
	setVisible(s.scan, st.CanHand)
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
	if before.Saving && !st.Saving {
		s.e.Window.Canvas().Focus(s.save) // not the path, which is out of sight
	}
	if st.Printable != before.Printable || st.NextCopy != before.NextCopy || st.CanHand != before.CanHand || st.Queue != before.Queue {
		s.e.Changed()
	}
}

func setVisible(o fyne.CanvasObject, on bool) {
	if on {
		o.Show()
	} else {
		o.Hide()
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
	setVisible(s.cancel, st.CanCancel)
	setVisible(s.progress, p.Under() && p.Step != Waiting)
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
		case p.When == "":
			point.What = s.e.T("certificates.life.not-handed-over")
		default:
			point.What, point.Role = s.e.T("certificates.life.handed-over"), look.Valid
		}
		points = append(points, point)
	}
	s.life.Set(points...)
}
