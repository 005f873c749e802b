package pdfgen

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/jung-kurt/gofpdf"

	"pratique/data"
)

// Fixed places on the page, mm. The upper part, between header and fold, is
// as loose or tight as its entries need; all below has its place.
const (
	upperTop    = 40.0
	upperBottom = 196.6 // the lower fold of a page folded in three is at 198
	sealX       = 15.0
	sealY       = 199.0
	guideX      = 84.0 // how to check
	guideWidth  = 62.0
	officeX     = 152.0 // stamp and signature
	footTop     = 266.5
	footBottom  = 287.3
)

const dash = "—" // stands where nothing is stated

// compose gives everything its place and makes the seal's picture.
func (p *Press) compose(out Printout) (*sheet, error) {
	s, err := p.arrange(out)
	if err != nil {
		return nil, err
	}
	return s, s.engrave()
}

// arrange gives everything its place, as loosely as it fits.
func (p *Press) arrange(out Printout) (*sheet, error) {
	const steps = 10
	for i := 0; ; i++ {
		s := &sheet{press: p, out: out, tight: float64(i) / steps}
		fit := s.lay()
		if s.err != nil {
			return nil, s.err
		}
		if fit == nil {
			return s, nil
		}
		if i == steps {
			return nil, fit
		}
	}
}

// engrave makes the seal's picture. Nothing else does, and only a certificate
// gets one.
func (s *sheet) engrave() error {
	if s.out.Kind != Certificate {
		return nil
	}
	code, err := encode(s.out.Seal)
	if err != nil {
		return err
	}
	s.seal, s.module = qrPath(code.Bitmap()), moduleOf(code.VersionNumber)
	return nil
}

// lay places the blocks; the error names the first that finds no room.
func (s *sheet) lay() error {
	s.ground()
	s.place(s.header(), 12)

	upper := append(s.holder(), s.tests()...)
	upper = append(upper, s.doses()...)
	upper = append(upper, part{field: "doses", block: s.end()})
	outcome := s.outcome()
	room := upperBottom - upperTop - outcome.height
	gaps := 0.0 // between sections, that is before a part that starts one
	for i, p := range upper {
		if room -= p.height; room < 0 {
			return &FitError{p.field}
		}
		if i > 0 && p.starts {
			gaps++
		}
	}
	gap := min(room/(gaps+1), 6.5)
	if gap < 1 && s.tight < 1 {
		return &FitError{upper[len(upper)-1].field} // sections that touch: tighter is better
	}
	y := upperTop
	for i, p := range upper {
		if i > 0 && p.starts {
			y += gap
		}
		s.place(p.block, y)
		y += p.height
	}
	s.place(outcome, upperBottom-outcome.height)

	for _, b := range []block{s.sealBox(), s.guide(), s.office()} {
		if sealY+b.height > footTop {
			return &FitError{"post"}
		}
		s.place(b, sealY)
	}
	foot := s.foot()
	if footBottom-foot.height < footTop {
		return &FitError{"post"}
	}
	s.place(foot, footBottom-foot.height)
	return nil
}

// A part is a block of the upper half.
type part struct {
	field string // what it shows, for a [FitError]
	block
	starts bool // begins a section
}

// ground is what lies behind everything: waves under the title, and the frame,
// broad and amber on practice paper.
func (s *sheet) ground() {
	s.under = append(s.under, guilloche(12.5, 34.5))
	s.under = append(s.under, func(f *gofpdf.Fpdf, _ float64) {
		if s.out.Statement.Practice {
			f.SetDrawColor(amber.r, amber.g, amber.b)
			f.SetLineWidth(3.4)
			f.Rect(7.2, 7.2, pageWidth-14.4, pageHeight-14.4, "D")
			return
		}
		f.SetDrawColor(teal.r, teal.g, teal.b)
		for _, l := range []struct{ at, width float64 }{{7, 0.5}, {8, 0.12}} {
			f.SetLineWidth(l.width)
			f.Rect(l.at, l.at, pageWidth-2*l.at, pageHeight-2*l.at, "D")
		}
	})
	if s.out.Statement.Practice {
		var b block
		band := style{true, 6.6, ink}
		for _, y := range []float64{5.72, pageHeight - 8.68} {
			s.centre(&b, left, y, right-left, band, s.word(kPractice).both())
		}
		s.place(b, 0)
	}
}

// title of the file: never a name.
func (s *sheet) title() string {
	t := s.word(kTitle).En
	if n := s.out.Statement.Number; n != "" {
		t += " " + n.String()
	}
	return t
}

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

func (s *sheet) header() (b block) {
	post := s.out.Post
	const mid = 138.0
	issuer := style{false, 7.6, slate}
	y := 0.2 + s.para(&b, left, 0.2, mid-left-4, issuer, joined(" · ", post.StateName["en"], post.Name["en"]))
	y += s.para(&b, left, y, mid-left-4, issuer, joined(" · ", post.StateName["zh"], post.Name["zh"]))
	title, down := s.word(kTitle), max(0, y-7.6) // long names of a post push the rest down
	s.para(&b, left, 7.6+down, mid-left, style{true, 20, teal}, title.Zh)
	s.para(&b, left, 15.6+down, mid-left, style{true, 11.2, teal}, strings.ToUpper(title.En))
	about := s.name(data.ListTypes, string(data.TypeOf(s.out.Statement))).both()
	s.put(&b, left, 20.4+down, s.strong(style{false, 7.6, slate}, about), about)

	rightAlign := func(y float64, st style, v string) {
		s.put(&b, right-s.width(st, v), y, st, v)
	}
	small := style{false, 6.4, slate}
	switch s.out.Kind {
	case Certificate:
		rightAlign(1.4, small, s.word(kNumber).both())
		rightAlign(4.9, style{true, 18.5, ink}, s.out.Statement.Number.String())
		rightAlign(16.2, style{false, 8.4, ink}, s.word(kCopy).both()+" "+strconv.Itoa(s.out.Copy))
	case ProofSlip, Preview:
		k := kProof
		if s.out.Kind == Preview {
			k = kPreview
		}
		rightAlign(1.4, small, s.word(kNumber).both()+" "+or(s.out.Statement.Number.String(), dash))
		rightAlign(4.9, style{true, 16, teal}, s.word(k).Zh)
		rightAlign(12.6, style{true, 11, teal}, strings.ToUpper(s.word(k).En))
	}

	// The rule under the title is a line of type: a copier blurs it.
	b.rule(left, right, 25+down, 0.35, teal)
	micro := style{false, 2.3, teal}
	unit := joined(" · ", strings.ToUpper(title.En), title.Zh, s.out.Statement.Number.String()) + " · "
	n := int((right - left) / s.width(micro, unit))
	s.put(&b, left, 25.35+down, micro, strings.Repeat(unit, n))
	b.rule(left, right, 26.6+down, 0.12, teal)
	b.height = 27 + down
	return b
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

// holder is the sections about the traveller and the travel document, on the
// same three columns.
func (s *sheet) holder() []part {
	const x1, x2, x3, x4 = left, 67.0, 122.0, 164.0
	st := s.out.Statement
	large, value := s.between(12.5, 9), s.between(9.6, 8)
	var sex text
	switch st.Sex {
	case data.Male:
		sex = s.word(kSexM)
	case data.Female:
		sex = s.word(kSexF)
	case data.Unspecified:
		sex = s.word(kSexX)
	}

	holder := part{field: "traveller", starts: true}
	s.heading(&holder.block, kHolder, "")
	s.fields(&holder.block,
		field{x1, x2 - x1, kNativeName, st.NativeName, large},
		field{x2, x3 - x2, kSurname, st.Surname, large},
		field{x3, right - x3 + 3, kGivenNames, st.GivenNames, large})
	s.fields(&holder.block,
		field{x1, x2 - x1, kBirth, string(st.Birth), value},
		field{x2, x3 - x2, kSex, sex.both(), value},
		field{x3, right - x3 + 3, kNationality, s.state(st.Nationality), value})

	document := part{field: "document", starts: true}
	s.heading(&document.block, kDocument, "")
	kind := ""
	if st.DocumentKind != "" {
		kind = s.name(data.ListDocuments, string(st.DocumentKind)).both()
	}
	s.fields(&document.block,
		field{x1, x2 - x1, kDocumentKind, kind, value},
		field{x2, x3 - x2, kDocumentNumber, st.DocumentNumber, large},
		field{x3, x4 - x3, kDocumentIssuer, s.state(st.DocumentIssuer), value},
		field{x4, right - x4 + 3, kDocumentExpires, string(st.DocumentExpires), value})
	return []part{holder, document}
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

func (s *sheet) tests() []part {
	head := part{field: "tests", starts: true}
	s.heading(&head.block, kTests, kTimes)
	xs := []float64{left, 52.5, 82.7, 112.9, 143.1, 171}
	if len(s.out.Statement.Tests) == 0 {
		s.none(&head.block)
		return []part{head}
	}
	s.heads(&head.block, xs, kTest, kSampled, kAnalysed, kReported, kLaboratory, kResult)
	parts := []part{head}
	strong, plain := style{false, s.between(8, 7), ink}, style{false, 8, ink}
	if s.tight > 0.3 {
		plain.size = 6.8 // a time on one line instead of two
	}
	how := style{false, s.between(7, 6.1), ink}
	code := func(list, code string) text {
		if code == "" {
			return text{En: dash}
		}
		return s.name(list, code)
	}
	for i, t := range s.out.Statement.Tests {
		p := part{field: fmt.Sprintf("tests[%d]", i)}
		kind := code(data.ListTests, string(t.Kind))
		strong := s.strong(strong, kind.both())
		down := (strong.line() - plain.line()) * 0.6 // onto one baseline
		h, over := 0.0, false
		for c, m := range []data.Moment{t.Sampled, t.Analysed, t.Reported} {
			used := s.para(&p.block, xs[1+c], down, xs[2+c]-xs[1+c]-1.5, plain, or(m.String(), dash))
			h, over = max(h, used), over || used > 1.5*plain.line()
		}
		lab := s.para(&p.block, xs[4], down, xs[5]-xs[4]-1.5, plain, or(t.Laboratory, dash))

		// The kind in both languages beside the times where those take two
		// lines, else the Chinese leads the line below: specimen and method.
		x, second := xs[0], ""
		if !over {
			kind.En, second = or(kind.En, kind.Zh), kind.Zh
			kind.Zh = ""
		}
		h = max(h, s.pair(&p.block, xs[0], 0, xs[1]-xs[0]-1.5, strong, kind))
		if second != "" && second != kind.En {
			strong.size = how.size
			s.put(&p.block, x, h, strong, second)
			x += s.width(strong, second) + 2
		}
		if over {
			h += 0.3
		}
		h += s.para(&p.block, x, h, xs[4]-x-1.5, how,
			code(data.ListSpecimens, t.Specimen).both()+" / "+code(data.ListMethods, t.Method).both())
		h = max(h, lab)

		result := code(data.ListResults, string(t.Result)).both()
		bold := s.strong(style{false, s.between(8.6, 7.2), ink}, result)
		width := right - xs[5]
		var inside block
		used := s.centre(&inside, xs[5]+1, 0, width-2, bold, result)
		h = max(h, used)
		for _, r := range inside.runs {
			r.y += (h - used) / 2
			p.runs = append(p.runs, r)
		}
		out := s.between(0.3, -0.2)
		p.frame(xs[5], -out, width, h+2*out, 0.3, ink)
		s.row(&p.block, h, xs[5]-2.5)
		parts = append(parts, p)
	}
	return parts
}

func (s *sheet) doses() []part {
	head := part{field: "doses", starts: true}
	s.heading(&head.block, kDoses, "")
	xs := []float64{left, 21, 40.5, 121, 146}
	if len(s.out.Statement.Doses) == 0 {
		s.none(&head.block)
		return []part{head}
	}
	s.heads(&head.block, xs[1:], kDate, kProduct, kLot, kPlace)
	parts := []part{head}
	value := style{false, s.between(8, 6.9), ink}
	for i, d := range s.out.Statement.Doses {
		p := part{field: fmt.Sprintf("doses[%d]", i)}
		product := text{En: dash}
		if d.Product != "" {
			product = s.name(data.ListVaccines, d.Product)
		}
		h := 0.0
		for c, v := range []text{
			{En: strconv.Itoa(i + 1)}, {En: string(d.Date)}, product, {En: d.Lot}, {En: joined(", ", s.state(d.Country), d.Place)},
		} {
			to := right + 2.0
			if c+1 < len(xs) {
				to = xs[c+1]
			}
			h = max(h, s.pair(&p.block, xs[c], 0, to-xs[c]-2, value, text{or(v.En, dash), v.Zh}))
		}
		s.row(&p.block, h, right)
		parts = append(parts, p)
	}
	return parts
}

// none fills an empty section, so that nobody else does.
func (s *sheet) none(b *block) {
	b.height += s.para(b, left, b.height, right-left, style{false, s.between(8, 6.9), ink}, s.word(kNone).both())
}

// end closes the entries: what stands below it was not there at issue.
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

// outcome is the decision and the three dates, each with what it means.
func (s *sheet) outcome() (b block) {
	st := s.out.Statement
	xs := []float64{left + 3, 60, 99.5, 153}
	label, value, note := s.label(), style{false, s.between(8.2, 7.6), ink}, style{false, s.between(6.2, 5.8), slate}
	const pad = 2.0
	top := pad + label.line() + 0.4
	for i, k := range []key{kDecision, kIssued, kWindow, kExpires} {
		s.put(&b, xs[i], pad, label, s.word(k).both())
	}

	h := 0.0
	column := func(i int, v string, notes ...string) {
		w := right - 2 - xs[3]
		if i+1 < len(xs) {
			w = xs[i+1] - xs[i] - 2
		}
		y := top + s.para(&b, xs[i], top, w, value, or(v, dash))
		for _, n := range notes {
			y += s.para(&b, xs[i], y, w, note, n)
		}
		h = max(h, y)
	}
	// Decision: the word, a sign and the colour say the same.
	if st.Colour == data.Green {
		word := style{true, s.between(11, 10), green}
		s.put(&b, xs[0]+7.2, top-0.3, word, s.word(kColourGreen).both())
		y := top - 0.3 + word.line() + 0.2
		h = y + s.para(&b, xs[0]+7.2, y, xs[1]-xs[0]-9.2, note, s.word(kConditionGreen).both())
		b.shapes = append(b.shapes, func(f *gofpdf.Fpdf, y float64) {
			x, y := xs[0]+2.8, y+top+2.6
			f.SetFillColor(green.r, green.g, green.b)
			f.Circle(x, y, 2.8, "F")
			f.SetDrawColor(255, 255, 255)
			f.SetLineWidth(0.7)
			f.SetLineCapStyle("round")
			f.SetLineJoinStyle("round")
			f.MoveTo(x-1.4, y+0.1)
			f.LineTo(x-0.4, y+1.1)
			f.LineTo(x+1.5, y-1.1)
			f.DrawPath("D")
			f.SetLineCapStyle("butt")
			f.SetLineJoinStyle("miter")
		})
	} else if s.err == nil && (st.Colour != "" || s.out.Kind == Certificate) {
		s.err = fmt.Errorf("no wording for colour %q", st.Colour)
	} else {
		s.put(&b, xs[0], top, value, dash)
	}
	column(1, st.Issued.String())

	// The window: both ends, and why.
	indent := max(s.width(note, s.word(kFrom).both()), s.width(note, s.word(kUntil).both())) + 1.5
	y := top
	for _, end := range []struct {
		k key
		m data.Moment
	}{{kFrom, st.ValidFrom}, {kUntil, st.ValidUntil}} {
		s.put(&b, xs[2], y+(value.line()-note.line())*0.72, note, s.word(end.k).both())
		y += s.para(&b, xs[2]+indent, y, xs[3]-xs[2]-indent-2, value, or(end.m.String(), dash))
	}
	switch {
	case st.Window == data.WindowJourney:
		y += s.para(&b, xs[2], y, xs[3]-xs[2]-2, note, s.word(kWindowJourney).both())
	case s.err == nil && (st.Window != "" || s.out.Kind == Certificate):
		s.err = fmt.Errorf("no wording for window %q", st.Window)
	}
	h = max(h, y)
	column(3, st.Expires.String(), s.word(kExpiresNote).both())

	b.height = h + pad
	b.frame(left, 0, right-left, b.height, 0.3, teal)
	for _, x := range xs[1:] {
		x -= 2.5
		b.shapes = append(b.shapes, func(f *gofpdf.Fpdf, y float64) {
			f.SetDrawColor(hair.r, hair.g, hair.b)
			f.SetLineWidth(0.15)
			f.Line(x, y+1.8, x, y+b.height-1.8)
		})
	}
	return b
}

// sealBox is the place of the seal: the number under it, or, where there is no
// seal, what the sheet is instead.
func (s *sheet) sealBox() (b block) {
	if s.out.Kind == Certificate {
		b.frame(sealX-0.2, -0.2, QRSide+0.4, QRSide+0.4, 0.12, hair)
		st := style{true, 10, ink}
		b.height = QRSide + 1 + s.centre(&b, sealX, QRSide+1, QRSide, st, s.out.Statement.Number.String())
		return b
	}
	head, words := kProof, kProofText
	if s.out.Kind == Preview {
		head, words = kPreview, kPreviewText
	}
	b.frame(sealX, 0, QRSide, QRSide, 0.3, teal)
	y := 5.0
	y += s.centre(&b, sealX+4, y, QRSide-8, style{true, 13, teal}, s.word(head).both()) + 3
	y += s.para(&b, sealX+5, y, QRSide-10, style{false, 8.4, ink}, s.word(words).En) + 2
	s.para(&b, sealX+5, y, QRSide-10, style{false, 8.4, ink}, s.word(words).Zh)
	b.height = QRSide
	return b
}

// guide tells how to check the page and what the code gives away.
func (s *sheet) guide() (b block) {
	head, body := style{true, 7.2, teal}, style{false, 6.5, ink}
	for i, part := range []struct {
		head  key
		lines []string
	}{
		{kCheck, []string{s.word(kCheckText).En, s.word(kCheckText).Zh}},
		{kAnchor, []string{or(groups(s.out.AnchorFingerprint, 4), dash)}},
		{kPrivacy, []string{s.word(kPrivacyText).En, s.word(kPrivacyText).Zh}},
	} {
		if i > 0 {
			b.height += 1.7
		}
		b.height += s.para(&b, guideX, b.height, guideWidth, head, s.word(part.head).both()) + 0.3
		for _, l := range part.lines {
			b.height += s.para(&b, guideX, b.height, guideWidth, body, l) + 0.4
		}
	}
	return b
}

// office is the place for stamp and signature; on a proof slip the traveller
// signs instead.
func (s *sheet) office() (b block) {
	const w = right - officeX
	label := style{false, 6, slate}
	top, sign := kStamp, kSignature
	if s.out.Kind == ProofSlip {
		top, sign = kAgreed, kTraveller
	}
	b.frame(officeX, 0, w, 43, 0.15, slate)
	y := 1 + s.centre(&b, officeX+1, 1, w-2, label, s.word(top).En)
	s.centre(&b, officeX+1, y, w-2, label, s.word(top).Zh)
	b.rule(officeX, right, 60, 0.2, ink)
	b.height = 60.6 + s.centre(&b, officeX, 60.6, w, label, s.word(sign).both())
	return b
}

// foot is the small print: what the page is not, who issued it, who made it.
func (s *sheet) foot() (b block) {
	st, post := s.out.Statement, s.out.Post
	line := func(sty style, v string) { b.height += s.para(&b, left, b.height, right-left, sty, v) }
	strong, small := style{true, 6.8, ink}, style{false, 6, slate}

	b.rule(left, right, 0, 0.25, teal)
	b.height = 1
	line(strong, s.word(kValidity).En)
	line(strong, s.word(kValidity).Zh)
	if st.Practice {
		line(style{true, 6.2, brown}, s.word(kPracticeText).both())
	}
	if st.Practice || !s.out.Accredited {
		line(style{true, 6.2, brown}, s.word(kNotAccredited).both())
	}
	marks := ""
	if st.PreparedBy != "" || st.ApprovedBy != "" {
		marks = s.word(kPrepared).both() + " " + or(st.PreparedBy, dash) + " · " +
			s.word(kApproved).both() + " " + or(st.ApprovedBy, dash)
	}
	name := text{post.Name["en"], post.Name["zh"]}.both()
	address := text{post.Address["en"], post.Address["zh"]}.both()
	hotline := ""
	if post.Hotline != "" {
		hotline = s.word(kHotline).both() + " " + post.Hotline
	}
	line(small, joined(" · ", s.word(kIssuer).both()+" "+joined(", ", name, address), hotline, marks))
	line(style{false, 5.4, slate}, s.word(kSoftware).both())
	return b
}
