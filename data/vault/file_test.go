package vault_test

import (
	"bytes"
	"errors"
	"testing"

	"pratique/data/store/mem"
	"pratique/data/vault"
)

func TestFile(t *testing.T) {
	create := func() *vault.Vault {
		v, _, err := vault.Create(t.Context(), mem.New(), "practice", nil)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	v, content := create(), []byte("half typed SPECIMEN")
	sealed, err := v.SealFile("a", content)
	if err != nil || bytes.Contains(sealed, []byte("SPECIMEN")) {
		t.Fatalf("%q, %v", sealed, err)
	}
	if got, err := v.OpenFile("a", sealed); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%q, %v", got, err)
	}
	flipped := bytes.Clone(sealed)
	flipped[len(flipped)/2] ^= 1
	for name, open := range map[string]func() ([]byte, error){
		"another name":  func() ([]byte, error) { return v.OpenFile("b", sealed) },
		"another vault": func() ([]byte, error) { return create().OpenFile("a", sealed) },
		"a bit":         func() ([]byte, error) { return v.OpenFile("a", flipped) },
		"cut off":       func() ([]byte, error) { return v.OpenFile("a", sealed[:7]) },
		"nothing":       func() ([]byte, error) { return v.OpenFile("a", nil) },
	} {
		if got, err := open(); !errors.Is(err, vault.ErrDamaged) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	v.Lock()
	if _, err := v.SealFile("a", content); !errors.Is(err, vault.ErrLocked) {
		t.Errorf("sealed while locked: %v", err)
	}
	if _, err := v.OpenFile("a", sealed); !errors.Is(err, vault.ErrLocked) {
		t.Errorf("opened while locked: %v", err)
	}
}
