package handover

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"pratique/data"
)

func key(t testing.TB, name string) (note.Signer, note.Verifier) {
	t.Helper()
	secret, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	return s, v
}

func list(t testing.TB) List {
	t.Helper()
	n, err := data.NewCertificateNumber("PR", [data.NumberRandomLen]byte{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	l := List{Port: "PVG", From: "2022-07-10", Until: "2022-07-11", Made: time.Date(2022, 7, 9, 10, 30, 0, 0, time.UTC), Rows: []Row{
		{Reference: data.NewReference([7]byte{9}), Flight: "UT 846", Day: "2022-07-11", Status: FollowUp, Colour: "orange", Note: "陪同 – with an escort"},
		{Number: n, Reference: data.NewReference([7]byte{1}), Flight: "UT 846", Day: "2022-07-10", Status: Issued, Colour: data.Green, Risk: "high"},
	}}
	l.Sort()
	return l
}

func TestListComesBack(t *testing.T) {
	s, v := key(t, "pratique/UT/PR/practice/handover")
	want := list(t)
	b, err := Sign(want, s)
	if err != nil {
		t.Fatal(err)
	}
	want.Origin = v.Name()
	got, err := Open(b, v)
	if err != nil || !reflect.DeepEqual(got, want) || got.Rows[0].Day != "2022-07-10" {
		t.Errorf("%v\n%+v\nwant\n%+v\n%s", err, got, want, b)
	}
	empty, err := Sign(List{Port: "PVG", From: "2022-07-10", Until: "2022-07-10", Made: want.Made}, s)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Open(empty, v); err != nil || len(got.Rows) != 0 {
		t.Errorf("nobody: %+v, %v", got, err)
	}
}

func TestListRefused(t *testing.T) {
	s, v := key(t, "pratique/UT/PR/practice/handover")
	log, _ := key(t, "pratique/UT/PR/practice")
	again, _ := key(t, v.Name())
	good, err := Sign(list(t), s)
	if err != nil {
		t.Fatal(err)
	}
	swap := func(old, new string) []byte {
		b := bytes.Replace(good, []byte(old), []byte(new), 1)
		if bytes.Equal(b, good) {
			t.Fatalf("%q is not in it", old)
		}
		return b
	}
	signed := func(by note.Signer, text string) []byte {
		b, err := note.Sign(&note.Note{Text: text}, by)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	// The last letter before the padding carries two bits that are not the signature's.
	respelled := bytes.Clone(good)
	if end := bytes.LastIndexByte(respelled, '='); end != len(respelled)-2 {
		t.Fatalf("%q does not end in one =", good)
	} else {
		respelled[end-1]++
	}
	text := list(t)
	text.Origin = v.Name()
	for name, tt := range map[string]struct {
		b    []byte
		want error
	}{
		"a colour changed":        {swap("green", "blue"), ErrSignature},
		"a row left out":          {swap("rows 2", "rows 1"), ErrSignature},
		"the key of the log":      {signed(log, text.text()), ErrSignature},
		"another key so called":   {signed(again, text.text()), ErrSignature},
		"a spelling":              {respelled, ErrForm},
		"another origin":          {signed(s, strings.Replace(text.text(), v.Name(), "pratique/UT/PB/practice/handover", 1)), ErrSignature},
		"another form":            {signed(s, strings.Replace(text.text(), form, "hand-over 2", 1)), ErrForm},
		"a number of rows":        {signed(s, strings.Replace(text.text(), "rows 2", "rows 3", 1)), ErrForm},
		"a zone":                  {signed(s, strings.Replace(text.text(), "10:30:00Z", "10:30:00+00:00", 1)), ErrForm},
		"a check character":       {signed(s, strings.Replace(text.text(), list(t).Rows[0].Reference.String(), "0000-0001", 1)), ErrForm},
		"a space at the end":      {signed(s, strings.Replace(text.text(), "high|-", "high|- ", 1)), ErrForm},
		"an unknown status":       {signed(s, strings.Replace(text.text(), "issued", "fine", 1)), ErrForm},
		"nothing":                 {nil, ErrForm},
		"a checkpoint of a log":   {signed(s, "pratique/UT/PR/practice\n5\nAAAA\n"), ErrSignature},
		"larger than it may be":   {bytes.Repeat([]byte("a"), maxFile+1), ErrForm},
		"days in the wrong order": {signed(s, strings.Replace(text.text(), "until 2022-07-11", "until 2022-07-01", 1)), ErrForm},
	} {
		if l, err := Open(tt.b, v); !errors.Is(err, tt.want) || !reflect.DeepEqual(l, List{}) {
			t.Errorf("%s: %+v, %v", name, l, err)
		}
	}
	bad := list(t)
	bad.Rows[0].Note = "a|b"
	if _, err := Sign(bad, s); !errors.Is(err, ErrForm) {
		t.Errorf("signed a note with a column in it: %v", err)
	}
}

// What is taken is written the same.
func FuzzParse(f *testing.F) {
	l := list(f)
	l.Origin = "pratique/UT/PR/practice/handover"
	f.Add(l.text())
	f.Fuzz(func(t *testing.T, s string) {
		l, err := parse(s)
		if err == nil && l.text() != s {
			t.Errorf("%q\nbecomes\n%q", s, l.text())
		}
	})
}

func TestReadPassed(t *testing.T) {
	n := list(t).Rows[0].Number
	r := list(t).Rows[1].Reference
	good := fmt.Sprintf("pratique passed 1\r\nport PVG\r\n%s|boarded|2022-07-10T21:35:00+08:00\r\n%s|landed|2022-07-11T03:10:00+08:00\r\n", n, r)
	port, passed, problems, err := ReadPassed([]byte(good))
	if err != nil || problems != nil || port != "PVG" || len(passed) != 2 || passed[0].Number != n || passed[0].Landed ||
		passed[1].Reference != r || !passed[1].Landed || passed[1].Line != 4 || passed[1].At.Format(time.RFC3339) != "2022-07-11T03:10:00+08:00" {
		t.Errorf("%s %+v %v %v", port, passed, problems, err)
	}
	// All that is wrong is told at once, with the lines of the file.
	_, passed, problems, err = ReadPassed([]byte("pratique passed 1\nport PVG\nPR7|landed|2022-07-10T21:35:00Z\n" +
		string(n) + "|left|2022-07-10T21:35:00Z\n" + string(n) + "|landed|yesterday\n" + string(n) + " landed\n" + string(n) + "|landed|2022-07-10T21:35:00Z\n"))
	var got []string
	for _, p := range problems {
		got = append(got, p.Field+" "+p.Key)
	}
	if want := []string{"line 3 problem.passed.case", "line 4 problem.passed.what", "line 5 problem.passed.time", "line 6 problem.passed.columns"}; err != nil ||
		!reflect.DeepEqual(got, want) || len(passed) != 1 {
		t.Errorf("%q, %+v, %v", got, passed, err)
	}
	for _, s := range []string{"", "pratique passed 1", "pratique passed 2\nport PVG\n", "pratique passed 1\nport pvg\n", "pratique passed 1\nPVG\n",
		"pratique passed 1\nport PVG\n\xff", strings.Repeat("a", maxFile+1)} {
		if _, passed, problems, err := ReadPassed([]byte(s)); !errors.Is(err, ErrForm) || passed != nil || problems != nil {
			t.Errorf("%.40q: %v %v %v", s, passed, problems, err)
		}
	}
}
