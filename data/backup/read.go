package backup

import (
	"bufio"
	"bytes"
	"cmp"
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
	"strconv"
	"strings"

	"filippo.io/age"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/store/disk"
)

// Reading is how a backup is read.
type Reading struct {
	// Identity opens it: a recovery key, or what [Header.Identity] returned.
	Identity age.Identity
	// Check looks at the folder that came out of the backup, before anything
	// else happens with it: opens the database, verifies the log. Nil: the
	// backup is known to be what was written, and no more.
	Check func(dir string, m Manifest) error
	// Progress is told how many of how many bytes of files are read. It may be nil.
	Progress func(done, total int64)
}

// Verify opens a backup and reads all of it. [Reading.Check] gets a folder with
// everything but the attachments, of which only sizes and hashes are compared;
// it is made in temp and removed again. What is sealed in the post is sealed in
// there, and no more.
//
// The error wraps [ErrForeign], [ErrNewer], [ErrNotForYou], [ErrDamaged], or
// what Check returned.
func Verify(ctx context.Context, r io.Reader, temp string, how Reading) (Manifest, error) {
	a, err := open(ctx, r, how)
	if err != nil {
		return Manifest{}, fmt.Errorf("verify backup: %w", err)
	}
	dir, err := os.MkdirTemp(temp, ".pratique-*")
	if err != nil {
		return Manifest{}, fmt.Errorf("verify backup: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := a.extract(dir, false); err != nil {
		return Manifest{}, fmt.Errorf("verify backup: %w", err)
	}
	if how.Check != nil {
		if err := how.Check(dir, a.Manifest); err != nil {
			return Manifest{}, fmt.Errorf("verify backup: check: %w", err)
		}
	}
	return a.Manifest, nil
}

// Restore puts a backup into a folder that is not there or is empty. It is
// made, and checked, under another name beside it and renamed when it is
// complete; until then dir stays as it was. The errors are those of [Verify]
// and [ErrNotEmpty].
//
// What the post did after the backup is not in it: see [Missing].
func Restore(ctx context.Context, r io.Reader, dir string, how Reading) (Manifest, error) {
	m, err := restore(ctx, r, dir, how)
	if err != nil {
		return Manifest{}, fmt.Errorf("restore %s: %w", dir, err)
	}
	return m, nil
}

func restore(ctx context.Context, r io.Reader, dir string, how Reading) (m Manifest, err error) {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return m, ErrNotEmpty
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return m, err
	}
	a, err := open(ctx, r, how)
	if err != nil {
		return m, err
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return m, err
	}
	temporary, err := os.MkdirTemp(parent, ".pratique-*")
	if err != nil {
		return m, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(temporary)
		}
	}()
	if err := a.extract(temporary, true); err != nil {
		return m, err
	}
	if how.Check != nil {
		if err := how.Check(temporary, a.Manifest); err != nil {
			return m, fmt.Errorf("check: %w", err)
		}
	}
	if err := ctx.Err(); err != nil {
		return m, err
	}
	// An empty folder gives way; a rename onto anything else fails.
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return m, ErrNotEmpty
	}
	if err := os.Rename(temporary, dir); err != nil {
		return m, err
	}
	return a.Manifest, disk.SyncDir(parent)
}

// input is the file that is read; it remembers why reading failed, which is
// something else than reading what is damaged.
type input struct {
	reader
	failed error
}

func (i *input) Read(b []byte) (int, error) {
	n, err := i.reader.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		i.failed = err
	}
	return n, err
}

// opened is a backup whose manifest has been read.
type opened struct {
	Manifest
	input    *input
	text     io.Reader // the archive, after the manifest
	progress func(done, total int64)
}

// open reads up to the manifest.
func open(ctx context.Context, r io.Reader, how Reading) (*opened, error) {
	a := &opened{input: &input{reader: reader{ctx, r}}, progress: how.Progress}
	file := bufio.NewReaderSize(a.input, maxLine)
	p, err := readPreamble(file)
	if a.input.failed != nil {
		return nil, a.input.failed
	} else if err != nil {
		return nil, err
	}
	text, err := age.Decrypt(io.MultiReader(bytes.NewReader(p.head), file), how.Identity)
	if no := (*age.NoIdentityMatchError)(nil); errors.As(err, &no) {
		return nil, ErrNotForYou
	} else if err != nil {
		return nil, a.damaged(err)
	}
	a.text = text
	header := make([]byte, block)
	if _, err := io.ReadFull(text, header); err != nil {
		return nil, a.damaged(err)
	}
	// The one size that is not known beforehand: 11 octal digits and an end.
	size, err := strconv.ParseInt(string(bytes.TrimRight(header[124:136], " \x00")), 8, 64)
	if err != nil || size <= 0 || size > maxManifest {
		return nil, a.damaged(errors.New("its archive does not begin with a manifest"))
	}
	if want, err := tarHeader(fileManifest, size, p.Made); err != nil || !bytes.Equal(header, want) {
		return nil, a.damaged(errors.New("its archive does not begin with its manifest"))
	}
	b, err := io.ReadAll(io.LimitReader(text, size))
	if err == nil && int64(len(b)) < size {
		err = io.ErrUnexpectedEOF
	}
	if err == nil {
		err = a.zeros(padding(size))
	}
	if err != nil {
		return nil, a.damaged(err)
	}
	if a.Manifest, err = parseManifest(b); err == nil && a.About != p.About {
		err = errors.New("it is of another post or time than its first lines")
	}
	if err == nil && a.Header != p.sum {
		err = errors.New("its first lines are those of another backup")
	}
	if err != nil {
		return nil, a.damaged(err)
	}
	return a, nil
}

func parseManifest(b []byte) (Manifest, error) {
	m, err := parseExactly[Manifest](b)
	if err == nil {
		err = m.check()
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("manifest: %w", err)
	}
	return m, nil
}

// damaged is what to say when the content is not as it should be, unless it
// could not be read or was not waited for.
func (a *opened) damaged(err error) error {
	if err := cmp.Or(a.input.failed, a.input.ctx.Err()); err != nil {
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// extract reads the rest and writes it to dir: to keep it, or to look at all
// but the attachments.
func (a *opened) extract(dir string, keep bool) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	made := map[string]bool{".": true}
	for _, name := range []string{"attachments", "keys"} { // a post has them, empty or not
		made[name] = true
		if err := root.Mkdir(name, 0o700); err != nil {
			return err
		}
	}
	count := counter(a.total(), a.progress)
	for _, f := range a.Files {
		for d := path.Dir(f.Name); !made[d]; d = path.Dir(d) {
			made[d] = true
		}
		if err := a.file(f, root, keep, count); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	if err := a.zeros(endSize); err != nil {
		return a.damaged(err)
	}
	// Also what is behind the end of the encrypted part.
	if _, err := io.ReadFull(a.text, make([]byte, 1)); !errors.Is(err, io.EOF) {
		return a.damaged(errors.Join(err, errors.New("it goes on behind its end")))
	}
	if keep {
		for d := range made {
			if err := disk.SyncDir(filepath.Join(dir, filepath.FromSlash(d))); err != nil {
				return err
			}
		}
	}
	return a.fits(dir)
}

// file reads one file of the archive and writes it below root.
func (a *opened) file(f File, root *os.Root, keep bool, count func(int)) error {
	want, err := tarHeader(f.Name, f.Size, a.Made)
	if err != nil {
		return err
	}
	header := make([]byte, len(want))
	if _, err := io.ReadFull(a.text, header); err != nil {
		return a.damaged(err)
	}
	if !bytes.Equal(header, want) {
		return a.damaged(errors.New("the archive holds something else in its place"))
	}
	if !keep && strings.HasPrefix(f.Name, attachments) {
		return a.content(f, io.Discard, count)
	}
	if err := root.MkdirAll(path.Dir(f.Name), 0o700); err != nil {
		return err
	}
	w, err := root.OpenFile(f.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = a.content(f, w, count)
	if keep && err == nil {
		err = w.Sync()
	}
	return errors.Join(err, w.Close())
}

func (a *opened) content(f File, w io.Writer, count func(int)) error {
	h := sha256.New()
	// Read through an input, so that a full disk is not called a damaged backup.
	text := &input{reader: reader{a.input.ctx, a.text}}
	n, err := io.Copy(io.MultiWriter(w, h, tally(count)), io.LimitReader(text, f.Size))
	switch {
	case text.failed != nil:
		return a.damaged(text.failed)
	case err != nil:
		return err
	case n < f.Size:
		return a.damaged(io.ErrUnexpectedEOF)
	case Sum(h.Sum(nil)) != f.Sum:
		return a.damaged(errors.New("not the content that the manifest names"))
	}
	if err := a.zeros(padding(f.Size)); err != nil {
		return a.damaged(err)
	}
	return nil
}

// zeros reads n bytes that must be zero.
func (a *opened) zeros(n int64) error {
	b := make([]byte, n)
	if _, err := io.ReadFull(a.text, b); err != nil {
		return err
	}
	if len(bytes.Trim(b, "\x00")) > 0 {
		return errors.New("something lies between its files")
	}
	return nil
}

// fits compares what the manifest says of the post with the files that say it.
func (a *opened) fits(dir string) error {
	var p data.Post
	b, err := os.ReadFile(filepath.Join(dir, filePost))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, &p); err != nil || about(p, a.Made) != a.About || p.Schema != a.Schema {
		return fmt.Errorf("%w: %s is that of another post", ErrDamaged, filePost)
	}
	if b, err = os.ReadFile(filepath.Join(dir, fileLogKey)); err != nil {
		return err
	}
	if strings.TrimSpace(string(b)) != a.Log {
		return fmt.Errorf("%w: %s is that of another post", ErrDamaged, fileLogKey)
	}
	if h, err := audit.ReadHead(filepath.Join(dir, fileHead)); err != nil || h != a.Head {
		return fmt.Errorf("%w: %s is another one", ErrDamaged, fileHead)
	}
	return nil
}
