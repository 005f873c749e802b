package audit

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"pratique/data/store"
	"pratique/data/store/bolt"
)

func openBolt(tb testing.TB, path string) *bolt.Store {
	tb.Helper()
	s, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	return s
}

func newBolt(tb testing.TB) (l *Log, s *bolt.Store, db, head string) {
	tb.Helper()
	dir := tb.TempDir()
	db, head = filepath.Join(dir, "post.db"), filepath.Join(dir, "head")
	if err := bolt.Create(db); err != nil {
		tb.Fatal(err)
	}
	s = openBolt(tb, db)
	l, err := Create(context.Background(), s, head)
	if err != nil {
		tb.Fatal(err)
	}
	return l, s, db, head
}

// A flipped bit in the newest meta page of a bbolt file undoes the last commit
// without a word. With the head file it is found, for every bit.
func TestFlippedMetaIsFound(t *testing.T) {
	l, s, db, head := newBolt(t)
	for _, value := range []string{"one", "two", "three"} {
		save(t, l, value)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	const header, transaction, meta = 16, 48, 64
	newest, size := 0, os.Getpagesize()
	tx := func(page int) uint64 { return binary.NativeEndian.Uint64(whole[page*size+header+transaction:]) }
	if tx(1) > tx(0) {
		newest = 1
	}
	silent := 0
	for bit := range 8 * meta {
		at := newest*size + header + bit/8
		whole[at] ^= 1 << (bit % 8)
		if err := os.WriteFile(db, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		whole[at] ^= 1 << (bit % 8)
		s, err := bolt.Open(db, bolt.Options{})
		if err != nil {
			continue
		}
		silent++
		if _, err := Open(t.Context(), s, head); !errors.Is(err, ErrHead) {
			t.Errorf("bit %d: %v, want ErrHead", bit, err)
		}
		s.Close()
	}
	if silent < 8*meta/2 {
		t.Errorf("only %d of %d flips were silent without the head file: the test shows little", silent, 8*meta)
	}
	if err := os.WriteFile(db, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), openBolt(t, db), head); err != nil {
		t.Errorf("the whole file: %v", err)
	}
}

// An older copy of the file put back is refused.
func TestOldCopyIsFound(t *testing.T) {
	l, s, db, head := newBolt(t)
	save(t, l, "one")
	old, err := os.Create(db + ".old")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Backup(t.Context(), old), old.Close()); err != nil {
		t.Fatal(err)
	}
	save(t, l, "two")
	if err := errors.Join(s.Close(), os.Rename(db+".old", db)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), openBolt(t, db), head); !errors.Is(err, ErrHead) {
		t.Errorf("%v, want ErrHead", err)
	}
}

func BenchmarkUpdate(b *testing.B) {
	l, _, _, _ := newBolt(b)
	value := string(make([]byte, 1200))
	for b.Loop() {
		save(b, l, value)
	}
}

func BenchmarkVerify(b *testing.B) {
	_, s, _, _ := newBolt(b)
	const entries = 10_000
	err := s.Update(context.Background(), func(tx store.Tx) error {
		for range entries {
			if _, err := Append(tx, Entry{At: noon, Officer: "officer-a", Act: ApplicationSaved, Subject: "1"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		err := s.View(context.Background(), func(tx store.Tx) error {
			n, err := Verify(tx)
			if n != entries {
				b.Fatalf("%d entries", n)
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/entries, "ns/entry")
}
