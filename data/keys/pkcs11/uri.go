// Package pkcs11 is the place of keys that lie in tokens: smart cards, USB keys,
// hardware security modules, reached through their maker's library (PKCS#11,
// OASIS, version 2.40). A key never leaves its token.
//
// A key is named by a URI of RFC 7512:
//
//	pkcs11:token=Post%20PR;object=signer-2022?module-path=/usr/lib/softhsm/libsofthsm2.so
//
// Understood are, of the path, token, manufacturer, model, serial and slot-id,
// which together must fit exactly one token, and object (the label), id and
// type=private, of which object or id is there and which must fit exactly one
// private key; of the query, module-path, an absolute path. Whatever else a URI
// may hold is refused, pin-value and pin-source above all: a PIN is no part of
// a name.
//
// A wrong PIN is offered once and never again by itself, because tokens count
// and lock.
//
// The package needs cgo, since those libraries are C. Built without, its
// [Tokens] refuse with [ErrNotBuilt].
package pkcs11

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"pratique/data/keys"
)

// Scheme is that of the URIs above.
const Scheme = "pkcs11"

// ErrNotBuilt: this program was built without PKCS#11.
var ErrNotBuilt = errors.New("this program was built without PKCS#11; use one that was built with cgo, or a signer in a file")

// name is what a URI says.
type name struct {
	module                             string
	token, manufacturer, model, serial string // "": any
	slot                               *uint  // nil: any
	object, id                         []byte // nil: any
}

// parse reads a URI. Its errors wrap keys.ErrUnfit and repeat no value of it.
func parse(u *url.URL) (name, error) {
	var n name
	wrong := func(format string, args ...any) (name, error) {
		return name{}, fmt.Errorf("%w: pkcs11 URI: %s", keys.ErrUnfit, fmt.Sprintf(format, args...))
	}
	if u.Scheme != Scheme || u.Opaque == "" || u.Fragment != "" {
		return wrong("it is not of the form pkcs11:token=…;object=…?module-path=…")
	}
	var seen []string
	read := func(part, separator string, known map[string]func(string) bool) error {
		for attribute := range strings.SplitSeq(part, separator) {
			key, value, _ := strings.Cut(attribute, "=")
			value, err := url.PathUnescape(value)
			set, ok := known[key]
			switch {
			case !ok:
				_, err = wrong("the attribute %q is not understood here", key)
			case err != nil || value == "" || slices.Contains(seen, key) || !set(value):
				_, err = wrong("%s is wrong, or is there twice", key)
			}
			if err != nil {
				return err
			}
			seen = append(seen, key)
		}
		return nil
	}
	text := func(to *string) func(string) bool {
		return func(v string) bool { *to = v; return true }
	}
	raw := func(to *[]byte) func(string) bool {
		return func(v string) bool { *to = []byte(v); return true }
	}
	err := read(u.Opaque, ";", map[string]func(string) bool{
		"token": text(&n.token), "manufacturer": text(&n.manufacturer), "model": text(&n.model), "serial": text(&n.serial),
		"slot-id": func(v string) bool {
			slot, err := strconv.ParseUint(v, 10, 32)
			n.slot = new(uint)
			*n.slot = uint(slot)
			return err == nil
		},
		"object": raw(&n.object), "id": raw(&n.id),
		"type": func(v string) bool { return v == "private" },
	})
	if err != nil {
		return name{}, err
	}
	err = read(u.RawQuery, "&", map[string]func(string) bool{"module-path": text(&n.module)})
	switch {
	case err != nil:
		return name{}, err
	case !filepath.IsAbs(n.module):
		return wrong("module-path is not the whole path of the token's library")
	case n.token == "" && n.serial == "" && n.slot == nil:
		return wrong("it names no token: token, serial or slot-id is needed")
	case n.object == nil && n.id == nil:
		return wrong("it names no key: object or id is needed")
	}
	return n, nil
}
