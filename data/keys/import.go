package keys

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"pratique/data"
)

// Refusal is why a certificate is not imported.
type Refusal string

// Why a certificate is not imported.
const (
	RefusedState   Refusal = "state"
	RefusedFile    Refusal = "file"
	RefusedKey     Refusal = "key"
	RefusedRequest Refusal = "request"
	RefusedUsage   Refusal = "usage"
	RefusedProfile Refusal = "profile"
	RefusedKind    Refusal = "kind"
	RefusedCountry Refusal = "country"
	RefusedNotYet  Refusal = "not-yet"
	RefusedEnded   Refusal = "ended"
	RefusedWorked  Refusal = "worked"
	RefusedAnchor  Refusal = "anchor"
)

// refusals say what is wrong where, and what to do.
var refusals = map[Refusal]string{
	RefusedState:   "signer: it is not waiting for a certificate; make a new request",
	RefusedFile:    "file: it cannot be read as certificates; ask the authority for PEM or DER",
	RefusedKey:     "public key: no certificate in the file has the key of this request; choose the request that it answers, or send this one to the authority",
	RefusedRequest: "request: it is damaged or not of a P-256 key; make a new request",
	RefusedUsage:   "key usage: a signer's is digitalSignature, and it issues no certificates; ask the authority for a signer certificate",
	RefusedProfile: "profile: it is not one for signers of that format; ask the authority for one of the profile",
	RefusedKind:    "organisational unit: practice and real certificates are not exchangeable; use one that was issued for this kind of post",
	RefusedCountry: "country: it is not that of the post; ask the authority to keep the country of the request",
	RefusedNotYet:  "validity: it has not begun; import it when it has, and check the clock",
	RefusedEnded:   "validity: it is over; make a new request, and check the clock",
	RefusedWorked:  "validity: too little of it is left to work with; ask the authority for a longer one",
	RefusedAnchor:  "issuer: no path leads to an imported authority; import its anchor first, and have the certificates between in the file",
}

// ImportError says why a certificate was not imported.
type ImportError struct {
	Refusal Refusal
	Detail  string // what was found instead, where that helps
}

func (e *ImportError) Error() string {
	text := "import certificate: " + refusals[e.Refusal]
	if e.Detail != "" {
		text += " (" + e.Detail + ")"
	}
	return text
}

// maxBundle bounds the file of an authority's answer.
const maxBundle = 1 << 20

// Import makes a requested signer active with the certificate that answers its
// request. Bundle is the authority's file, PEM or DER: the signer certificate,
// in any place among those that lead from it to an anchor; the anchors are the
// outside authorities' that were imported before, and an anchor that only the
// bundle has counts for nothing. A refusal is an [*ImportError]; the record is
// then as it was. The working period is [WorkUntil], cut short where a
// certificate further up ends before: later seals would lead to nobody.
func (r Record) Import(post data.Post, bundle []byte, anchors []*x509.Certificate, now time.Time) (Record, error) {
	chain, err := r.answer(post, bundle, anchors, now)
	if err != nil {
		return r, err
	}
	r.State, r.Activated, r.WorkUntil = Active, now.UTC(), WorkUntil(chain[0])
	r.Chain = nil
	for _, c := range chain {
		r.Chain = append(r.Chain, c.Raw)
		if c.NotAfter.Before(r.WorkUntil) {
			r.WorkUntil = c.NotAfter
		}
	}
	anchor := chain[len(chain)-1]
	r.Accredited = !IsOwn(anchor) && !IsPractice(anchor)
	return r, nil
}

// answer is the chain of the certificate in a bundle that answers the request.
func (r Record) answer(post data.Post, bundle []byte, anchors []*x509.Certificate, now time.Time) ([]*x509.Certificate, error) {
	refuse := func(why Refusal, detail string) ([]*x509.Certificate, error) {
		return nil, &ImportError{why, detail}
	}
	if r.State != Requested {
		return refuse(RefusedState, string(r.State))
	}
	key, err := r.requestKey()
	if err != nil {
		return refuse(RefusedRequest, err.Error())
	}
	if len(bundle) > maxBundle {
		return refuse(RefusedFile, fmt.Sprintf("more than %d bytes", maxBundle))
	}
	all, err := ParseCertificates(bundle)
	if err != nil {
		return refuse(RefusedFile, err.Error())
	}
	i := slices.IndexFunc(all, func(c *x509.Certificate) bool { return key.Equal(c.PublicKey) })
	if i < 0 {
		return refuse(RefusedKey, "")
	}
	c := all[i]
	profile := r.For().checkProfile(c)
	switch {
	case profile != nil && r.For() == ForCertificates:
		return refuse(RefusedUsage, "")
	case profile != nil:
		return refuse(RefusedProfile, strings.ReplaceAll(profile.Error(), "\n", "; "))
	case IsPractice(c) != post.Practice():
		return refuse(RefusedKind, c.Subject.String())
	case !slices.Equal(c.Subject.Country, []string{post.Country}):
		return refuse(RefusedCountry, c.Subject.String())
	case now.Before(c.NotBefore):
		return refuse(RefusedNotYet, c.NotBefore.UTC().Format(time.DateOnly))
	case now.After(c.NotAfter):
		return refuse(RefusedEnded, c.NotAfter.UTC().Format(time.DateOnly))
	case now.After(WorkUntil(c)):
		return refuse(RefusedWorked, "until "+WorkUntil(c).UTC().Format(time.DateOnly))
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	for _, a := range anchors {
		if a.BasicConstraintsValid && a.IsCA {
			roots.AddCert(a)
		}
	}
	for _, b := range all {
		between.AddCert(b)
	}
	chains, err := c.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}, // the profile's are no TLS usages
	})
	if err != nil {
		return refuse(RefusedAnchor, err.Error())
	}
	for _, chain := range chains {
		if !slices.ContainsFunc(chain, func(c *x509.Certificate) bool { return IsPractice(c) != post.Practice() }) {
			return chain, nil
		}
	}
	return refuse(RefusedKind, chains[0][len(chains[0])-1].Subject.String())
}
