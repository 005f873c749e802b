// Package seal reads certificate seals without caring which format they are
// in. A seal that was read is [Unverified] and tells nothing about anybody; a
// [Verified] one comes out of it only through a signature that holds.
//
// Formats are packages below this one: hcert, the certificate seal; dcc, the EU
// DCC, which lies in the same container; vdsnc, ICAO's VDS-NC.
package seal

import (
	"crypto/ecdsa"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"pratique/data"
	"pratique/data/seal/dcc"
	"pratique/data/seal/hcert"
	"pratique/data/seal/vdsnc"
)

// Format of a seal.
type Format string

// The formats. HCERT is the certificate seal, and any other content of its
// container that is not known here.
const (
	HCERT Format = "hcert"
	DCC   Format = "dcc"
	VDSNC Format = "vdsnc"
)

var (
	// ErrSignature says that a signature does not hold.
	ErrSignature = errors.New("signature does not hold")
	// ErrFormat says that what was signed is not in its one encoding, or not the
	// text that was issued.
	ErrFormat = errors.New("not as it was sealed")
	// ErrContent says that a signature holds and what is signed is nothing that
	// this program knows.
	ErrContent = errors.New("signed, and not a certificate of a known kind")
	// ErrVersion says that a signature holds and this program is too old for
	// what is signed.
	ErrVersion = errors.New("signed, and newer than this reader")
)

// Unverified is a seal that was read; whether anyone signed it is not known.
type Unverified struct {
	text string
	// One of these is there.
	record  *hcert.Message // a certificate seal
	foreign *hcert.Foreign // anything else in its container
	vdsnc   *vdsnc.Message

	format Format
}

// Verified is what a seal says, signed by the holder of Signer's key. Whether
// that signer is to be trusted is data/trust's to say.
type Verified struct {
	// The one of the seal's format is there.
	Statement data.Statement
	// Particulars are in a full record alone, which was encrypted.
	Particulars *data.Particulars
	DCC         *dcc.Claims
	VDSNC       *vdsnc.Data

	Signer *x509.Certificate
}

// Number is the certificate number that a seal of whatever format carries, empty
// where there is none, or none that is one of ours.
func (v *Verified) Number() (n data.CertificateNumber) {
	switch {
	case v.VDSNC != nil:
		n, _ = data.ParseCertificateNumber(v.VDSNC.Number())
	case v.DCC != nil: // URN:UVCI:01:UT:PR7QF2M9X4T9#6
		id, _, _ := strings.Cut(v.DCC.Certificate.ID(), "#")
		n, _ = data.ParseCertificateNumber(id[strings.LastIndex(id, ":")+1:])
	default:
		n = v.Statement.Number
	}
	return n
}

// Parse reads a seal. Errors wrap the ErrFormat of the format's package.
func Parse(text string) (*Unverified, error) {
	if vdsnc.Looks(text) {
		m, err := vdsnc.Decode(text)
		if err != nil {
			return nil, err
		}
		return &Unverified{text: text, vdsnc: m, format: VDSNC}, nil
	}
	f, err := hcert.DecodeForeign(text)
	if err != nil {
		return nil, err
	}
	u := &Unverified{text: text, foreign: f, format: HCERT}
	switch keys, ok := f.SubClaims(); {
	case !ok || slices.Contains(keys, hcert.KeyRecord): // ours, to which no leniency applies
		u.foreign = nil
		if u.record, err = hcert.Decode(text); err != nil {
			return nil, err
		}
	case slices.Contains(keys, hcert.KeyDCC):
		u.format = DCC
	}
	return u, nil
}

// Format tells which format the seal is in.
func (u *Unverified) Format() Format { return u.format }

// KID is the identifier of the key that the seal says it was signed with, zero
// if it says none that a certificate could have.
func (u *Unverified) KID() (kid [hcert.KIDSize]byte) {
	switch {
	case u.vdsnc != nil:
		return hcert.KID(u.vdsnc.Certificate)
	case u.foreign == nil:
		return u.record.KID
	case len(u.foreign.KID) == len(kid):
		return [hcert.KIDSize]byte(u.foreign.KID)
	}
	return kid
}

// Certificate is the signer certificate that the seal carries, nil if its
// format has none. Anyone can put any there.
func (u *Unverified) Certificate() *x509.Certificate {
	if u.vdsnc == nil {
		return nil
	}
	return u.vdsnc.Certificate
}

// Verify checks the signature against one signer certificate and reads what is
// signed. It returns [ErrSignature] when another key signed, and an error
// wrapping [ErrFormat], [ErrContent] or [ErrVersion] when what was signed is of
// no use here.
func (u *Unverified) Verify(signer *x509.Certificate) (*Verified, error) {
	switch {
	case u.vdsnc != nil:
		return u.verifyVDSNC(signer)
	case u.foreign != nil:
		return u.verifyForeign(signer)
	}
	key, ok := signer.PublicKey.(*ecdsa.PublicKey)
	if !ok || key.Curve.Params().BitSize != 256 {
		return nil, fmt.Errorf("signer certificate holds no P-256 key: %w", ErrSignature)
	}
	digest := u.record.Digest()
	half := len(u.record.Signature) / 2
	r, s := new(big.Int).SetBytes(u.record.Signature[:half]), new(big.Int).SetBytes(u.record.Signature[half:])
	if !ecdsa.Verify(key, digest[:], r, s) {
		return nil, ErrSignature
	}
	st, particulars, err := hcert.DecodeRecord(u.record.Payload)
	switch {
	case errors.Is(err, hcert.ErrVersion):
		return nil, fmt.Errorf("%w: %w", ErrVersion, err)
	case errors.Is(err, hcert.ErrContent):
		return nil, fmt.Errorf("%w: %w", ErrContent, err)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	case !u.record.Spells(u.text):
		return nil, fmt.Errorf("%w: not the text that was issued", ErrFormat)
	}
	return &Verified{Statement: st, Particulars: particulars, Signer: signer}, nil
}

func (u *Unverified) verifyForeign(signer *x509.Certificate) (*Verified, error) {
	if !u.foreign.SignedBy(signer) {
		return nil, ErrSignature
	}
	if u.format != DCC {
		return nil, ErrContent
	}
	c, err := dcc.Decode(u.foreign.Payload)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrContent, err)
	}
	return &Verified{DCC: &c, Signer: signer}, nil
}

func (u *Unverified) verifyVDSNC(signer *x509.Certificate) (*Verified, error) {
	if !u.vdsnc.SignedBy(signer) {
		return nil, ErrSignature
	}
	d, err := vdsnc.DecodeData(u.vdsnc.Signed)
	switch {
	case errors.Is(err, vdsnc.ErrVersion):
		return nil, fmt.Errorf("%w: %w", ErrVersion, err)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrContent, err)
	}
	return &Verified{VDSNC: &d, Signer: signer}, nil
}
