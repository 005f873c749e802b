package vault

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"filippo.io/age"

	"pratique/data/store"
)

// maxBox bounds what is read from a box.
const maxBox = 1 << 20

// readBox opens an age file that holds one record.
func readBox[T any](tx store.Tx, key string, identity age.Identity) (v T, err error) {
	sealed, err := tx.Get(key)
	if err != nil {
		return v, err
	}
	b, err := unseal(sealed, identity)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return v, ErrNotForYou
	} else if err != nil {
		return v, fmt.Errorf("%s: %w", key, ErrDamaged)
	}
	defer clear(b)
	if v, err = store.Decode[T](b); err != nil {
		return v, fmt.Errorf("%s: %w", key, err)
	}
	return v, nil
}

func unseal(sealed []byte, identity age.Identity) ([]byte, error) {
	r, err := age.Decrypt(bytes.NewReader(sealed), identity)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, maxBox))
}

func sealTo(b []byte, to ...age.Recipient) ([]byte, error) {
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to...)
	if err == nil {
		_, err = w.Write(b)
	}
	if err == nil {
		err = w.Close()
	}
	return out.Bytes(), err
}

func putBox[T any](tx store.Tx, key string, v T, to []age.Recipient) error {
	var sealed []byte
	var err error
	protect(func() {
		var b []byte
		if b, err = store.Encode(v); err == nil {
			sealed, err = sealTo(b, to...)
			clear(b)
		}
	})
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return tx.Put(key, sealed)
}

// shut encrypts both boxes to everybody they are open to: the recovery key and
// officers. A signing box that is not open keeps its recipients.
func (t *Tx) shut() error {
	o := t.newest()
	if o == nil {
		return ErrLocked
	}
	recovery, err := age.ParseX25519Recipient(o.box.Recovery)
	if err != nil {
		return err
	}
	data, signing := []age.Recipient{recovery}, []age.Recipient{recovery}
	for _, name := range slices.Sorted(maps.Keys(o.box.Officers)) {
		officer := o.box.Officers[name]
		r, err := age.ParseX25519Recipient(officer.Recipient)
		if err != nil {
			return fmt.Errorf("recipient of %s: %w", name, err)
		}
		if officer.Off {
			continue
		}
		data = append(data, r)
		if officer.Signing {
			signing = append(signing, r)
		}
	}
	if o.signing != nil {
		err = putBox(t.engine, signingKey, o.signing, signing)
	}
	return errors.Join(err, putBox(t.engine, dataKey, o.box, data))
}

// boxes is a digest of the records that decide who opens the vault, and for
// what post: certificates say what stands there.
func boxes(engine store.Tx) ([]byte, error) {
	h := sha256.New()
	for _, key := range []string{headerKey, dataKey, signingKey, postKey} {
		b, err := engine.Get(key)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(b)
		h.Write(sum[:])
	}
	return h.Sum(nil), nil
}
