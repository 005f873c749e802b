package hcert

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/fxamacker/cbor/v2"
	"golang.org/x/text/unicode/norm"

	"pratique/data"
)

// recordKey is the place of the record under the claim -260.
const recordKey = -80

// recordVersion is the version of the record written and read here.
const recordVersion = 1

// lastKey is the greatest key of a record of that version.
const lastKey = 17

// maxInt bounds the numbers in a record.
const maxInt = 1 << 20

type claims struct {
	Issuer  string                    `cbor:"1,keyasint"`
	Expires int64                     `cbor:"4,keyasint"`
	Issued  int64                     `cbor:"6,keyasint"`
	HCert   map[int64]cbor.RawMessage `cbor:"-260,keyasint"`
}

type record struct {
	Version     int       `cbor:"1,keyasint"`
	Practice    bool      `cbor:"2,keyasint,omitempty"`
	Number      string    `cbor:"3,keyasint"`
	Names       [3]string `cbor:"4,keyasint"`
	Birth       string    `cbor:"5,keyasint"`
	Sex         string    `cbor:"6,keyasint"`
	Nationality string    `cbor:"7,keyasint"`
	Document    [4]string `cbor:"8,keyasint"`
	Tests       []test    `cbor:"9,keyasint,omitempty"`
	Doses       []dose    `cbor:"10,keyasint,omitempty"`
	Offset      int64     `cbor:"11,keyasint"`
	Window      window    `cbor:"12,keyasint"`
	Colour      string    `cbor:"13,keyasint"`
	Marks       [2]string `cbor:"14,keyasint"`
	Replaces    string    `cbor:"15,keyasint,omitempty"`
	Notice      *notice   `cbor:"16,keyasint,omitempty"`
	LastTest    *lastTest `cbor:"17,keyasint,omitempty"`
}

type test struct {
	_                                          struct{} `cbor:",toarray"`
	Kind, Specimen, Method, Laboratory, Result string
	Sampled                                    moment
	Analysed                                   *moment
	Reported                                   moment
}

type dose struct {
	_                                  struct{} `cbor:",toarray"`
	Date, Product, Lot, Country, Place string
}

type notice struct {
	_       struct{} `cbor:",toarray"`
	ID      string
	Version int64
}

type lastTest struct {
	_     struct{} `cbor:",toarray"`
	Kind  string
	Hours int64
}

type window struct {
	_           struct{} `cbor:",toarray"`
	From, Until moment
	Why         string
}

// moment is [minutes since the epoch, offset in minutes].
type moment [2]int64

// ErrVersion says that a seal is newer than this reader.
var ErrVersion = fmt.Errorf("%w: newer than this reader", ErrFormat)

// ErrContent says that a seal is well-formed and holds no certificate record.
var ErrContent = fmt.Errorf("%w: holds no certificate record", ErrFormat)

// EncodeStatement writes the payload of a seal. It fails where
// [DecodeStatement] would not give back an equal statement: a text that is not
// UTF-8, a name that is not in normal form C, a time that is not usable, a
// moment with a zone.
func EncodeStatement(st data.Statement) ([]byte, error) {
	b, err := encode(st)
	if err != nil {
		return nil, err
	}
	back, err := decode(b)
	if err != nil || !reflect.DeepEqual(back, st) {
		return nil, errors.Join(fmt.Errorf("statement %s: would not be read as it is", st.Number), err)
	}
	return b, nil
}

func encode(st data.Statement) ([]byte, error) {
	issued, ok1 := st.Issued.Instant()
	expires, ok2 := st.Expires.Instant()
	from, ok3 := encodeMoment(st.ValidFrom)
	until, ok4 := encodeMoment(st.ValidUntil)
	if !ok1 || !ok2 || !ok3 || !ok4 || st.Issued.Offset != st.Expires.Offset {
		return nil, fmt.Errorf("statement %s: a date is not usable", st.Number)
	}
	r := record{
		Version: recordVersion, Practice: st.Practice, Number: string(st.Number),
		Names: [3]string{st.Surname, st.GivenNames, st.NativeName},
		Birth: string(st.Birth), Sex: string(st.Sex), Nationality: st.Nationality,
		Document: [4]string{string(st.DocumentKind), st.DocumentIssuer, st.DocumentNumber, string(st.DocumentExpires)},
		Offset:   offsetMinutes(issued),
		Window:   window{From: from, Until: until, Why: st.Window},
		Colour:   string(st.Colour),
		Marks:    [2]string{st.PreparedBy, st.ApprovedBy},
		Replaces: string(st.Replaces),
	}
	if st.Notice != "" || st.NoticeVersion != 0 {
		r.Notice = &notice{ID: st.Notice, Version: int64(st.NoticeVersion)}
	}
	if st.LastTest != (data.LastTest{}) {
		r.LastTest = &lastTest{Kind: string(st.LastTest.Kind), Hours: int64(st.LastTest.Hours)}
	}
	for _, name := range r.Names {
		if !norm.NFC.IsNormalString(name) {
			return nil, fmt.Errorf("statement %s: a name is not in normal form C", st.Number)
		}
	}
	for i, t := range st.Tests {
		sampled, ok1 := encodeMoment(t.Sampled)
		reported, ok2 := encodeMoment(t.Reported)
		e := test{Kind: string(t.Kind), Specimen: t.Specimen, Method: t.Method, Laboratory: t.Laboratory,
			Result: string(t.Result), Sampled: sampled, Reported: reported}
		ok3 := true
		if !t.Analysed.IsZero() {
			var analysed moment
			analysed, ok3 = encodeMoment(t.Analysed)
			e.Analysed = &analysed
		}
		if !ok1 || !ok2 || !ok3 {
			return nil, fmt.Errorf("statement %s: a time of test %d is not usable", st.Number, i+1)
		}
		r.Tests = append(r.Tests, e)
	}
	for _, d := range st.Doses {
		r.Doses = append(r.Doses, dose{Date: string(d.Date), Product: d.Product, Lot: d.Lot, Country: d.Country, Place: d.Place})
	}
	raw, err := encoder.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	b, err := encoder.Marshal(claims{
		Issuer: st.Issuer, Expires: expires.Unix(), Issued: issued.Unix(),
		HCert: map[int64]cbor.RawMessage{recordKey: raw},
	})
	if err != nil {
		return nil, fmt.Errorf("encode claims: %w", err)
	}
	return b, nil
}

// DecodeStatement reads the payload of a seal whose signature was found good.
// It takes exactly what [EncodeStatement] writes, byte for byte: nothing that
// was signed is passed over in silence.
func DecodeStatement(payload []byte) (data.Statement, error) {
	st, err := decode(payload)
	if err != nil {
		return data.Statement{}, err
	}
	if again, err := encode(st); err != nil || !bytes.Equal(again, payload) {
		return data.Statement{}, fmt.Errorf("%w: not in its one encoding", ErrFormat)
	}
	return st, nil
}

func decode(payload []byte) (data.Statement, error) {
	var none data.Statement
	if foreign.Wellformed(payload) == nil && !holdsRecord(payload) {
		return none, ErrContent
	}
	var c claims
	if err := decoder.Unmarshal(payload, &c); err != nil {
		return none, fmt.Errorf("%w: claims: %w", ErrFormat, err)
	}
	raw := c.HCert[recordKey]
	// The version is read first, by itself: a newer record has other keys.
	var v map[int64]cbor.RawMessage
	var version int
	if err := decoder.Unmarshal(raw, &v); err != nil {
		return none, fmt.Errorf("%w: record: %w", ErrFormat, err)
	}
	if err := decoder.Unmarshal(v[1], &version); err != nil || version != recordVersion {
		return none, ErrVersion
	}
	for key := range v {
		if key < 1 || key > lastKey {
			return none, ErrVersion
		}
	}
	var r record
	if err := decoder.Unmarshal(raw, &r); err != nil {
		return none, fmt.Errorf("%w: record: %w", ErrFormat, err)
	}
	number, ok := canonical(r.Number)
	if !ok {
		return none, fmt.Errorf("%w: number %q", ErrFormat, r.Number)
	}
	var replaces data.CertificateNumber
	if r.Replaces != "" {
		if replaces, ok = canonical(r.Replaces); !ok || replaces == number {
			return none, fmt.Errorf("%w: %q replaces %q", ErrFormat, r.Number, r.Replaces)
		}
	}
	st := data.Statement{
		Practice: r.Practice, Number: number, Issuer: c.Issuer,
		Surname: r.Names[0], GivenNames: r.Names[1], NativeName: r.Names[2],
		Birth: data.Date(r.Birth), Sex: data.Sex(r.Sex), Nationality: r.Nationality,
		DocumentKind: data.DocumentKind(r.Document[0]), DocumentIssuer: r.Document[1],
		DocumentNumber: r.Document[2], DocumentExpires: data.Date(r.Document[3]),
		Window: r.Window.Why, Colour: data.Colour(r.Colour),
		PreparedBy: r.Marks[0], ApprovedBy: r.Marks[1], Replaces: replaces,
	}
	if n := r.Notice; n != nil {
		if n.ID == "" || n.Version < 1 || n.Version > maxInt {
			return none, fmt.Errorf("%w: notice %q, version %d", ErrFormat, n.ID, n.Version)
		}
		st.Notice, st.NoticeVersion = n.ID, int(n.Version)
	}
	if l := r.LastTest; l != nil {
		if l.Kind == "" || l.Hours < 1 || l.Hours > maxInt {
			return none, fmt.Errorf("%w: last test %q within %d hours", ErrFormat, l.Kind, l.Hours)
		}
		st.LastTest = data.LastTest{Kind: data.TestKind(l.Kind), Hours: int(l.Hours)}
	}
	// A blue certificate is good for nothing without the test it names.
	if (st.Colour == data.Blue) != (r.LastTest != nil) {
		return none, fmt.Errorf("%w: colour %q and last test do not agree", ErrFormat, st.Colour)
	}
	var err error
	for _, m := range []struct {
		to   *data.Moment
		from moment
	}{
		{&st.Issued, moment{c.Issued / 60, r.Offset}},
		{&st.Expires, moment{c.Expires / 60, r.Offset}},
		{&st.ValidFrom, r.Window.From},
		{&st.ValidUntil, r.Window.Until},
	} {
		if *m.to, err = decodeMoment(m.from); err != nil {
			return none, err
		}
	}
	if c.Issued%60 != 0 || c.Expires%60 != 0 {
		return none, fmt.Errorf("%w: issued or expires is not a whole minute", ErrFormat)
	}
	for _, t := range r.Tests {
		s := data.StatedTest{Kind: data.TestKind(t.Kind), Specimen: t.Specimen, Method: t.Method,
			Laboratory: t.Laboratory, Result: data.Result(t.Result)}
		if s.Sampled, err = decodeMoment(t.Sampled); err != nil {
			return none, err
		}
		if t.Analysed != nil {
			if s.Analysed, err = decodeMoment(*t.Analysed); err != nil {
				return none, err
			}
		}
		if s.Reported, err = decodeMoment(t.Reported); err != nil {
			return none, err
		}
		st.Tests = append(st.Tests, s)
	}
	for _, d := range r.Doses {
		st.Doses = append(st.Doses, data.StatedDose{Date: data.Date(d.Date), Product: d.Product, Lot: d.Lot, Country: d.Country, Place: d.Place})
	}
	return st, nil
}

// canonical reads a number written the one way that seals have it.
func canonical(s string) (data.CertificateNumber, bool) {
	n, err := data.ParseCertificateNumber(s)
	return n, err == nil && string(n) == s
}

// holdsRecord reports whether there is a record in the claims, whatever else
// there may be: other certificates have other claims as well.
func holdsRecord(payload []byte) bool {
	var c struct {
		HCert map[any]cbor.RawMessage `cbor:"-260,keyasint"`
	}
	err := foreign.Unmarshal(payload, &c)
	_, ok := c.HCert[int64(recordKey)]
	return err == nil && ok
}

func encodeMoment(m data.Moment) (moment, bool) {
	t, ok := m.Instant()
	if !ok {
		return moment{}, false
	}
	return moment{t.Unix() / 60, offsetMinutes(t)}, true
}

func decodeMoment(m moment) (data.Moment, error) {
	const farFuture = 1 << 29 // minutes: the year 2990
	if m[0] < 0 || m[0] > farFuture || m[1] < -14*60 || m[1] > 14*60 {
		return data.Moment{}, fmt.Errorf("%w: a time is out of range", ErrFormat)
	}
	t := time.Unix(m[0]*60, 0).In(time.FixedZone("", int(m[1])*60))
	return data.Moment{Wall: t.Format(data.WallLayout), Offset: t.Format("-07:00")}, nil
}

func offsetMinutes(t time.Time) int64 {
	_, seconds := t.Zone()
	return int64(seconds / 60)
}
