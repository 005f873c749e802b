// Package bolt is the store of one workstation: a bbolt file.
//
// The part of a key before its first slash names a bucket, the rest is the key
// in it. The bucket "/pratique", a name no kind can have, holds under "schema"
// the version of this layout in decimal; a file without it is not ours.
//
// A file is made by [Create] alone. [Open] checks that its pages fit together
// before it is used and never creates, repairs or overwrites anything. The
// first storage error seals the store: it answers [store.ErrSealed] until it
// is closed and opened again, for what is in memory may no longer be what is
// on the disk.
package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"pratique/data/store"
	"pratique/data/store/disk"
	"pratique/data/store/lock"
)

// Schema is the version of the layout that this package writes and reads.
const Schema = 1

var (
	stampBucket = []byte("/pratique")
	stampKey    = []byte("schema")
)

// Errors of [Open] besides those of the contract.
var (
	// ErrForeign: a sound bbolt file, but not one of Pratique.
	ErrForeign = errors.New("not a database of Pratique")
	// ErrNewer: a newer Pratique made the file.
	ErrNewer = errors.New("database was made by a newer version of Pratique")
	// ErrDamaged: the file's pages do not fit together. It is left as it is.
	ErrDamaged = errDamaged
)

var errReplaced = errors.New("the database file was moved or replaced while it was open")

// Options of [Open].
type Options struct {
	// Timeout is how long to wait while another program has the file open.
	Timeout time.Duration
}

// retry is how long to wait between two attempts to get the lock.
const retry = 50 * time.Millisecond

// Store is a [store.Store] in a bbolt file.
type Store struct {
	path   string
	db     *bbolt.DB
	file   *os.File    // bbolt's own
	info   os.FileInfo // of the file when it was opened
	writer chan struct{}
	sealed atomic.Pointer[error] // why, nil while in order
	stuck  atomic.Bool           // a transaction could not be ended
}

// Create makes the file of a new, empty database. It is complete under its
// name or not there at all, even after a crash. The error wraps [fs.ErrExist]
// if there is anything at path already.
func Create(path string) (err error) {
	fail := func(err error) error { return fmt.Errorf("create database %s: %w", path, err) }
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fail(fs.ErrExist)
	}
	if err := disk.Local(filepath.Dir(path)); err != nil {
		return fail(err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fail(err)
	}
	temporary := f.Name()
	f.Close()
	defer os.Remove(temporary)
	db, err := bbolt.Open(temporary, 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, Timeout: time.Second})
	if err != nil {
		return fail(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket(stampBucket)
		if err != nil {
			return err
		}
		return b.Put(stampKey, []byte(strconv.Itoa(Schema)))
	})
	if err = errors.Join(err, db.Sync(), db.Close()); err != nil {
		return fail(err)
	}
	if err := disk.Publish(temporary, path); err != nil {
		return fail(err)
	}
	return nil
}

// Open opens a database that [Create] made. The error wraps [fs.ErrNotExist],
// [store.ErrLocked], [disk.ErrNetwork], [ErrDamaged], [ErrForeign] or [ErrNewer].
func Open(path string, options Options) (*Store, error) {
	s, err := open(path, options)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	return s, nil
}

func open(path string, options Options) (_ *Store, err error) {
	if err := disk.Local(path); err != nil {
		return nil, err
	}
	if err := checkFile(path, options.Timeout); err != nil {
		return nil, err
	}
	s := &Store{path: path, writer: make(chan struct{}, 1)}
	s.writer <- struct{}{}
	defer func() {
		if err != nil && s.file != nil {
			s.file.Close()
		}
	}()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	err = guard(func() (err error) {
		s.db, err = bbolt.Open(path, 0o600, &bbolt.Options{
			Timeout:         options.Timeout + 2*retry,
			FreelistType:    bbolt.FreelistMapType,
			InitialMmapSize: mapSize(),
			OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
				s.file, err = os.OpenFile(name, flag&^os.O_CREATE, mode)
				return s.file, err
			},
		})
		if err != nil {
			return err
		}
		s.db.AllocSize = 1 << 20 // the file grows by this much
		s.info, err = s.file.Stat()
		return err
	})
	if errors.Is(err, bbolt.ErrTimeout) {
		return nil, errLocked
	} else if err != nil {
		return nil, err
	}
	if err := guard(func() error { return s.db.View(checkStamp) }); err != nil {
		s.db.Close()
		return nil, err
	}
	return s, nil
}

var errLocked = fmt.Errorf("another program has it open; close that one, or wait until it is done: %w", store.ErrLocked)

// mapSize is how much address space to map at once. An update that outgrows
// the map must wait for every view, so a long backup would hold it up.
func mapSize() int {
	if runtime.GOOS == "windows" {
		return 0 // there the file itself would be made that large
	}
	return 1 << 30
}

// checkFile checks the pages under the lock. The lock is given up in between:
// whoever takes it first then is a Pratique too and leaves the file whole.
func checkFile(path string, timeout time.Duration) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: not a file", ErrForeign)
	}
	for err = lock.Try(f); errors.Is(err, store.ErrLocked) && timeout > 0; err = lock.Try(f) {
		time.Sleep(retry)
		timeout -= retry
	}
	if errors.Is(err, store.ErrLocked) {
		return errLocked
	} else if err != nil {
		return err
	}
	if info, err = f.Stat(); err != nil {
		return err
	}
	return check(f, info.Size())
}

func checkStamp(tx *bbolt.Tx) error {
	b := tx.Bucket(stampBucket)
	if b == nil {
		return ErrForeign
	}
	schema, err := strconv.Atoi(string(b.Get(stampKey)))
	switch {
	case err != nil || schema < 1:
		return ErrForeign
	case schema > Schema:
		return fmt.Errorf("%w: it has schema %d, this one knows %d", ErrNewer, schema, Schema)
	}
	return nil
}

// guard turns a panic of bbolt, or a fault in the mapped file, into an error.
// A fault is a panic only where debug.SetPanicOnFault is on.
func guard(fn func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errDamaged, r)
		}
	}()
	return fn()
}

// seal stops the store for the reason err, unless it is stopped already.
func (s *Store) seal(err error) { s.sealed.CompareAndSwap(nil, &err) }

func (s *Store) usable(ctx context.Context) error {
	if why := s.sealed.Load(); why != nil {
		return fmt.Errorf("%w: %w", store.ErrSealed, *why)
	}
	return ctx.Err()
}

// inPlace seals the store if its path has become the name of another file:
// what is committed to the old one would be gone with it.
func (s *Store) inPlace() error {
	if info, err := os.Stat(s.path); err != nil || !os.SameFile(info, s.info) {
		s.seal(errReplaced)
		return errReplaced
	}
	return nil
}

// View runs fn on a snapshot.
func (s *Store) View(ctx context.Context, fn func(store.Tx) error) error {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	t, err := s.begin(ctx, false)
	if err != nil {
		return err
	}
	defer t.end()
	return fn(t)
}

// Update runs fn, one caller after another. A panic of fn goes on to the
// caller and nothing is stored.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	select {
	case <-s.writer:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { s.writer <- struct{}{} }()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	t, err := s.begin(ctx, true)
	if err != nil {
		return err
	}
	defer t.end()
	if err := fn(t); err != nil {
		return err
	}
	if err := s.usable(ctx); err != nil {
		return err
	}
	if !t.wrote {
		return nil
	}
	return t.commit()
}

// Backup writes a file that [Open] opens.
func (s *Store) Backup(ctx context.Context, w io.Writer) error {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	t, err := s.begin(ctx, false)
	if err != nil {
		return err
	}
	defer t.end()
	err = guard(func() error {
		_, err := t.bolt.WriteTo(writer{ctx, w})
		return err
	})
	if ctx.Err() != nil { // bbolt makes it text
		return ctx.Err()
	} else if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

// writer stops writing when its context ends.
type writer struct {
	ctx context.Context
	w   io.Writer
}

func (w writer) Write(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.w.Write(b)
}

// Close waits for views and updates to end and gives the file free. An update
// that is not yet at its commit fails.
func (s *Store) Close() error {
	s.seal(errors.New("closed"))
	if s.stuck.Load() {
		return s.file.Close() // bbolt would wait for ever; the lock goes with the file
	}
	return s.db.Close()
}

type tx struct {
	store    *Store
	bolt     *bbolt.Tx
	writable bool
	wrote    bool
	scanning bool
	over     bool
}

func (s *Store) begin(ctx context.Context, writable bool) (*tx, error) {
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	if writable {
		if err := s.inPlace(); err != nil {
			return nil, fmt.Errorf("%w: %w", store.ErrSealed, err)
		}
	}
	t := &tx{store: s, writable: writable}
	err := t.run(func() (err error) {
		t.bolt, err = s.db.Begin(writable)
		return err
	})
	return t, err
}

// run lets bbolt do something and seals the store if that fails.
func (t *tx) run(fn func() error) error {
	err := guard(fn)
	if err != nil {
		t.store.seal(err)
		return t.store.usable(context.Background())
	}
	return nil
}

// end gives up what was not committed.
func (t *tx) end() {
	t.over = true
	err := guard(t.bolt.Rollback)
	if err != nil && !errors.Is(err, bbolt.ErrTxClosed) {
		t.store.stuck.Store(true)
		t.store.seal(err)
	}
}

// commit stores what was put. Any error seals the store; the outcome is known
// only where no room was left before the meta page was written, the page that
// makes a transaction count.
func (t *tx) commit() error {
	s, id := t.store, t.bolt.ID()
	err := guard(t.bolt.Commit)
	if err == nil {
		err = s.inPlace()
	}
	if err == nil {
		return nil
	}
	outcome := store.ErrUnknown
	if disk.Full(err) && s.notStored(id) {
		outcome = store.ErrFull
	}
	s.seal(err)
	return fmt.Errorf("commit: %w: %w", outcome, err)
}

// notStored reports whether no meta page knows the transaction: it then was
// not even begun to be written.
func (s *Store) notStored(id int) bool {
	known := id
	err := guard(func() error {
		return s.db.View(func(tx *bbolt.Tx) error {
			known = tx.ID()
			return nil
		})
	})
	return err == nil && known < id
}

func (t *tx) check(key string, write bool) (kind, id []byte, err error) {
	k, i, err := store.SplitKey(key)
	switch {
	case err != nil:
		return nil, nil, err
	case t.over:
		return nil, nil, errors.New("transaction is over")
	case write && (i == "" || len(i) > bbolt.MaxKeySize):
		return nil, nil, fmt.Errorf("key %q has no identifier or a long one", key)
	case write && !t.writable:
		return nil, nil, errors.New("a view cannot write")
	case write && t.scanning:
		return nil, nil, errors.New("a scan cannot write")
	}
	return []byte(k), []byte(i), nil
}

func (t *tx) Get(key string) (value []byte, err error) {
	kind, id, err := t.check(key, false)
	if err != nil {
		return nil, err
	}
	err = t.run(func() error {
		if b := t.bolt.Bucket(kind); b != nil {
			if v := b.Get(id); v != nil {
				value = append([]byte{}, v...)
			}
		}
		return nil
	})
	return value, err
}

func (t *tx) Put(key string, value []byte) error {
	kind, id, err := t.check(key, true)
	if err != nil {
		return err
	}
	if value == nil || len(value) > store.MaxStored {
		return fmt.Errorf("put %s: value is nil or larger than 1 MiB", key)
	}
	t.wrote = true
	return t.run(func() error {
		b, err := t.bolt.CreateBucketIfNotExists(kind)
		if err != nil {
			return err
		}
		return b.Put(id, bytes.Clone(value)) // bbolt keeps the slice until the commit
	})
}

func (t *tx) Delete(key string) error {
	kind, id, err := t.check(key, true)
	if err != nil {
		return err
	}
	return t.run(func() error {
		b := t.bolt.Bucket(kind)
		if b == nil {
			return nil
		}
		t.wrote = true
		return b.Delete(id)
	})
}

func (t *tx) Scan(prefix, after string, limit int, fn func(key string, value []byte) error) error {
	kind, from, err := t.check(prefix, false)
	if err != nil {
		return err
	}
	first := string(kind) + "/"
	if after >= prefix {
		if !strings.HasPrefix(after, first) {
			return nil // behind everything of this kind
		}
		from = []byte(after[len(first):])
	}
	defer func(was bool) { t.scanning = was }(t.scanning)
	t.scanning = true

	var cursor *bbolt.Cursor
	next := func() (key string, value []byte, err error) {
		err = t.run(func() error {
			var k, v []byte
			if cursor != nil {
				k, v = cursor.Next()
			} else if b := t.bolt.Bucket(kind); b != nil {
				cursor = b.Cursor()
				if k, v = cursor.Seek(from); k != nil && first+string(k) == after {
					k, v = cursor.Next()
				}
			}
			if k != nil {
				key, value = first+string(k), append([]byte{}, v...)
			}
			return nil
		})
		return key, value, err
	}
	for n := 0; limit <= 0 || n < limit; n++ {
		key, value, err := next()
		if err != nil {
			return err
		}
		if key == "" || !strings.HasPrefix(key, prefix) {
			return nil
		}
		if err := fn(key, value); err != nil {
			return err
		}
	}
	return nil
}
