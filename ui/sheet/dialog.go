package sheet

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"pratique/ui/env"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// Show makes a sheet and shows it over everything, to be printed or saved. A
// lock takes it away.
func Show(e *env.Env, p Parts, s Sheet) {
	if _, open := e.Window.Canvas().Overlays().Top().(*widgets.Dialog); open {
		return // one at a time
	}
	v := &view{e: e, m: NewModel(e, p, s), page: widgets.NewPageView(e.Words), said: widgets.NewNotice(look.Plain, "")}
	v.m.Show = v.show
	v.dialog = widgets.ShowDialog(e.Window.Canvas(), s.Title, container.New(room{e.Window.Canvas()}, v.page, v.said), nil,
		widgets.Choice{Label: e.T("sheet.close")},
		widgets.Choice{Label: e.T("sheet.save"), Do: v.m.Save, Stay: true},
		widgets.Choice{Label: e.T("sheet.print"), Importance: widget.HighImportance, Do: func() { v.show(v.m.Print()) }, Stay: true})
	v.page.OnEscape = v.dialog.Close
	v.page.SetNone("")
	v.show(v.m.Open())
}

type view struct {
	e      *env.Env
	m      *Model
	st     State
	page   *widgets.PageView
	said   *widgets.Notice
	dialog *widgets.Dialog
}

func (v *view) show(st State) {
	before := v.st
	v.st = st
	if !v.dialog.Shown() {
		if st.Said != before.Said && !st.Bad {
			v.e.Toast(st.Said) // it was closed while the printer was at work
		}
		return
	}
	if st.Picture != before.Picture {
		v.page.SetPicture(st.Picture, 0, 1)
	}
	role, text := look.Valid, st.Said
	switch {
	case st.Busy != "":
		role, text = look.Plain, v.e.T(st.Busy)
	case st.Bad:
		role = look.Practice
	}
	v.said.Set(role, text)
	v.dialog.Refresh()
}

// room is as high as the window lets a page be, with what became of it under it.
type room struct{ canvas fyne.Canvas }

// around is what a dialog has beside its body: title, buttons and distances.
const around float32 = 210

func (r room) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(560, max(240, r.canvas.Size().Height-around))
}

func (r room) Layout(o []fyne.CanvasObject, size fyne.Size) {
	said := float32(0)
	if o[1].Visible() {
		o[1].Resize(fyne.NewSize(size.Width, o[1].MinSize().Height)) // it wraps: the height follows the width
		said = o[1].MinSize().Height
		o[1].Resize(fyne.NewSize(size.Width, said))
		o[1].Move(fyne.NewPos(0, size.Height-said))
		said += look.Tight
	}
	o[0].Resize(fyne.NewSize(size.Width, size.Height-said))
}
