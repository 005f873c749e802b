package hcert

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
)

// TestDecodeForeign: what other issuers do differently is read, and is not
// taken for our own seal.
func TestDecodeForeign(t *testing.T) {
	es256 := marshal(t, map[any]any{1: -7, 4: []byte("12345678")})
	payload := marshal(t, map[any]any{-260: map[any]any{1: map[string]any{}, -6: 1, "x": 1}})
	good := func(change func(*message)) []byte {
		m := message{Tag: 18, Protected: es256, Unprotected: map[any]any{}, Payload: payload, Signature: make([]byte, 64)}
		change(&m)
		return m.bytes(t)
	}
	same := func(*message) {}
	for name, tt := range map[string]struct {
		cose []byte
		kid  string
	}{
		"as ours":       {good(same), "12345678"},
		"without a tag": {good(same)[1:], "12345678"},
		"in a CWT":      {append([]byte{0xd8, 61}, good(same)...), "12345678"},
		"kid unprotected": {good(func(m *message) {
			m.Protected, m.Unprotected = marshal(t, map[any]any{1: -7}), map[any]any{4: []byte("11")}
		}), "11"},
		"kid in both":                 {good(func(m *message) { m.Unprotected = map[any]any{4: []byte("87654321"), "other": 1} }), "12345678"},
		"everything unprotected":      {good(func(m *message) { m.Protected, m.Unprotected = []byte{}, map[any]any{1: -37, 4: []byte("1")} }), "1"},
		"no kid":                      {good(func(m *message) { m.Protected = marshal(t, map[any]any{1: -37}) }), ""},
		"signature of another length": {good(func(m *message) { m.Signature = make([]byte, 3) }), "12345678"},
		"indefinite lengths":          {good(func(m *message) { m.Protected = []byte("\xbf\x01\x26\x04\x4812345678\xff") }), "12345678"},
	} {
		f, err := DecodeForeign(deflated(t, tt.cose))
		if err != nil || string(f.KID) != tt.kid {
			t.Errorf("%s: %+v, %v", name, f, err)
			continue
		}
		if keys, ok := f.SubClaims(); !ok || !reflect.DeepEqual(keys, []int64{-6, KeyDCC}) {
			t.Errorf("%s: %v", name, keys)
		}
	}
	for name, cose := range map[string][]byte{
		"nothing": {}, "another tag": append([]byte{0xd1}, good(same)[1:]...), "three tags": append([]byte{0xd8, 61, 0xd2}, good(same)...), "goes on": append(good(same), 0),
		"no algorithm":             good(func(m *message) { m.Protected = marshal(t, map[any]any{4: []byte("1")}) }),
		"another algorithm":        good(func(m *message) { m.Protected = marshal(t, map[any]any{1: -8}) }),
		"algorithm a text":         good(func(m *message) { m.Protected = marshal(t, map[any]any{1: "ES256"}) }),
		"protected wins, no less":  good(func(m *message) { m.Protected, m.Unprotected = marshal(t, map[any]any{1: -8}), map[any]any{1: -7} }),
		"kid a number":             good(func(m *message) { m.Protected = marshal(t, map[any]any{1: -7, 4: 1}) }),
		"a header twice":           good(func(m *message) { m.Protected = []byte{0xa2, 0x01, 0x26, 0x01, 0x26} }),
		"an unprotected one twice": good(func(m *message) { m.Unprotected = cbor.RawMessage{0xa2, 0x04, 0x40, 0x04, 0x40} }),
		"protected no map":         good(func(m *message) { m.Protected = marshal(t, 1) }),
		"payload no bytes":         good(func(m *message) { m.Payload = "text" }),
		"five parts":               good(func(m *message) { m.More = []any{1} }),
		"nested deep":              bytes.Repeat([]byte{0x81}, 9000),
		"a bomb":                   make([]byte, 1<<20),
	} {
		if f, err := DecodeForeign(deflated(t, cose)); !errors.Is(err, ErrFormat) || f != nil {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
	for name, text := range map[string]string{
		"no prefix": "HC2:6BF", "lower case": "hc1:6BF", "not base45": "HC1:abc", "not compressed": Prefix + EncodeBase45(good(same)), "long": Prefix + strings.Repeat("0", maxText),
	} {
		if f, err := DecodeForeign(text); !errors.Is(err, ErrFormat) || f != nil {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
	for name, payload := range map[string][]byte{"no claims": marshal(t, 1), "sub-claims no map": marshal(t, map[any]any{-260: 1}), "broken": {0xa1}} {
		if keys, ok := (&Foreign{Payload: payload}).SubClaims(); ok || keys != nil {
			t.Errorf("%s: %v", name, keys)
		}
	}
}

// FuzzForeign: what is read as our own seal is read in the same way as anybody's,
// and neither panics.
func FuzzForeign(f *testing.F) {
	f.Add(goodMessage(f).bytes(f))
	f.Add(append([]byte{0xd8, 61}, goodMessage(f).bytes(f)...))
	f.Add(goodMessage(f).bytes(f)[1:])
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > maxInflated {
			return
		}
		text := deflated(t, b)
		anyone, err := DecodeForeign(text)
		ours, oursErr := Decode(text)
		switch {
		case err != nil && (!errors.Is(err, ErrFormat) || oursErr == nil):
			t.Fatalf("%v, and ours %v", err, oursErr)
		case err == nil:
			anyone.SubClaims()
			anyone.Digest()
		}
		if oursErr == nil && (!bytes.Equal(anyone.KID, ours.KID[:]) || anyone.Digest() != ours.Digest() || !bytes.Equal(anyone.Payload, ours.Payload) || !bytes.Equal(anyone.Signature, ours.Signature)) {
			t.Fatalf("%+v is not %+v", anyone, ours)
		}
	})
}
