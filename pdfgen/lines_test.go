package pdfgen

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestLines(t *testing.T) {
	f := press().regular
	for _, tt := range []struct {
		s    string
		max  int // hanzi
		want []string
	}{
		{"", 4, []string{""}},
		{"查询目的地适用的公共卫生", 4, []string{"查询目的", "地适用的", "公共卫生"}},
		{"样本样本。样本", 4, []string{"样本样", "本。样本"}},
		{"样本（样本）", 3, []string{"样本", "（样", "本）"}},
		{"SPECIMEN YANGBEN", 6, []string{"SPECIMEN ", "YANGBEN"}},
		{"ANNA-MARIA", 4, []string{"ANNA-", "MARIA"}},
		{"样本 SPECIMEN", 6, []string{"样本 ", "SPECIMEN"}},
		{"2021-03-08", 3, []string{"2021-", "03-08"}},
	} {
		got := f.lines(tt.s, tt.max*1000)
		if tt.s == "2021-03-08" { // no place to break but anywhere
			if strings.Join(got, "") != tt.s || len(got) < 2 {
				t.Errorf("lines(%q) = %q", tt.s, got)
			}
			continue
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("lines(%q, %d) = %q, want %q", tt.s, tt.max, got, tt.want)
		}
	}
}

// Lines lose nothing, and none is too wide but for what cannot be parted.
func FuzzLines(f *testing.F) {
	f.Add("查询目的地适用的公共卫生措施，（YANGBEN）SPECIMEN 样本。", 5000)
	f.Add("iiiiiiiiiW", 1100)
	f.Add("A\u0301\u0301\u0301B", 600)
	f.Fuzz(func(t *testing.T, s string, width int) {
		if !utf8.ValidString(s) || width < 0 {
			return // the press is never given such a text or width
		}
		font := press().regular
		lines := font.lines(s, width)
		if got := strings.Join(lines, ""); got != s {
			t.Fatalf("in %q, out %q", s, got)
		}
		for _, l := range lines {
			base := 0
			for _, r := range strings.TrimRight(l, " ") {
				if !unicode.Is(unicode.M, r) {
					base++
				}
			}
			if len(lines) > 1 && l == "" {
				t.Errorf("%q: an empty line among %q", s, lines)
			}
			if base > 1 && !hasMark(l) && font.width(strings.TrimRight(l, " ")) > width {
				t.Errorf("%q: line %q is wider than %d", s, l, width)
			}
		}
	})
}

func hasMark(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.M, r) })
}
