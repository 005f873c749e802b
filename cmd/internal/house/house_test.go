package house

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/post"
	"pratique/data/store"
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
