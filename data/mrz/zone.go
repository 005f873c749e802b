// Package mrz reads and writes the machine-readable zone of travel documents
// (ICAO Doc 9303 parts 3 to 7) and compares it with what a clerk typed.
//
// A zone is one to three lines of A to Z, 0 to 9 and the filler "<". Columns
// count from 1; c is a check digit over the field before it:
//
//	TD3    2×44  1: code 1-2, issuer 3-5, name 6-44
//	passport     2: number 1-9 c10, nationality 11-13, birth 14-19 c20, sex 21,
//	                expires 22-27 c28, optional 29-42 c43 ("0" or "<" if empty),
//	                composite 44 over 1-10, 14-20, 22-43
//	TD2    2×36  1: code 1-2, issuer 3-5, name 6-36
//	card         2: as TD3 up to 28, optional 29-35, composite 36 over 1-10,
//	                14-20, 22-35
//	MRV-A  2×44  visas: as TD3 and TD2 up to column 28 of line 2, optional to
//	MRV-B  2×36  the end, no composite; the code begins with V
//	TD1    3×30  1: code 1-2, issuer 3-5, number 6-14 c15, optional 16-30
//	card         2: birth 1-6 c7, sex 8, expires 9-14 c15, nationality 16-18,
//	                optional 19-29, composite 30 over line 1 6-30 and line 2
//	                1-7, 9-15, 19-29
//	             3: name 1-30
//	CHN-1  1×30  China's one-line card: code 1-2, number 3-11 c12, "<", expires
//	             14-19 c20, "<", birth 22-27 c28, "<", composite 30 over 3-12,
//	             14-20, 22-28
//
// A number of more than nine characters (TD1, TD2) has "<" for its check digit;
// its rest, the check digit and "<" begin the optional field. Doc 9303 counts
// the check without that first filler; some states count it with: both pass.
//
// A check digit is the sum of the characters' values times 7, 3, 1, 7, 3, 1 …
// modulo 10; a digit is worth itself, A to Z are 10 to 35, "<" is 0. It does not
// see G taken for 6 nor L for 1, whose values differ by a multiple of ten.
//
// Dates are YYMMDD, unknown parts "<<". Names are PRIMARY<<SECONDARY<PARTS; how
// they are spelled and cut is told at [Transliterate] and [NameField].
package mrz

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pratique/data"
)

// Format is one of the layouts of the package comment.
type Format string

// The formats.
const (
	TD1     Format = "TD1"
	TD2     Format = "TD2"
	TD3     Format = "TD3"
	MRVA    Format = "MRV-A"
	MRVB    Format = "MRV-B"
	OneLine Format = "CHN-1"
)

// Zone is a machine-readable zone, read. Fillers at the end of a field are cut
// off, and fillers between the parts of a name are spaces; nothing else is
// changed or corrected.
type Zone struct {
	Format       Format
	Lines        []string // as read, in upper case, without breaks and noise
	DocumentCode string   // "P", "PO"; for [OneLine] the first two characters, "CS"
	Issuer       string   // [OneLine] does not say it: "CHN"
	Primary      string   // "ERIKSSON"
	Secondary    string   // "ANNA MARIA"
	Number       string   // in full where it overflows into the optional field
	Nationality  string
	Birth        string   // YYMMDD as it stands, "<<" where unknown
	Sex          data.Sex // "<" is [data.Unspecified]; empty where the format has none
	Expires      string   // YYMMDD as it stands
	Optional1    string
	Optional2    string // TD1 only
	Checks       []Check
	// Truncated: the name fills its field, so the document may have more of it.
	Truncated bool
}

// Check is one thing about a zone that can be proved.
type Check struct {
	Name string // "number", "birth", "expires", "optional", "composite", "characters"
	OK   bool
}

// Valid reports whether every check digit is right and every character is of
// the kind that its place allows.
func (z Zone) Valid() bool {
	return len(z.Checks) > 0 && !slices.ContainsFunc(z.Checks, func(c Check) bool { return !c.OK })
}

// passed reports whether the named check is right; a format without it has
// nothing against the field.
func (z Zone) passed(name string) bool {
	return !slices.Contains(z.Checks, Check{name, false})
}

// span is a run of columns on one line, counted from 0, the end excluded.
type span struct{ line, from, to int }

func (s span) of(lines []string) string { return lines[s.line][s.from:s.to] }
func (s span) len() int                 { return s.to - s.from }

// layout says where the fields of a format are; a span of no length is a field
// that the format does not have.
type layout struct {
	format                                  Format
	lines, width                            int
	code, issuer, name, nationality, sex    span
	number, numberCheck                     span
	birth, birthCheck, expires, expireCheck span
	optional, optionalCheck, optional2      span
	composite                               []span
	compositeCheck                          span
	fillers                                 []span
	sets                                    [][]string // per line and column, what may stand there; "" for anything
}

var layouts = func() []layout {
	all := []layout{td1, td3, td2, mrvA, mrvB, oneLine}
	for i := range all {
		all[i].sets = all[i].makeSets()
	}
	return all
}()

var td1 = layout{
	format: TD1, lines: 3, width: 30,
	code: span{0, 0, 2}, issuer: span{0, 2, 5}, number: span{0, 5, 14}, numberCheck: span{0, 14, 15}, optional: span{0, 15, 30},
	birth: span{1, 0, 6}, birthCheck: span{1, 6, 7}, sex: span{1, 7, 8}, expires: span{1, 8, 14}, expireCheck: span{1, 14, 15},
	nationality: span{1, 15, 18}, optional2: span{1, 18, 29}, compositeCheck: span{1, 29, 30}, name: span{2, 0, 30},
	composite: []span{{0, 5, 30}, {1, 0, 7}, {1, 8, 15}, {1, 18, 29}},
}

var (
	td3 = func() layout {
		l := twoLines(TD3, 44)
		l.optional, l.optionalCheck, l.compositeCheck = span{1, 28, 42}, span{1, 42, 43}, span{1, 43, 44}
		l.composite = []span{{1, 0, 10}, {1, 13, 20}, {1, 21, 43}}
		return l
	}()
	td2 = func() layout {
		l := twoLines(TD2, 36)
		l.optional, l.compositeCheck = span{1, 28, 35}, span{1, 35, 36}
		l.composite = []span{{1, 0, 10}, {1, 13, 20}, {1, 21, 35}}
		return l
	}()
	mrvA = twoLines(MRVA, 44)
	mrvB = twoLines(MRVB, 36)
)

// twoLines is what all formats of two lines have in common, and the whole of
// the visas.
func twoLines(f Format, width int) layout {
	return layout{
		format: f, lines: 2, width: width,
		code: span{0, 0, 2}, issuer: span{0, 2, 5}, name: span{0, 5, width},
		number: span{1, 0, 9}, numberCheck: span{1, 9, 10}, nationality: span{1, 10, 13},
		birth: span{1, 13, 19}, birthCheck: span{1, 19, 20}, sex: span{1, 20, 21},
		expires: span{1, 21, 27}, expireCheck: span{1, 27, 28}, optional: span{1, 28, width},
	}
}

var oneLine = layout{
	format: OneLine, lines: 1, width: 30,
	code: span{0, 0, 2}, number: span{0, 2, 11}, numberCheck: span{0, 11, 12},
	expires: span{0, 13, 19}, expireCheck: span{0, 19, 20}, birth: span{0, 21, 27}, birthCheck: span{0, 27, 28},
	composite: []span{{0, 2, 12}, {0, 13, 20}, {0, 21, 28}}, compositeCheck: span{0, 29, 30},
	fillers: []span{{0, 12, 13}, {0, 20, 21}, {0, 28, 29}},
}

func layoutOf(f Format) (layout, bool) {
	i := slices.IndexFunc(layouts, func(l layout) bool { return l.format == f })
	if i < 0 {
		return layout{}, false
	}
	return layouts[i], true
}

// overflows reports whether a long number may run into the optional field.
func (l layout) overflows() bool { return l.format == TD1 || l.format == TD2 }

// Error says that a text holds no zone that can be read.
type Error struct {
	// Key is the message key: "problem.mrz.none" (nothing that could be one),
	// "problem.mrz.length" (lines of the wrong length), "problem.mrz.unsupported"
	// (the French identity card of before 2021, which has a layout of its own).
	Key   string
	Lines []string // what was read, as far as it looked like lines
}

func (e *Error) Error() string {
	switch e.Key {
	case "problem.mrz.none":
		return "mrz: no lines found"
	case "problem.mrz.unsupported":
		return "mrz: a French identity card of the old layout, which is not read"
	}
	var lengths []string
	for _, line := range e.Lines {
		lengths = append(lengths, fmt.Sprint(len(line)))
	}
	return fmt.Sprintf("mrz: read lines of %s characters; expected 2 of 44, 2 of 36, 3 of 30 or 1 of 30", strings.Join(lengths, ", "))
}

// Parse finds and reads the zone in what a reader, a paste or a keyboard sent:
// line breaks may be missing, letters small or of full width, and spaces and
// other characters may stand around it. Lengths are strict. The error is an
// [*Error]. Wrong check digits are no error: see [Zone.Valid] and [Zone.Repairs].
func Parse(text string) (Zone, error) {
	lines := clean(text)
	if len(lines) == 0 {
		return Zone{}, &Error{Key: "problem.mrz.none"}
	}
	for _, l := range layouts {
		for i := range lines {
			var found []string
			switch {
			case len(lines[i]) == l.lines*l.width:
				for part := range slices.Chunk([]byte(lines[i]), l.width) {
					found = append(found, string(part))
				}
			case i+l.lines <= len(lines) && !slices.ContainsFunc(lines[i:i+l.lines], func(s string) bool { return len(s) != l.width }):
				found = lines[i : i+l.lines]
			}
			if found == nil || !l.takes(found) {
				continue
			}
			if strings.HasPrefix(found[0], "IDFRA") && l.format == TD2 {
				return Zone{}, &Error{Key: "problem.mrz.unsupported", Lines: found}
			}
			return l.read(found), nil
		}
	}
	return Zone{}, &Error{Key: "problem.mrz.length", Lines: lines}
}

// takes tells formats of the same size apart.
func (l layout) takes(lines []string) bool {
	switch l.format {
	case MRVA, MRVB:
		return lines[0][0] == 'V'
	case OneLine:
		return lines[0][0] == 'C' && !slices.ContainsFunc(l.fillers, func(s span) bool { return s.of(lines) != "<" })
	}
	return lines[0][0] != 'V'
}

// clean splits text into runs of MRZ characters. Spaces are left out, every
// other character ends a run. Full-width forms and the angle brackets that an
// input method makes of "<" count as what was meant.
func clean(text string) []string {
	var b strings.Builder
	for _, r := range strings.ToUpper(text) {
		if r >= 0xFF01 && r <= 0xFF5E {
			r -= 0xFF01 - '!'
		}
		switch {
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '<':
			b.WriteRune(r)
		case r == '《', r == '〈', r == '‹':
			b.WriteByte('<')
		case r == '«':
			b.WriteString("<<")
		case r == ' ', r == '\u00A0', r == '\u3000':
		default:
			b.WriteByte('\n')
		}
	}
	return strings.FieldsFunc(b.String(), func(r rune) bool { return r == '\n' })
}

// read takes the fields and checks out of lines of the right length.
func (l layout) read(lines []string) Zone {
	field := func(s span) string { return strings.TrimRight(s.of(lines), "<") }
	z := Zone{
		Format: l.format, Lines: slices.Clone(lines),
		DocumentCode: field(l.code), Issuer: field(l.issuer), Nationality: field(l.nationality),
		Birth: l.birth.of(lines), Expires: l.expires.of(lines),
		Optional1: field(l.optional), Optional2: field(l.optional2),
	}
	if l.format == OneLine {
		z.Issuer = "CHN"
	}
	if l.name.len() > 0 {
		name := l.name.of(lines)
		z.Truncated = name[len(name)-1] != '<'
		primary, secondary, _ := strings.Cut(name, "<<")
		z.Primary, z.Secondary = spaced(primary), spaced(secondary)
	}
	switch s := l.sex.of(lines); s {
	case "M", "F", "X":
		z.Sex = data.Sex(s)
	case "<":
		z.Sex = data.Unspecified
	}

	number, digit := l.number.of(lines), l.numberCheck.of(lines)
	z.Number = field(l.number)
	ok := digitFor(number) == digit || digit == "<" && z.Number == ""
	if rest, after, _ := strings.Cut(l.optional.of(lines), "<"); l.overflows() && digit == "<" && rest != "" {
		rest, digit = rest[:len(rest)-1], rest[len(rest)-1:]
		ok = digitFor(number+rest) == digit || digitFor(number+"<"+rest) == digit
		z.Number = number + rest
		z.Optional1 = strings.TrimRight(after, "<")
	}
	z.Checks = append(z.Checks,
		Check{"number", ok},
		Check{"birth", digitFor(z.Birth) == l.birthCheck.of(lines)},
		Check{"expires", digitFor(z.Expires) == l.expireCheck.of(lines)})
	if l.optionalCheck.len() > 0 {
		digit := l.optionalCheck.of(lines)
		z.Checks = append(z.Checks, Check{"optional", digitFor(l.optional.of(lines)) == digit || z.Optional1 == "" && digit == "<"})
	}
	if l.compositeCheck.len() > 0 {
		var all strings.Builder
		for _, s := range l.composite {
			all.WriteString(s.of(lines))
		}
		z.Checks = append(z.Checks, Check{"composite", digitFor(all.String()) == l.compositeCheck.of(lines)})
	}
	z.Checks = append(z.Checks, Check{"characters", len(l.misplaced(lines)) == 0})
	return z
}

// spaced turns fillers into single spaces.
func spaced(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '<' }), " ")
}

// digitFor is the check digit over s.
func digitFor(s string) string {
	sum := 0
	for i := range len(s) {
		value := 0
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			value = int(c - '0')
		case c >= 'A' && c <= 'Z':
			value = int(c-'A') + 10
		}
		sum += value * [3]int{7, 3, 1}[i%3]
	}
	return string(rune('0' + sum%10))
}

const (
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
	digits  = "0123456789"
)

// makeSets lays out the fields whose kind of character is fixed.
func (l layout) makeSets() [][]string {
	sets := make([][]string, l.lines)
	for i := range sets {
		sets[i] = make([]string, l.width)
	}
	for set, spans := range map[string][]span{
		letters:      {l.code, l.issuer, l.name, l.nationality},
		digits:       {l.birthCheck, l.expireCheck, l.compositeCheck},
		digits + "<": {l.birth, l.expires, l.numberCheck, l.optionalCheck},
		"MFX<":       {l.sex},
		"<":          l.fillers,
	} {
		for _, s := range spans {
			for i := s.from; i < s.to; i++ {
				sets[s.line][i] = set
			}
		}
	}
	return sets
}

// place is one column of one line, counted from 0.
type place struct{ line, column int }

// misplaced lists the places whose character is not of the kind they allow.
func (l layout) misplaced(lines []string) []place {
	var wrong []place
	for i, line := range lines {
		for j := range len(line) {
			if set := l.sets[i][j]; set != "" && strings.IndexByte(set, line[j]) < 0 {
				wrong = append(wrong, place{i, j})
			}
		}
	}
	return wrong
}

// BirthDate is the birth date, with the parts that are known; empty if it is no
// date. It is the latest that is not after now: a century is not in the zone.
func (z Zone) BirthDate(now time.Time) data.Date {
	d := dateOf("20", z.Birth)
	if d.First() > data.DateOf(now) {
		d = dateOf("19", z.Birth)
	}
	return d
}

// ExpiryDate is the last day of validity, taken to be in this century.
func (z Zone) ExpiryDate() data.Date { return dateOf("20", z.Expires) }

// dateOf reads YYMMDD. A month or day of "<<" or, as some states write it, "00"
// is unknown.
func dateOf(century, raw string) data.Date {
	if len(raw) != 6 {
		return ""
	}
	d := century + raw[:2]
	for _, part := range []string{raw[2:4], raw[4:]} {
		if part == "<<" || part == "00" {
			break
		}
		d += "-" + part
	}
	if date := data.Date(d); date.Valid() {
		return date
	}
	return ""
}
