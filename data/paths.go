package data

import (
	"encoding/json"
	"fmt"
)

// Paths are the values of v by their paths in its JSON: "tests[1].sampled.wall".
// Name may name an element of a list; where it is nil or says nothing that is
// its place, from 0.
func Paths(v any, name func(element any) string) (map[string]string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var plain any
	if err := json.Unmarshal(b, &plain); err != nil {
		return nil, err
	}
	all := map[string]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for field, value := range v {
				if path != "" {
					field = path + "." + field
				}
				walk(field, value)
			}
		case []any:
			for i, element := range v {
				at := ""
				if name != nil {
					at = name(element)
				}
				if at == "" {
					at = fmt.Sprint(i)
				}
				walk(path+"["+at+"]", element)
			}
		case nil:
		default:
			all[path] = fmt.Sprint(v)
		}
	}
	walk("", plain)
	return all, nil
}
