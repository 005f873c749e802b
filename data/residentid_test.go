package data

import (
	"fmt"
	"testing"
)

func TestValidResidentID(t *testing.T) {
	const good = "11010519491231002X" // the example of GB 11643
	for _, tt := range []struct {
		id string
		ok bool
	}{
		{good, true},
		{"440524188001010014", true},
		{"11010519491231002x", false}, // the check character is a capital
		{"110105194912310021", false},
		{"110105491231002", false},    // the 15 digits of before 1999
		{"11010519491331002X", false}, // no such month
		{"11010519490229001" + checkOf("11010519490229001"), false},
		{"1101051949123100２X", false},
		{"", false},
	} {
		if got := ValidResidentID(tt.id); got != tt.ok {
			t.Errorf("ValidResidentID(%q) = %t", tt.id, got)
		}
	}
	// Every wrong digit and every swap of neighbours is found.
	for i := range 17 {
		for _, c := range "0123456789" {
			if wrong := good[:i] + string(c) + good[i+1:]; wrong != good && ValidResidentID(wrong) {
				t.Errorf("%s is taken", wrong)
			}
		}
		if swapped := good[:i] + good[i+1:i+2] + good[i:i+1] + good[i+2:]; swapped != good && ValidResidentID(swapped) {
			t.Errorf("%s is taken", swapped)
		}
	}
}

// checkOf reckons the check character from the definition: the weighted sum of
// all 18 characters is 1 modulo 11, the weights being powers of two.
func checkOf(first string) string {
	for _, c := range "0123456789X" {
		sum, weight, value := 0, 1, int(c-'0')
		if c == 'X' {
			value = 10
		}
		sum += value
		for i := len(first) - 1; i >= 0; i-- {
			weight = weight * 2 % 11
			sum += int(first[i]-'0') * weight
		}
		if sum%11 == 1 {
			return string(c)
		}
	}
	panic(fmt.Sprintf("no check character for %q", first))
}
