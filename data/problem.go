package data

import "fmt"

// Severity of a problem.
type Severity int

// A Stop must be mended; a Confirm may be what the document really says, and
// the officer's confirmation is kept.
const (
	Stop Severity = iota
	Confirm
)

// Problem is one thing wrong with what was entered. It is comparable.
type Problem struct {
	Field    string   `json:"field"`             // path in the JSON of [Content]: "tests[1].sampled"
	Key      string   `json:"key"`               // message key: "problem.time.future"
	Value    string   `json:"value,omitempty"`   // what was found
	Example  string   `json:"example,omitempty"` // what would be right
	Severity Severity `json:"severity"`
}

// ProblemsError carries the problems that stop an act, at least one.
type ProblemsError struct{ Problems []Problem }

func (e *ProblemsError) Error() string {
	return fmt.Sprintf("%d problems, the first: %s at %s", len(e.Problems), e.Problems[0].Key, e.Problems[0].Field)
}
