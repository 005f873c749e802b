package staff_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk/desktest"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/store/bolt"
	"pratique/data/store/mem"
	"pratique/data/vault"
)

const (
	right = "kamo rudi teso bali"
	wrong = "kamo rudi teso balo"
	other = "vuno peka lisa domi"
)

// entrance is a door with officers behind it and a clock that tests move.
type entrance struct {
	*staff.Door
	t     testing.TB
	vault *vault.Vault
	log   *audit.Log
	now   time.Time
}

// newEntrance is a door to a new vault over an engine, with two clerks behind
// it if nobody else is named.
func newEntrance(t testing.TB, engine store.Store, officers ...data.Officer) *entrance {
	t.Helper()
	e := &entrance{t: t, now: desktest.Now}
	e.vault, e.log = desktest.Vault(t, engine, filepath.Join(t.TempDir(), "head"))
	e.Door = staff.NewDoor(e.log, e.vault, func() time.Time { return e.now })
	if len(officers) == 0 {
		officers = []data.Officer{
			{ID: "officer-a", Name: "Officer A", Mark: "A", Roles: []data.Role{data.Clerk}},
			{ID: "officer-b", Name: "Officer B", Mark: "B", Roles: []data.Role{data.Clerk}},
		}
	}
	slots := map[data.OfficerID]vault.Slot{}
	for _, o := range officers {
		slot, err := e.vault.NewSlot(string(o.ID), []byte(right), desktest.Cost)
		if err != nil {
			t.Fatal(err)
		}
		slots[o.ID] = slot
	}
	err := e.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		for _, o := range officers {
			if err := staff.Put(tx, o, slots[o.ID]); err != nil {
				return err
			}
		}
		return add(audit.Entry{At: e.now, Act: audit.PostCreated})
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// wait is how long an error says to wait that refused a try unseen, and false
// for another error.
func (e *entrance) wait(err error) (time.Duration, bool) {
	var throttled *staff.ThrottledError
	if !errors.As(err, &throttled) || errors.Is(err, staff.ErrSignIn) {
		return 0, false
	}
	return throttled.Until.Sub(e.now), true
}

// fails makes n wrong tries, each as soon as it is allowed.
func (e *entrance) fails(id data.OfficerID, n int) {
	e.t.Helper()
	for range n {
		_, err := e.SignIn(ctx, id, []byte(wrong))
		if wait, ok := e.wait(err); ok {
			e.now = e.now.Add(wait)
			_, err = e.SignIn(ctx, id, []byte(wrong))
		}
		if !errors.Is(err, staff.ErrSignIn) {
			e.t.Fatalf("a wrong try: %v", err)
		}
	}
}

func (e *entrance) entries() (all []audit.Entry) {
	e.t.Helper()
	err := e.log.View(ctx, func(tx store.Tx) error {
		return audit.Each(tx, 0, 0, func(entry audit.Entry) error { all = append(all, entry); return nil })
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return all
}

// TestThrottle holds both sides of every wait: a moment before, even the right
// passphrase is not looked at.
func TestThrottle(t *testing.T) {
	for _, id := range []data.OfficerID{"officer-a", "nobody"} {
		for _, tt := range []struct {
			failures int
			wait     time.Duration
		}{
			{0, 0}, {1, 0}, {2, 0},
			{3, 2 * time.Second}, {4, 4 * time.Second}, {5, 8 * time.Second}, {6, 16 * time.Second}, {7, 32 * time.Second},
			{8, 64 * time.Second}, {9, 128 * time.Second}, {10, 256 * time.Second}, {11, 5 * time.Minute}, {12, 5 * time.Minute}, {19, 5 * time.Minute},
		} {
			s := mem.New()
			e := newEntrance(t, s)
			e.fails(id, tt.failures)
			failed := e.now
			if tt.wait > 0 {
				for _, at := range []time.Duration{0, tt.wait - 1} {
					e.now = failed.Add(at)
					if wait, ok := e.wait(second(e.SignIn(ctx, id, []byte(right)))); !ok || wait != tt.wait-at {
						t.Errorf("%s: %d failures, after %s: wait %s, throttled %t", id, tt.failures, at, wait, ok)
					}
				}
			}
			e.now = failed.Add(tt.wait)
			var want error
			if id == "nobody" {
				want = staff.ErrSignIn
			}
			if _, err := e.SignIn(ctx, id, []byte(right)); !errors.Is(err, want) {
				t.Errorf("%s: %d failures, after %s: %v", id, tt.failures, tt.wait, err)
			}
			s.Close()
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestTwentyTriesAnHour: the waits alone would allow the 21st after 58 minutes.
func TestTwentyTriesAnHour(t *testing.T) {
	e := newEntrance(t, mem.New())
	first := e.now
	e.fails("officer-a", 20)
	if e.now.Sub(first) > 55*time.Minute {
		t.Fatal("the waits alone take too long for this test")
	}
	for _, before := range []time.Duration{first.Add(time.Hour).Sub(e.now), 1} {
		e.now = first.Add(time.Hour - before)
		if wait, _ := e.wait(second(e.SignIn(ctx, "officer-a", []byte(right)))); wait != before {
			t.Errorf("%s before the hour is over: wait %s", before, wait)
		}
	}
	e.now = first.Add(time.Hour)
	e.fails("officer-a", 25)
	var times []time.Time
	for _, entry := range e.entries() {
		if entry.Detail["why"] == "wrong" {
			times = append(times, entry.At)
		}
	}
	if len(times) != 45 || !times[20].Equal(first.Add(time.Hour)) {
		t.Errorf("%d failures, the 21st at %s", len(times), times[20])
	}
	for i := 20; i < len(times); i++ {
		if d := times[i].Sub(times[i-20]); d < time.Hour {
			t.Errorf("tries %d to %d within %s", i-20, i, d)
		}
	}
}

func TestSuccessSetsBackOneAccountOnly(t *testing.T) {
	e := newEntrance(t, mem.New())
	e.fails("officer-a", 2)
	e.fails("officer-b", 5)
	if _, err := e.SignIn(ctx, "officer-a", []byte(right)); err != nil {
		t.Fatal(err)
	}
	if wait, _ := e.wait(second(e.SignIn(ctx, "officer-b", []byte(right)))); wait != 8*time.Second {
		t.Errorf("another's success changed the wait to %s", wait)
	}
	e.fails("officer-a", 2)
	if _, err := e.SignIn(ctx, "officer-a", []byte(right)); err != nil {
		t.Errorf("the count was not set back: %v", err)
	}
	// Names of nobody are one account, whose wait holds nobody else back.
	for i := range 3 {
		e.SignIn(ctx, data.OfficerID(fmt.Sprint("guess-", i)), []byte(right))
	}
	if wait, _ := e.wait(second(e.SignIn(ctx, "guess-9", []byte(right)))); wait != 2*time.Second {
		t.Errorf("a fourth unknown name waits %s", wait)
	}
	if _, err := e.SignIn(ctx, "officer-a", []byte(right)); err != nil {
		t.Error(err)
	}
}

// TestThrottleOutlivesTheProgram closes and opens the store between any two tries.
func TestThrottleOutlivesTheProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "post.db")
	head := filepath.Join(t.TempDir(), "head")
	if err := bolt.Create(path); err != nil {
		t.Fatal(err)
	}
	now := desktest.Now
	start := func(do func(store.Store)) {
		engine, err := bolt.Open(path, bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer engine.Close()
		do(engine)
	}
	try := func(passphrase string) (err error) {
		now = now.Add(time.Millisecond)
		start(func(engine store.Store) {
			v, failed := vault.Open(ctx, engine, string(data.PracticePost), nil)
			if failed != nil {
				t.Fatal(failed)
			}
			log, failed := audit.Open(ctx, v, head)
			if failed != nil {
				t.Fatal(failed)
			}
			_, err = staff.NewDoor(log, v, func() time.Time { return now }).SignIn(ctx, "officer-a", []byte(passphrase))
			if open, _ := v.Open(); open != (err == nil) {
				t.Errorf("after %v the vault is open: %t", err, open)
			}
		})
		return err
	}
	start(func(engine store.Store) {
		v, log := desktest.Vault(t, engine, head)
		desktest.Fill(t, v, log, now)
	})
	for i := range 3 {
		if err := try(wrong); !errors.Is(err, staff.ErrSignIn) {
			t.Fatalf("try %d: %v", i, err)
		}
	}
	var throttled *staff.ThrottledError
	if err := try(right); !errors.As(err, &throttled) || !throttled.Until.Equal(now.Add(2*time.Second-time.Millisecond)) {
		t.Fatalf("after a restart: %v", err)
	}
	now = throttled.Until
	if err := try(right); err != nil {
		t.Error(err)
	}
}

func TestClockGoingBackDoesNotShortenTheWait(t *testing.T) {
	e := newEntrance(t, mem.New())
	e.fails("officer-a", 8) // 64 s
	failed := e.now
	e.now = failed.Add(10 * time.Second)
	if wait, _ := e.wait(second(e.SignIn(ctx, "officer-a", []byte(right)))); wait != 54*time.Second {
		t.Fatalf("wait %s", wait)
	}
	// The clock goes back behind the last failure: the wait begins again there,
	// and stays that long after the clock was seen to be back.
	e.now = failed.Add(-2 * time.Minute)
	back := e.now
	for _, tt := range []struct{ after, wait time.Duration }{{0, 64 * time.Second}, {63 * time.Second, time.Second}} {
		e.now = back.Add(tt.after)
		if wait, _ := e.wait(second(e.SignIn(ctx, "officer-a", []byte(right)))); wait != tt.wait {
			t.Errorf("%s after the clock went back: wait %s, want %s", tt.after, wait, tt.wait)
		}
	}
	e.now = back.Add(64 * time.Second)
	if _, err := e.SignIn(ctx, "officer-a", []byte(right)); err != nil {
		t.Error(err)
	}
	// A clock far back lets nobody in, and tells nothing of the passphrase.
	e.now = failed.Add(-time.Hour)
	for _, passphrase := range []string{right, wrong} {
		if _, err := e.SignIn(ctx, "officer-a", []byte(passphrase)); !errors.Is(err, audit.ErrClock) || errors.Is(err, staff.ErrSignIn) {
			t.Errorf("%s: %v", passphrase, err)
		}
	}
}

// TestNobodyOutrunsTheCounter tries from many sides at once, at two doors.
func TestNobodyOutrunsTheCounter(t *testing.T) {
	e := newEntrance(t, mem.New())
	doors := []*staff.Door{e.Door, staff.NewDoor(e.log, e.vault, func() time.Time { return desktest.Now })}
	var mu sync.Mutex
	looked := 0
	var all sync.WaitGroup
	for i := range 24 {
		all.Go(func() {
			_, err := doors[i%2].SignIn(ctx, "officer-a", []byte(wrong))
			mu.Lock()
			defer mu.Unlock()
			if errors.Is(err, staff.ErrSignIn) {
				looked++
			} else if _, ok := e.wait(err); !ok {
				t.Errorf("%v", err)
			}
		})
	}
	all.Wait()
	if looked != 3 { // the third failure is what the first wait follows
		t.Errorf("%d passphrases were compared before the first wait, want 3", looked)
	}
}

// TestRefusalsAreEntries: each with why and whom, none with what was typed.
func TestRefusalsAreEntries(t *testing.T) {
	e := newEntrance(t, mem.New())
	for range 4 {
		e.SignIn(ctx, "officer-a", []byte(wrong))
		e.SignIn(ctx, "typed by mistake", []byte(wrong))
	}
	e.now = e.now.Add(2 * time.Second)
	if _, err := e.SignIn(ctx, "officer-a", []byte(right)); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range e.entries()[1:] {
		got = append(got, fmt.Sprintf("%s|%s|%s|%s|%s", entry.Act, entry.Officer, entry.Subject, entry.Detail["why"], entry.Detail["failures"]))
		if s := fmt.Sprint(entry); strings.Contains(s, "mistake") || strings.Contains(s, "kamo") {
			t.Errorf("what was typed is stored: %s", s)
		}
	}
	want := []string{
		"officer.refused||officer-a|wrong|1", "officer.refused|||wrong|1",
		"officer.refused||officer-a|wrong|2", "officer.refused|||wrong|2",
		"officer.refused||officer-a|wrong|3", "officer.refused|||wrong|3",
		"officer.refused||officer-a|throttled|3", "officer.refused|||throttled|3",
		"officer.signed-in|officer-a|||3",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("entries\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	err := e.vault.View(ctx, func(tx store.Tx) error {
		return tx.Scan(store.Tries, "", 0, func(key string, value []byte) error {
			if s := key + string(value); strings.Contains(s, "mistake") || strings.Contains(s, "kamo") {
				t.Errorf("what was typed is stored: %s", s)
			}
			return nil
		})
	})
	if err != nil {
		t.Error(err)
	}
}

// deaf is a store that takes nothing any more.
type deaf struct {
	store.Store
	full bool
}

func (d *deaf) Update(ctx context.Context, fn func(store.Tx) error) error {
	if d.full {
		return store.ErrFull
	}
	return d.Store.Update(ctx, fn)
}

// TestNothingIsToldThatIsNotStored: who fills the disk does not get free tries.
func TestNothingIsToldThatIsNotStored(t *testing.T) {
	d := &deaf{Store: mem.New()}
	e := newEntrance(t, d)
	d.full = true
	var said []string
	for _, passphrase := range []string{right, wrong} {
		s, err := e.SignIn(ctx, "officer-a", []byte(passphrase))
		if !errors.Is(err, store.ErrFull) || s.Officer().ID != "" {
			t.Errorf("%s: %v", passphrase, err)
		}
		said = append(said, err.Error())
	}
	if said[0] != said[1] {
		t.Errorf("%q tells from %q", said[0], said[1])
	}
}

func TestDisabledAndMustChange(t *testing.T) {
	e := newEntrance(t, mem.New())
	change := func(fn func(*staff.Account)) {
		update(t, e.vault, func(tx store.Tx) error {
			a, _, err := store.Get[staff.Account](tx, store.Accounts+"officer-a")
			fn(&a)
			return errors.Join(err, store.Put(tx, store.Accounts+"officer-a", a))
		})
	}
	try := func(passphrase string, want error) staff.Session {
		t.Helper()
		s, err := e.SignIn(ctx, "officer-a", []byte(passphrase))
		if !errors.Is(err, want) || (err == nil) != (s.Officer().ID == "officer-a") {
			t.Errorf("%v, want %v", err, want)
		}
		return s
	}
	permitted := func(s staff.Session) error {
		return e.vault.View(ctx, func(tx store.Tx) error { return staff.Permit(tx, s, audit.ApplicationSaved) })
	}
	before := try(right, nil)
	change(func(a *staff.Account) { a.Disabled = true })
	try(right, staff.ErrDisabled)
	try(wrong, staff.ErrSignIn) // to whoever does not know the passphrase nothing more is told
	if err := permitted(before); !errors.Is(err, staff.ErrEnded) {
		t.Errorf("a disabled officer goes on: %v", err)
	}
	change(func(a *staff.Account) { a.Disabled, a.MustChange, a.Serial = false, true, a.Serial+1 })
	if err := permitted(before); !errors.Is(err, staff.ErrEnded) {
		t.Errorf("a session outlives its officer's disabling: %v", err)
	}
	try(right, staff.ErrMustChange)
	for _, tt := range []struct {
		old, passphrase string
		want            error
		why             staff.Weakness
	}{
		{right, "short", nil, staff.Short},
		{right, right, nil, staff.Same},
		{wrong, other, staff.ErrSignIn, ""},
	} {
		s, err := e.ChangePassphrase(ctx, "officer-a", []byte(tt.old), []byte(tt.passphrase), desktest.Cost)
		var weak *staff.WeakError
		if tt.want != nil && !errors.Is(err, tt.want) || tt.why != "" && (!errors.As(err, &weak) || weak.Why != tt.why) || s.Officer().ID != "" {
			t.Errorf("%q to %q: %v", tt.old, tt.passphrase, err)
		}
	}
	try(right, staff.ErrMustChange)
	after, err := e.ChangePassphrase(ctx, "officer-a", []byte(right), []byte(other), desktest.Cost)
	if err != nil || permitted(after) != nil {
		t.Errorf("%v, %v", err, permitted(after))
	}
	try(right, staff.ErrSignIn)
	if s := try(other, nil); permitted(s) != nil || permitted(after) != nil {
		t.Error("signing in ends another session")
	}
	// A wrong old passphrase counts as a try.
	for range 3 {
		e.ChangePassphrase(ctx, "officer-a", []byte(wrong), []byte(right), desktest.Cost)
	}
	if wait, ok := e.wait(second(e.ChangePassphrase(ctx, "officer-a", []byte(other), []byte(right), desktest.Cost))); !ok || wait != 2*time.Second {
		t.Errorf("changing gives free tries: wait %s", wait)
	}
	last := e.entries()
	if n := len(last); last[n-1].Detail["why"] != "throttled" || last[n-2].Detail["why"] != "wrong" {
		t.Errorf("entries %v", last[n-2:])
	}
}

func TestCheck(t *testing.T) {
	others := []staff.Account{
		{Officer: data.Officer{ID: "officer-a", Name: "Officer A", Mark: "A"}},
		{Officer: data.Officer{ID: "officer-b", Name: "Officer B", Mark: "B"}, Disabled: true},
	}
	good := data.Officer{ID: "officer-c2", Name: "官员 C. O’Neil", Mark: "C2", Roles: []data.Role{data.Clerk, data.Auditor}}
	mark := func(o *data.Officer, mark string) { o.Mark, o.ID = mark, staff.IDOf(mark) }
	for name, tt := range map[string]struct {
		change func(*data.Officer)
		want   string // the problem's field and key
	}{
		"good":              {func(*data.Officer) {}, ""},
		"mark of four":      {func(o *data.Officer) { mark(o, "AB12") }, ""},
		"no id":             {func(o *data.Officer) { o.ID = "" }, "officer.id problem.officer.id"},
		"id of the unknown": {func(o *data.Officer) { o.ID = "-" }, "officer.id problem.officer.id"},
		"a name as id":      {func(o *data.Officer) { o.ID = "o-neil" }, "officer.id problem.officer.id"},
		"another's id":      {func(o *data.Officer) { o.ID = "officer-a" }, "officer.id problem.officer.id"},
		"capitals in id":    {func(o *data.Officer) { o.ID = "officer-C2" }, "officer.id problem.officer.id"},
		"no name":           {func(o *data.Officer) { o.Name = "" }, "officer.name problem.officer.name"},
		"spaces around":     {func(o *data.Officer) { o.Name = " C" }, "officer.name problem.officer.name"},
		"control":           {func(o *data.Officer) { o.Name = "C\tD" }, "officer.name problem.officer.name"},
		"direction":         {func(o *data.Officer) { o.Name = "C\u202eD" }, "officer.name problem.officer.name"},
		"no text":           {func(o *data.Officer) { o.Name = "C\xff" }, "officer.name problem.officer.name"},
		"long name":         {func(o *data.Officer) { o.Name = strings.Repeat("样", 65) }, "officer.name problem.officer.name"},
		"taken name":        {func(o *data.Officer) { o.Name = "OFFICER A" }, "officer.name problem.officer.taken"},
		"no mark":           {func(o *data.Officer) { mark(o, "") }, "officer.mark problem.officer.mark"},
		"slash in mark":     {func(o *data.Officer) { mark(o, "A/B") }, "officer.mark problem.officer.mark"},
		"mark ends a line":  {func(o *data.Officer) { mark(o, "A\n") }, "officer.mark problem.officer.mark"},
		"small mark":        {func(o *data.Officer) { mark(o, "c") }, "officer.mark problem.officer.mark"},
		"long mark":         {func(o *data.Officer) { mark(o, "ABCDE") }, "officer.mark problem.officer.mark"},
		"disabled's mark":   {func(o *data.Officer) { mark(o, "B") }, "officer.mark problem.officer.taken"},
		"no role":           {func(o *data.Officer) { o.Roles = nil }, "officer.roles problem.required"},
		"no such role":      {func(o *data.Officer) { o.Roles = []data.Role{"consul"} }, "officer.roles problem.officer.role"},
		"a role twice":      {func(o *data.Officer) { o.Roles = []data.Role{data.Clerk, data.Clerk} }, "officer.roles problem.officer.role"},
	} {
		o := good
		tt.change(&o)
		var got []string
		for _, p := range staff.Check(o, others) {
			got = append(got, p.Field+" "+p.Key)
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
