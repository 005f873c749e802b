package desk_test

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/keys"
	"pratique/data/revocation"
	"pratique/data/seal"
	"pratique/data/seal/sealtest"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/trust"
)

// TestTrustLists: an import says what it changes, takes two officers, is kept
// with all that came before it, and what came before can be brought back.
func TestTrustLists(t *testing.T) {
	p := desktest.New(t)
	c := p.Issued(t, p.Specimen())
	whom := trust.Content{Certificates: []*x509.Certificate{p.Anchor, p.Signer.Certificate}}
	other := trust.Content{Certificates: []*x509.Certificate{p.Anchor}, Keys: []seal.Key{{ID: "AAECAwQFBgc=", Public: &sealtest.Key(t).PublicKey}}}
	verdict := func() trust.Verdict {
		t.Helper()
		l, err := p.Trusted(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return l.Verify(c.Seal, p.Now, true)
	}
	if v := verdict(); v.Outcome != trust.CannotSay {
		t.Errorf("before anybody is trusted: %s %v", v.Outcome, v.Reasons)
	}
	change, err := p.PreviewTrust(ctx, p.Administrator, "utopia", whom)
	if err != nil || len(change.Added) != 2 || len(change.Removed)+len(change.Kept)+len(change.Refused) != 0 {
		t.Fatalf("%+v, %v", change, err)
	}
	if v := verdict(); v.Outcome != trust.CannotSay {
		t.Error("the preview changed something")
	}
	for name, tt := range map[string]struct {
		s, second staff.Session
		want      error
	}{
		"alone":                {p.Administrator, staff.Session{}, desk.ErrSecond},
		"twice the same":       {p.Administrator, p.Administrator, desk.ErrSecond},
		"a clerk":              {p.Clerk, p.Reviewer, desk.ErrNotPermitted},
		"with a clerk as well": {p.Administrator, p.Clerk, desk.ErrSecond},
	} {
		if _, err := p.SetTrust(ctx, tt.s, tt.second, "utopia", "a file", "00", whom); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := p.RestoreTrust(ctx, tt.s, tt.second, "utopia", 0); !errors.Is(err, tt.want) {
			t.Errorf("%s brings back: %v", name, err)
		}
	}
	first, err := p.SetTrust(ctx, p.Administrator, p.Reviewer, "utopia", " from the  ministry ", "00", whom)
	want := desk.TrustVersion{Name: "utopia", Number: 1, Source: "from the ministry", At: p.Now, Hash: "00", Counts: map[string]int{"anchor": 1, "signer": 1},
		Officer: "officer-d", Second: "officer-b", Content: first.Content, Parts: 1}
	if err != nil || !reflect.DeepEqual(first, want) || first.Count() != 2 {
		t.Fatalf("%+v, want %+v, %v", first, want, err)
	}
	if v := verdict(); v.Outcome != trust.Valid || v.List == nil || v.List.Name != "utopia" || !v.List.Imported.Equal(p.Now) || v.Clock != trust.ClockPlausible {
		t.Errorf("%s %v %+v %s", v.Outcome, v.Reasons, v.List, v.Clock)
	}
	p.Now = p.Now.Add(time.Hour)
	change, err = p.PreviewTrust(ctx, p.Administrator, "utopia", other)
	if err != nil || len(change.Added) != 1 || len(change.Removed) != 1 || len(change.Kept) != 1 {
		t.Errorf("%+v, %v", change, err)
	}
	if _, err := p.SetTrust(ctx, p.Administrator, p.Reviewer, "utopia", "a file", "11", other); err != nil {
		t.Fatal(err)
	}
	if v := verdict(); v.Outcome != trust.CannotSay {
		t.Errorf("the signer is not listed any more: %s %v", v.Outcome, v.Reasons)
	}
	// Back, as old as it was.
	restored, err := p.RestoreTrust(ctx, p.Administrator, p.Reviewer, "utopia", 1)
	if err != nil || restored.Number != 3 || restored.Restores != 1 || restored.Hash != "00" {
		t.Errorf("%+v, %v", restored, err)
	}
	if v := verdict(); v.Outcome != trust.Valid || !v.List.Imported.Equal(first.At) {
		t.Errorf("%s %v %+v", v.Outcome, v.Reasons, v.List)
	}
	if _, err := p.RestoreTrust(ctx, p.Administrator, p.Reviewer, "utopia", 9); !errors.Is(err, desk.ErrNotFound) {
		t.Errorf("a version that never was: %v", err)
	}
	if _, err := p.RestoreTrust(ctx, p.Administrator, p.Reviewer, "nowhere", 0); !errors.Is(err, desk.ErrNotFound) {
		t.Errorf("a list that never was: %v", err)
	}
	if v, err := p.RestoreTrust(ctx, p.Administrator, p.Reviewer, "utopia", 0); err != nil || !v.Withdrew || v.Count() != 0 {
		t.Errorf("%+v, %v", v, err)
	}
	if v := verdict(); v.Outcome != trust.CannotSay {
		t.Errorf("withdrawn: %s %v", v.Outcome, v.Reasons)
	}
	all, err := p.TrustLists(ctx, p.Reviewer)
	var numbers []int
	for _, v := range all {
		numbers = append(numbers, v.Number)
	}
	if err != nil || !slices.Equal(numbers, []int{4, 3, 2, 1}) || !reflect.DeepEqual(all[3], first) {
		t.Errorf("versions %v, %v", numbers, err)
	}
	p.Lock()
	p.Enter(t)
	if again, err := p.TrustLists(ctx, p.Reviewer); err != nil || !reflect.DeepEqual(again, all) {
		t.Errorf("after a lock %+v, %v", again, err)
	}
	log := entries(t, p, 0)
	i := slices.IndexFunc(log, func(e audit.Entry) bool { return e.Act == audit.TrustSet })
	if e := log[i]; e.Subject != "utopia" || e.Detail["added"] != "2" || e.Detail["second"] != "officer-b" || e.Detail["hash"] != "00" || e.Detail["version"] != "1" {
		t.Errorf("%+v", e)
	}
	for name, tt := range map[string]struct{ list, source, field string }{
		"no name": {"", "a", "trust.name"}, "a path": {"../x", "a", "trust.name"}, "no source": {"a", " ", "trust.source"},
	} {
		var problems *desk.ProblemsError
		if _, err := p.SetTrust(ctx, p.Administrator, p.Reviewer, tt.list, tt.source, "", whom); !errors.As(err, &problems) || problems.Problems[0].Field != tt.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := p.SetTrust(ctx, p.Administrator, p.Reviewer, "empty", "a file", "", trust.Content{}); !errors.Is(err, trust.ErrContent) {
		t.Errorf("nothing: %v", err)
	}
}

// TestRealPostTrustsNoPractice: anchors of practice posts are refused.
func TestRealPostTrustsNoPractice(t *testing.T) {
	p := desktest.New(t, func(c *desk.Config) { c.Post.Kind, c.Signer = data.RealPost, nil })
	whom := trust.Content{Certificates: []*x509.Certificate{p.Anchor}}
	change, err := p.PreviewTrust(ctx, p.Administrator, "utopia", whom)
	if err != nil || len(change.Added) != 0 || len(change.Refused) != 1 || change.Refused[0].Why != trust.RefusedPractice {
		t.Errorf("%+v, %v", change, err)
	}
	if _, err := p.SetTrust(ctx, p.Administrator, p.Reviewer, "utopia", "a file", "", whom); !errors.Is(err, trust.ErrContent) {
		t.Errorf("taken: %v", err)
	}
}

// lister signs revocation lists in the name of the post, with a key of its own.
func lister(t *testing.T) (signer note.Signer, verifier string) {
	t.Helper()
	private, verifier, err := note.GenerateKey(rand.Reader, "pratique/UT/PR/practice/revocations")
	if err == nil {
		signer, err = note.NewSigner(private)
	}
	if err != nil {
		t.Fatal(err)
	}
	return signer, verifier
}

// TestRevocationsStay: a revocation list that another replaces, or that is
// withdrawn, revokes all the same; one that nobody vouches for is refused.
func TestRevocationsStay(t *testing.T) {
	p := desktest.New(t)
	c := p.Issued(t, p.Specimen())
	signer, verifier := lister(t)
	list := func(number uint64, entries ...revocation.Entry) []byte {
		b, err := revocation.NewList(signer.Name(), number, p.Now, p.Now.AddDate(0, 0, 7), nil, entries).Note(signer)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	set := func(c trust.Content) (desk.TrustVersion, error) {
		return p.SetTrust(ctx, p.Administrator, p.Reviewer, "revoked", "a file", "", c)
	}
	first := list(1, revocation.OfCertificate("UT", c.Number)...)
	if _, err := set(trust.Content{Revocations: [][]byte{first}}); !errors.Is(err, trust.ErrContent) {
		t.Errorf("a list of nobody: %v", err)
	}
	for name, c := range map[string]trust.Content{
		"utopia": {Certificates: []*x509.Certificate{p.Anchor, p.Signer.Certificate}}, "key": {Verifiers: []string{verifier}},
	} {
		if _, err := p.SetTrust(ctx, p.Administrator, p.Reviewer, name, "a file", "", c); err != nil {
			t.Fatal(err)
		}
	}
	revoked := func(when string, want bool) {
		t.Helper()
		l, err := p.Trusted(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if v := l.Verify(c.Seal, p.Now, true); (v.Outcome == trust.Invalid && v.Reasons[0] == trust.ReasonListedRevoked) != want {
			t.Errorf("%s: %s %v", when, v.Outcome, v.Reasons)
		}
	}
	revoked("before", false)
	for _, step := range []struct {
		when string
		do   func() error
	}{
		{"listed", func() error { return second(set(trust.Content{Revocations: [][]byte{first}})) }},
		{"a newer list without it", func() error { return second(set(trust.Content{Revocations: [][]byte{list(2)}})) }},
		{"withdrawn", func() error { return second(p.RestoreTrust(ctx, p.Administrator, p.Reviewer, "revoked", 0)) }},
		{"its key withdrawn", func() error { return second(p.RestoreTrust(ctx, p.Administrator, p.Reviewer, "key", 0)) }},
		{"after a lock", func() error { p.Lock(); p.Enter(t); return nil }},
	} {
		if err := step.do(); err != nil {
			t.Fatal(step.when, err)
		}
		revoked(step.when, true)
	}
}

// dying is a context that is cancelled after it was asked so often.
type dying struct {
	context.Context
	left *int
}

func (d dying) Err() error {
	if *d.left--; *d.left < 0 {
		return context.Canceled
	}
	return nil
}

// asked is a context that does something the second time it is asked.
type asked struct {
	context.Context
	times *int
	do    func()
}

func (a asked) Err() error {
	if *a.times++; *a.times == 2 {
		a.do()
	}
	return nil
}

// TestTrustChangedMeanwhile: what the post takes of a file is taken if it still
// takes the same when the version is stored.
func TestTrustChangedMeanwhile(t *testing.T) {
	p := desktest.New(t)
	signer, verifier := lister(t)
	key, err := p.SetTrust(ctx, p.Administrator, p.Reviewer, "key", "a file", "", trust.Content{Verifiers: []string{verifier}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := revocation.NewList(signer.Name(), 1, p.Now, p.Now.AddDate(0, 0, 7), nil, revocation.OfCertificate("UT", "PR123456")).Note(signer)
	if err != nil {
		t.Fatal(err)
	}
	set := func(do func()) error {
		return second(p.SetTrust(asked{ctx, new(int), do}, p.Administrator, p.Reviewer, "revoked", "a file", "", trust.Content{Revocations: [][]byte{b}}))
	}
	withdraw := func() { // its key, after the file was read and before it counts
		v := desk.TrustVersion{Name: key.Name, Number: 2, At: p.Now, Withdrew: true}
		if err := p.Store.Update(ctx, func(tx store.Tx) error { return store.Put(tx, store.TrustLists+"key/000002", v) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := set(withdraw); !errors.Is(err, desk.ErrStale) {
		t.Errorf("its key was withdrawn meanwhile: %v", err)
	}
	if _, err := p.RestoreTrust(ctx, p.Administrator, p.Reviewer, "key", 1); err != nil {
		t.Fatal(err)
	}
	if err := set(func() {}); err != nil {
		t.Error(err)
	}
	if all, err := p.TrustLists(ctx, p.Administrator); err != nil || len(all) != 4 {
		t.Errorf("%+v, %v", all, err)
	}
}

// TestLargeTrustList: one that no transaction should hold comes in parts, and
// counts when all of it is there, wherever it was interrupted before.
func TestLargeTrustList(t *testing.T) {
	p := desktest.New(t)
	c := p.Issued(t, p.Specimen())
	signer, verifier := lister(t)
	whom := trust.Content{Certificates: []*x509.Certificate{p.Anchor, p.Signer.Certificate}, Verifiers: []string{verifier}}
	if _, err := p.SetTrust(ctx, p.Administrator, p.Reviewer, "utopia", "a file", "", whom); err != nil {
		t.Fatal(err)
	}
	listed := revocation.OfCertificate("UT", c.Number)
	for len(listed) < revocation.MaxEntries {
		e := revocation.Entry{Kind: listed[0].Kind}
		rand.Read(e.Hash[:])
		listed = append(listed, e)
	}
	b, err := revocation.NewList(signer.Name(), 1, p.Now, p.Now.AddDate(0, 0, 7), nil, listed).Note(signer)
	if err != nil {
		t.Fatal(err)
	}
	many := trust.Content{Revocations: [][]byte{b}}
	revoked := func() bool {
		t.Helper()
		l, err := p.Trusted(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return l.Verify(c.Seal, p.Now, true).Outcome == trust.Invalid
	}
	before, interrupted := len(entries(t, p, 0)), 0
	var v desk.TrustVersion
	for steps := 0; ; steps++ {
		left := steps
		if v, err = p.SetTrust(dying{ctx, &left}, p.Administrator, p.Reviewer, "revoked", "a file", "", many); err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) || revoked() {
			t.Fatalf("interrupted after %d steps, half of it counts: %v", steps, err)
		}
		interrupted++
	}
	if v.Parts < 2 || v.Number != 1 || interrupted < v.Parts {
		t.Errorf("%d parts, version %d, interrupted %d times", v.Parts, v.Number, interrupted)
	}
	if !revoked() {
		t.Error("it does not count")
	}
	p.Lock()
	p.Enter(t)
	if !revoked() {
		t.Error("it does not count after a lock")
	}
	log := entries(t, p, before)
	log = slices.DeleteFunc(log, func(e audit.Entry) bool { return e.Act != audit.TrustSet })
	last := log[len(log)-1]
	if part := log[len(log)-2]; part.Detail["part"] == "" || part.Detail["second"] != "officer-b" || last.Detail["version"] != "1" {
		t.Errorf("%+v\n%+v", part, last)
	}
}

// TestSignRevocations: the post's list has everything that it ever revoked, each
// list all of those before it, signed with a key that signs nothing else.
func TestSignRevocations(t *testing.T) {
	p := desktest.New(t)
	c, other := p.Issued(t, p.Specimen()), p.Issued(t, p.Specimen())
	verifier := setting(t, p, store.SettingRevocationsKey)
	v, err := note.NewVerifier(verifier)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(number uint64) revocation.List {
		t.Helper()
		b, l, err := p.SignRevocations(ctx, p.Reviewer)
		if err != nil {
			t.Fatal(err)
		}
		got, err := revocation.Open(b, v)
		if err != nil || !reflect.DeepEqual(got, l) || l.Number != number || l.Name != keys.RevocationsName(p.Config.Post) ||
			!l.Issued.Equal(p.Now.Truncate(time.Second)) || !l.Next.Equal(l.Issued.Add(desk.RevocationsFor)) {
			t.Fatalf("%+v, %v", got, err)
		}
		return l
	}
	if l := sign(1); len(l.Entries) != 0 {
		t.Errorf("%d entries before anything is revoked", len(l.Entries))
	}
	if _, err := p.Revoke(ctx, p.Reviewer, p.Both, []data.CertificateNumber{c.Number}, "error", ""); err != nil {
		t.Fatal(err)
	}
	second := sign(2)
	if want := revocation.OfCertificate("UT", c.Number, c.Seal); !reflect.DeepEqual(second.Entries, want) || len(want) != 5 {
		t.Errorf("%v, want %v", second.Entries, want)
	}
	// So do the further seals, each by its signature.
	further := sealtest.NZCP(t, sealtest.Key(t), "key-1", sealtest.Pass("did:web:utopia.example", 1, 2))
	err = p.Log.Update(ctx, func(tx store.Tx, add func(audit.Entry) error) error {
		stored, _, err := store.Get[data.Certificate](tx, store.CertificateKey(c.Number))
		stored.FurtherSeals = []data.FurtherSeal{{Text: further}, {Text: "of a format that has no list"}}
		return errors.Join(err, store.Put(tx, store.CertificateKey(c.Number), stored), add(audit.Entry{At: p.Now, Act: audit.CertificateRead}))
	})
	if err != nil {
		t.Fatal(err)
	}
	if third := sign(3); !reflect.DeepEqual(third.Entries, revocation.OfCertificate("UT", c.Number, c.Seal, further)) || len(third.Entries) != 6 {
		t.Errorf("with a further seal %v", third.Entries)
	} else {
		second = third
	}
	// Whoever has only the list finds it.
	alone := p.Trust()
	alone.AddContent(trust.Content{Verifiers: []string{verifier}}, trust.Source{})
	b, _, err := p.SignRevocations(ctx, p.Administrator)
	if err != nil {
		t.Fatal(err)
	}
	alone.AddRevoked(trust.Content{Revocations: [][]byte{b}})
	if v := alone.Verify(c.Seal, p.Now, true); v.Outcome != trust.Invalid || v.Reasons[0] != trust.ReasonListedRevoked {
		t.Errorf("%s %v", v.Outcome, v.Reasons)
	}
	if v := alone.Verify(other.Seal, p.Now, true); v.Outcome != trust.Valid || v.Revocations.Number != 4 {
		t.Errorf("another: %s %v %+v", v.Outcome, v.Reasons, v.Revocations)
	}
	// The record is erased, and the list still has it.
	if err := p.Erase(ctx, p.Administrator, p.Reviewer, c.Application); err != nil {
		t.Fatal(err)
	}
	if l := sign(5); !reflect.DeepEqual(l.Entries, second.Entries) {
		t.Errorf("%v, want %v", l.Entries, second.Entries)
	}
	if _, _, err := p.SignRevocations(ctx, p.Clerk); !errors.Is(err, desk.ErrNotPermitted) {
		t.Errorf("by a clerk: %v", err)
	}
}

// setting is a text that the post keeps.
func setting(t *testing.T, p *desktest.Post, key string) (text string) {
	t.Helper()
	err := p.Store.View(ctx, func(tx store.Tx) (err error) {
		text, _, err = store.Get[string](tx, key)
		return err
	})
	if err != nil || text == "" {
		t.Fatalf("%s is %q, %v", key, text, err)
	}
	return text
}
