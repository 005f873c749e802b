package vdsnc_test

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"pratique/data/internal/vectors"
	"pratique/data/seal/vdsnc"
	"pratique/data/seal/x509ec"
)

// TestSealsOfOthers reads seals of other issuers and compares with what
// independent code found in them.
func TestSealsOfOthers(t *testing.T) {
	var all []struct {
		File            string
		Type            vdsnc.Type
		Issuer          string
		SigLen          int
		CanonicalBytes  int
		CanonicalSHA256 string `json:"canonicalSha256"`
		SignatureValid  bool
		BSCSHA256       string `json:"bscSha256"`
		ChainsTo        string
	}
	if err := json.Unmarshal(vectors.Read(t, "vdsnc", "EXPECTED.json"), &all); err != nil || len(all) < 5 {
		t.Fatal(len(all), err)
	}
	for _, want := range all {
		t.Run(want.File, func(t *testing.T) {
			m, err := vdsnc.Decode(string(vectors.Read(t, "vdsnc", want.File)))
			if err != nil {
				t.Fatal(err)
			}
			sum, signer := sha256.Sum256(m.Signed), sha256.Sum256(m.Certificate.Raw)
			if len(m.Signed) != want.CanonicalBytes || hex.EncodeToString(sum[:]) != want.CanonicalSHA256 || len(m.Signature) != want.SigLen {
				t.Errorf("%d bytes, %x, signature of %d", len(m.Signed), sum, len(m.Signature))
			}
			if hex.EncodeToString(signer[:]) != want.BSCSHA256 {
				t.Errorf("signer certificate %x", signer)
			}
			if got := m.SignedBy(m.Certificate); got != want.SignatureValid {
				t.Errorf("signature holds: %v", got)
			}
			if strings.HasPrefix(want.ChainsTo, "csca") {
				name, _, _ := strings.Cut(want.ChainsTo, " ")
				anchor, err := x509ec.ParseCertificate(vectors.Read(t, "vdsnc", "certs", name))
				if err != nil {
					t.Fatal(err)
				}
				if err := m.Certificate.CheckSignatureFrom(anchor); err != nil {
					t.Errorf("%s does not vouch: %v", name, err)
				}
			}
			d, err := vdsnc.DecodeData(m.Signed)
			if err != nil {
				t.Fatal(err)
			}
			if d.Type() != want.Type || d.Issuer != want.Issuer || d.Number() == "" || !vdsnc.MaySign(m.Certificate, d.Type()) {
				t.Errorf("%s of %s, number %q", d.Type(), d.Issuer, d.Number())
			}
		})
	}
}

// TestProfilesOfOthers: in what real signer certificates depart from ICAO's
// profile, one by one.
func TestProfilesOfOthers(t *testing.T) {
	for file, want := range map[string]string{
		"uto-pot.json": "extended key usage is not critical",
		"aus-pov.json": "common name has not two characters",
		"jpn-pov-3-doses.json": "common name has not two characters\n" +
			"extension 2.5.29.18 does not belong there\nextension 2.5.29.15 does not belong there\nextension 2.5.29.16 does not belong there\n" +
			"extension 2.5.29.17 does not belong there\nextension 2.5.29.31 does not belong there",
		"pathcheck-uto-pot.json": "common name has not two characters\nno extended key usage\nno authority key identifier",
	} {
		m, err := vdsnc.Decode(string(vectors.Read(t, "vdsnc", file)))
		if err != nil {
			t.Fatal(err)
		}
		if err := vdsnc.CheckProfile(m.Certificate); err == nil || err.Error() != want {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// TestOthersAnywhere: a seal of another issuer is the same in other clothes,
// and not in these.
func TestOthersAnywhere(t *testing.T) {
	text := string(vectors.Read(t, "vdsnc", "uto-pot.json"))
	m, err := vdsnc.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string]string{
		"in an array": "[" + text + "]", "with a byte order mark": "\ufeff" + text + "\r\n",
		"not padded": strings.ReplaceAll(text, `=="`, `"`),
		"escaped":    strings.Replace(text, "icao", `\u0069cao`, 1), "spaced": strings.ReplaceAll(text, `":"`, `" : "`),
	} {
		again, err := vdsnc.Decode(other)
		if other == text || err != nil || string(again.Signed) != string(m.Signed) || !again.SignedBy(m.Certificate) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if m.SignedBy(&x509.Certificate{}) || m.SignedBy(readSigner(t, "aus-pov.json")) {
		t.Error("anyone signed it")
	}
}

func readSigner(t *testing.T, file string) *x509.Certificate {
	t.Helper()
	m, err := vdsnc.Decode(string(vectors.Read(t, "vdsnc", file)))
	if err != nil {
		t.Fatal(err)
	}
	return m.Certificate
}
