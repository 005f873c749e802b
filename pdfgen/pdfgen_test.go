package pdfgen

import (
	"os"
	"strings"
	"sync"
	"testing"

	"pratique/data"
)

// names stands in for the code lists.
type names map[string][2]string

func (n names) Name(list, code, lang string) string {
	v := n[list+" "+code]
	if lang == "zh" {
		return v[1]
	}
	return v[0]
}

var testNames = names{
	"states CHN":               {"China", "中国"},
	"states UTO":               {"Utopia", "乌托邦"},
	"documents ordinary":       {"Ordinary passport", "普通护照"},
	"tests naat":               {"Nucleic acid", "核酸检测"},
	"tests antigen":            {"Antigen", "抗原检测"},
	"tests igm":                {"Serum antibody IgM", "血清抗体 IgM"},
	"tests igg":                {"Serum antibody IgG", "血清抗体 IgG"},
	"specimens nasopharyngeal": {"Nasopharyngeal swab", "鼻咽拭子"},
	"specimens venous-blood":   {"Venous blood", "静脉血"},
	"methods rt-pcr":           {"Real-time RT-PCR", "实时荧光 RT-PCR"},
	"methods clia":             {"Chemiluminescence", "化学发光法"},
	"results negative":         {"Negative", "阴性"},
	"results positive":         {"Positive", "阳性"},
	"vaccines CoronaVac":       {"CoronaVac (Sinovac)", "克尔来福（科兴）"},
}

var press = sync.OnceValue(func() *Press {
	p, err := New(os.DirFS("../assets"), testNames)
	if err != nil {
		panic(err)
	}
	return p
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
			{Kind: data.SerumIgM, Specimen: "venous-blood", Method: "clia", Laboratory: "UTOPIA CENTRAL LAB",
				Sampled: at("2022-07-18T09:45"), Analysed: at("2022-07-18T14:10"), Reported: at("2022-07-18T18:20"), Result: data.Negative},
			{Kind: data.SerumIgG, Specimen: "venous-blood", Method: "clia", Laboratory: "UTOPIA CENTRAL LAB",
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
func TestDump(t *testing.T) {
	for k, n := range []string{"proof", "preview", "cert"} {
		f, _ := os.Create("/tmp/pg/" + n + ".pdf")
		if err := press().Render(f, printout(Kind(k))); err != nil {
			t.Error(err)
		}
		f.Close()
	}
}
