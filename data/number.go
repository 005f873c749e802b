package data

import (
	"errors"
	"fmt"
	"strings"
)

// CertificateNumber is a certificate's number in its canonical form: 12
// characters of Crockford's base32 alphabet, without hyphens.
//
//	PR 7QF2M9X4T C      post code (2), random (9), check character (1)
//
// It is printed 4-4-4 and can be read over the telephone: the alphabet has no
// I, L, O or U, reading takes them for 1, 1 and 0 and refuses U, and case and
// hyphens do not count. The check character makes
//
//	a¹·c₁ + a²·c₂ + … + a¹²·c₁₂ = 0  in GF(32), polynomial x⁵+x²+1, a = x
//
// where cᵢ is the i-th character's place in the alphabet. All powers of a
// differ, so any single wrong character and any swap of two characters that
// differ, adjacent or not, is found.
type CertificateNumber string

// numberAlphabet is Crockford's base32: https://www.crockford.com/base32.html
const numberAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Lengths of a number's parts.
const (
	PostCodeLen     = 2
	NumberRandomLen = 9
	numberLen       = PostCodeLen + NumberRandomLen + 1
)

// ErrNumber says that a text is no certificate number.
var ErrNumber = errors.New("not a certificate number")

// NewCertificateNumber makes the number of a post from random bytes, of which
// it uses the low five bits each.
func NewCertificateNumber(post string, random [NumberRandomLen]byte) (CertificateNumber, error) {
	if !ValidPostCode(post) {
		return "", fmt.Errorf("post code %q: %w", post, ErrNumber)
	}
	b := []byte(post)
	for _, r := range random {
		b = append(b, numberAlphabet[r&31])
	}
	return CertificateNumber(append(b, checkCharacter(b))), nil
}

// ValidPostCode reports whether code can begin a number.
func ValidPostCode(code string) bool {
	return len(code) == PostCodeLen && strings.Trim(code, numberAlphabet) == ""
}

// ParseCertificateNumber reads a number as people write and say it.
func ParseCertificateNumber(s string) (CertificateNumber, error) {
	b, ok := crockford(s, numberLen)
	if !ok {
		return "", ErrNumber
	}
	if checkCharacter(b[:numberLen-1]) != b[numberLen-1] {
		return "", fmt.Errorf("check character: %w", ErrNumber)
	}
	return CertificateNumber(b), nil
}

// crockford is a text of n characters in the alphabet's own spelling.
func crockford(s string, n int) (b []byte, ok bool) {
	for _, r := range strings.ToUpper(s) {
		switch r {
		case ' ', '-', '‐', '‑', '–':
			continue
		case 'I', 'L':
			r = '1'
		case 'O':
			r = '0'
		}
		if !strings.ContainsRune(numberAlphabet, r) || len(b) == n {
			return nil, false
		}
		b = append(b, byte(r))
	}
	return b, len(b) == n
}

// String groups the number for people: "PR7Q-F2M9-X4TC".
func (n CertificateNumber) String() string {
	if len(n) != numberLen {
		return string(n)
	}
	return string(n[:4] + "-" + n[4:8] + "-" + n[8:])
}

// checkCharacter completes the characters of a number, at most 30, by one.
func checkCharacter(b []byte) byte {
	sum, weight := 0, 1
	for _, c := range b {
		weight = gf32(weight, 2)
		sum ^= gf32(weight, strings.IndexByte(numberAlphabet, c))
	}
	// The last weight times the check must equal sum: divide by trying all 32.
	weight = gf32(weight, 2)
	for c := range 32 {
		if gf32(weight, c) == sum {
			return numberAlphabet[c]
		}
	}
	panic("data: a field has no zero divisors")
}

// gf32 multiplies in GF(32) with the polynomial x⁵+x²+1.
func gf32(a, b int) int {
	p := 0
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			p ^= a
		}
		if a <<= 1; a&32 != 0 {
			a ^= 0b100101
		}
	}
	return p
}
