package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/mod/sumdb/note"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/keys"
	"pratique/data/staff"
	"pratique/ui/locale"
)

type backupCommand struct {
	Now  backupNowCommand  `cmd:"" default:"withargs" help:"Write a backup into the folder that is set, and open it to see that it is good."`
	Set  backupSetCommand  `cmd:"" help:"Say where backups go, and what passphrase opens them beside the recovery key. Takes two."`
	Last backupLastCommand `cmd:"" help:"Tell of the last backup that was made and opened."`
}

type backupNowCommand struct {
	one `embed:""`
}

func (c backupNowCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, func(h *house.House, session staff.Session) error {
		b, err := h.Backup(ctx, session, nil)
		if err != nil {
			return err
		}
		s.backup(b)
		return nil
	})
}

// backup tells of one.
func (s *streams) backup(b desk.Backup) {
	fmt.Fprintf(s.out, "%s\n%s, %d bytes, %d entries, opened and good\n", b.Path, b.Made.UTC().Format(time.RFC3339), b.Bytes, b.Entries)
}

type backupSetCommand struct {
	two                  `embed:""`
	Folder               string `required:"" help:"Where backups go: not the disk of the post." placeholder:"DIR"`
	BackupPassphraseFile string `help:"File whose first line is the passphrase of backups; the terminal asks where there is none." placeholder:"FILE"`
}

func (c backupSetCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		passphrase, err := s.newPassphrase(c.BackupPassphraseFile, "the backups", "--backup-passphrase-file")
		if err != nil {
			return err
		}
		defer clear(passphrase)
		if err := h.SetBackup(ctx, a, b, c.Folder, passphrase); err != nil {
			return err
		}
		fmt.Fprintln(s.out, "Backups go to", c.Folder)
		return nil
	})
}

type backupLastCommand struct {
	one `embed:""`
}

func (c backupLastCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, func(h *house.House, _ staff.Session) error {
		b, ok, err := h.LastBackup(ctx)
		if err == nil && !ok {
			return refused("No backup was made yet.")
		}
		if err == nil {
			s.backup(b)
		}
		return err
	})
}

type restoreCommand struct {
	RecoveryFile         string   `help:"The recovery key: text, or a scan of its sheet; the terminal asks where nothing is named." placeholder:"FILE"`
	BackupPassphraseFile string   `help:"File whose first line is the passphrase of backups, instead of the recovery key." placeholder:"FILE"`
	Checkpoint           []string `help:"A checkpoint that was kept elsewhere: an older one than the backup proves it, a newer one tells how much is missing." placeholder:"FILE" sep:"none"`
	Key                  string   `help:"The log's public key, kept elsewhere: checkpoints are checked with it, the one in the backup too." placeholder:"FILE"`
	Head                 []string `help:"The head file of the folder that was lost: it tells the same." placeholder:"FILE" sep:"none"`
	Unproved             bool     `help:"Take the backup though nothing but its passphrase says that it is the post's."`
	File                 string   `arg:"" help:"The backup."`
	Dir                  string   `arg:"" help:"Folder to make; it must be empty or not there yet."`
}

func (c restoreCommand) Run(ctx context.Context, s *streams) (err error) {
	proof, err := c.proof(s)
	if err != nil {
		return err
	}
	var how house.Opening
	if c.BackupPassphraseFile != "" {
		how.Passphrase, err = s.passphrase(c.BackupPassphraseFile, "", "")
	} else {
		how.Recovery, err = s.recoveryKey(ctx, c.RecoveryFile, "--recovery-file or --backup-passphrase-file")
	}
	if err != nil {
		return err
	}
	defer clear(how.Passphrase)
	r, err := house.Restore(ctx, c.File, c.Dir, how, proof, s.now(), nil)
	if err != nil {
		return err
	}
	if c.Unproved {
		fmt.Fprintln(s.err, "NOBODY HAS PROVED THIS BACKUP. Whoever knew whom it opens to could have made it. Compare its certificates with paper, and its log with a checkpoint (pratiquectl audit verify --checkpoint), before anything is issued from it.")
	}
	fmt.Fprintf(s.out, "The post %s as of %s lies in %s: %d entries.\n", r.Code, r.Made.UTC().Format(time.RFC3339), c.Dir, r.Head.Size)
	switch {
	case r.Missing == nil:
		fmt.Fprintln(s.out, "Nobody knows how much is missing since: name a checkpoint or the head file that was beside the lost database. Sequence numbers go on far above the last one.")
	case *r.Missing == 0:
		fmt.Fprintln(s.out, "Nothing is known to be missing.")
	default:
		fmt.Fprintf(s.out, "%d acts since then are missing. Sequence numbers go on above those they may have used.\n", *r.Missing)
	}
	return nil
}

// proof is what is known of the post from elsewhere.
func (c restoreCommand) proof(s *streams) (p house.Proof, err error) {
	p.Unproved = c.Unproved
	for _, file := range c.Head {
		h, err := audit.ReadHead(file)
		if err != nil {
			return p, usageError{err}
		}
		p.Known = append(p.Known, h)
	}
	if len(c.Checkpoint) > 0 && c.Key == "" {
		return p, usageError{errors.New("--checkpoint needs --key: the public key of the log, from a place that is not the backup")}
	}
	var v note.Verifier
	if c.Key != "" {
		if p.LogKey, v, err = keys.ReadLogVerifier(c.Key); err != nil {
			return p, usageError{err}
		}
	}
	for _, file := range c.Checkpoint {
		b, err := readInput(s.in, file)
		if err != nil {
			return p, usageError{err}
		}
		h, err := audit.ParseCheckpoint(b, v)
		if err != nil {
			return p, usageError{fmt.Errorf("%s: %w", file, err)}
		}
		p.Known = append(p.Known, h)
	}
	return p, nil
}

type checkCommand struct {
	one `embed:""`
}

func (c checkCommand) Run(ctx context.Context, s *streams) error {
	words, err := house.Words()
	if err != nil {
		return err
	}
	english := words.In(locale.English)
	return c.signedIn(ctx, s, data.Administrator, func(h *house.House, session staff.Session) error {
		faults, err := h.Check(ctx, session, func(what string) { fmt.Fprintln(s.err, strings.TrimPrefix(what, "check.")) })
		for _, f := range faults {
			fmt.Fprintf(s.out, "%s\t%s\t%s\n", english.T(f.What), visible(f.Where), f.Why)
		}
		switch {
		case err != nil:
			return err
		case len(faults) > 0:
			return status(exitFault)
		}
		fmt.Fprintln(s.out, "Everything holds together.")
		return nil
	})
}

// month is one on the command line: 2026-11.
type month struct{ time.Time }

// UnmarshalText reads a month.
func (m *month) UnmarshalText(b []byte) (err error) {
	if m.Time, err = time.Parse("2006-01", string(b)); err != nil {
		err = fmt.Errorf("%q is no month such as 2026-11", b)
	}
	return err
}

type figuresCommand struct {
	one   `embed:""`
	Month month `required:"" help:"Which month, at the post." placeholder:"YYYY-MM"`
	JSON  bool  `help:"Print them as JSON."`
}

func (c figuresCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, func(h *house.House, session staff.Session) error {
		zone, err := data.LoadZone(h.Folder.Post.Zone)
		if err != nil {
			return err
		}
		f, err := h.Figures(ctx, session, time.Date(c.Month.Year(), c.Month.Month(), 1, 0, 0, 0, 0, zone))
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(s.out, f)
		}
		w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
		line := func(what string, n int) { fmt.Fprintf(w, "%s\t%d\n", what, n) }
		line("issued", f.Issued)
		for _, t := range slices.Sorted(maps.Keys(f.ByType)) {
			line("  "+h.Codes.Name(data.ListTypes, t, locale.English), f.ByType[t])
		}
		line("  prepared and approved by one officer", f.Solo)
		line("  corrections of others", f.Replacing)
		line("  not printed", f.Unprinted)
		line("  printed and not handed over", f.Unhanded)
		line("  sheets beyond the first", f.Reprints)
		revoked := 0
		for _, n := range f.Revoked {
			revoked += n
		}
		line("revoked", revoked)
		for _, r := range slices.Sorted(maps.Keys(f.Revoked)) {
			line("  "+h.Codes.Name(data.ListRevocations, r, locale.English), f.Revoked[r])
		}
		line("numbers spent without a certificate, ever", f.Void)
		return w.Flush()
	})
}

type travellerCommand struct {
	Export travellerExportCommand `cmd:"" help:"All that the post holds of one traveller, and who did what with it: JSON."`
	Erase  travellerEraseCommand  `cmd:"" help:"Take cases out of the records for good. Takes two."`
}

type travellerExportCommand struct {
	one      `embed:""`
	Out      string `required:"" help:"File to write." placeholder:"FILE"`
	Issuer   string `required:"" help:"Who issued the travel document, in three letters as its machine-readable lines have it." placeholder:"STATE"`
	Scans    string `help:"Folder to write the scans to, each named by the case and its own identifier." placeholder:"DIR"`
	Document string `arg:"" help:"Number of the travel document."`
}

func (c travellerExportCommand) Run(ctx context.Context, s *streams) error {
	if err := newFile(c.Out); err != nil {
		return err
	}
	return c.signedIn(ctx, s, data.Reviewer, func(h *house.House, session staff.Session) error {
		x, err := h.ExportTraveller(ctx, session, c.Issuer, c.Document)
		if err != nil {
			return err
		}
		b, err := indented(x)
		if err == nil {
			err = house.WriteNew(c.Out, b)
		}
		if err != nil {
			return err
		}
		for _, a := range x.Applications {
			fmt.Fprintf(s.out, "%s\t%s\t%s\n", a.ID, a.State, a.Certificate)
			if c.Scans == "" {
				continue
			}
			if err := os.MkdirAll(c.Scans, 0o700); err != nil {
				return err
			}
			for _, e := range a.Evidence {
				if !e.Gone.IsZero() {
					continue
				}
				path := filepath.Join(c.Scans, string(a.ID)+"-"+e.ID+extensions[e.Media])
				if err := exportScan(ctx, h, session, a.ID, e.ID, path); err != nil {
					return err
				}
				fmt.Fprintf(s.out, "%s\n", path)
			}
		}
		return nil
	})
}

type travellerEraseCommand struct {
	two   `embed:""`
	Cases []string `arg:"" name:"case" help:"Identifiers of the cases, as the export lists them."`
}

func (c travellerEraseCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Reviewer, data.Administrator, func(h *house.House, a, b staff.Session) error {
		for _, id := range c.Cases {
			if err := h.Erase(ctx, a, b, data.ApplicationID(id)); err != nil {
				return err
			}
			fmt.Fprintf(s.out, "%s\terased\n", id)
		}
		return nil
	})
}

type soloCommand struct {
	two   `embed:""`
	Until data.Date `help:"Last day, at the post, on which officers may approve what they prepared." placeholder:"DATE"`
	Off   bool      `help:"No officer may, from now on."`
}

func (c soloCommand) Run(ctx context.Context, s *streams) error {
	if c.Off == (c.Until != "") || c.Until != "" && !c.Until.Full() {
		return usageError{errors.New("either --off, or --until with a date such as 2026-11-30")}
	}
	return c.signedIn(ctx, s, data.Administrator, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		until := h.Now()
		if !c.Off {
			zone, err := data.LoadZone(h.Folder.Post.Zone)
			if err != nil {
				return err
			}
			day, err := time.ParseInLocation(time.DateOnly, string(c.Until), zone)
			if err != nil {
				return usageError{err}
			}
			if until = day.AddDate(0, 0, 1); !until.After(h.Now()) {
				return usageError{fmt.Errorf("%s is over", c.Until)}
			}
		}
		if err := h.SetSolo(ctx, a, b, until); err != nil {
			return err
		}
		if c.Off {
			fmt.Fprintln(s.out, "Nobody approves what they prepared.")
		} else {
			fmt.Fprintf(s.out, "Until the end of %s officers may approve what they prepared. Every such certificate is counted.\n", c.Until)
		}
		return nil
	})
}

type retentionCommand struct {
	two  `embed:""`
	Days int `required:"" help:"For how many days a case is kept after its certificate can no longer be used; 0 keeps all." placeholder:"N"`
}

func (c retentionCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, data.Reviewer, func(h *house.House, a, b staff.Session) error {
		if err := h.SetRetention(ctx, a, b, c.Days); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%d days\n", c.Days)
		return nil
	})
}

type clockCommand struct {
	Correct clockCorrectCommand `cmd:"" help:"Say that the clock was ahead and is right now, when nobody can sign in because it went back. Takes two."`
}

type clockCorrectCommand struct {
	two `embed:""`
}

func (c clockCorrectCommand) Run(ctx context.Context, s *streams) error {
	if c.As == "" || c.Second == "" {
		return usageError{errors.New("two officers answer for the time: name them with --as and --second")}
	}
	return c.open(ctx, s, func(h *house.House) error {
		first, err := s.claim(c.As, c.PassphraseFile, "--passphrase-file")
		if err != nil {
			return err
		}
		second, err := s.claim(c.Second, c.SecondPassphraseFile, "--second-passphrase-file")
		if err != nil {
			return err
		}
		if err := h.CorrectClock(ctx, first, second); err != nil {
			return err
		}
		fmt.Fprintln(s.out, "The time is", h.Now().UTC().Format(time.RFC3339))
		return nil
	})
}

func (s *streams) claim(name, file, option string) (c desk.Claim, err error) {
	c.Officer = house.OfficerOf(name)
	c.Passphrase, err = s.passphrase(file, "Passphrase of "+string(c.Officer), option)
	return c, err
}

type dailyCommand struct {
	one `embed:""`
}

func (c dailyCommand) Run(ctx context.Context, s *streams) error {
	return c.signedIn(ctx, s, data.Administrator, func(h *house.House, _ staff.Session) error {
		if err := h.Daily(ctx); err != nil {
			return err
		}
		switch b, ok, err := h.LastBackup(ctx); {
		case err != nil:
			return err
		case ok:
			s.backup(b)
		default:
			fmt.Fprintln(s.err, "No backups are made: nobody said where they go. See pratiquectl backup set.")
		}
		return nil
	})
}
