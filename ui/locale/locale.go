// Package locale holds what Pratique says to people, in every language it
// speaks, and nothing else: it imports the standard library and package data,
// so the window and the command line use the same words.
//
// # Format
//
// A file system holds one folder a language and in it any number of files, by
// area; together they are one catalogue:
//
//	locale/en/problem.json
//	locale/zh/problem.json
//
// A file is one flat JSON object from keys to texts. A key stands in one file
// only. In a text
//
//	{1}           is the first argument
//	{1|day|days}  is the first form if the first argument is 1, else the second
//
// and everything else is itself. Every language has the same keys, and a key
// uses the same arguments in each of them.
package locale

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"pratique/data"
)

// English is the language that every installation has and that stands in for
// one that is not there.
const English = "en"

// Catalogues are the catalogues of all languages.
type Catalogues struct {
	all []*Catalogue
}

// Catalogue is what is said in one language.
type Catalogue struct {
	language string
	texts    map[string]string
}

// Load reads the folder "locale" of fsys. It fails if there is no English, if
// a file is not a flat object of texts, or if a key stands there twice.
func Load(fsys fs.FS) (*Catalogues, error) {
	files, err := fs.Glob(fsys, "locale/*/*.json")
	if err != nil {
		return nil, err
	}
	cs := &Catalogues{}
	for _, name := range files {
		language := path.Base(path.Dir(name))
		c := cs.find(language)
		if c == nil {
			c = &Catalogue{language: language, texts: map[string]string{}}
			cs.all = append(cs.all, c)
		}
		if err := c.read(fsys, name); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if cs.find(English) == nil {
		return nil, errors.New("locale: no English catalogue")
	}
	return cs, nil
}

// read adds a file, token by token, because encoding/json takes a key twice.
func (c *Catalogue) read(fsys fs.FS, name string) error {
	f, err := fsys.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	d := json.NewDecoder(f)
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("not a JSON object (%w)", err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		text, err := d.Token()
		if err != nil {
			return err
		}
		k, s := key.(string), ""
		var ok bool
		if s, ok = text.(string); !ok {
			return fmt.Errorf("key %q is not a text", k)
		}
		if _, twice := c.texts[k]; twice {
			return fmt.Errorf("key %q stands here and elsewhere", k)
		}
		c.texts[k] = s
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the object")
	}
	return nil
}

func (cs *Catalogues) find(language string) *Catalogue {
	i := slices.IndexFunc(cs.all, func(c *Catalogue) bool { return c.language == language })
	if i < 0 {
		return nil
	}
	return cs.all[i]
}

// Languages are the languages there are, in the order of their codes.
func (cs *Catalogues) Languages() []string {
	var languages []string
	for _, c := range cs.all {
		languages = append(languages, c.language)
	}
	slices.Sort(languages)
	return languages
}

// In returns the catalogue of a language, English if there is none.
func (cs *Catalogues) In(language string) *Catalogue {
	if c := cs.find(language); c != nil {
		return c
	}
	return cs.find(English)
}

// Language is the language's code: "en", "zh".
func (c *Catalogue) Language() string { return c.language }

// Has reports whether there is a text for key.
func (c *Catalogue) Has(key string) bool { _, ok := c.texts[key]; return ok }

// Keys are all keys, sorted.
func (c *Catalogue) Keys() []string {
	keys := make([]string, 0, len(c.texts))
	for k := range c.texts {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Under are the texts whose keys begin with prefix, by the rest of their keys.
func (c *Catalogue) Under(prefix string) map[string]string {
	texts := map[string]string{}
	for k, s := range c.texts {
		if rest, ok := strings.CutPrefix(k, prefix); ok {
			texts[rest] = s
		}
	}
	return texts
}

// T is the text of key with args put in. A missing key shows itself in ‹›, and
// a missing argument its number, because somebody must see it to mend it.
func (c *Catalogue) T(key string, args ...any) string {
	text, ok := c.texts[key]
	if !ok {
		return "‹" + key + "›"
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "{")
		b.WriteString(before)
		inside, rest, closed := strings.Cut(after, "}")
		if !found || !closed {
			return b.String()
		}
		number, forms, plural := strings.Cut(inside, "|")
		n, err := strconv.Atoi(number)
		switch {
		case err != nil || n < 1 || n > len(args):
			b.WriteString("{" + inside + "}")
		case plural:
			one, many, _ := strings.Cut(forms, "|")
			if fmt.Sprint(args[n-1]) == "1" {
				b.WriteString(one)
			} else {
				b.WriteString(many)
			}
		default:
			fmt.Fprint(&b, args[n-1])
		}
		text = rest
	}
}

// Problem is the sentence for p: the reason and, where p has one, an example.
// Its text gets the value as {1} and the example as {2}; a text without {2}
// has the example put behind it.
func (c *Catalogue) Problem(p data.Problem) string {
	s := c.T(p.Key, shown(p.Value), shown(p.Example))
	if p.Example != "" && !strings.Contains(c.texts[p.Key], "{2}") {
		s = c.T("problem.with-example", s, shown(p.Example))
	}
	return s
}

// shown is a value as people read it: a wall clock without the T.
func shown(value string) string {
	if _, err := time.Parse(data.WallLayout, value); err == nil {
		return strings.Replace(value, "T", " ", 1)
	}
	return value
}

// Field is the label of a field, named by its path in the JSON of
// [data.Content]: "tests[1].sampled" has the key "field.tests.sampled".
func (c *Catalogue) Field(path string) string {
	key, _ := fieldKey(path)
	return c.T("field." + key)
}

// Place says where a field is, for a list of problems: "Test 2 – Sampled".
func (c *Catalogue) Place(path string) string {
	key, index := fieldKey(path)
	part, _, nested := strings.Cut(key, ".")
	if !nested {
		return c.T("field." + key)
	}
	if index > 0 {
		return c.T("place."+part, index) + " – " + c.T("field."+key)
	}
	return c.T("place."+part) + " – " + c.T("field."+key)
}

// fieldKey takes the first index out of a path, counted from 1, 0 if it has none.
func fieldKey(path string) (key string, index int) {
	for {
		before, after, found := strings.Cut(path, "[")
		number, rest, closed := strings.Cut(after, "]")
		if !found || !closed {
			return path, index
		}
		if n, err := strconv.Atoi(number); err == nil && index == 0 {
			index = n + 1
		}
		path = before + rest
	}
}
