package locale

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"pratique/data"
)

func load(t *testing.T) *Catalogues {
	t.Helper()
	cs, err := Load(os.DirFS("../../assets"))
	if err != nil {
		t.Fatal(err)
	}
	return cs
}

func TestT(t *testing.T) {
	c := &Catalogue{texts: map[string]string{
		"plain":  "Nothing waits.",
		"number": "{1} {1|case|cases} of {2}",
		"odd":    "a } b {x} {",
	}}
	for _, tt := range []struct {
		key  string
		args []any
		want string
	}{
		{"plain", nil, "Nothing waits."},
		{"plain", []any{1}, "Nothing waits."},
		{"number", []any{1, "A"}, "1 case of A"},
		{"number", []any{7, "B"}, "7 cases of B"},
		{"number", []any{0}, "0 cases of {2}"},
		{"odd", []any{1}, "a } b {x} "},
		{"gone", nil, "‹gone›"},
	} {
		if got := c.T(tt.key, tt.args...); got != tt.want {
			t.Errorf("T(%q, %v) = %q, want %q", tt.key, tt.args, got, tt.want)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"no English":     {"locale/zh/a.json": `{"a":"b"}`},
		"twice":          {"locale/en/a.json": `{"a":"b","a":"c"}`},
		"twice in files": {"locale/en/a.json": `{"a":"b"}`, "locale/en/b.json": `{"a":"b"}`},
		"nested":         {"locale/en/a.json": `{"a":{"b":"c"}}`},
		"number":         {"locale/en/a.json": `{"a":1}`},
		"list":           {"locale/en/a.json": `["a"]`},
		"cut short":      {"locale/en/a.json": `{"a":"b"`},
		"tail":           {"locale/en/a.json": `{"a":"b"} {}`},
	} {
		fsys := fstest.MapFS{}
		for file, text := range files {
			fsys[file] = &fstest.MapFile{Data: []byte(text)}
		}
		if _, err := Load(fsys); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

var placeholder = regexp.MustCompile(`\{(\d+)(\|[^}]*)?\}`)

// arguments are the numbers of the arguments a text uses, sorted.
func arguments(text string) []string {
	var numbers []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		numbers = append(numbers, m[1])
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

func TestLanguagesAgree(t *testing.T) {
	cs := load(t)
	if got, want := cs.Languages(), []string{"en", "zh"}; !slices.Equal(got, want) {
		t.Fatalf("languages %v, want %v", got, want)
	}
	english := cs.In(English)
	for _, language := range cs.Languages() {
		c := cs.In(language)
		for _, k := range english.Keys() {
			if !c.Has(k) {
				t.Errorf("%s: no %q", language, k)
			} else if got, want := arguments(c.texts[k]), arguments(english.texts[k]); !slices.Equal(got, want) {
				t.Errorf("%s: %q uses the arguments %v, English %v", language, k, got, want)
			}
			if strings.TrimSpace(c.texts[k]) == "" {
				t.Errorf("%s: %q is empty", language, k)
			}
		}
		for _, k := range c.Keys() {
			if !english.Has(k) {
				t.Errorf("%s: %q is not in English", language, k)
			}
		}
	}
}

// TestEnglishPunctuation keeps out marks that the desk's typeface, a Chinese
// one, draws as wide as a character.
func TestEnglishPunctuation(t *testing.T) {
	for key, text := range load(t).In(English).Under("") {
		if strings.ContainsAny(text, "“”‘’…·") {
			t.Errorf("%q: %s", key, text)
		}
	}
}

func TestEveryFieldHasItsLabel(t *testing.T) {
	c := load(t).In(English)
	var walk func(typ reflect.Type, path string)
	walk = func(typ reflect.Type, path string) {
		if typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if path != "" && !c.Has("field."+path) {
			t.Errorf("no %q", "field."+path)
		}
		if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[data.Moment]() || typ == reflect.TypeFor[data.Brought]() {
			return // a seal that was brought is shown in its own words
		}
		for f := range typ.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			walk(f.Type, strings.TrimPrefix(path+"."+name, "."))
		}
	}
	walk(reflect.TypeFor[data.Content](), "")
	for f := range reflect.TypeFor[data.Content]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !c.Has("place." + name) {
			t.Errorf("no %q", "place."+name)
		}
	}
	for _, s := range data.States {
		if !c.Has("state." + string(s)) {
			t.Errorf("no %q", "state."+string(s))
		}
	}
}

func TestFieldAndPlace(t *testing.T) {
	cs := load(t)
	for _, tt := range []struct{ language, path, field, place string }{
		{"en", "tests[1].sampled", "Sampled", "Test 2 – Sampled"},
		{"zh", "tests[0].sampled", "采样时间", "检测 1 – 采样时间"},
		{"en", "traveller.guardian.name", "Guardian's name", "Traveller – Guardian's name"},
		{"en", "tests", "Tests", "Tests"},
		{"en", "itinerary[0].departs", "Departs", "Flight 1 – Departs"},
	} {
		c := cs.In(tt.language)
		if got := c.Field(tt.path); got != tt.field {
			t.Errorf("%s: Field(%q) = %q, want %q", tt.language, tt.path, got, tt.field)
		}
		if got := c.Place(tt.path); got != tt.place {
			t.Errorf("%s: Place(%q) = %q, want %q", tt.language, tt.path, got, tt.place)
		}
	}
}

func TestProblem(t *testing.T) {
	cs := load(t)
	p := data.Problem{Field: "traveller.birth", Key: "problem.birth.form", Value: "08/03/84", Example: "1984-03-08"}
	for language, want := range map[string]string{
		"en": "\"08/03/84\" is not a date of birth. Write year, month, day, or only what the document shows. Example: 1984-03-08",
		"zh": "“08/03/84”不是出生日期，请按年、月、日填写；证件上没有的部分可不填。例如：1984-03-08",
	} {
		if got := cs.In(language).Problem(p); got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}
	p = data.Problem{Key: "problem.time.order", Value: "2026-03-08T09:40", Example: "2026-03-08T10:00"}
	if got, want := cs.In("en").Problem(p), "2026-03-08 09:40 is before 2026-03-08 10:00, which must come first."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := cs.In("en").Problem(data.Problem{Key: "problem.required"}), "This must be filled in."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestSourceKeysExist reads the whole source. Every problem key of the domain
// has its sentence. Every key a screen asks for exists: a call T("key", …) has
// as many arguments as the text uses, and T("state."+…) has keys that begin so.
func TestSourceKeysExist(t *testing.T) {
	c := load(t).In(English)
	calls, problems := 0, 0
	err := filepath.WalkDir("../..", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() != ".." && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		domain := strings.HasPrefix(filepath.ToSlash(name), "../../data/")
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := literal(n); ok && domain && strings.HasPrefix(s, "problem.") {
				problems++
				exists(t, c, fset.Position(n.Pos()), s)
			}
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 || call.Ellipsis.IsValid() {
				return true
			}
			if f, ok := call.Fun.(*ast.SelectorExpr); !ok || f.Sel.Name != "T" {
				return true
			}
			at := fset.Position(call.Pos())
			if key, ok := literal(call.Args[0]); ok {
				calls++
				if !c.Has(key) {
					t.Errorf("%s: there is no text %q", at, key)
				} else if got, want := len(call.Args)-1, len(arguments(c.texts[key])); got != want {
					t.Errorf("%s: %q uses %d arguments, the call has %d", at, key, want, got)
				}
			} else if sum, ok := call.Args[0].(*ast.BinaryExpr); ok {
				if prefix, ok := literal(sum.X); ok {
					calls++
					exists(t, c, at, prefix)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if calls == 0 || problems == 0 {
		t.Errorf("found %d calls of T and %d problem keys: this test looks in the wrong place", calls, problems)
	}
}

// exists reports a key, or the beginning of keys, that the catalogue lacks.
func exists(t *testing.T, c *Catalogue, at token.Position, key string) {
	t.Helper()
	whole := !strings.HasSuffix(key, ".")
	if whole && !c.Has(key) || !whole && len(c.Under(key)) == 0 {
		t.Errorf("%s: there is no text %q", at, key)
	}
}

func literal(n ast.Node) (string, bool) {
	l, ok := n.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}
