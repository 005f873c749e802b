// Package countdown tells how long it is until a case's flight leaves, and how
// that presses: in words and in a role that has a colour. The queue and the
// review say it in the same way.
package countdown

import (
	"fmt"
	"time"

	"pratique/data"
	"pratique/ui/locale"
	look "pratique/ui/theme"
)

// Urgency is how a case presses.
type Urgency int

// The urgencies. All but Later, Soon and Unknown are told apart in words as
// well as in colour.
const (
	Unknown Urgency = iota // no departure yet
	Later
	Soon
	Now
	Late // the time to apply is over
	Gone // left without a certificate
	Done // nothing waits any more
)

// When a case begins to press: a review takes minutes, getting a paper to the
// airport takes hours.
const (
	SoonBeforeDeparture = 12 * time.Hour
	NowBeforeDeparture  = 4 * time.Hour
	SoonBeforeCutOff    = 6 * time.Hour
	NowBeforeCutOff     = 2 * time.Hour
)

// Of is how long it is until the departure, and how that presses; cutOff is
// until when the post takes applications for the flight, zero if the notice
// does not say.
func Of(departs data.Moment, cutOff time.Time, done bool, now time.Time) (time.Duration, Urgency) {
	t, ok := departs.Instant()
	left, apply := t.Sub(now), cutOff.Sub(now)
	limited := !cutOff.IsZero()
	switch {
	case !ok:
		return 0, Unknown
	case done:
		return left, Done
	case left < 0:
		return left, Gone
	case limited && apply < 0:
		return left, Late
	case left <= NowBeforeDeparture || limited && apply <= NowBeforeCutOff:
		return left, Now
	case left <= SoonBeforeDeparture || limited && apply <= SoonBeforeCutOff:
		return left, Soon
	}
	return left, Later
}

// Roles of the urgencies.
var Roles = map[Urgency]look.Role{
	Unknown: look.Unknown, Later: look.Plain, Soon: look.Practice, Now: look.Invalid, Late: look.Invalid, Gone: look.Invalid, Done: look.Unknown,
}

// Text is the countdown in words, empty where nothing waits.
func Text(w *locale.Catalogue, left time.Duration, u Urgency) string {
	switch u {
	case Unknown:
		return "–"
	case Done:
		return ""
	case Gone:
		return w.T("queue.gone")
	}
	hours, minutes := int(left.Hours()), int(left.Minutes())%60
	text := w.T("queue.hours", hours, fmt.Sprintf("%02d", minutes))
	if hours >= 48 {
		text = w.T("queue.days", hours/24, hours%24)
	}
	switch u {
	case Now:
		return w.T("queue.now", text)
	case Late:
		return w.T("queue.late", text)
	}
	return text
}
