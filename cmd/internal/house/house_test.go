package house

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/keys"
	"pratique/data/post"
	"pratique/data/store"
	"pratique/data/store/bolt"
)

func open(tb testing.TB) *House {
	tb.Helper()
	ctx := context.Background()
	tb.Setenv("XDG_CACHE_HOME", cache)
	dir := filepath.Join(tb.TempDir(), "post")
	if err := CreatePractice(ctx, dir, time.Now()); err != nil {
		tb.Fatal(err)
	}
	h, err := Open(ctx, dir, time.Now)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := h.Close(); err != nil {
			tb.Error(err)
		}
	})
	return h
}

// cache of the compiled page engine, shared by the tests of this package.
var cache string

func TestMain(m *testing.M) {
	var err error
	if cache, err = os.MkdirTemp("", "pratique-test-*"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(cache)
	os.Exit(code)
}

// approvable takes the specimen into review with everything ticked.
func approvable(tb testing.TB, h *House) (approve func() data.Certificate) {
	tb.Helper()
	ctx := context.Background()
	clerk, reviewer, err := h.PracticeOfficers(ctx)
	if err != nil {
		tb.Fatal(err)
	}
	laboratories, err := h.Laboratories(ctx)
	if err != nil {
		tb.Fatal(err)
	}
	a, err := h.Create(ctx, clerk, post.Specimen(h.Folder.Post, laboratories, time.Now()))
	if err == nil {
		a, err = h.Submit(ctx, clerk, a.ID)
	}
	if err == nil {
		a, err = h.Take(ctx, reviewer, a.ID)
	}
	for _, g := range a.Content.Groups() {
		if err == nil {
			a, err = h.Tick(ctx, reviewer, a.ID, g, true)
		}
	}
	if err != nil {
		tb.Fatal(err)
	}
	return func() data.Certificate {
		_, err := h.Approve(ctx, reviewer, a.ID)
		if err != nil {
			tb.Fatal(err)
		}
		c, err := h.Desk.Issue(ctx, reviewer, a.ID)
		if err != nil {
			tb.Fatal(err)
		}
		return c
	}
}

func TestSecondOpenTellsWhoHasIt(t *testing.T) {
	h := open(t)
	if _, err := Open(context.Background(), h.Folder.Dir, time.Now); !errors.Is(err, store.ErrLocked) {
		t.Errorf("second Open: %v, want ErrLocked", err)
	}
}

func TestWriteNewNeverReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "PR12-3456-789A.pdf")
	if err := WriteNew(path, []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := WriteNew(path, []byte("second")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("%v, want ErrExist", err)
	}
	if b, err := os.ReadFile(path); string(b) != "first" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	if left, err := os.ReadDir(dir); len(left) != 1 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// What the page has no room for is refused while nothing is signed or stored.
func TestWhatDoesNotFitIsNotIssued(t *testing.T) {
	h := open(t)
	ctx := context.Background()
	c, err := h.Specimen(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c.Document.MRZ = ""
	c.Traveller.Surname, c.Traveller.GivenNames = strings.Repeat("W", data.MaxName), strings.Repeat("W", data.MaxName)
	c.Traveller.NativeName = strings.Repeat("样", data.MaxName)
	c.Tests = slices.Repeat(c.Tests[:1], data.MaxTests)
	c.Doses = nil
	for i := range data.MaxDoses {
		c.Doses = append(c.Doses, data.Dose{
			Date: data.Date(fmt.Sprintf("2022-0%d-05", i+1)), Product: "Covid-19-adsorvida-inativada",
			Lot: strings.Repeat("W", data.MaxSealText), Country: "GBR", Place: strings.Repeat("W", data.MaxSealText),
		})
	}
	out := filepath.Join(t.TempDir(), "out")
	faulty, err := h.Issue(ctx, []data.Content{c}, out, func(n data.Certificate, _ string) { t.Errorf("%s was issued", n.Number) })
	if err != nil || len(faulty) != 1 || len(faulty[0].Problems) != 1 || faulty[0].Problems[0].Key != "problem.page" {
		t.Errorf("%v, %v", faulty, err)
	}
	if n := len(h.Counts()); n != 0 {
		t.Errorf("%d applications were stored", n)
	}
}

// Why nothing can be signed is told as it is, with the file it is about.
func TestTroubleTellsWhatToMend(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(t *testing.T, dir string)
		want  error
		says  string
	}{
		"no key":            {remove("keys/signer.key"), keys.ErrMissing, "signer.key"},
		"no certificate":    {remove("keys/signer.pem"), keys.ErrMissing, "signer.pem"},
		"no passphrases":    {remove("PRACTICE.txt"), fs.ErrNotExist, "PRACTICE.txt"},
		"another's key":     {spoilKey, keys.ErrPassphrase, "signer.key"},
		"damaged key":       {write("keys/signer.key", "nothing"), keys.ErrUnfit, "signer.key"},
		"empty passphrases": {write("PRACTICE.txt", ""), keys.ErrPassphrase, "signer.key"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			t.Setenv("XDG_CACHE_HOME", cache)
			dir := filepath.Join(t.TempDir(), "post")
			if err := CreatePractice(ctx, dir, time.Now()); err != nil {
				t.Fatal(err)
			}
			tt.spoil(t, dir)
			h, err := Open(ctx, dir, time.Now)
			if err != nil {
				t.Fatal(err)
			}
			defer h.Close()
			if err := h.Trouble(); !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("trouble: %v", err)
			}
			specimen, err := h.Specimen(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.Issue(ctx, []data.Content{specimen}, t.TempDir(), nil); !errors.Is(err, tt.want) {
				t.Errorf("issue: %v", err)
			}
		})
	}
}

func remove(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func write(name, content string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// spoilKey puts the key of another post in its place.
func spoilKey(t *testing.T, dir string) {
	t.Helper()
	other := filepath.Join(t.TempDir(), "other")
	if err := CreatePractice(context.Background(), other, time.Now()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(other, "keys/signer.key"))
	if err != nil {
		t.Fatal(err)
	}
	write("keys/signer.key", string(b))(t, dir)
}

// A real post, which nothing here can make, is not opened, so that nothing can
// be approved in it either.
func TestRealPostIsNotOpened(t *testing.T) {
	h := open(t)
	ctx, dir, real := context.Background(), h.Folder.Dir, h.Folder.Post
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	real.Kind = data.RealPost
	b, err := json.Marshal(real)
	if err != nil {
		t.Fatal(err)
	}
	write("post.json", string(b))(t, dir)
	db, err := bolt.Open(filepath.Join(dir, "post.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(ctx, func(tx store.Tx) error { return store.Put(tx, "post/self", real) })
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, dir, time.Now); !errors.Is(err, post.ErrRealPost) {
		t.Errorf("%v, want ErrRealPost", err)
	}
}

// BenchmarkApproveToPaper is what the reviewer waits for: from Approve to a
// page that was printed into memory, read back and compared, on a real post.
func BenchmarkApproveToPaper(b *testing.B) {
	h := open(b)
	ctx := context.Background()
	if _, err := h.Print(ctx, approvable(b, h)(), 1); err != nil { // after start-up
		b.Fatal(err)
	}
	for b.Loop() {
		b.StopTimer()
		approve := approvable(b, h)
		b.StartTimer()
		if _, err := h.Print(ctx, approve(), 1); err != nil {
			b.Fatal(err)
		}
	}
}

// TestPageIsAskedOfWhatIsThere: a form that is hardly begun, or holds codes
// that no list has, has problems of its own; the page is none of them.
func TestPageIsAskedOfWhatIsThere(t *testing.T) {
	h := open(t)
	wild := data.Content{
		Traveller: data.Traveller{Sex: "?", Nationality: "?", Birth: "31.12."},
		Document:  data.TravelDocument{Kind: "?", Issuer: "?"},
		Tests:     []data.Test{{Kind: "?", Specimen: "?", Method: "?", Result: "?", Laboratory: "?"}, {}},
		Doses:     []data.Dose{{Product: "?", Country: "?"}, {}},
		Itinerary: []data.Leg{{Departs: data.Moment{Wall: "2026-"}}},
	}
	for _, c := range []data.Content{{}, wild} {
		problems, err := h.Validate(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			if p.Key == "problem.page" || p.Key == "problem.glyph" {
				t.Errorf("%+v", p)
			}
		}
	}
}
