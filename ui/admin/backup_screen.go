package admin

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"pratique/ui/env"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

type backupScreen struct {
	frame
	m  *BackupModel
	st BackupState

	alarm   *widgets.Notice
	last    *fyne.Container
	make    *widgets.Button
	bar     *widget.ProgressBar
	endless *widget.ProgressBarInfinite
	stop    *widgets.Button
	working *fyne.Container

	folder      *widgets.Entry
	passphrase  *widgets.Entry
	folderField *widgets.Field
	passField   *widgets.Field
	set         *widgets.Button
}

func newBackupScreen(f frame, parts Parts) *backupScreen {
	e := f.e
	s := &backupScreen{frame: f, m: NewBackupModel(e, parts), alarm: widgets.NewNotice(look.Valid, ""), last: widgets.Stack(look.Tight)}
	s.make = widgets.NewButton(e.T("admin.backup.make"), nil, s.m.Make).Primary()
	s.bar, s.endless = widget.NewProgressBar(), widget.NewProgressBarInfinite()
	s.endless.Stop()
	s.stop = widgets.NewButton(e.T("admin.backup.stop"), nil, s.m.Stop)
	s.working = widgets.Stack(look.Tight, widgets.Prose(e.T("admin.backup.running"), look.ColorMuted), s.bar, s.endless, widgets.Row(0, s.stop, widgets.Stretch()))

	s.folder, s.passphrase = widgets.NewEntry(), widgets.NewPassphrase()
	s.folder.OnChanged = func(string) { s.m.Type(s.folder.Text, s.passphrase.Text) }
	s.passphrase.OnChanged = s.folder.OnChanged
	s.passphrase.OnSubmitted = func(string) { s.m.Set(s.passphrase.Text) }
	s.folderField = widgets.NewField(e.T("admin.backup.folder"), s.folder).Hint(e.T("admin.backup.folder.hint"))
	s.passField = widgets.NewField(e.T("admin.backup.passphrase"), s.passphrase).Hint(e.T("admin.backup.passphrase.hint"))
	s.set = widgets.NewButton(e.T("admin.backup.set"), nil, func() { s.m.Set(s.passphrase.Text) })
	choose := widgets.NewButton(e.T("admin.folder.choose"), nil, func() {
		chooseFolder(e, func(path string) { s.folder.SetText(path) })
	})

	muted := func(key string) fyne.CanvasObject { return widgets.Prose(e.T(key), look.ColorMuted) }
	s.build(column(
		widgets.NewCard(e.T("admin.backup.title"), widgets.Stack(12, s.alarm, s.last, widgets.Row(0, s.make, widgets.Stretch()), s.working, muted("admin.backup.text"))),
		widgets.NewCard(e.T("admin.backup.settings"), widgets.Stack(look.Tight, s.folderField, widgets.Row(0, choose, widgets.Stretch()), s.passField,
			widgets.Row(0, s.set, widgets.Stretch()))),
		widgets.NewCard(e.T("admin.backup.restore"), muted("admin.backup.restore.text")),
	))
	s.m.Show = s.show
	s.m.Open()
	return s
}

// Focus implements env.Screen.
func (s *backupScreen) Focus() fyne.Focusable {
	if s.st.Folder == "" {
		return s.folder
	}
	return s.make
}

// Leave implements env.Screen.
func (s *backupScreen) Leave() {
	s.passphrase.Set("")
	s.endless.Stop()
	s.m.Leave()
}

// Actions implements env.Actor.
func (s *backupScreen) Actions() []env.Action {
	return s.actions(
		env.Action{Label: s.e.T("admin.backup.make"), Key: fyne.KeyB, Modifier: fyne.KeyModifierControl | fyne.KeyModifierShift, Do: s.m.Make, Disabled: s.make.Disabled()},
		env.Action{Label: s.e.T("admin.backup.stop"), Do: s.m.Stop, Disabled: !s.st.Running || s.st.Stopping},
		env.Action{Label: s.e.T("admin.backup.set"), Do: func() { s.focus(s.folder) }},
	)
}

func (s *backupScreen) show(st BackupState) {
	before := s.st
	s.st = st
	s.said(st.Busy, st.Done)
	switch {
	case st.Alarm == NoFolder, st.Alarm == Never:
		s.alarm.Set(look.Invalid, s.e.T("admin.backup.alarm."+string(st.Alarm)))
	case st.Alarm == TooOld:
		s.alarm.Set(look.Invalid, s.e.T("admin.backup.alarm.old")+" "+s.e.T("admin.backup.last", st.Made, st.Ago))
	case st.Known:
		s.alarm.Set(look.Valid, s.e.T("admin.backup.last", st.Made, st.Ago))
	}
	s.last.Objects = nil
	if st.Made != "" {
		s.last.Add(pairs(pair(s.e.T("admin.backup.made.at"), st.Made), pair(s.e.T("admin.backup.file"), st.Last.Path),
			pair(s.e.T("admin.backup.size"), size(st.Last.Bytes)), pair(s.e.T("admin.backup.entries"), s.e.T("admin.number", st.Last.Entries))))
	}
	s.last.Refresh()
	widgets.SetEnabled(s.make, st.Known && st.Folder != "" && !st.Running)
	widgets.SetVisible(s.working, st.Running)
	widgets.SetVisible(s.bar, st.Progress.Total > 0)
	widgets.SetVisible(s.endless, st.Progress.Total == 0)
	if st.Running && st.Progress.Total == 0 {
		s.endless.Start()
	} else {
		s.endless.Stop()
	}
	if st.Progress.Total > 0 {
		s.bar.SetValue(float64(st.Progress.Done) / float64(st.Progress.Total))
	}
	widgets.SetEnabled(s.stop, !st.Stopping)
	s.folder.Set(st.Draft)
	if before.Busy == "admin.busy.store" && st.Busy != before.Busy && st.Problem == "" && st.Strength == "" {
		s.passphrase.Set("")
	}
	s.folderField.SetNote(widgets.Wrong(st.Problem))
	s.passField.SetNote(judged(s.e, st.Strength, st.Strong))
	s.root.Refresh()
	if st.Running != before.Running || st.Known != before.Known || st.Stopping != before.Stopping || st.Folder != before.Folder {
		s.e.Changed()
	}
}
