package issue_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"reflect"
	"slices"
	"testing"

	"pratique/data"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/issue"
	"pratique/data/staff"
	"pratique/data/store"
)

// TestInvariant2NoPayloadFromCallers: nothing that could be a payload or a hash
// goes into the issuer, and a key only by Use, which signs nothing. Rehearse
// alone is given an application: what it signs, it signs with a throwaway key.
func TestInvariant2NoPayloadFromCallers(t *testing.T) {
	names := []reflect.Type{
		reflect.TypeFor[context.Context](), reflect.TypeFor[staff.Session](), reflect.TypeFor[data.ApplicationID](),
	}
	issuer := reflect.TypeFor[*issue.Issuer]()
	for i := range issuer.NumMethod() {
		m := issuer.Method(i)
		for p := 1; p < m.Type.NumIn(); p++ {
			in := m.Type.In(p)
			if slices.Contains(names, in) || m.Name == "Rehearse" && (in == reflect.TypeFor[data.Application]() || in == reflect.TypeFor[data.Approval]()) {
				continue
			}
			if m.Name == "Use" && in == reflect.TypeFor[issue.Signers]() && m.Type.NumOut() == 1 && m.Type.Out(0) == in {
				continue
			}
			t.Errorf("%s takes a %s", m.Name, in)
		}
	}
	if issuer.NumMethod() != 4 {
		t.Errorf("the issuer has %d methods; are Issue, Recover, Rehearse and Use not enough?", issuer.NumMethod())
	}
}

// TestInvariant1RehearsalKeepsItsSeal: what a throwaway key signed stays inside.
func TestInvariant1RehearsalKeepsItsSeal(t *testing.T) {
	var fields []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[issue.Rehearsal]()) {
		fields = append(fields, f.Name+" "+f.Type.String())
	}
	if want := []string{"Statement data.Statement", "Size int", "Further []issue.Rehearsed"}; !slices.Equal(fields, want) {
		t.Errorf("a rehearsal has %v, want %v", fields, want)
	}
	if want := reflect.TypeFor[struct {
		Format data.SealFormat
		Of     string
		Size   int
	}](); !want.ConvertibleTo(reflect.TypeFor[issue.Rehearsed]()) {
		t.Error("a rehearsed further seal has more than its size")
	}
	p := desktest.New(t)
	r, err := p.Rehearse(context.Background(), p.Reviewer, p.Ticked(t, p.Specimen()).ID)
	if err != nil || r.Statement.Number != "" || r.Size < 400 {
		t.Errorf("%+v, %v", r, err)
	}
}

// key does something else than sign.
type key struct {
	crypto.Signer
	sign func(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error)
}

func (k key) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return k.sign(random, digest, opts)
}

// A record that changes between its intent and its seal is not issued.
func TestInvariant2RecordChangedWhileItIsSealed(t *testing.T) {
	ctx := context.Background()
	for name, change := range map[string]func(tx store.Tx, c data.Certificate, a data.Application) error{
		"statement": func(tx store.Tx, c data.Certificate, _ data.Application) error {
			c.Statement.Surname = "MUSTER"
			return store.Put(tx, store.CertificateKey(c.Number), c)
		},
		"further": func(tx store.Tx, c data.Certificate, _ data.Application) error {
			c.Further.VDSNC = true
			return store.Put(tx, store.CertificateKey(c.Number), c)
		},
		"phase": func(tx store.Tx, c data.Certificate, _ data.Application) error {
			c.Phase = data.PhaseVoid
			return store.Put(tx, store.CertificateKey(c.Number), c)
		},
		"record": func(tx store.Tx, c data.Certificate, _ data.Application) error {
			return tx.Delete(store.CertificateKey(c.Number))
		},
		"application": func(tx store.Tx, _ data.Certificate, a data.Application) error {
			a.State = data.Withdrawn
			return store.Put(tx, store.ApplicationKey(a.ID), a)
		},
	} {
		var p *desktest.Post
		var id data.ApplicationID
		p = desktest.New(t, func(c *desk.Config) {
			desktest.WrapKey(c, func(signer crypto.Signer) crypto.Signer {
				return key{signer, func(r io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
					err := p.Store.Update(ctx, func(tx store.Tx) error {
						a, _, err := store.Get[data.Application](tx, store.ApplicationKey(id))
						if err != nil {
							return err
						}
						record, _, err := store.Get[data.Certificate](tx, store.CertificateKey(a.Certificate))
						if err != nil {
							return err
						}
						return change(tx, record, a)
					})
					if err != nil {
						t.Error(err)
					}
					return signer.Sign(r, digest, o)
				}}
			})
		})
		id = p.Approved(t, p.Specimen()).ID
		if c, err := p.Issue(ctx, p.Reviewer, id); err == nil || c.Seal != "" {
			t.Errorf("%s changed: issued", name)
		}
		if rows, err := p.Desk.Issued(p.Reviewer); err != nil || len(rows) != 0 {
			t.Errorf("%s changed: %v, %v", name, rows, err)
		}
	}
}

// A key that gives anything else than a good signature gives no certificate.
func TestBadSignatureIsNotIssued(t *testing.T) {
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, sign := range map[string]func(r io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error){
		"nothing":   func(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, nil },
		"not ASN.1": func(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return make([]byte, 64), nil },
		"zeros": func(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
			return hex.DecodeString("3006020100020100")
		},
		"negative": func(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
			return hex.DecodeString("30060201ff0201ff")
		},
		"more after it": func(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
			return hex.DecodeString("300602010102010100")
		},
		"ones": func(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
			return hex.DecodeString("3006020101020101")
		},
		"another key's": other.Sign,
		"another content": func(r io.Reader, _ []byte, o crypto.SignerOpts) ([]byte, error) {
			return other.Sign(r, make([]byte, 32), o)
		},
	} {
		p := desktest.New(t, func(c *desk.Config) {
			desktest.WrapKey(c, func(signer crypto.Signer) crypto.Signer { return key{signer, sign} })
		})
		a := p.Approved(t, p.Specimen())
		if c, err := p.Issue(context.Background(), p.Reviewer, a.ID); err == nil || c.Seal != "" {
			t.Errorf("%s: issued", name)
		}
		if rows, err := p.Desk.Issued(p.Reviewer); err != nil || len(rows) != 0 {
			t.Errorf("%s: %v, %v", name, rows, err)
		}
	}
}

// What would not fit a QR is found before the approval, by the rehearsal.
func TestTooLargeIsFoundBeforeApproval(t *testing.T) {
	p := desktest.New(t)
	c := p.Specimen()
	noise := make([]byte, 200)
	rand.Read(noise)
	text := base64.RawStdEncoding.EncodeToString(noise) // it does not compress
	for len(c.Tests) < data.MaxTests {
		c.Tests = append(c.Tests, c.Tests[len(c.Tests)%3])
	}
	for len(c.Doses) < data.MaxDoses {
		d := c.Doses[1]
		d.Lot, d.Place = text[len(c.Doses)*20:][:20], text[100+len(c.Doses)*20:][:20]
		d.Date = data.DateOf(p.Now.AddDate(0, 0, -30+len(c.Doses)))
		c.Doses = append(c.Doses, d)
	}
	c.Document.MRZ = ""
	c.Traveller.NativeName = ""
	for i := range data.MaxName {
		c.Traveller.NativeName += string(rune(0x4e00 + int(noise[i])*37%5000))
	}
	a := p.Ticked(t, c)
	if _, err := p.Approve(context.Background(), p.Reviewer, a.ID); !errors.Is(err, issue.ErrTooLarge) {
		t.Errorf("%v, want ErrTooLarge", err)
	}
}

// TestRehearsedBeforeItIsSigned: a record that was left without its seal and
// does not fit one is refused before the real key is used.
func TestRehearsedBeforeItIsSigned(t *testing.T) {
	ctx, plugged, signatures := context.Background(), false, 0
	p := desktest.New(t, func(c *desk.Config) {
		desktest.WrapKey(c, func(signer crypto.Signer) crypto.Signer {
			return key{signer, func(r io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
				if !plugged {
					return nil, errors.New("the key is not there")
				}
				signatures++
				return signer.Sign(r, digest, o)
			}}
		})
	})
	id := p.Approved(t, p.Specimen()).ID
	if _, err := p.Issue(ctx, p.Reviewer, id); err == nil {
		t.Fatal("issued without a key")
	}
	plugged = true
	err := p.Store.Update(ctx, func(tx store.Tx) error {
		a, _, err := store.Get[data.Application](tx, store.ApplicationKey(id))
		if err != nil {
			return err
		}
		c, _, err := store.Get[data.Certificate](tx, store.CertificateKey(a.Certificate))
		if err != nil {
			return err
		}
		noise := make([]byte, 30)
		st := &c.Statement
		for len(st.Tests) < data.MaxTests {
			st.Tests = append(st.Tests, st.Tests[0])
		}
		for len(st.Doses) < data.MaxDoses {
			rand.Read(noise)
			text := base64.RawStdEncoding.EncodeToString(noise) // it does not compress
			st.Doses = append(st.Doses, data.StatedDose{Date: "2021-05-01", Product: "CoronaVac", Lot: text[:20], Country: "CHN", Place: text[20:]})
		}
		st.NativeName = ""
		for i := range data.MaxName {
			st.NativeName += string(rune(0x4e00 + i*7919%5000))
		}
		return store.Put(tx, store.CertificateKey(c.Number), c)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Issue(ctx, p.Reviewer, id); !errors.Is(err, issue.ErrTooLarge) || signatures != 0 {
		t.Errorf("%v, %d signatures", err, signatures)
	}
}

func BenchmarkIssue(b *testing.B) {
	p := desktest.New(b)
	var ids []data.ApplicationID
	for b.Loop() {
		b.StopTimer()
		ids = append(ids, p.Approved(b, p.Specimen()).ID)
		b.StartTimer()
		if _, err := p.Issue(context.Background(), p.Reviewer, ids[len(ids)-1]); err != nil {
			b.Fatal(err)
		}
	}
}
