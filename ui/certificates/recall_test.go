package certificates

import (
	"context"
	"encoding/csv"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/widgets"
)

// recalled is a desk where officer A prepared three certificates on two days,
// of which the last is revoked, and officer C one; B approved all.
func recalled(t testing.TB) (d *desktop, first, second, third, theirs data.Certificate) {
	t.Helper()
	d = newDesktop(t, &printer{queues: office, waits: []Status{{Phase: Completed}}})
	first = d.c
	d.m.Print()
	d.m.HandOver(first.Seal)
	d.post.Now = d.post.Now.AddDate(0, 0, 1)
	c := d.post.Specimen()
	c.Traveller.Phone, c.Traveller.Email = "+999 555 0177", "=cmd@example.org"
	c.Traveller.Surname, c.Document.MRZ = "ERIKSSON", ""
	second, third = d.post.Issued(t, c), d.post.Issued(t, d.post.Specimen())
	clerk := d.post.Clerk
	d.post.Clerk = d.post.Both
	theirs = d.post.Issued(t, d.post.Specimen())
	d.post.Clerk = clerk
	if _, err := d.post.Revoke(context.Background(), d.post.Clerk, d.post.Administrator, []data.CertificateNumber{third.Number}, "paper-lost", ""); err != nil {
		t.Fatal(err)
	}
	return d, first, second, third, theirs
}

func numbers(st RecallState) (all []data.CertificateNumber) {
	for _, r := range st.Rows {
		all = append(all, r.Number)
	}
	return all
}

func TestRecallLists(t *testing.T) {
	d, first, second, third, theirs := recalled(t)
	m := NewRecallModel(d.env, d.parts)
	if st := m.Open(); st.Until != "2022-07-10" || len(m.State().Officers) != 4 {
		t.Fatalf("at first %+v", m.State())
	}
	for _, tt := range []struct {
		name                    string
		officer                 data.OfficerID
		from, until             data.Date
		officerP, fromP, untilP string
		want                    []data.CertificateNumber
	}{
		{"nothing said", "", "", "", "no-officer", "no-day", "no-day", nil},
		{"half a day", "officer-a", "2022-07", "2022-07-10", "", "no-day", "", nil},
		{"the wrong way round", "officer-a", "2022-07-10", "2022-07-09", "", "", "order", nil},
		{"both days", "officer-a", "2022-07-09", "2022-07-10", "", "", "", []data.CertificateNumber{first.Number, second.Number, third.Number}},
		{"the first day", "officer-a", "2022-07-09", "2022-07-09", "", "", "", []data.CertificateNumber{first.Number}},
		{"the second day", "officer-a", "2022-07-10", "2022-07-10", "", "", "", []data.CertificateNumber{second.Number, third.Number}},
		{"no day of theirs", "officer-a", "2022-07-11", "2022-07-12", "", "", "", nil},
		{"another clerk", "officer-c", "2022-07-01", "2022-07-31", "", "", "", []data.CertificateNumber{theirs.Number}},
		{"who approved", "officer-b", "2022-07-01", "2022-07-31", "", "", "", []data.CertificateNumber{first.Number, second.Number, third.Number, theirs.Number}},
	} {
		m.Officer(tt.officer)
		m.From(tt.from)
		m.Until(tt.until)
		m.List()
		st := m.State()
		got := []string{st.OfficerProblem, st.FromProblem, st.UntilProblem}
		for i, key := range []string{tt.officerP, tt.fromP, tt.untilP} {
			if key != "" {
				key = "certificates.recall." + key
				if !d.env.Words.Has(key) {
					t.Errorf("no text %q", key)
				}
			}
			if got[i] != key {
				t.Errorf("%s: problems %q", tt.name, got)
			}
		}
		if all := numbers(st); !slices.Equal(slices.Sorted(slices.Values(all)), slices.Sorted(slices.Values(tt.want))) || st.Listed != (tt.officerP+tt.fromP+tt.untilP == "") {
			t.Errorf("%s: lists %v, want %v", tt.name, all, tt.want)
		}
	}
	m.Officer("officer-a")
	if st := m.State(); st.Listed || len(st.Rows) > 0 {
		t.Error("the answer to another question stays")
	}
}

func TestRecall(t *testing.T) {
	d, first, second, third, theirs := recalled(t)
	m := NewRecallModel(d.env, d.parts)
	m.Open()
	m.Officer("officer-a")
	m.From("2022-07-09")
	m.List()
	want := []RecallRow{
		{first.Number, "样本 YANGBEN SPECIMEN", "E00000000", "2022-07-09 18:30", "prepared", "handed-over", "", false},
		{second.Number, "样本 ERIKSSON SPECIMEN", "E00000000", "2022-07-10 18:30", "prepared", "none", "", false},
		{third.Number, "样本 YANGBEN SPECIMEN", "E00000000", "2022-07-10 18:30", "prepared", "none", "2022-07-10", false},
	}
	rows := m.State().Rows
	slices.SortFunc(rows[1:], func(a, b RecallRow) int { return strings.Compare(a.Revoked, b.Revoked) })
	if !reflect.DeepEqual(rows, want) {
		t.Fatalf("rows %+v", rows)
	}
	if _, ok := m.AskRevoke(); ok || m.State().RowsProblem != "certificates.recall.no-rows" || m.State().Grounds.ReasonProblem == "" {
		t.Fatalf("asked about nothing: %+v", m.State())
	}
	index := func(n data.CertificateNumber) int { return slices.Index(numbers(m.State()), n) }
	m.Tick(index(third.Number))
	m.Tick(-1)
	m.Tick(9)
	if st := m.State(); st.Ticked != 0 {
		t.Fatalf("%d ticked: what is revoked is not revoked again", st.Ticked)
	}
	m.TickAll(true)
	if st := m.State(); st.Ticked != 2 {
		t.Fatalf("all are %d", st.Ticked)
	}
	m.Reason("fraud")
	if _, ok := m.AskRevoke(); ok || m.State().Grounds.NoteProblem == "" {
		t.Fatal("fraud without a note")
	}
	m.Note("They were paid.")
	sentence, ok := m.AskRevoke()
	if want := "2 certificates that Officer A prepared or approved from 2022-07-09 to 2022-07-10 are revoked for good. Reason: It was obtained by fraud. Nothing brings them back."; !ok || sentence != want {
		t.Errorf("the second officer is told %q", sentence)
	}
	if m.Revoke(staff.Session{}); m.State().Revoked != 0 || len(d.errs) == 0 || m.State().Ticked != 2 {
		t.Fatal("revoked by one officer alone")
	}
	d.errs = nil
	m.Revoke(d.post.Administrator)
	st := m.State()
	if st.Revoked != 2 || st.Ticked != 0 || st.Grounds != (Grounds{}) || len(d.errs) > 0 {
		t.Fatalf("after it %+v, %v", st, d.errs)
	}
	for _, r := range st.Rows {
		if r.Revoked != "2022-07-10" || r.Ticked {
			t.Errorf("row %+v", r)
		}
	}
	if r, err := d.post.Revocation(context.Background(), theirs.Number); r != nil || err != nil {
		t.Errorf("somebody else's is revoked: %v %v", r, err)
	}

	// Whom to tell: a table that no spreadsheet calculates with.
	var content string
	m.People(func(b []byte) { content = string(b) })
	text, marked := strings.CutPrefix(content, "\ufeff")
	if !marked || strings.Count(text, "\r\n") != 3 {
		t.Errorf("%q", content)
	}
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(records) != 3 || len(records[0]) != 14 {
		t.Fatalf("%v %v", records, err)
	}
	i := slices.IndexFunc(records, func(r []string) bool { return r[0] == second.Number.String() })
	got := records[i]
	if want := []string{second.Number.String(), "ERIKSSON", "SPECIMEN", "样本", "E00000000", "'+999 555 0177", "'=cmd@example.org", "", "UT 846"}; !slices.Equal(got[:9], want) || got[13] != "It was obtained by fraud" {
		t.Errorf("%q", got)
	}
	if strings.Contains(content, "They were paid.") {
		t.Error("what is said among officers goes to the travellers")
	}
	read := 0
	err = d.post.EachEntry(context.Background(), d.post.Administrator, func(e audit.Entry) error {
		if e.Act == audit.ApplicationRead && (e.Subject == string(first.Application) || e.Subject == string(second.Application)) {
			read++
		}
		return nil
	})
	if err != nil || read < 2 {
		t.Errorf("%d readings in the log, %v", read, err)
	}
}

// TestHalfRecall is invariant 13: what was chosen, ticked and typed comes back
// after a lock.
func TestHalfRecall(t *testing.T) {
	d, _, second, _, _ := recalled(t)
	m := NewRecallModel(d.env, d.parts)
	m.Open()
	m.Officer("officer-a")
	m.From("2022-07-10")
	m.List()
	m.Tick(slices.Index(numbers(m.State()), second.Number))
	m.Reason("other")
	m.Note("half")
	m.Leave()
	for range 2 { // it survives a lock before it is listed again, too
		m = NewRecallModel(d.env, d.parts)
		m.Open()
		m.Leave()
	}
	m = NewRecallModel(d.env, d.parts)
	m.Open()
	if st := m.State(); st.Officer != "officer-a" || st.From != "2022-07-10" || st.Grounds.Note != "half" || st.Listed {
		t.Fatalf("after the lock %+v", st)
	}
	m.List()
	if st := m.State(); st.Ticked != 1 || !st.Rows[slices.Index(numbers(st), second.Number)].Ticked {
		t.Errorf("ticks after the lock %+v", st.Rows)
	}
	m.Revoke(d.post.Administrator)
	m.Leave()
	if len(d.parts.Halves) > 0 {
		t.Errorf("done, and still half: %+v", d.parts.Halves)
	}
}

// TestRecallByKeys goes from the list of certificates to the file of whom to
// tell without a mouse.
func TestRecallByKeys(t *testing.T) {
	d, _, _, _, _ := recalled(t)
	b := bench(t, d, "en", env.Route{Screen: env.Certificates})
	const ctrl = fyne.KeyModifierControl
	b.Shortcut(t, fyne.KeyR, ctrl|fyne.KeyModifierShift)
	s := b.Screen.(*RecallScreen)
	if b.Window.Canvas().Focused() != s.officer {
		t.Fatalf("focus on %T", b.Window.Canvas().Focused())
	}
	b.Type("A")
	b.Key(fyne.KeyReturn) // goes on to the first day
	b.Key(fyne.KeyTab, fyne.KeyReturn)
	if b.Window.Canvas().Focused() != s.from || s.st.FromProblem == "" {
		t.Fatalf("without a first day the focus is on %T", b.Window.Canvas().Focused())
	}
	b.Type("20220709")
	b.Key(fyne.KeyReturn, fyne.KeyReturn)
	if b.Window.Canvas().Focused() != s.table.Focusable() || len(s.st.Rows) != 3 {
		t.Fatalf("listed %+v, focus on %T", s.st, b.Window.Canvas().Focused())
	}
	b.Key(fyne.KeySpace, fyne.KeyDown, fyne.KeySpace, fyne.KeySpace)
	if s.st.Ticked != 1 {
		t.Fatalf("%d ticked", s.st.Ticked)
	}
	b.Key(fyne.KeyTab)
	b.Type("error")
	b.Key(fyne.KeyReturn)
	b.Shortcut(t, fyne.KeyReturn, ctrl)
	if _, open := b.Window.Canvas().Overlays().Top().(*widgets.Dialog); !open {
		t.Fatalf("no second officer is asked: %+v", s.st)
	}
	agree(t, b, "B")
	if s.st.Revoked != 1 || !s.told.Visible() {
		t.Fatalf("revoked %+v", s.st)
	}
	b.Shortcut(t, fyne.KeyS, ctrl)
	b.Key(fyne.KeyReturn)
	if len(d.files) != 1 || d.files["/home/recall-2022-07-10-1830.csv"] == "" {
		t.Errorf("files %v", d.files)
	}
}

func TestRecallPictures(t *testing.T) {
	if os.Getenv("PRATIQUE_SHOTS") == "" {
		t.Skip("PRATIQUE_SHOTS is not set: no pictures were made")
	}
	for _, language := range []string{"en", "zh"} {
		d, _, _, _, _ := recalled(t)
		for i := range 14 {
			c := d.post.Specimen()
			c.Document.MRZ = ""
			c.Traveller.Surname = []string{"ERIKSSON", "WOLFESCHLEGELSTEINHAUSENBERGERDORFF", "LI"}[i%3]
			d.post.Issued(t, c)
		}
		b := bench(t, d, language, env.Route{Screen: env.Certificates, ID: Recall})
		s := b.Screen.(*RecallScreen)
		shot := func(name string) {
			b.Shot(t, "recall-"+name+"-"+language, 1280, 800)
			b.Shot(t, "recall-"+name+"-"+language+"-small", 1000, 700)
		}
		s.list()
		shot("empty")
		s.show(s.m.Officer("officer-a"))
		s.show(s.m.From("2022-07-09"))
		s.list()
		s.ask()
		shot("listed")
		s.show(s.m.TickAll(true))
		s.show(s.m.Tick(0))
		s.show(s.m.Reason("fraud"))
		s.show(s.m.Note("They were paid for it."))
		shot("ticked")
		s.ask()
		shot("second")
		agree(t, b, "D")
		shot("done")
		s.people.OnTapped()
		shot("save")
	}
}
