package rules

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"pratique/data"
)

// The reader of notices is stricter than YAML: one document, no anchors,
// aliases or tags, no field that its type does not have, none twice, nothing null. It
// fills the types by their JSON names, so that an application in an example is
// written with the names it has in a file for `pratiquectl issue`.

const maxNotice = 1 << 20 // bytes of a file

// parseYAML reads the one document of a file.
func parseYAML(b []byte) (*yaml.Node, error) {
	if len(b) > maxNotice {
		return nil, fmt.Errorf("longer than %d bytes", maxNotice)
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	var doc yaml.Node
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one document")
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, errors.New("no document")
	}
	return doc.Content[0], nil
}

// decoder fills Go values. A moment may be short, "2022-07-08T09:40": then it
// is on the clock of zone.
type decoder struct{ zone string }

func at(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("line %d: %w", n.Line, fmt.Errorf(format, args...))
}

var (
	momentOf      = reflect.TypeFor[data.Moment]()
	definitionsOf = reflect.TypeFor[Definitions]()
	nodeOf        = reflect.TypeFor[*yaml.Node]()
)

// into fills v from n.
func (d decoder) into(v reflect.Value, n *yaml.Node) error {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		return at(n, "anchors and aliases are not taken")
	case n.Style&yaml.TaggedStyle != 0: // to YAML, !child is a tag: the text would be gone
		return at(n, "a text that begins with ! needs quotes")
	case v.Type() == nodeOf:
		v.Set(reflect.ValueOf(n))
		return nil
	case v.Type() == momentOf && n.Kind == yaml.ScalarNode:
		m, err := d.moment(n.Value)
		if err != nil {
			return at(n, "%w", err)
		}
		v.Set(reflect.ValueOf(m))
		return nil
	}
	if v.Type() == definitionsOf {
		return d.fields(n, func(name string, value *yaml.Node) error {
			l := Definition{Name: name}
			err := d.into(reflect.ValueOf(&l.Is).Elem(), value)
			v.Set(reflect.Append(v, reflect.ValueOf(l)))
			return err
		})
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return d.into(v.Elem(), n)
	case reflect.Struct:
		return d.fields(n, func(name string, value *yaml.Node) error {
			i := fieldNamed(v.Type(), name)
			if i < 0 {
				return at(value, "unknown field %q (inside { } a text with a comma needs quotes)", name)
			}
			return d.into(v.Field(i), value)
		})
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		return d.fields(n, func(name string, value *yaml.Node) error {
			e := reflect.New(v.Type().Elem()).Elem()
			if err := d.into(e, value); err != nil {
				return err
			}
			v.SetMapIndex(reflect.ValueOf(name).Convert(v.Type().Key()), e)
			return nil
		})
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			return at(n, "not a list")
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
		for i, e := range n.Content {
			if err := d.into(v.Index(i), e); err != nil {
				return err
			}
		}
		return nil
	}
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return at(n, "not a single value")
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(n.Value)
	case reflect.Bool:
		if n.Value != "true" && n.Value != "false" {
			return at(n, "%q is neither true nor false", n.Value)
		}
		v.SetBool(n.Value == "true")
	case reflect.Int:
		i, err := strconv.Atoi(n.Value)
		if err != nil {
			return at(n, "%q is not a whole number", n.Value)
		}
		v.SetInt(int64(i))
	default:
		return at(n, "nothing of type %s can be written here", v.Type())
	}
	return nil
}

// fields visits the fields of a mapping.
func (d decoder) fields(n *yaml.Node, visit func(name string, value *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return at(n, "not fields with values")
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || key.Anchor != "" || seen[key.Value] {
			return at(key, "field %q occurs twice or is no name", key.Value)
		}
		seen[key.Value] = true
		if err := visit(key.Value, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// fieldNamed is the field of a struct with that JSON name, exactly, or -1.
func fieldNamed(t reflect.Type, name string) int {
	for i := range t.NumField() {
		if tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); tag == name && tag != "" && tag != "-" {
			return i
		}
	}
	return -1
}

// moment reads "2022-07-08T09:40", with a zone or an offset after a space.
func (d decoder) moment(s string) (data.Moment, error) {
	wall, place, _ := strings.Cut(s, " ")
	m := data.Moment{Wall: wall, Zone: d.zone}
	switch {
	case strings.HasPrefix(place, "+") || strings.HasPrefix(place, "-"):
		m.Zone, m.Offset = "", place
	case place != "":
		m.Zone = place
	}
	m = m.Pinned()
	if _, ok := m.Instant(); ok && m.ZoneAgrees() {
		return m, nil
	}
	if _, err := time.Parse(data.WallLayout, wall); err == nil && m.Zone != "" {
		if _, err := data.LoadZone(m.Zone); err == nil {
			return m, fmt.Errorf("%q does not exist in %s: clocks are put forward over it", wall, m.Zone)
		}
	}
	return m, fmt.Errorf("%q is not a time such as 2022-07-08T09:40 (without seconds), or 2022-07-08T09:40 Asia/Tokyo", s)
}

// step is one step of a path: ".name" or "[0]".
var step = regexp.MustCompile(`^(?:\.?([A-Za-z]+)|\[([0-9]{1,2})\])`)

// set is a copy of a tree with the value at a path replaced; a null value takes
// the field or element away, and the index after the last adds an element.
func set(root *yaml.Node, path string, value *yaml.Node) (*yaml.Node, error) {
	if path == "" {
		return value, nil
	}
	m := step.FindStringSubmatch(path)
	if m == nil {
		return nil, fmt.Errorf("%q is not a path such as tests[0].sampled", path)
	}
	rest := path[len(m[0]):]
	if m[2] != "" {
		i, _ := strconv.Atoi(m[2])
		return setIn(root, yaml.SequenceNode, i, 1, nil, rest, value)
	}
	i, key := 1, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: m[1], Line: value.Line}
	if root != nil {
		for i < len(root.Content) && root.Content[i-1].Value != m[1] {
			i += 2
		}
	}
	return setIn(root, yaml.MappingNode, i, 2, key, rest, value)
}

// setIn sets below the value that stands at index i of a node's content, which
// is in groups of size; key goes before a value that is added.
func setIn(root *yaml.Node, kind yaml.Kind, i, size int, key *yaml.Node, rest string, value *yaml.Node) (*yaml.Node, error) {
	var out yaml.Node
	switch {
	case root == nil:
		out = yaml.Node{Kind: kind, Line: value.Line}
	case root.Kind != kind:
		return nil, errors.New("a step of the path leads nowhere")
	default:
		out = *root
		out.Content = append([]*yaml.Node{}, root.Content...)
	}
	if i > len(out.Content)+size-1 {
		return nil, fmt.Errorf("there are only %d elements", len(out.Content))
	}
	var old *yaml.Node
	if i < len(out.Content) {
		old = out.Content[i]
	}
	if rest == "" && value.Tag == "!!null" {
		if old == nil {
			return nil, errors.New("there is nothing to take away")
		}
		out.Content = append(out.Content[:i+1-size:i+1-size], out.Content[i+1:]...)
		return &out, nil
	}
	made, err := set(old, rest, value)
	switch {
	case err != nil:
		return nil, err
	case old != nil:
		out.Content[i] = made
	case key != nil:
		out.Content = append(out.Content, key, made)
	default:
		out.Content = append(out.Content, made)
	}
	return &out, nil
}
