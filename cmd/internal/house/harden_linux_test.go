package house

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestHarden asks the system, in a process of its own: what is refused to other
// programs is refused to the test as well.
func TestHarden(t *testing.T) {
	const child = "PRATIQUE_TEST_HARDEN"
	if os.Getenv(child) != "" {
		before, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
		if err != nil || before != 1 {
			t.Fatalf("dumpable %d before, %v: the test shows nothing", before, err)
		}
		if err := Harden(); err != nil {
			t.Fatal(err)
		}
		if after, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); err != nil || after != 0 {
			t.Errorf("dumpable %d, %v", after, err)
		}
		var limit unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil || limit.Cur != 0 || limit.Max != 0 {
			t.Errorf("core files of up to %d bytes, %v", limit.Cur, err)
		}
		t.Log("hardened")
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestHarden$", "-test.v")
	cmd.Env = append(os.Environ(), child+"=1")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil || !strings.Contains(out.String(), "hardened") {
		t.Errorf("%v\n%s", err, out.String())
	}
}
