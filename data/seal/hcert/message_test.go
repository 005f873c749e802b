package hcert

import (
	"bytes"
	"compress/zlib"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
)

// deflated is the text of bytes that are not checked in any way.
func deflated(t testing.TB, b []byte) string {
	t.Helper()
	var z bytes.Buffer
	w, err := zlib.NewWriterLevel(&z, zlib.BestCompression)
	if err == nil {
		_, err = w.Write(b)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return Prefix + EncodeBase45(z.Bytes())
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	b, err := cbor.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// message is a COSE_Sign1 in parts that a test may change.
type message struct {
	Tag         uint64
	Protected   any
	Unprotected any
	Payload     any
	Signature   any
	More        []any
}

func goodMessage(t testing.TB) message {
	t.Helper()
	payload, err := EncodeStatement(Specimen)
	if err != nil {
		t.Fatal(err)
	}
	return message{
		Tag:         18,
		Protected:   marshal(t, map[int]any{1: -7, 4: []byte("12345678")}),
		Unprotected: map[int]any{}, Payload: payload, Signature: make([]byte, 64),
	}
}

func (m message) bytes(t testing.TB) []byte {
	return marshal(t, cbor.Tag{Number: m.Tag, Content: append([]any{m.Protected, m.Unprotected, m.Payload, m.Signature}, m.More...)})
}

func TestInvariant9DecodeIsStrict(t *testing.T) {
	if _, err := Decode(deflated(t, goodMessage(t).bytes(t))); err != nil {
		t.Fatalf("unchanged: %v", err)
	}
	for name, change := range map[string]func(m *message){
		"tag of COSE_Sign":    func(m *message) { m.Tag = 98 },
		"tag of COSE_Mac0":    func(m *message) { m.Tag = 17 },
		"ES384":               func(m *message) { m.Protected = marshal(t, map[int]any{1: -35, 4: []byte("12345678")}) },
		"PS256":               func(m *message) { m.Protected = marshal(t, map[int]any{1: -37, 4: []byte("12345678")}) },
		"EdDSA":               func(m *message) { m.Protected = marshal(t, map[int]any{1: -8, 4: []byte("12345678")}) },
		"no algorithm":        func(m *message) { m.Protected = marshal(t, map[int]any{4: []byte("12345678")}) },
		"algorithm by name":   func(m *message) { m.Protected = marshal(t, map[int]any{1: "ES256", 4: []byte("12345678")}) },
		"no key identifier":   func(m *message) { m.Protected = marshal(t, map[int]any{1: -7}) },
		"key identifier of 7": func(m *message) { m.Protected = marshal(t, map[int]any{1: -7, 4: []byte("1234567")}) },
		"key identifier of 9": func(m *message) { m.Protected = marshal(t, map[int]any{1: -7, 4: []byte("123456789")}) },
		"critical header":     func(m *message) { m.Protected = marshal(t, map[int]any{1: -7, 2: []int{4}, 4: []byte("12345678")}) },
		"protected twice": func(m *message) {
			m.Protected = append([]byte{0xa3, 0x01, 0x26}, goodMessage(t).Protected.([]byte)[1:]...)
		},
		"protected indefinite": func(m *message) {
			m.Protected = append(append([]byte{0xbf}, goodMessage(t).Protected.([]byte)[1:]...), 0xff)
		},
		"protected empty":           func(m *message) { m.Protected = []byte{} },
		"protected and more":        func(m *message) { m.Protected = append(goodMessage(t).Protected.([]byte), 0) },
		"protected is a map":        func(m *message) { m.Protected = map[int]any{1: -7, 4: []byte("12345678")} },
		"unprotected key":           func(m *message) { m.Unprotected = map[int]any{4: []byte("12345678")} },
		"unprotected anything":      func(m *message) { m.Unprotected = map[int]any{99: "x"} },
		"unprotected is a list":     func(m *message) { m.Unprotected = []any{} },
		"payload is text":           func(m *message) { m.Payload = "text" },
		"signature of 63":           func(m *message) { m.Signature = make([]byte, 63) },
		"signature of 65":           func(m *message) { m.Signature = make([]byte, 65) },
		"signature of none":         func(m *message) { m.Signature = []byte{} },
		"signature null":            func(m *message) { m.Signature = nil },
		"signature as ASN.1":        func(m *message) { m.Signature = make([]byte, 71) },
		"five elements":             func(m *message) { m.More = []any{1} },
		"unprotected of 65 headers": func(m *message) { m.Unprotected = numbered(65) },
	} {
		m := goodMessage(t)
		change(&m)
		if _, err := Decode(deflated(t, m.bytes(t))); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v, want ErrFormat", name, err)
		}
	}

	good := goodMessage(t).bytes(t)
	text := deflated(t, good)
	compressed, err := DecodeBase45(text[len(Prefix):])
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"empty":                     "",
		"prefix alone":              "HC1:",
		"no prefix":                 text[len(Prefix):],
		"prefix of another":         "HC2:" + text[len(Prefix):],
		"prefix in small letters":   "hc1:" + text[len(Prefix):],
		"prefix twice":              Prefix + text,
		"a space before it":         " " + text,
		"a space after it":          text + " ",
		"a line in it":              text[:100] + "\n" + text[100:],
		"no tag":                    deflated(t, good[1:]),
		"tag in two bytes":          deflated(t, append([]byte{0xd8, 0x12}, good[1:]...)),
		"a tag inside":              deflated(t, append([]byte{0xd2, 0x84, 0xc1}, good[2:]...)),
		"tagged twice":              deflated(t, append([]byte{0xd2}, good...)),
		"a byte after the message":  deflated(t, append(bytes.Clone(good), 0)),
		"a byte missing":            deflated(t, good[:len(good)-1]),
		"indefinite array":          deflated(t, append(append([]byte{0xd2, 0x9f}, good[2:]...), 0xff)),
		"nested deeply":             deflated(t, append(append([]byte{0xd2}, bytes.Repeat([]byte{0x81}, 9000)...), 1)),
		"an array of 2³² elements":  deflated(t, []byte{0xd2, 0x9a, 0xff, 0xff, 0xff, 0xff}),
		"a string of 2⁶⁴-1 bytes":   deflated(t, []byte{0xd2, 0x84, 0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}),
		"uncompressed":              Prefix + EncodeBase45(good),
		"a byte after the stream":   Prefix + EncodeBase45(append(bytes.Clone(compressed), 0)),
		"a stream after the stream": Prefix + EncodeBase45(append(bytes.Clone(compressed), compressed...)),
		"no checksum":               Prefix + EncodeBase45(compressed[:len(compressed)-4]),
		"wrong checksum":            Prefix + EncodeBase45(append(bytes.Clone(compressed[:len(compressed)-1]), ^compressed[len(compressed)-1])),
		"longer than any QR":        deflated(t, good) + strings.Repeat("0", maxText),
		"a dictionary":              Prefix + EncodeBase45(dictionary(t, good)),
		"a bomb":                    deflated(t, append(bytes.Clone(good), make([]byte, maxInflated)...)),
	} {
		if _, err := Decode(bad); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v, want ErrFormat", name, err)
		}
	}
	for name, same := range map[string]string{"a scanner's line end": text + "\r\n", "a byte order mark": "\ufeff" + text} {
		if _, err := Decode(same); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func numbered(n int) map[int]any {
	m := map[int]any{}
	for i := range n {
		m[i] = i
	}
	return m
}

// dictionary is a zlib stream that needs a preset dictionary.
func dictionary(t *testing.T, b []byte) []byte {
	t.Helper()
	var z bytes.Buffer
	w, err := zlib.NewWriterLevelDict(&z, zlib.BestCompression, []byte("a dictionary"))
	if err == nil {
		_, err = w.Write(b)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return z.Bytes()
}

// A bomb in a text of the largest size is refused without being inflated.
func TestBombIsNotInflated(t *testing.T) {
	size := 1 << 20
	text := deflated(t, make([]byte, size))
	for ; len(text) < maxText/2; size *= 2 {
		text = deflated(t, make([]byte, size))
	}
	if _, err := Decode(text); !errors.Is(err, ErrFormat) {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(5, func() { Decode(text) }); n > 200 {
		t.Errorf("%d bytes in %d characters took %v allocations", size, len(text), n)
	}
}

func TestTextRefusesOtherSignatures(t *testing.T) {
	for _, n := range []int{0, 63, 65, 72} {
		m, err := Unsigned([8]byte{}, []byte{1})
		if err != nil {
			t.Fatal(err)
		}
		m.Signature = make([]byte, n)
		if _, err := m.Text(); err == nil {
			t.Errorf("a text with a signature of %d bytes", n)
		}
	}
}

// FuzzDecode: nothing panics, and what is read can be written and read again.
func FuzzDecode(f *testing.F) {
	f.Add(deflated(f, goodMessage(f).bytes(f)))
	f.Add(deflated(f, make([]byte, 1<<20)))
	f.Add(deflated(f, append([]byte{0xd2}, bytes.Repeat([]byte{0x81}, 9000)...)))
	f.Add("HC1:NCF")
	if b, err := os.ReadFile("testdata/example.txt"); err == nil {
		f.Add(string(b))
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Decode(text)
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Errorf("%v, want ErrFormat", err)
			}
			return
		}
		again, err := m.Text()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := Decode(again); err != nil || !reflect.DeepEqual(back, m) {
			t.Errorf("%q came back as %+v, %v", text, back, err)
		}
		m.Digest()
		DecodeStatement(m.Payload)
	})
}

// FuzzMessage is FuzzDecode behind base45, zlib and the checksum, which
// random changes hardly ever pass.
func FuzzMessage(f *testing.F) {
	f.Add(goodMessage(f).bytes(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > maxInflated {
			return
		}
		if m, err := Decode(deflated(t, b)); err == nil {
			if _, err := m.Text(); err != nil {
				t.Fatal(err)
			}
			DecodeStatement(m.Payload)
		} else if !errors.Is(err, ErrFormat) {
			t.Errorf("%v, want ErrFormat", err)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	text := deflated(b, goodMessage(b).bytes(b))
	for b.Loop() {
		m, err := Decode(text)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := DecodeStatement(m.Payload); err != nil {
			b.Fatal(err)
		}
	}
}
