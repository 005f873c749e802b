package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
)

// MRZEntry takes the machine-readable lines of a travel document from a
// keyboard-wedge scanner, the clipboard or the keyboard: three lines of 30
// characters, two of 36 or two of 44 (ICAO 9303-4, -5, -6). Between the lines
// a scanner may send a line break, a Tab or nothing, and after them a line
// break or a Tab; none of these submits a form or leaves the field halfway.
type MRZEntry struct {
	Entry
	// OnLines gets complete lines, joined by "\n", once for each reading.
	OnLines func(lines string)
	// OnText gets every change, as typed but in capitals, for a draft.
	OnText func(text string)
	told   string
}

// NewMRZEntry makes an empty MRZEntry.
func NewMRZEntry() *MRZEntry {
	m := &MRZEntry{}
	m.MultiLine = true
	m.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	m.TextStyle = fyne.TextStyle{Monospace: true}
	m.OnChanged = func(string) { m.changed(false) }
	m.OnKey = m.key
	m.keepTab = m.between
	m.init(m)
	m.SetMinRowsVisible(2)
	return m
}

// SetLines shows lines and calls no one.
func (m *MRZEntry) SetLines(lines string) {
	if mrzText(m.Text) != lines {
		m.told = lines
		m.Set(lines)
	}
}

// TypedRune implements fyne.Focusable.
func (m *MRZEntry) TypedRune(r rune) {
	if r = narrow(r); r > ' ' {
		m.Entry.TypedRune([]rune(strings.ToUpper(string(r)))[0])
	}
}

// FocusLost implements fyne.Focusable.
func (m *MRZEntry) FocusLost() {
	m.changed(true)
	m.Entry.FocusLost()
}

// between reports whether the text stops at the end of a line with more to
// come: there a Tab is the scanner's, not the officer's.
func (m *MRZEntry) between() bool {
	text := mrzText(m.Text)
	last := text[strings.LastIndex(text, "\n")+1:]
	return (len(last) == 30 || len(last) == 36 || len(last) == 44) && mrzLines(text, true) == ""
}

func (m *MRZEntry) key(k *fyne.KeyEvent) bool {
	switch k.Name {
	case fyne.KeyTab:
		m.Entry.Entry.TypedRune('\n')
		return true
	case fyne.KeyReturn, fyne.KeyEnter:
		if mrzLines(mrzText(m.Text), true) == "" {
			return false // a line break
		}
		m.changed(true)
		focusNext(m)
		return true
	}
	return false
}

// changed tells what is there; ended says that nothing more is to come.
func (m *MRZEntry) changed(ended bool) {
	text := mrzText(m.Text)
	if m.OnText != nil && !ended {
		m.OnText(text)
	}
	lines := mrzLines(text, ended)
	if lines == "" || lines == m.told {
		return
	}
	m.told = lines
	m.Set(lines)
	m.CursorRow = strings.Count(lines, "\n")
	m.CursorColumn = len(lines) - strings.LastIndex(lines, "\n") - 1
	m.Refresh()
	if m.OnLines != nil {
		m.OnLines(lines)
	}
}

// mrzText is what was typed in capitals, without spaces and empty lines.
func mrzText(typed string) string {
	var lines []string
	for line := range strings.FieldsFuncSeq(typed, func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }) {
		if line = strings.ToUpper(strings.Join(strings.Fields(strings.Map(narrow, line)), "")); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// mrzLines are the complete lines in text, empty while there are none. Without
// line breaks, 88 characters are a passport's or a visa's two lines and 90 a
// card's three; 72 are two lines of 36, or a card's with 18 to come, so they
// count only when the input has ended.
func mrzLines(text string, ended bool) string {
	lines := strings.Split(text, "\n")
	if len(lines) == 1 {
		width := map[int]int{88: 44, 90: 30, 72: 36}[len(text)]
		passport := strings.HasPrefix(text, "P") || strings.HasPrefix(text, "V")
		if width == 0 || width == 36 && !ended || width == 44 && !passport && !ended {
			return ""
		}
		lines = nil
		for ; text != ""; text = text[width:] {
			lines = append(lines, text[:width])
		}
		return strings.Join(lines, "\n")
	}
	want := map[int]int{30: 3, 36: 2, 44: 2}[len(lines[0])]
	if len(lines) != want {
		return ""
	}
	for _, line := range lines {
		if len(line) != len(lines[0]) {
			return ""
		}
	}
	return text
}
