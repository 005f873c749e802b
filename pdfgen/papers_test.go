package pdfgen

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pratique/data"
)

func realPost() data.Post {
	post := printout(Certificate).Post
	post.Kind, post.Schema = data.RealPost, 3
	return post
}

// recoverySheet has a key as age-keygen makes them; it opens nothing.
func recoverySheet() RecoverySheet {
	return RecoverySheet{
		Post: realPost(), Made: at("2022-07-19T10:30"),
		Key:    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFP0Q4E2XW",
		Public: "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
	}
}

func ceremony() Ceremony {
	return Ceremony{
		Post: realPost(), Made: at("2022-07-19T10:30"),
		Administrators: [2]data.Officer{{Name: "Specimen Amina 样本甲", Mark: "AA"}, {Name: "Specimen Boris", Mark: "BB1"}},
		Anchor:         "9f2c41d07b6be38855aa1020c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6",
		Signer:         "0f9e8d7c6b5a49382716051423324150deadbeef0123456789abcdef01234567",
		ValidFrom:      at("2022-07-19T10:21"), ValidUntil: at("2024-07-19T10:21"), WorkUntil: at("2023-12-31T23:59"),
		LogKey:   "pratique/UT/PR/real+4f1c2d3e+AfZ0lIO1I0b9xkqQ0Oqv2jZ0wq4WtTQ1yR5WkM3Fh2Qd",
		Recovery: recoverySheet().Public,
		Proved:   at("2022-07-19T10:34"),
	}
}

const signature = "— pratique/UT/PR/real UcJ3wDcs7YT5zQZbDOZ5lk4MMlWW1NhG9HLBr4bhgE31CZXm5Kg2uRKHO4nm8Me1vY4aJw+7vHqWmuTuvFO2CBcyqg0=\n"

func checkpoint() Checkpoint {
	return Checkpoint{Post: realPost(), Made: at("2022-07-19T10:30"),
		Text: []byte("pratique/UT/PR/real\n1204\nn4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=\n\n" + signature)}
}

// longPost has names of more than one line.
func longPost() data.Post {
	post := long().Post
	post.Kind = data.RealPost
	post.StateName = map[string]string{"en": "The United and Indivisible Federal Republic of the Utopian Islands", "zh": "乌托邦群岛统一不可分割联邦共和国"}
	return post
}

// papers are the pages of posts of every kind, short and long.
func papers() map[string]func(*Press) (*sheet, error) {
	all := map[string]func(*Press) (*sheet, error){}
	for name, post := range map[string]data.Post{"real": realPost(), "practice": printout(Certificate).Post, "long": longPost()} {
		r, c, d, k := recoverySheet(), ceremony(), ceremony(), checkpoint()
		r.Post, c.Post, d.Post, k.Post = post, post, post, post
		c.Accredited = true
		d.Administrators[0].Name = strings.Repeat("Specimen von und zu Beispiel ", 4)
		d.Signer, d.ValidFrom, d.ValidUntil, d.WorkUntil = "", data.Moment{}, data.Moment{}, data.Moment{}
		k.Text = append(k.Text, signature+signature...)
		all["recovery sheet, "+name] = func(p *Press) (*sheet, error) { return p.recovery(r) }
		all["ceremony, "+name] = func(p *Press) (*sheet, error) { return p.ceremony(c) }
		all["ceremony without signer, "+name] = func(p *Press) (*sheet, error) { return p.ceremony(d) }
		all["checkpoint, "+name] = func(p *Press) (*sheet, error) { return p.checkpoint(k) }
	}
	return all
}

// written is the page of one of the papers.
func written(t testing.TB, write func(w io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPapersSayWhatTheyMust(t *testing.T) {
	r, c, k := recoverySheet(), ceremony(), checkpoint()
	accredited, practice := c, c
	accredited.Accredited = true
	practice.Post, practice.Accredited = printout(Certificate).Post, true
	unsigned := c
	unsigned.Signer, unsigned.ValidFrom, unsigned.ValidUntil, unsigned.WorkUntil = "", data.Moment{}, data.Moment{}, data.Moment{}
	values := []string{
		"机构启用记录", "Practice Post 练习机构", "Republic of Utopia 乌托邦共和国 (UTO)", "Specimen Amina 样本甲", "AA", "Specimen Boris", "BB1",
		groups(c.Anchor, 4), c.LogKey, c.Recovery, "2022-07-19 10:30 (+08:00)", "2022-07-19 10:34 (+08:00)", "Nothing follows 以下空白",
	}
	signer := []string{groups(c.Signer, 4), "2022-07-19 10:21 (+08:00) – 2024-07-19 10:21 (+08:00)", "2023-12-31 23:59 (+08:00)"}
	for name, tt := range map[string]struct {
		write      func(io.Writer) error
		want, none []string
	}{
		"recovery sheet": {func(w io.Writer) error { return press().RecoverySheet(w, r) },
			[]string{r.Key, r.Public, "恢复密钥", "RECOVERY KEY", "Whoever holds this key can open all records", "pratiquectl recover", "Practice Post", "2022-07-19 10:30 (+08:00)"},
			[]string{"PRACTICE", "ACCREDITED"}},
		"ceremony": {func(w io.Writer) error { return press().Ceremony(w, c) },
			append(append(values, "Real post 正式机构", "NOT ACCREDITED", "未经认可"), signer...), []string{"Accredited:", "PRACTICE"}},
		"ceremony, accredited": {func(w io.Writer) error { return press().Ceremony(w, accredited) },
			append(append(values, "Accredited:", "已获认可"), signer...), []string{"NOT ACCREDITED", "未经认可", "PRACTICE"}},
		"ceremony, practice": {func(w io.Writer) error { return press().Ceremony(w, practice) },
			append(values, "Practice post 练习机构", "PRACTICE 练习", "NOT ACCREDITED"), []string{"Accredited:", "正式机构"}},
		"ceremony without signer": {func(w io.Writer) error { return press().Ceremony(w, unsigned) },
			append(values, "签名者证书指纹—", "签名者证书有效期—", "签名使用期至—"), []string{"–"}},
		"checkpoint": {func(w io.Writer) error { return press().Checkpoint(w, k) },
			append(strings.Split(strings.TrimSuffix(string(k.Text), "\n"), "\n"), "审计日志检查点", "CHECKPOINT OF THE AUDIT LOG", "pratiquectl audit verify --checkpoint"),
			[]string{"PRACTICE", "ACCREDITED"}},
	} {
		got := shownText(t, written(t, tt.write))
		for _, w := range tt.want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q is not on the page", name, w)
			}
		}
		for _, w := range tt.none {
			if strings.Contains(got, w) {
				t.Errorf("%s: %q is on the page", name, w)
			}
		}
		if !bytes.Equal(written(t, tt.write), written(t, tt.write)) {
			t.Errorf("%s: two pages differ", name)
		}
	}
}

func TestPapersThatCannotBe(t *testing.T) {
	recovery := func(spoil func(*RecoverySheet)) func(io.Writer) error {
		r := recoverySheet()
		spoil(&r)
		return func(w io.Writer) error { return press().RecoverySheet(w, r) }
	}
	first := func(spoil func(*Ceremony)) func(io.Writer) error {
		c := ceremony()
		spoil(&c)
		return func(w io.Writer) error { return press().Ceremony(w, c) }
	}
	point := func(text string) func(io.Writer) error {
		c := checkpoint()
		c.Text = []byte(text)
		return func(w io.Writer) error { return press().Checkpoint(w, c) }
	}
	key, text := recoverySheet().Key, string(checkpoint().Text)
	var glyph *GlyphError
	var fit *FitError
	var dense *DensityError
	for name, tt := range map[string]struct {
		write func(io.Writer) error
		as    any // nil is ErrPrintout
	}{
		"undated":                  {recovery(func(r *RecoverySheet) { r.Made = data.Moment{} }), nil},
		"no key":                   {recovery(func(r *RecoverySheet) { r.Key = "" }), nil},
		"a character less":         {recovery(func(r *RecoverySheet) { r.Key = key[:len(key)-1] }), nil},
		"a character more":         {recovery(func(r *RecoverySheet) { r.Key += "Q" }), nil},
		"small letters":            {recovery(func(r *RecoverySheet) { r.Key = strings.ToLower(key) }), nil},
		"not of Bech32":            {recovery(func(r *RecoverySheet) { r.Key = key[:len(key)-1] + "O" }), nil},
		"public half for secret":   {recovery(func(r *RecoverySheet) { r.Key = r.Public }), nil},
		"secret for public half":   {recovery(func(r *RecoverySheet) { r.Public = r.Key }), nil},
		"a post without end":       {recovery(func(r *RecoverySheet) { r.Post.Name = map[string]string{"en": strings.Repeat("Post ", 200)} }), &fit},
		"never proved":             {first(func(c *Ceremony) { c.Proved = data.Moment{} }), nil},
		"one administrator":        {first(func(c *Ceremony) { c.Administrators[1] = data.Officer{} }), nil},
		"no mark":                  {first(func(c *Ceremony) { c.Administrators[0].Mark = "" }), nil},
		"no anchor":                {first(func(c *Ceremony) { c.Anchor = "" }), nil},
		"no log key":               {first(func(c *Ceremony) { c.LogKey = "" }), nil},
		"no recovery key":          {first(func(c *Ceremony) { c.Recovery = "" }), nil},
		"a secret recovery key":    {first(func(c *Ceremony) { c.Recovery = key }), nil},
		"a name that has no glyph": {first(func(c *Ceremony) { c.Administrators[0].Name = "𠮷" }), &glyph},
		"a name without end":       {first(func(c *Ceremony) { c.Administrators[0].Name = strings.Repeat("Specimen ", 300) }), &fit},
		"no text":                  {point(""), nil},
		"no line end":              {point(strings.TrimSuffix(text, "\n")), nil},
		"no signature":             {point("pratique/UT/PR/real\n12\n"), nil},
		"not UTF-8":                {point("\xff" + text), nil},
		"a carriage return":        {point(strings.ReplaceAll(text, "4\n", "4\r\n")), &glyph},
		"too many signatures":      {point(text + strings.Repeat(signature, 9)), &dense},
	} {
		var b bytes.Buffer
		err := tt.write(&b)
		ok := errors.Is(err, ErrPrintout)
		if tt.as != nil {
			ok = errors.As(err, tt.as)
		}
		if !ok || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, b.Len())
		}
		if err != nil && strings.Contains(err.Error(), "GFPYYSJZ") {
			t.Errorf("%s: the error tells the key", name)
		}
	}
}

// The codes hold the key and the checkpoint, byte for byte.
func TestOtherProgramsReadThePapers(t *testing.T) {
	for _, tool := range []string{"pdftoppm", "zbarimg"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: the papers were NOT read by other programs", tool)
		}
	}
	r, k, c := recoverySheet(), checkpoint(), ceremony()
	more := k
	more.Text = append(bytes.Clone(k.Text), signature+signature...)
	practice := r
	practice.Post = printout(Certificate).Post // under PRACTICE
	for name, tt := range map[string]struct {
		write func(io.Writer) error
		want  string
	}{
		"recovery sheet":       {func(w io.Writer) error { return press().RecoverySheet(w, r) }, r.Key},
		"practice sheet":       {func(w io.Writer) error { return press().RecoverySheet(w, practice) }, r.Key},
		"checkpoint":           {func(w io.Writer) error { return press().Checkpoint(w, k) }, string(k.Text)},
		"cosigned checkpoint":  {func(w io.Writer) error { return press().Checkpoint(w, more) }, string(more.Text)},
		"ceremony has no code": {func(w io.Writer) error { return press().Ceremony(w, c) }, ""},
	} {
		file := filepath.Join(t.TempDir(), "paper")
		if err := os.WriteFile(file+".pdf", written(t, tt.write), 0o600); err != nil {
			t.Fatal(err)
		}
		if b, err := exec.Command("pdftoppm", "-r", "150", "-gray", "-singlefile", file+".pdf", file).CombinedOutput(); err != nil || len(b) > 0 {
			t.Fatalf("pdftoppm: %v: %s", err, b)
		}
		b, _ := exec.Command("zbarimg", "-q", "--raw", file+".pgm").Output() // an error where there is no code
		if got := strings.TrimSuffix(string(b), "\n"); got != tt.want {
			t.Errorf("%s: zbarimg reads %q, want %q", name, got, tt.want)
		}
	}
}

func BenchmarkRecoverySheet(b *testing.B) {
	r := recoverySheet()
	press()
	b.ReportAllocs()
	for b.Loop() {
		if err := press().RecoverySheet(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
}
