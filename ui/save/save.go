// Package save asks where a file goes and writes it: a dialog with the file's
// name, which the officer may change. It never writes over another file.
package save

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"pratique/ui/env"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// Settings keep a choice of this machine.
type Settings interface {
	String(key string) string
	SetString(key, value string)
}

// settingFolder is where the last file went.
const settingFolder = "folder"

// Parts are what files are written with.
type Parts struct {
	// WriteNew writes a file, complete or not at all, and says os.ErrExist
	// rather than replace one.
	WriteNew func(path string, content []byte) error
	// Folder is where files go until the officer chooses another.
	Folder   string
	Settings Settings
}

// Ask offers to write content to a file of that name. Done is called on the UI
// goroutine with the path that was written, and not at all if none was.
func Ask(e *env.Env, p Parts, name string, content []byte, done func(path string)) {
	folder := p.Settings.String(settingFolder)
	if folder == "" {
		folder = p.Folder
	}
	s := &asking{e: e, p: p, content: content, extension: filepath.Ext(name), done: done, path: widgets.NewEntry()}
	s.path.Set(filepath.Join(folder, name))
	s.path.OnSubmitted = func(string) { s.write() }
	s.path.OnKey = func(k *fyne.KeyEvent) bool {
		if k.Name == fyne.KeyEscape {
			s.dialog.Close()
		}
		return k.Name == fyne.KeyEscape
	}
	s.note = widgets.NewField(e.T("save.path"), s.path)
	other := widgets.NewButton(e.T("save.folder"), nil, func() {
		dialog.ShowFolderOpen(func(chosen fyne.ListableURI, err error) {
			switch {
			case err != nil:
				e.Error(err)
			case chosen != nil:
				s.path.Set(filepath.Join(chosen.Path(), filepath.Base(s.path.Text)))
			}
		}, e.Window)
	})
	s.dialog = widgets.ShowDialog(e.Window.Canvas(), e.T("save.title"), widgets.Stack(look.Tight, s.note, widgets.Row(0, other, widgets.Stretch())), s.path,
		widgets.Choice{Label: e.T("save.cancel")},
		widgets.Choice{Label: e.T("save.write"), Importance: widget.HighImportance, Do: s.write, Stay: true})
}

type asking struct {
	e         *env.Env
	p         Parts
	content   []byte
	extension string
	done      func(string)
	path      *widgets.Entry
	note      *widgets.Field
	dialog    *widgets.Dialog
	busy      bool
}

func (s *asking) write() {
	path := strings.TrimSpace(s.path.Text)
	if s.busy || path == "" {
		return
	}
	if filepath.Ext(path) == "" {
		path += s.extension
	}
	s.busy = true
	write, content := s.p.WriteNew, s.content
	env.Go(s.e, func(context.Context) (struct{}, error) { return struct{}{}, write(path, content) }, func(_ struct{}, err error) {
		s.busy = false
		said := ""
		switch {
		case err == nil:
			s.p.Settings.SetString(settingFolder, filepath.Dir(path))
			s.dialog.Close()
			s.done(path)
			return
		case errors.Is(err, os.ErrExist):
			said = "save.exists"
		case errors.Is(err, os.ErrNotExist):
			said = "save.no-folder"
		case errors.Is(err, os.ErrPermission):
			said = "save.not-allowed"
		default:
			s.dialog.Close()
			s.e.Error(err)
			return
		}
		s.note.SetNote(widgets.Note{Role: look.Invalid, Text: s.e.T(said)})
		s.dialog.Refresh()
	})
}
