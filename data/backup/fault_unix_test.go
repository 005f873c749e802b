//go:build unix

package backup_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"golang.org/x/sys/unix"

	"pratique/data/audit"
	"pratique/data/backup"
	"pratique/data/desk/desktest"
	"pratique/data/post"
	"pratique/data/store/disk"
)

func init() { child = runChild }

// runChild is a program that makes backups until it is stopped.
func runChild(mode, dir, to string) {
	id, err := age.ParseX25519Identity(os.Getenv("BACKUP_CHILD_KEY"))
	if err != nil {
		panic(err)
	}
	s, err := openBolt(filepath.Join(dir, "post.db"))
	if err != nil {
		panic(err)
	}
	log, err := audit.Open(ctx, s, filepath.Join(dir, "head"))
	if err != nil {
		panic(err)
	}
	source := backup.Source{Dir: dir, Made: desktest.Now, Backup: s.Backup, Open: openBolt}
	recipients := backup.Recipients{Recovery: []age.Recipient{id.Recipient()}}
	if mode == "full" {
		fullDisk(source, recipients, to, id)
		return
	}
	for i := 0; ; i++ {
		if err := act(log); err != nil {
			panic(err)
		}
		path := filepath.Join(to, fmt.Sprintf("%d-%d.pratique-backup", os.Getpid(), i))
		if _, err := backup.WriteFile(ctx, path, source, recipients, checkPost, nil); err != nil {
			panic(err)
		}
		fmt.Println(filepath.Base(path))
	}
}

// complete are the backups in a folder that have their name.
func complete(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	return names
}

func command(mode, dir, to string, id *age.X25519Identity) *exec.Cmd {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "BACKUP_CHILD="+mode, "BACKUP_CHILD_POST="+dir, "BACKUP_CHILD_DIR="+to, "BACKUP_CHILD_KEY="+id.String())
	return c
}

// A program that is killed while it makes a backup leaves none that is not
// whole, and a post that opens and can be backed up.
func TestKill(t *testing.T) {
	kills := 12
	if testing.Short() {
		kills = 4
	}
	dir, to, id := newPost(t), t.TempDir(), newIdentity(t)
	r := rand.New(rand.NewPCG(1, 2))
	half := 0
	for range kills {
		c := command("write", dir, to, id)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		var complaint strings.Builder
		c.Stderr = &complaint
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		lines.Scan() // once it is at work
		time.AfterFunc(time.Duration(r.IntN(60_000))*time.Microsecond, func() { c.Process.Kill() })
		acked := []string{lines.Text()}
		for lines.Scan() {
			acked = append(acked, lines.Text())
		}
		c.Wait()
		if c.ProcessState.ExitCode() != -1 {
			t.Fatalf("the child ended by itself: %s", complaint.String())
		}
		for _, name := range acked {
			if _, err := os.Lstat(filepath.Join(to, name)); err != nil {
				t.Errorf("was acknowledged: %v", err)
			}
		}
		entries, err := os.ReadDir(to)
		if err != nil {
			t.Fatal(err)
		}
		whole := complete(t, to)
		half += len(entries) - len(whole)
		for _, path := range whole {
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := backup.Verify(ctx, f, t.TempDir(), backup.Reading{Identity: id, Check: checkPost}); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			f.Close()
		}
		for _, e := range entries {
			if err := os.Remove(filepath.Join(to, e.Name())); err != nil {
				t.Fatal(err)
			}
		}
		f, err := post.Open(ctx, dir, engine, "test")
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	if half == 0 {
		t.Error("no kill came half-way: the test shows nothing")
	}
	_, source := open(t, dir)
	path := filepath.Join(to, "after")
	if _, err := backup.WriteFile(ctx, path, source, backup.Recipients{Recovery: []age.Recipient{id.Recipient()}}, checkPost, nil); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(filepath.Join(dir, ".backup")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the copy that a kill left is still there: %v", err)
	}
	t.Logf("%d kills, %d of them half-way", kills, half)
}

// fullDisk writes and restores where files can have no more than so many
// bytes, which stands for a full disk, and reports what it was told.
func fullDisk(source backup.Source, to backup.Recipients, dir string, id *age.X25519Identity) {
	good := filepath.Join(dir, "good")
	if _, err := backup.WriteFile(ctx, good, source, to, checkPost, nil); err != nil {
		panic(err)
	}
	f, err := os.Open(good)
	if err != nil {
		panic(err)
	}
	for _, bytes := range []uint64{10 << 10, 1<<20 + 4096, 700 << 10} { // less than the database, the backup, the scan
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: bytes, Max: unix.RLIM_INFINITY}); err != nil {
			panic(err)
		}
		_, err := backup.WriteFile(ctx, filepath.Join(dir, "full"), source, to, checkPost, nil)
		fmt.Println("write", disk.Full(err), errors.Is(err, backup.ErrDamaged))
	}
	_, err = backup.Restore(ctx, f, filepath.Join(dir, "restored"), backup.Reading{Identity: id})
	fmt.Println("restore", disk.Full(err), errors.Is(err, backup.ErrDamaged))
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}); err != nil {
		panic(err)
	}
	_, err = backup.WriteFile(ctx, filepath.Join(dir, "after"), source, to, checkPost, nil)
	fmt.Println("after", err)
}

func TestDiskFull(t *testing.T) {
	dir, to, id := newPost(t), t.TempDir(), newIdentity(t)
	c := command("full", dir, to, id)
	var complaint strings.Builder
	c.Stderr = &complaint
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, complaint.String())
	}
	want := strings.Repeat("write true false\n", 3) + "restore true false\nafter <nil>\n"
	if string(out) != want {
		t.Errorf("the child said\n%swant, with full and damaged each,\n%s", out, want)
	}
	if names := complete(t, to); len(names) != 2 {
		t.Errorf("left: %q", names)
	}
	entries, err := os.ReadDir(to)
	if err != nil || len(entries) != 2 {
		t.Errorf("left: %v, %v", entries, err)
	}
}
