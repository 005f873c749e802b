package disk

import (
	"fmt"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// SyncDir makes the names in a folder durable. NTFS journals them by itself
// and folders cannot be flushed.
func SyncDir(string) error { return nil }

// full are the errors that say that there is no room.
var full = []error{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED}

// Local returns an error wrapping [ErrNetwork] if path is on a network drive.
func Local(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	root, err := windows.UTF16PtrFromString(filepath.VolumeName(path) + `\`)
	if err != nil {
		return err
	}
	if windows.GetDriveType(root) == windows.DRIVE_REMOTE {
		return fmt.Errorf("%s is %w", path, ErrNetwork)
	}
	return nil
}
