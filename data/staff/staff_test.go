package staff_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk/desktest"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/store/mem"
)

var ctx = context.Background()

func update(t *testing.T, s store.Store, fn func(store.Tx) error) {
	t.Helper()
	if err := s.Update(ctx, fn); err != nil {
		t.Fatal(err)
	}
}

// newLog is a log whose head file is in a folder of its own.
func newLog(t testing.TB, s store.Store) *audit.Log {
	t.Helper()
	l, err := audit.Create(ctx, s, filepath.Join(t.TempDir(), "head"))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// signIn tries once, at a door that nobody has tried before.
func signIn(t *testing.T, s store.Store, id data.OfficerID, passphrase string) (staff.Session, error) {
	t.Helper()
	update(t, s, func(tx store.Tx) error {
		if err := tx.Delete(store.Tries + "-"); err != nil || id == "" {
			return errors.Join(err, tx.Delete("audit-state/log"))
		}
		return errors.Join(tx.Delete(store.Tries+string(id)), tx.Delete("audit-state/log"))
	})
	return staff.NewDoor(newLog(t, s), func() time.Time { return desktest.Now }).SignIn(ctx, id, []byte(passphrase))
}

func TestSignIn(t *testing.T) {
	s := mem.New()
	defer s.Close()
	officer := data.Officer{ID: "officer-a", Name: "Officer A", Mark: "A", Roles: []data.Role{data.Clerk}}
	update(t, s, func(tx store.Tx) error { return staff.Put(tx, officer, []byte("kamo rudi teso bali"), desktest.Cost) })
	for _, tt := range []struct {
		name       string
		id         data.OfficerID
		passphrase string
		want       error
	}{
		{"good", "officer-a", "kamo rudi teso bali", nil},
		{"wrong", "officer-a", "kamo rudi teso balo", staff.ErrSignIn},
		{"empty", "officer-a", "", staff.ErrSignIn},
		{"a space more", "officer-a", "kamo rudi teso bali ", staff.ErrSignIn},
		{"capitals", "officer-a", "Kamo Rudi Teso Bali", staff.ErrSignIn},
		{"unknown officer", "officer-z", "kamo rudi teso bali", staff.ErrSignIn},
		{"nobody", "", "", staff.ErrSignIn},
		{"name in capitals", "Officer-A", "kamo rudi teso bali", staff.ErrSignIn},
	} {
		session, err := signIn(t, s, tt.id, tt.passphrase)
		if !errors.Is(err, tt.want) || err == nil && session.Officer().ID != officer.ID || err != nil && session.Officer().ID != "" {
			t.Errorf("%s: %q, %v", tt.name, session.Officer().ID, err)
		}
	}
	// Which of the two was wrong is not told.
	_, wrong := signIn(t, s, "officer-a", "x")
	if _, unknown := signIn(t, s, "officer-z", "x"); wrong.Error() != unknown.Error() {
		t.Errorf("%q tells from %q", wrong, unknown)
	}
	// The passphrase is not in the record, and two officers with the same one
	// cannot be told to have it.
	update(t, s, func(tx store.Tx) error {
		return staff.Put(tx, data.Officer{ID: "officer-b"}, []byte("kamo rudi teso bali"), desktest.Cost)
	})
	var verifiers []string
	update(t, s, func(tx store.Tx) error {
		return store.Each(tx, store.Accounts, "", 0, func(_ string, a staff.Account) error {
			verifiers = append(verifiers, a.Verifier)
			return nil
		})
	})
	if len(verifiers) != 2 || verifiers[0] == verifiers[1] || strings.Contains(verifiers[0], "kamo") {
		t.Errorf("verifiers %q", verifiers)
	}
}

func TestBadVerifierLetsNobodyIn(t *testing.T) {
	const salt, hash = "c2FsdHNhbHRzYWx0c2FsdA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	for name, verifier := range map[string]string{
		"empty":            "",
		"another scheme":   "$argon2i$v=19$m=64,t=1,p=1$" + salt + "$" + hash,
		"another version":  "$argon2id$v=16$m=64,t=1,p=1$" + salt + "$" + hash,
		"no passes":        "$argon2id$v=19$m=64,t=0,p=1$" + salt + "$" + hash,
		"no threads":       "$argon2id$v=19$m=64,t=1,p=0$" + salt + "$" + hash,
		"300 threads":      "$argon2id$v=19$m=64,t=1,p=300$" + salt + "$" + hash,
		"negative passes":  "$argon2id$v=19$m=64,t=-1,p=1$" + salt + "$" + hash,
		"short salt":       "$argon2id$v=19$m=64,t=1,p=1$c2FsdA$" + hash,
		"short hash":       "$argon2id$v=19$m=64,t=1,p=1$" + salt + "$AAAA",
		"no hash":          "$argon2id$v=19$m=64,t=1,p=1$" + salt + "$",
		"padded":           "$argon2id$v=19$m=64,t=1,p=1$" + salt + "==$" + hash,
		"something before": "x$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + hash,
		"something after":  "$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + hash + "$x",
		"clear text":       "kamo rudi teso bali",
	} {
		s := mem.New()
		update(t, s, func(tx store.Tx) error {
			return store.Put(tx, store.Accounts+"officer-a", staff.Account{Officer: data.Officer{ID: "officer-a"}, Verifier: verifier})
		})
		for _, passphrase := range []string{"kamo rudi teso bali", ""} {
			if session, err := signIn(t, s, "officer-a", passphrase); err == nil || session.Officer().ID != "" {
				t.Errorf("%s: signed in", name)
			}
		}
		s.Close()
	}
}

// TestPermit holds every act against every role: what a role may not do is
// what the table of the design says it must never be able to.
func TestPermit(t *testing.T) {
	const c, r, a, x = data.Clerk, data.Reviewer, data.Administrator, data.Auditor
	may := map[audit.Act][]data.Role{
		audit.ApplicationSaved: {c}, audit.ApplicationSubmitted: {c}, audit.ApplicationWithdrawn: {c},
		audit.ApplicationTaken: {r}, audit.ApplicationReleased: {r}, audit.ApplicationTicked: {r},
		audit.ApplicationReturned: {r}, audit.ApplicationApproved: {r}, audit.CertificateIssued: {r},
		audit.ApplicationRead: {c, r, x}, audit.CertificateRead: {c, r, x},
		audit.CertificatePrinted: {c, r}, audit.CertificatePrintFailed: {c, r}, audit.CertificateHandedOver: {c, r},
		audit.OfficersRead: {a, x}, audit.OfficerAdded: {a}, audit.OfficerDisabled: {a}, audit.OfficerEnabled: {a}, audit.OfficerReset: {a},
		// Of everything else the program itself is the author.
	}
	for _, role := range []data.Role{c, r, a, x, "consul", ""} {
		db := mem.New()
		update(t, db, func(tx store.Tx) error {
			return staff.Put(tx, data.Officer{ID: "o", Roles: []data.Role{role}}, []byte("p"), desktest.Cost)
		})
		session, err := signIn(t, db, "o", "p")
		if err != nil {
			t.Fatal(err)
		}
		for _, act := range append([]audit.Act{"", "application.deleted"}, audit.Acts...) {
			want := false
			for _, m := range may[act] {
				want = want || m == role
			}
			permit := func(s staff.Session) error {
				return db.View(ctx, func(tx store.Tx) error { return staff.Permit(tx, s, act) })
			}
			if err := permit(session); (err == nil) != want || err != nil && !errors.Is(err, staff.ErrNotPermitted) {
				t.Errorf("%s by %q: %v", act, role, err)
			}
			if err := permit(staff.Session{}); !errors.Is(err, staff.ErrNotPermitted) {
				t.Errorf("%s by nobody: %v", act, err)
			}
		}
		db.Close()
	}
}
