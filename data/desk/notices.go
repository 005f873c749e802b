package desk

import (
	"context"
	"fmt"
	"slices"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/rules"
	"pratique/data/staff"
	"pratique/data/store"
)

// Notice is a version of a notice at the post: its record with what is in it.
type Notice struct {
	rules.Record
	Notice *rules.Notice
}

// Notices are all versions of all notices the post has had, by name and version.
func (d *Desk) Notices(ctx context.Context, s staff.Session) (all []Notice, err error) {
	err = d.postAct(ctx, s, nil, audit.NoticesRead, "", func(tx store.Tx, _ *audit.Entry) error {
		all = nil
		return store.Each(tx, store.Notices, "", 0, func(_ string, r rules.Record) error {
			n, err := d.notice(r)
			all = append(all, Notice{r, n})
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// versions are the records of one notice, the newest last.
func versions(tx store.Tx, id string) (all []rules.Record, err error) {
	err = store.Each(tx, store.Notices, "", 0, func(_ string, r rules.Record) error {
		if r.ID == id {
			all = append(all, r)
		}
		return nil
	})
	return all, err
}

// version is the record of one version of a notice.
func version(tx store.Tx, id string, v int) (rules.Record, error) {
	r, found, err := store.Get[rules.Record](tx, store.Notices+rules.Key(id, v))
	if err == nil && !found {
		err = fmt.Errorf("notice %s: %w", rules.Key(id, v), ErrNotFound)
	}
	return r, err
}

// ImportNotice takes a notice's file into the post; it is not in force by that.
// The error is a [ProblemsError] if the file is no notice, is another post's,
// does not do what its own examples say, or is not newer than the versions here.
func (d *Desk) ImportNotice(ctx context.Context, s staff.Session, file []byte) (Notice, error) {
	if err := d.permit(ctx, s, audit.NoticeImported); err != nil {
		return Notice{}, err
	}
	wrong := func(key, value, example string) error {
		return &ProblemsError{Problems: []data.Problem{{Field: "notice", Key: key, Value: value, Example: example}}}
	}
	n, err := rules.Load(file, d.book)
	switch {
	case err != nil:
		return Notice{}, wrong("problem.notice.form", err.Error(), "")
	case n.Post.Code != d.post.Code:
		return Notice{}, wrong("problem.notice.post", n.Post.Code, d.post.Code)
	}
	for _, x := range rules.Test(n, d.book) {
		if len(x.Wrong) > 0 {
			return Notice{}, wrong("problem.notice.example", x.Example, x.Wrong[0])
		}
	}
	r := rules.Record{ID: n.ID, Version: n.Version, State: rules.Imported, Text: file,
		History: []rules.Event{{State: rules.Imported, At: d.clock(), Officer: s.Officer().ID}}}
	err = d.postAct(ctx, s, nil, audit.NoticeImported, rules.Key(n.ID, n.Version), func(tx store.Tx, _ *audit.Entry) error {
		before, err := versions(tx, n.ID)
		if err != nil {
			return err
		}
		if last := len(before) - 1; last >= 0 && before[last].Version >= n.Version {
			return wrong("problem.notice.version", fmt.Sprint(n.Version), fmt.Sprint(before[last].Version+1))
		}
		return store.Put(tx, store.Notices+rules.Key(n.ID, n.Version), r)
	})
	if err != nil {
		return Notice{}, err
	}
	return Notice{r, n}, nil
}

// DiffNotice says in what a version differs from the one of the same notice that
// is in force, or, if none is, from nothing.
func (d *Desk) DiffNotice(ctx context.Context, s staff.Session, id string, v int) (all []rules.Difference, err error) {
	err = d.postAct(ctx, s, nil, audit.NoticesRead, rules.Key(id, v), func(tx store.Tx, _ *audit.Entry) error {
		r, err := version(tx, id, v)
		if err != nil {
			return err
		}
		is, err := d.notice(r)
		if err != nil {
			return err
		}
		n, err := d.norms(tx)
		if err != nil {
			return err
		}
		var was *rules.Notice
		if i := slices.IndexFunc(n.notices, func(o *rules.Notice) bool { return o.ID == id }); i >= 0 {
			was = n.notices[i]
		}
		all = rules.Diff(was, is)
		return nil
	})
	return all, err
}

// Effect is what a notice would change for a case.
type Effect struct {
	ID            data.ApplicationID
	State         data.State
	Flight        string
	Departs       data.Moment
	Before, After rules.Answer // [rules.Open] also where no notice counts
	Failed        []string     // checks of the notice that fail, by name
}

// DryRun says which cases of the last days would have come out otherwise, had a
// version of a notice been in force: each as it is, at the minute it was approved
// or else submitted. Nothing changes. Progress is told how many of how many are
// done; cancelling ctx ends it.
func (d *Desk) DryRun(ctx context.Context, s staff.Session, id string, v, days int, progress func(done, total int)) (effects []Effect, err error) {
	now := d.clock()
	var in, candidate norms
	err = d.postAct(ctx, s, nil, audit.NoticeTried, rules.Key(id, v), func(tx store.Tx, e *audit.Entry) error {
		e.Detail["days"] = fmt.Sprint(days)
		r, err := version(tx, id, v)
		if err != nil {
			return err
		}
		n, err := d.notice(r)
		if err != nil {
			return err
		}
		in, err = d.norms(tx)
		candidate = in.with(n)
		return err
	})
	if err != nil {
		return nil, err
	}
	since := now.AddDate(0, 0, -days)
	rows := d.filter(func(r Row) bool { return !r.Changed.Before(since) })
	slices.SortFunc(rows, byDeparture)
	for i, r := range rows {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("dry run: %w", err)
		}
		var a data.Application
		err := d.log.View(ctx, func(tx store.Tx) (err error) {
			a, err = getApplication(tx, r.ID)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("dry run: %w", err)
		}
		at := a.Submitted
		if a.Approval != nil {
			at = a.Approval.At
		}
		if !at.IsZero() && a.State != data.Withdrawn {
			before, _ := d.assess(in, a.Content, a.Override, at)
			after, _ := d.assess(candidate, a.Content, a.Override, at)
			if was, is := answer(before), answer(after); was != is {
				e := Effect{ID: a.ID, State: a.State, Flight: r.Flight, Departs: r.Departs, Before: was, After: is}
				for _, f := range after.Findings {
					if f.Result == rules.Fail && !slices.Contains(e.Failed, f.Check) {
						e.Failed = append(e.Failed, f.Check)
					}
				}
				effects = append(effects, e)
			}
		}
		progress(i+1, len(rows))
	}
	return effects, nil
}

func answer(a rules.Assessment) rules.Answer {
	if a.Outcome.Answer == "" {
		return rules.Open
	}
	return a.Outcome.Answer
}

// ActivateNotice puts an imported version in force: two officers. The version
// that was is out of force by that, and every case with its end before it is
// assessed again: [Desk.Outside] lists those that are now outside.
func (d *Desk) ActivateNotice(ctx context.Context, s, second staff.Session, id string, v int) error {
	return d.turnNotice(ctx, s, second, audit.NoticeActivated, id, v, rules.Imported, rules.Active)
}

// RetireNotice puts a version out of force, for good: two officers.
func (d *Desk) RetireNotice(ctx context.Context, s, second staff.Session, id string, v int) error {
	return d.turnNotice(ctx, s, second, audit.NoticeRetired, id, v, rules.Active, rules.Retired)
}

func (d *Desk) turnNotice(ctx context.Context, s, second staff.Session, act audit.Act, id string, v int, from, to rules.State) error {
	err := d.postAct(ctx, s, &second, act, rules.Key(id, v), func(tx store.Tx, e *audit.Entry) error {
		event := rules.Event{At: e.At, Officer: s.Officer().ID, Second: second.Officer().ID}
		turn := func(r rules.Record, to rules.State) error {
			event.State = to
			r.State, r.History = to, append(slices.Clone(r.History), event)
			return store.Put(tx, store.Notices+rules.Key(r.ID, r.Version), r)
		}
		r, err := version(tx, id, v)
		if err != nil {
			return err
		}
		if r.State != from {
			return ErrState
		}
		if err := turn(r, to); err != nil || to != rules.Active {
			return err
		}
		all, err := versions(tx, id)
		for _, old := range all {
			if err == nil && old.Version != v && old.State == rules.Active {
				e.Detail["instead"] = rules.Key(id, old.Version)
				err = turn(old, rules.Retired)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return d.reassess(ctx)
}

// Outsider is a case that the notice in force does not grant, or not as it was
// approved.
type Outsider struct {
	Row
	Assessment rules.Assessment
	Known      bool // whether a notice counts for its flight at all
}

// Outside are the submitted cases with their end before them that are outside
// of what the notice in force grants now, by departure: because a notice
// changed, a flight moved, or time went by. At a post without notices there are none.
func (d *Desk) Outside(ctx context.Context, s staff.Session) (all []Outsider, err error) {
	rows := d.filter(func(r Row) bool {
		return pending(r.State) && r.State != data.Draft || r.State == data.Draft && !r.Moved.IsZero()
	})
	slices.SortFunc(rows, byDeparture)
	now := d.clock()
	err = d.postAct(ctx, s, nil, audit.ListRead, "", func(tx store.Tx, e *audit.Entry) error {
		all = nil
		n, err := d.norms(tx)
		if err != nil {
			return err
		}
		for _, r := range rows {
			a, err := getApplication(tx, r.ID)
			if err != nil {
				return err
			}
			got, ok := d.assess(n, a.Content, a.Override, now)
			out := len(n.notices) > 0 && !got.Grants()
			if a.Approval != nil {
				out = !d.same(n, a, *a.Approval, now)
			}
			if out {
				all = append(all, Outsider{r, got, ok})
			}
		}
		e.Detail["list"], e.Detail["count"] = "outside", fmt.Sprint(len(all))
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}
