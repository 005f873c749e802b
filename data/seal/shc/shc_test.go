package shc_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pratique/data/internal/vectors"
	"pratique/data/seal/sealtest"
	"pratique/data/seal/shc"
)

const issuer = "https://health.utopia.example/cards"

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestCard: what was sealed is read, and only with the key that signed.
func TestCard(t *testing.T) {
	key := sealtest.Key(t)
	text := sealtest.SHC(t, key, sealtest.Card(issuer, 1657000000, map[string]any{"resource": map[string]any{"resourceType": "Organization"}}))
	m, err := shc.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	if !m.SignedBy(&key.PublicKey) || m.SignedBy(&sealtest.Key(t).PublicKey) {
		t.Error("not signed by the key, or by any")
	}
	if print, err := shc.Thumbprint(&key.PublicKey); err != nil || m.KID != print {
		t.Errorf("key %s, want %s, %v", m.KID, print, err)
	}
	got, err := shc.DecodePayload(m.Payload)
	want := shc.Card{
		Issuer: issuer, NotBefore: time.Unix(1657000000, 5e8).UTC(), Types: []string{"https://smarthealth.cards#health-card"}, Revocation: "abc123",
		Patients:      []shc.Patient{{Family: "Yangben", Given: "Specimen", Birth: "1984-03-08"}},
		Immunizations: []shc.Immunization{{Status: "completed", Vaccine: shc.Coding{System: "http://hl7.org/fhir/sid/cvx", Code: "207"}, Date: "2021-03-01", Lot: "L1", Performer: "Amaurote Clinic"}},
		Observations:  []shc.Observation{{Status: "final", Code: shc.Coding{System: "http://loinc.org", Code: "94558-4"}, Value: "SNOMED CT 260415000", Date: "2022-07-08"}},
		Others:        []string{"Organization"},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v, %v", got, want, err)
	}
}

// TestEveryChangedDigitIsFound: no digit can be changed unseen.
func TestEveryChangedDigitIsFound(t *testing.T) {
	key := sealtest.Key(t)
	text := sealtest.SHC(t, key, sealtest.Card(issuer, 1657000000))
	for i := len(shc.Prefix); i < len(text); i += 7 {
		changed := []byte(text)
		changed[i] = '0' + (changed[i]-'0'+1)%10
		if m, err := shc.Decode(string(changed)); err == nil && m.SignedBy(&key.PublicKey) {
			t.Fatalf("digit %d changed, and signed all the same", i)
		}
	}
}

// TestBadInput: what is wrong is refused, and said.
func TestBadInput(t *testing.T) {
	key := sealtest.Key(t)
	good := sealtest.Card(issuer, 1657000000)
	token := sealtest.Token(t, key, nil, good)
	header := func(h map[string]any) string { return shc.Text(sealtest.Token(t, key, h, good)) }
	parts := strings.Split(token, ".")
	der := base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{0x30}, 70))
	for _, tt := range []struct{ name, text, says string }{
		{"empty", "", "begin"},
		{"nothing behind the prefix", shc.Prefix, "token of 1 parts"},
		{"other prefix", "SHC:/56", "begin"},
		{"odd", shc.Text(token) + "5", "odd"},
		{"letters", shc.Prefix + "5a", "stand for no character"},
		{"beyond z", shc.Prefix + "99", "stand for no character"},
		{"a part", shc.Prefix + "1/2/5676", "a part of one: 1 of 2"},
		{"part 0", shc.Prefix + "0/2/5676", "which part"},
		{"part 3 of 2", shc.Prefix + "3/2/5676", "which part"},
		{"part 1 of 99", shc.Prefix + "1/99/5676", "which part"},
		{"part +1", shc.Prefix + "+1/2/5676", "which part"},
		{"two slashes", shc.Prefix + "1/5676", "which part"},
		{"too long", shc.Prefix + strings.Repeat("56", 17<<10), "more than"},
		{"four parts", shc.Text(token + ".AAAA"), "token of 4 parts"},
		{"padded", shc.Text(parts[0] + "=." + parts[1] + "." + parts[2]), "header is not base64url"},
		{"DER signature", shc.Text(parts[0] + "." + parts[1] + "." + der), "signature of 70 bytes"},
		{"no algorithm", header(map[string]any{"alg": nil}), "algorithm"},
		{"none", header(map[string]any{"alg": "none"}), "algorithm none"},
		{"not compressed", header(map[string]any{"zip": nil}), "compression"},
		{"no key", header(map[string]any{"kid": nil}), "names no key"},
		{"a number for a key", header(map[string]any{"kid": 7}), "names no key"},
		{"critical", header(map[string]any{"crit": []string{"x"}}), "asks for"},
		{"header is a list", shc.Text(base64.RawURLEncoding.EncodeToString([]byte(`[]`)) + "." + parts[1] + "." + parts[2]), "algorithm"},
		{"algorithm twice", shc.Text(base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256","alg":"ES256"}`)) + "." + parts[1] + "." + parts[2]), "twice"},
	} {
		m, err := shc.Decode(tt.text)
		if m != nil || !errors.Is(err, shc.ErrFormat) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want it to say %q", tt.name, err, tt.says)
		}
	}
	change := func(path string, value any) map[string]any {
		var c map[string]any
		b, _ := json.Marshal(good)
		json.Unmarshal(b, &c)
		at := c
		names := strings.Split(path, ".")
		for _, n := range names[:len(names)-1] {
			at = at[n].(map[string]any)
		}
		at[names[len(names)-1]] = value
		return c
	}
	for _, tt := range []struct {
		name    string
		payload any
		says    string
	}{
		{"no object", []int{1}, "nbf"},
		{"no nbf", change("nbf", nil), "nbf"},
		{"nbf is text", change("nbf", "now"), "nbf"},
		{"nbf in another age", change("nbf", 1e18), "nbf"},
		{"exp is text", change("exp", "never"), "exp"},
		{"http", change("iss", "http://utopia.example"), "issuer"},
		{"slash at the end", change("iss", issuer+"/"), "issuer"},
		{"no type", change("vc.type", []string{}), "type"},
		{"no bundle", change("vc.credentialSubject", map[string]any{}), "FHIR"},
		{"many resources", change("vc.credentialSubject.fhirBundle.entry", make([]int, 65)), "more than 64"},
		{"a bomb", map[string]string{"iss": strings.Repeat("a", 300<<10)}, "inflate: more than"},
	} {
		m, err := shc.Decode(sealtest.SHC(t, key, tt.payload))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := shc.DecodePayload(m.Payload); !errors.Is(err, shc.ErrContent) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want it to say %q", tt.name, err, tt.says)
		}
	}
	m, _ := shc.Decode(shc.Text(token))
	if _, err := shc.DecodePayload(append(m.Payload, 0)); !errors.Is(err, shc.ErrContent) {
		t.Errorf("a byte behind the end: %v", err)
	}
}

// TestJoin: parts become one text in any order, whatever lies between.
func TestJoin(t *testing.T) {
	whole := sealtest.SHC(t, sealtest.Key(t), sealtest.Card(issuer, 1657000000))
	d := strings.TrimPrefix(whole, shc.Prefix)
	a, b, c := shc.Prefix+"1/3/"+d[:100], shc.Prefix+"2/3/"+d[100:300], shc.Prefix+"3/3/"+d[300:]
	other := shc.Prefix + "2/3/5676"
	for name, tt := range map[string]struct{ in, want []string }{
		"in order":      {[]string{a, b, c}, []string{whole}},
		"mixed":         {[]string{"HC1:", c, a, "x", b}, []string{"HC1:", whole, "x"}},
		"twice":         {[]string{a, a, b, c, b}, []string{whole}},
		"one missing":   {[]string{a, c}, []string{a, c}},
		"of two cards":  {[]string{a, b, c, other}, []string{a, b, c, other}},
		"nothing to do": {[]string{whole, "y"}, []string{whole, "y"}},
		"none":          {nil, nil},
	} {
		if got := shc.Join(tt.in); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %d texts, want %d", name, len(got), len(tt.want))
		}
	}
}

// TestPublished reads the examples of the specification: each verifies with the
// one key of the issuer's published set that it names, and says what stands
// beside it.
func TestPublished(t *testing.T) {
	var expected []struct {
		File, KID, Iss, RID string
		NBF                 float64
		Chunks              int
		SignatureValid      bool
	}
	if err := json.Unmarshal(vectors.Read(t, "shc", "EXPECTED.json"), &expected); err != nil || len(expected) == 0 {
		t.Fatal(err)
	}
	key := publishedKey(t)
	for _, e := range expected {
		base := strings.TrimSuffix(e.File, "d-jws.txt")
		files, err := filepath.Glob(vectors.Path(t, "shc", "examples", base+"f-qr-code-numeric-value-*.txt"))
		if err != nil || len(files) != e.Chunks {
			t.Fatalf("%s: %d files, %v", e.File, len(files), err)
		}
		var texts []string
		for _, f := range files {
			texts = append(texts, strings.TrimSpace(read(t, f)))
		}
		texts = shc.Join(texts)
		if token := strings.TrimSpace(string(vectors.Read(t, "shc", "examples", e.File))); len(texts) != 1 || texts[0] != shc.Text(token) {
			t.Fatalf("%s: the codes do not hold its token", e.File)
		}
		m, err := shc.Decode(texts[0])
		if err != nil {
			t.Fatal(err)
		}
		if m.KID != e.KID || m.SignedBy(key) != e.SignatureValid {
			t.Errorf("%s: key %s, signed %v", e.File, m.KID, m.SignedBy(key))
		}
		c, err := shc.DecodePayload(m.Payload)
		if err != nil || c.Issuer != e.Iss || c.Revocation != e.RID || c.NotBefore.UnixMilli() != int64(e.NBF*1000) {
			t.Errorf("%s: %+v, %v", e.File, c, err)
		}
		// The bundle that the payload was made of: one of them is of blood counts,
		// and names nobody.
		var bundle struct {
			Entry []struct {
				Resource struct {
					ResourceType string
					Name         []struct{ Family string }
				}
			}
		}
		if err := json.Unmarshal(vectors.Read(t, "shc", "examples", base+"a-fhirBundle.json"), &bundle); err != nil {
			t.Fatal(err)
		}
		var families []string
		shots := 0
		for _, r := range bundle.Entry {
			switch r.Resource.ResourceType {
			case "Patient":
				families = append(families, r.Resource.Name[0].Family)
			case "Immunization":
				shots++
			}
		}
		var got []string
		for _, p := range c.Patients {
			got = append(got, p.Family)
		}
		if !slices.Equal(got, families) || len(c.Immunizations) != shots {
			t.Errorf("%s: %+v, %v", e.File, c, err)
		}
	}
}

// TestPublishedFaults: of the published files with a fault in the text, the
// token or the compression, none is read or none verifies; what is wrong with
// the records in the others is not judged here.
func TestPublishedFaults(t *testing.T) {
	for name, says := range map[string]string{
		"d-jws-der-signature-rs-neg.txt":                   "signature of",
		"d-jws-der-signature.txt":                          "signature of",
		"d-jws-no_jws_header_alg.txt":                      "algorithm",
		"d-jws-no_jws_header_zip.txt":                      "compression",
		"f-qr-code-numeric-value-0-index-out-of-range.txt": "which part",
		"f-qr-code-numeric-value-0-odd-count.txt":          "odd",
		"f-qr-code-numeric-value-0-wrong-multi-chunk.txt":  "which part",
	} {
		text := strings.TrimSpace(string(vectors.Read(t, "shc", "dev-tools", "test-example-00-"+name)))
		if strings.Contains(name, "jws") {
			text = shc.Text(text)
		}
		if _, err := shc.Decode(text); !errors.Is(err, shc.ErrFormat) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want it to say %q", name, err, says)
		}
	}
	// Of the files with tokens, those that are not compressed or whose issuer is
	// not written as it must be say nothing.
	for _, name := range []string{"no_deflate", "issuer_url_with_trailing_slash"} {
		var file struct{ VerifiableCredential []string }
		if err := json.Unmarshal(vectors.Read(t, "shc", "dev-tools", "test-example-00-e-file-"+name+".smart-health-card"), &file); err != nil || len(file.VerifiableCredential) != 1 {
			t.Fatal(err)
		}
		m, err := shc.Decode(shc.Text(file.VerifiableCredential[0]))
		if err == nil {
			_, err = shc.DecodePayload(m.Payload)
		}
		if !errors.Is(err, shc.ErrFormat) {
			t.Errorf("%s is read", name)
		}
	}
}

// FuzzDecode: what is read is what a text of the same token says.
func FuzzDecode(f *testing.F) {
	f.Add(sealtest.SHC(f, sealtest.Key(f), sealtest.Card(issuer, 1657000000)))
	f.Add(shc.Prefix + "1/2/5676")
	f.Add("shc:/")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := shc.Decode(text)
		if err != nil {
			if m != nil || !errors.Is(err, shc.ErrFormat) {
				t.Fatal(err)
			}
			return
		}
		again, err := shc.Decode(shc.Text(string(m.Signed) + "." + base64.RawURLEncoding.EncodeToString(m.Signature)))
		if err != nil || !reflect.DeepEqual(again, m) {
			t.Fatalf("%+v, then %+v, %v", m, again, err)
		}
		if c, err := shc.DecodePayload(m.Payload); err == nil && (c.Issuer == "" || c.NotBefore.IsZero() || len(c.Patients)+len(c.Immunizations)+len(c.Observations)+len(c.Others) > 64) {
			t.Fatalf("%+v", c)
		}
	})
}

// FuzzPayload: a payload says nothing, or has an issuer and a time.
func FuzzPayload(f *testing.F) {
	m, err := shc.Decode(sealtest.SHC(f, sealtest.Key(f), sealtest.Card(issuer, 1657000000)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(m.Payload)
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := shc.DecodePayload(b)
		if err == nil && (!strings.HasPrefix(c.Issuer, "https://") || c.NotBefore.IsZero()) || err != nil && !errors.Is(err, shc.ErrContent) {
			t.Fatalf("%+v, %v", c, err)
		}
	})
}

// publishedKey is the key of the published set that the examples name.
func publishedKey(t *testing.T) *ecdsa.PublicKey {
	t.Helper()
	var set struct{ Keys []struct{ KID, X, Y string } }
	if err := json.Unmarshal(vectors.Read(t, "shc", "issuer", ".well-known", "jwks.json"), &set); err != nil {
		t.Fatal(err)
	}
	for _, k := range set.Keys {
		x, _ := base64.RawURLEncoding.DecodeString(k.X)
		y, _ := base64.RawURLEncoding.DecodeString(k.Y)
		key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
		if err != nil {
			t.Fatal(err)
		}
		print, err := shc.Thumbprint(key)
		if err != nil || print != k.KID {
			t.Errorf("thumbprint %s, want %s, %v", print, k.KID, err)
		}
		if print == "3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s" {
			return key
		}
	}
	t.Fatal("the key is not there")
	return nil
}
