package pdfgen

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pratique/data"
)

// vdsncText has the length and alphabet of a real VDS-NC.
func vdsncText(n int) string {
	return `{"data":{"hdr":{"is":"UTO","t":"icao.test","v":1}},"sig":{"sigvl":"` + strings.ToLower(strings.Map(func(r rune) rune {
		if strings.ContainsRune(" $%*+-./:", r) {
			return '_'
		}
		return r
	}, sampleSeal(n)[4:])) + `"}}`
}

// withFurther is a printout with all kinds of further seals, and a full record
// that fills more than a page.
func withFurther() Printout {
	out := printout(Certificate)
	for i := range out.Statement.Tests {
		out.Further = append(out.Further, data.FurtherSeal{Format: data.FormatVDSNC, Of: fmt.Sprintf("tests[%d]", i), Text: vdsncText(1130 + i)})
	}
	out.Further = append(out.Further, data.FurtherSeal{Format: data.FormatVDSNC, Of: "doses", Text: vdsncText(1500)},
		data.FurtherSeal{Format: data.FormatDCC, Of: "tests[0]", Text: sampleSeal(560)},
		data.FurtherSeal{Format: data.FormatDCC, Of: "doses", Text: sampleSeal(580)},
		data.FurtherSeal{Format: data.FormatEncrypted, Text: "PQE1:" + sampleSeal(2500)[4:]})
	at := at("2022-07-20T21:40")
	q := data.Particulars{Phone: "+999 555 0199", Email: "specimen@example.org", Guardian: data.Guardian{Name: "YANGBEN MUSTER", Relation: "母亲"},
		Declaration: data.Declaration{Remarks: strings.Repeat("备注 remark ", 15), Agreed: true, Signed: "2022-07-19"}}
	for i := range 8 {
		q.Reports = append(q.Reports, data.Report{Number: fmt.Sprint("N-2077", i), Product: "1232", Laboratory: "Amaurote Central Laboratory", Phone: "+999 10 555 0101", Country: "UTO"})
		q.Stays = append(q.Stays, data.Stay{Country: "UTO", City: strings.Repeat("Amaurote-on-the-Anyder ", 8), From: "2022-07-01", Until: "2022-07-02"})
		q.Papers = append(q.Papers, data.Paper{Kind: "commitment-letter", From: "2022-07-01"})
		q.Infections = append(q.Infections, data.Infection{FirstPositive: "2022-01-05", Remarks: strings.Repeat("mild ", 40)})
	}
	q.Itinerary = []data.Leg{{Flight: "UT 846", From: "AMU", To: "PVG", Departs: at}}
	out.Record = data.FurtherRecord{VDSNC: true, DCC: true, Particulars: &q, Authorities: []data.Authority{
		{ID: "port-health", Name: "Practice Port Health Authority of Utopia", Recipient: "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg"}}}
	return out
}

// TestFurtherSealsLieOffEdgesAndFolds: and each is as large as its format wants.
func TestFurtherSealsLieOffEdgesAndFolds(t *testing.T) {
	out := withFurther()
	pages, err := press().furtherSheets(out)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for i, page := range pages {
		for _, c := range page.codes {
			s := out.Further[n]
			n++
			if c.x < 15 || c.y < 15 || c.x+c.side > pageWidth-15 || c.y+c.side > pageHeight-15 {
				t.Errorf("%s %s: nearer than 15 mm to an edge", s.Format, s.Of)
			}
			for _, y := range []float64{pageHeight / 2, pageHeight / 3, 2 * pageHeight / 3} {
				if c.y <= y && y <= c.y+c.side {
					t.Errorf("%s %s: the fold at %.1f mm crosses it", s.Format, s.Of, y)
				}
			}
			if c.x <= pageWidth/2 && pageWidth/2 <= c.x+c.side {
				t.Errorf("%s %s: the fold down the middle crosses it", s.Format, s.Of)
			}
			modules := c.side / c.module
			if c.module < 0.42 || c.module > 0.5+1e-9 || s.Format == data.FormatDCC && (modules-8)*c.module > 42+1e-9 {
				t.Errorf("%s %s: modules of %.3f mm, side %.1f", s.Format, s.Of, c.module, c.side)
			}
			t.Logf("page %d: %s %s: %d characters, module %.3f mm, %.1f mm with its white", i+2, s.Format, s.Of, len(s.Text), c.module, c.side)
			for _, r := range page.runs {
				if r.x < c.x+c.side && r.x+page.width(r.style, r.s) > c.x && r.y > c.y && r.y-r.em() < c.y+c.side {
					t.Errorf("%s %s: %q lies on it", s.Format, s.Of, r.s)
				}
			}
		}
		for _, r := range page.runs {
			if r.y > pageHeight-8 && !strings.Contains(r.s, "PRACTICE") || r.x < 14.9 || r.x+page.width(r.style, r.s) > right+0.1 {
				t.Errorf("page %d: %q is off the page", i+2, r.s)
			}
		}
	}
	if n != len(out.Further) {
		t.Errorf("%d of %d seals", n, len(out.Further))
	}
}

// TestTooDense: what cannot be printed at 0.42 mm is refused, and nothing is
// written.
func TestTooDense(t *testing.T) {
	for name, s := range map[string]data.FurtherSeal{
		"no code holds it": {Format: data.FormatVDSNC, Text: vdsncText(2400)},
		"a large DCC":      {Format: data.FormatDCC, Text: sampleSeal(1100)},
	} {
		out := printout(Certificate)
		out.Further = []data.FurtherSeal{s}
		var b bytes.Buffer
		var dense *DensityError
		if err := press().Render(&b, out); !errors.As(err, &dense) || b.Len() > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	for n := 700; n < 2300; n += 300 { // each that a code of level M holds has its place
		out := printout(Certificate)
		out.Further = []data.FurtherSeal{{Format: data.FormatVDSNC, Text: vdsncText(n)}}
		if err := press().Render(io.Discard, out); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// TestTheTravellerReadsAllThatIsEncrypted: every value, on one page or more.
func TestTheTravellerReadsAllThatIsEncrypted(t *testing.T) {
	out := withFurther()
	text := shownText(t, render(t, out))
	q := out.Record.Particulars
	want := []string{q.Phone, q.Email, q.Guardian.Name, q.Guardian.Relation, strings.TrimSpace(q.Declaration.Remarks), "UT 846", out.Record.Authorities[0].Recipient}
	for i := range 8 {
		want = append(want, q.Reports[i].Number)
	}
	squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
	for _, w := range want {
		if !strings.Contains(squeeze(text), squeeze(w)) {
			t.Errorf("%q is nowhere", w)
		}
	}
	if n := strings.Count(squeeze(text), squeeze(q.Stays[0].City)); n != 8 {
		t.Errorf("%d stays of 8", n)
	}
	if p := press().UnprintableFurther(out.Record); len(p) > 0 {
		t.Errorf("%v", p)
	}
	q.Declaration.Remarks, q.Stays[2].City = "𠮷", "\U0001F600"
	p := press().UnprintableFurther(out.Record)
	if len(p) != 2 || p[0].Field != "stays[2].city" || p[1].Field != "declaration.remarks" {
		t.Errorf("%v", p)
	}
	if err := press().Render(io.Discard, out); err == nil {
		t.Error("printed all the same")
	}
}

// TestOtherProgramsReadFurtherSeals: zbarimg reads each of them from the paper.
func TestOtherProgramsReadFurtherSeals(t *testing.T) {
	for _, program := range []string{"pdftoppm", "zbarimg"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not there: it did NOT read the further seals", program)
		}
	}
	out, dir := withFurther(), t.TempDir()
	file := filepath.Join(dir, "c.pdf")
	if err := os.WriteFile(file, render(t, out), 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := exec.Command("pdftoppm", "-r", "300", "-gray", "-png", file, filepath.Join(dir, "page")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "page*.png"))
	if err != nil {
		t.Fatal(err)
	}
	var read []string
	for _, page := range pages {
		b, _ := exec.Command("zbarimg", "-q", "--raw", "-S*.enable=0", "-Sqrcode.enable=1", page).Output() // fails on pages without a code
		for l := range strings.Lines(string(b)) {
			read = append(read, strings.TrimSuffix(l, "\n"))
		}
	}
	want := []string{out.Seal}
	for _, s := range out.Further {
		want = append(want, s.Text)
	}
	slices.Sort(read)
	slices.Sort(want)
	if !slices.Equal(read, want) {
		t.Errorf("read %d codes of %d", len(read), len(want))
	}
}
