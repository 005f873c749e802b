package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/revocation"
	"pratique/data/staff"
	"pratique/data/trust"
)

type revocationsCommand struct {
	Export revocationsExportCommand `cmd:"" help:"Sign the post's next revocation list, for those who check without a line to the post."`
	Import revocationsImportCommand `cmd:"" help:"Keep a revocation list in a folder, for verify. No post is needed."`
}

type revocationsExportCommand struct {
	one `embed:""`
	Out string `required:"" help:"File to write." placeholder:"FILE"`
}

func (c revocationsExportCommand) Run(ctx context.Context, s *streams) error {
	if err := newFile(c.Out); err != nil {
		return err
	}
	return c.signedIn(ctx, s, data.Reviewer, func(h *house.House, session staff.Session) error {
		b, l, err := h.SignRevocations(ctx, session)
		if b != nil {
			if err := house.WriteNew(c.Out, b); err != nil {
				return usageError{err}
			}
			fmt.Fprintf(s.out, "list %d\t%d entries\tthe next by %s\t%s\n", l.Number, len(l.Entries), l.Next.Format(time.RFC3339), c.Out)
		}
		return err
	})
}

type revocationsImportCommand struct {
	Into  string   `required:"" help:"Folder in which lists are kept. Nothing in it is ever replaced or removed." placeholder:"DIR"`
	Trust []string `help:"Whose lists are believed: a post's folder, or what trust export wrote." placeholder:"PATH" sep:"none"`
	File  string   `arg:"" help:"The list: ours, a batch, Bloom filter or list of partial hashes of the EU, or that of an issuer of SMART Health Cards; or a folder or ZIP with these."`
}

func (c revocationsImportCommand) Run(s *streams) error {
	var list trust.List
	for _, path := range c.Trust {
		if err := list.Load(path); err != nil {
			return usageError{err}
		}
	}
	if err := os.MkdirAll(c.Into, 0o700); err != nil {
		return usageError{err}
	}
	if had, err := os.ReadDir(c.Into); err != nil {
		return usageError{err}
	} else if len(had) > 0 {
		if err := addRevocations(&list, c.Into); err != nil {
			return err
		}
	}
	before, newest := list.Revocations(), list.Numbers()
	content, _, err := trust.ReadPath(c.File)
	if err != nil {
		return usageError{err}
	}
	list.AddRevoked(content)
	if err := believed(&list); err != nil {
		return err
	}
	if len(content.Revocations)+len(content.CRLs) == 0 {
		return usageError{fmt.Errorf("%s: nothing in it is revoked", c.File)}
	}
	for name, now := range list.Numbers() {
		if was := newest[name]; was == now {
			fmt.Fprintf(s.out, "%s: list %d was there already, or a newer one\n", name, was)
		} else {
			fmt.Fprintf(s.out, "%s: list %d\n", name, now)
		}
	}
	for _, b := range content.Revocations {
		if err := keepFile(c.Into, b, ".revocations"); err != nil {
			return err
		}
	}
	for _, l := range content.CRLs {
		if err := keepFile(c.Into, l.Raw, ".crl"); err != nil {
			return err
		}
	}
	fmt.Fprintf(s.out, "%d entries more; what was revoked before stays revoked\n", list.Revocations()-before)
	return nil
}

// keepFile puts a list beside those that are there, once.
func keepFile(dir string, b []byte, suffix string) error {
	name := fmt.Sprintf("%x", sha256.Sum256(b))
	if ours, ok := revocation.NameOf(b); ok {
		name = strings.ReplaceAll(ours, "/", "-") + "-" + name[:16]
	}
	err := house.WriteNew(filepath.Join(dir, name+suffix), b)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return usageError{err}
	}
	return nil
}

// addRevocations takes what a file or folder revokes.
func addRevocations(list *trust.List, path string) error {
	content, _, err := trust.ReadPath(path)
	if err != nil {
		return usageError{err}
	}
	list.AddRevoked(content)
	return nil
}

// believed is an error for lists that nobody who is trusted has signed: leaving
// them out would let what they revoke pass.
func believed(list *trust.List) error {
	if names := list.Unbelieved(); len(names) > 0 {
		return usageError{fmt.Errorf("revocation list of %s: it is not signed with a key that is trusted here; give what the post's trust export wrote with --trust", strings.Join(names, ", "))}
	}
	return nil
}
