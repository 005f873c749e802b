package hcert_test

import (
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"pratique/data"
	"pratique/data/desk/desktest"
	"pratique/data/keys"
	"pratique/data/seal/hcert"
)

// Readers that share no code with this program: one in Python, written from
// the package comment, and openssl with nothing beside it.

// python finds an interpreter with the libraries that reader.py needs. There
// may be several of that name.
func python(t *testing.T) string {
	t.Helper()
	var candidates []string
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		candidates = append(candidates, filepath.Join(dir, "python3"))
	}
	for _, c := range append(candidates, "/usr/bin/python3") {
		if exec.Command(c, "-c", "import cbor2, cryptography").Run() == nil {
			return c
		}
	}
	t.Skip("no python3 with cbor2 and cryptography: the seal was NOT read by a foreign reader")
	return ""
}

func openssl(t *testing.T, args ...string) (string, error) {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("no openssl: the seal was NOT checked by it")
	}
	out, err := exec.Command("openssl", args...).CombinedOutput()
	return string(out), err
}

func write(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// issued is a certificate of a practice post and the post's anchor.pem.
func issued(t *testing.T) (*desktest.Post, data.Certificate, string) {
	t.Helper()
	p := desktest.New(t)
	c := p.Issued(t, p.Specimen())
	chain := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Anchor.Raw}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Signer.Certificate.Raw})...)
	return p, c, write(t, "anchor.pem", chain)
}

func TestPythonReadsTheSeal(t *testing.T) {
	python := python(t)
	_, c, anchor := issued(t)
	key, certificate, example := readExample(t)
	exampleAnchor := write(t, "example.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}))
	replacing := hcert.Specimen
	replacing.Replaces = hcert.Replaced
	for name, tt := range map[string]struct {
		text, anchor string
		want         data.Statement
	}{
		"issued":   {c.Seal, anchor, c.Statement},
		"example":  {example, exampleAnchor, hcert.Specimen},
		"replaces": {sealed(t, key, certificate, replacing), exampleAnchor, replacing},
		"blue":     {sealed(t, key, certificate, hcert.BlueSpecimen()), exampleAnchor, hcert.BlueSpecimen()},
	} {
		out, err := exec.Command(python, "testdata/reader.py", write(t, "seal.txt", []byte(tt.text+"\n")), tt.anchor).Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, err.(*exec.ExitError).Stderr)
		}
		var got data.Statement
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: python reads %+v, want %+v", name, got, tt.want)
		}
	}
	// It tells good from bad.
	if err := exec.Command(python, "testdata/reader.py", write(t, "seal.txt", []byte(example)), anchor).Run(); err == nil {
		t.Error("python takes a seal of an unknown signer")
	}
	m, err := hcert.Decode(example)
	if err != nil {
		t.Fatal(err)
	}
	m.Signature[40] ^= 1
	forged, err := m.Text()
	if err != nil {
		t.Fatal(err)
	}
	if err := exec.Command(python, "testdata/reader.py", write(t, "seal.txt", []byte(forged)), exampleAnchor).Run(); err == nil {
		t.Error("python takes a forged signature")
	}
}

// TestOpenSSLVerifiesTheSignature: the bytes of RFC 9052 §4.4, the signature as
// ASN.1, and
//
//	openssl x509 -in signer.pem -pubkey -noout > public.pem
//	openssl dgst -sha256 -verify public.pem -signature signature.der signed.bin
func TestOpenSSLVerifiesTheSignature(t *testing.T) {
	p, c, _ := issued(t)
	m, err := hcert.Decode(c.Seal)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := cbor.Marshal([]any{"Signature1", m.Protected, []byte{}, m.Payload})
	if err != nil {
		t.Fatal(err)
	}
	signature, err := asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(m.Signature[:32]), new(big.Int).SetBytes(m.Signature[32:])})
	if err != nil {
		t.Fatal(err)
	}
	signer := write(t, "signer.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Signer.Certificate.Raw}))
	public, err := openssl(t, "x509", "-in", signer, "-pubkey", "-noout")
	if err != nil {
		t.Fatal(public, err)
	}
	publicFile, signatureFile := write(t, "public.pem", []byte(public)), write(t, "signature.der", signature)
	if out, err := openssl(t, "dgst", "-sha256", "-verify", publicFile, "-signature", signatureFile, write(t, "signed.bin", signed)); err != nil || !strings.Contains(out, "Verified OK") {
		t.Errorf("%s, %v", out, err)
	}
	signed[len(signed)-1] ^= 1
	if out, err := openssl(t, "dgst", "-sha256", "-verify", publicFile, "-signature", signatureFile, write(t, "signed.bin", signed)); err == nil {
		t.Errorf("openssl takes an altered payload: %s", out)
	}
}

// TestOpenSSLReadsTheKeys: the files of a post are those of any other tool.
//
//	openssl verify -x509_strict -CAfile anchor.pem signer.pem
//	openssl pkey -in keys/signer.key -passin pass:… -noout -text
func TestOpenSSLReadsTheKeys(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	p := desktest.New(t)
	const passphrase = "kamo rudi teso bali"
	ring := keys.Ring{Dir: dir, Post: p.Config.Post}
	record, err := ring.MakeOwn(keys.ForCertificates, "", []byte(passphrase), desktest.Now)
	if err != nil {
		t.Fatal(err)
	}
	for name, der := range map[string][]byte{"keys/signer.pem": record.Chain[0], "anchor.pem": record.Chain[1]} {
		b := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at := []string{"verify", "-x509_strict", "-attime", "1657400000"} // the day after
	anchor, signer, key := filepath.Join(dir, "anchor.pem"), filepath.Join(dir, "keys/signer.pem"), filepath.Join(dir, "keys", record.ID+".key")
	if out, err := openssl(t, append(at, "-CAfile", anchor, signer)...); err != nil {
		t.Errorf("%s, %v", out, err)
	}
	_, _, other := issued(t)
	if out, err := openssl(t, append(at, "-CAfile", other, signer)...); err == nil {
		t.Errorf("openssl verifies a signer by another anchor: %s", out)
	}
	out, err := openssl(t, "pkey", "-in", key, "-passin", "pass:"+passphrase, "-noout", "-text")
	if err != nil || !strings.Contains(out, "prime256v1") {
		t.Errorf("%s, %v", out, err)
	}
	if out, err := openssl(t, "pkey", "-in", key, "-passin", "pass:wrong", "-noout"); err == nil {
		t.Errorf("openssl opens the key with a wrong passphrase: %s", out)
	}
	// The certificate in signer.pem is that of the key.
	public, err := openssl(t, "pkey", "-in", key, "-passin", "pass:"+passphrase, "-pubout")
	if err != nil {
		t.Fatal(public, err)
	}
	if certified, err := openssl(t, "x509", "-in", signer, "-pubkey", "-noout"); err != nil || certified != public {
		t.Errorf("%s is not %s, %v", certified, public, err)
	}
	if _, err := ring.Open(record, []byte(passphrase)); err != nil {
		t.Error(err)
	}
}
