package certificates

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"pratique/data"
	"pratique/ui/env"
)

// piece is work that waits for a slow disk, and what is done with its outcome.
type piece struct{ work, then func() }

type slowly []piece

func (s *slowly) run(work, then func()) { *s = append(*s, piece{work, then}) }

// all does everything that waits, in order.
func (s *slowly) all() {
	for len(*s) > 0 {
		one := (*s)[0]
		*s = (*s)[1:]
		one.work()
		one.then()
	}
}

// TestScannedBeforeItIsRead: the paper of a certificate that is just being opened
// is handed over, by the model and by a scanner that types.
func TestScannedBeforeItIsRead(t *testing.T) {
	d := newDesktop(t, &printer{queues: office})
	var disk slowly
	d.env.Run = disk.run
	m := NewModel(d.env, d.parts, d.c.Number)
	m.Open()
	if st := m.HandOver(d.c.Seal); st.HandedOver || !st.CanScan {
		t.Errorf("%+v", st)
	}
	disk.all()
	if st := m.State(); !st.HandedOver || !st.HandOK || st.Busy != "" || len(d.errs) > 0 {
		t.Errorf("handed over %v, %q, busy %q, errors %v", st.HandedOver, st.Hand, st.Busy, d.errs)
	}

	d = newDesktop(t, &printer{queues: office})
	b := bench(t, d, "en", env.Route{Screen: env.Certificates})
	b.Env.Run = disk.run
	b.Env.Navigate(env.Route{Screen: env.Certificates, ID: string(d.c.Number)})
	s := b.Screen.(*One)
	for i, r := range d.c.Seal {
		if s.TypedRune(r); i == len(d.c.Seal)/2 {
			one := disk[0]
			disk = disk[1:]
			one.work()
			one.then() // it is read
		}
	}
	s.scan.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	disk.all()
	if !s.st.HandedOver || s.scan.Text != "" {
		t.Errorf("handed over %v, %q, left %q", s.st.HandedOver, s.st.Hand, s.scan.Text)
	}
}

// TestScannedBeforeItIsPrinted: a sheet that is handed over before its printer
// says that it came out was printed once, by that printer.
func TestScannedBeforeItIsPrinted(t *testing.T) {
	d := newDesktop(t, &printer{queues: office, waits: []Status{{Phase: Completed}}})
	var disk slowly
	d.env.Run = disk.run
	d.m.Print()
	d.m.HandOver(d.c.Seal)
	d.m.Leave()         // which changes nothing
	for len(disk) > 0 { // what was asked for last is done first, if the disk is asked at all
		one := disk[len(disk)-1]
		disk = disk[:len(disk)-1]
		one.work()
		one.then()
	}
	c, err := d.post.Certificate(t.Context(), d.post.Clerk, d.c.Number)
	if err != nil || len(c.Prints) != 1 || c.Prints[0].Queue != office[0].Name || c.HandedOver.IsZero() {
		t.Errorf("%v, prints %+v, handed over %v", err, c.Prints, c.HandedOver)
	}
	if told := d.c.Number.String() + ": " + d.env.T("certificates.hand.done"); !slices.Contains(d.toasts, told) {
		t.Errorf("who has left is told %q", d.toasts)
	}
}

// TestAnswersOutOfOrder: an older answer does not undo a newer one, in whichever
// order they come.
func TestAnswersOutOfOrder(t *testing.T) {
	d := newDesktop(t, &printer{queues: office, waits: []Status{{Phase: Completed}}})
	var disk slowly
	d.env.Run = disk.run
	d.m.Print()
	d.m.Leave()
	m := NewModel(d.env, d.parts, d.c.Number)
	m.Open()
	print, read := disk[0], disk[1]
	disk = disk[2:]
	read.work() // before the sheet is recorded
	print.work()
	print.then()
	read.then()
	disk.all()
	if st := m.State(); st.NextCopy != 2 || st.Print.Step != Done {
		t.Errorf("next is copy %d, %s", st.NextCopy, st.Print.Step)
	}
	m = NewModel(d.env, d.parts, d.c.Number)
	for _, tt := range []struct {
		name string
		c    data.Certificate
		over bool
	}{
		{"printed", data.Certificate{Prints: make([]data.Print, 1)}, false},
		{"handed over", data.Certificate{Prints: make([]data.Print, 1), HandedOver: d.post.Now}, true},
		{"printed, late", data.Certificate{Prints: make([]data.Print, 1)}, true},
		{"printed again", data.Certificate{Prints: make([]data.Print, 2), HandedOver: d.post.Now}, true},
	} {
		if m.take(tt.c); m.State().HandedOver != tt.over {
			t.Errorf("%s: handed over %v", tt.name, m.State().HandedOver)
		}
	}
}
