package disk

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"
)

// The file system of this test plays a network drive.
func TestNetworkDriveIsRefused(t *testing.T) {
	dir := t.TempDir()
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		t.Fatal(err)
	}
	before := network
	t.Cleanup(func() { network = before })
	network = map[uint32]string{uint32(s.Type): "test"}
	if err := Local(dir); !errors.Is(err, ErrNetwork) {
		t.Errorf("%v, want ErrNetwork", err)
	}
}
