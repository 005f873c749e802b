package disk

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Local returns an error wrapping [ErrNetwork] if path is on a network drive.
func Local(path string) error {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return fmt.Errorf("file system of %s: %w", path, err)
	}
	if s.Flags&unix.MNT_LOCAL == 0 {
		return fmt.Errorf("%s is %w", path, ErrNetwork)
	}
	return nil
}
