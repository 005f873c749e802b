package data

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestDate(t *testing.T) {
	for _, tt := range []struct {
		d           Date
		first, last Date
		full        bool
	}{
		{"2022-07-09", "2022-07-09", "2022-07-09", true},
		{"2024-02-29", "2024-02-29", "2024-02-29", true},
		{"2022-02", "2022-02-01", "2022-02-28", false},
		{"2024-02", "2024-02-01", "2024-02-29", false},
		{"2022-12", "2022-12-01", "2022-12-31", false},
		{"1984", "1984-01-01", "1984-12-31", false},
		{"1850", "1850-01-01", "1850-12-31", false},
		{"9999-12-31", "9999-12-31", "9999-12-31", true},
		{"1849-12-31", "", "", false},
		{"2022-02-29", "", "", false}, {"2022-13", "", "", false}, {"2022-00-01", "", "", false}, {"2022-04-31", "", "", false},
		{"", "", "", false}, {"2022-7-9", "", "", false}, {"2022-7-09", "", "", false}, {"20220709", "", "", false},
		{"2022-07-09T10:00", "", "", false}, {"09.07.2022", "", "", false}, {"２０２２", "", "", false}, {"-984", "", "", false},
		{" 984", "", "", false}, {"2022-07-9 ", "", "", false}, {"19XX", "", "", false}, {"2022/07/09", "", "", false},
	} {
		if tt.d.First() != tt.first || tt.d.Last() != tt.last || tt.d.Full() != tt.full || tt.d.Valid() != (tt.first != "") {
			t.Errorf("%q: %q to %q, full %t", tt.d, tt.d.First(), tt.d.Last(), tt.d.Full())
		}
	}
}

func TestInstantHasOneSpelling(t *testing.T) {
	for _, tt := range []struct {
		wall, offset string
		want         string // in UTC; empty: not an instant
	}{
		{"2022-07-09T18:30", "+08:00", "2022-07-09T10:30"},
		{"2022-07-09T00:15", "+05:45", "2022-07-08T18:30"},
		{"2022-07-09T23:00", "-09:30", "2022-07-10T08:30"},
		{"2022-07-09T18:30", "+14:00", "2022-07-09T04:30"},
		{"2022-07-09T18:30", "-14:00", "2022-07-10T08:30"},
		{"2022-07-09T18:30", "+00:00", "2022-07-09T18:30"},
		{"2022-07-09T18:30", "-00:00", ""},
		{"2022-07-09T18:30", "+14:01", ""},
		{"2022-07-09T18:30", "+8:00", ""},
		{"2022-07-09T18:30", "+0800", ""},
		{"2022-07-09T18:30", "Z", ""},
		{"2022-07-09T18:30", "", ""},
		{"2022-07-09T18:30", "+08:60", ""},
		{"2022-07-09T9:30", "+08:00", ""},
		{"2022-07-09T24:00", "+08:00", ""},
		{"2022-07-09T18:60", "+08:00", ""},
		{"2022-07-09T18:30:00", "+08:00", ""},
		{"2022-07-09 18:30", "+08:00", ""},
		{"2022-02-29T18:30", "+08:00", ""},
		{"1849-12-31T23:59", "+00:00", ""},
		{"1850-01-01T00:00", "+00:00", "1850-01-01T00:00"},
		{"", "+08:00", ""},
	} {
		got, ok := Moment{Wall: tt.wall, Offset: tt.offset}.Instant()
		if ok != (tt.want != "") || ok && got.UTC().Format(WallLayout) != tt.want {
			t.Errorf("%s%s: %s, %t, want %q", tt.wall, tt.offset, got, ok, tt.want)
		}
	}
}

func TestPinned(t *testing.T) {
	for _, tt := range []struct {
		wall, zone string
		want       string // the offset; empty: left empty
		also       string // another offset the zone had at that wall clock
	}{
		{"2022-07-09T18:30", "Asia/Singapore", "+08:00", ""},
		{"2022-07-09T18:30", "Asia/Kathmandu", "+05:45", ""},
		{"2022-01-09T18:30", "Europe/Berlin", "+01:00", ""},
		{"2022-07-09T18:30", "Europe/Berlin", "+02:00", ""},
		// Clocks put forward: 02:00 to 03:00 does not occur.
		{"2022-03-27T01:59", "Europe/Berlin", "+01:00", ""},
		{"2022-03-27T02:00", "Europe/Berlin", "", ""},
		{"2022-03-27T02:59", "Europe/Berlin", "", ""},
		{"2022-03-27T03:00", "Europe/Berlin", "+02:00", ""},
		// Clocks put back: 02:00 to 03:00 occurs twice.
		{"2022-10-30T01:59", "Europe/Berlin", "+02:00", ""},
		{"2022-10-30T02:00", "Europe/Berlin", "+02:00", "+01:00"},
		{"2022-10-30T02:59", "Europe/Berlin", "+02:00", "+01:00"},
		{"2022-10-30T03:00", "Europe/Berlin", "+01:00", ""},
		{"2022-11-06T01:30", "America/New_York", "-04:00", "-05:00"},
		{"2022-03-13T02:30", "America/New_York", "", ""},
		// By half an hour, by two hours, and just before midnight.
		{"2022-04-03T01:29", "Australia/Lord_Howe", "+11:00", ""},
		{"2022-04-03T01:30", "Australia/Lord_Howe", "+11:00", "+10:30"},
		{"2022-04-03T01:59", "Australia/Lord_Howe", "+11:00", "+10:30"},
		{"2022-10-02T02:15", "Australia/Lord_Howe", "", ""},
		{"2022-10-30T01:30", "Antarctica/Troll", "+02:00", "+00:00"},
		{"2022-10-30T02:30", "Antarctica/Troll", "+02:00", "+00:00"},
		{"2022-10-29T23:30", "Asia/Beirut", "+03:00", "+02:00"},
		{"2022-03-27T00:30", "Asia/Beirut", "", ""},
		// The day that Samoa left out when it crossed the date line.
		{"2011-12-29T23:59", "Pacific/Apia", "-10:00", ""},
		{"2011-12-30T12:00", "Pacific/Apia", "", ""},
		{"2011-12-31T00:00", "Pacific/Apia", "+14:00", ""},
		{"2022-07-09T18:30", "Pacific/Kiritimati", "+14:00", ""},
		{"2022-07-09T18:30", "Pacific/Niue", "-11:00", ""},
		// Not usable.
		{"2022-07-09T18:30", "Nowhere/Land", "", ""},
		{"2022-07-09T18:30", "Local", "", ""},
		{"2022-07-09T18:30", "", "", ""},
		{"2022-07-09T1", "Asia/Singapore", "", ""},
		{"2022-07-09T9:30", "Asia/Singapore", "", ""},
		{"", "Asia/Singapore", "", ""},
	} {
		m := Moment{Wall: tt.wall, Zone: tt.zone}
		got := m.Pinned()
		if got.Offset != tt.want || got.Wall != tt.wall || got.Zone != tt.zone {
			t.Errorf("%s in %s: %+v, want %q", tt.wall, tt.zone, got, tt.want)
		}
		if again := got.Pinned(); again != got {
			t.Errorf("%s in %s: pinned again %+v", tt.wall, tt.zone, again)
		}
		for _, offset := range []string{"-11:00", "-10:00", "-05:00", "-04:00", "+00:00", "+01:00", "+02:00", "+03:00", "+05:45", "+08:00", "+10:30", "+11:00", "+14:00"} {
			want := offset == tt.want && tt.want != "" || offset == tt.also
			if tt.zone == "" {
				want = true // nothing to disagree with
			}
			if got := (Moment{Wall: tt.wall, Zone: tt.zone, Offset: offset}).ZoneAgrees(); got != want {
				t.Errorf("%s%s agrees with %s: %t", tt.wall, offset, tt.zone, got)
			}
		}
	}
	// What was entered is not put right behind the officer's back.
	if m := (Moment{Wall: "2022-07-09T18:30", Zone: "Asia/Singapore", Offset: "+09:00"}).Pinned(); m.Offset != "+09:00" || m.ZoneAgrees() {
		t.Errorf("%+v", m)
	}
}

func TestMomentOf(t *testing.T) {
	at := time.Date(2022, 7, 9, 23, 30, 59, 0, time.UTC)
	for zone, want := range map[string]Moment{
		"Asia/Singapore":     {"2022-07-10T07:30", "Asia/Singapore", "+08:00"},
		"Pacific/Kiritimati": {"2022-07-10T13:30", "Pacific/Kiritimati", "+14:00"},
		"Pacific/Niue":       {"2022-07-09T12:30", "Pacific/Niue", "-11:00"},
		"Local":              {"2022-07-09T23:30", "UTC", "+00:00"},
		"":                   {"2022-07-09T23:30", "UTC", "+00:00"},
	} {
		m := MomentOf(at, zone)
		if m != want || !m.ZoneAgrees() {
			t.Errorf("%q: %+v, want %+v", zone, m, want)
		}
		if back, ok := m.Instant(); !ok || !back.Equal(at.Truncate(time.Minute)) {
			t.Errorf("%q: %s came back as %s", zone, at, back)
		}
	}
}

func TestJourneyWindow(t *testing.T) {
	now := time.Date(2022, 10, 28, 4, 0, 30, 0, time.UTC)
	for _, tt := range []struct {
		departs Moment
		until   Moment
		ok      bool
	}{
		{Moment{"2022-10-29T08:00", "Asia/Tokyo", ""}, Moment{"2022-10-29T23:59", "Asia/Tokyo", "+09:00"}, true},
		// The day that clocks are put back ends with another offset than it began.
		{Moment{"2022-10-30T01:00", "Europe/Berlin", ""}, Moment{"2022-10-30T23:59", "Europe/Berlin", "+01:00"}, true},
		// Where that is before midnight, it ends at the second 23:59.
		{Moment{"2022-10-29T23:30", "Asia/Beirut", "+02:00"}, Moment{"2022-10-29T23:59", "Asia/Beirut", "+02:00"}, true},
		{Moment{"2022-10-29T20:00", "Asia/Beirut", ""}, Moment{"2022-10-29T23:59", "Asia/Beirut", "+02:00"}, true},
		{Moment{"2022-10-29T08:00", "", "+05:00"}, Moment{"2022-10-29T23:59", "", "+05:00"}, true},
		{Moment{"2022-10-29T08:00", "", ""}, Moment{}, false},
		{Moment{}, Moment{}, false},
	} {
		from, until, ok := JourneyWindow(Content{Itinerary: []Leg{{Departs: tt.departs}}}, now, "Asia/Singapore")
		if ok != tt.ok || until != tt.until {
			t.Errorf("%+v: until %+v, %t, want %+v", tt.departs, until, ok, tt.until)
		}
		if !ok {
			continue
		}
		if want := (Moment{"2022-10-28T12:00", "Asia/Singapore", "+08:00"}); from != want {
			t.Errorf("from %+v", from)
		}
		end, ok := until.Instant()
		leaves, _ := tt.departs.Pinned().Instant()
		if !ok || end.Before(leaves) || !until.ZoneAgrees() {
			t.Errorf("%+v: the window ends at %s, before the flight", tt.departs, end)
		}
	}
	if _, _, ok := JourneyWindow(Content{}, now, "Asia/Singapore"); ok {
		t.Error("a window without a journey")
	}
}

// TestTheMachinesZoneDoesNotMatter runs the tests of this package in zones at
// both ends of the world.
func TestTheMachinesZoneDoesNotMatter(t *testing.T) {
	if os.Getenv("DATA_CHILD") != "" {
		return // in the child, which would make children of its own
	}
	for _, zone := range []string{"Pacific/Kiritimati", "Pacific/Niue", "Europe/Berlin"} {
		c := exec.Command(os.Args[0], "-test.run", "Date|Instant|Pinned|MomentOf|JourneyWindow|Validate|Zone")
		c.Env = append(os.Environ(), "TZ="+zone, "DATA_CHILD=1")
		if out, err := c.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS") {
			t.Errorf("with TZ=%s: %v\n%s", zone, err, out)
		}
	}
}

func FuzzMoment(f *testing.F) {
	f.Add("2022-10-30T02:30", "Europe/Berlin", "+02:00")
	f.Add("2022-03-27T02:30", "Asia/Beirut", "")
	f.Add("2011-12-30T12:00", "Pacific/Apia", "-10:00")
	f.Add("0222-03-27T02:30", "Asia/Beirut", "")
	f.Fuzz(func(t *testing.T, wall, zone, offset string) {
		m := Moment{Wall: wall, Zone: zone, Offset: offset}
		p := m.Pinned()
		if p.Wall != wall || p.Zone != zone || p.Pinned() != p || offset != "" && p != m {
			t.Errorf("%+v pinned is %+v", m, p)
		}
		if offset == "" && p.Offset != "" && !p.ZoneAgrees() {
			t.Errorf("%+v was pinned to an offset its zone never had", p)
		}
		at, ok := p.Instant()
		if ok && at.Format(WallLayout+"-07:00") != p.Wall+p.Offset {
			t.Errorf("%+v is %s", p, at)
		}
		if p.ZoneAgrees() && !ok {
			t.Errorf("%+v agrees and is no instant", p)
		}
	})
}

// A day begins and ends where its calendar says, also where clocks change at
// midnight and where a day was skipped.
func TestDateStartAndEnd(t *testing.T) {
	for _, tt := range []struct {
		day        Date
		zone       string
		start, end string
	}{
		{"2022-07-18", "Asia/Singapore", "2022-07-18 00:00 (+08:00)", "2022-07-18 23:59 (+08:00)"},
		{"2021-10-31", "Europe/Belgrade", "2021-10-31 00:00 (+02:00)", "2021-10-31 23:59 (+01:00)"},
		{"2018-11-04", "America/Sao_Paulo", "2018-11-04 01:00 (-02:00)", "2018-11-04 23:59 (-02:00)"}, // put forward at midnight
		{"2018-11-03", "America/Sao_Paulo", "2018-11-03 00:00 (-03:00)", "2018-11-03 23:59 (-03:00)"},
		{"2018-02-17", "America/Sao_Paulo", "2018-02-17 00:00 (-02:00)", "2018-02-17 23:59 (-03:00)"}, // put back at midnight
		{"2018-02-18", "America/Sao_Paulo", "2018-02-18 00:00 (-03:00)", "2018-02-18 23:59 (-03:00)"},
		{"2021-11-07", "America/Havana", "2021-11-07 00:00 (-04:00)", "2021-11-07 23:59 (-05:00)"}, // 00:00 to 00:59 twice
		{"2011-12-29", "Pacific/Apia", "2011-12-29 00:00 (-10:00)", "2011-12-29 23:59 (-10:00)"},
		{"2011-12-30", "Pacific/Apia", "", ""}, // there was no such day
		{"2011-12-31", "Pacific/Apia", "2011-12-31 00:00 (+14:00)", "2011-12-31 23:59 (+14:00)"},
		{"2022-07", "Asia/Singapore", "", ""},
		{"2022-02-30", "Asia/Singapore", "", ""},
		{"2022-07-18", "Local", "", ""},
	} {
		start, okStart := tt.day.Start(tt.zone)
		end, okEnd := tt.day.End(tt.zone)
		if okStart != (tt.start != "") || okEnd != (tt.end != "") || okStart && start.String() != tt.start || okEnd && end.String() != tt.end {
			t.Errorf("%s in %s: %s %t to %s %t", tt.day, tt.zone, start, okStart, end, okEnd)
		}
	}
}

func TestDateAdd(t *testing.T) {
	for _, tt := range []struct {
		day  Date
		days int
		want Date
	}{
		{"2020-02-28", 1, "2020-02-29"}, {"2021-02-28", 1, "2021-03-01"}, {"2021-03-01", -1, "2021-02-28"},
		{"2021-12-31", 1, "2022-01-01"}, {"2021-12-31", 0, "2021-12-31"}, {"2021-12", 1, "2021-12"}, {"soon", 1, "soon"}, {"", 1, ""},
	} {
		if got := tt.day.Add(tt.days); got != tt.want {
			t.Errorf("%s and %d days: %s, want %s", tt.day, tt.days, got, tt.want)
		}
	}
}
