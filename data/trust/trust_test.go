package trust_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/desk/desktest"
	"pratique/data/seal/dcc"
	"pratique/data/seal/hcert"
	"pratique/data/trust"
)

// authority is an anchor with its key.
type authority struct {
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

var now = desktest.Now

func name(cn, country string, practice bool) pkix.Name {
	n := pkix.Name{CommonName: cn, Country: []string{country}}
	if practice {
		n.OrganizationalUnit = []string{"PRACTICE"}
	}
	return n
}

func newAuthority(t *testing.T, cn string, practice bool) authority {
	t.Helper()
	key := newKey(t)
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: name(cn, "UT", practice), NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(4, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	return authority{key, certify(t, c, c, &key.PublicKey, key)}
}

func certify(t *testing.T, c, parent *x509.Certificate, public *ecdsa.PublicKey, by *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, c, parent, public, by)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// signer makes a signer certificate; change may alter it before it is signed.
func (a authority) signer(t *testing.T, change func(*x509.Certificate)) authority {
	t.Helper()
	key := newKey(t)
	c := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: name("Signer", "UT", false), NotBefore: now.AddDate(0, -1, 0), NotAfter: now.AddDate(2, 0, 0),
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if change != nil {
		change(c)
	}
	return authority{key, certify(t, c, a.certificate, &key.PublicKey, a.key)}
}

// statement is the specimen's, of a real post, issued at the moment now.
func statement(t testing.TB) data.Statement {
	t.Helper()
	p := desktest.New(t)
	st := p.Issued(t, p.Specimen()).Statement
	st.Practice = false
	return st
}

// seal seals a payload as the package comment of hcert says.
func (a authority) seal(t testing.TB, payload []byte) string {
	t.Helper()
	m, err := hcert.Unsigned(hcert.KID(a.certificate), payload)
	if err != nil {
		t.Fatal(err)
	}
	digest := m.Digest()
	der, err := a.key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &rs); err != nil {
		t.Fatal(err)
	}
	m.Signature = make([]byte, 64)
	rs.R.FillBytes(m.Signature[:32])
	rs.S.FillBytes(m.Signature[32:])
	text, err := m.Text()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (a authority) says(t testing.TB, st data.Statement) string {
	t.Helper()
	payload, err := hcert.EncodeStatement(st)
	if err != nil {
		t.Fatal(err)
	}
	return a.seal(t, payload)
}

func listOf(groups ...[]*x509.Certificate) *trust.List {
	var l trust.List
	for _, g := range groups {
		l.Add(g...)
	}
	return &l
}

// TestAnchorsOfAPost: the anchor.pem of a post that vouched for itself first and
// was accredited later has several anchors; what each vouches for is valid, and
// being in that file makes nobody else so.
func TestAnchorsOfAPost(t *testing.T) {
	own, outside, stranger := newAuthority(t, "Own", false), newAuthority(t, "Outside", false), newAuthority(t, "Stranger", false)
	between := authority{newKey(t), nil}
	between.certificate = certify(t, &x509.Certificate{
		SerialNumber: big.NewInt(3), Subject: name("Between", "UT", false), NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(3, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, outside.certificate, &between.key.PublicKey, outside.key)
	first, second, third, alone := own.signer(t, nil), outside.signer(t, nil), between.signer(t, nil), stranger.signer(t, nil)
	var file []byte
	for _, a := range []authority{outside, between, third, second, own, first, alone} {
		file = append(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})...)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, trust.AnchorFile), file, 0o600); err != nil {
		t.Fatal(err)
	}
	var l trust.List
	if err := l.Load(dir); err != nil || l.Len() != 7 {
		t.Fatalf("%d certificates, %v", l.Len(), err)
	}
	st := statement(t)
	for _, tt := range []struct {
		name   string
		signer authority
		want   trust.Outcome
	}{
		{"its own", first, trust.Valid}, {"accredited", second, trust.Valid}, {"accredited through another", third, trust.Valid},
		{"an anchor that is not there", alone, trust.CannotSay},
	} {
		if v := l.Verify(tt.signer.says(t, st), now, false); v.Outcome != tt.want {
			t.Errorf("%s: %s %v, want %s", tt.name, v.Outcome, v.Reasons, tt.want)
		}
	}
}

func TestVerdicts(t *testing.T) {
	anchor, stranger := newAuthority(t, "Anchor", false), newAuthority(t, "Stranger", false)
	training := newAuthority(t, "Training", true)
	signer := anchor.signer(t, nil)
	trainee := training.signer(t, func(c *x509.Certificate) { c.Subject = name("Trainee", "UT", true) })
	st := statement(t)
	practice := st
	practice.Practice = true
	good := signer.says(t, st)
	certs := func(all ...authority) (c []*x509.Certificate) {
		for _, a := range all {
			c = append(c, a.certificate)
		}
		return c
	}
	both := listOf(certs(anchor, signer))

	altered := func(change func(*data.Statement)) string {
		m, err := hcert.Decode(good)
		if err != nil {
			t.Fatal(err)
		}
		other := st
		change(&other)
		if m.Payload, err = hcert.EncodeStatement(other); err != nil {
			t.Fatal(err)
		}
		text, err := m.Text()
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	// Signers that say that they are for something else.
	usage, err := dcc.UsageExtension(dcc.KindTest, dcc.KindVaccination)
	if err != nil {
		t.Fatal(err)
	}
	ofDCC := anchor.signer(t, func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{usage} })
	ofVDSNC := anchor.vdsncSigner(t, func(*x509.Certificate) {})
	ofServers := anchor.signer(t, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })
	// A second certificate with the same identifier, and another key in it.
	collides := *signer.certificate
	collides.PublicKey = &newKey(t).PublicKey
	foreigner := anchor.signer(t, func(c *x509.Certificate) { c.Subject = name("Foreigner", "XX", false) })
	late := anchor.signer(t, func(c *x509.Certificate) { c.NotBefore = now.Add(time.Minute) })
	short := anchor.signer(t, func(c *x509.Certificate) { c.NotAfter = now.AddDate(0, 1, 0) })
	exact := anchor.signer(t, func(c *x509.Certificate) {
		c.NotBefore, _ = st.Issued.Instant()
		c.NotAfter, _ = st.Expires.Instant()
	})
	disguised := training.signer(t, nil) // a signer without the mark, issued by a practice anchor
	anchorEnded := newAuthority(t, "Ended", false)
	anchorEnded.certificate = func() *x509.Certificate {
		c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: name("Ended", "UT", false), NotBefore: now.AddDate(-2, 0, 0), NotAfter: now.AddDate(0, 0, -1),
			IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
		return certify(t, c, c, &anchorEnded.key.PublicKey, anchorEnded.key)
	}()
	ofEnded := anchorEnded.signer(t, nil)
	newer := func() []byte {
		b, err := hcert.EncodeStatement(st)
		if err != nil {
			t.Fatal(err)
		}
		// The record begins with its version: -80, a map of 13, 1: 1.
		i := slices.Index(b, 0x4f) // 38 4f is -80
		for b[i-1] != 0x38 {
			i += 1 + slices.Index(b[i+1:], 0x4f)
		}
		if b[i+1] != 0xad || b[i+2] != 1 || b[i+3] != 1 {
			t.Fatalf("% x", b[i:i+6])
		}
		b[i+3] = 2
		return b
	}()
	instant := func(m data.Moment) time.Time { at, _ := m.Instant(); return at }
	from, until, expires := instant(st.ValidFrom), instant(st.ValidUntil), instant(st.Expires)

	for _, tt := range []struct {
		name     string
		list     *trust.List
		text     string
		at       time.Time
		practice bool
		outcome  trust.Outcome
		reasons  []trust.Reason
	}{
		{"valid", both, good, now, false, trust.Valid, []trust.Reason{trust.ReasonGood}},
		{"valid in training as well", both, good, now, true, trust.Valid, []trust.Reason{trust.ReasonGood}},
		{"scanned with a line end", both, good + "\r\n", now, false, trust.Valid, []trust.Reason{trust.ReasonGood}},
		{"listed", listOf(certs(signer)), good, now, false, trust.Valid, []trust.Reason{trust.ReasonGood, trust.ReasonListed}},
		{"anchor and signer apart", listOf(certs(anchor), certs(signer)), good, now, false, trust.Valid, []trust.Reason{trust.ReasonGood, trust.ReasonListed}},
		{"name altered", both, altered(func(s *data.Statement) { s.Surname = "MUSTER" }), now, false, trust.Invalid, []trust.Reason{trust.ReasonSignature}},
		{"day altered", both, altered(func(s *data.Statement) { s.ValidUntil.Wall = "2022-07-11T23:59" }), now, false, trust.Invalid, []trust.Reason{trust.ReasonSignature}},
		{"signature of another key", both, authority{stranger.key, signer.certificate}.says(t, st), now, false, trust.Invalid, []trust.Reason{trust.ReasonSignature}},
		{"unknown signer", listOf(certs(anchor)), good, now, false, trust.CannotSay, []trust.Reason{trust.ReasonUnknownSigner}},
		{"nobody trusted", listOf(), good, now, false, trust.CannotSay, []trust.Reason{trust.ReasonUnknownSigner}},
		{"unknown anchor", listOf(certs(stranger, signer)), good, now, false, trust.CannotSay, []trust.Reason{trust.ReasonUnknownAnchor}},
		{"anchor had ended", listOf(certs(anchorEnded, ofEnded)), ofEnded.says(t, st), now, false, trust.CannotSay, []trust.Reason{trust.ReasonUnknownAnchor}},
		{"same identifier first", listOf([]*x509.Certificate{&collides}, certs(anchor, signer)), good, now, false, trust.Valid, []trust.Reason{trust.ReasonGood}},
		{"same identifier last", listOf(certs(anchor, signer), []*x509.Certificate{&collides}), good, now, false, trust.Valid, []trust.Reason{trust.ReasonGood}},
		{"same identifier alone", listOf([]*x509.Certificate{&collides}), good, now, false, trust.Invalid, []trust.Reason{trust.ReasonSignature}},
		{"practice", listOf(certs(training, trainee)), trainee.says(t, practice), now, true, trust.Valid, []trust.Reason{trust.ReasonGood}},
		{"practice shown as real", listOf(certs(training, trainee)), trainee.says(t, practice), now, false, trust.Invalid, []trust.Reason{trust.ReasonPracticeOnly}},
		{"practice listed, shown as real", listOf(certs(trainee)), trainee.says(t, practice), now, false, trust.Invalid, []trust.Reason{trust.ReasonPracticeOnly}},
		{"practice key, real record", listOf(certs(training, trainee)), trainee.says(t, st), now, false, trust.Invalid, []trust.Reason{trust.ReasonPracticeMixed}},
		{"practice key, real record, in training", listOf(certs(training, trainee)), trainee.says(t, st), now, true, trust.Invalid, []trust.Reason{trust.ReasonPracticeMixed}},
		{"real key, practice record", both, signer.says(t, practice), now, true, trust.Invalid, []trust.Reason{trust.ReasonPracticeMixed}},
		{"real key of a practice anchor", listOf(certs(training, disguised)), disguised.says(t, st), now, false, trust.CannotSay, []trust.Reason{trust.ReasonUnknownAnchor}},
		{"another state's signer", listOf(certs(anchor, foreigner)), foreigner.says(t, st), now, false, trust.Invalid, []trust.Reason{trust.ReasonIssuer}},
		{"signer of DCC", listOf(certs(anchor, ofDCC)), ofDCC.says(t, st), now, false, trust.Invalid, []trust.Reason{trust.ReasonUsage}},
		{"signer of VDS-NC", listOf(certs(anchor, ofVDSNC)), ofVDSNC.says(t, st), now, false, trust.Invalid, []trust.Reason{trust.ReasonUsage}},
		{"signer with a usage besides", listOf(certs(anchor, ofServers)), ofServers.says(t, st), now, false, trust.Valid, []trust.Reason{trust.ReasonGood}},
		{"before the signer", listOf(certs(anchor, late)), late.says(t, st), now, false, trust.Invalid, []trust.Reason{trust.ReasonSignerPeriod}},
		{"beyond the signer", listOf(certs(anchor, short)), short.says(t, st), now, false, trust.Invalid, []trust.Reason{trust.ReasonSignerPeriod}},
		{"exactly the signer's period", listOf(certs(anchor, exact)), exact.says(t, st), now, false, trust.Valid, []trust.Reason{trust.ReasonGood}},
		{"clocks differ a little", both, good, from.Add(-5 * time.Minute), false, trust.Valid, []trust.Reason{trust.ReasonGood, trust.ReasonBefore}},
		{"issued in the future", both, good, from.Add(-5*time.Minute - time.Second), false, trust.Invalid, []trust.Reason{trust.ReasonNotYet}},
		{"last minute of the window", both, good, until, false, trust.Valid, []trust.Reason{trust.ReasonGood}},
		{"window over", both, good, until.Add(time.Minute), false, trust.Valid, []trust.Reason{trust.ReasonGood, trust.ReasonAfter}},
		{"last minute of the seal", both, good, expires, false, trust.Valid, []trust.Reason{trust.ReasonGood, trust.ReasonAfter}},
		{"seal expired", both, good, expires.Add(time.Second), false, trust.Invalid, []trust.Reason{trust.ReasonExpired}},
		{"newer record", both, signer.seal(t, newer), now, false, trust.CannotSay, []trust.Reason{trust.ReasonNewerVersion}},
		{"no record", both, signer.seal(t, []byte{0xa0}), now, false, trust.CannotSay, []trust.Reason{trust.ReasonNotOurs}},
		{"signed garbage", both, signer.seal(t, []byte{0xff}), now, false, trust.Invalid, []trust.Reason{trust.ReasonNotASeal}},
		{"garbage", both, "garbage", now, false, trust.Unreadable, []trust.Reason{trust.ReasonNotASeal}},
		{"empty", both, "", now, false, trust.Unreadable, []trust.Reason{trust.ReasonNotASeal}},
		{"an address", both, "HTTPS://EXAMPLE.ORG/HC1:", now, false, trust.Unreadable, []trust.Reason{trust.ReasonNotASeal}},
	} {
		v := tt.list.Verify(tt.text, tt.at, tt.practice)
		if v.Outcome != tt.outcome || !slices.Equal(v.Reasons, tt.reasons) {
			t.Errorf("%s: %s %v, want %s %v", tt.name, v.Outcome, v.Reasons, tt.outcome, tt.reasons)
		}
		if v.Outcome == trust.Valid && (v.Claims == nil || !reflect.DeepEqual(v.Claims.Number, st.Number)) {
			t.Errorf("%s: valid without claims", tt.name)
		}
		// Claims are never shown where the signature does not hold, reaches
		// nobody who is trusted, or is practice shown as real.
		if v.Claims != nil && slices.ContainsFunc(v.Reasons, func(r trust.Reason) bool {
			return slices.Contains([]trust.Reason{trust.ReasonSignature, trust.ReasonUnknownSigner, trust.ReasonUnknownAnchor,
				trust.ReasonPracticeOnly, trust.ReasonPracticeMixed, trust.ReasonNotASeal}, r)
		}) {
			t.Errorf("%s: %v with claims", tt.name, v.Reasons)
		}
	}
}

func TestLoad(t *testing.T) {
	anchor := newAuthority(t, "Anchor", false)
	signer := anchor.signer(t, nil)
	text := signer.says(t, statement(t))
	block := func(a authority) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
	}
	chain := append(block(anchor), block(signer)...)
	key := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: []byte{1}})
	type files map[string][]byte
	valid, listed, unknown := []trust.Reason{trust.ReasonGood}, []trust.Reason{trust.ReasonGood, trust.ReasonListed}, []trust.Reason{trust.ReasonUnknownSigner}
	for _, tt := range []struct {
		name   string
		files  files
		path   string
		err    error // errAny: some error
		reason []trust.Reason
	}{
		{"PEM chain", files{"a.pem": chain}, "a.pem", nil, valid},
		{"PEM with text around", files{"a.pem": append([]byte("Utopia\n"), chain...)}, "a.pem", nil, valid},
		{"PEM with a key in it", files{"a.pem": append(key, chain...)}, "a.pem", nil, valid},
		{"DER signer", files{"s.der": signer.certificate.Raw}, "s.der", nil, listed},
		{"DER of two", files{"s.der": append(slices.Clone(anchor.certificate.Raw), signer.certificate.Raw...)}, "s.der", nil, valid},
		{"folder", files{"a.crt": chain, "README.txt": []byte("no certificate"), "sub/x.cer": anchor.certificate.Raw}, ".", nil, valid},
		{"a post's folder", files{"anchor.pem": chain, "keys/signer.pem": block(signer), "broken.pem": []byte("x")}, ".", nil, valid},
		{"a post's folder, its anchor alone", files{"anchor.pem": block(anchor), "keys/signer.pem": block(signer)}, ".", nil, unknown},
		{"a post's folder below, its anchor alone", files{"posts/p/anchor.pem": block(anchor), "posts/p/keys/signer.pem": block(signer)}, ".", nil, unknown},
		{"folder without certificates", files{"README.txt": []byte("x")}, ".", trust.ErrContent, unknown},
		{"folder with a broken file", files{"a.pem": chain, "b.pem": []byte("x")}, ".", errAny, nil},
		{"no such file", files{}, "a.pem", fs.ErrNotExist, unknown},
		{"empty file", files{"a.pem": {}}, "a.pem", trust.ErrContent, unknown},
		{"PEM without certificates", files{"a.pem": key}, "a.pem", trust.ErrContent, unknown},
		{"broken certificate", files{"a.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte{0x30, 0}})}, "a.pem", errAny, unknown},
		{"too large", files{"a.pem": make([]byte, 64<<20)}, "a.pem", errAny, unknown},
	} {
		dir := t.TempDir()
		for name, b := range tt.files {
			path := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var l trust.List
		if err := l.Load(filepath.Join(dir, tt.path)); tt.err == errAny && err == nil || tt.err != errAny && !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.err)
		}
		if v := l.Verify(text, now, false); tt.reason != nil && !slices.Equal(v.Reasons, tt.reason) {
			t.Errorf("%s: %v, want %v", tt.name, v.Reasons, tt.reason)
		}
	}
}

var errAny = errors.New("any error")
