package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/ui/env"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// band is the strip that every screen stands under where paper does not count
// in full: at a practice post, and at a real one for which nobody vouches. It is
// empty at others, and before somebody has signed in, for nobody knows then.
func (s *Shell) band() fyne.CanvasObject {
	key, ground, ink := "practice", look.ColorBand, look.ColorOnBand
	switch {
	case s.config.Post.Practice():
	case s.env.Officer().ID == "", s.config.Accredited != nil && s.config.Accredited():
		return container.NewWithoutLayout()
	default:
		key, ground, ink = "unaccredited", look.Invalid.Ink(), look.Invalid.OnInk()
	}
	text := func(t string, bold bool) fyne.CanvasObject {
		return widgets.NewText(t, widgets.Style{Size: look.SizeNameLabel, Color: ink, Bold: bold, Elide: !bold})
	}
	return container.NewStack(widgets.NewGround(ground, 0), widgets.Inset(look.Gap, 5, widgets.Row(look.Tight,
		widgets.Icon("warning", ink, 16),
		text(s.env.T(key+".band"), true), text(s.env.T(key+".sentence"), false))))
}

// frame puts the rail, the title and the search around a screen's content.
func (s *Shell) frame(content fyne.CanvasObject) fyne.CanvasObject {
	// Not bold: a title may be a name, and the bold face lacks rare characters.
	s.title = widgets.NewText(s.screen.Title(), widgets.Style{Size: theme.SizeNameHeadingText, Elide: true})
	s.search = widgets.NewEntry()
	s.search.SetPlaceHolder(s.env.T("shell.search"))
	s.search.SetIcon(theme.SearchIcon())
	s.search.Set(s.here.Find)
	s.search.OnSubmitted = func(text string) {
		if text = strings.TrimSpace(text); text != "" {
			s.Go(s.config.Find(text))
		}
	}
	s.search.OnKey = func(k *fyne.KeyEvent) bool {
		if k.Name != fyne.KeyEscape {
			return false
		}
		s.search.Set("")
		if f := s.screen.Focus(); f != nil {
			s.config.Window.Canvas().Focus(f)
		}
		return true
	}
	tools := []fyne.CanvasObject{s.title, container.NewGridWrap(fyne.NewSize(300, s.search.MinSize().Height), s.search)}
	if s.may(env.Intake) && s.here.Screen != env.Intake {
		b := widget.NewButtonWithIcon(s.env.T("shell.new"), look.Icon("new", theme.ColorNameForegroundOnPrimary), s.create)
		b.Importance = widget.HighImportance
		tools = append(tools, b)
	}
	head := widgets.Inset(look.Gap+4, 12, widgets.Row(12, tools...))
	return container.New(side{}, s.rail(), container.New(below{}, head, content))
}

// below puts the second object under the first, side beside it, both without a
// gap and with all the room that is left.
type (
	below struct{}
	side  struct{}
)

func (below) MinSize(o []fyne.CanvasObject) fyne.Size {
	a, b := o[0].MinSize(), o[1].MinSize()
	return fyne.NewSize(max(a.Width, b.Width), a.Height+b.Height)
}

func (below) Layout(o []fyne.CanvasObject, size fyne.Size) {
	h := o[0].MinSize().Height
	o[0].Resize(fyne.NewSize(size.Width, h))
	o[1].Move(fyne.NewPos(0, h))
	o[1].Resize(fyne.NewSize(size.Width, size.Height-h))
}

func (side) MinSize(o []fyne.CanvasObject) fyne.Size {
	a, b := o[0].MinSize(), o[1].MinSize()
	return fyne.NewSize(a.Width+b.Width, max(a.Height, b.Height))
}

func (side) Layout(o []fyne.CanvasObject, size fyne.Size) {
	w := o[0].MinSize().Width
	o[0].Resize(fyne.NewSize(w, size.Height))
	o[1].Move(fyne.NewPos(w, 0))
	o[1].Resize(fyne.NewSize(size.Width-w, size.Height))
}

func (s *Shell) create() { s.Go(env.Route{Screen: env.Intake}) }

// railWidth is wide enough for the longest word in either language.
const railWidth float32 = 176

func (s *Shell) rail() fyne.CanvasObject {
	s.items = map[env.ScreenName]*railItem{}
	places := widgets.Stack(2)
	for _, name := range s.config.Rail {
		if s.may(name) {
			item := newRailItem(string(name), s.env.T("screen."+string(name)), name == s.here.Screen, func() { s.Go(env.Route{Screen: name}) })
			s.items[name] = item
			places.Add(item)
		}
	}
	small := func(text string) *widgets.Text {
		return widgets.NewText(text, widgets.Style{Size: theme.SizeNameCaptionText, Color: look.ColorOnRail, Elide: true})
	}
	var roles []string
	for _, r := range s.env.Officer().Roles {
		roles = append(roles, s.env.T("role."+string(r)))
	}
	s.clock = small("")
	post := s.config.Post.Name[s.env.Language()]
	if post == "" {
		post = s.config.Post.Name["en"]
	}
	head := widgets.Inset(look.Gap, 14, widgets.Stack(1,
		widgets.Row(look.Tight, widget.NewIcon(theme.Icon("pratique-flag")),
			widgets.NewText("Pratique", widgets.Style{Size: theme.SizeNameSubHeadingText, Color: look.ColorOnRailHere, Bold: true})),
		widgets.Prose(post, look.ColorOnRail)))
	next := s.languageNext()
	foot := widgets.Stack(2,
		widgets.Inset(look.Gap, 8, widgets.Stack(1,
			widgets.NewText(s.env.Officer().Name, widgets.Style{Color: look.ColorOnRailHere, Elide: true}),
			small(strings.Join(roles, ", ")))),
		newRailItem("language", s.env.T("language."+next), false, func() { s.SetLanguage(next) }),
		newRailItem("lock", s.env.T("shell.lock"), false, s.Lock),
		widgets.Inset(look.Gap+26, 2, s.clock))
	body := container.NewBorder(head, widgets.Inset(0, 10, foot), nil, nil, places)
	return container.NewStack(widgets.NewGround(look.ColorRail, 0), container.New(width{railWidth}, body))
}

// width gives its content a width.
type width struct{ w float32 }

func (l width) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(l.w, o[0].MinSize().Height)
}
func (l width) Layout(o []fyne.CanvasObject, size fyne.Size) { o[0].Resize(size) }

// railItem is a place on the rail: icon, word, and how much waits there. It is
// for the mouse; the menu has the keys.
type railItem struct {
	widget.BaseWidget
	do     func()
	here   bool
	ground *widgets.Ground
	body   fyne.CanvasObject
	badge  *fyne.Container
	number *widgets.Text
}

var (
	_ fyne.Tappable      = (*railItem)(nil)
	_ desktop.Hoverable  = (*railItem)(nil)
	_ desktop.Cursorable = (*railItem)(nil)
)

func newRailItem(icon, word string, here bool, do func()) *railItem {
	r := &railItem{do: do, here: here, ground: widgets.NewGround("", 7)}
	ink := look.ColorOnRail
	mark := widgets.NewGround("", 2)
	if here {
		ink = look.ColorOnRailHere
		r.ground.Fill, mark.Fill = look.ColorRailHere, look.ColorRailMark
	}
	r.number = widgets.NewText("", widgets.Style{Size: theme.SizeNameCaptionText, Color: look.ColorOnRailMark, Bold: true})
	r.badge = container.NewStack(widgets.NewGround(look.ColorRailMark, 9), widgets.Inset(7, 1, r.number))
	r.badge.Hide()
	r.body = widgets.Inset(8, 0, container.NewStack(r.ground,
		container.New(bar{}, mark),
		widgets.Inset(10, 9, widgets.Row(10, widgets.Icon(icon, ink, 18),
			widgets.NewText(word, widgets.Style{Color: ink, Bold: here, Elide: true}), r.badge))))
	r.ExtendBaseWidget(r)
	return r
}

// bar lies along the left edge.
type bar struct{}

func (bar) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
func (bar) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Move(fyne.NewPos(0, 8))
	o[0].Resize(fyne.NewSize(3, size.Height-16))
}

func (r *railItem) setCount(n int) {
	r.number.SetText(fmt.Sprint(n))
	r.badge.Hidden = n == 0
	r.Refresh()
}

func (r *railItem) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.body) }
func (r *railItem) Tapped(*fyne.PointEvent)             { r.do() }
func (r *railItem) Cursor() desktop.Cursor              { return desktop.PointerCursor }
func (r *railItem) MouseMoved(*desktop.MouseEvent)      {}
func (r *railItem) MouseIn(*desktop.MouseEvent)         { r.hover(look.ColorRailHere) }
func (r *railItem) MouseOut()                           { r.hover("") }

func (r *railItem) hover(fill fyne.ThemeColorName) {
	if !r.here {
		r.ground.Fill = fill
		r.ground.Refresh()
	}
}

// witness sees the mouse move where nothing else wants to know of it.
type witness struct {
	widget.BaseWidget
	content fyne.CanvasObject
	seen    func()
}

var _ desktop.Hoverable = (*witness)(nil)

func newWitness(content fyne.CanvasObject, seen func()) *witness {
	w := &witness{content: content, seen: seen}
	w.ExtendBaseWidget(w)
	return w
}

func (w *witness) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(w.content) }
func (w *witness) MouseIn(*desktop.MouseEvent)         { w.seen() }
func (w *witness) MouseMoved(*desktop.MouseEvent)      { w.seen() }
func (w *witness) MouseOut()                           { w.seen() }

// menu is the main menu. Every shortcut stands in it, because only those fire
// wherever the focus is, and because that is where people look for them.
func (s *Shell) menu() *fyne.MainMenu {
	const ctrl = fyne.KeyModifierShortcutDefault
	item := func(label string, key fyne.KeyName, modifier fyne.KeyModifier, do func()) *fyne.MenuItem {
		m := fyne.NewMenuItem(label, func() { s.active(); do() })
		if key != "" {
			m.Shortcut = &desktop.CustomShortcut{KeyName: key, Modifier: modifier}
		}
		return m
	}
	in := s.env.Officer().ID != ""
	quit := item(s.env.T("menu.quit"), fyne.KeyQ, ctrl, s.Close)
	quit.IsQuit = true
	deskMenu := fyne.NewMenu(s.env.T("menu.desk"))
	if in {
		if s.may(env.Intake) {
			deskMenu.Items = append(deskMenu.Items, item(s.env.T("menu.new"), fyne.KeyN, ctrl, s.create))
		}
		deskMenu.Items = append(deskMenu.Items,
			item(s.env.T("menu.search"), fyne.KeyK, ctrl, s.focusSearch),
			item(s.env.T("menu.back"), fyne.KeyLeft, fyne.KeyModifierAlt, s.Back),
			item(s.env.T("menu.lock"), fyne.KeyL, ctrl, s.Lock),
			fyne.NewMenuItemSeparator())
	}
	if s.config.More != nil {
		for _, act := range s.config.More(s.env) {
			deskMenu.Items = append(deskMenu.Items, item(act.Label, act.Key, act.Modifier, act.Do))
		}
	}
	menus := []*fyne.Menu{deskMenu}
	if a, ok := s.screen.(env.Actor); ok {
		var items []*fyne.MenuItem
		for _, act := range a.Actions() {
			i := item(act.Label, act.Key, act.Modifier, act.Do)
			i.Disabled = act.Disabled
			items = append(items, i)
		}
		switch {
		case len(items) == 0:
		case in:
			menus = append(menus, fyne.NewMenu(s.env.T("menu.case"), items...))
		default: // there is no case before the sign-in
			deskMenu.Items = append(deskMenu.Items, append(items, fyne.NewMenuItemSeparator())...)
		}
	}
	deskMenu.Items = append(deskMenu.Items, quit)
	places := fyne.NewMenu(s.env.T("menu.go"))
	for _, name := range s.config.Rail {
		if s.may(name) {
			key := fyne.KeyName(fmt.Sprint(len(places.Items) + 1))
			places.Items = append(places.Items, item(s.env.T("screen."+string(name)), key, ctrl, func() { s.Go(env.Route{Screen: name}) }))
		}
	}
	if len(places.Items) > 0 {
		menus = append(menus, places)
	}
	view := fyne.NewMenu(s.env.T("menu.language"))
	for n, language := range s.config.Words.Languages() {
		i := item(s.env.T("language."+language), fyne.KeyName(fmt.Sprint(n+1)), ctrl|fyne.KeyModifierAlt, func() { s.SetLanguage(language) })
		i.Checked = language == s.env.Language()
		view.Items = append(view.Items, i)
	}
	help := fyne.NewMenu(s.env.T("menu.help"),
		item(s.env.T("shell.shortcuts"), fyne.KeySlash, ctrl, s.showShortcuts),
		item(s.env.T("shell.about"), "", 0, s.showAbout))
	return fyne.NewMainMenu(append(menus, view, help)...)
}

// showShortcuts lists what the menu has.
func (s *Shell) showShortcuts() {
	list := widgets.Stack(4)
	for _, m := range s.menu().Items {
		for _, i := range m.Items {
			if key, ok := i.Shortcut.(*desktop.CustomShortcut); ok {
				list.Add(widgets.Row(look.Gap, widgets.NewText(i.Label, widgets.Style{Elide: true}), widgets.Stretch(),
					widgets.NewText(Keys(key.KeyName, key.Modifier), widgets.Style{Color: look.ColorMuted, Mono: true})))
			}
		}
	}
	widgets.ShowDialog(s.config.Window.Canvas(), s.env.T("shell.shortcuts"), list, nil, widgets.Choice{Label: s.env.T("fyne.OK")})
}

func (s *Shell) showAbout() {
	widgets.ShowDialog(s.config.Window.Canvas(), s.env.T("shell.about"), widgets.Prose(s.env.T("shell.about.text"), theme.ColorNameForeground), nil,
		widgets.Choice{Label: s.env.T("fyne.OK")})
}

// Keys is a shortcut as people write it: "Ctrl+Enter".
func Keys(key fyne.KeyName, modifier fyne.KeyModifier) string {
	var parts []string
	for _, m := range []struct {
		modifier fyne.KeyModifier
		name     string
	}{{fyne.KeyModifierControl, "Ctrl"}, {fyne.KeyModifierAlt, "Alt"}, {fyne.KeyModifierShift, "Shift"}, {fyne.KeyModifierSuper, "Cmd"}} {
		if modifier&m.modifier != 0 {
			parts = append(parts, m.name)
		}
	}
	name := string(key)
	if key == fyne.KeyReturn || key == fyne.KeyEnter {
		name = "Enter"
	}
	return strings.Join(append(parts, name), "+")
}
