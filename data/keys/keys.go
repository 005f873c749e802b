// Package keys opens the post's signers: private keys that sign certificates,
// each with the signer certificate that tells whose it is.
//
// A key is named by a URI:
//
//	file:keys/signer.key
//	pkcs11:token=…;object=…?module-path=…
//
// The first names an encrypted PKCS#8 file (RFC 5958 in PEM, "ENCRYPTED PRIVATE
// KEY", PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC), relative to the post's
// folder, readable by `openssl pkey -in signer.key`. Schemes other than file
// are those of the [Places] a main program hands in, as pkcs11 (RFC 7512) of
// data/keys/pkcs11.
//
// What is known about a signer is a [Record], which the post stores: from the
// request (PKCS#10), by the certificate that answers it, until it is retired.
//
// Certificates follow the profile of the EU governance guide (DSC and CSCA,
// sub-type without extended key usage: any kind of certificate). Two
// organisational units say what a signature is not: those of practice posts
// have "PRACTICE", so that they cannot be taken for others even where the key
// leaks, and a signer that a real post vouched for by itself has "NOT
// ACCREDITED", as has its anchor.
//
// The log of a post has a key of its own, keys/log.key, encrypted in the same
// way: it signs checkpoints and can sign nothing else ([OpenLog]). So have its
// revocation lists and its lists for ports of entry; these keys lie in the post's
// vault, for those who may sign ([OpenList]).
//
// No key is ever made as a side effect: that is done by [Ring.Request],
// [Ring.MakeOwn], [MakePractice], [CreateLog] and [NewList] alone, whose callers
// were asked to. Nothing here overwrites or deletes a key.
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
	"io"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/youmark/pkcs8"

	"pratique/data"
	"pratique/data/seal/x509ec"
)

var (
	// ErrMissing: the key is not where it should be. Nothing can be signed
	// until it is put back; it is never replaced by a new one.
	ErrMissing = errors.New("signing key missing")
	// ErrPassphrase: the key file is there and does not open.
	ErrPassphrase = errors.New("wrong passphrase for the signing key")
	// ErrNeverMade: the post is older than what such a key signs.
	ErrNeverMade = errors.New("the post has never had such a key")
	// ErrUnfit: the key or its certificate may not be used for this.
	ErrUnfit = errors.New("signing key unfit")
)

// Organisational units that mark a practice post's certificates and those of
// a real post that vouches for itself.
const (
	practiceUnit = "PRACTICE"
	ownUnit      = "NOT ACCREDITED"
)

// IsPractice reports whether a certificate belongs to a practice post.
func IsPractice(c *x509.Certificate) bool {
	return slices.Contains(c.Subject.OrganizationalUnit, practiceUnit)
}

// IsOwn reports whether a certificate belongs to a real post's own anchor, which
// accredits nobody, or to a signer it vouches for.
func IsOwn(c *x509.Certificate) bool {
	return slices.Contains(c.Subject.OrganizationalUnit, ownUnit)
}

// Fingerprint is the SHA-256 of a certificate in upper-case hex.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// Signer is an open key with its certificate.
type Signer struct {
	crypto.Signer
	ID          string // of its record; empty for one without
	Certificate *x509.Certificate
	// WorkUntil is the end of the key's working period; zero: that of the
	// certificate's validity.
	WorkUntil time.Time
}

// Close lets go of what the key lies in, such as a token.
func (s *Signer) Close() error {
	if c, ok := s.Signer.(io.Closer); ok {
		return c.Close()
	}
	return nil
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
	return &Signer{Signer: key, Certificate: certificate}, nil
}

// CheckFit says whether the signer may sign, at the instant now, something
// that is to be checked until expires, for a post of that kind. The error is an
// [*UnfitError].
func (s *Signer) CheckFit(now, expires time.Time, practice bool) error {
	return fit(s.Certificate, s.WorkUntil, now, expires, practice)
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

// iterations of PBKDF2 are the fewest that RFC 8018 §4.2 names: what opens a key's
// file is no passphrase that could be guessed but 256 random bits, which lie in
// the vault. People's passphrases open that, by Argon2id.
const iterations = 1000

// encryptKey is a key as the file that holds it.
func encryptKey(key crypto.Signer, passphrase []byte) ([]byte, error) {
	if len(passphrase) == 0 { // with none, the library would not encrypt
		return nil, fmt.Errorf("%w: it is empty, and a key is not kept without one", ErrPassphrase)
	}
	der, err := pkcs8.MarshalPrivateKey(key, passphrase, &pkcs8.Opts{
		Cipher:  pkcs8.AES256CBC,
		KDFOpts: pkcs8.PBKDF2Opts{SaltSize: 16, IterationCount: iterations, HMACHash: crypto.SHA256},
	})
	if err != nil {
		return nil, fmt.Errorf("encrypt signing key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}), nil
}

// ErrNoCertificates: there are none where some should be.
var ErrNoCertificates = errors.New("no certificates found")

// ParseCertificates reads one or more certificates in PEM, between which
// anything else may stand, or in DER, one after the other. Their curves may be
// spelled out, see package x509ec.
func ParseCertificates(b []byte) ([]*x509.Certificate, error) {
	block, rest := pem.Decode(b)
	if block == nil {
		all, err := x509ec.ParseCertificates(b)
		if err == nil && len(all) == 0 {
			err = ErrNoCertificates
		}
		return all, err
	}
	var all []*x509.Certificate
	for ; block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509ec.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, ErrNoCertificates
	}
	return all, nil
}

// Validity of the certificates that a post makes for itself, as the EU
// governance guide has them.
const (
	anchorYears = 4
	signerYears = 2
)

// MakePractice makes the anchor of a practice post and a signer of certificates
// it vouches for. The anchor's own key is used once and never kept. The working period of
// the signer is the validity of its certificate: practice goes on.
func MakePractice(post data.Post, now time.Time) (anchor *x509.Certificate, signer *Signer, err error) {
	return MakePracticeFor(ForCertificates, post, now)
}

// MakePracticeFor is [MakePractice] for another purpose.
func MakePracticeFor(p Purpose, post data.Post, now time.Time) (anchor *x509.Certificate, signer *Signer, err error) {
	if !post.Practice() {
		return nil, nil, fmt.Errorf("%w: keys of a real post are not made this way", ErrUnfit)
	}
	key, err := newKey()
	if err != nil {
		return nil, nil, err
	}
	anchor, certificate, err := vouch(p, post, key.Public(), now)
	if err != nil {
		return nil, nil, err
	}
	signer, err = NewSigner(key, certificate)
	return anchor, signer, err
}

func newKey() (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make signing key: %w", err)
	}
	return key, nil
}

// vouch makes an anchor of the post's own and the certificate it issues for
// the key of a signer. The anchor's key is used for that and never kept.
func vouch(p Purpose, post data.Post, public crypto.PublicKey, now time.Time) (anchor, certificate *x509.Certificate, err error) {
	signerKey, ok := public.(*ecdsa.PublicKey)
	if !ok || signerKey.Curve != elliptic.P256() {
		return nil, nil, fmt.Errorf("%w: not a P-256 key", ErrUnfit)
	}
	if p == ForVDSNC {
		return vouchVDSNC(post, signerKey, now)
	}
	anchorKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make anchor key: %w", err)
	}
	now = now.UTC().Truncate(time.Minute) // a seal counts in whole minutes
	a, err := template("Anchor", post, now, anchorYears, &anchorKey.PublicKey)
	if err != nil {
		return nil, nil, err
	}
	a.IsCA, a.MaxPathLenZero = true, true
	a.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	if anchor, err = certify(a, a, &anchorKey.PublicKey, anchorKey); err != nil {
		return nil, nil, fmt.Errorf("make anchor: %w", err)
	}
	s, err := template("Signer", post, now, signerYears, signerKey)
	if err != nil {
		return nil, nil, err
	}
	s.KeyUsage = x509.KeyUsageDigitalSignature
	if s.ExtraExtensions, err = p.extensions(post); err != nil {
		return nil, nil, err
	}
	if certificate, err = certify(s, anchor, signerKey, anchorKey); err != nil {
		return nil, nil, fmt.Errorf("make signer certificate: %w", err)
	}
	return anchor, certificate, nil
}

func certify(c, parent *x509.Certificate, public *ecdsa.PublicKey, by *ecdsa.PrivateKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, c, parent, public, by)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// subject is the name of a post's certificate for that role, "Anchor" or
// "Signer"; a practice post's is marked as such.
func subject(role string, post data.Post) pkix.Name {
	n := pkix.Name{
		CommonName: role + " " + post.Code, Country: []string{post.Country},
		Organization: []string{post.StateName["en"]},
	}
	if post.Practice() {
		n.CommonName = "Practice " + n.CommonName
		n.OrganizationalUnit = []string{practiceUnit}
	}
	return n
}

func pemOf(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// template is a certificate that a post makes for itself.
func template(role string, post data.Post, now time.Time, years int, public *ecdsa.PublicKey) (*x509.Certificate, error) {
	serial := make([]byte, 16)
	rand.Read(serial)                 // never fails
	serial[0] = serial[0]&0x7f | 0x40 // positive and of full length
	point, err := public.Bytes()
	if err != nil {
		return nil, err
	}
	keyID := sha1.Sum(point) // RFC 5280 §4.2.1.2 (1): a name, not a protection
	name := subject(role, post)
	if !post.Practice() {
		name.OrganizationalUnit = []string{ownUnit}
	}
	return &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial),
		Subject:      name,
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
