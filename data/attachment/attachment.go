// Package attachment keeps scans of evidence outside the database: each a file
// of its own, encrypted under a key of its own. File and key are a [Ref], which
// belongs in a sealed record. When that record is erased, so is what the file
// says, whoever has copies of the file.
//
// # Bytes
//
// A file is an age file (age-encryption.org/v1) to one X25519 recipient, whose
// identity is made for this file and stands in the Ref alone:
//
//	age-encryption.org/v1
//	-> X25519 …                 43 characters of base64
//	…                           43
//	--- …                       43
//	16 bytes                    nonce
//	up to 65536 + 16 bytes      a chunk, ChaCha20-Poly1305, and so on to the last
//
// What is encrypted are two lines, the second being the post as
// [keys.LogName] has it, and the scan byte for byte:
//
//	pratique attachment 1
//	pratique/UT/PR/practice
//	%PDF-1.7 …
//
// The name of the file is the SHA-256 of its bytes in lower-case hex. So a
// damaged file shows without a key, which matters to whoever keeps a backup;
// a file belongs to its name by itself; no name is ever used twice, since no
// two files are alike, not even of the same scan; and it tells nothing.
//
// With the key a machine without this program reads it:
//
//	age -d -i KEY NAME | tail -n +3
//
// Names that begin with ".attachment-" are files on their way.
//
// # What is proved
//
// [Dir.Open] compares the whole file with its name before it gives out the
// first byte. Each chunk is authenticated with its place in the file, and
// nobody else knows the recipient to encrypt another to. Before the last byte
// is given out, size and SHA-256 of the scan agree with the Ref: whoever got
// Ref.Size bytes has what was put in.
//
// # Order
//
// A file comes before the record that refers to it, and goes after it. What a
// crash leaves in between is a file whose key is gone; [Dir.Sweep] removes it.
package attachment

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"filippo.io/age"

	"pratique/data"
	"pratique/data/keys"
	"pratique/data/store"
	"pratique/data/store/disk"
)

const (
	// MaxSize is a limit for [Dir.Put], in bytes, that no honest evidence
	// meets: a page scanned in colour at 300 dpi has 1 to 3 MB, a report a few
	// pages, a telephone's picture up to 12 MB. A whole file fits in memory
	// where it is looked at.
	MaxSize = 20 << 20
	// Sniffed is how many bytes tell the type.
	Sniffed = 1024
	// Grace is how old a file must be to be swept. It is longer than anybody
	// leaves a form open over a weekend; waiting costs room only, because the
	// key of a file that nothing refers to exists nowhere.
	Grace = 7 * 24 * time.Hour
)

// The media types that are kept: what scanners and telephones make and the desk
// can show. They are told by content, as in data/evidence.
const (
	PDF  = "application/pdf"
	PNG  = "image/png"
	JPEG = "image/jpeg"
)

var (
	// ErrType: neither a PDF nor a PNG nor a JPEG file.
	ErrType = errors.New("not a PDF, PNG or JPEG file")
	// ErrDamaged: the file is not the one that was put in, or not the one that
	// the Ref tells of. Nothing more of it is given out.
	ErrDamaged = errors.New("attachment is damaged or was exchanged")
)

// TooLargeError: the scan has more bytes than the limit.
type TooLargeError struct{ Limit int64 }

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("attachment has more than %d bytes", e.Limit)
}

// Ref is everything that is needed to read an attachment. Whoever has it can;
// it is stored in sealed records only.
type Ref struct {
	Name   string            `json:"name"`   // of the file
	Key    string            `json:"key"`    // "AGE-SECRET-KEY-1…"
	Size   int64             `json:"size"`   // of the scan in bytes
	SHA256 [sha256.Size]byte `json:"sha256"` // of the scan: its fingerprint, to be kept when the scan goes
	Type   string            `json:"type"`   // [PDF], [PNG] or [JPEG]
}

// String is the name: a Ref that gets into a message leaves no key there.
func (r Ref) String() string { return r.Name }

// Dir is the folder of a post's attachments. Its methods may be called from any
// goroutine.
type Dir struct {
	Path string
	Post data.Post
}

const (
	temporary = ".attachment-"

	chunk    = 64 << 10
	chunkTag = 16
	ageHead  = 22 + 54 + 44 + 48 + 16 // four lines for one X25519 recipient, nonce
)

var finalName = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (d Dir) path(name string) (string, error) {
	if !finalName.MatchString(name) {
		return "", fmt.Errorf("%w: %q is not the name of one", ErrDamaged, name)
	}
	return filepath.Join(d.Path, name), nil
}

// header precedes the scan.
func (d Dir) header() []byte {
	return []byte("pratique attachment 1\n" + keys.LogName(d.Post) + "\n")
}

// sealedSize is how many bytes the file of a scan has.
func (d Dir) sealedSize(scan int64) int64 {
	n := int64(len(d.header())) + scan
	return ageHead + n + (n+chunk-1)/chunk*chunkTag
}

// Put keeps what r gives, of at most limit bytes, see [MaxSize]. When it
// returns the file is complete and durable; it needs a record that holds its
// Ref. The error is a [*TooLargeError] or wraps [ErrType], [store.ErrFull], or
// what r returned; nothing is kept then.
func (d Dir) Put(ctx context.Context, r io.Reader, limit int64) (ref Ref, err error) {
	defer func() {
		if disk.Full(err) {
			err = fmt.Errorf("%w: %w", store.ErrFull, err)
		}
		if err != nil {
			ref, err = Ref{}, fmt.Errorf("put attachment: %w", err)
		}
	}()
	scan := bufio.NewReaderSize(&source{ctx: ctx, r: r}, Sniffed)
	begin, err := scan.Peek(Sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return ref, err
	}
	if ref.Type, err = TypeOf(begin); err != nil {
		return ref, err
	}
	f, err := os.CreateTemp(d.Path, temporary+"*")
	if err != nil {
		return ref, err
	}
	defer func() {
		f.Close()
		os.Remove(f.Name())
	}()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return ref, err
	}
	name, sum := sha256.New(), sha256.New()
	sealed, err := age.Encrypt(io.MultiWriter(f, name), identity.Recipient())
	if err != nil {
		return ref, err
	}
	if _, err := sealed.Write(d.header()); err != nil {
		return ref, err
	}
	if ref.Size, err = io.Copy(io.MultiWriter(sealed, sum), io.LimitReader(scan, limit)); err != nil {
		return ref, err
	}
	if _, err := scan.ReadByte(); err == nil {
		return ref, &TooLargeError{limit}
	} else if err != io.EOF {
		return ref, err
	}
	if err := errors.Join(sealed.Close(), f.Sync(), f.Close()); err != nil {
		return ref, err
	}
	ref.Name, ref.Key = hex.EncodeToString(name.Sum(nil)), identity.String()
	sum.Sum(ref.SHA256[:0])
	return ref, disk.Publish(f.Name(), filepath.Join(d.Path, ref.Name))
}

// TypeOf tells the type by how a file begins, or [ErrType]: the signature of PNG (ISO/IEC
// 15948, 5.2), the marker SOI of JPEG and the beginning of the next (ITU-T T.81,
// B.2.1), the header of PDF (ISO 32000-1, 7.5.2), before which readers allow
// other bytes.
func TypeOf(begin []byte) (string, error) {
	switch {
	case bytes.HasPrefix(begin, []byte("\x89PNG\r\n\x1a\n")):
		return PNG, nil
	case bytes.HasPrefix(begin, []byte("\xff\xd8\xff")):
		return JPEG, nil
	case bytes.Contains(begin, []byte("%PDF-")):
		return PDF, nil
	}
	return "", ErrType
}

// Open reads an attachment from its beginning; the caller closes it. The error,
// here and when reading, wraps [ErrDamaged], or [fs.ErrNotExist] if the file is
// not there.
func (d Dir) Open(ctx context.Context, ref Ref) (io.ReadCloser, error) {
	r, err := d.open(ctx, ref)
	if err != nil {
		return nil, fmt.Errorf("open attachment: %w", err)
	}
	return r, nil
}

func (d Dir) open(ctx context.Context, ref Ref) (_ *reader, err error) {
	path, err := d.path(ref.Name)
	if err != nil {
		return nil, err
	}
	identity, err := age.ParseX25519Identity(ref.Key)
	if err != nil {
		return nil, fmt.Errorf("%w: %s has no key", ErrDamaged, ref)
	}
	// The size comes first: a pipe has none and would not come to an end.
	if info, err := os.Lstat(path); err != nil {
		return nil, err
	} else if info.Size() != d.sealedSize(ref.Size) {
		return nil, fmt.Errorf("%w: %s has %d bytes, not %d", ErrDamaged, ref, info.Size(), d.sealedSize(ref.Size))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	r := &reader{file: f, source: &source{ctx: ctx, r: f}, name: ref.Name, left: ref.Size, sum: sha256.New(), want: ref.SHA256}
	name := sha256.New()
	if _, err := io.Copy(name, io.LimitReader(r.source, d.sealedSize(ref.Size))); err != nil {
		return nil, err
	}
	if hex.EncodeToString(name.Sum(nil)) != ref.Name {
		return nil, fmt.Errorf("%w: %s does not hash to its name", ErrDamaged, ref)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	if r.plain, err = age.Decrypt(r.source, identity); err != nil {
		return nil, r.failed(err)
	}
	header := make([]byte, len(d.header()))
	if _, err := io.ReadFull(r.plain, header); err != nil {
		return nil, r.failed(err)
	}
	if !bytes.Equal(header, d.header()) {
		return nil, r.failed(errors.New("of another post or format"))
	}
	return r, nil
}

// reader gives out a scan. The last bytes come only when everything agrees.
type reader struct {
	file   *os.File
	source *source // of the file
	plain  io.Reader
	name   string
	left   int64 // bytes of the scan
	sum    hash.Hash
	want   [sha256.Size]byte
	err    error // for good
}

func (r *reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.plain.Read(p[:min(int64(len(p)), r.left)])
	r.sum.Write(p[:n])
	if r.left -= int64(n); r.left == 0 && err == nil {
		err = r.end()
	} else if err != nil {
		err = r.failed(err)
	}
	if err != nil {
		clear(p[:n])
		r.err = err
		return 0, err
	}
	if r.left == 0 {
		r.err = io.EOF
	}
	return n, nil
}

// end is nil if nothing follows and all that was read is what was put in.
func (r *reader) end() error {
	if _, err := io.ReadFull(r.plain, make([]byte, 1)); err != io.EOF {
		return r.failed(cmp.Or(err, errors.New("goes on")))
	}
	if !bytes.Equal(r.sum.Sum(nil), r.want[:]) {
		return r.failed(errors.New("another scan"))
	}
	return nil
}

// failed is why the file cannot be read: damage, unless reading it failed.
func (r *reader) failed(err error) error {
	if r.source.err != nil {
		return r.source.err
	}
	return fmt.Errorf("%w: %s: %v", ErrDamaged, r.name, err)
}

// Close implements [io.Closer].
func (r *reader) Close() error { return r.file.Close() }

// source is read until its context ends, and remembers why it failed.
type source struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	if s.err = s.ctx.Err(); s.err != nil {
		return 0, s.err
	}
	n, err := s.r.Read(p)
	if err != io.EOF {
		s.err = err
	}
	return n, err
}

// Remove removes the file of an attachment whose record is gone; one that is
// not there is no error. What cannot be removed now, as on Windows while
// somebody reads it, is swept later.
func (d Dir) Remove(ref Ref) error {
	path, err := d.path(ref.Name)
	if err == nil {
		err = os.Remove(path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove attachment: %w", err)
	}
	return disk.SyncDir(d.Path)
}

// Sweep removes files, older than [Grace] by now, that are not known by name:
// what a crash left between file and record, and files on their way that never
// arrived. Anything else in the folder is left alone. It goes on where a file
// cannot be removed and returns all errors.
func (d Dir) Sweep(ctx context.Context, now time.Time, known func(name string) bool) (removed int, err error) {
	entries, err := os.ReadDir(d.Path)
	if err != nil {
		return 0, fmt.Errorf("sweep attachments: %w", err)
	}
	var failed []error
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			failed = append(failed, err)
			break
		}
		onItsWay := strings.HasPrefix(e.Name(), temporary)
		if !onItsWay && (!finalName.MatchString(e.Name()) || known(e.Name())) {
			continue
		}
		info, err := e.Info()
		if err == nil && (!info.Mode().IsRegular() || now.Sub(info.ModTime()) < Grace) {
			continue
		}
		if err == nil {
			err = os.Remove(filepath.Join(d.Path, e.Name()))
		}
		switch {
		case err == nil:
			removed++
		case !errors.Is(err, fs.ErrNotExist):
			failed = append(failed, err)
		}
	}
	if removed > 0 {
		failed = append(failed, disk.SyncDir(d.Path))
	}
	if err := errors.Join(failed...); err != nil {
		return removed, fmt.Errorf("sweep attachments: %w", err)
	}
	return removed, nil
}
