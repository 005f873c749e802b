package data

import "slices"

// TestKind is what a test looks for; also the codes of the list "tests".
type TestKind string

// The values of [TestKind].
const (
	NucleicAcid TestKind = "naat"
	Antigen     TestKind = "antigen"
	SerumIgM    TestKind = "igm"
	SerumIgMN   TestKind = "igm-n" // IgM against the N protein
	SerumIgG    TestKind = "igg"
)

// TestKinds are all kinds, in the order of the paper.
var TestKinds = []TestKind{NucleicAcid, Antigen, SerumIgM, SerumIgMN, SerumIgG}

// Antibody reports whether the test looks for antibodies, not for the virus.
func (k TestKind) Antibody() bool { return k == SerumIgM || k == SerumIgMN || k == SerumIgG }

// Result of a test; also the codes of the list "results".
type Result string

// The values of [Result].
const (
	Negative      Result = "negative"
	Positive      Result = "positive"
	Indeterminate Result = "indeterminate"
)

// Test is one laboratory result, with the three times its report shows.
type Test struct {
	Kind       TestKind     `json:"kind,omitempty"`
	Specimen   string       `json:"specimen,omitempty"` // list "specimens"
	Method     string       `json:"method,omitempty"`   // list "methods"
	Product    string       `json:"product,omitempty"`  // list "products", where the report names it
	Laboratory LaboratoryID `json:"laboratory,omitempty"`
	Sampled    Moment       `json:"sampled,omitzero"`
	Analysed   Moment       `json:"analysed,omitzero"` // where the report gives it
	Reported   Moment       `json:"reported,omitzero"`
	Result     Result       `json:"result,omitempty"`
	ReportNo   string       `json:"reportNo,omitempty"`
}

// Dose is one vaccination that happened. "2 of 2" is never entered: whether a
// course is complete is computed from the doses.
type Dose struct {
	Date    Date   `json:"date,omitempty"`
	Product string `json:"product,omitempty"` // list "vaccines"
	Lot     string `json:"lot,omitempty"`
	Country string `json:"country,omitempty"` // list "states"
	Place   string `json:"place,omitempty"`
}

// Infection is a past infection the traveller tells of.
type Infection struct {
	FirstPositive Date   `json:"firstPositive,omitempty"`
	Recovered     Date   `json:"recovered,omitempty"`
	Remarks       string `json:"remarks,omitempty"`
}

// LaboratoryID names a laboratory in the post's list.
type LaboratoryID string

// Laboratory is an entry of the post's list of laboratories.
type Laboratory struct {
	ID   LaboratoryID `json:"id"`
	Name string       `json:"name"`
	// NativeName is the name as its own country writes it, where that differs.
	NativeName string `json:"nativeName,omitempty"`
	// SealName is the name inside a seal: printable ASCII, at most 20 characters.
	SealName string     `json:"sealName"`
	Phone    string     `json:"phone,omitempty"`
	Email    string     `json:"email,omitempty"`
	Address  string     `json:"address,omitempty"`
	Kinds    []TestKind `json:"kinds"` // the tests it may do
	// Specimens are those it takes (list "specimens"), all if there are none.
	Specimens []string `json:"specimens,omitempty"`
	From      Date     `json:"from"` // first day on the list
	Until     Date     `json:"until,omitempty"`
}

// Serves reports whether the laboratory was on the list for that kind of test
// on that day, both ends included.
func (l Laboratory) Serves(kind TestKind, day Date) bool {
	return slices.Contains(l.Kinds, kind) && day >= l.From && (l.Until == "" || day <= l.Until)
}

// Takes reports whether the laboratory takes that specimen.
func (l Laboratory) Takes(specimen string) bool {
	return len(l.Specimens) == 0 || slices.Contains(l.Specimens, specimen)
}
