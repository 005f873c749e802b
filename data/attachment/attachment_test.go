package attachment

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"filippo.io/age"

	"pratique/data"
	"pratique/data/store"
	"pratique/data/store/mem"
)

var (
	ctx  = context.Background()
	now  = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	post = data.Post{Country: "UT", Code: "PR", Kind: data.PracticePost}
)

func newDir(t testing.TB) Dir {
	t.Helper()
	return Dir{Path: t.TempDir(), Post: post}
}

// scan is a PDF file of n bytes, as far as this package looks.
func scan(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n)}).Read(b)
	copy(b, "%PDF-1.7\n")
	return b
}

func put(t testing.TB, d Dir, content []byte) Ref {
	t.Helper()
	ref, err := d.Put(ctx, bytes.NewReader(content), MaxSize)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// read is what is given out of an attachment before it ends or fails.
func read(d Dir, ref Ref) ([]byte, error) {
	r, err := d.Open(ctx, ref)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func (d Dir) file(ref Ref) string { return filepath.Join(d.Path, ref.Name) }

func content(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// names are all files in a folder.
func names(t testing.TB, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// renamed is what somebody does who knows how files are named: b lies under the
// name that fits, and the record says so and has the size that fits as well,
// if there is one.
func renamed(t testing.TB, d Dir, ref Ref, b []byte) Ref {
	t.Helper()
	sum := sha256.Sum256(b)
	ref.Name = hex.EncodeToString(sum[:])
	for size := int64(len(b)) - d.sealedSize(0) - 2*chunkTag; size <= int64(len(b)); size++ {
		if size > 0 && d.sealedSize(size) == int64(len(b)) {
			ref.Size = size
			break
		}
	}
	write(t, d.file(ref), b)
	return ref
}

func TestRoundTrip(t *testing.T) {
	d := newDir(t)
	head := len(d.header())
	for _, tt := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"small PDF", []byte("%PDF-"), PDF},
		{"PDF after something", append([]byte("\n\n"), scan(100)...), PDF},
		{"PNG", []byte("\x89PNG\r\n\x1a\nrest"), PNG},
		{"JPEG", []byte("\xff\xd8\xff\xe0rest"), JPEG},
		{"a chunk less one", scan(chunk - head - 1), PDF},
		{"a chunk", scan(chunk - head), PDF},
		{"a chunk and one", scan(chunk - head + 1), PDF},
		{"three chunks", scan(3*chunk - head), PDF},
		{"many chunks", scan(1_000_000), PDF},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ref, err := d.Put(ctx, iotest.OneByteReader(bytes.NewReader(tt.content)), int64(len(tt.content)))
			if err != nil {
				t.Fatal(err)
			}
			if ref.Type != tt.want || ref.Size != int64(len(tt.content)) || ref.SHA256 != sha256.Sum256(tt.content) {
				t.Errorf("%+v is %s of %d bytes", ref, ref.Type, ref.Size)
			}
			if n := len(content(t, d.file(ref))); int64(n) != d.sealedSize(ref.Size) {
				t.Errorf("file of %d bytes, want %d", n, d.sealedSize(ref.Size))
			}
			// As a record keeps it.
			b, err := store.Encode(ref)
			if err != nil {
				t.Fatal(err)
			}
			kept, err := store.Decode[Ref](b)
			if err != nil || kept != ref {
				t.Fatalf("kept %v, %v", kept, err)
			}
			r, err := d.Open(ctx, kept)
			if err != nil {
				t.Fatal(err)
			}
			if err := iotest.TestReader(r, tt.content); err != nil {
				t.Error(err)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// The one way in that needs nothing of this program, as the package promises.
func TestPlainTools(t *testing.T) {
	d, want := newDir(t), scan(200_000)
	ref := put(t, d, want)
	sealed := content(t, d.file(ref))
	if sum := sha256.Sum256(sealed); hex.EncodeToString(sum[:]) != ref.Name {
		t.Errorf("%s does not hash to its name", ref)
	}
	identity, err := age.ParseX25519Identity(ref.Key)
	if err != nil {
		t.Fatal(err)
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), identity)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err != nil || string(got) != "pratique attachment 1\npratique/UT/PR/practice\n"+string(want) {
		t.Errorf("%d bytes, %v: %.60q", len(got), err, got)
	}
}

// TestInvariant5ScansAreNotReadable: a file tells nothing of what it holds, of
// whom it is, nor that another holds the same.
func TestInvariant5ScansAreNotReadable(t *testing.T) {
	d := newDir(t)
	mark := []byte("SPECIMEN NIGHTJAR UTO1234567")
	scan := append([]byte("%PDF-1.7\n"), bytes.Repeat(mark, 10_000)...)
	one, two := put(t, d, scan), put(t, d, scan)
	if one.Name == two.Name || one.Key == two.Key {
		t.Fatal("the same name or key twice")
	}
	sealed := map[string]int{}
	for _, ref := range []Ref{one, two} {
		b := content(t, d.file(ref))
		identity, err := age.ParseX25519Identity(ref.Key)
		if err != nil {
			t.Fatal(err)
		}
		for what, hidden := range map[string][]byte{
			"the scan": mark, "its type": []byte("%PDF"), "its post": []byte("UT/PR"), "its fingerprint": ref.SHA256[:],
			"its key": []byte(ref.Key), "its recipient": []byte(identity.Recipient().String()),
		} {
			if bytes.Contains(b, hidden) {
				t.Errorf("%s can be read", what)
			}
		}
		for block := range slices.Chunk(b[ageHead:], 16) {
			sealed[string(block)]++
		}
	}
	for block, n := range sealed {
		if n > 1 {
			t.Fatalf("%x is there %d times", block, n)
		}
	}
	if got := fmt.Sprintf("%v %+v %s", one, struct{ Scan Ref }{one}, &one); strings.Contains(got, one.Key) {
		t.Errorf("a message tells the key: %s", got)
	}
}

func TestEveryBitFlipped(t *testing.T) {
	d := newDir(t)
	ref := put(t, d, scan(20))
	sealed := content(t, d.file(ref))
	for i := range len(sealed) * 8 {
		b := bytes.Clone(sealed)
		b[i/8] ^= 1 << (i % 8)
		write(t, d.file(ref), b)
		if got, err := read(d, ref); len(got) > 0 || !errors.Is(err, ErrDamaged) {
			t.Fatalf("bit %d of byte %d: %d bytes given out, %v", i%8, i/8, len(got), err)
		}
		// Nor is the hash all that holds it together.
		other := renamed(t, d, ref, b)
		if got, err := read(d, other); len(got) > 0 || !errors.Is(err, ErrDamaged) {
			t.Fatalf("bit %d of byte %d, under its name: %d bytes given out, %v", i%8, i/8, len(got), err)
		}
		if err := os.Remove(d.file(other)); err != nil {
			t.Fatal(err)
		}
	}
	write(t, d.file(ref), sealed)
	if _, err := read(d, ref); err != nil {
		t.Errorf("as it was: %v", err)
	}
	t.Logf("%d bits", len(sealed)*8)
}

// Of a file that was changed nothing is given out; where its name and record
// were changed to fit, nothing but the beginning of the scan.
func TestCutAndExtended(t *testing.T) {
	d, want := newDir(t), scan(3*chunk+100)
	ref := put(t, d, want)
	sealed := content(t, d.file(ref))
	other := content(t, d.file(put(t, d, want)))
	changed := map[string][]byte{
		"empty": {}, "a byte more": append(bytes.Clone(sealed), 0), "its last chunk twice": slices.Concat(sealed, sealed[ageHead+3*(chunk+chunkTag):]),
		"an empty chunk more": append(bytes.Clone(sealed), make([]byte, chunkTag)...), "another behind it": slices.Concat(sealed, other),
		"another's head": slices.Concat(other[:ageHead], sealed[ageHead:]), "another's chunk": slices.Concat(sealed[:ageHead+chunk+chunkTag], other[ageHead+chunk+chunkTag:]),
		"two chunks exchanged": slices.Concat(sealed[:ageHead], sealed[ageHead+chunk+chunkTag:ageHead+2*(chunk+chunkTag)], sealed[ageHead:ageHead+chunk+chunkTag], sealed[ageHead+2*(chunk+chunkTag):]),
		"a chunk left out":     slices.Concat(sealed[:ageHead], sealed[ageHead+chunk+chunkTag:]),
	}
	for k := 0; k <= 4; k++ {
		border := min(ageHead+k*(chunk+chunkTag), len(sealed))
		for _, n := range []int{border - chunkTag, border - 1, border, border + 1, border + chunkTag, border + chunkTag + 1} {
			if n < len(sealed) {
				changed[fmt.Sprint("cut to ", n)] = sealed[:n]
			}
		}
	}
	for _, n := range []int{1, 22, 22 + 54, 22 + 54 + 44, ageHead - 16} {
		changed[fmt.Sprint("cut to ", n)] = sealed[:n]
	}
	for what, b := range changed {
		t.Run(what, func(t *testing.T) {
			write(t, d.file(ref), b)
			if got, err := read(d, ref); len(got) > 0 || !errors.Is(err, ErrDamaged) {
				t.Errorf("%d bytes given out, %v", len(got), err)
			}
			if got, err := read(d, renamed(t, d, ref, b)); !bytes.HasPrefix(want, got) || !errors.Is(err, ErrDamaged) {
				t.Errorf("under its name: %d bytes given out, %v", len(got), err)
			}
		})
	}
	t.Logf("%d files", len(changed))
}

func TestExchanged(t *testing.T) {
	d := newDir(t)
	one, two := put(t, d, scan(100)), put(t, d, append(scan(99), 'x'))
	for what, change := range map[string]func(r *Ref){
		"name":          func(r *Ref) { r.Name = two.Name },
		"key":           func(r *Ref) { r.Key = two.Key },
		"name and key":  func(r *Ref) { r.Name, r.Key = two.Name, two.Key },
		"fingerprint":   func(r *Ref) { r.SHA256 = two.SHA256 },
		"longer":        func(r *Ref) { r.Size++ },
		"shorter":       func(r *Ref) { r.Size-- },
		"no size":       func(r *Ref) { r.Size = 0 },
		"negative size": func(r *Ref) { r.Size = -1 << 63 },
		"huge size":     func(r *Ref) { r.Size = 1<<63 - 1 },
		"no key":        func(r *Ref) { r.Key = "" },
		"public key":    func(r *Ref) { r.Key = "age1" },
		"no name":       func(r *Ref) { r.Name = "" },
		"path":          func(r *Ref) { r.Name = "../" + filepath.Base(d.Path) + "/" + r.Name },
		"capitals":      func(r *Ref) { r.Name = strings.ToUpper(r.Name) },
		"all":           func(r *Ref) { *r = Ref{} },
	} {
		ref := one
		change(&ref)
		if got, err := read(d, ref); len(got) > 0 || !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %d bytes given out, %v", what, len(got), err)
		}
	}

	a, b := content(t, d.file(one)), content(t, d.file(two))
	write(t, d.file(one), b)
	write(t, d.file(two), a)
	for _, ref := range []Ref{one, two} {
		if got, err := read(d, ref); len(got) > 0 || !errors.Is(err, ErrDamaged) {
			t.Errorf("exchanged files: %d bytes given out, %v", len(got), err)
		}
	}
	write(t, d.file(one), a)

	// A real post's program does not show what was put into one for practice.
	for _, p := range []data.Post{{Country: "UT", Code: "PR", Kind: data.RealPost}, {Country: "UT", Code: "PX", Kind: data.PracticePost}} {
		if got, err := read(Dir{d.Path, p}, one); len(got) > 0 || !errors.Is(err, ErrDamaged) {
			t.Errorf("post %s %s: %d bytes given out, %v", p.Code, p.Kind, len(got), err)
		}
	}
	if err := os.Mkdir(d.file(Ref{Name: strings.Repeat("0", 64)}), 0o700); err != nil {
		t.Fatal(err)
	}
	folder := one
	folder.Name = strings.Repeat("0", 64)
	if _, err := read(d, folder); !errors.Is(err, ErrDamaged) {
		t.Errorf("a folder: %v", err)
	}
	folder.Name = strings.Repeat("f", 64)
	if _, err := read(d, folder); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("not there: %v", err)
	}
	if _, err := read(d, one); err != nil {
		t.Errorf("as it was: %v", err)
	}

	// What is not given out is not left in the caller's memory either.
	one.SHA256 = two.SHA256
	r, err := d.Open(ctx, one)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p := make([]byte, 200)
	if n, err := r.Read(p); n != 0 || !errors.Is(err, ErrDamaged) || !bytes.Equal(p, make([]byte, 200)) {
		t.Errorf("%d bytes given out, %v: %q", n, err, p)
	}
}

// A file that is changed after it was looked through gives out nothing but the
// beginning of the scan.
func TestChangedWhileRead(t *testing.T) {
	d, want := newDir(t), scan(3*chunk)
	for name, change := range map[string]func(b []byte) []byte{
		"flipped": func(b []byte) []byte { b[len(b)-200] ^= 1; return b },
		"cut":     func(b []byte) []byte { return b[:2*chunk] },
		"longer":  func(b []byte) []byte { return append(b, make([]byte, chunk)...) },
	} {
		ref := put(t, d, want)
		r, err := d.Open(ctx, ref)
		if err != nil {
			t.Fatal(err)
		}
		write(t, d.file(ref), change(content(t, d.file(ref))))
		got, err := io.ReadAll(r)
		if !errors.Is(err, ErrDamaged) || len(got) >= len(want) || !bytes.HasPrefix(want, got) {
			t.Errorf("%s: %d bytes given out, %v", name, len(got), err)
		}
		if n, again := r.Read(make([]byte, 9)); n != 0 || again != err {
			t.Errorf("%s: goes on with %d bytes, %v", name, n, again)
		}
		r.Close()
	}
}

func TestRefused(t *testing.T) {
	d := newDir(t)
	broken := errors.New("the scanner was unplugged")
	cancelled, cancel := context.WithCancel(ctx)
	for name, tt := range map[string]struct {
		r     io.Reader
		limit int64
		want  error
	}{
		"nothing":               {bytes.NewReader(nil), MaxSize, ErrType},
		"text":                  {strings.NewReader("HC1:6BF"), MaxSize, ErrType},
		"a page of the web":     {strings.NewReader("<!DOCTYPE html>" + strings.Repeat(" ", 2000) + "%PDF-1.7"), MaxSize, ErrType},
		"a program":             {strings.NewReader("MZ\x90\x00"), MaxSize, ErrType},
		"breaks at once":        {iotest.ErrReader(broken), MaxSize, broken},
		"breaks half-way":       {io.MultiReader(bytes.NewReader(scan(200_000)), iotest.ErrReader(broken)), MaxSize, broken},
		"breaks at the limit":   {io.MultiReader(bytes.NewReader(scan(200_000)), iotest.ErrReader(broken)), 200_000, broken},
		"is stopped":            {io.MultiReader(bytes.NewReader(scan(200_000)), stop(cancel), bytes.NewReader(scan(9))), MaxSize, context.Canceled},
		"no room in the folder": {bytes.NewReader(scan(9)), MaxSize, fs.ErrNotExist},
	} {
		ctx, d := ctx, d
		switch tt.want {
		case context.Canceled:
			ctx = cancelled
		case fs.ErrNotExist:
			d.Path = filepath.Join(d.Path, "gone")
		}
		if ref, err := d.Put(ctx, tt.r, tt.limit); !errors.Is(err, tt.want) || ref != (Ref{}) {
			t.Errorf("%s: %+v, %v", name, ref, err)
		}
	}
	for _, limit := range []int64{-1, 0, 8, 199_999} {
		var large *TooLargeError
		if ref, err := d.Put(ctx, bytes.NewReader(scan(200_000)), limit); !errors.As(err, &large) || large.Limit != limit || ref != (Ref{}) {
			t.Errorf("limit %d: %+v, %v", limit, ref, err)
		}
	}
	if left := names(t, d.Path); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	ref := put(t, d, scan(200_000))
	if _, err := d.Open(cancelled, ref); !errors.Is(err, context.Canceled) {
		t.Errorf("open after the end: %v", err)
	}
	other, cancel := context.WithCancel(ctx)
	r, err := d.Open(other, ref)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cancel()
	if got, err := io.ReadAll(r); !errors.Is(err, context.Canceled) || errors.Is(err, ErrDamaged) || len(got) > chunk {
		t.Errorf("stopped: %d bytes, %v", len(got), err)
	}
}

// stop is an empty reader that calls f.
type stop func()

func (f stop) Read([]byte) (int, error) {
	f()
	return 0, io.EOF
}

// The key is erased with its record: whoever has the file and everything else
// of the post has nothing.
func TestErasedWithItsRecord(t *testing.T) {
	d, s := newDir(t), mem.New()
	const key = "attachment/1"
	ref := put(t, d, scan(100))
	if err := s.Update(ctx, func(tx store.Tx) error { return store.Put(tx, key, ref) }); err != nil {
		t.Fatal(err)
	}
	copied := content(t, d.file(ref))
	if err := s.Update(ctx, func(tx store.Tx) error { return tx.Delete(key) }); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time nothing is there
		if err := d.Remove(ref); err != nil {
			t.Fatal(err)
		}
	}
	if left := names(t, d.Path); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	// Someone kept a copy, and has all that stays: name, size, fingerprint.
	write(t, d.file(ref), copied)
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	ref.Key = other.String()
	if got, err := read(d, ref); len(got) > 0 || !errors.Is(err, ErrDamaged) {
		t.Errorf("%d bytes given out, %v", len(got), err)
	}
	if err := d.Remove(Ref{Name: "../post.db"}); !errors.Is(err, ErrDamaged) {
		t.Errorf("removed something else: %v", err)
	}
}

func TestSweep(t *testing.T) {
	d := newDir(t)
	kept, orphan, young, future := put(t, d, scan(10)), put(t, d, scan(20)), put(t, d, scan(30)), put(t, d, scan(40))
	for _, name := range []string{".attachment-old", ".attachment-new", "notes", ".hidden", strings.Repeat("A", 64), strings.Repeat("a", 63)} {
		write(t, filepath.Join(d.Path, name), nil)
	}
	folder := strings.Repeat("0", 64)
	if err := os.Mkdir(filepath.Join(d.Path, folder), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range names(t, d.Path) {
		age := Grace
		switch name {
		case young.Name, ".attachment-new":
			age -= time.Second
		case future.Name:
			age = -time.Hour
		}
		if err := os.Chtimes(filepath.Join(d.Path, name), time.Time{}, now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]bool{}
	for _, name := range names(t, d.Path) {
		want[name] = name != orphan.Name && name != ".attachment-old"
	}
	maps.DeleteFunc(want, func(_ string, stays bool) bool { return !stays })
	known := func(name string) bool { return name == kept.Name }

	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if n, err := d.Sweep(cancelled, now, known); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %d, %v", n, err)
	}
	for _, removed := range []int{2, 0} {
		n, err := d.Sweep(ctx, now, known)
		if n != removed || err != nil {
			t.Errorf("removed %d, want %d (%v)", n, removed, err)
		}
		if got := names(t, d.Path); !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
			t.Errorf("there is %q, want %q", got, slices.Sorted(maps.Keys(want)))
		}
	}
	if _, err := read(d, kept); err != nil {
		t.Error(err)
	}
	if _, err := (Dir{Path: filepath.Join(d.Path, "gone")}).Sweep(ctx, now, known); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}

// pages is a PDF file of n bytes that lies nowhere in memory; look is called
// for each MiB of it.
func pages(n int64, look func()) io.Reader {
	return io.MultiReader(strings.NewReader("%PDF-1.7\n"), io.LimitReader(&blank{look: look}, n-9))
}

type blank struct {
	look func()
	n    int
}

func (b *blank) Read(p []byte) (int, error) {
	if b.n += len(p); b.n >= 1<<20 {
		b.n = 0
		b.look()
	}
	return len(p), nil
}

// Memory does not grow with the scan.
func TestMemory(t *testing.T) {
	const size, most = 100 << 20, 16 << 20
	var before, m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	looked, peak := 0, uint64(0)
	look := func() {
		runtime.ReadMemStats(&m)
		looked++
		peak = max(peak, m.HeapAlloc-min(m.HeapAlloc, before.HeapAlloc))
	}
	d := newDir(t)
	ref, err := d.Put(ctx, pages(size, look), size)
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.Open(ctx, ref)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	n, err := io.Copy(writer(func(p []byte) {
		if rand.IntN(32) == 0 { // 32 KiB each
			look()
		}
	}), r)
	if n != size || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
	if looked < 100 || peak > most {
		t.Errorf("%d MiB at most, want %d; looked %d times", peak>>20, most>>20, looked)
	}
	t.Logf("%d MiB at most", peak>>20)
}

type writer func(p []byte)

func (w writer) Write(p []byte) (int, error) {
	w(p)
	return len(p), nil
}

// FuzzOpen: whatever lies under a name that fits it, and, if sealed, was even
// encrypted with the right key: it is refused or it is the scan, and before a
// refusal nothing but the beginning of the scan is given out.
func FuzzOpen(f *testing.F) {
	d, want := newDir(f), scan(50)
	ref := put(f, d, want)
	identity, err := age.ParseX25519Identity(ref.Key)
	if err != nil {
		f.Fatal(err)
	}
	sealed := content(f, d.file(ref))
	plain := append(d.header(), want...)
	f.Add(sealed, false)
	f.Add(sealed[:len(sealed)-1], false)
	f.Add(append(bytes.Clone(sealed), 0), false)
	f.Add(plain, true)
	f.Add(plain[:len(plain)-1], true)
	f.Add(append(bytes.Clone(plain), 0), true)
	f.Add(want, true)
	f.Add(append((Dir{Post: data.Post{Country: "UT", Code: "PR", Kind: data.RealPost}}).header(), want...), true)
	f.Fuzz(func(t *testing.T, b []byte, seal bool) {
		right := bytes.Equal(b, sealed)
		if seal {
			right = bytes.Equal(b, plain)
			var out bytes.Buffer
			w, err := age.Encrypt(&out, identity.Recipient())
			if err != nil {
				t.Fatal(err)
			}
			w.Write(b)
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			b = out.Bytes()
		}
		hostile := renamed(t, d, ref, b)
		defer os.Remove(d.file(hostile))
		got, err := read(d, hostile)
		switch {
		case !bytes.HasPrefix(want, got):
			t.Errorf("%q given out", got)
		case right && (err != nil || len(got) != len(want)):
			t.Errorf("the scan: %q, %v", got, err)
		case !right && (len(got) == len(want) || !errors.Is(err, ErrDamaged)):
			t.Errorf("not the scan: %q, %v", got, err)
		}
	})
}

// BenchmarkAttachment puts and reads a scan of 2 MB and one of the largest size.
func BenchmarkAttachment(b *testing.B) {
	for _, size := range []int{2_000_000, MaxSize} {
		d, content := newDir(b), scan(size)
		ref := put(b, d, content)
		for name, run := range map[string]func() error{
			"put": func() error {
				ref, err := d.Put(ctx, bytes.NewReader(content), MaxSize)
				return errors.Join(err, d.Remove(ref))
			},
			"read": func() error {
				r, err := d.Open(ctx, ref)
				if err != nil {
					return err
				}
				defer r.Close()
				_, err = io.Copy(io.Discard, r)
				return err
			},
		} {
			b.Run(fmt.Sprintf("%s %d KB", name, size/1000), func(b *testing.B) {
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					if err := run(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
