package evidence

import (
	"cmp"
	"image"
	"math"
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// grid says where the modules of a symbol lie in a picture of it. Module (0, 0)
// is the one in the corner of the symbol that its three finder patterns name;
// its middle is at (0.5, 0.5). A photograph is taken slantwise, and paper bends:
// so the grid is fitted to every mark of a symbol whose place is known before
// anything is read, that is its finder and alignment patterns (ISO/IEC 18004,
// 6.3.3 and 6.3.6), and between those that were found it follows them.
type grid struct {
	grey *image.Gray
	n    int // modules to a side
	// side is what pixels are measured in while fitting: with it and n, all
	// numbers are about 1.
	side  float64
	h     [8]float64 // u, v → (h0·u+h1·v+h2, h3·u+h4·v+h5) / (h6·u+h7·v+1)
	knots []knot
}

// knot is a mark that was found: its place in modules and in pixels.
type knot struct{ module, pixel point }

// newGrid fits a grid of n modules to the middles of three finder patterns.
func newGrid(grey *image.Gray, n int, topLeft, topRight, bottomLeft point) *grid {
	far := float64(n) - 3.5
	g := &grid{grey: grey, n: n, side: math.Hypot(topRight.x-topLeft.x, topRight.y-topLeft.y)}
	g.knots = []knot{{point{3.5, 3.5}, topLeft}, {point{far, 3.5}, topRight}, {point{3.5, far}, bottomLeft}}
	return g
}

// at is the pixel of a place, as the fit has it.
func (g *grid) at(m point) point {
	u, v := m.x/float64(g.n), m.y/float64(g.n)
	w := g.h[6]*u + g.h[7]*v + 1
	return point{(g.h[0]*u + g.h[1]*v + g.h[2]) / w * g.side, (g.h[3]*u + g.h[4]*v + g.h[5]) / w * g.side}
}

// fit makes the projection that is closest to all knots: least squares over
// x·(h6·u+h7·v+1) = h0·u+h1·v+h2 and the same for y. As long as the knots say
// little of the slant, a small weight keeps it at none.
func (g *grid) fit() bool {
	var a [8][9]float64
	add := func(row [9]float64) {
		for i := range 8 {
			for j := range 9 {
				a[i][j] += row[i] * row[j]
			}
		}
	}
	for _, k := range g.knots {
		u, v := k.module.x/float64(g.n), k.module.y/float64(g.n)
		x, y := k.pixel.x/g.side, k.pixel.y/g.side
		add([9]float64{u, v, 1, 0, 0, 0, -u * x, -v * x, x})
		add([9]float64{0, 0, 0, u, v, 1, -u * y, -v * y, y})
	}
	const slant = 1e-5
	a[6][6] += slant
	a[7][7] += slant
	for i := range 8 { // Gauss, with the largest pivot
		p := i
		for r := i; r < 8; r++ {
			if math.Abs(a[r][i]) > math.Abs(a[p][i]) {
				p = r
			}
		}
		a[i], a[p] = a[p], a[i]
		if math.Abs(a[i][i]) < 1e-12 {
			return false
		}
		for r := range 8 {
			if f := a[r][i] / a[i][i]; r != i && f != 0 {
				for c := i; c < 9; c++ {
					a[r][c] -= f * a[i][c]
				}
			}
		}
	}
	for i := range 8 {
		g.h[i] = a[i][8] / a[i][i]
	}
	for _, corner := range []point{{0, 0}, {float64(g.n), 0}, {0, float64(g.n)}, {float64(g.n), float64(g.n)}} {
		if g.h[6]*corner.x/float64(g.n)+g.h[7]*corner.y/float64(g.n)+1 < 0.2 {
			return false // nobody photographs a page from its edge
		}
	}
	return true
}

// axes are the steps of one module to the right and down, at a place.
func (g *grid) axes(m point) (right, down point) {
	a, b, c, d := g.at(point{m.x - 1, m.y}), g.at(point{m.x + 1, m.y}), g.at(point{m.x, m.y - 1}), g.at(point{m.x, m.y + 1})
	return point{(b.x - a.x) / 2, (b.y - a.y) / 2}, point{(d.x - c.x) / 2, (d.y - c.y) / 2}
}

// shade is the picture's at a point, between its pixels; outside it is that of
// the nearest edge.
func (g *grid) shade(p point) float64 {
	x, y := p.x-0.5, p.y-0.5
	fx, fy := math.Floor(x), math.Floor(y)
	w, h := g.grey.Rect.Dx(), g.grey.Rect.Dy()
	if !(fx > -2 && fy > -2 && fx < float64(w)+1 && fy < float64(h)+1) {
		return 255
	}
	x0, y0 := int(fx), int(fy)
	fx, fy = x-fx, y-fy
	x1, y1 := min(max(x0+1, 0), w-1), min(max(y0+1, 0), h-1)
	x0, y0 = min(max(x0, 0), w-1), min(max(y0, 0), h-1)
	above, below := g.grey.Pix[y0*g.grey.Stride:], g.grey.Pix[y1*g.grey.Stride:]
	return (float64(above[x0])*(1-fx)+float64(above[x1])*fx)*(1-fy) + (float64(below[x0])*(1-fx)+float64(below[x1])*fx)*fy
}

// mark is a pattern of rings around a module: its colours outwards.
type mark []float64

// The marks of ISO/IEC 18004: dark is -1. Those around a finder pattern are
// the separator, or the quiet zone.
var (
	finder    = mark{-1, -1, 1, -1, 1}
	alignment = mark{-1, 1, -1}
)

// likeness is how much the picture around a pixel is like a mark, from -1 to 1
// (correlation), if a module is as large as the axes say.
func (g *grid) likeness(m mark, p, right, down point) float64 {
	r := len(m) - 1
	var n, sum, squares, want, wanted, both float64
	for y := -r; y <= r; y++ {
		for x := -r; x <= r; x++ {
			t := m[max(x, -x, y, -y)]
			s := g.shade(point{p.x + float64(x)*right.x + float64(y)*down.x, p.y + float64(x)*right.y + float64(y)*down.y})
			n, sum, squares, want, wanted, both = n+1, sum+s, squares+s*s, want+t, wanted+t*t, both+s*t
		}
	}
	varied := (squares - sum*sum/n) * (wanted - want*want/n)
	if varied < 1 {
		return 0
	}
	return (both - sum*want/n) / math.Sqrt(varied)
}

// seek is the pixel near p that looks most like a mark, at most reach modules
// away, and how much it does.
func (g *grid) seek(m mark, p, right, down point, reach float64) (point, float64) {
	best, most := p, math.Inf(-1)
	for _, step := range []float64{0.5, 0.2, 0.07} {
		around, n := best, int(math.Ceil(reach/step))
		for j := -n; j <= n; j++ {
			for i := -n; i <= n; i++ {
				a, b := float64(i)*step, float64(j)*step
				q := point{around.x + a*right.x + b*down.x, around.y + a*right.y + b*down.y}
				if l := g.likeness(m, q, right, down); l > most {
					best, most = q, l
				}
			}
		}
		reach = step * 0.8
	}
	return best, most
}

// Likeness below which a mark was not found. A finder pattern that was found in
// black and white is one in grey too; print that passes for one is not.
const (
	finderLike    = 0.6
	alignmentLike = 0.55
)

// settle fits the grid to the marks, from those that are known to those further
// on. It reports whether there can be a symbol.
func (g *grid) settle(version *decoder.Version) bool {
	if !g.fit() {
		return false
	}
	for _, m := range alignments(version) {
		away := math.Inf(1) // from the nearest knot, in modules
		for _, k := range g.knots {
			away = min(away, math.Hypot(k.module.x-m.x, k.module.y-m.y))
		}
		right, down := g.axes(m)
		at, like := g.seek(alignment, g.at(m), right, down, 0.8+0.07*away)
		if like < alignmentLike {
			continue
		}
		g.knots = append(g.knots, knot{m, at})
		if !g.fit() {
			return false
		}
	}
	return true
}

// alignments are the middles of a version's alignment patterns, those next to
// the finder patterns first.
func alignments(version *decoder.Version) (all []point) {
	centres := version.GetAlignmentPatternCenters()
	last := len(centres) - 1
	for j, y := range centres {
		for i, x := range centres {
			if i == 0 && (j == 0 || j == last) || i == last && j == 0 {
				continue // a finder pattern is there
			}
			all = append(all, point{float64(x) + 0.5, float64(y) + 0.5})
		}
	}
	slices.SortStableFunc(all, func(a, b point) int { return cmp.Compare(a.x+a.y, b.x+b.y) })
	return all
}

// bend is how far the paper is from the fit at a place: what the knots around it
// say, the nearest most.
func (g *grid) bend(m point, off []point) point {
	var sum, weight point
	for i, k := range g.knots {
		d := (k.module.x-m.x)*(k.module.x-m.x) + (k.module.y-m.y)*(k.module.y-m.y)
		w := 1 / (d*d + 100)
		sum.x, sum.y = sum.x+w*off[i].x, sum.y+w*off[i].y
		weight.x += w
	}
	return point{sum.x / weight.x, sum.y / weight.x}
}

// sample is the shade of every module, row by row: the mean of its middle part.
func (g *grid) sample() []float64 {
	off := make([]point, len(g.knots))
	for i, k := range g.knots {
		fitted := g.at(k.module)
		off[i] = point{k.pixel.x - fitted.x, k.pixel.y - fitted.y}
	}
	// Points to look at inside a module, one a pixel.
	taps := min(max(int(g.side/float64(g.n)*0.6), 2), 6)
	shades := make([]float64, g.n*g.n)
	for y := range g.n {
		for x := range g.n {
			m := point{float64(x) + 0.5, float64(y) + 0.5}
			p, b := g.at(m), g.bend(m, off)
			right, down := g.axes(m)
			sum := 0.0
			for j := range taps {
				for i := range taps {
					u, v := 0.55*((float64(i)+0.5)/float64(taps)-0.5), 0.55*((float64(j)+0.5)/float64(taps)-0.5)
					sum += g.shade(point{p.x + b.x + u*right.x + v*down.x, p.y + b.y + u*right.y + v*down.y})
				}
			}
			shades[y*g.n+x] = sum / float64(taps*taps)
		}
	}
	return shades
}

// timing is how well the two timing patterns are seen, from 0 to 1: they are
// dark and light in turn between the finder patterns if the grid has the right
// number of modules.
func timing(shades []float64, n int) float64 {
	worst := 1.0
	for _, at := range []func(i int) float64{
		func(i int) float64 { return shades[6*n+i] },
		func(i int) float64 { return shades[i*n+6] },
	} {
		right := 0
		for i := 8; i < n-8; i++ {
			around := (at(i-1) + at(i+1)) / 2
			if (at(i) < around) == (i%2 == 0) {
				right++
			}
		}
		worst = min(worst, float64(right)/float64(n-16))
	}
	return worst
}

// sharpened takes away what the modules beside one another gave each other by
// blur: strength is how much of it.
func sharpened(shades []float64, n int, strength float64) []float64 {
	if strength == 0 {
		return shades
	}
	out := make([]float64, len(shades))
	for y := range n {
		for x := range n {
			v := shades[y*n+x]
			around := shades[max(y-1, 0)*n+x] + shades[min(y+1, n-1)*n+x] + shades[y*n+max(x-1, 0)] + shades[y*n+min(x+1, n-1)]
			out[y*n+x] = v + strength*(v-around/4)
		}
	}
	return out
}

// bits makes modules dark or light: each against the mean of the two means,
// of what is darker and of what is lighter than the mean around it.
func bits(shades []float64, n int) (*gozxing.BitMatrix, error) {
	m, err := gozxing.NewSquareBitMatrix(n)
	if err != nil {
		return nil, err
	}
	const reach = 6
	for y := range n {
		for x := range n {
			top, bottom, left, right := max(y-reach, 0), min(y+reach, n-1), max(x-reach, 0), min(x+reach, n-1)
			sum := 0.0
			for j := top; j <= bottom; j++ {
				for _, s := range shades[j*n+left : j*n+right+1] {
					sum += s
				}
			}
			mean := sum / float64((bottom-top+1)*(right-left+1))
			var dark, light, darks, lights float64
			for j := top; j <= bottom; j++ {
				for _, s := range shades[j*n+left : j*n+right+1] {
					if s < mean {
						dark, darks = dark+s, darks+1
					} else {
						light, lights = light+s, lights+1
					}
				}
			}
			if darks > 0 && lights > 0 && shades[y*n+x] < (dark/darks+light/lights)/2 {
				m.Set(x, y)
			}
		}
	}
	return m, nil
}

// strengths of sharpening, in the order they are tried.
var strengths = []float64{0.5, 0, 1.2}

// threeCorners are the finder patterns of what may be a symbol, in pixels.
type threeCorners struct{ topLeft, topRight, bottomLeft point }

// across is how many modules there would be between them, if there are so many
// pixels to a module.
func (c threeCorners) across(module float64) float64 {
	return (math.Hypot(c.topRight.x-c.topLeft.x, c.topRight.y-c.topLeft.y) + math.Hypot(c.bottomLeft.x-c.topLeft.x, c.bottomLeft.y-c.topLeft.y)) / 2 / module
}

// refined are the corners' middles in grey, and the number of modules between
// them at which all three look most like finder patterns. Ok is false where
// one does not.
func (c threeCorners) refined(grey *image.Gray, between float64) (at threeCorners, most float64, ok bool) {
	g := &grid{grey: grey}
	best := 0.0
	at = c
	for _, factor := range []float64{1, 0.92, 1.08, 0.85, 1.16} {
		d := between * factor
		right := point{(c.topRight.x - c.topLeft.x) / d, (c.topRight.y - c.topLeft.y) / d}
		down := point{(c.bottomLeft.x - c.topLeft.x) / d, (c.bottomLeft.y - c.topLeft.y) / d}
		like := 0.0
		if factor == 1 {
			least := 1.0
			for _, p := range []*point{&at.topLeft, &at.topRight, &at.bottomLeft} {
				var l float64
				*p, l = g.seek(finder, *p, right, down, 1)
				least, like = min(least, l), like+l
			}
			if least < finderLike {
				return c, 0, false
			}
		} else {
			for _, p := range []point{at.topLeft, at.topRight, at.bottomLeft} {
				like += g.likeness(finder, p, right, down)
			}
		}
		if like > best {
			best, most = like, d
		}
	}
	return at, most, true
}

// maxSizes is how many sizes are tried for one symbol.
const maxSizes = 3

// readGrid reads the symbol with these three finder patterns, modules being
// about that large, in pixels. Seen: there is a symbol, whether or not it can be
// read. N is how many modules it has to a side.
func readGrid(grey *image.Gray, corners threeCorners, module float64) (text string, n int, seen bool) {
	corners, between, ok := corners.refined(grey, corners.across(module))
	if !ok {
		return "", 0, false
	}
	type attempt struct {
		n      int
		shades []float64
		timing float64
	}
	var attempts []attempt
	for number := 1; number <= 40; number++ {
		n := 17 + 4*number
		if math.Abs(float64(n-7)-between) > 2.5+0.06*between {
			continue
		}
		version, err := decoder.Version_GetVersionForNumber(number)
		if err != nil {
			continue
		}
		g := newGrid(grey, n, corners.topLeft, corners.topRight, corners.bottomLeft)
		if !g.settle(version) {
			continue
		}
		shades := g.sample()
		if t := timing(shades, n); t > 0.6 {
			attempts = append(attempts, attempt{n, shades, t})
		}
	}
	slices.SortStableFunc(attempts, func(a, b attempt) int { return cmp.Compare(b.timing, a.timing) })
	for _, a := range attempts[:min(len(attempts), maxSizes)] {
		seen = seen || a.timing > 0.75
		for _, strength := range strengths {
			m, err := bits(sharpened(a.shades, a.n, strength), a.n)
			if err != nil {
				continue
			}
			if text, ok := decode(m); ok {
				return text, a.n, true
			}
		}
	}
	return "", 0, seen
}
