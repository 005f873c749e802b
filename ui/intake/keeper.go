package intake

import (
	"context"
	"errors"
	"sync"

	"pratique/data"
	"pratique/data/desk"
	"pratique/data/staff"
)

// Cases keeps and shows applications.
type Cases interface {
	Create(ctx context.Context, s staff.Session, c data.Content) (data.Application, error)
	Save(ctx context.Context, s staff.Session, id data.ApplicationID, base int, c data.Content) (data.Application, error)
	Copy(ctx context.Context, s staff.Session, id data.ApplicationID, c data.Content) (data.Application, error)
	Read(ctx context.Context, s staff.Session, id data.ApplicationID) (data.Application, error)
}

// keeper stores one application and knows which version of it is stored. It
// may be used from any goroutine: saves happen one after another, and one that
// comes late with an older content than is stored does nothing.
type keeper struct {
	cases   Cases
	session staff.Session

	mu       sync.Mutex
	id       data.ApplicationID
	of       data.ApplicationID // what is kept becomes a copy of
	version  int                // as stored
	revision int                // of the content as stored
	last     data.Application
	// elsewhere: the case was changed or taken by somebody else. What is typed
	// from then on goes into an application of its own, and only when asked.
	elsewhere bool
}

// errElsewhere stands for [desk.ErrStale] and [desk.ErrState] on a save.
var errElsewhere = errors.New("the case is somewhere else now")

// take says what is stored: an application, with the content of a revision.
func (k *keeper) take(a data.Application, revision int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.id, k.of, k.version, k.revision, k.last, k.elsewhere = a.ID, "", a.Version, revision, a, false
}

// save stores the content of a revision.
func (k *keeper) save(ctx context.Context, revision int, c data.Content) (data.Application, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.elsewhere:
		return k.last, errElsewhere
	case revision <= k.revision:
		return k.last, nil
	}
	var a data.Application
	var err error
	switch {
	case k.of != "":
		a, err = k.cases.Copy(ctx, k.session, k.of, c)
	case k.id == "":
		a, err = k.cases.Create(ctx, k.session, c)
	default:
		a, err = k.cases.Save(ctx, k.session, k.id, k.version, c)
	}
	if errors.Is(err, desk.ErrStale) || errors.Is(err, desk.ErrState) {
		k.elsewhere = true
		return k.last, errors.Join(errElsewhere, err)
	}
	if a.ID != "" { // stored, whatever else went wrong
		k.id, k.of, k.version, k.last, k.revision = a.ID, "", a.Version, a, revision
	}
	return a, err
}

// copy stores the content as an application of its own, which is the one that
// is kept from then on.
func (k *keeper) copy(ctx context.Context, revision int, c data.Content) (data.Application, error) {
	k.mu.Lock()
	if k.id != "" {
		k.of = k.id
	}
	k.id, k.version, k.revision, k.elsewhere = "", 0, 0, false
	k.mu.Unlock()
	return k.save(ctx, revision, c)
}

// kept tells of what is stored that something else of it changed, its scans, and
// gives the revision of the content that is stored.
func (k *keeper) kept(a data.Application) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	if a.ID == k.id {
		k.last.Evidence = a.Evidence
	}
	return k.revision
}
