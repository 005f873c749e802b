package pdfgen

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"pratique/data"
	"pratique/data/handover"
)

// HandOver is the page, or the pages, of a list for a port of entry.
type HandOver struct {
	handover.List
	Post data.Post
	Made data.Moment
	// Accredited: an outside authority issued the post's signer certificate.
	Accredited bool
	// Fingerprint is the SHA-256 of the signed file in hex, which this is a copy of.
	Fingerprint string
}

// Internal is the sheet of a case that the post keeps for itself.
type Internal struct {
	data.InternalSheet
	Post data.Post
	Made data.Moment
}

// HandOver writes a hand-over list as a PDF of as many pages as it needs.
// Errors are those of [Press.Render].
func (p *Press) HandOver(w io.Writer, l HandOver) error {
	sheets, err := p.handOver(l)
	if err != nil {
		return fmt.Errorf("hand-over list: %w", err)
	}
	return write(w, sheets...)
}

func (p *Press) handOver(l HandOver) ([]*sheet, error) {
	switch {
	case l.Port == "", l.Fingerprint == "":
		return nil, fmt.Errorf("%w: a list without port or without its signed file", ErrPrintout)
	case !slices.IsSortedFunc(l.Rows, handover.Row.Compare):
		return nil, fmt.Errorf("%w: a list that is not in its order", ErrPrintout)
	}
	return p.pages(kHandOver, l.Post, l.Accredited, l.Made, "", func(s *sheet) (parts []part) {
		top := s.purpose(kHandOverWhat)
		top.height += 1.4
		s.fields(&top.block,
			field{left, 46, kHandOverPort, l.Port, 12.5}, field{61, 31, kHandOverFrom, string(l.From), 9.6},
			field{92, 49, kHandOverUntil, string(l.Until), 9.6}, field{141, right - 141 + 3, kHandOverCount, strconv.Itoa(len(l.Rows)), 12.5})
		s.typed(&top.block, kHandOverFile, groups(l.Fingerprint, 4))
		parts = append(parts, top)
		for rows := l.Rows; len(rows) > 0; {
			n := slices.IndexFunc(rows, func(r handover.Row) bool { return r.Flight != rows[0].Flight || r.Day != rows[0].Day })
			if n < 0 {
				n = len(rows)
			}
			parts = append(parts, s.flight(rows[:n])...)
			rows = rows[n:]
		}
		if len(l.Rows) == 0 {
			none := part{field: "post", starts: true}
			s.none(&none.block, kHandOverNone)
			parts = append(parts, none)
		}
		return append(parts, part{field: "post", block: s.end()}, s.receipt())
	})
}

// flight is the travellers of one flight. The first part holds the head and the
// first of them, so that no head stands alone at the foot of a page.
func (s *sheet) flight(rows []handover.Row) (parts []part) {
	p := part{field: "flights", starts: true}
	st := style{true, 10, teal}
	flight, day := or(rows[0].Flight, dash), string(rows[0].Day)
	s.put(&p.block, left, 0, st, flight)
	s.put(&p.block, left+s.width(st, flight)+4, 0, style{false, st.size, ink}, day)
	count := s.word(kHandOverCount).both() + " " + strconv.Itoa(len(rows))
	s.put(&p.block, right-s.width(style{false, 8.4, slate}, count), 0.4, style{false, 8.4, slate}, count)
	p.height = st.line() + 0.8
	var again block // where the flight goes on
	s.put(&again, left, 0, style{true, 8.4, teal}, flight+" "+day)
	again.height = style{true, 8.4, teal}.line() + 1.4
	xs := []float64{left, 22, 54, 81, 112, 130}
	p.rule(left, right, p.height-0.4, 0.25, hair)
	s.heads(&p.block, xs[1:], kNumber, kLetterReference, kHandOverColour, kHandOverRisk, kHandOverNotes)
	value := style{false, 9, ink}
	for i, r := range rows {
		if i > 0 {
			p = part{field: "flights", again: again}
		}
		y := p.height
		s.put(&p.block, xs[0], y, style{false, 9, slate}, strconv.Itoa(i+1))
		s.put(&p.block, xs[1], y, value, or(r.Number.String(), dash))
		s.put(&p.block, xs[2], y, value, or(r.Reference.String(), dash))
		c, ok := colours[r.Colour]
		switch {
		case r.Status == handover.Revoked:
			s.put(&p.block, xs[3], y, style{true, 9, brick}, s.word(kHandOverRevoked).both())
		case ok:
			p.shapes = append(p.shapes, c.sign(xs[3]+1.6, y+value.line()*0.52, 1.5))
			s.put(&p.block, xs[3]+4.8, y, style{true, 9, c.ink}, s.word(c.word).both())
		case s.err == nil:
			s.err = fmt.Errorf("no wording for colour %q", r.Colour)
		}
		risk := dash
		if k := map[string]key{"low": kRiskLow, "medium": kRiskMedium, "high": kRiskHigh}[r.Risk]; k != "" {
			risk = s.word(k).both()
		} else if r.Risk != "" && s.err == nil {
			s.err = fmt.Errorf("no wording for risk %q", r.Risk)
		}
		h := max(s.para(&p.block, xs[4], y, xs[5]-xs[4]-1.5, value, risk), s.para(&p.block, xs[5], y, right-xs[5], value, or(r.Note, dash)))
		s.row(&p.block, y+h, right)
		parts = append(parts, p)
	}
	return parts
}

// receipt is where a list is handed over from hand to hand.
func (s *sheet) receipt() part {
	p := part{field: "post", starts: true, block: block{height: 13}}
	label := style{false, 6.6, slate}
	for x, k := range map[float64]key{left: kHandOverDelivered, rightColumn: kHandOverReceived} {
		p.rule(x, x+columnWidth, p.height, 0.2, ink)
		s.put(&p.block, x, p.height+0.6, label, s.word(k).both())
	}
	p.height += 5
	return p
}

// Internal writes the sheet as a PDF of as many pages as it needs. Errors are
// those of [Press.Render].
func (p *Press) Internal(w io.Writer, i Internal) error {
	sheets, err := p.internal(i)
	if err != nil {
		return fmt.Errorf("internal sheet: %w", err)
	}
	return write(w, sheets...)
}

func (p *Press) internal(i Internal) ([]*sheet, error) {
	switch {
	case i.Case.Practice != i.Post.Practice():
		return nil, fmt.Errorf("%w: sheet and post are not of one kind, practice or real", ErrPrintout)
	case i.ID == "":
		return nil, fmt.Errorf("%w: a sheet of no case", ErrPrintout)
	case i.Override != nil && (i.Override.Officer == "" || i.Override.Authoriser == "" || i.Override.Reason == ""):
		return nil, fmt.Errorf("%w: an override without two officers and a reason", ErrPrintout)
	}
	return p.pages(kInternal, i.Post, true, i.Made, kInternalMark, func(s *sheet) []part {
		top := s.theCase(i.Case)
		s.fields(&top.block,
			field{left, 46, kInternalPrepared, strings.Join(i.Prepared, ", "), 9.6},
			field{61, 46, kInternalReviewed, strings.Join(i.Reviewed, ", "), 9.6},
			field{109, right - 109 + 3, kInternalCase, string(i.ID), 8.4})
		warning := s.warning(kInternalWarning)
		return nonempty(append(append([]part{warning, top, s.setAside(i.Override)}, s.decisions(i.Decisions)...), s.findings(i)...))
	})
}

// setAside is what two officers let pass.
func (s *sheet) setAside(o *data.OverrideNote) part {
	p := part{field: "note", starts: true}
	if o == nil {
		return p
	}
	s.heading(&p.block, kInternalOverride, "")
	p.height += s.twin(&p.block, p.height, 0, style{false, 8.4, ink}, s.word(kInternalOverrideWhat)) + 1.4
	s.fields(&p.block,
		field{left, 46, kInternalOverrideBy, o.Officer, 9.6}, field{61, 46, kInternalOverrideAuthoriser, o.Authoriser, 9.6},
		field{109, right - 109 + 3, kInternalAt, o.At.String(), 9.6})
	s.fields(&p.block, field{left, right - left, kInternalChecks, strings.Join(o.Checks, " · "), 9.6})
	s.fields(&p.block, field{left, right - left, kInternalReason, o.Reason, 9.6})
	p.height += 9
	label := style{false, 6.6, slate}
	for i, who := range []string{o.Officer, o.Authoriser} {
		x := []float64{left, rightColumn}[i]
		p.rule(x, x+columnWidth, p.height, 0.2, ink)
		s.put(&p.block, x, p.height+0.6, label, s.word(kInternalSigned).both()+" · "+who)
	}
	p.height += 5
	return p
}

// decisions are all that were made against a case.
func (s *sheet) decisions(all []data.DecisionNote) (parts []part) {
	for i, d := range all {
		p := part{field: "note", starts: i == 0}
		if i == 0 {
			s.heading(&p.block, kInternalDecisions, "")
		}
		c, ok := colours[d.Colour]
		if !ok && s.err == nil {
			s.err = fmt.Errorf("no wording for colour %q", d.Colour)
		}
		if ok {
			p.shapes = append(p.shapes, c.sign(left+2, p.height+2.2, 1.8))
			s.put(&p.block, left+5.4, p.height, style{true, 9.4, c.ink}, s.word(c.word).both())
		}
		var why []text
		for _, code := range d.Reasons {
			why = append(why, s.name(data.ListRefusals, code))
		}
		y := p.height
		for _, t := range why {
			p.height += s.para(&p.block, 47, p.height, right-47, style{false, 9, ink}, t.both())
		}
		p.height = max(p.height, y+style{true, 9.4, c.ink}.line()) + 0.6
		s.fields(&p.block,
			field{left, 46, kLetterDecided, d.At.String(), 9}, field{61, 31, kLetterMark, d.Officer, 9},
			field{92, right - 92 + 3, kInternalUntil, d.Until.String(), 9})
		if d.Note != "" {
			s.fields(&p.block, field{left, right - left, kLetterNote, d.Note, 9})
		}
		// What became of it: each is a part of its own, for all of it may be more
		// than a page.
		then := func(k key, at data.Moment, by string, label key, text string) {
			if at.IsZero() {
				return
			}
			parts = append(parts, p)
			p = part{field: "note"}
			s.fields(&p.block,
				field{left, 46, k, at.String(), 9}, field{61, 31, kLetterMark, by, 9},
				field{92, right - 92 + 3, label, text, 9})
		}
		then(kInternalContested, d.Contested, "", kInternalGrounds, d.Grounds)
		then(kLetterContestedDecided, d.Answered, d.AnsweredBy, kInternalReason, d.Answer)
		then(kInternalLifted, d.Lifted, d.LiftedBy, kInternalReason, d.Why)
		s.row(&p.block, p.height, right)
		parts = append(parts, p)
	}
	return parts
}

// findings are what the notice's checks gave.
func (s *sheet) findings(i Internal) (parts []part) {
	p := part{field: "findings", starts: true}
	s.heading(&p.block, kInternalFindings, "")
	if len(i.Findings) == 0 {
		s.none(&p.block, kInternalNone)
		return []part{p}
	}
	id := s.notice(i.Case.Notice, i.Case.NoticeVersion)
	p.height += s.para(&p.block, left, p.height, right-left, style{false, 8.4, slate}, s.word(kNotice).both()+" "+id) + 1
	results := map[string]struct {
		word key
		ink  rgb
	}{"pass": {kInternalPass, green}, "fail": {kInternalFail, red}, "not applicable": {kInternalUnasked, slate}, "not enough information": {kInternalOpen, brown}}
	for n, f := range i.Findings {
		if n > 0 {
			p = part{field: "findings"}
		}
		r, ok := results[f.Result]
		if !ok && s.err == nil {
			s.err = fmt.Errorf("no wording for finding %q", f.Result)
		}
		y, st, small := p.height, style{false, 8.4, ink}, style{false, 7.2, slate}
		h := s.pair(&p.block, left, y, 25, style{true, 8.4, r.ink}, s.word(r.word))
		if f.Waived {
			h += s.pair(&p.block, left, y+h, 25, style{true, 7.2, brown}, s.word(kInternalOverride))
		}
		h = max(h, s.para(&p.block, 42, y, 22, small, f.Clause))
		if of := s.element(f.Of); of != "" {
			h = max(h, small.line()+s.para(&p.block, 42, y+small.line(), 22, small, of))
		}
		const x, wide = 66.0, (right - 66 - 4) / 2
		body := max(s.para(&p.block, x, y, wide, st, f.Message["en"]), s.para(&p.block, x+wide+4, y, wide, st, f.Message["zh"]))
		for _, c := range f.Counts {
			body += s.para(&p.block, x, y+body, right-x, small, s.counted(c))
		}
		s.row(&p.block, y+max(h, body), right)
		parts = append(parts, p)
	}
	return parts
}

// element names what a path is about, counted from one: "Test 检测 1" of "tests[0]".
func (s *sheet) element(path string) string {
	list, rest, _ := strings.Cut(path, "[")
	number, _, _ := strings.Cut(rest, "]")
	n, err := strconv.Atoi(number)
	k := map[string]key{"tests": kReadableTest, "doses": kReadableDose, "infections": kReadableInfection,
		"itinerary": kReadableFlight, "stays": kReadableStay, "papers": kReadablePaper}[list]
	if err != nil || k == "" {
		return path
	}
	return s.word(k).both() + " " + strconv.Itoa(n+1)
}

// counted is a count with its bounds: "47:55 hours 小时 ≤ 48: … – …".
func (s *sheet) counted(c data.Counted) string {
	unit := map[string]key{"hours": kUnitHours, "days": kUnitDays, "months": kUnitMonths, "years": kUnitYears}[c.Unit]
	bounds := ""
	if c.AtLeast != "" {
		bounds += " ≥ " + c.AtLeast
	}
	if c.AtMost != "" {
		bounds += " ≤ " + c.AtMost
	}
	return c.Counted + " " + s.word(unit).both() + bounds + ": " + c.From + " – " + c.To
}

// pages composes as many pages as the parts need, one below the other, each
// with its number and how many there are. Across is a mark on every page beside
// the post's own, "" for none.
func (p *Press) pages(title key, post data.Post, accredited bool, made data.Moment, across key, lay func(*sheet) []part) ([]*sheet, error) {
	const gap, tight = 4.0, 0.4
	measure := &sheet{press: p, tight: tight}
	parts := lay(measure)
	if measure.err != nil {
		return nil, measure.err
	}
	type placed struct {
		part
		y float64
	}
	var pages [][]placed
	y := footTop // full, so that the first part begins a page
	for _, q := range parts {
		if q.starts {
			y += gap
		}
		if y+q.height > footTop {
			if upperTop+q.again.height+q.height > footTop {
				return nil, &FitError{q.field}
			}
			pages, y = append(pages, nil), upperTop
			if q.again.height > 0 {
				pages[len(pages)-1] = []placed{{part{block: q.again}, y}}
				y += q.again.height
			}
		}
		last := len(pages) - 1
		pages[last] = append(pages[last], placed{q, y})
		y += q.height
	}
	var sheets []*sheet
	for n, page := range pages {
		s, err := p.paper(title, post, accredited, made, kLetterNot, func(s *sheet) error {
			var b block
			st := style{false, 7.6, slate}
			number := fmt.Sprintf("%s %d / %d", s.word(kHandOverPage).both(), n+1, len(pages))
			s.put(&b, right-s.width(st, number), 0.2, st, number)
			s.place(b, 12)
			if across != "" {
				s.marks = append(s.marks, run{108, 226, s.word(across).both(), style{true, 50, rose}})
			}
			for _, q := range page {
				s.place(q.block, q.y)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		sheets = append(sheets, s)
	}
	return sheets, nil
}
