package admin

import (
	"crypto/x509"
	"encoding/pem"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pratique/data/keys"
	"pratique/data/staff"
)

// TestNewKey takes a key from its request to the day it signs.
func TestNewKey(t *testing.T) {
	o := newOffice(t)
	a := newAuthority(t, o.Now)
	old := o.signer(t, a, 700)
	m := NewKeysModel(o.alone(t, o.Administrator), o.parts)
	asked := agrees(&m.core, o.Reviewer)
	m.Open()
	if st := m.State(); len(st.All) != 1 || !st.All[0].Signs || st.None || st.Due || st.Request == "" {
		t.Fatalf("%+v", st)
	}
	o.Now = o.Now.Add(time.Hour)
	m.Begin(Requesting)
	m.Request("")
	st := m.State()
	if len(st.All) != 2 || st.Chosen != 1 || st.All[1].State != keys.Requested || st.All[1].Signs || len(*asked) != 1 || st.Draft != (KeyDraft{}) ||
		st.Done != m.e.T("admin.keys.request.done", st.All[1].ID) {
		t.Fatalf("requested: %+v, asked %q", st, *asked)
	}
	block, _ := pem.Decode([]byte(st.Request))
	if block == nil || block.Type != "CERTIFICATE REQUEST" {
		t.Fatalf("the request is %q", st.Request)
	}
	if _, err := x509.ParseCertificateRequest(block.Bytes); err != nil {
		t.Error(err)
	}

	o.files["answer"] = a.answers(t, keys.Record{Request: block.Bytes}, o.Now, 700)
	o.files["anchor"] = certificatePEM(a.cert.Raw)
	m.Begin(Importing)
	m.Type(KeyDraft{Certificate: "answer ", Anchor: "anchor"})
	m.Import() // not before it was looked at
	if len(*asked) != 1 {
		t.Fatalf("asked %q", *asked)
	}
	m.Look()
	st = m.State()
	if p := st.Preview; p == nil || p.Retires != old.ID || p.Key.ID != st.All[1].ID || p.Key.Anchor != grouped(keys.Fingerprint(a.cert)) || p.Key.Accredited {
		t.Fatalf("preview %+v, wrong %v", p, st.Problems)
	}
	if all, err := o.Signers(t.Context(), o.Administrator); err != nil || all[1].State != keys.Requested {
		t.Errorf("looking changed something: %+v %v", all, err)
	}
	m.Import()
	st = m.State()
	if !st.All[1].Signs || st.All[0].State != keys.Retired || st.Draft != (KeyDraft{}) || st.Preview != nil || !strings.Contains((*asked)[1], "Key "+old.ID+" is retired for good.") {
		t.Errorf("imported: %+v, asked %q", st, *asked)
	}
	m.Retire()
	if st = m.State(); !st.None || !strings.Contains((*asked)[2], m.e.T("admin.keys.retire.last")) || st.Done == "" {
		t.Errorf("retired: %+v, asked %q", st, *asked)
	}
}

func TestImportRefused(t *testing.T) {
	o := newOffice(t)
	a, other := newAuthority(t, o.Now), newAuthority(t, o.Now)
	r, foreign := o.requested(t), o.requested(t)
	o.files["answer"] = a.answers(t, r, o.Now, 700)
	o.files["foreign"] = a.answers(t, foreign, o.Now, 700)
	o.files["ended"] = a.answers(t, r, o.Now.AddDate(-3, 0, 0), 700)
	o.files["anchor"] = certificatePEM(a.cert.Raw)
	o.files["other"] = certificatePEM(other.cert.Raw)
	o.files["text"] = "Dear colleagues"
	m := NewKeysModel(o.alone(t, o.Administrator), o.parts)
	m.ask = func(string, func(staff.Session)) { t.Error("asked for a second officer") }
	m.Open()
	i := slices.IndexFunc(m.State().All, func(k Key) bool { return k.ID == r.ID })
	m.Choose(i)
	m.Begin(Importing)
	for _, tt := range []struct {
		certificate, anchor string
		want                map[string]string // field: beginning of the sentence's key
	}{
		{"", "", map[string]string{"certificate": "admin.file.none", "anchor": "admin.file.none"}},
		{"answer", "gone", map[string]string{"anchor": "admin.file.none"}},
		{"text", "anchor", map[string]string{"certificate": "admin.keys.file.not-certificates"}},
		{"answer", "text", map[string]string{"anchor": "admin.keys.file.not-certificates"}},
		{"foreign", "anchor", map[string]string{"certificate": "admin.keys.refused.key"}},
		{"ended", "anchor", map[string]string{"certificate": "admin.keys.refused.ended"}},
		{"anchor", "anchor", map[string]string{"certificate": "admin.keys.refused.key"}},
		{"answer", "other", map[string]string{"anchor": "admin.keys.refused.anchor"}},
		{"answer", "anchor", map[string]string{}},
	} {
		m.Type(KeyDraft{Certificate: tt.certificate, Anchor: tt.anchor})
		m.Look()
		st := m.State()
		if !slices.Equal(slices.Sorted(maps.Keys(st.Problems)), slices.Sorted(maps.Keys(tt.want))) || (st.Preview == nil) != (len(tt.want) > 0) {
			t.Errorf("%s, %s: %v, preview %v", tt.certificate, tt.anchor, st.Problems, st.Preview)
			continue
		}
		for field, key := range tt.want {
			if !strings.HasPrefix(st.Problems[field], m.e.T(key)) {
				t.Errorf("%s, %s: %s says %q", tt.certificate, tt.anchor, field, st.Problems[field])
			}
		}
	}
	// What was looked at no longer counts when something else is typed.
	m.Type(KeyDraft{Certificate: "foreign", Anchor: "anchor"})
	m.Import()
}

// TestRefusalsHaveWords: every reason that keys has for refusing an import.
func TestRefusalsHaveWords(t *testing.T) {
	o := newOffice(t)
	words := o.alone(t, o.Administrator).Words
	for _, r := range []keys.Refusal{keys.RefusedState, keys.RefusedFile, keys.RefusedKey, keys.RefusedRequest, keys.RefusedUsage, keys.RefusedProfile, keys.RefusedKind,
		keys.RefusedCountry, keys.RefusedNotYet, keys.RefusedEnded, keys.RefusedWorked, keys.RefusedAnchor} {
		if !words.Has("admin.keys.refused." + string(r)) {
			t.Errorf("no words for %q", r)
		}
	}
	for _, s := range []keys.State{keys.Requested, keys.Active, keys.Retired} {
		if !words.Has("admin.keys.state." + string(s)) {
			t.Errorf("no words for %q", s)
		}
	}
}

func TestKeyInToken(t *testing.T) {
	o := newOffice(t)
	m := NewKeysModel(o.alone(t, o.Administrator), o.parts)
	m.Open()
	for _, tt := range []struct {
		uri, pin string
		wrong    []string
	}{
		{"", "", []string{"pin", "uri"}},
		{"file:keys/signer.key", "1234", []string{"uri"}},
		{"pkcs11:token=post;object=signer", "", []string{"pin"}},
		{"pkcs11:token=post;object=signer", "1234", nil},
	} {
		var asked []string
		m.ask = func(sentence string, _ func(staff.Session)) { asked = append(asked, sentence) }
		m.Begin(Requesting)
		m.Type(KeyDraft{Token: true, URI: tt.uri})
		m.Request(tt.pin)
		if got := slices.Sorted(maps.Keys(m.State().Problems)); !slices.Equal(got, tt.wrong) || (len(asked) == 1) != (tt.wrong == nil) {
			t.Errorf("%q: %v, asked %q", tt.uri, got, asked)
		}
	}
	m.Leave()
	for _, kept := range o.parts.Halves {
		if d := kept.(KeyDraft); d.URI == "" {
			t.Errorf("kept %+v", d)
		}
	}
}

// TestWarnings: 60, 30 and 7 days before the end of the working period, and
// after it.
func TestWarnings(t *testing.T) {
	o := newOffice(t)
	a := newAuthority(t, o.Now)
	r := o.signer(t, a, 700)
	m := NewKeysModel(o.alone(t, o.Administrator), o.parts)
	m.Open()
	for _, tt := range []struct {
		before time.Duration
		days   int
		due    bool
	}{
		{61 * 24 * time.Hour, 0, false}, {60 * 24 * time.Hour, 60, true}, {30 * 24 * time.Hour, 30, true},
		{8 * 24 * time.Hour, 30, true}, {7 * 24 * time.Hour, 7, true}, {-time.Second, 0, true},
	} {
		o.Now = r.WorkUntil.Add(-tt.before)
		if st := m.State(); st.Days != tt.days || st.Due != tt.due {
			t.Errorf("%v before the end: %d %v", tt.before, st.Days, st.Due)
		}
	}
}
