// Package nzcp reads New Zealand COVID Passes. It holds no keys and writes no
// passes.
//
// # The bytes
//
// The text of the QR is "NZCP:/1/" and base32 (RFC 4648 §6, capitals, without
// padding) of COSE_Sign1 (RFC 9052, tag 18), which is not compressed. The
// protected header has {1: -7, 4: kid}, ES256 and the name of a key. The payload
// is the claims of a CWT:
//
//	1    iss  a did:web
//	5    nbf  seconds
//	4    exp  seconds
//	7    cti  16 bytes, a UUID
//	"vc" {"@context": […], "version": "1.0.0", "type": ["VerifiableCredential",
//	      "PublicCovidPass"], "credentialSubject": {"givenName", "familyName", "dob"}}
//
// The key is the one that the issuer's DID document calls iss "#" kid and lists
// under assertionMethod ([Message.Key]). Source: minhealthnz/nzcovidpass-spec,
// version 1.
package nzcp

import (
	"crypto"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"pratique/data/seal/hcert"
)

// Prefix begins every pass; the 1 is the version of the envelope.
const Prefix = "NZCP:/1/"

// family begins passes of every version.
const family = "NZCP:/"

// maxText is how much text is read: more than any QR holds.
const maxText = 4296

var (
	// ErrFormat says that a text is no pass; it is wrapped with what was read and
	// why reading stopped.
	ErrFormat = errors.New("not a New Zealand COVID pass")
	// ErrVersion says that a pass is newer than this reader.
	ErrVersion = fmt.Errorf("%w: newer than this reader", ErrFormat)
	// ErrContent says that what was signed is no pass.
	ErrContent = fmt.Errorf("%w: signed content", ErrFormat)
)

// Message is a pass that was read. Nothing in it is verified, and what it says
// stays raw bytes until a signature over them was found good.
type Message struct {
	// Key is what the issuer's DID document calls the key: "did:web:…#key-1", as
	// the pass says.
	Key     string
	Payload []byte

	cose *hcert.Foreign
}

// Looks reports whether a text can be a pass at all.
func Looks(text string) bool { return strings.HasPrefix(trim(text), family) }

func trim(text string) string { return strings.Trim(text, " \r\n\t\ufeff") }

// Decode reads a pass. Errors wrap [ErrFormat].
func Decode(text string) (*Message, error) {
	text = trim(text)
	rest, ok := strings.CutPrefix(text, Prefix)
	switch {
	case !ok && strings.HasPrefix(text, family):
		return nil, fmt.Errorf("%w: does not begin with %q", ErrVersion, Prefix)
	case !ok:
		return nil, fmt.Errorf("%w: does not begin with %q", ErrFormat, Prefix)
	case len(text) > maxText:
		return nil, fmt.Errorf("%w: %d characters, at most %d", ErrFormat, len(text), maxText)
	case strings.ContainsAny(rest, "\r\n"): // which the decoder would skip
		return nil, fmt.Errorf("%w: not base32", ErrFormat)
	}
	encoding := base32.StdEncoding.WithPadding(base32.NoPadding)
	b, err := encoding.DecodeString(rest)
	if err != nil || encoding.EncodeToString(b) != rest {
		return nil, fmt.Errorf("%w: not base32", ErrFormat)
	}
	if len(b) == 0 || b[0] != 0xd2 { // tag 18
		return nil, fmt.Errorf("%w: message has not the tag of COSE_Sign1", ErrFormat)
	}
	m := &Message{}
	if m.cose, err = hcert.DecodeCOSE(b); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	m.Payload = m.cose.Payload
	var claims struct {
		Issuer string `cbor:"1,keyasint"`
	}
	if err := hcert.UnmarshalForeign(m.Payload, &claims); err != nil {
		return nil, fmt.Errorf("%w: claims: %w", ErrFormat, err)
	}
	if !strings.HasPrefix(claims.Issuer, "did:web:") || len(m.cose.KID) == 0 {
		return nil, fmt.Errorf("%w: names no issuer (did:web) or no key", ErrFormat)
	}
	m.Key = claims.Issuer + "#" + string(m.cose.KID)
	return m, nil
}

// SignedBy reports whether a key made the signature.
func (m *Message) SignedBy(public crypto.PublicKey) bool { return m.cose.SignedByKey(public) }

// Signature is the signature as it was received.
func (m *Message) Signature() []byte { return m.cose.Signature }

// Pass is what is signed.
type Pass struct {
	Issuer     string    `json:"issuer"`
	ID         string    `json:"id"` // urn:uuid:…
	NotBefore  time.Time `json:"notBefore"`
	Expires    time.Time `json:"expires"`
	GivenName  string    `json:"givenName"`
	FamilyName string    `json:"familyName,omitempty"`
	Birth      string    `json:"birth"`
}

type claims struct {
	Issuer    string   `cbor:"1,keyasint"`
	Expires   *float64 `cbor:"4,keyasint"`
	NotBefore *float64 `cbor:"5,keyasint"`
	ID        []byte   `cbor:"7,keyasint"`
	VC        struct {
		Version string   `cbor:"version"`
		Type    []string `cbor:"type"`
		Subject struct {
			GivenName  string `cbor:"givenName"`
			FamilyName string `cbor:"familyName"`
			Birth      string `cbor:"dob"`
		} `cbor:"credentialSubject"`
	} `cbor:"vc"`
}

// lastSecond is the end of the year 9999.
const lastSecond = 253402300799

func instant(seconds *float64) (time.Time, bool) {
	if seconds == nil || !(*seconds > 0 && *seconds <= lastSecond) {
		return time.Time{}, false
	}
	return time.Unix(int64(*seconds), 0).UTC(), true
}

// DecodePayload reads a payload whose signature was found good. Errors wrap
// [ErrContent].
func DecodePayload(payload []byte) (p Pass, err error) {
	var c claims
	if err := hcert.UnmarshalForeign(payload, &c); err != nil {
		return p, fmt.Errorf("%w: %w", ErrContent, err)
	}
	p = Pass{Issuer: c.Issuer, GivenName: c.VC.Subject.GivenName, FamilyName: c.VC.Subject.FamilyName, Birth: c.VC.Subject.Birth}
	var from, until bool
	p.NotBefore, from = instant(c.NotBefore)
	p.Expires, until = instant(c.Expires)
	switch {
	case !from || !until:
		return p, fmt.Errorf("%w: nbf or exp is no time in seconds", ErrContent)
	case len(c.ID) != 16:
		return p, fmt.Errorf("%w: identifier of %d bytes, want 16", ErrContent, len(c.ID))
	case c.VC.Version != "1.0.0":
		return p, fmt.Errorf("%w: version %q, want 1.0.0", ErrContent, c.VC.Version)
	case !slices.Contains(c.VC.Type, "VerifiableCredential") || !slices.Contains(c.VC.Type, "PublicCovidPass"):
		return p, fmt.Errorf("%w: its type is no pass", ErrContent)
	case p.GivenName == "" || p.Birth == "":
		return p, fmt.Errorf("%w: no given name or no date of birth", ErrContent)
	}
	p.ID = fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", c.ID[:4], c.ID[4:6], c.ID[6:8], c.ID[8:10], c.ID[10:])
	return p, nil
}
