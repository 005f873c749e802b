package data

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"
)

// fill gives every field of v a value that is not empty, and tells of every
// moment in it.
func fill(v reflect.Value, path string, moment func(path string, m *Moment)) {
	switch {
	case v.Type() == reflect.TypeFor[Moment]():
		m := v.Addr().Interface().(*Moment)
		*m = Moment{Wall: "2022-07-08T09:40", Zone: "Asia/Tokyo"}
		moment(path, m)
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2022, 7, 8, 9, 40, 0, 0, time.UTC)))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), path+"."+v.Type().Field(i).Name, moment)
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), fmt.Sprintf("%s[%d]", path, i), moment)
		}
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), path, moment)
	case v.Kind() == reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"en": path}))
	case v.Kind() == reflect.String:
		v.SetString(path)
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.Kind() == reflect.Int, v.Kind() == reflect.Int64:
		v.SetInt(7)
	case v.Kind() == reflect.Uint8:
		v.SetUint(7)
	default:
		panic("no value for " + path + " of type " + v.Type().String())
	}
}

// Every field of a record comes back from the JSON it is stored as.
func TestRecordsKeepEveryField(t *testing.T) {
	for _, record := range []any{new(Application), new(Certificate), new(Laboratory), new(Post), new(Officer)} {
		fill(reflect.ValueOf(record).Elem(), "", func(string, *Moment) {})
		b, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		back := reflect.New(reflect.TypeOf(record).Elem()).Interface()
		if err := json.Unmarshal(b, back); err != nil || !reflect.DeepEqual(record, back) {
			t.Errorf("%T: %v, %+v", record, err, back)
		}
	}
}

// Every moment of a content is pinned, and an empty content has nothing in it
// but what it must have: the hash of what was approved before a field was
// added stays what it was.
func TestPinnedPinsEveryMoment(t *testing.T) {
	var c Content
	moments := 0
	fill(reflect.ValueOf(&c).Elem(), "", func(string, *Moment) { moments++ })
	pinned := c.Pinned()
	again := 0
	var look func(v reflect.Value)
	look = func(v reflect.Value) {
		switch {
		case v.Type() == reflect.TypeFor[Moment]():
			if m := v.Interface().(Moment); m.Offset != "+09:00" {
				t.Errorf("not pinned: %+v", m)
			}
			again++
		case v.Kind() == reflect.Struct:
			for i := range v.NumField() {
				look(v.Field(i))
			}
		case v.Kind() == reflect.Slice:
			for i := range v.Len() {
				look(v.Index(i))
			}
		}
	}
	look(reflect.ValueOf(pinned))
	if again != moments || moments < 10 {
		t.Errorf("%d of %d moments", again, moments)
	}
	if b, _ := json.Marshal(Content{}); string(b) != `{"traveller":{},"document":{},"declaration":{}}` {
		t.Errorf("an empty content is %s", b)
	}
	if b, _ := json.Marshal([]any{Test{}, Infection{}, Leg{}, Laboratory{}}); string(b) !=
		`[{},{},{},{"id":"","name":"","sealName":"","kinds":null,"from":""}]` {
		t.Errorf("empty parts are %s", b)
	}
}

func TestDesignatedAt(t *testing.T) {
	pacific := func(wall string) Moment { return Moment{Wall: wall, Zone: "America/Los_Angeles"} }
	byDay := Laboratory{Kinds: []TestKind{NucleicAcid}, From: "2020-12-23", Until: "2020-12-31"}
	byMinute := Laboratory{Kinds: TestKinds, From: "2020-01-01", Designated: []Designation{
		{Kinds: []TestKind{NucleicAcid}, From: pacific("2020-12-23T00:00")},
		{Kinds: []TestKind{SerumIgM}, From: pacific("2020-12-23T00:00"), Until: pacific("2021-01-15T12:00")},
		{Kinds: []TestKind{SerumIgG}, From: Moment{Wall: "soon"}},
	}}
	for _, tt := range []struct {
		lab  Laboratory
		kind TestKind
		at   Moment
		want string
	}{
		{byDay, NucleicAcid, pacific("2020-12-22T23:59"), "false true"},
		{byDay, NucleicAcid, pacific("2020-12-23T00:00"), "true true"},
		{byDay, NucleicAcid, pacific("2020-12-31T23:59"), "true true"},
		{byDay, NucleicAcid, pacific("2021-01-01T00:00"), "false true"},
		{byDay, SerumIgM, pacific("2020-12-24T00:00"), "false true"},
		{byDay, NucleicAcid, Moment{Wall: "2020-12"}, "false false"},
		{byMinute, NucleicAcid, pacific("2020-12-22T23:59"), "false true"},
		{byMinute, NucleicAcid, pacific("2020-12-23T00:00"), "true true"},
		{byMinute, NucleicAcid, Moment{Wall: "2020-12-23T17:00", Zone: "Asia/Tokyo"}, "true true"}, // the same instant elsewhere
		{byMinute, NucleicAcid, Moment{Wall: "2020-12-23T16:59", Zone: "Asia/Tokyo"}, "false true"},
		{byMinute, SerumIgM, pacific("2021-01-15T11:59"), "true true"},
		{byMinute, SerumIgM, pacific("2021-01-15T12:00"), "false true"},
		{byMinute, SerumIgG, pacific("2021-01-15T12:00"), "false true"},
		{byMinute, Antigen, pacific("2021-01-15T12:00"), "false true"},
	} {
		is, ok := tt.lab.DesignatedAt(tt.kind, tt.at)
		if got := fmt.Sprint(is, ok); got != tt.want {
			t.Errorf("%s at %+v: %s, want %s", tt.kind, tt.at, got, tt.want)
		}
	}
}
