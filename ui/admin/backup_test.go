package admin

import (
	"context"
	"errors"
	"testing"
	"time"

	"pratique/data"
	"pratique/data/desk"
	"pratique/data/staff"
)

func TestAlarm(t *testing.T) {
	now := time.Date(2022, 7, 9, 10, 30, 0, 0, time.UTC)
	for _, tt := range []struct {
		b    desk.Backups
		want Alarm
	}{
		{desk.Backups{}, NoFolder},
		{desk.Backups{Folder: "/b"}, Never},
		{desk.Backups{Folder: "/b", Last: desk.Backup{Made: now.Add(-48 * time.Hour)}}, NoAlarm},
		{desk.Backups{Folder: "/b", Last: desk.Backup{Made: now.Add(-48*time.Hour - time.Second)}}, TooOld},
		{desk.Backups{Last: desk.Backup{Made: now}}, NoFolder},
	} {
		if got := alarm(tt.b, now); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.b, got, tt.want)
		}
	}
}

func TestSetBackup(t *testing.T) {
	o := newOffice(t)
	m := NewBackupModel(o.alone(t, o.Administrator), o.parts)
	asked := agrees(&m.core, o.Reviewer)
	m.Open()
	for _, tt := range []struct {
		name, folder, passphrase string
		failed                   error
		problem, strength        string
		set                      bool
	}{
		{"nothing", "", "", nil, "problem.required", "admin.backup.passphrase.needed", false},
		{"weak", "/mnt/b", "short", nil, "", "weak.short", false},
		{"refused", "/mnt/b", fresh, &desk.ProblemsError{Problems: []data.Problem{{Field: "backup.folder", Key: "problem.required"}}}, "problem.required", "admin.strength.4", false},
		{"set", " /mnt/b ", fresh, nil, "", "", true},
	} {
		*asked, o.backups.failed = nil, tt.failed
		m.Type(tt.folder, tt.passphrase)
		m.Set(tt.passphrase)
		st := m.State()
		problem := ""
		if tt.problem != "" {
			problem = m.e.T(tt.problem)
		}
		if st.Problem != problem || st.Strength != tt.strength || (st.Done != "") != tt.set || (len(*asked) > 0) != (tt.set || tt.failed != nil) {
			t.Errorf("%s: %+v, asked %q", tt.name, st, *asked)
		}
	}
	if st := m.State(); st.Folder != "/mnt/b" || st.Alarm != Never || st.Draft != "/mnt/b" {
		t.Errorf("%+v", st)
	}
	m.Leave()
	if len(o.parts.Halves) > 0 {
		t.Errorf("kept %v though nothing is half typed", o.parts.Halves)
	}
}

// TestBackup: progress is shown, also to who comes back while it runs, and how
// it ended is told.
func TestBackup(t *testing.T) {
	o := newOffice(t)
	o.backups.set.Folder = "/mnt/b"
	e := o.alone(t, o.Administrator)
	m := NewBackupModel(e, o.parts)
	m.Open()
	var seen []BackupState
	m.Show = func(st BackupState) { seen = append(seen, st) }
	back := NewBackupModel(e, o.parts) // while nothing runs
	o.backups.make = func(_ context.Context, progress func(done, total int64)) error {
		progress(10, 100)
		m.Leave()
		back = NewBackupModel(e, o.parts)
		back.Open()
		progress(60, 100)
		if st := back.State(); !st.Running || st.Progress != (Progress{60, 100}) {
			t.Errorf("coming back: %+v", st)
		}
		back.Make() // one at a time
		return nil
	}
	m.Make()
	if n := len(seen); n < 2 || !seen[0].Running || seen[n-1].Progress != (Progress{10, 100}) {
		t.Errorf("seen %+v", seen)
	}
	st := back.State()
	if st.Running || st.Alarm != NoAlarm || st.Made != "2022-07-09 18:30" || st.Done != "/mnt/b/PR-2022-07-09T1030Z.pratique-backup was written and opened: it is good (48.3 MB)." {
		t.Errorf("afterwards: %+v", st)
	}
}

func TestStopBackup(t *testing.T) {
	o := newOffice(t)
	o.backups.set.Folder = "/mnt/b"
	e := o.alone(t, o.Administrator)
	m := NewBackupModel(e, o.parts)
	m.Open()
	m.Stop() // nothing
	o.backups.make = func(ctx context.Context, _ func(done, total int64)) error {
		m.Stop()
		if !m.State().Stopping {
			t.Error("it does not say that it stops")
		}
		return ctx.Err()
	}
	m.Make()
	if st := m.State(); st.Running || st.Done != m.e.T("admin.backup.stopped") || st.Alarm != Never {
		t.Errorf("%+v", st)
	}
	var shown error
	e.Error = func(err error) { shown = err }
	full := errors.New("disk full")
	o.backups.make = func(context.Context, func(done, total int64)) error { return full }
	m.Make()
	if st := m.State(); !errors.Is(shown, full) || st.Running || st.Done != "" {
		t.Errorf("shown %v, %+v", shown, st)
	}
}

// TestToastAfterLeaving: whoever has left is told in passing.
func TestToastAfterLeaving(t *testing.T) {
	o := newOffice(t)
	o.backups.set.Folder = "/mnt/b"
	e := o.alone(t, o.Administrator)
	var toasts []string
	e.Toast = func(text string) { toasts = append(toasts, text) }
	m := NewBackupModel(e, o.parts)
	m.Open()
	o.backups.make = func(context.Context, func(done, total int64)) error {
		m.Leave()
		e.Session = staff.Session{}
		return nil
	}
	m.Make()
	if len(toasts) != 1 || o.parts.Jobs.backup != nil {
		t.Errorf("toasts %q, job %v", toasts, o.parts.Jobs.backup)
	}
}

// TestLateProgress: a runner keeps no order, and what comes after the end tells
// nobody a second time.
func TestLateProgress(t *testing.T) {
	o := newOffice(t)
	o.backups.set.Folder = "/mnt/b"
	e := o.alone(t, o.Administrator)
	var toasts []string
	e.Toast = func(text string) { toasts = append(toasts, text) }
	m := NewBackupModel(e, o.parts)
	m.Open()
	var late []func()
	o.backups.make = func(_ context.Context, progress func(done, total int64)) error {
		m.Leave()
		e.Run = func(_, then func()) { late = append(late, then) }
		progress(50, 100)
		progress(60, 100) // the newest is told with the one that waits
		return nil
	}
	m.Make()
	for _, then := range late {
		then()
	}
	if len(late) != 1 || len(toasts) != 1 {
		t.Errorf("%d tellings, toasts %q", len(late), toasts)
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 KB", 48_300_000: "48.3 MB", 999_900_000: "1000 MB", 1_200_000_000: "1.2 GB", 5e12: "5000 GB"} {
		if got := size(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
