package desk

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/keys"
	"pratique/data/revocation"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/trust"
)

// TrustVersion is one state of a list of whom the post trusts. Lists have names;
// the newest version of each counts, and the others are kept.
type TrustVersion struct {
	Name   string    `json:"name"`
	Number int       `json:"number"` // from 1
	Source string    `json:"source"` // where the officers have it from
	At     time.Time `json:"at"`
	// Hash is the SHA-256 of the file or files as they were; of a version that
	// brings another back, that one's. Empty: nobody is trusted.
	Hash string `json:"hash,omitempty"`
	// Counts are how many there are of each kind of item, and Refused how many
	// were not taken.
	Counts   map[string]int `json:"counts,omitempty"`
	Refused  int            `json:"refused,omitempty"`
	Restores int            `json:"restores,omitempty"` // the number of the version that it brings back
	Withdrew bool           `json:"withdrew,omitempty"` // it ends the list
	Officer  data.OfficerID `json:"officer"`
	Second   data.OfficerID `json:"second"`

	Content string `json:"content,omitempty"` // SHA-256 of what is kept
	Parts   int    `json:"parts,omitempty"`   // in which it is kept
}

// Count is how many items a version has.
func (v TrustVersion) Count() (n int) {
	for _, c := range v.Counts {
		n += c
	}
	return n
}

// maxTrust bounds what is kept of a list, compressed, and partSize a record of it.
const (
	maxTrust = 8 << 20
	partSize = store.MaxValue / 2
)

// ErrTrustLarge: more than a post keeps of one list.
var ErrTrustLarge = errors.New("the list is too large")

// trustName is what a list may be called.
var trustName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,31}$`)

// maxTrustSource bounds what is said of where a list comes from, in characters.
const maxTrustSource = 120

func trustKey(name string, number int) string {
	return fmt.Sprintf("%s%s/%06d", store.TrustLists, name, number)
}

func trustPart(content string, part int) string {
	return fmt.Sprintf("%s%s/%03d", store.TrustContent, content, part)
}

// checkTrust says what is wrong with the name and source of a list.
func checkTrust(name, source string) error {
	var problems []data.Problem
	if !trustName.MatchString(name) {
		problems = append(problems, data.Problem{Field: "trust.name", Key: "problem.trust.name", Value: name, Example: "eu-dsc"})
	}
	if source == "" {
		problems = append(problems, data.Problem{Field: "trust.source", Key: "problem.required"})
	} else if len([]rune(source)) > maxTrustSource {
		problems = append(problems, data.Problem{Field: "trust.source", Key: "problem.trust.source", Value: source})
	}
	if len(problems) > 0 {
		return &ProblemsError{Problems: problems}
	}
	return nil
}

// TrustLists are the versions of every list, by name, the newest first.
func (d *Desk) TrustLists(ctx context.Context, s staff.Session) (all []TrustVersion, err error) {
	err = d.postAct(ctx, s, nil, audit.TrustRead, "", func(tx store.Tx, _ *audit.Entry) (err error) {
		all, err = trustVersions(tx)
		return err
	})
	return all, err
}

func trustVersions(tx store.Tx) (all []TrustVersion, err error) {
	err = store.Each(tx, store.TrustLists, "", 0, func(_ string, v TrustVersion) error {
		all = append(all, v)
		return nil
	})
	slices.SortFunc(all, func(a, b TrustVersion) int { return cmp.Or(strings.Compare(a.Name, b.Name), b.Number-a.Number) })
	return all, err
}

// latest is the newest version of a list; its number is 0 if there is none.
func latest(tx store.Tx, name string) (v TrustVersion, err error) {
	all, err := trustVersions(tx)
	if i := slices.IndexFunc(all, func(v TrustVersion) bool { return v.Name == name }); i >= 0 {
		v = all[i]
	}
	return v, err
}

// trustContent is what a version holds.
func trustContent(tx store.Tx, v TrustVersion) (c trust.Content, err error) {
	if v.Content == "" {
		return c, nil
	}
	var b []byte
	for part := range v.Parts {
		p, err := tx.Get(trustPart(v.Content, part))
		if err != nil {
			return c, err
		}
		b = append(b, p...)
	}
	r, err := zlib.NewReader(bytes.NewReader(b))
	if err == nil {
		b, err = io.ReadAll(io.LimitReader(r, 16*maxTrust))
	}
	if err != nil {
		return c, fmt.Errorf("trust list %s %d: %w", v.Name, v.Number, err)
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != v.Content {
		return c, fmt.Errorf("trust list %s %d: it is not what was stored", v.Name, v.Number)
	}
	return trust.Decode(b)
}

// takes is what a post takes of a file: no practice at a real post, and no
// revocation list that nobody it trusts has signed.
func (d *Desk) takes(tx store.Tx, c trust.Content) (trust.Content, error) {
	if !d.post.Practice() {
		c = c.RefusePractice()
	}
	all, err := trustVersions(tx)
	if err != nil {
		return c, err
	}
	var verifiers []string
	for _, v := range newest(all) {
		had, err := trustContent(tx, v)
		if err != nil {
			return c, err
		}
		verifiers = append(verifiers, had.Verifiers...)
	}
	own, _, err := store.Get[string](tx, store.SettingRevocationsKey)
	if err != nil {
		return c, err
	}
	if own != "" {
		verifiers = append(verifiers, own)
	}
	return c.RefuseUnsigned(verifiers...), nil
}

// newest are the versions that count.
func newest(all []TrustVersion) (is []TrustVersion) {
	for i, v := range all { // by name, the newest first
		if i == 0 || all[i-1].Name != v.Name {
			is = append(is, v)
		}
	}
	return is
}

// PreviewTrust is what an import of that content would change in a list.
func (d *Desk) PreviewTrust(ctx context.Context, s staff.Session, name string, c trust.Content) (change trust.Change, err error) {
	err = d.log.View(ctx, func(tx store.Tx) error {
		if err := staff.Permit(tx, s, audit.TrustSet); err != nil {
			return err
		}
		v, err := latest(tx, name)
		if err != nil {
			return err
		}
		before, err := trustContent(tx, v)
		if err != nil {
			return err
		}
		c, err := d.takes(tx, c)
		change = trust.Compare(before, c)
		return err
	})
	return change, err
}

// SetTrust makes a content the newest version of a list. It takes two, who
// answer for having compared what it changes. Source says where they have it
// from, hash is the SHA-256 of the file. What the list revoked before stays
// revoked.
func (d *Desk) SetTrust(ctx context.Context, s, second staff.Session, name, source, hash string, c trust.Content) (v TrustVersion, err error) {
	source = data.CleanText(source)
	if err := checkTrust(name, source); err != nil {
		return v, err
	}
	content, parts, err := d.storeTrust(ctx, s, second, name, c)
	if err != nil {
		return v, err
	}
	err = d.trustAct(ctx, s, second, name, func(tx store.Tx, before TrustVersion, e *audit.Entry) (TrustVersion, error) {
		taken, err := d.takes(tx, c)
		if err != nil {
			return v, err
		}
		if _, is, err := encoded(taken); err != nil || is != content { // whom the post trusts changed
			return v, cmp.Or(err, ErrStale)
		}
		had, err := trustContent(tx, before)
		if err != nil {
			return v, err
		}
		change := trust.Compare(had, taken)
		v = TrustVersion{Source: source, Hash: hash, Counts: map[string]int{}, Refused: len(taken.Refused), Content: content, Parts: len(parts)}
		for _, i := range taken.Items() {
			v.Counts[string(i.Kind)]++
		}
		for what, n := range map[string]int{"added": len(change.Added), "removed": len(change.Removed), "kept": len(change.Kept), "refused": len(change.Refused)} {
			e.Detail[what] = fmt.Sprint(n)
		}
		last := len(parts) - 1
		return v, tx.Put(trustPart(content, last), parts[last])
	}, &v)
	return v, err
}

// storeTrust stores what a post takes of a content in parts, all but the last,
// which comes with the version: nobody reads them before, and no transaction
// holds more than one.
func (d *Desk) storeTrust(ctx context.Context, s, second staff.Session, name string, c trust.Content) (content string, parts [][]byte, err error) {
	err = d.log.View(ctx, func(tx store.Tx) error {
		if err := staff.PermitTwo(tx, s, second, audit.TrustSet); err != nil {
			return err
		}
		taken, err := d.takes(tx, c)
		if err == nil && taken.Len() == 0 {
			err = fmt.Errorf("trust list %s: %w", name, trust.ErrContent)
		}
		if err == nil {
			content, parts, err = packTrust(taken)
		}
		return err
	})
	for i, part := range parts {
		if err != nil || i == len(parts)-1 {
			break
		}
		err = d.postAct(ctx, s, &second, audit.TrustSet, name, func(tx store.Tx, e *audit.Entry) error {
			e.Detail["part"] = fmt.Sprintf("%d of %d", i+1, len(parts))
			return tx.Put(trustPart(content, i), part)
		})
	}
	return content, parts, err
}

// RestoreTrust brings an older version of a list back, as a version of its own;
// number 0 is the time before there was any, and ends the list. It takes two.
func (d *Desk) RestoreTrust(ctx context.Context, s, second staff.Session, name string, number int) (v TrustVersion, err error) {
	err = d.trustAct(ctx, s, second, name, func(tx store.Tx, before TrustVersion, e *audit.Entry) (TrustVersion, error) {
		e.Detail["restores"] = fmt.Sprint(number)
		if before.Number == 0 {
			return v, ErrNotFound
		}
		if number == 0 {
			return TrustVersion{Source: before.Source, Withdrew: true}, nil
		}
		was, found, err := store.Get[TrustVersion](tx, trustKey(name, number))
		if err == nil && !found {
			err = ErrNotFound
		}
		was.Restores = number
		return was, err
	}, &v)
	return v, err
}

// trustAct stores the next version of a list.
func (d *Desk) trustAct(ctx context.Context, s, second staff.Session, name string,
	fn func(tx store.Tx, before TrustVersion, e *audit.Entry) (TrustVersion, error), stored *TrustVersion) error {
	return d.postAct(ctx, s, &second, audit.TrustSet, name, func(tx store.Tx, e *audit.Entry) error {
		before, err := latest(tx, name)
		if err != nil {
			return err
		}
		v, err := fn(tx, before, e)
		if err != nil {
			return err
		}
		v.Name, v.Number, v.At, v.Officer, v.Second = name, before.Number+1, e.At.UTC(), e.Officer, second.Officer().ID
		e.Detail["version"], e.Detail["hash"], e.Detail["count"] = fmt.Sprint(v.Number), v.Hash, fmt.Sprint(v.Count())
		*stored = v
		return store.Put(tx, trustKey(name, v.Number), v)
	})
}

// packTrust is a content as it is kept, in as many parts as it needs, by its hash.
func packTrust(c trust.Content) (hash string, parts [][]byte, err error) {
	b, hash, err := encoded(c)
	if err != nil {
		return "", nil, err
	}
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write(b)
	w.Close()
	if z.Len() > maxTrust {
		return "", nil, fmt.Errorf("%w: %d bytes, at most %d", ErrTrustLarge, z.Len(), maxTrust)
	}
	return hash, slices.Collect(slices.Chunk(z.Bytes(), partSize)), nil
}

func encoded(c trust.Content) (b []byte, hash string, err error) {
	b, err = c.Encode()
	sum := sha256.Sum256(b)
	return b, hex.EncodeToString(sum[:]), err
}

// Trusted is whom the post trusts and what it knows to be revoked: itself, the
// newest version of every list, and what any version ever revoked. It is no act.
func (d *Desk) Trusted(ctx context.Context) (l *trust.List, err error) {
	err = d.log.View(ctx, func(tx store.Tx) error {
		state, err := audit.Current(tx)
		if err != nil {
			return err
		}
		if l, err = d.trustIn(tx); err == nil {
			l.Since = state.Latest
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("whom the post trusts: %w", err)
	}
	l.Revoked = func(n data.CertificateNumber) (*data.Revocation, error) { return d.Revocation(ctx, n) }
	return l, nil
}

// trustIn is [Desk.Trusted] as a transaction sees it, without what the post
// itself revoked.
func (d *Desk) trustIn(tx store.Tx) (*trust.List, error) {
	// Sealed records first: while they are locked nothing is told.
	all, err := trustVersions(tx)
	if err != nil {
		return nil, err
	}
	own, err := anchors(tx)
	if err != nil {
		return nil, err
	}
	of := fmt.Sprint(all, string(own))
	kept := d.trusted.Load()
	if kept == nil || kept.of != of {
		list, err := trustList(tx, all, own)
		if err != nil {
			return nil, err
		}
		kept = &trusted{of, list}
		d.trusted.Store(kept)
		if records, _ := d.vault.Open(); !records {
			d.trusted.Store(nil) // locked meanwhile
		}
	}
	whole := *kept.list
	whole.Own = keys.RevocationsName(d.post)
	return &whole, nil
}

// trusted is a trust list and what it was made of.
type trusted struct {
	of   string
	list *trust.List
}

func trustList(tx store.Tx, all []TrustVersion, own []byte) (*trust.List, error) {
	l := &trust.List{}
	if own != nil {
		c, err := trust.ReadContent(own)
		if err != nil {
			return nil, err
		}
		l.AddContent(c, trust.Source{})
	}
	counts := map[string]bool{}
	for _, v := range newest(all) {
		c, err := trustContent(tx, v)
		if err != nil {
			return nil, err
		}
		imported := v.At
		if v.Restores > 0 { // as old as it was
			if was, _, err := store.Get[TrustVersion](tx, trustKey(v.Name, v.Restores)); err == nil {
				imported = was.At
			}
		}
		l.AddContent(c, trust.Source{Name: v.Name, Imported: imported})
		counts[v.Content] = true
	}
	for _, v := range all {
		if counts[v.Content] {
			continue
		}
		counts[v.Content] = true
		c, err := trustContent(tx, v)
		if err != nil {
			return nil, err
		}
		l.AddFormer(c)
	}
	return l, nil
}

// RevocationsFor is how long a revocation list is good: then the next one must
// be there.
const RevocationsFor = 7 * 24 * time.Hour

// revocations is the newest revocation list as it is kept.
type revocations struct {
	Number  uint64    `json:"number"`
	Issued  time.Time `json:"issued"`
	Entries []byte    `json:"entries"` // 17 bytes each: the kind's place in [revocation.Kinds], the hash
}

func (r revocations) entries() (all []revocation.Entry) {
	for b := range slices.Chunk(r.Entries, 1+len(revocation.Hash{})) {
		all = append(all, revocation.Entry{Kind: revocation.Kinds[b[0]], Hash: revocation.Hash(b[1:])})
	}
	return all
}

func keep(l revocation.List) revocations {
	r := revocations{Number: l.Number, Issued: l.Issued}
	for _, e := range l.Entries {
		r.Entries = append(append(r.Entries, byte(slices.Index(revocation.Kinds, e.Kind))), e.Hash[:]...)
	}
	return r
}

// SignRevocations signs the next revocation list: all that the last one had, and
// every certificate of the post that was revoked since. It is signed with the
// key of the lists, after it is stored which one it is.
func (d *Desk) SignRevocations(ctx context.Context, s staff.Session) (b []byte, l revocation.List, err error) {
	if err := d.permit(ctx, s, audit.RevocationsSigned); err != nil {
		return nil, l, err
	}
	signer, err := d.listSigner(ctx, revocationsKey)
	if err != nil {
		return nil, l, fmt.Errorf("%s: %w", audit.RevocationsSigned, err)
	}
	err = d.postAct(ctx, s, nil, audit.RevocationsSigned, "", func(tx store.Tx, e *audit.Entry) error {
		before, _, err := store.Get[revocations](tx, store.SettingRevocations)
		if err != nil {
			return err
		}
		var more []revocation.Entry
		err = store.Each(tx, store.Certificates, "", 0, func(_ string, c data.Certificate) error {
			if c.Revoked != nil {
				var seals []string
				if c.Seal != "" {
					seals = append(seals, c.Seal)
				}
				for _, s := range c.FurtherSeals { // one that is encrypted has the number alone, and that is enough
					seals = append(seals, s.Text)
				}
				more = append(more, revocation.OfCertificate(d.post.Country, c.Number, seals...)...)
			}
			return nil
		})
		if err != nil {
			return err
		}
		l = revocation.NewList(signer.Name(), before.Number+1, e.At, e.At.Add(RevocationsFor), before.entries(), more)
		if len(l.Entries) > revocation.MaxEntries {
			return fmt.Errorf("revocation list: %d entries, at most %d", len(l.Entries), revocation.MaxEntries)
		}
		e.Detail["number"], e.Detail["entries"] = fmt.Sprint(l.Number), fmt.Sprint(len(l.Entries))
		return store.Put(tx, store.SettingRevocations, keep(l))
	})
	if err != nil && !errors.Is(err, audit.ErrHeadNotWritten) {
		return nil, l, err
	}
	b, signed := l.Note(signer)
	return b, l, errors.Join(signed, err)
}
