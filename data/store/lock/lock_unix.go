//go:build unix

package lock

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"pratique/data/store"
)

// Try takes the exclusive lock on an open file, until it is closed. It does
// not wait: if another open file has the lock, the error is [store.ErrLocked].
// It is the same lock that bbolt uses.
func Try(f *os.File) error {
	for {
		switch err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); {
		case err == nil:
			return nil
		case errors.Is(err, unix.EWOULDBLOCK):
			return store.ErrLocked
		case !errors.Is(err, unix.EINTR):
			return os.NewSyscallError("flock", err)
		}
	}
}
