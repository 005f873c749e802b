package intake

import (
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"pratique/data"
	"pratique/data/codes"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// input is a field of the form: where it stands in the content, and how it
// shows what stands there.
type input struct {
	path  string
	field *widgets.Field
	set   func(c *data.Content)
	seen  func(c *data.Content) bool // whether there is anything to enter; nil: always
	tidy  func()                     // when the focus leaves: shows it as it will be kept
}

// form are the widgets of the application's content.
type form struct {
	s      *screen
	inputs map[string]*input
	order  []string
	// heads stand for what is wrong with a whole section; by its name.
	heads map[string][]*widgets.Button

	brought  *broughtCard
	mrz      *widgets.MRZEntry
	repairs  *fyne.Container
	guardian *fyne.Container
	cards    map[string]*widgets.Card   // the sections of blocks
	lists    map[string]*fyne.Container // blocks by section
	shape    map[string]string          // what the blocks were built for
	// receivers are the authorities that records can be encrypted for.
	receivers *fyne.Container
	column    *fyne.Container
	scroll    *container.Scroll
	current   string // path of the field that has the focus, or had it last
}

func newForm(s *screen) *form {
	f := &form{
		s: s, inputs: map[string]*input{}, heads: map[string][]*widgets.Button{},
		cards: map[string]*widgets.Card{}, lists: map[string]*fyne.Container{}, shape: map[string]string{},
	}
	codes, codesCard := s.newBrought(f.locked())
	f.brought = codes
	var tests []fyne.CanvasObject
	for _, kind := range data.TestKinds {
		tests = append(tests, f.add("tests", "intake.add."+string(kind), func() { s.added("tests", s.m.AddTest(kind)) }))
	}
	f.column = widgets.Stack(look.Gap,
		f.certificate(), f.document(), codesCard, f.traveller(), f.section("tests", tests...),
		f.section("doses", f.add("doses", "intake.add.dose", func() { s.added("doses", s.m.AddDose()) })),
		f.section("infections", f.add("infections", "intake.add.infection", func() { s.added("infections", s.m.AddInfection()) })),
		f.section("itinerary", f.add("itinerary", "intake.add.leg", func() { s.added("itinerary", s.m.AddLeg()) })),
		f.contact(), f.declaration(), f.further())
	f.scroll = container.NewVScroll(widgets.Inset(look.Gap, look.Tight, f.column))
	return f
}

// locked reports whether nothing may be changed.
func (f *form) locked() bool {
	closed := f.s.m.State().Closed
	return closed != Open && closed != Elsewhere
}

func (f *form) add(head, key string, do func()) fyne.CanvasObject {
	b := widgets.NewButton(f.s.e.T(key), look.Icon("new", look.Accent.Ink()), do).Quiet()
	b.OnFocus = func(on bool) {
		if on {
			f.reveal(b)
		}
	}
	if f.locked() {
		b.Disable()
	}
	f.heads[head] = append(f.heads[head], b)
	return b
}

// put makes a control an input of the form.
func (f *form) put(path string, control fyne.CanvasObject, set func(c *data.Content)) *widgets.Field {
	in := &input{path: path, field: widgets.NewField(f.s.e.Words.Field(path), control), set: set}
	if _, ok := control.(*widgets.Check); ok { // its own label says it
		in.field = widgets.NewField("", control)
	}
	if d, ok := control.(interface{ Disable() }); ok && f.locked() {
		d.Disable()
	}
	in.field.OnFocus = func(on bool) { f.focus(in, on) }
	in.field.OnConfirm = func(on bool) {
		if p, _, ok := f.s.m.Beside(path); ok {
			f.s.apply(f.s.m.Confirm(p, on))
			f.s.check()
		}
	}
	f.inputs[path] = in
	return in.field
}

func (f *form) focus(in *input, on bool) {
	if on {
		f.current = in.path
		f.reveal(in.field)
		f.s.side.papers.bring(in.path)
		return
	}
	f.s.m.Visit(in.path)
	if in.tidy != nil {
		in.tidy()
	}
	if f.inputs[in.path] == in { // not of a block that was just taken away
		f.showOne(in)
	}
}

// reveal scrolls to an object.
func (f *form) reveal(o fyne.CanvasObject) { widgets.Reveal(f.scroll, o) }

// text is a line of free text.
func (f *form) text(path string, at func(c *data.Content) *string, shape func(string) string) *widgets.Field {
	e := widgets.NewEntry()
	e.OnChanged = func(text string) { edit(f.s, at, shape(text)) }
	field := f.put(path, e, func(c *data.Content) {
		if to := *at(c); shape(e.Text) != to { // what is being typed is not rewritten
			e.Set(to)
		}
	})
	f.inputs[path].tidy = func() { e.Set(shape(e.Text)) }
	return field
}

func plain(s string) string { return s }

// capitals are what numbers of documents, flights and airports are written in.
func capitals(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }

func (f *form) date(path string, at func(c *data.Content) *data.Date) *widgets.Field {
	e := widgets.NewDateField()
	e.OnDate = func(d data.Date) { edit(f.s, at, d) }
	return f.put(path, e, func(c *data.Content) { e.SetDate(*at(c)) })
}

func (f *form) moment(path string, at func(c *data.Content) *data.Moment) *widgets.Field {
	e := widgets.NewMomentField(f.s.e.Words, f.s.m.Zone())
	e.OnMoment = func(m data.Moment) { edit(f.s, at, m) }
	return f.put(path, e, func(c *data.Content) { e.SetMoment(*at(c)) })
}

func (f *form) check(path string, at func(c *data.Content) *bool) *widgets.Field {
	e := widgets.NewCheck(f.s.e.Words.Field(path), func(on bool) { edit(f.s, at, on) })
	return f.put(path, e, func(c *data.Content) { e.Set(*at(c)) })
}

// answer is a question of the declaration; empty is not asked.
func (f *form) answer(path string, at func(c *data.Content) *data.Answer) *widgets.Field {
	var both []widgets.Option
	for _, a := range []data.Answer{data.Yes, data.No} {
		both = append(both, widgets.Option{Code: string(a), Name: f.s.e.T("answer." + string(a))})
	}
	return code(f, path, at, true, func(*data.Content) []widgets.Option { return both }).Hint(f.s.e.T("intake.answer.hint"))
}

// complaints are the symptoms to tick, in sight after a yes.
func (f *form) complaints() fyne.CanvasObject {
	boxes := widgets.Columns(3, narrowest)
	for i, e := range f.list(data.ListSymptoms)(nil) {
		path := "declaration.complaints" // the first has what is to be told of all
		if i > 0 {
			path += "." + e.Code
		}
		box := widgets.NewCheck(e.Name, nil)
		box.OnChanged = func(on bool) {
			all := slices.DeleteFunc(slices.Clone(f.s.m.State().Content.Declaration.Complaints), func(c string) bool { return c == e.Code })
			if on {
				all = append(all, e.Code)
			}
			f.s.typed(f.s.m.Edit(func(c *data.Content) { c.Declaration.Complaints = all }))
		}
		boxes.Add(f.put(path, box, func(c *data.Content) { box.Set(slices.Contains(c.Declaration.Complaints, e.Code)) }))
		f.inputs[path].seen = func(c *data.Content) bool {
			return c.Declaration.Symptoms == data.Yes || len(c.Declaration.Complaints) > 0
		}
	}
	return boxes
}

// code is a choice from options, which may depend on what else is entered.
func code[T ~string](f *form, path string, at func(c *data.Content) *T, short bool, options func(c *data.Content) []widgets.Option) *widgets.Field {
	e := widgets.NewCodeSelect(f.s.e.Words, nil)
	e.Short = short
	e.OnCode = func(code string) { edit(f.s, at, T(code)) }
	return f.put(path, e, func(c *data.Content) {
		e.SetOptions(options(c))
		e.SetCode(string(*at(c)))
	})
}

// options are code list entries as a person chooses them: in their language,
// found by the other one as well.
func (f *form) options(entries []codes.Entry) []widgets.Option {
	var all []widgets.Option
	for _, e := range entries {
		o := widgets.Option{Code: e.Code, Name: e.En, Also: strings.ToLower(e.Zh)}
		if strings.HasPrefix(f.s.e.Language(), "zh") {
			o.Name, o.Also = e.Zh, strings.ToLower(e.En)
		}
		all = append(all, o)
	}
	return all
}

// list offers all codes of a list that are in use today.
func (f *form) list(name string) func(*data.Content) []widgets.Option {
	all := f.options(f.s.p.Codes.Entries(name, data.DateOf(f.s.e.Now())))
	return func(*data.Content) []widgets.Option { return all }
}

const narrowest float32 = 148

// certificate is the choice of the type, on which the rest of the form depends.
func (f *form) certificate() fyne.CanvasObject {
	e := widgets.NewChoices(f.list(data.ListTypes)(nil))
	e.OnCode = func(code string) { f.s.choose(data.CertificateType(code)) }
	return widgets.NewCard("", f.put("type", e, func(c *data.Content) { e.SetCode(string(c.Type.OrComprehensive())) }))
}

func (f *form) document() fyne.CanvasObject {
	f.mrz = widgets.NewMRZEntry()
	f.mrz.OnLines = func(lines string) {
		f.s.apply(f.s.m.ReadMRZ(lines))
		f.s.check() // at once: the officer waits to see what the lines say
	}
	f.mrz.OnText = func(text string) { f.s.typed(f.s.m.TypeMRZ(text)) }
	f.repairs = widgets.Stack(6)
	doc := func(c *data.Content) *data.TravelDocument { return &c.Document }
	return widgets.NewCard(f.s.e.Words.Field("document"), widgets.Stack(look.Tight,
		f.put("document.mrz", f.mrz, func(c *data.Content) { f.mrz.SetLines(c.Document.MRZ) }).Hint(f.s.e.T("intake.mrz.hint")),
		f.repairs,
		widgets.Columns(3, narrowest,
			code(f, "document.kind", func(c *data.Content) *data.DocumentKind { return &doc(c).Kind }, true, f.list(data.ListDocuments)),
			f.text("document.number", func(c *data.Content) *string { return &doc(c).Number }, capitals),
			code(f, "document.issuer", func(c *data.Content) *string { return &doc(c).Issuer }, false, f.list(data.ListStates)),
			f.date("document.issued", func(c *data.Content) *data.Date { return &doc(c).Issued }),
			f.date("document.expires", func(c *data.Content) *data.Date { return &doc(c).Expires }))))
}

func (f *form) traveller() fyne.CanvasObject {
	t := func(c *data.Content) *data.Traveller { return &c.Traveller }
	g := func(c *data.Content) *data.Guardian { return &c.Traveller.Guardian }
	var sexes []widgets.Option
	for _, s := range []data.Sex{data.Male, data.Female, data.Unspecified} {
		sexes = append(sexes, widgets.Option{Code: string(s), Name: f.s.e.T("sex." + string(s))})
	}
	f.guardian = widgets.Columns(2, narrowest,
		f.text("traveller.guardian.name", func(c *data.Content) *string { return &g(c).Name }, plain),
		f.text("traveller.guardian.relation", func(c *data.Content) *string { return &g(c).Relation }, plain),
		f.text("traveller.guardian.documentNumber", func(c *data.Content) *string { return &g(c).DocumentNumber }, plain),
		f.text("traveller.guardian.phone", func(c *data.Content) *string { return &g(c).Phone }, plain))
	return widgets.NewCard(f.s.e.Words.Field("traveller"), widgets.Stack(look.Tight, widgets.Columns(3, narrowest,
		f.text("traveller.surname", func(c *data.Content) *string { return &t(c).Surname }, plain),
		f.text("traveller.givenNames", func(c *data.Content) *string { return &t(c).GivenNames }, plain),
		f.text("traveller.nativeName", func(c *data.Content) *string { return &t(c).NativeName }, plain),
		f.date("traveller.birth", func(c *data.Content) *data.Date { return &t(c).Birth }),
		code(f, "traveller.sex", func(c *data.Content) *data.Sex { return &t(c).Sex }, true, func(*data.Content) []widgets.Option { return sexes }),
		code(f, "traveller.nationality", func(c *data.Content) *string { return &t(c).Nationality }, false, f.list(data.ListStates)),
		f.text("traveller.residentID", func(c *data.Content) *string { return &t(c).ResidentID }, capitals),
		f.text("traveller.phone", func(c *data.Content) *string { return &t(c).Phone }, plain),
		f.text("traveller.email", func(c *data.Content) *string { return &t(c).Email }, plain)),
		f.guardian))
}

// contact is who can be reached about the traveller.
func (f *form) contact() fyne.CanvasObject {
	p := func(c *data.Content) *data.Contact { return &c.Contact }
	return widgets.NewCard(f.s.e.Words.Field("contact"), widgets.Columns(2, narrowest,
		f.text("contact.name", func(c *data.Content) *string { return &p(c).Name }, plain),
		f.text("contact.relation", func(c *data.Content) *string { return &p(c).Relation }, plain),
		f.text("contact.phone", func(c *data.Content) *string { return &p(c).Phone }, plain),
		f.text("contact.organisation", func(c *data.Content) *string { return &p(c).Organisation }, plain)))
}

func (f *form) declaration() fyne.CanvasObject {
	d := func(c *data.Content) *data.Declaration { return &c.Declaration }
	return widgets.NewCard(f.s.e.Words.Field("declaration"), widgets.Stack(look.Tight,
		widgets.Columns(3, narrowest,
			f.answer("declaration.symptoms", func(c *data.Content) *data.Answer { return &d(c).Symptoms }),
			f.answer("declaration.contact", func(c *data.Content) *data.Answer { return &d(c).Contact }),
			f.answer("declaration.medicine", func(c *data.Content) *data.Answer { return &d(c).Medicine })),
		f.complaints(),
		f.text("declaration.remarks", func(c *data.Content) *string { return &d(c).Remarks }, plain),
		widgets.Columns(2, 260,
			f.check("declaration.agreed", func(c *data.Content) *bool { return &d(c).Agreed }),
			f.date("declaration.signed", func(c *data.Content) *data.Date { return &d(c).Signed }))))
}

// section is a card of blocks with the buttons that add one.
func (f *form) section(name string, adds ...fyne.CanvasObject) fyne.CanvasObject {
	f.lists[name] = widgets.Stack(14)
	f.shape[name] = "unbuilt"
	f.cards[name] = widgets.NewCard(f.s.e.Words.Field(name), f.lists[name], adds...)
	return f.cards[name]
}

// adapt shows the sections, and the buttons in them, that belong to the type.
func (f *form) adapt(t data.CertificateType) {
	changed := false
	show := func(o fyne.CanvasObject, on bool) {
		if o.Visible() != on {
			changed = true
			if on {
				o.Show()
			} else {
				o.Hide()
			}
		}
	}
	for name, card := range f.cards {
		show(card, f.s.m.Shown(name))
	}
	for i, kind := range data.TestKinds {
		show(f.heads["tests"][i], t.HasTest(kind))
	}
	show(f.heads["doses"][0], t.HasDoses())
	if changed {
		f.column.Refresh()
		f.scroll.Refresh()
	}
}

// blocks builds the blocks of a section anew if their number or kinds changed.
func (f *form) blocks(name, shape string, n int, build func(i int, at string) (title string, body fyne.CanvasObject)) {
	if f.shape[name] == shape {
		return
	}
	f.shape[name] = shape
	for path := range f.inputs {
		if part, _ := place(path); part == name {
			delete(f.inputs, path)
		}
	}
	list := f.lists[name]
	list.Objects = nil
	for i := range n {
		at := fmt.Sprintf("%s[%d]", name, i)
		title, body := build(i, at+".")
		head := widgets.Row(look.Tight, widgets.NewText(title, widgets.Style{Bold: true, Elide: true}), widgets.Stretch())
		if !f.locked() {
			head.Add(widgets.NewTap(look.Icon("invalid", look.ColorMuted), func() { f.s.remove(at) }))
		}
		if i > 0 {
			list.Add(widgets.Rule())
		}
		list.Add(widgets.Stack(look.Tight, head, body))
	}
	if n == 0 {
		list.Add(widgets.Caption(f.s.e.T("intake.none."+name, f.s.tests())))
	}
	list.Refresh()
}

// build brings the blocks in line with the content.
func (f *form) build(c data.Content) {
	lock := fmt.Sprint(f.locked())
	kinds := lock + " " + string(c.Type)
	for _, t := range c.Tests {
		kinds += " " + string(t.Kind)
	}
	f.blocks("tests", kinds, len(c.Tests), f.test)
	f.blocks("doses", fmt.Sprint(lock, len(c.Doses)), len(c.Doses), f.dose)
	f.blocks("infections", fmt.Sprint(lock, len(c.Infections)), len(c.Infections), f.infection)
	f.blocks("itinerary", fmt.Sprint(lock, len(c.Itinerary)), len(c.Itinerary), f.leg)
	f.receiving(lock)
}

func (f *form) test(i int, at string) (string, fyne.CanvasObject) {
	t := func(c *data.Content) *data.Test { return &c.Tests[i] }
	results := f.list(data.ListResults)
	offered := func(list string) func(*data.Content) []widgets.Option {
		return func(c *data.Content) []widgets.Option { return f.options(f.s.m.Offered(list, *t(c))) }
	}
	laboratories := func(c *data.Content) []widgets.Option {
		serving := f.s.m.Serving(*t(c))
		for _, l := range f.s.m.Laboratories() { // one that is chosen keeps its name, whatever is wrong with it
			if l.ID == t(c).Laboratory && !slices.ContainsFunc(serving, func(s data.Laboratory) bool { return s.ID == l.ID }) {
				serving = append(serving, l)
			}
		}
		var all []widgets.Option
		for _, l := range serving {
			all = append(all, widgets.Option{Code: string(l.ID), Name: l.Name, Also: strings.ToLower(l.NativeName)})
		}
		return all
	}
	kind := string(t(new(f.s.m.State().Content)).Kind)
	title := f.s.e.T("place.tests", i+1) + " – " + f.s.p.Codes.Name(data.ListTests, kind, f.s.e.Language())
	products := func(c *data.Content) bool {
		return t(c).Product != "" || len(f.s.m.Offered(data.ListProducts, *t(c))) > 0
	}
	wide := 3
	if products(new(f.s.m.State().Content)) {
		wide = 4
	}
	made := widgets.Columns(wide, narrowest,
		code(f, at+"specimen", func(c *data.Content) *string { return &t(c).Specimen }, true, offered(data.ListSpecimens)),
		code(f, at+"method", func(c *data.Content) *string { return &t(c).Method }, true, offered(data.ListMethods)),
		code(f, at+"laboratory", func(c *data.Content) *data.LaboratoryID { return &t(c).Laboratory }, true, laboratories))
	made.Add(code(f, at+"product", func(c *data.Content) *string { return &t(c).Product }, true, offered(data.ListProducts)))
	f.inputs[at+"product"].seen = products
	return title, widgets.Stack(look.Tight, made,
		widgets.Columns(2, 330,
			f.moment(at+"sampled", func(c *data.Content) *data.Moment { return &t(c).Sampled }),
			f.moment(at+"analysed", func(c *data.Content) *data.Moment { return &t(c).Analysed }),
			f.moment(at+"reported", func(c *data.Content) *data.Moment { return &t(c).Reported }),
			widgets.Columns(2, 120,
				code(f, at+"result", func(c *data.Content) *data.Result { return &t(c).Result }, true, results),
				f.text(at+"reportNo", func(c *data.Content) *string { return &t(c).ReportNo }, plain))))
}

func (f *form) dose(i int, at string) (string, fyne.CanvasObject) {
	d := func(c *data.Content) *data.Dose { return &c.Doses[i] }
	return f.s.e.T("place.doses", i+1), widgets.Columns(3, narrowest,
		f.date(at+"date", func(c *data.Content) *data.Date { return &d(c).Date }),
		code(f, at+"product", func(c *data.Content) *string { return &d(c).Product }, true, f.list(data.ListVaccines)),
		f.text(at+"lot", func(c *data.Content) *string { return &d(c).Lot }, plain),
		code(f, at+"country", func(c *data.Content) *string { return &d(c).Country }, false, f.list(data.ListStates)),
		f.text(at+"place", func(c *data.Content) *string { return &d(c).Place }, plain))
}

func (f *form) infection(i int, at string) (string, fyne.CanvasObject) {
	n := func(c *data.Content) *data.Infection { return &c.Infections[i] }
	return f.s.e.T("place.infections", i+1), widgets.Columns(3, narrowest,
		f.date(at+"firstPositive", func(c *data.Content) *data.Date { return &n(c).FirstPositive }),
		f.date(at+"recovered", func(c *data.Content) *data.Date { return &n(c).Recovered }),
		f.text(at+"remarks", func(c *data.Content) *string { return &n(c).Remarks }, plain))
}

func (f *form) leg(i int, at string) (string, fyne.CanvasObject) {
	l := func(c *data.Content) *data.Leg { return &c.Itinerary[i] }
	return f.s.e.T("place.itinerary", i+1), widgets.Columns(2, 330,
		widgets.Columns(3, 84,
			f.text(at+"flight", func(c *data.Content) *string { return &l(c).Flight }, capitals),
			f.text(at+"from", func(c *data.Content) *string { return &l(c).From }, capitals),
			f.text(at+"to", func(c *data.Content) *string { return &l(c).To }, capitals)),
		f.moment(at+"departs", func(c *data.Content) *data.Moment { return &l(c).Departs }))
}

// show shows a state in every field.
func (f *form) show(state State) {
	f.build(state.Content)
	f.brought.show(state) // the fields' notes tell of it
	f.adapt(state.Content.Type)
	for _, in := range f.inputs {
		f.showOne(in)
	}
	f.guardian.Hidden = !state.Minor
	f.showRepairs(state)
}

func (f *form) showOne(in *input) {
	state := f.s.m.State()
	in.set(&state.Content)
	if in.seen != nil {
		in.field.Hidden = !in.seen(&state.Content)
	}
	note := f.note(in.path, state)
	if in.field.Note() != note {
		in.field.SetNote(note)
	}
}

// note is what stands under a field: what is wrong, what is asked, or what the
// machine-readable lines prove.
func (f *form) note(path string, state State) widgets.Note {
	words := f.s.e.Words
	p, confirmed, found := f.s.m.Beside(path)
	p = f.s.named(p)
	switch {
	case found && confirmed:
		return widgets.Note{Role: look.Valid, Text: words.Problem(p), Confirm: words.T("problem.confirmed"), Confirmed: true}
	case found && p.Severity == data.Confirm:
		return widgets.Note{Role: look.Practice, Text: words.Problem(p), Confirm: words.T("problem.confirm")}
	case found:
		return widgets.Note{Role: look.Invalid, Text: words.Problem(p)}
	case path == "document.mrz" && slices.Contains(state.Agrees, path):
		return widgets.Note{Role: look.Valid, Text: words.T("intake.mrz.valid")}
	case slices.Contains(state.Agrees, path):
		return widgets.Note{Role: look.Valid, Text: words.T("intake.mrz.agrees")}
	}
	note, _ := f.brought.note(path)
	return note
}

// lists are the code lists of fields whose codes say little to a person, by
// the last word of their paths.
var lists = map[string]string{
	"specimen": data.ListSpecimens, "method": data.ListMethods, "result": data.ListResults, "product": data.ListVaccines,
}

// named is a problem with names in the place of such codes.
func (s *screen) named(p data.Problem) data.Problem {
	list, ok := lists[p.Field[strings.LastIndex(p.Field, ".")+1:]]
	part, _ := place(p.Field)
	switch {
	case p.Field == "document.kind":
		list, ok = data.ListDocuments, true
	case ok && part == "tests" && list == data.ListVaccines:
		list = data.ListProducts
	}
	example := list
	switch p.Key {
	case "problem.code.unsuited":
		example = data.ListTests
	case "problem.laboratory.specimen":
		example, ok = data.ListSpecimens, true
	case "problem.type.missing", "problem.type.extra":
		example, ok = data.ListTypes, true
	}
	if ok {
		lang := s.e.Language()
		p.Value = s.p.Codes.Name(list, p.Value, lang)
		p.Example = s.p.Codes.Name(example, p.Example, lang)
	}
	return p
}

// showRepairs offers readings of the lines in which all check digits fit. None
// is taken without the officer.
func (f *form) showRepairs(state State) {
	if len(f.repairs.Objects) == 0 && len(state.Repairs) == 0 {
		return
	}
	f.repairs.Objects = nil
	if len(state.Repairs) > 0 && !f.locked() {
		f.repairs.Add(small(f.s.e.T("intake.repair"), look.Practice.Ink()))
		for i, r := range state.Repairs {
			var changes []string
			for _, c := range r.Changes {
				changes = append(changes, f.s.e.T("intake.repair.change", c.From, c.To, c.Line, c.Column))
			}
			f.repairs.Add(widgets.Row(look.Tight,
				widgets.NewText(strings.Join(changes, "; "), widgets.Style{Elide: true}),
				widgets.NewButton(f.s.e.T("intake.repair.take"), nil, func() {
					f.s.apply(f.s.m.Repair(i))
					f.s.check()
					f.s.jump("document.mrz")
				})))
		}
	}
	f.repairs.Refresh()
}

// at is what takes the focus for a path: the field, else the block's first
// one, else the section's button.
func (f *form) at(path string) fyne.Focusable {
	if in, ok := f.inputs[path]; ok {
		return in.field.Focusable()
	}
	part, i := place(path)
	if first, ok := map[string]string{"tests": "specimen", "doses": "date", "infections": "firstPositive", "itinerary": "flight"}[part]; ok {
		if in, ok := f.inputs[fmt.Sprintf("%s[%d].%s", part, i, first)]; ok {
			return in.field.Focusable()
		}
	}
	for _, b := range f.heads[part] {
		if b.Visible() {
			return b
		}
	}
	return f.inputs["type"].field.Focusable() // the section does not belong, or not any more
}
