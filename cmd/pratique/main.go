// Command pratique is the desk: one window at one workstation.
//
//	pratique [--post DIR]
//	pratique --new [--post DIR]
//
// It opens the post in DIR; without one the real post that was made at this
// workstation, else the practice post, which is made where it is not there yet.
// With --new a real post is made, by two people, step by step. Where there is
// no display, the desk's main job is done once without a window, in practice.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"time"

	"pratique/cmd/internal/house"
	"pratique/data/post"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := house.Harden()
	if err == nil {
		err = run(ctx, os.Args[1:], os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pratique:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("pratique", flag.ContinueOnError)
	dir := flags.String("post", "", "folder of the post; the user's own if not given")
	make := flags.Bool("new", false, "make a real post")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if display(runtime.GOOS, os.Getenv) {
		return window(ctx, *dir, *make)
	}
	if *make {
		return errors.New("there is no display for it; pratiquectl post create makes a real post in a terminal")
	}
	if *dir == "" {
		if *dir, err = house.DefaultDir(); err != nil {
			return err
		}
	}
	if err := practice(ctx, *dir, out); err != nil {
		return err
	}
	h, err := house.Open(ctx, *dir, time.Now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	return headless(ctx, h, out)
}

// practice makes a practice post where there is none.
func practice(ctx context.Context, dir string, out io.Writer) error {
	if _, err := post.Describe(dir); !errors.Is(err, post.ErrNoPost) {
		return nil // what is wrong with the one that is there is told by opening it
	}
	if err := house.CreatePractice(ctx, dir, time.Now()); err != nil {
		return err
	}
	fmt.Fprintln(out, "A practice post was made in", dir)
	return nil
}
