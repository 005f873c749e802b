package post

import (
	"testing"

	"pratique/data/staff"
)

// TestWordsAreStrong: whatever is drawn is taken where officers choose their own.
func TestWordsAreStrong(t *testing.T) {
	for range 2000 {
		phrase := words()
		if score, err := staff.Judge([]byte(phrase), "Officer A", "Practice Consulate in Port Amaurote"); err != nil {
			t.Errorf("%q: score %d, %v", phrase, score, err)
		}
	}
}
