package countdown

import (
	"testing"
	"time"

	"pratique/data"
)

func TestOf(t *testing.T) {
	now := time.Date(2022, 7, 9, 10, 30, 0, 0, time.UTC)
	in := func(d time.Duration) data.Moment { return data.MomentOf(now.Add(d), "Asia/Singapore") }
	never := time.Time{}
	for _, tt := range []struct {
		name   string
		at     data.Moment
		cutOff time.Time
		done   bool
		want   Urgency
	}{
		{"no departure", data.Moment{}, never, false, Unknown},
		{"half a departure", data.Moment{Wall: "2022-07-"}, never, false, Unknown},
		{"four hours", in(NowBeforeDeparture), never, false, Now},
		{"a minute more", in(NowBeforeDeparture + time.Minute), never, false, Soon},
		{"half a day", in(SoonBeforeDeparture + time.Minute), never, false, Later},
		{"left", in(-time.Minute), never, false, Gone},
		{"issued and left", in(-time.Minute), never, true, Done},
		{"two hours to apply", in(48 * time.Hour), now.Add(NowBeforeCutOff), false, Now},
		{"six hours to apply", in(48 * time.Hour), now.Add(SoonBeforeCutOff), false, Soon},
		{"much time to apply", in(48 * time.Hour), now.Add(SoonBeforeCutOff + time.Minute), false, Later},
		{"too late to apply", in(48 * time.Hour), now.Add(-time.Minute), false, Late},
		{"too late and left", in(-time.Minute), now.Add(-time.Hour), false, Gone},
	} {
		if _, got := Of(tt.at, tt.cutOff, tt.done, now); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}
