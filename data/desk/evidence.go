package desk

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"pratique/data"
	"pratique/data/attachment"
	"pratique/data/audit"
	"pratique/data/staff"
	"pratique/data/store"
)

// MaxPages is the most pages of one scan.
const MaxPages = 30

// ErrNoAttachments: the desk has no place for scans.
var ErrNoAttachments = errors.New("this desk keeps no scans")

// unfit is a refusal of a scan.
func unfit(why, value, example string) error {
	return &ProblemsError{Problems: []data.Problem{{Field: "evidence", Key: "problem.evidence." + why, Value: value, Example: example}}}
}

// AttachEvidence keeps a scan that shows a group of the case, or something else
// if the group is empty. What is no PDF, PNG or JPEG file, too large, damaged or
// attached already is refused with a [ProblemsError]. The same scan in another
// traveller's case marks both, see [data.SameReport].
func (d *Desk) AttachEvidence(ctx context.Context, s staff.Session, id data.ApplicationID, group, name string, r io.Reader) (data.Application, error) {
	refuse := func(err error) (data.Application, error) {
		return data.Application{}, fmt.Errorf("%s: %w", audit.EvidenceAttached, err)
	}
	if d.attachments.Path == "" || d.pages == nil {
		return refuse(ErrNoAttachments)
	}
	// Nothing is written for who may not, or where there is no room.
	err := d.log.View(ctx, func(tx store.Tx) error {
		a, err := d.attachable(tx, s, id)
		if err != nil {
			return err
		}
		return fits(a, group)
	})
	if err != nil {
		return refuse(err)
	}
	scan, err := io.ReadAll(io.LimitReader(r, attachment.MaxSize+1))
	if err != nil {
		return refuse(err)
	}
	if len(scan) > attachment.MaxSize {
		return refuse(unfit("size", "", strconv.Itoa(attachment.MaxSize>>20)))
	}
	media, err := attachment.TypeOf(scan[:min(len(scan), attachment.Sniffed)])
	if err != nil {
		return refuse(unfit("type", fileName(name), ""))
	}
	pages, err := d.pages(ctx, media, scan)
	switch {
	case ctx.Err() != nil:
		return refuse(ctx.Err())
	case err != nil:
		return refuse(errors.Join(unfit("unreadable", fileName(name), ""), err))
	case pages > MaxPages:
		return refuse(unfit("pages", strconv.Itoa(pages), strconv.Itoa(MaxPages)))
	}
	ref, err := d.attachments.Put(ctx, bytes.NewReader(scan), attachment.MaxSize)
	if err != nil {
		return refuse(err)
	}
	random := make([]byte, 16)
	rand.Read(random) // never fails
	e := data.Evidence{
		ID: hex.EncodeToString(random), Group: group, Media: ref.Type, Name: fileName(name), Size: ref.Size, SHA256: hex.EncodeToString(ref.SHA256[:]),
		Pages: pages, File: ref.Name, Key: ref.Key, Officer: s.Officer().ID, At: d.clock(),
	}
	var others []data.ApplicationID
	a, err := d.actOnMore(ctx, s, audit.EvidenceAttached, id, func(tx store.Tx, a *data.Application, entry *audit.Entry, add func(audit.Entry) error) (err error) {
		if _, err := d.attachable(tx, s, id); err != nil {
			return err
		}
		if err := fits(*a, group); err != nil {
			return err
		}
		if slices.ContainsFunc(a.Evidence, func(o data.Evidence) bool { return o.SHA256 == e.SHA256 }) {
			return unfit("twice", e.Name, "")
		}
		a.Evidence = append(a.Evidence, e)
		entry.Detail["evidence"], entry.Detail["pages"] = e.ID, strconv.Itoa(pages)
		others, err = d.mark(tx, s, a, false, add)
		return err
	})
	if err != nil && !errors.Is(err, audit.ErrHeadNotWritten) {
		if !errors.Is(err, store.ErrUnknown) { // else its record may be there; the sweep knows later
			err = errors.Join(err, d.attachments.Remove(ref))
		}
		return a, err
	}
	for _, other := range others {
		err = errors.Join(err, d.refresh(ctx, other))
	}
	return a, err
}

// attachable is the case, if the officer may attach a scan to it now.
func (d *Desk) attachable(tx store.Tx, s staff.Session, id data.ApplicationID) (data.Application, error) {
	if err := staff.Permit(tx, s, audit.EvidenceAttached); err != nil {
		return data.Application{}, err
	}
	a, err := getApplication(tx, id)
	if err == nil && a.State == data.Withdrawn {
		err = ErrState
	}
	return a, err
}

// fits reports whether a case has room for another scan, and such a group. The
// group may be one whose values are not entered yet.
func fits(a data.Application, group string) error {
	if len(a.Evidence) >= data.MaxEvidence {
		return unfit("many", "", strconv.Itoa(data.MaxEvidence))
	}
	return knownGroup(group)
}

func knownGroup(group string) error {
	if group != "" && !data.ValidGroup(group) {
		return noGroup(group)
	}
	return nil
}

func noGroup(group string) error {
	return &ProblemsError{Problems: []data.Problem{{Field: "group", Key: "problem.code.unknown", Value: group, Example: data.GroupIdentity}}}
}

// fileName is the last part of a path as people see it, whatever system it is from.
func fileName(name string) string {
	name = data.CleanText(name[strings.LastIndexAny(name, `/\`)+1:])
	for utf8.RuneCountInString(name) > 100 {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	return cmp.Or(name, "-")
}

// refOf is what opens the scan.
func refOf(e data.Evidence) attachment.Ref {
	ref := attachment.Ref{Name: e.File, Key: e.Key, Size: e.Size, Type: e.Media}
	hex.Decode(ref.SHA256[:], []byte(e.SHA256)) // what this package wrote; another sum opens nothing
	return ref
}

// evidence is the place of a scan in its case.
func evidence(a data.Application, id string) (int, error) {
	i := slices.IndexFunc(a.Evidence, func(e data.Evidence) bool { return e.ID == id })
	if i < 0 {
		return 0, fmt.Errorf("evidence %q: %w", id, ErrNotFound)
	}
	return i, nil
}

// OpenEvidence shows a scan to an officer, who closes it. One that was destroyed
// is [ErrNotFound].
func (d *Desk) OpenEvidence(ctx context.Context, s staff.Session, id data.ApplicationID, evidenceID string) (io.ReadCloser, data.Evidence, error) {
	var e data.Evidence
	err := d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		if err := staff.Permit(tx, s, audit.EvidenceRead); err != nil {
			return err
		}
		a, err := getApplication(tx, id)
		if err != nil {
			return err
		}
		i, err := evidence(a, evidenceID)
		if err != nil {
			return err
		}
		if e = a.Evidence[i]; !e.Gone.IsZero() {
			return fmt.Errorf("evidence %s: %w", e.ID, ErrNotFound)
		}
		return add(audit.Entry{At: d.clock(), Officer: s.Officer().ID, Act: audit.EvidenceRead, Subject: string(id), Detail: map[string]string{"evidence": e.ID}})
	})
	if err != nil {
		return nil, data.Evidence{}, fmt.Errorf("%s: %w", audit.EvidenceRead, err)
	}
	r, err := d.attachments.Open(ctx, refOf(e))
	if err != nil {
		return nil, data.Evidence{}, fmt.Errorf("%s: %w", audit.EvidenceRead, err)
	}
	return r, e, nil
}

// MoveEvidence says which group a scan shows.
func (d *Desk) MoveEvidence(ctx context.Context, s staff.Session, id data.ApplicationID, evidenceID, group string) (data.Application, error) {
	return d.act(ctx, s, audit.EvidenceMoved, id, func(_ store.Tx, a *data.Application, entry *audit.Entry) error {
		if a.State == data.Withdrawn {
			return ErrState
		}
		i, err := evidence(*a, evidenceID)
		if err == nil {
			err = knownGroup(group)
		}
		if err != nil {
			return err
		}
		a.Evidence = slices.Clone(a.Evidence)
		a.Evidence[i].Group = group
		entry.Detail["evidence"], entry.Detail["group"] = evidenceID, group
		return nil
	})
}

// RemoveEvidence takes a scan away that was attached by mistake, while the case
// is at the counter. One that was found under another traveller stays.
func (d *Desk) RemoveEvidence(ctx context.Context, s staff.Session, id data.ApplicationID, evidenceID string) (data.Application, error) {
	var gone []data.Evidence
	a, err := d.act(ctx, s, audit.EvidenceRemoved, id, func(_ store.Tx, a *data.Application, entry *audit.Entry) error {
		if a.State != data.Draft && a.State != data.Returned {
			return ErrState
		}
		i, err := evidence(*a, evidenceID)
		if err != nil {
			return err
		}
		e := a.Evidence[i]
		if slices.ContainsFunc(a.Same, func(m data.SameReport) bool { return m.By == data.SameScan && m.Value == e.SHA256 }) {
			return &ProblemsError{Problems: []data.Problem{{Field: "evidence", Key: "problem.same-report.scan", Value: e.Name}}}
		}
		gone = []data.Evidence{e}
		a.Evidence = slices.Delete(slices.Clone(a.Evidence), i, i+1)
		entry.Detail["evidence"] = e.ID
		return nil
	})
	if err != nil && !errors.Is(err, audit.ErrHeadNotWritten) {
		return a, err
	}
	return a, errors.Join(err, d.removeFiles(gone))
}

// removeFiles removes the files of scans whose records are gone.
func (d *Desk) removeFiles(scans []data.Evidence) (err error) {
	for _, e := range scans {
		if e.File != "" {
			err = errors.Join(err, d.attachments.Remove(refOf(e)))
		}
	}
	return err
}

// SeenOriginal is an officer's word to have the originals of a group before
// them, with the values it has now, or takes it back.
func (d *Desk) SeenOriginal(ctx context.Context, s staff.Session, id data.ApplicationID, group string, on bool) (data.Application, error) {
	return d.act(ctx, s, audit.OriginalSeen, id, func(_ store.Tx, a *data.Application, e *audit.Entry) error {
		switch a.State {
		case data.Draft, data.Submitted, data.InReview, data.OnHold, data.Returned:
		default:
			return ErrState
		}
		groups := a.Content.Groups()
		i := slices.IndexFunc(groups, func(g data.Group) bool { return g.Name == group })
		if i < 0 {
			return noGroup(group)
		}
		a.Originals = slices.DeleteFunc(slices.Clone(a.Originals), func(o data.Attestation) bool { return o.Group == group })
		if on {
			a.Originals = append(a.Originals, data.Attestation{Group: group, Hash: groups[i].Hash, Officer: s.Officer().ID, At: d.clock()})
		}
		e.Detail["group"], e.Detail["on"] = group, fmt.Sprint(on)
		return nil
	})
}

// EvidenceTime is how many days after the hand-over scans are destroyed; their
// hashes stay. 0: they stay as long as the case.
func (d *Desk) EvidenceTime(ctx context.Context) (days int, err error) {
	err = d.log.View(ctx, func(tx store.Tx) error {
		days, _, err = store.Get[int](tx, store.SettingEvidence)
		return err
	})
	return days, err
}

// SetEvidenceTime sets [Desk.EvidenceTime]. It takes two.
func (d *Desk) SetEvidenceTime(ctx context.Context, s, second staff.Session, days int) error {
	if days < 0 || days > 3660 {
		return &ProblemsError{Problems: []data.Problem{{Field: "evidence", Key: "problem.evidence.days", Value: strconv.Itoa(days), Example: "30"}}}
	}
	return d.postAct(ctx, s, &second, audit.EvidenceTimeSet, "", func(tx store.Tx, e *audit.Entry) error {
		e.Detail["days"] = strconv.Itoa(days)
		return store.Put(tx, store.SettingEvidence, days)
	})
}

// destroyScans destroys the scans whose time is over. Those of a case in doubt,
// or revoked for fraud, are evidence and stay as long as the case.
func (d *Desk) destroyScans(ctx context.Context) error {
	days, err := d.EvidenceTime(ctx)
	if err != nil || days == 0 {
		return err
	}
	now := d.clock()
	rows := d.filter(func(r Row) bool {
		return r.Scans > 0 && !r.HandedOver.IsZero() && now.After(r.HandedOver.AddDate(0, 0, days))
	})
	for _, r := range rows {
		if err := ctx.Err(); err != nil {
			return err
		}
		var gone []data.Evidence
		err := d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
			gone = nil
			a, err := getApplication(tx, r.ID)
			if err != nil {
				return err
			}
			c, _, err := store.Get[data.Certificate](tx, store.CertificateKey(a.Certificate))
			if err != nil {
				return err
			}
			if c.Revoked != nil && c.Revoked.Reason == data.RevokedFraud || len(a.Doubts()) > 0 {
				return ErrState
			}
			gone = destroyed(&a, now)
			return errors.Join(replaceApplication(tx, a, gone), add(audit.Entry{At: now, Act: audit.EvidenceDestroyed, Subject: string(a.ID),
				Detail: map[string]string{"scans": strconv.Itoa(len(gone))}}))
		})
		if errors.Is(err, ErrState) || errors.Is(err, ErrNotFound) {
			continue
		} else if err != nil && !errors.Is(err, audit.ErrHeadNotWritten) {
			return fmt.Errorf("%s: %w", audit.EvidenceDestroyed, err)
		}
		if err := errors.Join(err, d.removeFiles(gone), d.refresh(ctx, r.ID)); err != nil {
			return err
		}
	}
	return nil
}

// destroyed takes the keys of all scans out of a case and returns what they were.
func destroyed(a *data.Application, at time.Time) (gone []data.Evidence) {
	a.Evidence = slices.Clone(a.Evidence)
	for i := range a.Evidence {
		if e := &a.Evidence[i]; e.Gone.IsZero() {
			gone = append(gone, *e)
			e.File, e.Key, e.Gone = "", "", at
		}
	}
	return gone
}

// replaceApplication stores a case whose scans went, and compacts the database
// when it is next opened: their keys are in free pages until then.
func replaceApplication(tx store.Tx, a data.Application, gone []data.Evidence) error {
	before := a
	before.Evidence = append(slices.Clone(a.Evidence), gone...)
	return errors.Join(putApplication(tx, before, a), tx.Put(store.CompactKey, []byte{}))
}

// sweep removes files of scans that no record knows.
func (d *Desk) sweep(ctx context.Context) error {
	if d.attachments.Path == "" {
		return nil
	}
	return d.log.View(ctx, func(tx store.Tx) error {
		var failed error
		_, err := d.attachments.Sweep(ctx, d.clock(), func(name string) bool {
			ids, err := lookup(tx, fieldFile, name)
			failed = errors.Join(failed, err)
			return err != nil || len(ids) > 0 // what cannot be looked up stays
		})
		return errors.Join(err, failed)
	})
}
