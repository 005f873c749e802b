package desk

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
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
	was, err := fields(before)
	if err != nil {
		return nil, err
	}
	is, err := fields(after)
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

// fields are the values of a content by their paths: "tests[1].sampled.wall".
func fields(c data.Content) (map[string]string, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return nil, err
	}
	all := map[string]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, field := range v {
				if path != "" {
					name = path + "." + name
				}
				walk(name, field)
			}
		case []any:
			for i, element := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), element)
			}
		case nil:
		default:
			all[path] = fmt.Sprint(v)
		}
	}
	walk("", v)
	return all, nil
}
