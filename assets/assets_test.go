package assets

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pratique/data"
	"pratique/data/codes"
)

func TestEmbeddedListsLoad(t *testing.T) {
	if _, err := codes.Load(FS); err != nil {
		t.Error(err)
	}
}

func TestPracticeLaboratories(t *testing.T) {
	raw, err := FS.ReadFile("practice/laboratories.json")
	if err != nil {
		t.Fatal(err)
	}
	var labs []data.Laboratory
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&labs); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, l := range labs {
		if seen[string(l.ID)] || seen[l.SealName] || l.ID == "" || l.Name == "" {
			t.Errorf("%s: identifier, name or seal name is missing or occurs twice", l.ID)
		}
		seen[string(l.ID)], seen[l.SealName] = true, true
		if n := len(l.SealName); n == 0 || n > data.MaxSealText || strings.ContainsFunc(l.SealName, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%s: seal name %q", l.ID, l.SealName)
		}
		if !l.From.Full() || l.Until != "" && (!l.Until.Full() || l.Until < l.From) {
			t.Errorf("%s: from %q until %q", l.ID, l.From, l.Until)
		}
		// Nothing in them may reach anyone: +999 is no country, example.org nobody.
		if !strings.HasPrefix(l.Phone, "+999 ") || !strings.HasSuffix(l.Email, ".example.org") || !strings.HasSuffix(l.Address, ", Utopia") {
			t.Errorf("%s could be taken for a real laboratory", l.ID)
		}
		for _, kind := range l.Kinds {
			if !slices.Contains(data.TestKinds, kind) {
				t.Errorf("%s: kind %q", l.ID, kind)
			}
		}
	}
	const today = data.Date("2026-11-22")
	for _, kind := range data.TestKinds {
		if !slices.ContainsFunc(labs, func(l data.Laboratory) bool { return l.Serves(kind, today) }) {
			t.Errorf("no laboratory does %s", kind)
		}
	}
	if !slices.ContainsFunc(labs, func(l data.Laboratory) bool { return l.Until != "" && l.Until < today }) {
		t.Error("none is retired, so that nobody can practise meeting one")
	}
}
