package data_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// These tests hold the house to its shape: who imports whom, who signs, who
// reads the clock. Test files are free.

// pkg is what `go list -json` tells of a package.
type pkg struct {
	ImportPath, Dir, Doc string
	Standard             bool
	Imports, Deps        []string
	GoFiles, CgoFiles    []string
	IgnoredGoFiles       []string
}

// packages are those of this module, by import path.
func packages(t *testing.T) map[string]pkg {
	t.Helper()
	c := exec.Command("go", "list", "-json", "-tags", "x11,migrated_fynedo", "pratique/...")
	c.Env = append(os.Environ(), "CGO_ENABLED=1") // the window has files of cgo; listing them needs no compiler
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]pkg{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all[p.ImportPath] = p
	}
	if len(all) < 20 {
		t.Fatalf("go list found %d packages", len(all))
	}
	return all
}

// in reports whether a package is path or lies below it.
func in(importPath, path string) bool {
	return importPath == path || strings.HasPrefix(importPath, path+"/")
}

const (
	fyneApp = "fyne.io/fyne/v2/app"
	gofpdf  = "github.com/jung-kurt/gofpdf"
	qrcode  = "github.com/skip2/go-qrcode"
	bbolt   = "go.etcd.io/bbolt"
)

func TestImportsPointOneWay(t *testing.T) {
	all := packages(t)
	for path, p := range all {
		if strings.TrimSpace(p.Doc) == "" {
			t.Errorf("%s has no package comment", path)
		}
		for _, i := range p.Imports {
			first, _, _ := strings.Cut(i, "/")
			for what, wrong := range map[string]bool{
				"data imports the standard library alone":       path == "pratique/data" && (strings.Contains(first, ".") || in(i, "pratique")),
				"only data/desk imports data/issue":             i == "pratique/data/issue" && path != "pratique/data/desk",
				"only pdfgen imports gofpdf and go-qrcode":      (in(i, gofpdf) || in(i, qrcode)) && path != "pratique/pdfgen",
				"only cmd imports assets":                       in(i, "pratique/assets") && !in(path, "pratique/cmd"),
				"only cmd/pratique imports fyne/app":            i == fyneApp && path != "pratique/cmd/pratique",
				"only data/store/bolt imports bbolt":            in(i, bbolt) && path != "pratique/data/store/bolt",
				"only cmd names an engine":                      i == "pratique/data/store/bolt" && !in(path, "pratique/cmd"),
				"nothing imports cmd":                           in(i, "pratique/cmd") && !in(path, "pratique/cmd"),
				"only cmd and ui import ui":                     in(i, "pratique/ui") && !in(path, "pratique/cmd") && !in(path, "pratique/ui"),
				"data does not know paper":                      in(path, "pratique/data") && in(i, "pratique/pdfgen"),
				"paper knows nothing of the desk and its store": in(path, "pratique/pdfgen") && (in(i, "pratique/data/desk") || in(i, "pratique/data/store") || in(i, "pratique/data/keys")),
			} {
				if wrong {
					t.Errorf("%s: %s imports %s", what, path, i)
				}
			}
		}
		for _, d := range p.Deps {
			for what, wrong := range map[string]bool{
				"ui can be tested without a display and has no engine": in(path, "pratique/ui") && (d == fyneApp || in(d, bbolt) || in(d, gofpdf) || in(d, qrcode)),
				"pdfgen has no window":                                 in(path, "pratique/pdfgen") && in(d, "fyne.io"),
				"data has no window and no paper":                      in(path, "pratique/data") && (in(d, "fyne.io") || in(d, gofpdf) || in(d, qrcode)),
			} {
				if wrong {
					t.Errorf("%s: %s depends on %s", what, path, d)
				}
			}
		}
	}
	if !slices.Contains(all["pratique/data/desk"].Imports, "pratique/data/issue") || !slices.Contains(all["pratique/pdfgen"].Imports, gofpdf) {
		t.Error("the names of packages above are out of date")
	}
}

// calls visits every call of a method or function by a qualified name in the
// module's own files, those for other systems included.
func calls(t *testing.T, visit func(path, file string, line int, x ast.Expr, name string, args int)) {
	t.Helper()
	files := 0
	for path, p := range packages(t) {
		for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.IgnoredGoFiles) {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			set := token.NewFileSet()
			f, err := parser.ParseFile(set, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Error(err)
				continue
			}
			files++
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					if s, ok := n.Fun.(*ast.SelectorExpr); ok {
						visit(path, name, set.Position(n.Pos()).Line, s.X, s.Sel.Name, len(n.Args))
					}
				case *ast.SelectorExpr:
					visit(path, name, set.Position(n.Pos()).Line, n.X, n.Sel.Name, -1) // named, called or not
				}
				return true
			})
		}
	}
	if files < 60 {
		t.Fatalf("looked at %d files", files)
	}
}

// TestInvariant1OnePlaceSigns: one call in the whole program makes signatures
// of seals. One other signs checkpoints of the audit log, and one revocation
// lists and one hand-over lists, with note.Sign, whose keys are another type and another kind; and the
// crypto.Signer of a key in a token has the one that passes a digest on to the
// token. What signs for tests is imported by tests alone.
func TestInvariant1OnePlaceSigns(t *testing.T) {
	seals, checkpoints, lists, handovers, tokens := 0, 0, 0, 0, 0
	calls(t, func(path, file string, line int, x ast.Expr, name string, args int) {
		switch name {
		case "Sign":
			if args <= 0 { // big.Int has a Sign too, without arguments
				return
			}
			id, ok := x.(*ast.Ident)
			switch {
			case path == "pratique/data/issue":
				seals++
			case path == "pratique/data/audit" && ok && id.Name == "note":
				checkpoints++
			case path == "pratique/data/revocation" && ok && id.Name == "note":
				lists++
			case path == "pratique/data/handover" && ok && id.Name == "note":
				handovers++
			case ok && id.Name == "handover": // which is the one before
			case path == "pratique/data/seal/sealtest":
			case path == "pratique/data/keys/pkcs11" && file == "tokens.go":
				tokens++
			default:
				t.Errorf("%s/%s:%d signs", path, file, line)
			}
		case "SignASN1", "SignMessage", "SignPKCS1v15", "SignPSS":
			t.Errorf("%s/%s:%d signs with %s", path, file, line, name)
		}
	})
	if seals != 1 || checkpoints != 1 || lists != 1 || handovers != 1 || tokens != 1 {
		t.Errorf("%d calls sign seals, %d checkpoints, %d revocation lists, %d hand-over lists and %d in tokens, want one each", seals, checkpoints, lists, handovers, tokens)
	}
	for path, p := range packages(t) {
		if slices.Contains(p.Imports, "pratique/data/seal/sealtest") {
			t.Errorf("%s imports what signs for tests", path)
		}
	}
}

// TestInvariant10NowIsAParameter: below cmd nobody reads the clock.
func TestInvariant10NowIsAParameter(t *testing.T) {
	seen := 0
	calls(t, func(path, file string, line int, x ast.Expr, name string, args int) {
		id, ok := x.(*ast.Ident)
		if !ok || id.Name != "time" || args >= 0 {
			return
		}
		switch name {
		case "Now", "Since", "Until":
			if seen++; !in(path, "pratique/cmd") {
				t.Errorf("%s/%s:%d uses time.%s", path, file, line, name)
			}
		case "Local":
			t.Errorf("%s/%s:%d uses the machine's zone", path, file, line)
		}
	})
	if seen == 0 {
		t.Error("nobody at all reads the clock: the search does not work")
	}
}

// TestSecurityPageNamesTests: whatever SECURITY.md names as a test is one.
func TestSecurityPageNamesTests(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	err = filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(b, -1) {
			known[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`(Test[A-Za-z0-9]+)`").FindAllSubmatch(page, -1)
	for _, m := range named {
		if !known[string(m[1])] {
			t.Errorf("SECURITY.md names %s, and there is no such test", m[1])
		}
	}
	if len(named) < 20 {
		t.Errorf("only %d tests are named", len(named))
	}
	for n := range 14 {
		prefix := fmt.Sprintf("TestInvariant%d", n+1)
		found := false
		for name := range known {
			rest, ok := strings.CutPrefix(name, prefix)
			found = found || ok && rest != "" && (rest[0] < '0' || rest[0] > '9')
		}
		if !found {
			t.Errorf("no test is named for invariant %d", n+1)
		}
	}
}
