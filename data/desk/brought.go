package desk

import (
	"context"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/brought"
	"pratique/data/issue"
	"pratique/data/staff"
	"pratique/data/store"
)

// Seals makes what reads the seals that travellers bring, for the laboratories
// of the post and with what it knows of revoked certificates.
type Seals func(laboratories []data.Laboratory, revoked func(data.CertificateNumber) (*data.Revocation, error)) (brought.Reader, error)

// ReadSeal reads a seal that a traveller brought, for [brought.Add]. Ok is false
// if the text is none. Nothing is stored.
func (d *Desk) ReadSeal(ctx context.Context, s staff.Session, text string) (b data.Brought, ok bool, err error) {
	if err := d.permit(ctx, s, audit.ApplicationSaved); err != nil {
		return b, false, err
	}
	if d.seals == nil {
		return b, false, nil
	}
	laboratories, err := d.Laboratories(ctx)
	if err != nil {
		return b, false, err
	}
	r, err := d.seals(laboratories, func(n data.CertificateNumber) (*data.Revocation, error) { return d.Revocation(ctx, n) })
	if err != nil {
		return b, false, err
	}
	b, ok = r.Read(text, d.clock())
	return b, ok, nil
}

// broughtProblems are the problems of a content with the seals in it: values
// that differ without a reason, and what is kept of a seal that it does not say.
func (d *Desk) broughtProblems(c data.Content, laboratories []data.Laboratory) []data.Problem {
	if len(c.Brought) == 0 {
		return nil
	}
	problems := brought.Problems(c)
	if d.seals == nil {
		return problems
	}
	r, err := d.seals(laboratories, nil)
	for _, b := range c.Brought {
		if err != nil || r.Altered(b, d.clock()) {
			return append(problems, data.Problem{Field: "brought", Key: "problem.brought.altered"})
		}
	}
	return problems
}

// sealed are the groups that seals prove.
func (d *Desk) sealed(tx store.Tx, c data.Content) ([]string, error) {
	if len(c.Brought) == 0 || d.seals == nil {
		return nil, nil
	}
	laboratories, err := issue.Laboratories(tx)
	if err != nil {
		return nil, err
	}
	r, err := d.seals(laboratories, func(n data.CertificateNumber) (*data.Revocation, error) { return revocation(tx, n) })
	if err != nil {
		return nil, err
	}
	return r.Proved(c, d.clock()), nil
}
