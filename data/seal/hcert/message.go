package hcert

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/fxamacker/cbor/v2"
)

// Limits of what is read, far above what is ever written.
const (
	maxText     = 4296     // characters of the largest alphanumeric QR
	maxInflated = 16 << 10 // bytes
)

// Prefix begins every HCERT text.
const Prefix = "HC1:"

// ErrFormat says that a text is no certificate seal; it is wrapped with what
// was read and why reading stopped.
var ErrFormat = errors.New("not a health certificate seal")

// KIDSize is the length of a key identifier in bytes.
const KIDSize = 8

// KID is the key identifier of a signer certificate.
func KID(c *x509.Certificate) [KIDSize]byte {
	sum := sha256.Sum256(c.Raw)
	return [KIDSize]byte(sum[:KIDSize])
}

// algES256 is ECDSA with SHA-256 in COSE (RFC 9053 §2.1).
const algES256 = -7

// signatureSize is the length of r and s together.
const signatureSize = 64

var (
	encoder = func() cbor.EncMode {
		m, err := cbor.CoreDetEncOptions().EncMode()
		if err != nil {
			panic(err)
		}
		return m
	}()
	decoder = func() cbor.DecMode {
		m, err := cbor.DecOptions{
			DupMapKey:         cbor.DupMapKeyEnforcedAPF,
			IndefLength:       cbor.IndefLengthForbidden,
			ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
			UTF8:              cbor.UTF8RejectInvalid,
			MaxNestedLevels:   16,
			MaxArrayElements:  64,
			MaxMapPairs:       64,
		}.DecMode()
		if err != nil {
			panic(err)
		}
		return m
	}()
)

// foreign reads just enough of other people's claims to see what they are.
var foreign = func() cbor.DecMode {
	m, err := cbor.DecOptions{MaxNestedLevels: 16, MaxArrayElements: 4096, MaxMapPairs: 4096}.DecMode()
	if err != nil {
		panic(err)
	}
	return m
}()

// sign1Tag is the CBOR tag of COSE_Sign1.
const sign1Tag = 18

type sign1 struct {
	_           struct{} `cbor:",toarray"`
	Protected   []byte
	Unprotected map[int64]cbor.RawMessage
	Payload     []byte
	Signature   []byte
}

type header struct {
	Alg int64  `cbor:"1,keyasint"`
	KID []byte `cbor:"4,keyasint"`
}

// Message is a seal that was read. Nothing in it is verified, and its payload
// stays raw bytes until a signature over them was found good.
type Message struct {
	KID       [KIDSize]byte
	Protected []byte // the protected header as it was received
	Payload   []byte // the claims as they were received
	Signature []byte // r and s
}

// Spells reports whether text is the one text of m. A certificate seal must be;
// what others compressed with other libraries is not.
func (m *Message) Spells(text string) bool {
	own, err := m.Text()
	return err == nil && trim(text) == own
}

// trim drops what a scanner puts around a text. A space is part of base45.
func trim(text string) string { return strings.Trim(text, "\r\n\t\ufeff") }

// Unsigned is a message ready to be signed.
func Unsigned(kid [KIDSize]byte, payload []byte) (*Message, error) {
	protected, err := encoder.Marshal(header{algES256, kid[:]})
	if err != nil {
		return nil, fmt.Errorf("encode header: %w", err)
	}
	return &Message{KID: kid, Protected: protected, Payload: payload}, nil
}

// Digest is the SHA-256 that a signature of m is over (RFC 9052 §4.4).
func (m *Message) Digest() [sha256.Size]byte {
	b, err := encoder.Marshal([]any{"Signature1", m.Protected, []byte{}, m.Payload})
	if err != nil {
		panic("hcert: " + err.Error()) // four byte strings always encode
	}
	return sha256.Sum256(b)
}

// Text writes a signed message.
func (m *Message) Text() (string, error) {
	if len(m.Signature) != signatureSize {
		return "", fmt.Errorf("signature of %d bytes, want %d", len(m.Signature), signatureSize)
	}
	b, err := m.encode()
	if err != nil {
		return "", fmt.Errorf("encode message: %w", err)
	}
	return Prefix + EncodeBase45(deflate(b)), nil
}

func (m *Message) encode() ([]byte, error) {
	return encoder.Marshal(cbor.Tag{Number: sign1Tag, Content: sign1{
		Protected: m.Protected, Unprotected: map[int64]cbor.RawMessage{}, Payload: m.Payload, Signature: m.Signature,
	}})
}

// Decode reads a seal. White space around it is the scanner's and is dropped,
// but never a space inside or at the end of the text itself: base45 uses it.
func Decode(text string) (*Message, error) {
	b, err := unwrap(text)
	if err != nil {
		return nil, err
	}
	var tagged cbor.RawTag
	if err := decoder.Unmarshal(b, &tagged); err != nil {
		return nil, fmt.Errorf("%w: message: %w", ErrFormat, err)
	}
	if tagged.Number != sign1Tag {
		return nil, fmt.Errorf("%w: tag %d, want %d", ErrFormat, tagged.Number, sign1Tag)
	}
	var s sign1
	if err := decoder.Unmarshal(tagged.Content, &s); err != nil {
		return nil, fmt.Errorf("%w: message: %w", ErrFormat, err)
	}
	var h header
	if err := decoder.Unmarshal(s.Protected, &h); err != nil {
		return nil, fmt.Errorf("%w: protected header: %w", ErrFormat, err)
	}
	switch {
	case h.Alg != algES256:
		return nil, fmt.Errorf("%w: algorithm %d, want ES256", ErrFormat, h.Alg)
	case len(h.KID) != KIDSize:
		return nil, fmt.Errorf("%w: key identifier of %d bytes, want %d", ErrFormat, len(h.KID), KIDSize)
	case len(s.Unprotected) != 0:
		return nil, fmt.Errorf("%w: unprotected header is not empty", ErrFormat)
	case len(s.Signature) != signatureSize:
		return nil, fmt.Errorf("%w: signature of %d bytes, want %d", ErrFormat, len(s.Signature), signatureSize)
	}
	m := &Message{KID: [KIDSize]byte(h.KID), Protected: s.Protected, Payload: s.Payload, Signature: s.Signature}
	if again, err := m.encode(); err != nil || !bytes.Equal(again, b) {
		return nil, fmt.Errorf("%w: message: not in its one encoding", ErrFormat)
	}
	return m, nil
}

// inflate reads a zlib stream that ends where b ends.
func inflate(b []byte) ([]byte, error) {
	in := bytes.NewReader(b)
	r, err := zlib.NewReader(in)
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(r, maxInflated+1))
	switch {
	case err != nil:
		return nil, err
	case len(out) > maxInflated:
		return nil, fmt.Errorf("more than %d bytes", maxInflated)
	case in.Len() > 0:
		return nil, fmt.Errorf("%d bytes after the end", in.Len())
	}
	return out, nil
}
