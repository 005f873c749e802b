package data

import (
	"strings"
	"time"
)

// ValidResidentID reports whether s is a Chinese resident identity number:
// six digits for the place, a birth date, three digits for the order and a
// check character (GB 11643-1999, ISO 7064 MOD 11-2).
func ValidResidentID(s string) bool {
	if len(s) != 18 || strings.Trim(s[:17], "0123456789") != "" {
		return false
	}
	if _, err := time.Parse("20060102", s[6:14]); err != nil {
		return false
	}
	sum := 0
	for _, digit := range s[:17] {
		sum = (sum + int(digit-'0')) * 2 % 11
	}
	return s[17] == "10X98765432"[sum]
}
