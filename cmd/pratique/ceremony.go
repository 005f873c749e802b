package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/post"
	"pratique/data/staff"
	"pratique/data/store/disk"
	"pratique/ui"
	"pratique/ui/ceremony"
	"pratique/ui/certificates"
	"pratique/ui/env"
)

// ceremony shows the making of a real post, in dir unless somebody names
// another folder. Whoever breaks it off is back at the desk before, or has
// closed the window.
func (a *application) ceremony(dir, before string) {
	if dir == "" {
		dir = beside()
	}
	a.leave()
	m := ceremony.NewModel(maker{}, pages{newPrinter()}, house.WriteNew, dir)
	a.shell = ui.New(ui.Config{
		Window: a.window, Words: a.words, Language: a.language(), Post: data.Post{Kind: data.RealPost},
		Now: time.Now, Run: env.Background, After: env.After,
		Screens: map[env.ScreenName]env.Factory{env.SignIn: func(e *env.Env, _ env.Route) env.Screen {
			return ceremony.New(e, ceremony.Parts{
				Model: m, Languages: a.words.Languages(), SetLanguage: func(l string) { a.shell.SetLanguage(l) },
				LockMinutes: int(lockAfter.Minutes()),
				Finish: func(made string) {
					a.leave()
					switch {
					case made != "":
						a.app.Preferences().SetString(settingPost, made)
						a.desk(made)
					case before != "":
						a.desk(before)
					default:
						a.window.Close()
					}
				},
			})
		}},
		May: func(data.Officer, env.ScreenName) bool { return false }, Waits: func(staff.Session, env.ScreenName) int { return 0 },
		LockAfter: lockAfter, OnLock: func() {}, OnLanguage: a.setLanguage, Say: ui.Say,
	})
	a.leave = func() {
		if a.over {
			a.shell.Abandon()
		} else {
			a.shell.End()
		}
		m.End()
		a.leave = func() {}
	}
}

// beside is where a real post is proposed to lie: beside the practice post.
func beside() string {
	dir, err := house.DefaultDir()
	if err != nil {
		return ""
	}
	return dir + "-post"
}

// maker makes real posts.
type maker struct{}

func (maker) Free(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case err == nil && len(entries) > 0:
		return fmt.Errorf("%s: %w", dir, post.ErrNotEmpty)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	for !exists(dir) { // the nearest folder that is there
		dir = filepath.Dir(dir)
	}
	return disk.Local(dir)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil || filepath.Dir(path) == path
}

func (maker) Create(ctx context.Context, dir string, n post.New) (post.Ceremony, error) {
	return house.CreatePost(ctx, dir, n, time.Now())
}

func (maker) Sheet(p data.Post, key string) ([]byte, error) {
	return house.RecoverySheet(p, key, time.Now())
}

func (maker) Record(c post.Ceremony) ([]byte, error) { return house.CeremonyPage(c) }

// pages prints the papers of the ceremony, each to its end.
type pages struct{ printer }

func (p pages) Queues(ctx context.Context) ([]string, error) {
	queues, err := p.printer.Queues(ctx)
	slices.SortStableFunc(queues, func(a, b certificates.Queue) int {
		switch {
		case a.Default && !b.Default:
			return -1
		case b.Default && !a.Default:
			return 1
		}
		return 0
	})
	var names []string
	for _, q := range queues {
		names = append(names, q.Name)
	}
	return names, err
}

func (p pages) Print(ctx context.Context, queue, title string, pdf []byte) error {
	job, err := p.printer.Print(ctx, queue, title, pdf)
	if err != nil {
		return err
	}
	status, err := p.Wait(ctx, queue, job, func(certificates.Status) {})
	if err == nil && status.Phase != certificates.Completed {
		err = fmt.Errorf("%w: %s %s", certificates.ErrRefused, status.Phase, status.Reason)
	}
	return err
}
