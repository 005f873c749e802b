// Package verify is the screen that answers what a seal is worth, as an officer
// at a border would be answered: a word, a colour, a shape and the reasons.
//
// It stores nothing and asks nobody. What it shows of a person is cleared after
// [Shown], and when the screen is left.
package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"pratique/data"
	"pratique/data/brought"
	"pratique/data/evidence"
	"pratique/data/seal"
	"pratique/data/seal/shc"
	"pratique/data/trust"
	"pratique/ui/env"
	"pratique/ui/stated"
)

// Trust decides what a seal is worth; *trust.List does.
type Trust interface {
	Verify(text string, now time.Time, practice bool) trust.Verdict
}

// Files finds the codes in a file; [*evidence.Worker] does.
type Files interface {
	Read(ctx context.Context, b []byte) (evidence.Found, error)
}

// Parts are what the screen is made of.
type Parts struct {
	Trust Trust
	Files Files
	Names stated.Names
	// After calls a function on the UI goroutine after a while.
	After func(time.Duration, func())
}

// Shown is how long an answer stays.
const Shown = 60 * time.Second

// Source is a file that was opened or dropped.
type Source struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// State is everything the screen shows.
type State struct {
	Reading string // the file being read, empty for none
	Failure string // message key of why nothing could be read
	Name    string // of the file that failed or was read, empty for a scan
	Pages   int    // of what was read
	Answers []Answer
	Left    int // seconds until the answers are cleared
}

// Answer is what one seal is worth.
type Answer struct {
	Outcome trust.Outcome
	Window  Window
	Reasons []trust.Reason
	// Format is what the seal is called; Foreign tells that it is not ours, and
	// so is worded as its issuer words it.
	Format  string
	Foreign bool
	// About is what the answer rests on: see [stated.About].
	About    []string
	Practice bool
	Revoked  Revoked // zero unless it is
	File     string  // empty for a scan
	Page     int     // from 1
	// Groups are there only where the verdict has claims.
	Groups []stated.Group
	Name   string
	Number data.CertificateNumber
}

// Revoked says how a certificate was taken back.
type Revoked struct {
	Since, Reason string
	ReplacedBy    data.CertificateNumber // empty for none
}

// Window is where the present is in a valid certificate's medical window.
type Window string

// The windows.
const (
	NoWindow Window = ""
	Inside   Window = "inside"
	Before   Window = "before"
	After    Window = "after"
)

// Model answers. Its methods are the officer's acts; what an act does not know
// at once it tells Show.
type Model struct {
	Show func(State)

	e      *env.Env
	parts  Parts
	st     State
	parted []string // texts of scanned codes that others belong to, being read or read
	until  time.Time
	round  int // counts answers, so that an old clock stops
	cancel func()
}

// NewModel makes a model without an answer.
func NewModel(e *env.Env, parts Parts) *Model {
	return &Model{Show: func(State) {}, e: e, parts: parts, cancel: func() {}}
}

// State is what there is to see now.
func (m *Model) State() State { return m.st }

// Text answers what was scanned, typed or pasted: the text of a QR, or the
// whole path of a file.
func (m *Model) Text(text string) State {
	// What was pasted may have a line's end behind it, and an entry makes that a
	// space, which a seal may end with as well.
	if text, _ = brought.Meant(text); !isSeal(text) {
		text, _ = brought.Meant(strings.TrimSpace(text))
	}
	if text == "" {
		return m.st
	}
	if path := strings.Trim(text, `"'`); filepath.IsAbs(path) { // file managers copy it in quotes
		return m.Files(Source{filepath.Base(path), func() (io.ReadCloser, error) { return os.Open(path) }})
	}
	// A seal in several codes is scanned one after the other.
	before := m.parted
	coming := before
	if _, err := seal.Parse(text); errors.Is(err, shc.ErrChunk) { // the next one may come before this is read
		coming = append(slices.Clip(before), text)
	}
	return m.read(nil, coming, func(ctx context.Context) ([]result, error) {
		found, err := m.parts.Files.Read(ctx, []byte(text))
		for _, t := range before {
			found.Symbols = append(found.Symbols, evidence.Symbol{Text: t})
		}
		return []result{{"", found}}, err
	})
}

func isSeal(text string) bool {
	_, err := seal.Parse(text)
	return err == nil
}

// result is what was found in one file.
type result struct {
	name  string
	found evidence.Found
}

// Files answers every symbol in the files.
func (m *Model) Files(files ...Source) State {
	if len(files) == 0 {
		return m.st
	}
	return m.read(files, nil, func(ctx context.Context) ([]result, error) {
		var all []result
		for _, f := range files {
			b, err := readAll(f)
			if err != nil {
				return nil, err
			}
			found, err := m.parts.Files.Read(ctx, b)
			if err != nil {
				return nil, &fileError{f.Name, err}
			}
			all = append(all, result{f.Name, found})
		}
		return all, nil
	})
}

type fileError struct {
	name string
	err  error
}

func (e *fileError) Error() string { return "read evidence: " + e.err.Error() }
func (e *fileError) Unwrap() error { return e.err }

// readAll reads a file, at most one byte more than evidence.Worker takes.
func readAll(f Source) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, &fileError{f.Name, fmt.Errorf("%w: %w", errOpen, err)}
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, evidence.MaxSize+1))
	if err != nil {
		return nil, &fileError{f.Name, fmt.Errorf("%w: %w", errOpen, err)}
	}
	return b, nil
}

var errOpen = errors.New("cannot be opened")

// read clears the answers, does the work in the background and answers. Parted
// are the parts of seals that are among what is read.
func (m *Model) read(files []Source, parted []string, work func(context.Context) ([]result, error)) State {
	m.Clear()
	m.parted = parted
	if len(files) > 0 {
		m.st.Reading = files[0].Name
	}
	m.cancel = env.Go(m.e, work, func(all []result, err error) {
		m.st.Reading, m.parted = "", nil
		if err != nil {
			m.st.Failure = failure(err)
			var f *fileError
			if errors.As(err, &f) {
				m.st.Name = f.name
			}
			m.Show(m.st)
			return
		}
		m.answers(all)
		if len(m.st.Answers) == 0 {
			m.st.Failure = "verify.failed.none"
			m.Show(m.st)
			return
		}
		m.until = m.e.Now().Add(Shown)
		m.tick(m.round)
	})
	return m.st
}

// answers answers every seal that was found, those in several codes once.
func (m *Model) answers(all []result) {
	type place struct {
		file string
		page int
	}
	places := map[string][]place{} // of each text, in their order
	var texts []string
	for _, r := range all {
		m.st.Name, m.st.Pages = r.name, m.st.Pages+r.found.Pages
		for _, s := range r.found.Symbols {
			texts = append(texts, s.Text)
			places[s.Text] = append(places[s.Text], place{r.name, s.Page})
		}
	}
	waiting := false
	for _, text := range seal.Join(texts) {
		at := place{file: all[0].name} // of a seal in several codes: where they begin
		if these := places[text]; len(these) > 0 {
			at, places[text] = these[0], these[1:]
		}
		a := m.answer(at.file, evidence.Symbol{Text: text, Page: at.page})
		if part := slices.Contains(a.Reasons, trust.ReasonPart); part && at.file == "" {
			if waiting {
				continue // said once
			}
			waiting, m.parted = true, texts
		}
		m.st.Answers = append(m.st.Answers, a)
	}
}

// failure is the sentence for why nothing could be read.
func failure(err error) string {
	switch {
	case errors.Is(err, evidence.ErrKind):
		return "verify.failed.kind"
	case errors.Is(err, evidence.ErrLimit):
		return "verify.failed.limit"
	case errors.Is(err, errOpen):
		return "verify.failed.open"
	case errors.Is(err, context.DeadlineExceeded):
		return "verify.failed.time"
	}
	return "verify.failed.damaged"
}

// answer checks one seal at the present instant. Only a practice post takes
// practice paper for anything.
func (m *Model) answer(file string, s evidence.Symbol) Answer {
	v := m.parts.Trust.Verify(s.Text, m.e.Now(), m.e.Post.Practice())
	a := Answer{Outcome: v.Outcome, Reasons: v.Reasons, Practice: v.Practice, File: file, Page: s.Page + 1,
		Foreign: stated.IsForeign(v), About: stated.About(m.e.Words, m.e.Now(), v)}
	if v.Format != "" {
		a.Format = stated.Format(m.e.Words, v)
	}
	if v.Outcome == trust.Valid && !a.Foreign {
		switch {
		case slices.Contains(v.Reasons, trust.ReasonBefore):
			a.Window = Before
		case slices.Contains(v.Reasons, trust.ReasonAfter):
			a.Window = After
		default:
			a.Window = Inside
		}
	}
	if r := v.Revoked; r != nil {
		a.Revoked = Revoked{
			Since: data.MomentOf(r.At, m.e.Post.Zone).String(), ReplacedBy: r.ReplacedBy,
			Reason: m.parts.Names.Name(data.ListRevocations, r.Reason, m.e.Language()),
		}
	}
	if st := v.Claims; st != nil {
		a.Groups = stated.Groups(m.e.Words, m.parts.Names, *st)
		a.Name, a.Number = stated.Name(st.NativeName, st.Surname, st.GivenNames), st.Number
	} else if v.Signed() {
		a.Groups, a.Name = stated.Foreign(m.e.Words, v), stated.Person(v)
	}
	return a
}

// tick counts the seconds of an answer down and clears it at the end.
func (m *Model) tick(round int) {
	if round != m.round {
		return
	}
	left := m.until.Sub(m.e.Now())
	if left <= 0 || left > Shown { // over, or the clock was put back
		m.Show(m.Clear())
		return
	}
	m.st.Left = int((left + time.Second - 1) / time.Second)
	m.Show(m.st)
	m.parts.After(time.Second, func() { m.tick(round) })
}

// Clear forgets every answer and stops reading.
func (m *Model) Clear() State {
	m.cancel()
	m.cancel = func() {}
	m.round++
	m.st, m.parted = State{}, nil
	return m.st
}

// Leave forgets everything and shows nothing any more.
func (m *Model) Leave() {
	m.Show = func(State) {}
	m.Clear()
}
