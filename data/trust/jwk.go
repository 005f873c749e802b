package trust

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"pratique/data/seal"
	"pratique/data/seal/hcert"
	"pratique/data/seal/shc"
	"pratique/data/seal/x509ec"
)

var jwkCurves = map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}

// jwkAlgorithms are those that seals are signed with.
var jwkAlgorithms = []string{"ES256", "ES384", "ES512", "PS256"}

// object is a value of a JSON tree as an object; nil for anything else.
func object(v any) map[string]any {
	o, _ := v.(map[string]any)
	return o
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// refusal is an error with its reason.
type refusal struct {
	why    Refusal
	detail string
}

func (r refusal) Error() string { return string(r.why) + ": " + r.detail }

// jwkPublic is the public key of a JSON Web Key (RFC 7517, RFC 7518 §6).
func jwkPublic(jwk map[string]any) (crypto.PublicKey, error) {
	if jwk["d"] != nil {
		return nil, refusal{RefusedPrivate, ""}
	}
	if use := jwk["use"]; use != nil && use != "sig" {
		return nil, refusal{RefusedUse, fmt.Sprintf("use %v", use)}
	}
	if alg := jwk["alg"]; alg != nil && !slices.Contains(jwkAlgorithms, text(alg)) {
		return nil, refusal{RefusedUse, fmt.Sprintf("algorithm %v", alg)}
	}
	number := func(name string) ([]byte, error) {
		b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text(jwk[name]), "="))
		if err != nil || len(b) == 0 {
			return nil, refusal{RefusedDamaged, name + " is not base64url"}
		}
		for len(b) > 1 && b[0] == 0 { // some write a sign before it
			b = b[1:]
		}
		return b, nil
	}
	switch jwk["kty"] {
	case "EC":
		curve, ok := jwkCurves[text(jwk["crv"])]
		if !ok {
			return nil, refusal{RefusedCurve, text(jwk["crv"])}
		}
		width := (curve.Params().BitSize + 7) / 8
		point := []byte{4}
		for _, name := range []string{"x", "y"} {
			b, err := number(name)
			if err != nil {
				return nil, err
			}
			if len(b) > width {
				return nil, refusal{RefusedDamaged, fmt.Sprintf("%s has %d bytes, the curve %d", name, len(b), width)}
			}
			point = append(point, make([]byte, width-len(b))...)
			point = append(point, b...)
		}
		key, err := ecdsa.ParseUncompressedPublicKey(curve, point)
		if err != nil {
			return nil, refusal{RefusedDamaged, "not a point on the curve"}
		}
		return key, nil
	case "RSA":
		n, err := number("n")
		if err != nil {
			return nil, err
		}
		e, err := number("e")
		if err != nil {
			return nil, err
		}
		key := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
		if bits := key.N.BitLen(); bits < 2048 || bits > 8192 || len(e) > 4 || key.E < 3 || key.E%2 == 0 {
			return nil, refusal{RefusedCurve, fmt.Sprintf("RSA of %d bits", bits)}
		}
		return key, nil
	}
	return nil, refusal{RefusedCurve, fmt.Sprintf("kind %v", jwk["kty"])}
}

// addJWK takes a key of a set, or of a DID document. ID is what the document
// calls it, or empty; holder whose set it is, or empty.
//
// Seals of our container name a key by 8 bytes of the hash of its certificate,
// so where there is a certificate, that is what is taken. SMART Health Cards
// name it by its thumbprint, New Zealand's passes by its place in the document.
func (c *Content) addJWK(jwk map[string]any, id, holder string) {
	name := id
	if name == "" {
		name = text(jwk["kid"])
	}
	refuse := func(err error) {
		var r refusal
		if !errors.As(err, &r) {
			r = refusal{RefusedDamaged, err.Error()}
		}
		c.Refused = append(c.Refused, Refused{name, r.why, r.detail})
	}
	public, err := jwkPublic(jwk)
	if err != nil {
		refuse(err)
		return
	}
	kid := text(jwk["kid"])
	if id != "" {
		_, kid, _ = strings.Cut(id, "#")
	}
	if ec, ok := public.(*ecdsa.PublicKey); ok && len(kid) == 43 {
		if thumbprint, err := shc.Thumbprint(ec); err != nil || thumbprint != kid {
			refuse(refusal{RefusedKID, "not the thumbprint of the key"})
			return
		}
		c.Keys = append(c.Keys, seal.Key{ID: kid, Holder: holder, Public: public})
		return
	}
	short, err := base64.StdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(kid))
	if err != nil {
		short, err = base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(kid))
	}
	if chain := list(jwk["x5c"]); len(chain) > 0 {
		der, err := base64.StdEncoding.DecodeString(text(chain[0]))
		if err != nil {
			refuse(refusal{RefusedX5C, "not base64"})
			return
		}
		leaf, err := x509ec.ParseCertificate(der)
		switch {
		case err != nil:
			refuse(refusal{RefusedX5C, err.Error()})
		case !samePublic(leaf.PublicKey, public):
			refuse(refusal{RefusedX5C, "of another key"})
		case len(short) == hcert.KIDSize && hcert.KID(leaf) != [hcert.KIDSize]byte(short):
			refuse(refusal{RefusedKID, "not the hash of the certificate"})
		default:
			c.Certificates = append(c.Certificates, leaf)
		}
		return
	}
	switch {
	case err == nil && len(short) == hcert.KIDSize:
		c.Keys = append(c.Keys, seal.Key{ID: base64.StdEncoding.EncodeToString(short), Holder: holder, Public: public})
	case strings.HasPrefix(id, "did:"):
		c.Keys = append(c.Keys, seal.Key{ID: id, Holder: holder, Public: public})
	default:
		refuse(refusal{RefusedKID, "seals name keys in another way"})
	}
}

// addDID takes the keys of a DID document.
func (c *Content) addDID(doc map[string]any) {
	asserts, limited := doc["assertionMethod"]
	for i, m := range list(doc["verificationMethod"]) {
		method := object(m)
		if method == nil { // a reference to another document
			c.Refused = append(c.Refused, Refused{fmt.Sprintf("verificationMethod[%d]", i), RefusedKind, text(m)})
			continue
		}
		c.addMethod(method, func(id string) bool { return limited && slices.Contains(list(asserts), any(id)) }, limited)
	}
}

// addMethod takes one verification method. A key that is named by its place in
// the document counts only where the document lists it for assertions; others
// do unless the document lists others.
func (c *Content) addMethod(method map[string]any, asserts func(string) bool, limited bool) {
	id := text(method["id"])
	jwk := object(method["publicKeyJwk"])
	did, fragment, _ := strings.Cut(id, "#")
	byPlace := len(fragment) != 43
	if b, err := base64.StdEncoding.DecodeString(fragment); err == nil && len(b) == hcert.KIDSize {
		byPlace = false
	}
	switch {
	case jwk == nil || !strings.HasPrefix(did, "did:") || fragment == "":
		c.Refused = append(c.Refused, Refused{id, RefusedKind, text(method["type"])})
	case (limited || byPlace) && !asserts(id):
		c.Refused = append(c.Refused, Refused{id, RefusedUse, "not listed under assertionMethod"})
	default:
		c.addJWK(jwk, id, did)
	}
}
