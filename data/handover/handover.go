// Package handover is what a post tells a port of entry, and what comes back.
//
// # The list
//
// A hand-over list is a signed note (C2SP signed-note,
// golang.org/x/mod/sumdb/note) in UTF-8. Its text are lines ended by a newline;
// words of the head are parted by one space, columns of a row by "|":
//
//	pratique/UT/PR/practice/handover            the post, and the name of the key
//	hand-over 1                                 the form
//	port PVG                                    IATA code
//	from 2026-11-22                             first day of landing, or, where that
//	until 2026-11-23                            is not known, of the last departure
//	made 2026-11-22T06:15:00Z
//	rows 2
//	PR7Q-F2M9-X4TC|7QF2-M9X4|UT 846|2026-11-22|issued|green|high|meet at the gate
//
// The columns of a row are the certificate's number, the case's reference (both
// as they are read over the telephone), the last flight, the day, the status
// (issued, revoked, follow-up), the colour, the risk of the flight, and a note;
// "-" where there is none. Rows are sorted by day, flight and reference. Nothing
// in it says who the traveller is or what a test found.
//
// After an empty line follows the signature, with the post's key of hand-over
// lists: Ed25519, used for nothing else, its public half the line in
// keys/handover.pub of the post; see data/keys.
//
// # What comes back
//
// Checkpoints passed come back as lines of the same kind, which nobody signs:
//
//	pratique passed 1
//	port PVG
//	PR7Q-F2M9-X4TC|boarded|2026-11-22T21:35:00+08:00
//	7QF2-M9X4|landed|2026-11-23T03:10:00+08:00
//
// a number or a reference, what was passed, and when, RFC 3339 with the offset
// of the place.
package handover

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"

	"pratique/data"
	"pratique/data/keys"
)

const (
	form       = "hand-over 1"
	passedForm = "pratique passed 1"
	none       = "-"
	separator  = "|"

	// MaxRows bounds a list, and what comes back.
	MaxRows = 5000
	maxFile = 1 << 20
	// MaxNote is the most characters of a row's note.
	MaxNote = 120 // without "|"
)

// Status of a row.
const (
	Issued   = "issued"
	Revoked  = "revoked"
	FollowUp = "follow-up" // no certificate: yellow or orange
)

// Row is a case as a port is told of it.
type Row struct {
	Number    data.CertificateNumber `json:"number,omitempty"`
	Reference data.Reference         `json:"reference"`
	Flight    string                 `json:"flight"`
	Day       data.Date              `json:"day"`
	Status    string                 `json:"status"`
	Colour    data.Colour            `json:"colour,omitempty"`
	Risk      string                 `json:"risk,omitempty"`
	Note      string                 `json:"note,omitempty"`
}

// List is what a port is told.
type List struct {
	Origin string    `json:"origin"` // name of the key
	Port   string    `json:"port"`
	From   data.Date `json:"from"`
	Until  data.Date `json:"until"`
	Made   time.Time `json:"made"` // to the second
	Rows   []Row     `json:"rows"`
}

// ErrForm: not a hand-over list, or not a file of checkpoints.
var ErrForm = errors.New("not of this form")

// ErrSignature: the list is not signed by that key.
var ErrSignature = errors.New("not signed by this post's key of hand-over lists")

// Sort puts the rows in their order.
func (l *List) Sort() {
	slices.SortFunc(l.Rows, Row.Compare)
}

// Compare is the order of a list's rows.
func (r Row) Compare(o Row) int {
	return cmp.Or(cmp.Compare(r.Day, o.Day), cmp.Compare(r.Flight, o.Flight), cmp.Compare(r.Reference, o.Reference))
}

func dash(s string) string { return cmp.Or(s, none) }

func undash(s string) string {
	if s == none {
		return ""
	}
	return s
}

// text is what is signed.
func (l List) text() string {
	var b strings.Builder
	line := func(words ...string) { b.WriteString(strings.Join(words, " ") + "\n") }
	line(l.Origin)
	line(form)
	line("port", l.Port)
	line("from", string(l.From))
	line("until", string(l.Until))
	line("made", l.Made.UTC().Format(time.RFC3339))
	line("rows", strconv.Itoa(len(l.Rows)))
	for _, r := range l.Rows {
		line(strings.Join([]string{dash(r.Number.String()), dash(r.Reference.String()), dash(r.Flight), string(r.Day), r.Status,
			dash(string(r.Colour)), dash(r.Risk), dash(r.Note)}, separator))
	}
	return b.String()
}

// Sign writes the list. What could not be read back is an error.
func Sign(l List, signer note.Signer) ([]byte, error) {
	l.Origin = signer.Name()
	text := l.text()
	if _, err := parse(text); err != nil {
		return nil, fmt.Errorf("hand-over list: %w", err)
	}
	b, err := note.Sign(&note.Note{Text: text}, signer)
	if err == nil && len(b) > maxFile {
		err = fmt.Errorf("%w: %d bytes", ErrForm, len(b))
	}
	if err != nil {
		return nil, fmt.Errorf("hand-over list: %w", err)
	}
	return b, nil
}

// Open reads a list that v's key signed.
func Open(b []byte, v note.Verifier) (List, error) {
	if len(b) > maxFile {
		return List{}, fmt.Errorf("%w: more than %d bytes", ErrForm, maxFile)
	}
	text, err := keys.OpenNote(b, v)
	switch {
	case errors.Is(err, keys.ErrNotSigned):
		return List{}, ErrSignature
	case err != nil:
		return List{}, fmt.Errorf("%w: %w", ErrForm, err)
	}
	return parse(text)
}

// parse reads the signed text; whatever it takes [List.text] writes the same.
func parse(text string) (l List, err error) {
	lines := strings.Split(text, "\n")
	bad := func(n int, what string) (List, error) {
		return List{}, fmt.Errorf("%w: line %d: %s", ErrForm, n, what)
	}
	if len(lines) < 8 || lines[len(lines)-1] != "" {
		return bad(len(lines), "cut short")
	}
	lines = lines[:len(lines)-1]
	l.Origin = lines[0]
	if lines[1] != form {
		return bad(2, fmt.Sprintf("%.40q is not %q", lines[1], form))
	}
	values := map[string]string{}
	for i, name := range []string{"port", "from", "until", "made", "rows"} {
		value, ok := strings.CutPrefix(lines[2+i], name+" ")
		if !ok {
			return bad(3+i, "no "+name)
		}
		values[name] = value
	}
	l.Port, l.From, l.Until = values["port"], data.Date(values["from"]), data.Date(values["until"])
	if !data.ValidAirport(l.Port) || !l.From.Full() || !l.Until.Full() || l.Until < l.From {
		return bad(3, "port or days")
	}
	if l.Made, err = time.Parse(time.RFC3339, values["made"]); err != nil || l.Made.Format(time.RFC3339) != values["made"] || l.Made.Location() != time.UTC {
		return bad(6, "time")
	}
	if n := len(lines) - 7; n > MaxRows || values["rows"] != strconv.Itoa(n) {
		return bad(7, fmt.Sprintf("says %.20q, has %d", values["rows"], n))
	}
	for i, line := range lines[7:] {
		r, err := parseRow(line)
		if err != nil {
			return bad(8+i, err.Error())
		}
		l.Rows = append(l.Rows, r)
	}
	return l, nil
}

func parseRow(line string) (r Row, err error) {
	columns := strings.Split(line, separator)
	if len(columns) != 8 {
		return r, fmt.Errorf("%d columns", len(columns))
	}
	for _, c := range columns {
		if c == "" || c != data.CleanText(c) || !utf8.ValidString(c) {
			return r, fmt.Errorf("%.40q", c)
		}
	}
	if number := undash(columns[0]); number != "" {
		if r.Number, err = data.ParseCertificateNumber(number); err != nil || r.Number.String() != number {
			return r, fmt.Errorf("number %.20q", number)
		}
	}
	if reference := undash(columns[1]); reference != "" {
		if r.Reference, err = data.ParseReference(reference); err != nil || r.Reference.String() != reference {
			return r, fmt.Errorf("reference %.20q", reference)
		}
	}
	r.Flight, r.Day, r.Status = undash(columns[2]), data.Date(columns[3]), columns[4]
	r.Colour, r.Risk, r.Note = data.Colour(undash(columns[5])), undash(columns[6]), undash(columns[7])
	switch {
	case r.Number == "" && r.Reference == "":
		return r, errors.New("names no case")
	case r.Flight != "" && !data.ValidFlight(r.Flight), !r.Day.Full():
		return r, errors.New("flight or day")
	case !slices.Contains([]string{Issued, Revoked, FollowUp}, r.Status), r.Risk != "" && !slices.Contains(data.Risks, r.Risk):
		return r, errors.New("status or risk")
	case utf8.RuneCountInString(r.Note) > MaxNote:
		return r, errors.New("note is too long")
	}
	return r, nil
}

// Passed is a line of what came back.
type Passed struct {
	Line      int // in the file, from 1
	Number    data.CertificateNumber
	Reference data.Reference // where there is no number
	Landed    bool           // else boarded
	At        time.Time
}

// ReadPassed reads what came back. Problems are all that is wrong with its lines,
// each with the line, "line 3", as its field; where there are any, nothing of it
// is to be used.
func ReadPassed(b []byte) (port string, passed []Passed, problems []data.Problem, err error) {
	if len(b) > maxFile {
		return "", nil, nil, fmt.Errorf("%w: more than %d bytes", ErrForm, maxFile)
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(b), "\ufeff"), "\r\n", "\n")
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if !utf8.ValidString(text) || lines[0] != passedForm || len(lines) < 2 {
		return "", nil, nil, fmt.Errorf("%w: does not begin with %q", ErrForm, passedForm)
	}
	port, ok := strings.CutPrefix(lines[1], "port ")
	if !ok || !data.ValidAirport(port) {
		return "", nil, nil, fmt.Errorf("%w: line 2 names no port", ErrForm)
	}
	if len(lines)-2 > MaxRows {
		return "", nil, nil, fmt.Errorf("%w: more than %d lines", ErrForm, MaxRows)
	}
	for i, line := range lines[2:] {
		p := Passed{Line: i + 3}
		if bad := p.parse(line); bad != nil {
			bad.Field = p.Field()
			problems = append(problems, *bad)
			continue
		}
		passed = append(passed, p)
	}
	return port, passed, problems, nil
}

// Field names the line in a problem.
func (p Passed) Field() string { return fmt.Sprintf("line %d", p.Line) }

func (p *Passed) parse(line string) (bad *data.Problem) {
	columns := strings.Split(line, separator)
	if len(columns) != 3 {
		return &data.Problem{Key: "problem.passed.columns", Value: strconv.Itoa(len(columns)), Example: "3"}
	}
	var err error
	if p.Number, err = data.ParseCertificateNumber(columns[0]); err != nil {
		p.Number = ""
		if p.Reference, err = data.ParseReference(columns[0]); err != nil {
			return &data.Problem{Key: "problem.passed.case", Value: columns[0], Example: "7QF2-M9X4"}
		}
	}
	switch columns[1] {
	case "boarded":
	case "landed":
		p.Landed = true
	default:
		return &data.Problem{Key: "problem.passed.what", Value: columns[1], Example: "boarded, landed"}
	}
	if p.At, err = time.Parse(time.RFC3339, columns[2]); err != nil {
		return &data.Problem{Key: "problem.passed.time", Value: columns[2], Example: "2026-11-22T21:35:00+08:00"}
	}
	return nil
}
