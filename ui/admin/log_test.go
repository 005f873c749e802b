package admin

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pratique/data/audit"
	"pratique/ui/locale"
	"pratique/ui/screentest"
	"pratique/ui/sheet"
)

// TestActsHaveWords: everything that the log can say, it says in every language.
func TestActsHaveWords(t *testing.T) {
	all, err := locale.Load(screentest.Assets)
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range all.Languages() {
		words := all.In(language)
		said := map[string]audit.Act{}
		for _, act := range audit.Acts {
			key := "act." + string(act)
			if !words.Has(key) {
				t.Errorf("%s: no words for %s", language, act)
			}
			if other, twice := said[words.T(key)]; twice {
				t.Errorf("%s: %s and %s are told by the same words", language, act, other)
			}
			said[words.T(key)] = act
		}
		for key := range words.Under("act.") {
			if !slices.Contains(audit.Acts, audit.Act(key)) {
				t.Errorf("%s: there is no act %s", language, key)
			}
		}
	}
}

func acts(entries []Entry) (all []audit.Act) {
	for _, e := range entries {
		all = append(all, e.Act)
	}
	return all
}

func TestFindEntries(t *testing.T) {
	o := newOffice(t)
	c := o.Issued(t, o.Specimen())
	m := NewLogModel(o.alone(t, o.Administrator), o.parts)
	m.Open()
	st := m.State()
	if len(st.Entries) != st.Matching || st.Entries[0].Act != audit.LogRead || st.Entries[0].Officer != "Officer D" || st.Entries[0].Mark != "D" ||
		st.Entries[len(st.Entries)-1].Act != audit.PostCreated || st.Entries[len(st.Entries)-1].Officer != "" || st.Chosen != 0 {
		t.Fatalf("%+v", st.Entries)
	}
	if !slices.IsSortedFunc(st.Entries, func(a, b Entry) int { return int(b.Number) - int(a.Number) }) {
		t.Error("the newest is not the first")
	}
	before := st.Matching
	for _, tt := range []struct {
		name string
		f    Filter
		want []audit.Act
	}{
		{"by number as printed", Filter{Subject: c.Number.String()}, []audit.Act{audit.CertificateIssued, audit.CertificateIntended}},
		{"by number as stored", Filter{Subject: strings.ToLower(string(c.Number))}, []audit.Act{audit.CertificateIssued, audit.CertificateIntended}},
		{"by the clerk", Filter{Officer: "officer-a"}, []audit.Act{audit.ApplicationSubmitted, audit.ApplicationSaved, audit.OfficerSignedIn}},
		{"by the clerk of that", Filter{Officer: "officer-a", Subject: string(c.Application)[:12]}, []audit.Act{audit.ApplicationSubmitted, audit.ApplicationSaved}},
		{"nothing", Filter{Subject: "nothing"}, nil},
	} {
		m.Find(tt.f)
		if st := m.State(); !slices.Equal(acts(st.Entries), tt.want) || st.Matching != len(tt.want) || st.Filter != tt.f {
			t.Errorf("%s: %v, %+v", tt.name, acts(st.Entries), st.Filter)
		}
	}
	if st := m.State(); st.Chosen != -1 {
		t.Errorf("chosen %d of none", st.Chosen)
	}
	m.Find(Filter{})
	if got := m.State().Matching; got != before+6 {
		t.Errorf("%d entries, before there were %d: each reading is one", got, before)
	}
}

// TestNewestOnly: a long log is not held in memory, the newest of it are.
func TestNewestOnly(t *testing.T) {
	o := newOffice(t)
	for range 2*newest + 5 {
		if _, err := o.Accounts(t.Context(), o.Administrator); err != nil {
			t.Fatal(err)
		}
	}
	m := NewLogModel(o.alone(t, o.Administrator), o.parts)
	m.Open()
	st := m.State()
	if len(st.Entries) != newest || st.Matching <= 2*newest || st.Entries[0].Number != uint64(st.Matching) {
		t.Errorf("%d shown of %d, the first is %d", len(st.Entries), st.Matching, st.Entries[0].Number)
	}
}

func TestCheckpoint(t *testing.T) {
	o := newOffice(t)
	m := NewLogModel(o.alone(t, o.Administrator), o.parts)
	m.Open()
	if st := m.State(); !st.Known || !st.Old || st.Signed != "" || !st.May {
		t.Fatalf("before: %+v", st)
	}
	m.Print() // there is none
	m.Sign()
	st := m.State()
	if !strings.HasPrefix(st.Checkpoint, "pratique/UT/PR/practice\n") || st.QR == nil || st.Old || st.Ago != m.e.T("admin.ago.now") || st.Done == "" {
		t.Fatalf("signed: %+v", st)
	}
	if got := acts(st.Entries)[:2]; !slices.Equal(got, []audit.Act{audit.LogRead, audit.CheckpointSigned}) {
		t.Errorf("the log says %v", got)
	}
	m.Print()
	if st := m.State(); !slices.Equal(o.printed, []string{st.Checkpoint}) || st.Done != m.e.T("admin.log.printed", "office") {
		t.Errorf("printed %q, said %q", o.printed, st.Done)
	}
	o.printer = sheet.ErrNoPrinter
	m.Print()
	if st := m.State(); st.Done != m.e.T("admin.log.no-printer") {
		t.Errorf("without a printer: %q", st.Done)
	}
	for _, tt := range []struct {
		later time.Duration
		ago   string
		old   bool
	}{{5 * time.Hour, "5 hours ago", false}, {48 * time.Hour, "2 days ago", false}, {49 * time.Hour, "2 days ago", true}, {24 * 9 * time.Hour, "9 days ago", true}} {
		now := o.Now
		o.Now = now.Add(tt.later)
		if st := m.State(); st.Ago != tt.ago || st.Old != tt.old {
			t.Errorf("%v later: %q, old %v", tt.later, st.Ago, st.Old)
		}
		o.Now = now
	}
}

// TestFailedPrint: an error of the printer is shown.
func TestFailedPrint(t *testing.T) {
	o := newOffice(t)
	e := o.alone(t, o.Administrator)
	var shown error
	e.Error = func(err error) { shown = err }
	m := NewLogModel(e, o.parts)
	m.Open()
	m.Sign()
	o.printer = errors.New("jam")
	m.Print()
	if !errors.Is(shown, o.printer) || m.State().Done != "" {
		t.Errorf("shown %v, said %q", shown, m.State().Done)
	}
}
