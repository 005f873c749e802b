package admin

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/staff"
	"pratique/ui/env"
)

// Accounts shows the officers of a post.
type Accounts interface {
	Accounts(ctx context.Context, s staff.Session) ([]desk.Account, error)
	About(o data.Officer) []string
}

// Letting lets officers in and shuts them out.
type Letting interface {
	AddOfficer(ctx context.Context, s, second staff.Session, o data.Officer, passphrase []byte) error
	EnableOfficer(ctx context.Context, s, second staff.Session, id data.OfficerID) error
	ResetPassphrase(ctx context.Context, s, second staff.Session, id data.OfficerID, passphrase []byte) error
	DisableOfficer(ctx context.Context, s staff.Session, id data.OfficerID) error
}

// OfficerForm is what is being filled in.
type OfficerForm string

// The forms.
const (
	NoForm    OfficerForm = ""
	Adding    OfficerForm = "adding"
	Resetting OfficerForm = "resetting"
)

// OfficerDraft is an officer as typed. It is comparable.
type OfficerDraft struct {
	Form  OfficerForm
	Reset data.OfficerID // in form Resetting, whose passphrase
	Mark  string
	Name  string
	Roles [4]bool // of [staff.Roles]
}

func (d OfficerDraft) officer() data.Officer {
	mark := strings.ToUpper(strings.TrimSpace(d.Mark))
	o := data.Officer{ID: staff.IDOf(mark), Name: strings.TrimSpace(d.Name), Mark: mark}
	for i, r := range staff.Roles {
		if d.Roles[i] {
			o.Roles = append(o.Roles, r)
		}
	}
	return o
}

// OfficersState is everything that the section shows.
type OfficersState struct {
	Busy, Done string
	May        bool // may change anything
	All        []desk.Account
	Chosen     int  // of All, -1 before they are known
	Self       bool // the chosen one is who looks
	Draft      OfficerDraft
	Problems   []data.Problem
	// Strength is the key of what to say of the passphrase, empty before one is
	// typed; Strong that it is taken.
	Strength string
	Strong   bool
}

// OfficersModel is the section of the officers.
type OfficersModel struct {
	core
	Show func(OfficersState)

	accounts Accounts
	letting  Letting
	all      []desk.Account
	chosen   int
	draft    OfficerDraft
	problems []data.Problem
	strength string
	strong   bool
}

// NewOfficersModel makes the model; nothing is read yet.
func NewOfficersModel(e *env.Env, p Parts) *OfficersModel {
	m := &OfficersModel{core: newCore(e, p, SectionOfficers), Show: func(OfficersState) {}, accounts: p.Desk, letting: p.Desk, chosen: -1}
	m.show = func() { m.Show(m.State()) }
	m.draft = kept[OfficerDraft](&m.core)
	return m
}

// State is what to show now.
func (m *OfficersModel) State() OfficersState {
	s := OfficersState{
		Busy: m.busy, Done: m.done, May: m.may(audit.OfficerAdded), All: m.all, Chosen: m.chosen,
		Draft: m.draft, Problems: m.problems, Strength: m.strength, Strong: m.strong,
	}
	s.Self = m.chosen >= 0 && m.all[m.chosen].ID == m.e.Officer().ID
	return s
}

// Open reads the accounts.
func (m *OfficersModel) Open() { m.read("") }

// read reads the accounts and chooses one of them.
func (m *OfficersModel) read(choose data.OfficerID) {
	s, done := m.e.Session, m.done
	start(&m.core, "admin.busy.read", func(ctx context.Context) ([]desk.Account, error) { return m.accounts.Accounts(ctx, s) },
		func(all []desk.Account, err error) error {
			m.done = done
			if err != nil {
				return err
			}
			m.all = all
			m.chosen = min(max(m.chosen, 0), len(all)-1)
			if i := slices.IndexFunc(all, func(a desk.Account) bool { return a.ID == choose }); i >= 0 {
				m.chosen = i
			}
			return nil
		})
}

// Choose looks at one of them.
func (m *OfficersModel) Choose(i int) {
	if m.chosen = min(max(i, 0), len(m.all)-1); m.draft.Form == Resetting {
		m.clear()
	}
	m.done = ""
	m.show()
}

// Begin begins to fill in a form, or gives up the one that is open.
func (m *OfficersModel) Begin(f OfficerForm) {
	m.clear()
	m.done = ""
	if m.State().May && m.chosen >= 0 {
		m.draft.Form = f
		if f == Resetting {
			m.draft.Reset = m.all[m.chosen].ID
		}
	}
	m.show()
}

func (m *OfficersModel) clear() {
	m.draft, m.problems, m.strength, m.strong = OfficerDraft{}, nil, "", false
}

// Type takes what stands in the form.
func (m *OfficersModel) Type(d OfficerDraft, passphrase string) {
	d.Form, d.Reset = m.draft.Form, m.draft.Reset
	m.draft, m.problems = d, nil
	m.judge(passphrase)
	m.show()
}

func (m *OfficersModel) judge(passphrase string) {
	m.strength, m.strong = strength(passphrase, m.accounts.About(m.subject()))
}

// strength is the message key of what to say of a passphrase, and whether it is
// taken; nothing is said of none.
func strength(passphrase string, about []string) (key string, strong bool) {
	if passphrase == "" {
		return "", false
	}
	score, err := staff.Judge([]byte(passphrase), about...)
	var weak *staff.WeakError
	if errors.As(err, &weak) {
		return "weak." + string(weak.Why), false
	}
	return "admin.strength." + strconv.Itoa(score), true
}

// subject is whom the form is about.
func (m *OfficersModel) subject() data.Officer {
	for _, a := range m.all {
		if m.draft.Form == Resetting && a.ID == m.draft.Reset {
			return a.Officer
		}
	}
	return m.draft.officer()
}

// Submit asks the second officer for what the form is about, once it is right.
func (m *OfficersModel) Submit(passphrase string) {
	if m.busy != "" || m.draft.Form == NoForm {
		return
	}
	o, form := m.subject(), m.draft.Form
	m.problems = nil
	if form == Adding {
		var others []staff.Account
		for _, a := range m.all {
			others = append(others, staff.Account{Officer: a.Officer})
		}
		m.problems = staff.Check(o, others)
	}
	if m.judge(passphrase); passphrase == "" {
		m.strength = "admin.officers.passphrase.needed"
	}
	m.show()
	if len(m.problems) > 0 || !m.strong {
		return
	}
	sentence, done := m.e.T("admin.officers.add.sentence", o.Mark, o.Name, m.roles(o)), m.e.T("admin.officers.add.done", o.Mark)
	act := func(ctx context.Context, s, other staff.Session) error {
		return m.letting.AddOfficer(ctx, s, other, o, []byte(passphrase))
	}
	if form == Resetting {
		sentence, done = m.e.T("admin.officers.reset.sentence", o.Mark, o.Name), m.e.T("admin.officers.reset.done", o.Mark)
		act = func(ctx context.Context, s, other staff.Session) error {
			return m.letting.ResetPassphrase(ctx, s, other, o.ID, []byte(passphrase))
		}
	}
	d := m.draft
	m.ask(sentence, func(other staff.Session) { m.do(d, o.ID, done, other, act) })
}

// Enable asks the second officer to let the chosen one in again.
func (m *OfficersModel) Enable() {
	if st := m.State(); m.busy != "" || !st.May || st.Self || m.chosen < 0 || !m.all[m.chosen].Disabled {
		return
	}
	o := m.all[m.chosen].Officer
	m.ask(m.e.T("admin.officers.enable.sentence", o.Mark, o.Name), func(other staff.Session) {
		m.do(OfficerDraft{}, o.ID, m.e.T("admin.officers.enable.done", o.Mark), other, func(ctx context.Context, s, other staff.Session) error {
			return m.letting.EnableOfficer(ctx, s, other, o.ID)
		})
	})
}

// Disable shuts the chosen one out at once.
func (m *OfficersModel) Disable() {
	if st := m.State(); m.busy != "" || !st.May || st.Self || m.chosen < 0 || m.all[m.chosen].Disabled {
		return
	}
	o := m.all[m.chosen].Officer
	m.do(OfficerDraft{}, o.ID, m.e.T("admin.officers.disable.done", o.Mark), staff.Session{}, func(ctx context.Context, s, _ staff.Session) error {
		return m.letting.DisableOfficer(ctx, s, o.ID)
	})
}

// do does an act, of a draft or of none. What was typed since stays.
func (m *OfficersModel) do(of OfficerDraft, id data.OfficerID, done string, other staff.Session, act func(ctx context.Context, s, other staff.Session) error) {
	s := m.e.Session
	start(&m.core, "admin.busy.store", nothing(func(ctx context.Context) error { return act(ctx, s, other) }), func(_ struct{}, err error) error {
		var problems *desk.ProblemsError
		var weak *desk.WeakError
		switch {
		case errors.As(err, &problems):
			m.problems = problems.Problems
			return nil
		case errors.As(err, &weak):
			m.strength, m.strong = "weak."+string(weak.Why), false
			return nil
		case err != nil:
			return err
		}
		if m.draft == of {
			m.clear()
		}
		m.done = done
		if !m.gone {
			m.read(id)
		}
		return nil
	})
}

// roles are an officer's, in words.
func (m *OfficersModel) roles(o data.Officer) string { return roles(m.e, o) }

func roles(e *env.Env, o data.Officer) string {
	var names []string
	for _, r := range o.Roles {
		names = append(names, e.T("role."+string(r)))
	}
	return strings.Join(names, ", ")
}

// Leave keeps what is half typed.
func (m *OfficersModel) Leave() {
	m.gone = true
	keep(&m.core, m.draft)
}
