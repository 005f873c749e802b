package revocation_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"pratique/data/internal/vectors"
	"pratique/data/revocation"
	"pratique/data/seal"
	"pratique/data/seal/dcc"
	"pratique/data/seal/hcert"
	"pratique/data/seal/sealtest"
)

const name = "pratique/UT/PR/practice/revocations"

func newKey(t testing.TB, name string) (note.Signer, note.Verifier) {
	t.Helper()
	private, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	return s, v
}

var issued = time.Date(2022, 7, 9, 2, 30, 0, 5, time.UTC)

func listed(number uint64, before []revocation.Entry, ids ...string) revocation.List {
	var more []revocation.Entry
	for _, id := range ids {
		more = append(more, revocation.Entry{Kind: revocation.UCI, Hash: revocation.HashOf([]byte(id))})
	}
	return revocation.NewList(name, number, issued, issued.AddDate(0, 0, 7), before, more)
}

// TestList: a list is the bytes of the package comment, comes back as it was,
// and nobody else's key makes one.
func TestList(t *testing.T) {
	signer, verifier := newKey(t, name)
	l := listed(7, nil, "b", "a", "b")
	b, err := l.Note(signer)
	if err != nil {
		t.Fatal(err)
	}
	want := name + "\n7\n2022-07-09T02:30:00Z\n2022-07-16T02:30:00Z\n2\nUCI 3e23e8160039594a33894f6564e1b134\nUCI ca978112ca1bbdcafac231b39a23dc4d\n\n— " + name + " "
	if !strings.HasPrefix(string(b), want) {
		t.Errorf("%s\nwant\n%s", b, want)
	}
	if got, err := revocation.Open(b, verifier); err != nil || !reflect.DeepEqual(got, l) {
		t.Errorf("%+v, want %+v, %v", got, l, err)
	}
	_, other := newKey(t, name)
	stranger, strange := newKey(t, "pratique/UT/XX/practice/revocations")
	for who, v := range map[string]note.Verifier{"another key of that name": other, "another name": strange} {
		if _, err := revocation.Open(b, v); !errors.Is(err, revocation.ErrKey) {
			t.Errorf("with %s: %v", who, err)
		}
	}
	if _, err := revocation.Open(b, other, verifier, verifier); err != nil {
		t.Errorf("with a key that came twice, after another of its name: %v", err)
	}
	if _, err := revocation.Open(b); !errors.Is(err, revocation.ErrKey) {
		t.Errorf("with no key: %v", err)
	}
	if _, err := l.Note(stranger); !errors.Is(err, revocation.ErrKey) {
		t.Errorf("signed by another: %v", err)
	}
	// What another key signs in this name is none of this name.
	forged, err := note.Sign(&note.Note{Text: strings.SplitAfter(string(b), "\n\n")[0][:len(want)-len("\n— "+name+" ")]}, stranger)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := revocation.Open(forged, strange, verifier); !errors.Is(err, revocation.ErrKey) {
		t.Errorf("forged: %v", err)
	}
	for i := range b {
		changed := bytes.Clone(b)
		changed[i] ^= 1
		if _, err := revocation.Open(changed, verifier); err == nil {
			t.Fatalf("byte %d changed unseen", i)
		}
	}
}

// TestBadList: signed or not, a list has one spelling.
func TestBadList(t *testing.T) {
	signer, verifier := newKey(t, name)
	const hash = "UCI 3e23e8160039594a33894f6564e1b134\n"
	const times = "2022-07-09T02:30:00Z\n2022-07-16T02:30:00Z\n"
	for what, text := range map[string]string{
		"a name with signs": "pratique/UT/\\..\\/real/revocations\n7\n" + times + "0\n",
		"no name":           "utopia\n7\n" + times + "0\n",
		"short":             name + "\n7\n",
		"number 0":          name + "\n0\n" + times + "0\n",
		"number 07":         name + "\n07\n" + times + "0\n",
		"a time elsewhere":  name + "\n7\n2022-07-09T10:30:00+08:00\n2022-07-16T02:30:00Z\n0\n",
		"no time":           name + "\n7\ntoday\n2022-07-16T02:30:00Z\n0\n",
		"next before":       name + "\n7\n2022-07-17T02:30:00Z\n2022-07-16T02:30:00Z\n0\n",
		"fewer lines":       name + "\n7\n" + times + "2\n" + hash,
		"more lines":        name + "\n7\n" + times + "0\n" + hash,
		"twice":             name + "\n7\n" + times + "2\n" + hash + hash,
		"not in order":      name + "\n7\n" + times + "2\n" + hash + "UCI 00000000000000000000000000000000\n",
		"capitals":          name + "\n7\n" + times + "1\n" + strings.ToUpper(hash),
		"a short hash":      name + "\n7\n" + times + "1\nUCI 3e23\n",
		"another kind":      name + "\n7\n" + times + "1\nNAME 3e23e8160039594a33894f6564e1b134\n",
	} {
		b, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			t.Fatal(err)
		}
		if l, err := revocation.Open(b, verifier); !errors.Is(err, revocation.ErrList) {
			t.Errorf("%s: %+v, %v", what, l, err)
		}
	}
	if _, err := revocation.Open(make([]byte, 5<<20), verifier); !errors.Is(err, revocation.ErrList) {
		t.Errorf("very long: %v", err)
	}
	many := make([]revocation.Entry, revocation.MaxEntries+1)
	for i := range many {
		binary.BigEndian.PutUint32(many[i].Hash[:], uint32(i))
		many[i].Kind = revocation.UCI
	}
	if _, err := revocation.NewList(name, 1, issued, issued, nil, many).Note(signer); !errors.Is(err, revocation.ErrList) {
		t.Errorf("more than a post can store: %v", err)
	}
}

// specimen is a seal of a DCC and what was verified of it.
func specimen(t testing.TB, ci string) (*seal.Unverified, *seal.Verified) {
	t.Helper()
	key := sealtest.Key(t)
	u, err := seal.Parse(sealtest.HCERT(t, key, []byte("12345678"), sealtest.Sub("UT", 1657000000, 1659000000, 1, map[string]any{
		"ver": "1.3.0", "dob": "", "nam": map[string]string{"fnt": "YANGBEN"}, "r": []any{map[string]string{"ci": ci}},
	})))
	if err != nil {
		t.Fatal(err)
	}
	v, err := u.VerifyKey(seal.Key{Public: &key.PublicKey})
	if err != nil {
		t.Fatal(err)
	}
	return u, v
}

// TestForGood: what was revoked once stays revoked, whatever list comes after
// it, and in whatever order.
func TestForGood(t *testing.T) {
	u, v := specimen(t, "A")
	first, second := listed(1, nil, "A", "B"), listed(2, nil, "B") // shorter: somebody's mistake
	for _, order := range [][]revocation.List{{first, second}, {second, first}, {second, first, second}} {
		var s revocation.Set
		if s.Has(u, v, name) {
			t.Fatal("revoked by nobody")
		}
		for i, l := range order {
			if older := s.Add(l); older != (i > 0 && l.Number == 1) {
				t.Errorf("list %d at place %d: older %v", l.Number, i, older)
			}
		}
		if !s.Has(u, v, name) {
			t.Errorf("no longer revoked after %d lists", len(order))
		}
		if n := s.Lists()[name]; n.Number != 2 || !s.Latest().Equal(n.Issued) || s.Len() != 2 {
			t.Errorf("newest list %d, %d entries", n.Number, s.Len())
		}
	}
	if next := revocation.NewList(name, 3, issued, issued, first.Entries, nil); !reflect.DeepEqual(next.Entries, first.Entries) {
		t.Error("the next list lost some")
	}
}

// TestEveryHash: a seal is found by each of the three hashes, and another is not.
func TestEveryHash(t *testing.T) {
	u, v := specimen(t, "A#1")
	other, otherV := specimen(t, "B#1")
	all := revocation.OfSeal(u, v)
	if len(all) != 3 {
		t.Fatal(all)
	}
	for _, e := range all {
		var s revocation.Set
		s.Add(revocation.NewList(name, 1, issued, issued, nil, []revocation.Entry{e}))
		if !s.Has(u, v, name) || s.Has(other, otherV, name) {
			t.Errorf("by %s: %v, another: %v", e.Kind, s.Has(u, v, name), s.Has(other, otherV, name))
		}
		for kid, want := range map[string]bool{u.KeyID(): true, "AAAAAAAAAAA=": false, "UNKNOWN_KID": true} {
			b := fmt.Appendf(nil, `{"country":"UT","expires":"2022-08-01T00:00:00Z","kid":%q,"hashType":%q,"entries":[{"hash":%q}]}`,
				kid, e.Kind, base64.StdEncoding.EncodeToString(e.Hash[:]))
			batch, err := revocation.ReadBatch(b)
			if err != nil {
				t.Fatal(err)
			}
			var s revocation.Set
			if s.AddBatch(batch); s.Has(u, v, name) != want || s.Has(other, otherV, name) {
				t.Errorf("by a batch for key %s: %v, want %v", kid, s.Has(u, v, name), want)
			}
		}
		var bloom, partial revocation.Set
		f := revocation.NewBloom(10, 1e-9)
		f.Add(e.Hash[:])
		bloom.AddBloom(f)
		p, err := revocation.ReadPartial(append([]byte{4}, e.Hash[:4]...))
		if err != nil {
			t.Fatal(err)
		}
		partial.AddPartial(p)
		for what, s := range map[string]*revocation.Set{"Bloom": &bloom, "partial": &partial} {
			if !s.Has(u, v, name) || s.Has(other, otherV, name) {
				t.Errorf("%s by %s: %v, another: %v", what, e.Kind, s.Has(u, v, name), s.Has(other, otherV, name))
			}
		}
	}
}

// TestOfCertificate: a certificate is listed in every format by its number.
func TestOfCertificate(t *testing.T) {
	all := revocation.OfCertificate("UT", "PR7QF2M9X4T9")
	u, v := specimen(t, "URN:UVCI:01:UT:PR7QF2M9X4T9#6")
	if !slices.ContainsFunc(revocation.OfSeal(u, v), func(e revocation.Entry) bool { return slices.Contains(all, e) }) || len(all) != 4 {
		t.Errorf("%v does not have the DCC", all)
	}
}

// TestCards: a card is revoked by its key and identifier, those signed before a
// time where there is one.
func TestCards(t *testing.T) {
	key := sealtest.Key(t)
	u, err := seal.Parse(sealtest.SHC(t, key, sealtest.Card("https://utopia.example", 1657000000)))
	if err != nil {
		t.Fatal(err)
	}
	v, err := u.VerifyKey(seal.Key{Public: &key.PublicKey})
	if err != nil {
		t.Fatal(err)
	}
	for rids, want := range map[string]bool{`"abc123"`: true, `"abc123.1657000001"`: true, `"abc123.1657000000"`: false, `"abc1234"`: false, ``: false,
		`"abc123.1","abc123"`: true, `"abc123","abc123.1"`: true} {
		for kid, ours := range map[string]bool{u.KeyID(): true, "other": false} {
			c, err := revocation.ReadCards(fmt.Appendf(nil, `{"kid":%q,"method":"rid","ctr":1,"rids":[%s]}`, kid, rids))
			if err != nil {
				t.Fatal(err)
			}
			var s revocation.Set
			if s.AddCards(c); s.Has(u, v, name) != (want && ours) {
				t.Errorf("%s of key %s: %v", rids, kid, s.Has(u, v, name))
			}
		}
	}
}

// TestBadForeign: lists of others are read strictly.
func TestBadForeign(t *testing.T) {
	good := revocation.HashOf([]byte("a"))
	hash := base64.StdEncoding.EncodeToString(good[:])
	for what, b := range map[string]string{
		"no JSON":        `{`,
		"twice":          `{"hashType":"UCI","hashType":"UCI","entries":[{"hash":"` + hash + `"}]}`,
		"another kind":   `{"hashType":"NAME","entries":[{"hash":"` + hash + `"}]}`,
		"no hashes":      `{"hashType":"UCI","entries":[]}`,
		"a short hash":   `{"hashType":"UCI","entries":[{"hash":"AAAA"}]}`,
		"an odd expires": `{"hashType":"UCI","expires":"soon","entries":[{"hash":"` + hash + `"}]}`,
	} {
		if batch, err := revocation.ReadBatch([]byte(b)); !errors.Is(err, revocation.ErrForeign) {
			t.Errorf("batch, %s: %+v, %v", what, batch, err)
		}
	}
	for what, b := range map[string]string{
		"no key":         `{"method":"rid","rids":[]}`,
		"another method": `{"kid":"k","method":"all","rids":[]}`,
		"no identifier":  `{"kid":"k","method":"rid","rids":[""]}`,
		"a long one":     `{"kid":"k","method":"rid","rids":["` + strings.Repeat("a", 25) + `"]}`,
		"a strange one":  `{"kid":"k","method":"rid","rids":["a b"]}`,
		"no time":        `{"kid":"k","method":"rid","rids":["a.x"]}`,
		"milliseconds":   `{"kid":"k","method":"rid","rids":["a.1657000000000"]}`,
	} {
		if c, err := revocation.ReadCards([]byte(b)); !errors.Is(err, revocation.ErrForeign) {
			t.Errorf("cards, %s: %+v, %v", what, c, err)
		}
	}
	for what, b := range map[string][]byte{
		"empty": nil, "hashes of 3 bytes": {3, 1, 2, 3}, "hashes of 17 bytes": append([]byte{17}, make([]byte, 17)...), "half a hash": {4, 1, 2, 3, 4, 5}, "no hash": {4},
	} {
		if _, err := revocation.ReadPartial(b); !errors.Is(err, revocation.ErrForeign) {
			t.Errorf("partial, %s: %v", what, err)
		}
	}
	for what, change := range map[string]func([]byte) []byte{
		"empty":            func([]byte) []byte { return nil },
		"cut":              func(b []byte) []byte { return b[:len(b)-1] },
		"another version":  func(b []byte) []byte { b[1] = 2; return b },
		"another function": func(b []byte) []byte { b[3] = 1; return b },
		"no function":      func(b []byte) []byte { b[2] = 0; return b },
		"negative words":   func(b []byte) []byte { b[16] = 0xff; return b },
		"rate":             func(b []byte) []byte { copy(b[4:], []byte{0x7f, 0xc0, 0, 0}); return b },
	} {
		if _, err := revocation.ReadBloom(change(bloom(1, 1e-4, make([]int32, 3)))); !errors.Is(err, revocation.ErrForeign) {
			t.Errorf("Bloom, %s: %v", what, err)
		}
	}
}

// bloom is a filter as the EU serialises it.
func bloom(k int8, rate float32, words []int32) []byte {
	var b bytes.Buffer
	binary.Write(&b, binary.BigEndian, struct {
		Version     int16
		K, Function int8
		Rate        float32
		N, Count, L int32
	}{1, k, 0, rate, 1, 1, int32(len(words))})
	binary.Write(&b, binary.BigEndian, words)
	return b.Bytes()
}

// functions is how many functions and words a filter for n elements has that is
// wrong at that rate, as the EU's program reckons it.
func functions(n int, rate float32) (k int8, words int) {
	bits := math.Ceil(float64(n) * math.Log(float64(rate)) / math.Log(1/math.Pow(2, math.Ln2)))
	octets := int(bits)/8 + 1
	words = octets/4 + octets%4
	return int8(max(1, math.Round(float64(32*words)/float64(n)*math.Ln2))), words
}

// TestPublishedFilters: the published Bloom filters say of every element what
// they are published to say.
func TestPublishedFilters(t *testing.T) {
	n, bits := 0, 0
	for _, file := range []string{"bloom-filter-test.json", "bloom-testcase1.json"} {
		var cases []struct {
			P       float32
			Filter  []byte
			Data    []string
			Written []int
		}
		if err := json.Unmarshal(vectors.Read(t, "revocation", file), &cases); err != nil {
			t.Fatal(err)
		}
		for i, c := range cases {
			var words []int32
			if err := json.Unmarshal(c.Filter, &words); err != nil {
				t.Fatal(err)
			}
			// How many functions there are follows from what the filter is for. Not
			// every file is of filters as they are published: in bloom-testcase1 each
			// number is one bit.
			k, size := functions(len(c.Data), c.P)
			if size != len(words) {
				bits++
				continue
			}
			f, err := revocation.ReadBloom(bloom(k, c.P, words))
			if err != nil {
				t.Fatal(err)
			}
			for j, d := range c.Data {
				if n++; f.Has([]byte(d)) != (c.Written[j] == 1) {
					t.Errorf("%s %d: %q is in: %v", file, i, d, f.Has([]byte(d)))
				}
			}
		}
	}
	if n < 4 || bits > 3 {
		t.Errorf("%d elements, %d filters of another form", n, bits)
	}
}

// TestPublishedHashes: hashes of real certificates are those that two other
// programs found.
func TestPublishedHashes(t *testing.T) {
	var cwa []struct{ BarcodeData, ExpUCI, ExpCOUNTRYCODEUCI, ExpSIGNATURE string }
	if err := json.Unmarshal(vectors.Read(t, "revocation", "cwa-hashes.json"), &cwa); err != nil {
		t.Fatal(err)
	}
	var derived []struct{ File, UCI, COUNTRYCODEUCI, SIGNATURE string }
	if err := json.Unmarshal(vectors.Read(t, "revocation", "derived-hashes.json"), &derived); err != nil {
		t.Fatal(err)
	}
	check := func(of, text, uci, country, signature string) {
		t.Helper()
		u, err := seal.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", of, err)
			return
		}
		f, err := hcert.DecodeForeign(text)
		if err != nil {
			t.Fatal(err)
		}
		claims, err := dcc.Decode(f.Payload)
		if err != nil {
			t.Errorf("%s: %v", of, err)
			return
		}
		got := map[revocation.Kind]string{}
		for _, e := range revocation.OfSeal(u, &seal.Verified{DCC: &claims}) {
			got[e.Kind] = e.Hash.String()
		}
		want := map[revocation.Kind]string{revocation.UCI: uci, revocation.CountryCodeUCI: country, revocation.Signature: signature}
		if claims.Issuer == "" {
			delete(want, revocation.CountryCodeUCI) // there is nothing to join
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", of, got, want)
		}
	}
	for i, c := range cwa {
		check(fmt.Sprint("sample ", i), c.BarcodeData, c.ExpUCI, c.ExpCOUNTRYCODEUCI, c.ExpSIGNATURE)
	}
	for _, d := range derived {
		var file struct{ Prefix, Base45 string }
		if err := json.Unmarshal(bytes.TrimPrefix(vectors.Read(t, "dcc", filepath.FromSlash(d.File)), []byte("\ufeff")), &file); err != nil {
			t.Fatal(err)
		}
		text := file.Prefix
		if !strings.HasPrefix(text, "HC1:") {
			text = "HC1:" + file.Base45 // common/2DCode/raw/H1.json: wrong on purpose
		}
		check(d.File, text, d.UCI, d.COUNTRYCODEUCI, d.SIGNATURE)
	}
	if len(cwa) < 2 || len(derived) < 30 {
		t.Errorf("%d and %d", len(cwa), len(derived))
	}
}

// TestPublishedCards: the published list of revoked cards is read, and has the
// times in it.
func TestPublishedCards(t *testing.T) {
	c, err := revocation.ReadCards(vectors.Read(t, "shc", "issuer", ".well-known", "crl", "3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s.json"))
	if err != nil || len(c.RIDs) != 4 || !c.RIDs["TqB_qu_6OtM"].IsZero() || c.RIDs["XkNHp2Iyk0Y"].Unix() != 1687450765 {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestBloomIsMostlyRight: what was added is found, and little else.
func TestBloomIsMostlyRight(t *testing.T) {
	f := revocation.NewBloom(1000, 1e-5)
	h := func(i int) []byte { h := revocation.HashOf(fmt.Append(nil, i)); return h[:] }
	for i := range 1000 {
		f.Add(h(i))
	}
	wrong := 0
	for i := range 11_000 {
		switch has := f.Has(h(i)); {
		case i < 1000 && !has:
			t.Fatalf("%d is not found", i)
		case i >= 1000 && has:
			wrong++
		}
	}
	if wrong > 5 {
		t.Errorf("%d of 10000 are found by mistake", wrong)
	}
}

// FuzzList: whatever a key signs is a list in its one spelling, or none.
func FuzzList(f *testing.F) {
	signer, verifier := newKey(f, name)
	f.Add(name + "\n7\n2022-07-09T02:30:00Z\n2022-07-16T02:30:00Z\n1\nUCI 3e23e8160039594a33894f6564e1b134\n")
	f.Fuzz(func(t *testing.T, text string) {
		b, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			return
		}
		l, err := revocation.Open(b, verifier)
		if err != nil {
			return
		}
		again, err := l.Note(signer)
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%q, then %q, %v", b, again, err)
		}
	})
}

// FuzzForeign: no list of others makes anything panic, nor is a filter without
// bits.
func FuzzForeign(f *testing.F) {
	f.Add(bloom(2, 1e-4, []int32{1, 2, 3}))
	f.Add([]byte{4, 1, 2, 3, 4})
	f.Add([]byte(`{"kid":"k","method":"rid","ctr":1,"rids":["abc.5"]}`))
	f.Add([]byte(`{"country":"UT","kid":"k","hashType":"UCI","entries":[{"hash":"AAAAAAAAAAAAAAAAAAAAAA=="}]}`))
	u, v := specimen(f, "A")
	f.Fuzz(func(t *testing.T, b []byte) {
		var s revocation.Set
		if x, err := revocation.ReadBloom(b); err == nil {
			x.Add(b)
			if !x.Has(b) {
				t.Fatal("added and not there")
			}
			s.AddBloom(x)
		}
		if x, err := revocation.ReadPartial(b); err == nil {
			s.AddPartial(x)
		}
		if x, err := revocation.ReadBatch(b); err == nil {
			s.AddBatch(x)
		}
		if x, err := revocation.ReadCards(b); err == nil {
			s.AddCards(x)
		}
		s.Has(u, v, name)
	})
}
