package data

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// Evidence is a scan that belongs to an application. Its file lies encrypted
// in the post's folder, see data/attachment; what opens it stands here.
type Evidence struct {
	ID string `json:"id"` // 16 random bytes in lower-case hex
	// Group is what it shows: the name of a [Group] of the content, or empty.
	Group  string `json:"group,omitempty"`
	Media  string `json:"media"` // "application/pdf", "image/png", "image/jpeg"
	Name   string `json:"name"`  // as it was given, for people
	Size   int64  `json:"size"`  // bytes of the scan
	SHA256 string `json:"sha256"`
	Pages  int    `json:"pages"`
	// File and Key open it; both are empty once the scan is gone.
	File    string    `json:"file,omitempty"`
	Key     string    `json:"key,omitempty"`
	Officer OfficerID `json:"officer"`
	At      time.Time `json:"at"`
	// Gone is when the scan was destroyed. Its hash is kept as long as the case.
	Gone time.Time `json:"gone,omitzero"`
}

// Limits of what one application can have beside its fields.
const (
	MaxEvidence   = 30
	MaxBackChecks = 40
)

// BackCheck is a laboratory's word on one of its reports, or that it was asked.
type BackCheck struct {
	Test       int          `json:"test"` // counted from 0
	Laboratory LaboratoryID `json:"laboratory"`
	// Hash is that of the test's group: a yes counts for the values it was asked about.
	Hash    string    `json:"hash"`
	Asked   time.Time `json:"asked"`
	Officer OfficerID `json:"officer"`           // who asked
	By      string    `json:"by"`                // one of [BackCheckWays]
	Outcome string    `json:"outcome,omitempty"` // empty while nothing has come back
	At      time.Time `json:"at,omitzero"`       // when it came back
	By2     OfficerID `json:"by2,omitempty"`     // who took the answer
	Note    string    `json:"note,omitempty"`
}

// BackCheckWays are the values of [BackCheck.By].
var BackCheckWays = []string{"phone", "e-mail", "portal"}

// The values of [BackCheck.Outcome].
const (
	Confirmed = "confirmed" // the report is theirs, with these values
	Denied    = "denied"    // it is not
	NoAnswer  = "no-answer" // the note says what was tried; the reviewer decides
)

// BackCheckOutcomes are all outcomes.
var BackCheckOutcomes = []string{Confirmed, Denied, NoAnswer}

// Sampling says in how many of a hundred cases the laboratories are asked.
// The highest rate that fits a test counts.
type Sampling struct {
	Percent      int                  `json:"percent"`
	Risk         map[string]int       `json:"risk,omitempty"` // by [Application.Risk]
	Laboratories map[LaboratoryID]int `json:"laboratories,omitempty"`
}

// Rate is the rate for a test of that laboratory in a case of that risk.
func (s Sampling) Rate(l LaboratoryID, risk string) int {
	return max(s.Percent, s.Risk[risk], s.Laboratories[l])
}

// Attestation is an officer's word to have seen the originals of a group.
type Attestation struct {
	Group   string    `json:"group"`
	Hash    string    `json:"hash"` // of the values they were compared with
	Officer OfficerID `json:"officer"`
	At      time.Time `json:"at"`
}

// SawOriginal reports whether the originals of the group, with the values it
// has now, were seen.
func (a Application) SawOriginal(g Group) bool {
	return slices.ContainsFunc(a.Originals, func(o Attestation) bool { return o.Group == g.Name && o.Hash == g.Hash })
}

// SameReport marks a case whose report was handed in for another traveller too.
// Until a reviewer clears it, the case is neither approved nor issued.
type SameReport struct {
	Case ApplicationID `json:"case"` // the other one
	// By says what the two have in common: [SameScan] or [SameNumber].
	By      string    `json:"by"`
	Value   string    `json:"value"` // SHA-256 of the scan, or laboratory and number of the report
	At      time.Time `json:"at"`
	Cleared time.Time `json:"cleared,omitzero"`
	Officer OfficerID `json:"officer,omitempty"` // who cleared it
	Why     string    `json:"why,omitempty"`
}

// The values of [SameReport.By].
const (
	SameScan   = "scan"
	SameNumber = "number"
)

// Contact is who can be reached about a traveller: a relative, a chamber of
// commerce, a liaison.
type Contact struct {
	Name         string `json:"name,omitempty"`
	Relation     string `json:"relation,omitempty"`
	Phone        string `json:"phone,omitempty"`
	Organisation string `json:"organisation,omitempty"`
}

// Passed are the three checkpoints of a journey; the last two come back in a file.
type Passed struct {
	Known   time.Time `json:"known,omitzero"` // before the journey: told to the port of entry
	Boarded time.Time `json:"boarded,omitzero"`
	Landed  time.Time `json:"landed,omitzero"`
}

// Risks are the classes a flight may have, lowest first; a flight without one
// has an empty class.
var Risks = []string{"low", "medium", "high"}

// Doubts are what of an application's history stops it, apart from its content:
// the same report for another traveller, a laboratory that says no. One of
// severity [Stop] each.
func (a Application) Doubts() (problems []Problem) {
	for _, s := range a.Same {
		if s.Cleared.IsZero() {
			problems = append(problems, Problem{Field: "evidence", Key: "problem.same-report." + s.By, Value: s.Value})
		}
	}
	for i := range a.asked() {
		if c := a.LastCheck(i); c.Outcome == Denied {
			problems = append(problems, Problem{Field: testField(i), Key: "problem.backcheck.denied", Value: string(c.Laboratory)})
		}
	}
	return problems
}

// asked is one more than the last test that a laboratory was ever asked about.
func (a Application) asked() (n int) {
	for _, c := range a.BackChecks {
		n = max(n, c.Test+1)
	}
	return n
}

// LastCheck is the newest back-check of the i-th test, zero if there is none.
func (a Application) LastCheck(i int) (last BackCheck) {
	for _, c := range a.BackChecks {
		if c.Test == i {
			last = c
		}
	}
	return last
}

// Reference names a case over the telephone: 8 characters of Crockford's
// base32, the last of them a check. It says nothing and is not secret.
type Reference string

const referenceRandom = 7

// ErrReference says that a text is no reference of a case.
var ErrReference = errors.New("not a reference of a case")

// NewReference makes one of random bytes, of which it uses the low five bits each.
func NewReference(random [referenceRandom]byte) Reference {
	var b []byte
	for _, r := range random {
		b = append(b, numberAlphabet[r&31])
	}
	return Reference(append(b, checkCharacter(b)))
}

// ParseReference reads a reference as people write and say it.
func ParseReference(s string) (Reference, error) {
	b, ok := crockford(s, referenceRandom+1)
	if !ok || checkCharacter(b[:referenceRandom]) != b[referenceRandom] {
		return "", ErrReference
	}
	return Reference(b), nil
}

// String groups the reference for people: "7QF2-M9X4".
func (r Reference) String() string {
	if len(r) != referenceRandom+1 {
		return string(r)
	}
	return string(r[:4] + "-" + r[4:])
}

// PhoneKey is what two ways to write a telephone number have in common: its
// digits without the leading zeros of country and area codes, at most the last
// nine; empty if there are fewer than five.
func PhoneKey(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
	digits = strings.TrimLeft(digits, "0")
	if len(digits) < 5 {
		return ""
	}
	return digits[max(0, len(digits)-9):]
}
