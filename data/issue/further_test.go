package issue_test

import (
	"context"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"pratique/data"
	"pratique/data/codes"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/keys"
	"pratique/data/seal"
	"pratique/data/seal/sealed"
	"pratique/data/seal/vdsnc"
	"pratique/data/trust"
)

// furtherPost is a post with a signer for each purpose, the real code lists, a
// laboratory with all that further seals ask for, and authorities.
type furtherPost struct {
	*desktest.Post
	trust      *trust.List
	identities []*age.X25519Identity
}

func newFurtherPost(t testing.TB, purposes ...keys.Purpose) furtherPost {
	t.Helper()
	book, err := codes.Load(os.DirFS("../../assets"))
	if err != nil {
		t.Fatal(err)
	}
	f := furtherPost{trust: &trust.List{}}
	f.Post = desktest.New(t, func(c *desk.Config) {
		c.Codes = book
		certificates, err := c.Signer(context.Background(), keys.ForCertificates)
		if err != nil {
			t.Fatal(err)
		}
		signers := []*keys.Signer{certificates, nil, nil}
		for _, p := range purposes {
			anchor, s, err := keys.MakePracticeFor(p, c.Post, desktest.Now)
			if err != nil {
				t.Fatal(err)
			}
			signers[slices.Index(keys.Purposes, p)] = s
			f.trust.Add(anchor)
			if p == keys.ForDCC {
				f.trust.Add(anchor, s.Certificate)
			}
		}
		c.Signer = desktest.Opens(signers...)
	})
	f.trust.Add(f.Anchor, f.Signer.Certificate)
	laboratory := desktest.Laboratories[0]
	laboratory.Country, laboratory.Phone, laboratory.Email, laboratory.Address = "UTO", "+999 10 555 0101", "results@amaurote.example.org", "12 Bridge Street"
	err = f.SetLaboratories(t.Context(), f.Administrator, f.Reviewer, []data.Laboratory{laboratory})
	var all []data.Authority
	for _, id := range []data.AuthorityID{"port-health", "border-force", "ministry", "clinic"} {
		identity, wrong := age.GenerateX25519Identity()
		err = errors.Join(err, wrong)
		f.identities = append(f.identities, identity)
		all = append(all, data.Authority{ID: id, Name: "Authority " + string(id), Recipient: identity.Recipient().String()})
	}
	if err = errors.Join(err, f.SetAuthorities(t.Context(), f.Administrator, f.Reviewer, all)); err != nil {
		t.Fatal(err)
	}
	f.trust.Revoked = func(n data.CertificateNumber) (*data.Revocation, error) { return f.Revocation(context.Background(), n) }
	return f
}

// asking is the specimen with everything asked for.
func (f furtherPost) asking() data.Content {
	c := f.Specimen()
	c.Further = data.Further{VDSNC: true, DCC: true, Authorities: []data.AuthorityID{"port-health", "ministry"}}
	return c
}

// TestFurtherSeals: what is asked for is issued with the certificate, says what
// was entered, verifies, carries the number, and is revoked with it.
func TestFurtherSeals(t *testing.T) {
	f := newFurtherPost(t, keys.ForVDSNC, keys.ForDCC)
	content := f.asking()
	c := f.Issued(t, content)
	var of []string
	for _, s := range c.FurtherSeals {
		of = append(of, strings.TrimSpace(string(s.Format)+" "+s.Of))
		t.Logf("%s %s: %d characters", s.Format, s.Of, len(s.Text))
	}
	want := []string{"vdsnc tests[0]", "vdsnc tests[1]", "vdsnc tests[2]", "vdsnc doses", "dcc tests[0]", "dcc doses", "encrypted"}
	if !slices.Equal(of, want) {
		t.Fatalf("%q, want %q", of, want)
	}
	verify := func(text string) trust.Verdict {
		t.Helper()
		return f.trust.Verify(text, f.Now, true)
	}
	texts := []string{c.Seal}
	for _, s := range c.FurtherSeals {
		text := s.Text
		if s.Format == data.FormatEncrypted {
			if _, err := sealed.Open(text, f.identities[1], f.identities[3]); !errors.Is(err, sealed.ErrNotForYou) {
				t.Errorf("opened by others: %v", err)
			}
			for _, i := range []int{0, 2} {
				opened, err := sealed.Open(text, f.identities[i])
				if err != nil {
					t.Fatal(err)
				}
				if i == 0 {
					texts = append(texts, opened)
				}
			}
			continue
		}
		texts = append(texts, text)
	}
	st := c.Statement
	for i, text := range texts {
		v := verify(text)
		if v.Outcome != trust.Valid {
			t.Errorf("%d: %v %v", i, v.Outcome, v.Reasons)
		}
		switch {
		case i == 0 || i == len(texts)-1:
			if !reflect.DeepEqual(*v.Claims, st) {
				t.Errorf("%d says something else", i)
			}
		case v.VDSNC != nil && v.VDSNC.Test != nil:
			tt, e := v.VDSNC.Test, content.Tests[i-1]
			if tt.Person.Name != "YANGBEN  SPECIMEN" || tt.Person.DocumentNumber != content.Document.Number || tt.Person.Birth != string(content.Traveller.Birth) ||
				tt.Result.Result != string(e.Result) || !strings.HasPrefix(tt.Dates.Sampled, e.Sampled.Wall) || tt.Provider.Contact["e"] != "results@amaurote.example.org" {
				t.Errorf("%+v", tt)
			}
		case v.VDSNC != nil:
			if d := v.VDSNC.Vaccination.Vaccines[0].Doses; len(d) != 2 || d[1].Lot != content.Doses[1].Lot {
				t.Errorf("%+v", d)
			}
		case v.DCC != nil && len(v.DCC.Certificate.Tests) > 0:
			if e := v.DCC.Certificate.Tests[0]; e.Type != "LP6464-4" || e.Country != "UT" || e.Result != "260415000" {
				t.Errorf("%+v", e)
			}
		case v.DCC != nil:
			if e := v.DCC.Certificate.Vaccinations[0]; e.Dose != 2 || e.Series != 2 || e.Date != string(content.Doses[1].Date) {
				t.Errorf("%+v", e)
			}
		}
	}
	u, err := seal.Parse(texts[len(texts)-1])
	if err != nil {
		t.Fatal(err)
	}
	full, err := u.Verify(f.Signer.Certificate)
	if err != nil || full.Particulars == nil || full.Particulars.Phone != content.Traveller.Phone || full.Particulars.Reports[1].Number != "S-20772" || full.Particulars.Itinerary[0].Flight != "UT 846" {
		t.Errorf("full record: %v, %+v", err, full)
	}
	if _, err := f.Revoke(t.Context(), f.Reviewer, f.Administrator, []data.CertificateNumber{c.Number}, "error", ""); err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		if v := verify(text); v.Outcome != trust.Invalid || v.Reasons[0] != trust.ReasonRevoked {
			t.Errorf("%d is not revoked: %v %v", i, v.Outcome, v.Reasons)
		}
	}
}

// TestNothingAskedForNothingMade: a case that asks for no further seal has none,
// and needs no key for it.
func TestNothingAskedForNothingMade(t *testing.T) {
	f := newFurtherPost(t)
	if c := f.Issued(t, f.Specimen()); len(c.FurtherSeals) > 0 || !reflect.DeepEqual(c.Further, data.FurtherRecord{}) {
		t.Errorf("%+v", c.FurtherSeals)
	}
}

// TestFurtherProblems: what cannot be had is told by name while it is entered,
// and stops a case on its way.
func TestFurtherProblems(t *testing.T) {
	all := newFurtherPost(t, keys.ForVDSNC, keys.ForDCC)
	none := newFurtherPost(t)
	for name, tt := range map[string]struct {
		post   furtherPost
		change func(*data.Content)
		want   []data.Problem
	}{
		"nothing":   {all, func(*data.Content) {}, nil},
		"no signer": {none, func(*data.Content) {}, []data.Problem{{Field: "further.vdsnc", Key: "problem.signer.missing", Value: "ICAO VDS-NC"}, {Field: "further.dcc", Key: "problem.signer.missing", Value: "EU DCC"}}},
		"a partial birth date": {all, func(c *data.Content) { c.Traveller.Birth, c.Document.MRZ = "1984-03", "" },
			[]data.Problem{{Field: "traveller.birth", Key: "problem.carry.partial", Value: "1984-03", Example: "ICAO VDS-NC"}}},
		"a dose nowhere": {all, func(c *data.Content) { c.Doses[1].Place = "" },
			[]data.Problem{{Field: "doses[1].place", Key: "problem.carry.missing", Example: "ICAO VDS-NC"}}},
		"antibodies alone": {all, func(c *data.Content) { c.Tests, c.Doses, c.Further.VDSNC = c.Tests[1:], nil, false },
			[]data.Problem{{Field: "further.dcc", Key: "problem.carry.antibody", Example: "EU DCC"}}},
		"a rapid test without product": {all, func(c *data.Content) {
			c.Further.VDSNC = false
			c.Tests[0].Kind, c.Tests[0].Specimen, c.Tests[0].Method = data.Antigen, "nasopharyngeal", "rapid-antigen"
		}, []data.Problem{{Field: "tests[0].product", Key: "problem.carry.missing", Example: "EU DCC"}}},
		"an unknown authority": {all, func(c *data.Content) { c.Further.Authorities = []data.AuthorityID{"nobody"} },
			[]data.Problem{{Field: "further.authorities", Key: "problem.authority.unknown", Value: "nobody"}}},
		"four authorities": {all, func(c *data.Content) {
			c.Further.Authorities = []data.AuthorityID{"port-health", "border-force", "ministry", "clinic"}
		}, []data.Problem{{Field: "further.authorities", Key: "problem.too-many", Value: "4", Example: "3"}}},
	} {
		t.Run(name, func(t *testing.T) {
			c := tt.post.asking()
			tt.change(&c)
			got, err := tt.post.Validate(t.Context(), c)
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%v\n got %+v\nwant %+v", err, got, tt.want)
			}
			a, err := tt.post.Create(t.Context(), tt.post.Clerk, c)
			if err != nil {
				t.Fatal(err)
			}
			_, err = tt.post.Submit(t.Context(), tt.post.Clerk, a.ID)
			var refused *desk.ProblemsError
			if stopped := errors.As(err, &refused); stopped != (len(tt.want) > 0) {
				t.Errorf("submitted: %v", err)
			}
		})
	}
}

// TestFullRecordTooLarge: it is refused before the approval, naming what to leave
// out, until it fits.
func TestFullRecordTooLarge(t *testing.T) {
	f := newFurtherPost(t)
	c := f.Specimen()
	c.Further.Authorities = []data.AuthorityID{"port-health", "border-force", "ministry"}
	noise := []rune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789日本語中文漢字仮名交文")
	n := uint32(1)
	text := func(long int) string {
		var b strings.Builder
		for range long {
			n = n*1664525 + 1013904223
			b.WriteRune(noise[int(n>>8)%len(noise)])
		}
		return b.String()
	}
	for i := range data.MaxStays {
		c.Stays = append(c.Stays, data.Stay{Country: "UTO", City: text(140), From: data.Date("2022-0" + string(rune('1'+i/2)) + "-01")})
	}
	c.Declaration.Remarks = text(200)
	c.Infections = []data.Infection{{FirstPositive: "2022-01-05", Remarks: text(200)}}
	var asked []string
	for range 6 {
		problems, err := f.Preflight(t.Context(), f.Clerk, f.Reviewer, c)
		if err != nil {
			t.Fatal(err)
		}
		if len(problems) == 0 {
			break
		}
		part, ok := strings.CutPrefix(problems[0].Key, "problem.further.without.")
		if !ok || problems[0].Field != "further.without" {
			t.Fatalf("%+v", problems)
		}
		asked = append(asked, part)
		c.Further.Without = append(c.Further.Without, data.RecordPart(part))
	}
	if !slices.Equal(asked, []string{"stays"}) && !slices.Equal(asked, []string{"stays", "papers"}) {
		t.Errorf("asked to leave out %q", asked)
	}
	issued := f.Issued(t, c)
	text2, err := sealed.Open(issued.FurtherSeals[0].Text, f.identities[2])
	if err != nil || len(issued.Further.Particulars.Stays) > 0 {
		t.Errorf("%v %v", err, issued.Further.Particulars.Stays)
	}
	if v := f.trust.Verify(text2, f.Now, true); v.Outcome != trust.Valid {
		t.Errorf("%v", v)
	}
}

// TestFurtherNumbers: every VDS-NC has the number, and a small signer certificate.
func TestFurtherNumbers(t *testing.T) {
	f := newFurtherPost(t, keys.ForVDSNC)
	c := f.asking()
	c.Further = data.Further{VDSNC: true}
	issued := f.Issued(t, c)
	for _, s := range issued.FurtherSeals {
		m, err := vdsnc.Decode(s.Text)
		if err != nil {
			t.Fatal(err)
		}
		d, err := vdsnc.DecodeData(m.Signed)
		if err != nil || d.Number() != string(issued.Number) {
			t.Errorf("%v %s", err, d.Number())
		}
		if len(m.Certificate.Raw) > 380+2*len("\x31\x11\x30\x0f\x06\x03\x55\x04\x0b\x13\x08PRACTICE")+20 { // the mark of practice stands in it twice
			t.Errorf("signer certificate of %d bytes", len(m.Certificate.Raw))
		}
		t.Logf("%s: %d characters, signer certificate %d bytes", s.Of, len(s.Text), len(m.Certificate.Raw))
	}
}
