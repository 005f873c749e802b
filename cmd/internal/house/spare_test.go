package house

import (
	"bytes"
	"context"
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
