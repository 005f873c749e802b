package intake

import (
	"context"
	"errors"
	"io"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"pratique/data"
	"pratique/data/brought"
	"pratique/data/evidence"
	"pratique/data/seal"
	"pratique/data/staff"
	"pratique/ui/env"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// Seals reads what a seal that the traveller brought says.
type Seals interface {
	ReadSeal(ctx context.Context, s staff.Session, text string) (data.Brought, bool, error)
}

// Files finds the codes in a file; [*evidence.Worker] does.
type Files interface {
	Read(ctx context.Context, b []byte) (evidence.Found, error)
}

// errNoSeal says that nothing that was brought is a seal.
var errNoSeal = errors.New("no seal in it")

// Bring begins to read the codes in a text or file. It may run anywhere; its
// outcome goes to [Model.Brought].
func (m *Model) Bring(files Files, seals Seals, read func() ([]byte, error)) func(context.Context) ([]data.Brought, error) {
	m.reading++
	return func(ctx context.Context) (all []data.Brought, err error) {
		b, err := read()
		if err != nil {
			return nil, err
		}
		found, err := files.Read(ctx, b)
		if err != nil {
			return nil, err
		}
		var texts []string
		for _, s := range found.Symbols {
			text, _ := brought.Meant(s.Text)
			texts = append(texts, text)
		}
		for _, text := range seal.Join(texts) {
			b, ok, err := seals.ReadSeal(ctx, m.session, text)
			if err != nil {
				return nil, err
			}
			if ok {
				all = append(all, b)
			}
		}
		if len(all) == 0 {
			return nil, errNoSeal
		}
		return all, nil
	}
}

// Brought puts seals into the application: what is empty is filled in. What
// waited for them is not done if they were to be read, and cannot be.
func (m *Model) Brought(all []data.Brought, unread error) (s State, filled []string) {
	if m.reading--; unread != nil {
		m.wanted = nil
	}
	s = m.Edit(func(c *data.Content) {
		for _, b := range all {
			var more []string
			*c, more = brought.Add(*c, b)
			filled = append(filled, more...)
		}
	})
	return s, filled
}

// Choose settles where the application and a seal differ: the seal's value is
// taken, or the application's is kept for a reason.
func (m *Model) Choose(d brought.Difference, take bool, reason string) State {
	return m.Edit(func(c *data.Content) { *c = brought.Choose(*c, d, take, reason) })
}

// TakeOut takes a seal out again. What it filled in stays.
func (m *Model) TakeOut(i int) State {
	return m.Edit(func(c *data.Content) {
		if i >= 0 && i < len(c.Brought) {
			c.Brought = slices.Delete(slices.Clone(c.Brought), i, i+1)
		}
		if len(c.Brought) == 0 {
			c.Brought = nil
		}
	})
}

// broughtCard is the section of the codes that the traveller brought: an entry
// for a scanner, what was read, and every difference with its choice.
type broughtCard struct {
	s     *screen
	entry *widgets.Entry
	list  *fyne.Container
	// vouched are the fields that say what a code says.
	vouched map[string]data.Brought
	of      data.Content
}

func (s *screen) newBrought(locked bool) (*broughtCard, fyne.CanvasObject) {
	c := &broughtCard{s: s, entry: widgets.NewEntry(), list: widgets.Stack(8)}
	c.entry.SetPlaceHolder(s.e.T("brought.entry"))
	c.entry.OnSubmitted = func(text string) {
		c.entry.Set("") // it is kept as what was read of it
		s.bring(func() ([]byte, error) { return []byte(text), nil }, false)
	}
	open := widgets.NewButton(s.e.T("brought.open"), nil, c.open)
	if locked || s.p.Files == nil {
		c.entry.Disable()
		open.Disable()
	}
	return c, widgets.NewCard(s.e.T("brought.title"), widgets.Stack(look.Tight, c.entry, c.list), open)
}

func (c *broughtCard) open() {
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		switch {
		case err != nil:
			c.s.e.Error(err)
		case r != nil:
			c.s.bring(func() ([]byte, error) { return readAll(r) }, false)
		}
	}, c.s.e.Window)
	d.SetFilter(storage.NewExtensionFileFilter([]string{".png", ".jpg", ".jpeg", ".pdf", ".txt", ".PNG", ".JPG", ".JPEG", ".PDF", ".TXT"}))
	d.Show()
	d.Resize(fyne.NewSize(760, 520)) // the toolkit crashes if it is told before
}

// dropped attaches files that were dropped, and fills in what codes on them say.
// Most scans have none, so that is no news.
func (s *screen) dropped(_ fyne.Position, files []fyne.URI) {
	s.side.papers.drop(files)
	for _, f := range files {
		s.bring(func() ([]byte, error) {
			r, err := storage.Reader(f)
			if err != nil {
				return nil, err // attaching it says so
			}
			return readAll(r)
		}, true)
	}
}

func readAll(r io.ReadCloser) ([]byte, error) {
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, evidence.MaxSize+1))
}

// bring reads codes off the UI goroutine and fills in what they say. If it is
// quiet, only what was found is told.
func (s *screen) bring(read func() ([]byte, error), quiet bool) {
	if s.form.locked() || s.p.Files == nil {
		return
	}
	env.Go(s.e, s.m.Bring(s.p.Files, s.p.Desk, read), func(all []data.Brought, err error) {
		if quiet {
			err = nil
		}
		state, filled := s.m.Brought(all, err)
		switch {
		case errors.Is(err, errNoSeal):
			s.e.Toast(s.e.T("brought.none"))
		case errors.Is(err, evidence.ErrKind), errors.Is(err, evidence.ErrDamaged), errors.Is(err, evidence.ErrLimit), errors.Is(err, context.DeadlineExceeded):
			s.e.Toast(s.e.T(failure(err)))
		case err != nil:
			s.e.Error(err)
		case len(all) > 0 && s.left:
			s.e.Toast(s.e.T("brought.left"))
		case len(all) > 0:
			s.apply(state)
			s.typed(state)
			s.check()
			s.e.Toast(s.e.T("brought.filled", len(filled)))
		}
		s.end(s.m.Next())
	})
}

// failure is the sentence for why a file could not be read.
func failure(err error) string {
	switch {
	case errors.Is(err, evidence.ErrKind):
		return "verify.failed.kind"
	case errors.Is(err, evidence.ErrLimit):
		return "verify.failed.limit"
	case errors.Is(err, context.DeadlineExceeded):
		return "verify.failed.time"
	}
	return "verify.failed.damaged"
}

// note is what stands under a field that says what a code says.
func (c *broughtCard) note(path string) (widgets.Note, bool) {
	b, ok := c.vouched[path]
	switch {
	case !ok:
		return widgets.Note{}, false
	case b.Verdict != "valid" || b.Signer == "":
		return widgets.Note{Role: look.Unknown, Text: c.s.e.T("brought.field-nobody", c.s.e.T("verdict."+b.Verdict))}, true
	}
	return widgets.Note{Role: look.Valid, Text: c.s.e.T("brought.field", brought.Who(b))}, true
}

// show shows what was brought, and where it differs from what is entered.
func (c *broughtCard) show(state State) {
	if c.list.Objects != nil && c.of.Hash() == state.Content.Hash() {
		return
	}
	c.of = state.Content
	c.vouched = brought.Vouched(state.Content)
	c.list.Objects = nil
	t := c.s.e.T
	differs := brought.Compare(state.Content)
	for i, b := range state.Content.Brought {
		row := widgets.Row(look.Tight, widgets.NewPill(roles[b.Verdict].role, roles[b.Verdict].icon, t("verdict."+b.Verdict)),
			widgets.NewText(brought.Says(c.s.e.Words, b), widgets.Style{Elide: true}))
		if !c.s.form.locked() {
			row.Add(widgets.NewButton(t("brought.remove"), nil, func() { c.change(c.s.m.TakeOut(i)) }).Quiet())
		}
		c.list.Add(row)
		for _, d := range differs {
			if d.Brought == i {
				c.list.Add(c.difference(d))
			}
		}
	}
	c.list.Refresh()
}

var roles = map[string]struct {
	role look.Role
	icon string
}{"valid": {look.Valid, "valid"}, "invalid": {look.Invalid, "invalid"}, "cannot_say": {look.Unknown, "unknown"}}

// difference is one value that the application does not have, with the choice.
func (c *broughtCard) difference(d brought.Difference) fyne.CanvasObject {
	t := c.s.e.T
	here := d.Here
	if here == "" {
		here = t("brought.nothing")
	}
	label := widgets.NewText(c.s.e.Words.Place(d.Field), widgets.Style{Size: look.SizeNameLabel, Bold: true, Elide: true})
	if d.Reason != "" {
		return widgets.Stack(2, label, small(t("brought.kept", d.There, here, d.Reason), look.ColorMuted))
	}
	said := small(t("brought.differs", d.There, here), look.Practice.Ink())
	if c.s.form.locked() {
		return widgets.Stack(2, label, said)
	}
	reason := widgets.NewEntry()
	reason.SetPlaceHolder(t("brought.reason"))
	keep := func() {
		if data.CleanText(reason.Text) == "" {
			c.s.e.Window.Canvas().Focus(reason)
			return
		}
		c.change(c.s.m.Choose(d, false, reason.Text))
	}
	reason.OnSubmitted = func(string) { keep() }
	return widgets.Stack(4, label, said, widgets.Row(look.Tight,
		widgets.NewButton(t("brought.take"), nil, func() { c.change(c.s.m.Choose(d, true, "")) }),
		widgets.NewButton(t("brought.keep"), nil, keep)), reason)
}

func (c *broughtCard) change(state State) {
	c.s.apply(state)
	c.s.typed(state)
	c.s.check()
}
