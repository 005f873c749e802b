package vault

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"pratique/data/audit"
	"pratique/data/store"
)

// ErrPutBack: records are missing, or are not the newest that were stored.
var ErrPutBack = errors.New("records were removed or put back to an earlier state")

// number is an integer modulo 2^256, the least significant part first.
type number [4]uint64

func (n number) plus(m number) (sum number) {
	carry := uint64(0)
	for i := range n {
		s := n[i] + m[i]
		c := uint64(0)
		if s < n[i] {
			c = 1
		}
		sum[i] = s + carry
		if sum[i] < s {
			c = 1
		}
		carry = c
	}
	return sum
}

func (n number) minus(m number) number {
	for i := range m {
		m[i] = ^m[i]
	}
	return n.plus(m).plus(number{1}) // two's complement
}

// state is the record "vault/sum".
type state struct {
	Log   audit.State `json:"log"` // when it was stored
	Sum   number      `json:"sum"`
	Boxes []byte      `json:"boxes"`           // digest of the boxes, so that no old one comes back
	Kinds []string    `json:"kinds,omitempty"` // of sealed records there have been, sorted
}

// term is what a sealed record adds to the sum: it changes whenever the value
// is sealed again, and not when its key is wrapped again.
func (o *open) term(key string, sealed []byte) number {
	h := hmac.New(sha256.New, o.box.Sums)
	h.Write([]byte(key))
	h.Write([]byte{0})
	h.Write(sealed[recordHead : recordHead+nonceSize])
	h.Write(sealed[len(sealed)-tagSize:])
	var n number
	for i, b := 0, h.Sum(nil); i < len(n); i++ {
		n[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return n
}

// readState is the stored sum, of no records where there is none yet. It is
// always sealed with the newest data key: one that is not was put there by
// somebody who has an older one.
func (o *open) readState(engine store.Tx) (s state, err error) {
	sealed, err := engine.Get(sumKey)
	if err != nil || sealed == nil {
		return s, err
	}
	if !bytes.HasPrefix(sealed, o.head()) {
		return s, fmt.Errorf("%s: %w", sumKey, ErrPutBack)
	}
	b, err := o.openRecord(sumKey, sealed)
	if err != nil {
		return s, err
	}
	return store.Decode[state](b)
}

func (o *open) writeState(engine store.Tx, s state) error {
	b, err := store.Encode(s)
	if err != nil {
		return err
	}
	return engine.Put(sumKey, o.sealRecord(sumKey, b))
}

// changed brings the sum up to date for a sealed record that comes and one that
// goes, either of which may be nil.
func (s *state) changed(o *open, key string, before, after []byte) error {
	if before != nil {
		if len(before) < overhead {
			return fmt.Errorf("%s: %w", key, ErrDamaged)
		}
		s.Sum = s.Sum.minus(o.term(key, before))
	}
	if after == nil {
		return nil
	}
	s.Sum = s.Sum.plus(o.term(key, after))
	kind, _, err := store.SplitKey(key)
	if i, found := slices.BinarySearch(s.Kinds, kind); !found {
		s.Kinds = slices.Insert(slices.Clone(s.Kinds), i, kind)
	}
	return err
}

// total adds up the sealed records that are there.
func (o *open) total(engine store.Tx, kinds []string) (sum number, err error) {
	for _, kind := range kinds {
		err := engine.Scan(kind+"/", "", 0, func(key string, sealed []byte) error {
			if len(sealed) < overhead {
				return fmt.Errorf("%s: %w", key, ErrDamaged)
			}
			sum = sum.plus(o.term(key, sealed))
			return nil
		})
		if err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// recount makes the sum anew with another key of it. What the old one does not
// account for is refused, or it would be taken for good.
func (t *Tx) recount(was, is *open) error {
	err := t.readSum()
	if err != nil {
		return err
	}
	old, err := was.total(t.engine, t.sum.Kinds)
	if err == nil && old != t.sum.Sum {
		err = ErrPutBack
	}
	if err != nil {
		return err
	}
	t.sum.Sum, err = is.total(t.engine, t.sum.Kinds)
	return err
}

// check compares the stored sum with the records that are there, and the log
// with what it was then. What the log says since must have been written while
// the vault was closed: then no sealed record can have changed.
func (o *open) check(engine store.Tx) error {
	s, err := o.readState(engine)
	if err != nil {
		return err
	}
	sum, err := o.total(engine, s.Kinds)
	if err != nil {
		return err
	}
	now, err := boxes(engine)
	if err != nil {
		return err
	}
	if sum != s.Sum || !bytes.Equal(now, s.Boxes) {
		return ErrPutBack
	}
	if err := audit.CheckHead(engine, s.Log.Head); errors.Is(err, audit.ErrHead) || errors.Is(err, audit.ErrBroken) {
		return fmt.Errorf("%w: the log is not the one of %d entries: %w", ErrPutBack, s.Log.Size, err)
	} else if err != nil {
		return err
	}
	log, err := audit.Current(engine)
	if err != nil {
		return err
	}
	if log.Latest.Before(s.Log.Latest) || !log.Signed.Equal(s.Log.Signed) {
		return fmt.Errorf("%w: the times of the log's state", ErrPutBack)
	}
	restored := s.Log.Restored
	err = audit.EachStored(engine, s.Log.Size, func(n uint64, b []byte) error {
		if len(b) == 0 || b[0] != formMailbox {
			return fmt.Errorf("%w: what entry %d tells of is not there", ErrPutBack, n)
		}
		b, err := unseal(b[1:], o.mailbox)
		if err != nil {
			return fmt.Errorf("entry %d: %w", n, ErrDamaged)
		}
		// Anyone can write to the mailbox, so nothing is believed that could
		// not have happened.
		e, err := store.Decode[audit.Entry](b)
		if err != nil || !slices.Contains(whileClosed, e.Act) {
			return fmt.Errorf("%w: entry %d was not written while the records were locked", ErrPutBack, n)
		}
		if e.Act == audit.PostRestored {
			restored = n
		}
		return nil
	})
	if err == nil && log.Restored != restored {
		err = fmt.Errorf("%w: whether the log's post was restored", ErrPutBack)
	}
	return err
}

// whileClosed are the acts there can be while the vault is closed.
var whileClosed = []audit.Act{audit.OfficerRefused, audit.PostRestored}
