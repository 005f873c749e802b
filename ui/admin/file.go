package admin

import (
	"context"
	"errors"
	"strings"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/staff"
	"pratique/ui/env"
)

// FileDraft is an import as typed. It is comparable.
type FileDraft struct {
	Importing bool
	Path      string
}

// fromFile is what changes a list: one officer names a file and looks at what it
// would change, and a second one agrees to just that.
type fromFile struct {
	core
	act     audit.Act // that an officer must be permitted
	file    func(path string) ([]byte, error)
	draft   FileDraft
	problem string   // sentence beside the file
	wrong   []string // what is wrong with its entries, a sentence each
	// looked takes what was read: it sets the problem, or keeps what it would
	// change, which forget forgets.
	looked func(b []byte)
	forget func()
}

func newFromFile(e *env.Env, p Parts, s Section, act audit.Act) fromFile {
	m := fromFile{core: newCore(e, p, s), act: act, file: p.ReadFile}
	m.draft = kept[FileDraft](&m.core)
	return m
}

// Begin begins an import, or gives it up.
func (m *fromFile) Begin(importing bool) {
	m.clear()
	m.done, m.draft.Importing = "", importing && m.may(m.act)
	m.show()
}

func (m *fromFile) clear() {
	m.draft, m.problem, m.wrong = FileDraft{}, "", nil
	m.forget()
}

// Type takes the file's path. What was read from another no longer counts.
func (m *fromFile) Type(path string) {
	m.clear()
	m.draft = FileDraft{true, path}
	m.show()
}

// Look reads the file and shows what it would change.
func (m *fromFile) Look() {
	if m.waits(m.Look) || !m.draft.Importing {
		return
	}
	d, path := m.draft, strings.TrimSpace(m.draft.Path)
	start(&m.core, "admin.busy.files", func(context.Context) ([]byte, error) { return m.file(path) }, func(b []byte, err error) error {
		if d != m.draft {
			return nil
		}
		m.problem, m.wrong = "", nil
		if m.forget(); err != nil {
			m.problem = m.e.T(unread(err))
		} else {
			m.looked(b)
		}
		return nil
	})
}

// refused says what is wrong with the entries of a file.
func (m *fromFile) refused(problems []data.Problem) {
	m.problem = m.e.T("admin.file.wrong")
	m.forget()
	for _, p := range problems {
		m.wrong = append(m.wrong, m.e.Words.Place(p.Field)+": "+m.e.Words.Problem(p))
	}
}

// told is how many changes the second officer is told of: the dialog has room for
// that many, and both have the whole preview behind it.
const told = 4

// take asks the second officer to take over what was looked at. Open reads the
// list again.
func (m *fromFile) take(sentence string, changes []string, act func(ctx context.Context, s, second staff.Session) error, done string, open func()) {
	d := m.draft
	sentence += "\n" + strings.Join(changes[:min(told, len(changes))], "\n")
	if more := len(changes) - told; more > 0 {
		sentence += "\n" + m.e.T("admin.file.more", more)
	}
	m.ask(sentence, func(other staff.Session) {
		s := m.e.Session
		start(&m.core, "admin.busy.store", nothing(func(ctx context.Context) error { return act(ctx, s, other) }), func(_ struct{}, err error) error {
			var problems *desk.ProblemsError
			if errors.As(err, &problems) {
				m.refused(problems.Problems)
				return nil
			}
			if err != nil {
				return err
			}
			if m.draft == d {
				m.clear()
			}
			if m.done = done; !m.gone {
				open()
			}
			return nil
		})
	})
}

// Leave keeps what is half typed.
func (m *fromFile) Leave() {
	m.gone = true
	keep(&m.core, m.draft)
}
