package keys

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	"pratique/data"
	"pratique/data/store/disk"
)

// Place is where keys lie: files, or a kind of token. Errors of both methods
// wrap [ErrMissing], [ErrPassphrase] or [ErrUnfit] where these fit, and no
// secret is tried twice: tokens count. A key that holds something open has a
// Close.
type Place interface {
	// Open opens the key that u names.
	Open(u *url.URL, secret []byte) (crypto.Signer, error)
	// Make makes a P-256 key of that name, which nothing may have yet.
	Make(u *url.URL, secret []byte) (crypto.Signer, error)
}

// Places are the places besides files, by the scheme of their URIs.
type Places map[string]Place

// Ring makes and opens the keys of a post.
type Ring struct {
	Dir    string // the post's folder
	Post   data.Post
	Places Places
}

// files is the place of "file:" URIs.
type files struct{ dir string }

func (f files) Open(u *url.URL, secret []byte) (crypto.Signer, error) {
	return readKey(f.path(u), secret)
}

func (f files) Make(u *url.URL, secret []byte) (crypto.Signer, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	encrypted, err := encryptKey(key, secret)
	if err != nil {
		return nil, err
	}
	path := f.path(u)
	if err := writeNew(path, encrypted, 0o600); err != nil {
		return nil, err
	}
	return key, disk.SyncDir(filepath.Dir(path))
}

func (f files) path(u *url.URL) string {
	if filepath.IsAbs(u.Opaque) {
		return u.Opaque
	}
	return filepath.Join(f.dir, filepath.FromSlash(u.Opaque))
}

// at is the place of the key that uri names. The URI itself is in no error:
// somebody may have written a PIN into it.
func (g Ring) at(uri string) (Place, *url.URL, error) {
	u, err := url.Parse(uri)
	if err != nil || u.Opaque == "" {
		return nil, nil, fmt.Errorf("%w: its name is no URI such as file:keys/signer.key", ErrUnfit)
	}
	if u.Scheme == "file" {
		return files{g.Dir}, u, nil
	}
	if p, ok := g.Places[u.Scheme]; ok {
		return p, u, nil
	}
	return nil, nil, fmt.Errorf("%w: this program has no place for %s: keys", ErrUnfit, u.Scheme)
}

// make makes the key of a new record, at uri or else in a file named by the
// record's identifier.
func (g Ring) make(p Purpose, uri string, secret []byte, now time.Time) (Record, crypto.Signer, error) {
	id := make([]byte, 4)
	rand.Read(id) // never fails
	r := Record{ID: hex.EncodeToString(id), URI: uri, Created: now.UTC()}
	if p != ForCertificates {
		r.Purpose = p
	}
	if uri == "" {
		r.URI = "file:keys/" + r.ID + ".key"
	}
	place, u, err := g.at(r.URI)
	if err != nil {
		return Record{}, nil, err
	}
	// A PIN is enough for a token, which counts. A file opens at every guess, so
	// its secret is the post's to make, not to be chosen with a name.
	if _, file := place.(files); file && uri != "" {
		return Record{}, nil, fmt.Errorf("%w: a file is named by the post; name a token, or nothing", ErrUnfit)
	}
	key, err := place.Make(u, secret)
	if err != nil {
		return Record{}, nil, err
	}
	return r, key, nil
}

// Request makes a key and the request (PKCS#10, RFC 2986) with which an outside
// authority is asked for its certificate, one for signers of the purpose. The
// subject is the post's: country, state, and the unit PRACTICE where it is one;
// the extensions that the certificate must have are asked for. An empty uri means
// a new file, keys/ID.key, encrypted with the secret, 256 random bits; any other
// is that of a token, whose PIN the secret is. A key that was made and whose
// record was never stored signs nothing.
func (g Ring) Request(p Purpose, uri string, secret []byte, now time.Time) (Record, error) {
	extensions, err := p.extensions(g.Post)
	if err != nil {
		return Record{}, fmt.Errorf("request: %w", err)
	}
	r, key, err := g.make(p, uri, secret, now)
	if err != nil {
		return Record{}, fmt.Errorf("request: %w", err)
	}
	defer (&Signer{Signer: key}).Close()
	r.State = Requested
	r.Request, err = x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: p.subject(g.Post), ExtraExtensions: extensions}, key)
	if err == nil {
		_, err = r.requestKey()
	}
	if err != nil {
		return Record{}, fmt.Errorf("request: %w", err)
	}
	return r, nil
}

// MakeOwn makes a key, as [Ring.Request] does, and a signer of it for which the
// post vouches by itself, active at once and not accredited. Its anchor is made
// for it; the anchor's key is used once and never kept.
func (g Ring) MakeOwn(p Purpose, uri string, secret []byte, now time.Time) (Record, error) {
	r, key, err := g.make(p, uri, secret, now)
	if err != nil {
		return Record{}, fmt.Errorf("make signer: %w", err)
	}
	defer (&Signer{Signer: key}).Close()
	anchor, certificate, err := vouch(p, g.Post, key.Public(), now)
	if err != nil {
		return Record{}, fmt.Errorf("make signer: %w", err)
	}
	r.State, r.Activated = Active, r.Created
	r.Chain, r.WorkUntil = [][]byte{certificate.Raw, anchor.Raw}, WorkUntil(certificate)
	return r, nil
}

// Open opens the key of an active signer, which must be that of its
// certificate. Close it when the post is locked.
func (g Ring) Open(r Record, secret []byte) (*Signer, error) {
	if r.State != Active {
		return nil, &UnfitError{Why: UnfitState}
	}
	certificate, err := r.Certificate()
	if err != nil {
		return nil, err
	}
	place, u, err := g.at(r.URI)
	if err != nil {
		return nil, err
	}
	key, err := place.Open(u, secret)
	if err != nil {
		return nil, err
	}
	s, err := NewSigner(key, certificate)
	if err != nil {
		(&Signer{Signer: key}).Close()
		return nil, err
	}
	s.ID, s.WorkUntil = r.ID, r.WorkUntil
	return s, nil
}
