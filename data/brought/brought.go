// Package brought fills in an application from seals that a traveller brought,
// and tells where the two differ.
//
// What a seal says is taken over word for word, and only what the application
// can say: a code of another list that means several of ours, a laboratory that
// is not the post's, are left to the clerk. Nothing that is entered already is
// changed. A seal whose signature is wrong says nothing; one whose signer is not
// known fills in as well, and everybody is told that nobody vouches for it.
package brought

import (
	"slices"
	"strings"
	"time"

	"pratique/data"
	"pratique/data/codes"
	"pratique/data/evidence"
	"pratique/data/seal"
	"pratique/data/trust"
)

// Book is what is asked of the code lists; [*codes.Book] answers it.
type Book interface {
	Entry(list, code string) (codes.Entry, bool)
	All(list string) []codes.Entry
}

// Trust decides what a seal is worth; [*trust.List] does.
type Trust interface {
	Verify(text string, now time.Time, practice bool) trust.Verdict
}

// Reader reads seals. Its fields do not change.
type Reader struct {
	Trust        Trust
	Book         Book
	Practice     bool // practice paper counts, which is so in training alone
	Laboratories []data.Laboratory
}

// Meant is the text of a seal as it was before a keyboard changed it, see
// [evidence.Meant].
func Meant(text string) (string, evidence.Layout) {
	return evidence.Meant(text, func(s string) bool {
		_, err := seal.Parse(s)
		return err == nil
	})
}

// Read reads a seal at the instant now. Ok is false if the text is none.
func (r Reader) Read(text string, now time.Time) (b data.Brought, ok bool) {
	b, _, ok = r.read(text, now)
	return b, ok
}

// Again is a kept seal with what it is worth now, instead of when it was read.
func (r Reader) Again(kept data.Brought, now time.Time) data.Brought {
	if b, ok := r.Read(kept.Seal, now); ok {
		kept.Signer, kept.Verdict, kept.Reasons, kept.Read = b.Signer, b.Verdict, b.Reasons, b.Read
	}
	return kept
}

func (r Reader) read(text string, now time.Time) (b data.Brought, v trust.Verdict, ok bool) {
	text, _ = Meant(text)
	u, err := seal.Parse(text)
	if err != nil {
		return b, v, false
	}
	v = r.Trust.Verify(text, now, r.Practice)
	b = data.Brought{Seal: text, Format: string(v.Format), Signer: v.Issuer, Verdict: string(v.Outcome), Read: now.UTC()}
	for _, reason := range v.Reasons {
		b.Reasons = append(b.Reasons, string(reason))
	}
	said := seal.Claimed{Statement: v.Claims, DCC: v.DCC, VDSNC: v.VDSNC, SHC: v.SHC, NZCP: v.NZCP}
	if said == (seal.Claimed{}) && v.Outcome == trust.CannotSay {
		if said, err = seal.Claims(u); err != nil {
			return b, v, true // kept, and nothing is in it that this program knows
		}
	}
	b.Values = values(r.content(said))
	return b, v, true
}

// Add puts a seal into an application: what is still empty is filled in, tests,
// doses and infections that are not there are added, and the seal is kept. One
// that is kept already takes its place, with the reasons given so far. Filled
// are the fields that were filled in, by their paths in the application.
func Add(c data.Content, b data.Brought) (with data.Content, filled []string) {
	c.Tests, c.Doses, c.Infections = slices.Clone(c.Tests), slices.Clone(c.Doses), slices.Clone(c.Infections)
	c.Brought, b.Values = slices.Clone(c.Brought), slices.Clone(b.Values)
	place := match(c, b)
	for _, v := range b.Values {
		path, known := place.of(v.Field)
		if !known {
			path = place.add(&c, v.Field)
		}
		if path != "" && get(c, path) == "" && set(&c, path, v.Value) {
			filled = append(filled, path)
		}
	}
	at := slices.IndexFunc(c.Brought, func(o data.Brought) bool { return o.Seal == b.Seal })
	if at < 0 {
		c.Brought = append(c.Brought, b)
		return c, filled
	}
	for i, v := range b.Values {
		for _, old := range c.Brought[at].Values {
			if old.Field == v.Field && old.Value == v.Value {
				b.Values[i].Kept, b.Values[i].Reason = old.Kept, old.Reason
			}
		}
	}
	c.Brought[at] = b
	return c, filled
}

// Difference is a value of a seal that the application does not have.
type Difference struct {
	Brought, Value int // Content.Brought[Brought].Values[Value]
	// Field is its path in the application; that of the list, "doses", if the
	// whole dose is not there.
	Field  string
	Here   string // what the application says instead, empty if nothing
	There  string // what the seal says
	Reason string // why, if that was said
}

// Compare tells every difference between an application and the seals in it. Of
// a test, dose or infection that is not there it tells one.
func Compare(c data.Content) (all []Difference) {
	for i, b := range c.Brought[:min(len(c.Brought), data.MaxBrought)] {
		place := match(c, b)
		told := map[string]bool{}
		for j, v := range b.Values {
			d := Difference{Brought: i, Value: j, There: v.Value}
			path, known := place.of(v.Field)
			if known {
				if d.Field, d.Here = path, get(c, path); same(path, d.Here, v.Value) {
					continue
				}
			} else {
				list, _, item, _ := split(v.Field)
				if told[item] {
					continue
				}
				told[item], d.Field = true, list
			}
			if d.Here == v.Kept {
				d.Reason = v.Reason
			}
			all = append(all, d)
		}
	}
	return all
}

// Choose settles a difference: the application takes the seal's value, or keeps
// its own for a reason.
func Choose(c data.Content, d Difference, take bool, reason string) data.Content {
	c.Tests, c.Doses, c.Infections = slices.Clone(c.Tests), slices.Clone(c.Doses), slices.Clone(c.Infections)
	c.Brought = slices.Clone(c.Brought)
	if d.Brought < 0 || d.Brought >= len(c.Brought) || d.Value < 0 || d.Value >= len(c.Brought[d.Brought].Values) {
		return c
	}
	b := &c.Brought[d.Brought]
	b.Values = slices.Clone(b.Values)
	v := &b.Values[d.Value]
	if !take {
		v.Kept, v.Reason = d.Here, data.CleanText(reason)
		return c
	}
	v.Kept, v.Reason = "", ""
	if path, known := match(c, *b).of(v.Field); known {
		set(&c, path, v.Value)
		return c
	}
	with, _ := Add(c, *b) // what is there stays
	return with
}

// Problems are the differences that nobody gave a reason for. They stop.
func Problems(c data.Content) (problems []data.Problem) {
	for _, d := range Compare(c) {
		switch {
		case d.Reason != "":
		case d.Here == "":
			problems = append(problems, data.Problem{Field: d.Field, Key: "problem.brought.missing", Example: d.There})
		default:
			problems = append(problems, data.Problem{Field: d.Field, Key: "problem.brought.differs", Value: d.Here, Example: d.There})
		}
	}
	if len(c.Brought) > data.MaxBrought {
		problems = append(problems, data.Problem{Field: "brought", Key: "problem.brought.many"})
	}
	return problems
}

// Altered reports whether what is kept of a seal is not what it says. The
// clerk's reasons are the clerk's, a verdict may change with the lists, and one
// that was wrong said nothing.
func (r Reader) Altered(b data.Brought) bool {
	u, err := seal.Parse(b.Seal)
	if err != nil || string(u.Format()) != b.Format {
		return true
	}
	if b.Verdict == string(trust.Invalid) && len(b.Values) == 0 {
		return false
	}
	said, err := seal.Claims(u)
	if err != nil {
		return len(b.Values) > 0
	}
	again := values(r.content(said))
	bare := func(all []data.Signed) (said []data.Signed) {
		for _, v := range all {
			if v.Kept, v.Reason = "", ""; !laboratory(v.Field) {
				said = append(said, v)
			}
		}
		return said
	}
	return !slices.Equal(bare(b.Values), bare(again))
}

// Misnamed reports whether a seal is kept as signed by somebody, or as valid,
// whose signature on it nobody sees now: what is shown of it to a reviewer. Which
// verdict it was may change with the time.
func (r Reader) Misnamed(b data.Brought, now time.Time) bool {
	valid := b.Verdict == string(trust.Valid)
	if b.Signer == "" && !valid {
		return false
	}
	v := r.Trust.Verify(b.Seal, now, r.Practice)
	return v.Issuer != b.Signer || valid && !v.Signed()
}

// laboratory reports whether a value is looked up in the post's list, which
// changes.
func laboratory(field string) bool { return strings.HasSuffix(field, ".laboratory") }

// Proved are the names of the groups of which every value is in one seal that
// proves it now, see [trust.Verdict.Proves], and is this traveller's. A seal is
// asked again; what is kept of its verdict counts for nothing.
func (r Reader) Proved(c data.Content, now time.Time) (groups []string) {
	differs := Compare(c)
	for i, kept := range c.Brought {
		b, v, ok := r.read(kept.Seal, now)
		if !ok || !v.Proves(r.Practice) || !theirs(c, b) || slices.ContainsFunc(differs, func(d Difference) bool { return d.Brought == i }) {
			continue
		}
		place := match(c, b)
		has := map[string]bool{}
		for _, v := range b.Values {
			if path, known := place.of(v.Field); known && same(path, get(c, path), v.Value) {
				has[path] = true
			}
		}
		for _, g := range c.Groups() {
			if all := group(c, g.Name); len(all) > 0 && !slices.Contains(groups, g.Name) && !slices.ContainsFunc(all, func(v data.Signed) bool { return !has[v.Field] }) {
				groups = append(groups, g.Name)
			}
		}
	}
	return groups
}

// theirs reports whether a seal is the traveller's: it says a name and a birth,
// and they are those of the application.
func theirs(c data.Content, b data.Brought) bool {
	names, birth := 0, false
	for _, v := range b.Values {
		here := get(c, v.Field)
		switch v.Field {
		case "traveller.surname", "traveller.givenNames":
			names++
			if !same(v.Field, here, v.Value) {
				return false
			}
		case "traveller.birth":
			birth = data.Date(here).Full() && here == v.Value
		}
	}
	return birth && names > 0
}

// group are the values of a group of an application.
func group(c data.Content, name string) []data.Signed {
	return slices.DeleteFunc(values(c), func(v data.Signed) bool {
		of, ok := groupOf(v.Field)
		return !ok || of != name
	})
}

// About are the groups of an application that the i-th seal in it says anything
// of, of tests, doses and infections only those that are there.
func About(c data.Content, i int) (groups []string) {
	place := match(c, c.Brought[i])
	for _, v := range c.Brought[i].Values {
		path, known := place.of(v.Field)
		if !known {
			continue
		}
		for _, g := range c.Groups() {
			if name, ok := groupOf(path); ok && name == g.Name && !slices.Contains(groups, g.Name) {
				groups = append(groups, g.Name)
			}
		}
	}
	return groups
}

// groupOf is the group that a value belongs to; no seal says anything of the
// journey.
func groupOf(path string) (name string, ok bool) {
	list, i, _, indexed := split(path)
	switch {
	case list == "tests" && indexed:
		return data.GroupTest(i), true
	case list == "doses" || list == "infections":
		return data.GroupVaccinations, true
	case list == "traveller" || list == "document":
		return data.GroupIdentity, true
	}
	return "", false
}

// Words are the sentences of a language.
type Words interface {
	T(key string, args ...any) string
}

// Who is the name of whoever signed a seal: the common name of the signer
// certificate's subject, where it has one.
func Who(b data.Brought) string {
	for part := range strings.SplitSeq(b.Signer, ",") {
		if name, ok := strings.CutPrefix(strings.TrimSpace(part), "CN="); ok {
			return name
		}
	}
	return b.Signer
}

// Says is a sentence on who signed a seal, and what that is worth.
func Says(w Words, b data.Brought) string {
	key := "brought.by"
	if b.Signer == "" {
		key = "brought.by-nobody"
	}
	return w.T(key, w.T("brought.format."+b.Format), w.T("verdict."+b.Verdict), b.Signer)
}

// Vouched are the fields of an application that say what a seal says, by their
// paths, with the seal: a valid one before one that nobody vouches for.
func Vouched(c data.Content) map[string]data.Brought {
	all := map[string]data.Brought{}
	for _, b := range c.Brought[:min(len(c.Brought), data.MaxBrought)] {
		place := match(c, b)
		for _, v := range b.Values {
			path, known := place.of(v.Field)
			if !known || !same(path, get(c, path), v.Value) {
				continue
			}
			if before, told := all[path]; !told || before.Verdict != string(trust.Valid) {
				all[path] = b
			}
		}
	}
	return all
}
