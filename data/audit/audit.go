// Package audit keeps the log of a post: one numbered entry for every act,
// written in the same transaction as its effect. If the entry cannot be
// written, the act does not happen.
//
// # Bytes
//
// Entry n, from 1 without a gap, is the record "audit/" followed by n as 16
// hexadecimal digits: an [Entry] in the encoding of data/store, which a [Sealer]
// has sealed but for the entry of the post's creation. These stored bytes are
// leaf n-1 of a Merkle tree as in RFC 6962 section 2.1:
//
//	leaf   SHA-256(0x00 ‖ stored bytes of the entry)
//	node   SHA-256(0x01 ‖ left ‖ right)
//	root   of no entries: SHA-256 of nothing
//
// The record "audit-tree/" followed by the same digits holds the hashes that
// became final with entry n, 32 bytes each: its leaf, then, upwards, every
// full subtree that it completes, one for each time that 2 divides n. The
// record "audit-state/log" holds the [State] after the newest entry: how many
// entries there are, and the root over them. All three are written together.
//
// The file "head" beside the database says size and root once more ([Head]). A
// checkpoint ([Log.Checkpoint]) says them to the world, signed.
//
// # What is proved
//
// [Verify] computes every hash again from the entries. One that was changed,
// removed, inserted or moved no longer fits the hashes beside it, and the first
// that does not fit is named. [Open] asks whether the tree of the head file is
// contained in the database's, so a database put back to an earlier state, be
// it by a copy or by a damaged page, is refused at start.
//
// Whoever can write the database and the head file can change an entry and
// compute all of this again. [Verify] finds that too if it is given a
// checkpoint that was out of reach: the log must contain the tree it was signed
// over, so everything up to it is as it was then. A root cannot say which of
// its leaves changed: the first bad entry then lies between the newest
// checkpoint that still holds and the first that does not, and both ends are
// named. Where entries are missing at the end, the first missing one is named.
//
// # What is not
//
// Entries after the newest checkpoint that left the building are only as safe
// as the files. A checkpoint proves what the log said, not that it is true, and
// whoever has the log's key can sign another one: what counts is the copy that
// somebody else keeps, and the public key from a place that is not the post's.
//
// An entry names things by number, identifier and hash. It never says anything
// that describes a person.
package audit

import (
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
	// ErrUnreadable: the entry is sealed, and nobody has signed in who could read
	// it. That it is the one that was written can be checked nevertheless.
	ErrUnreadable = errors.New("entry is sealed")
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
	ApplicationHeld        Act = "application.held"
	ApplicationResumed     Act = "application.resumed"
	ApplicationTakenOver   Act = "application.taken-over"
	ChecksOverridden       Act = "checks.overridden"
	DecisionMade           Act = "decision.made"
	DecisionContested      Act = "decision.contested"
	ContestDecided         Act = "contest.decided"
	DecisionLifted         Act = "decision.lifted"
	NoticeImported         Act = "notice.imported"
	NoticeTried            Act = "notice.tried"
	NoticeActivated        Act = "notice.activated"
	NoticeRetired          Act = "notice.retired"
	NoticesRead            Act = "notices.read"
	LetterMade             Act = "letter.made"
	InternalMade           Act = "internal.made"
	EvidenceAttached       Act = "evidence.attached"
	EvidenceRead           Act = "evidence.read"
	EvidenceMoved          Act = "evidence.moved"
	EvidenceRemoved        Act = "evidence.removed"
	EvidenceDestroyed      Act = "evidence.destroyed"
	EvidenceTimeSet        Act = "evidence.time-set"
	OriginalSeen           Act = "original.seen"
	SameReportFound        Act = "same-report.found"
	SameReportCleared      Act = "same-report.cleared"
	BackCheckAsked         Act = "backcheck.asked"
	BackCheckAnswered      Act = "backcheck.answered"
	SamplingSet            Act = "sampling.set"
	ApplicationPreDeclared Act = "application.pre-declared"
	ApplicationBegun       Act = "application.begun"
	FlightsSet             Act = "flights.set"
	RiskSet                Act = "risk.set"
	PortNoted              Act = "port.noted"
	HandoverMade           Act = "handover.made"
	PassedRead             Act = "passed.read"
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
	OfficerRecovered       Act = "officer.recovered"
	CertificateRevoked     Act = "certificate.revoked"
	SignerRequested        Act = "signer.requested"
	SignerImported         Act = "signer.imported"
	SignerRetired          Act = "signer.retired"
	SignersRead            Act = "signers.read"
	KeysRotated            Act = "keys.rotated"
	ListKeysMade           Act = "list-keys.made"
	TrustRead              Act = "trust.read"
	TrustSet               Act = "trust.set"
	RevocationsSigned      Act = "revocations.signed"
	SoloSet                Act = "solo.set"
	RetentionSet           Act = "retention.set"
	ListRead               Act = "list.read"
	LogRead                Act = "log.read"
	FiguresRead            Act = "figures.read"
	TravellerExported      Act = "traveller.exported"
	ApplicationErased      Act = "application.erased"
	BackupMade             Act = "backup.made"
	BackupSet              Act = "backup.set"
	LaboratoriesSet        Act = "laboratories.set"
	AuthoritiesSet         Act = "authorities.set"
	NumbersSkipped         Act = "numbers.skipped"
	ReferencesGiven        Act = "references.given"
	PostRestored           Act = "post.restored"
	PostChecked            Act = "post.checked"
	CheckpointSigned       Act = "checkpoint.signed"
	PostCreated            Act = "post.created"
	// ClockCorrected says that the clock had been ahead and is right now: the
	// one entry that may be earlier than those before it, by any amount.
	ClockCorrected Act = "clock.corrected"
)

// Acts are all acts there are.
var Acts = []Act{
	ApplicationSaved, ApplicationSubmitted, ApplicationRead, ApplicationTaken, ApplicationReleased,
	ApplicationReturned, ApplicationTicked, ApplicationApproved, ApplicationWithdrawn,
	ApplicationHeld, ApplicationResumed, ApplicationTakenOver, ChecksOverridden,
	DecisionMade, DecisionContested, ContestDecided, DecisionLifted,
	NoticeImported, NoticeTried, NoticeActivated, NoticeRetired, NoticesRead,
	LetterMade, InternalMade,
	EvidenceAttached, EvidenceRead, EvidenceMoved, EvidenceRemoved, EvidenceDestroyed, EvidenceTimeSet, OriginalSeen, SameReportFound, SameReportCleared, BackCheckAsked, BackCheckAnswered, SamplingSet, ApplicationPreDeclared, ApplicationBegun, FlightsSet, RiskSet, PortNoted, HandoverMade, PassedRead,
	CertificateIntended, CertificateIssued, CertificateVoided, CertificatePrinted, CertificatePrintFailed,
	CertificateReprinted, CertificateHandedOver, CertificateRead,
	OfficerSignedIn, OfficerRefused, OfficerPassphrase, OfficersRead, OfficerAdded,
	OfficerDisabled, OfficerEnabled, OfficerReset, OfficerRecovered,
	CertificateRevoked, SignerRequested, SignerImported, SignerRetired, SignersRead, KeysRotated, ListKeysMade, TrustRead, TrustSet, RevocationsSigned, SoloSet, RetentionSet,
	ListRead, LogRead, FiguresRead, TravellerExported, ApplicationErased, BackupMade, BackupSet, LaboratoriesSet, AuthoritiesSet, NumbersSkipped, ReferencesGiven, PostRestored, PostChecked,
	CheckpointSigned, PostCreated, ClockCorrected,
}

// Entry is one act.
type Entry struct {
	Number  uint64         `json:"number"` // from 1, given by [Append]
	At      time.Time      `json:"at"`
	Officer data.OfficerID `json:"officer,omitempty"` // empty: the program on its own
	Act     Act            `json:"act"`
	Subject string         `json:"subject,omitempty"` // identifier of what it was done to
	// Detail holds at most 64 facts of at most 128 printable ASCII characters:
	// numbers, hashes, codes; nothing that describes a person.
	Detail map[string]string `json:"detail,omitempty"`
}

// State of the log after its newest entry.
type State struct {
	Head
	// Latest is the latest time of any entry since the clock was last
	// corrected: small steps back do not add up.
	Latest time.Time `json:"latest,omitzero"`
	// Signed is when the newest checkpoint was signed.
	Signed time.Time `json:"signed,omitzero"`
	// Restored is the entry that says that the post came out of a backup, as long
	// as no [NumbersSkipped] follows it; 0 for none.
	Restored uint64 `json:"restored,omitempty"`
}

const (
	prefix   = "audit/"
	stateKey = "audit-state/log"
)

func key(number uint64) string { return fmt.Sprintf("%s%016x", prefix, number) }

// Append writes e as the next entry and returns it with its number. Number of
// e is not looked at. The error wraps [ErrClock] as [CheckClock] does, and
// [ErrBroken] if the hashes to build on are not those of the log.
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
	switch e.Act {
	case CheckpointSigned:
		s.Signed = e.At
	case PostRestored:
		s.Restored = s.Size + 1
	case NumbersSkipped:
		s.Restored = 0
	}
	edge, err := readEdge(tx, s.Head)
	if err != nil {
		return Entry{}, err
	}
	e.Number = s.Size + 1
	b, err := e.encode(tx)
	if err != nil {
		return Entry{}, fmt.Errorf("audit entry %d: %w", e.Number, err)
	}
	hashes, err := edge.add(s.Size, b)
	if err != nil {
		return Entry{}, err
	}
	s.Size = e.Number
	if s.Root, err = edge.root(s.Size); err != nil {
		return Entry{}, err
	}
	return e, errors.Join(tx.Put(key(e.Number), b), tx.Put(treeKey(e.Number), hashes), store.Put(tx, stateKey, s))
}

func (e Entry) check() error {
	switch {
	case !slices.Contains(Acts, e.Act):
		return errors.New("no such act")
	case e.At.IsZero():
		return errors.New("has no time")
	case !plain(string(e.Officer)) || !plain(e.Subject):
		return errors.New("officer or subject is not a plain identifier")
	case len(e.Detail) > 64:
		return errors.New("has more than 64 details")
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
	s, found, err := store.Get[State](tx, stateKey)
	switch {
	case err != nil:
		return State{}, err
	case !found:
		return State{Head: empty}, nil
	case s.Size > maxSize:
		return State{}, fmt.Errorf("record %s: %w", stateKey, ErrBroken)
	}
	return s, nil
}

// Last is the newest entry, false if there is none yet.
func Last(tx store.Tx) (Entry, bool, error) {
	s, err := state(tx)
	if err != nil || s.Size == 0 {
		return Entry{}, false, err
	}
	b, err := tx.Get(key(s.Size))
	switch {
	case err != nil:
		return Entry{}, false, err
	case b == nil:
		return Entry{}, false, &Fault{s.Size, s.Size, "it is missing"}
	}
	e, err := decode(tx, key(s.Size), b)
	return e, err == nil, err
}

// Each calls fn with the entries after a number in their order, at most limit
// of them (0: all).
func Each(tx store.Tx, after uint64, limit int, fn func(Entry) error) error {
	return tx.Scan(prefix, key(after), limit, func(key string, b []byte) error {
		e, err := decode(tx, key, b)
		if err != nil {
			return err
		}
		return fn(e)
	})
}

// EachStored calls fn with the entries after a number as they are stored.
func EachStored(tx store.Tx, after uint64, fn func(number uint64, stored []byte) error) error {
	n := after
	return tx.Scan(prefix, key(after), 0, func(_ string, b []byte) error {
		n++
		return fn(n, b)
	})
}

// Current is the state that the log says it is in.
func Current(tx store.Tx) (State, error) { return state(tx) }

// A Sealer is a transaction that keeps entries unreadable for who has the file
// alone. What it makes begins with a byte that no plain entry begins with.
type Sealer interface {
	SealEntry(key string, entry []byte) ([]byte, error)
	OpenEntry(key string, sealed []byte) ([]byte, error)
}

// encode is an entry as it is stored. That of the post's creation is plain: it
// names the key of the log and tells of nobody.
func (e Entry) encode(tx store.Tx) ([]byte, error) {
	b, err := store.Encode(e)
	if s, ok := tx.(Sealer); ok && err == nil && e.Act != PostCreated {
		return s.SealEntry(key(e.Number), b)
	}
	return b, err
}

// decode is the entry that is stored under a key.
func decode(tx store.Tx, key string, stored []byte) (e Entry, err error) {
	if sealed(stored) {
		s, ok := tx.(Sealer)
		if !ok {
			return e, fmt.Errorf("record %s: %w", key, ErrUnreadable)
		}
		if stored, err = s.OpenEntry(key, stored); err != nil {
			return e, err
		}
	}
	if e, err = store.Decode[Entry](stored); err != nil {
		return e, fmt.Errorf("record %s: %w", key, err)
	}
	return e, nil
}

// sealed tells a sealed entry from a plain one, which is a map (RFC 8949 §3.1).
func sealed(stored []byte) bool { return len(stored) > 0 && stored[0]>>5 != 5 }
