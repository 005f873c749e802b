package revocation

import (
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"pratique/data/keys"
)

// Limits of a list.
const (
	MaxEntries = 50_000 // so that a list is one record of a post
	maxList    = 4 << 20
)

var (
	// ErrList says that bytes are no list of ours; it is wrapped with what was
	// read and why reading stopped.
	ErrList = errors.New("not a revocation list")
	// ErrKey says that a list is not signed with the key that it should be.
	ErrKey = errors.New("the revocation list is not signed with this key")
)

// List is a list of ours.
type List struct {
	Name    string    // of its key
	Number  uint64    // from 1
	Issued  time.Time // whole seconds, UTC
	Next    time.Time // when the next one is there at the latest
	Entries []Entry   // in order, none twice
}

// compare is the order of a list: that of the lines' bytes.
func compare(a, b Entry) int { return strings.Compare(a.String(), b.String()) }

// NewList is the list after one that had before, with more in it.
func NewList(name string, number uint64, issued, next time.Time, before, more []Entry) List {
	second := func(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
	return List{name, number, second(issued), second(next), sorted(slices.Concat(before, more))}
}

func (l List) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%d\n%s\n%s\n%d\n", l.Name, l.Number, l.Issued.Format(time.RFC3339), l.Next.Format(time.RFC3339), len(l.Entries))
	for _, e := range l.Entries {
		fmt.Fprintln(&b, e)
	}
	return b.String()
}

// Note writes a list, signed. The signer's name must be the list's.
func (l List) Note(signer note.Signer) ([]byte, error) {
	if signer.Name() != l.Name {
		return nil, fmt.Errorf("sign revocation list: %w: it is of %s, the list of %s", ErrKey, signer.Name(), l.Name)
	}
	if _, err := parse(l.text()); err != nil { // a text has one list
		return nil, fmt.Errorf("sign revocation list: %w", err)
	}
	b, err := note.Sign(&note.Note{Text: l.text()}, signer)
	if err != nil {
		return nil, fmt.Errorf("sign revocation list: %w", err)
	}
	return b, nil
}

// names are those of lists, as [keys.RevocationsName] makes them.
var names = regexp.MustCompile(`^pratique/[A-Z]{2}/[0-9A-Z]{2}/(practice|real)/revocations$`)

// NameOf is what a list says it is of; nothing of it is verified. Ok is false if
// the bytes are no list at all.
func NameOf(b []byte) (name string, ok bool) {
	name, _, _ = strings.Cut(string(b[:min(len(b), 256)]), "\n")
	if !names.MatchString(name) {
		return "", false
	}
	return name, true
}

// Open reads a list that is signed with the key of one of the verifiers. The
// error wraps [ErrList], or [ErrKey] where the list is of somebody else.
func Open(b []byte, verifiers ...note.Verifier) (List, error) {
	if len(b) > maxList {
		return List{}, fmt.Errorf("%w: more than %d bytes", ErrList, maxList)
	}
	if _, ok := NameOf(b); !ok {
		return List{}, fmt.Errorf("%w: its first line is no name of one", ErrList)
	}
	text, err := keys.OpenNote(b, verifiers...)
	switch {
	case errors.Is(err, keys.ErrNotSigned):
		return List{}, fmt.Errorf("%w: %w", ErrKey, err)
	case err != nil:
		return List{}, fmt.Errorf("%w: %w", ErrList, err)
	}
	return parse(text)
}

// parse reads the text of a list in its one spelling.
func parse(text string) (l List, err error) {
	fail := func(what string) (List, error) { return List{}, fmt.Errorf("%w: %s", ErrList, what) }
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 5 {
		return fail("fewer than five lines")
	}
	l.Name = lines[0]
	if _, ok := NameOf([]byte(text)); !ok {
		return fail("its first line is no name of one")
	}
	if l.Number, err = strconv.ParseUint(lines[1], 10, 63); err != nil || l.Number == 0 {
		return fail("its number is none")
	}
	for i, to := range []*time.Time{&l.Issued, &l.Next} {
		if *to, err = time.Parse(time.RFC3339, lines[2+i]); err != nil {
			return fail("a time is none")
		}
		*to = to.UTC()
	}
	count, err := strconv.Atoi(lines[4])
	if err != nil || count != len(lines)-5 || count > MaxEntries {
		return fail(fmt.Sprintf("says that it has %.20s lines, has %d, may have %d", lines[4], len(lines)-5, MaxEntries))
	}
	for i, line := range lines[5:] {
		kind, digits, _ := strings.Cut(line, " ")
		b, err := hex.DecodeString(digits)
		if err != nil || len(b) != len(Hash{}) || !slices.Contains(Kinds, Kind(kind)) {
			return fail(fmt.Sprintf("line %d is no hash", i+6))
		}
		l.Entries = append(l.Entries, Entry{Kind(kind), Hash(b)})
	}
	switch {
	case l.Next.Before(l.Issued):
		return fail("the next one is there before it")
	case !slices.IsSortedFunc(l.Entries, compare) || len(slices.Compact(slices.Clone(l.Entries))) != len(l.Entries):
		return fail("its lines are not in order, or one is there twice")
	case l.text() != text:
		return fail("not in its one spelling")
	}
	return l, nil
}
