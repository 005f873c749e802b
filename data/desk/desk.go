// Package desk is the workflow of a post: one call for every act an officer
// can do. The window and pratiquectl both use it, and nothing else changes an
// application or a certificate.
//
// Every act checks the officer's role, the state of the case and the version
// the officer saw, and is stored together with its entry in the audit log.
// Reading a case is an act too.
//
// The queue and the search by name are kept in memory: built from the store
// when somebody signs in, brought up to date by every act, and forgotten when
// the desk is locked.
package desk

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/text/unicode/norm"

	"pratique/data"
	"pratique/data/attachment"
	"pratique/data/audit"
	"pratique/data/codes"
	"pratique/data/issue"
	"pratique/data/keys"
	"pratique/data/mrz"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/vault"
)

var (
	// ErrNotFound: no such application or certificate.
	ErrNotFound = errors.New("not found")
	// ErrState: the case is not in a state that allows the act.
	ErrState = errors.New("the case's state does not allow it")
	// ErrNoLetter is an [ErrState]: there is nothing to tell the traveller on paper.
	ErrNoLetter = fmt.Errorf("%w: a letter tells of a case that came back, waits or was decided against, and of a blue certificate", ErrState)
	// ErrStale: somebody else changed the case, or what it would get, since it was read.
	ErrStale = errors.New("changed by somebody else meanwhile")
	// ErrTicks: a group is not ticked, or its values changed since.
	ErrTicks = errors.New("not everything is ticked")
	// ErrRevoked: the certificate is revoked, for good.
	ErrRevoked = errors.New("revoked")
	// ErrOtherPaper: what was scanned is not the certificate's seal.
	ErrOtherPaper = errors.New("the paper is not this certificate")
)

// Errors of deeper packages that callers of the desk tell apart.
var (
	ErrFourEyes     = issue.ErrFourEyes
	ErrTooLarge     = issue.ErrTooLarge
	ErrNotApproved  = issue.ErrNotApproved
	ErrNotPermitted = staff.ErrNotPermitted
	ErrSignIn       = staff.ErrSignIn
	ErrDisabled     = staff.ErrDisabled
	ErrMustChange   = staff.ErrMustChange
	ErrEnded        = staff.ErrEnded
	ErrSecond       = staff.ErrSecond
	ErrReplaced     = issue.ErrReplaced
)

// ProblemsError carries the problems that stop an act.
type ProblemsError = issue.ProblemsError

// Rehearsal is what a certificate would say, read back from a throwaway seal.
type Rehearsal = issue.Rehearsal

// Config is what a desk works with.
type Config struct {
	Log   *audit.Log // over the vault
	Vault *vault.Vault
	Post  data.Post
	Codes issue.Codes
	// Book is what notices are read with.
	Book *codes.Book
	// Signer opens the post's signing key for a purpose. It is called when
	// somebody signs in to whom the signing box is open; nil: nothing can be issued.
	Signer func(context.Context, keys.Purpose) (*keys.Signer, error)
	// LogSigner opens the key of the log. The vault is open then.
	LogSigner func(context.Context) (note.Signer, error)
	Ring      keys.Ring // makes and opens signing keys
	// Anchors takes the certificates that borders need, whenever they may have
	// changed: what [keys.AnchorsPEM] makes of the post's signers.
	Anchors func(pem []byte) error
	Clock   func() time.Time
	// Cost of new passphrases; nil: [vault.DefaultCost]. It is asked when one is
	// made, for finding out may take a while.
	Cost func() vault.Cost
	// Attachments is where scans of evidence are kept, and Pages counts the pages
	// of one, within bounds, or says why it is none that can be looked at.
	Attachments attachment.Dir
	Pages       func(ctx context.Context, media string, scan []byte) (int, error)
	// Unprintable names what of a statement paper cannot show, characters it has
	// no glyph for or more than has room; each blocks the approval.
	Unprintable func(data.Statement) []data.Problem
	// UnprintableFurther names what the copy of a full record cannot show.
	UnprintableFurther func(data.FurtherRecord) []data.Problem
	// Unsayable names the characters of a text that paper cannot show, as problems
	// of a field. nil: nothing is asked.
	Unsayable func(field, text string) []data.Problem
	// Unwritable names what of a letter paper cannot show; each stops what it
	// tells of. nil: nothing is asked.
	Unwritable func(data.Letter) []data.Problem
}

// Desk is an open post. Its methods may be called from any goroutine. Until
// somebody signs in, and after [Desk.Lock], its records are locked.
type Desk struct {
	log         *audit.Log
	vault       *vault.Vault
	post        data.Post
	codes       issue.Codes
	book        *codes.Book
	clock       func() time.Time
	unprintable func(data.Statement) []data.Problem
	unsayable   func(field, text string) []data.Problem
	unwritable  func(data.Letter) []data.Problem
	unshown     func(data.FurtherRecord) []data.Problem
	openSigner  func(context.Context, keys.Purpose) (*keys.Signer, error)
	logSigner   func(context.Context) (note.Signer, error)
	ring        keys.Ring
	anchors     func([]byte) error
	issuer      *issue.Issuer
	door        *staff.Door
	attachments attachment.Dir
	pages       func(context.Context, string, []byte) (int, error)
	cost        func() vault.Cost

	opened  atomic.Pointer[[]keys.Purpose] // signers that are open
	trusted atomic.Pointer[trusted]        // see [Desk.trustIn]; transactions wait for no lock

	entering sync.Mutex // one sign-in at a time makes the desk ready
	mu       sync.RWMutex
	locks    int // how often it was locked
	trouble  error
	signing  bool // the signer was opened, or was tried to
	loaded   bool // rows are there
	rows     map[data.ApplicationID]Row
	risks    risks
	looked   map[string]bool // officer/list: said in the log since the sign-in

	// shown is what officers were shown that cases would get. It outlasts the lock:
	// so does what they have read.
	shown map[shownKey]data.Approval

	compiled sync.Map // the text of a notice to *rules.Notice
}

// Open opens a desk. If its vault is open already, it is ready at once.
func Open(ctx context.Context, c Config) (*Desk, error) {
	d := &Desk{
		log: c.Log, vault: c.Vault, post: c.Post, codes: c.Codes, book: c.Book, clock: c.Clock, unprintable: c.Unprintable, unsayable: c.Unsayable, unwritable: c.Unwritable, unshown: c.UnprintableFurther,
		openSigner: c.Signer, logSigner: c.LogSigner, ring: c.Ring, anchors: c.Anchors, cost: c.Cost, rows: map[data.ApplicationID]Row{}, looked: map[string]bool{}, shown: map[shownKey]data.Approval{},
		attachments: c.Attachments, pages: c.Pages,
		door: staff.NewDoor(c.Log, c.Vault, c.Clock),
	}
	if d.book == nil {
		d.book = &codes.Book{}
	}
	d.issuer = issue.New(c.Log, c.Post, c.Codes, c.Clock, d.stands)
	if d.cost == nil {
		d.cost = func() vault.Cost { return vault.DefaultCost }
	}
	if err := d.ready(ctx); err != nil {
		return nil, fmt.Errorf("open desk: %w", err)
	}
	return d, nil
}

// ready does what an open vault allows: with its signing box it opens the
// signer and finishes or voids what a crash left half issued; then it builds
// the views. [Desk.Trouble] tells if signing is not possible.
func (d *Desk) ready(ctx context.Context) error {
	d.entering.Lock()
	defer d.entering.Unlock()
	d.mu.RLock()
	loaded, signed, locks := d.loaded, d.signing, d.locks
	d.mu.RUnlock()
	records, signing := d.vault.Open()
	if records && !loaded {
		if err := d.skipLost(ctx); err != nil {
			return err
		}
	}
	if signing && !signed {
		trouble := d.sign(ctx, locks)
		err := d.unlessLocked(locks, func() { d.trouble, d.signing = trouble, true })
		if err != nil {
			return err
		}
	}
	if !records || loaded {
		return nil
	}
	rows := map[data.ApplicationID]Row{}
	var table risks
	err := d.log.View(ctx, func(tx store.Tx) (err error) {
		if table, err = flights(tx); err != nil {
			return err
		}
		n, err := d.norms(tx)
		if err != nil {
			return err
		}
		return tx.Scan(store.Applications, "", 0, func(key string, b []byte) error {
			r, err := d.row(tx, b, n)
			if err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			rows[r.ID] = r
			return nil
		})
	})
	if err == nil {
		err = d.giveReferences(ctx, rows)
	}
	if err != nil {
		return err
	}
	return d.unlessLocked(locks, func() { d.rows, d.risks, d.loaded = rows, table, true })
}

// giveReferences completes cases from before there were references: each gets
// one, and the look-ups lead to it.
func (d *Desk) giveReferences(ctx context.Context, rows map[data.ApplicationID]Row) error {
	var without []data.ApplicationID
	for id, r := range rows {
		if r.Reference == "" {
			without = append(without, id)
		}
	}
	slices.Sort(without)
	for some := range slices.Chunk(without, batch/4) { // each has several look-ups
		err := d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
			for _, id := range some {
				a, err := getApplication(tx, id)
				if err != nil {
					return err
				}
				a.Reference = newReference()
				if err := putApplication(tx, data.Application{}, a); err != nil {
					return err
				}
				r := rows[id]
				r.Reference = a.Reference
				rows[id] = r
			}
			return add(audit.Entry{At: d.clock(), Act: audit.ReferencesGiven, Detail: map[string]string{"count": strconv.Itoa(len(some))}})
		})
		if err != nil && !errors.Is(err, audit.ErrHeadNotWritten) {
			return err
		}
	}
	return nil
}

func newReference() data.Reference {
	var random [7]byte
	rand.Read(random[:]) // never fails
	return data.NewReference(random)
}

// unlessLocked does something unless the desk was locked since it had been
// locked that often: [vault.ErrLocked].
func (d *Desk) unlessLocked(locks int, do func()) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.locks != locks {
		return vault.ErrLocked
	}
	do()
	return nil
}

// sign opens the signer and finishes what was left. What is returned is why
// nothing can be signed.
func (d *Desk) sign(ctx context.Context, locks int) error {
	if d.openSigner == nil {
		return keys.ErrMissing
	}
	signers := issue.Signers{}
	var opened []keys.Purpose
	var err error
	for _, p := range keys.Purposes {
		signer, missing := d.openSigner(ctx, p)
		switch {
		case missing == nil:
			signers[p], opened = signer, append(opened, p)
		case p == keys.ForCertificates:
			err = missing // the others are asked for when a case asks for them
		}
	}
	if err := d.unlessLocked(locks, func() {
		d.useSigners(signers)
		d.opened.Store(&opened)
	}); err != nil {
		for _, s := range signers {
			s.Close()
		}
		return err
	}
	if s := signers[keys.ForCertificates]; s != nil {
		err = s.CheckFit(d.clock(), d.clock(), d.post.Practice())
	}
	return errors.Join(err, d.writeAnchors(ctx), d.issuer.Recover(ctx))
}

// Lock closes the vault and forgets everything that was read from it. What is
// being stored at this moment still is. It waits for no token: one that hangs,
// while it is opened or signs, is let go of when it answers.
func (d *Desk) Lock() {
	d.mu.Lock() // so that whoever gets in meanwhile is ready after it, or not at all
	defer d.mu.Unlock()
	d.locks++
	d.vault.Lock()
	d.useSigners(nil)
	d.rows, d.looked, d.loaded, d.signing, d.trouble = map[data.ApplicationID]Row{}, map[string]bool{}, false, false, nil
	d.risks = nil
	d.trusted.Store(nil)
}

// useSigners gives the issuer other signers, or none, and closes those before,
// which may take its time.
func (d *Desk) useSigners(all issue.Signers) {
	for _, before := range d.issuer.Use(all) {
		go before.Close() // a token that is already gone is no trouble
	}
}

// Trouble says why nothing can be signed, nil if all is well or nobody has
// signed in yet who could.
func (d *Desk) Trouble() error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.trouble
}

// Post is the post this desk belongs to.
func (d *Desk) Post() data.Post { return d.post }

// Codes are the code lists.
func (d *Desk) Codes() data.Codes { return d.codes }

// Now is the desk's clock.
func (d *Desk) Now() time.Time { return d.clock() }

// Laboratories are the post's list.
func (d *Desk) Laboratories(ctx context.Context) (all []data.Laboratory, err error) {
	err = d.log.View(ctx, func(tx store.Tx) error {
		all, err = issue.Laboratories(tx)
		return err
	})
	return all, err
}

// permit is [staff.Permit] for what only looks.
func (d *Desk) permit(ctx context.Context, s staff.Session, act audit.Act) error {
	return d.log.View(ctx, func(tx store.Tx) error { return staff.Permit(tx, s, act) })
}

// act changes one application: it reads it, lets fn change it, and stores it
// with the entry. fn may be run again.
func (d *Desk) act(ctx context.Context, s staff.Session, what audit.Act, id data.ApplicationID,
	fn func(tx store.Tx, a *data.Application, e *audit.Entry) error) (data.Application, error) {
	return d.actOnMore(ctx, s, what, id, func(tx store.Tx, a *data.Application, e *audit.Entry, _ func(audit.Entry) error) error {
		return fn(tx, a, e)
	})
}

// actOnMore is [Desk.act] for what may change other applications too, each with
// an entry that fn adds.
func (d *Desk) actOnMore(ctx context.Context, s staff.Session, what audit.Act, id data.ApplicationID,
	fn func(tx store.Tx, a *data.Application, e *audit.Entry, add func(audit.Entry) error) error) (data.Application, error) {
	now := d.clock()
	var a data.Application
	err := d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) (err error) {
		if err := staff.Permit(tx, s, what); err != nil {
			return err
		}
		if a, err = getApplication(tx, id); err != nil {
			return err
		}
		e := audit.Entry{At: now, Officer: s.Officer().ID, Act: what, Subject: string(id), Detail: map[string]string{}}
		before := a
		if err := fn(tx, &a, &e, add); err != nil {
			return err
		}
		a.Changed = now
		e.Detail["state"] = string(a.State)
		return errors.Join(putApplication(tx, before, a), add(e))
	})
	if err != nil && !errors.Is(err, audit.ErrHeadNotWritten) {
		return data.Application{}, fmt.Errorf("%s: %w", what, err)
	}
	return a, errors.Join(err, d.refresh(ctx, id))
}

// postAct is an act on the post rather than on one case: it asks whether the
// officer may, with a second one where it takes two, runs fn, and stores what it
// put with the entry. The subject is what it is done to; empty: the post.
func (d *Desk) postAct(ctx context.Context, s staff.Session, second *staff.Session, what audit.Act, subject string, fn func(store.Tx, *audit.Entry) error) error {
	err := d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		e := audit.Entry{At: d.clock(), Officer: s.Officer().ID, Act: what, Subject: subject, Detail: map[string]string{}}
		err := staff.Permit(tx, s, what)
		if second != nil {
			err = staff.PermitTwo(tx, s, *second, what)
			e.Detail["second"] = string(second.Officer().ID)
		}
		if err != nil {
			return err
		}
		if err := fn(tx, &e); err != nil {
			return err
		}
		return add(e)
	})
	switch {
	case err == nil:
		return nil
	case subject == "":
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s %q: %w", what, subject, err)
}

func getApplication(tx store.Tx, id data.ApplicationID) (data.Application, error) {
	a, found, err := store.Get[data.Application](tx, store.ApplicationKey(id))
	if err == nil && !found {
		err = fmt.Errorf("application %s: %w", id, ErrNotFound)
	}
	return a, err
}

// Names of fields that applications are looked up by.
const (
	fieldDocument = "document"
	fieldPhone    = "phone"  // [data.PhoneKey] of anybody named in it
	fieldScan     = "scan"   // SHA-256 of a scan, there or gone
	fieldReport   = "report" // laboratory and number of a report
	fieldFile     = "file"   // of an attachment
)

// lookups are the prefixes of the keys that lead to an application.
func lookups(a data.Application) (prefixes []string) {
	add := func(field, value string) {
		if value != "" {
			prefixes = append(prefixes, store.LookupPrefix(field, value))
		}
	}
	c := a.Content
	add(fieldDocument, c.Document.Number)
	for _, phone := range []string{c.Traveller.Phone, c.Traveller.Guardian.Phone, c.Contact.Phone} {
		add(fieldPhone, data.PhoneKey(phone))
	}
	for _, e := range a.Evidence {
		add(fieldScan, e.SHA256)
		add(fieldFile, e.File)
	}
	for _, t := range c.Tests {
		add(fieldReport, reportOf(t))
	}
	slices.Sort(prefixes)
	return slices.Compact(prefixes)
}

// lookup are the applications that a key leads to.
func lookup(tx store.Tx, field, value string) (ids []data.ApplicationID, err error) {
	prefix := store.LookupPrefix(field, value)
	err = tx.Scan(prefix, "", 0, func(key string, _ []byte) error {
		ids = append(ids, data.ApplicationID(key[len(prefix):]))
		return nil
	})
	return ids, err
}

// ofDocument are the cases with that number of a travel document.
func ofDocument(tx store.Tx, number string) (all []data.Application, err error) {
	ids, err := lookup(tx, fieldDocument, number)
	for _, id := range ids {
		a, err := getApplication(tx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, err
}

// putApplication stores a and moves its look-up keys.
func putApplication(tx store.Tx, before, a data.Application) error {
	was, is := lookups(before), lookups(a)
	for _, prefix := range was {
		if !slices.Contains(is, prefix) {
			if err := tx.Delete(prefix + string(a.ID)); err != nil {
				return err
			}
		}
	}
	for _, prefix := range is {
		if !slices.Contains(was, prefix) {
			if err := tx.Put(prefix+string(a.ID), []byte{}); err != nil {
				return err
			}
		}
	}
	return store.Put(tx, store.ApplicationKey(a.ID), a)
}

// normalised is c as it is stored: offsets filled in, texts in Unicode's
// normal form C. Nothing that can be seen changes.
func normalised(c data.Content) data.Content {
	c = c.Pinned()
	for _, s := range []*string{
		&c.Traveller.Surname, &c.Traveller.GivenNames, &c.Traveller.NativeName,
		&c.Traveller.Guardian.Name, &c.Declaration.Remarks, &c.Contact.Name, &c.Contact.Organisation,
	} {
		*s = norm.NFC.String(*s)
	}
	c.Doses = slices.Clone(c.Doses)
	for i := range c.Doses {
		c.Doses[i].Lot, c.Doses[i].Place = norm.NFC.String(c.Doses[i].Lot), norm.NFC.String(c.Doses[i].Place)
	}
	return c
}

// Validate returns the problems of a content as it would be stored now, those
// of the MRZ against the fields included.
func (d *Desk) Validate(ctx context.Context, c data.Content) ([]data.Problem, error) {
	c = normalised(c)
	var problems []data.Problem
	err := d.log.View(ctx, func(tx store.Tx) (err error) {
		problems, err = d.atCounter(tx, c)
		return err
	})
	return append(problems, d.otherTimes(c)...), err
}

// atCounter are the problems that a clerk is told of: with those of a content are
// seals kept as signed by somebody who did not, and what was declared beforehand.
func (d *Desk) atCounter(tx store.Tx, c data.Content) ([]data.Problem, error) {
	problems, err := d.problems(tx, c)
	if err != nil {
		return nil, err
	}
	for _, more := range []func(store.Tx, data.Content) ([]data.Problem, error){d.misnamed, d.declared} {
		found, err := more(tx, c)
		if err != nil {
			return nil, err
		}
		problems = append(problems, found...)
	}
	return problems, nil
}

func (d *Desk) problems(tx store.Tx, c data.Content) ([]data.Problem, error) {
	laboratories, err := issue.Laboratories(tx)
	if err != nil {
		return nil, err
	}
	problems := d.ownProblems(c, laboratories)
	further, err := issue.FurtherProblems(tx, d.post, d.codes, c, d.draft(c, laboratories), laboratories, d.clock(), problems, func(p keys.Purpose) bool {
		opened := d.opened.Load()
		return opened != nil && slices.Contains(*opened, p)
	})
	if err != nil || !c.Further.Any() {
		return problems, err
	}
	authorities, err := issue.Authorities(tx)
	if err != nil {
		return nil, err
	}
	for _, p := range d.unshown(data.FurtherOf(c, laboratories, authorities)) {
		if !slices.Contains(problems, p) { // page 1 may have found it
			further = append(further, p)
		}
	}
	return append(problems, further...), nil
}

// peek is an application as it is stored, for an act to come that says so.
func (d *Desk) peek(ctx context.Context, id data.ApplicationID) (a data.Application, err error) {
	err = d.log.View(ctx, func(tx store.Tx) error {
		a, err = getApplication(tx, id)
		return err
	})
	return a, err
}

// otherTimes asks about a departure that is not the one that the case entered
// last has for the same flight on the same day: one of the two is on another
// clock, or mistyped, or the flight moved.
func (d *Desk) otherTimes(c data.Content) []data.Problem {
	if len(c.Itinerary) == 0 {
		return nil
	}
	first := c.Itinerary[0]
	at, ok := first.Departs.Instant()
	if !ok || first.Flight == "" {
		return nil
	}
	day, flight := first.Departs.Date(), flightKey(first.Flight)
	var last Row
	for _, r := range d.filter(func(r Row) bool {
		return r.Departs.Date() == day && r.State != data.Withdrawn && r.Document != c.Document.Number && flightKey(r.Flight) == flight
	}) {
		if _, dated := r.Departs.Instant(); dated && (last.ID == "" || r.Changed.After(last.Changed)) {
			last = r
		}
	}
	if other, ok := last.Departs.Instant(); !ok || other.Equal(at) {
		return nil
	}
	p := data.Problem{Field: "itinerary[0].departs", Key: "problem.flight.other-time", Value: first.Departs.String(), Example: last.Departs.String(), Severity: data.Confirm}
	if slices.Contains(c.Confirmed, data.Confirmation{Field: p.Field, Key: p.Key, Value: p.Value}) {
		return nil
	}
	return []data.Problem{p}
}

// ownProblems are those of what the certificate itself says.
func (d *Desk) ownProblems(c data.Content, laboratories []data.Laboratory) []data.Problem {
	problems := data.Validate(c, d.codes, laboratories, d.clock())
	whole := d.draft(c, laboratories)
	whole.Colour, whole.Window = data.Green, data.WindowJourney // so that it takes the room of a certificate
	problems = append(problems, d.unprintable(whole)...)
	problems = append(problems, d.broughtProblems(c, laboratories)...)
	if c.Document.MRZ == "" {
		return problems
	}
	zone, err := mrz.Parse(c.Document.MRZ)
	var unread *mrz.Error
	if errors.As(err, &unread) {
		return append(problems, data.Problem{Field: "document.mrz", Key: unread.Key, Value: c.Document.MRZ})
	}
	for _, p := range mrz.Compare(zone, c, d.clock()) {
		if !slices.Contains(c.Confirmed, data.Confirmation{Field: p.Field, Key: p.Key, Value: p.Value}) {
			problems = append(problems, p)
		}
	}
	return problems
}

// Slip is what a certificate of a content would say as far as it is known: for
// the traveller to read before it is submitted. It has no number and no seal.
func (d *Desk) Slip(ctx context.Context, s staff.Session, c data.Content) (data.Statement, error) {
	if err := d.permit(ctx, s, audit.ApplicationSaved); err != nil {
		return data.Statement{}, err
	}
	laboratories, err := d.Laboratories(ctx)
	if err != nil {
		return data.Statement{}, err
	}
	st := d.draft(normalised(c), laboratories)
	st.PreparedBy = s.Officer().Mark
	return st, nil
}

// draft is what a certificate of a content would say as far as it is known.
func (d *Desk) draft(c data.Content, laboratories []data.Laboratory) data.Statement {
	st := data.StatementOf(c, laboratories)
	st.Practice, st.Issuer = d.post.Practice(), d.post.Country
	if from, until, ok := data.JourneyWindow(c, d.clock(), d.post.Zone); ok {
		st.ValidFrom, st.ValidUntil, st.Window = from.Sealed(), until.Sealed(), data.WindowJourney
	}
	return st
}

// Create stores a new application as a draft, whatever it holds so far.
func (d *Desk) Create(ctx context.Context, s staff.Session, c data.Content) (data.Application, error) {
	return d.newDraft(ctx, s, c, func(store.Tx, *data.Application, *audit.Entry) error { return nil })
}

// Copy stores what was typed over a case that somebody else has changed since as
// an application of its own. It corrects the certificate that the case corrects:
// whichever is issued first does.
func (d *Desk) Copy(ctx context.Context, s staff.Session, id data.ApplicationID, c data.Content) (data.Application, error) {
	return d.newDraft(ctx, s, c, func(tx store.Tx, a *data.Application, e *audit.Entry) error {
		of, err := getApplication(tx, id)
		a.Replaces, e.Detail["copy-of"] = of.Replaces, string(id)
		return err
	})
}

// newDraft stores a draft with that content, and what fn makes of it, with the entry.
func (d *Desk) newDraft(ctx context.Context, s staff.Session, c data.Content, fn func(store.Tx, *data.Application, *audit.Entry) error) (a data.Application, err error) {
	fresh := d.newApplication(s, c)
	err = d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		if err := staff.Permit(tx, s, audit.ApplicationSaved); err != nil {
			return err
		}
		a = fresh
		e := audit.Entry{At: a.Created, Officer: s.Officer().ID, Act: audit.ApplicationSaved, Subject: string(a.ID), Detail: map[string]string{"version": "1"}}
		if err := fn(tx, &a, &e); err != nil {
			return err
		}
		if e.Detail["content"] = a.Digest(); a.Replaces != "" {
			e.Detail["replaces"] = string(a.Replaces)
		}
		return errors.Join(putApplication(tx, data.Application{}, a), add(e))
	})
	if err != nil && !errors.Is(err, audit.ErrHeadNotWritten) {
		return data.Application{}, fmt.Errorf("%s: %w", audit.ApplicationSaved, err)
	}
	return a, errors.Join(err, d.refresh(ctx, a.ID))
}

// newApplication is a draft with that content.
func (d *Desk) newApplication(s staff.Session, c data.Content) data.Application {
	random := make([]byte, 32)
	rand.Read(random) // never fails
	now := d.clock()
	return data.Application{
		Reference: newReference(),
		ID:        data.ApplicationID(hex.EncodeToString(random[:16])), Salt: random[16:32:32], Practice: d.post.Practice(),
		Version: 1, State: data.Draft, Content: normalised(c), Preparers: []data.OfficerID{s.Officer().ID}, Created: now, Changed: now,
	}
}

// Save stores what the clerk entered over version base. Whatever is half typed
// is kept. Saving takes back a submission and withdraws an approval: what was
// reviewed is not what is there now. A case in review belongs to its reviewer
// and is not changed under their eyes.
func (d *Desk) Save(ctx context.Context, s staff.Session, id data.ApplicationID, base int, c data.Content) (data.Application, error) {
	return d.act(ctx, s, audit.ApplicationSaved, id, func(_ store.Tx, a *data.Application, e *audit.Entry) error {
		switch {
		case a.Version != base:
			return ErrStale
		case a.Certificate != "":
			return ErrState
		}
		switch a.State {
		case data.Draft, data.Returned:
		case data.Submitted, data.Approved:
			a.State = data.Draft
		default:
			return ErrState
		}
		next := normalised(c)
		changed, err := changes(a.Salt, a.Content, next)
		if err != nil {
			return err
		}
		maps.Copy(e.Detail, changed)
		if !a.Submitted.IsZero() && !slices.Equal(a.Content.Itinerary, next.Itinerary) {
			a.Moved = d.clock()
		}
		a.Content, a.Version, a.Approval, a.Override, a.Reviewer = next, a.Version+1, nil, nil, ""
		id := s.Officer().ID
		if !slices.Contains(a.Preparers, id) {
			a.Preparers = append(a.Preparers, id)
		}
		// Who prepares no longer vouches for what they ticked as a reviewer.
		a.Ticks = slices.DeleteFunc(a.Ticks, func(t data.Tick) bool { return t.Officer == id })
		e.Detail["version"], e.Detail["content"] = strconv.Itoa(a.Version), a.Digest()
		return nil
	})
}

// Submit hands a draft or a returned case to review. The error is a
// [ProblemsError] while anything is wrong with it. A report that is another
// traveller's too marks both cases: a reviewer sees them, and neither is
// approved until one has decided.
func (d *Desk) Submit(ctx context.Context, s staff.Session, id data.ApplicationID) (data.Application, error) {
	var asked []data.Problem // now: nobody waits for the rows while a case is stored
	if app, err := d.peek(ctx, id); err == nil {
		asked = d.otherTimes(app.Content)
	}
	var others []data.ApplicationID
	a, err := d.actOnMore(ctx, s, audit.ApplicationSubmitted, id, func(tx store.Tx, a *data.Application, _ *audit.Entry, add func(audit.Entry) error) error {
		if a.State != data.Draft && a.State != data.Returned {
			return ErrState
		}
		p, err := d.atCounter(tx, a.Content)
		switch p = append(p, asked...); {
		case err != nil:
			return err
		case data.Stops(p):
			return &ProblemsError{Problems: p}
		}
		if others, err = d.mark(tx, s, a, true, add); err != nil {
			return err
		}
		a.State, a.Submitted, a.Return = data.Submitted, d.clock(), nil
		return nil
	})
	for _, other := range others {
		err = errors.Join(err, d.refresh(ctx, other))
	}
	return a, err
}

// Withdraw ends a case that the traveller no longer wants.
func (d *Desk) Withdraw(ctx context.Context, s staff.Session, id data.ApplicationID) (data.Application, error) {
	return d.act(ctx, s, audit.ApplicationWithdrawn, id, func(_ store.Tx, a *data.Application, _ *audit.Entry) error {
		switch a.State {
		case data.PreDeclared, data.Draft, data.Submitted, data.Returned, data.Approved:
		default:
			return ErrState
		}
		if a.Certificate != "" {
			return ErrState
		}
		a.State, a.Approval, a.Reviewer = data.Withdrawn, nil, ""
		return nil
	})
}

// Read shows a case to an officer.
func (d *Desk) Read(ctx context.Context, s staff.Session, id data.ApplicationID) (data.Application, error) {
	var a data.Application
	err := d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) (err error) {
		if err := staff.Permit(tx, s, audit.ApplicationRead); err != nil {
			return err
		}
		if a, err = getApplication(tx, id); err != nil {
			return err
		}
		return add(audit.Entry{At: d.clock(), Officer: s.Officer().ID, Act: audit.ApplicationRead, Subject: string(id)})
	})
	if err != nil {
		return data.Application{}, fmt.Errorf("read application: %w", err)
	}
	return a, nil
}
