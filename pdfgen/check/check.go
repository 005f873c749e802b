// Package check reads a certificate's PDF back before it is offered for
// printing, as a stranger would: the text on its page and the QR symbol drawn
// on it must be those of the record. It knows nothing of how the page was made,
// so that a mistake there is not repeated here.
package check

import (
	"context"
	"errors"
	"fmt"
	"image"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"pratique/data"
	"pratique/data/evidence"
)

// Reader turns PDF into text and pictures, pages counted from 0;
// pdfgen/page has one.
type Reader interface {
	Pages(ctx context.Context, pdf []byte) (int, error)
	Render(ctx context.Context, pdf []byte, page int, dpi float64) (image.Image, error)
	Text(ctx context.Context, pdf []byte, page int) (string, error)
}

// Error says that page and record differ, and where. It names fields and never
// their values, so that it may be logged.
type Error struct {
	// Fields are paths in the JSON of [data.Statement], each once; "pages" (there
	// are not as many as there should be), "seal" (the first page has not exactly
	// one symbol, or it is another), "further" (the others have not exactly the
	// further seals, or one is of another certificate), "date" and "number" (the page shows one that the record has not),
	// and "want[i]" for the i-th of the other texts.
	Fields []string
}

func (e *Error) Error() string {
	return "page and record differ: " + strings.Join(e.Fields, ", ")
}

// Page is what is to be on a certificate's pages beside what its statement says.
type Page struct {
	Want    []string // on the first
	Further []string // texts of the symbols on further pages, none if there are no such
	Every   []string // on every further page
}

// Check compares pdf with the statement st and its seal. Every text of the
// statement and every one of want.Want, such as what codes mean in words and what
// the page says about itself, must be on the page, as often as the record has
// it; white space does not count. Every date and certificate number on the page
// must be one of the record's. Exactly one QR symbol must be drawn there, and it
// is the seal. Where there are further seals, each must be drawn on a further
// page, and nothing else. Errors: [*Error], or why the PDF could not be read.
func Check(ctx context.Context, r Reader, pdf []byte, st data.Statement, seal string, want Page) error {
	pages, err := r.Pages(ctx, pdf)
	if err != nil {
		return fmt.Errorf("check pages: %w", err)
	}
	if (pages > 1) != (len(want.Further) > 0) {
		return &Error{[]string{"pages"}}
	}
	text, err := r.Text(ctx, pdf, 0)
	if err != nil {
		return fmt.Errorf("check text: %w", err)
	}
	differs := compare(text, append(expected(st), others(want.Want)...))

	found, err := evidence.Read(ctx, pdf, r)
	if err != nil {
		return fmt.Errorf("check seal: %w", err)
	}
	if seal == "" {
		return errors.New("check seal: the record has none")
	}
	var first, further []string
	for _, s := range found.Symbols {
		if s.Page == 0 {
			first = append(first, s.Text)
		} else {
			further = append(further, s.Text)
		}
	}
	if !slices.Equal(first, []string{seal}) {
		differs = append(differs, "seal")
	}
	other, err := furtherDiffer(ctx, r, pdf, pages, want.Every)
	if err != nil {
		return err
	}
	if other || !slices.Equal(slices.Sorted(slices.Values(further)), slices.Sorted(slices.Values(want.Further))) {
		differs = append(differs, "further")
	}
	if len(differs) > 0 {
		return &Error{differs}
	}
	return nil
}

// furtherDiffer reports whether a further page lacks what stands on each.
func furtherDiffer(ctx context.Context, r Reader, pdf []byte, pages int, every []string) (bool, error) {
	for page := 1; page < pages; page++ {
		text, err := r.Text(ctx, pdf, page)
		if err != nil {
			return false, fmt.Errorf("check text of page %d: %w", page+1, err)
		}
		text = squeeze(text)
		if slices.ContainsFunc(every, func(t string) bool { return !strings.Contains(text, squeeze(t)) }) {
			return true, nil
		}
	}
	return false, nil
}

// entry is a text that the page must show.
type entry struct{ field, text string }

// expected are the texts of a statement that are printed as they are.
func expected(st data.Statement) []entry {
	list := []entry{
		{"number", st.Number.String()}, {"replaces", st.Replaces.String()},
		{"surname", st.Surname}, {"givenNames", st.GivenNames}, {"nativeName", st.NativeName},
		{"birth", string(st.Birth)},
		{"documentNumber", st.DocumentNumber}, {"documentExpires", string(st.DocumentExpires)},
		{"issued", st.Issued.String()}, {"validFrom", st.ValidFrom.String()}, {"validUntil", st.ValidUntil.String()},
		{"expires", st.Expires.String()},
		{"notice", notice(st)},
		{"preparedBy", st.PreparedBy}, {"approvedBy", st.ApprovedBy},
	}
	for i, t := range st.Tests {
		at := func(field string) string { return fmt.Sprintf("tests[%d].%s", i, field) }
		list = append(list, entry{at("laboratory"), t.Laboratory}, entry{at("sampled"), t.Sampled.String()},
			entry{at("analysed"), t.Analysed.String()}, entry{at("reported"), t.Reported.String()})
	}
	for i, d := range st.Doses {
		at := func(field string) string { return fmt.Sprintf("doses[%d].%s", i, field) }
		list = append(list, entry{at("date"), string(d.Date)}, entry{at("lot"), d.Lot}, entry{at("place"), d.Place})
	}
	return list
}

// notice is the notice and its version, as the page names them.
func notice(st data.Statement) string {
	if st.Notice == "" {
		return ""
	}
	return fmt.Sprintf("%s · %d", st.Notice, st.NoticeVersion)
}

func others(want []string) []entry {
	list := make([]entry, len(want))
	for i, w := range want {
		list[i] = entry{fmt.Sprintf("want[%d]", i), w}
	}
	return list
}

var (
	dates   = regexp.MustCompile(`\d{4}-\d\d-\d\d`)
	numbers = regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}`)
)

// compare returns the fields in which the page's text and the record differ.
func compare(page string, list []entry) []string {
	page = squeeze(page)
	var differs []string
	seen := map[string]int{}
	var record strings.Builder
	for _, e := range list {
		t := squeeze(e.text)
		if t == "" {
			continue
		}
		record.WriteString(t + "\n")
		if seen[t]++; strings.Count(page, t) < seen[t] {
			differs = append(differs, e.field)
		}
	}
	strange := func(shown string) bool { return !strings.Contains(record.String(), shown) }
	if slices.ContainsFunc(dates.FindAllString(page, -1), strange) {
		differs = append(differs, "date")
	}
	if slices.ContainsFunc(numbers.FindAllString(page, -1), strange) && !slices.Contains(differs, "number") {
		differs = append(differs, "number")
	}
	return differs
}

// squeeze takes white space away: where a line ends is the page's own matter.
// A hyphen before it is told by some readers as a mark of division (U+0002,
// U+00AD or U+FFFE); on this page it is always a hyphen.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 0x02 || r == 0xAD || r == 0xFFFE:
			return '-'
		case unicode.IsSpace(r):
			return -1
		}
		return r
	}, s)
}
