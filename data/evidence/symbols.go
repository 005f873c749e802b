package evidence

import (
	"cmp"
	"context"
	"image"
	"math"
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// Symbols returns the QR symbols in img, from top to bottom; bytes without a
// declared character set are UTF-8.
//
// One attempt does not read every symbol: how modules fall on pixels, noise and
// shades decide. So the picture is tried as it is, smaller, with one threshold
// for all of it, and larger, until no three finder patterns are left that look
// like a symbol and were not read.
func Symbols(ctx context.Context, img image.Image) (symbols []Symbol, err error) {
	defer recovered(&err)
	s, err := newSearch(ctx, img)
	if err != nil {
		return nil, err
	}
	if err := s.climb(ctx, ladder); err != nil {
		return nil, err
	}
	if len(s.found) == 0 {
		return s.pure()
	}
	return s.symbols(), nil
}

// rung is one attempt: the picture scaled, then made black and white by areas
// (hybrid) or with one threshold.
type rung struct {
	scale  float64
	hybrid bool
}

// The first rungsForPage are those without enlarging.
const rungsForPage = 3

var ladder = []rung{{1, true}, {1, false}, {0.5, true}, {2, true}, {0.75, true}, {1.5, true}, {3, true}, {3, false}, {2, false}}

// Bounds on the work for one picture. Print has a few dozen shapes that pass
// for finder patterns; noise made for it has any number.
const (
	maxScaled   = 24_000_000 // pixels of an enlarged picture
	maxPatterns = 150
	maxTriples  = 300
)

// search is the work on one picture.
type search struct {
	grey  *image.Gray
	found []symbol
	// open says that the last rung saw what looks like a symbol and could not
	// read it, seen that any rung did or read one.
	open, seen bool
	strays     []stray // every finder pattern that any rung saw
}

// stray is a finder pattern in the picture's pixels, with its module's width.
type stray struct {
	at     point
	module float64
}

// symbol is a text and where it is: three finder pattern centres in the
// picture's pixels, and how far its area reaches beyond them in shares of their
// distance.
type symbol struct {
	text   string
	at     threeCorners
	margin float64
}

type point struct{ x, y float64 }

func newSearch(ctx context.Context, img image.Image) (*search, error) {
	if err := checkPixels(img.Bounds().Dx(), img.Bounds().Dy()); err != nil {
		return nil, err
	}
	g, err := grey(ctx, img)
	if err != nil {
		return nil, err
	}
	return &search{grey: g}, nil
}

// settled reports whether something was read and nothing is left to read.
func (s *search) settled() bool { return len(s.found) > 0 && !s.open }

// symbols are those with distinct texts, from top to bottom, then left to right.
func (s *search) symbols() (symbols []Symbol) {
	slices.SortStableFunc(s.found, func(a, b symbol) int {
		return cmp.Or(cmp.Compare(a.at.topLeft.y, b.at.topLeft.y), cmp.Compare(a.at.topLeft.x, b.at.topLeft.x))
	})
	for _, f := range s.found {
		symbols = union(symbols, []Symbol{{Text: f.text, At: f.area(s.grey.Rect.Size())}})
	}
	return symbols
}

// area is what a symbol covers of a picture of that size.
func (f symbol) area(size image.Point) Area {
	o := f.at.topLeft
	right := point{f.at.topRight.x - o.x, f.at.topRight.y - o.y}
	down := point{f.at.bottomLeft.x - o.x, f.at.bottomLeft.y - o.y}
	low, high := point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	margin := f.margin * 3.5 / 4
	for _, u := range []float64{-margin, 1 + margin} {
		for _, v := range []float64{-margin, 1 + margin} {
			x := min(max((o.x+u*right.x+v*down.x)/float64(size.X), 0), 1)
			y := min(max((o.y+u*right.y+v*down.y)/float64(size.Y), 0), 1)
			low, high = point{min(low.x, x), min(low.y, y)}, point{max(high.x, x), max(high.y, y)}
		}
	}
	return Area{low.x, low.y, high.x - low.x, high.y - low.y}
}

func (s *search) climb(ctx context.Context, rungs []rung) error {
	w, h := float64(s.grey.Rect.Dx()), float64(s.grey.Rect.Dy())
	rungs = slices.DeleteFunc(slices.Clone(rungs), func(r rung) bool { return r.scale > 1 && w*h*r.scale*r.scale > maxScaled })
	for i, r := range rungs {
		if err := s.attempt(ctx, r); err != nil {
			return err
		}
		if !s.settled() {
			continue
		}
		// A pattern of the same size beside what was read may be all that was seen
		// of a denser symbol: enlarged, such a one shows.
		if larger := slices.IndexFunc(rungs[i+1:], func(r rung) bool { return r.scale > 1 }); larger >= 0 && s.strayed() {
			return s.attempt(ctx, rungs[i+1+larger])
		}
		return nil
	}
	return nil
}

// strayed reports whether any rung saw a finder pattern beside the symbols that
// were read, of about the size of theirs.
func (s *search) strayed() bool {
	return slices.ContainsFunc(s.strays, func(p stray) bool {
		return !s.covered(threeCorners{p.at, p.at, p.at}) && slices.ContainsFunc(s.found, func(f symbol) bool {
			module := math.Hypot(f.at.topRight.x-f.at.topLeft.x, f.at.topRight.y-f.at.topLeft.y) * f.margin / 4
			return p.module > 0.6*module && p.module < 1.7*module
		})
	})
}

// attempt reads what one rung can read.
func (s *search) attempt(ctx context.Context, r rung) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	picture := scaled(s.grey, r.scale)
	matrix := blackWhite(picture, r.hybrid)
	if matrix == nil {
		return nil
	}
	patterns, err := finderPatterns(ctx, matrix)
	if err != nil {
		return err
	}
	for _, p := range patterns {
		s.strays = append(s.strays, stray{point{p.GetX() / r.scale, p.GetY() / r.scale}, p.GetEstimatedModuleSize() / r.scale})
	}
	s.open = false
	for _, t := range triples(patterns) {
		if err := ctx.Err(); err != nil {
			return err
		}
		c := threeCorners{at(t.GetTopLeft()), at(t.GetTopRight()), at(t.GetBottomLeft())}
		if s.covered(c.scaled(1 / r.scale)) {
			continue
		}
		text, n, seen := readGrid(picture, c, moduleOf(t))
		s.open, s.seen = s.open || seen && text == "", s.seen || seen
		if text != "" {
			s.found = append(s.found, symbol{text, c.scaled(1 / r.scale), 4 / float64(n-7)})
		}
	}
	return nil
}

// covered reports whether a corner lies in a symbol that was read.
func (s *search) covered(c threeCorners) bool {
	for _, f := range s.found {
		// p = topLeft + u·(topRight − topLeft) + v·(bottomLeft − topLeft)
		o := f.at.topLeft
		ax, ay := f.at.topRight.x-o.x, f.at.topRight.y-o.y
		bx, by := f.at.bottomLeft.x-o.x, f.at.bottomLeft.y-o.y
		d := ax*by - ay*bx
		for _, p := range []point{c.topLeft, c.topRight, c.bottomLeft} {
			px, py := p.x-o.x, p.y-o.y
			u, v := (px*by-py*bx)/d, (ax*py-ay*px)/d
			if u > -f.margin && u < 1+f.margin && v > -f.margin && v < 1+f.margin {
				return true
			}
		}
	}
	return false
}

// pure reads a picture that is nothing but one symbol, edge to edge.
func (s *search) pure() ([]Symbol, error) {
	source, err := gozxing.NewPlanarYUVLuminanceSource(s.grey.Pix, s.grey.Rect.Dx(), s.grey.Rect.Dy(),
		0, 0, s.grey.Rect.Dx(), s.grey.Rect.Dy(), false)
	if err != nil {
		return nil, nil
	}
	bitmap, err := gozxing.NewBinaryBitmap(gozxing.NewGlobalHistgramBinarizer(source))
	if err != nil {
		return nil, nil
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{
		gozxing.DecodeHintType_PURE_BARCODE: true, gozxing.DecodeHintType_CHARACTER_SET: "UTF-8"})
	if err != nil || result.GetText() == "" {
		return nil, nil // it is no symbol
	}
	return []Symbol{{Text: result.GetText(), At: Area{0, 0, 1, 1}}}, nil
}

func decode(bits *gozxing.BitMatrix) (string, bool) {
	result, err := decoder.NewDecoder().Decode(bits, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_CHARACTER_SET: "UTF-8"})
	// A part of a text spread over several symbols (structured append) is not
	// a text: who could say which page the other parts must be on?
	if err != nil || result.HasStructuredAppend() || result.GetText() == "" {
		return "", false
	}
	return result.GetText(), true
}

func blackWhite(g *image.Gray, hybrid bool) *gozxing.BitMatrix {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	source, err := gozxing.NewPlanarYUVLuminanceSource(g.Pix, w, h, 0, 0, w, h, false)
	if err != nil {
		return nil
	}
	binarize := gozxing.NewGlobalHistgramBinarizer(source)
	if hybrid {
		binarize = gozxing.NewHybridBinarizer(source)
	}
	matrix, err := binarize.GetBlackMatrix()
	if err != nil {
		return nil // one shade only
	}
	return matrix
}

// finderPatterns looks along every third row for runs black, white, black,
// white, black in the ratio 1:1:3:1:1 (ISO/IEC 18004, 12 b) that hold in both
// other directions, and returns those that were met twice.
func finderPatterns(ctx context.Context, m *gozxing.BitMatrix) ([]*detector.FinderPattern, error) {
	f := detector.NewFinderPatternFinder(m, nil)
	w, h := m.GetWidth(), m.GetHeight()
	for y := 2; y < h && len(f.GetPossibleCenters()) < 4*maxPatterns; y += 3 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		runs := make([]int, 5) // the last five, ending in a black one
		black := false         // the colour of the run being counted
		n := 0                 // its length
		for x := 0; x <= w; x++ {
			if x < w && m.Get(x, y) == black {
				n++
				continue
			}
			runs = append(runs[1:], n)
			if black && runs[0] > 0 && detector.FinderPatternFinder_foundPatternCross(runs) {
				f.HandlePossibleCenter(slices.Clone(runs), y, x)
			}
			black, n = !black, 1
		}
	}
	var twice []*detector.FinderPattern
	for _, p := range f.GetPossibleCenters() {
		if p.GetCount() >= 2 {
			twice = append(twice, p)
		}
	}
	// Those met most often are the real ones.
	slices.SortStableFunc(twice, func(a, b *detector.FinderPattern) int { return cmp.Compare(b.GetCount(), a.GetCount()) })
	return twice[:min(len(twice), maxPatterns)], nil
}

// triples are the threes of patterns of about one size that stand like the
// corners of a square, the straightest first.
func triples(patterns []*detector.FinderPattern) []*detector.FinderPatternInfo {
	slices.SortStableFunc(patterns, func(a, b *detector.FinderPattern) int {
		return cmp.Compare(a.GetEstimatedModuleSize(), b.GetEstimatedModuleSize())
	})
	type ranked struct {
		info  *detector.FinderPatternInfo
		wrong float64
	}
	var all []ranked
	for i, a := range patterns {
		limit := a.GetEstimatedModuleSize()*1.4 + 0.5
		for j := i + 1; j < len(patterns) && patterns[j].GetEstimatedModuleSize() <= limit; j++ {
			for k := j + 1; k < len(patterns) && patterns[k].GetEstimatedModuleSize() <= limit; k++ {
				info, wrong := corners(a, patterns[j], patterns[k])
				if wrong < 0.3 {
					all = append(all, ranked{info, wrong})
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int { return cmp.Compare(a.wrong, b.wrong) })
	infos := make([]*detector.FinderPatternInfo, 0, maxTriples)
	for _, r := range all[:min(len(all), maxTriples)] {
		infos = append(infos, r.info)
	}
	return infos
}

// corners orders three patterns and says how far they are from three corners
// of a square with 14 to 170 modules between centres (versions 1 to 40).
func corners(a, b, c *detector.FinderPattern) (*detector.FinderPatternInfo, float64) {
	bl, tl, tr := gozxing.ResultPoint_OrderBestPatterns(a, b, c)
	side1, side2 := gozxing.ResultPoint_Distance(tl, tr), gozxing.ResultPoint_Distance(tl, bl)
	across := gozxing.ResultPoint_Distance(tr, bl)
	module := (a.GetEstimatedModuleSize() + b.GetEstimatedModuleSize() + c.GetEstimatedModuleSize()) / 3
	if modules := (side1 + side2) / 2 / module; !(modules > 10 && modules < 200) {
		return nil, math.Inf(1)
	}
	wrong := math.Abs(side1-side2)/min(side1, side2) + math.Abs(across/math.Hypot(side1, side2)-1)
	return detector.NewFinderPatternInfo(bl.(*detector.FinderPattern), tl.(*detector.FinderPattern), tr.(*detector.FinderPattern)), wrong
}

func at(p *detector.FinderPattern) point { return point{p.GetX(), p.GetY()} }

func (c threeCorners) scaled(by float64) threeCorners {
	for _, p := range []*point{&c.topLeft, &c.topRight, &c.bottomLeft} {
		p.x, p.y = p.x*by, p.y*by
	}
	return c
}

// moduleOf is about how many pixels a module has: the patterns were measured
// along rows, which meet the modules of a turned symbol at a slant.
func moduleOf(t *detector.FinderPatternInfo) float64 {
	l, r := at(t.GetTopLeft()), at(t.GetTopRight())
	row := (t.GetTopLeft().GetEstimatedModuleSize() + t.GetTopRight().GetEstimatedModuleSize() + t.GetBottomLeft().GetEstimatedModuleSize()) / 3
	return row * max(math.Abs(r.x-l.x), math.Abs(r.y-l.y)) / math.Hypot(r.x-l.x, r.y-l.y)
}
