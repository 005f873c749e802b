package pdfgen

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jung-kurt/gofpdf"

	"pratique/data"
)

// What every page is built from: frame and marks, sections and fields, the
// small print, and type in cells for what is read character by character.

const dash = "—" // stands where nothing is stated

func (s *sheet) word(k key) text { return s.press.words[k] }

// name is what a code means.
func (s *sheet) name(list, code string) text {
	t := text{s.press.names.Name(list, code, "en"), s.press.names.Name(list, code, "zh")}
	if t.both() == "" && s.err == nil {
		s.err = fmt.Errorf("no name for %s %q", list, code)
	}
	return t
}

// state is the name of a state with its code.
func (s *sheet) state(code string) string {
	if code == "" {
		return dash
	}
	return s.name(data.ListStates, code).both() + " (" + code + ")"
}

func or(v, instead string) string {
	if v == "" {
		return instead
	}
	return v
}

func joined(sep string, parts ...string) string {
	var some []string
	for _, p := range parts {
		if p != "" {
			some = append(some, p)
		}
	}
	return strings.Join(some, sep)
}

// headWidth is the room of names and title at the head of a page, mm.
const headWidth = 123.0

// issuer sets the names of state and post from y on and returns their height.
func (s *sheet) issuer(b *block, y float64, post data.Post) float64 {
	st := style{false, 7.6, slate}
	h := s.para(b, left, y, headWidth-4, st, joined(" · ", post.StateName["en"], post.Name["en"]))
	return h + s.para(b, left, y+h, headWidth-4, st, joined(" · ", post.StateName["zh"], post.Name["zh"]))
}

// markOf is what a post's pages say of themselves all over, "" for nothing.
func markOf(practice, accredited bool) key {
	switch {
	case practice:
		return kPractice
	case !accredited:
		return kNotAccreditedMark
	}
	return ""
}

// frame is the frame of a page: two lines; broad and amber on practice paper;
// with a band above and below where nobody vouches for the signer.
func (s *sheet) frame(mark key) {
	var b block
	switch mark {
	case kPractice:
		s.under = append(s.under, func(f *gofpdf.Fpdf, _ float64) {
			f.SetDrawColor(amber.r, amber.g, amber.b)
			f.SetLineWidth(3.4)
			f.Rect(7.2, 7.2, pageWidth-14.4, pageHeight-14.4, "D")
		})
		for _, y := range []float64{5.72, pageHeight - 8.68} {
			s.centre(&b, left, y, right-left, style{true, 6.6, ink}, s.word(mark).both())
		}
	case kNotAccreditedMark:
		s.under = append(s.under, frameLines(brick), func(f *gofpdf.Fpdf, _ float64) {
			f.SetFillColor(brick.r, brick.g, brick.b)
			f.Rect(bandTop, bandTop, pageWidth-2*bandTop, bandHeight, "F")
			f.Rect(bandTop, pageHeight-bandTop-bandHeight, pageWidth-2*bandTop, bandHeight, "F")
		})
		st := style{true, 7.6, white}
		for _, y := range []float64{bandTop, pageHeight - bandTop - bandHeight} {
			s.centre(&b, left, y+(bandHeight-st.line())/2, right-left, st, s.word(kNotAccredited).both())
		}
	default:
		s.under = append(s.under, frameLines(teal))
	}
	s.place(b, 0)
}

// The bands of a page that is not accredited, mm.
const bandTop, bandHeight = 5.0, 4.4

func frameLines(ink rgb) shape {
	return func(f *gofpdf.Fpdf, _ float64) {
		f.SetDrawColor(ink.r, ink.g, ink.b)
		for _, l := range []struct{ at, width float64 }{{7, 0.5}, {8, 0.12}} {
			f.SetLineWidth(l.width)
			f.Rect(l.at, l.at, pageWidth-2*l.at, pageHeight-2*l.at, "D")
		}
	}
}

// across sets a mark across the page, pale and uphill, its middle at x, y. That
// of a page that is not accredited takes a line for each language, and is then
// set no larger than fits.
func (s *sheet) across(mark key, x, y, size float64) {
	t := s.word(mark)
	switch mark {
	case "":
	case kPractice:
		s.marks = append(s.marks, run{x, y, t.both(), style{true, size, sand}})
	case kNotAccreditedMark:
		const down = 21.0 // mm from line to line
		x, y, st := x-5, y-6, style{true, min(size, 56), rose}
		s.marks = append(s.marks, run{x, y, t.En, st}, run{x + down*sin36, y + down*cos36, t.Zh, st})
	default:
		s.marks = append(s.marks, run{x, y, t.both(), style{true, size, rose}})
	}
}

// A part is a block among others, one below the other.
type part struct {
	field string // what it shows, for a [FitError]
	block
	starts bool  // begins a section
	again  block // the head it goes under where it begins a further page
}

// loosest lays out a page as loosely as it fits: from 0, airy, to 1, as tight
// as can be read.
func loosest[T any](lay func(tight float64) (T, error)) (T, error) {
	const steps = 10
	for i := 0; ; i++ {
		page, err := lay(float64(i) / steps)
		var fit *FitError
		if i == steps || !errors.As(err, &fit) {
			return page, err
		}
	}
}

// stack sets parts one below the other, with as much air between sections as
// there is room, at most that many mm; the error names the first part that finds
// no room.
func (s *sheet) stack(parts []part, top, bottom, air float64) error {
	room, gaps := bottom-top, 0.0 // a gap before each part that starts a section
	for i, p := range parts {
		if room -= p.height; room < 0 {
			return &FitError{p.field}
		}
		if i > 0 && p.starts {
			gaps++
		}
	}
	gap := min(room/(gaps+1), air)
	if gap < air/3 && s.tight < 1 {
		return &FitError{parts[len(parts)-1].field} // sections that nearly touch: tighter is better
	}
	for i, p := range parts {
		if i > 0 && p.starts {
			top += gap
		}
		s.place(p.block, top)
		top += p.height
	}
	return nil
}

// heading begins a section.
func (s *sheet) heading(b *block, k, note key) {
	st := style{true, s.between(8.4, 7.4), teal}
	t := s.word(k).both()
	s.put(b, left, b.height, st, t)
	from, to := left+s.width(st, t)+2.5, right
	if note != "" {
		small := style{false, 5.8, slate}
		n := s.word(note).both()
		to = right - s.width(small, n)
		s.put(b, to, b.height+(st.line()-small.line())/2, small, n)
		to -= 2.5
	}
	b.rule(from, to, b.height+st.line()/2, 0.25, hair)
	b.height += st.line() + s.between(0.9, 0.2)
}

// A field is a value under its small label.
type field struct {
	x, w  float64
	label key
	value string
	size  float64
}

func (s *sheet) label() style { return style{false, s.between(6, 5.6), slate} }

// fields sets a row of fields, as high as its longest value needs.
func (s *sheet) fields(b *block, row ...field) {
	label, height := s.label(), 0.0
	for _, f := range row {
		s.put(b, f.x, b.height, label, s.word(f.label).both())
		height = max(height, s.para(b, f.x, b.height+label.line(), f.w-3, style{false, f.size, ink}, or(f.value, dash)))
	}
	b.height += label.line() + height + s.between(1.6, 0.4)
}

// heads sets the small heads of a table's columns.
func (s *sheet) heads(b *block, xs []float64, keys ...key) {
	label := s.label()
	for i, k := range keys {
		s.put(b, xs[i], b.height, label, s.word(k).both())
	}
	b.height += label.line() + s.between(0.8, 0.2)
}

// row ends a row of a table: air, and a hairline under it as far as to.
func (s *sheet) row(b *block, content, to float64) {
	air := s.between(3.2, 0.8)
	b.height = content + air
	b.rule(left, to, content+air*0.55, 0.1, hair)
}

// end closes the entries: what stands below it was not there at first.
func (s *sheet) end() (b block) {
	st := style{false, 5.8, slate}
	t := s.word(kEnd).both()
	w := s.width(st, t)
	b.height = s.between(1.2, 0.3)
	x := (left + right - w) / 2
	s.put(&b, x, b.height, st, t)
	b.rule(left, x-2.5, b.height+st.line()/2, 0.1, hair)
	b.rule(x+w+2.5, right, b.height+st.line()/2, 0.1, hair)
	b.height += st.line()
	return b
}

// rows sets v character by character and widely, in rows between x1 and x2, the
// first at y, broken anywhere, and returns their height. Spaces are told by a
// low bracket if seen.
func (s *sheet) rows(b *block, x1, x2, y float64, st style, v string, seen bool) float64 {
	x, rows := x1, 1.0
	for _, r := range v {
		cell := max(s.width(st, string(r)), 0.32*st.em()) + 0.12*st.em()
		if x+cell > x2 {
			x, y, rows = x1, y+st.line(), rows+1
		}
		s.cell(b, x, y, cell, st, r, seen)
		x += cell
	}
	return rows * st.line()
}

// cell sets one character in the middle of its cell, the top of the type at y.
// What looks alike is told apart: 0 has a stroke through it, I has serifs.
func (s *sheet) cell(b *block, x, y, width float64, st style, r rune, seen bool) {
	s.put(b, x+(width-s.width(st, string(r)))/2, y, st, string(r))
	em, mid := st.em(), x+width/2
	base, thin := y+em*((leading-1)/2+0.86), 0.06*em
	switch {
	case r == '0':
		b.line(mid-0.11*em, base-0.2*em, mid+0.11*em, base-0.54*em, thin, st.ink)
	case r == 'I':
		for _, up := range []float64{0.03, 0.7} {
			b.line(mid-0.14*em, base-up*em, mid+0.14*em, base-up*em, thin, st.ink)
		}
	case r == ' ' && seen:
		from, to, low := mid-0.16*em, mid+0.16*em, base+0.06*em
		b.line(from, low, to, low, thin, slate)
		b.line(from, low, from, low-0.14*em, thin, slate)
		b.line(to, low, to, low-0.14*em, thin, slate)
	}
}

// footRule begins the small print.
func (s *sheet) footRule(b *block) {
	b.rule(left, right, 0, 0.25, teal)
	b.height = 1
}

// small is a line of the small print.
func (s *sheet) small(b *block, st style, v string) {
	b.height += s.para(b, left, b.height, right-left, st, v)
}

// maker ends the small print: the post, what else there is to say, the program.
func (s *sheet) maker(b *block, post data.Post, more string) {
	name := text{post.Name["en"], post.Name["zh"]}.both()
	address := text{post.Address["en"], post.Address["zh"]}.both()
	s.small(b, style{false, 6, slate}, joined(" · ", s.word(kIssuer).both()+" "+joined(", ", name, address), s.call(post), more))
	s.small(b, style{false, 5.4, slate}, s.word(kSoftware).both())
}

// call is the post's telephone with what it is; nothing if it has none.
func (s *sheet) call(post data.Post) string {
	if post.Hotline == "" {
		return ""
	}
	return s.word(kHotline).both() + " " + post.Hotline
}

// low places the small print at the foot of the page.
func (s *sheet) low(b block) error {
	if footBottom-b.height < footTop {
		return &FitError{"post"}
	}
	s.place(b, footBottom-b.height)
	return nil
}
