// Package post is a post's folder on disk.
//
//	post.json    what the post is: data.Post as JSON; no secrets
//	anchor.pem   whom to trust for it: anchor, then signer certificates
//	post.db      the database
//	post.lock    held while the post is open; says by whom
//	head         the audit log's latest state, see data/audit
//	log.pub      the public key of the audit log's checkpoints, see data/keys
//	keys/        the signing key, encrypted, and its certificate; the log's key, encrypted
//	attachments/ scans, outside the database
//	PRACTICE.txt practice posts only: the passphrases, see [Passphrases]
//
// The kind of a post is fixed when it is made. It stands in post.json, in the
// database, in every application and in the signer certificate, and none of
// them can be exchanged alone.
//
// A folder appears complete or not at all: it is made under another name and
// renamed. It is never made, repaired or overwritten because opening failed.
package post

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/keys"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/store/disk"
	"pratique/data/store/lock"
)

// Schema is the version of the layout described above. In version 1 the log was
// a chain without a key; such posts are not read.
const Schema = 2

var (
	// ErrNotEmpty: the folder for a new post holds something already.
	ErrNotEmpty = errors.New("folder is not empty")
	// ErrNoPost: there is no post in the folder.
	ErrNoPost = errors.New("no post in this folder")
	// ErrMixed: files of different posts or kinds lie in the folder.
	ErrMixed = errors.New("files of different posts lie in this folder")
	// ErrRealPost: this version makes and opens practice posts only.
	ErrRealPost = errors.New("this version works with practice posts only")
)

// Engine is the database engine of a post.
type Engine struct {
	Create func(path string) error
	Open   func(path string) (store.Store, error)
}

// Names in the folder.
const (
	fileJSON = "post.json"
	fileDB   = "post.db"
	fileLock = "post.lock"
	fileHead = "head"
	// PassphraseFile is there in practice posts only; see [Passphrases].
	PassphraseFile = "PRACTICE.txt"
)

// self is the key of the database's own copy of post.json.
const self = "post/self"

// Practice is what a practice post begins with.
type Practice struct {
	Post         data.Post
	Officers     []data.Officer
	Laboratories []data.Laboratory
	Cost         vault.Cost // of its officers' passphrases
}

// LoadPractice reads practice/{post,officers,laboratories}.json.
func LoadPractice(fsys fs.FS) (Practice, error) {
	p := Practice{Cost: vault.DefaultCost}
	for name, to := range map[string]any{"post": &p.Post, "officers": &p.Officers, "laboratories": &p.Laboratories} {
		b, err := fs.ReadFile(fsys, "practice/"+name+".json")
		if err == nil {
			err = json.Unmarshal(b, to)
		}
		if err != nil {
			return p, fmt.Errorf("practice %s: %w", name, err)
		}
	}
	return p, nil
}

// CreatePractice makes a practice post in dir, which must not be there or be empty.
func CreatePractice(ctx context.Context, dir string, p Practice, engine Engine, now time.Time) (err error) {
	if p.Post.Kind != data.PracticePost {
		return ErrRealPost
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s: %w", dir, ErrNotEmpty)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("create post: %w", err)
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return fmt.Errorf("create post: %w", err)
	}
	temporary, err := os.MkdirTemp(parent, ".pratique-*")
	if err != nil {
		return fmt.Errorf("create post: %w", err)
	}
	defer func() {
		if err != nil {
			os.RemoveAll(temporary)
		}
	}()
	if err := fill(ctx, temporary, p, engine, now); err != nil {
		return fmt.Errorf("create post: %w", err)
	}
	// An empty folder gives way; a rename onto anything else fails.
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", dir, ErrNotEmpty)
	}
	if err := os.Rename(temporary, dir); err != nil {
		return fmt.Errorf("create post: %w", err)
	}
	return disk.SyncDir(parent)
}

// fill makes everything of a practice post in an empty folder.
func fill(ctx context.Context, dir string, p Practice, engine Engine, now time.Time) error {
	for _, sub := range []string{"keys", "attachments"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			return err
		}
	}
	secrets := Passphrases{Officers: map[data.OfficerID]string{}, Signer: words()}
	for _, o := range p.Officers {
		secrets.Officers[o.ID] = words()
	}
	p.Post.Schema, p.Post.Created = Schema, now.UTC()
	var err error
	if p.Post.Signer, err = keys.CreatePractice(dir, p.Post, []byte(secrets.Signer), now); err != nil {
		return err
	}
	logKey, err := keys.CreateLog(dir, p.Post, []byte(secrets.Signer))
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(p.Post, "", "  ")
	if err != nil {
		return err
	}
	if err := disk.Replace(filepath.Join(dir, fileJSON), append(b, '\n')); err != nil {
		return err
	}
	if err := disk.Replace(filepath.Join(dir, PassphraseFile), secrets.text(p.Officers)); err != nil {
		return err
	}
	if err := engine.Create(filepath.Join(dir, fileDB)); err != nil {
		return err
	}
	s, err := engine.Open(filepath.Join(dir, fileDB))
	if err != nil {
		return err
	}
	defer s.Close()
	log, err := audit.Create(ctx, s, filepath.Join(dir, fileHead))
	if err != nil {
		return err
	}
	err = log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		puts := []error{store.Put(tx, self, p.Post)}
		for _, o := range p.Officers {
			puts = append(puts, staff.Put(tx, o, []byte(secrets.Officers[o.ID]), p.Cost))
		}
		for _, l := range p.Laboratories {
			puts = append(puts, store.Put(tx, store.Laboratories+string(l.ID), l))
		}
		return errors.Join(append(puts, add(audit.Entry{At: now, Act: audit.PostCreated, Subject: p.Post.Code,
			Detail: map[string]string{"kind": string(p.Post.Kind), detailLogKey: logKey}}))...)
	})
	if err != nil {
		return err
	}
	// The names of what was written must be as durable as its content.
	return errors.Join(s.Close(), disk.SyncDir(filepath.Join(dir, "keys")), disk.SyncDir(dir))
}

// Folder is an open post.
type Folder struct {
	Dir  string
	Post data.Post
	Log  *audit.Log

	store store.Store
	lock  *lock.Lock
}

// Open opens the post in dir for this process alone. Holder says who that is,
// for those who find it locked.
func Open(ctx context.Context, dir string, engine Engine, holder string) (_ *Folder, err error) {
	f := &Folder{Dir: dir}
	if f.Post, err = Describe(dir); err != nil {
		return nil, err
	}
	if f.lock, err = lock.Acquire(filepath.Join(dir, fileLock), holder); err != nil {
		return nil, fmt.Errorf("open post: %w", err)
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	opened, err := engine.Open(filepath.Join(dir, fileDB))
	if err != nil {
		return nil, fmt.Errorf("open post: %w", err) // what came with it is not a store, even where it is not nil
	}
	f.store = opened
	if f.Log, err = audit.Open(ctx, f.store, filepath.Join(dir, fileHead)); err != nil {
		return nil, fmt.Errorf("open post: %w", err)
	}
	err = f.Log.View(ctx, func(tx store.Tx) error {
		p, found, err := store.Get[data.Post](tx, self)
		if err == nil && (!found || !reflect.DeepEqual(p, f.Post)) {
			err = fmt.Errorf("open post: %s and the database disagree: %w", fileJSON, ErrMixed)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Describe tells what post is in dir without opening it.
func Describe(dir string) (data.Post, error) {
	var p data.Post
	b, err := os.ReadFile(filepath.Join(dir, fileJSON))
	if errors.Is(err, fs.ErrNotExist) {
		return p, fmt.Errorf("%s: %w", dir, ErrNoPost)
	} else if err != nil {
		return p, fmt.Errorf("open post: %w", err)
	}
	if err := json.Unmarshal(b, &p); err != nil {
		return p, fmt.Errorf("open post: %s: %w", fileJSON, err)
	}
	switch {
	case p.Schema > Schema:
		return p, fmt.Errorf("open post: made by a newer version of the program (layout %d, this one knows %d)", p.Schema, Schema)
	case p.Schema > 0 && p.Schema < Schema:
		return p, fmt.Errorf("open post: made by an older version of the program (layout %d, this one knows %d); make a new practice post", p.Schema, Schema)
	case p.Schema < 1 || !data.ValidPostCode(p.Code) || p.Kind != data.PracticePost && p.Kind != data.RealPost:
		return p, fmt.Errorf("open post: %s does not describe a post", fileJSON)
	}
	return p, nil
}

// Signer opens the post's signing key.
func (f *Folder) Signer(passphrase string) (*keys.Signer, error) {
	return keys.Open(f.Dir, f.Post.Signer, []byte(passphrase))
}

// LogSigner opens the key of the post's log.
func (f *Folder) LogSigner(ctx context.Context, passphrase string) (note.Signer, error) {
	verifier, _, err := keys.ReadLogVerifier(filepath.Join(f.Dir, keys.LogFile))
	if err != nil {
		return nil, err
	}
	if err := f.Log.View(ctx, func(tx store.Tx) error { return checkLogKey(tx, verifier) }); err != nil {
		return nil, err
	}
	return keys.OpenLog(f.Dir, f.Post, []byte(passphrase))
}

// Close closes the post. It may be called more than once.
func (f *Folder) Close() error {
	var errs []error
	if f.store != nil {
		errs = append(errs, f.store.Close())
		f.store = nil
	}
	if f.lock != nil {
		errs = append(errs, f.lock.Release())
		f.lock = nil
	}
	return errors.Join(errs...)
}

// Passphrases are what PRACTICE.txt holds: those of a practice post's officers
// and of its signing key, so that anyone who has just installed the program
// can sit down and issue a certificate. A real post has no such file.
type Passphrases struct {
	Officers map[data.OfficerID]string
	Signer   string
}

const signerName = "signing-key"

// text is the file: comment lines beginning with "#", then lines of the form
// "name: words".
func (p Passphrases) text(officers []data.Officer) []byte {
	var b strings.Builder
	b.WriteString("# Practice post. Nothing issued with these passphrases is a health certificate.\n")
	for _, o := range officers {
		fmt.Fprintf(&b, "%s: %s\n", o.ID, p.Officers[o.ID])
	}
	fmt.Fprintf(&b, "%s: %s\n", signerName, p.Signer)
	return []byte(b.String())
}

// PracticePassphrases reads PRACTICE.txt of a practice post. For a real post
// it reads nothing and fails.
func (f *Folder) PracticePassphrases() (Passphrases, error) {
	p := Passphrases{Officers: map[data.OfficerID]string{}}
	if f.Post.Kind != data.PracticePost {
		return p, fmt.Errorf("passphrases of a real post are not kept in a file")
	}
	b, err := os.ReadFile(filepath.Join(f.Dir, PassphraseFile))
	if err != nil {
		return p, fmt.Errorf("practice passphrases: %w", err)
	}
	for line := range strings.Lines(string(b)) {
		name, phrase, ok := strings.Cut(strings.TrimSpace(line), ": ")
		switch {
		case strings.HasPrefix(line, "#") || !ok:
		case name == signerName:
			p.Signer = phrase
		default:
			p.Officers[data.OfficerID(name)] = phrase
		}
	}
	return p, nil
}

// words is a passphrase of four random words of two syllables, 50 bits, easy
// to read and to type.
func words() string {
	const consonants, vowels = "bdfghklmnprstvwz", "aeiou"
	random := make([]byte, 4*4)
	rand.Read(random) // never fails
	var b strings.Builder
	for i, r := range random {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		if i%2 == 0 {
			b.WriteByte(consonants[int(r)%len(consonants)])
		} else {
			b.WriteByte(vowels[int(r)%len(vowels)]) // 256 % 5 = 1: no bias worth a loop
		}
	}
	return b.String()
}
