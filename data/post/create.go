package post

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/keys"
	"pratique/data/rules"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/store/disk"
	"pratique/data/vault"
)

// NewOfficer is an officer a post begins with. Nobody else knows the passphrase.
type NewOfficer struct {
	data.Officer
	Passphrase []byte
}

// New is what a post is made of.
type New struct {
	Post         data.Post
	Officers     []NewOfficer
	Laboratories []data.Laboratory
	Authorities  []data.Authority
	Notices      [][]byte   // files of notices that are in force from the beginning
	Cost         vault.Cost // of the officers' passphrases
	// Recovery hands the recovery key to whoever will keep it and returns what
	// they typed or scanned back from their paper. The post is made only if that
	// opens it. The key is kept nowhere else.
	Recovery func(ctx context.Context, key string) (typed string, err error)
	// URI of the first signing key, and what opens it where it lies in a token;
	// empty: a new file. The post vouches for the key by itself, until an
	// authority's certificate is imported.
	URI string
	PIN []byte

	files func() map[string][]byte // more to write
}

// Ceremony is what the record of a post's making says, for its paper.
type Ceremony struct {
	Post     data.Post
	Officers []data.Officer
	Signer   keys.Record
	LogKey   string    // verifier key of the log, see [keys.LogFile]
	Recovery string    // age1…, the public half of the recovery key
	Proved   time.Time // when the recovery key opened the post
}

// Administrators is how many a real post begins with at least: none of them
// could let another officer in alone.
const Administrators = 2

// Check says what is wrong with a new post and its officers, all at once.
func (n New) Check() []data.Problem {
	problems := data.ValidatePost(n.Post)
	var before []staff.Account
	administrators := 0
	for i, o := range n.Officers {
		at := fmt.Sprintf("officers[%d].", i)
		for _, p := range staff.Check(o.Officer, before) {
			p.Field = at + p.Field
			problems = append(problems, p)
		}
		before = append(before, staff.Account{Officer: o.Officer})
		var weak *staff.WeakError
		if _, err := staff.Judge(o.Passphrase, o.Name, n.Post.Name["en"], n.Post.City["en"]); errors.As(err, &weak) {
			problems = append(problems, data.Problem{Field: at + "officer.passphrase", Key: "weak." + string(weak.Why)})
		}
		for j, other := range n.Officers[:i] {
			if string(other.Passphrase) == string(o.Passphrase) {
				problems = append(problems, data.Problem{Field: at + "officer.passphrase", Key: "problem.officer.passphrase", Value: n.Officers[j].Mark})
			}
		}
		if slices.Contains(o.Roles, data.Administrator) {
			administrators++
		}
	}
	if administrators < Administrators {
		problems = append(problems, data.Problem{Field: "officers", Key: "problem.post.administrators"})
	}
	return problems
}

// Create makes a real post in dir, which must not be there or be empty. The
// error is a [*data.ProblemsError] where something is wrong with what was
// entered, [ErrRecovery] where the recovery key was not proved; there is no
// post then.
func Create(ctx context.Context, dir string, n New, engine Engine, now time.Time) (Ceremony, error) {
	n.Post.Kind = data.RealPost
	if p := n.Check(); len(p) > 0 {
		return Ceremony{}, &data.ProblemsError{Problems: p}
	}
	return create(ctx, dir, n, engine, now)
}

// create makes a post under another name and renames it when it is complete.
func create(ctx context.Context, dir string, n New, engine Engine, now time.Time) (c Ceremony, err error) {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return c, fmt.Errorf("%s: %w", dir, ErrNotEmpty)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return c, fmt.Errorf("create post: %w", err)
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return c, fmt.Errorf("create post: %w", err)
	}
	temporary, err := os.MkdirTemp(parent, ".pratique-*")
	if err != nil {
		return c, fmt.Errorf("create post: %w", err)
	}
	defer func() {
		if err != nil {
			os.RemoveAll(temporary)
		}
	}()
	if c, err = fill(ctx, temporary, n, engine, now); err != nil {
		return c, fmt.Errorf("create post: %w", err)
	}
	// An empty folder gives way; a rename onto anything else fails.
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return c, fmt.Errorf("%s: %w", dir, ErrNotEmpty)
	}
	if err := os.Rename(temporary, dir); err != nil {
		return c, fmt.Errorf("create post: %w", err)
	}
	return c, disk.SyncDir(parent)
}

// fill makes everything of a post in an empty folder.
func fill(ctx context.Context, dir string, n New, engine Engine, now time.Time) (c Ceremony, err error) {
	for _, sub := range []string{"keys", "attachments", "checkpoints"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			return c, err
		}
	}
	n.Post.Schema, n.Post.Created = Schema, now.UTC()
	if err := engine.Create(filepath.Join(dir, fileDB)); err != nil {
		return c, err
	}
	opened, err := engine.Open(filepath.Join(dir, fileDB))
	if err != nil {
		return c, err
	}
	v, recovery, err := vault.Create(ctx, opened, string(n.Post.Kind), engine.device(n.Post))
	if err != nil {
		opened.Close()
		return c, err
	}
	defer v.Close()
	c = Ceremony{Post: n.Post, Recovery: v.Recovery()}

	secret := n.PIN
	if n.URI == "" {
		secret = newSecret()
	}
	ring := keys.Ring{Dir: dir, Post: n.Post, Places: engine.Places}
	if c.Signer, err = ring.MakeOwn(keys.ForCertificates, n.URI, secret, now); err != nil {
		return c, err
	}
	signers, secrets := []keys.Record{c.Signer}, [][]byte{secret}
	if n.Post.Practice() { // a real post asks an authority for the others
		for _, p := range []keys.Purpose{keys.ForVDSNC, keys.ForDCC} {
			secret := newSecret()
			r, err := ring.MakeOwn(p, "", secret, now)
			if err != nil {
				return c, err
			}
			signers, secrets = append(signers, r), append(secrets, secret)
		}
	}
	if c.LogKey, err = keys.CreateLog(dir, n.Post, v.LogSecret()); err != nil {
		return c, err
	}
	lists, listSecret, err := keys.NewList(keys.RevocationsName(n.Post))
	if err != nil {
		return c, err
	}
	handovers, handoverSecret, err := keys.NewList(keys.HandoverName(n.Post))
	if err != nil {
		return c, err
	}
	slots := map[data.OfficerID]vault.Slot{}
	for _, o := range n.Officers {
		if slots[o.ID], err = v.NewSlot(string(o.ID), o.Passphrase, n.Cost); err != nil {
			return c, err
		}
		c.Officers = append(c.Officers, o.Officer)
	}
	log, err := audit.Create(ctx, v, filepath.Join(dir, fileHead))
	if err != nil {
		return c, err
	}
	err = log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		puts := []error{
			store.Put(tx, self, n.Post),
			store.Put(tx, store.SettingRevocationsKey, lists), vault.SetSecret(tx, keys.RevocationsSecret, listSecret),
			store.Put(tx, store.SettingHandoverKey, handovers), vault.SetSecret(tx, keys.HandoverSecret, handoverSecret),
		}
		for i, r := range signers {
			puts = append(puts, store.Put(tx, store.Signers+r.ID, r), vault.SetSecret(tx, r.ID, secrets[i]))
		}
		for _, o := range n.Officers {
			puts = append(puts, staff.Put(tx, o.Officer, slots[o.ID]))
		}
		for _, l := range n.Laboratories {
			puts = append(puts, store.Put(tx, store.Laboratories+string(l.ID), l))
		}
		if len(n.Authorities) > 0 {
			puts = append(puts, store.Put(tx, store.SettingAuthorities, n.Authorities))
		}
		for _, text := range n.Notices {
			h, err := rules.ReadHead(text)
			if err != nil {
				return err
			}
			puts = append(puts, store.Put(tx, store.Notices+rules.Key(h.ID, h.Version), rules.Record{
				ID: h.ID, Version: h.Version, State: rules.Active, Text: text, History: []rules.Event{{State: rules.Active, At: now}},
			}))
		}
		return errors.Join(append(puts, add(audit.Entry{At: now, Act: audit.PostCreated, Subject: n.Post.Code,
			Detail: map[string]string{"kind": string(n.Post.Kind), detailLogKey: c.LogKey}}))...)
	})
	if err != nil {
		return c, err
	}
	// What stands on paper must really open the post.
	v.Lock()
	typed, err := n.Recovery(ctx, recovery.String())
	if err != nil {
		return c, err
	}
	key, err := vault.ParseRecovery(typed)
	if err == nil {
		err = v.Unlock(ctx, key, true)
	}
	if err != nil {
		return c, fmt.Errorf("%w: %w", ErrRecovery, err)
	}
	c.Proved = now

	b, err := json.MarshalIndent(n.Post, "", "  ")
	if err != nil {
		return c, err
	}
	files := map[string][]byte{}
	if n.files != nil {
		files = n.files()
	}
	files[fileJSON], files[trustFile] = append(b, '\n'), append(keys.AnchorsPEM(signers), keys.RevocationsLine(lists)...)
	files[filepath.FromSlash(keys.HandoverFile)] = []byte(handovers + "\n")
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := disk.Replace(filepath.Join(dir, name), files[name]); err != nil {
			return c, err
		}
	}
	// The names of what was written must be as durable as its content.
	return c, errors.Join(v.Close(), disk.SyncDir(filepath.Join(dir, "keys")), disk.SyncDir(dir))
}

// newSecret opens a signing key in a file.
func newSecret() []byte {
	random := make([]byte, 32)
	rand.Read(random) // never fails
	return []byte(hex.EncodeToString(random))
}
