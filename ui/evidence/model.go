// Package evidence shows the scans of a case beside its fields: which there
// are, and a page of one of them, zoomed, turned and moved about. It has no acts
// on the desk; scans and pages come from functions that it is given.
//
// Scans are kept in memory while the view stands, so that going from group to
// group and back waits for nothing, and are overwritten when it is left.
package evidence

import (
	"context"
	"image"
	"slices"
	"time"

	"pratique/ui/env"
)

// Document is a scan. It is comparable.
type Document struct {
	ID    string
	Group string // of the content that it shows, as [data.Content.Groups] names it; may be empty
	Title string // in the officer's language
	Pages int
	Gone  bool // only its fingerprint is kept
}

// Parts are where scans come from. Both functions are called away from the UI
// goroutine, with a deadline.
type Parts struct {
	// Open reads a scan, whole.
	Open func(ctx context.Context, id string) ([]byte, error)
	// Draw is the picture of a page of a scan, counted from 0, not larger than
	// [MaxSide] each way.
	Draw func(ctx context.Context, scan []byte, page int) (image.Image, error)
}

// MaxSide is the most pixels of a page in width and height: A4 at 200 dpi.
const MaxSide = 2340

// Within is how long opening a scan and drawing a page may take.
const Within = 20 * time.Second

// keep is how many pages are kept in memory; one has up to 20 MB.
const keep = 6

// State is what the view shows.
type State struct {
	Known     bool // which documents there are
	Documents []Document
	Current   int    // of Documents, -1 for none
	Page      int    // counted from 0
	Pages     int    // 0: not known yet
	Wanted    string // the group that no scan was filed under, empty if one is there
	Busy      bool
	Failed    bool
	Picture   image.Image // nil: none yet
}

// Model is the view without its widgets.
type Model struct {
	// Show shows a state that came about later.
	Show func(State)

	e         *env.Env
	parts     Parts
	known     bool
	documents []Document
	current   int
	page      int
	wanted    string
	busy      bool
	failed    bool
	gone      bool
	asked     int // counts, so that an answer to an old question shows nothing
	cancel    func()

	scans map[string][]byte
	drawn []drawn // the page used last comes last
}

type drawn struct {
	id      string
	page    int
	picture image.Image
}

// NewModel makes a model without documents.
func NewModel(e *env.Env, parts Parts) *Model {
	return &Model{Show: func(State) {}, e: e, parts: parts, current: -1, cancel: func() {}, scans: map[string][]byte{}}
}

// State is what to show now.
func (m *Model) State() State {
	s := State{Known: m.known, Documents: m.documents, Current: m.current, Page: m.page, Wanted: m.wanted, Busy: m.busy, Failed: m.failed}
	if m.current >= 0 {
		s.Pages = m.documents[m.current].Pages
		if i := m.find(); i >= 0 {
			s.Picture = m.drawn[i].picture
		}
	}
	return s
}

// Set tells which documents there are. The one in sight stays, if it is among
// them.
func (m *Model) Set(documents []Document) State {
	id := ""
	if m.current >= 0 {
		id = m.documents[m.current].ID
	}
	m.known, m.documents = true, slices.Clone(documents)
	i := slices.IndexFunc(m.documents, func(d Document) bool { return d.ID == id })
	if i < 0 && len(m.documents) > 0 {
		i, m.page = 0, 0
	}
	m.current = i
	if m.wanted != "" {
		return m.Bring(m.wanted)
	}
	return m.load()
}

// Bring brings a document of a group forward, unless one is in sight. Where no
// document was filed under it, what is in sight stays.
func (m *Model) Bring(group string) State {
	m.wanted = ""
	if m.current >= 0 && m.documents[m.current].Group == group {
		return m.State()
	}
	i := slices.IndexFunc(m.documents, func(d Document) bool { return d.Group == group })
	if i < 0 {
		m.wanted = group
		return m.State()
	}
	return m.Choose(i)
}

// Choose goes to the i-th document.
func (m *Model) Choose(i int) State {
	if i < 0 || i >= len(m.documents) || i == m.current {
		return m.State()
	}
	m.current, m.page, m.wanted = i, 0, ""
	return m.load()
}

// Go goes to a page of the document in sight.
func (m *Model) Go(page int) State {
	if m.current < 0 || page < 0 || page >= m.documents[m.current].Pages {
		return m.State()
	}
	m.page = page
	return m.load()
}

// Turn goes by pages, and on to the next document where one ends.
func (m *Model) Turn(by int) State {
	if m.current < 0 {
		return m.State()
	}
	page := m.page + by
	switch {
	case page < 0 && m.current > 0:
		m.current--
		m.page, m.wanted = max(0, m.documents[m.current].Pages-1), ""
	case page >= m.documents[m.current].Pages && m.current+1 < len(m.documents):
		m.current, m.page, m.wanted = m.current+1, 0, ""
	case page < 0 || page >= m.documents[m.current].Pages:
		return m.State()
	default:
		m.page = page
	}
	return m.load()
}

// load has the page in sight drawn, if it is not.
func (m *Model) load() State {
	m.cancel()
	m.busy, m.failed, m.cancel = false, false, func() {}
	if m.gone || m.current < 0 || m.documents[m.current].Gone {
		return m.State()
	}
	if i := m.find(); i >= 0 {
		d := m.drawn[i]
		m.drawn = append(slices.Delete(m.drawn, i, i+1), d)
		return m.State()
	}
	id, page, scan, open, draw := m.documents[m.current].ID, m.page, m.scans[m.documents[m.current].ID], m.parts.Open, m.parts.Draw
	type read struct {
		scan    []byte
		picture image.Image
	}
	m.busy = true
	m.asked++
	asked := m.asked
	ctx, stop := context.WithTimeout(m.e.Context, Within)
	m.cancel = stop
	env.Go(m.e, func(context.Context) (p read, err error) {
		defer stop()
		if p.scan = scan; p.scan == nil {
			if p.scan, err = open(ctx, id); err != nil {
				return p, err
			}
		}
		p.picture, err = draw(ctx, p.scan, page)
		return p, err
	}, func(p read, err error) {
		if m.gone {
			clear(p.scan)
			wipe(p.picture)
			return
		}
		if p.scan != nil {
			m.scans[id] = p.scan
		}
		if err == nil {
			m.drawn = append(m.drawn, drawn{id, page, p.picture})
			if len(m.drawn) > keep {
				wipe(m.drawn[0].picture)
				m.drawn = slices.Delete(m.drawn, 0, 1)
			}
		}
		if asked == m.asked { // else another page is wanted by now
			m.busy, m.failed = false, err != nil
			m.Show(m.State())
		}
	})
	return m.State()
}

func (m *Model) find() int {
	id := m.documents[m.current].ID
	return slices.IndexFunc(m.drawn, func(d drawn) bool { return d.id == id && d.page == m.page })
}

// Leave overwrites everything that was read.
func (m *Model) Leave() {
	m.gone = true
	m.cancel()
	for _, b := range m.scans {
		clear(b)
	}
	for _, d := range m.drawn {
		wipe(d.picture)
	}
	m.scans, m.drawn, m.documents, m.current = map[string][]byte{}, nil, nil, -1
}

// wipe overwrites a picture of a kind that the decoders make.
func wipe(picture image.Image) {
	switch p := picture.(type) {
	case *image.RGBA:
		clear(p.Pix)
	case *image.NRGBA:
		clear(p.Pix)
	case *image.Gray:
		clear(p.Pix)
	case *image.YCbCr:
		clear(p.Y)
		clear(p.Cb)
		clear(p.Cr)
	}
}
