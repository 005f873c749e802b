package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
)

// ErrDamaged: a record is not what was stored in its place.
var ErrDamaged = errors.New("record is damaged or was put in another's place")

// Sizes of a sealed record's parts, in bytes.
const (
	keySize    = 32
	nonceSize  = 12
	tagSize    = 16
	headSize   = 1 + 4
	wrapSize   = nonceSize + keySize + tagSize
	recordHead = headSize + wrapSize
	overhead   = recordHead + nonceSize + tagSize
)

const (
	formSealed  = 1
	formMailbox = 2
)

func newGCM(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err == nil {
		var gcm cipher.AEAD
		if gcm, err = cipher.NewGCMWithRandomNonce(block); err == nil {
			return gcm
		}
	}
	panic("vault: " + err.Error()) // the length of the key is fixed
}

// place is what a value is bound to.
func (o *open) place(what, key string) []byte {
	return []byte("pratique " + what + "\x00" + o.id + "\x00" + key + "\x00")
}

// head is the form and the generation of what is sealed now.
func (o *open) head() []byte {
	return binary.BigEndian.AppendUint32([]byte{formSealed}, o.box.Current)
}

// generation is the data key under which something was sealed.
func (o *open) generation(sealed []byte) (cipher.AEAD, error) {
	if len(sealed) < headSize || sealed[0] != formSealed {
		return nil, ErrDamaged
	}
	gcm := o.gcm[binary.BigEndian.Uint32(sealed[1:])]
	if gcm == nil {
		return nil, ErrDamaged
	}
	return gcm, nil
}

// sealRecord is a value as it is stored under a key.
func (o *open) sealRecord(key string, value []byte) []byte {
	recordKey := make([]byte, keySize)
	defer clear(recordKey)
	rand.Read(recordKey) // never fails
	out := make([]byte, 0, overhead+len(value))
	out = append(out, o.head()...)
	out = o.gcm[o.box.Current].Seal(out, nil, recordKey, o.place("key", key))
	return newGCM(recordKey).Seal(out, nil, value, o.place("value", key))
}

// openRecord is the value that was stored under a key.
func (o *open) openRecord(key string, sealed []byte) ([]byte, error) {
	recordKey, err := o.recordKey(key, sealed)
	if err != nil {
		return nil, err
	}
	defer clear(recordKey)
	value, err := newGCM(recordKey).Open([]byte{}, nil, sealed[recordHead:], o.place("value", key))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, ErrDamaged)
	}
	return value, nil
}

func (o *open) recordKey(key string, sealed []byte) ([]byte, error) {
	gcm, err := o.generation(sealed)
	if err != nil || len(sealed) < overhead {
		return nil, fmt.Errorf("%s: %w", key, ErrDamaged)
	}
	recordKey, err := gcm.Open(nil, nil, sealed[headSize:recordHead], o.place("key", key))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, ErrDamaged)
	}
	return recordKey, nil
}

// rewrap is a sealed record with its own key under the newest data key. The
// value stays as it is.
func (o *open) rewrap(key string, sealed []byte) ([]byte, error) {
	recordKey, err := o.recordKey(key, sealed)
	if err != nil {
		return nil, err
	}
	defer clear(recordKey)
	out := make([]byte, 0, len(sealed))
	out = append(out, o.head()...)
	out = o.gcm[o.box.Current].Seal(out, nil, recordKey, o.place("key", key))
	return append(out, sealed[recordHead:]...), nil
}

// token stands for a value in a key.
func (o *open) token(value string) string {
	h := hmac.New(sha256.New, o.box.Tokens)
	h.Write([]byte(value))
	return hex.EncodeToString(h.Sum(nil)[:16])
}
