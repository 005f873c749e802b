package backup

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"filippo.io/age"

	"pratique/data"
	"pratique/data/keys"
)

const (
	magic  = "pratique backup "
	format = 1

	maxLine  = 64 << 10 // of the three
	maxHead  = 64 << 10 // of the age file: a few hundred recipients
	ageNonce = 16       // follows the header of an age file
)

// About is whose backup it is and when it was made.
type About struct {
	Country string        `json:"country"` // of the post, as in [data.Post]
	Code    string        `json:"post"`
	Kind    data.PostKind `json:"kind"`
	Made    time.Time     `json:"made"` // UTC, to the second
}

func about(p data.Post, made time.Time) About {
	return About{Country: p.Country, Code: p.Code, Kind: p.Kind, Made: made.UTC().Truncate(time.Second)}
}

// Name is the name of the post's log, see [keys.LogName].
func (a About) Name() string {
	return keys.LogName(data.Post{Country: a.Country, Code: a.Code, Kind: a.Kind})
}

// FileName is what to call the file: "PR-2026-11-22T0930Z.pratique-backup", and
// with "PRACTICE-" before it if the post is for practice.
func FileName(p data.Post, made time.Time) string {
	name := p.Code + "-" + made.UTC().Format("2006-01-02T1504Z") + ".pratique-backup"
	if p.Practice() {
		name = "PRACTICE-" + name
	}
	return name
}

func (a About) check() error {
	switch {
	case !data.ValidPostCode(a.Code) || a.Kind != data.PracticePost && a.Kind != data.RealPost:
		return errors.New("does not say which post it is of")
	case len(a.Country) != 2 || strings.Trim(a.Country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		return errors.New("does not say of which country it is")
	case a.Made.Location() != time.UTC || !a.Made.Equal(a.Made.Truncate(time.Second)):
		return errors.New("does not say when it was made")
	}
	return nil
}

// Header is what can be read of a backup without a key.
type Header struct {
	About
	Slot *Slot `json:"slot,omitempty"`
}

func (h Header) check() error {
	if h.Slot == nil {
		return h.About.check()
	}
	return errors.Join(h.About.check(), h.Slot.check())
}

// Describe reads what stands at the beginning of a backup. Nothing vouches for
// it but itself until the backup is opened. The error wraps [ErrForeign],
// [ErrNewer] or [ErrDamaged].
func Describe(r io.Reader) (Header, error) {
	p, err := readPreamble(bufio.NewReaderSize(r, maxLine))
	if err != nil {
		return Header{}, err
	}
	return p.Header, nil
}

// preamble is all of a backup that is not encrypted.
type preamble struct {
	Header
	head []byte // header and nonce of the age file
	sum  Sum    // over lines and head
}

// lines are the three lines before head, and their sum.
func (h Header) lines(head []byte) ([]byte, Sum, error) {
	line, err := json.Marshal(h)
	if err != nil {
		return nil, Sum{}, err
	}
	b := append(fmt.Appendf(nil, "%s%d\n%s", magic, format, line), '\n')
	sum := Sum(sha256.Sum256(append(bytes.Clone(b), head...)))
	return fmt.Appendf(b, "%d %s\n", len(head), sum), sum, nil
}

// readPreamble reads up to the payload of the age file. Whether what it says is
// what was written is decided by the sum before anything is made of it, so that
// damage is called damage and not a wrong passphrase.
func readPreamble(r *bufio.Reader) (p preamble, err error) {
	var b []byte
	line := func() (string, error) {
		l, err := r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			err = errors.New("a line is too long")
		} else if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		b = append(b, l...)
		return strings.TrimSuffix(string(l), "\n"), err
	}
	if begin, err := r.Peek(len(magic)); string(begin) != magic {
		if err != nil && !errors.Is(err, io.EOF) {
			return p, err
		}
		return p, ErrForeign
	}
	first, err := line()
	if err != nil {
		return p, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	version, err := strconv.ParseUint(strings.TrimPrefix(first, magic), 10, 16)
	switch {
	case err == nil && version > format:
		return p, fmt.Errorf("%w (format %d, this one knows %d)", ErrNewer, version, format)
	case first != magic+strconv.Itoa(format):
		return p, ErrForeign
	}
	text, err := line()
	if err != nil {
		return p, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	summed := len(b)
	third, err := line()
	if err != nil {
		return p, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	size, _, _ := strings.Cut(third, " ")
	n, err := strconv.ParseUint(size, 10, 32)
	if err != nil || n <= ageNonce || n > maxHead {
		return p, fmt.Errorf("%w: third line", ErrDamaged)
	}
	p.head = make([]byte, n)
	if _, err := io.ReadFull(r, p.head); err != nil {
		return p, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	p.sum = sha256.Sum256(append(b[:summed:summed], p.head...))
	if third != fmt.Sprintf("%d %s", n, p.sum) {
		return p, fmt.Errorf("%w: its beginning is not as it was written", ErrDamaged)
	}
	if p.Header, err = parseExactly[Header]([]byte(text)); err == nil {
		err = p.check()
	}
	if err != nil {
		return p, fmt.Errorf("%w: header: %w", ErrDamaged, err)
	}
	// The head must end where it says, so that age reads no further for it.
	head, err := age.ExtractHeader(bytes.NewReader(p.head))
	if err != nil || len(head)+ageNonce != len(p.head) {
		return p, fmt.Errorf("%w: no age header of %d bytes", ErrDamaged, n)
	}
	return p, nil
}

// parseExactly reads JSON that encoding/json wrote for a T.
func parseExactly[T any](b []byte) (v T, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return v, err
	}
	again, err := json.Marshal(v)
	if err == nil && !bytes.Equal(again, b) {
		err = errors.New("not written as this program writes it")
	}
	return v, err
}

// Sum is a SHA-256; as text, 64 lower-case hexadecimal digits.
type Sum [sha256.Size]byte

func (s Sum) String() string { return hex.EncodeToString(s[:]) }

// MarshalText implements [encoding.TextMarshaler].
func (s Sum) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Sum) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != len(s) {
		return errors.New("not a SHA-256")
	}
	copy(s[:], b)
	return nil
}
