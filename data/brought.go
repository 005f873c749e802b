package data

import "time"

// Brought is a seal that the traveller brought, kept as it is, and what it says
// for the application. Package data/brought makes it and compares.
type Brought struct {
	Seal   string `json:"seal"`             // as it was read, byte for byte
	Format string `json:"format,omitempty"` // one of package seal; empty: none that is known
	Signer string `json:"signer,omitempty"` // subject of its certificate, or whose the key is; where it is known
	// Verdict on it when it was read: "valid", "invalid" or "cannot_say", and why.
	Verdict string    `json:"verdict"`
	Reasons []string  `json:"reasons,omitempty"`
	Read    time.Time `json:"read"`
	Values  []Signed  `json:"values,omitempty"`
}

// Signed is a value that a seal says.
type Signed struct {
	// Field is its path in the JSON of [Content], counted among what this seal
	// says: its first dose is doses[0], wherever it stands in the application.
	Field string `json:"field"`
	// Value is the text of the field; of a [Moment] wall clock and offset,
	// "2022-07-08T09:40+08:00".
	Value string `json:"value"`
	// Reason is why the application says Kept instead, or nothing, in the clerk's
	// words. It holds as long as that is what the application says.
	Kept   string `json:"kept,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// MaxBrought is how many seals an application can keep.
const MaxBrought = 12
