package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"pratique/data/store"
	"pratique/data/store/mem"
)

// treeOf is the root as RFC 6962 section 2.1 defines it, written down once more.
func treeOf(leaves [][]byte) Hash {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, leaves[0]...))
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	left, right := treeOf(leaves[:k]), treeOf(leaves[k:])
	return sha256.Sum256(slices.Concat([]byte{1}, left[:], right[:]))
}

func TestTreeIsThatOfRFC6962(t *testing.T) {
	l, s, _ := newLog(t, 0)
	var leaves [][]byte
	for n := range 70 {
		if want := (Head{uint64(n), treeOf(leaves)}); l.written != want {
			t.Fatalf("%d entries: %v, want %v", n, l.written, want)
		}
		save(t, l, "value")
		err := s.View(t.Context(), func(tx store.Tx) error {
			b, err := tx.Get(fmt.Sprintf("audit/%016x", n+1))
			leaves = append(leaves, b)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	// The hashes beside entry 48 are those of its leaf and of the full
	// subtrees over the last 2, 4, 8 and 16 entries.
	err := s.View(t.Context(), func(tx store.Tx) error {
		var want []byte
		for _, size := range []int{1, 2, 4, 8, 16} {
			h := treeOf(leaves[48-size : 48])
			want = append(want, h[:]...)
		}
		b, err := tx.Get("audit-tree/0000000000000030")
		if !bytes.Equal(b, want) {
			t.Errorf("%x, want %x", b, want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func newSigner(t testing.TB) (note.Signer, note.Verifier, string) {
	t.Helper()
	private, public, err := note.GenerateKey(rand.Reader, "pratique/UT/PR/practice")
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	return s, v, public
}

// A victim is a log of 31 entries; the 10th, 20th and 31st signed a checkpoint.
type victim struct {
	entries     []Entry
	checkpoints []Head
	store       *mem.Store
	early       *mem.Store // as it was after entry 14
	head        Head
	earlyHead   Head
}

func copyOf(t *testing.T, s *mem.Store) *mem.Store {
	t.Helper()
	var b bytes.Buffer
	if err := s.Backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	c, err := mem.Restore(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newVictim(t *testing.T) *victim {
	t.Helper()
	signer, verifier, _ := newSigner(t)
	l, s, _ := newLog(t, 0)
	v := &victim{store: s}
	for n := 1; n <= 31; n++ {
		if n == 10 || n == 20 || n == 31 {
			b, err := l.Checkpoint(t.Context(), noon, "", signer)
			if err != nil {
				t.Fatal(err)
			}
			h, err := ParseCheckpoint(b, verifier)
			if err != nil || h != l.written {
				t.Fatalf("checkpoint of %v, want %v (%v)", h, l.written, err)
			}
			v.checkpoints = append(v.checkpoints, h)
		} else {
			err := l.Update(t.Context(), func(_ store.Tx, add func(Entry) error) error {
				return add(Entry{At: noon, Officer: "officer-a", Act: ApplicationSaved, Subject: fmt.Sprint(n)})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if n == 14 {
			v.early, v.earlyHead = copyOf(t, s), l.written
		}
	}
	v.head = l.written
	err := s.View(t.Context(), func(tx store.Tx) error {
		return Each(tx, 0, 0, func(e Entry) error { v.entries = append(v.entries, e); return nil })
	})
	if err != nil || len(v.entries) != 31 {
		t.Fatalf("%d entries, %v", len(v.entries), err)
	}
	return v
}

// attacks change a list of entries; the first bad one is always the 15th.
var attacks = map[string]func([]Entry) []Entry{
	"modify": func(all []Entry) []Entry { all[14].Officer = "officer-b"; return all },
	"delete": func(all []Entry) []Entry { return slices.Delete(all, 14, 15) },
	"insert": func(all []Entry) []Entry {
		return slices.Insert(all, 14, Entry{At: noon, Officer: "officer-b", Act: CertificatePrinted, Subject: "1"})
	},
	"reorder": func(all []Entry) []Entry {
		all[14], all[15] = all[15], all[14]
		return all
	},
	"truncate":  func(all []Entry) []Entry { return all[:14] },
	"roll back": nil, // of the whole file
}

func verifyAll(t *testing.T, s store.Store, known ...Head) (n uint64, err error) {
	t.Helper()
	err = s.View(t.Context(), func(tx store.Tx) (err error) {
		n, err = Verify(tx, known...)
		return err
	})
	return n, err
}

// wantFault says what Verify has to answer.
func wantFault(t *testing.T, what string, err error, first, last uint64) {
	t.Helper()
	var f *Fault
	if !errors.As(err, &f) || !errors.Is(err, ErrBroken) || f.First != first || f.Last != last {
		t.Errorf("%s: %v, want the first bad entry from %d to %d", what, err, first, last)
	}
}

func TestInvariant6UntouchedLogHolds(t *testing.T) {
	v := newVictim(t)
	if n, err := verifyAll(t, v.store, append(v.checkpoints, v.head, v.earlyHead, empty)...); n != 31 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

// TestInvariant6NaiveAttacker: who edits records is found without any checkpoint.
func TestInvariant6NaiveAttacker(t *testing.T) {
	for name, attack := range attacks {
		t.Run(name, func(t *testing.T) {
			v := newVictim(t)
			s := v.store
			if attack == nil {
				s = v.early // the head file stays
			} else {
				err := s.Update(t.Context(), func(tx store.Tx) error {
					var errs []error
					for n := range v.entries {
						errs = append(errs, tx.Delete(key(uint64(n+1))))
					}
					for n, e := range attack(v.entries) {
						e.Number = uint64(n + 1)
						errs = append(errs, store.Put(tx, key(e.Number), e))
					}
					return errors.Join(errs...)
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			n, err := verifyAll(t, s, v.head)
			wantFault(t, name, err, 15, 15)
			if n != 14 {
				t.Errorf("%d entries hold, want 14", n)
			}
		})
	}
}

// rehash is the log that an attacker makes who knows this package: every hash,
// the state, the head and what the log says of its checkpoints fit again.
func rehash(t *testing.T, entries []Entry, careful bool) (*mem.Store, Head) {
	t.Helper()
	s := mem.New()
	var head Head
	err := s.Update(t.Context(), func(tx store.Tx) error {
		for _, e := range entries {
			before, err := state(tx)
			if err != nil {
				return err
			}
			if e.Act == CheckpointSigned && careful {
				e.Detail = map[string]string{detailRoot: before.Root.String(), detailKey: e.Detail[detailKey]}
			}
			if _, err := Append(tx, e); err != nil {
				return err
			}
		}
		after, err := state(tx)
		head = after.Head
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, head
}

// TestInvariant6RehashingAttacker: who computes everything again is found by
// any later checkpoint, and by nothing else.
func TestInvariant6RehashingAttacker(t *testing.T) {
	for name, attack := range attacks {
		t.Run(name, func(t *testing.T) {
			v := newVictim(t)
			s, head := v.early, v.earlyHead
			if attack != nil {
				s, head = rehash(t, attack(slices.Clone(v.entries)), true)
			}
			path := filepath.Join(t.TempDir(), "head")
			if err := WriteHead(path, head); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(t.Context(), s, path); err != nil {
				t.Fatalf("the attacker was careless: %v", err)
			}
			first, second, third := v.checkpoints[0], v.checkpoints[1], v.checkpoints[2]
			for what, known := range map[string][]Head{"no checkpoint": nil, "a checkpoint before it": {first}} {
				if _, err := verifyAll(t, s, append(known, head)...); err != nil {
					t.Errorf("%s: %v; so the attack shows little", what, err)
				}
			}
			cut := name == "truncate" || name == "roll back"
			for _, tt := range []struct {
				known       []Head
				first, last uint64
			}{
				{[]Head{third}, 1, 31},
				{[]Head{second}, 1, 20},
				{[]Head{third, first}, 11, 31},
				{[]Head{third, second, first}, 11, 20},
			} {
				if cut { // what is missing is known exactly
					tt.first, tt.last = 15, 15
				} else if name == "delete" && tt.last == 31 {
					tt.first, tt.last = 31, 31 // one entry too few is the first that is seen
				}
				_, err := verifyAll(t, s, append(tt.known, head)...)
				wantFault(t, fmt.Sprint(len(tt.known), " checkpoints"), err, tt.first, tt.last)
			}
		})
	}
}

// Who recomputes the hashes but not what the log says of its checkpoints is
// found from the log alone.
func TestCheckpointEntriesBindTheLog(t *testing.T) {
	v := newVictim(t)
	s, head := rehash(t, attacks["modify"](v.entries), false)
	_, err := verifyAll(t, s, head)
	wantFault(t, "modify", err, 1, 20)
}

// A changed entry whose own hash was changed as well is narrowed down to the
// subtree whose hash does not fit.
func TestHalfRehashed(t *testing.T) {
	v := newVictim(t)
	err := v.store.Update(t.Context(), func(tx store.Tx) error {
		e := v.entries[12] // the 13th is the first of the four up to the 16th
		e.Officer = "officer-b"
		b, err := store.Encode(e)
		leaf := treeOf([][]byte{b})
		return errors.Join(err, tx.Put(key(13), b), tx.Put(treeKey(13), leaf[:]))
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = verifyAll(t, v.store, v.checkpoints...)
	wantFault(t, "half", err, 13, 14)
}

// Nothing is appended to hashes that are not those of the log.
func TestAppendChecksWhatItBuildsOn(t *testing.T) {
	l, s, _ := newLog(t, 6)
	err := s.Update(t.Context(), func(tx store.Tx) error {
		b, err := tx.Get(treeKey(4))
		b[40] ^= 1
		return errors.Join(err, tx.Put(treeKey(4), b))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Update(t.Context(), saving("more")); err != nil {
		t.Errorf("the hash of two is not needed for the seventh: %v", err)
	}
	err = s.Update(t.Context(), func(tx store.Tx) error {
		b, err := tx.Get(treeKey(4))
		b[80] ^= 1
		return errors.Join(err, tx.Put(treeKey(4), b))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Update(t.Context(), saving("more")); !errors.Is(err, ErrBroken) {
		t.Errorf("%v, want ErrBroken", err)
	}
}

// The exact bytes of a checkpoint, and its signature by the standard library.
func TestCheckpointBytes(t *testing.T) {
	signer, verifier, public := newSigner(t)
	l, s, _ := newLog(t, 3)
	before := l.written
	b, err := l.Checkpoint(t.Context(), noon, "officer-b", signer)
	if err != nil {
		t.Fatal(err)
	}
	text, signature, ok := strings.Cut(string(b), "\n\n— pratique/UT/PR/practice ")
	text += "\n"
	if want := "pratique/UT/PR/practice\n4 " + base64.StdEncoding.EncodeToString(l.written.Root[:]) + "\n"; !ok || strings.Replace(text, "\n4\n", "\n4 ", 1) != want {
		t.Errorf("%q, want %q", b, want)
	}
	sig, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(signature, "\n"))
	if err != nil || len(sig) != 4+ed25519.SignatureSize {
		t.Fatalf("signature %q: %v", signature, err)
	}
	key64 := strings.SplitN(public, "+", 3)[2]
	pub, err := base64.StdEncoding.DecodeString(key64)
	if err != nil || !ed25519.Verify(pub[1:], []byte(text), sig[4:]) {
		t.Errorf("signature does not hold (%v)", err)
	}
	err = s.View(t.Context(), func(tx store.Tx) error {
		e, _, err := Last(tx)
		if e.Number != 4 || e.Act != CheckpointSigned || e.Officer != "officer-b" || e.Detail[detailRoot] != before.Root.String() ||
			e.Detail[detailKey] != fmt.Sprintf("%08x", verifier.KeyHash()) {
			t.Errorf("entry %+v", e)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	// A head file that cannot be written loses neither act nor checkpoint.
	l.head = filepath.Join(filepath.Dir(l.head), "gone", "head")
	b, err = l.Checkpoint(t.Context(), noon, "", signer)
	if !errors.Is(err, ErrHeadNotWritten) {
		t.Errorf("%v, want ErrHeadNotWritten", err)
	}
	if h, err := ParseCheckpoint(b, verifier); err != nil || h.Size != 5 {
		t.Errorf("%v, %v", h, err)
	}
	if b, err := l.Checkpoint(t.Context(), noon, "", signer); err == nil || b != nil {
		t.Errorf("signed %q without an entry", b)
	}
}

func TestParseCheckpointIsStrict(t *testing.T) {
	signer, verifier, _ := newSigner(t)
	other, _, _ := newSigner(t)
	root := sha256.Sum256([]byte("x"))
	good := checkpointText(verifier.Name(), Head{12, root})
	sign := func(text string, by note.Signer) []byte {
		b, err := note.Sign(&note.Note{Text: text}, by)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if h, err := ParseCheckpoint(sign(good, signer), verifier); err != nil || h != (Head{12, root}) {
		t.Fatalf("%v, %v", h, err)
	}
	two, err := note.Sign(&note.Note{Text: good}, other, signer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseCheckpoint(two, verifier); err != nil {
		t.Errorf("a cosigned one: %v", err)
	}
	flipped := sign(good, signer)
	flipped[30] ^= 1
	lines := strings.Split(good, "\n")
	for name, b := range map[string][]byte{
		"nothing":          nil,
		"no signature":     []byte(good),
		"another key":      sign(good, other),
		"a flipped bit":    flipped,
		"the real post":    sign(strings.Replace(good, "practice", "real", 1), signer),
		"leading zero":     sign(strings.Replace(good, "\n12\n", "\n012\n", 1), signer),
		"negative":         sign(strings.Replace(good, "\n12\n", "\n-12\n", 1), signer),
		"huge":             sign(strings.Replace(good, "\n12\n", "\n9223372036854775808\n", 1), signer),
		"short root":       sign(lines[0]+"\n12\nAAAA\n", signer),
		"extension":        sign(good+"more\n", signer),
		"two lines":        sign(lines[0]+"\n12\n", signer),
		"CR":               bytes.ReplaceAll(sign(good, signer), []byte("\n"), []byte("\r\n")),
		"too long":         append(sign(good, signer), make([]byte, maxCheckpoint)...),
		"something behind": append(sign(good, signer), "x"...),
	} {
		if h, err := ParseCheckpoint(b, verifier); !errors.Is(err, ErrCheckpoint) || h != (Head{}) {
			t.Errorf("%s: %v, %v", name, h, err)
		}
	}
}

// lenient takes every signature, so that the fuzzer gets past it.
type lenient struct{}

func (lenient) Name() string                { return "pratique/UT/PR/practice" }
func (lenient) KeyHash() uint32             { return 0x41414141 }
func (lenient) Verify(msg, sig []byte) bool { return true }

func FuzzParseCheckpoint(f *testing.F) {
	text := checkpointText(lenient{}.Name(), Head{12, sha256.Sum256(nil)})
	for _, s := range []string{text, text + "more\n", "\n\n", checkpointText(lenient{}.Name(), empty)} {
		f.Add([]byte(s + "\n— pratique/UT/PR/practice QUFBQUFB\n"))
	}
	seed := []byte(text + "\n— pratique/UT/PR/practice QUFBQUFB\n")
	if _, err := ParseCheckpoint(seed, lenient{}); err != nil {
		f.Fatal(err) // the fuzzer would not get anywhere
	}
	// Property: what is read is written the same way again, and bounded.
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ParseCheckpoint(b, lenient{})
		switch {
		case err != nil && (h != (Head{}) || !errors.Is(err, ErrCheckpoint)):
			t.Errorf("%v with %v", h, err)
		case err == nil && (h.Size > maxSize || !bytes.HasPrefix(b, []byte(checkpointText(lenient{}.Name(), h)+"\n"))):
			t.Errorf("%q read as %v", b, h)
		}
	})
}

// A head file and its database put back together are found by a checkpoint alone.
func TestOldCopyWithItsHead(t *testing.T) {
	signer, verifier, _ := newSigner(t)
	l, s, db, head := newBolt(t)
	save(t, l, "one")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	old := map[string][]byte{}
	for _, path := range []string{db, head} {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		old[path] = b
	}
	s = openBolt(t, db)
	l, err := Open(t.Context(), s, head)
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.Checkpoint(t.Context(), noon, "", signer)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for path, b := range old {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s = openBolt(t, db)
	if _, err := Open(t.Context(), s, head); err != nil {
		t.Errorf("nothing but the checkpoint knows: %v", err)
	}
	h, err := ParseCheckpoint(b, verifier)
	if err != nil {
		t.Fatal(err)
	}
	_, err = verifyAll(t, s, h)
	wantFault(t, "rolled back", err, 2, 2)
}
