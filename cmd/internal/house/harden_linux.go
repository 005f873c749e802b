package house

import "golang.org/x/sys/unix"

// Harden keeps what is in this process's memory out of core dumps and from
// other programs of the same user. A main program calls it first.
func Harden() error {
	// Before anything secret is read, so that no dump can have it.
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return err
	}
	return unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
