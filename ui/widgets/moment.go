package widgets

import (
	"regexp"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	"pratique/ui/locale"
	look "pratique/ui/theme"
)

// MomentField is a date, a time and the place whose clock it is. The offset
// that follows from them is shown, and reported with them.
type MomentField struct {
	widget.BaseWidget
	OnMoment func(data.Moment)

	date   *DateField
	time   *Entry
	zone   *CodeSelect
	offset *Text
	last   data.Moment
}

// NewMomentField makes an empty MomentField. It offers the places of the
// catalogue and takes any other IANA zone by its name; zone is offered first,
// usually the post's own.
func NewMomentField(words *locale.Catalogue, zone string) *MomentField {
	m := &MomentField{
		date:   NewDateField(),
		time:   NewEntry(),
		zone:   NewCodeSelect(words, Zones(words)),
		offset: NewText("", Style{Size: theme.SizeNameCaptionText, Color: look.ColorMuted}),
	}
	m.date.PlaceHolder = words.T("date.hint")
	m.time.PlaceHolder = words.T("time.hint")
	m.zone.PlaceHolder = words.T("zone.hint")
	m.zone.Short = true
	m.zone.SetCode(zone)
	m.last.Zone = zone
	m.date.OnDate = func(data.Date) { m.report() }
	m.time.OnChanged = func(string) { m.report() }
	m.zone.OnCode = func(string) { m.report() }
	m.ExtendBaseWidget(m)
	m.showOffset()
	return m
}

// watchFocus tells the field around it.
func (m *MomentField) watchFocus(f func(bool)) {
	m.date.watch = f
	m.zone.watch = f
	m.time.watch = func(on bool) {
		if !on {
			m.time.Set(ParseTime(m.time.Text))
		}
		f(on)
	}
}

// Moment is what is entered, with its offset if it has one. Half-typed text is
// in it as typed.
func (m *MomentField) Moment() data.Moment {
	date, clock := string(m.date.Date()), ParseTime(m.time.Text)
	moment := data.Moment{Zone: m.zone.Code()}
	if date != "" || clock != "" {
		moment.Wall = date + "T" + clock
	}
	return moment.Pinned()
}

// SetMoment shows a moment, unless it is what is shown already. One without a
// zone keeps the place that is offered.
func (m *MomentField) SetMoment(moment data.Moment) {
	if now := m.Moment(); now.Wall != moment.Wall {
		date, clock := moment.Wall, ""
		if i := strings.LastIndex(moment.Wall, "T"); i >= 0 {
			date, clock = moment.Wall[:i], moment.Wall[i+1:]
		}
		m.date.SetDate(data.Date(date))
		m.time.Set(clock)
	}
	if moment.Zone != "" {
		m.zone.SetCode(moment.Zone)
	}
	m.last = m.Moment()
	m.showOffset()
}

func (m *MomentField) report() {
	moment := m.Moment()
	m.showOffset()
	if moment != m.last {
		m.last = moment
		if m.OnMoment != nil {
			m.OnMoment(moment)
		}
	}
}

func (m *MomentField) showOffset() {
	moment := m.Moment()
	text, color := moment.Offset, look.ColorMuted
	_, err := time.Parse(data.WallLayout, moment.Wall)
	switch {
	case err != nil:
		text = ""
	case moment.Offset == "": // no place, or its clock never showed this time
		text, color = "?", look.Invalid.Ink()
	}
	m.offset.Set(text, Style{Size: theme.SizeNameCaptionText, Color: color, Bold: text == "?"})
}

// Disable shows the moment and lets nobody change it.
func (m *MomentField) Disable() {
	m.date.Disable()
	m.time.Disable()
	m.zone.Disable()
}

// Focusable implements [Focuser].
func (m *MomentField) Focusable() fyne.Focusable { return m.date }

// CreateRenderer implements fyne.Widget.
func (m *MomentField) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(fyne.NewContainerWithLayout(momentLayout{}, m.date, m.time, m.zone, m.offset))
}

// momentLayout gives the date and the time what they need and the place the
// rest; the offset stands inside the place's field, at its right.
type momentLayout struct{}

func (momentLayout) widths() (date, clock float32) {
	p := 4*theme.Size(theme.SizeNameInnerPadding) + 4
	size := theme.Size(theme.SizeNameText)
	return fyne.MeasureText("2026-00-00", size, fyne.TextStyle{}).Width + p, fyne.MeasureText("00:00", size, fyne.TextStyle{}).Width + p
}

func (l momentLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	date, clock := l.widths()
	return fyne.NewSize(date+clock+2*look.Tight+150, o[0].MinSize().Height)
}

func (l momentLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	date, clock := l.widths()
	o[0].Resize(fyne.NewSize(date, size.Height))
	o[1].Move(fyne.NewPos(date+look.Tight, 0))
	o[1].Resize(fyne.NewSize(clock, size.Height))
	x := date + clock + 2*look.Tight
	o[2].Move(fyne.NewPos(x, 0))
	o[2].Resize(fyne.NewSize(size.Width-x, size.Height))
	h := o[3].MinSize().Height
	w := fyne.MeasureText("+00:00", theme.Size(theme.SizeNameCaptionText), fyne.TextStyle{}).Width + 2
	o[3].Move(fyne.NewPos(size.Width-w-28, (size.Height-h)/2))
	o[3].Resize(fyne.NewSize(w, h))
}

var clockTime = regexp.MustCompile(`^(\d{1,2})[:.hH时]?(\d{2})分?$`)

// ParseTime reads a time of day as people write it, 09:40, 9:40, 0940, 9.40,
// 9h40, 9时40分, into "09:40". Any other text comes back as it is, without the
// space around it.
func ParseTime(text string) string {
	s := strings.Map(narrow, strings.TrimSpace(text))
	m := clockTime.FindStringSubmatch(s)
	if m == nil {
		return strings.TrimSpace(text)
	}
	iso := ("0" + m[1])[len(m[1])-1:] + ":" + m[2]
	if _, err := time.Parse("15:04", iso); err != nil {
		return strings.TrimSpace(text)
	}
	return iso
}

// Zones are the places whose clocks the catalogue has a name for.
func Zones(words *locale.Catalogue) []Option {
	var options []Option
	for zone, name := range words.Under("zone.") {
		if strings.Contains(zone, "/") || zone == "UTC" {
			options = append(options, Option{Code: zone, Name: name})
		}
	}
	SortOptions(options)
	return options
}
