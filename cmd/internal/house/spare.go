package house

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"pratique/data"
	"pratique/data/desk"
	"pratique/data/staff"
	"pratique/data/store/disk"
	"pratique/data/vault"
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

// What is read of it at one sign-in: more than a queue of people at the counter
// leaves, and less than would keep an officer from working.
const (
	maxSpares = 50
	maxSpare  = 2 << 20 // bytes of a file; a case is at most half of that
)

// unreadable is what the names of files begin with that are no spare of anybody:
// they are set aside and looked at no more.
const unreadable = "unreadable."

// ErrSpare: a file that an officer's typing should lie in cannot be read.
var ErrSpare = errors.New("what was kept cannot be read and was set aside")

// TakeSpare stores what was kept of an officer's, as the drafts that it would
// have become, and returns how many there were. One that somebody has changed
// meanwhile becomes an application of its own. One that cannot be read or stored
// does not keep the others back; the error tells of it.
func (h *House) TakeSpare(ctx context.Context, s staff.Session) (n int, err error) {
	officer := string(s.Officer().ID)
	files, err := filepath.Glob(filepath.Join(h.Folder.Dir, spareDir, officer+".*"))
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, name := range files[:min(len(files), maxSpares)] {
		kept, err := h.readSpare(officer, name)
		if errors.Is(err, ErrSpare) {
			err = errors.Join(err, os.Rename(name, filepath.Join(filepath.Dir(name), unreadable+filepath.Base(name))))
		} else if err == nil {
			if err = h.store(ctx, s, kept); err == nil {
				n++
				err = os.Remove(name)
			}
		}
		errs = append(errs, err)
	}
	return n, errors.Join(errs...)
}

func (h *House) readSpare(officer, name string) (kept spare, err error) {
	f, err := os.Open(name)
	if err != nil {
		return kept, err
	}
	defer f.Close()
	sealed, err := io.ReadAll(io.LimitReader(f, maxSpare+1))
	if err != nil {
		return kept, err
	}
	if len(sealed) > maxSpare {
		return kept, fmt.Errorf("%s: %w", name, ErrSpare)
	}
	b, err := h.Folder.Vault.OpenFile(officer, sealed)
	if errors.Is(err, vault.ErrLocked) {
		return kept, err
	}
	if err == nil {
		err = json.Unmarshal(b, &kept)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w: %w", name, ErrSpare, err)
	}
	return kept, err
}

// store makes a draft of what was kept.
func (h *House) store(ctx context.Context, s staff.Session, kept spare) (err error) {
	if kept.ID != "" {
		_, err = h.Save(ctx, s, kept.ID, kept.Base, kept.Content)
		if errors.Is(err, desk.ErrStale) || errors.Is(err, desk.ErrState) {
			_, err = h.Copy(ctx, s, kept.ID, kept.Content)
		}
	}
	if kept.ID == "" || errors.Is(err, desk.ErrNotFound) {
		_, err = h.Create(ctx, s, kept.Content)
	}
	return err
}
