package verify

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetest "fyne.io/fyne/v2/test"

	"pratique/data/revocation"
	"pratique/data/seal"
	"pratique/data/seal/sealtest"
	"pratique/data/seal/shc"
	"pratique/data/trust"
	"pratique/ui/env"
)

// abroad is a border that trusts an issuer of every other format, and seals of it.
func abroad(t testing.TB, language string) (*border, map[seal.Format]string) {
	t.Helper()
	b := newBorder(t, language)
	key := sealtest.Key(t)
	from, until := b.now.Add(-time.Hour).Unix(), b.now.Add(time.Hour).Unix()
	const did = "did:web:utopia.example"
	kid := []byte{0, 1, 2, 3, 4, 5, 6, 7}
	print, err := shc.Thumbprint(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	list := b.parts.Trust.(*trust.List)
	list.AddContent(trust.Content{Keys: []seal.Key{
		{ID: print, Holder: "https://utopia.example", Public: &key.PublicKey}, {ID: did + "#key-1", Holder: did, Public: &key.PublicKey},
		{ID: "AAECAwQFBgc=", Holder: did, Public: &key.PublicKey},
	}}, trust.Source{Name: "utopia", Imported: b.now.AddDate(0, 0, -3)})
	return b, map[seal.Format]string{
		seal.SHC:  sealtest.SHC(t, key, sealtest.Card("https://utopia.example", from)),
		seal.NZCP: sealtest.NZCP(t, key, "key-1", sealtest.Pass(did, from, until)),
		seal.WHO:  sealtest.HCERT(t, key, kid, sealtest.Sub("UTO", from, until, -6, map[string]any{"n": "Specimen Yangben", "v": map[string]any{"lot": "L1"}})),
		seal.DCC: sealtest.HCERT(t, key, kid, sealtest.Sub("UT", from, until, 1, map[string]any{"ver": "1.3.0", "dob": "1984-03-08",
			"nam": map[string]string{"fn": "Yangben", "gn": "Specimen"},
			"t":   []any{map[string]string{"tg": "840539006", "tt": "LP6464-4", "sc": "2022-07-08T08:00:00Z", "tr": "260415000", "co": "UT", "is": "Utopia", "ci": "URN:UVCI:01:UT:1"}}})),
	}
}

// said is everything that an answer says.
func said(a Answer) string {
	var s strings.Builder
	fmt.Fprintln(&s, a.Format, a.Name, a.Number, a.About)
	for _, g := range a.Groups {
		fmt.Fprintln(&s, g)
	}
	return s.String()
}

// TestOtherFormats: a seal of another format is answered in its own words, with
// whose it is and how old the list is; and says nothing of anybody unless the
// signature holds.
func TestOtherFormats(t *testing.T) {
	for language, words := range map[string]map[seal.Format][]string{
		"en": {
			seal.SHC:  {"SMART Health Card", "Yangben Specimen", "1984-03-08", "CVX 207", "SNOMED CT 260415000 not detected", "https://utopia.example"},
			seal.NZCP: {"New Zealand COVID pass", "Yangben Specimen", "1984-03-08", "did:web:utopia.example"},
			seal.WHO:  {"WHO vaccination card", "Specimen Yangben", "v.lot", "L1", "UTO"},
			seal.DCC:  {"EU Digital COVID Certificate", "Yangben Specimen", "1984-03-08", "260415000 not detected", "LP6464-4 nucleic acid test", "URN:UVCI:01:UT:1"},
		},
		"zh": {seal.DCC: {"欧盟数字新冠证明", "260415000 未检出"}},
	} {
		b, texts := abroad(t, language)
		for format, text := range texts {
			b.m.Text(text)
			st := b.m.State()
			if len(st.Answers) != 1 || len(b.errs) != 0 {
				t.Fatalf("%s: %+v, %v", format, st, b.errs)
			}
			a := st.Answers[0]
			if a.Outcome != trust.Valid || !a.Foreign || a.Window != NoWindow || st.Left != int(Shown/time.Second) {
				t.Errorf("%s: %s %v, foreign %v, window %q, %d s", format, a.Outcome, a.Reasons, a.Foreign, a.Window, st.Left)
			}
			for _, w := range words[format] {
				if !strings.Contains(said(a), w) {
					t.Errorf("%s %s: does not say %q:\n%s", language, format, w, said(a))
				}
			}
			if strings.Contains(said(a), "‹") {
				t.Errorf("%s %s: a text is missing:\n%s", language, format, said(a))
			}
			if language == "en" && !slices.ContainsFunc(a.About, func(s string) bool { return strings.Contains(s, `"utopia"`) && strings.Contains(s, "3 days ago") }) {
				t.Errorf("%s: about %v", format, a.About)
			}
			// Another key signed: nothing of it is said, in whatever way.
			other, _ := abroad(t, language)
			other.m.Text(text)
			if a := other.m.State().Answers[0]; len(a.Groups) != 0 || a.Name != "" || strings.Contains(said(a), "Yangben") {
				t.Errorf("%s %s: says %s", format, a.Outcome, said(a))
			}
			b.second(int(Shown / time.Second))
			if st := b.m.State(); !reflect.DeepEqual(st, State{}) {
				t.Errorf("%s is still there: %+v", format, st)
			}
		}
	}
}

// TestRevokedAbroad: one that a list revokes is invalid and says so.
func TestRevokedAbroad(t *testing.T) {
	b, texts := abroad(t, "en")
	u, err := seal.Parse(texts[seal.NZCP])
	if err != nil {
		t.Fatal(err)
	}
	h := revocation.HashOf(u.Hashed())
	partial := append([]byte{16}, h[:]...)
	b.parts.Trust.(*trust.List).AddRevoked(trust.Content{Revocations: [][]byte{partial}})
	b.m.Text(texts[seal.NZCP])
	if a := b.m.State().Answers[0]; a.Outcome != trust.Invalid || a.Reasons[0] != trust.ReasonListedRevoked {
		t.Errorf("%s %v", a.Outcome, a.Reasons)
	}
}

// TestSeveralCodes: a card in several codes is scanned one by one, or found in
// one picture; what was scanned so far is forgotten with the rest.
func TestSeveralCodes(t *testing.T) {
	b, texts := abroad(t, "en")
	d := strings.TrimPrefix(texts[seal.SHC], shc.Prefix)
	var parts []string
	for i, from := range []int{0, 400, 800} {
		to := len(d)
		if i < 2 {
			to = from + 400
		}
		parts = append(parts, fmt.Sprintf("%s%d/3/%s", shc.Prefix, i+1, d[from:to]))
	}
	scan := func(text string) Answer {
		t.Helper()
		b.m.Text(text)
		st := b.m.State()
		if len(st.Answers) != 1 {
			t.Fatalf("%d answers", len(st.Answers))
		}
		return st.Answers[0]
	}
	for _, p := range parts[1:] {
		if a := scan(p); a.Outcome != trust.CannotSay || a.Reasons[0] != trust.ReasonPart || len(a.Groups) != 0 {
			t.Errorf("%s %v", a.Outcome, a.Reasons)
		}
	}
	if a := scan(parts[0]); a.Outcome != trust.Valid || a.Name != "Yangben Specimen" {
		t.Errorf("%s %v %q", a.Outcome, a.Reasons, a.Name)
	}
	scan(parts[1])
	b.second(int(Shown / time.Second))
	if len(b.m.parted) != 0 {
		t.Error("the part is kept")
	}
	scan(parts[0])
	if a := scan(parts[2]); a.Outcome != trust.CannotSay {
		t.Errorf("put together with what was forgotten: %s", a.Outcome)
	}
	b.m.Clear()
	// A scanner is quicker than the reading.
	var later []func()
	b.env.Run = func(work, then func()) { later = append(later, func() { work(); then() }) }
	for _, p := range []string{parts[2], parts[0], parts[1]} {
		b.m.Text(p)
	}
	for _, one := range later {
		one()
	}
	b.env.Run = env.Synchronous
	if st := b.m.State(); len(st.Answers) != 1 || st.Answers[0].Outcome != trust.Valid {
		t.Errorf("scanned quickly: %+v", st.Answers)
	}
	b.m.Clear()
	b.m.Files(file("card.png", picture(t, parts[2], parts[0], parts[1])))
	if st := b.m.State(); len(st.Answers) != 1 || st.Answers[0].Outcome != trust.Valid || st.Answers[0].File != "card.png" {
		t.Errorf("in a picture: %+v", st.Answers)
	}
}

// TestOtherFormatsOnScreen: what is shown of each is what the model says, and it
// is gone after its time.
func TestOtherFormatsOnScreen(t *testing.T) {
	b, texts := abroad(t, "en")
	w := bench(t, b, "en", env.Route{Screen: env.Verify})
	s := w.Screen.(*Screen)
	shown := func() string {
		var all strings.Builder
		for _, o := range fynetest.LaidOutObjects(s.stage) {
			if text, ok := o.(*canvas.Text); ok {
				all.WriteString(text.Text + "\n")
			}
		}
		return all.String()
	}
	w.Window.Resize(fyne.NewSize(1280, 1000))
	for format, text := range texts {
		s.answer(text)
		for _, word := range []string{"VALID", "Yangben", "of another format than the post's own"} {
			if !strings.Contains(strings.ToUpper(shown()), strings.ToUpper(word)) {
				t.Errorf("%s does not show %q:\n%s", format, word, shown())
			}
		}
		if strings.Contains(shown(), "In force now") {
			t.Errorf("%s is worded as one of ours", format)
		}
	}
	b.post.Now = b.post.Now.Add(Shown + time.Second)
	w.Pass()
	if strings.Contains(shown(), "Yangben") {
		t.Error("a person is still shown")
	}
}
