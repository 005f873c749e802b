package away

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/godbus/dbus/v5"
)

// Interfaces of the buses: the session manager's (org.freedesktop.login1(5)),
// and the screen savers', which all have the same signal.
const (
	manager    = "org.freedesktop.login1.Manager"
	session    = "org.freedesktop.login1.Session"
	properties = "org.freedesktop.DBus.Properties"
)

var savers = []string{
	"org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver", "org.cinnamon.ScreenSaver", "org.mate.ScreenSaver", "org.xfce.ScreenSaver",
}

// Watch calls left, from any goroutine, whenever the workstation is left, until
// the context ends. The error wraps [ErrUnwatched] for what is not watched; the
// rest is.
func Watch(ctx context.Context, left func()) error {
	return errors.Join(watchSystem(ctx, left), watchSession(ctx, left))
}

// watchSystem listens to the session manager.
func watchSystem(ctx context.Context, left func()) error {
	bus, err := dbus.ConnectSystemBus(dbus.WithContext(ctx))
	if err != nil {
		return fmt.Errorf("%w: session manager: %w", ErrUnwatched, err)
	}
	login := bus.Object("org.freedesktop.login1", "/org/freedesktop/login1")
	var own dbus.ObjectPath
	err = login.CallWithContext(ctx, manager+".GetSessionByPID", 0, uint32(os.Getpid())).Store(&own)
	if id := os.Getenv("XDG_SESSION_ID"); err != nil && id != "" { // started outside its session, by systemd perhaps
		err = login.CallWithContext(ctx, manager+".GetSession", 0, id).Store(&own)
	}
	if err != nil {
		err = fmt.Errorf("%w: session manager: %w", ErrUnwatched, err)
	}
	return errors.Join(err, listen(bus, own, left,
		[]dbus.MatchOption{dbus.WithMatchInterface(manager), dbus.WithMatchMember("PrepareForSleep")},
		[]dbus.MatchOption{dbus.WithMatchInterface(session), dbus.WithMatchMember("Lock")},
		[]dbus.MatchOption{dbus.WithMatchInterface(properties), dbus.WithMatchMember("PropertiesChanged"), dbus.WithMatchArg(0, session)},
	))
}

// watchSession listens to screen savers.
func watchSession(ctx context.Context, left func()) error {
	bus, err := dbus.SessionBusPrivateNoAutoStartup(dbus.WithContext(ctx)) // a bus begun for this has no screen saver on it
	if err == nil {
		err = bus.Auth(nil)
	}
	if err == nil {
		err = bus.Hello()
	}
	if err != nil {
		return fmt.Errorf("%w: screen saver: %w", ErrUnwatched, err)
	}
	var matches [][]dbus.MatchOption
	for _, s := range savers {
		matches = append(matches, []dbus.MatchOption{dbus.WithMatchInterface(s), dbus.WithMatchMember("ActiveChanged")})
	}
	return listen(bus, "", left, matches...)
}

// listen calls left for the signals that mean it until the bus is closed.
func listen(bus *dbus.Conn, own dbus.ObjectPath, left func(), matches ...[]dbus.MatchOption) error {
	for _, m := range matches {
		if err := bus.AddMatchSignal(m...); err != nil {
			bus.Close()
			return fmt.Errorf("%w: %w", ErrUnwatched, err)
		}
	}
	signals := make(chan *dbus.Signal, 16)
	bus.Signal(signals)
	go func() {
		for s := range signals { // closed with the bus
			if means(s, own) {
				left()
			}
		}
	}()
	return nil
}

// means reports whether a signal means that the workstation was left; own is
// the session it belongs to, empty if that is not known.
func means(s *dbus.Signal, own dbus.ObjectPath) bool {
	mine := own == "" || s.Path == own
	switch {
	case s.Name == manager+".PrepareForSleep":
		return yes(s.Body, 0)
	case s.Name == session+".Lock":
		return mine
	case s.Name == properties+".PropertiesChanged":
		if len(s.Body) < 2 || s.Body[0] != session {
			return false
		}
		changed, _ := s.Body[1].(map[string]dbus.Variant)
		locked, _ := changed["LockedHint"].Value().(bool)
		active, ok := changed["Active"].Value().(bool)
		// Of a session not known to be this one it says nothing that it is not active.
		return mine && locked || own != "" && mine && ok && !active
	case slices.ContainsFunc(savers, func(i string) bool { return s.Name == i+".ActiveChanged" }):
		return yes(s.Body, 0)
	}
	return false
}

// yes reports whether the argument is true.
func yes(body []any, i int) bool {
	if len(body) <= i {
		return false
	}
	b, _ := body[i].(bool)
	return b
}
