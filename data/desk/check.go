package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/keys"
	"pratique/data/rules"
	"pratique/data/seal"
	"pratique/data/seal/sealed"
	"pratique/data/staff"
	"pratique/data/store"
)

// Fault is something that a check found.
type Fault struct {
	What  string // key of a text, "check." and what is wrong
	Where string // record, entry or number; empty where it concerns the post
	Why   string // for an administrator, in English
	// Key is of a text that says Why in words, and At what it says it of; empty
	// where that is what the disk or a library says.
	Key string
	At  time.Time
}

// What stands in [Fault.Key], of Why that says no more than that.
const (
	WhyNever     = "check.why.never"     // it was never made
	WhyLast      = "check.why.last"      // the last one was made at At
	WhyLogAlone  = "check.why.log-alone" // the log says revoked, the record does not
	WhyRecord    = "check.why.record"    // the record says revoked, the log does not
	WhyNoRecord  = "check.why.no-record" // the log says revoked, and there is no record
	WhySequence  = "check.why.sequence"  // the number is there twice, or the one before is missing
	WhyStatement = "check.why.statement" // the seal says something else
)

// What a check looks for.
const (
	FaultLog        = "check.log"        // entries do not hold together
	FaultRecords    = "check.records"    // records are missing or were put back
	FaultRecord     = "check.record"     // one cannot be read
	FaultRevocation = "check.revocation" // the log says revoked, the record does not, or the reverse
	FaultSequence   = "check.sequence"   // a sequence number is there twice, or missing without a word
	FaultSeal       = "check.seal"       // a certificate's seal does not say what its record says
	FaultSigner     = "check.signer"     // nothing can be signed
	FaultCheckpoint = "check.checkpoint" // the newest checkpoint is old
	FaultBackup     = "check.backup"     // the newest backup is old
)

// Check reads everything and compares it with everything else: log and head,
// sum over the records, each record, each seal with its record, revocations
// with the log, sequence numbers, keys, checkpoint and backup. Step is told what is
// being looked at, by the key of its fault.
func (d *Desk) Check(ctx context.Context, s staff.Session, step func(what string)) (faults []Fault, err error) {
	err = d.postAct(ctx, s, nil, audit.PostChecked, "", func(store.Tx, *audit.Entry) error { return nil })
	if err != nil {
		return nil, err
	}
	now := d.clock()
	fault := func(what, where string, why error) {
		faults = append(faults, Fault{What: what, Where: where, Why: fmt.Sprint(why)})
	}
	// said is a fault whose reason has words.
	said := func(what, where, why, key string, at time.Time) {
		faults = append(faults, Fault{What: what, Where: where, Why: why, Key: key, At: at})
	}
	// old is a fault of what was made too long ago, or never.
	old := func(what, done string, last time.Time) {
		if last.IsZero() {
			said(what, "", done+" never", WhyNever, last)
		} else {
			said(what, "", done+" "+last.UTC().Format(time.RFC3339), WhyLast, last)
		}
	}
	revoked, skipped := map[string]bool{}, map[string]bool{}
	err = d.log.View(ctx, func(tx store.Tx) error {
		step(FaultLog)
		if n, err := audit.Verify(tx); err != nil {
			fault(FaultLog, fmt.Sprint("#", n+1), err)
			return nil // what it says cannot be used
		}
		return audit.Each(tx, 0, 0, func(e audit.Entry) error {
			switch e.Act {
			case audit.CertificateRevoked:
				revoked[e.Subject] = true
			case audit.NumbersSkipped:
				for year := range e.Detail {
					skipped[year] = true
				}
			}
			return ctx.Err()
		})
	})
	if err != nil {
		return faults, err
	}
	step(FaultRecords)
	if err := d.vault.Check(ctx); err != nil {
		fault(FaultRecords, "", err)
	}
	err = d.log.View(ctx, func(tx store.Tx) error {
		step(FaultRecord)
		for kind, read := range map[string]func([]byte) error{
			store.Applications: reads[data.Application], store.Certificates: reads[data.Certificate], store.Laboratories: reads[data.Laboratory],
			store.Notices:  reads[rules.Record],
			store.Accounts: reads[staff.Account], store.Signers: reads[keys.Record],
			store.TrustLists: func(b []byte) error {
				v, err := store.Decode[TrustVersion](b)
				if err == nil {
					_, err = trustContent(tx, v)
				}
				return err
			},
		} {
			err := tx.Scan(kind, "", 0, func(key string, b []byte) error {
				if err := read(b); err != nil {
					fault(FaultRecord, key, err)
				}
				return ctx.Err()
			})
			if err != nil {
				fault(FaultRecord, kind, err)
			}
		}
		step(FaultSeal)
		sequences := map[int][]int{}
		err := store.Each(tx, store.Certificates, "", 0, func(_ string, c data.Certificate) error {
			sequences[c.Year] = append(sequences[c.Year], c.Sequence)
			if is := c.Revoked != nil; is != revoked[string(c.Number)] {
				key := WhyLogAlone
				if is {
					key = WhyRecord
				}
				said(FaultRevocation, string(c.Number), fmt.Sprintf("record %v, log %v", is, !is), key, time.Time{})
			}
			delete(revoked, string(c.Number))
			if c.Phase == data.PhaseIssued && c.Erased.IsZero() {
				if err := checkSeals(tx, c); errors.Is(err, errStatement) {
					said(FaultSeal, string(c.Number), err.Error(), WhyStatement, time.Time{})
				} else if err != nil {
					fault(FaultSeal, string(c.Number), err)
				}
			}
			return ctx.Err()
		})
		for n := range revoked {
			said(FaultRevocation, n, "there is no record of it", WhyNoRecord, time.Time{})
		}
		for year, all := range sequences {
			slices.Sort(all)
			for i, n := range all {
				if i > 0 && n == all[i-1] || !skipped[fmt.Sprint(year)] && n != i+1 {
					said(FaultSequence, fmt.Sprintf("%d-%d", year, n), "is there twice, or the one before is missing", WhySequence, time.Time{})
					break
				}
			}
		}
		last, failed := audit.LastCheckpoint(tx)
		if failed == nil && now.Sub(last) > 48*time.Hour {
			old(FaultCheckpoint, "signed", last)
		}
		return errors.Join(err, failed)
	})
	if err != nil {
		return faults, err
	}
	step(FaultSigner)
	if trouble := d.Trouble(); trouble != nil {
		fault(FaultSigner, "", trouble)
	}
	b, err := d.Backups(ctx)
	if now.Sub(b.Last.Made) > 48*time.Hour {
		old(FaultBackup, "made", b.Last.Made)
	}
	return faults, err
}

func reads[T any](b []byte) error {
	_, err := store.Decode[T](b)
	return err
}

var errStatement = errors.New("says something else")

// checkSeals compares a certificate's seals with its record, by the signer
// certificates that the post has on record.
func checkSeals(tx store.Tx, c data.Certificate) error {
	v, err := verified(tx, c.Seal)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(v.Statement, c.Statement) {
		return errStatement
	}
	for _, s := range c.FurtherSeals {
		wrong := func(err error) error { return fmt.Errorf("%s of %s: %w", s.Format, cmp.Or(s.Of, "all"), err) }
		if s.Format == data.FormatEncrypted {
			if n, err := sealed.Recipients(s.Text); err != nil || n != len(c.Further.Authorities) {
				return wrong(fmt.Errorf("encrypted for %d, want %d: %w", n, len(c.Further.Authorities), err))
			}
			continue
		}
		v, err := verified(tx, s.Text)
		if err != nil {
			return wrong(err)
		}
		if v.Number() != c.Number {
			return wrong(errors.New("has another number"))
		}
	}
	return nil
}

// verified is what a seal says that a signer of the post made.
func verified(tx store.Tx, text string) (*seal.Verified, error) {
	u, err := seal.Parse(text)
	if err != nil {
		return nil, err
	}
	r, err := vouches(tx, u.KID())
	if err != nil {
		return nil, err
	}
	certificate, err := r.Certificate()
	if err != nil {
		return nil, err
	}
	return u.Verify(certificate)
}
