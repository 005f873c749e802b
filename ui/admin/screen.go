package admin

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	"pratique/ui/env"
	"pratique/ui/stated"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// New makes the section that r names, or the first one that the officer has.
func New(e *env.Env, parts Parts, r env.Route) env.Screen {
	here, all := Section(r.ID), sections(e.Officer())
	if !slices.Contains(all, here) && len(all) > 0 {
		here = all[0]
	}
	f := frame{e: e, here: here, all: all, done: widgets.NewNotice(look.Valid, ""), busy: widgets.Caption("")}
	switch here {
	case SectionKeys:
		return newKeysScreen(f, parts)
	case SectionTrust:
		return newTrustScreen(f, parts)
	case SectionLaboratories:
		return newLaboratoriesScreen(f, parts)
	case SectionNotices:
		return newNoticesScreen(f, parts)
	case SectionLog:
		return newLogScreen(f, parts)
	case SectionBackup:
		return newBackupScreen(f, parts)
	case SectionCheck:
		return newCheckScreen(f, parts)
	case SectionRules:
		return newRulesScreen(f, parts)
	case SectionTraveller:
		return newTravellerScreen(f, parts)
	default:
		return newOfficersScreen(f, parts)
	}
}

// frame is what the screens of all sections have: the way to the others, and
// what was done.
type frame struct {
	e    *env.Env
	here Section
	all  []Section
	done *widgets.Notice
	busy *widgets.Text
	root fyne.CanvasObject
	side *container.Scroll // what stands beside a list
}

// Title implements env.Screen.
func (f *frame) Title() string { return f.e.T("screen.admin") }

// Content implements env.Screen.
func (f *frame) Content() fyne.CanvasObject { return f.root }

// Route implements env.Placed.
func (f *frame) Route() env.Route { return env.Route{Screen: env.Admin, ID: string(f.here)} }

// actions are the section's, and the ways to the others.
func (f *frame) actions(own ...env.Action) []env.Action {
	for i, s := range f.all {
		own = append(own, env.Action{
			Label: f.e.T("admin.section." + string(s)), Key: fyne.KeyName(rune('1' + i)), Modifier: fyne.KeyModifierAlt,
			Do: func() { f.goTo(s) }, Disabled: s == f.here,
		})
	}
	return own
}

func (f *frame) goTo(s Section) { f.e.Navigate(env.Route{Screen: env.Admin, ID: string(s)}) }

// build puts a section's content under the tabs.
func (f *frame) build(content fyne.CanvasObject) {
	tabs := widgets.Row(2)
	for _, s := range f.all {
		tabs.Add(newTab(f.e.T("admin.section."+string(s)), s == f.here, func() { f.goTo(s) }))
	}
	tabs.Add(widgets.Stretch())
	tabs.Add(f.busy)
	head := widgets.Stack(0, tabs, widgets.Rule())
	f.root = container.NewBorder(widgets.Inset(look.Gap, 0, widgets.Stack(10, head, f.done)), nil, nil, nil, content)
}

// said shows what is under way and what was done.
func (f *frame) said(busy, done string) {
	f.busy.SetText("")
	if busy != "" {
		f.busy.SetText(f.e.T(busy))
	}
	f.done.Set(look.Valid, done)
	f.root.Refresh()
}

// focus brings the focus to an object.
func (f *frame) focus(o fyne.Focusable) { f.e.Window.Canvas().Focus(o) }

// newTab is a button with a bar under it where one is.
func newTab(label string, here bool, do func()) fyne.CanvasObject {
	b := widgets.NewButton(label, nil, do).Quiet()
	bar := widgets.NewGround("", 0)
	if here {
		bar.Fill = theme.ColorNamePrimary
	}
	return container.NewStack(b, container.New(underline{}, bar))
}

type underline struct{}

func (underline) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
func (underline) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Move(fyne.NewPos(6, size.Height-3))
	o[0].Resize(fyne.NewSize(size.Width-12, 3))
}

// sides give a list what the panel beside it leaves.
func (f *frame) sides(list, panel fyne.CanvasObject) fyne.CanvasObject {
	f.side = container.NewVScroll(widgets.Inset(look.Gap/2, look.Gap-4, panel))
	return container.New(sideLayout{}, widgets.Inset(look.Gap/2, look.Gap-4, list), widgets.Wheeled(f.side))
}

// reveal brings fields of the panel into sight when they get the focus.
func (f *frame) reveal(fields ...*widgets.Field) {
	for _, field := range fields {
		field.OnFocus = f.inSight(field)
	}
}

func (f *frame) inSight(o fyne.CanvasObject) func(bool) {
	return func(on bool) {
		if on {
			widgets.Reveal(f.side, o)
		}
	}
}

type sideLayout struct{}

func (sideLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(640, 300) }
func (sideLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	right := min(max(size.Width*0.4, 376), 440)
	o[0].Move(fyne.NewPos(look.Gap/2, 0))
	o[0].Resize(fyne.NewSize(size.Width-right-look.Gap, size.Height))
	o[1].Move(fyne.NewPos(size.Width-right-look.Gap/2, 0))
	o[1].Resize(fyne.NewSize(right, size.Height))
}

// column is a scrolling page of cards.
func column(cards ...fyne.CanvasObject) fyne.CanvasObject {
	return widgets.Wheeled(widgets.Page(widgets.Columns(2, 380, cards...)))
}

// pair is a line of what is known.
func pair(label, value string) stated.Line { return stated.Line{Label: label, Value: value} }

// pairs are the lines that have a value.
func pairs(lines ...stated.Line) fyne.CanvasObject {
	return stated.Pairs(slices.DeleteFunc(lines, func(l stated.Line) bool { return l.Value == "" }))
}

// judged is what stands under a passphrase.
func judged(e *env.Env, key string, strong bool) widgets.Note {
	switch {
	case key == "":
		return widgets.Note{}
	case strong:
		return widgets.Note{Role: look.Valid, Text: e.T(key)}
	default:
		return widgets.Note{Role: look.Invalid, Text: e.T(key)}
	}
}

// onEscape lets Escape in any of the entries do something.
func onEscape(do func(), entries ...*widgets.Entry) {
	for _, entry := range entries {
		entry.OnKey = func(k *fyne.KeyEvent) bool {
			if k.Name == fyne.KeyEscape {
				do()
			}
			return k.Name == fyne.KeyEscape
		}
	}
}

// confirm asks the one officer for what takes no second.
func confirm(e *env.Env, title, sentence, yes string, do func()) {
	widgets.ShowDialog(e.Window.Canvas(), title, widgets.Prose(sentence, theme.ColorNameForeground), nil,
		widgets.Choice{Label: yes, Importance: widget.DangerImportance, Do: do},
		widgets.Choice{Label: e.T("second.cancel")})
}

// chooseFile asks for a file.
func chooseFile(e *env.Env, take func(path string)) {
	dialog.ShowFileOpen(func(f fyne.URIReadCloser, err error) {
		switch {
		case err != nil:
			e.Error(err)
		case f != nil:
			f.Close()
			take(f.URI().Path())
		}
	}, e.Window)
}

// chooseFolder asks for a folder.
func chooseFolder(e *env.Env, take func(path string)) {
	dialog.ShowFolderOpen(func(f fyne.ListableURI, err error) {
		switch {
		case err != nil:
			e.Error(err)
		case f != nil:
			take(f.Path())
		}
	}, e.Window)
}

// beside finds the sentence for a field among problems.
func beside(e *env.Env, problems []data.Problem, field string) widgets.Note {
	for _, p := range problems {
		if p.Field == field {
			return widgets.Wrong(e.Words.Problem(p))
		}
	}
	return widgets.Note{}
}
