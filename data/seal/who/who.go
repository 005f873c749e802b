// Package who reads what lies in the container "HC1:" (package hcert) beside an
// EU DCC: certificates of the World Health Organization, and sub-claims that
// nobody here knows. It holds no keys and writes none.
//
// # The bytes
//
// The claims are those of a DCC, {1: iss, 4: exp, 6: iat, -260: {…}}; what is
// under -260 tells which certificate it is (WorldHealthOrganization/smart-trust,
// input/fsh/models/hcert.fsh):
//
//	3   DDCC:VS, a vaccination          5   a link to a health record
//	4   DDCC:TR, a test result         -6   DVC, a vaccination card (ICVP)
//
// The data sets are drafts that differ from one version to the next, so
// they are read without knowing their members: every value with the path that
// leads to it, "v.dt" or "vx[0].lot". A link (a text, or a list of maps with "u")
// is shown and never followed.
package who

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"pratique/data/seal/hcert"
)

// SubClaim is a key under the claim -260.
type SubClaim int64

// The sub-claims that have a meaning here.
const (
	Vaccination SubClaim = 3
	TestResult  SubClaim = 4
	Link        SubClaim = 5
	Card        SubClaim = -6
)

// SubClaims are the sub-claims that have a meaning here.
var SubClaims = []SubClaim{Vaccination, TestResult, Link, Card}

// ErrContent says that what was signed is none of these certificates.
var ErrContent = errors.New("holds no certificate of the WHO")

const (
	maxFields = 256 // values of a certificate
	maxText   = 500 // characters of one that is shown
)

// Certificate is what is signed.
type Certificate struct {
	SubClaim SubClaim `json:"subClaim"`
	Issuer   string   `json:"issuer,omitempty"`
	// Issued and Expires are whole seconds in UTC, zero where there is none.
	Issued  time.Time `json:"issued,omitzero"`
	Expires time.Time `json:"expires,omitzero"`
	Fields  []Field   `json:"fields"` // by path
}

// Field is one value and the path that leads to it.
type Field struct {
	Path  string `json:"path"`
	Value string `json:"value"`
}

// Find is the value at a path, empty for none.
func (c Certificate) Find(path string) string {
	for _, f := range c.Fields {
		if f.Path == path {
			return f.Value
		}
	}
	return ""
}

// ID is the identifier of the certificate where the data set has one.
func (c Certificate) ID() string {
	for _, path := range []string{"hcid", "certificate.hcid", "ci"} {
		if id := c.Find(path); id != "" {
			return id
		}
	}
	return ""
}

// Decode reads a payload whose signature was found good. Errors wrap
// [ErrContent].
func Decode(payload []byte, which SubClaim) (c Certificate, err error) {
	var claims map[any]any
	if err := hcert.UnmarshalForeign(payload, &claims); err != nil {
		return c, fmt.Errorf("%w: claims: %w", ErrContent, err)
	}
	sub, _ := claims[int64(-260)].(map[any]any)
	content, ok := sub[int64(which)]
	if !ok {
		return c, fmt.Errorf("%w: no sub-claim %d", ErrContent, which)
	}
	c = Certificate{SubClaim: which}
	c.Issuer, _ = claims[int64(1)].(string)
	for key, to := range map[int64]*time.Time{4: &c.Expires, 6: &c.Issued} {
		if v, there := claims[key]; there {
			if *to, ok = instant(v); !ok {
				return c, fmt.Errorf("%w: claim %d is no time in seconds", ErrContent, key)
			}
		}
	}
	if err := c.flatten("", content); err != nil {
		return c, err
	}
	if len(c.Fields) == 0 {
		return c, fmt.Errorf("%w: sub-claim %d says nothing", ErrContent, which)
	}
	slices.SortFunc(c.Fields, func(a, b Field) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Value, b.Value))
	})
	return c, nil
}

// lastSecond is the end of the year 9999.
const lastSecond = 253402300799

func instant(v any) (time.Time, bool) {
	var f float64
	switch v := v.(type) {
	case int64:
		f = float64(v)
	case float64:
		f = v
	default:
		return time.Time{}, false
	}
	if !(f >= 0 && f <= lastSecond) {
		return time.Time{}, false
	}
	return time.Unix(int64(math.Trunc(f)), 0).UTC(), true
}

// flatten adds a value and what lies below it.
func (c *Certificate) flatten(path string, v any) error {
	if len(path) > maxText {
		return fmt.Errorf("%w: a name is too long", ErrContent)
	}
	add := func(value string) error {
		if len(c.Fields) == maxFields {
			return fmt.Errorf("%w: more than %d values", ErrContent, maxFields)
		}
		if r := []rune(value); len(r) > maxText {
			value = string(r[:maxText]) + "…"
		}
		c.Fields = append(c.Fields, Field{path, value})
		return nil
	}
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return add(v)
	case int64:
		return add(strconv.FormatInt(v, 10))
	case float64:
		return add(strconv.FormatFloat(v, 'g', -1, 64))
	case bool:
		return add(strconv.FormatBool(v))
	case time.Time: // text with the tag of a date
		return add(v.UTC().Format(time.RFC3339Nano))
	case []byte:
		return add(hex.EncodeToString(v))
	case []any:
		for i, e := range v {
			if err := c.flatten(fmt.Sprintf("%s[%d]", path, i), e); err != nil {
				return err
			}
		}
		return nil
	case map[any]any:
		for k, e := range v {
			name := fmt.Sprint(k)
			if path != "" {
				name = path + "." + name
			}
			if err := c.flatten(name, e); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("%w: a value that is neither text, number, list nor map", ErrContent)
}
