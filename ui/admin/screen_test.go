package admin

import (
	"os"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"pratique/data"
	"pratique/data/desk/desktest"
	"pratique/ui/screentest"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

// TestAddOfficerByKeys lets an officer in without the mouse, second officer
// included.
func TestAddOfficerByKeys(t *testing.T) {
	o := newOffice(t)
	b := o.window(t, "en", o.Administrator, SectionOfficers)
	s := b.Screen.(*officersScreen)
	if b.Window.Canvas().Focused() != s.list.Focusable() {
		t.Fatalf("focus on %T", b.Window.Canvas().Focused())
	}
	b.Shortcut(t, fyne.KeyA, fyne.KeyModifierControl|fyne.KeyModifierShift)
	b.Type("E")
	b.Key(fyne.KeyReturn)
	b.Type("Officer E")
	b.Key(fyne.KeyReturn)
	b.Type(" ") // ticks the first role
	for b.Window.Canvas().Focused() != s.passphrase {
		b.Key(fyne.KeyReturn)
	}
	b.Type(fresh)
	b.Key(fyne.KeyReturn)
	b.Type("B")
	b.Key(fyne.KeyReturn)
	b.Type(desktest.Passphrase)
	b.Key(fyne.KeyReturn)
	if got := standing(s.st.All); len(got) != 5 || got[4] != "E must change" || s.st.Chosen != 4 {
		t.Fatalf("%v, problems %v, %s", got, s.st.Problems, s.st.Strength)
	}
	if s.passphrase.Text != "" || s.form.Visible() || b.Window.Canvas().Focused() != s.list.Focusable() {
		t.Errorf("left over %q, form %v, focus on %T", s.passphrase.Text, s.form.Visible(), b.Window.Canvas().Focused())
	}
	b.Key(fyne.KeyHome)
	if s.st.Chosen != 0 || s.st.Done != "" {
		t.Errorf("chosen %d, still says %q", s.st.Chosen, s.st.Done)
	}
}

// TestLockWhileAsked is invariant 13: a lock takes question and form away, and
// what was half typed, but for the passphrase, is there again.
func TestLockWhileAsked(t *testing.T) {
	o := newOffice(t)
	b := o.window(t, "en", o.Administrator, SectionOfficers)
	s := b.Screen.(*officersScreen)
	s.begin(Adding)
	b.Type("E")
	b.Key(fyne.KeyReturn)
	b.Type("Officer E")
	s.roles[0].SetChecked(true)
	b.Window.Canvas().Focus(s.passphrase)
	b.Type(fresh)
	b.Key(fyne.KeyReturn)
	if b.Window.Canvas().Overlays().Top() == nil {
		t.Fatal("nobody is asked")
	}
	b.Lock()
	if b.Window.Canvas().Overlays().Top() != nil || s.passphrase.Text != "" {
		t.Errorf("over the lock: %v, passphrase %q", b.Window.Canvas().Overlays().Top(), s.passphrase.Text)
	}
	b.Env.SignIn(o.Administrator)
	back := b.Screen.(*officersScreen)
	if back == s || back.mark.Text != "E" || back.name.Text != "Officer E" || !back.roles[0].Checked || back.passphrase.Text != "" || !back.form.Visible() {
		t.Errorf("back: %q %q %v %q", back.mark.Text, back.name.Text, back.roles[0].Checked, back.passphrase.Text)
	}
	if len(back.st.All) != 4 {
		t.Errorf("%v", standing(back.st.All))
	}
}

// TestSectionsByKeys goes through all sections and stays where it is when the
// language changes.
func TestSectionsByKeys(t *testing.T) {
	o := newOffice(t)
	b := o.window(t, "en", o.Administrator, "")
	for i, want := range []Section{SectionKeys, SectionTrust, SectionLaboratories, SectionNotices, SectionLog, SectionBackup, SectionCheck, SectionRules} {
		b.Shortcut(t, fyne.KeyName(rune('2'+i)), fyne.KeyModifierAlt)
		if got := Section(b.Here().ID); got != want {
			t.Errorf("Alt+%d leads to %q, want %q", 2+i, got, want)
		}
		b.SetLanguage("zh")
		if got := Section(b.Here().ID); got != want {
			t.Errorf("the language leads to %q, want %q", got, want)
		}
		b.SetLanguage("en")
		if f := b.Screen.Focus(); f == nil {
			t.Errorf("%s: nothing has the focus", want)
		}
	}
}

// TestAuditorSees: an auditor has no buttons that change anything.
func TestAuditorSees(t *testing.T) {
	o := newOffice(t)
	o.signer(t, newAuthority(t, o.Now), 700)
	auditor := o.auditor(t)
	b := o.window(t, "en", auditor, SectionOfficers)
	s := b.Screen.(*officersScreen)
	if s.top.Visible() || s.disable.Visible() || s.reset.Visible() || len(s.all) != 7 {
		t.Errorf("officers: add %v, disable %v, reset %v, sections %v", s.top.Visible(), s.disable.Visible(), s.reset.Visible(), s.all)
	}
	b = o.window(t, "en", auditor, SectionKeys)
	if k := b.Screen.(*keysScreen); k.top.Visible() || k.retire.Visible() || k.importer.Visible() {
		t.Error("keys can be changed")
	}
	b = o.window(t, "en", auditor, SectionTrust)
	if s := b.Screen.(*trustScreen); s.begin.Visible() || s.sign.Visible() || s.restore.Visible() || s.end.Visible() {
		t.Error("trust can be changed")
	}
	b = o.window(t, "en", auditor, SectionBackup)
	if _, ok := b.Screen.(*officersScreen); !ok {
		t.Errorf("the backups are shown by %T", b.Screen)
	}
	b = o.window(t, "en", auditor, SectionRules)
	if r := b.Screen.(*rulesScreen); r.soloAct.Visible() || r.keepAct.Visible() || r.rotate.Visible() {
		t.Error("rules can be changed")
	}
}

// TestDisableAsks: Enter alone shuts nobody out.
func TestDisableAsks(t *testing.T) {
	o := newOffice(t)
	b := o.window(t, "en", o.Administrator, SectionOfficers)
	s := b.Screen.(*officersScreen)
	s.doDisable()
	b.Key(fyne.KeyReturn)
	if s.st.All[0].Disabled || b.Window.Canvas().Overlays().Top() != nil {
		t.Fatal("Enter disables")
	}
	s.doDisable()
	b.Window.Canvas().FocusPrevious()
	b.Key(fyne.KeyReturn)
	if !s.st.All[0].Disabled {
		t.Error("not disabled")
	}
}

// TestSaveCheckpoint writes what was signed, to the byte.
func TestSaveCheckpoint(t *testing.T) {
	o := newOffice(t)
	b := o.window(t, "en", o.Administrator, SectionLog)
	s := b.Screen.(*logScreen)
	s.m.Sign()
	b.Shortcut(t, fyne.KeyS, fyne.KeyModifierControl)
	b.Key(fyne.KeyReturn)
	lines := strings.Split(s.st.Checkpoint, "\n")
	path := "/papers/PR-checkpoint-" + lines[1] + ".txt"
	if o.files[path] != s.st.Checkpoint || s.st.Done != s.e.T("save.done", path) {
		t.Errorf("files %v, said %q", o.files, s.st.Done)
	}
	var shown []string
	for _, line := range s.text.Objects {
		text := ""
		for _, part := range line.(*fyne.Container).Objects {
			text += part.(*widgets.Text).Text()
		}
		shown = append(shown, text)
	}
	if strings.Join(shown, "\n")+"\n" != s.st.Checkpoint {
		t.Errorf("shown %q", shown)
	}
}

// TestPictures leaves pictures of the sections in $PRATIQUE_SHOTS, if that is
// set.
func TestPictures(t *testing.T) {
	if os.Getenv("PRATIQUE_SHOTS") == "" {
		t.Skip("PRATIQUE_SHOTS is not set: no pictures were made")
	}
	for _, language := range []string{"en", "zh"} {
		for name, make := range map[string]func(*office, *screentest.Bench){
			"officers": func(o *office, b *screentest.Bench) {},
			"officers-add": func(o *office, b *screentest.Bench) {
				s := b.Screen.(*officersScreen)
				s.begin(Adding)
				s.mark.SetText("a1-")
				s.name.SetText("Officer A")
				s.passphrase.SetText("password password")
				s.m.Submit(s.passphrase.Text)
			},
			"officers-disable": func(o *office, b *screentest.Bench) { b.Screen.(*officersScreen).doDisable() },
			"keys":             func(o *office, b *screentest.Bench) {},
			"keys-request":     func(o *office, b *screentest.Bench) { b.Screen.(*keysScreen).m.Choose(1) },
			"keys-import": func(o *office, b *screentest.Bench) {
				s := b.Screen.(*keysScreen)
				s.m.Choose(1)
				s.begin(Importing)
				s.bundle.SetText("/media/stick/answer.pem")
				s.anchor.SetText("/media/stick/authority.pem")
				s.m.Look()
			},
			"log": func(o *office, b *screentest.Bench) { b.Screen.(*logScreen).m.Sign() },
			"backup": func(o *office, b *screentest.Bench) {
				s := b.Screen.(*backupScreen)
				s.folder.SetText("/mnt/backup/pratique")
				s.passphrase.SetText("password")
			},
			"backup-running": func(o *office, b *screentest.Bench) {
				s := b.Screen.(*backupScreen)
				o.backups.set.Folder = "/mnt/backup/pratique"
				s.m.Open()
				s.m.Make()
				o.parts.Jobs.backup = &job{progress: Progress{30, 100}, cancel: func() {}, changed: func(*job) {}}
				s.m.show()
			},
			"laboratories": func(o *office, b *screentest.Bench) {},
			"laboratories-import": func(o *office, b *screentest.Bench) {
				s := b.Screen.(*laboratoriesScreen)
				s.form.begin(true)
				o.files["/media/stick/laboratories.json"] = changedList
				s.form.path.SetText("/media/stick/laboratories.json")
				s.m.Look()
			},
			"laboratories-wrong": func(o *office, b *screentest.Bench) {
				s := b.Screen.(*laboratoriesScreen)
				s.form.begin(true)
				o.files["/media/stick/laboratories.json"] = strings.NewReplacer("Anyder Riverside\"", "Anyder Riverside Clinic, Tide Quay\"", "igm-n", "pcr").Replace(changedList)
				s.form.path.SetText("/media/stick/laboratories.json")
				s.m.Look()
			},
			"laboratories-second": func(o *office, b *screentest.Bench) {
				s := b.Screen.(*laboratoriesScreen)
				s.form.begin(true)
				o.files["/media/stick/laboratories.json"] = changedList
				s.form.path.SetText("/media/stick/laboratories.json")
				s.m.Look()
				s.m.Import()
			},
			"check": func(o *office, b *screentest.Bench) { b.Screen.(*checkScreen).m.Run() },
			"check-running": func(o *office, b *screentest.Bench) {
				s := b.Screen.(*checkScreen)
				o.parts.Jobs.check = &job{progress: Progress{2, 5}, cancel: func() {}, changed: func(*job) {}}
				s.m.show()
			},
			"check-well": func(o *office, b *screentest.Bench) {
				s := b.Screen.(*checkScreen)
				o.parts.Jobs.found = &found{at: o.Now}
				s.m.show()
			},
			"traveller": func(o *office, b *screentest.Bench) {},
			"traveller-found": func(o *office, b *screentest.Bench) {
				s := b.Screen.(*travellerScreen)
				s.issuer.SetCode("CHN")
				s.number.SetText("E00000000")
				s.doFind()
				s.m.Tick(0)
			},
			"trust": func(o *office, b *screentest.Bench) {
				a := newAuthority(t, o.Now)
				o.files["/media/stick/list.pem"] = certificatePEM(a.cert.Raw) + certificatePEM(o.Anchor.Raw)
				s := b.Screen.(*trustScreen)
				agrees(&s.m.core, o.Reviewer)
				for range 2 {
					s.m.Begin(true)
					s.m.Type(TrustDraft{Name: "utopia", Path: "/media/stick/list.pem", Source: "Handed over by the ministry"})
					s.m.Look()
					s.m.Import()
				}
			},
			"trust-import": func(o *office, b *screentest.Bench) {
				a := newAuthority(t, o.Now)
				o.files["/media/stick/list.pem"] = certificatePEM(a.cert.Raw) + certificatePEM(o.Anchor.Raw) + "-----BEGIN X-----\nAAAA\n-----END X-----\n"
				s := b.Screen.(*trustScreen)
				s.doBegin(true)
				s.name.SetText("utopia")
				s.source.SetText("Handed over by the ministry")
				s.path.SetText("/media/stick/list.pem")
				s.m.Look()
			},
			"rules": func(o *office, b *screentest.Bench) {
				if err := o.SetSolo(t.Context(), o.Administrator, o.Reviewer, o.Now.AddDate(0, 0, 10)); err != nil {
					t.Fatal(err)
				}
				s := b.Screen.(*rulesScreen)
				s.m.Open()
				s.until.SetText("2022-12-01")
				s.m.AllowSolo()
			},
		} {
			o := newOffice(t)
			a := newAuthority(t, o.Now)
			section := Section(name)
			for _, s := range []Section{SectionOfficers, SectionKeys, SectionTrust, SectionLaboratories, SectionNotices, SectionLog, SectionBackup, SectionCheck, SectionRules, SectionTraveller} {
				if len(name) >= len(s) && name[:len(s)] == string(s) {
					section = s
				}
			}
			if section == SectionKeys {
				o.signer(t, a, 260)
				o.Now = o.Now.Add(time.Hour)
				r := o.requested(t)
				o.files["/media/stick/answer.pem"] = a.answers(t, r, o.Now, 700)
				o.files["/media/stick/authority.pem"] = certificatePEM(a.cert.Raw)
				o.Now = o.Now.AddDate(0, 0, 25)
			}
			if section == SectionOfficers {
				long := data.Officer{ID: "officer-e", Mark: "E", Name: "Wolfeschlegelsteinhausenbergerdorff-Specimen", Roles: []data.Role{data.Clerk, data.Reviewer, data.Auditor}}
				if err := o.AddOfficer(t.Context(), o.Administrator, o.Reviewer, long, []byte("sumo tile wako renu")); err != nil {
					t.Fatal(err)
				}
				if err := o.DisableOfficer(t.Context(), o.Administrator, "officer-b"); err != nil {
					t.Fatal(err)
				}
			}
			if section == SectionLog {
				o.Issued(t, o.Specimen())
			}
			by := o.Administrator
			if section == SectionTraveller {
				by = o.Reviewer
				c := o.Issued(t, o.Specimen())
				if _, err := o.Revoke(t.Context(), o.Reviewer, o.Both, []data.CertificateNumber{c.Number}, "error", ""); err != nil {
					t.Fatal(err)
				}
				o.Issued(t, o.Specimen())
				o.Submitted(t, o.Specimen())
			}
			b := o.window(t, language, by, section)
			make(o, b)
			b.Shot(t, "admin-"+name+"-"+language, 1280, 800)
			b.Shot(t, "admin-"+name+"-"+language+"-small", 1000, 700)
			if language == "en" {
				th, err := look.New(screentest.Assets)
				if err != nil {
					t.Fatal(err)
				}
				test.ApplyTheme(t, th.Forced(theme.VariantDark))
				b.Shot(t, "admin-"+name+"-dark", 1280, 800)
			}
		}
	}
}
