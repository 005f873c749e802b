package house

import (
	"encoding/hex"
	"errors"

	"github.com/zalando/go-keyring"

	"pratique/data/vault"
)

// Keyring is the operating system's own, of the user at this workstation. It
// keeps one secret a post, without which the passphrases of its officers open
// nothing: a copied folder cannot be tried out elsewhere. It implements
// [vault.Device].
type Keyring struct{}

const service = "Pratique"

// Secret is the secret of a vault, nil if this workstation has none. A keyring
// that does not answer is [vault.ErrNoKeyring]: that it holds none is not known.
func (Keyring) Secret(id string) ([]byte, error) {
	text, err := keyring.Get(service, id)
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, errors.Join(vault.ErrNoKeyring, err)
	}
	return hex.DecodeString(text)
}

// Keep keeps a secret, and reads it back.
func (k Keyring) Keep(id string, secret []byte) error {
	if err := keyring.Set(service, id, hex.EncodeToString(secret)); err != nil {
		return errors.Join(vault.ErrNoKeyring, err)
	}
	if back, err := k.Secret(id); err != nil || string(back) != string(secret) {
		return errors.Join(vault.ErrNoKeyring, err)
	}
	return nil
}
