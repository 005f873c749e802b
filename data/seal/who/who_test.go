package who_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"pratique/data/internal/vectors"
	"pratique/data/seal/hcert"
	"pratique/data/seal/sealtest"
	"pratique/data/seal/who"
)

func encode(t testing.TB, v any) []byte {
	t.Helper()
	b, err := cbor.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestDecode: every value is told with its path, whatever the data set is.
func TestDecode(t *testing.T) {
	got, err := who.Decode(encode(t, sealtest.Sub("UTO", 1657000000, 1659000000, -6, map[string]any{
		"n": "Yangben", "dob": cbor.Tag{Number: 0, Content: "1984-03-08T00:00:00Z"}, "none": nil, "ok": true, "raw": []byte{1, 2},
		"vx": []any{map[string]any{"lot": "L1", "dn": 2}, map[string]any{"lot": "L2", "p": 0.5}},
	})), who.Card)
	want := who.Certificate{SubClaim: who.Card, Issuer: "UTO", Issued: time.Unix(1657000000, 0).UTC(), Expires: time.Unix(1659000000, 0).UTC(), Fields: []who.Field{
		{"dob", "1984-03-08T00:00:00Z"}, {"n", "Yangben"}, {"ok", "true"}, {"raw", "0102"},
		{"vx[0].dn", "2"}, {"vx[0].lot", "L1"}, {"vx[1].lot", "L2"}, {"vx[1].p", "0.5"},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v, %v", got, want, err)
	}
	for name, content := range map[string]any{"a text": "vhlink:/eyJ", "a list": []any{map[string]string{"u": "shlink:/eyJ"}}} {
		if c, err := who.Decode(encode(t, sealtest.Sub("UTO", 1, 2, 5, content)), who.Link); err != nil || len(c.Fields) != 1 || !strings.Contains(c.Fields[0].Value, "link:/") {
			t.Errorf("a link as %s: %+v, %v", name, c, err)
		}
	}
	if c, err := who.Decode(encode(t, sealtest.Sub("UTO", 1, 2, 3, map[string]any{"certificate": map[string]string{"hcid": "H1"}})), who.Vaccination); err != nil || c.ID() != "H1" {
		t.Errorf("identifier %q, %v", c.ID(), err)
	}
}

// TestBadContent: what is wrong is refused, and said.
func TestBadContent(t *testing.T) {
	deep := any("end")
	for range 20 {
		deep = []any{deep}
	}
	for name, tt := range map[string]struct {
		payload any
		says    string
	}{
		"no map":                  {"x", "claims"},
		"another sub-claim":       {sealtest.Sub("UTO", 1, 2, 1, "x"), "no sub-claim -6"},
		"no sub-claims":           {map[int]any{1: "UTO"}, "no sub-claim -6"},
		"nothing in it":           {sealtest.Sub("UTO", 1, 2, -6, map[string]any{}), "says nothing"},
		"a time in another age":   {map[int]any{4: 1e18, -260: map[int]any{-6: "x"}}, "claim 4"},
		"a time as text":          {map[int]any{6: "now", -260: map[int]any{-6: "x"}}, "claim 6"},
		"very many values":        {sealtest.Sub("UTO", 1, 2, -6, slices.Repeat([]any{"x"}, 256)), ""},
		"too many values":         {sealtest.Sub("UTO", 1, 2, -6, []any{slices.Repeat([]any{"x"}, 200), slices.Repeat([]any{"x"}, 200)}), "more than 256"},
		"a long name":             {sealtest.Sub("UTO", 1, 2, -6, map[string]any{strings.Repeat("n", 600): 1}), "too long"},
		"nested without an end":   {sealtest.Sub("UTO", 1, 2, -6, deep), "claims"},
		"a tag":                   {sealtest.Sub("UTO", 1, 2, -6, cbor.Tag{Number: 99, Content: "x"}), "neither"},
		"a name that comes twice": {cbor.RawMessage{0xa2, 0x01, 0x61, 'a', 0x01, 0x61, 'b'}, "claims"},
	} {
		c, err := who.Decode(encode(t, tt.payload), who.Card)
		if (err == nil) != (tt.says == "") || err != nil && (!errors.Is(err, who.ErrContent) || !strings.Contains(err.Error(), tt.says)) {
			t.Errorf("%s: %+v, %v, want it to say %q", name, c, err, tt.says)
		}
	}
	if c, err := who.Decode(encode(t, sealtest.Sub("UTO", 1, 2, -6, strings.Repeat("x", 9000))), who.Card); err != nil || len(c.Fields[0].Value) > 600 {
		t.Errorf("a long text is shown whole, %v", err)
	}
}

// TestPublished reads the example of a card, with the key of the published list.
func TestPublished(t *testing.T) {
	f, err := hcert.DecodeForeign(string(vectors.Read(t, "who", "DVCTest3QR.txt")))
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		ID           string
		PublicKeyJwk struct{ X, Y string }
	}
	if err := json.Unmarshal(vectors.Read(t, "who", "xcl-verificationMethod.json"), &list); err != nil || len(list) != 1 {
		t.Fatal(err)
	}
	point := []byte{4}
	for _, s := range []string{list[0].PublicKeyJwk.X, list[0].PublicKeyJwk.Y} {
		b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
		if err != nil || len(b) < 32 {
			t.Fatal(s, err)
		}
		point = append(point, b[len(b)-32:]...) // some are padded, some have a zero before them
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil || !f.SignedByKey(key) || !strings.HasSuffix(list[0].ID, "#"+base64.StdEncoding.EncodeToString(f.KID)) {
		t.Errorf("signed %v, %v", f.SignedByKey(key), err)
	}
	if keys, ok := f.SubClaims(); !ok || !slices.Equal(keys, []int64{int64(who.Card)}) {
		t.Errorf("sub-claims %v", keys)
	}
	c, err := who.Decode(f.Payload, who.Card)
	if err != nil || c.Issuer != "XCL" || c.Issued.Unix() != 1727101283 || !c.Expires.IsZero() || c.Find("n") != "Albani Olivieri" || c.Find("v.dt") != "2023-07-04" || c.Find("dob") != "1999-05-05" {
		t.Errorf("%+v, %v", c, err)
	}
	// An older demonstration has its fields among the claims: it is read as far
	// as its container, and is none of the certificates.
	old, err := hcert.DecodeForeign(string(vectors.Read(t, "who", "WHOQR1Contents.txt")))
	if err != nil || string(old.KID) != "11" {
		t.Fatalf("%q, %v", old.KID, err)
	}
	if keys, ok := old.SubClaims(); !ok || len(keys) != 0 {
		t.Errorf("sub-claims %v", keys)
	}
	for _, s := range who.SubClaims {
		if _, err := who.Decode(old.Payload, s); !errors.Is(err, who.ErrContent) {
			t.Errorf("read as %d: %v", s, err)
		}
	}
}

// FuzzDecode: whatever is read is bounded, in order, and the same again.
func FuzzDecode(f *testing.F) {
	f.Add(encode(f, sealtest.Sub("UTO", 1657000000, 1659000000, -6, map[string]any{"n": "Yangben", "vx": []any{map[string]any{"lot": "L1"}}})))
	f.Add([]byte{0xa0})
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := who.Decode(b, who.Card)
		if err != nil {
			if !errors.Is(err, who.ErrContent) {
				t.Fatal(err)
			}
			return
		}
		again, err := who.Decode(b, who.Card)
		if err != nil || !reflect.DeepEqual(c, again) {
			t.Fatalf("%+v, then %+v, %v", c, again, err)
		}
		if len(c.Fields) == 0 || len(c.Fields) > 256 || !slices.IsSortedFunc(c.Fields, func(a, b who.Field) int { return strings.Compare(a.Path, b.Path) }) {
			t.Fatalf("%+v", c.Fields)
		}
	})
}
