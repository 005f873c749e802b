package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"pratique/assets"
	"pratique/cmd/internal/house"
)

type specCommand struct {
	Name string `arg:"" optional:"" help:"One of them: hcert, dcc, vdsnc, jcs, sealed, revocation."`
}

// Run prints the specifications, each under its name.
func (c specCommand) Run(s *streams) error {
	files, err := fs.Glob(assets.FS, "spec/*.txt")
	if err != nil {
		return err
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(path.Base(f), ".txt")
	}
	if c.Name != "" && !slices.Contains(names, c.Name) {
		return usageError{errors.New("no such specification; there are " + strings.Join(names, ", "))}
	}
	for i, name := range names {
		if c.Name != "" && c.Name != name {
			continue
		}
		b, err := fs.ReadFile(assets.FS, files[i])
		if err != nil {
			return err
		}
		if c.Name == "" {
			fmt.Fprintf(s.out, "%s\n%s\n\n", name, strings.Repeat("=", len(name)))
		}
		fmt.Fprintf(s.out, "%s\n", b)
	}
	return nil
}

type specimensCommand struct {
	Dir string `arg:"" help:"Folder to make; it must be empty or not there yet."`
}

func (c specimensCommand) Run(ctx context.Context, s *streams) error {
	all, err := house.Specimens(ctx, c.Dir, s.now())
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d specimens of practice lie in %s; what a reader is to say of each stands in expected.json.\n", len(all), c.Dir)
	return nil
}
