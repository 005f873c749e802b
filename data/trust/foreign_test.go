package trust_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pratique/data/codes"
	"pratique/data/internal/vectors"
	"pratique/data/keys"
	"pratique/data/seal"
	"pratique/data/seal/dcc"
	"pratique/data/seal/hcert"
	"pratique/data/seal/vdsnc"
	"pratique/data/trust"
)

// dccVector is a file of the EU's test data.
type dccVector struct {
	Prefix  string
	TestCtx struct{ Certificate, ValidationClock string }
	Results map[string]bool `json:"EXPECTEDRESULTS"`
}

// oddities are files of which the expected steps do not make the verdict.
var oddities = map[string]string{
	"PL/1.0.0/2DCode/raw/8.json": "names a country that is in no value set; the signature holds all the same",
	"PL/1.2.1/2DCode/raw/8.json": "the same",
	"PL/1.3.0/2DCode/raw/8.json": "the same",
}

// TestCertificatesOfOthers: certificates of other issuers are valid with their
// signer listed if every step of the EU's test data is expected to go well, and
// say nothing where one is not, or where the signer is not listed.
func TestCertificatesOfOthers(t *testing.T) {
	root := vectors.Path(t, "dcc")
	outcomes, met := map[trust.Outcome]int{}, 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" || !strings.EqualFold(filepath.Base(filepath.Dir(path)), "raw") {
			return err
		}
		name := filepath.ToSlash(path[len(root)+1:])
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var v dccVector
		if err := json.Unmarshal(bytes.TrimPrefix(b, []byte("\ufeff")), &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		signer := dccSigner(t, v.TestCtx.Certificate)
		now := clock(t, v)
		var none, list trust.List
		list.Add(signer)
		if got := none.Verify(v.Prefix, now, false); got.Outcome != trust.CannotSay && got.Outcome != trust.Unreadable || got.DCC != nil {
			t.Errorf("%s: nobody listed, and %+v", name, got)
		}
		got := list.Verify(v.Prefix, now, false)
		outcomes[got.Outcome]++
		want := true
		for _, step := range []string{"UNPREFIX", "B45DECODE", "COMPRESSION", "DECODE", "SCHEMAVALIDATION", "VERIFY", "KEYUSAGE", "EXPIRATIONCHECK"} {
			if expected, tested := v.Results["EXPECTED"+step]; tested && !expected {
				want = false
			}
		}
		if _, odd := oddities[name]; odd {
			met++
			want = !want
		}
		// Where validity is no step, the file may have a signer of another time.
		_, timed := v.Results["EXPECTEDEXPIRATIONCHECK"]
		outOfTime := slices.Contains(got.Reasons, trust.ReasonSignerPeriod)
		if valid := got.Outcome == trust.Valid; valid != want && (timed || !outOfTime) {
			t.Errorf("%s: %s %v, want valid %v", name, got.Outcome, got.Reasons, want)
		}
		if got.Outcome == trust.Valid && (got.DCC == nil || got.Format != seal.DCC || got.Issuer != signer.Subject.String()) {
			t.Errorf("%s: %+v", name, got)
		}
		if got.Claims != nil || got.VDSNC != nil || slices.Contains(got.Reasons, trust.ReasonSignature) && got.DCC != nil {
			t.Errorf("%s: says what nobody signed", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v", outcomes)
	if outcomes[trust.Valid] < 90 || met != len(oddities) {
		t.Errorf("%v, %d oddities", outcomes, met)
	}
}

func dccSigner(t testing.TB, text string) *x509.Certificate {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if block, _ := pem.Decode([]byte(text)); block != nil {
		der, err = block.Bytes, nil
	}
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// clock is the time to check at: what the file says, else when it was issued.
func clock(t testing.TB, v dccVector) time.Time {
	t.Helper()
	if _, timed := v.Results["EXPECTEDEXPIRATIONCHECK"]; timed {
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05"} {
			if at, err := time.Parse(layout, v.TestCtx.ValidationClock); err == nil {
				return at
			}
		}
		t.Fatalf("no clock: %q", v.TestCtx.ValidationClock)
	}
	if f, err := hcert.DecodeForeign(v.Prefix); err == nil {
		if c, err := dcc.Decode(f.Payload); err == nil {
			return c.Issued
		}
	}
	return now
}

// TestVDSNCOfOthers: seals of other states, with the authorities of some and
// the signers of others, within their validity and without.
func TestVDSNCOfOthers(t *testing.T) {
	dir := vectors.Path(t, "vdsnc")
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	embedded := func(name string) *x509.Certificate {
		m, err := vdsnc.Decode(read(name))
		if err != nil {
			t.Fatal(err)
		}
		return m.Certificate
	}
	var nobody, authorities, listed trust.List
	if err := authorities.Load(filepath.Join(dir, "certs")); err != nil {
		t.Fatal(err)
	}
	if authorities.Len() != 4 {
		t.Errorf("%d authorities", authorities.Len())
	}
	listed.Add(embedded("uto-pot.json"), embedded("pathcheck-uto-pot.json"), embedded("aus-pov.json"))
	at := func(day string) time.Time {
		d, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, tt := range []struct {
		file    string
		list    *trust.List
		day     string
		outcome trust.Outcome
		reasons []trust.Reason
		says    bool
	}{
		{"aus-pov.json", &authorities, "2022-07-09", trust.Valid, []trust.Reason{trust.ReasonGood}, true},
		{"jpn-pov-3-doses.json", &authorities, "2022-07-09", trust.Valid, []trust.Reason{trust.ReasonGood}, true},
		{"aus-pov.json", &listed, "2022-07-09", trust.Valid, []trust.Reason{trust.ReasonGood, trust.ReasonListed}, true},
		{"uto-pot.json", &listed, "2022-07-09", trust.Valid, []trust.Reason{trust.ReasonGood, trust.ReasonListed}, true},
		{"uto-pot.json", &listed, "2026-10-08", trust.Invalid, []trust.Reason{trust.ReasonExpired}, true},
		{"uto-pot.json", &listed, "2021-04-06", trust.Invalid, []trust.Reason{trust.ReasonSignerPeriod}, true},
		{"uto-pot.json", &authorities, "2022-07-09", trust.CannotSay, []trust.Reason{trust.ReasonUnknownAnchor}, false},
		{"aus-pov.json", &nobody, "2022-07-09", trust.CannotSay, []trust.Reason{trust.ReasonUnknownAnchor}, false},
		{"aus-pov.json", &authorities, "2033-01-01", trust.Invalid, []trust.Reason{trust.ReasonExpired}, true},
		{"aus-pov.json", &authorities, "2037-01-01", trust.CannotSay, []trust.Reason{trust.ReasonUnknownAnchor}, false}, // its authority is expired too
		{"aus-pov-tampered.json", &authorities, "2022-07-09", trust.Invalid, []trust.Reason{trust.ReasonSignature}, false},
		{"aus-pov-tampered.json", &nobody, "2022-07-09", trust.Invalid, []trust.Reason{trust.ReasonSignature}, false},
		// Its signer certificate is French and it says it is Utopian.
		{"pathcheck-uto-pot.json", &listed, "2022-07-09", trust.Invalid, []trust.Reason{trust.ReasonIssuer}, true},
	} {
		got := tt.list.Verify(read(tt.file), at(tt.day), false)
		if got.Outcome != tt.outcome || !reflect.DeepEqual(got.Reasons, tt.reasons) || (got.VDSNC != nil) != tt.says || got.Claims != nil || got.DCC != nil || got.Format != seal.VDSNC {
			t.Errorf("%s on %s: %+v", tt.file, tt.day, got)
		}
	}
}

// fixedWidth is an ECDSA signature as r and s of equal width.
func fixedWidth(t testing.TB, key crypto.Signer, digest []byte, size int) []byte {
	t.Helper()
	der, err := key.Sign(rand.Reader, digest, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &rs); err != nil {
		t.Fatal(err)
	}
	out := make([]byte, size)
	rs.R.FillBytes(out[:size/2])
	rs.S.FillBytes(out[size/2:])
	return out
}

// vdsncSigner makes a signer of the profile; change may alter it.
func (a authority) vdsncSigner(t *testing.T, change func(*x509.Certificate)) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c, err := vdsnc.SignerTemplate("UT", "01", big.NewInt(3), now.AddDate(0, -1, 0), now.AddDate(2, 0, 0), vdsnc.TypeTest)
	if err != nil {
		t.Fatal(err)
	}
	change(c)
	return authority{key, certify(t, c, a.certificate, &key.PublicKey, a.key)}
}

// vdsnc seals the first test of the specimen.
func (a authority) vdsnc(t *testing.T, state string) string {
	t.Helper()
	d, err := vdsnc.OfTest(statement(t), 0, state, vdsnc.Provider{Country: "UTO", Phone: "1", Email: "a@example.org", Address: "1"}, book(t))
	if err != nil {
		t.Fatal(err)
	}
	m, err := vdsnc.Unsigned(a.certificate, d)
	if err != nil {
		t.Fatal(err)
	}
	m.Signature = fixedWidth(t, a.key, m.Digest(), m.SignatureSize())
	text, err := m.Text()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func book(t *testing.T) *codes.Book {
	t.Helper()
	b, err := codes.Load(os.DirFS("../../assets"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestVDSNC: what makes a verdict about a VDS-NC.
func TestVDSNC(t *testing.T) {
	real, practice := newAuthority(t, "Authority", false), newAuthority(t, "Practice", true)
	var list trust.List
	list.Add(real.certificate)
	list.Add(practice.certificate)
	nothing := func(*x509.Certificate) {}
	inPractice := func(c *x509.Certificate) { c.Subject.OrganizationalUnit = []string{"PRACTICE"} }
	for name, tt := range map[string]struct {
		by       authority
		change   func(*x509.Certificate)
		state    string
		practice bool // accepted
		at       time.Time
		outcome  trust.Outcome
		reason   trust.Reason
		says     bool
	}{
		"good":             {real, nothing, "UTO", false, now, trust.Valid, trust.ReasonGood, true},
		"of another state": {real, nothing, "UKR", false, now, trust.Invalid, trust.ReasonIssuer, true},
		"of no state":      {real, nothing, "UT", false, now, trust.Valid, trust.ReasonGood, true}, // as some issuers have it
		"for vaccinations": {real, func(c *x509.Certificate) {
			c.ExtraExtensions[1].Value = []byte("\x30\x09\x02\x01\x00\x31\x04\x13\x02NV")
		}, "UTO", false, now, trust.Invalid, trust.ReasonUsage, true},
		"for anything": {real, func(c *x509.Certificate) { c.ExtraExtensions = nil }, "UTO", false, now, trust.Valid, trust.ReasonAnyUsage, true},
		"for something else": {real, func(c *x509.Certificate) {
			c.ExtraExtensions, c.ExtKeyUsage = nil, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		}, "UTO", false, now, trust.Invalid, trust.ReasonUsage, true},
		"expired":                    {real, func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Minute) }, "UTO", false, now, trust.Invalid, trust.ReasonExpired, true},
		"practice where it is taken": {practice, inPractice, "UTO", true, now, trust.Valid, trust.ReasonGood, true},
		"practice where it is not":   {practice, inPractice, "UTO", false, now, trust.Invalid, trust.ReasonPracticeOnly, false},
		"practice anchor, real name": {practice, nothing, "UTO", true, now, trust.CannotSay, trust.ReasonUnknownAnchor, false},
		"real anchor, practice name": {real, inPractice, "UTO", true, now, trust.CannotSay, trust.ReasonUnknownAnchor, false},
		"unknown anchor":             {newAuthority(t, "Other", false), nothing, "UTO", false, now, trust.CannotSay, trust.ReasonUnknownAnchor, false},
	} {
		s := tt.by.vdsncSigner(t, tt.change)
		got := list.Verify(s.vdsnc(t, tt.state), tt.at, tt.practice)
		if got.Outcome != tt.outcome || !slices.Contains(got.Reasons, tt.reason) || (got.VDSNC != nil) != tt.says {
			t.Errorf("%s: %+v", name, got)
		}
		if got.Practice != keys.IsPractice(s.certificate) {
			t.Errorf("%s: practice %v", name, got.Practice)
		}
	}
	// A certificate that anybody may put into the seal does not make it one.
	s := real.vdsncSigner(t, nothing)
	text := s.vdsnc(t, "UTO")
	other := real.vdsncSigner(t, nothing)
	cer := func(c *x509.Certificate) string { return base64.URLEncoding.EncodeToString(c.Raw) }
	swapped := strings.Replace(text, cer(s.certificate), cer(other.certificate), 1)
	if got := list.Verify(swapped, now, false); swapped == text || got.Outcome != trust.Invalid || !slices.Contains(got.Reasons, trust.ReasonSignature) {
		t.Errorf("another certificate: %+v", got)
	}
}

// TestDCC: what makes a verdict about an EU DCC.
func TestDCC(t *testing.T) {
	real, practice := newAuthority(t, "Authority", false), newAuthority(t, "Practice", true)
	var list trust.List
	list.Add(real.certificate)
	list.Add(practice.certificate)
	st := statement(t)
	good, err := dcc.OfTest(st, 0, "Post", dcc.Detail{Country: "UTO"}, book(t))
	if err != nil {
		t.Fatal(err)
	}
	nothing := func(*x509.Certificate) {}
	type claims = func(*dcc.Claims)
	same := func(*dcc.Claims) {}
	for name, tt := range map[string]struct {
		by       authority
		change   func(*x509.Certificate)
		claims   claims
		practice bool // accepted
		outcome  trust.Outcome
		reason   trust.Reason
		says     bool
	}{
		"good":                {real, nothing, same, false, trust.Valid, trust.ReasonGood, true},
		"issuer of any name":  {real, nothing, func(c *dcc.Claims) { c.Issuer = "US" }, false, trust.Valid, trust.ReasonGood, true},
		"no times":            {real, nothing, func(c *dcc.Claims) { c.Issued, c.Expires = time.Time{}, time.Time{} }, false, trust.Valid, trust.ReasonGood, true},
		"expired":             {real, nothing, func(c *dcc.Claims) { c.Expires = now.Add(-time.Minute) }, false, trust.Invalid, trust.ReasonExpired, true},
		"of tomorrow":         {real, nothing, func(c *dcc.Claims) { c.Issued = now.AddDate(0, 0, 1) }, false, trust.Invalid, trust.ReasonNotYet, true},
		"before the signer":   {real, nothing, func(c *dcc.Claims) { c.Issued = now.AddDate(0, -2, 0) }, false, trust.Invalid, trust.ReasonSignerPeriod, true},
		"outlives the signer": {real, nothing, func(c *dcc.Claims) { c.Expires = now.AddDate(3, 0, 0) }, false, trust.Invalid, trust.ReasonSignerPeriod, true},
		"signer of recoveries": {real, func(c *x509.Certificate) {
			c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{{1, 3, 6, 1, 4, 1, 1847, 2021, 1, 3}}
		}, same, false, trust.Invalid, trust.ReasonUsage, true},
		"practice taken":     {practice, func(c *x509.Certificate) { c.Subject.OrganizationalUnit = []string{"PRACTICE"} }, same, true, trust.Valid, trust.ReasonGood, true},
		"practice not taken": {practice, func(c *x509.Certificate) { c.Subject.OrganizationalUnit = []string{"PRACTICE"} }, same, false, trust.Invalid, trust.ReasonPracticeOnly, false},
		"unknown anchor":     {newAuthority(t, "Other", false), nothing, same, false, trust.CannotSay, trust.ReasonUnknownAnchor, false},
	} {
		s := tt.by.signer(t, tt.change)
		c := good
		tt.claims(&c)
		payload, err := dcc.Encode(c)
		if err != nil {
			t.Fatal(err)
		}
		text := s.seal(t, payload)
		if got := list.Verify(text, now, tt.practice); got.Outcome != trust.CannotSay || got.DCC != nil {
			t.Errorf("%s, signer not given: %+v", name, got)
		}
		given := list
		given.Add(tt.by.certificate, s.certificate) // with its authority: the signer is not listed by itself
		if name == "unknown anchor" {
			given = list
			given.Add(real.certificate, s.certificate)
		}
		got := given.Verify(text, now, tt.practice)
		if got.Outcome != tt.outcome || !slices.Contains(got.Reasons, tt.reason) || (got.DCC != nil) != tt.says || got.Format != seal.DCC {
			t.Errorf("%s: %+v", name, got)
		}
	}
	// An anchor signs for itself only if its certificate says so.
	for usage, want := range map[x509.KeyUsage]trust.Reason{
		x509.KeyUsageCertSign: trust.ReasonUnknownSigner, x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature: trust.ReasonListed,
	} {
		key := newKey(t)
		c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: name("Authority", "UT", false), NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(4, 0, 0),
			IsCA: true, BasicConstraintsValid: true, KeyUsage: usage}
		a := authority{key, certify(t, c, c, &key.PublicKey, key)}
		payload, err := dcc.Encode(good)
		if err != nil {
			t.Fatal(err)
		}
		var list trust.List
		list.Add(a.certificate)
		if got := list.Verify(a.seal(t, payload), now, false); !slices.Contains(got.Reasons, want) {
			t.Errorf("anchor with usage %b: %+v", usage, got)
		}
	}
}
