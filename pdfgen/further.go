package pdfgen

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/skip2/go-qrcode"

	"pratique/data"
)

// Places on a page of further seals, mm: two codes in the upper third, two in
// the lower, none across a fold of a page folded in three, in two or down the
// middle, and none nearer than 15 mm to an edge. What is said of them stands
// in between.
const (
	furtherTop    = 31.0
	furtherUpper  = 66.5 // room above the upper fold at 99
	furtherLower  = 199.2
	furtherLow    = 82.5 // room below the lower fold at 198
	columnLeft    = 15.0
	columnRight   = 107.0
	furtherWidth  = 88.0
	aboutUpper    = 100.2
	aboutLower    = 155.0
	stripFurther  = 145.2
	furtherFoot   = 283.6
	readableTop   = 33.0
	readableLast  = 280.0
	readableLabel = 44.0
)

// Bounds of a further code's size.
const (
	furtherModule = 0.5  // mm, aimed at
	furtherLeast  = 0.42 // mm, refused below
	dccSide       = 42.0 // mm, without the white around it (hcert_spec §4.2: a diagonal of at most 60)
)

// code is a QR code that has its place on a sheet.
type code struct {
	path               string // in modules
	x, y, side, module float64
}

// furtherCode makes the code of a further seal, and tells the module it is to
// have and how little would do. The error is a [*DensityError].
func furtherCode(s data.FurtherSeal) (code *qrcode.QRCode, module float64, err error) {
	level := qrcode.Medium
	if s.Format == data.FormatDCC {
		level = qrcode.High // recommended (hcert_spec §4.2)
	}
	for {
		if code, err = qrcode.New(s.Text, level); err != nil {
			return nil, 0, &DensityError{Characters: len(s.Text)}
		}
		code.DisableBorder = true
		module = furtherModule
		if s.Format == data.FormatDCC {
			module = min(module, dccSide/float64(17+4*code.VersionNumber))
		}
		switch {
		case module >= furtherLeast:
			return code, module, nil
		case level == qrcode.Medium:
			return code, 0, &DensityError{Characters: len(s.Text), Version: code.VersionNumber}
		}
		level = qrcode.Medium
	}
}

// furtherSheets are the pages of further seals, then those of what an encrypted
// one says.
func (p *Press) furtherSheets(out Printout) ([]*sheet, error) {
	if len(out.Further) == 0 {
		return nil, nil
	}
	var all []*sheet
	var page *sheet
	slot := 4
	next := func() {
		page = p.furtherSheet(out, kFurther)
		strip := block{}
		page.small(&strip, style{true, 6.6, ink}, page.word(kFurtherNote).En)
		page.small(&strip, style{true, 6.6, ink}, page.word(kFurtherNote).Zh)
		page.place(strip, stripFurther)
		all, slot = append(all, page), 0
	}
	for _, seal := range out.Further {
		made, module, err := furtherCode(seal)
		if err != nil {
			return nil, err
		}
		modules := float64(17 + 4*made.VersionNumber + 2*quietZone)
		if slot == 4 {
			next()
		}
		if slot < 2 && furtherUpper/modules < furtherLeast {
			slot = 2 // too large for the upper third
		}
		c := code{path: qrPath(made.Bitmap()), x: columnLeft, y: furtherTop, module: min(module, furtherUpper/modules)}
		c.y += furtherUpper - c.module*modules // close to what is said of it
		about := aboutUpper
		if slot >= 2 {
			c.y, about, c.module = furtherLower, aboutLower, min(module, furtherLow/modules)
		}
		if slot%2 == 1 {
			c.x = columnRight
		}
		if c.side = c.module * modules; c.module < furtherLeast {
			return nil, &DensityError{Characters: len(seal.Text), Version: made.VersionNumber}
		}
		page.codes = append(page.codes, c)
		page.place(page.aboutSeal(c.x, seal, out), about)
		slot++
	}
	if slices.ContainsFunc(out.Further, func(s data.FurtherSeal) bool { return s.Format == data.FormatEncrypted }) {
		all = append(all, p.readable(out)...)
	}
	for i, s := range all {
		label := s.word(kPage).both() + " " + strconv.Itoa(i+2) + " / " + strconv.Itoa(len(all)+1)
		var b block
		st := style{false, 7, slate}
		s.put(&b, right-s.width(st, label), 0, st, label)
		s.place(b, 21)
		if s.err != nil {
			return nil, s.err
		}
	}
	return all, nil
}

// furtherSheet is a page with frame, title and whom it is about.
func (p *Press) furtherSheet(out Printout, title key) *sheet {
	st := out.Statement
	s := &sheet{press: p, tight: 0.5, dated: st.Issued}
	mark := markOf(st.Practice, out.Accredited)
	s.frame(mark)
	s.across(mark, 112, 128, 72)
	var b block
	small := style{false, 6.2, slate}
	s.put(&b, left, 0.2, small, joined(" · ", out.Post.StateName["en"], out.Post.Name["en"]))
	s.put(&b, left, 2.9, small, joined(" · ", out.Post.StateName["zh"], out.Post.Name["zh"], s.call(out.Post)))
	s.put(&b, left, 6, style{true, 12.5, teal}, s.word(title).Zh+" "+strings.ToUpper(s.word(title).En))
	number := style{true, 14, ink}
	s.put(&b, right-s.width(number, st.Number.String()), 1.6, number, st.Number.String())
	b.rule(left, right, 12.6, 0.35, teal)
	who := style{false, 8, ink}
	line := joined(" · ", joined(" ", st.Surname, st.GivenNames, st.NativeName), string(st.Birth), st.DocumentNumber)
	s.put(&b, left, 13.4, s.narrower(who, line, right-left), line)
	s.place(b, 12)
	if st.Practice {
		var foot block
		v := s.word(kPracticeText).both()
		warning := s.narrower(style{true, 6.2, brown}, v, right-left)
		s.put(&foot, left, 0, warning, v)
		s.place(foot, furtherFoot)
	}
	return s
}

// narrower is st at the size at which v fits w.
func (s *sheet) narrower(st style, v string, w float64) style {
	if full := s.width(st, v); full > w {
		st.size *= w / full
	}
	return st
}

// aboutSeal says what a further seal is, about what, for whom, and how to check.
func (s *sheet) aboutSeal(x float64, seal data.FurtherSeal, out Printout) (b block) {
	format := key("further." + string(seal.Format))
	y := s.para(&b, x, 0, furtherWidth, style{true, 8.2, teal}, s.word(format).both())
	body, label := style{false, 6.6, ink}, style{true, 6.6, ink}
	line := func(t text, st style) {
		for _, l := range []string{t.En, t.Zh} {
			if l != "" {
				y += s.para(&b, x, y, furtherWidth, st, l)
			}
		}
		y += 0.7
	}
	about := s.word(kFurtherAll)
	if n, err := testOf(seal.Of); err == nil && n < len(out.Statement.Tests) {
		t := out.Statement.Tests[n]
		about = s.name(data.ListTests, string(t.Kind))
		result := s.name(data.ListResults, string(t.Result))
		about = text{about.En + ": " + result.En + ", " + t.Sampled.String(), about.Zh + "：" + result.Zh}
	} else if seal.Of != "" {
		about = s.word(kFurtherDoses)
		if seal.Format == data.FormatDCC {
			about = s.word(kFurtherDose)
		}
	}
	line(about, label)
	line(s.word(format+".for"), body)
	if seal.Format == data.FormatEncrypted {
		for _, a := range out.Record.Authorities {
			y += s.para(&b, x+2, y, furtherWidth-2, label, a.Name)
		}
		y += 0.7
	}
	line(s.word(format+".check"), body)
	b.height = y
	return b
}

// testOf is the test that "tests[0]" names.
func testOf(of string) (int, error) {
	rest, ok := strings.CutPrefix(of, "tests[")
	number, ok2 := strings.CutSuffix(rest, "]")
	if !ok || !ok2 {
		return 0, errors.New("not a test")
	}
	return strconv.Atoi(number)
}

// readable are the pages that tell the traveller what is encrypted.
func (p *Press) readable(out Printout) []*sheet {
	q := out.Record.Particulars
	if q == nil {
		return nil
	}
	var all []*sheet
	var page *sheet
	y := readableLast
	add := func(make func(s *sheet) block) {
		if page == nil {
			page = p.furtherSheet(out, kReadable)
			all, y = append(all, page), readableTop
		}
		b := make(page)
		if y+b.height > readableLast && y > readableTop {
			page = p.furtherSheet(out, kReadable)
			all, y = append(all, page), readableTop
		}
		page.place(b, y)
		y += b.height
	}
	value := style{false, 8, ink}
	row := func(label text, v string) {
		if v == "" {
			return
		}
		add(func(s *sheet) (b block) {
			small := style{false, 6.6, slate}
			h := s.pair(&b, left, 0.3, readableLabel-3, small, label)
			b.height = max(h, s.para(&b, left+readableLabel, 0, right-left-readableLabel, value, v)) + 1.6
			return b
		})
	}
	head := func(k key) {
		add(func(s *sheet) (b block) {
			b.height = 2
			s.heading(&b, k, "")
			return b
		})
	}
	word := func(k key) text { return p.words[k] }
	name := func(list, code string) string {
		if code == "" {
			return ""
		}
		return text{p.names.Name(list, code, "en"), p.names.Name(list, code, "zh")}.both()
	}
	days := func(from, until data.Date) string { return joined(" – ", string(from), string(until)) }
	numbered := func(k key, i int) text { return text{word(k).En, word(k).Zh + " " + strconv.Itoa(i+1)} }

	add(func(s *sheet) (b block) {
		strong := style{true, 8, ink}
		b.height = s.para(&b, left, 0, right-left, strong, s.word(kReadableText).En)
		b.height += s.para(&b, left, b.height, right-left, strong, s.word(kReadableText).Zh) + 1
		return b
	})
	for i, a := range out.Record.Authorities {
		row(numbered(kReadableFor, i), joined(" · ", a.Name, a.Recipient))
	}
	if q.Phone+q.Email+q.ResidentID != "" || q.Guardian != (data.Guardian{}) || q.Contact != (data.Contact{}) {
		head(kReadableContact)
		row(word(kReadablePhone), q.Phone)
		row(word(kReadableEmail), q.Email)
		row(word(kReadableResident), q.ResidentID)
		row(word(kReadableGuardian), joined(", ", q.Guardian.Name, q.Guardian.Relation, q.Guardian.DocumentNumber, q.Guardian.Phone))
		row(word(kReadablePerson), joined(", ", q.Contact.Name, q.Contact.Relation, q.Contact.Organisation, q.Contact.Phone))
	}
	if len(q.Reports) > 0 {
		head(kReadableReports)
	}
	for i, r := range q.Reports {
		row(numbered(kReadableTest, i), joined(" · ", r.Number, name(data.ListProducts, r.Product), r.Laboratory, r.Phone, name(data.ListStates, r.Country)))
	}
	if len(q.Infections) > 0 {
		head(kReadableInfections)
	}
	for i, n := range q.Infections {
		imaging := ""
		if n.Imaging != (data.Imaging{}) {
			imaging = joined(" ", n.Imaging.Kind, string(n.Imaging.Date), string(n.Imaging.Finding))
		}
		row(numbered(kReadableInfection, i), joined(" · ", days(n.FirstPositive, n.Recovered), imaging, n.Remarks))
	}
	if len(q.Itinerary) > 0 {
		head(kReadableJourney)
	}
	for i, l := range q.Itinerary {
		row(numbered(kReadableFlight, i), joined(" · ", l.Flight, joined(" – ", l.From, l.To), l.Boards.String(), l.Departs.String(), l.Arrives.String()))
	}
	if len(q.Stays) > 0 {
		head(kReadableStays)
	}
	for i, v := range q.Stays {
		row(numbered(kReadableStay, i), joined(" · ", name(data.ListStates, v.Country), v.City, days(v.From, v.Until)))
	}
	d := q.Declaration
	declared := d.Agreed || d.Signed != "" || d.Remarks != "" || d.Symptoms+d.Contact+d.Medicine != ""
	if len(q.Papers) > 0 || declared {
		head(kReadablePapers)
	}
	for i, v := range q.Papers {
		var says []string
		for _, m := range v.Mentions {
			says = append(says, name(data.ListPhrases, m))
		}
		row(numbered(kReadablePaper, i), joined(" · ", name(data.ListPapers, v.Kind), days(v.From, v.Until), strings.Join(says, ", ")))
	}
	if declared {
		answer := func(a data.Answer) string {
			switch a {
			case data.Yes:
				return word(kReadableYes).both()
			case data.No:
				return word(kReadableNo).both()
			}
			return word(kReadableUnasked).both()
		}
		var complaints []string
		for _, c := range d.Complaints {
			complaints = append(complaints, name(data.ListSymptoms, c))
		}
		row(word(kReadableSymptoms), joined(": ", answer(d.Symptoms), strings.Join(complaints, ", ")))
		row(word(kReadableExposed), answer(d.Contact))
		row(word(kReadableMedicine), answer(d.Medicine))
		row(word(kReadableRemarks), d.Remarks)
		row(word(kReadableSigned), string(d.Signed))
	}
	return all
}

// EveryPage are the texts that stand on every page of a certificate, the further
// ones included.
func (p *Press) EveryPage(out Printout) []string {
	all := []string{out.Statement.Number.String(), out.Statement.DocumentNumber}
	switch markOf(out.Statement.Practice, out.Accredited) {
	case kPractice:
		all = append(all, p.words[kPractice].both())
	case kNotAccreditedMark:
		all = append(all, p.words[kNotAccredited].both())
	}
	return all
}

// UnprintableFurther is all of a full record that the traveller's copy could not
// show: each problem has the key "problem.glyph", names one character and stops.
func (p *Press) UnprintableFurther(f data.FurtherRecord) []data.Problem {
	var problems []data.Problem
	look := func(field string, texts ...string) {
		problems = append(problems, p.Unsayable(field, strings.Join(texts, ""))...)
	}
	for _, a := range f.Authorities {
		look("further.authorities", a.Name)
	}
	q := f.Particulars
	if q == nil {
		return problems
	}
	look("traveller.phone", q.Phone)
	look("traveller.email", q.Email)
	look("traveller.guardian.name", q.Guardian.Name)
	look("traveller.guardian.relation", q.Guardian.Relation)
	look("traveller.guardian.documentNumber", q.Guardian.DocumentNumber)
	look("traveller.guardian.phone", q.Guardian.Phone)
	look("contact.name", q.Contact.Name)
	look("contact.relation", q.Contact.Relation)
	look("contact.phone", q.Contact.Phone)
	look("contact.organisation", q.Contact.Organisation)
	for i, r := range q.Reports {
		look(fmt.Sprintf("tests[%d].reportNo", i), r.Number)
		look(fmt.Sprintf("tests[%d].laboratory", i), r.Laboratory, r.Phone)
	}
	for i, n := range q.Infections {
		look(fmt.Sprintf("infections[%d].remarks", i), n.Remarks)
	}
	for i, v := range q.Stays {
		look(fmt.Sprintf("stays[%d].city", i), v.City)
	}
	look("declaration.remarks", q.Declaration.Remarks)
	return problems
}
