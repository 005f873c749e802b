package mrz

import (
	"fmt"
	"strings"

	"pratique/data"
)

// Compose writes the lines of a document: it takes Format and the fields from
// DocumentCode to Optional2 of z, and returns the zone as [Parse] reads it. The
// names may be as the document prints them. Check digits are made; the optional
// field's is "<" when that is empty. Fields that do not fit, or hold characters
// that cannot stand there, are errors.
func Compose(z Zone) (Zone, error) {
	l, ok := layoutOf(z.Format)
	if !ok {
		return Zone{}, fmt.Errorf("mrz: no format %q", z.Format)
	}
	for _, name := range []string{z.Primary, z.Secondary} {
		if _, unknown := Transliterate(name); len(unknown) > 0 {
			return Zone{}, fmt.Errorf("mrz: name %q: no spelling for %q", name, unknown)
		}
	}
	grid := make([][]byte, l.lines)
	for i := range grid {
		grid[i] = []byte(strings.Repeat("<", l.width))
	}
	put := func(s span, value string) error {
		if len(value) > s.len() {
			return fmt.Errorf("mrz: %q does not fit into %d columns", value, s.len())
		}
		copy(grid[s.line][s.from:s.to], value)
		return nil
	}

	number, digit, optional := z.Number, digitFor(z.Number), z.Optional1
	if len(number) > l.number.len() && l.overflows() {
		optional = strings.TrimRight(number[l.number.len():]+digit+"<"+optional, "<")
		number, digit = number[:l.number.len()], "<"
	}
	sex := string(z.Sex)
	if z.Sex == data.Unspecified {
		sex = "<"
	}
	issuer := z.Issuer
	if l.format == OneLine {
		issuer = ""
	}
	name := ""
	if l.name.len() > 0 {
		name = NameField(z.Primary, z.Secondary, l.name.len())
	}
	for _, f := range []struct {
		at    span
		value string
	}{
		{l.code, z.DocumentCode}, {l.issuer, issuer}, {l.name, name}, {l.number, number}, {l.numberCheck, digit},
		{l.nationality, z.Nationality}, {l.birth, z.Birth}, {l.birthCheck, digitFor(z.Birth)}, {l.sex, sex},
		{l.expires, z.Expires}, {l.expireCheck, digitFor(z.Expires)}, {l.optional, optional}, {l.optional2, z.Optional2},
	} {
		if err := put(f.at, f.value); err != nil {
			return Zone{}, err
		}
	}
	if l.optionalCheck.len() > 0 && z.Optional1 != "" {
		copy(grid[l.optionalCheck.line][l.optionalCheck.from:], digitFor(z.Optional1))
	}
	if l.compositeCheck.len() > 0 {
		var all strings.Builder
		for _, s := range l.composite {
			all.Write(grid[s.line][s.from:s.to])
		}
		copy(grid[l.compositeCheck.line][l.compositeCheck.from:], digitFor(all.String()))
	}
	var lines []string
	for _, line := range grid {
		if bad := strings.Trim(string(line), letters+digits); bad != "" {
			return Zone{}, fmt.Errorf("mrz: %q cannot stand in a zone", bad)
		}
		lines = append(lines, string(line))
	}
	if wrong := l.misplaced(lines); len(wrong) > 0 || !l.takes(lines) {
		return Zone{}, fmt.Errorf("mrz: %q is no %s", lines, l.format)
	}
	return l.read(lines), nil
}
