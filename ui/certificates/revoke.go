package certificates

import (
	"context"
	"slices"
	"strings"
	"time"

	"pratique/data"
	"pratique/data/codes"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/stated"
)

// Revocations takes certificates back, or replaces them.
type Revocations interface {
	Revoke(ctx context.Context, s, second staff.Session, numbers []data.CertificateNumber, reason, note string) ([]data.Certificate, error)
	Correct(context.Context, staff.Session, data.CertificateNumber) (data.Application, error)
}

// Codes are the code lists; *codes.Book has them.
type Codes interface {
	stated.Names
	Entries(list string, on data.Date) []codes.Entry
}

// Grounds are why certificates are revoked, as far as the officer has said.
type Grounds struct {
	Reason string // of the list "revocations"
	Note   string
	// ReasonProblem and NoteProblem are the message keys of what a try lacked.
	ReasonProblem, NoteProblem string
}

// complete reports whether nothing is lacking, and notes what is.
func (g *Grounds) complete() bool {
	g.ReasonProblem, g.NoteProblem = "", ""
	if g.Reason == "" {
		g.ReasonProblem = "certificates.revoke.no-reason"
	}
	if (g.Reason == data.RevokedFraud || g.Reason == "other") && strings.TrimSpace(g.Note) == "" {
		g.NoteProblem = "certificates.revoke.no-note"
	}
	return g.ReasonProblem == "" && g.NoteProblem == ""
}

// Reasons are the codes that an officer may give, of those in use now. That a
// certificate was replaced is said by issuing the one that replaces it.
func Reasons(c Codes, now time.Time) (all []string) {
	for _, e := range c.Entries(data.ListRevocations, data.DateOf(now)) {
		if e.Code != data.RevokedReplaced {
			all = append(all, e.Code)
		}
	}
	return all
}

// Half is a revocation or a recall that was begun.
type Half struct {
	Grounds Grounds
	// Of a recall: what was asked for, and what of it was ticked.
	Officer     data.OfficerID
	From, Until data.Date
	Ticked      []data.CertificateNumber
}

// Halves keep what was begun while its screen is away. One is made for the
// whole program; it belongs to the UI goroutine.
type Halves map[HalfKey]Half

// HalfKey says whose it is, and of which certificate, empty for a recall.
type HalfKey struct {
	Officer data.OfficerID
	Number  data.CertificateNumber
}

// Revoked says how a certificate was taken back. It is comparable.
type Revoked struct {
	Since, Reason, Note string // Since is empty if it was not
	Who, Second         string
	ReplacedBy          data.CertificateNumber
}

func mayRevoke(o data.Officer) bool {
	return slices.Contains(o.Roles, data.Clerk) || slices.Contains(o.Roles, data.Reviewer)
}

// BeginRevoke opens the question why.
func (m *Model) BeginRevoke() State {
	if m.State().CanRevoke {
		m.revoking = true
	}
	return m.State()
}

// DontRevoke gives the revocation up.
func (m *Model) DontRevoke() State {
	m.revoking, m.grounds = false, Grounds{}
	delete(m.parts.Halves, m.half())
	return m.State()
}

// Reason chooses why.
func (m *Model) Reason(code string) State {
	m.grounds.Reason, m.grounds.ReasonProblem, m.grounds.NoteProblem = code, "", ""
	return m.State()
}

// Note is what else is to be said of it.
func (m *Model) Note(text string) State {
	m.grounds.Note, m.grounds.NoteProblem = text, ""
	return m.State()
}

// AskRevoke says what a second officer has to agree to; ok is false as long as
// something is missing.
func (m *Model) AskRevoke() (sentence string, ok bool) {
	if !m.State().CanRevoke || !m.revoking || !m.grounds.complete() {
		return "", false
	}
	st := m.record.Statement
	return m.e.T("certificates.revoke.sentence", m.number, stated.Name(st.NativeName, st.Surname, st.GivenNames), m.reason(m.grounds.Reason)), true
}

// Revoke revokes the certificate, for good.
func (m *Model) Revoke(second staff.Session) State {
	if _, ok := m.AskRevoke(); !ok {
		return m.State()
	}
	m.busy = "certificates.busy.revoke"
	d, s, n, g := m.parts.Desk, m.e.Session, m.number, m.grounds
	env.Go(m.e, func(ctx context.Context) ([]data.Certificate, error) {
		return d.Revoke(ctx, s, second, []data.CertificateNumber{n}, g.Reason, g.Note)
	}, func(all []data.Certificate, err error) {
		defer m.idle()()
		if len(all) > 0 {
			m.DontRevoke()
			m.take(all[0])
			m.page, m.saving = nil, false
			m.undraw()
			m.drawing = false
			m.e.Toast(m.e.T("certificates.revoke.done", n))
		}
		if err != nil {
			m.e.Error(err)
		}
		m.show()
	})
	return m.State()
}

// Correct begins another certificate in the place of this one, and goes there.
func (m *Model) Correct() State {
	if !m.State().CanCorrect {
		return m.State()
	}
	m.busy = "certificates.busy.correct"
	d, s, n := m.parts.Desk, m.e.Session, m.number
	env.Go(m.e, func(ctx context.Context) (data.Application, error) { return d.Correct(ctx, s, n) },
		func(a data.Application, err error) {
			defer m.idle()()
			if a.ID == "" {
				m.e.Error(err)
				m.show()
				return
			}
			if err != nil {
				m.e.Error(err)
			}
			if !m.gone {
				m.e.Navigate(env.Route{Screen: env.Intake, ID: string(a.ID)})
			}
		})
	return m.State()
}

func (m *Model) half() HalfKey { return HalfKey{m.e.Officer().ID, m.number} }

func (m *Model) reason(code string) string {
	return m.parts.Codes.Name(data.ListRevocations, code, m.e.Language())
}

// ended puts what a revoked or erased certificate has to tell into a state.
func (m *Model) ended(s *State) {
	c, me := m.record, m.e.Officer()
	s.Replaces, s.Solo = c.Statement.Replaces, c.Solo
	if !c.Erased.IsZero() {
		s.Erased = data.MomentOf(c.Erased, m.e.Post.Zone).String()
	}
	if r := c.Revoked; r != nil {
		s.Revoked = Revoked{
			Since: data.MomentOf(r.At, m.e.Post.Zone).String(), Reason: m.reason(r.Reason), Note: r.Note,
			Who: m.name(r.Officer), Second: m.name(r.Second), ReplacedBy: r.ReplacedBy,
		}
	}
	s.Counts = c.Number != "" && c.Revoked == nil && c.Erased.IsZero()
	s.CanRevoke = c.Number != "" && c.Revoked == nil && m.busy == "" && mayRevoke(me)
	s.CanCorrect = c.Number != "" && c.Erased.IsZero() && (c.Revoked == nil || c.Revoked.ReplacedBy == "") && m.busy == "" &&
		slices.Contains(me.Roles, data.Clerk)
	s.Revoking, s.Grounds = m.revoking && c.Revoked == nil, m.grounds
	if c.Revoked != nil && c.Erased.IsZero() {
		s.Stated = stated.Groups(m.e.Words, m.parts.Codes, c.Statement)
	}
}
