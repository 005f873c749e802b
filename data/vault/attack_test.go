package vault

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"pratique/data/audit"
	"pratique/data/store"
	"pratique/data/store/mem"
)

var (
	background = context.Background()
	long       = []byte("kamo rudi teso bali")
	cheapest   = Cost{MemoryKiB: 8, Passes: 1, Threads: 1}
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// attacked is a vault with officer-a, who may sign, officer-b, who may not, a log
// of two acts and a certificate that is revoked.
type attacked struct {
	*Vault
	t      *testing.T
	engine *mem.Store
	log    *audit.Log
}

func attack(t *testing.T) *attacked {
	t.Helper()
	a := &attacked{t: t, engine: mem.New()}
	var err error
	a.Vault, _, err = Create(background, a.engine, "practice", nil)
	must(t, err)
	a.log, err = audit.Create(background, a.Vault, filepath.Join(t.TempDir(), "head"))
	must(t, err)
	a.act(audit.OfficerAdded, func(tx store.Tx) error {
		for owner, signing := range map[string]bool{"officer-a": true, "officer-b": false} {
			s, err := a.NewSlot(owner, long, cheapest)
			must(t, err)
			must(t, PutSlot(tx, owner, s, signing))
		}
		must(t, tx.Put("post/self", []byte("hotline 1")))
		return tx.Put("certificate/1", []byte("issued"))
	})
	a.act(audit.CertificateRevoked, func(tx store.Tx) error { return tx.Put("certificate/1", []byte("revoked")) })
	return a
}

func (a *attacked) act(what audit.Act, fn func(store.Tx) error) {
	a.t.Helper()
	must(a.t, a.log.Update(background, func(tx store.Tx, add func(audit.Entry) error) error {
		return errors.Join(fn(tx), add(audit.Entry{At: time.Date(2022, 7, 9, 12, 0, 0, 0, time.UTC), Act: what}))
	}))
}

func (a *attacked) write(fn func(tx store.Tx) error) {
	a.t.Helper()
	must(a.t, a.engine.Update(background, fn))
}

// signIn is what an officer finds who opens the post next.
func (a *attacked) signIn() error {
	a.t.Helper()
	v, err := Open(background, a.engine, "practice", nil)
	must(a.t, err)
	k, err := v.Prove(background, "officer-a", long)
	must(a.t, err)
	return v.Unlock(background, k, true)
}

// TestOnesOwnKeyInAnothersSlot: an officer who can write the files puts their
// own identity into a colleague's slot, under a passphrase of their choice.
func TestOnesOwnKeyInAnothersSlot(t *testing.T) {
	a := attack(t)
	mine, err := a.Prove(background, "officer-b", long)
	must(t, err)
	forged := Slot{Cost: cheapest, Salt: make([]byte, saltSize)}
	gcm, err := slotKey(cheapest.Derive([]byte("mine"), forged.Salt), nil)
	must(t, err)
	forged.Sealed = gcm.Seal(nil, nil, []byte(mine.identity.String()), forged.place(a.header.ID, "officer-a"))
	a.write(func(tx store.Tx) error { return store.Put(tx, "slot/officer-a", forged) })

	k, err := a.Prove(background, "officer-a", []byte("mine"))
	must(t, err)
	if err := a.Confirm(k); !errors.Is(err, ErrNotForYou) {
		t.Errorf("as the second officer of an act: %v", err)
	}
	if err := a.Unlock(background, k, false); !errors.Is(err, ErrNotForYou) {
		t.Errorf("signing in as a colleague: %v", err)
	}
	// Nor does it do in the place of the recovery key.
	paper, err := ParseRecovery(mine.identity.String())
	must(t, err)
	if err := a.Unlock(background, paper, false); !errors.Is(err, ErrNotForYou) {
		t.Errorf("as the recovery key: %v", err)
	}
	if err := a.Unlock(background, mine, false); err != nil {
		t.Errorf("as themselves: %v", err)
	}
}

// TestForgedByWhoWasShutOut: an officer who was shut out has kept all keys there
// were, and can write the files.
func TestForgedByWhoWasShutOut(t *testing.T) {
	for _, tt := range []struct {
		name  string
		forge func(tx store.Tx, old *open) error
		want  error
	}{
		{"nothing", func(store.Tx, *open) error { return nil }, nil},
		{"a record", func(tx store.Tx, old *open) error {
			return tx.Put("certificate/1", old.sealRecord("certificate/1", []byte("issued")))
		}, ErrPutBack},
		{"a record and its sum", func(tx store.Tx, old *open) error {
			s := state{Kinds: []string{"certificate"}}
			must(t, tx.Put("certificate/1", old.sealRecord("certificate/1", []byte("issued"))))
			var err error
			s.Sum, err = old.total(tx, s.Kinds)
			must(t, err)
			s.Log, err = audit.Current(tx)
			must(t, err)
			s.Boxes, err = boxes(tx)
			must(t, err)
			return old.writeState(tx, s)
		}, ErrPutBack},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := attack(t)
			old := a.keys.Load()
			a.act(audit.OfficerDisabled, func(tx store.Tx) error {
				_, err := NewGeneration(tx)
				return errors.Join(err, SetOff(tx, "officer-b", true), tx.Put("account/b", []byte("off")))
			})
			a.write(func(tx store.Tx) error { return tt.forge(tx, old) })
			if err := a.signIn(); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			// What is stored together with the shutting out is out of reach too.
			must(t, a.engine.View(background, func(tx store.Tx) error {
				for _, key := range []string{"account/b", "audit/0000000000000003"} {
					b, err := tx.Get(key)
					must(t, err)
					if _, err := old.generation(b); err == nil {
						t.Errorf("%s is sealed with a key they had", key)
					}
				}
				return nil
			}))
		})
	}
}

// TestSumIsNotMadeAnewOverForgeries: beginning new keys is no way to have taken
// for good what was forged while the post was open.
func TestSumIsNotMadeAnewOverForgeries(t *testing.T) {
	a := attack(t)
	a.write(func(tx store.Tx) error {
		return tx.Put("certificate/1", a.keys.Load().sealRecord("certificate/1", []byte("issued")))
	})
	err := a.Update(background, func(tx store.Tx) error { _, err := NewGeneration(tx); return err })
	if !errors.Is(err, ErrPutBack) {
		t.Errorf("%v, want ErrPutBack", err)
	}
}

// TestClearRecordsAreVouchedFor: what lies open is not only what whoever can
// write the files wants it to be.
func TestClearRecordsAreVouchedFor(t *testing.T) {
	state := func(a *attacked, change func(*audit.State)) {
		a.write(func(tx store.Tx) error {
			s, err := audit.Current(tx)
			must(t, err)
			change(&s)
			return store.Put(tx, "audit-state/log", s)
		})
	}
	noon := time.Date(2022, 7, 9, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name string
		with func(a *attacked)
		want error
	}{
		{"a refused sign-in while locked", func(a *attacked) { a.Lock(); a.act(audit.OfficerRefused, func(store.Tx) error { return nil }) }, nil},
		{"another hotline", func(a *attacked) {
			a.write(func(tx store.Tx) error { return tx.Put("post/self", []byte("hotline 2")) })
		}, ErrPutBack},
		{"an earlier clock", func(a *attacked) { state(a, func(s *audit.State) { s.Latest = noon.AddDate(0, -1, 0) }) }, ErrPutBack},
		{"a checkpoint that was never signed", func(a *attacked) { state(a, func(s *audit.State) { s.Signed = noon }) }, ErrPutBack},
		{"an act that cannot be while locked", func(a *attacked) { a.Lock(); a.act(audit.CertificateRead, func(store.Tx) error { return nil }) }, ErrPutBack},
		{"another log, every hash computed again", func(a *attacked) {
			a.write(func(tx store.Tx) error {
				must(t, tx.Delete("audit-state/log"))
				for range 2 {
					_, err := audit.Append(tx, audit.Entry{At: noon, Act: audit.PostCreated})
					must(t, err)
				}
				return nil
			})
			must(t, a.engine.View(background, func(tx store.Tx) error { _, err := audit.Verify(tx); return err }))
		}, ErrPutBack},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := attack(t)
			tt.with(a)
			if err := a.signIn(); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

// TestLockedMeanwhile: a passphrase that is being tried when the vault is locked
// does not open it again.
func TestLockedMeanwhile(t *testing.T) {
	a := attack(t)
	k, err := a.Prove(background, "officer-a", long)
	must(t, err)
	must(t, a.Confirm(k))
	a.Lock()
	if err := a.Unlock(background, k, true); !errors.Is(err, ErrLocked) {
		t.Errorf("unlock: %v", err)
	}
	if err := a.Confirm(k); !errors.Is(err, ErrLocked) {
		t.Errorf("confirm: %v", err)
	}
	if records, _ := a.Open(); records {
		t.Error("it is open")
	}
	if k, err = a.Prove(background, "officer-a", long); err != nil || a.Unlock(background, k, true) != nil {
		t.Errorf("proved again: %v", err)
	}
}

// TestKeysDoNotGoBack: officers who sign in while keys change do not bring back
// the keys from before.
func TestKeysDoNotGoBack(t *testing.T) {
	a := attack(t)
	k, err := a.Prove(background, "officer-a", long)
	must(t, err)
	stop, done := make(chan struct{}), make(chan error)
	go func() {
		for {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			if err := a.Unlock(background, k, true); err != nil {
				done <- err
				return
			}
		}
	}()
	const n = 50
	for i := range n {
		must(t, a.Update(background, func(tx store.Tx) error {
			g, err := NewGeneration(tx)
			if g != uint32(i+2) {
				t.Fatalf("generation %d after %d others", g, i+1)
			}
			return err
		}))
	}
	close(stop)
	must(t, <-done)
	must(t, a.signIn())
}

// deaf is a keyring that holds a secret and did not answer once.
type deaf struct{ secret []byte }

func (d *deaf) Secret(string) ([]byte, error) { return nil, ErrNoKeyring }
func (d *deaf) Keep(_ string, b []byte) error { d.secret = b; return nil }

// TestSecretIsNotLostWhereTheKeyringIsDeaf: a secret that could not be read is not
// replaced by another one.
func TestSecretIsNotLostWhereTheKeyringIsDeaf(t *testing.T) {
	d := &deaf{}
	v, _, err := Create(background, mem.New(), "real", d)
	must(t, err)
	kept := string(d.secret)
	s, err := v.NewSlot("officer-a", long, cheapest)
	if err != nil || s.Device {
		t.Errorf("%+v, %v", s, err)
	}
	if kept == "" || string(d.secret) != kept {
		t.Error("the workstation's secret is gone")
	}
	must(t, v.Update(background, func(tx store.Tx) error { return PutSlot(tx, "officer-a", s, false) }))
	if _, err := v.Prove(background, "officer-a", long); err != nil {
		t.Errorf("a passphrase alone: %v", err)
	}
}
