package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/staff"
	"pratique/ui/env"
)

// Laboratories is the list of those whose reports a post accepts. Changing it
// takes two.
type Laboratories interface {
	Laboratories(ctx context.Context) ([]data.Laboratory, error)
	SetLaboratories(ctx context.Context, s, second staff.Session, all []data.Laboratory) error
}

// LaboratoryChange is a laboratory that a file changes.
type LaboratoryChange struct {
	Laboratory data.Laboratory // as it will be
	Fields     []Change
}

// Change is a value that changes, in words. It is comparable.
type Change struct{ Label, Was, Is string }

// LaboratoriesPreview is what a file would change.
type LaboratoriesPreview struct {
	Added   []data.Laboratory
	Changed []LaboratoryChange
	Same    int // that the file has as the list has them
}

// LaboratoriesState is everything that the section shows.
type LaboratoriesState struct {
	Busy, Done string
	May, Known bool
	All        []data.Laboratory
	Chosen     int

	Draft   FileDraft
	Problem string   // sentence beside the file
	Wrong   []string // what is wrong with its entries, a sentence each
	Preview *LaboratoriesPreview
}

// LaboratoriesModel is the section of the laboratories.
type LaboratoriesModel struct {
	fromFile
	Show func(LaboratoriesState)

	list    Laboratories
	codes   Codes
	all     []data.Laboratory
	known   bool
	chosen  int
	preview *LaboratoriesPreview
	next    []data.Laboratory // what was looked at, and nothing that the file says later
}

// NewLaboratoriesModel makes the model; nothing is read yet.
func NewLaboratoriesModel(e *env.Env, p Parts) *LaboratoriesModel {
	m := &LaboratoriesModel{Show: func(LaboratoriesState) {}, list: p.Desk, codes: p.Codes}
	m.fromFile = newFromFile(e, p, SectionLaboratories, audit.LaboratoriesSet)
	m.show = func() { m.Show(m.State()) }
	m.looked, m.forget = m.lookedAt, func() { m.preview, m.next = nil, nil }
	return m
}

// State is what to show now.
func (m *LaboratoriesModel) State() LaboratoriesState {
	return LaboratoriesState{
		Busy: m.busy, Done: m.done, May: m.may(audit.LaboratoriesSet), Known: m.known, All: m.all, Chosen: m.chosen,
		Draft: m.draft, Problem: m.problem, Wrong: m.wrong, Preview: m.preview,
	}
}

// Open reads the list.
func (m *LaboratoriesModel) Open() {
	done := m.done
	start(&m.core, "admin.busy.read", m.list.Laboratories, func(all []data.Laboratory, err error) error {
		m.done = done
		if err != nil {
			return err
		}
		m.all, m.known = all, true
		m.chosen = max(0, min(m.chosen, len(all)-1))
		return nil
	})
}

// Choose looks at one of them.
func (m *LaboratoriesModel) Choose(i int) {
	m.chosen, m.done = max(0, min(i, len(m.all)-1)), ""
	m.show()
}

// lookedAt shows what a file would change.
func (m *LaboratoriesModel) lookedAt(b []byte) {
	all, err := data.ParseLaboratories(b)
	if err != nil || len(all) == 0 {
		m.problem = m.e.T("admin.laboratories.file.none")
		return
	}
	if p := data.ValidateLaboratories(all, m.codes); len(p) > 0 {
		m.refused(p)
		return
	}
	preview := m.compare(all)
	if len(preview.Added)+len(preview.Changed) == 0 {
		m.problem = m.e.T("admin.file.same")
		return
	}
	m.preview, m.next = &preview, all
}

// compare is what a list would change.
func (m *LaboratoriesModel) compare(all []data.Laboratory) (p LaboratoriesPreview) {
	for _, l := range all {
		i := slices.IndexFunc(m.all, func(o data.Laboratory) bool { return o.ID == l.ID })
		if i < 0 {
			p.Added = append(p.Added, l)
			continue
		}
		c := LaboratoryChange{Laboratory: l}
		was, is := m.Lines(m.all[i]), m.Lines(l)
		for n := range is {
			if was[n] != is[n] {
				c.Fields = append(c.Fields, Change{is[n][0], was[n][1], is[n][1]})
			}
		}
		if len(c.Fields) == 0 {
			p.Same++
		} else {
			p.Changed = append(p.Changed, c)
		}
	}
	return p
}

// Lines are what is known of a laboratory: labels and values, always the same
// labels.
func (m *LaboratoriesModel) Lines(l data.Laboratory) [][2]string {
	field := func(name string) string { return m.e.Words.Field("laboratories." + name) }
	named := func(list string, codes []string) string {
		var names []string
		for _, c := range codes {
			names = append(names, m.codes.Name(list, c, m.e.Language()))
		}
		return strings.Join(names, ", ")
	}
	var kinds []string
	for _, k := range l.Kinds {
		kinds = append(kinds, string(k))
	}
	specimens := m.e.T("admin.laboratories.specimens.all")
	if len(l.Specimens) > 0 {
		specimens = named(data.ListSpecimens, l.Specimens)
	}
	return [][2]string{
		{field("id"), string(l.ID)}, {field("name"), l.Name}, {field("nativeName"), l.NativeName}, {field("sealName"), l.SealName},
		{field("kinds"), named(data.ListTests, kinds)}, {field("specimens"), specimens},
		{field("from"), string(l.From)}, {field("until"), string(l.Until)},
		{field("phone"), l.Phone}, {field("email"), l.Email}, {field("address"), l.Address},
	}
}

// Listed reports whether reports of a laboratory are accepted today.
func (m *LaboratoriesModel) Listed(l data.Laboratory) bool {
	today := data.Date(m.e.Day(m.e.Now()))
	return l.From <= today && (l.Until == "" || today <= l.Until)
}

// Import asks the second officer to take over what was looked at.
func (m *LaboratoriesModel) Import() {
	if m.busy != "" || m.preview == nil {
		return
	}
	p, all := *m.preview, m.next
	var names []string
	for _, l := range p.Added {
		names = append(names, m.e.T("admin.laboratories.sentence.new", l.Name, l.SealName))
	}
	for _, c := range p.Changed {
		l, was := c.Laboratory, m.all[slices.IndexFunc(m.all, func(o data.Laboratory) bool { return o.ID == c.Laboratory.ID })]
		if l.SealName != was.SealName {
			names = append(names, m.e.T("admin.laboratories.sentence.renamed", l.Name, l.SealName, was.SealName, len(c.Fields)-1))
		} else {
			names = append(names, m.e.T("admin.laboratories.sentence.changed", l.Name, len(c.Fields)))
		}
	}
	m.take(m.e.T("admin.laboratories.sentence", len(p.Added), len(p.Changed)), names, func(ctx context.Context, s, other staff.Session) error {
		return m.list.SetLaboratories(ctx, s, other, all)
	}, m.e.T("admin.laboratories.done", len(p.Added), len(p.Changed)), m.Open)
}

// File is the list as a file that can be changed and imported again, with a
// name for it.
func (m *LaboratoriesModel) File() (name string, content []byte, err error) {
	all := m.all
	if all == nil {
		all = []data.Laboratory{}
	}
	content, err = indented(all)
	return m.e.Post.Code + "-laboratories.json", content, err
}

// indented is JSON that people read and change.
func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}
