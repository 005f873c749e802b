package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/staff"
	"pratique/data/store"
	"pratique/data/vault"
)

// Row is a case as lists show it.
type Row struct {
	ID         data.ApplicationID
	State      data.State
	Departs    data.Moment
	Flight     string
	Surname    string
	GivenNames string
	NativeName string
	Birth      data.Date
	Document   string // number
	Reference  data.Reference
	Port       string // of entry: where the last flight lands
	Risk       string // of the flights, one of [data.Risks]; empty for none
	Tests      []data.TestKind
	Doses      int
	Officer    data.OfficerID // who has it: the reviewer, else the last preparer
	Changed    time.Time
	Scans      int  // of evidence, those destroyed not counted
	Doubt      bool // a report is another traveller's too, or a laboratory denies one
	Passed     data.Passed
	flights    []string
	last       data.Leg

	Colour   data.Colour // decided or approved; empty before
	Findings Findings    // of cases that wait for a decision
	Waiting  time.Time   // since when the case waits for the post; zero if it does not
	CutOff   time.Time   // until when the notice takes applications for that flight; zero if it does not say
	Moved    time.Time   // the flight moved after the case was submitted: look again

	Number     data.CertificateNumber // once issued
	Issued     time.Time
	Prints     int
	HandedOver time.Time
	Revoked    time.Time
	ReplacedBy data.CertificateNumber
}

// Findings are how many checks of a case's notice gave what.
type Findings struct{ Pass, Fail, NotEnough int }

// glimpse is what a row needs of an application.
type glimpse struct {
	ID      data.ApplicationID `json:"id"`
	State   data.State         `json:"state"`
	Content struct {
		Traveller struct {
			Surname    string    `json:"surname"`
			GivenNames string    `json:"givenNames"`
			NativeName string    `json:"nativeName"`
			Birth      data.Date `json:"birth"`
		} `json:"traveller"`
		Document struct {
			Number string `json:"number"`
		} `json:"document"`
		Tests []struct {
			Kind data.TestKind `json:"kind"`
		} `json:"tests"`
		Doses     []struct{} `json:"doses"`
		Itinerary []data.Leg `json:"itinerary"`
	} `json:"content"`
	Decision struct {
		Colour data.Colour `json:"colour"`
	} `json:"decision"`
	Approval struct {
		Colour data.Colour `json:"colour"`
	} `json:"approval"`
	Submitted time.Time      `json:"submitted"`
	Moved     time.Time      `json:"moved"`
	Reference data.Reference `json:"reference"`
	Risk      string         `json:"risk"`
	Evidence  []struct {
		Gone time.Time `json:"gone"`
	} `json:"evidence"`
	BackChecks  []data.BackCheck       `json:"backChecks"`
	Same        []data.SameReport      `json:"same"`
	Passed      data.Passed            `json:"passed"`
	Preparers   []data.OfficerID       `json:"preparers"`
	Reviewer    data.OfficerID         `json:"reviewer"`
	Certificate data.CertificateNumber `json:"certificate"`
	Changed     time.Time              `json:"changed"`
}

// sight is what a row needs of a certificate.
type sight struct {
	Number     data.CertificateNumber `json:"number"`
	Phase      data.Phase             `json:"phase"`
	IssuedAt   time.Time              `json:"issuedAt"`
	Prints     []struct{}             `json:"prints"`
	HandedOver time.Time              `json:"handedOver"`
	Revoked    *struct {
		At         time.Time              `json:"at"`
		ReplacedBy data.CertificateNumber `json:"replacedBy"`
	} `json:"revoked"`
}

// row is the row of a stored application. A certificate that cannot be read
// leaves its part empty.
func (d *Desk) row(tx store.Tx, stored []byte, n norms) (Row, error) {
	a, err := store.Glance[glimpse](stored)
	if err != nil {
		return Row{}, err
	}
	t := a.Content.Traveller
	r := Row{
		ID: a.ID, State: a.State, Surname: t.Surname, GivenNames: t.GivenNames, NativeName: t.NativeName,
		Document: a.Content.Document.Number, Doses: len(a.Content.Doses), Officer: a.Reviewer, Changed: a.Changed,
		Colour: cmp.Or(a.Decision.Colour, a.Approval.Colour), Moved: a.Moved,
	}
	switch a.State {
	case data.Submitted, data.InReview, data.OnHold:
		r.Waiting = a.Submitted
	}
	r.Birth, r.Reference, r.Risk, r.Passed = t.Birth, a.Reference, a.Risk, a.Passed
	r.Doubt = len(data.Application{BackChecks: a.BackChecks, Same: a.Same}.Doubts()) > 0
	for _, e := range a.Evidence {
		if e.Gone.IsZero() {
			r.Scans++
		}
	}
	if legs := a.Content.Itinerary; len(legs) > 0 {
		r.Departs, r.Flight, r.Port = legs[0].Departs, legs[0].Flight, legs[len(legs)-1].To
		r.last = legs[len(legs)-1]
		for _, l := range legs {
			r.flights = append(r.flights, l.Flight)
		}
	}
	for _, test := range a.Content.Tests {
		r.Tests = append(r.Tests, test.Kind)
	}
	if r.Officer == "" && len(a.Preparers) > 0 {
		r.Officer = a.Preparers[len(a.Preparers)-1]
	}
	if err := d.assessRow(&r, stored, n); err != nil {
		return Row{}, err
	}
	if a.Certificate == "" {
		return r, nil
	}
	if b, err := tx.Get(store.CertificateKey(a.Certificate)); err == nil && b != nil {
		if c, err := store.Glance[sight](b); err == nil && c.Phase == data.PhaseIssued {
			r.Number, r.Issued, r.Prints, r.HandedOver = c.Number, c.IssuedAt, len(c.Prints), c.HandedOver
			if c.Revoked != nil {
				r.Revoked, r.ReplacedBy = c.Revoked.At, c.Revoked.ReplacedBy
			}
		}
	}
	return r, nil
}

// refresh brings one row up to date from the store.
func (d *Desk) refresh(ctx context.Context, id data.ApplicationID) error {
	if id == "" {
		return nil
	}
	d.mu.Lock() // before the snapshot is taken, so that an older one never wins
	defer d.mu.Unlock()
	return d.log.View(ctx, func(tx store.Tx) error {
		b, err := tx.Get(store.ApplicationKey(id))
		if err != nil || b == nil {
			return err
		}
		n, err := d.norms(tx)
		if err != nil {
			return err
		}
		d.rows[id], err = d.row(tx, b, n)
		return err
	})
}

// byDeparture sorts rows by departure; those that have none yet come last, by age.
func byDeparture(a, b Row) int {
	ta, okA := a.Departs.Instant()
	tb, okB := b.Departs.Instant()
	switch {
	case okA && !okB:
		return -1
	case okB && !okA:
		return 1
	case okA && okB && !ta.Equal(tb):
		return ta.Compare(tb)
	}
	return cmp.Or(a.Changed.Compare(b.Changed), cmp.Compare(a.ID, b.ID))
}

// Queue are the cases in these states (none: all), by departure; those whose
// departure is not known yet come last, by age.
func (d *Desk) Queue(s staff.Session, states ...data.State) ([]Row, error) {
	if err := d.listed(s, "queue", ""); err != nil {
		return nil, err
	}
	rows := d.filter(func(r Row) bool { return len(states) == 0 || slices.Contains(states, r.State) })
	slices.SortFunc(rows, byDeparture)
	return rows, nil
}

// Counts are how many cases there are by state.
func (d *Desk) Counts() map[data.State]int {
	d.mu.RLock()
	defer d.mu.RUnlock()
	counts := map[data.State]int{}
	for _, r := range d.rows {
		counts[r.State]++
	}
	return counts
}

// Waits is how many cases wait for the officer: a reviewer's are submitted or
// already theirs, a clerk's are drafts or came back. It is quick.
func (d *Desk) Waits(s staff.Session) int {
	o := s.Officer()
	reviews, enters := slices.Contains(o.Roles, data.Reviewer), slices.Contains(o.Roles, data.Clerk)
	d.mu.RLock()
	defer d.mu.RUnlock()
	n := 0
	for _, r := range d.rows {
		switch r.State {
		case data.Draft, data.Returned:
			if enters {
				n++
			}
		case data.Submitted:
			if reviews {
				n++
			}
		case data.InReview, data.Approved:
			if reviews && r.Officer == o.ID {
				n++
			}
		}
	}
	return n
}

// Issued are the cases with a certificate, the newest first.
func (d *Desk) Issued(s staff.Session) ([]Row, error) {
	if err := d.listed(s, "issued", ""); err != nil {
		return nil, err
	}
	rows := d.filter(func(r Row) bool { return r.Number != "" })
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Or(b.Issued.Compare(a.Issued), cmp.Compare(a.ID, b.ID)) })
	return rows, nil
}

// Search are the cases that a text names: a certificate number or a case's
// reference however written, a document number, a telephone number, or words that all begin a part of the names. The
// newest change comes first.
func (d *Desk) Search(s staff.Session, text string) ([]Row, error) {
	words := nameParts(text)
	if len(words) == 0 {
		return nil, nil
	}
	if err := d.listed(s, "search", text); err != nil {
		return nil, err
	}
	number, _ := data.ParseCertificateNumber(text)
	reference, _ := data.ParseReference(text)
	callers, err := d.callers(text)
	if err != nil {
		return nil, err
	}
	document := strings.Join(strings.Fields(strings.ToUpper(text)), "")
	rows := d.filter(func(r Row) bool {
		if number != "" && r.Number == number || reference != "" && r.Reference == reference || slices.Contains(callers, r.ID) || r.Document != "" && strings.ToUpper(r.Document) == document {
			return true
		}
		parts := nameParts(r.Surname + " " + r.GivenNames)
		for _, w := range words {
			if !slices.ContainsFunc(parts, func(p string) bool { return strings.HasPrefix(p, w) }) &&
				!strings.Contains(strings.ToUpper(r.NativeName), w) {
				return false
			}
		}
		return true
	})
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Or(b.Changed.Compare(a.Changed), cmp.Compare(a.ID, b.ID)) })
	return rows, nil
}

// listed says in the log that an officer looked at a list: once from one sign-in
// to the next for a list that only grows older on the screen, each time for a
// search, whose text is told by a token of the vault: the same for the same words,
// and of no use to who has the entry alone.
func (d *Desk) listed(s staff.Session, list, text string) error {
	key := string(s.Officer().ID) + "/" + list
	d.mu.RLock()
	known := d.looked[key]
	d.mu.RUnlock()
	if known && text == "" {
		return d.permit(context.Background(), s, audit.ListRead)
	}
	err := d.log.Update(context.Background(), func(tx store.Tx, add func(audit.Entry) error) error {
		if err := staff.Permit(tx, s, audit.ListRead); err != nil {
			return err
		}
		e := audit.Entry{At: d.clock(), Officer: s.Officer().ID, Act: audit.ListRead, Detail: map[string]string{"list": list}}
		if text != "" {
			token, err := vault.Token(tx, strings.Join(nameParts(text), " "))
			if err != nil {
				return err
			}
			e.Detail["text"] = token
		}
		return add(e)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", audit.ListRead, err)
	}
	d.mu.Lock()
	d.looked[key] = true
	d.mu.Unlock()
	return nil
}

// nameParts are the words of a name, or of a search for one.
func nameParts(s string) []string {
	return strings.FieldsFunc(strings.ToUpper(s), func(c rune) bool { return unicode.IsSpace(c) || c == '-' || c == '\'' || c == '’' })
}

func (d *Desk) filter(keep func(Row) bool) []Row {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var rows []Row
	for _, r := range d.rows {
		if r.Risk == "" {
			r.Risk = d.risks.of(r.flights)
		}
		if keep(r) {
			rows = append(rows, r)
		}
	}
	return rows
}
