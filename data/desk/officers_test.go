package desk_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/issue"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/vault"
)

const given = "sumo tile wako renu"

// TestDisabledAtOnce: from the moment an officer is disabled nothing of theirs
// goes on, whatever they had begun, at any entry.
func TestDisabledAtOnce(t *testing.T) {
	p := desktest.New(t)
	c := p.Issued(t, p.Specimen())
	states := map[string]data.Application{}
	for name, next := range allowed {
		for state := range next {
			states[name] = inState(t, p, state)
			break
		}
	}
	approved := p.Approved(t, p.Specimen())
	for _, id := range []data.OfficerID{"officer-a", "officer-b"} {
		if err := p.DisableOfficer(ctx, p.Administrator, id); err != nil {
			t.Fatal(err)
		}
	}
	all := map[string]func() error{
		"create":      func() error { _, err := p.Create(ctx, p.Clerk, p.Specimen()); return err },
		"slip":        func() error { _, err := p.Slip(ctx, p.Clerk, p.Specimen()); return err },
		"certificate": func() error { _, err := p.Certificate(ctx, p.Clerk, c.Number); return err },
		"printed":     func() error { _, err := p.Printed(ctx, p.Clerk, c.Number, "q", "2"); return err },
		"failed":      func() error { return p.PrintFailed(ctx, p.Clerk, c.Number, "2") },
		"hand over":   func() error { _, err := p.HandOver(ctx, p.Clerk, c.Number, c.Seal); return err },
		"issue":       func() error { _, err := p.Issue(ctx, p.Reviewer, approved.ID); return err },
		"queue":       func() error { _, err := p.Queue(p.Clerk); return err },
		"search":      func() error { _, err := p.Search(p.Clerk, "x"); return err },
		"issued":      func() error { _, err := p.Desk.Issued(p.Reviewer); return err },
	}
	for name, act := range acts {
		all[name] = func() error { _, err := act(p, states[name]); return err }
	}
	// Those that somebody else does in the tables.
	all["take over"] = func() error { return second(p.TakeOver(ctx, p.Reviewer, states["take over"].ID)) }
	for _, name := range []string{"uphold a contest", "deny a contest"} {
		all[name] = func() error { return second(p.DecideContest(ctx, p.Reviewer, states[name].ID, true, "x")) }
	}
	refused := func(want error) {
		t.Helper()
		for name, do := range all {
			if err := do(); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", name, err, want)
			}
		}
	}
	refused(desk.ErrEnded)
	if _, err := p.SignIn(ctx, "officer-a", []byte(desktest.Passphrase)); !errors.Is(err, desk.ErrDisabled) {
		t.Errorf("sign in: %v", err)
	}
	may, err := p.MaySignIn(ctx)
	if err != nil || slices.ContainsFunc(may, func(o data.Officer) bool { return o.ID == "officer-a" }) {
		t.Errorf("%v may sign in, %v", may, err)
	}
	// Enabled again they must sign in again.
	for _, id := range []data.OfficerID{"officer-a", "officer-b"} {
		if err := p.EnableOfficer(ctx, p.Administrator, p.Both, id); err != nil {
			t.Fatal(err)
		}
	}
	refused(desk.ErrEnded)
	s, err := p.SignIn(ctx, "officer-b", []byte(desktest.Passphrase))
	if err == nil {
		_, err = p.Issue(ctx, s, approved.ID)
	}
	if err != nil {
		t.Error(err)
	}
}

func TestOfficers(t *testing.T) {
	p := desktest.New(t)
	fresh := data.Officer{ID: "officer-e", Name: "Officer E", Mark: "E", Roles: []data.Role{data.Auditor}}
	before := len(entries(t, p, 0))
	var weak *desk.WeakError
	for _, tt := range []struct {
		name string
		err  error
		want error
	}{
		{"add by a reviewer", p.AddOfficer(ctx, p.Reviewer, p.Administrator, fresh, []byte(given)), desk.ErrNotPermitted},
		{"add by nobody", p.AddOfficer(ctx, staff.Session{}, p.Reviewer, fresh, []byte(given)), desk.ErrNotPermitted},
		{"reset by a clerk", p.ResetPassphrase(ctx, p.Clerk, p.Administrator, "officer-b", []byte(given)), desk.ErrNotPermitted},
		{"disable by a clerk", p.DisableOfficer(ctx, p.Clerk, "officer-b"), desk.ErrNotPermitted},
		{"enable by both", p.EnableOfficer(ctx, p.Both, p.Administrator, "officer-b"), desk.ErrNotPermitted},
		{"list by a clerk", second(p.Accounts(ctx, p.Clerk)), desk.ErrNotPermitted},
		{"disable oneself", p.DisableOfficer(ctx, p.Administrator, "officer-d"), desk.ErrSelf},
		{"reset oneself", p.ResetPassphrase(ctx, p.Administrator, p.Reviewer, "officer-d", []byte(given)), desk.ErrSelf},
		{"reset who stands beside", p.ResetPassphrase(ctx, p.Administrator, p.Reviewer, "officer-b", []byte(given)), desk.ErrSelf},
		{"enable who is enabled", p.EnableOfficer(ctx, p.Administrator, p.Reviewer, "officer-a"), desk.ErrState},
		{"disable nobody", p.DisableOfficer(ctx, p.Administrator, "officer-z"), desk.ErrNotFound},
		{"enable nobody", p.EnableOfficer(ctx, p.Administrator, p.Reviewer, "officer-z"), desk.ErrNotFound},
		{"reset nobody", p.ResetPassphrase(ctx, p.Administrator, p.Reviewer, "officer-z", []byte(given)), desk.ErrNotFound},
	} {
		if !errors.Is(tt.err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, tt.err, tt.want)
		}
	}
	if err := p.AddOfficer(ctx, p.Administrator, p.Reviewer, fresh, []byte("Officer E 2022")); !errors.As(err, &weak) {
		t.Errorf("weak: %v", err)
	}
	if err := p.ResetPassphrase(ctx, p.Administrator, p.Reviewer, "officer-a", []byte("short")); !errors.As(err, &weak) || weak.Why != staff.Short {
		t.Errorf("short: %v", err)
	}
	// Nobody is given a role by adding them a second time, the administrator least of all.
	again := fresh
	again.ID, again.Mark = "officer-d", "D"
	var problems *issue.ProblemsError
	if err := p.AddOfficer(ctx, p.Administrator, p.Reviewer, again, []byte(given)); !errors.As(err, &problems) || problems.Problems[0].Key != "problem.officer.taken" {
		t.Errorf("added twice: %v", err)
	}
	if n := len(entries(t, p, before)); n != 0 {
		t.Errorf("%d entries of what was not done", n)
	}

	if err := p.AddOfficer(ctx, p.Administrator, p.Reviewer, fresh, []byte(given)); err != nil {
		t.Fatal(err)
	}
	accounts, err := p.Accounts(ctx, p.Administrator)
	if err != nil || len(accounts) != 5 || !accounts[4].MustChange || accounts[4].Disabled || accounts[4].Mark != "E" {
		t.Errorf("%+v, %v", accounts, err)
	}
	if _, err := p.SignIn(ctx, "officer-e", []byte(given)); !errors.Is(err, desk.ErrMustChange) {
		t.Errorf("first sign-in: %v", err)
	}
	if _, err := p.ChangePassphrase(ctx, "officer-e", []byte(given), []byte("Officer E Officer E")); !errors.As(err, &weak) {
		t.Errorf("own name: %v", err)
	}
	s, err := p.ChangePassphrase(ctx, "officer-e", []byte(given), []byte("vuno peka lisa domi"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Queue(s); err != nil {
		t.Error(err)
	}
	// A reset ends what the officer has open and the wait that they typed themselves into.
	for range 4 {
		p.SignIn(ctx, "officer-e", []byte("wrong"))
	}
	if err := p.ResetPassphrase(ctx, p.Administrator, p.Reviewer, "officer-e", []byte(given)); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Queue(s); !errors.Is(err, desk.ErrEnded) {
		t.Errorf("a session outlives the reset: %v", err)
	}
	if _, err := p.SignIn(ctx, "officer-e", []byte(given)); !errors.Is(err, desk.ErrMustChange) {
		t.Errorf("after a reset: %v", err)
	}
	var got []string
	for _, e := range entries(t, p, before) {
		got = append(got, fmt.Sprintf("%s %s %s", e.Act, e.Officer, e.Subject))
		if two := e.Act == audit.OfficerAdded || e.Act == audit.OfficerReset; (e.Detail["second"] == "officer-b") != two {
			t.Errorf("%s with second officer %q", e.Act, e.Detail["second"])
		}
	}
	want := []string{
		"officer.added officer-d officer-e", "officers.read officer-d ", "officer.refused  officer-e", "officer.passphrase-changed officer-e ", "list.read officer-e ",
		"officer.refused  officer-e", "officer.refused  officer-e", "officer.refused  officer-e", "officer.refused  officer-e",
		"officer.reset officer-d officer-e", "officer.refused  officer-e",
	}
	if !slices.Equal(got, want) {
		t.Errorf("entries %q, want %q", got, want)
	}
}

// TestLettingInTakesTwo: no officer gives anybody a way in alone.
func TestLettingInTakesTwo(t *testing.T) {
	p := desktest.New(t)
	if err := p.DisableOfficer(ctx, p.Administrator, "officer-a"); err != nil {
		t.Fatal(err)
	}
	// A reviewer whose account has changed since, and one who has another session.
	gone, err := p.Second(ctx, "officer-c", []byte(desktest.Passphrase))
	if err == nil {
		err = p.ResetPassphrase(ctx, p.Administrator, p.Reviewer, "officer-c", []byte(given))
	}
	if err != nil {
		t.Fatal(err)
	}
	clerk, err := addOfficer(p, data.Officer{ID: "officer-k", Name: "Officer K", Mark: "K", Roles: []data.Role{data.Clerk}})
	if err != nil {
		t.Fatal(err)
	}
	auditor, err := addOfficer(p, data.Officer{ID: "officer-x", Name: "Officer X", Mark: "X", Roles: []data.Role{data.Auditor}})
	if err != nil {
		t.Fatal(err)
	}
	oneself, err := p.Second(ctx, "officer-d", []byte(desktest.Passphrase))
	if err != nil {
		t.Fatal(err)
	}
	beside, err := p.Second(ctx, "officer-b", []byte(desktest.Passphrase))
	if err != nil {
		t.Fatal(err)
	}
	fresh := data.Officer{ID: "officer-e", Name: "Officer E", Mark: "E", Roles: []data.Role{data.Administrator}}
	before := len(entries(t, p, 0))
	for _, tt := range []struct {
		name   string
		second staff.Session
		want   error
	}{
		{"nobody", staff.Session{}, staff.ErrSecond},
		{"the same officer", p.Administrator, staff.ErrSecond},
		{"the same officer, proved again", oneself, staff.ErrSecond},
		{"a clerk", clerk, staff.ErrSecond},
		{"an auditor", auditor, staff.ErrSecond},
		{"one who is shut out", p.Clerk, desk.ErrEnded},
		{"one whose account changed", gone, desk.ErrEnded},
		{"a reviewer", beside, nil},
	} {
		for name, act := range map[string]func() error{
			"add":    func() error { return p.AddOfficer(ctx, p.Administrator, tt.second, fresh, []byte(given)) },
			"enable": func() error { return p.EnableOfficer(ctx, p.Administrator, tt.second, "officer-a") },
			"reset": func() error {
				return p.ResetPassphrase(ctx, p.Administrator, tt.second, "officer-k", []byte(given))
			},
		} {
			if err := act(); !errors.Is(err, tt.want) {
				t.Errorf("%s with %s: %v, want %v", name, tt.name, err, tt.want)
			}
		}
		if n := len(entries(t, p, before)); tt.want != nil && n != 0 {
			t.Errorf("with %s: %d entries of what was not done", tt.name, n)
		}
	}
}

// addOfficer adds an officer and signs them in with a passphrase of their own.
func addOfficer(p *desktest.Post, o data.Officer) (staff.Session, error) {
	if err := p.AddOfficer(ctx, p.Administrator, p.Reviewer, o, []byte(given)); err != nil {
		return staff.Session{}, err
	}
	return p.ChangePassphrase(ctx, o.ID, []byte(given), []byte("vuno peka lisa domi"))
}

// TestInvariant5ShutOutOfWhatIsStoredFromNowOn: the passphrase of an officer
// who is disabled opens nothing any more, however the file is read, and what
// is stored afterwards is sealed with a key that was never open to them.
func TestInvariant5ShutOutOfWhatIsStoredFromNowOn(t *testing.T) {
	p := desktest.New(t)
	open := func(id, passphrase string) error {
		v, err := vault.Open(ctx, p.Engine, string(data.PracticePost), nil)
		if err != nil {
			t.Fatal(err)
		}
		key, err := v.Prove(ctx, id, []byte(passphrase))
		if err != nil {
			return err
		}
		return v.Unlock(ctx, key, false)
	}
	generation := func(id data.ApplicationID) (g byte) {
		err := p.Engine.View(ctx, func(tx store.Tx) error {
			b, err := tx.Get(store.ApplicationKey(id))
			g = b[4]
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	before := p.Submitted(t, p.Specimen())
	if err := open("officer-b", desktest.Passphrase); err != nil {
		t.Fatal(err)
	}
	if err := p.DisableOfficer(ctx, p.Administrator, "officer-b"); err != nil {
		t.Fatal(err)
	}
	if err := open("officer-b", desktest.Passphrase); !errors.Is(err, vault.ErrNotForYou) {
		t.Errorf("the boxes after it: %v", err)
	}
	after := p.Submitted(t, p.Specimen())
	if a, b := generation(before.ID), generation(after.ID); a != 1 || b != 2 {
		t.Errorf("sealed with generations %d and %d", a, b)
	}
	// Shut out while the post was locked too, and let in again.
	p.Lock()
	if _, err := p.SignIn(ctx, "officer-b", []byte(desktest.Passphrase)); !errors.Is(err, desk.ErrDisabled) {
		t.Errorf("sign in: %v", err)
	}
	if records, _ := p.Vault.Open(); records {
		t.Error("an officer who is shut out opened the records")
	}
	for id, to := range map[data.OfficerID]*staff.Session{"officer-d": &p.Administrator, "officer-c": &p.Both, "officer-a": &p.Clerk} {
		var err error
		if *to, err = p.SignIn(ctx, id, []byte(desktest.Passphrase)); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.EnableOfficer(ctx, p.Administrator, p.Both, "officer-b"); err != nil {
		t.Fatal(err)
	}
	if err := open("officer-b", desktest.Passphrase); err != nil {
		t.Errorf("let in again: %v", err)
	}
	// A reset closes the way in by the old passphrase.
	if err := p.ResetPassphrase(ctx, p.Administrator, p.Both, "officer-b", []byte(given)); err != nil {
		t.Fatal(err)
	}
	if err := open("officer-b", desktest.Passphrase); !errors.Is(err, vault.ErrPassphrase) {
		t.Errorf("the old passphrase: %v", err)
	}
	if err := open("officer-b", given); err != nil {
		t.Errorf("the new passphrase: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }
