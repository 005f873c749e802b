package backup

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/keys"
	"pratique/data/store"
	"pratique/data/store/mem"
	"pratique/data/vault"
)

var (
	ctx  = context.Background()
	made = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
)

const (
	passphrase = "kamo rudi teso bali"
	cheap      = 64     // KiB
	secret     = "MARK" // in every file of the post, to be found nowhere in the backup
)

func identity(t testing.TB) *age.X25519Identity {
	t.Helper()
	i, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// aPost is a small post, open.
type aPost struct {
	Source
	post     data.Post
	store    *mem.Store
	log      *audit.Log
	signer   note.Signer
	recovery *age.X25519Identity
	slot     Slot
}

// logKey is the key of the post's log and its files, made once: to make one and
// to open it takes a moment.
var logKey = sync.OnceValues(func() (k struct {
	files  fstest.MapFS
	signer note.Signer
}, err error) {
	dir, err := os.MkdirTemp("", "pratique-log-*")
	if err != nil {
		return k, err
	}
	defer os.RemoveAll(dir)
	if err = os.Mkdir(filepath.Join(dir, "keys"), 0o700); err != nil {
		return k, err
	}
	if _, err = keys.CreateLog(dir, utopia, []byte(passphrase)); err != nil {
		return k, err
	}
	k.files = fstest.MapFS{}
	for _, name := range []string{"log.pub", "keys/log.key"} {
		b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return k, err
		}
		k.files[name] = &fstest.MapFile{Data: b, Mode: 0o600}
	}
	k.signer, err = keys.OpenLog(dir, utopia, []byte(passphrase))
	return k, err
})

var utopia = data.Post{Schema: 2, Kind: data.PracticePost, Code: "PR", Country: "UT", State: "UTO", Created: made}

func newPost(t testing.TB) *aPost {
	t.Helper()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	p := &aPost{post: utopia, store: mem.New(), recovery: identity(t)}
	dir := t.TempDir()
	key, err := logKey()
	check(err)
	check(os.CopyFS(dir, key.files))
	p.signer = key.signer
	b, err := json.Marshal(p.post)
	check(err)
	for name, content := range map[string]string{
		"post.json": string(b), "anchor.pem": secret, "PRACTICE.txt": secret, "post.lock": secret,
		"keys/signer.key": secret, "keys/.signer.key-1": secret, "attachments/aa/0f": strings.Repeat(secret, 200), "attachments/e0": "",
		"checkpoints/2026-11-21.txt": secret, "certificates/PR12.pdf": secret, "notes": secret,
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		check(os.MkdirAll(filepath.Dir(path), 0o700))
		check(os.WriteFile(path, []byte(content), 0o600))
	}
	p.log, err = audit.Create(ctx, p.store, filepath.Join(dir, "head"))
	check(err)
	p.act(t)
	checkpoint, err := p.log.Checkpoint(ctx, made, "", p.signer)
	check(err)
	p.slot, err = NewSlot(p.post, []byte(passphrase), vault.Cost{MemoryKiB: cheap, Passes: 1, Threads: 1})
	check(err)
	p.Source = Source{Dir: dir, Made: made.Add(123 * time.Millisecond), Backup: p.store.Backup, Open: openMem, Checkpoint: checkpoint}
	return p
}

func openMem(path string) (store.Store, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return mem.Restore(b)
}

// act is something an officer does.
func (p *aPost) act(t testing.TB) {
	t.Helper()
	err := p.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		return errors.Join(tx.Put("application/1", []byte(secret)), add(audit.Entry{At: made, Act: audit.ApplicationSaved, Subject: "1"}))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (p *aPost) to() Recipients {
	return Recipients{Recovery: []age.Recipient{p.recovery.Recipient()}, Slot: &p.slot}
}

// write is a backup in memory.
func (p *aPost) write(t testing.TB) ([]byte, Manifest) {
	t.Helper()
	var b bytes.Buffer
	m, err := Write(ctx, &b, p.Source, p.to(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), m
}

// files is the content of a folder.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// empty fails unless nothing is in a folder.
func empty(t testing.TB, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Errorf("%s was left", e.Name())
	}
}

// clean fails if a backup has left something in the post.
func (p *aPost) clean(t testing.TB) {
	t.Helper()
	if _, err := os.Lstat(filepath.Join(p.Dir, workDir)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there: %v", workDir, err)
	}
}

func checkLog(dir string, m Manifest) error {
	s, err := openMem(filepath.Join(dir, "post.db"))
	if err != nil {
		return err
	}
	defer s.Close()
	v, err := note.NewVerifier(m.Log)
	if err != nil {
		return err
	}
	signed, err := audit.ParseCheckpoint([]byte(m.Checkpoint), v)
	if err != nil {
		return err
	}
	return s.View(ctx, func(tx store.Tx) error {
		n, err := audit.Verify(tx, m.Head, signed)
		if err == nil && n != m.Head.Size {
			err = fmt.Errorf("%d entries, the manifest says %d", n, m.Head.Size)
		}
		return err
	})
}

func TestRoundTrip(t *testing.T) {
	p := newPost(t)
	b, m := p.write(t)
	p.clean(t)
	if bytes.Contains(b, []byte(secret)) {
		t.Error("the backup can be read without a key")
	}
	if m.Made != made || m.Code != "PR" || m.Kind != data.PracticePost || m.Schema != 2 || m.Head.Size != 2 || m.Name() != p.signer.Name() {
		t.Errorf("manifest %+v", m)
	}
	h, err := Describe(bytes.NewReader(b))
	if err != nil || h.About != m.About {
		t.Errorf("header %+v, %v", h, err)
	}
	byPassphrase, err := h.Identity([]byte(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	want := files(t, p.Dir)
	for _, out := range []string{"post.lock", "keys/.signer.key-1", "certificates/PR12.pdf", "notes"} {
		if _, ok := want[out]; !ok {
			t.Fatal(out)
		}
		delete(want, out)
	}
	db := new(bytes.Buffer)
	if err := p.store.Backup(ctx, db); err != nil {
		t.Fatal(err)
	}
	want["post.db"] = db.String()
	for way, id := range map[string]age.Identity{"recovery key": p.recovery, "passphrase": byPassphrase} {
		temp, dir := t.TempDir(), filepath.Join(t.TempDir(), "new", "post")
		looked := 0
		how := Reading{Identity: id, Check: func(dir string, m Manifest) error {
			looked++
			return checkLog(dir, m)
		}}
		verified, err := Verify(ctx, bytes.NewReader(b), temp, how)
		if err != nil || verified.Header != m.Header {
			t.Errorf("%s: verify: %v", way, err)
		}
		empty(t, temp)
		restored, err := Restore(ctx, bytes.NewReader(b), dir, how)
		if err != nil || restored.Head != m.Head {
			t.Fatalf("%s: restore: %v", way, err)
		}
		if got := files(t, dir); !maps.Equal(got, want) {
			t.Errorf("%s: restored %q, want %q", way, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
		}
		if looked != 2 {
			t.Errorf("%s: checked %d times", way, looked)
		}
		if err := checkLog(dir, restored); err != nil {
			t.Error(err)
		}
	}
}

// The one way in that needs nothing of this program, as the package promises.
func TestPlainTools(t *testing.T) {
	p := newPost(t)
	b, m := p.write(t)
	lines := bytes.SplitAfterN(b, []byte("\n"), 4)
	text, err := age.Decrypt(bytes.NewReader(lines[3]), p.recovery)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for r := tar.NewReader(text); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		sum := sha256.New()
		if _, err := io.Copy(sum, r); err != nil {
			t.Fatal(err)
		}
		if i := len(names) - 1; i >= 0 && (h.Name != m.Files[i].Name || h.Size != m.Files[i].Size || Sum(sum.Sum(nil)) != m.Files[i].Sum || h.Mode != 0o600) {
			t.Errorf("%d is %s of %d bytes", i, h.Name, h.Size)
		}
		names = append(names, h.Name)
	}
	if len(names) != len(m.Files)+1 || names[0] != "manifest.json" {
		t.Errorf("%q", names)
	}
}

// refused fails unless a backup is refused for that reason, by both readers,
// and nothing has appeared.
func refused(t *testing.T, b []byte, id age.Identity, want error) {
	t.Helper()
	base := t.TempDir()
	how := Reading{Identity: id, Check: func(string, Manifest) error {
		t.Error("it got as far as the check")
		return nil
	}}
	if _, err := Verify(ctx, bytes.NewReader(b), base, how); !errors.Is(err, want) {
		t.Errorf("verify: %v, want %v", err, want)
	}
	if _, err := Restore(ctx, bytes.NewReader(b), filepath.Join(base, "post"), how); !errors.Is(err, want) {
		t.Errorf("restore: %v, want %v", err, want)
	}
	empty(t, base)
}

func TestEveryByteFlipped(t *testing.T) {
	p := newPost(t)
	b, _ := p.write(t)
	base := t.TempDir()
	how := Reading{Identity: p.recovery}
	version := len("pratique backup ")
	step := 1
	if testing.Short() {
		step = 11
	}
	for i := 0; i < len(b); i += step {
		flipped := bytes.Clone(b)
		flipped[i] ^= 1 << (i % 8)
		_, err := Restore(ctx, bytes.NewReader(flipped), filepath.Join(base, "post"), how)
		switch {
		case i < version && errors.Is(err, ErrForeign):
		case i == version && (errors.Is(err, ErrForeign) || errors.Is(err, ErrNewer)):
		case i > version && (errors.Is(err, ErrDamaged) || i == version+1 && errors.Is(err, ErrForeign)):
		default:
			t.Fatalf("byte %d of %d: %v", i, len(b), err)
		}
	}
	empty(t, base)
	t.Logf("%d bytes", len(b))
}

func TestTruncated(t *testing.T) {
	p := newPost(t)
	b, _ := p.write(t)
	base := t.TempDir()
	for n := len(b) - 1; n >= 0; n -= 7 {
		_, err := Restore(ctx, bytes.NewReader(b[:n]), filepath.Join(base, "post"), Reading{Identity: p.recovery})
		if want := ErrDamaged; !errors.Is(err, want) && !(n < len(magic) && errors.Is(err, ErrForeign)) {
			t.Fatalf("%d bytes of %d: %v", n, len(b), err)
		}
	}
	empty(t, base)
}

func TestPutTogether(t *testing.T) {
	p := newPost(t)
	one, _ := p.write(t)
	p.act(t)
	p.Made = made.Add(time.Hour)
	var err error
	if p.slot, err = NewSlot(p.post, []byte("another"), vault.Cost{MemoryKiB: cheap, Passes: 1, Threads: 1}); err != nil {
		t.Fatal(err)
	}
	two, _ := p.write(t)
	first, second := parts(t, one), parts(t, two)
	for what, b := range map[string][]byte{
		"two files":                       slices.Concat(one, two),
		"the same twice":                  slices.Concat(one, one),
		"one byte more":                   append(bytes.Clone(one), 0),
		"lines of another":                slices.Concat(second.lines, first.head, first.payload),
		"lines and head of another":       slices.Concat(second.lines, second.head, first.payload),
		"slot of another, sums in order":  lie(t, first, func(h *Header) { h.Slot = second.Slot }),
		"no slot, sums in order":          lie(t, first, func(h *Header) { h.Slot = nil }),
		"time of another, sums in order":  lie(t, first, func(h *Header) { h.Made = second.Made }),
		"a real post's, sums in order":    lie(t, first, func(h *Header) { h.Kind = data.RealPost }),
		"head goes on into the payload":   stretch(t, first, 1),
		"head ends before its own end":    stretch(t, first, -1),
		"two age files, the second one's": slices.Concat(first.lines, first.head, second.head, second.payload),
	} {
		t.Run(what, func(t *testing.T) { refused(t, b, p.recovery, ErrDamaged) })
	}
}

type apart struct {
	preamble
	lines, payload []byte
}

// parts takes a backup apart.
func parts(t testing.TB, b []byte) apart {
	t.Helper()
	r := bytes.NewReader(b)
	file := bufio.NewReaderSize(r, maxLine)
	p, err := readPreamble(file)
	if err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return apart{p, b[:len(b)-len(rest)-len(p.head)], rest}
}

// lie changes what the second line says, in order in itself.
func lie(t testing.TB, a apart, change func(*Header)) []byte {
	t.Helper()
	h := a.preamble.Header
	change(&h)
	lines, _, err := h.lines(a.head)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(lines, a.head, a.payload)
}

// stretch makes the head longer, in order in itself.
func stretch(t testing.TB, a apart, by int) []byte {
	t.Helper()
	rest := slices.Concat(a.head, a.payload)
	lines, _, err := a.preamble.Header.lines(rest[:len(a.head)+by])
	if err != nil {
		t.Fatal(err)
	}
	return append(lines, rest...)
}

func TestWrongKeys(t *testing.T) {
	p := newPost(t)
	b, _ := p.write(t)
	h, err := Describe(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	t.Run("another recovery key", func(t *testing.T) { refused(t, b, identity(t), ErrNotForYou) })
	if _, err := h.Identity([]byte("kamo rudi teso bal")); err != ErrPassphrase {
		t.Errorf("wrong passphrase: %v", err)
	}
	if _, err := (Header{About: h.About}).Identity([]byte(passphrase)); err != ErrNoSlot {
		t.Errorf("no slot: %v", err)
	}
	real := h
	real.Kind = data.RealPost
	if _, err := real.Identity([]byte(passphrase)); err != ErrPassphrase {
		t.Errorf("slot of a practice post in a real one: %v", err)
	}
	// The passphrase of an older slot opens that slot and not this backup.
	older, err := NewSlot(p.post, []byte("older"), vault.Cost{MemoryKiB: cheap, Passes: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	id, err := Header{h.About, &older}.Identity([]byte("older"))
	if err != nil {
		t.Fatal(err)
	}
	t.Run("another passphrase's key", func(t *testing.T) { refused(t, b, id, ErrNotForYou) })
	// Public half and sealed half must be a pair.
	mixed := older
	mixed.Recipient = p.slot.Recipient
	if _, err := (Header{h.About, &mixed}).Identity([]byte("older")); err != ErrPassphrase {
		t.Errorf("recipient of another slot: %v", err)
	}
	t.Run("no backup", func(t *testing.T) { refused(t, []byte("%PDF-1.7\n"), p.recovery, ErrForeign) })
	t.Run("nothing", func(t *testing.T) { refused(t, nil, p.recovery, ErrForeign) })
	newer := bytes.Replace(b, []byte("backup 1\n"), []byte("backup 2\n"), 1)
	t.Run("newer", func(t *testing.T) { refused(t, newer, p.recovery, ErrNewer) })
	if _, err := Write(ctx, io.Discard, p.Source, Recipients{}, nil); err == nil {
		t.Error("a backup that nobody can open was made")
	}
}

// What a slot says its passphrase costs is refused before it is paid.
func TestHostileCost(t *testing.T) {
	p := newPost(t)
	b, _ := p.write(t)
	a := parts(t, b)
	for _, c := range []vault.Cost{
		{MemoryKiB: 1 << 31, Passes: 1, Threads: 1}, {MemoryKiB: vault.MaxMemoryKiB + 1, Passes: 1, Threads: 1},
		{MemoryKiB: 64, Passes: vault.MaxPasses + 1, Threads: 1}, {MemoryKiB: 64, Threads: 1}, {MemoryKiB: 64, Passes: 1}, {MemoryKiB: 7, Passes: 1, Threads: 1},
	} {
		hostile := lie(t, a, func(h *Header) {
			s := *h.Slot
			s.Cost = c
			h.Slot = &s
		})
		if _, err := Describe(bytes.NewReader(hostile)); !errors.Is(err, ErrDamaged) {
			t.Errorf("describe %+v: %v", c, err)
		}
		s := p.slot
		s.Cost = c
		if _, err := (Header{a.About, &s}).Identity([]byte(passphrase)); !errors.Is(err, ErrDamaged) {
			t.Errorf("open %+v: %v", c, err)
		}
		if _, err := NewSlot(p.post, []byte(passphrase), c); err == nil {
			t.Errorf("slot of %+v made", c)
		}
		if _, err := Write(ctx, io.Discard, p.Source, Recipients{Slot: &s}, nil); err == nil {
			t.Errorf("backup with %+v made", c)
		}
	}
}

// forge is a backup of any plaintext, as whoever knows the recipients can make
// one. Make is given the sum that the manifest has to name.
func forge(t testing.TB, p *aPost, make func(sum Sum) []byte) []byte {
	t.Helper()
	var payload bytes.Buffer
	w, head, err := encrypt(&payload, []age.Recipient{p.recovery.Recipient()})
	if err != nil {
		t.Fatal(err)
	}
	lines, sum, err := Header{About: about(p.post, p.Made)}.lines(head)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make(sum)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return slices.Concat(lines, head, payload.Bytes())
}

func TestHostileArchives(t *testing.T) {
	p := newPost(t)
	b, honest := p.write(t)
	content := map[string][]byte{}
	dir := filepath.Join(t.TempDir(), "post")
	if _, err := Restore(ctx, bytes.NewReader(b), dir, Reading{Identity: p.recovery}); err != nil {
		t.Fatal(err)
	}
	for name, text := range files(t, dir) {
		content[name] = []byte(text)
	}
	otherPost, err := json.Marshal(data.Post{Schema: 2, Kind: data.RealPost, Code: "PR", Country: "UT", State: "UTO"})
	if err != nil {
		t.Fatal(err)
	}
	// entry is a file of the archive under any header.
	entry := func(h tar.Header, text []byte) []byte {
		h.Mode, h.ModTime, h.Size = 0o600, made, int64(len(text))
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		err := w.WriteHeader(&h)
		if err == nil && h.Typeflag == tar.TypeReg {
			_, err = w.Write(text)
		}
		if err := errors.Join(err, w.Flush()); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	regular := func(name string, text []byte) []byte {
		return entry(tar.Header{Typeflag: tar.TypeReg, Name: name}, text)
	}
	manifest := func(m Manifest) []byte {
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	// whole is an archive of a manifest and what it names.
	whole := func(m Manifest, content map[string][]byte) []byte {
		b := regular("manifest.json", manifest(m))
		for _, f := range m.Files {
			b = append(b, regular(f.Name, content[f.Name])...)
		}
		return append(b, make([]byte, endSize)...)
	}
	// with is the honest manifest and content with another file, or without one
	// (nil), as its attacker would write it: sizes and hashes in order.
	with := func(m Manifest, name string, text []byte) (Manifest, map[string][]byte) {
		content := maps.Clone(content)
		m.Files = slices.DeleteFunc(slices.Clone(m.Files), func(f File) bool { return f.Name == name })
		if content[name] = text; text != nil {
			m.Files = append(m.Files, File{name, int64(len(text)), sha256.Sum256(text)})
			slices.SortFunc(m.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
		}
		return m, content
	}
	edited := func(edit func(m *Manifest)) func(m Manifest) []byte {
		return func(m Manifest) []byte {
			m.Files = slices.Clone(m.Files)
			edit(&m)
			return whole(m, content)
		}
	}
	file := func(name string, text []byte) func(m Manifest) []byte {
		return func(m Manifest) []byte { return whole(with(m, name, text)) }
	}
	// instead has something in place of the file of that name.
	instead := func(name string, what []byte) func(m Manifest) []byte {
		return func(m Manifest) []byte {
			return bytes.Replace(whole(m, content), regular(name, content[name]), what, 1)
		}
	}
	at := func(name string) int {
		return slices.IndexFunc(honest.Files, func(f File) bool { return f.Name == name })
	}
	anchor := content["anchor.pem"]
	tests := map[string]func(m Manifest) []byte{
		"path outside":                  file("../outside", []byte("x")),
		"path outside, inside a folder": file("keys/../../outside", []byte("x")),
		"absolute path":                 file("/tmp/outside", []byte("x")),
		"backslash":                     file(`keys\..\..\outside`, []byte("x")),
		"drive":                         file("C:outside", []byte("x")),
		"unknown name":                  file("autorun.inf", []byte("x")),
		"folder that is not known":      file("certificates/PR12.pdf", []byte("x")),
		"folder as a file":              file("keys", []byte("x")),
		"name that begins with a dot":   file("keys/.profile", []byte("x")),
		"name that ends with a dot":     file("keys/signer.key.", []byte("x")),
		"name of another script":        file("keys/ключ", []byte("x")),
		"name too long":                 file("keys/"+strings.Repeat("k", 129), []byte("x")),
		"file in a file":                file("keys/signer.key/x", []byte("x")),
		"same but for case":             file("keys/SIGNER.KEY", []byte("x")),
		"empty name":                    file("", []byte("x")),
		"no database":                   file("post.db", nil),
		"no head":                       file("head", nil),
		"no anchor":                     file("anchor.pem", nil),
		"head of another state":         file("head", []byte("0 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")),
		"head that is none":             file("head", []byte("2\n")),
		"key of another log":            file("log.pub", []byte("x\n")),
		"post of another kind":          file("post.json", otherPost),
		"post that is none":             file("post.json", []byte("[]")),
		"small file that is large":      file("keys/signer.key", make([]byte, maxSmall+1)),

		"file twice":             edited(func(m *Manifest) { m.Files = slices.Insert(m.Files, 0, m.Files[0]) }),
		"order":                  edited(func(m *Manifest) { m.Files[0], m.Files[1] = m.Files[1], m.Files[0] }),
		"hash":                   edited(func(m *Manifest) { m.Files[at("post.db")].Sum[0]++ }),
		"size smaller":           edited(func(m *Manifest) { m.Files[at("post.db")].Size-- }),
		"size larger":            edited(func(m *Manifest) { m.Files[at("post.db")].Size += 1024 }),
		"size negative":          edited(func(m *Manifest) { m.Files[at("post.db")].Size = -1 }),
		"size enormous":          edited(func(m *Manifest) { m.Files[at("post.db")].Size = 1 << 62 }),
		"header of another file": edited(func(m *Manifest) { m.Header[0]++ }),
		"format":                 edited(func(m *Manifest) { m.Format = 2 }),
		"no schema":              edited(func(m *Manifest) { m.Schema = 0 }),
		"another schema":         edited(func(m *Manifest) { m.Schema++ }),
		"another post":           edited(func(m *Manifest) { m.Code = "ZZ" }),
		"real post":              edited(func(m *Manifest) { m.Kind = data.RealPost }),
		"another time":           edited(func(m *Manifest) { m.Made = m.Made.Add(time.Second) }),
		"another head":           edited(func(m *Manifest) { m.Head.Root[0]++ }),
		"log without a key":      edited(func(m *Manifest) { m.Log = "" }),
		"checkpoint not signed":  edited(func(m *Manifest) { m.Checkpoint = strings.Replace(m.Checkpoint, "\n2\n", "\n1\n", 1) }),
		"checkpoint ahead":       edited(func(m *Manifest) { m.Head.Size = 1 }),

		"link":          instead("anchor.pem", entry(tar.Header{Typeflag: tar.TypeSymlink, Name: "anchor.pem", Linkname: "/etc/passwd"}, nil)),
		"hard link":     instead("anchor.pem", entry(tar.Header{Typeflag: tar.TypeLink, Name: "anchor.pem", Linkname: "post.db"}, nil)),
		"device":        instead("anchor.pem", entry(tar.Header{Typeflag: tar.TypeChar, Name: "anchor.pem"}, nil)),
		"folder":        instead("anchor.pem", entry(tar.Header{Typeflag: tar.TypeDir, Name: "anchor.pem/"}, nil)),
		"another name":  instead("anchor.pem", regular("anchor.der", anchor)),
		"path by pax":   instead("anchor.pem", entry(tar.Header{Typeflag: tar.TypeReg, Name: "anchor.pem", Format: tar.FormatPAX, PAXRecords: map[string]string{"comment": "x"}}, anchor)),
		"owner":         instead("anchor.pem", entry(tar.Header{Typeflag: tar.TypeReg, Name: "anchor.pem", Uid: 1}, anchor)),
		"file missing":  instead("anchor.pem", nil),
		"file added":    instead("anchor.pem", append(regular("anchor.pem", anchor), regular("anchor.pem", anchor)...)),
		"other content": instead("anchor.pem", regular("anchor.pem", append([]byte("K"), anchor[1:]...))),
		"padding":       instead("anchor.pem", append(regular("anchor.pem", anchor)[:2*block-1], 1)),

		"no end":           func(m Manifest) []byte { return whole(m, content)[:len(whole(m, content))-endSize] },
		"half an end":      func(m Manifest) []byte { return whole(m, content)[:len(whole(m, content))-block] },
		"end not of zeros": func(m Manifest) []byte { b := whole(m, content); b[len(b)-1] = 1; return b },
		"behind the end":   func(m Manifest) []byte { return append(whole(m, content), make([]byte, block)...) },
		"two archives":     func(m Manifest) []byte { return append(whole(m, content), whole(m, content)...) },

		"nothing":     func(m Manifest) []byte { return nil },
		"no manifest": func(m Manifest) []byte { return regular("post.json", content["post.json"]) },
		"manifest is a link": func(m Manifest) []byte {
			return entry(tar.Header{Typeflag: tar.TypeSymlink, Name: "manifest.json"}, nil)
		},
		"manifest cut off":           func(m Manifest) []byte { return whole(m, content)[:block+100] },
		"manifest too large":         func(m Manifest) []byte { h, _ := tarHeader(fileManifest, maxManifest+1, made); return h },
		"manifest of another shape":  func(m Manifest) []byte { return regular("manifest.json", append(manifest(m), ' ')) },
		"manifest with another time": func(m Manifest) []byte { h, _ := tarHeader(fileManifest, 4, made.Add(1)); return append(h, "null"...) },
		"manifest with more": func(m Manifest) []byte {
			return regular("manifest.json", bytes.Replace(manifest(m), []byte(`{`), []byte(`{"x":1,`), 1))
		},
		"manifest twice over": func(m Manifest) []byte {
			return regular("manifest.json", bytes.Replace(manifest(m), []byte(`{"format":1`), []byte(`{"format":1,"format":1`), 1))
		},
	}
	for what, archive := range tests {
		t.Run(what, func(t *testing.T) {
			b := forge(t, p, func(sum Sum) []byte {
				m := honest
				m.Header = sum
				return archive(m)
			})
			refused(t, b, p.recovery, ErrDamaged)
		})
	}
	// The forger of these can make one that is accepted, or they show nothing.
	good := forge(t, p, func(sum Sum) []byte {
		m := honest
		m.Header = sum
		return whole(m, content)
	})
	if _, err := Restore(ctx, bytes.NewReader(good), filepath.Join(t.TempDir(), "post"), Reading{Identity: p.recovery, Check: checkLog}); err != nil {
		t.Errorf("the honest one: %v", err)
	}
}

// What tells a forged backup, whole in itself, is the check.
func TestCheckDecides(t *testing.T) {
	p := newPost(t)
	b, _ := p.write(t)
	base := t.TempDir()
	no := errors.New("not the post I know")
	how := Reading{Identity: p.recovery, Check: func(dir string, _ Manifest) error { return no }}
	if _, err := Verify(ctx, bytes.NewReader(b), base, how); !errors.Is(err, no) {
		t.Errorf("verify: %v", err)
	}
	if _, err := Restore(ctx, bytes.NewReader(b), filepath.Join(base, "post"), how); !errors.Is(err, no) {
		t.Errorf("restore: %v", err)
	}
	empty(t, base)
	if _, err := WriteFile(ctx, filepath.Join(base, "b"), p.Source, p.to(), how.Check, nil); !errors.Is(err, no) {
		t.Errorf("write: %v", err)
	}
	empty(t, base)
	p.clean(t)
}

func TestRestoreOnlyWhereNothingIs(t *testing.T) {
	p := newPost(t)
	b, _ := p.write(t)
	how := Reading{Identity: p.recovery}
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "letter"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(ctx, bytes.NewReader(b), full, how); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("into a folder with a letter: %v", err)
	}
	if got := files(t, full); len(got) != 1 {
		t.Errorf("it now has %v", got)
	}
	if _, err := Restore(ctx, bytes.NewReader(b), p.Dir, how); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("over the post itself: %v", err)
	}
	if _, err := Restore(ctx, bytes.NewReader(b), filepath.Join(full, "letter"), how); err == nil {
		t.Error("over a file")
	}
	if _, err := Restore(ctx, bytes.NewReader(b), t.TempDir(), how); err != nil {
		t.Errorf("into an empty folder: %v", err)
	}
	// What moves in while it is restored stays.
	taken := filepath.Join(t.TempDir(), "post")
	how.Check = func(string, Manifest) error {
		return errors.Join(os.Mkdir(taken, 0o700), os.WriteFile(filepath.Join(taken, "letter"), nil, 0o600))
	}
	if _, err := Restore(ctx, bytes.NewReader(b), taken, how); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("into a folder that was filled meanwhile: %v", err)
	}
	if got := files(t, filepath.Dir(taken)); len(got) != 1 {
		t.Errorf("it now has %v", got)
	}
}

func TestWriteFile(t *testing.T) {
	p := newPost(t)
	dir := t.TempDir()
	path := filepath.Join(dir, FileName(p.post, p.Made))
	if want := "PRACTICE-PR-2026-11-22T0930Z.pratique-backup"; filepath.Base(path) != want {
		t.Errorf("called %s, want %s", filepath.Base(path), want)
	}
	last, total, calls := int64(0), int64(0), 0
	m, err := WriteFile(ctx, path, p.Source, p.to(), func(dir string, m Manifest) error {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("it has its name before it was checked: %v", err)
		}
		if got := files(t, dir); got["attachments/e0"] != "" || len(got) != 9 {
			t.Errorf("check got %q", slices.Sorted(maps.Keys(got)))
		}
		return checkLog(dir, m)
	}, func(done, of int64) {
		if calls++; done < last || calls > 1 && of != total {
			t.Errorf("%d of %d after %d of %d", done, of, last, total)
		}
		last, total = done, of
	})
	if err != nil {
		t.Fatal(err)
	}
	if last != total || total != 2*m.total() {
		t.Errorf("%d of %d done in the end, want %d", last, total, 2*m.total())
	}
	p.clean(t)
	if got := files(t, dir); len(got) != 1 {
		t.Errorf("in the folder: %q", slices.Sorted(maps.Keys(got)))
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(parts(t, b).head, []byte("-> X25519 ")); n != 3 {
		t.Errorf("%d keys open it, want recovery, passphrase and the one that checked it", n)
	}
	if _, err := Verify(ctx, bytes.NewReader(b), t.TempDir(), Reading{Identity: p.recovery, Check: checkLog}); err != nil {
		t.Error(err)
	}
	if _, err := WriteFile(ctx, path, p.Source, p.to(), nil, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("again: %v", err)
	}
	if again, err := os.ReadFile(path); err != nil || !bytes.Equal(again, b) {
		t.Errorf("the first was touched: %v", err)
	}
	// A name that is taken while the backup is made stays what it is.
	taken := filepath.Join(dir, "taken")
	_, err = WriteFile(ctx, taken, p.Source, p.to(), func(string, Manifest) error { return os.WriteFile(taken, []byte("mine"), 0o600) }, nil)
	if got := files(t, dir)["taken"]; !errors.Is(err, fs.ErrExist) || got != "mine" {
		t.Errorf("%q, %v", got, err)
	}
}

// A copy of the database that an earlier backup left when it was killed is in
// nobody's way.
func TestLeftover(t *testing.T) {
	p := newPost(t)
	left := filepath.Join(p.Dir, workDir, "deep")
	if err := os.MkdirAll(left, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(left, "post.db"), []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	p.write(t)
	p.clean(t)
}

// failing refuses everything from the k-th write on.
type failing struct{ k int }

var errNoRoom = errors.New("no room")

func (f *failing) Write(b []byte) (int, error) {
	if f.k--; f.k < 0 {
		return 0, errNoRoom
	}
	return len(b), nil
}

func TestWriteFails(t *testing.T) {
	p := newPost(t)
	k := 0
	for ; ; k++ {
		m, err := Write(ctx, &failing{k}, p.Source, p.to(), nil)
		if err == nil {
			break
		}
		if !errors.Is(err, errNoRoom) || errors.Is(err, ErrDamaged) || m.Format != 0 {
			t.Fatalf("write %d: %v", k, err)
		}
		p.clean(t)
	}
	if k < 2 {
		t.Fatalf("only %d writes: the test shows nothing", k)
	}
	backup := p.Backup
	p.Backup = func(ctx context.Context, w io.Writer) error { return errors.Join(backup(ctx, w), errNoRoom) }
	if _, err := Write(ctx, io.Discard, p.Source, p.to(), nil); !errors.Is(err, errNoRoom) {
		t.Errorf("database cannot be copied: %v", err)
	}
	p.clean(t)
	// Another database than the one the head knows is not backed up.
	p.Backup = mem.New().Backup
	if _, err := Write(ctx, io.Discard, p.Source, p.to(), nil); !errors.Is(err, audit.ErrHead) {
		t.Errorf("another database: %v", err)
	}
	p.clean(t)
}

// A file that cannot be read is not a damaged one.
func TestReadFails(t *testing.T) {
	p := newPost(t)
	b, _ := p.write(t)
	for n := 0; n < len(b); n += 61 {
		base := t.TempDir()
		r := io.MultiReader(bytes.NewReader(b[:n]), bad{})
		_, err := Restore(ctx, r, filepath.Join(base, "post"), Reading{Identity: p.recovery})
		if !errors.Is(err, errNoRoom) || errors.Is(err, ErrDamaged) {
			t.Fatalf("after %d bytes: %v", n, err)
		}
		empty(t, base)
	}
}

type bad struct{}

func (bad) Read([]byte) (int, error) { return 0, errNoRoom }

func TestCancel(t *testing.T) {
	p := newPost(t)
	b, _ := p.write(t)
	stop := func(run func(ctx context.Context, progress func(done, total int64)) error) {
		t.Helper()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		err := run(ctx, func(done, total int64) {
			if done > total/2 {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) || errors.Is(err, ErrDamaged) {
			t.Errorf("%v", err)
		}
		p.clean(t)
	}
	base := t.TempDir()
	stop(func(ctx context.Context, progress func(done, total int64)) error {
		_, err := Write(ctx, io.Discard, p.Source, p.to(), progress)
		return err
	})
	stop(func(ctx context.Context, progress func(done, total int64)) error {
		_, err := WriteFile(ctx, filepath.Join(base, "b"), p.Source, p.to(), nil, progress)
		return err
	})
	stop(func(ctx context.Context, progress func(done, total int64)) error {
		_, err := Restore(ctx, bytes.NewReader(b), filepath.Join(base, "post"), Reading{Identity: p.recovery, Progress: progress})
		return err
	})
	empty(t, base)
}

// An attachment that does not stay while it is copied fails the backup, and
// nothing that is incomplete without saying so can come of it.
func TestChanged(t *testing.T) {
	for what, change := range map[string]func(path string) error{
		"removed": os.Remove,
		"shorter": func(path string) error { return os.Truncate(path, 10) },
		"changed": func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte("x"), 4*200), 0o600) },
		"emptied": func(path string) error { return os.Truncate(path, 0) },
	} {
		t.Run(what, func(t *testing.T) {
			p := newPost(t)
			once := sync.OnceValue(func() error { return change(filepath.Join(p.Dir, "attachments", "aa", "0f")) })
			_, err := Write(ctx, io.Discard, p.Source, p.to(), func(int64, int64) {
				if err := once(); err != nil {
					t.Error(err)
				}
			})
			if !errors.Is(err, ErrChanged) {
				t.Errorf("%v", err)
			}
			p.clean(t)
		})
	}
	p := newPost(t)
	if err := os.Symlink("/etc/passwd", filepath.Join(p.Dir, "keys", "link")); err != nil {
		t.Skip("no links here: the rest did NOT run:", err)
	}
	if _, err := Write(ctx, io.Discard, p.Source, p.to(), nil); err == nil {
		t.Error("a link was backed up")
	}
}

// Officers go on while backups are made; each backup is one state of the log.
func TestHot(t *testing.T) {
	p := newPost(t)
	stop, stopped := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		for ; ; n++ {
			select {
			case <-stop:
				stopped <- n
				return
			default:
				p.act(t)
			}
		}
	}()
	var before uint64
	for i := range 10 {
		path := filepath.Join(t.TempDir(), "b")
		m, err := WriteFile(ctx, path, p.Source, p.to(), checkLog, nil)
		if err != nil {
			t.Errorf("%d: %v", i, err)
			break
		}
		if m.Head.Size < before {
			t.Errorf("%d: went back from %d to %d", i, before, m.Head.Size)
		}
		before = m.Head.Size
	}
	close(stop)
	if n := <-stopped; n < 10 || before < 3 {
		t.Errorf("%d acts meanwhile, %d entries in the last: the test shows nothing", n, before)
	}
}

func TestMissing(t *testing.T) {
	m := Manifest{Head: audit.Head{Size: 7, Root: audit.Hash{1}}}
	for _, test := range []struct {
		known audit.Head
		want  uint64
		err   error
	}{
		{m.Head, 0, nil},
		{audit.Head{Size: 9, Root: audit.Hash{2}}, 2, nil},
		{audit.Head{Size: 5, Root: audit.Hash{3}}, 0, nil},
		{audit.Head{}, 0, nil},
		{audit.Head{Size: 7, Root: audit.Hash{2}}, 0, ErrOtherLog},
	} {
		if n, err := Missing(m, test.known); n != test.want || !errors.Is(err, test.err) {
			t.Errorf("%+v: %d, %v, want %d, %v", test.known, n, err, test.want, test.err)
		}
	}
}

func TestFileName(t *testing.T) {
	real := data.Post{Code: "PR", Kind: data.RealPost}
	local := time.Date(2026, 11, 22, 17, 30, 59, 0, time.FixedZone("", 8*3600))
	if got, want := FileName(real, local), "PR-2026-11-22T0930Z.pratique-backup"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// What is read is exactly what was written: there is one way to write it.
func FuzzDescribe(f *testing.F) {
	p := newPost(f)
	b, _ := p.write(f)
	f.Add(b)
	f.Add(b[:100])
	f.Add(lie(f, parts(f, b), func(h *Header) { h.Slot = nil }))
	f.Add([]byte("pratique backup 2\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		file := bufio.NewReaderSize(bytes.NewReader(b), maxLine)
		p, err := readPreamble(file)
		if err != nil {
			if !errors.Is(err, ErrForeign) && !errors.Is(err, ErrNewer) && !errors.Is(err, ErrDamaged) {
				t.Fatalf("says only %v", err)
			}
			return
		}
		rest, _ := io.ReadAll(file)
		lines, sum, err := p.Header.lines(p.head)
		if err != nil || sum != p.sum || !bytes.Equal(slices.Concat(lines, p.head, rest), b) {
			t.Fatalf("read as %+v, which is written as %q", p.Header, lines)
		}
	})
}

// The second line alone, for the sum over it keeps a fuzzer out.
func FuzzHeader(f *testing.F) {
	p := newPost(f)
	b, _ := p.write(f)
	f.Add(bytes.Split(b, []byte("\n"))[1])
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := parseExactly[Header](b)
		if err != nil || h.check() != nil {
			return
		}
		if again, err := json.Marshal(h); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%q is written as %q", b, again)
		}
		if h.Slot != nil && (h.Slot.Cost.MemoryKiB > vault.MaxMemoryKiB || h.Slot.Cost.Passes > vault.MaxPasses) {
			t.Fatalf("believes %+v", h.Slot.Cost)
		}
	})
}

func FuzzManifest(f *testing.F) {
	p := newPost(f)
	_, m := p.write(f)
	// Little, so that the fuzzer gets somewhere.
	m.Files = slices.DeleteFunc(m.Files, func(f File) bool { return strings.Contains(f.Name, "/") })
	for range 2 {
		b, err := json.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		if _, err := parseManifest(b); err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		m.Checkpoint = ""
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parseManifest(b)
		if err != nil {
			return
		}
		if again, err := json.Marshal(m); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%q is written as %q", b, again)
		}
		sum := int64(0)
		for _, file := range m.Files {
			if !filepath.IsLocal(filepath.FromSlash(file.Name)) || strings.ContainsAny(file.Name, `\:`) {
				t.Fatalf("%q leads out of the folder", file.Name)
			}
			if sum += file.Size; file.Size < 0 || sum < 0 {
				t.Fatalf("%s has %d bytes", file.Name, file.Size)
			}
		}
	})
}
