package hcert

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/fxamacker/cbor/v2"
)

// Places under the claim -260.
const (
	// KeyDCC is that of an EU DCC (hcert_spec 1.0.8 §3.3.1).
	KeyDCC = 1
	// KeyRecord is that of a certificate seal.
	KeyRecord = recordKey
)

// lenient reads what issuers write of other states: CBOR in any encoding, but
// bounded, and never a name twice.
var lenient = func() cbor.DecMode {
	m, err := cbor.DecOptions{
		DupMapKey:        cbor.DupMapKeyEnforcedAPF,
		UTF8:             cbor.UTF8RejectInvalid,
		MaxNestedLevels:  16,
		MaxArrayElements: 256,
		MaxMapPairs:      256,
		IntDec:           cbor.IntDecConvertSigned, // of keys
		TimeTag:          cbor.DecTagIgnored,       // dates are text, tagged or not
	}.DecMode()
	if err != nil {
		panic(err)
	}
	return m
}()

// UnmarshalForeign reads CBOR that somebody else encoded.
func UnmarshalForeign(b []byte, v any) error { return lenient.Unmarshal(b, v) }

// cwtTag may stand around COSE_Sign1 (RFC 8392 §6).
const cwtTag = 61

// algPS256 is RSASSA-PSS with SHA-256 in COSE (RFC 8230 §2).
const algPS256 = -37

// Foreign is a seal of another issuer that was read: COSE_Sign1 in "HC1:", as
// in the package comment, but with what real issuers do differently. It may
// have no tag or those of a CWT, its encoding need not be deterministic,
// algorithm and key identifier may be in either header (the protected one counts
// if both are there), and the algorithm may be PS256. Nothing in it is verified.
type Foreign struct {
	KID       []byte
	Payload   []byte // the claims as they were received
	Protected []byte // the protected header as it was received
	Signature []byte
	alg       int64
}

// DecodeForeign reads a seal of another issuer, within the limits of [Decode].
func DecodeForeign(text string) (*Foreign, error) {
	b, err := unwrap(text)
	if err != nil {
		return nil, err
	}
	return DecodeCOSE(b)
}

// DecodeCOSE reads COSE_Sign1 of another issuer, as [DecodeForeign] does, from
// whatever text it lay in. The caller bounds the size.
func DecodeCOSE(b []byte) (*Foreign, error) {
	for _, tag := range []uint64{cwtTag, sign1Tag} {
		var tagged cbor.RawTag
		if lenient.Unmarshal(b, &tagged) == nil && tagged.Number == tag {
			b = tagged.Content
		}
	}
	if len(b) > 0 && b[0]>>5 == 6 { // a tag, which would be passed over
		return nil, fmt.Errorf("%w: another tag", ErrFormat)
	}
	var s struct {
		_           struct{} `cbor:",toarray"`
		Protected   []byte
		Unprotected map[any]cbor.RawMessage
		Payload     []byte
		Signature   []byte
	}
	if err := lenient.Unmarshal(b, &s); err != nil {
		return nil, fmt.Errorf("%w: message: %w", ErrFormat, err)
	}
	var protected map[any]cbor.RawMessage
	if len(s.Protected) > 0 {
		if err := lenient.Unmarshal(s.Protected, &protected); err != nil {
			return nil, fmt.Errorf("%w: protected header: %w", ErrFormat, err)
		}
	}
	// What is not protected may be altered on the way; of these two parameters
	// that does no harm: the kind of the key decides the algorithm, and the key
	// identifier only says which keys to try.
	parameter := func(label int64, v any) error {
		raw, ok := protected[label]
		if !ok {
			raw, ok = s.Unprotected[label]
		}
		if !ok {
			return nil
		}
		return lenient.Unmarshal(raw, v)
	}
	f := &Foreign{Payload: s.Payload, Protected: s.Protected, Signature: s.Signature}
	if err := parameter(1, &f.alg); err != nil || f.alg != algES256 && f.alg != algPS256 {
		return nil, fmt.Errorf("%w: algorithm %d, want ES256 or PS256", ErrFormat, f.alg)
	}
	if err := parameter(4, &f.KID); err != nil {
		return nil, fmt.Errorf("%w: key identifier: %w", ErrFormat, err)
	}
	return f, nil
}

// unwrap is what is in a text: COSE.
func unwrap(text string) ([]byte, error) {
	text = trim(text)
	rest, ok := strings.CutPrefix(text, Prefix)
	switch {
	case !ok:
		return nil, fmt.Errorf("%w: does not begin with %q", ErrFormat, Prefix)
	case len(text) > maxText:
		return nil, fmt.Errorf("%w: %d characters, at most %d", ErrFormat, len(text), maxText)
	}
	compressed, err := DecodeBase45(rest)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	b, err := inflate(compressed)
	if err != nil {
		return nil, fmt.Errorf("%w: inflate: %w", ErrFormat, err)
	}
	return b, nil
}

// Hashed is the part of the signature that revocation lists have a hash of: of
// ES256 r alone, for s can be changed by anybody (eu-digital-green-certificates,
// dgc-gateway, revocation).
func (f *Foreign) Hashed() []byte {
	if f.alg == algES256 {
		return f.Signature[:len(f.Signature)/2]
	}
	return f.Signature
}

// SubClaims are the keys under the claim -260, which tell what kind of
// certificate it is and nothing about anybody. Ok is false if what was signed
// is no claims at all.
func (f *Foreign) SubClaims() (keys []int64, ok bool) {
	var claims map[any]cbor.RawMessage
	if lenient.Unmarshal(f.Payload, &claims) != nil {
		return nil, false
	}
	var sub map[any]cbor.RawMessage
	if raw, there := claims[int64(-260)]; there && lenient.Unmarshal(raw, &sub) != nil {
		return nil, false
	}
	for key := range sub {
		if n, is := key.(int64); is {
			keys = append(keys, n)
		}
	}
	slices.Sort(keys)
	return keys, true
}

// Digest is the SHA-256 that a signature is over (RFC 9052 §4.4).
func (f *Foreign) Digest() [sha256.Size]byte {
	return (&Message{Protected: f.Protected, Payload: f.Payload}).Digest()
}

// SignedBy reports whether the key of a certificate made the signature. ES256
// is taken on any of the curves, as COSE allows and some issuers do.
func (f *Foreign) SignedBy(c *x509.Certificate) bool { return f.SignedByKey(c.PublicKey) }

// SignedByKey is [Foreign.SignedBy] for a key that has no certificate.
func (f *Foreign) SignedByKey(public crypto.PublicKey) bool {
	digest := f.Digest()
	switch key := public.(type) {
	case *ecdsa.PublicKey:
		width := (key.Curve.Params().BitSize + 7) / 8
		if f.alg != algES256 || len(f.Signature) != 2*width {
			return false
		}
		r, s := new(big.Int).SetBytes(f.Signature[:width]), new(big.Int).SetBytes(f.Signature[width:])
		return ecdsa.Verify(key, digest[:], r, s)
	case *rsa.PublicKey:
		return f.alg == algPS256 &&
			rsa.VerifyPSS(key, crypto.SHA256, digest[:], f.Signature, &rsa.PSSOptions{SaltLength: sha256.Size}) == nil
	}
	return false
}
