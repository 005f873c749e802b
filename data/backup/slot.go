package backup

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"pratique/data"
	"pratique/data/vault"
)

const saltSize = 16

// Slot is a key pair of age whose private half a passphrase opens. It is made
// once, when the passphrase is set, and kept: backups are then encrypted to its
// public half while nobody is there to give the passphrase. Sealed is
//
//	nonce (12 bytes) ‖ AES-256-GCM(Argon2id(passphrase, Salt, Cost), AGE-SECRET-KEY-1…)
//
// with "pratique backup slot", the post ([About.Name]) and Recipient, each ended
// by a zero byte, as what is authenticated beside it.
//
// A passphrase that is changed makes a new slot. Backups of before keep theirs.
type Slot struct {
	Recipient string     `json:"recipient"` // age1…, the public half
	Cost      vault.Cost `json:"cost"`
	Salt      []byte     `json:"salt"`   // 16 bytes
	Sealed    []byte     `json:"sealed"` // 102 bytes
}

// sealedSize is that of nonce, the 74 characters of a private key, and tag.
const sealedSize = 12 + 74 + 16

// NewSlot makes a slot for a post. It is slow by intent.
func NewSlot(p data.Post, passphrase []byte, cost vault.Cost) (Slot, error) {
	if err := cost.Check(); err != nil {
		return Slot{}, err
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return Slot{}, fmt.Errorf("backup slot: %w", err)
	}
	s := Slot{Recipient: identity.Recipient().String(), Cost: cost, Salt: make([]byte, saltSize)}
	rand.Read(s.Salt) // never fails
	s.Sealed = s.key(passphrase).Seal(nil, nil, []byte(identity.String()), s.place(about(p, p.Created)))
	return s, nil
}

// Identity opens the slot: the key that opens the backup. It is slow by intent.
// The error is [ErrPassphrase] or [ErrNoSlot].
func (h Header) Identity(passphrase []byte) (age.Identity, error) {
	if h.Slot == nil {
		return nil, ErrNoSlot
	}
	s := *h.Slot
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	text, err := s.key(passphrase).Open(nil, nil, s.Sealed, s.place(h.About))
	if err != nil {
		return nil, ErrPassphrase
	}
	defer clear(text)
	identity, err := age.ParseX25519Identity(string(text))
	// GCM alone does not say that only one passphrase opens it.
	if err != nil || identity.Recipient().String() != s.Recipient {
		return nil, fmt.Errorf("%w: the slot holds another key", ErrDamaged)
	}
	return identity, nil
}

func (s Slot) recipient() (age.Recipient, error) { return age.ParseX25519Recipient(s.Recipient) }

func (s Slot) check() error {
	_, err := s.recipient()
	if len(s.Salt) != saltSize || len(s.Sealed) != sealedSize {
		err = errors.Join(err, errors.New("slot has other sizes"))
	}
	return errors.Join(err, s.Cost.Check())
}

func (s Slot) key(passphrase []byte) cipher.AEAD {
	key := s.Cost.Derive(passphrase, s.Salt)
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("backup: " + err.Error()) // the key has its size
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("backup: " + err.Error()) // so has the block
	}
	return gcm
}

func (s Slot) place(a About) []byte {
	return []byte("pratique backup slot\x00" + a.Name() + "\x00" + s.Recipient + "\x00")
}

// Recipients are those who can open a backup.
type Recipients struct {
	Recovery []age.Recipient // X25519 all
	Slot     *Slot           // nil: no passphrase opens it
}

func (to Recipients) all() ([]age.Recipient, error) {
	all := append([]age.Recipient{}, to.Recovery...)
	if to.Slot != nil {
		r, err := to.Slot.recipient()
		if err = errors.Join(err, to.Slot.check()); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	if len(all) == 0 {
		return nil, errors.New("nobody could open the backup")
	}
	return all, nil
}

// encrypt begins an age file. Its header and nonce are returned, what follows
// goes to w.
func encrypt(w io.Writer, to []age.Recipient) (payload io.WriteCloser, head []byte, err error) {
	s := &split{w: w}
	if payload, err = age.Encrypt(s, to...); err != nil {
		return nil, nil, err
	}
	s.past = true
	return payload, s.head, nil
}

// split keeps the first of what is written to it and passes on the rest.
type split struct {
	w    io.Writer
	head []byte
	past bool
}

func (s *split) Write(b []byte) (int, error) {
	if s.past {
		return s.w.Write(b)
	}
	s.head = append(s.head, b...)
	return len(b), nil
}
