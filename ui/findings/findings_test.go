package findings

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"image/png"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"pratique/data/codes"
	"pratique/data/rules"
	"pratique/ui/locale"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

var assets = os.DirFS("../../assets")

func load(t testing.TB) (*codes.Book, *locale.Catalogues) {
	t.Helper()
	book, err := codes.Load(assets)
	if err != nil {
		t.Fatal(err)
	}
	words, err := locale.Load(assets)
	if err != nil {
		t.Fatal(err)
	}
	return book, words
}

// assess evaluates an example of a shipped notice.
func assess(t testing.TB, book *codes.Book, file, example string) rules.Assessment {
	t.Helper()
	n := notice(t, book, "notices/"+file)
	i := slices.IndexFunc(n.Examples, func(x rules.Example) bool { return x.Name == example })
	if i < 0 {
		t.Fatalf("%s has no example %q", file, example)
	}
	at, _ := n.Examples[i].At.Instant()
	return rules.Evaluate(n, n.FactsOf(n.Examples[i], book), at)
}

func notice(t testing.TB, book *codes.Book, path string) *rules.Notice {
	t.Helper()
	b, err := fs.ReadFile(assets, path)
	if err != nil {
		t.Fatal(err)
	}
	n, err := rules.Load(b, book)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestWords: a count that failed says between which two times, and what would
// make it pass.
func TestWords(t *testing.T) {
	book, words := load(t)
	lines, counts, g := Of(words.In("en"), book, assess(t, book, "nephelo-2022-07.yaml", "exactly 24 hours apart"), true)
	if counts.Fail != 1 || g.Answer != rules.Withheld {
		t.Errorf("counts %+v, grant %+v", counts, g)
	}
	l := lines[slices.IndexFunc(lines, func(l Line) bool { return l.Result == rules.Fail })]
	want := Line{
		Result: rules.Fail, Clause: "2",
		Message: "Sampled more than 24 hours apart: 24:00 counted; the second not before 2022-07-09 13:01 (-07:00).",
		Counts:  []string{"24:00 h counted, at least 24:01 h: from Test 1 – Sampled 2022-07-08 13:00 (-07:00) to Test 2 – Sampled 2022-07-09 13:00 (-07:00)"},
		Passes: []string{
			"Passes with Test 1 – Sampled not after 2022-07-08 12:59 (-07:00)",
			"or with Test 2 – Sampled not before 2022-07-09 13:01 (-07:00)",
		},
		Path: "tests[0].sampled",
	}
	if !slices.Equal(l.Counts, want.Counts) || !slices.Equal(l.Passes, want.Passes) || l.Message != want.Message || l.Clause != want.Clause || l.Path != want.Path {
		t.Errorf("got  %+v\nwant %+v", l, want)
	}
}

func TestGrants(t *testing.T) {
	book, words := load(t)
	for _, language := range []string{"en", "zh"} {
		if _, _, g := Of(words.In(language), book, rules.Assessment{}, false); g.Known || g.Sentence == "" {
			t.Errorf("%s: no notice: %+v", language, g)
		}
	}
	blue := rules.Assessment{Notice: "a", Version: 2, Outcome: rules.Outcome{Answer: rules.Blue, LastTest: &rules.LastTest{Kind: "antigen", Hours: 12},
		Condition: rules.Text{En: "With the report.", Zh: "须附报告。"}}}
	_, _, g := Of(words.In("en"), book, blue, true)
	if want := "Antigen test, negative, sampled within 12 hours before departure"; !strings.EqualFold(g.LastTest, want) || g.Condition != "With the report." || !strings.Contains(g.Sentence, g.LastTest) {
		t.Errorf("blue: %+v", g)
	}
}

// TestEveryNotice: no shipped notice has an example of which anything has no
// words, in either language.
func TestEveryNotice(t *testing.T) {
	book, words := load(t)
	files, err := fs.Glob(assets, "notices/*.yaml")
	if err != nil || len(files) < 12 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		n := notice(t, book, file)
		for _, x := range n.Examples {
			at, _ := x.At.Instant()
			a := rules.Evaluate(n, n.FactsOf(x, book), at)
			for _, language := range []string{"en", "zh"} {
				lines, counts, g := Of(words.In(language), book, a, true)
				said := g.Sentence + g.LastTest
				passes := 0
				for _, l := range lines {
					said += l.Message + l.Where + strings.Join(l.Counts, "") + strings.Join(l.Passes, "")
					if l.Result == rules.NotEnough && len(l.Passes) == 0 {
						t.Errorf("%s, %s: %q does not say what is missing", file, x.Name, l.Message)
					}
					if l.Result == rules.Pass {
						passes++
					}
				}
				if strings.Contains(said, "‹") || g.Sentence == "" || passes != counts.Pass {
					t.Errorf("%s, %s, %s: %s", file, x.Name, language, said)
				}
			}
		}
	}
}

// TestPictures leaves pictures of findings in $PRATIQUE_SHOTS, if that is set.
func TestPictures(t *testing.T) {
	folder := os.Getenv("PRATIQUE_SHOTS")
	if folder == "" {
		t.Skip("PRATIQUE_SHOTS is not set: no pictures were made")
	}
	book, words := load(t)
	app := test.NewTempApp(t)
	th, err := look.New(assets)
	if err != nil {
		t.Fatal(err)
	}
	for name, variant := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
		app.Settings().SetTheme(th.Forced(variant))
		for _, language := range []string{"en", "zh"} {
			w := words.In(language)
			a := assess(t, book, "nephelo-2022-07.yaml", "exactly 24 hours apart")
			a.Findings = append(a.Findings, rules.Finding{Result: rules.NotEnough, Clause: "4", Message: a.Findings[len(a.Findings)-1].Message, Missing: []string{"tests[1].laboratory"}},
				rules.Finding{Result: rules.NotApplicable, Clause: "5", Message: a.Findings[0].Message})
			lines, _, g := Of(w, book, a, true)
			blue := Grant{Known: true, Answer: rules.Blue, Notice: "Notice x-2022-04, version 1", Sentence: w.T("findings.blue", "2022-07-10 13:00", "…"), ApplyBy: "2022-07-09 20:00 (+08:00)"}
			var scenes []fyne.CanvasObject
			for _, width := range []float32{290, 520} {
				scenes = append(scenes, container.NewGridWrap(fyne.NewSize(width, 820), container.NewVScroll(widgets.Inset(10, 10, widgets.Stack(14, Box(w, g), Box(w, blue), Rows(w, lines, width < 300))))))
			}
			win := test.NewTempWindow(t, container.NewStack(widgets.NewGround(theme.ColorNameBackground, 0), container.NewHBox(scenes...)))
			win.SetPadded(false)
			win.Resize(fyne.NewSize(830, 820))
			win.Resize(fyne.NewSize(830, 821))
			f, err := os.Create(filepath.Join(folder, "findings-"+name+"-"+language+".png"))
			if err != nil {
				t.Fatal(err)
			}
			if err := png.Encode(f, win.Canvas().Capture()); err != nil {
				t.Fatal(err)
			}
			f.Close()
		}
	}
}
