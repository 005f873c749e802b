package ceremony_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pratique/data"
	"pratique/data/desk/desktest"
	"pratique/data/keys"
	"pratique/data/post"
	"pratique/data/store"
	"pratique/data/store/bolt"
	"pratique/ui/ceremony"
)

var ctx = context.Background()

// maker makes real posts, cheaply, and papers that are words.
type maker struct {
	refuse error // after the proof
	key    string
}

func (m *maker) Free(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && len(entries) > 0:
		return post.ErrNotEmpty
	}
	return err
}

func (m *maker) Create(ctx context.Context, dir string, n post.New) (post.Ceremony, error) {
	n.Cost = desktest.Cost
	recovery := n.Recovery
	n.Recovery = func(ctx context.Context, key string) (string, error) {
		m.key = key
		typed, err := recovery(ctx, key)
		return typed, errors.Join(err, m.refuse)
	}
	return post.Create(ctx, dir, n, post.Engine{
		Create: bolt.Create,
		Open:   func(path string) (store.Store, error) { return bolt.Open(path, bolt.Options{}) },
	}, desktest.Now)
}

func (m *maker) Sheet(p data.Post, key string) ([]byte, error) {
	return []byte("sheet " + p.Code + " " + key), nil
}
func (m *maker) Record(c post.Ceremony) ([]byte, error) { return []byte("record " + c.Post.Code), nil }

// printer keeps what it printed.
type printer struct {
	pages  []string
	refuse error
}

func (p *printer) Queues(context.Context) ([]string, error) {
	return []string{"Amaurote", "Anyder"}, nil
}
func (p *printer) Print(_ context.Context, queue, title string, pdf []byte) error {
	p.pages = append(p.pages, queue+": "+title+": "+string(pdf))
	return p.refuse
}

// write writes a file that is not there.
func write(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.Write(content)
		err = errors.Join(err, f.Close())
	}
	return err
}

// texts are those of a post without a fault.
var texts = [][2]string{
	{"code", "am"}, {"country", "ut"}, {"state", "uto"}, {"zone", "Asia/Singapore"}, {"hotline", "+999 555 0177"},
	{"name.en", "Consulate in Port Amaurote"}, {"name.zh", "驻亚马罗特港领事馆"},
	{"stateName.en", "Republic of Utopia"}, {"stateName.zh", "乌托邦共和国"},
	{"city.en", "Port Amaurote"}, {"city.zh", "亚马罗特港"},
	{"address.en", "1 Harbour Parade"}, {"address.zh", "海港大道1号"},
}

const kestrel, lapwing = "kamo rudi teso bali", "vuno peka lisa domi"

// enter goes to the signer.
func enter(t *testing.T, m *ceremony.Model) {
	t.Helper()
	at := func(want ceremony.Step, s ceremony.State) {
		t.Helper()
		if s.Step != want {
			t.Fatalf("at %s, want %s: %+v", s.Step, want, s)
		}
	}
	at(ceremony.Texts, m.Next())
	for _, f := range texts {
		m.EnterText(f[0], f[1])
	}
	at(ceremony.Officers, m.Next())
	m.EnterOfficer(ceremony.Draft{Name: "Specimen Kestrel", Mark: "k1", Roles: []data.Role{data.Administrator}})
	if s, ok := m.Add(kestrel, kestrel); !ok {
		t.Fatalf("%+v", s)
	}
	m.EnterOfficer(ceremony.Draft{Name: "样本官员", Mark: "K2", Roles: []data.Role{data.Administrator, data.Reviewer}})
	if s, ok := m.Add(lapwing, lapwing); !ok {
		t.Fatalf("%+v", s)
	}
	at(ceremony.Signer, m.Next())
}

// making makes a post until its recovery key is there.
func making(t *testing.T, m *ceremony.Model) (finished func() error) {
	t.Helper()
	work, key, ok := m.Make("")
	if !ok {
		t.Fatalf("%+v", m.State())
	}
	type outcome struct {
		c   post.Ceremony
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		c, err := work(ctx)
		done <- outcome{c, err}
	}()
	m.HasKey(key(ctx))
	return func() error {
		o := <-done
		return m.Finished(o.c, o.err)
	}
}

// TestCeremony goes all the way, with every wrong turn that leads back.
func TestCeremony(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "post")
	mk, pr := &maker{}, &printer{}
	m := ceremony.NewModel(mk, pr, write, dir)
	shown := 0
	m.Show = func(ceremony.State) { shown++ }
	if m.Begun() {
		t.Error("begun before anything was typed")
	}
	enter(t, m)
	finished := making(t, m)
	s := m.State()
	if s.Step != ceremony.Keep || s.Key != mk.key || s.Busy != ceremony.Idle || shown != 1 {
		t.Fatalf("%+v, shown %d times", s, shown)
	}
	if s := m.Cover(); s.Key != "" || !s.Covered {
		t.Errorf("covered: %+v", s)
	}
	if s := m.Uncover(); s.Key != mk.key || s.Covered {
		t.Errorf("uncovered: %+v", s)
	}
	m.Printers([]string{"Amaurote"})
	work, ok := m.Print("Amaurote")
	if !ok || m.State().Busy != ceremony.Printing {
		t.Fatal("does not print")
	}
	if err := m.Out(work(ctx)); err != nil || !m.State().Printed || !slices.Equal(pr.pages, []string{"Amaurote: Pratique AM: sheet AM " + mk.key}) {
		t.Errorf("printed %q, %v", pr.pages, err)
	}
	if left, _ := filepath.Glob(filepath.Join(parent, "*.pdf")); len(left) > 0 {
		t.Errorf("wrote %v of its own accord", left)
	}
	file := filepath.Join(parent, "sheet.pdf")
	if s, err := m.Save(file); err != nil || s.Saved != file {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := m.Save(file); err != nil || !s.Exists || s.Saved != "" {
		t.Errorf("once more: %+v, %v", s, err)
	}
	if s := m.Next(); s.Step != ceremony.Prove || s.Key != "" {
		t.Errorf("%+v", s)
	}
	for _, wrong := range []string{"", "AGE-SECRET-KEY-1", mk.key[:len(mk.key)-1], "AGE-SECRET-KEY-1QQPQYPQQYPQGRQQGRQQGRQQGRQQGRQQGRQQGRQQGRQQGRQQGRQS"} {
		if s := m.Prove(wrong); !s.Wrong || s.Busy != ceremony.Idle || s.Step != ceremony.Prove {
			t.Errorf("%q: %+v", wrong, s)
		}
	}
	if s := m.Back(); s.Step != ceremony.Keep || s.Key != mk.key {
		t.Errorf("back: %+v", s)
	}
	m.Next()
	if s := m.Prove(strings.ToLower(mk.key[:20]) + " " + mk.key[20:] + "\r"); s.Wrong || s.Busy != ceremony.Proving {
		t.Errorf("%+v", s)
	}
	if err := finished(); err != nil {
		t.Fatal(err)
	}
	s = m.State()
	if s.Step != ceremony.Done || s.Made.Post.Code != "AM" || s.Made.Post.Practice() || len(s.Made.Officers) != 2 || m.Fingerprint() == "" || m.Begun() {
		t.Errorf("%+v", s)
	}
	work, _ = m.Print("Anyder")
	if err := m.Out(work(ctx)); err != nil || pr.pages[1] != "Anyder: Pratique AM: record AM" {
		t.Errorf("printed %q, %v", pr.pages, err)
	}
	if p, err := post.Describe(dir); err != nil || p.Kind != data.RealPost {
		t.Errorf("%+v, %v", p, err)
	}
	m.End()
}

// TestBrokenOffLeavesNothing, wherever that is.
func TestBrokenOffLeavesNothing(t *testing.T) {
	for name, until := range map[string]func(*testing.T, *ceremony.Model){
		"at the beginning": func(*testing.T, *ceremony.Model) {},
		"at the signer":    enter,
		"at the key":       func(t *testing.T, m *ceremony.Model) { enter(t, m); making(t, m) },
		"at the proof":     func(t *testing.T, m *ceremony.Model) { enter(t, m); making(t, m); m.Next(); m.Prove("nonsense") },
	} {
		parent := t.TempDir()
		m := ceremony.NewModel(&maker{}, &printer{}, write, filepath.Join(parent, "post"))
		until(t, m)
		m.End()
		if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
			t.Errorf("%s: left %v, %v", name, left, err)
		}
		if s := m.State(); s.Key != "" {
			t.Errorf("%s: the key is still there", name)
		}
	}
}

// TestWindowClosedWhileMaking: the context of the window ends the making too.
func TestWindowClosedWhileMaking(t *testing.T) {
	parent := t.TempDir()
	m := ceremony.NewModel(&maker{}, &printer{}, write, filepath.Join(parent, "post"))
	enter(t, m)
	work, key, _ := m.Make("")
	window, closed := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { _, err := work(window); done <- err }()
	m.HasKey(key(ctx))
	closed()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestWhatFailsLeadsBack(t *testing.T) {
	full := errors.New("disk full")
	for _, tt := range []struct {
		name   string
		refuse error
		step   ceremony.Step
		other  bool // the error is for the shell to say
	}{
		{"disk full", full, ceremony.Signer, true},
		{"no token", keys.ErrMissing, ceremony.Signer, true},
		{"folder taken meanwhile", post.ErrNotEmpty, ceremony.About, false},
		{"texts", &data.ProblemsError{Problems: []data.Problem{{Field: "post.code", Key: "problem.post.code"}}}, ceremony.Texts, false},
		{"officers", &data.ProblemsError{Problems: []data.Problem{{Field: "officers", Key: "problem.post.administrators"}}}, ceremony.Officers, false},
	} {
		parent := t.TempDir()
		mk := &maker{refuse: tt.refuse}
		m := ceremony.NewModel(mk, &printer{}, write, filepath.Join(parent, "post"))
		enter(t, m)
		finished := making(t, m)
		m.Next()
		m.Prove(mk.key)
		err := finished()
		if s := m.State(); s.Step != tt.step || !s.Void || s.Busy != ceremony.Idle || s.Key != "" || (err != nil) != tt.other {
			t.Errorf("%s: %+v, %v", tt.name, s, err)
		}
		if left, _ := os.ReadDir(parent); len(left) > 0 {
			t.Errorf("%s: left %v", tt.name, left)
		}
		if tt.step == ceremony.Signer { // once more, with the same passphrases
			mk.refuse = nil
			finished := making(t, m)
			if m.State().Void {
				t.Errorf("%s: still void", tt.name)
			}
			m.Next()
			m.Prove(mk.key)
			if err := finished(); err != nil {
				t.Errorf("%s: the second time: %v", tt.name, err)
			}
		}
	}
}

func TestFolder(t *testing.T) {
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		dir           string
		notEmpty, bad bool
	}{
		{"", false, true},
		{"relative", false, true},
		{full, true, false},
		{filepath.Join(full, "x"), false, true},
		{filepath.Join(full, "new"), false, false},
		{t.TempDir(), false, false},
	} {
		m := ceremony.NewModel(&maker{}, &printer{}, write, "/")
		m.EnterDir(tt.dir)
		s := m.Next()
		if s.NotEmpty != tt.notEmpty || s.BadDir != tt.bad || (s.Step == ceremony.Texts) == (tt.notEmpty || tt.bad) {
			t.Errorf("%q: %+v", tt.dir, s)
		}
		if s := m.EnterDir("/else"); s.NotEmpty || s.BadDir {
			t.Errorf("%q: still said of another one", tt.dir)
		}
	}
}

// fields are the fields of problems with their keys.
func fields(s ceremony.State) (all []string) {
	for _, p := range s.Problems {
		all = append(all, p.Field+" "+p.Key)
	}
	return all
}

func TestTextsAreChecked(t *testing.T) {
	m := ceremony.NewModel(&maker{}, &printer{}, write, filepath.Join(t.TempDir(), "post"))
	m.Next()
	if s := m.EnterText("code", "x"); len(s.Problems) > 0 {
		t.Error("scolded before anybody went on")
	}
	s := m.Next()
	if s.Step != ceremony.Texts || len(s.Problems) < len(texts)-1 {
		t.Errorf("%v", fields(s))
	}
	for _, f := range texts {
		s = m.EnterText(f[0], f[1])
	}
	if len(s.Problems) > 0 {
		t.Errorf("mended, and still %v", fields(s))
	}
	if s := m.Next(); s.Step != ceremony.Officers || s.Post.Code != "AM" || s.Post.Name["zh"] != "驻亚马罗特港领事馆" {
		t.Errorf("%+v", s)
	}
}

func TestOfficersAreChecked(t *testing.T) {
	m := ceremony.NewModel(&maker{}, &printer{}, write, filepath.Join(t.TempDir(), "post"))
	m.Next()
	for _, f := range texts {
		m.EnterText(f[0], f[1])
	}
	m.Next()
	administrator := []data.Role{data.Administrator}
	for _, tt := range []struct {
		name               string
		draft              ceremony.Draft
		passphrase, repeat string
		want               []string // problems
		strength           string
		unequal            bool
	}{
		{"nothing", ceremony.Draft{}, "", "", []string{"officer.name problem.officer.name", "officer.mark problem.officer.mark", "officer.roles problem.required"}, "weak.short", false},
		{"short", ceremony.Draft{Name: "Specimen Kestrel", Mark: "K1", Roles: administrator}, "short", "short", nil, "weak.short", false},
		{"not twice", ceremony.Draft{Name: "Specimen Kestrel", Mark: "K1", Roles: administrator}, kestrel, kestrel + "x", nil, "signin.strength.4", true},
		{"not once more", ceremony.Draft{Name: "Specimen Kestrel", Mark: "K1", Roles: administrator}, kestrel, "", nil, "signin.strength.4", true},
		{"their own name", ceremony.Draft{Name: "Specimen Kestrel", Mark: "K1", Roles: administrator}, "specimen kestrel", "specimen kestrel", nil, "weak.guessable", false},
		{"bad mark", ceremony.Draft{Name: "Specimen Kestrel", Mark: "K-1", Roles: administrator}, kestrel, kestrel, []string{"officer.mark problem.officer.mark"}, "signin.strength.4", false},
		{"good", ceremony.Draft{Name: "Specimen Kestrel", Mark: "K1", Roles: administrator}, kestrel, kestrel, nil, "", false},
		{"the mark again", ceremony.Draft{Name: "Specimen Lapwing", Mark: "K1", Roles: administrator}, lapwing, lapwing, []string{"officer.mark problem.officer.taken"}, "signin.strength.4", false},
		{"the passphrase again", ceremony.Draft{Name: "Specimen Lapwing", Mark: "K2", Roles: administrator}, kestrel, kestrel, nil, "ceremony.passphrase.taken", false},
		{"a clerk", ceremony.Draft{Name: "Specimen Lapwing", Mark: "K2", Roles: []data.Role{data.Clerk}}, lapwing, lapwing, nil, "", false},
	} {
		m.EnterOfficer(tt.draft)
		s, ok := m.Add(tt.passphrase, tt.repeat)
		if ok != (tt.strength == "") || !slices.Equal(fields(s), tt.want) || s.Strength != tt.strength || s.Unequal != tt.unequal {
			t.Errorf("%s: %t, %v, %q, %t", tt.name, ok, fields(s), s.Strength, s.Unequal)
		}
	}
	if s := m.Next(); s.Step != ceremony.Officers || !slices.Equal(fields(s), []string{"officers problem.post.administrators"}) {
		t.Errorf("%v", fields(s))
	}
	m.Remove(5)
	if s := m.Remove(1); len(s.Officers) != 1 || s.Officers[0].Mark != "K1" {
		t.Errorf("%+v", s.Officers)
	}
	m.EnterOfficer(ceremony.Draft{Name: "Specimen Lapwing", Mark: "K2", Roles: administrator})
	if s, ok := m.Add(lapwing, lapwing); !ok || !reflect.DeepEqual(s.Draft, ceremony.Draft{}) {
		t.Errorf("%t, %+v", ok, s)
	}
	// What was good for another post's texts is looked at again.
	m.Back()
	m.EnterText("city.en", "Vuno Peka Lisa Domi")
	m.Next()
	if s := m.Next(); !slices.Equal(fields(s), []string{"officers[1].officer.passphrase weak.guessable"}) {
		t.Errorf("%v", fields(s))
	}
}

func TestToken(t *testing.T) {
	m := ceremony.NewModel(&maker{}, &printer{}, write, filepath.Join(t.TempDir(), "post"))
	enter(t, m)
	m.EnterSigner(true, " ")
	if _, _, ok := m.Make("1234"); ok || !m.State().NoURI {
		t.Errorf("%+v", m.State())
	}
	m.EnterSigner(true, "pkcs11:token=none;object=signer")
	work, _, ok := m.Make("1234")
	if !ok {
		t.Fatal("does not begin")
	}
	c, err := work(ctx) // this maker knows no tokens
	if err == nil || strings.Contains(err.Error(), "1234") {
		t.Fatal(err)
	}
	if err := m.Finished(c, err); !errors.Is(err, keys.ErrUnfit) || m.State().Step != ceremony.Signer || m.State().Void || !m.State().Token {
		t.Errorf("%+v, %v", m.State(), err)
	}
}

func TestPrinterFails(t *testing.T) {
	pr := &printer{refuse: errors.New("out of paper")}
	m := ceremony.NewModel(&maker{}, pr, write, filepath.Join(t.TempDir(), "post"))
	enter(t, m)
	if _, ok := m.Print("Amaurote"); ok {
		t.Error("there is nothing to print yet")
	}
	making(t, m)
	if _, ok := m.Print(""); ok {
		t.Error("printed nowhere")
	}
	work, _ := m.Print("Amaurote")
	if err := m.Out(work(ctx)); !errors.Is(err, pr.refuse) || m.State().Printed || m.State().Busy != ceremony.Idle {
		t.Errorf("%+v, %v", m.State(), err)
	}
	// A printer that never ends keeps nobody.
	m.Print("Amaurote")
	if s := m.Next(); s.Step != ceremony.Prove {
		t.Errorf("%+v", s)
	}
	m.Out(nil)
	if s := m.State(); s.Printed {
		t.Error("what was printed before is said of another paper")
	}
	m.End()
}

// TestStateHasNoPassphrase: what is shown holds none, nor a PIN.
func TestStateHasNoPassphrase(t *testing.T) {
	m := ceremony.NewModel(&maker{}, &printer{}, write, filepath.Join(t.TempDir(), "post"))
	enter(t, m)
	m.EnterSigner(true, "pkcs11:token=none")
	m.Make("secret-pin")
	if s := fmt.Sprintf("%+v", m.State()); strings.Contains(s, kestrel) || strings.Contains(s, lapwing) || strings.Contains(s, "secret-pin") || !bytes.Contains([]byte(s), []byte("Kestrel")) {
		t.Error(s)
	}
}
