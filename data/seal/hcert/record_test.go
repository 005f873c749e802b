package hcert

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"pratique/data"
)

// Specimen is the statement of the worked example.
var Specimen = data.Statement{
	Practice: true, Number: "PR7QF2M9X4T1", Issuer: "UT",
	Surname: "YANGBEN", GivenNames: "SPECIMEN", NativeName: "样本", Birth: "1984-03-08", Sex: data.Male, Nationality: "CHN",
	DocumentKind: data.OrdinaryPassport, DocumentIssuer: "CHN", DocumentNumber: "E00000000", DocumentExpires: "2029-07-09",
	Tests: []data.StatedTest{
		{Kind: data.NucleicAcid, Specimen: "oropharyngeal", Method: "rt-pcr", Laboratory: "Amaurote Central Lab", Result: data.Negative,
			Sampled: at("2022-07-08T16:30"), Analysed: at("2022-07-08T22:30"), Reported: at("2022-07-09T00:30")},
		{Kind: data.SerumIgM, Specimen: "venous", Method: "clia", Laboratory: "Amaurote Central Lab", Result: data.Negative,
			Sampled: at("2022-07-08T16:30"), Reported: at("2022-07-09T00:30")},
		{Kind: data.SerumIgG, Specimen: "venous", Method: "clia", Laboratory: "Amaurote Central Lab", Result: data.Positive,
			Sampled: at("2022-07-08T16:30"), Reported: at("2022-07-09T00:30")},
	},
	Doses: []data.StatedDose{
		{Date: "2021-11-13", Product: "CoronaVac", Lot: "A202103012", Country: "CHN", Place: "Harbour Clinic 3"},
		{Date: "2021-12-11", Product: "CoronaVac", Lot: "B202104077", Country: "CHN", Place: "Harbour Clinic 3"},
	},
	Issued: at("2022-07-09T18:30"), ValidFrom: at("2022-07-09T18:30"), ValidUntil: at("2022-07-10T23:59"), Window: data.WindowJourney,
	Expires: at("2023-01-06T23:59"), Colour: data.Green, Notice: "practice-2020-01", NoticeVersion: 1, PreparedBy: "A", ApprovedBy: "B",
}

// Replaced is the number of a certificate that a specimen corrects.
const Replaced data.CertificateNumber = "PR34K8D1H6Z9"

// BlueSpecimen is the specimen, good only together with a last test.
func BlueSpecimen() data.Statement {
	st := specimen()
	st.Colour, st.LastTest = data.Blue, data.LastTest{Kind: data.Antigen, Hours: 12}
	return st
}

func at(wall string) data.Moment { return data.Moment{Wall: wall, Offset: "+08:00"} }

func init() {
	// The number's check character, so that nobody has to reckon it.
	for _, c := range "0123456789ABCDEFGHJKMNPQRSTVWXYZ" {
		if n, err := data.ParseCertificateNumber(string(Specimen.Number[:11]) + string(c)); err == nil {
			Specimen.Number = n
		}
	}
}

func TestStatementComesBack(t *testing.T) {
	for name, change := range map[string]func(*data.Statement){
		"specimen":        func(*data.Statement) {},
		"real":            func(st *data.Statement) { st.Practice = false },
		"one name":        func(st *data.Statement) { st.GivenNames, st.NativeName = "", "" },
		"no tests":        func(st *data.Statement) { st.Tests = nil },
		"no doses":        func(st *data.Statement) { st.Doses = nil },
		"birth by year":   func(st *data.Statement) { st.Birth = "1984" },
		"other zones":     func(st *data.Statement) { st.ValidUntil.Offset, st.Tests[0].Sampled.Offset = "-09:30", "+05:45" },
		"farthest offset": func(st *data.Statement) { st.ValidFrom.Offset, st.ValidUntil.Offset = "-14:00", "+14:00" },
		"replaces":        func(st *data.Statement) { st.Replaces = Replaced },
		"no notice":       func(st *data.Statement) { st.Notice, st.NoticeVersion = "", 0 },
		"blue":            func(st *data.Statement) { *st = BlueSpecimen() },
		"first minute":    func(st *data.Statement) { st.ValidFrom = data.Moment{Wall: "1970-01-01T00:00", Offset: "+00:00"} },
	} {
		st := specimen()
		change(&st)
		b, err := EncodeStatement(st)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if back, err := DecodeStatement(b); err != nil || !reflect.DeepEqual(back, st) {
			t.Errorf("%s: came back as %+v, %v", name, back, err)
		}
	}
}

// specimen is a copy that may be changed.
func specimen() data.Statement {
	st := Specimen
	st.Tests = append([]data.StatedTest(nil), st.Tests...)
	st.Doses = append([]data.StatedDose(nil), st.Doses...)
	return st
}

// What could not be read back as it was is not written in the first place.
func TestEncodeStatementRefuses(t *testing.T) {
	for name, change := range map[string]func(*data.Statement){
		"name not in form C":       func(st *data.Statement) { st.Surname = "MU\u0308LLER" },
		"name not UTF-8":           func(st *data.Statement) { st.NativeName = "\xff" },
		"place not UTF-8":          func(st *data.Statement) { st.Doses[0].Place = "\xff" },
		"number with a typo":       func(st *data.Statement) { st.Number = flip(st.Number) },
		"number with hyphens":      func(st *data.Statement) { st.Number = data.CertificateNumber(st.Number.String()) },
		"no number":                func(st *data.Statement) { st.Number = "" },
		"replaces with a typo":     func(st *data.Statement) { st.Replaces = flip(Replaced) },
		"replaces with hyphens":    func(st *data.Statement) { st.Replaces = data.CertificateNumber(Replaced.String()) },
		"notice without a version": func(st *data.Statement) { st.NoticeVersion = 0 },
		"notice without a name":    func(st *data.Statement) { st.Notice = "" },
		"blue without last test":   func(st *data.Statement) { st.Colour = data.Blue },
		"green with a last test":   func(st *data.Statement) { st.LastTest = BlueSpecimen().LastTest },
		"last test of no kind":     func(st *data.Statement) { *st = BlueSpecimen(); st.LastTest.Kind = "" },
		"last test at no time":     func(st *data.Statement) { *st = BlueSpecimen(); st.LastTest.Hours = 0 },
		"replaces itself":          func(st *data.Statement) { st.Replaces = st.Number },
		"issued without offset":    func(st *data.Statement) { st.Issued.Offset = "" },
		"issued with a zone":       func(st *data.Statement) { st.Issued.Zone = "Asia/Singapore" },
		"two clocks":               func(st *data.Statement) { st.Expires.Offset = "+09:00" },
		"sampled half typed":       func(st *data.Statement) { st.Tests[0].Sampled.Wall = "2022-07-08T1" },
		"sampled with one digit":   func(st *data.Statement) { st.Tests[0].Sampled.Wall = "2022-07-08T9:30" },
		"offset minus zero":        func(st *data.Statement) { st.ValidFrom.Offset = "-00:00" },
		"analysed without wall":    func(st *data.Statement) { st.Tests[0].Analysed.Wall = "" },
		"reported missing":         func(st *data.Statement) { st.Tests[0].Reported = data.Moment{} },
		"before the epoch":         func(st *data.Statement) { st.Tests[0].Sampled.Wall = "1969-12-31T23:59" },
		"empty instead of nothing": func(st *data.Statement) { st.Doses = []data.StatedDose{} },
	} {
		st := specimen()
		change(&st)
		if _, err := EncodeStatement(st); err == nil {
			t.Errorf("%s: encoded", name)
		}
	}
}

// flip changes the last character of a number.
func flip(n data.CertificateNumber) data.CertificateNumber {
	last := "0"
	if n[11] == '0' {
		last = "1"
	}
	return n[:11] + data.CertificateNumber(last)
}

// edited is the specimen's payload after its claims and its record, as maps,
// were changed.
func edited(t *testing.T, change func(claims map[int64]any, record map[int64]any)) []byte {
	t.Helper()
	b, err := EncodeStatement(Specimen)
	if err != nil {
		t.Fatal(err)
	}
	var claims map[int64]any
	if err := cbor.Unmarshal(b, &claims); err != nil {
		t.Fatal(err)
	}
	record := map[int64]any{}
	for key, v := range claims[-260].(map[any]any)[int64(recordKey)].(map[any]any) {
		record[int64(key.(uint64))] = v
	}
	claims[-260] = map[int64]any{recordKey: record}
	change(claims, record)
	if b, err = encoder.Marshal(claims); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestInvariant9DecodeStatementIsStrict(t *testing.T) {
	if _, err := DecodeStatement(edited(t, func(_, _ map[int64]any) {})); err != nil {
		t.Fatalf("unchanged: %v", err)
	}
	good, err := EncodeStatement(Specimen)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		change func(claims, record map[int64]any)
		want   error
	}{
		{"other version", func(_, r map[int64]any) { r[1] = 2 }, ErrVersion},
		{"version 0", func(_, r map[int64]any) { r[1] = 0 }, ErrVersion},
		{"no version", func(_, r map[int64]any) { delete(r, 1) }, ErrVersion},
		{"version and more", func(_, r map[int64]any) { r[1] = 2; r[18] = "new" }, ErrVersion},
		{"another key", func(_, r map[int64]any) { r[18] = "new" }, ErrVersion},
		{"a negative key", func(_, r map[int64]any) { r[-1] = "new" }, ErrVersion},
		{"EU certificate", func(c, r map[int64]any) { c[-260] = map[int64]any{1: map[string]any{"ver": "1.3.0"}} }, ErrContent},
		{"EU certificate beside it", func(c, r map[int64]any) { c[-260].(map[int64]any)[1] = map[string]any{"ver": "1.3.0"} }, ErrFormat},
		{"nothing under -260", func(c, _ map[int64]any) { c[-260] = map[int64]any{} }, ErrContent},
		{"no -260", func(c, _ map[int64]any) { delete(c, -260) }, ErrContent},
		{"another claim", func(c, _ map[int64]any) { c[5] = 1657362600 }, ErrFormat},
		{"no issuer", func(c, _ map[int64]any) { delete(c, 1) }, ErrFormat},
		{"issued is text", func(c, _ map[int64]any) { c[6] = "1657362600" }, ErrFormat},
		{"issued is a float", func(c, _ map[int64]any) { c[6] = 1657362600.5 }, ErrFormat},
		{"issued within a minute", func(c, _ map[int64]any) { c[6] = 1657362601 }, ErrFormat},
		{"issued before the epoch", func(c, _ map[int64]any) { c[6] = -60 }, ErrFormat},
		{"expires in ten thousand years", func(c, _ map[int64]any) { c[4] = 1 << 40 }, ErrFormat},
		{"practice false is absent", func(_, r map[int64]any) { r[2] = false }, ErrFormat},
		{"practice is a number", func(_, r map[int64]any) { r[2] = 1 }, ErrFormat},
		{"number with a typo", func(_, r map[int64]any) { r[3] = string(flip(Specimen.Number)) }, ErrFormat},
		{"number as printed", func(_, r map[int64]any) { r[3] = Specimen.Number.String() }, ErrFormat},
		{"replaces a typo", func(_, r map[int64]any) { r[15] = string(flip(Replaced)) }, ErrFormat},
		{"replaces as printed", func(_, r map[int64]any) { r[15] = Replaced.String() }, ErrFormat},
		{"replaces itself", func(_, r map[int64]any) { r[15] = string(Specimen.Number) }, ErrFormat},
		{"replaces nothing is absent", func(_, r map[int64]any) { r[15] = "" }, ErrFormat},
		{"replaces two", func(_, r map[int64]any) { r[15] = []any{string(Replaced), string(Replaced)} }, ErrFormat},
		{"notice is a name", func(_, r map[int64]any) { r[16] = "practice-2020-01" }, ErrFormat},
		{"notice without version", func(_, r map[int64]any) { r[16] = []any{"practice-2020-01"} }, ErrFormat},
		{"notice of version 0", func(_, r map[int64]any) { r[16] = []any{"practice-2020-01", 0} }, ErrFormat},
		{"notice of no name", func(_, r map[int64]any) { r[16] = []any{"", 1} }, ErrFormat},
		{"notice null is absent", func(_, r map[int64]any) { r[16] = nil }, ErrFormat},
		{"blue without its last test", func(_, r map[int64]any) { r[13] = "blue" }, ErrFormat},
		{"green with a last test", func(_, r map[int64]any) { r[17] = []any{"antigen", 12} }, ErrFormat},
		{"last test within no hours", func(_, r map[int64]any) { r[13], r[17] = "blue", []any{"antigen", 0} }, ErrFormat},
		{"last test within half an hour", func(_, r map[int64]any) { r[13], r[17] = "blue", []any{"antigen", 0.5} }, ErrFormat},
		{"two names", func(_, r map[int64]any) { r[4] = []any{"YANGBEN", "SPECIMEN"} }, ErrFormat},
		{"four names", func(_, r map[int64]any) { r[4] = []any{"YANGBEN", "SPECIMEN", "样本", "ALIAS"} }, ErrFormat},
		{"name not in form C", func(_, r map[int64]any) { r[4] = []any{"MU\u0308LLER", "", ""} }, ErrFormat},
		{"name not UTF-8", func(_, r map[int64]any) { r[4] = []any{"\xff", "", ""} }, ErrFormat},
		{"name as bytes", func(_, r map[int64]any) { r[4] = []any{[]byte("YANGBEN"), "", ""} }, ErrFormat},
		{"name tagged", func(_, r map[int64]any) { r[4] = []any{cbor.Tag{Number: 32, Content: "YANGBEN"}, "", ""} }, ErrFormat},
		{"document of five", func(_, r map[int64]any) { r[8] = []any{"ordinary", "CHN", "E00000000", "2029-07-09", ""} }, ErrFormat},
		{"tests empty is absent", func(_, r map[int64]any) { r[9] = []any{} }, ErrFormat},
		{"test of seven", func(_, r map[int64]any) { r[9] = []any{r[9].([]any)[0].([]any)[:7]} }, ErrFormat},
		{"moment of three", func(_, r map[int64]any) { r[12] = []any{[]any{27622000, 480, 1}, []any{27623000, 480}, "journey"} }, ErrFormat},
		{"moment without offset", func(_, r map[int64]any) { r[12] = []any{[]any{27622000}, []any{27623000, 480}, "journey"} }, ErrFormat},
		{"offset of a day", func(_, r map[int64]any) { r[11] = 24 * 60 }, ErrFormat},
		{"no colour", func(_, r map[int64]any) { delete(r, 13) }, ErrFormat},
		{"65 tests", func(_, r map[int64]any) {
			for len(r[9].([]any)) < 65 {
				r[9] = append(r[9].([]any), r[9].([]any)[0])
			}
		}, ErrFormat},
	} {
		_, err := DecodeStatement(edited(t, tt.change))
		if !errors.Is(err, tt.want) || !errors.Is(err, ErrFormat) || tt.want == ErrFormat && (errors.Is(err, ErrVersion) || errors.Is(err, ErrContent)) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	for name, b := range map[string][]byte{
		"empty": {}, "null": {0xf6}, "a number": {0x01}, "one byte more": append(bytes.Clone(good), 0), "one byte less": good[:len(good)-1],
		// a4 01 62 5554: the map of four, its key 1, "UT" — with other spellings of the same.
		"length in two bytes":    append([]byte{0xb8, 0x04}, good[1:]...),
		"text length in two":     bytes.Replace(good, []byte{0x01, 0x62, 'U', 'T'}, []byte{0x01, 0x78, 0x02, 'U', 'T'}, 1),
		"indefinite map":         append(append([]byte{0xbf}, good[1:]...), 0xff),
		"indefinite text":        bytes.Replace(good, []byte{0x01, 0x62, 'U', 'T'}, []byte{0x01, 0x7f, 0x62, 'U', 'T', 0xff}, 1),
		"key twice":              append(append([]byte{0xa5}, good[1:5]...), good[1:]...),
		"tag before it":          append([]byte{0xc6}, good...),
		"nested a thousand deep": append(bytes.Repeat([]byte{0x81}, 1000), 0x01),
	} {
		if _, err := DecodeStatement(b); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v, want ErrFormat", name, err)
		}
	}
}

// statementOf builds a statement from arbitrary bytes: the first of them
// choose what is there, the rest are cut into its texts.
func statementOf(b []byte) data.Statement {
	next := func() int {
		if len(b) == 0 {
			return 0
		}
		n := int(b[0])
		b = b[1:]
		return n
	}
	text := func() string {
		n := min(next()%24, len(b))
		s := string(b[:n])
		b = b[n:]
		return s
	}
	moment := func() data.Moment {
		if next()%16 == 0 {
			return data.Moment{Wall: text(), Zone: text(), Offset: text()}
		}
		t := moment{int64(next())<<16 | int64(next())<<8 | int64(next()), int64(next()%57-28) * 30}
		m, _ := decodeMoment(t)
		return m
	}
	st := Specimen
	st.Practice = next()%2 == 0
	st.Surname, st.GivenNames, st.NativeName = text(), text(), text()
	st.Birth, st.Nationality, st.DocumentNumber, st.DocumentIssuer = data.Date(text()), text(), text(), text()
	st.Window, st.Colour, st.PreparedBy, st.ApprovedBy = text(), data.Colour(text()), text(), text()
	st.Issued, st.ValidFrom, st.ValidUntil, st.Expires = moment(), moment(), moment(), moment()
	if next()%4 > 0 {
		st.Expires.Offset = st.Issued.Offset
	}
	switch next() % 4 {
	case 0:
		st.Replaces = data.CertificateNumber(text())
	case 1:
		st.Replaces = Replaced
	}
	if next()%2 == 0 {
		st.Notice, st.NoticeVersion = text(), next()
	}
	if next()%4 == 0 {
		st.Colour, st.LastTest = data.Blue, data.LastTest{Kind: data.TestKind(text()), Hours: next()}
	}
	st.Tests, st.Doses = nil, nil
	for range next() % 4 {
		test := data.StatedTest{Kind: data.TestKind(text()), Laboratory: text(), Result: data.Result(text()), Sampled: moment(), Reported: moment()}
		if next()%2 == 0 {
			test.Analysed = moment()
		}
		st.Tests = append(st.Tests, test)
	}
	for range next() % 4 {
		st.Doses = append(st.Doses, data.StatedDose{Date: data.Date(text()), Product: text(), Lot: text(), Country: text(), Place: text()})
	}
	return st
}

// FuzzStatement: what is encoded is decoded to the same, and what is decoded
// is encoded to the same bytes.
func FuzzStatement(f *testing.F) {
	good, err := EncodeStatement(Specimen)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("\x01\x07YANGBEN\x08SPECIMEN\x06\xe6\xa0\xb7\xe6\x9c\xac\x041984\x03CHN\x09E00000000\x03CHN\x07journey\x05green\x01A\x01B"))
	f.Add([]byte(strings.Repeat("\x03\xfe\x01\x10", 60)))
	f.Fuzz(func(t *testing.T, b []byte) {
		st := statementOf(b)
		if payload, err := EncodeStatement(st); err == nil {
			if back, err := DecodeStatement(payload); err != nil || !reflect.DeepEqual(back, st) {
				t.Errorf("%+v came back as %+v, %v", st, back, err)
			}
		}
		if st, err := DecodeStatement(b); err == nil {
			if again, err := EncodeStatement(st); err != nil || !bytes.Equal(again, b) {
				t.Errorf("%x is a second encoding of %x, %v", b, again, err)
			}
		} else if !errors.Is(err, ErrFormat) {
			t.Errorf("%v, want ErrFormat", err)
		}
	})
}

// Most fuzzed statements must be encodable, or the property above says little.
func TestStatementOfIsMostlyEncodable(t *testing.T) {
	good := 0
	for i := range 256 {
		b := make([]byte, 400)
		for j := range b {
			b[j] = byte(' ' + (i*31+j*j*7+j*13)%90)
		}
		if _, err := EncodeStatement(statementOf(b)); err == nil {
			good++
		}
	}
	if good < 64 {
		t.Errorf("%d of 256 statements can be encoded", good)
	}
}
