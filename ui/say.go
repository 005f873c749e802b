package ui

import (
	"errors"
	"time"

	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/keys"
	"pratique/data/mrz"
	"pratique/data/store"
	"pratique/ui/locale"
)

// sayings are the errors an officer can do something about, and the sentences
// that tell what. The first that fits is said.
var sayings = []struct {
	err error
	key string
}{
	{desk.ErrSignIn, "error.sign-in"},
	{desk.ErrDisabled, "error.disabled"},
	{desk.ErrMustChange, "error.must-change"},
	{desk.ErrEnded, "error.ended"},
	{desk.ErrSelf, "error.self"},
	{desk.ErrSecond, "error.second"},
	{desk.ErrNotPermitted, "error.not-permitted"},
	{desk.ErrFourEyes, "error.four-eyes"},
	{desk.ErrStale, "error.stale"},
	{desk.ErrState, "error.state"},
	{desk.ErrTicks, "error.ticks"},
	{desk.ErrNotFound, "error.not-found"},
	{desk.ErrNotApproved, "error.not-approved"},
	{desk.ErrTooLarge, "error.too-large"},
	{desk.ErrOtherPaper, "error.other-paper"},
	{desk.ErrReplaced, "error.replaced"},
	{desk.ErrRevoked, "error.revoked"},
	{keys.ErrMissing, "error.key-missing"},
	{keys.ErrPassphrase, "error.key-passphrase"},
	{keys.ErrUnfit, "error.key-unfit"},
	{audit.ErrClock, "error.clock"},
	{audit.ErrHeadNotWritten, "error.head-not-written"},
	{store.ErrFull, "error.full"},
	{store.ErrUnknown, "error.unknown"},
	{store.ErrSealed, "error.sealed"},
	{store.ErrLocked, "error.locked"},
}

// Say is the sentence for an error in an officer's words, empty for one that
// only an administrator can do something about.
func Say(words *locale.Catalogue, err error) string {
	var problems *desk.ProblemsError
	if errors.As(err, &problems) {
		p := problems.Problems[0]
		return words.Place(p.Field) + ": " + words.Problem(p)
	}
	var zone *mrz.Error
	if errors.As(err, &zone) {
		return words.T(zone.Key)
	}
	var weak *desk.WeakError
	if errors.As(err, &weak) {
		return words.T("weak." + string(weak.Why))
	}
	for _, s := range sayings {
		if errors.Is(err, s.err) {
			return words.T(s.key)
		}
	}
	var throttled *desk.ThrottledError
	if errors.As(err, &throttled) {
		return words.T("error.throttled", throttled.Until.Add(time.Second-1).Format(time.TimeOnly))
	}
	return ""
}
