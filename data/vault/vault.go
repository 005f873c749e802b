package vault

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"sync/atomic"

	"filippo.io/age"

	"pratique/data/store"
)

var (
	// ErrLocked: the vault is closed; somebody has to sign in.
	ErrLocked = errors.New("the records are locked")
	// ErrNotForYou: the identity is right, but the boxes are shut to it.
	ErrNotForYou = errors.New("the records are shut to this officer")
	// ErrKind: the vault of a practice post was taken for a real one, or the
	// other way round.
	ErrKind = errors.New("practice and real records do not mix")
	// ErrNoVault: there is none in the store.
	ErrNoVault = errors.New("no vault in this database")
	// ErrNoKeyring: this workstation keeps no secrets.
	ErrNoKeyring = errors.New("no keyring on this workstation")
	// ErrSigningShut: only somebody who may sign can let another one sign.
	ErrSigningShut = errors.New("the signing keys are not open")
)

// Keys of records that lie open.
const (
	headerKey  = "vault/self"
	dataKey    = "vault/data"
	signingKey = "vault/signing"
	sumKey     = "vault/sum" // sealed
	slots      = "slot/"
	postKey    = "post/self" // data/post has it: what the post is
)

// clear reports whether records of a kind are stored as they are.
func isClear(kind string) bool {
	switch kind {
	case "vault", "slot", "post", "tries", "audit", "audit-tree", "audit-state":
		return true
	}
	return false
}

// header is the record "vault/self".
type header struct {
	ID      string `json:"id"`      // 16 random bytes in hex
	Kind    string `json:"kind"`    // of the post
	Mailbox string `json:"mailbox"` // age1…, what is written while closed is sealed to it
}

// box is the content of the data box.
type box struct {
	Current uint32            `json:"current"` // generation in use
	Keys    map[uint32][]byte `json:"keys"`    // data keys by generation, from 1
	Mailbox string            `json:"mailbox"` // AGE-SECRET-KEY-1…
	Tokens  []byte            `json:"tokens"`  // key of the look-up tokens
	Sums    []byte            `json:"sums"`    // key of the sum over the records
	Log     []byte            `json:"log"`     // passphrase of the log's key
	// Recovery and Officers are whom the boxes are encrypted to. They stand in
	// here because who can write the file could not forge them here.
	Recovery string             `json:"recovery"` // age1…, the public half of the recovery key
	Officers map[string]officer `json:"officers"`
}

// officer is what is open to one.
type officer struct {
	Recipient string `json:"recipient"`         // age1…
	Signing   bool   `json:"signing,omitempty"` // the signing box too
	Off       bool   `json:"off,omitempty"`     // nothing, for the time being
}

// admits reports whether the boxes are open to somebody: as themselves, not
// only by a key that opens something.
func (b box) admits(k Key) bool {
	if k.identity == nil {
		return false
	}
	if k.owner == "" {
		return k.Public() == b.Recovery
	}
	is, found := b.Officers[k.owner]
	return found && !is.Off && k.Public() == is.Recipient
}

// open is what an open vault knows. It is never changed, only replaced.
type open struct {
	locks   uint64 // how often the vault had been locked when it was opened
	id      string
	box     box
	gcm     map[uint32]cipher.AEAD
	mailbox *age.X25519Identity
	signing map[string][]byte // nil: the signing box is not open
}

// Device is the secret that a workstation's keyring keeps for a vault.
type Device interface {
	// Secret is what is kept for the vault with that identifier; nil if nothing
	// is; [ErrNoKeyring] if that cannot be told.
	Secret(vault string) ([]byte, error)
	// Keep keeps a new secret.
	Keep(vault string, secret []byte) error
}

// Vault is a [store.Store] over an engine.
type Vault struct {
	engine store.Store
	device Device // nil: there is no keyring
	header header
	turn   chan struct{} // held by whoever may put other keys in the place of these
	keys   atomic.Pointer[open]
	locks  atomic.Uint64 // how often it was locked
}

var _ store.Store = (*Vault)(nil)

// Create makes the vault of a new post in an empty store and leaves it open,
// the signing box too. The recovery identity opens both boxes for ever; it is
// kept nowhere.
func Create(ctx context.Context, engine store.Store, kind string, device Device) (v *Vault, recovery *age.X25519Identity, err error) {
	id := make([]byte, 16)
	rand.Read(id) // never fails
	v = &Vault{engine: engine, device: device, turn: make(chan struct{}, 1), header: header{ID: hex.EncodeToString(id), Kind: kind}}
	if device != nil {
		switch err := device.Keep(v.header.ID, newKey()); {
		case errors.Is(err, ErrNoKeyring):
			v.device = nil // passphrases alone
		case err != nil:
			return nil, nil, fmt.Errorf("create vault: keyring of the workstation: %w", err)
		}
	}
	protect(func() {
		var mailbox *age.X25519Identity
		if recovery, err = age.GenerateX25519Identity(); err != nil {
			return
		}
		if mailbox, err = age.GenerateX25519Identity(); err != nil {
			return
		}
		v.header.Mailbox = mailbox.Recipient().String()
		b := box{Current: 1, Keys: map[uint32][]byte{1: newKey()}, Mailbox: mailbox.String(),
			Tokens: newKey(), Sums: newKey(), Log: []byte(hex.EncodeToString(newKey())), Recovery: recovery.Recipient().String(), Officers: map[string]officer{}}
		var o *open
		if o, err = opened(v.header.ID, b, map[string][]byte{}); err == nil {
			v.keys.Store(o)
		}
	})
	if err == nil {
		err = v.Update(ctx, func(tx store.Tx) error {
			if there, err := tx.Get(headerKey); err != nil || there != nil {
				return errors.Join(err, errors.New("there is one already"))
			}
			return errors.Join(store.Put(tx, headerKey, v.header), tx.(*Tx).shut())
		})
	}
	if err != nil {
		return nil, nil, fmt.Errorf("create vault: %w", err)
	}
	return v, recovery, nil
}

func newKey() []byte {
	key := make([]byte, keySize)
	rand.Read(key) // never fails
	return key
}

// Open finds the vault of a post of that kind. It is closed.
func Open(ctx context.Context, engine store.Store, kind string, device Device) (*Vault, error) {
	v := &Vault{engine: engine, device: device, turn: make(chan struct{}, 1)}
	err := engine.View(ctx, func(tx store.Tx) error {
		h, found, err := store.Get[header](tx, headerKey)
		switch {
		case err != nil:
			return err
		case !found:
			return ErrNoVault
		case h.Kind != kind:
			return ErrKind
		}
		v.header = h
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	return v, nil
}

// opened is the working form of what the boxes hold.
func opened(id string, b box, signing map[string][]byte) (*open, error) {
	o := &open{id: id, box: b, gcm: map[uint32]cipher.AEAD{}, signing: signing}
	for generation, key := range b.Keys {
		if len(key) != keySize {
			return nil, fmt.Errorf("data box: %w", ErrDamaged)
		}
		o.gcm[generation] = newGCM(key)
	}
	if o.gcm[b.Current] == nil || len(b.Tokens) != keySize || len(b.Sums) != keySize {
		return nil, fmt.Errorf("data box: %w", ErrDamaged)
	}
	mailbox, err := age.ParseX25519Identity(b.Mailbox)
	o.mailbox = mailbox
	return o, err
}

// Recovery is the public half of the recovery key, empty while closed.
func (v *Vault) Recovery() string {
	o := v.keys.Load()
	if o == nil {
		return ""
	}
	return o.box.Recovery
}

// Key is somebody's proved identity: what opens a vault. One that an officer
// proved is good until the vault is locked the next time.
type Key struct {
	identity *age.X25519Identity
	owner    string // officer whose slot it was in; empty: the recovery key
	locks    uint64 // how often the vault had been locked when that was tried
}

// Identity opens what was encrypted to the owner of the key.
func (k Key) Identity() age.Identity { return k.identity }

// Public is the public half: age1….
func (k Key) Public() string { return k.identity.Recipient().String() }

// ParseRecovery reads a recovery key as it stands on paper, in any case and
// grouping.
func ParseRecovery(text string) (Key, error) {
	var clean []rune
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z':
			clean = append(clean, r-'a'+'A')
		case r > ' ':
			clean = append(clean, r)
		}
	}
	identity, err := age.ParseX25519Identity(string(clean))
	if err != nil {
		return Key{}, fmt.Errorf("recovery key: %w", ErrPassphrase) // what was typed is not told on
	}
	return Key{identity: identity}, nil
}

// Prove opens an officer's slot. For somebody who has none it takes as long
// and says the same: [ErrPassphrase]. Nothing is unlocked yet.
func (v *Vault) Prove(ctx context.Context, owner string, passphrase []byte) (Key, error) {
	locks := v.locks.Load()
	var slot Slot
	var found bool
	err := v.engine.View(ctx, func(tx store.Tx) (err error) {
		slot, found, err = store.Get[Slot](tx, slots+owner)
		if err == nil && !found {
			slot, err = stranger(tx)
		}
		return err
	})
	if err != nil {
		return Key{}, err
	}
	device, err := v.secret()
	if err != nil && !errors.Is(err, ErrNoKeyring) { // without one: as if nothing were in it
		return Key{}, err
	}
	identity, err := slot.open(v.header.ID, owner, passphrase, device)
	if err != nil {
		return Key{}, err
	}
	return Key{identity, owner, locks}, nil
}

// stranger is a slot like those that are there, which nothing opens.
func stranger(tx store.Tx) (s Slot, err error) {
	s = Slot{Cost: DefaultCost}
	err = tx.Scan(slots, "", 1, func(_ string, b []byte) error {
		s, err = store.Decode[Slot](b)
		return err
	})
	s.Salt, s.Sealed, s.Off = make([]byte, saltSize), nil, false
	return s, err
}

func (v *Vault) secret() ([]byte, error) {
	if v.device == nil {
		return nil, nil
	}
	secret, err := v.device.Secret(v.header.ID)
	if err != nil {
		return nil, fmt.Errorf("keyring of the workstation: %w", err)
	}
	return secret, nil
}

// Unlock opens the vault with a proved identity; the signing box too, if asked.
// The first time it checks that all records are there and are the newest:
// [ErrPutBack]. If the vault was locked since the identity was proved it stays
// so: [ErrLocked].
func (v *Vault) Unlock(ctx context.Context, k Key, signing bool) error {
	err := v.unlock(ctx, k, signing)
	if err != nil {
		return fmt.Errorf("unlock: %w", err)
	}
	return nil
}

func (v *Vault) unlock(ctx context.Context, k Key, signing bool) (err error) {
	if k.identity == nil {
		return ErrNotForYou
	}
	if err := v.begin(ctx); err != nil {
		return err
	}
	defer v.end()
	locks, was := v.locks.Load(), v.keys.Load()
	if k.owner != "" && k.locks != locks {
		return ErrLocked
	}
	var next *open
	err = v.engine.View(ctx, func(tx store.Tx) error {
		protect(func() {
			var b box
			var secrets map[string][]byte
			if b, err = readBox[box](tx, dataKey, k.identity); err != nil {
				return
			}
			if !b.admits(k) {
				err = ErrNotForYou
				return
			}
			if signing {
				if secrets, err = readBox[map[string][]byte](tx, signingKey, k.identity); err != nil {
					return
				}
			} else if was != nil {
				secrets = was.signing
			}
			if next, err = opened(v.header.ID, b, secrets); err == nil && next.mailbox.Recipient().String() != v.header.Mailbox {
				err = fmt.Errorf("%s: %w", headerKey, ErrDamaged)
			}
		})
		if err != nil || was != nil {
			return err
		}
		return next.check(tx)
	})
	if err != nil {
		return err
	}
	next.locks = locks
	if !v.keys.CompareAndSwap(was, next) {
		return ErrLocked
	}
	if v.locks.Load() != locks {
		v.Lock()
		return ErrLocked
	}
	return nil
}

// Confirm says whether the open vault is open to somebody else as well, and
// changes nothing: [ErrNotForYou], or [ErrLocked] if it is closed or was locked
// since they proved who they are.
func (v *Vault) Confirm(k Key) error {
	o := v.keys.Load()
	switch {
	case o == nil || k.owner != "" && k.locks != o.locks:
		return ErrLocked
	case !o.box.admits(k):
		return ErrNotForYou
	}
	return nil
}

// begin waits for the turn to change the keys, so that none that were read
// before a change come after it.
func (v *Vault) begin(ctx context.Context) error {
	select {
	case v.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (v *Vault) end() { <-v.turn }

// Check compares the sum with the records, as opening the vault does.
func (v *Vault) Check(ctx context.Context) error {
	o := v.keys.Load()
	if o == nil {
		return ErrLocked
	}
	return v.engine.View(ctx, o.check)
}

// Lock closes the vault. Transactions that have begun end as they are; what
// officers proved before is proved no more.
func (v *Vault) Lock() {
	v.locks.Add(1)
	if v.keys.Swap(nil) != nil {
		runtime.GC() // what protect watches over is erased by the collector
		runtime.GC()
	}
}

// Open reports whether the vault is open, and whether its signing box is.
func (v *Vault) Open() (records, signing bool) {
	o := v.keys.Load()
	return o != nil, o != nil && o.signing != nil
}

// Secret opens the signing key with that identifier; false if there is none, or
// the signing box is not open.
func (v *Vault) Secret(id string) ([]byte, bool) {
	o := v.keys.Load()
	if o == nil {
		return nil, false
	}
	s, ok := o.signing[id]
	return slices.Clone(s), ok
}

// LogSecret opens the log's key, nil while the vault is closed.
func (v *Vault) LogSecret() []byte {
	o := v.keys.Load()
	if o == nil {
		return nil
	}
	return slices.Clone(o.box.Log)
}

// View runs fn on a snapshot.
func (v *Vault) View(ctx context.Context, fn func(store.Tx) error) error {
	o := v.keys.Load()
	return v.engine.View(ctx, func(tx store.Tx) error { return fn(&Tx{vault: v, engine: tx, open: o}) })
}

// Update runs fn and brings the sum over the records up to date with it.
func (v *Vault) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := v.begin(ctx); err != nil {
		return err
	}
	defer v.end()
	var t *Tx
	err := v.engine.Update(ctx, func(tx store.Tx) error {
		t = &Tx{vault: v, engine: tx, open: v.keys.Load()}
		if err := fn(t); err != nil {
			return err
		}
		return t.finish()
	})
	if err == nil && t.next != nil {
		v.keys.CompareAndSwap(t.open, t.next)
	}
	return err
}

// Backup writes a copy that the engine opens, sealed as it is.
func (v *Vault) Backup(ctx context.Context, w io.Writer) error { return v.engine.Backup(ctx, w) }

// Close locks the vault and closes the engine.
func (v *Vault) Close() error {
	v.Lock()
	return v.engine.Close()
}

// Rewrap wraps the keys of all records with the newest data key, some hundred at
// a time, so that officers can go on working. It may be broken off and begun
// again. Done is called with how many records have been looked at.
func (v *Vault) Rewrap(ctx context.Context, done func(records int)) error {
	o := v.keys.Load()
	if o == nil {
		return ErrLocked
	}
	var kinds []string
	err := v.engine.View(ctx, func(tx store.Tx) error {
		s, err := o.readState(tx)
		kinds = s.Kinds
		return err
	})
	records := 0
	for _, kind := range kinds {
		after := ""
		for err == nil {
			if v.keys.Load() == nil {
				err = ErrLocked
				break
			}
			last := after
			err = v.engine.Update(ctx, func(tx store.Tx) error {
				all := map[string][]byte{}
				err := tx.Scan(kind+"/", after, 100, func(key string, sealed []byte) error {
					last = key
					b, err := o.rewrap(key, sealed)
					all[key] = b
					return err
				})
				for _, key := range slices.Sorted(maps.Keys(all)) {
					if err == nil {
						err = tx.Put(key, all[key])
					}
				}
				records += len(all)
				return err
			})
			if last == after {
				break
			}
			after = last
			done(records)
		}
	}
	if err != nil {
		return fmt.Errorf("wrap records anew: %w", err)
	}
	return nil
}
