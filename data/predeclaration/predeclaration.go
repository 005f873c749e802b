// Package predeclaration reads and writes what a traveller declares before
// coming to the counter: a file, or the text of a QR they bring.
//
// # Bytes
//
// The file is JSON (RFC 8259) in UTF-8, at most [MaxFile] bytes:
//
//	{
//	  "pratique": "pre-declaration 1",
//	  "content": {
//	    "traveller":   {"surname": …, "givenNames": …, "nativeName": …, "birth": "1984-03-08", "sex": "M", "nationality": "UTO", "phone": …},
//	    "document":    {"kind": "foreign", "number": …, "issuer": "UTO", "issued": …, "expires": …},
//	    "itinerary":   [{"flight": "UT 846", "from": "AMU", "to": "PVG", "departs": {"wall": "2026-11-23T21:40", "zone": "Asia/Singapore"}}],
//	    "stays":       [{"country": "UTO", "city": …, "from": …, "until": …}],
//	    "contact":     {"name": …, "relation": …, "phone": …, "organisation": …},
//	    "declaration": {"symptoms": "no", "contact": "no", "medicine": "no"}
//	  }
//	}
//
// The content is an application as `pratiquectl schema` describes it, with
// anything left out that is not known yet; tests, doses and infections may be in
// it. What is proved or signed at the counter may not: the machine-readable
// lines, the words "agreed" and "signed" of the declaration, what an officer
// confirmed, and seals with what is said of them. A name that no field has, or one that is there twice, is refused.
//
// The text of a QR is "PD1:" and the same JSON, compressed as raw DEFLATE (RFC
// 1951) and written in base32 (RFC 4648 §6) without padding: characters that QR
// holds in its alphanumeric mode.
//
// Nothing in it is signed, and nothing of it counts until an officer has seen
// the papers: it saves typing, no more.
package predeclaration

import (
	"bytes"
	"compress/flate"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"pratique/data"
)

const (
	// MaxFile is the most bytes of the JSON.
	MaxFile = 32 << 10
	// Prefix begins the text of a QR.
	Prefix = "PD1:"

	maxText  = 4296 // characters of the largest QR
	maxDepth = 8
	form     = "pre-declaration 1"
)

// ErrForm: not a pre-declaration. It is wrapped with what was found.
var ErrForm = errors.New("not a pre-declaration")

// file is the JSON.
type file struct {
	Pratique string       `json:"pratique"`
	Content  data.Content `json:"content"`
}

var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// Of is the part of a content that a traveller can declare beforehand.
func Of(c data.Content) data.Content {
	c.Document.MRZ, c.Confirmed, c.Brought = "", nil, nil
	c.Declaration.Agreed, c.Declaration.Signed = false, ""
	return c
}

// File writes the file of a content; what does not belong is left out.
func File(c data.Content) ([]byte, error) {
	b, err := json.MarshalIndent(file{form, Of(c)}, "", "  ")
	if err == nil && len(b) >= MaxFile {
		err = fmt.Errorf("%w: has %d bytes", ErrForm, len(b))
	}
	return append(b, '\n'), err
}

// Text writes the text of the QR.
func Text(c data.Content) (string, error) {
	b, err := json.Marshal(file{form, Of(c)})
	if err != nil {
		return "", err
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err := w.Write(b); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	text := Prefix + encoding.EncodeToString(packed.Bytes())
	if len(text) > maxText || len(b) > MaxFile {
		return "", fmt.Errorf("%w: %d characters are more than a QR holds", ErrForm, len(text))
	}
	return text, nil
}

// Parse reads a file, or the text of a QR. The content is as it was declared:
// nothing of it was validated but its form.
func Parse(b []byte) (data.Content, error) {
	c, err := parse(b)
	if err != nil {
		return data.Content{}, fmt.Errorf("%w: %w", ErrForm, err)
	}
	return c, nil
}

func parse(b []byte) (c data.Content, err error) {
	b = bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\ufeff")))
	if text, ok := strings.CutPrefix(string(b[:min(len(b), maxText+1)]), Prefix); ok {
		if len(b) > maxText {
			return c, errors.New("longer than a QR")
		}
		packed, err := encoding.DecodeString(text)
		if err != nil {
			return c, err
		}
		if encoding.EncodeToString(packed) != text {
			return c, errors.New("base32 has other bits at its end")
		}
		r := bytes.NewReader(packed)
		if b, err = io.ReadAll(io.LimitReader(flate.NewReader(r), MaxFile+1)); err != nil {
			return c, err
		}
		if r.Len() > 0 {
			return c, errors.New("something follows the compressed text")
		}
	}
	if len(b) > MaxFile {
		return c, fmt.Errorf("has more than %d bytes", MaxFile)
	}
	if err := once(b); err != nil {
		return c, err
	}
	var f file
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return c, err
	}
	c = f.Content
	switch {
	case f.Pratique != form:
		return c, fmt.Errorf("says it is %.40q, not %q", f.Pratique, form)
	case c.Document.MRZ != "":
		return c, errors.New("the machine-readable lines are read at the counter")
	case c.Declaration.Agreed || c.Declaration.Signed != "":
		return c, errors.New("the declaration is signed at the counter")
	case len(c.Confirmed) > 0:
		return c, errors.New("an officer confirms at the counter")
	case len(c.Brought) > 0: // with verdicts of whoever wrote them
		return c, errors.New("seals are read at the counter")
	case len(c.Tests) > data.MaxTests, len(c.Doses) > data.MaxDoses, len(c.Itinerary) > data.MaxLegs, len(c.Stays) > data.MaxStays,
		len(c.Papers) > data.MaxPapers, len(c.Infections) > data.MaxDoses:
		return c, errors.New("more entries than an application has")
	}
	return c, nil
}

// once reports whether b is one JSON value in which no object has a name twice,
// however its letters are cased, nested no deeper than any application.
func once(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if err := value(d, 0); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the JSON")
	}
	return nil
}

func value(d *json.Decoder, depth int) error {
	if depth > maxDepth {
		return errors.New("nested too deeply")
	}
	t, err := d.Token()
	if err != nil {
		return err
	}
	bracket, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	names := map[string]bool{}
	for d.More() {
		if bracket == '{' {
			name, err := d.Token()
			if err != nil {
				return err
			}
			// encoding/json takes names that differ in case for the same field.
			key := strings.ToLower(fmt.Sprint(name))
			if names[key] {
				return fmt.Errorf("%.40q is there twice", name)
			}
			names[key] = true
		}
		if err := value(d, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}
