// Package sealed encrypts a full record for named authorities, and opens it. It
// holds no keys: what is encrypted was signed before, what is opened is verified
// after.
//
// # The bytes
//
//	"PQE1:" + base45( age-encrypted( zlib( COSE_Sign1 ) ) )
//
// All of it is in the alphabet of alphanumeric QR codes.
//
//	base45      RFC 9285, as in package hcert
//	encrypted   a file of age-encryption.org/v1 (C2SP age.md), binary, not armored:
//
//	            age-encryption.org/v1                          LF
//	            -> X25519 <ephemeral share>                    LF   for each
//	            <file key, wrapped for the recipient>          LF   authority, one
//	            --- <MAC of the header>                        LF   to three
//	            nonce (16 bytes), then ChaCha20-Poly1305 of the content in one
//	            chunk: the content's length and a tag of 16 bytes
//
//	            Any program for age opens it: base45 -d | age -d -i identity.
//	zlib        what stands behind "HC1:" in a certificate seal, before base45
//
// COSE_Sign1 is the one of package hcert, signed by the post's certificate
// signer. Its claims are those of a certificate seal, and one more under -260:
//
//	claims = {1: issuer, 4: expires, 6: issued, -260: {-80: record, -81: more}}
//
// record is the certificate seal's, all of it. more is a map with text keys, all
// of which may be missing; its members are those of the same name in an
// application's JSON (`pratiquectl schema`), in CBOR:
//
//	"phone" "email" "residentID"   texts           "itinerary"   flights
//	"guardian"                     who answers     "stays"       before them
//	                               for a minor     "papers"      handed in
//	"contact"                      who knows more  "declaration" what was declared
//	"infections"                   past ones
//	"reports"   of the record's tests, in their order: {"number", "product",
//	            "laboratory", "phone", "country"}
//
// Who has no key to it learns how long it is and for how many it was encrypted,
// not for whom: age does not name recipients. Whoever opens it holds the signed
// record, which is a certificate seal that tells more: "HC1:" + base45(zlib(…)),
// and verifies it as one.
package sealed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"pratique/data/seal/hcert"
)

// Prefix begins the text of an encrypted seal.
const Prefix = "PQE1:"

// MaxText is the most characters of an encrypted seal: an alphanumeric QR of
// version 34 at level M (ISO/IEC 18004 table 7).
const MaxText = 2506

var (
	// ErrFormat says that a text is no encrypted seal; it is wrapped with why.
	ErrFormat = errors.New("not an encrypted seal")
	// ErrNotForYou says that none of the identities opens it.
	ErrNotForYou = errors.New("encrypted for somebody else")
	// ErrTooLarge says that the record is too large for a QR code.
	ErrTooLarge = errors.New("too much for one QR")
)

// Looks reports whether a text claims to be an encrypted seal.
func Looks(text string) bool { return strings.HasPrefix(trim(text), Prefix) }

// trim drops what a scanner puts around a text. A space is part of base45.
func trim(text string) string { return strings.Trim(text, "\r\n\t\ufeff") }

// IsRecipient reports whether a text is the public key of an authority.
func IsRecipient(text string) bool {
	_, err := age.ParseX25519Recipient(text)
	return err == nil
}

// Encrypt encrypts a signed record, the text of package hcert, for these public
// keys, one to three.
func Encrypt(seal string, recipients ...string) (string, error) {
	rest, ok := strings.CutPrefix(seal, hcert.Prefix)
	content, err := hcert.DecodeBase45(rest)
	if err != nil || !ok {
		return "", errors.New("encrypt: not a signed record")
	}
	var keys []age.Recipient
	for _, r := range recipients {
		key, err := age.ParseX25519Recipient(r)
		if err != nil {
			return "", errors.New("encrypt: not the public key of an authority")
		}
		keys = append(keys, key)
	}
	var b bytes.Buffer
	w, err := age.Encrypt(&b, keys...)
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return "", fmt.Errorf("encrypt: %w", err)
	}
	text := Prefix + hcert.EncodeBase45(b.Bytes())
	if len(text) > MaxText {
		return "", fmt.Errorf("%w: %d characters, at most %d", ErrTooLarge, len(text), MaxText)
	}
	return text, nil
}

// decode is what is encrypted in an encrypted seal.
func decode(text string) ([]byte, error) {
	rest, ok := strings.CutPrefix(trim(text), Prefix)
	switch {
	case !ok:
		return nil, fmt.Errorf("%w: does not begin with %q", ErrFormat, Prefix)
	case len(rest) > MaxText:
		return nil, fmt.Errorf("%w: %d characters, at most %d", ErrFormat, len(rest), MaxText)
	}
	b, err := hcert.DecodeBase45(rest)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return b, nil
}

// Open is the signed record in an encrypted seal, in the text of package hcert.
// Nothing in it is verified. Errors wrap [ErrFormat] or [ErrNotForYou].
func Open(text string, identities ...age.Identity) (string, error) {
	b, err := decode(text)
	if err != nil {
		return "", err
	}
	r, err := age.Decrypt(bytes.NewReader(b), identities...)
	var none *age.NoIdentityMatchError
	switch {
	case errors.As(err, &none):
		return "", ErrNotForYou
	case err != nil:
		return "", fmt.Errorf("%w: %w", ErrFormat, err)
	}
	content, err := io.ReadAll(r) // shorter than the text
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return hcert.Prefix + hcert.EncodeBase45(content), nil
}

// Recipients is for how many an encrypted seal is. Errors wrap [ErrFormat].
func Recipients(text string) (int, error) {
	b, err := decode(text)
	if err != nil {
		return 0, err
	}
	head, _, found := bytes.Cut(b, []byte("\n--- "))
	if !found {
		return 0, fmt.Errorf("%w: no header", ErrFormat)
	}
	return bytes.Count(head, []byte("\n-> X25519 ")), nil
}

// maxIdentities bounds a file of identities, in bytes.
const maxIdentities = 64 << 10

// ReadIdentities reads an authority's secret keys: lines that begin with
// "AGE-SECRET-KEY-1"; empty lines and those that begin with "#" do not count.
func ReadIdentities(r io.Reader) ([]age.Identity, error) {
	all, err := age.ParseIdentities(io.LimitReader(r, maxIdentities))
	if err != nil {
		return nil, errors.New("no identities: a line is not one that begins with AGE-SECRET-KEY-1") // the library's error may quote it
	}
	return all, nil
}
