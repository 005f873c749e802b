package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/staff"
	"pratique/data/store"
)

// Revoke revokes certificates for good: two officers, a reason of the list
// "revocations". The reasons "other" and "fraud" need a note, and only a blue one
// has a last test to be revoked for. One that is revoked already stops all of it
// with [ErrRevoked]. Very many are revoked some at a time: what is returned is
// revoked, and if that is not all of them the error is a [*PartlyError].
func (d *Desk) Revoke(ctx context.Context, s, second staff.Session, numbers []data.CertificateNumber, reason, note string) ([]data.Certificate, error) {
	note = data.CleanText(note)
	var problems []data.Problem
	if !d.codes.Known(data.ListRevocations, reason) || reason == data.RevokedReplaced {
		problems = append(problems, data.Problem{Field: "reason", Key: "problem.code.unknown", Value: reason, Example: data.RevokedFraud})
	}
	if note == "" && (reason == "other" || reason == data.RevokedFraud) {
		problems = append(problems, data.Problem{Field: "note", Key: "problem.required"})
	}
	if len(numbers) == 0 {
		problems = append(problems, data.Problem{Field: "number", Key: "problem.required"})
	}
	if len(problems) > 0 {
		return nil, &ProblemsError{Problems: problems}
	}
	left := slices.Compact(slices.Sorted(slices.Values(numbers)))
	// What stops one of them stops all, before anything is stored.
	err := d.log.View(ctx, func(tx store.Tx) error {
		if err := staff.PermitTwo(tx, s, second, audit.CertificateRevoked); err != nil {
			return err
		}
		for _, n := range left {
			if _, err := revocable(tx, n, reason); err != nil {
				return err
			}
		}
		return nil
	})
	var all []data.Certificate
	for err == nil && len(left) > 0 {
		batch := left[:min(len(left), revokeBatch)]
		var done []data.Certificate
		done, err = d.revoke(ctx, s, second, batch, reason, note)
		if all = append(all, done...); len(done) > 0 {
			left = left[len(batch):]
		}
	}
	if err != nil && len(all) > 0 && len(left) > 0 {
		err = &PartlyError{Left: left, Err: err}
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", audit.CertificateRevoked, err)
	}
	return all, err
}

// revokeBatch is how many certificates are revoked in one transaction: four
// records are written for each, and an act stays under a hundred.
const revokeBatch = 20

// PartlyError: an act on many, of which some were done before it failed.
type PartlyError struct {
	Left []data.CertificateNumber // to which it was not done
	Err  error
}

func (e *PartlyError) Error() string {
	return fmt.Sprintf("%d are left, the first of them %s: %v", len(e.Left), e.Left[0], e.Err)
}

// Unwrap is why it failed.
func (e *PartlyError) Unwrap() error { return e.Err }

// revocable is the record of an issued certificate that can be revoked for that
// reason.
func revocable(tx store.Tx, n data.CertificateNumber, reason string) (data.Certificate, error) {
	c, err := issued(tx, n)
	switch {
	case err != nil:
	case c.Revoked != nil:
		err = fmt.Errorf("certificate %s: %w", n, ErrRevoked)
	case reason == data.RevokedLastTest && c.Statement.Colour != data.Blue:
		err = &ProblemsError{Problems: []data.Problem{{Field: "reason", Key: "problem.revocation.last-test", Value: n.String()}}}
	}
	return c, err
}

// revoke revokes a few, all or none. What it returns was done, even with an error.
func (d *Desk) revoke(ctx context.Context, s, second staff.Session, numbers []data.CertificateNumber, reason, note string) (all []data.Certificate, err error) {
	now := d.clock()
	err = d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		all = nil
		if err := staff.PermitTwo(tx, s, second, audit.CertificateRevoked); err != nil {
			return err
		}
		for _, n := range numbers {
			c, err := revocable(tx, n, reason)
			if err != nil {
				return err
			}
			c.Revoked = &data.Revocation{At: now, Reason: reason, Note: note, Officer: s.Officer().ID, Second: second.Officer().ID}
			all = append(all, c)
			err = errors.Join(store.Put(tx, store.CertificateKey(n), c), add(audit.Entry{
				At: now, Officer: s.Officer().ID, Act: audit.CertificateRevoked, Subject: string(n),
				Detail: map[string]string{"reason": reason, "second": string(second.Officer().ID)},
			}))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, audit.ErrHeadNotWritten) {
		return nil, err
	}
	for _, c := range all {
		err = errors.Join(err, d.refresh(ctx, c.Application))
	}
	return all, err
}

// issued is the record of a certificate that was issued.
func issued(tx store.Tx, n data.CertificateNumber) (data.Certificate, error) {
	c, found, err := store.Get[data.Certificate](tx, store.CertificateKey(n))
	if err == nil && (!found || c.Phase != data.PhaseIssued) {
		err = fmt.Errorf("certificate %s: %w", n, ErrNotFound)
	}
	return c, err
}

// Handled are the issued certificates that an officer prepared or approved
// between two instants, the first included: what a recall is chosen from, one
// certificate after the other. Revoked ones are among them.
func (d *Desk) Handled(ctx context.Context, s staff.Session, officer data.OfficerID, from, until time.Time) (all []data.Certificate, err error) {
	err = d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		all = nil
		if err := staff.Permit(tx, s, audit.CertificateRead); err != nil {
			return err
		}
		err := store.Each(tx, store.Certificates, "", 0, func(_ string, c data.Certificate) error {
			if c.Phase == data.PhaseIssued && (c.Preparer == officer || c.Approver == officer) && !c.IssuedAt.Before(from) && c.IssuedAt.Before(until) {
				all = append(all, c)
			}
			return nil
		})
		return errors.Join(err, add(audit.Entry{At: d.clock(), Officer: s.Officer().ID, Act: audit.ListRead, Subject: string(officer),
			Detail: map[string]string{"list": "handled", "count": fmt.Sprint(len(all))}}))
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", audit.ListRead, err)
	}
	slices.SortFunc(all, func(a, b data.Certificate) int { return a.IssuedAt.Compare(b.IssuedAt) })
	return all, nil
}

// Revocation says whether a certificate of this post is revoked; nil if not, or
// if it is not this post's. It tells nothing else of it, and is no act.
func (d *Desk) Revocation(ctx context.Context, n data.CertificateNumber) (r *data.Revocation, err error) {
	err = d.log.View(ctx, func(tx store.Tx) error {
		r, err = revoked(tx, n)
		return err
	})
	return r, err
}

func revoked(tx store.Tx, n data.CertificateNumber) (*data.Revocation, error) {
	c, found, err := store.Get[data.Certificate](tx, store.CertificateKey(n))
	if err != nil || !found {
		return nil, err
	}
	return c.Revoked, nil
}

// Correct begins the correction of an issued certificate: a draft with the same
// content, which the same two pairs of eyes must see. When its certificate is
// issued, the one it replaces is revoked in the same transaction. One that was
// revoked for fraud is not corrected: [ErrRevoked]. Asked again it returns the
// same draft, as long as nothing was changed in it.
func (d *Desk) Correct(ctx context.Context, s staff.Session, n data.CertificateNumber) (data.Application, error) {
	return d.newDraft(ctx, s, data.Content{}, func(tx store.Tx, a *data.Application, e *audit.Entry) error {
		c, err := issued(tx, n)
		if err != nil {
			return err
		}
		switch {
		case c.Revoked != nil && c.Revoked.ReplacedBy != "":
			return fmt.Errorf("certificate %s: %w", n, ErrReplaced)
		case c.Revoked != nil && c.Revoked.Reason == data.RevokedFraud:
			return fmt.Errorf("certificate %s: %w", n, ErrRevoked)
		}
		of, err := getApplication(tx, c.Application)
		if err != nil {
			return err
		}
		a.Content, a.Replaces = normalised(of.Content), n
		before, err := ofDocument(tx, a.Content.Document.Number)
		if err != nil {
			return err
		}
		for _, is := range before {
			begun := is.State == data.Draft && is.Version == 1 && is.Replaces == n && slices.Equal(is.Preparers, a.Preparers)
			if begun && is.Content.Hash() == a.Content.Hash() {
				*a, e.Act, e.Subject = is, audit.ApplicationRead, string(is.ID)
				return nil
			}
		}
		return nil
	})
}

// refreshCertificate brings the row of a certificate's case up to date.
func (d *Desk) refreshCertificate(ctx context.Context, n data.CertificateNumber) error {
	var c data.Certificate
	err := d.log.View(ctx, func(tx store.Tx) (err error) {
		c, err = issued(tx, n)
		return err
	})
	return errors.Join(err, d.refresh(ctx, c.Application))
}
