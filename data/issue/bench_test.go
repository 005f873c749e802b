package issue

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/keys"
)

// specimen is a full statement: three tests, two doses, two names.
func specimen(tb testing.TB) data.Statement {
	tb.Helper()
	n, err := data.NewCertificateNumber("PR", [data.NumberRandomLen]byte{1, 2, 3, 4, 5, 6, 7, 8, 9})
	if err != nil {
		tb.Fatal(err)
	}
	at := func(wall string) data.Moment { return data.Moment{Wall: wall, Offset: "+08:00"} }
	st := data.Statement{
		Practice: true, Number: n, Issuer: "UT", Surname: "YANGBEN", GivenNames: "SPECIMEN", NativeName: "样本",
		Birth: "1984-03-08", Sex: data.Male, Nationality: "CHN",
		DocumentKind: data.OrdinaryPassport, DocumentIssuer: "CHN", DocumentNumber: "E00000000", DocumentExpires: "2031-03-08",
		Issued: at("2022-07-09T10:30"), ValidFrom: at("2022-07-09T10:30"), ValidUntil: at("2022-07-10T23:59"), Window: data.WindowJourney,
		Expires: at("2023-01-06T23:59"), Colour: data.Green, PreparedBy: "A", ApprovedBy: "B",
	}
	for _, kind := range []data.TestKind{data.NucleicAcid, data.SerumIgM, data.SerumIgG} {
		st.Tests = append(st.Tests, data.StatedTest{
			Kind: kind, Specimen: "oropharyngeal", Method: "rt-pcr", Laboratory: "Amaurote Central Lab", Result: data.Negative,
			Sampled: at("2022-07-08T09:40"), Analysed: at("2022-07-08T15:00"), Reported: at("2022-07-08T17:10"),
		})
	}
	for _, day := range []data.Date{"2021-05-01", "2021-05-29"} {
		st.Doses = append(st.Doses, data.StatedDose{Date: day, Product: "CoronaVac", Lot: "A202103012", Country: "CHN", Place: "Harbour Clinic 3"})
	}
	return st
}

// BenchmarkSign is the bare signature: what any way of sealing must cost.
func BenchmarkSign(b *testing.B) {
	_, signer, err := keys.MakePractice(data.Post{Code: "PR", Country: "UT", StateName: map[string]string{"en": "Utopia"}}, benchNow)
	if err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256([]byte("specimen"))
	for b.Loop() {
		if _, err := signer.Sign(rand.Reader, digest[:], crypto.SHA256); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSeal is the whole of sealing one statement: encode, sign, write,
// read back, verify, compare.
func BenchmarkSeal(b *testing.B) {
	st := specimen(b)
	_, signer, err := keys.MakePractice(data.Post{Code: "PR", Country: "UT", StateName: map[string]string{"en": "Utopia"}}, benchNow)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := signAndCheck(signer, signer.Certificate, certificateDraft(st), false); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRehearse is the same with a key made for the purpose.
func BenchmarkRehearse(b *testing.B) {
	st := specimen(b)
	for b.Loop() {
		if _, err := rehearse(st, data.FurtherRecord{}, []draft{certificateDraft(st)}); err != nil {
			b.Fatal(err)
		}
	}
}

var benchNow = time.Date(2022, 7, 9, 2, 0, 0, 0, time.UTC)
