package evidence

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// begins is how a text begins: with a scheme, as "HC1:" and "shc:/", or as JSON.
var begins = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9]{1,7}:|\{)`)

// another reports whether a line is a text of its own after that one, and not
// what follows in it: it begins the same way, or as only a seal does.
func another(line, after string) bool {
	way := begins.FindString(after)
	return way != "" && strings.HasPrefix(line, way) || strings.HasPrefix(line, "HC1:") || strings.HasPrefix(line, "shc:/") ||
		strings.HasPrefix(line, "NZCP:/") || strings.HasPrefix(line, "{")
}

// aim is the symbology identifier of a QR symbol (ISO/IEC 15424), which scanners
// can be set to type before the text.
var aim = regexp.MustCompile(`^\]Q[0-6]`)

// readText reads what was pasted, kept in a file, or typed by a scanner. Spaces
// are kept, because base45 uses them; a byte order mark, what scanners put
// around a text, and characters that nobody sees are not. Lines that begin as
// seals do are one each; other line ends are where a mail program or an entry broke
// one text.
func readText(b []byte) (Found, error) {
	if len(b) > 16*MaxText {
		return Found{}, fmt.Errorf("%w: %d bytes", ErrLimit, len(b))
	}
	if !utf8.Valid(b) {
		return Found{}, ErrKind
	}
	lines := strings.FieldsFunc(string(b), func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' })
	var all []string
	for _, line := range lines {
		line = aim.ReplaceAllString(strings.Map(visible, line), "")
		switch {
		case line == "":
		case strings.ContainsFunc(line, unicode.IsControl):
			return Found{}, ErrKind
		case len(all) == 0 || another(line, all[len(all)-1]):
			all = append(all, line)
		default:
			all[len(all)-1] += line
		}
	}
	found := Found{Kind: Text, Pages: 1}
	for _, text := range all {
		if len(text) > MaxText {
			return Found{}, fmt.Errorf("%w: %d characters", ErrLimit, len(text))
		}
		found.Symbols = union(found.Symbols, []Symbol{{Text: text}})
	}
	if len(all) == 0 {
		return Found{}, ErrKind
	}
	return found, nil
}

// visible drops what nobody sees: what scanners frame a text with, and the
// marks that text from messages has.
func visible(r rune) rune {
	switch r {
	case 0x02, 0x03, 0x04, 0x1D, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF:
		return -1
	}
	return r
}

// Layout is how a text came to be other than it was typed by a scanner.
type Layout string

// A scanner types as if it were an American keyboard. Where the computer's is
// set to another, or to capitals, or has an input method for Chinese open, other
// characters arrive.
const (
	Straight Layout = ""         // it is as it was typed
	Wide     Layout = "wide"     // an input method made it as wide as Chinese
	Capitals Layout = "capitals" // capitals were locked
	German   Layout = "german"
	French   Layout = "french"
)

// Layouts are those that are undone, in the order they are tried.
var Layouts = []Layout{Wide, Capitals, German, French}

// The keys of an American keyboard, and what the same keys give with others.
const (
	american = "`1234567890-=~!@#$%^&*()_+qwertyuiop[]\\QWERTYUIOP{}|asdfghjkl;'ASDFGHJKL:\"zxcvbnm,./ZXCVBNM<>?"
	german   = "^1234567890ß´°!\"§$%&/()=?`qwertzuiopü+#QWERTZUIOPÜ*'asdfghjklöäASDFGHJKLÖÄyxcvbnm,.-YXCVBNM;:_"
	french   = "²&é\"'(-è_çà)=~1234567890°+azertyuiop^$*AZERTYUIOP¨£µqsdfghjklmùQSDFGHJKLM%wxcvbn,;:!WXCVBN?./§"
)

var undone = map[Layout]func(string) string{
	Wide: func(s string) string {
		return strings.Map(func(r rune) rune {
			switch {
			case r >= '！' && r <= '～':
				return r - '！' + '!'
			case r == '\u3000':
				return ' '
			}
			return r
		}, s)
	},
	Capitals: func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsUpper(r) {
				return unicode.ToLower(r)
			}
			return unicode.ToUpper(r)
		}, s)
	},
	German: keys(german),
	French: keys(french),
}

// keys undoes a keyboard. An accent that waits for the next letter has joined
// it ("+A" arrives as "À"): it is taken off again, and was before it.
func keys(keyboard string) func(string) string {
	from, to := []rune(keyboard), []rune(american)
	table := map[rune]rune{}
	for i, r := range from {
		if _, twice := table[r]; !twice {
			table[r] = to[i]
		}
	}
	accents := map[rune]rune{0x300: '`', 0x301: '´', 0x302: '^', 0x308: '¨'}
	return func(s string) string {
		var out []rune
		for _, r := range s {
			if to, ok := table[r]; ok {
				out = append(out, to)
				continue
			}
			parts := []rune(norm.NFD.String(string(r)))
			if accent, ok := accents[parts[len(parts)-1]]; ok && len(parts) == 2 {
				parts = []rune{accent, parts[0]}
			}
			for _, p := range parts {
				if to, ok := table[p]; ok {
					p = to
				}
				out = append(out, p)
			}
		}
		return string(out)
	}
}

// Meant is what a text was before a keyboard changed it: the text itself if it
// reads, else the first way to undo a layout in which it does, else the text.
// Nothing is repaired by guessing: what reads says of itself that it is whole,
// and a signature must hold over it afterwards.
func Meant(text string, reads func(string) bool) (string, Layout) {
	if reads(text) {
		return text, Straight
	}
	for _, l := range Layouts {
		if meant := undone[l](text); meant != text && reads(meant) {
			return meant, l
		}
	}
	return text, Straight
}
