package desk_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/keys"
	"pratique/data/seal/hcert"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/store/bolt"
	"pratique/data/trust"
	"pratique/data/vault"
)

// These tests kill a program that issues certificates: at every step of an
// issue, at every step of the recovery after it, and at random. The program is
// this test binary, started again with killMode set.
//
// It writes down, in a ledger outside the database, each signature before
// anybody gets it and each certificate that was acknowledged. What the
// database says after the next start is held against that.
//
// The checks can fail: a program that signs inside the transaction, and
// acknowledges before it is committed, does not pass them.

const (
	killMode = "DESK_KILL_MODE" // "issue", or "one phase": the way not to do it
	killDir  = "DESK_KILL_DIR"
	killAt   = "DESK_KILL_AT"   // the step at which the program kills itself, from 1; 0: never
	killOnly = "DESK_KILL_ONLY" // how many applications to issue; 0: all
)

// TestMain lets this test binary be the program that is killed.
func TestMain(m *testing.M) {
	if os.Getenv(killMode) == "" {
		os.Exit(m.Run())
	}
	if err := issueUntilKilled(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// ledgerEntry is one line of the ledger: a signature, or an acknowledgement.
type ledgerEntry struct {
	Digest      string                 `json:"digest,omitempty"`
	Application data.ApplicationID     `json:"application,omitempty"`
	Number      data.CertificateNumber `json:"number,omitempty"`
	Seal        string                 `json:"seal,omitempty"`
}

// ledger is a file that every line reaches before write returns. A kill may cut
// the line that is being written: it has no end, and counts for nothing.
type ledger struct{ path string }

func (l ledger) write(e ledgerEntry) error {
	whole, err := l.lines()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if err := f.Truncate(int64(len(whole))); err != nil {
		return err
	}
	if _, err := f.WriteAt(append(b, '\n'), int64(len(whole))); err != nil {
		return err
	}
	return f.Sync()
}

// lines are what was written to its end.
func (l ledger) lines() ([]byte, error) {
	b, err := os.ReadFile(l.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return b[:bytes.LastIndexByte(b, '\n')+1], err
}

func (l ledger) read() (all []ledgerEntry, err error) {
	b, err := l.lines()
	for line := range bytes.Lines(b) {
		var e ledgerEntry
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, err
}

// steps counts and kills this process at one of them.
type steps struct{ left int }

func (s *steps) step() {
	if s.left--; s.left == 0 {
		if p, err := os.FindProcess(os.Getpid()); err == nil {
			p.Kill()
		}
		select {} // until the signal arrives
	}
}

// steppedStore counts what is done with a store. The end of an update's
// function, before it is committed, is a step of its own.
type steppedStore struct {
	store.Store
	*steps
}

func (s steppedStore) View(ctx context.Context, fn func(store.Tx) error) error {
	s.step()
	return s.Store.View(ctx, fn)
}

func (s steppedStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	s.step()
	err := s.Store.Update(ctx, func(tx store.Tx) error {
		err := fn(tx)
		s.step()
		return err
	})
	s.step()
	return err
}

// ledgerKey is a key whose every signature stands in the ledger before anyone has it.
type ledgerKey struct {
	crypto.Signer
	ledger
	*steps
}

func (k ledgerKey) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	k.step()
	signature, err := k.Signer.Sign(random, digest, opts)
	if err == nil {
		err = k.ledger.write(ledgerEntry{Digest: hex.EncodeToString(digest)})
	}
	k.step()
	return signature, err
}

// killed is what a test hands to the program that is killed, beside the database.
type killed struct {
	Post         data.Post
	Key          []byte // PKCS #8
	Certificate  []byte // DER
	Anchor       []byte // DER
	Applications []data.ApplicationID
}

func readKilled(dir string) (k killed, err error) {
	b, err := os.ReadFile(filepath.Join(dir, "killed.json"))
	if err == nil {
		err = json.Unmarshal(b, &k)
	}
	return k, err
}

// started is a folder's desk with its reviewer signed in.
type started struct {
	*desk.Desk
	engine   store.Store
	vault    *vault.Vault
	log      *audit.Log
	signer   *keys.Signer
	reviewer staff.Session
}

// start opens the desk of a folder as a start of the program does, and signs
// the reviewer in: what a crash left is finished then.
func (k killed) start(dir string, s *steps) (d *started, err error) {
	ctx := context.Background()
	key, err := x509.ParsePKCS8PrivateKey(k.Key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(k.Certificate)
	if err != nil {
		return nil, err
	}
	d = &started{}
	if d.signer, err = keys.NewSigner(ledgerKey{key.(*ecdsa.PrivateKey), ledger{filepath.Join(dir, "ledger")}, s}, certificate); err != nil {
		return nil, err
	}
	db, err := bolt.Open(filepath.Join(dir, "post.db"), bolt.Options{})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			db.Close()
		}
	}()
	d.engine = steppedStore{db, s}
	if d.vault, err = vault.Open(ctx, d.engine, string(k.Post.Kind), nil); err != nil {
		return nil, err
	}
	if d.log, err = audit.Open(ctx, d.vault, filepath.Join(dir, "head")); err != nil {
		return nil, err
	}
	d.Desk, err = desk.Open(ctx, desk.Config{
		Log: d.log, Vault: d.vault, Post: k.Post, Codes: desktest.AnyCode{}, Signer: desktest.Opens(d.signer), Clock: func() time.Time { return desktest.Now },
		Unprintable: func(data.Statement) []data.Problem { return nil },
	})
	if err != nil {
		return nil, err
	}
	if d.reviewer, err = d.SignIn(ctx, "officer-b", []byte(desktest.Passphrase)); err != nil {
		return nil, err
	}
	return d, d.Trouble()
}

// issueUntilKilled is the program that is killed.
func issueUntilKilled() error {
	ctx, dir := context.Background(), os.Getenv(killDir)
	at, err := strconv.Atoi(os.Getenv(killAt))
	if err != nil {
		return err
	}
	only, err := strconv.Atoi(os.Getenv(killOnly))
	if err != nil {
		return err
	}
	k, err := readKilled(dir)
	if err != nil {
		return err
	}
	d, err := k.start(dir, &steps{at})
	if err != nil {
		return err
	}
	book := ledger{filepath.Join(dir, "ledger")}
	if os.Getenv(killMode) == "one phase" {
		return issueInOnePhase(ctx, d, book, k.Applications)
	}
	done, err := book.read()
	if err != nil {
		return err
	}
	fmt.Println("issuing")
	for i, id := range k.Applications {
		if only > 0 && i == only {
			break
		}
		if slices.ContainsFunc(done, func(e ledgerEntry) bool { return e.Application == id }) {
			continue // acknowledged by an earlier run
		}
		c, err := d.Issue(ctx, d.reviewer, id)
		if err != nil {
			return err
		}
		if err := book.write(ledgerEntry{Application: id, Number: c.Number, Seal: c.Seal}); err != nil {
			return err
		}
	}
	return nil
}

// issueInOnePhase does what issuing must not do: it signs and acknowledges
// inside the transaction that stores the record.
func issueInOnePhase(ctx context.Context, d *started, book ledger, ids []data.ApplicationID) error {
	for _, id := range ids {
		r, err := d.Rehearse(ctx, d.reviewer, id)
		if err != nil {
			return err
		}
		err = d.log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
			var random [data.NumberRandomLen]byte
			rand.Read(random[:])
			number, err := data.NewCertificateNumber("PR", random)
			if err != nil {
				return err
			}
			c := data.Certificate{Number: number, Application: id, Phase: data.PhaseIssued, Statement: r.Statement, Year: 2022, IssuedAt: desktest.Now}
			c.Statement.Number = number
			payload, err := hcert.EncodeStatement(c.Statement)
			if err != nil {
				return err
			}
			m, err := hcert.Unsigned(hcert.KID(d.signer.Certificate), payload)
			if err != nil {
				return err
			}
			digest := m.Digest()
			if _, err := d.signer.Sign(rand.Reader, digest[:], crypto.SHA256); err != nil {
				return err
			}
			m.Signature = make([]byte, 64)
			if c.Seal, err = m.Text(); err != nil {
				return err
			}
			sequence, _, err := store.Get[int](tx, store.SequenceKey(2022))
			if err != nil {
				return err
			}
			c.Sequence = sequence + 1
			app, _, err := store.Get[data.Application](tx, store.ApplicationKey(id))
			if err != nil {
				return err
			}
			app.State, app.Certificate = data.Issued, number
			return errors.Join(
				store.Put(tx, store.SequenceKey(2022), c.Sequence), store.Put(tx, store.CertificateKey(number), c),
				store.Put(tx, store.ApplicationKey(id), app),
				add(audit.Entry{At: desktest.Now, Act: audit.CertificateIssued, Subject: string(number)}),
				book.write(ledgerEntry{Application: id, Number: number, Seal: c.Seal}),
			)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// makeKilled makes a folder with a bolt database of n approved applications.
func makeKilled(t *testing.T, n int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := bolt.Create(filepath.Join(dir, "post.db")); err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(filepath.Join(dir, "post.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	v, log := desktest.Vault(t, db, filepath.Join(dir, "head"))
	desktest.Fill(t, v, log, desktest.Now)
	p := desktest.New(t, func(c *desk.Config) { c.Log, c.Vault = log, v })
	k := killed{Post: p.Config.Post, Certificate: p.Signer.Certificate.Raw, Anchor: p.Anchor.Raw}
	if k.Key, err = x509.MarshalPKCS8PrivateKey(p.Signer.Signer); err != nil {
		t.Fatal(err)
	}
	for range n {
		k.Applications = append(k.Applications, p.Approved(t, p.Specimen()).ID)
	}
	b, err := json.Marshal(k)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "killed.json"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func copyFolder(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

// run runs the program in a folder and reports whether it was killed. With
// after, it is killed that long after it began to issue.
func run(t *testing.T, mode, dir string, at, only int, after time.Duration) (wasKilled bool) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), killMode+"="+mode, killDir+"="+dir, killAt+"="+strconv.Itoa(at), killOnly+"="+strconv.Itoa(only))
	var stderr bytes.Buffer
	c.Stderr = &stderr
	stdout, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if line, _ := bufio.NewReader(stdout).ReadString('\n'); line != "" && after >= 0 {
		time.Sleep(after)
		c.Process.Kill()
	}
	err = c.Wait()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return false
	case errors.As(err, &exit) && exit.ExitCode() != 1:
		return true
	}
	t.Fatalf("%v\n%s", err, stderr.String())
	return false
}

// never is a delay for run that does not kill.
const never = -1

// witness holds what was seen in a folder after each kill against the ledger.
type witness struct {
	dir    string
	killed killed
	said   map[data.CertificateNumber]string // digest of what each number says
}

func newWitness(t *testing.T, dir string) *witness {
	t.Helper()
	k, err := readKilled(dir)
	if err != nil {
		t.Fatal(err)
	}
	return &witness{dir, k, map[data.CertificateNumber]string{}}
}

// check opens the folder again and returns everything that is wrong.
func (w *witness) check(t *testing.T) (wrong []string) {
	t.Helper()
	ctx := context.Background()
	report := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }

	// As the kill left it: every signature has its intent stored.
	db, err := bolt.Open(filepath.Join(w.dir, "post.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := ledger{filepath.Join(w.dir, "ledger")}.read()
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(ctx, db, string(w.killed.Post.Kind), nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := v.Prove(ctx, "officer-b", []byte(desktest.Passphrase))
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Unlock(ctx, key, false); err != nil {
		report("records do not add up: %v", err)
	} else {
		w.signatures(t, v, entries, report)
	}
	db.Close()

	// As the next start finds it.
	d, err := w.killed.start(w.dir, &steps{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.engine.Close()
	if entries, err = (ledger{filepath.Join(w.dir, "ledger")}).read(); err != nil {
		t.Fatal(err)
	}
	certificates := w.signatures(t, d.vault, entries, report)
	w.records(t, d.vault, certificates, report)
	for _, e := range entries {
		if e.Application == "" {
			continue
		}
		if c := certificates[e.Number]; c.Phase != data.PhaseIssued || c.Seal != e.Seal || c.Application != e.Application {
			report("acknowledged certificate lost: %s", e.Number)
		}
	}

	// Asking again gives what is there, and it verifies.
	var list trust.List
	list.Add(d.signer.Certificate)
	for _, c := range certificates {
		if c.Phase != data.PhaseIssued {
			continue
		}
		again, err := d.Issue(ctx, d.reviewer, c.Application)
		if err != nil || !reflect.DeepEqual(again, c) {
			report("asked again, %s became %s, %v", c.Number, again.Number, err)
		}
		if v := list.Verify(c.Seal, desktest.Now, true); v.Outcome != trust.Valid || !reflect.DeepEqual(*v.Claims, c.Statement) {
			report("seal of %s: %v", c.Number, v.Reasons)
		}
	}
	return wrong
}

// signatures holds the signatures of the ledger against the stored statements,
// and those against what they said before.
func (w *witness) signatures(t *testing.T, db store.Store, entries []ledgerEntry, report func(string, ...any)) map[data.CertificateNumber]data.Certificate {
	t.Helper()
	certificate, err := x509.ParseCertificate(w.killed.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	all := map[data.CertificateNumber]data.Certificate{}
	stored := map[string]bool{}
	err = db.View(context.Background(), func(tx store.Tx) error {
		return store.Each(tx, store.Certificates, "", 0, func(_ string, c data.Certificate) error {
			payload, err := hcert.EncodeStatement(c.Statement)
			if err != nil {
				return err
			}
			m, err := hcert.Unsigned(hcert.KID(certificate), payload)
			if err != nil {
				return err
			}
			sum := m.Digest()
			digest := hex.EncodeToString(sum[:])
			if before, ok := w.said[c.Number]; ok && before != digest {
				report("number with two contents: %s", c.Number)
			}
			w.said[c.Number], stored[digest], all[c.Number] = digest, true, c
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := range w.said {
		if _, ok := all[n]; !ok {
			report("record lost: %s", n)
		}
	}
	for _, e := range entries {
		if e.Digest != "" && !stored[e.Digest] {
			report("signature without a stored intent: %s", e.Digest[:16])
		}
	}
	return all
}

// records checks what must be true of the database by itself.
func (w *witness) records(t *testing.T, db store.Store, certificates map[data.CertificateNumber]data.Certificate, report func(string, ...any)) {
	t.Helper()
	sequences := map[int][]int{}
	of := map[data.ApplicationID]data.CertificateNumber{}
	for _, c := range certificates {
		if c.Phase == data.PhaseIssuing {
			report("left between the phases: %s", c.Number)
		}
		sequences[c.Year] = append(sequences[c.Year], c.Sequence)
		if other, ok := of[c.Application]; ok && c.Phase != data.PhaseVoid {
			report("two certificates of one application: %s and %s", c.Number, other)
		}
		of[c.Application] = c.Number
	}
	err := db.View(context.Background(), func(tx store.Tx) error {
		for year, all := range sequences {
			newest, _, err := store.Get[int](tx, store.SequenceKey(year))
			if err != nil {
				return err
			}
			slices.Sort(all)
			for i, n := range all {
				if n != i+1 || len(all) != newest {
					report("sequence of %d: %v, newest %d", year, all, newest)
					break
				}
			}
		}
		err := tx.Scan(store.Issuing, "", 0, func(key string, _ []byte) error {
			report("left to be recovered: %s", key)
			return nil
		})
		if err != nil {
			return err
		}
		_, err = audit.Verify(tx)
		return errors.Join(err, store.Each(tx, store.Applications, "", 0, func(_ string, a data.Application) error {
			if (a.State == data.Issued) != (a.Certificate != "") || a.Certificate != of[a.ID] {
				report("application %s is %s with certificate %q, record %q", a.ID, a.State, a.Certificate, of[a.ID])
			}
			return nil
		}))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *witness) mustHold(t *testing.T, when string) {
	t.Helper()
	for _, wrong := range w.check(t) {
		t.Errorf("%s: %s", when, wrong)
	}
}

func TestInvariant3KilledAtEveryStepOfAnIssue(t *testing.T) {
	t.Parallel()
	template := makeKilled(t, 1)
	var between []string // folders that a kill left between the phases
	for k := 1; ; k++ {
		dir := copyFolder(t, template)
		if !run(t, "issue", dir, k, 1, never) {
			if k < 15 {
				t.Fatalf("an issue has %d steps, the kills cannot be working", k-1)
			}
			t.Logf("an issue has %d steps", k-1)
			break
		}
		if pending(t, dir) {
			between = append(between, copyFolder(t, dir))
		}
		newWitness(t, dir).mustHold(t, fmt.Sprintf("killed at step %d", k))
	}
	if len(between) < 4 {
		t.Fatalf("%d kills between the phases, want those around the signature at least", len(between))
	}
	// The first of them has its intent and no more; the last one has its
	// signature. Recovery is killed at every step in turn.
	for _, left := range []string{between[0], between[len(between)-1]} {
		for k := 1; ; k++ {
			dir := copyFolder(t, left)
			if !run(t, "issue", dir, k, 1, never) {
				break
			}
			newWitness(t, dir).mustHold(t, fmt.Sprintf("recovery killed at step %d", k))
		}
	}
}

// pending reports whether a kill left a certificate between the phases.
func pending(t *testing.T, dir string) (found bool) {
	t.Helper()
	db, err := bolt.Open(filepath.Join(dir, "post.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.View(context.Background(), func(tx store.Tx) error {
		return tx.Scan(store.Issuing, "", 0, func(string, []byte) error {
			found = true
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestInvariant3KilledAtRandom(t *testing.T) {
	t.Parallel()
	kills, seed := 200, uint64(time.Now().UnixNano())
	if testing.Short() {
		kills = 20
	}
	t.Logf("seed %d", seed)
	template := makeKilled(t, 30)
	const lanes = 2 // starting a program takes longer than what it does until it is killed
	var issued, recovered atomic.Int32
	t.Run("lanes", func(t *testing.T) {
		for lane := range lanes {
			t.Run(strconv.Itoa(lane), func(t *testing.T) {
				t.Parallel()
				i, r := killAtRandom(t, template, kills/lanes, mathrand.New(mathrand.NewPCG(seed, uint64(lane))))
				issued.Add(int32(i))
				recovered.Add(int32(r))
			})
		}
	})
	t.Logf("%d kills, %d certificates, %d of them finished by recovery", kills, issued.Load(), recovered.Load())
	if issued.Load() == 0 || recovered.Load() == 0 && !testing.Short() {
		t.Errorf("%d kills met %d certificates, %d between the phases: they prove nothing", kills, issued.Load(), recovered.Load())
	}
}

// killAtRandom kills programs that issue, over and over in one folder until all
// that is in it is issued, and then in the next.
func killAtRandom(t *testing.T, template string, kills int, random *mathrand.Rand) (issued, recovered int) {
	var w *witness
	for killed := 0; killed < kills; {
		if w == nil {
			w = newWitness(t, copyFolder(t, template))
		}
		if run(t, "issue", w.dir, 0, 0, time.Duration(random.Int64N(int64(30*time.Millisecond)))) {
			killed++
		}
		if pending(t, w.dir) {
			recovered++
		}
		w.mustHold(t, fmt.Sprintf("kill %d", killed))
		if t.Failed() {
			return issued, recovered
		}
		if len(w.said) == len(w.killed.Applications) {
			issued += len(w.said)
			w = nil
		}
	}
	if w != nil {
		issued += len(w.said)
	}
	return issued, recovered
}

func TestKillChecksCatchOnePhase(t *testing.T) {
	t.Parallel()
	template := makeKilled(t, 2)
	caught := map[string]bool{}
	for k := 1; ; k++ {
		dir := copyFolder(t, template)
		if !run(t, "one phase", dir, k, 0, never) {
			break
		}
		for _, wrong := range newWitness(t, dir).check(t) {
			what, _, _ := strings.Cut(wrong, ":")
			caught[what] = true
		}
	}
	for _, want := range []string{"signature without a stored intent", "acknowledged certificate lost"} {
		if !caught[want] {
			t.Errorf("a program that signs inside the transaction passed the check for %q; found only %v", want, caught)
		}
	}
}
