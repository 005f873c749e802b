//go:build unix

package attachment

import (
	"bufio"
	"bytes"
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
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"pratique/data/store"
)

// TestMain is another program where ATTACHMENT_CHILD says what it does, in the
// folder of ATTACHMENT_CHILD_DIR.
func TestMain(m *testing.M) {
	d := Dir{os.Getenv("ATTACHMENT_CHILD_DIR"), post}
	switch os.Getenv("ATTACHMENT_CHILD") {
	case "":
		os.Exit(m.Run())
	case "put":
		putForEver(d)
	case "full":
		fullDisk(d)
	}
}

func child(what string, d Dir) (c *exec.Cmd, complaint *strings.Builder) {
	c, complaint = exec.Command(os.Args[0]), new(strings.Builder)
	c.Env = append(os.Environ(), "ATTACHMENT_CHILD="+what, "ATTACHMENT_CHILD_DIR="+d.Path)
	c.Stderr = complaint
	return c, complaint
}

// putForEver puts scans until it is stopped, and says of each that it did.
func putForEver(d Dir) {
	for content := scan(700_000); ; {
		ref, err := d.Put(ctx, bytes.NewReader(content), MaxSize)
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
		c, complaint := child("put", d)
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

// fullDisk puts a scan where files can have no more than so many bytes, which
// stands for a full disk, and says what it was told and what it left.
func fullDisk(d Dir) {
	content := scan(200_000)
	whole := uint64(d.sealedSize(int64(len(content))))
	limits := []uint64{whole - 1, whole}
	for n := uint64(0); n < whole; n += 9973 {
		limits = append(limits, n)
	}
	slices.Sort(limits)
	for _, n := range limits {
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: n, Max: unix.RLIM_INFINITY}); err != nil {
			panic(err)
		}
		ref, err := d.Put(ctx, bytes.NewReader(content), MaxSize)
		entries, _ := os.ReadDir(d.Path)
		fmt.Println(n == whole, errors.Is(err, store.ErrFull), ref == Ref{}, len(entries))
	}
}

// Where there is no room, wherever it ends, nothing stays.
func TestDiskFull(t *testing.T) {
	d := newDir(t)
	c, complaint := child("full", d)
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, complaint)
	}
	const refused, kept = "false true true 0\n", "true false false 1\n"
	if want := strings.Repeat(refused, 22) + kept; string(out) != want {
		t.Errorf("the child said\n%swant, with room or not, full, no Ref, files,\n%s", out, want)
	}
}
