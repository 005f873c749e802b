package issue

import (
	"errors"
	"os"
	"strings"
	"testing"

	"filippo.io/age"

	"pratique/data"
	"pratique/data/codes"
	"pratique/data/seal/hcert"
)

// FuzzFurther: whatever is entered, its seals of every format are either refused
// with a problem that names a field, or are read back as what was to be sealed.
func FuzzFurther(f *testing.F) {
	book, err := codes.Load(os.DirFS("../../assets"))
	if err != nil {
		f.Fatal(err)
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		f.Fatal(err)
	}
	post := data.Post{Kind: data.PracticePost, Code: "PR", Country: "UT", State: "UTO", Name: map[string]string{"en": "Practice Post"}}
	f.Add("YANGBEN", "SPECIMEN", "1984-03-08", "E00000000", "A202103012", "Harbour Clinic 3", "+999 555 0199", "12 Bridge Street", "N-20771", byte(0))
	f.Add("O'Connor-Łukasz", "样本", "1984", "E", "", "Ωmega", "\x00", "\"\\\u2028", "\xff", byte(7))
	f.Add("", strings.Repeat("X", 90), "1899-12-31", strings.Repeat("9", 30), strings.Repeat("L", 21), "", "", "", "", byte(255))
	f.Fuzz(func(t *testing.T, surname, given, birth, document, lot, place, phone, address, report string, pick byte) {
		at := func(wall string) data.Moment { return data.Moment{Wall: wall, Offset: "+08:00"} }
		kind := data.TestKinds[int(pick)%len(data.TestKinds)]
		method := map[data.TestKind]string{data.NucleicAcid: "rt-pcr", data.Antigen: "rapid-antigen"}[kind]
		if method == "" {
			method = "clia"
		}
		st := data.Statement{
			Practice: true, Number: placeholder(post), Issuer: "UT", Surname: surname, GivenNames: given, Birth: data.Date(birth), Sex: data.Female,
			Nationality: "CHN", DocumentKind: data.OrdinaryPassport, DocumentIssuer: "CHN", DocumentNumber: document, DocumentExpires: "2031-03-08",
			Tests: []data.StatedTest{{Kind: kind, Specimen: "nasopharyngeal", Method: method, Laboratory: "Central", Sampled: at("2022-07-08T16:30"), Reported: at("2022-07-09T00:30"), Result: data.Negative}},
			Doses: []data.StatedDose{{Date: "2021-11-13", Product: "CoronaVac", Lot: lot, Country: "CHN", Place: place}},

			Issued: at("2022-07-09T18:30"), ValidFrom: at("2022-07-09T18:30"), ValidUntil: at("2022-07-10T23:59"), Window: data.WindowJourney,
			Expires: at("2023-01-06T23:59"), Colour: data.Green, PreparedBy: "A", ApprovedBy: "B",
		}
		if _, err := hcert.EncodeStatement(st); err != nil {
			return // it never gets as far as this
		}
		further := data.FurtherRecord{
			VDSNC: pick&1 == 0, DCC: pick&2 == 0,
			Providers:   []data.Provider{{Country: "UTO", Phone: phone, Email: "a@example.org", Address: address, Product: "1232"}},
			Authorities: []data.Authority{{ID: "a", Name: "A", Recipient: identity.Recipient().String()}},
			Particulars: &data.Particulars{Phone: phone, Reports: []data.Report{{Number: report, Laboratory: place}}, Declaration: data.Declaration{Remarks: address, Agreed: true}},
		}
		drafts, err := furtherDrafts(post, book, st, further)
		var refused *ProblemsError
		if errors.As(err, &refused) {
			for _, p := range refused.Problems {
				if p.Field == "" || !strings.HasPrefix(p.Key, "problem.carry.") {
					t.Errorf("%+v", p)
				}
			}
			return
		}
		if err == nil {
			_, err = rehearse(st, further, drafts)
		}
		if errors.Is(err, ErrRehearsal) {
			t.Errorf("%v", err)
		}
		if err != nil && !errors.As(err, &refused) && !strings.Contains(err.Error(), "would not be read") && !strings.Contains(err.Error(), "encode") {
			t.Errorf("%v", err)
		}
	})
}
