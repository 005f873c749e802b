package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/handover"
	"pratique/data/staff"
	"pratique/data/store"
)

// batch is how many cases one transaction changes where many are: far below
// what an act may write.
const batch = 30

// Handover tells a port of entry whom to expect on days from first to last: a
// signed list, see data/handover, and what it says. Those on it are known to the
// port from now on.
func (d *Desk) Handover(ctx context.Context, s staff.Session, port string, first, last data.Date) ([]byte, handover.List, error) {
	signed, list, err := d.makeHandover(ctx, s, port, first, last)
	if err != nil {
		return nil, handover.List{}, fmt.Errorf("%s: %w", audit.HandoverMade, err)
	}
	return signed, list, nil
}

func (d *Desk) makeHandover(ctx context.Context, s staff.Session, port string, first, last data.Date) ([]byte, handover.List, error) {
	now := d.clock()
	list := handover.List{Port: port, From: first, Until: last, Made: now.UTC().Truncate(time.Second)}
	var problems []data.Problem
	if !data.ValidAirport(port) {
		problems = append(problems, data.Problem{Field: "port", Key: "problem.airport", Value: port, Example: "PVG"})
	}
	if !first.Full() || !last.Full() || last < first {
		problems = append(problems, data.Problem{Field: "from", Key: "problem.date.form", Value: string(first) + " – " + string(last), Example: "2026-11-22"})
	}
	if len(problems) > 0 {
		return nil, list, &ProblemsError{Problems: problems}
	}
	if err := d.permit(ctx, s, audit.HandoverMade); err != nil {
		return nil, list, err
	}
	rows := d.filter(func(r Row) bool {
		day := landing(r.last)
		return (r.State == data.Issued || r.State == data.FollowUp) && r.Port == port && day >= first && day <= last
	})
	if len(rows) > handover.MaxRows {
		return nil, list, &ProblemsError{Problems: []data.Problem{{Field: "from", Key: "problem.too-many", Value: strconv.Itoa(len(rows)), Example: strconv.Itoa(handover.MaxRows)}}}
	}
	var fresh []data.ApplicationID
	err := d.log.View(ctx, func(tx store.Tx) error {
		for _, r := range rows {
			a, err := getApplication(tx, r.ID)
			if err != nil {
				return err
			}
			row := handover.Row{Reference: a.Reference, Flight: r.last.Flight, Day: landing(r.last), Risk: r.Risk, Note: a.PortNote}
			if a.Certificate != "" {
				c, err := issued(tx, a.Certificate)
				if errors.Is(err, ErrNotFound) {
					continue // being issued at this moment
				} else if err != nil {
					return err
				}
				row.Number, row.Status, row.Colour = c.Number, handover.Issued, c.Statement.Colour
				if c.Revoked != nil {
					row.Status, row.Colour = handover.Revoked, ""
				}
			} else if a.Decision != nil {
				row.Status, row.Colour = handover.FollowUp, a.Decision.Colour
			} else {
				continue
			}
			if list.Rows = append(list.Rows, row); a.Passed.Known.IsZero() {
				fresh = append(fresh, a.ID)
			}
		}
		return nil
	})
	if err != nil {
		return nil, list, err
	}
	list.Sort()
	signer, err := d.listSigner(ctx, handoverKey)
	if err != nil {
		return nil, list, err
	}
	list.Origin = signer.Name()
	signed, err := handover.Sign(list, signer)
	if err != nil {
		return nil, list, err
	}
	// The list goes out only after everything that says so is stored.
	slices.Sort(fresh)
	for some := range slices.Chunk(append(fresh, ""), batch) { // at least one entry
		err := d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
			if err := staff.Permit(tx, s, audit.HandoverMade); err != nil {
				return err
			}
			for _, id := range some {
				if id == "" {
					continue
				}
				a, err := getApplication(tx, id)
				if errors.Is(err, ErrNotFound) {
					continue // erased meanwhile
				} else if err != nil {
					return err
				}
				if a.Passed.Known.IsZero() {
					a.Passed.Known = now
				}
				if err := store.Put(tx, store.ApplicationKey(id), a); err != nil {
					return err
				}
			}
			return add(audit.Entry{At: now, Officer: s.Officer().ID, Act: audit.HandoverMade, Subject: port, Detail: map[string]string{
				"from": string(first), "until": string(last), "rows": strconv.Itoa(len(list.Rows))}})
		})
		if err != nil && !errors.Is(err, audit.ErrHeadNotWritten) {
			return nil, list, err
		}
		for _, id := range some {
			if err := d.refresh(ctx, id); err != nil {
				return nil, list, err
			}
		}
	}
	return signed, list, nil
}

// landing is the day a flight lands, or leaves if it is not known when it lands.
func landing(l data.Leg) data.Date {
	if day := l.Arrives.Date(); day.Full() {
		return day
	}
	return l.Departs.Date()
}

// NotePort writes what the port of entry is told of a case besides. It must not
// say what a test found: the list goes to people who need not know.
func (d *Desk) NotePort(ctx context.Context, s staff.Session, id data.ApplicationID, text string) (data.Application, error) {
	text = strings.ReplaceAll(wording(text), "|", "/")
	return d.act(ctx, s, audit.PortNoted, id, func(_ store.Tx, a *data.Application, _ *audit.Entry) error {
		if a.State == data.Withdrawn {
			return ErrState
		}
		if p := d.sayable("note", text, handover.MaxNote, false); len(p) > 0 {
			return &ProblemsError{Problems: p}
		}
		a.PortNote = text
		return nil
	})
}

// ReadPassed takes in the checkpoints that a port says travellers passed: all of
// a file, or nothing of it and a [ProblemsError] with everything that is wrong.
// A case goes forward only: it must be known to that port, and nothing that was
// recorded changes. The same file again changes nothing. It returns the
// checkpoints that were new.
func (d *Desk) ReadPassed(ctx context.Context, s staff.Session, b []byte) (fresh []handover.Passed, err error) {
	if err := d.permit(ctx, s, audit.PassedRead); err != nil {
		return nil, err
	}
	port, passed, problems, err := handover.ReadPassed(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", audit.PassedRead, err)
	}
	next := map[data.ApplicationID]data.Passed{}
	byReference := map[data.Reference][]data.ApplicationID{}
	for _, r := range d.filter(func(r Row) bool { return r.Reference != "" }) { // now: no transaction waits for the rows
		byReference[r.Reference] = append(byReference[r.Reference], r.ID)
	}
	err = d.log.View(ctx, func(tx store.Tx) error {
		for _, p := range passed {
			id, err := caseOf(tx, p, byReference[p.Reference])
			if err != nil {
				return err
			}
			key, change := "problem.passed.unknown", false
			var now data.Passed
			if id != "" {
				a, err := getApplication(tx, id)
				if err != nil {
					return err
				}
				var ok bool
				if now, ok = next[id]; !ok {
					now = a.Passed
				}
				key, change = pass(&now, p, portOf(a) == port, d.clock())
			}
			switch {
			case key != "":
				problems = append(problems, data.Problem{Field: p.Field(), Key: key, Value: p.At.Format(time.RFC3339), Example: port})
			case change:
				next[id] = now
				fresh = append(fresh, p)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", audit.PassedRead, err)
	}
	if len(problems) > 0 {
		return nil, &ProblemsError{Problems: problems}
	}
	var ids []data.ApplicationID
	for id := range next {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for some := range slices.Chunk(append(ids, ""), batch) {
		err := d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
			if err := staff.Permit(tx, s, audit.PassedRead); err != nil {
				return err
			}
			for _, id := range some {
				if id == "" {
					continue
				}
				a, err := getApplication(tx, id)
				if err != nil {
					return err
				}
				a.Passed = next[id]
				if err := store.Put(tx, store.ApplicationKey(id), a); err != nil {
					return err
				}
			}
			return add(audit.Entry{At: d.clock(), Officer: s.Officer().ID, Act: audit.PassedRead, Subject: port, Detail: map[string]string{"new": strconv.Itoa(len(fresh))}})
		})
		if err != nil && !errors.Is(err, audit.ErrHeadNotWritten) {
			return nil, fmt.Errorf("%s: %w", audit.PassedRead, err)
		}
		for _, id := range some {
			if err := d.refresh(ctx, id); err != nil {
				return nil, err
			}
		}
	}
	return fresh, nil
}

// pass records a checkpoint, or says by the key of a problem why it cannot be.
func pass(now *data.Passed, p handover.Passed, here bool, clock time.Time) (key string, change bool) {
	at := &now.Boarded
	if p.Landed {
		at = &now.Landed
	}
	switch {
	case now.Known.IsZero() || !here:
		return "problem.passed.port", false
	case at.Equal(p.At):
		return "", false
	case !at.IsZero():
		return "problem.passed.already", false
	case p.At.After(clock.Add(5 * time.Minute)): // the post's clock may be slow
		return "problem.passed.future", false
	case !p.Landed && !now.Landed.IsZero(), p.Landed && p.At.Before(now.Boarded):
		return "problem.passed.order", false
	}
	*at = p.At.UTC()
	return "", true
}

func portOf(a data.Application) string {
	legs := a.Content.Itinerary
	if len(legs) == 0 {
		return ""
	}
	return legs[len(legs)-1].To
}

// caseOf is the case that a line names, empty if there is none; those are the
// cases with its reference.
func caseOf(tx store.Tx, p handover.Passed, those []data.ApplicationID) (data.ApplicationID, error) {
	switch {
	case p.Number != "":
		c, err := issued(tx, p.Number)
		if errors.Is(err, ErrNotFound) || !c.Erased.IsZero() {
			return "", nil
		}
		return c.Application, err
	case len(those) != 1:
		return "", nil
	}
	return those[0], nil
}
