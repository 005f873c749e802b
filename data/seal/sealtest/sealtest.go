// Package sealtest writes seals of formats that Pratique reads and never
// issues, for tests: with keys of the test, of specimens.
package sealtest

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"pratique/data/seal/hcert"
	"pratique/data/seal/nzcp"
	"pratique/data/seal/shc"
)

// Key makes a key on P-256.
func Key(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t testing.TB, key *ecdsa.PrivateKey, message []byte) []byte {
	t.Helper()
	digest := sha256.Sum256(message)
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// COSE is COSE_Sign1 with a payload and the name of its key.
func COSE(t testing.TB, key *ecdsa.PrivateKey, kid []byte, payload any) []byte {
	t.Helper()
	encode := must[[]byte](t)
	protected := encode(cbor.Marshal(map[int]any{1: -7, 4: kid}))
	claims := encode(cbor.Marshal(payload))
	signature := sign(t, key, encode(cbor.Marshal([]any{"Signature1", protected, []byte{}, claims})))
	return encode(cbor.Marshal(cbor.Tag{Number: 18, Content: []any{protected, map[int]any{}, claims, signature}}))
}

// HCERT is a text that begins with "HC1:".
func HCERT(t testing.TB, key *ecdsa.PrivateKey, kid []byte, payload any) string {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(COSE(t, key, kid, payload))
	w.Close()
	return hcert.Prefix + hcert.EncodeBase45(b.Bytes())
}

// Sub is the claims of a certificate under a sub-claim.
func Sub(issuer string, issued, expires int64, which int, content any) map[int]any {
	return map[int]any{1: issuer, 4: expires, 6: issued, -260: map[int]any{which: content}}
}

// NZCP is a pass of New Zealand's format.
func NZCP(t testing.TB, key *ecdsa.PrivateKey, kid string, payload any) string {
	t.Helper()
	return nzcp.Prefix + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(COSE(t, key, []byte(kid), payload))
}

// Pass is the claims of a specimen pass.
func Pass(issuer string, from, until int64) map[any]any {
	return map[any]any{1: issuer, 4: until, 5: from, 7: make([]byte, 16), "vc": map[string]any{
		"@context": []string{"https://www.w3.org/2018/credentials/v1"}, "version": "1.0.0", "type": []string{"VerifiableCredential", "PublicCovidPass"},
		"credentialSubject": map[string]string{"givenName": "Specimen", "familyName": "Yangben", "dob": "1984-03-08"},
	}}
}

// SHC is the text of a SMART Health Card.
func SHC(t testing.TB, key *ecdsa.PrivateKey, payload any) string {
	t.Helper()
	return shc.Text(Token(t, key, nil, payload))
}

// Token is the JWS of a SMART Health Card; members of header replace its own,
// and nil ones are left out.
func Token(t testing.TB, key *ecdsa.PrivateKey, header map[string]any, payload any) string {
	t.Helper()
	h := map[string]any{"alg": "ES256", "zip": "DEF", "kid": must[string](t)(shc.Thumbprint(&key.PublicKey))}
	for name, value := range header {
		if h[name] = value; value == nil {
			delete(h, name)
		}
	}
	var b bytes.Buffer
	w := must[*flate.Writer](t)(flate.NewWriter(&b, flate.BestCompression))
	w.Write(must[[]byte](t)(json.Marshal(payload)))
	w.Close()
	b64 := base64.RawURLEncoding.EncodeToString
	signed := b64(must[[]byte](t)(json.Marshal(h))) + "." + b64(b.Bytes())
	return signed + "." + b64(sign(t, key, []byte(signed)))
}

// Card is the payload of a specimen SMART Health Card.
func Card(issuer string, from int64, more ...any) map[string]any {
	resource := func(r map[string]any) any { return map[string]any{"resource": r} }
	return map[string]any{"iss": issuer, "nbf": float64(from) + 0.5, "vc": map[string]any{
		"type": []string{"https://smarthealth.cards#health-card"}, "rid": "abc123",
		"credentialSubject": map[string]any{"fhirVersion": "4.0.1", "fhirBundle": map[string]any{
			"resourceType": "Bundle", "type": "collection", "entry": append([]any{
				resource(map[string]any{"resourceType": "Patient", "name": []any{map[string]any{"family": "Yangben", "given": []string{"Specimen"}}}, "birthDate": "1984-03-08"}),
				resource(map[string]any{"resourceType": "Immunization", "status": "completed", "occurrenceDateTime": "2021-03-01", "lotNumber": "L1",
					"vaccineCode": map[string]any{"coding": []any{map[string]any{"system": "http://hl7.org/fhir/sid/cvx", "code": "207"}}},
					"performer":   []any{map[string]any{"actor": map[string]any{"display": "Amaurote Clinic"}}}}),
				resource(map[string]any{"resourceType": "Observation", "status": "final", "effectiveDateTime": "2022-07-08",
					"code":                 map[string]any{"coding": []any{map[string]any{"system": "http://loinc.org", "code": "94558-4"}}},
					"valueCodeableConcept": map[string]any{"coding": []any{map[string]any{"system": "http://snomed.info/sct", "code": "260415000"}}}}),
			}, more...),
		}},
	}}
}
