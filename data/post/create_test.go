package post_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk/desktest"
	"pratique/data/keys"
	"pratique/data/post"
	"pratique/data/store"
	"pratique/data/store/mem"
	"pratique/data/vault"
)

// ceremony is what a real post is made of, by officers who type everything well.
func ceremony(t testing.TB) post.New {
	t.Helper()
	p := practice(t)
	p.Post.Code, p.Post.Hotline = "AM", "+999 555 0177"
	return post.New{
		Post: p.Post, Laboratories: p.Laboratories, Cost: desktest.Cost,
		Officers: []post.NewOfficer{
			{Officer: data.Officer{ID: "officer-k1", Name: "Specimen Kestrel", Mark: "K1", Roles: []data.Role{data.Administrator}}, Passphrase: []byte("kamo rudi teso bali")},
			{Officer: data.Officer{ID: "officer-k2", Name: "Specimen Lapwing", Mark: "K2", Roles: []data.Role{data.Administrator, data.Reviewer}}, Passphrase: []byte("vuno peka lisa domi")},
			{Officer: data.Officer{ID: "officer-k3", Name: "样本官员", Mark: "K3", Roles: []data.Role{data.Clerk}}, Passphrase: []byte("sumo tile wako renu")},
		},
		Recovery: func(_ context.Context, key string) (string, error) { return key, nil },
	}
}

func TestCreateRealPost(t *testing.T) {
	dir, n := filepath.Join(t.TempDir(), "post"), ceremony(t)
	var printed, typed string
	n.Recovery = func(_ context.Context, key string) (string, error) {
		printed, typed = key, strings.ToLower(key[:24])+" "+key[24:48]+"\n"+key[48:]
		return typed, nil
	}
	c, err := post.Create(ctx, dir, n, engine, now)
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, dir)
	if f.Post.Practice() || !reflect.DeepEqual(f.Post, c.Post) || !c.Proved.Equal(now) || len(c.Officers) != 3 || c.Officers[2].Mark != "K3" {
		t.Errorf("post %+v, ceremony %+v", f.Post, c)
	}
	if public, _, err := keys.ReadLogVerifier(filepath.Join(dir, keys.LogFile)); err != nil || public != c.LogKey {
		t.Errorf("the log's key is %s, the ceremony's %s, %v", public, c.LogKey, err)
	}

	// It opens to each officer and to the recovery key as it was typed; the
	// signing key to who may sign.
	recovery, err := vault.ParseRecovery(typed)
	if err != nil {
		t.Fatal(err)
	}
	ways := map[string]func() error{"recovery": func() error { return f.Vault.Unlock(ctx, recovery, true) }}
	for _, o := range n.Officers {
		ways[o.Mark] = func() error { return unlock(f, o.ID, string(o.Passphrase)) }
	}
	for name, way := range ways {
		f.Vault.Lock()
		if err := way(); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		s, err := f.Signer(ctx, keys.ForCertificates)
		switch {
		case name == "K3" && !errors.Is(err, keys.ErrMissing):
			t.Errorf("a clerk signs: %v", err)
		case name != "K3" && err != nil:
			t.Errorf("%s does not sign: %v", name, err)
		case name != "K3" && (s.CheckFit(now, now, false) != nil || s.CheckFit(now, now, true) == nil || keys.IsPractice(s.Certificate)):
			t.Errorf("signer %s is not fit for a real post", s.Certificate.Subject)
		}
		// Nor do clerks tell a port who is expected, or anybody who is revoked.
		for secret, list := range map[string]string{keys.HandoverSecret: keys.HandoverName(c.Post), keys.RevocationsSecret: keys.RevocationsName(c.Post)} {
			b, _ := f.Vault.Secret(secret)
			if s, err := keys.OpenList(list, b); name == "K3" && !errors.Is(err, keys.ErrMissing) || name != "K3" && (err != nil || s.Name() != list) {
				t.Errorf("%s opens the key of %s: %v", name, list, err)
			}
		}
	}
	if f.Vault.Recovery() != c.Recovery || c.Recovery == "" || strings.Contains(printed, c.Recovery) {
		t.Errorf("public half of the recovery key %q, %q", f.Vault.Recovery(), c.Recovery)
	}
	err = f.Log.View(ctx, func(tx store.Tx) error {
		active, err := keys.ActiveRecord(tx, keys.ForCertificates)
		if err == nil && (!reflect.DeepEqual(active, c.Signer) || active.Accredited) {
			t.Errorf("signer %+v, want %+v", active, c.Signer)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	trusted, err := os.ReadFile(filepath.Join(dir, "anchor.pem"))
	own := keys.AnchorsPEM([]keys.Record{c.Signer})
	if err != nil || !bytes.HasPrefix(trusted, append(own, keys.RevocationsLabel+keys.RevocationsName(c.Post)+"+"...)) || bytes.Count(trusted[len(own):], []byte("\n")) != 1 {
		t.Errorf("anchor.pem: %v\n%s", err, trusted)
	}
	if _, err := os.Stat(filepath.Join(dir, post.PassphraseFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a real post has %s: %v", post.PassphraseFile, err)
	}
}

// TestInvariant5NothingOfOfficersIsReadable: no file of a post, open or closed,
// tells a name, a passphrase, a laboratory or the recovery key, nor the secret
// half of anything.
func TestInvariant5NothingOfOfficersIsReadable(t *testing.T) {
	dir, n := filepath.Join(t.TempDir(), "post"), ceremony(t)
	var hidden []string
	n.Recovery = func(_ context.Context, key string) (string, error) {
		hidden = append(hidden, key, key[len("AGE-SECRET-KEY-"):])
		return key, nil
	}
	if _, err := post.Create(ctx, dir, n, engine, now); err != nil {
		t.Fatal(err)
	}
	for _, o := range n.Officers {
		hidden = append(hidden, o.Name, string(o.Passphrase))
	}
	for _, l := range n.Laboratories {
		hidden = append(hidden, l.Name)
	}
	hidden = append(hidden, "AGE-SECRET-KEY", "BEGIN PRIVATE KEY", "BEGIN EC PRIVATE KEY", "PRIVATE+KEY", string(data.Administrator), string(audit.OfficerSignedIn))
	closed := content(t, dir)
	if len(closed) < 7 || len(n.Laboratories) == 0 {
		t.Fatalf("%d files, %d laboratories: nothing is proved", len(closed), len(n.Laboratories))
	}
	for name, b := range closed {
		readable(t, name, b, hidden...)
	}
	f := open(t, dir)
	if err := unlock(f, "officer-k2", "vuno peka lisa domi"); err != nil {
		t.Fatal(err)
	}
	err := f.Log.Update(ctx, func(_ store.Tx, add func(audit.Entry) error) error {
		return add(audit.Entry{At: now, Act: audit.OfficerSignedIn, Officer: "officer-k2"})
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range content(t, dir) {
		readable(t, name, b, hidden...)
	}
}

func TestCreateNeedsTheRecoveryKeyBack(t *testing.T) {
	_, other, err := vault.Create(ctx, mem.New(), string(data.RealPost), nil)
	if err != nil {
		t.Fatal(err)
	}
	gone := errors.New("they went home")
	for name, tt := range map[string]struct {
		typed func(key string) (string, error)
		want  error
	}{
		"nothing":        {func(string) (string, error) { return "", nil }, post.ErrRecovery},
		"a letter short": {func(key string) (string, error) { return key[:len(key)-1], nil }, post.ErrRecovery},
		"letters exchanged": {func(key string) (string, error) {
			b := []byte(key)
			for i := 30; ; i++ {
				if b[i] != b[i+1] {
					b[i], b[i+1] = b[i+1], b[i]
					return string(b), nil
				}
			}
		}, post.ErrRecovery},
		"another post's": {func(string) (string, error) { return other.String(), nil }, post.ErrRecovery},
		"broken off":     {func(string) (string, error) { return "", gone }, gone},
	} {
		parent, n := t.TempDir(), ceremony(t)
		var printed string
		n.Recovery = func(_ context.Context, key string) (string, error) {
			printed = key
			return tt.typed(key)
		}
		if _, err := post.Create(ctx, filepath.Join(parent, "post"), n, engine, now); !errors.Is(err, tt.want) || strings.Contains(err.Error(), printed) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
		if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
			t.Errorf("%s: left %v, %v", name, left, err)
		}
	}
}

// TestCreateNamesEveryProblem: all of them at once, and before anything is made.
func TestCreateNamesEveryProblem(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*post.New)
		want   []string // fields and keys
	}{
		"one administrator": {func(n *post.New) { n.Officers[0].Roles = []data.Role{data.Auditor} }, []string{"officers problem.post.administrators"}},
		"no officer":        {func(n *post.New) { n.Officers = nil }, []string{"officers problem.post.administrators"}},
		"short passphrase":  {func(n *post.New) { n.Officers[1].Passphrase = []byte("short") }, []string{"officers[1].officer.passphrase weak.short"}},
		"weak passphrase":   {func(n *post.New) { n.Officers[0].Passphrase = []byte("password password") }, []string{"officers[0].officer.passphrase weak.guessable"}},
		"own name":          {func(n *post.New) { n.Officers[0].Passphrase = []byte("specimen kestrel") }, []string{"officers[0].officer.passphrase weak.guessable"}},
		"equal passphrases": {func(n *post.New) { n.Officers[2].Passphrase = n.Officers[0].Passphrase }, []string{"officers[2].officer.passphrase problem.officer.passphrase"}},
		"a mark twice": {func(n *post.New) { n.Officers[2].Mark, n.Officers[2].ID = "K1", "officer-k1" },
			[]string{"officers[2].officer.mark problem.officer.taken"}},
		"bad mark":      {func(n *post.New) { n.Officers[0].Mark = "k1" }, []string{"officers[0].officer.mark problem.officer.mark"}},
		"no roles":      {func(n *post.New) { n.Officers[2].Roles = nil }, []string{"officers[2].officer.roles problem.required"}},
		"bad post code": {func(n *post.New) { n.Post.Code = "am" }, []string{"post.code problem.post.code"}},
		"bad country":   {func(n *post.New) { n.Post.Country, n.Post.State = "UTO", "UT" }, []string{"post.country problem.post.country", "post.state problem.post.state"}},
		"no such zone":  {func(n *post.New) { n.Post.Zone = "Utopia/Amaurote" }, []string{"post.zone problem.post.zone"}},
		"no zone":       {func(n *post.New) { n.Post.Zone = "" }, []string{"post.zone problem.post.zone"}},
		"no hotline":    {func(n *post.New) { n.Post.Hotline = "" }, []string{"post.hotline problem.required"}},
		"no Chinese name": {func(n *post.New) { n.Post.Name = map[string]string{"en": "Consulate in Port Amaurote"} },
			[]string{"post.name.zh problem.required"}},
		"a long address": {func(n *post.New) {
			n.Post.Address = map[string]string{"en": strings.Repeat("a", 81), "zh": "亚马罗特港海港大道1号"}
		}, []string{"post.address.en problem.post.text"}},
		"a line in the city": {func(n *post.New) { n.Post.City = map[string]string{"en": "Port\nAmaurote", "zh": "亚马罗特港"} },
			[]string{"post.city.en problem.post.text"}},
		"all together": {func(n *post.New) { n.Post.Code, n.Officers = "", n.Officers[:1]; n.Officers[0].Name = "" },
			[]string{"officers problem.post.administrators", "officers[0].officer.name problem.officer.name", "post.code problem.post.code"}},
	} {
		parent, n := t.TempDir(), ceremony(t)
		n.Recovery = func(context.Context, string) (string, error) {
			t.Errorf("%s: the recovery key was printed all the same", name)
			return "", nil
		}
		tt.change(&n)
		_, err := post.Create(ctx, filepath.Join(parent, "post"), n, engine, now)
		var problems *data.ProblemsError
		if !errors.As(err, &problems) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for _, p := range problems.Problems {
			got = append(got, fmt.Sprint(p.Field, " ", p.Key))
		}
		slices.Sort(got)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
		if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
			t.Errorf("%s: left %v, %v", name, left, err)
		}
	}
}

// TestInvariant8PracticeAndRealDoNotMix: the records of one kind do not open in
// the folder of the other, whichever files are exchanged with them.
func TestInvariant8PracticeAndRealDoNotMix(t *testing.T) {
	real := filepath.Join(t.TempDir(), "post")
	if _, err := post.Create(ctx, real, ceremony(t), engine, now); err != nil {
		t.Fatal(err)
	}
	for name, folders := range map[string][2]string{"practice records in a real folder": {newPost(t), real}, "real records in a practice folder": {real, newPost(t)}} {
		for _, files := range [][]string{{"post.db"}, {"post.db", "head"}, {"post.db", "head", "anchor.pem", "log.pub", "keys/log.key"}, {"post.json"}} {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(folders[1])); err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				b, err := os.ReadFile(filepath.Join(folders[0], file))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, file), b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if f, err := post.Open(ctx, dir, engine, "test"); err == nil {
				f.Close()
				t.Errorf("%s: opened with %v", name, files)
			} else if !errors.Is(err, vault.ErrKind) {
				t.Errorf("%s: %v with %v", name, err, files)
			}
		}
	}
}

// keyring is a workstation's.
type keyring map[string][]byte

func (k keyring) Secret(id string) ([]byte, error) { return k[id], nil }
func (k keyring) Keep(id string, b []byte) error   { k[id] = b; return nil }

// locked is a keyring that gives and takes nothing.
type locked struct{}

var errKeyring = errors.New("the keyring is locked")

func (locked) Secret(string) ([]byte, error) { return nil, errKeyring }
func (locked) Keep(string, []byte) error     { return errKeyring }

// TestWorkstation: a real post made on a workstation with a keyring opens there
// alone; a practice post never asks for one.
func TestWorkstation(t *testing.T) {
	dir, n, here := filepath.Join(t.TempDir(), "post"), ceremony(t), keyring{}
	with := func(d vault.Device) post.Engine { e := engine; e.Device = d; return e }
	if _, err := post.Create(ctx, dir, n, with(here), now); err != nil || len(here) != 1 {
		t.Fatal(err, here)
	}
	for _, tt := range []struct {
		name   string
		device vault.Device
		want   error
	}{{"here", here, nil}, {"there", keyring{}, vault.ErrDevice}, {"without a keyring", nil, vault.ErrDevice}, {"locked", locked{}, errKeyring}} {
		f, err := post.Open(ctx, dir, with(tt.device), "test")
		if err != nil {
			t.Fatal(err)
		}
		if err := unlock(f, "officer-k1", "kamo rudi teso bali"); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		f.Close()
	}
	parent := t.TempDir()
	if _, err := post.Create(ctx, filepath.Join(parent, "post"), n, with(locked{}), now); !errors.Is(err, errKeyring) {
		t.Errorf("made without its keyring: %v", err)
	}
	if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
	if err := post.CreatePractice(ctx, filepath.Join(parent, "practice"), practice(t), with(locked{}), now); err != nil {
		t.Errorf("practice: %v", err)
	}
}
