package second

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	"pratique/data/staff"
	"pratique/ui/env"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// Ask asks for a second officer and then calls do, on the UI goroutine. The
// sentence says what will be done, as a whole: "Certificate PR12-… is revoked,
// for good." Where the dialog is given up, or a lock takes it away, do is not
// called, not even for a passphrase that is being proved at that moment.
func Ask(e *env.Env, door Door, sentence string, do func(staff.Session)) {
	if _, open := e.Window.Canvas().Overlays().Top().(*widgets.Dialog); open {
		return // one question at a time
	}
	a := &ask{e: e, m: NewModel(door), do: do, passphrase: widgets.NewPassphrase(), busy: widget.NewProgressBarInfinite()}
	a.officer = widgets.NewCodeSelect(e.Words, nil)
	a.officer.Short, a.officer.PlaceHolder = true, e.T("second.officer.hint")
	a.officer.OnCode = func(code string) { a.show(a.m.Choose(data.OfficerID(code))) }
	a.passphrase.OnSubmitted = func(string) { a.try() }
	a.passphrase.OnKey = func(k *fyne.KeyEvent) bool {
		if k.Name == fyne.KeyEscape {
			a.dialog.Close()
		}
		return k.Name == fyne.KeyEscape
	}
	a.note = widgets.NewField(e.T("second.passphrase"), a.passphrase)
	a.busy.Stop()
	body := widgets.Stack(12,
		widgets.NewNotice(look.Accent, sentence),
		widgets.Prose(e.T("second.text"), look.ColorMuted),
		widgets.NewField(e.T("second.officer"), a.officer), a.note, a.busy)
	a.dialog = widgets.ShowDialog(e.Window.Canvas(), e.T("second.title"), body, a.officer,
		widgets.Choice{Label: e.T("second.cancel")},
		widgets.Choice{Label: e.T("second.agree"), Importance: widget.HighImportance, Do: a.try, Stay: true})
	a.show(a.m.State())
	env.Go(e, door.MaySignIn, func(all []data.Officer, err error) {
		if !a.dialog.Shown() {
			return
		}
		if err != nil {
			a.dialog.Close()
			e.Error(err)
			return
		}
		st := a.m.Known(all, e.Officer().ID)
		var options []widgets.Option
		for _, o := range st.Officers {
			options = append(options, widgets.Option{Code: string(o.ID), Name: e.T("second.mark", o.Mark)})
		}
		a.officer.SetOptions(options)
		a.officer.SetCode(string(st.Chosen))
		a.show(st)
		if st.Chosen != "" {
			e.Window.Canvas().Focus(a.passphrase)
		}
	})
}

type ask struct {
	e          *env.Env
	m          *Model
	do         func(staff.Session)
	officer    *widgets.CodeSelect
	passphrase *widgets.Entry
	note       *widgets.Field
	busy       *widget.ProgressBarInfinite
	dialog     *widgets.Dialog
}

func (a *ask) try() {
	work, ok := a.m.Try(a.passphrase.Text)
	a.show(a.m.State())
	if !ok {
		return
	}
	a.passphrase.Set("")
	env.Go(a.e, work, func(s staff.Session, err error) {
		if !a.dialog.Shown() {
			return // given up or locked meanwhile: nobody agreed to anything any more
		}
		st, agreed, other := a.m.Tried(s, err)
		switch {
		case agreed:
			a.dialog.Close()
			a.busy.Stop()
			a.do(s)
		case other != nil:
			a.dialog.Close()
			a.busy.Stop()
			a.e.Error(other)
		default:
			a.show(st)
			a.e.Window.Canvas().Focus(a.passphrase)
		}
	})
}

func (a *ask) show(st State) {
	note := widgets.Note{}
	if st.Said != "" {
		note = widgets.Note{Role: look.Invalid, Text: a.e.T(st.Said)}
		if !st.Until.IsZero() {
			note.Text += " " + a.e.T("second.wait", st.Until.Add(time.Second-1).Format(time.TimeOnly))
		}
	}
	a.note.SetNote(note)
	if st.Busy {
		a.busy.Show()
		a.busy.Start()
	} else {
		a.busy.Stop()
		a.busy.Hide()
	}
	if a.dialog != nil {
		a.dialog.Refresh()
	}
}
