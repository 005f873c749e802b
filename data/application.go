package data

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Content is everything the clerk enters: what an application is about, apart
// from what happens to it. Its JSON is the file format of `pratiquectl issue`.
type Content struct {
	// Type is the type of certificate asked for; empty is [CertificateComprehensive].
	Type        CertificateType `json:"type,omitempty"`
	Traveller   Traveller       `json:"traveller"`
	Document    TravelDocument  `json:"document"`
	Tests       []Test          `json:"tests,omitempty"`
	Doses       []Dose          `json:"doses,omitempty"`
	Infections  []Infection     `json:"infections,omitempty"`
	Itinerary   []Leg           `json:"itinerary,omitempty"`
	Stays       []Stay          `json:"stays,omitempty"`  // before the journey, the last one last
	Papers      []Paper         `json:"papers,omitempty"` // handed in beside reports and vaccinations
	Declaration Declaration     `json:"declaration"`
	Further     Further         `json:"further,omitzero"` // seals asked for beside the certificate's own
	Contact     Contact         `json:"contact,omitzero"` // who can be reached about the traveller
	// Brought are the seals that the traveller showed.
	Brought []Brought `json:"brought,omitempty"`
	// Confirmed keeps what the officer confirmed against a problem of severity
	// [Confirm]: the same problem about the same value is not asked again.
	Confirmed []Confirmation `json:"confirmed,omitempty"`
}

// Confirmation is an officer's word that an unusual value is what the document says.
type Confirmation struct {
	Field string `json:"field"`
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Hash identifies the content: SHA-256 over its JSON, in lower-case hex.
// An approval is bound to it.
func (c Content) Hash() string { return hashJSON(c) }

// Departs is the departure of the first leg, zero if it is not known yet.
func (c Content) Departs() Moment {
	if len(c.Itinerary) == 0 {
		return Moment{}
	}
	return c.Itinerary[0].Departs
}

// Pinned returns a copy of c with every moment's offset filled in.
func (c Content) Pinned() Content {
	c.Tests = slices.Clone(c.Tests)
	for i := range c.Tests {
		t := &c.Tests[i]
		t.Sampled, t.Analysed, t.Reported = t.Sampled.Pinned(), t.Analysed.Pinned(), t.Reported.Pinned()
	}
	c.Itinerary = slices.Clone(c.Itinerary)
	for i := range c.Itinerary {
		l := &c.Itinerary[i]
		l.Boards, l.Departs, l.Arrives = l.Boards.Pinned(), l.Departs.Pinned(), l.Arrives.Pinned()
	}
	return c
}

// Group is a part of an application that a reviewer compares with its papers
// and ticks as one.
type Group struct {
	Name string // "identity", "test 1" …, "vaccinations", "journey"
	Hash string // of the values in it; a changed value un-ticks its group
}

// GroupIdentity, GroupVaccinations and GroupJourney are the names of the
// groups that every application may have; tests are named by [GroupTest].
const (
	GroupIdentity     = "identity"
	GroupVaccinations = "vaccinations"
	GroupJourney      = "journey"
)

// GroupTest is the name of the group of the i-th test, counted from 0.
func GroupTest(i int) string { return fmt.Sprintf("test %d", i+1) }

// ValidGroup reports whether an application can have a group of that name.
func ValidGroup(name string) bool {
	for i := range MaxTests {
		if name == GroupTest(i) {
			return true
		}
	}
	return name == GroupIdentity || name == GroupVaccinations || name == GroupJourney
}

// Groups are the groups of c in the order of the paper; vaccinations only
// where there are any.
func (c Content) Groups() []Group {
	groups := []Group{{GroupIdentity, hashJSON([]any{c.Traveller, c.Document})}}
	for i, t := range c.Tests {
		groups = append(groups, Group{GroupTest(i), hashJSON(t)})
	}
	if len(c.Doses)+len(c.Infections) > 0 {
		groups = append(groups, Group{GroupVaccinations, hashJSON([]any{c.Doses, c.Infections})})
	}
	journey := []any{c.Itinerary, c.Declaration}
	if len(c.Stays)+len(c.Papers) > 0 {
		journey = append(journey, c.Stays, c.Papers)
	}
	if c.Contact != (Contact{}) {
		journey = append(journey, c.Contact)
	}
	return append(groups, Group{GroupJourney, hashJSON(journey)})
}

// ApplicationID names an application: 16 random bytes in lower-case hex.
type ApplicationID string

// State of an application. The picture is in the package comment, "A case".
type State string

// The states an application can be in.
const (
	PreDeclared State = "pre-declared" // announced, nobody has come yet
	Draft       State = "draft"
	Submitted   State = "submitted"
	InReview    State = "in review"
	OnHold      State = "on hold" // its reviewer waits for somebody else
	Returned    State = "returned"
	Approved    State = "approved"
	FollowUp    State = "follow-up" // decided yellow or orange
	Refused     State = "refused"   // decided red
	Issued      State = "issued"
	Withdrawn   State = "withdrawn"
)

// States are all states in the order of a case's life.
var States = []State{PreDeclared, Draft, Submitted, InReview, OnHold, Returned, Approved, FollowUp, Refused, Issued, Withdrawn}

// Application is the case under review, from draft to certificate.
type Application struct {
	ID       ApplicationID `json:"id"`
	Practice bool          `json:"practice"` // the kind of the post that made it, for good
	Version  int           `json:"version"`  // counts saves, from 1
	// Salt keys what the log says of edits: 16 random bytes that go with the
	// application when it is erased.
	Salt    []byte  `json:"salt,omitempty"`
	State   State   `json:"state"`
	Content Content `json:"content"`
	// Preparers are all officers who saved any version; none of them may approve.
	Preparers   []OfficerID       `json:"preparers"`
	Reviewer    OfficerID         `json:"reviewer,omitempty"` // who has it in review
	Ticks       []Tick            `json:"ticks,omitempty"`
	Return      *Return           `json:"return,omitempty"`   // why it came back, while returned
	Hold        *Hold             `json:"hold,omitempty"`     // what it waits for, while on hold
	Approval    *Approval         `json:"approval,omitempty"` // while approved or issued
	Decision    *Decision         `json:"decision,omitempty"` // while in follow-up or refused
	Past        []Decision        `json:"past,omitempty"`     // those that were lifted, the newest last
	Override    *Override         `json:"override,omitempty"` // for the content as it is
	Certificate CertificateNumber `json:"certificate,omitempty"`
	// Replaces is the certificate that this case corrects.
	Replaces  CertificateNumber `json:"replaces,omitempty"`
	Created   time.Time         `json:"created"`
	Changed   time.Time         `json:"changed"`
	Submitted time.Time         `json:"submitted,omitzero"`
	// Moved is when the flight moved after the first submission; zero once a
	// reviewer decided on it.
	Moved time.Time `json:"moved,omitzero"`

	Reference  Reference     `json:"reference,omitempty"` // to be read over the telephone
	Risk       string        `json:"risk,omitempty"`      // of its flight, one of [Risks]
	Evidence   []Evidence    `json:"evidence,omitempty"`
	Originals  []Attestation `json:"originals,omitempty"`
	BackChecks []BackCheck   `json:"backChecks,omitempty"` // in the order they were asked
	Same       []SameReport  `json:"same,omitempty"`
	Passed     Passed        `json:"passed,omitzero"`
	// PortNote is what the port of entry is told besides, without medical detail.
	PortNote string `json:"portNote,omitempty"`
}

// Digest is what the log says of the content: with the application's salt one
// can prove what it was, and nobody can when the application is erased.
// HMAC-SHA-256 over its hash, in lower-case hex.
func (a Application) Digest() string {
	h := hmac.New(sha256.New, a.Salt)
	h.Write([]byte(a.Content.Hash()))
	return hex.EncodeToString(h.Sum(nil))
}

// Tick is a reviewer's mark that a group agrees with its papers.
type Tick struct {
	Group   string    `json:"group"`
	Hash    string    `json:"hash"` // of the values ticked
	Officer OfficerID `json:"officer,omitempty"`
	Proof   string    `json:"proof,omitempty"` // what ticked it instead of an officer
	At      time.Time `json:"at"`
}

// The values of [Tick.Proof].
const (
	ProofMRZ  = "mrz"  // its check digits say all that the group says
	ProofSeal = "seal" // a seal that is valid and the traveller's says all that the group says
)

// Ticked reports whether the group is ticked with the values it has now.
func (a Application) Ticked(g Group) bool {
	return slices.ContainsFunc(a.Ticks, func(t Tick) bool { return t.Group == g.Name && t.Hash == g.Hash })
}

// Return says why an application went back to the clerk.
type Return struct {
	Officer OfficerID `json:"officer"`
	At      time.Time `json:"at"`
	Reasons []string  `json:"reasons"` // list "reasons"
	Note    string    `json:"note,omitempty"`
}

// Hold says what a case in review waits for.
type Hold struct {
	Officer OfficerID `json:"officer"`
	At      time.Time `json:"at"`
	Reasons []string  `json:"reasons"` // list "holds"
	Note    string    `json:"note,omitempty"`
}

// Decision is an adverse decision on a case: yellow or orange, which the
// traveller is followed up for, or red, which is refused. An officer makes it,
// never the program, and it says until when it counts and why.
type Decision struct {
	Colour  Colour    `json:"colour"`
	Officer OfficerID `json:"officer"`
	At      time.Time `json:"at"`
	Reasons []string  `json:"reasons"` // list "refusals"
	// Note is what the traveller is told besides.
	Note string `json:"note,omitempty"`
	// Until is the last day it counts, on the post's calendar.
	Until Date `json:"until"`
	// Notice and NoticeVersion are the notice in force for the flight then; none
	// where there was none.
	Notice        string   `json:"notice,omitempty"`
	NoticeVersion int      `json:"noticeVersion,omitempty"`
	Contest       *Contest `json:"contest,omitempty"`
	// Lifted is when it was taken back, by whom and why; for good.
	Lifted    time.Time `json:"lifted,omitzero"`
	LiftedBy  OfficerID `json:"liftedBy,omitempty"`
	LiftedWhy string    `json:"liftedWhy,omitempty"`
}

// Counts reports whether the decision counts on a day of the post's calendar.
func (d Decision) Counts(day Date) bool { return d.Lifted.IsZero() && day <= d.Until }

// Contest is a traveller's objection to a decision. Another officer than who
// made the decision decides it.
type Contest struct {
	At        time.Time `json:"at"`
	Recorded  OfficerID `json:"recorded"` // who took it down
	Grounds   string    `json:"grounds"`
	DecidedAt time.Time `json:"decidedAt,omitzero"`
	DecidedBy OfficerID `json:"decidedBy,omitempty"`
	// Upheld: the traveller was right, and the decision is lifted.
	Upheld bool   `json:"upheld,omitempty"`
	Why    string `json:"why,omitempty"`
}

// Override lets a case pass although checks of its notice do not: a second
// officer authorised it. It is told on the internal sheet alone, and ends with
// the content it is for.
type Override struct {
	Checks     []string  `json:"checks"` // identifiers in the notice
	Notice     string    `json:"notice"`
	Version    int       `json:"version"`
	Hash       string    `json:"hash"` // of the content
	Officer    OfficerID `json:"officer"`
	Authoriser OfficerID `json:"authoriser"`
	At         time.Time `json:"at"`
	Reason     string    `json:"reason"`
}

// Approval is a second officer's decision that the certificate may be issued.
type Approval struct {
	Officer OfficerID `json:"officer"`
	At      time.Time `json:"at"`
	Hash    string    `json:"hash"` // of the content approved
	Colour  Colour    `json:"colour"`
	// ValidFrom and ValidUntil are the medical window, Window why it is that.
	ValidFrom  Moment `json:"validFrom"`
	ValidUntil Moment `json:"validUntil"`
	Window     string `json:"window"`
	// Notice and NoticeVersion are the notice it was assessed by; none where the
	// post has none.
	Notice        string `json:"notice,omitempty"`
	NoticeVersion int    `json:"noticeVersion,omitempty"`
	// LastTest is what a blue certificate is good together with, and Condition
	// the notice's words for what is checked at the gate, by language.
	LastTest  *LastTest         `json:"lastTest,omitempty"`
	Condition map[string]string `json:"condition,omitempty"`
	// Laboratories are what the certificate will call that of each test: their
	// names in the seal as the officer saw them.
	Laboratories []string `json:"laboratories,omitempty"`
	// Solo: the officer had prepared it too. Two officers had allowed that for
	// a time; see [Solo].
	Solo bool `json:"solo,omitempty"`
}

// Solo is the exception that lets one officer prepare and approve, for a post
// that is down to one. Two officers switch it on, and it ends by itself.
type Solo struct {
	Since   time.Time `json:"since"`
	Until   time.Time `json:"until"`
	Officer OfficerID `json:"officer"`
	Second  OfficerID `json:"second"`
}

// MaxSolo is the longest that solo work is allowed at once.
const MaxSolo = 31 * 24 * time.Hour

// Allows reports whether solo work is allowed at an instant.
func (s Solo) Allows(at time.Time) bool { return !at.Before(s.Since) && at.Before(s.Until) }

func hashJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("data: " + err.Error()) // plain structs of strings always marshal
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
