package widgets

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"pratique/data"
)

// DateField is an Entry for a date. It takes the forms that ParseDate takes,
// shows the ISO form when it is left, and Up and Down go a day on and back.
// What is no date stays as typed and is reported so.
type DateField struct {
	Entry
	OnDate func(data.Date)
	last   data.Date
}

// NewDateField makes an empty DateField.
func NewDateField() *DateField {
	d := &DateField{}
	d.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	d.PlaceHolder = "2026-03-08"
	d.OnChanged = func(string) { d.report() }
	d.OnKey = d.key
	d.init(d)
	return d
}

// Date is what is entered: a date, or the text as typed if it is none.
func (d *DateField) Date() data.Date { return ParseDate(d.Text) }

// SetDate shows a date, unless it is what is shown already: a date being typed
// is not rewritten under the officer's hands.
func (d *DateField) SetDate(date data.Date) {
	d.last = date
	if d.Date() != date {
		d.Set(string(date))
	}
}

func (d *DateField) report() {
	if date := d.Date(); date != d.last {
		d.last = date
		if d.OnDate != nil {
			d.OnDate(date)
		}
	}
}

// FocusLost implements fyne.Focusable.
func (d *DateField) FocusLost() {
	d.Set(string(d.Date()))
	d.Entry.FocusLost()
}

func (d *DateField) key(k *fyne.KeyEvent) bool {
	days := map[fyne.KeyName]int{fyne.KeyUp: 1, fyne.KeyDown: -1}[k.Name]
	if days == 0 || !d.Date().Full() {
		return false
	}
	day, err := time.Parse(time.DateOnly, string(d.Date()))
	if err != nil {
		return false
	}
	d.Set(string(data.DateOf(day.AddDate(0, 0, days))))
	d.report()
	return true
}

// The forms of a date that can mean one day only. 03/08/1984 and 84-03-08 are
// not among them: which number is the month, and which century, would be a
// guess.
var (
	numericDate = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?$`)
	compactDate = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	dottedDate  = regexp.MustCompile(`^(\d{1,2})\.(\d{1,2})\.(\d{4})$`)
	wordyDate   = regexp.MustCompile(`^(\d{1,2})?[ .-]*([A-Za-z]{3,9})[ .,-]*(\d{4})$`)
	yearAlone   = regexp.MustCompile(`^(\d{4})年?$`)
)

// ParseDate reads a date as people write it: 1984-03-08, 1984/3/8, 19840308,
// 08.03.1984, 8 Mar 1984, 1984年3月8日, and where the day or the month is not
// known 1984-03, Mar 1984, 1984年3月 and 1984. Digits may be full-width. Any
// other text comes back as it is, without the space around it.
func ParseDate(text string) data.Date {
	s := strings.Map(narrow, strings.TrimSpace(text))
	var date data.Date
	if m := numericDate.FindStringSubmatch(s); m != nil {
		date = isoDate(m[1], m[2], m[3])
	} else if m := compactDate.FindStringSubmatch(s); m != nil {
		date = isoDate(m[1], m[2], m[3])
	} else if m := dottedDate.FindStringSubmatch(s); m != nil {
		date = isoDate(m[3], m[2], m[1])
	} else if m := wordyDate.FindStringSubmatch(s); m != nil {
		date = isoDate(m[3], monthNumber(m[2]), m[1])
	} else if m := yearAlone.FindStringSubmatch(s); m != nil {
		date = data.Date(m[1])
	}
	if !date.Valid() {
		return data.Date(strings.TrimSpace(text))
	}
	return date
}

func isoDate(year, month, day string) data.Date {
	s := year
	for _, part := range []string{month, day} {
		if n, err := strconv.Atoi(part); err == nil {
			s += fmt.Sprintf("-%02d", n)
		}
	}
	return data.Date(s)
}

// monthNumber reads an English month or the first three letters of it or more;
// anything else is no number.
func monthNumber(name string) string {
	for m := time.January; m <= time.December; m++ {
		if strings.HasPrefix(strings.ToLower(m.String()), strings.ToLower(name)) {
			return strconv.Itoa(int(m))
		}
	}
	return "0" // the zeroth month is in no calendar
}

// narrow turns a full-width character of an input method into the usual one.
func narrow(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '　':
		return ' '
	case r == '。':
		return '.'
	}
	return r
}
