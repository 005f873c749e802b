package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"pratique/data/store"
)

// Log is a store that changes only together with an entry: the way the domain
// writes. It keeps the head file in step.
type Log struct {
	store store.Store
	head  string

	mu      sync.Mutex // one update at a time, so that heads follow each other
	written Head       // what the head file says
}

// Create makes the head file of a new post, whose store is still empty.
func Create(ctx context.Context, s store.Store, head string) (*Log, error) {
	if _, err := os.Lstat(head); !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("head file %s: %w", head, fs.ErrExist)
	}
	err := s.View(ctx, func(tx store.Tx) error {
		_, found, err := Last(tx)
		if found {
			return fmt.Errorf("the log has entries already: %w", ErrHead)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := WriteHead(head, empty); err != nil {
		return nil, err
	}
	return &Log{store: s, head: head, written: empty}, nil
}

// Open checks a store against its head file. The error wraps [ErrHead] if the
// store was put back to an earlier state or is another one, [ErrBroken] if the
// entries after the head do not lead to the state it is in, [fs.ErrNotExist] if the file
// is missing: it is never made anew. A head that a crash left behind is
// brought up to date.
func Open(ctx context.Context, s store.Store, head string) (*Log, error) {
	known, err := ReadHead(head)
	if err != nil {
		return nil, err
	}
	l := &Log{store: s, head: head, written: known}
	err = s.View(ctx, func(tx store.Tx) error {
		if err := CheckHead(tx, known); err != nil {
			return err
		}
		_, err := verify(tx, known, nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	return l, l.follow(ctx)
}

// View runs fn on a consistent snapshot.
func (l *Log) View(ctx context.Context, fn func(store.Tx) error) error { return l.store.View(ctx, fn) }

// Update runs fn and stores what it put together with the entries it added, at
// least one (else [ErrNoEntry]), each with the time its caller gave it (else
// [ErrClock]); then it writes the head file. As with [store.Store], fn may be
// run again.
//
// If the store takes the act but the head file cannot be written, the act is
// done, and the error wraps [ErrHeadNotWritten]: it is to be shown, and the
// act read back, not repeated. From then on every update first tries to write
// the missing head and, if it cannot, fails without doing anything, so the
// database is never further ahead of its head than one update.
func (l *Log) Update(ctx context.Context, fn func(tx store.Tx, add func(Entry) error) error) error {
	_, err := l.update(ctx, fn)
	return err
}

// update is Update; the head after it is known unless nothing was stored.
func (l *Log) update(ctx context.Context, fn func(tx store.Tx, add func(Entry) error) error) (next Head, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.follow(ctx); err != nil {
		return Head{}, err
	}
	err = l.store.Update(ctx, func(tx store.Tx) error {
		err := fn(tx, func(e Entry) error {
			_, err := Append(tx, e)
			return err
		})
		if err != nil {
			return err
		}
		s, err := state(tx)
		if err != nil {
			return err
		}
		if next = s.Head; next == l.written {
			return ErrNoEntry
		}
		return nil
	})
	if err != nil {
		return Head{}, err
	}
	if err := WriteHead(l.head, next); err != nil {
		return next, fmt.Errorf("%w: %w", ErrHeadNotWritten, err)
	}
	l.written = next
	return next, nil
}

// follow writes the head file if the log is ahead of it.
func (l *Log) follow(ctx context.Context) error {
	var s State
	err := l.store.View(ctx, func(tx store.Tx) (err error) {
		s, err = state(tx)
		return err
	})
	if err != nil || s.Head == l.written {
		return err
	}
	if err := WriteHead(l.head, s.Head); err != nil {
		return err
	}
	l.written = s.Head
	return nil
}
