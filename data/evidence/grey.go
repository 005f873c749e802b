package evidence

import (
	"context"
	"image"
)

// grey is img as it looks on white paper, with its corner at 0, 0.
func grey(ctx context.Context, img image.Image) (*image.Gray, error) {
	b := img.Bounds()
	g := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	for y := range b.Dy() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		row := g.Pix[y*g.Stride:][:b.Dx()]
		switch m := img.(type) {
		case *image.Gray:
			copy(row, m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):])
		case *image.YCbCr:
			copy(row, m.Y[m.YOffset(b.Min.X, b.Min.Y+y):])
		case *image.RGBA:
			pix := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):]
			for x := range row {
				p := pix[4*x : 4*x+4]
				row[x] = onWhite(uint32(p[0])*257, uint32(p[1])*257, uint32(p[2])*257, uint32(p[3])*257)
			}
		default:
			for x := range row {
				row[x] = onWhite(img.At(b.Min.X+x, b.Min.Y+y).RGBA())
			}
		}
	}
	return g, nil
}

// onWhite is the luma (ITU-R BT.601) on white of a colour with alpha, as
// color.Color.RGBA gives it.
func onWhite(r, g, b, a uint32) uint8 {
	white := 0xFFFF - a
	return uint8((19595*(r+white) + 38470*(g+white) + 7471*(b+white) + 1<<15) >> 24)
}

// scaled is g enlarged or made smaller, each pixel taken from its four
// neighbours. At one half that is their mean, which also takes away noise.
func scaled(g *image.Gray, factor float64) *image.Gray {
	if factor == 1 {
		return g
	}
	w, h := g.Rect.Dx(), g.Rect.Dy()
	dst := image.NewGray(image.Rect(0, 0, max(1, int(float64(w)*factor)), max(1, int(float64(h)*factor))))
	xs, ys := neighbours(w, dst.Rect.Dx(), factor), neighbours(h, dst.Rect.Dy(), factor)
	for y, v := range ys {
		above, below := g.Pix[v.low*g.Stride:], g.Pix[v.high*g.Stride:]
		row := dst.Pix[y*dst.Stride:]
		for x, u := range xs {
			top := int(above[u.low])*(256-u.weight) + int(above[u.high])*u.weight
			bottom := int(below[u.low])*(256-u.weight) + int(below[u.high])*u.weight
			row[x] = uint8((top*(256-v.weight) + bottom*v.weight + 1<<15) >> 16)
		}
	}
	return dst
}

type neighbour struct{ low, high, weight int } // weight of high, in 256ths

func neighbours(from, to int, factor float64) []neighbour {
	out := make([]neighbour, to)
	for i := range out {
		at := max(0, (float64(i)+0.5)/factor-0.5)
		low := min(int(at), from-1)
		out[i] = neighbour{low, min(low+1, from-1), int((at - float64(low)) * 256)}
	}
	return out
}
