package admin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/staff"
	"pratique/ui/env"
)

// Travellers gives a traveller what the post holds of them, and takes it out of
// the records; that takes two.
type Travellers interface {
	ExportTraveller(ctx context.Context, s staff.Session, issuer, document string) (desk.Export, error)
	Erase(ctx context.Context, s, second staff.Session, id data.ApplicationID) error
}

// TravellerDraft is what is looked for, as typed. It is comparable.
type TravellerDraft struct {
	Issuer string // of the document, ICAO 9303-3
	Number string
}

// Case is one of the traveller's cases. It is comparable.
type Case struct {
	ID          data.ApplicationID
	State       data.State
	Certificate data.CertificateNumber
	Revoked     bool
	Changed     string
	Ticked      bool // to be erased
}

// TravellerState is everything that the section shows.
type TravellerState struct {
	Busy, Done string
	MayErase   bool
	Draft      TravellerDraft
	// IssuerProblem and NumberProblem are sentences beside the fields.
	IssuerProblem, NumberProblem string

	Found   bool
	None    bool // nothing is held
	Name    string
	Cases   []Case
	Entries int // of the log
	Ticked  int
	Problem string // sentence on what is ticked
}

// TravellerModel is the section of what a traveller may ask about themselves.
type TravellerModel struct {
	core
	Show func(TravellerState)

	desk    Travellers
	draft   TravellerDraft
	wrong   [2]string
	none    bool
	export  *desk.Export
	ticked  map[data.ApplicationID]bool
	problem string
}

// NewTravellerModel makes the model; nothing is looked for yet.
func NewTravellerModel(e *env.Env, p Parts) *TravellerModel {
	m := &TravellerModel{core: newCore(e, p, SectionTraveller), Show: func(TravellerState) {}, desk: p.Desk, ticked: map[data.ApplicationID]bool{}}
	m.show = func() { m.Show(m.State()) }
	m.draft = kept[TravellerDraft](&m.core)
	return m
}

// State is what to show now.
func (m *TravellerModel) State() TravellerState {
	s := TravellerState{
		Busy: m.busy, Done: m.done, MayErase: m.may(audit.ApplicationErased), Draft: m.draft,
		IssuerProblem: m.wrong[0], NumberProblem: m.wrong[1], Found: m.export != nil, None: m.none, Problem: m.problem,
	}
	if m.export == nil {
		return s
	}
	s.Entries = len(m.export.Log)
	revoked := map[data.CertificateNumber]bool{}
	for _, c := range m.export.Certificates {
		revoked[c.Number] = c.Revoked != nil
	}
	for _, a := range m.export.Applications {
		t := a.Content.Traveller
		s.Name = strings.TrimSpace(strings.Join([]string{t.NativeName, t.Surname, t.GivenNames}, " "))
		c := Case{ID: a.ID, State: a.State, Certificate: a.Certificate, Revoked: revoked[a.Certificate], Changed: m.e.When(a.Changed), Ticked: m.ticked[a.ID]}
		if c.Ticked {
			s.Ticked++
		}
		s.Cases = append(s.Cases, c)
	}
	return s
}

// Type takes what stands in the fields. What was found for another is gone.
func (m *TravellerModel) Type(d TravellerDraft) {
	if d != m.draft {
		m.forget()
	}
	m.draft = d
	m.show()
}

func (m *TravellerModel) forget() {
	m.export, m.none, m.problem, m.done, m.wrong = nil, false, "", "", [2]string{}
	clear(m.ticked)
}

// Find finds all that is held of whoever has that document. That it was looked
// at stands in the log.
func (m *TravellerModel) Find() {
	if m.waits(m.Find) {
		return
	}
	m.forget()
	issuer, number := m.draft.Issuer, strings.ToUpper(strings.Join(strings.Fields(m.draft.Number), ""))
	if issuer == "" {
		m.wrong[0] = m.e.T("problem.required")
	}
	if number == "" {
		m.wrong[1] = m.e.T("problem.required")
	}
	if m.show(); m.wrong != [2]string{} {
		return
	}
	s, d, of := m.e.Session, m.desk, m.draft
	start(&m.core, "admin.busy.read", func(ctx context.Context) (desk.Export, error) { return d.ExportTraveller(ctx, s, issuer, number) },
		func(x desk.Export, err error) error {
			switch {
			case of != m.draft: // somebody else is asked for by now
				return nil
			case errors.Is(err, desk.ErrNotFound):
				m.none = true
				return nil
			case err == nil && !m.gone:
				m.export = &x
			}
			return err
		})
}

// File is all that is held, with a name for it that tells of nobody.
func (m *TravellerModel) File() (name string, content []byte, ok bool) {
	if m.export == nil {
		return "", nil, false
	}
	content, err := indented(m.export)
	if err != nil {
		m.e.Error(err)
		return "", nil, false
	}
	return fmt.Sprintf("%s-traveller-%s.json", m.e.Post.Code, m.e.Day(m.export.Made)), content, true
}

// Saved says where the file went.
func (m *TravellerModel) Saved(path string) {
	m.done = m.e.T("admin.traveller.saved", path)
	m.show()
}

// Tick ticks the i-th case, or takes its tick away.
func (m *TravellerModel) Tick(i int) {
	if m.busy == "" && m.export != nil && i >= 0 && i < len(m.export.Applications) && m.may(audit.ApplicationErased) {
		id := m.export.Applications[i].ID
		m.ticked[id], m.problem = !m.ticked[id], ""
		m.show()
	}
}

// Erase asks the second officer to erase what is ticked.
func (m *TravellerModel) Erase() {
	if m.busy != "" || m.export == nil || !m.may(audit.ApplicationErased) {
		return
	}
	var ids []data.ApplicationID
	numbers := ""
	for _, c := range m.State().Cases {
		if c.Ticked {
			ids = append(ids, c.ID)
			if c.Certificate != "" {
				numbers += " " + c.Certificate.String()
			}
		}
	}
	if m.problem = ""; len(ids) == 0 {
		m.problem = m.e.T("admin.traveller.erase.nothing")
		m.show()
		return
	}
	sentence := m.e.T("admin.traveller.erase.sentence", len(ids))
	if numbers != "" {
		sentence += " " + m.e.T("admin.traveller.erase.numbers", strings.TrimSpace(numbers))
	}
	m.ask(sentence, func(other staff.Session) {
		s, d := m.e.Session, m.desk
		type outcome struct {
			erased []data.ApplicationID
			kept   int // that the desk does not allow to be erased
		}
		start(&m.core, "admin.traveller.erase.busy", func(ctx context.Context) (o outcome, err error) {
			for _, id := range ids {
				switch err := d.Erase(ctx, s, other, id); {
				case errors.Is(err, desk.ErrState):
					o.kept++
				case errors.Is(err, audit.ErrHeadNotWritten):
					return outcome{append(o.erased, id), o.kept}, err
				case err != nil:
					return o, err
				default:
					o.erased = append(o.erased, id)
				}
			}
			return o, nil
		}, func(o outcome, err error) error {
			for _, id := range o.erased {
				m.drop(id)
			}
			if o.kept > 0 {
				m.problem = m.e.T("admin.traveller.erase.kept", o.kept)
			}
			if len(o.erased) > 0 {
				m.done = m.e.T("admin.traveller.erase.done", len(o.erased))
			}
			return err
		})
	})
}

// drop forgets an erased case here as well.
func (m *TravellerModel) drop(id data.ApplicationID) {
	if m.export == nil {
		return
	}
	x := *m.export
	x.Applications, x.Certificates = nil, nil
	for _, a := range m.export.Applications {
		if a.ID != id {
			x.Applications = append(x.Applications, a)
		}
	}
	for _, c := range m.export.Certificates {
		if c.Application != id {
			x.Certificates = append(x.Certificates, c)
		}
	}
	delete(m.ticked, id)
	if m.export = &x; len(x.Applications) == 0 {
		m.export = nil
	}
}

// Leave keeps what is half typed, and forgets what was found.
func (m *TravellerModel) Leave() {
	m.gone = true
	m.export = nil
	keep(&m.core, m.draft)
}
