package admin

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"pratique/data/keys"
	"pratique/ui/env"
	"pratique/ui/save"
	look "pratique/ui/theme"
	"pratique/ui/widgets"
)

type keysScreen struct {
	frame
	m     *KeysModel
	parts Parts
	st    KeysState

	warning *widgets.Notice
	list    *widgets.DataList
	request *widgets.Button
	top     *fyne.Container // with request in it

	card     *widgets.Card
	about    *fyne.Container
	importer *widgets.Button
	retire   *widgets.Button
	csr      *fyne.Container
	csrText  *widgets.Entry

	asking     *widgets.Card
	place      *widgets.Choices
	purpose    *widgets.Choices
	uri        *widgets.Entry
	pin        *widgets.Entry
	uriField   *widgets.Field
	pinField   *widgets.Field
	token      *fyne.Container
	inToken    bool // what the place says
	signs      keys.Purpose
	ask        *widgets.Button
	files      *widgets.Card
	bundle     *widgets.Entry
	anchor     *widgets.Entry
	bundleNote *widgets.Field
	anchorNote *widgets.Field
	look       *widgets.Button
	preview    *fyne.Container
	importNow  *widgets.Button
}

func newKeysScreen(f frame, parts Parts) *keysScreen {
	e := f.e
	s := &keysScreen{frame: f, parts: parts, m: NewKeysModel(e, parts), about: widgets.Stack(look.Tight), warning: widgets.NewNotice(look.Practice, "")}
	s.list = widgets.NewDataList(e.Words,
		widgets.Column{Title: e.T("admin.keys.key"), Width: 74},
		widgets.Column{Title: e.T("admin.keys.state"), Width: 94},
		widgets.Column{Title: e.T("admin.keys.until"), Width: 80, Grow: 1},
		widgets.Column{Title: e.T("admin.keys.accreditation"), Width: 114},
	)
	s.list.SetEmpty(e.T("admin.keys.none"))
	s.list.OnChoose = s.m.Choose
	s.request = widgets.NewButton(e.T("admin.keys.request"), look.Icon("new", theme.ColorNameForegroundOnPrimary), func() { s.begin(Requesting) }).Primary()

	s.top = widgets.Row(0, s.request, widgets.Stretch())

	s.importer = widgets.NewButton(e.T("admin.keys.import"), nil, func() { s.begin(Importing) }).Primary()
	s.retire = widgets.NewButton(e.T("admin.keys.retire"), nil, s.m.Retire)
	s.csrText = widgets.NewRemarks(9)
	s.csrText.TextStyle = fyne.TextStyle{Monospace: true}
	s.csrText.Wrapping = fyne.TextWrapBreak
	s.csrText.OnChanged = func(string) { s.csrText.Set(s.st.Request) } // to be copied, not changed
	s.csr = widgets.Stack(look.Tight, widgets.Prose(e.T("admin.keys.csr.text"), look.ColorMuted), s.csrText,
		widgets.Row(look.Tight, widgets.NewButton(e.T("admin.keys.csr.save"), look.Icon("save", theme.ColorNameForeground), s.saveRequest), widgets.Stretch()))
	s.card = widgets.NewCard("", widgets.Stack(12, s.about, s.csr, widgets.Columns(2, 150, s.importer, s.retire)))

	s.place = widgets.NewChoices([]widgets.Option{{Code: "file", Name: e.T("admin.keys.place.file")}, {Code: "token", Name: e.T("admin.keys.place.token")}})
	s.place.OnCode = func(code string) {
		s.inToken = code == "token"
		s.typed()
	}
	var purposes []widgets.Option
	for _, p := range keys.Purposes {
		purposes = append(purposes, widgets.Option{Code: string(p), Name: e.T("admin.keys.for." + string(p))})
	}
	s.purpose = widgets.NewChoices(purposes)
	s.purpose.OnCode = func(code string) {
		s.signs = keys.Purpose(code)
		s.typed()
	}
	s.uri, s.pin = widgets.NewEntry(), widgets.NewPassphrase()
	s.uri.SetPlaceHolder("pkcs11:token=post;object=signer")
	s.uri.OnChanged = func(string) { s.typed() }
	s.pin.OnSubmitted = func(string) { s.m.Request(s.pin.Text) }
	s.uriField = widgets.NewField(e.T("admin.keys.uri"), s.uri).Hint(e.T("admin.keys.uri.hint"))
	s.pinField = widgets.NewField(e.T("admin.keys.pin"), s.pin)
	s.token = widgets.Stack(look.Tight, s.uriField, s.pinField)
	s.ask = widgets.NewButton(e.T("admin.keys.request.submit"), nil, func() { s.m.Request(s.pin.Text) }).Primary()
	s.asking = widgets.NewCard(e.T("admin.keys.request"), widgets.Stack(look.Tight, widgets.Prose(e.T("admin.keys.request.text"), look.ColorMuted),
		widgets.NewField(e.T("admin.keys.for"), s.purpose), widgets.NewField(e.T("admin.keys.place"), s.place), s.token,
		widgets.Row(look.Tight, widgets.NewButton(e.T("admin.cancel"), nil, func() { s.begin(NoKeyForm) }), widgets.Stretch(), s.ask)))

	s.bundle, s.anchor = widgets.NewEntry(), widgets.NewEntry()
	s.bundle.OnChanged, s.anchor.OnChanged = func(string) { s.typed() }, func(string) { s.typed() }
	s.anchor.OnSubmitted = func(string) { s.m.Look() }
	s.bundleNote = widgets.NewField(e.T("admin.keys.import.certificate"), chosen(e, s.bundle))
	s.anchorNote = widgets.NewField(e.T("admin.keys.import.anchor"), chosen(e, s.anchor)).Hint(e.T("admin.keys.import.anchor.hint"))
	s.look = widgets.NewButton(e.T("admin.keys.import.look"), nil, s.m.Look)
	s.importNow = widgets.NewButton(e.T("admin.keys.import.submit"), nil, s.m.Import).Primary()
	s.preview = widgets.Stack(look.Tight)
	s.files = widgets.NewCard(e.T("admin.keys.import"), widgets.Stack(look.Tight, widgets.Prose(e.T("admin.keys.import.text"), look.ColorMuted),
		s.bundleNote, s.anchorNote, s.preview,
		widgets.Row(look.Tight, widgets.NewButton(e.T("admin.cancel"), nil, func() { s.begin(NoKeyForm) }), widgets.Stretch(), s.look, s.importNow)))
	onEscape(func() { s.begin(NoKeyForm) }, s.uri, s.pin, s.bundle, s.anchor)

	s.build(s.sides(s.list, widgets.Stack(12, s.warning, s.top, s.asking, s.files, s.card)))
	s.reveal(s.uriField, s.pinField, s.bundleNote, s.anchorNote)
	s.ask.OnFocus, s.look.OnFocus, s.importNow.OnFocus = s.inSight(s.ask), s.inSight(s.look), s.inSight(s.importNow)
	s.m.Show = s.show
	s.fill(s.m.State().Draft)
	s.m.Open()
	return s
}

// Focus implements env.Screen.
func (s *keysScreen) Focus() fyne.Focusable { return s.list.Focusable() }

// Leave implements env.Screen.
func (s *keysScreen) Leave() {
	s.pin.Set("")
	s.m.Leave()
}

// Actions implements env.Actor.
func (s *keysScreen) Actions() []env.Action {
	if !s.st.May {
		return s.actions()
	}
	return s.actions(
		env.Action{Label: s.e.T("admin.keys.request"), Key: fyne.KeyA, Modifier: fyne.KeyModifierControl | fyne.KeyModifierShift, Do: func() { s.begin(Requesting) }},
		env.Action{Label: s.e.T("admin.keys.import"), Do: func() { s.begin(Importing) }, Disabled: !s.importer.Visible()},
		env.Action{Label: s.e.T("admin.keys.csr.save"), Do: s.saveRequest, Disabled: s.st.Request == ""},
		env.Action{Label: s.e.T("admin.keys.retire"), Do: s.m.Retire, Disabled: !s.retire.Visible()},
	)
}

// fill shows a draft in the forms.
func (s *keysScreen) fill(d KeyDraft) {
	place := "file"
	if s.inToken = d.Token; d.Token {
		place = "token"
	}
	s.place.SetCode(place)
	s.signs = d.Purpose.OrCertificates()
	s.purpose.SetCode(string(s.signs))
	s.uri.Set(d.URI)
	s.bundle.Set(d.Certificate)
	s.anchor.Set(d.Anchor)
}

func (s *keysScreen) begin(form KeyForm) {
	s.pin.Set("")
	s.fill(KeyDraft{})
	s.m.Begin(form)
	switch s.st.Draft.Form {
	case Requesting:
		s.focus(s.place.Focusable())
	case Importing:
		s.focus(s.bundle)
	default:
		s.focus(s.list.Focusable())
	}
}

func (s *keysScreen) typed() {
	s.m.Type(KeyDraft{Purpose: s.signs, Token: s.inToken, URI: s.uri.Text, Certificate: s.bundle.Text, Anchor: s.anchor.Text})
}

func (s *keysScreen) saveRequest() {
	if s.st.Request == "" {
		return
	}
	save.Ask(s.e, s.parts.Save, s.e.Post.Code+"-"+s.st.All[s.st.Chosen].ID+".csr.pem", []byte(s.st.Request), func(path string) { s.e.Toast(s.e.T("save.done", path)) })
}

// keyPill is how a key stands.
func keyPill(e *env.Env, k Key) widgets.Cell {
	c := widgets.Cell{Pill: true, Text: e.T("admin.keys.state." + string(k.State)), Role: look.Plain, Icon: "withdrawn"}
	switch {
	case k.Signs:
		c.Text, c.Role, c.Icon = e.T("admin.keys.state.signs"), look.Valid, "valid"
	case k.State == keys.Requested:
		c.Role, c.Icon = look.Practice, "waiting"
	}
	return c
}

// accredited says who vouches for a key; nothing before it has a certificate.
func accredited(e *env.Env, k Key) widgets.Cell {
	switch {
	case k.Print == "":
		return widgets.Cell{Text: "–"}
	case k.Accredited:
		return widgets.Cell{Pill: true, Text: e.T("admin.keys.accredited"), Role: look.Valid, Icon: "valid"}
	default:
		return widgets.Cell{Pill: true, Text: e.T("admin.keys.not-accredited"), Role: look.Practice, Icon: "warning"}
	}
}

// lines are what is known of a key.
func (s *keysScreen) lines(k Key) fyne.CanvasObject {
	t := func(name string) string { return s.e.T("admin.keys." + name) }
	validity := ""
	if k.Validity[0] != "" {
		validity = k.Validity[0] + " – " + k.Validity[1]
	}
	return pairs(pair(t("for"), t("for."+string(k.For))), pair(t("until"), k.WorkUntil), pair(t("validity"), validity), pair(t("uses"), fmt.Sprint(k.Uses)), pair(t("where"), k.URI),
		pair(t("made"), k.Made), pair(t("activated"), k.Activated), pair(t("retired"), k.Retired),
		pair(t("subject"), k.Subject), pair(t("print"), k.Print), pair(t("authority"), k.Authority), pair(t("anchor"), k.Anchor))
}

func pill(c widgets.Cell) fyne.CanvasObject { return widgets.NewPill(c.Role, c.Icon, c.Text) }

func (s *keysScreen) show(st KeysState) {
	before := s.st
	s.st = st
	s.said(st.Busy, st.Done)
	switch {
	case st.None:
		s.warning.Set(look.Invalid, s.e.T("admin.keys.warning.none"))
	case st.Due && st.Days == 0:
		s.warning.Set(look.Invalid, s.e.T("admin.keys.warning.over"))
	case st.Due:
		s.warning.Set(look.Practice, s.e.T("admin.keys.warning", st.Days))
	default:
		s.warning.Set(look.Practice, "")
	}
	s.list.SetRows(len(st.All), func(i int) []widgets.Cell {
		k := st.All[i]
		day, _, _ := strings.Cut(k.WorkUntil, " ")
		vouched := accredited(s.e, k)
		return []widgets.Cell{{Text: k.ID}, keyPill(s.e, k), {Text: day}, {Text: vouched.Text, Role: vouched.Role}}
	})
	s.list.Choose(st.Chosen)
	none := st.Draft.Form == NoKeyForm
	widgets.SetVisible(s.top, st.May && none)
	s.asking.Hidden = st.Draft.Form != Requesting
	s.files.Hidden = st.Draft.Form != Importing
	widgets.SetVisible(s.token, st.Draft.Token)
	s.uriField.SetNote(widgets.Wrong(st.Problems["uri"]))
	s.pinField.SetNote(widgets.Wrong(st.Problems["pin"]))
	s.bundleNote.SetNote(widgets.Wrong(st.Problems["certificate"]))
	s.anchorNote.SetNote(widgets.Wrong(st.Problems["anchor"]))
	s.preview.Objects = nil
	if p := st.Preview; p != nil {
		retires := s.e.T("admin.keys.preview.first")
		if p.Retires != "" {
			retires = s.e.T("admin.keys.preview.retires", p.Retires)
		}
		s.preview.Objects = []fyne.CanvasObject{widgets.Rule(), widgets.Subheading(s.e.T("admin.keys.preview")),
			widgets.Row(0, pill(accredited(s.e, p.Key)), widgets.Stretch()),
			pairs(pair(s.e.T("admin.keys.authority"), p.Key.Authority), pair(s.e.T("admin.keys.anchor"), p.Key.Anchor), pair(s.e.T("admin.keys.subject"), p.Key.Subject),
				pair(s.e.T("admin.keys.validity"), p.Key.Validity[0]+" – "+p.Key.Validity[1]), pair(s.e.T("admin.keys.until"), p.Key.WorkUntil)),
			widgets.NewNotice(look.Accent, retires+" "+s.e.T("admin.keys.preview.compare"))}
	}
	s.preview.Refresh()
	widgets.SetVisible(s.importNow, st.Preview != nil)
	widgets.SetVisible(s.look, st.Preview == nil)

	s.card.Hidden = st.Chosen >= len(st.All) || !none
	if !s.card.Hidden {
		k := st.All[st.Chosen]
		s.card.SetTitle(s.e.T("admin.keys.title", k.ID))
		s.about.Objects = []fyne.CanvasObject{widgets.Row(6, pill(keyPill(s.e, k)))}
		if k.Print != "" {
			s.about.Objects = []fyne.CanvasObject{widgets.Row(6, pill(keyPill(s.e, k)), pill(accredited(s.e, k)), widgets.Stretch())}
			switch {
			case k.Accredited || k.State != keys.Active:
			case s.e.Post.Practice():
				s.about.Add(widgets.Prose(s.e.T("admin.keys.practice.text"), look.ColorMuted))
			default:
				s.about.Add(widgets.Prose(s.e.T("admin.keys.not-accredited.text"), look.ColorMuted))
			}
		}
		s.about.Add(s.lines(k))
		s.about.Refresh()
		widgets.SetVisible(s.csr, k.State == keys.Requested)
		s.csrText.Set(st.Request)
		widgets.SetVisible(s.importer, st.May && k.State == keys.Requested)
		widgets.SetVisible(s.retire, st.May && k.State != keys.Retired)
	}
	if before.Draft.Form != NoKeyForm && none {
		s.pin.Set("")
		s.focus(s.list.Focusable())
	}
	if before.Preview == nil && st.Preview != nil {
		s.focus(s.importNow)
	}
	s.root.Refresh()
	if st.Chosen != before.Chosen || st.Draft.Form != before.Draft.Form || len(st.All) != len(before.All) || st.Busy != before.Busy {
		s.e.Changed()
	}
}

// chosen is a file's path as typed, with a button that finds the file.
func chosen(e *env.Env, path *widgets.Entry) fyne.CanvasObject {
	find := widgets.NewButton(e.T("admin.file.choose"), nil, func() { chooseFile(e, func(p string) { path.SetText(p) }) })
	return container.NewBorder(nil, nil, nil, find, path)
}
