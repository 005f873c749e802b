package review

import (
	"context"
	"crypto/x509"
	"strings"
	"testing"

	"pratique/data"
	"pratique/data/brought"
	"pratique/data/codes"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/trust"
)

// TestBroughtSealIsAskedAgain: what the reviewer is told of a seal is what it is
// worth when they look, not when the clerk read it.
func TestBroughtSealIsAskedAgain(t *testing.T) {
	book, err := codes.Load(assets)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	p := desktest.New(t, func(c *desk.Config) { c.Book = book })
	whom := trust.Content{Certificates: []*x509.Certificate{p.Anchor, p.Signer.Certificate}}
	if _, err := p.SetTrust(ctx, p.Administrator, p.Reviewer, "ourselves", "a file", "", whom); err != nil {
		t.Fatal(err)
	}
	earlier := p.Issued(t, p.Specimen())
	b, ok, err := p.ReadSeal(ctx, p.Clerk, earlier.Seal)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	c, _ := brought.Add(p.Specimen(), b)
	a := p.Submitted(t, c)
	sh := newShell(t, p, p.Reviewer, "en")
	told := func(verdict string) bool {
		m := NewModel(sh.env, parts(t, p), a.ID)
		for _, g := range m.Open().Groups {
			for _, line := range g.Beside {
				if g.Name == data.GroupVaccinations && strings.HasSuffix(line.Value, ": "+sh.env.T("verdict."+verdict)) {
					return true
				}
			}
		}
		return false
	}
	if !told("valid") {
		t.Error("a valid seal is not told of")
	}
	if _, err := p.Revoke(ctx, p.Reviewer, p.Administrator, []data.CertificateNumber{earlier.Number}, "clerical", ""); err != nil {
		t.Fatal(err)
	}
	if told("valid") || !told("invalid") || len(sh.errs) > 0 {
		t.Errorf("a seal that was revoked since is told of as it was; errors %v", sh.errs)
	}
}
