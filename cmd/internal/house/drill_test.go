package house

import (
	"context"
	"crypto"
	"crypto/rand"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/keys"
	"pratique/data/seal"
	"pratique/data/seal/hcert"
	"pratique/data/store"
)

// drillVariable is how many certificates the drill is with; see `make drill`.
const drillVariable = "PRATIQUE_DRILL"

// TestDrill loses a post and gets it back: a real post with very many
// certificates is backed up while it is open, restored from the backup and the
// recovery key, opened, and read from end to end. What it took is logged.
func TestDrill(t *testing.T) {
	certificates := 150
	if text := os.Getenv(drillVariable); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("%s=%q is no number of certificates", drillVariable, text)
		}
		certificates = n
	}
	dir, recovery := real(t)
	h := openAt(t, dir)
	ctx := context.Background()
	clerk, reviewer := signIn(t, h, "officer-k", phraseA), signIn(t, h, "officer-l", phraseB)
	took := func(what string, do func() error) {
		t.Helper()
		begin := time.Now()
		if err := do(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		t.Logf("%-28s %8.1f s, %5d MiB taken from the system so far", what, time.Since(begin).Seconds(), m.Sys>>20)
	}
	size := func(what, path string) {
		t.Helper()
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%-28s %8.1f MB", what, float64(info.Size())/1e6)
	}

	first := issueAt(t, h, clerk, reviewer)
	var all []data.CertificateNumber
	took(fmt.Sprintf("%d certificates", certificates), func() (err error) {
		all, err = multiply(h, first, certificates)
		return err
	})
	if err := h.SetBackup(ctx, clerk, reviewer, filepath.Join(t.TempDir(), "backups"), []byte(phraseC)); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Checkpoint(ctx, reviewer); err != nil {
		t.Fatal(err)
	}
	var b desk.Backup
	took("backup, opened and verified", func() (err error) {
		b, err = h.Backup(ctx, clerk, nil)
		return err
	})
	size("database", filepath.Join(dir, "post.db"))
	size("backup", b.Path)
	lost := issueAt(t, h, clerk, reviewer)
	if err := errors.Join(h.Close(), os.RemoveAll(dir)); err != nil {
		t.Fatal(err)
	}

	to := filepath.Join(t.TempDir(), "post")
	took("restored", func() error {
		_, err := Restore(ctx, b.Path, to, Opening{Recovery: recovery}, Proof{}, time.Now(), nil)
		return err
	})
	var again *House
	took("opened", func() (err error) {
		again = openAt(t, to)
		clerk, err = again.SignIn(ctx, "officer-k", []byte(phraseA))
		return err
	})
	reviewer = signIn(t, again, "officer-l", phraseB)
	var faults []desk.Fault
	took("everything read and compared", func() (err error) {
		faults, err = again.Check(ctx, clerk, func(string) {})
		return err
	})
	for _, f := range faults {
		if f.What != desk.FaultBackup { // the backup does not know of itself
			t.Errorf("%+v", f)
		}
	}
	rows, err := again.Issued(reviewer)
	if err != nil || len(rows) != certificates {
		t.Errorf("%d certificates came back, %v", len(rows), err)
	}
	var back []data.CertificateNumber
	for _, r := range rows {
		back = append(back, r.Number)
	}
	slices.Sort(all)
	if slices.Sort(back); !slices.Equal(back, all) {
		t.Error("other certificates came back than were issued")
	}
	if c, err := again.Certificate(ctx, clerk, first.Number); err != nil || c.Seal != first.Seal || !reflect.DeepEqual(c.Statement, first.Statement) {
		t.Errorf("%s came back as another: %v", first.Number, err)
	}
	if next := issueAt(t, again, clerk, reviewer); next.Sequence <= lost.Sequence {
		t.Errorf("sequence %d after %d was lost", next.Sequence, lost.Sequence)
	}
}

// multiply makes certificates that differ from an issued one in their number,
// their sequence and the number of the document, each with its application, its
// look-up and the entries of its log, as the desk stores them, until there are
// so many. Each is sealed with the post's key; only the steps of the workflow
// are left away, and many are stored in one transaction.
func multiply(h *House, first data.Certificate, certificates int) (all []data.CertificateNumber, err error) {
	ctx := context.Background()
	signer, err := h.Folder.Signer(ctx, keys.ForCertificates)
	if err != nil {
		return nil, err
	}
	defer signer.Close()
	var a data.Application
	var acts []audit.Entry // of the first one
	err = h.Folder.Log.View(ctx, func(tx store.Tx) error {
		var found bool
		if a, found, err = store.Get[data.Application](tx, store.ApplicationKey(first.Application)); err != nil || !found {
			return errors.Join(err, errors.New("the first one is not there"))
		}
		return audit.Each(tx, 0, 0, func(e audit.Entry) error {
			if e.Subject == string(first.Application) || e.Subject == string(first.Number) {
				acts = append(acts, e)
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	all = append(all, first.Number)
	for len(all) < certificates {
		var added []data.CertificateNumber
		err := h.Folder.Log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
			added = nil
			sequence := first.Sequence + len(all) - 1
			for range min(100, certificates-len(all)) {
				sequence++
				a, c, err := another(a, first, sequence, signer)
				if err != nil {
					return err
				}
				added = append(added, c.Number)
				err = errors.Join(store.Put(tx, store.ApplicationKey(a.ID), a), store.Put(tx, store.CertificateKey(c.Number), c),
					tx.Put(store.LookupPrefix("document", a.Content.Document.Number)+string(a.ID), []byte{}))
				for _, e := range acts {
					if e.Subject == string(first.Number) {
						e.Subject = string(c.Number)
					} else {
						e.Subject = string(a.ID)
					}
					err = errors.Join(err, add(e))
				}
				if err != nil {
					return err
				}
			}
			return store.Put(tx, store.SequenceKey(first.Year), sequence)
		})
		if err != nil {
			return nil, err
		}
		all = append(all, added...)
	}
	return all, nil
}

// another is a case like one that was issued, and its certificate.
func another(a data.Application, c data.Certificate, sequence int, signer *keys.Signer) (data.Application, data.Certificate, error) {
	var random [data.NumberRandomLen]byte
	rand.Read(random[:])
	number, err := data.NewCertificateNumber("RA", random)
	if err != nil {
		return a, c, err
	}
	id := make([]byte, 32)
	rand.Read(id)
	a.ID, a.Salt, a.Certificate = data.ApplicationID(hex.EncodeToString(id[:16])), id[16:], number
	a.Content.Document.Number, a.Content.Document.MRZ = fmt.Sprintf("E%08d", sequence), ""
	approval := *a.Approval
	approval.Hash = a.Content.Hash()
	a.Approval = &approval
	c.Number, c.Application, c.Sequence = number, a.ID, sequence
	c.Statement.Number, c.Statement.DocumentNumber = number, a.Content.Document.Number
	payload, err := hcert.EncodeStatement(c.Statement)
	if err != nil {
		return a, c, err
	}
	m, err := hcert.Unsigned(hcert.KID(signer.Certificate), payload)
	if err != nil {
		return a, c, err
	}
	digest := m.Digest()
	der, err := signer.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return a, c, err
	}
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &rs); err != nil {
		return a, c, err
	}
	m.Signature = append(rs.R.FillBytes(make([]byte, 32)), rs.S.FillBytes(make([]byte, 32))...)
	if c.Seal, err = m.Text(); err != nil {
		return a, c, err
	}
	_, err = seal.Parse(c.Seal)
	return a, c, err
}
