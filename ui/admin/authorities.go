package admin

import (
	"context"
	"slices"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/seal/sealed"
	"pratique/data/staff"
	"pratique/ui/env"
)

// Authorities is the list of those whom full records can be encrypted for.
// Changing it takes two.
type Authorities interface {
	Authorities(ctx context.Context) ([]data.Authority, error)
	SetAuthorities(ctx context.Context, s, second staff.Session, all []data.Authority) error
}

// AuthoritiesState is everything that the card of the receiving authorities shows.
type AuthoritiesState struct {
	Busy, Done string
	May, Known bool
	All        []Receiver

	Draft   FileDraft
	Problem string   // sentence beside the file
	Wrong   []string // what is wrong with its entries, a sentence each
	Changes []string // what the file would change, a sentence each; nil: nothing was read
}

// Receiver is an authority as it is shown. It is comparable.
type Receiver struct {
	Name, Key string // the key in groups
}

// AuthoritiesModel is the list of receiving authorities. A file puts another in
// its place: who is not in it is taken off.
type AuthoritiesModel struct {
	fromFile
	Show func(AuthoritiesState)

	list    Authorities
	all     []data.Authority
	known   bool
	changes []string
	next    []data.Authority // what was looked at, and nothing that the file says later
}

// draftAuthorities is where the half-typed import is kept: they share a section.
const draftAuthorities Section = "authorities"

// NewAuthoritiesModel makes the model; nothing is read yet.
func NewAuthoritiesModel(e *env.Env, p Parts) *AuthoritiesModel {
	m := &AuthoritiesModel{Show: func(AuthoritiesState) {}, list: p.Desk}
	m.fromFile = newFromFile(e, p, draftAuthorities, audit.AuthoritiesSet)
	m.show = func() { m.Show(m.State()) }
	m.looked, m.forget = m.lookedAt, func() { m.changes, m.next = nil, nil }
	return m
}

// State is what to show now.
func (m *AuthoritiesModel) State() AuthoritiesState {
	s := AuthoritiesState{Busy: m.busy, Done: m.done, May: m.may(m.act), Known: m.known, Draft: m.draft, Problem: m.problem, Wrong: m.wrong, Changes: m.changes}
	for _, a := range m.all {
		s.All = append(s.All, Receiver{a.Name, grouped(a.Recipient)})
	}
	return s
}

// Open reads the list.
func (m *AuthoritiesModel) Open() {
	done := m.done
	start(&m.core, "admin.busy.read", m.list.Authorities, func(all []data.Authority, err error) error {
		if m.done = done; err == nil {
			m.all, m.known = all, true
		}
		return err
	})
}

// lookedAt shows what a file would change.
func (m *AuthoritiesModel) lookedAt(b []byte) {
	all, err := data.ParseAuthorities(b)
	if err != nil {
		m.problem = m.e.T("admin.authorities.file.none")
		return
	}
	if p := data.ValidateAuthorities(all, sealed.IsRecipient); len(p) > 0 {
		m.refused(p)
		return
	}
	if changes := m.compare(all); len(changes) > 0 {
		m.changes, m.next = changes, all
	} else {
		m.problem = m.e.T("admin.file.same")
	}
}

// compare is what a list would change: keys in full, for they decide who can read.
func (m *AuthoritiesModel) compare(all []data.Authority) (changes []string) {
	with := func(id data.AuthorityID) func(data.Authority) bool {
		return func(a data.Authority) bool { return a.ID == id }
	}
	for _, a := range all {
		i := slices.IndexFunc(m.all, with(a.ID))
		if i < 0 {
			changes = append(changes, m.e.T("admin.authorities.new", a.Name, grouped(a.Recipient)))
			continue
		}
		was := m.all[i]
		if a.Recipient != was.Recipient {
			changes = append(changes, m.e.T("admin.authorities.key", was.Name, grouped(a.Recipient), grouped(was.Recipient)))
		}
		if a.Name != was.Name {
			changes = append(changes, m.e.T("admin.authorities.renamed", was.Name, a.Name))
		}
	}
	for _, a := range m.all {
		if !slices.ContainsFunc(all, with(a.ID)) {
			changes = append(changes, m.e.T("admin.authorities.gone", a.Name))
		}
	}
	return changes
}

// Import asks the second officer to take over what was looked at.
func (m *AuthoritiesModel) Import() {
	if m.busy != "" || m.changes == nil {
		return
	}
	all := m.next
	m.take(m.e.T("admin.authorities.sentence", len(all)), m.changes, func(ctx context.Context, s, other staff.Session) error {
		return m.list.SetAuthorities(ctx, s, other, all)
	}, m.e.T("admin.authorities.done", len(all)), m.Open)
}

// File is the list as a file that can be changed and imported again, with a name
// for it.
func (m *AuthoritiesModel) File() (name string, content []byte, err error) {
	content, err = indented(append([]data.Authority{}, m.all...))
	return m.e.Post.Code + "-authorities.json", content, err
}
