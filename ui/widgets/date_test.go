package widgets

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"pratique/data"
)

func TestParseDate(t *testing.T) {
	for text, want := range map[string]data.Date{
		"1984-03-08":     "1984-03-08",
		" 1984-3-8 ":     "1984-03-08",
		"1984/3/8":       "1984-03-08",
		"1984.03.08":     "1984-03-08",
		"19840308":       "1984-03-08",
		"08.03.1984":     "1984-03-08",
		"8.3.1984":       "1984-03-08",
		"8 Mar 1984":     "1984-03-08",
		"08MAR1984":      "1984-03-08",
		"8-march-1984":   "1984-03-08",
		"8. March 1984":  "1984-03-08",
		"1984年3月8日":      "1984-03-08",
		"１９８４年３月８日":      "1984-03-08",
		"１９８４－０３－０８":     "1984-03-08",
		"2024-02-29":     "2024-02-29",
		"1984":           "1984",
		"1984年":          "1984",
		"1984-03":        "1984-03",
		"1984/3":         "1984-03",
		"1984年3月":        "1984-03",
		"Mar 1984":       "1984-03",
		"":               "",
		"03/08/1984":     "03/08/1984", // March or August
		"08-03-84":       "08-03-84",   // which century
		"840308":         "840308",
		"2023-02-29":     "2023-02-29", // not in the calendar, kept as typed
		"8 Mai 1984":     "8 Mai 1984", // no English month
		"31 Juno 1984":   "31 Juno 1984",
		"yesterday":      "yesterday",
		"1984-03-08 foo": "1984-03-08 foo",
		"198403":         "198403", // or YYMMDD
	} {
		if got := ParseDate(text); got != want {
			t.Errorf("ParseDate(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	f.Add("8 Mar 1984")
	f.Add("1984年3月8日")
	f.Fuzz(func(t *testing.T, text string) {
		once := ParseDate(text)
		if again := ParseDate(string(once)); again != once {
			t.Errorf("ParseDate(%q) = %q, and of that %q", text, once, again)
		}
	})
}

func TestEveryDayOfAYearInEveryForm(t *testing.T) {
	for day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == 2024; day = day.AddDate(0, 0, 1) {
		for _, layout := range []string{"2006-01-02", "2006/1/2", "20060102", "02.01.2006", "2 Jan 2006", "02 January 2006", "2006年1月2日"} {
			if got, want := ParseDate(day.Format(layout)), data.DateOf(day); got != want {
				t.Errorf("ParseDate(%q) = %q, want %q", day.Format(layout), got, want)
			}
		}
	}
}

func TestDateField(t *testing.T) {
	window(t)
	d := NewDateField()
	w := show(t, d)
	var got []data.Date
	d.OnDate = func(date data.Date) { got = append(got, date) }
	w.Canvas().Focus(d)

	test.Type(d, "8 Mar 1984")
	if d.Text != "8 Mar 1984" {
		t.Errorf("the text was rewritten while typing: %q", d.Text)
	}
	if last := got[len(got)-1]; last != "1984-03-08" {
		t.Errorf("reported %q", last)
	}
	d.SetDate("1984-03-08") // as a screen does with the state it gets back
	if d.Text != "8 Mar 1984" {
		t.Errorf("the text was rewritten by its own value: %q", d.Text)
	}
	w.Canvas().Unfocus()
	if d.Text != "1984-03-08" {
		t.Errorf("after leaving: %q", d.Text)
	}

	w.Canvas().Focus(d)
	got = nil
	for _, tt := range []struct {
		key  fyne.KeyName
		want data.Date
	}{{fyne.KeyUp, "1984-03-09"}, {fyne.KeyDown, "1984-03-08"}, {fyne.KeyDown, "1984-03-07"}} {
		d.TypedKey(&fyne.KeyEvent{Name: tt.key})
		if d.Date() != tt.want {
			t.Errorf("%s: %q, want %q", tt.key, d.Date(), tt.want)
		}
	}
	if len(got) != 3 {
		t.Errorf("%d reports of 3 changes: %q", len(got), got)
	}

	got = nil
	d.SetDate("2020-02-29")
	if d.Text != "2020-02-29" || got != nil {
		t.Errorf("set from the program: %q, reported %q", d.Text, got)
	}
	d.SetDate("1984")
	d.TypedKey(&fyne.KeyEvent{Name: fyne.KeyUp})
	if d.Date() != "1984" {
		t.Errorf("a year alone went a day on: %q", d.Date())
	}
}
