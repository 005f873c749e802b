package store

import (
	"crypto/sha256"
	"encoding/hex"
)

// Token stands for a value of a field inside a key, so that a record can be
// found by the exact value: the first 16 bytes of SHA-256 over the field's
// name, a zero byte and the value, in lower-case hex. Value must be normalised
// by the caller: what is spelled differently is not found.
//
// It is a plain hash. It keeps the value itself out of the file, but whoever
// has the file and can guess a value can confirm the guess; where the database
// must not tell that either, Token has to be keyed.
func Token(field, value string) string {
	h := sha256.New()
	h.Write([]byte(field))
	h.Write([]byte{0})
	h.Write([]byte(value))
	return hex.EncodeToString(h.Sum(nil)[:16])
}
