// Package sheet shows a page that was made about a case, and prints or saves
// it: the traveller's letter, the sheet that stays in the post. A page is made
// once, when it is asked for, and shown, printed and saved as it was made.
package sheet

import (
	"context"
	"errors"
	"image"

	"pratique/ui/env"
	"pratique/ui/save"
)

// ErrNoPrinter: there is no printer to be reached from here.
var ErrNoPrinter = errors.New("no printer")

// Sheet is a page to be made.
type Sheet struct {
	Title string // in words
	// Job names it to the printer, where anybody may read it: what it is, and
	// nothing of whom it is about.
	Job  string
	File string // name of a file for it
	Make func(context.Context) (pdf []byte, err error)
}

// Parts are what sheets are shown, printed and saved with.
type Parts struct {
	// Picture is the picture of the first page of a PDF.
	Picture func(ctx context.Context, pdf []byte) (image.Image, error)
	// Print prints a PDF on the usual printer, names that, and returns when the
	// job has ended; the error is [ErrNoPrinter] where there is none.
	Print func(ctx context.Context, job string, pdf []byte) (queue string, err error)
	Save  save.Parts
}

// State is everything that is to be seen.
type State struct {
	Busy    string      // message key of what is under way, empty for nothing
	Picture image.Image // nil: the page is not made
	Said    string      // what became of it, in words
	Bad     bool        // it did not go well
}

// Model is one sheet.
type Model struct {
	Show func(State)

	e     *env.Env
	parts Parts
	sheet Sheet
	pdf   []byte
	st    State
}

// NewModel makes the model of a sheet; nothing is made yet.
func NewModel(e *env.Env, p Parts, s Sheet) *Model {
	return &Model{Show: func(State) {}, e: e, parts: p, sheet: s}
}

// State is what there is to see now.
func (m *Model) State() State { return m.st }

// Ready reports whether the page can be printed and saved.
func (s State) Ready() bool { return s.Picture != nil && s.Busy == "" }

// Open makes the page and draws it.
func (m *Model) Open() State {
	type made struct {
		pdf     []byte
		picture image.Image
	}
	m.st = State{Busy: "sheet.busy.make"}
	make, picture := m.sheet.Make, m.parts.Picture
	env.Go(m.e, func(ctx context.Context) (p made, err error) {
		if p.pdf, err = make(ctx); err == nil {
			p.picture, err = picture(ctx, p.pdf)
		}
		return p, err
	}, func(p made, err error) {
		if m.st.Busy = ""; err != nil {
			m.failed(err)
			return
		}
		m.pdf, m.st.Picture = p.pdf, p.picture
		m.Show(m.st)
	})
	return m.st
}

// Print prints the page.
func (m *Model) Print() State {
	if !m.st.Ready() {
		return m.st
	}
	m.st.Busy, m.st.Said, m.st.Bad = "sheet.busy.print", "", false
	print, job, pdf := m.parts.Print, m.sheet.Job, m.pdf
	env.Go(m.e, func(ctx context.Context) (string, error) { return print(ctx, job, pdf) }, func(queue string, err error) {
		m.st.Busy = ""
		switch {
		case errors.Is(err, ErrNoPrinter):
			m.st.Said, m.st.Bad = m.e.T("sheet.no-printer"), true
		case err != nil:
			m.failed(err)
			return
		default:
			m.st.Said = m.e.T("sheet.printed", queue)
		}
		m.Show(m.st)
	})
	return m.st
}

// Save asks where the page is to be saved.
func (m *Model) Save() {
	if m.st.Ready() {
		save.Ask(m.e, m.parts.Save, m.sheet.File, m.pdf, func(path string) {
			m.st.Said, m.st.Bad = m.e.T("save.done", path), false
			m.Show(m.st)
		})
	}
}

func (m *Model) failed(err error) {
	m.st.Said, m.st.Bad = m.e.T("sheet.failed"), true
	m.Show(m.st)
	m.e.Error(err)
}
