package vdsnc_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/codes"
	"pratique/data/seal/carry"
	"pratique/data/seal/vdsnc"
)

var from = time.Date(2022, 7, 1, 0, 0, 0, 0, time.UTC)

// certify makes a certificate for a new key on a curve, by an authority or, if
// there is none, by itself.
func certify(t testing.TB, c *x509.Certificate, curve elliptic.Curve, by *signer) *signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parent, parentKey := c, key
	if by != nil {
		parent, parentKey = by.certificate, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, parentKey)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &signer{key, made}
}

type signer struct {
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
}

func newAuthority(t testing.TB) *signer {
	return certify(t, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{Country: []string{"UT"}, CommonName: "CSCA"}, NotBefore: from, NotAfter: from.AddDate(15, 0, 0),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign, SubjectKeyId: make([]byte, 20),
	}, elliptic.P256(), nil)
}

func newSigner(t testing.TB, by *signer, curve elliptic.Curve, types ...vdsnc.Type) *signer {
	t.Helper()
	c, err := vdsnc.SignerTemplate("UT", "01", big.NewInt(2), from, from.AddDate(5, 0, 0), types...)
	if err != nil {
		t.Fatal(err)
	}
	return certify(t, c, curve, by)
}

// seal signs as the package comment says.
func (s *signer) seal(t testing.TB, d vdsnc.Data) string {
	t.Helper()
	m, err := vdsnc.Unsigned(s.certificate, d)
	if err != nil {
		t.Fatal(err)
	}
	der, err := s.key.Sign(rand.Reader, m.Digest(), m.Hash())
	if err != nil {
		t.Fatal(err)
	}
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &rs); err != nil {
		t.Fatal(err)
	}
	m.Signature = make([]byte, m.SignatureSize())
	rs.R.FillBytes(m.Signature[:len(m.Signature)/2])
	rs.S.FillBytes(m.Signature[len(m.Signature)/2:])
	text, err := m.Text()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func book(t testing.TB) *codes.Book {
	t.Helper()
	b, err := codes.Load(os.DirFS("../../../assets"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var provider = vdsnc.Provider{Country: "UTO", Phone: "+999 10 555 0101", Email: "results@amaurote-central.example.org", Address: "12 Bridge Street, Amaurote, Utopia"}

// specimen has a test of each kind and three doses of two products, not in
// their order.
func specimen() data.Statement {
	at := func(wall string) data.Moment { return data.Moment{Wall: wall, Offset: "+08:00"} }
	test := func(kind data.TestKind, specimen, method string, result data.Result) data.StatedTest {
		return data.StatedTest{Kind: kind, Specimen: specimen, Method: method, Laboratory: "Amaurote Central Lab", Result: result,
			Sampled: at("2022-07-08T16:30"), Analysed: at("2022-07-08T22:30"), Reported: at("2022-07-09T00:30")}
	}
	return data.Statement{
		Practice: true, Number: "PR7QF2M9X4T9", Issuer: "UT", Surname: "YANGBEN", GivenNames: "SPECIMEN", NativeName: "样本",
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

// TestBytes: the very bytes that are signed.
func TestBytes(t *testing.T) {
	const head = `{"hdr":{"is":"UTO","t":"icao.test","v":1},"msg":{"dat":{"ri":"2022-07-09T00:30:00+08:00","sc":"2022-07-08T16:30:00+08:00"},`
	const pid = `"pid":{"dn":"E00000000","dob":"1984-03-08","dt":"P","n":"YANGBEN  SPECIMEN"},` +
		`"sp":{"cd":{"a":"12 Bridge Street, Amaurote, Utopia","e":"results@amaurote-central.example.org","p":"+999 10 555 0101"},"ctr":"UTO","spn":"Amaurote Central Lab"},`
	const tail = `,"utci":"PR7QF2M9X4T9"}}`
	st, codes := specimen(), book(t)
	for i, want := range []string{
		head + pid + `"tr":{"m":"oropharyngeal","r":"negative","tc":"molecular(PCR)"}` + tail,
		head + pid + `"tr":{"m":"other","r":"positive","tc":"antigen"}` + tail,
		head + `"opt":"IgM-NEG",` + pid + `"tr":{"m":"blood","r":"negative","tc":"antibody"}` + tail,
		head + `"opt":"IgM-N-NEG",` + pid + `"tr":{"m":"blood","r":"negative","tc":"antibody"}` + tail,
		head + `"opt":"IgG-POS",` + pid + `"tr":{"m":"blood","r":"positive","tc":"antibody"}` + tail,
	} {
		d, err := vdsnc.OfTest(st, i, "UTO", provider, codes)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := vdsnc.EncodeData(d); err != nil || string(got) != want {
			t.Errorf("test %d: %v\n%s\n%s", i, err, got, want)
		}
	}
	d, err := vdsnc.OfDoses(st, "UTO", codes)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"hdr":{"is":"UTO","t":"icao.vacc","v":1},"msg":{"pid":{"dob":"1984-03-08","i":"E00000000","n":"YANGBEN  SPECIMEN","sex":"M"},"uvci":"PR7QF2M9X4T9","ve":[` +
		`{"des":"XM7HT3","dis":"RA01.0","nam":"CoronaVac (Sinovac)","vd":[` +
		`{"adm":"Harbour Clinic 3","ctr":"CHN","dvc":"2021-11-13","lot":"A202103012","seq":1},{"adm":"Harbour Clinic 3","ctr":"CHN","dvc":"2021-12-11","lot":"B202104077","seq":2}]},` +
		`{"des":"XM8NQ0","dis":"RA01.0","nam":"Comirnaty (BioNTech, Pfizer)","vd":[{"adm":"Praxis 1","ctr":"D","dvc":"2022-01-05","lot":"FC9880","seq":3}]}]}}`
	if got, err := vdsnc.EncodeData(d); err != nil || string(got) != want {
		t.Errorf("doses: %v\n%s\n%s", err, got, want)
	}
}

// all are the seals of a statement's tests and of its doses.
func all(t testing.TB, st data.Statement) []vdsnc.Data {
	t.Helper()
	codes := book(t)
	d, err := vdsnc.OfDoses(st, "UTO", codes)
	if err != nil {
		t.Fatal(err)
	}
	seals := []vdsnc.Data{d}
	for i := range st.Tests {
		if d, err = vdsnc.OfTest(st, i, "UTO", provider, codes); err != nil {
			t.Fatal(err)
		}
		seals = append(seals, d)
	}
	return seals
}

// TestSealed: what was signed on any of the curves is read back, and holds for
// that signer alone.
func TestSealed(t *testing.T) {
	authority := newAuthority(t)
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		s := newSigner(t, authority, curve, vdsnc.TypeTest, vdsnc.TypeVaccination)
		other := newSigner(t, authority, curve)
		for _, d := range all(t, specimen()) {
			text := s.seal(t, d)
			m, err := vdsnc.Decode(text)
			if err != nil {
				t.Fatal(err)
			}
			back, err := vdsnc.DecodeData(m.Signed)
			if err != nil || !reflect.DeepEqual(back, d) || back.Number() != "PR7QF2M9X4T9" {
				t.Errorf("%v: %+v, want %+v", err, back, d)
			}
			if !m.SignedBy(s.certificate) || m.SignedBy(other.certificate) || m.SignedBy(authority.certificate) || !m.Certificate.Equal(s.certificate) {
				t.Error("signed by somebody else")
			}
			last := len(m.Signature) - 1
			if m.Signature[last] ^= 1; m.SignedBy(s.certificate) {
				t.Error("an altered signature holds")
			}
			m.Signature[last] ^= 1
			if again, err := m.Text(); err != nil || again != text {
				t.Errorf("%v: %s", err, again)
			}
			if curve == elliptic.P256() {
				t.Logf("%s: %d bytes, signer certificate %d", d.Type(), len(text), len(m.Certificate.Raw))
			}
		}
	}
}

// TestEveryChangedByteIsFound: a byte changed anywhere in a text makes it no
// seal, or one that does not hold. The signer certificate is not signed by the
// seal but by the authority, which then does not vouch for it.
func TestEveryChangedByteIsFound(t *testing.T) {
	authority := newAuthority(t)
	s := newSigner(t, authority, elliptic.P256())
	text := s.seal(t, all(t, specimen())[0])
	m, err := vdsnc.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	for i := range text {
		for _, c := range []byte{text[i] ^ 1, ' '} {
			changed := []byte(text)
			changed[i] = c
			again, err := vdsnc.Decode(string(changed))
			if err != nil || string(changed) == text || !again.SignedBy(s.certificate) {
				continue
			}
			if !slices.Equal(again.Signed, m.Signed) || !again.Certificate.Equal(m.Certificate) && again.Certificate.CheckSignatureFrom(authority.certificate) == nil {
				t.Fatalf("%q at %d holds", c, i)
			}
		}
	}
}

// TestRefusals: what the format cannot carry is named, never bent.
func TestRefusals(t *testing.T) {
	codes := book(t)
	long := strings.Repeat("X", 30)
	for name, tt := range map[string]struct {
		change func(*data.Statement, *vdsnc.Provider)
		test   *carry.Error // of the first test's seal, nil if it is made
		doses  *carry.Error
	}{
		"nothing": {func(*data.Statement, *vdsnc.Provider) {}, nil, nil},
		"partial birth date": {func(st *data.Statement, _ *vdsnc.Provider) { st.Birth = "1984-03" },
			&carry.Error{Field: "birth", Reason: carry.Partial, Value: "1984-03"}, &carry.Error{Field: "birth", Reason: carry.Partial, Value: "1984-03"}},
		"no birth date": {func(st *data.Statement, _ *vdsnc.Provider) { st.Birth = "" },
			&carry.Error{Field: "birth", Reason: carry.Missing}, &carry.Error{Field: "birth", Reason: carry.Missing}},
		"a name in Han characters": {func(st *data.Statement, _ *vdsnc.Provider) { st.GivenNames = "样 BEN 本" },
			&carry.Error{Field: "givenNames", Reason: carry.Characters, Value: "样本"}, &carry.Error{Field: "givenNames", Reason: carry.Characters, Value: "样本"}},
		"a name of punctuation": {func(st *data.Statement, _ *vdsnc.Provider) { st.Surname, st.GivenNames = "'", "" },
			&carry.Error{Field: "surname", Reason: carry.Missing}, &carry.Error{Field: "surname", Reason: carry.Missing}},
		"a number of 12": {func(st *data.Statement, _ *vdsnc.Provider) { st.DocumentNumber = "E12345678901" },
			nil, &carry.Error{Field: "documentNumber", Reason: carry.TooLong, Value: "E12345678901"}},
		"a number of 30": {func(st *data.Statement, _ *vdsnc.Provider) { st.DocumentNumber = long },
			&carry.Error{Field: "documentNumber", Reason: carry.TooLong, Value: long}, &carry.Error{Field: "documentNumber", Reason: carry.TooLong, Value: long}},
		"an unknown document": {func(st *data.Statement, _ *vdsnc.Provider) { st.DocumentKind = "library-card" },
			&carry.Error{Field: "documentKind", Reason: carry.NoCode, Value: "library-card"}, nil},
		"an indeterminate result": {func(st *data.Statement, _ *vdsnc.Provider) { st.Tests[0].Result = data.Indeterminate },
			&carry.Error{Field: "tests[0].result", Reason: carry.NoCode, Value: "indeterminate"}, nil},
		"an antibody found by PCR": {func(st *data.Statement, _ *vdsnc.Provider) { st.Tests[0].Kind = data.SerumIgG },
			&carry.Error{Field: "tests[0].method", Reason: carry.NoCode, Value: "rt-pcr"}, nil},
		"a laboratory too long": {func(st *data.Statement, _ *vdsnc.Provider) { st.Tests[0].Laboratory = "Amaurote Central Labs" },
			&carry.Error{Field: "tests[0].laboratory", Reason: carry.TooLong, Value: "Amaurote Central Labs"}, nil},
		"no e-mail": {func(_ *data.Statement, p *vdsnc.Provider) { p.Email = "" },
			&carry.Error{Field: "tests[0].provider.email", Reason: carry.Missing}, nil},
		"a telephone too long": {func(_ *data.Statement, p *vdsnc.Provider) { p.Phone = long },
			&carry.Error{Field: "tests[0].provider.phone", Reason: carry.TooLong, Value: long}, nil},
		"an address in Greek": {func(_ *data.Statement, p *vdsnc.Provider) { p.Address = "Οδός 1" },
			&carry.Error{Field: "tests[0].provider.address", Reason: carry.Characters, Value: "Οδός 1"}, nil},
		"a dose of a month": {func(st *data.Statement, _ *vdsnc.Provider) { st.Doses[1].Date = "2021-11" },
			nil, &carry.Error{Field: "doses[1].date", Reason: carry.Partial, Value: "2021-11"}},
		"a dose without lot": {func(st *data.Statement, _ *vdsnc.Provider) { st.Doses[2].Lot = "" },
			nil, &carry.Error{Field: "doses[2].lot", Reason: carry.Missing}},
		"a dose nowhere": {func(st *data.Statement, _ *vdsnc.Provider) { st.Doses[0].Place = "" },
			nil, &carry.Error{Field: "doses[0].place", Reason: carry.Missing}},
		"a place too long": {func(st *data.Statement, _ *vdsnc.Provider) { st.Doses[0].Place = long },
			nil, &carry.Error{Field: "doses[0].place", Reason: carry.TooLong, Value: long}},
		"an unknown product": {func(st *data.Statement, _ *vdsnc.Provider) { st.Doses[1].Product = "Elixir" },
			nil, &carry.Error{Field: "doses[1].product", Reason: carry.NoCode, Value: "Elixir"}},
		"no doses": {func(st *data.Statement, _ *vdsnc.Provider) { st.Doses = nil },
			nil, &carry.Error{Field: "doses", Reason: carry.Missing}},
	} {
		t.Run(name, func(t *testing.T) {
			st, p := specimen(), provider
			tt.change(&st, &p)
			check := func(d vdsnc.Data, err error, want *carry.Error) {
				t.Helper()
				var got *carry.Error
				if errors.As(err, &got); !reflect.DeepEqual(got, want) {
					t.Errorf("%+v, want %+v", got, want)
				}
				if made := d != (vdsnc.Data{}); made == (want != nil) {
					t.Errorf("made %v", made)
				}
				if want == nil {
					if _, err := vdsnc.EncodeData(d); err != nil {
						t.Error(err)
					}
				} else if want.Value != "" && strings.Contains(err.Error(), want.Value) {
					t.Error("the error tells a personal value")
				}
			}
			d, err := vdsnc.OfTest(st, 0, "UTO", p, codes)
			check(d, err, tt.test)
			d, err = vdsnc.OfDoses(st, "UTO", codes)
			check(d, err, tt.doses)
		})
	}
}

func TestNames(t *testing.T) {
	codes := book(t)
	for name, want := range map[[2]string]string{
		{"Yángběn", "Specimen"}:                              "YANGBEN  SPECIMEN",
		{"O'Connor", "Enya Siobhan"}:                         "OCONNOR  ENYA SIOBHAN",
		{"Smith-Jones", "Susie"}:                             "SMITH JONES  SUSIE",
		{"", "Arkfreith"}:                                    "ARKFREITH",
		{"Arkfreith", ""}:                                    "ARKFREITH",
		{"Nilavadhanananda", "Chayapa Dejthamrong Krasuang"}: "NILAVADHANANANDA  CHAYAPA DEJTHAMRONG K",
		{"Papandropoulous", "Jonathon Warren Trevor"}:        "PAPANDROPOULOUS  JONATHON WARREN TREVOR",
	} {
		st := specimen()
		st.Surname, st.GivenNames = name[0], name[1]
		d, err := vdsnc.OfTest(st, 0, "UTO", provider, codes)
		if err != nil || d.Test.Person.Name != want {
			t.Errorf("%q: %v", name, err)
		}
	}
	st := specimen()
	st.DocumentKind, st.DocumentNumber = data.ResidencePermit, "UT-00-1234567890"
	d, err := vdsnc.OfDoses(st, "UTO", codes)
	if err != nil || d.Vaccination.Person.OtherDocument != st.DocumentNumber || d.Vaccination.Person.TravelDocument != "" {
		t.Errorf("residence permit: %+v, %v", d.Vaccination, err)
	}
}

// TestEveryCodeCanBeCarried: no method, specimen or vaccine of the lists is
// refused, and what they become is in the format.
func TestEveryCodeCanBeCarried(t *testing.T) {
	codes := book(t)
	for _, m := range codes.All(data.ListMethods) {
		for _, s := range codes.All(data.ListSpecimens) {
			st := specimen()
			st.Tests[0].Kind, st.Tests[0].Method, st.Tests[0].Specimen = m.Suits[0], m.Code, s.Code
			d, err := vdsnc.OfTest(st, 0, "UTO", provider, codes)
			if err == nil {
				_, err = vdsnc.EncodeData(d)
			}
			if err != nil {
				t.Errorf("%s, %s: %v", m.Code, s.Code, err)
			}
		}
	}
	for _, e := range codes.All(data.ListVaccines) {
		st := specimen()
		st.Doses[0].Product = e.Code
		d, err := vdsnc.OfDoses(st, "UTO", codes)
		if err == nil {
			_, err = vdsnc.EncodeData(d)
		}
		if err != nil {
			t.Errorf("%s: %v", e.Code, err)
		}
	}
}

// TestSignerTemplate: what is certified from it is of the profile, small, and
// may sign what it was made for.
func TestSignerTemplate(t *testing.T) {
	authority := newAuthority(t)
	both := newSigner(t, authority, elliptic.P256(), vdsnc.TypeTest, vdsnc.TypeVaccination).certificate
	if err := vdsnc.CheckProfile(both); err != nil {
		t.Error(err)
	}
	if len(both.Raw) > 400 {
		t.Errorf("%d bytes", len(both.Raw))
	}
	tests := newSigner(t, authority, elliptic.P256(), vdsnc.TypeTest).certificate
	if !vdsnc.MaySign(both, vdsnc.TypeTest) || !vdsnc.MaySign(both, vdsnc.TypeVaccination) || !vdsnc.MaySign(tests, vdsnc.TypeTest) || vdsnc.MaySign(tests, vdsnc.TypeVaccination) {
		t.Error("may sign something else")
	}
	c, err := vdsnc.SignerTemplate("UT", "01", big.NewInt(2), from, from.AddDate(5, 0, 0), vdsnc.TypeTest)
	if err != nil {
		t.Fatal(err)
	}
	c.Subject.OrganizationalUnit = []string{"PRACTICE"}
	if err := vdsnc.CheckProfile(certify(t, c, elliptic.P256(), authority).certificate); err != nil {
		t.Errorf("practice: %v", err)
	}
	for want, change := range map[string]func(*x509.Certificate){
		"subject has not one country of two letters":    func(c *x509.Certificate) { c.Subject.Country = []string{"UTO"} },
		"common name has not two characters":            func(c *x509.Certificate) { c.Subject.CommonName = "Signer" },
		"subject has more than country and common name": func(c *x509.Certificate) { c.Subject.Organization = []string{"Ministry"} },
		"issuer is of another country":                  func(c *x509.Certificate) { c.Subject.Country = []string{"UA"} },
		"extension 2.5.29.15 does not belong there":     func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature },
		"extension 2.5.29.14 does not belong there":     func(c *x509.Certificate) { c.SubjectKeyId = []byte{1} },
		"extended key usage is not critical":            func(c *x509.Certificate) { c.ExtraExtensions[0].Critical = false },
		"document type list is critical":                func(c *x509.Certificate) { c.ExtraExtensions[1].Critical = true },
		"document type list is none":                    func(c *x509.Certificate) { c.ExtraExtensions[1].Value = []byte{5, 0} },
		"extended key usage is not that of health seals": func(c *x509.Certificate) {
			c.ExtraExtensions = c.ExtraExtensions[1:]
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		},
		"no extended key usage": func(c *x509.Certificate) { c.ExtraExtensions = c.ExtraExtensions[1:] },
	} {
		c, err := vdsnc.SignerTemplate("UT", "01", big.NewInt(2), from, from.AddDate(5, 0, 0), vdsnc.TypeTest)
		if err != nil {
			t.Fatal(err)
		}
		change(c)
		made := certify(t, c, elliptic.P256(), authority).certificate
		if err := vdsnc.CheckProfile(made); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q: %v", want, err)
		}
		if want == "document type list is none" && vdsnc.MaySign(made, vdsnc.TypeTest) || want == "extended key usage is not that of health seals" && vdsnc.MaySign(made, vdsnc.TypeTest) {
			t.Errorf("%s, and it may sign", want)
		}
	}
}

// TestBadInput: what is no seal says so, and why.
func TestBadInput(t *testing.T) {
	s := newSigner(t, newAuthority(t), elliptic.P256())
	text := s.seal(t, all(t, specimen())[1])
	signature := text[strings.Index(text, `"sigvl":"`)+len(`"sigvl":"`):]
	signature = signature[:strings.Index(signature, `"`)]
	raw, err := base64.URLEncoding.DecodeString(signature)
	if err != nil {
		t.Fatal(err)
	}
	with := func(old, new string) string {
		changed := strings.Replace(text, old, new, 1)
		if changed == text {
			t.Fatalf("%q is not there", old)
		}
		return changed
	}
	for name, in := range map[string]string{
		"nothing": "", "no JSON": "HC1:6BF", "cut": text[:len(text)-1], "two seals": "[" + text + "," + text + "]", "no seals": "[]",
		"seals of seals": "[[" + text + "]]", "goes on": text + "{}", "a number": "1",
		"data twice":        with(`{"data":`, `{"data":{},"data":`),
		"no data":           with(`"data":`, `"dat":`),
		"another member":    with(`{"data":`, `{"more":1,"data":`),
		"sig has more":      with(`"alg":`, `"typ":"JWS","alg":`),
		"no signature":      with(`"sigvl":`, `"sig":`),
		"sig is a text":     `{"data":{},"sig":"x"}`,
		"another algorithm": with(`"ES256"`, `"none"`), "of another curve": with(`"ES256"`, `"ES384"`), "algorithm a number": with(`"ES256"`, `256`),
		"short signature":              with(signature, base64.URLEncoding.EncodeToString(raw[:63])),
		"signature in standard base64": with(signature, strings.Repeat("+/", 43)),
		"signature with a line end":    with(signature, signature[:40]+`\n`+signature[40:]),
		"signature with another end":   with(signature, signature[:85]+string(signature[85]+1)+"=="),
		"signature padded once":        with(`=="`, `="`),
		"certificate empty":            with(text[strings.Index(text, `"cer":"`):strings.Index(text, `","sigvl`)], `"cer":"`),
		"certificate of nothing":       with(text[strings.Index(text, `"cer":"`):strings.Index(text, `","sigvl`)], `"cer":"AAAA`),
		"too long":                     with(`{"data":`, strings.Repeat(" ", 4296)+`{"data":`) + " ",
		"deep":                         with(`"hdr":`, `"x":`+strings.Repeat("[", 20)+strings.Repeat("]", 20)+`,"hdr":`),
	} {
		if in == text {
			t.Errorf("%s: unchanged", name)
		}
		if name == "too long" {
			in = "{" + in[strings.Index(in, " "):]
		}
		if m, err := vdsnc.Decode(in); !errors.Is(err, vdsnc.ErrFormat) || m != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestBadContent: what somebody signed and is not of the format.
func TestBadContent(t *testing.T) {
	seals := all(t, specimen())
	for name, tt := range map[string]struct {
		of       int
		old, new string
		err      error
	}{
		"as it is":                 {0, "\x00", "", nil},
		"recovery":                 {0, "icao.vacc", "icao.rcvy", vdsnc.ErrContent},
		"a newer version":          {0, `"v":1`, `"v":2`, vdsnc.ErrVersion},
		"no version":               {0, `,"v":1`, ``, vdsnc.ErrVersion},
		"another header":           {0, `"v":1`, `"v":1,"x":1`, vdsnc.ErrContent},
		"a header in capitals":     {0, `"hdr"`, `"HDR"`, vdsnc.ErrContent},
		"no issuer":                {0, `"is":"UTO",`, ``, vdsnc.ErrContent},
		"another member":           {0, `"pid":{`, `"pid":{"pp":"1",`, vdsnc.ErrContent},
		"a member in capitals":     {0, `"dob"`, `"DOB"`, vdsnc.ErrContent},
		"the other type":           {0, `icao.vacc`, `icao.test`, vdsnc.ErrContent},
		"no name":                  {0, `"n":"YANGBEN  SPECIMEN",`, ``, vdsnc.ErrContent},
		"neither birth nor number": {0, `"dob":"1984-03-08","i":"E00000000",`, ``, vdsnc.ErrContent},
		"another sex":              {0, `"sex":"M"`, `"sex":"Q"`, vdsnc.ErrContent},
		"no vaccine":               {0, `"des":"XM7HT3",`, ``, vdsnc.ErrContent},
		"dose 0":                   {0, `"seq":1`, `"seq":0`, vdsnc.ErrContent},
		"dose 100":                 {0, `"seq":1`, `"seq":100`, vdsnc.ErrContent},
		"dose 1½":                  {0, `"seq":1`, `"seq":1.5`, vdsnc.ErrContent},
		"dose one":                 {0, `"seq":1`, `"seq":"one"`, vdsnc.ErrContent},
		"a dose as text":           {0, `"seq":1`, `"seq":"1"`, nil},
		"dis with a space":         {0, `"dis":"RA01.0"`, `"dis ":"RA01.0"`, nil},
		"dis twice":                {0, `"dis":"RA01.0"`, `"dis":"RA01.0","dis ":"RA01.0"`, vdsnc.ErrContent},
		"an empty member":          {0, `"dis":"RA01.0"`, `"dis":"","dvn":null`, nil},
		"no such day":              {0, `2021-11-13`, `2021-11-31`, vdsnc.ErrContent},
		"a state of digits":        {0, `"ctr":"CHN"`, `"ctr":"156"`, vdsnc.ErrContent},
		"lot too long":             {0, `A202103012`, strings.Repeat("A", 21), vdsnc.ErrContent},
		"lot not ASCII":            {0, `A202103012`, `Ä`, vdsnc.ErrContent},
		"no doses":                 {0, `"ve":[`, `"ve":[{"des":"XM7HT3","nam":"X","vd":[]},`, vdsnc.ErrContent},
		"number too long":          {1, "PR7QF2M9X4T9", "PR7QF2M9X4T9X", vdsnc.ErrContent},
		"no number":                {1, `,"utci":"PR7QF2M9X4T9"`, ``, nil},
		"more contact":             {1, `"cd":{`, `"cd":{"fax":"1",`, nil},
		"contact a number":         {1, `"cd":{`, `"cd":{"fax":1,`, vdsnc.ErrContent},
		"no contact":               {1, `"cd"`, `"ce"`, vdsnc.ErrContent},
		"a time without zone":      {1, `16:30:00+08:00`, `16:30:00`, vdsnc.ErrContent},
		"another kind":             {1, `molecular(PCR)`, `PCR`, vdsnc.ErrContent},
		"another result":           {1, `negative`, `none`, vdsnc.ErrContent},
		"another specimen":         {1, `oropharyngeal`, `hair`, vdsnc.ErrContent},
		"note too long":            {3, `IgM-NEG`, strings.Repeat("I", 21), vdsnc.ErrContent},
	} {
		b, err := vdsnc.EncodeData(seals[tt.of])
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(b), tt.old, tt.new, 1)
		if changed == string(b) && name != "as it is" {
			t.Errorf("%s: unchanged", name)
		}
		d, err := vdsnc.DecodeData([]byte(changed))
		if !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && d != (vdsnc.Data{}) {
			t.Errorf("%s: says something all the same", name)
		}
	}
	if _, err := vdsnc.EncodeData(vdsnc.Data{Issuer: "UTO", Test: &vdsnc.Test{}}); err == nil {
		t.Error("an empty test was written")
	}
}

// FuzzDecode: what is read is written and read as the same, and no text holds
// for a signer who did not sign it.
func FuzzDecode(f *testing.F) {
	s := newSigner(f, newAuthority(f), elliptic.P256())
	signed := map[string]bool{}
	for _, d := range all(f, specimen()) {
		text := s.seal(f, d)
		f.Add(text)
		f.Add("[" + strings.ReplaceAll(text, "=", "") + "]")
		m, err := vdsnc.Decode(text)
		if err != nil {
			f.Fatal(err)
		}
		signed[string(m.Signed)] = true
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := vdsnc.Decode(text)
		if err != nil {
			if !errors.Is(err, vdsnc.ErrFormat) || m != nil {
				t.Fatal(err)
			}
			return
		}
		if m.SignedBy(s.certificate) && !signed[string(m.Signed)] {
			t.Fatalf("holds: %s", m.Signed)
		}
		again, err := m.Text()
		if err != nil {
			t.Fatal(err)
		}
		back, err := vdsnc.Decode(again)
		if err != nil || !reflect.DeepEqual(m, back) {
			t.Fatalf("%v: %+v, want %+v", err, back, m)
		}
	})
}

// FuzzDecodeData: what is understood is written as the same again.
func FuzzDecodeData(f *testing.F) {
	for _, d := range all(f, specimen()) {
		b, err := vdsnc.EncodeData(d)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add([]byte(strings.ReplaceAll(string(b), `"seq":1`, `"seq":"1"`)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := vdsnc.DecodeData(b)
		if err != nil {
			if !errors.Is(err, vdsnc.ErrFormat) || d != (vdsnc.Data{}) {
				t.Fatal(err)
			}
			return
		}
		again, err := vdsnc.EncodeData(d)
		if err != nil {
			t.Fatal(err)
		}
		back, err := vdsnc.DecodeData(again)
		if err != nil || !reflect.DeepEqual(d, back) {
			t.Fatalf("%v: %+v, want %+v", err, back, d)
		}
		if !json.Valid(again) {
			t.Fatal("no JSON")
		}
	})
}

// BenchmarkVerify reads and verifies a seal, and, beside it, does nothing but
// the check of the signature.
func BenchmarkVerify(b *testing.B) {
	s := newSigner(b, newAuthority(b), elliptic.P256())
	text := s.seal(b, all(b, specimen())[0])
	b.Run("seal", func(b *testing.B) {
		for b.Loop() {
			m, err := vdsnc.Decode(text)
			if err != nil || !m.SignedBy(s.certificate) {
				b.Fatal(err)
			}
			if _, err := vdsnc.DecodeData(m.Signed); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("signature", func(b *testing.B) {
		m, err := vdsnc.Decode(text)
		if err != nil {
			b.Fatal(err)
		}
		digest, half := m.Digest(), len(m.Signature)/2
		r, t := new(big.Int).SetBytes(m.Signature[:half]), new(big.Int).SetBytes(m.Signature[half:])
		for b.Loop() {
			if !ecdsa.Verify(&s.key.PublicKey, digest, r, t) {
				b.Fatal("does not hold")
			}
		}
	})
}
