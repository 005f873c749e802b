package hcert

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"testing"

	"pratique/data/internal/vectors"
)

func TestBase45(t *testing.T) {
	// RFC 9285 §4.3, §4.4 and §6.
	for text, b := range map[string]string{
		"": "", "BB8": "AB", "%69 VD92EX0": "Hello!!", "UJCLQE7W581": "base-45", "QED8WEX0": "ietf!", "FGW": "\xff\xff", "00": "\x00", "U5": "\xff",
	} {
		if got := EncodeBase45([]byte(b)); got != text {
			t.Errorf("encode %q: %q, want %q", b, got, text)
		}
		if got, err := DecodeBase45(text); err != nil || string(got) != b {
			t.Errorf("decode %q: %q, %v, want %q", text, got, err, b)
		}
	}
	for _, text := range []string{
		"A", "BB8A", // a length that nothing has
		"GGW", ":::", // 65536 and more
		"V5", "::", // 256 and more
		"bb8", "B\x008", "ÄB", "B8\n",
	} {
		if got, err := DecodeBase45(text); err == nil {
			t.Errorf("decode %q: %x, want an error", text, got)
		}
	}
}

func TestBase45Vectors(t *testing.T) {
	var all struct {
		Valid   []struct{ Hex, Base45 string } `json:"base45Valid"`
		Invalid []struct{ Text, Why string }   `json:"base45Invalid"`
	}
	if err := json.Unmarshal(vectors.Read(t, "small", "encodings.json"), &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Valid) < 8 || len(all.Invalid) < 3 {
		t.Fatalf("%d and %d vectors", len(all.Valid), len(all.Invalid))
	}
	for _, v := range all.Valid {
		b, err := hex.DecodeString(v.Hex)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := DecodeBase45(v.Base45); err != nil || !bytes.Equal(got, b) {
			t.Errorf("decode %q: %x, %v", v.Base45, got, err)
		}
		if got := EncodeBase45(b); got != v.Base45 {
			t.Errorf("encode %s: %q", v.Hex, got)
		}
	}
	for _, v := range all.Invalid {
		if got, err := DecodeBase45(v.Text); err == nil {
			t.Errorf("decode %q: %x, but: %s", v.Text, got, v.Why)
		}
	}
}

func FuzzBase45(f *testing.F) {
	f.Add("BB8")
	f.Add("QED8WEX0")
	f.Fuzz(func(t *testing.T, text string) {
		if b, err := DecodeBase45(text); err == nil && EncodeBase45(b) != text {
			t.Errorf("%q is a second text for %x", text, b)
		}
		if b, err := DecodeBase45(EncodeBase45([]byte(text))); err != nil || string(b) != text {
			t.Errorf("%x came back as %x, %v", text, b, err)
		}
	})
}
