package desk_test

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/store"
)

// TestExportIsOfOneTraveller: two states may give the same number to two people,
// and neither is told of the other.
func TestExportIsOfOneTraveller(t *testing.T) {
	p := desktest.New(t)
	mine := p.Issued(t, p.Specimen())
	c := p.Specimen()
	c.Document.Issuer, c.Document.MRZ, c.Traveller.Surname = "D", "", "ERIKSSON"
	theirs, err := p.Create(ctx, p.Clerk, c)
	if err != nil {
		t.Fatal(err)
	}
	number := c.Document.Number
	for issuer, want := range map[string]data.ApplicationID{p.Specimen().Document.Issuer: mine.Application, "D": theirs.ID} {
		x, err := p.ExportTraveller(ctx, p.Reviewer, issuer, number)
		if err != nil || len(x.Applications) != 1 || x.Applications[0].ID != want || x.Issuer != issuer || x.Document != number {
			t.Errorf("%s: %d cases, %v", issuer, len(x.Applications), err)
		}
		for _, e := range x.Log {
			if e.Subject != string(want) && e.Subject != string(mine.Number) || issuer == "D" && e.Subject == string(mine.Number) {
				t.Errorf("%s: told of %s", issuer, e.Subject)
			}
		}
	}
	all := entries(t, p, 0)
	if _, err := p.ExportTraveller(ctx, p.Reviewer, "F", number); !errors.Is(err, desk.ErrNotFound) || len(entries(t, p, 0)) != len(all) {
		t.Errorf("a third state: %v", err)
	}
}

// TestCheckNamesNoYearOne: what was never done has no date.
func TestCheckNamesNoYearOne(t *testing.T) {
	p := desktest.New(t)
	faults, err := p.Check(ctx, p.Administrator, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	want := []desk.Fault{{What: desk.FaultCheckpoint, Why: "signed never"}, {What: desk.FaultBackup, Why: "made never"}}
	if !reflect.DeepEqual(faults, want) {
		t.Errorf("%+v, want %+v", faults, want)
	}
}

// TestNoHashOutlivesACase: what was entered can be guessed, so the log holds no
// hash of it that anybody could try without what goes when the case is erased.
func TestNoHashOutlivesACase(t *testing.T) {
	p := desktest.New(t, withBook)
	all := everyAct(t, p)
	c := p.Issued(t, p.Specimen())
	p.Corrected(t, c.Number)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if name != "DisableOfficer" && name != "ResetPassphrase" { // the others go on
			all[name]() // whether it can be done by now or not
		}
	}
	if _, err := p.Predeclare(ctx, p.Clerk, p.Other()); err != nil {
		t.Fatal(err)
	}
	hashes := map[string]bool{}
	err := p.Store.View(ctx, func(tx store.Tx) error {
		return store.Each(tx, store.Applications, "", 0, func(_ string, a data.Application) error {
			hashes[a.Content.Hash()] = true
			return nil
		})
	})
	if err != nil || len(hashes) < 3 {
		t.Fatal(len(hashes), err)
	}
	contents, a := 0, stored(p, c.Application)
	for _, e := range entries(t, p, 0) {
		for name, value := range e.Detail {
			if hashes[value] {
				t.Errorf("entry %d, %s: %s is the bare hash of the content", e.Number, e.Act, name)
			}
		}
		if e.Subject == string(a.ID) && e.Detail["content"] != "" {
			contents++
			if e.Detail["content"] != a.Digest() {
				t.Errorf("entry %d, %s: the case's salt proves nothing", e.Number, e.Act)
			}
		}
	}
	if contents != 2 || a.Digest() == (data.Application{Content: a.Content}).Digest() { // saved, approved
		t.Errorf("%d entries with the content", contents)
	}
}

// TestSearchesAreTokens: the log tells that the same was looked for again, by
// whoever, and what it was to nobody who has the entry alone.
func TestSearchesAreTokens(t *testing.T) {
	tokens := func() (all []string) {
		p := desktest.New(t)
		for _, text := range []string{"yangben", " Yangben ", "eriksson"} {
			if _, err := p.Search(p.Clerk, text); err != nil {
				t.Fatal(err)
			}
		}
		for _, e := range entries(t, p, 0) {
			if e.Act == audit.ListRead {
				all = append(all, e.Detail["text"])
			}
		}
		return all
	}
	one, other := tokens(), tokens()
	if len(one) != 3 || one[0] != one[1] || one[0] == one[2] || one[0] == "" {
		t.Errorf("tokens %q", one)
	}
	if slices.ContainsFunc(one, func(token string) bool { return slices.Contains(other, token) }) {
		t.Errorf("two posts have the same: %q, %q", one, other)
	}
}

// TestFigures counts a month in which everything happened once.
func TestFigures(t *testing.T) {
	p := desktest.New(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			desktest.Fatal(t, err)
		}
	}
	july := p.Now
	printed, handed := p.Issued(t, p.Specimen()), p.Issued(t, p.Specimen())
	must(second(p.Printed(ctx, p.Clerk, printed.Number, "q", "1")))
	must(second(p.Printed(ctx, p.Clerk, printed.Number, "q", "2")))
	must(second(p.Printed(ctx, p.Clerk, printed.Number, "q", "3")))
	must(second(p.HandOver(ctx, p.Clerk, handed.Number, handed.Seal)))
	tests := p.Specimen()
	tests.Type, tests.Doses = data.CertificateTests, nil
	tests.Tests = slices.DeleteFunc(tests.Tests, func(t data.Test) bool { return !data.CertificateTests.HasTest(t.Kind) })
	revoked := p.Issued(t, tests)
	must(second(p.Revoke(ctx, p.Reviewer, p.Both, []data.CertificateNumber{revoked.Number}, "error", "")))
	p.Corrected(t, printed.Number) // prepared by one, approved by another
	must(p.SetSolo(ctx, p.Administrator, p.Reviewer, p.Now.AddDate(0, 0, 20)))
	alone, err := p.Create(ctx, p.Both, p.Specimen())
	must(err)
	must(second(p.Submit(ctx, p.Both, alone.ID)))
	alone, err = p.Take(ctx, p.Both, alone.ID)
	must(err)
	for _, g := range alone.Content.Groups() {
		must(second(p.Tick(ctx, p.Both, alone.ID, g, true)))
	}
	must(second(p.Approve(ctx, p.Both, alone.ID)))
	must(second(p.Issue(ctx, p.Both, alone.ID)))

	want := desk.Figures{
		Issued: 5, ByType: map[string]int{string(data.CertificateComprehensive): 4, string(data.CertificateTests): 1},
		Solo: 1, Replacing: 1, Revoked: map[string]int{"error": 1, data.RevokedReplaced: 1},
		Unprinted: 3, // the revoked one, the correction and the one done alone
		Unhanded:  1, Reprints: 2,
	}
	if f, err := p.Figures(ctx, p.Administrator, july); err != nil || !reflect.DeepEqual(f, want) {
		t.Errorf("july: %+v, want %+v, %v", f, want, err)
	}

	// A month begins and ends at midnight at the post, eight hours ahead of UTC.
	p.Now = time.Date(2022, 7, 31, 16, 0, 0, 0, time.UTC)
	p.Enter(t)
	august := p.Issued(t, p.Specimen())
	must(second(p.Revoke(ctx, p.Reviewer, p.Both, []data.CertificateNumber{handed.Number}, data.RevokedFraud, "why")))
	if f, err := p.Figures(ctx, p.Administrator, july); err != nil || !reflect.DeepEqual(f, want) {
		t.Errorf("july, seen in august: %+v, %v", f, err)
	}
	want = desk.Figures{
		Issued: 1, ByType: map[string]int{string(data.CertificateComprehensive): 1}, Revoked: map[string]int{data.RevokedFraud: 1}, Unprinted: 1,
	}
	if f, err := p.Figures(ctx, p.Administrator, p.Now); err != nil || !reflect.DeepEqual(f, want) {
		t.Errorf("august: %+v, want %+v, %v", f, want, err)
	}
	// What is erased is counted, and of no type.
	must(second(p.Revoke(ctx, p.Reviewer, p.Both, []data.CertificateNumber{august.Number}, "error", "")))
	must(p.Erase(ctx, p.Administrator, p.Reviewer, august.Application))
	want.ByType, want.Revoked = map[string]int{}, map[string]int{data.RevokedFraud: 1, "error": 1}
	if f, err := p.Figures(ctx, p.Administrator, p.Now); err != nil || !reflect.DeepEqual(f, want) {
		t.Errorf("after erasing: %+v, want %+v, %v", f, want, err)
	}
}
