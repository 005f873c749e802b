package intake

import (
	"reflect"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	"pratique/ui/findings"
	"pratique/ui/stated"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// side is the right column: whether it is stored, what is wrong, and what the
// certificate will say.
type side struct {
	s        *screen
	scroll   *container.Scroll
	state    *widgets.Pill
	stored   *widgets.Text
	problems *fyne.Container
	count    *widgets.Text
	card     *widgets.Card
	holds    *fyne.Container

	told []Group // the problems as shown
	held data.Content

	found    *widgets.Card
	findings *fyne.Container
	said     any // the findings as told
	papers   *papers
	column   *fyne.Container
}

func newSide(s *screen) *side {
	d := &side{
		s: s, state: widgets.NewPill(look.Plain, "draft", ""), stored: widgets.Caption(""),
		problems: widgets.Stack(2), count: widgets.Caption(""), holds: widgets.Stack(5),
	}
	d.card = widgets.NewCard(s.e.T("intake.problems"), d.problems, d.count)
	d.findings = widgets.Stack(10)
	d.found = widgets.NewCard(s.e.T("findings.title"), d.findings)
	d.papers = newPapers(s)
	first := widgets.NewCard("", widgets.Row(look.Tight, d.state, widgets.Stretch(), d.stored))
	d.column = widgets.Stack(look.Gap, first, d.papers.card, d.card, d.found, widgets.NewCard(s.e.T("intake.holds"), d.holds))
	d.scroll = container.NewVScroll(container.New(right{}, d.column))
	return d
}

// right keeps the distances of the form, but not twice between the columns.
type right struct{}

func (right) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, o[0].MinSize().Height+2*look.Tight)
}

func (right) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Move(fyne.NewPos(0, look.Tight))
	o[0].Resize(size.SubtractWidthHeight(look.Gap, 2*look.Tight))
}

// stages are the pills of the states.
var stages = map[data.State]struct {
	role look.Role
	icon string
}{
	data.PreDeclared: {look.Plain, "draft"}, data.OnHold: {look.Practice, "waiting"}, data.FollowUp: {look.Practice, "flag"}, data.Refused: {look.Invalid, "invalid"},
	data.Draft: {look.Plain, "draft"}, data.Submitted: {look.Accent, "submitted"}, data.InReview: {look.Unknown, "review"},
	data.Returned: {look.Practice, "returned"}, data.Approved: {look.Valid, "approved"}, data.Issued: {look.Valid, "issued"},
	data.Withdrawn: {look.Plain, "withdrawn"},
}

func (d *side) show(state State) {
	stage := stages[state.Stage]
	d.state.Set(stage.role, stage.icon, d.s.e.T("state."+string(state.Stage)))
	d.saved(state)
	d.showProblems(state)
	d.showFindings(state)
	d.papers.show(state)
	d.showHolds(state)
}

// showFindings says what the notice says of what is entered.
func (d *side) showFindings(state State) {
	now := []any{state.Assessment, state.Noticed}
	if d.said != nil && reflect.DeepEqual(now, d.said) {
		return
	}
	d.said = now
	words := d.s.e.Words
	lines, _, grant := findings.Of(words, d.s.p.Codes, state.Assessment, state.Noticed)
	d.findings.Objects = []fyne.CanvasObject{findings.Box(words, grant)}
	if len(lines) > 0 {
		d.findings.Add(findings.Rows(words, lines, true))
	}
	d.findings.Refresh()
	d.found.Refresh()
}

// saved says whether what is typed is stored.
func (d *side) saved(state State) {
	t := d.s.e.T
	text, color := "", look.ColorMuted
	switch {
	case state.Closed == Elsewhere:
		text, color = t("intake.state.elsewhere"), look.Invalid.Ink()
	case state.Waits:
		text = t("intake.state.waits")
	case state.Saving:
		text = t("intake.state.saving")
	case state.Dirty && !d.s.m.Blank():
		text = t("intake.state.dirty")
	case !state.SavedAt.IsZero():
		text = t("intake.saved", d.s.e.Clock(state.SavedAt))
	case state.ID == "":
		text = t("intake.state.new")
	}
	d.stored.Set(text, widgets.Style{Size: theme.SizeNameCaptionText, Color: color})
}

func (d *side) showProblems(state State) {
	groups := d.s.m.Grouped()
	if d.told != nil && reflect.DeepEqual(groups, d.told) {
		return
	}
	d.told = append([]Group{}, groups...)
	words := d.s.e.Words
	d.problems.Objects = nil
	d.count.SetText("")
	if len(state.Problems) > 0 {
		d.count.SetText(words.T("problem.count", len(state.Problems)))
	} else if d.s.loaded {
		d.problems.Add(widgets.Row(look.Tight, widgets.Icon("valid", look.Valid.Ink(), 16),
			widgets.NewText(words.T("intake.complete"), widgets.Style{Color: look.Valid.Ink(), Elide: true})))
	}
	for _, g := range groups {
		d.problems.Add(widgets.Inset(0, 3, widgets.NewText(words.Field(g.Section), widgets.Style{Size: look.SizeNameLabel, Bold: true, Elide: true})))
		for _, p := range g.Problems {
			d.problems.Add(newProblemRow(d.s, p))
		}
	}
	d.problems.Refresh()
}

// problemRow is a problem to go to, with Enter or a click.
type problemRow struct {
	widget.BaseWidget
	s      *screen
	path   string
	ground *widgets.Ground
	body   fyne.CanvasObject
}

var (
	_ fyne.Focusable     = (*problemRow)(nil)
	_ desktop.Cursorable = (*problemRow)(nil)
)

func newProblemRow(s *screen, p data.Problem) *problemRow {
	words := s.e.Words
	r := &problemRow{s: s, path: p.Field, ground: widgets.NewGround("", 5)}
	r.ground.Width = 2
	name, ink, text := "invalid", look.Invalid.Ink(), words.Problem(s.named(p))
	switch {
	case Missing(p) && strings.Contains(p.Field, "."):
		name, ink, text = "", look.ColorMuted, "" // the label says it: fill it in
	case p.Severity == data.Confirm:
		name, ink = "warning", look.Practice.Ink()
	}
	where := words.Field(p.Field)
	if _, i := place(p.Field); strings.Contains(p.Field, "[") {
		where = strconv.Itoa(i+1) + ": " + where
	}
	lines := widgets.Stack(0, widgets.NewText(where, widgets.Style{Size: look.SizeNameLabel, Elide: true}))
	if text != "" {
		lines.Add(small(text, ink))
	}
	sign := fyne.CanvasObject(container.NewGridWrap(fyne.NewSquareSize(14), widgets.Inset(4, 4, ring())))
	if name != "" {
		sign = widgets.Icon(name, ink, 14)
	}
	icon := container.NewVBox(widgets.Inset(0, 2, sign))
	r.body = container.NewStack(r.ground, widgets.Inset(4, 2, container.NewBorder(nil, nil, icon, nil, widgets.Inset(4, 0, lines))))
	r.ExtendBaseWidget(r)
	return r
}

// ring is the sign of what is still to come.
func ring() fyne.CanvasObject {
	g := widgets.NewGround("", 3)
	g.Stroke, g.Width = look.ColorMuted, 1.5
	return g
}

// small is running text in a caption's size.
func small(text string, ink fyne.ThemeColorName) fyne.CanvasObject {
	return widgets.ProseSized(text, ink, theme.SizeNameCaptionText)
}

// CreateRenderer implements fyne.Widget.
func (r *problemRow) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.body) }

// Tapped implements fyne.Tappable.
func (r *problemRow) Tapped(*fyne.PointEvent) { r.s.jump(r.path) }

// Cursor implements desktop.Cursorable.
func (r *problemRow) Cursor() desktop.Cursor { return desktop.PointerCursor }

// FocusGained implements fyne.Focusable.
func (r *problemRow) FocusGained() { r.frame(theme.ColorNamePrimary) }

// FocusLost implements fyne.Focusable.
func (r *problemRow) FocusLost() { r.frame("") }

func (r *problemRow) frame(stroke fyne.ThemeColorName) {
	r.ground.Stroke = stroke
	r.ground.Refresh()
}

// TypedRune implements fyne.Focusable.
func (r *problemRow) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (r *problemRow) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		r.s.jump(r.path)
	}
}

// showHolds says in short what the certificate will hold.
func (d *side) showHolds(state State) {
	c := state.Content
	if d.holds.Objects != nil && reflect.DeepEqual(c, d.held) {
		return
	}
	d.held = c
	words, lang, codes := d.s.e.Words, d.s.e.Language(), d.s.p.Codes
	d.holds.Objects = nil
	line := func(label, value string, strong bool) {
		d.holds.Add(widgets.Stack(0,
			widgets.NewText(label, widgets.Style{Size: theme.SizeNameCaptionText, Color: look.ColorMuted, Elide: true}),
			widgets.NewText(value, widgets.Style{Size: look.SizeNameLabel, Bold: strong, Elide: true})))
	}
	if name := stated.Name(c.Traveller.NativeName, c.Traveller.Surname, c.Traveller.GivenNames); name != "" {
		line(words.Field("traveller"), stated.Join(name, string(c.Traveller.Birth)), false)
	}
	if c.Document.Number != "" {
		line(words.Field("document"), stated.Join(c.Document.Number, c.Document.Issuer, string(c.Document.Expires)), false)
	}
	if len(c.Tests)+len(c.Doses) > 0 {
		about := data.TypeOf(data.StatementOf(c, nil))
		line(words.Field("type"), codes.Name(data.ListTypes, string(about), lang), false)
	}
	for _, t := range c.Tests {
		result := codes.Name(data.ListResults, string(t.Result), lang)
		line(codes.Name(data.ListTests, string(t.Kind), lang), stated.Join(result, t.Sampled.Pinned().String()), false)
	}
	for i, dose := range c.Doses {
		line(words.T("place.doses", i+1), stated.Join(string(dose.Date), codes.Name(data.ListVaccines, dose.Product, lang)), false)
	}
	if _, until, ok := data.JourneyWindow(c, d.s.e.Now(), d.s.e.Post.Zone); ok {
		line(words.T("intake.valid-until"), until.String(), true)
	}
	if len(d.holds.Objects) == 0 {
		d.holds.Add(small(words.T("intake.holds.nothing"), look.ColorMuted))
	}
	d.holds.Refresh()
}
