package review

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	"pratique/ui/env"
	"pratique/ui/evidence"
	"pratique/ui/findings"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// tab is a leaf of what stands beside the groups.
type tab int

const (
	tabEvidence tab = iota
	tabFindings
	tabHistory
	tabEarlier
	tabLaboratories
	tabs
)

var tabNames = [tabs]string{"evidence", "findings", "history", "earlier", "laboratories"}

// side is what stands beside the groups: evidence, findings, history, earlier
// cases and laboratories, one at a time and all counted in sight.
type side struct {
	s      *Screen
	view   *evidence.View
	heads  *fyne.Container
	place  *fyne.Container
	leaves [tabs]fyne.CanvasObject
	filled [tabs]*fyne.Container
	told   [tabs]any // what each leaf was made of
	headed []any     // what the heads were made of
	here   tab
	opened bool // it has been decided which leaf comes first
	body   fyne.CanvasObject
	docs   []evidence.Document
}

func newSide(s *Screen, p Parts) *side {
	session, id := s.e.Session, s.m.id
	d := &side{s: s, heads: widgets.Flow(5, 5), place: container.NewStack()}
	d.view = evidence.NewView(s.e, evidence.Parts{
		Open: func(ctx context.Context, doc string) ([]byte, error) {
			r, _, err := p.Desk.OpenEvidence(ctx, session, id, doc)
			if err != nil {
				return nil, err
			}
			b, err := io.ReadAll(r)
			if closed := r.Close(); err == nil {
				err = closed
			}
			return b, err
		},
		Draw: p.Draw,
	})
	d.view.OnEscape = s.refocus
	d.leaves[tabEvidence] = d.view
	for i := tabFindings; i < tabs; i++ {
		d.filled[i] = widgets.Stack(12)
		d.leaves[i] = container.NewVScroll(container.New(leafLayout{}, d.filled[i]))
	}
	ground := widgets.NewGround(look.ColorSurface, 10)
	ground.Stroke, ground.Width = theme.ColorNameSeparator, 1
	d.body = container.New(rightColumn{}, container.NewBorder(widgets.Inset(0, 3, d.heads), nil, nil, nil, container.NewStack(ground, widgets.Inset(10, 10, d.place))))
	return d
}

// typed does what a letter means here and reports whether it means anything:
// digits choose a leaf, the page has its own.
func (d *side) typed(r rune) bool {
	if r >= '1' && r < '1'+rune(tabs) {
		d.choose(tab(r - '1'))
		return true
	}
	return d.here == tabEvidence && d.view.Typed(r)
}

func (d *side) choose(t tab) {
	d.here = t
	d.place.Objects = []fyne.CanvasObject{d.leaves[t]}
	d.showHeads(d.s.st)
	d.place.Refresh()
}

// bring brings the evidence of a group forward.
func (d *side) bring(group string) { d.view.Bring(group) }

func (d *side) show(st State) {
	if !d.opened && st.Case != "" {
		// What is wrong comes first; then what there is to compare.
		d.opened, d.docs = true, st.Documents
		d.view.Set(st.Documents)
		if d.here = tabFindings; len(st.Documents) > 0 && st.Counts.Fail == 0 {
			d.here = tabEvidence
		}
		if len(st.Findings) == 0 && len(st.Documents) == 0 {
			d.here = tabHistory
		}
	}
	if !slices.Equal(st.Documents, d.docs) {
		d.docs = st.Documents
		d.view.Set(st.Documents)
	}
	fill := func(t tab, from any, make func(add func(fyne.CanvasObject))) {
		if reflect.DeepEqual(from, d.told[t]) && d.filled[t].Objects != nil {
			return
		}
		d.told[t] = from
		d.filled[t].Objects = []fyne.CanvasObject{}
		make(func(o fyne.CanvasObject) { d.filled[t].Objects = append(d.filled[t].Objects, o) })
		d.filled[t].Refresh()
	}
	w, e := d.s.e.Words, d.s.e
	fill(tabFindings, []any{st.Findings, st.Grant}, func(add func(fyne.CanvasObject)) {
		if st.Grant.Sentence == "" {
			add(widgets.Prose(e.T("review.findings.none"), look.ColorMuted))
			return
		}
		add(findings.Box(w, st.Grant))
		add(findings.Rows(w, st.Findings, false))
	})
	fill(tabHistory, st.History, func(add func(fyne.CanvasObject)) {
		var points []widgets.Point
		for _, h := range st.History {
			role := look.Accent
			if h.Bad {
				role = look.Practice
			}
			points = append(points, widgets.Point{When: h.When, What: h.What, Detail: h.Detail, Role: role})
		}
		add(widgets.NewTimeline(points...))
	})
	fill(tabEarlier, st.Likely, func(add func(fyne.CanvasObject)) {
		if len(st.Likely) == 0 {
			add(widgets.Prose(e.T("review.likely.none"), look.ColorMuted))
		}
		for _, l := range st.Likely {
			add(d.likely(l))
		}
	})
	fill(tabLaboratories, st.Laboratories, func(add func(fyne.CanvasObject)) {
		if len(st.Laboratories) == 0 {
			add(widgets.Prose(e.T("review.asked.none"), look.ColorMuted))
			return
		}
		for _, a := range st.Laboratories {
			add(d.asked(a))
		}
		add(widgets.ProseSized(e.T("review.asked.keys"), look.ColorMuted, theme.SizeNameCaptionText))
	})
	d.showHeads(st)
	if len(d.place.Objects) == 0 || d.place.Objects[0] != d.leaves[d.here] {
		d.place.Objects = []fyne.CanvasObject{d.leaves[d.here]}
		d.place.Refresh()
	}
}

func (d *side) showHeads(st State) {
	now := []any{st.Documents, st.Counts, st.Likely, st.Laboratories, d.here}
	if reflect.DeepEqual(now, d.headed) {
		return
	}
	d.headed = now
	d.heads.Objects = nil
	due := 0
	for _, a := range st.Laboratories {
		if a.Due || a.Outcome == data.Denied {
			due++
		}
	}
	shared := slices.ContainsFunc(st.Likely, func(l Likely) bool { return l.Shared })
	for t := range tabs {
		var counts []fyne.CanvasObject
		count := func(role look.Role, icon string, n int) {
			if n == 0 {
				return
			}
			if icon != "" {
				counts = append(counts, widgets.Icon(icon, role.Ink(), 13))
			}
			counts = append(counts, widgets.NewText(fmt.Sprint(n), widgets.Style{Size: theme.SizeNameCaptionText, Bold: true, Color: role.Ink()}))
		}
		switch t {
		case tabEvidence:
			count(look.Accent, "", len(st.Documents))
		case tabFindings:
			count(look.Valid, "valid", st.Counts.Pass)
			count(look.Invalid, "invalid", st.Counts.Fail)
			count(look.Unknown, "unknown", st.Counts.NotEnough)
		case tabEarlier:
			if shared {
				count(look.Invalid, "invalid", len(st.Likely))
			} else {
				count(look.Practice, "warning", len(st.Likely))
			}
		case tabLaboratories:
			count(look.Practice, "warning", due)
		}
		d.heads.Add(newHead(strconv.Itoa(int(t)+1)+" "+d.s.e.T("review.tab."+tabNames[t]), counts, t == d.here, func() {
			d.choose(t)
			d.s.refocus()
		}))
	}
	d.heads.Refresh()
}

// likely is another case beside this one.
func (d *side) likely(l Likely) fyne.CanvasObject {
	e := d.s.e
	body := widgets.Stack(6)
	for _, why := range l.Why {
		body.Add(widgets.ProseSized("– "+why, look.Practice.Ink(), look.SizeNameLabel))
	}
	if l.Shared {
		body.Add(widgets.NewNotice(look.Invalid, e.T("review.likely.shared")))
	}
	if l.Cleared != "" {
		body.Add(widgets.ProseSized(l.Cleared, look.ColorMuted, look.SizeNameLabel))
	}
	cell := func(text string, style widgets.Style) fyne.CanvasObject {
		style.Size = look.SizeNameLabel
		if style.Color == "" {
			style.Color = theme.ColorNameForeground
		}
		return widgets.ProseSized(text, style.Color, style.Size)
	}
	table := widgets.Stack(4, container.New(thirds{}, widgets.Caption(""), widgets.Caption(e.T("review.likely.this")), widgets.Caption(e.T("review.likely.other"))))
	for _, r := range l.Rows {
		ink := theme.ColorNameForeground
		mark := "= "
		if !r.Same {
			ink, mark = look.Practice.Ink(), "≠ "
		}
		table.Add(container.New(thirds{}, cell(r.Label, widgets.Style{Color: look.ColorMuted}), cell(r.Mine, widgets.Style{}), cell(mark+r.Theirs, widgets.Style{Color: ink})))
	}
	body.Add(table)
	pill := stateLooks[l.Case]
	open := widgets.NewButton(e.T("review.likely.open"), nil, func() {
		e.Navigate(env.Route{Screen: env.Review, ID: string(l.ID)})
	}).Quiet()
	return widgets.Stack(8, widgets.Row(8, widgets.NewPill(pill.role, pill.icon, e.T("state."+string(l.Case))), widgets.Stretch(), open), body, widgets.Rule())
}

// asked is what a laboratory says of a test.
func (d *side) asked(a Asked) fyne.CanvasObject {
	role, icon := look.Plain, "unknown"
	switch {
	case a.Outcome == data.Confirmed:
		role, icon = look.Valid, "valid"
	case a.Outcome == data.Denied:
		role, icon = look.Invalid, "invalid"
	case a.Due:
		role, icon = look.Practice, "waiting"
	}
	lines := widgets.Stack(3, widgets.NewText(a.Title, widgets.Style{Bold: true, Elide: true}))
	for _, text := range []string{a.Laboratory, a.Phone, a.Report} {
		if text != "" {
			lines.Add(widgets.ProseSized(text, theme.ColorNameForeground, look.SizeNameLabel))
		}
	}
	lines.Add(widgets.Row(6, widgets.Icon(icon, role.Ink(), 14), widgets.NewText(a.Said, widgets.Style{Size: look.SizeNameLabel, Color: role.Ink(), Elide: true})))
	return widgets.Stack(8, lines, widgets.Rule())
}

// thirds lays out a label and two values that are compared, all of which wrap.
type thirds struct{}

func (thirds) MinSize(o []fyne.CanvasObject) fyne.Size {
	h := float32(0)
	for _, o := range o {
		h = max(h, o.MinSize().Height)
	}
	return fyne.NewSize(240, h)
}

func (thirds) Layout(o []fyne.CanvasObject, size fyne.Size) {
	label := min(110, size.Width*0.24)
	width := (size.Width - label - 16) / 2
	x := float32(0)
	for i, c := range o {
		w := width
		if i == 0 {
			w = label
		}
		c.Resize(fyne.NewSize(w, c.MinSize().Height))
		c.Resize(fyne.NewSize(w, c.MinSize().Height))
		c.Move(fyne.NewPos(x, 0))
		x += w + 8
	}
}

// rightColumn keeps the distance of a page at the right and the foot.
type rightColumn struct{}

func (rightColumn) MinSize(o []fyne.CanvasObject) fyne.Size { return fyne.NewSize(narrowest, 200) }
func (rightColumn) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(fyne.NewSize(size.Width-look.Gap, size.Height-8))
}

// leafLayout is a column no wider than it is given, with room for the bar.
type leafLayout struct{}

func (leafLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, o[0].MinSize().Height+8)
}
func (leafLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Move(fyne.NewPos(2, 2))
	o[0].Resize(fyne.NewSize(size.Width-16, size.Height-4))
}

// head is the name of a leaf, to choose with the mouse; its digit is the key.
type head struct {
	widget.BaseWidget
	do   func()
	body fyne.CanvasObject
}

func newHead(label string, counts []fyne.CanvasObject, here bool, do func()) *head {
	ground := widgets.NewGround("", 8)
	ink := look.ColorMuted
	if here {
		ground.Fill, ink = look.Accent.Tint(), look.Accent.Ink()
	}
	parts := append([]fyne.CanvasObject{widgets.NewText(label, widgets.Style{Size: look.SizeNameLabel, Color: ink, Bold: here})}, counts...)
	h := &head{do: do, body: container.NewStack(ground, widgets.Inset(9, 5, widgets.Row(5, parts...)))}
	h.ExtendBaseWidget(h)
	return h
}

// CreateRenderer implements fyne.Widget.
func (h *head) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(h.body) }

// Tapped implements fyne.Tappable.
func (h *head) Tapped(*fyne.PointEvent) { h.do() }

// Cursor implements desktop.Cursorable.
func (h *head) Cursor() desktop.Cursor { return desktop.PointerCursor }
