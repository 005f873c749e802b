// Command pratique is the desk: one window at one workstation.
//
//	pratique [--post DIR]
//
// Where there is no post yet, a practice post is made. Where there is no
// display, the desk's main job is done once without a window.
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
	dir := flags.String("post", "", "folder of the post; the user's data folder if not given")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if *dir == "" {
		if *dir, err = house.DefaultDir(); err != nil {
			return err
		}
	}
	if _, err := post.Describe(*dir); errors.Is(err, post.ErrNoPost) {
		if err := house.CreatePractice(ctx, *dir, time.Now()); err != nil {
			return err
		}
		fmt.Fprintln(out, "A practice post was made in", *dir)
	}
	if !display(runtime.GOOS, os.Getenv) {
		h, err := house.Open(ctx, *dir, time.Now)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, h.Close()) }()
		return headless(ctx, h, out)
	}
	return window(ctx, *dir)
}
