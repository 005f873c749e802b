// Package desktest gives tests a practice post in memory: an open desk with a
// clerk, a reviewer and an administrator signed in, and a clock that the test moves.
package desktest

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"pratique/data"
	"pratique/data/attachment"
	"pratique/data/audit"
	"pratique/data/codes"
	"pratique/data/desk"
	"pratique/data/keys"
	"pratique/data/post"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/store/mem"
	"pratique/data/trust"
	"pratique/data/vault"
)

// Now is when every test post is opened.
var Now = time.Date(2022, 7, 9, 10, 30, 0, 0, time.UTC)

// Passphrase is that of every officer of a test post.
const Passphrase = "kamo rudi teso bali"

// Cost makes sign-in fast: these slots protect nothing.
var Cost = vault.Cost{MemoryKiB: 64, Passes: 1, Threads: 1}

// AnyCode knows every code but "unknown", which no list has, and "retired".
type AnyCode struct{}

// Known implements data.Codes.
func (AnyCode) Known(_, code string) bool { return code != "unknown" }

// UsableOn implements data.Codes.
func (AnyCode) UsableOn(_, code string, _ data.Date) bool { return code != "retired" }

// Suits implements data.Codes.
func (AnyCode) Suits(string, string, data.TestKind) bool { return true }

// Entry implements carry.Codes: other formats know none of these codes. A test
// of further seals brings the real lists.
func (AnyCode) Entry(string, string) (e codes.Entry, ok bool) { return e, false }

// Officers of a test post: a clerk, a reviewer, one who is both, and an
// administrator.
var Officers = []data.Officer{
	{ID: "officer-a", Name: "Officer A", Mark: "A", Roles: []data.Role{data.Clerk}},
	{ID: "officer-b", Name: "Officer B", Mark: "B", Roles: []data.Role{data.Reviewer}},
	{ID: "officer-c", Name: "Officer C", Mark: "C", Roles: []data.Role{data.Clerk, data.Reviewer}},
	{ID: "officer-d", Name: "Officer D", Mark: "D", Roles: []data.Role{data.Administrator}},
}

// Laboratories of a test post.
var Laboratories = []data.Laboratory{{
	ID: "central", Name: "Amaurote Central Laboratory", SealName: "Amaurote Central Lab", Kinds: data.TestKinds, From: "2020-01-01",
}}

// Post is a practice post in memory.
type Post struct {
	*desk.Desk
	Clerk, Reviewer, Both, Administrator staff.Session

	Handovers note.Verifier // of its hand-over lists

	Anchor *x509.Certificate
	Signer *keys.Signer
	Log    *audit.Log
	Vault  *vault.Vault
	Store  store.Store // the vault
	Engine *mem.Store  // under it
	Now    time.Time   // the clock
	Config desk.Config
}

// Opens are signers of certificates, VDS-NC and DCC, as a desk opens them.
func Opens(all ...*keys.Signer) func(context.Context, keys.Purpose) (*keys.Signer, error) {
	return func(_ context.Context, p keys.Purpose) (*keys.Signer, error) {
		if i := slices.Index(keys.Purposes, p); i < len(all) && all[i] != nil {
			return all[i], nil
		}
		return nil, keys.ErrMissing
	}
}

// WrapKey puts something before the signing key of a desk.
func WrapKey(c *desk.Config, wrap func(crypto.Signer) crypto.Signer) {
	open := c.Signer
	c.Signer = func(ctx context.Context, p keys.Purpose) (*keys.Signer, error) {
		s, err := open(ctx, p)
		if err != nil {
			return nil, err
		}
		wrapped := *s
		wrapped.Signer = wrap(s.Signer)
		return &wrapped, nil
	}
}

// Vault makes a vault and a log over an engine.
func Vault(t testing.TB, engine store.Store, head string) (*vault.Vault, *audit.Log) {
	t.Helper()
	v, _, err := vault.Create(context.Background(), engine, string(data.PracticePost), nil)
	if err != nil {
		t.Fatal(err)
	}
	log, err := audit.Create(context.Background(), v, head)
	if err != nil {
		t.Fatal(err)
	}
	return v, log
}

// New opens a new post. Options may change its configuration before that.
func New(t testing.TB, options ...func(*desk.Config)) *Post {
	t.Helper()
	ctx := context.Background()
	engine := mem.New()
	t.Cleanup(func() { engine.Close() })
	v, log := Vault(t, engine, filepath.Join(t.TempDir(), "head"))
	p := &Post{Now: Now, Engine: engine}
	about := data.Post{
		Schema: post.Schema, Kind: data.PracticePost, Code: "PR", Country: "UT", State: "UTO", Zone: "Asia/Singapore", Hotline: "+999 555 0100",
		Name:      map[string]string{"en": "Practice Consulate in Port Amaurote", "zh": "驻亚马罗特港练习领事馆"},
		StateName: map[string]string{"en": "Republic of Utopia", "zh": "乌托邦共和国"},
		City:      map[string]string{"en": "Port Amaurote", "zh": "亚马罗特港"},
		Address:   map[string]string{"en": "1 Harbour Parade, Port Amaurote", "zh": "亚马罗特港海港大道1号"},
		Created:   Now,
	}
	var err error
	if p.Anchor, p.Signer, err = keys.MakePractice(about, Now); err != nil {
		t.Fatal(err)
	}
	p.Handovers = Fill(t, v, log, Now)
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	logKey, _, err := note.GenerateKey(rand.Reader, keys.LogName(about))
	if err != nil {
		t.Fatal(err)
	}
	p.Config = desk.Config{
		Log: log, Vault: v, Post: about, Codes: AnyCode{}, Signer: Opens(p.Signer), Clock: func() time.Time { return p.Now }, Cost: func() vault.Cost { return Cost },
		Ring:        keys.Ring{Dir: dir, Post: about},
		LogSigner:   func(context.Context) (note.Signer, error) { return note.NewSigner(logKey) },
		Attachments: attachment.Dir{Path: t.TempDir(), Post: about},
		Pages: func(_ context.Context, _ string, scan []byte) (int, error) {
			if bytes.Contains(scan, []byte("broken")) {
				return 0, errors.New("broken")
			}
			return 1 + bytes.Count(scan, []byte("/Page")), nil
		},
		Unprintable: func(data.Statement) []data.Problem { return nil },

		UnprintableFurther: func(data.FurtherRecord) []data.Problem { return nil },
	}
	for _, option := range options {
		option(&p.Config)
	}
	p.Log, p.Vault, p.Store = p.Config.Log, p.Config.Vault, p.Config.Vault
	if p.Desk, err = desk.Open(ctx, p.Config); err != nil {
		t.Fatal(err)
	}
	p.Enter(t)
	return p
}

// Enter signs all officers in, as after a lock.
func (p *Post) Enter(t testing.TB) {
	t.Helper()
	for id, to := range map[data.OfficerID]*staff.Session{"officer-a": &p.Clerk, "officer-b": &p.Reviewer, "officer-c": &p.Both, "officer-d": &p.Administrator} {
		var err error
		if *to, err = p.SignIn(context.Background(), id, []byte(Passphrase)); err != nil {
			t.Fatal(err)
		}
	}
}

// Fill stores the officers, laboratories and keys of lists of a test post; the
// verifier is of its hand-over lists.
func Fill(t testing.TB, v *vault.Vault, log *audit.Log, now time.Time) note.Verifier {
	t.Helper()
	slots := map[data.OfficerID]vault.Slot{}
	for _, o := range Officers {
		slot, err := v.NewSlot(string(o.ID), []byte(Passphrase), Cost)
		if err != nil {
			t.Fatal(err)
		}
		slots[o.ID] = slot
	}
	post := data.Post{Country: "UT", Code: "PR", Kind: data.PracticePost}
	verifier, secret, err := keys.NewList(keys.RevocationsName(post))
	if err != nil {
		t.Fatal(err)
	}
	handovers, handoverSecret, err := keys.NewList(keys.HandoverName(post))
	if err != nil {
		t.Fatal(err)
	}
	err = log.Update(context.Background(), func(tx store.Tx, add func(audit.Entry) error) error {
		if err := errors.Join(store.Put(tx, store.SettingRevocationsKey, verifier), vault.SetSecret(tx, keys.RevocationsSecret, secret),
			store.Put(tx, store.SettingHandoverKey, handovers), vault.SetSecret(tx, keys.HandoverSecret, handoverSecret)); err != nil {
			return err
		}
		for _, o := range Officers {
			if err := staff.Put(tx, o, slots[o.ID]); err != nil {
				return err
			}
		}
		for _, l := range Laboratories {
			if err := store.Put(tx, store.Laboratories+string(l.ID), l); err != nil {
				return err
			}
		}
		return add(audit.Entry{At: now, Act: audit.PostCreated, Subject: "PR"})
	})
	if err != nil {
		t.Fatal(err)
	}
	public, err := note.NewVerifier(handovers)
	if err != nil {
		t.Fatal(err)
	}
	return public
}

// Specimen is the specimen application as of the post's clock.
func (p *Post) Specimen() data.Content { return post.Specimen(p.Config.Post, Laboratories, p.Now) }

// Other is the specimen application of another traveller, with reports of their own.
func (p *Post) Other() data.Content {
	c := p.Specimen()
	c.Traveller.Surname, c.Traveller.GivenNames, c.Traveller.NativeName = "MUSTERFRAU", "ERIKA", "范例"
	c.Traveller.Birth, c.Traveller.Sex, c.Traveller.Phone = "1990-12-01", data.Female, "+999 555 0177"
	c.Document.Number, c.Document.MRZ = "E00000017", ""
	for i := range c.Tests {
		c.Tests[i].ReportNo = fmt.Sprintf("M-%d", 1000+i)
	}
	return c
}

// Scan is a scan of so many pages that says something.
func Scan(says string, pages int) []byte {
	return []byte("%PDF-1.4 " + says + strings.Repeat(" /Page", pages-1))
}

// Submitted takes a content to the queue.
func (p *Post) Submitted(t testing.TB, c data.Content) data.Application {
	t.Helper()
	ctx := context.Background()
	a, err := p.Create(ctx, p.Clerk, c)
	if err == nil {
		a, err = p.Submit(ctx, p.Clerk, a.ID)
	}
	if err != nil {
		Fatal(t, err)
	}
	return a
}

// Ticked takes a content into review with everything ticked.
func (p *Post) Ticked(t testing.TB, c data.Content) data.Application {
	t.Helper()
	return p.Reviewed(t, p.Submitted(t, c).ID)
}

// Reviewed takes a case that is submitted into review and ticks everything.
func (p *Post) Reviewed(t testing.TB, id data.ApplicationID) data.Application {
	t.Helper()
	ctx := context.Background()
	a, err := p.Take(ctx, p.Reviewer, id)
	for _, g := range a.Content.Groups() {
		if err == nil {
			a, err = p.Tick(ctx, p.Reviewer, a.ID, g, true)
		}
	}
	if err != nil {
		Fatal(t, err)
	}
	return a
}

// Approved takes a content to its approval.
func (p *Post) Approved(t testing.TB, c data.Content) data.Application {
	t.Helper()
	a, err := p.Approve(context.Background(), p.Reviewer, p.Ticked(t, c).ID)
	if err != nil {
		Fatal(t, err)
	}
	return a
}

// Issued takes a content to its certificate.
func (p *Post) Issued(t testing.TB, c data.Content) data.Certificate {
	t.Helper()
	certificate, err := p.Issue(context.Background(), p.Reviewer, p.Approved(t, c).ID)
	if err != nil {
		Fatal(t, err)
	}
	return certificate
}

// Corrected takes a certificate to the one that replaces it.
func (p *Post) Corrected(t testing.TB, n data.CertificateNumber) data.Certificate {
	t.Helper()
	ctx := context.Background()
	a, err := p.Correct(ctx, p.Clerk, n)
	if err == nil {
		a, err = p.Submit(ctx, p.Clerk, a.ID)
	}
	if err == nil {
		a, err = p.Approve(ctx, p.Reviewer, p.Reviewed(t, a.ID).ID)
	}
	var c data.Certificate
	if err == nil {
		c, err = p.Issue(ctx, p.Reviewer, a.ID)
	}
	if err != nil {
		Fatal(t, err)
	}
	return c
}

// Trust is a list that holds the post's anchor and signer.
func (p *Post) Trust() *trust.List {
	var l trust.List
	l.Add(p.Anchor, p.Signer.Certificate)
	return &l
}

// Fatal ends a test with an error and, where it is one, all its problems.
func Fatal(t testing.TB, err error) {
	t.Helper()
	var problems *desk.ProblemsError
	if errors.As(err, &problems) {
		var b bytes.Buffer
		for _, p := range problems.Problems {
			b.WriteString("\n  " + p.Field + ": " + p.Key + " " + p.Value)
		}
		t.Fatalf("%v%s", err, b.String())
	}
	t.Fatal(err)
}
