package bolt

import (
	"context"
	"fmt"
	"testing"

	"pratique/data/store"
)

const records = 10_000

func benchStore(b *testing.B) *Store {
	s := openTest(b, create(b))
	value := make([]byte, 1200)
	err := s.Update(context.Background(), func(tx store.Tx) error {
		for i := range records {
			if err := tx.Put(benchKey(i), value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func benchKey(i int) string { return fmt.Sprintf("application/%08d", i*7919%records) }

func BenchmarkUpdate(b *testing.B) {
	s, value := benchStore(b), make([]byte, 1200)
	for i := 0; b.Loop(); i++ {
		err := s.Update(context.Background(), func(tx store.Tx) error { return tx.Put(benchKey(i), value) })
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGet(b *testing.B) {
	s := benchStore(b)
	for i := 0; b.Loop(); i++ {
		err := s.View(context.Background(), func(tx store.Tx) error {
			v, err := tx.Get(benchKey(i))
			if len(v) != 1200 {
				b.Fatal("missing")
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkScan reads all 10,000 records.
func BenchmarkScan(b *testing.B) {
	s := benchStore(b)
	for b.Loop() {
		n := 0
		err := s.View(context.Background(), func(tx store.Tx) error {
			return tx.Scan("application/", "", 0, func(string, []byte) error { n++; return nil })
		})
		if err != nil || n != records {
			b.Fatal(n, err)
		}
	}
}

// BenchmarkOpen includes the check of every page.
func BenchmarkOpen(b *testing.B) {
	s := benchStore(b)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := Open(s.path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}
