// Package codes holds the code lists a desk picks from: versioned, named in
// English and Chinese, dated where a code came or went, and mapped to the codes
// of the formats that seals are written in.
//
// A list is a file codes/NAME.json, where NAME is one of the lists that package
// data names:
//
//	{
//	  "list": "specimens",
//	  "version": "2026-11-22",
//	  "source": "where the codes come from, and what map's keys mean",
//	  "entries": [
//	    {
//	      "code":  "nasal",             what records and seals hold, for good
//	      "en":    "Nasal swab",
//	      "zh":    "鼻拭子",
//	      "from":  "2020-01-01",        first day in use, if known
//	      "until": "2024-05-06",        last day in use, if it is retired
//	      "suits": ["naat"],            specimens, methods, products: kinds of test
//	      "class": "mrna",              vaccines: inactivated, mrna, vector, protein, vlp
//	      "doses": 2,                   vaccines: doses of a course; left away
//	                                    where the product has no settled one
//	      "map":   {"vdsnc": "other"}   codes of formats
//	    }
//	  ]
//	}
//
// The keys of map are alpha2 (states, ISO 3166-1), dcc (EU DCC), holder and vp
// (vaccines: the DCC's ma and vp), vdsnc (ICAO VDS-NC), loinc, snomed and icd11.
// Where a key is missing, that format cannot say it.
//
// A code is never taken out of a list: it is retired by its last day, so that
// old records keep their meaning.
package codes

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"pratique/data"
)

// Entry is a code. Its fields are described in the package comment.
type Entry struct {
	Code  string            `json:"code"`
	En    string            `json:"en"`
	Zh    string            `json:"zh"`
	From  data.Date         `json:"from,omitempty"`
	Until data.Date         `json:"until,omitempty"`
	Suits []data.TestKind   `json:"suits,omitempty"`
	Class string            `json:"class,omitempty"`
	Doses int               `json:"doses,omitempty"`
	Map   map[string]string `json:"map,omitempty"`
}

// UsableOn reports whether the code was in use on a day, or, for a partial
// date, on a day it may mean.
func (e Entry) UsableOn(day data.Date) bool {
	return day.Valid() && day.Last() >= e.From && (e.Until == "" || day.First() <= e.Until)
}

// Book is all lists. It does not change once loaded.
type Book struct {
	lists map[string]list
}

var _ data.Codes = (*Book)(nil)

type list struct {
	Name    string    `json:"list"`
	Version data.Date `json:"version"`
	Source  string    `json:"source"`
	Entries []Entry   `json:"entries"`

	index map[string]int // of Entries by code
}

var names = []string{
	data.ListTypes, data.ListStates, data.ListDocuments, data.ListTests, data.ListSpecimens,
	data.ListMethods, data.ListProducts, data.ListResults, data.ListVaccines,
	data.ListReasons, data.ListRemedies, data.ListHolds, data.ListRefusals, data.ListRevocations,
	data.ListPhrases, data.ListPapers, data.ListSymptoms,
}

// mapKeys and classes are what the package comment allows.
var (
	mapKeys = []string{"alpha2", "dcc", "holder", "vp", "vdsnc", "loinc", "snomed", "icd11"}
	classes = []string{"inactivated", "mrna", "vector", "protein", "vlp"}
)

// Load reads every list from the folder codes of fsys. Anything in a file that
// the package comment does not describe is an error, and so is a list that is
// missing or unknown, a code that occurs twice, or a name that is missing.
func Load(fsys fs.FS) (*Book, error) {
	b := &Book{lists: map[string]list{}}
	files, err := fs.Glob(fsys, "codes/*.json")
	if err != nil {
		return nil, fmt.Errorf("code lists: %w", err)
	}
	for _, file := range files {
		raw, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, fmt.Errorf("code list: %w", err)
		}
		l, err := parse(raw)
		if err == nil && file != "codes/"+l.Name+".json" {
			err = fmt.Errorf("says it is list %q", l.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("code list %s: %w", file, err)
		}
		b.lists[l.Name] = l
	}
	for _, name := range names {
		if _, ok := b.lists[name]; !ok {
			return nil, fmt.Errorf("code list %s is missing", name)
		}
	}
	return b, nil
}

func parse(raw []byte) (list, error) {
	var l list
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return l, err
	}
	if _, err := d.Token(); err != io.EOF {
		return l, errors.New("goes on after the list")
	}
	switch {
	case !slices.Contains(names, l.Name):
		return l, fmt.Errorf("unknown list %q", l.Name)
	case !l.Version.Full() || l.Source == "" || len(l.Entries) == 0:
		return l, errors.New("version, source or entries missing")
	}
	l.index = map[string]int{}
	for i, e := range l.Entries {
		if err := l.check(e); err != nil {
			return l, fmt.Errorf("entry %d, %q: %w", i+1, e.Code, err)
		}
		l.index[e.Code] = i
	}
	return l, nil
}

// check refuses an entry that is not as the package comment describes.
func (l list) check(e Entry) error {
	if _, twice := l.index[e.Code]; twice {
		return errors.New("occurs twice")
	}
	suited := l.Name == data.ListSpecimens || l.Name == data.ListMethods || l.Name == data.ListProducts
	vaccine := l.Name == data.ListVaccines
	switch {
	case e.Code == "" || e.En == "" || e.Zh == "":
		return errors.New("code or name missing")
	case e.From != "" && !e.From.Full(), e.Until != "" && (!e.Until.Full() || e.Until < e.From):
		return errors.New("not days in order")
	case suited != (len(e.Suits) > 0):
		return errors.New("suits belongs to specimens, methods and products")
	case vaccine != slices.Contains(classes, e.Class), !vaccine && (e.Class != "" || e.Doses != 0), e.Doses < 0:
		return errors.New("class and doses belong to vaccines")
	}
	for _, kind := range e.Suits {
		if !slices.Contains(data.TestKinds, kind) {
			return fmt.Errorf("suits no kind of test: %q", kind)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(e.Map)) {
		if !slices.Contains(mapKeys, key) || e.Map[key] == "" {
			return fmt.Errorf("map to %q", key)
		}
	}
	return nil
}

// Entry is the entry of a code, retired or not.
func (b *Book) Entry(list, code string) (Entry, bool) {
	l := b.lists[list]
	i, ok := l.index[code]
	if !ok {
		return Entry{}, false
	}
	return l.Entries[i], true
}

// Entries are the entries of a list that were in use on a day, in the order of
// the file, which is the order to show them in.
func (b *Book) Entries(list string, on data.Date) []Entry {
	return slices.DeleteFunc(slices.Clone(b.lists[list].Entries), func(e Entry) bool { return !e.UsableOn(on) })
}

// All are the codes of a list in the order of its file, retired ones included.
func (b *Book) All(list string) []Entry { return slices.Clone(b.lists[list].Entries) }

// Name is what a code is called in a language, Chinese for "zh" and its
// variants, else English. A code that is not in the list stands for itself.
func (b *Book) Name(list, code, lang string) string {
	e, ok := b.Entry(list, code)
	switch {
	case !ok:
		return code
	case strings.HasPrefix(lang, "zh"):
		return e.Zh
	default:
		return e.En
	}
}

// Known implements [data.Codes].
func (b *Book) Known(list, code string) bool {
	_, ok := b.Entry(list, code)
	return ok
}

// UsableOn implements [data.Codes].
func (b *Book) UsableOn(list, code string, day data.Date) bool {
	e, ok := b.Entry(list, code)
	return ok && e.UsableOn(day)
}

// Suits implements [data.Codes].
func (b *Book) Suits(list, code string, kind data.TestKind) bool {
	e, _ := b.Entry(list, code)
	return slices.Contains(e.Suits, kind)
}
