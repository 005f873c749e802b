// Package theme is how the desk looks: fonts, colours by role, sizes, icons.
//
// Colours have two variants, light and dark, and a role has the same meaning
// in both. Every pair of text and ground that the widgets use has a contrast
// of at least 4.5 (WCAG 2.2, 1.4.3), which a test computes.
package theme

import (
	"fmt"
	"image/color"
	"io/fs"
	"path"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colours beyond those of the toolkit.
const (
	ColorSurface    fyne.ThemeColorName = "pratique-surface"   // cards, on the background
	ColorMuted      fyne.ThemeColorName = "pratique-muted"     // labels and hints
	ColorRail       fyne.ThemeColorName = "pratique-rail"      // the left rail
	ColorOnRail     fyne.ThemeColorName = "pratique-on-rail"   // text on it
	ColorRailHere   fyne.ThemeColorName = "pratique-rail-here" // the place where one is
	ColorOnRailHere fyne.ThemeColorName = "pratique-on-rail-here"
	ColorRailMark   fyne.ThemeColorName = "pratique-rail-mark" // the bar beside it, and counters
	ColorOnRailMark fyne.ThemeColorName = "pratique-on-rail-mark"
	ColorBand       fyne.ThemeColorName = "pratique-band" // the practice band
	ColorOnBand     fyne.ThemeColorName = "pratique-on-band"
)

// Role is a meaning that has a colour. Colour is never its only sign.
type Role string

// The roles.
const (
	Plain    Role = "plain"    // no particular meaning
	Accent   Role = "accent"   // where to look, what is active
	Valid    Role = "valid"    // good, agrees, done
	Invalid  Role = "invalid"  // wrong, refused, stops
	Unknown  Role = "unknown"  // cannot say, not applicable, not enough known
	Practice Role = "practice" // practice, and what wants care
)

// Roles are all of them.
var Roles = []Role{Plain, Accent, Valid, Invalid, Unknown, Practice}

// Ink is the role's colour for text and icons on its tint, on a surface and on
// the background.
func (r Role) Ink() fyne.ThemeColorName { return "pratique-ink-" + fyne.ThemeColorName(r) }

// Tint is the role's quiet ground.
func (r Role) Tint() fyne.ThemeColorName { return "pratique-tint-" + fyne.ThemeColorName(r) }

// OnInk is the colour of text on a ground of the role's ink.
func (r Role) OnInk() fyne.ThemeColorName { return "pratique-on-ink-" + fyne.ThemeColorName(r) }

// Distances between things, in the toolkit's units, beyond its own sizes.
const (
	Gap       float32 = 16   // between cards and between columns
	Tight     float32 = 8    // between things that belong together
	MaxWidth  float32 = 1100 // of content: longer lines are hard to follow
	SizeLabel float32 = 12.5 // the label above a field
	SizeHuge  float32 = 44   // a verdict, a certificate number
)

// SizeNameLabel is the name of [SizeLabel].
const SizeNameLabel fyne.ThemeSizeName = "pratique-label"

// Theme is the desk's fyne.Theme.
type Theme struct {
	regular, bold fyne.Resource
	icons         map[fyne.ThemeIconName]fyne.Resource
	forced        *fyne.ThemeVariant
}

var _ fyne.Theme = (*Theme)(nil)

// New reads fonts/NotoSansSC-Regular.ttf, fonts/NotoSansSC-Bold.ttf and
// icons/*.svg from fsys.
//
// The regular face has every character a passport name is likely to hold; the
// bold one has those of GB 2312, so names are shown in the regular face.
func New(fsys fs.FS) (*Theme, error) {
	t := &Theme{icons: map[fyne.ThemeIconName]fyne.Resource{}}
	for name, to := range map[string]*fyne.Resource{
		"fonts/NotoSansSC-Regular.ttf": &t.regular,
		"fonts/NotoSansSC-Bold.ttf":    &t.bold,
	} {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("theme: %w", err)
		}
		*to = fyne.NewStaticResource(path.Base(name), b)
	}
	files, err := fs.Glob(fsys, "icons/*.svg")
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("theme: %w", err)
		}
		base := path.Base(name)
		icon := fyne.ThemeIconName("pratique-" + strings.TrimSuffix(base, ".svg"))
		t.icons[icon] = fyne.NewStaticResource(base, b)
	}
	return t, nil
}

// Forced returns the theme in one variant, whatever the system prefers.
func (t *Theme) Forced(v fyne.ThemeVariant) *Theme {
	forced := *t
	forced.forced = &v
	return &forced
}

// Icon returns our own icons by "pratique-" and their file's name without its
// ending, and the toolkit's for its own names.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource {
	if r, ok := t.icons[name]; ok {
		return r
	}
	if own, ok := replaced[name]; ok {
		return theme.NewThemedResource(t.icons[own])
	}
	return theme.DefaultTheme().Icon(name)
}

// replaced are icons that the toolkit's widgets show and we have drawn.
var replaced = map[fyne.ThemeIconName]fyne.ThemeIconName{
	theme.IconNameSearch:        "pratique-search",
	theme.IconNameArrowDropDown: "pratique-down",
}

// Icon is the icon assets/icons/NAME.svg in the theme in force, in a colour
// that follows the theme.
func Icon(name string, ink fyne.ThemeColorName) fyne.Resource {
	return theme.NewColoredResource(theme.Icon(fyne.ThemeIconName("pratique-"+name)), ink)
}

// Color is the colour of a name in the theme in force.
func Color(name fyne.ThemeColorName) color.Color { return theme.Color(name) }

// Font is Noto Sans SC, so that Latin and Chinese look the same on every
// machine; the machine-readable lines keep the toolkit's monospaced face.
func (t *Theme) Font(s fyne.TextStyle) fyne.Resource {
	switch {
	case s.Monospace || s.Symbol:
		return theme.DefaultTheme().Font(s)
	case s.Bold:
		return t.bold
	default:
		return t.regular
	}
}

// Size is larger in ground and finer in line than the toolkit's: an officer
// looks at it for eight hours.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	if s, ok := sizes[name]; ok {
		return s
	}
	return theme.DefaultTheme().Size(name)
}

var sizes = map[fyne.ThemeSizeName]float32{
	theme.SizeNameText:            14,
	theme.SizeNameCaptionText:     12,
	theme.SizeNameSubHeadingText:  16.5,
	theme.SizeNameHeadingText:     23,
	theme.SizeNameInlineIcon:      18,
	theme.SizeNamePadding:         4,
	theme.SizeNameInnerPadding:    7.5,
	theme.SizeNameInputBorder:     1,
	theme.SizeNameInputRadius:     6,
	theme.SizeNameSelectionRadius: 4,
	theme.SizeNameButtonRadius:    6,
	theme.SizeNameDialogRadius:    10,
	theme.SizeNamePopupRadius:     8,
	theme.SizeNameMenuRadius:      8,
	theme.SizeNameScrollBar:       10,
	theme.SizeNameScrollBarSmall:  4,
	SizeNameLabel:                 SizeLabel,
}

// Color returns the colour of a name. A variant that is neither light nor dark
// is light.
func (t *Theme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if t.forced != nil {
		v = *t.forced
	}
	palette := light
	if v == theme.VariantDark {
		palette = dark
	}
	if hex, ok := palette[name]; ok {
		return rgba(hex)
	}
	return theme.DefaultTheme().Color(name, v)
}

// rgba reads 0xRRGGBBAA.
func rgba(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 24), G: uint8(hex >> 16), B: uint8(hex >> 8), A: uint8(hex)}
}

// The palettes, 0xRRGGBBAA. Light is paper grey and ink with a petrol accent;
// dark is the same desk with the lamp turned down.
var light = map[fyne.ThemeColorName]uint32{
	theme.ColorNameBackground:          0xf2f4f3ff,
	theme.ColorNameForeground:          0x18232bff,
	theme.ColorNameDisabled:            0x6b7780ff,
	theme.ColorNamePlaceHolder:         0x66727bff,
	theme.ColorNameInputBackground:     0xffffffff,
	theme.ColorNameInputBorder:         0x84919aff,
	theme.ColorNameButton:              0xe3e9e9ff,
	theme.ColorNameDisabledButton:      0xebeeedff,
	theme.ColorNamePrimary:             0x0b5d6fff,
	theme.ColorNameForegroundOnPrimary: 0xffffffff,
	theme.ColorNameHyperlink:           0x0b5d6fff,
	theme.ColorNameFocus:               0x0b5d6f40,
	theme.ColorNameHover:               0x0b5d6f12,
	theme.ColorNamePressed:             0x0b5d6f2e,
	theme.ColorNameSelection:           0xcfe4e8ff,
	theme.ColorNameSeparator:           0xdbe0dfff,
	theme.ColorNameShadow:              0x18232b2e,
	theme.ColorNameScrollBar:           0x18232b59,
	theme.ColorNameScrollBarBackground: 0x18232b0a,
	theme.ColorNameHeaderBackground:    0xe9eeedff,
	theme.ColorNameMenuBackground:      0xffffffff,
	theme.ColorNameOverlayBackground:   0xffffffff,
	theme.ColorNameError:               0xa8272bff,
	theme.ColorNameForegroundOnError:   0xffffffff,
	theme.ColorNameSuccess:             0x1d6b3dff,
	theme.ColorNameForegroundOnSuccess: 0xffffffff,
	theme.ColorNameWarning:             0x7d5200ff,
	theme.ColorNameForegroundOnWarning: 0xffffffff,

	ColorSurface:    0xffffffff,
	ColorMuted:      0x55616aff,
	ColorRail:       0x12343dff,
	ColorOnRail:     0xc9dadeff,
	ColorRailHere:   0x1e4c58ff,
	ColorOnRailHere: 0xffffffff,
	ColorRailMark:   0x7fd0dcff,
	ColorOnRailMark: 0x0a262dff,
	ColorBand:       0xf5b638ff,
	ColorOnBand:     0x2b1d00ff,

	Plain.Ink(): 0x3c4952ff, Plain.Tint(): 0xe8ecebff, Plain.OnInk(): 0xffffffff,
	Accent.Ink(): 0x0b5d6fff, Accent.Tint(): 0xdceef1ff, Accent.OnInk(): 0xffffffff,
	Valid.Ink(): 0x1d6b3dff, Valid.Tint(): 0xe0f1e5ff, Valid.OnInk(): 0xffffffff,
	Invalid.Ink(): 0xa8272bff, Invalid.Tint(): 0xfbe7e6ff, Invalid.OnInk(): 0xffffffff,
	Unknown.Ink(): 0x46566bff, Unknown.Tint(): 0xe5eaf1ff, Unknown.OnInk(): 0xffffffff,
	Practice.Ink(): 0x7d5200ff, Practice.Tint(): 0xfcefd2ff, Practice.OnInk(): 0xffffffff,
}

var dark = map[fyne.ThemeColorName]uint32{
	theme.ColorNameBackground:          0x141a1eff,
	theme.ColorNameForeground:          0xe4eaecff,
	theme.ColorNameDisabled:            0x85929bff,
	theme.ColorNamePlaceHolder:         0x8f9ca5ff,
	theme.ColorNameInputBackground:     0x12171bff,
	theme.ColorNameInputBorder:         0x61707aff,
	theme.ColorNameButton:              0x2b363dff,
	theme.ColorNameDisabledButton:      0x20282eff,
	theme.ColorNamePrimary:             0x6cc3d2ff,
	theme.ColorNameForegroundOnPrimary: 0x06242bff,
	theme.ColorNameHyperlink:           0x6cc3d2ff,
	theme.ColorNameFocus:               0x6cc3d24d,
	theme.ColorNameHover:               0x6cc3d21a,
	theme.ColorNamePressed:             0x6cc3d233,
	theme.ColorNameSelection:           0x21434bff,
	theme.ColorNameSeparator:           0x2c363cff,
	theme.ColorNameShadow:              0x00000080,
	theme.ColorNameScrollBar:           0xe4eaec59,
	theme.ColorNameScrollBarBackground: 0xe4eaec0a,
	theme.ColorNameHeaderBackground:    0x222b31ff,
	theme.ColorNameMenuBackground:      0x232c32ff,
	theme.ColorNameOverlayBackground:   0x1f272cff,
	theme.ColorNameError:               0xf2918dff,
	theme.ColorNameForegroundOnError:   0x2e0709ff,
	theme.ColorNameSuccess:             0x7fcb98ff,
	theme.ColorNameForegroundOnSuccess: 0x06210fff,
	theme.ColorNameWarning:             0xebc06cff,
	theme.ColorNameForegroundOnWarning: 0x2b1d00ff,

	ColorSurface:    0x1c2429ff,
	ColorMuted:      0x9eabb3ff,
	ColorRail:       0x0c1b20ff,
	ColorOnRail:     0xb5c8cdff,
	ColorRailHere:   0x17363eff,
	ColorOnRailHere: 0xf2f7f8ff,
	ColorRailMark:   0x6cc3d2ff,
	ColorOnRailMark: 0x06242bff,
	ColorBand:       0xe2a52fff,
	ColorOnBand:     0x241800ff,

	Plain.Ink(): 0xc3cdd3ff, Plain.Tint(): 0x2b353bff, Plain.OnInk(): 0x141a1eff,
	Accent.Ink(): 0x6cc3d2ff, Accent.Tint(): 0x16383fff, Accent.OnInk(): 0x06242bff,
	Valid.Ink(): 0x7fcb98ff, Valid.Tint(): 0x1b3626ff, Valid.OnInk(): 0x06210fff,
	Invalid.Ink(): 0xf2918dff, Invalid.Tint(): 0x432225ff, Invalid.OnInk(): 0x2e0709ff,
	Unknown.Ink(): 0xabbacdff, Unknown.Tint(): 0x28323eff, Unknown.OnInk(): 0x141a1eff,
	Practice.Ink(): 0xebc06cff, Practice.Tint(): 0x3d3013ff, Practice.OnInk(): 0x2b1d00ff,
}
