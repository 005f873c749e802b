package backup

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"pratique/data"
	"pratique/data/audit"
)

// Names in a post's folder, as data/post has them.
const (
	fileManifest = "manifest.json" // in the archive only
	attachments  = "attachments/"
	filePost     = "post.json"
	fileAnchor   = "anchor.pem"
	fileLogKey   = "log.pub"
	fileHead     = "head"
	fileDB       = "post.db"
	filePractice = "PRACTICE.txt"
	// the secret key of a practice post's receiving authority
	fileAuthority = "practice-authority.key"
)

// single are the files that lie in the folder itself, except the database.
var single = []string{filePost, fileAnchor, fileLogKey, fileHead, filePractice, fileAuthority}

// folders may hold any files.
var folders = []string{"attachments", "checkpoints", "keys"}

const (
	maxManifest = 64 << 20
	maxSmall    = 1 << 20 // of a file other than database and attachments
	maxSize     = 1 << 50 // of any file
)

// Manifest says what is in a backup.
type Manifest struct {
	Format int `json:"format"`
	About
	Log        string     `json:"log"`    // public key of the post's log: which post it is, beyond doubt
	Schema     int        `json:"schema"` // of the post's folder, see data/post
	Head       audit.Head `json:"head"`   // of the log in the database
	Checkpoint string     `json:"checkpoint,omitempty"`
	Header     Sum        `json:"header"` // of what is not encrypted
	Files      []File     `json:"files"`  // by name, in byte order
}

// File is one file of a backup.
type File struct {
	Name string `json:"name"` // relative to the folder, with slashes
	Size int64  `json:"size"` // bytes
	Sum  Sum    `json:"sha256"`
}

// large tells a file that is not kept in memory.
func (f File) large() bool { return f.Name == fileDB || strings.HasPrefix(f.Name, attachments) }

// total is the size of all files in bytes.
func (m Manifest) total() (n int64) {
	for _, f := range m.Files {
		n += f.Size
	}
	return n
}

// safeName: short, of plain characters, no part of it beginning or ending with
// a dot; the same on every system.
var safeName = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9._-]{0,126}[A-Za-z0-9_-])?(/[A-Za-z0-9_]([A-Za-z0-9._-]{0,126}[A-Za-z0-9_-])?){0,3}$`)

// forPractice tells a file that practice posts alone may have.
func forPractice(name string) bool { return name == filePractice || name == fileAuthority }

func knownName(name string, kind data.PostKind) bool {
	if forPractice(name) {
		return kind == data.PracticePost
	}
	folder, _, inside := strings.Cut(name, "/")
	return safeName.MatchString(name) &&
		(inside && slices.Contains(folders, folder) || name == fileDB || slices.Contains(single, name))
}

// check says whether m can be the manifest of a backup.
func (m Manifest) check() error {
	if m.Format != format {
		return fmt.Errorf("format %d", m.Format)
	}
	if err := m.About.check(); err != nil {
		return err
	}
	if m.Schema < 1 {
		return errors.New("no schema")
	}
	folded := map[string]bool{}
	last, total := "", int64(0)
	for _, f := range m.Files {
		lower := strings.ToLower(f.Name)
		switch {
		case !knownName(f.Name, m.Kind):
			return fmt.Errorf("file %q does not belong in it", f.Name)
		case f.Name <= last || folded[lower]:
			return fmt.Errorf("file %q is out of order or there twice", f.Name)
		case f.Size < 0 || f.Size > maxSize || total > maxSize || f.Size > maxSmall && !f.large():
			return fmt.Errorf("file %q has an impossible size", f.Name)
		}
		for d := path.Dir(lower); d != "."; d = path.Dir(d) {
			if folded[d] {
				return fmt.Errorf("file %q lies in a file", f.Name)
			}
		}
		last, folded[lower] = f.Name, true
		total += f.Size
	}
	for _, name := range []string{filePost, fileAnchor, fileLogKey, fileHead, fileDB} {
		if !folded[name] {
			return fmt.Errorf("%s is missing", name)
		}
	}
	return m.checkLog()
}

// checkLog compares what is said about the log with itself.
func (m Manifest) checkLog() error {
	v, err := note.NewVerifier(m.Log)
	if err != nil {
		return fmt.Errorf("public key of the log: %w", err)
	}
	if v.Name() != m.Name() {
		return fmt.Errorf("the log is that of %s", v.Name())
	}
	if m.Checkpoint == "" {
		return nil
	}
	h, err := audit.ParseCheckpoint([]byte(m.Checkpoint), v)
	if err != nil {
		return err
	}
	if h.Size > m.Head.Size || h.Size == m.Head.Size && h != m.Head {
		return errors.New("the checkpoint is not one of the log")
	}
	return nil
}

// Missing is how many entries the log had, when its state was known, beyond
// those in the backup: that many acts are lost. Known comes from the head file
// of the folder that was lost or from a checkpoint, and should be the newest of
// all that can be found. No act takes more than one number of a certificate: if
// numbers in sequence go on that much higher, none is used again.
//
// The error wraps [ErrOtherLog] if known is a state of another log, as far as
// that shows: where it is older than the backup, only audit.Verify on the
// restored log can tell.
func Missing(m Manifest, known audit.Head) (entries uint64, err error) {
	switch {
	case known.Size > m.Head.Size:
		return known.Size - m.Head.Size, nil
	case known.Size == m.Head.Size && known != m.Head:
		return 0, fmt.Errorf("%w: both have %d entries, and they differ", ErrOtherLog, known.Size)
	}
	return 0, nil
}
