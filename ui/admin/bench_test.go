package admin

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"image"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"pratique/data/codes"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/keys"
	"pratique/data/staff"
	"pratique/data/trust"
	"pratique/ui/env"
	"pratique/ui/locale"
	"pratique/ui/save"
	"pratique/ui/screentest"
)

// office is a post with all that the screen works with.
type office struct {
	*desktest.Post
	parts   Parts
	backups *backups
	files   map[string]string // by path
	printed []string
	printer error
}

func newOffice(t testing.TB) *office {
	t.Helper()
	secret, _, err := note.GenerateKey(rand.Reader, "pratique/UT/PR/practice")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	o := &office{files: map[string]string{}}
	o.Post = desktest.New(t, func(c *desk.Config) {
		c.LogSigner = func(context.Context) (note.Signer, error) { return signer, nil }
		c.Ring = keys.Ring{Dir: dir, Post: c.Post}
		c.Book = book(t).(*codes.Book)
	})
	o.backups = &backups{office: o}
	o.parts = Parts{
		Desk: o.Post, Backups: o.backups, Codes: book(t),
		ReadFile: func(path string) ([]byte, error) {
			if b, ok := o.files[path]; ok {
				return []byte(b), nil
			}
			return nil, fs.ErrNotExist
		},
		ReadTrust: func(path string) (c trust.Content, hash string, err error) {
			b, ok := o.files[path]
			if !ok {
				return c, "", fs.ErrNotExist
			}
			c, err = trust.ReadContent([]byte(b))
			return c, fmt.Sprintf("%x", sha256.Sum256([]byte(b))), err
		},
		Save: save.Parts{Folder: "/papers", Settings: settings{}, WriteNew: func(path string, b []byte) error {
			if _, there := o.files[path]; there {
				return fs.ErrExist
			}
			o.files[path] = string(b)
			return nil
		}},
		QR: func(text string) (image.Image, error) { return dots(), nil },
		PrintCheckpoint: func(_ context.Context, b []byte) (string, error) {
			o.printed = append(o.printed, string(b))
			return "office", o.printer
		},
		About: func(context.Context) (About, error) {
			return About{Folder: "/var/lib/pratique/port-amaurote", Recovery: "age1qz5wu0m6qkcvjx0kc9zq3n2t6y8c4h7lq0n5e2d9v3f8s6a4p7rqspecimen", Log: "pratique/UT/PR/practice+4c0e55d2+AVtuUW9lX1hQ3Zs0u8Jv2Yk6m1cT4rE7wq5nD8bL0xyz"}, nil
		},
		Halves: Halves{}, Jobs: &Jobs{},
	}
	return o
}

func book(t testing.TB) Codes {
	t.Helper()
	b, err := codes.Load(screentest.Assets)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// dots stand for a code.
func dots() image.Image {
	m := image.NewGray(image.Rect(0, 0, 276, 276))
	for i := range m.Pix {
		x, y := i%276/4, i/276/4
		m.Pix[i] = 255
		if x > 3 && x < 65 && y > 3 && y < 65 && (x*7+y*13+x*y)%3 == 0 {
			m.Pix[i] = 0
		}
	}
	return m
}

type settings map[string]string

func (s settings) String(key string) string    { return s[key] }
func (s settings) SetString(key, value string) { s[key] = value }

// backups are kept in memory.
type backups struct {
	*office
	set    desk.Backups
	make   func(ctx context.Context, progress func(done, total int64)) error
	failed error
}

func (b *backups) Backups(context.Context) (desk.Backups, error) { return b.set, nil }

func (b *backups) SetBackup(_ context.Context, s, second staff.Session, folder string, _ []byte) error {
	if s.Officer().ID == "" || second.Officer().ID == "" {
		return desk.ErrSecond
	}
	if b.failed == nil {
		b.set.Folder = folder
	}
	return b.failed
}

func (b *backups) Backup(ctx context.Context, _ staff.Session, progress func(done, total int64)) (desk.Backup, error) {
	if b.make != nil {
		if err := b.make(ctx, progress); err != nil {
			return desk.Backup{}, err
		}
	}
	b.set.Last = desk.Backup{Path: filepath.Join(b.set.Folder, "PR-2022-07-09T1030Z.pratique-backup"), Made: b.Now, Entries: 1234, Bytes: 48_300_000}
	return b.set.Last, nil
}

// alone is an environment without a window, for models.
func (o *office) alone(t testing.TB, s staff.Session) *env.Env {
	t.Helper()
	words, err := locale.Load(screentest.Assets)
	if err != nil {
		t.Fatal(err)
	}
	return &env.Env{
		Words: words.In("en"), Post: o.Config.Post, Session: s, Now: func() time.Time { return o.Now }, Run: env.Synchronous, Context: t.Context(),
		Toast: func(string) {}, Error: func(err error) { t.Errorf("shown: %v", err) }, Changed: func() {}, Navigate: func(env.Route) {},
	}
}

// agrees is a second officer who says yes to everything, and what was asked.
func agrees(c *core, other staff.Session) *[]string {
	var asked []string
	c.ask = func(sentence string, do func(staff.Session)) {
		asked = append(asked, sentence)
		do(other)
	}
	return &asked
}

// authority issues certificates to those who ask.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t testing.TB, now time.Time) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Specimen Authority", Country: []string{"UT"}, OrganizationalUnit: []string{"PRACTICE"}},
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(9, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{key, cert}
}

// answers a request with a certificate of so many days, as PEM.
func (a *authority) answers(t testing.TB, r keys.Record, now time.Time, days int) string {
	t.Helper()
	q, err := x509.ParseCertificateRequest(r.Request)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(now.Unix()), Subject: q.Subject, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 0, days), KeyUsage: x509.KeyUsageDigitalSignature,
	}, a.cert, q.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return certificatePEM(der)
}

func certificatePEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// signer makes a key that signs.
func (o *office) signer(t testing.TB, a *authority, days int) keys.Record {
	t.Helper()
	r := o.requested(t)
	r, err := o.ImportSigner(t.Context(), o.Administrator, o.Reviewer, r.ID, []byte(a.answers(t, r, o.Now, days)), []*x509.Certificate{a.cert})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (o *office) requested(t testing.TB) keys.Record {
	t.Helper()
	r, err := o.RequestSigner(t.Context(), o.Administrator, o.Reviewer, keys.ForCertificates, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// window shows a section in the window.
func (o *office) window(t testing.TB, language string, s staff.Session, section Section) *screentest.Bench {
	return screentest.New(t, o.Post, s, language, env.Route{Screen: env.Admin, ID: string(section)}, func(*screentest.Bench) env.Factory {
		return func(e *env.Env, r env.Route) env.Screen { return New(e, o.parts, r) }
	})
}
