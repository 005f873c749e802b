package main

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"github.com/go-gl/glfw/v3.4/glfw"

	"pratique/cmd/internal/away"
)

// lockWhenLeft locks when the window is minimised, and when the workstation
// tells that whoever sat at it has left. That another window has the focus is
// no reason: papers are looked up beside the desk.
func (a *application) lockWhenLeft() {
	lock := func() {
		if a.shell != nil {
			a.shell.Lock()
		}
	}
	a.whenMinimised(lock)
	go func() {
		if err := away.Watch(a.ctx, func() { fyne.Do(lock) }); err != nil {
			fyne.LogError("not all that should lock this desk is heard of", err)
		}
	}()
}

// whenMinimised calls f, on the UI goroutine, each time the window has been
// minimised. The toolkit has no word for that; the library under it has, and
// shows its window only while that is being drawn. So a pixel that nobody sees
// is drawn, once.
func (a *application) whenMinimised(f func()) {
	known := false
	pixel := canvas.NewRaster(func(int, int) image.Image {
		if w := glfw.GetCurrentContext(); w != nil && !known {
			known = true
			w.SetIconifyCallback(func(_ *glfw.Window, minimised bool) {
				if minimised {
					f()
				}
			})
		}
		return image.NewUniform(color.Transparent)
	})
	a.window.SetContent(container.NewStack(a.window.Content(), container.NewWithoutLayout(pixel)))
	pixel.Resize(fyne.NewSize(1, 1))
}
