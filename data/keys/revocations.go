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

// NewRevocations makes the key of a post's revocation lists, Ed25519 and of no
// other use: a verifier key for the world and a secret that only [OpenRevocations]
// takes. The caller keeps both.
func NewRevocations(post data.Post) (verifier string, secret []byte, err error) {
	private, verifier, err := note.GenerateKey(rand.Reader, RevocationsName(post))
	if err == nil {
		_, err = note.NewVerifier(verifier) // names that no note can hold
	}
	if err != nil {
		return "", nil, fmt.Errorf("make key of revocation lists for %q: %w", RevocationsName(post), err)
	}
	return verifier, []byte(private), nil
}

// OpenRevocations opens the key of a post's revocation lists. It must be of that
// post; else the error wraps [ErrUnfit].
func OpenRevocations(post data.Post, secret []byte) (note.Signer, error) {
	if len(secret) == 0 {
		return nil, fmt.Errorf("%w: the key of the revocation lists", ErrMissing)
	}
	s, err := note.NewSigner(string(secret))
	if err != nil {
		return nil, fmt.Errorf("%w: the key of the revocation lists: %w", ErrUnfit, err)
	}
	if s.Name() != RevocationsName(post) {
		return nil, fmt.Errorf("%w: the key of revocation lists is of %s, not of %s", ErrUnfit, s.Name(), RevocationsName(post))
	}
	return s, nil
}

// RevocationsSecret is the name of that secret in a post's vault.
const RevocationsSecret = "revocations"

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
