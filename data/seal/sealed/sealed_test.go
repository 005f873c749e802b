package sealed_test

import (
	"errors"
	"strings"
	"testing"

	"filippo.io/age"

	"pratique/data/seal/hcert"
	"pratique/data/seal/sealed"
)

func identity(t testing.TB) *age.X25519Identity {
	t.Helper()
	i, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// inner is a text as a signed record has it; what is in it is not looked at.
func inner(content string) string { return hcert.Prefix + hcert.EncodeBase45([]byte(content)) }

func TestEncryptedForSomeOpenedByThem(t *testing.T) {
	a, b, c := identity(t), identity(t), identity(t)
	for n, to := range [][]string{{a.Recipient().String()}, {a.Recipient().String(), b.Recipient().String()}} {
		text, err := sealed.Encrypt(inner("a signed record"), to...)
		if err != nil || !sealed.Looks("\ufeff"+text+"\r\n") {
			t.Fatalf("%v %q", err, text)
		}
		if strings.Trim(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:") != "" {
			t.Errorf("%q is not alphanumeric", text)
		}
		if got, err := sealed.Recipients(text); err != nil || got != n+1 {
			t.Errorf("for %d, %v", got, err)
		}
		for i, id := range []age.Identity{a, b, c} {
			opened, err := sealed.Open(text, id)
			if mine := i <= n; mine && (err != nil || opened != inner("a signed record")) || !mine && !errors.Is(err, sealed.ErrNotForYou) {
				t.Errorf("identity %d of %d: %q %v", i, n+1, opened, err)
			}
		}
	}
	if _, err := sealed.Encrypt(inner(strings.Repeat("x", 2000)), a.Recipient().String()); !errors.Is(err, sealed.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	if _, err := sealed.Encrypt(inner("x"), a.String()); err == nil || strings.Contains(err.Error(), "AGE-SECRET") {
		t.Errorf("a secret key: %v", err)
	}
}

// TestRecipientsOfOthers: what is no encrypted seal is for nobody, and why is
// told.
func TestRecipientsOfOthers(t *testing.T) {
	for _, text := range []string{"", "HC1:AB", "ABC", sealed.Prefix, sealed.Prefix + "A", sealed.Prefix + strings.Repeat("A", 1<<20)} {
		if n, err := sealed.Recipients(text); n != 0 || !errors.Is(err, sealed.ErrFormat) || strings.Contains(err.Error(), "%!") {
			t.Errorf("%.20q: %d, %v", text, n, err)
		}
	}
}

// TestEveryChangedCharacterIsFound: what was changed anywhere does not open.
func TestEveryChangedCharacterIsFound(t *testing.T) {
	id := identity(t)
	text, err := sealed.Encrypt(inner("a signed record"), id.Recipient().String())
	if err != nil {
		t.Fatal(err)
	}
	for i := len(sealed.Prefix); i < len(text); i++ {
		changed := []byte(text)
		if changed[i] = 'A'; text[i] == 'A' {
			changed[i] = 'B'
		}
		if opened, err := sealed.Open(string(changed), id); err == nil {
			t.Fatalf("character %d: opened as %q", i, opened)
		}
	}
}

func TestIdentities(t *testing.T) {
	id := identity(t)
	if all, err := sealed.ReadIdentities(strings.NewReader("# ours\n\n" + id.String() + "\n")); err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
	for _, text := range []string{"", "# none\n", id.String() + "X\n", id.Recipient().String(), strings.Repeat("AGE-SECRET-KEY-1\n", 9000)} {
		if all, err := sealed.ReadIdentities(strings.NewReader(text)); err == nil || strings.Contains(err.Error(), id.String()) {
			t.Errorf("%d bytes: %v, %v", len(text), all, err)
		}
	}
}

// FuzzOpen: nothing opens but what was encrypted for the identity, and nothing
// panics.
func FuzzOpen(f *testing.F) {
	id := identity(f)
	good, err := sealed.Encrypt(inner("a signed record"), id.Recipient().String())
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{good, good[:100], sealed.Prefix, "", "HC1:" + good[5:], strings.ToLower(good)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		opened, err := sealed.Open(text, id)
		if err == nil && opened != inner("a signed record") {
			t.Errorf("opened %q as %q", text, opened)
		}
		if err != nil && !errors.Is(err, sealed.ErrFormat) && !errors.Is(err, sealed.ErrNotForYou) {
			t.Errorf("%v", err)
		}
		sealed.Recipients(text)
	})
}
