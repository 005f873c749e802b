package evidence

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/skip2/go-qrcode"
)

// seal is a text of the shape of a seal: "HC1:" and n characters of base45,
// spaces included, the same for the same seed.
func seal(seed uint64, n int) string {
	const base45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	r := rand.New(rand.NewPCG(seed, 0))
	b := []byte("HC1:")
	for range n {
		b = append(b, base45[r.IntN(len(base45))])
	}
	return string(b)
}

// symbolImage is text as a symbol of level M with its quiet zone, module
// pixels to a module.
func symbolImage(t testing.TB, text string, module int) *image.Gray {
	t.Helper()
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	bits := q.Bitmap()
	g := paper(len(bits)*module, len(bits)*module)
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			if bits[y/module][x/module] {
				g.SetGray(x, y, color.Gray{})
			}
		}
	}
	return g
}

func paper(w, h int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i := range g.Pix {
		g.Pix[i] = 0xFF
	}
	return g
}

// place draws pictures on a page of w × h pixels, from left to right and top to bottom.
func place(w, h int, pictures ...*image.Gray) *image.Gray {
	g := paper(w, h)
	x, y, row := 0, 0, 0
	for _, p := range pictures {
		if x+p.Rect.Dx() > w {
			x, y, row = 0, y+row, 0
		}
		draw.Draw(g, p.Rect.Add(image.Pt(x, y)), p, p.Rect.Min, draw.Src)
		x += p.Rect.Dx()
		row = max(row, p.Rect.Dy())
	}
	return g
}

func turned(g *image.Gray) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, g.Rect.Dy(), g.Rect.Dx()))
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			out.SetGray(g.Rect.Dy()-1-y, x, g.GrayAt(x, y))
		}
	}
	return out
}

// noisy adds ±90 to every pixel and turns one in 500 around.
func noisy(g *image.Gray) *image.Gray {
	r := rand.New(rand.NewPCG(1, 2))
	out := paper(g.Rect.Dx(), g.Rect.Dy())
	for i, p := range g.Pix {
		v := int(p) + r.IntN(181) - 90
		if r.IntN(500) == 0 {
			v = 255 - v
		}
		out.Pix[i] = uint8(max(0, min(255, v)))
	}
	return out
}

// shaded darkens the picture from left to right to a third.
func shaded(g *image.Gray) *image.Gray {
	out := paper(g.Rect.Dx(), g.Rect.Dy())
	for i, p := range g.Pix {
		x := i % g.Stride
		out.Pix[i] = uint8(int(p) * (3*g.Rect.Dx() - 2*x) / (3 * g.Rect.Dx()))
	}
	return out
}

func TestSymbols(t *testing.T) {
	short, long, longer, other := seal(1, 60), seal(2, 590), seal(3, 890), seal(4, 590)
	qr := func(text string, module int) *image.Gray { return symbolImage(t, text, module) }
	for _, c := range []struct {
		name string
		img  image.Image
		want []string
	}{
		{"one", qr(long, 4), []string{long}},
		{"one, large modules", qr(long, 11), []string{long}},
		{"one, two pixels a module", qr(long, 2), []string{long}},
		{"one, one pixel a module", qr(short, 1), []string{short}},
		{"version 22", qr(longer, 3), []string{longer}},
		{"in the middle of a page", place(1240, 1754, paper(500, 700), paper(200, 700), qr(long, 4)), []string{long}},
		{"turned", turned(place(1240, 1754, qr(long, 4))), []string{long}},
		{"turned twice", turned(turned(qr(long, 4))), []string{long}},
		{"at 96 %", scaled(qr(long, 4), 0.96), []string{long}},
		{"at 103 %", scaled(qr(long, 4), 1.03), []string{long}},
		{"noisy", noisy(place(1240, 1754, qr(long, 4))), []string{long}},
		{"shaded", shaded(place(1240, 1754, qr(long, 4))), []string{long}},
		{"two of one size side by side", place(1240, 1754, qr(long, 4), qr(other, 4)), []string{long, other}},
		{"three of different sizes", place(1240, 1754, qr(longer, 3), qr(short, 8), qr(long, 5)), []string{longer, long, short}},
		{"nine", place(1300, 1300,
			qr(seal(10, 590), 4), qr(seal(11, 590), 4), qr(seal(12, 590), 4),
			qr(seal(13, 590), 4), qr(seal(14, 590), 4), qr(seal(15, 590), 4),
			qr(seal(16, 590), 4), qr(seal(17, 590), 4), qr(seal(18, 590), 4)),
			[]string{seal(10, 590), seal(11, 590), seal(12, 590), seal(13, 590), seal(14, 590), seal(15, 590), seal(16, 590), seal(17, 590), seal(18, 590)}},
		{"the same twice", place(1240, 1754, qr(long, 4), qr(long, 4)), []string{long}},
		{"bytes", qr("{\"nam\":\"ŁUKASZEWICZ 欧阳\"}", 5), []string{"{\"nam\":\"ŁUKASZEWICZ 欧阳\"}"}},
		{"blank", paper(1240, 1754), nil},
		{"black", image.NewGray(image.Rect(0, 0, 600, 600)), nil},
		{"noise", noisy(paper(600, 600)), nil},
		{"one pixel", paper(1, 1), nil},
		{"half a symbol", qr(long, 4).SubImage(image.Rect(0, 0, 150, 400)), nil},
	} {
		symbols, err := Symbols(context.Background(), c.img)
		if got := textsOf(symbols); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, %v", c.name, textsOf(symbols), err)
		}
	}
}

func textsOf(symbols []Symbol) (texts []string) {
	for _, s := range symbols {
		texts = append(texts, s.Text)
	}
	return texts
}

// Where a symbol is, is told without its quiet zone.
func TestArea(t *testing.T) {
	symbol := symbolImage(t, seal(2, 590), 4)
	side := float64(symbol.Rect.Dx() - 2*4*4)
	page := place(1240, 1754, paper(500, 700), paper(200, 700), symbol)
	symbols, err := Symbols(context.Background(), page)
	if err != nil || len(symbols) != 1 {
		t.Fatalf("%v, %v", symbols, err)
	}
	want := Area{716. / 1240, 16. / 1754, side / 1240, side / 1754}
	at := symbols[0].At
	for _, off := range []float64{at.Left - want.Left, at.Top - want.Top, at.Width - want.Width, at.Height - want.Height} {
		if math.Abs(off) > 0.002 {
			t.Fatalf("it is at %v and was found at %v", want, at)
		}
	}
}

// Every size that a seal of the post may have is read at the resolutions of
// screens and scanners, and what zbar reads of it, where zbar is installed, is
// the same.
func TestSealSizes(t *testing.T) {
	zbar, zerr := exec.LookPath("zbarimg")
	if zerr != nil {
		t.Log("zbarimg is not installed: the comparison with it did NOT run")
	}
	for _, n := range []int{300, 500, 598, 700, 800, 896} {
		for _, px := range []float64{2.5, 3, 3.54, 5.9} { // 0.5 mm is 2.95 pixels at 150 dpi
			text := seal(uint64(n), n)
			page := place(1240, 1754, paper(300, 400), scaled(symbolImage(t, text, 10), px/10))
			symbols, err := Symbols(context.Background(), page)
			if got := textsOf(symbols); err != nil || !slices.Equal(got, []string{text}) {
				t.Errorf("%d characters at %g pixels a module: %d found, %v", n, px, len(got), err)
			}
			if zerr != nil || px != 3.54 {
				continue
			}
			cmd := exec.Command(zbar, "--raw", "--quiet", "-Sdisable", "-Sqrcode.enable", "-")
			cmd.Stdin = bytes.NewReader(encodePNG(t, page))
			out, err := cmd.Output()
			if err != nil || strings.TrimSuffix(string(out), "\n") != text {
				t.Errorf("zbar at %d characters: %q, %v", n, out, err)
			}
		}
	}
}

func TestSymbolsStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Symbols(ctx, paper(100, 100)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := Symbols(context.Background(), image.NewUniform(color.White)); !errors.Is(err, ErrLimit) {
		t.Errorf("an endless picture: %v", err)
	}
	if _, err := Symbols(context.Background(), image.NewGray(image.Rectangle{})); !errors.Is(err, ErrDamaged) {
		t.Errorf("an empty picture: %v", err)
	}
	if _, err := Symbols(context.Background(), broken{}); !errors.Is(err, ErrDamaged) {
		t.Errorf("a picture that panics: %v", err)
	}
}

type broken struct{}

func (broken) ColorModel() color.Model { return color.GrayModel }
func (broken) Bounds() image.Rectangle { return image.Rect(0, 0, 100, 100) }
func (broken) At(x, y int) color.Color { panic("broken decoder") }

func encodePNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodeJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 60}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// book is a PDF whose pages are given as pictures at 300 dpi.
type book struct {
	pages  []*image.Gray
	drawn  map[string]int
	failed error
}

func (b *book) Pages(context.Context, []byte) (int, error) { return len(b.pages), nil }

func (b *book) Render(_ context.Context, _ []byte, page int, dpi float64) (image.Image, error) {
	if b.failed != nil && dpi > 150 {
		return nil, b.failed
	}
	b.drawn[fmt.Sprintf("%d at %g", page, dpi)]++
	return scaled(b.pages[page], dpi/300), nil
}

// one are symbols of which only the text is told.
func one(texts ...string) (symbols []Symbol) {
	for _, t := range texts {
		symbols = append(symbols, Symbol{Text: t})
	}
	return symbols
}

func TestRead(t *testing.T) {
	text, other := seal(1, 590), seal(2, 590)
	symbol := symbolImage(t, text, 4)
	for _, c := range []struct {
		name string
		file []byte
		want Found
	}{
		{"text", []byte(text), Found{Text, 1, one(text)}},
		{"text with line end", []byte(text + "\r\n"), Found{Text, 1, one(text)}},
		{"text with byte order mark", []byte("\ufeff" + text + "\n"), Found{Text, 1, one(text)}},
		{"text that begins and ends with spaces", []byte("  HC1: A \n"), Found{Text, 1, one("  HC1: A ")}},
		{"text as a scanner frames it", []byte("\x02]Q1" + text + "\x03\r"), Found{Text, 1, one(text)}},
		{"text that a mail program broke", []byte(text[:76] + "\r\n" + text[76:152] + "\n" + text[152:]), Found{Text, 1, one(text)}},
		{"two texts", []byte(text + "\n\n" + other + "\n"), Found{Text, 1, one(text, other)}},
		{"a text twice", []byte(text + "\t" + text), Found{Text, 1, one(text)}},
		{"PNG", encodePNG(t, symbol), Found{PNG, 1, one(text)}},
		{"JPEG", encodeJPEG(t, symbol), Found{JPEG, 1, one(text)}},
		{"PNG without symbol", encodePNG(t, paper(100, 100)), Found{PNG, 1, nil}},
		{"PDF", []byte("%PDF-1.7"), Found{PDF, 4, []Symbol{{Text: text}, {Text: other, Page: 2}, {Text: text, Page: 3}, {Text: other, Page: 3}}}},
	} {
		pages := &book{drawn: map[string]int{}, pages: []*image.Gray{
			place(2480, 3508, symbolImage(t, text, 6)), paper(2480, 3508),
			place(2480, 3508, paper(900, 900), symbolImage(t, other, 7)),
			place(2480, 3508, symbolImage(t, text, 6), symbolImage(t, other, 6))}}
		got, err := NewWorker(pages).Read(context.Background(), c.file)
		for i := range got.Symbols {
			if (got.Symbols[i].At == Area{}) != (c.want.Kind == Text) {
				t.Errorf("%s: at %v", c.name, got.Symbols[i].At)
			}
			got.Symbols[i].At = Area{}
		}
		if err != nil || got.Kind != c.want.Kind || got.Pages != c.want.Pages || !slices.Equal(got.Symbols, c.want.Symbols) {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
		if c.want.Kind == PDF && (pages.drawn["0 at 400"] > 0 || pages.drawn["1 at 300"] == 0 || pages.drawn["1 at 200"] > 0) {
			t.Errorf("drawn: %v", pages.drawn)
		}
	}
}

func TestReadRefusals(t *testing.T) {
	many := &book{pages: make([]*image.Gray, MaxPages+1)}
	failing := &book{failed: errors.New("printer on fire"), drawn: map[string]int{}, pages: []*image.Gray{paper(2480, 3508)}}
	// A PNG header that promises a picture of four times 16 bits a pixel.
	bomb := func(w, h uint32) []byte {
		header := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
		header = append(binary.BigEndian.AppendUint32(header, h), 16, 6, 0, 0, 0)
		b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), header...)
		return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(header))
	}
	for _, c := range []struct {
		name   string
		file   []byte
		raster Rasteriser
		want   error
	}{
		{"nothing", nil, nil, ErrKind},
		{"line ends", []byte("\r\n\r\n"), nil, ErrKind},
		{"a control character", []byte("HC1:A\x07"), nil, ErrKind},
		{"not UTF-8", []byte("HC1:\xff"), nil, ErrKind},
		{"a zip file", []byte("PK\x03\x04"), nil, ErrKind},
		{"a telephone's picture", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), nil, ErrKind},
		{"long text", bytes.Repeat([]byte("A"), MaxText+1), nil, ErrLimit},
		{"large file", make([]byte, MaxSize+1), nil, ErrLimit},
		{"many pixels", bomb(100_000, 100_000), nil, ErrLimit},
		{"many bytes a pixel", bomb(6_500, 6_500), nil, ErrLimit},
		{"cut PNG", encodePNG(t, symbolImage(t, "A", 4))[:60], nil, ErrDamaged},
		{"cut JPEG", encodeJPEG(t, symbolImage(t, "A", 4))[:300], nil, ErrDamaged},
		{"PDF, many pages", []byte("%PDF-1.7"), many, ErrLimit},
		{"PDF, a page that fails at a finer resolution", []byte("%PDF-1.7"), failing, failing.failed},
		{"PDF without rasteriser", []byte("%PDF-1.7"), nil, ErrDamaged},
	} {
		if found, err := Read(context.Background(), c.file, c.raster); !errors.Is(err, c.want) || found.Symbols != nil {
			t.Errorf("%s: %v, %v; want %v", c.name, found, err, c.want)
		}
	}
	// An error says what was read, and why that stopped.
	for want, file := range map[string][]byte{
		"HEIC: neither text, nor a PNG, JPEG or PDF file":                                      []byte("\x00\x00\x00\x18ftypheic"),
		"PNG: the file is too large: 100000 × 100000 pixels":                                   bomb(100_000, 100_000),
		"PDF: the file is too large: 31 pages":                                                 []byte("%PDF-1.7"),
		"JPEG: 116 × 116 pixels: the file is damaged: invalid JPEG format: short Huffman data": encodeJPEG(t, symbolImage(t, "A", 4))[:700],
		"text: the file is too large: 7090 characters":                                         bytes.Repeat([]byte("A"), MaxText+1),
	} {
		if _, err := Read(context.Background(), file, many); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// slow is a rasteriser that takes its time and cannot be stopped.
type slow struct{ busy, most, done int32 }

func (s *slow) Pages(context.Context, []byte) (int, error) {
	n := atomic.AddInt32(&s.busy, 1)
	if n > atomic.LoadInt32(&s.most) {
		atomic.StoreInt32(&s.most, n)
	}
	time.Sleep(20 * time.Millisecond)
	atomic.AddInt32(&s.busy, -1)
	atomic.AddInt32(&s.done, 1)
	return 0, nil
}

func (s *slow) Render(context.Context, []byte, int, float64) (image.Image, error) { return nil, nil }

// A worker has one file at work, however many wait and whoever gave up.
func TestWorker(t *testing.T) {
	s := &slow{}
	w := NewWorker(s)
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			ctx, cancel := context.WithCancel(context.Background())
			if i%2 == 0 {
				cancel()
			}
			defer cancel()
			if _, err := w.Read(ctx, []byte("%PDF-1.7")); (i%2 == 0) != errors.Is(err, context.Canceled) && err != nil {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	all.Wait()
	if _, err := w.Read(context.Background(), []byte("HC1:A")); err != nil { // when the last one is through
		t.Error(err)
	}
	if s.most != 1 || s.busy != 0 || s.done < 3 {
		t.Errorf("%d at once, %d still at work, %d done", s.most, s.busy, s.done)
	}
}

// What a scanner types into a computer that believes it has another keyboard is
// understood, if what comes out reads.
func TestMeant(t *testing.T) {
	text := seal(7, 300)
	reads := func(s string) bool { return s == text }
	for _, c := range []struct {
		typed string
		want  Layout
	}{
		{text, Straight},
		{strings.ToLower(text), Capitals},
		{typed(text, german), German},
		{typed(text, french), French},
		{strings.Map(func(r rune) rune {
			if r == ' ' {
				return '\u3000'
			}
			return r - '!' + '！'
		}, text), Wide},
	} {
		if meant, layout := Meant(c.typed, reads); meant != text || layout != c.want {
			t.Errorf("%s: %q was taken for %q (%s)", c.want, c.typed, meant, layout)
		}
	}
	if meant, layout := Meant("nothing", reads); meant != "nothing" || layout != Straight {
		t.Errorf("%q, %q", meant, layout)
	}
}

// typed is what the keys of a text give with a keyboard, accents joined to the
// letters behind them as computers do.
func typed(text, keyboard string) string {
	var out strings.Builder
	for _, r := range text {
		if i := strings.IndexRune(american, r); i >= 0 {
			r = []rune(keyboard)[i]
		}
		out.WriteRune(r)
	}
	return strings.NewReplacer("`A", "À", "`E", "È", "`O", "Ò", "`U", "Ù", "`I", "Ì").Replace(out.String())
}

// Whatever was typed, what is undone is text, and what reads is left alone.
func FuzzMeant(f *testing.F) {
	f.Add("HC1:6BF", "hc1:6bf")
	f.Add("HCÀÖ", "ÖÀ")
	f.Fuzz(func(t *testing.T, typed, wanted string) {
		if !utf8.ValidString(typed) {
			return
		}
		meant, layout := Meant(typed, func(s string) bool { return s == wanted })
		if !utf8.ValidString(meant) || (meant == wanted) != (layout != Straight || typed == wanted) || layout == Straight && meant != typed {
			t.Fatalf("%q became %q (%s)", typed, meant, layout)
		}
	})
}

// Whatever the bytes are, Read answers without panic, and what it answers is
// within its bounds.
func FuzzRead(f *testing.F) {
	f.Add([]byte(seal(1, 20)))
	f.Add(encodePNG(f, symbolImage(f, "SPECIMEN", 3)))
	f.Add(encodeJPEG(f, symbolImage(f, "SPECIMEN", 3)))
	f.Add([]byte("%PDF-1.7"))
	f.Fuzz(func(t *testing.T, b []byte) {
		raster := &book{drawn: map[string]int{}, pages: []*image.Gray{paper(50, 50)}}
		found, err := Read(context.Background(), b, raster)
		if err != nil && (found.Kind != "" || found.Symbols != nil) {
			t.Fatalf("%v and %v", found, err)
		}
		for _, s := range found.Symbols {
			if s.Text == "" || s.Page < 0 || s.Page >= found.Pages {
				t.Fatalf("%v", found)
			}
		}
	})
}

// Whatever the pixels are, Symbols answers.
func FuzzSymbols(f *testing.F) {
	f.Add(symbolImage(f, "SPECIMEN", 3).Pix, 87)
	f.Fuzz(func(t *testing.T, pix []byte, w int) {
		if w < 1 || w > len(pix) || len(pix) > 1<<16 {
			return // no picture, or one that only takes time
		}
		g := &image.Gray{Pix: pix, Stride: w, Rect: image.Rect(0, 0, w, len(pix)/w)}
		if symbols, err := Symbols(context.Background(), g); err != nil || slices.Contains(textsOf(symbols), "") {
			t.Fatalf("%v, %v", symbols, err)
		}
	})
}

func BenchmarkSymbols(b *testing.B) {
	text := seal(1, 590)
	for _, c := range []struct {
		name string
		page *image.Gray
	}{
		{"A4 at 150 dpi", place(1240, 1754, paper(700, 900), symbolImage(b, text, 3))},
		{"A4 at 300 dpi", place(2480, 3508, paper(1400, 1800), symbolImage(b, text, 6))},
		{"blank A4 at 150 dpi", paper(1240, 1754)},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Symbols(context.Background(), c.page); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
