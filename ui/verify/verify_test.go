package verify

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/skip2/go-qrcode"

	"pratique/data"
	"pratique/data/codes"
	"pratique/data/desk/desktest"
	"pratique/data/evidence"
	"pratique/data/trust"
	"pratique/ui/env"
	"pratique/ui/locale"
)

var assets = os.DirFS("../../assets")

// border is a desk that verifies, with a clock that a test moves.
type border struct {
	env   *env.Env
	post  *desktest.Post
	m     *Model
	parts Parts
	now   time.Time
	later []func() // what waits for a second
	errs  []error
}

func newBorder(t testing.TB, language string) *border {
	t.Helper()
	words, err := locale.Load(assets)
	if err != nil {
		t.Fatal(err)
	}
	book, err := codes.Load(assets)
	if err != nil {
		t.Fatal(err)
	}
	b := &border{post: desktest.New(t)}
	b.now = b.post.Now
	b.env = &env.Env{
		Words: words.In(language), Post: b.post.Config.Post, Session: b.post.Clerk, Now: func() time.Time { return b.now }, Run: env.Synchronous,
		Context: context.Background(), Navigate: func(env.Route) {}, Back: func() {}, Toast: func(string) {},
		Error: func(err error) { b.errs = append(b.errs, err) }, Changed: func() {},
	}
	list := b.post.Trust()
	list.Revoked = func(n data.CertificateNumber) (*data.Revocation, error) {
		return b.post.Revocation(context.Background(), n)
	}
	b.parts = Parts{Trust: list, Files: evidence.NewWorker(paper{}), Names: book, After: func(_ time.Duration, f func()) { b.later = append(b.later, f) }}
	b.m = NewModel(b.env, b.parts)
	return b
}

// second lets a second go by.
func (b *border) second(n int) {
	for range n {
		b.now = b.now.Add(time.Second)
		due := b.later
		b.later = nil
		for _, f := range due {
			f()
		}
	}
}

// paper is a PDF of one page without anything on it.
type paper struct{}

func (paper) Pages(context.Context, []byte) (int, error) { return 1, nil }
func (paper) Render(context.Context, []byte, int, float64) (image.Image, error) {
	return image.NewGray(image.Rect(0, 0, 60, 80)), nil
}

func file(name string, content []byte) Source {
	return Source{name, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}
}

// picture draws symbols under each other on white.
func picture(t testing.TB, texts ...string) []byte {
	t.Helper()
	var symbols []image.Image
	size := image.Point{}
	for _, text := range texts {
		code, err := qrcode.New(text, qrcode.Medium)
		if err != nil {
			t.Fatal(err)
		}
		m := code.Image(-4)
		symbols = append(symbols, m)
		size.X, size.Y = max(size.X, m.Bounds().Dx()), size.Y+m.Bounds().Dy()+40
	}
	page := image.NewGray(image.Rectangle{Max: size})
	draw.Draw(page, page.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	y := 0
	for _, m := range symbols {
		draw.Draw(page, m.Bounds().Add(image.Pt(0, y)), m, image.Point{}, draw.Src)
		y += m.Bounds().Dy() + 40
	}
	var b bytes.Buffer
	if err := png.Encode(&b, page); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAnswers(t *testing.T) {
	b := newBorder(t, "en")
	c := b.post.Issued(t, b.post.Specimen())
	stranger := desktest.New(t)
	theirs := stranger.Issued(t, stranger.Specimen())
	altered := []byte(c.Seal)
	altered[len(altered)-3] ^= 1
	for _, tt := range []struct {
		name    string
		text    string
		real    bool
		after   time.Duration
		outcome trust.Outcome
		reason  trust.Reason
		window  Window
		claims  bool
	}{
		{"good", c.Seal, false, 0, trust.Valid, trust.ReasonGood, Inside, true},
		{"with the scanner's line end", c.Seal + "\r", false, 0, trust.Valid, trust.ReasonGood, Inside, true},
		{"pasted with a line end", " " + c.Seal + " ", false, 0, trust.Valid, trust.ReasonGood, Inside, true},
		{"window over", c.Seal, false, 72 * time.Hour, trust.Valid, trust.ReasonAfter, After, true},
		{"before issue", c.Seal, false, -time.Hour, trust.Invalid, trust.ReasonNotYet, NoWindow, true},
		{"practice paper at a real post", c.Seal, true, 0, trust.Invalid, trust.ReasonPracticeOnly, NoWindow, false},
		{"unknown signer", theirs.Seal, false, 0, trust.CannotSay, trust.ReasonUnknownSigner, NoWindow, false},
		{"another code", "https://example.org/", false, 0, trust.Unreadable, trust.ReasonNotASeal, NoWindow, false},
		{"altered", string(altered), false, 0, trust.Unreadable, trust.ReasonNotASeal, NoWindow, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.now = b.post.Now.Add(tt.after)
			b.env.Post.Kind = data.PracticePost
			if tt.real {
				b.env.Post.Kind = data.RealPost
			}
			b.m.Text(tt.text)
			st := b.m.State()
			if len(st.Answers) != 1 || st.Left != 60 {
				t.Fatalf("%+v", st)
			}
			a := st.Answers[0]
			if tt.name == "altered" && a.Outcome == trust.Invalid {
				return // what a changed character breaks depends on where it is
			}
			if a.Outcome != tt.outcome || !slices.Contains(a.Reasons, tt.reason) || a.Window != tt.window {
				t.Errorf("%s %v %q", a.Outcome, a.Reasons, a.Window)
			}
			if got := len(a.Groups) > 0 && a.Name != "" && a.Number != ""; got != tt.claims {
				t.Errorf("a person is shown: %v, want %v", got, tt.claims)
			}
			if !tt.claims && (len(a.Groups) > 0 || a.Name != "" || a.Number != "") {
				t.Errorf("something of a person is shown: %+v", a)
			}
			for _, r := range a.Reasons {
				if !b.env.Words.Has("verdict.reason." + string(r)) {
					t.Errorf("no text for %s", r)
				}
			}
		})
	}
}

// TestRevoked: the post that issued a seal knows that it was taken back, why and
// what came instead; once its records are locked nothing is said for certain.
func TestRevoked(t *testing.T) {
	b := newBorder(t, "en")
	ctx, p := context.Background(), b.post
	fraud, wrong, good := p.Issued(t, p.Specimen()), p.Issued(t, p.Specimen()), p.Issued(t, p.Specimen())
	if _, err := p.Revoke(ctx, p.Clerk, p.Administrator, []data.CertificateNumber{fraud.Number}, data.RevokedFraud, "a name"); err != nil {
		t.Fatal(err)
	}
	right := p.Corrected(t, wrong.Number)
	const since = "2022-07-09 18:30 (+08:00)"
	for _, tt := range []struct {
		name    string
		seal    string
		outcome trust.Outcome
		revoked Revoked
	}{
		{"fraud", fraud.Seal, trust.Invalid, Revoked{since, "It was obtained by fraud", ""}},
		{"corrected", wrong.Seal, trust.Invalid, Revoked{since, "Replaced by a corrected certificate", right.Number}},
		{"its correction", right.Seal, trust.Valid, Revoked{}},
		{"another", good.Seal, trust.Valid, Revoked{}},
	} {
		b.m.Text(tt.seal)
		if a := b.m.State().Answers[0]; a.Outcome != tt.outcome || a.Revoked != tt.revoked || a.Name == "" {
			t.Errorf("%s: %s %v %+v", tt.name, a.Outcome, a.Reasons, a.Revoked)
		}
	}
	p.Lock()
	b.m.Text(good.Seal)
	if a := b.m.State().Answers[0]; a.Outcome != trust.CannotSay || !slices.Equal(a.Reasons, []trust.Reason{trust.ReasonNotLookedUp}) {
		t.Errorf("locked: %s %v", a.Outcome, a.Reasons)
	}
}

func TestClearedAfterAMinute(t *testing.T) {
	b := newBorder(t, "en")
	c := b.post.Issued(t, b.post.Specimen())
	var lefts []int
	b.m.Show = func(st State) { lefts = append(lefts, st.Left) }
	b.m.Text(c.Seal)
	b.second(59)
	if st := b.m.State(); st.Left != 1 || len(st.Answers) != 1 {
		t.Fatalf("after 59 s: %d left, %d answers", st.Left, len(st.Answers))
	}
	b.second(1)
	if st := b.m.State(); !reflect.DeepEqual(st, State{}) || lefts[0] != 60 || lefts[len(lefts)-1] != 0 || len(lefts) != 61 {
		t.Errorf("after 60 s: %+v, seen %v", st, lefts)
	}
	// A second scan has a minute of its own, and the first one's clock stops.
	b.m.Text(c.Seal)
	b.second(30)
	b.m.Text(c.Seal)
	b.second(40)
	if st := b.m.State(); st.Left != 20 || len(b.later) != 1 {
		t.Errorf("%d left, %d clocks", st.Left, len(b.later))
	}
	b.now = b.now.Add(-time.Hour)
	b.second(1)
	if st := b.m.State(); len(st.Answers) != 0 {
		t.Error("still shown after the clock was put back")
	}
	b.m.Text(c.Seal)
	b.m.Leave()
	if st := b.m.State(); !reflect.DeepEqual(st, State{}) {
		t.Errorf("kept after leaving: %+v", st)
	}
}

func TestFiles(t *testing.T) {
	b := newBorder(t, "en")
	c := b.post.Issued(t, b.post.Specimen())
	stranger := desktest.New(t)
	theirs := stranger.Issued(t, stranger.Specimen())
	broken := Source{"gone.png", func() (io.ReadCloser, error) { return nil, errors.New("gone") }}
	for _, tt := range []struct {
		name     string
		files    []Source
		outcomes []trust.Outcome
		failure  string
	}{
		{"one symbol", []Source{file("a.png", picture(t, c.Seal))}, []trust.Outcome{trust.Valid}, ""},
		{"two symbols", []Source{file("a.png", picture(t, c.Seal, theirs.Seal))}, []trust.Outcome{trust.Valid, trust.CannotSay}, ""},
		{"two files", []Source{file("a.txt", []byte(c.Seal+"\n")), file("b.txt", []byte("x"))}, []trust.Outcome{trust.Valid, trust.Unreadable}, ""},
		{"no symbol", []Source{file("a.pdf", []byte("%PDF-1.7"))}, nil, "verify.failed.none"},
		{"not a picture", []Source{file("a.bin", []byte{0, 1, 2})}, nil, "verify.failed.kind"},
		{"damaged", []Source{file("a.png", []byte("\x89PNG\r\n\x1a\nrest"))}, nil, "verify.failed.damaged"},
		{"too large", []Source{file("a.txt", []byte(strings.Repeat("A", evidence.MaxText+1)))}, nil, "verify.failed.limit"},
		{"gone", []Source{broken}, nil, "verify.failed.open"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.m.Files(tt.files...)
			st := b.m.State()
			var outcomes []trust.Outcome
			for _, a := range st.Answers {
				outcomes = append(outcomes, a.Outcome)
			}
			if !slices.Equal(outcomes, tt.outcomes) || st.Failure != tt.failure || st.Reading != "" {
				t.Errorf("%v, %q", outcomes, st.Failure)
			}
			if tt.failure != "" && !b.env.Words.Has(tt.failure) {
				t.Errorf("no text %q", tt.failure)
			}
		})
	}
}

// TestCancelReading: what is read after the officer gave up is not shown.
func TestCancelReading(t *testing.T) {
	b := newBorder(t, "en")
	var work, then func()
	b.env.Run = func(w, th func()) { work, then = w, th }
	c := b.post.Issued(t, b.post.Specimen())
	if st := b.m.Files(file("a.txt", []byte(c.Seal))); st.Reading != "a.txt" {
		t.Fatalf("%+v", st)
	}
	b.m.Clear()
	work()
	then()
	if st := b.m.State(); !reflect.DeepEqual(st, State{}) {
		t.Errorf("%+v", st)
	}
}

// TestPathOfAFile: a file can be chosen without the mouse.
func TestPathOfAFile(t *testing.T) {
	b := newBorder(t, "en")
	c := b.post.Issued(t, b.post.Specimen())
	path := filepath.Join(t.TempDir(), "paper of mine.png")
	if err := os.WriteFile(path, picture(t, c.Seal), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, typed := range []string{path, ` "` + path + `" `} {
		b.m.Text(typed)
		if st := b.m.State(); len(st.Answers) != 1 || st.Answers[0].Outcome != trust.Valid || st.Answers[0].File != "paper of mine.png" {
			t.Errorf("%q: %+v", typed, st)
		}
	}
	b.m.Text(path + "x")
	if st := b.m.State(); len(st.Answers) > 0 && st.Answers[0].Outcome == trust.Valid {
		t.Errorf("a file that is not there: %+v", st)
	}
}
