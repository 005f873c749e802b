package stated

import (
	"os"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetest "fyne.io/fyne/v2/test"

	"pratique/data"
	"pratique/data/codes"
	"pratique/data/desk/desktest"
	"pratique/ui/locale"
	"pratique/ui/theme"
)

// TestGroups: a statement has the groups that its content is ticked by, and
// says every one of its values in both languages.
func TestGroups(t *testing.T) {
	assets := os.DirFS("../../assets")
	catalogues, err := locale.Load(assets)
	if err != nil {
		t.Fatal(err)
	}
	book, err := codes.Load(assets)
	if err != nil {
		t.Fatal(err)
	}
	p := desktest.New(t)
	content := p.Specimen()
	st := p.Issued(t, content).Statement
	st.Colour, st.LastTest, st.Window = data.Blue, data.LastTest{Kind: data.Antigen, Hours: 12}, data.WindowTests
	st.Notice, st.NoticeVersion = "practice-2020-01", 3
	for _, language := range catalogues.Languages() {
		var names, want []string
		var all strings.Builder
		for _, g := range Groups(catalogues.In(language), book, st) {
			names = append(names, g.Name)
			for _, l := range g.Lines {
				all.WriteString(l.Label + " " + l.Value + "\n")
			}
		}
		for _, g := range content.Groups() {
			want = append(want, g.Name)
		}
		if !slices.Equal(names, want) {
			t.Errorf("%s: groups %v, want %v", language, names, want)
		}
		values := []string{st.Surname, st.GivenNames, st.NativeName, string(st.Birth), st.DocumentNumber, string(st.DocumentExpires),
			st.Issued.String(), st.ValidFrom.String(), st.ValidUntil.String(), st.Expires.String(),
			"practice-2020-01", "12", book.Name(data.ListTests, "antigen", language)}
		for _, test := range st.Tests {
			values = append(values, test.Sampled.String(), test.Analysed.String(), test.Reported.String(), test.Laboratory,
				book.Name(data.ListResults, string(test.Result), language), book.Name(data.ListMethods, test.Method, language))
		}
		for _, dose := range st.Doses {
			values = append(values, string(dose.Date), dose.Lot, dose.Place)
		}
		for _, v := range values {
			if !strings.Contains(all.String(), v) {
				t.Errorf("%s: %q is not said", language, v)
			}
		}
		if strings.Contains(all.String(), "‹") {
			t.Errorf("%s: a text is missing:\n%s", language, all.String())
		}
	}
}

// TestStrangeWords: another post's seal may say what this program does not know.
func TestStrangeWords(t *testing.T) {
	catalogues, err := locale.Load(os.DirFS("../../assets"))
	if err != nil {
		t.Fatal(err)
	}
	groups := Groups(catalogues.In("en"), strange{}, data.Statement{Sex: "Q", Window: "moon", Colour: "pink", GivenNames: "ANNA", Nationality: "XYZ"})
	values := map[string]string{}
	for _, g := range groups {
		for _, l := range g.Lines {
			values[l.Label] = l.Value
		}
	}
	for label, want := range map[string]string{"Sex": "Q", "Why this window": "moon", "Outcome": "pink", "Surname": Nothing, "Nationality": "XYZ"} {
		if values[label] != want {
			t.Errorf("%s: %q, want %q", label, values[label], want)
		}
	}
}

type strange struct{}

func (strange) Name(_, code, _ string) string { return code }

// TestPairsShowAllWhole: a long label and a long value take more lines, strong or
// not, and what follows makes room for them.
func TestPairsShowAllWhole(t *testing.T) {
	fynetest.NewTempApp(t)
	look, err := theme.New(os.DirFS("../../assets"))
	if err != nil {
		t.Fatal(err)
	}
	fynetest.ApplyTheme(t, look)
	short := Line{Label: "Sex", Value: "F"}
	label := Line{Label: "Contact with a case in the last 14 days", Value: "no"}
	value := Line{Label: "With", Value: "Nucleic acid test, negative, sampled within 12 hours before departure"}
	strong := value
	strong.Strong = true
	height := func(lines ...Line) float32 {
		c := Pairs(lines)
		for range 2 { // the height follows the width
			c.Resize(fyne.NewSize(360, c.MinSize().Height))
		}
		for _, o := range fynetest.LaidOutObjects(c) {
			if text, ok := o.(*canvas.Text); ok && strings.HasSuffix(text.Text, "...") {
				t.Errorf("cut off: %q", text.Text)
			}
		}
		return c.MinSize().Height
	}
	for _, long := range []Line{label, value, strong} {
		if one, two := height(short, short), height(long, short); two < one+10 {
			t.Errorf("%+v has a height of %v, two short lines %v", long, two, one)
		}
	}
}
