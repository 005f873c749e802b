package main

import (
	"context"
	"image"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/assets"
	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/evidence"
	"pratique/data/post"
	"pratique/data/staff"
	"pratique/data/trust"
	"pratique/pdfgen"
	"pratique/pdfgen/page"
	"pratique/ui"
	"pratique/ui/admin"
	"pratique/ui/certificates"
	"pratique/ui/env"
	scans "pratique/ui/evidence"
	"pratique/ui/figures"
	"pratique/ui/flights"
	"pratique/ui/intake"
	"pratique/ui/locale"
	"pratique/ui/queue"
	"pratique/ui/review"
	"pratique/ui/second"
	"pratique/ui/sheet"
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

// What the operating system remembers for the program.
const (
	settingLanguage = "language"
	settingPost     = "post" // folder of the real post that was made here
)

// application is the window and what stands in it: a post's desk, or the making
// of one.
type application struct {
	ctx    context.Context
	app    fyne.App
	window fyne.Window
	words  *locale.Catalogues
	pages  *page.Engine // of what people bring

	shell *ui.Shell
	leave func() // closes what stands in the window
	over  bool   // the window is gone
	err   error  // why there is no desk
}

// window opens the desk of the post in dir, the user's own one if it is empty;
// or, with make, the making of a real post there. It returns when the window is
// closed.
func window(ctx context.Context, dir string, make bool) error {
	app.SetMetadata(fyne.AppMetadata{ID: appID, Name: "Pratique", Version: version, Migrations: map[string]bool{"fyneDo": true}})
	a := &application{ctx: ctx, app: app.NewWithID(appID), leave: func() {}}
	var err error
	if a.words, err = house.Words(); err != nil {
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
	a.app.Settings().SetTheme(theme)
	if icon, err := assets.FS.ReadFile("icons/pratique.png"); err == nil {
		a.app.SetIcon(fyne.NewStaticResource("pratique.png", icon))
	}
	a.window = a.app.NewWindow("Pratique")
	a.window.SetMaster()
	a.window.Resize(fyne.NewSize(1280, 800))
	a.window.CenterOnScreen()
	a.pages = house.Pages()
	defer a.pages.Close()

	if make {
		a.ceremony(dir, "")
	} else {
		a.desk(dir)
	}
	a.lockWhenLeft()
	a.app.Lifecycle().SetOnStarted(func() {
		// Told to end, the toolkit would take the window away before anything in
		// it could be kept: it is no longer asked.
		signal.Reset(os.Interrupt, syscall.SIGTERM)
		told, _ := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		context.AfterFunc(told, func() {
			fyne.Do(func() {
				a.leave()
				a.window.Close()
			})
		})
	})
	a.window.ShowAndRun()
	a.over = true
	a.leave()
	return a.err
}

// own is the folder of the post that is opened where none is named: the real
// one that was made here, else the practice post.
func (a *application) own() (string, error) {
	if dir := a.app.Preferences().String(settingPost); dir != "" {
		return dir, nil
	}
	return house.DefaultDir()
}

// desk shows the desk of the post in dir; where it is empty, of the user's own.
func (a *application) desk(dir string) {
	err := error(nil)
	if dir == "" {
		dir, err = a.own()
	}
	if err == nil && dir != a.app.Preferences().String(settingPost) {
		err = practice(a.ctx, dir, os.Stdout)
	}
	var h *house.House
	if err == nil {
		h, err = house.Open(a.ctx, dir, time.Now)
	}
	if err != nil {
		a.failed(err)
		return
	}
	w, words, settings := a.window, a.words, a.app.Preferences()
	gone := func() {} // ends what is done while somebody is signed in
	a.shell = ui.New(ui.Config{
		Window: w, Words: words, Language: a.language(), Post: h.Folder.Post, Now: time.Now, Run: env.Background, After: env.After,
		Screens: screens(h, settings, a.pages, words.Languages(), func(l string) { a.shell.SetLanguage(l) }),
		Rail:    []env.ScreenName{env.Queue, env.Certificates, env.Verify, env.Flights, env.Figures, env.Admin},
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
		LockAfter: lockAfter,
		OnLock:    func() { gone(); h.Desk.Lock() },
		OnSignIn: func(e *env.Env) {
			var present context.Context
			present, gone = context.WithCancel(a.ctx)
			takeSpare(e, h)
			upkeep(present, e, h)
		},
		Accredited: func() bool { r, err := h.Vouches(a.ctx, ""); return err == nil && r.Accredited },
		More: func(e *env.Env) []env.Action {
			if !h.Folder.Post.Practice() {
				return nil
			}
			return []env.Action{{Label: e.T("menu.real"), Do: func() { a.ceremony("", dir) }}}
		},
		OnLanguage: a.setLanguage,
		Say:        ui.Say,
	})
	a.leave = func() {
		if a.over {
			a.shell.Abandon()
		} else {
			a.shell.End()
		}
		if err := h.Close(); err != nil {
			fyne.LogError("the post did not close", err)
		}
		a.leave = func() {}
	}
}

func (a *application) language() string {
	return a.app.Preferences().StringWithFallback(settingLanguage, os.Getenv("LANG"))
}

func (a *application) setLanguage(l string) { a.app.Preferences().SetString(settingLanguage, l) }

// failed says why there is no desk: a double click may have led here, and
// whoever made it sees no terminal.
func (a *application) failed(err error) {
	a.err = err
	text := widget.NewLabel(strings.TrimSpace(ui.Say(a.words.In(a.language()), err) + "\n\n" + err.Error()))
	text.Wrapping = fyne.TextWrapWord
	a.window.SetContent(container.NewPadded(text))
	a.window.Resize(fyne.NewSize(640, 240))
}

// takeSpare brings back what could not be stored when the officer left.
func takeSpare(e *env.Env, h *house.House) {
	session := e.Session
	env.Go(e, func(ctx context.Context) (int, error) { return h.TakeSpare(ctx, session) }, func(n int, err error) {
		if n > 0 {
			e.Toast(e.T("shell.spare", n))
			e.Changed()
		}
		e.Error(err)
	})
}

// upkeep does what is due, now and every hour as long as somebody is present.
func upkeep(present context.Context, e *env.Env, h *house.House) {
	env.Go(e, func(context.Context) (struct{}, error) { return struct{}{}, h.Daily(present) }, func(_ struct{}, err error) {
		if present.Err() != nil {
			return // locked meanwhile: it is done after the next sign-in
		}
		e.Error(err)
		env.After(time.Hour, func() {
			if present.Err() == nil {
				upkeep(present, e, h)
			}
		})
	})
}

// may says who has a screen at all. What an officer does there is permitted by
// the desk.
func may(o data.Officer, s env.ScreenName) bool {
	switch s {
	case env.Intake:
		return slices.Contains(o.Roles, data.Clerk)
	case env.Queue, env.Review, env.Certificates:
		return slices.ContainsFunc(o.Roles, func(r data.Role) bool { return r != data.Administrator })
	case env.Flights:
		return flights.May(o)
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
	halves, begun, jobs, administration := review.Halves{}, certificates.Halves{}, certificates.NewJobs(), adminParts(h, settings)
	listed, files := map[data.OfficerID]flights.Kept{}, evidence.NewWorker(pages)
	draw := func(ctx context.Context, scan []byte, page int) (image.Image, error) {
		return h.Scan(ctx, scan, page, scans.MaxSide)
	}
	show := func(e *env.Env, s sheet.Sheet) { sheet.Show(e, sheets(h, settings), s) }
	return map[env.ScreenName]env.Factory{
		env.SignIn: func(e *env.Env, r env.Route) env.Screen {
			return signin.New(e, signin.Parts{Door: h.Desk, Practice: seats(h), Languages: languages, SetLanguage: setLanguage, After: env.After}, r)
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
			parts := intake.Parts{
				Desk: h.Desk, Codes: h.Codes, After: env.After, Files: files,
				Slip: func(ctx context.Context, c data.Content) ([]byte, error) { return h.Slip(ctx, e.Session, c) },
				Picture: func(ctx context.Context, pdf []byte) (image.Image, error) {
					return h.Paper().Render(ctx, pdf, 0, sheetDPI)
				},
				Draw:  draw,
				Spare: func(id data.ApplicationID, base int, c data.Content) error { return h.Spare(e.Session, id, base, c) },
			}
			if h.Folder.Post.Practice() {
				parts.Specimen = func() data.Content { return specimen(h) }
			}
			return intake.New(e, parts, r)
		},
		env.Review: func(e *env.Env, r env.Route) env.Screen {
			return review.New(e, review.Parts{
				Desk: h.Desk, Codes: h.Codes, Density: density, Halves: halves, Draw: draw, After: env.After,
				Letters: h, Sheet: show,
				Second: func(e *env.Env, sentence string, do func(staff.Session)) { second.Ask(e, h.Desk, sentence, do) },
			}, r)
		},
		env.Certificates: func(e *env.Env, r env.Route) env.Screen {
			return certificates.New(e, certificates.Parts{
				Desk: h.Desk, Codes: h.Codes, Paper: h, Pages: h.Paper(), Printer: newPrinter(), Settings: settings,
				WriteNew: writeIn(filepath.Join(h.Folder.Dir, "certificates")), Folder: filepath.Join(h.Folder.Dir, "certificates"), Jobs: jobs, Halves: begun, After: env.After,
				Letters: h, Sheet: show,
			}, r)
		},
		env.Flights: func(e *env.Env, r env.Route) env.Screen {
			return flights.New(e, flights.Parts{
				Desk: h.Desk, Files: files, Kept: listed, Save: savings(h, settings), Page: h.HandoverPage,
				Print: func(ctx context.Context, title string, pdf []byte) (string, error) {
					return printSheet(ctx, settings.String("printer"), title, pdf)
				},
			}, r)
		},
		env.Figures: func(e *env.Env, r env.Route) env.Screen {
			return figures.New(e, figures.Parts{Desk: h.Desk, Names: h.Codes, Save: savings(h, settings)}, r)
		},
		env.Admin: func(e *env.Env, r env.Route) env.Screen { return admin.New(e, administration, r) },
		env.Verify: func(e *env.Env, r env.Route) env.Screen {
			return verify.New(e, verify.Parts{Trust: whom{h}, Files: files, Names: h.Codes, After: env.After}, r)
		},
	}
}

// whom is whom the post trusts at the moment when it is asked.
type whom struct{ h *house.House }

// Verify implements [verify.Trust].
func (w whom) Verify(text string, now time.Time, practice bool) trust.Verdict {
	list, err := w.h.Trusted(context.Background())
	if err != nil {
		fyne.LogError("whom the post trusts cannot be read", err)
		list = &trust.List{}
	}
	return list.Verify(text, now, practice)
}

// seats are the officers of a practice post with their passphrases.
func seats(h *house.House) (all []signin.Seat) {
	if !h.Folder.Post.Practice() {
		return nil
	}
	p, err := post.LoadPractice(assets.FS)
	if err != nil {
		fyne.LogError("the practice post's officers cannot be read", err)
	}
	for _, o := range p.Officers {
		all = append(all, signin.Seat{Officer: o, Passphrase: h.Practice.Officers[o.ID]})
	}
	return all
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
