package staff_test

import (
	"errors"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/staff"
	"pratique/data/store"
)

// TestClockIsCorrectedByTwo: only where it went back, only by an administrator
// and a second officer, and not as a way to try passphrases without a count.
func TestClockIsCorrectedByTwo(t *testing.T) {
	e, _ := roles(t, data.Administrator, data.Reviewer, data.Clerk)
	claim := func(r data.Role, passphrase string) staff.Claim {
		return staff.Claim{Officer: data.OfficerID("officer-" + r), Passphrase: []byte(passphrase)}
	}
	admin, reviewer, clerk := claim(data.Administrator, right), claim(data.Reviewer, right), claim(data.Clerk, right)
	e.vault.Lock()
	if err := e.CorrectClock(ctx, admin, reviewer); !errors.Is(err, staff.ErrClockRight) {
		t.Errorf("a clock that is right: %v", err)
	}
	e.now = e.now.AddDate(0, -1, 0)
	for _, tt := range []struct {
		name string
		a, b staff.Claim
	}{
		{"a wrong passphrase", admin, claim(data.Reviewer, wrong)},
		{"an officer who may not", clerk, reviewer},
		{"a second officer who may not", admin, clerk},
	} {
		var throttled *staff.ThrottledError
		if err := e.CorrectClock(ctx, tt.a, tt.b); !errors.Is(err, staff.ErrSignIn) || errors.As(err, &throttled) ||
			errors.Is(err, staff.ErrNotPermitted) || errors.Is(err, staff.ErrSecond) {
			t.Errorf("%s: %v, want nothing but ErrSignIn", tt.name, err)
		}
		if open, _ := e.vault.Open(); open {
			t.Fatalf("%s left the vault open", tt.name)
		}
	}
	if wait, ok := e.wait(e.CorrectClock(ctx, admin, reviewer)); !ok || wait != 2*time.Second {
		t.Errorf("after three failures the wait is %v, %t", wait, ok)
	}
	e.now = e.now.Add(2 * time.Second)
	if err := e.CorrectClock(ctx, admin, admin); !errors.Is(err, staff.ErrSignIn) {
		t.Errorf("one officer twice: %v", err)
	}
	e.now = e.now.Add(4 * time.Second)
	if err := e.CorrectClock(ctx, admin, reviewer); err != nil {
		t.Fatal(err)
	}
	if open, _ := e.vault.Open(); open {
		t.Error("the vault was left open")
	}
	if _, err := e.SignIn(ctx, admin.Officer, []byte(right)); err != nil {
		t.Fatal(err)
	}
	all := e.entries()
	if got := all[len(all)-2]; got.Act != audit.ClockCorrected || got.Officer != admin.Officer || got.Detail["second"] != string(reviewer.Officer) {
		t.Errorf("entry %+v", got)
	}
}

// TestSessionsEndWithTheLock: whoever signs in next does not work in the name of
// who was there before.
func TestSessionsEndWithTheLock(t *testing.T) {
	e, sessions := roles(t, data.Administrator, data.Reviewer, data.Clerk)
	permit := func() error {
		return e.log.View(ctx, func(tx store.Tx) error {
			return staff.PermitTwo(tx, sessions[data.Administrator], sessions[data.Reviewer], audit.OfficerAdded)
		})
	}
	if err := permit(); err != nil {
		t.Fatal(err)
	}
	e.vault.Lock()
	if _, err := e.SignIn(ctx, "officer-clerk", []byte(right)); err != nil {
		t.Fatal(err)
	}
	if err := permit(); !errors.Is(err, staff.ErrEnded) {
		t.Errorf("both sessions from before the lock: %v", err)
	}
	s, err := e.SignIn(ctx, "officer-administrator", []byte(right))
	if err != nil {
		t.Fatal(err)
	}
	second := sessions[data.Reviewer]
	sessions[data.Administrator] = s
	if err := permit(); !errors.Is(err, staff.ErrEnded) {
		t.Errorf("a second officer from before the lock: %v", err)
	}
	if second, err = e.Second(ctx, "officer-reviewer", []byte(right)); err != nil {
		t.Fatal(err)
	}
	sessions[data.Reviewer] = second
	if err := permit(); err != nil {
		t.Error(err)
	}
}
