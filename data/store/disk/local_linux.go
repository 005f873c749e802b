package disk

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// network are the file systems, by their magic numbers in statfs(2), whose
// disk is elsewhere. FUSE is not among them: it may be anything, also local.
var network = map[uint32]string{
	unix.NFS_SUPER_MAGIC:  "NFS",
	unix.SMB_SUPER_MAGIC:  "SMB",
	unix.SMB2_SUPER_MAGIC: "SMB",
	unix.CIFS_SUPER_MAGIC: "CIFS",
	unix.V9FS_MAGIC:       "9P",
	unix.AFS_SUPER_MAGIC:  "AFS",
	unix.AFS_FS_MAGIC:     "AFS",
	unix.CODA_SUPER_MAGIC: "Coda",
	unix.NCP_SUPER_MAGIC:  "NCP",
	unix.CEPH_SUPER_MAGIC: "Ceph",
}

// Local returns an error wrapping [ErrNetwork] if path is on a network drive.
func Local(path string) error {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return fmt.Errorf("file system of %s: %w", path, err)
	}
	if name, ok := network[uint32(s.Type)]; ok {
		return fmt.Errorf("%s is %w (%s)", path, ErrNetwork, name)
	}
	return nil
}
