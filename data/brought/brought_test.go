package brought_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/brought"
	"pratique/data/codes"
	"pratique/data/seal"
	"pratique/data/seal/dcc"
	"pratique/data/seal/hcert"
	"pratique/data/seal/vdsnc"
	"pratique/data/trust"
)

var now = time.Date(2022, 7, 18, 9, 0, 0, 0, time.UTC)

// authority signs for a foreign state.
type authority struct {
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
}

func newAuthority(t testing.TB, country string) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Specimen Health Authority", Country: []string{country}},
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(2, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{key, c}
}

func (a authority) sign(t testing.TB, digest []byte) []byte {
	t.Helper()
	der, err := a.key.Sign(rand.Reader, digest, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &rs); err != nil {
		t.Fatal(err)
	}
	return append(rs.R.FillBytes(make([]byte, 32)), rs.S.FillBytes(make([]byte, 32))...)
}

// container is a payload in the container of the DCC and of our own seal.
func (a authority) container(t testing.TB, payload []byte, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	m, err := hcert.Unsigned(hcert.KID(a.certificate), payload)
	if err != nil {
		t.Fatal(err)
	}
	digest := m.Digest()
	m.Signature = a.sign(t, digest[:])
	text, err := m.Text()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (a authority) dcc(t testing.TB, c dcc.Certificate) string {
	t.Helper()
	c.Version = "1.3.0"
	payload, err := dcc.Encode(dcc.Claims{Issuer: "DE", Issued: now.AddDate(0, -6, 0), Expires: now.AddDate(0, 6, 0), Certificate: c})
	return a.container(t, payload, err)
}

var mustermann = dcc.Name{Surname: "Müller-Specimen", SurnameLatin: "MUELLER<SPECIMEN", GivenName: "Erika", GivenNameLatin: "ERIKA"}

func (a authority) dose(t testing.TB) string {
	return a.dcc(t, dcc.Certificate{Name: mustermann, Birth: "1984-03-08", Vaccinations: []dcc.Vaccination{{
		Disease: "840539006", Vaccine: "1119349007", Product: "EU/1/20/1528", Holder: "ORG-100030215", Dose: 2, Series: 2,
		Date: "2021-06-11", Country: "DE", Issuer: "Specimen Health Authority", ID: "URN:UVCI:01DE/SPECIMEN/1#A",
	}}})
}

func (a authority) reader(t testing.TB) brought.Reader {
	t.Helper()
	book, err := codes.Load(os.DirFS("../../assets"))
	if err != nil {
		t.Fatal(err)
	}
	var list trust.List
	if a.certificate != nil {
		list.Add(a.certificate)
	}
	return brought.Reader{Trust: &list, Book: book, Practice: true, Laboratories: []data.Laboratory{{ID: "central", Name: "Amaurote Central Laboratory", SealName: "Amaurote Central Lab"}}}
}

func read(t testing.TB, r brought.Reader, text string) data.Brought {
	t.Helper()
	b, ok := r.Read(text, now)
	if !ok {
		t.Fatalf("not read: %s", text)
	}
	return b
}

func fields(values []data.Signed) map[string]string {
	all := map[string]string{}
	for _, v := range values {
		all[v.Field] = v.Value
	}
	return all
}

func TestReadFillsWhatAnApplicationCanSay(t *testing.T) {
	a := newAuthority(t, "UT")
	r := a.reader(t)
	at := func(wall string) data.Moment { return data.Moment{Wall: wall, Offset: "+08:00"} }
	st := data.Statement{
		Number: "PR7QF2M9X4T9", Issuer: "UT", Surname: "YANGBEN", GivenNames: "SPECIMEN", NativeName: "样本",
		Birth: "1984-03-08", Sex: data.Male, Nationality: "CHN",
		DocumentKind: data.OrdinaryPassport, DocumentIssuer: "CHN", DocumentNumber: "E00000000", DocumentExpires: "2029-07-09",
		Tests: []data.StatedTest{{Kind: data.SerumIgM, Specimen: "venous", Method: "clia", Laboratory: "Amaurote Central Lab",
			Result: data.Negative, Sampled: at("2022-07-08T16:30"), Reported: at("2022-07-09T00:30")}},
		Doses:  []data.StatedDose{{Date: "2021-11-13", Product: "CoronaVac", Lot: "A202103012", Country: "CHN", Place: "Harbour Clinic 3"}},
		Issued: at("2022-07-09T18:30"), ValidFrom: at("2022-07-09T18:30"), ValidUntil: at("2022-07-10T23:59"), Window: data.WindowJourney,
		Expires: at("2023-01-06T23:59"), Colour: data.Green, PreparedBy: "A", ApprovedBy: "B",
	}
	payload, err := hcert.EncodeStatement(st)
	ours := a.container(t, payload, err)
	test, err := vdsnc.OfTest(st, 0, "UTO", vdsnc.Provider{Country: "UTO", Phone: "1", Email: "a@example.org", Address: "x"}, r.Book)
	if err != nil {
		t.Fatal(err)
	}
	doses, err := vdsnc.OfDoses(st, "UTO", r.Book)
	if err != nil {
		t.Fatal(err)
	}
	signed := func(d vdsnc.Data) string {
		m, err := vdsnc.Unsigned(a.certificate, d)
		if err != nil {
			t.Fatal(err)
		}
		m.Signature = a.sign(t, m.Digest())
		text, err := m.Text()
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	person := map[string]string{"traveller.surname": "Müller-Specimen", "traveller.givenNames": "Erika", "traveller.birth": "1984-03-08"}
	also := func(more map[string]string, fewer ...string) map[string]string {
		all := map[string]string{}
		for _, m := range []map[string]string{person, more} {
			for k, v := range m {
				all[k] = v
			}
		}
		for _, f := range fewer {
			delete(all, f)
		}
		return all
	}
	for _, c := range []struct {
		name, text, format string
		want               map[string]string
	}{
		{"a dose", a.dose(t), "dcc", also(map[string]string{"doses[0].date": "2021-06-11", "doses[0].product": "EU/1/20/1528", "doses[0].country": "D"})},
		{"a nucleic acid test, of which the method is not told", a.dcc(t, dcc.Certificate{Name: mustermann, Birth: "1984", Tests: []dcc.Test{{
			Disease: "840539006", Type: "LP6464-4", Sampled: "2022-07-16T09:40:00+02:00", Result: "260415000", Centre: "Elsewhere", Country: "DE", Issuer: "x", ID: "y"}}}), "dcc",
			also(map[string]string{"traveller.birth": "1984", "tests[0].kind": "naat", "tests[0].sampled": "2022-07-16T09:40+02:00", "tests[0].result": "negative"})},
		{"a rapid test by the post's laboratory, with seconds and no birth", a.dcc(t, dcc.Certificate{Name: dcc.Name{SurnameLatin: "MUELLER<SPECIMEN"}, Tests: []dcc.Test{{
			Disease: "840539006", Type: "LP217198-3", Sampled: "2022-07-16T09:40:31Z", Result: "260373001", Centre: "amaurote central lab", Country: "DE", Issuer: "x", ID: "y"}}}), "dcc",
			map[string]string{"traveller.surname": "MUELLER SPECIMEN", "tests[0].kind": "antigen", "tests[0].method": "rapid-antigen", "tests[0].laboratory": "central",
				"tests[0].sampled": "2022-07-16T09:40+00:00", "tests[0].result": "positive"}},
		{"a recovery", a.dcc(t, dcc.Certificate{Name: mustermann, Birth: "1984-03-08", Recoveries: []dcc.Recovery{{
			Disease: "840539006", FirstPositive: "2022-01-10", Country: "DE", Issuer: "x", From: "2022-01-21", Until: "2022-07-09", ID: "y"}}}), "dcc",
			also(map[string]string{"infections[0].firstPositive": "2022-01-10"})},
		{"our own", ours, "hcert", map[string]string{
			"traveller.surname": "YANGBEN", "traveller.givenNames": "SPECIMEN", "traveller.nativeName": "样本", "traveller.birth": "1984-03-08", "traveller.sex": "M", "traveller.nationality": "CHN",
			"document.kind": "ordinary", "document.issuer": "CHN", "document.number": "E00000000", "document.expires": "2029-07-09",
			"tests[0].kind": "igm", "tests[0].specimen": "venous", "tests[0].method": "clia", "tests[0].laboratory": "central", "tests[0].result": "negative",
			"tests[0].sampled": "2022-07-08T16:30+08:00", "tests[0].reported": "2022-07-09T00:30+08:00",
			"doses[0].date": "2021-11-13", "doses[0].product": "CoronaVac", "doses[0].lot": "A202103012", "doses[0].country": "CHN", "doses[0].place": "Harbour Clinic 3"}},
		{"antibodies in a VDS-NC", signed(test), "vdsnc", map[string]string{
			"traveller.surname": "YANGBEN", "traveller.givenNames": "SPECIMEN", "traveller.birth": "1984-03-08", "document.number": "E00000000",
			"tests[0].kind": "igm", "tests[0].laboratory": "central", "tests[0].result": "negative",
			"tests[0].sampled": "2022-07-08T16:30+08:00", "tests[0].reported": "2022-07-09T00:30+08:00"}},
		{"doses in a VDS-NC", signed(doses), "vdsnc", map[string]string{
			"traveller.surname": "YANGBEN", "traveller.givenNames": "SPECIMEN", "traveller.birth": "1984-03-08", "traveller.sex": "M", "document.number": "E00000000",
			"doses[0].date": "2021-11-13", "doses[0].product": "CoronaVac", "doses[0].lot": "A202103012", "doses[0].country": "CHN", "doses[0].place": "Harbour Clinic 3"}},
	} {
		b := read(t, r, c.text)
		if got := fields(b.Values); b.Format != c.format || b.Seal != c.text || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %s, %v %v\n%v\nwant\n%v", c.name, b.Format, b.Verdict, b.Reasons, got, c.want)
		}
		content, filled := brought.Add(data.Content{}, b)
		if vouched := brought.Vouched(content); len(vouched) != len(c.want) || brought.Who(b) != "Specimen Health Authority" {
			t.Errorf("%s: %s vouches for %v", c.name, brought.Who(b), vouched)
		}
		if len(filled) != len(c.want) || len(brought.Compare(content)) > 0 || r.Altered(b) {
			t.Errorf("%s: filled %v, differs %v", c.name, filled, brought.Compare(content))
		}
	}
}

func TestVerdicts(t *testing.T) {
	a := newAuthority(t, "DE")
	text := a.dose(t)
	good := read(t, a.reader(t), text)
	if good.Verdict != "valid" || !strings.Contains(good.Signer, "Specimen Health Authority") || len(good.Values) != 6 {
		t.Errorf("%+v", good)
	}
	// Nobody here knows the signer: it fills in, and nobody vouches.
	unknown := read(t, authority{}.reader(t), text)
	if unknown.Verdict != "cannot_say" || unknown.Signer != "" || !slices.Equal(unknown.Values, good.Values) {
		t.Errorf("%+v", unknown)
	}
	// Whom a seal is kept as signed by is whoever signed it.
	for name, c := range map[string]struct {
		reader       brought.Reader
		signer, kept string
		want         bool
	}{
		"as read":                          {a.reader(t), good.Signer, "valid", false},
		"nobody known, as read":            {authority{}.reader(t), "", "cannot_say", false},
		"valid, and nobody is known":       {authority{}.reader(t), "", "valid", true},
		"valid by somebody, and is known":  {a.reader(t), "CN=Ministry", "valid", true},
		"somebody, and nobody is known":    {authority{}.reader(t), "CN=Ministry", "cannot_say", true},
		"valid by somebody who is unknown": {authority{}.reader(t), good.Signer, "valid", true},
	} {
		b := good
		b.Signer, b.Verdict = c.signer, c.kept
		if got := c.reader.Misnamed(b, now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if ended := a.reader(t); ended.Misnamed(good, now.AddDate(1, 0, 0)) {
		t.Error("one that has expired since was altered")
	}
	// One who pretends to be a signer that is known.
	forger := newAuthority(t, "DE")
	forger.certificate = a.certificate
	if forged := read(t, a.reader(t), forger.dose(t)); forged.Verdict != "invalid" || len(forged.Values) > 0 {
		t.Errorf("%+v", forged)
	}
	// As a keyboard that is set to another language has it.
	if b := read(t, a.reader(t), strings.ToLower(text)); b.Seal != text || b.Verdict != "valid" {
		t.Errorf("%+v", b)
	}
	if _, ok := a.reader(t).Read("HELLO", now); ok {
		t.Error("a text is a seal")
	}
	if !a.reader(t).Altered(func() data.Brought {
		b := good
		b.Values = slices.Clone(b.Values)
		b.Values[3].Value = "2021-06-12"
		return b
	}()) {
		t.Error("what is kept of a seal can be changed")
	}
	if fewer := good; !a.reader(t).Altered(data.Brought{Seal: fewer.Seal, Format: fewer.Format, Values: fewer.Values[:3]}) {
		t.Error("what is kept of a seal can be taken away")
	}
}

// From conflict to choice: what the clerk typed stays until they choose, and
// choosing takes a reason.
func TestConflict(t *testing.T) {
	a := newAuthority(t, "DE")
	r := a.reader(t)
	typed := data.Content{
		Traveller: data.Traveller{Surname: "MUELLER-SPECIMEN", GivenNames: "ERIKA", Birth: "1984-03-08"},
		Doses:     []data.Dose{{Date: "2021-05-02", Product: "EU/1/20/1507", Country: "D"}, {Date: "2021-06-10", Product: "EU/1/20/1528", Lot: "AB1"}},
	}
	c, filled := brought.Add(typed, read(t, r, a.dose(t)))
	if want := []string{"doses[1].country"}; !slices.Equal(filled, want) {
		t.Errorf("filled %v, want %v", filled, want)
	}
	if typed.Doses[1].Country != "" {
		t.Error("what was handed in was changed")
	}
	differs := brought.Compare(c)
	if len(differs) != 1 || differs[0].Field != "doses[1].date" || differs[0].Here != "2021-06-10" || differs[0].There != "2021-06-11" {
		t.Fatalf("%+v", differs)
	}
	problem := data.Problem{Field: "doses[1].date", Key: "problem.brought.differs", Value: "2021-06-10", Example: "2021-06-11"}
	if p := brought.Problems(c); !slices.Equal(p, []data.Problem{problem}) {
		t.Errorf("%v", p)
	}
	kept := brought.Choose(c, differs[0], false, "The booklet says the 10th and has the clinic's stamp.")
	if p := brought.Problems(kept); len(p) > 0 || kept.Doses[1].Date != "2021-06-10" || brought.Compare(kept)[0].Reason == "" {
		t.Errorf("%v, %+v", p, kept.Brought)
	}
	taken := brought.Choose(c, differs[0], true, "")
	if p := brought.Compare(taken); len(p) > 0 || taken.Doses[1].Date != "2021-06-11" || c.Doses[1].Date != "2021-06-10" {
		t.Errorf("%v, %+v", p, taken.Doses)
	}
	// Read once more, the seal is there once, and the reason is kept.
	again, filled := brought.Add(kept, read(t, r, kept.Brought[0].Seal))
	if len(again.Brought) != 1 || len(filled) > 0 || len(brought.Problems(again)) > 0 {
		t.Errorf("%+v", again.Brought)
	}
	// A reason is one for the value it was given for.
	other := kept
	other.Doses = slices.Clone(kept.Doses)
	other.Doses[1].Date = "2021-06-09"
	if p := brought.Problems(other); len(p) != 1 || p[0].Value != "2021-06-09" {
		t.Errorf("%v", p)
	}
	// Taken out of the application, the dose is missing, wherever others stand.
	taken.Doses = []data.Dose{{Date: "2020-01-01", Product: "CoronaVac"}}
	p := brought.Problems(taken)
	if len(p) != 1 || p[0].Field != "doses" || p[0].Key != "problem.brought.missing" {
		t.Fatalf("%v", p)
	}
	back := brought.Choose(taken, brought.Compare(taken)[0], true, "")
	if len(brought.Problems(back)) > 0 || len(back.Doses) != 2 || back.Doses[1] != (data.Dose{Date: "2021-06-11", Product: "EU/1/20/1528", Country: "D"}) {
		t.Errorf("%+v", back.Doses)
	}
}

// Only a seal that is valid now, and the traveller's, and has every value of the
// group, ticks it.
func TestProved(t *testing.T) {
	a := newAuthority(t, "DE")
	r := a.reader(t)
	b := read(t, r, a.dose(t))
	// The same signer, listed by its key alone: that has no mark of practice.
	var alone trust.List
	kid := hcert.KID(a.certificate)
	alone.AddContent(trust.Content{Keys: []seal.Key{{ID: base64.StdEncoding.EncodeToString(kid[:]), Public: &a.key.PublicKey}}}, trust.Source{})
	at := func(list *trust.List, practice bool) brought.Reader {
		r := r
		r.Trust, r.Practice = list, practice
		return r
	}
	whole, _ := brought.Add(data.Content{Document: data.TravelDocument{Number: "E00000000"}}, b)
	for _, c := range []struct {
		name   string
		change func(*data.Content)
		reader brought.Reader
		now    time.Time
		want   []string
	}{
		{"as the seal says", func(*data.Content) {}, r, now, []string{data.GroupVaccinations}},
		{"the name in capitals", func(c *data.Content) { c.Traveller.Surname = "MUELLER SPECIMEN" }, r, now, []string{data.GroupVaccinations}},
		{"a lot that the seal does not have", func(c *data.Content) { c.Doses[0].Lot = "AB1" }, r, now, nil},
		{"another dose", func(c *data.Content) { c.Doses = append(c.Doses, data.Dose{Date: "2021-05-01"}) }, r, now, nil},
		{"an infection", func(c *data.Content) { c.Infections = []data.Infection{{Remarks: "mild"}} }, r, now, nil},
		{"another date", func(c *data.Content) { c.Doses[0].Date = "2021-06-12" }, r, now, nil},
		{"another date, with a reason", func(c *data.Content) {
			c.Doses[0].Date = "2021-06-12"
			c.Brought[0].Values[3].Reason = "so it is"
		}, r, now, nil},
		{"another traveller", func(c *data.Content) { c.Traveller.GivenNames = "Max" }, r, now, nil},
		{"no birth", func(c *data.Content) { c.Traveller.Birth = "" }, r, now, nil},
		{"a year for a birth", func(c *data.Content) { c.Traveller.Birth = "1984" }, r, now, nil},
		{"no seal", func(c *data.Content) { c.Brought = nil }, r, now, nil},
		{"a seal of nobody, kept as valid", func(*data.Content) {}, authority{}.reader(t), now, nil},
		{"at a real post", func(*data.Content) {}, at(r.Trust.(*trust.List), false), now, []string{data.GroupVaccinations}},
		{"by a key alone", func(*data.Content) {}, at(&alone, false), now, nil},
		{"by a key alone, in training", func(*data.Content) {}, at(&alone, true), now, []string{data.GroupVaccinations}},
		{"when it has expired", func(*data.Content) {}, r, now.AddDate(1, 0, 0), nil},
		{"another seal under its values", func(c *data.Content) { c.Brought[0].Seal = "HC1:6BF" }, r, now, nil},
	} {
		content := whole
		content.Doses, content.Brought = slices.Clone(whole.Doses), slices.Clone(whole.Brought)
		content.Brought[0].Values = slices.Clone(whole.Brought[0].Values)
		c.change(&content)
		if got := c.reader.Proved(content, c.now); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Whatever is brought twice or in another order, what was entered stays, and
// nothing that was filled in differs.
func FuzzAdd(f *testing.F) {
	f.Add("doses[0].date", "2021-06-11", "tests[3].kind", "naat", "2021-06-11")
	f.Add("traveller.surname", "Müller", "traveller.birth", "1984", "MUELLER")
	f.Add("doses[9].lot", "A", "doses[2].lot", "A", "A")
	f.Fuzz(func(t *testing.T, field1, value1, field2, value2, typed string) {
		c := data.Content{Traveller: data.Traveller{Surname: typed}, Doses: []data.Dose{{Lot: typed}}}
		b := data.Brought{Seal: "HC1:", Values: []data.Signed{{Field: field1, Value: value1}, {Field: field2, Value: value2}}}
		with, filled := brought.Add(c, b)
		if with.Traveller.Surname != typed && typed != "" || with.Doses[0].Lot != typed && typed != "" {
			t.Fatalf("%+v", with)
		}
		again, more := brought.Add(with, b)
		if len(more) > 0 || len(again.Brought) != 1 {
			t.Fatalf("filled %v, then %v", filled, more)
		}
		for _, d := range brought.Compare(with) {
			if slices.Contains(filled, d.Field) && field1 != field2 {
				t.Fatalf("filled %v, and %+v", filled, d)
			}
		}
	})
}
