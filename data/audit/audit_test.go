package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"pratique/data/store"
	"pratique/data/store/mem"
)

var noon = time.Date(2022, 3, 1, 12, 0, 0, 5, time.UTC)

// newLog is a log with n entries in memory.
func newLog(t testing.TB, n int) (*Log, *mem.Store, string) {
	t.Helper()
	s := mem.New()
	t.Cleanup(func() { s.Close() })
	path := filepath.Join(t.TempDir(), "head")
	l, err := Create(t.Context(), s, path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		save(t, l, fmt.Sprint("value ", i))
	}
	return l, s, path
}

// save is one act: a record and its entry.
func save(t testing.TB, l *Log, value string) {
	t.Helper()
	if err := l.Update(context.Background(), saving(value)); err != nil {
		t.Fatal(err)
	}
}

func saving(value string) func(store.Tx, func(Entry) error) error {
	return func(tx store.Tx, add func(Entry) error) error {
		if err := tx.Put("application/1", []byte(value)); err != nil {
			return err
		}
		return add(Entry{At: noon, Officer: "officer-a", Act: ApplicationSaved, Subject: "1", Detail: map[string]string{"version": "1"}})
	}
}

func TestEntriesAreNumberedAndHashed(t *testing.T) {
	l, s, path := newLog(t, 3)
	var all []Entry
	err := s.View(t.Context(), func(tx store.Tx) error {
		if err := Each(tx, 0, 0, func(e Entry) error { all = append(all, e); return nil }); err != nil {
			return err
		}
		last, found, err := Last(tx)
		if err != nil || !found || !reflect.DeepEqual(last, all[2]) {
			t.Errorf("Last = %v, %t, %v, want %v", last, found, err, all[2])
		}
		if n, err := Verify(tx); n != 3 || err != nil {
			t.Errorf("Verify = %d, %v", n, err)
		}
		leaves := make([][]byte, 3)
		for i := range leaves {
			if leaves[i], err = tx.Get(fmt.Sprintf("audit/%016x", i+1)); err != nil {
				return err
			}
		}
		if h := (Head{3, treeOf(leaves)}); h != l.written {
			t.Errorf("head is %v, want %v", l.written, h)
		}
		var page []uint64
		err = Each(tx, 1, 1, func(e Entry) error { page = append(page, e.Number); return nil })
		if err != nil || !reflect.DeepEqual(page, []uint64{2}) {
			t.Errorf("one entry after 1: %v, %v", page, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range all {
		if e.Number != uint64(i+1) || !e.At.Equal(noon) || e.Detail["version"] != "1" {
			t.Errorf("entry %d is %+v", i+1, e)
		}
	}
	if len(all) != 3 {
		t.Errorf("%d entries", len(all))
	}
	file, err := os.ReadFile(path)
	if want := fmt.Sprintf("3 %s\n", base64.StdEncoding.EncodeToString(l.written.Root[:])); err != nil || string(file) != want {
		t.Errorf("head file is %q, want %q (%v)", file, want, err)
	}
}

func TestUpdateNeedsAnEntry(t *testing.T) {
	l, s, _ := newLog(t, 1)
	wrong := errors.New("wrong")
	for _, tt := range []struct {
		name string
		fn   func(tx store.Tx, add func(Entry) error) error
		want error
	}{
		{"no entry", func(store.Tx, func(Entry) error) error { return nil }, ErrNoEntry},
		{"own error", func(_ store.Tx, add func(Entry) error) error {
			return errors.Join(add(Entry{At: noon, Act: OfficerSignedIn}), wrong)
		}, wrong},
		{"clock back", func(_ store.Tx, add func(Entry) error) error {
			return add(Entry{At: noon.Add(-5*time.Minute - 1), Act: OfficerSignedIn})
		}, ErrClock},
	} {
		err := l.Update(t.Context(), func(tx store.Tx, add func(Entry) error) error {
			if err := tx.Put("application/2", []byte{1}); err != nil {
				return err
			}
			return tt.fn(tx, add)
		})
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	err := s.View(t.Context(), func(tx store.Tx) error {
		b, err := tx.Get("application/2")
		if b != nil {
			t.Error("an act without entry took effect")
		}
		if n, err := Verify(tx); n != 1 || err != nil {
			t.Errorf("Verify = %d, %v", n, err)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAppendRefuses(t *testing.T) {
	many := map[string]string{}
	for i := range 65 {
		many[fmt.Sprint(i)] = ""
	}
	for name, e := range map[string]Entry{
		"unknown act":   {At: noon, Act: "application.eaten"},
		"no time":       {Act: OfficerSignedIn},
		"a native name": {At: noon, Act: OfficerSignedIn, Detail: map[string]string{"name": "样本"}},
		"long detail":   {At: noon, Act: OfficerSignedIn, Detail: map[string]string{"x": string(make([]byte, 129))}},
		"many details":  {At: noon, Act: OfficerSignedIn, Detail: many},
		"line feed":     {At: noon, Act: OfficerSignedIn, Subject: "a\nb"},
	} {
		l, _, _ := newLog(t, 0)
		if err := l.Update(t.Context(), func(_ store.Tx, add func(Entry) error) error { return add(e) }); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestClock(t *testing.T) {
	l, s, _ := newLog(t, 1)
	at := func(now time.Time, act Act) error {
		return l.Update(t.Context(), func(_ store.Tx, add func(Entry) error) error {
			return add(Entry{At: now, Act: act})
		})
	}
	steps := []struct {
		now  time.Time
		act  Act
		fits bool
	}{
		{noon.Add(-4 * time.Minute), OfficerSignedIn, true},
		{noon.Add(-8 * time.Minute), OfficerSignedIn, false}, // small steps back do not add up
		{noon.AddDate(80, 0, 0), OfficerSignedIn, true},      // a clock gone wild …
		{noon.Add(time.Hour), OfficerSignedIn, false},
		{noon.Add(time.Hour), ClockCorrected, true}, // … can be corrected
		{noon.Add(time.Hour), OfficerSignedIn, true},
		{noon, OfficerSignedIn, false},
	}
	for _, step := range steps {
		if step.act != ClockCorrected {
			err := s.View(t.Context(), func(tx store.Tx) error { return CheckClock(tx, step.now) })
			if errors.Is(err, ErrClock) == step.fits {
				t.Errorf("CheckClock(%v) = %v", step.now, err)
			}
		}
		if err := at(step.now, step.act); errors.Is(err, ErrClock) == step.fits {
			t.Errorf("%s at %v: %v", step.act, step.now, err)
		}
	}
}

// Every change to the records of the log that does not compute the hashes again
// is found, and the first bad number is named.
func TestVerifyFindsChanges(t *testing.T) {
	move := func(tx store.Tx, from, to uint64) error {
		b, err := tx.Get(key(from))
		return errors.Join(err, tx.Put(key(to), b))
	}
	for _, tt := range []struct {
		name   string
		change func(tx store.Tx) error
		good   uint64 // entries before the first bad one
	}{
		{"modified", func(tx store.Tx) error {
			e, _, err := store.Get[Entry](tx, key(5))
			e.Officer = "officer-b"
			return errors.Join(err, store.Put(tx, key(5), e))
		}, 4},
		{"newest modified", func(tx store.Tx) error {
			e, _, err := store.Get[Entry](tx, key(9))
			e.Officer = "officer-b"
			return errors.Join(err, store.Put(tx, key(9), e))
		}, 8},
		{"deleted", func(tx store.Tx) error { return tx.Delete(key(5)) }, 4},
		{"first deleted", func(tx store.Tx) error { return tx.Delete(key(1)) }, 0},
		{"inserted", func(tx store.Tx) error { return move(tx, 9, 10) }, 9},
		{"inserted, foreign", func(tx store.Tx) error { return tx.Put("audit/0000000000000005x", []byte{1}) }, 5},
		{"reordered", func(tx store.Tx) error {
			return errors.Join(move(tx, 5, 20), move(tx, 6, 5), move(tx, 20, 6), tx.Delete(key(20)))
		}, 4},
		{"truncated", func(tx store.Tx) error { return tx.Delete(key(9)) }, 8},
		{"truncated with its state", func(tx store.Tx) error {
			s := State{Head: empty}
			return errors.Join(tx.Delete(key(9)), tx.Delete(key(8)), store.Put(tx, stateKey, s))
		}, 7},
		{"hashes deleted", func(tx store.Tx) error { return tx.Delete(treeKey(6)) }, 5},
		{"hashes too long", func(tx store.Tx) error {
			b, err := tx.Get(treeKey(6))
			return errors.Join(err, tx.Put(treeKey(6), append(b, 0)))
		}, 5},
		{"hashes of one more", func(tx store.Tx) error { return tx.Put(treeKey(10), make([]byte, 32)) }, 9},
		{"state of one less", func(tx store.Tx) error {
			s, err := state(tx)
			s.Size = 8
			return errors.Join(err, store.Put(tx, stateKey, s))
		}, 8},
		{"garbage", func(tx store.Tx) error { return tx.Put(key(3), []byte("garbage")) }, 2},
		{"emptied", func(tx store.Tx) error {
			var err error
			for n := range uint64(9) {
				err = errors.Join(err, tx.Delete(key(n+1)))
			}
			return err
		}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, s, _ := newLog(t, 9)
			if err := s.Update(t.Context(), tt.change); err != nil {
				t.Fatal(err)
			}
			err := s.View(t.Context(), func(tx store.Tx) error {
				n, err := Verify(tx)
				if n != tt.good || !bytes.Contains([]byte(fmt.Sprint(err)), fmt.Appendf(nil, "entry %d:", tt.good+1)) {
					t.Errorf("Verify = %d, %v, want %d", n, err, tt.good)
				}
				return err
			})
			if !errors.Is(err, ErrBroken) {
				t.Errorf("%v, want ErrBroken", err)
			}
		})
	}
}

func TestOpenChecksTheHead(t *testing.T) {
	backup := func(t *testing.T, s *mem.Store) *mem.Store {
		var b bytes.Buffer
		if err := s.Backup(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		r, err := mem.Restore(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	other := func(t *testing.T, _ *Log, _ *mem.Store, _ string) *mem.Store {
		s := mem.New()
		err := s.Update(t.Context(), func(tx store.Tx) error {
			for range 5 {
				if _, err := Append(tx, Entry{At: noon, Officer: "officer-b", Act: OfficerSignedIn}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, tt := range []struct {
		name   string
		change func(*testing.T, *Log, *mem.Store, string) *mem.Store
		want   error
	}{
		{"unchanged", func(t *testing.T, _ *Log, s *mem.Store, _ string) *mem.Store { return s }, nil},
		{"ahead after a crash", func(t *testing.T, _ *Log, s *mem.Store, _ string) *mem.Store {
			err := s.Update(t.Context(), func(tx store.Tx) error {
				_, err := Append(tx, Entry{At: noon, Act: OfficerSignedIn})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}, nil},
		{"rolled back", func(t *testing.T, l *Log, s *mem.Store, _ string) *mem.Store {
			old := backup(t, s)
			save(t, l, "later")
			return old
		}, ErrHead},
		{"rolled back and gone on", func(t *testing.T, l *Log, s *mem.Store, _ string) *mem.Store {
			old := backup(t, s)
			save(t, l, "later")
			err := old.Update(t.Context(), func(tx store.Tx) error {
				_, err := Append(tx, Entry{At: noon, Act: OfficerSignedIn})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return old
		}, ErrHead},
		{"empty", func(*testing.T, *Log, *mem.Store, string) *mem.Store { return mem.New() }, ErrHead},
		{"truncated with its state", func(t *testing.T, _ *Log, s *mem.Store, _ string) *mem.Store {
			err := s.Update(t.Context(), func(tx store.Tx) error {
				return errors.Join(tx.Delete(key(3)), tx.Delete(stateKey))
			})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}, ErrHead},
		{"newer entries do not follow", func(t *testing.T, _ *Log, s *mem.Store, _ string) *mem.Store {
			if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Put(key(4), []byte{0xa0}) }); err != nil {
				t.Fatal(err)
			}
			return s
		}, ErrBroken},
		{"another post's", other, ErrHead},
		{"no head", func(t *testing.T, _ *Log, s *mem.Store, path string) *mem.Store {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			return s
		}, fs.ErrNotExist},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, s, path := newLog(t, 3)
			s = tt.change(t, l, s, path)
			_, missing := os.Stat(path)
			l, err := Open(t.Context(), s, path)
			if !errors.Is(err, tt.want) {
				t.Fatalf("Open: %v, want %v", err, tt.want)
			}
			if _, now := os.Stat(path); (now == nil) != (missing == nil) {
				t.Error("Open made or removed the head file")
			}
			if err != nil {
				return
			}
			save(t, l, "goes on")
			if _, err := Open(t.Context(), s, path); err != nil {
				t.Error(err)
			}
		})
	}
}

// A head file that cannot be written loses no act, and stops the next one.
func TestHeadNotWritten(t *testing.T) {
	l, s, path := newLog(t, 1)
	l.head = filepath.Join(filepath.Dir(path), "gone", "head")
	if err := l.Update(t.Context(), saving("second")); !errors.Is(err, ErrHeadNotWritten) {
		t.Fatalf("%v, want ErrHeadNotWritten", err)
	}
	if err := l.Update(t.Context(), saving("third")); err == nil || errors.Is(err, ErrHeadNotWritten) {
		t.Fatalf("%v, want an error that says nothing was stored", err)
	}
	stored := func(want string) {
		t.Helper()
		err := s.View(t.Context(), func(tx store.Tx) error {
			b, err := tx.Get("application/1")
			if string(b) != want {
				t.Errorf("stored %q, want %q", b, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	stored("second")
	if err := os.Mkdir(filepath.Dir(l.head), 0o700); err != nil {
		t.Fatal(err)
	}
	save(t, l, "fourth")
	stored("fourth")
	for _, head := range []string{l.head, path} { // the second as after a crash
		if _, err := Open(t.Context(), s, head); err != nil {
			t.Error(err)
		}
	}
}

func TestCreateRefuses(t *testing.T) {
	_, s, path := newLog(t, 1)
	if _, err := Create(t.Context(), mem.New(), path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a head file: %v", err)
	}
	if _, err := Create(t.Context(), s, path+"2"); !errors.Is(err, ErrHead) {
		t.Errorf("over a log: %v", err)
	}
}

func TestReadHeadIsStrict(t *testing.T) {
	path := filepath.Join(t.TempDir(), "head")
	h := Head{12, sha256.Sum256([]byte("x"))}
	if err := WriteHead(path, h); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadHead(path); got != h || err != nil {
		t.Errorf("ReadHead = %v, %v", got, err)
	}
	good := string(h.line())
	for _, bad := range []string{"", "12", good[:len(good)-1], " " + good, "0" + good, "+" + good, good + "\n", good + good, "12 " + good,
		"-1" + good[2:], "18446744073709551616" + good[2:], "9223372036854775808" + good[2:],
		good[:10] + "!" + good[11:], good[:10] + good[11:], good[:len(good)-3] + "j=\n", good[:3] + "\n" + good[3:], good[:len(good)-1] + "\r\n"} {
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadHead(path); err == nil {
			t.Errorf("ReadHead of %q = %v", bad, got)
		}
	}
}

func FuzzParseHead(f *testing.F) {
	f.Add(empty.line())
	f.Add(Head{12, sha256.Sum256(nil)}.line())
	f.Fuzz(func(t *testing.T, line []byte) {
		if h, err := parseHead(line); err == nil && !bytes.Equal(h.line(), line) {
			t.Errorf("%q read as %v", line, h)
		}
	})
}
