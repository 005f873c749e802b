package desk

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/issue"
	"pratique/data/keys"
	"pratique/data/seal"
	"pratique/data/seal/hcert"
	"pratique/data/seal/sealed"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/store/disk"
	"pratique/data/vault"
)

// Signers shows the post's signing keys, the oldest first.
func (d *Desk) Signers(ctx context.Context, s staff.Session) (all []keys.Record, err error) {
	err = d.postAct(ctx, s, nil, audit.SignersRead, "", func(tx store.Tx, _ *audit.Entry) (err error) {
		all, err = keys.Records(tx)
		return err
	})
	return all, err
}

// Warning is how many days are left of the working period of the key that
// signs certificates, once 60, 30 or 7 of them have begun; ok is false before that, and
// while the records are locked.
func (d *Desk) Warning(ctx context.Context) (days int, ok bool) {
	err := d.log.View(ctx, func(tx store.Tx) error {
		r, err := keys.ActiveRecord(tx, keys.ForCertificates)
		if err == nil {
			days, ok = r.Warning(d.clock())
		}
		return err
	})
	return days, ok && err == nil
}

// RequestSigner makes a key for a purpose, in a file of the post or where uri says with that
// PIN, and the request for its certificate. It takes two.
func (d *Desk) RequestSigner(ctx context.Context, s, second staff.Session, p keys.Purpose, uri string, pin []byte) (keys.Record, error) {
	if err := d.permitTwo(ctx, s, second, audit.SignerRequested); err != nil {
		return keys.Record{}, err
	}
	secret := pin
	if uri == "" {
		random := make([]byte, 32)
		rand.Read(random) // never fails
		secret = []byte(hex.EncodeToString(random))
	}
	r, err := d.ring.Request(p, uri, secret, d.clock())
	if err != nil {
		return keys.Record{}, err
	}
	err = d.postAct(ctx, s, &second, audit.SignerRequested, r.ID, func(tx store.Tx, e *audit.Entry) error {
		e.Detail["purpose"] = string(r.For())
		return errors.Join(store.Put(tx, store.Signers+r.ID, r), vault.SetSecret(tx, r.ID, secret))
	})
	return r, err
}

// ImportSigner makes a requested key the one that signs, with the certificate
// that answers its request. Anchors are the outside authority's; the two
// officers answer for having compared their fingerprints. The key that signed
// the same before is retired by it.
func (d *Desk) ImportSigner(ctx context.Context, s, second staff.Session, id string, bundle []byte, anchors []*x509.Certificate) (r keys.Record, err error) {
	err = d.signerAct(ctx, s, second, audit.SignerImported, id, func(tx store.Tx, was keys.Record, e *audit.Entry) (keys.Record, error) {
		before, err := keys.Records(tx)
		if err != nil {
			return r, err
		}
		if r, err = was.Import(d.post, bundle, anchors, d.clock()); err != nil {
			return r, err
		}
		for _, b := range before {
			if b.State == keys.Active && b.For() == was.For() {
				if b, err = b.Retire(d.clock()); err == nil {
					err = store.Put(tx, store.Signers+b.ID, b)
				}
			}
			if err != nil {
				return r, err
			}
		}
		c, err := r.Certificate()
		if err == nil {
			e.Detail["certificate"] = keys.Fingerprint(c)
			e.Detail["accredited"] = fmt.Sprint(r.Accredited)
		}
		return r, err
	})
	return r, err
}

// RetireSigner ends the use of a key, for good. What it signed stays good.
func (d *Desk) RetireSigner(ctx context.Context, s, second staff.Session, id string) error {
	return d.signerAct(ctx, s, second, audit.SignerRetired, id, func(_ store.Tx, was keys.Record, _ *audit.Entry) (keys.Record, error) {
		return was.Retire(d.clock())
	})
}

// signerAct changes the record of a signer and opens the one that signs now.
func (d *Desk) signerAct(ctx context.Context, s, second staff.Session, what audit.Act, id string,
	fn func(store.Tx, keys.Record, *audit.Entry) (keys.Record, error)) error {
	err := d.postAct(ctx, s, &second, what, id, func(tx store.Tx, e *audit.Entry) error {
		r, found, err := store.Get[keys.Record](tx, store.Signers+id)
		if err == nil && !found {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		if r, err = fn(tx, r, e); err != nil {
			return err
		}
		return store.Put(tx, store.Signers+id, r)
	})
	if err != nil && !errors.Is(err, audit.ErrHeadNotWritten) {
		return err
	}
	d.mu.Lock()
	d.signing = false
	d.mu.Unlock()
	d.useSigners(nil)
	return errors.Join(err, d.ready(ctx))
}

// listKey is a key that signs lists of the post: its secret lies in the vault, its
// public half in a setting.
type listKey struct {
	signs, secret, setting string
	name                   func(data.Post) string
}

var (
	handoverKey    = listKey{"handover", keys.HandoverSecret, store.SettingHandoverKey, keys.HandoverName}
	revocationsKey = listKey{"revocations", keys.RevocationsSecret, store.SettingRevocationsKey, keys.RevocationsName}
)

// listSigner opens a key of lists. The error wraps [keys.ErrNeverMade] where there
// never was one.
func (d *Desk) listSigner(ctx context.Context, k listKey) (note.Signer, error) {
	b, _ := d.vault.Secret(k.secret)
	defer clear(b)
	signer, err := keys.OpenList(k.name(d.post), b)
	if errors.Is(err, keys.ErrMissing) {
		never := d.log.View(ctx, func(tx store.Tx) error {
			if verifier, err := tx.Get(k.setting); err != nil || verifier != nil {
				return err
			}
			return fmt.Errorf("%s: %w", k.name(d.post), keys.ErrNeverMade)
		})
		err = cmp.Or(never, err)
	}
	return signer, err
}

// MakeListKeys makes the keys that sign lists, for ports of entry and of what is
// revoked, where a post that is older than those lists has none, and returns what
// they sign. None is made anew: one that is lost comes back from a backup. It takes two.
func (d *Desk) MakeListKeys(ctx context.Context, s, second staff.Session) (made []string, err error) {
	var handover string
	err = d.postAct(ctx, s, &second, audit.ListKeysMade, "", func(tx store.Tx, e *audit.Entry) error {
		made = nil
		for _, k := range []listKey{handoverKey, revocationsKey} {
			if has, err := tx.Get(k.setting); err != nil {
				return err
			} else if has != nil {
				continue
			}
			verifier, secret, err := keys.NewList(k.name(d.post))
			if err == nil {
				err = errors.Join(store.Put(tx, k.setting, verifier), vault.SetSecret(tx, k.secret, secret))
			}
			clear(secret)
			if err != nil {
				return err
			}
			made = append(made, k.signs)
		}
		e.Detail["made"] = strings.Join(made, " ")
		handover, _, err = store.Get[string](tx, store.SettingHandoverKey)
		return err
	})
	if err != nil && !errors.Is(err, audit.ErrHeadNotWritten) {
		return nil, err
	}
	// The public half lies where it did not before, or was lost.
	file := filepath.Join(d.ring.Dir, filepath.FromSlash(keys.HandoverFile))
	return made, errors.Join(err, disk.Replace(file, []byte(handover+"\n")), d.writeAnchors(ctx))
}

// Vouches is the record of the signer that made a seal; of the one that signs
// now if there is no seal yet.
func (d *Desk) Vouches(ctx context.Context, text string) (r keys.Record, err error) {
	err = d.log.View(ctx, func(tx store.Tx) error {
		if text == "" {
			r, err = keys.ActiveRecord(tx, keys.ForCertificates)
			return err
		}
		u, err := seal.Parse(text)
		if err == nil {
			r, err = vouches(tx, u.KID())
		}
		return err
	})
	return r, err
}

// vouches is the record of the signer with that key identifier.
func vouches(tx store.Tx, kid [hcert.KIDSize]byte) (keys.Record, error) {
	all, err := keys.Records(tx)
	if err != nil {
		return keys.Record{}, err
	}
	for _, r := range all {
		if c, err := r.Certificate(); err == nil && hcert.KID(c) == kid {
			return r, nil
		}
	}
	return keys.Record{}, fmt.Errorf("signer of the seal: %w", ErrNotFound)
}

func (d *Desk) writeAnchors(ctx context.Context) error {
	if d.anchors == nil {
		return nil
	}
	var own []byte
	err := d.log.View(ctx, func(tx store.Tx) (err error) {
		own, err = anchors(tx)
		return err
	})
	if err != nil || own == nil {
		return err
	}
	return d.anchors(own)
}

// anchors is what others need to trust this post: its anchors and signers, and
// the key of its revocation lists; nil for a post without records of its signers.
func anchors(tx store.Tx) ([]byte, error) {
	all, err := keys.Records(tx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	verifier, _, err := store.Get[string](tx, store.SettingRevocationsKey)
	return append(keys.AnchorsPEM(all), keys.RevocationsLine(verifier)...), err
}

// permitTwo is [staff.PermitTwo] for what is slow and comes before the act.
func (d *Desk) permitTwo(ctx context.Context, s, second staff.Session, act audit.Act) error {
	return d.log.View(ctx, func(tx store.Tx) error { return staff.PermitTwo(tx, s, second, act) })
}

// RotateKeys begins a new generation of data keys and wraps all records with
// it. It takes two. Done is called with how many records have been looked at.
func (d *Desk) RotateKeys(ctx context.Context, s, second staff.Session, done func(int)) error {
	err := d.postAct(ctx, s, &second, audit.KeysRotated, "", func(tx store.Tx, e *audit.Entry) error {
		generation, err := vault.NewGeneration(tx)
		e.Detail["generation"] = fmt.Sprint(generation)
		return err
	})
	if err != nil {
		return err
	}
	return d.vault.Rewrap(ctx, done)
}

// SetSolo lets officers approve what they prepared, until an instant no later
// than [data.MaxSolo] from now; one that has passed switches it off. Two
// officers decide it. Every such certificate is counted in the figures.
func (d *Desk) SetSolo(ctx context.Context, s, second staff.Session, until time.Time) error {
	now := d.clock()
	if until.After(now.Add(data.MaxSolo)) {
		return &ProblemsError{Problems: []data.Problem{{Field: "solo.until", Key: "problem.solo.long", Value: until.Format(time.DateOnly), Example: now.Add(data.MaxSolo).Format(time.DateOnly)}}}
	}
	return d.postAct(ctx, s, &second, audit.SoloSet, "", func(tx store.Tx, e *audit.Entry) error {
		e.Detail["until"] = until.UTC().Format(time.RFC3339)
		return store.Put(tx, store.SettingSolo, data.Solo{Since: now, Until: until.UTC(), Officer: s.Officer().ID, Second: second.Officer().ID})
	})
}

// Solo is whether and how long officers may approve what they prepared.
func (d *Desk) Solo(ctx context.Context) (solo data.Solo, err error) {
	err = d.log.View(ctx, func(tx store.Tx) error {
		solo, _, err = store.Get[data.Solo](tx, store.SettingSolo)
		return err
	})
	return solo, err
}

// SetLaboratories puts laboratories on the post's list, or others in the place of
// those with the same identifier. None is taken off: certificates name them; its
// validity ends instead. It takes two: their names stand on paper.
func (d *Desk) SetLaboratories(ctx context.Context, s, second staff.Session, all []data.Laboratory) error {
	if p := data.ValidateLaboratories(all, d.codes); len(p) > 0 {
		return &ProblemsError{Problems: p}
	}
	err := d.postAct(ctx, s, &second, audit.LaboratoriesSet, "", func(tx store.Tx, e *audit.Entry) error {
		e.Detail["count"] = fmt.Sprint(len(all))
		for _, l := range all {
			if err := store.Put(tx, store.Laboratories+string(l.ID), l); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return d.reassess(ctx)
}

// Authorities are the post's list of receiving authorities.
func (d *Desk) Authorities(ctx context.Context) (all []data.Authority, err error) {
	err = d.log.View(ctx, func(tx store.Tx) error {
		all, err = issue.Authorities(tx)
		return err
	})
	return all, err
}

// SetAuthorities puts a list of receiving authorities in the place of the one
// there is. Two officers answer for the keys being the authorities' own: who has
// a key reads full records.
func (d *Desk) SetAuthorities(ctx context.Context, s, second staff.Session, all []data.Authority) error {
	if p := data.ValidateAuthorities(all, sealed.IsRecipient); len(p) > 0 {
		return &ProblemsError{Problems: p}
	}
	return d.postAct(ctx, s, &second, audit.AuthoritiesSet, "", func(tx store.Tx, e *audit.Entry) error {
		for _, a := range all {
			e.Detail[string(a.ID)] = a.Recipient
		}
		return store.Put(tx, store.SettingAuthorities, all)
	})
}

// Claim is who somebody says they are, and the passphrase that proves it.
type Claim = staff.Claim

// CorrectClock says that the clock was ahead and is right now; see
// [staff.Door.CorrectClock].
func (d *Desk) CorrectClock(ctx context.Context, a, b Claim) error {
	return d.door.CorrectClock(ctx, a, b)
}
