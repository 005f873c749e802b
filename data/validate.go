package data

// Codes is what validation asks of the code lists; data/codes answers it.
type Codes interface {
	// Known reports whether the code stands in the list, retired or not.
	Known(list, code string) bool
	// UsableOn reports whether the code was in use on that day.
	UsableOn(list, code string, day Date) bool
	// Suits reports whether a specimen or method goes with that kind of test.
	Suits(list, code string, kind TestKind) bool
}

// Names of the code lists.
const (
	ListStates    = "states"    // ICAO 9303-3 codes of states and nationalities
	ListDocuments = "documents" // [DocumentKind]
	ListTests     = "tests"     // [TestKind]
	ListSpecimens = "specimens"
	ListMethods   = "methods"
	ListResults   = "results" // [Result]
	ListVaccines  = "vaccines"
	ListReasons   = "reasons" // why an application goes back
)
