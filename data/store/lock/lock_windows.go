package lock

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"

	"pratique/data/store"
)

// Try takes the exclusive lock on an open file, until it is closed. It does
// not wait: if another open file has the lock, the error is [store.ErrLocked].
// It is the same lock that bbolt uses: the last byte a file could have, so
// that the content can still be read.
func Try(f *os.File) error {
	const last = 1<<32 - 1
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, &windows.Overlapped{Offset: last, OffsetHigh: last})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return store.ErrLocked
	}
	return os.NewSyscallError("LockFileEx", err)
}
