// Package evidence reads what people bring: the QR symbols drawn in pictures,
// photographs and PDF files, and the text of one that was pasted or that a
// scanner typed.
//
// Only what is drawn counts. Attachments, metadata and a PDF's own text are
// never looked at: a symbol that a person cannot see must not verify. Input is
// hostile; size, pixels, memory and pages are bounded, the context bounds the
// time, and a panic in a decoder is an error. A [Worker] reads one file at a
// time, however many are handed to it.
package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"time"
)

// What Read and Symbols refuse beyond.
const (
	MaxSize   = 32 << 20         // bytes of a file
	MaxPixels = 40_000_000       // of a picture
	MaxMemory = 320 << 20        // bytes of a picture while it is decoded
	MaxPages  = 30               // of a PDF
	MaxText   = 7089             // characters of a text: what the largest QR symbol holds, in digits
	MaxTime   = 30 * time.Second // for one file, by a [Worker]
)

// Why evidence was refused. All are wrapped with what was found.
var (
	ErrKind    = errors.New("neither text, nor a PNG, JPEG or PDF file")
	ErrDamaged = errors.New("the file is damaged")
	ErrLimit   = errors.New("the file is too large")
)

// Kind of a file, told by its content.
type Kind string

// The kinds that are read.
const (
	Text Kind = "text"
	PNG  Kind = "png"
	JPEG Kind = "jpeg"
	PDF  Kind = "pdf"
)

// Found is what was read. No symbol at all is an answer, not an error.
type Found struct {
	Kind    Kind
	Pages   int // 1 for anything but a PDF
	Symbols []Symbol
}

// Symbol is the text of a QR symbol, byte for byte, and where it is: the page,
// counted from 0, and the place on it. A text that occurs twice on a page is
// listed once.
type Symbol struct {
	Text string
	Page int
	At   Area
}

// Area is a part of a page, in shares of its width and height from the upper
// left corner. It is zero for a text.
type Area struct{ Left, Top, Width, Height float64 }

// Rasteriser draws the pages of a PDF, counted from 0, at dpi pixels to the inch.
type Rasteriser interface {
	Pages(ctx context.Context, pdf []byte) (int, error)
	Render(ctx context.Context, pdf []byte, page int, dpi float64) (image.Image, error)
}

// resolutions at which a page is drawn until its symbols are read: how modules
// fall on pixels decides, and no resolution suits all. A page that shows none
// at the first surelySeen of them has none.
var resolutions = []float64{150, 300, 200, 250, 400}

const surelySeen = 2

// Worker reads files one after another. The zero Worker is of no use.
type Worker struct {
	raster Rasteriser
	turn   chan struct{} // holds a value while a file is at work
}

// NewWorker makes a worker that has the pages of PDF files drawn by raster.
func NewWorker(raster Rasteriser) *Worker {
	return &Worker{raster: raster, turn: make(chan struct{}, 1)}
}

// Read is the function [Read], in turn and for at most [MaxTime]. When the
// context or the time ends it returns at once; a decoder that cannot be stopped
// goes on to its end behind it, and the next file waits for that.
func (w *Worker) Read(ctx context.Context, b []byte) (Found, error) {
	select {
	case w.turn <- struct{}{}:
	case <-ctx.Done():
		return Found{}, ctx.Err()
	}
	ctx, stop := context.WithTimeout(ctx, MaxTime)
	defer stop()
	type outcome struct {
		found Found
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		defer func() { <-w.turn }()
		found, err := Read(ctx, b, w.raster)
		done <- outcome{found, err}
	}()
	select {
	case o := <-done:
		return o.found, o.err
	case <-ctx.Done():
		return Found{}, fmt.Errorf("%s: %w", name(b), ctx.Err())
	}
}

// formats are the beginnings of files, of those that are read and of those that
// people bring and that are not.
var formats = []struct {
	begins string
	at     int
	kind   Kind // empty: not read
	name   string
}{
	{"\x89PNG\r\n\x1a\n", 0, PNG, "PNG"}, {"\xff\xd8\xff", 0, JPEG, "JPEG"},
	{"ftypheic", 4, "", "HEIC"}, {"ftypheix", 4, "", "HEIC"}, {"ftypmif1", 4, "", "HEIC"}, {"ftypavif", 4, "", "AVIF"},
	{"WEBP", 8, "", "WebP"}, {"GIF8", 0, "", "GIF"}, {"II*\x00", 0, "", "TIFF"}, {"MM\x00*", 0, "", "TIFF"},
	{"PK\x03\x04", 0, "", "ZIP or office file"},
}

// kindOf is the kind of a file and what to call it.
func kindOf(b []byte) (kind Kind, name string) {
	for _, f := range formats {
		if len(b) >= f.at && bytes.HasPrefix(b[f.at:], []byte(f.begins)) {
			return f.kind, f.name
		}
	}
	if bytes.Contains(b[:min(len(b), 1024)], []byte("%PDF-")) {
		return PDF, "PDF"
	}
	return Text, "text"
}

func name(b []byte) string {
	_, name := kindOf(b)
	return name
}

// Read finds the symbols in a file, page by page. Text is the symbols
// themselves, as package comment and [Meant] have it.
func Read(ctx context.Context, b []byte, raster Rasteriser) (found Found, err error) {
	kind, name := kindOf(b)
	defer func() {
		if err != nil {
			found, err = Found{}, fmt.Errorf("%s: %w", name, err)
		}
	}()
	defer recovered(&err)
	if len(b) > MaxSize {
		return Found{}, fmt.Errorf("%w: %d bytes", ErrLimit, len(b))
	}
	switch kind {
	case PNG:
		return readPicture(ctx, PNG, b, png.DecodeConfig, png.Decode)
	case JPEG:
		return readPicture(ctx, JPEG, b, jpeg.DecodeConfig, jpeg.Decode)
	case PDF:
		return readPDF(ctx, b, raster)
	case Text:
		return readText(b)
	}
	return Found{}, ErrKind
}

func readPicture(ctx context.Context, kind Kind, b []byte,
	config func(io.Reader) (image.Config, error), decode func(io.Reader) (image.Image, error)) (Found, error) {
	size, err := config(bytes.NewReader(b))
	if err != nil {
		return Found{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err := checkPixels(size.Width, size.Height); err != nil {
		return Found{}, err
	}
	if n := size.Width * size.Height * depth(kind, size.ColorModel, b); n > MaxMemory {
		return Found{}, fmt.Errorf("%w: %d × %d pixels, of which each takes %d bytes", ErrLimit, size.Width, size.Height, n/(size.Width*size.Height))
	}
	img, err := decode(bytes.NewReader(b))
	if err != nil {
		return Found{}, fmt.Errorf("%d × %d pixels: %w: %w", size.Width, size.Height, ErrDamaged, err)
	}
	symbols, err := Symbols(ctx, img)
	if err != nil {
		return Found{}, fmt.Errorf("%d × %d pixels: %w", size.Width, size.Height, err)
	}
	return Found{kind, 1, symbols}, nil
}

// depth is how many bytes a pixel takes while it is decoded.
func depth(kind Kind, model color.Model, b []byte) int {
	if kind == JPEG {
		// One that comes in several passes keeps every coefficient until the last.
		if bytes.Contains(b, []byte{0xFF, 0xC2}) {
			return 15
		}
		return 3
	}
	switch model {
	case color.NRGBA64Model, color.RGBA64Model:
		return 8
	case color.Gray16Model:
		return 2
	case color.NRGBAModel, color.RGBAModel:
		return 4
	}
	return 1
}

// CheckPicture reports whether a PNG or JPEG file can be looked at: it is whole,
// and not larger than what is read here. Nothing of it is kept.
func CheckPicture(b []byte) (err error) {
	defer recovered(&err)
	if len(b) > MaxSize {
		return fmt.Errorf("%w: %d bytes", ErrLimit, len(b))
	}
	config, decode := jpeg.DecodeConfig, jpeg.Decode
	if bytes.HasPrefix(b, []byte("\x89PNG")) {
		config, decode = png.DecodeConfig, png.Decode
	}
	size, err := config(bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err := checkPixels(size.Width, size.Height); err != nil {
		return err
	}
	if _, err := decode(bytes.NewReader(b)); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

func readPDF(ctx context.Context, b []byte, raster Rasteriser) (Found, error) {
	pages, err := raster.Pages(ctx, b)
	if err != nil {
		return Found{}, fmt.Errorf("pages: %w", err)
	}
	if pages > MaxPages {
		return Found{}, fmt.Errorf("%w: %d pages", ErrLimit, pages)
	}
	found := Found{Kind: PDF, Pages: pages}
	for page := range pages {
		symbols, err := readPage(ctx, b, page, raster)
		if err != nil {
			return Found{}, fmt.Errorf("page %d of %d: %w", page+1, pages, err)
		}
		for _, s := range symbols {
			s.Page = page
			found.Symbols = append(found.Symbols, s)
		}
	}
	return found, nil
}

// readPage looks at one page at several resolutions, until every symbol that
// can be seen on it is read.
func readPage(ctx context.Context, pdf []byte, page int, raster Rasteriser) ([]Symbol, error) {
	var symbols []Symbol
	seen, area := false, 0.0 // pixels at one dot to the inch
	for i, dpi := range resolutions {
		if i >= surelySeen && !seen {
			break
		}
		if area*dpi*dpi > 0.9*MaxPixels {
			continue // a poster is not drawn finely
		}
		img, err := raster.Render(ctx, pdf, page, dpi)
		if err != nil {
			return nil, err
		}
		s, err := newSearch(ctx, img)
		if err != nil {
			return nil, err
		}
		area = float64(img.Bounds().Dx()) * float64(img.Bounds().Dy()) / (dpi * dpi)
		// Enlarging is left out: drawing the page larger shows more.
		if err := s.climb(ctx, ladder[:rungsForPage]); err != nil {
			return nil, err
		}
		symbols = union(symbols, s.symbols())
		if s.settled() {
			break
		}
		seen = seen || s.seen
	}
	return symbols, nil
}

// union adds to symbols those of more whose text is not among them.
func union(symbols, more []Symbol) []Symbol {
	for _, m := range more {
		if !slices.ContainsFunc(symbols, func(s Symbol) bool { return s.Text == m.Text }) {
			symbols = append(symbols, m)
		}
	}
	return symbols
}

func checkPixels(w, h int) error {
	if w < 1 || h < 1 {
		return fmt.Errorf("%w: %d × %d pixels", ErrDamaged, w, h)
	}
	if w > MaxPixels || h > MaxPixels || w*h > MaxPixels {
		return fmt.Errorf("%w: %d × %d pixels", ErrLimit, w, h)
	}
	return nil
}

// recovered turns a decoder's panic into an error of the function that defers it.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", ErrDamaged, p)
	}
}
