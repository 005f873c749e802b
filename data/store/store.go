// Package store is the contract between the domain and a database engine, and
// the typed records above it.
//
// A store is one flat, ordered map from keys to values. A key is a kind of
// record and an identifier, "application/4f…": engines may use the part before
// the first slash to keep kinds apart. Keys never hold anything that describes
// a person but those of [Lookups], which data/vault hides.
//
// Engines are data/store/bolt and data/store/mem; data/store/storetest proves
// that an engine keeps the contract.
package store

import (
	"context"
	"errors"
	"io"
)

// Errors an engine returns, wrapped with what it was doing.
var (
	// ErrConflict: another writer was faster, nothing was stored, try again.
	ErrConflict = errors.New("conflicting update")
	// ErrUnknown: the engine cannot tell whether the update was stored. It is
	// never retried blindly: the caller reads back after opening again.
	ErrUnknown = errors.New("outcome of the update unknown")
	// ErrSealed: an earlier storage error stopped this store; it must be opened again.
	ErrSealed = errors.New("store sealed after a storage error")
	// ErrFull: no room; nothing was stored.
	ErrFull = errors.New("store is full")
	// ErrLocked: another process has this store open.
	ErrLocked = errors.New("store is in use")
)

// A Store keeps records. Its methods may be called from any goroutine.
type Store interface {
	// View runs fn on a consistent snapshot.
	View(ctx context.Context, fn func(Tx) error) error
	// Update runs fn and stores what it put, all or nothing, durably when it
	// returns nil. If fn fails nothing is stored and its error is returned as
	// it is. Update may run fn again, so fn has no side effects.
	Update(ctx context.Context, fn func(Tx) error) error
	// Backup writes a consistent copy that the same engine opens.
	Backup(ctx context.Context, w io.Writer) error
	Close() error
}

// A Tx is the store inside a View or an Update; it must not be used after fn
// returns. Put and Delete fail in a View.
type Tx interface {
	// Get returns a copy of the value, nil if there is none.
	Get(key string) ([]byte, error)
	// Put stores a copy of value, which may be empty but not nil.
	Put(key string, value []byte) error
	// Delete removes a key; one that is not there is no error.
	Delete(key string) error
	// Scan calls fn with a copy of every pair whose key begins with prefix and
	// is greater than after, in byte order, at most limit pairs (0: all).
	// Prefix must hold the kind and its slash. fn must not change the store;
	// an error of fn ends the scan and is returned.
	Scan(prefix, after string, limit int, fn func(key string, value []byte) error) error
}
