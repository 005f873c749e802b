// Package keys opens the post's signer: the private key that signs
// certificates, and the signer certificate that tells whose it is.
//
// A signer is named by a URI:
//
//	file:keys/signer.key
//
// names an encrypted PKCS#8 file (RFC 5958 in PEM, "ENCRYPTED PRIVATE KEY",
// PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC) relative to the post's
// folder, readable by `openssl pkey -in signer.key`. The signer certificate
// lies beside it as signer.pem.
//
// Certificates follow the profile of the EU governance guide (DSC and CSCA,
// sub-type without extended key usage: any kind of certificate). The signer
// certificate of a practice post has the organisational unit "PRACTICE", so
// that its signatures cannot be taken for others even where the key leaks.
//
// The log of a post has a key of its own, keys/log.key, encrypted in the same
// way: it signs checkpoints and can sign nothing else ([OpenLog]).
//
// No key is ever made as a side effect: [CreatePractice] and [CreateLog] are called when
// a post is made and by nobody else.
package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/youmark/pkcs8"

	"pratique/data"
)

var (
	// ErrMissing: the key is not where it should be. Nothing can be signed
	// until it is put back; it is never replaced by a new one.
	ErrMissing = errors.New("signing key missing")
	// ErrPassphrase: the key file is there and does not open.
	ErrPassphrase = errors.New("wrong passphrase for the signing key")
	// ErrUnfit: the key or its certificate may not be used for this.
	ErrUnfit = errors.New("signing key unfit")
)

// practiceUnit marks a practice post's certificates.
const practiceUnit = "PRACTICE"

// IsPractice reports whether a certificate belongs to a practice post.
func IsPractice(c *x509.Certificate) bool {
	return slices.Contains(c.Subject.OrganizationalUnit, practiceUnit)
}

// Fingerprint is the SHA-256 of a certificate in upper-case hex.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// Signer is an open key with its certificate.
type Signer struct {
	crypto.Signer
	Certificate *x509.Certificate
}

// NewSigner joins a key with its certificate and refuses a pair that does not match.
func NewSigner(key crypto.Signer, certificate *x509.Certificate) (*Signer, error) {
	public, ok := key.Public().(*ecdsa.PublicKey)
	if !ok || public.Curve != elliptic.P256() {
		return nil, fmt.Errorf("%w: not a P-256 key", ErrUnfit)
	}
	if !public.Equal(certificate.PublicKey) {
		return nil, fmt.Errorf("%w: it does not belong to the signer certificate", ErrUnfit)
	}
	return &Signer{key, certificate}, nil
}

// CheckFit says whether the signer may sign, at the instant now, something
// that is to be checked until expires, for a post of that kind.
func (s *Signer) CheckFit(now, expires time.Time, practice bool) error {
	c := s.Certificate
	switch {
	case IsPractice(c) != practice:
		return fmt.Errorf("%w: practice and real keys are not exchangeable", ErrUnfit)
	case now.Before(c.NotBefore):
		return fmt.Errorf("%w: the signer certificate begins on %s", ErrUnfit, c.NotBefore.Format(time.DateOnly))
	case now.After(c.NotAfter):
		return fmt.Errorf("%w: the signer certificate ended on %s", ErrUnfit, c.NotAfter.Format(time.DateOnly))
	case expires.After(c.NotAfter):
		return fmt.Errorf("%w: the signer certificate ends on %s, before the seal would", ErrUnfit, c.NotAfter.Format(time.DateOnly))
	}
	return nil
}

// Open opens the signer that uri names, of the post in folder dir.
func Open(dir, uri string, passphrase []byte) (*Signer, error) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Opaque == "" {
		return nil, fmt.Errorf("signer %q: only file:PATH is understood", uri)
	}
	path := u.Opaque
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	key, err := readKey(path, passphrase)
	if err != nil {
		return nil, err
	}
	certificates, err := readCertificates(strings.TrimSuffix(path, filepath.Ext(path)) + ".pem")
	if err != nil {
		return nil, err
	}
	return NewSigner(key, certificates[0])
}

// readKey reads a file that [encryptKey] made.
func readKey(path string, passphrase []byte) (crypto.Signer, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: no file %s; put it back from the post's backup", ErrMissing, path)
	} else if err != nil {
		return nil, fmt.Errorf("read signing key: %w", err)
	}
	block, _ := pem.Decode(b)
	if block == nil || block.Type != "ENCRYPTED PRIVATE KEY" {
		return nil, fmt.Errorf("%w: %s holds no encrypted private key", ErrUnfit, path)
	}
	key, err := pkcs8.ParsePKCS8PrivateKey(block.Bytes, passphrase)
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", ErrPassphrase, path)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("%w: %s holds a key that cannot sign", ErrUnfit, path)
	}
	return signer, nil
}

// encryptKey is a key as the file that holds it.
func encryptKey(key crypto.Signer, passphrase []byte) ([]byte, error) {
	der, err := pkcs8.MarshalPrivateKey(key, passphrase, &pkcs8.Opts{
		Cipher:  pkcs8.AES256CBC,
		KDFOpts: pkcs8.PBKDF2Opts{SaltSize: 16, IterationCount: 600_000, HMACHash: crypto.SHA256},
	})
	if err != nil {
		return nil, fmt.Errorf("encrypt signing key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}), nil
}

// readCertificates reads a PEM file of one or more certificates.
func readCertificates(path string) ([]*x509.Certificate, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: signer certificate: %w", ErrMissing, err)
	}
	var all []*x509.Certificate
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrUnfit, path, err)
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w: %s holds no certificate", ErrUnfit, path)
	}
	return all, nil
}

// Validity of a practice post's certificates. For practice the working period
// of the key is the validity of the certificate.
const (
	practiceAnchorYears = 4
	practiceSignerYears = 2
)

// MakePractice makes the anchor of a practice post and a signer it vouches
// for. The anchor's own key is used once and never kept.
func MakePractice(post data.Post, now time.Time) (anchor *x509.Certificate, signer *Signer, err error) {
	if !post.Practice() {
		return nil, nil, fmt.Errorf("%w: keys of a real post are not made this way", ErrUnfit)
	}
	anchorKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make anchor key: %w", err)
	}
	signerKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make signing key: %w", err)
	}
	now = now.UTC().Truncate(time.Minute) // a seal counts in whole minutes
	a, err := template("Practice Anchor "+post.Code, post, now, practiceAnchorYears, &anchorKey.PublicKey)
	if err != nil {
		return nil, nil, err
	}
	a.IsCA, a.MaxPathLenZero = true, true
	a.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	if anchor, err = certify(a, a, &anchorKey.PublicKey, anchorKey); err != nil {
		return nil, nil, fmt.Errorf("make anchor: %w", err)
	}
	s, err := template("Practice Signer "+post.Code, post, now, practiceSignerYears, &signerKey.PublicKey)
	if err != nil {
		return nil, nil, err
	}
	s.KeyUsage = x509.KeyUsageDigitalSignature
	certificate, err := certify(s, anchor, &signerKey.PublicKey, anchorKey)
	if err != nil {
		return nil, nil, fmt.Errorf("make signer certificate: %w", err)
	}
	signer, err = NewSigner(signerKey, certificate)
	return anchor, signer, err
}

func certify(c, parent *x509.Certificate, public *ecdsa.PublicKey, by *ecdsa.PrivateKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, c, parent, public, by)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// CreatePractice makes the keys of a practice post and writes, below dir,
// keys/signer.key, keys/signer.pem and anchor.pem (the anchor, then the signer
// certificate). It refuses to overwrite. The URI of the signer is returned.
func CreatePractice(dir string, post data.Post, passphrase []byte, now time.Time) (uri string, err error) {
	anchor, signer, err := MakePractice(post, now)
	if err != nil {
		return "", err
	}
	encrypted, err := encryptKey(signer.Signer, passphrase)
	if err != nil {
		return "", err
	}
	pemOf := func(c *x509.Certificate) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	}
	chain := append(pemOf(anchor), pemOf(signer.Certificate)...)
	for _, f := range []struct {
		name    string
		content []byte
		mode    os.FileMode
	}{
		{"keys/signer.key", encrypted, 0o600},
		{"keys/signer.pem", pemOf(signer.Certificate), 0o644},
		{"anchor.pem", chain, 0o644},
	} {
		if err := writeNew(filepath.Join(dir, filepath.FromSlash(f.name)), f.content, f.mode); err != nil {
			return "", err
		}
	}
	return "file:keys/signer.key", nil
}

func template(name string, post data.Post, now time.Time, years int, public *ecdsa.PublicKey) (*x509.Certificate, error) {
	serial := make([]byte, 16)
	rand.Read(serial)                 // never fails
	serial[0] = serial[0]&0x7f | 0x40 // positive and of full length
	point, err := public.Bytes()
	if err != nil {
		return nil, err
	}
	keyID := sha1.Sum(point) // RFC 5280 §4.2.1.2 (1): a name, not a protection
	return &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial),
		Subject: pkix.Name{
			CommonName: name, Country: []string{post.Country},
			Organization:       []string{post.StateName["en"]},
			OrganizationalUnit: []string{practiceUnit},
		},
		SubjectKeyId: keyID[:],
		NotBefore:    now, NotAfter: now.AddDate(years, 0, 0),
		BasicConstraintsValid: true,
	}, nil
}

// writeNew writes a file that must not be there yet, durably.
func writeNew(path string, content []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	if _, err = f.Write(content); err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}
