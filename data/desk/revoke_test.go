package desk_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/store"
)

// narrow is an engine that takes a hundred writes and a mebibyte at a time, as
// one across a network does, and no more updates than it is told to.
type narrow struct {
	store.Store
	left int // updates, -1: any number
}

var errTooMuch, errNoMore = errors.New("too much for one transaction"), errors.New("the line is down")

func (n *narrow) Update(ctx context.Context, fn func(store.Tx) error) error {
	if n.left == 0 {
		return errNoMore
	}
	n.left--
	return n.Store.Update(ctx, func(tx store.Tx) error {
		c := &counting{Tx: tx}
		if err := fn(c); err != nil {
			return err
		}
		if c.writes > 100 || c.bytes > 1<<20 {
			return errTooMuch
		}
		return nil
	})
}

type counting struct {
	store.Tx
	writes, bytes int
}

func (c *counting) Put(key string, value []byte) error {
	c.writes++
	c.bytes += len(key) + len(value)
	return c.Tx.Put(key, value)
}

func (c *counting) Delete(key string) error {
	c.writes++
	return c.Tx.Delete(key)
}

// TestRecallOfMany: as many as a recall finds are revoked, some at a time. What
// stops one stops all of them before anything is done, and what breaks off
// between tells what is left.
func TestRecallOfMany(t *testing.T) {
	const many = 45
	var f faultyStore
	n := &narrow{left: -1}
	p := desktest.New(t, func(c *desk.Config) {
		onFaulty(t, &f)(c)
		n.Store, f.Store = f.Store, n
	})
	var all []data.CertificateNumber
	for range many {
		all = append(all, p.Issued(t, p.Specimen()).Number)
	}
	slices.Sort(all)
	revoked := func() (numbers []data.CertificateNumber) {
		for _, n := range all {
			if r, err := p.Revocation(ctx, n); err != nil {
				t.Fatal(err)
			} else if r != nil {
				numbers = append(numbers, n)
			}
		}
		return numbers
	}
	if _, err := p.Revoke(ctx, p.Reviewer, p.Both, append(slices.Clone(all), "PRXXXXXXXXXX"), "error", ""); !errors.Is(err, desk.ErrNotFound) || len(revoked()) > 0 {
		t.Fatalf("one is not there, and %d are revoked: %v", len(revoked()), err)
	}
	n.left = 1
	done, err := p.Revoke(ctx, p.Reviewer, p.Both, all, "error", "")
	n.left = -1
	var partly *desk.PartlyError
	if !errors.As(err, &partly) || !errors.Is(err, errNoMore) || len(done) == 0 || len(done)+len(partly.Left) != many {
		t.Fatalf("%d done, %v", len(done), err)
	}
	for i, c := range done {
		if c.Number != all[i] || c.Revoked == nil {
			t.Errorf("%s is told of as revoked", c.Number)
		}
	}
	if got := revoked(); !slices.Equal(got, all[:len(done)]) || !slices.Equal(partly.Left, all[len(done):]) {
		t.Errorf("%d revoked, %d left", len(got), len(partly.Left))
	}
	if done, err := p.Revoke(ctx, p.Reviewer, p.Both, partly.Left, "error", ""); err != nil || len(done) != len(partly.Left) || len(revoked()) != many {
		t.Errorf("the rest: %d of %d, %v", len(done), many, err)
	}
	acts := 0
	for _, e := range entries(t, p, 0) {
		if e.Act == audit.CertificateRevoked {
			acts++
		}
	}
	if acts != many {
		t.Errorf("%d entries", acts)
	}
}

// TestHandled: what an officer prepared or approved, from an instant on and
// before another.
func TestHandled(t *testing.T) {
	p := desktest.New(t)
	at := func(d time.Duration, prepare func() data.Certificate) data.CertificateNumber {
		was := p.Now
		p.Now = was.Add(d)
		defer func() { p.Now = was }()
		return prepare().Number
	}
	by := func() data.Certificate { return p.Issued(t, p.Specimen()) }
	first, second, third := at(0, by), at(time.Hour, by), at(2*time.Hour, by)
	theirs := at(2*time.Hour, func() data.Certificate {
		clerk := p.Clerk
		p.Clerk = p.Both
		defer func() { p.Clerk = clerk }()
		return p.Issued(t, p.Specimen())
	})
	p.Now = p.Now.Add(2 * time.Hour)
	p.Submitted(t, p.Specimen()) // is no certificate
	if _, err := p.Revoke(ctx, p.Reviewer, p.Both, []data.CertificateNumber{third}, "error", ""); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		officer     data.OfficerID
		from, until time.Time
		want        []data.CertificateNumber
	}{
		{"officer-a", desktest.Now, p.Now.Add(1), []data.CertificateNumber{first, second, third}},
		{"officer-a", desktest.Now.Add(1), p.Now, []data.CertificateNumber{second}},
		{"officer-b", desktest.Now.Add(time.Hour), p.Now.Add(1), []data.CertificateNumber{second, third, theirs}},
		{"officer-c", desktest.Now, p.Now.Add(1), []data.CertificateNumber{theirs}},
		{"officer-d", desktest.Now, p.Now.Add(1), nil},
	} {
		all, err := p.Handled(ctx, p.Reviewer, tt.officer, tt.from, tt.until)
		var got []data.CertificateNumber
		for i, c := range all {
			if got = append(got, c.Number); i > 0 && c.IssuedAt.Before(all[i-1].IssuedAt) {
				t.Error("not in their order")
			}
			if (c.Revoked != nil) != (c.Number == third) {
				t.Errorf("%s: revoked %v", c.Number, c.Revoked)
			}
		}
		slices.Sort(got)
		slices.Sort(tt.want)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s from %v until %v: %v, want %v, %v", tt.officer, tt.from, tt.until, got, tt.want, err)
		}
		log := entries(t, p, 0)
		if e := log[len(log)-1]; e.Act != audit.ListRead || e.Subject != string(tt.officer) || e.Detail["list"] != "handled" {
			t.Errorf("entry %+v", e)
		}
	}
	if _, err := p.Handled(ctx, p.Administrator, "officer-a", desktest.Now, p.Now); !errors.Is(err, desk.ErrNotPermitted) {
		t.Errorf("an administrator: %v", err)
	}
}
