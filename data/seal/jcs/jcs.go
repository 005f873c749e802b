// Package jcs reads JSON strictly and writes it canonically, as RFC 8785 (JSON
// Canonicalization Scheme) says: one text for every value, so that a signature
// can be over a value however it was spelled.
//
// # The bytes
//
// No white space. Members of an object are in the order of their names as
// UTF-16 code units (RFC 8785 §3.2.3). A string is its UTF-8 between quotation
// marks; only these are escaped: \" \\ \b \t \n \f \r, and any other character
// below U+0020 as \u and four hexadecimal digits in lower case (§3.2.2.2). A
// number is an IEEE 754 double, written as ECMAScript does: the shortest digits
// that give it back, with an exponent from 1e21 up and below 1e-6 (§3.2.2.3).
package jcs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDepth is how deep arrays and objects may lie in each other.
const MaxDepth = 16

// ErrJSON says that a text is not the JSON that RFC 8785 §3.1 asks for (that of
// RFC 7493): it is wrapped with what is wrong with it.
var ErrJSON = errors.New("not JSON that can be signed")

// Parse reads one JSON text: nil, bool, float64, string, []any and
// map[string]any. It refuses what could be read in two ways: a name that occurs
// twice, text that is not UTF-8, half a surrogate pair, a number beyond a
// double, anything after the value. The caller bounds the size.
func Parse(text []byte) (any, error) {
	switch {
	case !utf8.Valid(text):
		return nil, fmt.Errorf("%w: not UTF-8", ErrJSON)
	case !json.Valid(text):
		return nil, fmt.Errorf("%w: syntax", ErrJSON)
	case halfPair(text):
		return nil, fmt.Errorf("%w: half a surrogate pair", ErrJSON)
	}
	p := parser{json.NewDecoder(bytes.NewReader(text))}
	p.d.UseNumber()
	v, err := p.value(0)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrJSON, err)
	}
	return v, nil
}

// parser walks a text that is known to be well-formed.
type parser struct{ d *json.Decoder }

func (p parser) value(depth int) (any, error) {
	token, err := p.d.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Number:
		f, err := strconv.ParseFloat(string(t), 64)
		if err != nil {
			return nil, fmt.Errorf("number %s is beyond a double", t)
		}
		return f, nil
	case json.Delim:
		if depth == MaxDepth {
			return nil, fmt.Errorf("more than %d deep", MaxDepth)
		}
		if t == '[' {
			return p.array(depth + 1)
		}
		return p.object(depth + 1)
	default:
		return t, nil // nil, bool or string
	}
}

func (p parser) array(depth int) (any, error) {
	all := []any{}
	for p.d.More() {
		v, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	_, err := p.d.Token()
	return all, err
}

func (p parser) object(depth int) (any, error) {
	all := map[string]any{}
	for p.d.More() {
		token, err := p.d.Token()
		if err != nil {
			return nil, err
		}
		name := token.(string) // anything else is no JSON
		if _, twice := all[name]; twice {
			return nil, fmt.Errorf("name %q occurs twice", name)
		}
		if all[name], err = p.value(depth); err != nil {
			return nil, err
		}
	}
	_, err := p.d.Token()
	return all, err
}

// halfPair reports whether a well-formed text escapes one surrogate of a pair
// without the other. The decoder would put U+FFFD in its place.
func halfPair(text []byte) bool {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		i++ // the character that is escaped
		first, ok := escaped(text[i:])
		if !ok || !utf16.IsSurrogate(first) {
			continue
		}
		second := rune(0)
		if rest := text[i+5:]; rest[0] == '\\' { // a quotation mark follows, if nothing else
			second, _ = escaped(rest[1:])
		}
		if utf16.DecodeRune(first, second) == utf8.RuneError {
			return true
		}
		i += 10 // the pair without its first backslash; the loop adds one
	}
	return false
}

// escaped is the code unit at "uXXXX".
func escaped(b []byte) (rune, bool) {
	if len(b) < 5 || b[0] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[1:5]), 16, 16)
	return rune(n), err == nil
}

// Append writes v, made of what [Parse] gives, canonically. It fails on any
// other type, on a number that is not finite and on text that is not UTF-8.
func Append(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case float64:
		return appendNumber(b, v)
	case string:
		return appendString(b, v)
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			var err error
			if b, err = Append(b, e); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	case map[string]any:
		b = append(b, '{')
		for i, name := range slices.SortedFunc(maps.Keys(v), compare) {
			if i > 0 {
				b = append(b, ',')
			}
			var err error
			if b, err = appendString(b, name); err != nil {
				return nil, err
			}
			if b, err = Append(append(b, ':'), v[name]); err != nil {
				return nil, err
			}
		}
		return append(b, '}'), nil
	}
	return nil, fmt.Errorf("%w: a value of type %T", ErrJSON, v)
}

// compare orders names by their UTF-16 code units.
func compare(a, b string) int {
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

func appendNumber(b []byte, f float64) ([]byte, error) {
	switch abs := math.Abs(f); {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return nil, fmt.Errorf("%w: number %v", ErrJSON, f)
	case abs == 0: // -0 too
		return append(b, '0'), nil
	case abs >= 1e21 || abs < 1e-6:
		b = strconv.AppendFloat(b, f, 'e', -1, 64)
		if n := len(b); b[n-4] == 'e' && b[n-2] == '0' { // e-07 is written e-7
			b = append(b[:n-2], b[n-1])
		}
		return b, nil
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64), nil
}

func appendString(b []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, fmt.Errorf("%w: text is not UTF-8", ErrJSON)
	}
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c >= ' ':
			b = append(b, c)
		default:
			if short := bytes.IndexByte([]byte("\b\t\n\f\r"), c); short >= 0 {
				b = append(b, '\\', "btnfr"[short])
			} else {
				b = fmt.Appendf(b, `\u%04x`, c)
			}
		}
	}
	return append(b, '"'), nil
}

// Of is the canonical text of any value that encoding/json can write.
func Of(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return Canonical(b)
}

// Canonical is the canonical text of a JSON text.
func Canonical(text []byte) ([]byte, error) {
	v, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return Append(nil, v)
}
