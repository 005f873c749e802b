// Package house puts the parts of a post together, for the desktop and for
// pratiquectl alike: database engine, keys, code lists, press, page engine.
package house

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"pratique/assets"
	"pratique/data"
	"pratique/data/attachment"
	"pratique/data/codes"
	"pratique/data/desk"
	"pratique/data/evidence"
	"pratique/data/keys"
	"pratique/data/post"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/store/bolt"
	"pratique/data/store/disk"
	"pratique/data/trust"
	"pratique/data/vault"
	"pratique/pdfgen"
	"pratique/pdfgen/check"
	"pratique/pdfgen/page"
	"pratique/ui/locale"
)

// Words are the program's words in every language.
func Words() (*locale.Catalogues, error) { return locale.Load(assets.FS) }

// Codes are the code lists.
func Codes() (*codes.Book, error) { return codes.Load(assets.FS) }

// Pages starts the engine that draws PDF files that people bring. It loads in
// the background and keeps its compiled form in the user's cache.
func Pages() *page.Engine { return page.Start(cacheDir()) }

func cacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "" // compiled anew at every start
	}
	return filepath.Join(dir, "pratique", "wasm")
}

// press is the one press of the process, so that its fonts are read once.
var press = sync.OnceValues(func() (*pdfgen.Press, error) {
	book, err := Codes()
	if err != nil {
		return nil, err
	}
	return pdfgen.New(assets.FS, book)
})

// engine is the database of a post at one desk, with the workstation's keyring.
var engine = post.Engine{
	Create: bolt.Create,
	Open: func(path string) (store.Store, error) {
		return bolt.Open(path, bolt.Options{Timeout: time.Second})
	},
	Compact: bolt.Compact,
	Device:  Keyring{},
	Places:  places,
}

// DefaultDir is the folder of the post where none is named: "pratique" in the
// place where the operating system wants a user's data.
func DefaultDir() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" && runtime.GOOS != "windows" && runtime.GOOS != "darwin" {
		return filepath.Join(dir, "pratique"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	switch runtime.GOOS {
	case "windows":
		if dir := os.Getenv("LocalAppData"); dir != "" {
			return filepath.Join(dir, "Pratique"), nil
		}
		return filepath.Join(home, "AppData", "Local", "Pratique"), nil
	case "darwin":
		return filepath.Join(home, "Library", "Application Support", "Pratique"), nil
	default:
		return filepath.Join(home, ".local", "share", "pratique"), nil
	}
}

// CreatePractice makes a practice post in dir.
func CreatePractice(ctx context.Context, dir string, now time.Time) error {
	p, err := post.LoadPractice(assets.FS)
	if err != nil {
		return err
	}
	return post.CreatePractice(ctx, dir, p, engine, now)
}

// House is an open post with everything it works with.
type House struct {
	*desk.Desk
	Folder *post.Folder
	Codes  *codes.Book
	Press  *pdfgen.Press
	// Practice are a practice post's passphrases, empty in a real post.
	Practice post.Passphrases

	paper, scans struct {
		sync.Mutex
		engine *page.Engine
	}
}

// Open opens the post in dir. Its records are locked until somebody signs in. A
// signing key that is missing or does not open does not keep the post shut:
// Desk.Trouble tells, and nothing is issued.
func Open(ctx context.Context, dir string, clock func() time.Time) (_ *House, err error) {
	h := &House{}
	if h.Codes, err = Codes(); err != nil {
		return nil, err
	}
	if h.Press, err = press(); err != nil {
		return nil, err
	}
	if h.Folder, err = post.Open(ctx, dir, engine, holder(clock())); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			h.Folder.Close()
		}
	}()
	if h.Folder.Post.Practice() {
		if h.Practice, err = h.Folder.PracticePassphrases(); err != nil {
			return nil, err
		}
	}
	h.Desk, err = desk.Open(ctx, desk.Config{
		Log: h.Folder.Log, Vault: h.Folder.Vault, Post: h.Folder.Post, Codes: h.Codes, Book: h.Codes, Clock: clock, Cost: cost(h.Folder.Post),
		Signer: h.Folder.Signer, LogSigner: h.Folder.LogSigner, Ring: h.Folder.Ring,
		Attachments: attachment.Dir{Path: filepath.Join(dir, "attachments"), Post: h.Folder.Post}, Pages: h.countPages,
		Anchors: func(pem []byte) error { return disk.Replace(filepath.Join(dir, trust.AnchorFile), pem) },
		Unprintable: func(st data.Statement) []data.Problem {
			// The page of a post that is not accredited has more on it.
			return h.Press.Unprintable(pdfgen.Printout{Statement: st, Post: h.Folder.Post, AnchorFingerprint: strings.Repeat("0", 64)})
		},
		UnprintableFurther: h.Press.UnprintableFurther,
		Unsayable:          h.Press.Unsayable,
		Unwritable:         func(l data.Letter) []data.Problem { return h.Press.Unwritable(h.letterAt(l, clock())) },
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}

// Paper draws the pages this program made; see [page.StartOwn]. It starts when
// it is first asked for.
func (h *House) Paper() *page.Engine {
	h.paper.Lock()
	defer h.paper.Unlock()
	if h.paper.engine == nil {
		h.paper.engine = page.StartOwn(cacheDir())
	}
	return h.paper.engine
}

// Scans draws the pages of what people bring; see [page.Start]. It starts when it
// is first asked for.
func (h *House) Scans() *page.Engine {
	h.scans.Lock()
	defer h.scans.Unlock()
	if h.scans.engine == nil {
		h.scans.engine = Pages()
	}
	return h.scans.engine
}

// lookTime bounds how long a stranger's file is looked at.
const lookTime = 20 * time.Second

// countPages opens a scan as whoever looks at it will, and says how many pages it has.
func (h *House) countPages(ctx context.Context, media string, scan []byte) (int, error) {
	if media != attachment.PDF {
		return 1, evidence.CheckPicture(scan)
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	return h.Scans().Pages(ctx, scan)
}

// Close closes the post.
func (h *House) Close() error {
	for _, e := range []*struct {
		sync.Mutex
		engine *page.Engine
	}{&h.paper, &h.scans} {
		e.Lock()
		if e.engine != nil {
			e.engine.Close()
		}
		e.Unlock()
	}
	return h.Folder.Close()
}

// cost is what a new passphrase costs at a post. Those of practice stand in a
// file and protect nothing.
func cost(p data.Post) func() vault.Cost {
	if p.Practice() {
		return func() vault.Cost { return post.PracticeCost }
	}
	return calibrated
}

// unlockTime is how long proving a passphrase takes at a real post.
const unlockTime = 700 * time.Millisecond

var calibrated = sync.OnceValue(func() vault.Cost {
	return vault.Calibrate(unlockTime, func(f func()) time.Duration {
		begin := time.Now()
		f()
		return time.Since(begin)
	})
})

// vouched says on a page who vouches for its seal.
func (h *House) vouched(ctx context.Context, p pdfgen.Printout) (pdfgen.Printout, error) {
	r, err := h.Vouches(ctx, p.Seal)
	if err != nil {
		return p, err
	}
	anchor, err := r.Anchor()
	if err != nil {
		return p, err
	}
	p.AnchorFingerprint, p.Accredited = keys.Fingerprint(anchor), r.Accredited
	return p, nil
}

// Print makes the page of a certificate and reads it back before anybody may
// print it: text and QR must be those of the record.
func (h *House) Print(ctx context.Context, c data.Certificate, copyNo int) ([]byte, error) {
	// As it is now, not as it was when it was shown.
	if r, err := h.Revocation(ctx, c.Number); err != nil {
		return nil, fmt.Errorf("print %s: %w", c.Number, err)
	} else if r != nil || c.Revoked != nil {
		return nil, fmt.Errorf("print %s: %w", c.Number, desk.ErrRevoked)
	}
	var b bytes.Buffer
	p, err := h.vouched(ctx, pdfgen.Printout{
		Kind: pdfgen.Certificate, Statement: c.Statement, Seal: c.Seal, Post: h.Folder.Post, Copy: copyNo,
		Further: c.FurtherSeals, Record: c.Further,
	})
	if err == nil {
		err = h.Press.Render(&b, p)
	}
	if err != nil {
		return nil, fmt.Errorf("print %s: %w", c.Number, err)
	}
	want := check.Page{Want: append(h.words(c.Statement), h.Press.Sentences(p)...), Every: h.Press.EveryPage(p)}
	for _, s := range c.FurtherSeals {
		want.Further = append(want.Further, s.Text)
	}
	if err := check.Check(ctx, h.Paper(), b.Bytes(), c.Statement, c.Seal, want); err != nil {
		return nil, fmt.Errorf("print %s: %w", c.Number, err)
	}
	return b.Bytes(), nil
}

// words is what the codes of a statement mean on paper, in both languages.
func (h *House) words(st data.Statement) []string {
	var all []string
	add := func(list, code string) {
		for _, language := range []string{"en", "zh"} {
			if code != "" {
				all = append(all, h.Codes.Name(list, code, language))
			}
		}
	}
	add(data.ListTypes, string(data.TypeOf(st)))
	add(data.ListStates, st.Nationality)
	add(data.ListDocuments, string(st.DocumentKind))
	add(data.ListStates, st.DocumentIssuer)
	for _, t := range st.Tests {
		add(data.ListTests, string(t.Kind))
		add(data.ListSpecimens, t.Specimen)
		add(data.ListMethods, t.Method)
		add(data.ListResults, string(t.Result))
	}
	for _, d := range st.Doses {
		add(data.ListVaccines, d.Product)
		add(data.ListStates, d.Country)
	}
	return all
}

// Slip makes the page that a traveller checks before the review. It carries no
// seal.
func (h *House) Slip(ctx context.Context, s staff.Session, c data.Content) ([]byte, error) {
	st, err := h.Desk.Slip(ctx, s, c)
	if err != nil {
		return nil, err
	}
	p, err := h.vouched(ctx, pdfgen.Printout{Kind: pdfgen.ProofSlip, Statement: st, Post: h.Folder.Post})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = h.Press.Render(&b, p)
	return b.Bytes(), err
}

// Example is a specimen application for any practice post, with dates counted
// from now.
func Example(now time.Time) (data.Content, error) {
	p, err := post.LoadPractice(assets.FS)
	return post.Specimen(p.Post, p.Laboratories, now), err
}

// Specimen is the specimen application with dates counted from now. A practice
// post need not be signed in to for it.
func (h *House) Specimen(ctx context.Context) (data.Content, error) {
	if h.Folder.Post.Practice() {
		return Example(h.Now())
	}
	laboratories, err := h.Laboratories(ctx)
	return post.Specimen(h.Folder.Post, laboratories, h.Now()), err
}

// PracticeOfficer signs in an officer of a practice post who has a role. They
// are ordinary officers and pass every check; only their passphrases are known.
func (h *House) PracticeOfficer(ctx context.Context, role data.Role) (staff.Session, error) {
	if !h.Folder.Post.Practice() {
		return staff.Session{}, fmt.Errorf("nobody acts for an officer at a real post: %w", post.ErrRealPost)
	}
	p, err := post.LoadPractice(assets.FS)
	if err != nil {
		return staff.Session{}, err
	}
	for _, o := range p.Officers {
		if slices.Contains(o.Roles, role) {
			s, err := h.SignIn(ctx, o.ID, []byte(h.Practice.Officers[o.ID]))
			if err != nil {
				err = fmt.Errorf("%s with the passphrase in %s: %w", o.ID, post.PassphraseFile, err)
			}
			return s, err
		}
	}
	return staff.Session{}, fmt.Errorf("the practice post has no %s", role)
}

// PracticeOfficers signs in a practice post's clerk and reviewer.
func (h *House) PracticeOfficers(ctx context.Context) (clerk, reviewer staff.Session, err error) {
	if clerk, err = h.PracticeOfficer(ctx, data.Clerk); err == nil {
		reviewer, err = h.PracticeOfficer(ctx, data.Reviewer)
	}
	return clerk, reviewer, err
}

// Faulty says what is wrong with one of several applications.
type Faulty struct {
	Index    int // counted from 0
	Problems []data.Problem
}

// Issue takes contents all the way to paper at a practice post, by its clerk
// and its reviewer; see [House.IssueBy].
func (h *House) Issue(ctx context.Context, contents []data.Content, dir string, done func(data.Certificate, string)) (faulty []Faulty, err error) {
	clerk, reviewer, err := h.PracticeOfficers(ctx)
	if err != nil {
		return nil, err
	}
	return h.IssueBy(ctx, clerk, reviewer, contents, dir, done)
}

// IssueBy takes contents all the way to paper: entered by a clerk, reviewed by
// a reviewer who answers for having compared them, issued, printed and read
// back. If any of them has a problem, none is stored and faulty tells all of
// them. Each file is named by its number alone; nothing is overwritten. Done is
// called for every certificate as soon as its file is there.
func (h *House) IssueBy(ctx context.Context, clerk, reviewer staff.Session, contents []data.Content, dir string,
	done func(data.Certificate, string)) (faulty []Faulty, err error) {
	if faulty, err = h.preflight(ctx, clerk, reviewer, contents, dir); err != nil || len(faulty) > 0 {
		return faulty, err
	}
	for _, c := range contents {
		a, err := h.Create(ctx, clerk, c)
		if err != nil {
			return nil, err
		}
		if err := h.toPaper(ctx, clerk, reviewer, a.ID, dir, done); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// ReplaceBy takes the corrected content of an issued certificate to paper, as
// [House.IssueBy] does; the certificate it replaces is revoked by that.
func (h *House) ReplaceBy(ctx context.Context, clerk, reviewer staff.Session, n data.CertificateNumber, c data.Content, dir string,
	done func(data.Certificate, string)) (faulty []Faulty, err error) {
	if faulty, err = h.preflight(ctx, clerk, reviewer, []data.Content{c}, dir); err != nil || len(faulty) > 0 {
		return faulty, err
	}
	a, err := h.Correct(ctx, clerk, n)
	if err == nil {
		a, err = h.Save(ctx, clerk, a.ID, a.Version, c)
	}
	if err != nil {
		return nil, err
	}
	return nil, h.toPaper(ctx, clerk, reviewer, a.ID, dir, done)
}

// preflight says what would stop contents on their way to paper, and makes the
// folder for it if nothing would.
func (h *House) preflight(ctx context.Context, clerk, reviewer staff.Session, contents []data.Content, dir string) (faulty []Faulty, err error) {
	if err := h.Trouble(); err != nil {
		return nil, err
	}
	for i, c := range contents {
		problems, err := h.Preflight(ctx, clerk, reviewer, c)
		if err != nil {
			return nil, err
		}
		if len(problems) > 0 {
			faulty = append(faulty, Faulty{i, problems})
		}
	}
	if len(faulty) > 0 {
		return faulty, nil
	}
	return nil, os.MkdirAll(dir, 0o700)
}

// toPaper takes a draft through submission, review and issue to its page.
func (h *House) toPaper(ctx context.Context, clerk, reviewer staff.Session, id data.ApplicationID, dir string, done func(data.Certificate, string)) error {
	_, err := h.Submit(ctx, clerk, id)
	if err == nil {
		_, err = h.Take(ctx, reviewer, id)
	}
	if err == nil {
		_, err = h.ApproveBy(ctx, reviewer, id)
	}
	if err != nil {
		return err
	}
	return h.ToPaper(ctx, reviewer, id, dir, done)
}

// ApproveBy approves a case in review for a reviewer who answers for having
// compared all of it with its papers.
func (h *House) ApproveBy(ctx context.Context, reviewer staff.Session, id data.ApplicationID) (data.Application, error) {
	a, err := h.Read(ctx, reviewer, id)
	for _, g := range a.Content.Groups() {
		if err == nil && !a.Ticked(g) {
			a, err = h.Tick(ctx, reviewer, id, g, true)
		}
	}
	if err != nil {
		return data.Application{}, err
	}
	return h.Approve(ctx, reviewer, id)
}

// ToPaper issues the certificate of an approved case and makes its page in a
// folder; done is told where it is.
func (h *House) ToPaper(ctx context.Context, reviewer staff.Session, id data.ApplicationID, dir string, done func(data.Certificate, string)) error {
	certificate, err := h.Desk.Issue(ctx, reviewer, id)
	if err != nil {
		return err
	}
	pdf, err := h.Print(ctx, certificate, 1)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, certificate.Number.String()+".pdf")
	if err := WriteNew(path, pdf); err != nil {
		return err
	}
	done(certificate, path)
	return nil
}

// WriteNew writes a file that appears complete or not at all, and never
// replaces one.
func WriteNew(path string, content []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".pratique-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err = f.Write(content); err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return disk.Publish(f.Name(), path)
}
