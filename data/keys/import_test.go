package keys_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/keys"
)

// authority is an anchor, or what stands between an anchor and signers.
type authority struct {
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
}

func mustKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t testing.TB, c, parent *x509.Certificate, public any, by *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	serial := make([]byte, 8)
	rand.Read(serial)
	c.SerialNumber = new(big.Int).SetBytes(serial)
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

func units(post data.Post) []string {
	if post.Practice() {
		return []string{"PRACTICE"}
	}
	return nil
}

// newAuthority is one for posts of that kind, of a name of its own.
func newAuthority(t testing.TB, post data.Post, change func(*x509.Certificate)) authority {
	t.Helper()
	key := mustKey(t)
	c := &x509.Certificate{
		Subject:   pkix.Name{CommonName: "Authority " + rand.Text(), Country: []string{"UT"}, OrganizationalUnit: units(post)},
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(5, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	if change != nil {
		change(c)
	}
	return authority{key, sign(t, c, c, &key.PublicKey, key)}
}

// below is an authority that a vouches for.
func (a authority) below(t testing.TB, change func(*x509.Certificate)) authority {
	t.Helper()
	key := mustKey(t)
	c := &x509.Certificate{
		Subject:   pkix.Name{CommonName: "Below " + rand.Text(), Country: []string{"UT"}, OrganizationalUnit: a.certificate.Subject.OrganizationalUnit},
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(4, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	if change != nil {
		change(c)
	}
	return authority{key, sign(t, c, a.certificate, &key.PublicKey, a.key)}
}

// certify makes a signer certificate; change may alter it before it is signed.
func (a authority) certify(t testing.TB, public any, change func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	c := &x509.Certificate{
		Subject:   pkix.Name{CommonName: "Signer PR", Country: []string{"UT"}, Organization: []string{"Republic of Utopia"}, OrganizationalUnit: a.certificate.Subject.OrganizationalUnit},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(2, 0, 0),
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if change != nil {
		change(c)
	}
	return sign(t, c, a.certificate, public, a.key)
}

// request is one that waits for its answer, and the authority it was sent to.
type request struct {
	key       *ecdsa.PrivateKey
	record    keys.Record
	authority authority
}

func newRequest(t testing.TB, key *ecdsa.PrivateKey, a authority) request {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		t.Fatal(err)
	}
	return request{key, keys.Record{ID: "b1946ac9", URI: "file:keys/b1946ac9.key", State: keys.Requested, Request: der, Created: now}, a}
}

var theRequest struct {
	sync.Once
	request
}

// requested is a request of a real post.
func requested(t testing.TB) request {
	t.Helper()
	theRequest.Do(func() { theRequest.request = newRequest(t, mustKey(t), newAuthority(t, realPost(), nil)) })
	return theRequest.request
}

func (q request) anchors() []*x509.Certificate { return []*x509.Certificate{q.authority.certificate} }

// answer is the authority's; change may alter it before it is signed.
func (q request) answer(t testing.TB, change func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	return q.authority.certify(t, &q.key.PublicKey, change)
}

func pemBundle(all ...*x509.Certificate) []byte {
	var b []byte
	for _, c := range all {
		b = append(b, "Somebody's words\n"...)
		b = append(b, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return b
}

func derBundle(all ...*x509.Certificate) []byte {
	var b []byte
	for _, c := range all {
		b = append(b, c.Raw...)
	}
	return b
}

func TestImport(t *testing.T) {
	q := requested(t)
	good := q.answer(t, nil)
	between := q.authority.below(t, nil)
	deep := between.certify(t, &q.key.PublicKey, nil)
	stranger := newAuthority(t, realPost(), nil)
	other := stranger.certify(t, &mustKey(t).PublicKey, nil)
	own := newAuthority(t, realPost(), func(c *x509.Certificate) { c.Subject.OrganizationalUnit = []string{"NOT ACCREDITED"} })
	training := newAuthority(t, practicePost, nil)
	anchor := q.authority.certificate
	for _, tt := range []struct {
		name       string
		post       data.Post
		bundle     []byte
		anchors    []*x509.Certificate
		chain      []*x509.Certificate
		accredited bool
	}{
		{"PEM", realPost(), pemBundle(good), q.anchors(), []*x509.Certificate{good, anchor}, true},
		{"DER", realPost(), good.Raw, q.anchors(), []*x509.Certificate{good, anchor}, true},
		{"with its anchor", realPost(), derBundle(anchor, good), q.anchors(), []*x509.Certificate{good, anchor}, true},
		{"among others", realPost(), pemBundle(other, stranger.certificate, good), q.anchors(), []*x509.Certificate{good, anchor}, true},
		{"several anchors", realPost(), pemBundle(good), []*x509.Certificate{stranger.certificate, anchor}, []*x509.Certificate{good, anchor}, true},
		{"over another", realPost(), pemBundle(between.certificate, deep), q.anchors(), []*x509.Certificate{deep, between.certificate, anchor}, true},
		{"over another, which is trusted", realPost(), pemBundle(deep), []*x509.Certificate{between.certificate}, []*x509.Certificate{deep, between.certificate}, true},
		{"an anchor that accredits nobody", realPost(), pemBundle(own.certify(t, &q.key.PublicKey, nil)), []*x509.Certificate{own.certificate}, nil, false},
		{"practice", practicePost, pemBundle(training.certify(t, &q.key.PublicKey, nil)), []*x509.Certificate{training.certificate}, nil, false},
		{"a subject of the authority's", realPost(), pemBundle(q.answer(t, func(c *x509.Certificate) {
			c.Subject = pkix.Name{CommonName: "05", Country: []string{"UT"}}
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		})), q.anchors(), nil, true},
	} {
		r, err := q.record.Import(tt.post, tt.bundle, tt.anchors, now.Add(time.Minute))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		var want [][]byte
		for _, c := range tt.chain {
			want = append(want, c.Raw)
		}
		if want != nil && !reflect.DeepEqual(r.Chain, want) {
			t.Errorf("%s: a chain of %d, want %d", tt.name, len(r.Chain), len(want))
		}
		c, err := r.Certificate()
		if err != nil {
			t.Fatal(err)
		}
		if r.State != keys.Active || r.Accredited != tt.accredited || !r.Activated.Equal(now.Add(time.Minute)) || !r.WorkUntil.Equal(keys.WorkUntil(c)) {
			t.Errorf("%s: %+v", tt.name, r)
		}
		if err := r.Fit(now, now.AddDate(0, 6, 0), tt.post.Practice()); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	brief := q.authority.below(t, func(c *x509.Certificate) { c.NotAfter = now.Add(90 * day).Truncate(time.Second) })
	r, err := q.record.Import(realPost(), pemBundle(brief.certify(t, &q.key.PublicKey, nil), brief.certificate), q.anchors(), now)
	if err != nil || !r.WorkUntil.Equal(brief.certificate.NotAfter) {
		t.Errorf("works until %s, %v, want %s, when the one above ends", r.WorkUntil, err, brief.certificate.NotAfter)
	}
	if q.record.State != keys.Requested || q.record.Chain != nil {
		t.Error("the record itself was changed")
	}
}

func TestImportRefuses(t *testing.T) {
	q := requested(t)
	good := q.answer(t, nil)
	stranger := newAuthority(t, realPost(), nil)
	between := q.authority.below(t, nil)
	training := newAuthority(t, practicePost, nil)
	ended := newAuthority(t, realPost(), func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Second) })
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	// An anchor of the wrong kind that vouches for a certificate of the right one.
	underTraining := training.certify(t, &q.key.PublicKey, func(c *x509.Certificate) { c.Subject.OrganizationalUnit = nil })
	underReal := q.answer(t, func(c *x509.Certificate) { c.Subject.OrganizationalUnit = []string{"PRACTICE"} })
	alone := func(change func(*x509.Certificate)) []byte { return pemBundle(q.answer(t, change)) }
	if _, err := q.record.Import(realPost(), pemBundle(good), q.anchors(), now); err != nil {
		t.Fatal(err) // each line below spoils this
	}
	for _, tt := range []struct {
		name    string
		record  func(*keys.Record)
		post    data.Post
		bundle  []byte
		anchors []*x509.Certificate
		want    keys.Refusal
	}{
		{"active", func(r *keys.Record) { r.State = keys.Active }, realPost(), pemBundle(good), q.anchors(), keys.RefusedState},
		{"retired", func(r *keys.Record) { r.State = keys.Retired }, realPost(), pemBundle(good), q.anchors(), keys.RefusedState},
		{"no state", func(r *keys.Record) { r.State = "" }, realPost(), pemBundle(good), q.anchors(), keys.RefusedState},
		{"no request", func(r *keys.Record) { r.Request = nil }, realPost(), pemBundle(good), q.anchors(), keys.RefusedRequest},
		{"damaged request", func(r *keys.Record) {
			r.Request = slices.Clone(r.Request)
			r.Request[len(r.Request)-1] ^= 1
		}, realPost(), pemBundle(good), q.anchors(), keys.RefusedRequest},
		{"P-384", func(r *keys.Record) { r.Request = newRequest(t, p384, q.authority).record.Request }, realPost(),
			pemBundle(q.authority.certify(t, &p384.PublicKey, nil)), q.anchors(), keys.RefusedRequest},
		{"empty", nil, realPost(), nil, q.anchors(), keys.RefusedFile},
		{"words", nil, realPost(), []byte("Dear post"), q.anchors(), keys.RefusedFile},
		{"its own request", nil, realPost(), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: q.record.Request}), q.anchors(), keys.RefusedFile},
		{"cut off", nil, realPost(), good.Raw[:len(good.Raw)-1], q.anchors(), keys.RefusedFile},
		{"too large", nil, realPost(), bytes.Repeat(pemBundle(good), 2000), q.anchors(), keys.RefusedFile},
		{"another's", nil, realPost(), pemBundle(q.authority.certify(t, &mustKey(t).PublicKey, nil)), q.anchors(), keys.RefusedKey},
		{"the anchor alone", nil, realPost(), pemBundle(q.authority.certificate), q.anchors(), keys.RefusedKey},
		{"no usage", nil, realPost(), alone(func(c *x509.Certificate) { c.KeyUsage = 0 }), q.anchors(), keys.RefusedUsage},
		{"usage encipherment", nil, realPost(), alone(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }), q.anchors(), keys.RefusedUsage},
		{"issues too", nil, realPost(), alone(func(c *x509.Certificate) { c.KeyUsage |= x509.KeyUsageCertSign }), q.anchors(), keys.RefusedUsage},
		{"lists too", nil, realPost(), alone(func(c *x509.Certificate) { c.KeyUsage |= x509.KeyUsageCRLSign }), q.anchors(), keys.RefusedUsage},
		{"for other seals", nil, realPost(), alone(func(c *x509.Certificate) {
			c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{{1, 3, 6, 1, 4, 1, 1847, 2021, 1, 1}}
		}), q.anchors(), keys.RefusedUsage},
		{"an authority", nil, realPost(), alone(func(c *x509.Certificate) { c.IsCA = true }), q.anchors(), keys.RefusedUsage},
		{"practice at a real post", nil, realPost(), pemBundle(training.certify(t, &q.key.PublicKey, nil)), []*x509.Certificate{training.certificate}, keys.RefusedKind},
		{"real at a practice post", nil, practicePost, pemBundle(good), q.anchors(), keys.RefusedKind},
		{"a practice anchor's at a real post", nil, realPost(), pemBundle(underTraining), []*x509.Certificate{training.certificate}, keys.RefusedKind},
		{"a real anchor's at a practice post", nil, practicePost, pemBundle(underReal), q.anchors(), keys.RefusedKind},
		{"another country", nil, realPost(), alone(func(c *x509.Certificate) { c.Subject.Country = []string{"XX"} }), q.anchors(), keys.RefusedCountry},
		{"two countries", nil, realPost(), alone(func(c *x509.Certificate) { c.Subject.Country = []string{"UT", "XX"} }), q.anchors(), keys.RefusedCountry},
		{"no country", nil, realPost(), alone(func(c *x509.Certificate) { c.Subject.Country = nil }), q.anchors(), keys.RefusedCountry},
		{"not yet", nil, realPost(), alone(func(c *x509.Certificate) { c.NotBefore = now.Add(time.Second) }), q.anchors(), keys.RefusedNotYet},
		{"ended", nil, realPost(), alone(func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Second) }), q.anchors(), keys.RefusedEnded},
		{"almost over", nil, realPost(), alone(func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = now.AddDate(0, -2, 0), now.AddDate(0, 1, 0)
		}), q.anchors(), keys.RefusedWorked},
		{"no anchors", nil, realPost(), pemBundle(good), nil, keys.RefusedAnchor},
		{"another's anchor", nil, realPost(), pemBundle(good), []*x509.Certificate{stranger.certificate}, keys.RefusedAnchor},
		{"an anchor of its own bringing", nil, realPost(), pemBundle(good, q.authority.certificate), []*x509.Certificate{stranger.certificate}, keys.RefusedAnchor},
		{"itself as anchor", nil, realPost(), pemBundle(good), []*x509.Certificate{good}, keys.RefusedAnchor},
		{"an anchor that is over", nil, realPost(), pemBundle(ended.certify(t, &q.key.PublicKey, nil)), []*x509.Certificate{ended.certificate}, keys.RefusedAnchor},
		{"one between is missing", nil, realPost(), pemBundle(between.certify(t, &q.key.PublicKey, nil)), q.anchors(), keys.RefusedAnchor},
		{"one between may not issue", nil, realPost(), func() []byte {
			b := q.authority.below(t, func(c *x509.Certificate) { c.IsCA, c.KeyUsage = false, x509.KeyUsageDigitalSignature })
			return pemBundle(b.certify(t, &q.key.PublicKey, nil), b.certificate)
		}(), q.anchors(), keys.RefusedAnchor},
	} {
		record := q.record
		if tt.record != nil {
			tt.record(&record)
		}
		got, err := record.Import(tt.post, tt.bundle, tt.anchors, now)
		var refusal *keys.ImportError
		if !errors.As(err, &refusal) || refusal.Refusal != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
			continue
		}
		// Field: reason; what to do.
		field, rest, ok := strings.Cut(strings.TrimPrefix(err.Error(), "import certificate: "), ": ")
		if reason, do, also := strings.Cut(rest, "; "); !ok || !also || field == "" || reason == "" || do == "" {
			t.Errorf("%s: %q", tt.name, err)
		}
		if !reflect.DeepEqual(got, record) {
			t.Errorf("%s: the record was changed", tt.name)
		}
	}
}

// FuzzImport: from whatever heap of certificates, in whatever order, what is
// imported has the key of the request and is vouched for up to the anchor.
func FuzzImport(f *testing.F) {
	q := requested(f)
	stranger := newAuthority(f, realPost(), nil)
	training := newAuthority(f, practicePost, nil)
	between := q.authority.below(f, nil)
	heap := []*x509.Certificate{
		q.answer(f, nil), between.certify(f, &q.key.PublicKey, nil), between.certificate, q.authority.certificate,
		q.authority.certify(f, &mustKey(f).PublicKey, nil), stranger.certify(f, &q.key.PublicKey, nil), stranger.certificate,
		training.certify(f, &q.key.PublicKey, nil), training.certificate,
		q.answer(f, func(c *x509.Certificate) { c.KeyUsage |= x509.KeyUsageCertSign }),
	}
	f.Add([]byte{0}, []byte{}, false)
	f.Add([]byte{3, 2, 1}, []byte{}, true)
	f.Add([]byte{4, 6, 0}, []byte{}, true)
	f.Add([]byte{1}, []byte{}, false)
	f.Add([]byte{5, 6}, []byte{}, false)
	f.Add([]byte{}, derBundle(heap[0]), true)
	f.Add([]byte{}, pemBundle(heap[1], heap[2]), true)
	f.Fuzz(func(t *testing.T, order, tail []byte, der bool) {
		var all []*x509.Certificate
		for _, i := range order {
			all = append(all, heap[int(i)%len(heap)])
		}
		bundle := pemBundle(all...)
		if der {
			bundle = derBundle(all...)
		}
		r, err := q.record.Import(realPost(), append(bundle, tail...), q.anchors(), now)
		if err != nil {
			var refusal *keys.ImportError
			if !errors.As(err, &refusal) || !reflect.DeepEqual(r, q.record) {
				t.Errorf("%v; the record is now %+v", err, r)
			}
			return
		}
		c, err := r.Certificate()
		if err != nil {
			t.Fatal(err)
		}
		anchor, err := r.Anchor()
		if err != nil {
			t.Fatal(err)
		}
		if !q.key.PublicKey.Equal(c.PublicKey) || !anchor.Equal(q.authority.certificate) || !r.Accredited || len(r.Chain) < 2 {
			t.Errorf("imported %s of %s", c.Subject, anchor.Subject)
		}
		for i := range r.Chain[1:] {
			child, err := x509.ParseCertificate(r.Chain[i])
			if err != nil {
				t.Fatal(err)
			}
			parent, err := x509.ParseCertificate(r.Chain[i+1])
			if err != nil {
				t.Fatal(err)
			}
			if err := child.CheckSignatureFrom(parent); err != nil {
				t.Errorf("link %d: %v", i, err)
			}
		}
	})
}
