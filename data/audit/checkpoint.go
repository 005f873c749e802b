package audit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"pratique/data"
	"pratique/data/store"
)

// ErrCheckpoint: not a checkpoint of this log, or not signed with its key.
var ErrCheckpoint = errors.New("not a checkpoint of this log")

// What an entry [CheckpointSigned] says besides who and when.
const (
	detailRoot = "root" // of the tree over all entries before it
	detailKey  = "key"  // the signing key's hash as it stands in the signature, 8 hexadecimal digits
)

// maxCheckpoint bounds what is read as a checkpoint, cosignatures included.
const maxCheckpoint = 64 << 10

// checkpointText is the signed text: a checkpoint as in C2SP tlog-checkpoint
// without extension lines. Its origin is the name of the key.
//
//	pratique/UT/PR/practice
//	12
//	n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=
//
// Around it lies a C2SP signed-note: an empty line, then an Ed25519 signature
// on a line of its own.
func checkpointText(origin string, h Head) string {
	return fmt.Sprintf("%s\n%d\n%s\n", origin, h.Size, h.Root)
}

// Checkpoint signs the state of the log. That is an act like others, and its
// entry comes first: it names key and root of the log before it, and the signed
// tree contains the entry. So there is no checkpoint that its log does not
// know, and a log cut off just before one does not fit it.
//
// An error that wraps [ErrHeadNotWritten] comes with a checkpoint that is good.
// After any other the log may say that one was signed, and there is none.
func (l *Log) Checkpoint(ctx context.Context, at time.Time, officer data.OfficerID, signer note.Signer) ([]byte, error) {
	head, stored := l.update(ctx, func(tx store.Tx, add func(Entry) error) error {
		s, err := state(tx)
		if err != nil {
			return err
		}
		return add(Entry{At: at, Officer: officer, Act: CheckpointSigned, Subject: signer.Name(), Detail: map[string]string{
			detailRoot: s.Root.String(), detailKey: fmt.Sprintf("%08x", signer.KeyHash()),
		}})
	})
	if stored != nil && !errors.Is(stored, ErrHeadNotWritten) {
		return nil, stored
	}
	b, err := note.Sign(&note.Note{Text: checkpointText(signer.Name(), head)}, signer)
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", errors.Join(err, stored))
	}
	return b, stored
}

// ParseCheckpoint reads a checkpoint that was signed with the key of v for the
// log of that name. The error wraps [ErrCheckpoint]. Signatures of others are
// not looked at.
func ParseCheckpoint(b []byte, v note.Verifier) (Head, error) {
	if len(b) > maxCheckpoint {
		return Head{}, fmt.Errorf("%w: it is too long", ErrCheckpoint)
	}
	n, err := note.Open(b, note.VerifierList(v))
	if err != nil {
		return Head{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != v.Name() {
		return Head{}, fmt.Errorf("%w: it is not three lines of name, size and root of %s", ErrCheckpoint, v.Name())
	}
	h, err := parseTree(lines[1], lines[2])
	if err == nil && checkpointText(v.Name(), h) != n.Text {
		err = errors.New("size or root is not written as it should be")
	}
	if err != nil {
		return Head{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	return h, nil
}

// LastCheckpoint is when the newest checkpoint was signed, zero if none was.
func LastCheckpoint(tx store.Tx) (time.Time, error) {
	s, err := state(tx)
	return s.Signed, err
}
