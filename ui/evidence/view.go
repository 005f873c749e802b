package evidence

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/ui/env"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// View is the evidence of a case: its scans by name, and a page. Whoever has
// the keyboard hands it letters and keys with [View.Typed] and [View.Key].
type View struct {
	widget.BaseWidget
	// OnEscape is told of that key while the page has the focus.
	OnEscape func()
	// OnShow tells that another document may be in sight.
	OnShow func()

	e     *env.Env
	m     *Model
	st    State
	page  *widgets.PageView
	names *fyne.Container
	said  *widgets.Notice
	body  fyne.CanvasObject
	shown shown
}

// shown is the page in sight, and whether its picture is there.
type shown struct {
	id    string
	page  int
	there bool
}

// NewView makes a view without documents.
func NewView(e *env.Env, parts Parts) *View {
	v := &View{e: e, m: NewModel(e, parts), page: widgets.NewPageView(e.Words), names: widgets.Flow(6, 6), said: widgets.NewNotice(look.Unknown, "")}
	v.page.OnPage = func(i int) { v.show(v.m.Go(i)) }
	v.page.OnEscape = func() {
		if v.OnEscape != nil {
			v.OnEscape()
		}
	}
	v.page.FitWidth()
	v.body = container.NewBorder(widgets.Stack(6, v.names, v.said), nil, nil, nil, v.page)
	v.m.Show = v.show
	v.ExtendBaseWidget(v)
	v.show(v.m.State())
	return v
}

// CreateRenderer implements fyne.Widget.
func (v *View) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(v.body) }

// Focusable implements [widgets.Focuser]: the page.
func (v *View) Focusable() fyne.Focusable { return v.page.Focusable() }

// Set tells which documents there are.
func (v *View) Set(documents []Document) { v.show(v.m.Set(documents)) }

// Bring brings a document of a group forward.
func (v *View) Bring(group string) { v.show(v.m.Bring(group)) }

// Group is that of the document in sight, empty for none.
func (v *View) Group() string {
	if v.Current() == "" {
		return ""
	}
	return v.st.Documents[v.st.Current].Group
}

// Current is the document in sight, empty for none.
func (v *View) Current() string {
	if v.st.Current < 0 || v.st.Current >= len(v.st.Documents) {
		return ""
	}
	return v.st.Documents[v.st.Current].ID
}

// Typed does what a letter means to the page in sight, and reports whether it
// means anything.
func (v *View) Typed(r rune) bool { return v.page.Typed(r) }

// Key does what a key means: Page Up and Page Down go on by what is in sight,
// then by pages, then by documents.
func (v *View) Key(k *fyne.KeyEvent) bool {
	by := map[fyne.KeyName]int{fyne.KeyPageUp: -1, fyne.KeyPageDown: 1}[k.Name]
	if by == 0 {
		return false
	}
	if v.st.Picture == nil || !v.page.Turn(by) {
		v.show(v.m.Turn(by))
	}
	return true
}

// Leave overwrites everything that was read.
func (v *View) Leave() {
	v.page.SetPicture(nil, 0, 0)
	v.m.Leave()
	v.st, v.shown = v.m.State(), shown{}
}

func (v *View) show(st State) {
	before := v.st
	v.st = st
	if len(st.Documents) != len(v.names.Objects) || st.Current != before.Current || !slices.Equal(st.Documents, before.Documents) {
		v.names.Objects = nil
		for i, d := range st.Documents {
			v.names.Add(newName(d, i == st.Current, func() { v.show(v.m.Choose(i)) }))
		}
		v.names.Refresh()
	}
	v.names.Hidden = len(st.Documents) == 0
	now := shown{page: st.Page, there: st.Picture != nil}
	if st.Current >= 0 {
		now.id = st.Documents[st.Current].ID
	}
	if now != v.shown {
		v.shown = now
		v.page.SetPicture(st.Picture, st.Page, st.Pages)
		v.page.Top()
	}
	role, key := look.Unknown, ""
	switch {
	case st.Current < 0:
		v.page.SetNone(v.e.T("evidence.none"))
	case st.Documents[st.Current].Gone:
		v.page.SetNone(v.e.T("evidence.gone"))
	case st.Failed:
		v.page.SetNone("")
		role, key = look.Invalid, "evidence.failed"
	case st.Busy:
		v.page.SetNone(v.e.T("evidence.busy"))
	}
	if key == "" && st.Wanted != "" && st.Current >= 0 {
		key = "evidence.none-filed"
	}
	text := ""
	if key != "" {
		text = v.e.T(key)
	}
	v.said.Set(role, text)
	v.Refresh()
	if v.OnShow != nil && st.Current != before.Current {
		v.OnShow()
	}
}

// name is a document to choose with the mouse; the page has the keys.
type name struct {
	widget.BaseWidget
	do   func()
	body fyne.CanvasObject
}

func newName(d Document, here bool, do func()) *name {
	ground := widgets.NewGround(look.ColorSurface, 12)
	ground.Stroke, ground.Width = theme.ColorNameSeparator, 1
	ink := theme.ColorNameForeground
	if here {
		ground.Fill, ground.Stroke = look.Accent.Tint(), look.Accent.Ink()
		ink = look.Accent.Ink()
	}
	text := widgets.NewText(d.Title, widgets.Style{Size: theme.SizeNameCaptionText, Color: ink, Bold: here})
	n := &name{do: do, body: container.NewStack(ground, widgets.Inset(10, 3, text))}
	n.ExtendBaseWidget(n)
	return n
}

// CreateRenderer implements fyne.Widget.
func (n *name) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(n.body) }

// Tapped implements fyne.Tappable.
func (n *name) Tapped(*fyne.PointEvent) { n.do() }

// Cursor implements desktop.Cursorable.
func (n *name) Cursor() desktop.Cursor { return desktop.PointerCursor }
