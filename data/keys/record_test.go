package keys_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/keys"
	"pratique/data/store"
)

const day = 24 * time.Hour

func realPost() data.Post {
	p := practicePost
	p.Kind = data.RealPost
	return p
}

// ring is that of a post in a new folder.
func ring(t *testing.T, post data.Post) keys.Ring {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	return keys.Ring{Dir: dir, Post: post}
}

func TestMakeOwn(t *testing.T) {
	for _, tt := range []struct {
		post          data.Post
		name, anchor  string
		practice, own bool
	}{
		{practicePost, "CN=Practice Signer PR,OU=PRACTICE,O=Republic of Utopia,C=UT", "CN=Practice Anchor PR,OU=PRACTICE,O=Republic of Utopia,C=UT", true, false},
		{realPost(), "CN=Signer PR,OU=NOT ACCREDITED,O=Republic of Utopia,C=UT", "CN=Anchor PR,OU=NOT ACCREDITED,O=Republic of Utopia,C=UT", false, true},
	} {
		g := ring(t, tt.post)
		r, err := g.MakeOwn(keys.ForCertificates, "", []byte(passphrase), now)
		if err != nil {
			t.Fatal(err)
		}
		if r.State != keys.Active || r.Accredited || len(r.ID) != 8 || r.URI != "file:keys/"+r.ID+".key" || !r.Created.Equal(now) || !r.Activated.Equal(now) {
			t.Errorf("%+v", r)
		}
		c, err := r.Certificate()
		if err != nil {
			t.Fatal(err)
		}
		a, err := r.Anchor()
		if err != nil {
			t.Fatal(err)
		}
		if c.Subject.String() != tt.name || a.Subject.String() != tt.anchor || c.CheckSignatureFrom(a) != nil || len(r.Chain) != 2 {
			t.Errorf("%s by %s", c.Subject, a.Subject)
		}
		if keys.IsPractice(c) != tt.practice || keys.IsPractice(a) != tt.practice || keys.IsOwn(c) != tt.own || keys.IsOwn(a) != tt.own {
			t.Errorf("%s by %s is not marked as what it is", c.Subject, a.Subject)
		}
		s, err := g.Open(r, []byte(passphrase))
		if err != nil {
			t.Fatal(err)
		}
		if !s.WorkUntil.Equal(r.WorkUntil) || !s.Certificate.Equal(c) || s.Close() != nil {
			t.Errorf("opened %+v", s)
		}
		for _, when := range []time.Time{now, r.WorkUntil, r.WorkUntil.Add(1), c.NotBefore.Add(-1)} {
			a, b := r.Fit(when, when, tt.practice), s.CheckFit(when, when, tt.practice)
			if !reflect.DeepEqual(a, b) {
				t.Errorf("%s: the record says %v, the signer %v", when, a, b)
			}
		}
		// The only secret in the folder is the encrypted key; the anchor's is nowhere.
		for name, content := range files(t, g.Dir) {
			if name != filepath.FromSlash("/keys/"+r.ID+".key") || !strings.HasPrefix(content, "-----BEGIN ENCRYPTED PRIVATE KEY") || strings.Count(content, "BEGIN") != 1 {
				t.Errorf("in the folder: %s", name)
			}
		}
	}
}

func TestRequestIsReadByOpenssl(t *testing.T) {
	g := ring(t, realPost())
	r, err := g.Request(keys.ForCertificates, "", []byte(passphrase), now)
	if err != nil {
		t.Fatal(err)
	}
	if r.State != keys.Requested || r.Chain != nil || r.Accredited {
		t.Errorf("%+v", r)
	}
	if _, err := r.Certificate(); !errors.Is(err, keys.ErrUnfit) {
		t.Errorf("certificate of a request: %v", err)
	}
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("no openssl: the request was NOT checked by it")
	}
	file := filepath.Join(t.TempDir(), "request.der")
	if err := os.WriteFile(file, r.Request, 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("openssl", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("openssl %s: %v: %s", args[0], err, out)
		}
		return string(out)
	}
	out := run("req", "-verify", "-noout", "-subject", "-nameopt", "RFC2253", "-inform", "DER", "-in", file)
	if !strings.Contains(out, "verify OK") || !strings.Contains(out, "CN=Signer PR,O=Republic of Utopia,C=UT\n") {
		t.Errorf("openssl: %s", out)
	}
	// The key that the request has is that of the file, which openssl opens.
	public := run("req", "-pubkey", "-noout", "-inform", "DER", "-in", file)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(passphrase), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := run("pkey", "-in", filepath.Join(g.Dir, "keys", r.ID+".key"), "-passin", "file:"+secret, "-pubout"); got != public {
		t.Errorf("key %s, request %s", got, public)
	}
	practice := ring(t, practicePost)
	p, err := practice.Request(keys.ForCertificates, "", []byte(passphrase), now)
	if err != nil {
		t.Fatal(err)
	}
	if q, err := x509.ParseCertificateRequest(p.Request); err != nil || !slices.Equal(q.Subject.OrganizationalUnit, []string{"PRACTICE"}) {
		t.Errorf("%v, %v", q.Subject, err)
	}
}

// TestInvariant8WhatIsAskedForIsMadeOnce: no key over another, none without a
// passphrase, none where nobody keeps keys.
func TestInvariant8WhatIsAskedForIsMadeOnce(t *testing.T) {
	g := ring(t, realPost())
	r, err := g.Request(keys.ForCertificates, "", []byte(passphrase), now)
	if err != nil {
		t.Fatal(err)
	}
	before := files(t, g.Dir)
	for _, tt := range []struct {
		name, uri, secret string
		want              error
	}{
		{"over another", r.URI, passphrase, keys.ErrUnfit},
		{"a file with a PIN", "file:keys/mine.key", "1234", keys.ErrUnfit},
		{"a file elsewhere", "FILE:../mine.key", passphrase, keys.ErrUnfit},
		{"without a passphrase", "", "", keys.ErrPassphrase},
		{"a token that nobody reaches", "pkcs11:token=x;object=y?pin-value=1234", passphrase, keys.ErrUnfit},
		{"no URI", "keys/other.key", passphrase, keys.ErrUnfit},
		{"an empty path", "file:", passphrase, keys.ErrUnfit},
	} {
		_, err := g.Request(keys.ForCertificates, tt.uri, []byte(tt.secret), now)
		_, ownErr := g.MakeOwn(keys.ForCertificates, tt.uri, []byte(tt.secret), now)
		for _, err := range []error{err, ownErr} {
			if !errors.Is(err, tt.want) || strings.Contains(err.Error(), "1234") {
				t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
			}
		}
	}
	if after := files(t, g.Dir); !reflect.DeepEqual(after, before) {
		t.Errorf("the folder changed: %d files, were %d", len(after), len(before))
	}
}

// memory is a place of keys for tests.
type memory struct {
	keys   map[string]crypto.Signer
	curve  elliptic.Curve
	closed int
}

type memoryKey struct {
	crypto.Signer
	place *memory
}

func (k memoryKey) Close() error { k.place.closed++; return nil }

func (m *memory) Open(u *url.URL, _ []byte) (crypto.Signer, error) {
	k, ok := m.keys[u.Opaque]
	if !ok {
		return nil, keys.ErrMissing
	}
	return memoryKey{k, m}, nil
}

func (m *memory) Make(u *url.URL, _ []byte) (crypto.Signer, error) {
	k, err := ecdsa.GenerateKey(m.curve, rand.Reader)
	if err == nil {
		m.keys[u.Opaque] = k
	}
	return memoryKey{k, m}, err
}

func TestPlaces(t *testing.T) {
	m := &memory{map[string]crypto.Signer{}, elliptic.P256(), 0}
	g := keys.Ring{Dir: t.TempDir(), Post: realPost(), Places: keys.Places{"memory": m}}
	r, err := g.MakeOwn(keys.ForCertificates, "memory:a", nil, now)
	if err != nil || r.URI != "memory:a" || m.closed != 1 {
		t.Fatalf("%+v, %v, closed %d", r, err, m.closed)
	}
	s, err := g.Open(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil || m.closed != 2 {
		t.Errorf("%v, closed %d", err, m.closed)
	}
	m.keys["a"], err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Open(r, nil); !errors.Is(err, keys.ErrUnfit) || m.closed != 3 {
		t.Errorf("another key: %v, closed %d", err, m.closed)
	}
	delete(m.keys, "a")
	if _, err := g.Open(r, nil); !errors.Is(err, keys.ErrMissing) || len(m.keys) != 0 {
		t.Errorf("no key: %v, %d made", err, len(m.keys))
	}
	m.curve = elliptic.P384()
	if _, err := g.MakeOwn(keys.ForCertificates, "memory:b", nil, now); !errors.Is(err, keys.ErrUnfit) {
		t.Errorf("signer on P-384: %v", err)
	}
	if _, err := g.Request(keys.ForCertificates, "memory:c", nil, now); !errors.Is(err, keys.ErrUnfit) {
		t.Errorf("request on P-384: %v", err)
	}
	g.Places = nil
	if _, err := g.Open(r, nil); !errors.Is(err, keys.ErrUnfit) {
		t.Errorf("no place: %v", err)
	}
}

func TestOpenRecordRefuses(t *testing.T) {
	g := ring(t, realPost())
	r, err := g.MakeOwn(keys.ForCertificates, "", []byte(passphrase), now)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		change func(*keys.Record)
		secret string
		want   error
	}{
		{"requested", func(r *keys.Record) { r.State = keys.Requested }, passphrase, keys.ErrUnfit},
		{"retired", func(r *keys.Record) { r.State = keys.Retired }, passphrase, keys.ErrUnfit},
		{"no certificate", func(r *keys.Record) { r.Chain = nil }, passphrase, keys.ErrUnfit},
		{"damaged certificate", func(r *keys.Record) { r.Chain = [][]byte{{0x30, 0}} }, passphrase, keys.ErrUnfit},
		{"the anchor's certificate", func(r *keys.Record) { r.Chain = r.Chain[1:] }, passphrase, keys.ErrUnfit},
		{"wrong passphrase", func(*keys.Record) {}, "kamo", keys.ErrPassphrase},
		{"no passphrase", func(*keys.Record) {}, "", keys.ErrPassphrase},
		{"no file", func(r *keys.Record) { r.URI = "file:keys/00000000.key" }, passphrase, keys.ErrMissing},
	} {
		changed := r
		tt.change(&changed)
		before := files(t, g.Dir)
		if s, err := g.Open(changed, []byte(tt.secret)); !errors.Is(err, tt.want) || s != nil {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if !reflect.DeepEqual(files(t, g.Dir), before) {
			t.Errorf("%s: the folder changed", tt.name)
		}
	}
}

// lasting is a record whose certificate is valid from now for so long.
func lasting(t *testing.T, a authority, valid time.Duration) keys.Record {
	t.Helper()
	c := a.certify(t, &requested(t).key.PublicKey, func(c *x509.Certificate) { c.NotBefore, c.NotAfter = now, now.Add(valid) })
	return keys.Record{ID: "00000001", State: keys.Active, Chain: [][]byte{c.Raw}, WorkUntil: keys.WorkUntil(c)}
}

func TestWorkingPeriod(t *testing.T) {
	a := newAuthority(t, realPost(), nil)
	for _, tt := range []struct{ valid, work int }{ // in days
		{730, 520}, {421, 211}, {420, 210}, {300, 150}, {180, 90}, {2, 1},
	} {
		r := lasting(t, a, time.Duration(tt.valid)*day)
		start := now.Truncate(time.Second)
		if got := r.WorkUntil.Sub(start); got != time.Duration(tt.work)*day {
			t.Errorf("valid for %d days, works for %v, want %d", tt.valid, got/day, tt.work)
		}
		c, err := r.Certificate()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []struct {
			name         string
			now, expires time.Time
			practice     bool
			why          keys.Unfitness
			on           time.Time
		}{
			{"first instant", c.NotBefore, c.NotBefore, false, "", time.Time{}},
			{"before it", c.NotBefore.Add(-1), c.NotBefore, false, keys.UnfitNotYet, c.NotBefore},
			{"last instant of work", r.WorkUntil, c.NotAfter, false, "", time.Time{}},
			{"after it", r.WorkUntil.Add(1), r.WorkUntil, false, keys.UnfitWorked, r.WorkUntil},
			{"valid, no longer working", c.NotAfter, c.NotAfter, false, keys.UnfitWorked, r.WorkUntil},
			{"no longer valid", c.NotAfter.Add(1), c.NotAfter, false, keys.UnfitEnded, c.NotAfter},
			{"the seal outlives it", r.WorkUntil, c.NotAfter.Add(1), false, keys.UnfitOutlived, c.NotAfter},
			{"practice", now, now, true, keys.UnfitKind, time.Time{}},
		} {
			err := r.Fit(f.now, f.expires, f.practice)
			var unfit *keys.UnfitError
			switch {
			case f.why == "" && err != nil:
				t.Errorf("%d days, %s: %v", tt.valid, f.name, err)
			case f.why != "" && (!errors.As(err, &unfit) || !errors.Is(err, keys.ErrUnfit) || unfit.Why != f.why || !unfit.On.Equal(f.on)):
				t.Errorf("%d days, %s: %v, want %s", tt.valid, f.name, err, f.why)
			case f.why != "" && (strings.Contains(err.Error(), "%") || !f.on.IsZero() && !strings.Contains(err.Error(), f.on.Format(time.DateOnly))):
				t.Errorf("%d days, %s: %q", tt.valid, f.name, err)
			}
		}
	}
	r := lasting(t, a, 730*day)
	for _, s := range []keys.State{keys.Requested, keys.Retired, ""} {
		r.State = s
		var unfit *keys.UnfitError
		if err := r.Fit(now, now, false); !errors.As(err, &unfit) || unfit.Why != keys.UnfitState {
			t.Errorf("%q: %v", s, err)
		}
	}
	r.State, r.Chain = keys.Active, [][]byte{{1}}
	var unfit *keys.UnfitError
	if err := r.Fit(now, now, false); !errors.As(err, &unfit) || unfit.Why != keys.UnfitDamaged {
		t.Errorf("damaged: %v", err)
	}
}

func TestWarning(t *testing.T) {
	r := keys.Record{State: keys.Active, WorkUntil: now}
	for _, tt := range []struct {
		before time.Duration
		days   int
		due    bool
	}{
		{400 * day, 0, false}, {60*day + 1, 0, false},
		{60 * day, 60, true}, {30*day + 1, 60, true},
		{30 * day, 30, true}, {7*day + 1, 30, true},
		{7 * day, 7, true}, {1, 7, true}, {0, 7, true},
		{-1, 0, true}, {-100 * day, 0, true},
	} {
		if days, due := r.Warning(now.Add(-tt.before)); days != tt.days || due != tt.due {
			t.Errorf("%v before: %d, %t", tt.before, days, due)
		}
	}
	for _, s := range []keys.State{keys.Requested, keys.Retired} {
		r.State = s
		if days, due := r.Warning(now); days != 0 || due {
			t.Errorf("%s: %d, %t", s, days, due)
		}
	}
}

func TestRetire(t *testing.T) {
	g := ring(t, realPost())
	r, err := g.MakeOwn(keys.ForCertificates, "", []byte(passphrase), now)
	if err != nil {
		t.Fatal(err)
	}
	before := files(t, g.Dir)
	later := now.Add(day)
	retired, err := r.Retire(later)
	if err != nil || retired.State != keys.Retired || !retired.Retired.Equal(later) || len(retired.Chain) != 2 {
		t.Errorf("%+v, %v", retired, err)
	}
	if again, err := retired.Retire(later.Add(day)); !errors.Is(err, keys.ErrUnfit) || !reflect.DeepEqual(again, retired) {
		t.Errorf("twice: %+v, %v", again, err)
	}
	if !reflect.DeepEqual(files(t, g.Dir), before) {
		t.Error("the folder changed")
	}
	if q, err := (keys.Record{State: keys.Requested}).Retire(now); err != nil || q.State != keys.Retired {
		t.Errorf("a request given up: %+v, %v", q, err)
	}
}

func TestRecordIsStored(t *testing.T) {
	q := requested(t)
	imported, err := q.record.Import(realPost(), pemBundle(q.answer(t, nil)), q.anchors(), now)
	if err != nil {
		t.Fatal(err)
	}
	imported.Uses = 1 << 60
	for _, r := range []keys.Record{q.record, imported} {
		b, err := store.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		back, err := store.Decode[keys.Record](b)
		if err != nil || !reflect.DeepEqual(back, r) {
			t.Errorf("%+v, %v, want %+v", back, err, r)
		}
	}
}

func TestAnchorsPEM(t *testing.T) {
	q := requested(t)
	active, err := q.record.Import(realPost(), pemBundle(q.answer(t, nil)), q.anchors(), now)
	if err != nil {
		t.Fatal(err)
	}
	older := active
	older.State, older.Activated = keys.Retired, now.Add(-day)
	older.Chain = [][]byte{q.answer(t, nil).Raw, active.Chain[1]} // of the same anchor
	own := newAuthority(t, realPost(), nil)
	oldest := keys.Record{State: keys.Retired, Activated: now.Add(-2 * day), Chain: [][]byte{own.certify(t, &q.key.PublicKey, nil).Raw, own.certificate.Raw}}

	var got [][]byte
	for block, rest := pem.Decode(keys.AnchorsPEM([]keys.Record{oldest, q.record, older, active})); block != nil; block, rest = pem.Decode(rest) {
		got = append(got, block.Bytes)
	}
	want := [][]byte{active.Chain[1], active.Chain[0], older.Chain[0], oldest.Chain[1], oldest.Chain[0]}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%d certificates, want %d, in order", len(got), len(want))
	}
}
