//go:build cgo

package pkcs11

import "crypto"

// PullOut ends the sessions with the token of a key behind its back.
func PullOut(k crypto.Signer) {
	s := k.(*key).session
	s.module.CloseAllSessions(s.slot)
}
