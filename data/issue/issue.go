// Package issue is the one place where certificates are signed.
//
// Issuing has two phases, because a signature made inside a transaction that
// then fails would be a certificate that nobody has a record of:
//
//  1. intend: the application is read back and checked, and a record with the
//     certificate's number, its sequence and everything it will say is stored
//     in phase "issuing".
//  2. finish: the stored record is read back, the payload is built from it,
//     sealed with a throwaway key, parsed and compared; only then it is sealed
//     with the post's key, checked again, and stored in phase "issued". Only
//     after that anybody gets to see it.
//
// A crash anywhere leaves a stored intent at most; [Issuer.Recover] finishes
// or voids it at the next start. Asking again gives the same certificate.
//
// No caller passes a payload, a hash or a key: the signer signs what this
// package built from the stored record, and nothing else in the program holds
// the signer. Only data/desk calls this package; a test holds the imports to it.
package issue

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/keys"
	"pratique/data/seal"
	"pratique/data/seal/sealed"
	"pratique/data/staff"
	"pratique/data/store"
)

var (
	// ErrNotApproved: the application as it is stored now has no valid approval.
	ErrNotApproved = errors.New("not approved")
	// ErrFourEyes: who prepared any version of an application may not approve it.
	ErrFourEyes = errors.New("prepared and approved by the same officer")
	// ErrReplaced: what a correction is to replace cannot be replaced any more.
	ErrReplaced = errors.New("replaced already")
	// ErrKind: practice and real records do not mix.
	ErrKind = errors.New("practice and real records do not mix")
	// ErrTooLarge: the seal would not fit a QR that readers can read.
	ErrTooLarge = errors.New("too much for one QR")
	// ErrRehearsal: what was read back is not what was to be sealed.
	ErrRehearsal = errors.New("the rehearsed seal does not say what the record says")
)

// ProblemsError carries the problems that stop an act.
type ProblemsError = data.ProblemsError

// MaxSeal is the number of characters of the largest seal: what an
// alphanumeric QR of version 22 at level M holds (ISO/IEC 18004 table 7).
const MaxSeal = 1134

// sealVariation is by how many characters two seals of one statement can
// differ: signatures are random and compress by chance.
const sealVariation = 16

// sealLife is how long after the medical window a seal can be checked.
const sealLife = 180 * 24 * time.Hour

// Issuer issues the certificates of a post.
type Issuer struct {
	log   *audit.Log
	post  data.Post
	codes Codes
	clock func() time.Time
	// stands says whether an approval is still what the post's requirements give,
	// and nothing has come up against it.
	stands func(tx store.Tx, app data.Application, now time.Time) error

	mu      sync.Mutex // one certificate at a time
	signers atomic.Pointer[Signers]
}

// Signers are open keys by what they sign.
type Signers map[keys.Purpose]*keys.Signer

// New makes an issuer that can rehearse but not issue. It asks stands, whenever
// it checks an approval, whether the post's requirements still give what was
// approved, and that nothing has come up since; what is approved no more is
// [ErrNotApproved].
func New(log *audit.Log, post data.Post, codes Codes, clock func() time.Time,
	stands func(tx store.Tx, app data.Application, now time.Time) error) *Issuer {
	return &Issuer{log: log, post: post, codes: codes, clock: clock, stands: stands}
}

// Use gives the issuer its signers, or takes them away, and returns those before.
// It waits for nothing: a certificate that is being signed, by a token that may
// never answer, is signed by the ones before.
func (i *Issuer) Use(signers Signers) (before Signers) {
	if was := i.signers.Swap(&signers); was != nil {
		before = *was
	}
	return before
}

// open are the signers there are now.
func (i *Issuer) open() Signers {
	if all := i.signers.Load(); all != nil {
		return *all
	}
	return nil
}

// has reports whether there is a signer for a purpose.
func (s Signers) has(p keys.Purpose) bool { return s[p] != nil }

// fit says whether there is a signer for each of the seals, which may sign at
// the instant now what is to be checked until expires.
func (s Signers) fit(drafts []draft, now, expires time.Time, practice bool) error {
	for _, d := range drafts {
		p := purposes[d.format]
		if !s.has(p) {
			return fmt.Errorf("signer for %s: %w", p, keys.ErrMissing)
		}
		if err := s[p].CheckFit(now, expires, practice); err != nil {
			return fmt.Errorf("signer for %s: %w", p, err)
		}
	}
	return nil
}

// drafts are all seals of a certificate, its own first.
func (i *Issuer) drafts(st data.Statement, f data.FurtherRecord) ([]draft, error) {
	further, err := furtherDrafts(i.post, i.codes, st, f)
	return append([]draft{certificateDraft(st)}, further...), err
}

// checkApproval says whether an application, as stored, may be issued now: it
// is approved by a second officer, unchanged since, fully ticked, of the
// post's kind, and still without problems.
func (i *Issuer) checkApproval(tx store.Tx, app data.Application, now time.Time) error {
	switch a := app.Approval; {
	case app.Practice != i.post.Practice():
		return ErrKind
	case app.State != data.Approved || a == nil || a.Hash != app.Content.Hash():
		return ErrNotApproved
	case a.Colour != data.Green && a.Colour != data.Blue, (a.Colour == data.Blue) != (a.LastTest != nil):
		return fmt.Errorf("%w: %s is no outcome by itself", ErrNotApproved, a.Colour)
	case len(app.Preparers) == 0 || slices.Contains(app.Preparers, a.Officer) && !a.Solo:
		return ErrFourEyes
	case a.Solo:
		// It was allowed then, and must still be.
		for _, at := range []time.Time{a.At, now} {
			if allowed, err := Solo(tx, at); err != nil {
				return err
			} else if !allowed {
				return ErrFourEyes
			}
		}
	}
	if gone, err := staff.Gone(tx, app.Approval.Officer); err != nil {
		return err
	} else if gone {
		return fmt.Errorf("%w: who approved it was shut out since", ErrNotApproved)
	}
	if _, err := replaced(tx, app); err != nil {
		return err
	}
	for _, g := range app.Content.Groups() {
		if !app.Ticked(g) {
			return fmt.Errorf("%w: %s is not ticked", ErrNotApproved, g.Name)
		}
	}
	laboratories, err := Laboratories(tx)
	if err != nil {
		return err
	}
	if !slices.Equal(app.Approval.Laboratories, data.StatementOf(app.Content, laboratories).Laboratories()) {
		return fmt.Errorf("%w: a laboratory has another name since", ErrNotApproved)
	}
	if p := data.Validate(app.Content, i.codes, laboratories, now); data.Stops(p) {
		return &ProblemsError{Problems: p}
	}
	return i.stands(tx, app, now)
}

// Solo reports whether an officer may approve at that instant what they
// prepared themselves.
func Solo(tx store.Tx, at time.Time) (bool, error) {
	s, _, err := store.Get[data.Solo](tx, store.SettingSolo)
	return s.Allows(at), err
}

// replaced is the certificate that an application corrects, none if it corrects
// nothing. It must have been issued, and be neither replaced by another one nor
// revoked for fraud: there is nothing to correct in that.
func replaced(tx store.Tx, app data.Application) (c data.Certificate, err error) {
	if app.Replaces == "" {
		return c, nil
	}
	c, found, err := store.Get[data.Certificate](tx, store.CertificateKey(app.Replaces))
	switch {
	case err != nil:
		return c, err
	case !found || c.Phase != data.PhaseIssued || c.Revoked != nil && (c.Revoked.ReplacedBy != "" || c.Revoked.Reason == data.RevokedFraud):
		return c, fmt.Errorf("%s: %w", app.Replaces, ErrReplaced)
	}
	return c, nil
}

// Laboratories are the post's list.
func Laboratories(tx store.Tx) ([]data.Laboratory, error) {
	var all []data.Laboratory
	err := store.Each(tx, store.Laboratories, "", 0, func(_ string, l data.Laboratory) error {
		all = append(all, l)
		return nil
	})
	return all, err
}

// Issue issues the certificate of an approved application, on behalf of who
// signed in. If it was issued before, that certificate is returned.
func (i *Issuer) Issue(ctx context.Context, s staff.Session, id data.ApplicationID) (data.Certificate, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	number, err := i.intend(ctx, s, id)
	if err != nil {
		return data.Certificate{}, fmt.Errorf("issue: %w", err)
	}
	c, err := i.finish(ctx, s.Officer().ID, number)
	if err != nil {
		return data.Certificate{}, fmt.Errorf("issue %s: %w", number, err)
	}
	return c, nil
}

// intend is phase one. If it was done before, asking again is reading.
func (i *Issuer) intend(ctx context.Context, s staff.Session, id data.ApplicationID) (data.CertificateNumber, error) {
	now, officer := i.clock(), s.Officer().ID
	var number data.CertificateNumber
	err := i.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		if err := staff.Permit(tx, s, audit.CertificateIssued); err != nil {
			return err
		}
		app, found, err := store.Get[data.Application](tx, store.ApplicationKey(id))
		switch {
		case err != nil:
			return err
		case !found:
			return fmt.Errorf("application %s: %w", id, ErrNotApproved)
		case app.Certificate != "":
			number = app.Certificate
			return add(audit.Entry{At: now, Officer: officer, Act: audit.CertificateRead, Subject: string(number)})
		}
		if err := i.checkApproval(tx, app, now); err != nil {
			return err
		}
		st, err := i.state(tx, app, now)
		if err != nil {
			return err
		}
		further, err := i.further(tx, app)
		if err != nil {
			return err
		}
		if number, err = i.newNumber(tx); err != nil {
			return err
		}
		st.Number = number
		drafts, err := i.drafts(st, further)
		if err != nil {
			return err
		}
		expires, _ := st.Expires.Instant()
		if err := i.open().fit(drafts, now, expires, i.post.Practice()); err != nil {
			return err
		}
		year := now.In(i.zone()).Year()
		sequence, _, err := store.Get[int](tx, store.SequenceKey(year))
		if err != nil {
			return err
		}
		sequence++
		c := data.Certificate{
			Number: number, Application: id, Phase: data.PhaseIssuing, Statement: st, Year: year, Sequence: sequence,
			Preparer: app.Preparers[len(app.Preparers)-1], Approver: app.Approval.Officer, Solo: app.Approval.Solo,
			Further: further,
		}
		app.Certificate = number
		return errors.Join(
			store.Put(tx, store.SequenceKey(year), sequence),
			store.Put(tx, store.CertificateKey(number), c),
			tx.Put(store.IssuingKey(number), []byte{}),
			store.Put(tx, store.ApplicationKey(id), app),
			add(audit.Entry{At: now, Officer: officer, Act: audit.CertificateIntended, Subject: string(number), Detail: map[string]string{
				"application": string(id), "sequence": strconv.Itoa(year) + "-" + strconv.Itoa(sequence), "content": app.Digest(),
			}}),
		)
	})
	return number, err
}

// newNumber draws a number that no certificate of the post has.
func (i *Issuer) newNumber(tx store.Tx) (data.CertificateNumber, error) {
	for {
		var random [data.NumberRandomLen]byte
		rand.Read(random[:]) // never fails
		n, err := data.NewCertificateNumber(i.post.Code, random)
		if err != nil {
			return "", err
		}
		if n == placeholder(i.post) {
			continue
		}
		taken, err := tx.Get(store.CertificateKey(n))
		if err != nil || taken == nil {
			return n, err
		}
	}
}

// placeholder is a number that is never given out: rehearsals use it.
func placeholder(post data.Post) data.CertificateNumber {
	n, err := data.NewCertificateNumber(post.Code, [data.NumberRandomLen]byte{})
	if err != nil {
		return ""
	}
	return n
}

func (i *Issuer) zone() *time.Location {
	loc, err := data.LoadZone(i.post.Zone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// state is what the certificate of an application will say, without its
// number. The application has an approval.
func (i *Issuer) state(tx store.Tx, app data.Application, now time.Time) (data.Statement, error) {
	preparer, err := staff.Get(tx, app.Preparers[len(app.Preparers)-1])
	if err != nil {
		return data.Statement{}, err
	}
	approver, err := staff.Get(tx, app.Approval.Officer)
	if err != nil {
		return data.Statement{}, err
	}
	laboratories, err := Laboratories(tx)
	if err != nil {
		return data.Statement{}, err
	}
	a := app.Approval
	issued := now.In(i.zone()).Truncate(time.Minute)
	until, ok := a.ValidUntil.Instant()
	if !ok {
		return data.Statement{}, fmt.Errorf("%w: no medical window", ErrNotApproved)
	}
	expires := until.Add(sealLife)
	signed := []keys.Purpose{keys.ForCertificates}
	if app.Content.Further.DCC { // it has the same end
		signed = append(signed, keys.ForDCC)
	}
	for _, p := range signed {
		if signer := i.open()[p]; signer != nil && expires.After(signer.Certificate.NotAfter) && !until.After(signer.Certificate.NotAfter) {
			expires = signer.Certificate.NotAfter
		}
	}
	st := data.StatementOf(app.Content, laboratories)
	for n, test := range st.Tests {
		if test.Laboratory == "" {
			return data.Statement{}, fmt.Errorf("test %d: laboratory %s is not on the list", n+1, app.Content.Tests[n].Laboratory)
		}
	}
	st.Practice, st.Issuer = app.Practice, i.post.Country
	st.Issued, st.Expires = atOffset(issued, issued), atOffset(expires.Truncate(time.Minute), issued)
	st.ValidFrom, st.ValidUntil, st.Window = a.ValidFrom.Sealed(), a.ValidUntil.Sealed(), a.Window
	st.Colour, st.PreparedBy, st.ApprovedBy = a.Colour, preparer.Mark, approver.Mark
	st.Notice, st.NoticeVersion = a.Notice, a.NoticeVersion
	if a.LastTest != nil {
		st.LastTest = *a.LastTest
	}
	st.Replaces = app.Replaces
	return st, nil
}

// further is what the further seals of an application are made from.
func (i *Issuer) further(tx store.Tx, app data.Application) (data.FurtherRecord, error) {
	laboratories, err := Laboratories(tx)
	if err != nil {
		return data.FurtherRecord{}, err
	}
	authorities, err := Authorities(tx)
	if err != nil {
		return data.FurtherRecord{}, err
	}
	f := data.FurtherOf(app.Content, laboratories, authorities)
	if p := furtherLists(tx, app.Content.Further, f, i.open().has); len(p) > 0 {
		return data.FurtherRecord{}, &ProblemsError{Problems: p}
	}
	return f, nil
}

// atOffset is t as a clock shows it that runs at the offset of like.
func atOffset(t, like time.Time) data.Moment {
	_, seconds := like.Zone()
	t = t.In(time.FixedZone("", seconds))
	return data.Moment{Wall: t.Format(data.WallLayout), Offset: t.Format("-07:00")}
}

// finish is phase two. It may be run again for a number at any time.
func (i *Issuer) finish(ctx context.Context, officer data.OfficerID, number data.CertificateNumber) (data.Certificate, error) {
	c, err := i.read(ctx, number)
	if err != nil {
		return c, err
	}
	switch c.Phase {
	case data.PhaseIssued:
		return c, nil
	case data.PhaseVoid:
		return c, fmt.Errorf("%w: its number was voided", ErrNotApproved)
	}
	now := i.clock()
	drafts, err := i.drafts(c.Statement, c.Further)
	if err != nil {
		return c, err
	}
	signers := i.open()
	expires, _ := c.Statement.Expires.Instant()
	if err := signers.fit(drafts, now, expires, c.Statement.Practice); err != nil {
		return c, err
	}
	// What was approved must still be: a recovery may run long after the intent.
	err = i.log.View(ctx, func(tx store.Tx) error {
		app, found, err := store.Get[data.Application](tx, store.ApplicationKey(c.Application))
		if err == nil && (!found || app.Certificate != number) {
			err = ErrNotApproved
		}
		if err != nil {
			return err
		}
		if err := audit.CheckClock(tx, now); err != nil {
			return err
		}
		for _, d := range drafts {
			if _, err := active(tx, signers[purposes[d.format]].ID); err != nil {
				return err
			}
		}
		return i.checkApproval(tx, app, now)
	})
	if err != nil {
		return c, err
	}
	if _, err := rehearse(c.Statement, c.Further, drafts); err != nil {
		return c, err
	}
	var text string
	var further []data.FurtherSeal
	for _, d := range drafts {
		signer := signers[purposes[d.format]]
		made, err := signAndCheck(signer, signer.Certificate, d, false)
		if err != nil {
			return c, err
		}
		if d.format == "" {
			text = made
		} else {
			further = append(further, data.FurtherSeal{Format: d.format, Of: d.of, Text: made})
		}
	}
	err = i.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		stored, found, err := store.Get[data.Certificate](tx, store.CertificateKey(number))
		switch {
		case err != nil:
			return err
		case !found || stored.Phase != data.PhaseIssuing || !reflect.DeepEqual(stored.Statement, c.Statement) || !reflect.DeepEqual(stored.Further, c.Further):
			return fmt.Errorf("record of %s changed while it was being sealed", number)
		}
		app, found, err := store.Get[data.Application](tx, store.ApplicationKey(stored.Application))
		if err == nil && (!found || app.Certificate != number || app.State != data.Approved) {
			err = ErrNotApproved
		}
		if err != nil {
			return err
		}
		old, err := replaced(tx, app)
		if err != nil {
			return err
		}
		if old.Number != "" {
			if err := revokeFor(tx, add, old, stored, now); err != nil {
				return err
			}
		}
		stored.Phase, stored.Seal, stored.FurtherSeals, stored.IssuedAt = data.PhaseIssued, text, further, now
		app.State, app.Changed = data.Issued, now
		c = stored
		detail := map[string]string{"application": string(app.ID), "seal": digest(text)}
		for _, s := range further {
			at := "seal." + string(s.Format)
			detail[strings.Trim(at+"."+s.Of, ".")] = digest(s.Text)
		}
		return errors.Join(
			signers.countUses(tx, drafts),
			store.Put(tx, store.CertificateKey(number), stored),
			store.Put(tx, store.ApplicationKey(app.ID), app),
			tx.Delete(store.IssuingKey(number)),
			add(audit.Entry{At: now, Officer: officer, Act: audit.CertificateIssued, Subject: string(number), Detail: detail}),
		)
	})
	return c, err
}

// revokeFor revokes a certificate because another one replaces it, in the
// transaction that issues that.
func revokeFor(tx store.Tx, add func(audit.Entry) error, old, by data.Certificate, now time.Time) error {
	if old.Revoked == nil {
		old.Revoked = &data.Revocation{At: now, Reason: data.RevokedReplaced, Officer: by.Preparer, Second: by.Approver}
	}
	revocation := *old.Revoked
	revocation.ReplacedBy = by.Number
	old.Revoked = &revocation
	return errors.Join(store.Put(tx, store.CertificateKey(old.Number), old), add(audit.Entry{
		At: now, Officer: by.Approver, Act: audit.CertificateRevoked, Subject: string(old.Number),
		Detail: map[string]string{"reason": revocation.Reason, "replaced-by": string(by.Number), "second": string(by.Preparer)},
	}))
}

// countUses counts the signatures of seals.
func (s Signers) countUses(tx store.Tx, drafts []draft) error {
	for _, d := range drafts {
		if err := countUse(tx, s[purposes[d.format]].ID); err != nil {
			return err
		}
	}
	return nil
}

// countUse counts a signature of a signer that has a record.
func countUse(tx store.Tx, signer string) error {
	if signer == "" {
		return nil
	}
	r, err := active(tx, signer)
	if err != nil {
		return err
	}
	r.Uses++
	return store.Put(tx, store.Signers+signer, r)
}

// active is the record of a signer, if it has one. It may have been retired since
// the signer was opened.
func active(tx store.Tx, signer string) (r keys.Record, err error) {
	if signer == "" {
		return r, nil
	}
	r, found, err := store.Get[keys.Record](tx, store.Signers+signer)
	switch {
	case err == nil && !found:
		err = fmt.Errorf("signer %s has no record: %w", signer, keys.ErrUnfit)
	case err == nil && r.State != keys.Active:
		err = &keys.UnfitError{Why: keys.UnfitState}
	}
	return r, err
}

// read is the stored record of a number.
func (i *Issuer) read(ctx context.Context, number data.CertificateNumber) (c data.Certificate, err error) {
	err = i.log.View(ctx, func(tx store.Tx) error {
		var found bool
		c, found, err = store.Get[data.Certificate](tx, store.CertificateKey(number))
		if err == nil && !found {
			err = fmt.Errorf("no record of %s", number)
		}
		return err
	})
	return c, err
}

// Recover finishes or voids what a crash left between the phases. It is called
// at every start, before anything else is done. A certificate is finished if
// its application is still approved as it was; with a key that is missing or
// unfit it stays as it is, and the error says so.
func (i *Issuer) Recover(ctx context.Context) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	var pending []data.CertificateNumber
	err := i.log.View(ctx, func(tx store.Tx) error {
		return tx.Scan(store.Issuing, "", 0, func(key string, _ []byte) error {
			pending = append(pending, data.CertificateNumber(key[len(store.Issuing):]))
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	for _, number := range pending {
		var problems *ProblemsError
		switch _, err := i.finish(ctx, "", number); { // the program on its own: nobody asked for it now
		case err == nil:
		case errors.Is(err, ErrNotApproved), errors.Is(err, ErrFourEyes), errors.Is(err, ErrKind), errors.Is(err, ErrReplaced),
			errors.Is(err, ErrRehearsal), errors.Is(err, ErrTooLarge), errors.As(err, &problems):
			if err := i.void(ctx, number); err != nil {
				return fmt.Errorf("recover %s: %w", number, err)
			}
		default:
			return fmt.Errorf("recover %s: %w", number, err)
		}
	}
	return nil
}

// void gives up a number that was intended and cannot be finished. The number
// stays used; the application needs a new approval.
func (i *Issuer) void(ctx context.Context, number data.CertificateNumber) error {
	now := i.clock()
	return i.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		c, found, err := store.Get[data.Certificate](tx, store.CertificateKey(number))
		if err != nil || !found || c.Phase != data.PhaseIssuing {
			return errors.Join(err, fmt.Errorf("%s is not being issued", number))
		}
		c.Phase = data.PhaseVoid
		puts := []error{store.Put(tx, store.CertificateKey(number), c), tx.Delete(store.IssuingKey(number))}
		app, found, err := store.Get[data.Application](tx, store.ApplicationKey(c.Application))
		if err != nil {
			return err
		}
		if found && app.Certificate == number {
			app.Certificate, app.Approval, app.Ticks, app.State, app.Changed = "", nil, nil, data.Submitted, now
			app.Reviewer = ""
			puts = append(puts, store.Put(tx, store.ApplicationKey(app.ID), app))
		}
		return errors.Join(append(puts, add(audit.Entry{
			At: now, Act: audit.CertificateVoided, Subject: string(number), Detail: map[string]string{"application": string(c.Application)},
		}))...)
	})
}

// Rehearsal is what a reviewer sees before approving: the statement as parsed
// from a seal made with a throwaway key, without a number, and how many
// characters that seal has. The seal itself is not in it.
type Rehearsal struct {
	Statement data.Statement
	Size      int
	Further   []Rehearsed
}

// Rehearsed is a further seal that was rehearsed.
type Rehearsed struct {
	Format data.SealFormat
	Of     string // as in [data.FurtherSeal]
	Size   int    // characters
}

// Rehearse builds what the certificate of an application would say, had the
// officer approved it now with that window.
func (i *Issuer) Rehearse(ctx context.Context, app data.Application, approval data.Approval) (Rehearsal, error) {
	app.Approval = &approval
	var st data.Statement
	var further data.FurtherRecord
	err := i.log.View(ctx, func(tx store.Tx) (err error) {
		if st, err = i.state(tx, app, i.clock()); err == nil {
			further, err = i.further(tx, app)
		}
		return err
	})
	if err != nil {
		return Rehearsal{}, fmt.Errorf("rehearse: %w", err)
	}
	st.Number = placeholder(i.post)
	drafts, err := i.drafts(st, further)
	if err != nil {
		return Rehearsal{}, fmt.Errorf("rehearse: %w", err)
	}
	r, err := rehearse(st, further, drafts)
	r.Statement.Number = ""
	return r, err
}

// rehearse seals everything with a key that lives for this call, and returns
// what can be read back from that.
func rehearse(st data.Statement, f data.FurtherRecord, drafts []draft) (r Rehearsal, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Rehearsal{}, err
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1)},
		&x509.Certificate{SerialNumber: big.NewInt(1)}, &key.PublicKey, key)
	if err != nil {
		return Rehearsal{}, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return Rehearsal{}, err
	}
	r.Statement = st // what was read back equals it
	for _, d := range drafts {
		text, err := signAndCheck(key, certificate, d, true)
		tooLarge := errors.Is(err, ErrTooLarge) || err == nil && len(text) > d.most-sealVariation // found before the real key is used
		switch {
		case err != nil && !tooLarge:
			return Rehearsal{}, err
		case tooLarge && d.format == data.FormatEncrypted:
			return Rehearsal{}, leaveOut(f, len(text))
		case tooLarge && d.format != "":
			return Rehearsal{}, &ProblemsError{Problems: []data.Problem{{Field: formatFields[d.format], Key: "problem.further.too-large", Value: formatNames[d.format]}}}
		case tooLarge:
			return Rehearsal{}, ErrTooLarge
		case d.format == "":
			r.Size = len(text)
		default:
			r.Further = append(r.Further, Rehearsed{d.format, d.of, len(text)})
		}
	}
	return r, nil
}

// signAndCheck is the one function that signs certificates, in every format: it
// signs what a draft built, reads it back and compares, and encrypts it where
// the draft is for somebody.
func signAndCheck(key crypto.Signer, certificate *x509.Certificate, d draft, rehearsal bool) (string, error) {
	m, err := d.message(certificate)
	if err != nil {
		return "", err
	}
	der, err := key.Sign(rand.Reader, m.digest, crypto.SHA256)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	signature, err := fixedWidth(der)
	if err != nil {
		return "", err
	}
	text, err := m.text(signature)
	switch {
	case err != nil:
		return "", err
	case len(text) > d.most:
		return "", ErrTooLarge
	}
	u, err := seal.Parse(text)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrRehearsal, err)
	}
	back, err := u.Verify(certificate)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrRehearsal, err)
	}
	if !d.says(back) {
		return "", ErrRehearsal
	}
	if len(d.recipients) == 0 {
		return text, nil
	}
	text, err = d.encrypt(text, rehearsal)
	if errors.Is(err, sealed.ErrTooLarge) {
		err = fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	return text, err
}

// fixedWidth turns an ASN.1 ECDSA signature into r and s of 32 bytes each.
func fixedWidth(der []byte) ([]byte, error) {
	var rs struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &rs); err != nil || len(rest) > 0 {
		return nil, fmt.Errorf("signer returned no ECDSA signature: %w", err)
	}
	if rs.R.Sign() <= 0 || rs.S.Sign() <= 0 || rs.R.BitLen() > 256 || rs.S.BitLen() > 256 {
		return nil, errors.New("signer returned no P-256 signature")
	}
	out := make([]byte, 64)
	rs.R.FillBytes(out[:32])
	rs.S.FillBytes(out[32:])
	return out, nil
}

// digest names a seal in the log: SHA-256 in hex.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
