// Package vectors finds public test vectors, for tests. They are not part of
// this repository; README says where they come from.
package vectors

import (
	"os"
	"path/filepath"
	"testing"
)

// Path is a file or folder below $PRATIQUE_VECTORS. Where that is not set, the
// test is skipped, and says so.
func Path(t testing.TB, elements ...string) string {
	t.Helper()
	dir := os.Getenv("PRATIQUE_VECTORS")
	if dir == "" {
		t.Skipf("PRATIQUE_VECTORS is not set: %s did NOT run", t.Name())
	}
	return filepath.Join(append([]string{dir}, elements...)...)
}

// Read is the content of such a file.
func Read(t testing.TB, elements ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(Path(t, elements...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
