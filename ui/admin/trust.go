package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/revocation"
	"pratique/data/staff"
	"pratique/data/trust"
	"pratique/ui/env"
)

// Trusting shows and changes whom the post trusts. Each change takes two.
type Trusting interface {
	TrustLists(ctx context.Context, s staff.Session) ([]desk.TrustVersion, error)
	PreviewTrust(ctx context.Context, s staff.Session, name string, c trust.Content) (trust.Change, error)
	SetTrust(ctx context.Context, s, second staff.Session, name, source, hash string, c trust.Content) (desk.TrustVersion, error)
	RestoreTrust(ctx context.Context, s, second staff.Session, name string, number int) (desk.TrustVersion, error)
	SignRevocations(ctx context.Context, s staff.Session) ([]byte, revocation.List, error)
}

// TrustDraft is an import as typed. It is comparable.
type TrustDraft struct {
	Importing          bool
	Name, Path, Source string
}

// TrustRow is a version of a list as it is shown. It is comparable.
type TrustRow struct {
	Name     string
	Number   int
	Counts   bool // it is the newest, and not withdrawn
	Withdrew bool
	Restores int
	Items    int
	What     string // how many of each kind
	Refused  int
	Imported string
	Source   string
	Hash     string // of the file, in groups
	Officers string
}

// TrustPreview is what an import would change.
type TrustPreview struct {
	Hash, Signer                  string
	Added, Removed, Kept, Refused int
	// Lines name what is added ("+"), removed ("-") and refused ("!"), the first
	// [trustLines] of them; before all, what to know of keys without certificates.
	Lines []string
	More  int
}

// trustLines is how many changes are named; a list of states has hundreds.
const trustLines = 60

// TrustState is everything that the section shows.
type TrustState struct {
	Busy, Done string
	May        bool // change it
	MaySign    bool // sign a revocation list
	All        []TrustRow
	Chosen     int
	Draft      TrustDraft
	// Problems are sentences beside the fields "name", "path" and "source".
	Problems map[string]string
	Preview  *TrustPreview
}

// TrustModel is the section of the trust lists.
type TrustModel struct {
	core
	Show func(TrustState)

	desk    Trusting
	read    func(string) (trust.Content, string, error)
	all     []desk.TrustVersion
	chosen  int
	draft   TrustDraft
	wrong   map[string]string
	preview *TrustPreview
	content trust.Content
	hash    string
}

// NewTrustModel makes the model; nothing is read yet.
func NewTrustModel(e *env.Env, p Parts) *TrustModel {
	m := &TrustModel{core: newCore(e, p, SectionTrust), Show: func(TrustState) {}, desk: p.Desk, read: p.ReadTrust}
	m.show = func() { m.Show(m.State()) }
	m.draft = kept[TrustDraft](&m.core)
	return m
}

// State is what to show now.
func (m *TrustModel) State() TrustState {
	s := TrustState{Busy: m.busy, Done: m.done, May: m.may(audit.TrustSet), MaySign: m.may(audit.RevocationsSigned), Chosen: m.chosen,
		Draft: m.draft, Problems: m.wrong, Preview: m.preview}
	for i, v := range m.all {
		newest := i == 0 || m.all[i-1].Name != v.Name
		r := TrustRow{Name: v.Name, Number: v.Number, Counts: newest && !v.Withdrew, Withdrew: v.Withdrew, Restores: v.Restores, Items: v.Count(), Refused: v.Refused,
			Imported: m.e.When(v.At), Source: v.Source, Hash: grouped(strings.ToUpper(v.Hash)), Officers: string(v.Officer) + ", " + string(v.Second)}
		var what []string
		for _, kind := range []trust.ItemKind{trust.ItemAnchor, trust.ItemSigner, trust.ItemKey, trust.ItemCRL, trust.ItemRevocations, trust.ItemVerifier} {
			if n := v.Counts[string(kind)]; n > 0 {
				what = append(what, fmt.Sprintf("%d × %s", n, m.e.T("trust.item."+string(kind))))
			}
		}
		r.What = strings.Join(what, ", ")
		s.All = append(s.All, r)
	}
	return s
}

// Open reads the lists.
func (m *TrustModel) Open() { m.reload("", 0) }

func (m *TrustModel) reload(name string, number int) {
	s, done := m.e.Session, m.done
	start(&m.core, "admin.busy.read", func(ctx context.Context) ([]desk.TrustVersion, error) { return m.desk.TrustLists(ctx, s) },
		func(all []desk.TrustVersion, err error) error {
			m.done = done
			if err != nil {
				return err
			}
			m.all = all
			m.chosen = max(0, min(m.chosen, len(all)-1))
			if i := slices.IndexFunc(all, func(v desk.TrustVersion) bool { return v.Name == name && v.Number == number }); i >= 0 {
				m.chosen = i
			}
			return nil
		})
}

// Choose looks at one version.
func (m *TrustModel) Choose(i int) {
	m.chosen, m.done = max(0, min(i, len(m.all)-1)), ""
	m.show()
}

// Begin begins an import, of the chosen list anew, or gives it up.
func (m *TrustModel) Begin(importing bool) {
	m.clear()
	m.done = ""
	if importing && m.may(audit.TrustSet) {
		m.draft.Importing = true
		if m.chosen < len(m.all) {
			m.draft.Name, m.draft.Source = m.all[m.chosen].Name, m.all[m.chosen].Source
		}
	}
	m.show()
}

func (m *TrustModel) clear() {
	m.draft, m.wrong, m.preview, m.content, m.hash = TrustDraft{}, nil, nil, trust.Content{}, ""
}

// Type takes what stands in the form. What was read from another file no longer
// counts.
func (m *TrustModel) Type(d TrustDraft) {
	d.Importing = m.draft.Importing
	if d == m.draft {
		return
	}
	m.draft, m.wrong, m.preview, m.content, m.hash = d, nil, nil, trust.Content{}, ""
	m.show()
}

// lookedAt is what was read.
type lookedAt struct {
	content trust.Content
	hash    string
	change  trust.Change
	unread  error
}

// Look reads the file and shows what it would change. Nothing is stored.
func (m *TrustModel) Look() {
	if m.waits(m.Look) || !m.draft.Importing {
		return
	}
	d, s := m.draft, m.e.Session
	name, path := strings.TrimSpace(d.Name), strings.TrimSpace(d.Path)
	start(&m.core, "admin.busy.files", func(ctx context.Context) (l lookedAt, err error) {
		if l.content, l.hash, l.unread = m.read(path); l.unread != nil {
			return l, nil
		}
		l.change, err = m.desk.PreviewTrust(ctx, s, name, l.content)
		return l, err
	}, func(l lookedAt, err error) error {
		if d != m.draft {
			return nil
		}
		m.wrong, m.preview = map[string]string{}, nil
		switch {
		case err != nil:
			return err
		case errors.Is(l.unread, trust.ErrContent):
			m.wrong["path"] = m.e.T("admin.trust.file.none")
		case l.unread != nil:
			m.wrong["path"] = m.e.T(unread(l.unread))
		case len(l.change.Added)+len(l.change.Kept) == 0:
			m.wrong["path"] = m.e.T("admin.trust.file.none")
		}
		if len(m.wrong) == 0 || l.unread == nil {
			m.preview = m.previewOf(l)
		}
		if len(m.wrong) == 0 {
			m.content, m.hash = l.content, l.hash
		}
		return nil
	})
}

func (m *TrustModel) previewOf(l lookedAt) *TrustPreview {
	p := &TrustPreview{Hash: grouped(strings.ToUpper(l.hash)), Signer: l.content.Signer,
		Added: len(l.change.Added), Removed: len(l.change.Removed), Kept: len(l.change.Kept), Refused: len(l.change.Refused)}
	line := func(parts ...string) {
		if len(p.Lines) < trustLines {
			p.Lines = append(p.Lines, data.CleanText(strings.Join(parts, " ")))
		} else {
			p.More++
		}
	}
	if l.change.Alone > 0 {
		line("!", m.e.T("trust.keys-alone", l.change.Alone))
	}
	for _, r := range l.change.Refused { // first: they need a decision
		line("!", r.What+":", m.e.T("trust.refused."+string(r.Why)))
	}
	for _, i := range l.change.Removed {
		line("−", m.e.T("trust.item."+string(i.Kind)), strings.ReplaceAll(i.Name, ",", ", "), short(i.ID))
	}
	for _, i := range l.change.Added {
		line("+", m.e.T("trust.item."+string(i.Kind)), strings.ReplaceAll(i.Name, ",", ", "), short(i.ID))
	}
	return p
}

// short is enough of an identifier to tell it from others.
func short(id string) string {
	if r := []rune(id); len(r) > 16 {
		return string(r[:16]) + "…"
	}
	return id
}

// Import asks the second officer to make what was looked at the newest version.
func (m *TrustModel) Import() {
	if m.busy != "" || m.preview == nil || m.hash == "" {
		return
	}
	name, source := strings.TrimSpace(m.draft.Name), strings.TrimSpace(m.draft.Source)
	m.wrong = map[string]string{}
	if source == "" {
		m.wrong["source"] = m.e.T("problem.required")
	}
	if m.show(); len(m.wrong) > 0 {
		return
	}
	d, p, content, hash := m.draft, *m.preview, m.content, m.hash
	m.ask(m.e.T("admin.trust.import.sentence", name, p.Added, p.Removed, p.Refused), func(other staff.Session) {
		s := m.e.Session
		start(&m.core, "admin.busy.store", func(ctx context.Context) (desk.TrustVersion, error) {
			return m.desk.SetTrust(ctx, s, other, name, source, hash, content)
		}, m.changed(d))
	})
}

// Restore asks the second officer to bring the chosen version back.
func (m *TrustModel) Restore() {
	if i := m.chosen; i < len(m.all) && m.mayRestore(i) {
		v := m.all[i]
		m.restore(v.Name, v.Number, m.e.T("admin.trust.restore.sentence", v.Number, v.Name, m.e.When(v.At)))
	}
}

// mayRestore says whether a version can be brought back: it is not the one that
// counts, and it has something in it.
func (m *TrustModel) mayRestore(i int) bool {
	return m.may(audit.TrustSet) && i > 0 && m.all[i-1].Name == m.all[i].Name && !m.all[i].Withdrew
}

// End asks the second officer to trust nobody through the chosen list any more.
func (m *TrustModel) End() {
	if m.chosen < len(m.all) && m.may(audit.TrustSet) {
		name := m.all[m.chosen].Name
		m.restore(name, 0, m.e.T("admin.trust.end.sentence", name))
	}
}

func (m *TrustModel) restore(name string, number int, sentence string) {
	if m.busy != "" {
		return
	}
	m.ask(sentence, func(other staff.Session) {
		s := m.e.Session
		start(&m.core, "admin.busy.store", func(ctx context.Context) (desk.TrustVersion, error) {
			return m.desk.RestoreTrust(ctx, s, other, name, number)
		}, m.changed(TrustDraft{}))
	})
}

// changed ends a change, of a draft or of none. What was typed since stays.
func (m *TrustModel) changed(of TrustDraft) func(desk.TrustVersion, error) error {
	return func(v desk.TrustVersion, err error) error {
		var problems *desk.ProblemsError
		if errors.As(err, &problems) {
			m.wrong = map[string]string{}
			for _, p := range problems.Problems {
				m.wrong[strings.TrimPrefix(p.Field, "trust.")] = m.e.Words.Problem(p)
			}
			return nil
		}
		if errors.Is(err, desk.ErrTrustLarge) {
			m.wrong = map[string]string{"path": m.e.T("admin.trust.file.large")}
			return nil
		}
		if err != nil {
			return err
		}
		if m.draft == of {
			m.clear()
		}
		m.done = m.e.T("admin.trust.done", v.Number, v.Name)
		if v.Withdrew {
			m.done = m.e.T("admin.trust.done.end", v.Name)
		}
		if !m.gone {
			m.reload(v.Name, v.Number)
		}
		return nil
	}
}

// SignRevocations signs the next revocation list and hands it to take, with a
// name for its file.
func (m *TrustModel) SignRevocations(take func(name string, b []byte)) {
	if m.busy != "" || !m.may(audit.RevocationsSigned) {
		return
	}
	s := m.e.Session
	type signed struct {
		b []byte
		l revocation.List
	}
	start(&m.core, "admin.busy.store", func(ctx context.Context) (v signed, err error) {
		v.b, v.l, err = m.desk.SignRevocations(ctx, s)
		return v, err
	}, func(v signed, err error) error {
		if err != nil {
			return err
		}
		m.done = m.e.T("admin.trust.revocations.done", v.l.Number, len(v.l.Entries), m.e.Day(v.l.Next))
		take(fmt.Sprintf("%s-%d.revocations", m.e.Post.Code, v.l.Number), v.b)
		return nil
	})
}

// Leave keeps what is half typed.
func (m *TrustModel) Leave() {
	m.gone = true
	keep(&m.core, m.draft)
}
