// Package page turns PDF into pictures and text: for the preview, for evidence
// beside the form, and for the check before printing.
//
// It runs PDFium compiled to WebAssembly inside the process, so it is pure Go
// and a hostile file meets a sandbox: no file system, no network, a bounded
// memory, and a fresh instance for every call, so that nothing of one document
// can appear in another. What is drawn is what a viewer draws, annotations
// included. Interactive form fields, scripts and attachments are ignored.
package page

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	pdfiumerrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// What a call refuses beyond: an evidence file of a desk is far below all of it.
const (
	MaxSize   = 32 << 20         // bytes of PDF
	MaxPages  = 100              // pages of a document
	MaxPixels = 40_000_000       // of one picture; A4 at 600 dpi has 35 million
	MaxText   = 1_000_000        // characters of one page
	MaxTime   = 30 * time.Second // a call, after waiting for its turn
)

const memoryPages = 1 << 30 / 65536 // of WebAssembly: 1 GiB

// Why a document or page was refused. All are wrapped with what was found.
var (
	ErrDamaged  = errors.New("not a readable PDF")
	ErrPassword = errors.New("the PDF is protected by a password")
	ErrLimit    = errors.New("the PDF is too large")
	ErrPage     = errors.New("no such page")
	ErrClosed   = errors.New("page engine is closed")
)

// Engine renders one document at a time; calls wait for their turn. It is safe
// for concurrent use.
type Engine struct {
	life   context.Context
	end    context.CancelFunc
	turn   chan struct{} // holds a value while a document is at work
	loaded chan struct{} // closed when pool or failed is set
	pool   pdfium.Pool
	failed error
}

// Start begins loading an engine for any PDF and returns at once; the first call
// waits for the rest. Compiled code is kept in the folder cacheDir, which makes
// the next start quick; "" keeps none. [Engine.Close] frees everything.
func Start(cacheDir string) *Engine { return start(cacheDir, true) }

// StartOwn is [Start] for PDF that this program made itself. It is several times
// as fast, because its code does not watch for a context's end: a call then
// returns, and its work goes on behind it. Never give it a stranger's file: one
// that draws for ever would take the program with it.
func StartOwn(cacheDir string) *Engine { return start(cacheDir, false) }

func start(cacheDir string, guarded bool) *Engine {
	e := &Engine{turn: make(chan struct{}, 1), loaded: make(chan struct{})}
	e.life, e.end = context.WithCancel(context.Background())
	go func() {
		defer close(e.loaded)
		defer func() {
			if p := recover(); p != nil {
				e.failed = fmt.Errorf("load page engine: %v", p)
			}
		}()
		e.pool, e.failed = load(cacheDir, guarded)
	}()
	return e
}

func load(cacheDir string, guarded bool) (pdfium.Pool, error) {
	// Guarded code keeps looking whether its module was closed, which is how a
	// call that takes too long is ended. The looking costs more than the drawing.
	config := wazero.NewRuntimeConfig().WithCloseOnContextDone(guarded).WithMemoryLimitPages(memoryPages)
	if cacheDir != "" {
		// A folder that cannot be written costs time, not the preview.
		if cache, err := wazero.NewCompilationCacheWithDir(cacheDir); err == nil {
			config = config.WithCompilationCache(cache)
		}
	}
	pool, err := webassembly.Init(webassembly.Config{
		MaxTotal:      2, // one at work, one that is being torn down
		FSConfig:      wazero.NewFSConfig(),
		RuntimeConfig: config,
		Stdout:        io.Discard,
		Stderr:        io.Discard,
	})
	if err != nil {
		return nil, fmt.Errorf("load page engine: %w", err)
	}
	return pool, nil
}

// Close ends running calls with [ErrClosed] and frees the engine. Calling it
// again does nothing.
func (e *Engine) Close() {
	e.end()
	<-e.loaded
	e.turn <- struct{}{}
	defer func() { <-e.turn }()
	if e.pool != nil {
		e.pool.Close()
		e.pool = nil
	}
}

// Pages is the number of pages in pdf, from 1 to [MaxPages].
func (e *Engine) Pages(ctx context.Context, pdf []byte) (int, error) {
	return work(ctx, e, pdf, func(d document) (int, error) { return d.pages, nil })
}

// Render draws a page, counted from 0, on white at dpi pixels to the inch.
func (e *Engine) Render(ctx context.Context, pdf []byte, page int, dpi float64) (image.Image, error) {
	return work(ctx, e, pdf, func(d document) (image.Image, error) { return d.render(page, dpi) })
}

// Text is the text of a page, counted from 0, in the order it was drawn, with
// line ends where PDFium sees them.
func (e *Engine) Text(ctx context.Context, pdf []byte, page int) (string, error) {
	return work(ctx, e, pdf, func(d document) (string, error) { return d.text(page) })
}

// work opens pdf in an instance of its own and does job with it. When ctx ends
// first, the instance is closed under the job's feet; guarded code notices.
func work[T any](ctx context.Context, e *Engine, pdf []byte, job func(document) (T, error)) (none T, err error) {
	if len(pdf) > MaxSize {
		return none, fmt.Errorf("%w: %d bytes", ErrLimit, len(pdf))
	}
	if !bytes.Contains(pdf[:min(len(pdf), 1024)], []byte("%PDF-")) {
		return none, fmt.Errorf("%w: no PDF header", ErrDamaged)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(e.life, func() { cancel(ErrClosed) })()

	select {
	case <-e.loaded:
	case <-ctx.Done():
		return none, context.Cause(ctx)
	}
	if e.failed != nil {
		return none, e.failed
	}
	select {
	case e.turn <- struct{}{}:
	case <-ctx.Done():
		return none, context.Cause(ctx)
	}
	if e.life.Err() != nil {
		<-e.turn
		return none, ErrClosed
	}
	ctx, stop := context.WithTimeout(ctx, MaxTime)
	defer stop()

	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		defer func() { <-e.turn }()
		var o outcome
		defer func() {
			if p := recover(); p != nil {
				o.err = fmt.Errorf("%w: %v", ErrDamaged, p)
			}
			done <- o
		}()
		o.value, o.err = inInstance(ctx, e.pool, pdf, job)
	}()
	select {
	case o := <-done:
		// An instance that was closed fails in odd ways; the cause is plainer.
		if o.err != nil && ctx.Err() != nil {
			return none, context.Cause(ctx)
		}
		return o.value, o.err
	case <-ctx.Done():
		return none, context.Cause(ctx)
	}
}

func inInstance[T any](ctx context.Context, pool pdfium.Pool, pdf []byte, job func(document) (T, error)) (none T, err error) {
	instance, err := pool.GetInstanceWithContext(ctx)
	if err != nil {
		return none, fmt.Errorf("start page instance: %w", err)
	}
	defer instance.Close()
	module, err := moduleOf(instance)
	if err != nil {
		return none, err
	}
	defer context.AfterFunc(ctx, func() { module.CloseWithExitCode(context.Background(), 1) })()

	opened, err := instance.OpenDocument(&requests.OpenDocument{File: &pdf})
	if errors.Is(err, pdfiumerrors.ErrPassword) || errors.Is(err, pdfiumerrors.ErrSecurity) {
		return none, ErrPassword
	} else if err != nil {
		return none, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	count, err := instance.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: opened.Document})
	switch {
	case err != nil:
		return none, fmt.Errorf("%w: %w", ErrDamaged, err)
	case count.PageCount < 1:
		return none, fmt.Errorf("%w: no pages", ErrDamaged)
	case count.PageCount > MaxPages:
		return none, fmt.Errorf("%w: %d pages", ErrLimit, count.PageCount)
	}
	return job(document{instance, opened.Document, count.PageCount})
}

// moduleOf is the WebAssembly module of an instance. The library has no other
// way to stop one: its Kill waits for the call it should end.
func moduleOf(instance pdfium.Pdfium) (api.Module, error) {
	holder, ok := instance.(interface{ GetImplementation() any })
	if ok {
		v := reflect.Indirect(reflect.ValueOf(holder.GetImplementation()))
		if v.Kind() == reflect.Struct {
			if f := v.FieldByName("Module"); f.IsValid() && f.CanInterface() {
				if m, ok := f.Interface().(api.Module); ok {
					return m, nil
				}
			}
		}
	}
	return nil, errors.New("page instance cannot be stopped: unknown build of go-pdfium")
}

type document struct {
	pdfium.Pdfium
	ref   references.FPDF_DOCUMENT
	pages int
}

func (d document) page(n int) (requests.Page, error) {
	if n < 0 || n >= d.pages {
		return requests.Page{}, fmt.Errorf("%w: %d of %d", ErrPage, n, d.pages)
	}
	return requests.Page{ByIndex: &requests.PageByIndex{Document: d.ref, Index: n}}, nil
}

func (d document) render(n int, dpi float64) (image.Image, error) {
	page, err := d.page(n)
	if err != nil {
		return nil, err
	}
	size, err := d.GetPageSize(&requests.GetPageSize{Page: page})
	if err != nil {
		return nil, fmt.Errorf("page %d: %w: %w", n, ErrDamaged, err)
	}
	w, h := math.Ceil(size.Width*dpi/72), math.Ceil(size.Height*dpi/72)
	// The comparisons are so that NaN fails them too.
	if !(w >= 1 && h >= 1) {
		return nil, fmt.Errorf("page %d: %w: %g × %g points at %g dpi", n, ErrDamaged, size.Width, size.Height, dpi)
	}
	if !(w*h <= MaxPixels) {
		return nil, fmt.Errorf("page %d: %w: %g × %g pixels", n, ErrLimit, w, h)
	}
	img := image.NewRGBA(image.Rect(0, 0, int(w), int(h)))

	bitmap, err := d.FPDFBitmap_CreateEx(&requests.FPDFBitmap_CreateEx{
		Width: int(w), Height: int(h), Format: enums.FPDF_BITMAP_FORMAT_BGRX, Pointer: uint64(0)})
	if err != nil {
		return nil, fmt.Errorf("page %d: bitmap: %w", n, err)
	}
	if _, err := d.FPDFBitmap_FillRect(&requests.FPDFBitmap_FillRect{
		Bitmap: bitmap.Bitmap, Width: int(w), Height: int(h), Color: 0xFFFFFFFF}); err != nil {
		return nil, fmt.Errorf("page %d: fill: %w", n, err)
	}
	if _, err := d.FPDF_RenderPageBitmap(&requests.FPDF_RenderPageBitmap{
		Bitmap: bitmap.Bitmap, Page: page, SizeX: int(w), SizeY: int(h),
		Flags: enums.FPDF_RENDER_FLAG_ANNOT | enums.FPDF_RENDER_FLAG_REVERSE_BYTE_ORDER}); err != nil {
		return nil, fmt.Errorf("page %d: %w: %w", n, ErrDamaged, err)
	}
	buffer, err := d.FPDFBitmap_GetBuffer(&requests.FPDFBitmap_GetBuffer{Bitmap: bitmap.Bitmap})
	if err != nil {
		return nil, fmt.Errorf("page %d: buffer: %w", n, err)
	}
	if len(buffer.Buffer) != len(img.Pix) { // also when the bitmap could not be made
		return nil, fmt.Errorf("page %d: %w: out of memory", n, ErrLimit)
	}
	copy(img.Pix, buffer.Buffer) // the buffer is the instance's own memory
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 0xFF // the fourth byte means nothing in this format
	}
	return img, nil
}

func (d document) text(n int) (string, error) {
	page, err := d.page(n)
	if err != nil {
		return "", err
	}
	loaded, err := d.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: page})
	if err != nil {
		return "", fmt.Errorf("page %d: %w: %w", n, ErrDamaged, err)
	}
	count, err := d.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: loaded.TextPage})
	switch {
	case err != nil || count.Count < 0:
		return "", fmt.Errorf("page %d: %w: text: %w", n, ErrDamaged, err)
	case count.Count == 0:
		return "", nil
	case count.Count > MaxText:
		return "", fmt.Errorf("page %d: %w: %d characters", n, ErrLimit, count.Count)
	}
	text, err := d.FPDFText_GetText(&requests.FPDFText_GetText{TextPage: loaded.TextPage, Count: count.Count})
	if err != nil {
		return "", fmt.Errorf("page %d: %w: text: %w", n, ErrDamaged, err)
	}
	return strings.TrimRight(text.Text, "\x00"), nil
}
