package mrz

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// spellings are the letters that Doc 9303-3 section 6 does not spell by leaving
// the diacritics off. The first is what Pratique writes; the others occur in
// documents, by the issuing state's choice, and are taken for the same name.
var spellings = map[rune][]string{
	'Ä': {"AE", "A"}, 'Å': {"AA", "A"}, 'Æ': {"AE"}, 'Ð': {"D"}, 'Đ': {"D"}, 'Ħ': {"H"}, 'Ĳ': {"IJ"}, 'Ł': {"L"},
	'Ñ': {"N", "NXX"}, 'Ŋ': {"N"}, 'Ö': {"OE", "O"}, 'Ø': {"OE"}, 'Œ': {"OE"}, 'ß': {"SS"}, 'ẞ': {"SS"}, 'Þ': {"TH"},
	'Ŧ': {"T"}, 'Ü': {"UE", "UXX", "U"},

	'А': {"A"}, 'Б': {"B"}, 'В': {"V"}, 'Г': {"G", "H"}, 'Д': {"D"}, 'Е': {"E"}, 'Ё': {"E", "IO"}, 'Ж': {"ZH", "Z"},
	'З': {"Z"}, 'И': {"I", "Y"}, 'Й': {"I", "Y"}, 'К': {"K"}, 'Л': {"L"}, 'М': {"M"}, 'Н': {"N"}, 'О': {"O"},
	'П': {"P"}, 'Р': {"R"}, 'С': {"S"}, 'Т': {"T"}, 'У': {"U"}, 'Ф': {"F"}, 'Х': {"KH", "H"}, 'Ц': {"TS", "C"},
	'Ч': {"CH", "C"}, 'Ш': {"SH", "S"}, 'Щ': {"SHCH", "SHT"}, 'Ъ': {"IE"}, 'Ы': {"Y"}, 'Ь': {""}, 'Э': {"E"},
	'Ю': {"IU", "YU"}, 'Я': {"IA", "YA"},
	'Ђ': {"D", "DJ"}, 'Ѓ': {"G", "GJ"}, 'Є': {"IE", "YE"}, 'Ѕ': {"DZ"}, 'І': {"I"}, 'Ї': {"I", "YI"}, 'Ј': {"J"},
	'Љ': {"LJ"}, 'Њ': {"NJ"}, 'Ћ': {"C"}, 'Ќ': {"K", "KJ"}, 'Ў': {"U"}, 'Џ': {"DZ", "DJ"}, 'Ґ': {"G"}, 'Ѫ': {"U"}, 'Ѵ': {"Y"},
}

// spell gives the ways a character of a name is written in the zone: "<" for
// what separates, "" for what is left out; none if there is no rule for it.
func spell(r rune) []string {
	r = unicode.ToUpper(r)
	switch s := spellings[r]; {
	case s != nil:
		return s
	case r >= 'A' && r <= 'Z':
		return []string{string(r)}
	case r == '<', unicode.IsSpace(r), unicode.Is(unicode.Pd, r):
		return []string{"<"}
	case unicode.In(r, unicode.P, unicode.Sk, unicode.Lm, unicode.Mn, unicode.Cf):
		return []string{""}
	}
	// What decomposes is spelled by its base letters.
	parts := []rune(norm.NFKD.String(string(r)))
	if slices.Equal(parts, []rune{r}) {
		return nil
	}
	whole := ""
	for _, part := range parts {
		s := spell(part)
		if s == nil {
			return nil
		}
		whole += s[0]
	}
	return []string{whole}
}

// Transliterate writes a name, or one part of it, in the letters of the zone
// (ICAO Doc 9303-3 section 4.6 and 6, Latin and Cyrillic): parts are separated
// by single fillers, apostrophes and other punctuation are left out and join.
// Characters without a rule, such as digits and Han characters, are left out
// and returned, each once: a romanised name is never made from those.
func Transliterate(name string) (latin string, unknown []rune) {
	var b strings.Builder
	for _, r := range norm.NFC.String(name) {
		s := spell(r)
		if s == nil {
			if !slices.Contains(unknown, r) {
				unknown = append(unknown, r)
			}
			continue
		}
		b.WriteString(s[0])
	}
	return strings.Join(split(b.String()), "<"), unknown
}

func split(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == '<' })
}

// NameField writes a name into a field of the given width (TD3 and MRV-A 39,
// TD2 and MRV-B 31, TD1 30), filled up with "<". A person with one name has an
// empty secondary. A name that is too long is cut as Doc 9303 allows: the last
// parts are shortened first, every part keeps a letter where there is room, two
// letters of the secondary always remain, and the last column is a letter,
// which tells that the name was cut.
func NameField(primary, secondary string, width int) string {
	p, _ := Transliterate(primary)
	s, _ := Transliterate(secondary)
	if p == "" {
		p, s = s, ""
	}
	field := p
	if s != "" {
		const gap = len("<<")
		p = shorten(p, width-gap-min(2, len(s)))
		field = p + "<<" + shorten(s, width-gap-len(p))
	}
	field = shorten(field, width)
	return field + strings.Repeat("<", width-len(field))
}

// shorten cuts a name to a width.
func shorten(name string, width int) string {
	excess := len(name) - width
	if excess <= 0 {
		return name
	}
	parts := strings.Split(name, "<")
	for len(parts) > 1 && 2*len(parts)-1 > width { // not even the initials fit
		last := len(parts) - 1
		excess -= len(parts[last]) + 1
		parts = parts[:last]
	}
	for i := len(parts) - 1; i >= 0 && excess > 0; i-- {
		cut := min(excess, len(parts[i])-1)
		parts[i] = parts[i][:len(parts[i])-cut]
		excess -= cut
	}
	return strings.Join(parts, "<")
}

// SameName reports whether two names can be the same in some spelling that Doc
// 9303 allows, letters of either case.
func SameName(a, b string) bool {
	spelled := func(a, b string) bool {
		latin, unknown := Transliterate(a)
		return len(unknown) == 0 && sameName(strings.ReplaceAll(latin, "<", " "), b, false)
	}
	return a == b || spelled(a, b) || spelled(b, a)
}

// sameName reports whether a name as a zone has it can be the name as it is
// printed, in any spelling that Doc 9303 allows. If cut, parts of it may be
// shortened and the last left out.
func sameName(zone, printed string, cut bool) bool {
	want := [][][]string{nil} // parts of characters of spellings
	for _, r := range norm.NFC.String(printed) {
		s := spell(r)
		switch {
		case s == nil:
			return false
		case s[0] == "<":
			want = append(want, nil)
		case s[0] != "": // what is left out is no part by itself
			last := len(want) - 1
			want[last] = append(want[last], s)
		}
	}
	want = slices.DeleteFunc(want, func(part [][]string) bool { return len(part) == 0 })
	got := strings.Fields(zone)
	if len(got) > len(want) || len(got) < len(want) && !cut || len(got) == 0 && len(want) > 0 {
		return false
	}
	for i, part := range got {
		if !spelledSo(part, want[i], cut) {
			return false
		}
	}
	return true
}

// spelledSo reports whether the characters can be written as s, or, if cut, as
// something that begins with s.
func spelledSo(s string, characters [][]string, cut bool) bool {
	if s == "" && cut {
		return true
	}
	if len(characters) == 0 {
		return s == ""
	}
	return slices.ContainsFunc(characters[0], func(c string) bool {
		rest, ok := strings.CutPrefix(s, c)
		return ok && spelledSo(rest, characters[1:], cut) || cut && strings.HasPrefix(c, s)
	})
}
