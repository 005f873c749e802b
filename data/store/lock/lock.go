// Package lock keeps a post's folder to one program at a time.
//
// A database's own lock is on the file, not on its name: after another file
// has been moved over the name, a second program could open that one. The lock
// file beside it is never moved and never removed, so it is what counts. The
// operating system drops the lock when its process ends, however it ends. The
// text in the file only says who has or had it.
package lock

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
)

// maxHolder is the length in bytes of the longest text about a holder.
const maxHolder = 500

// Lock is held from [Acquire] to Release or to the end of the process.
type Lock struct{ file *os.File }

// Acquire takes the lock file at path, and makes it if there is none. Holder
// is one line that tells people who has it: host, process, since when. If
// somebody else has it, the error wraps [store.ErrLocked] and gives their line.
func Acquire(path, holder string) (*Lock, error) {
	if len(holder) > maxHolder {
		return nil, fmt.Errorf("lock %s: text about the holder is too long", path)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	if err := Try(f); err != nil {
		other := readHolder(f)
		f.Close()
		return nil, fmt.Errorf("lock %s: already open by %s: %w", path, other, err)
	}
	if err = f.Truncate(0); err == nil {
		_, err = f.WriteAt([]byte(holder), 0)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return &Lock{f}, nil
}

// Release gives the lock up. The file stays.
func (l *Lock) Release() error { return l.file.Close() }

// readHolder is what the file says, made fit to show.
func readHolder(f *os.File) string {
	b, _ := io.ReadAll(io.NewSectionReader(f, 0, maxHolder)) // without it, the lock still counts
	text := strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(string(b), " ")))
	if text == "" {
		return "somebody"
	}
	return text
}
