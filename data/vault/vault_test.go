package vault_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"pratique/data/audit"
	"pratique/data/store"
	"pratique/data/store/bolt"
	"pratique/data/store/mem"
	"pratique/data/store/storetest"
	"pratique/data/vault"
)

var (
	ctx   = context.Background()
	cheap = vault.Cost{MemoryKiB: 8, Passes: 1, Threads: 1}
	noon  = time.Date(2022, 7, 9, 12, 0, 0, 0, time.UTC)
)

const passphrase = "kamo rudi teso bali"

// create makes an open vault over an engine, with a slot for officer-a, who may
// sign, and officer-b, who may not.
func create(t testing.TB, engine store.Store, device vault.Device) (*vault.Vault, vault.Key) {
	t.Helper()
	v, recovery, err := vault.Create(ctx, engine, "practice", device)
	if err != nil {
		t.Fatal(err)
	}
	key, err := vault.ParseRecovery(recovery.String())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []struct {
		owner   string
		signing bool
	}{{"officer-a", true}, {"officer-b", false}} {
		slot, err := v.NewSlot(o.owner, []byte(passphrase), cheap)
		if err != nil {
			t.Fatal(err)
		}
		update(t, v, func(tx store.Tx) error { return vault.PutSlot(tx, o.owner, slot, o.signing) })
	}
	return v, key
}

func update(t testing.TB, v *vault.Vault, fn func(store.Tx) error) {
	t.Helper()
	if err := v.Update(ctx, fn); err != nil {
		t.Fatal(err)
	}
}

// reopen is the same engine's vault, closed.
func reopen(t testing.TB, engine store.Store) *vault.Vault {
	t.Helper()
	v, err := vault.Open(ctx, engine, "practice", nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// signIn opens a vault as an officer would.
func signIn(v *vault.Vault, owner, passphrase string, signing bool) error {
	k, err := v.Prove(ctx, owner, []byte(passphrase))
	if err != nil {
		return err
	}
	return v.Unlock(ctx, k, signing)
}

func put(tx store.Tx, pairs ...string) (err error) {
	for i := 0; i < len(pairs); i += 2 {
		err = errors.Join(err, tx.Put(pairs[i], []byte(pairs[i+1])))
	}
	return err
}

func get(v *vault.Vault, key string) (value []byte, err error) {
	err = v.View(ctx, func(tx store.Tx) error {
		value, err = tx.Get(key)
		return err
	})
	return value, err
}

func TestKeepsTheContract(t *testing.T) {
	t.Run("mem", func(t *testing.T) {
		var engine *mem.Store
		var key vault.Key
		storetest.Test(t, storetest.Engine{
			Open: func(tb testing.TB) store.Store {
				engine = mem.New()
				v, k := create(tb, engine, nil)
				key = k
				return v
			},
			Restore: func(tb testing.TB, backup []byte) store.Store {
				s, err := mem.Restore(backup)
				if err != nil {
					tb.Fatal(err)
				}
				v := reopen(tb, s)
				if err := v.Unlock(ctx, key, false); err != nil {
					tb.Fatal(err)
				}
				return v
			},
		})
	})
	t.Run("bolt", func(t *testing.T) {
		storetest.Test(t, storetest.Engine{
			Open: func(tb testing.TB) store.Store {
				v, _ := create(tb, openBolt(tb), nil)
				return v
			},
			Restore: func(tb testing.TB, _ []byte) store.Store {
				tb.Skip("covered with the engine in memory")
				return nil
			},
		})
	})
}

func openBolt(tb testing.TB) store.Store {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "post.db")
	if err := bolt.Create(path); err != nil {
		tb.Fatal(err)
	}
	s, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	return s
}

func TestWhoOpensWhat(t *testing.T) {
	engine := mem.New()
	first, recovery := create(t, engine, nil)
	update(t, first, func(tx store.Tx) error {
		return errors.Join(put(tx, "application/1", "secret"), vault.SetSecret(tx, "signer-1", []byte("pin")))
	})
	for _, tt := range []struct {
		name, owner, passphrase string
		signing                 bool
		want                    error
	}{
		{"an officer", "officer-b", passphrase, false, nil},
		{"one who may sign", "officer-a", passphrase, true, nil},
		{"one who may sign and does not ask to", "officer-a", passphrase, false, nil},
		{"one who may not", "officer-b", passphrase, true, vault.ErrNotForYou},
		{"a wrong passphrase", "officer-a", "another", false, vault.ErrPassphrase},
		{"nobody", "officer-z", passphrase, false, vault.ErrPassphrase},
		{"an empty passphrase", "officer-a", "", false, vault.ErrPassphrase},
	} {
		v := reopen(t, engine)
		if err := signIn(v, tt.owner, tt.passphrase, tt.signing); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		records, signing := v.Open()
		if records != (tt.want == nil) || signing != (tt.want == nil && tt.signing) {
			t.Errorf("%s: open %v, signing %v", tt.name, records, signing)
		}
		if pin, ok := v.Secret("signer-1"); ok != signing || ok && string(pin) != "pin" {
			t.Errorf("%s: secret %q, %v", tt.name, pin, ok)
		}
		value, err := get(v, "application/1")
		if records && string(value) != "secret" || !records && !errors.Is(err, vault.ErrLocked) {
			t.Errorf("%s: read %q, %v", tt.name, value, err)
		}
	}
	v := reopen(t, engine)
	if err := v.Unlock(ctx, recovery, true); err != nil {
		t.Errorf("the recovery key: %v", err)
	}
	if _, err := vault.Open(ctx, engine, "real", nil); !errors.Is(err, vault.ErrKind) {
		t.Errorf("a practice vault as a real one: %v", err)
	}
	if _, err := vault.Open(ctx, mem.New(), "real", nil); !errors.Is(err, vault.ErrNoVault) {
		t.Errorf("an empty store: %v", err)
	}
	if _, _, err := vault.Create(ctx, engine, "practice", nil); err == nil {
		t.Error("a second vault was made in the same store")
	}
}

func TestRecoveryKeyAsTyped(t *testing.T) {
	_, recovery, err := vault.Create(ctx, mem.New(), "practice", nil)
	if err != nil {
		t.Fatal(err)
	}
	text := recovery.String()
	grouped := strings.ToLower(text[:20]) + " " + text[20:40] + "\n" + text[40:]
	for name, tt := range map[string]struct {
		text string
		ok   bool
	}{"as it is": {text, true}, "grouped": {grouped, true}, "cut": {text[:70], false}, "a letter wrong": {text[:30] + "B" + text[31:], false}, "nothing": {"", false}} {
		if tt.text == text[:30]+"B"+text[31:] && text[30] == 'B' {
			continue
		}
		k, err := vault.ParseRecovery(tt.text)
		if (err == nil) != tt.ok || err != nil && strings.Contains(err.Error(), "AGE") {
			t.Errorf("%s: %v, %v", name, k, err)
		}
	}
}

// TestSlotsThatOpenToNobody: a slot that somebody wrote into the file lets
// nobody in and does not use up the machine: its cost is looked at first.
func TestSlotsThatOpenToNobody(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(*vault.Slot)
		want  error
	}{
		"untouched":         {func(*vault.Slot) {}, nil},
		"no passes":         {func(s *vault.Slot) { s.Cost.Passes = 0 }, vault.ErrDamaged},
		"4294967295 passes": {func(s *vault.Slot) { s.Cost.Passes = math.MaxUint32 }, vault.ErrDamaged},
		"no threads":        {func(s *vault.Slot) { s.Cost.Threads = 0 }, vault.ErrDamaged},
		"no memory":         {func(s *vault.Slot) { s.Cost.MemoryKiB = 0 }, vault.ErrDamaged},
		"4 TiB":             {func(s *vault.Slot) { s.Cost.MemoryKiB = math.MaxUint32 }, vault.ErrDamaged},
		"a KiB over 1 GiB":  {func(s *vault.Slot) { s.Cost.MemoryKiB = 1<<20 + 1 }, vault.ErrDamaged},
		"another cost":      {func(s *vault.Slot) { s.Cost.Passes++ }, vault.ErrPassphrase},
		"another salt":      {func(s *vault.Slot) { s.Salt[0] ^= 1 }, vault.ErrPassphrase},
		"no salt":           {func(s *vault.Slot) { s.Salt = nil }, vault.ErrPassphrase},
		"nothing sealed":    {func(s *vault.Slot) { s.Sealed = nil }, vault.ErrPassphrase},
		"half sealed":       {func(s *vault.Slot) { s.Sealed = s.Sealed[:20] }, vault.ErrPassphrase},
		"clear text":        {func(s *vault.Slot) { s.Sealed = []byte(passphrase) }, vault.ErrPassphrase},
		"of a workstation":  {func(s *vault.Slot) { s.Device = true }, vault.ErrDevice},
	} {
		engine := mem.New()
		create(t, engine, nil)
		err := engine.Update(ctx, func(tx store.Tx) error {
			s, _, err := vault.SlotOf(tx, "officer-a")
			tt.spoil(&s)
			return errors.Join(err, store.Put(tx, "slot/officer-a", s))
		})
		if err != nil {
			t.Fatal(err)
		}
		v := reopen(t, engine)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err = signIn(v, "officer-a", passphrase, false)
		runtime.ReadMemStats(&after)
		if open, _ := v.Open(); !errors.Is(err, tt.want) || open != (tt.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
			t.Errorf("%s: %d MiB were used", name, used>>20)
		}
	}
	v, _ := create(t, mem.New(), nil)
	if _, err := v.NewSlot("officer-c", []byte(passphrase), vault.Cost{MemoryKiB: math.MaxUint32, Passes: 1, Threads: 1}); !errors.Is(err, vault.ErrDamaged) {
		t.Errorf("a new slot of 4 TiB: %v", err)
	}
}

// TestSlotIsItsOwnersAlone: another officer's slot under one's own name opens
// nothing, nor does that of another vault.
func TestSlotIsItsOwnersAlone(t *testing.T) {
	engine, other := mem.New(), mem.New()
	v, _ := create(t, engine, nil)
	create(t, other, nil)
	slot, err := v.NewSlot("officer-c", []byte("another one altogether"), cheap)
	if err != nil {
		t.Fatal(err)
	}
	update(t, v, func(tx store.Tx) error { return vault.PutSlot(tx, "officer-c", slot, false) })
	set(t, engine, "slot/officer-a", encoded(t, slot))
	if err := signIn(reopen(t, engine), "officer-a", "another one altogether", true); !errors.Is(err, vault.ErrPassphrase) {
		t.Errorf("by another's slot: %v", err)
	}
	copyRecord(t, other, engine, "slot/officer-b")
	if err := signIn(reopen(t, engine), "officer-b", passphrase, false); !errors.Is(err, vault.ErrPassphrase) {
		t.Errorf("by a slot of another vault: %v", err)
	}
}

func encoded(t *testing.T, s vault.Slot) []byte {
	t.Helper()
	b, err := store.Encode(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestStrangersTakeAsLong: for a name without a slot the passphrase is derived
// at the cost of the slots that are there, with as much memory.
func TestStrangersTakeAsLong(t *testing.T) {
	engine := mem.New()
	v, _, err := vault.Create(ctx, engine, "practice", nil)
	if err != nil {
		t.Fatal(err)
	}
	slot, err := v.NewSlot("officer-a", []byte(passphrase), vault.Cost{MemoryKiB: 16 << 10, Passes: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	update(t, v, func(tx store.Tx) error { return vault.PutSlot(tx, "officer-a", slot, false) })
	var said []string
	for _, owner := range []string{"officer-a", "officer-z"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := v.Prove(ctx, owner, []byte("wrong"))
		runtime.ReadMemStats(&after)
		if !errors.Is(err, vault.ErrPassphrase) {
			t.Fatalf("%s: %v", owner, err)
		}
		said = append(said, err.Error())
		if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used < 16 || used > 20 {
			t.Errorf("%s: %d MiB were used, want 16 and little more", owner, used)
		}
	}
	if said[0] != said[1] {
		t.Errorf("%q tells from %q", said[0], said[1])
	}
}

// ring is a workstation's keyring.
type ring map[string][]byte

func (r ring) Secret(id string) ([]byte, error) { return r[id], nil }
func (r ring) Keep(id string, b []byte) error   { r[id] = b; return nil }

func TestDeviceSecret(t *testing.T) {
	engine, here := mem.New(), ring{}
	_, recovery := create(t, engine, here)
	open := func(d vault.Device) (*vault.Vault, error) {
		v, err := vault.Open(ctx, engine, "practice", d)
		if err != nil {
			t.Fatal(err)
		}
		return v, signIn(v, "officer-a", passphrase, true)
	}
	if _, err := open(here); err != nil {
		t.Errorf("here: %v", err)
	}
	if _, err := open(ring{}); !errors.Is(err, vault.ErrDevice) {
		t.Errorf("on another workstation: %v", err)
	}
	if _, err := open(nil); !errors.Is(err, vault.ErrDevice) {
		t.Errorf("without a keyring: %v", err)
	}
	for id := range here {
		if _, err := open(ring{id: make([]byte, 32)}); !errors.Is(err, vault.ErrPassphrase) {
			t.Errorf("another secret: %v", err)
		}
	}
	v, _ := open(nil)
	if err := v.Unlock(ctx, recovery, true); err != nil {
		t.Errorf("the recovery key needs no workstation: %v", err)
	}
}

// raw is everything in an engine.
func raw(t *testing.T, engine *mem.Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := engine.Backup(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestInvariant5NothingReadable: nothing of values, look-ups or entries is in
// the engine, opened or closed.
func TestInvariant5NothingReadable(t *testing.T) {
	engine := mem.New()
	v, _ := create(t, engine, nil)
	log, err := audit.Create(ctx, v, filepath.Join(t.TempDir(), "head"))
	if err != nil {
		t.Fatal(err)
	}
	words := []string{"SPECIMEN", "UT1234567", "officer-entry", "kamo", "subject-1"}
	update := func() error {
		return log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
			var err error
			if records, _ := v.Open(); records {
				err = errors.Join(put(tx, "application/1", "SPECIMEN ANNA"), tx.Put(store.LookupPrefix("document", "UT1234567")+"1", []byte{}))
			}
			return errors.Join(err, add(audit.Entry{At: noon, Officer: "officer-entry", Act: audit.OfficerRefused, Subject: "subject-1"}))
		})
	}
	if err := update(); err != nil {
		t.Fatal(err)
	}
	v.Lock()
	if err := update(); err != nil {
		t.Fatal(err)
	}
	for _, w := range words {
		if bytes.Contains(bytes.ToLower(raw(t, engine)), bytes.ToLower([]byte(w))) {
			t.Errorf("%q is readable in the engine", w)
		}
	}
	// Who cannot read the log can check it.
	err = v.View(ctx, func(tx store.Tx) error {
		if n, err := audit.Verify(tx); n != 2 || err != nil {
			t.Errorf("closed: %d entries hold, %v", n, err)
		}
		if err := audit.Each(tx, 0, 0, func(audit.Entry) error { return nil }); !errors.Is(err, vault.ErrLocked) {
			t.Errorf("closed: entries read with %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := signIn(v, "officer-b", passphrase, false); err != nil {
		t.Fatal(err)
	}
	err = v.View(ctx, func(tx store.Tx) error {
		n := 0
		err := audit.Each(tx, 0, 0, func(e audit.Entry) error { n++; return nil })
		found, look := false, store.LookupPrefix("document", "UT1234567")
		err = errors.Join(err, tx.Scan(look, "", 0, func(key string, _ []byte) error {
			found = key == look+"1"
			return nil
		}))
		if n != 2 || !found {
			t.Errorf("open: %d entries, looked up: %v", n, found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// history is a vault with a log, and copies of its engine before and after each
// of some acts.
func history(t *testing.T) (states []*mem.Store, names []string) {
	t.Helper()
	engine := mem.New()
	v, _ := create(t, engine, nil)
	log, err := audit.Create(ctx, v, filepath.Join(t.TempDir(), "head"))
	if err != nil {
		t.Fatal(err)
	}
	keep := func(name string) {
		s, err := mem.Restore(raw(t, engine))
		if err != nil {
			t.Fatal(err)
		}
		states, names = append(states, s), append(names, name)
	}
	act := func(name string, fn func(store.Tx) error) {
		err := log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
			return errors.Join(fn(tx), add(audit.Entry{At: noon, Act: audit.ApplicationSaved}))
		})
		if err != nil {
			t.Fatal(name, err)
		}
		keep(name)
	}
	act("two records", func(tx store.Tx) error { return put(tx, "application/1", "one", "certificate/2", "issued") })
	act("revoked", func(tx store.Tx) error { return put(tx, "certificate/2", "revoked") })
	act("shut out", func(tx store.Tx) error {
		_, err := vault.NewGeneration(tx)
		return errors.Join(err, vault.SetOff(tx, "officer-b", true))
	})
	return states, names
}

func copyRecord(t *testing.T, from, to *mem.Store, keys ...string) {
	t.Helper()
	err := to.Update(ctx, func(tx store.Tx) error {
		return from.View(ctx, func(old store.Tx) error {
			for _, k := range keys {
				b, err := old.Get(k)
				if err != nil {
					return err
				}
				if b == nil {
					err = tx.Delete(k)
				} else {
					err = tx.Put(k, b)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestInvariant7NothingIsPutBack: single records put back to how they were, as a
// revocation would be, or taken away, are found when the vault is opened.
func TestInvariant7NothingIsPutBack(t *testing.T) {
	issued, revoked, shut := 0, 1, 2
	for _, tt := range []struct {
		name     string
		from, to int
		keys     []string
		owner    string
		want     error
	}{
		{"untouched", revoked, revoked, nil, "officer-a", nil},
		{"the revocation", issued, revoked, []string{"certificate/2"}, "officer-a", vault.ErrPutBack},
		{"with the sum", issued, revoked, []string{"certificate/2", "vault/sum"}, "officer-a", vault.ErrPutBack},
		{"a record taken away", issued, revoked, []string{"application/3", "application/1"}, "officer-a", nil},
		{"the boxes and the slot of who was shut out", revoked, shut, []string{"vault/data", "vault/signing", "slot/officer-b"}, "officer-b", vault.ErrPutBack},
		{"all of it but the log", revoked, shut, []string{"vault/data", "vault/signing", "vault/sum", "slot/officer-b"}, "officer-b", vault.ErrPutBack},
		{"the slot alone", revoked, shut, []string{"slot/officer-b"}, "officer-b", vault.ErrNotForYou},
	} {
		t.Run(tt.name, func(t *testing.T) {
			states, _ := history(t)
			copyRecord(t, states[tt.from], states[tt.to], tt.keys...)
			err := signIn(reopen(t, states[tt.to]), tt.owner, passphrase, false)
			if !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
	t.Run("taken away", func(t *testing.T) {
		states, _ := history(t)
		copyRecord(t, mem.New(), states[revoked], "application/1")
		if err := signIn(reopen(t, states[revoked]), "officer-a", passphrase, false); !errors.Is(err, vault.ErrPutBack) {
			t.Errorf("%v, want ErrPutBack", err)
		}
	})
	t.Run("in another's place", func(t *testing.T) {
		states, _ := history(t)
		err := states[revoked].Update(ctx, func(tx store.Tx) error {
			b, err := tx.Get("application/1")
			return errors.Join(err, tx.Put("certificate/2", b))
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := signIn(reopen(t, states[revoked]), "officer-a", passphrase, false); !errors.Is(err, vault.ErrPutBack) {
			t.Errorf("%v, want ErrPutBack", err)
		}
	})
}

// TestEveryBit: whatever single bit of a sealed record or of a box is flipped,
// the value is never read as another one.
func TestEveryBit(t *testing.T) {
	engine := mem.New()
	v, _ := create(t, engine, nil)
	update(t, v, func(tx store.Tx) error { return put(tx, "application/1", "one") })
	for _, key := range []string{"application/1", "vault/data", "vault/sum", "vault/self", "slot/officer-a"} {
		var whole []byte
		err := engine.View(ctx, func(tx store.Tx) (err error) {
			whole, err = tx.Get(key)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 8 * len(whole) {
			b := bytes.Clone(whole)
			b[i/8] ^= 1 << (i % 8)
			set(t, engine, key, b)
			opened, err := vault.Open(ctx, engine, "practice", nil)
			if err == nil {
				err = signIn(opened, "officer-a", passphrase, false)
			}
			if err == nil {
				value, read := get(opened, "application/1")
				if err = read; err == nil && (string(value) != "one" || key == "application/1") {
					t.Fatalf("%s, bit %d: read %q", key, i, value)
				}
			}
			if err == nil && key != "slot/officer-a" {
				t.Errorf("%s, bit %d: not found", key, i)
			}
		}
		set(t, engine, key, whole)
	}
}

func set(t *testing.T, engine *mem.Store, key string, b []byte) {
	t.Helper()
	if err := engine.Update(ctx, func(tx store.Tx) error { return tx.Put(key, b) }); err != nil {
		t.Fatal(err)
	}
}

func TestForgedRecipients(t *testing.T) {
	engine := mem.New()
	v, _ := create(t, engine, nil)
	// An attacker makes a vault of their own and puts its boxes in.
	other := mem.New()
	create(t, other, nil)
	update(t, v, func(tx store.Tx) error { return put(tx, "application/1", "one") })
	copyRecord(t, other, engine, "vault/data", "vault/signing", "vault/self", "slot/officer-a")
	if err := signIn(reopen(t, engine), "officer-a", passphrase, false); err == nil {
		t.Error("the boxes of another vault were taken")
	}
}

func TestGenerations(t *testing.T) {
	engine := mem.New()
	v, _ := create(t, engine, nil)
	for _, k := range []string{"application/1", "application/2", "certificate/3"} {
		update(t, v, func(tx store.Tx) error { return put(tx, k, k) })
	}
	update(t, v, func(tx store.Tx) error {
		g, err := vault.NewGeneration(tx)
		if g != 2 {
			t.Errorf("generation %d", g)
		}
		return err
	})
	update(t, v, func(tx store.Tx) error { return put(tx, "application/4", "application/4") })
	looked := 0
	if err := v.Rewrap(ctx, func(n int) { looked = n }); err != nil || looked != 4 {
		t.Fatalf("%d records, %v", looked, err)
	}
	err := engine.View(ctx, func(tx store.Tx) error {
		return tx.Scan("application/", "", 0, func(key string, b []byte) error {
			if b[4] != 2 {
				t.Errorf("%s is of generation %d", key, b[4])
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	again := reopen(t, engine)
	if err := signIn(again, "officer-b", passphrase, false); err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"application/1", "application/2", "certificate/3", "application/4"} {
		if b, err := get(again, k); string(b) != k || err != nil {
			t.Errorf("%s: %q, %v", k, b, err)
		}
	}
}

func TestSigningIsLetInByThoseWhoMay(t *testing.T) {
	engine := mem.New()
	create(t, engine, nil)
	v := reopen(t, engine)
	if err := signIn(v, "officer-b", passphrase, false); err != nil {
		t.Fatal(err)
	}
	slot, err := v.NewSlot("officer-c", []byte(passphrase), cheap)
	if err != nil {
		t.Fatal(err)
	}
	grant := func(signing bool) error {
		return v.Update(ctx, func(tx store.Tx) error { return vault.PutSlot(tx, "officer-c", slot, signing) })
	}
	if err := grant(true); !errors.Is(err, vault.ErrSigningShut) {
		t.Errorf("by one who may not: %v", err)
	}
	if err := grant(false); err != nil {
		t.Errorf("without signing: %v", err)
	}
	if err := v.Update(ctx, func(tx store.Tx) error { return vault.SetOff(tx, "officer-a", true) }); !errors.Is(err, vault.ErrSigningShut) {
		t.Errorf("shutting out one who may: %v", err)
	}
	if err := v.Update(ctx, func(tx store.Tx) error { return vault.SetSecret(tx, "x", []byte("y")) }); !errors.Is(err, vault.ErrSigningShut) {
		t.Errorf("keeping a secret: %v", err)
	}
	v.Lock()
	for name, fn := range map[string]func(store.Tx) error{
		"put":        func(tx store.Tx) error { return put(tx, "application/1", "x") },
		"delete":     func(tx store.Tx) error { return tx.Delete("application/1") },
		"slot":       func(tx store.Tx) error { return vault.PutSlot(tx, "officer-d", slot, false) },
		"generation": func(tx store.Tx) error { _, err := vault.NewGeneration(tx); return err },
		"scan":       func(tx store.Tx) error { return tx.Scan("application/", "", 0, nil) },
		"look up":    func(tx store.Tx) error { return tx.Scan(store.LookupPrefix("a", "b"), "", 0, nil) },
	} {
		if err := v.Update(ctx, fn); !errors.Is(err, vault.ErrLocked) {
			t.Errorf("%s while closed: %v", name, err)
		}
	}
}

func TestCalibrate(t *testing.T) {
	for _, tt := range []struct {
		once time.Duration
		want vault.Cost
	}{
		{200 * time.Millisecond, vault.Cost{MemoryKiB: 128 << 10, Passes: 4, Threads: 4}},
		{10 * time.Millisecond, vault.Cost{MemoryKiB: 128 << 10, Passes: 64, Threads: 4}},
		{2 * time.Second, vault.DefaultCost},
		{0, vault.DefaultCost},
	} {
		if got := vault.Calibrate(750*time.Millisecond, func(func()) time.Duration { return tt.once }); got != tt.want {
			t.Errorf("%v: %+v, want %+v", tt.once, got, tt.want)
		}
	}
}
