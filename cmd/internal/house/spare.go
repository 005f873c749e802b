package house

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"pratique/data"
	"pratique/data/desk"
	"pratique/data/staff"
	"pratique/data/store/disk"
)

// spareDir is where lies, sealed, what officers were typing when the database
// took nothing any more. Each file is one officer's, named by their identifier
// and something random.
const spareDir = "unstored"

// spare is the content of such a file.
type spare struct {
	ID      data.ApplicationID // empty: a new application
	Base    int                // the version it was typed over
	Content data.Content
}

// Spare keeps what an officer was typing and what could not be stored. The
// vault must be open still.
func (h *House) Spare(s staff.Session, id data.ApplicationID, base int, c data.Content) (err error) {
	b, err := json.Marshal(spare{id, base, c})
	if err != nil {
		return err
	}
	officer := string(s.Officer().ID)
	sealed, err := h.Folder.Vault.SealFile(officer, b)
	if err != nil {
		return err
	}
	dir := filepath.Join(h.Folder.Dir, spareDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, officer+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(sealed)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return disk.SyncDir(dir)
}

// TakeSpare stores what was kept of an officer's, as the drafts that it would
// have become, and returns how many there were. One that somebody has changed
// meanwhile becomes an application of its own.
func (h *House) TakeSpare(ctx context.Context, s staff.Session) (n int, err error) {
	officer := string(s.Officer().ID)
	files, err := filepath.Glob(filepath.Join(h.Folder.Dir, spareDir, officer+".*"))
	if err != nil {
		return 0, err
	}
	for _, name := range files {
		sealed, err := os.ReadFile(name)
		if err != nil {
			return n, err
		}
		b, err := h.Folder.Vault.OpenFile(officer, sealed)
		if err != nil {
			return n, err
		}
		var kept spare
		if err := json.Unmarshal(b, &kept); err != nil {
			return n, err
		}
		if kept.ID != "" {
			_, err = h.Save(ctx, s, kept.ID, kept.Base, kept.Content)
		}
		if kept.ID == "" || errors.Is(err, desk.ErrStale) || errors.Is(err, desk.ErrState) || errors.Is(err, desk.ErrNotFound) {
			_, err = h.Create(ctx, s, kept.Content)
		}
		if err != nil {
			return n, err
		}
		n++
		if err := os.Remove(name); err != nil {
			return n, err
		}
	}
	return n, nil
}
