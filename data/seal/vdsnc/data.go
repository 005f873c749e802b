package vdsnc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"pratique/data"
	"pratique/data/seal/carry"
	"pratique/data/seal/jcs"
)

// Type of a seal.
type Type string

// The types.
const (
	TypeTest        Type = "icao.test"
	TypeVaccination Type = "icao.vacc"
)

// version is the only one there is.
const version = 1

// ErrFormat says that a text is no VDS-NC; it is wrapped with what was read and
// why reading stopped.
var ErrFormat = errors.New("not a VDS-NC seal")

// ErrVersion says that a seal is newer than this reader.
var ErrVersion = fmt.Errorf("%w: newer than this reader", ErrFormat)

// ErrContent says that a seal is well-formed and holds no message that this
// package knows, or one that breaks the format.
var ErrContent = fmt.Errorf("%w: holds no message of the format", ErrFormat)

// Data is what is signed. One of Test and Vaccination is there.
type Data struct {
	Issuer      string       `json:"issuer"` // state, Doc 9303-3
	Test        *Test        `json:"test,omitempty"`
	Vaccination *Vaccination `json:"vaccination,omitempty"`
}

// Type is the type that the message makes it.
func (d Data) Type() Type {
	if d.Test != nil {
		return TypeTest
	}
	return TypeVaccination
}

// Number is the certificate's identifier, of ours the certificate number.
func (d Data) Number() string {
	switch {
	case d.Test != nil:
		return d.Test.Number
	case d.Vaccination != nil:
		return d.Vaccination.Number
	}
	return ""
}

// Test is the message of icao.test. The tags are the format's names; the
// package comment says what they mean.
type Test struct {
	Number string `json:"utci,omitempty"`
	Person struct {
		Name           string `json:"n"`
		Birth          string `json:"dob"`
		DocumentType   string `json:"dt"`
		DocumentNumber string `json:"dn"`
	} `json:"pid"`
	Provider struct {
		Name    string            `json:"spn"`
		Country string            `json:"ctr"`
		Contact map[string]string `json:"cd"`
	} `json:"sp"`
	Dates struct {
		Sampled  string `json:"sc"`
		Reported string `json:"ri"`
	} `json:"dat"`
	Result struct {
		Kind     string `json:"tc"`
		Result   string `json:"r"`
		Specimen string `json:"m,omitempty"`
	} `json:"tr"`
	Note string `json:"opt,omitempty"`
}

// Vaccination is the message of icao.vacc.
type Vaccination struct {
	Number string `json:"uvci"`
	Person struct {
		Name           string `json:"n"`
		Birth          string `json:"dob,omitempty"`
		Sex            string `json:"sex,omitempty"`
		TravelDocument string `json:"i,omitempty"`
		OtherDocument  string `json:"ai,omitempty"`
	} `json:"pid"`
	Vaccines []Vaccine `json:"ve"`
}

// Vaccine is one product with its doses.
type Vaccine struct {
	Code    string `json:"des"` // ICD-11
	Name    string `json:"nam"`
	Disease string `json:"dis,omitempty"` // ICD-11
	Doses   []Dose `json:"vd"`
}

// Dose is one dose.
type Dose struct {
	Date     string `json:"dvc"`
	Sequence int    `json:"seq"`
	Country  string `json:"ctr"`
	Place    string `json:"adm"`
	Lot      string `json:"lot"`
	Next     string `json:"dvn,omitempty"`
}

// signed is the value of "data" as it stands in the text.
type signed struct {
	Header struct {
		Type    Type   `json:"t"`
		Version int    `json:"v"`
		Issuer  string `json:"is"`
	} `json:"hdr"`
	Message json.RawMessage `json:"msg"`
}

// EncodeData writes what is to be signed. It fails where [DecodeData] would
// not give back an equal value.
func EncodeData(d Data) ([]byte, error) {
	b, err := encode(d)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", d.Type(), err)
	}
	back, err := DecodeData(b)
	if err != nil || !reflect.DeepEqual(back, d) {
		return nil, errors.Join(fmt.Errorf("encode %s: would not be read as it is", d.Type()), err)
	}
	return b, nil
}

func encode(d Data) ([]byte, error) {
	var s signed
	var err error
	s.Header.Type, s.Header.Version, s.Header.Issuer = d.Type(), version, d.Issuer
	if d.Test != nil {
		s.Message, err = json.Marshal(d.Test)
	} else {
		s.Message, err = json.Marshal(d.Vaccination)
	}
	if err != nil {
		return nil, err
	}
	return jcs.Of(s)
}

// DecodeData reads what was signed, once a signature over it was found good.
// Nothing that was signed is passed over in silence: what was understood says
// again, in canonical JSON, all that is there.
func DecodeData(canonical []byte) (Data, error) {
	var none Data
	tree, err := jcs.Parse(canonical)
	if err != nil {
		return none, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	stated, err := jcs.Append(nil, plain("", tree))
	if err != nil {
		return none, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	var s signed
	if err := json.Unmarshal(stated, &s); err != nil {
		return none, fmt.Errorf("%w: header: %w", ErrContent, err)
	}
	switch {
	case s.Header.Type != TypeTest && s.Header.Type != TypeVaccination:
		return none, fmt.Errorf("%w: type %q", ErrContent, s.Header.Type)
	case s.Header.Version != version:
		return none, ErrVersion
	}
	d := Data{Issuer: s.Header.Issuer}
	var into any
	if s.Header.Type == TypeTest {
		d.Test = new(Test)
		into = d.Test
	} else {
		d.Vaccination = new(Vaccination)
		into = d.Vaccination
	}
	if err := json.Unmarshal(s.Message, into); err != nil {
		return none, fmt.Errorf("%w: message: %w", ErrContent, err)
	}
	if err := d.check(); err != nil {
		return none, fmt.Errorf("%w: %w", ErrContent, err)
	}
	if again, err := encode(d); err != nil || !bytes.Equal(again, stated) {
		return none, fmt.Errorf("%w: a member that does not belong there", ErrContent)
	}
	return d, nil
}

// plain undoes what issuers do differently; name is that of the member v is in.
func plain(name string, v any) any {
	switch v := v.(type) {
	case []any:
		all := make([]any, len(v))
		for i, e := range v {
			all[i] = plain("", e)
		}
		return all
	case map[string]any:
		all := map[string]any{}
		for name, e := range v {
			if e == nil || e == "" {
				continue
			}
			if _, both := v["dis"]; name == "dis " && !both {
				name = "dis"
			}
			all[name] = plain(name, e)
		}
		return all
	case string:
		if n, err := strconv.ParseUint(v, 10, 7); name == "seq" && err == nil {
			return float64(n)
		}
	}
	return v
}

// check holds a message to the format.
func (d Data) check() error {
	var c checker
	c.state("is", d.Issuer)
	switch {
	case d.Test != nil:
		d.Test.check(&c)
	case d.Vaccination != nil:
		d.Vaccination.check(&c)
	}
	return c.err
}

func (t *Test) check(c *checker) {
	if t.Number != "" { // a published schema does not ask for it
		c.text("utci", t.Number, maxNumber)
	}
	c.text("n", t.Person.Name, maxName)
	c.text("dob", t.Person.Birth, maxBirth)
	c.text("dt", t.Person.DocumentType, maxDocumentType)
	c.text("dn", t.Person.DocumentNumber, maxDocument)
	c.text("spn", t.Provider.Name, maxProvider)
	c.state("ctr", t.Provider.Country)
	c.fault(len(t.Provider.Contact) == 0, "cd is missing")
	for name, value := range t.Provider.Contact { // any others are the issuer's
		c.text("cd", name, maxText)
		c.text("cd", value, maxText)
	}
	c.fault(len(t.Provider.Contact["p"]) > maxPhone, "p has too many characters")
	c.time("sc", t.Dates.Sampled)
	c.time("ri", t.Dates.Reported)
	c.oneOf("tc", t.Result.Kind, "molecular(PCR)", "molecular(other)", "antigen", "antibody")
	c.oneOf("r", t.Result.Result, "positive", "negative", "normal", "abnormal")
	c.oneOf("m", t.Result.Specimen, "", "nasopharyngeal", "oropharyngeal", "saliva", "blood", "other")
	if t.Note != "" {
		c.text("opt", t.Note, maxNote)
	}
}

func (v *Vaccination) check(c *checker) {
	c.text("uvci", v.Number, maxNumber)
	p := v.Person
	c.text("n", p.Name, maxName)
	for _, e := range []struct {
		name, value string
		most        int
	}{{"dob", p.Birth, maxBirth}, {"i", p.TravelDocument, maxTravelDocument}, {"ai", p.OtherDocument, maxDocument}} {
		if e.value != "" {
			c.text(e.name, e.value, e.most)
		}
	}
	c.oneOf("sex", p.Sex, "", "M", "F", "X")
	c.fault(p.Birth == "" && p.TravelDocument == "", "dob or i is missing")
	c.fault(len(v.Vaccines) == 0, "no vaccine")
	for _, e := range v.Vaccines {
		c.text("des", e.Code, maxICD11)
		c.text("nam", e.Name, maxText)
		if e.Disease != "" {
			c.text("dis", e.Disease, maxICD11)
		}
		c.fault(len(e.Doses) == 0, "no dose")
		for _, d := range e.Doses {
			c.date("dvc", d.Date)
			c.fault(d.Sequence < 1 || d.Sequence > maxSequence, "seq is out of range")
			c.state("ctr", d.Country)
			c.text("adm", d.Place, maxProvider)
			c.text("lot", d.Lot, maxLot)
			if d.Next != "" {
				c.date("dvn", d.Next)
			}
		}
	}
}

// Limits in characters, and of seq.
const (
	maxNumber         = 12
	maxName           = 39
	maxBirth          = len("2006-01-02")
	maxDocumentType   = 2
	maxDocument       = 24
	maxTravelDocument = 11
	maxProvider       = 20
	maxPhone          = 19
	maxNote           = 20
	maxICD11          = 6
	maxLot            = 20
	maxSequence       = 99
)

// checker keeps the first fault.
type checker struct{ err error }

func (c *checker) fault(is bool, what string) {
	if is && c.err == nil {
		c.err = errors.New(what)
	}
}

func (c *checker) text(name, value string, most int) {
	c.fault(value == "", name+" is missing")
	c.fault(len(value) > most, fmt.Sprintf("%s has more than %d characters", name, most))
	c.fault(!carry.IsASCII(value), name+" is not printable ASCII")
}

func (c *checker) state(name, value string) {
	c.fault(value == "" || len(value) > 3 || strings.Trim(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "", name+" is no state")
}

func (c *checker) date(name, value string) {
	c.fault(!data.Date(value).Full(), name+" is no day")
}

func (c *checker) time(name, value string) {
	_, err := time.Parse(time.RFC3339, value)
	c.fault(err != nil, name+" is no time with a zone")
}

func (c *checker) oneOf(name, value string, allowed ...string) {
	c.fault(!slices.Contains(allowed, value), name+" has no such value")
}
