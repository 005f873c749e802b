//go:build cgo

package pkcs11

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"net/url"
	"sync"

	"github.com/miekg/pkcs11"

	"pratique/data/keys"
)

// The library is used as it is, without crypto11 above it: that one takes any
// PIN for right while a token is open in the same program, has no error to tell
// a missing token by, and gives up on all where one slot has a card it does not
// know.

// Tokens is the keys.Place of this package. The zero value is ready; a program
// needs one, for a library is started once in a process. Methods of it and of
// its keys may be called at the same time.
//
// A token stays open from the first key that is opened until the last is
// closed. While it does, another key of it opens with the same PIN, and the
// wrong one is refused without asking the token.
type Tokens struct {
	mu      sync.Mutex
	modules map[string]*module // by path
}

// module is a library that was loaded.
type module struct {
	*pkcs11.Ctx
	path     string
	sessions map[uint]*session // by slot
}

// session is a token that was logged in to.
type session struct {
	module *module
	slot   uint
	handle pkcs11.SessionHandle
	salt   [32]byte
	pin    []byte // HMAC of the PIN: the PIN itself is not kept
	keys   int    // that are open; below zero once the token is gone
}

// gone marks a session whose token was pulled out.
const gone = -1

// key is a private key in a token.
type key struct {
	tokens  *Tokens
	session *session
	handle  pkcs11.ObjectHandle
	public  *ecdsa.PublicKey
}

// Open implements keys.Place. The key has a Close.
func (t *Tokens) Open(u *url.URL, pin []byte) (crypto.Signer, error) {
	return t.with(u, pin, func(s *session, n name) (*key, error) {
		private, err := s.find(pkcs11.CKO_PRIVATE_KEY, n.object, n.id)
		if err != nil {
			return nil, err
		}
		switch len(private) {
		case 0:
			return nil, fmt.Errorf("%w: the token has no such key; look for the right token, for the key cannot be made again", keys.ErrMissing)
		case 1:
		default:
			return nil, fmt.Errorf("%w: the name fits %d keys of the token; add the id to it", keys.ErrUnfit, len(private))
		}
		public, err := s.publicOf(private[0])
		if err != nil {
			return nil, err
		}
		return &key{t, s, private[0], public}, nil
	})
}

// Make implements keys.Place. The name needs an object, which becomes the
// key's label; where it has no id, one is made. The key cannot be read out of
// the token, not even encrypted. If the token has a key of that label or id,
// the error wraps fs.ErrExist.
func (t *Tokens) Make(u *url.URL, pin []byte) (crypto.Signer, error) {
	return t.with(u, pin, func(s *session, n name) (*key, error) {
		if n.object == nil {
			return nil, fmt.Errorf("%w: a new key needs a name: object", keys.ErrUnfit)
		}
		for _, name := range [][2][]byte{{n.object, nil}, {nil, n.id}} {
			if name[0] == nil && name[1] == nil {
				continue
			}
			if there, err := s.find(pkcs11.CKO_PRIVATE_KEY, name[0], name[1]); err != nil {
				return nil, err
			} else if len(there) > 0 {
				return nil, fmt.Errorf("the token has a key of that name: %w", fs.ErrExist)
			}
		}
		if n.id == nil {
			n.id = make([]byte, 8)
			rand.Read(n.id) // never fails
		}
		attribute := pkcs11.NewAttribute
		public, private, err := s.module.GenerateKeyPair(s.handle,
			[]*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_EC_KEY_PAIR_GEN, nil)},
			[]*pkcs11.Attribute{
				attribute(pkcs11.CKA_CLASS, pkcs11.CKO_PUBLIC_KEY), attribute(pkcs11.CKA_KEY_TYPE, pkcs11.CKK_EC),
				attribute(pkcs11.CKA_TOKEN, true), attribute(pkcs11.CKA_VERIFY, true),
				attribute(pkcs11.CKA_EC_PARAMS, p256), attribute(pkcs11.CKA_LABEL, n.object), attribute(pkcs11.CKA_ID, n.id),
			},
			[]*pkcs11.Attribute{
				attribute(pkcs11.CKA_CLASS, pkcs11.CKO_PRIVATE_KEY), attribute(pkcs11.CKA_KEY_TYPE, pkcs11.CKK_EC),
				attribute(pkcs11.CKA_TOKEN, true), attribute(pkcs11.CKA_PRIVATE, true),
				attribute(pkcs11.CKA_SENSITIVE, true), attribute(pkcs11.CKA_EXTRACTABLE, false),
				attribute(pkcs11.CKA_SIGN, true), attribute(pkcs11.CKA_LABEL, n.object), attribute(pkcs11.CKA_ID, n.id),
			})
		if err != nil {
			return nil, s.explain("make key", err)
		}
		point, err := s.point(public)
		if err != nil {
			return nil, err
		}
		return &key{t, s, private, point}, nil
	})
}

// with does something in the token that u names, logged in with the PIN, and
// keeps it open if that gives a key.
func (t *Tokens) with(u *url.URL, pin []byte, do func(*session, name) (*key, error)) (crypto.Signer, error) {
	n, err := parse(u)
	if err != nil {
		return nil, err
	}
	if len(pin) == 0 { // an empty one would count as a try
		return nil, fmt.Errorf("%w: no PIN", keys.ErrPassphrase)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	m, err := t.load(n.module)
	if err != nil {
		return nil, err
	}
	defer t.unload(m)
	s, err := m.login(n, pin)
	if err != nil {
		return nil, err
	}
	defer s.logout()
	k, err := do(s, n)
	if err != nil {
		return nil, err
	}
	s.keys++
	return k, nil
}

// load starts the library at path, or finds it started.
func (t *Tokens) load(path string) (*module, error) {
	if m := t.modules[path]; m != nil {
		return m, nil
	}
	ctx := pkcs11.New(path)
	if ctx == nil {
		return nil, fmt.Errorf("%w: %s is no PKCS#11 library that loads; install the token's software, or correct module-path", keys.ErrMissing, path)
	}
	if err := ctx.Initialize(); err != nil {
		ctx.Destroy()
		return nil, fmt.Errorf("%w: %s does not start: %w", keys.ErrMissing, path, err)
	}
	if t.modules == nil {
		t.modules = map[string]*module{}
	}
	t.modules[path] = &module{ctx, path, map[uint]*session{}}
	return t.modules[path], nil
}

// unload ends a library that has no token open.
func (t *Tokens) unload(m *module) {
	if len(m.sessions) == 0 && t.modules[m.path] == m {
		m.Finalize()
		m.Destroy()
		delete(t.modules, m.path)
	}
}

// login opens the token of that name, or finds it open.
func (m *module) login(n name, pin []byte) (*session, error) {
	slot, err := m.slotOf(n)
	if err != nil {
		return nil, err
	}
	if s := m.sessions[slot]; s != nil {
		if !hmac.Equal(s.pin, s.digest(pin)) {
			return nil, fmt.Errorf("%w: the token is open with another PIN", keys.ErrPassphrase)
		}
		return s, nil
	}
	s := &session{module: m, slot: slot}
	if s.handle, err = m.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION); err != nil {
		return nil, s.explain("open token", err)
	}
	if err := m.Login(s.handle, pkcs11.CKU_USER, string(pin)); err != nil {
		m.CloseSession(s.handle)
		return nil, s.explain("log in to token", err)
	}
	rand.Read(s.salt[:]) // never fails
	s.pin = s.digest(pin)
	m.sessions[slot] = s
	return s, nil
}

func (s *session) digest(pin []byte) []byte {
	h := hmac.New(sha256.New, s.salt[:])
	h.Write(pin)
	return h.Sum(nil)
}

// logout closes a token no key of which is open.
func (s *session) logout() {
	if s.keys == 0 {
		s.module.Logout(s.handle)
		s.module.CloseSession(s.handle)
		delete(s.module.sessions, s.slot)
	}
}

// slotOf is the slot of the one token that the name fits.
func (m *module) slotOf(n name) (uint, error) {
	slots, err := m.GetSlotList(true)
	if err != nil {
		return 0, fmt.Errorf("%w: no tokens can be listed: %w", keys.ErrMissing, err)
	}
	var fitting []uint
	for _, slot := range slots {
		info, err := m.GetTokenInfo(slot)
		if err != nil {
			continue // a card of another kind, or one just pulled out
		}
		fits := n.slot == nil || *n.slot == slot
		for _, a := range [][2]string{{n.token, info.Label}, {n.manufacturer, info.ManufacturerID}, {n.model, info.Model}, {n.serial, info.SerialNumber}} {
			fits = fits && (a[0] == "" || a[0] == a[1])
		}
		if fits {
			fitting = append(fitting, slot)
		}
	}
	switch len(fitting) {
	case 0:
		return 0, fmt.Errorf("%w: the token is not there; plug it in and try again", keys.ErrMissing)
	case 1:
		return fitting[0], nil
	}
	return 0, fmt.Errorf("%w: the name fits %d tokens; add the serial to it, or pull one out", keys.ErrUnfit, len(fitting))
}

// find are the EC keys of a class with that label and identifier.
func (s *session) find(class uint, label, id []byte) (found []pkcs11.ObjectHandle, err error) {
	template := []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_CLASS, class), pkcs11.NewAttribute(pkcs11.CKA_KEY_TYPE, pkcs11.CKK_EC),
	}
	if label != nil {
		template = append(template, pkcs11.NewAttribute(pkcs11.CKA_LABEL, label))
	}
	if id != nil {
		template = append(template, pkcs11.NewAttribute(pkcs11.CKA_ID, id))
	}
	if err = s.module.FindObjectsInit(s.handle, template); err == nil {
		found, _, err = s.module.FindObjects(s.handle, 100)
		err = errors.Join(err, s.module.FindObjectsFinal(s.handle))
	}
	if err != nil {
		return nil, s.explain("look for key", err)
	}
	return found, nil
}

// publicOf is the public half of a private key: the one with its identifier.
func (s *session) publicOf(private pkcs11.ObjectHandle) (*ecdsa.PublicKey, error) {
	a, err := s.module.GetAttributeValue(s.handle, private, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_ID, nil)})
	if err != nil {
		return nil, s.explain("read key", err)
	}
	all, err := s.find(pkcs11.CKO_PUBLIC_KEY, nil, a[0].Value)
	if err != nil {
		return nil, err
	}
	if len(all) != 1 {
		return nil, fmt.Errorf("%w: the token has %d public halves of the key", keys.ErrUnfit, len(all))
	}
	return s.point(all[0])
}

// p256 is the object identifier prime256v1 in DER.
var p256 = []byte{6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7}

// point reads a public key. CKA_EC_POINT is an octet string in DER with the
// uncompressed point (PKCS#11 curves, section 2.3.3); some tokens leave that
// wrapping out, and lengths tell which do.
func (s *session) point(public pkcs11.ObjectHandle) (*ecdsa.PublicKey, error) {
	a, err := s.module.GetAttributeValue(s.handle, public, []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_EC_PARAMS, nil), pkcs11.NewAttribute(pkcs11.CKA_EC_POINT, nil),
	})
	if err != nil {
		return nil, s.explain("read key", err)
	}
	point := a[1].Value
	if len(point) == 67 && bytes.HasPrefix(point, []byte{4, 65}) {
		point = point[2:]
	}
	if !bytes.Equal(a[0].Value, p256) {
		return nil, fmt.Errorf("%w: the key in the token is not on P-256", keys.ErrUnfit)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil, fmt.Errorf("%w: the public half in the token: %w", keys.ErrUnfit, err)
	}
	return key, nil
}

// explain says what an error of the library means for who has to act. A token
// that is gone is forgotten, so that it can be opened again.
func (s *session) explain(what string, err error) error {
	var code pkcs11.Error
	if !errors.As(err, &code) {
		return fmt.Errorf("%s: %w", what, err)
	}
	switch code {
	case pkcs11.CKR_PIN_INCORRECT, pkcs11.CKR_PIN_INVALID, pkcs11.CKR_PIN_LEN_RANGE:
		warning := "the token counts wrong PINs and locks"
		if info, err := s.module.GetTokenInfo(s.slot); err == nil && info.Flags&pkcs11.CKF_USER_PIN_FINAL_TRY != 0 {
			warning = "the next wrong one locks the token"
		}
		return fmt.Errorf("%w: PIN of the token; %s (%w)", keys.ErrPassphrase, warning, err)
	case pkcs11.CKR_PIN_LOCKED, pkcs11.CKR_PIN_EXPIRED:
		return fmt.Errorf("%w: the token is locked or wants a new PIN; use its own software (%w)", keys.ErrUnfit, err)
	case pkcs11.CKR_USER_PIN_NOT_INITIALIZED, pkcs11.CKR_TOKEN_NOT_RECOGNIZED:
		return fmt.Errorf("%w: the token has not been set up; use its own software (%w)", keys.ErrUnfit, err)
	case pkcs11.CKR_TOKEN_NOT_PRESENT, pkcs11.CKR_DEVICE_REMOVED, pkcs11.CKR_DEVICE_ERROR, pkcs11.CKR_SLOT_ID_INVALID,
		pkcs11.CKR_SESSION_HANDLE_INVALID, pkcs11.CKR_SESSION_CLOSED, pkcs11.CKR_USER_NOT_LOGGED_IN,
		pkcs11.CKR_KEY_HANDLE_INVALID, pkcs11.CKR_OBJECT_HANDLE_INVALID:
		if s.module.sessions[s.slot] == s {
			s.module.Logout(s.handle)
			s.module.CloseSession(s.handle)
			delete(s.module.sessions, s.slot)
			s.keys = gone
		}
		return fmt.Errorf("%w: the token was pulled out; plug it in and open the key again (%w)", keys.ErrMissing, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// Public implements crypto.Signer.
func (k *key) Public() crypto.PublicKey { return k.public }

// Sign implements crypto.Signer: ECDSA over a digest, in ASN.1. The token takes
// its own random numbers.
func (k *key) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if opts.HashFunc().Size() != len(digest) {
		return nil, fmt.Errorf("sign in token: %d bytes are no digest of %v", len(digest), opts.HashFunc())
	}
	k.tokens.mu.Lock()
	defer k.tokens.mu.Unlock()
	s := k.session
	if s == nil || s.keys == gone {
		return nil, fmt.Errorf("%w: the key was closed, or its token pulled out; open it again", keys.ErrMissing)
	}
	err := s.module.SignInit(s.handle, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_ECDSA, nil)}, k.handle)
	var raw []byte
	if err == nil {
		raw, err = s.module.Sign(s.handle, digest)
	}
	if err != nil {
		err = s.explain("sign in token", err)
		k.tokens.unload(s.module)
		return nil, err
	}
	if len(raw) != 64 {
		return nil, fmt.Errorf("sign in token: a signature of %d bytes", len(raw))
	}
	return asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:])})
}

// Close lets go of the key; the last one of a token logs out of it. It may be
// called more than once.
func (k *key) Close() error {
	k.tokens.mu.Lock()
	defer k.tokens.mu.Unlock()
	s := k.session
	if s == nil {
		return nil
	}
	k.session = nil
	if s.keys == gone {
		return nil
	}
	s.keys--
	s.logout()
	k.tokens.unload(s.module)
	return nil
}
