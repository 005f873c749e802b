package data

import (
	"math/rand/v2"
	"testing"
)

func TestCertificateNumberFindsEveryErrorAndSwap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var random [NumberRandomLen]byte
		for i := range random {
			random[i] = byte(r.Uint32())
		}
		n, err := NewCertificateNumber("PR", random)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ParseCertificateNumber(n.String()); err != nil || got != n {
			t.Fatalf("ParseCertificateNumber(%q) = %q, %v", n.String(), got, err)
		}
		for i := range n {
			for _, c := range []byte(numberAlphabet) {
				changed := []byte(n)
				changed[i] = c
				if _, err := ParseCertificateNumber(string(changed)); (err == nil) != (c == n[i]) {
					t.Errorf("%s with %c at %d: %v", n, c, i, err)
				}
			}
			for j := range i {
				swapped := []byte(n)
				swapped[i], swapped[j] = swapped[j], swapped[i]
				if _, err := ParseCertificateNumber(string(swapped)); (err == nil) != (n[i] == n[j]) {
					t.Errorf("%s with %d and %d swapped: %v", n, i, j, err)
				}
			}
		}
	}
}

func TestParseCertificateNumber(t *testing.T) {
	n, err := NewCertificateNumber("PR", [NumberRandomLen]byte{1, 0, 1, 0, 31, 30, 29, 28, 27})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		text string
		ok   bool
	}{
		{string(n), true},
		{n.String(), true},
		{"pr" + string(n[2:]), true},
		{"PR" + "LO" + "IO" + string(n[6:]), true}, // as heard on the telephone
		{" " + n.String() + " ", true},
		{string(n[:11]), false},
		{string(n) + "0", false},
		{"PRU" + string(n[3:]), false},
		{"", false},
		{"证书", false},
	} {
		got, err := ParseCertificateNumber(tt.text)
		if (err == nil) != tt.ok || tt.ok && got != n {
			t.Errorf("ParseCertificateNumber(%q) = %q, %v", tt.text, got, err)
		}
	}
	if _, err := NewCertificateNumber("UT", [NumberRandomLen]byte{}); err == nil {
		t.Error("U is not in the alphabet, but a post code with it was taken")
	}
}
