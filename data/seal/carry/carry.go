// Package carry takes what a certificate states over into another format, and
// says why a value cannot be carried. A seal that would have to leave something
// out or bend it is not made.
package carry

import (
	"fmt"
	"strings"

	"pratique/data"
	"pratique/data/codes"
	"pratique/data/mrz"
)

// Reason why a value cannot be carried.
type Reason string

// The reasons.
const (
	Missing    Reason = "missing"    // the format asks for it and there is none
	Partial    Reason = "partial"    // the format asks for a whole date
	Range      Reason = "range"      // a date outside the format's range
	TooLong    Reason = "too-long"   // and the format has no rule for cutting it
	Characters Reason = "characters" // it has some that the format cannot write
	NoCode     Reason = "no-code"    // the format has no code for it
	Antibody   Reason = "antibody"   // an EU DCC has no antibody tests
	Course     Reason = "course"     // of how many doses a course is, nobody settled
)

// Error names the value that cannot be carried.
type Error struct {
	// Field is its path in the JSON of [data.Statement], "tests[1].specimen", or,
	// for what the statement does not have, "tests[1].provider.email" of the
	// laboratory and "tests[1].product" of the application.
	Field  string
	Reason Reason
	// Value is what was to be carried, or the characters that cannot be. It may
	// be personal, so Error leaves it out.
	Value string
}

// Error implements error.
func (e *Error) Error() string {
	return fmt.Sprintf("cannot carry %s: %s", e.Field, e.Reason)
}

// Codes gives the codes of the formats; [*codes.Book] does.
type Codes interface {
	Entry(list, code string) (codes.Entry, bool)
}

// Carrier takes values and keeps the first that cannot be carried.
type Carrier struct {
	codes Codes
	err   error
}

// New is a carrier that looks codes up there.
func New(c Codes) *Carrier { return &Carrier{codes: c} }

// Err is the first refusal, an [*Error], or nil.
func (c *Carrier) Err() error { return c.err }

// Refuse notes that a value cannot be carried.
func (c *Carrier) Refuse(field string, why Reason, value string) {
	if c.err == nil {
		c.err = &Error{Field: field, Reason: why, Value: value}
	}
}

// Text is a text of at most so many characters.
func (c *Carrier) Text(field, value string, most int) string {
	switch {
	case value == "":
		c.Refuse(field, Missing, "")
	case len([]rune(value)) > most:
		c.Refuse(field, TooLong, value)
	}
	return value
}

// ASCII is a text of at most so many characters, all of them printable ASCII.
func (c *Carrier) ASCII(field, value string, most int) string {
	if !IsASCII(value) {
		c.Refuse(field, Characters, value)
	}
	return c.Text(field, value, most)
}

// IsASCII reports whether s is printable ASCII.
func IsASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// Day is a date that names a day.
func (c *Carrier) Day(field string, d data.Date) string {
	switch {
	case d == "":
		c.Refuse(field, Missing, "")
	case !d.Full():
		c.Refuse(field, Partial, string(d))
	}
	return string(d)
}

// Time is a moment as RFC 3339 writes it, at the offset of the place.
func (c *Carrier) Time(field string, m data.Moment) string {
	if _, ok := m.Instant(); !ok {
		c.Refuse(field, Missing, "")
	}
	return m.Wall + ":00" + m.Offset
}

// Name is the statement's name in the letters of a machine-readable zone, parts
// separated by "<". One of the two may be empty.
func (c *Carrier) Name(st data.Statement) (surname, givenNames string) {
	latin := func(field, value string) string {
		s, unknown := mrz.Transliterate(value)
		if len(unknown) > 0 {
			c.Refuse(field, Characters, string(unknown))
		}
		return s
	}
	surname, givenNames = latin("surname", st.Surname), latin("givenNames", st.GivenNames)
	if surname+givenNames == "" {
		c.Refuse("surname", Missing, "")
	}
	return surname, givenNames
}

// Code is what a format, a key of [codes.Entry.Map], calls a code of ours.
func (c *Carrier) Code(field, list, code, format string) string {
	e, _ := c.codes.Entry(list, code)
	if e.Map[format] == "" {
		c.Refuse(field, NoCode, code)
	}
	return e.Map[format]
}

// Entry is a code's entry, refused if there is none.
func (c *Carrier) Entry(field, list, code string) codes.Entry {
	e, ok := c.codes.Entry(list, code)
	if !ok {
		c.Refuse(field, NoCode, code)
	}
	return e
}
