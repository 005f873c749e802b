package widgets

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"pratique/data"
	"pratique/ui/locale"
	look "pratique/ui/theme"
)

var assets = os.DirFS("../../assets")

// window starts an app without a display, in our theme.
func window(t *testing.T) *look.Theme {
	t.Helper()
	test.NewTempApp(t)
	th, err := look.New(assets)
	if err != nil {
		t.Fatal(err)
	}
	test.ApplyTheme(t, th)
	return th
}

// show puts an object in a window.
func show(t *testing.T, o fyne.CanvasObject) fyne.Window {
	t.Helper()
	w := test.NewTempWindow(t, o)
	w.Resize(fyne.NewSize(600, 500))
	return w
}

func words(t *testing.T, language string) *locale.Catalogue {
	t.Helper()
	cs, err := locale.Load(assets)
	if err != nil {
		t.Fatal(err)
	}
	return cs.In(language)
}

// TestGallery shows every widget in both languages and both variants. With
// PRATIQUE_SHOTS set to a folder it leaves pictures there to look at.
func TestGallery(t *testing.T) {
	folder := os.Getenv("PRATIQUE_SHOTS")
	for _, language := range []string{"en", "zh"} {
		for name, variant := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
			t.Run(language+"-"+name, func(t *testing.T) {
				th := window(t)
				test.ApplyTheme(t, th.Forced(variant))
				w := test.NewTempWindow(t, container.NewStack())
				w.SetPadded(false)
				w.SetContent(gallery(words(t, language)))
				w.Resize(fyne.NewSize(1120, 1500))
				w.Resize(fyne.NewSize(1120, 1501)) // once more: heights follow widths
				m := w.Canvas().Capture()
				if m.Bounds().Dx() != 1120 {
					t.Errorf("the gallery is %d wide, something does not shrink", m.Bounds().Dx())
				}
				if folder == "" {
					return
				}
				f, err := os.Create(filepath.Join(folder, "widgets-"+language+"-"+name+".png"))
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				if err := png.Encode(f, m); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

func gallery(c *locale.Catalogue) fyne.CanvasObject {
	states := []Option{{"CHN", "China", "中国"}, {"UTO", "Utopia", ""}, {"JPN", "Japan", ""}}
	entry := func(text string) *Entry { e := NewEntry(); e.Set(text); return e }
	date := NewDateField()
	date.SetDate("08/03/84")
	birth := NewField(c.Field("traveller.birth"), date)
	birth.SetNote(Note{Role: look.Invalid, Text: c.T("problem.birth.form", "08/03/84", "")})
	number := NewField(c.Field("document.number"), entry("E00000000"))
	number.SetNote(Note{Role: look.Practice, Text: c.T("problem.document.number", "E00000000"), Confirm: c.T("problem.confirm")})
	surname := NewField(c.Field("traveller.surname"), entry("YANGBEN"))
	surname.SetNote(Note{Role: look.Valid, Text: "MRZ"})
	nationality := NewCodeSelect(c, states)
	nationality.SetCode("UTO")
	moment := NewMomentField(c, "Asia/Tokyo")
	moment.SetMoment(data.Moment{Wall: "2026-03-08T09:40", Zone: "Asia/Tokyo"})
	mrz := NewMRZEntry()
	mrz.SetLines("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10")

	list := NewDataList(c,
		Column{Title: c.T("field.itinerary.departs"), Width: 110}, Column{Title: c.T("field.itinerary.flight"), Width: 60},
		Column{Title: c.T("field.traveller"), Width: 160, Grow: 2}, Column{Title: c.T("field.document.number"), Width: 100, Grow: 1},
		Column{Title: "", Width: 120})
	list.SetRows(4, func(i int) []Cell {
		pill := []Cell{
			{Text: c.T("state.submitted"), Role: look.Accent, Icon: "submitted", Pill: true},
			{Text: c.T("state.in review"), Role: look.Unknown, Icon: "review", Pill: true},
			{Text: c.T("state.returned"), Role: look.Practice, Icon: "returned", Pill: true},
			{Text: c.T("state.issued"), Role: look.Valid, Icon: "issued", Pill: true},
		}[i]
		return []Cell{{Text: "21:40", Role: look.Invalid, Bold: i == 0}, {Text: "UT 846"}, {Text: "样本 YANGBEN SPECIMEN"}, {Text: "E00000000"}, pill}
	})
	page := NewPageView(c)
	paper := image.NewRGBA(image.Rect(0, 0, 210, 297))
	draw.Draw(paper, paper.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(paper, image.Rect(20, 20, 190, 30), image.NewUniform(color.Gray{120}), image.Point{}, draw.Src)
	page.SetPicture(paper, 0, 3)
	page.Mark(0.09, 0.06, 0.83, 0.05)
	toaster := NewToaster(func(time.Duration, func()) {})
	toaster.Undoable("Saved 10:42", c.T("fyne.Undo"), func() {})
	high := widget.NewButton(c.T("shell.new"), nil)
	high.Importance = widget.HighImportance

	var pills []fyne.CanvasObject
	for i, r := range look.Roles {
		pills = append(pills, NewPill(r, []string{"draft", "submitted", "valid", "invalid", "unknown", "warning"}[i], string(r)))
	}
	icons := container.NewGridWrap(fyne.NewSize(26, 26))
	for _, n := range []string{"queue", "intake", "certificates", "verify", "review", "figures", "admin", "search", "new", "lock",
		"officer", "valid", "invalid", "unknown", "warning", "draft", "submitted", "waiting", "returned", "approved", "issued", "withdrawn",
		"print", "save", "handover", "down", "back", "forward", "larger", "smaller", "fit", "turn", "flights", "language"} {
		icons.Add(Icon(n, look.Accent.Ink(), 22))
	}
	card := NewCard(c.T("field.document"), Columns(3, 200,
		NewField(c.Field("document.issuer"), nationality).Hint(c.T("code.hint")),
		number, surname, birth,
		NewField(c.Field("tests[0].sampled"), moment),
		NewField(c.Field("traveller.guardian.relation"), NewEntry())), NewPill(look.Valid, "valid", "MRZ"))
	card.SetRole(look.Accent)
	left := Stack(look.Gap,
		Heading(c.T("screen.queue")),
		Row(8, pills...), icons,
		card,
		NewCard(c.Field("document.mrz"), mrz),
		fixedHeight(260, list),
		Columns(2, 300,
			NewVerdict(look.Valid, c.T("verdict.valid"), c.T("shell.about.text")),
			NewVerdict(look.Unknown, c.T("verdict.unknown"), "..."),
			NewCard("", Stack(8, NewTimeline(
				Point{When: "2026-03-08 10:42", What: c.T("state.issued"), Detail: fmt.Sprint(c.T("role.reviewer"), " B"), Role: look.Valid},
				Point{When: "2026-03-08 10:44", What: "×1", Role: look.Accent},
				Point{What: "..."}), Row(8, high, widget.NewButton(c.T("fyne.Cancel"), nil)))),
			fixedHeight(300, page)))
	back := NewGround(theme.ColorNameBackground, 0)
	return container.NewStack(back, Page(left), toaster)
}

func fixedHeight(h float32, o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(tall{h}, o)
}

type tall struct{ height float32 }

func (l tall) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[0].MinSize().Width, l.height)
}
func (l tall) Layout(o []fyne.CanvasObject, size fyne.Size) { o[0].Resize(size) }

func newBenchmarkList(b *testing.B) *DataList {
	cs, err := locale.Load(assets)
	if err != nil {
		b.Fatal(err)
	}
	return NewDataList(cs.In("en"), Column{Title: "Flight", Width: 80}, Column{Title: "Traveller", Width: 100, Grow: 1})
}
