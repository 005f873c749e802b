// Package shc reads SMART Health Cards: FHIR records in a signed token. It
// holds no keys and writes no cards.
//
// # The bytes
//
// The text of the QR is "shc:/" and then, for every character c of a compact
// JWS (RFC 7515 §7.1), the two decimal digits of its ASCII code minus 45. Cards
// made before the end of 2022 may be cut into several codes,
//
//	shc:/2/3/56762909…      the second of three
//
// whose parts are put together in their order ([Join]). The token is
//
//	base64url(header) "." base64url(payload) "." base64url(signature)
//
// without padding. The header is JSON with "alg":"ES256", "zip":"DEF" and "kid",
// the thumbprint (RFC 7638) of the issuer's key. The payload is JSON in raw
// DEFLATE (RFC 1951; no zlib header); the signature is r and s of ECDSA with
// P-256 and SHA-256 over everything before the second dot. Source:
// smart-on-fhir/health-cards, specification 1.4.0.
//
// # What is read
//
// The payload is
//
//	{"iss": "https://…", "nbf": seconds, "exp": seconds,
//	 "vc": {"type": […], "rid": "…", "credentialSubject":
//	   {"fhirVersion": "4.0.1", "fhirBundle": {"resourceType": "Bundle", "entry": […]}}}}
//
// of which exp and rid may be missing; the times may have a fraction. Of the
// bundle, the patient, immunizations and observations are read; that there were
// others is told. JSON is read strictly (package jcs): no name twice.
package shc

import (
	"bytes"
	"compress/flate"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"

	"pratique/data/seal/jcs"
)

// Prefix begins every card's text.
const Prefix = "shc:/"

// Limits of what is read.
const (
	maxChunks   = 16
	maxToken    = 16 << 10  // characters: far more than fits a QR, or all chunks anybody prints
	maxInflated = 256 << 10 // bytes
)

// ErrFormat says that a text is no SMART Health Card; it is wrapped with what
// was read and why reading stopped.
var ErrFormat = errors.New("not a SMART Health Card")

// ErrChunk says that a text is one part of a card and others are missing.
var ErrChunk = fmt.Errorf("%w: a part of one", ErrFormat)

// Message is a card that was read. Nothing in it is verified, and its payload
// stays compressed bytes until a signature over them was found good.
type Message struct {
	KID       string // the key's thumbprint, as the card says
	Signed    []byte // what the signature is over
	Payload   []byte // compressed
	Signature []byte // r and s
}

// Looks reports whether a text can be a card, or part of one, at all.
func Looks(text string) bool { return strings.HasPrefix(trim(text), Prefix) }

func trim(text string) string { return strings.Trim(text, " \r\n\t\ufeff") }

// chunk is a part of a card: which of how many, counted from 1.
type chunk struct {
	i, n   int
	digits string
}

// parseChunk reads a text. One that is not cut is the first of one.
func parseChunk(text string) (c chunk, err error) {
	rest, ok := strings.CutPrefix(trim(text), Prefix)
	if !ok {
		return c, fmt.Errorf("%w: does not begin with %q", ErrFormat, Prefix)
	}
	parts := strings.Split(rest, "/")
	switch len(parts) {
	case 1:
		return chunk{1, 1, rest}, nil
	case 3:
		c = chunk{number(parts[0]), number(parts[1]), parts[2]}
		if c.n >= 2 && c.n <= maxChunks && c.i >= 1 && c.i <= c.n {
			return c, nil
		}
	}
	return c, fmt.Errorf("%w: which part of how many it is, cannot be read", ErrFormat)
}

// number is a decimal in its one spelling, 0 for anything else.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || strconv.Itoa(n) != s {
		return 0
	}
	return n
}

// Join puts the parts of cards among texts together: each complete set becomes
// one text, in the place of its first part. Everything else stays as it is,
// sets with a part missing or doubtful too.
func Join(texts []string) []string {
	sets := map[int]map[int]string{} // by how many, by which
	doubtful := map[int]bool{}
	of := func(text string) (chunk, bool) {
		c, err := parseChunk(text)
		return c, err == nil && c.n > 1
	}
	for _, t := range texts {
		if c, ok := of(t); ok {
			if sets[c.n] == nil {
				sets[c.n] = map[int]string{}
			}
			if d, there := sets[c.n][c.i]; there && d != c.digits {
				doubtful[c.n] = true // of two cards
			}
			sets[c.n][c.i] = c.digits
		}
	}
	var all []string
	done := map[int]bool{}
	for _, t := range texts {
		c, ok := of(t)
		if !ok || doubtful[c.n] || len(sets[c.n]) != c.n {
			all = append(all, t)
			continue
		}
		if !done[c.n] {
			done[c.n] = true
			whole := Prefix
			for i := range c.n {
				whole += sets[c.n][i+1]
			}
			all = append(all, whole)
		}
	}
	return all
}

// Decode reads a card. Errors wrap [ErrFormat], and [ErrChunk] for a part.
func Decode(text string) (*Message, error) {
	c, err := parseChunk(text)
	switch {
	case err != nil:
		return nil, err
	case c.n > 1:
		return nil, fmt.Errorf("%w: %d of %d", ErrChunk, c.i, c.n)
	case len(c.digits) > 2*maxToken:
		return nil, fmt.Errorf("%w: more than %d digits", ErrFormat, 2*maxToken)
	case len(c.digits)%2 != 0:
		return nil, fmt.Errorf("%w: an odd number of digits", ErrFormat)
	}
	token := make([]byte, 0, len(c.digits)/2)
	for i := 0; i < len(c.digits); i += 2 {
		a, b := c.digits[i]-'0', c.digits[i+1]-'0'
		if a > 9 || b > 9 || 10*a+b > 'z'-45 {
			return nil, fmt.Errorf("%w: digits %q stand for no character of a token", ErrFormat, c.digits[i:i+2])
		}
		token = append(token, 10*a+b+45)
	}
	return decodeToken(string(token))
}

// Text is the text of a QR with a token.
func Text(token string) string {
	var b strings.Builder
	b.WriteString(Prefix)
	for _, c := range []byte(token) {
		fmt.Fprintf(&b, "%02d", c-45)
	}
	return b.String()
}

// decodeToken reads a compact JWS.
func decodeToken(token string) (*Message, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("%w: token of %d parts, want 3", ErrFormat, len(parts))
	}
	var raw [3][]byte
	for i, name := range []string{"header", "payload", "signature"} {
		b, err := base64.RawURLEncoding.Strict().DecodeString(parts[i])
		if err != nil || strings.ContainsAny(parts[i], "\r\n") {
			return nil, fmt.Errorf("%w: %s is not base64url", ErrFormat, name)
		}
		raw[i] = b
	}
	tree, err := jcs.Parse(raw[0])
	if err != nil {
		return nil, fmt.Errorf("%w: header: %w", ErrFormat, err)
	}
	header, _ := tree.(map[string]any)
	kid, _ := header["kid"].(string)
	switch {
	case header["alg"] != "ES256":
		return nil, fmt.Errorf("%w: algorithm %v, want ES256", ErrFormat, header["alg"])
	case header["zip"] != "DEF":
		return nil, fmt.Errorf("%w: compression %v, want DEF", ErrFormat, header["zip"])
	case header["crit"] != nil:
		return nil, fmt.Errorf("%w: header asks for what is not known here", ErrFormat)
	case kid == "":
		return nil, fmt.Errorf("%w: header names no key", ErrFormat)
	case len(raw[2]) != 64:
		return nil, fmt.Errorf("%w: signature of %d bytes, want 64", ErrFormat, len(raw[2]))
	}
	return &Message{KID: kid, Signed: []byte(token[:len(token)-len(parts[2])-1]), Payload: raw[1], Signature: raw[2]}, nil
}

// SignedBy reports whether a key, which is on P-256, made the signature.
func (m *Message) SignedBy(key *ecdsa.PublicKey) bool {
	digest := sha256.Sum256(m.Signed)
	r, s := new(big.Int).SetBytes(m.Signature[:32]), new(big.Int).SetBytes(m.Signature[32:])
	return key.Curve == elliptic.P256() && ecdsa.Verify(key, digest[:], r, s)
}

// Thumbprint is that of a key on P-256 (RFC 7638), the name cards call it by.
func Thumbprint(key *ecdsa.PublicKey) (string, error) {
	point, err := key.Bytes()
	if err != nil || key.Curve != elliptic.P256() {
		return "", fmt.Errorf("%w: the key is not on P-256", ErrFormat)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	sum := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + b64(point[1:33]) + `","y":"` + b64(point[33:]) + `"}`))
	return b64(sum[:]), nil
}

// inflate reads a raw DEFLATE stream that ends where b ends.
func inflate(b []byte) ([]byte, error) {
	in := bytes.NewReader(b)
	r := flate.NewReader(in)
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
