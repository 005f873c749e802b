package widgets

import (
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	look "pratique/ui/theme"
)

func press(f fyne.Focusable, keys ...fyne.KeyName) {
	for _, k := range keys {
		f.TypedKey(&fyne.KeyEvent{Name: k})
	}
}

// compose is what the window system reports while an input method holds the
// letters of pinyin back: keys go down and up, and no letter arrives.
func compose(e *Entry, letters string) {
	for _, r := range strings.ToUpper(letters) {
		e.KeyDown(&fyne.KeyEvent{Name: fyne.KeyName(r)})
		e.KeyUp(&fyne.KeyEvent{Name: fyne.KeyName(r)})
	}
}

func TestEntryWithInputMethod(t *testing.T) {
	window(t)
	e, next := NewEntry(), NewEntry()
	w := show(t, container.NewVBox(e, next))
	w.Canvas().Focus(e)
	test.Type(e, "样本")

	compose(e, "ni")
	if !e.AcceptsTab() {
		t.Error("Tab would leave the field while composing")
	}
	press(e, fyne.KeyBackspace) // takes back the i of the pinyin
	if e.Text != "样本" {
		t.Errorf("Backspace while composing left %q", e.Text)
	}
	press(e, fyne.KeyReturn)
	if w.Canvas().Focused() != e {
		t.Error("Enter while composing left the field")
	}
	test.Type(e, "你") // committed
	if e.AcceptsTab() {
		t.Error("Tab is still kept after the commit")
	}
	press(e, fyne.KeyBackspace)
	if e.Text != "样本" {
		t.Errorf("Backspace after the commit left %q", e.Text)
	}

	compose(e, "hao")
	press(e, fyne.KeyEscape)
	press(e, fyne.KeyBackspace)
	if e.Text != "样" {
		t.Errorf("Backspace after giving up left %q", e.Text)
	}

	// Ordinary typing: the letter arrives between down and up.
	for range 3 {
		e.KeyDown(&fyne.KeyEvent{Name: "A"})
		e.TypedRune('a')
		e.KeyUp(&fyne.KeyEvent{Name: "A"})
	}
	press(e, fyne.KeyBackspace)
	if e.Text != "样aa" {
		t.Errorf("after ordinary typing and Backspace: %q", e.Text)
	}
	press(e, fyne.KeyReturn)
	if w.Canvas().Focused() != next {
		t.Error("Enter does not go on")
	}
}

func TestSetCallsNobody(t *testing.T) {
	window(t)
	e := NewEntry()
	e.OnChanged = func(s string) { t.Errorf("told %q", s) }
	e.Set("YANGBEN")
	if e.Text != "YANGBEN" {
		t.Errorf("shows %q", e.Text)
	}
	told := ""
	e.OnChanged = func(s string) { told = s }
	test.Type(e, "X")
	if !strings.Contains(told, "X") {
		t.Errorf("told %q", told)
	}
}

func TestTabOrderOfAForm(t *testing.T) {
	window(t)
	c := words(t, "en")
	surname, date, code, moment, remarks, pass := NewEntry(), NewDateField(), NewCodeSelect(c, nil), NewMomentField(c, ""), NewRemarks(2), NewPassphrase()
	w := show(t, Page(NewCard("t", Columns(2, 100,
		NewField("1", surname), NewField("2", date), NewField("3", code), NewField("4", moment), NewField("5", remarks), NewField("6", pass)))))
	want := []fyne.Focusable{surname, date, code, moment.date, moment.time, moment.zone, remarks, pass}
	for i, f := range want {
		test.FocusNext(w.Canvas())
		if got := w.Canvas().Focused(); got != f {
			t.Fatalf("stop %d is %T, want %T", i, got, f)
		}
		if tab, ok := f.(fyne.Tabbable); ok && tab.AcceptsTab() {
			t.Errorf("stop %d keeps the Tab", i)
		}
	}
}

func TestField(t *testing.T) {
	window(t)
	e := NewEntry()
	f := NewField("Document number", e).Hint("as the document shows it")
	w := show(t, f)
	free := f.MinSize().Height
	f.SetNote(Note{Role: look.Invalid, Text: "Short."})
	if got := f.MinSize().Height; got != free {
		t.Errorf("a note of one line moves the form: %v, was %v", got, free)
	}
	if f.frame.Stroke != look.Invalid.Ink() || !f.icon.Visible() {
		t.Error("a problem has no frame or no shape")
	}
	var ticks []bool
	f.OnConfirm = func(on bool) { ticks = append(ticks, on) }
	question := Note{Role: look.Practice, Text: "Really?", Confirm: "The document says so"}
	f.SetNote(question)
	if len(ticks) != 0 || !f.box.Visible() {
		t.Error("asking is not answering")
	}
	test.Tap(f.box)
	question.Confirmed = true
	if !slices.Equal(ticks, []bool{true}) || f.Note() != question {
		t.Errorf("ticks %v, note %+v", ticks, f.Note())
	}
	f.SetNote(question) // as a screen does with the state it gets back
	if len(ticks) != 1 || !f.box.Checked {
		t.Error("showing the state again changed it")
	}
	f.SetNote(Note{})
	if got := f.text.String(); got != "as the document shows it" || f.frame.Stroke != "" || f.box.Visible() {
		t.Errorf("without a note it shows %q", got)
	}
	w.Canvas().Focus(f.Focusable())
	if w.Canvas().Focused() != e || f.label.style.Color != look.Accent.Ink() {
		t.Error("the focus is not in sight")
	}
}

var states = []Option{
	{Code: "CHE", Name: "Switzerland"},
	{Code: "CHN", Name: "China", Also: "中国 zhongguo"},
	{Code: "TWN", Name: "Taiwan, Province of China"},
	{Code: "UTO", Name: "Utopia"},
	{Code: "TCD", Name: "Chad"},
	{Code: "CPV", Name: "Cabo Verde"},
}

func TestFindOptions(t *testing.T) {
	for typed, want := range map[string]string{
		"":          "CHE CHN TWN UTO TCD CPV",
		"chn":       "CHN",
		"CH":        "CHE CHN TCD TWN",
		"ch":        "CHE CHN TCD TWN",
		"ＣＨＮ":       "CHN",
		"chi":       "CHN TWN",
		"中国":        "CHN",
		"zhong":     "CHN",
		"verde":     "CPV",
		"topi":      "UTO",
		"nowhere":   "",
		" utopia  ": "UTO",
	} {
		var got []string
		for _, o := range FindOptions(states, typed) {
			got = append(got, o.Code)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("FindOptions(%q) = %q, want %q", typed, s, want)
		}
	}
}

func TestCodeSelectByKeyboard(t *testing.T) {
	window(t)
	c, next := NewCodeSelect(words(t, "en"), states), NewEntry()
	w := show(t, container.NewVBox(c, next))
	var told []string
	c.OnCode = func(code string) { told = append(told, code) }
	canvas := w.Canvas()
	entry := func() *Entry {
		t.Helper()
		e, ok := canvas.Focused().(*Entry)
		if !ok || c.picker == nil {
			t.Fatalf("the picker is not open, the focus is on %T", canvas.Focused())
		}
		return e
	}
	for _, tt := range []struct {
		name string
		keys func()
		code string
		next bool
	}{
		{"code and Tab", func() { c.TypedRune('c'); test.Type(entry(), "hn"); press(entry(), fyne.KeyTab) }, "CHN", true},
		{"name and Enter", func() { c.TypedRune('u'); press(entry(), fyne.KeyReturn) }, "UTO", true},
		{"Down and Enter", func() { c.TypedRune('c'); press(entry(), fyne.KeyDown, fyne.KeyEnter) }, "CHN", true},
		{"Escape", func() { c.TypedRune('u'); press(entry(), fyne.KeyEscape) }, "CHN", false},
		{"open and Enter", func() { press(c, fyne.KeyDown); press(entry(), fyne.KeyReturn) }, "CHN", true},
		{"in no list", func() { c.TypedRune('x'); test.Type(entry(), "yz"); press(entry(), fyne.KeyTab) }, "xyz", true},
		{"taken away", func() { press(c, fyne.KeyBackspace) }, "", false},
	} {
		canvas.Focus(c)
		tt.keys()
		if c.Code() != tt.code {
			t.Errorf("%s: %q, want %q", tt.name, c.Code(), tt.code)
		}
		if got := canvas.Focused() == next; got != tt.next || !tt.next && canvas.Focused() != fyne.Focusable(c) {
			t.Errorf("%s: the focus is on %T", tt.name, canvas.Focused())
		}
		if canvas.Overlays().Top() != nil {
			t.Fatalf("%s: the picker is still open", tt.name)
		}
	}
	if want := []string{"CHN", "UTO", "CHN", "xyz", ""}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	told = nil
	c.SetCode("UTO")
	if c.Shown() != "UTO – Utopia" || told != nil {
		t.Errorf("shows %q, told %q", c.Shown(), told)
	}
	c.Disable()
	c.TypedRune('c')
	press(c, fyne.KeyBackspace)
	if c.Code() != "UTO" || c.picker != nil {
		t.Error("a disabled choice can be changed")
	}
}

func TestCodeSelectByMouse(t *testing.T) {
	window(t)
	c := NewCodeSelect(words(t, "en"), states)
	w := show(t, container.NewVBox(c))
	test.Tap(c)
	row := c.picker.rows.Objects[3].(*pickerRow)
	test.Tap(row)
	if c.Code() != "UTO" {
		t.Errorf("chose %q", c.Code())
	}
	test.Tap(c)
	test.TapCanvas(w.Canvas(), fyne.NewPos(590, 490)) // beside it
	if w.Canvas().Overlays().Top() != nil || c.Code() != "UTO" {
		t.Error("a click beside the picker does not just close it")
	}
	// A lock takes away what lies over the window without asking it.
	test.Tap(c)
	w.Canvas().Overlays().Remove(w.Canvas().Overlays().Top())
	test.Tap(c)
	if w.Canvas().Overlays().Top() == nil {
		t.Error("it does not open again")
	}
}

func TestChoices(t *testing.T) {
	window(t)
	c, next := NewChoices([]Option{{Code: "a", Name: "A"}, {Code: "b", Name: "B"}, {Code: "c", Name: "C"}}), NewEntry()
	var told []string
	c.OnCode = func(code string) { told = append(told, code) }
	w := show(t, container.NewVBox(c, next))
	w.Canvas().Focus(c.Focusable())
	press(w.Canvas().Focused(), fyne.KeyRight)
	press(w.Canvas().Focused(), fyne.KeyRight, fyne.KeyRight) // no further
	press(w.Canvas().Focused(), fyne.KeyLeft)
	if want := []string{"b", "c", "b"}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
	if w.Canvas().Focused() != c.Focusable() {
		t.Error("the focus is not on what is chosen")
	}
	press(w.Canvas().Focused(), fyne.KeyReturn)
	if w.Canvas().Focused() != next || len(told) != 3 {
		t.Errorf("Enter chose another or did not go on: %v", told)
	}
	c.SetCode("a")
	test.Tap(&c.buttons[2].Button)
	if want := []string{"b", "c", "b", "c"}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
	c.SetCode("of another list")
	for _, b := range c.buttons {
		if b.Importance == widget.HighImportance {
			t.Errorf("%s is shown for an unknown code", b.Text)
		}
	}
}

func TestMomentField(t *testing.T) {
	window(t)
	m := NewMomentField(words(t, "en"), "Asia/Tokyo")
	f := NewField("Sampled", m)
	w := show(t, f)
	var told []data.Moment
	m.OnMoment = func(v data.Moment) { told = append(told, v) }
	w.Canvas().Focus(f.Focusable())
	test.Type(m.date, "8 Mar 2026")
	press(m.date, fyne.KeyReturn)
	test.Type(m.time, "940")
	press(m.time, fyne.KeyReturn)
	want := data.Moment{Wall: "2026-03-08T09:40", Zone: "Asia/Tokyo", Offset: "+09:00"}
	if got := told[len(told)-1]; got != want {
		t.Errorf("told %+v, want %+v", got, want)
	}
	if m.time.Text != "09:40" || m.offset.Text() != "+09:00" || w.Canvas().Focused() != fyne.Focusable(m.zone) {
		t.Errorf("time %q, offset %q, focus on %T", m.time.Text, m.offset.Text(), w.Canvas().Focused())
	}
	m.zone.TypedRune('e')
	e := w.Canvas().Focused().(*Entry)
	test.Type(e, "urope/Berlin")
	press(e, fyne.KeyTab)
	want.Zone, want.Offset = "Europe/Berlin", "+01:00"
	if got := told[len(told)-1]; got != want {
		t.Errorf("told %+v, want %+v", got, want)
	}
	for _, v := range []data.Moment{
		{},
		want,
		{Wall: "2026-03-29T02:30", Zone: "Europe/Berlin"}, // never shown by that clock
		{Wall: "Octob", Zone: "UTC"},
		{Wall: "2026-03-08T9", Zone: "UTC"},
	} {
		told = nil
		m.SetMoment(v)
		shown := v
		if shown.Zone == "" {
			shown.Zone = "Europe/Berlin"
		}
		if got := m.Moment(); got.Zone != shown.Zone || got.Offset != shown.Pinned().Offset || strings.Trim(got.Wall, "T") != strings.Trim(v.Wall, "T") {
			t.Errorf("SetMoment(%+v) shows %+v", v, got)
		}
		if told != nil {
			t.Errorf("SetMoment(%+v) told %+v", v, told)
		}
	}
}

func TestParseTime(t *testing.T) {
	for text, want := range map[string]string{
		"09:40": "09:40", "9:40": "09:40", "0940": "09:40", "940": "09:40", "9.40": "09:40", "9h40": "09:40",
		"9时40分": "09:40", "２１：４０": "21:40", " 23:59 ": "23:59", "24:00": "24:00", "9:60": "9:60", "9": "9", "": "", "noon": "noon",
	} {
		if got := ParseTime(text); got != want {
			t.Errorf("ParseTime(%q) = %q, want %q", text, got, want)
		}
	}
}

// The specimens of ICAO 9303-4, -5 and -6.
const (
	td3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
	td2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
	td1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
)

func TestMRZEntryFromAScanner(t *testing.T) {
	for name, lines := range map[string]string{"TD1": td1, "TD2": td2, "TD3": td3} {
		for _, wedge := range []struct{ name, between, after string }{
			{"line breaks", "\n", "\n"}, {"tabs", "\t", "\t"}, {"nothing between", "", "\n"}, {"nothing at all", "", ""},
		} {
			t.Run(name+" "+wedge.name, func(t *testing.T) {
				window(t)
				m, next := NewMRZEntry(), NewEntry()
				w := show(t, container.NewVBox(m, next))
				var got []string
				m.OnLines = func(s string) { got = append(got, s) }
				w.Canvas().Focus(m)
				for _, r := range strings.ToLower(strings.ReplaceAll(lines, "\n", wedge.between)) + wedge.after {
					switch focused := w.Canvas().Focused(); r {
					case '\n':
						press(focused, fyne.KeyReturn)
					case '\t':
						if tab, ok := focused.(fyne.Tabbable); ok && tab.AcceptsTab() {
							press(focused, fyne.KeyTab)
						} else {
							w.Canvas().FocusNext()
						}
					default:
						focused.TypedRune(r)
					}
				}
				if wedge.after == "" {
					w.Canvas().Unfocus()
				} else if w.Canvas().Focused() != next {
					t.Errorf("after it the focus is on %T", w.Canvas().Focused())
				}
				if !slices.Equal(got, []string{lines}) || m.Text != lines || next.Text != "" {
					t.Errorf("got %q, shows %q, spilled %q", got, m.Text, next.Text)
				}
			})
		}
	}
}

func TestMRZEntryKeepsADraft(t *testing.T) {
	window(t)
	m := NewMRZEntry()
	show(t, m)
	var texts, lines []string
	m.OnText = func(s string) { texts = append(texts, s) }
	m.OnLines = func(s string) { lines = append(lines, s) }
	m.SetLines("P<UTO")
	test.Type(m, "x")
	if len(texts) != 1 || lines != nil {
		t.Errorf("texts %q, lines %q", texts, lines)
	}
	m.SetLines(td3)
	m.FocusLost()
	if lines != nil {
		t.Errorf("lines that were set are told back: %q", lines)
	}
}

func TestDataList(t *testing.T) {
	window(t)
	d := NewDataList(words(t, "en"), Column{Title: "Flight", Width: 80}, Column{Title: "State", Width: 100, Grow: 1})
	w := show(t, d)
	asked := map[int]bool{}
	d.SetRows(100000, func(i int) []Cell {
		asked[i] = true
		return []Cell{{Text: "UT 846"}, {Text: "submitted", Pill: true, Role: look.Accent, Icon: "submitted"}}
	})
	if len(asked) > 40 {
		t.Errorf("%d rows were drawn of a window full", len(asked))
	}
	var opened, chosen []int
	d.OnOpen = func(i int) { opened = append(opened, i) }
	d.OnChoose = func(i int) { chosen = append(chosen, i) }
	runes := ""
	d.OnRune = func(r rune) { runes += string(r) }
	f := d.Focusable()
	w.Canvas().Focus(f)
	if len(chosen) != 0 {
		t.Error("showing rows is not choosing one")
	}
	for _, tt := range []struct {
		key  fyne.KeyName
		want int
	}{
		{fyne.KeyUp, 0}, {fyne.KeyDown, 1}, {fyne.KeyDown, 2}, {fyne.KeyUp, 1}, {fyne.KeyEnd, 99999}, {fyne.KeyDown, 99999}, {fyne.KeyHome, 0},
	} {
		press(f, tt.key)
		if d.Current() != tt.want {
			t.Fatalf("%s goes to %d, want %d", tt.key, d.Current(), tt.want)
		}
	}
	press(f, fyne.KeyPageDown)
	if page := d.Current(); page < 3 || page > 40 {
		t.Errorf("a page is %d rows", page)
	}
	press(f, fyne.KeyPageUp, fyne.KeyReturn)
	f.TypedRune('a')
	if !slices.Equal(opened, []int{0}) || runes != "a" {
		t.Errorf("opened %v, typed %q", opened, runes)
	}
	// A click chooses, a click on the chosen row opens.
	at := fyne.NewPos(100, 130)
	test.TapCanvas(w.Canvas(), at)
	clicked := d.Current()
	if clicked == 0 || len(opened) != 1 {
		t.Errorf("a click went to %d and opened %v", clicked, opened)
	}
	test.TapCanvas(w.Canvas(), at)
	if !slices.Equal(opened, []int{0, clicked}) {
		t.Errorf("a click on the chosen row opened %v", opened)
	}
	d.Choose(500)
	d.SetRows(3, func(int) []Cell { return nil })
	if d.Current() != 2 {
		t.Errorf("after fewer rows: %d", d.Current())
	}
	d.SetRows(0, nil)
	press(f, fyne.KeyReturn, fyne.KeyDown)
	if d.Current() != -1 || len(opened) != 2 || !d.empty.Visible() {
		t.Error("an empty list has something to open, or does not say that it is empty")
	}
}

func BenchmarkDataListRefresh(b *testing.B) {
	test.NewTempApp(b)
	th, err := look.New(assets)
	if err != nil {
		b.Fatal(err)
	}
	fyne.CurrentApp().Settings().SetTheme(th)
	d := newBenchmarkList(b)
	w := test.NewTempWindow(b, d)
	w.Resize(fyne.NewSize(1100, 700))
	row := func(i int) []Cell { return []Cell{{Text: "UT 846"}, {Text: "样本 YANGBEN SPECIMEN"}} }
	for b.Loop() {
		d.SetRows(100000, row)
	}
}

func TestPageView(t *testing.T) {
	window(t)
	p := NewPageView(words(t, "en"))
	w := show(t, p)
	p.SetPicture(image.NewRGBA(image.Rect(0, 0, 210, 297)), 0, 3)
	whole := p.Zoom()
	if size := p.image.Size(); size.Height > p.scroll.Size().Height || size.Width > p.scroll.Size().Width {
		t.Errorf("the whole page is %v in %v", size, p.scroll.Size())
	}
	f := p.Focusable()
	w.Canvas().Focus(f)
	f.TypedRune('+')
	f.TypedRune('+')
	if p.Zoom() <= whole || p.paper.MinSize().Height <= p.scroll.Size().Height {
		t.Errorf("zoomed to %d %% from %d %%", p.Zoom(), whole)
	}
	p.Mark(0.1, 0.9, 0.5, 0.05)
	if p.scroll.Offset.Y == 0 || !p.frame.Visible() {
		t.Error("the marked place at the foot is not brought into sight")
	}
	f.TypedRune('0')
	if p.Zoom() != whole {
		t.Errorf("0 shows %d %%, want %d %%", p.Zoom(), whole)
	}
	f.TypedRune('r')
	if size := p.image.Size(); size.Width <= size.Height || p.frame.Visible() {
		t.Errorf("turned it is %v", size)
	}
	f.TypedRune('r')
	f.TypedRune('r')
	f.TypedRune('r')
	p.FitWidth()
	if size, room := p.image.Size(), p.scroll.Size(); size.Width < room.Width*0.9 || size.Width > room.Width || size.Height <= room.Height {
		t.Errorf("its width is %v in %v", size, room)
	}
	press(f, fyne.KeyPageDown)
	if p.scroll.Offset.Y == 0 {
		t.Error("Page Down does not scroll a page that goes on")
	}
	press(f, fyne.KeyEnd)
	if foot := p.scroll.Offset.Y + p.scroll.Size().Height; foot < p.paper.Size().Height-1 {
		t.Errorf("End goes to %v of %v", foot, p.paper.Size().Height)
	}
	press(f, fyne.KeyHome)
	f.TypedRune('0')
	var pages []int
	p.OnPage = func(i int) { pages = append(pages, i) }
	press(f, fyne.KeyPageUp, fyne.KeyPageDown)
	p.SetPicture(p.picture, 2, 3)
	press(f, fyne.KeyPageDown, fyne.KeyPageUp)
	if !slices.Equal(pages, []int{1, 1}) {
		t.Errorf("asked for %v", pages)
	}
	p.SetPicture(nil, 0, 0)
	if p.image.Visible() || !p.none.Visible() {
		t.Error("no page is shown as one")
	}
}

func TestTurned(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 3, 2))
	m.Set(0, 0, theme.ErrorColor()) // a mark in the corner at the top left
	for turns, want := range []image.Point{{0, 0}, {1, 0}, {2, 1}, {0, 2}} {
		out := turned(m, turns)
		if _, _, _, a := out.At(want.X, want.Y).RGBA(); a == 0 {
			t.Errorf("after %d turns the corner is not at %v", turns, want)
		}
	}
}

func TestToaster(t *testing.T) {
	window(t)
	var timers []func()
	var times []time.Duration
	toaster := NewToaster(func(d time.Duration, f func()) { times, timers = append(times, d), append(timers, f) })
	e := NewEntry()
	w := show(t, container.NewStack(e, toaster))
	w.Canvas().Focus(e)
	undone := 0
	toaster.Toast("a")
	toaster.Undoable("b", "Undo", func() { undone++ })
	if w.Canvas().Focused() != e {
		t.Error("a toast took the focus")
	}
	test.Tap(toaster.rows.Objects[1].(*toast).button)
	if undone != 1 || !slices.Equal(toaster.Texts(), []string{"a"}) {
		t.Errorf("undone %d, left %q", undone, toaster.Texts())
	}
	for _, s := range []string{"c", "d", "e"} {
		toaster.Toast(s)
	}
	if got := toaster.Texts(); !slices.Equal(got, []string{"c", "d", "e"}) {
		t.Errorf("shows %q", got)
	}
	for _, f := range timers {
		f()
	}
	if len(toaster.Texts()) != 0 || times[1] <= times[0] {
		t.Errorf("left %q after %v", toaster.Texts(), times)
	}
}

func TestDialog(t *testing.T) {
	window(t)
	e := NewEntry()
	w := show(t, container.NewVBox(e))
	w.Canvas().Focus(e)
	did := ""
	ask := func() {
		ShowDialog(w.Canvas(), "Revoke?", widget.NewLabel("It cannot be undone."), nil,
			Choice{Label: "Revoke", Importance: widget.DangerImportance, Do: func() { did += "revoke " }}, Choice{Label: "Cancel"})
	}
	ask()
	press(w.Canvas().Focused(), fyne.KeyReturn) // the last choice has the focus
	ask()
	press(w.Canvas().Focused(), fyne.KeyEscape)
	if did != "" || w.Canvas().Overlays().Top() != nil || w.Canvas().Focused() != e {
		t.Errorf("did %q, the focus is on %T", did, w.Canvas().Focused())
	}
	ask()
	w.Canvas().FocusPrevious()
	press(w.Canvas().Focused(), fyne.KeyReturn)
	if did != "revoke " {
		t.Errorf("did %q", did)
	}
}

func TestColumns(t *testing.T) {
	window(t)
	a, b, c := NewGround("", 0), NewGround("", 0), NewGround("", 0)
	grid := Columns(2, 200, a, b, c)
	for width, want := range map[float32][2]float32{616: {300, 316}, 300: {300, 0}} {
		grid.Resize(fyne.NewSize(width, 400))
		if a.Size().Width != want[0] || b.Position().X != want[1] || c.Position().X != 0 {
			t.Errorf("%v wide: %v, second at %v", width, a.Size().Width, b.Position())
		}
	}
}

func TestTextIsElided(t *testing.T) {
	window(t)
	text := NewText("样本 YANGBEN SPECIMEN", Style{Elide: true})
	show(t, container.NewWithoutLayout(text))
	text.Resize(fyne.NewSize(80, 20))
	line := test.WidgetRenderer(text).(*textRenderer).line
	if !strings.HasSuffix(line.Text, dots) || fyne.MeasureText(line.Text, line.TextSize, line.TextStyle).Width > 80 {
		t.Errorf("80 wide: %q", line.Text)
	}
	text.Resize(fyne.NewSize(400, 20))
	if line.Text != text.Text() {
		t.Errorf("400 wide: %q", line.Text)
	}
}

func TestWheelWorksOverFields(t *testing.T) {
	window(t)
	column := Stack(0)
	for range 30 {
		column.Add(NewEntry())
	}
	s := container.NewVScroll(column)
	w := show(t, Wheeled(s))
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(column.Objects[2]).AddXY(40, 10)
	test.Scroll(w.Canvas(), at, 0, -50)
	if s.Offset.Y == 0 {
		t.Error("the wheel does nothing over a field")
	}
	tapped := 0
	b := NewButton("x", nil, func() { tapped++ })
	w = show(t, Wheeled(container.NewVScroll(b)))
	test.TapCanvas(w.Canvas(), fyne.CurrentApp().Driver().AbsolutePositionForObject(b).AddXY(10, 10))
	if tapped != 1 {
		t.Error("a button under the wheel cannot be tapped")
	}
}

func TestTypingOverWhatIsThere(t *testing.T) {
	window(t)
	a, b := NewEntry(), NewDateField()
	w := show(t, Stack(0, a, b))
	a.Set("OLD")
	c := w.Canvas()
	c.FocusNext()
	if c.Focused() != a {
		t.Fatalf("focus on %T", c.Focused())
	}
	a.TypedRune('N')
	a.FocusLost() // the window's focus goes to another program and comes back
	a.FocusGained()
	a.TypedRune('E')
	if a.Text != "NE" {
		t.Errorf("typed over OLD: %q", a.Text)
	}
	b.SetDate("2026-03-08")
	c.FocusNext()
	for _, r := range "20270101" {
		c.Focused().TypedRune(r)
	}
	c.FocusNext()
	if b.Text != "2027-01-01" {
		t.Errorf("typed over a date: %q", b.Text)
	}
}

// TestPageViewByMouse: the page follows the mouse, and turns both ways.
func TestPageViewByMouse(t *testing.T) {
	window(t)
	p := NewPageView(words(t, "en"))
	show(t, p)
	p.SetPicture(image.NewRGBA(image.Rect(0, 0, 210, 297)), 0, 1)
	for range 8 {
		p.Typed('+')
	}
	h := &hand{d: p.desk}
	h.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(-30, -40)})
	if at := p.scroll.Offset; at != fyne.NewPos(30, 40) {
		t.Errorf("dragged to %v", at)
	}
	h.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(90, 90)})
	if at := p.scroll.Offset; at != (fyne.Position{}) {
		t.Errorf("dragged beyond its corner, to %v", at)
	}
	p.Typed(']')
	p.Typed('[')
	if p.turns != 0 || p.drawn != p.picture {
		t.Errorf("%d turns after one there and back", p.turns)
	}
	if p.Typed('r') || p.Typed(' ') {
		t.Error("a screen's own letter means something on the page")
	}
}

// TestTurnedAlike: a picture of the quick form and of any other turn alike.
func TestTurnedAlike(t *testing.T) {
	quick := image.NewRGBA(image.Rect(0, 0, 3, 2))
	slow := image.NewNRGBA(quick.Bounds())
	for i := range quick.Pix {
		quick.Pix[i] = byte(i * 9)
		if i%4 == 3 {
			quick.Pix[i] = 0xff
		}
		slow.Pix[i] = quick.Pix[i]
	}
	for turns := range 4 {
		a, b := turned(quick, turns), turned(slow, turns)
		for y := range a.Bounds().Dy() {
			for x := range a.Bounds().Dx() {
				if a.Bounds() != b.Bounds() || color.RGBAModel.Convert(a.At(x, y)) != color.RGBAModel.Convert(b.At(x, y)) {
					t.Fatalf("%d turns: %v and %v at %d, %d", turns, a.At(x, y), b.At(x, y), x, y)
				}
			}
		}
	}
}
