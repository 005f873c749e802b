package data

import "time"

// LetterKind is what a letter to a traveller tells.
type LetterKind string

// The values of [LetterKind].
const (
	LetterReturn    LetterKind = "return"    // the case came back, to be completed
	LetterHold      LetterKind = "hold"      // the case waits
	LetterDecision  LetterKind = "decision"  // yellow, orange or red
	LetterCondition LetterKind = "condition" // a blue certificate, with the last test it needs
)

// Reasons is the list that the reasons of such a letter are codes of.
func (k LetterKind) Reasons() string {
	switch k {
	case LetterReturn:
		return ListReasons
	case LetterHold:
		return ListHolds
	}
	return ListRefusals
}

// Letter is what the traveller is told on paper about a case. It says nothing
// medical beyond what the traveller gave, and names officers by their marks.
type Letter struct {
	Kind      LetterKind
	Practice  bool
	Reference Reference // of the case, as it is read out on the telephone

	Surname, GivenNames, NativeName string
	DocumentNumber                  string
	Flight, From, To                string // of the first leg, From and To as airport codes
	Departs                         Moment

	Colour  Colour // of a decision or a condition
	Officer string // mark of who decided
	At      Moment
	Reasons []string // codes of the list that Kind names
	Note    string   // what the officer added
	// Until is the last minute a decision counts, a returned case can go on, or
	// a blue certificate is good. Of a case that came back or waits it may be
	// unknown.
	Until   Moment
	Contest *LetterContest

	// Of a condition: the certificate, its last test, and the notice's words for
	// it by language.
	Number    CertificateNumber
	LastTest  LastTest
	Condition map[string]string
	// Notice is the one that was decided by, and its version; empty where there
	// was none.
	Notice        string
	NoticeVersion int
}

// LetterContest is what became of a traveller's objection to a decision that
// still stands.
type LetterContest struct {
	At      Moment // when it was received
	Decided Moment // zero: not yet
	Officer string // mark of who answered it
	Why     string
}

// Earliest is the first minute the sample of a last test may be taken, on the
// clock of the departure; zero while the departure is not known.
func (t LastTest) Earliest(departs Moment) Moment {
	departs = departs.Pinned()
	at, ok := departs.Instant()
	if !ok {
		return Moment{}
	}
	at = at.Add(-time.Duration(t.Hours) * time.Hour)
	if departs.Zone == "" {
		return Moment{Wall: at.Format(WallLayout), Offset: departs.Offset}
	}
	return MomentOf(at, departs.Zone)
}

// InternalSheet is what a post keeps on paper of how a case was decided, above
// all what was set aside. It never leaves the post.
type InternalSheet struct {
	Case               Letter        // who and what it is about: the part of every letter
	ID                 ApplicationID // of the case
	Prepared, Reviewed []string      // marks
	Findings           []Finding     // by the notice that Case names
	Override           *OverrideNote
	Decisions          []DecisionNote // all that were made against it, the newest last
}

// Finding is what one check of a notice gave, in words.
type Finding struct {
	Clause  string
	Of      string            // the element that a check of each is about, as a path: "tests[0]"
	Result  string            // one of [FindingResults]
	Waived  bool              // two officers let it pass
	Message map[string]string // the requirement, by language
	Counts  []Counted
}

// FindingResults are the values of [Finding.Result].
var FindingResults = []string{"pass", "fail", "not applicable", "not enough information"}

// Counted is what a check counted, and between which times.
type Counted struct {
	Unit            string // "hours", "days", "months" or "years"
	Counted         string
	AtLeast, AtMost string // the bounds it is compared with, empty where there is none
	From, To        string
}

// OverrideNote is an [Override] for paper, officers by their marks.
type OverrideNote struct {
	Checks              []string // the clauses set aside
	Officer, Authoriser string
	At                  Moment
	Reason              string
}

// DecisionNote is a [Decision] for paper, officers by their marks.
type DecisionNote struct {
	Colour     Colour
	Officer    string
	At, Until  Moment
	Reasons    []string // list "refusals"
	Note       string
	Contested  Moment // zero: it was not
	Grounds    string // what the traveller said against it
	Answered   Moment // zero: the objection waits, or there is none
	AnsweredBy string
	Answer     string
	Lifted     Moment // zero: it stands
	LiftedBy   string
	Why        string // why it was lifted
}
