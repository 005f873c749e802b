package seal_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/desk/desktest"
	"pratique/data/seal"
	"pratique/data/seal/hcert"
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
		case "Format", "KID", "Certificate": // of the signer, not of the traveller
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

// TestEUCertificatesAreNotOurs reads real certificates of the EU's test data,
// once as strangers and once with their signer listed.
func TestEUCertificatesAreNotOurs(t *testing.T) {
	dir := os.Getenv("PRATIQUE_VECTORS")
	if dir == "" {
		t.Skip("PRATIQUE_VECTORS is not set: the EU's certificates did NOT run")
	}
	outcomes := map[trust.Outcome]int{}
	err := filepath.WalkDir(filepath.Join(dir, "dcc"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".json") || !strings.Contains(path, "raw") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var v struct {
			Prefix  string
			TestCtx struct{ Certificate string }
		}
		if json.Unmarshal(b, &v) != nil || v.Prefix == "" {
			return nil
		}
		var list trust.List
		for range 2 {
			got := list.Verify(v.Prefix, time.Date(2022, 7, 9, 0, 0, 0, 0, time.UTC), true)
			outcomes[got.Outcome]++
			if got.Outcome != trust.CannotSay && got.Outcome != trust.Unreadable && !(got.Outcome == trust.Invalid && got.Reasons[0] == trust.ReasonSignature) || got.Claims != nil {
				t.Errorf("%s: %s %v", path[len(dir):], got.Outcome, got.Reasons)
			}
			der, err := base64.StdEncoding.DecodeString(v.TestCtx.Certificate)
			if err != nil {
				return nil
			}
			c, err := x509.ParseCertificate(der)
			if err != nil {
				return nil
			}
			list.Add(c)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v", outcomes)
	if outcomes[trust.CannotSay] < 150 {
		t.Errorf("read %v", outcomes)
	}
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
