package vdsnc

import (
	"crypto"
	"crypto/ecdsa"
	_ "crypto/sha256" // the hashes of the algorithms
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"pratique/data/seal/jcs"
	"pratique/data/seal/x509ec"
)

// maxText is how much text is read: more than any QR holds.
const maxText = 4296

// algorithm is one of RFC 7518 §3.4. The curve of the key decides which.
type algorithm struct {
	name string
	bits int // of the curve
	hash crypto.Hash
}

var algorithms = []algorithm{
	{"ES256", 256, crypto.SHA256},
	{"ES384", 384, crypto.SHA384},
	{"ES512", 521, crypto.SHA512},
}

// width is the number of bytes of r, and of s.
func (a algorithm) width() int { return (a.bits + 7) / 8 }

// Message is a seal that was read, or that is ready to be signed. Nothing in
// it is verified, and what it says stays raw bytes until a signature over them
// was found good.
type Message struct {
	Signed      []byte            // the value of "data" in canonical JSON
	Certificate *x509.Certificate // the signer certificate it carries
	Signature   []byte            // r and s

	algorithm algorithm
}

// Unsigned is a message ready to be signed with the key of a certificate.
func Unsigned(c *x509.Certificate, d Data) (*Message, error) {
	a, ok := algorithmOf(c)
	if !ok {
		return nil, errors.New("signer certificate holds no key on P-256, P-384 or P-521")
	}
	b, err := EncodeData(d)
	if err != nil {
		return nil, err
	}
	return &Message{Signed: b, Certificate: c, algorithm: a}, nil
}

func algorithmOf(c *x509.Certificate) (algorithm, bool) {
	if key, ok := c.PublicKey.(*ecdsa.PublicKey); ok {
		for _, a := range algorithms {
			if a.bits == key.Curve.Params().BitSize {
				return a, true
			}
		}
	}
	return algorithm{}, false
}

// Hash is the hash of the message's algorithm.
func (m *Message) Hash() crypto.Hash { return m.algorithm.hash }

// SignatureSize is the number of bytes of a signature of m: r and s together.
func (m *Message) SignatureSize() int { return 2 * m.algorithm.width() }

// Digest is the hash that a signature of m is over.
func (m *Message) Digest() []byte {
	h := m.algorithm.hash.New()
	h.Write(m.Signed)
	return h.Sum(nil)
}

// SignedBy reports whether the key of a certificate made the signature.
func (m *Message) SignedBy(c *x509.Certificate) bool {
	a, ok := algorithmOf(c)
	if !ok || a != m.algorithm || len(m.Signature) != 2*a.width() {
		return false
	}
	r, s := new(big.Int).SetBytes(m.Signature[:a.width()]), new(big.Int).SetBytes(m.Signature[a.width():])
	return ecdsa.Verify(c.PublicKey.(*ecdsa.PublicKey), m.Digest(), r, s)
}

// Text writes a signed message in canonical JSON, base64url padded.
func (m *Message) Text() (string, error) {
	if len(m.Signature) != m.SignatureSize() {
		return "", fmt.Errorf("signature of %d bytes, want %d", len(m.Signature), m.SignatureSize())
	}
	value, err := jcs.Parse(m.Signed)
	if err != nil {
		return "", err
	}
	b, err := jcs.Append(nil, map[string]any{
		"data": value,
		"sig": map[string]any{
			"alg": m.algorithm.name, "cer": base64.URLEncoding.EncodeToString(m.Certificate.Raw),
			"sigvl": base64.URLEncoding.EncodeToString(m.Signature),
		},
	})
	if err != nil {
		return "", err
	}
	if len(b) > maxText {
		return "", fmt.Errorf("%d characters, at most %d", len(b), maxText)
	}
	return string(b), nil
}

// Looks reports whether a text can be a VDS-NC at all: it begins as JSON does.
func Looks(text string) bool {
	text = trim(text)
	return strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")
}

func trim(text string) string { return strings.Trim(text, " \r\n\t\ufeff") }

// Decode reads a seal. Errors wrap [ErrFormat].
func Decode(text string) (*Message, error) {
	text = trim(text)
	if len(text) > maxText {
		return nil, fmt.Errorf("%w: %d characters, at most %d", ErrFormat, len(text), maxText)
	}
	tree, err := jcs.Parse([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if list, ok := tree.([]any); ok && len(list) == 1 {
		tree = list[0]
	}
	whole, err := members(tree, "seal", "data", "sig")
	if err != nil {
		return nil, err
	}
	sig, err := members(whole["sig"], "sig", "alg", "cer", "sigvl")
	if err != nil {
		return nil, err
	}
	var m Message
	for _, a := range algorithms {
		if a.name == sig["alg"] {
			m.algorithm = a
		}
	}
	if m.algorithm.name == "" {
		return nil, fmt.Errorf("%w: algorithm %v", ErrFormat, sig["alg"])
	}
	if m.Signature, err = decodeBase64(sig["sigvl"]); err != nil {
		return nil, fmt.Errorf("%w: sigvl: %w", ErrFormat, err)
	}
	if len(m.Signature) != m.SignatureSize() {
		return nil, fmt.Errorf("%w: signature of %d bytes, want %d", ErrFormat, len(m.Signature), m.SignatureSize())
	}
	der, err := decodeBase64(sig["cer"])
	if err != nil {
		return nil, fmt.Errorf("%w: cer: %w", ErrFormat, err)
	}
	if m.Certificate, err = x509ec.ParseCertificate(der); err != nil {
		return nil, fmt.Errorf("%w: cer: %w", ErrFormat, err)
	}
	if m.Signed, err = jcs.Append(nil, whole["data"]); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return &m, nil
}

// members are those of an object that has exactly these.
func members(v any, what string, names ...string) (map[string]any, error) {
	object, _ := v.(map[string]any)
	for _, name := range names {
		if _, ok := object[name]; !ok {
			return nil, fmt.Errorf("%w: %s has no %s", ErrFormat, what, name)
		}
	}
	if len(object) != len(names) {
		return nil, fmt.Errorf("%w: %s has other members", ErrFormat, what)
	}
	return object, nil
}

// decodeBase64 reads base64url, padded or not, in its one spelling.
func decodeBase64(v any) ([]byte, error) {
	s, _ := v.(string)
	if s == "" || strings.ContainsAny(s, "\r\n") { // which the decoder would skip
		return nil, errors.New("not base64url")
	}
	encoding := base64.RawURLEncoding
	if strings.HasSuffix(s, "=") {
		encoding = base64.URLEncoding
	}
	b, err := encoding.Strict().DecodeString(s)
	if err != nil {
		return nil, errors.New("not base64url")
	}
	return b, nil
}
