package staff_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"pratique/data/staff"
)

func TestJudge(t *testing.T) {
	about := []string{"Wilhelmina Featherstone", "wilhelmina", "Port Amaurote"}
	for _, tt := range []struct {
		passphrase string
		want       staff.Weakness // empty: taken
	}{
		{"kamo rudi teso bali", ""},
		{"correct battery staple horse", ""},
		{"kamorudi tesoba", ""},
		{"kamorudi tesob", staff.Short},
		{"", staff.Short},
		{strings.Repeat("k", staff.MaxPassphrase+1), staff.Long},
		{strings.Repeat("k", staff.MaxPassphrase), staff.Guessable},
		{"passwordpassword", staff.Guessable},
		{"qwertyuiopasdfgh", staff.Guessable},
		{"123456789012345", staff.Guessable},
		{"aaaaaaaaaaaaaaaaaaaa", staff.Guessable},
		{"wilhelminafeatherstone", staff.Guessable},
		{"pratique pratique", staff.Guessable},
		{"kamo rudi teso\x00bali", staff.Unfit},
		{"kamo rudi teso\nbali", staff.Unfit},
		{"kamo rudi teso \xff\xfe bali", staff.Unfit},
		{"港口清晨的雾很大我们在等船来接", ""},
	} {
		score, err := staff.Judge([]byte(tt.passphrase), about...)
		var weak *staff.WeakError
		if errors.As(err, &weak); (err == nil) != (tt.want == "") || err != nil && weak.Why != tt.want || err == nil && score < staff.MinScore {
			t.Errorf("%q: score %d, %v, want %q", tt.passphrase, score, err, tt.want)
		}
	}
	// What is known of the officer counts.
	if with, _ := staff.Judge([]byte("featherstone 77"), about...); true {
		if without, _ := staff.Judge([]byte("featherstone 77")); with >= without {
			t.Errorf("the officer's own name gives %d, somebody's %d", with, without)
		}
	}
}

// FuzzJudge: whatever is typed is judged, and nothing outside the lengths is taken.
func FuzzJudge(f *testing.F) {
	f.Add("kamo rudi teso bali", "Officer A")
	f.Add("港口清晨的雾很大", "官员")
	f.Fuzz(func(t *testing.T, passphrase, about string) {
		score, err := staff.Judge([]byte(passphrase), about)
		n := utf8.RuneCountInString(passphrase)
		if score < 0 || score > 4 || err == nil && (n < staff.MinPassphrase || n > staff.MaxPassphrase || score < staff.MinScore) {
			t.Errorf("%q: %d, %v", passphrase, score, err)
		}
	})
}

func BenchmarkJudge(b *testing.B) {
	for name, passphrase := range map[string]string{"usual": "kamo rudi teso bali", "longest": strings.Repeat("kamo rudi teso b", staff.MaxPassphrase/16)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				staff.Judge([]byte(passphrase), "Officer A")
			}
		})
	}
}
