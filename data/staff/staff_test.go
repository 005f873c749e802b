package staff_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/store/mem"
	"pratique/data/vault"
)

var ctx = context.Background()

func update(t *testing.T, s store.Store, fn func(store.Tx) error) {
	t.Helper()
	if err := s.Update(ctx, fn); err != nil {
		t.Fatal(err)
	}
}

func TestSignIn(t *testing.T) {
	engine := mem.New()
	e := newEntrance(t, engine)
	try := func(id data.OfficerID, passphrase string) (staff.Session, error) {
		e.now = e.now.Add(time.Hour) // no wait is left
		return e.SignIn(ctx, id, []byte(passphrase))
	}
	for _, tt := range []struct {
		name       string
		id         data.OfficerID
		passphrase string
		want       error
	}{
		{"good", "officer-a", right, nil},
		{"wrong", "officer-a", wrong, staff.ErrSignIn},
		{"empty", "officer-a", "", staff.ErrSignIn},
		{"a space more", "officer-a", right + " ", staff.ErrSignIn},
		{"capitals", "officer-a", "Kamo Rudi Teso Bali", staff.ErrSignIn},
		{"unknown officer", "officer-z", right, staff.ErrSignIn},
		{"nobody", "", "", staff.ErrSignIn},
		{"name in capitals", "Officer-A", right, staff.ErrSignIn},
	} {
		e.vault.Lock()
		session, err := try(tt.id, tt.passphrase)
		if !errors.Is(err, tt.want) || err == nil && session.Officer().ID != tt.id || err != nil && session.Officer().ID != "" {
			t.Errorf("%s: %q, %v", tt.name, session.Officer().ID, err)
		}
		if open, signing := e.vault.Open(); open != (err == nil) || signing {
			t.Errorf("%s: the vault is open %t, its signing box %t", tt.name, open, signing)
		}
	}
	// Which of the two was wrong is not told.
	e = newEntrance(t, mem.New())
	_, known := try("officer-a", "x")
	if _, unknown := try("officer-z", "x"); known.Error() != unknown.Error() {
		t.Errorf("%q tells from %q", known, unknown)
	}
	// Two officers with the same passphrase cannot be told to have it.
	err := engine.View(ctx, func(tx store.Tx) error {
		a, _, err := vault.SlotOf(tx, "officer-a")
		b, _, failed := vault.SlotOf(tx, "officer-b")
		if len(a.Sealed) == 0 || bytes.Equal(a.Salt, b.Salt) || bytes.Equal(a.Sealed, b.Sealed) {
			t.Errorf("slots %x, %x", a.Sealed, b.Sealed)
		}
		return errors.Join(err, failed)
	})
	if err != nil {
		t.Error(err)
	}
}

// TestSigningBoxIsOpenedForThoseWhoMaySign: and for nobody else, nor by who
// only stands beside.
func TestSigningBoxIsOpenedForThoseWhoMaySign(t *testing.T) {
	for role, want := range map[data.Role]bool{data.Clerk: false, data.Auditor: false, data.Reviewer: true, data.Administrator: true} {
		e := newEntrance(t, mem.New(), data.Officer{ID: "officer-o", Roles: []data.Role{role}})
		for _, tt := range []struct {
			name   string
			try    func(context.Context, data.OfficerID, []byte) (staff.Session, error)
			signs  bool
			before func()
		}{
			{"signed in", e.SignIn, want, e.vault.Lock},
			{"second", e.Second, false, func() {
				// Open, but not its signing box.
				e.vault.Lock()
				key, err := e.vault.Prove(ctx, "officer-o", []byte(right))
				if err := errors.Join(err, e.vault.Unlock(ctx, key, false)); err != nil {
					t.Fatal(err)
				}
			}},
		} {
			tt.before()
			if _, err := tt.try(ctx, "officer-o", []byte(right)); err != nil {
				t.Fatal(err)
			}
			if open, signing := e.vault.Open(); !open || signing != tt.signs {
				t.Errorf("%s %s: the vault is open %t, its signing box %t", role, tt.name, open, signing)
			}
		}
	}
}

// roles is an entrance with an officer of each role, by that name, all signed in.
func roles(t *testing.T, all ...data.Role) (*entrance, map[data.Role]staff.Session) {
	t.Helper()
	var officers []data.Officer
	for _, r := range all {
		officers = append(officers, data.Officer{ID: data.OfficerID("officer-" + r), Roles: []data.Role{r}})
	}
	e := newEntrance(t, mem.New(), officers...)
	sessions := map[data.Role]staff.Session{}
	for _, o := range officers {
		s, err := e.SignIn(ctx, o.ID, []byte(right))
		if err != nil {
			t.Fatal(err)
		}
		sessions[o.Roles[0]] = s
	}
	return e, sessions
}

// TestPermit holds every act against every role: what a role may not do is
// what the table of the design says it must never be able to.
func TestPermit(t *testing.T) {
	const c, r, a, x = data.Clerk, data.Reviewer, data.Administrator, data.Auditor
	may := map[audit.Act][]data.Role{
		audit.ApplicationSaved: {c}, audit.ApplicationSubmitted: {c}, audit.ApplicationWithdrawn: {c},
		audit.ApplicationTaken: {r}, audit.ApplicationReleased: {r}, audit.ApplicationTicked: {r},
		audit.ApplicationReturned: {r}, audit.ApplicationApproved: {r}, audit.CertificateIssued: {r},
		audit.ApplicationHeld: {r}, audit.ApplicationResumed: {r}, audit.ApplicationTakenOver: {r}, audit.ChecksOverridden: {r},
		audit.DecisionMade: {r}, audit.DecisionContested: {c, r}, audit.ContestDecided: {r}, audit.DecisionLifted: {r},
		audit.NoticeImported: {a}, audit.NoticeTried: {a, r}, audit.NoticeActivated: {a}, audit.NoticeRetired: {a}, audit.NoticesRead: {c, r, a, x},
		audit.LetterMade: {c, r}, audit.InternalMade: {r, x},
		audit.EvidenceAttached: {c, r}, audit.EvidenceRead: {c, r, x}, audit.EvidenceMoved: {c, r}, audit.EvidenceRemoved: {c}, audit.EvidenceTimeSet: {a}, audit.OriginalSeen: {c, r}, audit.SameReportCleared: {r}, audit.BackCheckAsked: {c, r}, audit.BackCheckAnswered: {r}, audit.SamplingSet: {a}, audit.ApplicationPreDeclared: {c}, audit.ApplicationBegun: {c}, audit.FlightsSet: {a}, audit.RiskSet: {r}, audit.PortNoted: {r}, audit.HandoverMade: {r}, audit.PassedRead: {c, r},
		audit.ApplicationRead: {c, r, x}, audit.CertificateRead: {c, r, x},
		audit.CertificatePrinted: {c, r}, audit.CertificatePrintFailed: {c, r}, audit.CertificateHandedOver: {c, r},
		audit.CertificateRevoked: {c, r},
		audit.OfficersRead:       {a, x}, audit.OfficerAdded: {a}, audit.OfficerDisabled: {a}, audit.OfficerEnabled: {a}, audit.OfficerReset: {a},
		audit.SignerRequested: {a}, audit.SignerImported: {a}, audit.SignerRetired: {a}, audit.SignersRead: {a, r, x}, audit.KeysRotated: {a}, audit.ListKeysMade: {a},
		audit.TrustRead: {a, r, x}, audit.TrustSet: {a}, audit.RevocationsSigned: {a, r}, audit.AuthoritiesSet: {a},
		audit.SoloSet: {a, r}, audit.RetentionSet: {a}, audit.ApplicationErased: {a, r}, audit.TravellerExported: {r, x},
		audit.ListRead: {c, r, x}, audit.LogRead: {a, x}, audit.FiguresRead: {r, a, x},
		audit.BackupMade: {a}, audit.BackupSet: {a}, audit.LaboratoriesSet: {a}, audit.PostChecked: {a, x}, audit.CheckpointSigned: {a, r, x}, audit.ClockCorrected: {a},
		// Of everything else the program itself is the author.
	}
	e, sessions := roles(t, c, r, a, x, "consul", "nothing")
	for role, session := range sessions {
		for _, act := range append([]audit.Act{"", "application.deleted"}, audit.Acts...) {
			permit := func(s staff.Session) error {
				return e.log.View(ctx, func(tx store.Tx) error { return staff.Permit(tx, s, act) })
			}
			want := slices.Contains(may[act], role)
			if err := permit(session); (err == nil) != want || err != nil && !errors.Is(err, staff.ErrNotPermitted) {
				t.Errorf("%s by %q: %v", act, role, err)
			}
			if err := permit(staff.Session{}); !errors.Is(err, staff.ErrNotPermitted) {
				t.Errorf("%s by nobody: %v", act, err)
			}
		}
	}
}

// TestPermitTwo: an act that takes two takes two who may sign, one of whom may
// do it.
func TestPermitTwo(t *testing.T) {
	const c, r, a, x = data.Clerk, data.Reviewer, data.Administrator, data.Auditor
	e, is := roles(t, c, r, a, x, "other")
	other, err := e.SignIn(ctx, "officer-other", []byte(right))
	if err != nil {
		t.Fatal(err)
	}
	update(t, e.vault, func(tx store.Tx) error { // their session ends
		return store.Put(tx, store.Accounts+"officer-other", staff.Account{Officer: data.Officer{ID: "officer-other", Roles: []data.Role{a}}, Serial: 1})
	})
	for _, tt := range []struct {
		name   string
		first  staff.Session
		second staff.Session
		want   error
	}{
		{"with a reviewer", is[a], is[r], nil},
		{"alone", is[a], staff.Session{}, staff.ErrSecond},
		{"the same twice", is[a], is[a], staff.ErrSecond},
		{"with a clerk", is[a], is[c], staff.ErrSecond},
		{"with an auditor", is[a], is[x], staff.ErrSecond},
		{"with one whose session ended", is[a], other, staff.ErrEnded},
		{"by one whose session ended", other, is[r], staff.ErrEnded},
		{"by the reviewer", is[r], is[a], staff.ErrNotPermitted},
		{"by nobody", staff.Session{}, is[a], staff.ErrNotPermitted},
	} {
		err := e.log.View(ctx, func(tx store.Tx) error { return staff.PermitTwo(tx, tt.first, tt.second, audit.OfficerAdded) })
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	// The same officer proved twice is still one.
	again, err := e.Second(ctx, data.OfficerID("officer-"+a), []byte(right))
	if err != nil {
		t.Fatal(err)
	}
	err = e.log.View(ctx, func(tx store.Tx) error { return staff.PermitTwo(tx, is[a], again, audit.OfficerAdded) })
	if !errors.Is(err, staff.ErrSecond) {
		t.Errorf("with oneself proved again: %v", err)
	}
	entries := e.entries()
	if last := entries[len(entries)-1]; last.Act != audit.OfficerSignedIn || last.Detail["as"] != "second" || last.Officer != "officer-administrator" {
		t.Errorf("entry %+v", last)
	}
}
