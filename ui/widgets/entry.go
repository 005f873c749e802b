package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Entry is a single line of text. Enter goes on to the next field unless
// OnSubmitted is set, and an input method can be used in it.
//
// While an input method composes (pinyin being typed, not yet characters), the
// window system still reports Backspace, Tab and Enter to the program, which
// would delete committed text or leave the field. The entry notices composing
// by letter keys that go down without a letter arriving, and keeps those keys
// to itself until the text is committed or given up.
type Entry struct {
	widget.Entry
	// OnFocus tells when the focus comes and goes.
	OnFocus func(focused bool)
	// OnKey sees a key first and reports whether it dealt with it.
	OnKey func(k *fyne.KeyEvent) bool

	pending   bool // a letter key is down and its letter has not come
	composing int  // letters an input method holds back
	keepTab   func() bool
	watch     func(bool)        // the Field around it
	me        fyne.CanvasObject // what stands on the canvas: this, or what embeds it
}

// init makes an entry part of me.
func (e *Entry) init(me fyne.Widget) {
	e.me = me
	e.ExtendBaseWidget(me)
}

func (e *Entry) watchFocus(f func(bool)) { e.watch = f }

// NewEntry makes an empty Entry.
func NewEntry() *Entry {
	e := &Entry{}
	e.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	e.init(e)
	return e
}

// NewRemarks makes an Entry of several lines, in which Tab goes on as
// everywhere and Enter begins a line.
func NewRemarks(lines int) *Entry {
	e := &Entry{}
	e.MultiLine = true
	e.Wrapping = fyne.TextWrapWord
	e.init(e)
	e.SetMinRowsVisible(lines)
	return e
}

// Set shows a text and calls no one.
func (e *Entry) Set(text string) {
	if e.Text == text {
		return
	}
	changed := e.OnChanged
	e.OnChanged = nil
	e.SetText(text)
	e.OnChanged = changed
}

// KeyDown implements desktop.Keyable.
func (e *Entry) KeyDown(k *fyne.KeyEvent) {
	e.letterHeldBack()
	letter := len(k.Name) == 1 && k.Name >= "A" && k.Name <= "Z"
	const command = fyne.KeyModifierControl | fyne.KeyModifierAlt | fyne.KeyModifierSuper
	e.pending = letter && modifiers()&command == 0 && !e.Disabled()
	e.Entry.KeyDown(k)
}

// KeyUp implements desktop.Keyable.
func (e *Entry) KeyUp(k *fyne.KeyEvent) {
	e.letterHeldBack()
	e.Entry.KeyUp(k)
}

func (e *Entry) letterHeldBack() {
	if e.pending {
		e.pending = false
		e.composing++
	}
}

// TypedRune implements fyne.Focusable.
func (e *Entry) TypedRune(r rune) {
	e.pending, e.composing = false, 0
	e.Entry.TypedRune(r)
}

// TypedKey implements fyne.Focusable.
func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	if e.composing > 0 {
		switch k.Name {
		case fyne.KeyBackspace:
			e.composing--
		case fyne.KeyEscape:
			e.composing = 0
		}
		return
	}
	if e.OnKey != nil && e.OnKey(k) {
		return
	}
	switch k.Name {
	case fyne.KeyTab: // comes here only if AcceptsTab said so
		return
	case fyne.KeyReturn, fyne.KeyEnter:
		if !e.MultiLine {
			if e.OnSubmitted != nil {
				e.OnSubmitted(e.Text)
			} else {
				focusNext(e.me)
			}
			return
		}
	}
	e.Entry.TypedKey(k)
}

// AcceptsTab implements fyne.Tabbable.
func (e *Entry) AcceptsTab() bool { return e.composing > 0 || e.keepTab != nil && e.keepTab() }

// lastFocused is the entry that had the focus last.
var lastFocused *Entry

// FocusGained implements fyne.Focusable. Whoever comes to a line with a text
// types over it, as in every desktop's forms; who only comes back from another
// window types on.
func (e *Entry) FocusGained() {
	e.pending, e.composing = false, 0
	e.Entry.FocusGained()
	if e != lastFocused && !e.MultiLine {
		e.TypedShortcut(&fyne.ShortcutSelectAll{})
	}
	lastFocused = e
	e.tellFocus(true)
}

// FocusLost implements fyne.Focusable.
func (e *Entry) FocusLost() {
	e.pending, e.composing = false, 0
	e.Entry.FocusLost()
	e.tellFocus(false)
}

func (e *Entry) tellFocus(on bool) {
	if e.watch != nil {
		e.watch(on)
	}
	if e.OnFocus != nil {
		e.OnFocus(on)
	}
}

// Tapped implements fyne.Tappable.
func (e *Entry) Tapped(at *fyne.PointEvent) {
	e.pending, e.composing = false, 0
	e.Entry.Tapped(at)
}

// NewPassphrase makes an Entry that does not show what is typed. The eye that
// shows it is for the mouse alone, so that Tab goes on.
func NewPassphrase() *Entry {
	e := NewEntry()
	e.Password = true
	e.ActionItem = NewTap(theme.VisibilityIcon(), func() {
		e.Password = !e.Password
		e.Refresh()
	})
	return e
}

// Tap is an icon for the mouse. It takes no focus, so whatever it does must
// have a key as well.
type Tap struct {
	widget.Icon
	do func()
}

var _ desktop.Cursorable = (*Tap)(nil)

// NewTap makes a Tap.
func NewTap(icon fyne.Resource, do func()) *Tap {
	t := &Tap{do: do}
	t.ExtendBaseWidget(t)
	t.SetResource(icon)
	return t
}

// Tapped implements fyne.Tappable.
func (t *Tap) Tapped(*fyne.PointEvent) { t.do() }

// Cursor implements desktop.Cursorable.
func (t *Tap) Cursor() desktop.Cursor { return desktop.PointerCursor }
