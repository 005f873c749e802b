package pdfgen

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/skip2/go-qrcode"

	"pratique/data/evidence"
)

// The path painted on a grid is the code, module for module, none twice.
func TestPathIsTheCode(t *testing.T) {
	for _, n := range []int{10, 300, 820, 900} {
		code, err := encode(sampleSeal(n))
		if err != nil {
			t.Fatal(err)
		}
		want := code.Bitmap()
		got := make([][]int, len(want))
		for y := range got {
			got[y] = make([]int, len(want))
		}
		rows := strings.Split(qrPath(want), "\n")
		if rows[len(rows)-1] != "f" {
			t.Fatal("the path is not filled once")
		}
		for _, row := range rows[:len(rows)-1] {
			var x, y, w, h int
			if _, err := fmt.Sscanf(row, "%d %d %d %d re", &x, &y, &w, &h); err != nil {
				t.Fatalf("%q: %v", row, err)
			}
			for dy := range h {
				for dx := range w {
					got[y+dy][x+dx]++
				}
			}
		}
		for y := range want {
			for x := range want[y] {
				if (got[y][x] == 1) != want[y][x] || got[y][x] > 1 {
					t.Fatalf("%d characters: module %d,%d drawn %d times, want %t", n, x, y, got[y][x], want[y][x])
				}
			}
		}
	}
}

func TestDensity(t *testing.T) {
	for _, tt := range []struct {
		n, version int
		refused    bool
	}{
		{598, 15, false}, {900, 19, false}, {1100, 22, false}, {1300, 24, true}, {5000, 0, true},
	} {
		version, module, err := Density(sampleSeal(tt.n))
		var dense *DensityError
		if version != tt.version || errors.As(err, &dense) != tt.refused || (err != nil) != tt.refused {
			t.Errorf("%d characters: version %d, %v", tt.n, version, err)
		}
		if err == nil && module < QRMinModuleMM {
			t.Errorf("%d characters: modules of %.3f mm", tt.n, module)
		}
		out := printout(Certificate)
		out.Seal = sampleSeal(tt.n)
		if err := press().Render(io.Discard, out); errors.As(err, &dense) != tt.refused {
			t.Errorf("%d characters: rendered with %v", tt.n, err)
		}
	}
}

func TestSealLiesOffEdgesAndFolds(t *testing.T) {
	if sealX < 15 || sealX+QRSide > pageWidth-15 || sealY < 15 || sealY+QRSide > pageHeight-15 {
		t.Error("the seal is nearer than 15 mm to an edge")
	}
	for _, y := range []float64{pageHeight / 2, pageHeight / 3, 2 * pageHeight / 3} {
		if sealY <= y && y <= sealY+QRSide {
			t.Errorf("the fold at %.1f mm crosses the seal", y)
		}
	}
	if x := pageWidth / 2; sealX <= x && x <= sealX+QRSide {
		t.Error("the fold down the middle crosses the seal")
	}
}

// One path with whole coordinates under one matrix, and no picture anywhere.
func TestSealIsOnePath(t *testing.T) {
	code, err := qrcode.New(printout(Certificate).Seal, qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	code.DisableBorder = true
	path := qrPath(code.Bitmap())
	for kind := range Kind(3) {
		pdf := render(t, printout(kind))
		found := 0
		for _, s := range streams(t, pdf) {
			found += strings.Count(s, path)
		}
		if want := map[Kind]int{Certificate: 1}[kind]; found != want {
			t.Errorf("kind %d: %d seals, want %d", kind, found, want)
		}
		if strings.Contains(string(pdf), "/Subtype /Image") {
			t.Errorf("kind %d holds a picture", kind)
		}
	}
}

func BenchmarkQR(b *testing.B) {
	seal := sampleSeal(820)
	b.ReportAllocs()
	for b.Loop() {
		code, err := encode(seal)
		if err != nil {
			b.Fatal(err)
		}
		qrPath(code.Bitmap())
	}
}

func BenchmarkDensity(b *testing.B) {
	seal := sampleSeal(820)
	for b.Loop() {
		if _, _, err := Density(seal); err != nil {
			b.Fatal(err)
		}
	}
}

// TestPicture: what the screen shows is read exactly as it is.
func TestPicture(t *testing.T) {
	checkpoint := "pratique/UT/PR/practice\n20\n+V/5q/ntey1sh0/T5Fp9qQI5p0F27EjFOIh1Gs4GCuQ=\n\n— pratique/UT/PR/practice MN36GIz/SiKYQ98J/Gh2QyPKV/yjCTaCkgi3l9gexQ9r5vHdFuhuOaL4HhESLB/DFOf1jHCrUVViD3u7GGrKLMAXqQ4=\n"
	m, err := Picture(checkpoint, 4)
	if err != nil {
		t.Fatal(err)
	}
	if side := m.Bounds().Dx(); side%4 != 0 || side != m.Bounds().Dy() {
		t.Errorf("%v is not made of whole modules", m.Bounds())
	}
	texts, err := evidence.Symbols(t.Context(), m)
	if err != nil || len(texts) != 1 || texts[0].Text != checkpoint {
		t.Errorf("read %v, %v", texts, err)
	}
	if _, err := Picture(strings.Repeat("a", 3000), 4); err == nil {
		t.Error("too much fits")
	}
}
