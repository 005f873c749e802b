// Package mem is the store that forgets: the same contract as a database, in
// memory, for tests and rehearsals.
package mem

import (
	"bytes"
	"cmp"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"

	"pratique/data/store"
)

// Store is a [store.Store] in memory. A snapshot is a sorted slice that nobody
// changes any more, so a View needs no lock and sees no later Update.
type Store struct {
	pairs  atomic.Pointer[[]pair]
	writer chan struct{} // holds one element while nobody writes
	closed atomic.Bool
}

type pair struct {
	Key   string
	Value []byte
}

// New is an empty store.
func New() *Store {
	s := &Store{writer: make(chan struct{}, 1)}
	s.pairs.Store(new([]pair))
	s.writer <- struct{}{}
	return s
}

// Restore is a store with the content of a backup.
func Restore(backup []byte) (*Store, error) {
	var pairs []pair
	if err := gob.NewDecoder(bytes.NewReader(backup)).Decode(&pairs); err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	s := New()
	s.pairs.Store(&pairs)
	return s, nil
}

// View runs fn on a snapshot.
func (s *Store) View(ctx context.Context, fn func(store.Tx) error) error {
	if err := s.usable(ctx); err != nil {
		return err
	}
	t := &tx{pairs: *s.pairs.Load()}
	defer t.end()
	return fn(t)
}

// Update runs fn, one caller after another.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := s.usable(ctx); err != nil {
		return err
	}
	select {
	case <-s.writer:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { s.writer <- struct{}{} }()
	t := &tx{pairs: slices.Clone(*s.pairs.Load()), writable: true}
	defer t.end()
	if err := fn(t); err != nil {
		return err
	}
	if err := s.usable(ctx); err != nil {
		return err
	}
	s.pairs.Store(&t.pairs)
	return nil
}

// Backup writes what [Restore] reads.
func (s *Store) Backup(ctx context.Context, w io.Writer) error {
	if err := s.usable(ctx); err != nil {
		return err
	}
	return gob.NewEncoder(w).Encode(*s.pairs.Load())
}

// Close makes everything after it fail.
func (s *Store) Close() error {
	s.closed.Store(true)
	return nil
}

func (s *Store) usable(ctx context.Context) error {
	if s.closed.Load() {
		return fmt.Errorf("closed: %w", store.ErrSealed)
	}
	return ctx.Err()
}

type tx struct {
	pairs    []pair
	writable bool
	scanning bool
	over     bool
}

func (t *tx) end() { t.over = true }

func (t *tx) find(key string) (int, bool) {
	return slices.BinarySearchFunc(t.pairs, key, func(p pair, key string) int { return cmp.Compare(p.Key, key) })
}

func (t *tx) check(key string, write bool) error {
	_, id, err := store.SplitKey(key)
	switch {
	case err != nil:
		return err
	case t.over:
		return errors.New("transaction is over")
	case write && id == "":
		return fmt.Errorf("key %q has no identifier", key)
	case write && !t.writable:
		return errors.New("a view cannot write")
	case write && t.scanning:
		return errors.New("a scan cannot write")
	}
	return nil
}

func (t *tx) Get(key string) ([]byte, error) {
	if err := t.check(key, false); err != nil {
		return nil, err
	}
	i, ok := t.find(key)
	if !ok {
		return nil, nil
	}
	return append([]byte{}, t.pairs[i].Value...), nil
}

func (t *tx) Put(key string, value []byte) error {
	if err := t.check(key, true); err != nil {
		return err
	}
	if value == nil || len(value) > store.MaxStored {
		return fmt.Errorf("put %s: value is nil or larger than 1 MiB", key)
	}
	p := pair{key, bytes.Clone(value)}
	if i, ok := t.find(key); ok {
		t.pairs[i] = p
	} else {
		t.pairs = slices.Insert(t.pairs, i, p)
	}
	return nil
}

func (t *tx) Delete(key string) error {
	if err := t.check(key, true); err != nil {
		return err
	}
	if i, ok := t.find(key); ok {
		t.pairs = slices.Delete(t.pairs, i, i+1)
	}
	return nil
}

func (t *tx) Scan(prefix, after string, limit int, fn func(key string, value []byte) error) error {
	if err := t.check(prefix, false); err != nil {
		return err
	}
	defer func(was bool) { t.scanning = was }(t.scanning)
	t.scanning = true
	i, found := t.find(max(prefix, after))
	if found && after >= prefix {
		i++
	}
	for n := 0; i < len(t.pairs) && strings.HasPrefix(t.pairs[i].Key, prefix) && (limit <= 0 || n < limit); i, n = i+1, n+1 {
		if err := fn(t.pairs[i].Key, append([]byte{}, t.pairs[i].Value...)); err != nil {
			return err
		}
	}
	return nil
}
