package pdfgen

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"unicode"
)

// A font is a TrueType font (OpenType 1.9 with glyf outlines), read once and
// never written to, so that any number of documents may be cut from it at the
// same time. It knows the Basic Multilingual Plane alone: gofpdf addresses
// glyphs by 16-bit character.
type font struct {
	tables  map[string][]byte
	glyphs  [1 << 16]uint16 // by rune; 0 is "no glyph"
	loca    []uint32        // numGlyphs+1 offsets into glyf
	advance []uint16        // by glyph, font units
	metrics []byte          // hmtx with four bytes for every glyph
	em      int             // font units
}

var errFont = errors.New("not a usable TrueType font")

// parseFont reads a font. It keeps b, which must not change afterwards.
func parseFont(b []byte) (f *font, err error) {
	// Every read below is bounds-checked by the language; a font that runs out
	// of its bytes is a broken one.
	defer func() {
		if r := recover(); r != nil {
			f, err = nil, fmt.Errorf("%w: %v", errFont, r)
		}
	}()
	b = b[:len(b):len(b)]
	if u32(b, 0) != 0x00010000 {
		return nil, fmt.Errorf("%w: version %08x", errFont, u32(b, 0))
	}
	f = &font{tables: map[string][]byte{}}
	for i := range u16(b, 4) {
		entry := b[12+16*i:]
		at, size := u32(entry, 8), u32(entry, 12)
		f.tables[string(entry[:4])] = b[at : at+size : at+size]
	}
	for _, name := range []string{"cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "OS/2", "post"} {
		if f.tables[name] == nil {
			return nil, fmt.Errorf("%w: no table %s", errFont, name)
		}
	}
	f.em = u16(f.tables["head"], 18)
	count := u16(f.tables["maxp"], 4)

	loca := f.tables["loca"]
	f.loca = make([]uint32, count+1)
	for i := range f.loca {
		if u16(f.tables["head"], 50) == 0 {
			f.loca[i] = 2 * uint32(u16(loca, 2*i))
		} else {
			f.loca[i] = uint32(u32(loca, 4*i))
		}
	}

	hmtx, long := f.tables["hmtx"], u16(f.tables["hhea"], 34)
	f.metrics = make([]byte, 0, 4*count)
	f.advance = make([]uint16, count)
	for g := range count {
		if g < long {
			f.metrics = append(f.metrics, hmtx[4*g:4*g+4]...)
		} else { // the last advance goes on, side bearings follow by themselves
			f.metrics = append(f.metrics, hmtx[4*long-4:4*long-2]...)
			f.metrics = append(f.metrics, hmtx[4*long+2*(g-long):][:2]...)
		}
		f.advance[g] = uint16(u16(f.metrics, 4*g))
	}
	return f, f.readCmap()
}

// readCmap fills glyphs from the Windows Unicode BMP subtable, format 4.
func (f *font) readCmap() error {
	cmap := f.tables["cmap"]
	for i := range u16(cmap, 2) {
		record := cmap[4+8*i:]
		sub := cmap[u32(record, 4):]
		if u16(record, 0) != 3 || u16(record, 2) != 1 || u16(sub, 0) != 4 {
			continue
		}
		n := u16(sub, 6) // twice the number of segments
		ends, starts, deltas, offsets := sub[14:], sub[16+n:], sub[16+2*n:], sub[16+3*n:]
		for s := 0; s < n; s += 2 {
			start, end, offset := u16(starts, s), u16(ends, s), u16(offsets, s)
			for r := start; r <= end && r < 0xFFFF; r++ {
				g := r
				if offset != 0 {
					if g = u16(offsets, s+offset+2*(r-start)); g == 0 {
						continue
					}
				}
				f.glyphs[r] = uint16(g + u16(deltas, s))
			}
		}
		return nil
	}
	return fmt.Errorf("%w: no cmap of format 4", errFont)
}

// has reports whether r can be printed: not a control, a format character or a
// space other than the plain one, and with something to see. The replacement
// character is what damaged text turns into, so it counts as damage.
func (f *font) has(r rune) bool {
	if r < 0 || r > 0xFFFF || r == unicode.ReplacementChar || !unicode.IsPrint(r) {
		return false
	}
	g := f.glyphs[r]
	return g != 0 && (r == ' ' || f.loca[g] < f.loca[g+1])
}

// width of s in thousandths of the type size.
func (f *font) width(s string) int {
	w := 0
	for _, r := range s {
		w += f.runeWidth(r)
	}
	return w
}

func (f *font) runeWidth(r rune) int {
	if r > 0xFFFF {
		r = 0
	}
	return int(f.advance[f.glyphs[r]]) * 1000 / f.em
}

// cut makes a font that holds the glyphs of these runes alone, and the parts
// those are composed of. The bytes belong to the caller.
func (f *font) cut(runes map[rune]bool) []byte {
	// Glyph 0, then the glyphs in their old order, then parts as they turn up.
	ordered := slices.Sorted(maps.Keys(runes))
	number := map[uint16]uint16{0: 0}
	kept := []uint16{0}
	keep := func(g uint16) uint16 {
		n, ok := number[g]
		if !ok {
			n = uint16(len(kept))
			number[g] = n
			kept = append(kept, g)
		}
		return n
	}
	type pair struct{ r, g int }
	var pairs []pair
	for _, r := range ordered {
		if r > 0xFFFF || f.glyphs[r] == 0 {
			continue
		}
		pairs = append(pairs, pair{int(r), int(keep(f.glyphs[r]))})
	}

	var glyf, loca, hmtx []byte
	for i := 0; i < len(kept); i++ { // grows while parts turn up
		g := kept[i]
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		from := len(glyf)
		glyf = append(glyf, f.tables["glyf"][f.loca[g]:f.loca[g+1]]...)
		for _, at := range components(glyf[from:]) {
			at += from
			binary.BigEndian.PutUint16(glyf[at:], keep(uint16(u16(glyf, at))))
		}
		glyf = pad(glyf)
		hmtx = append(hmtx, f.metrics[4*int(g):4*int(g)+4]...)
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))

	// cmap: one subtable of format 4, a segment for each run of runes and
	// glyphs that count up together, and the closing segment.
	var ends, starts, deltas []int
	for i, p := range pairs {
		if i > 0 && p.r == pairs[i-1].r+1 && p.g == pairs[i-1].g+1 {
			ends[len(ends)-1] = p.r
			continue
		}
		starts, ends, deltas = append(starts, p.r), append(ends, p.r), append(deltas, p.g-p.r)
	}
	starts, ends, deltas = append(starts, 0xFFFF), append(ends, 0xFFFF), append(deltas, 1)
	n := len(starts)
	power := 1
	log := 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	words := []int{0, 1, 3, 1, 0, 12, 4, 16 + 8*n, 0, 2 * n, 2 * power, log, 2 * (n - power)}
	words = append(words, ends...)
	words = append(words, 0)
	words = append(words, starts...)
	words = append(words, deltas...)
	words = append(words, make([]int, n)...)
	var cmap []byte
	for _, w := range words {
		cmap = binary.BigEndian.AppendUint16(cmap, uint16(w))
	}

	head := slices.Clone(f.tables["head"])
	binary.BigEndian.PutUint32(head[8:], 0)  // checksum, of no use inside a PDF
	binary.BigEndian.PutUint16(head[50:], 1) // long loca
	hhea := slices.Clone(f.tables["hhea"])
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(kept)))
	maxp := slices.Clone(f.tables["maxp"])
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(kept)))
	post := slices.Clone(f.tables["post"][:32])
	binary.BigEndian.PutUint32(post, 0x00030000) // without glyph names

	out := map[string][]byte{
		"cmap": cmap, "glyf": glyf, "head": head, "hhea": hhea, "hmtx": hmtx, "loca": loca, "maxp": maxp,
		"name": {0, 0, 0, 0, 0, 6}, "OS/2": f.tables["OS/2"], "post": post,
	}
	for _, name := range []string{"cvt ", "fpgm", "prep", "gasp"} {
		if f.tables[name] != nil {
			out[name] = f.tables[name]
		}
	}
	return assemble(out)
}

// components are the places in a glyph's data where it names another glyph
// (OpenType, "Composite Glyph Description"); none for a simple glyph.
func components(glyph []byte) []int {
	const words, scale, more, twoScales, matrix = 1 << 0, 1 << 3, 1 << 5, 1 << 6, 1 << 7
	if len(glyph) < 10 || int16(u16(glyph, 0)) >= 0 {
		return nil
	}
	var at []int
	for i, flags := 10, more; flags&more != 0; {
		flags = u16(glyph, i)
		at = append(at, i+2)
		i += 6
		if flags&words != 0 {
			i += 2
		}
		switch {
		case flags&scale != 0:
			i += 2
		case flags&twoScales != 0:
			i += 4
		case flags&matrix != 0:
			i += 8
		}
	}
	return at
}

// assemble writes a font file: directory and tables in the order of their
// names, each on a boundary of four bytes.
func assemble(tables map[string][]byte) []byte {
	names := slices.Sorted(maps.Keys(tables))
	n, power, log := len(names), 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	b := binary.BigEndian.AppendUint32(nil, 0x00010000)
	for _, w := range []int{n, 16 * power, log, 16 * (n - power)} {
		b = binary.BigEndian.AppendUint16(b, uint16(w))
	}
	at := len(b) + 16*n
	for _, name := range names {
		table := tables[name]
		b = append(b, name...)
		b = binary.BigEndian.AppendUint32(b, checksum(table))
		b = binary.BigEndian.AppendUint32(b, uint32(at))
		b = binary.BigEndian.AppendUint32(b, uint32(len(table)))
		at += (len(table) + 3) &^ 3
	}
	for _, name := range names {
		b = pad(append(b, tables[name]...))
	}
	return b
}

func checksum(b []byte) (sum uint32) {
	for len(b) >= 4 {
		sum += binary.BigEndian.Uint32(b)
		b = b[4:]
	}
	var last [4]byte
	copy(last[:], b)
	return sum + binary.BigEndian.Uint32(last[:])
}

func pad(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func u16(b []byte, i int) int { return int(binary.BigEndian.Uint16(b[i:])) }
func u32(b []byte, i int) int { return int(binary.BigEndian.Uint32(b[i:])) }
