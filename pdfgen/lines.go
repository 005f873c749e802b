package pdfgen

import (
	"strings"
	"unicode"
)

// No line begins with one of these, none ends with one of those (JIS X 4051
// and CLREQ call it kinsoku, or 避头尾).
const (
	neverFirst = "。，、；：？！）》」』】〉〕｝”’…—·％.,;:!?)]}%°"
	neverLast  = "（《「『【〈〔｛“‘([{"
)

// lines breaks s so that no line is wider than max thousandths of the type
// size; spaces at the end of a line do not count. It never loses anything: the
// lines one after another are s. A word too wide for a line is broken anywhere.
func (f *font) lines(s string, max int) []string {
	var lines []string
	start, chance := 0, 0 // bytes: where the line begins, where it may end
	width := 0            // of the line up to here
	var prev rune
	for i, r := range s {
		if i > start && mayBreak(prev, r) {
			chance = i
		}
		w := f.runeWidth(r)
		// Twice at most: what is carried over may with r be too wide again.
		for r != ' ' && width+w > max && i > start && !unicode.Is(unicode.M, r) {
			if chance <= start {
				chance = i
			}
			lines = append(lines, s[start:chance])
			start = chance
			width = f.width(s[start:i])
		}
		width += w
		prev = r
	}
	return append(lines, s[start:])
}

// mayBreak reports whether a line may end between two characters: after
// spaces, on either side of a hanzi, after a hyphen or slash inside a word.
func mayBreak(prev, next rune) bool {
	switch {
	case next == ' ', strings.ContainsRune(neverFirst, next), strings.ContainsRune(neverLast, prev),
		unicode.Is(unicode.M, next):
		return false
	case prev == ' ', wide(prev), wide(next):
		return true
	default:
		return (prev == '-' || prev == '/') && unicode.IsLetter(next)
	}
}

// wide reports whether r is set in the square of Chinese type, where a line
// may end at any character.
func wide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo) ||
		r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFF60
}

// groups sets s in groups of n characters with a space between.
func groups(s string, n int) string {
	var b strings.Builder
	for i, r := range []rune(s) {
		if i > 0 && i%n == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
