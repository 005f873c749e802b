// Package audit keeps the log of a post: one numbered entry for every act,
// written in the same transaction as its effect. If the entry cannot be
// written, the act does not happen.
//
// Entry n is the record "audit/" followed by n as 16 hexadecimal digits, from
// 1 without a gap. Each holds the SHA-256 of the stored bytes of the one
// before, so an entry that was changed, removed, inserted or moved breaks the
// chain there ([Verify]). The record "audit-state/log" holds the [State] after
// the newest entry.
//
// The file "head" beside the database holds the number and hash of the newest
// entry once more ([Head]), so that a database that was put back to an earlier
// state, be it by a copy or by a damaged page, is noticed ([CheckHead]).
//
// What this does not stop: whoever can write the database and the head file
// can change an entry, compute every later hash again and write a fitting
// head, and nothing here will tell. Only a state of the log that left the
// building, signed, can.
//
// An entry names things by number, identifier and hash. It never says anything
// that describes a person.
package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"pratique/data"
	"pratique/data/store"
)

// Errors of this package, wrapped with the details.
var (
	// ErrNoEntry: an update tried to change something without an entry.
	ErrNoEntry = errors.New("no act without an entry")
	// ErrClock: the clock says a time too far before that of an earlier entry.
	ErrClock = errors.New("the clock went back")
	// ErrBroken: the log does not hold together.
	ErrBroken = errors.New("audit log is broken")
	// ErrHead: head file and database do not belong together.
	ErrHead = errors.New("the database is not the one the head file knows")
	// ErrHeadNotWritten: the act is stored for good, only the head file could
	// not follow. The act must not be done again. See [Log.Update].
	ErrHeadNotWritten = errors.New("the act is stored, but the head file is not")
)

// An Act is what an officer, or the program on its own, did.
type Act string

// The acts.
const (
	ApplicationSaved       Act = "application.saved"
	ApplicationSubmitted   Act = "application.submitted"
	ApplicationRead        Act = "application.read"
	ApplicationTaken       Act = "application.taken"
	ApplicationReleased    Act = "application.released"
	ApplicationReturned    Act = "application.returned"
	ApplicationTicked      Act = "application.ticked"
	ApplicationApproved    Act = "application.approved"
	ApplicationWithdrawn   Act = "application.withdrawn"
	CertificateIntended    Act = "certificate.intended"
	CertificateIssued      Act = "certificate.issued"
	CertificateVoided      Act = "certificate.voided"
	CertificatePrinted     Act = "certificate.printed"
	CertificatePrintFailed Act = "certificate.print-failed"
	CertificateReprinted   Act = "certificate.reprinted"
	CertificateHandedOver  Act = "certificate.handed-over"
	CertificateRead        Act = "certificate.read"
	OfficerSignedIn        Act = "officer.signed-in"
	OfficerRefused         Act = "officer.refused"
	OfficerPassphrase      Act = "officer.passphrase-changed"
	OfficersRead           Act = "officers.read"
	OfficerAdded           Act = "officer.added"
	OfficerDisabled        Act = "officer.disabled"
	OfficerEnabled         Act = "officer.enabled"
	OfficerReset           Act = "officer.reset"
	PostCreated            Act = "post.created"
	PostOpened             Act = "post.opened"
	// ClockCorrected says that the clock had been ahead and is right now: the
	// one entry that may be earlier than those before it, by any amount.
	ClockCorrected Act = "clock.corrected"
)

// Acts are all acts there are.
var Acts = []Act{
	ApplicationSaved, ApplicationSubmitted, ApplicationRead, ApplicationTaken, ApplicationReleased,
	ApplicationReturned, ApplicationTicked, ApplicationApproved, ApplicationWithdrawn,
	CertificateIntended, CertificateIssued, CertificateVoided, CertificatePrinted, CertificatePrintFailed,
	CertificateReprinted, CertificateHandedOver, CertificateRead,
	OfficerSignedIn, OfficerRefused, OfficerPassphrase, OfficersRead, OfficerAdded,
	OfficerDisabled, OfficerEnabled, OfficerReset, PostCreated, PostOpened, ClockCorrected,
}

// Hash is a SHA-256.
type Hash [sha256.Size]byte

// String is h in lower-case hex.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Entry is one act.
type Entry struct {
	Number  uint64         `json:"number"` // from 1, given by [Append]
	At      time.Time      `json:"at"`
	Officer data.OfficerID `json:"officer,omitempty"` // empty: the program on its own
	Act     Act            `json:"act"`
	Subject string         `json:"subject,omitempty"` // identifier of what it was done to
	// Detail holds at most 8 facts of at most 128 printable ASCII characters:
	// numbers, hashes, codes; nothing that describes a person.
	Detail map[string]string `json:"detail,omitempty"`
	Prev   Hash              `json:"prev"` // of the stored bytes of the entry before, zeros in the first
}

// State of the log after its newest entry.
type State struct {
	Head
	// Latest is the latest time of any entry since the clock was last
	// corrected: small steps back do not add up.
	Latest time.Time `json:"latest,omitzero"`
}

const (
	prefix   = "audit/"
	stateKey = "audit-state/log"
)

func key(number uint64) string { return fmt.Sprintf("%s%016x", prefix, number) }

// Append writes e as the next entry and returns it with its number. Number and
// Prev of e are not looked at. The error wraps [ErrClock] as [CheckClock] does.
func Append(tx store.Tx, e Entry) (Entry, error) {
	if err := e.check(); err != nil {
		return Entry{}, fmt.Errorf("audit entry %q: %w", e.Act, err)
	}
	s, err := state(tx)
	if err != nil {
		return Entry{}, err
	}
	if e.Act == ClockCorrected {
		s.Latest = e.At
	} else if err := s.checkClock(e.At); err != nil {
		return Entry{}, err
	}
	if e.At.After(s.Latest) {
		s.Latest = e.At
	}
	e.Number, e.Prev = s.Number+1, s.Hash
	b, err := store.Encode(e)
	if err != nil {
		return Entry{}, fmt.Errorf("audit entry %d: %w", e.Number, err)
	}
	if err := tx.Put(key(e.Number), b); err != nil {
		return Entry{}, err
	}
	s.Number, s.Hash = e.Number, sha256.Sum256(b)
	return e, store.Put(tx, stateKey, s)
}

func (e Entry) check() error {
	switch {
	case !slices.Contains(Acts, e.Act):
		return errors.New("no such act")
	case e.At.IsZero():
		return errors.New("has no time")
	case !plain(string(e.Officer)) || !plain(e.Subject):
		return errors.New("officer or subject is not a plain identifier")
	case len(e.Detail) > 8:
		return errors.New("has more than 8 details")
	}
	for name, value := range e.Detail {
		if !plain(name) || !plain(value) {
			return fmt.Errorf("detail %q is not short printable ASCII", name)
		}
	}
	return nil
}

func plain(s string) bool {
	return len(s) <= 128 && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// clockSlack is how far behind an earlier entry the clock may be.
const clockSlack = 5 * time.Minute

// CheckClock returns an error wrapping [ErrClock] if now is more than five
// minutes before the time of any entry there is.
func CheckClock(tx store.Tx, now time.Time) error {
	s, err := state(tx)
	if err != nil {
		return err
	}
	return s.checkClock(now)
}

func (s State) checkClock(now time.Time) error {
	if now.Before(s.Latest.Add(-clockSlack)) {
		return fmt.Errorf("it is %s, but an act was done at %s: %w",
			now.UTC().Format(time.RFC3339), s.Latest.Format(time.RFC3339), ErrClock)
	}
	return nil
}

func state(tx store.Tx) (State, error) {
	s, _, err := store.Get[State](tx, stateKey)
	return s, err
}

// Last is the newest entry, false if there is none yet.
func Last(tx store.Tx) (Entry, bool, error) {
	s, err := state(tx)
	if err != nil || s.Number == 0 {
		return Entry{}, false, err
	}
	e, found, err := store.Get[Entry](tx, key(s.Number))
	if err == nil && !found {
		err = fmt.Errorf("entry %d is missing: %w", s.Number, ErrBroken)
	}
	return e, found, err
}

// Each calls fn with the entries after a number in their order, at most limit
// of them (0: all).
func Each(tx store.Tx, after uint64, limit int, fn func(Entry) error) error {
	return store.Each(tx, prefix, key(after), limit, func(_ string, e Entry) error { return fn(e) })
}

// Verify reads the whole log and returns how many entries hold together. The
// error wraps [ErrBroken] and names the first that does not.
func Verify(tx store.Tx) (n uint64, err error) { return verify(tx, Head{}) }

// verify walks the chain from what is known to the newest entry.
func verify(tx store.Tx, known Head) (uint64, error) {
	n, prev := known.Number, known.Hash
	err := tx.Scan(prefix, key(n), 0, func(k string, b []byte) error {
		e, err := store.Decode[Entry](b)
		switch {
		case k != key(n+1):
			return fmt.Errorf("entry %d: found %s in its place: %w", n+1, k, ErrBroken)
		case err != nil:
			return fmt.Errorf("entry %d: %w: %w", n+1, ErrBroken, err)
		case e.Number != n+1:
			return fmt.Errorf("entry %d: says it is %d: %w", n+1, e.Number, ErrBroken)
		case e.Prev != prev:
			return fmt.Errorf("entry %d: does not follow from entry %d: %w", n+1, n, ErrBroken)
		}
		n, prev = n+1, sha256.Sum256(b)
		return nil
	})
	if err != nil {
		return n, err
	}
	s, err := state(tx)
	if err != nil {
		return n, err
	}
	if s.Head != (Head{n, prev}) {
		return n, fmt.Errorf("entry %d: the log ends there, or with other bytes, but should end with entry %d: %w", n+1, s.Number, ErrBroken)
	}
	return n, nil
}
