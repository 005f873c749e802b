// Command pratiquectl is Pratique without a window: the same domain, the same
// checks.
//
//	pratiquectl practice DIR
//	pratiquectl post create DIR --from FILE [--passphrase-file FILE]… [--recovery-sheet FILE] [--recovery-proof FILE]
//		[--ceremony-page FILE] [--signer URI [--pin-file FILE]]
//	pratiquectl post example
//	pratiquectl recover DIR --officer NAME [--recovery-file FILE] [--new-passphrase-file FILE]
//	pratiquectl example [--at TIME]
//	pratiquectl prefill [--into FILE] [--take FIELD,…] [--keep FIELD=REASON]… [--trust PATH]… [--post DIR [--as NAME] [--passphrase-file FILE]]
//		[--practice] [--at TIME] FILE|-…
//	pratiquectl schema
//	pratiquectl spec [NAME]
//	pratiquectl specimens DIR
//	pratiquectl issue TWO --out DIR FILE…
//	pratiquectl replace TWO --out DIR NUMBER FILE
//	pratiquectl revoke TWO --reason CODE [--note TEXT] [--notify FILE] NUMBER…
//	pratiquectl revoke TWO --reason CODE [--note TEXT] [--notify FILE] --by OFFICER --from TIME --until TIME [--yes]
//	pratiquectl findings ONE [--language en|zh] [--json] FILE
//	pratiquectl case enter ONE [--case CASE] FILE
//	pratiquectl case list ONE [--state STATE]
//	pratiquectl case outside ONE [--language en|zh]
//	pratiquectl case take|take-over|release|resume|approve ONE CASE
//	pratiquectl case hold|return ONE --reason CODE… [--note TEXT] CASE
//	pratiquectl case override TWO --check CHECK… --reason TEXT CASE
//	pratiquectl case decide ONE --colour yellow|orange|red --reason CODE… --until DATE [--note TEXT] CASE
//	pratiquectl case contest ONE --grounds TEXT CASE
//	pratiquectl case uphold|deny|lift ONE --why TEXT CASE
//	pratiquectl case issue ONE --out DIR CASE
//	pratiquectl abnormal TWO --result positive|indeterminate [--note TEXT] NUMBER
//	pratiquectl letter ONE [--internal] --out FILE CASE
//	pratiquectl verify [--trust PATH]… [--identity FILE]… [--revocations PATH]… [--post DIR [--as NAME] [--passphrase-file FILE]]
//		[--practice] [--at TIME] [--json] FILE|-…
//	pratiquectl officers list ONE
//	pratiquectl officers add TWO --name NAME --mark MARK --role ROLE,… [--new-passphrase-file FILE]
//	pratiquectl officers disable ONE OFFICER
//	pratiquectl officers enable TWO OFFICER
//	pratiquectl officers reset TWO [--new-passphrase-file FILE] OFFICER
//	pratiquectl officers passphrase ONE [--new-passphrase-file FILE]
//	pratiquectl laboratories list ONE
//	pratiquectl laboratories set TWO FILE
//	pratiquectl authorities list ONE
//	pratiquectl authorities set TWO FILE
//	pratiquectl evidence add ONE [--group GROUP] CASE FILE…
//	pratiquectl evidence list ONE CASE
//	pratiquectl evidence export ONE --out FILE CASE EVIDENCE
//	pratiquectl evidence remove ONE CASE EVIDENCE
//	pratiquectl evidence time TWO --days N
//	pratiquectl backcheck list ONE
//	pratiquectl backcheck ask ONE --test N --by WAY [--note TEXT] CASE
//	pratiquectl backcheck answer ONE --test N --outcome OUTCOME [--by WAY] [--note TEXT] CASE
//	pratiquectl backcheck sampling TWO --percent N [--risk CLASS=N]… [--laboratory ID=N]…
//	pratiquectl case begin ONE CASE
//	pratiquectl case original ONE --group GROUP [--not] CASE
//	pratiquectl case duplicates ONE CASE
//	pratiquectl case clear ONE --why TEXT CASE OTHER
//	pratiquectl case risk ONE CASE [CLASS]
//	pratiquectl case note ONE CASE TEXT
//	pratiquectl predeclare example [--at TIME] [--qr]
//	pratiquectl predeclare import ONE FILE…
//	pratiquectl expected ONE [--from DATE] [--until DATE]
//	pratiquectl flights list ONE
//	pratiquectl flights set TWO FILE
//	pratiquectl handover ONE --port CODE [--from DATE] [--until DATE] --out FILE [--pdf FILE]
//	pratiquectl handover verify --key FILE|--post DIR FILE
//	pratiquectl handover passed ONE FILE
//	pratiquectl find ONE TEXT
//	pratiquectl keys list ONE
//	pratiquectl keys request TWO [--for certificate|vdsnc|dcc] --out FILE [--signer URI [--pin-file FILE]]
//	pratiquectl keys import TWO --anchor FILE… [--yes] FILE
//	pratiquectl keys retire TWO ID
//	pratiquectl keys lists TWO
//	pratiquectl keys rotate TWO
//	pratiquectl notices test FILE…
//	pratiquectl notices doc
//	pratiquectl notices schema
//	pratiquectl notices list ONE
//	pratiquectl notices import ONE FILE
//	pratiquectl notices diff ONE NOTICE VERSION
//	pratiquectl notices dry-run ONE [--days N] NOTICE VERSION
//	pratiquectl notices activate TWO NOTICE VERSION
//	pratiquectl notices retire TWO NOTICE VERSION
//	pratiquectl trust export --post DIR --out FILE
//	pratiquectl trust preview ONE --name NAME PATH
//	pratiquectl trust import TWO --name NAME --source TEXT [--yes] PATH
//	pratiquectl trust list ONE [--json]
//	pratiquectl trust restore TWO NAME NUMBER
//	pratiquectl revocations export ONE --out FILE
//	pratiquectl revocations import [--trust PATH]… --into DIR PATH
//	pratiquectl audit verify --post DIR [--checkpoint FILE]… [--key FILE]
//	pratiquectl audit checkpoint ONE [--out FILE] [--pdf FILE]
//	pratiquectl audit list ONE
//	pratiquectl backup ONE
//	pratiquectl backup set TWO --folder DIR [--backup-passphrase-file FILE]
//	pratiquectl backup last ONE
//	pratiquectl restore [--recovery-file FILE | --backup-passphrase-file FILE] [--head FILE]… [--checkpoint FILE]… [--key FILE] [--unproved] FILE DIR
//	pratiquectl check ONE
//	pratiquectl daily ONE
//	pratiquectl figures ONE --month YYYY-MM [--json]
//	pratiquectl traveller export ONE --issuer STATE --out FILE [--scans DIR] DOCUMENT
//	pratiquectl traveller erase TWO CASE…
//	pratiquectl solo TWO --until DATE | --off
//	pratiquectl retention TWO --days N
//	pratiquectl clock correct TWO
//
// ONE is --post DIR --as NAME [--passphrase-file FILE]: the post, and the officer
// who does this, by mark or identifier; names are sealed until somebody signs
// in. TWO adds --second NAME [--second-passphrase-file FILE]: the officer who
// sees it done, or, where a clerk and a reviewer each do their part, the
// reviewer. Whoever has no file is asked at the terminal. At a practice post
// both names may be left away; its officers then act with the passphrases that
// lie in its folder.
//
// Exit status: 0 done; 1 what was asked for has a fault (an application with
// problems, an invalid seal, a notice that is not as it says, an audit log that
// was tampered with, an act that is refused, a check that found something); 2 a
// seal about which nothing can be said; 3 no readable seal; 64 wrong usage, or a
// file or post that cannot be used as it is; 70 a fault of the program.
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

	"pratique/cmd/internal/house"
	"pratique/data/audit"
	"pratique/data/backup"
	"pratique/data/desk"
	"pratique/data/handover"
	"pratique/data/keys"
	"pratique/data/keys/pkcs11"
	"pratique/data/post"
	"pratique/data/predeclaration"
	"pratique/data/store"
	"pratique/data/store/bolt"
	"pratique/data/trust"
	"pratique/data/vault"
	"pratique/ui"
	"pratique/ui/locale"
)

func main() {
	if err := house.Harden(); err != nil {
		fmt.Fprintf(os.Stderr, "pratiquectl: memory stays readable for others: %v\n", err)
		os.Exit(exitInternal)
	}
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

// refused is an error that is said in an officer's words already.
type refused string

func (r refused) Error() string { return string(r) }

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
	Practice     practiceCommand     `cmd:"" help:"Make a practice post in an empty folder."`
	Post         postCommand         `cmd:"" help:"Make a real post."`
	Recover      recoverCommand      `cmd:"" help:"Let an administrator in again, with the recovery key."`
	Example      exampleCommand      `cmd:"" help:"Print a complete specimen application."`
	Prefill      prefillCommand      `cmd:"" help:"Print the application that the seals a traveller brought give."`
	Schema       schemaCommand       `cmd:"" help:"Print the JSON schema of an application."`
	Spec         specCommand         `cmd:"" help:"Print what is signed, byte by byte, for every format."`
	Specimens    specimensCommand    `cmd:"" help:"Write seals of every format, good and bad, with what a reader is to say of each."`
	Issue        issueCommand        `cmd:"" help:"Take applications to certificates: a clerk and a reviewer."`
	Replace      replaceCommand      `cmd:"" help:"Correct a certificate: a new one, and the old one is revoked. A clerk and a reviewer."`
	Revoke       revokeCommand       `cmd:"" help:"Revoke certificates, for good. Takes two."`
	Findings     findingsCommand     `cmd:"" help:"What the notice in force says of applications."`
	Case         caseCommand         `cmd:"" help:"A case from intake to its end: review, decisions, objections."`
	Abnormal     abnormalCommand     `cmd:"" help:"Revoke a blue certificate because its last test was abnormal. Takes two."`
	Letter       letterCommand       `cmd:"" help:"The page that tells a traveller of a case where it stands: returned, on hold, decided, or blue on a condition."`
	Verify       verifyCommand       `cmd:"" help:"Check the seals in a text, picture or PDF."`
	Officers     officersCommand     `cmd:"" help:"Who may sign in at a post."`
	Laboratories laboratoriesCommand `cmd:"" help:"Whose reports a post accepts."`
	Authorities  authoritiesCommand  `cmd:"" help:"For whom a post encrypts full records."`
	Notices      noticesCommand      `cmd:"" help:"What posts require, as data."`
	Evidence     evidenceCommand     `cmd:"" help:"Scans that belong to a case."`
	Backcheck    backcheckCommand    `cmd:"" help:"What laboratories say of their reports."`
	Predeclare   predeclareCommand   `cmd:"" help:"What travellers declare before they come."`
	Expected     expectedCommand     `cmd:"" help:"How many travellers are expected, by day, flight and port of entry."`
	Flights      flightsCommand      `cmd:"" help:"The risk of flights."`
	Handover     handoverCommand     `cmd:"" help:"Lists for ports of entry, and what comes back."`
	Find         findCommand         `cmd:"" help:"Find cases by a certificate's number, a case's reference, a document, a telephone number or a name."`
	Keys         keysCommand         `cmd:"" help:"What signs a post's certificates."`
	Trust        trustCommand        `cmd:"" help:"Whom this post trusts, and what others need to trust it."`
	Revocations  revocationsCommand  `cmd:"" help:"Lists of revoked certificates, for those without a line to the post."`
	Audit        auditCommand        `cmd:"" help:"The log of everything that was done at a post."`
	Backup       backupCommand       `cmd:"" help:"Copies of a post that only its keys open."`
	Restore      restoreCommand      `cmd:"" help:"Put a backup into a new folder."`
	Check        checkCommand        `cmd:"" help:"Read everything a post holds and compare it with everything else."`
	Daily        dailyCommand        `cmd:"" help:"What a post needs every day: checkpoint, backup, erasing what is due. For a scheduler."`
	Figures      figuresCommand      `cmd:"" help:"What a post did in a month."`
	Traveller    travellerCommand    `cmd:"" help:"What the post holds of one traveller."`
	Solo         soloCommand         `cmd:"" help:"Let officers approve what they prepared, for a time. Takes two."`
	Retention    retentionCommand    `cmd:"" help:"How long cases are kept. Takes two."`
	Clock        clockCommand        `cmd:"" help:"When the clock went back."`
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
	return s.tell(call.Run())
}

// tell says what went wrong, and sorts it into the exit statuses. An act that is
// refused is told in an officer's words; what else goes wrong is told as it is
// first, for whoever has to mend it.
func (s *streams) tell(err error) int {
	var only status
	var already refused
	var usage usageError
	var problems *desk.ProblemsError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &only):
		return int(only)
	case errors.As(err, &already):
		fmt.Fprintf(s.err, "pratiquectl: %v\n", err)
		return exitFault
	case errors.As(err, &usage):
		fmt.Fprintf(s.err, "pratiquectl: %v\n", err)
		return exitUsage
	}
	words, wordsErr := house.Words()
	if wordsErr != nil {
		fmt.Fprintf(s.err, "pratiquectl: %v\n", errors.Join(err, wordsErr))
		return exitInternal
	}
	english := words.In(locale.English)
	if errors.As(err, &problems) {
		for _, p := range problems.Problems {
			fmt.Fprintf(s.err, "%s: %s\n", p.Field, english.Problem(p))
		}
		return exitFault
	}
	exit, sentence := exitOf(err), ui.Say(english, err)
	if exit != exitFault || sentence == "" {
		fmt.Fprintf(s.err, "pratiquectl: %v\n", err)
	}
	if sentence != "" {
		fmt.Fprintf(s.err, "pratiquectl: %s\n", sentence)
	}
	return exit
}

// refusals are the errors of an act that the post does not do for those who ask.
var refusals = []error{
	desk.ErrSignIn, desk.ErrDisabled, desk.ErrMustChange, desk.ErrEnded, desk.ErrSelf, desk.ErrNotPermitted, desk.ErrSecond,
	desk.ErrFourEyes, desk.ErrNotFound, desk.ErrState, desk.ErrStale, desk.ErrTicks, desk.ErrRevoked, desk.ErrReplaced,
	desk.ErrNotApproved, desk.ErrTooLarge, handover.ErrSignature, desk.ErrNotAdministrator, post.ErrRecovery, vault.ErrPassphrase, vault.ErrNotForYou,
	backup.ErrPassphrase, backup.ErrNotForYou, backup.ErrOtherLog, backup.ErrUnproved,
}

// unusable are the errors about a file or a post's folder that is not as it
// must be; people can mend them, the program cannot.
var unusable = []error{
	fs.ErrNotExist, fs.ErrExist, fs.ErrPermission,
	post.ErrNotEmpty, post.ErrNoPost, post.ErrRealPost, post.ErrMixed,
	store.ErrLocked, store.ErrFull, bolt.ErrDamaged, bolt.ErrForeign, bolt.ErrNewer,
	audit.ErrHead, audit.ErrBroken, audit.ErrClock,
	vault.ErrPutBack, vault.ErrDevice, vault.ErrKind, vault.ErrNoVault, vault.ErrDamaged,
	backup.ErrForeign, backup.ErrNewer, backup.ErrDamaged, backup.ErrNoSlot, backup.ErrNotEmpty, backup.ErrChanged, house.ErrNoBackups,
	predeclaration.ErrForm, handover.ErrForm,
	keys.ErrMissing, keys.ErrNeverMade, keys.ErrPassphrase, keys.ErrUnfit, pkcs11.ErrNotBuilt,
	trust.ErrContent, desk.ErrTrustLarge,
}

// exitOf sorts an error into refusals, the caller's faults and the program's.
func exitOf(err error) int {
	var path *fs.PathError
	var throttled *desk.ThrottledError
	var weak *desk.WeakError
	var unfit *keys.ImportError
	is := func(e error) bool { return errors.Is(err, e) }
	switch {
	case errors.As(err, &throttled), errors.As(err, &weak), errors.As(err, &unfit), slices.ContainsFunc(refusals, is):
		return exitFault
	case errors.As(err, &path), slices.ContainsFunc(unusable, is):
		return exitUsage
	}
	return exitInternal
}
