package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"pratique/data/store"
	"pratique/data/store/storetest"
)

// What was deleted or replaced is in the file until it is compacted, and then
// is not; what was not deleted is.
func TestCompact(t *testing.T) {
	path := filepath.Join(t.TempDir(), "post.db")
	if err := Create(path); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	gone := []byte("what was once written here")
	for i := range 50 {
		err := s.Update(context.Background(), func(tx store.Tx) error {
			err := tx.Put(fmt.Sprintf("a/%d", i), bytes.Repeat(gone, 40))
			if i%2 == 0 {
				err = errors.Join(err, tx.Put(fmt.Sprintf("b/%d", i), []byte("kept")))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err = s.Update(context.Background(), func(tx store.Tx) (err error) {
		for i := range 50 {
			err = errors.Join(err, tx.Delete(fmt.Sprintf("a/%d", i)))
		}
		return err
	})
	before := storetest.Content(t, s, "a", "b")
	if err := Compact(path); !errors.Is(err, store.ErrLocked) {
		t.Errorf("while it is open: %v", err)
	}
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || !bytes.Contains(b, gone) {
		t.Fatalf("the test shows nothing (%v)", err)
	}
	// A crash left one of ours; the others are not.
	dir := filepath.Dir(path)
	others := []string{".post.db-", ".post.db-12a", ".post.db-12.bak", ".other.db-12", "post.db-12"}
	for _, name := range append(others, ".post.db-1234567") {
		if err := os.WriteFile(filepath.Join(dir, name), gone, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".post.db-99"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Compact(path); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Join(dir, ".post.db-1234567")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what a crash left: %v", err)
	}
	for _, name := range append(others, ".post.db-99") {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Errorf("somebody else's: %v", err)
		}
	}
	if b, err := os.ReadFile(path); err != nil || bytes.Contains(b, gone) {
		t.Errorf("it is still there (%v)", err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); len(left) != 1 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if s, err = Open(path, Options{}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if after := storetest.Content(t, s, "a", "b"); len(after) != 50 || fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("%d values, %d before", len(after)/2, len(before)/2)
	}
	if err := Compact(filepath.Join(t.TempDir(), "none.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("of no file: %v", err)
	}
}
