package queue

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	"pratique/data/desk"
	"pratique/ui/countdown"
	"pratique/ui/env"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// Parts is what the screen is made of.
type Parts struct {
	Desk Desk
	// LastBackup is when the last backup was made that was verified; ok is false
	// if there is none. Nil: the post does not ask.
	LastBackup func(ctx context.Context) (made time.Time, ok bool, err error)
	// Say is the sentence for an error, empty for one that only an administrator
	// understands.
	Say func(err error) string
	// After calls a function on the UI goroutine after a while.
	After func(time.Duration, func())
}

type screen struct {
	e     *env.Env
	p     Parts
	m     *Model
	told  *fyne.Container
	chips *fyne.Container
	found *widgets.Text
	list  *widgets.DataList
	body  fyne.CanvasObject
	gone  bool
}

var (
	_ env.Typist = (*screen)(nil)
	_ env.Placed = (*screen)(nil)
)

// New makes the screen. It reads the cases and then counts minutes.
func New(e *env.Env, p Parts, r env.Route) env.Screen {
	s := &screen{e: e, p: p, m: NewModel(p, e.Session, e.Now, r)}
	s.told = widgets.Stack(6)
	s.chips = widgets.Flow(6, 6)
	s.found = widgets.NewText("", widgets.Style{Color: look.ColorMuted, Elide: true})
	s.list = widgets.NewDataList(e.Words,
		widgets.Column{Title: e.T("queue.departs"), Width: 80},
		widgets.Column{Title: e.T("queue.in"), Width: 86},
		widgets.Column{Title: e.Words.Field("itinerary.flight"), Width: 60, Grow: 0.5},
		widgets.Column{Title: e.Words.Field("traveller"), Width: 112, Grow: 3},
		widgets.Column{Title: e.T("queue.document"), Width: 80, Grow: 0.3},
		widgets.Column{Title: e.T("queue.evidence"), Width: 72, Grow: 1.6},
		widgets.Column{Title: e.T("queue.findings"), Width: 74, Grow: 0.4},
		widgets.Column{Title: e.T("queue.state"), Width: 108},
		widgets.Column{Title: e.T("queue.officer"), Width: 32},
	)
	s.list.OnOpen = func(i int) { e.Navigate(s.m.Open(s.m.State().Rows[i])) }
	s.list.OnRune = s.TypedRune
	s.list.OnKey = s.key
	head := widgets.Stack(look.Tight, s.told, s.chips)
	if r.Find != "" {
		head.Add(s.found)
	}
	s.body = widgets.Inset(look.Gap, 4, container.NewBorder(container.NewPadded(head), widgets.Inset(4, 6, widgets.Caption(e.T("queue.keys"))), nil, nil, s.list))
	s.show(s.m.State())
	env.Go(e, s.m.Load, func(l Loaded, err error) {
		if err != nil {
			e.Error(err)
		}
		s.show(s.m.Loaded(l))
	})
	s.wait()
	return s
}

// Title implements env.Screen.
func (s *screen) Title() string { return s.e.T("queue.title") }

// Content implements env.Screen.
func (s *screen) Content() fyne.CanvasObject { return s.body }

// Focus implements env.Screen.
func (s *screen) Focus() fyne.Focusable { return s.list.Focusable() }

// Route implements env.Placed: the chip that was chosen is there on the way back,
// and in another language.
func (s *screen) Route() env.Route { return s.m.Route() }

// Leave implements env.Screen. There is nothing to keep.
func (s *screen) Leave() { s.gone = true }

// wait counts the time to departures down once a minute.
func (s *screen) wait() {
	s.p.After(time.Minute, func() {
		if !s.gone {
			s.list.Refresh() // and nothing else: what one looks at stays where it is
			s.wait()
		}
	})
}

// TypedRune implements env.Typist: digits choose a chip.
func (s *screen) TypedRune(r rune) {
	if r >= '1' && r <= '9' {
		s.show(s.m.Choose(int(r - '1')))
	}
}

// TypedKey implements env.Typist: while nothing has the focus, the keys mean
// what they mean in the list.
func (s *screen) TypedKey(k *fyne.KeyEvent) {
	s.e.Window.Canvas().Focus(s.list.Focusable())
	s.list.Focusable().TypedKey(k)
}

func (s *screen) key(k *fyne.KeyEvent) bool {
	by := map[fyne.KeyName]int{fyne.KeyLeft: -1, fyne.KeyRight: 1}[k.Name]
	if by != 0 {
		s.show(s.m.Move(by))
	}
	return by != 0
}

func (s *screen) show(state State) {
	s.told.Objects = nil
	for _, n := range state.Notices {
		role := look.Accent
		if n.Loud {
			role = look.Practice
		}
		if n.Err == nil {
			s.told.Add(widgets.NewNotice(role, s.e.T(n.Key, n.Days)))
			continue
		}
		text := s.p.Say(n.Err)
		if text == "" {
			text = s.e.T("queue.trouble") + " " + n.Err.Error()
		}
		s.told.Add(widgets.NewNotice(look.Invalid, text))
	}
	s.told.Hidden = len(state.Notices) == 0
	s.chips.Objects = nil
	for i, c := range state.Chips {
		word := s.e.T("queue.all")
		switch {
		case c.Moved:
			word = s.e.T("queue.moved.chip")
		case c.State != "":
			word = s.e.T("state." + string(c.State))
		}
		s.chips.Add(newChip(word, c.Count, i == state.Chosen, func() {
			s.show(s.m.Choose(i))
			s.e.Window.Canvas().Focus(s.list.Focusable())
		}))
	}
	s.chips.Refresh()
	s.found.SetText(s.e.T("queue.found", state.Find))
	empty := s.e.T("queue.empty.state")
	switch {
	case state.Find != "" && state.Chips[0].Count == 0:
		empty = s.e.T("queue.empty.find", state.Find)
	case state.Chips[0].Count == 0 && s.m.is(data.Clerk):
		empty = s.e.T("queue.empty.new")
	case state.Chips[0].Count == 0:
		empty = s.e.T("queue.empty")
	}
	s.list.SetEmpty(empty)
	s.list.SetRows(len(state.Rows), func(i int) []widgets.Cell { return s.cells(state.Rows[i], s.e.Now()) })
}

// pills of the states: role and icon.
var pills = map[data.State]widgets.Cell{
	data.PreDeclared: {Role: look.Plain, Icon: "draft"},
	data.Draft:       {Role: look.Plain, Icon: "draft"},
	data.Submitted:   {Role: look.Accent, Icon: "submitted"},
	data.InReview:    {Role: look.Unknown, Icon: "review"},
	data.OnHold:      {Role: look.Practice, Icon: "waiting"},
	data.Returned:    {Role: look.Practice, Icon: "returned"},
	data.Approved:    {Role: look.Valid, Icon: "approved"},
	data.FollowUp:    {Role: look.Practice, Icon: "flag"},
	data.Refused:     {Role: look.Invalid, Icon: "invalid"},
	data.Issued:      {Role: look.Valid, Icon: "issued"},
	data.Withdrawn:   {Role: look.Plain, Icon: "withdrawn"},
}

func (s *screen) cells(r desk.Row, now time.Time) []widgets.Cell {
	left, urgency := Countdown(r, now)
	name := strings.Join(strings.Fields(r.NativeName+" "+r.Surname+" "+r.GivenNames), " ")
	pill := pills[r.State]
	pill.Text, pill.Pill = s.e.T("state."+string(r.State)), true
	switch {
	case r.State == data.FollowUp && r.Colour != "":
		pill.Text = s.e.T("queue.colour." + string(r.Colour))
	case r.Colour == data.Blue && (r.State == data.Approved || r.State == data.Issued):
		pill.Text, pill.Role, pill.Icon = s.e.T("queue.blue."+string(r.State)), look.Accent, "flag"
	}
	if !r.Revoked.IsZero() {
		pill.Text, pill.Role, pill.Icon = s.e.T("queue.revoked"), look.Invalid, "invalid"
	}
	return []widgets.Cell{
		{Text: s.departs(r, now)},
		{Text: countdown.Text(s.e.Words, left, urgency), Role: urgent(urgency), Bold: urgency == countdown.Now || urgency == countdown.Late},
		s.flight(r),
		{Text: orDash(name)},
		{Text: orDash(r.Document)},
		{Text: s.evidence(r)},
		s.findings(r),
		pill,
		{Text: s.m.Mark(r.Officer)},
	}
}

// departs is the clock of the airport, with the day where it is not that of
// today there.
func (s *screen) departs(r desk.Row, now time.Time) string {
	t, ok := r.Departs.Instant()
	if !ok {
		return orDash("")
	}
	days := int(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Sub(midnight(now.In(t.Location()))).Hours() / 24)
	switch days {
	case 0:
		return s.e.T("queue.today", t.Format("15:04"))
	case 1:
		return s.e.T("queue.tomorrow", t.Format("15:04"))
	}
	return t.Format("01-02 15:04")
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// urgent is the role of an urgency; what does not press has none.
func urgent(u countdown.Urgency) look.Role {
	if u == countdown.Later {
		return ""
	}
	return countdown.Roles[u]
}

// flight names the flight, and its class of risk where it has one that matters.
func (s *screen) flight(r desk.Row) widgets.Cell {
	role, risky := map[string]look.Role{"medium": look.Practice, "high": look.Invalid}[r.Risk]
	if !risky {
		return widgets.Cell{Text: r.Flight}
	}
	return widgets.Cell{Text: s.e.T("queue.risk", r.Flight, s.e.T("risk."+r.Risk)), Role: role}
}

// findings tells the worst of what the notice says, and what is to be looked at
// before that: a report of two travellers, a flight that moved.
func (s *screen) findings(r desk.Row) widgets.Cell {
	f := r.Findings
	c := widgets.Cell{Pill: true}
	switch all := f.Pass + f.Fail + f.NotEnough; {
	case f.Fail > 0:
		c.Role, c.Icon, c.Text = look.Invalid, "invalid", s.e.T("queue.findings.of", f.Fail, all)
	case f.NotEnough > 0:
		c.Role, c.Icon, c.Text = look.Unknown, "unknown", s.e.T("queue.findings.of", f.NotEnough, all)
	case f.Pass > 0:
		c.Role, c.Icon, c.Text = look.Valid, "valid", fmt.Sprint(f.Pass)
	}
	switch {
	case r.Doubt:
		c.Role, c.Icon, c.Text = look.Invalid, "warning", s.e.T("queue.doubt")
	case !r.Moved.IsZero():
		c.Role, c.Icon, c.Text = look.Practice, "warning", s.e.T("queue.moved")
	}
	if c.Text == "" {
		return widgets.Cell{Text: orDash("")}
	}
	return c
}

func (s *screen) evidence(r desk.Row) string {
	var parts []string
	for _, c := range Evidence(r) {
		part := s.e.T("queue.test." + string(c.Kind))
		if c.N > 1 {
			part = s.e.T("queue.times", c.N, part)
		}
		parts = append(parts, part)
	}
	if r.Scans > 0 {
		parts = append(parts, s.e.T("queue.scans", r.Scans))
	}
	if r.Doses > 0 {
		parts = append(parts, s.e.T("queue.doses", r.Doses))
	}
	return orDash(strings.Join(parts, ", "))
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// chip is a state with its count, to choose with the mouse; the list has the
// keys.
type chip struct {
	widget.BaseWidget
	do   func()
	body fyne.CanvasObject
}

func newChip(word string, n int, chosen bool, do func()) *chip {
	ground := widgets.NewGround(look.ColorSurface, 14)
	ground.Stroke, ground.Width = theme.ColorNameSeparator, 1
	ink, number := look.ColorMuted, look.ColorMuted
	if n > 0 {
		ink, number = theme.ColorNameForeground, look.Accent.Ink()
	}
	if chosen {
		ground.Fill, ground.Stroke = look.Accent.Ink(), look.Accent.Ink()
		ink, number = look.Accent.OnInk(), look.Accent.OnInk()
	}
	c := &chip{do: do, body: container.NewStack(ground, widgets.Inset(12, 5, widgets.Row(7,
		widgets.NewText(word, widgets.Style{Size: look.SizeNameLabel, Color: ink}),
		widgets.NewText(fmt.Sprint(n), widgets.Style{Size: look.SizeNameLabel, Color: number, Bold: true}))))}
	c.ExtendBaseWidget(c)
	return c
}

// CreateRenderer implements fyne.Widget.
func (c *chip) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.body) }

// Tapped implements fyne.Tappable.
func (c *chip) Tapped(*fyne.PointEvent) { c.do() }
