package pkcs11

import (
	"errors"
	"net/url"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pratique/data/keys"
)

var _ keys.Place = (*Tokens)(nil)

func number(n uint) *uint { return &n }

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		uri  string
		want name
	}{
		{"pkcs11:token=Post%20PR;object=signer?module-path=/lib/p11.so", name{module: "/lib/p11.so", token: "Post PR", object: []byte("signer")}},
		{"pkcs11:slot-id=3;id=%01%a0%3B?module-path=/lib/a%26b.so", name{module: "/lib/a&b.so", slot: number(3), id: []byte{1, 0xa0, ';'}}},
		{"pkcs11:model=M;manufacturer=N%2b;token=T;serial=0012;id=%00;object=o;type=private?module-path=/m",
			name{module: "/m", token: "T", manufacturer: "N+", model: "M", serial: "0012", id: []byte{0}, object: []byte("o")}},
		{"pkcs11:token=a+b;object=%E5%85%AC?module-path=/m", name{module: "/m", token: "a+b", object: []byte("公")}},
	} {
		u, err := url.Parse(tt.uri)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := parse(u); err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, %v, want %+v", tt.uri, got, err, tt.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, uri := range []string{
		"pkcs11:", "pkcs11:?module-path=/m", "file:token=T;object=o?module-path=/m", "pkcs11://token=T;object=o?module-path=/m",
		"pkcs11:token=T;object=o", "pkcs11:token=T;object=o?module-path=", "pkcs11:token=T;object=o?module-path=p11.so",
		"pkcs11:token=T;object=o?module-path=../p11.so", "pkcs11:token=T;object=o?module-name=p11",
		"pkcs11:object=o?module-path=/m", "pkcs11:manufacturer=N;object=o?module-path=/m",
		"pkcs11:token=T?module-path=/m", "pkcs11:token=T;object=?module-path=/m", "pkcs11:token=T;object?module-path=/m",
		"pkcs11:token=T;token=T;object=o?module-path=/m", "pkcs11:token=T;object=o?module-path=/m&module-path=/n",
		"pkcs11:token=T;object=o;type=public?module-path=/m", "pkcs11:token=T;object=o;x-mine=1?module-path=/m",
		"pkcs11:token=T;object=o;?module-path=/m", "pkcs11:slot-id=-1;object=o?module-path=/m", "pkcs11:slot-id=x;object=o?module-path=/m",
		"pkcs11:token=%zz;object=o?module-path=/m", "pkcs11:token=T;object=o?module-path=/m#f",
		"pkcs11:token=T;object=o?module-path=/m&pin-value=secret", "pkcs11:token=T;object=o?pin-source=file:/secret&module-path=/m",
		"pkcs11:token=T;object=o;pin-value=secret?module-path=/m",
	} {
		u, err := url.Parse(uri)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parse(u)
		if !errors.Is(err, keys.ErrUnfit) || !reflect.DeepEqual(got, name{}) {
			t.Errorf("%s: %+v, %v", uri, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error repeats a PIN: %v", uri, err)
		}
		// No library is loaded for a name that is not one.
		var tokens Tokens
		if k, err := tokens.Open(u, []byte("1234")); !errors.Is(err, keys.ErrUnfit) || k != nil {
			t.Errorf("%s: opened: %v", uri, err)
		}
		if k, err := tokens.Make(u, []byte("1234")); !errors.Is(err, keys.ErrUnfit) || k != nil {
			t.Errorf("%s: made: %v", uri, err)
		}
	}
}

// FuzzParse: what is accepted names a token, a key and a whole path; what is
// not says nothing of it.
func FuzzParse(f *testing.F) {
	f.Add("token=T;object=o", "module-path=/m")
	f.Add("slot-id=3;id=%01%a0;type=private", "module-path=/a%26b")
	f.Add("token=T;object=o", "module-path=/m&pin-value=1234")
	f.Fuzz(func(t *testing.T, path, query string) {
		n, err := parse(&url.URL{Scheme: Scheme, Opaque: path, RawQuery: query})
		if err != nil {
			if !errors.Is(err, keys.ErrUnfit) || !reflect.DeepEqual(n, name{}) {
				t.Errorf("%+v, %v", n, err)
			}
			return
		}
		if !filepath.IsAbs(n.module) || n.token == "" && n.serial == "" && n.slot == nil || len(n.object) == 0 && len(n.id) == 0 {
			t.Errorf("%q?%q: %+v", path, query, n)
		}
	})
}
