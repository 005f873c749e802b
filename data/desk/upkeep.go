package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/staff"
	"pratique/data/store"
)

// Checkpoint signs the state of the log; see [audit.Log.Checkpoint].
func (d *Desk) Checkpoint(ctx context.Context, s staff.Session) ([]byte, error) {
	if err := d.permit(ctx, s, audit.CheckpointSigned); err != nil {
		return nil, err
	}
	return d.checkpoint(ctx, s.Officer().ID)
}

func (d *Desk) checkpoint(ctx context.Context, officer data.OfficerID) ([]byte, error) {
	if d.logSigner == nil {
		return nil, errors.New("this desk has no key of the log")
	}
	signer, err := d.logSigner(ctx)
	if err != nil {
		return nil, err
	}
	return d.log.Checkpoint(ctx, d.clock(), officer, signer)
}

// Daily signs a checkpoint if none was signed for a day, erases the cases whose
// time is over, destroys the scans whose time is, and sweeps up files that a
// crash left: what the program does on its own while somebody is signed in. The
// checkpoint is nil if none was due.
func (d *Desk) Daily(ctx context.Context) (checkpoint []byte, erased int, err error) {
	now := d.clock()
	due := false
	var over []data.ApplicationID
	rows := d.filter(func(Row) bool { return true }) // now: no transaction waits for the rows
	err = d.log.View(ctx, func(tx store.Tx) error {
		last, err := audit.LastCheckpoint(tx)
		due = now.Sub(last) >= 24*time.Hour
		if err != nil {
			return err
		}
		over, err = d.over(tx, rows, now)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("daily upkeep: %w", err)
	}
	for _, id := range over {
		err := d.erase(ctx, id, func(tx store.Tx, _ *audit.Entry) error {
			// It may have been taken up again since.
			if is, err := d.isOver(tx, id, now); err != nil || is {
				return err
			}
			return ErrState
		})
		if errors.Is(err, ErrState) || errors.Is(err, ErrNotFound) {
			continue
		} else if err != nil {
			return nil, erased, err
		}
		erased++
	}
	err = d.destroyScans(ctx)
	if due {
		var failed error
		checkpoint, failed = d.checkpoint(ctx, "")
		err = errors.Join(err, d.sweep(ctx), failed)
	}
	return checkpoint, erased, err
}

// Retention is for how many days a case is kept after its certificate can no
// longer be used, or after the last change where it has none; 0: for ever.
func (d *Desk) Retention(ctx context.Context) (days int, err error) {
	err = d.log.View(ctx, func(tx store.Tx) error {
		days, _, err = store.Get[int](tx, store.SettingRetention)
		return err
	})
	return days, err
}

// MinRetention keeps a recall possible while certificates can be checked.
const MinRetention = 30

// SetRetention sets [Desk.Retention]. It takes two.
func (d *Desk) SetRetention(ctx context.Context, s, second staff.Session, days int) error {
	if days != 0 && days < MinRetention {
		return &ProblemsError{Problems: []data.Problem{{Field: "retention", Key: "problem.retention", Value: strconv.Itoa(days), Example: "400"}}}
	}
	return d.postAct(ctx, s, &second, audit.RetentionSet, "", func(tx store.Tx, e *audit.Entry) error {
		e.Detail["days"] = strconv.Itoa(days)
		return store.Put(tx, store.SettingRetention, days)
	})
}

// over are the cases whose time is over.
func (d *Desk) over(tx store.Tx, rows []Row, now time.Time) (ids []data.ApplicationID, err error) {
	for _, r := range rows {
		if is, err := d.isOver(tx, r.ID, now); err != nil {
			return nil, err
		} else if is {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// isOver says whether the time of a case is over.
func (d *Desk) isOver(tx store.Tx, id data.ApplicationID, now time.Time) (bool, error) {
	days, _, err := store.Get[int](tx, store.SettingRetention)
	if err != nil || days == 0 {
		return false, err
	}
	end, err := d.end(tx, id)
	return err == nil && !end.IsZero() && now.After(end.AddDate(0, 0, days)), err
}

// end is when nobody needs a case any more: the technical expiry of its
// certificate, the last day of its decision, or its last change; zero while it is
// being reviewed, contested or issued.
func (d *Desk) end(tx store.Tx, id data.ApplicationID) (time.Time, error) {
	a, err := getApplication(tx, id)
	if err != nil {
		return time.Time{}, err
	}
	if a.Certificate != "" {
		c, _, err := store.Get[data.Certificate](tx, store.CertificateKey(a.Certificate))
		if c.Phase != data.PhaseIssued {
			return time.Time{}, err
		}
		end, _ := c.Statement.Expires.Instant()
		return end, err
	}
	switch a.State {
	case data.PreDeclared, data.Draft, data.Returned, data.Withdrawn:
		return a.Changed, nil
	case data.FollowUp, data.Refused:
		if contested(a) {
			return time.Time{}, nil
		}
		if until, ok := a.Decision.Until.End(d.post.Zone); ok {
			end, _ := until.Instant()
			return end, nil
		}
		return a.Changed, nil
	}
	return time.Time{}, nil
}

// contested reports whether a case has a decision that somebody objects to and
// nobody has decided on yet.
func contested(a data.Application) bool {
	return a.Decision != nil && a.Decision.Contest != nil && a.Decision.Contest.DecidedAt.IsZero()
}

// Erase takes a case out of the records at a traveller's wish: everything that
// describes a person, in the application and in its certificate. It takes two,
// and it must not be under review, within its medical window, or decided against
// as long as that counts or is contested; one revoked for
// fraud is evidence as long as its seal can be checked. What is left of
// the certificate is its number, its sequence and whether it is revoked. The old
// pages are free then and go when the post is next opened; backups keep the case
// until they are destroyed.
func (d *Desk) Erase(ctx context.Context, s, second staff.Session, id data.ApplicationID) error {
	now := d.clock()
	return d.erase(ctx, id, func(tx store.Tx, e *audit.Entry) error {
		if err := staff.PermitTwo(tx, s, second, audit.ApplicationErased); err != nil {
			return err
		}
		e.Officer, e.Detail["second"] = s.Officer().ID, string(second.Officer().ID)
		a, err := getApplication(tx, id)
		if err != nil {
			return err
		}
		switch a.State {
		case data.Submitted, data.InReview, data.OnHold, data.Approved:
			return ErrState
		case data.FollowUp, data.Refused:
			if a.Decision.Counts(data.MomentOf(now, d.post.Zone).Date()) || contested(a) {
				return ErrState
			}
		}
		if a.Certificate == "" {
			return nil
		}
		c, err := issued(tx, a.Certificate)
		until, ok := c.Statement.ValidUntil.Instant()
		switch {
		case err != nil:
			return err
		case c.Revoked != nil && c.Revoked.Reason == data.RevokedFraud:
			until, ok = c.Statement.Expires.Instant()
		case c.Revoked != nil:
			return nil
		}
		if ok && until.After(now) {
			return ErrState
		}
		return nil
	})
}

// erase erases a case if permit allows it.
func (d *Desk) erase(ctx context.Context, id data.ApplicationID, permit func(store.Tx, *audit.Entry) error) error {
	now := d.clock()
	var scans []data.Evidence
	err := d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		e := audit.Entry{At: now, Act: audit.ApplicationErased, Subject: string(id), Detail: map[string]string{}}
		if err := permit(tx, &e); err != nil {
			return err
		}
		a, err := getApplication(tx, id)
		if err != nil {
			return err
		}
		if a.Certificate != "" {
			c, _, err := store.Get[data.Certificate](tx, store.CertificateKey(a.Certificate))
			if err != nil {
				return err
			}
			e.Detail["certificate"] = string(c.Number)
			if c.Revoked != nil {
				r := *c.Revoked
				r.Note = "" // may tell of a person
				c.Revoked = &r
			}
			c.Statement, c.Seal, c.Erased = data.Statement{Practice: c.Statement.Practice, Number: c.Number, Replaces: c.Statement.Replaces}, "", now
			c.Further, c.FurtherSeals = data.FurtherRecord{}, nil
			if err := store.Put(tx, store.CertificateKey(c.Number), c); err != nil {
				return err
			}
		}
		for _, prefix := range lookups(a) {
			if err := tx.Delete(prefix + string(id)); err != nil {
				return err
			}
		}
		scans = a.Evidence
		return errors.Join(tx.Delete(store.ApplicationKey(id)), tx.Put(store.CompactKey, []byte{}), add(e))
	})
	if err != nil && !errors.Is(err, audit.ErrHeadNotWritten) {
		return fmt.Errorf("%s %s: %w", audit.ApplicationErased, id, err)
	}
	d.mu.Lock()
	delete(d.rows, id)
	d.mu.Unlock()
	// With their keys the scans are gone already; so are the files now.
	return errors.Join(err, d.removeFiles(scans))
}

// Export is all that the post holds of one traveller, for that traveller: the
// cases with that document, their certificates, and who did what with them,
// reading included.
type Export struct {
	Issuer       string             `json:"issuer"`   // of the document
	Document     string             `json:"document"` // its number
	Made         time.Time          `json:"made"`
	Applications []data.Application `json:"applications"`
	Certificates []data.Certificate `json:"certificates"`
	Log          []audit.Entry      `json:"log"`
}

// ExportTraveller is the [Export] for a document, by its issuer (ICAO 9303-3)
// and number: two states give the same number to two people.
func (d *Desk) ExportTraveller(ctx context.Context, s staff.Session, issuer, document string) (x Export, err error) {
	now := d.clock()
	err = d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		x = Export{Issuer: issuer, Document: document, Made: now}
		if err := staff.Permit(tx, s, audit.TravellerExported); err != nil {
			return err
		}
		subjects := map[string]bool{}
		all, err := ofDocument(tx, document)
		if err != nil {
			return err
		}
		for _, a := range all {
			if a.Content.Document.Issuer != issuer {
				continue
			}
			for i := range a.Evidence {
				a.Evidence[i].Key = "" // scans go out one by one, see [Desk.OpenEvidence]
			}
			x.Applications = append(x.Applications, a)
			subjects[string(a.ID)] = true
			if a.Certificate != "" {
				c, _, err := store.Get[data.Certificate](tx, store.CertificateKey(a.Certificate))
				if err != nil {
					return err
				}
				x.Certificates = append(x.Certificates, c)
				subjects[string(c.Number)] = true
			}
		}
		if len(x.Applications) == 0 {
			return ErrNotFound
		}
		err = audit.Each(tx, 0, 0, func(e audit.Entry) error {
			if subjects[e.Subject] {
				x.Log = append(x.Log, e)
			}
			return nil
		})
		return errors.Join(err, add(audit.Entry{At: now, Officer: s.Officer().ID, Act: audit.TravellerExported, Subject: string(x.Applications[0].ID),
			Detail: map[string]string{"cases": strconv.Itoa(len(x.Applications))}}))
	})
	if err != nil {
		return Export{}, fmt.Errorf("%s: %w", audit.TravellerExported, err)
	}
	return x, nil
}

// EachEntry shows an auditor or administrator the log, the oldest entry first;
// that it was read is its newest.
func (d *Desk) EachEntry(ctx context.Context, s staff.Session, fn func(audit.Entry) error) error {
	err := d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		if err := staff.Permit(tx, s, audit.LogRead); err != nil {
			return err
		}
		return add(audit.Entry{At: d.clock(), Officer: s.Officer().ID, Act: audit.LogRead})
	})
	if err == nil {
		err = d.log.View(ctx, func(tx store.Tx) error { return audit.Each(tx, 0, 0, fn) })
	}
	if err != nil {
		return fmt.Errorf("%s: %w", audit.LogRead, err)
	}
	return nil
}

// Figures count what a post did in a month.
type Figures struct {
	Issued    int            `json:"issued"`
	ByType    map[string]int `json:"byType"`    // [data.CertificateType]
	Solo      int            `json:"solo"`      // of them prepared and approved by one officer
	Replacing int            `json:"replacing"` // of them corrections
	Revoked   map[string]int `json:"revoked"`   // in that month, by reason
	Unprinted int            `json:"unprinted"` // issued then and not printed
	Unhanded  int            `json:"unhanded"`  // issued then, printed and not handed over
	Reprints  int            `json:"reprints"`  // sheets beyond the first
	Void      int            `json:"void"`      // numbers spent without a certificate, since the post began
}

// Figures are those of the month that holds an instant, at the post.
func (d *Desk) Figures(ctx context.Context, s staff.Session, month time.Time) (f Figures, err error) {
	zone, err := data.LoadZone(d.post.Zone)
	if err != nil {
		return f, err
	}
	month = month.In(zone)
	from := time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, zone)
	until := from.AddDate(0, 1, 0)
	in := func(t time.Time) bool { return !t.Before(from) && t.Before(until) }
	err = d.postAct(ctx, s, nil, audit.FiguresRead, "", func(tx store.Tx, e *audit.Entry) error {
		f = Figures{ByType: map[string]int{}, Revoked: map[string]int{}}
		e.Detail["month"] = from.Format("2006-01")
		return store.Each(tx, store.Certificates, "", 0, func(_ string, c data.Certificate) error {
			if c.Revoked != nil && in(c.Revoked.At) {
				f.Revoked[c.Revoked.Reason]++
			}
			if c.Phase == data.PhaseVoid {
				f.Void++
			}
			if c.Phase != data.PhaseIssued || !in(c.IssuedAt) {
				return nil
			}
			f.Issued++
			if c.Erased.IsZero() {
				f.ByType[string(data.TypeOf(c.Statement))]++
			}
			if c.Solo {
				f.Solo++
			}
			if c.Statement.Replaces != "" {
				f.Replacing++
			}
			switch {
			case len(c.Prints) == 0:
				f.Unprinted++
			case c.HandedOver.IsZero():
				f.Unhanded++
			}
			f.Reprints += max(0, len(c.Prints)-1)
			return nil
		})
	})
	return f, err
}
