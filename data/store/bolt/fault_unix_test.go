//go:build unix

package bolt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"pratique/data/store"
)

// TestMain lets this test binary be the program that is killed.
func TestMain(m *testing.M) {
	switch path := os.Getenv("BOLT_CHILD_DB"); os.Getenv("BOLT_CHILD") {
	case "write":
		childWrites(path)
	case "fill":
		childFills(path)
	case "create":
		for i := 0; ; i++ {
			if err := Create(path + strconv.Itoa(i)); err != nil {
				panic(err)
			}
			fmt.Println(i)
		}
	default:
		os.Exit(m.Run())
	}
}

func child(mode, path string) *exec.Cmd {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "BOLT_CHILD="+mode, "BOLT_CHILD_DB="+path)
	return c
}

// writeNext stores the next number, with a record and the newest number.
func writeNext(s store.Store) (n int, err error) {
	err = s.Update(context.Background(), func(tx store.Tx) error {
		b, err := tx.Get("counter/last")
		if err != nil {
			return err
		}
		n, _ = strconv.Atoi(string(b))
		n++
		value := []byte(strings.Repeat(strconv.Itoa(n)+" ", 200))
		return errors.Join(tx.Put("counter/last", []byte(strconv.Itoa(n))), tx.Put(fmt.Sprintf("number/%08d", n), value),
			tx.Put("token/"+strconv.Itoa(n*7919%10007), []byte(strconv.Itoa(n))))
	})
	return n, err
}

// childWrites acknowledges every number once it is stored, until it is killed.
func childWrites(path string) {
	s, err := Open(path, Options{Timeout: 10 * time.Second})
	if err != nil {
		panic(err)
	}
	for {
		n, err := writeNext(s)
		if err != nil {
			panic(err)
		}
		os.Stdout.WriteString(strconv.Itoa(n) + "\n")
	}
}

// runAndKill returns the last number on the child's output before it died.
func runAndKill(t *testing.T, c *exec.Cmd, after time.Duration) (last int) {
	t.Helper()
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaint strings.Builder
	c.Stderr = &complaint
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	killer := time.AfterFunc(after, func() { c.Process.Kill() })
	defer killer.Stop()
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if n, err := strconv.Atoi(lines.Text()); err == nil {
			last = n
		}
	}
	c.Wait()
	if c.ProcessState.ExitCode() != -1 {
		t.Fatalf("the child ended by itself: %s", complaint.String())
	}
	return last
}

// Whatever was acknowledged before a kill is there after it, nothing is there
// in part, and at most one update more than was acknowledged.
func TestKill(t *testing.T) {
	kills := 50
	if testing.Short() {
		kills = 10
	}
	path := create(t)
	r := rand.New(rand.NewPCG(1, 2))
	acked, recovered := 0, 0
	for range kills {
		acked = max(acked, runAndKill(t, child("write", path), 10*time.Millisecond+time.Duration(r.IntN(40_000))*time.Microsecond))
		s, err := Open(path, Options{Timeout: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		stored := verifyNumbers(t, s)
		if stored < acked || stored > acked+1 {
			t.Fatalf("%d acknowledged, %d stored", acked, stored)
		}
		if stored > acked {
			recovered++
		}
		acked = stored
		s.Close()
		consistent(t, path)
	}
	if acked == 0 {
		t.Fatal("no child wrote anything: the test shows nothing")
	}
	t.Logf("%d kills, %d updates, none lost; %d stored but not yet acknowledged", kills, acked, recovered)
}

func verifyNumbers(t *testing.T, s store.Store) (last int) {
	t.Helper()
	err := s.View(context.Background(), func(tx store.Tx) error {
		b, err := tx.Get("counter/last")
		if err != nil {
			return err
		}
		last, _ = strconv.Atoi(string(b))
		n, tokens := 0, 0
		err = tx.Scan("number/", "", 0, func(key string, value []byte) error {
			n++
			if key != fmt.Sprintf("number/%08d", n) || string(value) != strings.Repeat(strconv.Itoa(n)+" ", 200) {
				return fmt.Errorf("%s is not number %d", key, n)
			}
			return nil
		})
		if err != nil {
			return err
		}
		err = tx.Scan("token/", "", 0, func(string, []byte) error { tokens++; return nil })
		if n != last || tokens != last {
			return fmt.Errorf("counter says %d, there are %d numbers and %d tokens", last, n, tokens)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return last
}

// A database that is being made when the process dies is whole or not there.
func TestKillWhileCreating(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 5 {
		dir := t.TempDir()
		runAndKill(t, child("create", dir+"/post.db"), 20*time.Millisecond+time.Duration(r.IntN(20_000))*time.Microsecond)
		names, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasPrefix(name.Name(), ".") {
				continue // was not given its name yet
			}
			s, err := Open(dir+"/"+name.Name(), Options{Timeout: time.Second})
			if err != nil {
				t.Fatal(err)
			}
			s.Close()
		}
	}
}

// childFills writes until the limit on file sizes, which stands for a full
// disk, and reports what it was told.
func childFills(path string) {
	limit := unix.Rlimit{Cur: 1 << 20, Max: 1 << 20}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
		panic(err)
	}
	s, err := Open(path, Options{})
	if err != nil {
		panic(err)
	}
	last := 0
	for {
		n, err := writeNext(s)
		if err == nil {
			last = n
			continue
		}
		_, after := writeNext(s)
		_, view := get(s, "counter/last")
		fmt.Println(last, errors.Is(err, store.ErrFull), errors.Is(err, store.ErrUnknown), errors.Is(after, store.ErrSealed), errors.Is(view, store.ErrSealed), s.Close() == nil)
		os.Exit(0)
	}
}

func TestDiskFull(t *testing.T) {
	path := create(t)
	c := child("fill", path)
	var complaint strings.Builder
	c.Stderr = &complaint
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, complaint.String())
	}
	number, told, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	last, err := strconv.Atoi(number)
	if err != nil || last == 0 || told != "true false true true true" {
		t.Fatalf("the child said %q; want a number and: full, not unknown, sealed for writing and reading, closed", out)
	}
	s := openTest(t, path) // there is room again
	if stored := verifyNumbers(t, s); stored != last {
		t.Errorf("%d acknowledged, %d stored", last, stored)
	}
	if n, err := writeNext(s); n != last+1 || err != nil {
		t.Errorf("afterwards: %d, %v", n, err)
	}
}

// A commit that fails for anything but room leaves the outcome unknown.
func TestCommitError(t *testing.T) {
	path := create(t)
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := put(s, "a/1", "one"); err != nil {
		t.Fatal(err)
	}
	err = s.Update(t.Context(), func(tx store.Tx) error {
		// From here on the file cannot be written: the descriptor is read only.
		ro, err := os.Open(path)
		if err != nil {
			return err
		}
		defer ro.Close()
		return errors.Join(tx.Put("a/2", []byte("two")), unix.Dup2(int(ro.Fd()), int(s.file.Fd())))
	})
	if !errors.Is(err, store.ErrUnknown) {
		t.Errorf("update: %v", err)
	}
	if err := put(s, "a/3", "three"); !errors.Is(err, store.ErrSealed) {
		t.Errorf("after it: %v", err)
	}
	s.Close()
	s = openTest(t, path)
	if v, err := get(s, "a/1"); v != "one" || err != nil {
		t.Errorf("a/1 is %q, %v", v, err)
	}
}
