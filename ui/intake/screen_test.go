package intake_test

import (
	"context"
	"image"
	"os"
	"reflect"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"pratique/data"
	"pratique/data/codes"
	"pratique/data/desk/desktest"
	"pratique/data/staff"
	"pratique/ui/env"
	"pratique/ui/intake"
	"pratique/ui/screentest"
)

var book = func() *codes.Book {
	b, err := codes.Load(os.DirFS("../../assets"))
	if err != nil {
		panic(err)
	}
	return b
}()

func open(t testing.TB, p *desktest.Post, s staff.Session, language, id string) *screentest.Bench {
	t.Helper()
	return screentest.New(t, p, s, language, env.Route{Screen: env.Intake, ID: id}, func(b *screentest.Bench) env.Factory {
		return func(e *env.Env, r env.Route) env.Screen {
			return intake.New(e, intake.Parts{
				Desk: p.Desk, Codes: book, After: b.After, Specimen: p.Specimen,
				Slip: func(context.Context, data.Content) ([]byte, error) { return []byte("%PDF"), nil },
				Picture: func(context.Context, []byte) (image.Image, error) {
					return image.NewGray(image.Rect(0, 0, 210, 297)), nil
				},
			}, r)
		}
	})
}

func TestShots(t *testing.T) {
	p := desktest.New(t)
	for _, language := range []string{"en", "zh"} {
		b := open(t, p, p.Clerk, language, "")
		b.Shot(t, "intake-new-"+language, 1280, 800)
		b.Shortcut(t, fyne.KeyS, fyne.KeyModifierAlt)
		b.Pass()
		b.Shot(t, "intake-full-"+language, 1280, 2400)
		b.Shot(t, "intake-full-small-"+language, 1000, 700)
	}
	c := p.Specimen()
	c.Document.MRZ = strings.Replace(c.Document.MRZ, "E00000000", "E0000000O", 1)
	c.Document.Number, c.Traveller.GivenNames = "E00000001", "SPECIMAN"
	c.Traveller.Birth, c.Traveller.Guardian = "2012-03-08", data.Guardian{}
	c.Tests[0].Reported.Wall = "2022-07-01T09:00"
	c.Tests[1].Result = ""
	c.Doses[0].Lot = ""
	a, err := p.Create(t.Context(), p.Clerk, c)
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"en", "zh"} {
		b := open(t, p, p.Clerk, language, string(a.ID))
		b.Shortcut(t, fyne.KeyReturn, fyne.KeyModifierShortcutDefault)
		b.Shot(t, "intake-wrong-"+language, 1280, 2400)
		b.Shot(t, "intake-wrong-small-"+language, 1000, 700)
	}
	wrong := p.Issued(t, p.Specimen())
	correction, err := p.Correct(t.Context(), p.Clerk, wrong.Number)
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"en", "zh"} {
		open(t, p, p.Clerk, language, string(correction.ID)).Shot(t, "intake-corrects-"+language, 1000, 700)
	}
	approved := p.Approved(t, p.Specimen())
	open(t, p, p.Clerk, "en", string(approved.ID)).Shot(t, "intake-approved-en", 1280, 800)
	returned := p.Submitted(t, p.Specimen())
	if _, err := p.Take(t.Context(), p.Reviewer, returned.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Return(t.Context(), p.Reviewer, returned.ID, []string{"native-name", "unreadable"}, "The second page is dark."); err != nil {
		t.Fatal(err)
	}
	open(t, p, p.Clerk, "zh", string(returned.ID)).Shot(t, "intake-returned-zh", 1280, 800)
}

// TestReplacesStandsAtTheTop: whoever corrects a certificate sees which, before
// and after the first change.
func TestReplacesStandsAtTheTop(t *testing.T) {
	p := desktest.New(t)
	n := p.Issued(t, p.Specimen()).Number
	a, err := p.Correct(t.Context(), p.Clerk, n)
	if err != nil {
		t.Fatal(err)
	}
	b := open(t, p, p.Clerk, "en", string(a.ID))
	told := func() bool {
		return strings.Contains(test.RenderObjectToMarkup(b.Screen.Content()), "This corrects "+n.String())
	}
	if !told() {
		t.Error("not told at first")
	}
	b.Key(fyne.KeyTab, fyne.KeyTab)
	b.Type("X1")
	b.Pass()
	if !told() {
		t.Error("not told any more after a change")
	}
	if other := open(t, p, p.Clerk, "en", string(p.Submitted(t, p.Specimen()).ID)); strings.Contains(test.RenderObjectToMarkup(other.Screen.Content()), "This corrects") {
		t.Error("told of a case that corrects nothing")
	}
}

// TestSpecimenByKeyboard enters the whole specimen without a mouse and submits
// it; what is stored then is the specimen to the last character.
func TestSpecimenByKeyboard(t *testing.T) {
	p := desktest.New(t)
	want := p.Specimen()
	b := open(t, p, p.Clerk, "en", "")
	const (
		tab, enter = fyne.KeyTab, fyne.KeyReturn
		alt, ctrl  = fyne.KeyModifierAlt, fyne.KeyModifierShortcutDefault
	)
	line := func(text string) { b.Type(text); b.Key(enter) }
	moment := func(m data.Moment) {
		date, clock, _ := strings.Cut(m.Wall, "T")
		line(strings.ReplaceAll(date, "-", ""))
		line(strings.ReplaceAll(clock, ":", ""))
		b.Key(tab) // the place is the post's
	}
	tabs := func(n int) {
		for range n {
			b.Key(tab)
		}
	}
	line(strings.ReplaceAll(want.Document.MRZ, "\n", "")) // a scanner's line end
	tabs(3)                                               // kind, number and issuer are filled in
	line(string(want.Document.Issued))
	tabs(3) // expires, surname, given names
	line("样本")
	tabs(4) // birth, sex, nationality, resident number
	line("+999 555 0199")
	b.Shortcut(t, fyne.KeyN, alt)
	b.Type("oro")
	b.Key(enter, tab)
	line("a")  // laboratory
	b.Key(tab) // product
	n := want.Tests[0]
	moment(n.Sampled)
	moment(n.Analysed)
	moment(n.Reported)
	line("neg")
	line("N-20771")
	for _, kind := range []struct {
		key            fyne.KeyName
		result, report string
	}{{fyne.KeyM, "neg", "S-20772"}, {fyne.KeyG, "pos", "S-20773"}} {
		b.Shortcut(t, kind.key, alt)
		tabs(3 + 3*3) // all is as in the test before
		line(kind.result)
		line(kind.report)
	}
	for i, d := range want.Doses {
		b.Shortcut(t, fyne.KeyD, alt)
		line(string(d.Date))
		if i == 0 {
			line("corona")
			line(d.Lot)
			line("chn")
			line(d.Place)
			continue
		}
		b.Key(tab)
		b.Type(d.Lot)
		tabs(3)
	}
	tabs(2) // the buttons for a past infection and a further flight
	line("ut 846")
	line("amu")
	line("pvg")
	moment(want.Departs())
	tabs(8) // nobody to reach; symptoms, contact and medicine not asked; no remarks
	b.Type(" ")
	b.Key(enter)
	b.Type(string(want.Declaration.Signed))
	b.Shortcut(t, fyne.KeyReturn, ctrl)

	if !reflect.DeepEqual(b.Went, []env.Route{{Screen: env.Queue}}) {
		b.Shot(t, "intake-keyboard", 1280, 2600)
		t.Fatalf("went %v", b.Went)
	}
	rows, err := p.Queue(p.Reviewer, data.Submitted)
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	a, err := p.Read(t.Context(), p.Reviewer, rows[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a.Content, want) {
		t.Errorf("stored\n%+v\nwant\n%+v", a.Content, want)
	}
}

// TestTypeByKeyboard: a type is chosen before the lines or by its shortcut;
// what does not belong is out of sight until one goes to what is wrong with it.
func TestTypeByKeyboard(t *testing.T) {
	const alt, ctrl = fyne.KeyModifierAlt, fyne.KeyModifierShortcutDefault
	for _, tt := range []struct {
		language string
		number   fyne.KeyName
		want     data.CertificateType
	}{{"en", fyne.Key2, data.CertificateTests}, {"zh", fyne.Key3, data.CertificateAntibody}, {"en", fyne.Key4, data.CertificateVaccination}} {
		p := desktest.New(t)
		b := open(t, p, p.Clerk, tt.language, "")
		b.Shortcut(t, fyne.KeyS, alt)
		b.Shortcut(t, tt.number, alt)
		b.Pass()
		b.Shot(t, "intake-type-"+string(tt.want)+"-"+tt.language, 1280, 2400)
		if all := drafts(t, p); len(all) != 1 || all[0].Content.Type != tt.want || len(all[0].Content.Tests) != 3 || len(all[0].Content.Doses) != 2 {
			t.Fatalf("%s: %+v", tt.want, all)
		}
		b.Shortcut(t, fyne.KeyReturn, ctrl) // goes to what does not belong
		removed := 0
		for range 3 {
			before := drafts(t, p)[0].Content
			b.Shortcut(t, fyne.KeyX, alt)
			b.Pass()
			after := drafts(t, p)[0].Content
			removed += len(before.Tests) + len(before.Doses) - len(after.Tests) - len(after.Doses)
			b.Shortcut(t, fyne.KeyJ, ctrl)
		}
		if removed != 3 {
			t.Errorf("%s: %d entries could be removed, want 3", tt.want, removed)
		}
	}
}

func drafts(t *testing.T, p *desktest.Post) []data.Application {
	t.Helper()
	rows, err := p.Queue(p.Clerk, data.Draft)
	if err != nil {
		t.Fatal(err)
	}
	var all []data.Application
	for _, r := range rows {
		a, err := p.Read(t.Context(), p.Clerk, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}

// TestInvariant13NothingTypedIsLost: after a pause, after a change of language, after a
// lock, what was half typed is there.
func TestInvariant13NothingTypedIsLost(t *testing.T) {
	p := desktest.New(t)
	b := open(t, p, p.Clerk, "en", "")
	b.Type("P<UTOERIK")
	b.Pass()
	if all := drafts(t, p); len(all) != 1 || all[0].Content.Document.MRZ != "P<UTOERIK" {
		t.Fatalf("after a pause: %+v", all)
	}
	b.Type("SSON")
	b.SetLanguage("zh")
	if got := b.Here(); got.ID == "" {
		t.Error("the draft has no place")
	}
	b.Key(fyne.KeyEnd)
	b.Type("<<A")
	b.Lock()
	all := drafts(t, p)
	if len(all) != 1 {
		t.Fatalf("%d drafts, want 1", len(all))
	}
	if got := all[0].Content.Document.MRZ; got != "P<UTOERIKSSON<<A" {
		t.Errorf("kept %q", got)
	}
}

func TestLeavingABlankForm(t *testing.T) {
	p := desktest.New(t)
	b := open(t, p, p.Clerk, "en", "")
	b.Pass()
	b.Go(env.Route{Screen: env.Queue})
	if all := drafts(t, p); len(all) != 0 {
		t.Errorf("stored %+v", all)
	}
}

// TestCodesAreNamed: a problem names codes as the officer knows them.
func TestCodesAreNamed(t *testing.T) {
	p := desktest.New(t)
	c := p.Specimen()
	c.Tests[0].Specimen = "unknown"
	c.Tests[0].Result = ""
	a, err := p.Create(t.Context(), p.Clerk, c)
	if err != nil {
		t.Fatal(err)
	}
	b := open(t, p, p.Clerk, "zh", string(a.ID))
	b.Shortcut(t, fyne.KeyReturn, fyne.KeyModifierShortcutDefault)
	shown := test.RenderObjectToMarkup(b.Screen.Content())
	for text, want := range map[string]bool{"鼻咽拭子": true, "阴性": true, "nasopharyngeal": false, "negative": false} {
		if strings.Contains(shown, text) != want {
			t.Errorf("%q is shown: %v", text, !want)
		}
	}
}

// TestSubmitGoesToTheFirstProblem and the next shortcut to the one after it.
func TestSubmitGoesToTheFirstProblem(t *testing.T) {
	p := desktest.New(t)
	c := p.Specimen()
	c.Document.Number, c.Document.MRZ, c.Traveller.Birth = "", "", ""
	a, err := p.Create(t.Context(), p.Clerk, c)
	if err != nil {
		t.Fatal(err)
	}
	b := open(t, p, p.Clerk, "en", string(a.ID))
	b.Shortcut(t, fyne.KeyReturn, fyne.KeyModifierShortcutDefault)
	b.Type("e00000000")
	b.Shortcut(t, fyne.KeyJ, fyne.KeyModifierShortcutDefault)
	b.Type("19840308")
	b.Shortcut(t, fyne.KeyReturn, fyne.KeyModifierShortcutDefault)
	if n := p.Counts()[data.Submitted]; n != 1 {
		t.Errorf("%d submitted, want 1: %+v", n, drafts(t, p))
	}
}

func TestSlipTakesThePlaceOfTheForm(t *testing.T) {
	p := desktest.New(t)
	b := open(t, p, p.Clerk, "en", "")
	b.Shortcut(t, fyne.KeyS, fyne.KeyModifierAlt)
	form := b.Screen.Content().(*fyne.Container).Objects[0]
	b.Shortcut(t, fyne.KeyP, fyne.KeyModifierShortcutDefault)
	b.Shot(t, "intake-slip", 1280, 800)
	if b.Screen.Content().(*fyne.Container).Objects[0] == form {
		t.Fatal("no slip is shown")
	}
	b.Key(fyne.KeyEscape)
	if b.Screen.Content().(*fyne.Container).Objects[0] != form {
		t.Error("the form did not come back")
	}
}

func TestRemoveWithoutAMouse(t *testing.T) {
	p := desktest.New(t)
	b := open(t, p, p.Clerk, "en", "")
	b.Shortcut(t, fyne.KeyN, fyne.KeyModifierAlt)
	b.Shortcut(t, fyne.KeyG, fyne.KeyModifierAlt)
	b.Shortcut(t, fyne.KeyX, fyne.KeyModifierAlt)
	b.Shortcut(t, fyne.KeyS, fyne.KeyModifierShortcutDefault)
	all := drafts(t, p)
	if len(all) != 1 || len(all[0].Content.Tests) != 1 || all[0].Content.Tests[0].Kind != data.NucleicAcid {
		t.Errorf("%+v", all)
	}
}

// TestApprovedIsNotChangedByAccident types into an approved case, first as it
// stands and then on purpose.
func TestApprovedIsNotChangedByAccident(t *testing.T) {
	p := desktest.New(t)
	a := p.Approved(t, p.Specimen())
	b := open(t, p, p.Clerk, "en", string(a.ID))
	b.Key(fyne.KeyTab)
	b.Type("X")
	b.Pass()
	b.Shortcut(t, fyne.KeyE, fyne.KeyModifierShortcutDefault)
	b.Pass()
	if n := p.Counts()[data.Approved]; n != 1 {
		t.Fatal("the approval is gone before anything was changed")
	}
	b.Type("X")
	b.Pass()
	if n := p.Counts()[data.Draft]; n != 1 {
		t.Error("a change did not withdraw the approval")
	}
}

// BenchmarkKeystroke is what happens before the next key can be taken.
func BenchmarkKeystroke(b *testing.B) {
	p := desktest.New(b)
	bench := open(b, p, p.Clerk, "en", "")
	bench.Shortcut(b, fyne.KeyS, fyne.KeyModifierAlt)
	bench.Key(fyne.KeyTab, fyne.KeyTab, fyne.KeyTab, fyne.KeyTab, fyne.KeyTab, fyne.KeyTab)
	for b.Loop() {
		bench.Key(fyne.KeyBackspace)
		bench.Type("A")
	}
}

// BenchmarkPause is what a pause in typing costs: check, show and save.
func BenchmarkPause(b *testing.B) {
	p := desktest.New(b)
	bench := open(b, p, p.Clerk, "en", "")
	bench.Shortcut(b, fyne.KeyS, fyne.KeyModifierAlt)
	bench.Key(fyne.KeyTab, fyne.KeyTab, fyne.KeyTab, fyne.KeyTab, fyne.KeyTab, fyne.KeyTab)
	for b.Loop() {
		bench.Type("A")
		bench.Pass()
		bench.Key(fyne.KeyBackspace)
	}
}
