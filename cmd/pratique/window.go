package main

import (
	"context"
	"image"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/assets"
	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/staff"
	"pratique/data/trust"
	"pratique/pdfgen"
	"pratique/pdfgen/page"
	"pratique/ui"
	"pratique/ui/admin"
	"pratique/ui/certificates"
	"pratique/ui/env"
	"pratique/ui/figures"
	"pratique/ui/intake"
	"pratique/ui/queue"
	"pratique/ui/review"
	"pratique/ui/signin"
	look "pratique/ui/theme"
	"pratique/ui/verify"
)

// appID names the program's settings in the operating system.
const appID = "org.pratique.desk"

// lockAfter is how long nobody may touch the desk before it locks.
const lockAfter = 4 * time.Minute

// version is the program's own; FyneApp.toml has the same.
const version = "0.1.0"

// settingLanguage is where the choice of language is remembered.
const settingLanguage = "language"

// window opens the desk of the post in dir and returns when it is closed.
func window(ctx context.Context, dir string) error {
	app.SetMetadata(fyne.AppMetadata{ID: appID, Name: "Pratique", Version: version, Migrations: map[string]bool{"fyneDo": true}})
	a := app.NewWithID(appID)
	words, err := house.Words()
	if err != nil {
		return err
	}
	theme, err := look.New(assets.FS)
	if err != nil {
		return err
	}
	if runtime.GOOS == "linux" && os.Getenv("DBUS_SESSION_BUS_ADDRESS")+os.Getenv("FYNE_THEME") == "" {
		// Nobody tells which variant the person prefers, and the toolkit would
		// take the dark one; papers are compared more easily beside the light.
		theme = theme.Forced(fynetheme.VariantLight)
	}
	a.Settings().SetTheme(theme)
	if icon, err := assets.FS.ReadFile("icons/pratique.png"); err == nil {
		a.SetIcon(fyne.NewStaticResource("pratique.png", icon))
	}
	language := a.Preferences().StringWithFallback(settingLanguage, os.Getenv("LANG"))

	w := a.NewWindow("Pratique")
	w.SetMaster()
	w.Resize(fyne.NewSize(1280, 800))
	w.CenterOnScreen()

	h, err := house.Open(ctx, dir, time.Now)
	if err != nil {
		// A double click leads here: whoever made it sees no terminal.
		sentence := ui.Say(words.In(language), err)
		text := widget.NewLabel(strings.TrimSpace(sentence + "\n\n" + err.Error()))
		text.Wrapping = fyne.TextWrapWord
		w.SetContent(container.NewPadded(text))
		w.Resize(fyne.NewSize(640, 240))
		w.ShowAndRun()
		return err
	}
	defer h.Close()
	evidencePages := house.Pages()
	defer evidencePages.Close()

	var shell *ui.Shell
	shell = ui.New(ui.Config{
		Window: w, Words: words, Language: language, Post: h.Folder.Post, Now: time.Now, Run: env.Background, After: env.After,
		Screens: screens(h, a.Preferences(), evidencePages, words.Languages(), func(l string) { shell.SetLanguage(l) }),
		Rail:    []env.ScreenName{env.Queue, env.Certificates, env.Verify, env.Figures, env.Admin},
		May:     may,
		Home: func(o data.Officer) env.Route {
			if !may(o, env.Queue) {
				return env.Route{Screen: env.Admin}
			}
			return env.Route{Screen: env.Queue}
		},
		Find: func(text string) env.Route {
			if strings.HasPrefix(strings.TrimSpace(text), "HC1:") {
				return env.Route{Screen: env.Verify, Find: text}
			}
			return env.Route{Screen: env.Queue, Find: text}
		},
		Waits: func(s staff.Session, on env.ScreenName) int {
			if on == env.Queue {
				return h.Waits(s)
			}
			return 0
		},
		LockAfter:  lockAfter,
		OnLock:     h.Desk.Lock,
		OnLanguage: func(l string) { a.Preferences().SetString(settingLanguage, l) },
		Say:        ui.Say,
	})
	context.AfterFunc(ctx, func() { fyne.Do(shell.Close) })
	w.ShowAndRun()
	return nil
}

// may says who has a screen at all. What an officer does there is permitted by
// the desk.
func may(o data.Officer, s env.ScreenName) bool {
	switch s {
	case env.Intake:
		return slices.Contains(o.Roles, data.Clerk)
	case env.Queue, env.Review, env.Certificates:
		return slices.ContainsFunc(o.Roles, func(r data.Role) bool { return r != data.Administrator })
	case env.Figures:
		return figures.May(o)
	case env.Admin:
		return admin.May(o)
	default:
		return true
	}
}

// screens puts every screen together with what it works on.
func screens(h *house.House, settings fyne.Preferences, pages *page.Engine, languages []string, setLanguage func(string)) map[env.ScreenName]env.Factory {
	var anchors trust.List
	if err := anchors.Load(h.Folder.Dir); err != nil {
		fyne.LogError("the post's own anchor cannot be read", err)
	}
	anchors.Revoked = func(n data.CertificateNumber) (*data.Revocation, error) { return h.Revocation(context.Background(), n) }
	halves, begun, jobs, administration := review.Halves{}, certificates.Halves{}, certificates.NewJobs(), adminParts(h, settings)
	return map[env.ScreenName]env.Factory{
		env.SignIn: func(e *env.Env, r env.Route) env.Screen {
			return signin.New(e, signin.Parts{Door: h.Desk, Practice: h.Practice.Officers, Languages: languages, SetLanguage: setLanguage, After: env.After}, r)
		},
		env.Queue: func(e *env.Env, r env.Route) env.Screen {
			parts := queue.Parts{Desk: h.Desk, After: env.After, Say: func(err error) string { return ui.Say(e.Words, err) }}
			if !h.Folder.Post.Practice() { // what is practised may be lost
				parts.LastBackup = func(ctx context.Context) (time.Time, bool, error) {
					b, ok, err := h.LastBackup(ctx)
					return b.Made, ok, err
				}
			}
			return queue.New(e, parts, r)
		},
		env.Intake: func(e *env.Env, r env.Route) env.Screen {
			return intake.New(e, intake.Parts{
				Desk: h.Desk, Codes: h.Codes, After: env.After,
				Slip: func(ctx context.Context, c data.Content) ([]byte, error) { return h.Slip(ctx, e.Session, c) },
				Picture: func(ctx context.Context, pdf []byte) (image.Image, error) {
					return h.Paper().Render(ctx, pdf, 0, slipDPI)
				},
				Specimen: func() data.Content { return specimen(h) },
			}, r)
		},
		env.Review: func(e *env.Env, r env.Route) env.Screen {
			return review.New(e, review.Parts{Desk: h.Desk, Codes: h.Codes, Density: density, Halves: halves}, r)
		},
		env.Certificates: func(e *env.Env, r env.Route) env.Screen {
			return certificates.New(e, certificates.Parts{
				Desk: h.Desk, Codes: h.Codes, Paper: h, Pages: h.Paper(), Printer: newPrinter(), Settings: settings,
				WriteNew: writeIn(filepath.Join(h.Folder.Dir, "certificates")), Folder: filepath.Join(h.Folder.Dir, "certificates"), Jobs: jobs, Halves: begun, After: env.After,
			}, r)
		},
		env.Figures: func(e *env.Env, r env.Route) env.Screen {
			return figures.New(e, figures.Parts{Desk: h.Desk, Names: h.Codes, Save: savings(h, settings)}, r)
		},
		env.Admin: func(e *env.Env, r env.Route) env.Screen { return admin.New(e, administration, r) },
		env.Verify: func(e *env.Env, r env.Route) env.Screen {
			return verify.New(e, verify.Parts{Trust: &anchors, Pages: pages, Names: h.Codes, After: env.After}, r)
		},
	}
}

// writeIn writes new files, into a folder of the post's own that is made when
// the first one is. No other folder is: whoever mistypes one is told.
func writeIn(own string) func(path string, content []byte) error {
	return func(path string, content []byte) error {
		if filepath.Dir(path) == own {
			if err := os.MkdirAll(own, 0o700); err != nil {
				return err
			}
		}
		return house.WriteNew(path, content)
	}
}

// slipDPI is the resolution of the proof slip on screen: enough to read it.
const slipDPI = 110

// specimen is the practice post's application of nobody.
func specimen(h *house.House) data.Content {
	c, err := h.Specimen(context.Background())
	if err != nil {
		fyne.LogError("the specimen has no laboratories", err)
	}
	return c
}

// density is the version and module size of the QR of a seal that long.
func density(size int) (version int, moduleMM float64) {
	version, moduleMM, err := pdfgen.Density(strings.Repeat("A", size))
	if err != nil {
		return 0, 0
	}
	return version, moduleMM
}
