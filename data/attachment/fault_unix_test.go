//go:build unix

package attachment

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"pratique/data/store"
)

// TestMain is, with ATTACHMENT_CHILD, a program that puts scans into that
// folder until it is stopped, and says of each that it did.
func TestMain(m *testing.M) {
	dir := os.Getenv("ATTACHMENT_CHILD")
	if dir == "" {
		os.Exit(m.Run())
	}
	for content := scan(700_000); ; {
		ref, err := Dir{dir, post}.Put(context.Background(), bytes.NewReader(content), MaxSize)
		if err != nil {
			panic(err)
		}
		if err := json.NewEncoder(os.Stdout).Encode(ref); err != nil {
			panic(err)
		}
	}
}

// A program that is killed leaves every attachment that it said it had, and
// nothing under a final name that is not whole.
func TestKill(t *testing.T) {
	kills := 20
	if testing.Short() {
		kills = 5
	}
	d, want := newDir(t), scan(700_000)
	r := rand.New(rand.NewPCG(1, 2))
	acked, half, whole := 0, 0, 0
	for range kills {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), "ATTACHMENT_CHILD="+d.Path)
		var complaint strings.Builder
		c.Stderr = &complaint
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		lines := bufio.NewReader(io.TeeReader(out, &said))
		lines.ReadString('\n') // once it is at work
		time.AfterFunc(time.Duration(r.IntN(20_000))*time.Microsecond, func() { c.Process.Kill() })
		io.Copy(io.Discard, lines)
		c.Wait()
		if c.ProcessState.ExitCode() != -1 {
			t.Fatalf("the child ended by itself: %s", complaint.String())
		}
		for decoder := json.NewDecoder(&said); ; acked++ {
			var ref Ref
			if err := decoder.Decode(&ref); err != nil {
				break
			}
			if got, err := read(d, ref); !bytes.Equal(got, want) {
				t.Errorf("was acknowledged: %d bytes, %v", len(got), err)
			}
		}
		for _, name := range names(t, d.Path) {
			path := filepath.Join(d.Path, name)
			if strings.HasPrefix(name, temporary) {
				half++
			} else if sum := sha256.Sum256(content(t, path)); hex.EncodeToString(sum[:]) != name {
				t.Errorf("%s is not whole", name)
			} else {
				whole++
			}
		}
		n, err := d.Sweep(ctx, time.Now().Add(2*Grace), func(string) bool { return false })
		if err != nil || n == 0 || len(names(t, d.Path)) > 0 {
			t.Errorf("swept %d, %v, left %q", n, err, names(t, d.Path))
		}
	}
	if half == 0 || acked == 0 {
		t.Errorf("%d kills came half-way, %d were acknowledged: the test shows nothing", half, acked)
	}
	t.Logf("%d kills, %d of them half-way, %d attachments whole, %d acknowledged", kills, half, whole, acked)
}

// Where there is no room, wherever it ends, nothing stays.
func TestDiskFull(t *testing.T) {
	d, want := newDir(t), scan(200_000)
	whole := d.sealedSize(int64(len(want)))
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	// Files can have no more than so many bytes, which stands for a full disk.
	limit := func(n int64) {
		t.Helper()
		l := before
		l.Cur = uint64(n)
		if n < 0 {
			l = before
		}
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &l); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { limit(-1) })
	for n := int64(0); n < whole; n += 9973 {
		limit(n)
		ref, err := d.Put(ctx, bytes.NewReader(want), MaxSize)
		limit(-1)
		if !errors.Is(err, store.ErrFull) || ref != (Ref{}) {
			t.Errorf("%d bytes: %v, %v", n, ref, err)
		}
	}
	limit(whole - 1)
	_, err := d.Put(ctx, bytes.NewReader(want), MaxSize)
	limit(-1)
	if !errors.Is(err, store.ErrFull) {
		t.Error(err)
	}
	if left := names(t, d.Path); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	limit(whole)
	ref, err := d.Put(ctx, bytes.NewReader(want), MaxSize)
	limit(-1)
	if err != nil {
		t.Fatalf("with room: %v", err)
	}
	if got, err := read(d, ref); !bytes.Equal(got, want) {
		t.Error(fmt.Sprint(len(got)), err)
	}
}
