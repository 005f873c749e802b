package admin

import (
	"os"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"pratique/data"
	"pratique/ui/env"
	"pratique/ui/screentest"
	look "pratique/ui/theme"
)

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
			for _, s := range []Section{SectionOfficers, SectionKeys, SectionLog, SectionBackup, SectionRules} {
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
			b := o.window(t, language, o.Administrator, section)
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

var _ env.Actor = (*officersScreen)(nil)
