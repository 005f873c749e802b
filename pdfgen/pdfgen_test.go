package pdfgen

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"pratique/data"
	"pratique/data/codes"
)

var press = sync.OnceValue(func() *Press {
	p, err := New(os.DirFS("../assets"), book())
	if err != nil {
		panic(err)
	}
	return p
})

var book = sync.OnceValue(func() *codes.Book {
	b, err := codes.Load(os.DirFS("../assets"))
	if err != nil {
		panic(err)
	}
	return b
})

func at(wall string) data.Moment {
	return data.Moment{Wall: wall, Zone: "Asia/Shanghai", Offset: "+08:00"}
}

// sample is the specimen traveller with three tests and two doses.
func sample() data.Statement {
	number, err := data.NewCertificateNumber("PR", [data.NumberRandomLen]byte{7, 23, 15, 2, 20, 9, 29, 4, 26})
	if err != nil {
		panic(err)
	}
	return data.Statement{
		Practice: true, Number: number, Issuer: "UT",
		Surname: "YANGBEN", GivenNames: "SPECIMEN", NativeName: "样本",
		Birth: "1981-08-03", Sex: data.Female, Nationality: "CHN",
		DocumentKind: data.OrdinaryPassport, DocumentIssuer: "CHN", DocumentNumber: "E00000000", DocumentExpires: "2029-05-17",
		Tests: []data.StatedTest{
			{Kind: data.NucleicAcid, Specimen: "nasopharyngeal", Method: "rt-pcr", Laboratory: "UTOPIA CENTRAL LAB",
				Sampled: at("2022-07-18T09:40"), Analysed: at("2022-07-18T15:05"), Reported: at("2022-07-18T18:20"), Result: data.Negative},
			{Kind: data.SerumIgM, Specimen: "venous", Method: "clia", Laboratory: "UTOPIA CENTRAL LAB",
				Sampled: at("2022-07-18T09:45"), Analysed: at("2022-07-18T14:10"), Reported: at("2022-07-18T18:20"), Result: data.Negative},
			{Kind: data.SerumIgG, Specimen: "venous", Method: "clia", Laboratory: "UTOPIA CENTRAL LAB",
				Sampled: at("2022-07-18T09:45"), Reported: at("2022-07-18T18:20"), Result: data.Positive},
		},
		Doses: []data.StatedDose{
			{Date: "2021-03-08", Product: "CoronaVac", Lot: "202102003K", Country: "CHN", Place: "Beijing"},
			{Date: "2021-04-05", Product: "CoronaVac", Lot: "202103011A", Country: "CHN", Place: "Beijing"},
		},
		Issued: at("2022-07-19T10:30"), ValidFrom: at("2022-07-19T10:30"), ValidUntil: at("2022-07-20T23:59"),
		Window: data.WindowJourney, Expires: at("2022-08-18T23:59"),
		Colour: data.Green, PreparedBy: "PA", ApprovedBy: "RB",
	}
}

// sampleSeal has the length and alphabet of a real seal.
func sampleSeal(n int) string {
	const base45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	var b strings.Builder
	b.WriteString("HC1:")
	x := uint32(2463534242)
	for b.Len() < n {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b.WriteByte(base45[x%45])
	}
	return b.String()
}

func printout(kind Kind) Printout {
	out := Printout{
		Kind: kind, Statement: sample(),
		Post: data.Post{
			Kind: data.PracticePost, Code: "PR", Country: "UT", State: "UTO",
			Name:      map[string]string{"en": "Practice Post", "zh": "练习机构"},
			StateName: map[string]string{"en": "Republic of Utopia", "zh": "乌托邦共和国"},
			City:      map[string]string{"en": "Amaurot", "zh": "亚马乌罗提"},
			Zone:      "UTC", Hotline: "+999 0 000 000",
			Address: map[string]string{"en": "1 Harbour Street, Amaurot", "zh": "亚马乌罗提市港口街1号"},
		},
		AnchorFingerprint: "9f2c41d07b6be38855aa1020c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6",
	}
	if kind == Certificate {
		out.Seal, out.Copy = sampleSeal(820), 1
	}
	return out
}

// full is a printout with as much as a page must hold.
func full() Printout {
	out := printout(Certificate)
	st := &out.Statement
	for i := len(st.Tests); i < 8; i++ {
		st.Tests = append(st.Tests, st.Tests[i%3])
	}
	for i := len(st.Doses); i < 6; i++ {
		st.Doses = append(st.Doses, st.Doses[i%2])
	}
	return out
}

// long is a printout with names longer than any line. 䶮 is in the regular
// font alone.
func long() Printout {
	out := printout(Certificate)
	st := &out.Statement
	st.Surname = "WOLFESCHLEGELSTEINHAUSENBERGERDORFFVORALTERN-VON SPECIMEN UND ZU YANGBEN"
	st.GivenNames = "ADOLPH BLAINE CHARLES DAVID EARL FREDERICK GERALD HUBERT IRVIN JOHN KENNETH LLOYD"
	st.NativeName = "查询目的地适用的公共卫生措施（样本）：欧阳䶮、阿卜杜热西提·麦麦提，司马样本；上官样本。古丽巴哈尔·阿不都热依木样本姓名很长很长很长很长很长很长"
	st.Tests[0].Laboratory = "UTOPIA MIDTOWN LAB 2"
	st.Doses[0].Place = "乌托邦共和国亚马乌罗提市港口街道第一社区卫生服务中心预防接种门诊䶮"
	out.Post.Name = map[string]string{"en": "Practice Post of the Republic of Utopia at the Harbour of Amaurot", "zh": "乌托邦共和国驻亚马乌罗提港练习机构䶮"}
	return out
}

func render(t testing.TB, out Printout) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := press().Render(&b, out); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// streams are the inflated streams of a PDF file.
func streams(t testing.TB, pdf []byte) []string {
	t.Helper()
	var all []string
	for _, part := range bytes.Split(pdf, []byte("\nstream\n"))[1:] {
		r, err := zlib.NewReader(bytes.NewReader(part))
		if err != nil {
			continue // not deflated
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(b))
	}
	return all
}

var shown = regexp.MustCompile(`(?s)BT [-0-9. ]+ Td \(((?:[^\\)]|\\.)*)\) Tj ET`)

// shownText is all text of the page in the order it is drawn, without ends of
// lines, read from the file and not from what the package meant to write.
func shownText(t testing.TB, pdf []byte) string {
	t.Helper()
	var all strings.Builder
	for _, s := range streams(t, pdf) {
		for _, m := range shown.FindAllStringSubmatch(s, -1) {
			raw := strings.NewReplacer(`\\`, `\`, `\(`, `(`, `\)`, `)`, `\r`, "\r").Replace(m[1])
			var units []uint16
			for i := 0; i+1 < len(raw); i += 2 {
				units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
			}
			all.WriteString(string(utf16.Decode(units)))
		}
	}
	return all.String()
}

func TestEveryValueIsOnThePageWhole(t *testing.T) {
	for name, out := range map[string]Printout{
		"sample": printout(Certificate), "full": full(), "long": long(), "proof": printout(ProofSlip), "preview": printout(Preview),
	} {
		t.Run(name, func(t *testing.T) {
			got := shownText(t, render(t, out))
			st := out.Statement
			want := []string{
				st.Surname, st.GivenNames, st.NativeName, string(st.Birth), "Female 女", "China 中国 (CHN)", "Ordinary passport 普通护照",
				st.DocumentNumber, string(st.DocumentExpires), st.Number.String(), st.Issued.String(), st.ValidFrom.String(),
				st.ValidUntil.String(), st.Expires.String(), "GREEN 绿色", "仅限此次行程", "Prepared by 经办 PA", "Approved by 核准 RB",
				out.Post.Name["en"] + " " + out.Post.Name["zh"], out.Post.Address["zh"], out.Post.Hotline,
				groups(out.AnchorFingerprint, 4), "PRACTICE 练习", "NOT ACCREDITED",
			}
			for _, x := range st.Tests {
				want = append(want, x.Sampled.String(), x.Reported.String(), x.Laboratory)
			}
			for _, d := range st.Doses {
				want = append(want, string(d.Date), d.Lot, d.Place)
			}
			for _, k := range []key{kValidity, kSoftware, kCheckText, kPrivacyText} {
				want = append(want, press().words[k].En, press().words[k].Zh)
			}
			if out.Kind == Certificate {
				want = append(want, "Copy 打印份次 1")
			} else {
				want = append(want, "SPECIMEN 样本")
			}
			for _, w := range want {
				if !strings.Contains(got, w) {
					t.Errorf("%q is not on the page", w)
				}
			}
			if out.Kind == Certificate && strings.Contains(got, "SPECIMEN 样本") {
				t.Error("a certificate says that it is a specimen")
			}
		})
	}
}

// typed is a printout of each type of certificate; the kinds of test are of
// every kind there is.
func typed(typ data.CertificateType) Printout {
	out := printout(Certificate)
	st := &out.Statement
	test := st.Tests[1]
	st.Tests = nil
	for _, kind := range data.TestKinds {
		if typ.HasTest(kind) {
			test.Kind = kind
			st.Tests = append(st.Tests, test)
		}
	}
	if !typ.HasDoses() {
		st.Doses = nil
	}
	return out
}

func TestTheTypeIsOnThePage(t *testing.T) {
	for typ, want := range map[data.CertificateType]string{
		data.CertificateComprehensive: "Comprehensive 综合证明", data.CertificateTests: "Virus tests 病毒检测证明",
		data.CertificateAntibody: "Antibodies 抗体检测证明", data.CertificateVaccination: "Vaccination 疫苗接种证明",
	} {
		pdf := render(t, typed(typ))
		got := shownText(t, pdf)
		if strings.Count(got, want) != 1 {
			t.Errorf("%s: %q is not on the page once", typ, want)
		}
		n := strings.Count(got, "血清IgM抗体检测（N蛋白）")
		if has := typ.HasTest(data.SerumIgMN); has != (n == 1) {
			t.Errorf("%s: the IgM test of the N protein stands there %d times", typ, n)
		}
		if dir := os.Getenv("PRATIQUE_SHOTS"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, "paper-"+string(typ)+".pdf"), pdf, 0o644); err != nil {
				t.Error(err)
			}
		}
	}
	out := full()
	for i := range out.Statement.Tests {
		out.Statement.Tests[i].Kind = data.SerumIgMN
	}
	render(t, out) // the longest name, as often as there can be tests
}

// real is the printout of a real post that corrects another certificate.
func real(kind Kind, accredited bool) Printout {
	out := printout(kind)
	out.Statement.Practice, out.Post.Kind, out.Accredited = false, data.RealPost, accredited
	out.Statement.Replaces = "PR34K8D1H6Z9"
	return out
}

// blueOf is a certificate that depends on a last test.
func blueOf(out Printout) Printout {
	st := &out.Statement
	st.Colour, st.LastTest, st.Window = data.Blue, data.LastTest{Kind: data.Antigen, Hours: 12}, data.WindowTests
	st.Notice, st.NoticeVersion = "nephelo-2022-04", 2
	return out
}

// What a page says about itself is on it as often as it is listed, and nothing
// of it is on a page that has no reason.
func TestSentences(t *testing.T) {
	plain := real(Certificate, true)
	plain.Statement.Replaces = ""
	for name, tt := range map[string]struct {
		out       Printout
		sentences int
	}{
		"practice":          {printout(Certificate), 7},
		"accredited":        {plain, 2},
		"replaces":          {real(Certificate, true), 4},
		"doubtful":          {real(Certificate, false), 8},
		"doubtful slip":     {real(ProofSlip, false), 7},
		"doubtful preview":  {real(Preview, false), 7},
		"replaces, in full": {func() Printout { out := full(); out.Statement.Replaces = "PR34K8D1H6Z9"; return out }(), 9},
		"blue":              {blueOf(printout(Certificate)), 9},
		"blue, in full":     {blueOf(full()), 9},
		"blue, long":        {blueOf(long()), 9},
	} {
		got, want := shownText(t, render(t, tt.out)), press().Sentences(tt.out)
		if len(want) != tt.sentences {
			t.Errorf("%s: %d sentences: %q", name, len(want), want)
		}
		seen := map[string]int{}
		for _, w := range want {
			if seen[w]++; strings.Count(got, w) < seen[w] {
				t.Errorf("%s: %q stands there %d times", name, w, strings.Count(got, w))
			}
		}
		st := tt.out.Statement
		for _, m := range []struct {
			reason bool
			marks  []string
		}{
			{st.Practice, []string{"PRACTICE", "练习用纸"}},
			{st.Practice || !tt.out.Accredited, []string{"NOT ACCREDITED", "未经认可"}},
			{st.Replaces != "", []string{"Replaces", "替代"}},
			{st.Colour == data.Blue, []string{"BLUE 蓝色", "Good only together with a negative antigen test sampled within 12 hours before departure", "须与起飞前12小时内采样的抗原检测阴性报告一并出示方为有效"}},
			{st.Colour == data.Green, []string{"GREEN 绿色", "without condition"}},
			{st.Window == data.WindowTests, []string{"as long as the tests count 以检测有效时间为限"}},
			{st.Window == data.WindowJourney, []string{"for this journey alone 仅限此次行程"}},
			{st.Notice != "", []string{"Notice, version 依据通知、版本 nephelo-2022-04 · 2"}},
		} {
			for _, mark := range m.marks {
				if strings.Contains(got, mark) != m.reason {
					t.Errorf("%s: it says %q: %v", name, mark, !m.reason)
				}
			}
		}
	}
}

func TestOneNameAlone(t *testing.T) {
	out := printout(Certificate)
	out.Statement.GivenNames, out.Statement.NativeName = "", ""
	if got := shownText(t, render(t, out)); !strings.Contains(got, "本国文字姓名—") || !strings.Contains(got, "Given names 名—") {
		t.Error("an empty name is not marked with a dash")
	}
}

func TestAnUndecidedStatementMakesAProofSlip(t *testing.T) {
	out := printout(ProofSlip)
	st := &out.Statement
	*st = data.Statement{Practice: true, NativeName: st.NativeName}
	out.AnchorFingerprint = ""
	got := shownText(t, render(t, out))
	if strings.Count(got, "None stated 无记载") != 2 || strings.Contains(got, "GREEN") {
		t.Errorf("proof slip of an empty statement: %s", got)
	}
}

func TestRealPaper(t *testing.T) {
	out := printout(Certificate)
	out.Statement.Practice, out.Post.Kind = false, data.RealPost
	if got := shownText(t, render(t, out)); strings.Contains(got, "练习用纸") || !strings.Contains(got, "NOT ACCREDITED") {
		t.Error("real post without outside anchor: want NOT ACCREDITED and no practice sentence")
	}
	out.Accredited = true
	if got := shownText(t, render(t, out)); strings.Contains(got, "NOT ACCREDITED") {
		t.Error("accredited post prints NOT ACCREDITED")
	}
	out = printout(Certificate)
	out.Accredited = true
	if got := shownText(t, render(t, out)); !strings.Contains(got, "NOT ACCREDITED") {
		t.Error("practice paper passes for accredited")
	}
}

func TestImpossiblePrintouts(t *testing.T) {
	for name, spoil := range map[string]func(*Printout){
		"preview with a seal":     func(o *Printout) { o.Kind = Preview },
		"proof slip with a seal":  func(o *Printout) { o.Kind = ProofSlip },
		"unknown kind":            func(o *Printout) { o.Kind = 9 },
		"certificate unsealed":    func(o *Printout) { o.Seal = "" },
		"certificate unnumbered":  func(o *Printout) { o.Statement.Number = "" },
		"number mistyped":         func(o *Printout) { o.Statement.Number = "PR7QF2M9X4TC" },
		"post of another code":    func(o *Printout) { o.Post.Code = "PS" },
		"post of another state":   func(o *Printout) { o.Post.Country = "UX" },
		"undated":                 func(o *Printout) { o.Statement.Issued = data.Moment{} },
		"no anchor":               func(o *Printout) { o.AnchorFingerprint = "" },
		"copy 0":                  func(o *Printout) { o.Copy = 0 },
		"real paper, practice":    func(o *Printout) { o.Statement.Practice = false },
		"practice paper at real":  func(o *Printout) { o.Post.Kind = data.RealPost },
		"replaces itself":         func(o *Printout) { o.Statement.Replaces = o.Statement.Number },
		"replaces a typo":         func(o *Printout) { o.Statement.Replaces = "PR34K8D1H6Z8" },
		"practice, post unlabled": func(o *Printout) { o.Statement.Practice, o.Post.Kind = false, "" },
	} {
		out := printout(Certificate)
		spoil(&out)
		var b bytes.Buffer
		if err := press().Render(&b, out); !errors.Is(err, ErrPrintout) || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, b.Len())
		}
	}
	for name, spoil := range map[string]func(*Printout){
		"colour": func(o *Printout) { o.Statement.Colour = "mauve" },
		"window": func(o *Printout) { o.Statement.Window = "" },
	} {
		out := printout(Certificate)
		spoil(&out)
		if err := press().Render(io.Discard, out); err == nil {
			t.Errorf("unknown %s was printed", name)
		}
	}
}

// nameless are code lists without a word.
type nameless struct{}

func (nameless) Name(_, _, _ string) string { return "" }

func TestACodeWithoutNameIsNotPrinted(t *testing.T) {
	p := *press()
	p.names = nameless{}
	if err := p.Render(io.Discard, printout(Certificate)); err == nil {
		t.Error("a page was printed without the names of its codes")
	}
}

func TestUnprintableCharactersAreNamed(t *testing.T) {
	for _, r := range []rune{'𠮷', 'ש', '\u200b', '\u202e', '\n', '\u00a0', '\u3164', '\ufffd', '\ue000', '😀'} {
		out := printout(Certificate)
		out.Statement.NativeName = "样" + string(r) + "本" + string(r)
		var glyph *GlyphError
		if err := press().Render(io.Discard, out); !errors.As(err, &glyph) || glyph.Rune != r {
			t.Errorf("%U: Render: %v", r, err)
		}
		problems := press().MissingIn(out.Statement)
		if len(problems) != 1 || problems[0].Field != "traveller.nativeName" || problems[0].Key != "problem.glyph" ||
			!strings.HasPrefix(problems[0].Value, fmt.Sprintf("%U", r)) {
			t.Errorf("%U: MissingIn: %v", r, problems)
		}
	}
	out := printout(Certificate)
	out.Statement.NativeName = "样\xff本" // half a character
	if err := press().Render(io.Discard, out); err == nil {
		t.Error("damaged text was printed")
	}
	if got := codePoint('𠮷'); got != "U+20BB7 𠮷" {
		t.Errorf("code point: %q", got)
	}
	if p := press().MissingIn(long().Statement); len(p) > 0 {
		t.Errorf("printable statement: %v", p)
	}
	st := sample()
	st.Doses[1].Lot, st.Tests[2].Laboratory, st.DocumentNumber = "א", "ב", "ג"
	var fields []string
	for _, p := range press().MissingIn(st) {
		fields = append(fields, p.Field)
	}
	if want := []string{"document.number", "tests[2].laboratory", "doses[1].lot"}; !slices.Equal(fields, want) {
		t.Errorf("fields %v, want %v", fields, want)
	}
}

func TestEqualPrintoutsMakeEqualBytes(t *testing.T) {
	for kind := range Kind(3) {
		if a, b := render(t, printout(kind)), render(t, printout(kind)); !bytes.Equal(a, b) {
			t.Errorf("kind %d: two renders differ", kind)
		}
	}
}

// Documents made at the same time must not reach into each other, nor into the
// font; run with -race this also proves that nothing is written.
func TestPagesMadeAtTheSameTime(t *testing.T) {
	outs := []Printout{printout(Certificate), full(), long(), printout(ProofSlip)}
	var want [][]byte
	for _, out := range outs {
		want = append(want, render(t, out))
	}
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			var b bytes.Buffer
			if err := press().Render(&b, outs[i%len(outs)]); err != nil {
				t.Error(err)
			} else if !bytes.Equal(b.Bytes(), want[i%len(outs)]) {
				t.Errorf("document %d is not what it is alone", i%len(outs))
			}
		})
	}
	wg.Wait()
}

// closing is a file system that can be shut.
type closing struct {
	fs.FS
	shut bool
}

func (c *closing) Open(name string) (fs.File, error) {
	if c.shut {
		return nil, fs.ErrClosed
	}
	return c.FS.Open(name)
}

func TestFontsAreReadOnce(t *testing.T) {
	assets := &closing{FS: os.DirFS("../assets")}
	p, err := New(assets, book())
	if err != nil {
		t.Fatal(err)
	}
	assets.shut = true
	before := slices.Clone(p.regular.tables["glyf"])
	for range 2 {
		if err := p.Render(io.Discard, printout(Certificate)); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(before, p.regular.tables["glyf"]) {
		t.Error("rendering wrote into the font")
	}
}

// words overlays the wording of the real assets.
type words struct {
	fs.FS
	name string
	file []byte
}

func (w words) ReadFile(name string) ([]byte, error) {
	if name == w.name {
		return w.file, nil
	}
	return fs.ReadFile(w.FS, name)
}

func TestWordingMustBeComplete(t *testing.T) {
	assets := os.DirFS("../assets")
	for file, k := range map[string]string{"wording/certificate.json": "validity", "wording/papers.json": "custody"} {
		whole, err := fs.ReadFile(assets, file)
		if err != nil {
			t.Fatal(err)
		}
		for name, edit := range map[string]func(map[string]map[string]string){
			"key missing":      func(w map[string]map[string]string) { delete(w, k) },
			"language missing": func(w map[string]map[string]string) { delete(w[k], "zh") },
			"key unknown":      func(w map[string]map[string]string) { w[k+".vain"] = w[k] },
			"unprintable":      func(w map[string]map[string]string) { w[k]["zh"] += "䶮" }, // not in bold
		} {
			var w map[string]map[string]string
			if err := json.Unmarshal(whole, &w); err != nil {
				t.Fatal(err)
			}
			edit(w)
			b, _ := json.Marshal(w)
			if _, err := New(words{assets, file, b}, book()); err == nil || !strings.Contains(err.Error(), k) {
				t.Errorf("%s, %s: %v", file, name, err)
			}
		}
	}
}

// Nothing may leave the margins or lie on another line.
func TestNothingOverlaps(t *testing.T) {
	sheets := map[string]*sheet{}
	for name, out := range map[string]Printout{
		"sample": printout(Certificate), "full": full(), "long": long(), "proof": printout(ProofSlip), "preview": printout(Preview),
		"real": real(Certificate, true), "doubtful": real(Certificate, false), "doubtful proof": real(ProofSlip, false),
	} {
		f, err := press().compose(out)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		sheets[name] = &f.sheet
	}
	for name, compose := range papers() {
		s, err := compose(press())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		sheets[name] = s
	}
	for name, s := range sheets {
		type box struct{ x1, y1, x2, y2 float64 }
		boxes := make([]box, len(s.runs))
		for i, r := range s.runs {
			w := s.width(r.style, strings.TrimRight(r.s, " "))
			// From the height of capitals to the foot of hanzi.
			boxes[i] = box{r.x, r.y - 0.73*r.em(), r.x + w, r.y + 0.12*r.em()}
			b := boxes[i]
			if b.x1 < left-0.01 || b.x2 > right+0.01 || b.y1 < 5 || b.y2 > pageHeight-5 {
				t.Errorf("%s: %q leaves the page: %v", name, r.s, b)
			}
			for j := range i {
				if o := boxes[j]; b.x1 < o.x2 && o.x1 < b.x2 && b.y1 < o.y2 && o.y1 < b.y2 {
					t.Errorf("%s: %q lies on %q", name, r.s, s.runs[j].s)
				}
			}
			if len(s.codes) > 0 && b.x1 < sealX+QRSide && b.x2 > sealX && b.y2 > sealY && b.y1 < sealY+QRSide {
				t.Errorf("%s: %q lies on the seal", name, r.s)
			}
		}
	}
}

func TestWhatDoesNotFitIsNamed(t *testing.T) {
	tests, doses, holder, post := full(), full(), printout(Certificate), printout(Certificate)
	for range 12 {
		tests.Statement.Tests = append(tests.Statement.Tests, tests.Statement.Tests[0])
	}
	for range 12 {
		doses.Statement.Doses = append(doses.Statement.Doses, doses.Statement.Doses[0])
	}
	holder.Statement.NativeName = strings.Repeat("样本", 400)
	post.Post.Address = map[string]string{"en": strings.Repeat("1 Harbour Street ", 100)}
	for want, out := range map[string]Printout{"tests[": tests, "doses[": doses, "traveller": holder, "post": post} {
		var fit *FitError
		if err := press().Render(io.Discard, out); !errors.As(err, &fit) || !strings.HasPrefix(fit.Field, want) {
			t.Errorf("want %s…: %v", want, err)
		}
		// The same is said before there is a number or a seal.
		out.Kind, out.Seal, out.Copy, out.Statement.Number = 0, "", 0, ""
		if got := press().Unprintable(out); len(got) != 1 || got[0] != (data.Problem{Field: fit.Field, Key: "problem.page"}) {
			t.Errorf("%s: Unprintable: %v", want, got)
		}
	}
	for name, out := range map[string]Printout{"full": full(), "long": long()} {
		if got := press().Unprintable(out); got != nil {
			t.Errorf("%s: Unprintable: %v", name, got)
		}
	}
	glyph := tests
	glyph.Statement.Surname = "𠮷"
	if got := press().Unprintable(glyph); len(got) != 1 || got[0].Key != "problem.glyph" {
		t.Errorf("a character comes before the room: %v", got)
	}
}

// The outside view: a reader of PDF and a reader of QR codes that are not ours.
func TestOtherProgramsReadThePage(t *testing.T) {
	for _, tool := range []string{"pdftoppm", "pdftotext", "zbarimg"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: the page was NOT read by other programs", tool)
		}
	}
	dir := t.TempDir()
	picture := func(name string, pdf []byte, dpi string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file+".pdf", pdf, 0o600); err != nil {
			t.Fatal(err)
		}
		if b, err := exec.Command("pdftoppm", "-r", dpi, "-gray", "-singlefile", file+".pdf", file).CombinedOutput(); err != nil || len(b) > 0 {
			t.Fatalf("pdftoppm: %v: %s", err, b)
		}
		return file + ".pgm"
	}
	for _, n := range []int{750, 900} {
		out := full()
		out.Seal = sampleSeal(n)
		pdf := render(t, out)
		for _, dpi := range []string{"150", "300"} {
			b, err := exec.Command("zbarimg", "-q", "--raw", picture("certificate", pdf, dpi)).Output()
			if got := strings.TrimSuffix(string(b), "\n"); err != nil || got != out.Seal {
				t.Errorf("%d characters at %s dpi: %v, read %d characters", n, dpi, err, len(got))
			}
		}
		b, err := exec.Command("pdftotext", "-raw", filepath.Join(dir, "certificate.pdf"), "-").CombinedOutput()
		for _, want := range []string{out.Statement.Number.String(), "YANGBEN", "样本", "国际旅行健康证明"} {
			if err != nil || !strings.Contains(string(b), want) {
				t.Errorf("pdftotext: %v, no %q", err, want)
			}
		}
	}
	for _, kind := range []Kind{ProofSlip, Preview} {
		if b, err := exec.Command("zbarimg", "-q", "--raw", picture("specimen", render(t, printout(kind)), "200")).Output(); err == nil {
			t.Errorf("kind %d carries a code: %q", kind, b)
		}
	}
}

func BenchmarkRender(b *testing.B) {
	out := printout(Certificate)
	press()
	b.ReportAllocs()
	for b.Loop() {
		if err := press().Render(io.Discard, out); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompose(b *testing.B) {
	out := printout(Preview) // without a seal
	for b.Loop() {
		if _, err := press().compose(out); err != nil {
			b.Fatal(err)
		}
	}
}
