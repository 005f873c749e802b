package desk_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/keys"
	"pratique/data/staff"
	"pratique/data/store"
)

// TestShutOutApproverIsNoSecondOfficer: what an officer began is over when they
// are shut out: what they approved is not issued, what they had in review goes to
// somebody else, without their ticks.
func TestShutOutApproverIsNoSecondOfficer(t *testing.T) {
	var signatures atomic.Int32
	p := desktest.New(t, counted(&signatures))
	approved, pending, ticked := p.Approved(t, p.Specimen()), p.Approved(t, p.Specimen()), p.Ticked(t, p.Specimen())
	intend(t, p, pending.ID)
	if _, err := p.Take(ctx, p.Both, ticked.ID); !errors.Is(err, desk.ErrState) {
		t.Errorf("taken from a colleague: %v", err)
	}
	if err := p.DisableOfficer(ctx, p.Administrator, "officer-b"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Issue(ctx, p.Both, approved.ID); !errors.Is(err, desk.ErrNotApproved) {
		t.Errorf("issued on the word of who was shut out: %v", err)
	}
	if _, err := desk.Open(ctx, p.Config); err != nil || stored(p, pending.ID).State != data.Submitted {
		t.Errorf("finished on the word of who was shut out: %s, %v", stored(p, pending.ID).State, err)
	}
	if n := signatures.Load(); n != 0 {
		t.Errorf("%d signatures", n)
	}
	a, err := p.Take(ctx, p.Both, ticked.ID)
	if err != nil || a.Reviewer != "officer-c" {
		t.Fatalf("%q, %v", a.Reviewer, err)
	}
	if _, err := p.Approve(ctx, p.Both, a.ID); !errors.Is(err, desk.ErrTicks) {
		t.Errorf("approved on the ticks of who was shut out: %v", err)
	}
}

// TestSoloWorkEndsWithinAMonth: nobody switches four eyes off for good.
func TestSoloWorkEndsWithinAMonth(t *testing.T) {
	p := desktest.New(t)
	longest := p.Now.Add(31 * 24 * time.Hour)
	if err := p.SetSolo(ctx, p.Reviewer, p.Administrator, longest.Add(time.Second)); problem(err) != "problem.solo.long" {
		t.Errorf("a second more than a month: %v", err)
	}
	if s, err := p.Solo(ctx); err != nil || s.Allows(p.Now) {
		t.Errorf("%+v, %v", s, err)
	}
	if err := p.SetSolo(ctx, p.Reviewer, p.Administrator, longest); err != nil {
		t.Errorf("a month: %v", err)
	}
	if s, err := p.Solo(ctx); err != nil || !s.Allows(longest.Add(-time.Second)) || s.Allows(longest) {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestSoloTicksDoNotCountForOthers: what a preparer ticked while solo work was
// allowed is not what a second officer compared.
func TestSoloTicksDoNotCountForOthers(t *testing.T) {
	p := desktest.New(t)
	if err := p.SetSolo(ctx, p.Reviewer, p.Administrator, p.Now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	a, err := p.Create(ctx, p.Both, p.Specimen())
	if err == nil {
		a, err = p.Submit(ctx, p.Both, a.ID)
	}
	if err == nil {
		a, err = p.Take(ctx, p.Both, a.ID)
	}
	for _, g := range a.Content.Groups() {
		if err == nil {
			a, err = p.Tick(ctx, p.Both, a.ID, g, true)
		}
	}
	if err == nil {
		a, err = p.Release(ctx, p.Both, a.ID)
	}
	if err == nil {
		a, err = p.Take(ctx, p.Reviewer, a.ID)
	}
	if err != nil {
		desktest.Fatal(t, err)
	}
	if _, err := p.Approve(ctx, p.Reviewer, a.ID); !errors.Is(err, desk.ErrTicks) {
		t.Errorf("approved on the ticks of a preparer: %v", err)
	}
}

// TestSoloEndsBeforeTheCertificate: what one officer prepared and approved while
// that was allowed is not issued once it is not.
func TestSoloEndsBeforeTheCertificate(t *testing.T) {
	for name, tt := range map[string]struct {
		end  func(p *desktest.Post) error
		want error
	}{
		"it goes on":       {func(*desktest.Post) error { return nil }, nil},
		"its time is over": {func(p *desktest.Post) error { p.Now = p.Now.Add(2 * time.Hour); return nil }, desk.ErrFourEyes},
		"switched off": {func(p *desktest.Post) error {
			p.Now = p.Now.Add(time.Minute)
			return p.SetSolo(ctx, p.Reviewer, p.Administrator, p.Now)
		}, desk.ErrFourEyes},
	} {
		p := desktest.New(t)
		if err := p.SetSolo(ctx, p.Reviewer, p.Administrator, p.Now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		a := must2(t)(p.Create(ctx, p.Both, p.Specimen()))
		a = must2(t)(p.Submit(ctx, p.Both, a.ID))
		a = must2(t)(p.Take(ctx, p.Both, a.ID))
		for _, g := range a.Content.Groups() {
			a = must2(t)(p.Tick(ctx, p.Both, a.ID, g, true))
		}
		a = must2(t)(p.Approve(ctx, p.Both, a.ID))
		if err := tt.end(p); err != nil || !a.Approval.Solo {
			t.Fatal(a.Approval.Solo, err)
		}
		if c, err := p.Issue(ctx, p.Both, a.ID); !errors.Is(err, tt.want) || err == nil && !c.Solo {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRetiredKeySignsNothing: a signer that is still open, and whose record says
// it is retired.
func TestRetiredKeySignsNothing(t *testing.T) {
	var signatures atomic.Int32
	p := desktest.New(t, counted(&signatures), func(c *desk.Config) {
		open := c.Signer
		c.Signer = func(ctx context.Context, p keys.Purpose) (*keys.Signer, error) {
			s, err := open(ctx, p)
			if err == nil {
				s.ID = "0000000a"
			}
			return s, err
		}
	})
	record := func(state keys.State) {
		err := p.Log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
			return errors.Join(store.Put(tx, store.Signers+"0000000a", keys.Record{ID: "0000000a", State: state}),
				add(audit.Entry{At: p.Now, Act: audit.SignerRetired}))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	record(keys.Active)
	p.Issued(t, p.Specimen())
	a := p.Approved(t, p.Specimen())
	record(keys.Retired)
	if _, err := p.Issue(ctx, p.Reviewer, a.ID); !errors.Is(err, keys.ErrUnfit) || signatures.Load() != 1 {
		t.Errorf("%v, %d signatures, want 1", err, signatures.Load())
	}
}

// TestFraudIsNotCorrected: a certificate revoked for fraud gets no successor and
// is kept as long as its seal can be checked.
func TestFraudIsNotCorrected(t *testing.T) {
	p := desktest.New(t)
	c := p.Issued(t, p.Specimen())
	begun, err := p.Correct(ctx, p.Clerk, c.Number)
	if err == nil {
		begun, err = p.Submit(ctx, p.Clerk, begun.ID)
	}
	if err == nil {
		begun, err = p.Take(ctx, p.Reviewer, begun.ID)
	}
	for _, g := range begun.Content.Groups() {
		if err == nil {
			begun, err = p.Tick(ctx, p.Reviewer, begun.ID, g, true)
		}
	}
	if err == nil {
		_, err = p.Revoke(ctx, p.Reviewer, p.Both, []data.CertificateNumber{c.Number}, data.RevokedFraud, "forged report")
	}
	if err == nil {
		begun, err = p.Approve(ctx, p.Reviewer, begun.ID)
	}
	if err != nil {
		desktest.Fatal(t, err)
	}
	if _, err := p.Correct(ctx, p.Clerk, c.Number); !errors.Is(err, desk.ErrRevoked) {
		t.Errorf("correction begun: %v", err)
	}
	if _, err := p.Issue(ctx, p.Reviewer, begun.ID); !errors.Is(err, desk.ErrReplaced) {
		t.Errorf("correction issued: %v", err)
	}
	if err := p.Erase(ctx, p.Reviewer, p.Administrator, c.Application); !errors.Is(err, desk.ErrState) {
		t.Errorf("evidence erased: %v", err)
	}
	p.Now = p.Now.AddDate(0, 1, 0) // it counts no more, and can still be checked
	if err := p.Erase(ctx, p.Reviewer, p.Administrator, c.Application); !errors.Is(err, desk.ErrState) {
		t.Errorf("evidence erased after its window: %v", err)
	}
	p.Now = p.Now.AddDate(1, 0, 0)
	if err := p.Erase(ctx, p.Reviewer, p.Administrator, c.Application); err != nil {
		t.Errorf("erased when nobody can check it any more: %v", err)
	}
}

// TestErasedPaperIsNotHandedOver: there is nothing left to compare a paper with,
// and nothing scanned is not the same as nothing stored.
func TestErasedPaperIsNotHandedOver(t *testing.T) {
	p := desktest.New(t)
	c := p.Issued(t, p.Specimen())
	p.Now = p.Now.AddDate(0, 1, 0)
	if err := p.Erase(ctx, p.Reviewer, p.Administrator, c.Application); err != nil {
		t.Fatal(err)
	}
	if _, err := p.HandOver(ctx, p.Clerk, c.Number, ""); !errors.Is(err, desk.ErrState) {
		t.Errorf("handed over: %v", err)
	}
	if _, err := p.Printed(ctx, p.Clerk, c.Number, "q", "1"); !errors.Is(err, desk.ErrState) {
		t.Errorf("printed: %v", err)
	}
}

// TestNothingStaysOpenWhereNobodyGotIn: a passphrase that is right, at a post
// whose records cannot be read.
func TestNothingStaysOpenWhereNobodyGotIn(t *testing.T) {
	p := desktest.New(t)
	err := p.Log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		return errors.Join(tx.Put(store.Applications+"0", []byte("no record")), add(audit.Entry{At: p.Now, Act: audit.ApplicationSaved}))
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Lock()
	if _, err := p.SignIn(ctx, "officer-b", []byte(desktest.Passphrase)); err == nil {
		t.Error("signed in")
	}
	if records, signing := p.Vault.Open(); records || signing {
		t.Errorf("records open %t, signing keys %t", records, signing)
	}
}

// TestUpkeepErasesOnlyWhatIsStillOver: a draft that somebody takes up again while
// old ones are being erased.
func TestUpkeepErasesOnlyWhatIsStillOver(t *testing.T) {
	calls, hook := 0, func() {}
	p := desktest.New(t, func(c *desk.Config) {
		clock := c.Clock
		c.Clock = func() time.Time {
			if calls++; calls == 2 { // what is over is known by then
				hook()
			}
			return clock()
		}
	})
	if err := p.SetRetention(ctx, p.Administrator, p.Reviewer, desk.MinRetention); err != nil {
		t.Fatal(err)
	}
	a, err := p.Create(ctx, p.Clerk, p.Specimen())
	if err != nil {
		t.Fatal(err)
	}
	p.Now = p.Now.AddDate(0, 2, 0)
	hook = func() { a, err = p.Save(ctx, p.Clerk, a.ID, a.Version, a.Content) }
	calls = 0
	if _, erased, daily := p.Daily(ctx); erased != 0 || daily != nil || err != nil {
		t.Errorf("%d erased, %v, %v", erased, daily, err)
	}
	if _, err := p.Read(ctx, p.Clerk, a.ID); err != nil {
		t.Errorf("the draft: %v", err)
	}
	p.Now = p.Now.AddDate(0, 2, 0)
	if _, erased, err := p.Daily(ctx); erased != 1 || err != nil {
		t.Errorf("when its time is over: %d erased, %v", erased, err)
	}
}

// TestRecoveredIsNobodysAct: what the program finishes at a start is not said to
// have been done by an officer.
func TestRecoveredIsNobodysAct(t *testing.T) {
	p := desktest.New(t)
	number := intend(t, p, p.Approved(t, p.Specimen()).ID)
	if _, err := desk.Open(ctx, p.Config); err != nil {
		t.Fatal(err)
	}
	all := entries(t, p, 0)
	if e := all[len(all)-1]; e.Act != audit.CertificateIssued || e.Subject != string(number) || e.Officer != "" {
		t.Errorf("entry %+v", e)
	}
}

// TestLaboratoryRenamedAfterApproval: what a certificate calls a laboratory is
// what its approver saw, and setting that takes two.
func TestLaboratoryRenamedAfterApproval(t *testing.T) {
	p := desktest.New(t)
	approved, begun := p.Ticked(t, p.Specimen()), p.Ticked(t, p.Specimen())
	approved, err := p.Approve(ctx, p.Reviewer, approved.ID)
	if err != nil {
		t.Fatal(err)
	}
	renamed := slices.Clone(desktest.Laboratories)
	renamed[0].SealName = "Somebody Else's"
	for name, alone := range map[string]staff.Session{"nobody": {}, "oneself": p.Administrator, "a clerk": p.Clerk} {
		if err := p.SetLaboratories(ctx, p.Administrator, alone, renamed); !errors.Is(err, desk.ErrSecond) {
			t.Errorf("set with %s: %v", name, err)
		}
	}
	if err := p.SetLaboratories(ctx, p.Administrator, p.Reviewer, renamed); err != nil {
		t.Fatal(err)
	}
	if c, err := p.Issue(ctx, p.Reviewer, approved.ID); !errors.Is(err, desk.ErrNotApproved) || c.Seal != "" {
		t.Errorf("issued under another name than was approved: %+v, %v", c.Statement, err)
	}
	// Approved with that name, it says that name.
	if _, err := p.Approve(ctx, p.Reviewer, begun.ID); err != nil {
		t.Fatal(err)
	}
	c, err := p.Issue(ctx, p.Reviewer, begun.ID)
	if err != nil || c.Statement.Tests[0].Laboratory != "Somebody Else's" {
		t.Errorf("%+v, %v", c.Statement, err)
	}
	// The other one is reviewed once more.
	if _, err := p.Save(ctx, p.Clerk, approved.ID, approved.Version, approved.Content); err != nil {
		t.Error(err)
	}
}
