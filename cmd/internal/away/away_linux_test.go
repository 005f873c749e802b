package away

import (
	"bufio"
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

func TestMeans(t *testing.T) {
	const own, other = dbus.ObjectPath("/org/freedesktop/login1/session/_31"), dbus.ObjectPath("/org/freedesktop/login1/session/_32")
	changed := func(name string, value any) []any {
		return []any{session, map[string]dbus.Variant{name: dbus.MakeVariant(value)}, []string{}}
	}
	const props = properties + ".PropertiesChanged"
	for _, tt := range []struct {
		name   string
		signal dbus.Signal
		known  bool // with the session's path known
		blind  bool // without
	}{
		{"lock", dbus.Signal{Path: own, Name: session + ".Lock"}, true, true},
		{"lock of another", dbus.Signal{Path: other, Name: session + ".Lock"}, false, true},
		{"unlock", dbus.Signal{Path: own, Name: session + ".Unlock"}, false, false},
		{"sleeps", dbus.Signal{Path: "/org/freedesktop/login1", Name: manager + ".PrepareForSleep", Body: []any{true}}, true, true},
		{"wakes", dbus.Signal{Path: "/org/freedesktop/login1", Name: manager + ".PrepareForSleep", Body: []any{false}}, false, false},
		{"sleeps, said without an argument", dbus.Signal{Name: manager + ".PrepareForSleep"}, false, false},
		{"locked", dbus.Signal{Path: own, Name: props, Body: changed("LockedHint", true)}, true, true},
		{"unlocked", dbus.Signal{Path: own, Name: props, Body: changed("LockedHint", false)}, false, false},
		{"another user", dbus.Signal{Path: own, Name: props, Body: changed("Active", false)}, true, false},
		{"back again", dbus.Signal{Path: own, Name: props, Body: changed("Active", true)}, false, false},
		{"another's session", dbus.Signal{Path: other, Name: props, Body: changed("Active", false)}, false, false},
		{"another property", dbus.Signal{Path: own, Name: props, Body: changed("IdleHint", true)}, false, false},
		{"another interface", dbus.Signal{Path: own, Name: props, Body: []any{"org.example", map[string]dbus.Variant{"LockedHint": dbus.MakeVariant(true)}}}, false, false},
		{"nothing changed", dbus.Signal{Path: own, Name: props, Body: []any{session}}, false, false},
		{"saver", dbus.Signal{Name: "org.gnome.ScreenSaver.ActiveChanged", Body: []any{true}}, true, true},
		{"saver ends", dbus.Signal{Name: "org.freedesktop.ScreenSaver.ActiveChanged", Body: []any{false}}, false, false},
		{"saver says nonsense", dbus.Signal{Name: "org.freedesktop.ScreenSaver.ActiveChanged", Body: []any{"yes"}}, false, false},
	} {
		if got := means(&tt.signal, own); got != tt.known {
			t.Errorf("%s: %t", tt.name, got)
		}
		if got := means(&tt.signal, ""); got != tt.blind {
			t.Errorf("%s, session not known: %t", tt.name, got)
		}
	}
}

// TestWatch hears a screen saver on a bus of its own.
func TestWatch(t *testing.T) {
	daemon, err := exec.LookPath("dbus-daemon")
	if err != nil {
		t.Skip("dbus-daemon is not installed: that the screen saver's signal arrives did NOT run")
	}
	c := exec.CommandContext(t.Context(), daemon, "--session", "--nofork", "--print-address")
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address = strings.TrimSpace(address)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")

	heard := make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(t.Context())
	if err := Watch(ctx, func() { heard <- struct{}{} }); !errors.Is(err, ErrUnwatched) {
		t.Errorf("without a session manager: %v", err)
	}
	saver, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	defer saver.Close()
	if err := saver.Emit("/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver.ActiveChanged", true); err != nil {
		t.Fatal(err)
	}
	<-heard // or the test's own time limit
	cancel()
}
