package intake

import (
	"context"
	"errors"
	"io"

	"pratique/data"
	"pratique/data/desk"
)

// Attach begins to attach a scan that shows a group, or anything. What is typed
// is stored before, so that there is a case to attach it to. Work is slow and
// may run anywhere; its outcome goes to [Model.Attached].
func (m *Model) Attach(group, name string, open func() (io.ReadCloser, error)) func(context.Context) (data.Application, error) {
	m.state.Attaching++
	m.state.Refused = nil
	c, revision := m.state.Content, m.revision
	if m.state.ID == "" {
		m.revision++ // nothing may have been typed yet, and it is to be stored all the same
		revision = m.revision
	}
	return func(ctx context.Context) (data.Application, error) {
		a, err := m.keeper.save(ctx, revision, c)
		if err != nil {
			return a, err
		}
		scan, err := open()
		if err != nil {
			return data.Application{}, err
		}
		defer scan.Close()
		return m.desk.AttachEvidence(ctx, m.session, a.ID, group, name, scan)
	}
}

// Attached takes the outcome of an act on a scan. Why it was refused stands in
// the State; another error is the caller's to show. What waited for a scan that
// is not there is not done.
func (m *Model) Attached(a data.Application, err error) (State, error) {
	m.state.Attaching = max(0, m.state.Attaching-1)
	if err != nil {
		m.wanted = nil
	}
	if a.ID != "" && (err == nil || m.state.ID == "") { // it is stored, whatever became of the scan
		open := m.state.Closed
		m.saved = max(m.saved, m.keeper.kept(a))
		m.stored(a)
		m.state.Closed = open
	}
	var p *desk.ProblemsError
	switch {
	case errors.As(err, &p):
		m.state.Refused = append(m.state.Refused, p.Problems...)
		return m.state, nil
	case errors.Is(err, errElsewhere):
		m.state.Closed = Elsewhere
		return m.state, nil
	}
	return m.state, err
}

// Move says which group a scan shows.
func (m *Model) Move(id, group string) func(context.Context) (data.Application, error) {
	return m.onScan(func(ctx context.Context, of data.ApplicationID) (data.Application, error) {
		return m.desk.MoveEvidence(ctx, m.session, of, id, group)
	})
}

// RemoveScan takes a scan away.
func (m *Model) RemoveScan(id string) func(context.Context) (data.Application, error) {
	return m.onScan(func(ctx context.Context, of data.ApplicationID) (data.Application, error) {
		return m.desk.RemoveEvidence(ctx, m.session, of, id)
	})
}

func (m *Model) onScan(act func(context.Context, data.ApplicationID) (data.Application, error)) func(context.Context) (data.Application, error) {
	m.state.Attaching++
	m.state.Refused = nil
	of := m.state.ID
	return func(ctx context.Context) (data.Application, error) { return act(ctx, of) }
}

// Begin makes a draft of what a traveller announced, now that they have come.
// Ok is false while that is under way.
func (m *Model) Begin() (work func(context.Context) (data.Application, error), ok bool) {
	if m.state.Saving {
		return nil, false
	}
	m.stores(1)
	of := m.state.ID
	return func(ctx context.Context) (data.Application, error) { return m.desk.Begin(ctx, m.session, of) }, true
}

// Begun takes the outcome of [Model.Begin].
func (m *Model) Begun(a data.Application, err error) (State, error) {
	m.stores(-1)
	if err == nil {
		m.take(a)
	}
	return m.state, err
}
