package trust_test

import (
	"crypto/x509"
	"errors"
	"reflect"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/desk/desktest"
	"pratique/data/seal/dcc"
	"pratique/data/trust"
)

// TestRevoked: a list that is asked says so of a seal that holds, tells nothing
// but when, why and what instead, and never takes silence for a no.
func TestRevoked(t *testing.T) {
	p := desktest.New(t)
	c := p.Issued(t, p.Specimen())
	said := &data.Revocation{At: now, Reason: data.RevokedFraud, Note: "about a person", Officer: "officer-b", Second: "officer-d", ReplacedBy: "PRK7QF2M9X4T"}
	expired, _ := c.Statement.Expires.Instant()
	for _, tt := range []struct {
		name    string
		seal    string
		at      time.Time
		answer  *data.Revocation
		err     error
		outcome trust.Outcome
		reasons []trust.Reason
		asked   bool
	}{
		{"revoked", c.Seal, now, said, nil, trust.Invalid, []trust.Reason{trust.ReasonRevoked}, true},
		{"and expired", c.Seal, expired.Add(time.Hour), said, nil, trust.Invalid, []trust.Reason{trust.ReasonRevoked, trust.ReasonExpired}, true},
		{"not revoked", c.Seal, now, nil, nil, trust.Valid, []trust.Reason{trust.ReasonGood}, true},
		{"not looked up", c.Seal, now, nil, errors.New("locked"), trust.CannotSay, []trust.Reason{trust.ReasonNotLookedUp}, true},
		{"expired, not looked up", c.Seal, expired.Add(time.Hour), nil, errors.New("locked"), trust.Invalid, []trust.Reason{trust.ReasonExpired}, true},
		{"no seal", "HC1:", now, said, nil, trust.Unreadable, []trust.Reason{trust.ReasonNotASeal}, false},
	} {
		l, asked := p.Trust(), false
		l.Revoked = func(n data.CertificateNumber) (*data.Revocation, error) {
			asked = true
			if n != c.Number {
				t.Errorf("%s: asked for %s", tt.name, n)
			}
			return tt.answer, tt.err
		}
		v := l.Verify(tt.seal, tt.at, true)
		if v.Outcome != tt.outcome || !reflect.DeepEqual(v.Reasons, tt.reasons) || asked != tt.asked {
			t.Errorf("%s: %s %v, asked %v", tt.name, v.Outcome, v.Reasons, asked)
		}
		want := &data.Revocation{At: now, Reason: data.RevokedFraud, ReplacedBy: "PRK7QF2M9X4T"}
		if v.Outcome != trust.Invalid || v.Reasons[0] != trust.ReasonRevoked {
			want = nil
		}
		if !reflect.DeepEqual(v.Revoked, want) {
			t.Errorf("%s: tells %+v", tt.name, v.Revoked)
		}
	}

	// What a signature does not hold for is not looked up.
	stranger := desktest.New(t).Trust()
	stranger.Revoked = func(data.CertificateNumber) (*data.Revocation, error) {
		t.Error("asked about a number that nobody vouches for")
		return nil, nil
	}
	stranger.Verify(c.Seal, now, true)
}

// TestRevokedInEveryFormat: a revoked number takes the seals of other formats
// with it.
func TestRevokedInEveryFormat(t *testing.T) {
	a := newAuthority(t, "Authority", false)
	signer, stamp := a.signer(t, nil), a.vdsncSigner(t, func(*x509.Certificate) {})
	l := listOf([]*x509.Certificate{a.certificate, signer.certificate})
	st := statement(t)
	c, err := dcc.OfTest(st, 0, "Post", dcc.Detail{Country: "UTO"}, book(t))
	if err != nil {
		t.Fatal(err)
	}
	payload, err := dcc.Encode(c)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"ours": signer.says(t, st), "DCC": signer.seal(t, payload), "VDS-NC": stamp.vdsnc(t, "UTO")} {
		var asked data.CertificateNumber
		l.Revoked = func(n data.CertificateNumber) (*data.Revocation, error) { asked = n; return nil, nil }
		if v := l.Verify(text, now, false); v.Outcome != trust.Valid || asked == "" {
			t.Errorf("%s: %s %v, asked for %q", name, v.Outcome, v.Reasons, asked)
		}
		if name != "VDS-NC" && asked != st.Number { // which makes a statement of its own
			t.Errorf("%s: asked for %s, not %s", name, asked, st.Number)
		}
		revoked := asked
		l.Revoked = func(n data.CertificateNumber) (*data.Revocation, error) {
			if n != revoked {
				return nil, nil
			}
			return &data.Revocation{At: now, Reason: "error"}, nil
		}
		if v := l.Verify(text, now, false); v.Outcome != trust.Invalid || v.Reasons[0] != trust.ReasonRevoked {
			t.Errorf("%s, revoked: %s %v", name, v.Outcome, v.Reasons)
		}
	}
}
