package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/post"
	"pratique/data/store"
	"pratique/data/store/bolt"
	"pratique/data/vault"
)

// tool is a program of the scripts from what it does.
func tool(do func(ctx context.Context, args []string) error) func() {
	return func() {
		if err := do(context.Background(), os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

const (
	// noKeyring keeps posts of tests out of the keyring of whoever runs them.
	noKeyring        = "unix:path=/nonexistent"
	templateVariable = "PRATIQUE_TEST_REAL"
)

// passphrases of the officers of realpost, each in a file named by the mark in
// small letters, and others that the scripts use.
var passphrases = map[string]string{
	"a": "sumo tile wako renu", "b": "vuno peka lisa domi", "c": "kamo rudi teso bali", "d": "higa moru sefi lanu",
	"own": "zito kare muna belo", "given": "fadu hosi reka timo", "spare": "bune wila soko gami", "weak": "passwordpassword",
}

// makeReal makes the real post that the scripts begin with. Its passphrases are
// quick to prove, unlike those of a post that was made by the ceremony.
func makeReal(t *testing.T) (template string) {
	t.Helper()
	template = t.TempDir()
	file := func(name string) string { return filepath.Join(template, name) }
	write := func(name string, b []byte) {
		if err := os.WriteFile(file(name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, words := range passphrases {
		write(name, []byte(words+"\n"))
	}
	var example bytes.Buffer
	if exit := run(t.Context(), []string{"post", "example"}, nil, &example, t.Output()); exit != 0 {
		t.Fatal("post example: ", exit)
	}
	var f postFile
	if err := json.Unmarshal(example.Bytes(), &f); err != nil {
		t.Fatal(err)
	}
	f.Officers = []officerFile{
		{"A", "Officer A", []data.Role{data.Administrator, data.Reviewer, data.Clerk}},
		{"B", "Officer B", []data.Role{data.Administrator, data.Clerk}},
		{"C", "Officer C", []data.Role{data.Clerk}},
		{"D", "Officer D", []data.Role{data.Reviewer}},
	}
	n := f.new()
	n.Cost = vault.Cost{MemoryKiB: 8, Passes: 1, Threads: 1}
	for i, o := range n.Officers {
		n.Officers[i].Passphrase = []byte(passphrases[strings.ToLower(o.Mark)])
	}
	n.Recovery = func(_ context.Context, key string) (string, error) {
		write("recovery", []byte(key+"\n"))
		return key, nil
	}
	engine := post.Engine{Create: bolt.Create, Open: func(path string) (store.Store, error) { return bolt.Open(path, bolt.Options{Timeout: time.Second}) }}
	if _, err := post.Create(t.Context(), file("real"), n, engine, time.Now()); err != nil {
		t.Fatal(err)
	}
	return template
}

// realpost puts a real post into ./real, with the passphrases of its officers A
// (administrator, reviewer, clerk), B (administrator, clerk), C (clerk) and D
// (reviewer) and its recovery key beside it.
func realpost(context.Context, []string) error {
	return os.CopyFS(".", os.DirFS(os.Getenv(templateVariable)))
}

// window does what the window does, one click at a time:
//
//	window DIR NAME PASSPHRASE-FILE draft FILE | save CASE FILE | slip FILE PDF | print NUMBER PDF |
//	        submit | take | tick | approve | issue | rehearse CASE
func window(ctx context.Context, args []string) (err error) {
	if len(args) < 5 {
		return errors.New("window: too few arguments")
	}
	dir, name, file, act, on := args[0], args[1], args[2], args[3], args[4]
	h, err := house.Open(ctx, dir, time.Now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	words, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	s, err := h.SignIn(ctx, house.OfficerOf(name), bytes.TrimSpace(words))
	if err != nil {
		return err
	}
	content := func(file string) (data.Content, error) {
		b, err := os.ReadFile(file)
		if err != nil {
			return data.Content{}, err
		}
		all, err := parseApplications(b)
		if err != nil {
			return data.Content{}, err
		}
		return all[0], nil
	}
	id := data.ApplicationID(on)
	switch act {
	case "draft":
		c, err := content(on)
		if err != nil {
			return err
		}
		a, err := h.Create(ctx, s, c)
		fmt.Println(a.ID)
		return err
	case "save":
		c, err := content(args[5])
		if err != nil {
			return err
		}
		a, err := h.Read(ctx, s, id)
		if err == nil {
			a, err = h.Save(ctx, s, id, a.Version, c)
		}
		fmt.Println(a.State)
		return err
	case "slip":
		c, err := content(on)
		if err != nil {
			return err
		}
		pdf, err := h.Slip(ctx, s, c)
		return errors.Join(err, os.WriteFile(args[5], pdf, 0o600))
	case "print":
		n, err := data.ParseCertificateNumber(on)
		if err != nil {
			return err
		}
		c, err := h.Certificate(ctx, s, n)
		if err != nil {
			return err
		}
		pdf, err := h.Print(ctx, c, 1)
		if err != nil {
			return err
		}
		return os.WriteFile(args[5], pdf, 0o600)
	case "submit":
		_, err = h.Submit(ctx, s, id)
	case "take":
		_, err = h.Take(ctx, s, id)
	case "tick":
		a, err := h.Read(ctx, s, id)
		for _, g := range a.Content.Groups() {
			if err == nil {
				a, err = h.Tick(ctx, s, id, g, true)
			}
		}
		return err
	case "approve":
		_, err = h.Approve(ctx, s, id)
	case "rehearse":
		r, err := h.Rehearse(ctx, s, id)
		fmt.Printf("%+v\n", r)
		return err
	case "issue":
		c, err := h.Desk.Issue(ctx, s, id)
		fmt.Println(c.Number)
		return err
	default:
		return fmt.Errorf("window: no act %q", act)
	}
	return err
}

// raw is what lies under the prefixes in a database, as the file has it.
func raw(ctx context.Context, db string, prefixes []string) (map[string][]byte, error) {
	s, err := bolt.Open(db, bolt.Options{Timeout: time.Second})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	all := map[string][]byte{}
	err = s.View(ctx, func(tx store.Tx) error {
		for _, prefix := range prefixes {
			if err := tx.Scan(prefix, "", 0, func(key string, value []byte) error {
				all[key] = bytes.Clone(value)
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// change changes a database without its program. Nil takes a record away.
func change(ctx context.Context, db string, all map[string][]byte) error {
	s, err := bolt.Open(db, bolt.Options{Timeout: time.Second})
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Update(ctx, func(tx store.Tx) error {
		for key, value := range all {
			if value == nil {
				if err := tx.Delete(key); err != nil {
					return err
				}
			} else if err := tx.Put(key, value); err != nil {
				return err
			}
		}
		return nil
	})
}

// records FROM TO PREFIX… makes the records under the prefixes in one database
// those of another, and tells how many.
func records(ctx context.Context, args []string) error {
	from, err := raw(ctx, args[0], args[2:])
	if err != nil {
		return err
	}
	to, err := raw(ctx, args[1], args[2:])
	if err != nil {
		return err
	}
	if maps.EqualFunc(from, to, bytes.Equal) {
		return errors.New("records: nothing to do")
	}
	for key := range to {
		if from[key] == nil {
			from[key] = nil // and so it goes
		}
	}
	return change(ctx, args[1], from)
}

// spoil DB PREFIX [KEY] changes the last bit of the newest record under a prefix,
// or puts it into the place of the one before it with "exchange".
func spoil(ctx context.Context, args []string) error {
	all, err := raw(ctx, args[0], args[1:2])
	if err != nil {
		return err
	}
	sorted := slices.Sorted(maps.Keys(all))
	if len(sorted) == 0 {
		return fmt.Errorf("spoil: nothing under %s", args[1])
	}
	last := sorted[len(sorted)-1]
	if len(args) > 2 && args[2] == "exchange" {
		return change(ctx, args[0], map[string][]byte{sorted[0]: all[last], last: all[sorted[0]]})
	}
	all[last][len(all[last])-1] ^= 1
	return change(ctx, args[0], map[string][]byte{last: all[last]})
}

// authority REQUEST CERTIFICATE ANCHOR [UNIT] answers a request for a signer's
// certificate as an outside authority does, and writes its anchor.
func authority(_ context.Context, args []string) error {
	b, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return errors.New("authority: no PEM")
	}
	request, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	now := time.Now()
	subject := pkix.Name{Country: []string{"UT"}, Organization: []string{"Republic of Utopia"}, CommonName: "Anchor of Utopia"}
	leaf := request.Subject
	if len(args) > 3 {
		subject.OrganizationalUnit, leaf.OrganizationalUnit = []string{args[3]}, []string{args[3]}
	}
	anchor := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: subject, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(4, 0, 0),
		BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	signer := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: leaf, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(2, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature}
	for file, c := range map[string]struct {
		*x509.Certificate
		public any
	}{args[1]: {signer, request.PublicKey}, args[2]: {anchor, &key.PublicKey}} {
		der, err := x509.CreateCertificate(rand.Reader, c.Certificate, anchor, c.public, key)
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
			return err
		}
	}
	fmt.Println(strings.ReplaceAll(leaf.String(), "\n", " "))
	return nil
}

// A terminal gets names in any script, and nothing that it would obey.
func TestVisible(t *testing.T) {
	for s, want := range map[string]string{
		"YANGBEN 样本":            "YANGBEN 样本",
		"a\x1b[2Jb":             "a?[2Jb",
		"a\tb\r\nc":             "a?b??c",
		"a\u202eb\u200bc\u0085": "a?b?c?",
		"a\xffb":                "a?b",
	} {
		if got := visible(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}
