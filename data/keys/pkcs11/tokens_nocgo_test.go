//go:build !cgo

package pkcs11

import (
	"errors"
	"net/url"
	"testing"

	"pratique/data/keys"
)

func TestWithoutCgoItSaysSo(t *testing.T) {
	u, err := url.Parse("pkcs11:token=T;object=o?module-path=/m")
	if err != nil {
		t.Fatal(err)
	}
	var tokens Tokens
	for _, f := range []func(*url.URL, []byte) error{
		func(u *url.URL, pin []byte) error { _, err := tokens.Open(u, pin); return err },
		func(u *url.URL, pin []byte) error { _, err := tokens.Make(u, pin); return err },
	} {
		if err := f(u, []byte("1234")); !errors.Is(err, ErrNotBuilt) || !errors.Is(err, keys.ErrMissing) {
			t.Error(err)
		}
	}
}
