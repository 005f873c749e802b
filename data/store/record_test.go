package store_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/store"
	"pratique/data/store/mem"
)

var at = time.Date(2022, 3, 1, 9, 30, 15, 123456789, time.UTC)

// fillIn sets every field below v to something that is not zero.
func fillIn(v reflect.Value, n *int64) {
	*n++
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(at.Add(time.Duration(*n) * time.Second)))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fillIn(v.Field(i), n)
		}
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillIn(v.Elem(), n)
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fillIn(v.Index(i), n)
		}
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fillIn(key, n)
		fillIn(value, n)
		v.SetMapIndex(key, value)
	case v.Kind() == reflect.String:
		v.SetString("样本 É " + strings.Repeat("x", int(*n%7)))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.Kind() == reflect.Uint8:
		v.SetUint(uint64(*n % 256))
	case v.CanInt():
		v.SetInt(*n - 1000)
	default:
		panic(v.Type().String() + ": a kind of field the test does not know")
	}
}

func filled[T any]() T {
	var v T
	var n int64
	fillIn(reflect.ValueOf(&v).Elem(), &n)
	return v
}

func roundTrip[T any](t *testing.T, name string, v T) {
	t.Helper()
	s := mem.New()
	var got T
	err := errors.Join(
		s.Update(t.Context(), func(tx store.Tx) error { return store.Put(tx, "kind/1", v) }),
		s.View(t.Context(), func(tx store.Tx) (err error) {
			var found bool
			got, found, err = store.Get[T](tx, "kind/1")
			if !found {
				t.Errorf("%s: not found", name)
			}
			return err
		}))
	if err != nil || !reflect.DeepEqual(got, v) {
		t.Errorf("%s: %v\ngot  %+v\nwant %+v", name, err, got, v)
	}
}

func TestEveryTypeRoundTrips(t *testing.T) {
	roundTrip(t, "application", filled[data.Application]())
	roundTrip(t, "certificate", filled[data.Certificate]())
	roundTrip(t, "post", filled[data.Post]())
	roundTrip(t, "officer", filled[data.Officer]())
	roundTrip(t, "laboratory", filled[data.Laboratory]())
	roundTrip(t, "problem", filled[data.Problem]())
	roundTrip(t, "zero application", data.Application{})
	roundTrip(t, "zero certificate", data.Certificate{})
	roundTrip(t, "zero post", data.Post{})
	roundTrip(t, "empty slices", data.Officer{Roles: []data.Role{}})
	roundTrip(t, "empty maps", data.Post{Name: map[string]string{}, City: map[string]string{"en": ""}})
}

func TestInstantsAreKeptInUTC(t *testing.T) {
	local := at.In(time.FixedZone("UTT", -5*3600))
	b, err := store.Encode(local)
	if want := "2022-03-01T09:30:15.123456789Z"; err != nil || string(b[2:]) != want {
		t.Errorf("%v is stored as %q, want %q (%v)", local, b, want, err)
	}
	got, err := store.Decode[time.Time](b)
	if err != nil || !got.Equal(local) {
		t.Errorf("and came back as %v (%v)", got, err)
	}
}

func TestEncodingIsDeterministic(t *testing.T) {
	post := data.Post{Name: map[string]string{}}
	for _, lang := range strings.Split("en zh de fr it es ru ar ja ko", " ") {
		post.Name[lang] = lang
	}
	first, err := store.Encode(post)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if b, err := store.Encode(post); err != nil || !bytes.Equal(b, first) {
			t.Fatalf("not the same bytes (%v)", err)
		}
	}
}

type small struct {
	A string         `json:"a,omitempty"`
	N map[string]any `json:"n,omitempty"`
}

func TestStrictDecoding(t *testing.T) {
	for _, tt := range []struct{ name, hex string }{
		{"nothing", ""},
		{"twice the same key", "a2616161786161617a"},
		{"unknown field", "a1617a6178"},
		{"other case", "a161416178"},
		{"indefinite map", "bf61616178ff"},
		{"indefinite text", "a161617f6178ff"},
		{"tag", "c1a161616178"},
		{"wrong type", "a1616101"},
		{"bytes for text", "a161614178"},
		{"not UTF-8", "a1616161ff"},
		{"cut off", "a1616162"},
		{"something behind", "a16161617800"},
		{"deep", "a1616e" + strings.Repeat("a1616e", 16) + "a0"},
		{"long array", "a1616ea16161" + "99ffff" + strings.Repeat("00", 65535)},
	} {
		b, err := hex.DecodeString(tt.hex)
		if err != nil {
			t.Fatal(err)
		}
		s := mem.New()
		err = s.Update(t.Context(), func(tx store.Tx) error {
			if err := tx.Put("kind/1", b); err != nil {
				return err
			}
			_, _, err := store.Get[small](tx, "kind/1")
			each := store.Each(tx, "kind/", "", 0, func(string, small) error { return nil })
			for _, err := range []error{err, each} {
				if err == nil || !strings.Contains(err.Error(), "kind/1") {
					t.Errorf("%s: %v", tt.name, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if _, err := store.Decode[small]([]byte("\xa1aaax")); err != nil {
		t.Errorf("a good one: %v", err)
	}
	if _, err := store.Decode[[]byte](make([]byte, store.MaxValue+1)); err == nil {
		t.Error("a huge one was taken")
	}
}

// What could not be read back is not stored.
func TestPutRefusesTheUnreadable(t *testing.T) {
	s := mem.New()
	for name, err := range map[string]error{
		"not UTF-8": s.Update(t.Context(), func(tx store.Tx) error { return store.Put(tx, "kind/1", small{A: "\xff"}) }),
		"too large": s.Update(t.Context(), func(tx store.Tx) error {
			return store.Put(tx, "kind/1", small{A: strings.Repeat("x", store.MaxValue)})
		}),
	} {
		if err == nil || !strings.Contains(err.Error(), "kind/1") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGetNothing(t *testing.T) {
	err := mem.New().View(t.Context(), func(tx store.Tx) error {
		v, found, err := store.Get[small](tx, "kind/1")
		if found || !reflect.DeepEqual(v, small{}) {
			t.Errorf("found %v", v)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestLookupPrefix(t *testing.T) {
	if got, want := store.LookupPrefix("document", "UT12/45 67"), "lookup/document=UT12%2F45%2067/"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func FuzzDecode(f *testing.F) {
	for _, v := range []any{filled[data.Application](), data.Application{}} {
		b, err := store.Encode(v.(data.Application))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	// Property: what is read can be stored, and reads the same again.
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := store.Decode[data.Application](b)
		if err != nil {
			return
		}
		again, err := store.Encode(v)
		if err != nil {
			t.Fatal(err)
		}
		if w, err := store.Decode[data.Application](again); err != nil {
			t.Fatal(err)
		} else if b, err := store.Encode(w); err != nil || !bytes.Equal(b, again) {
			t.Errorf("%x read again is %x (%v)", again, b, err)
		}
	})
}

// TestOlderAnswers: what the declaration said with true and false is read, and
// anything that is no answer is refused.
func TestOlderAnswers(t *testing.T) {
	type older struct {
		Symptoms bool `json:"symptoms"`
		Contact  bool `json:"contact"`
		Agreed   bool `json:"agreed"`
	}
	b, err := store.Encode(older{Symptoms: true, Agreed: true})
	if err != nil {
		t.Fatal(err)
	}
	d, err := store.Decode[data.Declaration](b)
	if want := (data.Declaration{Symptoms: data.Yes, Contact: data.No, Agreed: true}); err != nil || !reflect.DeepEqual(d, want) {
		t.Errorf("%+v, want %+v, %v", d, want, err)
	}
	for _, long := range []string{"", "yes", strings.Repeat("é", 12), strings.Repeat("y", 300), strings.Repeat("y", 70_000)} {
		b, err := store.Encode(data.Declaration{Medicine: data.Answer(long)})
		if err != nil {
			t.Fatal(err)
		}
		if d, err := store.Decode[data.Declaration](b); err != nil || d.Medicine != data.Answer(long) {
			t.Errorf("%d bytes come back as %d: %v", len(long), len(d.Medicine), err)
		}
	}
	if _, err := store.Encode(data.Declaration{Symptoms: "\xff"}); err == nil {
		t.Error("a text that is none is stored")
	}
	for name, no := range map[string]any{"a number": 1, "a list": []string{"yes"}, "bytes": []byte("yes")} {
		b, err := store.Encode(map[string]any{"symptoms": no})
		if err != nil {
			t.Fatal(err)
		}
		if d, err := store.Decode[data.Declaration](b); err == nil {
			t.Errorf("%s is taken as %q", name, d.Symptoms)
		}
	}
}
