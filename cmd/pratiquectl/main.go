// Command pratiquectl is Pratique without a window: the same domain, the same
// checks.
//
//	pratiquectl practice DIR
//	pratiquectl example [--at TIME]
//	pratiquectl schema
//	pratiquectl issue --post DIR --out DIR FILE…
//	pratiquectl verify [--trust PATH]… [--practice] [--at TIME] [--json] FILE|-
//	pratiquectl officers list --post DIR --as NAME [--passphrase-file FILE]
//	pratiquectl officers add --post DIR --as NAME --name NAME --mark MARK --role ROLE,… ID
//	pratiquectl officers disable|enable|reset --post DIR --as NAME ID
//	pratiquectl officers passphrase --post DIR --as NAME
//	pratiquectl notices test FILE…
//	pratiquectl notices doc
//	pratiquectl notices schema
//	pratiquectl trust export --post DIR --out FILE
//	pratiquectl audit verify --post DIR [--checkpoint FILE]… [--key FILE]
//	pratiquectl audit checkpoint --post DIR --out FILE
//	pratiquectl audit list --post DIR
//
// Exit status: 0 done; 1 what was asked for has a fault (an application with
// problems, an invalid seal, a notice that is not as it says, an audit log that
// was tampered with, an act that is refused); 2 a seal about which nothing can
// be said; 3 no readable seal; 64 wrong usage, or a file or post that cannot be
// used as it is; 70 a fault of the program.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"time"

	"github.com/alecthomas/kong"

	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/keys"
	"pratique/data/post"
	"pratique/data/store"
	"pratique/data/store/bolt"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Exit statuses.
const (
	exitFault      = 1
	exitCannotSay  = 2
	exitUnreadable = 3
	exitUsage      = 64
	exitInternal   = 70
)

// status is an error that is nothing but an exit status: all was said.
type status int

func (s status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// usageError is a wrong call, or a file that cannot be used.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

// streams are what a command reads and writes, and the clock.
type streams struct {
	in       io.Reader
	out, err io.Writer
	now      func() time.Time
}

type commands struct {
	Practice practiceCommand `cmd:"" help:"Make a practice post in an empty folder."`
	Example  exampleCommand  `cmd:"" help:"Print a complete specimen application."`
	Schema   schemaCommand   `cmd:"" help:"Print the JSON schema of an application."`
	Issue    issueCommand    `cmd:"" help:"Take applications to certificates at a practice post."`
	Verify   verifyCommand   `cmd:"" help:"Check the seals in a text, picture or PDF."`
	Officers officersCommand `cmd:"" help:"Who may sign in at a post."`
	Notices  noticesCommand  `cmd:"" help:"What posts require, as data."`
	Trust    trustCommand    `cmd:"" help:"What others need to trust this post."`
	Audit    auditCommand    `cmd:"" help:"The log of everything that was done at a post."`
}

func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) (exit int) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(errOut, "pratiquectl: a fault of the program: %v\n", p)
			exit = exitInternal
		}
	}()
	s := &streams{in: in, out: out, err: errOut, now: time.Now}
	var c commands
	done := false
	parser, err := kong.New(&c,
		kong.Name("pratiquectl"),
		kong.Description("Pratique without a window: international travel health certificates."),
		kong.Writers(out, errOut),
		kong.Exit(func(int) { done = true }), // after --help
		kong.Bind(s),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		fmt.Fprintf(errOut, "pratiquectl: a fault of the program: %v\n", err)
		return exitInternal
	}
	call, err := parser.Parse(args)
	switch {
	case done:
		return 0
	case err != nil:
		fmt.Fprintf(errOut, "pratiquectl: %v\nTry: pratiquectl --help\n", err)
		return exitUsage
	}
	err = call.Run()
	var only status
	if errors.As(err, &only) {
		return int(only)
	}
	if err != nil {
		fmt.Fprintf(errOut, "pratiquectl: %v\n", err)
		return exitOf(err)
	}
	return 0
}

// unusable are the errors about a file or a post's folder that is not as it
// must be; people can mend them, the program cannot.
var unusable = []error{
	fs.ErrNotExist, fs.ErrExist, fs.ErrPermission,
	post.ErrNotEmpty, post.ErrNoPost, post.ErrRealPost, post.ErrMixed,
	store.ErrLocked, store.ErrFull, bolt.ErrDamaged, bolt.ErrForeign, bolt.ErrNewer,
	audit.ErrHead, audit.ErrBroken, audit.ErrClock,
	keys.ErrMissing, keys.ErrPassphrase, keys.ErrUnfit, desk.ErrSignIn,
}

// exitOf sorts an error into the caller's and the program's faults.
func exitOf(err error) int {
	var usage usageError
	var path *fs.PathError
	if errors.As(err, &usage) || errors.As(err, &path) ||
		slices.ContainsFunc(unusable, func(e error) bool { return errors.Is(err, e) }) {
		return exitUsage
	}
	return exitInternal
}
