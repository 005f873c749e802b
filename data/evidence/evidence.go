// Package evidence reads what people bring: so far the QR symbols drawn in
// pictures and PDF files, and the text of one that was pasted or scanned.
//
// Only what is drawn counts. Attachments, metadata and a PDF's own text are
// never looked at: a symbol that a person cannot see must not verify. Input is
// hostile; size, pixels and pages are bounded, the context bounds the time, and
// a panic in a decoder is an error.
package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What Read and Symbols refuse beyond.
const (
	MaxSize   = 32 << 20   // bytes of a file
	MaxPixels = 40_000_000 // of a picture
	MaxPages  = 30         // of a PDF
	MaxText   = 4296       // bytes of a pasted text: the capacity of the largest QR symbol
)

// Why evidence was refused. All are wrapped with what was found.
var (
	ErrKind    = errors.New("neither one line of text, nor a PNG, JPEG or PDF file")
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

// Symbol is the text of a QR symbol, byte for byte, and the page it is on,
// counted from 0. A text that occurs twice on a page is listed once.
type Symbol struct {
	Text string
	Page int
}

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

// Read finds the symbols in a file, page by page. A file that is text is itself
// one symbol, without its byte order mark and line ends; spaces are kept,
// because base45 uses them.
func Read(ctx context.Context, b []byte, raster Rasteriser) (found Found, err error) {
	defer recovered(&err)
	if len(b) > MaxSize {
		return Found{}, fmt.Errorf("%w: %d bytes", ErrLimit, len(b))
	}
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return readPicture(ctx, PNG, b, png.DecodeConfig, png.Decode)
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return readPicture(ctx, JPEG, b, jpeg.DecodeConfig, jpeg.Decode)
	case bytes.Contains(b[:min(len(b), 1024)], []byte("%PDF-")):
		return readPDF(ctx, b, raster)
	}
	return readText(b)
}

func readText(b []byte) (Found, error) {
	text := strings.Trim(strings.TrimPrefix(string(b), "\ufeff"), "\r\n")
	if text == "" || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return Found{}, ErrKind
	}
	if len(text) > MaxText {
		return Found{}, fmt.Errorf("%w: %d characters", ErrLimit, len(text))
	}
	return Found{Kind: Text, Pages: 1, Symbols: []Symbol{{Text: text}}}, nil
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
	img, err := decode(bytes.NewReader(b))
	if err != nil {
		return Found{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	texts, err := Symbols(ctx, img)
	if err != nil {
		return Found{}, err
	}
	found := Found{Kind: kind, Pages: 1}
	for _, text := range texts {
		found.Symbols = append(found.Symbols, Symbol{Text: text})
	}
	return found, nil
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
		texts, err := readPage(ctx, b, page, raster)
		if err != nil {
			return Found{}, fmt.Errorf("page %d: %w", page, err)
		}
		for _, text := range texts {
			found.Symbols = append(found.Symbols, Symbol{text, page})
		}
	}
	return found, nil
}

// readPage looks at one page at several resolutions, until every symbol that
// can be seen on it is read.
func readPage(ctx context.Context, pdf []byte, page int, raster Rasteriser) ([]string, error) {
	var texts []string
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
		texts = union(texts, s.texts())
		if s.settled() {
			break
		}
		seen = seen || s.seen
	}
	return texts, nil
}

// union adds to texts those of more that are not in it.
func union(texts, more []string) []string {
	seen := make(map[string]bool)
	for _, t := range texts {
		seen[t] = true
	}
	for _, t := range more {
		if !seen[t] {
			seen[t] = true
			texts = append(texts, t)
		}
	}
	return texts
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
