package vault

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"filippo.io/age"
	"golang.org/x/crypto/argon2"
)

var (
	// ErrPassphrase: the slot is not opened by that passphrase.
	ErrPassphrase = errors.New("wrong passphrase")
	// ErrDevice: the slot also needs the secret of the workstation it was made
	// on, and this one does not have it.
	ErrDevice = errors.New("not the workstation whose keyring holds the post's secret")
)

// Cost of deriving a key from a passphrase by Argon2id (RFC 9106).
type Cost struct {
	MemoryKiB uint32 `json:"memoryKiB"`
	Passes    uint32 `json:"passes"`
	Threads   uint8  `json:"threads"`
}

// DefaultCost is the second choice of RFC 9106 §4, the least for a real post.
var DefaultCost = Cost{MemoryKiB: 64 << 10, Passes: 3, Threads: 4}

// The most that is believed of a stored cost: what is there may have been put
// there to use up the machine.
const (
	MaxMemoryKiB = 1 << 20
	MaxPasses    = 64
)

// Calibrate is a cost that takes about as long as target, and never less than
// [DefaultCost]: measure runs a function and says how long it took.
func Calibrate(target time.Duration, measure func(func()) time.Duration) Cost {
	c := Cost{MemoryKiB: 128 << 10, Passes: 1, Threads: 4}
	once := measure(func() { c.Derive([]byte("passphrase"), make([]byte, saltSize)) })
	if once > 0 {
		c.Passes = uint32(min(MaxPasses, (target+once/2)/once))
	}
	if c.Passes < 2 { // 128 MiB once is no better than 64 MiB three times
		return DefaultCost
	}
	return c
}

// Derive is a key of 32 bytes. It is slow by intent.
func (c Cost) Derive(passphrase, salt []byte) []byte {
	return argon2.IDKey(passphrase, salt, c.Passes, c.MemoryKiB, c.Threads, keySize)
}

// Check is an error wrapping [ErrDamaged] for a cost out of bounds.
func (c Cost) Check() error {
	if c.Passes < 1 || c.Passes > MaxPasses || c.Threads < 1 || c.MemoryKiB < 8 || c.MemoryKiB > MaxMemoryKiB {
		return fmt.Errorf("cost of a passphrase %+v: %w", c, ErrDamaged)
	}
	return nil
}

const saltSize = 16

// Slot is how one officer opens the vault: the record "slot/" followed by the
// officer's identifier. Their identity is sealed with
//
//	HKDF-SHA-256(Argon2id(passphrase, Salt, Cost), device secret or nothing, "pratique slot")
//
// and bound to the vault and the officer. Nothing here decides what the identity
// opens: that stands in the data box, out of reach of who can write the file.
type Slot struct {
	Cost   Cost   `json:"cost"`
	Salt   []byte `json:"salt"`
	Device bool   `json:"device,omitempty"` // needs the workstation's secret too
	Off    bool   `json:"off,omitempty"`    // says that the boxes are shut to them
	Sealed []byte `json:"sealed"`

	recipient string // age1…, of a slot that was just made
}

// Same reports whether two slots are opened by the same passphrase.
func (s Slot) Same(t Slot) bool { return len(s.Sealed) > 0 && bytes.Equal(s.Sealed, t.Sealed) }

// newSlot makes a slot and the identity in it. It is slow by intent.
func newSlot(id, owner string, passphrase []byte, cost Cost, device []byte) (Slot, error) {
	if err := cost.Check(); err != nil {
		return Slot{}, err
	}
	s := Slot{Cost: cost, Salt: make([]byte, saltSize), Device: device != nil}
	rand.Read(s.Salt) // never fails
	derived := cost.Derive(passphrase, s.Salt)
	defer clear(derived)
	var err error
	protect(func() {
		var identity *age.X25519Identity
		if identity, err = age.GenerateX25519Identity(); err != nil {
			return
		}
		s.recipient = identity.Recipient().String()
		var gcm sealer
		if gcm, err = slotKey(derived, device); err == nil {
			s.Sealed = gcm.Seal(nil, nil, []byte(identity.String()), s.place(id, owner))
		}
	})
	s.Sealed = append([]byte{}, s.Sealed...)
	return s, err
}

// open is the identity in a slot. It is slow by intent.
func (s Slot) open(id, owner string, passphrase, device []byte) (identity *age.X25519Identity, err error) {
	if err := s.Cost.Check(); err != nil {
		return nil, err
	}
	if s.Device && device == nil {
		return nil, ErrDevice
	}
	if !s.Device {
		device = nil
	}
	derived := s.Cost.Derive(passphrase, s.Salt)
	defer clear(derived)
	protect(func() {
		var gcm sealer
		if gcm, err = slotKey(derived, device); err != nil {
			return
		}
		text, wrong := gcm.Open(nil, nil, s.Sealed, s.place(id, owner))
		if wrong != nil {
			err = ErrPassphrase
			return
		}
		identity, err = age.ParseX25519Identity(string(text))
		clear(text)
	})
	return identity, err
}

type sealer interface {
	Seal(dst, nonce, plaintext, additionalData []byte) []byte
	Open(dst, nonce, ciphertext, additionalData []byte) ([]byte, error)
}

func slotKey(derived, device []byte) (sealer, error) {
	key, err := hkdf.Key(sha256.New, derived, device, "pratique slot", keySize)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	return newGCM(key), nil
}

// place is what the identity in a slot is bound to.
func (s Slot) place(id, owner string) []byte {
	return []byte("pratique slot\x00" + id + "\x00" + owner + "\x00")
}
