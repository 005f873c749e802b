package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/mrz"
	"pratique/data/staff"
	"pratique/data/store"
)

// maxMarked is in how many cases at once a report is marked: one more blocks
// them no better, and an act stays small.
const maxMarked = 10

// reportOf is what a report is known by: laboratory and number, however written.
func reportOf(t data.Test) string {
	number := strings.ToUpper(strings.Join(strings.FieldsFunc(t.ReportNo, func(r rune) bool { return r == ' ' || r == '-' || r == '/' || r == '.' }), ""))
	if number == "" || t.Laboratory == "" {
		return ""
	}
	return string(t.Laboratory) + " " + number
}

// mark finds other travellers' cases with the same scan or, if reports, a report
// of the same laboratory and number, and marks both. The numbers of reports
// are compared when a case is complete: half of one is easily another's. The
// other cases, with their entries and that of this one, are stored; a is not.
func (d *Desk) mark(tx store.Tx, s staff.Session, a *data.Application, reports bool, add func(audit.Entry) error) (others []data.ApplicationID, err error) {
	if !identified(a.Content) {
		return nil, nil
	}
	type shared struct{ by, field, value string }
	var all []shared
	for _, e := range a.Evidence {
		all = append(all, shared{data.SameScan, fieldScan, e.SHA256})
	}
	for _, t := range a.Content.Tests {
		if r := reportOf(t); r != "" && reports {
			all = append(all, shared{data.SameNumber, fieldReport, r})
		}
	}
	now := d.clock()
	for _, with := range all {
		ids, err := lookup(tx, with.field, with.value)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if id == a.ID || len(others) == maxMarked || marked(*a, id, with.by, with.value) {
				continue
			}
			b, err := getApplication(tx, id)
			if err != nil {
				return nil, err
			}
			complete := with.by == data.SameScan || !b.Submitted.IsZero()
			if !complete || !identified(b.Content) || sameTraveller(a.Content, b.Content) || corrects(*a, b) || corrects(b, *a) {
				continue
			}
			before := b
			a.Same = append(slices.Clone(a.Same), data.SameReport{Case: b.ID, By: with.by, Value: with.value, At: now})
			if !marked(b, a.ID, with.by, with.value) {
				b.Same = append(slices.Clone(b.Same), data.SameReport{Case: a.ID, By: with.by, Value: with.value, At: now})
			}
			entry := func(on, other data.ApplicationID) audit.Entry {
				return audit.Entry{At: now, Officer: s.Officer().ID, Act: audit.SameReportFound, Subject: string(on),
					Detail: map[string]string{"by": with.by, "case": string(other)}}
			}
			if err := errors.Join(putApplication(tx, before, b), add(entry(a.ID, b.ID)), add(entry(b.ID, a.ID))); err != nil {
				return nil, err
			}
			others = append(others, b.ID)
		}
	}
	return others, nil
}

func marked(a data.Application, other data.ApplicationID, by, value string) bool {
	return slices.ContainsFunc(a.Same, func(m data.SameReport) bool { return m.Case == other && m.By == by && m.Value == value })
}

// corrects reports whether a is the correction of b's certificate: it may well
// name the traveller otherwise.
func corrects(a, b data.Application) bool { return a.Replaces != "" && a.Replaces == b.Certificate }

// identified reports whether it is known who the traveller is.
func identified(c data.Content) bool {
	return c.Document.Number != "" && c.Traveller.Birth.Valid() && c.Traveller.Surname+c.Traveller.GivenNames != ""
}

// sameTraveller reports whether two contents are of one person, as far as
// documents tell: one document, or one name in any transliteration and one birth.
func sameTraveller(a, b data.Content) bool {
	if a.Document.Number == b.Document.Number && a.Document.Issuer == b.Document.Issuer {
		return true
	}
	x, y := a.Traveller, b.Traveller
	if x.Birth != y.Birth {
		return false
	}
	return folded(x.Surname, x.GivenNames) == folded(y.Surname, y.GivenNames) || x.NativeName != "" && x.NativeName == y.NativeName
}

// ClearSameReport is a reviewer's word that two travellers' cases may share what
// they share, as members of a family may one paper: it no longer stops either.
// Who prepared one of them does not clear them.
func (d *Desk) ClearSameReport(ctx context.Context, s staff.Session, id, other data.ApplicationID, why string) (data.Application, error) {
	why, wrong := d.said("why", why)
	a, err := d.actOnMore(ctx, s, audit.SameReportCleared, id, func(tx store.Tx, a *data.Application, e *audit.Entry, add func(audit.Entry) error) error {
		if wrong != nil {
			return wrong
		}
		if _, err := d.solo(tx, s, a); err != nil {
			return err
		}
		now := d.clock()
		clear := func(a *data.Application, other data.ApplicationID) (n int) {
			a.Same = slices.Clone(a.Same)
			for i := range a.Same {
				if m := &a.Same[i]; m.Case == other && m.Cleared.IsZero() {
					m.Cleared, m.Officer, m.Why = now, s.Officer().ID, why
					n++
				}
			}
			return n
		}
		if clear(a, other) == 0 {
			return ErrState
		}
		e.Detail["case"] = string(other)
		b, err := getApplication(tx, other)
		if errors.Is(err, ErrNotFound) {
			return nil // erased since
		} else if err != nil {
			return err
		}
		if _, err := d.solo(tx, s, &b); err != nil {
			return err
		}
		before := b
		clear(&b, id)
		return errors.Join(putApplication(tx, before, b), add(audit.Entry{At: now, Officer: s.Officer().ID, Act: audit.SameReportCleared,
			Subject: string(other), Detail: map[string]string{"case": string(id)}}))
	})
	return a, errors.Join(err, d.refresh(ctx, other))
}

// Likely is another case that may be about the same person, or about one who is
// taken for them, and why.
type Likely struct {
	Row Row
	Why []string // some of [Likenesses]
}

// Likenesses are why two cases may be about the same person, the strongest first.
var Likenesses = []string{
	"report",         // they share a report or a scan
	"document",       // the same document: an earlier application
	"declared",       // the same document: declared beforehand, and not begun
	"other-name",     // the same document number with another name
	"name",           // name, in any transliteration, and birth: another document
	"native-name",    // native name and birth
	"similar-name",   // birth, and a name that differs a little or lacks a part
	"similar-number", // name, and a document number that differs in one character
	"similar-birth",  // name, and a birth that differs in one digit or has day and month exchanged
}

// Duplicates are the other cases that may be about the same person as this one,
// the likeliest first.
func (d *Desk) Duplicates(ctx context.Context, s staff.Session, id data.ApplicationID) ([]Likely, error) {
	var a data.Application
	err := d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) (err error) {
		if err := staff.Permit(tx, s, audit.ListRead); err != nil {
			return err
		}
		if a, err = getApplication(tx, id); err != nil {
			return err
		}
		return add(audit.Entry{At: d.clock(), Officer: s.Officer().ID, Act: audit.ListRead, Subject: string(id), Detail: map[string]string{"list": "duplicates"}})
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", audit.ListRead, err)
	}
	t := a.Content.Traveller
	mine := Row{Surname: t.Surname, GivenNames: t.GivenNames, NativeName: t.NativeName, Birth: t.Birth, Document: a.Content.Document.Number}
	name := folded(mine.Surname, mine.GivenNames)
	var all []Likely
	d.mu.RLock()
	for _, r := range d.rows {
		if r.ID == id {
			continue
		}
		why := alike(mine, name, r)
		if slices.ContainsFunc(a.Same, func(m data.SameReport) bool { return m.Case == r.ID }) {
			why = append([]string{Likenesses[0]}, why...)
		}
		if len(why) > 0 {
			all = append(all, Likely{r, why})
		}
	}
	d.mu.RUnlock()
	slices.SortFunc(all, func(a, b Likely) int {
		return cmp.Or(cmp.Compare(slices.Index(Likenesses, a.Why[0]), slices.Index(Likenesses, b.Why[0])),
			b.Row.Changed.Compare(a.Row.Changed), cmp.Compare(a.Row.ID, b.Row.ID))
	})
	return all, nil
}

// alike says why a row may be about the same person as mine, whose folded name
// is name. What is cheap is asked first: most rows have nothing in common.
func alike(mine Row, name string, r Row) (why []string) {
	document := mine.Document != "" && mine.Document == r.Document
	birth := mine.Birth != "" && mine.Birth == r.Birth
	near := !document && within(mine.Document, r.Document, 1)
	nearBirth := !birth && similarBirth(mine.Birth, r.Birth)
	if !document && !birth && !near && !nearBirth {
		return nil
	}
	other := folded(r.Surname, r.GivenNames)
	equal := name != "" && name == other
	similar := equal || similarNames(name, other)
	switch {
	case document && !similar && name != "" && other != "":
		why = append(why, "other-name")
	case document && r.State == data.PreDeclared:
		why = append(why, "declared")
	case document:
		why = append(why, "document")
	case birth && equal:
		why = append(why, "name")
	}
	if birth && !document {
		switch {
		case mine.NativeName != "" && mine.NativeName == r.NativeName:
			why = append(why, "native-name")
		case similar && !equal:
			why = append(why, "similar-name")
		}
	}
	if near && (similar || birth) {
		why = append(why, "similar-number")
	}
	if nearBirth && equal {
		why = append(why, "similar-birth")
	}
	return why
}

// likeSpelled are spellings of one sound in the Latin alphabet of documents, by
// what they are folded to.
var likeSpelled = strings.NewReplacer("AE", "A", "OE", "O", "UE", "U", "SS", "S", "AA", "A", "KH", "H", "TS", "C", "CH", "C", "SH", "S",
	"IU", "U", "YU", "U", "IA", "A", "YA", "A", "IE", "E", "YE", "E", "Y", "I", "J", "I", "DZ", "Z", "LV", "LU", "NV", "NU")

// folded is a name so that its ways of being written in Latin letters are one:
// transliterated, spellings of one sound unified, parts in order of the alphabet.
func folded(surname, given string) string {
	latin, _ := mrz.Transliterate(surname + " " + given)
	parts := strings.FieldsFunc(latin, func(r rune) bool { return r == '<' })
	for i := range parts {
		parts[i] = likeSpelled.Replace(parts[i])
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// similarNames reports whether two folded names differ by no more than typing
// does, or one lacks parts that the other has.
func similarNames(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	if within(strings.ReplaceAll(a, " ", ""), strings.ReplaceAll(b, " ", ""), 1+min(len(a), len(b))/10) {
		return true
	}
	some, all := strings.Fields(a), strings.Fields(b)
	if len(some) > len(all) {
		some, all = all, some
	}
	return len(some) > 1 && !slices.ContainsFunc(some, func(part string) bool { return !slices.Contains(all, part) })
}

// similarBirth reports whether two full dates differ in one digit, or have month
// and day exchanged.
func similarBirth(a, b data.Date) bool {
	if !a.Full() || !b.Full() {
		return false
	}
	return a[:4] == b[:4] && a[5:7] == b[8:] && a[8:] == b[5:7] || within(string(a), string(b), 1)
}

// within reports whether at most n letters must be changed, put in, left out or
// exchanged with their neighbour to make one of the other (the optimal string
// alignment distance). Empty ones are like nothing.
func within(a, b string, n int) bool {
	if a == "" || b == "" || len(a)-len(b) > n || len(b)-len(a) > n {
		return false
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)] <= n
}
