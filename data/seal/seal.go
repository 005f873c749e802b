// Package seal reads certificate seals without caring which format they are
// in. A seal that was read is [Unverified] and tells nothing about anybody; a
// [Verified] one comes out of it only through a signature that holds.
//
// Formats are packages below this one: data/seal/hcert.
package seal

import (
	"crypto/ecdsa"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"

	"pratique/data"
	"pratique/data/seal/hcert"
)

// Format of a seal.
type Format string

// HCERT is the format of package hcert.
const HCERT Format = "hcert"

// ErrSignature says that a signature does not hold.
var ErrSignature = errors.New("signature does not hold")

// Unverified is a seal that was read; whether anyone signed it is not known.
type Unverified struct {
	message *hcert.Message
	text    string
}

// Verified is what a seal says, signed by the holder of Signer's key. Whether
// that signer is to be trusted is data/trust's to say.
type Verified struct {
	Statement data.Statement
	Signer    *x509.Certificate
}

// Parse reads a seal. Errors wrap hcert.ErrFormat.
func Parse(text string) (*Unverified, error) {
	m, err := hcert.Decode(text)
	if err != nil {
		return nil, err
	}
	return &Unverified{m, text}, nil
}

// Format tells which format the seal is in.
func (u *Unverified) Format() Format { return HCERT }

// KID is the identifier of the key that the seal says it was signed with.
func (u *Unverified) KID() [hcert.KIDSize]byte { return u.message.KID }

// Verify checks the signature against one signer certificate and reads the
// statement. It returns [ErrSignature] when another key signed, an error
// wrapping hcert.ErrFormat when what was signed is not a certificate record.
func (u *Unverified) Verify(signer *x509.Certificate) (*Verified, error) {
	key, ok := signer.PublicKey.(*ecdsa.PublicKey)
	if !ok || key.Curve.Params().BitSize != 256 {
		return nil, fmt.Errorf("signer certificate holds no P-256 key: %w", ErrSignature)
	}
	digest := u.message.Digest()
	half := len(u.message.Signature) / 2
	r, s := new(big.Int).SetBytes(u.message.Signature[:half]), new(big.Int).SetBytes(u.message.Signature[half:])
	if !ecdsa.Verify(key, digest[:], r, s) {
		return nil, ErrSignature
	}
	st, err := hcert.DecodeStatement(u.message.Payload)
	if err != nil {
		return nil, err
	}
	if !u.message.Spells(u.text) {
		return nil, fmt.Errorf("%w: not the text that was issued", hcert.ErrFormat)
	}
	return &Verified{st, signer}, nil
}
