package dcc_test

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pratique/data/internal/vectors"
	"pratique/data/seal/dcc"
	"pratique/data/seal/hcert"
)

func readJSON(t testing.TB, path string, v any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(bytes.TrimPrefix(b, []byte("\ufeff")), v)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// vector is a file of the EU's test data.
type vector struct {
	JSON    json.RawMessage
	Prefix  string
	TestCtx struct {
		Certificate     string
		ValidationClock string
	}
	// Results are the expected ones, a step that is not there is not tested.
	Results map[string]bool `json:"EXPECTEDRESULTS"`
}

func (v vector) certificate() (*x509.Certificate, error) {
	if block, _ := pem.Decode([]byte(v.TestCtx.Certificate)); block != nil {
		return x509.ParseCertificate(block.Bytes)
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(v.TestCtx.Certificate), ""))
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// clock is the time to check at, of which some files leave the zone away.
func (v vector) clock() (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05-0700"} {
		if t, err := time.Parse(layout, v.TestCtx.ValidationClock); err == nil {
			return t, nil
		}
	}
	return time.Parse("2006-01-02T15:04:05", v.TestCtx.ValidationClock)
}

// oddities are expectations that are known to be wrong, and why.
var oddities = map[string]string{
	"PL/1.3.0/2DCode/raw/1.json VALIDJSON":       "the JSON in the file is of another certificate than the one in the QR",
	"PL/1.3.0/2DCode/raw/6.json EXPIRATIONCHECK": "signed by another key, so the signer certificate in the file says nothing about it",
}

// TestCertificatesOfOthers does the steps of the EU's test data on every file of
// it and compares each with what is expected.
func TestCertificatesOfOthers(t *testing.T) {
	root := vectors.Path(t, "dcc")
	var states map[string]map[string]any
	readJSON(t, vectors.Path(t, "valuesets", "country-2-codes.json"), &struct {
		Values *map[string]map[string]any `json:"valueSetValues"`
	}{&states})
	files, steps, met := 0, 0, map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" || !strings.EqualFold(filepath.Base(filepath.Dir(path)), "raw") {
			return err
		}
		files++
		name := filepath.ToSlash(path[len(root)+1:])
		var v vector
		readJSON(t, path, &v)
		for step, got := range observe(v, func(state string) bool { return states[state] != nil }) {
			want, tested := v.Results["EXPECTED"+step]
			if !tested {
				continue
			}
			steps++
			why, odd := oddities[name+" "+step]
			if odd {
				met[name+" "+step] = true
			}
			if (got == nil) != (want != odd) {
				t.Errorf("%s: %s expected %v, got %v %s", name, step, want, got, why)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(met) != len(oddities) {
		t.Errorf("met %v of the oddities", met)
	}
	t.Logf("%d files, %d steps", files, steps)
	if files < 100 || steps < 800 {
		t.Error("too few")
	}
}

// observe does every step on a file. A step has nil if it went well.
func observe(v vector, isState func(string) bool) map[string]error {
	steps := map[string]error{}
	f, err := hcert.DecodeForeign(v.Prefix)
	if steps["UNPREFIX"] = nil; !strings.HasPrefix(v.Prefix, hcert.Prefix) {
		steps["UNPREFIX"] = err
	}
	for _, step := range []string{"B45DECODE", "COMPRESSION", "DECODE", "SCHEMAVALIDATION", "VERIFY"} {
		steps[step] = err
	}
	if err != nil {
		return steps
	}
	c, err := dcc.Decode(f.Payload)
	steps["DECODE"], steps["SCHEMAVALIDATION"] = err, err
	signer, signerErr := v.certificate()
	if signerErr == nil {
		kid := hcert.KID(signer)
		switch {
		case !bytes.Equal(f.KID, kid[:]):
			steps["VERIFY"] = fmt.Errorf("key identifier %x, want %x", f.KID, kid)
		case !f.SignedBy(signer):
			steps["VERIFY"] = fmt.Errorf("signature does not hold")
		}
	} else {
		steps["VERIFY"] = signerErr
	}
	if err != nil {
		return steps
	}
	if state := country(c.Certificate); state != "" && !isState(state) { // schema 1.0.0 let it be empty
		steps["SCHEMAVALIDATION"] = fmt.Errorf("country %q is in no value set", state)
	}
	var stated dcc.Certificate
	if err := json.Unmarshal(v.JSON, &stated); err != nil {
		steps["VALIDJSON"] = err
	} else if steps["VALIDJSON"] = nil; !reflect.DeepEqual(stated, c.Certificate) {
		steps["VALIDJSON"] = fmt.Errorf("says %+v, want %+v", c.Certificate, stated)
	}
	if signerErr != nil {
		return steps
	}
	steps["KEYUSAGE"] = nil
	if !dcc.MaySign(signer, c.Certificate.Kind()) {
		steps["KEYUSAGE"] = fmt.Errorf("the signer may not sign kind %s", c.Certificate.Kind())
	}
	clock, err := v.clock()
	if steps["EXPIRATIONCHECK"] = err; err == nil {
		moments := []time.Time{signer.NotBefore, c.Issued, clock, c.Expires, signer.NotAfter}
		for i := range moments[1:] {
			if moments[i].After(moments[i+1]) {
				steps["EXPIRATIONCHECK"] = fmt.Errorf("not in order: %v", moments)
			}
		}
	}
	return steps
}

func country(c dcc.Certificate) string {
	switch c.Kind() {
	case dcc.KindVaccination:
		return c.Vaccinations[0].Country
	case dcc.KindTest:
		return c.Tests[0].Country
	}
	return c.Recoveries[0].Country
}
