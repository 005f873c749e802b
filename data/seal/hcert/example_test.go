package hcert_test

import (
	"bytes"
	"compress/zlib"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/big"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"pratique/data"
	"pratique/data/seal"
	"pratique/data/seal/hcert"
)

var update = flag.Bool("update", false, "make testdata/example.txt anew, and its key if there is none")

const (
	exampleText = "testdata/example.txt"
	exampleKey  = "testdata/example.key" // the private key and its certificate; it protects nothing
)

// Example takes the seal in testdata/example.txt apart, step by step.
func Example() {
	b, err := os.ReadFile(exampleText)
	if err != nil {
		fmt.Println(err)
		return
	}
	text := strings.TrimRight(string(b), "\n")
	fmt.Printf("text       %d characters, begins %q\n", len(text), text[:12])

	m, err := hcert.Decode(text)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("protected  %s\n", diagnose(m.Protected))
	fmt.Printf("kid        %x\n", m.KID)
	fmt.Printf("signature  %d bytes\n", len(m.Signature))
	fmt.Printf("payload    %d bytes\n", len(m.Payload))

	var claims map[int64]cbor.RawMessage
	if err := cbor.Unmarshal(m.Payload, &claims); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("issuer     1: %s\n", diagnose(claims[1]))
	fmt.Printf("expires    4: %s\n", diagnose(claims[4]))
	fmt.Printf("issued     6: %s\n", diagnose(claims[6]))
	var record map[int64]map[int64]cbor.RawMessage
	if err := cbor.Unmarshal(claims[-260], &record); err != nil {
		fmt.Println(err)
		return
	}
	for _, key := range slices.Sorted(maps.Keys(record[-80])) {
		fmt.Printf("record  %4d: %s\n", key, diagnose(record[-80][key]))
	}
	// Output:
	// text       670 characters, begins "HC1:V7FOXN%T"
	// protected  {1: -7, 4: h'f3da89f1cb5c3ee6'}
	// kid        f3da89f1cb5c3ee6
	// signature  64 bytes
	// payload    517 bytes
	// issuer     1: "UT"
	// expires    4: 1673020740
	// issued     6: 1657362600
	// record     1: 1
	// record     2: true
	// record     3: "PR7QF2M9X4T9"
	// record     4: ["YANGBEN", "SPECIMEN", "\u6837\u672c"]
	// record     5: "1984-03-08"
	// record     6: "M"
	// record     7: "CHN"
	// record     8: ["ordinary", "CHN", "E00000000", "2029-07-09"]
	// record     9: [["naat", "oropharyngeal", "rt-pcr", "Amaurote Central Lab", "negative", [27621150, 480], [27621510, 480], [27621630, 480]], ["igm", "venous", "clia", "Amaurote Central Lab", "negative", [27621150, 480], null, [27621630, 480]], ["igg", "venous", "clia", "Amaurote Central Lab", "positive", [27621150, 480], null, [27621630, 480]]]
	// record    10: [["2021-11-13", "CoronaVac", "A202103012", "CHN", "Harbour Clinic 3"], ["2021-12-11", "CoronaVac", "B202104077", "CHN", "Harbour Clinic 3"]]
	// record    11: 480
	// record    12: [[27622710, 480], [27624479, 480], "journey"]
	// record    13: "green"
	// record    14: ["A", "B"]
	// record    16: ["practice-2020-01", 1]
}

// diagnose is CBOR in diagnostic notation (RFC 8949 §8).
func diagnose(b []byte) string {
	s, err := cbor.Diagnose(b)
	if err != nil {
		return err.Error()
	}
	return s
}

// readExample reads the worked example's key, certificate and text.
func readExample(t testing.TB) (*ecdsa.PrivateKey, *x509.Certificate, string) {
	t.Helper()
	b, err := os.ReadFile(exampleKey)
	if err != nil {
		t.Fatal(err)
	}
	block, rest := pem.Decode(b)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	block, _ = pem.Decode(rest)
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(exampleText)
	if err != nil {
		t.Fatal(err)
	}
	return key.(*ecdsa.PrivateKey), certificate, strings.TrimRight(string(text), "\n")
}

// TestExampleIsTheSpecimen: the file says what it should, and its key made it.
func TestExampleIsTheSpecimen(t *testing.T) {
	if *update {
		makeExample(t)
	}
	_, certificate, text := readExample(t)
	u, err := seal.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	v, err := u.Verify(certificate)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(v.Statement, hcert.Specimen) {
		t.Errorf("%+v", v.Statement)
	}
	if u.KID() != hcert.KID(certificate) {
		t.Errorf("kid %x", u.KID())
	}
	// The container, by other means than the package's own.
	if len(text) > 900 || !strings.HasPrefix(text, "HC1:") || strings.Trim(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:") != "" {
		t.Errorf("%d characters: %s", len(text), text)
	}
}

// TestSealFits: the specimen of three tests and two doses takes at most 900
// characters, also when it is blue and corrects another certificate; a QR of
// version 22 holds 1134.
func TestSealFits(t *testing.T) {
	key, certificate, _ := readExample(t)
	replacing := hcert.BlueSpecimen()
	replacing.Replaces = hcert.Replaced
	plain, longer := len(sealed(t, key, certificate, hcert.Specimen)), len(sealed(t, key, certificate, replacing))
	t.Logf("%d characters, %d blue and with the number it replaces", plain, longer)
	if longer > 900 || longer > plain+60 { // 26 bytes are 39 characters; signatures differ by chance
		t.Errorf("%d characters, %d blue and with the number it replaces", plain, longer)
	}
}

// TestSealsFromBefore: a seal made before there were notices and last tests in
// the record is read as it always was.
func TestSealsFromBefore(t *testing.T) {
	_, certificate, _ := readExample(t)
	text, err := os.ReadFile("testdata/before.txt")
	if err != nil {
		t.Fatal(err)
	}
	u, err := seal.Parse(strings.TrimRight(string(text), "\n"))
	if err != nil {
		t.Fatal(err)
	}
	v, err := u.Verify(certificate)
	want := hcert.Specimen
	want.Notice, want.NoticeVersion = "", 0
	if err != nil || !reflect.DeepEqual(v.Statement, want) {
		t.Errorf("%+v, %v", v.Statement, err)
	}
}

func makeExample(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(exampleKey); err == nil {
		key, certificate, _ := readExample(t)
		if err := os.WriteFile(exampleText, []byte(sealed(t, key, certificate, hcert.Specimen)+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	issued, _ := hcert.Specimen.Issued.Instant()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), KeyUsage: x509.KeyUsageDigitalSignature,
		Subject:   pkix.Name{CommonName: "Example Signer", Country: []string{"UT"}, OrganizationalUnit: []string{"PRACTICE"}},
		NotBefore: issued, NotAfter: issued.Add(2 * 365 * 24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	pem.Encode(&b, &pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(exampleKey, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(exampleText, []byte(sealed(t, key, certificate, hcert.Specimen)+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// sealed is the text of a statement's seal.
func sealed(t testing.TB, key crypto.Signer, certificate *x509.Certificate, st data.Statement) string {
	t.Helper()
	payload, err := hcert.EncodeStatement(st)
	if err != nil {
		t.Fatal(err)
	}
	m, err := hcert.Unsigned(hcert.KID(certificate), payload)
	if err != nil {
		t.Fatal(err)
	}
	digest := m.Digest()
	der, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
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

// TestExampleInflates reads the zlib part with nothing but the standard library.
func TestExampleInflates(t *testing.T) {
	_, _, text := readExample(t)
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	var z []byte
	for s := text[4:]; s != ""; {
		n, weight, group := 0, 1, min(3, len(s))
		for i := range group {
			n, weight = n+strings.IndexByte(alphabet, s[i])*weight, weight*45
		}
		if s = s[group:]; group == 3 {
			z = append(z, byte(n>>8))
		}
		z = append(z, byte(n))
	}
	r, err := zlib.NewReader(bytes.NewReader(z))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil || z[0] != 0x78 || b[0] != 0xd2 || b[1] != 0x84 {
		t.Errorf("% x, %v", b[:2], err)
	}
}
