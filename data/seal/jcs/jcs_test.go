package jcs_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pratique/data/internal/vectors"
	"pratique/data/seal/jcs"
)

// TestPublishedVectors: every input of the scheme's test data becomes its output.
func TestPublishedVectors(t *testing.T) {
	dir := vectors.Path(t)
	inputs, err := filepath.Glob(filepath.Join(dir, "jcs", "input", "*.json"))
	if err != nil || len(inputs) < 4 {
		t.Fatalf("%d inputs, %v", len(inputs), err)
	}
	for _, path := range inputs {
		in, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join(dir, "jcs", "output", filepath.Base(path)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := jcs.Canonical(in)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %s, %v, want %s", filepath.Base(path), got, err, want)
		}
	}
}

// TestNumbers are the samples of RFC 8785 appendix B.
func TestNumbers(t *testing.T) {
	for bits, want := range map[uint64]string{
		0x0000000000000000: "0", 0x8000000000000000: "0",
		0x0000000000000001: "5e-324", 0x8000000000000001: "-5e-324",
		0x7fefffffffffffff: "1.7976931348623157e+308", 0xffefffffffffffff: "-1.7976931348623157e+308",
		0x4340000000000000: "9007199254740992", 0xc340000000000000: "-9007199254740992",
		0x4430000000000000: "295147905179352830000",
		0x44b52d02c7e14af5: "9.999999999999997e+22", 0x44b52d02c7e14af6: "1e+23", 0x44b52d02c7e14af7: "1.0000000000000001e+23",
		0x444b1ae4d6e2ef4e: "999999999999999700000", 0x444b1ae4d6e2ef4f: "999999999999999900000", 0x444b1ae4d6e2ef50: "1e+21",
		0x3eb0c6f7a0b5ed8c: "9.999999999999997e-7", 0x3eb0c6f7a0b5ed8d: "0.000001",
		0x41b3de4355555553: "333333333.3333332", 0x41b3de4355555554: "333333333.33333325", 0x41b3de4355555555: "333333333.3333333",
		0x41b3de4355555556: "333333333.3333334", 0x41b3de4355555557: "333333333.33333343",
		0xbecbf647612f3696: "-0.0000033333333333333333", 0x43143ff3c1cb0959: "1424953923781206.2",
	} {
		if got, err := jcs.Append(nil, math.Float64frombits(bits)); err != nil || string(got) != want {
			t.Errorf("%016x: %s, %v, want %s", bits, got, err, want)
		}
	}
}

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		" { \"b\" : 1.0 , \"a\" : [ ] } ":             `{"a":[],"b":1}`,
		"\"\\u0041\\/\\b\\t\\n\\f\\r\\u000b\\u007f\"": "\"A/\\b\\t\\n\\f\\r\\u000b\u007f\"",
		`{"\uD83D\uDE02":1,"\uFB33":2}`:               "{\"\U0001f602\":1,\"\ufb33\":2}", // by code units, not by code points
		`"\\uD83D"`:                                   `"\\uD83D"`,
		`"\uFFFD` + "\ufffd\u2028<&>\"":               "\"\ufffd\ufffd\u2028<&>\"",
		`[null,true,false,"",{}]`:                     `[null,true,false,"",{}]`,
		"-0":                                          "0",
		"12345678901234567890":                        "12345678901234567000",
		strings.Repeat("[", jcs.MaxDepth) + strings.Repeat("]", jcs.MaxDepth): strings.Repeat("[", jcs.MaxDepth) + strings.Repeat("]", jcs.MaxDepth),
	} {
		if got, err := jcs.Canonical([]byte(in)); err != nil || string(got) != want {
			t.Errorf("%s: %s, %v, want %s", in, got, err, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	for name, in := range map[string]string{
		"nothing": "", "two values": "1 2", "trailing comma": "[1,]", "single quotes": "['a']", "comment": "[1]//", "leading zero": "01",
		"a name twice": `{"a":1,"a":1}`, "a name twice, spelled differently": `{"a":1,"\u0061":2}`, "twice within": `[{"a":{"b":1,"b":2}}]`,
		"not UTF-8": "\"\xff\"", "control character": "\"\x01\"",
		"high surrogate alone": `"\uD83D"`, "low surrogate alone": `"\uDE02"`, "two high": `"\uD83D\uD83D"`, "pair the wrong way round": `"\uDE02\uD83D"`,
		"high surrogate and a letter": `"\uD83DA"`, "high surrogate and another escape": `"\uD83D\n"`, "after a pair": `"\uD83D\uDE02\uDE02"`,
		"number beyond a double": "1e999", "bare": "NaN",
		"too deep":     strings.Repeat("[", jcs.MaxDepth+1) + strings.Repeat("]", jcs.MaxDepth+1),
		"far too deep": strings.Repeat(`{"a":`, 100_000),
	} {
		if v, err := jcs.Parse([]byte(in)); !errors.Is(err, jcs.ErrJSON) || v != nil {
			t.Errorf("%s: %v, %v", name, v, err)
		}
	}
	for name, v := range map[string]any{"infinity": math.Inf(1), "no number": math.NaN(), "not UTF-8": "\xff", "a name not UTF-8": map[string]any{"\xff": 1.0}, "an int": []any{1}} {
		if b, err := jcs.Append(nil, v); !errors.Is(err, jcs.ErrJSON) || b != nil {
			t.Errorf("%s: %s, %v", name, b, err)
		}
	}
}

// FuzzCanonical: a canonical text is its own canonical text, and means what the
// standard library says the first one means.
func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{`{"b":[1e3,"\u20ac"],"a":{"":null}}`, `"\uD83D\uDE02"`, `[0.1,-0,1e-7]`, `{"a":1,"a":2}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		once, err := jcs.Canonical(text)
		if err != nil {
			return
		}
		twice, err := jcs.Canonical(once)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%s becomes %s, %v", once, twice, err)
		}
		var a, b any
		if json.Unmarshal(text, &a) != nil || json.Unmarshal(once, &b) != nil || !reflect.DeepEqual(a, b) {
			t.Fatalf("%q means %v, %q means %v", text, a, once, b)
		}
	})
}
