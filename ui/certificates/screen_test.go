package certificates

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"os"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"pratique/data"
	"pratique/ui/env"
	"pratique/ui/screentest"
)

// bench shows a route in the window.
func bench(t testing.TB, d *desktop, language string, r env.Route) *screentest.Bench {
	t.Helper()
	d.parts.Jobs = NewJobs()
	return screentest.New(t, d.post, d.post.Clerk, language, r, func(b *screentest.Bench) env.Factory {
		d.parts.After = b.After
		return func(e *env.Env, r env.Route) env.Screen { return New(e, d.parts, r) }
	})
}

// TestPrintScanHandOver goes from the open certificate to the handed over
// paper with one shortcut and the scanner.
func TestPrintScanHandOver(t *testing.T) {
	d := newDesktop(t, &printer{queues: office, waits: []Status{{Phase: Completed}}})
	b := bench(t, d, "en", env.Route{Screen: env.Certificates, ID: string(d.c.Number)})
	s := b.Screen.(*One)
	b.Shortcut(t, fyne.KeyP, fyne.KeyModifierControl)
	if got := d.prints(t); len(got) != 1 {
		t.Fatalf("prints %v", got)
	}
	if b.Window.Canvas().Focused() != s.scan {
		t.Fatalf("the scanner would type into %T", b.Window.Canvas().Focused())
	}
	b.Type(d.c.Seal)
	b.Key(fyne.KeyReturn)
	if !s.st.HandedOver || s.scan.Text != "" || s.hand.Disabled() == false {
		t.Errorf("handed over %v, left in the field %q", s.st.HandedOver, s.scan.Text)
	}
	if s.print.Text != "Reprint, copy 2" {
		t.Errorf("button %q", s.print.Text)
	}
}

// TestScannerPressesNothing: the text of a QR has spaces and ends with Enter.
func TestScannerPressesNothing(t *testing.T) {
	d := newDesktop(t, &printer{queues: office, waits: []Status{{Phase: Completed}}})
	b := bench(t, d, "en", env.Route{Screen: env.Certificates, ID: string(d.c.Number)})
	s := b.Screen.(*One)
	other := d.post.Issued(t, d.post.Specimen())
	scan := func(seal string) {
		for _, r := range seal {
			if r == ' ' {
				b.Key(fyne.KeySpace)
			}
			b.Type(string(r))
		}
		b.Key(fyne.KeyReturn)
	}
	b.Window.Canvas().Focus(s.print)
	scan(other.Seal)
	if got := d.prints(t); len(got) != 0 || s.st.HandedOver {
		t.Fatal("the scan of another paper printed or handed over")
	}
	s.doPrint()
	b.Window.Canvas().Focus(s.print)
	scan(d.c.Seal)
	if got := d.prints(t); len(got) != 1 || !s.st.HandedOver {
		t.Errorf("prints %v, handed over %v", got, s.st.HandedOver)
	}
}

func TestSaveByKeys(t *testing.T) {
	d := newDesktop(t, &printer{queuesErr: ErrNoPrinter})
	b := bench(t, d, "en", env.Route{Screen: env.Certificates, ID: string(d.c.Number)})
	s := b.Screen.(*One)
	if !s.print.Disabled() {
		t.Error("print without a printer")
	}
	b.Shortcut(t, fyne.KeyS, fyne.KeyModifierControl)
	b.Key(fyne.KeyEscape)
	if s.file.Visible() || b.Window.Canvas().Focused() != s.save {
		t.Errorf("Escape leaves the focus on %T", b.Window.Canvas().Focused())
	}
	b.Shortcut(t, fyne.KeyS, fyne.KeyModifierControl)
	b.Key(fyne.KeyReturn)
	if b.Window.Canvas().Focused() != s.save {
		t.Errorf("saved, and the focus is on %T", b.Window.Canvas().Focused())
	}
	if len(d.files) != 1 || !strings.Contains(s.saved.Text(), d.c.Number.String()) || s.file.Visible() {
		t.Errorf("files %d, said %q", len(d.files), s.saved.Text())
	}
}

func TestReasonsInWords(t *testing.T) {
	d := newDesktop(t, &printer{})
	for keywords, want := range map[string]string{
		"media-empty-error, media-empty": "no paper",
		"media-jam, x-odd-thing-warning": "paper jam, x-odd-thing",
	} {
		if got := reasons(d.env, keywords); got != want {
			t.Errorf("%q is %q, want %q", keywords, got, want)
		}
	}
}

// TestColour: the list and the head of a certificate say that it is blue.
func TestColour(t *testing.T) {
	for _, want := range []data.Colour{data.Green, data.Blue} {
		d := newDesktop(t, &printer{})
		if want == data.Blue {
			d.parts.Desk = conditional{d.post.Desk}
		}
		b := bench(t, d, "en", env.Route{Screen: env.Certificates})
		l := b.Screen.(*List)
		if cell := l.colour(l.st.Rows[0].Colour); l.st.Rows[0].Colour != want || cell.Text != string(want) || cell.Pill != (want == data.Blue) {
			t.Errorf("%s in the list: %+v", want, cell)
		}
		b.Key(fyne.KeyReturn)
		if s := b.Screen.(*One); s.st.Colour != want || s.blue.Visible() != (want == data.Blue) {
			t.Errorf("%s at the head: %q, %v", want, s.st.Colour, s.blue.Visible())
		}
	}
}

// TestPageOnItsWay: that there is no page is said where none could be made, and
// not while it is being made.
func TestPageOnItsWay(t *testing.T) {
	for _, fails := range []error{nil, errors.New("page and record differ")} {
		d := newDesktop(t, &printer{queues: office})
		d.press.err = fails
		b := bench(t, d, "en", env.Route{Screen: env.Certificates})
		var disk slowly
		b.Env.Run = disk.run
		b.Env.Navigate(env.Route{Screen: env.Certificates, ID: string(d.c.Number)})
		s := b.Screen.(*One)
		says := func(key string) bool { return strings.Contains(test.RenderObjectToMarkup(s.root), s.e.T(key)) }
		steps := 0
		for ; s.st.Page == nil && len(disk) > 0; steps++ {
			if st := s.st; st.Drawing && (!says("certificates.page.drawing") || says("page.none")) || !st.Drawing && steps == 0 {
				t.Fatalf("step %d: drawing %v, no page %v", steps, st.Drawing, says("page.none"))
			}
			one := disk[0]
			disk = disk[1:]
			one.work()
			one.then()
		}
		if s.st.Drawing || says("certificates.page.drawing") || (s.st.Page == nil) != (fails != nil) || says("page.none") != (fails != nil) || steps < 2 {
			t.Errorf("%v: drawing %v, page %v, no page %v", fails, s.st.Drawing, s.st.Page != nil, says("page.none"))
		}
	}
}

func TestOpenFromTheList(t *testing.T) {
	d := newDesktop(t, &printer{})
	b := bench(t, d, "en", env.Route{Screen: env.Certificates})
	l := b.Screen.(*List)
	if b.Window.Canvas().Focused() != l.table.Focusable() {
		t.Fatalf("focus on %T", b.Window.Canvas().Focused())
	}
	b.Key(fyne.KeyReturn)
	if s, ok := b.Screen.(*One); !ok || s.st.Number != d.c.Number {
		t.Errorf("opened %T", b.Screen)
	}
}

// drawn is a page for pictures, since the real one needs the page engine.
func drawn() image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 1075, 1520))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	for y := 150; y < 1000; y += 60 {
		draw.Draw(m, image.Rect(90, y, 900-(y%7)*60, y+16), image.NewUniform(color.Gray{170}), image.Point{}, draw.Src)
	}
	draw.Draw(m, image.Rect(90, 1050, 400, 1360), image.NewUniform(color.Gray{60}), image.Point{}, draw.Src)
	return m
}

// TestPictures leaves pictures of the screen's states in $PRATIQUE_SHOTS, if
// that is set.
func TestPictures(t *testing.T) {
	if os.Getenv("PRATIQUE_SHOTS") == "" {
		t.Skip("PRATIQUE_SHOTS is not set: no pictures were made")
	}
	for _, language := range []string{"en", "zh"} {
		for _, tt := range []struct {
			name    string
			printer printer
			do      func(*One, *desktop)
		}{
			{"new", printer{queues: office}, func(*One, *desktop) {}},
			{"printed", printer{queues: office, waits: []Status{{Phase: Completed}}}, func(s *One, d *desktop) {
				s.doPrint()
				s.show(s.m.HandOver("HC1:ABC"))
			}},
			{"stopped", printer{queues: office}, func(s *One, d *desktop) {
				s.m.parts.Jobs.of[d.c.Number] = &job{print: Print{Step: Waiting, Copy: 1, Queue: "office", Job: "office-12", Reason: "media-empty"}, show: func() {}}
				s.show(s.m.State())
			}},
			{"handed-over", printer{queues: office, waits: []Status{{Phase: Completed}, {Phase: Completed}}}, func(s *One, d *desktop) {
				s.doPrint()
				s.doPrint()
				s.show(s.m.HandOver(d.c.Seal))
			}},
			{"no-printer", printer{queuesErr: ErrNoPrinter}, func(s *One, d *desktop) {
				s.doSave()
				d.files[s.st.Path] = "there"
				s.show(s.m.Write())
			}},
		} {
			p := tt.printer
			d := newDesktop(t, &p)
			d.press.picture = drawn()
			b := bench(t, d, language, env.Route{Screen: env.Certificates, ID: string(d.c.Number)})
			tt.do(b.Screen.(*One), d)
			b.Shot(t, "certificate-"+tt.name+"-"+language, 1280, 800)
			b.Shot(t, "certificate-"+tt.name+"-"+language+"-small", 1000, 700)
		}
		d := newDesktop(t, &printer{queues: office, waits: []Status{{Phase: Completed}}})
		for i := range 14 {
			c := d.post.Specimen()
			c.Document.MRZ = ""
			c.Traveller.Surname = []string{"ERIKSSON", "WOLFESCHLEGELSTEINHAUSENBERGERDORFF", "LI"}[i%3]
			d.post.Issued(t, c)
		}
		d.m.Print()
		d.m.HandOver(d.c.Seal)
		lost := d.post.Issued(t, d.post.Specimen()).Number
		if _, err := d.post.Revoke(t.Context(), d.post.Clerk, d.post.Reviewer, []data.CertificateNumber{lost}, "paper-lost", ""); err != nil {
			t.Fatal(err)
		}
		d.post.Corrected(t, d.post.Issued(t, d.post.Specimen()).Number)
		bench(t, d, language, env.Route{Screen: env.Certificates}).Shot(t, fmt.Sprint("certificates-", language), 1280, 800)
		d.parts.Desk = conditional{d.post.Desk}
		b := bench(t, d, language, env.Route{Screen: env.Certificates, ID: string(d.c.Number)})
		b.Shot(t, fmt.Sprint("certificate-blue-", language, "-small"), 1000, 700)
		b = bench(t, d, language, env.Route{Screen: env.Certificates})
		b.Shot(t, fmt.Sprint("certificates-", language, "-small"), 1000, 700)
	}
}
