package pdfgen

import (
	"encoding/binary"
	"maps"
	"reflect"
	"slices"
	"testing"

	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// outline is the shape and advance of a rune as an independent reader sees it.
func outline(t *testing.T, f *sfnt.Font, r rune) (sfnt.Segments, fixed.Int26_6) {
	t.Helper()
	var buf sfnt.Buffer
	g, err := f.GlyphIndex(&buf, r)
	if err != nil || g == 0 {
		t.Fatalf("%U: glyph %d, %v", r, g, err)
	}
	const size = 1000 << 6
	segments, err := f.LoadGlyph(&buf, g, size, nil)
	if err != nil {
		t.Fatalf("%U: %v", r, err)
	}
	segments = append(sfnt.Segments(nil), segments...)
	advance, err := f.GlyphAdvance(&buf, g, size, 0)
	if err != nil {
		t.Fatal(err)
	}
	return segments, advance
}

// compose makes a font like f in which B is made of A and, through C, of D,
// with every shape a component record can have.
func compose(t *testing.T, f *font) []byte {
	t.Helper()
	record := func(g uint16, flags uint16, rest ...uint16) []byte {
		b := binary.BigEndian.AppendUint16(nil, flags)
		b = binary.BigEndian.AppendUint16(b, g)
		for _, w := range rest {
			b = binary.BigEndian.AppendUint16(b, w)
		}
		return b
	}
	head := []byte{0xFF, 0xFF, 0, 0, 0, 0, 4, 0, 4, 0} // -1 contours and a box
	const words, xy, scale, more, two, matrix, half = 1, 2, 8, 32, 64, 128, 0x2000
	changed := map[uint16][]byte{
		f.glyphs['B']: slices.Concat(head,
			record(f.glyphs['A'], words|xy|more, 100, 50),
			record(f.glyphs['E'], xy|scale|more, 0x0102, half),
			record(f.glyphs['F'], words|xy|matrix|more, 5, 6, half, 0, 0, half),
			record(f.glyphs['G'], xy|two|more, 0x0304, half, half),
			record(f.glyphs['C'], xy, 0)),
		f.glyphs['C']: slices.Concat(head, record(f.glyphs['D'], words|xy, 7, 8)),
	}
	var glyf, loca []byte
	for g := range len(f.loca) - 1 {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		shape, ok := changed[uint16(g)]
		if !ok {
			shape = f.tables["glyf"][f.loca[g]:f.loca[g+1]]
		}
		glyf = pad(append(glyf, shape...))
	}
	tables := maps.Clone(f.tables)
	tables["glyf"], tables["loca"] = glyf, binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	tables["head"] = slices.Clone(tables["head"])
	tables["head"][51] = 1
	return assemble(tables)
}

func TestCutKeepsShapesAndAdvances(t *testing.T) {
	goFont, err := parseFont(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	composed := compose(t, goFont)
	composite, err := parseFont(composed)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		font  *font
		whole []byte
		runes string
	}{
		{"simple", goFont, goregular.TTF, "AÄÉñåçŠž 019-"},
		{"composed", composite, composed, "B"},
		{"regular", press().regular, assemble(press().regular.tables), "样本䶮国际，（ÄéüYANGBEN 0123456789—·"},
		{"bold", press().bold, assemble(press().bold.tables), "练习样本SPECIMEN PRACTICE"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			whole, err := sfnt.Parse(tt.whole)
			if err != nil {
				t.Fatal(err)
			}
			set := map[rune]bool{}
			for _, r := range tt.runes {
				set[r] = true
			}
			piece := tt.font.cut(set)
			cut, err := sfnt.Parse(piece)
			if err != nil {
				t.Fatal(err)
			}
			for r := range set {
				wantShape, wantAdvance := outline(t, whole, r)
				gotShape, gotAdvance := outline(t, cut, r)
				if gotAdvance != wantAdvance || !reflect.DeepEqual(gotShape, wantShape) {
					t.Errorf("%U changed", r)
				}
			}
			var buf sfnt.Buffer
			if g, err := cut.GlyphIndex(&buf, '€'); g != 0 || err != nil {
				t.Errorf("a rune that was not asked for: glyph %d, %v", g, err)
			}
			again, err := parseFont(piece)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := again.width(tt.runes), tt.font.width(tt.runes); got != want {
				t.Errorf("width %d, want %d", got, want)
			}
		})
	}
}

func TestBrokenFontsAreErrors(t *testing.T) {
	for _, n := range []int{0, 3, 12, 200, 5000, len(goregular.TTF) / 2} {
		if _, err := parseFont(goregular.TTF[:n]); err == nil {
			t.Errorf("%d bytes of a font were taken for one", n)
		}
	}
}

func BenchmarkCut(b *testing.B) {
	set := map[rune]bool{}
	for k, v := range press().words {
		for _, r := range string(k) + v.both() {
			set[r] = true
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		press().regular.cut(set)
	}
}
