package pdfgen

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/jung-kurt/gofpdf"

	"pratique/data"
)

// The page, in millimetres from its top left corner.
const (
	pageWidth, pageHeight = 210.0, 297.0
	left, right           = 15.0, 195.0
	ptMM                  = 25.4 / 72
	leading               = 1.24
)

// rgb is a colour of the screen; printers without colour keep the difference
// in lightness that each is chosen for.
type rgb struct{ r, g, b int }

var (
	ink   = rgb{18, 24, 28}
	teal  = rgb{14, 74, 92}
	slate = rgb{82, 100, 108}
	hair  = rgb{176, 190, 196}
	wave  = rgb{208, 225, 228}
	amber = rgb{246, 166, 0}
	brown = rgb{140, 72, 0}
	sand  = rgb{255, 231, 180}
	white = rgb{255, 255, 255}
	brick = rgb{142, 38, 34}
	rose  = rgb{248, 214, 212}
	green = rgb{0, 122, 61}

	blue   = rgb{0, 84, 158}
	ochre  = rgb{158, 116, 0}
	orange = rgb{192, 86, 0}
	red    = rgb{176, 24, 32}
)

// A style says how a run of text looks.
type style struct {
	bold bool
	size float64 // points
	ink  rgb
}

func (s style) em() float64   { return s.size * ptMM }
func (s style) line() float64 { return s.em() * leading }

// A run is one line of text; x and y are where its baseline begins.
type run struct {
	x, y float64
	s    string
	style
}

type shape func(f *gofpdf.Fpdf, y float64)

// A block is a part of the page whose height is known and whose place is not:
// its runs and shapes count y from its own top.
type block struct {
	height float64
	runs   []run
	shapes []shape
}

// A sheet is a composed page: everything has its place and nothing is drawn.
type sheet struct {
	press *Press
	tight float64 // 0 airy … 1 as tight as can be read
	err   error   // the first character that cannot be printed, or name not found

	title  string // of the file
	dated  data.Moment
	under  []shape // the ground: lines behind everything
	marks  []run   // words across the page; x and y are the middle of each
	shapes []shape
	runs   []run
	codes  []code
}

// between is the measure for this sheet's tightness.
func (s *sheet) between(airy, tight float64) float64 { return airy + (tight-airy)*s.tight }

func (s *sheet) face(st style) *font {
	if st.bold {
		return s.press.bold
	}
	return s.press.regular
}

// strong is st in bold where the bold font has every character of v. Names and
// other things people entered are never passed here.
func (s *sheet) strong(st style, v string) style {
	st.bold = true
	for _, r := range v {
		if !s.press.bold.has(r) {
			st.bold = false
		}
	}
	return st
}

func (s *sheet) width(st style, v string) float64 {
	return float64(s.face(st).width(v)) / 1000 * st.em()
}

// put sets one line, the top of its type at y.
func (s *sheet) put(b *block, x, y float64, st style, v string) {
	if v == "" {
		return
	}
	for _, r := range v {
		if !s.face(st).has(r) && s.err == nil {
			s.err = &GlyphError{Text: v, Rune: r}
		}
	}
	b.runs = append(b.runs, run{x, y + st.em()*((leading-1)/2+0.86), v, st})
}

// para sets v in lines of at most w and returns their height.
func (s *sheet) para(b *block, x, y, w float64, st style, v string) float64 {
	lines := s.face(st).lines(v, int(w/st.em()*1000))
	for i, l := range lines {
		s.put(b, x, y+float64(i)*st.line(), st, l)
	}
	return float64(len(lines)) * st.line()
}

// pair sets a text in both languages: on one line where it fits, else each
// language on lines of its own.
func (s *sheet) pair(b *block, x, y, w float64, st style, t text) float64 {
	if t.En == "" || t.Zh == "" || s.width(st, t.both()) <= w {
		return s.para(b, x, y, w, st, t.both())
	}
	h := s.para(b, x, y, w, st, t.En)
	return h + s.para(b, x, y+h, w, st, t.Zh)
}

// centre is para with each line in the middle of w.
func (s *sheet) centre(b *block, x, y, w float64, st style, v string) float64 {
	lines := s.face(st).lines(v, int(w/st.em()*1000))
	for i, l := range lines {
		s.put(b, x+(w-s.width(st, strings.TrimRight(l, " ")))/2, y+float64(i)*st.line(), st, l)
	}
	return float64(len(lines)) * st.line()
}

// rule is a horizontal line in a block.
func (b *block) rule(x1, x2, y, width float64, ink rgb) { b.line(x1, y, x2, y, width, ink) }

func (b *block) line(x1, y1, x2, y2, width float64, ink rgb) {
	b.shapes = append(b.shapes, func(f *gofpdf.Fpdf, top float64) {
		f.SetDrawColor(ink.r, ink.g, ink.b)
		f.SetLineWidth(width)
		f.Line(x1, top+y1, x2, top+y2)
	})
}

// frame is an empty rectangle in a block.
func (b *block) frame(x, y, w, h, width float64, ink rgb) {
	b.shapes = append(b.shapes, func(f *gofpdf.Fpdf, top float64) {
		f.SetDrawColor(ink.r, ink.g, ink.b)
		f.SetLineWidth(width)
		f.Rect(x, top+y, w, h, "D")
	})
}

// place gives a block its place on the sheet.
func (s *sheet) place(b block, y float64) {
	for _, r := range b.runs {
		r.y += y
		s.runs = append(s.runs, r)
	}
	for _, draw := range b.shapes {
		s.shapes = append(s.shapes, func(f *gofpdf.Fpdf, _ float64) { draw(f, y) })
	}
}

// write draws the sheet as a file of one page.
func (s *sheet) write(w io.Writer) error { return write(w, s) }

// write draws sheets as the pages of one file, whose title and date are the
// first one's. A fresh document and freshly cut fonts each time: gofpdf keeps
// state in the one and writes into the other.
func write(w io.Writer, sheets ...*sheet) error {
	var runes [2]map[rune]bool
	runes[0], runes[1] = map[rune]bool{' ': true}, map[rune]bool{' ': true}
	for _, s := range sheets {
		for _, r := range slices.Concat(s.marks, s.runs) {
			of := runes[0]
			if r.bold {
				of = runes[1]
			}
			for _, c := range r.s {
				of[c] = true
			}
		}
	}

	first := sheets[0]
	f := gofpdf.New("P", "mm", "A4", "")
	f.SetCatalogSort(true)
	dated, ok := first.dated.Instant()
	if !ok {
		dated = time.Unix(0, 0) // gofpdf would take the clock
	}
	f.SetCreationDate(dated.UTC())
	f.SetModificationDate(dated.UTC())
	f.SetProducer("Pratique", true)
	f.SetTitle(first.title, true)
	f.SetAutoPageBreak(false, 0)
	f.AddUTF8FontFromBytes("noto", "", first.press.regular.cut(runes[0]))
	f.AddUTF8FontFromBytes("noto", "B", first.press.bold.cut(runes[1]))
	for _, s := range sheets {
		s.page(f)
	}
	if err := f.Output(w); err != nil {
		return fmt.Errorf("write pdf: %w", err)
	}
	return nil
}

// page draws the sheet as the next page of a document.
func (s *sheet) page(f *gofpdf.Fpdf) {
	f.AddPage()
	for _, draw := range s.under {
		draw(f, 0)
	}
	for _, m := range s.marks {
		f.TransformBegin()
		f.TransformRotate(watermarkAngle, m.x, m.y)
		drawRun(f, run{m.x - s.width(m.style, m.s)/2, m.y, m.s, m.style})
		f.TransformEnd()
	}
	for _, draw := range s.shapes {
		draw(f, 0)
	}
	for _, r := range s.runs {
		drawRun(f, r)
	}
	for _, c := range s.codes {
		drawCode(f, c)
	}
}

func drawRun(f *gofpdf.Fpdf, r run) {
	weight := ""
	if r.bold {
		weight = "B"
	}
	f.SetFont("noto", weight, r.size)
	f.SetTextColor(r.ink.r, r.ink.g, r.ink.b)
	f.Text(r.x, r.y, r.s)
}

// draw makes the picture of a QR code, which stands at the seal's place.
func (s *sheet) draw(content string) error {
	made, err := encode(content)
	if err != nil {
		return err
	}
	s.codes = []code{{qrPath(made.Bitmap()), sealX, sealY, QRSide, moduleOf(made.VersionNumber)}}
	return nil
}

// drawCode draws white and then all dark modules as one filled path.
func drawCode(f *gofpdf.Fpdf, c code) {
	f.SetFillColor(255, 255, 255)
	f.Rect(c.x, c.y, c.side, c.side, "F")
	const k = 1 / ptMM
	f.RawWriteStr(fmt.Sprintf("q 0 g %.5f 0 0 %.5f %.5f %.5f cm\n%s Q",
		c.module*k, -c.module*k, (c.x+quietZone*c.module)*k, (pageHeight-c.y-quietZone*c.module)*k, c.path))
}

// watermarkAngle is how steep marks go uphill, in degrees.
const watermarkAngle, sin36, cos36 = 36, 0.588, 0.809

// guilloche is a band of waves between y1 and y2, as smooth lines a printer of
// 300 dpi can hold: 0.1 mm wide and nowhere closer than 0.4 mm for long.
func guilloche(y1, y2 float64) shape {
	return func(f *gofpdf.Fpdf, _ float64) {
		const k, lines, step = 1 / ptMM, 9, 0.75
		var b strings.Builder
		fmt.Fprintf(&b, "q %.3f %.3f %.3f RG %.3f w 1 j\n", float64(wave.r)/255, float64(wave.g)/255, float64(wave.b)/255, 0.1*k)
		mid, half := (y1+y2)/2, (y2-y1)/2
		for i := range lines {
			phase := 2 * math.Pi * float64(i) / lines
			for x := left; x <= right; x += step {
				u := (x - left) / (right - left)
				y := mid + half*math.Sin(2*math.Pi*5*u+phase)*(0.55+0.45*math.Cos(2*math.Pi*3*u))
				op := 'l'
				if x == left {
					op = 'm'
				}
				fmt.Fprintf(&b, "%.2f %.2f %c\n", x*k, (pageHeight-y)*k, op)
			}
			b.WriteString("S\n")
		}
		b.WriteString("Q")
		f.RawWriteStr(b.String())
	}
}
