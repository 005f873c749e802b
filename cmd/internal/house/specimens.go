package house

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"pratique/assets"
	"pratique/data"
	"pratique/data/post"
	"pratique/data/seal/hcert"
	"pratique/data/seal/sealed"
	"pratique/data/staff"
	"pratique/data/trust"
)

// Expected is what a reader should answer about one specimen.
type Expected struct {
	File   string `json:"file"`
	Format string `json:"format"` // hcert, vdsnc, dcc, encrypted
	About  string `json:"about"`  // in words
	// Verdict and Reasons are those of `pratiquectl verify`; a reader of another
	// maker has the verdict at least.
	Verdict trust.Outcome  `json:"verdict"`
	Reasons []trust.Reason `json:"reasons"`
	At      time.Time      `json:"at"`       // the clock to check by
	Opened  bool           `json:"opened"`   // with identity.txt
	Listed  bool           `json:"listed"`   // revocations.txt is known to the reader
	Real    bool           `json:"real"`     // a reader that takes no practice paper
	Number  string         `json:"number"`   // of the certificate, where a reader may tell it
	Payload string         `json:"recordOf"` // the specimen this one was made from, empty for what was issued
}

// specimenNames are the files that stand beside the seals.
const (
	specimenExpected    = "expected.json"
	specimenAnchors     = "anchors.pem"
	specimenIdentity    = "identity.txt"
	specimenRevocations = "revocations.txt"
)

// Specimens writes seals of every format into a new folder, good and bad, with
// what a reader is expected to say of each. They are of practice posts that are
// made for this and gone after it; nobody keeps their keys. Every expectation is
// checked before it is written.
func Specimens(ctx context.Context, dir string, now time.Time) ([]Expected, error) {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return nil, fmt.Errorf("%s: %w", dir, post.ErrNotEmpty)
	}
	ours, err := newSpecimens(ctx, now)
	if err != nil {
		return nil, err
	}
	strangers, err := newSpecimens(ctx, now)
	if err != nil {
		return nil, err
	}
	var list, knowing trust.List
	work, err := os.MkdirTemp("", "pratique-specimens-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	files := map[string][]byte{specimenAnchors: ours.anchors, specimenIdentity: ours.identity, specimenRevocations: ours.revocations}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(work, name), b, 0o600); err != nil {
			return nil, err
		}
	}
	for _, l := range []*trust.List{&list, &knowing} {
		if err := l.Load(filepath.Join(work, specimenAnchors)); err != nil {
			return nil, err
		}
	}
	content, _, err := trust.ReadPath(filepath.Join(work, specimenRevocations))
	if err != nil {
		return nil, err
	}
	knowing.AddRevoked(content)
	identities, err := sealed.ReadIdentities(bytes.NewReader(ours.identity))
	if err != nil {
		return nil, err
	}

	var all []Expected
	var wrong error
	add := func(text string, e Expected) {
		e.File = fmt.Sprintf("%02d-%s.txt", len(all)+1, e.Format)
		if e.At.IsZero() {
			e.At = now
		}
		e.At = e.At.UTC().Truncate(time.Second)
		l := &list
		if e.Listed {
			l = &knowing
		}
		shown := text
		if e.Opened {
			if opened, err := sealed.Open(text, identities...); err == nil {
				shown = opened
			}
		}
		v := l.Verify(shown, e.At, !e.Real)
		if v.Outcome != e.Verdict && wrong == nil {
			wrong = fmt.Errorf("specimen %s, %s: %s %v, want %s", e.File, e.About, v.Outcome, v.Reasons, e.Verdict)
		}
		e.Reasons = v.Reasons
		files[e.File] = []byte(text)
		all = append(all, e)
	}
	for _, c := range ours.certificates {
		for _, s := range seals(c) {
			e := Expected{Format: s.format, About: s.about, Verdict: trust.Valid, Number: string(c.Number), Opened: s.format == formatEncrypted}
			add(s.text, e)
		}
	}
	good, revoked := ours.certificates[0], ours.revoked
	later := now.AddDate(1, 6, 0)
	for i, s := range seals(good) {
		of := fmt.Sprintf("%02d-%s.txt", i+1, s.format)
		about := func(what string) string { return s.about + "; " + what }
		e := func(what string, v trust.Outcome) Expected {
			return Expected{Format: s.format, About: about(what), Verdict: v, Payload: of, Opened: s.format == formatEncrypted}
		}
		add(s.text[:len(s.text)-7], e("the end is missing", map[bool]trust.Outcome{true: trust.CannotSay, false: trust.Unreadable}[s.format == formatEncrypted]))
		switch s.format {
		case formatEncrypted:
			x := e("nobody opened it", trust.CannotSay)
			x.Opened = false
			add(s.text, x)
			continue
		case "vdsnc":
			changed := strings.NewReplacer(`"negative"`, `"positive"`, `"positive"`, `"negative"`, `"lot":"A`, `"lot":"C`).Replace(s.text)
			add(changed, e("a value was changed", trust.Invalid))
			add(strings.Replace(s.text, `"hdr":{`, `"hdr":{"x":1,`, 1), e("a member was added", trust.Invalid))
			add(strings.Replace(s.text, `"ES256"`, `"ES999"`, 1), e("an algorithm that there is not", trust.Unreadable))
		default:
			m, err := hcert.Decode(s.text)
			if err != nil {
				return nil, err
			}
			payload := slices.Clone(m.Payload)
			at := bytes.Index(payload, []byte("YANGBEN"))
			if at < 0 {
				return nil, fmt.Errorf("specimen %s: no name in it", of)
			}
			payload[at] = 'W'
			altered := *m
			altered.Payload = payload
			if err := addMessage(add, altered, e("a letter of the name was changed", trust.Invalid)); err != nil {
				return nil, err
			}
			altered = *m
			altered.Signature = make([]byte, len(m.Signature))
			if err := addMessage(add, altered, e("the signature is zeros", trust.Invalid)); err != nil {
				return nil, err
			}
			add("HC2:"+s.text[4:], e("another prefix", trust.Unreadable))
			add(strings.ToLower(s.text), e("in small letters, which base45 has not", trust.Unreadable))
			expired := e("checked after its technical end", trust.Invalid)
			expired.At, expired.Number = later, string(good.Number)
			add(s.text, expired)
			early := e("checked before it was issued", trust.Invalid)
			early.At = now.Add(-time.Hour)
			add(s.text, early)
		}
		practice := e("shown to a reader that takes no practice paper", trust.Invalid)
		practice.Real = true
		add(s.text, practice)
	}
	for _, s := range seals(revoked) {
		if s.format != formatEncrypted {
			add(s.text, Expected{Format: s.format, About: s.about + "; revoked, and the reader has the list", Verdict: trust.Invalid, Listed: true})
		}
	}
	for _, s := range seals(strangers.certificates[0]) {
		if s.format == formatEncrypted {
			add(s.text, Expected{Format: s.format, About: s.about + "; for another authority", Verdict: trust.CannotSay, Opened: true})
			continue
		}
		add(s.text, Expected{Format: s.format, About: s.about + "; of a post that the anchors do not vouch for", Verdict: trust.CannotSay})
	}
	if wrong != nil {
		return nil, wrong
	}
	b, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return nil, err
	}
	files[specimenExpected] = append(b, '\n')
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	for name, b := range files {
		if err := WriteNew(filepath.Join(dir, name), b); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func addMessage(add func(string, Expected), m hcert.Message, e Expected) error {
	text, err := m.Text()
	if err == nil {
		add(text, e)
	}
	return err
}

const formatEncrypted = string(data.FormatEncrypted)

// specimenSeal is a seal of a certificate, its own or a further one.
type specimenSeal struct{ format, about, text string }

func seals(c data.Certificate) []specimenSeal {
	all := []specimenSeal{{"hcert", "certificate seal", c.Seal}}
	for _, s := range c.FurtherSeals {
		about := map[data.SealFormat]string{data.FormatVDSNC: "ICAO VDS-NC", data.FormatDCC: "EU DCC", data.FormatEncrypted: "encrypted record"}[s.Format]
		if s.Of != "" {
			about += " of " + s.Of
		}
		all = append(all, specimenSeal{string(s.Format), about, s.Text})
	}
	return all
}

// specimens are what a practice post issued that was made for it.
type specimens struct {
	certificates                   []data.Certificate
	revoked                        data.Certificate
	anchors, identity, revocations []byte
}

func newSpecimens(ctx context.Context, now time.Time) (s specimens, err error) {
	work, err := os.MkdirTemp("", "pratique-specimens-*")
	if err != nil {
		return s, err
	}
	defer os.RemoveAll(work)
	dir := filepath.Join(work, "post")
	if err := CreatePractice(ctx, dir, now); err != nil {
		return s, err
	}
	h, err := Open(ctx, dir, func() time.Time { return now })
	if err != nil {
		return s, err
	}
	defer h.Close()
	clerk, reviewer, err := h.PracticeOfficers(ctx)
	if err != nil {
		return s, err
	}
	administrator, err := h.PracticeOfficer(ctx, data.Administrator)
	if err != nil {
		return s, err
	}
	contents, err := specimenContents(now)
	if err != nil {
		return s, err
	}
	for i, c := range contents {
		certificate, err := h.specimen(ctx, clerk, reviewer, c)
		if err != nil {
			return s, fmt.Errorf("specimen %d: %w", i+1, err)
		}
		s.certificates = append(s.certificates, certificate)
	}
	if s.revoked, err = h.specimen(ctx, clerk, reviewer, contents[0]); err != nil {
		return s, err
	}
	if _, err := h.Revoke(ctx, reviewer, administrator, []data.CertificateNumber{s.revoked.Number}, "error", ""); err != nil {
		return s, err
	}
	if s.revocations, _, err = h.SignRevocations(ctx, administrator); err != nil {
		return s, err
	}
	if s.anchors, err = os.ReadFile(filepath.Join(dir, trust.AnchorFile)); err != nil {
		return s, err
	}
	s.identity, err = os.ReadFile(filepath.Join(dir, post.AuthorityFile))
	return s, err
}

// specimenContents are applications that show what the formats can carry.
func specimenContents(now time.Time) ([]data.Content, error) {
	p, err := post.LoadPractice(assets.FS)
	if err != nil {
		return nil, err
	}
	fresh := func() data.Content {
		c := post.Specimen(p.Post, p.Laboratories, now)
		c.Further = data.Further{VDSNC: true, DCC: true, Authorities: []data.AuthorityID{post.PracticeAuthority}}
		return c
	}
	rapid := fresh()
	t := rapid.Tests[0]
	t.Kind, t.Specimen, t.Method, t.Product, t.ReportNo = data.Antigen, "nasopharyngeal", "rapid-antigen", "1232", "A-20774"
	rapid.Tests = append(rapid.Tests, t)
	boosted := fresh()
	boosted.Tests[0].Product = "cobas-sars-cov-2"
	boosted.Doses = append(boosted.Doses, data.Dose{Date: data.DateOf(now.AddDate(0, 0, -60)), Product: "EU/1/20/1528", Lot: "FC9880", Country: "UTO", Place: "Tide Quay Practice"})
	return []data.Content{fresh(), rapid, boosted}, nil
}

// specimen issues a certificate that is not printed.
func (h *House) specimen(ctx context.Context, clerk, reviewer staff.Session, c data.Content) (data.Certificate, error) {
	a, err := h.Create(ctx, clerk, c)
	if err == nil {
		a, err = h.Submit(ctx, clerk, a.ID)
	}
	if err == nil {
		a, err = h.Take(ctx, reviewer, a.ID)
	}
	for _, g := range a.Content.Groups() {
		if err == nil {
			a, err = h.Tick(ctx, reviewer, a.ID, g, true)
		}
	}
	if err == nil {
		_, err = h.Approve(ctx, reviewer, a.ID)
	}
	if err != nil {
		return data.Certificate{}, err
	}
	return h.Desk.Issue(ctx, reviewer, a.ID)
}
