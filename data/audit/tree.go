package audit

import (
	"bytes"
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"pratique/data/store"
)

// Hash is a SHA-256, of an entry or of a tree. It is written in base64.
type Hash = tlog.Hash

const (
	treePrefix = "audit-tree/"
	// maxSize bounds what is believed about the size of a log.
	maxSize = 1 << 40
)

func treeKey(number uint64) string { return fmt.Sprintf("%s%016x", treePrefix, number) }

// empty is the head before the first entry.
var empty = Head{Root: emptyRoot()}

func emptyRoot() Hash {
	h, err := tlog.TreeHash(0, nil)
	if err != nil {
		panic("audit: " + err.Error()) // nothing is read for no entries
	}
	return h
}

// A Fault is where a log does not hold together. It wraps [ErrBroken].
type Fault struct {
	First, Last uint64 // the first bad entry is one of these
	Reason      string
}

func (f *Fault) Error() string {
	if f.First == f.Last {
		return fmt.Sprintf("entry %d: %s: %v", f.First, f.Reason, ErrBroken)
	}
	return fmt.Sprintf("one of the entries %d to %d: %s: %v", f.First, f.Last, f.Reason, ErrBroken)
}

// Unwrap is [ErrBroken].
func (f *Fault) Unwrap() error { return ErrBroken }

// stored reads the hashes beside the entries.
type stored struct{ tx store.Tx }

// ReadHashes is [tlog.HashReader].
func (s stored) ReadHashes(indexes []int64) ([]Hash, error) {
	hashes := make([]Hash, len(indexes))
	for i, index := range indexes {
		level, n := tlog.SplitStoredHashIndex(index)
		number := uint64(n+1) << level // of the entry that completed it
		b, err := s.tx.Get(treeKey(number))
		if err != nil {
			return nil, err
		}
		if len(b) < (level+1)*tlog.HashSize {
			return nil, &Fault{number, number, "its hashes are missing"}
		}
		copy(hashes[i][:], b[level*tlog.HashSize:])
	}
	return hashes, nil
}

// An edge is what of a tree is needed to go on: the newest full subtree of
// every height. It is what a tree is built from, and all that has to be kept
// of the entries before.
type edge [64]Hash

// ReadHashes is [tlog.HashReader]. Roots and next entries need nothing but the
// newest subtree of a height.
func (e *edge) ReadHashes(indexes []int64) ([]Hash, error) {
	hashes := make([]Hash, len(indexes))
	for i, index := range indexes {
		level, _ := tlog.SplitStoredHashIndex(index)
		hashes[i] = e[level]
	}
	return hashes, nil
}

// add is the record "audit-tree/" of a leaf that follows size others.
func (e *edge) add(size uint64, leaf []byte) ([]byte, error) {
	hashes, err := tlog.StoredHashes(int64(size), leaf, e)
	if err != nil {
		return nil, fmt.Errorf("audit entry %d: %w", size+1, err)
	}
	copy(e[:], hashes)
	b := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		b = append(b, h[:]...)
	}
	return b, nil
}

func (e *edge) root(size uint64) (Hash, error) { return tlog.TreeHash(int64(size), e) }

// readEdge reads the edge of the tree over the first entries. It is an error
// wrapping [ErrBroken] if that tree does not have the root of h.
func readEdge(tx store.Tx, h Head) (*edge, error) {
	var levels []int
	var indexes []int64
	for level := range bits.Len64(h.Size) {
		if h.Size>>level&1 == 1 {
			levels = append(levels, level)
			indexes = append(indexes, tlog.StoredHashIndex(level, int64(h.Size>>level-1)))
		}
	}
	hashes, err := stored{tx}.ReadHashes(indexes)
	if err != nil {
		return nil, err
	}
	e := new(edge)
	for i, level := range levels {
		e[level] = hashes[i]
	}
	root, err := e.root(h.Size)
	if err == nil && root != h.Root {
		err = &Fault{1, max(h.Size, 1), fmt.Sprintf("the tree over the first %d does not have the known root", h.Size)}
	}
	if err != nil {
		return nil, err
	}
	return e, nil
}

// Verify reads the whole log and returns how many entries hold together. The
// log must contain the tree of every head in known: what a head file or a
// checkpoint says. The error is a [*Fault] if the log does not hold together.
// Entries that are sealed to the reader are checked by their hashes alone.
func Verify(tx store.Tx, known ...Head) (n uint64, err error) { return verify(tx, empty, known) }

// verify walks from a tree that the log must begin with to the newest entry.
func verify(tx store.Tx, from Head, known []Head) (uint64, error) {
	known = slices.SortedFunc(slices.Values(known), func(a, b Head) int {
		switch {
		case a.Size < b.Size:
			return -1
		case a.Size > b.Size:
			return 1
		}
		return 0
	})
	n, held := from.Size, from.Size // entries read; size of the newest known tree that holds
	edge, err := readEdge(tx, from)
	if err != nil {
		return 0, err
	}
	// hold compares the tree so far with what is known of that size.
	hold := func() error {
		for ; len(known) > 0 && known[0].Size <= n; known = known[1:] {
			root, err := edge.root(n)
			if err != nil {
				return err
			}
			if known[0] != (Head{n, root}) {
				return &Fault{held + 1, max(n, held+1), fmt.Sprintf("another log of %d entries was known", known[0].Size)}
			}
			held = n
		}
		return nil
	}
	if err := hold(); err != nil {
		return n, err
	}
	err = tx.Scan(prefix, key(n), 0, func(k string, b []byte) error {
		bad := func(reason string) error { return &Fault{n + 1, n + 1, reason} }
		e, err := decode(tx, k, b)
		locked := errors.Is(err, ErrUnreadable)
		switch {
		case k != key(n+1):
			return bad("found " + k + " in its place")
		case err != nil && !locked:
			return bad(err.Error())
		case !locked && e.Number != n+1:
			return bad(fmt.Sprintf("says it is %d", e.Number))
		}
		var before Hash
		if e.Act == CheckpointSigned {
			if before, err = edge.root(n); err != nil {
				return err
			}
		}
		want, err := edge.add(n, b)
		if err != nil {
			return err
		}
		hashes, err := tx.Get(treeKey(n + 1))
		if err != nil {
			return err
		}
		if !bytes.Equal(hashes, want) {
			// The lowest hash that differs tells which entries are below it.
			level := 0
			for at := tlog.HashSize; at <= len(want) && len(hashes) >= at && bytes.Equal(hashes[:at], want[:at]); at += tlog.HashSize {
				level++
			}
			if level >= len(want)/tlog.HashSize {
				level = 0 // only too long
			}
			return &Fault{max(held, n+1-1<<level) + 1, n + 1, "is not the one whose hash was stored"}
		}
		if e.Act == CheckpointSigned && e.Detail[detailRoot] != before.String() {
			return &Fault{held + 1, n + 1, "when a checkpoint was signed, the log was another one"}
		}
		n++
		return hold()
	})
	if err != nil {
		return n, err
	}
	s, err := state(tx)
	if err != nil {
		return n, err
	}
	size := s.Size
	if len(known) > 0 {
		size = max(size, known[len(known)-1].Size)
	}
	if n < size {
		return n, &Fault{n + 1, n + 1, fmt.Sprintf("it is missing; the log had %d", size)}
	}
	// Whatever was cut off with its state may have left its hashes.
	err = tx.Scan(treePrefix, treeKey(n), 1, func(string, []byte) error {
		return &Fault{n + 1, n + 1, "it is missing; its hash is there"}
	})
	if err != nil {
		return n, err
	}
	if s.Size < n {
		return s.Size, &Fault{s.Size + 1, s.Size + 1, "the log's own state does not know it"}
	}
	root, err := edge.root(n)
	if err == nil && s.Root != root {
		err = &Fault{held + 1, max(n, held+1), "the log's own state tells another root"}
	}
	return n, err
}
