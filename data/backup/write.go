package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/store"
	"pratique/data/store/disk"
)

// Source is the post that is backed up: its folder, open in this process.
// Officers go on working meanwhile.
type Source struct {
	Dir  string
	Made time.Time // now
	// Backup is that of the post's engine, see [store.Store].
	Backup func(ctx context.Context, w io.Writer) error
	// Open opens the copy of the database so that its log can be read. It may
	// rewrite it before, so that what was erased is not in free pages.
	Open func(path string) (store.Store, error)
	// Checkpoint is the newest one of the log, signed; it may be empty.
	Checkpoint []byte
}

// workDir is where, in the post's folder, the copy of the database lies while a
// backup is made, and what was read back while it is checked: what is sealed in
// the post stays sealed there. It takes as much room as the database.
const workDir = ".backup"

// turn is held while a backup is made, for workDir is one.
var turn = make(chan struct{}, 1)

// begin waits for the turn, and removes what a process that was killed has left
// in workDir: whoever has the post open is alone.
func begin(ctx context.Context, dir string) (work string, end func(), err error) {
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		return "", nil, ctx.Err()
	}
	work = filepath.Join(dir, workDir)
	end = func() {
		os.RemoveAll(work)
		<-turn
	}
	if err = os.RemoveAll(work); err == nil {
		err = os.Mkdir(work, 0o700)
	}
	if err != nil {
		end()
		return "", nil, err
	}
	return work, end, nil
}

// Write writes a backup to w. Progress, which may be nil, is told how many of
// how many bytes of files are written. The error wraps [ErrChanged] if a file
// did not stay as it was; else it is one of the source or of w.
func Write(ctx context.Context, w io.Writer, source Source, to Recipients, progress func(done, total int64)) (Manifest, error) {
	work, end, err := begin(ctx, source.Dir)
	if err != nil {
		return Manifest{}, fmt.Errorf("backup: %w", err)
	}
	defer end()
	all, err := to.all()
	if err != nil {
		return Manifest{}, fmt.Errorf("backup: %w", err)
	}
	m, err := write(ctx, w, work, source, to.Slot, all, progress)
	if err != nil {
		return Manifest{}, fmt.Errorf("backup: %w", err)
	}
	return m, nil
}

// WriteFile writes a backup, opens it again with a key that was made for this
// and has [Reading.Check] look at it; only then it gets its name. The error
// wraps [fs.ErrExist] if there is something of that name. Each byte counts
// twice for the progress: written and read back.
func WriteFile(ctx context.Context, path string, source Source, to Recipients, check func(dir string, m Manifest) error, progress func(done, total int64)) (m Manifest, err error) {
	fail := func(err error) (Manifest, error) { return Manifest{}, fmt.Errorf("backup %s: %w", path, err) }
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fail(fs.ErrExist)
	}
	all, err := to.all()
	if err != nil {
		return fail(err)
	}
	once, err := age.GenerateX25519Identity()
	if err != nil {
		return fail(err)
	}
	work, end, err := begin(ctx, source.Dir)
	if err != nil {
		return fail(err)
	}
	defer end()
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fail(err)
	}
	defer func() {
		f.Close()
		os.Remove(f.Name())
	}()
	part := func(before int64) func(done, total int64) {
		return func(done, total int64) {
			if progress != nil {
				progress(before*total+done, 2*total)
			}
		}
	}
	if m, err = write(ctx, f, work, source, to.Slot, append(all, once.Recipient()), part(0)); err != nil {
		return fail(err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fail(err)
	}
	written, err := os.Open(f.Name())
	if err != nil {
		return fail(err)
	}
	defer written.Close()
	read, err := Verify(ctx, written, work, Reading{Identity: once, Check: check, Progress: part(1)})
	if err == nil && read.Header != m.Header {
		err = fmt.Errorf("%w: it is another one", ErrDamaged)
	}
	if err := errors.Join(err, written.Close()); err != nil {
		return fail(fmt.Errorf("it was written and does not open: %w", err))
	}
	if err := disk.Publish(f.Name(), path); err != nil {
		return fail(err)
	}
	return m, nil
}

// item is a file to be written, as it was when the manifest was made: its bytes
// or, of a large one, where they are.
type item struct {
	File
	content []byte
	path    string
}

func (i item) open() (io.ReadCloser, error) {
	if i.path == "" {
		return io.NopCloser(bytes.NewReader(i.content)), nil
	}
	return os.Open(i.path)
}

func inMemory(name string, b []byte) item {
	return item{File: File{name, int64(len(b)), sha256.Sum256(b)}, content: b}
}

func write(ctx context.Context, w io.Writer, work string, source Source, slot *Slot, to []age.Recipient, progress func(done, total int64)) (m Manifest, err error) {
	defer os.Remove(filepath.Join(work, fileDB)) // its room is needed to read back
	items, err := collect(ctx, work, source)
	if err != nil {
		return m, err
	}
	m = Manifest{Format: format, Checkpoint: string(source.Checkpoint)}
	var post data.Post
	for _, i := range items {
		m.Files = append(m.Files, i.File)
		switch i.Name {
		case filePost:
			err = json.Unmarshal(i.content, &post)
		case fileLogKey:
			m.Log = strings.TrimSpace(string(i.content))
		}
		if err != nil {
			return m, fmt.Errorf("%s: %w", i.Name, err)
		}
	}
	m.Schema = post.Schema
	if m.Head, err = audit.ReadHead(filepath.Join(work, fileHead)); err != nil {
		return m, err
	}
	payload, head, err := encrypt(w, to)
	if err != nil {
		return m, err
	}
	if len(head) > maxHead {
		return m, errors.New("too many recipients")
	}
	h := Header{about(post, source.Made), slot}
	lines, sum, err := h.lines(head)
	if err != nil {
		return m, err
	}
	m.About, m.Header = h.About, sum
	if err := errors.Join(h.check(), m.check()); err != nil {
		return m, fmt.Errorf("would not be readable: %w", err)
	}
	if _, err := w.Write(append(lines, head...)); err != nil {
		return m, err
	}
	if err := archive(ctx, payload, m, items, progress); err != nil {
		return m, err
	}
	return m, payload.Close()
}

// collect copies the database and finds everything else, by name.
func collect(ctx context.Context, work string, source Source) ([]item, error) {
	db, err := copyDatabase(ctx, work, source)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", fileDB, err)
	}
	items := []item{db}
	for _, name := range single {
		dir := source.Dir
		if name == fileHead {
			dir = work
		}
		i, err := small(dir, name)
		if errors.Is(err, fs.ErrNotExist) && forPractice(name) {
			continue
		} else if err != nil {
			return nil, err
		}
		items = append(items, i)
	}
	// The files of a folder come after the copy: what its records name was
	// there before them.
	for _, folder := range folders {
		err := fs.WalkDir(os.DirFS(source.Dir), folder, func(name string, e fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist) && name == folder:
				return nil
			case err != nil:
				return err
			case strings.HasPrefix(path.Base(name), "."):
				if e.IsDir() {
					return fs.SkipDir
				}
				return nil
			case e.IsDir():
				return ctx.Err()
			case !e.Type().IsRegular():
				return fmt.Errorf("%s: not a file", name)
			}
			var i item
			if (File{Name: name}).large() {
				i, err = large(ctx, source.Dir, name)
			} else {
				i, err = small(source.Dir, name)
			}
			items = append(items, i)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(items, func(a, b item) int { return strings.Compare(a.Name, b.Name) })
	return items, nil
}

// copyDatabase copies the database to work and writes the head that fits the
// copy beside it. The head that is known comes first: the copy is not behind it.
func copyDatabase(ctx context.Context, work string, source Source) (i item, err error) {
	known, err := audit.ReadHead(filepath.Join(source.Dir, fileHead))
	if err != nil {
		return i, err
	}
	head := filepath.Join(work, fileHead)
	if err := audit.WriteHead(head, known); err != nil {
		return i, err
	}
	path := filepath.Join(work, fileDB)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return i, err
	}
	defer f.Close()
	if err := source.Backup(ctx, f); err != nil {
		return i, err
	}
	if err := f.Close(); err != nil {
		return i, err
	}
	s, err := source.Open(path)
	if err != nil {
		return i, err
	}
	_, err = audit.Open(ctx, s, head) // brings the head up to date
	if err := errors.Join(err, s.Close()); err != nil {
		return i, err
	}
	return large(ctx, work, fileDB)
}

// small is a file that is read now and kept, so that it cannot change.
func small(dir, name string) (item, error) {
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return item{}, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSmall+1))
	if err == nil && len(b) > maxSmall {
		err = errors.New("file is too large")
	}
	if err != nil {
		return item{}, fmt.Errorf("%s: %w", name, err)
	}
	return inMemory(name, b), nil
}

// large is a file that is read twice: now, and when it is written.
func large(ctx context.Context, dir, name string) (item, error) {
	path := filepath.Join(dir, filepath.FromSlash(name))
	f, err := os.Open(path)
	if err != nil {
		return item{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, reader{ctx, f})
	if err != nil {
		return item{}, fmt.Errorf("%s: %w", name, err)
	}
	return item{File: File{name, n, Sum(h.Sum(nil))}, path: path}, nil
}

// archive writes the tar archive.
func archive(ctx context.Context, w io.Writer, m Manifest, items []item, progress func(done, total int64)) error {
	b, err := json.Marshal(m)
	if err == nil && len(b) > maxManifest {
		err = errors.New("too many files")
	}
	if err != nil {
		return err
	}
	if err := put(ctx, w, inMemory(fileManifest, b), m.Made, func(int) {}); err != nil {
		return err
	}
	count := counter(m.total(), progress)
	for _, i := range items {
		if err := put(ctx, w, i, m.Made, count); err != nil {
			return fmt.Errorf("%s: %w", i.Name, err)
		}
	}
	_, err = w.Write(make([]byte, endSize))
	return err
}

// put writes one file of the archive, and fails if it is not the one that the
// manifest tells of.
func put(ctx context.Context, w io.Writer, i item, made time.Time, count func(int)) error {
	header, err := tarHeader(i.Name, i.Size, made)
	if err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	f, err := i.open()
	if errors.Is(err, fs.ErrNotExist) {
		return ErrChanged
	} else if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, h, tally(count)), io.LimitReader(reader{ctx, f}, i.Size))
	if err != nil {
		return err
	}
	if n != i.Size || Sum(h.Sum(nil)) != i.Sum {
		return ErrChanged
	}
	_, err = w.Write(make([]byte, padding(i.Size)))
	return err
}

const (
	block   = 512       // of a tar archive
	endSize = 2 * block // zeros at its end
)

// padding is how many zeros follow a file of that size.
func padding(size int64) int64 { return (block - size%block) % block }

// tarHeader is what precedes a file in the archive.
func tarHeader(name string, size int64, made time.Time) ([]byte, error) {
	var b bytes.Buffer
	err := tar.NewWriter(&b).WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: made})
	return b.Bytes(), err
}

// reader stops reading when its context ends.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(b)
}

// tally counts what is written.
type tally func(n int)

func (t tally) Write(b []byte) (int, error) {
	t(len(b))
	return len(b), nil
}

// counter adds up for a progress, which may be nil.
func counter(total int64, progress func(done, total int64)) func(n int) {
	done := int64(0)
	return func(n int) {
		if done += int64(n); progress != nil {
			progress(done, total)
		}
	}
}
