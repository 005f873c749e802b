package main

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/desk"
	"pratique/data/keys"
	"pratique/data/staff"
	"pratique/data/trust"
	"pratique/ui/locale"
)

type trustCommand struct {
	Export  trustExportCommand  `cmd:"" help:"Write what others need to trust this post: its anchors and signers, and the key of its revocation lists."`
	Preview trustPreviewCommand `cmd:"" help:"Show what an import would change."`
	Import  trustImportCommand  `cmd:"" help:"Make a file or folder the newest version of a list of whom the post trusts. Takes two."`
	List    trustListCommand    `cmd:"" help:"Show whom the post trusts, and all it did."`
	Restore trustRestoreCommand `cmd:"" help:"Bring an older version of a list back. Takes two."`
}

type trustExportCommand struct {
	Post string `required:"" help:"Folder of the post." placeholder:"DIR"`
	Out  string `required:"" help:"File to write, PEM." placeholder:"FILE"`
}

func (c trustExportCommand) Run(s *streams) error {
	content, _, err := trust.ReadPath(filepath.Join(c.Post, trust.AnchorFile))
	if err != nil {
		return usageError{err}
	}
	var b bytes.Buffer
	for _, certificate := range content.Certificates {
		if err := pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}); err != nil {
			return err
		}
	}
	for _, v := range content.Verifiers {
		b.WriteString(keys.RevocationsLine(v))
	}
	if err := house.WriteNew(c.Out, b.Bytes()); err != nil {
		return usageError{err}
	}
	fmt.Fprintf(s.out, "%d certificates\t%s\n", len(content.Certificates), c.Out)
	return nil
}

// trustFile is what a list is made of.
type trustFile struct {
	Name string `required:"" help:"Name of the list, such as eu-dsc: its newest version counts." placeholder:"NAME"`
	Path string `arg:"" help:"Certificates or CRLs (PEM, DER), a CSCA master list, a list in JSON, a key set, a DID document, a revocation list; or a ZIP or folder with these."`
}

// read reads the file; what cannot be used of it is shown with the change.
func (c trustFile) read() (content trust.Content, hash string, err error) {
	if content, hash, err = trust.ReadPath(c.Path); err != nil {
		err = usageError{err}
	}
	return content, hash, err
}

// change shows what an import changes.
func (s *streams) change(words *locale.Catalogue, content trust.Content, hash string, c trust.Change) {
	fmt.Fprintf(s.out, "SHA-256 %s\n", grouped(strings.ToUpper(hash)))
	if content.Signer != "" {
		fmt.Fprintf(s.out, "signed by %s\n", visible(content.Signer))
	}
	w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	for _, part := range []struct {
		sign  string
		items []trust.Item
	}{{"+", c.Added}, {"-", c.Removed}} {
		for _, i := range part.items {
			until := ""
			if !i.Until.IsZero() {
				until = "until " + i.Until.Format(time.DateOnly)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", part.sign, words.T("trust.item."+string(i.Kind)), visible(i.Name), visible(i.ID), until)
		}
	}
	for _, r := range c.Refused {
		fmt.Fprintf(w, "!\t%s\t%s\t%s\n", visible(r.What), words.T("trust.refused."+string(r.Why)), visible(r.Detail))
	}
	w.Flush()
	if c.Alone > 0 {
		fmt.Fprintln(s.out, words.T("trust.keys-alone", c.Alone))
	}
	fmt.Fprintf(s.out, "%d added, %d removed, %d kept, %d refused\n", len(c.Added), len(c.Removed), len(c.Kept), len(c.Refused))
}

type trustPreviewCommand struct {
	one       `embed:""`
	trustFile `embed:""`
}

func (c trustPreviewCommand) Run(ctx context.Context, s *streams) error {
	content, hash, err := c.read()
	if err != nil {
		return err
	}
	words, err := house.Words()
	if err != nil {
		return err
	}
	return c.signedIn(ctx, s, data.Administrator, func(h *house.House, session staff.Session) error {
		change, err := h.PreviewTrust(ctx, session, c.Name, content)
		if err == nil {
			s.change(words.In(locale.English), content, hash, change)
		}
		return err
	})
}

type trustImportCommand struct {
	two       `embed:""`
	Source    string `required:"" help:"Where the two officers have it from, in words: it is recorded." placeholder:"TEXT"`
	Yes       bool   `help:"What it changes was looked at and compared already."`
	trustFile `embed:""`
}

func (c trustImportCommand) Run(ctx context.Context, s *streams) error {
	content, hash, err := c.read()
	if err != nil {
		return err
	}
	words, err := house.Words()
	if err != nil {
		return err
	}
	return c.signedIn(ctx, s, data.Administrator, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		change, err := h.PreviewTrust(ctx, a, c.Name, content)
		if err != nil {
			return err
		}
		s.change(words.In(locale.English), content, hash, change)
		if !c.Yes {
			said, err := s.line("Compare the SHA-256 with what whoever gave it to you says another way. Is it to be trusted? Type yes", "--yes")
			if err != nil {
				return err
			}
			if !strings.EqualFold(said, "yes") {
				return refused("Nothing was imported.")
			}
		}
		v, err := h.SetTrust(ctx, a, b, c.Name, c.Source, hash, content)
		if err == nil {
			s.version(v)
		}
		return err
	})
}

// version is one line about a version.
func (s *streams) version(v desk.TrustVersion) { fmt.Fprintln(s.out, versionLine(v)) }

func versionLine(v desk.TrustVersion) string {
	what := fmt.Sprintf("%d items", v.Count())
	switch {
	case v.Withdrew:
		what = "withdrawn"
	case v.Restores > 0:
		what += fmt.Sprintf(", as version %d", v.Restores)
	}
	short := v.Hash
	if len(short) > 16 {
		short = short[:16]
	}
	return fmt.Sprintf("%s\t%d\t%s\t%s\t%s\t%s with %s\t%s", v.Name, v.Number, v.At.UTC().Format(time.RFC3339), what, short, v.Officer, v.Second, visible(v.Source))
}

type trustListCommand struct {
	one  `embed:""`
	JSON bool `help:"Print it as JSON."`
}

func (c trustListCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, func(h *house.House, session staff.Session) error {
		all, err := h.TrustLists(ctx, session)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(s.out, append([]desk.TrustVersion{}, all...))
		}
		w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
		for i, v := range all {
			sign := " "
			if i == 0 || all[i-1].Name != v.Name {
				sign = "*" // it counts
			}
			fmt.Fprintln(w, sign+"\t"+versionLine(v))
		}
		return w.Flush()
	})
}

type trustRestoreCommand struct {
	two    `embed:""`
	Name   string `arg:"" help:"Name of the list."`
	Number int    `arg:"" help:"Number of the version; 0 ends the list."`
}

func (c trustRestoreCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		v, err := h.RestoreTrust(ctx, a, b, c.Name, c.Number)
		switch {
		case errors.Is(err, desk.ErrNotFound):
			return refused("The post has no such version.")
		case err == nil:
			s.version(v)
		}
		return err
	})
}
