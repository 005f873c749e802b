package predeclaration_test

import (
	"bytes"
	"compress/flate"
	"encoding/base32"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/post"
	"pratique/data/predeclaration"
)

func specimen() data.Content {
	c := post.Specimen(data.Post{Zone: "Asia/Singapore"}, nil, time.Date(2022, 7, 9, 10, 30, 0, 0, time.UTC))
	c.Contact = data.Contact{Name: "MUSTER", Phone: "+999 555 0100"}
	c.Declaration.Symptoms, c.Declaration.Complaints = data.Yes, []string{"fever"}
	c.Brought = []data.Brought{{Seal: "HC1:", Verdict: "valid"}}
	return c
}

func TestFileAndTextComeBack(t *testing.T) {
	want := predeclaration.Of(specimen())
	file, err := predeclaration.File(specimen())
	if err != nil {
		t.Fatal(err)
	}
	text, err := predeclaration.Text(specimen())
	if err != nil || !strings.HasPrefix(text, predeclaration.Prefix) || strings.Trim(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:") != "" {
		t.Fatalf("%q, %v", text, err)
	}
	for name, b := range map[string][]byte{
		"file": file, "with a byte order mark": append([]byte("\ufeff"), file...), "text": []byte(text), "scanned line": []byte(text + "\r\n"),
	} {
		if got, err := predeclaration.Parse(b); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n%+v\nwant\n%+v", name, err, got, want)
		}
	}
}

func packed(s string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	w.Write([]byte(s))
	w.Close()
	return predeclaration.Prefix + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b.Bytes())
}

func TestRefused(t *testing.T) {
	const begin = `{"pratique":"pre-declaration 1","content":`
	long := strings.Repeat(" ", predeclaration.MaxFile)
	for name, s := range map[string]string{
		"nothing":               "",
		"text":                  "hello",
		"another form":          `{"pratique":"pre-declaration 2","content":{}}`,
		"unknown field":         begin + `{"traveler":{}}}`,
		"a field twice":         begin + `{"traveller":{"surname":"A","surname":"B"}}}`,
		"in other letters":      begin + `{"traveller":{"surname":"A","Surname":"B"}}}`,
		"something follows":     begin + `{}}{}`,
		"too deep":              begin + strings.Repeat("[", 20) + strings.Repeat("]", 20) + "}",
		"too long":              begin + `{}` + long + "}",
		"inflates too much":     packed(begin + `{}` + long + "}"),
		"machine-readable line": begin + `{"document":{"mrz":"P<UTO"}}}`,
		"signed already":        begin + `{"declaration":{"agreed":true}}}`,
		"with a day":            begin + `{"declaration":{"signed":"2022-07-09"}}}`,
		"confirmed already":     begin + `{"confirmed":[{"field":"a","key":"b","value":"c"}]}}`,
		"a seal with a verdict": begin + `{"brought":[{"seal":"HC1:","signer":"CN=Ministry","verdict":"valid","values":[{"field":"traveller.surname","value":"A"}]}]}}`,
		"many legs":             begin + `{"itinerary":[{},{},{},{},{},{},{}]}}`,
		"no base32":             predeclaration.Prefix + "1",
		"no deflate":            predeclaration.Prefix + "77777777",
		"cut short":             packed(begin + `{}}`)[:20],
		"with a tail":           packed(begin+`{}}`) + "AAAAAAAA",
	} {
		if c, err := predeclaration.Parse([]byte(s)); !errors.Is(err, predeclaration.ErrForm) || !reflect.DeepEqual(c, data.Content{}) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	if _, err := predeclaration.Parse([]byte(packed(begin + `{}}`))); err != nil {
		t.Error(err)
	}
}

// Whatever is taken can be written and read again, and has nothing in it that
// only the counter can say.
func FuzzParse(f *testing.F) {
	file, _ := predeclaration.File(specimen())
	text, _ := predeclaration.Text(specimen())
	f.Add(file)
	f.Add([]byte(text))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := predeclaration.Parse(b)
		if err != nil {
			return
		}
		if !reflect.DeepEqual(c, predeclaration.Of(c)) {
			t.Errorf("%+v", c)
		}
		again, err := predeclaration.File(c)
		if errors.Is(err, predeclaration.ErrForm) {
			return // indented it is too long
		}
		if err != nil {
			t.Fatal(err)
		}
		if got, err := predeclaration.Parse(again); err != nil || len(b) < predeclaration.MaxFile/4 && got.Hash() != c.Hash() {
			t.Errorf("%v\n%+v\n%+v", err, got, c)
		}
	})
}
