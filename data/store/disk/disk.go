// Package disk is what a post asks of the file system under its folder: that
// a file is replaced whole and for good, and that the folder is a local one.
package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrNetwork: the path lies on another machine's disk. Locks and memory maps
// cannot be relied on there.
var ErrNetwork = errors.New("on a network drive")

// Replace writes a file, readable by its owner alone, so that after a crash at
// any moment it has either its old content or the new one.
func Replace(path string, content []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(content); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// Publish gives a complete and synced file its final name, for good. It is an
// error wrapping [fs.ErrExist] if that name is taken.
func Publish(temporary, path string) error {
	// A link, unlike a rename, never replaces. Where the file system has no
	// links, looking first has to do.
	if err := os.Link(temporary, path); err == nil {
		os.Remove(temporary)
	} else if _, missing := os.Lstat(path); !errors.Is(missing, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", path, fs.ErrExist)
	} else if err := os.Rename(temporary, path); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// Full reports whether err says that there is no room. Libraries that turn an
// error into text leave its words at the end, so those count as well.
func Full(err error) bool {
	return err != nil && slices.ContainsFunc(full, func(e error) bool {
		return errors.Is(err, e) || strings.HasSuffix(err.Error(), e.Error())
	})
}
