package main

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/desk"
	"pratique/data/keys"
	"pratique/data/staff"
)

type keysCommand struct {
	List    keysListCommand    `cmd:"" help:"Show the post's signing keys."`
	Request keysRequestCommand `cmd:"" help:"Make a key and the request for its certificate (PKCS#10). Takes two."`
	Import  keysImportCommand  `cmd:"" help:"Take the certificate that answers a request; its key signs from now on. Takes two."`
	Retire  keysRetireCommand  `cmd:"" help:"End the use of a key, for good. Takes two."`
	Lists   keysListsCommand   `cmd:"" help:"Make the keys that sign lists, for ports of entry and of what is revoked, where an older post has none. Takes two."`
	Rotate  keysRotateCommand  `cmd:"" help:"Seal the keys of all records with a new data key. Takes two."`
}

type keysListCommand struct {
	one `embed:""`
}

func (c keysListCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, func(h *house.House, session staff.Session) error {
		all, err := h.Signers(ctx, session)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
		for _, r := range all {
			until, vouched := "", ""
			if r.State != keys.Requested {
				until, vouched = "signs until "+r.WorkUntil.UTC().Format(time.DateOnly), "NOT ACCREDITED"
			}
			if r.Accredited {
				vouched = "accredited"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%d uses\t%s\t%s\t%s\n", r.ID, r.State, until, r.Uses, vouched, r.URI, r.For())
		}
		if err := w.Flush(); err != nil {
			return err
		}
		if trouble := h.Trouble(); trouble != nil {
			fmt.Fprintf(s.err, "Nothing can be signed: %v\n", trouble)
		} else if days, ok := h.Warning(ctx); ok {
			fmt.Fprintf(s.err, "The key that signs does so for %d days at most. Request another one.\n", days)
		}
		return nil
	})
}

// token is where a new signing key is made.
type token struct {
	Signer  string `help:"Make the key in a token: its URI, pkcs11:token=…;object=…?module-path=…; otherwise it is a file of the post." placeholder:"URI"`
	PinFile string `help:"File whose first line is the PIN of the token; the terminal asks where there is none." placeholder:"FILE"`
}

// pin opens the token, if there is one.
func (t token) pin(s *streams) ([]byte, error) {
	if t.Signer == "" {
		return nil, nil
	}
	return s.passphrase(t.PinFile, "PIN of the token", "--pin-file")
}

type keysRequestCommand struct {
	two   `embed:""`
	token `embed:""`
	For   keys.Purpose `enum:"certificate,vdsnc,dcc" default:"certificate" help:"What the key signs: certificate (the certificate seal), vdsnc (ICAO VDS-NC) or dcc (EU DCC)."`
	Out   string       `required:"" help:"File for the request, PEM: for the authority." placeholder:"FILE"`
}

func (c keysRequestCommand) Run(ctx context.Context, s *streams) error {
	if err := newFile(c.Out); err != nil {
		return err
	}
	return c.signedIn(ctx, s, data.Administrator, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		pin, err := c.pin(s)
		if err != nil {
			return err
		}
		r, err := h.RequestSigner(ctx, a, b, c.For, c.Signer, pin)
		if err != nil {
			return err
		}
		request := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: r.Request})
		if err := house.WriteNew(c.Out, request); err != nil {
			return usageError{err}
		}
		fmt.Fprintf(s.out, "%s\trequested\t%s\n", r.ID, c.Out)
		return nil
	})
}

type keysImportCommand struct {
	two    `embed:""`
	Anchor []string `required:"" help:"Anchor of the authority, from a place that can be trusted." placeholder:"FILE" sep:"none"`
	Yes    bool     `help:"The fingerprints were compared already."`
	File   string   `arg:"" help:"The authority's answer: the signer certificate, and those between it and the anchor; PEM or DER."`
}

func (c keysImportCommand) Run(ctx context.Context, s *streams) error {
	bundle, err := readInput(s.in, c.File)
	if err != nil {
		return usageError{err}
	}
	var anchors []*x509.Certificate
	for _, file := range c.Anchor {
		b, err := readInput(s.in, file)
		if err == nil {
			var some []*x509.Certificate
			if some, err = keys.ParseCertificates(b); err != nil {
				err = fmt.Errorf("%s: %w", file, err)
			}
			anchors = append(anchors, some...)
		}
		if err != nil {
			return usageError{err}
		}
	}
	return c.signedIn(ctx, s, data.Administrator, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		all, err := h.Signers(ctx, a)
		if err != nil {
			return err
		}
		r, err := requested(all, bundle)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "The answer to the request %s:\n", r.ID)
		answer, _ := keys.ParseCertificates(bundle) // what is wrong with it is told by the import
		s.certificates("certificate", answer)
		s.certificates("anchor", anchors)
		if !c.Yes {
			said, err := s.line("Compare each fingerprint with what the authority told you another way. Are they the same? Type yes", "--yes")
			if err != nil {
				return err
			}
			if !strings.EqualFold(said, "yes") {
				return refused("Nothing was imported.")
			}
		}
		if r, err = h.ImportSigner(ctx, a, b, r.ID, bundle, anchors); err != nil {
			return err
		}
		vouched := "NOT ACCREDITED"
		if r.Accredited {
			vouched = "accredited"
		}
		fmt.Fprintf(s.out, "%s\tactive\tsigns until %s\t%s\n", r.ID, r.WorkUntil.UTC().Format(time.DateOnly), vouched)
		return nil
	})
}

// requested is the signer whose request a bundle answers; where none fits, the
// newest that waits, so that the import says what is wrong.
func requested(all []keys.Record, bundle []byte) (waits keys.Record, err error) {
	answers, _ := keys.ParseCertificates(bundle) // as above
	for _, r := range all {
		if r.State != keys.Requested {
			continue
		}
		waits = r
		q, err := x509.ParseCertificateRequest(r.Request)
		if err != nil {
			continue // told by the import
		}
		for _, c := range answers {
			if key, ok := q.PublicKey.(interface{ Equal(crypto.PublicKey) bool }); ok && key.Equal(c.PublicKey) {
				return r, nil
			}
		}
	}
	if waits.ID == "" {
		err = refused("No key waits for a certificate. Make a request first: pratiquectl keys request.")
	}
	return waits, err
}

// certificates shows what is to be compared.
func (s *streams) certificates(what string, all []*x509.Certificate) {
	for _, c := range all {
		fmt.Fprintf(s.out, "%s\t%s\n\tissued by %s\n\tvalid %s to %s\n\tSHA-256 %s\n", what, visible(c.Subject.String()), visible(c.Issuer.String()),
			c.NotBefore.UTC().Format(time.DateOnly), c.NotAfter.UTC().Format(time.DateOnly), grouped(keys.Fingerprint(c)))
	}
}

// grouped is a fingerprint as it is read aloud: groups of four.
func grouped(hex string) string {
	var groups []string
	for ; len(hex) > 4; hex = hex[4:] {
		groups = append(groups, hex[:4])
	}
	return strings.Join(append(groups, hex), " ")
}

type keysRetireCommand struct {
	two `embed:""`
	ID  string `arg:"" help:"Identifier of the key, as keys list shows it."`
}

func (c keysRetireCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		switch err := h.RetireSigner(ctx, a, b, c.ID); {
		case errors.Is(err, desk.ErrNotFound):
			return refused("The post has no such key.")
		case err != nil:
			return err
		}
		fmt.Fprintf(s.out, "%s\tretired\n", c.ID)
		if trouble := h.Trouble(); trouble != nil {
			fmt.Fprintf(s.err, "Nothing can be signed: %v\n", trouble)
		}
		return nil
	})
}

type keysListsCommand struct {
	two `embed:""`
}

func (c keysListsCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		made, err := h.MakeListKeys(ctx, a, b)
		for _, what := range made {
			fmt.Fprintf(s.out, "%s\tmade\n", what)
		}
		if err == nil && len(made) == 0 {
			fmt.Fprintln(s.out, "Nothing was missing.")
		}
		return err
	})
}

type keysRotateCommand struct {
	two `embed:""`
}

func (c keysRotateCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		records := 0
		if err := h.RotateKeys(ctx, a, b, func(n int) { records = n }); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%d records are sealed with a new data key\n", records)
		return nil
	})
}
