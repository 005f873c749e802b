package revocation

import (
	"time"

	"pratique/data/seal"
	"pratique/data/seal/shc"
)

// Set is everything that is known to be revoked, from any number of lists. It
// only ever grows. The zero Set is empty and ready.
type Set struct {
	ours     map[listed]bool // by the list's name
	batches  map[listed]bool // by the key's identifier, or empty
	cards    []Cards
	filters  []*Bloom
	partials []*Partial
	lists    map[string]List // the newest of each name, without its entries
	count    int
}

// listed is an entry, and of whose certificates it is one.
type listed struct {
	entry Entry
	of    string
}

// anyKey stands in batches that are not for one key.
const anyKey = "UNKNOWN_KID"

func (s *Set) ready() {
	if s.ours == nil {
		s.ours, s.batches, s.lists = map[listed]bool{}, map[listed]bool{}, map[string]List{}
	}
}

// Add takes a list of ours in. Older reports whether a newer one was there
// already: what only the older one has stays revoked nevertheless.
func (s *Set) Add(l List) (older bool) {
	s.ready()
	for _, e := range l.Entries {
		if e := (listed{e, l.Name}); !s.ours[e] {
			s.ours[e] = true
			s.count++
		}
	}
	l.Entries = nil
	if had, there := s.lists[l.Name]; there && had.Number >= l.Number {
		return had.Number > l.Number
	}
	s.lists[l.Name] = l
	return false
}

// AddBatch takes a batch of the EU in. That it has expired changes nothing.
func (s *Set) AddBatch(b Batch) {
	s.ready()
	of := b.KID
	if of == anyKey {
		of = ""
	}
	for _, e := range b.Entries {
		s.batches[listed{e, of}] = true
		s.count++
	}
}

// AddCards takes the list of an issuer of SMART Health Cards in.
func (s *Set) AddCards(c Cards) { s.cards, s.count = append(s.cards, c), s.count+len(c.RIDs) }

// AddBloom takes a filter in.
func (s *Set) AddBloom(f *Bloom) { s.filters, s.count = append(s.filters, f), s.count+1 }

// AddPartial takes a list of partial hashes in.
func (s *Set) AddPartial(p *Partial) {
	s.partials, s.count = append(s.partials, p), s.count+len(p.known)
}

// Len is how many entries and filters there are.
func (s *Set) Len() int { return s.count }

// Lists are the newest lists of ours, by name; their entries are left out.
func (s *Set) Lists() map[string]List { return s.lists }

// Latest is when the newest list of ours was issued, zero without any.
func (s *Set) Latest() (at time.Time) {
	for _, l := range s.lists {
		if l.Issued.After(at) {
			at = l.Issued
		}
	}
	return at
}

// Has reports whether a verified seal is revoked. Name is that of the lists of
// the post that issued it, empty if it is no post of ours: what the list of
// another post has revokes nothing of this one's.
func (s *Set) Has(u *seal.Unverified, v *seal.Verified, name string) bool {
	if v.SHC != nil && s.hasCard(u.KeyID(), *v.SHC) {
		return true
	}
	for _, e := range OfSeal(u, v) {
		if s.ours[listed{e, name}] || s.batches[listed{e, ""}] || s.batches[listed{e, u.KeyID()}] {
			return true
		}
		for _, f := range s.filters {
			if f.Has(e.Hash[:]) {
				return true
			}
		}
		for _, p := range s.partials {
			if p.Has(e.Hash) {
				return true
			}
		}
	}
	return false
}

func (s *Set) hasCard(kid string, c shc.Card) bool {
	for _, cards := range s.cards {
		if before, there := cards.RIDs[c.Revocation]; there && c.Revocation != "" && cards.KID == kid && (before.IsZero() || c.NotBefore.Before(before)) {
			return true
		}
	}
	return false
}
