package house

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/jpeg" // pictures that people bring
	_ "image/png"

	"golang.org/x/image/draw"

	"pratique/data/attachment"
	"pratique/data/evidence"
)

// scanDPI is the resolution of a scan's page on screen: enough to compare every
// letter.
const scanDPI = 150

// Scan is the picture of a page of a scan that somebody brought, counted from 0
// and not larger than side each way.
func (h *House) Scan(ctx context.Context, scan []byte, page, side int) (image.Image, error) {
	media, err := attachment.TypeOf(scan[:min(len(scan), attachment.Sniffed)])
	if err != nil {
		return nil, err
	}
	if media == attachment.PDF {
		picture, err := h.Scans().Render(ctx, scan, page, scanDPI)
		if err != nil {
			return nil, err
		}
		return within(picture, side), nil
	}
	if err := evidence.CheckPicture(scan); err != nil {
		return nil, err
	}
	picture, _, err := image.Decode(bytes.NewReader(scan))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", evidence.ErrDamaged, err)
	}
	return within(picture, side), nil
}

// within draws a picture no larger than side each way, in the form that is
// quick to turn.
func within(picture image.Image, side int) image.Image {
	b := picture.Bounds()
	w, h := b.Dx(), b.Dy()
	if largest := max(w, h); largest > side {
		w, h = max(1, w*side/largest), max(1, h*side/largest)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.ApproxBiLinear.Scale(out, out.Bounds(), picture, b, draw.Src, nil)
	return out
}
