package hcert

import (
	"bytes"
	"testing"
)

// FuzzDeflate: whatever is compressed, the standard library inflates to the
// same bytes.
func FuzzDeflate(f *testing.F) {
	for _, seed := range [][]byte{
		nil, {0}, {143, 144, 255}, []byte("negative negative negative"),
		bytes.Repeat([]byte("a"), 600), bytes.Repeat([]byte{200, 201, 202, 7}, 300),
	} {
		f.Add(seed)
	}
	for distance := range 40 { // every distance code up to 33,000 and back
		f.Add(append(append([]byte("begin"), make([]byte, 1<<min(distance/3, 13)+distance)...), "begin"...))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > maxInflated {
			return
		}
		got, err := inflate(deflate(b))
		if err != nil || !bytes.Equal(got, b) {
			t.Errorf("%d bytes came back as %d: %v", len(b), len(got), err)
		}
	})
}

func TestDeflateEveryLengthAndDistance(t *testing.T) {
	for length := minRepetition; length <= maxRepetition+2; length++ {
		for _, distance := range []int{1, 2, 3, 4, 5, 7, 8, 9, 300, 1000, 4097, 9000} {
			b := make([]byte, distance)
			for i := range b {
				b[i] = byte(i*7 + i>>8)
			}
			for range length {
				b = append(b, b[len(b)-distance])
			}
			b = append(b, 0xfe, 0xff)
			if got, err := inflate(deflate(b)); err != nil || !bytes.Equal(got, b) {
				t.Fatalf("length %d, distance %d: %v", length, distance, err)
			}
		}
	}
}
