package intake

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"pratique/data"
	"pratique/ui/env"
	"pratique/ui/evidence"
	"pratique/ui/stated"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// papers are the scans of the case: the one of the field that has the focus
// comes forward by itself. New ones are picked, dropped into the window, or
// pasted as files that were copied.
type papers struct {
	s      *screen
	card   *widgets.Card
	view   *evidence.View
	page   *fyne.Container // the view, while there is a scan
	refuse *fyne.Container
	group  *widgets.CodeSelect
	acts   *fyne.Container
	remove *widgets.Button
	told   []data.Evidence
	groups []data.Group
}

func newPapers(s *screen) *papers {
	p := &papers{s: s, refuse: widgets.Stack(4)}
	session := s.e.Session
	p.view = evidence.NewView(s.e, evidence.Parts{
		Open: func(ctx context.Context, doc string) ([]byte, error) {
			r, _, err := s.p.Desk.OpenEvidence(ctx, session, s.m.State().ID, doc)
			if err != nil {
				return nil, err
			}
			b, err := io.ReadAll(r)
			if closed := r.Close(); err == nil {
				err = closed
			}
			return b, err
		},
		Draw: s.p.Draw,
	})
	p.view.OnEscape = func() { s.jump(s.form.current) }
	p.view.OnShow = p.shows
	p.page = container.New(tall{330}, p.view)
	p.group = widgets.NewCodeSelect(s.e.Words, nil)
	p.group.OnCode = func(code string) {
		if id := p.view.Current(); id != "" {
			p.act(s.m.Move(id, code))
		}
	}
	p.remove = widgets.NewButton(s.e.T("intake.papers.remove"), nil, func() {
		if id := p.view.Current(); id != "" {
			p.act(s.m.RemoveScan(id))
		}
	}).Quiet()
	p.acts = widgets.Stack(4, widgets.NewField(s.e.T("intake.papers.group"), p.group), widgets.Row(0, p.remove, widgets.Stretch()))
	attach := widgets.NewButton(s.e.T("intake.papers.attach"), look.Icon("new", look.Accent.Ink()), p.pick).Quiet()
	if s.form.locked() {
		attach.Disable()
	}
	p.card = widgets.NewCard(s.e.T("field.evidence"), widgets.Stack(8, p.refuse, p.page, p.acts,
		small(s.e.T("intake.papers.hint"), look.ColorMuted)), attach)
	return p
}

// tall gives an object a height of its own.
type tall struct{ height float32 }

func (t tall) MinSize(o []fyne.CanvasObject) fyne.Size    { return fyne.NewSize(0, t.height) }
func (tall) Layout(o []fyne.CanvasObject, size fyne.Size) { o[0].Resize(size) }

func (p *papers) show(state State) {
	e := p.s.e
	p.refuse.Objects = nil
	if state.Attaching > 0 {
		p.refuse.Add(widgets.NewNotice(look.Accent, e.T("intake.papers.busy")))
	}
	for _, r := range state.Refused {
		p.refuse.Add(widgets.NewNotice(look.Invalid, e.Words.Problem(r)))
	}
	p.refuse.Hidden = len(p.refuse.Objects) == 0
	p.refuse.Refresh()
	groups := state.Content.Groups()
	if slices.Equal(state.Evidence, p.told) && len(groups) == len(p.groups) {
		return
	}
	p.told, p.groups = state.Evidence, groups
	options := []widgets.Option{{Code: "", Name: e.T("intake.papers.any")}}
	for _, g := range groups {
		options = append(options, widgets.Option{Code: g.Name, Name: p.title(g.Name)})
	}
	p.group.SetOptions(options)
	var documents []evidence.Document
	for _, s := range state.Evidence {
		documents = append(documents, evidence.Document{ID: s.ID, Group: s.Group, Title: s.Name, Pages: s.Pages, Gone: !s.Gone.IsZero()})
	}
	none := len(documents) == 0
	p.page.Hidden, p.acts.Hidden = none, none || p.s.form.locked()
	p.view.Set(documents)
	p.shows()
	p.card.Refresh()
}

// shows says which group the scan in sight is filed under.
func (p *papers) shows() { p.group.SetCode(p.view.Group()) }

// title is the name of a group.
func (p *papers) title(group string) string {
	var n int
	if _, err := fmt.Sscanf(group, "test %d", &n); err == nil {
		return p.s.e.T("group.test", n)
	}
	return p.s.e.T("group." + group)
}

// bring brings the scan of a field forward.
func (p *papers) bring(path string) {
	if len(p.told) > 0 {
		p.view.Bring(stated.GroupOf(path))
	}
}

// act does something with a scan, off the UI goroutine. Who has left is told
// what went wrong.
func (p *papers) act(work func(context.Context) (data.Application, error)) {
	s := p.s
	s.apply(s.m.State())
	env.Go(s.e, work, func(a data.Application, err error) {
		state, err := s.m.Attached(a, err)
		if err != nil {
			s.e.Error(err)
		} else if s.left && len(state.Refused) > 0 {
			s.e.Toast(s.e.Words.Problem(state.Refused[len(state.Refused)-1]))
		}
		s.end(s.m.Next()) // shows the state, too
	})
}

// attach attaches a file to the group of the field that has the focus.
func (p *papers) attach(name string, open func() (io.ReadCloser, error)) {
	if !p.s.form.locked() {
		p.act(p.s.m.Attach(stated.GroupOf(p.s.form.current), name, open))
	}
}

// pick asks for a file.
func (p *papers) pick() {
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		switch {
		case err != nil:
			p.s.e.Error(err)
		case r != nil:
			p.attach(r.URI().Name(), func() (io.ReadCloser, error) { return r, nil })
		}
	}, p.s.e.Window)
	d.SetFilter(storage.NewExtensionFileFilter([]string{".pdf", ".png", ".jpg", ".jpeg", ".PDF", ".PNG", ".JPG", ".JPEG"}))
	d.Show()
}

// drop attaches what was dropped into the window.
func (p *papers) drop(dropped []fyne.URI) {
	for _, u := range dropped {
		p.attach(u.Name(), func() (io.ReadCloser, error) { return storage.Reader(u) })
	}
}

// paste attaches files that were copied elsewhere. A copied picture does not
// reach this program: the toolkit's clipboard has texts alone.
func (p *papers) paste() {
	files := copied(fyne.CurrentApp().Clipboard().Content())
	if len(files) == 0 {
		p.s.e.Toast(p.s.e.T("intake.papers.no-file"))
	}
	p.drop(files)
}

// copied are the files that a text names, a line each: as addresses, or as whole
// paths.
func copied(text string) (files []fyne.URI) {
	for line := range strings.Lines(text) {
		line = strings.Trim(strings.TrimSpace(line), `"`)
		if u, err := url.Parse(line); err == nil && u.Scheme == "file" {
			line = u.Path
		}
		if strings.HasPrefix(line, "/") || len(line) > 3 && line[1:3] == `:\` {
			files = append(files, storage.NewFileURI(line))
		}
	}
	return files
}
