package pdfgen

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

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

// A form is the page of a statement: certificate, proof slip or preview.
type form struct {
	sheet
	out Printout
}

// compose gives everything its place and makes the seal's picture.
func (p *Press) compose(out Printout) (*form, error) {
	s, err := p.arrange(out)
	if err != nil {
		return nil, err
	}
	return s, s.engrave()
}

// arrange gives everything its place, as loosely as it fits.
func (p *Press) arrange(out Printout) (*form, error) {
	return loosest(func(tight float64) (*form, error) {
		s := &form{sheet{press: p, tight: tight, dated: out.Statement.Issued}, out}
		fit := s.lay()
		if s.err != nil {
			return nil, s.err
		}
		return s, fit
	})
}

// engrave makes the seal's picture. Nothing else does, and only a certificate
// gets one.
func (s *form) engrave() error {
	if s.out.Kind != Certificate {
		return nil
	}
	return s.draw(s.out.Seal)
}

// lay places the blocks; the error names the first that finds no room.
func (s *form) lay() error {
	s.entitle()
	s.ground()
	s.place(s.header(), 12)

	outcome := s.outcome()
	upper := slices.Concat(s.holder(), s.tests(), s.doses(), []part{{field: "doses", block: s.end()}})
	if err := s.stack(upper, upperTop, upperBottom-outcome.height, 6.5); err != nil {
		return err
	}
	s.place(outcome, upperBottom-outcome.height)

	for _, b := range []block{s.sealBox(), s.guide(), s.office()} {
		if sealY+b.height > footTop {
			return &FitError{"post"}
		}
		s.place(b, sealY)
	}
	return s.low(s.foot())
}

// ground is what lies behind everything: waves under the title, the frame and
// the words across the page.
func (s *form) ground() {
	s.under = append(s.under, guilloche(12.5, 34.5))
	mark := markOf(s.out.Statement.Practice, s.out.Accredited)
	s.frame(mark)
	if s.out.Kind == Certificate {
		s.across(mark, 112, 128, 72) // clear of the seal, so that both are read whole
		return
	}
	for i, y := range []float64{84, 158, 232} {
		if i == 1 && mark != "" {
			s.across(mark, 108, y, 54)
		} else {
			s.across(kSpecimen, 108, y, 54)
		}
	}
}

// entitle gives the file its title: never a person's name.
func (s *form) entitle() {
	s.title = s.word(kTitle).En
	if n := s.out.Statement.Number; n != "" {
		s.title += " " + n.String()
	}
}

func (s *form) header() (b block) {
	y := 0.2 + s.issuer(&b, 0.2, s.out.Post)
	title, down := s.word(kTitle), max(0, y-7.6) // long names of a post push the rest down
	s.para(&b, left, 7.6+down, headWidth, style{true, 20, teal}, title.Zh)
	s.para(&b, left, 15.6+down, headWidth, style{true, 11.2, teal}, strings.ToUpper(title.En))
	about := s.name(data.ListTypes, string(data.TypeOf(s.out.Statement))).both()
	s.put(&b, left, 20.4+down, s.strong(style{false, 7.6, slate}, about), about)

	rightAlign := func(y float64, st style, v string) {
		s.put(&b, right-s.width(st, v), y, st, v)
	}
	small := style{false, 6.4, slate}
	replaces := 18.8 // under the name of the sheet
	switch s.out.Kind {
	case Certificate:
		rightAlign(1.4, small, s.word(kNumber).both())
		rightAlign(4.9, style{true, 18.5, ink}, s.out.Statement.Number.String())
		copies := 16.2
		if s.out.Statement.Replaces != "" {
			replaces, copies = 13.2, 20.9
		}
		rightAlign(copies, style{false, 8.4, ink}, s.word(kCopy).both()+" "+strconv.Itoa(s.out.Copy))
	case ProofSlip, Preview:
		k := kProof
		if s.out.Kind == Preview {
			k = kPreview
		}
		rightAlign(1.4, small, s.word(kNumber).both()+" "+or(s.out.Statement.Number.String(), dash))
		rightAlign(4.9, style{true, 16, teal}, s.word(k).Zh)
		rightAlign(12.6, style{true, 11, teal}, strings.ToUpper(s.word(k).En))
	}
	if n := s.out.Statement.Replaces; n != "" {
		rightAlign(replaces, style{true, 9.6, brown}, s.press.replaces(n))
		if s.out.Kind == Certificate { // before the issue it is not
			rightAlign(replaces+4.3, small, s.word(kReplacesNote).both())
		}
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

// holder is the sections about the traveller and the travel document, on the
// same three columns.
func (s *form) holder() []part {
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

func (s *form) tests() []part {
	head := part{field: "tests", starts: true}
	s.heading(&head.block, kTests, kTimes)
	xs := []float64{left, 52.5, 82.7, 112.9, 143.1, 171}
	if len(s.out.Statement.Tests) == 0 {
		s.none(&head.block, kNone)
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

func (s *form) doses() []part {
	head := part{field: "doses", starts: true}
	s.heading(&head.block, kDoses, "")
	xs := []float64{left, 21, 40.5, 121, 146}
	if len(s.out.Statement.Doses) == 0 {
		s.none(&head.block, kNone)
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
func (s *sheet) none(b *block, k key) {
	b.height += s.para(b, left, b.height, right-left, style{false, s.between(8, 6.9), ink}, s.word(k).both())
}

// windows are why a medical window is what it is, in words.
var windows = map[string]key{data.WindowJourney: kWindowJourney, data.WindowTests: kWindowTests}

// outcome is the decision and the three dates, each with what it means.
func (s *form) outcome() (b block) {
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
	var condition text
	c, granted := colours[st.Colour]
	switch {
	case st.Colour == data.Green || st.Colour == data.Blue && granted:
		word := style{true, s.between(11, 10), c.ink}
		s.put(&b, xs[0]+7.2, top-0.3, word, s.word(c.word).both())
		y, below := top-0.3+word.line()+0.2, s.word(kConditionGreen)
		if st.Colour == data.Blue {
			condition, below = s.condition(st.LastTest), s.word(kConditionBelow)
		}
		h = y + s.pair(&b, xs[0]+7.2, y, xs[1]-xs[0]-9.2, note, below)
		b.shapes = append(b.shapes, c.sign(xs[0]+2.8, top+2.6, 2.8))
	case s.err == nil && (st.Colour != "" || s.out.Kind == Certificate):
		s.err = fmt.Errorf("no wording for colour %q", st.Colour)
	default:
		h = top + s.para(&b, xs[0], top, xs[1]-xs[0]-2, value, dash)
	}
	if id := s.notice(st.Notice, st.NoticeVersion); id != "" {
		h += 0.4
		h += s.para(&b, xs[0], h, xs[1]-xs[0]-3, note, s.word(kNotice).both()+" "+id)
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
	if k, ok := windows[st.Window]; ok {
		y += s.para(&b, xs[2], y, xs[3]-xs[2]-2, note, s.word(k).both())
	} else if s.err == nil && (st.Window != "" || s.out.Kind == Certificate) {
		s.err = fmt.Errorf("no wording for window %q", st.Window)
	}
	h = max(h, y)
	column(3, st.Expires.String(), s.word(kExpiresNote).both())

	b.height = h + pad
	for _, x := range xs[1:] {
		b.line(x-2.5, 1.8, x-2.5, b.height-1.8, 0.15, hair)
	}
	if condition.both() != "" {
		b.rule(left, right, b.height, 0.3, c.ink)
		strong := style{true, s.between(9, 8), c.ink}
		y := b.height + 1.2
		y += s.para(&b, xs[0], y, right-2-xs[0], strong, condition.En)
		b.height = y + s.para(&b, xs[0], y, right-2-xs[0], strong, condition.Zh) + 1.4
	}
	b.frame(left, 0, right-left, b.height, 0.3, teal)
	return b
}

// sealBox is the place of the seal: the number under it, or, where there is no
// seal, what the sheet is instead.
func (s *form) sealBox() (b block) {
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
func (s *form) guide() (b block) {
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
func (s *form) office() (b block) {
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
func (s *form) foot() (b block) {
	st := s.out.Statement
	s.footRule(&b)
	strong := style{true, 6.8, ink}
	s.small(&b, strong, s.word(kValidity).En)
	s.small(&b, strong, s.word(kValidity).Zh)
	if st.Practice {
		warning := style{true, 6.2, brown}
		s.small(&b, warning, s.word(kPracticeText).both())
		s.small(&b, warning, s.word(kNotAccredited).both())
	}
	marks := ""
	if st.PreparedBy != "" || st.ApprovedBy != "" {
		marks = s.word(kPrepared).both() + " " + or(st.PreparedBy, dash) + " · " +
			s.word(kApproved).both() + " " + or(st.ApprovedBy, dash)
	}
	s.maker(&b, s.out.Post, marks)
	return b
}
