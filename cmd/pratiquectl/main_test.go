package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"pratique/data/trust"
	"pratique/pdfgen/page"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"pratiquectl": main, "realpost": tool(realpost), "window": tool(window), "records": tool(records), "spoil": tool(spoil),
		"authority": tool(authority),
	})
}

// TestScripts runs testdata/*.txtar. Beside pratiquectl they may use
//
//	schema-check SCHEMA FILE     FILE must satisfy the JSON schema
//	edit FILE OLD NEW            replace every OLD in FILE, which must be there
//
// the programs of tools_test.go, with which the attacks are tried,
//
// and the conditions [exec:PROGRAM] for foreign tools and [pty] where a
// terminal can be made.
func TestScripts(t *testing.T) {
	for _, tool := range []string{"pdftoppm", "pdfattach", "zbarimg"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Logf("%s is not installed: the lines that use it did NOT run (Debian: poppler-utils, zbar-tools)", tool)
		}
	}
	cache := t.TempDir() // of the compiled page engine, shared by all scripts
	t.Setenv("XDG_CACHE_HOME", cache)
	for _, start := range []func(string) *page.Engine{page.Start, page.StartOwn} {
		start(filepath.Join(cache, "pratique", "wasm")).Close() // compiles it, once for all
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", noKeyring)
	template := makeReal(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_CACHE_HOME", cache)
			e.Setenv("DBUS_SESSION_BUS_ADDRESS", noKeyring)
			e.Setenv(templateVariable, template)
			notices, err := filepath.Abs("../../assets/notices")
			e.Setenv("NOTICES", notices)
			return err
		},
		Condition: func(condition string) (bool, error) {
			if condition != "pty" {
				return false, fmt.Errorf("no condition %q", condition)
			}
			return terminals(t), nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"schema-check": schemaCheck,
			"edit":         edit,
			"foreign-dcc":  foreignDCC,
		},
	})
}

// terminals reports whether this machine makes pseudo-terminals; a container
// may have none.
func terminals(t *testing.T) bool {
	if runtime.GOOS != "linux" {
		return false
	}
	f, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Log("no pseudo-terminals here: asking for a passphrase at a terminal was NOT tried")
		return false
	}
	f.Close()
	return true
}

func schemaCheck(ts *testscript.TestScript, neg bool, args []string) {
	read := func(file string) any {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(ts.ReadFile(file))))
		ts.Check(err)
		return v
	}
	c := jsonschema.NewCompiler()
	ts.Check(c.AddResource("schema.json", read(args[0])))
	schema, err := c.Compile("schema.json")
	ts.Check(err)
	if err := schema.Validate(read(args[1])); (err != nil) != neg {
		ts.Fatalf("%s against %s: %v", args[1], args[0], err)
	}
}

func edit(ts *testscript.TestScript, _ bool, args []string) {
	file := ts.MkAbs(args[0])
	b, err := os.ReadFile(file)
	ts.Check(err)
	if !bytes.Contains(b, []byte(args[1])) {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(file, bytes.ReplaceAll(b, []byte(args[1]), []byte(args[2])), 0o600))
}

func TestVerdictsDecideTheExitStatus(t *testing.T) {
	for _, tt := range []struct {
		verdicts string
		want     error
	}{
		{`[]`, status(exitUnreadable)},
		{`[{"verdict":"valid"}]`, nil},
		{`[{"verdict":"valid"},{"verdict":"unreadable"}]`, nil},
		{`[{"verdict":"unreadable"}]`, status(exitUnreadable)},
		{`[{"verdict":"valid"},{"verdict":"cannot_say"}]`, status(exitCannotSay)},
		{`[{"verdict":"cannot_say"},{"verdict":"invalid"},{"verdict":"valid"}]`, status(exitFault)},
	} {
		verdicts := decodeVerdicts(t, tt.verdicts)
		if got := exitOfVerdicts(verdicts); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.verdicts, got, tt.want)
		}
	}
}

func decodeVerdicts(t *testing.T, s string) (v []trust.Verdict) {
	t.Helper()
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
