package desk

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/staff"
	"pratique/data/store"
)

// sampling is the setting [store.SettingSampling]. Who does not have the key
// cannot tell beforehand whose laboratory will be asked, nor bring it about.
type sampling struct {
	data.Sampling
	Key []byte `json:"key"`
}

// sampled reports whether a case is one of those whose laboratory is asked: the
// same answer whenever it is asked, and at a higher rate still the same cases.
func (s sampling) sampled(id data.ApplicationID, l data.LaboratoryID, risk string) bool {
	rate := s.Rate(l, risk)
	if rate == 0 || len(s.Key) == 0 {
		return false
	}
	h := hmac.New(sha256.New, s.Key)
	h.Write([]byte(string(id) + "\x00" + string(l)))
	return binary.BigEndian.Uint64(h.Sum(nil))%100 < uint64(rate)
}

// Sampling says in how many of a hundred cases laboratories are asked.
func (d *Desk) Sampling(ctx context.Context) (data.Sampling, error) {
	var set sampling
	err := d.log.View(ctx, func(tx store.Tx) (err error) {
		set, _, err = store.Get[sampling](tx, store.SettingSampling)
		return err
	})
	return set.Sampling, err
}

// SetSampling sets [Desk.Sampling]. It takes two.
func (d *Desk) SetSampling(ctx context.Context, s, second staff.Session, rates data.Sampling) error {
	laboratories, err := d.Laboratories(ctx)
	if err != nil {
		return err
	}
	var problems []data.Problem
	percent := func(field string, n int) {
		if n < 0 || n > 100 {
			problems = append(problems, data.Problem{Field: field, Key: "problem.percent", Value: strconv.Itoa(n), Example: "10"})
		}
	}
	percent("percent", rates.Percent)
	for risk, n := range rates.Risk {
		percent("risk", n)
		if !slices.Contains(data.Risks, risk) {
			problems = append(problems, data.Problem{Field: "risk", Key: "problem.code.unknown", Value: risk, Example: data.Risks[0]})
		}
	}
	for l, n := range rates.Laboratories {
		percent("laboratories", n)
		if !slices.ContainsFunc(laboratories, func(o data.Laboratory) bool { return o.ID == l }) {
			problems = append(problems, data.Problem{Field: "laboratories", Key: "problem.code.unknown", Value: string(l)})
		}
	}
	if len(problems) > 0 {
		return &ProblemsError{Problems: problems}
	}
	fresh := make([]byte, 32)
	rand.Read(fresh) // never fails
	return d.postAct(ctx, s, &second, audit.SamplingSet, "", func(tx store.Tx, e *audit.Entry) error {
		set, _, err := store.Get[sampling](tx, store.SettingSampling)
		if err != nil {
			return err
		}
		if set.Sampling = rates; set.Key == nil {
			set.Key = fresh
		}
		e.Detail["percent"] = strconv.Itoa(rates.Percent)
		for _, risk := range slices.Sorted(maps.Keys(rates.Risk)) {
			e.Detail["risk "+risk] = strconv.Itoa(rates.Risk[risk])
		}
		e.Detail["laboratories"] = strconv.Itoa(len(rates.Laboratories))
		return store.Put(tx, store.SettingSampling, set)
	})
}

// due are the tests of a case, counted from 0, about which its laboratory is to
// be asked, or was, and has not answered.
func due(tx store.Tx, a data.Application) (tests []int, err error) {
	set, _, err := store.Get[sampling](tx, store.SettingSampling)
	if err != nil {
		return nil, err
	}
	risks, err := flights(tx)
	if err != nil {
		return nil, err
	}
	for i, t := range a.Content.Tests {
		last := a.LastCheck(i)
		switch asked := !last.Asked.IsZero(); {
		case t.Laboratory == "":
		case asked && last.Outcome == "", asked && last.Outcome != data.Denied && last.Hash != groupHash(a.Content, i):
			tests = append(tests, i)
		case !asked && set.sampled(a.ID, t.Laboratory, riskOf(risks, a)):
			tests = append(tests, i)
		}
	}
	return tests, nil
}

func groupHash(c data.Content, test int) string {
	for _, g := range c.Groups() {
		if g.Name == data.GroupTest(test) {
			return g.Hash
		}
	}
	return ""
}

// doubts are what stops the approval of a case, and its certificate, apart from
// its content.
func (d *Desk) doubts(tx store.Tx, a data.Application) ([]data.Problem, error) {
	problems := a.Doubts()
	open, err := due(tx, a)
	for _, i := range open {
		problems = append(problems, data.Problem{Field: fmt.Sprintf("tests[%d]", i), Key: "problem.backcheck.open", Value: string(a.Content.Tests[i].Laboratory)})
	}
	return problems, err
}

// Doubts are what stops a case apart from its content: a report that another
// traveller handed in, a laboratory that denies one or has not answered.
func (d *Desk) Doubts(ctx context.Context, s staff.Session, id data.ApplicationID) (problems []data.Problem, err error) {
	err = d.postAct(ctx, s, nil, audit.ListRead, string(id), func(tx store.Tx, e *audit.Entry) error {
		e.Detail["list"] = "doubts"
		a, err := getApplication(tx, id)
		if err == nil {
			problems, err = d.doubts(tx, a)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return problems, nil
}

// BackCheck records that a laboratory was asked about a test, if c has no
// outcome, or what it answered. Of c only Test, By, Outcome and Note count. What
// it answered is recorded by a reviewer who did not prepare the case, and needs
// a note unless it confirms; a yes counts for the values as they are now. The same
// answer again changes nothing.
func (d *Desk) BackCheck(ctx context.Context, s staff.Session, id data.ApplicationID, c data.BackCheck) (data.Application, error) {
	what := audit.BackCheckAsked
	if c.Outcome != "" {
		what = audit.BackCheckAnswered
	}
	return d.act(ctx, s, what, id, func(tx store.Tx, a *data.Application, e *audit.Entry) error {
		switch a.State {
		case data.PreDeclared, data.Withdrawn:
			return ErrState
		}
		c := c // fn may run again
		if err := d.checkBackCheck(*a, &c); err != nil {
			return err
		}
		now, me := d.clock(), s.Officer().ID
		c.Hash = groupHash(a.Content, c.Test)
		open := -1
		for i, o := range a.BackChecks {
			if o.Test == c.Test && o.Outcome == "" {
				open = i
			}
		}
		if c.Outcome != "" {
			if _, err := d.solo(tx, s, a); err != nil {
				return err
			}
			c.At, c.By2 = now, me
		}
		a.BackChecks = slices.Clone(a.BackChecks)
		switch last := a.LastCheck(c.Test); {
		case open < 0 && c.Outcome != "" && last.Outcome == c.Outcome && last.Note == c.Note && last.Hash == c.Hash && last.By2 == me && (c.By == "" || last.By == c.By):
			// the same word again, as of somebody who pressed twice
		case open >= 0 && c.Outcome != "": // the answer to what was asked
			asked := a.BackChecks[open]
			c.Asked, c.Officer, c.By, c.Laboratory = asked.Asked, asked.Officer, cmp.Or(c.By, asked.By), asked.Laboratory
			// It is the newest word on the test, whatever was asked since.
			a.BackChecks = append(slices.Delete(a.BackChecks, open, open+1), c)
		case open >= 0: // asked once more
			asked := &a.BackChecks[open]
			asked.Asked, asked.Officer, asked.By, asked.Hash, asked.Note = now, me, c.By, c.Hash, c.Note
		case len(a.BackChecks) >= data.MaxBackChecks:
			return ErrState
		default:
			c.Asked, c.Officer = now, me
			a.BackChecks = append(a.BackChecks, c)
		}
		e.Detail["test"], e.Detail["outcome"] = strconv.Itoa(c.Test+1), c.Outcome
		return nil
	})
}

// checkBackCheck says what is wrong with what is to be recorded, and fills in
// the laboratory.
func (d *Desk) checkBackCheck(a data.Application, c *data.BackCheck) error {
	var problems []data.Problem
	stop := func(wrong bool, field, key, value, example string) {
		if wrong {
			problems = append(problems, data.Problem{Field: field, Key: key, Value: value, Example: example})
		}
	}
	c.Note = wording(c.Note)
	asked := !a.LastCheck(c.Test).Asked.IsZero()
	if c.Test >= 0 && c.Test < len(a.Content.Tests) {
		c.Laboratory = a.Content.Tests[c.Test].Laboratory
	} else {
		c.Laboratory = a.LastCheck(c.Test).Laboratory // of a test that was taken away since
	}
	stop(c.Laboratory == "", fmt.Sprintf("tests[%d].laboratory", c.Test), "problem.required", "", "")
	stop(c.By != "" && !slices.Contains(data.BackCheckWays, c.By), "by", "problem.code.unknown", c.By, data.BackCheckWays[0])
	stop(c.By == "" && !(asked && c.Outcome != ""), "by", "problem.required", "", data.BackCheckWays[0])
	stop(c.Outcome != "" && !slices.Contains(data.BackCheckOutcomes, c.Outcome), "outcome", "problem.code.unknown", c.Outcome, data.Confirmed)
	problems = append(problems, d.sayable("note", c.Note, data.MaxText, c.Outcome == data.Denied || c.Outcome == data.NoAnswer)...)
	if len(problems) > 0 {
		return &ProblemsError{Problems: problems}
	}
	return nil
}

// Due is a test about which its laboratory is to be asked, or was.
type Due struct {
	Row        Row
	Test       int // counted from 0
	Kind       data.TestKind
	ReportNo   string
	Laboratory data.Laboratory
	Check      data.BackCheck // what was asked; zero if nobody has
}

// BackChecks are the tests of cases under review whose laboratory has still to
// say something, in the order of the queue.
func (d *Desk) BackChecks(ctx context.Context, s staff.Session) (all []Due, err error) {
	rows, err := d.Queue(s, data.Submitted, data.InReview, data.OnHold)
	if err != nil {
		return nil, err
	}
	laboratories, err := d.Laboratories(ctx)
	if err != nil {
		return nil, err
	}
	err = d.log.View(ctx, func(tx store.Tx) error {
		for _, r := range rows {
			a, err := getApplication(tx, r.ID)
			if err != nil {
				return err
			}
			tests, err := due(tx, a)
			if err != nil {
				return err
			}
			for _, i := range tests {
				t := a.Content.Tests[i]
				one := Due{Row: r, Test: i, Kind: t.Kind, Check: a.LastCheck(i), Laboratory: data.Laboratory{ID: t.Laboratory}, ReportNo: t.ReportNo}
				if at := slices.IndexFunc(laboratories, func(l data.Laboratory) bool { return l.ID == t.Laboratory }); at >= 0 {
					one.Laboratory = laboratories[at]
				}
				all = append(all, one)
			}
		}
		return nil
	})
	return all, err
}
