package revocation

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"pratique/data/seal/jcs"
)

// ErrForeign says that bytes are no list of others that is read here; it is
// wrapped with what was read and why reading stopped.
var ErrForeign = errors.New("not a revocation list of another issuer")

// Limits of lists of others.
const (
	maxForeign = 16 << 20
	maxCards   = 100_000 // rids, and hashes of a batch
)

// Batch is hashes of one kind.
type Batch struct {
	Country string
	KID     string // base64; "UNKNOWN_KID": of any key
	Expires time.Time
	Entries []Entry
}

// ReadBatch reads a batch of the EU in JSON.
func ReadBatch(b []byte) (Batch, error) {
	var raw struct {
		Country  string    `json:"country"`
		Expires  time.Time `json:"expires"`
		KID      string    `json:"kid"`
		HashType Kind      `json:"hashType"`
		Entries  []struct {
			Hash string `json:"hash"`
		} `json:"entries"`
	}
	if err := readJSON(b, &raw); err != nil {
		return Batch{}, err
	}
	switch {
	case !slices.Contains(Kinds, raw.HashType):
		return Batch{}, fmt.Errorf("%w: hash type %q", ErrForeign, raw.HashType)
	case len(raw.Entries) == 0 || len(raw.Entries) > maxCards:
		return Batch{}, fmt.Errorf("%w: %d hashes", ErrForeign, len(raw.Entries))
	}
	batch := Batch{Country: raw.Country, KID: raw.KID, Expires: raw.Expires.UTC()}
	for i, e := range raw.Entries {
		h, err := base64.StdEncoding.Strict().DecodeString(e.Hash)
		if err != nil || len(h) != len(Hash{}) {
			return Batch{}, fmt.Errorf("%w: hash %d is not base64 of 16 bytes", ErrForeign, i+1)
		}
		batch.Entries = append(batch.Entries, Entry{raw.HashType, Hash(h)})
	}
	return batch, nil
}

func readJSON(b []byte, v any) error {
	if len(b) > maxForeign {
		return fmt.Errorf("%w: more than %d bytes", ErrForeign, maxForeign)
	}
	if _, err := jcs.Parse(b); err != nil { // strict: no name twice
		return fmt.Errorf("%w: %w", ErrForeign, err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%w: %w", ErrForeign, err)
	}
	return nil
}

// Cards is what an issuer of SMART Health Cards took back that it signed with
// one key.
type Cards struct {
	KID   string
	RIDs  map[string]time.Time // with the time before which cards were signed; zero: any
	Count int                  // "ctr": every list has a higher one
}

// ReadCards reads the list of an issuer of SMART Health Cards.
func ReadCards(b []byte) (Cards, error) {
	var raw struct {
		KID    string   `json:"kid"`
		Method string   `json:"method"`
		Count  int      `json:"ctr"`
		RIDs   []string `json:"rids"`
	}
	if err := readJSON(b, &raw); err != nil {
		return Cards{}, err
	}
	if raw.KID == "" || raw.Method != "rid" || len(raw.RIDs) > maxCards {
		return Cards{}, fmt.Errorf("%w: of key %q, by %q, %d cards", ErrForeign, raw.KID, raw.Method, len(raw.RIDs))
	}
	c := Cards{KID: raw.KID, RIDs: map[string]time.Time{}, Count: raw.Count}
	for i, entry := range raw.RIDs {
		rid, seconds, timed := strings.Cut(entry, ".")
		var before time.Time
		if timed {
			n, err := strconv.ParseInt(seconds, 10, 40)
			if err != nil || n <= 0 {
				return Cards{}, fmt.Errorf("%w: card %d is revoked at no time", ErrForeign, i+1)
			}
			before = time.Unix(n, 0).UTC()
		}
		if rid == "" || len(rid) > 24 || strings.Trim(rid, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return Cards{}, fmt.Errorf("%w: card %d has no identifier", ErrForeign, i+1)
		}
		if was, there := c.RIDs[rid]; !there || !was.IsZero() && (before.IsZero() || before.After(was)) {
			c.RIDs[rid] = before
		}
	}
	return c, nil
}

// Bloom is a Bloom filter of hashes. Now and then it says yes to one that was
// never added.
type Bloom struct {
	k     int
	words []uint32
}

// bloomHeader is what stands before the words.
type bloomHeader struct {
	Version          int16
	K, Function      int8
	Rate             float32
	N, Count, Length int32
}

// ReadBloom reads a filter.
func ReadBloom(b []byte) (*Bloom, error) {
	var h bloomHeader
	size := binary.Size(h)
	if len(b) > maxForeign || len(b) < size {
		return nil, fmt.Errorf("%w: Bloom filter of %d bytes", ErrForeign, len(b))
	}
	binary.Read(bytes.NewReader(b), binary.BigEndian, &h) // long enough: never fails
	words := b[size:]
	switch {
	case h.Version != 1 || h.Function != 0:
		return nil, fmt.Errorf("%w: Bloom filter of version %d, hash function %d", ErrForeign, h.Version, h.Function)
	case h.K < 1 || h.Length < 1 || int64(len(words)) != 4*int64(h.Length):
		return nil, fmt.Errorf("%w: Bloom filter with %d functions and %d words in %d bytes", ErrForeign, h.K, h.Length, len(words))
	case h.N < 0 || h.Count < 0 || !(h.Rate > 0 && h.Rate < 1):
		return nil, fmt.Errorf("%w: Bloom filter of %d elements for %d, rate %v", ErrForeign, h.Count, h.N, h.Rate)
	}
	f := &Bloom{k: int(h.K)}
	for ; len(words) > 0; words = words[4:] {
		f.words = append(f.words, binary.BigEndian.Uint32(words))
	}
	return f, nil
}

// NewBloom makes an empty filter for n hashes that is wrong at most at that rate.
func NewBloom(n int, rate float32) *Bloom {
	p := float64(rate)
	bits := math.Ceil(float64(n) * math.Log(p) / math.Log(1/math.Pow(2, math.Ln2)))
	octets := int(bits)/8 + 1
	words := octets/4 + octets%4
	m := 32 * words
	return &Bloom{k: max(1, int(math.Round(float64(m)/float64(n)*math.Ln2))), words: make([]uint32, words)}
}

// bit is the place of function i of an element.
func (f *Bloom) bit(element []byte, i int) (word int, mask uint32) {
	sum := sha256.Sum256(append(slices.Clone(element), byte(i)))
	n := new(big.Int).SetBytes(sum[:])
	if sum[0] >= 0x80 { // a signed number
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), 256))
	}
	at := n.Mod(n, big.NewInt(int64(len(f.words))*32)).Int64() // Mod of Euclid: never negative
	return int(at / 32), 1 << (31 - at%32)
}

// Add puts an element in.
func (f *Bloom) Add(element []byte) {
	for i := range f.k {
		w, mask := f.bit(element, i)
		f.words[w] |= mask
	}
}

// Has reports whether an element may be in.
func (f *Bloom) Has(element []byte) bool {
	for i := range f.k {
		if w, mask := f.bit(element, i); f.words[w]&mask == 0 {
			return false
		}
	}
	return true
}

// Partial is a list of the beginnings of hashes.
type Partial struct {
	size  int
	known map[string]bool
}

// ReadPartial reads a list of partial hashes.
func ReadPartial(b []byte) (*Partial, error) {
	if len(b) < 2 || len(b) > maxForeign {
		return nil, fmt.Errorf("%w: partial hashes in %d bytes", ErrForeign, len(b))
	}
	p := &Partial{size: int(b[0]), known: map[string]bool{}}
	if p.size < 4 || p.size > len(Hash{}) || (len(b)-1)%p.size != 0 {
		return nil, fmt.Errorf("%w: partial hashes of %d bytes in %d bytes", ErrForeign, p.size, len(b))
	}
	for part := range slices.Chunk(b[1:], p.size) {
		p.known[string(part)] = true
	}
	return p, nil
}

// Has reports whether a hash begins as one of the list.
func (p *Partial) Has(h Hash) bool { return p.known[string(h[:p.size])] }
