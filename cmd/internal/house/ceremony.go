package house

import (
	"bytes"
	"context"
	"errors"
	"time"

	"pratique/data"
	"pratique/data/keys"
	"pratique/data/post"
	"pratique/data/staff"
	"pratique/data/vault"
	"pratique/pdfgen"
)

// OfficerOf is the officer somebody names by mark or identifier.
func OfficerOf(name string) data.OfficerID {
	if id := data.OfficerID(name); staff.IDOf(staff.MarkOf(id)) == id {
		return id
	}
	return staff.IDOf(name)
}

// CreatePost makes a real post in dir; see [post.Create].
func CreatePost(ctx context.Context, dir string, n post.New, now time.Time) (post.Ceremony, error) {
	n.Cost = calibrated()
	return post.Create(ctx, dir, n, engine, now)
}

// RecoverySheet is the page with a recovery key, for the safe.
func RecoverySheet(p data.Post, key string, now time.Time) ([]byte, error) {
	press, err := press()
	if err != nil {
		return nil, err
	}
	k, err := vault.ParseRecovery(key)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = press.RecoverySheet(&b, pdfgen.RecoverySheet{Post: p, Made: data.MomentOf(now, p.Zone), Key: key, Public: k.Public()})
	return b.Bytes(), err
}

// CeremonyPage is the page that those sign who made a post.
func CeremonyPage(c post.Ceremony) ([]byte, error) {
	press, err := press()
	if err != nil {
		return nil, err
	}
	certificate, err := c.Signer.Certificate()
	if err != nil {
		return nil, err
	}
	anchor, err := c.Signer.Anchor()
	if err != nil {
		return nil, err
	}
	at := func(t time.Time) data.Moment { return data.MomentOf(t, c.Post.Zone) }
	page := pdfgen.Ceremony{
		Post: c.Post, Made: at(c.Post.Created), Anchor: keys.Fingerprint(anchor), Signer: keys.Fingerprint(certificate),
		ValidFrom: at(certificate.NotBefore), ValidUntil: at(certificate.NotAfter), WorkUntil: at(c.Signer.WorkUntil),
		Accredited: c.Signer.Accredited, LogKey: c.LogKey, Recovery: c.Recovery, Proved: at(c.Proved),
	}
	n := 0
	for _, o := range c.Officers {
		if staff.Administers(o) && n < len(page.Administrators) {
			page.Administrators[n], n = o, n+1
		}
	}
	if n < len(page.Administrators) {
		return nil, errors.New("fewer than two administrators")
	}
	var b bytes.Buffer
	err = press.Ceremony(&b, page)
	return b.Bytes(), err
}

// CheckpointPage is a checkpoint as a page, to be kept elsewhere.
func CheckpointPage(p data.Post, checkpoint []byte, now time.Time) ([]byte, error) {
	press, err := press()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = press.Checkpoint(&b, pdfgen.Checkpoint{Post: p, Made: data.MomentOf(now, p.Zone), Text: checkpoint})
	return b.Bytes(), err
}
