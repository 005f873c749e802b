package pdfgen

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"unicode"

	"pratique/data"
)

// Names tells what codes mean; data/codes answers it. Name returns "" for a
// code or language it does not know.
type Names interface {
	Name(list, code, lang string) string
}

// A Press prints. It may be used from any goroutine: every page is made anew
// from its printout, and nothing of one reaches another.
type Press struct {
	regular, bold *font
	words         map[key]text
	names         Names
}

// New reads fonts/NotoSansSC-Regular.ttf, fonts/NotoSansSC-Bold.ttf,
// and the files of wording from assets. The wording must be complete.
func New(assets fs.FS, names Names) (*Press, error) {
	p := &Press{names: names}
	for name, f := range map[string]**font{"Regular": &p.regular, "Bold": &p.bold} {
		name = "fonts/NotoSansSC-" + name + ".ttf"
		b, err := fs.ReadFile(assets, name)
		if err != nil {
			return nil, fmt.Errorf("press: %w", err)
		}
		if *f, err = parseFont(b); err != nil {
			return nil, fmt.Errorf("press: %s: %w", name, err)
		}
	}
	var err error
	if p.words, err = readWording(assets, p.regular, p.bold); err != nil {
		return nil, fmt.Errorf("press: %w", err)
	}
	return p, nil
}

// Kind of printout.
type Kind int

// The kinds. Only a certificate carries a seal; the others say SPECIMEN 样本
// across the page.
const (
	ProofSlip   Kind = iota // for the traveller to read before the review
	Preview                 // for the officer
	Certificate             // the issued paper
)

// Printout is all that a page shows.
type Printout struct {
	Kind      Kind
	Statement data.Statement
	// Seal is the text of the QR code: of a certificate, and of nothing else.
	Seal string
	// Further are the further seals, each with its place on the pages behind the
	// first, and Record what they were made from: of a certificate alone.
	Further []data.FurtherSeal
	Record  data.FurtherRecord
	Post    data.Post
	// AnchorFingerprint is the SHA-256 of the anchor's certificate in hex.
	AnchorFingerprint string
	// Accredited: an outside authority issued the post's signer certificate.
	// Practice paper is never accredited, whatever this says.
	Accredited bool
	// Copy counts the sheets of one certificate from 1; unused on the others.
	Copy int
}

// ErrPrintout says that a printout contradicts itself or lacks what its kind
// must show.
var ErrPrintout = errors.New("not a possible printout")

// GlyphError names a character that cannot be printed.
type GlyphError struct {
	Text string
	Rune rune
}

func (e *GlyphError) Error() string { return fmt.Sprintf("cannot print %s", codePoint(e.Rune)) }

// FitError names what finds no room on the page.
type FitError struct {
	Field string // path in the JSON of [data.Content], or "post", or "administrators"
}

func (e *FitError) Error() string { return e.Field + " does not fit on the page" }

// Render writes the page as one PDF file, and behind it the pages of further
// seals if there are any. Nothing is written unless the whole
// page could be made. Errors: [ErrPrintout], [*GlyphError], [*FitError],
// [*DensityError], and those of w.
func (p *Press) Render(w io.Writer, out Printout) error {
	if err := check(out); err != nil {
		return err
	}
	s, err := p.compose(out)
	if err != nil {
		return fmt.Errorf("printout: %w", err)
	}
	further, err := p.furtherSheets(out)
	if err != nil {
		return fmt.Errorf("printout: further seals: %w", err)
	}
	return write(w, append([]*sheet{&s.sheet}, further...)...)
}

func check(out Printout) error {
	st := out.Statement
	wrong := func(why string) error { return fmt.Errorf("%w: %s", ErrPrintout, why) }
	if st.Practice != out.Post.Practice() {
		return wrong("statement and post are not of one kind, practice or real")
	}
	if st.Replaces != "" {
		n, err := data.ParseCertificateNumber(string(st.Replaces))
		if err != nil || n != st.Replaces || n == st.Number {
			return wrong("it replaces no other certificate")
		}
	}
	switch out.Kind {
	case Certificate:
		n, err := data.ParseCertificateNumber(string(st.Number))
		_, dated := st.Issued.Instant()
		switch {
		case out.Seal == "":
			return wrong("a certificate without seal")
		case err != nil || n != st.Number:
			return wrong("a certificate without number")
		case st.Number[:data.PostCodeLen] != data.CertificateNumber(out.Post.Code) || st.Issuer != out.Post.Country:
			return wrong("the certificate of another post")
		case !dated:
			return wrong("a certificate without date of issue")
		case out.AnchorFingerprint == "":
			return wrong("a certificate without anchor")
		case out.Copy < 1:
			return wrong("copies count from 1")
		}
	case ProofSlip, Preview:
		if out.Seal != "" || len(out.Further) > 0 {
			return wrong("only a certificate carries a seal")
		}
	default:
		return wrong("unknown kind")
	}
	return nil
}

// Sentences are the texts that stand on the page of out for what it is, beside
// the values of its statement: that it is practice paper, that nobody vouches
// for its signer, that it replaces another certificate, its colour and what
// that depends on, and why the window is what it is. Each is one run of
// characters and listed as often as it is printed, for a reader that checks the
// page.
func (p *Press) Sentences(out Printout) []string {
	var all []string
	add := func(keys ...key) {
		for _, k := range keys {
			all = append(all, p.words[k].both())
		}
	}
	switch markOf(out.Statement.Practice, out.Accredited) {
	case kPractice:
		add(kPractice, kPractice, kPractice, kPracticeText, kNotAccredited)
	case kNotAccreditedMark:
		add(kNotAccredited, kNotAccredited) // above and below
		mark := p.words[kNotAccreditedMark]
		all = append(all, mark.En, mark.Zh)
	}
	if n := out.Statement.Replaces; n != "" {
		all = append(all, p.replaces(n))
		if out.Kind == Certificate {
			add(kReplacesNote)
		}
	}
	st := out.Statement
	if c, ok := colours[st.Colour]; ok {
		add(c.word)
	}
	if st.Colour == data.Blue {
		t := p.condition(st.LastTest)
		all = append(all, t.En, t.Zh)
	}
	if k, ok := windows[st.Window]; ok {
		add(k)
	}
	return all
}

// replaces is the line that names the certificate another one corrects.
func (p *Press) replaces(n data.CertificateNumber) string {
	return p.words[kReplaces].both() + " " + n.String()
}

// Missing are the characters of s that cannot be printed, each once.
func (p *Press) Missing(s string) []rune {
	var missing []rune
	seen := map[rune]bool{}
	for _, r := range s {
		if !p.regular.has(r) && !seen[r] {
			seen[r] = true
			missing = append(missing, r)
		}
	}
	return missing
}

// Unsayable are the characters of a text that cannot be printed, as problems of
// a field: each has the key "problem.glyph", names one character ("U+20BB7 𠮷")
// and stops.
func (p *Press) Unsayable(field, text string) (problems []data.Problem) {
	for _, r := range p.Missing(text) {
		problems = append(problems, data.Problem{Field: field, Key: "problem.glyph", Value: codePoint(r)})
	}
	return problems
}

// MissingIn is [Press.Unsayable] of every text of a statement that people entered.
func (p *Press) MissingIn(st data.Statement) []data.Problem {
	var problems []data.Problem
	look := func(field, s string) { problems = append(problems, p.Unsayable(field, s)...) }
	look("traveller.surname", st.Surname)
	look("traveller.givenNames", st.GivenNames)
	look("traveller.nativeName", st.NativeName)
	look("traveller.birth", string(st.Birth))
	look("document.number", st.DocumentNumber)
	look("document.expires", string(st.DocumentExpires))
	for i, t := range st.Tests {
		look(fmt.Sprintf("tests[%d].laboratory", i), t.Laboratory)
		look(fmt.Sprintf("tests[%d].sampled", i), t.Sampled.String())
		look(fmt.Sprintf("tests[%d].analysed", i), t.Analysed.String())
		look(fmt.Sprintf("tests[%d].reported", i), t.Reported.String())
	}
	for i, d := range st.Doses {
		look(fmt.Sprintf("doses[%d].date", i), string(d.Date))
		look(fmt.Sprintf("doses[%d].lot", i), d.Lot)
		look(fmt.Sprintf("doses[%d].place", i), d.Place)
	}
	return problems
}

// Unprintable is all that would keep the certificate of a statement off its
// page: the characters of [Press.MissingIn], else the first part that finds no
// room, with the key "problem.page". Of out it looks at Statement, Post and
// AnchorFingerprint; number and seal need not be there yet, so that it can be
// asked before anything is signed.
func (p *Press) Unprintable(out Printout) []data.Problem {
	if problems := p.MissingIn(out.Statement); len(problems) > 0 {
		return problems
	}
	out.Kind = Certificate
	_, err := p.arrange(out)
	field := "post" // what else is on the page is the post's
	var fit *FitError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &fit):
		field = fit.Field
	}
	return []data.Problem{{Field: field, Key: "problem.page"}}
}

// codePoint names a character and shows it: "U+20BB7 𠮷".
func codePoint(r rune) string {
	if !unicode.IsPrint(r) {
		return fmt.Sprintf("%U", r)
	}
	return fmt.Sprintf("%U %c", r, r)
}
