package staff

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ccojocar/zxcvbn-go"
)

// Length of a passphrase in characters. The least is that of a passphrase that
// stands alone in NIST SP 800-63B-4 §3.1.1.2; the most keeps judging quick.
const (
	MinPassphrase = 15
	MaxPassphrase = 128
)

// MinScore is the least of zxcvbn's scores from 0 to 4 that is taken: 3 is
// "safely unguessable" where guessing is slow.
const MinScore = 3

// Weakness is why a passphrase is not taken.
type Weakness string

// The weaknesses. Each has a text "weak." and its name.
const (
	Short     Weakness = "short"
	Long      Weakness = "long"
	Unfit     Weakness = "unfit" // not text, or holds control characters
	Guessable Weakness = "guessable"
	Same      Weakness = "same" // as before
)

// WeakError is a passphrase that is not taken.
type WeakError struct{ Why Weakness }

func (e *WeakError) Error() string { return "passphrase is too weak: " + string(e.Why) }

// Judge says how hard a passphrase is to guess for somebody who knows the words
// about its officer, from 0 to 4. The error is a [*WeakError] if it may not be
// used.
func Judge(passphrase []byte, about ...string) (score int, err error) {
	text := string(passphrase)
	n := utf8.RuneCountInString(text)
	switch {
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return 0, &WeakError{Unfit}
	case n > MaxPassphrase:
		return 0, &WeakError{Long}
	}
	words := []string{"pratique"}
	for _, a := range about {
		words = append(words, strings.Fields(a)...)
	}
	score = zxcvbn.PasswordStrength(text, words).Score
	switch {
	case n < MinPassphrase:
		return score, &WeakError{Short}
	case score < MinScore:
		return score, &WeakError{Guessable}
	}
	return score, nil
}
