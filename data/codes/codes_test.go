package codes

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"pratique/data"
	"pratique/data/internal/vectors"
)

func load(t *testing.T) *Book {
	t.Helper()
	b, err := Load(os.DirFS("../../assets"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func codesOf[T ~string](b *Book, list string, _ T) []T {
	var out []T
	for _, e := range b.lists[list].Entries {
		out = append(out, T(e.Code))
	}
	return out
}

func TestShippedListsFitTheNouns(t *testing.T) {
	b := load(t)
	if got := codesOf(b, data.ListTests, data.TestKind("")); !slices.Equal(got, data.TestKinds) {
		t.Errorf("tests: %v", got)
	}
	if got := codesOf(b, data.ListTypes, data.CertificateType("")); !slices.Equal(got, data.CertificateTypes) {
		t.Errorf("types: %v", got)
	}
	if got, want := codesOf(b, data.ListResults, data.Result("")), []data.Result{data.Negative, data.Positive, data.Indeterminate}; !slices.Equal(got, want) {
		t.Errorf("results: %v", got)
	}
	kinds := []data.DocumentKind{data.OrdinaryPassport, data.DiplomaticPassport, data.ServicePassport, data.PublicAffairsPassport,
		data.TravelPermit, data.ForeignPassport, data.ResidencePermit}
	if got := codesOf(b, data.ListDocuments, data.DocumentKind("")); !slices.Equal(got, kinds) {
		t.Errorf("documents: %v", got)
	}
	for _, kind := range data.TestKinds {
		for _, list := range []string{data.ListSpecimens, data.ListMethods} {
			if !slices.ContainsFunc(b.lists[list].Entries, func(e Entry) bool { return slices.Contains(e.Suits, kind) }) {
				t.Errorf("%s: none suits %s", list, kind)
			}
		}
	}
	for name, l := range b.lists {
		for _, e := range l.Entries {
			if e.Zh == e.En || name != data.ListVaccines && !strings.ContainsFunc(e.Zh, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("%s %s: %q is not Chinese", name, e.Code, e.Zh)
			}
		}
	}
}

func TestStates(t *testing.T) {
	b := load(t)
	for code, alpha2 := range map[string]string{"CHN": "CN", "D": "DE", "GBN": "GB", "UTO": "UT", "RKS": "XK", "XXA": "", "UNO": "UN", "XOM": ""} {
		e, ok := b.Entry(data.ListStates, code)
		if !ok || e.Map["alpha2"] != alpha2 {
			t.Errorf("%s: %+v, %t", code, e, ok)
		}
	}
	if b.Known(data.ListStates, "DEU") {
		t.Error("DEU is not a code of Doc 9303: Germany is D")
	}
	for _, e := range b.lists[data.ListStates].Entries {
		if len(e.Code) != 3 && e.Code != "D" || strings.ToUpper(e.Code) != e.Code {
			t.Errorf("state %q", e.Code)
		}
	}
	if n := len(b.Entries(data.ListStates, "2026-11-22")); n != 249+5+1+1+3+11+4+1 {
		t.Errorf("%d states in use", n)
	}
}

func TestUse(t *testing.T) {
	b := load(t)
	for _, tt := range []struct {
		list, code    string
		day           data.Date
		known, usable bool
	}{
		{data.ListStates, "ANT", "2010-12-14", true, true},
		{data.ListStates, "ANT", "2010-12-15", true, false},
		{data.ListStates, "ANT", "2010", true, true}, // some day of that year
		{data.ListStates, "SCG", "2003-07-22", true, false},
		{data.ListStates, "SCG", "2003-07-23", true, true},
		{data.ListStates, "CHN", "", true, false}, // no day at all
		{data.ListVaccines, "EU/1/21/1529", "2024-05-06", true, true},
		{data.ListVaccines, "EU/1/21/1529", "2024-05-07", true, false},
		{data.ListVaccines, "CoronaVac", "2021-03-08", true, true},
		{data.ListVaccines, "coronavac", "2021-03-08", false, false},
		{"no list", "CHN", "2021-03-08", false, false},
	} {
		if got := b.Known(tt.list, tt.code); got != tt.known {
			t.Errorf("Known(%s, %s) = %t", tt.list, tt.code, got)
		}
		if got := b.UsableOn(tt.list, tt.code, tt.day); got != tt.usable {
			t.Errorf("UsableOn(%s, %s, %s) = %t", tt.list, tt.code, tt.day, got)
		}
		listed := slices.ContainsFunc(b.Entries(tt.list, tt.day), func(e Entry) bool { return e.Code == tt.code })
		if listed != tt.usable {
			t.Errorf("Entries(%s, %s) has %s: %t", tt.list, tt.day, tt.code, listed)
		}
	}
	for _, tt := range []struct {
		list, code string
		kind       data.TestKind
		want       bool
	}{
		{data.ListSpecimens, "venous", data.SerumIgG, true},
		{data.ListSpecimens, "venous", data.NucleicAcid, false},
		{data.ListMethods, "rt-pcr", data.NucleicAcid, true},
		{data.ListMethods, "rt-pcr", data.Antigen, false},
		{data.ListMethods, "no method", data.Antigen, false},
	} {
		if got := b.Suits(tt.list, tt.code, tt.kind); got != tt.want {
			t.Errorf("Suits(%s, %s, %s) = %t", tt.list, tt.code, tt.kind, got)
		}
	}
	for _, tt := range []struct{ code, lang, want string }{
		{"CHN", "en", "China"}, {"CHN", "zh", "中国"}, {"CHN", "zh-Hans", "中国"}, {"CHN", "fr", "China"}, {"ZZZ", "zh", "ZZZ"},
	} {
		if got := b.Name(data.ListStates, tt.code, tt.lang); got != tt.want {
			t.Errorf("Name(%s, %s) = %q", tt.code, tt.lang, got)
		}
	}
}

func TestLoadIsStrict(t *testing.T) {
	const good = `{"list":"specimens","version":"2026-11-22","source":"own","entries":[{"code":"nasal","en":"Nasal swab","zh":"鼻拭子","suits":["naat"],"map":{"vdsnc":"other"}}]}`
	shipped := func() fstest.MapFS {
		m := fstest.MapFS{}
		for _, name := range names {
			raw, err := os.ReadFile("../../assets/codes/" + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			m["codes/"+name+".json"] = &fstest.MapFile{Data: raw}
		}
		return m
	}
	specimens := func(text string) fs.FS {
		m := shipped()
		m["codes/specimens.json"] = &fstest.MapFile{Data: []byte(text)}
		return m
	}
	if _, err := Load(specimens(good)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, old, new, says string }{
		{"unknown field", `"en"`, `"fr":"x","en"`, "unknown field"},
		{"no Chinese name", `"zh":"鼻拭子",`, ``, "name missing"},
		{"no English name", `"en":"Nasal swab",`, ``, "name missing"},
		{"twice", `"entries":[`, `"entries":[{"code":"nasal","en":"x","zh":"鼻","suits":["naat"]},`, "occurs twice"},
		{"other list's name", `"specimens"`, `"methods"`, `says it is list "methods"`},
		{"no such list", `"specimens"`, `"colours"`, "unknown list"},
		{"no source", `"own"`, `""`, "missing"},
		{"no version", `2026-11-22`, `2026`, "missing"},
		{"no such day", `"zh"`, `"until":"2026-02-30","zh"`, "not days in order"},
		{"ends before it begins", `"zh"`, `"from":"2026-01-02","until":"2026-01-01","zh"`, "not days in order"},
		{"suits nothing", `"suits":["naat"],`, ``, "suits belongs"},
		{"suits no kind", `["naat"]`, `["pcr"]`, "no kind of test"},
		{"class of a specimen", `"zh"`, `"class":"mrna","zh"`, "belong to vaccines"},
		{"unknown map", `"vdsnc"`, `"vds"`, `map to "vds"`},
		{"empty map", `"other"`, `""`, `map to "vdsnc"`},
		{"rubbish after it", `}]}`, `}]} {}`, "goes on"},
	} {
		text := strings.Replace(good, tt.old, tt.new, 1)
		if text == good {
			t.Fatalf("%s: nothing changed", tt.name)
		}
		if _, err := Load(specimens(text)); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	missing := shipped()
	delete(missing, "codes/results.json")
	if _, err := Load(missing); err == nil || !strings.Contains(err.Error(), "results is missing") {
		t.Errorf("a missing list: %v", err)
	}
}

// TestValueSets: every product of the EU's value set is in the list, with a
// holder and a prophylaxis that its encoding instructions permit.
func TestValueSets(t *testing.T) {
	dir := vectors.Path(t)
	read := func(name string, v any) {
		raw, err := os.ReadFile(filepath.Join(dir, "valuesets", name))
		if err == nil {
			err = json.Unmarshal(raw, v)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var products struct {
		ValueSetValues map[string]struct{ Active bool }
	}
	read("vaccine-medicinal-product.json", &products)
	var instructions struct {
		ValueSetValues map[string]struct {
			Code   string   `json:"vaccine-code"`
			Holder string   `json:"vaccine-manufacturer"`
			Vp     []string `json:"sct-codes"`
		}
	}
	read("vaccine-encoding-instructions.json", &instructions)
	b := load(t)
	for code, product := range products.ValueSetValues {
		if !b.Known(data.ListVaccines, code) || b.UsableOn(data.ListVaccines, code, "2022-11-30") != product.Active {
			t.Errorf("%s: known %t, usable on the day of the value set %t, want %t", code,
				b.Known(data.ListVaccines, code), b.UsableOn(data.ListVaccines, code, "2022-11-30"), product.Active)
		}
	}
	for _, v := range instructions.ValueSetValues {
		code, _, _ := strings.Cut(v.Code, " (")
		e, _ := b.Entry(data.ListVaccines, code)
		if e.Map["dcc"] != code || e.Map["holder"] != v.Holder || !slices.Contains(v.Vp, e.Map["vp"]) {
			t.Errorf("%s: %v, want %+v", code, e.Map, v)
		}
	}
	for _, list := range []string{"test-type", "test-result"} {
		var values struct{ ValueSetValues map[string]any }
		read(list+".json", &values)
		for _, name := range map[string][]string{"test-type": {data.ListTests, data.ListMethods}, "test-result": {data.ListResults}}[list] {
			for _, e := range b.lists[name].Entries {
				if dcc := e.Map["dcc"]; dcc != "" && values.ValueSetValues[dcc] == nil {
					t.Errorf("%s %s: %s is not in %s", name, e.Code, dcc, list)
				}
			}
		}
	}
}
