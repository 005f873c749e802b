package away

import (
	"context"
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	user32 = windows.NewLazySystemDLL("user32.dll")
	wts    = windows.NewLazySystemDLL("wtsapi32.dll")

	registerClass    = user32.NewProc("RegisterClassExW")
	createWindow     = user32.NewProc("CreateWindowExW")
	destroyWindow    = user32.NewProc("DestroyWindow")
	defaultProcedure = user32.NewProc("DefWindowProcW")
	getMessage       = user32.NewProc("GetMessageW")
	dispatchMessage  = user32.NewProc("DispatchMessageW")
	postMessage      = user32.NewProc("PostMessageW")
	postQuit         = user32.NewProc("PostQuitMessage")
	register         = wts.NewProc("WTSRegisterSessionNotification")
)

// Messages and their arguments (winuser.h, wtsapi32.h).
const (
	wmDestroy        = 0x0002
	wmClose          = 0x0010
	wmPowerBroadcast = 0x0218
	wmSessionChange  = 0x02B1

	powerSuspend         = 0x4
	sessionConsoleLeft   = 0x2
	sessionRemoteLeft    = 0x4
	sessionLogoff        = 0x6
	sessionLock          = 0x7
	notifyForThisSession = 0
)

// windowClass is WNDCLASSEXW.
type windowClass struct {
	size, style                        uint32
	procedure                          uintptr
	classExtra, windowExtra            int32
	instance, icon, cursor, background windows.Handle
	menu, name                         *uint16
	smallIcon                          windows.Handle
}

// message is MSG.
type message struct {
	window         uintptr
	message        uint32
	wParam, lParam uintptr
	time           uint32
	x, y           int32
	private        uint32
}

// Watch calls left, from any goroutine, whenever the workstation is left, until
// the context ends. The error wraps [ErrUnwatched]. Windows tells it to a
// window, so there is one that is never shown: not a message-only one, for
// those are not told that the machine goes to sleep.
func Watch(ctx context.Context, left func()) error {
	ready := make(chan error)
	go func() {
		runtime.LockOSThread() // a window belongs to its thread
		defer runtime.UnlockOSThread()
		window, err := hidden(left)
		ready <- err
		if err != nil {
			return
		}
		stop := context.AfterFunc(ctx, func() { postMessage.Call(window, wmClose, 0, 0) })
		defer stop()
		var m message
		for {
			if more, _, _ := getMessage.Call(uintptr(unsafe.Pointer(&m)), 0, 0, 0); int32(more) <= 0 {
				return
			}
			dispatchMessage.Call(uintptr(unsafe.Pointer(&m)))
		}
	}()
	return <-ready
}

// hidden makes the window.
func hidden(left func()) (uintptr, error) {
	name, err := windows.UTF16PtrFromString("PratiqueAway")
	if err != nil {
		return 0, err
	}
	class := windowClass{name: name, procedure: windows.NewCallback(func(window uintptr, m uint32, wParam, lParam uintptr) uintptr {
		switch {
		case m == wmSessionChange && (wParam == sessionLock || wParam == sessionConsoleLeft || wParam == sessionRemoteLeft || wParam == sessionLogoff),
			m == wmPowerBroadcast && wParam == powerSuspend:
			left()
		case m == wmClose:
			destroyWindow.Call(window)
			return 0
		case m == wmDestroy:
			postQuit.Call(0)
			return 0
		}
		result, _, _ := defaultProcedure.Call(window, uintptr(m), wParam, lParam)
		return result
	})}
	class.size = uint32(unsafe.Sizeof(class))
	if atom, _, err := registerClass.Call(uintptr(unsafe.Pointer(&class))); atom == 0 {
		return 0, fmt.Errorf("%w: RegisterClassEx: %w", ErrUnwatched, err)
	}
	window, _, err := createWindow.Call(0, uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(name)), 0, 0, 0, 0, 0, 0, 0, 0, 0)
	if window == 0 {
		return 0, fmt.Errorf("%w: CreateWindowEx: %w", ErrUnwatched, err)
	}
	if ok, _, err := register.Call(window, notifyForThisSession); ok == 0 {
		destroyWindow.Call(window)
		return 0, fmt.Errorf("%w: WTSRegisterSessionNotification: %w", ErrUnwatched, err)
	}
	return window, nil
}
