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
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

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
		got, err := Symbols(context.Background(), c.img)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, %v", c.name, got, err)
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
			got, err := Symbols(context.Background(), page)
			if err != nil || !slices.Equal(got, []string{text}) {
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

func TestRead(t *testing.T) {
	text, other := seal(1, 590), seal(2, 590)
	symbol := symbolImage(t, text, 4)
	for _, c := range []struct {
		name string
		file []byte
		want Found
	}{
		{"text", []byte(text), Found{Text, 1, []Symbol{{text, 0}}}},
		{"text with line end", []byte(text + "\r\n"), Found{Text, 1, []Symbol{{text, 0}}}},
		{"text with byte order mark", []byte("\ufeff" + text + "\n"), Found{Text, 1, []Symbol{{text, 0}}}},
		{"text that begins and ends with spaces", []byte("  HC1: A \n"), Found{Text, 1, []Symbol{{"  HC1: A ", 0}}}},
		{"PNG", encodePNG(t, symbol), Found{PNG, 1, []Symbol{{text, 0}}}},
		{"JPEG", encodeJPEG(t, symbol), Found{JPEG, 1, []Symbol{{text, 0}}}},
		{"PNG without symbol", encodePNG(t, paper(100, 100)), Found{PNG, 1, nil}},
		{"PDF", []byte("%PDF-1.7"), Found{PDF, 4, []Symbol{{text, 0}, {other, 2}, {text, 3}, {other, 3}}}},
	} {
		pages := &book{drawn: map[string]int{}, pages: []*image.Gray{
			place(2480, 3508, symbolImage(t, text, 6)), paper(2480, 3508),
			place(2480, 3508, paper(900, 900), symbolImage(t, other, 7)),
			place(2480, 3508, symbolImage(t, text, 6), symbolImage(t, other, 6))}}
		got, err := Read(context.Background(), c.file, pages)
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
	// A PNG header that promises 100 000 × 100 000 pixels.
	header := []byte("IHDR\x00\x01\x86\xa0\x00\x01\x86\xa0\x08\x00\x00\x00\x00")
	bomb := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), header...)
	bomb = binary.BigEndian.AppendUint32(bomb, crc32.ChecksumIEEE(header))
	for _, c := range []struct {
		name   string
		file   []byte
		raster Rasteriser
		want   error
	}{
		{"nothing", nil, nil, ErrKind},
		{"line ends", []byte("\r\n\r\n"), nil, ErrKind},
		{"two lines", []byte("HC1:A\nHC1:B"), nil, ErrKind},
		{"not UTF-8", []byte("HC1:\xff"), nil, ErrKind},
		{"a zip file", []byte("PK\x03\x04"), nil, ErrKind},
		{"long text", bytes.Repeat([]byte("A"), MaxText+1), nil, ErrLimit},
		{"large file", make([]byte, MaxSize+1), nil, ErrLimit},
		{"many pixels", bomb, nil, ErrLimit},
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
		if texts, err := Symbols(context.Background(), g); err != nil || slices.Contains(texts, "") {
			t.Fatalf("%q, %v", texts, err)
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
