package assets_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pratique/assets"
)

// specified are the packages whose comments are what the program says of its
// formats.
var specified = []string{
	"data/seal/hcert", "data/seal/dcc", "data/seal/vdsnc", "data/seal/jcs", "data/seal/sealed", "data/revocation",
}

// comment is the comment of a package.
func comment(t *testing.T, path string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(path), "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		var f *ast.File
		if f, err = parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.PackageClauseOnly); err == nil && f.Doc != nil && !strings.HasSuffix(file, "_test.go") {
			return f.Doc.Text()
		}
	}
	t.Fatalf("%s has no package comment", path)
	return ""
}

// TestSpecIsWhatTheCodeSays: the files of spec are the comments of the packages
// that write the formats. SPEC_UPDATE=1 writes them anew.
func TestSpecIsWhatTheCodeSays(t *testing.T) {
	there := map[string]bool{}
	for _, path := range specified {
		name, want := "spec/"+filepath.Base(path)+".txt", comment(t, path)
		there[name] = true
		if os.Getenv("SPEC_UPDATE") != "" {
			if err := os.WriteFile(filepath.FromSlash(name), []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := fs.ReadFile(assets.FS, name)
		if err != nil || string(got) != want {
			t.Errorf("%s is not the comment of %s; run the test with SPEC_UPDATE=1 (%v)", name, path, err)
		}
	}
	files, err := fs.Glob(assets.FS, "spec/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !there[f] {
			t.Errorf("%s is of no package", f)
		}
	}
}
