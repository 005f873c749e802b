package page

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jung-kurt/gofpdf"
)

var engine, own *Engine

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "page")
	if err != nil {
		panic(err)
	}
	engine, own = Start(dir), StartOwn(dir)
	code := m.Run()
	engine.Close()
	own.Close()
	os.RemoveAll(dir)
	os.Exit(code)
}

// paper makes an A4 PDF with one page a text, a black square of 20 mm at 10 mm
// from the left and 100 mm from the top of each, as [gofpdf] does it.
func paper(t testing.TB, protect bool, texts ...string) []byte {
	t.Helper()
	f := gofpdf.New("P", "mm", "A4", "")
	f.AddUTF8FontFromBytes("noto", "", font(t))
	f.SetFont("noto", "", 12)
	if protect {
		f.SetProtection(0, "secret", "secret")
	}
	for _, text := range texts {
		f.AddPage()
		f.Text(20, 30, text)
		f.Rect(10, 100, 20, 20, "F")
	}
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func font(t testing.TB) []byte {
	b, err := os.ReadFile("../../assets/fonts/NotoSansSC-Regular.ttf")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// raw builds a PDF from the bodies of objects 1, 2, …; object 1 is the catalog.
func raw(bodies ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var at []int
	for i, body := range bodies {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(bodies)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(bodies)+1, xref)
	return b.Bytes()
}

func stream(dict, body string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(body), body)
}

// slow draws a form that draws the next one ten times, and so on: 10⁹ strokes.
func slow() []byte {
	bodies := []string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>",
		stream("", "/F Do"),
	}
	for i := 6; i <= 13; i++ {
		bodies = append(bodies, stream(fmt.Sprintf(
			"/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</F %d 0 R>>>>", i), strings.Repeat("/F Do ", 10)))
	}
	return raw(append(bodies, stream("/Type/XObject/Subtype/Form/BBox[0 0 600 800]",
		strings.Repeat("0 0 m 600 800 l 300 10 200 700 5 5 c S ", 10)))...)
}

func TestPaper(t *testing.T) {
	ctx := context.Background()
	texts := []string{"SPECIMEN, Anna Maria", "欧阳娜娜 与 李雷", "third"}
	pdf := paper(t, false, texts...)

	if n, err := engine.Pages(ctx, pdf); n != 3 || err != nil {
		t.Fatalf("Pages = %d, %v", n, err)
	}
	for i, want := range texts {
		if got, err := engine.Text(ctx, pdf, i); err != nil || strings.TrimSpace(got) != want {
			t.Errorf("Text of page %d = %q, %v; want %q", i, got, err, want)
		}
	}
	for _, dpi := range []float64{72, 96.5, 150} {
		img, err := engine.Render(ctx, pdf, 0, dpi)
		if err != nil {
			t.Fatal(err)
		}
		// A4 is 210 × 297 mm; gofpdf rounds to hundredths of a point.
		if w, want := float64(img.Bounds().Dx()), 210*dpi/25.4; w < want-1 || w > want+1 {
			t.Errorf("%g dpi: %g pixels wide, want %g", dpi, w, want)
		}
		at := func(x, y float64) color.Color { return img.At(int(x*dpi/25.4), int(y*dpi/25.4)) }
		for _, p := range []struct {
			x, y float64
			want color.Color
		}{
			{20, 110, color.RGBA{0, 0, 0, 255}}, {11, 101, color.RGBA{0, 0, 0, 255}}, {29, 119, color.RGBA{0, 0, 0, 255}},
			{5, 110, color.RGBA{255, 255, 255, 255}}, {20, 125, color.RGBA{255, 255, 255, 255}}, {200, 290, color.RGBA{255, 255, 255, 255}},
		} {
			if got := at(p.x, p.y); got != p.want {
				t.Errorf("%g dpi: pixel at %g, %g mm is %v, want %v", dpi, p.x, p.y, got, p.want)
			}
		}
	}
}

// The quick engine draws and reads the same.
func TestOwn(t *testing.T) {
	ctx := context.Background()
	pdf := paper(t, false, "SPECIMEN, Anna Maria 样本")
	a, err := engine.Render(ctx, pdf, 0, 150)
	if err != nil {
		t.Fatal(err)
	}
	b, err := own.Render(ctx, pdf, 0, 150)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.(*image.RGBA).Pix, b.(*image.RGBA).Pix) {
		t.Error("the pictures differ")
	}
	if text, err := own.Text(ctx, pdf, 0); err != nil || strings.TrimSpace(text) != "SPECIMEN, Anna Maria 样本" {
		t.Errorf("%q, %v", text, err)
	}
}

// A page that uses transparency is drawn on white too.
func TestTransparency(t *testing.T) {
	f := gofpdf.New("P", "mm", "A4", "")
	f.AddPage()
	f.SetAlpha(0.5, "Normal")
	f.Rect(10, 10, 50, 50, "F")
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		t.Fatal(err)
	}
	img, err := engine.Render(context.Background(), b.Bytes(), 0, 72)
	if err != nil {
		t.Fatal(err)
	}
	if got := img.At(400, 400); got != (color.RGBA{255, 255, 255, 255}) {
		t.Errorf("paper is %v", got)
	}
	if r, _, _, a := img.At(100, 100).RGBA(); r>>8 < 120 || r>>8 > 135 || a != 0xFFFF {
		t.Errorf("half black is %v", img.At(100, 100))
	}
}

func TestRefusals(t *testing.T) {
	good := paper(t, false, "one")
	huge := raw("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 14400 14400]>>")
	many := raw("<</Type/Catalog/Pages 2 0 R>>",
		fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", strings.Repeat("3 0 R ", MaxPages+1), MaxPages+1),
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>")
	for _, c := range []struct {
		name string
		pdf  []byte
		page int
		dpi  float64
		want error
	}{
		{"nothing", nil, 0, 72, ErrDamaged},
		{"text", []byte("HC1:not a PDF"), 0, 72, ErrDamaged},
		{"header only", []byte("%PDF-1.7\n"), 0, 72, ErrDamaged},
		{"cut short", good[:200], 0, 72, ErrDamaged},
		{"too many bytes", append([]byte("%PDF-1.7\n"), make([]byte, MaxSize)...), 0, 72, ErrLimit},
		{"too many pixels", huge, 0, 72, ErrLimit},
		{"too many pixels by resolution", good, 0, 1200, ErrLimit},
		{"no resolution", good, 0, 0, ErrDamaged},
		{"negative resolution", good, 0, -72, ErrDamaged},
		{"too many pages", many, 0, 72, ErrLimit},
		{"page before the first", good, -1, 72, ErrPage},
		{"page after the last", good, 1, 72, ErrPage},
		{"password", paper(t, true, "one"), 0, 72, ErrPassword},
	} {
		if img, err := engine.Render(context.Background(), c.pdf, c.page, c.dpi); img != nil || !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	if _, err := engine.Text(context.Background(), good, 7); !errors.Is(err, ErrPage) {
		t.Errorf("text of page 7: %v", err)
	}
}

// A page that would take forever ends with its deadline, and the engine works on.
func TestDeadline(t *testing.T) {
	good := paper(t, false, "afterwards")
	engine.Pages(context.Background(), good) // loaded: the deadline measures the page alone
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if _, err := engine.Render(ctx, slow(), 0, 72); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("slow page: %v", err)
	}
	// This would wait for its turn until the test's own end if the page was still being drawn.
	if text, err := engine.Text(context.Background(), good, 0); err != nil || !strings.Contains(text, "afterwards") {
		t.Fatalf("after it: %q, %v", text, err)
	}
}

func TestCloseEndsCalls(t *testing.T) {
	e := Start("")
	if _, err := e.Pages(context.Background(), slow()); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		_, err := e.Render(context.Background(), slow(), 0, 72)
		ended <- err
	}()
	for len(e.turn) == 0 { // until it is at work
		time.Sleep(time.Millisecond)
	}
	e.Close()
	if err := <-ended; !errors.Is(err, ErrClosed) {
		t.Errorf("running call: %v", err)
	}
	if _, err := e.Pages(context.Background(), slow()); !errors.Is(err, ErrClosed) {
		t.Errorf("call after the end: %v", err)
	}
	e.Close()
}

// Many callers at once each get their own document.
func TestConcurrent(t *testing.T) {
	const n = 8
	errs := make(chan error, n)
	for i := range n {
		want := fmt.Sprintf("person %d", i)
		pdf := paper(t, false, want)
		go func() {
			text, err := engine.Text(context.Background(), pdf, 0)
			if err == nil && strings.TrimSpace(text) != want {
				err = fmt.Errorf("got %q, want %q", text, want)
			}
			errs <- err
		}()
	}
	for range n {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// Whatever the bytes are, a call answers, and what it answers is within bounds.
func FuzzRender(f *testing.F) {
	f.Add(paper(f, false, "one"))
	f.Add(slow())
	f.Add([]byte("%PDF-1.7"))
	f.Fuzz(func(t *testing.T, b []byte) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		img, err := engine.Render(ctx, b, 0, 36)
		if (img == nil) == (err == nil) {
			t.Fatalf("picture %v, error %v", img != nil, err)
		}
		if img != nil && img.Bounds().Dx()*img.Bounds().Dy() > MaxPixels {
			t.Fatalf("%v", img.Bounds())
		}
		engine.Text(ctx, b, 0)
	})
}

func BenchmarkRender(b *testing.B) {
	pdf := paper(b, false, "SPECIMEN, Anna Maria")
	for name, e := range map[string]*Engine{"any": engine, "own": own} {
		for _, dpi := range []float64{150, 300} {
			b.Run(fmt.Sprint(name, dpi), func(b *testing.B) {
				for b.Loop() {
					if _, err := e.Render(context.Background(), pdf, 0, dpi); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkText(b *testing.B) {
	pdf := paper(b, false, "SPECIMEN, Anna Maria")
	for name, e := range map[string]*Engine{"any": engine, "own": own} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := e.Text(context.Background(), pdf, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkStart is a start with the compiled code on disk.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	Start(dir).Close()
	for b.Loop() {
		Start(dir).Close()
	}
}
