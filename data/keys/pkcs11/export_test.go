//go:build cgo

package pkcs11

import (
	"crypto"
	"errors"

	"github.com/miekg/pkcs11"
)

// PullOut ends the sessions with the token of a key behind its back.
func PullOut(k crypto.Signer) {
	s := k.(*key).session
	s.module.CloseAllSessions(s.slot)
}

// Kept says whether the token refuses to give the private key away, in clear
// or wrapped.
func Kept(k crypto.Signer) bool {
	s, handle := k.(*key).session, k.(*key).handle
	_, err := s.module.GetAttributeValue(s.handle, handle, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_VALUE, nil)})
	a, err2 := s.module.GetAttributeValue(s.handle, handle, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, nil)})
	return errors.Is(err, pkcs11.Error(pkcs11.CKR_ATTRIBUTE_SENSITIVE)) && err2 == nil && a[0].Value[0] == 0
}
