package hcert

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"pratique/data"
)

// particularsKey is the place of the particulars under the claim -260. They are
// there in what is encrypted for an authority, and nowhere else.
const particularsKey = -81

// EncodeRecord writes the payload of a seal: that of [EncodeStatement], with the
// particulars beside the record if there are any. It fails where [DecodeRecord]
// would not give back what is equal; a list without elements comes back as none.
func EncodeRecord(st data.Statement, p *data.Particulars) ([]byte, error) {
	b, err := EncodeStatement(st)
	if err != nil || p == nil {
		return b, err
	}
	var c claims
	if err := decoder.Unmarshal(b, &c); err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	raw, err := encoder.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("encode particulars: %w", err)
	}
	c.HCert[particularsKey] = raw
	if b, err = encoder.Marshal(c); err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	if _, _, err := DecodeRecord(b); err != nil {
		return nil, fmt.Errorf("particulars would not be read as they are: %w", err)
	}
	return b, nil
}

// DecodeRecord reads the payload of a seal whose signature was found good, with
// its particulars, nil where it has none. It takes what [EncodeRecord] writes,
// byte for byte.
func DecodeRecord(payload []byte) (data.Statement, *data.Particulars, error) {
	var c claims
	if !holdsRecord(payload) || decoder.Unmarshal(payload, &c) != nil || c.HCert[particularsKey] == nil {
		st, err := DecodeStatement(payload)
		return st, nil, err
	}
	raw := c.HCert[particularsKey]
	delete(c.HCert, particularsKey)
	b, err := encoder.Marshal(c)
	if err != nil {
		return data.Statement{}, nil, err
	}
	st, err := DecodeStatement(b)
	if err != nil {
		return data.Statement{}, nil, err
	}
	var p data.Particulars
	if err := decoder.Unmarshal(raw, &p); err != nil {
		var unknown *cbor.UnknownFieldError
		if errors.As(err, &unknown) {
			return data.Statement{}, nil, ErrVersion
		}
		return data.Statement{}, nil, fmt.Errorf("%w: particulars: %w", ErrFormat, err)
	}
	again, err := encoder.Marshal(p)
	if err == nil {
		c.HCert[particularsKey] = again
		again, err = encoder.Marshal(c)
	}
	if err != nil || !bytes.Equal(again, payload) {
		return data.Statement{}, nil, fmt.Errorf("%w: not in its one encoding", ErrFormat)
	}
	return st, &p, nil
}

// SameParticulars compares two as they are read.
func SameParticulars(a, b *data.Particulars) bool {
	if a == nil || b == nil {
		return a == b
	}
	x, err1 := encoder.Marshal(a)
	y, err2 := encoder.Marshal(b)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}
