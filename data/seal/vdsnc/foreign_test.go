package vdsnc_test

import (
	"bytes"
	"crypto/elliptic"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pratique/data/seal/jcs"
	"pratique/data/seal/vdsnc"
)

// python finds an interpreter with the library that reader.py needs.
func python(t *testing.T) string {
	t.Helper()
	for _, c := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(c, "-c", "import cryptography").Run() == nil {
			return c
		}
	}
	t.Skip("no python3 with cryptography: the seals were NOT read by a foreign reader")
	return ""
}

// TestPythonReadsTheSeals with code that shares nothing with this program.
func TestPythonReadsTheSeals(t *testing.T) {
	python, dir := python(t), t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	authority := newAuthority(t)
	anchor, stranger := write("authority.der", authority.certificate.Raw), write("stranger.der", newAuthority(t).certificate.Raw)
	var text, path string
	for i, curve := range []elliptic.Curve{elliptic.P521(), elliptic.P384(), elliptic.P256()} {
		d := all(t, specimen())[i]
		text = newSigner(t, authority, curve).seal(t, d)
		want, err := vdsnc.EncodeData(d)
		if err != nil {
			t.Fatal(err)
		}
		path = write("seal.json", []byte(text))
		out, err := exec.Command(python, "testdata/reader.py", path, anchor).Output()
		if err != nil {
			t.Fatalf("%v\n%s", err, err.(*exec.ExitError).Stderr)
		}
		if got, err := jcs.Canonical(out); err != nil || !bytes.Equal(got, want) {
			t.Errorf("python reads %s, want %s, %v", out, want, err)
		}
	}
	// It tells good from bad.
	if exec.Command(python, "testdata/reader.py", path, stranger).Run() == nil {
		t.Error("python takes a signer of another authority")
	}
	forged := write("forged.json", []byte(strings.Replace(text, "1984", "1985", 1)))
	if exec.Command(python, "testdata/reader.py", forged, anchor).Run() == nil {
		t.Error("python takes an altered seal")
	}
}
