package audit

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"

	"pratique/data/store"
	"pratique/data/store/disk"
)

// Head is the state of the log that is kept beside the database, in the file
// "head": one line of the newest entry's number in decimal, a space, the
// SHA-256 of its stored bytes in lower-case hex and a line feed. Before the
// first entry both are zero.
//
//	12 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
type Head struct {
	Number uint64 `json:"number"`
	Hash   Hash   `json:"hash"`
}

func (h Head) line() []byte { return fmt.Appendf(nil, "%d %s\n", h.Number, h.Hash) }

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
	var h Head
	var hash []byte
	if _, err := fmt.Sscanf(string(line), "%d %x", &h.Number, &hash); err != nil || len(hash) != len(h.Hash) {
		return Head{}, errors.New("not a number and a hash")
	}
	copy(h.Hash[:], hash)
	if !bytes.Equal(h.line(), line) {
		return Head{}, errors.New("not written by this program")
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

// CheckHead returns an error wrapping [ErrHead] unless the log has the entry
// that h names, with its hash. The log may be further: a crash can come between
// the commit and the head file. It is never behind, unless it was put back.
func CheckHead(tx store.Tx, h Head) error {
	if h == (Head{}) {
		return nil
	}
	b, err := tx.Get(key(h.Number))
	switch {
	case err != nil:
		return err
	case b == nil:
		return fmt.Errorf("entry %d is missing: %w", h.Number, ErrHead)
	case sha256.Sum256(b) != h.Hash:
		return fmt.Errorf("entry %d is another one: %w", h.Number, ErrHead)
	}
	return nil
}
