// Package storetest proves that an engine keeps the contract of data/store.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"sync"
	"testing"

	"pratique/data/store"
)

// Engine opens stores for a test; both clean up after themselves.
type Engine struct {
	Open    func(testing.TB) store.Store              // an empty one
	Restore func(tb testing.TB, _ []byte) store.Store // one with the content of a backup
}

// Test runs the whole suite.
func Test(t *testing.T, e Engine) {
	for _, tt := range []struct {
		name string
		run  func(*testing.T, store.Store)
	}{
		{"AllOrNothing", allOrNothing},
		{"ReadYourWrites", readYourWrites},
		{"Copies", copies},
		{"Scan", scan},
		{"EmptyValue", emptyValue},
		{"Refusals", refusals},
		{"ViewCannotWrite", viewCannotWrite},
		{"Isolation", isolation},
		{"Counters", counters},
		{"Cancelled", cancelled},
		{"Panic", panics},
		{"Over", over},
		{"Closed", closed},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, e.Open(t)) })
	}
	t.Run("Backup", func(t *testing.T) { backup(t, e) })
}

var background = context.Background()

func update(t testing.TB, s store.Store, fn func(store.Tx) error) {
	t.Helper()
	if err := s.Update(background, fn); err != nil {
		t.Fatal(err)
	}
}

func put(t testing.TB, s store.Store, pairs ...string) {
	t.Helper()
	update(t, s, func(tx store.Tx) error {
		for i := 0; i < len(pairs); i += 2 {
			if err := tx.Put(pairs[i], []byte(pairs[i+1])); err != nil {
				return err
			}
		}
		return nil
	})
}

func get(t testing.TB, s store.Store, key string) []byte {
	t.Helper()
	var value []byte
	err := s.View(background, func(tx store.Tx) (err error) {
		value, err = tx.Get(key)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// list is what a scan passes on, key and value in turn.
func list(tx store.Tx, prefix, after string, limit int) (pairs []string, err error) {
	err = tx.Scan(prefix, after, limit, func(key string, value []byte) error {
		pairs = append(pairs, key, string(value))
		return nil
	})
	return pairs, err
}

// Content is every pair of the given kinds, key and value in turn.
func Content(t testing.TB, s store.Store, kinds ...string) (pairs []string) {
	t.Helper()
	err := s.View(background, func(tx store.Tx) error {
		for _, kind := range kinds {
			more, err := list(tx, kind+"/", "", 0)
			if err != nil {
				return err
			}
			pairs = append(pairs, more...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return pairs
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

func allOrNothing(t *testing.T, s store.Store) {
	put(t, s, "a/1", "one", "a/2", "two")
	wrong := errors.New("wrong")
	err := s.Update(background, func(tx store.Tx) error {
		return errors.Join(tx.Put("a/1", []byte("changed")), tx.Delete("a/2"), tx.Put("b/1", []byte("new")), wrong)
	})
	if !errors.Is(err, wrong) {
		t.Errorf("the function's error came back as %v", err)
	}
	own := s.Update(background, func(store.Tx) error { return wrong })
	if own != wrong {
		t.Errorf("the function's error is not as it was: %v", own)
	}
	same(t, "after a failed update", Content(t, s, "a", "b"), []string{"a/1", "one", "a/2", "two"})
	update(t, s, func(tx store.Tx) error {
		return errors.Join(tx.Put("a/1", []byte("changed")), tx.Delete("a/2"), tx.Delete("a/9"), tx.Delete("c/1"), tx.Put("b/1", []byte("new")))
	})
	same(t, "after an update", Content(t, s, "a", "b"), []string{"a/1", "changed", "b/1", "new"})
}

func readYourWrites(t *testing.T, s store.Store) {
	put(t, s, "a/1", "one", "a/2", "two")
	update(t, s, func(tx store.Tx) error {
		err := errors.Join(tx.Put("a/3", []byte("three")), tx.Put("a/1", []byte("eins")), tx.Delete("a/2"))
		if err != nil {
			return err
		}
		b, err := tx.Get("a/3")
		same(t, "new", string(b), "three")
		gone, err2 := tx.Get("a/2")
		if gone != nil {
			t.Errorf("deleted in this update, and still there: %q", gone)
		}
		pairs, err3 := list(tx, "a/", "", 0)
		same(t, "scan", pairs, []string{"a/1", "eins", "a/3", "three"})
		return errors.Join(err, err2, err3)
	})
}

func copies(t *testing.T, s store.Store) {
	mine := []byte("value")
	update(t, s, func(tx store.Tx) error {
		if err := tx.Put("a/1", mine); err != nil {
			return err
		}
		copy(mine, "XXXXX")
		b, err := tx.Get("a/1")
		same(t, "after the slice that was put changed", string(b), "value")
		copy(b, "YYYYY")
		return err
	})
	same(t, "after the slice from an update changed", string(get(t, s, "a/1")), "value")
	kept := get(t, s, "a/1")
	copy(get(t, s, "a/1"), "ZZZZZ")
	err := s.View(background, func(tx store.Tx) error {
		return tx.Scan("a/", "", 0, func(_ string, value []byte) error {
			copy(value, "ZZZZZ")
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, "a/1", "other")
	same(t, "kept from before", string(kept), "value")
	same(t, "stored", string(get(t, s, "a/1")), "other")
}

func scan(t *testing.T, s store.Store) {
	put(t, s, "b/2", "2", "b/10", "10", "b/1", "1", "a/9", "x", "c/1", "y", "b/10/x", "sub", "bb/1", "z", "b/\xff", "high")
	for _, tt := range []struct {
		prefix, after string
		limit         int
		want          []string
	}{
		{"b/", "", 0, []string{"b/1", "b/10", "b/10/x", "b/2", "b/\xff"}},
		{"b/", "", 2, []string{"b/1", "b/10"}},
		{"b/", "b/10", 2, []string{"b/10/x", "b/2"}},
		{"b/", "b/11", 0, []string{"b/2", "b/\xff"}},
		{"b/", "b/\xff", 0, nil},
		{"b/", "a/9", 1, []string{"b/1"}},
		{"b/", "c/1", 0, nil},
		{"b/1", "", 0, []string{"b/1", "b/10", "b/10/x"}},
		{"b/1", "b/1", 0, []string{"b/10", "b/10/x"}},
		{"b/1", "b/0", 0, []string{"b/1", "b/10", "b/10/x"}},
		{"b/1", "b/2", 0, nil},
		{"b/3", "", 0, nil},
		{"none/", "", 0, nil},
	} {
		err := s.View(background, func(tx store.Tx) error {
			var keys []string
			pairs, err := list(tx, tt.prefix, tt.after, tt.limit)
			for i := 0; i < len(pairs); i += 2 {
				keys = append(keys, pairs[i])
			}
			same(t, fmt.Sprintf("scan %q after %q, %d", tt.prefix, tt.after, tt.limit), keys, tt.want)
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	stop := errors.New("stop")
	n := 0
	err := s.View(background, func(tx store.Tx) error {
		return tx.Scan("b/", "", 0, func(string, []byte) error { n++; return stop })
	})
	if err != stop || n != 1 {
		t.Errorf("a scan that was stopped: %d calls, %v", n, err)
	}
}

func emptyValue(t *testing.T, s store.Store) {
	put(t, s, "a/1", "")
	if b := get(t, s, "a/1"); b == nil || len(b) != 0 {
		t.Errorf("an empty value came back as %#v", b)
	}
	if b := get(t, s, "a/2"); b != nil {
		t.Errorf("no value came back as %#v", b)
	}
	update(t, s, func(tx store.Tx) error {
		b, err := tx.Get("a/1")
		if b == nil {
			t.Error("an empty value is gone in an update")
		}
		return err
	})
}

func refusals(t *testing.T, s store.Store) {
	for name, fn := range map[string]func(store.Tx) error{
		"put nil":              func(tx store.Tx) error { return tx.Put("a/1", nil) },
		"put too large":        func(tx store.Tx) error { return tx.Put("a/1", make([]byte, store.MaxStored+1)) },
		"put without kind":     func(tx store.Tx) error { return tx.Put("a", []byte{1}) },
		"put with empty kind":  func(tx store.Tx) error { return tx.Put("/a", []byte{1}) },
		"put without id":       func(tx store.Tx) error { return tx.Put("a/", []byte{1}) },
		"delete without id":    func(tx store.Tx) error { return tx.Delete("a/") },
		"get without kind":     func(tx store.Tx) error { _, err := tx.Get("a"); return err },
		"scan without kind":    func(tx store.Tx) error { _, err := list(tx, "a", "", 0); return err },
		"scan with empty kind": func(tx store.Tx) error { _, err := list(tx, "/pratique", "", 0); return err },
		"put inside a scan":    inScan(func(tx store.Tx) error { return tx.Put("a/3", []byte{1}) }),
		"delete inside a scan": inScan(func(tx store.Tx) error { return tx.Delete("a/2") }),
		"put after inner scan": inScan(func(tx store.Tx) error { return errors.Join(first(list(tx, "a/", "", 0)), tx.Put("a/3", []byte{1})) }),
	} {
		err := s.Update(background, func(tx store.Tx) error {
			if err := tx.Put("a/2", []byte{2}); err != nil {
				t.Fatal(err)
			}
			return fn(tx)
		})
		if err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if got := Content(t, s, "a"); got != nil {
		t.Errorf("stored %q", got)
	}
	put(t, s, "a/1", string(make([]byte, store.MaxValue)))
}

func first(_ []string, err error) error { return err }

func inScan(fn func(store.Tx) error) func(store.Tx) error {
	return func(tx store.Tx) error {
		return tx.Scan("a/", "", 0, func(string, []byte) error { return fn(tx) })
	}
}

func viewCannotWrite(t *testing.T, s store.Store) {
	put(t, s, "a/1", "one")
	err := s.View(background, func(tx store.Tx) error {
		if tx.Put("a/1", []byte("two")) == nil || tx.Put("b/1", []byte("two")) == nil || tx.Delete("a/1") == nil {
			t.Error("a view wrote")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	same(t, "after it", Content(t, s, "a", "b"), []string{"a/1", "one"})
}

// A view sees what was there when it began, whatever is stored meanwhile.
func isolation(t *testing.T, s store.Store) {
	// Room first: an engine may make an update that has to grow its file wait for views.
	put(t, s, "a/1", "one", "room/1", string(make([]byte, 200_000)))
	update(t, s, func(tx store.Tx) error { return tx.Delete("room/1") })
	err := s.View(background, func(tx store.Tx) error {
		done := make(chan error)
		go func() {
			done <- s.Update(background, func(tx store.Tx) error {
				return errors.Join(tx.Put("a/1", []byte("two")), tx.Put("a/2", []byte("two")))
			})
		}()
		if err := <-done; err != nil {
			return err
		}
		pairs, err := list(tx, "a/", "", 0)
		same(t, "in the view", pairs, []string{"a/1", "one"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "after it", Content(t, s, "a"), []string{"a/1", "two", "a/2", "two"})
}

// Eight writers take numbers from one counter: each number is taken once, none is left out.
func counters(t *testing.T, s store.Store) {
	const writers, each = 8, 25
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for range each {
				for {
					err := s.Update(background, func(tx store.Tx) error {
						b, err := tx.Get("counter/x")
						if err != nil {
							return err
						}
						n, _ := strconv.Atoi(string(b))
						n++
						return errors.Join(tx.Put("counter/x", []byte(strconv.Itoa(n))),
							tx.Put(fmt.Sprintf("number/%04d", n), []byte(strconv.Itoa(w))))
					})
					if err == nil {
						break
					}
					if !errors.Is(err, store.ErrConflict) {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	pairs := Content(t, s, "number")
	if len(pairs) != 2*writers*each {
		t.Fatalf("%d numbers, want %d", len(pairs)/2, writers*each)
	}
	taken := map[string]int{}
	for i := 0; i < len(pairs); i += 2 {
		same(t, "number", pairs[i], fmt.Sprintf("number/%04d", i/2+1))
		taken[pairs[i+1]]++
	}
	for w, n := range taken {
		if n != each {
			t.Errorf("writer %s has %d numbers, want %d", w, n, each)
		}
	}
}

func cancelled(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(background)
	inside := s.Update(ctx, func(tx store.Tx) error {
		cancel()
		return tx.Put("a/1", []byte("one"))
	})
	never := func(store.Tx) error { t.Error("the function ran"); return nil }
	for name, err := range map[string]error{
		"update, cancelled inside": inside,
		"update":                   s.Update(ctx, never),
		"view":                     s.View(ctx, never),
		"backup":                   s.Backup(ctx, new(bytes.Buffer)),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Waiting for another update ends with the context, too.
	ctx, cancel = context.WithCancel(background)
	update(t, s, func(store.Tx) error {
		done := make(chan error)
		go func() { done <- s.Update(ctx, never) }()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("update, waiting: %v", err)
		}
		return nil
	})
	same(t, "after it", Content(t, s, "a"), []string(nil))
}

// A panic goes on to the caller; nothing is stored and no lock stays.
func panics(t *testing.T, s store.Store) {
	for name, fn := range map[string]func(func(store.Tx) error) error{
		"update": func(fn func(store.Tx) error) error { return s.Update(background, fn) },
		"view":   func(fn func(store.Tx) error) error { return s.View(background, fn) },
	} {
		func() {
			defer func() {
				if r := recover(); r != "oh" {
					t.Errorf("%s: recovered %v", name, r)
				}
			}()
			fn(func(tx store.Tx) error {
				tx.Put("a/1", []byte("one")) // fails in the view
				panic("oh")
			})
		}()
	}
	put(t, s, "a/2", "two")
	same(t, "after it", Content(t, s, "a"), []string{"a/2", "two"})
}

// A transaction is of no use once its function has returned.
func over(t *testing.T, s store.Store) {
	put(t, s, "a/1", "one")
	var old []store.Tx
	keep := func(tx store.Tx) error { old = append(old, tx); return nil }
	if err := errors.Join(s.View(background, keep), s.Update(background, keep)); err != nil {
		t.Fatal(err)
	}
	for _, tx := range old {
		_, err := tx.Get("a/1")
		if err == nil || tx.Put("a/1", []byte("two")) == nil || tx.Delete("a/1") == nil || first(list(tx, "a/", "", 0)) == nil {
			t.Error("a transaction outlived its function")
		}
	}
	same(t, "after it", Content(t, s, "a"), []string{"a/1", "one"})
}

func closed(t *testing.T, s store.Store) {
	put(t, s, "a/1", "one")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	never := func(store.Tx) error { t.Error("the function ran"); return nil }
	for name, err := range map[string]error{
		"update": s.Update(background, never),
		"view":   s.View(background, never),
		"backup": s.Backup(background, new(bytes.Buffer)),
	} {
		if !errors.Is(err, store.ErrSealed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
}

func backup(t *testing.T, e Engine) {
	s := e.Open(t)
	for i := range 50 {
		put(t, s, fmt.Sprintf("a/%d", i), string(make([]byte, 1000)), fmt.Sprintf("b/%d", i), "")
	}
	var b bytes.Buffer
	if err := s.Backup(background, &b); err != nil {
		t.Fatal(err)
	}
	before := Content(t, s, "a", "b")
	put(t, s, "a/later", "x")
	copied := e.Restore(t, b.Bytes())
	same(t, "backup", Content(t, copied, "a", "b"), before)
	put(t, copied, "a/own", "y")
	same(t, "the original", len(Content(t, s, "a", "b")), len(before)+2)

	wrong := errors.New("disk gone")
	if err := s.Backup(background, failing{wrong}); err == nil {
		t.Error("a backup that could not be written is no error")
	}
	put(t, s, "a/after", "z")
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
