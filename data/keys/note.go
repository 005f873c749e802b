package keys

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

var (
	// ErrNote: bytes are no signed note in its one spelling.
	ErrNote = errors.New("not a signed note")
	// ErrNotSigned: none of the keys that count signed the note.
	ErrNotSigned = errors.New("not signed with a key of this name")
)

// OpenNote is the text of a signed note (C2SP signed-note) that begins with the
// name of the key that signed it, one of these; another key's signature says
// nothing of that name. The same key may be there twice. The error wraps
// [ErrNote] or [ErrNotSigned].
func OpenNote(b []byte, verifiers ...note.Verifier) (text string, err error) {
	name, _, _ := bytes.Cut(b, []byte("\n"))
	_, err = note.Open(b, note.VerifierList())
	for _, v := range verifiers {
		if v.Name() != string(name) {
			continue
		}
		// Each by itself: two with one name and hash are an error together.
		var n *note.Note
		if n, err = note.Open(b, note.VerifierList(v)); err != nil {
			continue
		}
		for _, sig := range append(n.Sigs, n.UnverifiedSigs...) {
			if _, err := base64.StdEncoding.Strict().DecodeString(sig.Base64); err != nil {
				return "", fmt.Errorf("%w: a signature in another spelling", ErrNote)
			}
		}
		return n.Text, nil
	}
	if errors.As(err, new(*note.UnverifiedNoteError)) || errors.As(err, new(*note.InvalidSignatureError)) {
		return "", fmt.Errorf("%w: %.80q", ErrNotSigned, name)
	}
	return "", fmt.Errorf("%w: %w", ErrNote, err)
}
