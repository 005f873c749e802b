package store

import (
	"errors"
	"fmt"
	"strings"

	"github.com/fxamacker/cbor/v2"
)

// Sizes in bytes: of the largest value a record may have, and of the largest an
// engine stores, which leaves room for what sealing adds.
const (
	MaxValue  = MaxStored - 1<<8
	MaxStored = 1 << 20
)

// SplitKey divides a key, or the prefix of a [Tx.Scan], at its first slash.
// A key has something on both sides, a prefix may end with the slash.
func SplitKey(key string) (kind, id string, err error) {
	kind, id, ok := strings.Cut(key, "/")
	if !ok || kind == "" {
		return "", "", fmt.Errorf("key %q has no kind", key)
	}
	return kind, id, nil
}

// A record is CBOR in core deterministic encoding (RFC 8949 section 4.2.1).
// A struct is a map by the names of its json tags, which also decide what is
// left out. A time.Time is an instant: RFC 3339 text in UTC with nanoseconds,
// null for the zero time; it comes back in UTC (a wall clock that matters is a
// data.Moment). A nil slice or map is null, an empty one is empty, unless its
// tag leaves both out.
var (
	encoding = must(func() (cbor.EncMode, error) {
		o := cbor.CoreDetEncOptions()
		o.Time = cbor.TimeRFC3339NanoUTC
		o.TimeTag = cbor.EncTagNone
		o.OmitEmpty = cbor.OmitEmptyGoValue
		return o.EncMode()
	}())
	// The strict reader: what this program did not write is refused.
	decoding = must(cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
		MaxNestedLevels:   16,
		MaxArrayElements:  10_000,
		MaxMapPairs:       1_000,
		BignumTag:         cbor.BignumTagForbidden,
	}.DecMode())
)

// looking reads the fields it knows and skips the rest without a look.
var looking = must(cbor.DecOptions{
	IndefLength:       cbor.IndefLengthForbidden,
	TagsMd:            cbor.TagsForbidden,
	FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
	MaxNestedLevels:   16,
	MaxArrayElements:  10_000,
	MaxMapPairs:       1_000,
	BignumTag:         cbor.BignumTagForbidden,
}.DecMode())

func must[T any](v T, err error) T {
	if err != nil {
		panic("store: " + err.Error()) // the options above are constants
	}
	return v
}

// Encode is the bytes of a record. It fails where [Decode] would not read them
// back, as with text that is not UTF-8, so that nothing unreadable is stored.
func Encode[T any](v T) ([]byte, error) {
	b, err := encoding.Marshal(v)
	if err != nil {
		return nil, err
	}
	if _, err := Decode[T](b); err != nil {
		return nil, fmt.Errorf("would not be readable: %w", err)
	}
	return b, nil
}

// Decode reads the bytes of one record: exactly one value, every field known,
// none twice, nothing of indefinite length, at most 16 levels deep.
func Decode[T any](b []byte) (v T, err error) {
	if len(b) > MaxValue {
		return v, errors.New("record is too large")
	}
	if err := decoding.Unmarshal(b, &v); err != nil {
		var none T
		return none, err
	}
	return v, nil
}

// Glance reads some fields of a record into a type that has no others: much
// faster than [Decode] where lists are made of very many records. Only what
// [Encode] wrote is to be read with it.
func Glance[T any](b []byte) (v T, err error) {
	err = looking.Unmarshal(b, &v)
	return v, err
}

// Put stores a record.
func Put[T any](tx Tx, key string, v T) error {
	b, err := Encode(v)
	if err != nil {
		return fmt.Errorf("record %s: %w", key, err)
	}
	return tx.Put(key, b)
}

// Get reads a record. One that does not decode is an error.
func Get[T any](tx Tx, key string) (v T, found bool, err error) {
	b, err := tx.Get(key)
	if err != nil || b == nil {
		return v, false, err
	}
	if v, err = Decode[T](b); err != nil {
		return v, false, fmt.Errorf("record %s: %w", key, err)
	}
	return v, true, nil
}

// Each reads records in the order of [Tx.Scan]. One that does not decode ends
// it with an error; none is skipped.
func Each[T any](tx Tx, prefix, after string, limit int, fn func(key string, v T) error) error {
	return tx.Scan(prefix, after, limit, func(key string, b []byte) error {
		v, err := Decode[T](b)
		if err != nil {
			return fmt.Errorf("record %s: %w", key, err)
		}
		return fn(key, v)
	})
}
