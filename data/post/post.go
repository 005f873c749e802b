// Package post is a post's folder on disk.
//
//	post.json    what the post is: data.Post as JSON; no secrets
//	anchor.pem   whom to trust for it: anchor, then signer certificates
//	post.db      the database
//	post.lock    held while the post is open; says by whom
//	head         the audit log's latest state, see data/audit
//	log.pub      the public key of the audit log's checkpoints, see data/keys
//	keys/        signing keys and the log's, encrypted; handover.pub, whose lists
//	             for ports of entry hold
//	attachments/ scans, outside the database
//	checkpoints/ signed checkpoints of the log, one a day
//	unstored/    sealed drafts that the database had no room for when the desk locked
//	PRACTICE.txt practice posts only: the passphrases, see [Passphrases]
//	practice-authority.key  practice posts only: what opens encrypted seals
//
// The kind of a post is fixed when it is made. It stands in post.json, in the
// database, in its vault, in every application and in the signer certificate,
// and none of them can be exchanged alone.
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

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/keys"
	"pratique/data/rules"
	"pratique/data/store"
	"pratique/data/store/lock"
	"pratique/data/vault"
)

// Schema is the version of the layout described above. Before version 3 records
// were not sealed; such posts, all of them of practice, are not read.
const Schema = 3

var (
	// ErrNotEmpty: the folder for a new post holds something already.
	ErrNotEmpty = errors.New("folder is not empty")
	// ErrNoPost: there is no post in the folder.
	ErrNoPost = errors.New("no post in this folder")
	// ErrMixed: files of different posts or kinds lie in the folder.
	ErrMixed = errors.New("files of different posts lie in this folder")
	// ErrRealPost: what was asked for is for practice posts only.
	ErrRealPost = errors.New("for practice posts only")
	// ErrRecovery: what was typed back is not the recovery key that was printed.
	ErrRecovery = errors.New("that is not the recovery key of this post")
)

// Engine is what a workstation has for a post: a database, and perhaps a
// keyring, which practice posts do not use.
type Engine struct {
	Create func(path string) error
	Open   func(path string) (store.Store, error)
	// Compact rewrites a closed database without what was deleted from it.
	Compact func(path string) error
	Device  vault.Device
	Places  keys.Places // of signing keys besides files
}

// OpenClean opens the database of a post; one from which something was erased
// since it was last open, or a copy of one, is compacted before.
func (e Engine) OpenClean(ctx context.Context, path string) (store.Store, error) {
	s, err := e.Open(path)
	if err != nil || e.Compact == nil {
		return s, err
	}
	due := false
	err = s.View(ctx, func(tx store.Tx) error {
		b, err := tx.Get(store.CompactKey)
		due = b != nil
		return err
	})
	if err != nil || !due {
		if err != nil {
			s.Close()
			return nil, err
		}
		return s, nil
	}
	if err := errors.Join(s.Close(), e.Compact(path)); err != nil {
		return nil, err
	}
	if s, err = e.Open(path); err != nil {
		return nil, err
	}
	if err := s.Update(ctx, func(tx store.Tx) error { return tx.Delete(store.CompactKey) }); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (e Engine) device(p data.Post) vault.Device {
	if p.Practice() {
		return nil
	}
	return e.Device
}

// Names in the folder.
const (
	fileJSON  = "post.json"
	fileDB    = "post.db"
	fileLock  = "post.lock"
	fileHead  = "head"
	trustFile = "anchor.pem" // [pratique/data/trust.AnchorFile]
	// PassphraseFile is there in practice posts only; see [Passphrases].
	PassphraseFile = "PRACTICE.txt"
	// AuthorityFile is there in practice posts only: the secret key of their
	// receiving authority.
	AuthorityFile = "practice-authority.key"
)

// PracticeAuthority is the receiving authority of a practice post.
const PracticeAuthority data.AuthorityID = "practice-port-health"

// self is the key of the database's own copy of post.json.
const self = "post/self"

// Practice is what a practice post begins with.
type Practice struct {
	Post         data.Post
	Officers     []data.Officer
	Laboratories []data.Laboratory
	Notices      [][]byte   // files of its notices
	Cost         vault.Cost // of its officers' passphrases
}

// PracticeCost is that of the passphrases of practice, which protect nothing:
// they stand in a file.
var PracticeCost = vault.Cost{MemoryKiB: 8 << 10, Passes: 1, Threads: 4}

// LoadPractice reads practice/{post,officers,laboratories}.json, and of
// notices/*.yaml those of that post.
func LoadPractice(fsys fs.FS) (Practice, error) {
	p := Practice{Cost: PracticeCost}
	for name, to := range map[string]any{"post": &p.Post, "officers": &p.Officers, "laboratories": &p.Laboratories} {
		b, err := fs.ReadFile(fsys, "practice/"+name+".json")
		if err == nil {
			err = json.Unmarshal(b, to)
		}
		if err != nil {
			return p, fmt.Errorf("practice %s: %w", name, err)
		}
	}
	files, err := fs.Glob(fsys, "notices/*.yaml")
	if err != nil {
		return p, err
	}
	for _, file := range files {
		b, err := fs.ReadFile(fsys, file)
		if err != nil {
			return p, err
		}
		h, err := rules.ReadHead(b)
		if err != nil {
			return p, fmt.Errorf("practice %s: %w", file, err)
		}
		if h.Post == p.Post.Code {
			p.Notices = append(p.Notices, b)
		}
	}
	return p, nil
}

// CreatePractice makes a practice post in dir, which must not be there or be
// empty. Its passphrases and its recovery key lie in [PassphraseFile].
func CreatePractice(ctx context.Context, dir string, p Practice, engine Engine, now time.Time) error {
	if p.Post.Kind != data.PracticePost {
		return ErrRealPost
	}
	n := New{Post: p.Post, Laboratories: p.Laboratories, Notices: p.Notices, Cost: p.Cost}
	secrets := Passphrases{Officers: map[data.OfficerID]string{}}
	for _, o := range p.Officers {
		secrets.Officers[o.ID] = words()
		n.Officers = append(n.Officers, NewOfficer{o, []byte(secrets.Officers[o.ID])})
	}
	n.Recovery = func(_ context.Context, key string) (string, error) {
		secrets.Recovery = key
		return key, nil
	}
	authority, err := age.GenerateX25519Identity()
	if err != nil {
		return fmt.Errorf("create post: %w", err)
	}
	n.Authorities = []data.Authority{{ID: PracticeAuthority, Name: "Practice Port Health Authority of Utopia", Recipient: authority.Recipient().String()}}
	n.files = func() map[string][]byte {
		return map[string][]byte{
			PassphraseFile: secrets.text(p.Officers),
			AuthorityFile:  []byte("# Practice authority. Opens what this practice post encrypts: pratiquectl verify --identity FILE\n" + authority.String() + "\n"),
		}
	}
	_, err = create(ctx, dir, n, engine, now)
	return err
}

// Folder is an open post.
type Folder struct {
	Dir   string
	Post  data.Post
	Log   *audit.Log
	Vault *vault.Vault
	Ring  keys.Ring // of the signing keys

	lock *lock.Lock
}

// Open opens the post in dir for this process alone; its records stay locked.
// Holder says who that is, for those who find it locked.
func Open(ctx context.Context, dir string, engine Engine, holder string) (_ *Folder, err error) {
	f := &Folder{Dir: dir}
	if f.Post, err = Describe(dir); err != nil {
		return nil, err
	}
	f.Ring = keys.Ring{Dir: dir, Post: f.Post, Places: engine.Places}
	if f.lock, err = lock.Acquire(filepath.Join(dir, fileLock), holder); err != nil {
		return nil, fmt.Errorf("open post: %w", err)
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	opened, err := engine.OpenClean(ctx, filepath.Join(dir, fileDB))
	if err != nil {
		return nil, fmt.Errorf("open post: %w", err)
	}
	if f.Vault, err = vault.Open(ctx, opened, string(f.Post.Kind), engine.device(f.Post)); err != nil {
		opened.Close()
		return nil, fmt.Errorf("open post: %w", err)
	}
	if f.Log, err = audit.Open(ctx, f.Vault, filepath.Join(dir, fileHead)); err != nil {
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

// Signer opens the active signing key for a purpose. The vault's signing box
// must be open.
func (f *Folder) Signer(ctx context.Context, p keys.Purpose) (*keys.Signer, error) {
	var active keys.Record
	err := f.Log.View(ctx, func(tx store.Tx) (err error) {
		active, err = keys.ActiveRecord(tx, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	secret, ok := f.Vault.Secret(active.ID)
	if !ok {
		return nil, fmt.Errorf("%w: nothing opens signer %s", keys.ErrMissing, active.ID)
	}
	defer clear(secret)
	return f.Ring.Open(active, secret)
}

// LogSigner opens the key of the post's log. The vault must be open.
func (f *Folder) LogSigner(ctx context.Context) (note.Signer, error) {
	verifier, _, err := keys.ReadLogVerifier(filepath.Join(f.Dir, keys.LogFile))
	if err != nil {
		return nil, err
	}
	if err := f.Log.View(ctx, func(tx store.Tx) error { return checkLogKey(tx, verifier) }); err != nil {
		return nil, err
	}
	secret := f.Vault.LogSecret()
	if secret == nil {
		return nil, vault.ErrLocked
	}
	defer clear(secret)
	return keys.OpenLog(f.Dir, f.Post, secret)
}

// Close closes the post. It may be called more than once.
func (f *Folder) Close() error {
	var errs []error
	if f.Vault != nil {
		errs = append(errs, f.Vault.Close())
		f.Vault = nil
	}
	if f.lock != nil {
		errs = append(errs, f.lock.Release())
		f.lock = nil
	}
	return errors.Join(errs...)
}

// Passphrases are what PRACTICE.txt holds: those of a practice post's officers
// and its recovery key, so that anyone who has just installed the program
// can sit down and issue a certificate. A real post has no such file.
type Passphrases struct {
	Officers map[data.OfficerID]string
	Recovery string
}

const recoveryName = "recovery-key"

// text is the file: comment lines beginning with "#", then lines of the form
// "name: words".
func (p Passphrases) text(officers []data.Officer) []byte {
	var b strings.Builder
	b.WriteString("# Practice post. Nothing issued with these passphrases is a health certificate.\n")
	for _, o := range officers {
		fmt.Fprintf(&b, "%s: %s\n", o.ID, p.Officers[o.ID])
	}
	fmt.Fprintf(&b, "%s: %s\n", recoveryName, p.Recovery)
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
		case name == recoveryName:
			p.Recovery = phrase
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
