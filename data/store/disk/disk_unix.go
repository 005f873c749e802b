//go:build unix

package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

// SyncDir makes the names in a folder durable.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// full are the errors that say that there is no room.
var full = []error{unix.ENOSPC, unix.EFBIG, unix.EDQUOT}
