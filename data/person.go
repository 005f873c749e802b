package data

import (
	"errors"
	"unicode/utf8"
)

// Sex as the travel document states it (ICAO 9303: X is "unspecified").
type Sex string

// The values of [Sex].
const (
	Male        Sex = "M"
	Female      Sex = "F"
	Unspecified Sex = "X"
)

// Traveller is the person a certificate is about. The two names both count and
// neither is derived from the other: the Latin name is the document's, the
// native-script name is the person's.
type Traveller struct {
	// Surname and GivenNames are the document's Latin name as its visual zone
	// prints it. A person with a single name has one of them empty, never both.
	Surname    string `json:"surname,omitempty"`
	GivenNames string `json:"givenNames,omitempty"`
	// NativeName is the name in the person's own script, empty where that is Latin.
	NativeName  string `json:"nativeName,omitempty"`
	Birth       Date   `json:"birth,omitempty"`
	Sex         Sex    `json:"sex,omitempty"`
	Nationality string `json:"nationality,omitempty"` // ICAO 9303-3 code, list "states"
	// ResidentID is the Chinese resident identity number (GB 11643), where there is one.
	ResidentID string   `json:"residentID,omitempty"`
	Phone      string   `json:"phone,omitempty"`
	Email      string   `json:"email,omitempty"`
	Guardian   Guardian `json:"guardian,omitzero"`
}

// Guardian answers for a minor.
type Guardian struct {
	Name           string `json:"name,omitempty"`
	Relation       string `json:"relation,omitempty"`
	DocumentNumber string `json:"documentNumber,omitempty"`
	Phone          string `json:"phone,omitempty"`
}

// DocumentKind says what a travel document is. The second letter of an MRZ
// document code does not tell it reliably: it means different things by issuer.
type DocumentKind string

// The values of [DocumentKind], also the codes of the list "documents".
const (
	OrdinaryPassport      DocumentKind = "ordinary"
	DiplomaticPassport    DocumentKind = "diplomatic"
	ServicePassport       DocumentKind = "service"
	PublicAffairsPassport DocumentKind = "public-affairs"
	TravelPermit          DocumentKind = "travel-document"
	ForeignPassport       DocumentKind = "foreign"
	ResidencePermit       DocumentKind = "residence-permit"
)

// TravelDocument is the document the certificate is bound to and shown with.
type TravelDocument struct {
	Kind    DocumentKind `json:"kind,omitempty"`
	Number  string       `json:"number,omitempty"`
	Issuer  string       `json:"issuer,omitempty"` // ICAO 9303-3 code, list "states"
	Issued  Date         `json:"issued,omitempty"`
	Expires Date         `json:"expires,omitempty"`
	// MRZ is the machine-readable zone as it was read, lines joined by "\n".
	MRZ string `json:"mrz,omitempty"`
}

// Leg is one flight of the journey.
type Leg struct {
	Flight  string `json:"flight,omitempty"` // "UT 846"
	From    string `json:"from,omitempty"`   // IATA airport code
	To      string `json:"to,omitempty"`
	Boards  Moment `json:"boards,omitzero"` // where a notice counts from boarding
	Departs Moment `json:"departs,omitzero"`
	Arrives Moment `json:"arrives,omitzero"`
}

// Stay is a place where the traveller was before the journey.
type Stay struct {
	Country string `json:"country,omitempty"` // list "states"
	City    string `json:"city,omitempty"`
	From    Date   `json:"from,omitempty"`
	Until   Date   `json:"until,omitempty"`
}

// Answer to a question of the health declaration. Empty: it was not asked,
// which is no "no".
type Answer string

// The values of [Answer].
const (
	Unasked Answer = ""
	Yes     Answer = "yes"
	No      Answer = "no"
)

// UnmarshalCBOR reads a record's text, and what older records have in its place:
// true, or false, which they left out.
func (a *Answer) UnmarshalCBOR(b []byte) error {
	switch {
	case len(b) == 0:
		return errAnswer
	case b[0] == 0xf4:
		*a = No
	case b[0] == 0xf5:
		*a = Yes
	case b[0]>>5 == 3: // a text; its length is in the first byte, or follows it
		head := 1
		if n := b[0] & 31; n >= 24 && n <= 27 {
			head += 1 << (n - 24)
		}
		if head > len(b) || !utf8.Valid(b[head:]) {
			return errAnswer
		}
		*a = Answer(b[head:])
	default:
		return errAnswer
	}
	return nil
}

var errAnswer = errors.New("neither a text nor true or false")

// Declaration is what the traveller states and signs at the counter. Where
// they were in those 14 days are [Content.Stays].
type Declaration struct {
	Symptoms   Answer   `json:"symptoms,omitempty"`   // any of the list in the last 14 days
	Complaints []string `json:"complaints,omitempty"` // which; list "symptoms"
	Contact    Answer   `json:"contact,omitempty"`    // with a case in the last 14 days
	Medicine   Answer   `json:"medicine,omitempty"`   // against fever, cough or a cold in the last 72 hours
	Remarks    string   `json:"remarks,omitempty"`
	Agreed     bool     `json:"agreed,omitempty"` // declares all this to be true
	Signed     Date     `json:"signed,omitempty"`
}
