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
	Reference string // of the case, as it is read out on the telephone

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
