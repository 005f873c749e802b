package hcert

import (
	"errors"
	"strings"
)

// base45Alphabet is the alphabet of RFC 9285 §4.2, that of alphanumeric QR.
const base45Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

var errBase45 = errors.New("not base45")

// EncodeBase45 writes b as RFC 9285 says.
func EncodeBase45(b []byte) string {
	var s strings.Builder
	for ; len(b) >= 2; b = b[2:] {
		n := int(b[0])<<8 | int(b[1])
		s.WriteByte(base45Alphabet[n%45])
		s.WriteByte(base45Alphabet[n/45%45])
		s.WriteByte(base45Alphabet[n/2025])
	}
	if len(b) == 1 {
		s.WriteByte(base45Alphabet[b[0]%45])
		s.WriteByte(base45Alphabet[b[0]/45])
	}
	return s.String()
}

// DecodeBase45 reads s; every text it takes is the only one for its bytes.
func DecodeBase45(s string) ([]byte, error) {
	if len(s)%3 == 1 {
		return nil, errBase45
	}
	b := make([]byte, 0, len(s)/3*2+1)
	for len(s) > 0 {
		group := min(3, len(s))
		n, weight := 0, 1
		for i := range group {
			v := strings.IndexByte(base45Alphabet, s[i])
			if v < 0 {
				return nil, errBase45
			}
			n += v * weight
			weight *= 45
		}
		switch {
		case group == 3 && n < 1<<16:
			b = append(b, byte(n>>8), byte(n))
		case group == 2 && n < 1<<8:
			b = append(b, byte(n))
		default:
			return nil, errBase45
		}
		s = s[group:]
	}
	return b, nil
}
