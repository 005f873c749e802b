package brought

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"pratique/data"
	"pratique/data/mrz"
)

// values are the values of a content that are not empty, by their paths in its
// JSON, in the order of the form. What seals and confirmations say is not among
// them, nor is the type.
func values(c data.Content) (all []data.Signed) {
	c.Type, c.Brought, c.Confirmed = "", nil, nil
	walk(reflect.ValueOf(c), "", func(path string, v reflect.Value) {
		if text := spell(v); text != "" {
			all = append(all, data.Signed{Field: path, Value: text})
		}
	})
	return all
}

// walk visits every value that is not made of others; a moment is one.
func walk(v reflect.Value, path string, visit func(string, reflect.Value)) {
	switch {
	case v.Type() == reflect.TypeFor[data.Moment]():
		visit(path, v)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			walk(v.Field(i), strings.TrimPrefix(path+"."+name, "."), visit)
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), fmt.Sprintf("%s[%d]", path, i), visit)
		}
	default:
		visit(path, v)
	}
}

// spell is the text of a value, empty if it is.
func spell(v reflect.Value) string {
	switch m := v.Interface().(type) {
	case data.Moment:
		return m.Wall + m.Offset
	case bool:
		if !m {
			return ""
		}
	}
	return fmt.Sprint(v.Interface())
}

// get is the text at a path, empty if there is none.
func get(c data.Content, path string) (text string) {
	walk(reflect.ValueOf(c), "", func(p string, v reflect.Value) {
		if p == path {
			text = spell(v)
		}
	})
	return text
}

// set puts a text at a path, and reports whether there is room for it.
func set(c *data.Content, path, text string) (done bool) {
	walk(reflect.ValueOf(c).Elem(), "", func(p string, v reflect.Value) {
		switch {
		case p != path:
		case v.Type() == reflect.TypeFor[data.Moment]():
			wall := text[:min(len(text), len(data.WallLayout))]
			v.Set(reflect.ValueOf(data.Moment{Wall: wall, Offset: text[len(wall):]}))
			done = true
		case v.Kind() == reflect.String:
			v.SetString(text)
			done = true
		}
	})
	return done
}

// same reports whether two texts say the same in a field: names in another
// spelling of the same letters, and moments at another offset, do.
func same(field, a, b string) bool {
	switch {
	case a == b:
		return true
	case a == "" || b == "":
		return false
	case field == "traveller.surname" || field == "traveller.givenNames":
		return mrz.SameName(a, b)
	case strings.HasSuffix(field, ".sampled") || strings.HasSuffix(field, ".analysed") || strings.HasSuffix(field, ".reported"):
		moment := func(s string) data.Moment {
			wall := s[:min(len(s), len(data.WallLayout))]
			return data.Moment{Wall: wall, Offset: s[len(wall):]}
		}
		t, ok1 := moment(a).Instant()
		u, ok2 := moment(b).Instant()
		return ok1 && ok2 && t.Equal(u)
	}
	return false
}

// split takes "doses[1].lot" apart: "doses", 1, "doses[1]", true; of a path that
// is not in a list, "traveller.surname", only the first word.
func split(path string) (list string, i int, item string, indexed bool) {
	list, _, _ = strings.Cut(path, ".")
	item = list
	list, number, indexed := strings.Cut(list, "[")
	if indexed {
		i, _ = strconv.Atoi(strings.TrimSuffix(number, "]"))
	}
	return list, i, item, indexed
}

// places say where the tests, doses and infections of a seal stand in an
// application: "doses[0]" → 1.
type places map[string]int

// of is the path in the application of a path in a seal.
func (p places) of(path string) (string, bool) {
	list, _, item, indexed := split(path)
	if !indexed {
		return path, true
	}
	at, ok := p[item]
	if !ok {
		return "", false
	}
	return fmt.Sprintf("%s[%d]%s", list, at, path[len(item):]), true
}

// add makes room at the end of a list for what a path of a seal is in.
func (p places) add(c *data.Content, path string) string {
	list, _, item, _ := split(path)
	switch list {
	case "tests":
		p[item] = len(c.Tests)
		c.Tests = append(c.Tests, data.Test{})
	case "doses":
		p[item] = len(c.Doses)
		c.Doses = append(c.Doses, data.Dose{})
	case "infections":
		p[item] = len(c.Infections)
		c.Infections = append(c.Infections, data.Infection{})
	}
	at, _ := p.of(path)
	return at
}

// weights are how much it says that two entries are the same if they agree in a
// field.
var weights = map[string]int{"kind": 1, "sampled": 8, "result": 1, "date": 8, "lot": 8, "product": 2, "firstPositive": 8}

// match finds what of a seal is in the application already: those that agree
// most first, and a single one that is left of either side is the other's.
func match(c data.Content, b data.Brought) places {
	type pair struct {
		item   string
		list   string
		at     int
		weight int
	}
	var pairs []pair
	said := map[string][]data.Signed{}
	for _, v := range b.Values {
		if _, _, item, indexed := split(v.Field); indexed {
			said[item] = append(said[item], v)
		}
	}
	for _, item := range order(said) {
		list, _, _, _ := split(item)
		for at := range map[string]int{"tests": len(c.Tests), "doses": len(c.Doses), "infections": len(c.Infections)}[list] {
			p, other, empty := pair{item, list, at, 0}, false, true
			for _, v := range said[item] {
				name := v.Field[len(item)+1:]
				path := fmt.Sprintf("%s[%d].%s", list, at, name)
				here := get(c, path)
				empty = empty && here == ""
				switch {
				case same(path, here, v.Value):
					p.weight += weights[name]
				case name == "kind" && here != "":
					other = true // a test for something else is another test
				}
			}
			if !other && (p.weight > 0 || empty) {
				pairs = append(pairs, p)
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(b.weight, a.weight) })
	found, taken := places{}, map[string]bool{}
	for _, p := range pairs {
		here := fmt.Sprintf("%s[%d]", p.list, p.at)
		if _, done := found[p.item]; !done && !taken[here] {
			found[p.item], taken[here] = p.at, true
		}
	}
	return found
}

// order are the items of a seal as they stand in it.
func order(said map[string][]data.Signed) (items []string) {
	for item := range said {
		items = append(items, item)
	}
	slices.SortFunc(items, func(a, b string) int {
		la, ia, _, _ := split(a)
		lb, ib, _, _ := split(b)
		return cmp.Or(cmp.Compare(la, lb), cmp.Compare(ia, ib))
	})
	return items
}
