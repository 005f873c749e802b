package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"pratique/assets"
	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/keys"
	"pratique/data/post"
	"pratique/data/staff"
)

type postCommand struct {
	Create  postCreateCommand  `cmd:"" help:"Make a real post: its first two administrators must be there, and paper for the recovery key."`
	Example postExampleCommand `cmd:"" help:"Print what post create reads, filled in for a post of Utopia."`
}

// postFile is what `post create` reads: a post and what it begins with.
type postFile struct {
	Code         string            `json:"code"`    // two characters, the start of every number
	Country      string            `json:"country"` // ISO 3166-1 alpha-2
	State        string            `json:"state"`   // ICAO 9303-3
	Name         map[string]string `json:"name"`    // by language: en, zh
	StateName    map[string]string `json:"stateName"`
	City         map[string]string `json:"city"`
	Address      map[string]string `json:"address"`
	Zone         string            `json:"zone"` // IANA
	Hotline      string            `json:"hotline"`
	Officers     []officerFile     `json:"officers"`
	Laboratories []data.Laboratory `json:"laboratories"`
}

type officerFile struct {
	Mark  string      `json:"mark"`
	Name  string      `json:"name"`
	Roles []data.Role `json:"roles"`
}

// new is the post of a file, whose officers have no passphrases yet.
func (f postFile) new() post.New {
	n := post.New{
		Post: data.Post{
			Kind: data.RealPost, Code: f.Code, Country: f.Country, State: f.State, Name: f.Name, StateName: f.StateName,
			City: f.City, Address: f.Address, Zone: f.Zone, Hotline: f.Hotline,
		},
		Laboratories: f.Laboratories,
	}
	for _, o := range f.Officers {
		n.Officers = append(n.Officers, post.NewOfficer{Officer: data.Officer{ID: staff.IDOf(o.Mark), Name: o.Name, Mark: o.Mark, Roles: o.Roles}})
	}
	return n
}

type postExampleCommand struct{}

func (postExampleCommand) Run(s *streams) error {
	p, err := post.LoadPractice(assets.FS)
	if err != nil {
		return err
	}
	return printJSON(s.out, postFile{
		Code: "AM", Country: p.Post.Country, State: p.Post.State,
		Name:      map[string]string{"en": "Consulate in Port Amaurote", "zh": "驻亚马罗特港领事馆"},
		StateName: p.Post.StateName, City: p.Post.City, Address: p.Post.Address, Zone: p.Post.Zone, Hotline: p.Post.Hotline,
		Officers: []officerFile{
			{"A", "Officer A", []data.Role{data.Administrator, data.Reviewer}},
			{"B", "Officer B", []data.Role{data.Administrator, data.Clerk}},
		},
		Laboratories: p.Laboratories,
	})
}

type postCreateCommand struct {
	token          `embed:""`
	From           string   `required:"" help:"What the post is: JSON, as post example prints it; - reads standard input." placeholder:"FILE"`
	PassphraseFile []string `help:"File whose first line is an officer's passphrase; one for each, in their order. The terminal asks each of them where there is none." placeholder:"FILE" sep:"none"`
	RecoverySheet  string   `help:"Write the recovery key as a page to print, PDF, instead of showing it on the terminal." placeholder:"FILE"`
	RecoveryProof  string   `help:"What was typed or scanned back from the printed key: text, picture or PDF. It is read when the sheet is there; the terminal asks where it is not named." placeholder:"FILE"`
	CeremonyPage   string   `help:"Write the record of this ceremony, to be signed: PDF." placeholder:"FILE"`
	Dir            string   `arg:"" help:"Folder to make; it must be empty or not there yet."`
}

func (c postCreateCommand) Run(ctx context.Context, s *streams) (err error) {
	b, err := readInput(s.in, c.From)
	if err != nil {
		return usageError{err}
	}
	var f postFile
	if err := strictJSON(b, &f); err != nil {
		return usageError{fmt.Errorf("%s: %w; `pratiquectl post example` shows one", c.From, err)}
	}
	for _, file := range []string{c.RecoverySheet, c.CeremonyPage} {
		if err := newFile(file); err != nil {
			return err
		}
	}
	n := f.new()
	if files := len(c.PassphraseFile); files > 0 && files != len(n.Officers) {
		return usageError{fmt.Errorf("%d officers and %d passphrase files", len(n.Officers), files)}
	}
	for i := range n.Officers {
		file := ""
		if len(c.PassphraseFile) > 0 {
			file = c.PassphraseFile[i]
		}
		o := &n.Officers[i]
		if o.Passphrase, err = s.newPassphrase(file, o.Mark+", "+o.Name, "--passphrase-file"); err != nil {
			return err
		}
		defer clear(o.Passphrase)
	}
	if p := n.Check(); len(p) > 0 {
		return &data.ProblemsError{Problems: p}
	}
	n.URI = c.Signer
	if n.PIN, err = c.pin(s); err != nil {
		return err
	}
	n.Recovery = func(ctx context.Context, key string) (string, error) {
		if err := c.show(s, n.Post, key); err != nil {
			return "", err
		}
		return s.recoveryKey(ctx, c.RecoveryProof, "--recovery-proof")
	}
	made, err := house.CreatePost(ctx, c.Dir, n, s.now())
	if err != nil {
		// A key of nothing, which was not there before. If the post is there
		// nevertheless, its only recovery key stays.
		if _, missing := post.Describe(c.Dir); c.RecoverySheet != "" && errors.Is(missing, post.ErrNoPost) {
			os.Remove(c.RecoverySheet)
		}
		return err
	}
	anchor, err := made.Signer.Anchor()
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "The post %s lies in %s.\nanchor\tSHA-256 %s\nlog\t%s\n"+
		"Its paper says NOT ACCREDITED until an authority's certificate is imported: pratiquectl keys request.\n"+
		"It is backed up once somebody says where: pratiquectl backup set.\n", made.Post.Code, c.Dir, grouped(keys.Fingerprint(anchor)), made.LogKey)
	if c.CeremonyPage == "" {
		return nil
	}
	page, err := house.CeremonyPage(made)
	if err == nil {
		err = house.WriteNew(c.CeremonyPage, page)
	}
	if err != nil {
		return fmt.Errorf("the post is made; the record of the ceremony was not written: %w", err)
	}
	return nil
}

// show gives the recovery key to those who will keep it: as a sheet, or else on
// the terminal, and never into a stream that may be recorded.
func (c postCreateCommand) show(s *streams, p data.Post, key string) error {
	if c.RecoverySheet != "" {
		sheet, err := house.RecoverySheet(p, key, s.now())
		if err != nil {
			return err
		}
		return house.WriteNew(c.RecoverySheet, sheet)
	}
	terminal, ok := s.err.(*os.File)
	if !ok || !term.IsTerminal(int(terminal.Fd())) {
		var err error
		if terminal, err = s.terminal("--recovery-sheet"); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(terminal, "\nThe recovery key opens everything when nobody else can. It is shown this once and kept nowhere.\n"+
		"Write it down, put the paper into the safe, and clear this terminal.\n\n    %s\n\n", key)
	return err
}

// strictJSON reads one value and refuses names it does not know: they may be
// misspelt.
func strictJSON(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff")))) // editors on Windows write one
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		if _, after := d.Token(); after != io.EOF {
			err = errors.New("something follows")
		}
	}
	return err
}

type recoverCommand struct {
	fresh        `embed:""`
	RecoveryFile string `help:"The recovery key: text, or a scan of its sheet; the terminal asks where there is none." placeholder:"FILE"`
	Officer      string `required:"" help:"Administrator to let in, by mark or identifier." placeholder:"NAME"`
	Dir          string `arg:"" help:"Folder of the post."`
}

func (c recoverCommand) Run(ctx context.Context, s *streams) error {
	if _, err := post.Describe(c.Dir); err != nil {
		return err
	}
	key, err := s.recoveryKey(ctx, c.RecoveryFile, "--recovery-file")
	if err != nil {
		return err
	}
	passphrase, err := c.ask(s, c.Officer)
	if err != nil {
		return err
	}
	defer clear(passphrase)
	if err := house.Recover(ctx, c.Dir, key, c.Officer, passphrase, s.now()); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s\tmay sign in with the new passphrase\n", house.OfficerOf(c.Officer))
	return nil
}

type laboratoriesCommand struct {
	List laboratoriesListCommand `cmd:"" help:"Print the laboratories whose reports the post accepts, as JSON."`
	Set  laboratoriesSetCommand  `cmd:"" help:"Put laboratories on the list, or others in the place of those with the same identifier. Takes two."`
}

type laboratoriesListCommand struct {
	one `embed:""`
}

func (c laboratoriesListCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, func(h *house.House, _ staff.Session) error {
		all, err := h.Laboratories(ctx)
		if err != nil {
			return err
		}
		return printJSON(s.out, all)
	})
}

type laboratoriesSetCommand struct {
	two  `embed:""`
	File string `arg:"" help:"JSON, as laboratories list prints it; - reads standard input."`
}

func (c laboratoriesSetCommand) Run(ctx context.Context, s *streams) error {
	b, err := readInput(s.in, c.File)
	if err != nil {
		return usageError{err}
	}
	all, err := data.ParseLaboratories(b)
	if err != nil {
		return usageError{fmt.Errorf("%s: %w", c.File, err)}
	}
	return c.signedIn(ctx, s, data.Administrator, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		if err := h.SetLaboratories(ctx, a, b, all); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%d laboratories taken over\n", len(all))
		return nil
	})
}
