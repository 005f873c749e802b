package desk_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pratique/assets"
	"pratique/data"
	"pratique/data/attachment"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/keys"
	"pratique/data/post"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/store/bolt"
	"pratique/data/trust"
	"pratique/data/vault"
)

// seated is a post's folder with its clerk, reviewer and administrator signed in.
type seated struct {
	*desk.Desk
	*post.Folder
	clerk, reviewer, administrator staff.Session
}

func sit(t *testing.T, dir string) *seated {
	t.Helper()
	engine := post.Engine{Create: bolt.Create, Open: func(path string) (store.Store, error) { return bolt.Open(path, bolt.Options{}) }}
	f, err := post.Open(ctx, dir, engine, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	s := &seated{Folder: f}
	s.Desk, err = desk.Open(ctx, desk.Config{
		Log: f.Log, Vault: f.Vault, Post: f.Post, Codes: desktest.AnyCode{}, Ring: f.Ring, Clock: func() time.Time { return desktest.Now },
		Signer: f.Signer, LogSigner: f.LogSigner,
		Cost:        func() vault.Cost { return desktest.Cost },
		Attachments: attachment.Dir{Path: filepath.Join(dir, "attachments"), Post: f.Post},
		Anchors:     func(pem []byte) error { return os.WriteFile(filepath.Join(dir, trust.AnchorFile), pem, 0o600) },
		Unprintable: func(data.Statement) []data.Problem { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	words, err := f.PracticePassphrases()
	if err != nil {
		t.Fatal(err)
	}
	for id, to := range map[data.OfficerID]*staff.Session{"officer-a": &s.clerk, "officer-b": &s.reviewer, "officer-c": &s.administrator} {
		if *to, err = s.SignIn(ctx, id, []byte(words.Officers[id])); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// olderPost is a post as it was made and used before there were lists that are
// signed, and references and look-ups of cases, with a case in its queue.
func olderPost(t *testing.T) (dir string, id data.ApplicationID) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "post")
	practice, err := post.LoadPractice(assets.FS)
	if err != nil {
		t.Fatal(err)
	}
	practice.Cost, practice.Notices = desktest.Cost, nil
	if err := post.CreatePractice(ctx, dir, practice, post.Engine{Create: bolt.Create, Open: func(path string) (store.Store, error) { return bolt.Open(path, bolt.Options{}) }}, desktest.Now); err != nil {
		t.Fatal(err)
	}
	s := sit(t, dir)
	c := post.Specimen(s.Folder.Post, practice.Laboratories, desktest.Now)
	a := must2(t)(s.Create(ctx, s.clerk, c))
	a = must2(t)(s.Submit(ctx, s.clerk, a.ID))
	err = s.Log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		report := c.Tests[0]
		number := strings.ReplaceAll(report.ReportNo, "-", "")
		for _, key := range []string{
			store.LookupPrefix("phone", data.PhoneKey(c.Traveller.Phone)) + string(a.ID),
			store.LookupPrefix("report", string(report.Laboratory)+" "+number) + string(a.ID),
		} {
			if b, err := tx.Get(key); err != nil || b == nil {
				t.Errorf("the test shows nothing: no %q (%v)", key, err)
			}
			if err := tx.Delete(key); err != nil {
				return err
			}
		}
		a.Reference = ""
		return errors.Join(store.Put(tx, store.ApplicationKey(a.ID), a), tx.Delete(store.SettingRevocationsKey), tx.Delete(store.SettingHandoverKey),
			vault.SetSecret(tx, keys.RevocationsSecret, nil), vault.SetSecret(tx, keys.HandoverSecret, nil),
			add(audit.Entry{At: desktest.Now, Act: audit.PostCreated}))
	})
	err = errors.Join(err, s.Close(), os.Remove(filepath.Join(dir, keys.HandoverFile)), os.Remove(filepath.Join(dir, trust.AnchorFile)))
	if err != nil {
		t.Fatal(err)
	}
	return dir, a.ID
}

// TestInvariant8ListKeysAreMadeByTwo: one from before there were hand-over lists and revocation lists
// opens and works; both keys are made by two officers, once, and by nobody else.
func TestInvariant8ListKeysAreMadeByTwo(t *testing.T) {
	dir, _ := olderPost(t)
	s := sit(t, dir)
	if err := s.Trouble(); err != nil {
		t.Errorf("it opens, and yet: %v", err)
	}
	lists := func() (handover, revocations error) {
		_, _, handover = s.Handover(ctx, s.reviewer, "PVG", "2022-07-10", "2022-07-10")
		_, _, revocations = s.SignRevocations(ctx, s.reviewer)
		return handover, revocations
	}
	if h, r := lists(); !errors.Is(h, keys.ErrNeverMade) || !errors.Is(r, keys.ErrNeverMade) {
		t.Errorf("%v\n%v", h, r)
	}
	for who, second := range map[string]staff.Session{"alone": {}, "twice the same": s.administrator, "with a clerk": s.clerk} {
		if _, err := s.MakeListKeys(ctx, s.administrator, second); !errors.Is(err, desk.ErrSecond) {
			t.Errorf("made %s: %v", who, err)
		}
	}
	if h, r := lists(); h == nil || r == nil {
		t.Error("made although it was refused")
	}
	made, err := s.MakeListKeys(ctx, s.administrator, s.reviewer)
	if err != nil || !slices.Equal(made, []string{"handover", "revocations"}) {
		t.Fatal(made, err)
	}
	if h, r := lists(); h != nil || r != nil {
		t.Errorf("%v\n%v", h, r)
	}
	anchors, err := os.ReadFile(filepath.Join(dir, trust.AnchorFile))
	if err != nil || !bytes.Contains(anchors, []byte(keys.RevocationsLabel)) {
		t.Errorf("others are not told of it: %v", err)
	}
	public, err := os.ReadFile(filepath.Join(dir, keys.HandoverFile))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.MakeListKeys(ctx, s.administrator, s.reviewer); err != nil || len(again) > 0 {
		t.Errorf("made twice: %v, %v", again, err)
	}
	// One that is lost is not made anew.
	err = s.Log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		return errors.Join(vault.SetSecret(tx, keys.HandoverSecret, nil), add(audit.Entry{At: desktest.Now, Act: audit.PostCreated}))
	})
	if err != nil {
		t.Fatal(err)
	}
	if h, _ := lists(); !errors.Is(h, keys.ErrMissing) {
		t.Errorf("lost: %v", h)
	}
	if again, err := s.MakeListKeys(ctx, s.administrator, s.reviewer); err != nil || len(again) > 0 {
		t.Errorf("a lost key was made anew: %v, %v", again, err)
	}
	if now, err := os.ReadFile(filepath.Join(dir, keys.HandoverFile)); err != nil || !bytes.Equal(now, public) {
		t.Errorf("its public half was replaced: %v", err)
	}
}

// TestOlderCases: cases from before there were references get one when somebody
// signs in, once, and are found by what they could not be found by.
func TestOlderCases(t *testing.T) {
	dir, id := olderPost(t)
	var reference data.Reference
	for range 2 {
		s := sit(t, dir)
		a := must2(t)(s.Read(ctx, s.reviewer, id))
		if _, err := data.ParseReference(string(a.Reference)); err != nil || reference != "" && a.Reference != reference {
			t.Errorf("reference %q, before %q: %v", a.Reference, reference, err)
		}
		reference = a.Reference
		if rows, err := s.Search(s.reviewer, reference.String()); err != nil || len(rows) != 1 {
			t.Errorf("by reference: %v, %v", rows, err)
		}
		if rows, err := s.Search(s.reviewer, a.Content.Traveller.Phone); err != nil || len(rows) != 1 {
			t.Errorf("by telephone: %v, %v", rows, err)
		}
		given := 0
		err := s.EachEntry(context.Background(), s.administrator, func(e audit.Entry) error {
			if e.Act == audit.ReferencesGiven {
				given++
			}
			return nil
		})
		if err != nil || given != 1 {
			t.Errorf("the log tells of it %d times: %v", given, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	// A report of that case in another traveller's hands is found.
	s := sit(t, dir)
	c := must2(t)(s.Read(ctx, s.clerk, id)).Content
	c.Traveller.Surname, c.Traveller.GivenNames, c.Traveller.NativeName, c.Traveller.Birth = "MUSTERFRAU", "ERIKA", "范例", "1990-12-01"
	c.Document.Number, c.Document.MRZ = "E00000017", ""
	b := must2(t)(s.Create(ctx, s.clerk, c))
	if b = must2(t)(s.Submit(ctx, s.clerk, b.ID)); !slices.ContainsFunc(b.Same, func(m data.SameReport) bool { return m.Case == id }) {
		t.Errorf("the same report: %+v", b.Same)
	}
}
