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
	"pratique/data/vault"
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
		spoil func(t *testing.T, key string)
		want  error
	}{
		"no key": {func(t *testing.T, key string) { must(t, os.Remove(key)) }, keys.ErrMissing},
		"another's key": {func(t *testing.T, key string) {
			other := filepath.Join(t.TempDir(), "other")
			must(t, CreatePractice(context.Background(), other, time.Now()))
			b, err := os.ReadFile(keyOf(t, other))
			must(t, errors.Join(err, os.WriteFile(key, b, 0o600)))
		}, keys.ErrPassphrase},
		"damaged key": {func(t *testing.T, key string) { must(t, os.WriteFile(key, []byte("nothing"), 0o600)) }, keys.ErrUnfit},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			t.Setenv("XDG_CACHE_HOME", cache)
			dir := filepath.Join(t.TempDir(), "post")
			must(t, CreatePractice(ctx, dir, time.Now()))
			key := keyOf(t, dir)
			tt.spoil(t, key)
			h, err := Open(ctx, dir, time.Now)
			must(t, err)
			defer h.Close()
			specimen, err := h.Specimen(ctx)
			must(t, err)
			if _, err := h.Issue(ctx, []data.Content{specimen}, t.TempDir(), nil); !errors.Is(err, tt.want) {
				t.Errorf("issue: %v", err)
			}
			if err := h.Trouble(); !errors.Is(err, tt.want) || !strings.Contains(err.Error(), filepath.Base(key)) {
				t.Errorf("trouble: %v", err)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// keyOf is the file of the key that signs a post's certificates.
func keyOf(t *testing.T, dir string) string {
	t.Helper()
	h, err := Open(context.Background(), dir, time.Now)
	must(t, err)
	defer h.Close()
	if _, err := h.PracticeOfficer(context.Background(), data.Reviewer); err != nil { // only then are the records open
		t.Fatal(err)
	}
	var r keys.Record
	must(t, h.Folder.Log.View(context.Background(), func(tx store.Tx) (err error) {
		r, err = keys.ActiveRecord(tx, keys.ForCertificates)
		return err
	}))
	return filepath.Join(dir, "keys", r.ID+".key")
}

// TestInvariant8KindsDoNotMix: a practice post that says it is a real one, in
// every place that can be written, does not open.
func TestInvariant8KindsDoNotMix(t *testing.T) {
	h := open(t)
	ctx, dir, real := context.Background(), h.Folder.Dir, h.Folder.Post
	must(t, h.Close())
	real.Kind = data.RealPost
	b, err := json.Marshal(real)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "post.json"), b, 0o600))
	db, err := bolt.Open(filepath.Join(dir, "post.db"), bolt.Options{})
	must(t, err)
	err = db.Update(ctx, func(tx store.Tx) error { return store.Put(tx, "post/self", real) })
	must(t, errors.Join(err, db.Close()))
	if _, err := Open(ctx, dir, time.Now); !errors.Is(err, vault.ErrKind) {
		t.Errorf("%v, want ErrKind", err)
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
	if _, err := h.PracticeOfficer(context.Background(), data.Clerk); err != nil {
		t.Fatal(err)
	}
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
