// Package seal reads certificate seals without caring which format they are
// in. A seal that was read is [Unverified] and tells nothing about anybody; a
// [Verified] one comes out of it only through a signature that holds.
//
// Formats are packages below this one: hcert, the certificate seal; dcc and who,
// the EU DCC and the certificates of the WHO, which lie in the same container;
// vdsnc, ICAO's VDS-NC; shc, SMART Health Cards; nzcp, New Zealand's passes.
package seal

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"pratique/data"
	"pratique/data/seal/dcc"
	"pratique/data/seal/hcert"
	"pratique/data/seal/nzcp"
	"pratique/data/seal/shc"
	"pratique/data/seal/vdsnc"
	"pratique/data/seal/who"
)

// Format of a seal.
type Format string

// The formats. HCERT is the certificate seal, and any other content of its
// container that is not known here.
const (
	HCERT Format = "hcert"
	DCC   Format = "dcc"
	VDSNC Format = "vdsnc"
	WHO   Format = "who"
	SHC   Format = "shc"
	NZCP  Format = "nzcp"
)

// Key is a public key that came without a certificate.
type Key struct {
	ID string // as seals name it, see [Unverified.KeyID]
	// Holder is whose it is: the https address or the did:web of an issuer; empty
	// where the list that it came in did not say.
	Holder string
	Public crypto.PublicKey
}

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
	shc     *shc.Message
	nzcp    *nzcp.Message

	format Format
	which  who.SubClaim // of the format WHO
}

// Verified is what a seal says, signed by the holder of the key. Whether that
// signer is to be trusted is data/trust's to say.
type Verified struct {
	// The one of the seal's format is there.
	Statement data.Statement
	// Particulars are in a full record alone, which was encrypted.
	Particulars *data.Particulars
	DCC         *dcc.Claims
	VDSNC       *vdsnc.Data
	WHO         *who.Certificate
	SHC         *shc.Card
	NZCP        *nzcp.Pass

	Signer *x509.Certificate // nil if it is known by its key alone
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

// Join puts the parts of seals together that were cut into several codes, and
// leaves everything else as it is.
func Join(texts []string) []string { return shc.Join(texts) }

// Parse reads a seal. Errors wrap the ErrFormat of the format's package.
func Parse(text string) (*Unverified, error) {
	switch {
	case shc.Looks(text):
		m, err := shc.Decode(text)
		if err != nil {
			return nil, err
		}
		return &Unverified{text: text, shc: m, format: SHC}, nil
	case nzcp.Looks(text):
		m, err := nzcp.Decode(text)
		if err != nil {
			return nil, err
		}
		return &Unverified{text: text, nzcp: m, format: NZCP}, nil
	case vdsnc.Looks(text):
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
	default:
		for _, s := range who.SubClaims {
			if slices.Contains(keys, int64(s)) {
				u.format, u.which = WHO, s
			}
		}
	}
	return u, nil
}

// SubClaims are the keys of what a seal in our container holds, which tell what
// kind it is and nothing about anybody; nil for any other format.
func (u *Unverified) SubClaims() []int64 {
	if u.foreign == nil {
		return nil
	}
	keys, _ := u.foreign.SubClaims()
	return keys
}

// Format tells which format the seal is in.
func (u *Unverified) Format() Format { return u.format }

// KID is the identifier of the key that the seal says it was signed with, zero
// if it says none that a certificate could have.
func (u *Unverified) KID() (kid [hcert.KIDSize]byte) {
	switch {
	case u.vdsnc != nil:
		return hcert.KID(u.vdsnc.Certificate)
	case u.record != nil:
		return u.record.KID
	case u.foreign != nil && len(u.foreign.KID) == len(kid):
		return [hcert.KIDSize]byte(u.foreign.KID)
	}
	return kid
}

// KeyID is what the seal calls the key that it says it was signed with, as lists
// of keys call it too: base64 of the identifier in our container, the thumbprint
// of a SMART Health Card, "did:web:…#…" of a New Zealand pass. Empty if the seal
// names none.
func (u *Unverified) KeyID() string {
	switch {
	case u.shc != nil:
		return u.shc.KID
	case u.nzcp != nil:
		return u.nzcp.Key
	case u.foreign != nil:
		return base64.StdEncoding.EncodeToString(u.foreign.KID)
	}
	kid := u.KID()
	return base64.StdEncoding.EncodeToString(kid[:])
}

// Hashed is the part of the signature that revocation lists have a hash of; see
// [hcert.Foreign.Hashed].
func (u *Unverified) Hashed() []byte {
	half := func(b []byte) []byte { return b[:len(b)/2] }
	switch {
	case u.shc != nil:
		return half(u.shc.Signature)
	case u.nzcp != nil:
		return half(u.nzcp.Signature())
	case u.vdsnc != nil:
		return half(u.vdsnc.Signature)
	case u.foreign != nil:
		return u.foreign.Hashed()
	}
	return half(u.record.Signature)
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
	v, err := u.verify(signer.PublicKey)
	if err != nil {
		return nil, err
	}
	v.Signer = signer
	return v, nil
}

// VerifyKey is [Unverified.Verify] for a key that has no certificate. A
// certificate seal and a VDS-NC are never taken from one: what may be signed and
// until when, and whether it is practice, stands in the certificate.
func (u *Unverified) VerifyKey(k Key) (*Verified, error) {
	if u.record != nil || u.vdsnc != nil {
		return nil, fmt.Errorf("the key has no certificate: %w", ErrSignature)
	}
	return u.verify(k.Public)
}

func (u *Unverified) verify(public crypto.PublicKey) (*Verified, error) {
	switch {
	case u.vdsnc != nil:
		return u.verifyVDSNC(public)
	case u.shc != nil:
		key, ok := public.(*ecdsa.PublicKey)
		if !ok || !u.shc.SignedBy(key) {
			return nil, ErrSignature
		}
		c, err := shc.DecodePayload(u.shc.Payload)
		return content(&Verified{SHC: &c}, err)
	case u.nzcp != nil:
		if !u.nzcp.SignedBy(public) {
			return nil, ErrSignature
		}
		p, err := nzcp.DecodePayload(u.nzcp.Payload)
		return content(&Verified{NZCP: &p}, err)
	case u.foreign != nil:
		return u.verifyForeign(public)
	}
	key, ok := public.(*ecdsa.PublicKey)
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
	return &Verified{Statement: st, Particulars: particulars}, nil
}

// content is what was verified, unless it is of no use.
func content(v *Verified, err error) (*Verified, error) {
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrContent, err)
	}
	return v, nil
}

func (u *Unverified) verifyForeign(public crypto.PublicKey) (*Verified, error) {
	if !u.foreign.SignedByKey(public) {
		return nil, ErrSignature
	}
	switch u.format {
	case DCC:
		c, err := dcc.Decode(u.foreign.Payload)
		return content(&Verified{DCC: &c}, err)
	case WHO:
		c, err := who.Decode(u.foreign.Payload, u.which)
		return content(&Verified{WHO: &c}, err)
	}
	return nil, ErrContent
}

func (u *Unverified) verifyVDSNC(public crypto.PublicKey) (*Verified, error) {
	if !u.vdsnc.SignedBy(&x509.Certificate{PublicKey: public}) {
		return nil, ErrSignature
	}
	d, err := vdsnc.DecodeData(u.vdsnc.Signed)
	switch {
	case errors.Is(err, vdsnc.ErrVersion):
		return nil, fmt.Errorf("%w: %w", ErrVersion, err)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrContent, err)
	}
	return &Verified{VDSNC: &d}, nil
}
