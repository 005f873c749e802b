package shc

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"pratique/data/seal/jcs"
)

// ErrContent says that what was signed is no health card.
var ErrContent = fmt.Errorf("%w: signed content", ErrFormat)

// Card is what is signed. Empty values were not there.
type Card struct {
	Issuer string `json:"issuer"` // an https address
	// NotBefore and Expires are instants in UTC; Expires is zero for a card that
	// does not end.
	NotBefore time.Time `json:"notBefore"`
	Expires   time.Time `json:"expires,omitzero"`
	Types     []string  `json:"types"`
	// Revocation is what the issuer's revocation list would call this card.
	Revocation    string         `json:"revocation,omitempty"`
	Patients      []Patient      `json:"patients,omitempty"`
	Immunizations []Immunization `json:"immunizations,omitempty"`
	Observations  []Observation  `json:"observations,omitempty"`
	Others        []string       `json:"others,omitempty"` // kinds of resources that were not read
}

// Patient is whom the card is about.
type Patient struct {
	Family string `json:"family,omitempty"`
	Given  string `json:"given,omitempty"` // separated by spaces
	Birth  string `json:"birth,omitempty"`
}

// Immunization is one dose.
type Immunization struct {
	Status    string `json:"status,omitempty"`
	Vaccine   Coding `json:"vaccine"`
	Date      string `json:"date,omitempty"`
	Lot       string `json:"lot,omitempty"`
	Performer string `json:"performer,omitempty"`
}

// Observation is one result.
type Observation struct {
	Status    string `json:"status,omitempty"`
	Code      Coding `json:"code"`
	Value     string `json:"value,omitempty"`
	Date      string `json:"date,omitempty"`
	Performer string `json:"performer,omitempty"`
}

// Coding is a code and the system that it is of.
type Coding struct {
	System string `json:"system,omitempty"`
	Code   string `json:"code,omitempty"`
}

// systems are the short names of those that cards use.
var systems = map[string]string{
	"http://hl7.org/fhir/sid/cvx": "CVX", "http://loinc.org": "LOINC", "http://snomed.info/sct": "SNOMED CT",
}

// String is the system, by its short name if it has one, and the code.
func (c Coding) String() string {
	return strings.TrimSpace(cmp.Or(systems[c.System], c.System) + " " + c.Code)
}

const (
	maxEntries  = 64           // resources of a bundle
	maxField    = 200          // characters of any text that is shown
	lastSecond  = 253402300799 // of the year 9999
	healthCard  = "https://smarthealth.cards#health-card"
	httpsScheme = "https://"
)

// DecodePayload reads a payload whose signature was found good. Errors wrap
// [ErrContent].
func DecodePayload(payload []byte) (c Card, err error) {
	b, err := inflate(payload)
	if err != nil {
		return c, fmt.Errorf("%w: inflate: %w", ErrContent, err)
	}
	tree, err := jcs.Parse(b)
	if err != nil {
		return c, fmt.Errorf("%w: %w", ErrContent, err)
	}
	root := node{tree}
	vc := root.at("vc")
	c.Issuer, c.Revocation = root.text("iss"), vc.text("rid")
	for _, t := range vc.list("type") {
		c.Types = append(c.Types, t.string())
	}
	var ok bool
	if c.NotBefore, ok = root.instant("nbf"); !ok || c.NotBefore.IsZero() {
		return c, fmt.Errorf("%w: nbf is no time in seconds", ErrContent)
	}
	if c.Expires, ok = root.instant("exp"); !ok {
		return c, fmt.Errorf("%w: exp is no time in seconds", ErrContent)
	}
	bundle := vc.at("credentialSubject", "fhirBundle")
	entries := bundle.list("entry")
	switch {
	case !strings.HasPrefix(c.Issuer, httpsScheme) || strings.HasSuffix(c.Issuer, "/"):
		return c, fmt.Errorf("%w: issuer is no https address as it must be written", ErrContent)
	case !slices.Contains(c.Types, healthCard):
		return c, fmt.Errorf("%w: its type is not %s", ErrContent, healthCard)
	case bundle.text("resourceType") != "Bundle":
		return c, fmt.Errorf("%w: no FHIR bundle", ErrContent)
	case len(entries) > maxEntries:
		return c, fmt.Errorf("%w: more than %d resources", ErrContent, maxEntries)
	}
	for _, e := range entries {
		c.add(e.at("resource"))
	}
	return c, nil
}

// add takes one resource over.
func (c *Card) add(r node) {
	switch kind := r.text("resourceType"); kind {
	case "Patient":
		p := Patient{Birth: r.text("birthDate")}
		for i, n := range r.list("name") {
			if i > 0 {
				break
			}
			p.Family = n.text("family")
			var given []string
			for _, g := range n.list("given") {
				given = append(given, g.string())
			}
			p.Given = strings.Join(given, " ")
		}
		c.Patients = append(c.Patients, p)
	case "Immunization":
		c.Immunizations = append(c.Immunizations, Immunization{
			Status: r.text("status"), Vaccine: r.at("vaccineCode").coding(), Date: r.text("occurrenceDateTime"),
			Lot: r.text("lotNumber"), Performer: r.performer(),
		})
	case "Observation":
		o := Observation{Status: r.text("status"), Code: r.at("code").coding(), Date: r.text("effectiveDateTime"), Performer: r.performer()}
		switch {
		case r.at("valueCodeableConcept").value != nil:
			o.Value = r.at("valueCodeableConcept").coding().String()
		case r.at("valueQuantity").value != nil:
			q := r.at("valueQuantity")
			o.Value = strings.TrimSpace(q.text("value") + " " + q.text("unit"))
		default:
			o.Value = r.text("valueString")
		}
		c.Observations = append(c.Observations, o)
	default:
		if kind == "" {
			kind = "?"
		}
		c.Others = append(c.Others, kind)
	}
}

// node is a value of a JSON tree; what is not there is nil, and asking on
// gives nil again.
type node struct{ value any }

func (n node) at(path ...string) node {
	for _, name := range path {
		object, _ := n.value.(map[string]any)
		n.value = object[name]
	}
	return n
}

func (n node) list(name string) (all []node) {
	list, _ := n.at(name).value.([]any)
	for _, v := range list {
		all = append(all, node{v})
	}
	return all
}

// string is a text or a number, cut where nobody writes as much.
func (n node) string() string {
	var s string
	switch v := n.value.(type) {
	case string:
		s = v
	case float64:
		s = fmt.Sprint(v)
	}
	if r := []rune(s); len(r) > maxField {
		s = string(r[:maxField]) + "…"
	}
	return s
}

func (n node) text(name string) string { return n.at(name).string() }

// instant is a time in seconds, zero if there is none.
func (n node) instant(name string) (t time.Time, ok bool) {
	v := n.at(name).value
	if v == nil {
		return t, true
	}
	f, ok := v.(float64)
	if !ok || !(f > 0 && f <= lastSecond) {
		return t, false
	}
	return time.UnixMilli(int64(math.Round(f * 1000))).UTC(), true
}

func (n node) coding() Coding {
	for _, c := range n.list("coding") {
		return Coding{c.text("system"), c.text("code")}
	}
	return Coding{Code: n.text("text")}
}

func (n node) performer() string {
	for _, p := range n.list("performer") {
		if s := p.at("actor").text("display"); s != "" {
			return s
		}
		if s := p.text("display"); s != "" {
			return s
		}
	}
	return ""
}
