package vault

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"filippo.io/age"

	"pratique/data/audit"
	"pratique/data/store"
)

// Tx is a vault inside a View or an Update.
type Tx struct {
	vault  *Vault
	engine store.Tx
	open   *open // nil: the vault is closed
	next   *open // what it is after the commit, nil: the same
	wrote  bool
	sum    *state // read before the first sealed write
}

func (t *Tx) newest() *open {
	if t.next != nil {
		return t.next
	}
	return t.open
}

// of is the vault's transaction behind tx.
func of(tx store.Tx) (*Tx, error) {
	t, ok := tx.(*Tx)
	if !ok {
		return nil, errors.New("not a transaction of a vault")
	}
	return t, nil
}

// stored is the key under which a record lies, and what to put in place of a
// token's beginning in the keys of a scan.
func (t *Tx) stored(key string) (stored, begins, instead string, err error) {
	rest, lookup := strings.CutPrefix(key, store.Lookups)
	if !lookup {
		return key, "", "", nil
	}
	value, rest, ok := strings.Cut(rest, "/")
	if !ok {
		return "", "", "", fmt.Errorf("look-ups are found by a whole value: %q", store.Lookups)
	}
	if t.open == nil {
		return "", "", "", ErrLocked
	}
	begins = store.Lookups + t.open.token(value) + "/"
	return begins + rest, begins, store.Lookups + value + "/", nil
}

// Get implements [store.Tx].
func (t *Tx) Get(key string) ([]byte, error) {
	kind, _, err := store.SplitKey(key)
	if err != nil || isClear(kind) {
		b, failed := t.engine.Get(key)
		return b, errors.Join(err, failed)
	}
	stored, _, _, err := t.stored(key)
	if err != nil {
		return nil, err
	}
	sealed, err := t.engine.Get(stored)
	if err != nil || sealed == nil && t.open != nil {
		return nil, err
	}
	if t.open == nil {
		return nil, ErrLocked
	}
	return t.newest().openRecord(stored, sealed)
}

// Put implements [store.Tx].
func (t *Tx) Put(key string, value []byte) error {
	if kind, _, err := store.SplitKey(key); err != nil {
		return err
	} else if isClear(kind) {
		t.wrote = true
		return t.engine.Put(key, value)
	}
	if value == nil || len(value) > store.MaxValue {
		return fmt.Errorf("put %s: value is nil or too large", key)
	}
	return t.change(key, func(stored string) []byte { return t.newest().sealRecord(stored, value) })
}

// Delete implements [store.Tx].
func (t *Tx) Delete(key string) error {
	if kind, _, err := store.SplitKey(key); err != nil {
		return err
	} else if isClear(kind) {
		t.wrote = true
		return t.engine.Delete(key)
	}
	return t.change(key, func(string) []byte { return nil })
}

// change puts another sealed record, or none, in the place of a key.
func (t *Tx) change(key string, seal func(stored string) []byte) error {
	if t.open == nil {
		return ErrLocked
	}
	stored, _, _, err := t.stored(key)
	if err != nil {
		return err
	}
	if err := t.readSum(); err != nil {
		return err
	}
	before, err := t.engine.Get(stored)
	if err != nil {
		return err
	}
	after := seal(stored)
	switch {
	case after != nil:
		err = t.engine.Put(stored, after)
	default:
		err = t.engine.Delete(stored)
	}
	if err != nil {
		return err
	}
	t.wrote = true
	return t.sum.changed(t.newest(), stored, before, after)
}

// readSum reads the sum before it is changed for the first time.
func (t *Tx) readSum() error {
	if t.sum != nil {
		return nil
	}
	s, err := t.open.readState(t.engine)
	if err == nil {
		t.sum = &s
	}
	return err
}

// Scan implements [store.Tx]. Look-ups can be scanned by a whole value only.
func (t *Tx) Scan(prefix, after string, limit int, fn func(key string, value []byte) error) error {
	kind, _, err := store.SplitKey(prefix)
	if err != nil || isClear(kind) {
		return errors.Join(err, t.engine.Scan(prefix, after, limit, fn))
	}
	if t.open == nil {
		return ErrLocked
	}
	stored, begins, instead, err := t.stored(prefix)
	if err != nil {
		return err
	}
	if rest, ok := strings.CutPrefix(after, instead); ok {
		after = begins + rest
	} else if begins != "" && after < instead {
		after = ""
	}
	return t.engine.Scan(stored, after, limit, func(key string, sealed []byte) error {
		value, err := t.newest().openRecord(key, sealed)
		if err != nil {
			return err
		}
		if begins != "" {
			key = instead + strings.TrimPrefix(key, begins)
		}
		return fn(key, value)
	})
}

// finish writes the sum. A transaction of a closed vault cannot and need not:
// it has changed no sealed record.
func (t *Tx) finish() error {
	if t.open == nil || !t.wrote {
		return nil
	}
	err := t.readSum()
	if err != nil {
		return err
	}
	if t.sum.Log, err = audit.Current(t.engine); err != nil {
		return err
	}
	if t.sum.Boxes, err = boxes(t.engine); err != nil {
		return err
	}
	return t.newest().writeState(t.engine, *t.sum)
}

// Opening tells one opening of the vault from the next; 0 while it is closed,
// and for a store that is no vault.
func Opening(tx store.Tx) uint64 {
	if t, ok := tx.(*Tx); ok && t.open != nil {
		return t.open.locks + 1
	}
	return 0
}

// Token stands for a text that must not be told: the same for the same text, and
// only who has the vault's keys can try whether it stands for another.
func Token(tx store.Tx, text string) (string, error) {
	t, err := of(tx)
	switch {
	case err != nil:
		return "", err
	case t.open == nil:
		return "", ErrLocked
	}
	return t.newest().token("text=" + text), nil
}

// SealEntry implements [audit.Sealer]: an entry of the log as it is stored.
func (t *Tx) SealEntry(key string, entry []byte) ([]byte, error) {
	if o := t.newest(); o != nil {
		return o.gcm[o.box.Current].Seal(o.head(), nil, entry, o.place("entry", key)), nil
	}
	mailbox, err := age.ParseX25519Recipient(t.vault.header.Mailbox)
	if err != nil {
		return nil, fmt.Errorf("mailbox: %w", ErrDamaged)
	}
	b, err := sealTo(entry, mailbox)
	return append([]byte{formMailbox}, b...), err
}

// OpenEntry implements [audit.Sealer].
func (t *Tx) OpenEntry(key string, sealed []byte) ([]byte, error) {
	if t.open == nil {
		return nil, fmt.Errorf("%w: %w", ErrLocked, audit.ErrUnreadable)
	}
	o := t.newest()
	if len(sealed) > 0 && sealed[0] == formMailbox {
		b, err := unseal(sealed[1:], o.mailbox)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, ErrDamaged)
		}
		return b, nil
	}
	gcm, err := o.generation(sealed)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	b, err := gcm.Open(nil, nil, sealed[headSize:], o.place("entry", key))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, ErrDamaged)
	}
	return b, nil
}

// NewSlot makes a slot for an officer of this vault. It is slow by intent, so
// it does not belong into an Update.
func (v *Vault) NewSlot(owner string, passphrase []byte, cost Cost) (Slot, error) {
	device, err := v.secret()
	if errors.Is(err, ErrNoKeyring) {
		// Nothing is written to a keyring that does not answer: what is in it
		// would be lost, and with it every passphrase that needs it.
		err = nil
	} else if err == nil && device == nil && v.device != nil {
		// Another workstation than the one the post was made on.
		device = newKey()
		if err = v.device.Keep(v.header.ID, device); errors.Is(err, ErrNoKeyring) {
			device, err = nil, nil
		}
	}
	if err != nil {
		return Slot{}, fmt.Errorf("slot of %s: %w", owner, err)
	}
	return newSlot(v.header.ID, owner, passphrase, cost, device)
}

// PutSlot gives an officer a slot, in place of any other, and opens the boxes to
// it: the data box, and the signing box if they may sign. [ErrSigningShut] if
// that is not open.
func PutSlot(tx store.Tx, owner string, s Slot, signing bool) error {
	return setOfficer(tx, owner, func(officer) (officer, Slot, error) {
		return officer{Recipient: s.recipient, Signing: signing}, s, nil
	})
}

// SetOff shuts both boxes to an officer, or opens them again.
func SetOff(tx store.Tx, owner string, off bool) error {
	return setOfficer(tx, owner, func(is officer) (officer, Slot, error) {
		s, found, err := store.Get[Slot](tx, slots+owner)
		if err == nil && !found {
			err = fmt.Errorf("officer %q has no slot", owner)
		}
		is.Off, s.Off = off, off
		return is, s, err
	})
}

func setOfficer(tx store.Tx, owner string, fn func(officer) (officer, Slot, error)) error {
	return replace(tx, func(o *open) error {
		is, slot, err := fn(o.box.Officers[owner])
		if err != nil {
			return err
		}
		if is.Signing && o.signing == nil {
			return ErrSigningShut
		}
		o.box.Officers = maps.Clone(o.box.Officers)
		o.box.Officers[owner] = is
		return store.Put(tx, slots+owner, slot)
	})
}

// SlotOf is the slot of an officer, if there is one. The vault may be closed.
func SlotOf(tx store.Tx, owner string) (s Slot, found bool, err error) {
	return store.Get[Slot](tx, slots+owner)
}

// Slots are the officers who have one and are not shut out, sorted.
func Slots(tx store.Tx) (owners []string, err error) {
	err = store.Each(tx, slots, "", 0, func(key string, s Slot) error {
		if !s.Off {
			owners = append(owners, strings.TrimPrefix(key, slots))
		}
		return nil
	})
	return owners, err
}

// SetSecret keeps what opens a signing key; nil forgets it.
func SetSecret(tx store.Tx, id string, secret []byte) error {
	return replace(tx, func(o *open) error {
		if o.signing == nil {
			return ErrSigningShut
		}
		o.signing = maps.Clone(o.signing)
		if o.signing[id] = append([]byte{}, secret...); secret == nil {
			delete(o.signing, id)
		}
		return nil
	})
}

// NewGeneration makes a new data key, which everything is sealed with from now
// on, and a new key of the sum over the records: who had those before can add or
// change no record unnoticed. What is there stays readable; [Vault.Rewrap] brings
// it over. It reads all records, once.
func NewGeneration(tx store.Tx) (generation uint32, err error) {
	err = replace(tx, func(o *open) (err error) {
		was := *o
		protect(func() {
			o.box.Sums = newKey()
			o.box.Keys = maps.Clone(o.box.Keys)
			o.box.Current++
			o.box.Keys[o.box.Current] = newKey()
			var fresh *open
			if fresh, err = opened(o.id, o.box, o.signing); err == nil {
				fresh.locks = o.locks
				*o = *fresh
			}
		})
		if err != nil {
			return err
		}
		generation = o.box.Current
		return tx.(*Tx).recount(&was, o)
	})
	return generation, err
}

// replace lets fn change a copy of what the boxes hold, which becomes what they
// hold with the commit.
func replace(tx store.Tx, fn func(*open) error) error {
	t, err := of(tx)
	if err != nil {
		return err
	}
	o := t.newest()
	if o == nil {
		return ErrLocked
	}
	next := *o
	if err := fn(&next); err != nil {
		return err
	}
	t.next, t.wrote = &next, true
	return t.shut()
}
