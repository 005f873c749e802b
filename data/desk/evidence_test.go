package desk_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"crypto/sha256"

	"pratique/data"
	"pratique/data/attachment"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/store"
)

// problem is the key of an error's first problem, empty if it is none.
func problem(err error) string {
	var p *desk.ProblemsError
	if !errors.As(err, &p) {
		return ""
	}
	return p.Problems[0].Key
}

func attach(t testing.TB, p *desktest.Post, id data.ApplicationID, group, says string) data.Application {
	t.Helper()
	a, err := p.AttachEvidence(ctx, p.Clerk, id, group, says+".pdf", bytes.NewReader(desktest.Scan(says, 2)))
	if err != nil {
		desktest.Fatal(t, err)
	}
	return a
}

// twoWithOneReport are two travellers' drafts with the same scan; the second has
// another scan too.
func twoWithOneReport(t testing.TB, p *desktest.Post) (first, second data.Application) {
	t.Helper()
	first, err := p.Create(ctx, p.Clerk, p.Specimen())
	if err != nil {
		t.Fatal(err)
	}
	if second, err = p.Create(ctx, p.Clerk, p.Other()); err != nil {
		t.Fatal(err)
	}
	attach(t, p, first.ID, "test 1", "one report")
	attach(t, p, second.ID, "test 1", "one report")
	second = attach(t, p, second.ID, "identity", "a passport")
	return stored(p, first.ID), second
}

func files(t testing.TB, p *desktest.Post) (n int) {
	t.Helper()
	all, err := os.ReadDir(p.Config.Attachments.Path)
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func TestEvidence(t *testing.T) {
	p := desktest.New(t)
	a, err := p.Create(ctx, p.Clerk, p.Specimen())
	if err != nil {
		t.Fatal(err)
	}
	scan := desktest.Scan("a report", 3)
	a, err = p.AttachEvidence(ctx, p.Clerk, a.ID, "test 1", `C:\scans\Befund 样本.pdf`, bytes.NewReader(scan))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(scan)
	e := a.Evidence[0]
	if e.Group != "test 1" || e.Media != attachment.PDF || e.Name != "Befund 样本.pdf" || e.Size != int64(len(scan)) || e.Pages != 3 ||
		e.SHA256 != hex.EncodeToString(sum[:]) || e.Officer != "officer-a" || !e.At.Equal(p.Now) || len(e.ID) != 32 {
		t.Errorf("%+v", e)
	}
	r, shown, err := p.OpenEvidence(ctx, p.Reviewer, a.ID, e.ID)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	r.Close()
	if err != nil || !bytes.Equal(got, scan) || shown.ID != e.ID {
		t.Errorf("%d bytes of %+v, %v", len(got), shown, err)
	}
	// On disk there is nothing of it.
	for _, f := range must(os.ReadDir(p.Config.Attachments.Path)) {
		b := must(os.ReadFile(p.Config.Attachments.Path + "/" + f.Name()))
		if bytes.Contains(b, []byte("a report")) {
			t.Error("a scan lies open")
		}
	}
	if a, err = p.MoveEvidence(ctx, p.Reviewer, a.ID, e.ID, data.GroupIdentity); err != nil || a.Evidence[0].Group != data.GroupIdentity {
		t.Errorf("%+v, %v", a.Evidence, err)
	}
	if _, err := p.MoveEvidence(ctx, p.Reviewer, a.ID, e.ID, "test 9"); problem(err) != "problem.code.unknown" {
		t.Error(err)
	}
	if a, err = p.RemoveEvidence(ctx, p.Clerk, a.ID, e.ID); err != nil || len(a.Evidence) != 0 || files(t, p) != 0 {
		t.Errorf("%+v, %d files, %v", a.Evidence, files(t, p), err)
	}
	if _, _, err := p.OpenEvidence(ctx, p.Reviewer, a.ID, e.ID); !errors.Is(err, desk.ErrNotFound) {
		t.Error(err)
	}
	// What is under review is not taken away.
	a = attach(t, p, a.ID, "", "a letter")
	if _, err := p.Submit(ctx, p.Clerk, a.ID); err != nil {
		desktest.Fatal(t, err)
	}
	if _, err := p.RemoveEvidence(ctx, p.Clerk, a.ID, a.Evidence[0].ID); !errors.Is(err, desk.ErrState) {
		t.Error(err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// endless gives so many bytes of a PDF and then fails, or goes on for ever.
type endless struct{ read int }

func (e *endless) Read(b []byte) (int, error) {
	n := copy(b, "%PDF-1.7")
	for i := n; i < len(b); i++ {
		b[i] = ' '
	}
	e.read += len(b)
	return len(b), nil
}

func TestEvidenceRefused(t *testing.T) {
	p := desktest.New(t)
	a, err := p.Create(ctx, p.Clerk, p.Specimen())
	if err != nil {
		t.Fatal(err)
	}
	attach(t, p, a.ID, "", "there already")
	withdrawn := inState(t, p, data.Withdrawn)
	count := files(t, p)
	huge := &endless{}
	for name, tt := range map[string]struct {
		id    data.ApplicationID
		group string
		r     io.Reader
		want  string
		is    error
	}{
		"a text":            {a.ID, "", strings.NewReader("hello"), "problem.evidence.type", nil},
		"nothing":           {a.ID, "", strings.NewReader(""), "problem.evidence.type", nil},
		"without an end":    {a.ID, "", huge, "problem.evidence.size", nil},
		"cannot be drawn":   {a.ID, "", bytes.NewReader(desktest.Scan("broken", 1)), "problem.evidence.unreadable", nil},
		"too many pages":    {a.ID, "", bytes.NewReader(desktest.Scan("long", desk.MaxPages+1)), "problem.evidence.pages", nil},
		"twice":             {a.ID, "", bytes.NewReader(desktest.Scan("there already", 2)), "problem.evidence.twice", nil},
		"no such group":     {a.ID, "test 70", bytes.NewReader(desktest.Scan("x", 1)), "problem.code.unknown", nil},
		"no such case":      {"0123", "", bytes.NewReader(desktest.Scan("x", 1)), "", desk.ErrNotFound},
		"a case that ended": {withdrawn.ID, "", bytes.NewReader(desktest.Scan("x", 1)), "", desk.ErrState},
		"who may not":       {a.ID, "", bytes.NewReader(desktest.Scan("x", 1)), "", desk.ErrNotPermitted},
	} {
		s := p.Clerk
		if tt.is == desk.ErrNotPermitted {
			s = p.Administrator
		}
		got, err := p.AttachEvidence(ctx, s, tt.id, tt.group, "a.pdf", tt.r)
		if problem(err) != tt.want || tt.is != nil && !errors.Is(err, tt.is) || err == nil || got.ID != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if huge.read > attachment.MaxSize+(1<<20) {
		t.Errorf("%d bytes were read", huge.read)
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	if _, err := p.AttachEvidence(stopped, p.Clerk, a.ID, "", "a.pdf", bytes.NewReader(desktest.Scan("x", 1))); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for i := range data.MaxEvidence - 1 {
		attach(t, p, a.ID, "", fmt.Sprint("page ", i))
	}
	if _, err := p.AttachEvidence(ctx, p.Clerk, a.ID, "", "a.pdf", bytes.NewReader(desktest.Scan("x", 1))); problem(err) != "problem.evidence.many" {
		t.Error(err)
	}
	if n := files(t, p); n != count+data.MaxEvidence-1 {
		t.Errorf("%d files, had %d", n, count)
	}
}

func TestOriginalsAreOfTheirValues(t *testing.T) {
	p := desktest.New(t)
	a, err := p.Create(ctx, p.Clerk, p.Specimen())
	if err == nil {
		a, err = p.SeenOriginal(ctx, p.Clerk, a.ID, "test 1", true)
	}
	if err != nil {
		t.Fatal(err)
	}
	group := func(a data.Application) data.Group {
		i := slices.IndexFunc(a.Content.Groups(), func(g data.Group) bool { return g.Name == "test 1" })
		return a.Content.Groups()[i]
	}
	if !a.SawOriginal(group(a)) || a.Originals[0].Officer != "officer-a" {
		t.Errorf("%+v", a.Originals)
	}
	c := a.Content
	c.Tests = slices.Clone(c.Tests)
	c.Tests[0].ReportNo = "another"
	if a, err = p.Save(ctx, p.Clerk, a.ID, a.Version, c); err != nil || a.SawOriginal(group(a)) {
		t.Errorf("the original of other values: %+v, %v", a.Originals, err)
	}
	a, err = p.SeenOriginal(ctx, p.Reviewer, a.ID, "test 1", true)
	if err == nil {
		a, err = p.SeenOriginal(ctx, p.Reviewer, a.ID, "test 1", false)
	}
	if err != nil || len(a.Originals) != 0 {
		t.Errorf("%+v, %v", a.Originals, err)
	}
	if _, err := p.SeenOriginal(ctx, p.Clerk, a.ID, "test 9", true); problem(err) != "problem.code.unknown" {
		t.Error(err)
	}
}

// TestScansGoAndHashesStay: a set time after the hand-over the program destroys
// the scans; what they were is still known, so the same report is found later.
func TestScansGoAndHashesStay(t *testing.T) {
	p := desktest.New(t)
	issue := func(c data.Content, says string) (data.Application, data.Certificate) {
		t.Helper()
		a, err := p.Create(ctx, p.Clerk, c)
		if err != nil {
			t.Fatal(err)
		}
		attach(t, p, a.ID, "test 1", says)
		if a, err = p.Submit(ctx, p.Clerk, a.ID); err == nil {
			_, err = p.Approve(ctx, p.Reviewer, p.Reviewed(t, a.ID).ID)
		}
		var certificate data.Certificate
		if err == nil {
			certificate, err = p.Issue(ctx, p.Reviewer, a.ID)
		}
		if err == nil {
			_, err = p.Printed(ctx, p.Clerk, certificate.Number, "q", "1")
		}
		if err == nil {
			_, err = p.HandOver(ctx, p.Clerk, certificate.Number, certificate.Seal)
		}
		if err != nil {
			desktest.Fatal(t, err)
		}
		return stored(p, a.ID), certificate
	}
	kept, _ := issue(p.Specimen(), "a report")
	false1, forged := issue(p.Other(), "a forged report")
	if _, err := p.Revoke(ctx, p.Reviewer, p.Both, []data.CertificateNumber{forged.Number}, data.RevokedFraud, "the laboratory does not know it"); err != nil {
		t.Fatal(err)
	}
	inDoubt, _ := issue(p.Specimen(), "a report of two")
	with, err := p.Create(ctx, p.Clerk, p.Other())
	if err != nil {
		t.Fatal(err)
	}
	attach(t, p, with.ID, "test 1", "a report of two")
	if err := p.SetEvidenceTime(ctx, p.Administrator, p.Reviewer, 30); err != nil {
		t.Fatal(err)
	}
	daily := func() {
		t.Helper()
		if _, _, err := p.Daily(ctx); err != nil {
			t.Fatal(err)
		}
	}
	p.Now = p.Now.AddDate(0, 0, 29)
	daily()
	if a := stored(p, kept.ID); !a.Evidence[0].Gone.IsZero() || files(t, p) != 4 {
		t.Errorf("went too early: %+v", a.Evidence)
	}
	p.Now = p.Now.AddDate(0, 0, 2)
	daily()
	a := stored(p, kept.ID)
	if e := a.Evidence[0]; !e.Gone.Equal(p.Now) || e.Key != "" || e.File != "" || e.SHA256 != kept.Evidence[0].SHA256 || files(t, p) != 3 {
		t.Errorf("%+v, %d files", e, files(t, p))
	}
	if e := stored(p, false1.ID).Evidence[0]; !e.Gone.IsZero() {
		t.Error("evidence of fraud was destroyed")
	}
	if e := stored(p, inDoubt.ID).Evidence[0]; !e.Gone.IsZero() {
		t.Error("evidence of a case in doubt was destroyed")
	}
	if _, err := p.ClearSameReport(ctx, p.Reviewer, inDoubt.ID, with.ID, "a couple, one sheet"); err != nil {
		t.Fatal(err)
	}
	daily()
	if e := stored(p, inDoubt.ID).Evidence[0]; !e.Gone.Equal(p.Now) {
		t.Error("cleared, its time is over as well")
	}
	if _, _, err := p.OpenEvidence(ctx, p.Reviewer, a.ID, a.Evidence[0].ID); !errors.Is(err, desk.ErrNotFound) {
		t.Error(err)
	}
	if err := p.Store.View(ctx, func(tx store.Tx) error {
		b, err := tx.Get(store.CompactKey)
		if err == nil && b == nil {
			err = errors.New("the database is not to be compacted")
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	late, err := p.Create(ctx, p.Clerk, p.Other())
	if err != nil {
		t.Fatal(err)
	}
	if late = attach(t, p, late.ID, "test 1", "a report"); len(late.Same) != 1 || late.Same[0].Case != kept.ID {
		t.Errorf("a report whose scan is gone is not found again: %+v", late.Same)
	}
	for _, days := range []int{-1, 4000} {
		if err := p.SetEvidenceTime(ctx, p.Administrator, p.Reviewer, days); problem(err) != "problem.evidence.days" {
			t.Errorf("%d days: %v", days, err)
		}
	}
	// What a crash left is swept, and nothing else.
	left, err := p.Config.Attachments.Put(ctx, bytes.NewReader(desktest.Scan("left", 1)), attachment.MaxSize)
	if err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-attachment.Grace * 3)
	entries := must(os.ReadDir(p.Config.Attachments.Path))
	for _, f := range entries {
		if err := os.Chtimes(p.Config.Attachments.Path+"/"+f.Name(), old, p.Now.Add(-2*attachment.Grace)); err != nil {
			t.Fatal(err)
		}
	}
	before := files(t, p)
	p.Now = p.Now.AddDate(0, 0, 2)
	daily()
	if _, err := p.Config.Attachments.Open(ctx, left); err == nil || files(t, p) != before-1 {
		t.Errorf("%d files of %d are left, %v", files(t, p), before, err)
	}
}

// TestEvidenceGoesWithItsCase: erased, a case leaves neither scan nor a way to it.
func TestEvidenceGoesWithItsCase(t *testing.T) {
	p := desktest.New(t)
	a, b := twoWithOneReport(t, p)
	for _, of := range []data.Application{a, b} { // what was found twice is no mistake
		if _, err := p.RemoveEvidence(ctx, p.Clerk, of.ID, of.Evidence[0].ID); problem(err) != "problem.same-report.scan" || files(t, p) != 3 {
			t.Errorf("removed: %v, %d files", err, files(t, p))
		}
	}
	x, err := p.ExportTraveller(ctx, p.Reviewer, a.Content.Document.Issuer, a.Content.Document.Number)
	if err != nil || len(x.Applications) != 1 || len(x.Applications[0].Evidence) != 1 || x.Applications[0].Evidence[0].Key != "" {
		t.Errorf("exported %+v, %v", x.Applications, err)
	}
	if err := p.Erase(ctx, p.Administrator, p.Reviewer, a.ID); err != nil {
		t.Fatal(err)
	}
	if n := files(t, p); n != 2 {
		t.Errorf("%d files", n)
	}
	for _, key := range []string{store.LookupPrefix("scan", a.Evidence[0].SHA256) + string(a.ID), store.LookupPrefix("phone", data.PhoneKey(a.Content.Traveller.Phone)) + string(a.ID)} {
		if err := p.Store.View(ctx, func(tx store.Tx) error {
			v, err := tx.Get(key)
			if v != nil {
				t.Errorf("%s leads to what was erased", key)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	}
	// The other traveller's case still says so, and can be cleared.
	if _, err := p.ClearSameReport(ctx, p.Reviewer, b.ID, a.ID, "the other one was erased"); err != nil {
		t.Error(err)
	}
}
