//go:build !cgo

package pkcs11

import (
	"crypto"
	"fmt"
	"net/url"

	"pratique/data/keys"
)

// Tokens is the keys.Place of this package. This one opens nothing: every error
// wraps [ErrNotBuilt] and keys.ErrMissing.
type Tokens struct{}

// Open implements keys.Place.
func (*Tokens) Open(u *url.URL, _ []byte) (crypto.Signer, error) { return none(u) }

// Make implements keys.Place.
func (*Tokens) Make(u *url.URL, _ []byte) (crypto.Signer, error) { return none(u) }

func none(u *url.URL) (crypto.Signer, error) {
	if _, err := parse(u); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("%w: %w", keys.ErrMissing, ErrNotBuilt)
}
