package theme

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io/fs"
	"math"
	"os"
	"path"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
	"golang.org/x/image/font/sfnt"

	"pratique/ui/locale"
)

var assets = os.DirFS("../../assets")

func open(t *testing.T) *Theme {
	t.Helper()
	th, err := New(assets)
	if err != nil {
		t.Fatal(err)
	}
	return th
}

// contrast is the ratio of WCAG 2.2, "contrast ratio".
func contrast(a, b color.Color) float64 {
	luminance := func(c color.Color) float64 {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		linear := func(v uint8) float64 {
			f := float64(v) / 255
			if f <= 0.04045 {
				return f / 12.92
			}
			return math.Pow((f+0.055)/1.055, 2.4)
		}
		return 0.2126*linear(n.R) + 0.7152*linear(n.G) + 0.0722*linear(n.B)
	}
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func TestContrast(t *testing.T) {
	type pair struct {
		text, ground fyne.ThemeColorName
		least        float64
	}
	var pairs []pair
	for _, ground := range []fyne.ThemeColorName{theme.ColorNameBackground, ColorSurface, theme.ColorNameInputBackground,
		theme.ColorNameMenuBackground, theme.ColorNameOverlayBackground, theme.ColorNameHeaderBackground, theme.ColorNameSelection} {
		pairs = append(pairs, pair{theme.ColorNameForeground, ground, 7}, pair{ColorMuted, ground, 4.5})
	}
	for _, ground := range []fyne.ThemeColorName{theme.ColorNameBackground, ColorSurface, theme.ColorNameInputBackground} {
		pairs = append(pairs, pair{theme.ColorNamePrimary, ground, 4.5}, pair{theme.ColorNameHyperlink, ground, 4.5},
			pair{theme.ColorNameError, ground, 4.5}, pair{theme.ColorNameSuccess, ground, 4.5}, pair{theme.ColorNameWarning, ground, 4.5})
	}
	for _, r := range Roles {
		pairs = append(pairs, pair{r.OnInk(), r.Ink(), 4.5})
		for _, ground := range []fyne.ThemeColorName{r.Tint(), ColorSurface, theme.ColorNameBackground, theme.ColorNameSelection} {
			pairs = append(pairs, pair{r.Ink(), ground, 4.5})
		}
	}
	pairs = append(pairs,
		pair{theme.ColorNameForeground, theme.ColorNameButton, 7},
		pair{theme.ColorNamePlaceHolder, theme.ColorNameInputBackground, 4.5},
		pair{theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary, 4.5},
		pair{theme.ColorNameForegroundOnError, theme.ColorNameError, 4.5},
		pair{theme.ColorNameForegroundOnSuccess, theme.ColorNameSuccess, 4.5},
		pair{theme.ColorNameForegroundOnWarning, theme.ColorNameWarning, 4.5},
		pair{ColorOnRail, ColorRail, 4.5},
		pair{ColorOnRailHere, ColorRailHere, 4.5},
		pair{ColorOnRailMark, ColorRailMark, 4.5},
		pair{ColorOnBand, ColorBand, 7},
		// The edge of a field is how one finds it: 1.4.11 asks for 3, and the
		// ground beside it may be the card's or the field's.
		pair{theme.ColorNameInputBorder, theme.ColorNameInputBackground, 3},
		pair{ColorRailMark, ColorRail, 3},
	)
	th := open(t)
	for name, v := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
		for _, p := range pairs {
			if got := contrast(th.Color(p.text, v), th.Color(p.ground, v)); got < p.least {
				t.Errorf("%s: %s on %s has %.2f, wants %.1f", name, p.text, p.ground, got, p.least)
			}
		}
	}
	if got := contrast(color.White, color.Black); math.Abs(got-21) > 0.01 {
		t.Errorf("white on black is %.2f, the formula is wrong", got)
	}
}

func TestPalettesAgree(t *testing.T) {
	for name := range light {
		if _, ok := dark[name]; !ok {
			t.Errorf("%s has no dark colour", name)
		}
	}
	for name := range dark {
		if _, ok := light[name]; !ok {
			t.Errorf("%s has no light colour", name)
		}
	}
}

func TestForced(t *testing.T) {
	th := open(t)
	for _, v := range []fyne.ThemeVariant{theme.VariantLight, theme.VariantDark} {
		for _, asked := range []fyne.ThemeVariant{theme.VariantLight, theme.VariantDark} {
			if got, want := th.Forced(v).Color(ColorRail, asked), th.Color(ColorRail, v); got != want {
				t.Errorf("forced %v, asked %v: %v, want %v", v, asked, got, want)
			}
		}
	}
}

// TestGlyphs walks every text of every language through the fonts: a character
// that is missing would come from a font of the machine, or be a box.
func TestGlyphs(t *testing.T) {
	words, err := locale.Load(assets)
	if err != nil {
		t.Fatal(err)
	}
	for _, face := range []string{"fonts/NotoSansSC-Regular.ttf", "fonts/NotoSansSC-Bold.ttf"} {
		b, err := fs.ReadFile(assets, face)
		if err != nil {
			t.Fatal(err)
		}
		f, err := sfnt.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		var buf sfnt.Buffer
		for _, language := range words.Languages() {
			for key, text := range words.In(language).Under("") {
				for _, r := range text {
					if i, err := f.GlyphIndex(&buf, r); err != nil || i == 0 {
						t.Errorf("%s: %s %q: no glyph for %q", face, language, key, r)
					}
				}
			}
		}
	}
}

func TestIcons(t *testing.T) {
	th := open(t)
	test.NewTempApp(t)
	test.ApplyTheme(t, th)
	files, err := fs.Glob(assets, "icons/*.svg")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d icons, %v", len(files), err)
	}
	for _, name := range files {
		r := Icon(strings.TrimSuffix(path.Base(name), ".svg"), Valid.Ink())
		if !strings.Contains(string(r.Content()), "#1d6b3d") {
			t.Errorf("%s does not take the colour: %.200s", name, r.Content())
		}
		// A stroke keeps its own colour when the toolkit colours an icon.
		if b, _ := fs.ReadFile(assets, name); strings.Contains(string(b), "stroke") {
			t.Errorf("%s draws with strokes", name)
		}
	}
	if th.Icon(theme.IconNameConfirm) == nil || th.Icon(theme.IconNameSearch) == nil {
		t.Error("the toolkit's icons are gone")
	}
}

var update = flag.Bool("update", false, "draw the application's icon again")

// TestAppIcon compares icons/pratique.png, which desktops show, with the
// drawing icons/pratique.svg it is made from; -update makes it.
func TestAppIcon(t *testing.T) {
	const side, name = 512, "../../assets/icons/pratique.png"
	svg, err := fs.ReadFile(assets, "icons/pratique.svg")
	if err != nil {
		t.Fatal(err)
	}
	drawing, err := oksvg.ReadIconStream(bytes.NewReader(svg))
	if err != nil {
		t.Fatal(err)
	}
	want := image.NewNRGBA(image.Rect(0, 0, side, side))
	drawn := image.NewRGBA(want.Bounds())
	drawing.SetTarget(0, 0, side, side)
	drawing.Draw(rasterx.NewDasher(side, side, rasterx.NewScannerGV(side, side, drawn, drawn.Bounds())), 1)
	draw.Draw(want, want.Bounds(), drawn, image.Point{}, draw.Src)
	if *update {
		var b bytes.Buffer
		if err := png.Encode(&b, want); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if got.Bounds() != want.Bounds() {
		t.Fatalf("the icon is %v, wants %v", got.Bounds(), want.Bounds())
	}
	far := 0
	for y := range side {
		for x := range side {
			r, g, b, a := got.At(x, y).RGBA()
			wr, wg, wb, wa := want.At(x, y).RGBA()
			if max(r, wr)-min(r, wr) > 0x1000 || max(g, wg)-min(g, wg) > 0x1000 || max(b, wb)-min(b, wb) > 0x1000 || max(a, wa)-min(a, wa) > 0x1000 {
				far++
			}
		}
	}
	if far > side {
		t.Errorf("%d pixels differ from the drawing; run with -update", far)
	}
}

func TestNewNeedsItsFiles(t *testing.T) {
	if _, err := New(os.DirFS(t.TempDir())); err == nil {
		t.Error("a theme without fonts")
	}
}
