package pdfgen

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"pratique/data"
)

// RecoverySheet is the one paper that carries a secret: the recovery key of a
// post.
type RecoverySheet struct {
	Post data.Post
	Made data.Moment
	// Key is an age X25519 identity: "AGE-SECRET-KEY-1" and 58 characters of
	// Bech32 in capitals (age-encryption.org/v1, "The X25519 recipient type").
	// The QR holds exactly this.
	Key string
	// Public is the recipient that belongs to it: "age1…".
	Public string
}

// Ceremony is the record of a post's first start, to be signed by those who
// were there.
type Ceremony struct {
	Post           data.Post
	Made           data.Moment
	Administrators [2]data.Officer
	// Anchor is the SHA-256 of the anchor's certificate in hex.
	Anchor string
	// Signer is that of the signer certificate, with the time it is valid and
	// the end of the time it signs. All four are empty where a certificate was
	// asked for and is not there yet.
	Signer                           string
	ValidFrom, ValidUntil, WorkUntil data.Moment
	// Accredited: an outside authority issued the signer certificate.
	// A practice post is never accredited, whatever this says.
	Accredited bool
	LogKey     string      // the verifier key of the audit log, one line
	Recovery   string      // the recovery key's public half: "age1…"
	Proved     data.Moment // when the post was unlocked with the recovery key
}

// Checkpoint is a signed state of the audit log.
type Checkpoint struct {
	Post data.Post
	Made data.Moment
	// Text is the checkpoint, a C2SP signed-note, last line end included. The QR
	// holds exactly this.
	Text []byte
}

const paperAir = 10.0 // mm between sections, at most

// The parts of a recovery key.
const (
	recoveryPrefix = "AGE-SECRET-KEY-1"
	recoverySecret = 58 // characters after it
	recoveryGroup  = 4  // characters in a box
	publicPrefix   = "age1"
)

// RecoverySheet writes the sheet as one PDF page. Errors are those of
// [Press.Render].
func (p *Press) RecoverySheet(w io.Writer, r RecoverySheet) error {
	s, err := p.recovery(r)
	if err != nil {
		return fmt.Errorf("recovery sheet: %w", err)
	}
	return s.write(w)
}

func (p *Press) recovery(r RecoverySheet) (*sheet, error) {
	secret, ok := strings.CutPrefix(r.Key, recoveryPrefix)
	switch {
	case !ok, len(secret) != recoverySecret, strings.Trim(secret, "023456789ACDEFGHJKLMNPQRSTUVWXYZ") != "":
		return nil, fmt.Errorf("%w: not a recovery key", ErrPrintout)
	case !strings.HasPrefix(r.Public, publicPrefix):
		return nil, fmt.Errorf("%w: not the public half of a recovery key", ErrPrintout)
	}
	return p.paper(kRecovery, r.Post, true, r.Made, "", func(s *sheet) error {
		if err := s.draw(r.Key); err != nil {
			return err
		}
		s.beside(kRecoveryUse, kRecoveryUse1, kRecoveryUse2, kRecoveryUse3, kRecoveryUse4)
		return s.stack([]part{
			s.warning(kRecoveryWarning), s.recoveryKey(secret), s.public(r.Public), s.custody(kReceivedBy),
		}, upperTop, upperBottom, paperAir)
	})
}

// Ceremony writes the record as one PDF page. Errors are those of
// [Press.Render].
func (p *Press) Ceremony(w io.Writer, c Ceremony) error {
	s, err := p.ceremony(c)
	if err != nil {
		return fmt.Errorf("ceremony: %w", err)
	}
	return s.write(w)
}

func (p *Press) ceremony(c Ceremony) (*sheet, error) {
	wrong := ""
	switch _, proved := c.Proved.Instant(); {
	case !proved:
		wrong = "a recovery key that was not proved"
	case c.Anchor == "", c.LogKey == "":
		wrong = "without anchor or key of the log"
	case !strings.HasPrefix(c.Recovery, publicPrefix): // above all not the secret one
		wrong = "not the public half of a recovery key"
	}
	for _, o := range c.Administrators {
		if o.Name == "" || o.Mark == "" {
			wrong = "an administrator without name or mark"
		}
	}
	if wrong != "" {
		return nil, fmt.Errorf("%w: %s", ErrPrintout, wrong)
	}
	return p.paper(kCeremony, c.Post, c.Accredited, c.Made, "", func(s *sheet) error {
		signatures := s.signatures(c)
		top := footTop - signatures.height
		s.place(signatures, top)
		return s.stack([]part{s.post(c.Post), s.administrators(c), s.signer(c), s.secrets(c), {field: "post", block: s.end()}}, upperTop, top, paperAir)
	})
}

// Checkpoint writes the page of a checkpoint as one PDF page. Errors are those
// of [Press.Render].
func (p *Press) Checkpoint(w io.Writer, c Checkpoint) error {
	s, err := p.checkpoint(c)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return s.write(w)
}

func (p *Press) checkpoint(c Checkpoint) (*sheet, error) {
	if !utf8.Valid(c.Text) || !strings.HasSuffix(string(c.Text), "\n") || !strings.Contains(string(c.Text), "\n\n— ") {
		return nil, fmt.Errorf("%w: not a signed note", ErrPrintout)
	}
	return p.paper(kCheckpoint, c.Post, true, c.Made, "", func(s *sheet) error {
		if err := s.draw(string(c.Text)); err != nil {
			return err
		}
		s.beside(kCheckpointUse, kCheckpointUse1, kCheckpointUse2, kCheckpointUse3, kCheckpointUse4)
		return s.stack([]part{s.purpose(kCheckpointWhat), s.verbatim(string(c.Text)), s.custody(kKeptBy)}, upperTop, upperBottom, paperAir)
	})
}

// paper composes a page that is no certificate: frame and title, what lay puts
// in between, and the small print, which foot begins if it is not empty. It has
// no ground of waves, so that it is not taken for a certificate.
func (p *Press) paper(title key, post data.Post, accredited bool, made data.Moment, foot key, lay func(*sheet) error) (*sheet, error) {
	if _, dated := made.Instant(); !dated {
		return nil, fmt.Errorf("%w: not dated", ErrPrintout)
	}
	return loosest(func(tight float64) (*sheet, error) {
		s := &sheet{press: p, tight: tight, dated: made}
		s.title = s.word(title).En + " " + post.Code
		mark := markOf(post.Practice(), accredited)
		s.frame(mark)
		if mark == kPractice {
			s.across(mark, 112, 128, 72)
		}
		header := s.paperHeader(title, post, made)
		s.place(header, 12)
		if header.height > upperTop-12 {
			return nil, &FitError{"post"}
		}
		var low block
		s.footRule(&low)
		if foot != "" {
			s.small(&low, style{true, 6.8, ink}, s.word(foot).both())
		}
		if post.Practice() {
			s.small(&low, style{true, 6.2, brown}, s.word(kPracticeText).both())
		}
		s.maker(&low, post, "")
		fit := s.low(low)
		if fit == nil {
			fit = lay(s)
		}
		if s.err != nil {
			return nil, s.err
		}
		return s, fit
	})
}

func (s *sheet) paperHeader(title key, post data.Post, made data.Moment) (b block) {
	y := 0.2 + s.issuer(&b, 0.2, post)
	down := max(0, y-7.6)
	t := s.word(title)
	s.put(&b, left, 7.6+down, style{true, 20, teal}, t.Zh)
	s.put(&b, left, 15.6+down, style{true, 11.2, teal}, strings.ToUpper(t.En))
	small, value := style{false, 6.4, slate}, style{false, 9.6, ink}
	label := s.word(kMade).both()
	s.put(&b, right-s.width(small, label), 13.2+down, small, label)
	s.put(&b, right-s.width(value, made.String()), 16+down, value, made.String())
	b.rule(left, right, 22.4+down, 0.35, teal)
	b.rule(left, right, 23.2+down, 0.12, teal)
	b.height = 24 + down
	return b
}

// beside sets the frame of the code, and next to it a heading and numbered
// steps.
func (s *sheet) beside(head key, steps ...key) {
	var b block
	b.frame(sealX-0.2, -0.2, QRSide+0.4, QRSide+0.4, 0.12, hair)
	b.height += s.para(&b, guideX, 0, right-guideX, style{true, 8.4, teal}, s.word(head).both()) + 1
	body := style{false, 8.2, ink}
	for i, k := range steps {
		s.put(&b, guideX, b.height, style{true, 8.2, teal}, strconv.Itoa(i+1))
		for _, l := range []string{s.word(k).En, s.word(k).Zh} {
			b.height += s.para(&b, guideX+5, b.height, right-guideX-5, body, l)
		}
		b.height += 2
	}
	s.place(b, sealY)
}

// warning is what must not be overlooked.
func (s *sheet) warning(k key) part {
	p := part{field: "post", starts: true}
	st := style{true, 11.4, brick}
	p.height = 2.4
	for _, l := range []string{s.word(k).En, s.word(k).Zh} {
		p.height += s.para(&p.block, left+5, p.height, right-left-10, st, l)
	}
	p.height += 2.6
	p.frame(left, 0, right-left, p.height, 0.5, brick)
	return p
}

// recoveryKey is the key in boxes, as it is typed.
func (s *sheet) recoveryKey(secret string) part {
	const (
		row, gap = 5, 3.0 // boxes in a row, mm between them
		box      = (right - left - (row-1)*gap) / row
		cell     = 7.0
	)
	p := part{field: "post", starts: true}
	s.heading(&p.block, kRecoveryKey, "")
	st, number, high := style{false, 18, ink}, style{false, 5.6, slate}, s.between(12.4, 11)
	line := func(x, width float64, v string) {
		p.frame(x, p.height, width, high, 0.2, teal)
		x += (box-recoveryGroup*cell)/2 + 0.8 // clear of the box's number
		for _, r := range v {
			s.cell(&p.block, x, p.height+(high-st.line())/2+0.5, cell, st, r, false)
			x += cell
		}
	}
	line(left, 4*box+3*gap, recoveryPrefix)
	p.height += high + gap
	var numbers block
	for i := 0; i*recoveryGroup < len(secret); i++ {
		x := left + float64(i%row)*(box+gap)
		if i > 0 && i%row == 0 {
			p.height += high + gap
		}
		line(x, box, secret[i*recoveryGroup:min((i+1)*recoveryGroup, len(secret))])
		s.put(&numbers, x+0.9, p.height+0.3, number, strconv.Itoa(i+1))
	}
	p.runs = append(p.runs, numbers.runs...) // after the key, which stays in one piece
	p.height += high + 1.6
	note := style{false, 7.4, slate}
	p.height += s.para(&p.block, left, p.height, right-left, note, s.word(kRecoveryNote).En)
	p.height += s.para(&p.block, left, p.height, right-left, note, s.word(kRecoveryNote).Zh)
	return p
}

// public is the half of a recovery key that is no secret.
func (s *sheet) public(key string) part {
	p := part{field: "post", starts: true}
	s.typed(&p.block, kRecoveryPublic, key)
	return p
}

// typed is a value to be compared character by character, under its label.
func (s *sheet) typed(b *block, label key, v string) {
	s.put(b, left, b.height, s.label(), s.word(label).both())
	b.height += s.label().line()
	b.height += s.rows(b, left, right, b.height, style{false, s.between(9.6, 8), ink}, or(v, dash), false) + s.between(1.9, 0.4)
}

// custody is a table to be filled in by hand: who had the page, and where.
func (s *sheet) custody(who key) part {
	p := part{field: "post", starts: true}
	s.heading(&p.block, kCustody, "")
	s.heads(&p.block, []float64{left, 66, 116, 146}, who, kKeptWhere, kDate, kSigned)
	for range 3 {
		p.height += s.between(9.5, 7.5)
		p.rule(left, right, p.height, 0.15, slate)
	}
	return p
}

func (s *sheet) post(post data.Post) part {
	p := part{field: "post", starts: true}
	s.heading(&p.block, kPost, "")
	kind := kPostReal
	if post.Practice() {
		kind = kPostPractice
	}
	large, value := s.between(11, 9), s.between(9.6, 8)
	state := text{post.StateName["en"], post.StateName["zh"]}.both()
	s.fields(&p.block,
		field{left, 95, kPostName, text{post.Name["en"], post.Name["zh"]}.both(), large},
		field{110, right - 110 + 3, kPostState, joined(" ", state, "("+post.State+")"), large})
	s.fields(&p.block,
		field{left, 47, kPostKind, s.word(kind).both(), value},
		field{62, 48, kPostCode, post.Code, value},
		field{110, right - 110 + 3, kPostLayout, strconv.Itoa(post.Schema), value})
	return p
}

func (s *sheet) administrators(c Ceremony) part {
	p := part{field: "administrators", starts: true}
	s.heading(&p.block, kAdministrators, "")
	value := s.between(11, 9)
	a, b := c.Administrators[0], c.Administrators[1]
	s.fields(&p.block,
		field{left, 70, kOfficerName, a.Name, value}, field{85, 25, kMark, a.Mark, value},
		field{110, 62, kOfficerName, b.Name, value}, field{172, right - 172 + 3, kMark, b.Mark, value})
	return p
}

func (s *sheet) signer(c Ceremony) part {
	p := part{field: "post", starts: true}
	s.heading(&p.block, kSigner, "")
	words, st := kAccredited, style{true, 8.6, green}
	if markOf(c.Post.Practice(), c.Accredited) != "" {
		words, st.ink = kNotAccredited, brick
	}
	p.height += s.pair(&p.block, left, p.height, right-left, st, s.word(words)) + 1
	s.typed(&p.block, kAnchor, groups(c.Anchor, 4))
	s.typed(&p.block, kSignerPrint, groups(c.Signer, 4))
	value, valid := s.between(9.6, 8), ""
	if c.Signer != "" {
		valid = c.ValidFrom.String() + " – " + c.ValidUntil.String()
	}
	s.fields(&p.block,
		field{left, 95, kSignerValid, valid, value},
		field{110, right - 110 + 3, kSignerWork, c.WorkUntil.String(), value})
	return p
}

func (s *sheet) secrets(c Ceremony) part {
	p := part{field: "post", starts: true}
	s.heading(&p.block, kSecrets, "")
	s.typed(&p.block, kLogKey, c.LogKey)
	s.typed(&p.block, kRecoveryPublic, c.Recovery)
	s.fields(&p.block, field{left, right - left, kProved, c.Proved.String(), s.between(9.6, 8)})
	return p
}

// signatures is where those who were there sign, and where the page belongs.
func (s *sheet) signatures(c Ceremony) (b block) {
	const width, gap = 54.0, 9.0
	strong, label, value := style{true, 8.4, ink}, style{false, 6.6, slate}, style{false, 8.4, ink}
	b.height = s.pair(&b, left, 0, right-left, strong, s.word(kWitnessed)) + s.between(19, 13)
	low := 0.0
	for i, k := range []key{kAdministrator, kAdministrator, kWitness} {
		x := left + float64(i)*(width+gap)
		b.rule(x, x+width, b.height, 0.2, ink)
		y := b.height + 0.6
		s.put(&b, x, y, label, s.word(k).both()+" · "+s.word(kSigned).both())
		y += label.line() + 0.4
		if i < len(c.Administrators) {
			y += s.para(&b, x, y, width, value, c.Administrators[i].Name+" ("+c.Administrators[i].Mark+")")
		} else {
			y += 6.5
			b.rule(x, x+width, y, 0.2, ink)
			s.put(&b, x, y+0.6, label, s.word(k).both()+" · "+s.word(kOfficerName).both())
			y += 0.6 + label.line()
		}
		low = max(low, y)
	}
	b.height = low + s.between(4, 2)
	note := style{false, 7.4, slate}
	b.height += s.para(&b, left, b.height, right-left, note, s.word(kKeep).En)
	b.height += s.para(&b, left, b.height, right-left, note, s.word(kKeep).Zh) + 2
	return b
}

// purpose tells what a page is for.
func (s *sheet) purpose(k key) part {
	p := part{field: "post", starts: true}
	for _, l := range []string{s.word(k).En, s.word(k).Zh} {
		p.height += s.para(&p.block, left, p.height, right-left, style{false, 9, ink}, l) + 0.8
	}
	return p
}

// verbatim is a text whose lines are numbered and whose spaces are seen.
func (s *sheet) verbatim(v string) part {
	const indent = 7.0
	p := part{field: "post", starts: true}
	s.heading(&p.block, kCheckpointText, "")
	st, number := style{false, s.between(11, 9), ink}, style{true, 6.4, teal}
	p.height += 1
	var numbers block
	for i, line := range strings.Split(strings.TrimSuffix(v, "\n"), "\n") {
		s.put(&numbers, left, p.height+(st.line()-number.line())*0.66, number, strconv.Itoa(i+1))
		p.height += s.rows(&p.block, left+indent, right, p.height, st, line, true) + 0.8
	}
	p.runs = append(p.runs, numbers.runs...)
	p.height += 1
	note := style{false, 7.4, slate}
	p.height += s.para(&p.block, left, p.height, right-left, note, s.word(kCheckpointNote).En)
	p.height += s.para(&p.block, left, p.height, right-left, note, s.word(kCheckpointNote).Zh)
	return p
}
