package dcc_test

import (
	"bytes"
	"compress/zlib"
	"testing"
)

// pack puts COSE into a text as any library would.
func pack(t testing.TB, cose []byte) string {
	t.Helper()
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	if _, err := w.Write(cose); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	out := []byte("HC1:")
	for b := z.Bytes(); len(b) > 0; b = b[min(2, len(b)):] {
		if len(b) == 1 {
			out = append(out, alphabet[b[0]%45], alphabet[b[0]/45])
			break
		}
		n := int(b[0])<<8 | int(b[1])
		out = append(out, alphabet[n%45], alphabet[n/45%45], alphabet[n/2025])
	}
	return string(out)
}
