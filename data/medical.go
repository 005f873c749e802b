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
	// Mentions are the things a notice may ask for that the report says or shows.
	Mentions []string `json:"mentions,omitempty"` // list "phrases"
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
	FirstPositive Date    `json:"firstPositive,omitempty"`
	Recovered     Date    `json:"recovered,omitempty"`
	Imaging       Imaging `json:"imaging,omitzero"`
	Remarks       string  `json:"remarks,omitempty"`
}

// Imaging is a picture of the lungs taken after an infection.
type Imaging struct {
	Kind    string `json:"kind,omitempty"` // one of [ImagingKinds]
	Date    Date   `json:"date,omitempty"`
	Finding Imaged `json:"finding,omitempty"`
}

// ImagingKinds are the values of [Imaging.Kind].
var ImagingKinds = []string{"ct", "x-ray"}

// Imaged is what a picture of the lungs shows.
type Imaged string

// The values of [Imaged].
const (
	ImagedClear    Imaged = "clear"
	ImagedAbnormal Imaged = "abnormal"
)

// Paper is something else the traveller hands in, apart from test reports and
// vaccinations: a letter, a form, a photograph.
type Paper struct {
	Kind string `json:"kind,omitempty"` // list "papers"
	// From and Until are the days it speaks of: of a monitoring form the first
	// and last day filled in, of a letter the day it was signed, twice.
	From  Date `json:"from,omitempty"`
	Until Date `json:"until,omitempty"`
	// Mentions are the things a notice may ask for that the paper says or shows.
	Mentions []string `json:"mentions,omitempty"` // list "phrases"
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
	// Country (list "states"), City and District are where it stands; a district
	// is what the state's posts call theirs, the value of [Post.District].
	Country  string `json:"country,omitempty"`
	City     string `json:"city,omitempty"`
	District string `json:"district,omitempty"`
	// Zone is the IANA zone of its clock, where the post knows it: its reports are
	// on that clock.
	Zone string `json:"zone,omitempty"`
	// Class is the post's own sorting of laboratories.
	Class string `json:"class,omitempty"`
	// Designated says to the minute when it was designated, and for what. Where
	// there is none, From and Until do, in whole days.
	Designated []Designation `json:"designated,omitempty"`
}

// Designation is a time for which a post accepts a laboratory's reports.
type Designation struct {
	Kinds []TestKind `json:"kinds"`
	From  Moment     `json:"from"`           // first minute
	Until Moment     `json:"until,omitzero"` // first minute that no longer counts, if it ended
}

// Serves reports whether the laboratory was on the list for that kind of test
// on that day, both ends included.
func (l Laboratory) Serves(kind TestKind, day Date) bool {
	return slices.Contains(l.Kinds, kind) && day >= l.From && (l.Until == "" || day <= l.Until)
}

// DesignatedAt reports whether the laboratory was designated for that kind of
// test at that moment. Ok is false while the moment is not known.
func (l Laboratory) DesignatedAt(kind TestKind, at Moment) (designated, ok bool) {
	at = at.Pinned()
	t, ok := at.Instant()
	if !ok {
		return false, false
	}
	if len(l.Designated) == 0 {
		return l.Serves(kind, at.Date()), true
	}
	for _, d := range l.Designated {
		from, okFrom := d.From.Pinned().Instant()
		until, ends := d.Until.Pinned().Instant()
		if slices.Contains(d.Kinds, kind) && okFrom && !t.Before(from) && (d.Until.IsZero() || ends && t.Before(until)) {
			return true, true
		}
	}
	return false, true
}

// Takes reports whether the laboratory takes that specimen.
func (l Laboratory) Takes(specimen string) bool {
	return len(l.Specimens) == 0 || slices.Contains(l.Specimens, specimen)
}
