package pdfgen

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jung-kurt/gofpdf"

	"pratique/data"
)

// Letter is a page for the traveller about a case: that it came back, that it
// waits, what was decided against it, or what a blue certificate depends on. It
// is in both languages side by side, and carries no seal.
type Letter struct {
	data.Letter
	Post data.Post
	Made data.Moment
	// Accredited: an outside authority issued the post's signer certificate.
	Accredited bool
}

// The two columns of a letter, mm: English and Chinese.
const (
	columnWidth = 86.0
	rightColumn = right - columnWidth
	letterFoot  = 225.0 // hotline, stamp and signature have their place below
)

// Letter writes the page as one PDF page. Errors are those of [Press.Render].
func (p *Press) Letter(w io.Writer, l Letter) error {
	s, err := p.letter(l)
	if err != nil {
		return fmt.Errorf("letter: %w", err)
	}
	return s.write(w)
}

// Unwritable is all that would keep a letter off its page: characters of what
// people entered that cannot be printed, each with the key "problem.glyph", else
// what finds no room, with the key "problem.letter". Anything else is the
// caller's mistake, and told as one that stops too.
func (p *Press) Unwritable(l Letter) (problems []data.Problem) {
	look := func(field, s string) { problems = append(problems, p.Unsayable(field, s)...) }
	look("traveller.surname", l.Surname)
	look("traveller.givenNames", l.GivenNames)
	look("traveller.nativeName", l.NativeName)
	look("document.number", l.DocumentNumber)
	look("note", l.Note)
	if l.Contest != nil {
		look("why", l.Contest.Why)
	}
	if len(problems) > 0 {
		return problems
	}
	_, err := p.letter(l)
	var fit *FitError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &fit):
		return []data.Problem{{Field: fit.Field, Key: "problem.letter"}}
	}
	return []data.Problem{{Field: "note", Key: "problem.letter", Value: err.Error()}}
}

func (p *Press) letter(l Letter) (*sheet, error) {
	if err := checkLetter(l); err != nil {
		return nil, err
	}
	titles := map[data.LetterKind]key{
		data.LetterReturn: kLetterReturn, data.LetterHold: kLetterHold, data.LetterDecision: kLetterDecision, data.LetterCondition: kLetterCondition,
	}
	return p.paper(titles[l.Kind], l.Post, l.Accredited, l.Made, kLetterNot, func(s *sheet) error {
		s.place(s.hotline(l), letterFoot)
		parts := []part{s.theCase(l.Letter)}
		switch l.Kind {
		case data.LetterReturn:
			parts = append(parts, s.outcomeOf(l, kLetterReturnWhat), s.when(l, kLetterReturnAt, kLetterReturnUntil),
				s.reasons(l, kLetterReturnWhy), s.note(l), s.steps(kLetterReturnNext, kLetterReturnNext1, kLetterReturnNext2, kLetterReturnNext3))
		case data.LetterHold:
			parts = append(parts, s.outcomeOf(l, kLetterHoldWhat), s.when(l, kLetterHoldAt, kLetterReturnUntil),
				s.reasons(l, kLetterHoldWhy), s.note(l), s.steps(kLetterReturnNext, kLetterHoldNext1, kLetterHoldNext2))
		case data.LetterDecision:
			what := map[data.Colour]key{data.Yellow: kLetterYellowWhat, data.Orange: kLetterOrangeWhat, data.Red: kLetterRedWhat}[l.Colour]
			parts = append(parts, s.outcomeOf(l, what), s.when(l, kLetterDecided, kLetterUntil),
				s.reasons(l, kLetterWhy), s.note(l), s.contest(l))
		case data.LetterCondition:
			parts = append(parts, s.outcomeOf(l, kLetterBlueWhat), s.lastTest(l),
				s.steps(kLetterTestNext, kLetterTestNext1, kLetterTestNext2, kLetterTestNext3, kLetterTestNext4), s.seen())
		}
		return s.stack(nonempty(parts), upperTop, letterFoot-2, 7)
	})
}

// checkLetter says what a letter lacks that it must tell.
func checkLetter(l Letter) error {
	wrong := func(why string) error { return fmt.Errorf("%w: %s", ErrPrintout, why) }
	_, decided := l.At.Instant()
	_, ends := l.Until.Instant()
	switch {
	case l.Practice != l.Post.Practice():
		return wrong("letter and post are not of one kind, practice or real")
	case l.Post.Hotline == "":
		return wrong("a letter without hotline")
	case l.Reference == "":
		return wrong("a letter without the reference of its case")
	case l.Officer == "", !decided:
		return wrong("a letter that names no officer and time")
	}
	adverse := false
	switch l.Kind {
	case data.LetterReturn, data.LetterHold:
	case data.LetterDecision:
		if adverse = l.Colour == data.Yellow || l.Colour == data.Orange || l.Colour == data.Red; !adverse {
			return wrong("a decision of colour " + string(l.Colour))
		}
	case data.LetterCondition:
		_, departs := l.Departs.Instant()
		switch n, err := data.ParseCertificateNumber(string(l.Number)); {
		case err != nil || n != l.Number:
			return wrong("a condition of no certificate")
		case l.Colour != data.Blue, l.LastTest.Kind == "", l.LastTest.Hours <= 0, !departs:
			return wrong("a condition without its last test")
		}
		return nil
	default:
		return wrong("unknown kind of letter")
	}
	switch {
	case len(l.Reasons) == 0:
		return wrong("a letter without reasons")
	case l.Contest != nil && !l.Contest.Decided.IsZero() && (l.Contest.Officer == "" || l.Contest.Why == ""):
		return wrong("an objection that was answered, not by whom or why")
	case adverse && (!ends || l.Post.Address["en"] == "" && l.Post.Address["zh"] == ""):
		return wrong("a decision without end, or without a place to contest it")
	}
	return nil
}

func nonempty(parts []part) (all []part) {
	for _, p := range parts {
		if p.height > 0 {
			all = append(all, p)
		}
	}
	return all
}

// twin sets a text with its languages in the two columns, the English indented,
// and returns their height.
func (s *sheet) twin(b *block, y, indent float64, st style, t text) float64 {
	return max(s.para(b, left+indent, y, columnWidth-indent, st, t.En), s.para(b, rightColumn, y, columnWidth, st, t.Zh))
}

// theCase is who and what the letter is about.
func (s *sheet) theCase(l data.Letter) part {
	p := part{field: "traveller", starts: true}
	s.heading(&p.block, kLetterCase, "")
	const x2, x3 = 61.0, 141.0
	large, value := s.between(11.5, 9.5), s.between(9.6, 8.4)
	name := joined(" ", strings.Trim(l.Surname+", "+l.GivenNames, ", "), l.NativeName)
	s.fields(&p.block,
		field{left, x2 - left, kLetterReference, l.Reference.String(), large},
		field{x2, x3 - x2, kLetterName, name, large},
		field{x3, right - x3 + 3, kDocumentNumber, l.DocumentNumber, large})
	route := ""
	if l.From != "" || l.To != "" {
		route = or(l.From, dash) + " – " + or(l.To, dash)
	}
	s.fields(&p.block,
		field{left, x2 - left, kLetterFlight, l.Flight, value},
		field{x2, x3 - x2, kLetterDeparts, l.Departs.String(), value},
		field{x3, right - x3 + 3, kLetterRoute, route, value})
	return p
}

// outcomeOf is what became of the case, with its colour where it has one.
func (s *sheet) outcomeOf(l Letter, what key) part {
	p := part{field: "reasons", starts: true}
	const pad = 3.4
	indent, frame := 5.0, teal
	p.height = pad
	if l.Colour != "" {
		c := colours[l.Colour]
		indent, frame = 19, c.ink
		st := style{true, s.between(16, 13), c.ink}
		p.shapes = append(p.shapes, c.sign(left+10, pad+5.6, 4.6))
		s.put(&p.block, left+indent, p.height, st, s.word(c.word).both())
		p.height += st.line() + 0.4
	}
	st := style{false, s.between(9.6, 8.4), ink}
	t := s.word(what)
	p.height += max(s.para(&p.block, left+indent, p.height, columnWidth-indent-2, st, t.En),
		s.para(&p.block, rightColumn, p.height, columnWidth-4, st, t.Zh))
	if l.Kind == data.LetterDecision {
		p.height += 0.8
		small := style{false, s.between(8, 7.2), slate}
		t := s.word(kLetterPerson)
		p.height += max(s.para(&p.block, left+indent, p.height, columnWidth-indent-2, small, t.En),
			s.para(&p.block, rightColumn, p.height, columnWidth-4, small, t.Zh))
	}
	p.height += pad
	p.frame(left, 0, right-left, p.height, 0.5, frame)
	return p
}

// when is when it was decided, by whom, by which notice, and until when it counts.
func (s *sheet) when(l Letter, at, until key) part {
	p := part{field: "post"}
	const x2, x3, x4 = 61.0, 92.0, 141.0
	p.height = s.between(3, 1.4)
	value := s.between(9.6, 8.4)
	s.fields(&p.block,
		field{left, x2 - left, at, l.At.String(), value},
		field{x2, x3 - x2, kLetterMark, l.Officer, value},
		field{x3, x4 - x3, kNotice, s.notice(l.Notice, l.NoticeVersion), value},
		field{x4, right - x4 + 3, until, l.Until.String(), s.between(10.6, 9)})
	return p
}

// notice names a version of a notice.
func (s *sheet) notice(id string, version int) string {
	if id == "" {
		return ""
	}
	return id + " · " + strconv.Itoa(version)
}

// reasons are the codes in words, one below the other, each with what mends it
// where there is such a thing.
func (s *sheet) reasons(l Letter, head key) part {
	p := part{field: "reasons", starts: true}
	s.heading(&p.block, head, "")
	st, mend := style{true, s.between(9.2, 8), ink}, style{false, s.between(8.8, 7.8), ink}
	for i, code := range l.Reasons {
		t := s.name(l.Kind.Reasons(), code)
		s.put(&p.block, left, p.height, style{true, st.size, teal}, strconv.Itoa(i+1))
		p.height += s.twin(&p.block, p.height, 5, st, t)
		if l.Kind == data.LetterReturn {
			p.height += s.twin(&p.block, p.height+0.3, 5, mend, s.name(data.ListRemedies, code)) + 0.3
		}
		p.height += s.between(1.8, 0.8)
	}
	return p
}

// note is what the officer added, in the words it was written in.
func (s *sheet) note(l Letter) part {
	p := part{field: "note", starts: true}
	if l.Note == "" {
		return p
	}
	s.heading(&p.block, kLetterNote, "")
	p.height += s.para(&p.block, left+5, p.height, right-left-5, style{false, s.between(9.6, 8.4), ink}, l.Note) + 0.6
	return p
}

// steps are numbered sentences.
func (s *sheet) steps(head key, steps ...key) part {
	p := part{field: "post", starts: true}
	s.heading(&p.block, head, "")
	st := style{false, s.between(8.8, 7.8), ink}
	for i, k := range steps {
		s.put(&p.block, left, p.height, style{true, st.size, teal}, strconv.Itoa(i+1))
		p.height += s.twin(&p.block, p.height, 5, st, s.word(k)) + s.between(1.2, 0.4)
	}
	return p
}

// contest tells how, where and by when to contest a decision, or, where that was
// done, what became of it: a decision is contested once.
func (s *sheet) contest(l Letter) part {
	value := s.between(9.6, 8.4)
	c := l.Contest
	if c == nil {
		p := s.steps(kLetterContest, kLetterContest1, kLetterContest2, kLetterContest3)
		s.fields(&p.block,
			field{left, 126, kLetterContestWhere, s.address(l.Post), value},
			field{141, right - 141 + 3, kLetterContestBy, l.Until.String(), value})
		return p
	}
	p := part{field: "why", starts: true}
	s.heading(&p.block, kLetterContested, "")
	stands := kLetterContestedOpen
	if !c.Decided.IsZero() {
		stands = kLetterContestedStands
	}
	p.height += s.twin(&p.block, p.height, 0, style{true, s.between(9.2, 8), ink}, s.word(stands)) + 0.8
	s.fields(&p.block,
		field{left, 46, kLetterContestedAt, c.At.String(), value},
		field{61, 46, kLetterContestedDecided, c.Decided.String(), value},
		field{109, right - 109 + 3, kLetterMark, c.Officer, value})
	if c.Why != "" {
		p.height += s.para(&p.block, left, p.height, right-left, style{false, value, ink}, c.Why) + 1.6
	}
	if c.Decided.IsZero() { // what belongs to it can still be brought
		s.fields(&p.block, field{left, right - left, kLetterContestWhere, s.address(l.Post), value})
	}
	return p
}

// address is where a post is found.
func (s *sheet) address(post data.Post) string {
	return joined(", ", text{post.Name["en"], post.Name["zh"]}.both(), text{post.Address["en"], post.Address["zh"]}.both())
}

// lastTest is the test without which a blue certificate is not good, and
// between which times its sample is taken.
func (s *sheet) lastTest(l Letter) part {
	p := part{field: "tests", starts: true}
	s.heading(&p.block, kLetterTest, "")
	p.height += s.twin(&p.block, p.height, 0, style{true, s.between(11, 9.4), ink}, s.condition(l.LastTest)) + 1.4
	if l.Condition["en"]+l.Condition["zh"] != "" {
		p.height += s.twin(&p.block, p.height, 0, style{false, s.between(9.2, 8), ink}, text{l.Condition["en"], l.Condition["zh"]}) + 1.4
	}
	value := s.between(11, 9.4)
	s.fields(&p.block,
		field{left, 77, kLetterTestEarliest, l.LastTest.Earliest(l.Departs).String(), value},
		field{92, 49, kLetterTestLatest, l.Departs.String(), value},
		field{141, right - 141 + 3, kNumber, l.Number.String(), value})
	value = s.between(9.6, 8.4)
	s.fields(&p.block,
		field{left, 46, kLetterDecided, l.At.String(), value},
		field{61, 31, kLetterMark, l.Officer, value},
		field{92, 49, kNotice, s.notice(l.Notice, l.NoticeVersion), value},
		field{141, right - 141 + 3, kLetterTestUntil, l.Until.String(), value})
	return p
}

// condition is what a blue certificate depends on: "Good only together with a
// negative antigen test sampled within 12 hours before departure".
func (p *Press) condition(t data.LastTest) text {
	en, zh := p.names.Name(data.ListTests, string(t.Kind), "en"), p.names.Name(data.ListTests, string(t.Kind), "zh")
	r, n := utf8.DecodeRuneInString(en)
	en = string(unicode.ToLower(r)) + en[n:] // inside a sentence
	words := p.words[kConditionBlue]
	fill := func(words, kind string) string {
		return strings.NewReplacer("{test}", kind, "{hours}", strconv.Itoa(t.Hours)).Replace(words)
	}
	return text{fill(words.En, en), fill(words.Zh, zh)}
}

// condition is that of [Press.condition], of a test that has a name.
func (s *sheet) condition(t data.LastTest) text {
	s.name(data.ListTests, string(t.Kind))
	return s.press.condition(t)
}

// seen is a table that whoever lets the traveller board fills in.
func (s *sheet) seen() part {
	p := part{field: "post", starts: true}
	s.heading(&p.block, kLetterTestSeen, "")
	s.heads(&p.block, []float64{left, 62, 108, 138}, kSampled, kLaboratory, kResult, kLetterTestBy)
	for range 2 {
		p.height += s.between(11, 8)
		p.rule(left, right, p.height, 0.15, slate)
	}
	return p
}

// hotline is the telephone, what to say there, and the place of stamp and
// signature.
func (s *sheet) hotline(l Letter) (b block) {
	const height = 41.0
	label, strong := style{false, 7, slate}, style{true, 15, teal}
	b.frame(left, 0, columnWidth, height, 0.3, teal)
	y := 4.0
	y += s.para(&b, left+5, y, columnWidth-10, label, s.word(kLetterHotline).both()) + 0.6
	y += s.para(&b, left+5, y, columnWidth-10, strong, l.Post.Hotline) + 3.6
	y += s.para(&b, left+5, y, columnWidth-10, label, s.word(kLetterSay).both()) + 0.6
	s.para(&b, left+5, y, columnWidth-10, strong, l.Reference.String())

	b.frame(rightColumn, 0, columnWidth, height, 0.15, slate)
	label = style{false, 6, slate}
	s.centre(&b, rightColumn, 1, columnWidth, label, s.word(kStamp).both())
	b.rule(rightColumn+8, right-8, height-6, 0.2, ink)
	s.centre(&b, rightColumn, height-5.2, columnWidth, label, s.word(kSignature).both()+" · "+l.Officer)
	b.height = height
	return b
}

// colours are how the colours of a case look: a word, a shape of its own, and
// an ink that a copier without colour keeps dark.
var colours = map[data.Colour]struct {
	word key
	ink  rgb
	sign func(x, y, r float64) shape
}{
	data.Green:  {kColourGreen, green, signGreen},
	data.Blue:   {kColourBlue, blue, signBlue},
	data.Yellow: {kColourYellow, ochre, signYellow},
	data.Orange: {kColourOrange, orange, signOrange},
	data.Red:    {kColourRed, red, signRed},
}

// signOf draws a filled polygon or circle and in white what stands in it: the
// middle at x, y and as far as r.
func signOf(ink rgb, corners int, turn float64, within func(f *gofpdf.Fpdf, x, y, r float64)) func(x, y, r float64) shape {
	return func(x, y, r float64) shape {
		return func(f *gofpdf.Fpdf, top float64) {
			f.SetFillColor(ink.r, ink.g, ink.b)
			if corners == 0 {
				f.Circle(x, top+y, r, "F")
			} else {
				var points []gofpdf.PointType
				for i := range corners {
					a := turn + 2*math.Pi*float64(i)/float64(corners)
					points = append(points, gofpdf.PointType{X: x + r*1.08*math.Sin(a), Y: top + y - r*1.08*math.Cos(a)})
				}
				f.Polygon(points, "F")
			}
			f.SetDrawColor(255, 255, 255)
			f.SetLineWidth(r / 4)
			f.SetLineCapStyle("round")
			f.SetLineJoinStyle("round")
			within(f, x, top+y, r)
			f.SetLineCapStyle("butt")
			f.SetLineJoinStyle("miter")
		}
	}
}

var (
	signGreen = signOf(green, 0, 0, func(f *gofpdf.Fpdf, x, y, r float64) {
		f.MoveTo(x-r*0.5, y+r*0.04)
		f.LineTo(x-r*0.14, y+r*0.4)
		f.LineTo(x+r*0.54, y-r*0.4)
		f.DrawPath("D")
	})
	signBlue = signOf(blue, 0, 0, func(f *gofpdf.Fpdf, x, y, r float64) { // together with
		f.Line(x-r*0.5, y, x+r*0.5, y)
		f.Line(x, y-r*0.5, x, y+r*0.5)
	})
	signYellow = signOf(ochre, 3, 0, func(f *gofpdf.Fpdf, x, y, r float64) { exclaim(f, x, y+r*0.08, r*0.8) })
	signOrange = signOf(orange, 4, 0, exclaim)
	signRed    = signOf(red, 8, math.Pi/8, func(f *gofpdf.Fpdf, x, y, r float64) { f.Line(x-r*0.5, y, x+r*0.5, y) })
)

func exclaim(f *gofpdf.Fpdf, x, y, r float64) {
	f.Line(x, y-r*0.5, x, y+r*0.12)
	f.Line(x, y+r*0.5, x, y+r*0.5)
}
