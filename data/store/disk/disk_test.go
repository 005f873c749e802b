package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func names(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "head")
	for _, content := range []string{"one", "", "three"} {
		if err := Replace(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(path); string(b) != content || err != nil {
			t.Errorf("read %q, want %q (%v)", b, content, err)
		}
	}
	if err := Replace(filepath.Join(dir, "gone", "head"), nil); err == nil {
		t.Error("made a folder")
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Replace(filepath.Join(dir, "folder"), nil); err == nil {
		t.Error("replaced a folder")
	}
	if got := fmt.Sprint(names(t, dir)); got != "[folder head]" {
		t.Errorf("left behind: %s", got)
	}
}

func TestPublish(t *testing.T) {
	dir := t.TempDir()
	write := func(name string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	path := filepath.Join(dir, "post.db")
	if err := Publish(write("one"), path); err != nil {
		t.Fatal(err)
	}
	if err := Publish(write("two"), path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file: %v", err)
	}
	if b, err := os.ReadFile(path); string(b) != "one" || err != nil {
		t.Errorf("read %q (%v)", b, err)
	}
	if got := fmt.Sprint(names(t, dir)); got != "[post.db two]" {
		t.Errorf("there is %s", got)
	}
}

func TestLocal(t *testing.T) {
	if err := Local(t.TempDir()); err != nil {
		t.Errorf("the folder for temporary files: %v", err)
	}
	if err := Local(filepath.Join(t.TempDir(), "gone")); err == nil {
		t.Error("a folder that is not there is local")
	}
}

func TestFull(t *testing.T) {
	for _, err := range full {
		if !Full(&fs.PathError{Op: "write", Err: err}) || !Full(fmt.Errorf("file resize error: %s", err)) {
			t.Errorf("%v is not seen as full", err)
		}
	}
	if Full(nil) || Full(syscall.EIO) || Full(errors.New("full")) {
		t.Error("another error is seen as full")
	}
}
