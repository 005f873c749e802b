package trust_test

import (
	"bytes"
	"compress/flate"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"math/big"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"pratique/data/codes"
	"pratique/data/seal"
	"pratique/data/seal/hcert"
	"pratique/data/seal/sealtest"
	"pratique/data/seal/shc"
	"pratique/data/seal/vdsnc"
	"pratique/data/trust"
)

// everybody is a list as a border has it: an authority and signers of many
// states, and many that are revoked.
func everybody(t testing.TB) (l trust.List, by authority, key *ecdsa.PrivateKey) {
	t.Helper()
	var anchors, signers []*x509.Certificate
	template := func(i int, cn string) *x509.Certificate {
		return &x509.Certificate{SerialNumber: big.NewInt(int64(i + 10)), Subject: name(cn, "UT", false), NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(4, 0, 0), BasicConstraintsValid: true}
	}
	// One key for all others: only the certificates differ.
	common := sealtest.Key(t)
	make := func(c, parent *x509.Certificate, key, with *ecdsa.PrivateKey) *x509.Certificate {
		der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, with)
		if err != nil {
			t.Fatal(err)
		}
		made, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	for i := range 500 {
		c := template(i, "Authority "+string(rune('A'+i%26))+strings.Repeat("x", i/26))
		c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign
		anchors = append(anchors, make(c, c, common, common))
		signers = append(signers, make(template(i, "Signer"), anchors[i], common, common))
	}
	key = sealtest.Key(t)
	ours := template(999, "Post")
	ours.Subject.CommonName = "05"
	by = authority{key, make(ours, anchors[499], key, common)}
	l.AddContent(trust.Content{Certificates: append(append(anchors, signers...), by.certificate)}, trust.Source{Name: "states", Imported: now})
	print, err := shc.Thumbprint(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	l.AddContent(trust.Content{Keys: []seal.Key{
		{ID: print, Public: &key.PublicKey}, {ID: "did:web:utopia.example#key-1", Public: &key.PublicKey}, {ID: "AAECAwQFBgc=", Public: &key.PublicKey},
	}}, trust.Source{Name: "keys", Imported: now})
	partial := []byte{16}
	for i := range 50_000 {
		partial = append(binary.BigEndian.AppendUint64(partial, uint64(i)), 0, 0, 0, 0, 0, 0, 0, 1)
	}
	l.AddRevoked(trust.Content{Revocations: [][]byte{partial}})
	if l.Revocations() < 50_000 {
		t.Fatal(l.Revocations())
	}
	return l, by, key
}

// ofEveryFormat is a seal in every format.
func ofEveryFormat(t testing.TB, by authority, key *ecdsa.PrivateKey) map[seal.Format]string {
	t.Helper()
	st := statement(t)
	from, until := now.Add(-time.Hour).Unix(), now.Add(time.Hour).Unix()
	kid := []byte{0, 1, 2, 3, 4, 5, 6, 7}
	book, err := codes.Load(os.DirFS("../../assets"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := vdsnc.OfDoses(st, "UTO", book)
	if err != nil {
		t.Fatal(err)
	}
	m, err := vdsnc.Unsigned(by.certificate, d)
	if err != nil {
		t.Fatal(err)
	}
	r, s, err := ecdsa.Sign(rand.Reader, key, m.Digest())
	if err != nil {
		t.Fatal(err)
	}
	m.Signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	icao, err := m.Text()
	if err != nil {
		t.Fatal(err)
	}
	return map[seal.Format]string{
		seal.HCERT: by.says(t, st), seal.VDSNC: icao,
		seal.DCC: sealtest.HCERT(t, key, kid, sealtest.Sub("UT", from, until, 1, map[string]any{"ver": "1.3.0", "dob": "1984-03-08",
			"nam": map[string]string{"fn": "Yangben"}, "r": []any{map[string]string{"ci": "URN:UVCI:01:UT:1"}}})),
		seal.WHO:  sealtest.HCERT(t, key, kid, sealtest.Sub("UTO", from, until, -6, map[string]any{"n": "Yangben"})),
		seal.SHC:  sealtest.SHC(t, key, sealtest.Card("https://utopia.example", from)),
		seal.NZCP: sealtest.NZCP(t, key, "key-1", sealtest.Pass("did:web:utopia.example", from, until)),
	}
}

// TestAmongEverybody: a seal of every format is valid with a list of five
// hundred authorities, and revoked nowhere.
func TestAmongEverybody(t *testing.T) {
	l, by, key := everybody(t)
	for format, text := range ofEveryFormat(t, by, key) {
		if v := l.Verify(text, now, false); v.Outcome != trust.Valid || v.Format != format {
			t.Errorf("%s: %s %v", format, v.Outcome, v.Reasons)
		}
	}
}

// BenchmarkVerify checks a seal of every format with a list of states, and, to
// compare, the bare signature that is in each of them.
func BenchmarkVerify(b *testing.B) {
	l, by, key := everybody(b)
	b.Run("signature-alone", func(b *testing.B) {
		digest := sha256.Sum256(nil)
		r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if !ecdsa.Verify(&key.PublicKey, digest[:], r, s) {
				b.Fatal("does not hold")
			}
		}
	})
	for format, text := range ofEveryFormat(b, by, key) {
		b.Run(string(format), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if v := l.Verify(text, now, false); v.Outcome != trust.Valid {
					b.Fatal(v.Outcome, v.Reasons)
				}
			}
		})
	}
}

// hostile are the worst texts there are: as long as is read, and as large as is
// inflated.
func hostile(t testing.TB, key *ecdsa.PrivateKey) map[string]string {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(bytes.Repeat([]byte("["), 8<<20)) // eight megabytes in eight kilobytes
	w.Close()
	b64 := base64.RawURLEncoding.EncodeToString
	token := sealtest.Token(t, key, nil, "x")
	bomb := strings.Split(token, ".")[0] + "." + b64(b.Bytes()) + "." + b64(make([]byte, 64))
	deep := strings.Repeat("[", 2148) + strings.Repeat("]", 2148)
	return map[string]string{
		"zlib-bomb":  hcert.Prefix + hcert.EncodeBase45(append([]byte{0x78, 0x01}, b.Bytes()...))[:4292/3*3],
		"card-bomb":  shc.Text(bomb[:min(len(bomb), 16<<10)]),
		"deep-json":  deep,
		"long-json":  `{"data":"` + strings.Repeat("a", 4280) + `"}`,
		"long-cwt":   "NZCP:/1/" + strings.Repeat("A", 4288),
		"no-seal":    strings.Repeat("A", 4296),
		"deep-hcert": sealtest.HCERT(t, key, []byte("12345678"), strings.Repeat("a", 15<<10)),
	}
}

// BenchmarkHostileText reads the worst texts, which must stay far below a
// hundred milliseconds and 64 megabytes.
func BenchmarkHostileText(b *testing.B) {
	l, _, key := everybody(b)
	for what, text := range hostile(b, key) {
		b.Run(what, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if v := l.Verify(text, now, false); v.Outcome == trust.Valid {
					b.Fatal("valid")
				}
			}
		})
	}
}

// TestHostileText: the worst texts are refused within their memory.
func TestHostileText(t *testing.T) {
	l, by, key := everybody(t)
	texts := hostile(t, key)
	for format, text := range ofEveryFormat(t, by, key) {
		texts[string(format)] = text
	}
	for what, text := range texts {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		v := l.Verify(text, now, false)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
			t.Errorf("%s: %s with %d bytes", what, v.Outcome, used)
		}
	}
}
