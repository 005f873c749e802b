package seal_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"pratique/data"
	"pratique/data/codes"
	"pratique/data/desk/desktest"
	"pratique/data/internal/vectors"
	"pratique/data/seal"
	"pratique/data/seal/dcc"
	"pratique/data/seal/hcert"
	"pratique/data/seal/nzcp"
	"pratique/data/seal/sealtest"
	"pratique/data/seal/shc"
	"pratique/data/seal/vdsnc"
	"pratique/data/seal/who"
	"pratique/data/trust"
)

// alphabet is that of base45, and what else a scanner or a person may put in.
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:" + "abc\n\x00é"

// TestEveryChangedCharacterIsFound tries every other character at every place,
// and every character left away or doubled: none is ever valid.
func TestEveryChangedCharacterIsFound(t *testing.T) {
	p := desktest.New(t)
	list := p.Trust()
	text := p.Issued(t, p.Specimen()).Seal
	if v := list.Verify(text, p.Now, true); v.Outcome != trust.Valid {
		t.Fatalf("unchanged: %+v", v)
	}
	tried := 0
	for i := range text {
		for _, c := range alphabet {
			changed := text[:i] + string(c) + text[i+1:]
			if changed == text {
				continue
			}
			tried++
			v := list.Verify(changed, p.Now, true)
			if v.Outcome != trust.Valid && v.Claims == nil {
				continue
			}
			t.Errorf("%q instead of %q at %d is %s", c, text[i], i, v.Outcome)
		}
		for name, changed := range map[string]string{
			"left away": text[:i] + text[i+1:], "doubled": text[:i+1] + text[i:], "cut": text[:i],
		} {
			if v := list.Verify(changed, p.Now, true); v.Outcome == trust.Valid && changed != text {
				t.Errorf("%s at %d is valid", name, i)
			}
		}
	}
	t.Logf("%d changes of %d characters", tried, len(text))
}

// TestOneSpelling compresses a seal as any library would: the bytes and the
// signature are the same, and it is not the text that was issued.
func TestOneSpelling(t *testing.T) {
	p := desktest.New(t)
	text := p.Issued(t, p.Specimen()).Seal
	m, err := hcert.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	for level := zlib.HuffmanOnly; level <= zlib.BestCompression; level++ {
		other := recompressed(t, text, level)
		if again, err := hcert.Decode(other); other == text || err != nil || !reflect.DeepEqual(again, m) {
			t.Fatalf("level %d: no other text of the same message: %v", level, err)
		}
		if v := p.Trust().Verify(other, p.Now, true); v.Outcome == trust.Valid || v.Claims != nil {
			t.Errorf("level %d: %+v", level, v)
		}
	}
}

// recompressed is a seal with its bytes compressed by the standard library.
func recompressed(t *testing.T, text string, level int) string {
	t.Helper()
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	var b []byte
	for s := text[len(hcert.Prefix):]; len(s) > 0; s = s[min(3, len(s)):] {
		n, weight := 0, 1
		for _, c := range s[:min(3, len(s))] {
			n, weight = n+weight*strings.IndexRune(alphabet, c), weight*45
		}
		if len(s) > 2 {
			b = append(b, byte(n>>8))
		}
		b = append(b, byte(n))
	}
	r, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	var z bytes.Buffer
	w, err := zlib.NewWriterLevel(&z, level)
	if err == nil {
		_, err = io.Copy(w, r)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	out := []byte(hcert.Prefix)
	for b := z.Bytes(); len(b) > 0; b = b[min(2, len(b)):] {
		if len(b) == 1 {
			out = append(out, alphabet[b[0]%45], alphabet[b[0]/45])
			break
		}
		n := int(b[0])<<8 | int(b[1])
		out = append(out, alphabet[n%45], alphabet[n/45%45], alphabet[n/2025])
	}
	return string(out)
}

// TestIssuedIsWhatWasEntered compares a seal with the content, field by field.
func TestIssuedIsWhatWasEntered(t *testing.T) {
	p := desktest.New(t)
	c := p.Specimen()
	u, err := seal.Parse(p.Issued(t, c).Seal)
	if err != nil {
		t.Fatal(err)
	}
	v, err := u.Verify(p.Signer.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	st := v.Statement
	type pair struct{ got, want any }
	for name, x := range map[string]pair{
		"surname": {st.Surname, c.Traveller.Surname}, "given names": {st.GivenNames, c.Traveller.GivenNames},
		"native name": {st.NativeName, c.Traveller.NativeName}, "birth": {st.Birth, c.Traveller.Birth}, "sex": {st.Sex, c.Traveller.Sex},
		"nationality": {st.Nationality, c.Traveller.Nationality}, "kind": {st.DocumentKind, c.Document.Kind},
		"issuer of the document": {st.DocumentIssuer, c.Document.Issuer}, "number of the document": {st.DocumentNumber, c.Document.Number},
		"document expires": {st.DocumentExpires, c.Document.Expires}, "practice": {st.Practice, true}, "issuer": {st.Issuer, "UT"},
		"tests": {len(st.Tests), len(c.Tests)}, "doses": {len(st.Doses), len(c.Doses)}, "marks": {st.PreparedBy + st.ApprovedBy, "AB"},
		"colour": {st.Colour, data.Green}, "window": {st.Window, data.WindowJourney},
		"issued": {st.Issued, data.Moment{Wall: "2022-07-09T18:30", Offset: "+08:00"}}, "from": {st.ValidFrom, st.Issued},
		"until": {st.ValidUntil, data.Moment{Wall: "2022-07-10T23:59", Offset: "+08:00"}}, "expires": {st.Expires, data.Moment{Wall: "2023-01-06T23:59", Offset: "+08:00"}},
	} {
		if x.got != x.want {
			t.Errorf("%s: %v, want %v", name, x.got, x.want)
		}
	}
	for i, test := range c.Tests {
		want := data.StatedTest{Kind: test.Kind, Specimen: test.Specimen, Method: test.Method, Laboratory: "Amaurote Central Lab", Result: test.Result,
			Sampled: test.Sampled.Sealed(), Analysed: test.Analysed.Sealed(), Reported: test.Reported.Sealed()}
		if st.Tests[i] != want {
			t.Errorf("test %d: %+v, want %+v", i, st.Tests[i], want)
		}
	}
	for i, dose := range c.Doses {
		if st.Doses[i] != data.StatedDose(dose) {
			t.Errorf("dose %d: %+v, want %+v", i, st.Doses[i], dose)
		}
	}
}

// TestInvariant9UnverifiedTellsNothing: a seal that was read has no way to
// its statement but through a signer certificate.
func TestInvariant9UnverifiedTellsNothing(t *testing.T) {
	u := reflect.TypeFor[*seal.Unverified]()
	for i := range u.Elem().NumField() {
		if f := u.Elem().Field(i); f.IsExported() {
			t.Errorf("Unverified shows its %s", f.Name)
		}
	}
	for i := range u.NumMethod() {
		m := u.Method(i)
		switch m.Name {
		case "Format", "SubClaims", "KID", "KeyID", "Certificate", "Hashed": // of the signer or the signature, not of the traveller
		case "VerifyKey":
			if m.Type.NumIn() != 2 || m.Type.In(1) != reflect.TypeFor[seal.Key]() || m.Type.Out(0) != reflect.TypeFor[*seal.Verified]() {
				t.Errorf("VerifyKey is a %s", m.Type)
			}
		case "Verify":
			if m.Type.NumIn() != 2 || m.Type.In(1) != reflect.TypeFor[*x509.Certificate]() || m.Type.Out(0) != reflect.TypeFor[*seal.Verified]() {
				t.Errorf("Verify is a %s", m.Type)
			}
		default:
			t.Errorf("Unverified has a method %s: does it tell something nobody signed?", m.Name)
		}
	}
	p, other := desktest.New(t), desktest.New(t)
	sealed, err := seal.Parse(p.Issued(t, p.Specimen()).Seal)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*x509.Certificate{"another signer": other.Signer.Certificate, "the anchor": p.Anchor, "a certificate without a key": {}} {
		if v, err := sealed.Verify(c); err == nil || v != nil {
			t.Errorf("verified by %s: %+v", name, v)
		}
	}
}

// TestSealsOfOthers reads seals of other issuers: what format they are in is
// seen, and they say nothing to whoever did not sign them.
func TestSealsOfOthers(t *testing.T) {
	dir := vectors.Path(t)
	signer := desktest.New(t).Signer.Certificate
	seen := map[seal.Format]int{}
	read := func(name, text string, want seal.Format) {
		u, err := seal.Parse(text)
		if err != nil {
			return // package dcc tells which may fail
		}
		seen[u.Format()]++
		if v, err := u.Verify(signer); !errors.Is(err, seal.ErrSignature) || v != nil || u.Format() != want && (want != seal.WHO || u.Format() != seal.HCERT) || (u.Certificate() != nil) != (want == seal.VDSNC) {
			t.Errorf("%s: %s, %+v, %v", name, u.Format(), v, err)
		}
	}
	for format, folder := range map[seal.Format]string{seal.DCC: "dcc", seal.VDSNC: "vdsnc", seal.WHO: "who"} {
		err := filepath.WalkDir(filepath.Join(dir, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			var v struct{ Prefix string }
			if json.Unmarshal(bytes.TrimPrefix(b, []byte("\ufeff")), &v); v.Prefix != "" {
				read(path, v.Prefix, format)
			} else if format != seal.DCC {
				read(path, string(b), format)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%v", seen)
	if seen[seal.DCC] < 120 || seen[seal.VDSNC] < 5 || seen[seal.WHO] < 1 || seen[seal.HCERT] < 1 { // of the WHO's, one names no certificate
		t.Errorf("%v", seen)
	}
}

// sealed are seals of one statement in every format, by one signer, and what
// they say.
func sealed(t testing.TB) (signer *x509.Certificate, texts map[string]seal.Verified) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "01", Country: []string{"UT"}}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if signer, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	at := func(wall string) data.Moment { return data.Moment{Wall: wall, Offset: "+08:00"} }
	st := data.Statement{
		Practice: true, Number: "PR7QF2M9X4T9", Issuer: "UT", Surname: "YANGBEN", GivenNames: "SPECIMEN", NativeName: "样本",
		Birth: "1984-03-08", Sex: data.Male, Nationality: "CHN",
		DocumentKind: data.OrdinaryPassport, DocumentIssuer: "CHN", DocumentNumber: "E00000000", DocumentExpires: "2029-07-09",
		Tests: []data.StatedTest{{Kind: data.NucleicAcid, Specimen: "oropharyngeal", Method: "rt-pcr", Laboratory: "Amaurote Central Lab",
			Result: data.Negative, Sampled: at("2022-07-08T16:30"), Reported: at("2022-07-09T00:30")}},
		Doses:  []data.StatedDose{{Date: "2021-11-13", Product: "CoronaVac", Lot: "A202103012", Country: "CHN", Place: "Harbour Clinic 3"}},
		Issued: at("2022-07-09T18:30"), ValidFrom: at("2022-07-09T18:30"), ValidUntil: at("2022-07-10T23:59"), Window: data.WindowJourney,
		Expires: at("2023-01-06T23:59"), Colour: data.Green, PreparedBy: "A", ApprovedBy: "B",
	}
	texts = map[string]seal.Verified{}
	inContainer := func(payload []byte, err error, says seal.Verified) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		m, err := hcert.Unsigned(hcert.KID(signer), payload)
		if err != nil {
			t.Fatal(err)
		}
		digest := m.Digest()
		m.Signature = sign(t, key, digest[:])
		text, err := m.Text()
		if err != nil {
			t.Fatal(err)
		}
		says.Signer = signer
		texts[text] = says
	}
	payload, err := hcert.EncodeStatement(st)
	inContainer(payload, err, seal.Verified{Statement: st})
	book, err := codes.Load(os.DirFS("../../assets"))
	if err != nil {
		t.Fatal(err)
	}
	claims, err := dcc.OfTest(st, 0, "Post", dcc.Detail{Country: "UTO"}, book)
	if err != nil {
		t.Fatal(err)
	}
	payload, err = dcc.Encode(claims)
	inContainer(payload, err, seal.Verified{DCC: &claims})
	d, err := vdsnc.OfDoses(st, "UTO", book)
	if err != nil {
		t.Fatal(err)
	}
	v, err := vdsnc.Unsigned(signer, d)
	if err != nil {
		t.Fatal(err)
	}
	v.Signature = sign(t, key, v.Digest())
	text, err := v.Text()
	if err != nil {
		t.Fatal(err)
	}
	texts[text] = seal.Verified{VDSNC: &d, Signer: signer}

	kid := hcert.KID(signer)
	dvc, err := who.Decode(marshal(t, sealtest.Sub("UTO", 1657000000, 1659000000, -6, map[string]any{"n": "Yangben"})), who.Card)
	if err != nil {
		t.Fatal(err)
	}
	texts[sealtest.HCERT(t, key, kid[:], sealtest.Sub("UTO", 1657000000, 1659000000, -6, map[string]any{"n": "Yangben"}))] = seal.Verified{WHO: &dvc, Signer: signer}
	card := sealtest.SHC(t, key, sealtest.Card("https://utopia.example", 1657000000))
	m, err := shc.Decode(card)
	if err != nil {
		t.Fatal(err)
	}
	said, err := shc.DecodePayload(m.Payload)
	if err != nil {
		t.Fatal(err)
	}
	texts[card] = seal.Verified{SHC: &said, Signer: signer}
	pass, err := nzcp.DecodePayload(marshal(t, sealtest.Pass("did:web:utopia.example", 1657000000, 1659000000)))
	if err != nil {
		t.Fatal(err)
	}
	texts[sealtest.NZCP(t, key, "key-1", sealtest.Pass("did:web:utopia.example", 1657000000, 1659000000))] = seal.Verified{NZCP: &pass, Signer: signer}
	return signer, texts
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	b, err := cbor.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func sign(t testing.TB, key crypto.Signer, digest []byte) []byte {
	t.Helper()
	der, err := key.Sign(rand.Reader, digest, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &rs); err != nil {
		t.Fatal(err)
	}
	return append(rs.R.FillBytes(make([]byte, 32)), rs.S.FillBytes(make([]byte, 32))...)
}

// TestEveryFormat: a seal says what was sealed, in the format it was sealed in.
func TestEveryFormat(t *testing.T) {
	signer, texts := sealed(t)
	formats := map[seal.Format]bool{}
	for text, want := range texts {
		u, err := seal.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		formats[u.Format()] = true
		got, err := u.Verify(signer)
		if err != nil || !reflect.DeepEqual(*got, want) {
			t.Errorf("%s: %+v, want %+v, %v", u.Format(), got, want, err)
		}
		// A key without a certificate says as much, where it may say anything.
		want.Signer = nil
		byKey, err := u.VerifyKey(seal.Key{Public: signer.PublicKey})
		if needs := u.Format() == seal.HCERT || u.Format() == seal.VDSNC; needs != errors.Is(err, seal.ErrSignature) || !needs && !reflect.DeepEqual(*byKey, want) {
			t.Errorf("%s by its key: %+v, %v", u.Format(), byKey, err)
		}
		thumbprint, _ := shc.Thumbprint(signer.PublicKey.(*ecdsa.PublicKey))
		kid := hcert.KID(signer)
		named := map[seal.Format]string{seal.SHC: thumbprint, seal.NZCP: "did:web:utopia.example#key-1"}[u.Format()]
		if named == "" {
			named = base64.StdEncoding.EncodeToString(kid[:])
		} else {
			kid = [hcert.KIDSize]byte{}
		}
		if u.KID() != kid || u.KeyID() != named || len(u.Hashed()) != 32 {
			t.Errorf("%s: key %x, %s, want %x, %s; %d bytes of the signature", u.Format(), u.KID(), u.KeyID(), kid, named, len(u.Hashed()))
		}
	}
	if len(formats) != 6 {
		t.Errorf("%v", formats)
	}
}

// FuzzParse: whatever text there is, a signer is only ever said to have signed
// what it did sign.
func FuzzParse(f *testing.F) {
	signer, texts := sealed(f)
	for text := range texts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := seal.Parse(text)
		if err != nil {
			if u != nil {
				t.Fatal("both a seal and none")
			}
			return
		}
		v, err := u.Verify(signer)
		if err != nil {
			if v != nil {
				t.Fatal("says something that does not hold")
			}
			return
		}
		for _, signed := range texts {
			if reflect.DeepEqual(*v, signed) {
				return
			}
		}
		t.Fatalf("says %+v", v)
	})
}

func BenchmarkVerify(b *testing.B) {
	p := desktest.New(b)
	a := p.Approved(b, p.Specimen())
	c, err := p.Issue(context.Background(), p.Reviewer, a.ID)
	if err != nil {
		b.Fatal(err)
	}
	list := p.Trust()
	for b.Loop() {
		if list.Verify(c.Seal, p.Now, true).Outcome != trust.Valid {
			b.Fatal("not valid")
		}
	}
}
