package lock

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pratique/data/store"
)

// TestMain lets this test binary be the other program.
func TestMain(m *testing.M) {
	if path := os.Getenv("LOCK_CHILD"); path != "" {
		if _, err := Acquire(path, "window 2, process 12, since 09:00"); err != nil {
			panic(err)
		}
		os.Stdout.WriteString("locked\n")
		select {}
	}
	os.Exit(m.Run())
}

func TestAcquire(t *testing.T) {
	path := filepath.Join(t.TempDir(), "post.lock")
	first, err := Acquire(path, "window 1,\nsince 08:00")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Acquire(path, "window 2")
	if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), "already open by window 1, since 08:00:") {
		t.Errorf("second: %v", err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	second, err := Acquire(path, "w2")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { second.Release() })
	if b, err := os.ReadFile(path); string(b) != "w2" || err != nil {
		t.Errorf("file says %q (%v)", b, err)
	}
}

// The lock of a process that was killed is free at once.
func TestKilledHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "post.lock")
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "LOCK_CHILD="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { child.Process.Kill(); child.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "locked\n" {
		t.Fatalf("child said %q (%v)", line, err)
	}
	if _, err := Acquire(path, ""); !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), "window 2, process 12") {
		t.Errorf("while the child has it: %v", err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait()
	l, err := Acquire(path, "")
	if err != nil {
		t.Fatal(err)
	}
	l.Release()
}

func TestAcquireFails(t *testing.T) {
	dir := t.TempDir()
	for name, path := range map[string]string{"a folder": dir, "no folder": filepath.Join(dir, "gone", "post.lock")} {
		if _, err := Acquire(path, ""); err == nil || errors.Is(err, store.ErrLocked) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Acquire(filepath.Join(dir, "post.lock"), strings.Repeat("x", 501)); err == nil {
		t.Error("a long text was taken")
	}
}
