package dcc_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"pratique/data"
	"pratique/data/codes"
	"pratique/data/internal/vectors"
	"pratique/data/seal/carry"
	"pratique/data/seal/dcc"
	"pratique/data/seal/hcert"
)

func book(t testing.TB) *codes.Book {
	t.Helper()
	b, err := codes.Load(os.DirFS("../../../assets"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const issuer = "Consular Post Amaurote, Republic of Utopia"

var (
	naat  = dcc.Detail{Country: "UTO", Product: "cobas-sars-cov-2"}
	rapid = dcc.Detail{Country: "UTO", Product: "1232"}
)

// specimen has a test of each kind and three doses of two products, not in
// their order.
func specimen() data.Statement {
	at := func(wall string) data.Moment { return data.Moment{Wall: wall, Offset: "+08:00"} }
	test := func(kind data.TestKind, specimen, method string, result data.Result) data.StatedTest {
		return data.StatedTest{Kind: kind, Specimen: specimen, Method: method, Laboratory: "Amaurote Central Lab", Result: result,
			Sampled: at("2022-07-08T16:30"), Analysed: at("2022-07-08T22:30"), Reported: at("2022-07-09T00:30")}
	}
	return data.Statement{
		Practice: true, Number: "PR7QF2M9X4T9", Issuer: "UT", Surname: "Yángběn-Smith", GivenNames: "Specimen", NativeName: "样本",
		Birth: "1984-03-08", Sex: data.Male, Nationality: "CHN",
		DocumentKind: data.OrdinaryPassport, DocumentIssuer: "CHN", DocumentNumber: "E00000000", DocumentExpires: "2029-07-09",
		Tests: []data.StatedTest{
			test(data.NucleicAcid, "oropharyngeal", "rt-pcr", data.Negative), test(data.Antigen, "nasal", "rapid-antigen", data.Positive),
			test(data.SerumIgM, "venous", "clia", data.Negative), test(data.SerumIgMN, "venous", "elisa", data.Negative), test(data.SerumIgG, "capillary", "lateral-flow", data.Positive),
		},
		Doses: []data.StatedDose{
			{Date: "2022-01-05", Product: "EU/1/20/1528", Lot: "FC9880", Country: "D", Place: "Praxis 1"},
			{Date: "2021-11-13", Product: "CoronaVac", Lot: "A202103012", Country: "CHN", Place: "Harbour Clinic 3"},
			{Date: "2021-12-11", Product: "CoronaVac", Lot: "B202104077", Country: "CHN", Place: "Harbour Clinic 3"},
		},
		Issued: at("2022-07-09T18:30"), ValidFrom: at("2022-07-09T18:30"), ValidUntil: at("2022-07-10T23:59"), Window: data.WindowJourney,
		Expires: at("2023-01-06T23:59"), Colour: data.Green, PreparedBy: "A", ApprovedBy: "B",
	}
}

// certificates are all that the specimen can have.
func certificates(t testing.TB) []dcc.Claims {
	t.Helper()
	st, codes := specimen(), book(t)
	var all []dcc.Claims
	add := func(c dcc.Claims, err error) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	add(dcc.OfTest(st, 0, issuer, naat, codes))
	add(dcc.OfTest(st, 0, issuer, dcc.Detail{Country: "UTO"}, codes))
	add(dcc.OfTest(st, 1, issuer, rapid, codes))
	add(dcc.OfDoses(st, issuer, codes))
	st.GivenNames, st.Birth, st.Doses = "", "1984-03", st.Doses[:1]
	add(dcc.OfDoses(st, issuer, codes))
	return all
}

// TestStated: the very content, as the JSON of the schema.
func TestStated(t *testing.T) {
	const head = `{"ver":"1.3.0","nam":{"fn":"Yángběn-Smith","fnt":"YANGBEN\u003cSMITH","gn":"Specimen","gnt":"SPECIMEN"},"dob":"1984-03-08",`
	const tail = `"co":"UT","is":"Consular Post Amaurote, Republic of Utopia","ci":"URN:UVCI:01:UT:PR7QF2M9X4T9#6"}]}`
	for i, want := range []string{
		head + `"t":[{"tg":"840539006","tt":"LP6464-4","nm":"cobas SARS-CoV-2 (Roche)","sc":"2022-07-08T16:30:00+08:00","tr":"260415000","tc":"Amaurote Central Lab",` + tail,
		head + `"t":[{"tg":"840539006","tt":"LP6464-4","sc":"2022-07-08T16:30:00+08:00","tr":"260415000","tc":"Amaurote Central Lab",` + tail,
		head + `"t":[{"tg":"840539006","tt":"LP217198-3","ma":"1232","sc":"2022-07-08T16:30:00+08:00","tr":"260373001","tc":"Amaurote Central Lab",` + tail,
		head + `"v":[{"tg":"840539006","vp":"1119349007","mp":"EU/1/20/1528","ma":"ORG-100030215","dn":3,"sd":3,"dt":"2022-01-05",` + strings.Replace(tail, "UT", "DE", 1),
		`{"ver":"1.3.0","nam":{"fn":"Yángběn-Smith","fnt":"YANGBEN\u003cSMITH"},"dob":"1984-03",` +
			`"v":[{"tg":"840539006","vp":"1119349007","mp":"EU/1/20/1528","ma":"ORG-100030215","dn":1,"sd":2,"dt":"2022-01-05",` + strings.Replace(tail, "UT", "DE", 1),
	} {
		c := certificates(t)[i]
		got, err := json.Marshal(c.Certificate)
		if err != nil || string(got) != want {
			t.Errorf("%d: %v\n%s\n%s", i, err, got, want)
		}
		if c.Issuer != "UT" || c.Issued != time.Date(2022, 7, 9, 10, 30, 0, 0, time.UTC) || c.Expires != time.Date(2023, 1, 6, 15, 59, 0, 0, time.UTC) {
			t.Errorf("%d: %+v", i, c)
		}
	}
}

// TestSchema: what we write is what the published schema says, and what it
// says we read.
func TestSchema(t *testing.T) {
	dir := vectors.Path(t, "schema")
	var doc any
	readJSON(t, filepath.Join(dir, "1.3.3", "DCC.combined-schema.json"), &doc)
	compile := func(change func(*jsonschema.Compiler)) func([]byte) error {
		const url = "https://id.uvci.eu/DCC.combined-schema.json"
		c := jsonschema.NewCompiler()
		change(c)
		if err := c.AddResource(url, doc); err != nil {
			t.Fatal(err)
		}
		schema, err := c.Compile(url)
		if err != nil {
			t.Fatal(err)
		}
		return func(b []byte) error {
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
			if err != nil {
				return err
			}
			return schema.Validate(v)
		}
	}
	// Times are held to RFC 3339 in what we write alone: test/valid has one with
	// an offset of +0200.
	exact, validate := compile((*jsonschema.Compiler).AssertFormat), compile(func(*jsonschema.Compiler) {})
	for i, c := range certificates(t) {
		b, err := json.Marshal(c.Certificate)
		if err == nil {
			err = exact(b)
		}
		if err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	published := 0
	for _, pattern := range []string{"examples/*/*.json", "test/valid/*.json", "test/invalid/*.json"} {
		files, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			published++
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if valid := validate(b) == nil; valid == strings.Contains(pattern, "invalid") {
				t.Errorf("%s: valid %v", file, valid)
			} else if !valid {
				continue
			}
			var c dcc.Claims
			if err := json.Unmarshal(b, &c.Certificate); err != nil {
				t.Fatal(err)
			}
			if _, err := dcc.Encode(c); err != nil { // which reads it back
				t.Errorf("%s: %v", file, err)
			}
		}
	}
	if published < 20 {
		t.Errorf("%d published files", published)
	}
}

func TestCheckCharacter(t *testing.T) {
	var v struct {
		UVCI []struct{ UVCI, Check string } `json:"uvciCheck"`
	}
	readJSON(t, vectors.Path(t, "small", "encodings.json"), &v)
	for _, e := range v.UVCI {
		if got := string(dcc.CheckCharacter(e.UVCI)); got != e.Check {
			t.Errorf("%s: %s, want %s", e.UVCI, got, e.Check)
		}
	}
	if len(v.UVCI) < 3 {
		t.Error("too few")
	}
}

// TestUVCI: the identifier is the certificate's number, and its check character
// finds every single wrong character.
func TestUVCI(t *testing.T) {
	id, check := "URN:UVCI:01:UT:PR7QF2M9X4T9", byte('6')
	if got := dcc.UVCI(specimen()); got != id+"#"+string(check) {
		t.Error(got)
	}
	for i := range id {
		for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:" {
			if wrong := id[:i] + string(c) + id[i+1:]; wrong != id && dcc.CheckCharacter(wrong) == check {
				t.Errorf("%s has the same check character", wrong)
			}
		}
	}
}

func TestSeries(t *testing.T) {
	codes := book(t)
	for name, tt := range map[string]struct {
		products []string
		dose     dcc.Count
		series   dcc.Count
	}{
		"first of two":           {[]string{"CoronaVac"}, 1, 2},
		"two of two":             {[]string{"CoronaVac", "CoronaVac"}, 2, 2},
		"booster after two":      {[]string{"CoronaVac", "CoronaVac", "EU/1/20/1528"}, 3, 3},
		"fourth":                 {[]string{"CoronaVac", "CoronaVac", "CoronaVac", "CoronaVac"}, 4, 4},
		"one of one":             {[]string{"Convidecia"}, 1, 1},
		"booster after one":      {[]string{"Convidecia", "EU/1/20/1528"}, 2, 1},
		"second booster":         {[]string{"Convidecia", "EU/1/20/1528", "EU/1/20/1528"}, 3, 1},
		"mixed course":           {[]string{"EU/1/21/1529", "EU/1/20/1528"}, 2, 2},
		"after one without code": {[]string{"ZF2001", "ZF2001", "EU/1/20/1528"}, 3, 3},
	} {
		st := specimen()
		st.Doses = nil
		for i, p := range tt.products {
			st.Doses = append(st.Doses, data.StatedDose{Date: data.Date([]string{"2021-03-01", "2021-04-01", "2021-10-01", "2022-02-01"}[i]), Product: p, Lot: "1", Country: "CHN"})
		}
		c, err := dcc.OfDoses(st, issuer, codes)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if v := c.Certificate.Vaccinations[0]; v.Dose != tt.dose || v.Series != tt.series || v.Date != string(st.Doses[len(st.Doses)-1].Date) {
			t.Errorf("%s: %d/%d of %s", name, v.Dose, v.Series, v.Date)
		}
	}
}

// TestRefusals: what a DCC cannot carry is named, never bent.
func TestRefusals(t *testing.T) {
	codes := book(t)
	long := strings.Repeat("X", 81)
	for name, tt := range map[string]struct {
		test   int // -1 is the doses
		change func(*data.Statement, *dcc.Detail)
		want   carry.Error
	}{
		"IgM":                      {2, func(*data.Statement, *dcc.Detail) {}, carry.Error{Field: "tests[2].kind", Reason: carry.Antibody, Value: "igm"}},
		"IgM against N":            {3, func(*data.Statement, *dcc.Detail) {}, carry.Error{Field: "tests[3].kind", Reason: carry.Antibody, Value: "igm-n"}},
		"IgG":                      {4, func(*data.Statement, *dcc.Detail) {}, carry.Error{Field: "tests[4].kind", Reason: carry.Antibody, Value: "igg"}},
		"an antibody called PCR":   {4, func(st *data.Statement, _ *dcc.Detail) { st.Tests[4].Method = "rt-pcr" }, carry.Error{Field: "tests[4].kind", Reason: carry.Antibody, Value: "igg"}},
		"antibodies called PCR":    {0, func(st *data.Statement, _ *dcc.Detail) { st.Tests[0].Method = "elisa" }, carry.Error{Field: "tests[0].method", Reason: carry.NoCode, Value: "elisa"}},
		"antigen in a laboratory":  {1, func(st *data.Statement, _ *dcc.Detail) { st.Tests[1].Method = "lab-antigen" }, carry.Error{Field: "tests[1].method", Reason: carry.NoCode, Value: "lab-antigen"}},
		"indeterminate":            {0, func(st *data.Statement, _ *dcc.Detail) { st.Tests[0].Result = data.Indeterminate }, carry.Error{Field: "tests[0].result", Reason: carry.NoCode, Value: "indeterminate"}},
		"rapid without product":    {1, func(_ *data.Statement, d *dcc.Detail) { d.Product = "" }, carry.Error{Field: "tests[1].product", Reason: carry.Missing}},
		"rapid of another product": {1, func(_ *data.Statement, d *dcc.Detail) { d.Product = "cobas-sars-cov-2" }, carry.Error{Field: "tests[1].product", Reason: carry.NoCode, Value: "cobas-sars-cov-2"}},
		"unknown kit":              {0, func(_ *data.Statement, d *dcc.Detail) { d.Product = "kit" }, carry.Error{Field: "tests[0].product", Reason: carry.NoCode, Value: "kit"}},
		"nowhere":                  {0, func(_ *data.Statement, d *dcc.Detail) { d.Country = "" }, carry.Error{Field: "tests[0].provider.country", Reason: carry.NoCode}},
		"no name":                  {0, func(st *data.Statement, _ *dcc.Detail) { st.Surname, st.GivenNames = "", "" }, carry.Error{Field: "surname", Reason: carry.Missing}},
		"a name in Han characters": {0, func(st *data.Statement, _ *dcc.Detail) { st.Surname = "样本" }, carry.Error{Field: "surname", Reason: carry.Characters, Value: "样本"}},
		"a name of 81":             {0, func(st *data.Statement, _ *dcc.Detail) { st.GivenNames = long }, carry.Error{Field: "givenNames", Reason: carry.TooLong, Value: long}},
		"born in 1899":             {0, func(st *data.Statement, _ *dcc.Detail) { st.Birth = "1899-12-31" }, carry.Error{Field: "birth", Reason: carry.Range, Value: "1899-12-31"}},
		"born some day":            {0, func(st *data.Statement, _ *dcc.Detail) { st.Birth = "1984-02-30" }, carry.Error{Field: "birth", Reason: carry.Partial, Value: "1984-02-30"}},
		"no doses":                 {-1, func(st *data.Statement, _ *dcc.Detail) { st.Doses = nil }, carry.Error{Field: "doses", Reason: carry.Missing}},
		"a dose of a month":        {-1, func(st *data.Statement, _ *dcc.Detail) { st.Doses[1].Date = "2021-11" }, carry.Error{Field: "doses[1].date", Reason: carry.Partial, Value: "2021-11"}},
		"a dose without code":      {-1, func(st *data.Statement, _ *dcc.Detail) { st.Doses[0].Product = "ZF2001" }, carry.Error{Field: "doses[0].product", Reason: carry.NoCode, Value: "ZF2001"}},
		"a course of who knows":    {-1, func(st *data.Statement, _ *dcc.Detail) { st.Doses[1].Product = "NVSI-06-08" }, carry.Error{Field: "doses[1].product", Reason: carry.Course, Value: "NVSI-06-08"}},
		"a dose nowhere":           {-1, func(st *data.Statement, _ *dcc.Detail) { st.Doses[0].Country = "XXA" }, carry.Error{Field: "doses[0].country", Reason: carry.NoCode, Value: "XXA"}},
	} {
		st, detail := specimen(), naat
		if tt.test == 1 {
			detail = rapid
		}
		tt.change(&st, &detail)
		var c dcc.Claims
		var err error
		if tt.test < 0 {
			c, err = dcc.OfDoses(st, issuer, codes)
		} else {
			c, err = dcc.OfTest(st, tt.test, issuer, detail, codes)
		}
		var got *carry.Error
		if !errors.As(err, &got) || *got != tt.want || !reflect.DeepEqual(c, dcc.Claims{}) {
			t.Errorf("%s: %+v, %+v", name, got, c)
		}
	}
}

type signer struct {
	key         crypto.Signer
	certificate *x509.Certificate
}

func newSigner(t testing.TB, key crypto.Signer, usages ...asn1.ObjectIdentifier) signer {
	t.Helper()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{Country: []string{"UT"}, CommonName: "Signer"}, UnknownExtKeyUsage: usages,
		NotBefore: time.Date(2022, 7, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return signer{key, c}
}

func newP256(t testing.TB) signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return newSigner(t, key)
}

// seal signs a payload as the package comment of hcert says.
func (s signer) seal(t testing.TB, payload []byte) string {
	t.Helper()
	m, err := hcert.Unsigned(hcert.KID(s.certificate), payload)
	if err != nil {
		t.Fatal(err)
	}
	digest := m.Digest()
	der, err := s.key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &rs); err != nil {
		t.Fatal(err)
	}
	m.Signature = make([]byte, 64)
	rs.R.FillBytes(m.Signature[:32])
	rs.S.FillBytes(m.Signature[32:])
	text, err := m.Text()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// maxSize is what an alphanumeric QR of version 18 at level M holds (ISO/IEC
// 18004 table 7): 89 modules and the margin, 42 mm at 0.43 mm a module.
const maxSize = 816

// TestSealed: what was signed is read back, and holds for that signer alone.
func TestSealed(t *testing.T) {
	s, other := newP256(t), newP256(t)
	for _, c := range certificates(t) {
		payload, err := dcc.Encode(c)
		if err != nil {
			t.Fatal(err)
		}
		text := s.seal(t, payload)
		f, err := hcert.DecodeForeign(text)
		if err != nil {
			t.Fatal(err)
		}
		back, err := dcc.Decode(f.Payload)
		if err != nil || !reflect.DeepEqual(back, c) {
			t.Errorf("%v: %+v, want %+v", err, back, c)
		}
		if !f.SignedBy(s.certificate) || f.SignedBy(other.certificate) || f.SignedBy(&x509.Certificate{}) {
			t.Error("holds for somebody else")
		}
		if keys, ok := f.SubClaims(); !ok || !reflect.DeepEqual(keys, []int64{hcert.KeyDCC}) {
			t.Errorf("claims of kinds %v", keys)
		}
		f.Signature[40] ^= 1
		if f.SignedBy(s.certificate) {
			t.Error("an altered signature holds")
		}
		t.Logf("%s: %d characters", c.Certificate.Kind(), len(text))
		if len(text) > maxSize {
			t.Errorf("%d characters, at most %d", len(text), maxSize)
		}
	}
	if _, err := dcc.Encode(dcc.Claims{}); !errors.Is(err, dcc.ErrContent) {
		t.Errorf("an empty certificate was written: %v", err)
	}
	fraction := certificates(t)[0]
	fraction.Issued = fraction.Issued.Add(time.Millisecond)
	if _, err := dcc.Encode(fraction); err == nil {
		t.Error("part of a second went missing")
	}
}

// TestPS256 signs as some states do.
func TestPS256(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s := newSigner(t, key)
	payload, err := dcc.Encode(certificates(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	sign := func(alg int, salt int) *hcert.Foreign {
		protected, err := cbor.Marshal(map[int]any{1: alg, 4: []byte("kid")})
		if err != nil {
			t.Fatal(err)
		}
		digest := (&hcert.Foreign{Protected: protected, Payload: payload}).Digest()
		signature, err := key.Sign(rand.Reader, digest[:], &rsa.PSSOptions{SaltLength: salt, Hash: crypto.SHA256})
		if err != nil {
			t.Fatal(err)
		}
		cose, err := cbor.Marshal(cbor.Tag{Number: 61, Content: cbor.Tag{Number: 18, Content: []any{protected, map[int]any{4: []byte("other")}, payload, signature}}})
		if err != nil {
			t.Fatal(err)
		}
		f, err := hcert.DecodeForeign(pack(t, cose))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	if f := sign(-37, 32); !f.SignedBy(s.certificate) || string(f.KID) != "kid" || f.SignedBy(newP256(t).certificate) {
		t.Error("does not hold")
	}
	if sign(-37, 20).SignedBy(s.certificate) {
		t.Error("a salt of another length holds")
	}
	if sign(-7, 32).SignedBy(s.certificate) {
		t.Error("an RSA signature holds that says it is ES256")
	}
}

func TestMaySign(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	oid := func(s string) (id asn1.ObjectIdentifier) {
		for _, part := range strings.Split(s, ".") {
			n, _ := new(big.Int).SetString(part, 10)
			id = append(id, int(n.Int64()))
		}
		return id
	}
	for usage, want := range map[string]string{
		"": "vtr", "1.3.6.1.5.5.7.3.99": "vtr", "2.23.136.1.1.14.2": "",
		"1.3.6.1.4.1.1847.2021.1.1": "t", "1.3.6.1.4.1.1847.2021.1.2": "v", "1.3.6.1.4.1.1847.2021.1.3": "r",
		"1.3.6.1.4.1.0.1847.2021.1.1": "t", "1.3.6.1.4.1.0.1847.2021.1.2": "v", "1.3.6.1.4.1.0.1847.2021.1.3": "r",
		"1.3.6.1.4.1.1847.2021.1.1 1.3.6.1.4.1.0.1847.2021.1.3": "tr", "2.23.136.1.1.14.2 1.3.6.1.4.1.1847.2021.1.2": "v",
	} {
		var ids []asn1.ObjectIdentifier
		for _, s := range strings.Fields(usage) {
			ids = append(ids, oid(s))
		}
		c := newSigner(t, key, ids...).certificate
		for _, kind := range []dcc.Kind{dcc.KindVaccination, dcc.KindTest, dcc.KindRecovery} {
			if got := dcc.MaySign(c, kind); got != strings.Contains(want, string(kind)) {
				t.Errorf("%s, kind %s: %v", usage, kind, got)
			}
		}
	}
}

// TestReading: what issuers do differently, and what is no certificate.
func TestReading(t *testing.T) {
	entry := map[string]any{"tg": "840539006", "dn": 2.0, "sd": 2, "mp": "CoronaVac", "dt": cbor.Tag{Number: 0, Content: "2021-11-13T00:00:00Z"}, "ci": "URN:UVCI:01:UT:1", "extra": []any{nil}}
	certificate := map[string]any{"ver": "1.0.0", "nam": map[string]any{"fnt": "YANGBEN"}, "dob": cbor.Tag{Number: 0, Content: "1984-03-08T00:00:00Z"}, "v": []any{entry}}
	with := func(key string, value any) map[string]any {
		changed := map[string]any{}
		for k, v := range certificate {
			changed[k] = v
		}
		changed[key] = value
		return changed
	}
	claims := func(c any) map[any]any {
		return map[any]any{1: "US", 4: 1680000000.0, 6: 1650000000.5, -260: map[any]any{1: c, -80: 1}, "own": 1}
	}
	payload := func(v any) []byte {
		b, err := cbor.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	got, err := dcc.Decode(payload(claims(certificate)))
	if v := got.Certificate.Vaccinations; err != nil || len(v) != 1 || v[0].Dose != 2 || v[0].Date != "2021-11-13T00:00:00Z" || got.Certificate.Kind() != dcc.KindVaccination ||
		got.Certificate.ID() != "URN:UVCI:01:UT:1" || got.Issuer != "US" || got.Issued.Unix() != 1650000000 || got.Expires.Unix() != 1680000000 {
		t.Errorf("%+v, %v", got, err)
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "no map": payload(1), "no certificate": payload(map[any]any{-260: map[any]any{3: 1}}), "no claims": payload(map[any]any{}),
		"goes on":         append(payload(claims(certificate)), 0),
		"no name":         payload(claims(with("nam", map[string]any{}))),
		"name a text":     payload(claims(with("nam", "YANGBEN"))),
		"two entries":     payload(claims(with("v", []any{entry, entry}))),
		"two kinds":       payload(claims(with("r", []any{entry}))),
		"no entry":        payload(claims(with("v", []any{}))),
		"half a dose":     payload(claims(with("v", []any{map[string]any{"dn": 1.5}}))),
		"many doses":      payload(claims(with("v", []any{map[string]any{"dn": 1e9}}))),
		"issued long ago": payload(map[any]any{6: -1, -260: map[any]any{1: certificate}}),
		"issued never":    {0xa2, 0x06, 0xf9, 0x7e, 0x00, 0x39, 0x01, 0x03, 0xa1, 0x01, 0xa0}, // NaN
		"a name twice":    {0xa1, 0x39, 0x01, 0x03, 0xa2, 0x01, 0xa0, 0x01, 0xa0},
	} {
		if c, err := dcc.Decode(b); !errors.Is(err, dcc.ErrContent) || !reflect.DeepEqual(c, dcc.Claims{}) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
}

// FuzzDecode: what is read and can be written is read as the same.
func FuzzDecode(f *testing.F) {
	for _, c := range certificates(f) {
		b, err := dcc.Encode(c)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := dcc.Decode(b)
		if err != nil {
			if !errors.Is(err, dcc.ErrContent) || !reflect.DeepEqual(c, dcc.Claims{}) {
				t.Fatal(err)
			}
			return
		}
		again, err := dcc.Encode(c)
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		back, err := dcc.Decode(again)
		if err != nil || !reflect.DeepEqual(back, c) {
			t.Fatalf("%v: %+v, want %+v", err, back, c)
		}
	})
}

// BenchmarkVerify reads and verifies a seal, and, beside it, does nothing but
// the check of the signature.
func BenchmarkVerify(b *testing.B) {
	s := newP256(b)
	payload, err := dcc.Encode(certificates(b)[0])
	if err != nil {
		b.Fatal(err)
	}
	text := s.seal(b, payload)
	b.Run("seal", func(b *testing.B) {
		for b.Loop() {
			f, err := hcert.DecodeForeign(text)
			if err != nil || !f.SignedBy(s.certificate) {
				b.Fatal(err)
			}
			if _, err := dcc.Decode(f.Payload); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("signature", func(b *testing.B) {
		f, err := hcert.DecodeForeign(text)
		if err != nil {
			b.Fatal(err)
		}
		digest := f.Digest()
		r, t := new(big.Int).SetBytes(f.Signature[:32]), new(big.Int).SetBytes(f.Signature[32:])
		for b.Loop() {
			if !ecdsa.Verify(s.certificate.PublicKey.(*ecdsa.PublicKey), digest[:], r, t) {
				b.Fatal("does not hold")
			}
		}
	})
}
