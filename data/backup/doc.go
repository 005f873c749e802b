// Package backup writes a post's folder into one file that only chosen keys
// open, proves that it opens, and puts it back.
//
// # Bytes
//
// A backup is three lines of ASCII and an age file (age-encryption.org/v1):
//
//	pratique backup 1
//	{"country":"UT","post":"PR","kind":"practice","made":"2026-11-22T09:30:00Z","slot":{…}}
//	348 6c1f…
//	age-encryption.org/v1 …
//
// The second line is a [Header]: whose backup it is, when it was made, and the
// [Slot] that a passphrase opens. The third has two numbers: how many bytes the
// header and nonce of the age file take, in decimal, and the SHA-256 of the
// first two lines and those bytes, in hex. The age file is encrypted to
// X25519 recipients: the recovery keys, and the one in the slot. (age does not
// mix its own passphrases with keys, hence the slot.)
//
// What is encrypted is a tar archive (POSIX ustar; pax for a file over 8 GiB):
// manifest.json, the [Manifest], then the files it names, in its order, each a
// regular file of mode 0600 and with the time the backup was made; two blocks
// of zeros; nothing else. A machine without this program reads it with
//
//	tail -n +4 FILE | age -d -i KEY | tar -xf -
//
// The manifest is first, so a reader knows every name, size and hash before it
// writes anything. The price is a copy of the database beside the original
// while a backup is made: its size and hash, and the state of the log in it,
// are known only when it is complete.
//
// JSON in both places is what encoding/json writes for the type, byte for byte;
// any other spelling is refused. So is a tar header that [Write] would not have
// written: the reader compares instead of interpreting.
//
// # What is in it
//
//	post.json anchor.pem log.pub   as they are
//	PRACTICE.txt practice-authority.key   of a practice post, which is of no use without
//	head                           as it fits the copy of the database
//	post.db                        a consistent copy
//	keys/ checkpoints/ attachments/   all there is
//
// Left out: post.lock, which belongs to a process, and whatever else lies in
// the folder, such as certificates somebody saved. Names that begin with a dot
// are files on their way and left out too.
//
// # What is proved
//
// A file in which any bit was changed, that ends early or goes on, or whose
// header was taken from another backup, is refused, and nothing appears in the
// folder it was to be put in. [WriteFile] makes a key for this one backup,
// reads the file back with it and drops it, so each backup was opened once, by
// nobody, before it has its name. (What is read back may come from the memory
// of the operating system: that the disk keeps it shows when it is verified
// again later.)
//
// # What is not
//
// Whoever knows the recipients, which are no secret, can encrypt a folder of
// their own making to them. That a backup is genuine shows in its log: the
// check that is handed to [Verify] and [Restore] should verify it against a
// checkpoint, with the log's key from a place that is not the backup. Who made
// a copy of a backup keeps it: what is erased in the post afterwards lies in
// there until that copy is destroyed.
package backup

import "errors"

var (
	// ErrForeign: not a backup of Pratique.
	ErrForeign = errors.New("not a backup of Pratique")
	// ErrNewer: a newer version of the program made it.
	ErrNewer = errors.New("backup was made by a newer version of the program")
	// ErrDamaged: it is not as it was written. Nothing of it is used.
	ErrDamaged = errors.New("backup is damaged")
	// ErrPassphrase: the slot is not opened by that passphrase.
	ErrPassphrase = errors.New("wrong passphrase for the backup")
	// ErrNoSlot: no passphrase opens this backup, only a key does.
	ErrNoSlot = errors.New("backup cannot be opened with a passphrase")
	// ErrNotForYou: the key is not one the backup was encrypted to.
	ErrNotForYou = errors.New("backup was not made for this key")
	// ErrNotEmpty: the folder to put it in holds something already.
	ErrNotEmpty = errors.New("folder is not empty")
	// ErrChanged: a file was changed or removed while it was copied. Nothing
	// is wrong with the post; the backup has to be made again.
	ErrChanged = errors.New("file changed during the backup")
	// ErrOtherLog: the backup and what is known of the log belong to different posts.
	ErrOtherLog = errors.New("not the log that is known")
	// ErrUnproved: nothing that an attacker could not have made says that the
	// backup is the post's own. Those who restore it decide what is enough.
	ErrUnproved = errors.New("nothing proves that the backup is the post's")
)
