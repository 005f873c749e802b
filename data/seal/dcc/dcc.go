// Package dcc reads and writes the payload of the EU Digital COVID Certificate:
// a vaccination, a test or a recovery. It holds no keys and signs nothing.
//
// # The bytes
//
// The container is that of package hcert, "HC1:" and all. Its claims are
//
//	{1: issuer, 4: expires, 6: issued, -260: {1: certificate}}
//
// as in eHealth Network, "Technical Specifications for EU Digital COVID
// Certificates volume 1" (hcert_spec 1.0.8 §3.3): issuer is a state (ISO 3166-1
// alpha-2), expires and issued are Unix seconds. The certificate is a map with
// text keys, of eu-dcc-schema 1.3.0; the types below are that map, and their
// tags its keys. All CBOR that we write is RFC 8949 in its core deterministic
// encoding, and dates are text without a tag. There is one entry in exactly one
// of v, t and r.
//
//	nam  fn, gn    names as the travel document has them
//	     fnt, gnt  the same in the letters of a machine-readable zone, "<"
//	               between parts (ICAO Doc 9303-3 §6)
//	dob  "1984-03-08", "1984-03", "1984" or ""
//	ci   "URN:UVCI:01:UT:PR7QF2M9X4T9#6": the state, the certificate number,
//	     and a check character; every DCC of a certificate has the same
//
// The check character is Luhn's, modulo 38, over all before "#" (Vaccination
// proof interoperability guidelines 2, annex 2): [CheckCharacter].
//
// Codes are those of the EU value sets. dn is the number of a dose, sd that of
// the doses of the course: after a course of one dose, boosters are 2/1, 3/1;
// after a longer one 3/3, 4/4. The last dose of a statement is certified.
// An antibody test has no place in a DCC.
//
// # What is read
//
// Any schema from 1.0.0 on: any order and any encoding of CBOR, other members
// (they are passed over), times as floating point, dates tagged or not. A
// certificate is taken if it has a name and one entry; what is empty in it says
// nothing.
package dcc

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/fxamacker/cbor/v2"

	"pratique/data/seal/hcert"
)

// Claims are what is signed.
type Claims struct {
	Issuer string `json:"issuer,omitempty"` // of others: anything
	// Issued and Expires are whole seconds in UTC, zero where there is none.
	Issued      time.Time   `json:"issued,omitzero"`
	Expires     time.Time   `json:"expires,omitzero"`
	Certificate Certificate `json:"certificate"`
}

// Certificate is a DCC.
type Certificate struct {
	Version      string        `json:"ver"`
	Name         Name          `json:"nam"`
	Birth        string        `json:"dob"`
	Vaccinations []Vaccination `json:"v,omitempty"`
	Tests        []Test        `json:"t,omitempty"`
	Recoveries   []Recovery    `json:"r,omitempty"`
}

// Name is a person's name; a person with one name has one part of it.
type Name struct {
	Surname        string `json:"fn,omitempty"`
	SurnameLatin   string `json:"fnt,omitempty"`
	GivenName      string `json:"gn,omitempty"`
	GivenNameLatin string `json:"gnt,omitempty"`
}

// Vaccination is one dose.
type Vaccination struct {
	Disease string `json:"tg"`
	Vaccine string `json:"vp"`
	Product string `json:"mp"`
	Holder  string `json:"ma"`
	Dose    Count  `json:"dn"`
	Series  Count  `json:"sd"`
	Date    string `json:"dt"`
	Country string `json:"co"`
	Issuer  string `json:"is"`
	ID      string `json:"ci"`
}

// Test is one result.
type Test struct {
	Disease string `json:"tg"`
	Type    string `json:"tt"`
	Name    string `json:"nm,omitempty"`
	Device  string `json:"ma,omitempty"`
	Sampled string `json:"sc"`
	Result  string `json:"tr"`
	Centre  string `json:"tc,omitempty"`
	Country string `json:"co"`
	Issuer  string `json:"is"`
	ID      string `json:"ci"`
}

// Recovery is a past infection. We read them and write none.
type Recovery struct {
	Disease       string `json:"tg"`
	FirstPositive string `json:"fr"`
	Country       string `json:"co"`
	Issuer        string `json:"is"`
	From          string `json:"df"`
	Until         string `json:"du"`
	ID            string `json:"ci"`
}

// Count is a number of doses. Some issuers write it as floating point.
type Count int

// UnmarshalCBOR implements [cbor.Unmarshaler].
func (c *Count) UnmarshalCBOR(b []byte) error {
	var f float64
	if err := hcert.UnmarshalForeign(b, &f); err != nil {
		return err
	}
	if f != math.Trunc(f) || math.Abs(f) > math.MaxInt16 {
		return fmt.Errorf("%v doses", f)
	}
	*c = Count(f)
	return nil
}

// Kind of a certificate: the key of its entry.
type Kind string

// The kinds.
const (
	KindVaccination Kind = "v"
	KindTest        Kind = "t"
	KindRecovery    Kind = "r"
)

// Kind is the kind of the entry that is there.
func (c Certificate) Kind() Kind {
	switch {
	case len(c.Vaccinations) > 0:
		return KindVaccination
	case len(c.Tests) > 0:
		return KindTest
	}
	return KindRecovery
}

// ID is the identifier of the entry.
func (c Certificate) ID() string {
	switch {
	case len(c.Vaccinations) > 0:
		return c.Vaccinations[0].ID
	case len(c.Tests) > 0:
		return c.Tests[0].ID
	case len(c.Recoveries) > 0:
		return c.Recoveries[0].ID
	}
	return ""
}

// ErrContent says that what was signed is no DCC.
var ErrContent = errors.New("holds no EU digital COVID certificate")

// claims as they are encoded.
type claims struct {
	Issuer  string  `cbor:"1,keyasint,omitempty"`
	Expires *number `cbor:"4,keyasint,omitempty"`
	Issued  *number `cbor:"6,keyasint,omitempty"`
	HCert   struct {
		DCC cbor.RawMessage `cbor:"1,keyasint"`
	} `cbor:"-260,keyasint"`
}

// number is a time in seconds; some issuers write it as floating point.
type number int64

// lastSecond is the end of the year 9999.
const lastSecond = 253402300799

// UnmarshalCBOR implements [cbor.Unmarshaler].
func (n *number) UnmarshalCBOR(b []byte) error {
	var f float64
	if err := hcert.UnmarshalForeign(b, &f); err != nil {
		return err
	}
	if !(f >= 0 && f <= lastSecond) {
		return errors.New("a time is out of range")
	}
	*n = number(f)
	return nil
}

// time is the instant, zero if there is none.
func (n *number) time() time.Time {
	if n == nil {
		return time.Time{}
	}
	return time.Unix(int64(*n), 0).UTC()
}

var encoder = func() cbor.EncMode {
	m, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err)
	}
	return m
}()

// Decode reads a payload whose signature was found good. Errors wrap
// [ErrContent].
func Decode(payload []byte) (Claims, error) {
	var raw claims
	if err := hcert.UnmarshalForeign(payload, &raw); err != nil {
		return Claims{}, fmt.Errorf("%w: claims: %w", ErrContent, err)
	}
	c := Claims{Issuer: raw.Issuer, Issued: raw.Issued.time(), Expires: raw.Expires.time()}
	if err := hcert.UnmarshalForeign(raw.HCert.DCC, &c.Certificate); err != nil {
		return Claims{}, fmt.Errorf("%w: %w", ErrContent, err)
	}
	if err := c.Certificate.check(); err != nil {
		return Claims{}, fmt.Errorf("%w: %w", ErrContent, err)
	}
	return c, nil
}

// check says what a certificate must have to mean anything.
func (c Certificate) check() error {
	switch {
	case c.Name == Name{}:
		return errors.New("no name")
	case len(c.Vaccinations)+len(c.Tests)+len(c.Recoveries) != 1:
		return errors.New("not one entry")
	}
	return nil
}

// Encode writes a payload. It fails where [Decode] would not give back an equal
// value.
func Encode(c Claims) ([]byte, error) {
	var raw claims
	seconds := func(t time.Time) *number {
		if t.IsZero() {
			return nil
		}
		n := number(t.Unix())
		return &n
	}
	raw.Issuer, raw.Issued, raw.Expires = c.Issuer, seconds(c.Issued), seconds(c.Expires)
	var err error
	if raw.HCert.DCC, err = encoder.Marshal(c.Certificate); err != nil {
		return nil, fmt.Errorf("encode certificate: %w", err)
	}
	b, err := encoder.Marshal(raw)
	if err != nil {
		return nil, fmt.Errorf("encode claims: %w", err)
	}
	back, err := Decode(b)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	if !equal(back, c) {
		return nil, errors.New("encode: would not be read as it is")
	}
	return b, nil
}
