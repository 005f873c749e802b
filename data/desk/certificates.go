package desk

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/staff"
	"pratique/data/store"
)

// Certificate shows an issued certificate to an officer.
func (d *Desk) Certificate(ctx context.Context, s staff.Session, n data.CertificateNumber) (data.Certificate, error) {
	return d.certificateAct(ctx, s, audit.CertificateRead, n, func(*data.Certificate, *audit.Entry) error { return nil })
}

// certificateAct reads an issued certificate, lets fn change it, and stores it
// with the entry.
func (d *Desk) certificateAct(ctx context.Context, s staff.Session, what audit.Act, n data.CertificateNumber,
	fn func(*data.Certificate, *audit.Entry) error) (data.Certificate, error) {
	var c data.Certificate
	err := d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		if err := staff.Permit(tx, s, what); err != nil {
			return err
		}
		var err error
		if c, err = issued(tx, n); err != nil {
			return err
		}
		e := audit.Entry{At: d.clock(), Officer: s.Officer().ID, Act: what, Subject: string(n), Detail: map[string]string{}}
		if err := fn(&c, &e); err != nil {
			return err
		}
		return errors.Join(store.Put(tx, store.CertificateKey(n), c), add(e))
	})
	if err != nil && !errors.Is(err, audit.ErrHeadNotWritten) {
		return data.Certificate{}, fmt.Errorf("%s: %w", what, err)
	}
	return c, errors.Join(err, d.refresh(ctx, c.Application))
}

// current is an error unless a certificate may still be on paper.
func current(c *data.Certificate) error {
	switch {
	case c.Revoked != nil:
		return ErrRevoked
	case !c.Erased.IsZero():
		return ErrState // there is no seal to print or to compare with
	}
	return nil
}

// Printed records a sheet that a printer reported as printed, and only such:
// the first copy or a reprint of the same seal.
func (d *Desk) Printed(ctx context.Context, s staff.Session, n data.CertificateNumber, queue, job string) (data.Certificate, error) {
	return d.certificateAct(ctx, s, audit.CertificatePrinted, n, func(c *data.Certificate, e *audit.Entry) error {
		if err := current(c); err != nil {
			return err
		}
		p := data.Print{Copy: len(c.Prints) + 1, Officer: s.Officer().ID, Queue: queue, Job: job, At: d.clock()}
		if p.Copy > 1 {
			e.Act = audit.CertificateReprinted
		}
		c.Prints = append(c.Prints, p)
		e.Detail["copy"], e.Detail["job"] = strconv.Itoa(p.Copy), job
		return nil
	})
}

// PrintFailed records that a sheet did not come out. The certificate stays as
// it was.
func (d *Desk) PrintFailed(ctx context.Context, s staff.Session, n data.CertificateNumber, job string) error {
	_, err := d.certificateAct(ctx, s, audit.CertificatePrintFailed, n, func(_ *data.Certificate, e *audit.Entry) error {
		e.Detail["job"] = job
		return nil
	})
	return err
}

// FromFile is the queue of a sheet that was printed outside, from a saved file.
const FromFile = "file"

// HandOver records that the traveller has the paper. What was scanned from it
// must be this certificate's seal: another sheet is refused with [ErrOtherPaper].
// Where no print is recorded the page was saved and printed outside, and the
// scan is what proves the sheet: it is recorded as copy 1 [FromFile].
func (d *Desk) HandOver(ctx context.Context, s staff.Session, n data.CertificateNumber, scanned string) (data.Certificate, error) {
	return d.certificateAct(ctx, s, audit.CertificateHandedOver, n, func(c *data.Certificate, e *audit.Entry) error {
		if err := current(c); err != nil {
			return err
		}
		if strings.Trim(scanned, "\r\n\t") != c.Seal {
			return ErrOtherPaper
		}
		if len(c.Prints) == 0 {
			c.Prints = append(c.Prints, data.Print{Copy: 1, Officer: s.Officer().ID, Queue: FromFile, At: d.clock()})
			e.Detail["copy"], e.Detail["printed"] = "1", FromFile
		}
		if c.HandedOver.IsZero() {
			c.HandedOver = d.clock()
		}
		return nil
	})
}
