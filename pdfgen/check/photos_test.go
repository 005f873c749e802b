package check

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/evidence"
)

// photo says how a page is photographed or scanned badly.
type photo struct {
	dpi     float64 // pixels to an inch of the paper, where it is not slanted
	turn    float64 // degrees, clockwise
	slant   float64 // how much shorter the far edge is than the near one
	blur    float64 // standard deviation in mm of the paper
	dark    float64 // the darkest corner's light, of 1
	noise   float64 // standard deviation in shades
	quality int     // of JPEG
}

func (p photo) String() string {
	return fmt.Sprintf("%.0f dpi turned %.0f°, slant %.2f, blur %.2f mm, light down to %.2f, noise %.0f, JPEG %d",
		p.dpi, p.turn, p.slant, p.blur, p.dark, p.noise, p.quality)
}

// printed is how large office printers print a page that they fit to the paper.
const printed = 0.96

// pictures are what conditions are combined from; every one is a hand-held
// photograph or a cheap scan of a printed page.
func pictures(resolutions []float64, turns int) (all []photo) {
	conditions := []photo{
		{slant: 0, blur: 0.06, dark: 1, noise: 3},
		{slant: 0.06, blur: 0.10, dark: 0.7, noise: 6},
		{slant: 0.12, blur: 0.13, dark: 0.45, noise: 9},
		{slant: 0.18, blur: 0.15, dark: 0.35, noise: 12},
	}
	for _, dpi := range resolutions {
		for i := range turns {
			for _, p := range conditions {
				p.dpi, p.turn, p.quality = dpi, float64(i)*360/float64(turns), 40
				if i%3 == 1 { // nobody holds a page exactly upright
					p.turn += 1.7
				}
				all = append(all, p)
			}
		}
	}
	return all
}

const masterDPI = 400

// master is a page as it was printed, counted from 0, in shades of grey at
// masterDPI.
func master(t testing.TB, pdf []byte, page int) *image.Gray {
	t.Helper()
	img, err := engine.Render(t.Context(), pdf, page, masterDPI)
	if err != nil {
		t.Fatal(err)
	}
	from := img.(*image.RGBA)
	g := image.NewGray(from.Rect)
	for i := range g.Pix {
		g.Pix[i] = from.Pix[4*i]
	}
	return g
}

// take photographs a page lying on a dark table, as the bytes of a JPEG file.
func (p photo) take(page *image.Gray, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 7))
	perPixel := masterDPI / p.dpi / printed // master's pixels to one of the picture
	w, h := float64(page.Rect.Dx()), float64(page.Rect.Dy())
	sin, cos := math.Sincos(p.turn * math.Pi / 180)
	width := int((math.Abs(cos)*w+math.Abs(sin)*h)/perPixel) + 40
	height := int((math.Abs(sin)*w+math.Abs(cos)*h)/perPixel) + 40
	g := image.NewGray(image.Rect(0, 0, width, height))

	// What lies at a point of the picture: slanted, so that what is further up is
	// further away and smaller, and turned around the middle.
	diagonal := math.Hypot(w, h)
	at := func(x, y float64) float64 {
		dx, dy := (x-float64(width)/2)*perPixel, (y-float64(height)/2)*perPixel
		k := 1 / (1 + p.slant*dy/diagonal)
		return shade(page, (cos*dx+sin*dy)*k+w/2, (cos*dy-sin*dx)*k+h/2)
	}
	const taps = 2 // a pixel of the picture is the mean of so many by so many
	for y := range height {
		for x := range width {
			sum := 0.0
			for j := range taps {
				for i := range taps {
					sum += at(float64(x)+(float64(i)+0.5)/taps, float64(y)+(float64(j)+0.5)/taps)
				}
			}
			g.Pix[y*g.Stride+x] = uint8(sum / (taps * taps))
		}
	}
	blurred(g, p.blur/25.4*p.dpi)
	for y := range height {
		for x := range width {
			away := math.Hypot(float64(x)/float64(width), float64(y)/float64(height)) / math.Sqrt2
			v := float64(g.Pix[y*g.Stride+x])*(1-(1-p.dark)*away) + r.NormFloat64()*p.noise
			g.Pix[y*g.Stride+x] = uint8(max(0, min(255, v)))
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, g, &jpeg.Options{Quality: p.quality}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// shade is the page's at a point between its pixels, and the table's beside it.
// Ink is no black and paper no white.
func shade(page *image.Gray, x, y float64) float64 {
	const table, ink, paper = 70, 35, 225
	x, y = x-0.5, y-0.5
	x0, y0 := int(math.Floor(x)), int(math.Floor(y))
	if x0 < 0 || y0 < 0 || x0+1 >= page.Rect.Dx() || y0+1 >= page.Rect.Dy() {
		return table
	}
	fx, fy := x-float64(x0), y-float64(y0)
	row, next := page.Pix[y0*page.Stride+x0:], page.Pix[(y0+1)*page.Stride+x0:]
	v := (float64(row[0])*(1-fx)+float64(row[1])*fx)*(1-fy) + (float64(next[0])*(1-fx)+float64(next[1])*fx)*fy
	return ink + v/255*(paper-ink)
}

// blurred makes g less sharp, by a bell of that standard deviation in pixels.
func blurred(g *image.Gray, sigma float64) {
	reach := int(3*sigma) + 1
	bell, sum := make([]float64, 2*reach+1), 0.0
	for i := range bell {
		bell[i] = math.Exp(-float64((i-reach)*(i-reach)) / (2 * sigma * sigma))
		sum += bell[i]
	}
	along := func(n, step int, pix []uint8) {
		line := make([]float64, n)
		for i := range line {
			line[i] = float64(pix[i*step])
		}
		for i := range n {
			v := 0.0
			for k, weight := range bell {
				v += weight * line[max(0, min(n-1, i+k-reach))]
			}
			pix[i*step] = uint8(v/sum + 0.5)
		}
	}
	for y := range g.Rect.Dy() {
		along(g.Rect.Dx(), 1, g.Pix[y*g.Stride:])
	}
	for x := range g.Rect.Dx() {
		along(g.Rect.Dy(), g.Stride, g.Pix[x:])
	}
}

// zbar reads a picture with zbarimg, as a stranger would.
func zbar(t testing.TB, program string, file []byte) []string {
	c := exec.CommandContext(t.Context(), program, "--raw", "--quiet", "-Sdisable", "-Sqrcode.enable", "-")
	c.Stdin = bytes.NewReader(file)
	out, _ := c.Output() // its status says whether there was any symbol
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

// text is of the shape of a seal: "HC1:" and n characters of base45.
func text(seed uint64, n int) string {
	const base45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	r := rand.New(rand.NewPCG(seed, 0))
	b := []byte("HC1:")
	for range n {
		b = append(b, base45[r.IntN(len(base45))])
	}
	return strings.TrimRight(string(b), " ") + "."
}

// among tells whether every seal is one of the texts.
func among(seals, texts []string) bool {
	return !slices.ContainsFunc(seals, func(s string) bool { return !slices.Contains(texts, s) })
}

// Photographs of what was printed are read, and no fewer than zbar reads.
// PRATIQUE_PHOTOS=all takes the whole collection, which is a quarter of an hour of work.
func TestPhotos(t *testing.T) {
	resolutions, turns := []float64{150}, 3
	if os.Getenv("PRATIQUE_PHOTOS") == "all" {
		resolutions, turns = []float64{150, 200, 300}, 12
	}
	program, err := exec.LookPath("zbarimg")
	if err != nil {
		t.Log("zbarimg is not installed: the comparison with it did NOT run")
	}
	type paper struct {
		seals []string
		page  *image.Gray
	}
	var pages []paper
	for i, n := range []int{520, 880} {
		seal := text(uint64(i+1), n)
		pages = append(pages, paper{[]string{seal}, master(t, certificate(t, statement(t, byte(i)), seal), 0)})
	}
	// A further page has several codes, denser than the certificate's, and was read
	// if all of them were.
	out := printout(statement(t, 2), text(3, 520))
	out.Further = []data.FurtherSeal{
		{Format: data.FormatVDSNC, Of: "tests[0]", Text: `{"data":{},"sig":{"sigvl":"` + strings.ToLower(text(4, 1100)) + `"}}`},
		{Format: data.FormatDCC, Of: "tests[0]", Text: text(5, 560)},
	}
	pages = append(pages, paper{[]string{out.Further[0].Text, out.Further[1].Text}, master(t, rendered(t, out), 1)})
	all := pictures(resolutions, turns)
	type count struct {
		taken, ours, zbars int
		time, zbarTime     time.Duration
	}
	var total, further count
	per := map[float64]*count{}
	say := func(what string, c count) {
		share := func(n int) float64 { return 100 * float64(n) / float64(c.taken) }
		t.Logf("%-8s %4d pictures: read by us %5.1f %% (%.0f ms each), by zbarimg %5.1f %% (%.0f ms each)", what, c.taken,
			share(c.ours), float64(c.time.Milliseconds())/float64(c.taken), share(c.zbars), float64(c.zbarTime.Milliseconds())/float64(c.taken))
	}
	for i, p := range all {
		of := pages[(i+i/4)%len(pages)]
		file := p.take(of.page, uint64(i))
		start := time.Now()
		found, err := evidence.Read(context.Background(), file, nil)
		spent := time.Since(start)
		if err != nil {
			t.Fatalf("%v: %v", p, err)
		}
		if per[p.dpi] == nil {
			per[p.dpi] = new(count)
		}
		counts := []*count{&total, per[p.dpi]}
		if len(of.seals) > 1 {
			counts = []*count{&further}
		}
		for _, c := range counts {
			c.taken++
			c.time += spent
		}
		texts := make([]string, len(found.Symbols))
		for i, s := range found.Symbols {
			texts[i] = s.Text
		}
		read := among(of.seals, texts)
		if read {
			for _, c := range counts {
				c.ours++
			}
		}
		if len(found.Symbols) > len(of.seals) {
			t.Errorf("%v: %d symbols", p, len(found.Symbols))
		}
		theirs := false
		if program != "" {
			start := time.Now()
			theirs = among(of.seals, zbar(t, program, file))
			spent := time.Since(start)
			for _, c := range counts {
				c.zbarTime += spent
				if theirs {
					c.zbars++
				}
			}
		}
		if !read {
			t.Logf("not read (zbar: %v), %d characters: %v", theirs, len(strings.Join(of.seals, "")), p)
		}
		if i+1 == len(all) || all[i+1].dpi != p.dpi {
			say(fmt.Sprintf("%.0f dpi", p.dpi), *per[p.dpi])
		}
	}
	say("all", total)
	say("further", further)
	for _, c := range []count{total, further} {
		if 100*c.ours < 98*c.taken {
			t.Errorf("%d of %d read, less than 98 %%", c.ours, c.taken)
		}
		if program != "" && c.ours < c.zbars {
			t.Errorf("%d read, and zbarimg reads %d", c.ours, c.zbars)
		}
	}
}
