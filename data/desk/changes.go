package desk

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"

	"pratique/data"
)

// maxChanges is how many changed fields one entry names; a form that is typed
// anew is one with very many.
const maxChanges = 48

// changes are what an entry says of an edit: for each field that changed its
// path, and what it was and is as digests, the first 8 bytes of HMAC-SHA-256
// over path and value. The key is the application's salt, so with it and a value
// one can prove what stood there, and nobody can when the application is erased.
func changes(salt []byte, before, after data.Content) (map[string]string, error) {
	was, err := data.Paths(before, nil)
	if err != nil {
		return nil, err
	}
	is, err := data.Paths(after, nil)
	if err != nil {
		return nil, err
	}
	digest := func(path string, value string, there bool) string {
		if !there {
			return "-"
		}
		h := hmac.New(sha256.New, salt)
		h.Write([]byte(path + "\x00" + value))
		return hex.EncodeToString(h.Sum(nil)[:8])
	}
	all := maps.Clone(was)
	maps.Copy(all, is)
	changed := map[string]string{}
	more := 0
	for _, path := range slices.Sorted(maps.Keys(all)) {
		old, wasThere := was[path]
		now, isThere := is[path]
		switch {
		case old == now && wasThere == isThere:
		case len(changed) == maxChanges:
			more++
		default:
			changed[path] = digest(path, old, wasThere) + ">" + digest(path, now, isThere)
		}
	}
	if more > 0 {
		changed["more"] = strconv.Itoa(more)
	}
	return changed, nil
}
