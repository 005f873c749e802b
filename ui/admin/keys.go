package admin

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"pratique/data/audit"
	"pratique/data/keys"
	"pratique/data/staff"
	"pratique/ui/env"
)

// Signers shows the signing keys of a post.
type Signers interface {
	Signers(ctx context.Context, s staff.Session) ([]keys.Record, error)
}

// Signing changes them. Each act takes two.
type Signing interface {
	RequestSigner(ctx context.Context, s, second staff.Session, p keys.Purpose, uri string, pin []byte) (keys.Record, error)
	ImportSigner(ctx context.Context, s, second staff.Session, id string, bundle []byte, anchors []*x509.Certificate) (keys.Record, error)
	RetireSigner(ctx context.Context, s, second staff.Session, id string) error
}

// KeyForm is what is being filled in.
type KeyForm string

// The forms.
const (
	NoKeyForm  KeyForm = ""
	Requesting KeyForm = "requesting"
	Importing  KeyForm = "importing"
)

// KeyDraft is a request or an import as typed. It is comparable.
type KeyDraft struct {
	Form        KeyForm
	Purpose     keys.Purpose // of the key requested; empty: certificates
	Token       bool         // the key lies in a token, else in a file of the post
	URI         string       // of the key in the token
	For         string       // in form Importing, the key's ID
	Certificate string       // path of the authority's answer
	Anchor      string       // path of the authority's own certificate
}

// Key is a signing key as it is shown. It is comparable.
type Key struct {
	ID         string
	For        keys.Purpose
	State      keys.State
	Signs      bool // it is the one that signs now
	Accredited bool
	URI        string
	Uses       uint64
	Made       string
	Activated  string
	Retired    string
	WorkUntil  string
	Validity   [2]string // of the certificate: from, until
	Subject    string
	Print      string // fingerprint of the certificate, in groups
	Authority  string // subject of the anchor
	Anchor     string // its fingerprint, in groups
}

// Preview is what an import would change.
type Preview struct {
	Key     Key
	Retires string // ID of the key that signs now, empty for none
}

// KeysState is everything that the section shows.
type KeysState struct {
	Busy, Done string
	May        bool
	All        []Key
	Chosen     int
	// Request is the chosen key's request as PEM, empty for none.
	Request string
	// Days of the working period of the key that signs are left, if Due; 0: it
	// is over. None: no key signs.
	Days int
	Due  bool
	None bool

	Draft KeyDraft
	// Problems are sentences beside the fields "uri", "pin", "certificate", "anchor".
	Problems map[string]string
	Preview  *Preview
}

// KeysModel is the section of the signing keys.
type KeysModel struct {
	core
	Show func(KeysState)

	signers Signers
	signing Signing
	read    func(string) ([]byte, error)
	all     []keys.Record
	known   bool
	chosen  int
	draft   KeyDraft
	wrong   map[string]string
	preview *Preview
	bundle  []byte
	anchors []*x509.Certificate
}

// NewKeysModel makes the model; nothing is read yet.
func NewKeysModel(e *env.Env, p Parts) *KeysModel {
	m := &KeysModel{core: newCore(e, p, SectionKeys), Show: func(KeysState) {}, signers: p.Desk, signing: p.Desk, read: p.ReadFile}
	m.show = func() { m.Show(m.State()) }
	m.draft = kept[KeyDraft](&m.core)
	return m
}

// State is what to show now.
func (m *KeysModel) State() KeysState {
	s := KeysState{
		Busy: m.busy, Done: m.done, May: m.may(audit.SignerRequested), Chosen: m.chosen,
		Draft: m.draft, Problems: m.wrong, Preview: m.preview,
	}
	signs := m.signs(keys.ForCertificates)
	for i, r := range m.all {
		s.All = append(s.All, m.key(r, i == m.signs(r.For())))
	}
	if m.known && signs < 0 {
		s.None = true
	} else if signs >= 0 {
		s.Days, s.Due = m.all[signs].Warning(m.e.Now())
	}
	if m.chosen < len(m.all) {
		if r := m.all[m.chosen]; len(r.Request) > 0 {
			s.Request = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: r.Request}))
		}
	}
	return s
}

// signs is the key that signs for a purpose: the one that became active last.
func (m *KeysModel) signs(p keys.Purpose) int {
	at := -1
	for i, r := range m.all {
		if r.State == keys.Active && r.For() == p && (at < 0 || r.Activated.After(m.all[at].Activated)) {
			at = i
		}
	}
	return at
}

func (m *KeysModel) key(r keys.Record, signs bool) Key {
	k := Key{
		ID: r.ID, For: r.For(), State: r.State, Signs: signs, Accredited: r.Accredited, URI: r.URI, Uses: r.Uses,
		Made: m.e.When(r.Created), Activated: m.e.When(r.Activated), Retired: m.e.When(r.Retired), WorkUntil: m.e.When(r.WorkUntil),
	}
	if c, err := r.Certificate(); err == nil {
		k.Validity = [2]string{m.e.Day(c.NotBefore), m.e.Day(c.NotAfter)}
		k.Subject, k.Print = spaced(c.Subject), grouped(keys.Fingerprint(c))
	}
	if a, err := r.Anchor(); err == nil {
		k.Authority, k.Anchor = spaced(a.Subject), grouped(keys.Fingerprint(a))
	}
	return k
}

// spaced is a name that can be broken into lines.
func spaced(n pkix.Name) string { return strings.ReplaceAll(n.String(), ",", ", ") }

// Open reads the keys.
func (m *KeysModel) Open() { m.reload("") }

func (m *KeysModel) reload(choose string) {
	s, done := m.e.Session, m.done
	start(&m.core, "admin.busy.read", func(ctx context.Context) ([]keys.Record, error) { return m.signers.Signers(ctx, s) },
		func(all []keys.Record, err error) error {
			m.done = done
			if err != nil {
				return err
			}
			if choose == "" && !m.known && len(all) > 0 {
				m.all = all
				m.chosen = max(0, m.signs(keys.ForCertificates))
			}
			m.all, m.known = all, true
			m.chosen = max(0, min(m.chosen, len(all)-1))
			if i := slices.IndexFunc(all, func(r keys.Record) bool { return r.ID == choose }); i >= 0 {
				m.chosen = i
			}
			return nil
		})
}

// Choose looks at one of them.
func (m *KeysModel) Choose(i int) {
	if m.chosen = max(0, min(i, len(m.all)-1)); m.draft.Form == Importing {
		m.clear()
	}
	m.done = ""
	m.show()
}

// Begin begins to fill in a form, or gives up the one that is open.
func (m *KeysModel) Begin(f KeyForm) {
	m.clear()
	m.done = ""
	if m.may(audit.SignerRequested) && (f == Requesting || f == Importing && m.chosen < len(m.all) && m.all[m.chosen].State == keys.Requested) {
		m.draft.Form = f
		if f == Importing {
			m.draft.For = m.all[m.chosen].ID
		}
	}
	m.show()
}

func (m *KeysModel) clear() {
	m.draft, m.wrong, m.preview, m.bundle, m.anchors = KeyDraft{}, nil, nil, nil, nil
}

// Type takes what stands in the form. What was read from other files no longer
// counts.
func (m *KeysModel) Type(d KeyDraft) {
	d.Form, d.For = m.draft.Form, m.draft.For
	m.draft, m.wrong, m.preview, m.bundle, m.anchors = d, nil, nil, nil, nil
	m.show()
}

// Request asks the second officer for a new key.
func (m *KeysModel) Request(pin string) {
	if m.busy != "" || m.draft.Form != Requesting {
		return
	}
	d := m.draft
	m.wrong = map[string]string{}
	uri := strings.TrimSpace(d.URI)
	sentence := m.e.T("admin.keys.request.sentence.file")
	if d.Token {
		if !strings.HasPrefix(uri, "pkcs11:") {
			m.wrong["uri"] = m.e.T("admin.keys.uri.form")
		}
		if pin == "" {
			m.wrong["pin"] = m.e.T("problem.required")
		}
		sentence = m.e.T("admin.keys.request.sentence.token", uri)
	} else {
		uri, pin = "", ""
	}
	if m.show(); len(m.wrong) > 0 {
		return
	}
	purpose := d.Purpose.OrCertificates()
	if purpose != keys.ForCertificates {
		sentence += " " + m.e.T("admin.keys.for.sentence", m.e.T("admin.keys.for."+string(purpose)))
	}
	m.ask(sentence, func(other staff.Session) {
		s := m.e.Session
		start(&m.core, "admin.busy.key", func(ctx context.Context) (keys.Record, error) {
			return m.signing.RequestSigner(ctx, s, other, purpose, uri, []byte(pin))
		}, func(r keys.Record, err error) error {
			return m.changed(d, r.ID, m.e.T("admin.keys.request.done", r.ID), err)
		})
	})
}

// changed ends an act on a key, of a draft or of none. What was typed since stays.
func (m *KeysModel) changed(of KeyDraft, id, done string, err error) error {
	if r := new(keys.ImportError); errors.As(err, &r) {
		m.refused(r)
		return nil
	}
	if err != nil {
		return err
	}
	if m.draft == of {
		m.clear()
	}
	m.done = done
	if !m.gone {
		m.reload(id)
	}
	return nil
}

// refused says beside the certificate why it is not imported.
func (m *KeysModel) refused(r *keys.ImportError) {
	m.wrong, m.preview = map[string]string{"certificate": m.e.T("admin.keys.refused." + string(r.Refusal))}, nil
	if r.Refusal == keys.RefusedAnchor {
		m.wrong = map[string]string{"anchor": m.e.T("admin.keys.refused." + string(r.Refusal))}
	} else if r.Detail != "" {
		m.wrong["certificate"] += " (" + r.Detail + ")"
	}
}

// readFiles are the two that an import is made of.
type readFiles struct {
	bundle  []byte
	anchors []*x509.Certificate
	wrong   map[string]string // message keys
}

// Look reads both files and shows what they would change.
func (m *KeysModel) Look() {
	if m.waits(m.Look) || m.draft.Form != Importing {
		return
	}
	d := m.draft
	certificate, anchor := strings.TrimSpace(m.draft.Certificate), strings.TrimSpace(m.draft.Anchor)
	start(&m.core, "admin.busy.files", func(context.Context) (f readFiles, err error) {
		f.wrong = map[string]string{}
		if f.bundle, err = m.read(certificate); err != nil {
			f.wrong["certificate"] = unread(err)
		} else if _, err := keys.ParseCertificates(f.bundle); err != nil {
			f.wrong["certificate"] = "admin.keys.file.not-certificates"
		}
		b, err := m.read(anchor)
		if err != nil {
			f.wrong["anchor"] = unread(err)
		} else if f.anchors, err = keys.ParseCertificates(b); err != nil {
			f.wrong["anchor"] = "admin.keys.file.not-certificates"
		}
		return f, nil
	}, func(f readFiles, err error) error {
		if d != m.draft {
			return nil
		}
		m.wrong, m.preview = map[string]string{}, nil
		for field, key := range f.wrong {
			m.wrong[field] = m.e.T(key)
		}
		i := slices.IndexFunc(m.all, func(r keys.Record) bool { return r.ID == m.draft.For })
		if len(m.wrong) > 0 || i < 0 {
			return err
		}
		// Nothing is stored by this: it says what the act would say.
		r, err := m.all[i].Import(m.e.Post, f.bundle, f.anchors, m.e.Now())
		if refusal := new(keys.ImportError); errors.As(err, &refusal) {
			m.refused(refusal)
			return nil
		}
		if err != nil {
			return err
		}
		m.bundle, m.anchors = f.bundle, f.anchors
		m.preview = &Preview{Key: m.key(r, true)}
		if at := m.signs(r.For()); at >= 0 {
			m.preview.Retires = m.all[at].ID
		}
		return nil
	})
}

// unread is the message key for a file that cannot be read.
func unread(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "admin.file.none"
	case errors.Is(err, fs.ErrPermission):
		return "admin.file.not-allowed"
	default:
		return "admin.file.unreadable"
	}
}

// Import asks the second officer to make the key that was looked at the one
// that signs.
func (m *KeysModel) Import() {
	if m.busy != "" || m.preview == nil {
		return
	}
	d, p, bundle, anchors := m.draft, *m.preview, m.bundle, m.anchors
	sentence := m.e.T("admin.keys.import.sentence", p.Key.ID, p.Key.WorkUntil)
	if p.Retires != "" {
		sentence += " " + m.e.T("admin.keys.import.retires", p.Retires)
	}
	sentence += " " + m.e.T("admin.keys.import.compared")
	m.ask(sentence, func(other staff.Session) {
		s := m.e.Session
		start(&m.core, "admin.busy.store", func(ctx context.Context) (keys.Record, error) {
			return m.signing.ImportSigner(ctx, s, other, p.Key.ID, bundle, anchors)
		}, func(r keys.Record, err error) error {
			return m.changed(d, p.Key.ID, m.e.T("admin.keys.import.done", p.Key.ID, p.Key.WorkUntil), err)
		})
	})
}

// Retire asks the second officer to end the use of the chosen key.
func (m *KeysModel) Retire() {
	if m.busy != "" || !m.may(audit.SignerRetired) || m.chosen >= len(m.all) || m.all[m.chosen].State == keys.Retired {
		return
	}
	id := m.all[m.chosen].ID
	sentence := m.e.T("admin.keys.retire.sentence", id)
	if m.chosen == m.signs(keys.ForCertificates) {
		sentence += " " + m.e.T("admin.keys.retire.last")
	}
	m.ask(sentence, func(other staff.Session) {
		s := m.e.Session
		start(&m.core, "admin.busy.store", nothing(func(ctx context.Context) error { return m.signing.RetireSigner(ctx, s, other, id) }),
			func(_ struct{}, err error) error {
				return m.changed(KeyDraft{}, id, m.e.T("admin.keys.retire.done", id), err)
			})
	})
}

// Leave keeps what is half typed.
func (m *KeysModel) Leave() {
	m.gone = true
	keep(&m.core, m.draft)
}
