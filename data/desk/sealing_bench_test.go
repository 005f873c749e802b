package desk_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/store"
	"pratique/data/store/bolt"
	"pratique/data/vault"
)

// What sealing costs is found by doing the same storage again without it: what
// a desk asks of its vault is written down while it works, and done once more on
// a vault and on a bare database of the same engine.

// recorder writes down what is asked of a store.
type recorder struct {
	store.Store
	on    bool
	calls []call
}

// call is one transaction.
type call struct {
	update bool
	steps  []step
}

type step struct {
	what, key, after string
	limit            int
	value            []byte
}

func (r *recorder) run(update bool, fn func(store.Tx) error) func(store.Tx) error {
	return func(tx store.Tx) error {
		if !r.on {
			return fn(tx)
		}
		c := call{update: update}
		err := fn(recorderTx{tx.(*vault.Tx), &c})
		if err == nil {
			r.calls = append(r.calls, c)
		}
		return err
	}
}

func (r *recorder) View(ctx context.Context, fn func(store.Tx) error) error {
	return r.Store.View(ctx, r.run(false, fn))
}

func (r *recorder) Update(ctx context.Context, fn func(store.Tx) error) error {
	return r.Store.Update(ctx, r.run(true, fn))
}

type recorderTx struct {
	*vault.Tx
	call *call
}

func (t recorderTx) Get(key string) ([]byte, error) {
	t.call.steps = append(t.call.steps, step{what: "get", key: key})
	return t.Tx.Get(key)
}

func (t recorderTx) Put(key string, value []byte) error {
	t.call.steps = append(t.call.steps, step{what: "put", key: key, value: append([]byte{}, value...)})
	return t.Tx.Put(key, value)
}

func (t recorderTx) Delete(key string) error {
	t.call.steps = append(t.call.steps, step{what: "delete", key: key})
	return t.Tx.Delete(key)
}

func (t recorderTx) Scan(prefix, after string, limit int, fn func(string, []byte) error) error {
	t.call.steps = append(t.call.steps, step{what: "scan", key: prefix, after: after, limit: limit})
	return t.Tx.Scan(prefix, after, limit, fn)
}

// replay does what was written down. What is not sealed by the vault itself, the
// entries of the log, are put as long as they were.
func replay(b *testing.B, s store.Store, calls []call) {
	b.Helper()
	for _, c := range calls {
		do := s.View
		if c.update {
			do = s.Update
		}
		err := do(context.Background(), func(tx store.Tx) error {
			for _, st := range c.steps {
				var err error
				switch st.what {
				case "get":
					_, err = tx.Get(st.key)
				case "put":
					err = tx.Put(st.key, st.value)
				case "delete":
					err = tx.Delete(st.key)
				case "scan":
					err = tx.Scan(st.key, st.after, st.limit, func(string, []byte) error { return nil })
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func openDB(b *testing.B, name string) store.Store {
	b.Helper()
	path := filepath.Join(b.TempDir(), name)
	if err := bolt.Create(path); err != nil {
		b.Fatal(err)
	}
	s, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

// BenchmarkSealing prints how much longer an issue and a search take than they
// would without encryption: "issue-ratio" and "search-ratio", from the time of
// the whole act and of its storage, sealed and bare.
func BenchmarkSealing(b *testing.B) {
	engine := openDB(b, "post.db")
	r := &recorder{}
	p := desktest.New(b, func(c *desk.Config) {
		head := filepath.Join(b.TempDir(), "head")
		v, log := desktest.Vault(b, engine, head)
		desktest.Fill(b, v, log, desktest.Now)
		r.Store = v
		again, err := audit.Open(context.Background(), r, head)
		if err != nil {
			b.Fatal(err)
		}
		c.Vault, c.Log = v, again
	})
	bare := openDB(b, "bare.db")
	sealedDB := openDB(b, "sealed.db")
	sealed, _, err := vault.Create(context.Background(), sealedDB, string(data.PracticePost), nil)
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	var next data.ApplicationID
	for _, tt := range []struct {
		name    string
		prepare func()
		act     func() error
	}{
		{"issue", func() { next = p.Approved(b, p.Specimen()).ID }, func() error {
			_, err := p.Issue(ctx, p.Reviewer, next)
			return err
		}},
		{"search", func() {}, func() error {
			_, err := p.Search(p.Clerk, "yangben spec")
			return err
		}},
	} {
		b.Run(tt.name, func(b *testing.B) {
			var whole, withSeals, without time.Duration
			since := func(sum *time.Duration, begin time.Time) { *sum += time.Since(begin) }
			for b.Loop() {
				tt.prepare()
				r.calls, r.on = nil, true
				begin := time.Now()
				err := tt.act()
				since(&whole, begin)
				if r.on = false; err != nil {
					b.Fatal(err)
				}
				begin = time.Now()
				replay(b, sealed, r.calls)
				since(&withSeals, begin)
				begin = time.Now()
				replay(b, bare, r.calls)
				since(&without, begin)
			}
			b.ReportMetric(float64(whole)/float64(whole-withSeals+without), tt.name+"-ratio")
			b.ReportMetric(float64(whole.Microseconds())/float64(b.N)/1000, "ms/act")
		})
	}
}

// BenchmarkUnlock is how long it takes from a proved passphrase to a desk that
// is ready, at a post with that many cases: the sum over all records is
// compared, and queue and search are built. The passphrase itself takes the
// time it is set to besides.
func BenchmarkUnlock(b *testing.B) {
	const cases = 10_000
	engine := openDB(b, "post.db")
	p := desktest.New(b, func(c *desk.Config) {
		v, log := desktest.Vault(b, engine, filepath.Join(b.TempDir(), "head"))
		desktest.Fill(b, v, log, desktest.Now)
		c.Vault, c.Log = v, log
	})
	ctx := context.Background()
	issued := p.Issued(b, p.Specimen())
	var a data.Application
	err := p.Config.Vault.View(ctx, func(tx store.Tx) (err error) {
		a, _, err = store.Get[data.Application](tx, store.ApplicationKey(issued.Application))
		return err
	})
	for from := 0; from < cases && err == nil; from += 500 {
		err = p.Config.Vault.Update(ctx, func(tx store.Tx) error {
			for n := from; n < from+500; n++ {
				a.ID, a.Certificate = data.ApplicationID(fmt.Sprintf("%032x", n)), data.CertificateNumber(fmt.Sprintf("PR%010d", n))
				c := issued
				c.Number, c.Application = a.Certificate, a.ID
				if err := errors.Join(store.Put(tx, store.ApplicationKey(a.ID), a), store.Put(tx, store.CertificateKey(c.Number), c)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		p.Lock()
		if _, err := p.SignIn(ctx, "officer-a", []byte(desktest.Passphrase)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N)*100_000/cases, "ms/100k-cases")
}
