package audit

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"pratique/data/store"
	"pratique/data/store/disk"
)

// Head is a state of the log: its first entries, that many, and the root of
// the tree over them. The file "head" is one line of size in decimal, a space,
// the root in base64 (RFC 4648 section 4) and a line feed:
//
//	12 n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=
type Head struct {
	Size uint64 `json:"size"`
	Root Hash   `json:"root"`
}

func (h Head) line() []byte { return fmt.Appendf(nil, "%d %s\n", h.Size, h.Root) }

// ReadHead reads a head file. It must have exactly the bytes [WriteHead] writes.
func ReadHead(path string) (Head, error) {
	f, err := os.Open(path)
	if err != nil {
		return Head{}, err
	}
	defer f.Close()
	line := make([]byte, 128)
	n, err := f.Read(line)
	if err != nil {
		return Head{}, fmt.Errorf("head file %s: %w", path, err)
	}
	h, err := parseHead(line[:n])
	if err != nil {
		return Head{}, fmt.Errorf("head file %s: %w", path, err)
	}
	return h, nil
}

func parseHead(line []byte) (Head, error) {
	size, root, _ := strings.Cut(string(line), " ")
	h, err := parseTree(size, strings.TrimSuffix(root, "\n"))
	if err == nil && !bytes.Equal(h.line(), line) {
		err = errors.New("not written by this program")
	}
	if err != nil {
		return Head{}, err
	}
	return h, nil
}

// parseTree reads a size in decimal and a root in base64.
func parseTree(size, root string) (h Head, err error) {
	if h.Size, err = strconv.ParseUint(size, 10, 64); err != nil || h.Size > maxSize {
		return Head{}, errors.New("size is not a number of entries")
	}
	if h.Root, err = tlog.ParseHash(root); err != nil {
		return Head{}, errors.New("root is not a hash")
	}
	return h, nil
}

// WriteHead replaces the head file so that a crash leaves the old or the new one.
func WriteHead(path string, h Head) error {
	if err := disk.Replace(path, h.line()); err != nil {
		return fmt.Errorf("head file: %w", err)
	}
	return nil
}

// CheckHead returns an error wrapping [ErrHead] unless the log contains the
// tree of h. The log may be further: a crash can come between the commit and
// the head file. It is never behind, unless it was put back.
func CheckHead(tx store.Tx, h Head) error {
	s, err := state(tx)
	if err != nil {
		return err
	}
	if s.Size < h.Size {
		return fmt.Errorf("entry %d is missing: %w", s.Size+1, ErrHead)
	}
	if _, err := readEdge(tx, h); errors.Is(err, ErrBroken) {
		return fmt.Errorf("%w: %w", ErrHead, err)
	} else if err != nil || h.Size == 0 {
		return err
	}
	// The tree is the one that is known. That its newest entry is there as
	// well costs one read; all of them are read by Verify.
	b, err := tx.Get(key(h.Size))
	if err != nil {
		return err
	}
	leaf, err := stored{tx}.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(h.Size)-1)})
	if err != nil {
		return err
	}
	if b == nil || tlog.RecordHash(b) != leaf[0] {
		return fmt.Errorf("entry %d is missing or another one: %w", h.Size, ErrHead)
	}
	return nil
}
