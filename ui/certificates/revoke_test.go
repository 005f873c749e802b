package certificates

import (
	"context"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"pratique/data"
	"pratique/data/desk/desktest"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/widgets"
)

// TestRevoke goes through what may be missing, to the end of a certificate.
func TestRevoke(t *testing.T) {
	d := newDesktop(t, &printer{queues: office})
	if st := d.m.State(); !st.CanRevoke || !st.CanCorrect || !st.Counts || st.Revoking {
		t.Fatalf("at first %+v", st)
	}
	if _, ok := d.m.AskRevoke(); ok {
		t.Fatal("asked before it was begun")
	}
	d.m.BeginRevoke()
	for _, tt := range []struct {
		reason, note     string
		ok               bool
		noReason, noNote string
	}{
		{"", "", false, "certificates.revoke.no-reason", ""},
		{"fraud", " ", false, "", "certificates.revoke.no-note"},
		{"other", "", false, "", "certificates.revoke.no-note"},
		{"paper-lost", "", true, "", ""},
		{"fraud", "The report was made up.", true, "", ""},
	} {
		d.m.Reason(tt.reason)
		d.m.Note(tt.note)
		sentence, ok := d.m.AskRevoke()
		g := d.m.State().Grounds
		if ok != tt.ok || g.ReasonProblem != tt.noReason || g.NoteProblem != tt.noNote {
			t.Errorf("%q %q: %v %+v", tt.reason, tt.note, ok, g)
		}
		if ok && (!strings.Contains(sentence, d.c.Number.String()) || !strings.Contains(sentence, "YANGBEN")) {
			t.Errorf("the second officer is told %q", sentence)
		}
		for _, key := range []string{tt.noReason, tt.noNote} {
			if key != "" && !d.env.Words.Has(key) {
				t.Errorf("no text %q", key)
			}
		}
	}

	// Who asks is not the second officer as well, and a clerk is none.
	for _, s := range []staff.Session{d.post.Clerk, {}} {
		if st := d.m.Revoke(s); st.Revoked.Since != "" || len(d.errs) == 0 || !st.Revoking {
			t.Fatalf("revoked by one officer alone: %+v, %v", st.Revoked, d.errs)
		}
		d.errs = nil
	}
	d.m.Save()
	d.m.Revoke(d.post.Administrator)
	st := d.m.State()
	want := Revoked{Since: "2022-07-09 18:30 (+08:00)", Reason: "It was obtained by fraud", Note: "The report was made up.", Who: "Officer A", Second: "Officer D"}
	if st.Revoked != want || st.Counts || st.CanRevoke || st.Revoking || len(d.errs) > 0 {
		t.Fatalf("revoked %+v, errors %v", st, d.errs)
	}
	if st.Page != nil || st.Printable || st.CanHand || st.Saving || len(st.Stated) == 0 || !st.CanCorrect {
		t.Errorf("what is left of it: page %v, %v %v %v, says %d", st.Page, st.Printable, st.CanHand, st.Saving, len(st.Stated))
	}
	if last := st.Life[len(st.Life)-1]; len(st.Life) != 2 || last.What != "revoked" || last.Second != "Officer D" {
		t.Errorf("life %+v", st.Life)
	}
	d.m.Print()
	d.m.Save()
	d.m.HandOver(d.c.Seal)
	d.m.BeginRevoke()
	if now := d.m.State(); !reflect.DeepEqual(now, st) || len(d.printer.sheets) > 0 {
		t.Errorf("something can still be done: %+v", now)
	}
	again := NewModel(d.env, d.parts, d.c.Number)
	again.Open()
	if now := again.State(); now.Revoked != want || now.Page != nil || len(d.errs) > 0 {
		t.Errorf("opened again: %+v %v", now.Revoked, d.errs)
	}
}

// TestRevokedWhilePrinting: the sheet that comes out then is not a copy.
func TestRevokedWhilePrinting(t *testing.T) {
	p := &printer{queues: office, waits: []Status{{Phase: Completed}}}
	d := newDesktop(t, p)
	p.during = func() {
		d.m.BeginRevoke()
		d.m.Reason("error")
		d.m.Revoke(d.post.Reviewer)
	}
	d.m.Print()
	st := d.m.State()
	if st.Print.Step != Failed || st.Print.Failed != "certificates.failed.revoked" || st.Revoked.Since == "" || len(d.prints(t)) != 0 {
		t.Errorf("print %+v, revoked %+v, %d prints", st.Print, st.Revoked, len(d.prints(t)))
	}
}

// TestHalfRevocation is invariant 13: what was said of it comes back after a
// lock, and not to somebody else.
func TestHalfRevocation(t *testing.T) {
	d := newDesktop(t, &printer{queues: office})
	d.m.BeginRevoke()
	d.m.Reason("other")
	d.m.Note("half a sen")
	d.m.Leave()
	reopened := func() State {
		m := NewModel(d.env, d.parts, d.c.Number)
		m.Open()
		return m.State()
	}
	d.env.Session = d.post.Reviewer
	if st := reopened(); st.Revoking || st.Grounds != (Grounds{}) {
		t.Errorf("another officer sees %+v", st.Grounds)
	}
	d.env.Session = d.post.Clerk
	if st := reopened(); !st.Revoking || st.Grounds.Note != "half a sen" || st.Grounds.Reason != "other" {
		t.Errorf("after the lock %+v", st.Grounds)
	}
	m := NewModel(d.env, d.parts, d.c.Number)
	m.Open()
	m.DontRevoke()
	m.Leave()
	if st := reopened(); st.Revoking || len(d.parts.Halves) > 0 {
		t.Error("given up, and still there")
	}
}

// TestCorrect goes to a draft of the same content that says what it replaces;
// once it is issued, each leads to the other.
func TestCorrect(t *testing.T) {
	d := newDesktop(t, &printer{queues: office})
	d.m.Correct()
	if len(d.went) != 1 || d.went[0].Screen != env.Intake || d.went[0].ID == "" || len(d.errs) > 0 {
		t.Fatalf("went %v, %v", d.went, d.errs)
	}
	a, err := d.post.Read(context.Background(), d.post.Clerk, data.ApplicationID(d.went[0].ID))
	if err != nil || a.Replaces != d.c.Number || a.State != data.Draft {
		t.Fatalf("the draft is %s, replaces %s, %v", a.State, a.Replaces, err)
	}
	if st := d.m.State(); st.Revoked.Since != "" || !st.Counts {
		t.Error("correcting revokes before anything is issued")
	}
	right := d.post.Corrected(t, d.c.Number)
	old, new := NewModel(d.env, d.parts, d.c.Number), NewModel(d.env, d.parts, right.Number)
	old.Open()
	new.Open()
	if st := old.State(); st.Revoked.ReplacedBy != right.Number || st.CanCorrect || st.CanRevoke || st.Revoked.Reason != "Replaced by a corrected certificate" {
		t.Errorf("the old one: %+v", st.Revoked)
	}
	if st := new.State(); st.Replaces != d.c.Number || !st.Counts {
		t.Errorf("the new one replaces %q", st.Replaces)
	}
}

// TestWhoMay: hiding is a courtesy, but one that must fit the roles.
func TestWhoMay(t *testing.T) {
	d := newDesktop(t, &printer{queues: office})
	for name, tt := range map[string]struct {
		s               staff.Session
		revoke, correct bool
	}{"clerk": {d.post.Clerk, true, true}, "reviewer": {d.post.Reviewer, true, false}, "both": {d.post.Both, true, true}} {
		d.env.Session = tt.s
		m := NewModel(d.env, d.parts, d.c.Number)
		m.Open()
		if st := m.State(); st.CanRevoke != tt.revoke || st.CanCorrect != tt.correct {
			t.Errorf("%s: revoke %v, correct %v", name, st.CanRevoke, st.CanCorrect)
		}
	}
}

// TestErased: of an erased certificate there is its number and that it is.
func TestErased(t *testing.T) {
	d := newDesktop(t, &printer{queues: office})
	ctx := context.Background()
	d.post.Now = d.post.Now.AddDate(0, 3, 0)
	if err := d.post.Erase(ctx, d.post.Administrator, d.post.Reviewer, d.c.Application); err != nil {
		t.Fatal(err)
	}
	m := NewModel(d.env, d.parts, d.c.Number)
	m.Open()
	st := m.State()
	if st.Erased == "" || st.Counts || st.Printable || st.CanHand || st.CanCorrect || st.Page != nil || st.Name != "" || len(d.errs) > 0 {
		t.Errorf("%+v, errors %v", st, d.errs)
	}
}

// agree answers the question of the second officer.
func agree(t testing.TB, b interface {
	Type(string)
	Key(...fyne.KeyName)
}, mark string) {
	t.Helper()
	b.Type(mark)
	b.Key(fyne.KeyReturn)
	b.Type(desktest.Passphrase)
	b.Key(fyne.KeyReturn)
}

// TestRevokeByKeys: a shortcut, the reason, a note, and the second officer.
func TestRevokeByKeys(t *testing.T) {
	d := newDesktop(t, &printer{queues: office})
	b := bench(t, d, "en", env.Route{Screen: env.Certificates, ID: string(d.c.Number)})
	s := b.Screen.(*One)
	b.Shortcut(t, fyne.KeyR, fyne.KeyModifierControl|fyne.KeyModifierShift)
	if b.Window.Canvas().Focused() != s.grounds.reason || !s.why.Visible() {
		t.Fatalf("focus on %T", b.Window.Canvas().Focused())
	}
	b.Type("fraud")
	b.Key(fyne.KeyReturn)
	b.Window.Canvas().Focus(s.agree)
	b.Key(fyne.KeyReturn)
	if b.Window.Canvas().Focused() != s.grounds.note || s.grounds.noteField.Note().Text == "" || b.Window.Canvas().Overlays().Top() != nil {
		t.Fatalf("without a note the focus is on %T", b.Window.Canvas().Focused())
	}
	b.Type("Made up.")
	b.Key(fyne.KeyTab, fyne.KeyTab, fyne.KeyReturn)
	if _, open := b.Window.Canvas().Overlays().Top().(*widgets.Dialog); !open {
		t.Fatal("no second officer is asked")
	}
	agree(t, b, "D")
	if s.st.Revoked.Since == "" || s.why.Visible() || !s.ended.Visible() || s.sheet.Visible() || !s.print.Disabled() || s.refused.Text() == "" {
		t.Errorf("revoked %+v", s.st.Revoked)
	}
}

// TestLockBeforeTheSecondAgrees is invariant 13: nothing is half done.
func TestLockBeforeTheSecondAgrees(t *testing.T) {
	d := newDesktop(t, &printer{queues: office})
	b := bench(t, d, "en", env.Route{Screen: env.Certificates, ID: string(d.c.Number)})
	s := b.Screen.(*One)
	s.doRevoke()
	s.show(s.m.Reason("error"))
	s.show(s.m.Note("half"))
	s.askRevoke()
	b.Lock()
	if b.Window.Canvas().Overlays().Top() != nil {
		t.Error("the question outlives the lock")
	}
	b.Env.SignIn(d.post.Clerk)
	s = b.Screen.(*One)
	if !s.st.Revoking || s.grounds.note.Text != "half" || s.grounds.reason.Code() != "error" || s.st.Revoked.Since != "" {
		t.Errorf("after the lock %+v", s.st.Grounds)
	}
}

// TestTypingIsNoSearch: the log keeps every search, so one is made when the
// typing pauses, or at Enter, and once.
func TestTypingIsNoSearch(t *testing.T) {
	d := newDesktop(t, &printer{})
	b := bench(t, d, "en", env.Route{Screen: env.Certificates})
	l := b.Screen.(*List)
	b.Window.Canvas().Focus(l.find)
	b.Type("yangben")
	if n := searches(t, d.post); n != 0 {
		t.Fatalf("%d searches while typing", n)
	}
	if r := l.Route(); r.Find != "yangben" {
		t.Errorf("the way back forgets %q", r.Find)
	}
	b.Pass()
	b.Pass()
	if n := searches(t, d.post); n != 1 || l.st.Find != "yangben" || len(l.st.Rows) != 1 {
		t.Fatalf("%d searches after a pause, %+v", n, l.st)
	}
	b.Type(" spec")
	b.Key(fyne.KeyReturn)
	b.Pass()
	if n := searches(t, d.post); n != 2 || l.st.Find != "yangben spec" || b.Window.Canvas().Focused() != l.table.Focusable() {
		t.Errorf("%d searches after Enter, %+v", n, l.st)
	}
	b.Type("x")
	b.Window.Canvas().Focus(l.find)
	b.Type("y")
	b.Shell.Go(env.Route{Screen: env.Queue})
	b.Pass()
	if n := searches(t, d.post); n != 2 {
		t.Errorf("%d searches after the screen was left", n)
	}
}

// TestOpensWhatReplacesIt: a click leads from the old one to the new.
func TestOpensWhatReplacesIt(t *testing.T) {
	d := newDesktop(t, &printer{})
	right := d.post.Corrected(t, d.c.Number)
	b := bench(t, d, "en", env.Route{Screen: env.Certificates, ID: string(d.c.Number)})
	for _, want := range []data.CertificateNumber{right.Number, d.c.Number} {
		button := buttons(b.Screen.Content())["Open "+want.String()]
		if button == nil {
			t.Fatalf("no way to %s", want)
		}
		button.OnTapped()
		if got := b.Screen.(*One).st.Number; got != want {
			t.Fatalf("opened %s, want %s", got, want)
		}
	}
}

// buttons are those in sight, by what they say.
func buttons(o fyne.CanvasObject) map[string]*widgets.Button {
	all := map[string]*widgets.Button{}
	for _, o := range test.LaidOutObjects(o) {
		if b, ok := o.(*widgets.Button); ok {
			all[b.Text] = b
		}
	}
	return all
}

var errBroken = errors.New("broken")

// broken is a desk that cannot correct.
type broken struct{ Desk }

func (broken) Correct(context.Context, staff.Session, data.CertificateNumber) (data.Application, error) {
	return data.Application{}, errBroken
}

func TestCorrectThatFails(t *testing.T) {
	d := newDesktop(t, &printer{queues: office})
	d.m.parts.Desk = broken{d.parts.Desk}
	if st := d.m.Correct(); len(d.went) > 0 || len(d.errs) != 1 || d.m.State().Busy != "" {
		t.Errorf("went %v, errors %v, %+v", d.went, d.errs, st.Busy)
	}
}

// TestEndedPictures leaves pictures of what does not count any more, if
// $PRATIQUE_SHOTS is set.
func TestEndedPictures(t *testing.T) {
	if os.Getenv("PRATIQUE_SHOTS") == "" {
		t.Skip("PRATIQUE_SHOTS is not set: no pictures were made")
	}
	for _, language := range []string{"en", "zh"} {
		for _, tt := range []struct {
			name string
			do   func(*desktop) data.CertificateNumber
			then func(*One)
		}{
			{"why", func(d *desktop) data.CertificateNumber { return d.c.Number }, func(s *One) {
				s.doRevoke()
				s.show(s.m.Reason("fraud"))
				s.askRevoke()
			}},
			{"second", func(d *desktop) data.CertificateNumber { return d.c.Number }, func(s *One) {
				s.doRevoke()
				s.show(s.m.Reason("error"))
				s.askRevoke()
			}},
			{"revoked", func(d *desktop) data.CertificateNumber {
				_, err := d.post.Revoke(t.Context(), d.post.Clerk, d.post.Administrator, []data.CertificateNumber{d.c.Number}, "fraud", "The laboratory says that it never made this report, and knows nobody of that name.")
				if err != nil {
					t.Fatal(err)
				}
				return d.c.Number
			}, nil},
			{"replaced", func(d *desktop) data.CertificateNumber { d.post.Corrected(t, d.c.Number); return d.c.Number }, nil},
			{"replaces", func(d *desktop) data.CertificateNumber { return d.post.Corrected(t, d.c.Number).Number }, nil},
			{"erased", func(d *desktop) data.CertificateNumber {
				d.post.Now = d.post.Now.AddDate(0, 3, 0)
				if err := d.post.Erase(t.Context(), d.post.Administrator, d.post.Reviewer, d.c.Application); err != nil {
					t.Fatal(err)
				}
				return d.c.Number
			}, nil},
		} {
			d := newDesktop(t, &printer{queues: office})
			d.press.picture = drawn()
			n := tt.do(d)
			b := bench(t, d, language, env.Route{Screen: env.Certificates, ID: string(n)})
			if tt.then != nil {
				tt.then(b.Screen.(*One))
			}
			b.Shot(t, "certificate-"+tt.name+"-"+language, 1280, 800)
			b.Shot(t, "certificate-"+tt.name+"-"+language+"-small", 1000, 700)
		}
	}
}
