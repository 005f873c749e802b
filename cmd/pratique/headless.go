package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/evidence"
	"pratique/data/trust"
)

// headless does the desk's main job once where there is no display: it takes
// the specimen application from the counter to the border through the same
// calls as the window, and says what it did.
func headless(ctx context.Context, h *house.House, out io.Writer) error {
	fmt.Fprintln(out, "There is no display, so no window was opened. Instead the specimen application goes from counter to border:")
	specimen, err := h.Specimen(ctx)
	if err != nil {
		return err
	}
	var number data.CertificateNumber
	var path string
	faulty, err := h.Issue(ctx, []data.Content{specimen}, filepath.Join(h.Folder.Dir, "certificates"), func(c data.Certificate, file string) {
		number, path = c.Number, file
	})
	switch {
	case err != nil:
		return err
	case len(faulty) > 0:
		return fmt.Errorf("the specimen has problems: %v", faulty[0].Problems)
	}
	fmt.Fprintln(out, "  entered by the practice clerk, reviewed by the practice reviewer, issued as", number)
	fmt.Fprintln(out, "  printed and read back:", path)

	pdf, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	found, err := evidence.Read(ctx, pdf, h.Paper())
	if err != nil {
		return err
	}
	var list trust.List
	if err := list.Load(h.Folder.Dir); err != nil {
		return err
	}
	for _, symbol := range found.Symbols {
		v := list.Verify(symbol.Text, h.Now(), true)
		if v.Outcome != trust.Valid || v.Claims.Number != number {
			return fmt.Errorf("the QR on the page does not verify: %s %v", v.Outcome, v.Reasons)
		}
		fmt.Fprintf(out, "  verified from the drawn QR: %s, %s, seal good until %s\n", v.Outcome, v.Claims.Number, v.Claims.Expires)
		return nil
	}
	return fmt.Errorf("no QR found on the page")
}

// display reports whether a window can be opened.
func display(goos string, getenv func(string) string) bool {
	switch goos {
	case "windows", "darwin":
		return true
	}
	return getenv("DISPLAY") != ""
}
