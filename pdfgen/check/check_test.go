package check

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jung-kurt/gofpdf"
	"github.com/skip2/go-qrcode"

	"pratique/data"
	"pratique/pdfgen"
	"pratique/pdfgen/page"
)

var (
	engine *page.Engine
	press  *pdfgen.Press
)

// words stands in for the code lists: every code means itself in both languages.
type words struct{}

func (words) Name(_, code, _ string) string { return "<" + code + ">" }

func TestMain(m *testing.M) {
	engine = page.StartOwn("")
	var err error
	if press, err = pdfgen.New(os.DirFS("../../assets"), words{}); err != nil {
		panic(err)
	}
	code := m.Run()
	engine.Close()
	os.Exit(code)
}

func moment(wall string) data.Moment {
	return data.Moment{Wall: wall, Zone: "Asia/Shanghai", Offset: "+08:00"}
}

// statement is the specimen traveller's, with a number of its own by last.
func statement(t testing.TB, last byte) data.Statement {
	t.Helper()
	number, err := data.NewCertificateNumber("PR", [data.NumberRandomLen]byte{7, 23, 15, 2, 20, 9, 29, 4, last})
	if err != nil {
		t.Fatal(err)
	}
	return data.Statement{
		Practice: true, Number: number, Issuer: "UT",
		Surname: "YANGBEN", GivenNames: "SPECIMEN", NativeName: "样本",
		Birth: "1981-08-03", Sex: data.Female, Nationality: "CHN",
		DocumentKind: data.OrdinaryPassport, DocumentIssuer: "CHN", DocumentNumber: "E00000000", DocumentExpires: "2029-05-17",
		Tests: []data.StatedTest{
			{Kind: data.NucleicAcid, Specimen: "nasopharyngeal", Method: "rt-pcr", Laboratory: "UTOPIA CENTRAL LAB",
				Sampled: moment("2022-07-18T09:40"), Analysed: moment("2022-07-18T15:05"), Reported: moment("2022-07-18T18:20"), Result: data.Negative},
			{Kind: data.SerumIgM, Specimen: "venous-blood", Method: "clia", Laboratory: "UTOPIA CENTRAL LAB",
				Sampled: moment("2022-07-18T09:45"), Reported: moment("2022-07-18T18:20"), Result: data.Negative},
		},
		Doses: []data.StatedDose{
			{Date: "2021-03-08", Product: "vaccine", Lot: "202102003K", Country: "CHN", Place: "Beijing"},
			{Date: "2021-04-05", Product: "vaccine", Lot: "202103011A", Country: "CHN", Place: "Beijing"},
		},
		Issued: moment("2022-07-19T10:30"), ValidFrom: moment("2022-07-19T10:30"), ValidUntil: moment("2022-07-20T23:59"),
		Window: data.WindowJourney, Expires: moment("2022-08-18T23:59"),
		Colour: data.Green, PreparedBy: "PA", ApprovedBy: "RB",
	}
}

const (
	seal      = "HC1:6BF 70W 90T9WTWGVLK659O0*+OI.9U:VEJ5ODW4WJ3D.TK 6A+NU5K01 SPECIMEN"
	otherSeal = "HC1:6BF 70W 90T9WTWGVLK659O0*+OI.9U:VEJ5ODW4WJ3D.TK 6A+NU5K02 SPECIMEN"
)

// certificate is the paper of a statement, as the press makes it.
func certificate(t testing.TB, st data.Statement, seal string) []byte {
	t.Helper()
	return rendered(t, printout(st, seal))
}

func rendered(t testing.TB, out pdfgen.Printout) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := press.Render(&b, out); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func printout(st data.Statement, seal string) pdfgen.Printout {
	kind := data.RealPost
	if st.Practice {
		kind = data.PracticePost
	}
	return pdfgen.Printout{
		Kind: pdfgen.Certificate, Statement: st, Seal: seal, Copy: 1,
		AnchorFingerprint: strings.Repeat("9f2c41d07b6be388", 4),
		Post: data.Post{
			Kind: kind, Code: "PR", Country: "UT", State: "UTO",
			Name:      map[string]string{"en": "Practice Post", "zh": "练习机构"},
			StateName: map[string]string{"en": "Republic of Utopia", "zh": "乌托邦共和国"},
			City:      map[string]string{"en": "Amaurot", "zh": "亚马乌罗提"},
			Zone:      "UTC", Hotline: "+999 0 000 000",
			Address: map[string]string{"en": "1 Harbour Street, Amaurot", "zh": "亚马乌罗提市港口街1号"},
		},
	}
}

// sheet is a plain page with the statement's texts and symbols one below the
// other, made without the press; attached is a symbol in an attachment.
func sheet(t testing.TB, st data.Statement, attached string, pages int, seals ...string) []byte {
	t.Helper()
	font, err := os.ReadFile("../../assets/fonts/NotoSansSC-Regular.ttf")
	if err != nil {
		t.Fatal(err)
	}
	f := gofpdf.New("P", "mm", "A4", "")
	f.AddUTF8FontFromBytes("noto", "", font)
	f.SetFont("noto", "", 7)
	picture := func(text string) []byte {
		b, err := qrcode.Encode(text, qrcode.Medium, -6)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for range pages {
		f.AddPage()
		for i, e := range expected(st) {
			f.Text(15, 15+float64(i)*4, e.text)
		}
		for i, s := range seals {
			f.RegisterImageOptionsReader(s, gofpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(picture(s)))
			f.ImageOptions(s, 110, 20+float64(i)*70, 60, 60, false, gofpdf.ImageOptions{ImageType: "PNG"}, 0, "")
		}
	}
	if attached != "" {
		f.SetAttachments([]gofpdf.Attachment{{Content: picture(attached), Filename: "seal.png"}})
	}
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCheck(t *testing.T) {
	st := statement(t, 26)
	another := st
	another.Surname, another.NativeName, another.Birth, another.DocumentNumber = "MUSTER", "样张", "1979-01-31", "E00000001"
	another.Number = statement(t, 27).Number
	changed := func(change func(*data.Statement)) data.Statement {
		s := st
		s.Tests, s.Doses = slices.Clone(s.Tests), slices.Clone(s.Doses)
		change(&s)
		return s
	}
	replacing := changed(func(s *data.Statement) { s.Replaces = statement(t, 27).Number })
	replaces := press.Sentences(printout(replacing, seal))
	blue := changed(func(s *data.Statement) {
		s.Colour, s.LastTest, s.Window = data.Blue, data.LastTest{Kind: data.Antigen, Hours: 12}, data.WindowTests
		s.Notice, s.NoticeVersion = "nephelo-2022-04", 2
	})
	real := changed(func(s *data.Statement) { s.Practice = false })
	doubtful, accredited := printout(real, seal), printout(real, seal)
	accredited.Accredited = true
	for _, c := range []struct {
		name string
		st   data.Statement // the record
		pdf  []byte
		want []string
		diff []string // fields in the error, nil for none
	}{
		{"the certificate", st, certificate(t, st, seal), []string{"Practice Post", "练习机构", "<negative>", "<vaccine>"}, nil},
		{"a plain sheet", st, sheet(t, st, "", 1, seal), nil, nil},
		{"another symbol attached", st, sheet(t, st, otherSeal, 1, seal), nil, nil},
		{"only attached", st, sheet(t, st, seal, 1), nil, []string{"seal"}},
		{"swapped symbol", st, certificate(t, st, otherSeal), nil, []string{"seal"}},
		{"a second symbol", st, sheet(t, st, "", 1, seal, otherSeal), nil, []string{"seal"}},
		{"two pages", st, sheet(t, st, "", 2, seal), nil, []string{"pages"}},
		{"another person", st, certificate(t, another, seal), nil,
			[]string{"number", "surname", "nativeName", "birth", "documentNumber", "date"}},
		{"a test's time", st, certificate(t, changed(func(s *data.Statement) { s.Tests[1].Sampled.Wall = "2022-07-18T09:46" }), seal), nil,
			[]string{"tests[1].sampled"}},
		{"a test left out", st, certificate(t, changed(func(s *data.Statement) { s.Tests = s.Tests[:1] }), seal), nil,
			[]string{"tests[1].laboratory", "tests[1].sampled", "tests[1].reported"}},
		{"a dose's lot", st, certificate(t, changed(func(s *data.Statement) { s.Doses[0].Lot = "202102003X" }), seal), nil,
			[]string{"doses[0].lot"}},
		{"a dose's date", st, certificate(t, changed(func(s *data.Statement) { s.Doses[0].Date = "2021-03-09" }), seal), nil,
			[]string{"doses[0].date", "date"}},
		{"a dose too many", st, certificate(t, changed(func(s *data.Statement) { s.Doses = append(s.Doses, data.StatedDose{Date: "2021-12-24"}) }), seal), nil,
			[]string{"date"}},
		{"the window's zone", st, certificate(t, changed(func(s *data.Statement) { s.ValidUntil.Offset = "+07:00" }), seal), nil,
			[]string{"validUntil"}},
		{"a word that is missing", st, certificate(t, st, seal), []string{"Practice Post", "<positive>"}, []string{"want[1]"}},

		{"what it replaces", replacing, certificate(t, replacing, seal), replaces, nil},
		{"what it replaces left out", replacing, certificate(t, st, seal), nil, []string{"replaces"}},
		{"the sentence about it left out", replacing, certificate(t, st, seal), replaces[5:7], []string{"replaces", "want[0]", "want[1]"}},
		{"it replaces another", replacing, certificate(t, changed(func(s *data.Statement) { s.Replaces = statement(t, 28).Number }), seal), nil,
			[]string{"replaces", "number"}},
		{"it replaces nothing", st, certificate(t, replacing, seal), nil, []string{"number"}},
		{"blue", blue, certificate(t, blue, seal), press.Sentences(printout(blue, seal)), nil},
		{"blue that looks green", blue, certificate(t, st, seal), press.Sentences(printout(blue, seal)), []string{"notice", "want[5]", "want[6]", "want[7]", "want[8]"}},
		{"green that looks blue", st, certificate(t, blue, seal), press.Sentences(printout(st, seal)), []string{"want[5]", "want[6]"}},
		{"another notice", blue, certificate(t, changed(func(s *data.Statement) { *s = blue; s.NoticeVersion = 3 }), seal), nil, []string{"notice"}},
		{"another last test", blue, certificate(t, changed(func(s *data.Statement) { *s = blue; s.LastTest.Hours = 24 }), seal), press.Sentences(printout(blue, seal)), []string{"want[6]", "want[7]"}},
		{"practice", st, certificate(t, st, seal), press.Sentences(printout(st, seal)), nil},
		{"accredited", real, rendered(t, accredited), press.Sentences(accredited), nil},
		{"not accredited", real, rendered(t, doubtful), press.Sentences(doubtful), nil},
		{"not accredited and does not say so", real, rendered(t, accredited), press.Sentences(doubtful), []string{"want[0]", "want[1]", "want[2]", "want[3]"}},
		{"practice and does not say so", real, rendered(t, doubtful), press.Sentences(printout(st, seal)), []string{"want[0]", "want[1]", "want[2]", "want[3]"}},
	} {
		err := Check(context.Background(), engine, c.pdf, c.st, seal, Page{Want: c.want})
		var differs *Error
		switch {
		case c.diff == nil && err != nil:
			text, _ := engine.Text(context.Background(), c.pdf, 0)
			t.Errorf("%s: %v\n%s", c.name, err, text)
		case c.diff != nil && !errors.As(err, &differs):
			t.Errorf("%s: %v", c.name, err)
		case c.diff != nil:
			got, want := slices.Sorted(slices.Values(differs.Fields)), slices.Sorted(slices.Values(c.diff))
			if !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", c.name, differs.Fields, c.diff)
			}
			if strings.Contains(err.Error(), "MUSTER") || strings.Contains(err.Error(), "YANGBEN") {
				t.Errorf("%s: a person in %v", c.name, err)
			}
		}
	}
}

// Names and places that need more than one line are found too, and the largest seal.
func TestCheckLong(t *testing.T) {
	st := statement(t, 26)
	st.Surname = "WOLFESCHLEGELSTEINHAUSENBERGERDORFF-VON DER HOHENSTEINBURG UND ZU SPECIMEN"
	st.GivenNames = "ANNA-MARIA O'LEARY D'AVILA"
	st.NativeName = strings.Repeat("样本姓名（测试）、", 6)
	st.Doses[0].Place = "Saint-Jean-sur-Specimen-et-Utopie, Province of Long Names"
	seal := seal + strings.Repeat("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", 18)
	if err := Check(context.Background(), engine, certificate(t, st, seal), st, seal, Page{}); err != nil {
		text, _ := engine.Text(context.Background(), certificate(t, st, seal), 0)
		t.Errorf("%v\n%q", err, text)
	}
}

func TestCheckRefuses(t *testing.T) {
	st := statement(t, 26)
	if err := Check(context.Background(), engine, []byte("%PDF-1.7"), st, seal, Page{}); !errors.Is(err, page.ErrDamaged) {
		t.Errorf("no PDF: %v", err)
	}
	if err := Check(context.Background(), engine, certificate(t, st, seal), st, "", Page{}); err == nil {
		t.Error("a record without seal passed")
	}
	var b bytes.Buffer
	img, err := engine.Render(context.Background(), certificate(t, st, seal), 0, 72)
	if err == nil {
		err = png.Encode(&b, img)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(context.Background(), engine, b.Bytes(), st, seal, Page{}); !errors.Is(err, page.ErrDamaged) {
		t.Errorf("a picture: %v", err)
	}
}

func BenchmarkCheck(b *testing.B) {
	st := statement(b, 26)
	pdf := certificate(b, st, seal)
	for b.Loop() {
		if err := Check(context.Background(), engine, pdf, st, seal, Page{}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestCheckFurther: each further seal must be on a further page, and nothing else.
func TestCheckFurther(t *testing.T) {
	st := statement(t, 26)
	further := []data.FurtherSeal{
		{Format: data.FormatVDSNC, Of: "tests[0]", Text: `{"data":{"hdr":{"is":"UTO"}},"sig":{"sigvl":"` + strings.Repeat("Abc_012-", 130) + `"}}`},
		{Format: data.FormatDCC, Of: "doses", Text: "HC1:" + strings.Repeat("6BFOXN%TS", 58)},
	}
	p := printout(st, seal)
	p.Further = further
	pdf := rendered(t, p)
	want := Page{Every: press.EveryPage(p), Further: []string{further[1].Text, further[0].Text}}
	if err := Check(context.Background(), engine, pdf, st, seal, want); err != nil {
		t.Error(err)
	}
	differs := func(name string, pdf []byte, want Page, fields ...string) {
		t.Helper()
		var e *Error
		if err := Check(context.Background(), engine, pdf, st, seal, want); !errors.As(err, &e) || !slices.Equal(e.Fields, fields) {
			t.Errorf("%s: %v, want %v", name, err, fields)
		}
	}
	differs("one is missing on paper", pdf, Page{Every: want.Every, Further: append([]string{"another"}, want.Further...)}, "further")
	differs("one too many on paper", pdf, Page{Every: want.Every, Further: want.Further[:1]}, "further")
	differs("of another certificate", pdf, Page{Every: []string{"PRAA-AAAA-AAAA"}, Further: want.Further}, "further")
	differs("pages nobody asked for", pdf, Page{}, "pages")
	differs("no pages", certificate(t, st, seal), want, "pages")
}
