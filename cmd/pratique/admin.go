package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"pratique/cmd/internal/house"
	"pratique/data/keys"
	"pratique/data/store"
	"pratique/data/trust"
	"pratique/data/vault"
	"pratique/pdfgen"
	"pratique/pdfgen/spool"
	"pratique/ui/admin"
	"pratique/ui/save"
	"pratique/ui/sheet"
)

// papers is the folder of a post that files are offered to be saved in.
func papers(h *house.House) string { return filepath.Join(h.Folder.Dir, "papers") }

// savings are how screens save files.
func savings(h *house.House, settings fyne.Preferences) save.Parts {
	return save.Parts{WriteNew: writeIn(papers(h)), Folder: papers(h), Settings: settings}
}

// sheets are how screens show, print and save pages about a case.
func sheets(h *house.House, settings fyne.Preferences) sheet.Parts {
	return sheet.Parts{
		Picture: func(ctx context.Context, pdf []byte) (image.Image, error) {
			return h.Paper().Render(ctx, pdf, 0, sheetDPI)
		},
		Print: func(ctx context.Context, job string, pdf []byte) (string, error) {
			return printSheet(ctx, settings.String("printer"), job, pdf)
		},
		Save: savings(h, settings),
	}
}

// sheetDPI is the resolution of a page on screen: enough to read it.
const sheetDPI = 110

// qrPixels is the side of a module on screen.
const qrPixels = 4

// adminParts puts the parts of the Administration together. Its desk is the
// house, which keeps the checkpoints it signs in the post's folder too.
func adminParts(h *house.House, settings fyne.Preferences) admin.Parts {
	return admin.Parts{
		Desk: h, Backups: h, Codes: h.Codes, ReadFile: readFile, ReadTrust: trust.ReadPath, Save: savings(h, settings), Halves: admin.Halves{}, Jobs: &admin.Jobs{},
		QR: func(text string) (image.Image, error) { return pdfgen.Picture(text, qrPixels) },
		PrintCheckpoint: func(ctx context.Context, checkpoint []byte) (string, error) {
			pdf, err := house.CheckpointPage(h.Folder.Post, checkpoint, h.Now())
			if err != nil {
				return "", err
			}
			return printSheet(ctx, settings.String("printer"), "checkpoint", pdf)
		},
		About: func(ctx context.Context) (admin.About, error) { return about(ctx, h) },
	}
}

// maxFile bounds what is read of a file that an officer names.
const maxFile = 1 << 20

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = fmt.Errorf("%s: more than %d bytes", path, maxFile)
	}
	return b, err
}

func about(ctx context.Context, h *house.House) (a admin.About, err error) {
	a = admin.About{Folder: h.Folder.Dir, Recovery: h.Folder.Vault.Recovery()}
	if a.Log, _, err = keys.ReadLogVerifier(filepath.Join(h.Folder.Dir, keys.LogFile)); err != nil {
		return a, err
	}
	return a, h.Folder.Log.View(ctx, func(tx store.Tx) error {
		owners, err := vault.Slots(tx)
		for _, o := range owners {
			slot, _, slotErr := vault.SlotOf(tx, o)
			if err == nil {
				err = slotErr
			}
			a.Keyring = a.Keyring || slot.Device
		}
		return err
	})
}

// printSheet prints one page on a queue, the usual one where that is not there,
// and returns when the job has ended.
func printSheet(ctx context.Context, queue, title string, pdf []byte) (string, error) {
	p := newPrinter()
	queues, err := p.spool.Queues(ctx)
	switch {
	case errors.Is(err, spool.ErrNone), err == nil && len(queues) == 0:
		return "", sheet.ErrNoPrinter
	case err != nil:
		return "", err
	}
	chosen := queues[0].Name
	for _, q := range queues {
		if q.Name == queue || q.Default && chosen != queue {
			chosen = q.Name
		}
	}
	job, err := p.spool.Print(ctx, chosen, title, pdf)
	if err != nil {
		return "", err
	}
	state, err := p.spool.Wait(ctx, job, func(spool.State) {})
	if err == nil && state.Phase != spool.Completed {
		err = fmt.Errorf("print on %s: the job is %s %s", chosen, state.Phase, strings.TrimSpace(state.Reason))
	}
	return chosen, err
}
