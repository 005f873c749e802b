// Package staff knows the officers of a post: who they are, how they prove it
// and what they may do.
//
// A passphrase is kept as an Argon2id verifier (RFC 9106) in the usual text
// form, $argon2id$v=19$m=…,t=…,p=…$salt$hash with unpadded base64.
package staff

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/argon2"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/store"
)

var (
	// ErrSignIn: name or passphrase is wrong; which of them is not told.
	ErrSignIn = errors.New("name or passphrase is wrong")
	// ErrDisabled: the passphrase is right, but the officer may not sign in.
	ErrDisabled = errors.New("officer is disabled")
	// ErrMustChange: the passphrase is right, but has to be changed first.
	ErrMustChange = errors.New("passphrase must be changed")
	// ErrEnded: the officer was disabled or the account changed since sign-in.
	ErrEnded = errors.New("session has ended")
	// ErrNotPermitted: the officer's roles do not allow the act.
	ErrNotPermitted = errors.New("not permitted")
)

// Account is an officer as the store keeps one.
type Account struct {
	Officer  data.Officer `json:"officer"`
	Verifier string       `json:"verifier"`
	// Disabled: may not sign in, and what they began is over.
	Disabled bool `json:"disabled,omitempty"`
	// MustChange: somebody else knows the passphrase.
	MustChange bool `json:"mustChange,omitempty"`
	// Serial counts the changes of the account. A session lasts as long as it
	// is the one that the session began with.
	Serial int `json:"serial,omitempty"`
}

// Cost of a verifier.
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
	Threads   uint8
}

// DefaultCost is the second choice of RFC 9106 §4, about 0.2 s on a small desk.
var DefaultCost = Cost{MemoryKiB: 64 << 10, Passes: 3, Threads: 4}

const (
	saltSize = 16
	hashSize = 32
)

// NewVerifier makes the verifier of a passphrase. It is slow by intent, so it
// does not belong into an Update.
func NewVerifier(passphrase []byte, cost Cost) string {
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails
	hash := argon2.IDKey(passphrase, salt, cost.Passes, cost.MemoryKiB, cost.Threads, hashSize)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", cost.MemoryKiB, cost.Passes, cost.Threads, b64(salt), b64(hash))
}

// Put stores an officer with a passphrase as they are, replacing what was
// there: what a post begins with. Whoever is asked for a passphrase has it
// judged by [Judge] first.
func Put(tx store.Tx, officer data.Officer, passphrase []byte, cost Cost) error {
	return store.Put(tx, store.Accounts+string(officer.ID), Account{Officer: officer, Verifier: NewVerifier(passphrase, cost)})
}

// Get is the officer with that identifier.
func Get(tx store.Tx, id data.OfficerID) (data.Officer, error) {
	a, found, err := store.Get[Account](tx, store.Accounts+string(id))
	if err == nil && !found {
		err = fmt.Errorf("officer %q is not known", id)
	}
	return a.Officer, err
}

// Accounts are those of the post, by identifier.
func Accounts(tx store.Tx) ([]Account, error) {
	var all []Account
	err := store.Each(tx, store.Accounts, "", 0, func(_ string, a Account) error {
		all = append(all, a)
		return nil
	})
	return all, err
}

// Session is an officer who has proved to be one. Only a [Door] makes one; the
// zero Session may do nothing.
type Session struct {
	officer data.Officer
	serial  int
}

// Officer is who signed in.
func (s Session) Officer() data.Officer { return s.officer }

// proves reports whether the passphrase is the one of a verifier. It takes as
// long for an account that is not there, whose verifier is empty.
func proves(passphrase []byte, verifier string, found bool) (bool, error) {
	cost, salt, want := DefaultCost, make([]byte, saltSize), make([]byte, hashSize)
	if found {
		var err error
		if cost, salt, want, err = parseVerifier(verifier); err != nil {
			return false, err
		}
	}
	got := argon2.IDKey(passphrase, salt, cost.Passes, cost.MemoryKiB, cost.Threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && found, nil
}

func parseVerifier(s string) (c Cost, salt, hash []byte, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v=19" {
		return c, nil, nil, errors.New("verifier is not argon2id")
	}
	if _, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.MemoryKiB, &c.Passes, &c.Threads); err != nil {
		return c, nil, nil, fmt.Errorf("verifier: %w", err)
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return c, nil, nil, fmt.Errorf("verifier: %w", err)
	}
	if hash, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return c, nil, nil, fmt.Errorf("verifier: %w", err)
	}
	if c.Passes == 0 || c.Threads == 0 || len(salt) < saltSize || len(hash) != hashSize {
		return c, nil, nil, errors.New("verifier is too weak")
	}
	return c, salt, hash, nil
}

// permits says which roles may do an act. Whether the same person prepared and
// approves is not a matter of roles: data/issue checks it for every case.
var permits = map[audit.Act][]data.Role{
	audit.ApplicationSaved:       {data.Clerk},
	audit.ApplicationSubmitted:   {data.Clerk},
	audit.ApplicationWithdrawn:   {data.Clerk},
	audit.ApplicationRead:        {data.Clerk, data.Reviewer, data.Auditor},
	audit.ApplicationTaken:       {data.Reviewer},
	audit.ApplicationReleased:    {data.Reviewer},
	audit.ApplicationTicked:      {data.Reviewer},
	audit.ApplicationReturned:    {data.Reviewer},
	audit.ApplicationApproved:    {data.Reviewer},
	audit.CertificateIssued:      {data.Reviewer},
	audit.CertificateRead:        {data.Clerk, data.Reviewer, data.Auditor},
	audit.CertificatePrinted:     {data.Clerk, data.Reviewer},
	audit.CertificatePrintFailed: {data.Clerk, data.Reviewer},
	audit.CertificateHandedOver:  {data.Clerk, data.Reviewer},
	audit.OfficersRead:           {data.Administrator, data.Auditor},
	audit.OfficerAdded:           {data.Administrator},
	audit.OfficerDisabled:        {data.Administrator},
	audit.OfficerEnabled:         {data.Administrator},
	audit.OfficerReset:           {data.Administrator},
}

// Permit returns [ErrNotPermitted] unless a role of the session's officer
// allows the act, and [ErrEnded] if the account has changed since they signed
// in. What it finds holds for tx only: an act asks in the Update that does it.
func Permit(tx store.Tx, s Session, act audit.Act) error {
	if s.officer.ID == "" {
		return fmt.Errorf("%s for nobody: %w", act, ErrNotPermitted)
	}
	a, found, err := store.Get[Account](tx, store.Accounts+string(s.officer.ID))
	switch {
	case err != nil:
		return err
	case !found || a.Disabled || a.Serial != s.serial:
		return fmt.Errorf("%s for %s: %w", act, s.officer.ID, ErrEnded)
	}
	for _, role := range a.Officer.Roles {
		if slices.Contains(permits[act], role) {
			return nil
		}
	}
	return fmt.Errorf("%s for %s: %w", act, s.officer.ID, ErrNotPermitted)
}
