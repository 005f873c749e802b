package desk_test

import (
	"errors"
	"os"
	"slices"
	"testing"

	"pratique/data"
	"pratique/data/brought"
	"pratique/data/codes"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/trust"
)

// A traveller comes back with a certificate of this post. Its seal fills in the
// new case; what it says all of is ticked when the reviewer takes the case, as
// long as the certificate counts.
func TestSealBrought(t *testing.T) {
	book, err := codes.Load(os.DirFS("../../assets"))
	if err != nil {
		t.Fatal(err)
	}
	p := desktest.New(t, func(c *desk.Config) { c.Book = book })
	var whom trust.Content
	whom.Certificates = append(whom.Certificates, p.Anchor, p.Signer.Certificate)
	if _, err := p.SetTrust(ctx, p.Administrator, p.Reviewer, "ourselves", "a file", "00", whom); err != nil {
		t.Fatal(err)
	}
	first := p.Issued(t, p.Specimen())

	b, ok, err := p.ReadSeal(ctx, p.Clerk, first.Seal)
	if err != nil || !ok || b.Verdict != "valid" {
		t.Fatalf("%+v, %v", b, err)
	}
	if _, _, err := p.ReadSeal(ctx, p.Administrator, first.Seal); !errors.Is(err, desk.ErrNotPermitted) {
		t.Errorf("an administrator reads a traveller's seal: %v", err)
	}
	again := p.Specimen()
	again.Doses = nil
	content, filled := brought.Add(again, b)
	if !slices.Contains(filled, "doses[0].lot") || len(content.Doses) != len(p.Specimen().Doses) {
		t.Errorf("filled %v", filled)
	}
	a := p.Submitted(t, content)
	if a, err = p.Take(ctx, p.Reviewer, a.ID); err != nil {
		t.Fatal(err)
	}
	ticked := func(a data.Application, group string) (proof string) {
		for _, tick := range a.Ticks {
			if tick.Group == group {
				proof = tick.Proof
			}
		}
		return proof
	}
	if proof := ticked(a, data.GroupVaccinations); proof != data.ProofSeal {
		t.Errorf("vaccinations ticked by %q", proof)
	}
	if proof := ticked(a, data.GroupJourney); proof != "" {
		t.Errorf("the journey ticked by %q", proof)
	}

	// A lot that differs stops the case, until somebody says why.
	differs := content
	differs.Doses = slices.Clone(content.Doses)
	differs.Doses[0].Lot = "OTHER"
	created, err := p.Create(ctx, p.Clerk, differs)
	if err != nil {
		t.Fatal(err)
	}
	var problems *desk.ProblemsError
	if _, err := p.Submit(ctx, p.Clerk, created.ID); !errors.As(err, &problems) || problems.Problems[0].Key != "problem.brought.differs" {
		t.Errorf("submitted although the seal says something else: %v", err)
	}
	reasoned := brought.Choose(differs, brought.Compare(differs)[0], false, "As the booklet has it.")
	a = p.Submitted(t, reasoned)
	if a, err = p.Take(ctx, p.Reviewer, a.ID); err != nil || ticked(a, data.GroupVaccinations) != "" {
		t.Errorf("what differs is ticked: %v, %v", a.Ticks, err)
	}
	// What is kept of a seal is what the seal says.
	forged := differs
	forged.Brought = slices.Clone(differs.Brought)
	forged.Brought[0].Values = slices.Clone(differs.Brought[0].Values)
	for i, v := range forged.Brought[0].Values {
		if v.Field == "doses[0].lot" {
			forged.Brought[0].Values[i].Value = "OTHER"
		}
	}
	if found, err := p.Validate(ctx, forged); err != nil || !slices.ContainsFunc(found, func(p data.Problem) bool { return p.Key == "problem.brought.altered" }) {
		t.Errorf("a seal is made to say something else: %v, %v", found, err)
	}
	// Nor is a seal of nobody kept as one of somebody.
	stranger := desktest.New(t)
	of, _, err := p.ReadSeal(ctx, p.Clerk, stranger.Issued(t, stranger.Specimen()).Seal)
	if err != nil || of.Verdict != "cannot_say" {
		t.Fatalf("%+v, %v", of, err)
	}
	told, _ := brought.Add(p.Specimen(), of)
	if found, err := p.Validate(ctx, told); err != nil || slices.ContainsFunc(found, func(p data.Problem) bool { return p.Key == "problem.brought.altered" }) {
		t.Errorf("a seal of nobody, as it was read: %v, %v", found, err)
	}
	told.Brought[0].Verdict, told.Brought[0].Signer = "valid", b.Signer
	if found, err := p.Validate(ctx, told); err != nil || !slices.ContainsFunc(found, func(p data.Problem) bool { return p.Key == "problem.brought.altered" }) {
		t.Errorf("a seal of nobody is kept as one of %s: %v, %v", b.Signer, found, err)
	}
	created = must2(t)(p.Create(ctx, p.Clerk, told))
	if _, err := p.Submit(ctx, p.Clerk, created.ID); !errors.As(err, &problems) || !slices.ContainsFunc(problems.Problems, func(p data.Problem) bool { return p.Key == "problem.brought.altered" }) {
		t.Errorf("submitted with a verdict of the clerk's own: %v", err)
	}
	tickRest := func() data.Application {
		a := must2(t)(p.Take(ctx, p.Reviewer, p.Submitted(t, content).ID))
		for _, g := range a.Content.Groups() {
			if !a.Ticked(g) {
				a = must2(t)(p.Tick(ctx, p.Reviewer, a.ID, g, true))
			}
		}
		return a
	}
	late := tickRest()
	approved := must2(t)(p.Approve(ctx, p.Reviewer, tickRest().ID))
	good := must2(t)(p.Approve(ctx, p.Reviewer, tickRest().ID))
	if _, err := p.Issue(ctx, p.Reviewer, good.ID); err != nil {
		t.Errorf("not issued although the seal holds: %v", err)
	}
	returned := must2(t)(p.Return(ctx, p.Reviewer, tickRest().ID, []string{"name"}, ""))
	worth := func() string {
		t.Helper()
		all, err := p.Brought(ctx, p.Reviewer, a.ID)
		if err != nil || len(all) != 1 || !slices.Equal(all[0].Values, a.Content.Brought[0].Values) {
			t.Fatalf("%v, %v", all, err)
		}
		return all[0].Verdict
	}
	if before := worth(); before != "valid" {
		t.Errorf("before it is revoked: %s", before)
	}
	// One that was revoked proves nothing, whatever was kept of it.
	if _, err := p.Revoke(ctx, p.Reviewer, p.Administrator, []data.CertificateNumber{first.Number}, "clerical", ""); err != nil {
		t.Fatal(err)
	}
	if now := worth(); now != "invalid" || a.Content.Brought[0].Verdict != "valid" {
		t.Errorf("once it is revoked: %s", now)
	}
	a = p.Submitted(t, content)
	if a, err = p.Take(ctx, p.Reviewer, a.ID); err != nil || ticked(a, data.GroupVaccinations) != "" {
		t.Errorf("a revoked certificate ticks: %v, %v", a.Ticks, err)
	}
	if _, err := p.Approve(ctx, p.Reviewer, late.ID); !errors.Is(err, desk.ErrTicks) {
		t.Errorf("approved on a seal that was revoked since: %v", err)
	}
	if _, err := p.Issue(ctx, p.Reviewer, approved.ID); !errors.Is(err, desk.ErrNotApproved) {
		t.Errorf("issued on a seal that was revoked since the approval: %v", err)
	}
	// Nor does its tick of an earlier round count in the next.
	returned = must2(t)(p.Submit(ctx, p.Clerk, returned.ID))
	if returned = must2(t)(p.Take(ctx, p.Reviewer, returned.ID)); ticked(returned, data.GroupVaccinations) != "" {
		t.Errorf("a revoked certificate's tick was kept: %v", returned.Ticks)
	}
}
