package pdfgen

import (
	"fmt"
	"image"
	"strings"

	"github.com/skip2/go-qrcode"
)

// Bounds of the seal's QR code.
const (
	QRSide        = 62.0 // mm, four modules of white on every side included
	QRMaxVersion  = 22
	QRMinModuleMM = 0.5
	quietZone     = 4 // modules
)

// DensityError says that a seal holds too much to be scanned from paper.
type DensityError struct {
	Characters int
	Version    int // 0 when no QR code at all holds it
}

func (e *DensityError) Error() string {
	if e.Version == 0 {
		return fmt.Sprintf("seal of %d characters fits no qr code", e.Characters)
	}
	return fmt.Sprintf("seal of %d characters needs qr version %d, at most %d is printed", e.Characters, e.Version, QRMaxVersion)
}

// Density tells how dense the QR code of a seal would be on paper: its version
// and the side of a module in millimetres. The error is a [*DensityError]
// when it would be too dense to print; version and module are told all the same
// where there is a code.
func Density(seal string) (version int, moduleMM float64, err error) {
	code, err := encode(seal)
	if code == nil {
		return 0, 0, err
	}
	return code.VersionNumber, moduleOf(code.VersionNumber), err
}

// Picture is a QR code for the screen, scale pixels a module, with its white
// border. The error is a [*DensityError] when no code holds the text.
func Picture(text string, scale int) (image.Image, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, &DensityError{Characters: len(text)}
	}
	return code.Image(-scale), nil // negative: a module's size instead of the picture's
}

func moduleOf(version int) float64 {
	return QRSide / float64(17+4*version+2*quietZone)
}

// encode chooses the version; the costly part, the masks, comes with Bitmap.
func encode(seal string) (*qrcode.QRCode, error) {
	code, err := qrcode.New(seal, qrcode.Medium)
	if err != nil {
		return nil, &DensityError{Characters: len(seal)}
	}
	code.DisableBorder = true // qrPath's user draws the white
	if code.VersionNumber > QRMaxVersion || moduleOf(code.VersionNumber) < QRMinModuleMM {
		return code, &DensityError{Characters: len(seal), Version: code.VersionNumber}
	}
	return code, nil
}

// qrPath turns modules into one PDF path, unit one module, y downwards, the
// top left corner at the origin. Dark modules that touch are one rectangle
// along the row and, while the next rows repeat it, down them.
func qrPath(modules [][]bool) string {
	dark := func(x, y int) bool {
		return y >= 0 && y < len(modules) && x >= 0 && x < len(modules[y]) && modules[y][x]
	}
	isRun := func(x, y, w int) bool {
		for i := range w {
			if !dark(x+i, y) {
				return false
			}
		}
		return !dark(x-1, y) && !dark(x+w, y)
	}
	var b strings.Builder
	for y := range modules {
		for x := range modules[y] {
			if !dark(x, y) || dark(x-1, y) {
				continue
			}
			w, h := 1, 1
			for dark(x+w, y) {
				w++
			}
			if isRun(x, y-1, w) {
				continue // drawn with the row above
			}
			for isRun(x, y+h, w) {
				h++
			}
			fmt.Fprintf(&b, "%d %d %d %d re\n", x, y, w, h)
		}
	}
	return b.String() + "f"
}
