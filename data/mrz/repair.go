package mrz

import (
	"slices"
	"strings"
)

// Repair is a reading of a zone that makes all its checks right: a proposal,
// which an officer takes or leaves with the document in hand.
type Repair struct {
	Changes []Change
	Lines   []string // the whole zone, changed
}

// Change is one character read as another.
type Change struct {
	Field        string // "number", "birth", "optional", "name" …
	Line, Column int    // counted from 1
	From, To     string
}

// confusable are the characters that readers and people take for each other.
var confusable = map[byte]string{
	'0': "OQD", '1': "IL", '2': "Z", '5': "S", '6': "G", '8': "B",
	'O': "0", 'Q': "0", 'D': "0", 'I': "1", 'L': "1", 'Z': "2", 'S': "5", 'G': "6", 'B': "8",
}

// maxRepairs is how many proposals are still of use to a person; maxReadings is
// how many readings are tried before so many proposals are certain.
const (
	maxRepairs  = 8
	maxReadings = 2000
)

// reading is a zone with some characters changed, the last of them before next
// in the list of doubtful places.
type reading struct {
	lines []string
	next  int
}

// Repairs proposes how the characters that are easily confused must have been
// meant: all proposals with the fewest changes, at most two beyond those
// characters that cannot stand where they are. None if the zone is valid, if
// nothing makes it so, or if there are more than eight: then it must be read
// again. A proposal is no proof: one in ten wrong characters anywhere can be
// made up for by a change somewhere else.
func (z Zone) Repairs() []Repair {
	l, ok := layoutOf(z.Format)
	if !ok || z.Valid() {
		return nil
	}
	readings := []reading{{lines: z.Lines}}
	for _, at := range l.misplaced(z.Lines) {
		readings = vary(readings, []place{at}, l.sets[at.line][at.column])
		if len(readings) == 0 || len(readings) > maxRepairs {
			return nil
		}
		for i := range readings {
			readings[i].next = 0
		}
	}
	open := l.doubtful(readings[0].lines)
	for range 3 {
		var repairs []Repair
		for _, r := range readings {
			if l.read(r.lines).Valid() {
				repairs = append(repairs, Repair{l.changes(z.Lines, r.lines), r.lines})
			}
		}
		if len(repairs) > maxRepairs {
			return nil
		}
		if len(repairs) > 0 {
			return repairs
		}
		if readings = vary(readings, open, letters+digits); len(readings) > maxReadings {
			return nil
		}
	}
	return nil
}

// vary returns every reading with one more of the places changed to a
// confusable character of the set.
func vary(readings []reading, places []place, set string) []reading {
	var out []reading
	for _, r := range readings {
		for i := r.next; i < len(places); i++ {
			at := places[i]
			line := r.lines[at.line]
			for _, c := range []byte(confusable[line[at.column]]) {
				if strings.IndexByte(set, c) >= 0 {
					changed := slices.Clone(r.lines)
					changed[at.line] = line[:at.column] + string(c) + line[at.column+1:]
					out = append(out, reading{changed, i + 1})
				}
			}
		}
	}
	return out
}

// doubtful lists the places that may hold a letter or a digit and that a wrong
// check covers.
func (l layout) doubtful(lines []string) []place {
	z := l.read(lines)
	var spans []span
	if !z.passed("number") {
		spans = append(spans, l.number)
		if l.overflows() && l.numberCheck.of(lines) == "<" {
			spans = append(spans, l.optional)
		}
	}
	if !z.passed("optional") {
		spans = append(spans, l.optional)
	}
	if len(spans) == 0 && !z.passed("composite") {
		spans = append(spans, l.optional, l.optional2)
	}
	var places []place
	for _, s := range spans {
		for i := s.from; i < s.to; i++ {
			places = append(places, place{s.line, i})
		}
	}
	return places
}

// changes names what differs between two readings.
func (l layout) changes(from, to []string) []Change {
	var out []Change
	for i := range from {
		for j := range len(from[i]) {
			if a, b := from[i][j:j+1], to[i][j:j+1]; a != b {
				out = append(out, Change{l.fieldAt(place{i, j}), i + 1, j + 1, a, b})
			}
		}
	}
	return out
}

func (l layout) fieldAt(at place) string {
	for _, f := range []struct {
		name  string
		spans []span
	}{
		{"code", []span{l.code}}, {"issuer", []span{l.issuer}}, {"name", []span{l.name}},
		{"number", []span{l.number, l.numberCheck}}, {"nationality", []span{l.nationality}},
		{"birth", []span{l.birth, l.birthCheck}}, {"sex", []span{l.sex}}, {"expires", []span{l.expires, l.expireCheck}},
		{"optional", []span{l.optional, l.optionalCheck, l.optional2}}, {"composite", []span{l.compositeCheck}},
	} {
		if slices.ContainsFunc(f.spans, func(s span) bool {
			return s.line == at.line && s.from <= at.column && at.column < s.to
		}) {
			return f.name
		}
	}
	return "filler"
}
