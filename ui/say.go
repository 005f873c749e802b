package ui

import (
	"errors"
	"time"

	"pratique/data/audit"
	"pratique/data/backup"
	"pratique/data/desk"
	"pratique/data/keys"
	"pratique/data/mrz"
	"pratique/data/post"
	"pratique/data/store"
	"pratique/data/store/disk"
	"pratique/data/vault"
	"pratique/ui/env"
	"pratique/ui/locale"
)

// sayings are the errors an officer can do something about, and the sentences
// that tell what. The first that fits is said.
var sayings = []struct {
	err error
	key string
}{
	{env.ErrSpared, "error.spared"},
	{desk.ErrSignIn, "error.sign-in"},
	{desk.ErrDisabled, "error.disabled"},
	{desk.ErrMustChange, "error.must-change"},
	{desk.ErrEnded, "error.ended"},
	{desk.ErrSelf, "error.self"},
	{desk.ErrSecond, "error.second"},
	{desk.ErrNotPermitted, "error.not-permitted"},
	{desk.ErrFourEyes, "error.four-eyes"},
	{desk.ErrStale, "error.stale"},
	{desk.ErrRevoked, "error.revoked"},
	{desk.ErrReplaced, "error.replaced"},
	{desk.ErrNoLetter, "error.no-letter"},
	{desk.ErrState, "error.state"},
	{desk.ErrTicks, "error.ticks"},
	{desk.ErrNotFound, "error.not-found"},
	{desk.ErrNotApproved, "error.not-approved"},
	{desk.ErrTooLarge, "error.too-large"},
	{desk.ErrOtherPaper, "error.other-paper"},
	{desk.ErrNotAdministrator, "error.not-administrator"},
	{post.ErrRecovery, "error.recovery"},
	{vault.ErrPutBack, "error.put-back"},
	{vault.ErrDevice, "error.device"},
	{vault.ErrDamaged, "error.damaged"},
	{vault.ErrLocked, "error.records-locked"},
	{vault.ErrNotForYou, "error.recovery"},
	{vault.ErrPassphrase, "error.recovery"}, // officers are told [desk.ErrSignIn] and [desk.ErrDisabled]
	{backup.ErrForeign, "error.backup.foreign"},
	{backup.ErrNewer, "error.backup.newer"},
	{backup.ErrDamaged, "error.backup.damaged"},
	{backup.ErrPassphrase, "error.backup.passphrase"},
	{backup.ErrNoSlot, "error.backup.no-slot"},
	{backup.ErrNotForYou, "error.backup.key"},
	{backup.ErrNotEmpty, "error.backup.not-empty"},
	{backup.ErrChanged, "error.backup.changed"},
	{backup.ErrOtherLog, "error.backup.other-log"},
	{backup.ErrUnproved, "error.backup.unproved"},
	{keys.ErrMissing, "error.key-missing"},
	{keys.ErrNeverMade, "error.key-never-made"},
	{keys.ErrPassphrase, "error.key-passphrase"},
	{keys.ErrUnfit, "error.key-unfit"},
	{audit.ErrClock, "error.clock"},
	{audit.ErrHeadNotWritten, "error.head-not-written"},
	{store.ErrFull, "error.full"},
	{store.ErrUnknown, "error.unknown"},
	{store.ErrSealed, "error.sealed"},
	{store.ErrLocked, "error.locked"},
	{disk.ErrNetwork, "error.network"},
	{audit.ErrHead, "error.head"},
	{audit.ErrBroken, "error.broken"},
	{vault.ErrKind, "error.mixed"},
	{post.ErrMixed, "error.mixed"},
	{post.ErrNoPost, "error.no-post"},
	{post.ErrNotEmpty, "error.not-empty"},
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
	var unfit *keys.UnfitError
	if errors.As(err, &unfit) {
		return words.T("error.unfit."+string(unfit.Why), unfit.On.UTC().Format(time.DateOnly))
	}
	var refused *keys.ImportError
	if errors.As(err, &refused) {
		return words.T("error.import."+string(refused.Refusal), refused.Detail)
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
