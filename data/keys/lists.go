package keys

import (
	"crypto/rand"
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"pratique/data"
)

// RevocationsName is the name of a post's revocation lists, and of the key that
// signs them and nothing else: "pratique/UT/PR/practice/revocations". The lists
// of practice cannot be taken for those of a real post.
func RevocationsName(post data.Post) string { return LogName(post) + "/revocations" }

// HandoverName is the same of its lists for ports of entry:
// "pratique/UT/PR/practice/handover".
func HandoverName(post data.Post) string { return LogName(post) + "/handover" }

// Names of the secrets of these keys in a post's vault: in its signing box, as
// those of certificates are.
const (
	RevocationsSecret = "revocations"
	HandoverSecret    = "handover"
)

// HandoverFile is the file in a post's folder that holds the public half of the
// key of lists for ports of entry, in the form of [LogFile].
const HandoverFile = "keys/handover.pub"

// NewList makes a key of a post's lists, Ed25519 and of no other use: a verifier
// key for the world and a secret that only [OpenList] takes. The caller keeps
// both. Name is that of the lists.
func NewList(name string) (verifier string, secret []byte, err error) {
	private, verifier, err := note.GenerateKey(rand.Reader, name)
	if err == nil {
		_, err = note.NewVerifier(verifier) // names that no note can hold
	}
	if err != nil {
		return "", nil, fmt.Errorf("make key of lists for %q: %w", name, err)
	}
	return verifier, []byte(private), nil
}

// OpenList opens a key of a post's lists. It must be of that name; else the
// error wraps [ErrUnfit].
func OpenList(name string, secret []byte) (note.Signer, error) {
	if len(secret) == 0 {
		return nil, fmt.Errorf("%w: the key of lists of %s", ErrMissing, name)
	}
	s, err := note.NewSigner(string(secret))
	if err != nil {
		return nil, fmt.Errorf("%w: the key of lists of %s: %w", ErrUnfit, name, err)
	}
	if s.Name() != name {
		return nil, fmt.Errorf("%w: a key of lists is of %s, not of %s", ErrUnfit, s.Name(), name)
	}
	return s, nil
}

// RevocationsLabel begins the line in a file of anchors that names the key of a
// post's revocation lists.
const RevocationsLabel = "revocations: "

// RevocationsLine is the line, beside the certificates of a file of anchors,
// with the key of the post's revocation lists: a verifier key as of
// golang.org/x/mod/sumdb/note. Empty for no key.
func RevocationsLine(verifier string) string {
	if verifier == "" {
		return ""
	}
	return RevocationsLabel + verifier + "\n"
}
