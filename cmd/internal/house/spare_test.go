package house

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"pratique/data"
)

// TestInvariant13WhatWasNotStoredComesBack, and nobody reads it meanwhile.
func TestInvariant13WhatWasNotStoredComesBack(t *testing.T) {
	h, ctx := open(t), context.Background()
	clerk, _, err := h.PracticeOfficers(ctx)
	if err != nil {
		t.Fatal(err)
	}
	content := func(surname string) data.Content {
		return data.Content{Traveller: data.Traveller{Surname: surname}}
	}
	a, err := h.Create(ctx, clerk, content("FIRST"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := h.Create(ctx, clerk, content("SECOND"))
	if err != nil {
		t.Fatal(err)
	}
	for _, kept := range []struct {
		id      data.ApplicationID
		base    int
		surname string
	}{{"", 0, "NEW"}, {a.ID, a.Version, "FIRST CHANGED"}, {other.ID, other.Version, "SECOND CHANGED"}} {
		if err := h.Spare(clerk, kept.id, kept.base, content(kept.surname)); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(h.Folder.Dir, spareDir, "*"))
	if err != nil || len(files) != 3 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		if b, err := os.ReadFile(name); err != nil || len(b) == 0 || bytes.Contains(b, []byte("CHANGED")) || bytes.Contains(b, []byte("NEW")) {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	h.Lock()
	if err := h.Spare(clerk, "", 0, content("LATE")); err == nil {
		t.Error("kept something unsealed")
	}
	clerk, reviewer, err := h.PracticeOfficers(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := h.TakeSpare(ctx, reviewer); n != 0 || err != nil {
		t.Errorf("another officer got %d, %v", n, err)
	}
	if _, err := h.Save(ctx, clerk, other.ID, other.Version, content("SECOND ELSEWHERE")); err != nil {
		t.Fatal(err)
	}
	if n, err := h.TakeSpare(ctx, clerk); n != 3 || err != nil {
		t.Errorf("came back %d, %v", n, err)
	}
	if n, err := h.TakeSpare(ctx, clerk); n != 0 || err != nil {
		t.Errorf("came back twice: %d, %v", n, err)
	}
	rows, err := h.Queue(clerk)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]int{}
	for _, r := range rows {
		names[r.Surname]++
	}
	for _, want := range []string{"NEW", "FIRST CHANGED", "SECOND CHANGED", "SECOND ELSEWHERE"} {
		if names[want] != 1 {
			t.Errorf("%s: %d times in %v", want, names[want], names)
		}
	}
	if len(rows) != 4 {
		t.Errorf("%v", names)
	}
}

// TestSpareThatCannotBeRead keeps nothing else back, is told of once, and stays.
func TestSpareThatCannotBeRead(t *testing.T) {
	h, ctx := open(t), context.Background()
	clerk, _, err := h.PracticeOfficers(ctx)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(h.Folder.Dir, spareDir)
	if err := h.Spare(clerk, "", 0, data.Content{Traveller: data.Traveller{Surname: "KEPT"}}); err != nil {
		t.Fatal(err)
	}
	officer := string(clerk.Officer().ID)
	nonsense, err := h.Folder.Vault.SealFile(officer, []byte("no JSON"))
	if err != nil {
		t.Fatal(err)
	}
	bad := map[string][]byte{".0": []byte("not sealed"), ".00": nil, ".000": make([]byte, maxSpare+1), ".0000": nonsense}
	for end, content := range bad {
		if err := os.WriteFile(filepath.Join(dir, officer+end), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := h.TakeSpare(ctx, clerk); n != 1 || !errors.Is(err, ErrSpare) {
		t.Errorf("came back %d, %v", n, err)
	}
	if n, err := h.TakeSpare(ctx, clerk); n != 0 || err != nil {
		t.Errorf("afterwards %d, %v", n, err)
	}
	if rows, err := h.Search(clerk, "KEPT"); err != nil || len(rows) != 1 {
		t.Errorf("%d cases, %v", len(rows), err)
	}
	for end := range bad {
		if _, err := os.Stat(filepath.Join(dir, unreadable+officer+end)); err != nil {
			t.Error(err)
		}
	}
	// Very many do not all come at once.
	for range maxSpares + 3 {
		if err := h.Spare(clerk, "", 0, data.Content{Traveller: data.Traveller{Surname: "MANY"}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []int{maxSpares, 3, 0} {
		if n, err := h.TakeSpare(ctx, clerk); n != want || err != nil {
			t.Errorf("came back %d, want %d, %v", n, want, err)
		}
	}
}

// TestSpareOfACorrection corrects the same certificate still.
func TestSpareOfACorrection(t *testing.T) {
	h, ctx := open(t), context.Background()
	clerk, reviewer, err := h.PracticeOfficers(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c := issueAt(t, h, clerk, reviewer)
	a, err := h.Correct(ctx, clerk, c.Number)
	if err != nil {
		t.Fatal(err)
	}
	typed := a.Content
	typed.Traveller.Phone = "+999 555 0199"
	if err := h.Spare(clerk, a.ID, a.Version, typed); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Save(ctx, clerk, a.ID, a.Version, a.Content); err != nil {
		t.Fatal(err)
	}
	if n, err := h.TakeSpare(ctx, clerk); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	x, err := h.ExportTraveller(ctx, reviewer, a.Content.Document.Issuer, a.Content.Document.Number)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range x.Applications {
		if b.ID != a.ID && b.ID != c.Application && (b.Replaces != c.Number || b.Content.Traveller.Phone != typed.Traveller.Phone) {
			t.Errorf("what came back replaces %q", b.Replaces)
		}
	}
	if len(x.Applications) != 3 {
		t.Errorf("%d cases", len(x.Applications))
	}
}
