package bolt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"pratique/data/store"
	"pratique/data/store/storetest"
)

func TestContract(t *testing.T) {
	storetest.Test(t, storetest.Engine{
		Open: func(tb testing.TB) store.Store { return openTest(tb, create(tb)) },
		Restore: func(tb testing.TB, backup []byte) store.Store {
			path := filepath.Join(tb.TempDir(), "post.db")
			if err := os.WriteFile(path, backup, 0o600); err != nil {
				tb.Fatal(err)
			}
			return openTest(tb, path)
		},
	})
}

func create(tb testing.TB) (path string) {
	tb.Helper()
	path = filepath.Join(tb.TempDir(), "post.db")
	if err := Create(path); err != nil {
		tb.Fatal(err)
	}
	return path
}

// openTest opens a store that is closed and checked when the test ends.
func openTest(tb testing.TB, path string) *Store {
	tb.Helper()
	s, err := Open(path, Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
		consistent(tb, path)
	})
	return s
}

// consistent checks a closed file with our own check and with bbolt's.
func consistent(tb testing.TB, path string) {
	tb.Helper()
	if err := checkFile(path, time.Second); err != nil {
		tb.Error(err)
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second, PreLoadFreelist: true})
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close()
	err = db.View(func(tx *bbolt.Tx) error {
		var all error
		for err := range tx.Check() {
			all = errors.Join(all, err)
		}
		return all
	})
	if err != nil {
		tb.Error(err)
	}
}

func put(s store.Store, key, value string) error {
	return s.Update(context.Background(), func(tx store.Tx) error { return tx.Put(key, []byte(value)) })
}

func get(s store.Store, key string) (value string, err error) {
	err = s.View(context.Background(), func(tx store.Tx) error {
		b, err := tx.Get(key)
		value = string(b)
		return err
	})
	return value, err
}

// fill makes a database with branch pages, inline buckets and free pages.
func fill(tb testing.TB, path string, n int) {
	tb.Helper()
	s, err := Open(path, Options{})
	if err != nil {
		tb.Fatal(err)
	}
	for i := range n {
		err := s.Update(context.Background(), func(tx store.Tx) error {
			for j := range 10 {
				key := fmt.Sprintf("record/%s", fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, i, j))))
				if err := tx.Put(key, bytes.Repeat([]byte{byte(i)}, 300)); err != nil {
					return err
				}
			}
			return tx.Put(fmt.Sprintf("kind%d/x", i%3), []byte("inline"))
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		tb.Fatal(err)
	}
}

func TestCreateRefusesWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "post.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Create(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over an empty file: %v", err)
	}
	if err := Create(dir); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a folder: %v", err)
	}
	if err := Create(filepath.Join(dir, "gone", "post.db")); err == nil {
		t.Error("made a folder")
	}
	names, err := os.ReadDir(dir)
	if err != nil || len(names) != 1 {
		t.Errorf("left behind: %v, %v", names, err)
	}
}

// Whatever is wrong with a file, opening it says so and changes nothing.
func TestOpenChangesNothing(t *testing.T) {
	for _, tt := range []struct {
		name   string
		damage func(t *testing.T, path string, b []byte) []byte
		want   error
	}{
		{"missing", func(t *testing.T, path string, _ []byte) []byte {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			return nil
		}, fs.ErrNotExist},
		{"empty", func(_ *testing.T, _ string, b []byte) []byte { return b[:0] }, ErrDamaged},
		{"zeros", func(_ *testing.T, _ string, b []byte) []byte { return make([]byte, len(b)) }, ErrDamaged},
		{"text", func(_ *testing.T, _ string, b []byte) []byte { return bytes.Repeat([]byte("text "), 20000) }, ErrDamaged},
		{"short", func(_ *testing.T, _ string, b []byte) []byte { return b[:100] }, ErrDamaged},
		{"truncated", func(_ *testing.T, _ string, b []byte) []byte { return b[:3*4096] }, ErrDamaged},
		{"both metas flipped", func(_ *testing.T, _ string, b []byte) []byte { b[60] ^= 1; b[os.Getpagesize()+60] ^= 1; return b }, ErrDamaged},
		{"foreign", func(t *testing.T, path string, _ []byte) []byte {
			return foreign(t, path, func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("other")); return err })
		}, ErrForeign},
		{"foreign stamp", func(t *testing.T, path string, _ []byte) []byte { return stamp(t, path, "x") }, ErrForeign},
		{"newer", func(t *testing.T, path string, _ []byte) []byte { return stamp(t, path, "2") }, ErrNewer},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := create(t)
			fill(t, path, 30)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			b = tt.damage(t, path, b)
			if b != nil {
				if err := os.WriteFile(path, b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 {
				if s, err := Open(path, Options{}); !errors.Is(err, tt.want) || !strings.Contains(fmt.Sprint(err), path) {
					if err == nil {
						s.Close()
					}
					t.Errorf("Open: %v, want %v", err, tt.want)
				}
				after, _ := os.ReadFile(path)
				if !bytes.Equal(after, b) {
					t.Error("the file was changed")
				}
			}
		})
	}
	if _, err := Open(t.TempDir(), Options{}); err == nil {
		t.Error("opened a folder")
	}
}

func foreign(t *testing.T, path string, fn func(tx *bbolt.Tx) error) []byte {
	t.Helper()
	other := path + "2"
	db, err := bbolt.Open(other, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(fn), db.Close()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func stamp(t *testing.T, path, schema string) []byte {
	return foreign(t, path, func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket(stampBucket)
		return errors.Join(err, b.Put(stampKey, []byte(schema)))
	})
}

func TestSecondOpen(t *testing.T) {
	path := create(t)
	openTest(t, path)
	for _, timeout := range []time.Duration{0, 120 * time.Millisecond} {
		_, err := Open(path, Options{Timeout: timeout})
		if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), "close that one") {
			t.Errorf("with timeout %v: %v", timeout, err)
		}
	}
	other := create(t)
	s := openTest(t, other)
	closing := time.AfterFunc(60*time.Millisecond, func() { s.Close() })
	defer closing.Stop()
	late, err := Open(other, Options{Timeout: time.Minute})
	if err != nil {
		t.Fatalf("the lock came free, and still: %v", err)
	}
	late.Close()
}

// After another file took the name, nothing is stored in the one that lost it.
func TestRenameOver(t *testing.T) {
	path, other := create(t), create(t)
	s := openTest(t, path)
	if err := put(s, "a/1", "one"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(other, path); err != nil {
		t.Fatal(err)
	}
	if err := put(s, "a/2", "two"); !errors.Is(err, store.ErrSealed) || !errors.Is(err, errReplaced) {
		t.Errorf("before an update: %v", err)
	}
	if _, err := get(s, "a/1"); !errors.Is(err, store.ErrSealed) {
		t.Errorf("after it: %v", err)
	}

	path, other = create(t), create(t)
	s = openTest(t, path)
	err := s.Update(t.Context(), func(tx store.Tx) error {
		return errors.Join(tx.Put("a/1", []byte("one")), os.Rename(other, path))
	})
	if !errors.Is(err, store.ErrUnknown) {
		t.Errorf("during an update: %v", err)
	}
}

// A file that is cut while it is mapped faults when it is read: that is an
// error and seals the store, and the process lives on.
func TestTruncatedWhileOpen(t *testing.T) {
	path := create(t)
	fill(t, path, 200)
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 8192); err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(tx store.Tx) error {
		return tx.Scan("record/", "", 0, func(string, []byte) error { return nil })
	})
	if !errors.Is(err, store.ErrSealed) || !errors.Is(err, ErrDamaged) {
		t.Errorf("view: %v", err)
	}
	if err := put(s, "a/1", "one"); !errors.Is(err, store.ErrSealed) {
		t.Errorf("update: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := Open(path, Options{}); !errors.Is(err, ErrDamaged) {
		t.Errorf("open: %v", err)
	}
}

// Any flipped bit in what holds the pages together, the headers and elements,
// is found when the file is opened or harmless: no crash, no hang, and the same
// keys. What it cannot find, and is left out here, is a flipped bit in a key, in
// a value, or in the sizes of a page's last element, which nothing follows.
func TestFlippedStructure(t *testing.T) {
	path := create(t)
	fill(t, path, 30)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	keys := func(path string) (keys []string, err error) {
		s, err := Open(path, Options{})
		if err != nil {
			return nil, err
		}
		defer s.Close()
		err = s.View(context.Background(), func(tx store.Tx) error {
			return tx.Scan("record/", "", 0, func(key string, _ []byte) error {
				keys = append(keys, key)
				return nil
			})
		})
		return keys, err
	}
	want, err := keys(path)
	if err != nil || len(want) != 300 {
		t.Fatalf("%d keys, %v", len(want), err)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	size := os.Getpagesize()
	used := usedPages(t, whole)
	var flips, found, changed int
	step := 5
	if testing.Short() {
		step = 41
	}
	for id := 2; id < len(used); id++ {
		page := whole[id*size : (id+1)*size]
		if !used[id] {
			continue
		}
		end := 16 * int(binary.NativeEndian.Uint16(page[10:]))
		for bit := id % step; bit < 8*max(16, min(end, size)); bit += step {
			at := int64(id*size + bit/8)
			flip := func(mask byte) {
				if _, err := file.WriteAt([]byte{whole[at] ^ mask}, at); err != nil {
					t.Fatal(err)
				}
			}
			flip(1 << (bit % 8))
			got, err := keys(path)
			flip(0)
			flips++
			if err != nil {
				found++
			} else if !reflect.DeepEqual(got, want) {
				changed++
				t.Logf("page %d flags %d count %d bit %d: %d keys", id, page[8], page[10], bit, len(got))
			}
		}
	}
	t.Logf("%d flips: %d found", flips, found)
	if changed > 0 || found < flips/2 {
		t.Errorf("%d changed a key without being found", changed)
	}
}

// usedPages marks the pages that are reachable, overflow pages left out.
func usedPages(t *testing.T, file []byte) []bool {
	m, err := newestMeta(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	c := &checker{file: bytes.NewReader(file), meta: m, used: make([]bool, m.pages)}
	if err := c.tree(m.root, bounds{}, 0, true); err != nil {
		t.Fatal(err)
	}
	if _, err := c.take(m.freelist); err != nil {
		t.Fatal(err)
	}
	return c.used
}

func FuzzCheck(f *testing.F) {
	path := create(f)
	fill(f, path, 5)
	b, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint32(4096*4), []byte{1, 2, 3})
	f.Add(uint32(4096*3+16), []byte{0xff, 0xff, 0xff, 0xff})
	// Property: the check ends without a panic, whatever is written where.
	f.Fuzz(func(t *testing.T, at uint32, patch []byte) {
		damaged := bytes.Clone(b)
		copy(damaged[int(at)%len(damaged):], patch)
		err := check(bytes.NewReader(damaged), int64(len(damaged)))
		if err != nil && bytes.Equal(damaged, b) {
			t.Error(err)
		}
	})
}

// TestPanicOfBolt: a panic inside bbolt is an error and does not keep the lock.
func TestPanicOfBolt(t *testing.T) {
	s := openTest(t, create(t))
	err := s.Update(t.Context(), func(x store.Tx) error {
		return x.(*tx).run(func() error { panic("page 7: assertion failed") })
	})
	if !errors.Is(err, store.ErrSealed) || !errors.Is(err, ErrDamaged) {
		t.Errorf("%v", err)
	}
}
