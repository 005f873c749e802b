package desk_test

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/keys"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/vault"
)

// TestInvariant5LockedDeskTellsAndTakesNothing: after the lock nothing can be
// read, done or found in lists, whatever session is held out; signing in brings
// everything back.
func TestInvariant5LockedDeskTellsAndTakesNothing(t *testing.T) {
	p := desktest.New(t, withBook)
	all := everyAct(t, p)
	queue, err := p.Queue(p.Clerk)
	if err != nil || len(queue) < 3 || p.Waits(p.Clerk) == 0 {
		t.Fatalf("%d cases, %v", len(queue), err)
	}
	counts, before := p.Counts(), everything(t, p.Engine)

	p.Lock()
	p.Lock() // a second time does no harm
	for name, do := range all {
		if err := do(); !errors.Is(err, vault.ErrLocked) {
			t.Errorf("%s while locked: %v", name, err)
		}
	}
	if n := p.Counts(); len(n) != 0 || p.Waits(p.Clerk) != 0 || p.Trouble() != nil {
		t.Errorf("a locked desk counts %v and has %d waiting, trouble %v", n, p.Waits(p.Clerk), p.Trouble())
	}
	if after := everything(t, p.Engine); !reflect.DeepEqual(before, after) {
		t.Error("something was stored while locked")
	}
	// Who may sign in is shown without their names.
	may, err := p.MaySignIn(ctx)
	if err != nil || len(may) != len(desktest.Officers) {
		t.Fatalf("%v, %v", may, err)
	}
	for i, o := range may {
		if want := (data.Officer{ID: desktest.Officers[i].ID, Mark: desktest.Officers[i].Mark}); !reflect.DeepEqual(o, want) {
			t.Errorf("%+v, want %+v", o, want)
		}
	}

	// A clerk opens the records and not the signing keys.
	if p.Clerk, err = p.SignIn(ctx, "officer-a", []byte(desktest.Passphrase)); err != nil {
		t.Fatal(err)
	}
	if again, err := p.Queue(p.Clerk); err != nil || !reflect.DeepEqual(again, queue) || !reflect.DeepEqual(p.Counts(), counts) {
		t.Errorf("%d cases, want %d, %v", len(again), len(queue), err)
	}
	if err := p.Trouble(); err != nil {
		t.Errorf("trouble with signing keys that nobody asked for: %v", err)
	}
	if _, signing := p.Vault.Open(); signing {
		t.Error("a clerk opened the signing keys")
	}
	for _, name := range []string{"Issue", "Signers"} {
		if err := all[name](); !errors.Is(err, desk.ErrEnded) {
			t.Errorf("%s in a session from before the lock: %v", name, err)
		}
	}
	p.Enter(t)
	for _, name := range []string{"Issue", "Create", "Certificate", "Officers", "Second", "Signers"} {
		if err := all[name](); err != nil {
			t.Errorf("%s after signing in: %v", name, err)
		}
	}
}

// TestRefusedWhileLocked: who is refused at a locked desk leaves it locked, and
// an entry that is read after the next sign-in.
func TestRefusedWhileLocked(t *testing.T) {
	p := desktest.New(t)
	if err := p.ResetPassphrase(ctx, p.Administrator, p.Reviewer, "officer-a", []byte(given)); err != nil {
		t.Fatal(err)
	}
	if err := p.DisableOfficer(ctx, p.Administrator, "officer-c"); err != nil {
		t.Fatal(err)
	}
	before := len(entries(t, p, 0))
	p.Lock()
	for _, tt := range []struct {
		id         data.OfficerID
		passphrase string
		want       error
	}{
		{"officer-b", "wrong", desk.ErrSignIn},
		{"officer-z", desktest.Passphrase, desk.ErrSignIn},
		{"officer-a", given, desk.ErrMustChange},
		{"officer-c", desktest.Passphrase, desk.ErrDisabled},
	} {
		if s, err := p.SignIn(ctx, tt.id, []byte(tt.passphrase)); !errors.Is(err, tt.want) || s.Officer().ID != "" {
			t.Errorf("%s: %v, want %v", tt.id, err, tt.want)
		}
		if records, signing := p.Vault.Open(); records || signing {
			t.Errorf("%s was refused and the records are open %t, the signing keys %t", tt.id, records, signing)
		}
		if _, err := p.Queue(p.Administrator); !errors.Is(err, vault.ErrLocked) {
			t.Errorf("after %s: %v", tt.id, err)
		}
	}
	if _, err := p.SignIn(ctx, "officer-b", []byte(desktest.Passphrase)); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries(t, p, before) {
		got = append(got, fmt.Sprintf("%s|%s|%s|%s", e.Act, e.Officer, e.Subject, e.Detail["why"]))
	}
	want := []string{
		"officer.refused||officer-b|wrong", "officer.refused|||wrong", "officer.refused||officer-a|must-change",
		"officer.refused||officer-c|disabled", "officer.signed-in|officer-b||",
	}
	if !slices.Equal(got, want) {
		t.Errorf("entries %q, want %q", got, want)
	}
	err := p.Log.View(ctx, func(tx store.Tx) error { return second(audit.Verify(tx)) })
	if err != nil {
		t.Errorf("the log after it: %v", err)
	}
}

// TestSessionsOfTwoDesks: an officer is the same at every desk of a post. What
// ends a session ends it at all of them, and locking one locks the records.
func TestSessionsOfTwoDesks(t *testing.T) {
	p := desktest.New(t)
	other, err := desk.Open(ctx, p.Config)
	if err != nil {
		t.Fatal(err)
	}
	there, err := other.SignIn(ctx, "officer-b", []byte(desktest.Passphrase))
	if err != nil {
		t.Fatal(err)
	}
	both := func(s staff.Session, want error) {
		t.Helper()
		for name, d := range map[string]*desk.Desk{"this": p.Desk, "the other": other} {
			if _, err := d.Queue(s); !errors.Is(err, want) {
				t.Errorf("%s desk: %v, want %v", name, err, want)
			}
		}
	}
	both(there, nil)
	both(p.Clerk, nil)
	p.Lock()
	both(there, vault.ErrLocked)
	clerk := p.Clerk
	if there, err = other.SignIn(ctx, "officer-b", []byte(desktest.Passphrase)); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Queue(there); err != nil {
		t.Error(err)
	}
	p.Enter(t)
	both(there, nil)
	both(clerk, desk.ErrEnded)
	if err := other.DisableOfficer(ctx, p.Administrator, "officer-b"); err != nil {
		t.Fatal(err)
	}
	both(there, desk.ErrEnded)
	both(p.Reviewer, desk.ErrEnded)
	both(p.Clerk, nil)
}

// TestLockWhileWorking locks over and over while officers work: every act is
// done whole or refused, and the records add up after it.
func TestLockWhileWorking(t *testing.T) {
	p := desktest.New(t)
	done := make(chan error, 4)
	for i := range cap(done) {
		go func() {
			clerk := p.Clerk
			for n := range 25 {
				a, err := p.Create(ctx, clerk, p.Specimen())
				if err == nil {
					_, err = p.Submit(ctx, clerk, a.ID)
				}
				if err != nil && !errors.Is(err, vault.ErrLocked) && !errors.Is(err, desk.ErrEnded) {
					done <- fmt.Errorf("officer %d, case %d: %w", i, n, err)
					return
				}
				if err != nil {
					again, err := p.SignIn(ctx, "officer-a", []byte(desktest.Passphrase))
					if err == nil {
						clerk = again
					} else if !errors.Is(err, vault.ErrLocked) {
						done <- fmt.Errorf("officer %d signs in: %w", i, err)
						return
					}
				}
			}
			done <- nil
		}()
	}
	for left := cap(done); left > 0; {
		select {
		case err := <-done:
			if left--; err != nil {
				t.Error(err)
			}
		case <-time.After(time.Millisecond):
			p.Lock()
		}
	}
	p.Lock()
	p.Enter(t)
	queue, err := p.Queue(p.Clerk)
	if err != nil || len(queue) == 0 {
		t.Fatalf("%d cases, %v", len(queue), err)
	}
	t.Logf("%d cases", len(queue))
	for _, r := range queue {
		if a := stored(p, r.ID); a.State != r.State || !slices.Contains([]data.State{data.Draft, data.Submitted}, a.State) {
			t.Errorf("case %s is %s, its row %s", r.ID, a.State, r.State)
		}
	}
}

// TestInvariant13LockWaitsForNoToken: one that hangs, while it is opened or while
// it signs, keeps no desk open. Where it answers afterwards nothing comes of it.
func TestInvariant13LockWaitsForNoToken(t *testing.T) {
	for _, hangs := range []string{"opening", "signing"} {
		t.Run(hangs, func(t *testing.T) {
			reached, answer, done := make(chan bool), make(chan bool), make(chan error)
			hang := func(at string) {
				if at == hangs {
					select {
					case reached <- true:
						<-answer
					case <-answer: // it answers from now on
					}
				}
			}
			ready := make(chan bool) // opening goes well at first
			p := desktest.New(t, func(c *desk.Config) {
				desktest.WrapKey(c, func(s crypto.Signer) crypto.Signer {
					return waiting{s, func() { hang("signing") }}
				})
				open := c.Signer
				c.Signer = func(ctx context.Context, p keys.Purpose) (*keys.Signer, error) {
					select {
					case <-ready:
						hang("opening")
					default:
					}
					return open(ctx, p)
				}
			})
			a := p.Approved(t, p.Specimen())
			close(ready)
			go func() {
				var err error
				if hangs == "signing" {
					_, err = p.Issue(ctx, p.Reviewer, a.ID)
				} else {
					p.Lock()
					_, err = p.SignIn(ctx, "officer-b", []byte(desktest.Passphrase))
				}
				done <- err
			}()
			<-reached
			p.Lock()
			if records, signing := p.Vault.Open(); records || signing || len(p.Counts()) > 0 {
				t.Errorf("open while the token hangs: %t, %t, %v", records, signing, p.Counts())
			}
			close(answer)
			if err := <-done; !errors.Is(err, vault.ErrLocked) {
				t.Errorf("when the token answered: %v", err)
			}
			if records, signing := p.Vault.Open(); records || signing || len(p.Counts()) > 0 || p.Trouble() != nil {
				t.Errorf("open after the token answered: %t, %t, %v", records, signing, p.Counts())
			}
			p.Enter(t)
			c, err := p.Issue(ctx, p.Reviewer, a.ID)
			if err != nil || c.Seal == "" || c.Sequence != 1 {
				t.Errorf("after signing in: %+v, %v", c, err)
			}
		})
	}
}

// waiting does something before it signs.
type waiting struct {
	crypto.Signer
	before func()
}

func (w waiting) Sign(r io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
	w.before()
	return w.Signer.Sign(r, digest, o)
}
