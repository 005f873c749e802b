package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"pratique/data/store/disk"
)

// compactTx is how many bytes are copied in one transaction.
const compactTx = 1 << 20

// Compact rewrites a database so that nothing of what was deleted or replaced
// stays in its free pages. Nobody may have it open, and it takes as much room
// again for a while. After a crash the file is the old one or the new one; what
// else it left goes the next time.
func Compact(path string) (err error) {
	fail := func(err error) error { return fmt.Errorf("compact database %s: %w", path, err) }
	s, err := Open(path, Options{Timeout: time.Second})
	if err != nil {
		return fail(err)
	}
	defer s.Close()
	if err := removeLeft(path); err != nil {
		return fail(err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fail(err)
	}
	temporary := f.Name()
	f.Close()
	defer os.Remove(temporary)
	to, err := bbolt.Open(temporary, 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, Timeout: time.Second})
	if err != nil {
		return fail(err)
	}
	err = guard(func() error { return bbolt.Compact(to, s.db, compactTx) })
	if err = errors.Join(err, to.Sync(), to.Close(), s.Close()); err != nil {
		return fail(err)
	}
	if err := os.Rename(temporary, path); err != nil {
		return fail(err)
	}
	return disk.SyncDir(filepath.Dir(path))
}

// removeLeft removes the copies that a crash has left beside a database which
// this process alone has open: files of exactly the names that [Compact] gives.
func removeLeft(path string) error {
	dir, begin := filepath.Dir(path), "."+filepath.Base(path)+"-"
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		random, ours := strings.CutPrefix(e.Name(), begin)
		if !ours || !e.Type().IsRegular() || random == "" || strings.Trim(random, "0123456789") != "" {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}
